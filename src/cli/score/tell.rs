//! What `score fit` found, for people.

use super::super::show::counted;
use crate::date::day;
use crate::document::{Cell, Document, Table, TableColumn, percent};
use crate::money::grouped;
use crate::prospect::score::{Accuracy, Class, ENOUGH, Estimate, Learnt, Proposal, Verdict};

/// The verdict in a sentence.
pub(super) fn reason(learnt: &Learnt) -> String {
    let name = learnt.verdict.name();
    match (learnt.verdict, &learnt.accuracy) {
        (Verdict::Insufficient, _) => format!(
            "{name}: {} won and {} lost, at least {ENOUGH} of each are needed",
            learnt.won, learnt.lost
        ),
        (Verdict::NoEvidence, None) => {
            format!("{name}: no fact of a prospect has values that repeat among these deals")
        }
        (Verdict::NoEvidence, Some(accuracy)) if accuracy.auc.low > 0.5 => format!(
            "{name}: won deals rank somewhat higher, but the probabilities are not surely nearer than the base rate"
        ),
        (Verdict::NoEvidence, Some(_)) => {
            format!("{name}: these facts do not tell who is won")
        }
        _ => format!("{name}: these facts tell who is won"),
    }
}

/// The figures as a table, the notes, and what is to be pasted.
pub(super) fn document(
    learnt: &Learnt,
    proposal: Option<&Proposal>,
    toml: Option<&str>,
    title: String,
    notes: &[String],
) -> Document {
    let mut figures = vec![(
        "learnt from",
        format!(
            "{} won, {} lost; {}",
            grouped(learnt.won as u64),
            grouped(learnt.lost as u64),
            counted(learnt.companies, "company", "companies")
        ),
    )];
    if let Some(accuracy) = &learnt.accuracy {
        figures.extend(judged(accuracy));
    }
    if let Some(proposal) = proposal {
        figures.extend(classes(proposal));
    }
    let mut document = Document::default().heading(title).table(Table {
        columns: vec![TableColumn::left(""), TableColumn::left("")],
        rows: figures
            .into_iter()
            .map(|(what, words)| vec![Cell::Text(what.into()), Cell::Text(words)])
            .collect(),
    });
    for note in notes {
        document = document.line(note);
    }
    if let Some(toml) = toml {
        document = document.heading("For process.toml (--toml prints only this)");
        for line in toml.lines() {
            document = document.line(line);
        }
    }
    document
}

/// How good it is, in words.
fn judged(accuracy: &Accuracy) -> Vec<(&'static str, String)> {
    let interval = |of: &Estimate| format!("95 % interval {:.3} to {:.3}", of.low, of.high);
    let mut lines = vec![
        (
            "ranking",
            format!(
                "AUC {:.3}, {}; .5 is chance",
                accuracy.auc.value,
                interval(&accuracy.auc)
            ),
        ),
        (
            "probabilities",
            format!(
                "Brier score {:.4}, base rate {:.4}: better by {:.4}, {}",
                accuracy.brier,
                accuracy.base_brier,
                accuracy.gain.value,
                format_args!("{:.4} to {:.4}", accuracy.gain.low, accuracy.gain.high)
            ),
        ),
        (
            "calibration",
            format!(
                "off by {:.3} on average; {:.3} would be luck alone",
                accuracy.calibration, accuracy.calibration_by_luck
            ),
        ),
    ];
    if let Some(newest) = &accuracy.newest {
        lines.push((
            "newest fifth",
            format!(
                "AUC {:.3}, {}; {} closed since {}, learnt from the older ones",
                newest.auc.value,
                interval(&newest.auc),
                grouped(newest.n as u64),
                day(newest.from)
            ),
        ));
    }
    lines
}

fn classes(proposal: &Proposal) -> Vec<(&'static str, String)> {
    let [high, medium, low] = proposal.classes;
    let words = |class: Class| {
        format!(
            "{} of {} won ({})",
            grouped(class.won as u64),
            grouped(class.n as u64),
            percent(class.won as f64 / class.n.max(1) as f64)
        )
    };
    vec![
        (
            "high",
            format!("from {} points: {}", proposal.high, words(high)),
        ),
        (
            "medium",
            format!("from {}: {}", proposal.medium, words(medium)),
        ),
        ("low", format!("below: {}", words(low))),
    ]
}
