//! A unit's file over its company's: what is added, overridden and removed, and where mistakes are shown.

use rstest::rstest;

#[path = "levels_tests.rs"]
mod levels;

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
        &format!("{COMPANY}\n").replace(
            "currency",
            "remove = [{ field = \"budget\", why = \"x\" }]\ncurrency",
        ),
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
