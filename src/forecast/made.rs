//! Histories that tests make up, as Books.

use std::collections::BTreeMap;

use crate::deal::book::{
    Activities, Book, Changes, Day, Deals, FollowUps, Labelled, Left, Named, State, Visits,
};
use crate::id::Id;
use crate::process::{Process, check};

const PROCESS: &str = r#"
[process]
name = "Test"
currency = "EUR"

[[stage]]
name = "qualify"

[[stage]]
name = "propose"

[[end]]
name = "won"

[[end]]
name = "lost"
reasons = ["price"]
"#;
pub(super) const LAST: i32 = 18_628 + 420;

pub(super) fn process() -> Process {
    let checked = check("process.toml", PROCESS);
    checked
        .process
        .unwrap_or_else(|| panic!("{:?}", checked.problems))
}

/// A deal: opened, proposed after, ended after that, won, value.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) opened: i32,
    pub(super) qualifying: i32,
    pub(super) back: bool,
    pub(super) proposing: i32,
    pub(super) won: bool,
    /// Told when it was opened, and changed to another at its end.
    pub(super) value: Option<i64>,
    pub(super) closing: i64,
    pub(super) owner: u32,
    pub(super) later_owner: Option<(i32, u32)>,
}

pub(super) fn made(count: u32, seed: u64) -> Vec<Made> {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..count)
        .map(|deal| {
            let value = random.i64(1_000..90_000) * 100;
            Made {
                opened: LAST - 400 + random.i32(0..400),
                qualifying: random.i32(0..40),
                back: random.u8(0..10) == 0,
                proposing: random.i32(1..60),
                won: random.u8(0..10) < 4,
                value: (deal % 7 > 0).then_some(value),
                closing: value - random.i64(0..50_000),
                owner: random.u32(0..4),
                later_owner: None,
            }
        })
        .collect()
}

fn named(name: &str) -> Named {
    Named {
        name: name.into(),
        title: name.into(),
    }
}

/// What is known of them on the last day.
pub(super) fn book(process: &Process, made: &[Made]) -> Book {
    let mut deals = Deals::default();
    let mut visits = Visits::default();
    let mut changes = Changes::default();
    let day = |number: i32| Day::new(number);
    for (deal, made) in (0_u32..).zip(made) {
        let proposed = made.opened + made.qualifying;
        let closed = proposed + made.proposing;
        let mut way = vec![(0, made.opened, proposed, Left::Advanced)];
        let end = if made.won { Left::Won } else { Left::Lost };
        if made.back {
            let back = proposed + made.proposing / 3;
            let again = proposed + made.proposing / 2;
            way.push((1, proposed, back, Left::Back));
            way.push((0, back, again, Left::Advanced));
            way.push((1, again, closed, end));
        } else {
            way.push((1, proposed, closed, end));
        }
        let is_closed = closed <= LAST;
        for (stage, entered, left, how) in way {
            if entered > LAST {
                break;
            }
            visits.deal.push(deal);
            visits.stage.push(stage);
            visits.entered.push(Some(day(entered)));
            let is_over = left <= LAST;
            visits.left.push(is_over.then(|| day(left)));
            visits.how.push(if is_over { how } else { Left::Still });
            visits.overridden.push(false);
        }
        deals.id.push(Id(i64::from(deal) + 1));
        deals.owner.push(Some(made.owner));
        deals.team.push(None);
        deals.product.push(Some(deal % 3));
        deals.source.push(None);
        deals.state.push(match (is_closed, made.won) {
            (false, _) => State::Open,
            (true, true) => State::Won,
            (true, false) => State::Lost,
        });
        deals.stage.push(Some(u16::from(proposed <= LAST)));
        deals.currency.push(0);
        deals.opened.push(Some(day(made.opened)));
        deals.closed.push(is_closed.then(|| day(closed)));
        deals.customer_type.push(None);
        if let Some(value) = made.value {
            changes
                .value_minor
                .push(deal, day(made.opened), Some(value));
        }
        if is_closed {
            changes
                .value_minor
                .push(deal, day(closed), Some(made.closing));
        }
        changes.owner.push(deal, day(made.opened), Some(made.owner));
        if let Some((on, owner)) = made.later_owner {
            changes.owner.push(deal, day(on), Some(owner));
        }
    }
    Book {
        as_of: day(LAST).date(),
        process_version: 1,
        currency: process.currency,
        deals,
        visits,
        activities: Activities::default(),
        follow_ups: FollowUps::default(),
        changes,
        accounts: Vec::new(),
        owners: ["ann", "bob", "cy", "di", "eve"].map(named).to_vec(),
        reps: Vec::new(),
        teams: Vec::new(),
        products: ["basic", "pro", "extra"].map(named).to_vec(),
        margins: vec![None; 3],
        prices: vec![Some(3_000_000), None, None],
        sources: Vec::new(),
        stages: vec!["qualify".into(), "propose".into()],
        currencies: vec![process.currency],
        reasons: Vec::new(),
        types: Vec::new(),
        tools: Vec::new(),
        attributes: BTreeMap::<String, Labelled>::new(),
        dated: BTreeMap::new(),
        told: BTreeMap::new(),
        conditions: BTreeMap::new(),
        lists: None,
    }
}
