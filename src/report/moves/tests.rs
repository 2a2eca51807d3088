//! One deal for each way to move, worked out by hand; and for any histories, that the opening is what
//! the pipeline was that day, the closing what it is, and the moves the difference.

use proptest::prelude::*;

use super::{Kind, Moves, Sum, Was, moves, owners_on};
use crate::deal::book::{Book, Day, Left, State};
use crate::report::sample::{AS_OF, DEMONSTRATE, PROPOSE, QUALIFY, Told, book, day, process};
use crate::report::{Ask, changes, pipeline};

const EUR: u8 = 0;
const USD: u8 = 1;
const GBP: u8 = 2;

/// Something that becomes true of a deal on a day.
#[derive(Clone, Copy, Debug)]
enum Fact {
    State(State),
    Stage(u16),
    Value(Option<(i64, u8)>),
    Owner(Option<u32>),
    Close(Option<i32>),
}
use Fact::{Close, Owner, Stage, State as Is, Value};

/// What became of one deal, in the order of its days; it begins with the first.
type History = Vec<(i32, Fact)>;

/// The Book of a day: deals that had begun, as they were.
fn as_of(histories: &[History], today: i32) -> Book {
    let there: Vec<Vec<(i32, Fact)>> = histories
        .iter()
        .map(|facts| {
            facts
                .iter()
                .copied()
                .filter(|(on, _)| *on <= today)
                .collect()
        })
        .filter(|facts: &Vec<_>| !facts.is_empty())
        .collect();
    let told: Vec<Told> = there
        .iter()
        .map(|facts| {
            let mut deal = Told {
                owner: None,
                product: None,
                state: State::Open,
                value: None,
                opened: Some(facts[0].0),
                closed: None,
                expected_close: None,
                hold_until: None,
                next_due: None,
                visits: vec![(QUALIFY, Some(facts[0].0), None, Left::Still)],
            };
            for (on, fact) in facts {
                match fact {
                    Is(state) => {
                        deal.state = *state;
                        deal.closed = (!state.is_open()).then_some(*on);
                    }
                    Stage(stage) => deal.visits[0].0 = *stage,
                    Value(value) => deal.value = *value,
                    Owner(owner) => deal.owner = *owner,
                    Close(expected) => deal.expected_close = *expected,
                }
            }
            deal
        })
        .collect();
    let mut book = book(&told);
    book.as_of = day(today).date();
    let changes = &mut book.changes;
    for (deal, facts) in (0..).zip(&there) {
        let begun = day(facts[0].0);
        changes.state.push(deal, begun, State::Open);
        changes.stage.push(deal, begun, Some(QUALIFY));
        for (on, fact) in facts {
            let on = day(*on);
            match fact {
                Is(state) => changes.state.push(deal, on, *state),
                Stage(stage) => changes.stage.push(deal, on, Some(*stage)),
                Value(value) => {
                    let minor = value.map(|(major, _)| major * 100);
                    changes.value_minor.push(deal, on, minor);
                    changes
                        .currency
                        .push(deal, on, value.map_or(EUR, |(_, of)| of));
                }
                Owner(owner) => changes.owner.push(deal, on, *owner),
                Close(expected) => changes.expected_close.push(deal, on, expected.map(day)),
            }
        }
    }
    book
}

fn sum(n: usize, major: i64) -> Sum {
    Sum {
        n,
        value_minor: major * 100,
    }
}

/// From the end of 30 September, when a dollar is 0.90, to 21 November, when it is 0.80.
fn quarter(histories: &[History]) -> (Book, Moves) {
    let book = as_of(histories, AS_OF);
    let moves = moves(&process(), &book, &Ask::default(), day(91), None);
    (book, moves)
}

fn one_of_each() -> Vec<History> {
    vec![
        // 0: stays as it is, worth 1,000.
        vec![(10, Value(Some((1_000, EUR))))],
        // 1: in dollars: 10,000 were 9,000 and are 8,000; grows by 5,000 dollars, 4,000 at the new rate.
        vec![
            (10, Value(Some((10_000, USD)))),
            (120, Value(Some((15_000, USD)))),
        ],
        // 2: won on 4 October, when a dollar is 0.80: opens with 1,800, loses 200 by the rate, is won with 1,600.
        vec![(20, Value(Some((2_000, USD)))), (95, Is(State::Won))],
        // 3: shrinks from 5,000 to 3,000, then is lost.
        vec![
            (30, Value(Some((5_000, EUR)))),
            (30, Stage(PROPOSE)),
            (100, Value(Some((3_000, EUR)))),
            (110, Is(State::Lost)),
        ],
        // 4: new, and won at once.
        vec![(92, Value(Some((700, EUR)))), (100, Is(State::Won))],
        // 5: new and open, its value not told.
        vec![(93, Owner(Some(1)))],
        // 6: lost before, opened again since.
        vec![
            (0, Value(Some((400, EUR)))),
            (50, Is(State::Lost)),
            (130, Is(State::Open)),
        ],
        // 7: lost before, opened again and won on one day.
        vec![
            (0, Value(Some((600, EUR)))),
            (50, Is(State::Lost)),
            (130, Is(State::Open)),
            (130, Is(State::Won)),
        ],
        // 8: advances, slips by ten days, goes from Ann to Bob.
        vec![
            (40, Value(Some((900, EUR)))),
            (40, Owner(Some(0))),
            (40, Close(Some(150))),
            (100, Stage(DEMONSTRATE)),
            (101, Close(Some(160))),
            (102, Owner(Some(1))),
        ],
        // 9: goes back, and is to close sooner.
        vec![
            (40, Stage(PROPOSE)),
            (40, Value(Some((50, EUR)))),
            (40, Close(Some(170))),
            (99, Stage(QUALIFY)),
            (99, Close(Some(165))),
        ],
        // 10: closed before and ever since.
        vec![(5, Value(Some((9_999, EUR)))), (60, Is(State::Won))],
        // 11: in pounds, which have no rate.
        vec![(5, Value(Some((8_888, GBP))))],
    ]
}

#[test]
fn every_way_to_move_by_hand() {
    let (_, moves) = quarter(&one_of_each());
    // 0, 1, 2, 3, 8, 9, 11: 1,000 + 9,000 + 1,800 + 5,000 + 900 + 50 + 0.
    assert_eq!(moves.opening, sum(7, 17_750));
    assert_eq!(moves.sum(Kind::New), sum(2, 700));
    assert_eq!(moves.sum(Kind::Reopened), sum(2, 1_000));
    assert_eq!(moves.sum(Kind::Grown), sum(1, 4_000));
    assert_eq!(moves.sum(Kind::Rates), sum(2, -1_200));
    assert_eq!(moves.sum(Kind::Shrunk), sum(1, -2_000));
    assert_eq!(moves.sum(Kind::Won), sum(3, -2_900));
    assert_eq!(moves.sum(Kind::Lost), sum(1, -3_000));
    // 0, 1, 5, 6, 8, 9, 11: 1,000 + 12,000 + 0 + 400 + 900 + 50 + 0.
    assert_eq!(moves.closing, sum(7, 14_350));
    for (kind, n, major) in [
        (Kind::Advanced, 1, 900),
        (Kind::Back, 1, 50),
        (Kind::Slipped, 1, 900),
        (Kind::PulledIn, 1, 50),
        (Kind::Owner, 1, 900),
    ] {
        assert_eq!(moves.sum(kind), sum(n, major), "{}", kind.name());
    }
    assert_eq!((moves.untold, moves.without_rate), (1, 1));
    // The largest win first; from the stage it was in.
    let first = moves.moved[0];
    assert_eq!((first.deal, first.kind), (2, Kind::Won));
    assert_eq!(first.from, Was::Stage(QUALIFY));
    assert_eq!(first.to, Was::End(State::Won));
    let lost = moves.moved.iter().find(|moved| moved.kind == Kind::Lost);
    assert_eq!(lost.map(|moved| moved.from), Some(Was::Stage(PROPOSE)));
}

#[test]
fn what_is_handed_over_leaves_one_and_comes_to_the_other() {
    let book = as_of(&one_of_each(), AS_OF);
    let of = |rep: u32| {
        let before: Vec<bool> = owners_on(&book, day(91))
            .iter()
            .map(|owner| *owner == Some(rep))
            .collect();
        let now = book.deals.owner.iter().map(|owner| *owner == Some(rep));
        let ask = Ask {
            only: Some(now.collect()),
            ..Ask::default()
        };
        moves(&process(), &book, &ask, day(91), Some(&before))
    };
    let ann = of(0);
    assert_eq!((ann.opening, ann.closing), (sum(1, 900), sum(0, 0)));
    assert_eq!(ann.sum(Kind::HandedOver), sum(1, -900));
    assert_eq!(ann.sum(Kind::Advanced), sum(0, 0));
    let bob = of(1);
    assert_eq!((bob.opening, bob.closing), (sum(0, 0), sum(2, 900)));
    assert_eq!(bob.sum(Kind::TakenOver), sum(1, 900));
    assert_eq!(bob.sum(Kind::New), sum(1, 0));
}

#[test]
fn the_sum_is_in_the_rows() {
    let (book, moves) = quarter(&one_of_each());
    let ask = Ask::default();
    let report = changes(&process(), &book, &ask, &moves, &|id| id.handle());
    let rows = &report.answer.rows;
    let balance: Vec<_> = rows.iter().filter(|row| row.section == "balance").collect();
    let (first, rest) = balance.split_first().expect("an opening");
    let (last, flows) = rest.split_last().expect("a closing");
    assert_eq!((first.kind, last.kind), ("opening", "closing"));
    let change: i64 = flows.iter().filter_map(|row| row.change_n).sum();
    assert_eq!(first.n as i64 + change, last.n as i64);
    let change: i64 = flows.iter().map(|row| row.value_minor).sum();
    assert_eq!(first.value_minor + change, last.value_minor);
    // Each move is a line: ten that make a difference, five within; rates have none.
    assert_eq!(rows.iter().filter(|row| row.section == "deal").count(), 15);
    assert_eq!(report.answer.n, 15);
}

fn any_fact() -> impl Strategy<Value = Fact> {
    let states = vec![State::Open, State::Hold, State::Won, State::Lost];
    prop_oneof![
        prop::sample::select(states).prop_map(Is),
        (0_u16..4).prop_map(Stage),
        prop::option::weighted(0.9, (0_i64..50_000, 0_u8..3)).prop_map(Value),
        prop::option::of(0_u32..3).prop_map(Owner),
        prop::option::of(80_i32..200).prop_map(Close),
    ]
}

fn any_history() -> impl Strategy<Value = History> {
    let facts = prop::collection::vec((0_i32..30, any_fact()), 1..9);
    (0_i32..140, facts).prop_map(|(begun, facts)| {
        let mut on = begun;
        let dated = facts.into_iter().map(|(days, fact)| {
            on += days;
            (on, fact)
        });
        dated.collect()
    })
}

/// What `report pipeline` says of a day: how many deals, worth how much.
fn open_on(histories: &[History], today: i32, owner: Option<u32>) -> (usize, i64) {
    let book = as_of(histories, today);
    let only = owner.map(|rep| {
        let owners = book.deals.owner.iter();
        owners.map(|owner| *owner == Some(rep)).collect()
    });
    let ask = Ask {
        only,
        ..Ask::default()
    };
    let rows = pipeline(&process(), &book, &ask).answer.rows;
    (
        rows.iter().map(|row| row.n).sum(),
        rows.iter().filter_map(|row| row.value_minor).sum(),
    )
}

proptest! {
    #[test]
    fn opening_and_changes_are_closing(
        histories in prop::collection::vec(any_history(), 0..25),
        from in 0_i32..150,
        days in 0_i32..60,
        owner in prop::option::of(0_u32..3),
    ) {
        let to = from + days;
        let book = as_of(&histories, to);
        let mask = |owners: &[Option<u32>]| -> Option<Vec<bool>> {
            owner.map(|rep| owners.iter().map(|owner| *owner == Some(rep)).collect())
        };
        let ask = Ask { only: mask(&book.deals.owner), ..Ask::default() };
        let before = mask(&owners_on(&book, day(from)));
        let moves = moves(&process(), &book, &ask, day(from), before.as_deref());
        prop_assert_eq!((moves.opening.n, moves.opening.value_minor), open_on(&histories, from, owner));
        prop_assert_eq!((moves.closing.n, moves.closing.value_minor), open_on(&histories, to, owner));
        let mut n = moves.opening.n as i64;
        let mut value = moves.opening.value_minor;
        for kind in Kind::FLOWS {
            n += kind.deals() * moves.sum(kind).n as i64;
            value += moves.sum(kind).value_minor;
        }
        prop_assert_eq!((n, value), (moves.closing.n as i64, moves.closing.value_minor));
        // Each line tells of its own kind, and together they are the sums.
        for kind in Kind::FLOWS.into_iter().chain(Kind::WITHIN).filter(|kind| *kind != Kind::Rates) {
            let lines: Vec<_> = moves.moved.iter().filter(|moved| moved.kind == kind).collect();
            prop_assert_eq!(lines.len(), moves.sum(kind).n);
            prop_assert_eq!(lines.iter().map(|moved| moved.value_minor).sum::<i64>(), moves.sum(kind).value_minor);
        }
        prop_assert_eq!(moves.opening_day, Day::new(day(from).number()));
    }
}
