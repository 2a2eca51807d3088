//! How good past forecasts were: errors of money and of chances over the origins at which a forecast was given.
//!
//! WAPE is the sum of absolute errors over the sum of what was won (R. J. Hyndman and A. B. Koehler, Another look at
//! measures of forecast accuracy, International Journal of Forecasting 22 (2006), 679–688); the Brier score is the mean
//! square of chance less outcome (G. W. Brier, Monthly Weather Review 78 (1950), 1–3); the calibration error is the mean
//! distance of the share won from the chances in ten bins, weighed by their deals; the pinball loss of a quantile q is
//! `q` of what was above it and `1 - q` of what was below (R. Koenker and G. Bassett, Econometrica 46 (1978), 33–50).

use super::{Backtest, HELD, METHODS, Origin};
use crate::statistics::wilson;

/// Errors over some origins.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// How many origins.
    pub origins: usize,
    pub wape: Option<f64>,
    /// Sum of what was said over what was won, less 1.
    pub bias: Option<f64>,
    /// WAPE of what open deals brought.
    pub open_wape: Option<f64>,
    pub brier: Option<f64>,
    /// In ten bins.
    pub calibration_error: Option<f64>,
}

/// Of the range that was said.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Range {
    pub origins: usize,
    /// At how many of them what was won was in the 80 % range.
    pub held: usize,
    /// The same as a share.
    pub coverage: Option<f64>,
    /// Mean pinball loss of its two ends, as a share of what was won.
    pub pinball: Option<f64>,
}

impl Range {
    /// Whether they hold so seldom, or so often, that chance does not explain it: by Wilson's interval.
    pub fn off(&self) -> Option<&'static str> {
        // Where nothing was won, a range of nothing holds and is not wide.
        self.pinball?;
        let (low, high) = wilson(self.held, self.origins)?;
        if high < HELD {
            Some("too narrow so far")
        } else if low > HELD {
            Some("too wide so far")
        } else {
            None
        }
    }
}

/// A bin of chances.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bin {
    pub deals: usize,
    /// Sums.
    pub chances: f64,
    pub won: f64,
}

impl Backtest {
    /// Origins at which a forecast was given.
    pub fn counted(&self) -> impl Iterator<Item = &Origin> + Clone {
        self.origins.iter().filter(|origin| origin.counts)
    }

    /// Of each method, in the order of [`METHODS`].
    pub fn scores(&self) -> Vec<(&'static str, Score)> {
        METHODS
            .into_iter()
            .map(|method| (method, self.of_method(method)))
            .collect()
    }

    pub fn of_method(&self, method: &str) -> Score {
        let mut sums = Sums::default();
        for origin in self.counted() {
            if let Some(said) = origin.said.iter().find(|said| said.method == method) {
                let expected = &said.expected;
                sums.add(origin, expected.total_minor, expected.open_minor);
                sums.add_chances(&expected.chances, &origin.won);
            }
        }
        sums.score()
    }

    /// Of what was said in the end, by the method chosen on each day.
    pub fn chosen(&self) -> Score {
        let mut sums = Sums::default();
        for origin in self.counted() {
            sums.add(origin, origin.total_minor, Some(origin.open_minor));
            sums.add_chances(&origin.chances, &origin.won);
        }
        sums.score()
    }

    pub fn range(&self) -> Range {
        let (mut within, mut loss, mut won) = (0, 0.0, 0.0);
        let origins = self.counted().count();
        for origin in self.counted() {
            let actual = origin.actual_minor;
            within += usize::from(origin.held());
            for (share, end) in [(0.1, origin.low_minor), (0.9, origin.high_minor)] {
                loss += (share * (actual - end)).max((share - 1.0) * (actual - end)) / 2.0;
            }
            won += actual;
        }
        Range {
            origins,
            held: within,
            coverage: (origins > 0).then(|| within as f64 / origins as f64),
            pinball: (won > 0.0).then(|| loss / won),
        }
    }

    /// Chances against outcomes, in ten bins.
    pub fn calibration(&self) -> [Bin; 10] {
        let mut sums = Sums::default();
        for origin in self.counted() {
            sums.add_chances(&origin.chances, &origin.won);
        }
        sums.bins
    }
}

#[derive(Default)]
struct Sums {
    origins: usize,
    error: f64,
    said: f64,
    won: f64,
    open_error: f64,
    open_won: f64,
    has_open: bool,
    square: f64,
    bins: [Bin; 10],
}

impl Sums {
    fn add(&mut self, origin: &Origin, total: f64, open: Option<f64>) {
        self.origins += 1;
        self.error += (total - origin.actual_minor).abs();
        self.said += total;
        self.won += origin.actual_minor;
        if let Some(open) = open {
            self.has_open = true;
            self.open_error += (open - origin.actual_open_minor).abs();
            self.open_won += origin.actual_open_minor;
        }
    }

    fn add_chances(&mut self, chances: &[f64], won: &[bool]) {
        for (chance, won) in chances.iter().zip(won) {
            let won = f64::from(u8::from(*won));
            self.square += (chance - won).powi(2);
            let bin = &mut self.bins[((chance * 10.0) as usize).min(9)];
            bin.deals += 1;
            bin.chances += chance;
            bin.won += won;
        }
    }

    fn score(&self) -> Score {
        let deals: usize = self.bins.iter().map(|bin| bin.deals).sum();
        let off: f64 = self
            .bins
            .iter()
            .map(|bin| (bin.chances - bin.won).abs())
            .sum();
        let of_deals = |sum: f64| (deals > 0).then(|| sum / deals as f64);
        Score {
            origins: self.origins,
            wape: (self.won > 0.0).then(|| self.error / self.won),
            bias: (self.won > 0.0).then(|| self.said / self.won - 1.0),
            open_wape: (self.has_open && self.open_won > 0.0)
                .then(|| self.open_error / self.open_won),
            brier: of_deals(self.square),
            calibration_error: of_deals(off),
        }
    }
}
