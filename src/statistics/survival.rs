//! How long things last, of which some have not ended yet.

use super::ENOUGH;

/// How long things last when some have not ended yet: E. L. Kaplan and P. Meier, Nonparametric
/// estimation from incomplete observations, JASA 53 (1958), 457–481.
#[derive(Clone, Debug, Default)]
pub struct Survival {
    /// By length in days: how many ended then, and how many were last seen then, still going on.
    pub(super) days: Vec<(u32, u32)>,
    pub ended: usize,
    pub open: usize,
}

impl Survival {
    pub fn add(&mut self, days: i32, ended: bool) {
        let day = days.max(0) as usize;
        if day >= self.days.len() {
            self.days.resize(day + 1, (0, 0));
        }
        if ended {
            self.days[day].0 += 1;
            self.ended += 1;
        } else {
            self.days[day].1 += 1;
            self.open += 1;
        }
    }

    pub fn n(&self) -> usize {
        self.ended + self.open
    }

    /// These and others.
    pub fn include(&mut self, other: &Self) {
        if other.days.len() > self.days.len() {
            self.days.resize(other.days.len(), (0, 0));
        }
        for (day, more) in self.days.iter_mut().zip(&other.days) {
            day.0 += more.0;
            day.1 += more.1;
        }
        self.ended += other.ended;
        self.open += other.open;
    }

    /// These without some of them.
    #[must_use]
    pub fn without(&self, part: &Self) -> Self {
        let mut rest = self.clone();
        for (all, part) in rest.days.iter_mut().zip(&part.days) {
            all.0 -= part.0;
            all.1 -= part.1;
        }
        rest.ended -= part.ended;
        rest.open -= part.open;
        rest
    }

    /// The curve: each day on which some ended, with the share that goes on after it. Who was last seen on a day
    /// counts as present on it.
    pub fn steps(&self) -> impl Iterator<Item = (i32, f64)> {
        let (mut at_risk, mut surviving) = (self.n() as f64, 1.0);
        self.days
            .iter()
            .enumerate()
            .filter_map(move |(day, (ended, open))| {
                let present = at_risk;
                at_risk -= f64::from(ended + open);
                if *ended == 0 {
                    return None;
                }
                surviving *= 1.0 - f64::from(*ended) / present;
                i32::try_from(day).ok().map(|day| (day, surviving))
            })
    }

    /// The first day by which at least `share` have ended; `None` when that day has not been seen.
    pub fn quantile(&self, share: f64) -> Option<i32> {
        // A product of fractions that is exactly one half on paper may miss it by a rounding.
        let mut steps = self.steps();
        let found = steps.find(|(_, surviving)| *surviving <= 1.0 - share + 1e-9);
        found.map(|(day, _)| day)
    }

    /// [`Survival::quantile`], and nothing where too few have ended.
    pub fn estimate(&self, share: f64) -> Option<i32> {
        if self.ended < ENOUGH {
            None
        } else {
            self.quantile(share)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn nothing_of_none() {
        assert_eq!(Survival::default().quantile(0.5), None);
    }

    /// Weeks of remission under 6-mercaptopurine (E. J. Freireich and others, 1963), the example of most
    /// textbooks: the curve is at 0.857 after 6 weeks, 0.627 after 16, 0.538 after 22, 0.448 after 23.
    #[test]
    fn kaplan_meier() {
        let mut survival = Survival::default();
        for weeks in [6, 6, 6, 7, 10, 13, 16, 22, 23] {
            survival.add(weeks, true);
        }
        for weeks in [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35] {
            survival.add(weeks, false);
        }
        assert_eq!((survival.ended, survival.open, survival.n()), (9, 12, 21));
        assert_eq!(survival.quantile(0.5), Some(23));
        assert_eq!(survival.quantile(0.25), Some(13));
        assert_eq!(survival.quantile(0.75), None);
        // Each step of the curve, found from both of its sides.
        for (week, surviving) in [
            (6, 0.857_142_857_143),
            (7, 0.806_722_689_076),
            (10, 0.752_941_176_471),
            (13, 0.690_196_078_431),
            (16, 0.627_450_980_392),
            (22, 0.537_815_126_050),
            (23, 0.448_179_271_709),
        ] {
            assert_eq!(survival.quantile(1.0 - surviving - 2e-9), Some(week));
            assert!(
                survival
                    .quantile(1.0 - surviving + 2e-9)
                    .is_none_or(|later| later > week)
            );
        }
    }

    /// The example of Kaplan and Meier's own paper (1958), section 2.1, in tenths of a month: deaths at 0.8, 3.1, 5.4
    /// and 9.2, losses at 1.0, 2.7, 7.0 and 12.1; worked out by fractions, 7/8 · 4/5 · 3/4 · 1/2.
    #[test]
    fn kaplan_and_meiers_own() {
        let mut survival = Survival::default();
        for (tenths, died) in [
            (8, true),
            (10, false),
            (27, false),
            (31, true),
            (54, true),
            (70, false),
            (92, true),
            (121, false),
        ] {
            survival.add(tenths, died);
        }
        let steps: Vec<(i32, f64)> = survival.steps().collect();
        let expected = [(8, 0.875), (31, 0.7), (54, 0.525), (92, 0.2625)];
        assert_eq!(steps.len(), expected.len());
        for ((day, share), (expected_day, expected)) in steps.into_iter().zip(expected) {
            assert!(
                day == expected_day && near(share, expected),
                "{day} {share}"
            );
        }
    }

    #[test]
    fn without_censoring_it_is_the_plain_median() {
        let mut survival = Survival::default();
        for days in [1, 2, 3, 7, 9, 12] {
            survival.add(days, true);
        }
        assert_eq!(survival.quantile(0.5), Some(3));
        assert_eq!(survival.quantile(1.0), Some(12));
    }
}
