//! Logistic: the chance to be won within the horizon from stage and age, value, month of the quarter, and shrunken
//! effects of owner, product, source, customer type, the choice fields of the process, and days without activity; all
//! as they were known on the day.
//!
//! Past snapshots are grouped by cell and value class, so that the cost of a fit does not depend on how many deals there
//! are. The coefficients minimise the ridge-penalised deviance, by Newton's method (S. le Cessie and J. C. van
//! Houwelingen, Ridge estimators in logistic regression, Applied Statistics 41 (1992), 191–201):
//!
//! `b += (X'VX + Λ)⁻¹ (X'(w - n p) - Λ b)`, `V = n p (1 - p)`
//!
//! Stages are hardly penalised, their age bins by 1, the season by 8. A value is its logarithm, to quarters. As a deal
//! is seen every week of its horizon, each counts 7 days' worth of it. The effect of the value is drawn to 0 by `1 - 3/χ²`. What a field adds is a normal random
//! effect per level, its variance by moments of (observed - expected) wins (N. E. Breslow and D. G. Clayton, Approximate
//! inference in generalized linear mixed models, JASA 88 (1993), 9–25, one step): none where levels differ by luck, by the
//! score test of that variance (X. Lin, Variance component testing in generalised linear models with random effects,
//! Biometrika 84 (1997), 309–326). Fields come one after another, each explaining what those before leave.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::panel::{CLASSES, Panel, Row};
use super::rows::{Drawn, PastRows, WEEKS, stands_for};
use super::season::Season;
use super::sums::BINS;

/// Penalty of an age bin, of a stage, and of the season.
const RIDGE: f64 = 1.0;
const STAGE: f64 = 1e-3;
const SEASON: f64 = 8.0;
/// Standard errors beyond luck from which a field has effects: of many fields that tell nothing few get there.
const LUCK: f64 = 2.0;
/// A level says something of how levels differ from this variance of its wins on.
const LEAST: f64 = 0.5;

/// Grouped observations that are alike: which columns of the design they have, and how many.
#[derive(Clone, Copy, Debug)]
struct Alike {
    /// Column of the cell, of the stage.
    cell: usize,
    stage: usize,
    /// Values of the last columns.
    numbers: [f64; 3],
    n: f64,
    won: f64,
}

/// A design of indicator columns (two a row) and up to three numbers a row after them.
struct Fit {
    b: DVector<f64>,
    /// Of the penalised deviance, where the fit stopped.
    curvature: Cholesky<f64, nalgebra::Dyn>,
}

/// Newton steps from `b`.
fn fit(rows: &[Alike], penalties: &[f64], numbers: usize, mut b: DVector<f64>) -> Option<Fit> {
    let size = penalties.len();
    let first = size - numbers;
    let mut curvature = None;
    for _ in 0..25 {
        let mut gradient = DVector::<f64>::zeros(size);
        let mut hessian = DMatrix::<f64>::zeros(size, size);
        for row in rows {
            let mut eta = b[row.cell] + b[row.stage];
            for i in 0..numbers {
                eta += b[first + i] * row.numbers[i];
            }
            let p = sigmoid(eta);
            let v = row.n * p * (1.0 - p) + 1e-9;
            let residual = row.won - row.n * p;
            gradient[row.cell] += residual;
            gradient[row.stage] += residual;
            hessian[(row.cell, row.cell)] += v;
            hessian[(row.stage, row.cell)] += v;
            hessian[(row.stage, row.stage)] += v;
            for i in 0..numbers {
                let x = row.numbers[i];
                gradient[first + i] += residual * x;
                hessian[(first + i, row.cell)] += v * x;
                hessian[(first + i, row.stage)] += v * x;
                for j in 0..=i {
                    hessian[(first + i, first + j)] += v * x * row.numbers[j];
                }
            }
        }
        for (at, penalty) in penalties.iter().enumerate() {
            gradient[at] -= penalty * b[at];
            hessian[(at, at)] += penalty;
        }
        // Reads the lower triangle only.
        let decomposed = Cholesky::new(hessian)?;
        let step: DVector<f64> = decomposed.solve(&gradient);
        curvature = Some(decomposed);
        b += step.map(|step| step.clamp(-3.0, 3.0));
        if step.amax() < 1e-9 {
            break;
        }
    }
    Some(Fit {
        b,
        curvature: curvature?,
    })
}

pub(super) fn sigmoid(eta: f64) -> f64 {
    1.0 / (1.0 + (-eta.clamp(-30.0, 30.0)).exp())
}

fn logit(p: f64) -> f64 {
    (p / (1.0 - p)).ln()
}

/// The chances of the deals that are open on the day of week `t`, for which rows were drawn; `None` with too little history.
pub(super) fn chances(
    panel: &Panel<'_, '_>,
    drawn: &PastRows,
    t: usize,
    season: &Season,
    rows: &[Row],
) -> Option<Vec<f64>> {
    let weeks = panel.over(t, WEEKS)?;
    let weight = (7.0 / f64::from(panel.days)).min(1.0);
    let groups = || weeks.clone().flat_map(|week| panel.groups(week));
    let mut by_class = vec![0.0_f64; CLASSES];
    let mut used = vec![false; panel.cells];
    let (mut n, mut won) = (0_usize, 0_usize);
    for group in groups() {
        by_class[usize::from(group.class)] += f64::from(group.open);
        used[group.cell as usize] = true;
        n += group.open as usize;
        won += group.won as usize;
    }
    if n < 50 || won < 10 || won == n {
        return None;
    }
    // The logarithm of the value, in standard deviations.
    let log = |class: usize| class as f64 / 4.0;
    let sum = |of: &dyn Fn(f64) -> f64| {
        let classes = by_class.iter().enumerate();
        classes.map(|(class, n)| n * of(log(class))).sum::<f64>() / n as f64
    };
    let mean = sum(&|x| x);
    let deviation = sum(&|x| (x - mean).powi(2)).sqrt() + 1e-9;
    let value: Vec<f64> = (0..CLASSES)
        .map(|class| ((log(class) - mean) / deviation).clamp(-3.0, 3.0))
        .collect();
    // Shares of the months of the quarter in the horizon of a week.
    let has_season = season.belief > 0.0;
    let months = |week: usize| {
        let mut shares = [0.0; 2];
        for day in panel.weeks[week] + 1..=panel.weeks[week] + panel.days {
            let month = panel.month_of_quarter(day);
            if month > 0 {
                shares[month - 1] += 1.0 / f64::from(panel.days);
            }
        }
        shares.map(|share| share - 1.0 / 3.0)
    };
    // Columns: cells that were seen, stages, value, season.
    let mut column = vec![usize::MAX; panel.cells];
    let mut cells = 0;
    for (cell, used) in used.iter().enumerate() {
        if *used {
            column[cell] = cells;
            cells += 1;
        }
    }
    let numbers = if has_season { 3 } else { 1 };
    let first = cells + panel.past.stages;
    let of_group = |cell: usize, class: usize, season: [f64; 2], open: f64, won: f64| Alike {
        cell: column[cell],
        stage: cells + cell / BINS,
        numbers: [value[class], season[0], season[1]],
        n: weight * open,
        won: weight * won,
    };
    let alike: Vec<Alike> = if has_season {
        let of_week = |week: usize| {
            let season = months(week);
            panel.groups(week).iter().map(move |group| (group, season))
        };
        let all = weeks.clone().flat_map(of_week);
        all.map(|(group, season)| {
            let (cell, class) = (group.cell as usize, usize::from(group.class));
            of_group(cell, class, season, group.open.into(), group.won.into())
        })
        .collect()
    } else {
        // Without a season the weeks are alike.
        let mut seen = vec![(0.0, 0.0); panel.cells * CLASSES];
        for group in groups() {
            let of_it = &mut seen[group.cell as usize * CLASSES + usize::from(group.class)];
            of_it.0 += f64::from(group.open);
            of_it.1 += f64::from(group.won);
        }
        let all = seen
            .into_iter()
            .enumerate()
            .filter(|(_, (open, _))| *open > 0.0);
        all.map(|(at, (open, won))| of_group(at / CLASSES, at % CLASSES, [0.0; 2], open, won))
            .collect()
    };
    let mut penalties = vec![RIDGE; first + numbers];
    penalties[cells..first].fill(STAGE);
    penalties[first + 1..].fill(SEASON);
    let mut begin = DVector::zeros(first + numbers);
    begin
        .rows_mut(cells, panel.past.stages)
        .fill(logit(won as f64 / n as f64));
    let Fit { mut b, curvature } = fit(&alike, &penalties, numbers, begin)?;
    drop(alike);
    let mut unit = DVector::zeros(b.len());
    unit[first] = 1.0;
    let variance = curvature.solve(&unit)[first];
    let chi_square = b[first].powi(2) / variance;
    b[first] *= (1.0 - 3.0 / chi_square.max(1e-9)).max(0.0);
    let of_cell: Vec<f64> = (0..panel.cells)
        .map(|cell| b[cells + cell / BINS] + b.get(column[cell]).copied().unwrap_or(0.0))
        .collect();
    let of_class: Vec<f64> = value.iter().map(|value| b[first] * value).collect();
    let of_week = |week: usize| {
        if has_season {
            let [second, third] = months(week);
            b[first + 1] * second + b[first + 2] * third
        } else {
            0.0
        }
    };
    let now = of_week(t);
    let mut etas: Vec<f64> = rows
        .iter()
        .map(|row| of_cell[row.cell()] + of_class[usize::from(panel.value_class(row.worth))] + now)
        .collect();
    let mut sample = Sample::new(drawn, n, weight);
    for week in weeks {
        let season = of_week(week);
        sample.take(week, |row| {
            of_cell[row.cell as usize] + of_class[usize::from(row.class)] + season
        });
    }
    for (place, field) in panel.past.fields.iter().enumerate() {
        let levels = panel.past.levels(*field);
        if let Some(effects) = sample.effects(place, levels) {
            for (eta, row) in etas.iter_mut().zip(rows) {
                let level = panel.past.level(*field, row.deal, panel.weeks[t]);
                *eta += effects[usize::from(level)];
            }
        }
    }
    Some(etas.into_iter().map(sigmoid).collect())
}

/// Rows of past snapshots, with the chance that is expected of each so far.
struct Sample<'p> {
    drawn: &'p PastRows,
    /// How many rows there are, of which some are taken.
    count: usize,
    /// What one that is taken counts.
    weight: f64,
    taken: Vec<usize>,
    chances: Vec<f64>,
}

impl<'p> Sample<'p> {
    fn new(drawn: &'p PastRows, count: usize, weight: f64) -> Self {
        Self {
            drawn,
            count,
            weight: (weight * stands_for(count)).min(1.0),
            taken: Vec::new(),
            chances: Vec::new(),
        }
    }

    fn take(&mut self, week: usize, eta: impl Fn(Drawn) -> f64) {
        for at in self.drawn.of_week(week, self.count) {
            self.taken.push(at);
            self.chances.push(sigmoid(eta(self.drawn.row(at))));
        }
    }

    /// What each level of a field adds, taken into the chances; `None` where levels don't differ beyond luck.
    fn effects(&mut self, field: usize, levels: usize) -> Option<Vec<f64>> {
        let level = self.drawn.levels(field);
        let mut over = vec![0.0; levels];
        let mut variance = vec![0.0; levels];
        for (at, p) in self.taken.iter().zip(&self.chances) {
            let won = f64::from(u8::from(self.drawn.row(*at).won));
            let level = usize::from(level[*at]);
            over[level] += self.weight * (won - p);
            variance[level] += self.weight * p * (1.0 - p);
        }
        let effects = random_effects(&over, &variance)?;
        let odds: Vec<f64> = effects.iter().map(|effect| effect.exp()).collect();
        for (at, p) in self.taken.iter().zip(&mut self.chances) {
            let odds = odds[usize::from(level[*at])];
            *p = *p * odds / (1.0 - *p + *p * odds);
        }
        Some(effects)
    }
}

/// From wins beyond what was expected `o` and their variance `v` by level, the first of which is that nothing is known
/// and has no effect. What all levels have in common is taken out, `o - v Σo/Σv`, so that it does not help that a field
/// is filled in. Effects are `o / (v + 1/τ²)`, with τ² by moments of those levels that tell something, and none where
/// `Σ o²` is within [`LUCK`] standard errors of what luck makes it.
fn random_effects(over: &[f64], variance: &[f64]) -> Option<Vec<f64>> {
    let known = || {
        over.iter()
            .zip(variance)
            .skip(1)
            .filter(|(_, v)| **v > LEAST)
    };
    if known().count() < 2 {
        return None;
    }
    let all: f64 = known().map(|(_, v)| v).sum();
    let shift = known().map(|(o, _)| o).sum::<f64>() / all;
    let beyond: f64 = known()
        .map(|(o, v)| (o - v * shift).powi(2) - v * (1.0 - v / all))
        .sum();
    let power = |n: i32| known().map(|(_, v)| v.powi(n)).sum::<f64>();
    // Trace of the square of the covariance of the `o`.
    let squared = power(2) - 2.0 * power(3) / all + (power(2) / all).powi(2);
    if squared <= 0.0 || beyond <= LUCK * (2.0 * squared).sqrt() {
        return None;
    }
    let spread = beyond / squared;
    let levels = over.iter().zip(variance);
    let effects = levels.map(|(o, v)| (o - v * shift) / (v + 1.0 / spread));
    Some(std::iter::once(0.0).chain(effects.skip(1)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two cells of one stage, a value and a season. Coefficients of `LogisticRegression(C=1, fit_intercept=False,
    /// solver='newton-cholesky')` of scikit-learn 1.9.1 on two rows (won, not won) a group with their numbers as
    /// `sample_weight`, each column divided by the root of its penalty, each coefficient too.
    #[test]
    fn coefficients_of_scikit_learn() {
        let alike = |cell: usize, numbers: [f64; 3], n: f64, won: f64| Alike {
            cell,
            stage: 2,
            numbers,
            n,
            won,
        };
        let rows = [
            alike(0, [-1.0, 0.2, -0.1], 40.0, 3.0),
            alike(0, [0.5, 0.2, -0.1], 30.0, 6.0),
            alike(1, [-1.0, -0.3, 0.4], 25.0, 9.0),
            alike(1, [1.5, -0.3, 0.4], 20.0, 11.0),
            alike(0, [1.5, 0.1, 0.1], 10.0, 4.0),
            alike(1, [0.5, 0.1, 0.1], 15.0, 6.0),
        ];
        let penalties = [1.0, 1.0, 1e-3, 1.0, 8.0, 8.0];
        let fitted = fit(&rows, &penalties, 3, DVector::zeros(6)).expect("a fit");
        let expected = [
            -0.554_744_807_926_446_6,
            0.553_726_419_152_042_8,
            -1.018_388_774_404_381_4,
            0.463_994_800_237_792_7,
            -0.079_567_954_239_553_79,
            0.084_902_639_269_620_04,
        ];
        for (found, expected) in fitted.b.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }

    /// Nothing known, then ten beyond, ten below and none, with a variance of 5 each: `Σ o²` is 190 more than
    /// `3 · 5 (1 - 5/15)`, the trace 75 - 2 · 375/15 + (75/15)² = 50.
    #[test]
    fn effects_of_levels() {
        let spread = 190.0 / 50.0;
        let effects = random_effects(&[7.0, 10.0, -10.0, 0.0], &[5.0; 4]).expect("some");
        assert!((effects[1] - 10.0 / (5.0 + 1.0 / spread)).abs() < 1e-12);
        assert_eq!(
            (effects[0], effects[2], effects[3]),
            (0.0, -effects[1], 0.0)
        );
        // What they have in common is no effect.
        let common = random_effects(&[0.0, 14.0, -6.0, 4.0], &[5.0; 4]).expect("some");
        assert_eq!(common, effects);
        let none = |over: &[f64]| random_effects(over, &vec![5.0; over.len()]);
        assert_eq!(none(&[0.0, 9.0, 9.0, 9.0]), None, "filled in");
        assert_eq!(
            none(&[0.0, 3.5, -3.5, 0.0]),
            None,
            "luck: 24.5 - 10 is not beyond 2 · 10"
        );
        assert!(none(&[0.0, 4.0, -4.0, 0.0]).is_some(), "32 - 10 is");
        assert_eq!(none(&[-9.0, 9.0]), None, "too few");
        assert!(none(&[0.0, 9.0, -9.0]).is_some());
    }
}
