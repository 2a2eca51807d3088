//! Reps side by side over the twelve deals of `sample`, and steps and tools, all worked out by hand.

use super::practice::{Compared, Practice, Verdict, compared, tools, verdicts};
use super::{CompareRow, Whom, compare};
use crate::deal::book::{Book, Day, Left, State};
use crate::deal::event::ActivityKind;
use crate::document::Block;
use crate::report::decided::Decided;
use crate::report::sample::{DEMONSTRATE, QUALIFY, Told, book, day, process, twelve};
use crate::report::{Ask, Report};
use crate::statistics::{Table, Trials};

fn log(book: &mut Book, deal: u32, at: i32, tool: Option<u32>) {
    let done = &mut book.activities;
    done.deal.push(Some(deal));
    done.day.push(day(at));
    done.kind.push(ActivityKind::Call);
    done.minutes.push(None);
    done.cost_minor.push(0);
    done.by.push(None);
    done.tool.push(tool);
}

fn reps(names: &[&str]) -> Whom {
    Whom::Reps(names.iter().map(|name| (*name).to_string()).collect())
}

fn row<'r>(report: &'r Report<CompareRow>, name: &str, who: &str) -> &'r CompareRow {
    let found = report
        .answer
        .rows
        .iter()
        .find(|row| row.name == name && row.who == who);
    found.unwrap_or_else(|| panic!("{name} of {who}"))
}

#[test]
fn stages_side_by_side_by_hand() {
    let mut book = book(&twelve());
    // Ann's first deal: in Qualify, on the day it moved to Demonstrate, in Propose.
    for at in [5, 10, 39] {
        log(&mut book, 0, at, None);
    }
    // Bob's first: in Qualify; after it was won; somebody else's deal.
    log(&mut book, 2, 25, None);
    log(&mut book, 2, 96, None);
    log(&mut book, 4, 31, None);
    let report =
        compare(&process(), &book, &Ask::default(), &reps(&["ann", "bob"])).expect("a report");
    assert_eq!((report.answer.n, report.answer.rows.len()), (8, 6));
    let counts = |stage: &str, who: &str| {
        let row = row(&report, stage, who);
        [row.entered, row.advanced, row.lost, row.still_in].map(Option::unwrap_or_default)
    };
    assert_eq!(counts("qualify", "ann"), [4, 3, 1, 0]);
    assert_eq!(counts("demonstrate", "ann"), [3, 2, 0, 1]);
    assert_eq!(counts("propose", "ann"), [2, 2, 0, 0]);
    assert_eq!(counts("qualify", "bob"), [4, 3, 0, 1]);
    assert_eq!(counts("demonstrate", "bob"), [2, 1, 1, 0]);
    assert_eq!(counts("propose", "bob"), [2, 2, 0, 0]);
    let ann = row(&report, "qualify", "ann");
    assert_eq!(
        (ann.resolved_share, ann.step_share, ann.activities_per_deal),
        (Some(0.75), Some(0.75), Some(0.25))
    );
    let each = |stage, who| row(&report, stage, who).activities_per_deal;
    assert_eq!(each("demonstrate", "ann"), Some(1.0 / 3.0));
    assert_eq!(each("propose", "ann"), Some(0.5));
    assert_eq!(each("qualify", "bob"), Some(0.25));
    assert_eq!(each("propose", "bob"), Some(0.0));
}

#[test]
fn who_can_not_be_compared() {
    let told = |whom: &Whom| {
        compare(&process(), &book(&twelve()), &Ask::default(), whom).map(|report| report.answer)
    };
    let problem = |names: &[&str]| told(&reps(names)).map(|_| ()).expect_err("refused");
    assert_eq!(problem(&["ann", "zoe"]), "there is no rep `zoe`");
    assert_eq!(problem(&["ann", "ann"]), "`ann` is given twice to compare");
    assert_eq!(
        problem(&["ann"]),
        "expected two reps to compare, or --winners"
    );
    // Ann and Bob have three decided deals each, Cy two.
    let answer = told(&Whom::Winners).expect("an answer");
    assert_eq!(
        (answer.rows.len(), answer.notes[0].as_str()),
        (
            0,
            "insufficient history: no rep with 5 decided deals or more, and two are needed to compare"
        )
    );
}

fn deal(owner: u32, won: bool, closed: i32, visits: &[(u16, i32, i32, Left)]) -> Told {
    Told {
        owner: Some(owner),
        product: None,
        state: if won { State::Won } else { State::Lost },
        value: None,
        opened: Some(0),
        closed: Some(closed),
        expected_close: None,
        hold_until: None,
        next_due: None,
        visits: visits
            .iter()
            .map(|(stage, entered, left, how)| (*stage, Some(*entered), Some(*left), *how))
            .collect(),
    }
}

/// So many won of fifty, for each rep.
fn records(won: [u32; 3]) -> Book {
    let told: Vec<Told> = (0..3)
        .flat_map(|owner| (0..50).map(move |i| deal(owner, i < won[owner as usize], 30, &[])))
        .collect();
    book(&told)
}

#[test]
fn winners_are_there_only_where_rates_differ() {
    let answer = |won| {
        compare(&process(), &records(won), &Ask::default(), &Whom::Winners).expect("a report")
    };
    let none = answer([22, 25, 20]);
    assert_eq!(none.answer.rows.len(), 0);
    assert!(none.answer.notes[0].starts_with(
        "there are no winners to compare: the win rates of 3 reps differ by no more than chance explains"
    ));
    let some = answer([45, 20, 22]);
    assert_eq!(some.answer.rows.len(), 6);
    let said = some.document.blocks.iter().find_map(|block| match block {
        Block::Line(text) if text.starts_with("winners") => Some(text.as_str()),
        _ => None,
    });
    // 45, 20 and 22 of 50 vary by 0.051467 around 0.58, of which 0.004872 is chance: M = 4.228, and
    // (45 + 4.228 × 0.58) ÷ 54.228 = 0.8751.
    assert!(
        said.is_some_and(|said| said.contains("Ann Ash 88 %. They were chosen")),
        "{said:?}"
    );
}

/// Seven deals that reach Demonstrate on day 10. Of those who do it before the close it takes 2, 4, 6 and 8
/// days; three quarters of that are 6.5 days, so deals are compared on day 17.
fn seven() -> (Book, Vec<Option<Day>>) {
    let reached = |won, closed| {
        let how = if won { Left::Won } else { Left::Lost };
        deal(
            0,
            won,
            closed,
            &[
                (QUALIFY, 0, 10, Left::Advanced),
                (DEMONSTRATE, 10, closed, how),
            ],
        )
    };
    let told = [
        (reached(true, 40), Some(12)),
        (reached(false, 30), Some(14)),
        (reached(true, 40), Some(16)),
        // Too late to count as done on that day.
        (reached(true, 50), Some(18)),
        // Decided by then.
        (reached(false, 15), None),
        (reached(false, 17), None),
        (reached(false, 60), None),
        // On the day of the close.
        (reached(true, 30), Some(30)),
        // Never got there, whatever was done.
        (
            deal(0, false, 60, &[(QUALIFY, 0, 60, Left::Lost)]),
            Some(12),
        ),
    ];
    let (told, days): (Vec<Told>, Vec<Option<i32>>) = told.into_iter().unzip();
    let days = days.into_iter().map(|at| at.map(day)).collect();
    (book(&told), days)
}

#[test]
fn deals_are_compared_on_one_day_of_their_lives() {
    let (book, first) = seven();
    let decided = Decided::new(&book, &Ask::default());
    let entries = decided.entries(&process(), &book);
    let practice = Practice {
        about: "step",
        name: "demo".to_string(),
        title: "Demo".to_string(),
        stage: Some(1),
        required: false,
        first,
    };
    let found = compared(practice, &book, &decided, &entries[1]);
    assert_eq!(found.within, Some(7));
    assert_eq!(
        found.tables[0],
        Table {
            with: Trials::new(2, 3),
            without: Trials::new(2, 3),
        }
    );
}

#[test]
fn a_tool_is_first_used_once_and_belongs_to_its_stage() {
    let (mut book, _) = seven();
    book.tools = vec!["Calculator".to_string(), "Unheard of".to_string()];
    log(&mut book, 1, 20, Some(0));
    log(&mut book, 1, 12, Some(0));
    log(&mut book, 3, 5, Some(1));
    log(&mut book, 3, 5, None);
    let text = r#"
[process]
name = "Sample"
currency = "EUR"

[[stage]]
name = "qualify"

[[stage]]
name = "demonstrate"
tools = [{ name = "calculator", kind = "template" }]

[[end]]
name = "won"

[[end]]
name = "lost"
reasons = ["price"]
"#;
    let checked = crate::process::check("process.toml", text);
    let process = checked.process.expect("a process");
    let found = tools(&process, &book, &Decided::new(&book, &Ask::default()));
    let told: Vec<(&str, Option<usize>, Option<Day>, Option<Day>)> = found
        .iter()
        .map(|tool| (tool.name.as_str(), tool.stage, tool.first[1], tool.first[3]))
        .collect();
    assert_eq!(
        told,
        [
            ("Calculator", Some(1), Some(day(12)), None),
            ("Unheard of", None, None, Some(day(5))),
        ]
    );
}

/// By rep: won and all that did it, won and all that did not.
fn told(reps: &[[usize; 4]]) -> Compared {
    let table = |[did_won, did, not_won, not]: &[usize; 4]| Table {
        with: Trials::new(*did_won, *did),
        without: Trials::new(*not_won, *not),
    };
    Compared {
        about: "tool",
        name: "letter".to_string(),
        title: "Letter".to_string(),
        stage: None,
        required: false,
        within: Some(3),
        tables: reps.iter().map(table).collect(),
    }
}

#[test]
fn for_everybody_or_for_one() {
    let found = verdicts(&[
        told(&[[30, 40, 15, 40], [29, 40, 14, 40], [31, 40, 17, 40]]),
        told(&[[38, 40, 10, 40], [20, 40, 20, 40], [19, 40, 20, 40]]),
        told(&[[39, 40, 4, 40], [27, 40, 15, 40], [27, 40, 14, 40]]),
        told(&[[20, 40, 20, 40], [21, 40, 19, 40], [19, 40, 20, 40]]),
        told(&[[15, 40, 30, 40], [14, 40, 29, 40], [17, 40, 31, 40]]),
        // 29 won in all; 9 that did it; only one rep that did.
        told(&[[8, 40, 6, 40], [8, 40, 7, 40]]),
        told(&[[5, 5, 60, 100], [3, 4, 60, 100]]),
        told(&[[30, 40, 15, 40], [0, 0, 15, 40]]),
    ]);
    let found: Vec<Verdict> = found.into_iter().map(|(_, verdict)| verdict).collect();
    assert_eq!(
        found,
        [
            Verdict::Everybody,
            Verdict::Only(vec![0]),
            Verdict::Unequal,
            Verdict::NoEvidence,
            Verdict::Against,
            Verdict::Insufficient,
            Verdict::Insufficient,
            Verdict::Insufficient,
        ]
    );
}

/// Where nothing goes with anything, at most one comparison in ten names a practice, and at most one in
/// ten a style.
#[test]
fn noise_names_practices_and_styles_in_the_stated_share_at_most() {
    let mut state = 88_172_645_463_325_252_u64;
    let mut chance = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let (mut practices, mut styles) = (0, 0);
    for _ in 0..300 {
        let comparison: Vec<Compared> = (0..8)
            .map(|_| {
                let mut all = told(&[[0; 4]; 5]);
                for table in &mut all.tables {
                    // Reps differ in how often they win, and in how often they do it.
                    let (rate, share) = (0.2 + 0.4 * chance(), 0.3 + 0.4 * chance());
                    for _ in 0..40 {
                        let won = chance() < rate;
                        if chance() < share {
                            table.with.add(won);
                        } else {
                            table.without.add(won);
                        }
                    }
                }
                all
            })
            .collect();
        let found = verdicts(&comparison);
        let any = |of: fn(&Verdict) -> bool| found.iter().any(|(_, verdict)| of(verdict));
        practices += usize::from(any(|v| {
            matches!(v, Verdict::Everybody | Verdict::Unequal | Verdict::Against)
        }));
        styles += usize::from(any(|v| matches!(v, Verdict::Only(_))));
    }
    assert!(
        practices <= 30 && styles <= 30,
        "{practices} {styles} of 300"
    );
}
