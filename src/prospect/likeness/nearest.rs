//! The most alike of many customers, for a million candidates in a row.
//!
//! Customers that are the same in everything are one. They lie in buckets by topic (or any), industry (or
//! any) and place (city, postcode, area, state, country, or any), in each grouped by what is known of them
//! and sorted by size. A candidate looks into the buckets with the most it can have in common first. What is
//! in common is known of a bucket, so the best that a group can hold, and within it the best at a size, is
//! known before anybody in it is looked at; who cannot beat the best so far is passed over. When the buckets
//! of the candidate's topics were looked into, nobody in the others shares one. The outcome is that of
//! comparing with everybody. `search` is that way of one candidate.

use rustc_hash::{FxHashMap, FxHashSet};

use super::search::{Search, key, known, levels, shape};
use super::{Names, Profile, Reason, Sym, parts, reasons};

/// Customers to compare with.
#[derive(Debug)]
pub struct Likeness {
    /// What makes texts of candidates comparable with those of the customers.
    pub names: Names,
    /// As they were given.
    pub(super) customers: Vec<Profile>,
    pub(super) buckets: FxHashMap<Key, Vec<Group>>,
    /// Everything that is known of any customer.
    known: Vec<u8>,
    /// Industries of customers.
    industries: Vec<Sym>,
    /// What is known of both a candidate and any customer, by what is known of the candidate.
    shapes: Vec<Option<Box<[u8]>>>,
    /// Per industry of a candidate: those of customers that have something in common, the most alike first.
    pub(super) industry_rows: Vec<Option<Row>>,
}

/// The most alike customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// From 0 to 1.
    pub likeness: f64,
    /// Place in the customers as they were given.
    pub customer: usize,
}

/// Topic, industry and place; 0 is any.
pub(super) type Key = (u32, u32, u32);

type Row = Box<[(f64, Sym)]>;

/// Customers of one bucket of whom the same is known.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) known: u8,
    /// By employees where known, else in any order.
    pub(super) by_employees: Vec<(f32, u32)>,
    /// By revenue where known.
    pub(super) by_revenue: Vec<(f32, u32)>,
}

impl Group {
    /// The group of a bucket of whose customers so much is known.
    fn of(known: u8, groups: &mut Vec<Self>) -> &mut Self {
        let at = groups.iter().position(|group| group.known == known);
        let at = at.unwrap_or_else(|| {
            groups.push(Self {
                known,
                by_employees: Vec::new(),
                by_revenue: Vec::new(),
            });
            groups.len() - 1
        });
        &mut groups[at]
    }

    fn add(&mut self, at: u32, customer: &Profile) {
        let size = customer.employees.map_or(0.0, |size| size.0);
        self.by_employees.push((size, at));
        if let Some(size) = customer.revenue {
            self.by_revenue.push((size.0, at));
        }
    }
}

impl Likeness {
    pub fn new(names: Names, customers: &[Profile]) -> Self {
        let mut likeness = Self {
            names,
            customers: customers.to_vec(),
            buckets: FxHashMap::default(),
            known: Vec::new(),
            industries: Vec::new(),
            shapes: vec![None; 256],
            industry_rows: Vec::new(),
        };
        let mut seen = FxHashSet::default();
        for (at, customer) in customers.iter().enumerate() {
            if seen.insert(identity(customer)) {
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
        self.known.push(known);
        self.industries.extend(customer.industry);
        let stars = customer.topics.map(|topics| self.names.stars(topics));
        let topics = stars.unwrap_or_default().iter();
        let places = levels(customer).map(|(place, _)| place);
        let places = places.into_iter().flatten().map(Some).chain([None]);
        let industries = customer.industry.into_iter().map(Some).chain([None]);
        for topic in topics.map(|(topic, _)| Some(*topic)).chain([None]) {
            for industry in industries.clone() {
                for place in places.clone() {
                    let groups = self.buckets.entry(key(topic, industry, place));
                    Group::of(known, groups.or_default()).add(at, customer);
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
        let known = known(candidate);
        self.prepare(candidate, known);
        let mut search = Search {
            of: self,
            candidate,
            known,
            shapes: self.shapes[usize::from(known)].as_deref().unwrap_or(&[]),
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

    /// The `k` customers most alike to one of them, of those that are `among`: the most alike first, then in
    /// their order. It is not among its own.
    pub fn nearest_of(
        &self,
        customer: usize,
        k: usize,
        among: impl Fn(usize) -> bool,
    ) -> Vec<Near> {
        let mut all: Vec<Near> = (0..self.customers.len())
            .filter(|other| *other != customer && among(*other))
            .filter_map(|other| {
                Some(Near {
                    likeness: self.between(customer, other)?,
                    customer: other,
                })
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

    /// How alike two of the customers are; none when nothing is known of both.
    pub fn between(&self, one: usize, other: usize) -> Option<f64> {
        parts(&self.names, &self.customers[one], &self.customers[other]).likeness()
    }

    /// Why two of the customers are alike.
    pub fn reasons_between(&self, one: usize, other: usize) -> Vec<Reason> {
        self.reasons(&self.customers[one], other)
    }

    /// Why a candidate is like a customer, in words: what counts most first.
    pub fn reasons(&self, candidate: &Profile, customer: usize) -> Vec<Reason> {
        reasons::reasons(&self.names, candidate, &self.customers[customer])
    }

    /// What is the same for all candidates of an industry, or of whom the same is known, is found once.
    fn prepare(&mut self, candidate: &Profile, known: u8) {
        self.shapes[usize::from(known)].get_or_insert_with(|| {
            let mut shapes: Vec<u8> = self.known.iter().map(|of| shape(of & known)).collect();
            shapes.sort_unstable();
            shapes.dedup();
            shapes.into_boxed_slice()
        });
        let Some(industry) = candidate.industry else {
            return;
        };
        if self.industry_rows.len() <= industry.at() {
            self.industry_rows.resize(industry.at() + 1, None);
        }
        self.industry_rows[industry.at()].get_or_insert_with(|| {
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
