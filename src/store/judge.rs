//! Judges conditions over all deals, as of a day: only what they read is loaded, and deals that are alike in
//! it are judged once.

use std::collections::{BTreeSet, HashMap};

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::Connection;
use rustc_hash::FxHashMap;

use super::columns::{Coded, View};
use super::loader::accounts::{may_be_of_account, told_by_accounts};
use super::query::{Catalog, catalog};
use crate::condition::{Condition, Truth, Value};
use crate::deal::book::Day;
use crate::deal::event::CatalogKind;
use crate::deal::fact::{self, Rows, Subject};
use crate::deal::results::{Closed, Results};
use crate::id::Id;
use crate::process::{LOST, Process, RESULTS, WON};

/// Rows of facts judged at a time, which bounds the memory.
const CHUNK: usize = 10_000;
/// Pairs of codes that are told apart by a table rather than by hashing.
const TABLE: usize = 1 << 20;

/// What conditions read of deals.
pub(super) struct Reads<'c> {
    columns: BTreeSet<&'c str>,
    /// Facts that these are made of.
    base: BTreeSet<&'c str>,
    of_accounts: Vec<&'c str>,
    /// Whether they look at how the deals of owners ended.
    results: bool,
}

/// What the results of owners are made of.
const RESULTS_OF: [&str; 3] = ["owner", "state", "closed"];

impl<'c> Reads<'c> {
    pub(super) fn new(process: &Process, as_of: NaiveDate, conditions: &[&'c Condition]) -> Self {
        let columns: BTreeSet<&str> = conditions
            .iter()
            .flat_map(|condition| condition.reads.iter().map(String::as_str))
            .collect();
        let rows = Rows::new(process, as_of);
        let base = columns.iter().flat_map(|name| rows.made_of(name)).collect();
        let of_accounts = columns
            .iter()
            .copied()
            .filter(|name| may_be_of_account(process, name))
            .collect();
        let results = columns.iter().any(|name| RESULTS.contains(name));
        Self {
            columns,
            base,
            of_accounts,
            results,
        }
    }

    /// Facts that a view must have.
    pub(super) fn facts(&self) -> BTreeSet<String> {
        let mut names: BTreeSet<String> =
            self.base.iter().map(|name| (*name).to_string()).collect();
        names.insert("state".to_string());
        if self.results {
            names.extend(RESULTS_OF.map(str::to_string));
        }
        if self.accounts_matter() {
            names.insert(fact::ACCOUNT.to_string());
        }
        names
    }

    /// Places of the columns in a row of facts.
    fn places(&self, process: &Process) -> Vec<usize> {
        let all = process.engine.columns().iter().enumerate();
        let mut places: Vec<usize> = all
            .filter(|(_, column)| self.columns.contains(column.name.as_str()))
            .map(|(at, _)| at)
            .collect();
        if places.is_empty() {
            // A condition may read nothing, but a row has something in it.
            places.push(0);
        }
        places
    }

    fn accounts_matter(&self) -> bool {
        self.columns.contains("account") || !self.of_accounts.is_empty()
    }
}

/// Evaluates conditions over every deal of the Book of that day, in its order, or each over some of them: one column
/// each. `cut`: the day, when
/// something happened after it.
pub(super) fn judge(
    view: &View<'_>,
    process: &Process,
    as_of: NaiveDate,
    cut: Option<Day>,
    conditions: &[&Condition],
    of: Option<&[&[u32]]>,
    reads: &Reads<'_>,
) -> Result<Vec<Vec<Truth>>> {
    let connection = view.connection();
    let day = Day::of(as_of);
    let mut rows = Rows::new(process, as_of);
    if !reads.columns.contains("id") {
        rows = rows.without_id();
    }
    let places = Places::of(view, cut)?;
    let mut told: Vec<(&str, Coded)> = Vec::new();
    for name in &reads.base {
        told.push((name, view.fact_on(name, cut)?));
    }
    let accounts = if reads.accounts_matter() {
        Accounts::read(connection, view, cut, day, &reads.of_accounts)?
    } else {
        Accounts::default()
    };
    let catalog = catalog(connection)?;
    let ended;
    if reads.results {
        ended = results(view, cut, &places, &catalog)?;
        rows = rows.with_results(&ended);
    }
    let mut all = Vec::with_capacity(conditions.len());
    // Each by itself: few deals differ in what one condition reads, nearly all in what many do.
    for (at, condition) in conditions.iter().enumerate() {
        let some = of.and_then(|of| of.get(at)).map(|deals| Places {
            count: deals.len(),
            some: Some(deals.iter().map(|deal| places.at(*deal as usize)).collect()),
        });
        let places = some.as_ref().unwrap_or(&places);
        let own = Reads::new(process, as_of, &[condition]);
        let told: Vec<&(&str, Coded)> = told
            .iter()
            .filter(|(name, _)| own.base.contains(name))
            .collect();
        let alike = Alike::of(places, &told, &accounts, &own);
        let columns = own.places(process);
        let mut truths = Vec::with_capacity(alike.first.len());
        for chunk in alike.first.chunks(CHUNK) {
            let made = chunk.iter().map(|at| {
                let deal = places.at(*at as usize);
                let row = row_of(deal, &view.ids, &rows, &told, &accounts, &catalog);
                columns.iter().map(|at| row[*at].clone()).collect()
            });
            process.engine.load_columns(&columns, made)?;
            truths.extend(process.engine.judge(condition)?);
        }
        all.push(alike.group.iter().map(|at| truths[*at as usize]).collect());
    }
    Ok(all)
}

/// How the deals of reps and teams ended, as of the day.
fn results(
    view: &View<'_>,
    cut: Option<Day>,
    places: &Places,
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
struct Places {
    count: usize,
    /// `None` when all are, in this order.
    some: Option<Vec<usize>>,
}

impl Places {
    fn of(view: &View<'_>, cut: Option<Day>) -> Result<Self> {
        if cut.is_none() {
            let count = view.len();
            return Ok(Self { count, some: None });
        }
        let there = view.fact_on("state", cut)?;
        let told = (0..view.len()).filter(|at| there.codes[*at] != 0);
        let some: Vec<usize> = told.collect();
        Ok(Self {
            count: some.len(),
            some: Some(some),
        })
    }

    fn at(&self, deal: usize) -> usize {
        self.some.as_ref().map_or(deal, |some| some[deal])
    }
}

fn row_of(
    deal: usize,
    ids: &[Id],
    rows: &Rows<'_>,
    told: &[&(&str, Coded)],
    accounts: &Accounts,
    catalog: &Catalog,
) -> Vec<Value> {
    let of = |wanted: &str| {
        let known = told.iter().find(|(name, _)| *name == wanted);
        known.and_then(|(_, coded)| coded.value(deal))
    };
    let team = match of("owner") {
        Some(Value::Text(owner)) => catalog
            .get(CatalogKind::Rep, owner)
            .and_then(|rep| rep.team.as_deref()),
        _ => None,
    };
    let account = accounts.of_deal(deal);
    let none = Vec::new();
    let subject = Subject {
        id: ids[deal],
        account: account
            .and_then(|id| accounts.names.get(&id))
            .map(String::as_str),
        team,
        account_facts: account
            .and_then(|id| accounts.facts.get(&id))
            .unwrap_or(&none),
    };
    let dated = told
        .iter()
        .filter_map(|(name, coded)| Some((*name, coded.value(deal)?.clone())));
    rows.row(&subject, dated)
}

/// The accounts of the deals: under the ids that deals have them by, merged ones are the one they became.
#[derive(Default)]
struct Accounts {
    of_deals: Coded,
    names: FxHashMap<i64, String>,
    facts: FxHashMap<i64, Vec<(String, Value)>>,
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

    /// For each deal which of its accounts' facts it has, and how many such groups there are.
    fn groups(&self, by_name: bool) -> (Vec<u32>, usize) {
        let codes = &self.of_deals.codes;
        if by_name {
            return (codes.clone(), self.of_deals.values.len());
        }
        let mut known: HashMap<String, u32> = HashMap::new();
        let of_value: Vec<u32> = self
            .of_deals
            .values
            .iter()
            .map(|value| {
                let facts = match value {
                    Value::Integer(id) => self.facts.get(id),
                    _ => None,
                };
                let next = known.len() as u32 + 1;
                facts.map_or(0, |facts| {
                    *known.entry(format!("{facts:?}")).or_insert(next)
                })
            })
            .collect();
        let of_code = |code: &u32| match code.checked_sub(1) {
            Some(place) => of_value[place as usize],
            None => 0,
        };
        (codes.iter().map(of_code).collect(), known.len())
    }
}

/// Which deals are alike in all that was told of them so far.
struct Alike {
    group: Vec<u32>,
    /// The first of each group.
    first: Vec<u32>,
}

impl Alike {
    fn new(deals: usize) -> Self {
        Self {
            group: vec![0; deals],
            first: if deals == 0 { Vec::new() } else { vec![0] },
        }
    }

    /// By what a condition reads of the deals at `places`.
    fn of(
        places: &Places,
        told: &[&(&str, Coded)],
        accounts: &Accounts,
        reads: &Reads<'_>,
    ) -> Self {
        let mut alike = Self::new(places.count);
        for (_, coded) in told {
            alike.tell_apart(coded.values.len() + 1, |at| coded.codes[places.at(at)]);
        }
        if reads.accounts_matter() {
            let groups = accounts.groups(reads.columns.contains("account"));
            alike.tell_apart(groups.1 + 1, |at| groups.0[places.at(at)]);
        }
        if reads.columns.contains("id") {
            alike.tell_apart(places.count, |at| at as u32);
        }
        alike
    }

    /// Splits the groups by one more code, which is below `codes`.
    fn tell_apart(&mut self, codes: usize, code: impl Fn(usize) -> u32) {
        let groups = self.first.len();
        let mut first = Vec::new();
        let mut next = |at: usize| {
            first.push(at as u32);
            first.len() as u32 - 1
        };
        if groups.saturating_mul(codes) <= TABLE {
            let mut table = vec![u32::MAX; groups * codes];
            for (at, group) in self.group.iter_mut().enumerate() {
                let known = &mut table[*group as usize * codes + code(at) as usize];
                if *known == u32::MAX {
                    *known = next(at);
                }
                *group = *known;
            }
        } else {
            let mut table: FxHashMap<u64, u32> = FxHashMap::default();
            for (at, group) in self.group.iter_mut().enumerate() {
                let key = u64::from(*group) << 32 | u64::from(code(at));
                *group = *table.entry(key).or_insert_with(|| next(at));
            }
        }
        self.first = first;
    }
}
