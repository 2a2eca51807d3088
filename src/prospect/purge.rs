//! Merge/purge: what each name of a list comes to beside what we had and what other lists have. What it
//! finds decides what is owed and what is reported to the broker.

use rustc_hash::{FxHashMap, FxHashSet};

use super::fate::Fate;
use crate::id::Id;
use crate::list::{Allocation, Claim};

/// One row on a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    pub id: Id,
    /// Who it is, whatever the row.
    pub entity: Id,
    pub fate: Fate,
}

/// What is known of the same people beyond the list.
#[derive(Clone, Debug, Default)]
pub struct Elsewhere {
    /// Ours without the list: from our own file, in a deal, or responded to another list before.
    pub ours: FxHashSet<Id>,
    /// The other lists they are on, ours left out.
    pub lists: FxHashMap<Id, Vec<Claim>>,
}

/// What a row comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Net: one of ours to use through this list, and to pay for.
    Net,
    /// An earlier row of the list has them.
    Twice,
    /// We had them anyway.
    Ours,
    /// Another list is credited with them.
    Credited(Id),
    Suppressed,
    Seed,
}

/// The part of each row, in their order.
pub fn purge(
    list: Claim,
    members: &[Member],
    elsewhere: &Elsewhere,
    allocation: Allocation,
) -> Vec<Part> {
    let mut seen = FxHashSet::default();
    let mut claims = Vec::new();
    members
        .iter()
        .map(|member| match member.fate {
            Fate::Seed => Part::Seed,
            Fate::Suppressed => Part::Suppressed,
            _ if !seen.insert(member.entity) => Part::Twice,
            // Whoever came in new was not ours then, whatever they became since.
            Fate::Known if elsewhere.ours.contains(&member.entity) => Part::Ours,
            _ => {
                claims.clear();
                claims.push(list);
                claims.extend(elsewhere.lists.get(&member.entity).into_iter().flatten());
                match allocation.winner(member.entity, &claims) {
                    Some(winner) if winner != list.list => Part::Credited(winner),
                    _ => Part::Net,
                }
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const A: Claim = Claim {
        list: Id(1),
        priority: Some(2),
    };
    const B: Claim = Claim {
        list: Id(2),
        priority: Some(1),
    };

    fn member(id: i64, entity: i64, fate: Fate) -> Member {
        Member {
            id: Id(id),
            entity: Id(entity),
            fate,
        }
    }

    #[test]
    fn each_row_has_its_part() {
        let members = [
            member(10, 10, Fate::New),
            member(11, 10, Fate::Twice),
            member(12, 5, Fate::Known),
            member(13, 13, Fate::New),
            member(14, 14, Fate::Suppressed),
            member(15, 15, Fate::Seed),
            member(16, 16, Fate::New),
        ];
        let elsewhere = Elsewhere {
            ours: FxHashSet::from_iter([Id(5), Id(16)]),
            lists: FxHashMap::from_iter([(Id(13), vec![B])]),
        };
        assert_eq!(
            purge(A, &members, &elsewhere, Allocation::Priority),
            [
                Part::Net,
                Part::Twice,
                Part::Ours,
                Part::Credited(Id(2)),
                Part::Suppressed,
                Part::Seed,
                Part::Net
            ]
        );
    }

    proptest! {
        /// Of two lists, each name that is on either is net on exactly one of them.
        #[test]
        fn lists_share_their_names_out(
            on_a in proptest::collection::btree_set(0_i64..60, 0..40),
            on_b in proptest::collection::btree_set(0_i64..60, 0..40),
            seed in any::<u64>(),
        ) {
            let members = |on: &std::collections::BTreeSet<i64>, base: i64| -> Vec<Member> {
                on.iter().map(|n| member(base + n, *n, Fate::New)).collect()
            };
            let elsewhere = |on: &std::collections::BTreeSet<i64>, claim: Claim| Elsewhere {
                lists: on.iter().map(|n| (Id(*n), vec![claim])).collect(),
                ..Elsewhere::default()
            };
            let how = Allocation::Random(seed);
            let net = |parts: Vec<Part>| parts.into_iter().filter(|part| *part == Part::Net).count();
            let a = net(purge(A, &members(&on_a, 1_000), &elsewhere(&on_b, B), how));
            let b = net(purge(B, &members(&on_b, 2_000), &elsewhere(&on_a, A), how));
            prop_assert_eq!(a + b, on_a.union(&on_b).count());
        }
    }
}
