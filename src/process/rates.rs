//! The dated rates of one currency.

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::DeValue;

use super::reader::{At, Reader};

pub(super) fn read(
    reader: &Reader<'_>,
    code: &At<String>,
    value: &Spanned<DeValue<'_>>,
) -> Vec<(NaiveDate, f64)> {
    let DeValue::Table(table) = value.get_ref() else {
        reader.wrong_type(
            &code.value,
            value,
            "a table of dates, `\"2026-01-01\" = 0.92`",
        );
        return Vec::new();
    };
    let mut rates = Vec::new();
    for (key, value) in table {
        let Ok(from) = key.get_ref().parse::<NaiveDate>() else {
            reader.error(
                key.span(),
                format!("`{}` is not a date", key.get_ref()),
                "expected the date from which the rate holds, such as \"2026-01-01\"",
            );
            continue;
        };
        let Some(rate) = reader.number_of(key.get_ref(), value) else {
            continue;
        };
        if rate.value.is_finite() && rate.value > 0.0 {
            rates.push((from, rate.value));
        } else {
            reader.error(
                rate.span,
                "a rate that is not above zero",
                "expected a number such as 0.92",
            );
        }
    }
    rates.sort_by_key(|(from, _)| *from);
    rates
}
