//! What is kept of an outlook: integers that add up, so that what moved since can be told to the minor unit.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use super::Outlook;
use crate::deal::book::{Book, Day, State};
use crate::deal::event::{DealPiece, ForecastSnapshot, SaidSnapshot};
use crate::deal::rates::Rates;
use crate::document::Period;
use crate::process::Process;

/// What is expected of a period.
#[derive(Clone, Copy, Debug)]
pub struct OfPeriod<'o> {
    pub period: Period,
    /// From today to its end.
    pub outlook: &'o Outlook,
    /// Of a period to come, from today to its eve: what is expected of that is no part of it.
    pub eve: Option<&'o Outlook>,
    /// The 80 % range of what is yet to be won in it.
    pub range: Option<(f64, f64)>,
}

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

/// What is kept of it: of the open deals the `most` that are expected to bring most, the others as one sum.
pub fn keep(process: &Process, book: &Book, of: OfPeriod<'_>, most: usize) -> ForecastSnapshot {
    let outlook = of.outlook;
    let earlier: FxHashMap<u32, f64> = of
        .eve
        .map(|eve| eve.deals.iter().map(|one| (one.deal, one.chance)).collect())
        .unwrap_or_default();
    let chances: Vec<f64> = outlook
        .deals
        .iter()
        .map(|one| {
            let before = earlier.get(&one.deal).copied().unwrap_or(0.0);
            (one.chance - before).clamp(0.0, 1.0)
        })
        .collect();
    let parts: Vec<f64> = outlook
        .deals
        .iter()
        .zip(&chances)
        .map(|(one, chance)| chance * one.worth_minor)
        .collect();
    let expected = in_whole(&parts);
    let open_minor: i64 = expected.iter().sum();
    let new_minor = outlook.new_minor - of.eve.map_or(0.0, |eve| eve.new_minor);
    let total_minor = (parts.iter().sum::<f64>() + new_minor.max(0.0)).round() as i64;
    let mut deals: Vec<DealPiece> = outlook
        .deals
        .iter()
        .zip(chances)
        .zip(expected)
        .map(|((one, chance), expected_minor)| {
            let at = one.deal as usize;
            DealPiece {
                deal: book.deals.id[at],
                chance: (chance * MILLION).round() as u32,
                worth_minor: one.worth_minor.round() as i64,
                expected_minor,
                close: book.deals.expected_close[at],
            }
        })
        .collect();
    deals.sort_by_key(|piece| (Reverse(piece.expected_minor), piece.deal));
    let others = deals.split_off(deals.len().min(most));
    let said = outlook.said.iter().filter_map(|said| {
        let eve = match of.eve {
            Some(eve) => Some(
                &eve.said
                    .iter()
                    .find(|one| one.method == said.method)?
                    .expected,
            ),
            None => None,
        };
        let less =
            |now: f64, then: Option<f64>| (now - then.unwrap_or(0.0)).max(0.0).round() as i64;
        let now = &said.expected;
        Some(SaidSnapshot {
            method: said.method.to_string(),
            total_minor: less(now.total_minor, eve.map(|eve| eve.total_minor)),
            open_minor: now
                .open_minor
                .map(|open| less(open, eve.and_then(|eve| eve.open_minor))),
            new_minor: now
                .new_minor
                .map(|new| less(new, eve.and_then(|eve| eve.new_minor))),
        })
    });
    ForecastSnapshot {
        from: of.period.from,
        to: of.period.to,
        won_minor: won_in(process, book, of.period),
        chosen: outlook.chosen.method.to_string(),
        total_minor,
        open_minor,
        new_minor: total_minor - open_minor,
        low_minor: of.range.map(|(low, _)| low.round() as i64),
        high_minor: of.range.map(|(_, high)| high.round() as i64),
        said: said.collect(),
        deals,
        others_minor: others.iter().map(|piece| piece.expected_minor).sum(),
    }
}

/// What a chance of 1 is in a [`DealPiece`].
const MILLION: f64 = 1e6;

/// Whole numbers for parts, none of them below nothing, that make up the rounded sum of them: what is missing after
/// rounding down goes to those with the largest remainders (Hamilton's method of apportionment).
fn in_whole(parts: &[f64]) -> Vec<i64> {
    let mut whole: Vec<i64> = parts.iter().map(|part| part.floor() as i64).collect();
    let missing = parts.iter().sum::<f64>().round() as i64 - whole.iter().sum::<i64>();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|a, b| {
        let rest = |at: &usize| parts[*at] - parts[*at].floor();
        rest(b).total_cmp(&rest(a)).then(a.cmp(b))
    });
    for at in order.into_iter().take(missing.max(0) as usize) {
        whole[at] += 1;
    }
    whole
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_largest_remainders_get_what_is_missing() {
        assert_eq!(in_whole(&[1.4, 1.4, 1.2]), [2, 1, 1]);
        assert_eq!(in_whole(&[0.5, 0.25, 0.25]), [1, 0, 0]);
        assert_eq!(in_whole(&[]), Vec::<i64>::new());
    }

    proptest! {
        #[test]
        fn parts_make_up_the_whole(parts in prop::collection::vec(0.0..1e9_f64, 0..60)) {
            let whole = in_whole(&parts);
            prop_assert_eq!(whole.iter().sum::<i64>(), parts.iter().sum::<f64>().round() as i64);
            for (whole, part) in whole.iter().zip(&parts) {
                prop_assert!((*whole as f64 - part).abs() <= 1.0);
            }
        }
    }
}
