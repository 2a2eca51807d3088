//! Ways told by hand, and what is said of them.

use rstest::rstest;

use super::super::sample::{self, Told as Deal, day};
use super::super::{Ask, lines_of};
use super::judge::Judge;
use super::verdict::{Class, Unjudged, Verdict};
use super::{Judging, Listed, conformance, deviations, paths};
use crate::deal::book::{Book, Left, State, Told};
use crate::deal::fact::{GATE_VERSION, HISTORY_TOLD, OVERRIDES_TOLD, STEPS_TOLD};
use crate::document::Period;
use crate::process::Process;

/// `qualify` → `demonstrate` (or, past it, `quote`) → `propose` → won; `quote` is only for large customers.
const PROCESS: &str = r#"
[process]
name = "Ways"
currency = "EUR"

[fields.size]
type = "integer"
why = "large customers are served otherwise"

[[customer_type]]
name = "large"
when = "size > 500"

[[stage]]
name = "qualify"
limit = "10d"
steps = [{ name = "call", required = true, why = "w" }]

[[stage]]
name = "demonstrate"
title = "Demo"
most_visits = 2
next = ["propose"]

[[stage]]
name = "propose"
limit = "5bd"
back = ["demonstrate"]
steps = [{ name = "paper", required = true, only = ["large"], why = "w" }, { name = "lunch", required = false, why = "w" }]
next = ["won", "quote"]

[[stage]]
name = "quote"
only = ["large"]
back = []
follow_up = [{ after = "3d", say = "thank them" }]

[[end]]
name = "won"

[[end]]
name = "lost"
reasons = ["price"]
"#;

pub(super) fn process() -> Process {
    let checked = crate::process::check("process.toml", PROCESS);
    checked
        .process
        .unwrap_or_else(|| panic!("{:?}", checked.problems))
}

/// A way such as `q0 d3 p9 12W`: stage and day of entry, then the day of the end and how it ended; `.` is open.
fn way(text: &str) -> Deal {
    let mut visits: Vec<(u16, Option<i32>, Option<i32>, Left)> = Vec::new();
    let (mut state, mut closed) = (State::Open, None);
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if let Some(at) = "qdpmx".find(&word[..1]) {
            let entered: Option<i32> = word[1..].parse().ok();
            let place = at as u16;
            if let Some(last) = visits.last_mut().filter(|last| last.3 == Left::Still) {
                last.2 = entered;
                last.3 = if place < last.0 {
                    Left::Back
                } else {
                    Left::Advanced
                };
            }
            visits.push((place, entered, None, Left::Still));
            (state, closed) = (State::Open, None);
        } else if let Some(day) = word.strip_suffix(['W', 'L']) {
            closed = day.parse().ok();
            state = if word.ends_with('W') {
                State::Won
            } else {
                State::Lost
            };
            if let Some(last) = visits.last_mut() {
                last.2 = closed;
                last.3 = if state == State::Won {
                    Left::Won
                } else {
                    Left::Lost
                };
            }
        }
    }
    Deal {
        owner: Some(0),
        product: None,
        state,
        value: None,
        opened: visits.first().and_then(|visit| visit.1),
        closed,
        expected_close: None,
        hold_until: None,
        next_due: None,
        visits,
    }
}

/// The ways as a Book in which everybody was called on day 1 and nobody is large.
pub(super) fn book(ways: &[&str]) -> Book {
    let deals: Vec<Deal> = ways.iter().map(|text| way(text)).collect();
    let mut book = sample::book(&deals);
    book.stages = ["qualify", "demonstrate", "propose", "quote", "older"]
        .map(str::to_string)
        .to_vec();
    let mut call = Told::new(vec!["1".to_string()], deals.len());
    for deal in 0..deals.len() {
        call.push(deal as u32, day(1), Some(0));
    }
    book.told.insert("done_call".to_string(), call);
    let paper = Told::new(Vec::new(), deals.len());
    book.told.insert("done_paper".to_string(), paper);
    let none = Told::new(vec!["large".to_string()], deals.len());
    book.told.insert("type".to_string(), none);
    for fact in [GATE_VERSION, HISTORY_TOLD, STEPS_TOLD, OVERRIDES_TOLD] {
        book.told.insert(fact.to_string(), Told::default());
    }
    book
}

fn now(process: &Process) -> Judging<'_> {
    Judging {
        process,
        earlier: &[],
    }
}

fn make_large(book: &mut Book, deal: u32) {
    let mut types = Told::new(vec!["large".to_string()], book.deals.len());
    types.push(deal, day(-100), Some(0));
    book.told.insert("type".to_string(), types);
}

fn verdicts(book: &Book) -> Vec<Result<Verdict, Unjudged>> {
    let process = process();
    let mut all = Vec::new();
    let mut judge = Judge::new(now(&process), book).expect("the process");
    judge.all(&Ask::default(), |_, _, verdict| all.push(verdict.cloned()));
    all
}

fn classes(verdict: &Verdict) -> String {
    let found = Class::ALL.iter().filter_map(|class| {
        let times = verdict.times[*class as usize];
        (times > 0).then(|| format!("{} {times}", class.name()))
    });
    found.collect::<Vec<_>>().join(", ")
}

fn first(book: &Book) -> String {
    first_by(now(&process()), book)
}

pub(super) fn first_by(judging: Judging<'_>, book: &Book) -> String {
    let listed = Listed {
        beside: true,
        most: 9,
        explain: false,
    };
    let report = deviations(judging, book, &Ask::default(), listed, |_| String::new());
    let rows = report.expect("a report").answer.rows;
    rows.first().map_or_else(String::new, |row| {
        let on = row.on.map_or_else(String::new, |on| on.to_string());
        format!("{}: {} ({on})", row.class, row.deviation)
    })
}

// Days count from Wednesday, 1 July 2026.
#[rstest]
#[case::as_declared("q0 d3 p9 12W", "", "")]
#[case::lost_anywhere("q0 d3 12L", "", "")]
#[case::open("q140", "", "")]
#[case::back_and_on("q0 d3 p9 d12 p14 16W", "", "")]
#[case::opened_again("q0 d3 12L d20 p21 22W", "", "")]
#[case::began_later(
    "p0 3W",
    "skipped_stage 1",
    "skipped_stage: began in Propose, past Qualify, Demo (2026-07-01)"
)]
#[case::skipped(
    "q0 p5 8W",
    "skipped_stage 1",
    "skipped_stage: went from Qualify to Propose, past Demo (2026-07-06)"
)]
#[case::won_early(
    "q0 5W",
    "skipped_stage 1",
    "skipped_stage: won from Qualify, past Demo, Propose (2026-07-06)"
)]
#[case::won_after_going_back(
    "q0 d3 p4 d5 8W",
    "illegal_move 1",
    "illegal_move: won from Demo, a way that the process does not have (2026-07-09)"
)]
#[case::not_for_its_type(
    "q0 d3 p4 m5 9L",
    "illegal_move 1",
    "illegal_move: went from Propose to Quote, a way that the process does not have (2026-07-06)"
)]
#[case::back_too_far(
    "q0 d3 p4 q5 9L",
    "moved_back 1",
    "moved_back: went back from Propose to Qualify, a way that the process does not have (2026-07-06)"
)]
#[case::again_past_what_it_knew(
    "q0 d3 p4 q5 p6 9W",
    "moved_back 1, repeated_stage 1",
    "moved_back: went back from Propose to Qualify, a way that the process does not have (2026-07-06)"
)]
#[case::again_straight(
    "q0 d3 d4 p6 9W",
    "repeated_stage 1",
    "repeated_stage: went from Demo to Demo again, a way that the process does not have (2026-07-05)"
)]
#[case::twice_is_meant("q0 d3 p4 d5 p6 9W", "", "")]
#[case::too_often(
    "q0 d3 p4 d5 p6 d7 p8 9W",
    "repeated_stage 1",
    "repeated_stage: in Demo 3 times, where at most 2 are meant (2026-07-08)"
)]
#[case::once_told(
    "q0 d3 p4 d5 d6 p8 9W",
    "repeated_stage 1",
    "repeated_stage: went from Demo to Demo again, a way that the process does not have (2026-07-07)"
)]
#[case::before_the_call(
    "q0 d0 9L",
    "missing_step 1",
    "missing_step: left Qualify without the required step `call`; it was done on 2 Jul 2026 (2026-07-01)"
)]
#[case::on_the_day_of_the_call("q0 d1 9L", "", "")]
#[case::lost_before_the_call("q0 0L", "", "")]
#[case::on_the_last_day("q0 d10 11L", "", "")]
#[case::a_day_too_long(
    "q0 d11 12L",
    "too_long 1",
    "too_long: in Qualify 1 day past the limit of 10d (2026-07-12)"
)]
#[case::five_working_days("q0 d1 p2 9W", "", "")]
#[case::six_working_days(
    "q0 d1 p2 10W",
    "too_long 1",
    "too_long: in Propose 1 day past the limit of 5bd (2026-07-11)"
)]
#[case::still_there(
    "q130",
    "too_long 1",
    "too_long: in Qualify 3 days past the limit of 10d (2026-11-19)"
)]
#[case::what_decides_comes_first(
    "q0 d11 12W",
    "skipped_stage 1, too_long 1",
    "skipped_stage: won from Demo, past Propose (2026-07-13)"
)]
#[case::older_stages_are_passed_over("q0 d2 x3 p4 5W", "", "")]
#[case::days_that_nobody_told("q d p 9W", "", "")]
fn one_way(#[case] text: &str, #[case] expected: &str, #[case] line: &str) {
    let mut book = book(&[text]);
    if text.contains("q d") {
        book.deals.opened[0] = None;
    }
    let verdict = verdicts(&book).remove(0).expect("a verdict");
    assert_eq!(classes(&verdict), expected);
    assert_eq!(verdict.conforms(), !expected_decides(expected));
    assert_eq!(first(&book), line);
    assert_eq!(verdict.elsewhere, text.contains('x'));
}

fn expected_decides(expected: &str) -> bool {
    let decides = |class: &&Class| class.decides();
    let mut deciding = Class::ALL.iter().filter(decides);
    deciding.any(|class| expected.contains(class.name()))
}

#[test]
fn large_customers_go_another_way() {
    let mut book = book(&["q0 d3 p4 m5 9W", "q0 d3 p4 m5 9W"]);
    make_large(&mut book, 0);
    let mut paper = Told::new(vec!["1".to_string()], 2);
    paper.push(0, day(5), Some(0));
    book.told.insert("done_paper".to_string(), paper);
    let all = verdicts(&book);
    assert_eq!(classes(all[0].as_ref().expect("judged")), "");
    // For the other one there is no `quote`: neither a way there nor one from there on.
    let other = all[1].as_ref().expect("judged");
    assert_eq!(classes(other), "illegal_move 1");
    book.told
        .insert("done_paper".to_string(), Told::new(Vec::new(), 2));
    let all = verdicts(&book);
    assert_eq!(classes(all[0].as_ref().expect("judged")), "missing_step 1");
}

#[test]
fn an_override_is_told_beside() {
    let mut book = book(&["q0 d3 p4 6W"]);
    book.visits.overridden[1] = true;
    let verdict = verdicts(&book).remove(0).expect("a verdict");
    assert_eq!(classes(&verdict), "override 1");
    assert!(verdict.conforms());
    assert_eq!(
        first(&book),
        "override: left Demo by an override (2026-07-05)"
    );
}

#[test]
fn follow_ups_of_the_process_count() {
    let mut book = book(&["q0 d3 p4 9W", "q135"]);
    let items = &mut book.follow_ups;
    // In time, late, never done and due before the close, due after it, by hand; of the open deal: due today, due before.
    for (deal, due, done, by_rule) in [
        (0, 5, Some(5), true),
        (0, 5, Some(6), true),
        (0, 8, None, true),
        (0, 9, None, true),
        (0, 5, None, false),
        (1, 143, None, true),
        (1, 142, None, true),
    ] {
        items.deal.push(deal);
        items.due.push(day(due));
        items.added.push(day(0));
        items.done.push(done.map(day));
        items.by_rule.push(by_rule);
    }
    let all = verdicts(&book);
    let told: Vec<String> = all
        .iter()
        .map(|verdict| classes(verdict.as_ref().expect("judged")))
        .collect();
    assert_eq!(told, ["follow_up 2", "follow_up 1"]);
}

#[test]
fn what_a_file_did_not_tell_is_not_held_against_a_deal() {
    let untold = |text: &str, change: &dyn Fn(&mut Book)| {
        let mut book = book(&[text]);
        book.deals.imported[0] = true;
        book.told
            .insert("done_call".to_string(), Told::new(Vec::new(), 1));
        change(&mut book);
        verdicts(&book).remove(0)
    };
    // No step was told of.
    let steps = untold("q0 d3 p4 9W", &|_| {}).expect("judged");
    assert_eq!(
        (classes(&steps), steps.untold[Class::MissingStep as usize]),
        (String::new(), true)
    );
    // A step was told of before the stage was left: the others count.
    let called = |book: &mut Book| {
        let mut paper = Told::new(vec!["1".to_string()], 1);
        paper.push(0, day(2), Some(0));
        book.told.insert("done_paper".to_string(), paper);
    };
    let steps = untold("q0 d3 p4 9W", &called).expect("judged");
    assert_eq!(classes(&steps), "missing_step 1");
    // It began before the first stage that was told.
    let start = untold("p4 d5 p6 9W", &|book| book.deals.opened[0] = Some(day(0)));
    let start = start.expect("judged");
    assert_eq!((classes(&start), start.start_untold), (String::new(), true));
    // From the beginning.
    let start = untold("p4 d5 p6 9W", &|_| {}).expect("judged");
    assert_eq!(classes(&start), "skipped_stage 1");
    // One stage says nothing of others; a move that is not there would be one all the same.
    let one = untold("q0 9W", &|_| {});
    assert_eq!(one, Err(Unjudged::OneStage));
    assert!(untold("q0 9L", &|_| {}).is_ok());
    // A log is the whole way.
    let whole = untold("q0 9W", &|book| {
        let mut told = Told::new(vec!["1".to_string()], 1);
        told.push(0, day(0), Some(0));
        book.told.insert(HISTORY_TOLD.to_string(), told);
    });
    assert_eq!(classes(&whole.expect("judged")), "skipped_stage 1");
    assert_eq!(untold("", &|_| {}), Err(Unjudged::NoStage));
}

/// Ten deals of two reps: Ann's five conform, three of them won; of Bob's five one conforms and is lost, four are won
/// from the first stage or lost past one, one of each.
fn ten() -> Book {
    let mut book = book(&[
        "q0 d3 p4 6W",
        "q0 d3 p4 7W",
        "q10 d13 p14 16W",
        "q10 d13 15L",
        "q135",
        "q0 d3 9L",
        "q0 5W",
        "q0 p5 8W",
        "q0 p5 8L",
        "q90 p95 98L",
    ]);
    for deal in 5..10 {
        book.deals.owner[deal] = Some(1);
    }
    book
}

#[test]
fn groups_add_up() {
    let book = ten();
    let ask = Ask {
        by: vec![super::super::Dimension::Rep],
        ..Ask::default()
    };
    let report = conformance(now(&process()), &book, &ask, false).expect("a report");
    let rows = &report.answer.rows;
    let told: Vec<_> = rows
        .iter()
        .map(|row| {
            let row = &row.followed;
            let outcome = (
                row.conforming_won,
                row.conforming_closed,
                row.other_won,
                row.other_closed,
            );
            (
                row.n,
                row.open,
                row.conforming,
                row.skipped_stage_deals,
                outcome,
            )
        })
        .collect();
    assert_eq!(
        told,
        [(5, 1, 5, 0, (3, 4, 0, 0)), (5, 0, 1, 4, (0, 1, 2, 4))]
    );
    assert_eq!(
        rows[0].group,
        [("rep".to_string(), Some("ann".to_string()))]
    );
    // 4 + 1 closed deals conform, 4 don't: too few to compare.
    assert_eq!(rows[1].followed.difference_share, None);
    assert_eq!(
        report.answer.notes,
        [
            "insufficient history: whether conforming deals win more is said from 5 closed deals that conform and 5 that \
          don't; here it is 5 and 4"
        ]
    );
    assert!(lines_of(&report.document).contains(
        // Wilson for 6 of 10.
        &"6 of 10 follow the process, 60 % (95 % interval 31–83 %); 1 deal is open, judged so far".to_string()
    ));
}

/// Newcombe's own example: 56 of 70 and 48 of 80.
#[test]
fn whether_it_wins_more() {
    let ways: Vec<&str> = std::iter::repeat_n("q0 d3 p4 6W", 56)
        .chain(std::iter::repeat_n("q0 d3 p4 6L", 14))
        .chain(std::iter::repeat_n("q0 5W", 48))
        .chain(std::iter::repeat_n("q0 p4 6L", 32))
        .collect();
    let report =
        conformance(now(&process()), &book(&ways), &Ask::default(), true).expect("a report");
    let row = &report.answer.rows[0].followed;
    let near = |a: Option<f64>, b: f64| a.is_some_and(|a| (a - b).abs() < 1e-9);
    assert!(near(row.difference_share, 0.2));
    assert!(near(row.difference_low, 0.052_431_472_402));
    assert!(near(row.difference_high, 0.333_872_654_037));
    assert!(lines_of(&report.document).contains(
        &"deals that conform win more often: +20 points, 95 % interval +5 to +33 (it goes with winning; that is no proof \
          that it causes it)"
            .to_string()
    ));
    assert_eq!((row.skipped_stage_closed, row.skipped_stage_won), (80, 48));
}

#[test]
fn paths_by_frequency() {
    let report = paths(now(&process()), &ten(), &Ask::default(), (3, false)).expect("a report");
    let rows = report.answer.rows.iter();
    let told: Vec<_> = rows
        .map(|row| {
            (
                row.path.as_str(),
                row.n,
                row.conforming,
                row.won,
                row.closed,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("qualify > demonstrate > propose", 3, 3, 3, 3),
            ("qualify > propose", 3, 0, 1, 3),
            // One is open and conforms, one was won too early.
            ("qualify", 2, 1, 1, 1),
        ]
    );
    assert!(
        lines_of(&report.document)
            .contains(&"3 of 4 paths, which 80 % of the deals took (--limit)".to_string())
    );
}

#[test]
fn a_period_keeps_what_was_under_way() {
    let ask = Ask {
        period: Some(Period {
            from: day(8).date(),
            to: day(91).date(),
        }),
        ..Ask::default()
    };
    let report = conformance(now(&process()), &ten(), &ask, false).expect("a report");
    let row = &report.answer.rows[0].followed;
    // Closed on day 8 or later, opened by day 91: two of Ann's, and four of Bob's, of which one closed after it.
    assert_eq!((row.n, row.conforming), (6, 3));
    assert_eq!((row.conforming_closed, row.other_closed), (3, 2));
}
