//! What a condition may say, and what it may not.

use proptest::prelude::*;
use rstest::rstest;

use super::{Column, ColumnKind, Engine, Truth, Value};

fn engine() -> Engine {
    let column = |name: &str, kind| Column {
        name: name.into(),
        kind,
        doc: String::new(),
        values: Vec::new(),
    };
    Engine::new(vec![
        column("value", ColumnKind::Number),
        column("opened", ColumnKind::Date),
        column("expected_close", ColumnKind::Date),
        column("today", ColumnKind::Date),
        column("stage", ColumnKind::Text),
        column("has_decider", ColumnKind::Bool),
    ])
    .expect("an engine")
}

fn row(value: Option<f64>) -> Vec<Value> {
    let text = |text: &str| Value::Text(text.into());
    vec![
        value.map_or(Value::Null, Value::Number),
        text("2026-11-01"),
        Value::Null,
        text("2026-11-21"),
        text("qualify"),
        Value::Integer(1),
    ]
}

fn judge(text: &str) -> Truth {
    let engine = engine();
    engine.load([row(Some(4200.0))]).expect("loaded");
    let condition = engine.check(text).expect(text);
    engine.judge(&condition).expect(text)[0]
}

#[rstest]
#[case("value >= 4200", Truth::Met)]
#[case("value >= 4200.01", Truth::NotMet)]
#[case("expected_close > today", Truth::Missing)]
#[case("expected_close is null", Truth::Met)]
#[case("expected_close > today or value > 1", Truth::Met)]
#[case("expected_close > today and value > 1", Truth::Missing)]
#[case("expected_close > today and value < 1", Truth::NotMet)]
#[case("days(opened, today) = 20", Truth::Met)]
#[case("days(today, opened) = -20", Truth::Met)]
#[case("days(opened, expected_close) < 3", Truth::Missing)]
#[case("days(opened, '2026-02-31') < 3", Truth::Missing)]
#[case("days(opened, today) - 5 = 15", Truth::Met)]
#[case("stage in ('qualify', 'demo') and has_decider", Truth::Met)]
#[case("STAGE like 'Qual%'", Truth::Met)]
#[case("stage = 'it''s; -- (fine)'", Truth::NotMet)]
#[case("case when value > 5000 then 0 else 1 end", Truth::Met)]
#[case("max(value, 5000) = 5000", Truth::Met)]
#[case("cast(value as integer) between 4200 and 1e5", Truth::Met)]
#[case("value / 0 > 1", Truth::Missing)]
#[case("'some text'", Truth::NotMet)]
#[case("coalesce(expected_close, '2026-12-01') > today", Truth::Met)]
#[case("iif(value > 1, true, false)", Truth::Met)]
fn truth(#[case] text: &str, #[case] expected: Truth) {
    assert_eq!(judge(text), expected, "{text}");
}

/// The text of the mistake's place, its message and its label.
fn refusal(text: &str) -> (String, String, String) {
    let mistake = engine().check(text).expect_err(text);
    (
        text[mistake.range].to_string(),
        mistake.message,
        mistake.label,
    )
}

#[rstest]
#[case("(delete from deal)", "delete")]
#[case("(select 1)", "select")]
#[case("value > (SELECT max(value) from facts)", "SELECT")]
#[case("value in (values (1))", "values")]
#[case("exists (select 1)", "exists")]
#[case("value in facts", "in")]
#[case("load_extension('x')", "load_extension")]
#[case("randomblob(1e9)", "randomblob")]
#[case("zeroblob(10)", "zeroblob")]
#[case("printf('%999999d', 1)", "printf")]
#[case("random() > 1", "random")]
#[case("count(*) > 1", "count")]
#[case("count() > 1", "count")]
#[case("max(value) > 1", "max(value)")]
#[case("sum(value) > 1", "sum")]
#[case("row_number() over ()", "row_number")]
#[case("min(value, 1) over () > 1", "over")]
#[case("value > 1;", ";")]
#[case("value > 1 -- and more", "--")]
#[case("value > 1 /* and */", "/*")]
#[case("value > 1) or (1", ")")]
#[case("((value > 1)", "(")]
#[case("value > ?", "?")]
#[case("value > ?1", "?1")]
#[case("value > $1", "$1")]
#[case("value > :min", ":min")]
#[case("value > @min", "@min")]
#[case("stage = \"qualify\"", "\"qualify\"")]
#[case("[value] > 1", "[value]")]
#[case("`value` > 1", "`value`")]
#[case("stage = 'open", "'open")]
#[case("valeu > 1", "valeu")]
#[case("stage = qualify", "qualify")]
#[case("rowid > 1", "rowid")]
#[case("value > > 1", ">")]
#[case("value >", "value >")]
#[case("", "")]
#[case("  ", "  ")]
#[case("value > 1\u{0}", "\u{0}")]
#[case("expected_close + 30 > today", "expected_close")]
#[case("expected_close > today - 30", "today")]
#[case("(expected_close) + 30 > today", "expected_close")]
#[case("30 + coalesce(expected_close, today) > today", "expected_close")]
#[case("current_date > opened", "current_date")]
#[case("stage glob 'q*'", "glob")]
#[case("value, opened", "value, opened")]
#[case("value as x", "as")]
#[case("stage -> '$.a'", "-")]
#[case("sqlite_version() > 1", "sqlite_version")]
#[case("abs(1, 2)", "abs")]
fn refused(#[case] text: &str, #[case] place: &str) {
    assert_eq!(refusal(text).0, place, "{:?}", refusal(text));
}

#[test]
fn hints() {
    assert_eq!(
        refusal("valeu > 1").2,
        "no such column; did you mean `value`?"
    );
    assert_eq!(
        refusal("stage = quux").2,
        "no such column; if it is meant as text, write 'quux'"
    );
    assert_eq!(
        refusal("lenght(stage) > 1").2,
        "no such function; did you mean `length`?"
    );
    assert!(refusal("today + 30 < opened").2.contains("days(a, b)"));
    assert!(refusal("stage = \"x\"").2.contains("single quotes"));
}

#[test]
fn columns_read_are_in_order_of_first_mention() {
    let condition = engine()
        .check("today < Expected_Close and (value > 1 or today > opened)")
        .expect("sound");
    assert_eq!(
        condition.reads,
        ["today", "expected_close", "value", "opened"]
    );
    assert!(engine().check("1 = 1").expect("sound").reads.is_empty());
}

#[test]
fn judges_a_set_at_a_time_and_loads_anew() {
    let engine = engine();
    let condition = engine.check("value >= 50000").expect("sound");
    assert!(engine.judge(&condition).expect("judged").is_empty());
    engine
        .load((0..100_000_u32).map(|n| row((n % 10 > 0).then(|| f64::from(n)))))
        .expect("loaded");
    let truths = engine.judge(&condition).expect("judged");
    let count = |truth| truths.iter().filter(|t| **t == truth).count();
    assert_eq!(
        (
            count(Truth::Met),
            count(Truth::NotMet),
            count(Truth::Missing)
        ),
        (45_000, 45_000, 10_000)
    );
    assert_eq!(
        (truths[49_999], truths[50_000], truths[50_001]),
        (Truth::NotMet, Truth::Missing, Truth::Met)
    );
    engine
        .load([row(Some(50_000.0)), row(None)])
        .expect("loaded");
    assert_eq!(
        engine.judge(&condition).expect("judged"),
        [Truth::Met, Truth::Missing]
    );
    assert!(
        engine.load([vec![Value::Null]]).is_err(),
        "a row of the wrong width"
    );
    assert_eq!(
        engine.judge(&condition).expect("judged").len(),
        2,
        "a failed load changes nothing"
    );
}

#[test]
fn a_condition_that_was_not_checked_is_still_guarded() {
    let engine = engine();
    engine.load([row(Some(1.0)), row(None)]).expect("loaded");
    for text in [
        "1) from facts; drop table facts; --",
        "(select 1 from facts)",
        "randomblob(100)",
        "max(value)",
    ] {
        let forged = super::Condition {
            text: text.into(),
            reads: Vec::new(),
        };
        assert!(engine.judge(&forged).is_err(), "{text}");
    }
}

#[test]
fn growth_is_bounded() {
    let engine = engine();
    engine.load([row(Some(1.0))]).expect("loaded");
    let mut text = "stage".to_string();
    for _ in 0..30 {
        text = format!("replace({text}, 'a', 'aaaaaaaaaaaaaaaaaaaaaaaaa')");
    }
    let condition = engine
        .check(&format!("length({text}) > 0"))
        .expect("it can be read");
    assert!(engine.judge(&condition).is_err());
    assert!(engine.check(&"(".repeat(3000)).is_err());
    assert!(
        engine.check(&format!("{}1", "1 + ".repeat(900))).is_err(),
        "too deep"
    );
    assert!(engine.check(&"x".repeat(100_000)).is_err());
}

proptest! {
    #[test]
    fn no_text_panics_and_ranges_are_sound(text in any::<String>()) {
        if let Err(mistake) = engine().check(&text) {
            prop_assert!(text.get(mistake.range).is_some());
        }
    }

    #[test]
    fn near_misses_are_handled(parts in proptest::collection::vec(
        proptest::sample::select(vec!["value", "opened", "(", ")", ",", "'a'", "+", "-", ">", "and", "in", "max", "not", "1", "é", "case", "end", "."]), 0..12)
    ) {
        let text = parts.join(" ");
        let engine = engine();
        engine.load([row(Some(1.0)), row(None)]).expect("loaded");
        match engine.check(&text) {
            Ok(condition) => prop_assert!(engine.judge(&condition).map_or(true, |truths| truths.len() == 2)),
            Err(mistake) => prop_assert!(text.get(mistake.range).is_some()),
        }
    }
}

/// An engine where a column says which words it can be.
fn worded() -> Engine {
    let column = |name: &str, kind, values: &[&str]| Column {
        name: name.into(),
        kind,
        doc: String::new(),
        values: values.iter().map(|value| (*value).to_string()).collect(),
    };
    Engine::new(vec![
        column("impact", ColumnKind::Number, &[]),
        column("age_days", ColumnKind::Integer, &[]),
        column("late", ColumnKind::Bool, &[]),
        column("next_date", ColumnKind::Date, &[]),
        column("title", ColumnKind::Text, &[]),
        column("stage", ColumnKind::Text, &["qualify", "propose", "it's"]),
    ])
    .expect("an engine")
}

const NUMBER: &str = "expected a number without quotes";
const DATE: &str = "expected a date as `YYYY-MM-DD`";
const QUOTED_DATE: &str = "expected `YYYY-MM-DD` in single quotes";
const NEAR: &str = "no such value; did you mean `propose`?";
const LISTED: &str = "no such value; expected `qualify`, `propose`, `it's`";

#[rstest]
#[case("impact > 'ten'", "'ten'", NUMBER)]
#[case("impact = '10'", "'10'", NUMBER)]
#[case("'10' <= IMPACT", "'10'", NUMBER)]
#[case("age_days in (1, '2')", "'2'", NUMBER)]
#[case("not impact == 'ten'", "'ten'", NUMBER)]
#[case("late is 'yes'", "'yes'", "expected 1 or 0 without quotes")]
#[case("next_date < '21.11.2026'", "'21.11.2026'", DATE)]
#[case("next_date >= '2026-11'", "'2026-11'", DATE)]
#[case("next_date >= '2026-02-30'", "'2026-02-30'", "there is no such day")]
#[case("next_date >= '+2026-1-01'", "'+2026-1-01'", DATE)]
#[case("next_date <> ''", "''", DATE)]
#[case("next_date < 2026-11-21", "2026-11-21", QUOTED_DATE)]
#[case("next_date > -30", "-30", QUOTED_DATE)]
#[case("20261121 < next_date", "20261121", QUOTED_DATE)]
#[case("title = 4711", "4711", "expected text in single quotes")]
#[case(
    "stage != 1",
    "1",
    "expected `qualify`, `propose`, `it's` in single quotes"
)]
#[case("stage = 'Propose'", "'Propose'", NEAR)]
#[case("impact > 1 and stage <> 'propos'", "'propos'", NEAR)]
#[case("(stage is not 'PROPOSE')", "'PROPOSE'", NEAR)]
#[case("'Propose' is stage", "'Propose'", NEAR)]
#[case("stage not in ('qualify', 'Propose')", "'Propose'", NEAR)]
#[case("case when stage = 'Propose' then 1 else 0 end", "'Propose'", NEAR)]
#[case("impact between 1 and 2 and stage = 'Propose'", "'Propose'", NEAR)]
#[case("iif(stage = 'discovery', 1, 0)", "'discovery'", LISTED)]
#[case("stage = 'it''s it'", "'it''s it'", LISTED)]
fn literals_no_fact_can_equal(#[case] text: &str, #[case] place: &str, #[case] label: &str) {
    let mistake = worded().check(text).expect_err(text);
    assert_eq!(
        (&text[mistake.range], mistake.label.as_str()),
        (place, label)
    );
}

#[test]
fn messages_about_literals() {
    let message = |text: &str| worded().check(text).expect_err(text).message;
    assert_eq!(
        message("impact > 'ten'"),
        "`impact` is a number, compared with text"
    );
    assert_eq!(
        message("late = 'no'"),
        "`late` is 1 or 0, compared with text"
    );
    assert_eq!(
        message("next_date = 'now'"),
        "`next_date` is a date, compared with other text"
    );
    assert_eq!(
        message("next_date = 1"),
        "`next_date` is a date, compared with a number"
    );
    assert_eq!(
        message("title = 1"),
        "`title` is text, compared with a number"
    );
    assert_eq!(
        message("stage = 'Propose'"),
        "unknown value `Propose` of `stage`"
    );
}

/// Whatever is more than a column beside a literal is left to SQLite.
#[rstest]
#[case("impact >= -5 + 2 and age_days <> 1e3")]
#[case("late = 1 or late = true or late is null")]
#[case("next_date < '2026-11-21' and next_date in ('2026-11-21')")]
#[case("title = 'anything' and stage = 'it''s'")]
#[case("stage in ('qualify', 'propose') and stage not in ('qualify')")]
#[case("stage like 'Prop%'")]
#[case("stage = 'Propose' collate nocase")]
#[case("stage = 'pro' || 'pose'")]
#[case("'a' || stage = 'apropose'")]
#[case("lower(stage) = 'Propose'")]
#[case("stage = lower('Propose')")]
#[case("stage in (lower('Propose'), 'pro' || 'pose')")]
#[case("coalesce(next_date, 'never') <> 'never'")]
#[case("impact between 1 and stage = 0")]
#[case("impact is not stage = 0")]
#[case("length(title) = 3 and title = stage")]
#[case("stage || 1 = 'qualify1'")]
fn other_comparisons_are_left_alone(#[case] text: &str) {
    if let Err(mistake) = worded().check(text) {
        panic!("{text}: {mistake:?}");
    }
}
