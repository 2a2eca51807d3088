//! A range instead of a number: what may come of the days ahead, drawn at random from an [`Outlook`] again and again.

use super::Outlook;
use super::chance::Chance;

/// So often what may come is drawn: the ends of an 80 % range are then known to about two parts in a hundred of its width.
pub const SAMPLES: usize = 4_000;

/// So many deals are drawn one by one at most: where there are more, those with more than their part of the variance.
const DRAWN: usize = 300;

/// From so many expected new deals on their sum is drawn from its normal approximation.
const MANY: f64 = 200.0;

/// What a range is said to hold, of what happens.
pub const HELD: f64 = 0.8;

/// Samples of one sum, ascending.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spread(Vec<f64>);

impl Spread {
    fn of(mut samples: Vec<f64>) -> Self {
        samples.sort_by(f64::total_cmp);
        Self(samples)
    }

    /// With linear interpolation between neighbours, as [`crate::statistics::quantile`]; 0 of none.
    pub fn quantile(&self, share: f64) -> f64 {
        let Some(last) = self.0.len().checked_sub(1) else {
            return 0.0;
        };
        let at = share.clamp(0.0, 1.0) * last as f64;
        let low = self.0[at.floor() as usize];
        let high = self.0[at.ceil() as usize];
        low + (high - low) * (at - at.floor())
    }

    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The ends of the 80 % range.
    pub fn ends(&self) -> (f64, f64) {
        (
            self.quantile((1.0 - HELD) / 2.0),
            self.quantile(f64::midpoint(1.0, HELD)),
        )
    }

    /// Share of the samples that reach an amount.
    pub fn chance_of(&self, amount: f64) -> f64 {
        if self.0.is_empty() {
            return 0.0;
        }
        let below = self.0.partition_point(|sample| *sample < amount);
        (self.0.len() - below) as f64 / self.0.len() as f64
    }

    /// How many samples lie in each of so many equally wide bins from one share of them to another.
    pub fn bins(&self, count: usize, (from, to): (f64, f64)) -> Vec<usize> {
        let (low, high) = (self.quantile(from), self.quantile(to));
        let width = (high - low) / count.max(1) as f64;
        let mut bins = vec![0; count];
        for sample in self
            .0
            .iter()
            .filter(|sample| **sample >= low && **sample <= high)
        {
            let at = if width > 0.0 {
                (((sample - low) / width) as usize).min(count.saturating_sub(1))
            } else {
                count / 2
            };
            if let Some(bin) = bins.get_mut(at) {
                *bin += 1;
            }
        }
        bins
    }
}

/// What was drawn, before it is put together: one number a sample, of deals that are open, of those that are not yet,
/// and the factor that widens both.
#[derive(Clone, Debug)]
pub struct Draws {
    /// By group of the open deals.
    groups: Vec<Vec<f64>>,
    new: Vec<f64>,
    widened: Vec<f64>,
}

/// What a range is drawn from, on any day.
pub(super) struct Mix<'a> {
    pub(super) new_minor: f64,
    pub(super) new_deals: f64,
    /// Of deals that were won in the year before.
    pub(super) won_values: &'a [f64],
    pub(super) spread: f64,
}

/// Draws what may come of an outlook. `group_of` puts each of its deals into one of `groups`.
pub fn draw(outlook: &Outlook, group_of: &[usize], groups: usize, seed: u64) -> Draws {
    let deals = outlook.deals.iter().zip(group_of);
    let deals = deals.map(|(deal, group)| (deal.chance, deal.worth_minor, *group));
    let mix = Mix {
        new_minor: outlook.new_minor,
        new_deals: outlook.new_deals,
        won_values: &outlook.won_values,
        spread: outlook.spread,
    };
    drawn(&mix, deals, groups, seed)
}

/// Draws what may come: every open deal (chance, worth, group) is won or not by its chance, deals that are not open yet
/// come as a compound Poisson process whose values are those won in the last year, and every sample is widened by
/// `exp(spread × Z)`, Z standard normal: the method's own past errors beyond what chance explains. The range that is said
/// and the one that a backtest judges are both drawn here.
///
/// Of more than [`DRAWN`] deals only those with more than so great a part of the variance of all are drawn one by one. The
/// sum of the others of a group, of which none decides much, is drawn from the normal distribution of the same mean and
/// variance (Lyapunov's central limit theorem), so that a million deals take no longer than a thousand.
pub(super) fn drawn(
    mix: &Mix<'_>,
    deals: impl ExactSizeIterator<Item = (f64, f64, usize)> + Clone,
    groups: usize,
    seed: u64,
) -> Draws {
    let mut chance = Chance::new(seed);
    let variance = |p: f64, worth: f64| {
        let p = p.clamp(0.0, 1.0);
        p * (1.0 - p) * worth * worth
    };
    let least = if deals.len() > DRAWN {
        let all: f64 = deals.clone().map(|(p, worth, _)| variance(p, worth)).sum();
        all / DRAWN as f64
    } else {
        -1.0
    };
    let mut singly = Vec::new();
    let mut rest = vec![(0.0, 0.0); groups];
    for (p, worth, group) in deals {
        let own = variance(p, worth);
        if own > least {
            singly.push((p, worth, group));
        } else {
            let (mean, sum) = &mut rest[group];
            *mean += p * worth;
            *sum += own;
        }
    }
    let mut drawn = Draws {
        groups: vec![vec![0.0; SAMPLES]; groups],
        new: Vec::with_capacity(SAMPLES),
        widened: Vec::with_capacity(SAMPLES),
    };
    let new = NewDeals::of(mix);
    for sample in 0..SAMPLES {
        for (p, worth, group) in &singly {
            if chance.is(*p) {
                drawn.groups[*group][sample] += worth;
            }
        }
        for (group, (mean, variance)) in drawn.groups.iter_mut().zip(&rest) {
            if *mean > 0.0 {
                group[sample] += (mean + variance.sqrt() * chance.normal()).max(0.0);
            }
        }
        drawn.new.push(new.draw(&mut chance));
        drawn.widened.push((mix.spread * chance.normal()).exp());
    }
    drawn
}

impl Draws {
    /// Everything together, beside what is won already.
    pub fn total(&self, won_minor: f64) -> Spread {
        let sum = |at: usize| {
            let open: f64 = self.groups.iter().map(|group| group[at]).sum();
            won_minor + (open + self.new[at]) * self.widened[at]
        };
        Spread::of((0..self.new.len()).map(sum).collect())
    }

    /// What the open deals of one group bring.
    pub fn group(&self, group: usize, won_minor: f64) -> Spread {
        let samples = self.groups[group].iter().zip(&self.widened);
        Spread::of(
            samples
                .map(|(open, widened)| won_minor + open * widened)
                .collect(),
        )
    }

    /// What deals bring that are not open yet.
    pub fn new_business(&self) -> Spread {
        let samples = self.new.iter().zip(&self.widened);
        Spread::of(samples.map(|(new, widened)| new * widened).collect())
    }

    /// Of each sample: what open deals bring before it is widened, and the factor that widens it.
    pub(super) fn open(&self) -> Vec<(f64, f64)> {
        let sum = |at: usize| self.groups.iter().map(|group| group[at]).sum();
        let widened = self.widened.iter().enumerate();
        widened.map(|(at, widened)| (sum(at), *widened)).collect()
    }
}

/// Deals that are not open yet.
struct NewDeals<'a> {
    /// Expected number of them.
    count: f64,
    values: &'a [f64],
    /// Scales the values so that the mean of the sum is what is expected.
    scale: f64,
    mean: f64,
    deviation: f64,
}

impl<'a> NewDeals<'a> {
    fn of(mix: &Mix<'a>) -> Self {
        let values = mix.won_values;
        let n = values.len().max(1) as f64;
        let first = values.iter().sum::<f64>() / n;
        let second = values.iter().map(|value| value * value).sum::<f64>() / n;
        let expected = mix.new_minor.max(0.0);
        let count = if first > 0.0 {
            // As many as is said, or as the values ask for where it is only said how much.
            if mix.new_deals > 0.0 {
                mix.new_deals
            } else {
                expected / first
            }
        } else {
            0.0
        };
        let scale = if count > 0.0 {
            expected / (count * first)
        } else {
            0.0
        };
        Self {
            count,
            values,
            scale,
            mean: expected,
            // Variance of a compound Poisson sum: λ E[v²].
            deviation: (count * second).sqrt() * scale,
        }
    }

    fn draw(&self, chance: &mut Chance) -> f64 {
        if self.count <= 0.0 {
            // Nobody was won lately that values could be drawn from.
            return self.mean;
        }
        if self.count >= MANY {
            return (self.mean + self.deviation * chance.normal()).max(0.0);
        }
        let values = self.values;
        let sum: f64 = (0..chance.arrivals(self.count))
            .map(|_| values[chance.below(values.len())])
            .sum();
        sum * self.scale
    }
}

/// Whole numbers that add up to `total` and are nearest to these parts: by largest remainder (Hamilton's method; the
/// quota of M. L. Balinski and H. P. Young, Fair Representation, 1982). Parts that miss the total by more than their
/// number are brought to it first.
pub fn apportioned(parts: &[f64], total: i64) -> Vec<i64> {
    let mut whole: Vec<i64> = parts.iter().map(|part| part.floor() as i64).collect();
    if whole.is_empty() {
        return whole;
    }
    let count = whole.len() as i64;
    let sum: i64 = whole.iter().sum();
    let missing = total - sum;
    let (each, left) = (
        missing.div_euclid(count),
        missing.rem_euclid(count) as usize,
    );
    let mut order: Vec<usize> = (0..parts.len()).collect();
    let fraction = |at: usize| parts[at] - parts[at].floor();
    order.sort_by(|a, b| fraction(*b).total_cmp(&fraction(*a)).then(a.cmp(b)));
    for part in &mut whole {
        *part += each;
    }
    for at in order.into_iter().take(left) {
        whole[at] += 1;
    }
    whole
}

#[cfg(test)]
#[path = "range_tests.rs"]
mod tests;
