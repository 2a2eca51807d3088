//! Coverage for its own sake: the open deals that are expected in a period against what is missing in it,
//! for whatever deals are grouped by.

use serde::Serialize;

use super::coverage::{COVERAGE, Needed, Pipeline, RULE, StageRates, needed, pipeline, undated};
use super::judge::is_won_value;
use crate::date::parse_period;
use crate::deal::book::{Book, Day, Needs, State};
use crate::document::{Cell, Document, Period, Row, Table, TableColumn, row};
use crate::process::{Bound, Process, Target, Whose, in_force};
use crate::report::convert::Converter;
use crate::report::group::{GroupColumns, Groups, as_columns};
use crate::report::{
    Ask, Dimension, Report, answer, count, heading, or_nothing, percent, whole, with_notes,
};

/// What it reads.
pub const COVERAGE_REPORT: Needs = COVERAGE;

/// One group of deals.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CoverageRow {
    #[serde(flatten, serialize_with = "as_columns")]
    pub group: GroupColumns,
    #[serde(flatten)]
    pub covered: Covered,
}

row! {
    pub struct Covered {
        /// Won in the period so far.
        pub won_minor: i64,
        /// The target of the period; null where there is none for the group.
        pub target_minor: Option<i64>,
        /// Target less what is won, not below nothing.
        pub missing_minor: Option<i64>,
        /// Open deals expected to close in the period.
        pub open_deals: usize,
        pub open_minor: i64,
        /// By the share won of deals in the same stage.
        pub weighted_minor: Option<i64>,
        /// By the share of such value that earlier periods won in time.
        pub likely_minor: Option<i64>,
        /// Open ÷ missing; null without a target, and when it is reached.
        pub coverage: Option<f64>,
        pub coverage_weighted: Option<f64>,
        pub coverage_needed: Option<f64>,
    }
}

impl Row for CoverageRow {
    fn columns() -> Vec<&'static str> {
        Covered::columns()
    }
}

/// What open deals cover, by `ask.by`, in `ask.period` or else the quarter of the as-of date. `of` is the rep
/// or the team whose deals `ask.only` keeps: they work towards that one's target, not the company's.
pub fn coverage(
    process: &Process,
    book: &Book,
    targets: &[Target],
    of: &Whose,
    ask: &Ask,
) -> Result<Report<CoverageRow>, String> {
    let period = match ask.period {
        Some(period) => period,
        None => parse_period("this quarter", book.as_of, process.fiscal_month)?,
    };
    let ask = Ask {
        period: Some(period),
        ..ask.clone()
    };
    let groups = Groups::new(book, &ask.by, &Covered::columns())?;
    let rates = StageRates::of(process, book);
    let mut converter = Converter::new(process, book);
    let place = |deal: usize| ask.includes(deal).then(|| groups.of[deal] as usize);
    let pipelines = pipeline(&mut converter, book, &rates, period, groups.len(), place);
    let undated = undated(process, &mut converter, book, &ask);
    let mut won = vec![0_i64; groups.len()];
    for deal in 0..book.deals.len() {
        let in_period = book.deals.state[deal] == State::Won
            && book.deals.closed[deal].is_some_and(|day| period.contains(Day::date(day)));
        if let (true, Some(group)) = (in_period, place(deal)) {
            let minor = converter.worth(deal).known().unwrap_or(0);
            won[group] = won[group].saturating_add(minor);
        }
    }
    let history = needed(&converter, book, period);
    let given = given(process, book, targets, period);
    let mut lines: Vec<(usize, Covered)> = (0..groups.len())
        .map(|group| {
            let whose = whose(of, &ask.by, &groups, group);
            let target = given.iter().find(|(set, _)| Some(set) == whose.as_ref());
            let target = target.map(|(_, minor)| *minor);
            (
                group,
                covered(won[group], target, pipelines[group], history),
            )
        })
        .filter(|(_, line)| {
            ask.by.is_empty()
                || line.open_deals > 0
                || line.won_minor > 0
                || line.target_minor.is_some()
        })
        .collect();
    lines.sort_by(|(a, left), (b, right)| {
        right
            .open_minor
            .cmp(&left.open_minor)
            .then_with(|| groups.order(*a).cmp(&groups.order(*b)))
    });

    let deals = pipelines.iter().map(|pipeline| pipeline.deals).sum();
    let mut notes = converter.notes();
    notes.extend(undated);
    if !rates.stated.is_empty() {
        notes.push(format!(
            "insufficient history of {}: weighted by the probability that the process states",
            rates.stated.join(", ")
        ));
    }
    if history.is_none() {
        notes.push(format!(
            "insufficient history: what coverage is needed can't be told from earlier periods; the rule is {RULE:.0} times"
        ));
    }
    if lines.iter().all(|(_, line)| line.target_minor.is_none()) {
        let whose = match of {
            Whose::Company => String::new(),
            one => format!(" of {} {}", one.kind(), one.name()),
        };
        notes.push(format!(
            "no target{whose} for what is won in this period: coverage is of nothing"
        ));
    }
    let table = table(process, &groups, &lines);
    let rows = lines.into_iter().map(|(group, covered)| CoverageRow {
        group: groups.columns(group),
        covered,
    });
    let mut answer = answer(
        "salesctl/report-coverage/1",
        process,
        book,
        &ask,
        (deals, rows.collect(), notes),
    );
    answer.by = groups
        .names
        .iter()
        .map(|name| (*name).to_string())
        .collect();
    let mut document = Document::default()
        .heading(heading("Coverage: open deals expected", &ask, deals, book))
        .table(table);
    if let Some(needed) = history {
        document = document.line(format!(
            "of such value, {} was won in time ({} of {} deals in {} periods): {:.1} times are needed, the rule is {RULE:.0}",
            percent(needed.rate),
            needed.won,
            needed.deals,
            needed.periods,
            needed.coverage()
        ));
    }
    let document = with_notes(document, &answer.notes);
    Ok(Report { answer, document })
}

/// What the targets of the period ask for of what is won, in minor units.
pub(in crate::report) fn given(
    process: &Process,
    book: &Book,
    targets: &[Target],
    period: Period,
) -> Vec<(Whose, i64)> {
    let running = in_force(
        targets,
        Some(period),
        book.as_of,
        process.fiscal_month,
        usize::MAX,
    );
    let of_won = running.unwrap_or_default().into_iter().filter(|one| {
        one.period == period
            && matches!(one.target.bound, Bound::AtLeast(_))
            && process.metric(&one.target.metric).is_some_and(is_won_value)
    });
    of_won
        .map(|one| {
            let major = one.target.bound.number();
            let minor = (major * process.currency.scale() as f64).round();
            (one.target.whose.clone(), minor as i64)
        })
        .collect()
}

/// Whose targets a group of deals works towards; nobody's when it is a pair, a source or a field, or when only
/// a part of its deals is asked about.
fn whose(of: &Whose, by: &[Dimension], groups: &Groups<'_>, group: usize) -> Option<Whose> {
    let name = |at: usize| {
        groups.labels[group]
            .get(at)?
            .map(|(name, _)| name.to_string())
    };
    match (by, of) {
        ([], of) => Some(of.clone()),
        // A team has all deals of its reps.
        ([Dimension::Rep], _) => name(0).map(Whose::Rep),
        ([Dimension::Team], Whose::Company | Whose::Team(_)) => name(0).map(Whose::Team),
        ([Dimension::Product], Whose::Company) => name(0).map(Whose::Product),
        _ => None,
    }
}

fn covered(
    won_minor: i64,
    target_minor: Option<i64>,
    pipeline: Pipeline,
    history: Option<Needed>,
) -> Covered {
    let missing = target_minor.map(|target| (target - won_minor).max(0));
    let weighted = (pipeline.unweighted == 0).then_some(pipeline.weighted_minor);
    let of_missing = |minor: f64| {
        missing
            .filter(|missing| *missing > 0)
            .map(|missing| minor / missing as f64)
    };
    let open = pipeline.value_minor as f64;
    Covered {
        won_minor,
        target_minor,
        missing_minor: missing,
        open_deals: pipeline.deals,
        open_minor: pipeline.value_minor,
        weighted_minor: weighted.map(|minor| minor.round() as i64),
        likely_minor: history.map(|needed| (open * needed.rate).round() as i64),
        coverage: of_missing(open),
        coverage_weighted: weighted.and_then(of_missing),
        coverage_needed: history.map(Needed::coverage),
    }
}

fn table(process: &Process, groups: &Groups<'_>, lines: &[(usize, Covered)]) -> Table {
    let currency = process.currency;
    let code = currency.code();
    let mut columns: Vec<TableColumn> = groups
        .titles
        .iter()
        .map(|name| TableColumn::left(*name))
        .collect();
    columns.extend([
        TableColumn::right(format!("won {code}")).rank(2),
        TableColumn::right("target").rank(1),
        TableColumn::right("to go"),
        TableColumn::right("open deals").rank(4),
        TableColumn::right("worth"),
        TableColumn::right("weighted").rank(3),
        TableColumn::right("likely").rank(5),
        TableColumn::right("coverage"),
    ]);
    let times = |number: f64| Cell::Text(format!("{number:.1}×"));
    let rows = lines.iter().map(|(group, line)| {
        let mut cells = groups.cells(*group);
        cells.extend([
            whole(line.won_minor, currency),
            or_nothing(line.target_minor, |minor| whole(minor, currency)),
            or_nothing(line.missing_minor, |minor| whole(minor, currency)),
            count(line.open_deals),
            whole(line.open_minor, currency),
            or_nothing(line.weighted_minor, |minor| whole(minor, currency)),
            or_nothing(line.likely_minor, |minor| whole(minor, currency)),
            or_nothing(line.coverage, times),
        ]);
        cells
    });
    Table {
        columns,
        rows: rows.collect(),
    }
}
