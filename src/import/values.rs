//! Texts of a file as dates, times, amounts and field values; whatever can't be read says why.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use super::map::{Formats, Mapping, name_key};
use crate::deal::event::{Amount, FieldValue, Private};
use crate::money::{Currency, Money};
use crate::process::{Field, FieldKind, LOST, Process, WON, Zone};
use crate::text::nearest;

/// A date; of a date with a time the date as written.
pub(super) fn date(text: &str, formats: &Formats) -> Result<NaiveDate, String> {
    let read = match &formats.date {
        Some(format) => NaiveDate::parse_from_str(text, format)
            .or_else(|_| NaiveDateTime::parse_from_str(text, format).map(|at| at.date()))
            .ok(),
        None => iso_date(text),
    };
    let wanted = formats.date.as_deref().unwrap_or("YYYY-MM-DD");
    let date = read.ok_or_else(|| format!("`{text}` is not a date (expected {wanted})"))?;
    if (1900..2200).contains(&date.year()) {
        Ok(date)
    } else {
        Err(format!("`{text}` is the year {}", date.year()))
    }
}

fn iso_date(text: &str) -> Option<NaiveDate> {
    let (day, rest) = (text.get(..10)?, text.get(10..)?);
    // A time must look like one: `2017-03-0145` is no date.
    if !rest.is_empty() && !rest.starts_with(['T', ' ']) {
        return None;
    }
    // chrono takes `2017-3-1` and `+2017…` as well; what CRMs mean by those is not sure.
    let shape = day.bytes().enumerate().all(|(i, b)| {
        if i == 4 || i == 7 {
            b == b'-'
        } else {
            b.is_ascii_digit()
        }
    });
    shape.then(|| day.parse().ok()).flatten()
}

/// An instant; a time without an offset is meant in `zone`, a date without a time is its noon.
pub(super) fn instant(text: &str, formats: &Formats, zone: &Zone) -> Result<DateTime<Utc>, String> {
    let local = |at: NaiveDateTime| formats.timezone.as_ref().unwrap_or(zone).instant(at);
    let with_offset = match &formats.date {
        Some(format) => DateTime::parse_from_str(text, format).ok(),
        None => DateTime::parse_from_rfc3339(text)
            .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%:z"))
            .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"))
            .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f %z"))
            .ok(),
    };
    let naive = || match &formats.date {
        Some(format) => NaiveDateTime::parse_from_str(text, format).ok(),
        None => [
            "%Y-%m-%d %H:%M:%S%.f",
            "%Y-%m-%dT%H:%M:%S%.f",
            "%Y-%m-%d %H:%M",
            "%Y-%m-%dT%H:%M",
        ]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok()),
    };
    let whole_day = || {
        let day = match &formats.date {
            Some(format) => NaiveDate::parse_from_str(text, format).ok()?,
            None => iso_date(text).filter(|_| text.len() == 10)?,
        };
        Some(day.and_time(NaiveTime::from_hms_opt(12, 0, 0)?))
    };
    let read = with_offset
        .map(|at| at.with_timezone(&Utc))
        .or_else(|| naive().or_else(whole_day).map(local));
    let wanted = formats
        .date
        .as_deref()
        .unwrap_or("2017-03-01 14:30:00, with or without an offset");
    read.filter(|at| (1900..2200).contains(&at.year()))
        .ok_or_else(|| format!("`{text}` is not a date and time (expected {wanted})"))
}

/// An amount, not negative.
pub(super) fn amount(text: &str, formats: &Formats, currency: Currency) -> Result<Amount, String> {
    let bare = text.trim_matches(['$', '€', '£', '¥']).trim();
    if bare.starts_with(['-', '\u{2212}', '(']) || bare.ends_with('-') {
        return Err(format!("`{text}` is negative; a value is 0 or more"));
    }
    Money::parse(&pointed(bare, formats), currency)
        .map(|money| Amount {
            minor: money.minor,
            currency: money.currency,
        })
        .map_err(|problem| {
            problem
                .split(';')
                .next()
                .unwrap_or_default()
                .replace(bare, text)
        })
}

pub(super) fn yes_or_no(text: &str) -> Result<bool, String> {
    match name_key(text).as_str() {
        "1" | "true" | "yes" | "y" | "x" => Ok(true),
        "0" | "false" | "no" | "n" => Ok(false),
        _ => Err(format!("`{text}` is neither yes nor no")),
    }
}

/// What a deal is worth, in the currency that stands beside it, or that of the process.
pub(super) fn value(
    process: &Process,
    formats: &Formats,
    text: Option<&str>,
    currency: Option<&str>,
) -> Result<Option<Amount>, String> {
    let currency = match currency {
        Some(code) => code
            .to_uppercase()
            .parse()
            .map_err(|problem| format!("currency: {problem}"))?,
        None => process.currency,
    };
    text.map(|text| amount(text, formats, currency))
        .transpose()
        .map_err(|problem| format!("value {problem}"))
}

/// The reason of a loss that the process lists, or the file's own words where it has none such.
pub(super) fn reason(
    process: &Process,
    mapping: &Mapping,
    text: &str,
) -> (Option<String>, Option<String>) {
    match mapping.value("reason", text) {
        Some("") => return (None, None),
        Some(name) => return (Some(name.to_string()), None),
        None => {}
    }
    let key = name_key(text);
    let mut reasons = process.lost_reasons.iter();
    match reasons.find(|r| name_key(&r.name) == key || name_key(&r.title) == key) {
        Some(reason) => (Some(reason.name.clone()), None),
        None => (None, Some(text.to_string())),
    }
}

/// A number with a decimal point.
fn pointed(text: &str, formats: &Formats) -> String {
    if formats.decimal == ',' {
        text.replace('.', " ").replace(',', ".")
    } else {
        text.to_string()
    }
}

/// A stage, `won` or `lost`; nothing when the mapping says that the word tells nothing.
pub(super) fn stage(
    process: &Process,
    mapping: &Mapping,
    text: &str,
) -> Result<Option<String>, String> {
    if let Some(name) = mapping.value("stage", text) {
        if process.stage(name).is_none() && name.starts_with("done_") {
            return Err(format!("`{text}` is the step `{name}`, and no stage"));
        }
        return Ok(Some(name.to_string()).filter(|name| !name.is_empty()));
    }
    let key = name_key(text);
    let stages = process
        .stages
        .iter()
        .map(|stage| (stage.name.as_str(), stage.title.as_str()));
    let ends = [
        (WON, process.won_title.as_str()),
        (LOST, process.lost_title.as_str()),
    ];
    let mut all = stages.chain(ends);
    match all
        .clone()
        .find(|(name, title)| name_key(name) == key || name_key(title) == key)
    {
        Some((name, _)) => Ok(Some(name.to_string())),
        None => Err(unknown("stage", text, all.by_ref().map(|(name, _)| name))),
    }
}

pub(super) fn unknown<'n>(what: &str, text: &str, names: impl Iterator<Item = &'n str>) -> String {
    match nearest(text, names) {
        Some(near) => format!(
            "no {what} is called `{text}`; the nearest is `{near}`; name it under [values.{what}]"
        ),
        None => format!("no {what} is called `{text}`; name it under [values.{what}]"),
    }
}

/// The value of a custom field.
pub(super) fn field(
    text: &str,
    field: &Field,
    formats: &Formats,
    currency: Currency,
) -> Result<FieldValue, String> {
    let named = |problem: String| format!("{}: {problem}", field.name);
    let number = || {
        let plain = pointed(text, formats).replace([',', ' ', '\u{a0}', '\u{202f}'], "");
        plain
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
    };
    match field.kind {
        FieldKind::Text | FieldKind::Person => Ok(FieldValue::Text(Private::new(text))),
        FieldKind::Date => date(text, formats)
            .map(|date| FieldValue::Word(date.to_string()))
            .map_err(named),
        FieldKind::Number => number()
            .map(FieldValue::Number)
            .ok_or_else(|| named(format!("`{text}` is not a number"))),
        FieldKind::Money => amount(text, formats, currency)
            .map(|amount| FieldValue::Number(amount.currency.major(amount.minor)))
            .map_err(named),
        FieldKind::Integer => number()
            .filter(|number| number.fract() == 0.0 && number.abs() < 9e15)
            .map(|number| FieldValue::Integer(number as i64))
            .ok_or_else(|| named(format!("`{text}` is not a whole number"))),
        FieldKind::Bool => yes_or_no(text)
            .map(|yes| FieldValue::Integer(i64::from(yes)))
            .map_err(named),
        FieldKind::Choice => {
            let key = name_key(text);
            let choices = || field.choices.iter().map(String::as_str);
            match choices().find(|choice| name_key(choice) == key) {
                Some(choice) => Ok(FieldValue::Word(choice.to_string())),
                None => Err(named(match nearest(text, choices()) {
                    Some(near) => {
                        format!("`{text}` is not one of its choices; the nearest is `{near}`")
                    }
                    None => format!("`{text}` is not one of its choices"),
                })),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn iso() -> Formats {
        Formats {
            date: None,
            decimal: '.',
            timezone: None,
        }
    }

    fn german() -> Formats {
        Formats {
            date: Some("%d.%m.%Y".into()),
            decimal: ',',
            timezone: None,
        }
    }

    #[rstest]
    #[case("2017-03-01", Some("2017-03-01"))]
    #[case("2017-03-01T10:00:00Z", Some("2017-03-01"))]
    #[case("2017-03-01 10:00:00", Some("2017-03-01"))]
    #[case("2017-02-31", None)]
    #[case("2017-3-1", None)]
    #[case("01.03.2017", None)]
    #[case("0017-03-01", None)]
    #[case("45750", None)]
    #[case("1. März", None)]
    fn dates(#[case] text: &str, #[case] read: Option<&str>) {
        assert_eq!(
            date(text, &iso())
                .ok()
                .map(|date| date.to_string())
                .as_deref(),
            read
        );
    }

    #[test]
    fn dates_and_amounts_of_another_land() {
        assert_eq!(
            date("31.12.2026", &german()).map(|date| date.to_string()),
            Ok("2026-12-31".into())
        );
        assert!(date("31.02.2026", &german()).is_err());
        let eur: Currency = "EUR".parse().expect("a code");
        for (text, minor) in [
            ("1.234,56", 123_456),
            ("1234,5 €", 123_450),
            ("1.234.567", 123_456_700),
            ("12", 1_200),
        ] {
            assert_eq!(
                amount(text, &german(), eur).map(|amount| amount.minor),
                Ok(minor),
                "{text}"
            );
        }
        for text in ["-5,00", "(5)", "5-", "1,2,3", "x", "1.23"] {
            assert!(amount(text, &german(), eur).is_err(), "{text}");
        }
    }

    #[rstest]
    #[case("2012-04-03 16:55:38", "2012-04-03T14:55:38+00:00")]
    #[case("2012-04-03T16:55:38Z", "2012-04-03T16:55:38+00:00")]
    #[case("2012-04-03 16:55:38+05:00", "2012-04-03T11:55:38+00:00")]
    #[case("2012-04-03T16:55:38.000+0000", "2012-04-03T16:55:38+00:00")]
    #[case("2012-03-25 02:30:00", "2012-03-25T01:30:00+00:00")]
    #[case("2012-04-03", "2012-04-03T10:00:00+00:00")]
    fn instants(#[case] text: &str, #[case] utc: &str) {
        let at = instant(text, &iso(), &"Europe/Rome".parse().expect("a zone"))
            .map(|at| at.to_rfc3339());
        assert_eq!(at, Ok(utc.to_string()));
    }
}
