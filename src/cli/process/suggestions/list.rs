//! `process suggestions`: the list.

use anyhow::Result;
use chrono::NaiveDate;

use super::super::super::context::{Context, Status};
use super::super::super::output::{self, OutputArgs};
use super::super::super::session::Session;
use crate::date::day;
use crate::deal::suggestion::Suggestion;
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::fault::{Class, Fault};
use crate::report::review::ANSWERING;
use crate::store::Access;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Those that were answered, too
    #[arg(long)]
    all: bool,
    /// Only those about this stage
    #[arg(long, value_name = "STAGE", add = super::super::super::completion::stages())]
    stage: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

/// So long after a suggestion was answered, whoever made it is told.
const ANSWERED_DAYS: i64 = 7;

row! {
    /// A suggestion.
    struct SuggestionRow {
        id: String,
        /// `open`, `accepted` or `declined`.
        status: &'static str,
        day: NaiveDate,
        by: String,
        /// The version of the process that it was made to.
        version: u32,
        stage: Option<String>,
        text: String,
        answered: Option<NaiveDate>,
        answered_by: Option<String>,
        answer: Option<String>,
    }
}

pub(super) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let mut suggestions = session.store.suggestions()?;
    let any = !suggestions.is_empty();
    if let Some(typed) = &args.stage {
        let stage = stage(&session, &suggestions, typed.trim())?;
        // What it was called before is the same stage.
        let now = |name: &str| session.process.stage_index(name).ok_or(name.to_string());
        suggestions.retain(|one| one.stage.as_deref().map(now) == Some(now(&stage)));
    }
    let answered = suggestions
        .iter()
        .filter(|one| one.answer.is_some())
        .count();
    let open = suggestions.len() - answered;
    if !args.all {
        suggestions.retain(|one| one.answer.is_none());
    }
    let mut document = Document::default();
    if suggestions.is_empty() {
        document = document.line(match (any, args.all || args.stage.is_some()) {
            (false, _) => {
                "nobody suggested anything; salesctl process suggest \"what should change\" does"
            }
            (true, false) => "all suggestions are answered; --all shows them",
            (true, true) => "no suggestion is like that; --all without --stage shows every one",
        });
    } else {
        document = document
            .heading(format!("Suggestions: {open} open, {answered} answered"))
            .table(table(&session, &suggestions, args.all)?);
        if open > 0 {
            document = document.line(format!("{ANSWERING}, answers one"));
        }
    }
    let rows = suggestions.into_iter().map(row).collect();
    let answer = output::answer(&session, "salesctl/process-suggestions/1", rows);
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

/// What others answered of late to suggestions of whoever asks.
pub(crate) fn answers(session: &Session<'_>) -> Result<Vec<String>> {
    let suggestions = session.store.suggestions()?.into_iter();
    let mine = suggestions.filter(|one| one.actor == session.actor);
    let told = mine.filter_map(|one| {
        let answer = one.answer?;
        let days = session.today.signed_duration_since(answer.day).num_days();
        let is_news = (0..=ANSWERED_DAYS).contains(&days) && answer.actor != session.actor;
        is_news.then(|| {
            format!(
                "{} {} on {} what you suggested, \"{}\": \"{}\"",
                answer.actor,
                answer.verdict.name(),
                day(answer.day),
                one.text,
                answer.text
            )
        })
    });
    Ok(told.collect())
}

/// The name of a stage of the process, or of an earlier version that something was suggested about.
fn stage(session: &Session<'_>, suggestions: &[Suggestion], typed: &str) -> Result<String> {
    let process = &session.process;
    let mut names: Vec<&str> = process
        .stages
        .iter()
        .map(|stage| stage.name.as_str())
        .collect();
    let told = suggestions.iter().filter_map(|one| one.stage.as_deref());
    for name in told {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let is_it =
        |name: &&&str| **name == typed || process.stage_title(name).eq_ignore_ascii_case(typed);
    match names.iter().find(is_it) {
        Some(name) => Ok((*name).to_string()),
        None => Err(Fault::unknown(Class::Usage, "stage", typed, &names).into()),
    }
}

fn row(one: Suggestion) -> SuggestionRow {
    let status = one.status();
    let answer = one.answer;
    SuggestionRow {
        id: one.id.handle(),
        status,
        day: one.day,
        by: one.actor,
        version: one.version,
        stage: one.stage,
        text: one.text,
        answered: answer.as_ref().map(|answer| answer.day),
        answered_by: answer.as_ref().map(|answer| answer.actor.clone()),
        answer: answer.map(|answer| answer.text),
    }
}

/// With a column for what was answered when that is asked for.
fn table(session: &Session<'_>, suggestions: &[Suggestion], all: bool) -> Result<Table> {
    let mut columns = vec![
        TableColumn::left("id"),
        TableColumn::left("by"),
        TableColumn::left("on"),
        TableColumn::left("stage"),
        TableColumn::left("suggestion"),
    ];
    if all {
        columns.push(TableColumn::left("status"));
        columns.push(TableColumn::left("answer"));
    }
    let mut rows = Vec::new();
    for one in suggestions {
        let stage = one.stage.as_deref();
        let mut cells = vec![
            Cell::Text(session.store.short(one.id)?),
            Cell::Text(one.actor.clone()),
            Cell::Date(one.day),
            Cell::text(stage.map(|stage| session.process.stage_title(stage))),
            Cell::Text(one.text.clone()),
        ];
        if all {
            let answer = one.answer.as_ref();
            cells.push(Cell::Text(one.status().to_string()));
            cells.push(Cell::text(
                answer.map(|answer| format!("{}: {}", answer.actor, answer.text)),
            ));
        }
        rows.push(cells);
    }
    Ok(Table { columns, rows })
}
