//! `process check`: every problem of the file, and of the tests beside it, in one run.

use std::path::PathBuf;

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::metric::unfilled;
use super::super::output::OutputArgs;
use super::super::show::counted;
use super::beside::tests_beside;
use super::read_file;
use crate::deal::event::CatalogKind;
use crate::document::{Answer, Document, row};
use crate::fault::Fault;
use crate::process::{self, Level, Problem, Process};
use crate::render::Format;
use crate::store::{Access, Store};

/// Check the process file: every problem at once, each with its line and what was probably meant
///
/// The files of `tests` beside it are read as well; `process test` runs what stands there.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl process check\n  salesctl process check drafts/process.toml --json"
)]
pub(crate) struct Args {
    /// The file to check [default: process.toml of the workspace]
    #[arg(value_hint = clap::ValueHint::FilePath)]
    file: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// One line of the answer.
    struct ProblemRow {
        level: &'static str,
        line: usize,
        column: usize,
        message: String,
        label: String,
        file: String,
    }
}

/// Targets may be those of reps whom only the catalog has.
pub(super) fn with_catalog(
    problems: &mut Vec<Problem>,
    process: &Process,
    store: &Store,
) -> Result<()> {
    let catalog = store.catalog()?;
    process::reps_of_the_catalog(problems, &process.targets, |name| {
        catalog.of(CatalogKind::Rep).any(|rep| rep.name == name)
    });
    Ok(())
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let (path, text) = read_file(cx, args.file.as_deref())?;
    let label = cx.shown(&path);
    let mut checked = process::check(&label, &text);
    // What the store could say is said when there is one that can be read.
    if let Some(process) = &checked.process
        && let Ok(session) = cx.session_without_note(Access::Read)
    {
        let unfilled = unfilled(&session, process, &text)?;
        checked.problems.extend(unfilled);
        with_catalog(&mut checked.problems, process, &session.store)?;
    }
    let beside = match &checked.process {
        Some(process) => tests_beside(cx, &path, process),
        None => Vec::new(),
    };
    let has_errors = |problems: &[Problem]| {
        let mut levels = problems.iter().map(|problem| problem.level);
        levels.any(|level| level == Level::Error)
    };
    let is_unusable =
        has_errors(&checked.problems) || beside.iter().any(|file| has_errors(&file.problems));
    if args.output.format() == Format::Table {
        let colors = cx.console.colors_stderr();
        let own = process::render_problems(&label, &text, &checked.problems, colors);
        let own = (!checked.problems.is_empty()).then_some(own);
        let beside = beside.iter().filter(|file| !file.problems.is_empty());
        let shown: Vec<String> = own
            .into_iter()
            .chain(beside.map(|file| file.problems_shown(cx)))
            .collect();
        if !shown.is_empty() {
            cx.console.warn(shown.join("\n").trim_end());
        } else if let Some(process) = &checked.process {
            cx.console.say_wrapped(&format!(
                "✓ {label}: {}, {}, no problem",
                counted(process.stages.len(), "stage", "stages"),
                counted(process.fields.len(), "field", "fields")
            ))?;
        }
    } else {
        let own = checked.problems.iter();
        let own = own.map(|problem| problem_row(&label, &text, problem));
        let beside = beside.iter().flat_map(|file| {
            let problems = file.problems.iter();
            problems.map(|problem| problem_row(&file.label, &file.text, problem))
        });
        let rows: Vec<ProblemRow> = own.chain(beside).collect();
        let answer = Answer {
            schema: "salesctl/process-check/1",
            as_of: cx.today_in(&process::Calendar::default())?,
            process_version: None,
            currency: checked
                .process
                .as_ref()
                .map_or_else(|| "EUR".parse(), |p| Ok(p.currency))
                .map_err(Fault::input)?,
            period: None,
            by: Vec::new(),
            n: rows.len(),
            rows,
            notes: Vec::new(),
        };
        args.output
            .show(&cx.console, &answer, &Document::default())?;
    }
    Ok(if is_unusable {
        Status::Unusable
    } else {
        Status::Done
    })
}

fn problem_row(label: &str, text: &str, problem: &Problem) -> ProblemRow {
    let place = process::place(label, text, problem.span.start);
    ProblemRow {
        level: match problem.level {
            Level::Error => "error",
            Level::Warning => "warning",
        },
        line: place.line,
        column: place.column,
        file: place.file,
        message: problem.message.clone(),
        label: problem.label.clone(),
    }
}
