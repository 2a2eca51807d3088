//! What is wrong with the data of four deals, by hand.

use std::collections::BTreeMap;

use super::super::sample::{book, process, twelve};
use super::super::{Ask, lines_of};
use super::*;

const REQUIRES: &str = r#"
[process]
name = "Sample"
currency = "EUR"

[fields.budget]
type = "money"
why = "what is not budgeted is not bought"

[fields.value]
why = "what it is worth"

[roles.buyer]
why = "somebody signs"

[[stage]]
name = "qualify"
requires = ["budget", "buyer"]

[[stage]]
name = "demonstrate"
requires = ["budget", "value"]

[[stage]]
name = "propose"

[[end]]
name = "won"

[[end]]
name = "lost"
reasons = ["price"]
"#;

fn asking() -> Process {
    let checked = crate::process::check("process.toml", REQUIRES);
    checked
        .process
        .unwrap_or_else(|| panic!("{:?}", checked.problems))
}

/// The last three of the twelve are open (Ann's in demonstrate, Bob's on hold and Cy's in qualify); 5 to 8 are
/// lost. Each condition is met by the deals that are given.
fn told(met: &[(&str, &[usize])]) -> (Book, Vec<Check>) {
    let checks = checks(&asking());
    let mut book = book(&twelve());
    book.conditions = checks
        .iter()
        .map(|check| (check.condition.clone(), vec![false; 12]))
        .collect::<BTreeMap<_, _>>();
    for (condition, deals) in met {
        let column = book.conditions.get_mut(*condition).expect("a condition");
        for deal in *deals {
            column[*deal] = true;
        }
    }
    (book, checks)
}

#[test]
fn each_requirement_once_where_it_is_asked_first() {
    let conditions: Vec<String> = checks(&asking())
        .into_iter()
        .map(|check| check.condition)
        .collect();
    assert_eq!(
        conditions,
        [
            "budget is null and stage in ('qualify', 'demonstrate', 'propose')",
            "coalesce(has_buyer, 0) = 0 and stage in ('qualify', 'demonstrate', 'propose')",
            "value is null and stage in ('demonstrate', 'propose')",
            "state = 'open' AND idle_days > 30",
            "expected_close < today",
            "next_step IS NULL AND state = 'open'",
            "owner is null",
            "coalesce(value, 0) = 0",
            "state = 'lost' and reason is null",
        ]
    );
    assert!(
        conditions
            .iter()
            .all(|condition| asking().engine.check(condition).is_ok())
    );
}

#[test]
fn what_is_missing() {
    let (book, checks) = told(&[
        (
            "budget is null and stage in ('qualify', 'demonstrate', 'propose')",
            &[9, 11],
        ),
        ("coalesce(value, 0) = 0", &[3, 11]),
        ("state = 'lost' and reason is null", &[5, 8]),
    ]);
    let narrowed = Narrowed {
        options: " --rep cy".to_string(),
        condition: Some("value > 5 or x = '$(y)'".to_string()),
    };
    let report = data(&asking(), &book, &Ask::default(), &checks, &narrowed).expect("a report");
    let found: Vec<_> = report
        .answer
        .rows
        .iter()
        .map(|row| {
            let quality = &row.quality;
            (
                quality.check,
                quality.field.as_deref(),
                quality.n,
                quality.found,
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("missing", Some("budget"), 3, 2),
            ("missing", Some("buyer"), 3, 0),
            // Only one of them has come as far as demonstrate.
            ("missing", Some("value"), 1, 0),
            ("no_reason", None, 4, 2),
            ("no_value", None, 3, 1),
            ("stale", None, 2, 0),
            ("past_close", None, 3, 0),
            ("no_next_step", None, 2, 0),
            ("no_owner", None, 3, 0),
        ]
    );
    let first = &report.answer.rows[0].quality;
    assert!(
        first
            .filled_share
            .is_some_and(|share| (share - 1.0 / 3.0).abs() < 1e-9)
    );
    assert_eq!(
        lines_of(&report.document)[1],
        "2 without budget: salesctl deal list --rep cy --where \"budget is null and stage in ('qualify', 'demonstrate', 'propose') and (value > 5 or x = '\\$(y)')\""
    );
    assert!(lines_of(&report.document)[2].contains("salesctl deal list --all --rep cy"));
    assert_eq!(report.answer.rows[1].quality.command, None);
}

#[test]
fn by_rep() {
    let (book, checks) = told(&[("owner is null", &[7])]);
    let ask = Ask {
        by: vec![Dimension::Rep],
        ..Ask::default()
    };
    let narrowed = Narrowed::default();
    let report = data(&asking(), &book, &ask, &checks, &narrowed).expect("a report");
    let of = |rep: Option<&str>, kind: &str| -> Option<(usize, usize)> {
        let rows = &report.answer.rows;
        let row = rows
            .iter()
            .find(|row| row.group[0].1.as_deref() == rep && row.quality.check == kind)?;
        Some((row.quality.n, row.quality.found))
    };
    // The deal without an owner is lost: its data is no open deal's.
    assert_eq!(of(Some("ann"), "no_owner"), Some((1, 0)));
    assert_eq!(of(None, "no_owner"), None);
    assert_eq!(of(None, "no_reason"), Some((1, 0)));
    // Bob's is on hold: it needs no next step.
    assert_eq!(of(Some("bob"), "no_next_step"), None);
    assert_eq!(process().stages.len(), 3);
}
