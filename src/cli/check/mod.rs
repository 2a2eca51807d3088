//! `check`: what somebody should look at, for cron and for a Monday morning. One file a topic.

mod cases;
mod limits;
mod lists;
mod process;
mod targets;

use anyhow::Result;

use super::context::{Context, Status};
use super::output::{self, OutputArgs};
use super::session::Session;
use super::show::counted;
use crate::document::{Document, row};
use crate::process::Level;
use crate::store::Access;

/// Check the process, the deals, targets, lists and what customers told us, in one run
///
/// The limits are those of `[[check]]` in process.toml, and some that every process has. Exits with 1 when
/// there is an error; warnings alone don't, unless --fail-on warning says so. With --quiet nothing is
/// printed when all is well.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  salesctl check\n  salesctl check --quiet --fail-on warning")]
pub(crate) struct Args {
    /// What makes the exit code 1
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t = FailOn::Error)]
    fail_on: FailOn,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    Error,
    Warning,
}

row! {
    /// Something that was found.
    pub(crate) struct Finding {
        pub(crate) level: &'static str,
        pub(crate) check: String,
        pub(crate) subject: String,
        pub(crate) n: u64,
        pub(crate) message: String,
        /// The command that shows more, or mends it.
        pub(crate) command: String,
    }
}

/// One check: everything it finds.
type Check = fn(&Session<'_>) -> Result<Vec<Finding>>;

const CHECKS: &[Check] = &[
    process::broken_or_edited,
    process::review_overdue,
    limits::passed,
    targets::missed,
    lists::ended_lists,
    lists::overdue_notices,
    lists::old_addresses,
    lists::broken_off_imports,
    cases::forgotten_cases,
];

const ERROR: &str = "error";
const WARNING: &str = "warning";

fn level_name(level: Level) -> &'static str {
    match level {
        Level::Error => ERROR,
        Level::Warning => WARNING,
    }
}

impl Finding {
    pub(crate) fn is_error(&self) -> bool {
        self.level == ERROR
    }

    /// `error: 6 open deals have a close date in the past (limit 3): salesctl deal list …`
    pub(crate) fn line(&self) -> String {
        format!("{}: {}: {}", self.level, self.message, self.command)
    }
}

/// Everything that is found, errors first.
pub(crate) fn findings(session: &Session<'_>) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for check in CHECKS {
        findings.extend(check(session)?);
    }
    findings.sort_by_key(|finding| !finding.is_error());
    Ok(findings)
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    // What a note would say of an edited file is a finding here.
    let session = cx.session_without_note(Access::Read)?;
    let findings = findings(&session)?;
    let errors = findings.iter().filter(|finding| finding.is_error()).count();
    let answer = output::answer(&session, "salesctl/check/1", findings);
    let warnings = answer.n - errors;
    let mut document = Document::default().line(format!(
        "salesctl check: {}, {}",
        counted(errors, "error", "errors"),
        counted(warnings, "warning", "warnings")
    ));
    for finding in &answer.rows {
        document = document.line(finding.line());
    }
    if !(cx.console.quiet && answer.n == 0) {
        args.output.show(&cx.console, &answer, &document)?;
    }
    let fails = errors > 0 || (args.fail_on == FailOn::Warning && warnings > 0);
    Ok(if fails { Status::No } else { Status::Done })
}
