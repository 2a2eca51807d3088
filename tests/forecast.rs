//! Forecasts where other pages show them, what a night keeps and tells of them, and that their parts add up: on the
//! history of the demo, and where there is too little.

use std::fs;

use rstest::rstest;
use serde_json::Value as Json;

use crate::sandbox::{Ran, Sandbox};

/// The demo, in the folder in which commands run.
fn demo() -> Sandbox {
    let mut sandbox = Sandbox::empty();
    sandbox.sh("salesctl demo . --quiet").ok();
    sandbox
}

/// Lines at the end of the process file, which count from now on.
fn applied(sandbox: &mut Sandbox, lines: &str) {
    let process = fs::read_to_string(sandbox.path("process.toml")).expect("a process");
    sandbox.write("process.toml", format!("{process}\n{lines}"));
    sandbox.sh("salesctl process apply --why test").ok();
}

fn on(sandbox: &mut Sandbox, day: &str, command: &str) -> Ran {
    // What counts is when it was recorded, too.
    sandbox.sh(&format!(
        "SALESCTL_CLOCK={day}T12:00:00Z salesctl --today {day} {command}"
    ))
}

/// Lines are broken to the width of the terminal.
fn unwrapped(ran: &Ran) -> String {
    ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn rows<'a>(json: &'a Json, level: &'a str) -> impl Iterator<Item = &'a Json> {
    let rows = json["rows"].as_array().expect("rows");
    rows.iter().filter(move |row| row["level"] == level)
}

fn total(json: &Json) -> &Json {
    rows(json, "total").next().expect("a total")
}

fn sum<'a>(rows: impl Iterator<Item = &'a Json>, name: &str) -> i64 {
    rows.map(|row| row[name].as_i64().unwrap_or(0)).sum()
}

/// To the minor unit, also of what is only supposed.
#[rstest]
#[case("rep")]
#[case("team")]
#[case("product")]
fn parts_add_up_to_the_total(#[case] by: &str) {
    let mut sandbox = demo();
    let mut totals = Vec::new();
    for supposed in [
        "",
        "--assume stage=propose:p=0.5 --assume rep=jr:value*=1.1",
        "--without 1508",
        "--without 1508 --assume deal=PKEQ:p=1",
        "--days 45",
    ] {
        let command = format!("salesctl forecast --json --by {by} {supposed}");
        let json = sandbox.sh(&command).ok().json();
        let total = total(&json);
        assert!(rows(&json, "group").count() > 1, "{command}");
        let new = total["new_minor"].as_i64().expect("an amount");
        for (name, beside) in [
            ("won_minor", 0),
            ("open_n", 0),
            ("open_minor", 0),
            ("expected_minor", new),
        ] {
            let parts = sum(rows(&json, "group"), name) + beside;
            assert_eq!(total[name].as_i64(), Some(parts), "{command}: {name}");
        }
        assert_eq!(sum(rows(&json, "new"), "expected_minor"), new, "{command}");
        totals.push(total["open_minor"].as_i64().expect("an amount"));
    }
    // Each of them is another forecast, so that none passed for want of an effect.
    let [as_is, assumed, without, both, _] = totals[..] else {
        panic!("five totals");
    };
    assert!(
        assumed > as_is && without < as_is && both > without,
        "{totals:?}"
    );
}

/// What a backtest judges is the range that was printed on the day, also where it reaches down to nothing.
#[test]
fn the_range_that_is_judged_is_the_one_that_is_said() {
    let mut sandbox = demo();
    let command = "salesctl forecast backtest --days 2 --origins 12 --by-origin --json";
    let judged = sandbox.sh(command).ok().json();
    let judged = judged["rows"].as_array().expect("rows").iter();
    let judged: Vec<&Json> = judged.filter(|row| row["method"] == "chosen").collect();
    assert_eq!(judged.len(), 12);
    for row in judged.iter().step_by(4) {
        let origin = row["origin"].as_str().expect("a day");
        let command = format!("salesctl forecast --days 2 --as-of {origin} --json");
        let said = sandbox.sh(&command).ok().json();
        let said = total(&said);
        assert_eq!(said["expected_minor"], row["expected_minor"], "{origin}");
        assert_eq!(row["low_minor"], 0, "{origin}");
        assert_eq!(said["low_minor"], 0, "{origin}");
        let [judged, said] = [row, said].map(|row| row["high_minor"].as_f64().expect("an amount"));
        // The replay begins later, so that the first errors that the range is widened by are not quite the same.
        assert!(
            (judged / said - 1.0).abs() < 0.02,
            "{origin}: {judged} {said}"
        );
    }
}

/// The same numbers wherever one looks.
#[test]
fn other_pages_show_the_forecast() {
    let mut sandbox = demo();
    let quarter = sandbox.sh("salesctl forecast --json").ok().json();
    let theirs = sandbox.sh("salesctl forecast --rep jr --json").ok().json();
    let major = |of: &Json, name: &str| {
        let minor = of[name].as_f64().expect("an amount");
        let digits = ((minor / 100.0).round() as i64).to_string();
        let (front, back) = digits.split_at(digits.len() - 3);
        format!("{front},{back} EUR")
    };
    let total = total(&quarter);
    let percent = |share: &Json| format!("{:.0} %", share.as_f64().expect("a share") * 100.0);
    let range = format!(
        "forecast for 2026-Q4: {} at the median, 80 % range {} – {}, 80,300 EUR of it won; chance to reach the target of 320,000 EUR: {}",
        major(total, "median_minor"),
        major(total, "low_minor"),
        major(total, "high_minor"),
        percent(&total["target_share"])
    );
    let record = format!(
        "method: {}; {} past forecasts were off by {} of what was won (WAPE); ",
        total["method"].as_str().expect("a method"),
        total["origins"],
        percent(&total["wape_share"])
    );
    for page in ["meeting", "targets", "coverage"] {
        let shown = unwrapped(&sandbox.sh(&format!("salesctl report {page}")).ok());
        for what in [&range, &record] {
            assert!(shown.contains(what.as_str()), "no `{what}` in\n{shown}");
        }
    }
    let shown = unwrapped(&sandbox.sh("salesctl report scorecard jr").ok());
    let own = rows(&theirs, "total").next().expect("a total");
    let median = format!(
        "forecast for 2026-Q4: {} at the median",
        major(own, "median_minor")
    );
    assert!(shown.contains(&median), "no `{median}` in\n{shown}");
    // There is no record of a part.
    assert!(
        shown.contains("past forecasts of all deals were off by"),
        "{shown}"
    );
    assert!(
        own["wape_share"].is_null() && own["coverage_share"].is_null(),
        "{own}"
    );
    assert!(
        own["median_minor"].as_i64() < total["median_minor"].as_i64(),
        "a rep's part is a part"
    );

    let targets = sandbox.sh("salesctl report targets --json").ok().json();
    let rows = targets["rows"].as_array().expect("rows");
    let share = |metric: &str, name: &Json| {
        let mut found = rows
            .iter()
            .filter(|row| row["metric"] == metric && row["name"] == *name);
        let row = found
            .next()
            .unwrap_or_else(|| panic!("no {metric} of {name}"));
        row["chance_share"].as_f64()
    };
    assert_eq!(
        share("revenue", &Json::Null),
        total["target_share"].as_f64()
    );
    let north = sandbox.sh("salesctl forecast --team north --json").ok();
    let north = north.json();
    let team = self::total(&north)["target_share"].as_f64();
    assert!(team.is_some());
    assert_eq!(share("revenue", &Json::from("north")), team);
    // A win rate is no sum of money.
    assert_eq!(share("win-rate", &Json::Null), None);
}

/// A period that is over has no forecast, on no page.
#[test]
fn what_is_over_is_not_forecast() {
    let mut sandbox = demo();
    for page in ["coverage --period 2026-Q4", "targets --as-of 2026-12-31"] {
        let command = format!("salesctl --today 2026-12-31 report {page}");
        let shown = unwrapped(&sandbox.sh(&command).ok());
        assert!(!shown.contains("forecast for"), "{command}\n{shown}");
    }
}

#[test]
fn too_little_history_is_said_on_every_page() {
    let mut sandbox = Sandbox::workspace();
    for line in [
        "deal add Acme --value 12k --owner jr --on 2026-10-20",
        "deal add Hooli --value 45k --owner jr --on 2026-08-03",
        "deal win hooli --override 'signed at the fair' --on 2026-09-30",
    ] {
        sandbox.sh(&format!("salesctl {line}")).ok();
    }
    applied(
        &mut sandbox,
        "[[target]]\nmetric = \"revenue\"\nat_least = 100000\nperiod = \"quarter\"\n",
    );
    let says = "no forecast for 2026-Q4: insufficient history: 1 deal won and 0 lost, 30 of each are needed";
    for page in ["meeting", "targets", "coverage", "scorecard jr"] {
        let shown = unwrapped(&sandbox.sh(&format!("salesctl report {page}")).ok());
        assert!(shown.contains(says), "{page}: no `{says}` in\n{shown}");
    }
    let targets = sandbox.sh("salesctl report targets --json").ok().json();
    assert_eq!(targets["rows"][0]["metric"], "revenue");
    assert_eq!(targets["rows"][0]["chance_share"], Json::Null);
    on(&mut sandbox, "2026-11-21", "nightly --markdown page.md").ok();
    let page = fs::read_to_string(sandbox.path("page.md")).expect("a page");
    for what in [
        "insufficient history: 1 deal won and 0 lost, 30 of each are needed",
        "no forecast is kept tonight: ",
    ] {
        assert!(page.contains(what), "no `{what}` in\n{page}");
    }
    assert_eq!(kept(&sandbox), Kept::default());
}

/// All that nights kept of forecasts.
#[derive(Debug, Default, PartialEq)]
struct Kept {
    forecasts: Vec<Vec<String>>,
    said: Vec<Vec<String>>,
}

fn kept(sandbox: &Sandbox) -> Kept {
    let store = rusqlite::Connection::open(sandbox.store()).expect("it opens");
    let all = |sql: &str| -> Vec<Vec<String>> {
        let mut statement = store.prepare(sql).expect("a statement");
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| {
            (0..columns)
                .map(|at| Ok(format!("{:?}", row.get_ref(at)?)))
                .collect()
        });
        rows.expect("rows").map(|row| row.expect("a row")).collect()
    };
    Kept {
        forecasts: all("SELECT * FROM snapshot_forecast ORDER BY 1, 2, 3"),
        said: all("SELECT * FROM snapshot_said ORDER BY 1, 2, 3, 4"),
    }
}

/// The part of the page that tells of forecasts.
fn of_forecasts(page: &str) -> &str {
    let from = page
        .find("aria-label=\"Forecast\"")
        .expect("a part on forecasts");
    let to = page
        .find("aria-label=\"Pipeline\"")
        .expect("one on the pipeline");
    &page[from..to]
}

const CALLS: &str = "What was said against what was won";

#[test]
fn the_night_shows_the_range_and_names_nobody_unless_switched_on() {
    let mut sandbox = demo();
    for (day, command) in [
        ("2026-05-04", "--as jr forecast commit --amount 41k"),
        ("2026-08-03", "--as jr forecast commit --amount 121k"),
        ("2026-08-03", "--as ao forecast commit --amount 31k"),
    ] {
        on(&mut sandbox, day, command).ok();
    }
    let night = "nightly --html page.html";
    on(&mut sandbox, "2026-08-10", night).ok();
    let once = kept(&sandbox);
    // The quarter and the next 30 days, of each what the methods said.
    assert_eq!(once.forecasts.len(), 2);
    assert!(once.said.len() >= 2 * 5, "{:?}", once.said);

    let page = fs::read_to_string(sandbox.path("page.html")).expect("a page");
    let part = of_forecasts(&page);
    let report = on(
        &mut sandbox,
        "2026-08-10",
        "forecast --period 2026-Q3 --json",
    );
    let report = report.ok().json();
    let total = total(&report);
    assert_eq!(total["target_minor"].as_i64(), Some(32_000_000));
    let chance = total["target_share"].as_f64().expect("a chance") * 100.0;
    for what in [
        "target 320,000 EUR".to_string(),
        "80 % range</th>".to_string(),
        format!("chance to reach it</th><td class=\"n\">{chance:.0} %"),
        "<figcaption>Won in the period, and what is expected".to_string(),
        "called by 2 reps for this quarter: 152,000 EUR".to_string(),
    ] {
        assert!(part.contains(&what), "no `{what}` in\n{part}");
    }
    assert!(part.matches("<svg").count() >= 2, "{part}");
    for name in [CALLS, "Jana Roth", "Aylin", "121,000", "31,000", "41,000"] {
        assert!(!part.contains(name), "`{name}` in\n{part}");
    }

    // The day again: what is kept is the same, once.
    on(&mut sandbox, "2026-08-10", night).ok();
    assert_eq!(kept(&sandbox), once);
    // Another night is kept beside it.
    on(&mut sandbox, "2026-08-11", "nightly").ok();
    let both = kept(&sandbox);
    assert_eq!(both.forecasts.len(), 2 * once.forecasts.len());
    assert_eq!(both.said.len(), 2 * once.said.len());

    applied(&mut sandbox, "[nightly]\ncalls_by_name = true\n");
    // Of the fourth quarter, those above are of the quarters before.
    sandbox
        .sh("salesctl --as jr forecast commit --amount 141k")
        .ok();
    let later = "SALESCTL_CLOCK=2027-01-10T09:00:00Z SALESCTL_TODAY=2027-01-10";
    sandbox.sh(&format!("{later} salesctl {night}")).ok();
    let page = fs::read_to_string(sandbox.path("page.html")).expect("a page");
    let part = of_forecasts(&page);
    for what in [CALLS, "Jana Roth"] {
        assert!(part.contains(what), "no `{what}` in\n{part}");
    }
    // It is over when the page is made, and she alone said something of it.
    assert!(!part.contains("Aylin"), "{part}");
}
