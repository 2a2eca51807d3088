//! What the team agreed on: the sales process.
//!
//! `definition` reads the TOML as written (every key with its place), `check` turns it into a
//! [`Process`] or into every [`Problem`] at once. Only a `Process`, sound once built, leaves this module.
//!
//! `syntax` parses, `reader` and `keys` read typed values, `definition` (with `fields`, `stages`, `people`,
//! `names`, `target`, `limit`) holds what was written, `relations` asks whether the names fit together, `check` builds.
//! `map` is what its picture is drawn from.

mod asked;
mod calendar;
mod change;
mod change_text;
mod change_words;
mod check;
mod columns;
mod config;
mod definition;
pub mod discover;
mod discover_draft;
mod discover_text;
mod earlier;
mod expression;
mod fields;
mod format;
mod guide;
mod guide_page;
mod inherit;
pub(crate) mod keys;
mod layers;
mod letter;
mod limit;
mod map;
mod matrix;
mod metric;
mod metric_aggregate;
mod metric_check;
mod metric_lint;
mod metric_read;
mod metric_rows;
#[cfg(test)]
mod metric_tests;
mod metric_words;
mod names;
mod origin;
mod people;
mod placed;
mod problem;
mod prospecting;
mod rates;
pub(crate) mod reader;
mod readers;
mod relations;
mod removed;
mod same;
mod scenario;
mod shape;
mod span;
mod stages;
pub(crate) mod syntax;
mod target;
mod target_period;
pub mod template;
mod tools;
mod view;
#[cfg(test)]
mod view_tests;
mod whole;
mod zone;

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::NaiveDate;
use serde::Serialize;

pub use calendar::Calendar;
pub use change::{Change, What, changes};
pub use change_words::{Effect, Told, told};
pub use check::{Checked, check};
pub use columns::{
    Names, REQUIRABLE, RESULTS, customer_columns, deal_columns, is_built_in, prospect_columns,
};
pub use config::workspace_of_config;
pub use discover_draft::{Ask as DiscoverAsk, Draft, DraftedMove, draft};
pub use earlier::{Earlier, Text, earlier};
pub use format::formatted;
pub use guide::{GuideRow, History, Practice, guide};
pub use layers::{extended, joined, place};
pub use letter::{Filled, Letter, OF_PERSON, of_person};
pub use limit::{Limit, LimitOf, NO_NEXT_STEP, ROTTING, silent};
pub use map::Standing;
pub use matrix::{MatrixRow, matrix};
pub use metric::{
    ACTIVITY_KINDS, Aggregate, Better, Grain, Judged, Measure, Metric, MetricKind, MetricUnit,
    Number, STANDARD as STANDARD_METRICS, standard_metrics,
};
pub use metric_lint::{
    MOST_TARGETS, backward_target, impossible_bound, poor_target, seldom_filled, too_many_targets,
};
pub use metric_rows::{ROWS, Rows};
pub use names::slugified;
pub use origin::{Origin, origins};
pub use problem::{Level, Problem, render as render_problems, render_unread};
pub use prospecting::{Priority, Prospecting};
pub use readers::{Reader, readers};
pub use scenario::{Expect, Scenario, scenarios};
pub use shape::schema;
pub use span::Span;
pub use target::{Bound, Given, Target, Whose, reps_of_the_catalog};
pub use target_period::{InForce, TargetPeriod, Unit, definite, in_force};
pub use view::View;
pub use whole::decode;
pub use zone::Zone;

use crate::condition::{Condition, Engine};
use crate::money::Currency;

/// A sales process that has passed every check.
#[derive(Debug)]
pub struct Process {
    pub name: String,
    pub selling_model: SellingModel,
    pub currency: Currency,
    /// First month of the fiscal year, 1 to 12.
    pub fiscal_month: u32,
    pub calendar: Calendar,
    pub owner: Option<String>,
    pub review_every: Option<Span>,
    /// Custom fields, and the `why` and `ask` given to built-in ones.
    pub fields: Vec<Field>,
    pub roles: Vec<RoleRule>,
    /// By falling priority; the first whose condition is true is the deal's type.
    pub customer_types: Vec<CustomerType>,
    /// In selling order, without the two ends.
    pub stages: Vec<Stage>,
    /// Stages that the file says it does without.
    pub gone: Vec<Gone>,
    /// Allowed reasons for a loss.
    pub lost_reasons: Vec<Reason>,
    pub won_title: String,
    pub lost_title: String,
    pub teams: Vec<Team>,
    pub reps: Vec<Rep>,
    pub products: Vec<Product>,
    pub sources: Vec<Source>,
    /// How names of lists become deals.
    pub prospecting: Prospecting,
    /// What makes a name worth more, or less.
    pub scores: Vec<ScoreRule>,
    /// The words that people and companies are rated by; none given, any word may be used.
    pub topics: Vec<Topic>,
    /// What metrics should be, in the order of the file.
    pub targets: Vec<Target>,
    /// After so many days without anything noted an open deal is silent.
    pub silent_days: u32,
    /// What `check` holds the deals against: the standard limits first.
    pub limits: Vec<Limit>,
    /// The metrics of the file; [`Process::metrics`] has the standard ones too.
    pub own_metrics: Vec<Metric>,
    /// Share of a deal's value that is left after what it cost, of products that say nothing themselves.
    pub margin: Option<f64>,
    /// Units of the process currency for one unit of the key, from a date on; oldest first.
    pub rates: BTreeMap<String, Vec<(NaiveDate, f64)>>,
    /// Defaults below flags and environment, from `[settings]`.
    pub settings: Settings,
    /// Whether the page of the night says by name how far reps' words came true; what is for learning is not shown
    /// to everybody unless the team wants it so.
    pub calls_by_name: bool,
    /// What it is expected to do, in the order of the file.
    pub scenarios: Vec<Scenario>,
    /// The files it was read from, the eldest first, with the line of the whole text before each: empty of one alone.
    pub files: Vec<(String, usize)>,
    /// Evaluates this process's conditions over facts in [`deal_columns`].
    pub engine: Engine,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SellingModel {
    Transactional,
    Consultative,
    Enterprise,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    pub store: Option<String>,
    pub user: Option<String>,
}

/// A value a deal or an account carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Field {
    pub name: String,
    pub of: FieldOf,
    pub kind: FieldKind,
    pub why: Option<String>,
    pub ask: Option<String>,
    pub unit: Option<String>,
    /// Allowed values of a `choice`.
    pub choices: Vec<String>,
}

impl Field {
    /// Whether it has a few values each, by which deals can be told apart; evidence looks at all of these.
    pub fn has_few_values(&self) -> bool {
        self.of != FieldOf::BuiltIn && matches!(self.kind, FieldKind::Choice | FieldKind::Bool)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldOf {
    Deal,
    Account,
    /// A fact every deal has (`value`, `next_step`); the process only says why it is asked for.
    BuiltIn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    Text,
    Integer,
    Number,
    Money,
    Date,
    Bool,
    Choice,
    Person,
}

/// What a person is in their own purchase.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum BuyingRole {
    Initiator,
    Influencer,
    Decider,
    Buyer,
    User,
    Gatekeeper,
}

impl BuyingRole {
    pub const ALL: [Self; 6] = [
        Self::Initiator,
        Self::Influencer,
        Self::Decider,
        Self::Buyer,
        Self::User,
        Self::Gatekeeper,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Initiator => "initiator",
            Self::Influencer => "influencer",
            Self::Decider => "decider",
            Self::Buyer => "buyer",
            Self::User => "user",
            Self::Gatekeeper => "gatekeeper",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// Why a buying role is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoleRule {
    pub role: BuyingRole,
    pub why: Option<String>,
    pub ask: Option<String>,
}

#[derive(Debug)]
pub struct CustomerType {
    pub name: String,
    pub description: Option<String>,
    /// `None` fits every deal.
    pub when: Option<Condition>,
    pub priority: i64,
}

/// A phase of the process with identifiable characteristics.
#[derive(Debug)]
pub struct Stage {
    /// How it is written in the file and on the command line.
    pub name: String,
    /// What it was called in earlier versions: whatever happened under those names happened here.
    pub moved_from: Vec<String>,
    pub title: String,
    pub objective: Option<String>,
    /// What the buyer does meanwhile.
    pub buyer: Option<String>,
    /// Prior share won, used until history speaks.
    pub probability: Option<f64>,
    pub typical: Option<Span>,
    pub limit: Option<Span>,
    /// So many times at most a deal is meant to be in it; what goes beyond is told by reports, not refused.
    pub most_visits: Option<u32>,
    /// Customer types whose deals pass through it; the others go past.
    pub only: Only,
    pub requires: Vec<Required>,
    pub steps: Vec<Step>,
    pub exit: Vec<Criterion>,
    pub tools: Vec<Tool>,
    pub follow_ups: Vec<FollowUpRule>,
    /// Allowed forward targets, the default first; `won` may be among them.
    pub next: Vec<String>,
    /// Allowed backward targets.
    pub back: Vec<String>,
    /// Its lines in each file that says something of it: [`Process::places`].
    pub lines: Vec<Range<usize>>,
}

/// A stage that the file does without: `remove = [{ stage = "demo", why = "…", deals_to = "propose" }]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    pub stage: String,
    /// Where open deals that are still in it go.
    pub deals_to: Option<String>,
    pub why: String,
}

impl Stage {
    /// The facts that its gate and its letters look at, as often as they do.
    pub fn reads(&self) -> impl Iterator<Item = &str> {
        let required = self.requires.iter().map(|one| &one.ask_when);
        let asked = required.chain(self.steps.iter().map(|step| &step.ask_when));
        let conditions = asked.flatten().chain(self.exit.iter().map(|one| &one.when));
        let letters = self.tools.iter().filter_map(|tool| tool.text.as_ref());
        let reads = conditions.flat_map(|condition| condition.reads.iter().map(String::as_str));
        reads.chain(letters.flat_map(Letter::names))
    }
}

/// Customer types that something is limited to; none given, it is for all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Only(pub Vec<String>);

impl Only {
    /// Whether it is for a deal of this type; a deal of no type has what is for all.
    pub fn includes(&self, kind: Option<&str>) -> bool {
        self.0.is_empty() || kind.is_some_and(|kind| self.0.iter().any(|only| only == kind))
    }

    /// ` (only enterprise, public)`; nothing when it is for all.
    pub fn in_words(&self) -> String {
        if self.0.is_empty() {
            String::new()
        } else {
            format!(" (only {})", self.0.join(", "))
        }
    }
}

/// Something that must be known before a deal leaves the stage forward.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Required {
    pub what: Requirement,
    pub only: Only,
    /// Deals of which it is asked: those it is true of, and those of which that is not known.
    pub ask_when: Option<Condition>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Requirement {
    Field(String),
    Role(BuyingRole),
}

impl Requirement {
    /// As written in `requires`.
    pub fn name(&self) -> &str {
        match self {
            Self::Field(name) => name,
            Self::Role(role) => role.name(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub name: String,
    pub title: String,
    /// Otherwise it is advised.
    pub required: bool,
    pub why: Option<String>,
    /// Who is accountable for it.
    pub who: Option<String>,
    pub only: Only,
    /// Deals of which a required one is asked: those it is true of, and those of which that is not known.
    pub ask_when: Option<Condition>,
}

/// A condition that must hold before a deal leaves a stage forward.
#[derive(Debug)]
pub struct Criterion {
    pub when: Condition,
    /// The criterion in the team's words.
    pub say: String,
    pub why: Option<String>,
    pub only: Only,
    pub lines: Vec<Range<usize>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tool {
    pub name: String,
    pub kind: Option<String>,
    pub link: Option<String>,
    /// What is ready to send once it is filled from a deal.
    pub text: Option<Letter>,
    pub only: Only,
}

/// Something due a set time after a stage is entered or a step is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FollowUpRule {
    pub after: Span,
    /// `None`: after the stage is entered.
    pub step: Option<String>,
    pub say: String,
    pub why: Option<String>,
    pub only: Only,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    pub name: String,
    pub title: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Team {
    pub name: String,
    pub title: String,
    pub manager: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rep {
    pub name: String,
    pub title: String,
    pub team: Option<String>,
    pub login: Option<String>,
    pub capacity: Option<u32>,
    /// Minor units of the process currency.
    pub cost_per_hour_minor: Option<i64>,
    /// First working day.
    pub since: Option<NaiveDate>,
    pub active: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Product {
    pub name: String,
    pub title: String,
    /// List price in minor units of the process currency.
    pub price_minor: Option<i64>,
    /// Share of its value that is left after what it cost.
    pub margin: Option<f64>,
    pub active: bool,
}

/// Points for every prospect that a condition is true of.
#[derive(Debug)]
pub struct ScoreRule {
    /// Over [`prospect_columns`].
    pub when: Condition,
    pub points: i64,
    /// The rule in the team's words.
    pub say: Option<String>,
    pub lines: Range<usize>,
}

/// Something that people and companies are rated by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Topic {
    pub name: String,
    pub title: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    pub name: String,
    pub title: String,
}

impl Process {
    /// The stage of this name or, where there is none, the one that was called so before.
    pub fn stage(&self, name: &str) -> Option<&Stage> {
        self.stage_index(name).map(|at| &self.stages[at])
    }

    /// What a stage is called now; of one that is not there (any more), its name.
    pub fn stage_now<'a>(&'a self, name: &'a str) -> &'a str {
        self.stage(name).map_or(name, |stage| &stage.name)
    }

    /// Where an open deal goes that is in a stage which is not there any more.
    pub fn deals_to(&self, stage: &str) -> Option<&str> {
        let gone = self.gone.iter().find(|gone| gone.stage == stage)?;
        gone.deals_to.as_deref()
    }

    /// Where a deal of a customer type may go from a stage, the default first: past stages that are not for it.
    pub fn onward<'a>(&'a self, stage: &'a Stage, kind: Option<&str>) -> Vec<&'a str> {
        let mut onward: Vec<&str> = Vec::new();
        let mut waiting: Vec<&str> = stage.next.iter().rev().map(String::as_str).collect();
        let mut passed: Vec<&str> = Vec::new();
        while let Some(next) = waiting.pop() {
            match self.stage(next) {
                Some(next) if !next.only.includes(kind) => {
                    if !passed.contains(&next.name.as_str()) {
                        passed.push(&next.name);
                        waiting.extend(next.next.iter().rev().map(String::as_str));
                    }
                }
                _ if onward.contains(&next) => {}
                _ => onward.push(next),
            }
        }
        onward
    }

    /// Position in selling order, for comparing how far two deals have come.
    pub fn stage_index(&self, name: &str) -> Option<usize> {
        let mut stages = self.stages.iter();
        let known = stages.position(|stage| stage.name == name);
        known.or_else(|| {
            let was = |stage: &Stage| stage.moved_from.iter().any(|before| before == name);
            self.stages.iter().position(was)
        })
    }

    /// The heading of a stage or end; an unknown one (of an older version) is shown as written.
    pub fn stage_title<'a>(&'a self, name: &'a str) -> &'a str {
        match name {
            WON => &self.won_title,
            LOST => &self.lost_title,
            _ => self.stage(name).map_or(name, |stage| stage.title.as_str()),
        }
    }

    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Its own metrics, then the standard ones that none of them replaces.
    pub fn metrics(&self) -> impl Iterator<Item = &Metric> {
        let own = |name: &str| self.own_metrics.iter().any(|metric| metric.name == name);
        let rest = standard_metrics()
            .iter()
            .filter(move |metric| !own(&metric.name));
        self.own_metrics.iter().chain(rest)
    }

    pub fn metric(&self, name: &str) -> Option<&Metric> {
        self.metrics().find(|metric| metric.name == name)
    }

    /// The question in the rep's words that brings out what is required, and why it is.
    pub fn asked(&self, required: &Requirement) -> (Option<&str>, Option<&str>) {
        let asked = match required {
            Requirement::Field(name) => self.field(name).map(|field| (&field.ask, &field.why)),
            Requirement::Role(role) => self.role(*role).map(|rule| (&rule.ask, &rule.why)),
        };
        asked.map_or((None, None), |(ask, why)| (ask.as_deref(), why.as_deref()))
    }

    /// Whether a gate, a customer type or a letter looks at how the owner's deals ended.
    pub fn reads_results(&self) -> bool {
        let kinds = self
            .customer_types
            .iter()
            .filter_map(|kind| kind.when.as_ref());
        let of_kinds = kinds.flat_map(|when| when.reads.iter().map(String::as_str));
        let mut reads = of_kinds.chain(self.stages.iter().flat_map(Stage::reads));
        reads.any(|name| RESULTS.contains(&name))
    }

    /// Names of the steps of all stages; one of several stages comes more than once.
    pub fn step_names(&self) -> impl Iterator<Item = &str> {
        let steps = self.stages.iter().flat_map(|stage| &stage.steps);
        steps.map(|step| step.name.as_str())
    }

    pub fn role(&self, role: BuyingRole) -> Option<&RoleRule> {
        self.roles.iter().find(|rule| rule.role == role)
    }

    /// Checks and judges conditions over the names of lists, their points among them.
    pub fn prospect_engine(&self) -> anyhow::Result<Engine> {
        Engine::new(prospect_columns(&self.fields, true))
    }

    /// Checks and judges conditions over accounts that bought something.
    pub fn customer_engine(&self) -> anyhow::Result<Engine> {
        Engine::new(customer_columns(&self.fields))
    }

    /// Lines of the whole text as those of its files, one range each: file, first and last line. `label` is the last file.
    pub fn places<'r>(
        &self,
        label: &str,
        lines: impl Iterator<Item = &'r Range<usize>>,
    ) -> Vec<(String, usize, usize)> {
        let mut places: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        for range in lines {
            let file = self
                .files
                .partition_point(|(_, before)| *before < range.start);
            let (from, to) = (range.start, range.end.saturating_sub(1));
            let known = places.entry(file).or_insert((from, to));
            *known = (known.0.min(from), known.1.max(to));
        }
        let told = places.into_iter().map(|(file, (from, to))| {
            match file.checked_sub(1).and_then(|file| self.files.get(file)) {
                Some((name, before)) => (layers::beside(label, name), from - before, to - before),
                None => (label.to_string(), from, to),
            }
        });
        told.collect()
    }

    /// Units of the process currency for one unit of `currency` on `day`; `None` without a stated rate.
    pub fn rate(&self, currency: Currency, day: NaiveDate) -> Option<f64> {
        if currency == self.currency {
            return Some(1.0);
        }
        let dated = self.rates.get(currency.code())?;
        dated
            .iter()
            .rev()
            .find(|(from, _)| *from <= day)
            .map(|(_, rate)| *rate)
    }
}

/// The names of the two ends; always these, in every process.
pub const WON: &str = "won";
pub const LOST: &str = "lost";
