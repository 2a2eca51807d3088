//! `process map`: the process as a logic diagram, with where the deals are now.

use std::path::PathBuf;

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::filter::FilterArgs;
use super::super::output::{OutputArgs, drawing_formats};
use super::read_file;
use super::shown::view_of;
use crate::date;
use crate::document::{Answer, Document, row};
use crate::fault::Fault;
use crate::process::{self, LOST, Stage, Standing, View, WON};
use crate::report::{Ask, PIPELINE, standing};
use crate::store::Access;
use crate::text::quoted;

/// Draw the process: stages, gates, ways on and back, both ends, and where the open deals are
///
/// With a store it shows what is applied, with the open deals of each stage; with FILE or --process a draft. html is a
/// page, svg, mermaid and dot are the picture alone; markdown holds it as Mermaid.
#[derive(Debug, clap::Args)]
#[command(
    mut_arg("format", |format| format.value_parser(drawing_formats())),
    after_help = "Examples:\n  salesctl process map\n  salesctl process map --format svg --output process.svg\n  salesctl process map drafts/process.toml --format mermaid"
)]
pub(crate) struct Args {
    /// A process file that may not be applied yet [default: what is applied]
    #[arg(value_hint = clap::ValueHint::FilePath)]
    file: Option<PathBuf>,
    /// Only the way of this customer type, and its deals
    #[arg(long = "type", value_name = "TYPE", add = super::super::completion::customer_types())]
    kind: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// A place on the map: the stages in order, then both ends.
    struct MapRow {
        name: String,
        /// `stage`, `won` or `lost`
        kind: &'static str,
        title: String,
        only: Vec<String>,
        fields: Vec<String>,
        roles: Vec<String>,
        steps: Vec<String>,
        exit: Vec<String>,
        follow_up: Vec<String>,
        /// Where it leads on to, the default first; customer types that go past stages come out at `past`.
        next: Vec<String>,
        past: Vec<String>,
        back: Vec<String>,
        typical: Option<String>,
        limit: Option<String>,
        most_visits: Option<u32>,
        /// Null without a store, and of ends.
        open_n: Option<usize>,
        value_minor: Option<i64>,
        late_n: Option<usize>,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let is_draft = args.file.is_some()
        || (cx.globals.process.is_some() && cx.globals.store.is_none())
        || !cx.store_path().is_some_and(|path| path.exists());
    if is_draft {
        return draft(args, cx);
    }
    let session = cx.session(Access::Read)?;
    let process = &session.process;
    let view = view_of(process, args.kind.as_deref())?;
    let filter = FilterArgs::of_type(args.kind.as_deref());
    let needs = PIPELINE.and(filter.needs(&session)?);
    let book = session.store.book(process, session.today, &needs)?;
    let ask = Ask {
        only: filter.mask(&session, &book)?,
        ..Ask::default()
    };
    let (standing, notes) = standing(process, &book, &ask);
    let title = format!(
        "{}: the way of a deal{}, version {}, as of {}",
        process.name,
        view.in_words(),
        session.version,
        date::day(session.today)
    );
    let answer = Answer {
        process_version: Some(session.version),
        ..answer(&view, Some(&standing), notes, session.today)
    };
    show(args, cx, &view, title, Some(&standing), &answer)
}

/// A file that may not be in force: nobody is on that way yet.
fn draft(args: &Args, cx: &Context) -> Result<Status> {
    let (path, text) = read_file(cx, args.file.as_deref())?;
    let label = cx.shown(&path);
    let process = process::check(&label, &text).process.ok_or_else(|| {
        let hint = format!("salesctl process check {} shows every one", quoted(&label));
        Fault::input(format!("{label} has errors")).hint(hint)
    })?;
    let today = cx.today_in(&process.calendar)?;
    let view = view_of(&process, args.kind.as_deref())?;
    let title = format!(
        "{}: the way of a deal{}, as in {label}",
        process.name,
        view.in_words()
    );
    let answer = answer(&view, None, Vec::new(), today);
    show(args, cx, &view, title, None, &answer)
}

fn show(
    args: &Args,
    cx: &Context,
    view: &View<'_>,
    title: String,
    standing: Option<&[Standing]>,
    answer: &Answer<MapRow>,
) -> Result<Status> {
    let mut document = Document::default()
        .heading(title.clone())
        .flow(view.map(title, standing));
    for note in &answer.notes {
        document = document.line(format!("note: {note}"));
    }
    args.output.show(&cx.console, answer, &document)?;
    Ok(Status::Done)
}

fn answer(
    view: &View<'_>,
    standing: Option<&[Standing]>,
    notes: Vec<String>,
    today: chrono::NaiveDate,
) -> Answer<MapRow> {
    let process = view.process;
    let stages = view.stages().map(|stage| {
        let at = process.stage_index(&stage.name);
        let standing = at.and_then(|at| standing?.get(at));
        stage_row(view, stage, standing)
    });
    let ends = [
        (WON, process.won_title.as_str()),
        (LOST, process.lost_title.as_str()),
    ];
    let rows: Vec<MapRow> = stages
        .chain(ends.map(|(name, title)| end_row(name, title)))
        .collect();
    Answer {
        schema: "salesctl/process-map/1",
        as_of: today,
        process_version: None,
        currency: process.currency,
        period: None,
        by: Vec::new(),
        n: rows.len(),
        rows,
        notes,
    }
}

fn stage_row(view: &View<'_>, stage: &Stage, standing: Option<&Standing>) -> MapRow {
    let exit = stage.exit.iter().filter(|exit| view.shows(&exit.only));
    MapRow {
        name: stage.name.clone(),
        kind: "stage",
        title: stage.title.clone(),
        only: stage.only.0.clone(),
        fields: view.requires(stage, false),
        roles: view.requires(stage, true),
        steps: view
            .steps(stage, true)
            .map(|step| view.asked(&step.name, &step.only, step.ask_when.as_ref()))
            .collect(),
        exit: exit
            .map(|one| view.marked(&one.when.text, &one.only))
            .collect(),
        follow_up: view.follow_ups(stage).collect(),
        next: view.next(stage).into_iter().map(str::to_string).collect(),
        past: view
            .past(stage)
            .into_iter()
            .map(|(name, kinds)| format!("{name} ({kinds})"))
            .collect(),
        back: view
            .back_to(stage)
            .map(|stage| stage.name.clone())
            .collect(),
        typical: stage.typical.map(|span| span.to_string()),
        limit: stage.limit.map(|span| span.to_string()),
        most_visits: stage.most_visits,
        open_n: standing.map(|standing| standing.open),
        value_minor: standing.and_then(|standing| standing.value_minor),
        late_n: standing.map(|standing| standing.late),
    }
}

fn end_row(name: &'static str, title: &str) -> MapRow {
    MapRow {
        name: name.to_string(),
        kind: name,
        title: title.to_string(),
        only: Vec::new(),
        fields: Vec::new(),
        roles: Vec::new(),
        steps: Vec::new(),
        exit: Vec::new(),
        follow_up: Vec::new(),
        next: Vec::new(),
        past: Vec::new(),
        back: Vec::new(),
        typical: None,
        limit: None,
        most_visits: None,
        open_n: None,
        value_minor: None,
        late_n: None,
    }
}
