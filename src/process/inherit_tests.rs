//! A unit's file over its company's: what is added, overridden and removed, and where mistakes are shown.

use rstest::rstest;

use crate::process::{Checked, check, joined, origins, render_problems};

const COMPANY: &str = r#"[process]
name = "Example Group"
currency = "EUR"
holidays = [2026-12-25]

[fields.budget]
type = "text"
why = "no money, no deal"

[fields.problem]
type = "text"
why = "no problem, no deal"

[[customer_type]]
name = "large"
when = "value >= 50000"

[[stage]]
name = "qualify"
objective = "Worth it?"
limit = "3w"
requires = ["problem"]
steps = [
  { name = "first_call", required = true, why = "hear it in their words" },
  "Send the summary",
]
exit = [{ when = "value >= 5000", say = "worth it" }]
tools = ["Questions"]

[[stage]]
name = "demo"
objective = "They see it"

[[stage]]
name = "propose"
objective = "An offer"

[[end]]
name = "lost"
reasons = ["price"]
"#;

fn laid_over(unit: &str) -> (String, Checked) {
    let unit = format!("[process]\nextends = \"../company.toml\"\n{unit}");
    let text = joined("unit.toml", unit, |name| {
        assert_eq!(name, "../company.toml");
        Ok(COMPANY.to_string())
    });
    let text = text.unwrap_or_else(|unread| panic!("{}", unread.problem.message));
    let checked = check("unit.toml", &text);
    (text, checked)
}

#[test]
fn by_name_key_by_key_and_nothing_is_dropped() {
    let (text, checked) = laid_over(
        r#"name = "North"
holidays = [2027-01-01]

[fields.budget]
ask = "Who pays?"

[fields.site]
type = "text"
why = "we ship there"

[[stage]]
name = "pilot"
objective = "They try it"
after = "demo"

[[stage]]
name = "qualify"
limit = "2w"
requires = ["budget"]
steps = [{ name = "first_call", required = false }, { name = "visit" }]
exit = [{ when = "value >= 8000", say = "worth it" }, { when = "value < 1000000", say = "not too big" }]

[[end]]
name = "lost"
reasons = ["no_decision", "price"]
"#,
    );
    assert_eq!(checked.problems, [], "{text}");
    let process = checked.process.expect("a sound process");
    assert_eq!(process.name, "North");
    assert_eq!(process.currency.code(), "EUR");
    let names: Vec<&str> = process
        .stages
        .iter()
        .map(|stage| stage.name.as_str())
        .collect();
    assert_eq!(names, ["qualify", "demo", "pilot", "propose"]);
    let budget = process.field("budget").expect("a field");
    assert_eq!(budget.why.as_deref(), Some("no money, no deal"));
    assert_eq!(budget.ask.as_deref(), Some("Who pays?"));
    assert!(process.field("site").is_some());
    let qualify = &process.stages[0];
    assert_eq!(
        qualify.limit.map(|limit| limit.to_string()).as_deref(),
        Some("2w")
    );
    let needs: Vec<&str> = qualify
        .requires
        .iter()
        .map(|required| required.what.name())
        .collect();
    assert_eq!(needs, ["problem", "budget"]);
    let steps: Vec<(&str, bool)> = qualify
        .steps
        .iter()
        .map(|step| (step.name.as_str(), step.required))
        .collect();
    assert_eq!(
        steps,
        [
            ("first_call", false),
            ("send_the_summary", true),
            ("visit", true)
        ]
    );
    assert_eq!(
        qualify.steps[0].why.as_deref(),
        Some("hear it in their words")
    );
    let exits: Vec<&str> = qualify
        .exit
        .iter()
        .map(|exit| exit.when.text.as_str())
        .collect();
    assert_eq!(exits, ["value >= 8000", "value < 1000000"]);
    assert_eq!(qualify.tools.len(), 1);
    let reasons: Vec<&str> = process
        .lost_reasons
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(reasons, ["price", "no_decision"]);
    let places = process.places("sub/unit.toml", qualify.lines.iter());
    assert_eq!(
        places,
        [
            ("company.toml".to_string(), 18, 28),
            ("sub/unit.toml".to_string(), 19, 23)
        ]
    );
}

#[test]
fn what_is_removed_with_a_reason() {
    let (text, checked) = laid_over(
        r#"remove = [
  { stage = "demo", why = "sold by phone" },
  { stage = "qualify", step = "Send the summary", why = "they ask for none" },
  { stage = "qualify", exit = "worth it", why = "small is fine" },
  { stage = "qualify", requires = "problem", why = "they know it" },
  { customer_type = "large", why = "none here" },
  { field = "problem", why = "they know it" },
]
"#,
    );
    assert_eq!(checked.problems, [], "{text}");
    let process = checked.process.expect("a sound process");
    let names: Vec<&str> = process
        .stages
        .iter()
        .map(|stage| stage.name.as_str())
        .collect();
    assert_eq!(names, ["qualify", "propose"]);
    let qualify = &process.stages[0];
    assert_eq!(qualify.steps.len(), 1);
    assert!(qualify.exit.is_empty() && qualify.requires.is_empty());
    assert!(process.customer_types.is_empty());
    assert!(process.field("problem").is_none());
}

#[rstest]
#[case(
    "remove = [{ stage = \"dmo\", why = \"x\" }]\n",
    "nothing to remove: unknown stage `dmo`",
    "the extended file has none of that name; did you mean `demo`?",
    "unit.toml:3:"
)]
#[case(
    "remove = [{ stage = \"demo\" }]\n",
    "what is removed has no `why`",
    "add `why = \"…\"`",
    "unit.toml:3:"
)]
#[case(
    "remove = [{ stage = \"qualify\", step = \"x\", why = \"x\" }]\n",
    "nothing to remove: unknown step `x`",
    "the extended file has none of that name",
    "unit.toml:3:"
)]
#[case(
    "remove = [{ stage = \"a\", field = \"b\", why = \"x\" }]\n",
    "it is not clear what is removed",
    "expected one thing",
    "unit.toml:3:"
)]
#[case(
    "remove = \"demo\"\n",
    "wrong type for `remove`",
    "expected a list",
    "unit.toml:3:"
)]
#[case(
    "remove = [{ field = \"budget\", why = \"x\" }]\n[[stage]]\nname = \"demo\"\nrequires = [\"budget\"]\n",
    "`budget`",
    "`unit.toml`:3 removes it; remove or override this too",
    "unit.toml:6:"
)]
#[case(
    "[[stage]]\nname = \"late\"\nafter = \"prpose\"\n",
    "unknown stage `prpose`",
    "no such stage; did you mean `propose`?",
    "unit.toml:5:"
)]
#[case(
    "[[stage]]\nname = \"qualify\"\nlimit = \"soon\"\n",
    "soon",
    "",
    "unit.toml:5:"
)]
#[case(
    "remove = [{ stage = \"demo\", why = \"x\" }]\n[[stage]]\nname = \"propose\"\nback = [\"demo\"]\n",
    "unknown stage `demo`",
    "`unit.toml`:3 removes it",
    "unit.toml:6:"
)]
fn mistakes_point_into_the_right_file(
    #[case] unit: &str,
    #[case] message: &str,
    #[case] label: &str,
    #[case] place: &str,
) {
    let (text, checked) = laid_over(unit);
    assert!(checked.process.is_none());
    let shown = render_problems("unit.toml", &text, &checked.problems, false);
    assert!(shown.contains(message), "{shown}");
    assert!(shown.contains(label), "{shown}");
    assert!(shown.contains(place), "{shown}");
}

#[test]
fn a_mistake_of_the_company_is_told_in_its_file() {
    let unit = "[process]\nextends = \"company.toml\"\n[[stage]\nname = \"x\"\n".to_string();
    let company = COMPANY.replace("value >= 5000", "valu >= 5000");
    let text = joined("unit.toml", unit, |_| Ok(company.clone()));
    let text = text.unwrap_or_else(|unread| panic!("{}", unread.problem.message));
    let checked = check("unit.toml", &text);
    let shown = render_problems("unit.toml", &text, &checked.problems, false);
    assert!(shown.contains("company.toml:27:"), "{shown}");
    assert!(shown.contains("unit.toml:3:"), "{shown}");
}

/// What removes something must be in a file that extends another.
#[test]
fn nothing_is_extended() {
    let checked = check(
        "a.toml",
        &format!("{COMPANY}\n").replace("currency", "remove = []\ncurrency"),
    );
    assert_eq!(
        checked.problems[0].message,
        "`remove` in a file that extends none"
    );
}

#[test]
fn where_each_thing_comes_from() {
    let (text, _) = laid_over(
        "name = \"North\"\nremove = [{ stage = \"demo\", why = \"sold by phone\" }]\n[[stage]]\nname = \"qualify\"\nlimit = \"2w\"\nsteps = [{ name = \"first_call\", required = false }, { name = \"visit\" }]\n",
    );
    let told: Vec<String> = origins("unit.toml", &text)
        .into_iter()
        .filter(|origin| ["stage", "process"].contains(&origin.what.as_str()))
        .map(|one| {
            let of_it = one.removed.unwrap_or_else(|| one.keys.join(", "));
            format!(
                "{} {} {}:{} {of_it}",
                one.what, one.name, one.file, one.line
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "process  ../company.toml:1 currency, holidays",
            "process  unit.toml:2 extends",
            "stage qualify ../company.toml:18 objective, requires, steps.first_call.why, steps.send_the_summary, exit, tools",
            "stage qualify unit.toml:6 steps.first_call.required, steps.visit, limit",
            "stage propose ../company.toml:34 ",
            "stage demo unit.toml:4 sold by phone",
        ]
    );
}

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
