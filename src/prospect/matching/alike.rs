//! How alike two texts of one kind are, as a level of their comparison.

use rapidfuzz::distance::{jaro_winkler, osa};

use super::compare::SAME;
use super::names::Names;
use super::pool::Pool;

const FIRST_SHORT: u8 = 2;
const FIRST_CLOSE: u8 = 3;
const FIRST_INITIAL: u8 = 4;
pub(super) const FIRST_DIFFERS: u8 = 5;
const LAST_CLOSE: u8 = 2;
const LAST_ALIKE: u8 = 3;
pub(super) const LAST_SWAPPED: u8 = 4;
pub(super) const LAST_DIFFERS: u8 = 5;

/// Whether at most `most` characters are missing, added, changed or swapped with their neighbour
/// (Damerau-Levenshtein, restricted).
pub(super) fn within(a: &[u8], b: &[u8], most: usize) -> bool {
    let cutoff = osa::Args::default().score_cutoff(most);
    a.len().abs_diff(b.len()) <= most
        && osa::distance_with_args(a.iter().copied(), b.iter().copied(), &cutoff).is_some()
}

/// Jaro-Winkler: agreement at the beginning counts more.
pub(super) fn alike(a: &[u8], b: &[u8], least: f64) -> bool {
    let cutoff = jaro_winkler::Args::default().score_cutoff(least);
    jaro_winkler::similarity_with_args(a.iter().copied(), b.iter().copied(), &cutoff).is_some()
}

/// Whether the digits in two texts are the same: `apex` and `apex2` are two things on purpose.
pub(super) fn same_digits(x: &[u8], y: &[u8]) -> bool {
    let digits =
        |text: &'_ [u8]| -> Vec<u8> { text.iter().copied().filter(u8::is_ascii_digit).collect() };
    digits(x) == digits(y)
}

pub(super) fn first(names: &Names, a: u32, b: u32) -> u8 {
    let (x, y) = (names.pools.names.get(a), names.pools.names.get(b));
    let (short, long) = if x.len() < y.len() { (x, y) } else { (y, x) };
    if short.len() == 1 {
        return if long[0] == short[0] {
            FIRST_INITIAL
        } else {
            FIRST_DIFFERS
        };
    }
    if a == b {
        return SAME;
    }
    let shortened = short.len() > 2 && long.starts_with(short);
    if shortened || names.groups[a as usize].meet(names.groups[b as usize]) {
        return FIRST_SHORT;
    }
    if short.len() > 2 && (within(x, y, 1) || alike(x, y, 0.92)) {
        FIRST_CLOSE
    } else {
        FIRST_DIFFERS
    }
}

/// Whether one row's first name is the other's last, up to a slip.
pub(super) fn crossed(pool: &Pool, first: u32, last: u32) -> bool {
    let (x, y) = (pool.get(first), pool.get(last));
    first == last
        || (x.len().min(y.len()) > 3
            && (x.first() == y.first() || x.last() == y.last())
            && within(x, y, 1))
}

pub(super) fn middle(pool: &Pool, a: u32, b: u32) -> u8 {
    let (x, y) = (pool.get(a), pool.get(b));
    if x.len() > 1 && a == b {
        SAME
    } else if x[0] == y[0] && (x.len() == 1 || y.len() == 1) {
        2
    } else {
        3
    }
}

pub(super) fn last(pool: &Pool, a: u32, b: u32) -> u8 {
    if a == b {
        return SAME;
    }
    let (x, y) = (pool.get(a), pool.get(b));
    let (short, long) = if x.len() < y.len() { (x, y) } else { (y, x) };
    if short.len() > 2 && within(x, y, 1) {
        LAST_CLOSE
    } else if (short.len() > 3 && (long.starts_with(short) || long.ends_with(short)))
        || (short.len() > 2 && alike(x, y, 0.9))
    {
        LAST_ALIKE
    } else {
        LAST_DIFFERS
    }
}

pub(super) fn title(pool: &Pool, a: u32, b: u32) -> u8 {
    if a == b {
        return SAME;
    }
    let (x, y) = (pool.text(a), pool.text(b));
    let shared = x
        .split(' ')
        .filter(|word| y.split(' ').any(|other| other == *word))
        .count();
    let all = x.split(' ').count() + y.split(' ').count() - shared;
    if shared * 2 >= all { 2 } else { 3 }
}

pub(super) fn birth(pool: &Pool, a: u32, b: u32) -> u8 {
    if a == b {
        return SAME;
    }
    let (x, y) = (pool.get(a), pool.get(b));
    if x.len() != 8 || y.len() != 8 {
        return if within(x, y, 1) { 2 } else { 4 };
    }
    let turned = x[..4] == y[..4] && x[4..6] == y[6..] && x[6..] == y[4..6];
    let parts = [(0, 4), (4, 6), (6, 8)]
        .iter()
        .filter(|(from, to)| x[*from..*to] == y[*from..*to])
        .count();
    if turned || within(x, y, 1) {
        2
    } else if parts == 2 {
        3
    } else {
        4
    }
}

pub(super) fn digits(pool: &Pool, a: u32, b: u32) -> u8 {
    if a == b {
        return SAME;
    }
    let (x, y) = (pool.get(a), pool.get(b));
    if x.len().min(y.len()) > 4 && within(x, y, 1) {
        2
    } else {
        3
    }
}

pub(super) fn domain(pool: &Pool, a: u32, b: u32) -> u8 {
    if a == b {
        return SAME;
    }
    let (x, y) = (pool.get(a), pool.get(b));
    let close = x.len().min(y.len()) > 8 && same_digits(x, y) && within(x, y, 1);
    if close { 2 } else { 3 }
}

pub(super) fn company(pool: &Pool, a: u32, b: u32) -> u8 {
    if a == b {
        return SAME;
    }
    let (x, y) = (pool.get(a), pool.get(b));
    let shorter = x.len().min(y.len());
    let most = usize::from(shorter > 4) + usize::from(shorter > 9);
    if most > 0 && within(x, y, most) {
        return 2;
    }
    let (x, y) = (pool.text(a), pool.text(b));
    let (few, many) = if x.len() < y.len() { (x, y) } else { (y, x) };
    let inside = few.len() > 4
        && few
            .split(' ')
            .all(|word| many.split(' ').any(|other| other == word));
    if inside || alike(x.as_bytes(), y.as_bytes(), 0.92) {
        3
    } else {
        4
    }
}
