//! Who is set beside whom: reps by name, or the best against the rest.

use super::super::decided::Decided;
use super::super::percent;
use crate::deal::book::Book;
use crate::statistics::{ENOUGH, Prior, Trials, equal_rates};

/// Who is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// These reps, by name.
    Reps(Vec<String>),
    /// Reps who win most, once it is allowed for few deals, against all others.
    Winners,
}

/// One side of the comparison.
pub(super) struct Side {
    /// For machines.
    pub(super) name: String,
    pub(super) title: String,
}

/// The sides, and which owner of the Book is on which.
#[derive(Default)]
#[allow(clippy::struct_field_names)] // the sides are what it is about
pub(super) struct Sides {
    pub(super) sides: Vec<Side>,
    /// By owner of the Book.
    pub(super) of: Vec<Option<usize>>,
    /// How they were chosen, or why there is nobody to compare.
    pub(super) said: Option<String>,
}

/// Rates that differ no more than this are as likely to differ by chance.
const LEVEL: f64 = 0.05;

impl Sides {
    pub(super) fn new(book: &Book, decided: &Decided, whom: &Whom) -> Result<Self, String> {
        match whom {
            Whom::Reps(names) => Self::named(book, names),
            Whom::Winners => Ok(Self::winners(book, decided)),
        }
    }

    fn named(book: &Book, names: &[String]) -> Result<Self, String> {
        let mut found = Self {
            of: vec![None; book.owners.len()],
            ..Self::default()
        };
        for name in names {
            let owner = book
                .owners
                .iter()
                .position(|owner| owner.name == *name)
                .ok_or_else(|| format!("there is no rep `{name}`"))?;
            if found.of[owner].is_some() {
                return Err(format!("`{name}` is given twice to compare"));
            }
            found.of[owner] = Some(found.sides.len());
            found.sides.push(Side {
                name: name.clone(),
                title: book.owners[owner].title.clone(),
            });
        }
        if found.sides.len() < 2 {
            return Err("expected two reps to compare, or --winners".to_string());
        }
        Ok(found)
    }

    fn winners(book: &Book, decided: &Decided) -> Self {
        let mut records = vec![Trials::default(); book.owners.len()];
        for (deal, won) in decided.deals.iter().zip(&decided.won) {
            if let Some(owner) = book.deals.owner[*deal as usize] {
                records[owner as usize].add(*won);
            }
        }
        let mut reps: Vec<usize> = (0..records.len())
            .filter(|owner| records[*owner].n >= ENOUGH)
            .collect();
        let none = |said: String| Self {
            of: vec![None; book.owners.len()],
            said: Some(said),
            ..Self::default()
        };
        if reps.len() < 2 {
            return none(format!(
                "insufficient history: {} with {ENOUGH} decided deals or more, and two are needed to compare",
                if reps.is_empty() {
                    "no rep"
                } else {
                    "only one rep"
                }
            ));
        }
        let pairs = reps
            .iter()
            .map(|owner| (records[*owner].successes as u32, records[*owner].n as u32));
        let prior = Prior::of(pairs);
        let of_reps: Vec<Trials> = reps.iter().map(|owner| records[*owner]).collect();
        let test = equal_rates(&of_reps);
        let differ = prior.weight.is_some() && test.is_some_and(|test| test.p < LEVEL);
        if !differ {
            let p = test.map_or(1.0, |test| test.p);
            return none(format!(
                "there are no winners to compare: the win rates of {} reps differ by no more than chance explains \
                 (chi-square, p = {p:.2}); name two reps to set them side by side all the same",
                reps.len()
            ));
        }
        let expected = |owner: usize| {
            let Trials { successes, n } = records[owner];
            prior.expect(successes as u32, n as u32)
        };
        reps.sort_by(|a, b| expected(*b).total_cmp(&expected(*a)));
        let third = (reps.len() / 3).max(1);
        let line = expected(reps[third - 1]);
        let mut of = vec![None; book.owners.len()];
        let mut best = Vec::new();
        for owner in reps {
            let wins = expected(owner) >= line;
            of[owner] = Some(usize::from(!wins));
            if wins {
                best.push(format!(
                    "{} {}",
                    book.owners[owner].title,
                    percent(expected(owner))
                ));
            }
        }
        let side = |name: &str| Side {
            name: name.to_string(),
            title: name.to_string(),
        };
        Self {
            sides: vec![side("winners"), side("rest")],
            of,
            said: Some(format!(
                "winners, the upper third by win rate allowing for few deals: {}. They were chosen by what they won, so \
                 they must be better somewhere: the table says where",
                best.join(", ")
            )),
        }
    }
}
