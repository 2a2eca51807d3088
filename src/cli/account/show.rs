//! `account show`: everything about one account on one page.

use anyhow::Result;
use chrono::NaiveDate;
use serde::Serialize;

use super::super::case::{self, CaseLine};
use super::super::contact::Subject;
use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::page::{self, Entry, ListRow};
use super::super::rating::{self, Opinion};
use super::super::session::Session;
use super::super::show::{counted, fact_words};
use super::AccountArg;
use super::totals::{Totals, totals};
use crate::condition::Value;
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::id::Id;
use crate::money::Currency;
use crate::store::{Access, DealOf, NameFilter, PersonRow};

/// Show an account: its people, its deals with what they come to, what is known, what happened
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl account show acme\n  salesctl account show 8TH1 --json"
)]
pub(crate) struct Args {
    #[command(flatten)]
    account: AccountArg,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct FieldRow {
    name: String,
    value: serde_json::Value,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct PersonOf {
    id: String,
    name: String,
    title: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    mobile: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct DealRow {
    id: String,
    title: Option<String>,
    owner: Option<String>,
    stage: Option<String>,
    state: &'static str,
    value_minor: Option<i64>,
    currency: Option<&'static str>,
    opened: Option<NaiveDate>,
    closed: Option<NaiveDate>,
}

row! {
    /// An account, with what belongs to it. Sums are in the currency of the answer.
    struct Shown {
        id: String,
        name: String,
        other_names: Vec<String>,
        merged_ids: Vec<String>,
        fields: Vec<FieldRow>,
        open_deals: usize,
        open_minor: i64,
        won_deals: usize,
        won_minor: i64,
        lost_deals: usize,
        lost_minor: i64,
        persons: Vec<PersonOf>,
        deals: Vec<DealRow>,
        activities: Vec<Entry>,
        lists: Vec<ListRow>,
        /// Referrals, experiences and requests that are open.
        cases: Vec<CaseLine>,
        /// Names on lists who work there, as their import found.
        names: u64,
        /// Those of its people say whose they are.
        ratings: Vec<Opinion>,
    }
}

/// What the page is made of.
struct Page {
    subject: Subject,
    other_names: Vec<String>,
    /// Ids of what turned out to be this account.
    merged: Vec<Id>,
    fields: Vec<(String, Value)>,
    /// Its own, then those of its people.
    ratings: Vec<Opinion>,
    persons: Vec<PersonRow>,
    deals: Vec<DealOf>,
    totals: Totals,
    activities: Vec<Entry>,
    lists: Vec<ListRow>,
    cases: Vec<CaseLine>,
    /// How many names on lists work there.
    names: u64,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let page = page(&session, Subject::account(&session, &args.account.account)?)?;
    let totals = page.totals;
    let shown = Shown {
        id: page.subject.id.handle(),
        name: page.subject.name.clone(),
        other_names: page.other_names.clone(),
        merged_ids: page.merged.iter().map(|id| id.handle()).collect(),
        fields: page.fields.iter().map(field).collect(),
        open_deals: totals.open.n,
        open_minor: totals.open.minor,
        won_deals: totals.won.n,
        won_minor: totals.won.minor,
        lost_deals: totals.lost.n,
        lost_minor: totals.lost.minor,
        persons: page.persons.iter().map(person).collect(),
        deals: page.deals.iter().map(deal).collect(),
        activities: page.activities.clone(),
        lists: page.lists.clone(),
        cases: page.cases.clone(),
        names: page.names,
        ratings: page.ratings.clone(),
    };
    let document = document(&session, &page)?;
    let mut answer = output::answer(&session, "salesctl/account/1", vec![shown]);
    answer.notes.extend(note_on_rates(totals));
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

fn page(session: &Session<'_>, subject: Subject) -> Result<Page> {
    let store = &session.store;
    let ids = store.account_ids(subject.id)?;
    let persons = store.persons_at(Some(subject.id))?;
    let origins = page::origins(session, &ids)?;
    let mut streams = ids.clone();
    streams.extend(origins.iter().map(|origin| origin.id));
    let mut activities = page::entries(session, &streams, None, |_| true)?;
    let mut ratings = rating::opinions(session, &streams, subject.id, None)?;
    let mut about = streams;
    for person in &persons {
        let theirs = store.person_ids(person.id)?;
        about.extend(&theirs);
        activities.extend(page::entries(session, &theirs, Some(&person.name), |_| {
            true
        })?);
        let name = Some(person.name.as_str());
        ratings.extend(rating::opinions(session, &theirs, person.id, name)?);
    }
    activities.sort_by_key(|entry| entry.day);
    let mut fields = store.account_facts(subject.id, session.today)?;
    fields.retain(|(_, value)| *value != Value::Null);
    let deals = store.deals_of(Some(subject.id))?;
    let mut other_names: Vec<String> = store
        .accounts()?
        .into_iter()
        .filter(|(id, name)| *id == subject.id && *name != subject.name)
        .map(|(_, name)| name)
        .collect();
    other_names.dedup();
    let works_at = NameFilter {
        works_at: ids.clone(),
        ..NameFilter::default()
    };
    let (_, names) = store.list_names(&works_at, 0)?;
    Ok(Page {
        other_names,
        merged: ids.into_iter().filter(|id| *id != subject.id).collect(),
        fields,
        ratings,
        totals: totals(&session.process, session.today, &deals),
        persons,
        deals,
        activities,
        lists: origins.iter().map(ListRow::of).collect(),
        cases: case::open_about(session, &about)?,
        names,
        subject,
    })
}

fn field((name, value): &(String, Value)) -> FieldRow {
    FieldRow {
        name: name.clone(),
        value: match value {
            Value::Null => serde_json::Value::Null,
            Value::Integer(n) => (*n).into(),
            Value::Number(n) => (*n).into(),
            Value::Text(text) => text.clone().into(),
        },
    }
}

fn person(person: &PersonRow) -> PersonOf {
    PersonOf {
        id: person.id.handle(),
        name: person.name.clone(),
        title: person.title.clone(),
        email: person.email.clone(),
        phone: person.phone.clone(),
        mobile: person.mobile.clone(),
    }
}

fn deal(deal: &DealOf) -> DealRow {
    DealRow {
        id: deal.id.handle(),
        title: deal.title.clone(),
        owner: deal.owner.clone(),
        stage: deal.stage.clone(),
        state: deal.state.name(),
        value_minor: deal.value_minor,
        currency: deal.currency.map(Currency::code),
        opened: deal.opened,
        closed: deal.closed,
    }
}

fn note_on_rates(totals: Totals) -> Option<String> {
    (totals.without_rate > 0).then(|| {
        format!(
            "{} in a currency without a rate: not in the sums",
            counted(totals.without_rate, "deal is", "deals are")
        )
    })
}

fn document(session: &Session<'_>, page: &Page) -> Result<Document> {
    let currency = session.process.currency;
    let mut facts: Vec<(String, String)> = Vec::new();
    if !page.other_names.is_empty() {
        facts.push(("also known as".to_string(), page.other_names.join(", ")));
    }
    for (name, value) in &page.fields {
        let words = fact_words(session, name, value);
        facts.push((name.clone(), words.trim_matches('"').to_string()));
    }
    if page.names > 0 {
        let words = format!(
            "{}: salesctl prospect list --account {}",
            counted(page.names as usize, "name", "names"),
            session.store.short(page.subject.id)?
        );
        facts.push(("on lists".to_string(), words));
    }
    let totals = page.totals;
    for (name, sum) in [
        ("open", totals.open),
        ("won", totals.won),
        ("lost", totals.lost),
    ] {
        if sum.n > 0 {
            facts.push((name.to_string(), sum.words(currency)));
        }
    }
    let mut document = Document::default().heading(page.subject.named(session)?);
    if facts.is_empty() {
        document = document.line("nothing more is known");
    } else {
        document = document.table(page::facts(facts));
    }
    if let Some(note) = note_on_rates(totals) {
        document = document.line(note);
    }
    document = rating::rated(document, &page.ratings);
    if !page.persons.is_empty() {
        document = document.line("people").table(persons_table(session, page)?);
    }
    if !page.deals.is_empty() {
        document = document.line("deals").table(deals_table(session, page)?);
    }
    document = case::on_page(session, document, &page.cases, case::Place::Account)?;
    document = page::happened(session, document, &page.activities)?;
    Ok(page::lists(document, &page.lists))
}

fn persons_table(session: &Session<'_>, page: &Page) -> Result<Table> {
    let roles = session.store.sales_roles()?;
    let mut rows = Vec::new();
    for person in &page.persons {
        let roles: Vec<&str> = roles
            .get(&person.id)
            .into_iter()
            .flatten()
            .map(|role| role.name())
            .collect();
        rows.push(vec![
            Cell::Text(session.store.short(person.id)?),
            Cell::Text(person.name.clone()),
            Cell::text(person.title.clone()),
            Cell::text((!roles.is_empty()).then(|| roles.join(", "))),
            Cell::text(person.email.clone()),
            Cell::text(person.phone.clone().or_else(|| person.mobile.clone())),
        ]);
    }
    Ok(Table {
        columns: vec![
            TableColumn::left("id"),
            TableColumn::left("name"),
            TableColumn::left("title").rank(1),
            TableColumn::left("is to us"),
            TableColumn::left("e-mail").rank(2),
            TableColumn::left("phone").rank(3),
        ],
        rows,
    })
}

fn deals_table(session: &Session<'_>, page: &Page) -> Result<Table> {
    let mut rows = Vec::new();
    for deal in &page.deals {
        rows.push(vec![
            Cell::Text(session.store.short(deal.id)?),
            Cell::text(deal.title.clone()),
            Cell::Text(page::stands(session, deal)),
            page::value(deal),
            Cell::text(deal.owner.clone()),
            deal.opened.map_or(Cell::Nothing, Cell::Date),
            deal.closed.map_or(Cell::Nothing, Cell::Date),
        ]);
    }
    Ok(Table {
        columns: vec![
            TableColumn::left("id"),
            TableColumn::left("about").rank(2),
            TableColumn::left("stage"),
            TableColumn::right("value"),
            TableColumn::left("owner").rank(1),
            TableColumn::left("opened").rank(3),
            TableColumn::left("closed"),
        ],
        rows,
    })
}
