//! `deal history`: everything that happened to a deal, what was undone included.

use std::collections::BTreeSet;

use anyhow::Result;
use chrono::{DateTime, NaiveDate, Utc};

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::show::{counted, deal_name};
use super::DealArg;
use crate::deal::event::{Event, Recorded};
use crate::deal::history::words;
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::fault::Fault;
use crate::id::Id;
use crate::store::Access;

/// Show what happened to a deal, oldest first
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl deal history acme\n  salesctl deal history D7K2 --json"
)]
pub(crate) struct Args {
    #[command(flatten)]
    deal: DealArg,
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// One line of the answer.
    struct EventRow {
        seq: i64,
        effective: NaiveDate,
        recorded: DateTime<Utc>,
        by: String,
        what: String,
        undone: bool,
        process_version: u32,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let id = session.store.resolve_deal(&args.deal.deal)?;
    let events = session.store.events(id)?;
    let deal = session
        .store
        .deal(id)?
        .ok_or_else(|| Fault::not_found("the deal was undone"))?;
    let void = void_operations(&events);
    let name_of = |person: Id| match session.store.person(person) {
        Ok(Some(person)) => person.name,
        _ => "somebody".to_string(),
    };
    let rows: Vec<EventRow> = events
        .iter()
        .map(|recorded| EventRow {
            seq: recorded.seq,
            effective: recorded.day,
            recorded: recorded.recorded,
            by: recorded.actor.clone(),
            what: words(&recorded.event, &session.process, &name_of),
            undone: void.contains(&recorded.operation),
            process_version: recorded.version,
        })
        .collect();
    let answer = output::answer(&session, "salesctl/deal-history/1", rows);
    let heading = format!(
        "{}: {}, as of {}",
        deal_name(&session, &deal)?,
        counted(answer.n, "event", "events"),
        crate::date::day(session.today)
    );
    let table = Table {
        columns: vec![
            TableColumn::left("day"),
            TableColumn::left("by"),
            TableColumn::left("what"),
        ],
        rows: answer
            .rows
            .iter()
            .map(|row| {
                let what = if row.undone {
                    format!("(undone) {}", row.what)
                } else {
                    row.what.clone()
                };
                vec![
                    Cell::Date(row.effective),
                    Cell::Text(row.by.clone()),
                    Cell::Text(what),
                ]
            })
            .collect(),
    };
    let document = Document::default().heading(heading).table(table);
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

fn void_operations(events: &[Recorded]) -> BTreeSet<Id> {
    let mut void = BTreeSet::new();
    for recorded in events {
        match &recorded.event {
            Event::Undone { operation } => {
                void.insert(*operation);
            }
            Event::Redone { operation } => {
                void.remove(operation);
            }
            _ => {}
        }
    }
    void
}
