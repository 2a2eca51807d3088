//! Lists: past their end, notices that are due, addresses grown old, imports left half way.

use anyhow::Result;

use super::{ERROR, Finding, WARNING};
use crate::cli::session::Session;
use crate::cli::show::{counted, plural};
use crate::date::day;
use crate::list::{Kind, State};
use crate::money::grouped;
use crate::store::{ListRow, RunState};
use crate::text::visible;

/// Addresses held against the register of moves longer ago than this are stale.
const NCOA_DAYS: i64 = 95;

/// Names may not be used after the end of their list, unless they became ours.
pub(super) fn ended_lists(session: &Session<'_>) -> Result<Vec<Finding>> {
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
            check: "list-ended".to_string(),
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
pub(super) fn overdue_notices(session: &Session<'_>) -> Result<Vec<Finding>> {
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
            check: "notice-overdue".to_string(),
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

pub(super) fn old_addresses(session: &Session<'_>) -> Result<Vec<Finding>> {
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
            check: "ncoa-old".to_string(),
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

pub(super) fn broken_off_imports(session: &Session<'_>) -> Result<Vec<Finding>> {
    let runs = session.store.open_runs()?;
    let found = runs.into_iter().map(|run| Finding {
        level: WARNING,
        check: "import-incomplete".to_string(),
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
        command: format!("salesctl import prospects {}", visible(&run.setup.file)),
        subject: run.setup.file,
        n: run.records,
    });
    Ok(found.collect())
}
