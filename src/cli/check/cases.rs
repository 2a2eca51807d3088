//! Referrals, experiences and requests that nobody saw to.

use anyhow::Result;

use super::{Finding, WARNING};
use crate::cli::session::Session;
use crate::date::day;
use crate::deal::case::CaseKind;
use crate::money::grouped;
use crate::store::CaseRow;

/// What somebody told us and nobody brought to its end in so long is forgotten.
const CASE_DAYS: i64 = 30;

/// Referrals, experiences and requests that somebody should have seen to long ago.
pub(super) fn forgotten_cases(session: &Session<'_>) -> Result<Vec<Finding>> {
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
            check: "case-old".to_string(),
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
