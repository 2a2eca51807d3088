//! Choosing among everybody on the lists: one statement for the conditions, and what keeps somebody out
//! held in memory. A million names are looked at in about the time that SQLite reads them.
//!
//! One prospect is one entity, however many rows it has: the best row that may be used stands for it.

pub(super) mod contacts;
mod facts;
mod known;
mod people;
mod scan;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::Connection;
use rustc_hash::{FxHashMap, FxHashSet};

pub use contacts::Stars;

use self::contacts::Ratings;
use self::facts::{Known, OF_BATCHES};
pub(super) use self::known::known_of;
pub(super) use self::people::People;
use self::scan::{BESIDE, COMPARED, NEWS, Passing, scan};
use super::list::ListRow;
use super::{Name, Store};
use crate::condition::Condition;
use crate::deal::book::Day;
use crate::id::Id;
use crate::list::{Channel, Forbidden, State, forbidden};
use crate::process::Process;
use crate::prospect::likeness::{Likeness, Names, Near, Profile, Size, Sym};
use crate::prospect::{Field, TopicRule};

/// Who is wanted.
#[derive(Debug)]
pub struct Wanted<'a> {
    pub process: &'a Process,
    pub today: NaiveDate,
    /// Checked by [`Process::prospect_engine`].
    pub condition: Option<&'a Condition>,
    pub topics: &'a [TopicRule],
    /// Only names on these; none given means any.
    pub lists: &'a [Id],
}

/// Whom they are compared with, and how many of the most alike will be looked at: whether the others are a
/// little alike needs not be known.
#[derive(Debug)]
pub struct Compared<'a> {
    pub likeness: &'a mut Likeness,
    pub most: usize,
}

/// One of those who may be chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// The row that stands for them.
    pub id: Id,
    pub entity: Id,
    pub list: Id,
    pub score: i64,
    /// When the list's owner had it.
    pub source_day: Option<Day>,
    /// The customer that they are most like, where that was asked for and anything is known.
    pub like: Option<Near>,
}

impl Candidate {
    /// Better ones are greater: likeness, then points, then news, then the earlier row.
    pub fn rank(&self) -> (u64, i64, Option<Day>, Reverse<Id>) {
        // Bits of numbers that are not negative are in their order.
        let like = self.like.map_or(0, |near| near.likeness.max(0.0).to_bits());
        (like, self.score, self.source_day, Reverse(self.id))
    }
}

/// Everybody who may be chosen, in no order, and how many may not, each for the first reason there is.
#[derive(Debug, Default)]
pub struct Candidates {
    pub found: Vec<Candidate>,
    /// Who passes the condition and is on the lists that were asked for.
    pub passing: usize,
    /// Without the stars that were asked for.
    pub unrated: usize,
    /// Suppressed when they came in.
    pub suppressed: usize,
    /// On a list that can't be used, and on none that can.
    pub unusable: BTreeMap<Id, usize>,
    pub in_a_deal: usize,
    pub contacted: usize,
    /// Some were passed over, since so many are more alike: their likeness is not known.
    pub passed_over: bool,
    people: Arc<People>,
    ratings: Ratings,
    /// The topics that they are compared by.
    rated: FxHashMap<i64, Sym>,
}

impl Candidates {
    /// What one of them was compared by.
    pub fn profile(&self, likeness: &mut Likeness, name: &Name, entity: Id) -> Profile {
        let topics = self.rated.get(&entity.0).copied();
        profile(&mut likeness.names, topics, |field| name.get(field))
    }

    /// What is thought of somebody, by each of the topics that were asked for.
    pub fn stars(&self, entity: Id) -> Vec<Stars> {
        let of = |by: &FxHashMap<i64, Stars>| by.get(&entity.0).copied().unwrap_or_default();
        self.ratings.iter().map(of).collect()
    }
}

/// What becomes of a row that passes, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Chosen,
    Contacted,
    InADeal,
    Unusable,
    Suppressed,
    Unrated,
}

/// Everything that is held against a row.
struct Filter {
    people: Arc<People>,
    ratings: Ratings,
    usable: FxHashSet<i64>,
    responded: FxHashMap<i64, i32>,
    /// Who is ours by other ways than an answer.
    ours: FxHashSet<i64>,
    in_a_deal: FxHashSet<i64>,
    contacted: FxHashSet<i64>,
}

impl Filter {
    fn verdict(&self, rules: &[TopicRule], entity: i64, row: &Passing) -> Verdict {
        let mut rated = rules.iter().zip(&self.ratings);
        let met = |stars: Option<&Stars>| stars.map(|stars| stars.mean);
        if !rated.all(|(rule, by)| rule.is_met(met(by.get(&entity)))) {
            Verdict::Unrated
        } else if row.suppressed {
            Verdict::Suppressed
        } else if !self.usable.contains(&row.list)
            && !self.responded.contains_key(&entity)
            && !self.ours.contains(&entity)
        {
            Verdict::Unusable
        } else if self.in_a_deal.contains(&entity) {
            Verdict::InADeal
        } else if self.contacted.contains(&entity) {
            Verdict::Contacted
        } else {
            Verdict::Chosen
        }
    }
}

impl Store {
    /// Everybody who may be chosen today, each compared with the customers that are given.
    pub fn candidates(
        &self,
        wanted: &Wanted<'_>,
        compared: Option<Compared<'_>>,
    ) -> Result<Candidates> {
        let lists = self.lists()?;
        let usable = self.usable_lists(&lists, wanted.today)?;
        self.translated(|connection| {
            let people = Arc::new(People::read(connection)?);
            let responded = responded(connection, &people)?;
            let known = Known::new(&lists, &people, &responded);
            facts::functions(connection, known)?;
            let since = (wanted.process.calendar)
                .still_within(wanted.today, wanted.process.prospecting.contact_gap);
            let mut filter = Filter {
                ratings: contacts::ratings(connection, &people, wanted.topics)?,
                in_a_deal: contacts::in_a_deal(connection, &people)?,
                contacted: contacts::contacted(connection, &people, Day::of(since))?,
                usable,
                responded,
                ours: FxHashSet::default(),
                people,
            };
            if lists.iter().any(|list| !filter.usable.contains(&list.id.0)) {
                filter.ours = ours(connection, &filter.people, &lists)?;
            }
            let mut gathered = Gathered::default();
            let mut like = compared.map(|compared| Nearest {
                likeness: compared.likeness,
                most: compared.most,
                best: BinaryHeap::new(),
                floor: -1.0,
            });
            if let Some(like) = &mut like {
                let names = &mut like.likeness.names;
                gathered.result.rated = contacts::topics(connection, &filter.people, names)?;
            }
            let beside = if like.is_some() { COMPARED } else { NEWS };
            scan(connection, wanted, beside, |mut row, sql| {
                let entity = filter.people.of(row.id);
                let verdict = filter.verdict(wanted.topics, entity, &row);
                if let (Some(like), Verdict::Chosen) = (&mut like, verdict) {
                    let topics = gathered.result.rated.get(&entity).copied();
                    let text = |field: Field| {
                        let at = beside.iter().position(|beside| *beside == field);
                        let text = at.and_then(|at| sql.get_ref(BESIDE + at).ok());
                        text.and_then(|text| text.as_str_or_null().ok().flatten())
                            .unwrap_or_default()
                    };
                    let profile = profile(&mut like.likeness.names, topics, text);
                    row.like = like.nearest(&profile);
                }
                gathered.add(filter.people.is_shared(entity), entity, row, verdict);
            })?;
            gathered.result.passed_over = like.is_some_and(|like| like.floor > 0.0);
            Ok(gathered.settle(filter))
        })
    }

    /// Lists whose names may be used today by one channel at least.
    fn usable_lists(&self, lists: &[ListRow], today: NaiveDate) -> Result<FxHashSet<i64>> {
        let mut usable = FxHashSet::default();
        for list in lists {
            if self.list_forbids(list, today)?.is_empty() {
                usable.insert(list.id.0);
            }
        }
        Ok(usable)
    }

    /// Why a list can't be used today, whatever the channel; nothing when it can.
    pub fn list_forbids(&self, list: &ListRow, today: NaiveDate) -> Result<Vec<Forbidden>> {
        let standing = list.standing(self.list_uses(list.id)?.len());
        let mut found = Vec::new();
        for channel in Channel::ALL {
            let against = forbidden(&list.terms, &standing, *channel, today);
            if against.is_empty() {
                return Ok(against);
            }
            found = against;
        }
        Ok(found)
    }
}

impl Known {
    fn new(lists: &[ListRow], people: &Arc<People>, responded: &FxHashMap<i64, i32>) -> Self {
        let told = |list: &ListRow| {
            let terms = &list.terms;
            (list.id.0, (terms.code.clone(), terms.kind.name()))
        };
        Self {
            lists: lists.iter().map(told).collect(),
            people: Arc::clone(people),
            responded: responded.clone(),
        }
    }
}

/// Rows one after the other, put together as far as they are one person.
#[derive(Default)]
struct Gathered {
    shared: FxHashMap<i64, (Verdict, Passing)>,
    result: Candidates,
}

impl Gathered {
    fn add(&mut self, shared: bool, entity: i64, row: Passing, verdict: Verdict) {
        if !shared {
            self.count(entity, row, verdict);
            return;
        }
        let kept = self.shared.entry(entity).or_insert((verdict, row));
        let rank = |row: &Passing| Reverse(row.candidate(entity).rank());
        if (verdict, rank(&row)) < (kept.0, rank(&kept.1)) {
            *kept = (verdict, row);
        }
    }

    fn count(&mut self, entity: i64, row: Passing, verdict: Verdict) {
        let result = &mut self.result;
        result.passing += 1;
        match verdict {
            Verdict::Chosen => result.found.push(row.candidate(entity)),
            Verdict::Contacted => result.contacted += 1,
            Verdict::InADeal => result.in_a_deal += 1,
            Verdict::Unusable => *result.unusable.entry(Id(row.list)).or_default() += 1,
            Verdict::Suppressed => result.suppressed += 1,
            Verdict::Unrated => result.unrated += 1,
        }
    }

    fn settle(mut self, filter: Filter) -> Candidates {
        for (entity, (verdict, row)) in std::mem::take(&mut self.shared) {
            self.count(entity, row, verdict);
        }
        self.result.people = filter.people;
        self.result.ratings = filter.ratings;
        self.result
    }
}

/// Finds the most alike, and how alike one must be by now to matter.
struct Nearest<'a> {
    likeness: &'a mut Likeness,
    most: usize,
    /// The likenesses that are best so far, the least of them first.
    best: BinaryHeap<Reverse<u64>>,
    floor: f64,
}

impl Nearest<'_> {
    fn nearest(&mut self, profile: &Profile) -> Option<Near> {
        let near = self.likeness.nearest_above(profile, self.floor)?;
        self.best.push(Reverse(near.likeness.max(0.0).to_bits()));
        if self.best.len() > self.most {
            self.best.pop();
            let least = self.best.peek().map_or(0, |least| least.0);
            // Others who are just as alike may have more points.
            self.floor = f64::from_bits(least).next_down();
        }
        Some(near)
    }
}

/// What a row is compared by.
fn profile<'t>(names: &mut Names, topics: Option<Sym>, text: impl Fn(Field) -> &'t str) -> Profile {
    let country = names.country(text(Field::Country));
    let (zip, area) = names.zip(text(Field::Zip));
    Profile {
        industry: names.industry(text(Field::Industry)),
        employees: Size::read(text(Field::Employees)),
        revenue: Size::read(text(Field::Revenue)),
        country,
        state: names.state(text(Field::State), country),
        city: names.city(text(Field::City)),
        zip,
        area,
        topics,
    }
}

/// Who is ours, and so not bound by the terms of a list: persons and accounts of ours, and whoever is on a
/// list of ours that is not given back.
fn ours(connection: &Connection, people: &People, lists: &[ListRow]) -> Result<FxHashSet<i64>> {
    let mut ours = contacts::known(connection, people)?;
    let own = lists
        .iter()
        .filter(|list| list.terms.is_ours() && list.state != State::Returned);
    let own: Vec<i64> = own.map(|list| list.id.0).collect();
    if !own.is_empty() {
        let ids = joined(&own);
        let sql =
            format!("SELECT p.id FROM {OF_BATCHES} AND r.list IN ({ids}) AND p.fate IN (0, 1, 2)");
        ours.extend(contacts::everybody(connection, people, &sql, &[])?);
    }
    Ok(ours)
}

/// When each entity answered first.
fn responded(connection: &Connection, people: &People) -> Result<FxHashMap<i64, i32>> {
    let mut statement = connection
        .prepare("SELECT prospect, responded FROM prospect_state WHERE responded IS NOT NULL")?;
    let mut rows = statement.query([])?;
    let mut first: FxHashMap<i64, i32> = FxHashMap::default();
    while let Some(row) = rows.next()? {
        let day = row.get(1)?;
        let kept = first.entry(people.of(row.get(0)?)).or_insert(day);
        *kept = day.min(*kept);
    }
    Ok(first)
}

pub(super) fn joined(ids: &[i64]) -> String {
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    ids.join(", ")
}
