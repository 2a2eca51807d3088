//! Histories that tests make up, as Books.

use std::collections::BTreeMap;

use crate::deal::book::{
    Activities, Book, Changes, Day, Deals, FollowUps, Labelled, Left, Named, State, Told, Visits,
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

[fields.segment]
type = "choice"
choices = ["small", "large", "public"]

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
    /// Product, source, type and segment: days on which they were told, and what.
    pub(super) told: [Vec<(i32, u32)>; 4],
    /// Days of its activities.
    pub(super) active: Vec<i32>,
}

/// Places in [`Made::told`].
pub(super) const PRODUCT: usize = 0;
pub(super) const SEGMENT: usize = 3;

impl Made {
    /// Day of its end.
    pub(super) fn closed(&self) -> i32 {
        self.opened + self.qualifying + self.proposing
    }

    fn last(&self, fact: usize) -> Option<u32> {
        let told = self.told[fact].iter().rev();
        told.clone()
            .find(|(day, _)| *day <= LAST)
            .map(|told| told.1)
    }
}

pub(super) fn made(count: u32, seed: u64) -> Vec<Made> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut of_fields = fastrand::Rng::with_seed(!seed);
    (0..count)
        .map(|deal| {
            let value = random.i64(1_000..90_000) * 100;
            let opened = LAST - 400 + random.i32(0..400);
            Made {
                opened,
                qualifying: random.i32(0..40),
                back: random.u8(0..10) == 0,
                proposing: random.i32(1..60),
                won: random.u8(0..10) < 4,
                value: (deal % 7 > 0).then_some(value),
                closing: value - random.i64(0..50_000),
                owner: random.u32(0..4),
                later_owner: None,
                told: std::array::from_fn(|fact| {
                    // Half of them are told to be something else later.
                    let first = if fact == PRODUCT {
                        deal % 3
                    } else {
                        of_fields.u32(0..3)
                    };
                    let later = (opened + of_fields.i32(1..60), of_fields.u32(0..3));
                    let told = [(opened, first), later];
                    told[..of_fields.usize(1..=2)].to_vec()
                }),
                active: (0..of_fields.i32(0..4))
                    .map(|_| opened + of_fields.i32(0..60))
                    .collect(),
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
    let mut activities = Activities::default();
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
        deals.product.push(made.last(PRODUCT));
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
        for on in made.active.iter().filter(|on| **on <= LAST) {
            activities.deal.push(Some(deal));
            activities.day.push(day(*on));
        }
    }
    Book {
        as_of: day(LAST).date(),
        process_version: 1,
        currency: process.currency,
        deals,
        visits,
        activities,
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
        versions: Vec::new(),
        tools: Vec::new(),
        attributes: BTreeMap::<String, Labelled>::new(),
        dated: BTreeMap::new(),
        told: told(made),
        conditions: BTreeMap::new(),
        lists: None,
        forecasts: Vec::new(),
    }
}

fn told(made: &[Made]) -> BTreeMap<String, Told> {
    let facts = [
        ("product", ["basic", "pro", "extra"]),
        ("source", ["fair", "web", "call"]),
        ("type", ["new", "old", "partner"]),
        ("segment", ["small", "large", "public"]),
    ];
    let facts = facts.into_iter().enumerate();
    let told = facts.map(|(fact, (name, labels))| {
        let mut told = Told::new(labels.map(str::to_string).to_vec(), made.len());
        for (deal, made) in (0_u32..).zip(made) {
            for (on, label) in made.told[fact].iter().filter(|(on, _)| *on <= LAST) {
                told.push(deal, Day::new(*on), Some(*label));
            }
        }
        (name.to_string(), told)
    });
    told.collect()
}
