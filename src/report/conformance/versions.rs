//! Which version of the process judges what: the one under which it was done.

use std::collections::BTreeMap;

use super::Judging;
use super::model::{Declared, GOOD_END, told_of};
use crate::deal::book::{Book, Day, Told};
use crate::deal::fact::GATE_VERSION;

/// What each version of the process declares, the one in force first: a move is judged by the version under which it
/// was made, what a file told of by the one in force.
pub(super) struct Versions<'p> {
    pub(super) all: Vec<Declared<'p>>,
    /// Their numbers.
    pub(super) numbers: Vec<u32>,
    /// Since when each deal passes gates under which version.
    gates: &'p Told,
    /// By label of these: which of `all`.
    of_label: Vec<usize>,
}

impl<'p> Versions<'p> {
    pub(super) fn new(judging: Judging<'p>, book: &'p Book) -> Result<Self, String> {
        let Judging { process, earlier } = judging;
        let gates = told_of(book, GATE_VERSION)?;
        let now = process.stages.iter().map(|stage| stage.name.as_str());
        let now: Vec<&str> = now.collect();
        // Stages in which no deal ever was come behind those of the Book.
        let mut known: Vec<&str> = book.stages.iter().map(String::as_str).collect();
        let called = earlier.iter().flat_map(|one| &one.called);
        for name in now.iter().copied().chain(called.map(String::as_str)) {
            if !known.contains(&name) {
                known.push(name);
            }
        }
        known.truncate(GOOD_END);
        let mut all = vec![Declared::new(process, &now, &known, book)?];
        for one in earlier {
            let called: Vec<&str> = one.called.iter().map(String::as_str).collect();
            all.push(Declared::new(&one.process, &called, &known, book)?);
        }
        let versions =
            std::iter::once(book.process_version).chain(earlier.iter().map(|one| one.version));
        let numbers: Vec<u32> = versions.collect();
        // Of a version that this program can't read (any more), the one before stands in.
        let by_number: BTreeMap<u32, usize> = numbers.iter().copied().zip(0..).collect();
        let of_label = gates.labels.iter().map(|label| {
            let number: u32 = label.parse().unwrap_or(u32::MAX);
            let known = by_number.range(..=number).next_back();
            known.map_or(0, |(_, at)| *at)
        });
        Ok(Self {
            of_label: of_label.collect(),
            gates,
            numbers,
            all,
        })
    }

    /// Which version judges what a deal did on a day.
    pub(super) fn on(&self, deal: u32, day: Option<Day>) -> usize {
        if self.all.len() == 1 {
            return 0;
        }
        let label = day.and_then(|day| self.gates.on(deal, day));
        label.map_or(0, |label| self.of_label[label as usize])
    }

    /// Whether a deal passed a gate: what it did is not only what a file tells of it.
    pub(super) fn passed_a_gate(&self, deal: u32) -> bool {
        self.gates.since(deal).is_some()
    }
}
