//! The agenda over ten deals told by hand, every number worked out beside it.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Agenda, Judging, ReviewRow, Version, review, review_needs};
use crate::deal::book::{Book, Dated, Left, State, Told as Facts};
use crate::deal::event::ActivityKind;
use crate::deal::fact::GATE_VERSION;
use crate::deal::overridden::Overridden;
use crate::deal::suggestion::{Answer, Review, Suggestion, Verdict};
use crate::document::{Block, Document};
use crate::id::Id;
use crate::process::{Earlier, Process};
use crate::report::lines_of;
use crate::report::sample::{DEMONSTRATE, QUALIFY, Told, book, day};

const PROCESS: &str = r#"
[process]
name = "Sample"
currency = "EUR"
review_every = "3m"

[[customer_type]]
name = "large"
when = "value >= 50000"

[[stage]]
name = "qualify"
title = "Qualify"
limit = "10d"
typical = "1w"
steps = [
  { name = "first_call", title = "First call", why = "who was heard comes back" },
  { name = "research", title = "Research", required = false, why = "it spares questions" },
  { name = "board", title = "Ask the board", required = false, why = "they sign", only = ["large"] },
]

[[stage]]
name = "demonstrate"
title = "Demonstrate"
limit = "20d"
steps = [{ name = "tour", title = "Tour", required = false, why = "seen is believed" }]

[[end]]
name = "won"

[[end]]
name = "lost"
reasons = ["price"]
"#;

fn process_of(text: &str) -> Process {
    let checked = crate::process::check("process.toml", text);
    checked
        .process
        .unwrap_or_else(|| panic!("{:?}", checked.problems))
}

fn deal(state: State, closed: Option<i32>, visits: &[(u16, i32, Option<i32>, Left)]) -> Told {
    Told {
        owner: Some(0),
        product: None,
        state,
        value: Some((999, 0)),
        opened: Some(0),
        closed,
        expected_close: None,
        hold_until: None,
        next_due: None,
        visits: visits
            .iter()
            .map(|(stage, entered, left, how)| (*stage, Some(*entered), *left, *how))
            .collect(),
    }
}

/// Deals 0 to 9. Day 143 is today.
fn ten() -> Book {
    use Left::{Advanced, Lost, Still, Won};
    let (q, d) = (QUALIFY, DEMONSTRATE);
    let both = |entered, left, closed, how| {
        let state = if how == Won { State::Won } else { State::Lost };
        let visits = [
            (q, entered, Some(left), Advanced),
            (d, left, Some(closed), how),
        ];
        deal(state, Some(closed), &visits)
    };
    let mut untold = both(0, 9, 50, Lost);
    untold.visits = vec![(q, Some(0), None, Advanced), (d, None, Some(50), Lost)];
    let mut book = book(&[
        both(0, 5, 20, Won),
        both(0, 10, 40, Won),
        both(0, 11, 31, Lost),
        both(0, 12, 33, Lost),
        both(10, 30, 45, Won),
        deal(
            State::Open,
            None,
            &[(q, 10, Some(15), Advanced), (d, 15, None, Still)],
        ),
        deal(State::Open, None, &[(q, 100, None, Still)]),
        deal(State::Open, None, &[(q, 140, None, Still)]),
        deal(State::Lost, Some(9), &[(q, 0, Some(9), Lost)]),
        untold,
    ]);
    // On the day of the move is in time, the day after is not; of a move without a day it is only known that it was
    // done.
    let mut research = Dated::default();
    for (deal, at) in [(0, 3), (1, 10), (2, 12), (9, 1)] {
        research.push(deal, day(at), Some(1.0));
    }
    book.dated.insert("done_research".to_string(), research);
    book
}

/// Deals by their place; ids count from one.
fn overridden() -> Vec<Overridden> {
    let over = |deal: i64, stage: &str, at: i32, open: &[&str]| Overridden {
        deal: Id(deal + 1),
        stage: stage.to_string(),
        day: day(at).date(),
        open: open.iter().map(ToString::to_string).collect(),
    };
    vec![
        over(0, "demonstrate", 20, &["decider"]),
        over(2, "qualify", 11, &["value >= 5000"]),
        over(3, "qualify", 12, &["value >= 5000", "First call"]),
        over(4, "qualify", 30, &["value >= 5000"]),
        over(5, "qualify", 15, &["First call"]),
        // Of a stage that is gone, and of a deal that is.
        over(5, "quote", 20, &["decider"]),
        over(77, "qualify", 20, &["decider"]),
    ]
}

fn instant(at: i32) -> DateTime<Utc> {
    day(at)
        .date()
        .and_hms_opt(9, 0, 0)
        .expect("an instant")
        .and_utc()
}

fn suggestion(id: i64, at: i32, answered: Option<i32>) -> Suggestion {
    Suggestion {
        id: Id(id),
        text: format!("suggestion {id}"),
        stage: (id == 1).then(|| "demonstrate".to_string()),
        day: day(at).date(),
        at: instant(at),
        actor: "jr".to_string(),
        version: 1,
        answer: answered.map(|at| Answer {
            verdict: Verdict::Declined,
            text: "the tour is what sells".to_string(),
            day: day(at).date(),
            actor: "ann".to_string(),
        }),
    }
}

/// The Book with all facts that are asked for, of which nobody told anything.
pub(super) fn told_nothing(book: &Book, judging: Judging<'_>) -> Book {
    let mut book = book.clone();
    for fact in review_needs(judging).told {
        let nothing = || Facts::new(Vec::new(), book.deals.len());
        book.told.entry(fact).or_insert_with(nothing);
    }
    book
}

/// What the page says, and what it says to programs; after a review on a day, or before the first.
fn paged(
    process: &Process,
    book: &Book,
    reviewed: Option<i32>,
) -> (Document, Vec<ReviewRow>, Vec<String>) {
    paged_after(&[], process, book, reviewed)
}

/// The same of a process that took the place of others.
fn paged_after(
    earlier: &[Earlier],
    process: &Process,
    book: &Book,
    reviewed: Option<i32>,
) -> (Document, Vec<ReviewRow>, Vec<String>) {
    let suggestions = [
        suggestion(1, 1, None),
        suggestion(2, 2, Some(5)),
        suggestion(3, 3, Some(12)),
    ];
    let versions =
        [(2, 12, "the tour is advised only"), (1, 0, "first version")].map(|(version, at, why)| {
            Version {
                version,
                day: day(at).date(),
                actor: "ann".to_string(),
                why: why.to_string(),
            }
        });
    let last = reviewed.map(|at| Review {
        id: Id(99),
        day: day(at).date(),
        at: instant(at),
        actor: "ann".to_string(),
        note: Some("the tour stays".to_string()),
    });
    let overridden = overridden();
    let agenda = Agenda {
        suggestions: &suggestions,
        overridden: &overridden,
        versions: &versions,
        last_review: last.as_ref(),
        all: false,
        next_review: NaiveDate::from_ymd_opt(2026, 12, 1),
        more: Vec::new(),
        short: &|id| format!("S{}", id.0),
    };
    let judging = Judging { process, earlier };
    let report = review(judging, &told_nothing(book, judging), agenda).expect("a report");
    (report.document, report.answer.rows, report.answer.notes)
}

fn of<'r>(
    rows: &'r [ReviewRow],
    section: &str,
) -> Vec<(&'r str, Option<usize>, Option<usize>, &'r str)> {
    rows.iter()
        .filter(|row| row.section == section)
        .map(|row| (row.what.as_str(), row.n, row.of, row.text.as_str()))
        .collect()
}

#[test]
fn everything_before_the_first_review() {
    let (document, rows, notes) = paged(&process_of(PROCESS), &ten(), None);
    assert_eq!(notes, Vec::<String>::new());
    let says = lines_of(&document);
    assert_eq!(
        says[0],
        "Review of Sample, version 7: all time, as of 21 Nov 2026"
    );
    assert_eq!(
        says[1],
        "never reviewed so far; the next review is due by 1 Dec 2026"
    );
    let headings: Vec<&str> = document
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Heading(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(
        headings[1..],
        [
            "Suggestions: 1 open, 2 answered",
            "Overrides by rule: 5 of 10 moves on (50 %)",
            "Steps usually skipped: 2",
            "Stages over their limit: 7 of 14 visits (50 %)",
            "Proxies that fail: 0 of 0 tested, all time",
            "Versions: 2 applied",
            "When it is over",
        ]
    );
    let id = |n| Id(n).handle();
    let suggestions = of(&rows, "suggestions");
    assert_eq!(
        suggestions[0],
        (
            id(1).as_str(),
            None,
            None,
            "jr on 2 Jul 2026, Demonstrate: \"suggestion 1\""
        )
    );
    assert_eq!(
        suggestions[2].3,
        "declined by ann on 13 Jul 2026: \"the tour is what sells\" to \"suggestion 3\""
    );
    assert_eq!(
        rows[0].command,
        "salesctl process suggestions accept S1 \"why\""
    );
    assert_eq!(
        of(&rows, "versions"),
        [
            (
                "2",
                None,
                None,
                "13 Jul 2026 by ann: \"the tour is advised only\""
            ),
            ("1", None, None, "1 Jul 2026 by ann: \"first version\""),
        ]
    );
}

/// Seven deals went on from Qualify (0 to 5 and 9), three were won from Demonstrate (0, 1, 4). The value was passed over
/// with 2 (lost), 3 (lost) and 4 (won), the first call with 3 (lost) and 5 (open), the decider with 0 (won).
#[test]
fn overrides_by_rule() {
    let (_, rows, _) = paged(&process_of(PROCESS), &ten(), None);
    assert_eq!(
        of(&rows, "overrides"),
        [
            (
                "value >= 5000",
                Some(3),
                Some(7),
                "Qualify: overridden in 3 of 7 moves on (43 %); insufficient history (1 of 3 decided won) after it, \
                 insufficient history (2 of 3 decided won) of the others"
            ),
            (
                "First call",
                Some(2),
                Some(7),
                "Qualify: overridden in 2 of 7 moves on (29 %); insufficient history (0 of 1 decided won) after it, \
                 60 % of 5 decided won of the others"
            ),
            (
                "decider",
                Some(1),
                Some(3),
                "Demonstrate: overridden in 1 of 3 moves on; insufficient history (1 of 1 decided won) after it, \
                 insufficient history (2 of 2 decided won) of the others"
            ),
        ]
    );
    let shares: Vec<Option<f64>> = rows
        .iter()
        .filter(|row| row.section == "overrides")
        .map(|row| row.share)
        .collect();
    assert_eq!(shares, [Some(3.0 / 7.0), Some(2.0 / 7.0), None]);
}

/// Whoever jumps over a stage passes its gate too: a line is of the gate that has it.
#[test]
fn a_jump_passes_every_gate_on_its_way() {
    let text = PROCESS.replace(
        "steps = [{ name = \"tour\"",
        "requires = [\"decider\"]\nsteps = [{ name = \"tour\"",
    ) + "[roles.decider]\nwhy = \"who cannot say yes can only say no\"\n";
    let told = [deal(
        State::Won,
        Some(20),
        &[(QUALIFY, 0, Some(20), Left::Won)],
    )];
    let (book, process) = (book(&told), process_of(&text));
    let overridden = [Overridden {
        deal: Id(1),
        stage: "qualify".to_string(),
        day: day(20).date(),
        open: vec!["First call".to_string(), "decider".to_string()],
    }];
    let look = super::Look::new(&process, &book, None);
    let moves: Vec<usize> = look.moves.iter().map(Vec::len).collect();
    let passed: Vec<usize> = look.passed.iter().map(Vec::len).collect();
    assert_eq!((moves, passed), (vec![1, 0], vec![1, 1]));
    let rows = super::overrides::section(&look, &overridden).rows;
    let lines: Vec<(&str, &str)> = rows
        .iter()
        .map(|row| (row.what.as_str(), row.text.split(':').next().unwrap_or("")))
        .collect();
    assert_eq!(
        lines,
        [("First call", "Qualify"), ("decider", "Demonstrate")]
    );
}

/// Of the seven moves on from Qualify, 0, 1 and 9 were made with the research done; three left Demonstrate, which is
/// too few to say; nobody is of the type that asks the board.
#[test]
fn steps_that_are_skipped() {
    let (_, rows, _) = paged(&process_of(PROCESS), &ten(), None);
    assert_eq!(
        of(&rows, "steps"),
        [
            (
                "Research",
                Some(4),
                Some(7),
                "Qualify, advised: not done in 4 of 7 moves on (57 %)"
            ),
            (
                "First call",
                Some(2),
                Some(7),
                "Qualify, required: passed over in 2 of 7 moves on (29 %)"
            ),
            (
                "Ask the board",
                Some(0),
                Some(0),
                "Qualify, advised: insufficient history (0 of 0 moves on without it)"
            ),
            (
                "Tour",
                Some(3),
                Some(3),
                "Demonstrate, advised: insufficient history (3 of 3 moves on without it)"
            ),
        ]
    );
}

/// A step for some customers is asked of these alone.
#[test]
fn a_step_for_a_type_counts_deals_of_that_type() {
    let mut book = ten();
    book.types = vec!["large".to_string()];
    for deal in [0, 1, 2, 3, 4, 6] {
        book.deals.customer_type[deal] = Some(0);
    }
    let (_, rows, _) = paged(&process_of(PROCESS), &book, None);
    let board = of(&rows, "steps");
    assert_eq!(
        board[0],
        (
            "Ask the board",
            Some(5),
            Some(5),
            "Qualify, advised: not done in 5 of 5 moves on (100 %)"
        )
    );
}

/// The limit of Qualify ran out for 0, 1, 2, 3, 4, 5, 6 and 8; past it were 2 (11 days), 3 (12), 4 (20) and 6 (still
/// there), while 1 left on the last day; 7 has till day 150, of 9 nothing is known. Of Demonstrate 1 (30 days), 3 (21)
/// and 5 (still there) of 0 to 5. Days in Qualify: 5, 5, 9, 10, 11, 12, 20, and 3 and 43 that go on: of the eight
/// there on day 5 two leave, then one of six, then one of five, which is one half on day 10.
#[test]
fn stages_over_their_limit() {
    let (document, rows, _) = paged(&process_of(PROCESS), &ten(), None);
    assert_eq!(
        of(&rows, "limits"),
        [
            (
                "qualify",
                Some(4),
                Some(8),
                "4 of 8 visits (50 %) over 10 days; median 10 days, typical 1 week"
            ),
            (
                "demonstrate",
                Some(3),
                Some(6),
                "3 of 6 visits (50 %) over 20 days"
            ),
        ]
    );
    assert!(lines_of(&document).contains(&"salesctl report durations".to_string()));
}

/// The same deals, all of whose gates were passed under version 1 with its 20 days in Qualify: none that left was there
/// that long (4 left on the last day), and 6, who is there still, has the 10 days of the version in force. Demonstrate is
/// gone: 1 (30 days) and 3 (21) of 0 to 4 were over its 20 days; that the change took 5 along on the fifth day says
/// nothing of where it would be.
#[test]
fn stays_are_judged_by_the_limits_of_their_version() {
    let before = process_of(&PROCESS.replacen("limit = \"10d\"", "limit = \"20d\"", 1));
    let (head, rest) = PROCESS
        .split_once("[[stage]]\nname = \"demonstrate\"")
        .expect("there");
    let (_, ends) = rest.split_once("[[end]]").expect("there");
    let now = process_of(&format!("{head}[[end]]{ends}"));
    let earlier = [Earlier {
        version: 1,
        process: before,
        called: vec!["qualify".to_string(), "demonstrate".to_string()],
    }];
    let mut book = ten();
    let mut gates = Facts::new(vec!["1".to_string()], book.deals.len());
    for deal in 0..book.deals.len() as u32 {
        gates.push(deal, day(0), Some(0));
    }
    book.told.insert(GATE_VERSION.to_string(), gates);
    let visits = &mut book.visits;
    let fifth = visits
        .deal
        .iter()
        .rposition(|deal| *deal == 5)
        .expect("a visit");
    (visits.how[fifth], visits.left[fifth]) = (Left::Moved, Some(day(20)));
    let (document, rows, _) = paged_after(&earlier, &now, &book, None);
    assert_eq!(
        of(&rows, "limits"),
        [
            (
                "qualify",
                Some(1),
                Some(8),
                "1 of 8 visits (13 %) over the limit of their day, lately 10 days; median 10 days, typical 1 week"
            ),
            (
                "demonstrate",
                Some(2),
                Some(5),
                "2 of 5 visits (40 %) over 20 days"
            ),
        ]
    );
    assert!(
        lines_of(&document)
            .iter()
            .any(|line| line.starts_with("each is judged by the limit of the version"))
    );
}

/// From day 12 on: four moves of 3, 4, 5 out of Qualify and 0, 1, 4 to the end; the limits of 4, 5 and 6 in Qualify.
#[test]
fn since_the_last_review() {
    let (document, rows, notes) = paged(&process_of(PROCESS), &ten(), Some(12));
    let says = lines_of(&document);
    assert_eq!(
        says[0],
        "Review of Sample, version 7: since 13 Jul 2026, as of 21 Nov 2026"
    );
    assert_eq!(
        says[1],
        "last reviewed 13 Jul 2026 by ann: \"the tour stays\"; the next review is due by 1 Dec 2026"
    );
    assert_eq!(
        notes,
        ["1 visit to a stage is not counted: when it was left was never told"]
    );
    for heading in [
        "Suggestions: 1 open, 1 answered",
        "Overrides by rule: 4 of 6 moves on (67 %)",
        "Versions: 1 applied",
    ] {
        assert!(
            says.iter().any(|line| line == heading),
            "{heading}: {says:#?}"
        );
    }
    let limits = of(&rows, "limits");
    assert_eq!(
        limits[0],
        (
            "qualify",
            Some(2),
            Some(3),
            "2 of 3 visits over 10 days: insufficient history; median: insufficient history, typical 1 week"
        )
    );
    let commands: Vec<&str> = rows
        .iter()
        .filter(|row| row.section == "limits")
        .map(|row| row.command.as_str())
        .collect();
    assert_eq!(
        commands[0],
        "salesctl report durations --period 2026-07-13..2026-11-21"
    );
    assert_eq!(
        rows.iter()
            .find(|row| row.section == "limits")
            .and_then(|row| row.share),
        None
    );
}

#[test]
fn nothing_happened_yet() {
    let text = "[process]\nname = \"P\"\ncurrency = \"EUR\"\n[[stage]]\nname = \"qualify\"\n\
                [[end]]\nname = \"won\"\n[[end]]\nname = \"lost\"\nreasons = [\"price\"]\n";
    let agenda = Agenda {
        suggestions: &[],
        overridden: &[],
        versions: &[],
        last_review: None,
        all: false,
        next_review: None,
        more: Vec::new(),
        short: &|id| id.handle(),
    };
    let process = process_of(text);
    let judging = Judging {
        process: &process,
        earlier: &[],
    };
    let report = review(judging, &told_nothing(&book(&[]), judging), agenda).expect("a report");
    let says = lines_of(&report.document);
    for line in [
        "never reviewed so far; no next review is set, since [process] has no `review_every`",
        "nobody suggested anything: salesctl process suggest \"what should change\"",
        "insufficient history: no deal went on to another stage",
        "no stage has a `limit` or a `typical`",
    ] {
        assert!(says.iter().any(|said| said == line), "{line}: {says:#?}");
    }
}

/// Forty deals won and forty lost, calls in the first days alike of all; letters with the won ones only.
#[test]
fn proxies_that_fail_are_named() {
    let metric = |name: &str, kind: &str| {
        format!(
            "\n[[metric]]\nname = \"{name}\"\nkind = \"proxy\"\nstands_for = \"revenue\"\nunit = \"count\"\n\
             direction = \"up\"\naggregates.n = {{ of = \"activities\", count = true, kind = \"{kind}\" }}\n\
             formula = \"n\"\nsample = \"n\"\nat_least = 0\n"
        )
    };
    let text = format!(
        "{PROCESS}{}{}{}",
        metric("calls-made", "call"),
        metric("letters-sent", "letter"),
        metric("meetings-held", "meeting")
    );
    let told: Vec<Told> = (0..80)
        .map(|at| {
            let how = if at < 40 { Left::Won } else { Left::Lost };
            let state = if at < 40 { State::Won } else { State::Lost };
            deal(state, Some(30), &[(QUALIFY, 0, Some(30), how)])
        })
        .collect();
    let mut book = book(&told);
    let mut log = |deal: u32, kind| {
        let done = &mut book.activities;
        done.deal.push(Some(deal));
        done.day.push(day(3));
        done.kind.push(kind);
        done.minutes.push(None);
        done.cost_minor.push(0);
        done.by.push(None);
        done.tool.push(None);
    };
    for deal in 0..80 {
        if deal % 2 == 0 {
            log(deal, ActivityKind::Call);
        }
        if deal < 35 {
            log(deal, ActivityKind::Letter);
        }
    }
    let (_, rows, _) = paged(&process_of(&text), &book, None);
    let failing: Vec<&ReviewRow> = rows.iter().filter(|row| row.section == "proxies").collect();
    assert_eq!(failing.len(), 1, "{failing:#?}");
    assert_eq!(failing[0].what, "calls-made");
    assert_eq!(failing[0].n, Some(80));
    assert!(
        failing[0]
            .text
            .starts_with("stands for revenue: no evidence (AUC 0.50, "),
        "{}",
        failing[0].text
    );
    assert_eq!(
        failing[0].command,
        "salesctl metric audit calls-made_first_14d --explain"
    );
}
