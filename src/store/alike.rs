//! Deals that are alike in all that a condition reads, so that each such group is judged once.

use rustc_hash::FxHashMap;

/// Pairs of codes that are told apart by a table rather than by hashing.
const TABLE: usize = 1 << 20;

/// Which deals are alike in all that was told of them so far.
pub(super) struct Alike {
    pub(super) group: Vec<u32>,
    /// The first of each group.
    pub(super) first: Vec<u32>,
}

impl Alike {
    pub(super) fn new(deals: usize) -> Self {
        Self {
            group: vec![0; deals],
            first: if deals == 0 { Vec::new() } else { vec![0] },
        }
    }

    /// Splits the groups by one more code, which is below `codes`.
    pub(super) fn tell_apart(&mut self, codes: usize, code: impl Fn(usize) -> u32) {
        let groups = self.first.len();
        let mut first = Vec::new();
        let mut next = |at: usize| {
            first.push(at as u32);
            first.len() as u32 - 1
        };
        if groups.saturating_mul(codes) <= TABLE {
            let mut table = vec![u32::MAX; groups * codes];
            for (at, group) in self.group.iter_mut().enumerate() {
                let known = &mut table[*group as usize * codes + code(at) as usize];
                if *known == u32::MAX {
                    *known = next(at);
                }
                *group = *known;
            }
        } else {
            let mut table: FxHashMap<u64, u32> = FxHashMap::default();
            for (at, group) in self.group.iter_mut().enumerate() {
                let key = u64::from(*group) << 32 | u64::from(code(at));
                *group = *table.entry(key).or_insert_with(|| next(at));
            }
        }
        self.first = first;
    }
}
