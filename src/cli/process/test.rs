//! `process test`: every scenario of the file and of the files in `tests` beside it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::super::context::{Context, Status};
use super::super::output::OutputArgs;
use super::super::show::counted;
use super::read_file;
use crate::deal::scenario::Runner;
use crate::document::{Answer, Document, row};
use crate::process::{self, Level, Process, Scenario};
use crate::render::Format;

/// Run the scenarios of the process: each deal of `[[test]]` goes through the gates as a real one would
///
/// They stand in the process file or in `tests/*.toml` beside it. All of them are run; what differs is told, one line
/// each, and the exit code is 1.
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
    let Some(all) = every(cx, &path, &label, &process)? else {
        return Ok(Status::Unusable);
    };
    let mut runner = Runner::new(&process);
    let mut rows = Vec::new();
    let mut failed = 0;
    for (file, scenario) in &all {
        let outcomes = runner.run(scenario)?;
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
    let status = if failed > 0 { Status::No } else { Status::Done };
    if args.output.format() != Format::Table {
        let answer = Answer {
            schema: "salesctl/process-test/1",
            as_of: cx.today_in(&process.calendar)?,
            process_version: 0,
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
        cx.console.say(&format!(
            "✗ {}:{} {}: {} expected {}, found {}",
            row.file, row.line, row.test, row.what, row.expected, row.found
        ))?;
    }
    let scenarios = counted(all.len(), "scenario", "scenarios");
    cx.console.say(&match (all.len(), failed) {
        (0, _) => {
            format!("{label} has no scenario: add `[[test]]`, here or in tests/*.toml beside it")
        }
        (_, 0) => format!("✓ {label}: {scenarios}, all as expected"),
        (_, failed) => format!("{label}: {scenarios}, {failed} not as expected"),
    })?;
    Ok(status)
}

/// The scenarios of a process and of the files beside it, each with its file and its line there; `None`, said on
/// stderr, when one of these can't be used.
pub(super) fn every(
    cx: &Context,
    path: &Path,
    label: &str,
    process: &Process,
) -> Result<Option<Vec<(String, Scenario)>>> {
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
    Ok(beside(cx, path, process, &mut all)?.then_some(all))
}

/// Scenarios of the files in `tests` beside the process file; `false` when one of them can't be used.
fn beside(
    cx: &Context,
    path: &Path,
    process: &Process,
    all: &mut Vec<(String, Scenario)>,
) -> Result<bool> {
    let folder = path.parent().unwrap_or(Path::new("")).join("tests");
    let Ok(entries) = fs::read_dir(&folder) else {
        return Ok(true);
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|found| found == "toml"))
        .collect();
    files.sort();
    let mut is_sound = true;
    for file in files {
        let label = cx.shown(&file);
        let text = fs::read_to_string(&file).with_context(|| format!("{label} can't be read"))?;
        let (found, problems) = process::scenarios(&label, &text, process);
        if !problems.is_empty() {
            let shown =
                process::render_problems(&label, &text, &problems, cx.console.colors_stderr());
            cx.console.warn(shown.trim_end());
            is_sound = false;
        }
        all.extend(found.into_iter().map(|scenario| (label.clone(), scenario)));
    }
    Ok(is_sound)
}
