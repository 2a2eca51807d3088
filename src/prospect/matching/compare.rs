//! How alike two rows are, field by field: a level for each comparison, packed into one number.
//!
//! Levels, not similarities: Fellegi & Sunter ("A Theory for Record Linkage", JASA 64, 1969) weigh each
//! way of agreeing by how much likelier it is among matches. Winkler ("String comparator metrics and
//! enhanced decision rules in the Fellegi-Sunter model", 1990) added the partial agreements.

use super::alike::{
    self, FIRST_DIFFERS, LAST_DIFFERS, LAST_SWAPPED, alike, crossed, same_digits, within,
};
use super::names::{Names, Row};
use super::pool::{NONE, Pool};

pub(super) const FIRST: usize = 0;
pub(super) const MIDDLE: usize = 1;
pub(super) const LAST: usize = 2;
pub(super) const TITLE: usize = 3;
pub(super) const BIRTH: usize = 4;
pub(super) const NUMBER: usize = 5;
/// From here on: what people at one employer (or in one home) share, collapsed into one comparison.
pub(super) const SHARED: usize = EMAIL;
pub(super) const EMAIL: usize = 6;
pub(super) const DOMAIN: usize = 7;
pub(super) const COMPANY: usize = 8;
pub(super) const PHONE: usize = 9;
pub(super) const PLACE: usize = 10;
pub(super) const COMPARISONS: usize = 11;

/// Levels of each comparison, most alike first, as `explain` says them. Level 0 is missing, so the first
/// one here is 1; the last one is that they differ.
pub(super) const LEVELS: [&[&str]; COMPARISONS] = [
    &[
        "same first name",
        "first name short for the other",
        "first name close",
        "first initial fits",
        "first name differs",
    ],
    &[
        "same middle name",
        "middle initial fits",
        "middle name differs",
    ],
    &[
        "same last name",
        "last name close",
        "last name alike",
        "first and last name swapped",
        "last name differs",
    ],
    &["same title", "title alike", "title differs"],
    &[
        "same birth date",
        "birth date close",
        "birth date partly the same",
        "birth date differs",
    ],
    &["same number", "number close", "number differs"],
    &[
        "same e-mail",
        "e-mail close",
        "same e-mail name elsewhere",
        "e-mail at another host",
        "e-mail differs",
    ],
    &["same domain", "domain close", "domain differs"],
    &[
        "same company",
        "company close",
        "company alike",
        "company differs",
    ],
    &["same phone", "phone close", "phone differs"],
    &[
        "same address",
        "address close",
        "same city",
        "same city, other address",
        "same state",
        "same state, other city",
        "place differs",
    ],
];

/// The most levels a comparison has, missing included.
pub(super) const WIDTH: usize = 8;

pub(super) const SAME: u8 = 1;
/// Levels of all comparisons, four bits each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Levels(pub(super) u64);

impl Levels {
    pub(super) fn get(self, comparison: usize) -> usize {
        (self.0 >> (comparison * 4)) as usize & 15
    }

    pub(super) fn set(&mut self, comparison: usize, level: u8) {
        self.0 |= u64::from(level) << (comparison * 4);
    }

    /// As if the given comparisons (a set of bits) were missing.
    pub(super) fn without(self, comparisons: u32) -> Self {
        let hidden = (0..COMPARISONS)
            .filter(|comparison| comparisons >> comparison & 1 == 1)
            .fold(0, |mask, comparison| mask | 15 << (comparison * 4));
        Self(self.0 & !hidden)
    }
}

/// Levels of pairs of texts that were compared before, found by both numbers; a collision forgets.
struct Cache(Vec<(u64, u8)>);

impl Cache {
    const BITS: u32 = 15;

    fn new() -> Self {
        Self(vec![(0, 0); 1 << Self::BITS])
    }

    fn get_or(&mut self, a: u32, b: u32, level: impl FnOnce(u32, u32) -> u8) -> u8 {
        let (a, b) = (a.min(b), a.max(b));
        let key = u64::from(a) << 32 | u64::from(b);
        let slot = key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - Self::BITS);
        let slot = &mut self.0[slot as usize];
        if slot.0 != key {
            *slot = (key, level(a, b));
        }
        slot.1
    }
}

/// Compares rows of one set of names.
pub(super) struct Comparer<'a> {
    names: &'a Names,
    first: Cache,
    last: Cache,
    title: Cache,
    company: Cache,
}

impl<'a> Comparer<'a> {
    pub(super) fn new(names: &'a Names) -> Self {
        Self {
            names,
            first: Cache::new(),
            last: Cache::new(),
            title: Cache::new(),
            company: Cache::new(),
        }
    }

    pub(super) fn levels(&mut self, a: u32, b: u32) -> Levels {
        let names = self.names;
        let pools = &names.pools;
        let (a, b) = (&names.rows[a as usize], &names.rows[b as usize]);
        let mut levels = Levels::default();
        self.name(a, b, &mut levels);
        if both(a.title, b.title) {
            let level = |a, b| alike::title(&pools.titles, a, b);
            levels.set(TITLE, self.title.get_or(a.title, b.title, level));
        }
        if both(a.birth, b.birth) {
            levels.set(BIRTH, alike::birth(&pools.numbers, a.birth, b.birth));
        }
        if both(a.number, b.number) {
            levels.set(NUMBER, alike::digits(&pools.numbers, a.number, b.number));
        }
        levels.set(EMAIL, email(names, a, b, levels));
        if both(a.domain, b.domain) {
            levels.set(DOMAIN, alike::domain(&pools.hosts, a.domain, b.domain));
        }
        if both(a.company, b.company) {
            let level = |a, b| alike::company(&pools.companies, a, b);
            levels.set(COMPANY, self.company.get_or(a.company, b.company, level));
        }
        if both(a.phone, b.phone) {
            levels.set(PHONE, alike::digits(&pools.phones, a.phone, b.phone));
        }
        levels.set(PLACE, place(names, a, b));
        levels
    }

    fn name(&mut self, a: &Row, b: &Row, levels: &mut Levels) {
        let names = self.names;
        let (mut first_level, mut last_level) = (0, 0);
        if both(a.first, b.first) {
            let level = |a, b| alike::first(names, a, b);
            first_level = self.first.get_or(a.first, b.first, level);
        }
        if both(a.last, b.last) {
            let level = |a, b| alike::last(&names.pools.names, a, b);
            last_level = self.last.get_or(a.last, b.last, level);
        }
        if first_level == FIRST_DIFFERS && last_level == LAST_DIFFERS {
            let pool = &names.pools.names;
            if crossed(pool, a.first, b.last) && crossed(pool, a.last, b.first) {
                (first_level, last_level) = (0, LAST_SWAPPED);
            }
        }
        levels.set(FIRST, first_level);
        levels.set(LAST, last_level);
        if both(a.middle, b.middle) {
            levels.set(
                MIDDLE,
                alike::middle(&names.pools.names, a.middle, b.middle),
            );
        }
    }
}

fn both(a: u32, b: u32) -> bool {
    a != NONE && b != NONE
}

fn email(names: &Names, a: &Row, b: &Row, levels: Levels) -> u8 {
    if !both(a.local, b.local) || !both(a.host, b.host) {
        return 0;
    }
    let pools = &names.pools;
    let (x, y) = (pools.locals.get(a.local), pools.locals.get(b.local));
    let (same_local, same_host) = (a.local == b.local, a.host == b.host);
    if same_local && same_host {
        return SAME;
    }
    let differs = [FIRST_DIFFERS, LAST_DIFFERS].map(usize::from);
    let agree = [levels.get(FIRST), levels.get(LAST)]
        .iter()
        .zip(differs)
        .all(|(level, differs)| *level != differs);
    // addresses made of the names say what the names say, and that is weighed already
    let of_names = a.address_of_name() && b.address_of_name();
    if of_names {
        return match (agree, same_host) {
            (true, _) => 0,
            (false, true) => 5,
            (false, false) => 4,
        };
    }
    // `jroth` and `jroth2` are two people on purpose, and so are `apex.com` and `apex2.com` two firms
    let slip =
        |x: &[u8], y: &[u8]| x.len().min(y.len()) > 3 && same_digits(x, y) && within(x, y, 1);
    let hosts = (pools.hosts.get(a.host), pools.hosts.get(b.host));
    match (same_local, same_host) {
        (_, true) if slip(x, y) => 2,
        (_, true) => 5,
        (true, _) if slip(hosts.0, hosts.1) => 2,
        (true, _) if x.len() > 5 && !a.address_of_name() => 3,
        _ => 4,
    }
}

fn place(names: &Names, a: &Row, b: &Row) -> u8 {
    const DIFFERS: u8 = 7;
    if both(a.country(), b.country()) && a.country() != b.country() {
        return DIFFERS;
    }
    let zip = both(a.zip, b.zip).then_some(a.zip == b.zip);
    let city = both(a.city, b.city).then_some(a.city == b.city);
    let state = both(a.state, b.state).then_some(a.state == b.state);
    let close = |pool: &Pool, a, b, least| {
        let (x, y) = (pool.get(a), pool.get(b));
        x.len().min(y.len()) >= least && within(x, y, 1)
    };
    let near = zip == Some(true)
        || city == Some(true)
        || (city.is_some() && close(&names.pools.places, a.city, b.city, 6));
    let somewhere = zip.is_some() || city.is_some();
    if both(a.street, b.street) {
        let pool = &names.pools.streets;
        if a.street == b.street {
            if near || !somewhere {
                return SAME;
            }
            return if state == Some(false) { DIFFERS } else { 2 };
        }
        if near {
            let (x, y) = (pool.get(a.street), pool.get(b.street));
            let (short, long) = if x.len() < y.len() { (x, y) } else { (y, x) };
            let close =
                short.len() > 5 && (within(x, y, 2) || alike(x, y, 0.93) || long.ends_with(short));
            return if close { 2 } else { 4 };
        }
    } else if near {
        return 3;
    }
    match state {
        Some(true) if somewhere => 6,
        Some(true) => 5,
        Some(false) => DIFFERS,
        None if somewhere => DIFFERS,
        None => 0,
    }
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
