//! A name of a list as the row of facts that conditions over prospects read.

use chrono::NaiveDate;

use super::query::Name;
use crate::condition::{Column, ColumnKind, Value};
use crate::prospect::{Fate, Field};

impl Name {
    /// One value per column of [`crate::process::prospect_columns`]; what is not known is null. `list_kind`
    /// is that of the list it is on.
    pub fn facts(
        &self,
        columns: &[Column],
        list_kind: Option<&str>,
        today: NaiveDate,
    ) -> Vec<Value> {
        let day = |day: NaiveDate| Value::Text(day.to_string());
        let fact = |column: &Column| match column.name.as_str() {
            "id" => Value::Text(self.id.handle()),
            "list" => text(self.list.as_deref().unwrap_or("")),
            "list_kind" => text(list_kind.unwrap_or("")),
            "imported" => self.imported.map_or(Value::Null, day),
            "responded" => self.responded.map_or(Value::Null, day),
            "known" => Value::Integer(i64::from(self.fate == Fate::Known)),
            "today" => day(today),
            name => match Field::ALL.into_iter().find(|field| field.name() == name) {
                Some(field) => typed(self.get(field), column.kind),
                None => self.attribute(column),
            },
        };
        columns.iter().map(fact).collect()
    }

    /// The column of the file that is called like it: `Founded In` is `founded_in`.
    fn attribute(&self, column: &Column) -> Value {
        let called = |heading: &str| {
            let words = heading.split(|c: char| !c.is_alphanumeric());
            let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
            words.join("_").to_lowercase() == column.name
        };
        let mut attributes = self.attributes.iter();
        attributes
            .find(|(heading, _)| called(heading))
            .map_or(Value::Null, |(_, value)| typed(value, column.kind))
    }
}

fn text(value: &str) -> Value {
    if value.is_empty() {
        Value::Null
    } else {
        Value::Text(value.to_string())
    }
}

/// A value as its column has it; what does not fit is not known.
fn typed(value: &str, kind: ColumnKind) -> Value {
    let value = value.trim();
    match kind {
        ColumnKind::Text => text(value),
        ColumnKind::Date => match value.parse::<NaiveDate>() {
            Ok(day) => Value::Text(day.to_string()),
            Err(_) => Value::Null,
        },
        ColumnKind::Bool => match value.to_lowercase().as_str() {
            "1" | "yes" | "true" | "y" => Value::Integer(1),
            "0" | "no" | "false" | "n" => Value::Integer(0),
            _ => Value::Null,
        },
        ColumnKind::Integer => {
            least(value).map_or(Value::Null, |n| Value::Integer(n.round() as i64))
        }
        ColumnKind::Number => least(value).map_or(Value::Null, Value::Number),
    }
}

/// A number, or the least that a band such as `10-49` or `200+` stands for; `<10` may be none at all.
fn least(value: &str) -> Option<f64> {
    if value.starts_with('<') {
        return Some(0.0);
    }
    let value = value.trim_start_matches('>');
    let sign = usize::from(value.starts_with('-'));
    let end = value[sign..].find(|c: char| !c.is_ascii_digit() && c != '.');
    let number = value.get(..end.map_or(value.len(), |end| sign + end))?;
    number.parse().ok().filter(|n: &f64| n.is_finite())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("250", Some(250.0))]
    #[case("10-49", Some(10.0))]
    #[case("200+", Some(200.0))]
    #[case("<10", Some(0.0))]
    #[case(">500", Some(500.0))]
    #[case("-5", Some(-5.0))]
    #[case("1.5", Some(1.5))]
    #[case("many", None)]
    #[case("", None)]
    fn a_band_counts_as_its_least(#[case] value: &str, #[case] expected: Option<f64>) {
        assert_eq!(least(value), expected);
    }
}
