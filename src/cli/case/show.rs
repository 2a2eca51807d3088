//! `… show`: one case, with everything that happened to it.

use anyhow::Result;
use chrono::NaiveDate;
use serde::Serialize;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::page;
use super::super::session::Session;
use super::super::show::deal_name;
use super::{CaseArg, CaseLine, ways_on, whose_and_when};
use crate::date::day;
use crate::deal::case::CaseKind;
use crate::deal::effective_order;
use crate::deal::history::words;
use crate::document::{Cell, Document, Row, Table, TableColumn};
use crate::id::Id;
use crate::store::{Access, CaseRow};
use crate::text::visible;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    case: CaseArg,
    #[command(flatten)]
    output: OutputArgs,
}

/// Something that happened to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Happened {
    day: NaiveDate,
    by: String,
    what: String,
}

/// The line of the list, and its history.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Shown {
    #[serde(flatten)]
    line: CaseLine,
    history: Vec<Happened>,
}

impl Row for Shown {
    fn columns() -> Vec<&'static str> {
        let mut columns = CaseLine::columns();
        columns.push("history");
        columns
    }
}

pub(crate) fn run(kind: CaseKind, args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let row = session.store.resolve_case(kind, &args.case.id)?;
    let shown = Shown {
        line: CaseLine::of(&session, &row),
        history: history(&session, row.case.id)?,
    };
    let document = document(&session, &row, &shown)?;
    let schema = match kind {
        CaseKind::Referral => "salesctl/referral/1",
        CaseKind::Experience => "salesctl/experience/1",
        CaseKind::Request => "salesctl/request/1",
    };
    let answer = output::answer(&session, schema, vec![shown]);
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

fn history(session: &Session<'_>, id: Id) -> Result<Vec<Happened>> {
    let events = session.store.events(id)?;
    let nobody = |_: Id| String::new();
    let each = effective_order(&events)
        .into_iter()
        .map(|recorded| Happened {
            day: recorded.day,
            by: recorded.actor.clone(),
            what: words(&recorded.event, &session.process, &nobody),
        });
    Ok(each.collect())
}

fn document(session: &Session<'_>, row: &CaseRow, shown: &Shown) -> Result<Document> {
    let case = &row.case;
    let short = session.store.short(case.id)?;
    let heading = format!("{short} {}: {}", case.what.name(), visible(&row.whom()));
    let deal = |id: Option<Id>| -> Result<Option<String>> {
        let Some(id) = id else { return Ok(None) };
        match session.store.deal(id)? {
            Some(deal) => Ok(Some(deal_name(session, &deal)?)),
            None => Ok(None),
        }
    };
    let standing = match case.closed {
        None => format!(
            "open, {}",
            whose_and_when(session, case.owner.as_deref(), case.due)
        ),
        Some(closed) => format!("{} {}", case.status(), day(closed)),
    };
    let late = case.late_days(session.today);
    let facts = [
        ("stars", case.stars.map(|stars| format!("{stars} of 5"))),
        ("what", case.text.clone()),
        (
            "told by",
            Some(format!("{}, {}", case.by, day(case.opened))),
        ),
        ("product", case.product.clone()),
        ("deal", deal(case.deal)?),
        ("status", Some(standing)),
        ("late", late.map(|days| format!("{days} d"))),
        ("answer", case.answer.clone()),
        ("became", deal(case.started)?),
    ];
    let facts = facts
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_string(), value?)))
        .collect();
    let mut document = Document::default()
        .heading(heading)
        .table(page::facts(facts))
        .line("what happened")
        .table(Table {
            columns: vec![
                TableColumn::left("day"),
                TableColumn::left("by"),
                TableColumn::left("what"),
            ],
            rows: shown
                .history
                .iter()
                .map(|happened| {
                    vec![
                        Cell::Date(happened.day),
                        Cell::Text(happened.by.clone()),
                        Cell::Text(happened.what.clone()),
                    ]
                })
                .collect(),
        });
    if case.is_open() {
        for way in ways_on(case.what, &short) {
            document = document.line(way);
        }
    }
    Ok(document)
}
