//! The page of a day: what changed, what needs a decision, how things stand. Each part is a report that can be
//! asked for by itself.

use anyhow::Result;
use chrono::{Days, NaiveDate};

use super::super::check::Finding;
use super::super::session::Session;
use super::super::show::plural;
use super::super::target;
use super::forecast;
use crate::date::{self, parse_period};
use crate::deal::book::{Book, Columns, Day, Needs};
use crate::deal::event::ForecastSnapshot;
use crate::document::{Cell, Document, Period, Table, TableColumn};
use crate::fault::Fault;
use crate::forecast::SEED;
use crate::money::{Money, grouped};
use crate::process::{Process, Target, Whose, in_force};
use crate::render::Section;
use crate::report::moves::{MOVES, moves};
use crate::report::{self, Ask, Dimension, PipelineRow, target_needs};
use crate::store::Night;

/// A page, and the open deals it tells of.
pub(super) struct Page {
    pub(super) title: String,
    pub(super) sections: Vec<Section>,
    pub(super) pipeline: Vec<PipelineRow>,
    /// What is expected, to be kept.
    pub(super) forecasts: Vec<ForecastSnapshot>,
}

/// So many deals that nobody moves are on the page; the sums are of all.
const MOST_AGING: usize = 15;
/// More targets than this are no page that anybody reads.
const MOST_TARGETS: usize = 100;

pub(super) fn page(
    session: &Session<'_>,
    findings: &[Finding],
    before: Option<&Night>,
) -> Result<Page> {
    let (process, today) = (&session.process, session.today);
    let targets = target::all(session, today)?;
    let running =
        in_force(&targets, None, today, process.fiscal_month, MOST_TARGETS).unwrap_or_default();
    let needs = [
        MOVES,
        report::AGING,
        report::PIPELINE,
        report::FUNNEL,
        report::DURATIONS,
        report::WIN_RATE,
        Needs::of(
            Columns::OWNER
                .and(Columns::ACCOUNT)
                .and(Columns::ACCOUNT_NAMES),
        ),
        target_needs(process, &running),
        forecast::needs(process),
    ]
    .into_iter()
    .fold(Needs::default(), Needs::and);
    let book = session.store.book(process, today, &needs)?;
    let year = parse_period("last 12 months", today, process.fiscal_month).map_err(Fault::usage)?;
    let lately = Ask {
        period: Some(Period { to: today, ..year }),
        ..Ask::default()
    };
    let handles = session.store.handles()?;
    let short = |id| handles.short(id);

    let mut sections = vec![changed(session, &book, before, &short)];
    let mut decide = decisions(findings);
    let aging = report::aging(process, &book, &Ask::default(), MOST_AGING, short);
    if !aging.answer.rows.is_empty() {
        decide = decide.then(aging.document);
    }
    sections.push(section("What needs a decision", decide));
    if !running.is_empty() {
        let report = report::targets(process, &book, &running, &Ask::default());
        let document = report.map_err(Fault::usage)?.document;
        sections.push(section("Targets", document));
    }
    let quarter = parse_period("this quarter", today, process.fiscal_month);
    let quarter = quarter.map_err(Fault::usage)?;
    let foreseen = crate::forecast::ahead(process, &book, quarter);
    let expected = forecast::expected(session, &book, quarter, &foreseen)?;
    let ahead = quarter_ahead(process, &book, (quarter, foreseen), &targets, &short)?;
    sections.push(section("Forecast", ahead.then(expected.document)));
    let pipeline = report::pipeline(process, &book, &Ask::default());
    sections.push(section("Pipeline", pipeline.document));
    let funnel = report::funnel(process, &book, &lately).map_err(Fault::usage)?;
    sections.push(section("Funnel", funnel.document));
    let durations = report::durations(process, &book, &lately);
    sections.push(section("Stage durations", durations.document));
    let by_rep = Ask {
        by: vec![Dimension::Rep],
        ..lately
    };
    let win_rate = report::win_rate(process, &book, &by_rep).map_err(Fault::usage)?;
    sections.push(section("Win rate", win_rate.document));
    Ok(Page {
        title: format!("{}, {}", process.name, date::day(today)),
        sections,
        pipeline: pipeline.answer.rows,
        forecasts: expected.kept,
    })
}

/// What the quarter will bring, against its target, with the record of such forecasts; or why nothing can be said.
fn quarter_ahead(
    process: &Process,
    book: &Book,
    (period, foreseen): (Period, report::Foreseen),
    targets: &[Target],
    short: &dyn Fn(crate::id::Id) -> String,
) -> Result<Document> {
    let ask = report::AskForecast {
        ask: &Ask::default(),
        period,
        targets,
        of: &Whose::Company,
        seed: SEED,
        explain: false,
        called: None,
        short,
    };
    let report = report::forecast(process, book, foreseen, None, &ask).map_err(Fault::usage)?;
    Ok(report.document)
}

fn section(name: &str, document: Document) -> Section {
    Section {
        name: name.to_string(),
        document,
    }
}

/// What moved since the last run, and what was told since of the days before it.
fn changed(
    session: &Session<'_>,
    book: &Book,
    before: Option<&Night>,
    short: &dyn Fn(crate::id::Id) -> String,
) -> Section {
    let (process, today) = (&session.process, session.today);
    let yesterday = today.checked_sub_days(Days::new(1)).unwrap_or(today);
    let last: NaiveDate = before.map_or(yesterday, |night| night.snapshot.day);
    let ask = Ask {
        period: Some(Period {
            from: last.checked_add_days(Days::new(1)).unwrap_or(last),
            to: today,
        }),
        ..Ask::default()
    };
    let moves = moves(process, book, &ask, Day::of(last), None);
    let mut document = report::changes(process, book, &ask, &moves, short).document;
    let Some(night) = before else {
        return section(
            "What changed",
            document.line("note: this is the first night, so what changed is told since yesterday"),
        );
    };
    // What the night saw, against what is known of its evening now.
    let (seen, now) = (night.snapshot.open() as usize, moves.opening.n);
    let worth = |minor| Money {
        minor,
        currency: process.currency,
    };
    let (seen_worth, now_worth) = (night.snapshot.value_minor(), moves.opening.value_minor);
    if (seen, seen_worth) != (now, now_worth) {
        document = document.line(format!(
            "note: the night of {} saw {} open {}, {}; by what was told since, it was {}, {}",
            date::day(last),
            grouped(seen as u64),
            plural(seen, "deal", "deals"),
            worth(seen_worth),
            grouped(now as u64),
            worth(now_worth)
        ));
    }
    section("What changed", document)
}

/// What `check` found, each with the command that shows it.
fn decisions(findings: &[Finding]) -> Document {
    let errors = findings.iter().filter(|finding| finding.is_error()).count();
    let document = Document::default().heading(format!(
        "What needs a decision: {errors} {}, {} {}",
        plural(errors, "error", "errors"),
        findings.len() - errors,
        plural(findings.len() - errors, "warning", "warnings")
    ));
    if findings.is_empty() {
        return document.line("nothing: every check passed");
    }
    document.table(Table {
        columns: vec![
            TableColumn::left("level"),
            TableColumn::left("finding"),
            TableColumn::left("command"),
        ],
        rows: findings
            .iter()
            .map(|finding| {
                vec![
                    Cell::Text(finding.level.to_string()),
                    Cell::Text(finding.message.clone()),
                    Cell::Text(finding.command.clone()),
                ]
            })
            .collect(),
    })
}
