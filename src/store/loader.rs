//! Puts the Book together: names become indices, deals and visits become columns.

use std::collections::{BTreeMap, HashMap};

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::Connection;

use super::loader_tables::dated_number;
use super::project;
use super::query::{Catalog, catalog, fact_value, version_on};
use crate::condition::Value;
use crate::deal::book::{
    Activities, Book, Changes, Columns, Day, Deals, FollowUps, Labelled, Left, Named, Needs,
    RepFacts, State, Visits,
};
use crate::deal::event::CatalogKind;
use crate::fault::Fault;
use crate::id::Id;
use crate::money::Currency;
use crate::process::Process;

/// A deal's columns before names become indices.
pub(super) struct DealRow<'a> {
    pub(super) account: Option<i64>,
    pub(super) owner: Option<&'a str>,
    pub(super) product: Option<&'a str>,
    pub(super) source: Option<&'a str>,
    pub(super) state: Option<&'a str>,
    pub(super) stage: Option<&'a str>,
    pub(super) stage_entered: Option<Day>,
    pub(super) value_minor: Option<i64>,
    pub(super) currency: Option<&'a str>,
    pub(super) opened: Option<Day>,
    pub(super) closed: Option<Day>,
    pub(super) expected_close: Option<Day>,
    pub(super) hold_until: Option<Day>,
    pub(super) next_due: Option<Day>,
    pub(super) reason: Option<&'a str>,
    pub(super) customer_type: Option<&'a str>,
    pub(super) touched: Option<Day>,
}

/// Names with their places, in order of first mention.
#[derive(Default)]
pub(super) struct Interned {
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

    pub(super) fn index(&mut self, name: &str) -> u32 {
        match self.place.get(name) {
            Some(place) => *place,
            None => self.add(name, name),
        }
    }
}

pub(super) struct Loader<'p> {
    pub(super) process: &'p Process,
    pub(super) as_of: NaiveDate,
    pub(super) process_version: u32,
    pub(super) deals: Deals,
    pub(super) accounts: Vec<String>,
    pub(super) account_ids: Vec<i64>,
    pub(super) account_place: HashMap<i64, u32>,
    pub(super) owners: Interned,
    pub(super) reps: Vec<RepFacts>,
    pub(super) logins: HashMap<String, u32>,
    pub(super) teams: Interned,
    pub(super) products: Interned,
    pub(super) margins: Vec<Option<f64>>,
    pub(super) sources: Interned,
    pub(super) stages: Interned,
    pub(super) reasons: Interned,
    pub(super) types: Interned,
    pub(super) tools: Interned,
    pub(super) currencies: Vec<Currency>,
}

impl<'p> Loader<'p> {
    pub(super) fn new(
        connection: &Connection,
        process: &'p Process,
        as_of: NaiveDate,
    ) -> Result<Self> {
        let catalog = catalog(connection)?;
        let mut accounts = Vec::new();
        let mut account_place = HashMap::new();
        let mut account_ids = Vec::new();
        let mut statement =
            connection.prepare("SELECT id, name FROM account WHERE merged IS NULL ORDER BY id")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            account_place.insert(id, accounts.len() as u32);
            account_ids.push(id);
            accounts.push(row.get(1)?);
        }
        // One that was merged into another is that one, on every day.
        let mut statement =
            connection.prepare("SELECT id, merged FROM account WHERE merged IS NOT NULL")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if let Some(place) = account_place.get(&row.get(1)?).copied() {
                account_place.insert(row.get(0)?, place);
            }
        }
        let mut teams = Interned::of(&catalog, CatalogKind::Team);
        let reps: Vec<RepFacts> = catalog
            .of(CatalogKind::Rep)
            .map(|rep| RepFacts {
                team: rep.team.as_deref().map(|team| teams.index(team)),
                active: rep.active,
                capacity: rep.capacity,
                cost_per_hour_minor: rep.price_minor,
                since: rep.since.map(Day::of),
            })
            .collect();
        let mut logins = HashMap::new();
        for (place, rep) in (0_u32..).zip(catalog.of(CatalogKind::Rep)) {
            logins.entry(rep.name.clone()).or_insert(place);
        }
        for (place, rep) in (0_u32..).zip(catalog.of(CatalogKind::Rep)) {
            if let Some(login) = &rep.login {
                logins.insert(login.clone(), place);
            }
        }
        let margins = catalog
            .of(CatalogKind::Product)
            .map(|product| product.margin.or(process.margin))
            .collect();
        let mut stages = Interned::default();
        for stage in &process.stages {
            stages.add(&stage.name, &stage.title);
        }
        Ok(Self {
            process,
            as_of,
            process_version: version_on(connection, as_of)?,
            deals: Deals::default(),
            accounts,
            account_ids,
            account_place,
            owners: Interned::of(&catalog, CatalogKind::Rep),
            reps,
            logins,
            teams,
            products: Interned::of(&catalog, CatalogKind::Product),
            margins,
            sources: Interned::of(&catalog, CatalogKind::Source),
            reasons: Interned::default(),
            types: Interned::default(),
            tools: Interned::default(),
            stages,
            currencies: vec![process.currency],
        })
    }

    pub(super) fn push(&mut self, id: Id, row: &DealRow<'_>) -> Result<()> {
        let currency = self.currency(row.currency)?;
        let deals = &mut self.deals;
        let owner = row.owner.map(|name| self.owners.index(name));
        let state = row
            .state
            .and_then(State::from_name)
            .ok_or_else(|| Fault::damaged(format!("deal {id} has the state {:?}", row.state)))?;
        deals.id.push(id);
        deals.account.push(
            row.account
                .and_then(|id| self.account_place.get(&id).copied()),
        );
        deals.owner.push(owner);
        deals
            .team
            .push(owner.and_then(|place| self.reps.get(place as usize)?.team));
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
        deals.currency.push(currency);
        deals.opened.push(row.opened);
        deals.closed.push(row.closed);
        deals.expected_close.push(row.expected_close);
        deals.hold_until.push(row.hold_until);
        deals.next_due.push(row.next_due);
        let lost = state == State::Lost;
        let reason = row.reason.filter(|_| lost);
        deals
            .reason
            .push(reason.map(|name| self.reasons.index(name)));
        deals
            .customer_type
            .push(row.customer_type.map(|name| self.types.index(name)));
        deals.touched.push(row.touched);
        Ok(())
    }

    /// The place of a currency by its code; a value without one is in that of the process.
    pub(super) fn currency(&mut self, code: Option<&str>) -> Result<u8> {
        let currency = match code {
            Some(code) => code
                .parse()
                .map_err(|error: String| Fault::damaged(format!("a deal's value: {error}")))?,
            None => self.process.currency,
        };
        let known = self.currencies.iter().position(|one| *one == currency);
        if known.is_none() {
            self.currencies.push(currency);
        }
        Ok(known.unwrap_or(self.currencies.len() - 1) as u8)
    }

    pub(super) fn finish(mut self, connection: &Connection, needs: &Needs) -> Result<Book> {
        let wanted = needs.columns;
        let visits = if wanted.has(Columns::VISITS) {
            self.visits(connection)?
        } else {
            Visits::default()
        };
        let activities = if wanted.has(Columns::ACTIVITIES) {
            self.activities(connection)?
        } else {
            Activities::default()
        };
        let follow_ups = if wanted.has(Columns::FOLLOW_UPS) {
            self.follow_ups(connection)?
        } else {
            FollowUps::default()
        };
        let changes = if wanted.has(Columns::CHANGES) {
            self.changes(connection)?
        } else {
            Changes::default()
        };
        // An owner whom the catalog does not know has a name all the same.
        self.reps
            .resize_with(self.owners.named.len(), RepFacts::default);
        self.margins
            .resize(self.products.named.len(), self.process.margin);
        let names = |interned: Interned| -> Vec<String> {
            interned.named.into_iter().map(|one| one.name).collect()
        };
        let mut book = Book {
            as_of: self.as_of,
            process_version: self.process_version,
            currency: self.process.currency,
            deals: self.deals,
            visits,
            activities,
            follow_ups,
            changes,
            accounts: self.accounts,
            owners: self.owners.named,
            reps: self.reps,
            teams: self.teams.named,
            products: self.products.named,
            margins: self.margins,
            sources: self.sources.named,
            stages: names(self.stages),
            currencies: self.currencies,
            reasons: names(self.reasons),
            types: names(self.types),
            tools: names(self.tools),
            attributes: BTreeMap::new(),
            dated: BTreeMap::new(),
            conditions: BTreeMap::new(),
            lists: None,
        };
        for name in &needs.attributes {
            let column = attribute(connection, &book, &self.account_ids, name)?;
            book.attributes.insert(name.clone(), column);
        }
        for name in &needs.dated {
            let column = dated_number(connection, &book, &self.account_ids, name)?;
            book.dated.insert(name.clone(), column);
        }
        book.keep_only(wanted);
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
            let how = project::left_from_name(how)
                .ok_or_else(|| Fault::damaged(format!("unknown exit `{how}`")))?;
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
