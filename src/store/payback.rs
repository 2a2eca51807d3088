//! What every list brought in and what became of it: one pass over the names of all lists, then each
//! person looked at once, with all their rows together.

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::{FxHashMap, FxHashSet};

use super::list::ListRow;
use super::list_names::{DELIVERED, Delivered, Merged, delivered};
use super::names::STEP;
use super::{Store, query};
use crate::deal::book::Day;
use crate::deal::event::CatalogKind;
use crate::id::Id;
use crate::list::{
    Allocation, Came, Effort, Lead, Merged as MergePurge, Own, Paid, Payback, Payer, Referral,
    Together,
};
use crate::money::Money;
use crate::prospect::{Elsewhere, Fate, Member, Part, purge};

impl Store {
    /// What lists and sources brought and cost, as known on a day.
    pub fn payback(&self, as_of: NaiveDate) -> Result<Payback> {
        let (lists, costs) = (self.lists()?, self.costs()?);
        self.one_view(|connection| {
            let places: FxHashMap<i64, u32> = (0..)
                .zip(&lists)
                .map(|(at, list)| (list.id.0, at))
                .collect();
            let names = Names::read(connection, &places, as_of)?;
            let own = Ours::read(connection)?;
            let mut origins = Origins::read(connection, &places)?;
            let mut tally = Tally::new(lists, connection, as_of)?;
            tally.count(&names, &own.kinds, &mut origins);
            let unlinked = origins.unlinked(connection, &tally.first_list)?;
            let catalog = query::catalog(connection)?;
            let sources: FxHashMap<i64, &str> = catalog
                .entries
                .iter()
                .filter(|(_, entry)| entry.kind == CatalogKind::Source)
                .map(|(id, entry)| (id.0, entry.name.as_str()))
                .collect();
            let paid = costs.iter().filter(|cost| cost.day <= as_of);
            let paid = paid.filter_map(|cost| {
                let list = places.get(&cost.subject.0).map(|at| Payer::List(*at));
                let source = || {
                    sources
                        .get(&cost.subject.0)
                        .map(|name| Payer::Source((*name).to_string()))
                };
                Some(Paid {
                    of: list.or_else(source)?,
                    day: cost.day,
                    amount: Money {
                        minor: cost.amount.minor,
                        currency: cost.amount.currency,
                    },
                })
            });
            let margins = catalog.of(CatalogKind::Product).filter_map(|product| {
                let margin = product.margin?;
                Some((product.name.clone(), margin))
            });
            Ok(Payback {
                margins: margins.collect(),
                paid: paid.collect(),
                referrals: referrals(connection, as_of)?,
                efforts: efforts(connection, as_of)?,
                persons: own.persons,
                accounts: own.accounts,
                unlinked,
                decoy_deals: origins.decoys,
                leads: tally.leads,
                together: tally.together,
                lists: tally.lists,
            })
        })
    }
}

/// A name that counts.
struct Row {
    id: i64,
    /// Who it is as things stand.
    entity: i64,
    /// Whom the import took it for.
    found: i64,
    list: u32,
    /// The day it came in.
    day: i32,
    /// As it is used: whoever was used was free to be.
    fate: Fate,
    /// Known when its batch came in, and the batch still counts.
    known: bool,
    used: bool,
    responded: Option<i32>,
}

/// All names that count, in the order of their ids.
struct Names(Vec<Row>);

/// What happened to a single name since: when it responded, and who it was found to be.
type State = (Option<i32>, Option<i64>);

impl Names {
    fn read(
        connection: &Connection,
        lists: &FxHashMap<i64, u32>,
        as_of: NaiveDate,
    ) -> Result<Self> {
        let as_of = Day::of(as_of).0;
        let merged = Merged::read(connection)?;
        let mut states: FxHashMap<i64, State> = FxHashMap::default();
        let mut statement =
            connection.prepare("SELECT prospect, responded, entity FROM prospect_state")?;
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            let responded = row.get::<_, Option<i32>>(1)?.filter(|day| *day <= as_of);
            states.insert(row.get(0)?, (responded, row.get(2)?));
        }
        let mut worked_on: FxHashSet<i64> = FxHashSet::default();
        let mut statement = connection.prepare("SELECT prospect FROM worked_on")?;
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            worked_on.insert(row.get(0)?);
        }
        let mut used = FxHashSet::default();
        let mut statement = connection.prepare(
            "SELECT n.prospect FROM list_use u JOIN list_use_name n ON n.list_use = u.id WHERE u.day <= $1",
        )?;
        let mut found = statement.query([as_of])?;
        while let Some(row) = found.next()? {
            used.insert(row.get::<_, i64>(0)?);
        }
        let mut runs = connection.prepare(
            "SELECT r.id, r.first_id, r.names, r.list, b.day, r.ts FROM import_run r
             LEFT JOIN batch b ON b.id = r.id WHERE r.state = 'complete' ORDER BY r.first_id",
        )?;
        let mut of_run = connection.prepare(
            "SELECT id, entity, fate FROM prospect WHERE id >= $1 AND id < $2 AND batch = $3 ORDER BY id",
        )?;
        let mut rows = Vec::new();
        let mut found = runs.query([])?;
        while let Some(run) = found.next()? {
            let (batch, first, names): (i64, i64, i64) = (run.get(0)?, run.get(1)?, run.get(2)?);
            let counts: Option<i32> = run.get(4)?;
            let began = run.get::<_, i64>(5)?.div_euclid(86_400_000) as i32;
            let day = counts.unwrap_or(began);
            let Some(list) = lists.get(&run.get(3)?).filter(|_| day <= as_of) else {
                continue;
            };
            let mut names = of_run.query(params![first, first + names * STEP, batch])?;
            while let Some(name) = names.next()? {
                let id: i64 = name.get(0)?;
                let state = states.get(&id);
                // Of an import that was undone, those count that something happened to.
                if counts.is_none() && !worked_on.contains(&id) {
                    continue;
                }
                let entity: i64 = name.get(1)?;
                let imported = Fate::from_number(name.get(2)?).unwrap_or(Fate::New);
                let used = used.contains(&id);
                let fate = match imported {
                    Fate::Suppressed if used && entity == id => Fate::New,
                    Fate::Suppressed if used => Fate::Known,
                    other => other,
                };
                let now = state.and_then(|(_, entity)| *entity).unwrap_or(entity);
                rows.push(Row {
                    id,
                    entity: merged.now(Id(now)).0,
                    found: entity,
                    list: *list,
                    day,
                    fate,
                    known: imported == Fate::Known && counts.is_some(),
                    used,
                    responded: state.and_then(|(responded, _)| *responded),
                });
            }
        }
        Ok(Self(rows))
    }

    /// The list that a row is on.
    fn list_of(&self, id: i64) -> Option<u32> {
        let at = self.0.binary_search_by_key(&id, |row| row.id).ok()?;
        Some(self.0.get(at)?.list)
    }
}

/// Persons and accounts in our own books.
struct Ours {
    kinds: FxHashMap<i64, Own>,
    persons: u64,
    accounts: u64,
}

impl Ours {
    fn read(connection: &Connection) -> Result<Self> {
        let mut kinds = FxHashMap::default();
        let mut counts = [0, 0];
        for (at, (sql, own)) in [
            ("SELECT id, merged FROM person", Own::Person),
            ("SELECT id, merged FROM account", Own::Account),
        ]
        .into_iter()
        .enumerate()
        {
            let mut statement = connection.prepare(sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                kinds.insert(row.get(0)?, own);
                counts[at] += u64::from(row.get::<_, Option<i64>>(1)?.is_none());
            }
        }
        let [persons, accounts] = counts;
        Ok(Self {
            kinds,
            persons,
            accounts,
        })
    }
}

/// The deals that say which list they came from.
struct Origins {
    /// By whoever they began with.
    by_entity: FxHashMap<i64, Vec<(Id, u32)>>,
    known: FxHashSet<i64>,
    decoys: Vec<Id>,
}

impl Origins {
    fn read(connection: &Connection, lists: &FxHashMap<i64, u32>) -> Result<Self> {
        let merged = Merged::read(connection)?;
        let mut origins = Self {
            by_entity: FxHashMap::default(),
            known: FxHashSet::default(),
            decoys: Vec::new(),
        };
        let mut statement = connection.prepare(
            "SELECT o.deal, COALESCE(o.list, p.list), COALESCE(s.entity, p.entity, o.person), p.fate
             FROM origin o LEFT JOIN prospect p ON p.id = o.prospect
             LEFT JOIN prospect_state s ON s.prospect = o.prospect ORDER BY o.deal",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let deal: i64 = row.get(0)?;
            origins.known.insert(deal);
            let list = row.get::<_, Option<i64>>(1)?;
            let Some(list) = list.and_then(|list| lists.get(&list)) else {
                continue;
            };
            if row.get::<_, Option<i64>>(3)? == Some(Fate::Seed.number()) {
                origins.decoys.push(Id(deal));
                continue;
            }
            // Nobody known: the deal stands for whoever it began with.
            let entity = row.get::<_, Option<i64>>(2)?.unwrap_or(deal);
            let entity = merged.now(Id(entity)).0;
            let of = origins.by_entity.entry(entity).or_default();
            of.push((Id(deal), *list));
        }
        Ok(origins)
    }

    /// Deals that say nothing of where they came from, although their account or somebody in them is on a
    /// list.
    fn unlinked(
        &self,
        connection: &Connection,
        first_list: &FxHashMap<i64, u32>,
    ) -> Result<Vec<(Id, u32)>> {
        let mut found: Vec<(Id, u32)> = Vec::new();
        if first_list.is_empty() {
            return Ok(found);
        }
        let mut statement = connection.prepare(
            "SELECT d.id, a.now FROM deal d JOIN account_now a ON a.id = d.account
             UNION SELECT t.deal, n.now FROM participant t JOIN person_now n ON n.id = t.person
             ORDER BY 1, 2",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let deal: i64 = row.get(0)?;
            let list = first_list.get(&row.get(1)?);
            if let Some(list) = list
                && !self.known.contains(&deal)
                && found.last().is_none_or(|(last, _)| last.0 != deal)
            {
                found.push((Id(deal), *list));
            }
        }
        Ok(found)
    }
}

/// The counts, as they are filled person by person.
struct Tally {
    lists: Vec<Came>,
    known: Vec<u64>,
    is_ours: Vec<bool>,
    rows: Vec<ListRow>,
    batches: Vec<u64>,
    elsewhere: Vec<Elsewhere>,
    leads: Vec<Lead>,
    together: Vec<Together>,
    /// The list through which persons and accounts of ours came in first.
    first_list: FxHashMap<i64, u32>,
}

impl Tally {
    fn new(rows: Vec<ListRow>, connection: &Connection, as_of: NaiveDate) -> Result<Self> {
        let as_of = Day::of(as_of).0;
        let mut of_batches = connection.prepare(&format!(
            "SELECT {DELIVERED} FROM batch b JOIN import_run r ON r.id = b.id
             WHERE b.list = $1 AND b.day <= $2"
        ))?;
        let mut uses =
            connection.prepare("SELECT COUNT(*) FROM list_use WHERE list = $1 AND day <= $2")?;
        let mut tally = Self {
            lists: Vec::new(),
            known: Vec::new(),
            batches: Vec::new(),
            is_ours: rows.iter().map(|list| list.terms.is_ours()).collect(),
            elsewhere: rows.iter().map(|_| Elsewhere::default()).collect(),
            leads: Vec::new(),
            together: Vec::new(),
            first_list: FxHashMap::default(),
            rows,
        };
        for list in &tally.rows {
            let Delivered {
                counts,
                batches,
                since,
            } = of_batches.query_row([list.id.0, i64::from(as_of)], delivered)?;
            let uses = uses
                .query_row([list.id.0, i64::from(as_of)], |row| row.get::<_, i64>(0))
                .optional()?;
            tally.known.push(counts.known);
            tally.batches.push(batches);
            tally.lists.push(Came {
                id: list.id,
                terms: list.terms.clone(),
                since,
                gross: counts.read,
                rejected: counts.rejected,
                known_own: 0,
                known_house: 0,
                known_lists: 0,
                twice: counts.twice,
                suppressed: counts.suppressed,
                seeds: counts.seed,
                net: counts.new,
                merged: MergePurge {
                    gross: counts.read,
                    used: 0,
                },
                people: 0,
                used: 0,
                uses: uses.unwrap_or(0) as u64,
            });
        }
        Ok(tally)
    }

    fn count(&mut self, names: &Names, own: &FxHashMap<i64, Own>, origins: &mut Origins) {
        let mut order: Vec<u32> = (0..names.0.len() as u32).collect();
        let row = |at: &u32| &names.0[*at as usize];
        order.sort_unstable_by_key(|at| (row(at).entity, row(at).day, row(at).id));
        let mut alike: FxHashMap<(Vec<u32>, Own), u64> = FxHashMap::default();
        let mut person = Person::default();
        for rows in order.chunk_by(|a, b| row(a).entity == row(b).entity) {
            let entity = rows.first().map_or(0, |at| row(at).entity);
            let kind = own.get(&entity).copied().unwrap_or(Own::Stranger);
            person.clear();
            for at in rows {
                self.add(&mut person, row(at), names, own);
            }
            self.beyond(&person, entity, kind);
            let deals = origins.by_entity.remove(&entity).unwrap_or_default();
            if person.responded().is_some() || !deals.is_empty() {
                self.leads.push(person.lead(deals));
            }
            let Some((first, _)) = person.held.first() else {
                continue;
            };
            if kind != Own::Stranger {
                self.first_list.insert(entity, *first);
            }
            for (list, _) in &person.held {
                self.lists[*list as usize].people += 1;
            }
            for list in &person.used {
                self.lists[*list as usize].used += 1;
            }
            person.on.clear();
            person.on.extend(person.held.iter().map(|(list, _)| *list));
            let key = (std::mem::take(&mut person.on), kind);
            if let Some(people) = alike.get_mut(&key) {
                *people += 1;
                person.on = key.0;
            } else {
                alike.insert(key, 1);
            }
        }
        let together =
            alike
                .into_iter()
                .map(|((lists, own), people)| Together { lists, own, people });
        self.together = together.collect();
        self.together
            .sort_by(|a, b| (&a.lists, a.own).cmp(&(&b.lists, b.own)));
        // Whose rows are gone came through the list that the deal says.
        for (_, deals) in origins.by_entity.drain() {
            self.leads.push(Person::default().lead(deals));
        }
        self.leads.sort_by_key(|lead| lead.deals.first().copied());
        self.settle(names);
    }

    /// One row of a person, whose earlier rows are in.
    fn add(&mut self, person: &mut Person, row: &Row, names: &Names, own: &FxHashMap<i64, Own>) {
        if row.fate == Fate::Seed {
            return;
        }
        let list = &mut self.lists[row.list as usize];
        if row.known {
            let others = |of: &dyn Fn(u32) -> bool| {
                let mut before = person.before.iter();
                before.any(|other| *other != row.list && of(*other))
            };
            let first = names.list_of(row.found);
            if own.contains_key(&row.found) {
                list.known_own += 1;
            } else if others(&|other| self.is_ours[other as usize]) {
                list.known_house += 1;
            } else if first.is_none_or(|first| first != row.list) || others(&|_| true) {
                list.known_lists += 1;
            }
            // The others were on this list before.
        }
        if !person.before.contains(&row.list) {
            person.before.push(row.list);
        }
        if let Some(day) = row.responded {
            person.responses.push((row.list, day));
        }
        if row.fate == Fate::Suppressed {
            return;
        }
        if !person.held.iter().any(|(held, _)| *held == row.list) {
            person.held.push((row.list, row.day));
        }
        if row.used && !person.used.contains(&row.list) {
            person.used.push(row.list);
        }
    }

    /// What merge/purge must know of a person beyond each list they are on.
    fn beyond(&mut self, person: &Person, entity: i64, kind: Own) {
        let alone = person.held.len() < 2 && person.responses.is_empty();
        if alone && kind == Own::Stranger {
            return;
        }
        for (list, _) in &person.held {
            let since = self.lists[*list as usize].since.map(|day| Day::of(day).0);
            let found = &mut self.elsewhere[*list as usize];
            let answered_before = person
                .responses
                .iter()
                .any(|(other, day)| other != list && since.is_some_and(|since| *day < since));
            if kind != Own::Stranger || answered_before {
                found.ours.insert(Id(entity));
            }
            for (other, _) in person.held.iter().filter(|(other, _)| other != list) {
                if self.is_ours[*other as usize] {
                    found.ours.insert(Id(entity));
                } else if let Some(row) = self.rows.get(*other as usize) {
                    found.lists.entry(Id(entity)).or_default().push(row.claim());
                }
            }
        }
    }

    /// What each list's invoice goes by, as `list invoice` finds it, and what is left of those known.
    fn settle(&mut self, names: &Names) {
        let mut members: Vec<Vec<Member>> = self.rows.iter().map(|_| Vec::new()).collect();
        for row in &names.0 {
            members[row.list as usize].push(Member {
                id: Id(row.id),
                entity: Id(row.entity),
                fate: row.fate,
            });
        }
        for (at, members) in members.iter().enumerate() {
            let came = &mut self.lists[at];
            let told = came.known_own + came.known_house + came.known_lists;
            came.twice += self.known[at].saturating_sub(told);
            if self.batches[at] == 0 {
                continue;
            }
            let claim = self.rows[at].claim();
            let parts = purge(claim, members, &self.elsewhere[at], Allocation::default());
            came.merged.used = parts.iter().filter(|part| **part == Part::Net).count() as u64;
        }
    }
}

/// What is gathered of one person.
#[derive(Default)]
struct Person {
    /// Lists they are on with the day they came in through it, in that order.
    held: Vec<(u32, i32)>,
    /// The same, with lists on which they must be left alone.
    before: Vec<u32>,
    used: Vec<u32>,
    responses: Vec<(u32, i32)>,
    on: Vec<u32>,
}

impl Person {
    fn clear(&mut self) {
        self.held.clear();
        self.before.clear();
        self.used.clear();
        self.responses.clear();
    }

    /// When first, and through which list.
    fn responded(&self) -> Option<(NaiveDate, u32)> {
        let first = self.responses.iter().min_by_key(|(_, day)| *day)?;
        Some((Day(first.1).date(), first.0))
    }

    fn lead(&self, deals: Vec<(Id, u32)>) -> Lead {
        let mut lists: Vec<(u32, Option<NaiveDate>)> = self
            .held
            .iter()
            .map(|(list, day)| (*list, Some(Day(*day).date())))
            .collect();
        // Credit is due to a list even when its row is gone, or must be left alone by now.
        let through = deals.iter().map(|(_, list)| *list);
        let through = through.chain(self.responses.iter().map(|(list, _)| *list));
        for list in through {
            if !lists.iter().any(|(known, _)| *known == list) {
                lists.push((list, None));
            }
        }
        Lead {
            lists,
            responded: self.responded(),
            deals,
        }
    }
}

fn referrals(connection: &Connection, as_of: NaiveDate) -> Result<Vec<Referral>> {
    let mut statement = connection.prepare(
        "SELECT c.id, c.told_by, c.opened, d.deal FROM customer_case c
         LEFT JOIN (SELECT id AS of_case, deal FROM customer_case WHERE deal IS NOT NULL
            UNION SELECT from_case, deal FROM origin WHERE from_case IS NOT NULL) d ON d.of_case = c.id
         WHERE c.kind = 'referral' AND c.opened <= $1 ORDER BY c.opened, c.id, d.deal",
    )?;
    let mut rows = statement.query([Day::of(as_of).0])?;
    let mut found: Vec<Referral> = Vec::new();
    let mut last = None;
    while let Some(row) = rows.next()? {
        let case: i64 = row.get(0)?;
        if last.replace(case) != Some(case) {
            found.push(Referral {
                by: row.get(1)?,
                opened: Day(row.get(2)?).date(),
                deals: Vec::new(),
            });
        }
        if let (Some(referral), Some(deal)) = (found.last_mut(), row.get::<_, Option<i64>>(3)?) {
            referral.deals.push(Id(deal));
        }
    }
    Ok(found)
}

fn efforts(connection: &Connection, as_of: NaiveDate) -> Result<Vec<Effort>> {
    let mut statement = connection.prepare(
        "SELECT deal, COALESCE(SUM(minutes), 0), COALESCE(SUM(cost_minor), 0) FROM activity
         WHERE day <= $1 GROUP BY deal ORDER BY deal",
    )?;
    let rows = statement.query_map([Day::of(as_of).0], |row| {
        Ok(Effort {
            deal: Id(row.get(0)?),
            minutes: row.get(1)?,
            cost_minor: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
