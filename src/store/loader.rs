//! Puts the Book together from columns: names become indices, and only what is needed is read.
//!
//! On the newest day deals are as their own columns say; on an earlier one as the histories of their facts do.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::Connection;

use super::columns::{Children, Facts, Source, View, Wanted, damaged, day_of};
use super::loader_accounts::{accounts, attribute};
use super::project;
use super::query::{Catalog, catalog, version_on};
use crate::condition::Value;
use crate::deal::book::{
    Activities, Book, Changes, Columns, Day, Deals, FollowUps, Left, Named, Needs, RepFacts, State,
    Visits,
};
use crate::deal::event::CatalogKind;
use crate::deal::fact;
use crate::money::Currency;
use crate::process::Process;

/// Names with their places: those of the catalog, then others in order of first mention.
#[derive(Default)]
pub(super) struct Interned {
    pub(super) named: Vec<Named>,
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

    fn names(self) -> Vec<String> {
        self.named.into_iter().map(|one| one.name).collect()
    }
}

/// Labels that a column uses, in order of first mention.
pub(super) fn in_order(labels: Vec<String>, index: &mut [Option<u32>]) -> Vec<String> {
    let mut place: Vec<Option<u32>> = vec![None; labels.len()];
    let mut order = Vec::new();
    for at in index.iter_mut().flatten() {
        let old = *at as usize;
        *at = *place[old].get_or_insert_with(|| {
            order.push(old);
            order.len() as u32 - 1
        });
    }
    let mut labels = labels;
    order
        .into_iter()
        .map(|old| std::mem::take(&mut labels[old]))
        .collect()
}

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
/// Facts whose histories are the changes of the Book.
const CHANGED: &[&str] = &[
    "state",
    "stage",
    fact::VALUE_MINOR,
    "owner",
    "expected_close",
];

/// What must be read of changed deals.
pub(super) fn wanted(needs: &Needs, dated: bool) -> Wanted {
    let columns = with_implied(needs);
    let mut names: BTreeSet<String> = needs.attributes.iter().cloned().collect();
    if columns.has(Columns::CHANGES) {
        names.extend(CHANGED.iter().map(|name| (*name).to_string()));
    }
    if dated {
        names.insert("state".to_string());
        for (column, facts) in DATED {
            if columns.has(*column) {
                names.extend(facts.iter().map(|name| (*name).to_string()));
            }
        }
    }
    Wanted {
        visits: columns.has(Columns::VISITS) || (dated && columns.has(Columns::STAGE)),
        activities: columns.has(Columns::ACTIVITIES),
        follow_ups: columns.has(Columns::FOLLOW_UPS),
        facts: Facts::Named(names),
    }
}

/// Who did something may be told by the deal's owner; a fact may be told by its account.
fn with_implied(needs: &Needs) -> Columns {
    let mut columns = needs.columns;
    if columns.has(Columns::ACTIVITIES) {
        columns = columns.and(Columns::OWNER);
    }
    if !needs.attributes.is_empty() || columns.has(Columns::ACCOUNT_NAMES) {
        columns = columns.and(Columns::ACCOUNT);
    }
    columns
}

pub(super) struct Loader<'p, 'v> {
    pub(super) process: &'p Process,
    pub(super) connection: &'v Connection,
    pub(super) view: &'v View<'v>,
    pub(super) as_of: Day,
    /// The as-of day, when something happened after it.
    cut: Option<Day>,
    /// Where each deal of the view is in the Book, when not all are.
    places: Option<Vec<Option<u32>>>,
    pub(super) deals: Deals,
    pub(super) owners: Interned,
    pub(super) logins: HashMap<String, u32>,
    pub(super) stages: Interned,
}

/// Reads the Book. `dated`: something happened after the day.
pub(super) fn load(
    connection: &Connection,
    process: &Process,
    as_of: NaiveDate,
    needs: &Needs,
    source: Source,
    dated: bool,
) -> Result<Book> {
    let view = View::open(connection, source, &wanted(needs, dated))?;
    let catalog = catalog(connection)?;
    let mut stages = Interned::default();
    for stage in &process.stages {
        stages.add(&stage.name, &stage.title);
    }
    let loader = Loader {
        process,
        connection,
        view: &view,
        as_of: Day::of(as_of),
        cut: dated.then(|| Day::of(as_of)),
        places: None,
        deals: Deals::default(),
        owners: Interned::of(&catalog, CatalogKind::Rep),
        logins: logins(&catalog),
        stages,
    };
    loader.book(as_of, needs, &catalog)
}

fn logins(catalog: &Catalog) -> HashMap<String, u32> {
    let mut logins = HashMap::new();
    for (place, rep) in (0_u32..).zip(catalog.of(CatalogKind::Rep)) {
        logins.entry(rep.name.clone()).or_insert(place);
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
        let wanted = with_implied(needs);
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
        let activities = if wanted.has(Columns::ACTIVITIES) {
            self.activities(&mut tools)?
        } else {
            Activities::default()
        };
        let follow_ups = if wanted.has(Columns::FOLLOW_UPS) {
            self.follow_ups()?
        } else {
            FollowUps::default()
        };
        let changes = if wanted.has(Columns::CHANGES) {
            self.changes()?
        } else {
            Changes::default()
        };
        // An owner whom the catalog does not know has a name all the same.
        reps.resize_with(self.owners.named.len(), RepFacts::default);
        let mut margins: Vec<Option<f64>> = catalog
            .of(CatalogKind::Product)
            .map(|product| product.margin.or(process.margin))
            .collect();
        margins.resize(products.named.len(), process.margin);
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
            sources: sources.named,
            stages: self.stages.names(),
            currencies,
            reasons,
            types,
            tools,
            attributes,
            conditions: BTreeMap::new(),
        };
        book.keep_only(needs.columns);
        Ok(book)
    }

    /// Which deals there are, and whether they are open.
    fn states(&mut self) -> Result<()> {
        let state = |name: &str| State::from_name(name).ok_or_else(damaged);
        let Some(cut) = self.cut else {
            self.deals.id.clone_from(&self.view.ids);
            self.deals.state = self.view.labels("state", State::Open, state)?;
            return Ok(());
        };
        let states = self.view.fact_on("state", Some(cut))?;
        let states = states.map(None, |value| match value {
            Value::Text(name) => state(name).map(Some),
            _ => Ok(None),
        })?;
        let mut places = Vec::with_capacity(states.len());
        for (id, state) in self.view.ids.iter().zip(states) {
            places.push(state.map(|state| {
                self.deals.id.push(*id);
                self.deals.state.push(state);
                self.deals.id.len() as u32 - 1
            }));
        }
        self.places = Some(places);
        Ok(())
    }

    /// Nothing happened after the as-of day.
    pub(super) fn is_newest(&self) -> bool {
        self.cut.is_none()
    }

    /// The values of those deals of the view that are in the Book.
    pub(super) fn kept<T: Clone>(&self, values: Vec<T>) -> Vec<T> {
        match &self.places {
            None => values,
            Some(places) => {
                let there = values.into_iter().zip(places);
                there
                    .filter_map(|(value, place)| place.map(|_| value))
                    .collect()
            }
        }
    }

    fn label(
        &self,
        column: &str,
        fact: &str,
        mut place: impl FnMut(&str) -> Result<u32>,
    ) -> Result<Vec<Option<u32>>> {
        let Some(cut) = self.cut else {
            return self
                .view
                .labels(column, None, |label| place(label).map(Some));
        };
        let told = self.view.fact_on(fact, Some(cut))?;
        let all = told.map(None, |value| match value {
            Value::Text(text) => place(text).map(Some),
            _ => Ok(None),
        })?;
        Ok(self.kept(all))
    }

    fn day(&self, column: &str, fact: &str) -> Result<Vec<Option<Day>>> {
        let Some(cut) = self.cut else {
            return self
                .view
                .numbers(column, |day| day.map(|day| Day(day as i32)));
        };
        let told = self.view.fact_on(fact, Some(cut))?;
        Ok(self.kept(told.map(None, |value| Ok(day_of(value)))?))
    }

    fn whole(&self, column: &str, fact: &str) -> Result<Vec<Option<i64>>> {
        let Some(cut) = self.cut else {
            return self.view.numbers(column, |n| n);
        };
        let told = self.view.fact_on(fact, Some(cut))?;
        let all = told.map(None, |value| {
            Ok(match value {
                Value::Integer(n) => Some(*n),
                _ => None,
            })
        })?;
        Ok(self.kept(all))
    }

    fn value_of_deals(&mut self, currencies: &mut Vec<Currency>) -> Result<()> {
        self.deals.value_minor = self.whole("value_minor", fact::VALUE_MINOR)?;
        let places = self.label("currency", "currency", |code| {
            let currency: Currency = code.parse().map_err(|_| damaged())?;
            let place = currencies.iter().position(|known| *known == currency);
            Ok(place.unwrap_or_else(|| {
                currencies.push(currency);
                currencies.len() - 1
            }) as u32)
        })?;
        // Without a currency it is that of the process, which comes first.
        let place = |place: Option<u32>| place.unwrap_or(0) as u8;
        self.deals.currency = places.into_iter().map(place).collect();
        Ok(())
    }

    /// The dates of deals, why they were lost, and what type of customer they are with.
    fn days_and_reasons(&mut self, wanted: Columns) -> Result<(Vec<String>, Vec<String>)> {
        if wanted.has(Columns::OPENED) {
            self.deals.opened = self.day("opened", "opened")?;
        }
        if wanted.has(Columns::CLOSED) {
            self.deals.closed = self.day("closed", "closed")?;
        }
        if wanted.has(Columns::EXPECTED_CLOSE) {
            self.deals.expected_close = self.day("expected_close", "expected_close")?;
        }
        if wanted.has(Columns::HOLD) {
            self.deals.hold_until = self.day("hold_until", "hold_until")?;
        }
        if wanted.has(Columns::NEXT_DUE) {
            self.deals.next_due = self.day("next_due", fact::BOOKED)?;
        }
        if wanted.has(Columns::TOUCHED) {
            self.deals.touched = self.day("touched", fact::TOUCHED)?;
        }
        let mut reasons = Interned::default();
        if wanted.has(Columns::REASON) {
            let mut told = self.label("reason", "reason", |name| Ok(reasons.index(name)))?;
            for (reason, state) in told.iter_mut().zip(&self.deals.state) {
                if *state != State::Lost {
                    *reason = None;
                }
            }
            self.deals.reason = told;
        }
        let mut types = Interned::default();
        if wanted.has(Columns::TYPE) {
            self.deals.customer_type =
                self.label("customer_type", "type", |name| Ok(types.index(name)))?;
        }
        Ok((
            in_order(reasons.names(), &mut self.deals.reason),
            in_order(types.names(), &mut self.deals.customer_type),
        ))
    }

    fn stage_of_deals(&mut self) -> Result<()> {
        let mut stages = std::mem::take(&mut self.stages);
        let Some(cut) = self.cut else {
            let place = |name: &str| Ok(Some(stages.index(name) as u16));
            self.deals.stage = self.view.labels("stage", None, place)?;
            self.deals.stage_entered = self.day("stage_entered", "stage_entered")?;
            self.stages = stages;
            return Ok(());
        };
        // On an earlier day it is in the last stage that it had entered.
        let children = self.view.children("visit")?;
        let stage = self
            .view
            .child_labels(&children, "stage", 0, |name| Ok(stages.index(name) as u16))?;
        let entered = self.child_days(&children, "entered")?;
        let mut all = vec![(None, None); self.view.len()];
        for ((deal, stage), entered) in children.deals().into_iter().zip(stage).zip(entered) {
            if entered.is_none_or(|day| day <= cut) {
                all[deal as usize] = (Some(stage), entered);
            }
        }
        self.stages = stages;
        (self.deals.stage, self.deals.stage_entered) = self.kept(all).into_iter().unzip();
        Ok(())
    }

    pub(super) fn child_days(&self, children: &Children, column: &str) -> Result<Vec<Option<Day>>> {
        self.view
            .child_numbers(children, column, |day| day.map(|day| Day(day as i32)))
    }

    /// The deal of the Book that each row belongs to.
    pub(super) fn deals_of(&self, children: &Children) -> Vec<Option<u32>> {
        let deals = children.deals().into_iter();
        match &self.places {
            None => deals.map(Some).collect(),
            Some(places) => deals.map(|deal| places[deal as usize]).collect(),
        }
    }

    /// Visits up to the as-of day; one that ended later is still going on.
    fn visits(&mut self) -> Result<Visits> {
        let children = self.view.children("visit")?;
        let stages = &mut self.stages;
        let stage = self
            .view
            .child_labels(&children, "stage", 0, |name| Ok(stages.index(name) as u16))?;
        let how = self
            .view
            .child_labels(&children, "how", Left::Still, |name| {
                project::left_from_name(name).ok_or_else(damaged)
            })?;
        let mut visits = Visits {
            deal: Vec::new(),
            stage,
            entered: self.child_days(&children, "entered")?,
            left: self.child_days(&children, "left_day")?,
            how,
            overridden: self
                .view
                .child_numbers(&children, "overridden", |n| n == Some(1))?,
        };
        let later = |day: &Option<Day>| day.is_some_and(|day| day > self.as_of);
        for at in 0..visits.left.len() {
            if later(&visits.left[at]) {
                visits.left[at] = None;
                visits.how[at] = Left::Still;
                visits.overridden[at] = false;
            }
        }
        if self.places.is_none() && !visits.entered.iter().any(later) {
            visits.deal = children.deals();
            return Ok(visits);
        }
        let deals = self.deals_of(&children);
        let kept: Vec<bool> = deals
            .iter()
            .zip(&visits.entered)
            .map(|(deal, entered)| deal.is_some() && !later(entered))
            .collect();
        visits.deal = deals
            .iter()
            .zip(&kept)
            .filter_map(|(deal, kept)| deal.filter(|_| *kept))
            .collect();
        retain(&mut visits.stage, &kept);
        retain(&mut visits.entered, &kept);
        retain(&mut visits.left, &kept);
        retain(&mut visits.how, &kept);
        retain(&mut visits.overridden, &kept);
        Ok(visits)
    }
}

pub(super) fn retain<T>(values: &mut Vec<T>, kept: &[bool]) {
    let mut kept = kept.iter();
    values.retain(|_| kept.next().copied().unwrap_or(false));
}
