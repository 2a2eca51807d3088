//! Is it the deals, not the people? What a group would have had if its deals had gone as everybody else's of
//! their kind: product, customer type and month of the quarter (indirect standardisation).

use super::super::group::Groups;
use super::counts::Events;
use super::verdict::{SMALLEST, SPREAD};
use crate::statistics::{Expected, Trials, equal_rates, over_dispersion};

/// A group is explained by its deals when as few successes as it had are likelier than this.
pub(super) const EXPLAINED: f64 = 0.05;

/// The calendar is to blame below this chance that months are alike, and when they spread as far as [`SPREAD`].
const CALENDAR: f64 = 0.001;

/// What kinds of deals there are: by deal, the number of its kind.
pub(super) struct Kinds<'a> {
    /// Product and customer type; nothing where the groups themselves are of these.
    pub(super) deals: Option<&'a Groups<'a>>,
}

impl Kinds<'_> {
    fn len(&self) -> usize {
        self.deals.map_or(1, Groups::len) * 3
    }

    fn of(&self, deal: u32, month: u8) -> usize {
        let kind = self
            .deals
            .map_or(0, |kinds| kinds.of[deal as usize] as usize);
        kind * 3 + usize::from(month)
    }
}

/// One group at one step against everybody else's rate for deals of each kind.
pub(super) fn against_kinds(
    events: &Events,
    step: usize,
    groups: &Groups<'_>,
    group: usize,
    kinds: &Kinds<'_>,
) -> Expected {
    let mut own = vec![Trials::default(); kinds.len()];
    let mut others = own.clone();
    for event in &events.list {
        if event.before || usize::from(event.step) != step {
            continue;
        }
        let part = if groups.of[event.deal as usize] as usize == group {
            &mut own
        } else {
            &mut others
        };
        part[kinds.of(event.deal, event.month)].add(event.advanced);
    }
    expected(&own, &others)
}

/// All of now against the rates of before for deals of each kind.
pub(super) fn against_before(events: &Events, step: usize, kinds: &Kinds<'_>) -> Expected {
    let mut now = vec![Trials::default(); kinds.len()];
    let mut before = now.clone();
    for event in &events.list {
        if usize::from(event.step) == step {
            let part = if event.before { &mut before } else { &mut now };
            part[kinds.of(event.deal, event.month)].add(event.advanced);
        }
    }
    expected(&now, &before)
}

/// Where the others have too few of a kind, their rate over all kinds stands in for it.
fn expected(own: &[Trials], others: &[Trials]) -> Expected {
    let all: Trials = others.iter().copied().sum();
    let mut expected = Expected::default();
    for (own, others) in own.iter().zip(others) {
        let known = if others.n >= SMALLEST { *others } else { all };
        if let Some(rate) = known.rate() {
            expected.add(rate, *own);
        }
    }
    expected
}

pub(super) fn is_explained(expected: &Expected) -> bool {
    expected.observed().n > 0 && expected.fewer() > EXPLAINED
}

/// Months of the quarter that differ for everybody.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Calendar {
    pub(super) months: [Trials; 3],
    pub(super) chi_square: f64,
    pub(super) p: f64,
    pub(super) phi: f64,
}

impl Calendar {
    pub(super) fn of(months: [Trials; 3]) -> Option<Self> {
        let test = equal_rates(&months)?;
        let phi = over_dispersion(&months)?;
        Some(Self {
            months,
            chi_square: test.statistic,
            p: test.p,
            phi,
        })
    }

    pub(super) fn is_found(&self) -> bool {
        let sized = self.months.iter().all(|month| month.n >= SMALLEST);
        sized && self.p < CALENDAR && self.phi > SPREAD
    }

    /// Months of the quarter from 1, the weakest and the strongest, with their rates.
    pub(super) fn ends(&self) -> [(usize, f64); 2] {
        let mut rates: Vec<(usize, f64)> = self
            .months
            .iter()
            .enumerate()
            .map(|(month, trials)| (month + 1, trials.rate().unwrap_or(0.0)))
            .collect();
        rates.sort_by(|(_, a), (_, b)| a.total_cmp(b));
        [rates[0], rates[2]]
    }
}
