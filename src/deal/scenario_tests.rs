//! Scenarios against a process that is read by hand.

use std::fmt::Write as _;

use rstest::rstest;

use super::run;
use crate::process::{Process, check};

const PROCESS: &str = r#"[process]
name = "North"
currency = "EUR"

[fields.budget]
type = "text"
why = "no money, no deal"

[fields.legal]
type = "bool"
why = "they have lawyers"

[[customer_type]]
name = "large"
when = "value >= 50000"

[[stage]]
name = "qualify"
objective = "Worth it?"
limit = "3w"
requires = ["budget", { name = "legal", only = ["large"] }]
steps = [{ name = "call" }, { name = "visit", only = ["large"] }]
exit = [{ when = "value >= 5000", say = "worth it" }]

[[stage]]
name = "contract"
objective = "All agree"
only = ["large"]

[[stage]]
name = "propose"
objective = "An offer"

[[end]]
name = "lost"
reasons = ["price"]

[prospecting]
high = 30
medium = 10

[[score]]
when = "employees >= 50"
points = 20
"#;

fn process(test: &str) -> Process {
    let checked = check(
        "process.toml",
        &format!("{PROCESS}\n[[test]]\nname = \"it\"\n{test}\n"),
    );
    let problems = checked.problems;
    checked.process.unwrap_or_else(|| panic!("{problems:?}"))
}

/// What was found of the one scenario: what, and what was found where it differs.
fn found(test: &str) -> Vec<String> {
    let process = process(test);
    let mut outcomes = run(&process, &[&process.scenarios[0]]).expect("it runs");
    let told = outcomes.remove(0).into_iter().map(|one| {
        if one.holds() {
            one.what.to_string()
        } else {
            format!("{}: {}", one.what, one.found)
        }
    });
    told.collect()
}

#[rstest]
#[case::all_is_there("given = { value = 6000, budget = \"x\", done_call = true }\nexpect = { advance = true, to = \"propose\", type = \"none\" }", &["advance", "to", "type"])]
#[case::blocked("given = { value = 4000 }\nexpect = { advance = false, blocked_by = [\"budget\", \"call\", \"worth it\"] }", &["advance", "blocked_by"])]
#[case::blocked_by_more("given = { value = 4000 }\nexpect = { blocked_by = [\"worth it\"] }", &["blocked_by: budget, call, worth it"])]
#[case::blocked_by_less("given = { value = 4000, budget = \"x\", done_call = true }\nexpect = { blocked_by = [\"worth it\", \"call\"] }", &["blocked_by: worth it"])]
#[case::not_blocked("given = { value = 6000, budget = \"x\", done_call = true }\nexpect = { blocked_by = [\"call\"], advance = false }", &["advance: yes", "blocked_by: nothing"])]
#[case::a_large_one_needs_more("given = { value = 60000, budget = \"x\", done_call = true }\nexpect = { advance = true }", &["advance: no, blocked by legal, visit"])]
#[case::a_large_one_goes_through_all("given = { value = 60000, budget = \"x\", done_call = true, done_visit = true, legal = true }\nexpect = { to = \"contract\", type = \"large\" }", &["to", "type"])]
#[case::no_way_there("to = \"contract\"\ngiven = { value = 6000, budget = \"x\", done_call = true }\nexpect = { advance = false, to = \"propose\" }", &["advance", "to: a deal in `qualify` can't go on to `contract`"])]
#[case::late("given = { days_in_stage = 40, idle_days = 3, owner = \"jr\", value = 1 }\nexpect = { alert = [\"rotting\", \"no_next_step\", \"no_close_date\"] }", &["alert"])]
#[case::not_late("given = { days_in_stage = 4, owner = \"jr\", value = 1 }\nexpect = { alert = [\"rotting\"] }", &["alert: no_close_date, no_next_step"])]
#[case::points("given = { employees = 60 }\nexpect = { score = 20, priority = \"medium\" }", &["score", "priority"])]
#[case::other_points("given = { employees = 6 }\nexpect = { score = 20, priority = \"medium\" }", &["score: 0", "priority: low"])]
#[case::won("stage = \"propose\"\nexpect = { to = \"won\" }", &["to"])]
fn it_is_decided_as_for_a_real_deal(#[case] test: &str, #[case] expected: &[&str]) {
    assert_eq!(found(test), expected);
}

/// A test that holds fails when the rule that it is about is changed.
#[test]
fn a_changed_rule_fails_the_test() {
    let test =
        "given = { value = 6000, budget = \"x\", done_call = true }\nexpect = { advance = true }";
    assert_eq!(found(test), ["advance"]);
    let changed = PROCESS.replace("value >= 5000", "value >= 8000");
    let checked = check(
        "process.toml",
        &format!("{changed}\n[[test]]\nname = \"it\"\n{test}\n"),
    );
    let process = checked.process.expect("sound");
    let outcomes = run(&process, &[&process.scenarios[0]]).expect("it runs");
    assert_eq!(outcomes[0][0].found, "no, blocked by worth it");
}

/// Conditions see the type that follows from the facts, as those of a real deal do.
#[test]
fn a_gate_may_ask_for_the_type() {
    let asks = PROCESS.replace("\"value >= 5000\"", "\"type = 'large'\"");
    let test = |name: &str, value: u32| {
        format!(
            "[[test]]\nname = \"{name}\"\ngiven = {{ value = {value}, budget = \"x\", legal = true, done_call = true, done_visit = true }}\nexpect = {{ advance = true }}\n"
        )
    };
    let whole = format!("{asks}\n{}{}", test("small", 6000), test("large", 60000));
    let process = check("process.toml", &whole).process.expect("sound");
    let scenarios: Vec<_> = process.scenarios.iter().collect();
    let found = run(&process, &scenarios).expect("they run");
    let found: Vec<&str> = found.iter().map(|one| one[0].found.as_str()).collect();
    assert_eq!(found, ["no, blocked by worth it", "yes"]);
}

/// They are judged many at a time, of several stages, days and names; each comes to what it does by itself.
#[test]
fn together_as_alone() {
    let mut text = PROCESS.to_string();
    for n in 0..40_u32 {
        let stage = ["qualify", "contract", "propose"][n as usize % 3];
        let (value, employees, day) = (n * 2500, n * 3, n % 5 + 10);
        let _ = write!(
            text,
            "\n[[test]]\nname = \"{n}\"\nstage = \"{stage}\"\ndate = 2026-11-{day}\ngiven = {{ value = {value}, employees = {employees}, budget = \"x\", done_call = true, expected_close = 2026-11-12, owner = \"jr\" }}\nexpect = {{ advance = true, type = \"large\", alert = [], score = 20 }}\n"
        );
    }
    let problems = check("process.toml", &text).problems;
    let process = check("process.toml", &text).process;
    let process = process.unwrap_or_else(|| panic!("{problems:?}"));
    let scenarios: Vec<_> = process.scenarios.iter().collect();
    let together = run(&process, &scenarios).expect("they run");
    for (scenario, together) in scenarios.into_iter().zip(&together) {
        let alone = run(&process, &[scenario]).expect("it runs");
        assert_eq!(alone, std::slice::from_ref(together), "{}", scenario.name);
    }
    let found: std::collections::BTreeSet<_> =
        together.iter().flatten().map(|one| &one.found).collect();
    assert!(found.len() > 6, "they differ: {found:?}");
}

/// A budget is asked of those who win less than three of ten, a visit of deals of teams that win less than half.
#[rstest]
#[case::low_is_asked("rep_win_rate = 0.2, team_win_rate = 0.6", &["advance: no, blocked by budget"])]
#[case::good_is_left_alone("rep_win_rate = 0.3, team_win_rate = 0.5", &["advance"])]
#[case::the_team_is_asked("rep_win_rate = 0.3, team_win_rate = 0.4", &["advance: no, blocked by visit"])]
#[case::unknown_is_asked("rep_deals_closed = 4", &["advance: no, blocked by budget, visit"])]
fn what_needs_no_explaining_is_not_asked(#[case] given: &str, #[case] expected: &[&str]) {
    let text = PROCESS
        .replace(
            "\"budget\", {",
            "{ name = \"budget\", ask_when = \"rep_win_rate < 0.3\" }, {",
        )
        .replace(
            "only = [\"large\"] }]\nexit",
            "ask_when = \"team_win_rate < 0.5\" }]\nexit",
        );
    let test = format!(
        "[[test]]\nname = \"it\"\ngiven = {{ value = 6000, done_call = true, {given} }}\nexpect = {{ advance = true }}"
    );
    let checked = check("process.toml", &format!("{text}\n{test}\n"));
    let problems = checked.problems;
    let process = checked.process.unwrap_or_else(|| panic!("{problems:?}"));
    let outcomes = run(&process, &[&process.scenarios[0]]).expect("it runs");
    let told = outcomes.into_iter().flatten().map(|one| {
        if one.holds() {
            one.what.to_string()
        } else {
            format!("{}: {}", one.what, one.found)
        }
    });
    assert_eq!(told.collect::<Vec<_>>(), expected);
}
