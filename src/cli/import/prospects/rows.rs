//! The rows of a file with a look ahead: what columns mean is judged by the first of them.

use std::io::Read;

use anyhow::Result;

use crate::fault::Fault;
use crate::import::Input;
use crate::import::read::{ReadError, Row};

/// Rows that a map is judged by.
const SAMPLE: usize = 200;

pub(super) struct Rows<R> {
    pub(super) input: Input<R>,
    ahead: std::collections::VecDeque<Row>,
}

impl<R: Read> Rows<R> {
    pub(super) fn open(mut input: Input<R>) -> Result<Self> {
        let mut ahead = std::collections::VecDeque::new();
        let mut row = Row::default();
        while ahead.len() < SAMPLE
            && input
                .reader
                .next(&mut row)
                .map_err(|error| unreadable(&input.name, &error))?
        {
            ahead.push_back(row.clone());
        }
        Ok(Self { input, ahead })
    }

    /// The first rows that are sound, cell by cell.
    pub(super) fn sample(&self) -> Vec<Vec<String>> {
        self.ahead
            .iter()
            .filter(|row| row.defect.is_none())
            .map(Row::to_fields)
            .collect()
    }

    pub(super) fn next(&mut self, row: &mut Row) -> Result<bool> {
        if let Some(first) = self.ahead.pop_front() {
            *row = first;
            return Ok(true);
        }
        let next = self.input.reader.next(row);
        Ok(next.map_err(|error| unreadable(&self.input.name, &error))?)
    }

    /// Passes over rows that an earlier run has dealt with.
    pub(super) fn skip(&mut self, rows: u64) -> Result<()> {
        let here = rows.min(self.ahead.len() as u64);
        self.ahead.drain(..here as usize);
        self.input
            .reader
            .skip(rows - here)
            .map_err(|error| unreadable(&self.input.name, &error))?;
        Ok(())
    }
}

fn unreadable(name: &str, error: &ReadError) -> Fault {
    Fault::input(format!("`{name}` {error}"))
}
