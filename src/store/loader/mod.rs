//! Puts the Book together from columns: names become indices, and only what is needed is read.
//!
//! On the newest day deals are as their own columns say; on an earlier one as the histories of their facts do.

pub(super) mod accounts;
mod deals;
mod names;
mod tables;
mod told;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::Connection;

use self::accounts::{accounts, attribute, may_be_of_account};
use self::names::Interned;
use super::columns::{Facts, View, Wanted};
use super::query::{Catalog, catalog, version_on};
use crate::deal::book::{
    Activities, Book, Columns, Day, Deals, FollowUps, Needs, RepFacts, Visits,
};
use crate::deal::event::CatalogKind;
use crate::deal::fact;
use crate::process::Process;

/// Facts that the columns of deals are made of on an earlier day.
const DATED: &[(Columns, &[&str])] = &[
    (Columns::ACCOUNT, &[fact::ACCOUNT]),
    (Columns::OWNER, &["owner"]),
    (Columns::PRODUCT, &["product"]),
    (Columns::SOURCE, &["source"]),
    (Columns::VALUE, &[fact::VALUE_MINOR, "currency"]),
    (Columns::OPENED, &["opened"]),
    (Columns::CLOSED, &["closed"]),
    (Columns::EXPECTED_CLOSE, &["expected_close"]),
    (Columns::HOLD, &["hold_until"]),
    (Columns::NEXT_DUE, &[fact::BOOKED]),
    (Columns::REASON, &["reason"]),
    (Columns::TYPE, &["type"]),
    (Columns::TOUCHED, &[fact::TOUCHED]),
];
/// Facts that are read whatever the day: their histories are the changes of the Book, or no column has them.
const ALWAYS: &[(Columns, &[&str])] = &[
    (Columns::GATE_VERSION, &[fact::GATE_VERSION]),
    (
        Columns::WORTH_CHANGES,
        &[fact::VALUE_MINOR, "currency", "owner"],
    ),
    (Columns::CHANGES, &["state", "stage", "expected_close"]),
];

/// What must be read of changed deals.
pub(super) fn wanted(process: &Process, needs: &Needs, dated: bool) -> Wanted {
    let columns = with_implied(process, needs);
    let facts = needs
        .attributes
        .iter()
        .chain(&needs.dated)
        .chain(&needs.told);
    let mut names: BTreeSet<String> = facts.cloned().collect();
    let mut add = |of: &[(Columns, &[&str])]| {
        for (_, facts) in of.iter().filter(|(column, _)| columns.has(*column)) {
            names.extend(facts.iter().map(|name| (*name).to_string()));
        }
    };
    add(ALWAYS);
    if dated {
        add(DATED);
        names.insert("state".to_string());
    }
    Wanted {
        visits: columns.has(Columns::VISITS) || (dated && columns.has(Columns::STAGE)),
        activities: columns.has(Columns::ACTIVITY_DAYS),
        follow_ups: columns.has(Columns::FOLLOW_UP_DAYS),
        facts: Facts::Named(names),
    }
}

/// Who did something may be told by the deal's owner; a fact may be told by its account.
fn with_implied(process: &Process, needs: &Needs) -> Columns {
    let mut columns = needs.columns;
    if columns.has(Columns::ACTIVITIES) {
        columns = columns.and(Columns::OWNER);
    }
    let mut facts = needs
        .attributes
        .iter()
        .chain(&needs.dated)
        .chain(&needs.told);
    if columns.has(Columns::ACCOUNT_NAMES) || facts.any(|name| may_be_of_account(process, name)) {
        columns = columns.and(Columns::ACCOUNT);
    }
    columns
}

struct Loader<'p, 'v> {
    process: &'p Process,
    connection: &'v Connection,
    view: &'v View<'v>,
    as_of: Day,
    /// The as-of day, when something happened after it.
    cut: Option<Day>,
    /// Where each deal of the view is in the Book, when not all are.
    places: Option<Vec<Option<u32>>>,
    deals: Deals,
    owners: Interned,
    logins: HashMap<String, u32>,
    stages: Interned,
}

/// Makes the Book of a view. `cut`: the day, when something happened after it.
pub(super) fn load(
    view: View<'_>,
    process: &Process,
    as_of: NaiveDate,
    cut: Option<Day>,
    needs: &Needs,
) -> Result<Book> {
    let connection = view.connection();
    let mut catalog = catalog(connection)?;
    names::as_told_by(connection, &mut catalog, as_of)?;
    let mut stages = Interned::default();
    for stage in &process.stages {
        stages.add(&stage.name, &stage.title);
    }
    // What a stage was called before is this stage, so that its past is not told apart from it.
    for (place, stage) in (0_u32..).zip(&process.stages) {
        for before in &stage.moved_from {
            stages.also(before, place);
        }
    }
    let loader = Loader {
        process,
        connection,
        view: &view,
        as_of: Day::of(as_of),
        cut,
        places: None,
        deals: Deals::default(),
        owners: Interned::of(&catalog, CatalogKind::Rep),
        logins: logins(&catalog),
        stages,
    };
    let mut book = loader.book(as_of, needs, &catalog)?;
    if cut.is_none() {
        // All of them, and not twice in memory.
        book.deals.id = view.ids;
    }
    Ok(book)
}

fn logins(catalog: &Catalog) -> HashMap<String, u32> {
    let mut logins = HashMap::new();
    for (place, rep) in (0_u32..).zip(catalog.of(CatalogKind::Rep)) {
        logins.entry(rep.name.clone()).or_insert(place);
    }
    for (place, rep) in (0_u32..).zip(catalog.of(CatalogKind::Rep)) {
        logins.entry(rep.title.clone()).or_insert(place);
    }
    for (place, rep) in (0_u32..).zip(catalog.of(CatalogKind::Rep)) {
        if let Some(login) = &rep.login {
            logins.insert(login.clone(), place);
        }
    }
    logins
}

impl Loader<'_, '_> {
    fn book(mut self, as_of: NaiveDate, needs: &Needs, catalog: &Catalog) -> Result<Book> {
        let wanted = with_implied(self.process, needs);
        let process = self.process;
        self.states()?;
        let mut teams = Interned::of(catalog, CatalogKind::Team);
        let mut reps: Vec<RepFacts> = catalog
            .of(CatalogKind::Rep)
            .map(|rep| RepFacts {
                team: rep.team.as_deref().map(|team| teams.index(team)),
                active: rep.active,
                capacity: rep.capacity,
                cost_per_hour_minor: rep.price_minor,
                since: rep.since.map(Day::of),
            })
            .collect();
        if wanted.has(Columns::OWNER) {
            let mut owners = std::mem::take(&mut self.owners);
            self.deals.owner = self.label("owner", "owner", |name| Ok(owners.index(name)))?;
            self.owners = owners;
            let team = |owner: &Option<u32>| reps.get((*owner)? as usize)?.team;
            self.deals.team = self.deals.owner.iter().map(team).collect();
        }
        let mut products = Interned::of(catalog, CatalogKind::Product);
        if wanted.has(Columns::PRODUCT) {
            self.deals.product =
                self.label("product", "product", |name| Ok(products.index(name)))?;
        }
        let mut sources = Interned::of(catalog, CatalogKind::Source);
        if wanted.has(Columns::SOURCE) {
            self.deals.source = self.label("source", "source", |name| Ok(sources.index(name)))?;
        }
        if wanted.has(Columns::STAGE) {
            self.stage_of_deals()?;
        }
        let mut currencies = vec![process.currency];
        if wanted.has(Columns::VALUE) {
            self.value_of_deals(&mut currencies)?;
        }
        let (reasons, types) = self.days_and_reasons(wanted)?;
        let mut versions = Vec::new();
        if wanted.has(Columns::GATE_VERSION) {
            (self.deals.gate_version, versions) = self.gate_versions()?;
        }
        let mut account_ids = Vec::new();
        let mut names = Vec::new();
        if wanted.has(Columns::ACCOUNT) {
            let ids = self.whole("account", fact::ACCOUNT)?;
            let with_names = wanted.has(Columns::ACCOUNT_NAMES);
            (self.deals.account, account_ids, names) = accounts(self.connection, &ids, with_names)?;
        }
        let visits = if wanted.has(Columns::VISITS) {
            self.visits()?
        } else {
            Visits::default()
        };
        let mut tools = Vec::new();
        let activities = if wanted.has(Columns::ACTIVITY_DAYS) {
            self.activities(wanted, &mut tools)?
        } else {
            Activities::default()
        };
        if wanted.has(Columns::IMPORTED) {
            self.deals.imported = self.imported()?;
        }
        let follow_ups = if wanted.has(Columns::FOLLOW_UP_DAYS) {
            self.follow_ups(wanted)?
        } else {
            FollowUps::default()
        };
        let changes = self.changes(wanted, &mut currencies)?;
        // An owner whom the catalog does not know has a name all the same.
        reps.resize_with(self.owners.named.len(), RepFacts::default);
        let mut margins: Vec<Option<f64>> = catalog
            .of(CatalogKind::Product)
            .map(|product| product.margin.or(process.margin))
            .collect();
        margins.resize(products.named.len(), process.margin);
        let mut prices: Vec<Option<i64>> = catalog
            .of(CatalogKind::Product)
            .map(|product| product.price_minor)
            .collect();
        prices.resize(products.named.len(), None);
        let mut attributes = BTreeMap::new();
        for name in &needs.attributes {
            let told = self.view.fact_on(name, self.cut)?;
            let codes = self.kept(told.codes.clone());
            let column = attribute(
                self.connection,
                process,
                name,
                self.as_of,
                (&codes, &told.values),
                (&self.deals.account, &account_ids),
            )?;
            attributes.insert(name.clone(), column);
        }
        let mut dated = BTreeMap::new();
        for name in &needs.dated {
            dated.insert(name.clone(), self.dated_number(name, &account_ids)?);
        }
        let mut told = BTreeMap::new();
        for name in &needs.told {
            told.insert(name.clone(), self.told(name, &account_ids)?);
        }
        let mut book = Book {
            as_of,
            process_version: version_on(self.connection, as_of)?,
            currency: process.currency,
            deals: self.deals,
            visits,
            activities,
            follow_ups,
            changes,
            accounts: names,
            owners: self.owners.named,
            reps,
            teams: teams.named,
            products: products.named,
            margins,
            prices,
            sources: sources.named,
            stages: self.stages.names(),
            currencies,
            reasons,
            types,
            versions,
            tools,
            attributes,
            dated,
            told,
            conditions: BTreeMap::new(),
            lists: None,
            forecasts: Vec::new(),
        };
        book.keep_only(needs.columns);
        Ok(book)
    }
}
