//! The process: mistakes in its file, a version that nobody applied, a review that is due.

use anyhow::Result;

use super::{ERROR, Finding, WARNING};
use crate::cli::process::review;
use crate::cli::session::Session;
use crate::cli::show::counted;
use crate::date::day;
use crate::process::{Level, check};

#[allow(clippy::unnecessary_wraps)] // all checks have one form
pub(super) fn broken_or_edited(session: &Session<'_>) -> Result<Vec<Finding>> {
    let Some(path) = session.cx.process_path() else {
        return Ok(Vec::new());
    };
    // A store may stand alone: then what was applied is all there is.
    if !path.exists() {
        return Ok(Vec::new());
    }
    let label = session.cx.shown(&path);
    // A file that it extends may be gone.
    let errors = match crate::cli::process::read_whole(session.cx, &path) {
        Ok(text) if text == session.applied_text => return Ok(Vec::new()),
        Ok(text) => {
            let problems = check(&label, &text).problems.into_iter();
            problems
                .filter(|problem| problem.level == Level::Error)
                .count()
        }
        Err(_) => 1,
    };
    Ok(vec![if errors > 0 {
        Finding {
            level: ERROR,
            check: "process-broken".to_string(),
            message: format!("{label} has {}", counted(errors, "error", "errors")),
            subject: label,
            n: errors as u64,
            command: "salesctl process check".to_string(),
        }
    } else {
        Finding {
            level: WARNING,
            check: "process-edited".to_string(),
            message: session.not_applied(&label),
            subject: label,
            n: 1,
            command: "salesctl process apply --dry-run --why \"what changed\"".to_string(),
        }
    }])
}

pub(super) fn review_overdue(session: &Session<'_>) -> Result<Vec<Finding>> {
    let (versions, reviews) = (session.store.versions()?, session.store.reviews()?);
    let Some(next) = review::next(session, &versions, &reviews) else {
        return Ok(Vec::new());
    };
    if next.due >= session.today {
        return Ok(Vec::new());
    }
    let since = match next.last_review {
        Some(last) => format!("the last review was on {}", day(last)),
        None => format!(
            "no review since its first version of {}",
            day(next.first_version)
        ),
    };
    Ok(vec![Finding {
        level: WARNING,
        check: "review-overdue".to_string(),
        subject: session.process.name.clone(),
        n: session.today.signed_duration_since(next.due).num_days() as u64,
        message: format!(
            "the process was to be reviewed by {}: {since}",
            day(next.due)
        ),
        command: "salesctl process review".to_string(),
    }])
}
