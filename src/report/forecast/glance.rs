//! A forecast in two lines, for the pages of other reports that look ahead.

use super::super::{Ask, money};
use super::figures::Figures;
use super::{AskForecast, Foreseen, minor};
use crate::date::period_name;
use crate::deal::book::Book;
use crate::document::Period;
use crate::process::{Process, Target, Whose};
use crate::report::group::Groups;

/// What is expected of a period by its end, or why nothing can be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Glance {
    /// For people: the range against the target, then its record.
    pub lines: Vec<String>,
    pub low_minor: Option<i64>,
    pub median_minor: Option<i64>,
    pub high_minor: Option<i64>,
    /// Chance to reach the target.
    pub target_share: Option<f64>,
}

/// What one looks at.
pub struct Look<'a> {
    pub period: Period,
    pub targets: &'a [Target],
    /// Whose deals `ask.only` keeps: they work towards that one's target.
    pub of: &'a Whose,
    pub seed: u64,
}

/// Of the deals that are asked about; nothing of a period that is over.
pub fn glance(
    process: &Process,
    book: &Book,
    foreseen: Foreseen,
    ask: &Ask,
    look: &Look<'_>,
) -> Result<Glance, String> {
    if look.period.to <= book.as_of {
        return Ok(Glance::default());
    }
    let name = period_name(look.period, process.fiscal_month);
    if let Err(refusal) = &foreseen {
        return Ok(Glance {
            lines: vec![format!("no forecast for {name}: {}", refusal.in_words())],
            ..Glance::default()
        });
    }
    let groups = Groups::new(book, &[], &[])?;
    let ask = AskForecast {
        ask,
        period: look.period,
        targets: look.targets,
        of: look.of,
        seed: look.seed,
        explain: false,
        called: None,
        short: &|id| id.handle(),
    };
    let figures = Figures::of(process, book, foreseen, look.targets, &ask, &groups);
    let Some(ahead) = &figures.ahead else {
        return Ok(Glance::default());
    };
    let (low, high) = ahead.total.ends();
    let (low, median, high) = (minor(low), minor(ahead.total.median()), minor(high));
    let shown = |minor: i64| money(minor, process.currency);
    let mut range = format!(
        "forecast for {name}: {} at the median, 80 % range {} – {}, {} of it won",
        shown(median),
        shown(low),
        shown(high),
        shown(figures.won_minor)
    );
    let chance = figures.chance();
    if let Some((target, chance)) = figures.target_minor.zip(chance) {
        range = format!(
            "{range}; chance to reach the target of {}: {}",
            shown(target),
            super::super::chance_in_words(chance)
        );
    }
    Ok(Glance {
        lines: vec![range, ahead.record_in_words()],
        low_minor: Some(low),
        median_minor: Some(median),
        high_minor: Some(high),
        target_share: chance,
    })
}
