//! What a fact of every deal was on a day, from its history in columns, or in rows where columns leave it
//! out.

use std::collections::HashMap;

use anyhow::Result;
use rustc_hash::FxHashMap;

use super::part::fact as history_of;
use super::view::{Children, View};
use crate::condition::Value;
use crate::deal::book::Day;
use crate::deal::fact;
use crate::store::query::fact_value;

/// One value per deal (or row) as a code: 0 where it was never told, otherwise the place in `values` and 1.
#[derive(Clone, Debug, Default)]
pub(in crate::store) struct Coded {
    pub(in crate::store) codes: Vec<u32>,
    pub(in crate::store) values: Vec<Value>,
}

/// All that was told of a fact: one per row.
#[derive(Clone, Debug, Default)]
pub(in crate::store) struct Tellings {
    /// Places in the view.
    pub(in crate::store) deals: Vec<u32>,
    pub(in crate::store) days: Vec<Day>,
    /// By row.
    pub(in crate::store) coded: Coded,
}

impl Coded {
    pub(in crate::store) fn value(&self, deal: usize) -> Option<&Value> {
        let place = self.codes[deal].checked_sub(1)?;
        self.values.get(place as usize)
    }

    /// What `of` makes of the values; `none` where there is none.
    pub(in crate::store) fn map<T: Copy>(
        &self,
        none: T,
        of: impl FnMut(&Value) -> Result<T>,
    ) -> Result<Vec<T>> {
        let made: Vec<T> = self.values.iter().map(of).collect::<Result<_>>()?;
        let of_code = |code: &u32| match code.checked_sub(1) {
            Some(place) => made[place as usize],
            None => none,
        };
        Ok(self.codes.iter().map(of_code).collect())
    }

    fn add(&mut self, value: Value) -> u32 {
        self.values.push(value);
        self.values.len() as u32
    }
}

/// The date of a fact that holds one.
pub(in crate::store) fn day_of(value: &Value) -> Option<Day> {
    match value {
        Value::Text(text) => text.parse().ok().map(Day::of),
        _ => None,
    }
}

/// Facts of which a column of the deals has the last value.
const TWINS: &[(&str, &str)] = &[
    ("state", "state"),
    ("owner", "owner"),
    ("product", "product"),
    ("source", "source"),
    ("currency", "currency"),
    (fact::VALUE_MINOR, "value_minor"),
];

impl View<'_> {
    /// The rows of a fact's history: `day`, and one of `text`, `date` (as days after `day`), `whole`, `number`.
    pub(in crate::store) fn history(&self, name: &str) -> Result<Children> {
        self.children(&history_of(name))
    }

    /// The fact of each deal on the day `cut`, the last one of all without.
    pub(in crate::store) fn fact_on(&self, name: &str, cut: Option<Day>) -> Result<Coded> {
        if cut.is_none()
            && let Some((_, column)) = TWINS.iter().find(|(fact, _)| *fact == name)
        {
            return self.of_column(column);
        }
        if self.leaves_out(name) {
            return self.fact_of_rows(name, cut);
        }
        let table = history_of(name);
        let children = self.children(&table)?;
        let mut told = Coded::default();
        let mut codes = self.row_codes(&table, &children, &mut told)?;
        if let Some(cut) = cut {
            // What was told later is as if it had not been told: the row before it is the last.
            let days =
                self.child_numbers(&children, "day", |day| day.unwrap_or_default() as i32)?;
            for (code, day) in codes.iter_mut().zip(days) {
                if day > cut.number() {
                    *code = u32::MAX;
                }
            }
        }
        told.codes.reserve_exact(self.len());
        let mut at = 0;
        for n in &children.per_deal {
            let end = at + *n as usize;
            let rows = &codes[at..end];
            let last = match cut {
                None => rows.last(),
                Some(_) => rows.iter().rev().find(|code| **code != u32::MAX),
            };
            told.codes.push(last.copied().unwrap_or(0));
            at = end;
        }
        Ok(told)
    }

    /// Everything that was told of a fact, in the order of the deals and of days.
    pub(in crate::store) fn tellings(&self, name: &str) -> Result<Tellings> {
        let day = |day: Option<i64>| Day::new(day.unwrap_or_default() as i32);
        if self.leaves_out(name) {
            let mut told = Tellings::default();
            told.coded.values.push(Value::Null);
            self.rows_of_fact(name, None, &mut told.coded.values, |deal, day, code| {
                told.deals.push(deal as u32);
                told.days.push(day);
                told.coded.codes.push(code);
            })?;
            return Ok(told);
        }
        let table = history_of(name);
        let children = self.children(&table)?;
        let mut coded = Coded::default();
        coded.codes = self.row_codes(&table, &children, &mut coded)?;
        Ok(Tellings {
            deals: children.deals(|deal| deal),
            days: self.child_numbers(&children, "day", day)?,
            coded,
        })
    }

    /// What a column of the deals says.
    fn of_column(&self, column: &str) -> Result<Coded> {
        let mut told = Coded::default();
        if column == "value_minor" {
            let mut places: FxHashMap<i64, u32> = FxHashMap::default();
            let numbers = self.numbers(column, |n| n)?;
            let mut codes = Vec::with_capacity(numbers.len());
            for n in numbers {
                codes.push(n.map_or(0, |n| {
                    *places
                        .entry(n)
                        .or_insert_with(|| told.add(Value::Integer(n)))
                }));
            }
            told.codes = codes;
        } else {
            let mut places: HashMap<String, u32> = HashMap::new();
            told.codes = self.labels(column, 0, |label| {
                if let Some(code) = places.get(label) {
                    return Ok(*code);
                }
                let code = told.add(Value::Text(label.to_string()));
                places.insert(label.to_string(), code);
                Ok(code)
            })?;
        }
        Ok(told)
    }

    /// The code of each row of a history.
    fn row_codes(&self, table: &str, children: &Children, told: &mut Coded) -> Result<Vec<u32>> {
        let null = told.add(Value::Null);
        let mut codes = if self.has(&format!("{table}/text"))? {
            let mut places: HashMap<String, u32> = HashMap::new();
            self.child_labels(children, "text", null, |label| {
                if let Some(code) = places.get(label) {
                    return Ok(*code);
                }
                let code = told.add(Value::Text(label.to_string()));
                places.insert(label.to_string(), code);
                Ok(code)
            })?
        } else {
            vec![null; children.len()]
        };
        for (column, value) in [
            ("whole", Value::Integer as fn(i64) -> Value),
            ("number", |bits| Value::Number(f64::from_bits(bits as u64))),
            ("date", |day| {
                Value::Text(Day::new(day as i32).date().to_string())
            }),
        ] {
            if !self.has(&format!("{table}/{column}"))? {
                continue;
            }
            let mut numbers = self.child_numbers(children, column, |n| n)?;
            if column == "date" {
                let days = self.child_numbers(children, "day", Option::unwrap_or_default)?;
                for (date, day) in numbers.iter_mut().zip(days) {
                    *date = date.map(|date| date + day);
                }
            }
            let mut places: FxHashMap<i64, u32> = FxHashMap::default();
            for (code, number) in codes.iter_mut().zip(numbers) {
                if let Some(number) = number {
                    *code = *places
                        .entry(number)
                        .or_insert_with(|| told.add(value(number)));
                }
            }
        }
        Ok(codes)
    }

    fn fact_of_rows(&self, name: &str, cut: Option<Day>) -> Result<Coded> {
        let mut codes = vec![0; self.len()];
        let mut values = vec![Value::Null];
        self.rows_of_fact(name, cut, &mut values, |deal, _, code| codes[deal] = code)?;
        Ok(Coded { codes, values })
    }

    /// Calls `each` with deal, day and code of every row of a fact up to a day, in their order. The first of `values`
    /// is what there is none of.
    fn rows_of_fact(
        &self,
        name: &str,
        cut: Option<Day>,
        values: &mut Vec<Value>,
        mut each: impl FnMut(usize, Day, u32),
    ) -> Result<()> {
        let mut places: HashMap<String, u32> = HashMap::new();
        let mut statement = self.connection().prepare_cached(
            "SELECT d.id, f.whole, f.number, f.text, f.day
             FROM deal d CROSS JOIN fact f ON f.subject = d.id AND f.name = $1
             WHERE f.day <= $2 ORDER BY d.id, f.day",
        )?;
        let mut rows = statement.query((name, cut.map_or(i32::MAX, Day::number)))?;
        let mut at = 0;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            while self.ids.get(at).is_some_and(|known| known.0 < id) {
                at += 1;
            }
            let mut add = |value: Value| {
                values.push(value);
                values.len() as u32
            };
            let code = match fact_value(row, 1)? {
                Value::Null => 1,
                Value::Text(text) => *places
                    .entry(text)
                    .or_insert_with_key(|text| add(Value::Text(text.clone()))),
                other => add(other),
            };
            if self.ids.get(at).is_some_and(|known| known.0 == id) {
                each(at, Day::new(row.get(4)?), code);
            }
        }
        Ok(())
    }
}
