//! What one rep's page is made of beside the figures: the closing ratio by product and customer type, the
//! mix of activities, and the first months.

use chrono::{Datelike, NaiveDate};

use super::median;
use crate::deal::book::{Book, Day, State};
use crate::deal::event::ActivityKind;
use crate::report::Ask;
use crate::report::convert::Converter;
use crate::report::win_rate::decided;
use crate::statistics::{ENOUGH, Trials, benjamini_hochberg, fewer};

/// Of the remarks about products and customer types, on average at most this share is a false alarm.
const FALSE_ALARMS: f64 = 0.10;
/// Months that are counted from a rep's start.
pub(super) const RAMP_MONTHS: usize = 12;
/// Fewer others at the same age are no comparison.
const OTHERS: usize = 3;

/// The closing ratio of one product or customer type.
pub(super) struct Kind {
    /// `product` or `type`.
    pub(super) what: &'static str,
    pub(super) name: String,
    pub(super) title: String,
    pub(super) own: Trials,
    pub(super) others: Trials,
    /// Differs from the others by more than chance explains, allowing for all comparisons of the page.
    pub(super) differs: bool,
}

/// By product and by customer type, those with most decided deals first.
pub(super) fn kinds(book: &Book, ask: &Ask, rep: usize) -> Vec<Kind> {
    let deals = &book.deals;
    let products = book
        .products
        .iter()
        .map(|product| (product.name.clone(), product.title.clone()));
    let types = book.types.iter().map(|name| (name.clone(), name.clone()));
    let mut found = Vec::new();
    for (what, column, names) in [
        ("product", &deals.product, products.collect::<Vec<_>>()),
        ("type", &deals.customer_type, types.collect()),
    ] {
        let mut trials = vec![(Trials::default(), Trials::default()); names.len()];
        for (deal, kind) in column.iter().enumerate() {
            if let (Some(won), Some(kind)) = (decided(book, ask, deal), *kind) {
                let (own, others) = &mut trials[kind as usize];
                if deals.owner[deal] == Some(rep as u32) {
                    own.add(won);
                } else {
                    others.add(won);
                }
            }
        }
        let mut kinds: Vec<Kind> = names
            .into_iter()
            .zip(trials)
            .filter(|(_, (own, _))| own.n > 0)
            .map(|((name, title), (own, others))| Kind {
                what,
                name,
                title,
                own,
                others,
                differs: false,
            })
            .collect();
        kinds.sort_by(|a, b| b.own.n.cmp(&a.own.n).then_with(|| a.name.cmp(&b.name)));
        found.extend(kinds);
    }
    let tested: Vec<usize> = (0..found.len())
        .filter(|at| found[*at].own.n >= ENOUGH && found[*at].others.n >= ENOUGH)
        .collect();
    let p: Vec<f64> = tested
        .iter()
        .map(|at| differ_by_chance(found[*at].own, found[*at].others))
        .collect();
    let corrected = benjamini_hochberg(&p, FALSE_ALARMS);
    for (at, rejected) in tested.into_iter().zip(corrected.rejected) {
        found[at].differs = rejected;
    }
    found
}

/// Fisher's exact test on either side: twice the smaller tail.
fn differ_by_chance(own: Trials, others: Trials) -> f64 {
    let failures = |trials: Trials| Trials::new(trials.failures(), trials.n);
    let low = fewer(own, others);
    let high = fewer(failures(own), failures(others));
    (2.0 * low.min(high)).min(1.0)
}

/// One kind of activity.
pub(super) struct Mix {
    pub(super) kind: ActivityKind,
    pub(super) n: usize,
    pub(super) of: usize,
    pub(super) minutes: u64,
    /// The middle of the shares that reps who log anything give it.
    pub(super) median: Option<f64>,
}

/// What a rep does, the most frequent first.
pub(super) fn mix(book: &Book, ask: &Ask, rep: usize) -> Vec<Mix> {
    let all = &book.activities;
    let mut kinds: Vec<(ActivityKind, Vec<usize>, u64)> = Vec::new();
    let mut totals = vec![0_usize; book.owners.len()];
    for at in 0..all.len() {
        let asked = all.deal[at].is_none_or(|deal| ask.includes(deal as usize));
        let Some(by) = all.by[at].filter(|_| asked && ask.within(Some(all.day[at]))) else {
            continue;
        };
        let place = kinds.iter().position(|(kind, ..)| *kind == all.kind[at]);
        let place = place.unwrap_or_else(|| {
            kinds.push((all.kind[at], vec![0; book.owners.len()], 0));
            kinds.len() - 1
        });
        let (_, counts, minutes) = &mut kinds[place];
        counts[by as usize] += 1;
        totals[by as usize] += 1;
        if by as usize == rep {
            *minutes += u64::from(all.minutes[at].unwrap_or(0));
        }
    }
    let mut mix: Vec<Mix> = kinds
        .into_iter()
        .map(|(kind, counts, minutes)| {
            let shares = counts.iter().zip(&totals).filter(|(_, all)| **all > 0);
            let shares = shares.map(|(n, all)| *n as f64 / *all as f64);
            Mix {
                kind,
                n: counts[rep],
                of: totals[rep],
                minutes,
                median: median(shares.collect()),
            }
        })
        .filter(|_| totals[rep] > 0)
        .collect();
    mix.sort_by_key(|mix| (std::cmp::Reverse(mix.n), mix.kind.name()));
    mix
}

/// One month since a rep's start.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Month {
    pub(super) opened: usize,
    pub(super) won_minor: i64,
    pub(super) opened_median: Option<f64>,
    pub(super) won_median: Option<f64>,
    /// Others who have been through that month.
    pub(super) others: usize,
}

pub(super) struct Ramp {
    pub(super) start: NaiveDate,
    /// Whole months since.
    pub(super) service: usize,
    /// The first ones, the one that goes on included.
    pub(super) months: Vec<Month>,
}

/// The months from a rep's first working day, else from their first deal; of every deal they own, whatever
/// the period, since a start lies where it lies.
pub(super) fn ramp(
    book: &Book,
    ask: &Ask,
    converter: &mut Converter<'_>,
    rep: usize,
) -> Option<Ramp> {
    let deals = &book.deals;
    let n = book.owners.len();
    let mut starts: Vec<Option<Day>> = (0..n)
        .map(|at| book.reps.get(at).and_then(|facts| facts.since))
        .collect();
    let told: Vec<bool> = starts.iter().map(Option::is_some).collect();
    for deal in (0..deals.len()).filter(|deal| ask.includes(*deal)) {
        if let (Some(owner), Some(opened)) = (deals.owner[deal], deals.opened[deal]) {
            let owner = owner as usize;
            if !told[owner] && starts[owner].is_none_or(|start| opened < start) {
                starts[owner] = Some(opened);
            }
        }
    }
    let mut counts = vec![[(0_usize, 0_i64); RAMP_MONTHS]; n];
    for deal in (0..deals.len()).filter(|deal| ask.includes(*deal)) {
        let Some(owner) = deals.owner[deal].map(|owner| owner as usize) else {
            continue;
        };
        let Some(start) = starts[owner].map(Day::date) else {
            continue;
        };
        let month =
            |day: Option<Day>| months_between(start, day?.date()).filter(|at| *at < RAMP_MONTHS);
        if let Some(at) = month(deals.opened[deal]) {
            counts[owner][at].0 += 1;
        }
        if deals.state[deal] == State::Won
            && let Some(at) = month(deals.closed[deal])
            && let Some(minor) = converter.worth(deal).known()
        {
            counts[owner][at].1 = counts[owner][at].1.saturating_add(minor);
        }
    }
    let start = starts[rep]?.date();
    let service = months_between(start, book.as_of)?;
    let whole_months = |at: usize| {
        let start = starts[at].map(Day::date)?;
        months_between(start, book.as_of)
    };
    let months = (0..=service.min(RAMP_MONTHS - 1)).map(|month| {
        let others: Vec<usize> = (0..n)
            .filter(|at| *at != rep && whole_months(*at).is_some_and(|whole| whole > month))
            .collect();
        let middle = |of: fn(&(usize, i64)) -> f64| {
            let values = others.iter().map(|at| of(&counts[*at][month]));
            median(values.collect()).filter(|_| others.len() >= OTHERS)
        };
        let (opened, won_minor) = counts[rep][month];
        Month {
            opened,
            won_minor,
            opened_median: middle(|(opened, _)| *opened as f64),
            won_median: middle(|(_, won)| *won as f64),
            others: others.len(),
        }
    });
    Some(Ramp {
        start,
        service,
        months: months.collect(),
    })
}

/// Whole months from one day to a later one; `None` when it is earlier.
pub(super) fn months_between(from: NaiveDate, to: NaiveDate) -> Option<usize> {
    let months = (to.year() - from.year()) * 12 + to.month() as i32
        - from.month() as i32
        - i32::from(to.day() < from.day());
    usize::try_from(months).ok()
}
