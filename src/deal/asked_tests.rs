//! Gates of a few deals, worked out by hand.

use super::*;
use crate::deal::results::Closed;
use crate::process::check;

const PROCESS: &str = r#"[process]
name = "North"
currency = "EUR"

[fields.plan]
type = "text"
why = "what they want"

[fields.proof]
type = "text"
why = "explains results"

[fields.size]
of = "account"
type = "integer"
why = "how large they are"

[roles.decider]
why = "signs"

[[customer_type]]
name = "large"
when = "size >= 100"

[[stage]]
name = "qualify"
objective = "Worth it?"
requires = ["plan", { name = "proof", ask_when = "rep_win_rate < 0.5" }]

[[stage]]
name = "propose"
objective = "An offer"
requires = ["plan", "decider"]
steps = ["Send it", { name = "lawyers", only = ["large"] }]

[[end]]
name = "lost"
reasons = ["price"]
"#;

fn day(number: i32) -> Day {
    Day::new(20_000 + number)
}

fn passed(deal: i64, on: i32, from: &str, won: bool, open: &[&str]) -> Passed {
    Passed {
        deal: Id(deal),
        day: day(on),
        version: 1,
        from: from.to_string(),
        won,
        customer_type: None,
        open: open.iter().map(|word| (*word).to_string()).collect(),
    }
}

/// `ann` won three of five, `bob` one of five; of `cy` nothing is known.
fn results() -> Results {
    let of = |owner: &'static str, won: i32| {
        (0..5).map(move |nth| Closed {
            owner,
            team: None,
            day: day(-nth),
            won: nth < won,
        })
    };
    Results::of(of("ann", 3).chain(of("bob", 1)))
}

/// Item, held, filled, overridden, in the order of gates and items.
fn told(passed: &[Passed], facts: &[(i64, &str, i32, Value)]) -> Vec<String> {
    let checked = check("process.toml", PROCESS);
    let problems = checked.problems;
    let process = checked.process.unwrap_or_else(|| panic!("{problems:?}"));
    let mut known = Known {
        names: columns_read(&process),
        results: results(),
        ..Known::default()
    };
    known.names.push("owner".to_string());
    for (subject, name, on, value) in facts {
        let place = known.names.iter().position(|known| known == name);
        let told = known.of.entry(Id(*subject)).or_default();
        told.push((place.expect("a name") as u16, day(*on), value.clone()));
    }
    known.accounts.insert(Id(1), Id(100));
    let items = items(&process);
    let places: Vec<u32> = (0..passed.len() as u32).collect();
    let mut asked = asked(&process, passed, &places, &known, &items).expect("judged");
    asked.sort_by_key(|one| (one.at, one.item));
    let words = asked.iter().map(|one| {
        let word = |is: bool, word: &'static str| if is { word } else { "" };
        format!(
            "{} {}{}{}{}",
            one.at,
            items[usize::from(one.item)].1,
            word(!one.held, " left-alone"),
            word(one.filled, " filled"),
            word(one.overridden, " overridden")
        )
    });
    words.collect()
}

fn text(text: &str) -> Value {
    Value::Text(text.to_string())
}

#[test]
fn whoever_wins_enough_is_left_alone() {
    let gates = [1, 2, 3].map(|deal| passed(deal, 10, "qualify", false, &["plan"]));
    let found = told(
        &gates,
        &[
            (1, "owner", 0, text("ann")),
            (2, "owner", 0, text("bob")),
            (3, "owner", 0, text("cy")),
            // There on the day of the gate; there too late; blank.
            (1, "plan", 10, text("more")),
            (2, "plan", 11, text("more")),
            (3, "plan", 1, text(" ")),
            (2, "proof", 5, text("a graph")),
        ],
    );
    let expected = [
        "0 plan filled overridden",
        "0 proof left-alone",
        "1 plan overridden",
        "1 proof filled",
        "2 plan overridden",
        "2 proof",
    ];
    assert_eq!(found, expected);
}

/// A win goes through both gates and asks for the plan once; the account is large from day 5 on.
#[test]
fn a_win_goes_through_all_gates_that_are_left() {
    let gates = [
        passed(1, 4, "qualify", true, &["Send it"]),
        passed(1, 10, "qualify", true, &[]),
    ];
    let found = told(
        &gates,
        &[
            (1, "owner", 0, text("ann")),
            (1, "plan", 0, text("more")),
            (1, "has_decider", 0, Value::Integer(1)),
            (1, "done_lawyers", 7, Value::Integer(1)),
            (100, "size", 5, Value::Integer(200)),
        ],
    );
    let expected = [
        "0 plan filled",
        "0 proof left-alone",
        "0 decider filled",
        "0 send_it overridden",
        "0 lawyers left-alone",
        "1 plan filled",
        "1 proof left-alone",
        "1 decider filled",
        "1 send_it",
        "1 lawyers filled",
    ];
    assert_eq!(found, expected);
}
