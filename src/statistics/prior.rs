//! Shares of some, drawn towards the share of all as far as their records are alike.

/// What is believed of everybody before their own record is looked at: a beta distribution around the share
/// of all, as narrow as the records are alike.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Prior {
    /// The share of all records together; 0 when there are none.
    pub share: f64,
    /// M, how many trials of everybody's are mixed in with one's own; nothing where records don't differ
    /// beyond what luck explains.
    pub weight: Option<f64>,
}

impl Prior {
    /// By the method of moments, from successes and trials. The variance between records is what is left of
    /// that of their shares once chance has had its part. It stays below p (1 - p), so the weight is above 0.
    pub fn of(records: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let records = records.filter(|(_, trials)| *trials > 0);
        let p = share(records.clone());
        let total: f64 = records.clone().map(|(_, trials)| f64::from(trials)).sum();
        if total <= 0.0 {
            return Self::default();
        }
        let spread: f64 = records
            .clone()
            .map(|(successes, trials)| {
                let n = f64::from(trials);
                n * (f64::from(successes) / n - p).powi(2)
            })
            .sum::<f64>()
            / total;
        let chance = p * (1.0 - p) * records.count() as f64 / total;
        let between = spread - chance;
        Self {
            share: p,
            // A spread of a millionth of a ratio is rounding, not a difference between people.
            weight: (between > 1e-9).then(|| p * (1.0 - p) / between - 1.0),
        }
    }

    /// What one with this record can be expected to do.
    pub fn expect(&self, successes: u32, trials: u32) -> f64 {
        self.weight.map_or(self.share, |weight| {
            (f64::from(successes) + weight * self.share) / (f64::from(trials) + weight)
        })
    }
}

/// Successes of trials; 0 when nothing was tried.
pub fn share(records: impl Iterator<Item = (u32, u32)>) -> f64 {
    let (successes, trials) = records.fold((0_u64, 0_u64), |(successes, trials), (s, n)| {
        (successes + u64::from(s), trials + u64::from(n))
    });
    if trials == 0 {
        0.0
    } else {
        successes as f64 / trials as f64
    }
}

#[cfg(test)]
mod tests {
    use super::Prior;

    /// Against the same moments in `numpy`.
    #[test]
    fn moments() {
        let records = [
            (30, 100),
            (45, 100),
            (12, 50),
            (90, 200),
            (5, 40),
            (33, 60),
            (20, 50),
            (41, 99),
            (60, 150),
            (17, 45),
            (22, 80),
            (70, 120),
            (0, 0),
        ];
        let prior = Prior::of(records.into_iter());
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
        near(prior.share, 0.406_764_168_190_127_95);
        near(prior.weight.expect("reps differ"), 25.980_109_007_057_056);
        near(prior.expect(30, 100), 0.322_017_322_809_840_7);
        near(prior.expect(12, 50), 0.297_022_177_586_075_23);
    }

    #[test]
    fn alike_is_alike() {
        let prior = Prior::of([(4, 10), (4, 10), (5, 10)].into_iter());
        assert_eq!(prior.weight, None);
        assert!((prior.expect(10, 10) - prior.share).abs() < 1e-12);
        assert_eq!(Prior::of(std::iter::empty()), Prior::default());
    }
}
