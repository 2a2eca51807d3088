//! Books for the tests: twelve deals told by hand, and as many random ones as asked for.
//!
//! Days are counted from 1 July 2026 (day 0); 30 September is day 91 and the as-of date,
//! 21 November, is day 143.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use proptest::prelude::*;

use crate::deal::book::{
    Activities, Book, Changes, Day, Deals, FollowUps, Labelled, Left, Named, RepFacts, State,
    Visits,
};
use crate::document::Period;
use crate::id::Id;
use crate::money::Currency;
use crate::process::Process;

pub(super) const QUALIFY: u16 = 0;
pub(super) const DEMONSTRATE: u16 = 1;
pub(super) const PROPOSE: u16 = 2;
pub(super) const AS_OF: i32 = 143;

pub(super) fn code(code: &str) -> Currency {
    code.parse().expect("a currency")
}

pub(super) fn day(number: i32) -> Day {
    Day::new(Day::of(NaiveDate::from_ymd_opt(2026, 7, 1).expect("a date")).number() + number)
}

/// 1 Jul – 30 Sep 2026.
pub(super) fn third_quarter() -> Period {
    Period {
        from: day(0).date(),
        to: day(91).date(),
    }
}

const PROCESS: &str = r#"
[process]
name = "Sample"
currency = "EUR"

[rates.USD]
"2026-01-01" = 0.9
"2026-10-01" = 0.8

[[stage]]
name = "qualify"
title = "Qualify"
probability = 0.2
limit = "21d"

[[stage]]
name = "demonstrate"
title = "Demonstrate"
probability = 0.4
limit = "30d"

[[stage]]
name = "propose"
title = "Propose"
probability = 0.6
limit = "15bd"

[[end]]
name = "won"

[[end]]
name = "lost"
reasons = ["price"]
"#;

pub(super) fn process() -> Process {
    let checked = crate::process::check("process.toml", PROCESS);
    checked
        .process
        .unwrap_or_else(|| panic!("{:?}", checked.problems))
}

/// One deal, as a test tells it.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) owner: Option<u32>,
    pub(super) product: Option<u32>,
    pub(super) state: State,
    /// Major units, and an index into EUR, USD, GBP.
    pub(super) value: Option<(i64, u8)>,
    pub(super) opened: Option<i32>,
    pub(super) closed: Option<i32>,
    pub(super) expected_close: Option<i32>,
    pub(super) hold_until: Option<i32>,
    pub(super) next_due: Option<i32>,
    /// Stage, entered, left, how.
    pub(super) visits: Vec<(u16, Option<i32>, Option<i32>, Left)>,
}

/// Ann and Bob are in the team north, Cy in south.
const TEAM: [u32; 3] = [0, 0, 1];

pub(super) fn book(told: &[Told]) -> Book {
    let named = |names: &[(&str, &str)]| -> Vec<Named> {
        names
            .iter()
            .map(|(name, title)| Named {
                name: (*name).to_string(),
                title: (*title).to_string(),
            })
            .collect()
    };
    let mut deals = Deals::default();
    let mut visits = Visits::default();
    let at = |number: Option<i32>| number.map(day);
    for (i, deal) in told.iter().enumerate() {
        deals.id.push(Id(i as i64 + 1));
        deals.account.push(None);
        deals.owner.push(deal.owner);
        deals
            .team
            .push(deal.owner.map(|owner| TEAM[owner as usize]));
        deals.product.push(deal.product);
        deals.source.push(None);
        deals.state.push(deal.state);
        deals.stage.push(deal.visits.last().map(|visit| visit.0));
        deals
            .stage_entered
            .push(at(deal.visits.last().and_then(|visit| visit.1)));
        deals
            .value_minor
            .push(deal.value.map(|(major, _)| major * 100));
        deals
            .currency
            .push(deal.value.map_or(0, |(_, currency)| currency));
        deals.opened.push(at(deal.opened));
        deals.closed.push(at(deal.closed));
        deals.expected_close.push(at(deal.expected_close));
        deals.hold_until.push(at(deal.hold_until));
        deals.next_due.push(at(deal.next_due));
        deals.reason.push(None);
        deals.customer_type.push(None);
        deals.touched.push(at(deal.closed.or(deal.opened)));
        deals.imported.push(false);
        for (stage, entered, left, how) in &deal.visits {
            visits.deal.push(i as u32);
            visits.stage.push(*stage);
            visits.entered.push(at(*entered));
            visits.left.push(at(*left));
            visits.how.push(*how);
            visits.overridden.push(false);
        }
    }
    let segment = Labelled {
        labels: vec!["small".to_string(), "large".to_string()],
        index: told
            .iter()
            .map(|deal| deal.value.map(|(major, _)| u32::from(major >= 8_000)))
            .collect(),
    };
    Book {
        as_of: day(AS_OF).date(),
        process_version: 7,
        currency: code("EUR"),
        deals,
        visits,
        activities: Activities::default(),
        follow_ups: FollowUps::default(),
        changes: Changes::default(),
        accounts: Vec::new(),
        owners: named(&[("ann", "Ann Ash"), ("bob", "Bob Birch"), ("cy", "Cy Cedar")]),
        reps: TEAM
            .map(|team| RepFacts {
                team: Some(team),
                active: true,
                ..RepFacts::default()
            })
            .to_vec(),
        teams: named(&[("north", "North"), ("south", "South")]),
        products: named(&[("basic", "Basic"), ("pro", "Pro")]),
        margins: vec![None, None],
        prices: vec![None, None],
        sources: Vec::new(),
        stages: ["qualify", "demonstrate", "propose", "quote"]
            .map(str::to_string)
            .to_vec(),
        currencies: vec![code("EUR"), code("USD"), code("GBP")],
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

const ANN: Option<u32> = Some(0);
const BOB: Option<u32> = Some(1);
const CY: Option<u32> = Some(2);
const EUR: u8 = 0;
const USD: u8 = 1;
const GBP: u8 = 2;

fn told(
    owner: Option<u32>,
    state: State,
    value: Option<(i64, u8)>,
    (opened, closed): (Option<i32>, Option<i32>),
    visits: &[(u16, i32, i32, Left)],
) -> Told {
    Told {
        owner,
        product: None,
        state,
        value,
        opened,
        closed,
        expected_close: None,
        hold_until: None,
        next_due: None,
        visits: visits
            .iter()
            .map(|(stage, entered, left, how)| {
                (
                    *stage,
                    Some(*entered),
                    (*how != Left::Still).then_some(*left),
                    *how,
                )
            })
            .collect(),
    }
}

/// The twelve deals whose numbers the tests work out by hand.
pub(super) fn twelve() -> Vec<Told> {
    use Left::{Advanced, Back, Lost, Still, Won};
    let (q, d, p) = (QUALIFY, DEMONSTRATE, PROPOSE);
    let won = |owner, value, opened, closed, visits: &[_]| {
        told(
            owner,
            State::Won,
            value,
            (Some(opened), Some(closed)),
            visits,
        )
    };
    let lost = |owner, value, opened, closed, visits: &[_]| {
        told(owner, State::Lost, value, (opened, Some(closed)), visits)
    };
    let open = |owner, value, opened, visits: &[_]| {
        told(owner, State::Open, value, (Some(opened), None), visits)
    };
    vec![
        Told {
            product: Some(0),
            ..won(
                ANN,
                Some((10_000, EUR)),
                0,
                40,
                &[
                    (q, 0, 10, Advanced),
                    (d, 10, 25, Advanced),
                    (p, 25, 40, Won),
                ],
            )
        },
        Told {
            product: Some(1),
            ..won(
                ANN,
                Some((20_000, EUR)),
                5,
                65,
                &[
                    (q, 5, 20, Advanced),
                    (d, 20, 40, Advanced),
                    (p, 40, 65, Won),
                ],
            )
        },
        // Skips a stage; won on 4 October, when a dollar is 0.80.
        won(
            BOB,
            Some((10_000, USD)),
            10,
            95,
            &[(q, 10, 30, Advanced), (p, 30, 95, Won)],
        ),
        won(
            BOB,
            None,
            20,
            70,
            &[
                (q, 20, 28, Advanced),
                (d, 28, 60, Advanced),
                (p, 60, 70, Won),
            ],
        ),
        won(
            CY,
            Some((5_000, EUR)),
            30,
            60,
            &[
                (q, 30, 35, Advanced),
                (d, 35, 50, Advanced),
                (p, 50, 60, Won),
            ],
        ),
        Told {
            product: Some(0),
            ..lost(ANN, Some((7_000, EUR)), Some(2), 30, &[(q, 2, 30, Lost)])
        },
        // Pounds have no rate.
        lost(
            BOB,
            Some((3_000, GBP)),
            Some(15),
            50,
            &[(q, 15, 25, Advanced), (d, 25, 50, Lost)],
        ),
        // Nobody's; goes back, and is lost there.
        lost(
            None,
            Some((4_000, EUR)),
            Some(40),
            90,
            &[
                (q, 40, 50, Advanced),
                (d, 50, 70, Advanced),
                (p, 70, 80, Back),
                (d, 80, 90, Lost),
            ],
        ),
        // Its opening was never told.
        lost(CY, None, None, 100, &[(q, 50, 100, Lost)]),
        // Late, with a follow-up booked.
        Told {
            expected_close: Some(180),
            next_due: Some(150),
            ..open(
                ANN,
                Some((12_000, EUR)),
                60,
                &[(q, 60, 75, Advanced), (d, 75, 0, Still)],
            )
        },
        // Late, on hold to a date to come.
        Told {
            state: State::Hold,
            hold_until: Some(160),
            ..open(BOB, Some((6_000, USD)), 80, &[(q, 80, 0, Still)])
        },
        // Back in its first stage, and rotting.
        Told {
            expected_close: Some(140),
            ..open(
                CY,
                None,
                100,
                &[
                    (q, 100, 110, Advanced),
                    (d, 110, 120, Back),
                    (q, 120, 0, Still),
                ],
            )
        },
    ]
}

/// Any deal: visits in any order of stages, some of them to a stage that the process no longer has.
pub(super) fn any_deal() -> impl Strategy<Value = Told> {
    let visits = prop::collection::vec((0_u16..4, 0_i32..30, prop::bool::weighted(0.05)), 0..6);
    let facts = (
        prop::option::of(0_u32..3),
        prop::option::of(0_u32..2),
        prop::option::of((0_i64..50_000, 0_u8..3)),
        prop::option::weighted(0.9, -40_i32..60),
        prop::option::of(100_i32..200),
        prop::sample::select(vec![State::Open, State::Hold, State::Won, State::Lost]),
    );
    (facts, visits).prop_map(|((owner, product, value, opened, later, state), stays)| {
        let mut at = opened.unwrap_or(0);
        let last = stays.len().saturating_sub(1);
        let visits = stays.iter().enumerate().map(|(i, (stage, days, untold))| {
            let entered = at;
            at += days;
            let how = match (i == last, state) {
                (false, _) if stays[i + 1].0 > *stage => Left::Advanced,
                (false, _) => Left::Back,
                (true, State::Won) => Left::Won,
                (true, State::Lost) => Left::Lost,
                (true, _) => Left::Still,
            };
            (
                *stage,
                (!untold).then_some(entered),
                (how != Left::Still).then_some(at),
                how,
            )
        });
        let visits = visits.collect();
        Told {
            owner,
            product,
            state,
            value,
            opened,
            closed: (!state.is_open()).then_some(at),
            expected_close: later,
            hold_until: later,
            next_due: later,
            visits,
        }
    })
}
