//! A look at a file before it is imported: how it is written, what each column seems to hold, what is wrong
//! with its rows.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::Read;

use super::dialect::Dialect;
use super::look::{Look, date_parts};
use super::profile::Profile;
use super::read::Reader;
use super::row::{ReadError, Row};

#[derive(Debug)]
pub struct Probe {
    pub dialect: Dialect,
    pub columns: Vec<Column>,
    pub rows: u64,
    /// Whether the file ends there.
    pub complete: bool,
    pub blank: u64,
    /// Rows of which each cell was looked at.
    pub looked_at: u64,
    pub findings: Vec<Finding>,
}

/// One kind of thing that is wrong.
#[derive(Debug)]
pub struct Finding {
    pub code: &'static str,
    /// As the first such row has it.
    pub message: String,
    /// The row is rejected, not only looked at.
    pub is_defect: bool,
    pub rows: u64,
    /// The first of them.
    pub lines: Vec<u64>,
}

#[derive(Debug)]
pub struct Column {
    pub name: String,
    pub filled: u64,
    /// The first values that differ.
    pub samples: Vec<String>,
    looks: BTreeMap<Look, u64>,
    /// Different values, while they are few and short.
    codes: Option<Vec<String>>,
    scientific: u64,
    decimal: Option<Proof<char>>,
    days: Days,
}

/// What a value shows, and where.
#[derive(Clone, Debug)]
struct Proof<T> {
    told: T,
    line: u64,
    value: String,
}

/// In which order the dates of a column have their parts.
#[derive(Debug, Default)]
struct Days {
    day_first: Option<Proof<String>>,
    month_first: Option<Proof<String>>,
    year_first: Option<String>,
    /// Could be either.
    unclear: bool,
}

/// Rows whose cells are looked at.
const LOOKED_AT: u64 = 20_000;
const SAMPLES: usize = 3;
const LINES: usize = 5;
/// A column of codes has no more of them.
const CODES: usize = 26;

/// Reads up to `limit` rows.
pub fn probe<R: Read>(reader: &mut Reader<R>, limit: u64) -> Result<Probe, ReadError> {
    let mut columns: Vec<Column> = reader
        .headers()
        .iter()
        .map(|name| Column::new(name))
        .collect();
    let mut findings: Vec<Finding> = Vec::new();
    let mut row = Row::default();
    let (mut rows, mut looked_at) = (0, 0);
    let mut complete = false;
    while rows < limit {
        if !reader.next(&mut row)? {
            complete = true;
            break;
        }
        rows += 1;
        if let Some(defect) = &row.defect {
            found(
                &mut findings,
                defect.code(),
                &defect.to_string(),
                true,
                row.line,
            );
            continue;
        }
        for warning in row.warnings() {
            found(
                &mut findings,
                warning.code(),
                &warning.to_string(),
                false,
                row.line,
            );
        }
        if looked_at < LOOKED_AT {
            looked_at += 1;
            for (at, column) in columns.iter_mut().enumerate() {
                column.look(row.get(at), row.line);
            }
        }
    }
    findings.sort_by_key(|finding| (!finding.is_defect, std::cmp::Reverse(finding.rows)));
    Ok(Probe {
        dialect: reader.dialect(),
        columns,
        rows,
        complete,
        blank: reader.blank_rows(),
        looked_at,
        findings,
    })
}

fn found(
    findings: &mut Vec<Finding>,
    code: &'static str,
    message: &str,
    is_defect: bool,
    line: u64,
) {
    let known = findings.iter_mut().find(|finding| finding.code == code);
    let Some(finding) = known else {
        findings.push(Finding {
            code,
            message: message.to_string(),
            is_defect,
            rows: 1,
            lines: vec![line],
        });
        return;
    };
    // Twice in one row is once.
    if finding.lines.last() != Some(&line) {
        finding.rows += 1;
        if finding.lines.len() < LINES {
            finding.lines.push(line);
        }
    }
}

impl Probe {
    /// What the values prove of how numbers and dates are written, for a profile.
    pub fn profile(&self) -> Profile {
        let one = |all: Vec<&str>| {
            let first = all.first().copied()?;
            all.iter()
                .all(|other| *other == first)
                .then(|| first.to_string())
        };
        let decimals: Vec<char> = self
            .columns
            .iter()
            .filter_map(|c| c.decimal.as_ref().map(|d| d.told))
            .collect();
        let first = decimals.first().copied();
        Profile {
            decimal: first.filter(|sign| decimals.iter().all(|other| other == sign)),
            date_format: one(self
                .columns
                .iter()
                .filter_map(|c| c.days.format())
                .collect()),
            ..Profile::default()
        }
    }
}

impl Column {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_string(),
            filled: 0,
            samples: Vec::new(),
            looks: BTreeMap::new(),
            codes: Some(Vec::new()),
            scientific: 0,
            decimal: None,
            days: Days::default(),
        }
    }

    fn look(&mut self, cell: &str, line: u64) {
        if cell.is_empty() {
            return;
        }
        self.filled += 1;
        if self.samples.len() < SAMPLES && !self.samples.iter().any(|sample| sample == cell) {
            self.samples.push(cell.to_string());
        }
        if let Some(codes) = &mut self.codes
            && !codes.iter().any(|code| code == cell)
        {
            if codes.len() < CODES
                && cell.len() <= 2
                && cell.bytes().all(|byte| byte.is_ascii_uppercase())
            {
                codes.push(cell.to_string());
            } else {
                self.codes = None;
            }
        }
        let look = Look::of(cell);
        *self.looks.entry(look).or_default() += 1;
        match look {
            Look::Number if is_scientific(cell) => self.scientific += 1,
            Look::Number if self.decimal.is_none() => {
                self.decimal = decimal_of(cell).map(|told| Proof {
                    told,
                    line,
                    value: cell.to_string(),
                });
            }
            Look::Date => self.days.look(cell, line),
            _ => {}
        }
    }

    /// What it seems to hold, in words, with the proof where there is one.
    pub fn holds(&self) -> String {
        let Some((look, n)) = self.looks.iter().max_by_key(|(_, n)| **n) else {
            return "nothing".to_string();
        };
        if let Some(codes) = &self.codes
            && codes.len() > 1
            && self.filled > codes.len() as u64
        {
            let mut codes = codes.clone();
            codes.sort();
            return format!("codes: {}", codes.join(", "));
        }
        let mut words = look.name().to_string();
        match look {
            Look::Date => words.push_str(&self.days.words()),
            Look::Number => {
                if let Some(Proof { told, line, value }) = &self.decimal {
                    let sign = if *told == ',' { "comma" } else { "point" };
                    let _ = write!(words, ", decimal {sign} (line {line}: {value})");
                }
            }
            _ => {}
        }
        if self.scientific > 0 {
            let _ = write!(
                words,
                ", {} in scientific notation, digits lost",
                self.scientific
            );
        }
        if *n * 10 < self.filled * 9 && *look != Look::Text {
            let _ = write!(words, ", and {} others", self.filled - n);
        }
        words
    }
}

impl Days {
    fn look(&mut self, cell: &str, line: u64) {
        let (Some([a, b, c]), Some(sign)) = (
            date_parts(cell),
            cell.chars().find(|c| matches!(c, '-' | '/' | '.')),
        ) else {
            return;
        };
        let proof = |told: String| Proof {
            told,
            line,
            value: cell.to_string(),
        };
        let year = if c < 100 { "%y" } else { "%Y" };
        if a >= 1000 {
            self.year_first
                .get_or_insert_with(|| format!("%Y{sign}%m{sign}%d"));
        } else if a > 12 && b <= 12 {
            self.day_first
                .get_or_insert_with(|| proof(format!("%d{sign}%m{sign}{year}")));
        } else if b > 12 && a <= 12 {
            self.month_first
                .get_or_insert_with(|| proof(format!("%m{sign}%d{sign}{year}")));
        } else {
            self.unclear = true;
        }
    }

    fn format(&self) -> Option<&str> {
        match (&self.day_first, &self.month_first, &self.year_first) {
            (Some(proof), None, None) | (None, Some(proof), None) => Some(&proof.told),
            (None, None, Some(format)) if !self.unclear => Some(format),
            _ => None,
        }
    }

    fn words(&self) -> String {
        let shown = |what: &str, proof: &Proof<String>| {
            format!(", {what} first (line {}: {})", proof.line, proof.value)
        };
        match (&self.day_first, &self.month_first) {
            (Some(day), Some(month)) => {
                format!(
                    "{}, elsewhere{}",
                    shown("day", day),
                    shown("month", month).replacen(',', "", 1)
                )
            }
            (Some(day), None) => shown("day", day),
            (None, Some(month)) => shown("month", month),
            (None, None) if self.unclear => ", day or month first can't be told".to_string(),
            (None, None) => String::new(),
        }
    }
}

fn is_scientific(cell: &str) -> bool {
    cell.contains(['E', 'e'])
}

/// The decimal sign that a number proves: the last of two different ones, or one that parts no thousands.
fn decimal_of(cell: &str) -> Option<char> {
    let last = cell.rfind([',', '.'])?;
    let sign = cell[last..].chars().next()?;
    let behind = cell[last + 1..]
        .chars()
        .take_while(char::is_ascii_digit)
        .count();
    let other = if sign == ',' { '.' } else { ',' };
    let proven = cell[..last].contains(other) || (behind != 3 && cell.matches(sign).count() == 1);
    proven.then_some(sign)
}

#[cfg(test)]
#[path = "probe_tests.rs"]
mod tests;
