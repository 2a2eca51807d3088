//! Targets as people see them.

use super::coverage::{Needed, RULE};
use super::pace::{JUDGED_FROM, Standing};
use super::{Covered, Judged, TargetLine};
use crate::date::{self, period_name};
use crate::deal::book::Book;
use crate::document::{Bar, Cell, Chart, Document, Shape, Table, TableColumn, Unit};
use crate::money::{Currency, grouped};
use crate::process::{Bound, MetricUnit, Process};
use crate::report::{Ask, deals_are, or_nothing, percent, with_notes};

/// A number of a metric in words: `240,000 EUR`, `40 %`, `12 days`. Money in major units.
pub fn in_unit(unit: MetricUnit, number: f64, currency: Currency) -> String {
    let rounded = || {
        let whole = grouped(number.abs().round() as u64);
        if number <= -0.5 {
            format!("-{whole}")
        } else {
            whole
        }
    };
    match unit {
        MetricUnit::Money => format!("{} {}", rounded(), currency.code()),
        MetricUnit::Share => percent(number),
        MetricUnit::Count => rounded(),
        MetricUnit::Days => format!("{} days", rounded()),
        MetricUnit::Minutes => format!("{} min", rounded()),
        MetricUnit::Number => format!("{number:.1}"),
    }
}

/// The same of a figure, which has money in minor units.
fn of_figure(process: &Process, unit: MetricUnit, number: f64) -> String {
    let currency = process.currency;
    let number = match unit {
        MetricUnit::Money => number / currency.scale() as f64,
        _ => number,
    };
    in_unit(unit, number, currency)
}

/// `1 open deal`
fn open_deals(count: usize) -> String {
    format!("{count} open deal{}", if count == 1 { "" } else { "s" })
}

/// `2.1×`
fn times(number: f64) -> String {
    format!("{number:.1}×")
}

pub(super) fn notes(judged: &Judged<'_>) -> Vec<String> {
    let mut notes = judged.notes.clone();
    if !judged.stated.is_empty() {
        notes.push(format!(
            "insufficient history of {}: weighted by the probability that the process states",
            judged.stated.join(", ")
        ));
    }
    let unweighted: usize = judged
        .lines
        .iter()
        .filter_map(|line| line.covered)
        .map(|covered| covered.pipeline.unweighted)
        .max()
        .unwrap_or(0);
    if unweighted > 0 {
        notes.push(format!(
            "{} in a stage of which no win rate is known: coverage is not weighted",
            deals_are(unweighted)
        ));
    }
    if judged.history.iter().any(|(_, needed)| needed.is_none()) {
        notes.push(format!(
            "insufficient history: what coverage is needed can't be told from earlier periods; the rule is {RULE:.0} times"
        ));
    }
    for line in &judged.lines {
        if let (Standing::Unknown, Some(why)) = (line.standing, line.figure.why) {
            notes.push(format!(
                "{} of {}: {why} (n = {:.0}), neither met nor missed",
                line.target.metric, line.whose, line.figure.n
            ));
        }
    }
    notes
}

pub(super) fn document(
    process: &Process,
    book: &Book,
    judged: &Judged<'_>,
    ask: &Ask,
    notes: &[String],
) -> Document {
    let scope = ask.scope.as_ref();
    let scope = scope.map(|scope| format!(", only {scope}"));
    let period = ask
        .period
        .map(|period| format!(" of {}", period_name(period, process.fiscal_month)));
    let heading = format!(
        "Targets{}{} (n = {}), as of {}",
        period.unwrap_or_default(),
        scope.unwrap_or_default(),
        judged.lines.len(),
        date::day(book.as_of)
    );
    if judged.lines.is_empty() {
        return with_notes(
            Document::default().heading(heading).line(
                "no target is in force; add `[[target]]` to process.toml, or salesctl target propose METRIC --at-least N --period PERIOD",
            ),
            notes,
        );
    }
    let mut document = Document::default()
        .heading(heading)
        .table(table(process, judged));
    for line in &judged.lines {
        if let Some(sentence) = sentence(process, line) {
            document = document.line(sentence);
        }
        if let Some(covered) = line.covered {
            document = document.line(covered_by(
                process,
                line,
                covered,
                judged.needed(line.period),
            ));
        }
    }
    document = document.chart(chart(judged));
    with_notes(document, notes)
}

impl TargetLine<'_> {
    /// `revenue of company is behind by 43,000 EUR after 58 % of the working days of 2026-Q4`
    pub fn in_words(&self, process: &Process) -> String {
        let named = period_name(self.period, process.fiscal_month);
        let how = sentence(process, self).unwrap_or_else(|| {
            let words = self.standing.words();
            format!("{} of {}: {words}", self.target.metric, self.whose)
        });
        format!("{named} {how}")
    }
}

fn table(process: &Process, judged: &Judged<'_>) -> Table {
    let rows = judged.lines.iter().map(|line| {
        let target = of_figure(process, line.unit, line.bound.number());
        vec![
            Cell::Text(line.target.metric.clone()),
            Cell::Text(line.whose.clone()),
            Cell::Text(period_name(line.period, process.fiscal_month)),
            Cell::Text(match line.bound {
                Bound::AtLeast(_) => target,
                Bound::AtMost(_) => format!("at most {target}"),
            }),
            or_nothing(line.figure.value, |value| {
                // The target beside it says the currency.
                let figure = of_figure(process, line.unit, value);
                let code = format!(" {}", process.currency.code());
                Cell::Text(figure.trim_end_matches(&code).to_string())
            }),
            or_nothing(line.progress(), Cell::Share),
            Cell::Share(line.elapsed.share()),
            or_nothing(line.covered, |covered| Cell::Text(times(covered.times()))),
            Cell::Text(line.standing.words().to_string()),
        ]
    });
    Table {
        columns: vec![
            TableColumn::left("metric"),
            TableColumn::left("of"),
            TableColumn::left("period").rank(2),
            TableColumn::right("target"),
            TableColumn::right("so far"),
            TableColumn::right("done").rank(1),
            TableColumn::right("time").rank(3),
            TableColumn::right("cover").rank(4),
            TableColumn::left("status"),
        ],
        rows: rows.collect(),
    }
}

/// `revenue of company: behind by 43,000 EUR after 58 % of the working days; 24,000 EUR a week from here`
fn sentence(process: &Process, line: &TargetLine<'_>) -> Option<String> {
    let value = line.figure.value?;
    let words = |number| of_figure(process, line.unit, number);
    let gap = match line.bound {
        Bound::AtLeast(_) => line.expected() - value,
        Bound::AtMost(_) => value - line.expected(),
    };
    let elapsed = percent(line.elapsed.share());
    let how = match line.standing {
        Standing::Behind | Standing::SlightlyBehind if line.grows => {
            let how = match line.bound {
                Bound::AtLeast(_) => "behind",
                Bound::AtMost(_) => "too fast",
            };
            format!(
                "{how} by {} after {elapsed} of the working days",
                words(gap)
            )
        }
        Standing::Behind
        | Standing::SlightlyBehind
        | Standing::Missed
        | Standing::SlightlyMissed => {
            let gap = match line.bound {
                Bound::AtLeast(_) => line.bound.number() - value,
                Bound::AtMost(_) => value - line.bound.number(),
            };
            let side = match line.bound {
                Bound::AtLeast(_) => "short of",
                Bound::AtMost(_) => "above",
            };
            let gap = match line.unit {
                // Per cent of what, one would ask.
                MetricUnit::Share => format!("{:.0} points", (gap * 100.0).round()),
                _ => words(gap),
            };
            format!("{gap} {side} its target")
        }
        Standing::JustBegun => format!(
            "too early to tell: {elapsed} of the working days have passed, pace is judged from {} on",
            percent(JUDGED_FROM)
        ),
        _ => String::new(),
    };
    let week = line
        .per_week()
        .map(|week| format!("{} needed in each week that is left", words(week)));
    let parts: Vec<String> = [Some(how).filter(|how| !how.is_empty()), week]
        .into_iter()
        .flatten()
        .collect();
    (!parts.is_empty()).then(|| {
        format!(
            "{} of {}: {}",
            line.target.metric,
            line.whose,
            parts.join("; ")
        )
    })
}

/// `144,000 EUR to go, 2.1× covered by 12 open deals of 302,000 EUR (0.9× weighted): thin; …`
fn covered_by(
    process: &Process,
    line: &TargetLine<'_>,
    covered: Covered,
    needed: Option<Needed>,
) -> String {
    let money = |minor: i64| of_figure(process, MetricUnit::Money, minor as f64);
    let pipeline = covered.pipeline;
    let weighted = covered.weighted();
    let weighted = weighted.map(|weighted| format!(", {} weighted", times(weighted)));
    let asked = needed.map_or(RULE, Needed::coverage);
    let verdict = if covered.times() >= asked {
        "enough"
    } else {
        "thin"
    };
    let history = needed.map_or_else(
        || format!("the rule is {}", times(RULE)),
        |needed| {
            format!(
                "our history needs {} ({} of such value was won in time, {} periods, {} of {} deals), the rule is {}",
                times(needed.coverage()),
                percent(needed.rate),
                needed.periods,
                needed.won,
                needed.deals,
                times(RULE)
            )
        },
    );
    format!(
        "{} of {}: {} to go, covered {} by {} of {}{}: {verdict}; {history}",
        line.target.metric,
        line.whose,
        money(covered.missing_minor),
        times(covered.times()),
        open_deals(pipeline.deals),
        money(pipeline.value_minor),
        weighted.unwrap_or_default()
    )
}

/// How much of each target is reached.
fn chart(judged: &Judged<'_>) -> Chart {
    let bars = judged.lines.iter().map(|line| Bar {
        label: format!("{}, {}", line.target.metric, line.whose),
        value: line.progress().unwrap_or(0.0),
        interval: None,
        mark: Some((1.0, "target")),
    });
    Chart {
        title: "Targets".to_string(),
        description: "How much of each target is reached; the mark is all of it.".to_string(),
        unit: Unit::Share,
        shape: Shape::Bars(bars.collect()),
    }
}
