//! Which numbers go with winning: every activity, proxy and fact of a deal against the result, on our own
//! history.
//!
//! - `candidates`: one number per decided deal
//! - `metrics`: the process's own metrics, deal by deal
//! - `verdict`: how well it ranks won deals above lost ones, allowing for how many were tested
//! - `shown`: for people

mod candidates;
mod metrics;
mod shown;
#[cfg(test)]
mod tests;
mod verdict;

pub use verdict::Verdict;

use std::collections::BTreeMap;

use self::candidates::{Candidate, Known, activities, facts, fields, follow_ups, moves};
use self::shown::Depth;
use self::verdict::{Tested, verdicts};
use super::decided::Decided;
use super::win_rate::undated;
use super::{Ask, Report, answer, metric_needs};
use crate::deal::book::{Book, Columns, Needs, State};
use crate::deal::fact::VALUE_MINOR;
use crate::document::row;
use crate::process::{Metric, Process};
use crate::text::nearest;

row! {
    /// One candidate.
    pub struct AuditRow {
        pub metric: String,
        /// `before` the deal is closed, or `afterwards`.
        pub known: &'static str,
        /// `more` or `less` of it is held to be better, or was found to be where nothing was claimed.
        pub better: &'static str,
        /// Deals of which it is known.
        pub n: usize,
        pub won: usize,
        pub lost: usize,
        /// How likely a won deal has the better value than a lost one; null under 30 of either.
        pub auc: Option<f64>,
        pub auc_low: Option<f64>,
        pub auc_high: Option<f64>,
        /// Allowing for the number of candidates tested.
        pub p_adjusted: Option<f64>,
        pub verdict: Verdict,
        /// Win rates from low to high: `0: 3/20; 1 to 4: 12/31`.
        pub bins: String,
    }
}

/// What it reads.
pub fn audit_needs(process: &Process) -> Needs {
    let columns = Columns::OPENED
        .and(Columns::WORTH)
        .and(Columns::VISITS)
        .and(Columns::EFFORT)
        .and(Columns::FOLLOW_UPS);
    let steps = process.stages.iter().flat_map(|stage| &stage.steps);
    let dated = steps
        .map(|step| format!("done_{}", step.name))
        .chain([VALUE_MINOR.to_string()])
        .chain(fields(process).map(|field| field.name.clone()));
    let metrics: Vec<&Metric> = metrics::claimed(process)
        .filter(|metric| metrics::why_not(metric).is_none())
        .collect();
    let needs = Needs {
        dated: dated.collect(),
        ..Needs::of(columns)
    };
    needs.and(metric_needs(&metrics, &[]))
}

/// What is tested, one group of columns at a time: a million deals have many.
struct Audit<'a> {
    won: &'a [bool],
    /// Only these, unless there are none.
    names: &'a [String],
    known: Vec<String>,
    tested: Vec<Tested>,
}

impl Audit<'_> {
    fn test(&mut self, group: Vec<Candidate>) {
        for candidate in group {
            self.known.push(candidate.name.clone());
            if self.names.is_empty() || self.names.contains(&candidate.name) {
                self.tested.push(Tested::of(candidate, self.won));
            }
        }
    }

    /// Tests the process's metrics, except standard ones that are tested under their own names already;
    /// gives those that can't be, with the reason.
    fn metrics<'p>(
        &mut self,
        process: &'p Process,
        book: &Book,
        decided: &Decided,
    ) -> Result<Vec<(&'p Metric, &'static str)>, String> {
        let mut untold = Vec::new();
        for metric in metrics::claimed(process) {
            let plain = metric.name.replace('-', "_");
            if metric.standard && self.known.contains(&plain) {
                continue;
            }
            match metrics::why_not(metric) {
                Some(why) => untold.push((metric, why)),
                None => self.test(metrics::candidates(book, decided, metric)?),
            }
        }
        Ok(untold)
    }
}

/// Each candidate, or those with these names, over the deals that were won or lost in the period. The answer is
/// the same with `explain`; people see all of it then.
pub fn audit(
    process: &Process,
    book: &Book,
    ask: &Ask,
    names: &[String],
    explain: bool,
) -> Result<Report<AuditRow>, String> {
    let decided = Decided::new(book, ask);
    let mut audit = Audit {
        won: &decided.won,
        names,
        known: Vec::new(),
        tested: Vec::new(),
    };
    audit.test(activities(book, &decided));
    audit.test(follow_ups(book, &decided));
    audit.test(moves(process, book, &decided));
    audit.test(facts(process, book, &decided));
    let untold = audit.metrics(process, book, &decided)?;
    let Audit {
        known, mut tested, ..
    } = audit;
    if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
        if let Some((metric, why)) = untold.iter().find(|(metric, _)| metric.name == **unknown) {
            return Err(format!(
                "metric `{}` can't be tested against single deals: {why}",
                metric.name
            ));
        }
        let near = nearest(unknown, known.iter().map(String::as_str))
            .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        return Err(format!("nothing called `{unknown}` can be audited{near}"));
    }

    let mut notes: Vec<String> = undated(book, ask, &[State::Won, State::Lost])
        .into_iter()
        .collect();
    let left_out = notes.len();
    if names.is_empty() {
        let silent = tested.iter().filter(|one| one.says_nothing());
        let silent: Vec<&str> = silent.map(|one| one.name.as_str()).collect();
        if !silent.is_empty() {
            notes.push(format!(
                "not tested, since nothing is recorded or it is the same for every deal: {}",
                silent.join(", ")
            ));
        }
        tested.retain(|one| !one.says_nothing());
        let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (metric, why) in &untold {
            reasons.entry(why).or_default().push(&metric.name);
        }
        for (why, metrics) in reasons {
            notes.push(format!(
                "can't be tested against single deals, since {why}: {}",
                metrics.join(", ")
            ));
        }
    }
    let judged = verdicts(&tested);
    let mut lines: Vec<(Tested, Option<f64>, Verdict)> = tested
        .into_iter()
        .zip(judged)
        .map(|(one, (p, verdict))| (one, p, verdict))
        .collect();
    // What can be acted on first; then what says most, either way.
    lines.sort_by(|(a, _, a_verdict), (b, _, b_verdict)| {
        let key = |one: &Tested, verdict: Verdict| {
            let distance = one.auc.map_or(-1.0, |auc| (auc.area - 0.5).abs());
            (one.known == Known::Afterwards, !verdict.claims(), -distance)
        };
        let ((a_known, a_claims, a), (b_known, b_claims, b)) =
            (key(a, *a_verdict), key(b, *b_verdict));
        (a_known, a_claims)
            .cmp(&(b_known, b_claims))
            .then(a.total_cmp(&b))
    });
    let rows = lines.iter().map(|(one, p, verdict)| AuditRow {
        metric: one.name.clone(),
        known: shown::known(one.known),
        better: shown::better(one.more),
        n: one.n(),
        won: one.won,
        lost: one.lost,
        auc: one.auc.map(|auc| auc.area),
        auc_low: one.auc.map(|auc| auc.low),
        auc_high: one.auc.map(|auc| auc.high),
        p_adjusted: *p,
        verdict: *verdict,
        bins: shown::bins(&one.bins),
    });
    let answer = answer(
        "salesctl/metric-audit/1",
        process,
        book,
        ask,
        (decided.len(), rows.collect(), notes),
    );
    let (depth, notes) = match (names.is_empty(), explain) {
        (true, false) => (Depth::Brief, &answer.notes[..left_out]),
        (false, false) => (Depth::Named, answer.notes.as_slice()),
        (_, true) => (Depth::Explained, answer.notes.as_slice()),
    };
    let document = shown::document(book, ask, &decided, &lines, depth, notes);
    Ok(Report { answer, document })
}
