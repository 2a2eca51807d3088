//! `person show`: everything about one person on one page.

use std::collections::BTreeSet;

use anyhow::Result;
use serde::Serialize;

use super::super::case::{self, CaseLine};
use super::super::contact::Subject;
use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::page::{self, ChosenRow, Entry, ListRow};
use super::super::rating::{self, Opinion};
use super::super::session::Session;
use super::PersonArg;
use crate::deal::contact::SalesRole;
use crate::deal::event::StreamKind;
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::fault::Fault;
use crate::id::Id;
use crate::process::BuyingRole;
use crate::store::{Access, DealOf, PersonRow};

/// Show a person: how to reach them, what they are to us and in each deal, what everybody knows of them
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl person show \"Jana Roth\"\n  salesctl person show jana@acme.example --json"
)]
pub(crate) struct Args {
    #[command(flatten)]
    person: PersonArg,
    #[command(flatten)]
    output: OutputArgs,
}

/// What somebody is in one deal.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct PartRow {
    deal: String,
    account: Option<String>,
    title: Option<String>,
    roles: Vec<&'static str>,
    stage: Option<String>,
    state: &'static str,
    value_minor: Option<i64>,
    currency: Option<&'static str>,
}

row! {
    /// A person, with what belongs to them.
    struct Shown {
        id: String,
        name: String,
        title: Option<String>,
        account: Option<String>,
        account_id: Option<String>,
        email: Option<String>,
        phone: Option<String>,
        mobile: Option<String>,
        roles: Vec<&'static str>,
        merged_ids: Vec<String>,
        deals: Vec<PartRow>,
        activities: Vec<Entry>,
        lists: Vec<ListRow>,
        /// Those of the account say whose they are.
        ratings: Vec<Opinion>,
        cases: Vec<CaseLine>,
        chosen: Vec<ChosenRow>,
    }
}

/// What the page is made of.
struct Page {
    person: PersonRow,
    roles: BTreeSet<SalesRole>,
    /// Ids of those who turned out to be this person.
    merged: Vec<Id>,
    /// Theirs, then those of their account.
    ratings: Vec<Opinion>,
    deals: Vec<(DealOf, BTreeSet<BuyingRole>)>,
    activities: Vec<Entry>,
    cases: Vec<CaseLine>,
    lists: Vec<ListRow>,
    chosen: Vec<ChosenRow>,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let id = session.store.resolve_person(&args.person.person)?;
    let page = page(&session, id)?;
    let shown = Shown {
        id: id.handle(),
        name: page.person.name.clone(),
        title: page.person.title.clone(),
        account: page.person.account_name.clone(),
        account_id: page.person.account.map(Id::handle),
        email: page.person.email.clone(),
        phone: page.person.phone.clone(),
        mobile: page.person.mobile.clone(),
        roles: page.roles.iter().map(|role| role.name()).collect(),
        merged_ids: page.merged.iter().map(|id| id.handle()).collect(),
        ratings: page.ratings.clone(),
        deals: page.deals.iter().map(part).collect(),
        activities: page.activities.clone(),
        cases: page.cases.clone(),
        lists: page.lists.clone(),
        chosen: page.chosen.clone(),
    };
    let document = document(&session, &page)?;
    let answer = output::answer(&session, "salesctl/person/1", vec![shown]);
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

fn page(session: &Session<'_>, id: Id) -> Result<Page> {
    let store = &session.store;
    let person = store
        .person(id)?
        .ok_or_else(|| Fault::not_found("the person is gone"))?;
    let ids = store.person_ids(id)?;
    let origins = page::origins(session, &ids)?;
    let mut streams = ids.clone();
    streams.extend(origins.iter().map(|origin| origin.id));
    let mut activities = page::entries(session, &streams, None, |_| true)?;
    // What was done with them at their account, outside of deals, and in deals.
    let mut elsewhere = store.subjects_with(id)?;
    elsewhere.retain(|subject| !streams.contains(subject));
    activities.extend(page::entries_with(session, &elsewhere, &ids, false)?);
    let deals = store.deals_with(id)?;
    activities.extend(page::entries_with(session, &deals, &ids, true)?);
    let mut ratings = rating::opinions(session, &streams, id, None)?;
    if let (Some(account), Some(name)) = (person.account, &person.account_name) {
        let subject = Subject::new(StreamKind::Account, account, name.clone());
        let ids = rating::ids(session, &subject)?;
        ratings.extend(rating::opinions(session, &ids, account, Some(name))?);
    }
    activities.sort_by_key(|entry| entry.day);
    Ok(Page {
        roles: store.sales_roles()?.remove(&id).unwrap_or_default(),
        merged: ids.iter().copied().filter(|other| *other != id).collect(),
        ratings,
        deals: store.buying_roles(id)?,
        activities,
        cases: case::all_about(session, &streams)?,
        chosen: page::chosen(session, &streams)?,
        lists: origins.iter().map(ListRow::of).collect(),
        person,
    })
}

fn part((deal, roles): &(DealOf, BTreeSet<BuyingRole>)) -> PartRow {
    PartRow {
        deal: deal.id.handle(),
        account: deal.account_name.clone(),
        title: deal.title.clone(),
        roles: roles.iter().map(|role| role.name()).collect(),
        stage: deal.stage.clone(),
        state: deal.state.name(),
        value_minor: deal.value_minor,
        currency: deal.currency.map(crate::money::Currency::code),
    }
}

fn document(session: &Session<'_>, page: &Page) -> Result<Document> {
    let person = &page.person;
    let mut facts: Vec<(String, String)> = Vec::new();
    let roles: Vec<&str> = page.roles.iter().map(|role| role.name()).collect();
    let mut merged = Vec::new();
    for id in &page.merged {
        merged.push(session.store.short(*id)?);
    }
    let told = [
        ("title", person.title.clone()),
        ("account", person.account_name.clone()),
        ("e-mail", person.email.clone()),
        ("phone", person.phone.clone()),
        ("mobile", person.mobile.clone()),
        ("is to us", (!roles.is_empty()).then(|| roles.join(", "))),
        ("merged in", (!merged.is_empty()).then(|| merged.join(", "))),
    ];
    for (name, value) in told {
        if let Some(value) = value {
            facts.push((name.to_string(), value));
        }
    }
    let heading = Subject::new(StreamKind::Person, person.id, person.name.clone());
    let mut document = Document::default().heading(heading.named(session)?);
    if facts.is_empty() {
        document = document.line("nothing more is known");
    } else {
        document = document.table(page::facts(facts));
    }
    document = rating::rated(document, &page.ratings);
    if !page.deals.is_empty() {
        let mut rows = Vec::new();
        for (deal, roles) in &page.deals {
            let roles: Vec<&str> = roles.iter().map(|role| role.name()).collect();
            rows.push(vec![
                Cell::Text(session.store.short(deal.id)?),
                Cell::text(deal.account_name.clone()),
                Cell::text((!roles.is_empty()).then(|| roles.join(", "))),
                Cell::Text(page::stands(session, deal)),
                page::value(deal),
                Cell::text(deal.owner.clone()),
            ]);
        }
        document = document.line("takes part in").table(Table {
            columns: vec![
                TableColumn::left("deal"),
                TableColumn::left("account"),
                TableColumn::left("as"),
                TableColumn::left("stage"),
                TableColumn::right("value"),
                TableColumn::left("owner").rank(1),
            ],
            rows,
        });
    }
    document = page::happened(session, document, &page.activities)?;
    document = case::on_page(session, document, &page.cases, case::Place::Person)?;
    document = page::lists(document, &page.lists);
    page::why(session, document, &page.chosen)
}
