//! Ensemble: the mean of the methods, weighed by their own finished forecasts.
//!
//! Weights are `1 / error⁴`, each error the share of what was won that a method was off by (WAPE) at its last finished
//! origins, with [`PRIOR`] believed before, as if of [`PRIOR_ORIGINS`] more: J. M. Bates and C. W. J. Granger, The
//! combination of forecasts, Operational Research Quarterly 20 (1969), 451–468, who weigh by error².

use super::METHODS;

/// Finished origins that are remembered.
pub(super) const ORIGINS: usize = 26;
pub(super) const PRIOR: f64 = 0.25;
pub(super) const PRIOR_ORIGINS: f64 = 4.0;
const POWER: i32 = 4;

/// Places in [`METHODS`].
pub(super) const STAGE_WEIGHTED: usize = 0;
pub(super) const RUN_RATE: usize = 1;
pub(super) const COHORT: usize = 2;
pub(super) const SURVIVAL: usize = 3;
pub(super) const LOGISTIC: usize = 4;
pub(super) const ENSEMBLE: usize = 5;

/// A number by method.
pub(super) type ByMethod = [Option<f64>; METHODS.len()];

/// What was said at an origin, and what came of it; the latter is read only when the horizon is over.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) day: i32,
    pub(super) open: ByMethod,
    pub(super) new: ByMethod,
    pub(super) total: ByMethod,
    /// By window of the run-rate.
    pub(super) windows: [Option<f64>; 5],
    /// Wins that survival and logistic expected before recalibration.
    pub(super) expected_wins: [f64; 2],
    /// Wins of deals that were open.
    pub(super) wins: f64,
    pub(super) actual_open: f64,
    pub(super) actual: f64,
    /// Place of the method whose word counted, and what it came to.
    pub(super) chosen: usize,
    pub(super) chosen_open: f64,
    pub(super) chosen_new: f64,
    pub(super) chosen_total: f64,
    /// Variance of the logarithm that chance explains: of the total, and of what open deals bring.
    pub(super) chance: [f64; 2],
    /// Standard deviation of the logarithm of errors beyond that.
    pub(super) spread: [f64; 2],
    /// What is added to wins that are not open yet, in deals.
    pub(super) new_deals: f64,
}

/// A method's error over the last finished origins, drawn to what is believed before as if of `origins` more.
pub(super) fn score<'r>(
    finished: &'r [Record],
    (prior, origins): (f64, f64),
    said: impl Fn(&'r Record) -> Option<f64>,
    actual: impl Fn(&'r Record) -> f64,
) -> f64 {
    let told = finished.iter().rev().filter_map(|record| {
        let said = said(record)?;
        let actual = actual(record);
        Some(((said - actual).abs(), actual))
    });
    let (mut off, mut won, mut count) = (0.0, 0.0, 0.0);
    for (error, actual) in told.take(ORIGINS) {
        off += error;
        won += actual;
        count += 1.0;
    }
    if won <= 0.0 {
        return prior;
    }
    let mean = won / count;
    (off + origins * prior * mean) / (won + origins * mean)
}

/// Weights of those of `methods` that said something; they add up to 1.
pub(super) fn weights(
    finished: &[Record],
    methods: &[usize],
    said: &ByMethod,
    of: impl Fn(&Record) -> &ByMethod,
    actual: impl Fn(&Record) -> f64,
) -> ByMethod {
    let mut weights = [None; METHODS.len()];
    for &method in methods {
        weights[method] = said[method].map(|_| {
            let prior = (PRIOR, PRIOR_ORIGINS);
            let error = score(finished, prior, |record| of(record)[method], &actual);
            error.max(0.01).powi(-POWER)
        });
    }
    let all: f64 = weights.iter().flatten().sum();
    weights.map(|weight| weight.map(|weight| weight / all))
}

/// The mean by weights.
pub(super) fn mean(weights: &ByMethod, said: &ByMethod) -> f64 {
    let both = weights.iter().zip(said);
    both.filter_map(|(weight, said)| Some(weight.as_ref()? * said.as_ref()?))
        .sum()
}
