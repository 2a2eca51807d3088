//! `process test`: every scenario of the file and of the files in `tests` beside it.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::OutputArgs;
use super::super::show::counted;
use super::beside::tests_beside;
use super::read_file;
use crate::deal::scenario;
use crate::document::{Answer, Document, row};
use crate::process::{self, Level, Process, Scenario};
use crate::render::Format;

/// Run the scenarios of the process: each deal of `[[test]]` goes through the gates as a real one would
///
/// They stand in the process file or in `tests/*.toml` beside it. All that can be read are run; what differs is told, one
/// line each, and the exit code is 1; it is 3 where a file has mistakes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl process test\n  salesctl process test drafts/process.toml --json"
)]
pub(crate) struct Args {
    /// The process file [default: process.toml of the workspace]
    #[arg(value_hint = clap::ValueHint::FilePath)]
    file: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// One thing that was expected.
    struct TestRow {
        test: String,
        file: String,
        line: usize,
        what: &'static str,
        expected: String,
        found: String,
        holds: bool,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let (path, text) = read_file(cx, args.file.as_deref())?;
    let label = cx.shown(&path);
    let checked = process::check(&label, &text);
    let is_wrong = |problem: &process::Problem| problem.level == Level::Error;
    let Some(process) = checked.process else {
        let errors: Vec<_> = checked.problems.into_iter().filter(is_wrong).collect();
        let shown = process::render_problems(&label, &text, &errors, cx.console.colors_stderr());
        cx.console.warn(shown.trim_end());
        return Ok(Status::Unusable);
    };
    let (all, unusable) = every(cx, &path, &label, &process);
    let scenarios: Vec<&Scenario> = all.iter().map(|(_, scenario)| scenario).collect();
    let found = scenario::run(&process, &scenarios)?;
    let mut rows = Vec::new();
    let mut failed = 0;
    for ((file, scenario), outcomes) in all.iter().zip(found) {
        failed += usize::from(outcomes.iter().any(|outcome| !outcome.holds()));
        rows.extend(outcomes.into_iter().map(|outcome| TestRow {
            test: scenario.name.clone(),
            file: file.clone(),
            line: scenario.line,
            what: outcome.what,
            holds: outcome.holds(),
            expected: outcome.expected,
            found: outcome.found,
        }));
    }
    let status = match (unusable, failed) {
        (0, 0) => Status::Done,
        (0, _) => Status::No,
        _ => Status::Unusable,
    };
    if args.output.format() != Format::Table {
        let answer = Answer {
            schema: "salesctl/process-test/1",
            as_of: cx.today_in(&process.calendar)?,
            process_version: None,
            currency: process.currency,
            period: None,
            by: Vec::new(),
            n: all.len(),
            rows,
            notes: Vec::new(),
        };
        args.output
            .show(&cx.console, &answer, &Document::default())?;
        return Ok(status);
    }
    for row in rows.iter().filter(|row| !row.holds) {
        // One line each, to be found by what reads `file:line`.
        cx.console.say(&format!(
            "✗ {}:{} {}: {} expected {}, found {}",
            row.file, row.line, row.test, row.what, row.expected, row.found
        ))?;
    }
    let scenarios = counted(all.len(), "scenario", "scenarios");
    let unread = match unusable {
        0 => String::new(),
        files => {
            let files = counted(files, "file", "files");
            format!("; {files} of tests with mistakes")
        }
    };
    cx.console.say_wrapped(&match (all.len(), failed) {
        _ if unusable > 0 => {
            format!("{label}: {scenarios}, {failed} not as expected{unread}")
        }
        (0, _) => {
            format!("{label} has no scenario: add `[[test]]`, here or in tests/*.toml beside it")
        }
        (_, 0) => format!("✓ {label}: {scenarios}, all as expected"),
        (_, failed) => format!("{label}: {scenarios}, {failed} not as expected"),
    })?;
    Ok(status)
}

/// The scenarios of a process and of the files beside it, each with its file and its line there. What is wrong with a file
/// beside it is said on stderr; how many can't be used.
pub(super) fn every(
    cx: &Context,
    path: &Path,
    label: &str,
    process: &Process,
) -> (Vec<(String, Scenario)>, usize) {
    let mut all: Vec<(String, Scenario)> = Vec::new();
    for scenario in &process.scenarios {
        let line = scenario.line..scenario.line + 1;
        let place = process.places(label, std::iter::once(&line)).pop();
        let (file, line) = place.map_or((label.to_string(), 0), |(file, line, _)| (file, line));
        all.push((
            file,
            Scenario {
                line,
                ..scenario.clone()
            },
        ));
    }
    let mut unusable = 0;
    for file in tests_beside(cx, path, process) {
        if !file.problems.is_empty() {
            cx.console.warn(file.problems_shown(cx).trim_end());
            unusable += 1;
        }
        let scenarios = file.scenarios.into_iter();
        all.extend(scenarios.map(|scenario| (file.label.clone(), scenario)));
    }
    (all, unusable)
}
