//! Numbers that stand in for results, of which our own history says that they don't.

use super::super::{Ask, audit};
use super::{ReviewRow, SHOWN, Section, footer};
use crate::deal::book::Book;
use crate::document::Document;
use crate::process::{Metric, MetricKind, Process};
use crate::report::{AuditRow, AuditVerdict};

const NAME: &str = "proxies";
const COMMAND: &str = "salesctl metric audit";

/// Over all deals that were ever decided: a period alone would seldom have enough of them.
pub(super) fn section(process: &Process, book: &Book) -> Result<Section, String> {
    let report = audit(process, book, &Ask::default(), &[], false)?;
    let (mut rows, mut lines) = (Vec::new(), Vec::new());
    let (mut tested, mut few, mut untold) = (0, Vec::new(), Vec::new());
    for metric in process
        .metrics()
        .filter(|metric| stands_in(process, metric))
    {
        match verdict(metric, &report.answer.rows) {
            // A standard one of all deals together is nobody's stand-in for one deal.
            None if metric.standard => {}
            None => untold.push(metric.name.as_str()),
            Some(row) if row.verdict == AuditVerdict::Insufficient => {
                few.push(metric.name.as_str());
            }
            Some(row) => {
                tested += 1;
                if fails(row.verdict) {
                    let text = words(metric, row);
                    lines.push(format!("{}: {text}", metric.name));
                    let command = format!("{COMMAND} {} --explain", row.metric);
                    rows.push(ReviewRow {
                        n: Some(row.n),
                        ..ReviewRow::new(NAME, metric.name.as_str(), text, &command)
                    });
                }
            }
        }
    }
    let mut document = Document::default().heading(format!(
        "Proxies that fail: {} of {tested} tested, all time",
        lines.len()
    ));
    let said = lines.is_empty().then_some(match tested {
        0 => "no proxy, and no target of an activity, has a number of single deals that could be tested",
        _ => "none",
    });
    for line in lines.iter().take(SHOWN).map(String::as_str).chain(said) {
        document = document.line(line);
    }
    if !few.is_empty() {
        let few = few.join(", ");
        let text = format!("insufficient history, fewer than 30 won or 30 lost deals: {few}");
        document = document.line(&text);
        rows.push(ReviewRow::new(NAME, few, text, COMMAND));
    }
    if !untold.is_empty() {
        document = document.line(format!(
            "no number of one deal, or nothing recorded: {}",
            untold.join(", ")
        ));
    }
    Ok(Section {
        name: NAME,
        document: footer(document, lines.len().saturating_sub(SHOWN), COMMAND),
        rows,
    })
}

/// A proxy, or what somebody does that a target was set on: whoever is held to it works for the number.
fn stands_in(process: &Process, metric: &Metric) -> bool {
    match metric.kind {
        MetricKind::Proxy => true,
        MetricKind::Activity => {
            let mut targets = process.targets.iter();
            targets.any(|target| target.metric == metric.name)
        }
        MetricKind::Result => false,
    }
}

/// What the audit says of it: of its first days, which are known while something can still be done, before all of it.
fn verdict<'r>(metric: &Metric, rows: &'r [AuditRow]) -> Option<&'r AuditRow> {
    let plain = metric.name.replace('-', "_");
    let named = |row: &AuditRow| {
        [metric.name.as_str(), plain.as_str()].iter().any(|name| {
            row.metric
                .strip_prefix(name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with("_first_"))
        })
    };
    let of_it = || rows.iter().filter(|row| named(row));
    let says = |row: &&AuditRow| row.verdict != AuditVerdict::Insufficient;
    of_it()
        .filter(says)
        .find(|row| row.known == "before")
        .or_else(|| of_it().find(says))
        .or_else(|| of_it().next())
}

fn fails(verdict: AuditVerdict) -> bool {
    matches!(
        verdict,
        AuditVerdict::NoEvidence | AuditVerdict::RulesOut | AuditVerdict::WrongWay
    )
}

/// `stands for revenue: no evidence (AUC 0.51, 95 % 0.45–0.57, n = 398)`
fn words(metric: &Metric, row: &AuditRow) -> String {
    let stands = match &metric.stands_for {
        Some(result) => format!("stands for {result}"),
        None => "has a target".to_string(),
    };
    let auc = row
        .auc
        .zip(row.auc_low.zip(row.auc_high))
        .map(|(auc, (low, high))| format!("AUC {auc:.2}, 95 % {low:.2}–{high:.2}, "));
    format!(
        "{stands}: {} ({}n = {}, {})",
        row.verdict.name(),
        auc.unwrap_or_default(),
        row.n,
        row.metric
    )
}
