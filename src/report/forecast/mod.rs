//! What is expected of a period: a range, who it comes from, which deals decide it, and how far such forecasts held.
//!
//! `figures` puts numbers to an [`Outlook`] (`instead` where there is none), `shown`, `lists` and `charts` are what people see of them,
//! `unseen` says which deals it could not or hardly see; `backtest` tells how past
//! forecasts did, `need` how many new deals a target asks for, `rollup` what people say themselves, `accuracy` how that turned
//! out, by the word that `foretold` counts, `moved` why a forecast is another one than it was. What to expect is worked out in `crate::forecast`.

mod accuracy;
mod accuracy_shown;
mod backtest;
mod charts;
mod deciding;
mod evidence;
mod figures;
mod foretold;
mod glance;
mod instead;
mod lists;
mod moved;
mod need;
mod rollup;
mod shown;
#[cfg(test)]
mod tests;
mod unseen;

pub use accuracy::{AccuracyRow, AskAccuracy, accuracy, accuracy_needs};
pub use backtest::{BacktestRow, OriginRow, backtest, by_origin};
pub use evidence::{EvidenceRow, evidence};
pub use figures::target_of;
pub use foretold::AHEAD;
pub(crate) use foretold::foretold;
pub use glance::{Glance, Look, glance};
pub use moved::{Before, FORECAST_MOVED, ForecastMovedRow, forecast_moved, forecast_unmoved};
pub use need::{NeedRow, need};
pub use rollup::{ROLLUP, RollupRow, rollup};

use serde::Serialize;

use super::group::{GroupColumns, Groups, as_columns};
use super::{Ask, Report, Short, answer};
use crate::date::{self, period_name};
use crate::deal::book::{Book, Columns, Needs};
use crate::document::{Period, Row, row};
use crate::forecast::{Backtest, Outlook, Refusal, WorthBy, apportioned};
use crate::process::{Process, Target, Whose};
use figures::Figures;

/// What it reads.
pub fn forecast_needs(process: &Process) -> Needs {
    crate::forecast::forecast_needs(process)
        .and(Needs::of(Columns::ACCOUNT.and(Columns::ACCOUNT_NAMES)))
}

/// What is expected, or why nothing can be.
pub type Foreseen = Result<(Outlook, Backtest), Refusal>;

/// What is asked, beside what every report is asked.
pub struct AskForecast<'a> {
    pub ask: &'a Ask,
    pub period: Period,
    pub targets: &'a [Target],
    /// Whose deals `ask.only` keeps: they work towards that one's target.
    pub of: &'a Whose,
    /// Of the random draws.
    pub seed: u64,
    /// Say how it was worked out.
    pub explain: bool,
    /// What reps called for the period, minor units; `by 2 of 7 reps`.
    pub called: Option<(i64, String)>,
    pub short: Short<'a>,
}

/// A forecast under assumptions.
pub struct Supposed<'a> {
    /// What is assumed, in words.
    pub words: Vec<String>,
    /// What of it says nothing to a forecast.
    pub notes: Vec<String>,
    pub process: &'a Process,
    pub targets: &'a [Target],
    pub foreseen: Foreseen,
}

/// One line of the answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ForecastRow {
    #[serde(flatten, serialize_with = "as_columns")]
    pub group: GroupColumns,
    #[serde(flatten)]
    pub line: ForecastLine,
}

row! {
    /// Amounts are of the whole period, with what is won already.
    #[derive(Default)]
    pub struct ForecastLine {
        /// `total`; `group` and `new` (deals that are not open yet), which add up to it; `plain`, the total
        /// without the assumptions; `deal`, one that decides it.
        pub level: &'static str,
        pub period: String,
        pub won_minor: Option<i64>,
        pub expected_minor: Option<i64>,
        pub median_minor: Option<i64>,
        /// 80 % range. Medians and ranges of groups do not add up.
        pub low_minor: Option<i64>,
        pub high_minor: Option<i64>,
        /// Of the company or whoever is asked about; of a group its own.
        pub target_minor: Option<i64>,
        /// Chance to reach the target; of a group by its open deals alone.
        pub target_share: Option<f64>,
        pub method: Option<&'static str>,
        /// Past forecasts by the method chosen on each day, their WAPE (null where nothing was won), and the share of
        /// their 80 % ranges that held. Null of a part of the deals, of which there is no record.
        pub origins: Option<usize>,
        pub wape_share: Option<f64>,
        pub coverage_share: Option<f64>,
        pub open_n: Option<usize>,
        /// Expected from open deals, and from those that are not open yet.
        pub open_minor: Option<i64>,
        pub new_minor: Option<i64>,
        /// For comparison: by the share won of each stage.
        pub stage_weighted_minor: Option<i64>,
        /// For comparison: by the reps themselves.
        pub called_minor: Option<i64>,
        /// Open deals whose amount nobody told, counted by list price or by what such deals brought.
        pub estimated_n: Option<usize>,
        pub estimated_minor: Option<i64>,
        pub id: Option<String>,
        pub account: Option<String>,
        pub stage: Option<String>,
        /// Of the deal, to be won within the period.
        pub chance_share: Option<f64>,
        pub worth_minor: Option<i64>,
        /// How far it moves the sum: the standard deviation of what it brings.
        pub swing_minor: Option<i64>,
    }
}

impl Row for ForecastRow {
    fn columns() -> Vec<&'static str> {
        ForecastLine::columns()
    }
}

/// What to expect of the period; under assumptions when there are some, with the plain forecast beside.
pub fn forecast(
    process: &Process,
    book: &Book,
    foreseen: Foreseen,
    supposed: Option<Supposed<'_>>,
    ask: &AskForecast<'_>,
) -> Result<Report<ForecastRow>, String> {
    let groups = Groups::new(book, &ask.ask.by, &ForecastLine::columns())?;
    let plain = Figures::of(process, book, foreseen, ask.targets, ask, &groups);
    let (figures, plain, words, idle) = match supposed {
        None => (plain, None, Vec::new(), Vec::new()),
        Some(other) => {
            let Supposed {
                words,
                notes,
                process,
                targets,
                foreseen,
            } = other;
            let figures = Figures::of(process, book, foreseen, targets, ask, &groups);
            (figures, Some(plain), words, notes)
        }
    };
    let name = period_name(ask.period, process.fiscal_month);
    let mut notes = figures.notes.clone();
    notes.extend(figures.instead.clone());
    notes.extend(idle);
    notes.extend(in_vain(&figures, plain.is_some(), ask));
    notes.extend(unseen::notes(process, book, &figures, ask));
    let mut rows = vec![total("total", &name, &figures)];
    rows.extend(plain.iter().map(|plain| total("plain", &name, plain)));
    rows.extend(parts(&name, &figures, &groups, ask));
    rows.extend(deals(process, book, &name, &figures));
    for row in rows.iter_mut().filter(|row| row.group.is_empty()) {
        let names = groups.names.iter();
        row.group = names.map(|name| ((*name).to_string(), None)).collect();
    }
    let open = figures
        .ahead
        .as_ref()
        .map_or(0, |ahead| ahead.outlook.deals.len());
    let asked = Ask {
        period: Some(ask.period),
        ..ask.ask.clone()
    };
    let mut answer = answer(
        "salesctl/forecast/1",
        process,
        book,
        &asked,
        (open, rows, notes),
    );
    answer.by = groups
        .names
        .iter()
        .map(|name| (*name).to_string())
        .collect();
    let of = shown::Shown {
        process,
        book,
        figures: &figures,
        plain: plain.as_ref(),
        words: &words,
        groups: &groups,
        ask,
        name: &name,
    };
    let document = of.document(&answer.notes);
    Ok(Report { answer, document })
}

/// What was asked and has nothing to say it of.
fn in_vain(figures: &Figures, supposed: bool, ask: &AskForecast<'_>) -> Option<String> {
    let asked = match (supposed, ask.explain) {
        (true, true) => "what is assumed changes nothing, and there is no method to explain",
        (true, false) => "what is assumed changes nothing",
        (false, true) => "there is no method to explain",
        (false, false) => return None,
    };
    let why = if figures.over {
        "the period is over"
    } else {
        "no method speaks"
    };
    figures.ahead.is_none().then(|| format!("{why}: {asked}"))
}

/// `2026-Q4 (1 Oct – 31 Dec 2026)`
fn named(name: &str, period: Period) -> String {
    let range = date::range(period);
    if range == name {
        range
    } else {
        format!("{name} ({range})")
    }
}

fn minor(amount: f64) -> i64 {
    amount.round() as i64
}

fn total(level: &'static str, name: &str, figures: &Figures) -> ForecastRow {
    let mut line = ForecastLine {
        level,
        period: name.to_string(),
        won_minor: Some(figures.won_minor),
        target_minor: figures.target_minor,
        target_share: figures.chance(),
        called_minor: figures.called.as_ref().map(|(minor, _)| *minor),
        ..ForecastLine::default()
    };
    if let Some(run_rate) = figures.run_rate {
        line.method = Some("run-rate");
        line.expected_minor = Some(figures.won_minor + minor(run_rate));
    }
    if let Some(ahead) = &figures.ahead {
        let (low, high) = ahead.total.ends();
        line.expected_minor = Some(figures.expected_minor());
        line.median_minor = Some(minor(ahead.total.median()));
        line.low_minor = Some(minor(low));
        line.high_minor = Some(minor(high));
        line.method = Some(ahead.outlook.chosen.method);
        if ahead.is_of_all {
            line.origins = Some(ahead.record.origins);
            line.wape_share = ahead.record.wape;
            line.coverage_share = ahead.record.range.coverage;
        }
        line.open_n = Some(ahead.outlook.deals.len());
        line.open_minor = Some(minor(ahead.outlook.open_minor));
        line.new_minor = Some(minor(ahead.outlook.total_minor) - minor(ahead.outlook.open_minor));
        line.stage_weighted_minor = Some(figures.won_minor + minor(ahead.outlook.stage_weighted()));
        let told = |deal: &&crate::forecast::DealOutlook| deal.by != WorthBy::Told;
        let untold = ahead.outlook.deals.iter().filter(told);
        line.estimated_n = Some(untold.clone().count());
        line.estimated_minor = Some(minor(untold.map(|deal| deal.worth_minor).sum()));
    }
    ForecastRow {
        group: Vec::new(),
        line,
    }
}

/// What each group brings, then deals that are not open yet: they add up to the total.
fn parts(
    name: &str,
    figures: &Figures,
    groups: &Groups<'_>,
    ask: &AskForecast<'_>,
) -> Vec<ForecastRow> {
    if ask.ask.by.is_empty() {
        return Vec::new();
    }
    let Some(ahead) = &figures.ahead else {
        let won = figures.won_groups(groups).into_iter();
        return won
            .map(|place| ForecastRow {
                group: groups.columns(place),
                line: ForecastLine {
                    level: "group",
                    period: name.to_string(),
                    won_minor: Some(figures.won_of_group[place]),
                    ..ForecastLine::default()
                },
            })
            .collect();
    };
    let mut expected: Vec<f64> = ahead.groups.iter().map(|group| group.expected).collect();
    expected.push(ahead.outlook.new_minor);
    let whole = apportioned(&expected, minor(ahead.outlook.total_minor));
    let mut rows: Vec<ForecastRow> = ahead
        .groups
        .iter()
        .zip(&whole)
        .map(|(group, expected)| {
            let won_minor = group.won_minor;
            let spread = ahead.draws.group(group.draw, won_minor as f64);
            let (low, high) = spread.ends();
            ForecastRow {
                group: groups.columns(group.place),
                line: ForecastLine {
                    level: "group",
                    period: name.to_string(),
                    won_minor: Some(won_minor),
                    expected_minor: Some(won_minor + expected),
                    median_minor: Some(minor(spread.median())),
                    low_minor: Some(minor(low)),
                    high_minor: Some(minor(high)),
                    target_minor: group.target_minor,
                    target_share: group.chance(&spread),
                    open_n: Some(group.open),
                    open_minor: Some(*expected),
                    ..ForecastLine::default()
                },
            }
        })
        .collect();
    let new = ahead.draws.new_business();
    let (low, high) = new.ends();
    rows.push(ForecastRow {
        group: Vec::new(),
        line: ForecastLine {
            level: "new",
            period: name.to_string(),
            won_minor: Some(0),
            expected_minor: whole.last().copied(),
            median_minor: Some(minor(new.median())),
            low_minor: Some(minor(low)),
            high_minor: Some(minor(high)),
            new_minor: whole.last().copied(),
            ..ForecastLine::default()
        },
    });
    rows
}

fn deals(process: &Process, book: &Book, name: &str, figures: &Figures) -> Vec<ForecastRow> {
    let Some(ahead) = &figures.ahead else {
        return Vec::new();
    };
    let rows = deciding::deals(&ahead.outlook).into_iter().map(|deal| {
        let at = deal.deal as usize;
        let stage = book.deals.stage[at].map(|stage| &book.stages[usize::from(stage)]);
        ForecastRow {
            group: Vec::new(),
            line: ForecastLine {
                level: "deal",
                period: name.to_string(),
                expected_minor: Some(minor(deal.chance * deal.worth_minor)),
                id: Some(book.deals.id[at].handle()),
                account: deciding::account(book, at).map(str::to_string),
                stage: stage.map(|stage| process.stage_title(stage).to_string()),
                chance_share: Some(deal.chance),
                worth_minor: Some(minor(deal.worth_minor)),
                swing_minor: Some(minor(deciding::swing(deal))),
                ..ForecastLine::default()
            },
        }
    });
    rows.collect()
}
