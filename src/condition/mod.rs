//! Conditions: SQL expressions over one row of facts, evaluated by SQLite itself.
//!
//! An [`Engine`] is an in-memory database holding a single table, `facts`, with one documented
//! column per fact. An authorizer allows reading that table and a listed set of functions, nothing
//! else; a progress handler bounds the time. True is met, false is not met, NULL is missing.

use serde::Serialize;

/// One documented fact that a condition may read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    pub name: String,
    pub kind: ColumnKind,
    /// What it means, for docs and for error hints.
    pub doc: String,
    /// The words it can be; none listed means any.
    pub values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    Text,
    Integer,
    Number,
    /// Text `YYYY-MM-DD`.
    Date,
    /// 0 or 1.
    Bool,
}

/// The value of one fact.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    Null,
    Integer(i64),
    Number(f64),
    Text(String),
}

/// A condition that has been checked against an engine's columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// As written.
    pub text: String,
    /// The columns it reads, in order of first mention.
    pub reads: Vec<String>,
}

/// Why an expression was refused, and where in it (a byte range).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub message: String,
    /// The short text under the caret.
    pub label: String,
    pub range: std::ops::Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    Met,
    NotMet,
    /// A fact it needs is not known.
    Missing,
}

mod engine;
mod functions;
mod literals;
mod row;
mod scan;
#[cfg(test)]
mod tests;
pub use engine::Engine;
pub use functions::functions;
