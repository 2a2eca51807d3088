//! Which version of the process judges what: the one under which it was done.

use rstest::rstest;

use super::super::Ask;
use super::super::sample::day;
use super::tests::{book, first_by, process};
use super::{Judging, conformance, conformance_needs, deviations, paths};
use crate::deal::book::{Book, Left, Told};
use crate::deal::fact::{GATE_VERSION, OVERRIDES_TOLD, STEPS_TOLD};
use crate::process::{self, Earlier, Process};

/// Version 1: `first`, which is `qualify` now, → `older`, which is no more → `propose` → won.
const FIRST: &str = r#"
[process]
name = "Ways"
currency = "EUR"

[[stage]]
name = "first"
limit = "5d"

[[stage]]
name = "older"
title = "Older"
steps = [{ name = "paper", required = true, why = "w" }]

[[stage]]
name = "propose"
back = ["first"]

[[end]]
name = "won"

[[end]]
name = "lost"
reasons = ["price"]
"#;

fn earlier() -> Vec<Earlier> {
    let process = process::check("v1", FIRST).process.expect("a process");
    let called = ["qualify", "older", "propose"];
    vec![Earlier {
        version: 1,
        process,
        called: called.map(str::to_string).to_vec(),
    }]
}

/// One deal; `gates` are days since which it passed gates under a version, such as `1@0 7@9`.
fn judged(way: &str, gates: &str, change: &dyn Fn(&mut Book)) -> String {
    let mut book = book(&[way]);
    // `older` is the last of the Book and was in between: from there it went on.
    for at in 0..book.visits.how.len() {
        if book.visits.stage[at] == 4 {
            book.visits.how[at] = Left::Advanced;
        }
    }
    let labels = ["1", "7", "3"];
    let mut told = Told::new(labels.map(str::to_string).to_vec(), 1);
    for gate in gates.split_whitespace() {
        let (version, on) = gate.split_once('@').expect("version@day");
        let label = labels.iter().position(|label| *label == version);
        told.push(
            0,
            day(on.parse().expect("a day")),
            label.map(|at| at as u32),
        );
    }
    book.told.insert(GATE_VERSION.to_string(), told);
    change(&mut book);
    let (process, earlier) = (process(), earlier());
    let judging = Judging {
        process: &process,
        earlier: &earlier,
    };
    first_by(judging, &book)
}

fn paper(on: i32) -> impl Fn(&mut Book) {
    move |book: &mut Book| {
        let mut paper = Told::new(vec!["1".to_string()], 1);
        paper.push(0, day(on), Some(0));
        book.told.insert("done_paper".to_string(), paper);
    }
}

// In force is version 7: `qualify` (10d) → `demonstrate` → `propose`.
#[rstest]
#[case::as_it_was_declared_then("q0 x3 p4 6W", "1@0", "")]
#[case::the_way_of_now_was_none_then(
    "q0 p3 6W",
    "1@0",
    "skipped_stage: went from First to Propose, past Older (version 1) (2026-07-04)"
)]
#[case::each_move_by_its_own(
    "q0 p4 6W",
    "1@0 7@4",
    "skipped_stage: went from Qualify to Propose, past Demo (2026-07-05)"
)]
#[case::back_as_it_was_allowed_then("q0 x3 p4 q5 x6 p7 8W", "1@0", "")]
#[case::back_as_it_is_not_allowed_now(
    "q0 x3 p4 q5 d6 p7 8W",
    "1@0 7@5",
    "moved_back: went back from Propose to Qualify, a way that the process does not have (2026-07-06)"
)]
#[case::the_limit_of_then(
    "q0 x8 p9 12W",
    "1@0",
    "too_long: in First 3 days past the limit of 5d (version 1) (2026-07-07)"
)]
#[case::the_limit_of_now_where_it_is_still("q135", "1@135", "")]
#[case::a_version_nobody_can_read_is_the_one_before(
    "q0 p3 6W",
    "3@0",
    "skipped_stage: went from First to Propose, past Older (version 1) (2026-07-04)"
)]
#[case::what_no_gate_saw_by_what_is_in_force(
    "q0 p3 6W",
    "",
    "skipped_stage: went from Qualify to Propose, past Demo (2026-07-04)"
)]
fn by_the_version_of_its_day(#[case] way: &str, #[case] gates: &str, #[case] expected: &str) {
    assert_eq!(judged(way, gates, &paper(1)), expected);
}

#[test]
fn steps_of_then() {
    let untold = |book: &mut Book| {
        book.told
            .insert("done_call".to_string(), Told::new(Vec::new(), 1));
    };
    // `call` is required in `qualify` now and was not then; `paper` was required in `older`.
    assert_eq!(
        judged("q0 x3 p4 6W", "1@0", &untold),
        "missing_step: left Older without the required step `paper` (version 1) (2026-07-05)"
    );
    assert_eq!(
        judged("q0 d3 p4 6W", "7@0", &untold),
        "missing_step: left Qualify without the required step `call` (2026-07-04)"
    );
}

/// A step is asked for once; another version may ask for more.
#[test]
fn what_is_left_again_under_another_version() {
    let calls = |_: &mut Book| {};
    // Under version 1 nothing is required in the first stage, under 7 the call, which was done on day 1.
    assert_eq!(judged("q0 x3 p4 q5 d6 p7 8W", "1@0 7@6", &paper(1)), "");
    assert_eq!(
        judged("q0 d0 9L", "7@0", &calls).split(':').next(),
        Some("missing_step")
    );
    let late = |book: &mut Book| {
        paper(1)(book);
        let mut call = Told::new(vec!["1".to_string()], 1);
        call.push(0, day(8), Some(0));
        book.told.insert("done_call".to_string(), call);
    };
    assert_eq!(
        judged("q0 x3 p4 q5 d6 p7 8W", "1@0 7@6", &late),
        "missing_step: left Qualify without the required step `call`; it was done on 9 Jul 2026 (2026-07-07)"
    );
}

/// Of what is told beside, what was first comes first, and each by the version of its day.
#[test]
fn beside_by_its_day() {
    let early = |book: &mut Book| {
        paper(1)(book);
        let items = &mut book.follow_ups;
        items.deal.push(0);
        items.due.push(day(2));
        items.added.push(day(0));
        items.done.push(None);
        items.by_rule.push(true);
    };
    // Its limit of 5 days is passed on day 6, the follow-up on day 2.
    assert_eq!(
        judged("q0 x8 p9 12W", "1@0 7@9", &early),
        "follow_up: a follow-up due 3 Jul 2026 was not done (version 1) (2026-07-03)"
    );
}

/// Who is asked for a step on a condition is known to the gate of that day.
#[test]
fn a_step_on_a_condition_is_for_the_gate() {
    let text = FIRST.replace(
        "required = true",
        "required = true, ask_when = \"value > 9\"",
    );
    let process = process::check("v1", &text).process.expect("a process");
    let mut book = book(&["q0 x3 p4 6W"]);
    book.stages = ["first", "", "propose", "", "older"]
        .map(str::to_string)
        .to_vec();
    book.visits.how[1] = Left::Advanced;
    let judging = Judging {
        process: &process,
        earlier: &[],
    };
    assert!(
        !conformance_needs(judging)
            .told
            .contains(&"done_paper".to_string())
    );
    let report = conformance(judging, &book, &Ask::default(), false).expect("a report");
    let row = &report.answer.rows[0].followed;
    assert_eq!(
        (row.n, row.conforming, row.missing_step_deals),
        (1, 1, Some(0))
    );
}

/// A stage was taken away while a deal was in it: that is no deviation, whatever day its gates had.
#[test]
fn a_change_of_the_process_is_no_move() {
    let moved = |book: &mut Book| {
        paper(1)(book);
        book.visits.how[1] = Left::Moved;
    };
    assert_eq!(judged("q0 x3 p6 8W", "1@0 7@8", &moved), "");
    // It went on under the new one on the day of the change.
    assert_eq!(judged("q0 x3 p6 6W", "1@0 7@6", &moved), "");
}

#[test]
fn it_reads_what_all_versions_ask_and_says_so() {
    let (process, earlier) = (process(), earlier());
    let judging = Judging {
        process: &process,
        earlier: &earlier,
    };
    let needs = conformance_needs(judging);
    let told = ["done_call", "done_paper", "type", GATE_VERSION];
    assert!(
        told.iter()
            .all(|fact| needs.told.iter().any(|name| name == fact))
    );
    let mut book = book(&["q0 d3 12L d20 p21 22W"]);
    let note = "each move is judged by the version of the process under which it was made; stays that last, and what a \
                file told of, by version 7, which is in force";
    let ask = Ask::default();
    let notes = |report: Vec<String>| report.last().cloned();
    let whole = conformance(judging, &book, &ask, false).expect("a report");
    assert_eq!(notes(whole.answer.notes).as_deref(), Some(note));
    let ways = paths(judging, &book, &ask, (1, false)).expect("a report");
    assert_eq!(
        ways.answer.rows[0].path,
        "qualify > demonstrate > (lost) > demonstrate > propose"
    );
    assert_eq!(notes(ways.answer.notes).as_deref(), Some(note));
    book.visits.overridden[0] = true;
    let listed = super::Listed {
        beside: false,
        most: 9,
        explain: false,
    };
    let list = deviations(judging, &book, &ask, listed, |_| String::new()).expect("a report");
    assert_eq!((list.answer.n, list.answer.rows.len()), (1, 0));
    let beside = super::Listed {
        beside: true,
        ..listed
    };
    let list = deviations(judging, &book, &ask, beside, |_| String::new()).expect("a report");
    let row = &list.answer.rows[0];
    assert_eq!(
        (row.class, row.conforming, row.version),
        ("override", true, 7)
    );
}

/// Files that tell of moves alone say nothing of steps, overrides and follow-ups: that is not none.
#[test]
fn what_nobody_told_is_not_none() {
    let followed = |book: &Book| {
        let process: Process = process();
        let judging = Judging {
            process: &process,
            earlier: &[],
        };
        let report = conformance(judging, book, &Ask::default(), false).expect("a report");
        let row = report.answer.rows[0].followed.clone();
        (
            row.missing_step_deals,
            row.override_deals,
            row.follow_up_deals,
        )
    };
    let mut book = book(&["q0 d3 p4 6W", "q0 d3 p4 6W"]);
    assert_eq!(followed(&book), (Some(0), Some(0), Some(0)));
    book.deals.imported = vec![true, true];
    let unknown = book.clone();
    // A file that tells of the call does tell of steps.
    assert_eq!(followed(&book), (Some(0), None, None));
    book.told
        .insert("done_call".to_string(), Told::new(Vec::new(), 2));
    assert_eq!(followed(&book), (None, None, None));
    // One that is also told of here, by its gates.
    let mut gates = Told::new(vec!["7".to_string()], 2);
    gates.push(1, day(4), Some(0));
    book.told.insert(GATE_VERSION.to_string(), gates);
    assert_eq!(followed(&book), (None, Some(0), Some(0)));
    book.visits.overridden[0] = true;
    assert_eq!(followed(&book), (None, Some(1), Some(0)));
    // A file that says that it tells of all steps and overrides: none is none.
    let mut book = unknown;
    let mut all = Told::new(vec!["1".to_string()], 2);
    for deal in 0..2 {
        all.push(deal, day(0), Some(0));
    }
    for fact in [STEPS_TOLD, OVERRIDES_TOLD] {
        book.told.insert(fact.to_string(), all.clone());
    }
    book.told
        .insert("done_call".to_string(), Told::new(Vec::new(), 2));
    assert_eq!(followed(&book), (Some(2), Some(0), None));
}
