//! Targets and limits, from the text of a process file.

use chrono::NaiveDate;
use rstest::rstest;

use super::*;
use crate::document::Period;
use crate::process::{Checked, Level, Limit, LimitOf, Process, Unit, check, in_force};

const PROCESS: &str = r#"
[process]
name = "Test"
currency = "EUR"
fiscal_month = 4

[[stage]]
name = "qualify"
typical = "10d"

[[stage]]
name = "propose"
typical = "10bd"

[[end]]
name = "lost"
reasons = ["price"]

[[team]]
name = "north"

[[rep]]
name = "jr"
team = "north"

[[product]]
name = "starter"
"#;

fn with(text: &str) -> Checked {
    check("process.toml", &format!("{PROCESS}\n{text}"))
}

fn sound(text: &str) -> Process {
    let checked = with(text);
    checked
        .process
        .unwrap_or_else(|| panic!("{:?}", checked.problems))
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn period(from: &str, to: &str) -> Period {
    Period {
        from: day(from),
        to: day(to),
    }
}

#[test]
fn targets_are_read() {
    let process = sound(
        r#"
[[target]]
metric = "revenue"
at_least = 240000
period = "quarter"
why = "the plan"

[[target]]
metric = "override-rate"
at_most = 0.1
team = "north"
period = "2026-Q4"
warn = 0.25
"#,
    );
    let [revenue, overrides] = process.targets.as_slice() else {
        panic!("two of them");
    };
    assert_eq!(revenue.whose, Whose::Company);
    assert_eq!(revenue.bound, Bound::AtLeast(240_000.0));
    assert_eq!(revenue.period, TargetPeriod::Every(Unit::Quarter));
    assert!((revenue.warn - 0.1).abs() < 1e-9);
    assert_eq!(revenue.why.as_deref(), Some("the plan"));
    assert_eq!(overrides.whose, Whose::Team("north".to_string()));
    assert_eq!(overrides.bound, Bound::AtMost(0.1));
    // The fiscal year of 2026 ends in March 2026.
    let quarter = period("2026-01-01", "2026-03-31");
    assert_eq!(overrides.period, TargetPeriod::Once(quarter));
    assert!((overrides.warn - 0.25).abs() < 1e-9);
}

#[rstest]
#[case(
    "metric = \"revenue\"\nat_least = 1",
    "a target has no `period`",
    "add `period = \"quarter\"`"
)]
#[case(
    "metric = \"revenue\"\nperiod = \"month\"",
    "a target has neither `at_least` nor `at_most`",
    "add `at_least"
)]
#[case(
    "metric = \"revenue\"\nperiod = \"month\"\nat_least = 1\nat_most = 2",
    "a target has both",
    "expected one of them"
)]
#[case(
    "metric = \"revenue\"\nperiod = \"month\"\nat_least = 1\nteam = \"nort\"",
    "unknown team `nort`",
    "did you mean `north`?"
)]
#[case(
    "metric = \"revenue\"\nperiod = \"month\"\nat_least = 1\nproduct = \"startr\"",
    "unknown product `startr`",
    "did you mean `starter`?"
)]
#[case(
    "metric = \"revenue\"\nperiod = \"month\"\nat_least = 1\nteam = \"north\"\nrep = \"jr\"",
    "a target of a team, a rep and a product at once",
    "expected one of"
)]
#[case(
    "metric = \"revenue\"\nperiod = \"last quarter\"\nat_least = 1",
    "`last quarter` is another period on another day",
    "or one such as 2026-Q4"
)]
#[case(
    "metric = \"revenue\"\nperiod = \"fortnight\"\nat_least = 1",
    "`fortnight` is not a period",
    "month, quarter or year"
)]
#[case(
    "metric = \"win-rate\"\nperiod = \"month\"\nat_least = 1.4",
    "`win-rate` is a share, and no share is 1.4",
    "expected a number from 0 to 1"
)]
#[case(
    "metric = \"win-rate\"\nperiod = \"month\"\nat_least = -0.1",
    "no share is -0.1",
    "expected a number from 0 to 1"
)]
#[case(
    "metric = \"revenue\"\nperiod = \"month\"\nat_lest = 1",
    "unknown key `at_lest`",
    "did you mean `at_least`?"
)]
#[case(
    "metric = \"revenue\"\nperiod = \"month\"\nat_least = \"1\"",
    "wrong type for `at_least`",
    "expected a number"
)]
fn mistakes_in_targets_are_told(#[case] keys: &str, #[case] message: &str, #[case] label: &str) {
    let checked = with(&format!("[[target]]\n{keys}\n"));
    let found = checked
        .problems
        .iter()
        .any(|problem| problem.message.contains(message) && problem.label.contains(label));
    assert!(found, "{:?}", checked.problems);
    assert!(checked.process.is_none());
}

#[test]
fn a_rep_may_be_one_whom_only_the_catalog_has() {
    let text = "[[target]]\nmetric = \"revenue\"\nperiod = \"month\"\nat_least = 1\nrep = \"jx\"\n";
    let judged = |is_known: fn(&str) -> bool| {
        let mut checked = with(text);
        let process = checked.process.expect("a warning leaves it sound");
        let about = |problems: &[Problem]| {
            let mut of = problems.iter().filter(|it| it.message.contains("`jx`"));
            of.next()
                .map(|it| (it.level, it.label.contains("did you mean `jr`?")))
        };
        assert_eq!(about(&checked.problems), Some((Level::Warning, true)));
        reps_of_the_catalog(&mut checked.problems, &process.targets, is_known);
        about(&checked.problems)
    };
    assert_eq!(judged(|name| name == "jx"), None);
    assert_eq!(judged(|_| false), Some((Level::Error, true)));
}

#[rstest]
#[case(
    "cycle-time",
    "at_least",
    Some("of `cycle-time` less is better, and its target is at least 1")
)]
#[case(
    "revenue",
    "at_most",
    Some("of `revenue` more is better, and its target is at most 1")
)]
#[case("cycle-time", "at_most", None)]
#[case("revenue", "at_least", None)]
#[case("win-rate", "at_least", None)]
fn a_target_that_asks_for_the_worse_is_warned_of(
    #[case] metric: &str,
    #[case] side: &str,
    #[case] message: Option<&str>,
) {
    let checked = with(&format!(
        "[[target]]\nmetric = \"{metric}\"\nperiod = \"month\"\n{side} = 1\n"
    ));
    let found = checked
        .problems
        .iter()
        .find(|problem| problem.message.contains("is better"));
    assert_eq!(found.map(|problem| problem.message.as_str()), message);
    assert!(checked.process.is_some(), "{:?}", checked.problems);
}

#[test]
fn a_target_is_given_once() {
    let one = "[[target]]\nmetric = \"revenue\"\nat_least = 1\nperiod = \"month\"\n";
    let checked = with(&format!("{one}{one}"));
    assert!(
        checked
            .problems
            .iter()
            .any(|problem| problem.message.contains("a second target"))
    );
    // The other side of it is another target.
    sound(&format!("{one}{}", one.replace("at_least", "at_most")));
}

#[test]
fn the_periods_of_a_target() {
    let every = |unit| TargetPeriod::Every(unit);
    let quarter = period("2026-10-01", "2026-12-31");
    assert_eq!(
        every(Unit::Quarter).around(day("2026-11-21"), 1),
        Some(quarter)
    );
    let months = every(Unit::Month).within(quarter, 1, 60);
    assert_eq!(months.len(), 3);
    assert_eq!(months[2], period("2026-12-01", "2026-12-31"));
    assert_eq!(every(Unit::Quarter).within(quarter, 1, 60), [quarter]);
    // A year around the quarter, since no year lies in it.
    let year = period("2026-01-01", "2026-12-31");
    assert_eq!(every(Unit::Year).within(quarter, 1, 60), [year]);
    // Half a quarter more has no second quarter in it.
    let longer = period("2026-10-01", "2027-02-15");
    assert_eq!(every(Unit::Quarter).within(longer, 1, 60), [quarter]);
    let once = TargetPeriod::Once(quarter);
    assert_eq!(once.around(day("2026-09-30"), 1), None);
    assert_eq!(once.within(year, 1, 60), [quarter]);
}

fn limit<'p>(process: &'p Process, name: &str) -> &'p Limit {
    let found = process.limits.iter().find(|limit| limit.name == name);
    found.expect("it is there")
}

#[test]
fn the_standard_limits_are_there_and_sound() {
    let process = sound("");
    assert!(process.limits.len() >= 7);
    for limit in &process.limits {
        let LimitOf::Deals(when) = &limit.of else {
            panic!("{} is of deals", limit.name);
        };
        process.engine.check(when).expect("a sound condition");
        assert!(limit.say.is_some());
        assert_eq!(limit.bound, Bound::AtMost(0.0));
    }
    assert_eq!(
        limit(&process, "silent").of,
        LimitOf::Deals("state = 'open' AND idle_days > 28".to_string())
    );
}

#[test]
fn a_check_of_a_standard_name_changes_it() {
    let process = sound(
        r#"
[[check]]
name = "past_close"
at_most = 3
level = "warning"

[[check]]
name = "big"
when = "value > 100000"
at_least = 2
level = "error"
say = "are worth more than 100,000"
by = "team"
"#,
    );
    let past = limit(&process, "past_close");
    assert_eq!(past.bound, Bound::AtMost(3.0));
    assert_eq!(past.level, Level::Warning);
    assert_eq!(
        past.of,
        LimitOf::Deals("expected_close < today".to_string())
    );
    let big = limit(&process, "big");
    assert_eq!(big.bound, Bound::AtLeast(2.0));
    assert_eq!((big.level, big.by.as_deref()), (Level::Error, Some("team")));
}

#[rstest]
#[case(
    "name = \"x\"\nat_most = 1",
    "neither `when` nor `metric`",
    "`past_close`"
)]
#[case(
    "name = \"x\"\nwhen = \"late\"",
    "neither `at_least` nor `at_most`",
    "add `at_least"
)]
#[case(
    "name = \"x\"\nwhen = \"lat\"\nat_most = 1",
    "unknown",
    "did you mean `late`?"
)]
#[case(
    "name = \"x\"\nwhen = \"late\"\nat_most = 1\nwhere = \"value > 1\"",
    "a check of deals has `where`",
    "say it in `when`"
)]
#[case(
    "name = \"x\"\nwhen = \"late\"\nmetric = \"revenue\"\nat_most = 1",
    "both `when` and `metric`",
    "expected one of them"
)]
#[case(
    "name = \"x\"\nwhen = \"late\"\nat_most = 1\nlevel = \"fatal\"",
    "unknown level `fatal`",
    "expected `error`, `warning`"
)]
#[case(
    "name = \"x\"\nwhen = \"late\"\nat_most = 1\nby = \"reb\"",
    "unknown dimension `reb`",
    "did you mean `rep`?"
)]
#[case(
    "name = \"X y\"\nwhen = \"late\"\nat_most = 1",
    "cannot be a name",
    "x_y"
)]
fn mistakes_in_checks_are_told(#[case] keys: &str, #[case] message: &str, #[case] label: &str) {
    let checked = with(&format!("[[check]]\n{keys}\n"));
    let found = checked
        .problems
        .iter()
        .any(|problem| problem.message.contains(message) && problem.label.contains(label));
    assert!(found, "{:?}", checked.problems);
}

#[test]
fn a_number_holds_or_does_not() {
    assert!(Bound::AtLeast(2.0).holds(2.0));
    assert!(!Bound::AtLeast(2.0).holds(1.9));
    assert!(Bound::AtMost(2.0).holds(2.0));
    assert!(!Bound::AtMost(2.0).holds(2.1));
    assert_eq!(Bound::AtMost(2.0).with(3.0), Bound::AtMost(3.0));
}

#[test]
fn what_was_agreed_on_takes_the_place_of_what_the_file_says() {
    let process = sound(
        r#"
[[target]]
metric = "revenue"
at_least = 240000
period = "quarter"

[[target]]
metric = "revenue"
at_least = 60000
rep = "jr"
period = "quarter"
"#,
    );
    let mut targets = process.targets.clone();
    let quarter = period("2026-10-01", "2026-12-31");
    targets.push(Target {
        period: TargetPeriod::Once(quarter),
        bound: Bound::AtLeast(70_000.0),
        given: Given::Agreed("D7K2".to_string()),
        ..targets[1].clone()
    });
    let numbers = |asked, today: &str| -> Vec<f64> {
        let found = in_force(&targets, asked, day(today), 1, 60).expect("few");
        found.iter().map(|one| one.target.bound.number()).collect()
    };
    assert_eq!(numbers(None, "2026-11-21"), [240_000.0, 70_000.0]);
    assert_eq!(numbers(None, "2027-01-21"), [240_000.0, 60_000.0]);
    let year = Some(period("2026-01-01", "2026-12-31"));
    assert_eq!(numbers(year, "2026-11-21").len(), 8, "two for each quarter");
    assert_eq!(in_force(&targets, year, day("2026-11-21"), 1, 3), None);
}

#[test]
fn an_activity_as_a_target_and_too_many_of_them_are_warned_of() {
    let one = |metric: &str, n: usize| {
        format!(
            "[[target]]\nmetric = \"{metric}\"\nat_least = {n}\nrep = \"jr\"\nperiod = \"2026-{n:02}\"\n"
        )
    };
    let warned = |text: &str, part: &str| {
        let checked = with(text);
        assert!(checked.process.is_some(), "{:?}", checked.problems);
        checked
            .problems
            .iter()
            .any(|problem| problem.message.contains(part))
    };
    assert!(warned(&one("activities", 1), "`activities` is an activity"));
    assert!(!warned(&one("revenue", 1), "target"));
    let ten: String = (1..=10).map(|n| one("revenue", n)).collect();
    assert!(warned(&ten, "`jr` has 10 targets"));
}

#[test]
fn a_metric_that_nobody_defined_is_told() {
    let checked = with("[[target]]\nmetric = \"revenu\"\nat_least = 1\nperiod = \"month\"\n");
    let problem = &checked
        .problems
        .iter()
        .find(|one| one.message == "unknown metric `revenu`");
    assert!(problem.is_some_and(|one| one.label.contains("did you mean `revenue`?")));
}
