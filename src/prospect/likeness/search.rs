//! The way of one candidate through the buckets of customers, the most promising first.

use super::nearest::{Group, Key, Likeness};
use super::{Parts, Profile, SAME_AREA, SAME_COUNTRY, SAME_STATE, Size, Sym, parts};

const TOPICS_KNOWN: u8 = 1;
const INDUSTRY_KNOWN: u8 = 2;
const EMPLOYEES_KNOWN: u8 = 4;
const REVENUE_KNOWN: u8 = 8;
const SIZE_KNOWN: u8 = EMPLOYEES_KNOWN | REVENUE_KNOWN;
const PLACE_KNOWN: u8 = 16 | 32 | 64 | 128;

/// Bits of what is known.
pub(super) fn known(profile: &Profile) -> u8 {
    [
        (profile.topics.is_some(), TOPICS_KNOWN),
        (profile.industry.is_some(), INDUSTRY_KNOWN),
        (profile.employees.is_some(), EMPLOYEES_KNOWN),
        (profile.revenue.is_some(), REVENUE_KNOWN),
        (profile.country.is_some(), 16),
        (profile.state.is_some(), 32),
        (profile.city.is_some(), 64),
        (profile.zip.is_some(), 128),
    ]
    .into_iter()
    .fold(0, |bits, (is, bit)| if is { bits | bit } else { bits })
}

/// One bit for each attribute: employees and revenue are one, so are the parts of a place.
pub(super) fn shape(both: u8) -> u8 {
    let one = |bits: u8| if both & bits > 0 { bits } else { 0 };
    both & (TOPICS_KNOWN | INDUSTRY_KNOWN) | one(SIZE_KNOWN) | one(PLACE_KNOWN)
}

/// Where a place is looked for, the nearest first, and what finding it there is worth. A bucket holds all
/// that are at least so near, and some that have the name only.
pub(super) fn levels(of: &Profile) -> [(Option<Sym>, f64); 5] {
    [
        (of.city, 1.0),
        (of.zip, 1.0),
        (of.area, SAME_AREA),
        (of.state, SAME_STATE),
        (of.country, SAME_COUNTRY),
    ]
}

pub(super) fn key(topic: Option<Sym>, industry: Option<Sym>, place: Option<Sym>) -> Key {
    let number = |sym: Option<Sym>| sym.map_or(0, Sym::number);
    (number(topic), number(industry), number(place))
}

/// One candidate on its way through the buckets.
pub(super) struct Search<'l> {
    pub(super) of: &'l Likeness,
    pub(super) candidate: &'l Profile,
    pub(super) known: u8,
    /// What can be known of both.
    pub(super) shapes: &'l [u8],
    pub(super) best: f64,
    pub(super) found: Option<u32>,
}

/// What those in a bucket have in common with the candidate, and how much that is at most.
type Common = (Option<Sym>, f64);

impl Search<'_> {
    pub(super) fn everywhere(&mut self) {
        if let Some(topics) = self.candidate.topics {
            for (topic, _) in self.of.names.stars(topics) {
                self.with_topic((Some(*topic), 1.0));
            }
        }
        self.with_topic((None, 0.0));
    }

    /// From the same industry to any.
    fn with_topic(&mut self, topic: Common) {
        let row = self.candidate.industry;
        let row = row.and_then(|industry| self.of.industry_rows[industry.at()].as_deref());
        for (alike, industry) in row.unwrap_or_default() {
            if self.hopeless(topic.1, *alike, INDUSTRY_KNOWN) {
                break;
            }
            self.with_industry(topic, (Some(*industry), *alike));
        }
        if !self.hopeless(topic.1, 0.0, 0) {
            self.with_industry(topic, (None, 0.0));
        }
    }

    /// From the same place to any.
    fn with_industry(&mut self, topic: Common, industry: Common) {
        let of = self.of;
        for (place, near) in levels(self.candidate).into_iter().chain([(None, 0.0)]) {
            if place.is_none() && near > 0.0 {
                continue;
            }
            let groups = of.buckets.get(&key(topic.0, industry.0, place));
            for group in groups.into_iter().flatten() {
                self.group(group, topic.1, industry.1, near);
            }
        }
    }

    /// Whether nobody of whom `least` is known can beat the best, were they the same in size and place.
    fn hopeless(&self, topics: f64, industry: f64, least: u8) -> bool {
        let shapes = self.shapes.iter();
        shapes
            .filter(|shape| **shape & least == least)
            .filter_map(|shape| self.could_be(*shape, topics, industry, 1.0, 1.0))
            .all(|could| could <= self.best)
    }

    /// Those of a group that can beat the best.
    fn group(&mut self, group: &Group, topics: f64, industry: f64, place: f64) {
        let could = |search: &Self, size: f64| {
            search
                .could_be(group.known, topics, industry, size, place)
                .is_some_and(|could| could > search.best)
        };
        if !could(self, 1.0) {
            return;
        }
        let both = group.known & self.known;
        let (members, size) = if both & EMPLOYEES_KNOWN > 0 {
            (&group.by_employees, self.candidate.employees)
        } else if both & REVENUE_KNOWN > 0 {
            (&group.by_revenue, self.candidate.revenue)
        } else {
            (&group.by_employees, None)
        };
        let Some(size) = size else {
            for (_, member) in members {
                self.compare(*member);
                if !could(self, 1.0) {
                    return;
                }
            }
            return;
        };
        // From the nearest size on to both sides.
        let mut above = members.partition_point(|(other, _)| *other < size.0);
        let mut below = above;
        loop {
            let up = members.get(above);
            let down = below.checked_sub(1).map(|at| &members[at]);
            let distance = |member: &(f32, u32)| (member.0 - size.0).abs();
            let next = match (up, down) {
                (Some(up), Some(down)) if distance(down) <= distance(up) => {
                    below -= 1;
                    down
                }
                (Some(up), _) => {
                    above += 1;
                    up
                }
                (None, Some(down)) => {
                    below -= 1;
                    down
                }
                (None, None) => return,
            };
            if !could(self, size.alike(Size(next.0))) {
                return;
            }
            self.compare(next.1);
        }
    }

    /// The most that the likeness to a customer of whom `known` is known can be, given what each attribute
    /// can be; none when nothing is known of both.
    fn could_be(
        &self,
        known: u8,
        topics: f64,
        industry: f64,
        size: f64,
        place: f64,
    ) -> Option<f64> {
        let both = known & self.known;
        let when = |bits: u8, alike: f64| (both & bits > 0).then_some(alike);
        Parts {
            topics: when(TOPICS_KNOWN, topics),
            industry: when(INDUSTRY_KNOWN, industry),
            // One of them known of the one, the other of the other, is nothing known of both.
            size: when(SIZE_KNOWN, size),
            place: when(PLACE_KNOWN, place),
        }
        .likeness()
    }

    fn compare(&mut self, customer: u32) {
        let other = &self.of.customers[customer as usize];
        let likeness = parts(&self.of.names, self.candidate, other).likeness();
        if let Some(likeness) = likeness.filter(|likeness| *likeness > self.best) {
            self.best = likeness;
            self.found = Some(customer);
        }
    }
}
