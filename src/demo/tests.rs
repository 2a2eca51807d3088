//! What the demo promises: the same day gives the same world, and the world holds what is to be seen.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{ACCOUNT, World, first_day, process_text, world};
use crate::deal::Deal;
use crate::deal::book::State;
use crate::deal::event::{Event, Recorded};
use crate::id::Id;
use crate::process::{Process, check};

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn process() -> Process {
    let text = process_text();
    let checked = check("process.toml", &text);
    assert!(checked.problems.is_empty(), "{:?}", checked.problems);
    checked.process.expect("a sound process")
}

fn deals(world: &World) -> Vec<Deal> {
    world
        .deals
        .iter()
        .map(|stream| {
            let events: Vec<Recorded> = stream
                .events
                .iter()
                .zip(1..)
                .map(|(dated, seq)| Recorded {
                    stream: stream.id,
                    seq,
                    operation: Id(1),
                    recorded: dated.instant,
                    effective: dated.instant,
                    day: dated.day,
                    actor: "demo".to_string(),
                    version: 1,
                    event: dated.event.clone(),
                })
                .collect();
            Deal::from_events(&events).expect("a deal")
        })
        .collect()
}

#[test]
fn the_process_is_the_template_filled_in() {
    let process = process();
    assert!(process.reps.len() >= 6);
    assert!((2..=3).contains(&process.teams.len()));
    assert!(
        process
            .products
            .iter()
            .all(|product| product.price_minor.is_some())
    );
    assert_eq!(process.settings.user.as_deref(), Some(super::REP));
}

#[test]
fn the_same_day_gives_the_same_world() {
    let process = process();
    let today = day("2026-11-21");
    let first = world(&process, today).expect("a world");
    assert_eq!(first, world(&process, today).expect("a world"));
}

/// Gates are judged by the code that commands use, so a world that is told is a world that holds.
#[test]
fn every_day_has_a_world() {
    let process = process();
    for today in [
        "2024-02-29",
        "2025-12-25",
        "2026-11-21",
        "2027-01-01",
        "2031-06-30",
    ] {
        let today = day(today);
        let world = world(&process, today).expect("a world");
        let all = world
            .accounts
            .iter()
            .chain(&world.persons)
            .chain(&world.deals);
        let mut ids = BTreeSet::new();
        for stream in all {
            assert!(ids.insert(stream.id), "{} twice", stream.id);
            for dated in &stream.events {
                assert!(dated.day >= first_day(today) && dated.day < today);
                assert_eq!(process.calendar.date_of(dated.instant), dated.day);
            }
            let ordered = stream
                .events
                .is_sorted_by_key(|dated| (dated.day, dated.instant));
            assert!(ordered, "{} is out of order", stream.id);
        }
    }
}

#[test]
fn there_is_something_of_everything_to_see() {
    let process = process();
    let today = day("2026-11-21");
    let world = world(&process, today).expect("a world");
    let deals = deals(&world);
    assert!((70..=80).contains(&world.accounts.len()));
    assert!((350..=700).contains(&deals.len()), "{}", deals.len());
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    for deal in &deals {
        *states.entry(deal.state.name()).or_default() += 1;
    }
    assert!(states["won"] >= 60 && states["open"] >= 30 && states["hold"] >= 1);
    for stage in &process.stages {
        let here = |state: State| {
            deals
                .iter()
                .filter(|deal| deal.state == state && deal.stage() == Some(&stage.name))
                .count()
        };
        assert!(here(State::Open) >= 2, "open in {}", stage.name);
        assert!(here(State::Lost) >= 5, "lost in {}", stage.name);
    }
    let lost = deals.iter().filter(|deal| deal.state == State::Lost);
    let reasons: BTreeSet<_> = lost.map(|deal| deal.reason.clone()).collect();
    assert_eq!(reasons.len(), process.lost_reasons.len());
    let open = || deals.iter().filter(|deal| deal.state == State::Open);
    let silent = open()
        .filter(|deal| deal.next_follow_up().is_none())
        .count();
    let late = open()
        .filter(|deal| deal.next_follow_up().is_some_and(|item| item.due < today))
        .count();
    let ahead = open()
        .filter(|deal| deal.next_follow_up().is_some_and(|item| item.due >= today))
        .count();
    assert!(silent >= 3 && late >= 3 && ahead >= 10);
    assert!(deals.iter().any(|deal| deal.overrides > 0));
    assert!(deals.iter().any(|deal| !deal.activities.is_empty()));
}

/// The deal of the documentation: two things are open, and both can be given along.
#[test]
fn one_deal_waits_to_be_shown() {
    let process = process();
    let world = world(&process, day("2026-11-21")).expect("a world");
    let shown: Vec<Deal> = deals(&world)
        .into_iter()
        .filter(|deal| deal.id.handle().starts_with("D7K2"))
        .collect();
    let [deal] = shown.as_slice() else {
        panic!("{} deals are called D7K2", shown.len())
    };
    assert_eq!(deal.state, State::Open);
    assert_eq!(deal.stage(), Some("qualify"));
    assert!(deal.next_follow_up().is_none());
    assert!(deal.steps.contains_key("first_call"));
    assert!(deal.fields.contains_key("problem"));
    let first = &world.accounts[0].events[0].event;
    assert_eq!(
        *first,
        Event::AccountAdded {
            name: ACCOUNT.to_string()
        }
    );
}
