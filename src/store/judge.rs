//! Judges conditions over all deals, as of a day: only what they read is loaded, and deals that are alike in
//! it are judged once.

use std::collections::HashMap;

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::Connection;
use rustc_hash::FxHashMap;

use super::alike::Alike;
use super::columns::{Coded, View};
use super::loader::accounts::told_by_accounts;
use super::query::{Catalog, catalog};
use super::reads::{RESULTS_OF, Reads};
use crate::condition::{Condition, Truth, Value};
use crate::deal::book::Day;
use crate::deal::event::CatalogKind;
use crate::deal::fact::{self, Rows, Subject};
use crate::deal::plan::Asked;
use crate::deal::results::{Closed, Results};
use crate::id::Id;
use crate::process::{LOST, Process, WON};

/// Facts judged at a time, which bounds the memory.
const CHUNK: usize = 40_000;

/// Evaluates conditions over every deal of the Book of that day, in its order, or each over some of them: one column
/// each. `cut`: the day, when something happened after it.
pub(super) fn judge(
    view: &View<'_>,
    process: &Process,
    as_of: NaiveDate,
    cut: Option<Day>,
    conditions: &[&Condition],
    of: Option<&[Asked<'_>]>,
    reads: &Reads<'_>,
) -> Result<Vec<Vec<Truth>>> {
    let connection = view.connection();
    let all = Places::of(view, cut)?;
    let mut told: Vec<(&str, Coded)> = Vec::new();
    for name in &reads.base {
        told.push((name, view.fact_on(name, cut)?));
    }
    let accounts = if reads.accounts_matter() {
        Accounts::read(connection, view, cut, Day::of(as_of), &reads.of_accounts)?
    } else {
        Accounts::default()
    };
    let catalog = catalog(connection)?;
    let results = reads
        .results
        .then(|| results(view, cut, &all, &catalog))
        .transpose()?;
    let known = Known {
        ids: &view.ids,
        process,
        as_of,
        told,
        accounts,
        catalog,
        results,
    };
    let Some(of) = of else {
        return known.judge(&all, conditions);
    };
    let mut truths = Vec::with_capacity(conditions.len());
    let is_same = |one: &Asked<'_>, other: &Asked<'_>| {
        std::ptr::eq(one.deals, other.deals) && one.entered == other.entered
    };
    for same in of.chunk_by(is_same) {
        let deals = same[0].deals.iter().map(|deal| all.at(*deal as usize));
        let places = Places {
            count: deals.len(),
            some: Some(deals.collect()),
            entered: same[0].entered,
        };
        let conditions: Vec<&Condition> = same.iter().map(|asked| asked.condition).collect();
        truths.extend(known.judge(&places, &conditions)?);
    }
    Ok(truths)
}

/// All that conditions read of deals.
struct Known<'k> {
    ids: &'k [Id],
    process: &'k Process,
    as_of: NaiveDate,
    told: Vec<(&'k str, Coded)>,
    accounts: Accounts,
    catalog: Catalog,
    results: Option<Results>,
}

impl Known<'_> {
    /// Few deals differ in what one condition reads, nearly all in what many do: each is judged by itself, unless more
    /// than half of the deals differ in it. Of two such conditions, rows for both are fewer than those of each.
    fn judge(&self, places: &Places<'_>, conditions: &[&Condition]) -> Result<Vec<Vec<Truth>>> {
        let mut all = vec![Vec::new(); conditions.len()];
        let mut together = Vec::new();
        for (at, condition) in conditions.iter().enumerate() {
            let reads = Reads::new(self.process, &[condition]);
            let alike = self.alike(places, &reads);
            if alike.first.len() > places.count / 2 {
                together.push(at);
            } else {
                all[at] = self
                    .of_groups(places, &[condition], &reads, &alike)?
                    .remove(0);
            }
        }
        let some: Vec<&Condition> = together.iter().map(|at| conditions[*at]).collect();
        let reads = Reads::new(self.process, &some);
        let alike = self.alike(places, &reads);
        let truths = self.of_groups(places, &some, &reads, &alike)?;
        for (at, truths) in together.into_iter().zip(truths) {
            all[at] = truths;
        }
        Ok(all)
    }

    /// Judges conditions of one deal of each group, for all of it.
    fn of_groups(
        &self,
        places: &Places<'_>,
        conditions: &[&Condition],
        reads: &Reads<'_>,
        alike: &Alike,
    ) -> Result<Vec<Vec<Truth>>> {
        let mut truths = vec![Vec::with_capacity(alike.first.len()); conditions.len()];
        if conditions.is_empty() {
            return Ok(truths);
        }
        let engine = &self.process.engine;
        let is_read = |name: &str| reads.columns.contains(name) || reads.base.contains(name);
        let mut rows = Rows::of(self.process, self.as_of, is_read);
        if let Some(results) = &self.results {
            rows = rows.with_results(results);
        }
        let told = self.told(reads, places);
        // What they are made of is not loaded.
        let of_row: Vec<usize> = (0..rows.columns().len())
            .filter(|at| {
                reads
                    .columns
                    .contains(engine.columns()[rows.columns()[*at]].name.as_str())
            })
            .collect();
        let mut columns: Vec<usize> = of_row.iter().map(|at| rows.columns()[*at]).collect();
        if columns.is_empty() {
            // A condition may read nothing, but a row has something in it.
            columns.push(0);
        }
        for chunk in alike.first.chunks((CHUNK / columns.len()).max(1)) {
            let made = chunk.iter().map(|at| {
                let mut row = self.row(places.at(*at as usize), places.entered, &rows, &told);
                let mut row: Vec<Value> = of_row
                    .iter()
                    .map(|at| std::mem::replace(&mut row[*at], Value::Null))
                    .collect();
                row.resize(columns.len(), Value::Null);
                row
            });
            engine.load_columns(&columns, made)?;
            for (condition, truths) in conditions.iter().zip(&mut truths) {
                truths.extend(engine.judge(condition)?);
            }
        }
        let of_deals = |truths: &Vec<Truth>| {
            let groups = alike.group.iter();
            groups.map(|group| truths[*group as usize]).collect()
        };
        Ok(truths.iter().map(of_deals).collect())
    }

    fn told(&self, reads: &Reads<'_>, places: &Places<'_>) -> Vec<&(&str, Coded)> {
        let told = self.told.iter();
        let told = told.filter(|(name, _)| reads.base.contains(name));
        told.filter(|(name, _)| places.entered.is_none() || !ENTERING.contains(name))
            .collect()
    }

    /// By what conditions read of the deals at `places`.
    fn alike(&self, places: &Places<'_>, reads: &Reads<'_>) -> Alike {
        let mut alike = Alike::new(places.count);
        for (_, coded) in self.told(reads, places) {
            alike.tell_apart(coded.values.len() + 1, |at| coded.codes[places.at(at)]);
        }
        if reads.accounts_matter() {
            let by_name = reads.columns.contains("account");
            let group = |at: usize| self.accounts.group(places.at(at), by_name);
            alike.tell_apart(self.accounts.groups(by_name), group);
        }
        if reads.columns.contains("id") {
            alike.tell_apart(places.count, |at| at as u32);
        }
        alike
    }

    fn row(
        &self,
        deal: usize,
        entered: Option<&str>,
        rows: &Rows<'_>,
        told: &[&(&str, Coded)],
    ) -> Vec<Value> {
        let of = |wanted: &str| {
            let known = told.iter().find(|(name, _)| *name == wanted);
            known.and_then(|(_, coded)| coded.value(deal))
        };
        let team = match of("owner") {
            Some(Value::Text(owner)) => self
                .catalog
                .get(CatalogKind::Rep, owner)
                .and_then(|rep| rep.team.as_deref()),
            _ => None,
        };
        let account = self.accounts.of_deal(deal);
        let none = Vec::new();
        let subject = Subject {
            id: self.ids[deal],
            account: account
                .and_then(|id| self.accounts.names.get(&id))
                .map(String::as_str),
            team,
            account_facts: account
                .and_then(|id| self.accounts.facts.get(&id))
                .unwrap_or(&none),
        };
        let dated = told
            .iter()
            .filter_map(|(name, coded)| Some((*name, coded.value(deal)?.clone())));
        let entering = entered.into_iter().flat_map(|stage| {
            let [stage_is, entered, touched] = ENTERING;
            let today = Value::Text(self.as_of.to_string());
            let stage = Value::Text(stage.to_string());
            [
                (stage_is, stage),
                (entered, today.clone()),
                (touched, today),
            ]
        });
        rows.row(&subject, dated.chain(entering))
    }
}

/// How the deals of reps and teams ended, as of the day.
fn results(
    view: &View<'_>,
    cut: Option<Day>,
    places: &Places<'_>,
    catalog: &Catalog,
) -> Result<Results> {
    let [owners, states, closed] = RESULTS_OF.map(|name| view.fact_on(name, cut));
    let (owners, states, closed) = (owners?, states?, closed?);
    let deals = (0..places.count).filter_map(|deal| {
        let at = places.at(deal);
        let word = |told: &'_ Coded| match told.value(at) {
            Some(Value::Text(word)) => Some(word.clone()),
            _ => None,
        };
        let won = match word(&states)?.as_str() {
            WON => true,
            LOST => false,
            _ => return None,
        };
        let day: NaiveDate = word(&closed)?.parse().ok()?;
        Some((word(&owners)?, Day::of(day), won))
    });
    let deals: Vec<(String, Day, bool)> = deals.collect();
    Ok(Results::of(deals.iter().map(|(owner, day, won)| {
        let rep = catalog.get(CatalogKind::Rep, owner);
        Closed {
            owner,
            team: rep.and_then(|rep| rep.team.as_deref()),
            day: *day,
            won: *won,
        }
    })))
}

/// Where the deals of the Book are in the view.
struct Places<'p> {
    count: usize,
    /// `None` when all are, in this order.
    some: Option<Vec<usize>>,
    /// The stage that they are taken to have entered on the day, whatever was told of them.
    entered: Option<&'p str>,
}

/// What is told of a deal that enters a stage.
const ENTERING: [&str; 3] = ["stage", "stage_entered", fact::TOUCHED];

impl Places<'_> {
    fn of(view: &View<'_>, cut: Option<Day>) -> Result<Self> {
        if cut.is_none() {
            let count = view.len();
            return Ok(Self {
                count,
                some: None,
                entered: None,
            });
        }
        let there = view.fact_on("state", cut)?;
        let told = (0..view.len()).filter(|at| there.codes[*at] != 0);
        let some: Vec<usize> = told.collect();
        Ok(Self {
            count: some.len(),
            some: Some(some),
            entered: None,
        })
    }

    fn at(&self, deal: usize) -> usize {
        self.some.as_ref().map_or(deal, |some| some[deal])
    }
}

/// The accounts of the deals: under the ids that deals have them by, merged ones are the one they became.
#[derive(Default)]
struct Accounts {
    of_deals: Coded,
    names: FxHashMap<i64, String>,
    facts: FxHashMap<i64, Vec<(String, Value)>>,
    /// For each of them which facts it has, as the number of a group; 0 where none is known.
    alike: Vec<u32>,
    groups: usize,
}

impl Accounts {
    fn read(
        connection: &Connection,
        view: &View<'_>,
        cut: Option<Day>,
        day: Day,
        facts: &[&str],
    ) -> Result<Self> {
        let mut all = Self {
            of_deals: view.fact_on(fact::ACCOUNT, cut)?,
            ..Self::default()
        };
        let mut by_name = Vec::new();
        for name in facts {
            by_name.push((*name, told_by_accounts(connection, name, day)?));
        }
        let mut statement = connection.prepare("SELECT id, now, name FROM account_now")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (id, now): (i64, i64) = (row.get(0)?, row.get(1)?);
            all.names.insert(id, row.get(2)?);
            let known: Vec<(String, Value)> = by_name
                .iter()
                .filter_map(|(name, told)| Some(((*name).to_string(), told.get(&now)?.clone())))
                .collect();
            if !known.is_empty() {
                all.facts.insert(id, known);
            }
        }
        let mut known: HashMap<String, u32> = HashMap::new();
        for value in &all.of_deals.values {
            let facts = match value {
                Value::Integer(id) => all.facts.get(id),
                _ => None,
            };
            let next = known.len() as u32 + 1;
            all.alike.push(facts.map_or(0, |facts| {
                *known.entry(format!("{facts:?}")).or_insert(next)
            }));
        }
        all.groups = known.len() + 1;
        Ok(all)
    }

    fn of_deal(&self, deal: usize) -> Option<i64> {
        if self.of_deals.codes.is_empty() {
            return None;
        }
        match self.of_deals.value(deal) {
            Some(Value::Integer(id)) => Some(*id),
            _ => None,
        }
    }

    /// How many groups of deals there are whose accounts are alike: by name or by what is known of them.
    fn groups(&self, by_name: bool) -> usize {
        if by_name {
            self.of_deals.values.len() + 1
        } else {
            self.groups
        }
    }

    fn group(&self, deal: usize, by_name: bool) -> u32 {
        let code = self.of_deals.codes[deal];
        match code.checked_sub(1) {
            Some(place) if !by_name => self.alike[place as usize],
            _ => code,
        }
    }
}
