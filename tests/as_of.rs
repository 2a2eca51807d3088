//! `--as-of` gives what would have been printed that day: a store is built day by day, every report is kept as
//! it was printed each evening, and asked for again when all is over.

use std::collections::BTreeMap;

use crate::sandbox::Sandbox;

/// What was typed on each day.
const DAYS: &[(&str, &[&str])] = &[
    (
        "2026-09-01",
        &[
            "deal add Acme --value 12k --product starter --owner jr --next 'tue: call'",
            "deal add Globex --value 30k --owner ab --source fair",
            "deal log acme call --minutes 20 --cost 5 --tool 'Discovery questions'",
        ],
    ),
    (
        "2026-09-03",
        &[
            "deal add Initech --value 8k --owner jr --set expected_close=2026-10-15",
            "deal log globex meeting --minutes 90 --cost 120",
            "deal person add acme 'Jana Holt' --role decider",
            "--as jr target propose revenue --at-least 60k --period 2026-Q4 --why 'two renewals'",
        ],
    ),
    (
        "2026-09-08",
        &[
            "deal advance acme --override 'all known' --next 'fri: demo'",
            "deal set globex value=25k expected_close=2026-09-30",
            "deal advance globex --override 'known from before'",
        ],
    ),
    (
        "2026-09-14",
        &[
            "deal advance globex --override 'they asked for it'",
            "deal back globex --note 'no budget yet'",
            "followup done acme",
            "followup snooze acme 2026-09-20",
            "catalog add rep ms --title 'Mia Stein' --team north --price 50",
            "catalog set rep jr --price 70",
            "deal assign initech --to ab",
        ],
    ),
    (
        "2026-09-21",
        &[
            "deal add Hooli --value 45k --owner ab",
            "deal hold hooli --until 2026-10-05 --reason holidays",
            "deal lose initech --reason price",
            "deal add Umbrella --value 5k --owner jr",
            "undo",
        ],
    ),
    (
        "2026-10-02",
        &[
            "deal set acme value=15k expected_close=2026-10-20",
            "deal log acme mail --minutes 10 --tool 'Demonstration script'",
            "followup done hooli",
            "deal win globex --override 'signed on the fair'",
            "account log acme call --minutes 15",
        ],
    ),
    (
        "2026-10-09",
        &[
            "deal resume hooli",
            "deal advance acme --override 'all agreed'",
            "deal reopen initech --note 'they are back'",
        ],
    ),
    (
        "2026-10-20",
        &[
            "deal win acme --override 'signed'",
            "deal lose hooli --reason competitor",
            "experience add acme 4 --note 'quick answers'",
        ],
    ),
];

/// What is asked each evening.
const ASKED: &[&str] = &[
    "report pipeline",
    "report funnel",
    "report funnel --period 2026-Q3",
    "report win-rate",
    "report win-rate --by rep",
    "report win-rate --by team,product",
    "report win-rate --where 'value > 10000'",
    "report durations",
    "report velocity",
    "report pipeline --rep ab",
    "report sources",
    "deal list --all",
];

/// Evenings on which all the rest is asked, too: each is followed by days that change what it would say.
const LONG_EVENINGS: &[&str] = &["2026-09-08", "2026-10-09"];

const ASKED_THEN: &[&str] = &[
    "report pipeline --by rep",
    "report pipeline --by month",
    "report aging",
    "report losses",
    "report losses --by rep",
    "report activity",
    "report activity --by kind",
    "report costs",
    "report data",
    "report cohorts",
    "report changes --since 2026-09-01",
    "report scorecard",
    "report scorecard jr",
    "report meeting",
    "report breakdown",
    "report compare jr ab",
    "report coverage",
    "report targets",
    "forecast --by rep",
    "forecast backtest",
    "report experience",
    "report requests",
    "metric query win-rate revenue activities --by rep",
];

fn asked(sandbox: &mut Sandbox, day: &str, words: &str) -> Vec<(&'static str, String)> {
    let rest = if LONG_EVENINGS.contains(&day) {
        ASKED_THEN
    } else {
        &[]
    };
    ASKED
        .iter()
        .chain(rest)
        .map(|question| {
            let ran = sandbox.sh(&format!("salesctl {question} --json {words}"));
            (*question, ran.ok().stdout)
        })
        .collect()
}

/// The lines that differ, as far as anybody wants to read them.
fn difference(then: &str, now: &str) -> String {
    let pairs = then.lines().zip(now.lines());
    let different: Vec<String> = pairs
        .filter(|(then, now)| then != now)
        .map(|(then, now)| format!("  then {then}\n  now  {now}"))
        .take(6)
        .collect();
    let lines = (then.lines().count(), now.lines().count());
    format!("{}\n  {} lines, {}", different.join("\n"), lines.0, lines.1)
}

#[test]
fn as_of_gives_what_was_printed_that_day() {
    let mut sandbox = Sandbox::empty();
    let first = DAYS[0].0;
    sandbox.sh(&format!("salesctl init --today {first}")).ok();
    for setup in [
        "catalog add team north --title North",
        "catalog add team south --title South",
        "catalog add rep jr --title 'Jana Roth' --team north --price 60",
        "catalog add rep ab --title 'Amir Baran' --team south --price 80",
        "catalog add product starter --title Starter --price 6000",
        "catalog add source fair --title Fair",
    ] {
        sandbox
            .sh(&format!("salesctl {setup} --today {first}"))
            .ok();
    }
    let mut kept: BTreeMap<&str, Vec<(&str, String)>> = BTreeMap::new();
    for (day, commands) in DAYS {
        for command in *commands {
            sandbox
                .sh(&format!("salesctl {command} --today {day}"))
                .ok();
        }
        kept.insert(day, asked(&mut sandbox, day, &format!("--today {day}")));
    }
    let last = DAYS[DAYS.len() - 1].0;
    let mut different = Vec::new();
    for (day, printed) in &kept {
        let now = asked(&mut sandbox, day, &format!("--today {last} --as-of {day}"));
        for ((question, then), (_, now)) in printed.iter().zip(&now) {
            // The commands that a report names are asked as of its day, too.
            let now = now.replace(&format!(" --as-of {day}"), "");
            if *then != now {
                different.push(format!("{question} of {day}\n{}", difference(then, &now)));
            }
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
    // An evening without anything to tell apart would prove nothing.
    let evenings: Vec<&Vec<(&str, String)>> = kept.values().collect();
    for pair in evenings.windows(2) {
        assert_ne!(pair[0], pair[1]);
    }
}
