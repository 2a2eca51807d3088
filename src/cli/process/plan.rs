//! `process plan`: what an edited process changes, and what that does to the deals that are open.

use std::path::PathBuf;

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::session::Session;
use super::super::show::counted;
use super::compared::{Line, table};
use super::plan_rows::{PlanRow, affected, change_rows, deal_table, row, test_row};
use super::plan_words::{gate_words, owners, sums, test_line};
use super::planned::{
    Deals, deals, forecast, homeless, is_foreseen, nowhere_to_go, scenarios, unknown_names,
};
use super::read_file;
use super::stage_names::unclear_names;
use crate::deal::plan::Fate;
use crate::document::{Block, Document};
use crate::money::Money;
use crate::process::{self, Level, Process, What, changes};
use crate::store::Access;
use crate::text::{quoted, visible};

/// Tell what an edited process changes, before it counts, and what that does to every open deal
///
/// The file is held against the version in force: every key that differs is told, and for gates, limits and stages how
/// many open deals pass, fail or have no value, which are late, and where those of a stage go that is gone or called
/// something else. Nothing is changed; `process apply` does it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl process plan\n  salesctl process plan drafts/process.toml --details --exit-code"
)]
pub(crate) struct Args {
    /// The process file [default: process.toml of the workspace]
    #[arg(value_hint = clap::ValueHint::FilePath)]
    file: Option<PathBuf>,
    /// Name every deal that is affected, and every text that is worded otherwise
    #[arg(long)]
    details: bool,
    /// Exit with 1 when something changes
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    output: OutputArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let (path, text) = read_file(cx, args.file.as_deref())?;
    let label = cx.shown(&path);
    let checked = process::check(&label, &text);
    let Some(after) = checked.process else {
        let is_wrong = |problem: &process::Problem| problem.level == Level::Error;
        let errors: Vec<_> = checked.problems.into_iter().filter(is_wrong).collect();
        let shown = process::render_problems(&label, &text, &errors, cx.console.colors_stderr());
        cx.console.warn(shown.trim_end());
        cx.console
            .warn("hint: nothing can be planned; mend the errors above and run the command again");
        return Ok(Status::Unusable);
    };
    let session = cx.session_without_note(Access::Read)?;
    let mut lines: Vec<Line> = changes(&session.applied_text, &text)
        .into_iter()
        .map(Line::new)
        .collect();
    let found = deals(&session.store, &session.process, &after, session.today)?;
    if let Some(fault) = unclear_names(&session.process, &after, &label) {
        return Err(fault.into());
    }
    if let Some(fault) = unknown_names(&session.store, &found.book, &after, &label)? {
        return Err(fault.into());
    }
    let Some(tests) = scenarios(cx, &path, &label, &session.process, &after)? else {
        return Ok(Status::Unusable);
    };
    say_what_it_does(&mut lines, &found, &after);
    let mut rows = change_rows(&lines, &found);
    let mut document = Document::default().heading(heading(&session, &label)?);
    document = match (lines.is_empty(), session.applied_text == text) {
        (true, true) => document.line("no change"),
        (true, false) => document.line("it says the same, only written otherwise"),
        (false, _) => document.table(table(&lines, args.details)),
    };
    let all: Vec<process::Change> = lines.iter().map(|line| line.change.clone()).collect();
    for line in sums(&found).into_iter().chain(owners(&found)) {
        document = document.line(line);
    }
    if let Some(words) = found.nowhere_to_go() {
        let line = format!("not forecast: {words}");
        document = document.line(line.clone());
        rows.push(PlanRow {
            words: Some(line),
            ..row("forecast", "median")
        });
    } else if is_foreseen(&all, &found.held) {
        let (line, row) = forecast_line(&session, &after, &label)?;
        document = document.line(line);
        rows.extend(row);
    }
    if let Some(line) = test_line(&tests) {
        document = document.line(line);
    }
    rows.extend(tests.turned.iter().map(test_row));
    let affected = affected(&found);
    if args.details && !affected.is_empty() {
        document = document.table(deal_table(&affected, &session, &found)?);
    }
    rows.extend(affected.into_iter().map(|(_, row)| row));
    let refusal = homeless(
        &session.store,
        &found.book,
        &found.held,
        (&session.process, &after),
    )?;
    if !lines.is_empty() && refusal.is_none() {
        let named = args.file.as_deref().or(cx.globals.process.as_deref());
        let named = named.map(|file| {
            let shown = cx.shown(file);
            format!(" --process {}", quoted(&shown))
        });
        let next = session.store.next_version()?;
        // What to do next stands apart from what was found.
        if matches!(document.blocks.last(), Some(Block::Line(_))) {
            document = document.line("");
        }
        document = document.line(format!(
            "nothing changed yet; `salesctl process apply{} --why \"…\"` makes this version {next}",
            named.unwrap_or_default(),
        ));
    }
    let answer = output::answer(&session, "salesctl/process-plan/1", rows);
    args.output.show(&cx.console, &answer, &document)?;
    if let Some(fault) = refusal {
        return Err(fault.into());
    }
    let says_no = args.exit_code && !lines.is_empty();
    Ok(if says_no { Status::No } else { Status::Done })
}

/// `process.toml against version 7 (applied 3 Nov 2026 by jr)`
fn heading(session: &Session<'_>, label: &str) -> Result<String> {
    let applied = session.store.applied()?;
    let by = applied.map_or_else(String::new, |applied| {
        format!(
            " (applied {} by {})",
            crate::date::day(applied.day),
            applied.actor
        )
    });
    Ok(format!("{label} against version {}{by}", session.version))
}

/// Puts beside each change how many deals it concerns.
fn say_what_it_does(lines: &mut [Line], found: &Deals, after: &Process) {
    let mut told: Vec<(String, &str, String)> = Vec::new();
    for line in lines {
        let path: Vec<&str> = line.change.path.iter().map(String::as_str).collect();
        let held = |stage: &str| {
            let mut all = found.held.iter();
            all.find(|held| held.stage == stage && !held.deals.is_empty())
        };
        line.does = match (path.as_slice(), line.change.what) {
            (["stage", now], What::Renamed) => {
                let goes = |fate: &Fate| matches!(fate, Fate::Renamed(to) if to == now);
                let all = found.held.iter().filter(|held| goes(&held.fate));
                match all.map(|held| held.deals.len()).sum() {
                    0 => "no open deal is in it".to_string(),
                    1 => "1 deal moves with it".to_string(),
                    n => format!("{n} deals move with it"),
                }
            }
            (["stage", gone], What::Removed) => {
                let why = after.gone.iter().find(|known| known.stage == **gone);
                let why = why.map_or_else(String::new, |gone| format!(": {}", visible(&gone.why)));
                match held(gone).map(|held| (&held.fate, held.deals.len())) {
                    None => format!("no open deal is in it{why}"),
                    Some((Fate::Moved(to) | Fate::Renamed(to), n)) => format!(
                        "{} to {to}{why}",
                        if n == 1 {
                            "1 deal goes".to_string()
                        } else {
                            format!("{n} deals go")
                        }
                    ),
                    Some((_, n)) => nowhere_to_go(n),
                }
            }
            (["stage", stage, part, item, ..], what) if what != What::Removed => {
                let mut gates = found.gates.lines.iter();
                let line = gates
                    .find(|line| line.stage == *stage && line.part == *part && line.item == *item);
                // Several keys of one line: what it does is told once.
                let key = ((*stage).to_string(), *part, (*item).to_string());
                let concerns = !matches!(path.last(), Some(&("why" | "say" | "title" | "who")));
                match line.filter(|_| concerns && !told.contains(&key)) {
                    Some(line) => {
                        told.push((line.stage.clone(), line.part, line.item.clone()));
                        gate_words(line)
                    }
                    None => String::new(),
                }
            }
            (["stage", stage, "limit"], _) => {
                let of =
                    |deals: &[(u32, String)]| deals.iter().filter(|(_, at)| at == stage).count();
                let (newly, no_longer) = (of(&found.late.newly), of(&found.late.no_longer));
                let mut words = Vec::new();
                if newly > 0 {
                    words.push(format!(
                        "{} late now",
                        counted(newly, "deal is", "deals are")
                    ));
                }
                if no_longer > 0 {
                    let deals = counted(no_longer, "deal is", "deals are");
                    words.push(format!("{deals} late no longer"));
                }
                if words.is_empty() {
                    "no deal is late by it, or late no longer".to_string()
                } else {
                    words.join(", ")
                }
            }
            _ => String::new(),
        };
    }
}

fn forecast_line(
    session: &Session<'_>,
    after: &Process,
    label: &str,
) -> Result<(String, Option<PlanRow>)> {
    let Some(medians) = forecast(session, after)? else {
        let line = format!(
            "forecast: not worked out of so many deals; salesctl forecast --process {} does",
            quoted(label)
        );
        return Ok((line, None));
    };
    let shown = |minor: i64| {
        let currency = after.currency;
        Money { minor, currency }.whole().to_string()
    };
    let period = &medians.period;
    let line = match (&medians.before, &medians.after) {
        (Ok(before), Ok(after)) if before == after => {
            format!("forecast {period}: median {} as before", shown(*after))
        }
        (Ok(before), Ok(after)) => {
            format!(
                "forecast {period}: median {} → {}",
                shown(*before),
                shown(*after)
            )
        }
        (Err(why), _) | (_, Err(why)) => why.clone(),
    };
    let row = PlanRow {
        name: Some(medians.period.clone()),
        before_minor: medians.before.ok(),
        after_minor: medians.after.ok(),
        words: Some(line.clone()),
        ..row("forecast", "median")
    };
    Ok((line, Some(row)))
}
