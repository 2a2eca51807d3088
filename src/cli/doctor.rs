//! `doctor`: is the store sound?

use anyhow::Result;

use super::context::{Context, Status};
use super::output::OutputArgs;
use super::show::counted;
use crate::document::{Answer, Document, row};
use crate::process;
use crate::store::Access;

/// Check the store: SQLite's own checks, the hash chain, and a replay of the log against the tables
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  salesctl doctor\n  salesctl doctor --rebuild")]
pub(crate) struct Args {
    /// Write the tables that reports read anew from the log
    #[arg(long)]
    rebuild: bool,
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// One line of the answer.
    struct CheckRow {
        check: &'static str,
        sound: bool,
        found: String,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let access = if args.rebuild {
        Access::Write
    } else {
        Access::Read
    };
    // Without the process: a store whose process was tampered with must be examined too.
    let store = cx.open_store(access)?;
    if args.rebuild {
        store.rebuild()?;
    }
    let findings = store.examine()?;
    let differing: Vec<String> = findings
        .differing
        .iter()
        .map(|(table, rows)| format!("{table}: {}", counted(*rows, "row", "rows")))
        .collect();
    let rows = vec![
        CheckRow {
            check: "file",
            sound: findings.damage.is_empty(),
            found: or(&findings.damage.join("; "), "SQLite finds no damage"),
        },
        CheckRow {
            check: "history",
            sound: findings.history_is_sound(),
            found: if findings.history_is_sound() {
                format!(
                    "{} in {} verify",
                    counted(findings.events as usize, "event", "events"),
                    counted(findings.streams, "chain", "chains")
                )
            } else {
                let mut trouble: Vec<String> = findings
                    .broken_chains
                    .iter()
                    .map(|id| format!("the chain of {id} is broken"))
                    .collect();
                trouble.extend(findings.unreadable.iter().cloned());
                trouble.extend(findings.altered.iter().cloned());
                trouble.truncate(10);
                trouble.join("; ")
            },
        },
        CheckRow {
            check: "tables",
            sound: findings.differing.is_empty(),
            found: or(&differing.join(", "), "equal to what the log tells"),
        },
    ];
    let sound = findings.is_sound();
    let mut document = Document::default();
    for row in &rows {
        document = document.line(format!(
            "{} {:<8} {}",
            if row.sound { "✓" } else { "✗" },
            row.check,
            row.found
        ));
    }
    document = document.line(format!("  head of all chains {}", findings.head));
    if args.rebuild {
        document = document.line("the tables were written anew from the log");
    } else if !findings.differing.is_empty() && findings.broken_chains.is_empty() {
        document =
            document.line("hint: salesctl doctor --rebuild writes the tables anew from the log");
    }
    if !findings.damage.is_empty() || !findings.broken_chains.is_empty() {
        document = document.line("hint: restore the newest backup; nothing was changed");
    }
    let applied = store.applied().ok().flatten();
    let process = applied
        .as_ref()
        .and_then(|applied| process::check("applied", &applied.text).process);
    let calendar = process.as_ref().map(|process| process.calendar.clone());
    let answer = Answer {
        schema: "salesctl/doctor/1",
        as_of: cx.today_in(&calendar.unwrap_or_default())?,
        process_version: applied.map(|applied| applied.version),
        currency: match &process {
            Some(process) => process.currency,
            None => "EUR".parse().map_err(anyhow::Error::msg)?,
        },
        period: None,
        by: Vec::new(),
        n: rows.len(),
        rows,
        notes: vec![format!("head of all chains {}", findings.head)],
    };
    // On a good night cron hears nothing.
    if !(cx.console.quiet && sound) {
        args.output.show(&cx.console, &answer, &document)?;
    }
    // Damage is the store's exit code; tables that merely differ are a finding.
    if !findings.damage.is_empty() {
        return Err(crate::fault::Fault::store("the store is damaged").into());
    }
    Ok(if sound { Status::Done } else { Status::No })
}

fn or(text: &str, otherwise: &str) -> String {
    if text.is_empty() {
        otherwise.to_string()
    } else {
        text.to_string()
    }
}
