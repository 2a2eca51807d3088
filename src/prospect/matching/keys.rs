//! Keys: by which rows find each other. Two rows are compared when they share a key, so each key says one
//! way in which a pair can agree whatever else differs ("blocking", in the literature).

use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::compare::{
    BIRTH, COMPANY, DOMAIN, EMAIL, FIRST, LAST, MIDDLE, NUMBER, PHONE, PLACE, TITLE,
};
use super::names::Pools;
use super::names::{Features, Kind, Names, Row};
use super::pool::{NONE, Pool};

pub(super) const RULES: usize = 14;

/// The rule of company and region, and that of street and place.
pub(super) const COMPANY_THERE: usize = 5;
pub(super) const SITE: usize = 10;

/// What the rows of a rule agree on, as a set of comparisons: learning leaves them out.
pub(super) const fn blocked(kind: Kind, rule: usize) -> u32 {
    let person = [
        1 << EMAIL | 1 << DOMAIN,
        1 << PHONE,
        1 << DOMAIN,
        1 << DOMAIN | 1 << LAST,
        1 << DOMAIN | 1 << FIRST,
        1 << COMPANY | 1 << PLACE,
        1 << COMPANY | 1 << LAST,
        1 << COMPANY | 1 << FIRST,
        1 << FIRST | 1 << MIDDLE | 1 << LAST | 1 << PLACE,
        1 << LAST | 1 << PLACE,
        1 << PLACE,
        1 << BIRTH,
        1 << NUMBER,
        1 << FIRST | 1 << PLACE | 1 << TITLE,
    ];
    let company = [
        0,
        1 << PHONE,
        1 << DOMAIN,
        0,
        0,
        1 << COMPANY | 1 << PLACE,
        1 << COMPANY,
        1 << COMPANY | 1 << PLACE,
        0,
        0,
        1 << PLACE,
        0,
        1 << NUMBER,
        1 << COMPANY | 1 << PLACE,
    ];
    match kind {
        Kind::Person => person[rule],
        Kind::Company => company[rule],
    }
}

/// What a name is looked up by: 32-bit hashes of its parts, one for each rule, zero where a part is
/// missing. Stored beside the name, so that a small import finds its candidates among a million names
/// by one scan; the hashes are the same in every run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keys(pub(super) [u32; RULES]);

impl Keys {
    pub const BYTES: usize = RULES * 4;

    pub(super) fn of_row(kind: Kind, row: &Row, pools: &Pools) -> Self {
        let mut keys = [0; RULES];
        let mut set = |rule: usize, parts: &[(&Pool, u32)]| {
            if parts.iter().all(|(_, id)| *id != NONE) {
                let mut hash = rule as u64;
                for (pool, id) in parts {
                    hash = xxh3_64_with_seed(&pool.hash(*id).to_le_bytes(), hash);
                }
                keys[rule] = (hash as u32).max(1);
            }
        };
        let (first, last) = ((&pools.names, row.first), (&pools.names, row.last));
        let company = (&pools.companies, row.company);
        let (state, zip) = ((&pools.places, row.state), (&pools.zips, row.zip));
        // where there are no states, the city says about as much
        let region = if row.state == NONE {
            (&pools.places, row.city)
        } else {
            state
        };
        let domain = (&pools.hosts, row.domain);
        let spot = if row.zip == NONE {
            (&pools.places, row.city)
        } else {
            zip
        };
        set(1, &[(&pools.phones, row.phone)]);
        set(2, &[domain]);
        set(COMPANY_THERE, &[company, region]);
        set(SITE, &[(&pools.streets, row.street), spot]);
        set(12, &[(&pools.numbers, row.number)]);
        match kind {
            Kind::Person => {
                set(0, &[(&pools.locals, row.local), (&pools.hosts, row.host)]);
                set(3, &[domain, last]);
                set(4, &[domain, first]);
                set(6, &[company, last]);
                set(7, &[company, first]);
                set(8, &[last, first, region]);
                set(9, &[last, spot]);
                set(11, &[(&pools.numbers, row.birth)]);
                set(13, &[first, (&pools.titles, row.title), spot]);
            }
            Kind::Company => {
                set(6, &[company]);
                let text = pools.companies.text(row.company);
                let word = text.split(' ').next().unwrap_or_default();
                let mut part = Pool::default();
                let word = part.id(word);
                set(7, &[(&part, word), spot]);
                let mut part = Pool::default();
                let start = part.id(text.get(..4).unwrap_or_default());
                set(13, &[(&part, start), (&pools.places, row.city), region]);
            }
        }
        Self(keys)
    }

    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        for (place, key) in bytes.chunks_exact_mut(4).zip(self.0) {
            place.copy_from_slice(&key.to_le_bytes());
        }
        bytes
    }

    /// None when the bytes are not those of keys: another version's.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != Self::BYTES {
            return None;
        }
        let mut keys = [0; RULES];
        for (key, place) in keys.iter_mut().zip(bytes.chunks_exact(4)) {
            *key = u32::from_le_bytes(place.try_into().ok()?);
        }
        Some(Self(keys))
    }

    /// The blocks it is in, each a number that is unique over all rules.
    pub fn blocks(&self) -> impl Iterator<Item = u64> + '_ {
        self.0
            .iter()
            .enumerate()
            .filter(|(_, key)| **key != 0)
            .map(|(rule, key)| (rule as u64) << 32 | u64::from(*key))
    }
}

/// Makes keys of names that are not matched yet: while they are staged, in constant memory.
#[derive(Debug)]
pub struct Keyer {
    names: Names,
}

impl Keyer {
    /// After so many names it forgets what it has seen.
    const FORGETS: usize = 50_000;

    pub fn new(kind: Kind) -> Self {
        Self {
            names: Names::new(kind),
        }
    }

    pub fn of(&mut self, features: &Features<'_>) -> Keys {
        if self.names.len() >= Self::FORGETS {
            self.names = Names::new(self.names.kind);
        }
        let row = self.names.push(features);
        self.names.keys(row)
    }
}

/// Which of the many stored names could be one of a few new ones: asks for each stored name once.
///
/// A block that more than [`Lookup::MOST`] stored names are in says next to nothing (the free-mail domain
/// nobody listed, a switchboard) and is left out; finer keys find the same names.
#[derive(Debug, Default)]
pub struct Lookup {
    blocks: FxHashMap<u64, Vec<i64>>,
}

impl Lookup {
    pub const MOST: usize = 100;

    /// For the names that are new.
    pub fn new(keys: impl IntoIterator<Item = Keys>) -> Self {
        let mut blocks = FxHashMap::default();
        for keys in keys {
            blocks.extend(keys.blocks().map(|block| (block, Vec::new())));
        }
        Self { blocks }
    }

    /// Takes note of a stored name.
    pub fn offer(&mut self, id: i64, keys: Keys) {
        for block in keys.blocks() {
            if let Some(ids) = self.blocks.get_mut(&block)
                && ids.len() <= Self::MOST
            {
                ids.push(id);
            }
        }
    }

    /// The stored names worth loading, in order.
    pub fn finish(self) -> Vec<i64> {
        let mut ids: Vec<i64> = self
            .blocks
            .into_values()
            .filter(|ids| ids.len() <= Self::MOST)
            .flatten()
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jana() -> Features<'static> {
        Features {
            first: "Jana",
            last: "Roth",
            company: "Roth GmbH",
            email: "jana@roth.de",
            domain: "roth.de",
            phone: "+49 30 1234567",
            city: "Berlin",
            zip: "10115",
            ..Features::default()
        }
    }

    #[test]
    fn keys_survive_as_bytes_and_are_the_same_alone_and_among_others() {
        let keys = Keyer::new(Kind::Person).of(&jana());
        assert_eq!(Keys::from_bytes(&keys.to_bytes()), Some(keys));
        assert_eq!(Keys::from_bytes(&[0; 3]), None);
        let mut names = Names::new(Kind::Person);
        names.push(&Features {
            first: "Other",
            ..Features::default()
        });
        let row = names.push(&jana());
        assert_eq!(names.keys(row), keys);
    }

    #[test]
    fn keys_do_not_change_between_versions_unnoticed() {
        // stored beside a million names: a change needs a migration
        let blocks: Vec<u64> = Keyer::new(Kind::Person).of(&jana()).blocks().collect();
        let sum = blocks.iter().fold(0_u64, |sum, block| {
            sum.wrapping_mul(31).wrapping_add(*block)
        });
        assert_eq!((blocks.len(), sum), (10, 6_087_801_646_894_288_590));
    }

    #[test]
    fn a_lookup_finds_who_shares_a_key_and_leaves_crowds_out() {
        let mut lookup = Lookup::new([Keyer::new(Kind::Person).of(&jana())]);
        let same_mail = Features {
            email: "JANA@roth.de",
            ..Features::default()
        };
        let at_home = Features {
            last: "Roth",
            zip: "10115",
            ..Features::default()
        };
        let stranger = Features {
            last: "Weber",
            zip: "10115",
            ..Features::default()
        };
        lookup.offer(7, Keyer::new(Kind::Person).of(&same_mail));
        lookup.offer(5, Keyer::new(Kind::Person).of(&at_home));
        lookup.offer(9, Keyer::new(Kind::Person).of(&stranger));
        let crowd = Keyer::new(Kind::Person).of(&Features {
            domain: "roth.de",
            ..Features::default()
        });
        for id in 100..=100 + Lookup::MOST as i64 {
            lookup.offer(id, crowd);
        }
        assert_eq!(lookup.finish(), [5, 7]);
    }
}
