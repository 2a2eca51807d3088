//! What is kept of an outlook: integers that add up, so that what moved since can be told to the minor unit.

use std::cmp::Reverse;

use super::{Outlook, SEED, apportioned, draw};
use crate::deal::book::{Book, Day, State};
use crate::deal::event::{DealPiece, ForecastSnapshot, SaidSnapshot};
use crate::deal::rates::Rates;
use crate::document::Period;
use crate::process::Process;

/// Won in a period, in the currency of the process; what has no value or no rate counts for nothing.
pub fn won_in(process: &Process, book: &Book, period: Period) -> i64 {
    won_deals(process, book, period)
        .into_iter()
        .fold(0, |sum, (_, minor)| i64::saturating_add(sum, minor))
}

/// Each deal won in a period with what it brought.
pub fn won_deals(process: &Process, book: &Book, period: Period) -> Vec<(usize, i64)> {
    let rates = Rates::new(process, book);
    let (from, to) = (Day::of(period.from), Day::of(period.to));
    let deals = &book.deals;
    (0..deals.len())
        .filter(|deal| deals.state[*deal] == State::Won)
        .filter_map(|deal| {
            let day = deals.closed[deal].filter(|day| from <= *day && *day <= to)?;
            let minor = deals.value_minor[deal]?;
            let minor = rates.converted(minor, usize::from(deals.currency[deal]), day)?;
            Some((deal, minor))
        })
        .collect()
}

/// What is kept of what is expected of a period: of the open deals the `most` that are expected to bring most, the others
/// as one sum. `outlook` is of what is left of the period; the range is the one that `forecast` prints.
pub fn keep(
    process: &Process,
    book: &Book,
    period: Period,
    outlook: &Outlook,
    most: usize,
) -> ForecastSnapshot {
    let parts: Vec<f64> = outlook
        .deals
        .iter()
        .map(|one| one.chance * one.worth_minor)
        .collect();
    let open: f64 = parts.iter().sum();
    let open_minor = open.round() as i64;
    let total_minor = (open + outlook.new_minor).round() as i64;
    let mut deals: Vec<DealPiece> = outlook
        .deals
        .iter()
        .zip(apportioned(&parts, open_minor))
        .map(|(one, expected_minor)| {
            let at = one.deal as usize;
            DealPiece {
                deal: book.deals.id[at],
                chance: (one.chance.clamp(0.0, 1.0) * MILLION).round() as u32,
                worth_minor: one.worth_minor.round() as i64,
                expected_minor,
                close: book.deals.expected_close[at],
            }
        })
        .collect();
    deals.sort_by_key(|piece| (Reverse(piece.expected_minor), piece.deal));
    let others = deals.split_off(deals.len().min(most));
    let whole = |minor: f64| minor.round() as i64;
    let groups = vec![0; outlook.deals.len()];
    let (low, high) = draw(outlook, &groups, 1, SEED).total(0.0).ends();
    ForecastSnapshot {
        from: period.from,
        to: period.to,
        won_minor: won_in(process, book, period),
        chosen: outlook.chosen.method.to_string(),
        total_minor,
        open_minor,
        new_minor: total_minor - open_minor,
        low_minor: Some(whole(low)),
        high_minor: Some(whole(high)),
        said: outlook
            .said
            .iter()
            .map(|said| SaidSnapshot {
                method: said.method.to_string(),
                total_minor: whole(said.expected.total_minor),
                open_minor: said.expected.open_minor.map(whole),
                new_minor: said.expected.new_minor.map(whole),
            })
            .collect(),
        deals,
        others_minor: others.iter().map(|piece| piece.expected_minor).sum(),
    }
}

/// What a chance of 1 is in a [`DealPiece`].
const MILLION: f64 = 1e6;
