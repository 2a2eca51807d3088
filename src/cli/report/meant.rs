//! What `--period` and `--by` of a report mean.

use anyhow::Result;
use chrono::NaiveDate;

use super::super::command_line::quoted;
use super::super::session::Session;
use crate::date::{self, parse_period};
use crate::document::Period;
use crate::fault::{Class, Fault};
use crate::process::FieldOf;
use crate::report::Dimension;

/// Which periods a report can be asked for.
#[derive(Clone, Copy, Default)]
pub(crate) struct Periods {
    /// What is open or aimed at may be asked of days to come, what has happened may not.
    pub(crate) to_come: bool,
    /// It is of one period, which `all` is not.
    pub(crate) one: bool,
}

impl Periods {
    pub(crate) const ONE: Self = Self {
        to_come: false,
        one: true,
    };
    pub(crate) const ONE_OR_TO_COME: Self = Self {
        to_come: true,
        one: true,
    };
}

/// `--period` as it is meant; `None` is all time, or what the report takes by itself.
pub(crate) fn period(
    session: &Session<'_>,
    typed: Option<&str>,
    as_of: NaiveDate,
    periods: Periods,
) -> Result<Option<Period>, Fault> {
    let Some(typed) = typed else {
        return Ok(None);
    };
    if ["all", "all time"].contains(&typed.trim().to_lowercase().as_str()) {
        if periods.one {
            let problem = "--period: this report is of one period, not of all time";
            let hint =
                "leave --period out for the one it takes by itself, or name one like 2026-Q3";
            return Err(Fault::usage(problem).hint(hint));
        }
        return Ok(None);
    }
    let period = parse_period(typed, session.today, session.process.fiscal_month)
        .map_err(|problem| Fault::usage(format!("--period: {problem}")))?;
    if period.from > as_of && !periods.to_come {
        return Err(Fault::usage(format!(
            "--period: {} begins after {}, the as-of day: nothing can have happened in it",
            date::range(period),
            date::day(as_of)
        ))
        .hint(format!(
            "what is open and expected to close in it: salesctl report pipeline --period {}",
            quoted(typed)
        )));
    }
    Ok(Some(period))
}

/// What is typed behind `--by`; `also` is what the report takes beside, which is listed with the rest.
pub(crate) fn dimensions(
    session: &Session<'_>,
    by: &[String],
    also: &[&str],
) -> Result<Vec<Dimension>> {
    by.iter()
        .flat_map(|names| names.split(','))
        .map(|name| {
            let dimension = Dimension::from_name(name.trim());
            if let Dimension::Attribute(field) = &dimension {
                let fields: Vec<&str> = session
                    .process
                    .fields
                    .iter()
                    .filter(|field| field.of != FieldOf::BuiltIn)
                    .map(|field| field.name.as_str())
                    .collect();
                if !fields.contains(&field.as_str()) {
                    let known: Vec<&str> = [
                        "rep",
                        "team",
                        "product",
                        "source",
                        "type",
                        "process-version",
                    ]
                    .into_iter()
                    .chain(also.iter().copied().filter(|name| !fields.contains(name)))
                    .chain(fields.iter().copied())
                    .collect();
                    return Err(Fault::unknown(Class::Usage, "dimension", field, &known).into());
                }
            }
            Ok(dimension)
        })
        .collect()
}
