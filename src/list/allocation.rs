//! Which of several lists is credited with a name that is on all of them.

use std::fmt;
use std::str::FromStr;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::id::Id;

/// How multis are shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allocation {
    /// Each list equally likely, name by name; the same seed gives the same answer.
    Random(u64),
    /// By the lists' own rank, the lowest first; lists without one come last, the older before the newer.
    Priority,
}

impl Default for Allocation {
    fn default() -> Self {
        Self::Random(1)
    }
}

/// A list that has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    pub list: Id,
    pub priority: Option<u32>,
}

impl Allocation {
    /// The one of `claims` that is credited with a name, whatever their order; none of none.
    pub fn winner(self, entity: Id, claims: &[Claim]) -> Option<Id> {
        let first = match self {
            // Every list draws a number for the name, the highest wins: a list more or less moves no
            // name between the others.
            Self::Random(seed) => claims.iter().max_by_key(|claim| {
                let mut ticket = [0; 16];
                ticket[..8].copy_from_slice(&entity.0.to_le_bytes());
                ticket[8..].copy_from_slice(&claim.list.0.to_le_bytes());
                (xxh3_64_with_seed(&ticket, seed), claim.list)
            }),
            Self::Priority => claims
                .iter()
                .min_by_key(|claim| (claim.priority.unwrap_or(u32::MAX), claim.list)),
        };
        first.map(|claim| claim.list)
    }
}

impl FromStr for Allocation {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        let seed = match typed.trim().split_once(':') {
            Some(("random", seed)) => seed.parse().ok().map(Self::Random),
            None if typed.trim() == "priority" => Some(Self::Priority),
            None if typed.trim() == "random" => Some(Self::default()),
            _ => None,
        };
        seed.ok_or_else(|| {
            format!(
                "`{typed}` is no allocation; expected random:SEED, such as random:42, or priority"
            )
        })
    }
}

impl fmt::Display for Allocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Random(seed) => write!(f, "random:{seed}"),
            Self::Priority => f.write_str("priority"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn claims(n: i64) -> Vec<Claim> {
        (1..=n)
            .map(|list| Claim {
                list: Id(list),
                priority: None,
            })
            .collect()
    }

    proptest! {
        /// Each name is credited to exactly one of its lists, whatever their order; so the lists'
        /// sums are the number of names.
        #[test]
        fn every_name_is_credited_once(
            names in proptest::collection::vec((0..i64::MAX, 1_i64..6), 0..200),
            seed in any::<u64>(),
        ) {
            let mut credited: BTreeMap<Id, usize> = BTreeMap::new();
            for (entity, lists) in &names {
                let mut on = claims(*lists);
                let winner = Allocation::Random(seed).winner(Id(*entity), &on).expect("a list");
                on.reverse();
                prop_assert_eq!(Allocation::Random(seed).winner(Id(*entity), &on), Some(winner));
                prop_assert!(on.iter().any(|claim| claim.list == winner));
                *credited.entry(winner).or_default() += 1;
            }
            prop_assert_eq!(credited.values().sum::<usize>(), names.len());
        }

        /// Another list takes its share of every list; it moves nothing between the others.
        #[test]
        fn a_further_list_only_takes(entity in 0..i64::MAX, lists in 1_i64..6, seed in any::<u64>()) {
            let before = Allocation::Random(seed).winner(Id(entity), &claims(lists));
            let after = Allocation::Random(seed).winner(Id(entity), &claims(lists + 1));
            prop_assert!(after == before || after == Some(Id(lists + 1)));
        }
    }

    /// 30,000 names on three lists: each gets 10,000, give or take four standard deviations (82 each).
    #[test]
    fn chance_is_fair() {
        let on = claims(3);
        let mut shares = [0_i64; 3];
        for entity in 0..30_000 {
            let winner = Allocation::Random(42).winner(Id(entity), &on).expect("one");
            shares[winner.0 as usize - 1] += 1;
        }
        assert_eq!(shares.iter().sum::<i64>(), 30_000);
        for share in shares {
            assert!((share - 10_000).abs() < 328, "{shares:?}");
        }
    }

    #[test]
    fn the_lowest_rank_wins() {
        let claim = |list, priority| Claim {
            list: Id(list),
            priority,
        };
        let winner = |claims: &[Claim]| Allocation::Priority.winner(Id(7), claims);
        assert_eq!(
            winner(&[claim(1, None), claim(2, Some(2)), claim(3, Some(1))]),
            Some(Id(3))
        );
        assert_eq!(winner(&[claim(5, None), claim(4, None)]), Some(Id(4)));
        assert_eq!(winner(&[]), None);
    }

    #[test]
    fn written_as_it_is_read() {
        for typed in ["random:42", "priority"] {
            let read: Allocation = typed.parse().expect("one");
            assert_eq!(read.to_string(), typed);
        }
        assert!("random:x".parse::<Allocation>().is_err());
        assert!("fair".parse::<Allocation>().is_err());
    }
}
