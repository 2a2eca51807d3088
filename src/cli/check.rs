//! `check`: what somebody should look at, for cron and for a Monday morning.

use anyhow::Result;

use super::context::{Context, Status};
use super::output::{self, OutputArgs};
use super::session::Session;
use super::show::{counted, plural};
use crate::date::day;
use crate::deal::case::CaseKind;
use crate::document::{Document, row};
use crate::list::{Kind, State};
use crate::money::grouped;
use crate::store::{Access, CaseRow, ListRow, RunState};
use crate::text::visible;

/// Check what must not be forgotten: lists past their end, notices that are due, requests nobody saw to
///
/// Exits with 1 when there is an error; warnings alone don't. With --quiet nothing is printed when all is
/// well.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  salesctl check\n  salesctl check --quiet")]
pub(crate) struct Args {
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// Something that was found.
    struct Finding {
        level: &'static str,
        check: &'static str,
        subject: String,
        n: u64,
        message: String,
        /// The command that shows more, or mends it.
        command: String,
    }
}

/// One check: everything it finds.
type Check = fn(&Session<'_>) -> Result<Vec<Finding>>;

const CHECKS: &[Check] = &[
    ended_lists,
    overdue_notices,
    old_addresses,
    broken_off_imports,
    forgotten_cases,
];

/// What somebody told us and nobody brought to its end in so long is forgotten.
const CASE_DAYS: i64 = 30;

/// Addresses held against the register of moves longer ago than this are stale.
const NCOA_DAYS: i64 = 95;

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let mut findings = Vec::new();
    for check in CHECKS {
        findings.extend(check(&session)?);
    }
    findings.sort_by_key(|finding| finding.level != ERROR);
    let errors = findings.iter().filter(|f| f.level == ERROR).count();
    let answer = output::answer(&session, "salesctl/check/1", findings);
    let warnings = answer.n - errors;
    let mut document = Document::default().line(format!(
        "salesctl check: {}, {}",
        counted(errors, "error", "errors"),
        counted(warnings, "warning", "warnings")
    ));
    for finding in &answer.rows {
        document = document.line(format!(
            "{}: {}: {}",
            finding.level, finding.message, finding.command
        ));
    }
    if !(cx.console.quiet && answer.n == 0) {
        args.output.show(&cx.console, &answer, &document)?;
    }
    Ok(if errors == 0 {
        Status::Done
    } else {
        Status::No
    })
}

const ERROR: &str = "error";
const WARNING: &str = "warning";

/// Names may not be used after the end of their list, unless they became ours.
fn ended_lists(session: &Session<'_>) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    for list in session.store.lists()? {
        let (when, n) = match list.state {
            State::Active | State::Retired if list.terms.expired(session.today) => {
                let until = list.terms.until.map(day).unwrap_or_default();
                (format!("expired {until}"), session.store.borrowed(&list)?)
            }
            State::Active => continue,
            State::Retired if list.terms.is_ours() => continue,
            State::Retired => (ended(&list, "was retired"), session.store.borrowed(&list)?),
            State::Returned => (ended(&list, "was returned"), used_since(session, &list)?),
        };
        if n == 0 {
            continue;
        }
        let code = visible(list.code());
        let names = plural(n as usize, "name is", "names are");
        found.push(Finding {
            level: ERROR,
            check: "list-ended",
            message: format!(
                "list {code} {when}; {} of its {names} still in use",
                grouped(n)
            ),
            command: match list.state {
                State::Returned => format!("salesctl list show {code}"),
                _ => format!("salesctl list return {code}"),
            },
            subject: list.terms.code,
            n,
        });
    }
    Ok(found)
}

fn ended(list: &ListRow, how: &str) -> String {
    let on = list.ended.map(|on| format!(" {}", day(on)));
    format!("{how}{}", on.unwrap_or_default())
}

/// After its return none of its names that are not ours may be used; who did it all the same is told.
fn used_since(session: &Session<'_>, list: &ListRow) -> Result<u64> {
    let uses = session.store.list_uses(list.id)?;
    let late = uses
        .iter()
        .any(|made| list.ended.is_some_and(|ended| made.day > ended));
    if late {
        session.store.borrowed(list)
    } else {
        Ok(0)
    }
}

/// People must be told where we have them from, within a month.
fn overdue_notices(session: &Session<'_>) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    for list in session.store.lists()? {
        if list.notice_given.is_some() {
            continue;
        }
        let since = session.store.delivered(list.id)?.since;
        let Some(due) = list
            .terms
            .notice_due(since)
            .filter(|due| *due < session.today)
        else {
            continue;
        };
        let n = session.store.without_notice(list.id)?;
        if n == 0 {
            continue;
        }
        let code = visible(list.code());
        found.push(Finding {
            level: ERROR,
            check: "notice-overdue",
            message: format!(
                "{} of list {code} should have been told by {} where we have them from",
                counted(n as usize, "name", "names"),
                day(due)
            ),
            command: format!("salesctl list notice {code} --given DATE"),
            subject: list.terms.code,
            n,
        });
    }
    Ok(found)
}

fn old_addresses(session: &Session<'_>) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    for list in session.store.lists()? {
        let Some(checked) = list.terms.ncoa_date else {
            continue;
        };
        let age = session.today.signed_duration_since(checked).num_days();
        if list.state != State::Active || list.terms.kind == Kind::House || age <= NCOA_DAYS {
            continue;
        }
        let code = visible(list.code());
        found.push(Finding {
            level: WARNING,
            check: "ncoa-old",
            message: format!(
                "the addresses of list {code} were held against moves {age} days ago (limit {NCOA_DAYS})"
            ),
            command: format!("salesctl list set {code} --ncoa-date DATE"),
            subject: list.terms.code,
            n: age as u64,
        });
    }
    Ok(found)
}

fn broken_off_imports(session: &Session<'_>) -> Result<Vec<Finding>> {
    let runs = session.store.open_runs()?;
    let found = runs.into_iter().map(|run| Finding {
        level: WARNING,
        check: "import-incomplete",
        message: format!(
            "the import of {} was left {} after {}",
            visible(&run.setup.file),
            if run.state == RunState::Staged {
                "before matching"
            } else {
                "half way"
            },
            counted(run.records as usize, "row", "rows")
        ),
        command: format!(
            "salesctl import prospects {} goes on with it",
            visible(&run.setup.file)
        ),
        subject: run.setup.file,
        n: run.records,
    });
    Ok(found.collect())
}

/// Referrals, experiences and requests that somebody should have seen to long ago.
fn forgotten_cases(session: &Session<'_>) -> Result<Vec<Finding>> {
    let age = |row: &CaseRow| {
        let opened = row.case.opened;
        session.today.signed_duration_since(opened).num_days()
    };
    // What was put off to a day that is still to come is not forgotten.
    let put_off = |row: &CaseRow| row.case.due.is_some_and(|due| due >= session.today);
    let mut old = session.store.open_cases()?;
    old.retain(|row| age(row) > CASE_DAYS && !put_off(row));
    let mut found = Vec::new();
    for kind in CaseKind::ALL {
        let theirs: Vec<&CaseRow> = old.iter().filter(|row| row.case.what == kind).collect();
        let Some(oldest) = theirs.first() else {
            continue;
        };
        found.push(Finding {
            level: WARNING,
            check: "case-old",
            subject: kind.name().to_string(),
            n: theirs.len() as u64,
            message: format!(
                "{} open for more than {CASE_DAYS} days, the oldest since {}",
                match theirs.len() {
                    1 => format!("1 {} is", kind.name()),
                    n => format!("{} {} are", grouped(n as u64), kind.many()),
                },
                day(oldest.case.opened)
            ),
            command: format!("salesctl {} list", kind.name()),
        });
    }
    Ok(found)
}
