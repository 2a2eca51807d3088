//! Short forms of first names, from the lists in `nicknames.txt`.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

/// One line per given name: the name and what it is shortened to; ASCII, folded.
const LISTS: &str = include_str!("nicknames.txt");

/// The groups that a name is in; a short form such as `chris` is in several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Groups([u16; 8]);

impl Groups {
    /// Whether both can be names of one person.
    pub fn meet(self, other: Self) -> bool {
        self.0
            .iter()
            .any(|group| *group != 0 && other.0.contains(group))
    }

    fn add(&mut self, group: u16) {
        if let Some(free) = self.0.iter_mut().find(|slot| **slot == 0) {
            *free = group;
        }
    }
}

pub struct Nicknames {
    groups: FxHashMap<&'static str, Groups>,
}

impl Nicknames {
    /// Whether it is a given name, or short for one, in the lists.
    pub fn knows(&self, name: &str) -> bool {
        self.groups.contains_key(name)
    }

    pub fn of(&self, name: &str) -> Groups {
        self.groups.get(name).copied().unwrap_or_default()
    }
}

/// The table, made when it is first asked for.
pub fn nicknames() -> &'static Nicknames {
    static TABLE: OnceLock<Nicknames> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut groups: FxHashMap<&'static str, Groups> = FxHashMap::default();
        for (n, line) in LISTS
            .lines()
            .filter(|line| !line.starts_with('#'))
            .enumerate()
        {
            for name in line.split_whitespace() {
                groups.entry(name).or_default().add(n as u16 + 1);
            }
        }
        Nicknames { groups }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("william", "bill", true)]
    #[case("bill", "will", true)]
    #[case("robert", "bob", true)]
    #[case("elizabeth", "liz", true)]
    #[case("christopher", "chris", true)]
    #[case("christine", "chris", true)]
    #[case("christopher", "christine", false)]
    #[case("johannes", "hans", true)]
    #[case("jose", "pepe", true)]
    #[case("william", "robert", false)]
    #[case("nobody", "nobody", false)]
    fn short_forms(#[case] a: &str, #[case] b: &str, #[case] same: bool) {
        let table = nicknames();
        assert_eq!(table.of(a).meet(table.of(b)), same);
        assert_eq!(table.of(b).meet(table.of(a)), same);
    }

    #[test]
    fn no_name_is_in_more_lists_than_fit() {
        let mut seen: FxHashMap<&str, usize> = FxHashMap::default();
        for name in LISTS
            .lines()
            .filter(|line| !line.starts_with('#'))
            .flat_map(str::split_whitespace)
        {
            *seen.entry(name).or_default() += 1;
        }
        let crowded: Vec<_> = seen.into_iter().filter(|(_, times)| *times > 8).collect();
        assert_eq!(crowded, []);
    }
}
