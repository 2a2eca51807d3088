//! Loads the Book, and evaluates conditions over all deals, as of a day.
//!
//! On the newest day the current rows of `deal` are the Book; on an earlier one it is put together
//! from dated facts. Both ways give the same Book for the same day (a property test holds them to it).

use std::collections::HashMap;

use anyhow::{Result, anyhow};
use chrono::NaiveDate;
use rusqlite::Connection;

use super::query::{Catalog, catalog, date, fact_value};
use super::{Store, project};
use crate::condition::{Condition, Truth, Value};
use crate::deal::book::{Book, Day, Deals, Labelled, Left, Named, State, Visits};
use crate::deal::event::CatalogKind;
use crate::deal::fact::{self, Rows, Subject};
use crate::id::Id;
use crate::money::Currency;
use crate::process::Process;

/// Rows of facts judged at a time, which bounds the memory.
const CHUNK: usize = 10_000;

impl Store {
    /// The Book as of a day. `attributes` names the deal or account fields that a report groups by.
    pub fn book(&self, process: &Process, as_of: NaiveDate, attributes: &[String]) -> Result<Book> {
        let newest = self.translated(|connection| {
            let day: Option<i32> =
                connection.query_row("SELECT MAX(touched) FROM deal", [], |row| row.get(0))?;
            Ok(date(day))
        })?;
        if newest.is_none_or(|day| day <= as_of) {
            self.book_of_rows(process, as_of, attributes)
        } else {
            self.book_of_facts(process, as_of, attributes)
        }
    }

    /// The Book from the current rows: right on any day from the last event on.
    pub fn book_of_rows(
        &self,
        process: &Process,
        as_of: NaiveDate,
        attributes: &[String],
    ) -> Result<Book> {
        self.one_view(|connection| {
            let mut loader = Loader::new(connection, process, as_of)?;
            let mut statement = connection.prepare(
                "SELECT id, account, owner, product, source, state, stage, stage_entered, value_minor, currency,
                    opened, closed, expected_close, hold_until, next_due
                 FROM deal ORDER BY id",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let text = |at: usize| row.get_ref(at)?.as_str_or_null().map_err(anyhow::Error::from);
                let day = |at: usize| -> Result<Option<Day>> { Ok(row.get::<_, Option<i32>>(at)?.map(Day)) };
                loader.push(
                    Id(row.get(0)?),
                    &DealRow {
                        account: row.get(1)?,
                        owner: text(2)?,
                        product: text(3)?,
                        source: text(4)?,
                        state: text(5)?,
                        stage: text(6)?,
                        stage_entered: day(7)?,
                        value_minor: row.get(8)?,
                        currency: text(9)?,
                        opened: day(10)?,
                        closed: day(11)?,
                        expected_close: day(12)?,
                        hold_until: day(13)?,
                        next_due: day(14)?,
                    },
                )?;
            }
            loader.finish(connection, attributes)
        })
    }

    /// The Book from dated facts: right on any day.
    pub fn book_of_facts(
        &self,
        process: &Process,
        as_of: NaiveDate,
        attributes: &[String],
    ) -> Result<Book> {
        self.one_view(|connection| {
            let mut loader = Loader::new(connection, process, as_of)?;
            let visits = last_visits(connection, as_of)?;
            each_deal(connection, as_of, |id, facts| {
                let text = |name: &str| match facts.get(name) {
                    Some(Value::Text(text)) => Some(text.as_str()),
                    _ => None,
                };
                let whole = |name: &str| match facts.get(name) {
                    Some(Value::Integer(n)) => Some(*n),
                    _ => None,
                };
                let day = |name: &str| text(name).and_then(|text| text.parse().ok()).map(Day::of);
                let visit = visits.get(&id);
                loader.push(
                    id,
                    &DealRow {
                        account: whole(fact::ACCOUNT),
                        owner: text("owner"),
                        product: text("product"),
                        source: text("source"),
                        state: text("state"),
                        stage: visit.map(|(stage, _)| stage.as_str()),
                        stage_entered: visit.and_then(|(_, entered)| *entered),
                        value_minor: whole(fact::VALUE_MINOR),
                        currency: text("currency"),
                        opened: day("opened"),
                        closed: day("closed"),
                        expected_close: day("expected_close"),
                        hold_until: day("hold_until"),
                        next_due: day("next_date"),
                    },
                )
            })?;
            loader.finish(connection, attributes)
        })
    }

    /// Evaluates conditions over every deal of the Book of that day, in its order: one column each.
    pub fn judge(
        &self,
        process: &Process,
        as_of: NaiveDate,
        conditions: &[&Condition],
    ) -> Result<Vec<Vec<Truth>>> {
        self.one_view(|connection| {
            let catalog = catalog(connection)?;
            let accounts = account_names(connection)?;
            let account_facts = account_facts(connection, as_of)?;
            let rows = Rows::new(process, as_of);
            let mut columns = vec![Vec::new(); conditions.len()];
            let mut chunk: Vec<Vec<Value>> = Vec::new();
            let none = Vec::new();
            let mut judge = |chunk: &mut Vec<Vec<Value>>| -> Result<()> {
                process.engine.load(std::mem::take(chunk))?;
                for (column, condition) in columns.iter_mut().zip(conditions) {
                    column.extend(process.engine.judge(condition)?);
                }
                Ok(())
            };
            each_deal(connection, as_of, |id, facts| {
                let account = match facts.get(fact::ACCOUNT) {
                    Some(Value::Integer(id)) => Some(*id),
                    _ => None,
                };
                let team = match facts.get("owner") {
                    Some(Value::Text(owner)) => catalog
                        .get(CatalogKind::Rep, owner)
                        .and_then(|rep| rep.team.as_deref()),
                    _ => None,
                };
                let subject = Subject {
                    id,
                    account: account.and_then(|id| accounts.get(&id)).map(String::as_str),
                    team,
                    account_facts: account
                        .and_then(|id| account_facts.get(&id))
                        .unwrap_or(&none),
                };
                chunk.push(
                    rows.row(
                        &subject,
                        facts
                            .iter()
                            .map(|(name, value)| (name.as_str(), value.clone())),
                    ),
                );
                if chunk.len() == CHUNK {
                    judge(&mut chunk)
                } else {
                    Ok(())
                }
            })?;
            judge(&mut chunk)?;
            Ok(columns)
        })
    }

    /// One read transaction: all statements see the same moment.
    fn one_view<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.translated(|connection| {
            let view = connection.unchecked_transaction()?;
            let value = read(&view)?;
            view.finish()?;
            Ok(value)
        })
    }
}

/// A deal's columns before names become indices.
struct DealRow<'a> {
    account: Option<i64>,
    owner: Option<&'a str>,
    product: Option<&'a str>,
    source: Option<&'a str>,
    state: Option<&'a str>,
    stage: Option<&'a str>,
    stage_entered: Option<Day>,
    value_minor: Option<i64>,
    currency: Option<&'a str>,
    opened: Option<Day>,
    closed: Option<Day>,
    expected_close: Option<Day>,
    hold_until: Option<Day>,
    next_due: Option<Day>,
}

/// Names with their places, in order of first mention.
#[derive(Default)]
struct Interned {
    named: Vec<Named>,
    place: HashMap<String, u32>,
}

impl Interned {
    fn of(catalog: &Catalog, kind: CatalogKind) -> Self {
        let mut all = Self::default();
        for entry in catalog.of(kind) {
            all.add(&entry.name, &entry.title);
        }
        all
    }

    fn add(&mut self, name: &str, title: &str) -> u32 {
        let place = self.named.len() as u32;
        self.named.push(Named {
            name: name.to_string(),
            title: title.to_string(),
        });
        self.place.insert(name.to_string(), place);
        place
    }

    fn index(&mut self, name: &str) -> u32 {
        match self.place.get(name) {
            Some(place) => *place,
            None => self.add(name, name),
        }
    }
}

struct Loader<'p> {
    process: &'p Process,
    as_of: NaiveDate,
    process_version: u32,
    deals: Deals,
    accounts: Vec<String>,
    account_place: HashMap<i64, u32>,
    owners: Interned,
    /// Team of each owner, by the owner's place.
    owner_team: Vec<Option<u32>>,
    teams: Interned,
    products: Interned,
    sources: Interned,
    stages: Interned,
    currencies: Vec<Currency>,
}

impl<'p> Loader<'p> {
    fn new(connection: &Connection, process: &'p Process, as_of: NaiveDate) -> Result<Self> {
        let catalog = catalog(connection)?;
        let mut accounts = Vec::new();
        let mut account_place = HashMap::new();
        let mut statement = connection.prepare("SELECT id, name FROM account ORDER BY id")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            account_place.insert(row.get(0)?, accounts.len() as u32);
            accounts.push(row.get(1)?);
        }
        let mut teams = Interned::of(&catalog, CatalogKind::Team);
        let owner_team = catalog
            .of(CatalogKind::Rep)
            .map(|rep| rep.team.as_deref().map(|team| teams.index(team)))
            .collect();
        let mut stages = Interned::default();
        for stage in &process.stages {
            stages.add(&stage.name, &stage.title);
        }
        let version: Option<u32> = connection.query_row(
            "SELECT MAX(p.version) FROM process_version p JOIN operation o ON o.id = p.operation
             WHERE o.undone_ts IS NULL AND p.day <= $1",
            [Day::of(as_of).0],
            |row| row.get(0),
        )?;
        Ok(Self {
            process,
            as_of,
            process_version: version.unwrap_or(0),
            deals: Deals::default(),
            accounts,
            account_place,
            owners: Interned::of(&catalog, CatalogKind::Rep),
            owner_team,
            teams,
            products: Interned::of(&catalog, CatalogKind::Product),
            sources: Interned::of(&catalog, CatalogKind::Source),
            stages,
            currencies: vec![process.currency],
        })
    }

    fn push(&mut self, id: Id, row: &DealRow<'_>) -> Result<()> {
        let deals = &mut self.deals;
        let owner = row.owner.map(|name| self.owners.index(name));
        let state = row
            .state
            .and_then(State::from_name)
            .ok_or_else(|| anyhow!("deal {id} has the unknown state {:?}", row.state))?;
        deals.id.push(id);
        deals.account.push(
            row.account
                .and_then(|id| self.account_place.get(&id).copied()),
        );
        deals.owner.push(owner);
        deals
            .team
            .push(owner.and_then(|place| self.owner_team.get(place as usize).copied().flatten()));
        deals
            .product
            .push(row.product.map(|name| self.products.index(name)));
        deals
            .source
            .push(row.source.map(|name| self.sources.index(name)));
        deals.state.push(state);
        deals
            .stage
            .push(row.stage.map(|name| self.stages.index(name) as u16));
        deals.stage_entered.push(row.stage_entered);
        deals.value_minor.push(row.value_minor);
        let currency = match row.currency {
            Some(code) => code.parse().map_err(|error: String| anyhow!(error))?,
            None => self.process.currency,
        };
        let place = self.currencies.iter().position(|known| *known == currency);
        deals
            .currency
            .push(place.unwrap_or(self.currencies.len()) as u8);
        if place.is_none() {
            self.currencies.push(currency);
        }
        deals.opened.push(row.opened);
        deals.closed.push(row.closed);
        deals.expected_close.push(row.expected_close);
        deals.hold_until.push(row.hold_until);
        deals.next_due.push(row.next_due);
        Ok(())
    }

    fn finish(mut self, connection: &Connection, attributes: &[String]) -> Result<Book> {
        let visits = self.visits(connection)?;
        let mut book = Book {
            as_of: self.as_of,
            process_version: self.process_version,
            currency: self.process.currency,
            deals: self.deals,
            visits,
            accounts: self.accounts,
            owners: self.owners.named,
            teams: self.teams.named,
            products: self.products.named,
            sources: self.sources.named,
            stages: self
                .stages
                .named
                .into_iter()
                .map(|stage| stage.name)
                .collect(),
            currencies: self.currencies,
            attributes: std::collections::BTreeMap::new(),
        };
        let account_ids: Vec<i64> = {
            let mut ids = vec![0; book.accounts.len()];
            for (id, place) in &self.account_place {
                ids[*place as usize] = *id;
            }
            ids
        };
        for name in attributes {
            let column = attribute(connection, &book, &account_ids, name)?;
            book.attributes.insert(name.clone(), column);
        }
        Ok(book)
    }

    /// Visits up to the as-of day; one that ended later is still going on.
    fn visits(&mut self, connection: &Connection) -> Result<Visits> {
        let mut visits = Visits::default();
        let as_of = Day::of(self.as_of);
        let mut statement = connection.prepare(
            "SELECT deal, stage, entered, left_day, how, overridden FROM visit ORDER BY deal, n",
        )?;
        let mut rows = statement.query([])?;
        let mut at = 0;
        while let Some(row) = rows.next()? {
            let deal = Id(row.get(0)?);
            // Both are in the order of deal ids.
            while at < self.deals.len() && self.deals.id[at] < deal {
                at += 1;
            }
            if self.deals.id.get(at) != Some(&deal) {
                continue;
            }
            let entered = row.get::<_, Option<i32>>(2)?.map(Day);
            if entered.is_some_and(|day| day > as_of) {
                continue;
            }
            let left = row.get::<_, Option<i32>>(3)?.map(Day);
            let how = row.get_ref(4)?.as_str().map_err(anyhow::Error::from)?;
            let how =
                project::left_from_name(how).ok_or_else(|| anyhow!("unknown exit `{how}`"))?;
            let over = left.is_none_or(|day| day <= as_of);
            visits.deal.push(at as u32);
            let stage = row.get_ref(1)?.as_str().map_err(anyhow::Error::from)?;
            visits.stage.push(self.stages.index(stage) as u16);
            visits.entered.push(entered);
            visits.left.push(left.filter(|_| over));
            visits.how.push(if over { how } else { Left::Still });
            visits.overridden.push(over && row.get::<_, i64>(5)? != 0);
        }
        Ok(visits)
    }
}

/// The stage each deal is in, or closed from, with the day it entered it.
type LastVisits = HashMap<Id, (String, Option<Day>)>;

fn last_visits(connection: &Connection, as_of: NaiveDate) -> Result<LastVisits> {
    let mut last = LastVisits::new();
    let mut statement = connection.prepare(
        "SELECT deal, stage, entered FROM visit WHERE entered IS NULL OR entered <= $1 ORDER BY deal, n",
    )?;
    let mut rows = statement.query([Day::of(as_of).0])?;
    while let Some(row) = rows.next()? {
        last.insert(
            Id(row.get(0)?),
            (row.get(1)?, row.get::<_, Option<i32>>(2)?.map(Day)),
        );
    }
    Ok(last)
}

/// Calls `each` for every deal that existed on the day, with its facts of that day.
fn each_deal(
    connection: &Connection,
    as_of: NaiveDate,
    mut each: impl FnMut(Id, &HashMap<String, Value>) -> Result<()>,
) -> Result<()> {
    let mut statement = connection.prepare(
        "SELECT d.id, f.name, f.whole, f.number, f.text FROM deal d JOIN fact f ON f.subject = d.id
         WHERE f.day <= $1 ORDER BY d.id, f.name, f.day",
    )?;
    let mut rows = statement.query([Day::of(as_of).0])?;
    let mut current: Option<Id> = None;
    let mut facts: HashMap<String, Value> = HashMap::new();
    while let Some(row) = rows.next()? {
        let id = Id(row.get(0)?);
        if current != Some(id) {
            if let Some(done) = current {
                each(done, &facts)?;
            }
            facts.clear();
            current = Some(id);
        }
        facts.insert(row.get(1)?, fact_value(row, 2)?);
    }
    if let Some(done) = current {
        each(done, &facts)?;
    }
    Ok(())
}

fn account_names(connection: &Connection) -> Result<HashMap<i64, String>> {
    let mut statement = connection.prepare("SELECT id, name FROM account")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn account_facts(
    connection: &Connection,
    as_of: NaiveDate,
) -> Result<HashMap<i64, Vec<(String, Value)>>> {
    let mut facts: HashMap<i64, Vec<(String, Value)>> = HashMap::new();
    let mut statement = connection.prepare(
        "SELECT a.id, f.name, f.whole, f.number, f.text FROM account a JOIN fact f ON f.subject = a.id
         WHERE f.day <= $1 ORDER BY a.id, f.name, f.day",
    )?;
    let mut rows = statement.query([Day::of(as_of).0])?;
    while let Some(row) = rows.next()? {
        let known = facts.entry(row.get(0)?).or_default();
        let name: String = row.get(1)?;
        known.retain(|(other, _)| *other != name);
        known.push((name, fact_value(row, 2)?));
    }
    Ok(facts)
}

/// A field of the deal, or else of its account, as labels.
fn attribute(
    connection: &Connection,
    book: &Book,
    account_ids: &[i64],
    name: &str,
) -> Result<Labelled> {
    let mut values: HashMap<i64, String> = HashMap::new();
    let mut statement = connection.prepare(
        "SELECT subject, whole, number, text FROM fact WHERE name = $1 AND day <= $2 ORDER BY subject, day",
    )?;
    let mut rows = statement.query((name, Day::of(book.as_of).0))?;
    while let Some(row) = rows.next()? {
        let subject: i64 = row.get(0)?;
        match fact_value(row, 1)? {
            Value::Null => {
                values.remove(&subject);
            }
            Value::Integer(n) => {
                values.insert(subject, n.to_string());
            }
            Value::Number(n) => {
                values.insert(subject, n.to_string());
            }
            Value::Text(text) => {
                values.insert(subject, text);
            }
        }
    }
    let mut column = Labelled::default();
    let mut place: HashMap<&str, u32> = HashMap::new();
    for deal in 0..book.deals.len() {
        let of_account = || {
            let account = book.deals.account[deal]?;
            values.get(&account_ids[account as usize])
        };
        let value = values.get(&book.deals.id[deal].0).or_else(of_account);
        let index = value.map(|value| {
            *place.entry(value).or_insert_with(|| {
                column.labels.push(value.clone());
                column.labels.len() as u32 - 1
            })
        });
        column.index.push(index);
    }
    Ok(column)
}
