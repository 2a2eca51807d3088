//! Typed values: what a text means for a field of some kind, and as an amount.

use super::session::Session;
use crate::date::{Direction, parse_day};
use crate::deal::event::{Amount, FieldValue, Private};
use crate::money::Money;
use crate::process::{Field, FieldKind};
use crate::text::nearest;

/// The value of a custom field, of a deal or of an account.
pub(crate) fn field_value(
    session: &Session<'_>,
    field: &Field,
    typed: &str,
) -> Result<FieldValue, String> {
    if typed.is_empty() {
        return Ok(FieldValue::Empty);
    }
    match field.kind {
        FieldKind::Text | FieldKind::Person => Ok(FieldValue::Text(Private::new(typed))),
        FieldKind::Integer => typed
            .replace(',', "")
            .parse()
            .map(FieldValue::Integer)
            .map_err(|_| format!("`{typed}` is not a whole number")),
        FieldKind::Number => typed
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
            .map(FieldValue::Number)
            .ok_or_else(|| format!("`{typed}` is not a number")),
        FieldKind::Money => {
            let money = Money::parse(typed, session.process.currency)?;
            if money.currency != session.process.currency {
                return Err(format!(
                    "amounts of this field are in {}",
                    session.process.currency
                ));
            }
            Ok(FieldValue::Number(money.currency.major(money.minor)))
        }
        FieldKind::Date => parse_day(typed, session.today, Direction::Forward)
            .map(|day| FieldValue::Word(day.to_string())),
        FieldKind::Bool => match typed.to_lowercase().as_str() {
            "yes" | "y" | "true" | "1" => Ok(FieldValue::Integer(1)),
            "no" | "n" | "false" | "0" => Ok(FieldValue::Integer(0)),
            _ => Err(format!("`{typed}` is neither yes nor no")),
        },
        FieldKind::Choice => field
            .choices
            .iter()
            .find(|choice| choice.eq_ignore_ascii_case(typed))
            .map(|choice| FieldValue::Word(choice.clone()))
            .ok_or_else(|| {
                let near = nearest(typed, field.choices.iter().map(String::as_str))
                    .map(|near| format!("; did you mean `{near}`?"))
                    .unwrap_or_default();
                format!("`{typed}` is none of {}{near}", field.choices.join(", "))
            }),
    }
}

/// An amount in the deal's currency; another currency needs a stated rate.
pub(crate) fn parse_amount(session: &Session<'_>, typed: &str) -> Result<Option<Amount>, String> {
    if typed.is_empty() {
        return Ok(None);
    }
    let money = Money::parse(typed, session.process.currency)?;
    if session
        .process
        .rate(money.currency, session.today)
        .is_none()
    {
        return Err(format!(
            "there is no rate for {} yet; add [rates.{}] to the process file",
            money.currency, money.currency
        ));
    }
    Ok(Some(Amount {
        minor: money.minor,
        currency: money.currency,
    }))
}
