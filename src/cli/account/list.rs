//! `account list`: the companies we know.

use std::collections::HashMap;

use anyhow::Result;
use chrono::NaiveDate;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::show::counted;
use super::totals::totals;
use crate::document::{Answer, Cell, Document, Table, TableColumn, row};
use crate::id::Id;
use crate::store::{Access, DealOf};

/// List accounts, with what their deals come to
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl account list\n  salesctl account list gmbh --limit 20 --json"
)]
pub(crate) struct Args {
    /// Only those whose name contains this
    text: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// One account. Sums are in the currency of the answer.
    struct Listed {
        id: String,
        name: String,
        persons: usize,
        open_deals: usize,
        open_minor: i64,
        won_deals: usize,
        won_minor: i64,
        lost_deals: usize,
        last_contact: Option<NaiveDate>,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let store = &session.store;
    let mut accounts = store.account_rows()?;
    if let Some(text) = &args.text {
        let text = text.to_lowercase();
        accounts.retain(|account| account.name.to_lowercase().contains(&text));
    }
    let n = accounts.len();
    accounts.truncate(args.limit.unwrap_or(usize::MAX));
    let mut deals: HashMap<Id, Vec<DealOf>> = HashMap::new();
    for deal in store.deals_of(None)? {
        if let Some(account) = deal.account {
            deals.entry(account).or_default().push(deal);
        }
    }
    let last = store.last_contacts_of_accounts()?;
    let handles = store.handles()?;
    let mut shorts = Vec::new();
    let mut without_rate = 0;
    let mut rows = Vec::new();
    for account in accounts {
        let theirs = deals.get(&account.id).into_iter().flatten();
        let totals = totals(&session.process, session.today, theirs);
        without_rate += totals.without_rate;
        shorts.push(handles.short(account.id));
        rows.push(Listed {
            id: account.id.handle(),
            name: account.name,
            persons: account.persons,
            open_deals: totals.open.n,
            open_minor: totals.open.minor,
            won_deals: totals.won.n,
            won_minor: totals.won.minor,
            lost_deals: totals.lost.n,
            last_contact: last.get(&account.id).copied(),
        });
    }
    let mut answer = output::answer(&session, "salesctl/account-list/1", rows);
    answer.n = n;
    if answer.rows.len() < n {
        let more = n - answer.rows.len();
        answer
            .notes
            .push(format!("{more} more are not shown (--limit)"));
    }
    if without_rate > 0 {
        answer.notes.push(format!(
            "{} in a currency without a rate: not in the sums",
            counted(without_rate, "deal is", "deals are")
        ));
    }
    let document = document(&answer, shorts);
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

fn document(answer: &Answer<Listed>, shorts: Vec<String>) -> Document {
    let money = |n: usize, minor: i64| {
        if n == 0 {
            return Cell::Nothing;
        }
        Cell::Money {
            minor,
            currency: answer.currency,
        }
    };
    let table = Table {
        columns: vec![
            TableColumn::left("id"),
            TableColumn::left("account"),
            TableColumn::right("people").rank(3),
            TableColumn::right("open"),
            TableColumn::right("open value").rank(1),
            TableColumn::right("won"),
            TableColumn::right("won value"),
            TableColumn::right("lost").rank(4),
            TableColumn::left("last contact").rank(2),
        ],
        rows: answer
            .rows
            .iter()
            .zip(shorts)
            .map(|(row, short)| {
                vec![
                    Cell::Text(short),
                    Cell::Text(row.name.clone()),
                    Cell::Count(row.persons as i64),
                    Cell::Count(row.open_deals as i64),
                    money(row.open_deals, row.open_minor),
                    Cell::Count(row.won_deals as i64),
                    money(row.won_deals, row.won_minor),
                    Cell::Count(row.lost_deals as i64),
                    row.last_contact.map_or(Cell::Nothing, Cell::Date),
                ]
            })
            .collect(),
    };
    let mut document = Document::default().heading(counted(answer.n, "account", "accounts"));
    if !answer.rows.is_empty() {
        document = document.table(table);
    }
    for note in &answer.notes {
        document = document.line(note.clone());
    }
    document
}
