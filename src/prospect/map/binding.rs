//! A map in the file at hand: which column goes where, applied to row after row without a text of its own.

use rustc_hash::FxHashMap;

use super::super::clean::{Cleaner, Rejection, Rules, Tidy, is_formula, is_nothing, person, tidy};
use super::super::field::Field;
use super::super::record::Record;
use super::super::warning::Warning;
use super::{Case, Origin, ProspectMap, code_key};
use crate::import::read::{self, Row};
use crate::process::reader::At;

/// A map whose columns were found in a file.
#[derive(Debug)]
pub struct Binding {
    bound: Vec<Bound>,
    /// Columns that no field is made of: place, name.
    rest: Vec<(usize, String)>,
    rules: Box<Rules>,
    headings: Vec<String>,
}

#[derive(Debug)]
struct Bound {
    field: Field,
    slot: Slot,
    default: Option<String>,
    case: Option<Case>,
    codes: Option<Codes>,
}

#[derive(Debug)]
enum Slot {
    Column(usize),
    Join(Vec<usize>, String),
    First(Vec<usize>),
    Constant(String),
}

/// A code sheet.
#[derive(Debug)]
struct Codes {
    meanings: FxHashMap<String, String>,
    /// Some codes have digits, so that a number may be an unknown code.
    with_digits: bool,
}

impl Slot {
    fn columns(&self) -> &[usize] {
        match self {
            Self::Column(column) => std::slice::from_ref(column),
            Self::Join(columns, _) | Self::First(columns) => columns,
            Self::Constant(_) => &[],
        }
    }
}

impl Binding {
    pub(super) fn of(
        map: &ProspectMap,
        mut find: impl FnMut(&At<String>) -> Option<usize>,
        headings: &[String],
    ) -> Self {
        let mut used = vec![false; headings.len()];
        let mut all = |names: &[At<String>]| -> Vec<usize> {
            let found: Vec<usize> = names.iter().filter_map(&mut find).collect();
            for column in &found {
                used[*column] = true;
            }
            found
        };
        let mut rules = Box::<Rules>::default();
        let mut bound = Vec::with_capacity(map.cells.len());
        for (field, cell) in &map.cells {
            rules[*field as usize] = cell.rule.clone();
            let columns = all(cell.origin.headings());
            let slot = match &cell.origin {
                Origin::Constant(text) => Slot::Constant(text.clone()),
                Origin::Join(_, with) => Slot::Join(columns, with.clone()),
                Origin::Column(_) => Slot::Column(columns.first().copied().unwrap_or(usize::MAX)),
                Origin::First(_) => Slot::First(columns),
            };
            bound.push(Bound {
                field: *field,
                slot,
                default: cell.default.clone(),
                case: cell.case,
                codes: map.values.get(field).map(|meanings| Codes {
                    meanings: meanings.clone(),
                    with_digits: meanings.keys().any(|code| has_digit(code)),
                }),
            });
        }
        let mut rest = Vec::new();
        for attribute in &map.attributes {
            let found = all(std::slice::from_ref(&attribute.heading));
            rest.extend(
                found
                    .into_iter()
                    .map(|column| (column, attribute.name.clone())),
            );
        }
        all(&map.ignore);
        let unused = (0..headings.len()).filter(|column| !used[*column]);
        rest.extend(unused.map(|column| (column, headings[column].clone())));
        rest.sort_by_key(|(column, _)| *column);
        Self {
            bound,
            rest,
            rules,
            headings: headings.to_vec(),
        }
    }

    /// Which columns go into which field, for people to see before anything is written.
    pub fn columns(&self) -> impl Iterator<Item = (Field, Vec<&str>)> {
        self.bound.iter().map(|bound| {
            let columns = bound.slot.columns().iter();
            (
                bound.field,
                columns
                    .filter_map(|at| Some(self.headings.get(*at)?.as_str()))
                    .collect(),
            )
        })
    }

    /// Columns that are kept as they are, under these names.
    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        self.rest.iter().map(|(_, name)| name.as_str())
    }

    /// Makes a cleaned record of a row, or says why it can't be one.
    pub fn apply(
        &self,
        row: &Row,
        record: &mut Record,
        cleaner: &mut Cleaner,
    ) -> Result<(), Rejection> {
        record.begin(row.line);
        for bound in &self.bound {
            self.fill(bound, row, record, cleaner);
        }
        for (column, name) in &self.rest {
            keep(row.get(*column), name, record, cleaner);
        }
        self.tell_reading(row, record);
        cleaner
            .clean(record, &self.rules)
            .map_err(|rejection| Rejection {
                column: rejection.field.and_then(|field| self.heading(field)),
                ..rejection
            })
    }

    /// What reading the row has changed or noticed already.
    fn tell_reading(&self, row: &Row, record: &mut Record) {
        for warning in row.warnings() {
            record.warn(match warning {
                read::Warning::FieldCut { .. } => Warning::FieldCut,
                read::Warning::Mojibake { .. } => Warning::Mojibake,
                read::Warning::OtherEncoding => Warning::WindowsRow,
                read::Warning::Undecodable { .. } => Warning::Undecodable,
            });
        }
        for (column, written) in row.repaired() {
            // Of several columns, one is not the original of what was made of them.
            let of = |bound: &&Bound| matches!(bound.slot, Slot::Column(only) if only == *column);
            if is_nothing(written) {
                continue;
            }
            if let Some(bound) = self.bound.iter().find(of) {
                record.keep_original(bound.field, written);
            } else if let Some(heading) = self.headings.get(*column) {
                record.add_attribute(&format!("{heading} (as in the file)"), written);
            }
        }
    }

    fn heading(&self, field: Field) -> Option<String> {
        let bound = self.bound.iter().find(|bound| bound.field == field)?;
        let column = *bound.slot.columns().first()?;
        self.headings.get(column).cloned()
    }

    fn fill(&self, bound: &Bound, row: &Row, record: &mut Record, cleaner: &mut Cleaner) {
        match &bound.slot {
            Slot::Column(column) => put(bound, row.get(*column), record, cleaner),
            Slot::Constant(text) => put(bound, text, record, cleaner),
            Slot::First(columns) => {
                let mut filled = columns.iter().filter(|column| {
                    let value = row.get(**column);
                    !value.is_empty() && !is_nothing(value)
                });
                let value = filled.next().map_or("", |column| row.get(*column));
                put(bound, value, record, cleaner);
                // What was second is not lost.
                for column in filled {
                    let other = row.get(*column);
                    if other != value {
                        keep(other, &self.headings[*column], record, cleaner);
                    }
                }
            }
            Slot::Join(columns, with) => {
                let mut joined = String::new();
                for column in columns {
                    let part = row.get(*column);
                    if !part.is_empty() && !is_nothing(part) {
                        if !joined.is_empty() {
                            joined.push_str(with);
                        }
                        joined.push_str(part);
                    }
                }
                put(bound, &joined, record, cleaner);
            }
        }
    }
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|c| c.is_ascii_digit())
}

/// Keeps a value that is no field's.
fn keep(value: &str, name: &str, record: &mut Record, cleaner: &mut Cleaner) {
    if value.is_empty() || is_nothing(value) {
        return;
    }
    match tidy(value, &mut cleaner.out) {
        Tidy::Fine => record.add_attribute(name, value),
        done => {
            record.add_attribute(name, &cleaner.out);
            if done == Tidy::Repaired {
                record.warn(Warning::Mojibake);
            }
        }
    }
    if is_formula(value) {
        record.warn(Warning::Formula);
    }
}

/// There are people called Null.
fn says_nothing(field: Field, value: &str) -> bool {
    let name = matches!(field, Field::Name | Field::First | Field::Last);
    is_nothing(value) && !(name && value == "Null")
}

/// Writes the value of a field as the file has it, made readable, or its default.
fn put(bound: &Bound, written: &str, record: &mut Record, cleaner: &mut Cleaner) {
    let field = bound.field;
    if says_nothing(field, written) {
        if !written.is_empty() {
            record.keep_original(field, written);
        }
        if let Some(default) = &bound.default {
            record.set(field, default);
        }
        return;
    }
    match tidy(written, &mut cleaner.out) {
        Tidy::Fine => record.set(field, written),
        done => {
            record.set(field, written);
            record.change(field, &cleaner.out);
            if done == Tidy::Repaired {
                record.warn(Warning::Mojibake);
            }
        }
    }
    if is_formula(written) {
        record.warn(Warning::Formula);
    }
    if let Some(codes) = &bound.codes {
        decode(codes, field, record, cleaner);
    }
    if let Some(case) = bound.case {
        let text = record.get(field);
        match case {
            Case::Upper => cleaner.out = text.to_uppercase(),
            Case::Lower => cleaner.out = text.to_lowercase(),
            Case::Title => person::write_title(text, &mut cleaner.out),
        }
        record.change(field, &cleaner.out);
    }
}

/// Puts what a code means in its place; a code that the sheet does not have stays and is counted.
fn decode(codes: &Codes, field: Field, record: &mut Record, cleaner: &mut Cleaner) {
    let written = record.get(field);
    if let Some(meaning) = codes.meanings.get(&code_key(written)) {
        record.change(field, meaning);
    } else if codes.with_digits || !has_digit(written) {
        cleaner.count_unknown(field, record.get(field));
        record.warn(Warning::CodeUnknown);
    }
}
