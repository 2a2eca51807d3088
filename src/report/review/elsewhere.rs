//! What other reports say that belongs on the agenda: what is asked of reps and read by nobody, and how far deals follow
//! the process.

use super::super::burden::BurdenRow;
use super::super::conformance::Followed;
use super::{ReviewRow, SHOWN, Section, footer, share, so_many};
use crate::document::Document;

/// What nobody reads; `again` is the period, to go behind a command.
pub fn burden_section(rows: &[BurdenRow], again: &str) -> Section {
    const NAME: &str = "burden";
    let command = format!("salesctl process burden{again}");
    let unread: Vec<&BurdenRow> = rows.iter().filter(|row| row.read_by.is_empty()).collect();
    let line = |row: &BurdenRow| {
        let filled = match row.asked {
            0 => "not asked".to_string(),
            asked => so_many(row.filled, asked, "times filled"),
        };
        format!("{} {}: nobody reads it; {filled}", row.kind, row.name)
    };
    let typed: f64 = rows.iter().filter_map(|row| row.typed_per_won).sum();
    let mut document = Document::default().heading(format!(
        "Burden: {} of {} things required are read by nobody",
        unread.len(),
        rows.len()
    ));
    if rows.iter().any(|row| row.typed_per_won.is_some()) {
        document = document.line(format!("{typed:.1} values are typed for a won deal"));
    }
    for row in unread.iter().take(SHOWN) {
        document = document.line(line(row));
    }
    let told = unread.iter().map(|row| {
        let what = format!("{} {}", row.kind, row.name);
        ReviewRow::new(NAME, what, line(row), &command).counted(row.filled, row.asked)
    });
    Section {
        name: NAME,
        rows: told.collect(),
        document: footer(document, unread.len().saturating_sub(SHOWN), &command),
    }
}

/// How many deals followed the process, and what those did that did not.
pub fn conformance_section(followed: &Followed, again: &str) -> Section {
    const NAME: &str = "conformance";
    let command = format!("salesctl report conformance{again}");
    let classes = [
        ("skipped a stage", followed.skipped_stage_deals),
        ("an illegal move", followed.illegal_move_deals),
        (
            "moved back where that is not allowed",
            followed.moved_back_deals,
        ),
        ("a stage too often", followed.repeated_stage_deals),
        (
            "a required step missing",
            followed.missing_step_deals.unwrap_or(0),
        ),
        ("passed by override", followed.override_deals.unwrap_or(0)),
        ("too long in a stage", followed.too_long_deals),
    ];
    let of = followed.n;
    let mut document = Document::default().heading(format!(
        "Conformance: {}",
        so_many(followed.conforming, of, "deals follow the process")
    ));
    if share(followed.conforming, of).is_none() {
        document = document.line("insufficient history for a share");
    }
    let told: Vec<ReviewRow> = classes
        .into_iter()
        .filter(|(_, deals)| *deals > 0)
        .map(|(what, deals)| {
            let text = so_many(deals, of, "deals");
            ReviewRow::new(NAME, what, text, &command).counted(deals, of)
        })
        .collect();
    for row in &told {
        document = document.line(format!("{}: {}", row.what, row.text));
    }
    Section {
        name: NAME,
        rows: told,
        document: document.line(command),
    }
}
