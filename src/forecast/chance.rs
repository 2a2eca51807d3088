//! The seeded source of chance that ranges are drawn from: the same seed draws the same.

/// Draws of one seed, one after another.
#[derive(Debug)]
pub(super) struct Chance {
    rng: fastrand::Rng,
    /// The second of two normal draws.
    spare: Option<f64>,
}

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            rng: fastrand::Rng::with_seed(seed),
            spare: None,
        }
    }

    pub(super) fn is(&mut self, share: f64) -> bool {
        self.rng.f64() < share
    }

    /// A whole number below `n`, which must not be 0.
    pub(super) fn below(&mut self, n: usize) -> usize {
        self.rng.usize(..n.max(1))
    }

    /// Standard normal: G. E. P. Box and M. E. Muller, A note on the generation of random normal deviates, Annals of
    /// Mathematical Statistics 29 (1958), 610–611.
    pub(super) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = (-2.0 * (1.0 - self.rng.f64()).ln()).sqrt();
        let (sine, cosine) = (std::f64::consts::TAU * self.rng.f64()).sin_cos();
        self.spare = Some(radius * sine);
        radius * cosine
    }

    /// How many come when `mean` are expected (Poisson), by the product of uniform draws: D. E. Knuth, The Art of Computer
    /// Programming 2, 3.4.1. For means of up to some hundreds.
    pub(super) fn arrivals(&mut self, mean: f64) -> usize {
        let limit = (-mean).exp();
        let mut n = 0;
        let mut left = self.rng.f64();
        while left > limit {
            n += 1;
            left *= self.rng.f64();
        }
        n
    }
}
