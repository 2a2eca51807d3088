//! `list show`: one list on one screen.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::session::Session;
use super::super::show::counted;
use super::figures::{self, Figures};
use super::{ListArg, code, reading};
use crate::date::{day, day_and_distance};
use crate::document::{Cell, Document, Table, TableColumn};
use crate::list::{Term, Uses};
use crate::money::grouped;
use crate::store::{Access, ListRow};

/// Show a list: what was agreed, what was done with it, what became of its names
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl list show zoom-q4\n  salesctl list show zoom-q4 --json"
)]
pub(crate) struct Args {
    #[command(flatten)]
    list: ListArg,
    #[command(flatten)]
    output: OutputArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let list = args.list.find(&session)?;
    let figures = figures::of(&session, &list)?;
    let document = document(&session, &list, &figures);
    let row = figures::row(&session, &list, &figures);
    let mut answer = output::answer(&session, "salesctl/list/1", vec![row]);
    answer.currency = list.terms.currency.unwrap_or(answer.currency);
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

fn document(session: &Session<'_>, list: &ListRow, figures: &Figures) -> Document {
    let reading = reading(session);
    let heading = match (&list.terms.name, list.ended) {
        (_, Some(ended)) => format!("{}: {} on {}", code(list), list.state.name(), day(ended)),
        (Some(name), None) => format!("{}: {name}", code(list)),
        (None, None) => code(list),
    };
    let mut terms = Vec::new();
    for term in Term::ALL {
        let shown = match term.key {
            "name" | "currency" | "notice_due" | "uses" | "until" => None,
            _ => term.shown(&list.terms, reading),
        };
        if let Some(shown) = shown {
            terms.push((term.key.replace('_', " "), shown));
        }
    }
    terms.push(("uses".into(), uses(list, figures)));
    if let Some(until) = list.terms.until {
        terms.push(("until".into(), day_and_distance(until, session.today)));
    }
    if let Some(reason) = &list.reason {
        terms.push(("reason".into(), reason.clone()));
    }
    terms.extend(notice(session, list, figures));
    let mut document = Document::default().heading(heading).table(pairs(terms));
    let counts = figures.delivered.counts;
    if figures.delivered.batches == 0 {
        document = document.line("no names came in yet: salesctl import prospects FILE --list …");
    } else {
        document = document.heading(format!(
            "{} in {}",
            counted(counts.read as usize, "row", "rows"),
            counted(figures.delivered.batches as usize, "file", "files")
        ));
        let parts = [
            ("net", counts.new),
            ("known already", counts.known),
            ("twice", counts.twice),
            ("suppressed", counts.suppressed),
            ("decoys", counts.seed),
            ("rejected", counts.rejected),
        ];
        document = document.table(numbers(&parts));
        let people = figures.people;
        document = document.heading(counted(people.all as usize, "name", "names"));
        document = document.table(numbers(&[
            ("used", people.used),
            ("not used yet", people.all - people.used),
            ("undeliverable", people.undeliverable),
            ("responded, ours", people.responded),
        ]));
    }
    let (owner, ours) = figures.decoys;
    if owner + ours > 0 {
        document = document.line(format!("decoys: {owner} of its owner, {ours} of ours"));
    }
    if !figures.uses.is_empty() {
        document = document.table(Table {
            columns: vec![
                TableColumn::left("use"),
                TableColumn::left("on"),
                TableColumn::left("by"),
                TableColumn::right("names"),
                TableColumn::left("overridden"),
            ],
            rows: figures
                .uses
                .iter()
                .enumerate()
                .map(|(n, made)| {
                    vec![
                        Cell::Count(n as i64 + 1),
                        Cell::Date(made.day),
                        Cell::Text(made.channel.name().to_string()),
                        Cell::Count(made.names as i64),
                        Cell::text(made.overridden.clone()),
                    ]
                })
                .collect(),
        });
    }
    document
}

/// `1 of 2 made, 1 left`
fn uses(list: &ListRow, figures: &Figures) -> String {
    let made = figures.uses.len();
    match list.terms.uses {
        Uses::Unlimited => format!("unlimited, {made} made"),
        Uses::Times(n) => {
            let left = (n as usize).saturating_sub(made);
            format!("{made} of {n} made, {left} left")
        }
    }
}

fn notice(session: &Session<'_>, list: &ListRow, figures: &Figures) -> Option<(String, String)> {
    let told = match (list.notice_given, figures.notice_due) {
        (Some(given), _) => format!("given on {}", day(given)),
        (None, Some(due)) => format!(
            "due {}, {} not told yet",
            day_and_distance(due, session.today),
            counted(figures.without_notice as usize, "name", "names")
        ),
        (None, None) => return None,
    };
    Some(("notice".into(), told))
}

fn pairs(rows: Vec<(String, String)>) -> Table {
    Table {
        columns: vec![TableColumn::left(""), TableColumn::left("")],
        rows: rows
            .into_iter()
            .map(|(name, value)| vec![Cell::Text(name), Cell::Text(value)])
            .collect(),
    }
}

pub(super) fn numbers(rows: &[(&str, u64)]) -> Table {
    Table {
        columns: vec![TableColumn::left(""), TableColumn::right("")],
        rows: rows
            .iter()
            .map(|(name, n)| vec![Cell::Text((*name).to_string()), Cell::Text(grouped(*n))])
            .collect(),
    }
}
