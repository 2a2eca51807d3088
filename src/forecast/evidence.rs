//! Do the fields of a deal tell whether it is won? Most often they don't, and then the base rate is the honest answer.
//!
//! Each field is tested by itself over the decided deals: Pearson's chi-square over its values, rare ones pooled;
//! Benjamini and Hochberg allow for there being many fields; and a difference that is certain but small is none that
//! anybody should act on.

use super::Refusal;
use crate::deal::book::{Book, Columns, Named, Needs, State};
use crate::process::Process;
use crate::statistics::{Trials, benjamini_hochberg, equal_rates, spread_between};

/// Of the fields that are said to tell, no more than this share does so by luck.
const FALSE_DISCOVERIES: f64 = 0.05;
/// The shares won must differ this much between values, beyond luck.
const MATERIAL: f64 = 0.03;
/// With fewer won, or fewer lost, a field that tells can't be told from luck.
const ENOUGH_DECIDED: usize = 30;
/// A value of which fewer wins or losses than this are to be expected is rare: the approximation by chi-square
/// does not hold for it.
const RARE: f64 = 5.0;

/// What it reads.
pub fn evidence_needs(process: &Process) -> Needs {
    let columns = Columns::CLOSED
        .and(Columns::OWNER)
        .and(Columns::PRODUCT)
        .and(Columns::SOURCE)
        .and(Columns::TYPE)
        .and(Columns::VISITS);
    let mut needs = Needs::of(columns);
    needs
        .attributes
        .extend(choices(process).map(str::to_string));
    needs
}

/// The fields of the process that have a few values each.
pub(super) fn choices(process: &Process) -> impl Iterator<Item = &str> {
    let chosen = process.fields.iter().filter(|field| field.has_few_values());
    chosen.map(|field| field.name.as_str())
}

/// Won of the decided deals with one value of a field.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    pub name: String,
    pub won: Trials,
}

/// One field against the outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldEvidence {
    pub field: String,
    /// Decided deals of which it is known.
    pub known: Trials,
    /// The values that are not rare, the highest share first.
    pub levels: Vec<Level>,
    /// All rare values together.
    pub pooled: Trials,
    /// `None` where there are not two values to compare.
    pub test: Option<Test>,
}

/// How sure it is that the values of a field differ, and by how much they do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Test {
    pub p: f64,
    /// The smallest false discovery rate at which the field would be said to tell.
    pub adjusted: f64,
    /// Standard deviation between the values' shares, beyond luck.
    pub spread: f64,
    /// Sure, and large enough to matter.
    pub tells: bool,
}

/// What the fields say together.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Won of all decided deals: the base rate.
    pub base: Trials,
    /// What tells most first.
    pub fields: Vec<FieldEvidence>,
}

impl Evidence {
    pub fn telling(&self) -> impl Iterator<Item = &FieldEvidence> {
        self.fields
            .iter()
            .filter(|field| field.test.is_some_and(|test| test.tells))
    }
}

/// Tests every field over the decided deals that `only` keeps. Deals of which a field is not known say nothing of it:
/// what is filled in only of won deals must not seem to win them.
pub fn evidence(
    process: &Process,
    book: &Book,
    only: impl Fn(usize) -> bool,
) -> Result<Evidence, Refusal> {
    let decided: Vec<(usize, bool)> = (0..book.deals.len())
        .filter(|deal| only(*deal))
        .filter_map(|deal| match book.deals.state[deal] {
            State::Won => Some((deal, true)),
            State::Lost => Some((deal, false)),
            State::Open | State::Hold => None,
        })
        .collect();
    let won = decided.iter().filter(|(_, won)| *won).count();
    let base = Trials::new(won, decided.len());
    if won.min(base.failures()) < ENOUGH_DECIDED {
        return Err(format!(
            "insufficient history: {won} won and {} lost deals, and {ENOUGH_DECIDED} of each are needed",
            base.failures()
        )
        .into());
    }
    let mut fields: Vec<FieldEvidence> = columns(process, book)
        .into_iter()
        .map(|(field, names, index)| {
            let mut won = vec![Trials::default(); names.len()];
            for (deal, is_won) in &decided {
                if let Some(level) = index.get(*deal).copied().flatten() {
                    won[level as usize].add(*is_won);
                }
            }
            let levels = names.into_iter().zip(won);
            field_evidence(field, base, levels.map(|(name, won)| Level { name, won }))
        })
        .filter(|field| field.known.n > 0)
        .collect();
    correct(&mut fields);
    Ok(Evidence { base, fields })
}

/// The share of a field's levels, rare ones pooled; what is rare even then is left out.
fn field_evidence(
    field: String,
    base: Trials,
    levels: impl Iterator<Item = Level>,
) -> FieldEvidence {
    let least = base.rate().map_or(0.0, |rate| rate.min(1.0 - rate));
    let rare = |trials: Trials| (trials.n as f64) * least < RARE;
    let (few, mut levels): (Vec<Level>, Vec<Level>) = levels
        .filter(|level| level.won.n > 0)
        .partition(|level| rare(level.won));
    let pooled: Trials = few.iter().map(|level| level.won).sum();
    levels.sort_by(|a, b| {
        let share = |level: &Level| level.won.rate().unwrap_or(0.0);
        share(b)
            .total_cmp(&share(a))
            .then_with(|| a.name.cmp(&b.name))
    });
    let mut groups: Vec<Trials> = levels.iter().map(|level| level.won).collect();
    let known = groups.iter().copied().sum::<Trials>().and(pooled);
    if !rare(pooled) {
        groups.push(pooled);
    }
    let test = equal_rates(&groups)
        .zip(spread_between(&groups))
        .map(|(test, spread)| Test {
            p: test.p,
            adjusted: test.p,
            spread,
            tells: false,
        });
    FieldEvidence {
        field,
        known,
        levels,
        pooled,
        test,
    }
}

/// Allows for there being many fields, and sorts what tells most to the front.
fn correct(fields: &mut [FieldEvidence]) {
    let p: Vec<f64> = fields
        .iter()
        .filter_map(|field| Some(field.test?.p))
        .collect();
    let corrected = benjamini_hochberg(&p, FALSE_DISCOVERIES);
    let tested = fields.iter_mut().filter_map(|field| field.test.as_mut());
    for ((test, adjusted), rejected) in tested.zip(corrected.adjusted).zip(corrected.rejected) {
        test.adjusted = adjusted;
        test.tells = rejected && test.spread >= MATERIAL;
    }
    fields.sort_by(|a, b| {
        let key = |field: &FieldEvidence| {
            field.test.map_or((true, true, f64::INFINITY), |test| {
                (false, !test.tells, test.p)
            })
        };
        let (a_key, b_key) = (key(a), key(b));
        (a_key.0, a_key.1)
            .cmp(&(b_key.0, b_key.1))
            .then_with(|| a_key.2.total_cmp(&b_key.2))
            .then_with(|| a.field.cmp(&b.field))
    });
}

/// A field, its values, and which of them each deal has.
type Column = (String, Vec<String>, Vec<Option<u32>>);

/// What is known of deals while they are open. The stage a deal was decided in is not: won deals are won from the last
/// one. Where it began is.
fn columns(process: &Process, book: &Book) -> Vec<Column> {
    let deals = &book.deals;
    let titles = |named: &[Named]| named.iter().map(|one| one.title.clone()).collect();
    let mut columns: Vec<Column> = vec![
        ("owner".into(), titles(&book.owners), deals.owner.clone()),
        (
            "product".into(),
            titles(&book.products),
            deals.product.clone(),
        ),
        ("source".into(), titles(&book.sources), deals.source.clone()),
        (
            "type".into(),
            book.types.clone(),
            deals.customer_type.clone(),
        ),
        (
            "first stage".into(),
            stage_titles(process, book),
            first_stages(book),
        ),
    ];
    columns.extend(choices(process).filter_map(|name| {
        let known = book.attributes.get(name)?;
        Some((name.to_string(), known.labels.clone(), known.index.clone()))
    }));
    columns
}

fn stage_titles(process: &Process, book: &Book) -> Vec<String> {
    let stages = book.stages.iter();
    stages
        .map(|name| process.stage_title(name).to_string())
        .collect()
}

fn first_stages(book: &Book) -> Vec<Option<u32>> {
    let mut first = vec![None; book.deals.len()];
    for (deal, stage) in book.visits.deal.iter().zip(&book.visits.stage) {
        first[*deal as usize].get_or_insert(u32::from(*stage));
    }
    first
}

#[cfg(test)]
#[path = "evidence_tests.rs"]
pub(super) mod tests;
