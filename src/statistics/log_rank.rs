//! Do several groups take equally long, when some have not ended yet? The log-rank test.

use super::{Survival, chi_square_tail};

#[derive(Clone, Debug, PartialEq)]
pub struct LogRank {
    pub statistic: f64,
    pub df: usize,
    pub p: f64,
    /// By group: how many ended, and how many had if all groups ended equally fast.
    pub ended: Vec<(usize, f64)>,
}

/// N. Mantel, Evaluation of survival data and two new rank order statistics, Cancer Chemotherapy Reports
/// 50 (1966), 163–170, with the hypergeometric variance for ends on one day; groups over any number as in
/// J. D. Kalbfleisch and R. L. Prentice, The Statistical Analysis of Failure Time Data (1980). `None` when
/// there is nothing to compare.
pub fn log_rank(groups: &[&Survival]) -> Option<LogRank> {
    let days = groups.iter().map(|group| group.days.len()).max()?;
    let mut at_risk: Vec<f64> = groups.iter().map(|group| group.n() as f64).collect();
    let count = groups.len();
    let mut expected = vec![0.0; count];
    let mut variance = vec![vec![0.0; count]; count];
    for day in 0..days {
        let on = |group: &Survival| group.days.get(day).copied().unwrap_or((0, 0));
        let ended: f64 = groups.iter().map(|group| f64::from(on(group).0)).sum();
        let all: f64 = at_risk.iter().sum();
        if ended > 0.0 {
            // One left, who ends for sure, tells nothing.
            let spread = if all > 1.0 {
                ended * (all - ended) / (all - 1.0)
            } else {
                0.0
            };
            let parts: Vec<f64> = at_risk.iter().map(|left| left / all).collect();
            for (a, row) in variance.iter_mut().enumerate() {
                expected[a] += ended * parts[a];
                let own = spread * parts[a];
                // What is above the diagonal is what is below it.
                for (cell, part) in row[..=a].iter_mut().zip(&parts) {
                    *cell -= own * part;
                }
                row[a] += own;
            }
        }
        for (left, group) in at_risk.iter_mut().zip(groups) {
            let (ended, open) = on(group);
            *left -= f64::from(ended + open);
        }
    }
    for a in 1..count {
        let (above, below) = variance.split_at_mut(a);
        for (row, cell) in above.iter_mut().zip(&below[0]) {
            row[a] = *cell;
        }
    }
    let excess: Vec<f64> = groups
        .iter()
        .zip(&expected)
        .map(|(group, expected)| group.ended as f64 - expected)
        .collect();
    let (statistic, df) = quadratic_form(variance, excess);
    (df > 0).then(|| LogRank {
        statistic,
        df,
        p: chi_square_tail(statistic, df),
        ended: groups
            .iter()
            .map(|group| group.ended)
            .zip(expected)
            .collect(),
    })
}

/// `x' V⁻ x` and the rank of `V`, for a symmetric `V` without negative directions: elimination that
/// leaves out rows that the ones before determine. The last group always is one: the sums are given.
fn quadratic_form(mut variance: Vec<Vec<f64>>, mut x: Vec<f64>) -> (f64, usize) {
    let scale = (0..x.len()).fold(0.0_f64, |most, i| most.max(variance[i][i]));
    let (mut sum, mut rank) = (0.0, 0);
    for i in 0..x.len() {
        let row = variance[i].clone();
        let pivot = row[i];
        if pivot <= scale * 1e-9 {
            continue;
        }
        rank += 1;
        let here = x[i];
        sum += here * here / pivot;
        for (lower, x) in variance.iter_mut().zip(&mut x).skip(i + 1) {
            let part = lower[i] / pivot;
            *x -= part * here;
            for (cell, above) in lower.iter_mut().zip(&row).skip(i + 1) {
                *cell -= part * above;
            }
        }
    }
    (sum, rank)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(ended: &[i32], open: &[i32]) -> Survival {
        let mut survival = Survival::default();
        for days in ended {
            survival.add(*days, true);
        }
        for days in open {
            survival.add(*days, false);
        }
        survival
    }

    /// Weeks of remission (E. J. Freireich and others, 1963), against `lifelines`.
    #[test]
    fn two_and_three_groups() {
        let treated = lengths(
            &[6, 6, 6, 7, 10, 13, 16, 22, 23],
            &[6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35],
        );
        let placebo = lengths(
            &[
                1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23,
            ],
            &[],
        );
        let third = lengths(&[2, 4, 4, 9, 14, 14, 30], &[3, 12, 40]);
        let two = log_rank(&[&treated, &placebo]).expect("a test");
        assert!(
            (two.statistic - 16.792_940_989_216_547).abs() < 1e-9,
            "{two:?}"
        );
        assert!(
            (two.p / 4.168_809_109_334_511e-5 - 1.0).abs() < 1e-8,
            "{two:?}"
        );
        assert_eq!((two.df, two.ended[0].0, two.ended[1].0), (1, 9, 21));
        assert!((two.ended[0].1 + two.ended[1].1 - 30.0).abs() < 1e-9);
        let three = log_rank(&[&treated, &placebo, &third]).expect("a test");
        assert!(
            (three.statistic - 17.334_068_418_716_488).abs() < 1e-9,
            "{three:?}"
        );
        assert!(
            (three.p / 1.721_689_648_856_756_3e-4 - 1.0).abs() < 1e-8,
            "{three:?}"
        );
        assert_eq!(three.df, 2);
    }

    #[test]
    fn nothing_to_compare() {
        let some = lengths(&[1, 2], &[]);
        assert_eq!(log_rank(&[]), None);
        assert_eq!(log_rank(&[&some]), None);
        assert_eq!(log_rank(&[&some, &Survival::default()]), None);
        assert_eq!(log_rank(&[&lengths(&[], &[3]), &lengths(&[], &[4])]), None);
    }
}
