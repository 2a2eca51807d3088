//! The export named in the README of `examples/maven-crm`, against what a script without salesctl computes.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use salesctl::deal::book::State;
use salesctl::id::Id;
use salesctl::import::{
    AccountRef, Context, Create, Known, KnownDeal, Outcome, Plan, PlannedDeal, plan_deals,
};

use super::{day, folded, input, mapping, process, shared, skipped};

fn planned(data: &Path, known: &Known) -> Plan {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/maven-crm");
    let process =
        process(&std::fs::read_to_string(example.join("process.toml")).expect("the process"));
    let mapping = mapping(
        &std::fs::read_to_string(example.join("deals.map.toml")).expect("the mapping"),
        &process,
    );
    let lists = mapping
        .lists()
        .map(|(_, file)| input(&data.join(file)))
        .collect();
    let context = Context {
        process: &process,
        earlier: &[],
        mapping: &mapping,
        known,
        create: Create::default(),
        today: day("2018-01-01"),
    };
    plan_deals(
        &context,
        lists,
        input(&data.join("sales_pipeline.csv")),
        |_| None,
    )
    .expect("a plan")
}

#[test]
fn every_row_is_accounted_for() {
    let Some(data) = shared("maven-crm") else {
        return;
    };
    let plan = planned(&data, &Known::default());
    let counts = plan.main_file().expect("the deals").counts;
    assert_eq!(
        (counts.read, counts.new, counts.known, counts.rejected),
        (8_800, 8_800, 0, 0)
    );
    let listed: Vec<_> = plan
        .files
        .iter()
        .map(|file| (file.name.as_str(), file.counts.read, file.counts.new))
        .collect();
    assert_eq!(
        listed,
        [
            ("accounts.csv", 85, 85),
            ("products.csv", 7, 7),
            ("sales_teams.csv", 35, 35),
            ("sales_pipeline.csv", 8_800, 8_800)
        ]
    );
    assert_eq!(plan.missing, []);
    assert_eq!(
        plan.notes,
        [
            "1,425 deals without an account",
            "500 deals without an opening date: left out of cohorts",
            "2,473 deals lost with a value of 0 or none: taken as not told",
            "2,473 deals lost without a reason: unrecorded",
            "product `GTXPro` is `GTX Pro`, as the mapping says: 1,480 rows",
            "5 reps without deals: Mei-Mei Johns, Elizabeth Anderson, Natalya Ivanova, Carol Thompson, Carl Lin",
        ]
    );
    // A second run finds everything known.
    let state = |outcome: &Outcome| match outcome {
        Outcome::Open => State::Open,
        Outcome::Won { .. } => State::Won,
        Outcome::Lost { .. } => State::Lost,
    };
    let account = |deal: &PlannedDeal| match deal.account {
        Some(AccountRef::New(place)) => Some(plan.accounts[place].name.clone()),
        _ => None,
    };
    let now = |deal: &PlannedDeal| KnownDeal {
        id: Id(deal.line as i64),
        state: state(&deal.outcome),
        account: account(deal),
        opened: deal.opened,
        other_names: Vec::new(),
    };
    let known = Known {
        accounts: plan
            .accounts
            .iter()
            .enumerate()
            .map(|(i, a)| (Id(i as i64), a.name.clone()))
            .collect(),
        catalog: plan.catalog.clone(),
        deals: plan
            .deals
            .iter()
            .map(|d| (d.external.clone(), now(d)))
            .collect(),
        ..Known::default()
    };
    let again = planned(&data, &known);
    assert!(again.is_empty());
    let counts = again.main_file().expect("the deals").counts;
    assert_eq!((counts.known, counts.rejected), (8_800, 0));
    assert!(
        !again
            .notes
            .iter()
            .any(|note| note.contains("another outcome")),
        "{:?}",
        again.notes
    );
}

#[test]
fn outcomes_and_values_are_those_of_the_file() {
    let Some(data) = shared("maven-crm") else {
        return;
    };
    let truth = Command::new("python3")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts/maven_truth.py"))
        .arg(data.join("sales_pipeline.csv"))
        .output();
    let truth = match truth {
        Ok(output) => {
            let complaint = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{complaint}");
            output.stdout
        }
        Err(_) => return skipped("python3 is not there"),
    };
    let truth: serde_json::Value = serde_json::from_slice(&truth).expect("json");
    let plan = planned(&data, &Known::default());
    let titles: BTreeMap<&str, &str> = plan
        .catalog
        .iter()
        .map(|entry| (entry.name.as_str(), entry.title.as_str()))
        .collect();
    let deals = folded(&plan, day("2018-01-01"));
    let count = |state| deals.iter().filter(|deal| deal.state == state).count() as u64;
    assert_eq!(
        count(State::Won) + count(State::Lost) + count(State::Open),
        8_800
    );
    assert_eq!(Some(count(State::Won)), truth["won"].as_u64());
    assert_eq!(Some(count(State::Lost)), truth["lost"].as_u64());
    let won_minor: i64 = deals
        .iter()
        .filter(|d| d.state == State::Won)
        .filter_map(|d| d.value)
        .map(|value| value.minor)
        .sum();
    assert_eq!(
        Some(won_minor),
        truth["won_value"].as_i64().map(|units| units * 100)
    );
    let mut reps: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for deal in &deals {
        let rep = titles[deal.owner.as_deref().expect("a rep")];
        let tally = reps.entry(rep).or_default();
        match deal.state {
            State::Won => tally.0 += 1,
            State::Lost => tally.1 += 1,
            _ => {}
        }
    }
    let expected = truth["reps"].as_object().expect("reps");
    assert_eq!(reps.len(), expected.len());
    for (rep, (won, lost)) in reps {
        let share = won as f64 / (won + lost) as f64;
        assert_eq!(
            expected[rep],
            serde_json::json!([won, lost, share]),
            "{rep}"
        );
    }
}
