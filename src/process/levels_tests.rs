//! Where stages stand, which of several is meant, and three files over each other.

use rstest::rstest;

use super::{COMPANY, laid_over};
use crate::process::{Checked, check, joined, origins};

fn order(unit: &str) -> Vec<String> {
    let (text, checked) = laid_over(unit);
    assert_eq!(checked.problems, [], "{text}");
    let stages = checked.process.expect("a sound process").stages;
    stages.into_iter().map(|stage| stage.name).collect()
}

#[rstest]
#[case(
    "[[stage]]\nname = \"visit\"\nobjective = \"x\"\nbefore = \"qualify\"\n",
    "visit qualify demo propose"
)]
#[case(
    "[[stage]]\nname = \"b\"\nobjective = \"x\"\nbefore = \"c\"\n[[stage]]\nname = \"c\"\nobjective = \"x\"\nbefore = \"demo\"\n[[stage]]\nname = \"d\"\nobjective = \"x\"\nbefore = \"demo\"\n",
    "qualify b c d demo propose"
)]
#[case(
    "[[stage]]\nname = \"b\"\nobjective = \"x\"\nafter = \"demo\"\n[[stage]]\nname = \"c\"\nobjective = \"x\"\nbefore = \"propose\"\n",
    "qualify demo b c propose"
)]
#[case(
    "[[stage]]\nname = \"propose\"\nbefore = \"qualify\"\n",
    "propose qualify demo"
)]
fn stages_stand_where_they_say(#[case] unit: &str, #[case] expected: &str) {
    assert_eq!(order(unit).join(" "), expected);
}

/// What the group has, its unit and the unit's team, each over the one before.
fn three_levels(group: &str, unit: &str, team: &str) -> (String, Checked) {
    let group = format!("{COMPANY}{group}");
    let unit = format!("[process]\nextends = \"group.toml\"\n{unit}");
    let team = format!("[process]\nextends = \"unit.toml\"\n{team}");
    let text = joined("team.toml", team, |name| {
        Ok(if name == "unit.toml" { &unit } else { &group }.clone())
    });
    let text = text.unwrap_or_else(|unread| panic!("{}", unread.problem.message));
    let checked = check("team.toml", &text);
    (text, checked)
}

#[test]
fn a_later_file_says_anew_where_a_stage_stands() {
    let (_, checked) = three_levels(
        "",
        "[[stage]]\nname = \"pilot\"\nobjective = \"x\"\nafter = \"demo\"\n",
        "[[stage]]\nname = \"pilot\"\nbefore = \"qualify\"\n",
    );
    assert_eq!(checked.problems, []);
    let stages = checked.process.expect("a sound process").stages;
    assert_eq!(stages[0].name, "pilot");
}

const FOLLOW_UPS: &str = "[[stage]]\nname = \"legal\"\nobjective = \"x\"\nfollow_up = [{ after = \"3d\", say = \"call\" }, { after = \"10d\", say = \"call\" }, { after = \"1d\", say = \"write\" }]\n";

#[rstest]
#[case(r#"{ after = "2d", say = "write" }"#, "3d call, 10d call, 2d write")]
#[case(
    r#"{ after = "10d", say = "call", why = "late" }"#,
    "3d call, 10d call: late, 1d write"
)]
#[case(
    r#"{ after = "3d", say = "call" }, { after = "10d", say = "call" }, { after = "20d", say = "call" }"#,
    "3d call, 10d call, 1d write, 20d call"
)]
#[case(
    r#"{ after = "1d", say = "write" }, { after = "4d", say = "write" }"#,
    "3d call, 10d call, 1d write, 4d write"
)]
#[case(
    r#"{ after = "5d", say = "call" }, { after = "12d", say = "call" }"#,
    "it is not clear which follow-up `call` is; it is not clear which follow-up `call` is"
)]
#[case(
    r#"{ after = "3d", say = "call" }, { after = "5d", say = "call" }"#,
    "it is not clear which follow-up `call` is"
)]
#[case(
    r#"{ after = "5d", say = "write" }, { after = "6d", say = "write" }"#,
    "it is not clear which follow-up `write` is; it is not clear which follow-up `write` is"
)]
#[case(
    r#"{ after = "3d", say = "call" }, { after = "3d", say = "call" }"#,
    "follow-up `call` is there twice"
)]
fn none_of_those_that_say_the_same_is_lost(#[case] unit: &str, #[case] expected: &str) {
    let unit = format!("[[stage]]\nname = \"legal\"\nfollow_up = [{unit}]\n");
    let (_, checked) = three_levels(FOLLOW_UPS, &unit, "");
    let problems: Vec<String> = checked
        .problems
        .into_iter()
        .map(|one| one.message)
        .collect();
    let told = match checked.process {
        None => problems.join("; "),
        Some(process) => {
            let rules = process
                .stage("legal")
                .expect("there")
                .follow_ups
                .iter()
                .map(|rule| {
                    let why = rule.why.as_ref().map(|why| format!(": {why}"));
                    format!("{} {}{}", rule.after, rule.say, why.unwrap_or_default())
                });
            rules.collect::<Vec<_>>().join(", ")
        }
    };
    assert_eq!(told, expected);
}

const TARGETS: &str = "[[target]]\nmetric = \"revenue\"\nat_least = 240000\nperiod = \"quarter\"\n[[target]]\nmetric = \"revenue\"\nat_least = 80000\nperiod = \"month\"\n";

#[test]
fn one_of_several_is_removed_by_its_whole_name() {
    let (_, checked) = three_levels(
        &format!("{TARGETS}{FOLLOW_UPS}"),
        "remove = [{ target = \"revenue quarter\", why = \"x\" }, { stage = \"legal\", follow_up = \"call after 3d\", why = \"x\" }, { reason = \"price\", why = \"x\" }, { holiday = 2026-12-25, why = \"x\" }]\n[[end]]\nname = \"lost\"\nreasons = [\"silent\"]\n",
        "",
    );
    assert_eq!(checked.problems, []);
    let process = checked.process.expect("a sound process");
    assert_eq!(process.targets.len(), 1);
    let rules = &process.stage("legal").expect("there").follow_ups;
    let left: Vec<String> = rules.iter().map(|rule| rule.after.to_string()).collect();
    assert_eq!(left, ["10d", "1d"]);
    assert_eq!(process.lost_reasons.len(), 1);
    assert_eq!(process.lost_reasons[0].name, "silent");
    assert!(process.calendar.holidays.is_empty());
}

/// The other side of a target is another one.
#[test]
fn both_sides_of_a_target() {
    let unit = "[[target]]\nmetric = \"revenue\"\nat_most = 300000\nperiod = \"quarter\"\n";
    let (_, checked) = three_levels(TARGETS, unit, "");
    assert_eq!(checked.process.expect("a sound process").targets.len(), 3);
}

#[test]
fn what_a_third_file_has_again_is_there() {
    let (text, checked) = three_levels(
        "[[test]]\nname = \"a large one is large\"\ngiven = { value = 60000 }\nexpect = { type = \"large\" }\n",
        "remove = [{ stage = \"demo\", why = \"phone\" }, { stage = \"qualify\", step = \"first_call\", why = \"x\" }]\n",
        "[[stage]]\nname = \"demo\"\nobjective = \"By video\"\nafter = \"qualify\"\n[[stage]]\nname = \"qualify\"\nsteps = [\"First call\"]\n",
    );
    assert_eq!(checked.problems, [], "{text}");
    let told: Vec<String> = origins("team.toml", &text)
        .into_iter()
        .filter(|one| one.name.contains("demo") || one.what == "test" || one.removed.is_some())
        .map(|one| {
            format!(
                "{} {} {}:{} {:?}",
                one.what, one.name, one.file, one.line, one.again
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "stage demo team.toml:3 Some(\"unit.toml:3 had removed it: phone\")",
            "test a large one is large group.toml:41 None",
        ]
    );
}
