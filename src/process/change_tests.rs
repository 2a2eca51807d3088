//! Edits of a small process, each with the lines that are told of it.

use proptest::prelude::*;
use rstest::rstest;

use super::super::change_words::{Effect, told};
use super::*;

const BEFORE: &str = "
[process]
name = \"North\"
currency = \"EUR\"

[fields.budget]
type = \"money\"
why = \"so that we know\"

[[stage]]
name = \"qualify\"
requires = [\"budget\", \"decider\"]
steps = [\"call\", { name = \"research\", required = false }]
exit = [{ when = \"value >= 5000\", say = \"big enough\" }]
limit = \"3w\"

[[stage]]
name = \"demo\"
probability = 0.6
next = [\"propose\", \"won\"]

[[stage]]
name = \"propose\"

[[end]]
name = \"lost\"
reasons = [\"price\", \"time\"]

[[test]]
name = \"small\"
stage = \"demo\"
given = { value = 100 }
expect = { advance = false }
";

/// What is told of an edit: `+ qualify: …`, with `!` where more is asked and `.` where less is.
fn lines(after: &str) -> Vec<String> {
    let changes = changes(BEFORE, after);
    let lines = changes.iter().map(|change| {
        let told = told(change);
        let effect = match told.effect {
            Effect::Tightened => " !",
            Effect::Loosened => " .",
            Effect::Neither => "",
        };
        let wording = if told.is_wording { " (wording)" } else { "" };
        format!("{} {}{effect}{wording}", change.what.mark(), told.words)
    });
    lines.collect()
}

#[rstest]
#[case::gate(
    "value >= 5000",
    "value >= 8000",
    "~ qualify: criterion `value >= 5000` → `value >= 8000` !"
)]
#[case::looser_gate(
    "value >= 5000",
    "value >= 3000",
    "~ qualify: criterion `value >= 5000` → `value >= 3000` ."
)]
#[case::another_gate(
    "value >= 5000",
    "idle_days < 9",
    "~ qualify: criterion `value >= 5000` → `idle_days < 9`"
)]
#[case::requires_less(
    "[\"budget\", \"decider\"]",
    "[\"budget\"]",
    "- qualify: required role decider ."
)]
#[case::requires_more(
    "[\"budget\", \"decider\"]",
    "[\"budget\", \"decider\", \"value\"]",
    "+ qualify: required field value !"
)]
#[case::requires_of_some(
    "\"decider\"]",
    "{ name = \"decider\", only = [\"big\"] }]",
    "~ qualify: required role decider only for big ."
)]
#[case::asked_of_some(
    "\"decider\"]",
    "{ name = \"decider\", ask_when = \"rep_win_rate < 0.4\" }]",
    "~ qualify: required role decider asked only when `rep_win_rate < 0.4` ."
)]
#[case::step("steps = [\"call\", ", "steps = [", "- qualify: step call .")]
#[case::step_is_required(
    "{ name = \"research\", required = false }",
    "\"research\"",
    "~ qualify: step research is required !"
)]
#[case::limit("3w", "2w", "~ qualify.limit 3w → 2w !")]
#[case::probability("0.6", "0.45", "~ demo.probability 0.6 → 0.45")]
#[case::ways(
    "[\"propose\", \"won\"]",
    "[\"propose\"]",
    "~ demo.next propose, won → propose !"
)]
#[case::currency("EUR", "USD", "~ [process] currency EUR → USD")]
#[case::field("\"money\"", "\"number\"", "~ field budget: type money → number")]
#[case::why(
    "so that we know",
    "who pays",
    "~ field budget: why \"so that we know\" → \"who pays\" (wording)"
)]
#[case::said(
    "big enough",
    "it pays",
    "+ qualify: criterion `value >= 5000` ! | - qualify: criterion `value >= 5000` ."
)]
#[case::reason(
    "\"time\"]",
    "\"time\", \"need\"]",
    "+ end lost: reasons.need – → { name = \"need\" }"
)]
#[case::test(
    "value = 100",
    "value = 200",
    "~ test \"small\": given.value 100 → 200"
)]
#[case::product("[[end]]", "[[product]]\nname = \"pro\"\n[[end]]", "+ product pro")]
#[case::rates("[[end]]", "[rates.USD]\n2026-01-01 = 0.9\n[[end]]", "+ rate USD")]
#[case::new_table(
    "[[end]]",
    "[settings]\nuser = \"jr\"\n[[end]]",
    "~ [settings] user – → jr"
)]
#[case::order(
    "[\"price\", \"time\"]",
    "[\"time\", \"price\"]",
    "~ order of end.lost.reasons price, time → time, price"
)]
fn one_edit(#[case] from: &str, #[case] to: &str, #[case] expected: &str) {
    let after = BEFORE.replacen(from, to, 1);
    assert_ne!(after, BEFORE);
    assert_eq!(lines(&after).join(" | "), expected);
}

#[rstest]
#[case::comment("[process]", "# ours\n[process]")]
#[case::default("steps = [\"call\"", "steps = [{ name = \"call\", required = true }")]
#[case::in_full("\"decider\"", "{ name = \"decider\" }")]
#[case::after("name = \"demo\"", "name = \"demo\"\nafter = \"qualify\"")]
fn says_the_same(#[case] from: &str, #[case] to: &str) {
    let after = BEFORE.replacen(from, to, 1);
    assert_ne!(after, BEFORE);
    assert_eq!(lines(&after), Vec::<String>::new());
}

/// Only what else is other about a stage is told beside its new name, nor is what names it a change.
#[test]
fn a_stage_is_renamed() {
    let renamed = BEFORE
        .replace("name = \"demo\"", "name = \"show\"\nmoved_from = \"demo\"")
        .replace("stage = \"demo\"", "stage = \"show\"");
    assert_eq!(lines(&renamed), ["~ stage demo → show"]);
    // A test that nobody touched names it as before.
    let only = BEFORE.replace("name = \"demo\"", "name = \"show\"\nmoved_from = \"demo\"");
    assert_eq!(lines(&only), ["~ stage demo → show"]);
    let more = renamed.replace("0.6", "0.5");
    assert_eq!(
        lines(&more),
        ["~ stage demo → show", "~ show.probability 0.6 → 0.5"]
    );
    let typo = renamed.replace("moved_from = \"demo\"", "moved_from = \"dmeo\"");
    assert_eq!(lines(&typo)[0], "- stage demo");
}

/// Back to an earlier name: the rename says all of it, whatever the names were in between.
#[test]
fn a_stage_is_called_again_what_it_was_called_before() {
    let renamed = BEFORE
        .replace("name = \"demo\"", "name = \"show\"\nmoved_from = \"demo\"")
        .replace("stage = \"demo\"", "stage = \"show\"");
    let back = BEFORE.replace("name = \"demo\"", "name = \"demo\"\nmoved_from = \"show\"");
    let told: Vec<String> = changes(&renamed, &back)
        .iter()
        .map(|change| told(change).words)
        .collect();
    assert_eq!(told, ["stage show → demo"]);
}

/// A scenario is called by its sentence, with its commas and underscores.
#[test]
fn a_scenario_is_called_as_it_is_written() {
    let before = BEFORE.replace("\"small\"", "\"small, and no big_deal: it stays\"");
    let after = before.replace("value = 100", "value = 200");
    let told: Vec<String> = changes(&before, &after)
        .iter()
        .map(|change| told(change).words)
        .collect();
    assert_eq!(
        told,
        ["test \"small, and no big_deal: it stays\": given.value 100 → 200"]
    );
}

#[test]
fn a_stage_is_removed() {
    let (head, rest) = BEFORE
        .split_once("[[stage]]\nname = \"demo\"")
        .expect("a stage");
    let (_, rest) = rest.split_once("[[stage]]").expect("another");
    let line = "remove = [{ stage = \"demo\", why = \"by phone\", deals_to = \"propose\" }]\n\n[fields.budget]";
    let head = head.replace("\n[fields.budget]", line);
    let after = format!("{head}[[stage]]{rest}")
        .replace("stage = \"demo\"\ngiven", "stage = \"qualify\"\ngiven");
    assert_eq!(
        lines(&after),
        ["- stage demo", "~ test \"small\": stage demo → qualify"]
    );
    // Told again later, it says nothing of a stage.
    let later = after.replace("by phone", "sold by phone");
    let told: Vec<String> = changes(&after, &later)
        .iter()
        .map(|change| told(change).words)
        .collect();
    assert_eq!(
        told,
        ["[process] remove stage demo, why \"by phone\" → \"sold by phone\""]
    );
}

proptest! {
    /// Whatever key of whatever table is other, something is told, at that table; told of the same texts, nothing.
    #[test]
    fn nothing_goes_unsaid(at in any::<proptest::sample::Index>(), number in 1..99_i64) {
        let lines: Vec<&str> = BEFORE.lines().collect();
        let headings: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].starts_with('[')).collect();
        let heading = headings[at.index(headings.len())];
        let mut edited = lines.clone();
        let line = format!("x_new = {number}");
        edited.insert(heading + 1, &line);
        let edited = edited.join("\n");
        let found = changes(BEFORE, &edited);
        prop_assert_eq!(found.len(), 1);
        prop_assert!(told(&found[0]).words.contains("x_new"));
        prop_assert!(told(&found[0]).words.contains(&number.to_string()));
        prop_assert_eq!(changes(&edited, &edited), Vec::new());
        // The way back tells as much.
        prop_assert_eq!(changes(&edited, BEFORE).len(), 1);
    }
}
