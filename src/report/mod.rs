//! What it means: one question a file. Each report is a pure function of the [`Process`], the
//! [`Book`] and what was asked ([`Ask`]).
//!
//! A [`Report`] holds the answer for machines and the document for people; `render` shows either.

mod activity;
mod aging;
mod audit;
mod breakdown;
mod burden;
mod changes;
mod charts;
mod cohort;
mod cohorts;
mod compare;
mod conformance;
mod convert;
mod cost;
mod costs;
mod data;
mod decided;
mod durations;
mod experience;
mod forecast;
mod funnel;
mod group;
mod lists;
mod lists_shown;
mod losses;
mod losses_shown;
pub mod meeting;
mod metric;
pub mod moves;
mod outcome;
mod overlap;
mod pipeline;
mod pipeline_by;
mod requests;
mod returns;
pub mod review;
mod said;
mod scorecard;
mod sources;
mod sources_shown;
mod stage_age;
mod standing;
mod target;
mod under_way;
mod velocity;
mod win_rate;
mod words;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

pub use activity::{ACTIVITY, ActivityBy, ActivityRow, AskActivity, activity};
pub use aging::{AGING, AgingRow, aging};
pub use audit::{AuditRow, Verdict as AuditVerdict, audit, audit_needs};
pub use breakdown::{AskBreakdown, BREAKDOWN, BREAKDOWN_BY, BreakdownRow, breakdown};
pub use burden::{BURDEN, Burden, BurdenRow, Seen, burden};
pub use changes::{ChangesRow, changes};
pub use cohorts::{COHORTS, CohortsRow, Every, cohorts};
pub use compare::{COMPARE_COLUMNS, CompareRow, Whom, compare, compare_needs};
pub use conformance::{
    ConformanceRow, DeviationRow, Judging, Listed, PathRow, conformance, conformance_needs,
    deviation_needs, deviations, paths,
};
pub use costs::{COSTS, CostsRow, costs};
pub use data::{Check, DataRow, Narrowed, checks, data, data_needs};
pub use durations::{DURATIONS, DurationsRow, durations};
pub use experience::{EXPERIENCE, ExperienceBy, ExperienceRow, experience};
pub use forecast::{
    AHEAD, AccuracyRow, AskAccuracy, AskForecast, BacktestRow, Before, EvidenceRow, FORECAST_MOVED,
    ForecastMovedRow, ForecastRow, Foreseen, Glance, Look, NeedRow, OriginRow, ROLLUP, RollupRow,
    Supposed, accuracy, accuracy_needs, backtest, by_origin, evidence as forecast_evidence,
    forecast, forecast_moved, forecast_needs, forecast_unmoved, glance, need, rollup, target_of,
};
pub use funnel::{FUNNEL, FunnelRow, funnel};
pub use lists::{AskLists, ListsRow, lists};
pub use losses::{LOSSES, LossesRow, losses};
pub use metric::{
    Figure, Measured, MetricLabel, MetricRow, measure, needs as metric_needs, query as metric_query,
};
pub use overlap::{OverlapRow, overlap};
pub use pipeline::{PIPELINE, PipelineRow, pipeline};
pub use pipeline_by::{PipelineByRow, pipeline_by, pipeline_by_month};
pub use requests::{REQUESTS, RequestsRow, requests};
pub use said::{AskSaid, Said};
pub use scorecard::{ScorecardPageRow, ScorecardRow, scorecard, scorecard_needs, scorecard_of};
pub use sources::{AskSources, By, SourcesRow, sources};
pub use standing::standing;
pub use target::{
    COVERAGE_REPORT, CoverageRow, Judged, Standing, TargetLine, TargetRow, coverage, in_unit,
    judge, target_needs, targets,
};
pub use velocity::{VELOCITY, VelocityRow, velocity};
pub use win_rate::{WIN_RATE, WinRateRow, win_rate};
pub use words::chance_in_words;

#[cfg(test)]
use words::lines_of;
use words::{count, counted, deals_are, money, or_nothing, percent, percents, plain, whole};

use crate::date;
use crate::deal::book::{Book, Columns, Day, Needs};
use crate::document::{Answer, Document, Period};
use crate::id::Id;
use crate::money::grouped;
use crate::process::{Grain, Process, Target};

/// The form of an id that people type: as short as is unique in the store.
pub type Short<'a> = &'a dyn Fn(Id) -> String;

/// What was asked of a report. The default asks about everything.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    pub period: Option<Period>,
    /// Which deals of the Book are asked about, one each; `None` is all of them.
    pub only: Option<Vec<bool>>,
    /// What `only` says, in the user's words: `rep jr`, `where value > 5000`.
    pub scope: Option<String>,
    /// The options of every report as they were typed, each with its value, for the commands that one names.
    pub typed: Vec<(&'static str, String)>,
    pub by: Vec<Dimension>,
    /// The stage a cohort begins in; the first one by default.
    pub from_stage: Option<String>,
    /// The targets that metrics are held against; those of the process by default.
    pub targets: Option<Vec<Target>>,
}

impl Ask {
    /// ` --period 2026-Q3 --team north`: those of these options that were typed, to go behind a command.
    pub(crate) fn again(&self, options: &[&str]) -> String {
        let typed = self.typed.iter();
        let asked = typed.filter(|(option, _)| options.contains(option));
        asked.fold(String::new(), |words, (option, value)| {
            words + " --" + option + " " + &crate::text::quoted(value)
        })
    }

    pub(crate) fn includes(&self, deal: usize) -> bool {
        self.only
            .as_ref()
            .is_none_or(|only| only.get(deal).copied().unwrap_or(false))
    }

    /// Whether a day lies in the period; one that is not known does only when no period was asked for.
    pub(crate) fn within(&self, day: Option<Day>) -> bool {
        match (self.period, day) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(period), Some(day)) => period.contains(day.date()),
        }
    }
}

/// What deals are grouped by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dimension {
    Rep,
    Team,
    Product,
    Source,
    /// The customer type, as of the last gate.
    Type,
    /// The version of the process under which the last gate was passed.
    ProcessVersion,
    /// A field of the account or the deal, which the Book must have been loaded with.
    Attribute(String),
    /// Months, quarters or years; only metrics are told by them.
    Time(Grain),
    /// The stage that a visit is to; only metrics that count these are told by it.
    Stage,
}

impl Dimension {
    /// `rep`, `team`, `product`, `source`, `type`, `process-version`; anything else is a field's name.
    pub fn from_name(name: &str) -> Self {
        match name {
            "rep" => Self::Rep,
            "team" => Self::Team,
            "product" => Self::Product,
            "source" => Self::Source,
            "type" => Self::Type,
            "process-version" | "process_version" => Self::ProcessVersion,
            field => Self::Attribute(field.to_string()),
        }
    }

    /// What the Book must have for it.
    pub fn needs(&self) -> Needs {
        let columns = match self {
            Self::Rep | Self::Team => Columns::OWNER,
            Self::Product => Columns::PRODUCT,
            Self::Source => Columns::SOURCE,
            Self::Type => Columns::TYPE,
            Self::ProcessVersion => Columns::GATE_VERSION,
            Self::Attribute(_) | Self::Time(_) | Self::Stage => Columns::NONE,
        };
        let mut needs = Needs::of(columns);
        if let Self::Attribute(field) = self {
            needs.attributes.push(field.clone());
        }
        needs
    }

    /// The name of its column.
    pub fn name(&self) -> &str {
        match self {
            Self::Rep => "rep",
            Self::Team => "team",
            Self::Product => "product",
            Self::Source => "source",
            Self::Type => "type",
            Self::ProcessVersion => "process_version",
            Self::Attribute(field) => field,
            Self::Time(grain) => grain.name(),
            Self::Stage => "stage",
        }
    }

    /// What people read for it.
    pub fn title(&self) -> &str {
        match self {
            Self::ProcessVersion => "process version",
            other => other.name(),
        }
    }
}

/// An answer for machines, and the same as a document for people.
#[derive(Clone, Debug)]
pub struct Report<R> {
    pub answer: Answer<R>,
    pub document: Document,
}

/// The Book's stages laid over those of the process: the ones it still has by their rank, then the
/// ones only the Book knows.
struct Stages<'a> {
    /// By index of the Book: position in `lines`.
    slot: Vec<usize>,
    /// Name and title.
    lines: Vec<(&'a str, &'a str)>,
    /// So many lines are stages of the process, and only these can be compared.
    ranked: usize,
}

impl<'a> Stages<'a> {
    fn new(process: &'a Process, book: &'a Book) -> Self {
        let mut lines: Vec<(&str, &str)> = process
            .stages
            .iter()
            .map(|stage| (stage.name.as_str(), stage.title.as_str()))
            .collect();
        let ranked = lines.len();
        let slots = book.stages.iter().map(|name| {
            lines
                .iter()
                .position(|(known, _)| known == name)
                .unwrap_or_else(|| {
                    lines.push((name, name));
                    lines.len() - 1
                })
        });
        let slot = slots.collect();
        Self {
            slot,
            lines,
            ranked,
        }
    }

    /// Position in selling order.
    fn rank(&self, stage: u16) -> Option<usize> {
        self.slot
            .get(usize::from(stage))
            .copied()
            .filter(|slot| *slot < self.ranked)
    }
}

fn answer<R>(
    schema: &'static str,
    process: &Process,
    book: &Book,
    ask: &Ask,
    (n, rows, notes): (usize, Vec<R>, Vec<String>),
) -> Answer<R> {
    Answer {
        schema,
        as_of: book.as_of,
        process_version: Some(book.process_version).filter(|version| *version > 0),
        currency: process.currency,
        period: ask.period,
        by: Vec::new(),
        n,
        rows,
        notes,
    }
}

/// `Funnel: deals that first entered Qualify 1 Jul – 30 Sep 2026 (n = 120), as of 21 Nov 2026`: of what
/// happened, in the period or in `all time`.
fn heading(what: &str, ask: &Ask, n: usize, book: &Book) -> String {
    let what = match ask.period {
        Some(_) => what.to_string(),
        None => format!("{what}, all time"),
    };
    heading_of_day(&what, ask, n, book)
}

/// The same of what stands on the day, which needs no period.
fn heading_of_day(what: &str, ask: &Ask, n: usize, book: &Book) -> String {
    let period = ask
        .period
        .map(|period| format!(" {}", date::range(period)))
        .unwrap_or_default();
    let scope = ask
        .scope
        .as_ref()
        .map(|scope| format!(", only {scope}"))
        .unwrap_or_default();
    format!(
        "{what}{period}{scope} (n = {}), as of {}",
        grouped(n as u64),
        date::day(book.as_of)
    )
}

fn with_notes(document: Document, notes: &[String]) -> Document {
    notes.iter().fold(document, |document, note| {
        document.line(format!("note: {note}"))
    })
}
