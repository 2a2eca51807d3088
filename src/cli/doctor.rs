//! `doctor`: is the store sound?

use anyhow::Result;

use super::context::{Context, Status};
use super::output::{self, OutputArgs};
use super::show::counted;
use crate::document::{Answer, Document, row};
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
    let session = cx.session_without_note(access)?;
    if args.rebuild {
        session.store.rebuild()?;
    }
    let findings = session.store.examine()?;
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
            sound: findings.broken_chains.is_empty() && findings.unreadable.is_empty(),
            found: if findings.broken_chains.is_empty() && findings.unreadable.is_empty() {
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
    let answer = Answer {
        notes: vec![format!("head of all chains {}", findings.head)],
        ..output::answer(&session, "salesctl/doctor/1", rows)
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
