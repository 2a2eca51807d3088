//! How alike two companies are: a candidate to our customers, a customer to the others.
//!
//! Gower's general similarity (Biometrics 27, 1971): the weighted mean of the similarities of those
//! attributes that are known of both.
//! - topics: weighted Jaccard (Ružička) of the mean stars, the sum of the smaller over that of the larger;
//! - industry: the share of the words they have in common;
//! - size: 1 for equal ones, falling with the ratio to 0 where one is a hundred times the other; employees
//!   where both are known, else revenue. The range is fixed, not that of the data, so that a likeness
//!   stays what it is when others come and go;
//! - place: 1 in one city or postcode, then 0.75, 0.5 and 0.25 for postcode area, state and country.
//!
//! A mean over one attribute that happens to match would be 1. Hence it is shrunk towards 0 by what is
//! not known, as neighbourhood recommenders shrink similarities with little support (Bell and Koren,
//! KDD 2007): known weight / (known weight + [`PRIOR`]), scaled so that two that are alike in everything
//! are 1. So one attribute more that matches always adds, and a better match never takes away.
//!
//! `names` makes texts comparable, `nearest` finds the most alike of many, `reasons` says why,
//! `lacks` what those alike bought and one of them has not.

mod lacks;
mod names;
mod nearest;
mod reasons;
mod search;
#[cfg(test)]
mod tests;

pub use lacks::{ALIKE, LIKE_ENOUGH, Lack, lacks};
pub use names::{Names, Sym};
pub use nearest::{Likeness, Near};
pub use reasons::{Attribute, Reason};

/// What the attributes count for. What was learnt by talking with somebody, and what they do, tell most.
const TOPICS: f64 = 2.0;
const INDUSTRY: f64 = 2.0;
const SIZE: f64 = 1.0;
const PLACE: f64 = 1.0;
const ALL: f64 = TOPICS + INDUSTRY + SIZE + PLACE;
/// The weight of what we would want to know before believing a match.
const PRIOR: f64 = 2.0;
/// Powers of ten between sizes that have nothing in common.
const SIZES: f64 = 2.0;

const SAME_AREA: f64 = 0.75;
const SAME_STATE: f64 = 0.5;
const SAME_COUNTRY: f64 = 0.25;

/// What is known of a company, as [`Names`] made it comparable.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Profile {
    pub industry: Option<Sym>,
    pub employees: Option<Size>,
    pub revenue: Option<Size>,
    pub country: Option<Sym>,
    pub state: Option<Sym>,
    pub city: Option<Sym>,
    pub zip: Option<Sym>,
    /// The first places of the postcode.
    pub area: Option<Sym>,
    /// Topics with their mean stars.
    pub topics: Option<Sym>,
}

/// A number of people or an amount, by its power of ten.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Size(f32);

impl Size {
    /// None for what is no size: nothing, less, or no number.
    pub fn of(amount: f64) -> Option<Self> {
        (amount.is_finite() && amount > 0.0).then(|| Self(amount.log10() as f32))
    }

    /// Of a number, or of the middle of a band: `250`, `10-49`, `1000+`, `<500`.
    pub fn read(text: &str) -> Option<Self> {
        let number = |text: &str| text.parse().ok().and_then(Self::of);
        let text = text.trim();
        if let Some(bound) = text
            .strip_suffix('+')
            .or_else(|| text.strip_prefix(['<', '>']))
        {
            return number(bound);
        }
        match text.split_once('-') {
            // A band from 0 is read as one from 1; the middle is that of the ratio.
            Some((low, high)) => {
                let low = if low == "0" { "1" } else { low };
                let (low, high) = (number(low)?, number(high)?);
                Some(Self(low.0.midpoint(high.0)))
            }
            None => number(text),
        }
    }

    /// As a number again.
    pub fn amount(self) -> f64 {
        10_f64.powf(f64::from(self.0))
    }

    fn alike(self, other: Self) -> f64 {
        (1.0 - f64::from((self.0 - other.0).abs()) / SIZES).max(0.0)
    }
}

/// How alike two are in each attribute, from 0 to 1; none where it is not known of both.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Parts {
    topics: Option<f64>,
    industry: Option<f64>,
    size: Option<f64>,
    place: Option<f64>,
}

impl Parts {
    /// The weighted mean, shrunk; none when nothing is known of both.
    fn likeness(&self) -> Option<f64> {
        let (mut sum, mut known) = (0.0, 0.0);
        for (part, weight) in [
            (self.topics, TOPICS),
            (self.industry, INDUSTRY),
            (self.size, SIZE),
            (self.place, PLACE),
        ] {
            if let Some(alike) = part {
                sum += weight * alike;
                known += weight;
            }
        }
        // One product over another: exactly 1 where everything is known and the same.
        (known > 0.0).then(|| sum * (ALL + PRIOR) / ((known + PRIOR) * ALL))
    }
}

fn both<T: Copy>(a: Option<T>, b: Option<T>) -> Option<(T, T)> {
    a.zip(b)
}

fn same(a: Option<Sym>, b: Option<Sym>) -> Option<bool> {
    both(a, b).map(|(a, b)| a == b)
}

fn size(a: &Profile, b: &Profile) -> Option<f64> {
    both(a.employees, b.employees)
        .or(both(a.revenue, b.revenue))
        .map(|(a, b)| a.alike(b))
}

/// Names of cities and postcodes mean the same place unless country, or state for a city, says otherwise.
fn place(a: &Profile, b: &Profile) -> Option<f64> {
    let country = same(a.country, b.country);
    let state = same(a.state, b.state);
    let city = same(a.city, b.city);
    let zip = same(a.zip, b.zip);
    if country == Some(false) {
        return Some(0.0);
    }
    if zip == Some(true) || (city == Some(true) && state != Some(false)) {
        return Some(1.0);
    }
    if same(a.area, b.area) == Some(true) {
        return Some(SAME_AREA);
    }
    if state == Some(true) {
        return Some(SAME_STATE);
    }
    if country == Some(true) {
        return Some(SAME_COUNTRY);
    }
    (city.is_some() || zip.is_some() || state.is_some()).then_some(0.0)
}

/// All four, of two profiles.
fn parts(names: &Names, a: &Profile, b: &Profile) -> Parts {
    Parts {
        topics: both(a.topics, b.topics).map(|(a, b)| names.topics_alike(a, b)),
        industry: both(a.industry, b.industry).map(|(a, b)| names.industries_alike(a, b)),
        size: size(a, b),
        place: place(a, b),
    }
}

/// How alike two are, from 0 to 1; none when nothing is known of both.
pub fn likeness(names: &Names, a: &Profile, b: &Profile) -> Option<f64> {
    parts(names, a, b).likeness()
}
