//! `process check`: every problem of the file in one run.

use std::path::PathBuf;

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::metric::unfilled;
use super::super::output::OutputArgs;
use super::super::show::counted;
use super::read_file;
use crate::deal::event::CatalogKind;
use crate::document::{Answer, Document, row};
use crate::fault::Fault;
use crate::process::{self, Level, Problem, Process};
use crate::render::Format;
use crate::store::{Access, Store};

/// Check the process file: every problem at once, each with its line and what was probably meant
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
    let errors = checked
        .problems
        .iter()
        .filter(|problem| problem.level == Level::Error)
        .count();
    if args.output.format() == Format::Table {
        let shown =
            process::render_problems(&label, &text, &checked.problems, cx.console.colors_stderr());
        if !checked.problems.is_empty() {
            cx.console.warn(shown.trim_end());
        } else if let Some(process) = &checked.process {
            cx.console.say(&format!(
                "✓ {label}: {}, {}, no problem",
                counted(process.stages.len(), "stage", "stages"),
                counted(process.fields.len(), "field", "fields")
            ))?;
        }
    } else {
        let rows: Vec<ProblemRow> = checked
            .problems
            .iter()
            .map(|problem| {
                let place = process::place(&label, &text, problem.span.start);
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
            })
            .collect();
        let answer = Answer {
            schema: "salesctl/process-check/1",
            as_of: cx.today_in(&process::Calendar::default())?,
            process_version: 0,
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
    if errors > 0 {
        return Ok(Status::Unusable);
    }
    Ok(Status::Done)
}
