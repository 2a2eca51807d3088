//! How many new deals a target needs: at the rates at which deals were won after they were opened.

use super::range::Draws;
use crate::deal::book::{Book, Day, State};
use crate::statistics::normal_share;

/// Deals that were opened in so many days before count.
const LOOKED_BACK: i32 = 730;

/// Days of a month, on average.
pub(super) const MONTH: f64 = 365.25 / 12.0;

/// What became of new deals.
#[derive(Clone, Debug, PartialEq)]
pub struct Newcomers {
    /// By days since it was opened: the share that was won by then.
    won_by: Vec<f64>,
    /// Deals opened and looked at.
    pub n: usize,
    pub won: usize,
    /// Deals opened a month, in the last three.
    pub monthly: f64,
}

impl Newcomers {
    /// Of the deals of the Book that `counts` holds for, opened in the last two years, by age up to `days`.
    ///
    /// Competing risks: the cumulative incidence of being won, with lost as the other end and open deals censored (O. O. Aalen
    /// and S. Johansen, An empirical transition matrix for non-homogeneous Markov chains based on censored observations,
    /// Scandinavian Journal of Statistics 5 (1978), 141–150).
    pub fn of(book: &Book, days: i32, counts: impl Fn(usize) -> bool) -> Self {
        let as_of = Day::of(book.as_of);
        let length = days.max(0) as usize + 1;
        let (mut won, mut lost, mut left) =
            (vec![0.0; length], vec![0.0; length], vec![0.0; length]);
        let (mut n, mut wins, mut lately) = (0, 0, 0);
        let deals = &book.deals;
        for deal in 0..deals.len() {
            let Some(opened) = deals.opened[deal] else {
                continue;
            };
            let age = as_of.since(opened);
            if !(0..=LOOKED_BACK).contains(&age) || !counts(deal) {
                continue;
            }
            n += 1;
            lately += usize::from(f64::from(age) < 3.0 * MONTH);
            let end = deals.closed[deal].filter(|_| !deals.state[deal].is_open());
            let lasted = end.map_or(age, |end| end.since(opened)).max(0) as usize;
            let state = deals.state[deal];
            wins += usize::from(state == State::Won);
            let Some(slot) = left.get_mut(lasted) else {
                continue;
            };
            *slot += 1.0;
            match state {
                State::Won => won[lasted] += 1.0,
                State::Lost => lost[lasted] += 1.0,
                State::Open | State::Hold => {}
            }
        }
        let (mut at_risk, mut still, mut sum) = (n as f64, 1.0, 0.0);
        let won_by = (0..length).map(|day| {
            if at_risk > 0.0 {
                sum += still * won[day] / at_risk;
                still *= 1.0 - (won[day] + lost[day]) / at_risk;
            }
            at_risk -= left[day];
            sum
        });
        Self {
            won_by: won_by.collect(),
            n,
            won: wins,
            monthly: lately as f64 / 3.0,
        }
    }

    /// The chance of a deal to be won in time that is opened on any of the days that are left, all alike.
    pub fn in_time(&self) -> f64 {
        // Opened on the last day it has none left, opened tomorrow all but one.
        let days = self.won_by.len().saturating_sub(1);
        self.won_by[..days].iter().sum::<f64>() / days.max(1) as f64
    }
}

/// New deals that are needed until the end of the horizon, for these chances to reach the target; `None` where no number
/// of them is enough.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Need {
    /// Even chance.
    pub deals: Option<f64>,
    /// One chance in five.
    pub low: Option<f64>,
    /// Four chances in five.
    pub high: Option<f64>,
}

/// A smaller share won in time than this asks for an absurd number of deals.
const IN_TIME: f64 = 0.005;

/// More than so many are not looked for.
const MOST: f64 = 1e7;

impl Need {
    /// So many deals that what the open ones bring (as `draws` have it) and what `in_time` of the new ones brings, of these
    /// values, reaches `missing_minor`. New deals come as a compound Poisson sum in its normal approximation; every sample
    /// is widened as ranges are. What the open ones bring may be enough.
    pub fn of(draws: &Draws, in_time: f64, won_values: &[f64], missing_minor: f64) -> Self {
        let n = won_values.len().max(1) as f64;
        let mean = won_values.iter().sum::<f64>() / n;
        let square = won_values.iter().map(|value| value * value).sum::<f64>() / n;
        let open = draws.open();
        let chance = |deals: f64| {
            let won = deals * in_time;
            let deviation = (won * square).sqrt();
            let reached = open.iter().map(|(open, widened)| {
                let over = open + won * mean - missing_minor / widened;
                if deviation > 0.0 {
                    normal_share(over / deviation)
                } else {
                    f64::from(u8::from(over >= 0.0))
                }
            });
            reached.sum::<f64>() / open.len().max(1) as f64
        };
        let most = if in_time < IN_TIME || mean <= 0.0 {
            0.0
        } else {
            MOST
        };
        Self {
            deals: fewest(0.5, most, chance),
            low: fewest(0.2, most, chance),
            high: fewest(0.8, most, chance),
        }
    }
}

/// The fewest with at least that chance, which grows with them, if `most` are enough.
fn fewest(wanted: f64, most: f64, chance: impl Fn(f64) -> f64) -> Option<f64> {
    if chance(0.0) >= wanted {
        return Some(0.0);
    }
    let mut high = 1.0;
    while high > most || chance(high) < wanted {
        high *= 2.0;
        if high > most {
            return None;
        }
    }
    let mut low = high / 2.0 * f64::from(u8::from(high > 1.0));
    while high - low > 0.01 * high.max(1.0) {
        let middle = f64::midpoint(low, high);
        if chance(middle) < wanted {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::super::range::draw;
    use super::super::sample::outlook;
    use super::*;

    fn newcomers(won_by: &[f64]) -> Newcomers {
        Newcomers {
            won_by: won_by.to_vec(),
            n: 40,
            won: 10,
            monthly: 8.0,
        }
    }

    #[test]
    fn the_later_opened_the_less_time() {
        // Three days are left: opened on the first of them it has two, on the last none.
        let rate = newcomers(&[0.0, 0.1, 0.2, 0.9]).in_time();
        assert!((rate - 0.1).abs() < 1e-12, "{rate}");
        assert!(newcomers(&[0.0]).in_time().abs() < 1e-12);
    }

    #[test]
    fn as_many_as_reach_it() {
        // 1,000 are sure; 4,000 are missing. One in ten new deals brings 500: 60 are needed for an even chance.
        let outlook = outlook(&[(1.0, 1000.0)], 0.0, 0.0);
        let draws = draw(&outlook, &[0], 1, 1);
        let need = Need::of(&draws, 0.1, &[500.0], 4_000.0);
        let near = |number: Option<f64>, to: f64, by: f64| {
            number.is_some_and(|number| (number - to).abs() < by)
        };
        assert!(near(need.deals, 60.0, 1.0), "{need:?}");
        // 6 + z √N q sits at z = ±0.8416: N q is 4.28 and 8.46.
        assert!(near(need.low, 42.8, 1.0), "{need:?}");
        assert!(near(need.high, 84.6, 1.5), "{need:?}");
        let all = |deals| Need {
            deals,
            low: deals,
            high: deals,
        };
        // What is there is enough, whatever new deals bring.
        assert_eq!(Need::of(&draws, 0.1, &[500.0], 900.0), all(Some(0.0)));
        assert_eq!(Need::of(&draws, 0.0, &[500.0], 900.0), all(Some(0.0)));
        assert_eq!(Need::of(&draws, 0.0, &[], -5.0), all(Some(0.0)));
        assert_eq!(Need::of(&draws, 0.0, &[500.0], 4_000.0), all(None));
        assert_eq!(Need::of(&draws, 0.1, &[], 4_000.0), all(None));
    }
}
