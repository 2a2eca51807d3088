//! Small logs by hand, and any log: what is counted of them, in which order, and that a draft is a process.

use super::*;
use crate::process::{DiscoverAsk, Draft, Level, check, draft, formatted};

/// Cases as words, an activity a letter or word, a day apart.
fn log(cases: &[&str]) -> EventLog {
    let mut log = EventLog::default();
    for (case, activities) in cases.iter().enumerate() {
        for (day, activity) in activities.split_whitespace().enumerate() {
            // `!offer`: a change of the process brought it there.
            let (moved, activity) = match activity.strip_prefix('!') {
                Some(activity) => (true, activity),
                None => (false, activity),
            };
            log.add(&case.to_string(), activity, day as i64 * 86_400_000, moved);
        }
    }
    log.settle();
    log
}

fn ordered(log: &EventLog) -> (Vec<&str>, Vec<(&str, &str)>) {
    let all: Vec<usize> = (0..log.activities.len()).collect();
    let measured = Measures::of(log, &vec![true; all.len()]);
    let order = Order::of(&measured, &log.activities, &all);
    let name = |at: &usize| log.activities[*at].as_str();
    (
        order.stages.iter().map(name).collect(),
        order
            .against
            .iter()
            .map(|(a, b)| (name(a), name(b)))
            .collect(),
    )
}

fn drafted(log: &EventLog, min_share: f64, won: &[String], lost: &[String]) -> Draft {
    let ask = DiscoverAsk {
        log: "log.csv",
        min_share,
        won,
        lost,
        currency: "EUR".parse().expect("a code"),
        currency_from: "say your own",
        reasons: &[],
        passed_over: &[],
    };
    let draft = draft(log, &ask).expect("a draft");
    let checked = check("draft", &draft.text);
    let errors = checked
        .problems
        .iter()
        .filter(|one| one.level == Level::Error);
    assert_eq!(errors.count(), 0, "{}", draft.text);
    assert_eq!(formatted(&draft.text).as_ref(), Ok(&draft.text));
    draft
}

#[test]
fn what_is_counted_of_a_log_by_hand() {
    // a b a a c, a c, b
    let log = log(&["a b a a c", "a c", "b"]);
    let measured = Measures::of(&log, &[true; 3]);
    assert_eq!(measured.events, [4, 2, 2]);
    assert_eq!(measured.cases, [2, 2, 2]);
    assert_eq!(
        (measured.begins, measured.ends),
        (vec![2, 1, 0], vec![0, 1, 2])
    );
    let measured = Measures::of(&log, &[true; 3]);
    assert_eq!(measured.follows(0, 1), 1);
    assert_eq!(measured.follows(0, 0), 1);
    assert_eq!(measured.follows(0, 2), 2);
    assert_eq!(measured.follows(1, 0), 1);
    assert_eq!(measured.before(0, 1), 1);
    assert_eq!(measured.before(1, 0), 0);
    assert_eq!(measured.before(0, 2), 2);
    // (1 - 0) / (1 + 0 + 1) and (2 - 0) / (2 + 0 + 1)
    assert!((measured.dependency(0, 1) - 0.5).abs() < 1e-12);
    assert!((measured.dependency(2, 0) + 2.0 / 3.0).abs() < 1e-12);
    // Stays in a: a day, then two (the repeat is the same stay), then a day.
    let days: Vec<i64> = measured.stays[0].iter().map(|ms| ms / 86_400_000).collect();
    assert_eq!(days, [1, 1, 2]);
    // Nine of ten: 1 + 0.8 of the way from 1 to 2, as most packages have it.
    assert!((measured.stay(0, 0.9).expect("stays") / 86_400_000.0 - 1.8).abs() < 1e-9);
    assert_eq!(measured.stay(2, 0.5), None);
    // Without b, the first case is a a a c.
    let measured = Measures::of(&log, &[true, false, true]);
    assert_eq!((measured.follows(0, 0), measured.follows(0, 2)), (2, 2));
}

/// Of a a, b, then by the process a, then c: a led to b and to c, b nowhere. a lasted two days, and one from the change
/// on; how long b would have lasted nobody knows.
#[test]
fn what_the_process_moved_nobody_did() {
    let log = log(&["a a b !a c", "a b"]);
    assert_eq!((log.events(), log.moved()), (7, 1));
    let measured = Measures::of(&log, &[true; 3]);
    assert_eq!(measured.follows(0, 1), 2);
    assert_eq!(measured.follows(1, 0), 0);
    assert_eq!(measured.follows(0, 2), 1);
    let days = |at: usize| -> Vec<i64> {
        let stays = measured.stays[at].iter();
        stays.map(|ms| ms / 86_400_000).collect()
    };
    assert_eq!((days(0), days(1)), (vec![1, 1, 2], vec![]));
    let draft = drafted(&log, 0.0, &[], &[]);
    assert!(!draft.text.contains("back = [\"a\"]"), "{}", draft.text);
}

#[test]
fn the_newest_may_stand_first() {
    let mut log = EventLog::default();
    for (activity, at) in [("c", 3), ("b", 2), ("b2", 2), ("a", 1)] {
        log.add("1", activity, at, false);
    }
    log.settle();
    assert_eq!(ordered(&log).0, ["a", "b2", "b", "c"]);
}

#[test]
fn the_majority_orders_and_the_weakest_of_a_circle_gives_way() {
    assert_eq!(ordered(&log(&["a b c", "a c", "b a c"])).0, ["a", "b", "c"]);
    // Three before four by two to one each, in a circle: a b 5, b c 4, c a 3.
    let mut cases = vec!["a b"; 5];
    cases.extend(["b c"; 4]);
    cases.extend(["c a"; 3]);
    let log = log(&cases);
    let (stages, against) = ordered(&log);
    assert_eq!(stages, ["a", "b", "c"]);
    assert_eq!(against, [("a", "c")]);
    let draft = drafted(&log, 0.05, &[], &[]);
    assert!(
        draft.text.replace("\n# ", " ").contains(
            "The order is not sure: `a` stands before `c`, but was so in 0 cases and the other way round in 3 (dependency -0.75)"
        ),
        "{}",
        draft.text
    );
}

#[test]
fn ends_are_known_by_their_names_or_said() {
    let log = log(&[
        "call offer Closed-Won",
        "call Verloren",
        "call offer call offer Closed-Won",
    ]);
    let draft = drafted(&log, 0.05, &[], &[]);
    assert_eq!(draft.stages, ["call", "offer"]);
    assert_eq!(
        (draft.won, draft.lost),
        (vec!["Closed-Won".into()], vec!["Verloren".into()])
    );
    assert!(
        draft.text.contains("title = \"Closed-Won\""),
        "{}",
        draft.text
    );
    assert!(
        draft
            .text
            .contains("# of 4 moves: offer 3 (75.0 %), lost 1 (25.0 %)\nnext = [\"offer\"]"),
        "{}",
        draft.text
    );
    assert!(
        draft.text.contains("# call 1 (33.3 %)\nback = [\"call\"]"),
        "{}",
        draft.text
    );
    let other = drafted(
        &log,
        0.05,
        &["offer".to_string()],
        &["Verloren".to_string()],
    );
    assert_eq!(other.stages, ["call", "closed_won"]);
    let ask = |won: &[&str], lost: &[&str]| {
        let texts = |names: &[&str]| {
            names
                .iter()
                .map(|name| (*name).to_string())
                .collect::<Vec<_>>()
        };
        let (won, lost) = (texts(won), texts(lost));
        super::super::draft(
            &log,
            &DiscoverAsk {
                log: "log.csv",
                min_share: 0.05,
                won: &won,
                lost: &lost,
                currency: "EUR".parse().expect("a code"),
                currency_from: "say your own",
                reasons: &[],
                passed_over: &[],
            },
        )
        .map(|_| ())
    };
    assert_eq!(
        ask(&["ofer"], &[]),
        Err("no activity of the log is called `ofer`; did you mean `offer`?".into())
    );
    assert_eq!(
        ask(&["offer"], &["offer"]),
        Err("`offer` can't be won and lost at once".into())
    );
}

#[test]
fn what_is_rare_is_left_out_and_said() {
    let mut cases = vec!["a b won"; 40];
    cases.extend(["a x b won", "b a won"]);
    let draft = drafted(&log(&cases), 0.05, &[], &[]);
    assert_eq!(draft.stages, ["a", "b"]);
    let text = draft.text.replace("\n# ", " ");
    assert!(
        text.contains("No stages, since in less than 5.0 % of the cases: `x` 1"),
        "{text}"
    );
    // 41 × a b, 41 × b won, 1 × b a, 1 × a won: the last two are too rare.
    assert!(
        text.contains("82 of 84 moves between stages, 97.6 %"),
        "{text}"
    );
    assert!(
        text.contains("Not allowed: 2 moves, 2.4 %: a → won 1, b → a 1"),
        "{text}"
    );
    assert!((draft.covered - 82.0 / 84.0).abs() < 1e-12);
}

#[test]
fn any_name_makes_a_stage() {
    let mut log = EventLog::default();
    for (at, activity) in [
        "見積",
        "a\"b\nc",
        "A b",
        "a-b",
        "<won>",
        "\u{1b}[31m",
        "Lost!",
    ]
    .iter()
    .enumerate()
    {
        log.add("1", activity, at as i64, false);
    }
    log.settle();
    let draft = drafted(&log, 0.0, &[], &[]);
    assert_eq!(draft.stages.len(), 5);
    let names: std::collections::BTreeSet<&String> = draft.stages.iter().collect();
    assert_eq!(names.len(), 5, "{:?}", draft.stages);
}

proptest::proptest! {
    /// Whatever the log and the share: a process that passes its own check, in its own layout.
    #[test]
    fn every_draft_is_a_process(
        cases in proptest::collection::vec(proptest::collection::vec(0_usize..7, 1..12), 1..25),
        share in 0.0_f64..0.6,
    ) {
        let words = ["a", "b", "c d", "e", "f", "won", "lost"];
        let mut log = EventLog::default();
        for (case, activities) in cases.iter().enumerate() {
            for (at, activity) in activities.iter().enumerate() {
                log.add(&case.to_string(), words[*activity], at as i64 * 3_600_000, false);
            }
        }
        log.settle();
        let ask = DiscoverAsk {
            log: "log", min_share: share, won: &[], lost: &[],
            currency: "EUR".parse().expect("a code"), passed_over: &[],
            currency_from: "say your own",
            reasons: &[],
        };
        if let Ok(draft) = draft(&log, &ask) {
            let checked = check("draft", &draft.text);
            let errors: Vec<_> = checked.problems.iter().filter(|one| one.level == Level::Error).collect();
            proptest::prop_assert!(errors.is_empty(), "{:?}\n{}", errors, draft.text);
            let again = formatted(&draft.text);
            proptest::prop_assert_eq!(again.as_ref(), Ok(&draft.text));
        }
    }
}
