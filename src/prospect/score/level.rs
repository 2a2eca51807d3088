//! What a rule can ask of a fact: is it this word, is it in this range. A text becomes one question per
//! frequent word, a number one per quarter of the examples, and a question is also the SQL a rule says.
//!
//! No outcome is looked at here, so the questions may be made once, outside the cross-validation. A fact
//! that is not known answers none of them: it gives no points, neither here nor to a prospect.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::Example;
use crate::condition::{Column, ColumnKind, Value};

/// Fewer examples with a value, or fewer companies, teach nothing about it.
const FEWEST: usize = 10;
const FEWEST_COMPANIES: usize = 5;
/// Words of one fact: the most frequent ones.
const WORDS: usize = 12;
/// A longer text is prose, not a property.
const LONGEST: usize = 80;
/// Questions in all, the most often answered ones: what a fit can bear in a second.
const QUESTIONS: usize = 200;

/// One question about one fact.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Level {
    /// The place of the fact in a row.
    pub(super) fact: usize,
    pub(super) test: Test,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    Is(String),
    Flag(bool),
    /// From here on, and below there.
    Range(Option<f64>, Option<f64>),
}

impl Test {
    fn holds(&self, value: &Value) -> bool {
        match self {
            Self::Is(word) => matches!(value, Value::Text(text) if text == word),
            Self::Flag(flag) => number(value).is_some_and(|n| (n != 0.0) == *flag),
            Self::Range(from, below) => number(value).is_some_and(|n| {
                from.is_none_or(|from| n >= from) && below.is_none_or(|below| n < below)
            }),
        }
    }

    /// The condition a rule asks.
    pub(super) fn sql(&self, name: &str) -> String {
        match self {
            Self::Is(word) => format!("{name} = '{}'", word.replace('\'', "''")),
            Self::Flag(flag) => format!("{name} = {}", u8::from(*flag)),
            Self::Range(Some(from), Some(below)) => {
                format!("{name} >= {from} AND {name} < {below}")
            }
            Self::Range(Some(from), None) => format!("{name} >= {from}"),
            Self::Range(None, Some(below)) => format!("{name} < {below}"),
            Self::Range(None, None) => format!("{name} IS NOT NULL"),
        }
    }

    /// The same for people.
    pub(super) fn words(&self, name: &str) -> String {
        let name = name.replace('_', " ");
        match self {
            Self::Is(word) => format!("{name} {word}"),
            Self::Flag(true) => name,
            Self::Flag(false) => format!("not {name}"),
            Self::Range(Some(from), Some(below)) => format!("{name} from {from} to below {below}"),
            Self::Range(Some(from), None) => format!("{name} {from} or more"),
            Self::Range(None, Some(below)) => format!("{name} below {below}"),
            Self::Range(None, None) => format!("{name} known"),
        }
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(n) => Some(*n as f64),
        Value::Number(n) if n.is_finite() => Some(*n),
        _ => None,
    }
}

/// The questions worth asking, in the order of the facts.
pub(super) fn levels(columns: &[Column], examples: &[Example]) -> Vec<Level> {
    let mut levels: Vec<(Level, usize)> = Vec::new();
    for (fact, column) in columns.iter().enumerate() {
        let tests = match column.kind {
            ColumnKind::Text => words(examples, fact),
            ColumnKind::Bool => vec![Test::Flag(true), Test::Flag(false)],
            ColumnKind::Integer | ColumnKind::Number => ranges(examples, fact),
            // A day goes by: what it predicted of the past, it does not of the coming.
            ColumnKind::Date => Vec::new(),
        };
        let level = |test| Level { fact, test };
        let asked = tests.into_iter().map(level);
        let asked: Vec<(Level, usize)> = asked.filter_map(|level| worth(level, examples)).collect();
        // One answer that everybody gives tells nobody from anybody.
        if asked.iter().all(|(_, n)| *n < examples.len()) {
            levels.extend(asked);
        }
    }
    if levels.len() > QUESTIONS {
        let mut counts: Vec<usize> = levels.iter().map(|(_, n)| *n).collect();
        counts.sort_unstable_by(|a, b| b.cmp(a));
        let least = counts[QUESTIONS];
        levels.retain(|(_, n)| *n > least);
    }
    levels.into_iter().map(|(level, _)| level).collect()
}

/// With how many examples answer yes, if those are enough, and of enough companies.
fn worth(level: Level, examples: &[Example]) -> Option<(Level, usize)> {
    let mut companies: FxHashSet<usize> = FxHashSet::default();
    let mut n = 0;
    for example in examples {
        if level.test.holds(&example.facts[level.fact]) {
            n += 1;
            companies.insert(example.company);
        }
    }
    (n >= FEWEST && companies.len() >= FEWEST_COMPANIES).then_some((level, n))
}

/// The most frequent words, in the order of the alphabet.
fn words(examples: &[Example], fact: usize) -> Vec<Test> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for example in examples {
        if let Value::Text(word) = &example.facts[fact]
            && !word.is_empty()
            && word.chars().count() <= LONGEST
            && !word.chars().any(char::is_control)
        {
            *counts.entry(word).or_default() += 1;
        }
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    counts.truncate(WORDS);
    counts.sort_unstable();
    let words = counts.into_iter();
    words.map(|(word, _)| Test::Is(word.to_string())).collect()
}

/// The quarters of the known values, each a range; fewer where values repeat.
fn ranges(examples: &[Example], fact: usize) -> Vec<Test> {
    let known = examples
        .iter()
        .filter_map(|example| number(&example.facts[fact]));
    let mut known: Vec<f64> = known.collect();
    known.sort_by(f64::total_cmp);
    let mut cuts: Vec<f64> = Vec::new();
    for quarter in 1..4 {
        if let Some(cut) = known.get(quarter * known.len() / 4)
            && *cut > known[0]
            && cuts.last() != Some(cut)
        {
            cuts.push(*cut);
        }
    }
    if cuts.is_empty() {
        return Vec::new();
    }
    let ends = |cut: &f64| Some(*cut);
    let from = std::iter::once(None).chain(cuts.iter().map(ends));
    let below = cuts.iter().map(ends).chain(std::iter::once(None));
    from.zip(below)
        .map(|(from, below)| Test::Range(from, below))
        .collect()
}

/// Which questions each example answers with yes, in ascending order.
pub(super) fn answers(levels: &[Level], examples: &[Example]) -> Vec<Vec<usize>> {
    let of = |example: &Example| {
        let yes = |(_, level): &(usize, &Level)| level.test.holds(&example.facts[level.fact]);
        levels
            .iter()
            .enumerate()
            .filter(yes)
            .map(|(at, _)| at)
            .collect()
    };
    examples.iter().map(of).collect()
}
