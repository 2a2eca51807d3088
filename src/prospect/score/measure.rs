//! How good predicted probabilities are: how well they rank, how near they are, and how sure that is.
//!
//! Deals of one company are alike, so wherever a company has several the uncertainty is reckoned by
//! company too, and the wider interval holds.

use rustc_hash::FxHashMap;

/// The 97.5 % point of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// An estimate with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

impl Estimate {
    fn of(value: f64, error: f64) -> Self {
        Self {
            value,
            low: value - Z * error,
            high: value + Z * error,
        }
    }

    fn within(self, low: f64, high: f64) -> Self {
        Self {
            low: self.low.max(low),
            high: self.high.min(high),
            ..self
        }
    }
}

/// One deal with what was predicted for it without looking at it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Predicted {
    pub(super) probability: f64,
    /// What knowing nothing but the share of wins would have said.
    pub(super) base: f64,
    pub(super) won: bool,
    pub(super) company: usize,
}

impl Predicted {
    fn outcome(&self) -> f64 {
        f64::from(u8::from(self.won))
    }
}

/// The area under the ROC curve: how likely a won deal is to have been ranked above a lost one, a tie
/// counting half. The standard error is that of J. A. Hanley and B. J. `McNeil`, The meaning and use of
/// the area under a receiver operating characteristic (ROC) curve, Radiology 143 (1982), 29–36; where
/// companies have several deals, that for clustered data (N. A. Obuchowski, Nonparametric analysis of
/// clustered ROC curve data, Biometrics 53 (1997), 567–578) if it is larger. `None` without wins or
/// without losses.
pub(super) fn auc(predicted: &[Predicted]) -> Option<Estimate> {
    let won = predicted.iter().filter(|deal| deal.won).count();
    let lost = predicted.len() - won;
    if won == 0 || lost == 0 {
        return None;
    }
    let beaten = beaten(predicted);
    let value = (predicted.iter().zip(&beaten))
        .filter(|(deal, _)| deal.won)
        .map(|(_, share)| share)
        .sum::<f64>()
        / won as f64;
    let mut error = hanley_mcneil(value, won, lost);
    if places(predicted).1 < predicted.len() {
        error = error.max(clustered(predicted, &beaten, value));
    }
    Some(Estimate::of(value, error).within(0.0, 1.0))
}

/// Of each won deal the share of lost ones ranked below it, of each lost one the share of won ones
/// ranked above it.
fn beaten(predicted: &[Predicted]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..predicted.len()).collect();
    order.sort_by(|a, b| f64::total_cmp(&predicted[*a].probability, &predicted[*b].probability));
    let total = predicted.iter().filter(|deal| deal.won).count() as f64;
    let lost = predicted.len() as f64 - total;
    let mut below = (0.0, 0.0);
    let mut beaten = vec![0.0; predicted.len()];
    for ties in order.chunk_by(|a, b| {
        let of = |at: &usize| predicted[*at].probability;
        of(a).total_cmp(&of(b)).is_eq()
    }) {
        let won = ties.iter().filter(|at| predicted[**at].won).count() as f64;
        let rest = ties.len() as f64 - won;
        for at in ties {
            beaten[*at] = if predicted[*at].won {
                (below.1 + rest / 2.0) / lost
            } else {
                (total - below.0 - won / 2.0) / total
            };
        }
        below = (below.0 + won, below.1 + rest);
    }
    beaten
}

fn hanley_mcneil(area: f64, won: usize, lost: usize) -> f64 {
    let (won, lost) = (won as f64, lost as f64);
    let two_won = area / (2.0 - area);
    let two_lost = 2.0 * area * area / (1.0 + area);
    let variance = area * (1.0 - area)
        + (won - 1.0) * (two_won - area * area)
        + (lost - 1.0) * (two_lost - area * area);
    (variance.max(0.0) / (won * lost)).sqrt()
}

fn clustered(predicted: &[Predicted], beaten: &[f64], area: f64) -> f64 {
    #[derive(Clone, Copy, Default)]
    struct Company {
        won: f64,
        lost: f64,
        won_excess: f64,
        lost_excess: f64,
    }
    let (places, count) = places(predicted);
    let mut companies = vec![Company::default(); count];
    for ((deal, share), place) in predicted.iter().zip(beaten).zip(places) {
        let company = &mut companies[place];
        if deal.won {
            company.won += 1.0;
            company.won_excess += share - area;
        } else {
            company.lost += 1.0;
            company.lost_excess += share - area;
        }
    }
    let sum = |of: fn(&Company) -> f64| companies.iter().map(of).sum::<f64>();
    let some = |of: fn(&Company) -> f64| companies.iter().filter(|c| of(c) > 0.0).count() as f64;
    // One company alone says nothing of the spread between companies.
    let spread = |n: f64| {
        if n > 1.0 {
            n / (n - 1.0)
        } else {
            f64::INFINITY
        }
    };
    let (won, lost) = (sum(|c| c.won), sum(|c| c.lost));
    let variance = spread(some(|c| c.won)) * sum(|c| c.won_excess.powi(2)) / won.powi(2)
        + spread(some(|c| c.lost)) * sum(|c| c.lost_excess.powi(2)) / lost.powi(2)
        + 2.0 * spread(companies.len() as f64) * sum(|c| c.won_excess * c.lost_excess)
            / (won * lost);
    // Infinite spread times no excess is not a number; one company settles nothing.
    if variance.is_nan() {
        f64::INFINITY
    } else {
        variance.max(0.0).sqrt()
    }
}

/// The place of each deal's company among those that appear, and how many these are.
fn places(predicted: &[Predicted]) -> (Vec<usize>, usize) {
    let mut seen: FxHashMap<usize, usize> = FxHashMap::default();
    let place = |deal: &Predicted| {
        let next = seen.len();
        *seen.entry(deal.company).or_insert(next)
    };
    let places = predicted.iter().map(place).collect();
    (places, seen.len())
}

/// The mean squared error of the probabilities: G. W. Brier, Verification of forecasts expressed in terms
/// of probability, Monthly Weather Review 78 (1950), 1–3.
pub(super) fn brier(predicted: &[Predicted], of: fn(&Predicted) -> f64) -> f64 {
    let errors = predicted
        .iter()
        .map(|deal| (of(deal) - deal.outcome()).powi(2));
    errors.sum::<f64>() / predicted.len() as f64
}

/// By how much the Brier score is better than that of the base rate, deal by deal (paired), the
/// uncertainty reckoned over companies.
pub(super) fn gain(predicted: &[Predicted]) -> Estimate {
    let n = predicted.len() as f64;
    let better = |deal: &Predicted| {
        (deal.base - deal.outcome()).powi(2) - (deal.probability - deal.outcome()).powi(2)
    };
    let mean = predicted.iter().map(better).sum::<f64>() / n;
    let (places, count) = places(predicted);
    let mut sums = vec![0.0; count];
    for (deal, place) in predicted.iter().zip(places) {
        sums[place] += better(deal) - mean;
    }
    let clusters = sums.len() as f64;
    let error = if clusters > 1.0 {
        (clusters / (clusters - 1.0) * sums.iter().map(|sum| sum * sum).sum::<f64>()).sqrt() / n
    } else {
        f64::INFINITY
    };
    Estimate::of(mean, error)
}

/// Equal-count groups that calibration is judged in.
const BINS: usize = 10;

/// How far promised and kept shares of wins are apart: the mean over ten equal-count groups of the
/// ordered predictions (expected calibration error: M. P. Naeini, G. Cooper and M. Hauskrecht, Obtaining
/// well calibrated probabilities using Bayesian binning, AAAI 2015), and what luck alone would give
/// perfect predictions at this size.
pub(super) fn calibration(predicted: &[Predicted]) -> (f64, f64) {
    let mut order: Vec<&Predicted> = predicted.iter().collect();
    order.sort_by(|a, b| a.probability.total_cmp(&b.probability));
    // Which of several equal predictions falls into which group must not depend on their order:
    // each stands for the mean of all.
    let mut pairs: Vec<(f64, f64)> = Vec::with_capacity(order.len());
    for ties in order.chunk_by(|a, b| a.probability.total_cmp(&b.probability).is_eq()) {
        let won = ties.iter().map(|deal| deal.outcome()).sum::<f64>() / ties.len() as f64;
        pairs.extend(ties.iter().map(|deal| (deal.probability, won)));
    }
    let (mut error, mut luck) = (0.0, 0.0);
    for bin in 0..BINS {
        let group = &pairs[bin * pairs.len() / BINS..(bin + 1) * pairs.len() / BINS];
        error += group.iter().map(|(p, won)| p - won).sum::<f64>().abs();
        let variance: f64 = group.iter().map(|(p, _)| p * (1.0 - p)).sum();
        // The mean distance of a normal deviate from its centre.
        luck += (variance * std::f64::consts::FRAC_2_PI).sqrt();
    }
    let n = predicted.len().max(1) as f64;
    (error / n, luck / n)
}
