//! Books of decided deals, with the figures worked out by `scipy`.

use std::collections::BTreeMap;

use super::*;
use crate::deal::book::{Activities, Changes, Deals, FollowUps, Labelled, Left, Visits};
use crate::id::Id;

const PROCESS: &str = r#"
[process]
name = "Sample"
currency = "EUR"

[fields.segment]
type = "choice"
choices = ["small", "large"]
of = "deal"

[[stage]]
name = "qualify"
probability = 0.2

[[stage]]
name = "propose"
probability = 0.6

[[end]]
name = "won"

[[end]]
name = "lost"
reasons = ["price"]
"#;

pub(in crate::forecast) fn process() -> Process {
    let checked = crate::process::check("process.toml", PROCESS);
    checked
        .process
        .unwrap_or_else(|| panic!("{:?}", checked.problems))
}

/// So many deals alike: owner, product, segment, won, how many.
pub(in crate::forecast) type Alike = (u32, u32, Option<u32>, bool, usize);

pub(in crate::forecast) fn book(told: &[Alike]) -> Book {
    let named = |names: &[&str]| -> Vec<Named> {
        let named = names.iter().map(|name| Named {
            name: (*name).to_string(),
            title: name.to_uppercase(),
        });
        named.collect()
    };
    let mut deals = Deals::default();
    let mut visits = Visits::default();
    let mut segment = Vec::new();
    for (owner, product, of, won, times) in told {
        for _ in 0..*times {
            let deal = deals.id.len() as u32;
            deals.id.push(Id(i64::from(deal) + 1));
            deals.owner.push(Some(*owner));
            deals.product.push(Some(*product));
            deals.source.push(None);
            deals.customer_type.push(None);
            deals
                .state
                .push(if *won { State::Won } else { State::Lost });
            segment.push(*of);
            visits.deal.push(deal);
            visits.stage.push(0);
            visits.entered.push(None);
            visits.left.push(None);
            visits.how.push(if *won { Left::Won } else { Left::Lost });
            visits.overridden.push(false);
        }
    }
    let segment = Labelled {
        labels: vec!["small".to_string(), "large".to_string()],
        index: segment,
    };
    let currency = "EUR".parse().expect("a currency");
    Book {
        as_of: chrono::NaiveDate::from_ymd_opt(2026, 11, 21).expect("a date"),
        process_version: 1,
        currency,
        deals,
        visits,
        activities: Activities::default(),
        follow_ups: FollowUps::default(),
        changes: Changes::default(),
        accounts: Vec::new(),
        owners: named(&["ann", "bob", "cy"]),
        reps: Vec::new(),
        teams: Vec::new(),
        products: named(&["basic", "pro"]),
        margins: Vec::new(),
        prices: Vec::new(),
        sources: Vec::new(),
        stages: vec!["qualify".to_string(), "propose".to_string()],
        currencies: vec![currency],
        reasons: Vec::new(),
        types: Vec::new(),
        versions: Vec::new(),
        tools: Vec::new(),
        attributes: [("segment".to_string(), segment)].into(),
        dated: BTreeMap::new(),
        told: BTreeMap::new(),
        conditions: BTreeMap::new(),
        lists: None,
        forecasts: Vec::new(),
    }
}

fn near(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-9, "{a} {b}");
}

/// Small deals are won 30 of 100 times, large ones 60 of 100; owners are won alike.
fn by_segment() -> Vec<Alike> {
    vec![
        (0, 0, Some(0), true, 15),
        (0, 0, Some(0), false, 35),
        (1, 0, Some(0), true, 15),
        (1, 0, Some(0), false, 35),
        (0, 1, Some(1), true, 30),
        (0, 1, Some(1), false, 20),
        (1, 1, Some(1), true, 30),
        (1, 1, Some(1), false, 20),
    ]
}

#[test]
fn a_field_tells() {
    let found = evidence(&process(), &book(&by_segment()), |_| true).expect("enough");
    assert_eq!(found.base, Trials::new(90, 200));
    let names: Vec<&str> = found.telling().map(|field| field.field.as_str()).collect();
    assert_eq!(names, ["product", "segment"]);
    let segment = &found.fields[1];
    assert_eq!(
        segment.levels,
        [
            Level {
                name: "large".into(),
                won: Trials::new(60, 100)
            },
            Level {
                name: "small".into(),
                won: Trials::new(30, 100)
            },
        ]
    );
    // chi-square 200/11 = 18.1818 on one degree; BH over three tests, of which two have this p.
    let test = segment.test.expect("a test");
    near(test.p, 2.007_865_612_426_481e-5);
    near(test.adjusted, 2.007_865_612_426_481e-5 * 1.5);
    // (18.1818 − 1) · 0.45 · 0.55 / (200 − 100)
    near(
        test.spread,
        (((200.0 / 11.0) - 1.0) * 0.45 * 0.55 / 100.0_f64).sqrt(),
    );
    let owner = &found.fields[2];
    assert_eq!(
        (owner.field.as_str(), owner.test.map(|test| test.tells)),
        ("owner", Some(false))
    );
    // All began in one stage: nothing to compare.
    assert_eq!(
        (found.fields[3].field.as_str(), found.fields[3].test),
        ("first stage", None)
    );
}

#[test]
fn fields_that_are_alike_are_no_evidence() {
    let told: Vec<Alike> = (0..3)
        .flat_map(|owner| {
            [
                (owner, owner % 2, None, true, 40),
                (owner, owner % 2, None, false, 25),
            ]
        })
        .collect();
    let found = evidence(&process(), &book(&told), |_| true).expect("enough");
    assert_eq!(found.telling().count(), 0);
    assert_eq!(found.base, Trials::new(120, 195));
    // Nobody told a segment, a source or a type: these are no fields that were tested.
    let names: Vec<&str> = found
        .fields
        .iter()
        .map(|field| field.field.as_str())
        .collect();
    assert_eq!(names, ["owner", "product", "first stage"]);
}

/// Sure but small: 41 of 100 against 39 of 100, a thousand times over.
#[test]
fn certain_is_not_material() {
    let told = [
        (0, 0, None, true, 41_000),
        (0, 0, None, false, 59_000),
        (1, 0, None, true, 39_000),
        (1, 0, None, false, 61_000),
    ];
    let found = evidence(&process(), &book(&told), |_| true).expect("enough");
    let test = found.fields[0].test.expect("a test");
    assert!(
        test.p < 1e-15 && test.spread < 0.03 && !test.tells,
        "{test:?}"
    );
}

#[test]
fn rare_values_are_pooled_or_left_out() {
    let told = [
        (0, 0, None, true, 50),
        (0, 0, None, false, 50),
        (1, 0, None, true, 8),
        (2, 0, None, false, 8),
    ];
    let found = evidence(&process(), &book(&told), |_| true).expect("enough");
    let owner = found
        .fields
        .iter()
        .find(|field| field.field == "owner")
        .expect("owner");
    // 8 · 0.5 < 5 each, 16 · 0.5 are enough together.
    assert_eq!(
        (owner.levels.len(), owner.pooled, owner.known.n),
        (1, Trials::new(8, 16), 116)
    );
    assert!(owner.test.is_some());
    let told = &told[..3];
    let found = evidence(&process(), &book(told), |_| true).expect("enough");
    let owner = found
        .fields
        .iter()
        .find(|field| field.field == "owner")
        .expect("owner");
    assert_eq!((owner.pooled, owner.test), (Trials::new(8, 8), None));
}

#[test]
fn too_few_are_insufficient_history() {
    let told = [(0, 0, None, true, 29), (1, 0, None, false, 200)];
    let refused = evidence(&process(), &book(&told), |_| true).expect_err("too few won");
    assert_eq!(
        refused.why,
        "insufficient history: 29 won and 200 lost deals, and 30 of each are needed"
    );
    // Nor are those enough that are left of many.
    let all = book(&by_segment());
    assert!(evidence(&process(), &all, |deal| deal < 60).is_err());
}
