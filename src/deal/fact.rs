//! From dated facts to the row that conditions read: the one place that derives the rest.

use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use super::Deal;
use super::results::{Record, Results};
use super::rotting::days_late;
use crate::condition::{ColumnKind, Value};
use crate::id::Id;
use crate::money::Currency;
use crate::process::{LOST, Process, RESULTS, WON};

// Dated facts that conditions don't see under these names.
/// Id of the account.
pub const ACCOUNT: &str = ".account";
/// Amount in minor units of the fact `currency`.
pub const VALUE_MINOR: &str = ".value_minor";
/// When the earliest open follow-up is due, those of rules included.
pub const BOOKED: &str = ".booked";
/// Per cent by which whoever works on it expects to win it.
pub const CONFIDENCE: &str = ".confidence";
/// Day of the last event.
pub const TOUCHED: &str = ".touched";
/// A log told the whole way of an imported deal; `import deals` tells where it is.
pub const HISTORY_TOLD: &str = ".history_told";
/// 1 where the log that told of the deal tells which steps were done: what it does not name, was not.
pub const STEPS_TOLD: &str = ".steps_told";
/// The same of gates that were passed by override.
pub const OVERRIDES_TOLD: &str = ".overrides_told";
/// Version of the process under which the deal passed a gate, since the first one under that version.
pub const GATE_VERSION: &str = ".gate_version";

/// What the row of one deal is made of, besides its dated facts.
pub struct Subject<'a> {
    pub id: Id,
    /// Name of the account.
    pub account: Option<&'a str>,
    /// Name of the owner's team.
    pub team: Option<&'a str>,
    /// Facts of the account: its fields.
    pub account_facts: &'a [(String, Value)],
}

/// Fills rows of facts in the order of `process.engine.columns()`.
pub struct Rows<'p> {
    process: &'p Process,
    as_of: NaiveDate,
    /// The columns of a row, by their places in the engine.
    columns: Vec<usize>,
    place: FxHashMap<&'p str, usize>,
    /// Where unknown means no: roles, steps, overrides.
    zeros: Vec<usize>,
    today: String,
    /// Whether the columns that take most to write are read: `id`.
    with_id: bool,
    /// How the deals of reps and teams ended; without it nobody's results are known.
    results: Option<&'p Results>,
}

impl<'p> Rows<'p> {
    pub fn new(process: &'p Process, as_of: NaiveDate) -> Self {
        Self::of(process, as_of, |_| true)
    }

    /// Rows of some columns, with those that they are made of.
    pub fn of(process: &'p Process, as_of: NaiveDate, wanted: impl Fn(&str) -> bool) -> Self {
        let all = process.engine.columns();
        let columns: Vec<usize> = (0..all.len()).filter(|at| wanted(&all[*at].name)).collect();
        let name = |at: usize| all[columns[at]].name.as_str();
        Self {
            process,
            as_of,
            place: (0..columns.len()).map(|at| (name(at), at)).collect(),
            // Every deal has these from the start: not done is 0, not unknown.
            zeros: (0..columns.len())
                .filter(|at| {
                    let name = name(*at);
                    name.starts_with("has_") || name.starts_with("done_") || name == "overrides"
                })
                .collect(),
            with_id: columns.iter().any(|at| all[*at].name == "id"),
            columns,
            today: as_of.to_string(),
            results: None,
        }
    }

    /// The columns of a row, by their places in `process.engine.columns()`.
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// Rows for readers who don't read `id`.
    #[must_use]
    pub fn without_id(self) -> Self {
        Self {
            with_id: false,
            ..self
        }
    }

    /// Rows that say how the deals of their owners ended.
    #[must_use]
    pub fn with_results(self, results: &'p Results) -> Self {
        Self {
            results: Some(results),
            ..self
        }
    }

    /// The dated facts of a deal that a column of a row is made of; one that its account may tell, too, has its
    /// own name.
    pub fn made_of<'c>(process: &Process, column: &'c str) -> Vec<&'c str> {
        match column {
            "id" | "today" | "account" => Vec::new(),
            "team" => vec!["owner"],
            // Those of other deals tell it, once for all of the same owner.
            result if RESULTS.contains(&result) => vec!["owner"],
            // The day tells the rate, where there are any.
            "value" if process.rates.is_empty() => vec![VALUE_MINOR, "currency"],
            "value" => vec![VALUE_MINOR, "currency", "closed"],
            "days_in_stage" => vec!["stage_entered", "closed"],
            "age_days" => vec!["opened", "closed"],
            "idle_days" => vec![TOUCHED],
            "late" => vec!["stage", "stage_entered"],
            dated => vec![dated],
        }
    }

    /// The row of a deal that is in hand, its facts up to the as-of date.
    pub fn of_deal(&self, deal: &Deal, subject: &Subject<'_>) -> Vec<Value> {
        let dated = deal
            .facts
            .iter()
            .filter(|fact| fact.day <= self.as_of)
            .map(|fact| (fact.name.as_str(), fact.value.clone()));
        self.row(subject, dated)
    }

    /// One row. `dated` are the deal's facts by name; the last of a name counts.
    pub fn row<'f>(
        &self,
        subject: &Subject<'_>,
        dated: impl IntoIterator<Item = (&'f str, Value)>,
    ) -> Vec<Value> {
        let mut row = vec![Value::Null; self.columns.len()];
        let mut minor = Value::Null;
        let mut touched = Value::Null;
        for place in &self.zeros {
            row[*place] = Value::Integer(0);
        }
        for (name, value) in subject.account_facts {
            self.put(&mut row, name, value.clone());
        }
        for (name, value) in dated {
            match name {
                VALUE_MINOR => minor = value,
                "stage" => self.put(&mut row, name, self.stage_now(value)),
                TOUCHED => touched = value,
                _ => self.put(&mut row, name, value),
            }
        }
        if self.with_id {
            self.put(&mut row, "id", Value::Text(subject.id.handle()));
        }
        self.put(&mut row, "account", optional(subject.account));
        self.put(&mut row, "team", optional(subject.team));
        self.put(&mut row, "today", Value::Text(self.today.clone()));
        self.derive_value(&mut row, &minor);
        self.derive_days(&mut row, &touched);
        self.derive_results(&mut row, subject.team);
        row
    }

    /// A stage by the name it has now.
    fn stage_now(&self, told: Value) -> Value {
        match told {
            Value::Text(name) => Value::Text(self.process.stage_now(&name).to_string()),
            other => other,
        }
    }

    fn derive_results(&self, row: &mut [Value], team: Option<&str>) {
        let Some(results) = self.results else {
            return;
        };
        let owner = self.text(row, "owner");
        let records = [
            owner.map(|owner| results.of_rep(&owner, self.as_of)),
            team.map(|team| results.of_team(team, self.as_of)),
        ];
        for (record, columns) in records.into_iter().zip(RESULTS.chunks(2)) {
            let share = record.and_then(Record::win_rate);
            let closed = record.map(|record| Value::Integer(record.closed as i64));
            let values = [share.map(Value::Number), closed];
            for (column, value) in columns.iter().zip(values) {
                self.put(row, column, value.unwrap_or(Value::Null));
            }
        }
    }

    fn derive_value(&self, row: &mut [Value], minor: &Value) {
        let currency: Option<Currency> = self.text(row, "currency").and_then(|c| c.parse().ok());
        let closed = self.date(row, "closed");
        if let (Value::Integer(minor), Some(currency)) = (minor, currency) {
            // A currency without a rate has no value in the process currency: unknown, never 0.
            if let Some(rate) = self.process.rate(currency, closed.unwrap_or(self.as_of)) {
                self.put(row, "value", Value::Number(currency.major(*minor) * rate));
            }
        }
    }

    fn derive_days(&self, row: &mut [Value], touched: &Value) {
        let days = |from: Option<NaiveDate>, to: NaiveDate| {
            from.map_or(Value::Null, |from| {
                Value::Integer(to.signed_duration_since(from).num_days())
            })
        };
        let end = self.date(row, "closed").unwrap_or(self.as_of);
        let entered = self.date(row, "stage_entered");
        self.put(row, "days_in_stage", days(entered, end));
        let opened = self.date(row, "opened");
        self.put(row, "age_days", days(opened, end));
        let touched = match touched {
            Value::Text(day) => day.parse().ok(),
            _ => None,
        };
        self.put(row, "idle_days", days(touched, self.as_of));
        if self.place.contains_key("late") {
            let late = self.is_late(row, entered);
            self.put(row, "late", late);
        }
    }

    fn is_late(&self, row: &[Value], entered: Option<NaiveDate>) -> Value {
        let stage = self.text(row, "stage").unwrap_or_default();
        if stage == WON || stage == LOST {
            return Value::Integer(0);
        }
        let limit = self.process.stage(&stage).and_then(|stage| stage.limit);
        match (limit, entered) {
            (None, _) => Value::Integer(0),
            (Some(_), None) => Value::Null,
            (Some(limit), Some(entered)) => {
                let late = days_late(limit, &self.process.calendar, entered, self.as_of);
                Value::Integer(i64::from(late.is_some()))
            }
        }
    }

    pub(super) fn put(&self, row: &mut [Value], name: &str, value: Value) {
        let Some(place) = self.place.get(name) else {
            return;
        };
        // A field may have changed its kind since: what no longer fits is unknown.
        let kind = self.process.engine.columns()[self.columns[*place]].kind;
        let fits = match (&value, kind) {
            (Value::Null, _) => true,
            (Value::Text(_), kind) => matches!(kind, ColumnKind::Text | ColumnKind::Date),
            (_, kind) => !matches!(kind, ColumnKind::Text | ColumnKind::Date),
        };
        row[*place] = if fits { value } else { Value::Null };
    }

    /// The value of a column of a row that [`Rows::row`] made.
    pub fn get<'r>(&self, row: &'r [Value], name: &str) -> &'r Value {
        self.place
            .get(name)
            .map_or(&Value::Null, |place| &row[*place])
    }

    fn text(&self, row: &[Value], name: &str) -> Option<String> {
        match self.get(row, name) {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    fn date(&self, row: &[Value], name: &str) -> Option<NaiveDate> {
        self.text(row, name).and_then(|text| text.parse().ok())
    }
}

fn optional(text: Option<&str>) -> Value {
    text.map_or(Value::Null, |text| Value::Text(text.to_string()))
}
