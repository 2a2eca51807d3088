//! Each person looked at once, with all their rows on all lists.

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension};
use rustc_hash::FxHashMap;

use super::super::list::ListRow;
use super::super::list_names::{DELIVERED, Delivered, delivered};
use super::names::{Names, Row};
use super::origins::Origins;
use crate::deal::book::Day;
use crate::id::Id;
use crate::list::{Allocation, Came, Lead, Merged as MergePurge, Own, Together};
use crate::prospect::{Elsewhere, Fate, Member, Part, purge};

/// The counts, as they are filled person by person.
pub(super) struct Tally {
    pub(super) lists: Vec<Came>,
    known: Vec<u64>,
    is_ours: Vec<bool>,
    rows: Vec<ListRow>,
    batches: Vec<u64>,
    elsewhere: Vec<Elsewhere>,
    pub(super) leads: Vec<Lead>,
    pub(super) together: Vec<Together>,
    /// The list through which persons and accounts of ours came in first.
    pub(super) first_list: FxHashMap<i64, u32>,
}

impl Tally {
    pub(super) fn new(
        rows: Vec<ListRow>,
        connection: &Connection,
        as_of: NaiveDate,
    ) -> Result<Self> {
        let as_of = Day::of(as_of).number();
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

    pub(super) fn count(
        &mut self,
        names: &Names,
        own: &FxHashMap<i64, Own>,
        origins: &mut Origins,
    ) {
        let mut order: Vec<u32> = (0..names.0.len() as u32).collect();
        let row = |at: &u32| &names.0[*at as usize];
        order.sort_unstable_by_key(|at| (row(at).entity, row(at).day, row(at).id));
        let mut alike: FxHashMap<(Vec<u32>, Own, Vec<u32>), u64> = FxHashMap::default();
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
            // Whoever was new when their list came in and got a deal is ours through it.
            let mut through = origins.became.remove(&entity).unwrap_or_default();
            let ours = if through.is_empty() {
                kind
            } else {
                Own::Person
            };
            through.retain(|list| {
                let mut rows = rows.iter().map(row);
                rows.any(|row| row.list == *list && !row.known)
            });
            through.sort_unstable();
            through.dedup();
            let key = (std::mem::take(&mut person.on), ours, through);
            if let Some(people) = alike.get_mut(&key) {
                *people += 1;
                person.on = key.0;
            } else {
                alike.insert(key, 1);
            }
        }
        let together = alike
            .into_iter()
            .map(|((lists, own, through), people)| Together {
                lists,
                own,
                through,
                people,
            });
        self.together = together.collect();
        self.together
            .sort_by(|a, b| (&a.lists, a.own, &a.through).cmp(&(&b.lists, b.own, &b.through)));
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
            let since = self.lists[*list as usize]
                .since
                .map(|day| Day::of(day).number());
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
        Some((Day::new(first.1).date(), first.0))
    }

    fn lead(&self, deals: Vec<(Id, u32)>) -> Lead {
        let mut lists: Vec<(u32, Option<NaiveDate>)> = self
            .held
            .iter()
            .map(|(list, day)| (*list, Some(Day::new(*day).date())))
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
