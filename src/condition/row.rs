//! Facts on their way into SQLite.

use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};

use super::Value;

/// Of one fact: two of them can be put together.
const FACT: usize = 49_000;

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Number(number) => ValueRef::Real(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

/// A text that is longer than a judged one may be is compared by its beginning.
pub(super) fn fitting(value: Value) -> Value {
    match value {
        Value::Text(mut text) if text.len() > FACT => {
            let end = (0..=FACT)
                .rev()
                .find(|at| text.is_char_boundary(*at))
                .unwrap_or(0);
            text.truncate(end);
            Value::Text(text)
        }
        value => value,
    }
}
