//! Who is credited with what a name became when several lists had it, so that nothing is counted twice.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// Which of the lists that a person was on are credited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Credit {
    /// The list through which they came in first.
    #[default]
    First,
    /// All of them, in equal parts.
    Split,
}

impl Credit {
    pub fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Split => "split",
        }
    }

    /// Each list of `on`, in the order in which they brought the person, with its part of the whole.
    pub fn parts(self, on: &[u32]) -> impl Iterator<Item = (u32, Parts)> {
        let credited = match self {
            Self::First => on.get(..1).unwrap_or_default(),
            Self::Split => on,
        };
        let each = shared_out(Parts::WHOLE.0 as i64, credited.len());
        credited
            .iter()
            .copied()
            .zip(each.map(|part| Parts(part as u64)))
    }

    /// The same for an amount, to the minor unit.
    pub fn amounts(self, on: &[u32], minor: i64) -> impl Iterator<Item = (u32, i64)> {
        let credited = match self {
            Self::First => on.get(..1).unwrap_or_default(),
            Self::Split => on,
        };
        credited
            .iter()
            .copied()
            .zip(shared_out(minor, credited.len()))
    }
}

impl FromStr for Credit {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        [Self::First, Self::Split]
            .into_iter()
            .find(|credit| credit.name() == typed)
            .ok_or_else(|| format!("`{typed}` is no credit rule; expected first or split"))
    }
}

impl fmt::Display for Credit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An amount in equal shares: what is left over goes to the first of them, a unit each.
fn shared_out(whole: i64, n: usize) -> impl Iterator<Item = i64> {
    let n = n as i64;
    let (each, over) = if n == 0 {
        (0, 0)
    } else {
        (whole.div_euclid(n), whole.rem_euclid(n))
    };
    (0..n).map(move |at| each + i64::from(at < over))
}

/// An amount shared out by weights: rounded down, and what is left over goes where most was cut off, to
/// the first of equals (the largest remainder). All to the first when no weight is above zero.
pub fn by_weight(whole: i64, weights: &[u64]) -> Vec<i64> {
    let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if sum == 0 {
        let mut all = vec![0; weights.len()];
        if let Some(first) = all.first_mut() {
            *first = whole;
        }
        return all;
    }
    let exact = |weight: &u64| i128::from(whole) * i128::from(*weight);
    let mut shares: Vec<i64> = weights
        .iter()
        .map(|weight| exact(weight).div_euclid(sum) as i64)
        .collect();
    let mut over = whole - shares.iter().sum::<i64>();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(exact(&weights[*at]).rem_euclid(sum)));
    for at in order {
        if over == 0 {
            break;
        }
        shares[at] += 1;
        over -= 1;
    }
    shares
}

/// How many, where a person or deal may count for several lists in part. Exact for up to sixteen lists each;
/// beyond that, what is left over goes to the first lists, so that the parts are the whole all the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Parts(u64);

impl Parts {
    /// Whatever number of lists up to sixteen divides it.
    pub const WHOLE: Self = Self(720_720);

    pub fn of(whole: u64) -> Self {
        Self(whole * Self::WHOLE.0)
    }

    /// So many times as much.
    #[must_use]
    pub fn times(self, n: u64) -> Self {
        Self(self.0 * n)
    }

    pub fn is_none(self) -> bool {
        self.0 == 0
    }

    /// None where it is no whole number.
    pub fn whole(self) -> Option<u64> {
        self.0
            .is_multiple_of(Self::WHOLE.0)
            .then_some(self.0 / Self::WHOLE.0)
    }

    pub fn number(self) -> f64 {
        self.0 as f64 / Self::WHOLE.0 as f64
    }

    /// A column in hundredths that add up to the hundredths of its sum.
    pub fn hundredths(column: &[Self]) -> Vec<i64> {
        let weights: Vec<u64> = column.iter().map(|parts| parts.0).collect();
        let sum: u64 = weights.iter().sum();
        let hundredths =
            (u128::from(sum) * 100 + u128::from(Self::WHOLE.0 / 2)) / u128::from(Self::WHOLE.0);
        by_weight(hundredths as i64, &weights)
    }
}

impl Add for Parts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Parts {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sum for Parts {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        Self(all.map(|parts| parts.0).sum())
    }
}

/// A whole number where it is one.
impl Serialize for Parts {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.whole() {
            Some(whole) => to.serialize_u64(whole),
            None => to.serialize_f64(self.number()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_whole_is_credited_once() {
        let on = [4, 1, 7];
        let first: Vec<_> = Credit::First.parts(&on).collect();
        assert_eq!(first, [(4, Parts::WHOLE)]);
        let split: Vec<_> = Credit::Split.parts(&on).collect();
        let third = Parts(240_240);
        assert_eq!(split, [(4, third), (1, third), (7, third)]);
        // 100.01 in three: 33.34, 33.34, 33.33.
        let cents: Vec<_> = Credit::Split.amounts(&on, 10_001).collect();
        assert_eq!(cents, [(4, 3_334), (1, 3_334), (7, 3_333)]);
        assert_eq!(Credit::Split.amounts(&[], 5).count(), 0);
    }

    /// 1/3, 1/3, 1/3 and 1: 2 in hundredths, the first third has the cent that is left over.
    #[test]
    fn hundredths_add_up_as_they_are_printed() {
        let third = Parts(240_240);
        let column = [third, third, third, Parts::WHOLE];
        assert_eq!(Parts::hundredths(&column), [34, 33, 33, 100]);
    }

    #[test]
    fn remainders_go_where_most_was_cut_off() {
        // 10 by 1, 1, 4: 1.67, 1.67, 6.67, so 1, 1, 6 and two left over for the first two.
        assert_eq!(by_weight(10, &[1, 1, 4]), [2, 2, 6]);
        assert_eq!(by_weight(10, &[0, 3, 1]), [0, 8, 2]);
        assert_eq!(by_weight(10, &[0, 0]), [10, 0]);
        assert_eq!(by_weight(10, &[]), Vec::<i64>::new());
    }

    #[test]
    fn whole_numbers_are_written_as_such() {
        assert_eq!(serde_json::to_string(&Parts::of(3)).expect("json"), "3");
        let half = Parts(360_360);
        assert_eq!(serde_json::to_string(&half).expect("json"), "0.5");
    }

    proptest! {
        /// Whatever the rule and however many the lists, nothing is lost or made.
        #[test]
        fn parts_are_the_whole(n in 1_usize..40, minor in 0_i64..10_000_000, split in any::<bool>()) {
            let credit = if split { Credit::Split } else { Credit::First };
            let on: Vec<u32> = (0..n as u32).collect();
            prop_assert_eq!(credit.parts(&on).map(|(_, part)| part).sum::<Parts>(), Parts::WHOLE);
            prop_assert_eq!(credit.amounts(&on, minor).map(|(_, part)| part).sum::<i64>(), minor);
        }

        #[test]
        fn weights_share_all_out(
            whole in 0_i64..10_000_000,
            weights in proptest::collection::vec(0_u64..1_000, 1..12),
        ) {
            let shares = by_weight(whole, &weights);
            prop_assert_eq!(shares.iter().sum::<i64>(), whole);
            let sum: u64 = weights.iter().sum();
            for (share, weight) in shares.iter().zip(&weights) {
                let exact = whole as f64 * *weight as f64 / sum.max(1) as f64;
                prop_assert!(sum == 0 || (*share as f64 - exact).abs() < 1.0);
            }
        }
    }
}
