//! `person list`: who we know.

use anyhow::Result;
use chrono::NaiveDate;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::show::counted;
use super::sales_roles;
use crate::deal::contact::SalesRole;
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::id::Id;
use crate::store::{Access, PersonRow};

/// List persons: all, those at an account, or those who are something to us
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl person list --account acme\n  salesctl person list roth --role customer --json"
)]
pub(crate) struct Args {
    /// Only those whose name, title, account or e-mail contains this
    text: Option<String>,
    /// Only those at this account
    #[arg(long, add = super::super::completion::accounts())]
    account: Option<String>,
    /// Only those who are this to us
    #[arg(long, value_parser = sales_roles())]
    role: Option<SalesRole>,
    /// At most so many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// One person.
    struct Listed {
        id: String,
        name: String,
        title: Option<String>,
        account: Option<String>,
        email: Option<String>,
        phone: Option<String>,
        mobile: Option<String>,
        roles: Vec<&'static str>,
        open_deals: usize,
        last_contact: Option<NaiveDate>,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let store = &session.store;
    let mut persons = match &args.account {
        None => store.persons()?,
        Some(typed) => store.persons_at(Some(store.resolve_account(typed)?))?,
    };
    let roles = store.sales_roles()?;
    let none = std::collections::BTreeSet::new();
    let roles_of = |id: Id| roles.get(&id).unwrap_or(&none);
    if let Some(role) = args.role {
        persons.retain(|person| roles_of(person.id).contains(&role));
    }
    if let Some(text) = &args.text {
        let text = text.to_lowercase();
        persons.retain(|person| contains(person, &text));
    }
    let n = persons.len();
    persons.truncate(args.limit.unwrap_or(usize::MAX));
    let open = store.open_deals_by_person()?;
    let last = store.last_contacts()?;
    let handles = store.handles()?;
    let shorts: Vec<String> = persons.iter().map(|one| handles.short(one.id)).collect();
    let rows: Vec<Listed> = persons
        .into_iter()
        .map(|person| Listed {
            id: person.id.handle(),
            roles: roles_of(person.id).iter().map(|role| role.name()).collect(),
            open_deals: open.get(&person.id).copied().unwrap_or(0),
            last_contact: last.get(&person.id).copied(),
            name: person.name,
            title: person.title,
            account: person.account_name,
            email: person.email,
            phone: person.phone,
            mobile: person.mobile,
        })
        .collect();
    let mut answer = output::answer(&session, "salesctl/person-list/1", rows);
    answer.n = n;
    if answer.rows.len() < n {
        let more = n - answer.rows.len();
        answer
            .notes
            .push(format!("{more} more are not shown (--limit)"));
    }
    let table = Table {
        columns: vec![
            TableColumn::left("id"),
            TableColumn::left("name"),
            TableColumn::left("title").rank(3),
            TableColumn::left("account"),
            TableColumn::left("e-mail").rank(2),
            TableColumn::left("is to us"),
            TableColumn::right("open deals").rank(4),
            TableColumn::left("last contact").rank(1),
        ],
        rows: answer
            .rows
            .iter()
            .zip(shorts)
            .map(|(row, short)| {
                vec![
                    Cell::Text(short),
                    Cell::Text(row.name.clone()),
                    Cell::text(row.title.clone()),
                    Cell::text(row.account.clone()),
                    Cell::text(row.email.clone()),
                    Cell::text((!row.roles.is_empty()).then(|| row.roles.join(", "))),
                    Cell::Count(row.open_deals as i64),
                    row.last_contact.map_or(Cell::Nothing, Cell::Date),
                ]
            })
            .collect(),
    };
    let mut document = Document::default().heading(counted(n, "person", "persons"));
    if !answer.rows.is_empty() {
        document = document.table(table);
    }
    for note in &answer.notes {
        document = document.line(note.clone());
    }
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

fn contains(person: &PersonRow, text: &str) -> bool {
    [
        Some(&person.name),
        person.title.as_ref(),
        person.account_name.as_ref(),
        person.email.as_ref(),
    ]
    .into_iter()
    .flatten()
    .any(|known| known.to_lowercase().contains(text))
}
