//! The most alike of many customers, for a million candidates in a row.
//!
//! Customers that are the same in everything are one. They lie in buckets by industry (or any) and place
//! (city, postcode, area, state, country, or any), in each grouped by what is known of them and sorted by size.
//! A candidate looks into the buckets with the most it can have in common first. What is in common
//! is known of a bucket, so the best that a group can hold, and within it the best at a size, is known
//! before anybody in it is looked at; who cannot beat the best so far is passed over. Who shares a topic with the
//! candidate is looked up by topic and industry beforehand: in the buckets nobody does any more.
//! The outcome is that of comparing with everybody.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use super::{
    Names, Parts, Profile, Reason, SAME_AREA, SAME_COUNTRY, SAME_STATE, Size, Sym, parts, reasons,
};

/// Customers to compare with.
#[derive(Debug)]
pub struct Likeness {
    /// What makes texts of candidates comparable with those of the customers.
    pub names: Names,
    /// As they were given.
    customers: Vec<Profile>,
    /// Those that differ: places in `customers`.
    distinct: Vec<u32>,
    buckets: FxHashMap<u64, Vec<Group>>,
    /// Everything that is known of any customer.
    known: Vec<u8>,
    /// What is known of both a candidate and any customer, by what is known of the candidate.
    shapes: FxHashMap<u8, Box<[u8]>>,
    /// Who has a topic, by industry and topic; under no industry everybody.
    by_topic: FxHashMap<u64, Vec<u32>>,
    /// Industries of customers.
    industries: Vec<Sym>,
    /// Per industry of a candidate: those of customers that have something in common, the most alike first.
    industry_rows: FxHashMap<Sym, Box<[(f64, Sym)]>>,
}

/// The most alike customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// From 0 to 1.
    pub likeness: f64,
    /// Place in the customers as they were given.
    pub customer: usize,
}

/// Customers of one bucket of whom the same is known.
#[derive(Debug)]
struct Group {
    known: u8,
    /// By employees where known, else in any order.
    by_employees: Vec<(f32, u32)>,
    /// By revenue where known.
    by_revenue: Vec<(f32, u32)>,
}

const TOPICS_KNOWN: u8 = 1;
const INDUSTRY_KNOWN: u8 = 2;
const EMPLOYEES_KNOWN: u8 = 4;
const REVENUE_KNOWN: u8 = 8;
const SIZE_KNOWN: u8 = EMPLOYEES_KNOWN | REVENUE_KNOWN;
const PLACE_KNOWN: u8 = 16 | 32 | 64 | 128;

/// Bits of what is known.
fn known(profile: &Profile) -> u8 {
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

/// Where a place is looked for, the nearest first, and what finding it there is worth. A bucket holds all
/// that are at least so near, and some that have the name only.
fn levels(of: &Profile) -> [(Option<Sym>, f64); 5] {
    [
        (of.city, 1.0),
        (of.zip, 1.0),
        (of.area, SAME_AREA),
        (of.state, SAME_STATE),
        (of.country, SAME_COUNTRY),
    ]
}

fn key(industry: Option<Sym>, place: Option<Sym>) -> u64 {
    let number = |sym: Option<Sym>| sym.map_or(0, Sym::number);
    u64::from(number(industry)) << 32 | u64::from(number(place))
}

impl Likeness {
    pub fn new(names: Names, customers: &[Profile]) -> Self {
        let mut likeness = Self {
            names,
            customers: customers.to_vec(),
            distinct: Vec::new(),
            buckets: FxHashMap::default(),
            known: Vec::new(),
            shapes: FxHashMap::default(),
            by_topic: FxHashMap::default(),
            industries: Vec::new(),
            industry_rows: FxHashMap::default(),
        };
        let mut seen = FxHashMap::default();
        for (at, customer) in customers.iter().enumerate() {
            if let Entry::Vacant(vacant) = seen.entry(identity(customer)) {
                vacant.insert(());
                likeness.add(at as u32, customer);
            }
        }
        let by_size = |a: &(f32, u32), b: &(f32, u32)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        for group in likeness.buckets.values_mut().flatten() {
            group.by_employees.sort_unstable_by(by_size);
            group.by_revenue.sort_unstable_by(by_size);
        }
        likeness.known.sort_unstable();
        likeness.known.dedup();
        likeness.industries.sort_unstable();
        likeness.industries.dedup();
        likeness
    }

    fn add(&mut self, at: u32, customer: &Profile) {
        let known = known(customer);
        self.distinct.push(at);
        self.known.push(known);
        self.industries.extend(customer.industry);
        let places = levels(customer).map(|(place, _)| place);
        let places = places.into_iter().flatten().map(Some).chain([None]);
        let industries = customer.industry.into_iter().map(Some).chain([None]);
        let stars = customer.topics.map(|topics| self.names.stars(topics));
        for industry in industries {
            for (topic, _) in stars.unwrap_or_default() {
                let who = self.by_topic.entry(key(industry, Some(*topic)));
                who.or_default().push(at);
            }
            for place in places.clone() {
                let groups = self.buckets.entry(key(industry, place)).or_default();
                let at_group = groups.iter().position(|group| group.known == known);
                let at_group = at_group.unwrap_or_else(|| {
                    groups.push(Group {
                        known,
                        by_employees: Vec::new(),
                        by_revenue: Vec::new(),
                    });
                    groups.len() - 1
                });
                let group = &mut groups[at_group];
                group
                    .by_employees
                    .push((customer.employees.map_or(0.0, |size| size.0), at));
                if let Some(size) = customer.revenue {
                    group.by_revenue.push((size.0, at));
                }
            }
        }
    }

    /// The customer most alike; of several equally alike always the same one. None when there is nobody of whom
    /// something is known that is known of the candidate.
    pub fn nearest(&mut self, candidate: &Profile) -> Option<Near> {
        self.nearest_above(candidate, -1.0)
    }

    /// The same, if they are more alike than `floor`; the higher that is, the faster it is found that nobody is.
    pub fn nearest_above(&mut self, candidate: &Profile, floor: f64) -> Option<Near> {
        self.prepare(candidate);
        let known = known(candidate);
        let mut search = Search {
            of: self,
            candidate,
            known,
            shapes: self.shapes.get(&known).map_or(&[], |shapes| &**shapes),
            best: floor,
            found: None,
        };
        search.everywhere();
        let likeness = search.best;
        search.found.map(|customer| Near {
            likeness,
            customer: customer as usize,
        })
    }

    /// The `k` customers most alike to one of them, without itself: the most alike first, then in their order.
    pub fn nearest_customers(&self, customer: usize, k: usize) -> Vec<Near> {
        let of = &self.customers[customer];
        let mut all: Vec<Near> = self
            .customers
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != customer)
            .filter_map(|(customer, other)| {
                let likeness = parts(&self.names, of, other).likeness()?;
                Some(Near { likeness, customer })
            })
            .collect();
        let order = |a: &Near, b: &Near| {
            let nearer = b.likeness.total_cmp(&a.likeness);
            nearer.then(a.customer.cmp(&b.customer))
        };
        if k < all.len() && k > 0 {
            all.select_nth_unstable_by(k - 1, order);
        }
        all.truncate(k);
        all.sort_unstable_by(order);
        all
    }

    pub fn customer(&self, at: usize) -> &Profile {
        &self.customers[at]
    }

    /// Why a candidate is like a customer, in words: what counts most first.
    pub fn reasons(&self, candidate: &Profile, customer: usize) -> Vec<Reason> {
        reasons::reasons(&self.names, candidate, &self.customers[customer])
    }

    /// What is the same for all candidates of an industry, or of whom the same is known, is found once.
    fn prepare(&mut self, candidate: &Profile) {
        self.shapes
            .entry(known(candidate))
            .or_insert_with_key(|of| {
                let mut shapes: Vec<u8> =
                    self.known.iter().map(|known| shape(known & of)).collect();
                shapes.sort_unstable();
                shapes.dedup();
                shapes.into_boxed_slice()
            });
        if let Some(industry) = candidate.industry {
            self.industry_rows.entry(industry).or_insert_with(|| {
                let alike = |other| self.names.industries_alike(industry, other);
                let industries = self.industries.iter();
                let mut row: Vec<(f64, Sym)> = industries
                    .map(|other| (alike(*other), *other))
                    .filter(|(alike, _)| *alike > 0.0)
                    .collect();
                row.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
                row.into_boxed_slice()
            });
        }
    }
}

/// Employees and revenue are one attribute, so are the parts of a place: one bit for each.
fn shape(both: u8) -> u8 {
    let mut shape = both & (TOPICS_KNOWN | INDUSTRY_KNOWN);
    if both & SIZE_KNOWN > 0 {
        shape |= EMPLOYEES_KNOWN;
    }
    if both & PLACE_KNOWN > 0 {
        shape |= PLACE_KNOWN;
    }
    shape
}

/// What makes two customers the same.
fn identity(profile: &Profile) -> ([Option<Sym>; 7], [Option<u32>; 2]) {
    (
        [
            profile.industry,
            profile.country,
            profile.state,
            profile.city,
            profile.zip,
            profile.area,
            profile.topics,
        ],
        [profile.employees, profile.revenue].map(|size| size.map(|size| size.0.to_bits())),
    )
}

/// One candidate on its way through the buckets.
struct Search<'l> {
    of: &'l Likeness,
    candidate: &'l Profile,
    known: u8,
    /// What can be known of both.
    shapes: &'l [u8],
    best: f64,
    found: Option<u32>,
}

impl Search<'_> {
    fn everywhere(&mut self) {
        let row: &[(f64, Sym)] = match &self.candidate.industry {
            Some(industry) => &self.of.industry_rows[industry],
            None => &[],
        };
        let industries = || {
            let some = row
                .iter()
                .map(|(alike, industry)| (*alike, Some(*industry)));
            some.chain([(0.0, None)])
        };
        if let Some(topics) = self.candidate.topics {
            let stars = self.of.names.stars(topics);
            for (alike, industry) in industries() {
                if self.hopeless(1.0, alike, industry) {
                    continue;
                }
                for (topic, _) in stars {
                    let who = self.of.by_topic.get(&key(industry, Some(*topic)));
                    for customer in who.into_iter().flatten() {
                        self.compare(*customer);
                    }
                }
            }
        }
        for (alike, industry) in industries() {
            if self.hopeless(0.0, alike, industry) {
                continue;
            }
            for (place, near) in levels(self.candidate) {
                if place.is_some() {
                    self.bucket(key(industry, place), alike, near);
                }
            }
            self.bucket(key(industry, None), alike, 0.0);
        }
    }

    /// Whether nobody of an industry, or of any, can beat the best, were they the same in size and place.
    fn hopeless(&self, topics: f64, alike: f64, industry: Option<Sym>) -> bool {
        let shapes = self.shapes.iter();
        shapes
            .filter(|shape| industry.is_none() || **shape & INDUSTRY_KNOWN > 0)
            .filter_map(|shape| self.could_be(*shape, topics, alike, Some(1.0), 1.0))
            .all(|could| could <= self.best)
    }

    fn bucket(&mut self, key: u64, industry: f64, place: f64) {
        let of = self.of;
        let Some(groups) = of.buckets.get(&key) else {
            return;
        };
        for group in groups {
            let by_employees = both_have(group.known, self.known, EMPLOYEES_KNOWN);
            let by_revenue = !by_employees && both_have(group.known, self.known, REVENUE_KNOWN);
            let could = |search: &Self, size: Option<f64>| {
                search
                    .could_be(group.known, 0.0, industry, size, place)
                    .is_some_and(|could| could > search.best)
            };
            if !could(self, Some(1.0)) {
                continue;
            }
            let (members, size) = if by_employees {
                (&group.by_employees, self.candidate.employees)
            } else if by_revenue {
                (&group.by_revenue, self.candidate.revenue)
            } else {
                (&group.by_employees, None)
            };
            let Some(size) = size else {
                for (_, member) in members {
                    if !could(self, None) {
                        break;
                    }
                    self.compare(*member);
                }
                continue;
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
                    (None, None) => break,
                };
                if !could(self, Some(size.alike(Size(next.0)))) {
                    break;
                }
                self.compare(next.1);
            }
        }
    }

    /// The most that the likeness to a customer of whom `known` is known can be, given what each attribute
    /// can be; none when nothing is known of both.
    fn could_be(
        &self,
        known: u8,
        topics: f64,
        industry: f64,
        size: Option<f64>,
        place: f64,
    ) -> Option<f64> {
        let both = known & self.known;
        let when = |bits: u8, alike: f64| (both & bits > 0).then_some(alike);
        Parts {
            topics: when(TOPICS_KNOWN, topics),
            industry: when(INDUSTRY_KNOWN, industry),
            size: size.and_then(|size| when(SIZE_KNOWN, size)),
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

fn both_have(a: u8, b: u8, bit: u8) -> bool {
    a & b & bit > 0
}
