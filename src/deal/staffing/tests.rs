//! Each rule against every possible answer, on cases small enough to list them.

use std::cmp::Ordering;

use proptest::prelude::*;
use rstest::rstest;

use super::{Closed, Ratios, Rule, Seat, assign};

fn seat(rep: &str, capacity: impl Into<Option<u32>>, open: u32) -> Seat {
    Seat {
        rep: rep.to_owned(),
        capacity: capacity.into(),
        open,
        absent: false,
    }
}

fn names(seats: &[Seat], answer: &[Option<usize>]) -> Vec<String> {
    answer
        .iter()
        .map(|at| at.map_or_else(|| "-".to_owned(), |at| seats[at].rep.clone()))
        .collect()
}

/// All ways to give `deals` deals, as many as fit, to these seats: for each deal a seat.
fn every_way(seats: &[Seat], deals: usize) -> Vec<Vec<usize>> {
    let total: usize = seats.iter().map(|seat| seat.room(deals)).sum();
    let mut ways = vec![Vec::new()];
    for _ in 0..deals.min(total) {
        ways = ways
            .into_iter()
            .flat_map(|way: Vec<usize>| {
                (0..seats.len())
                    .filter(|at| {
                        way.iter().filter(|given| *given == at).count() < seats[*at].room(deals)
                    })
                    .map(|at| [way.clone(), vec![at]].concat())
                    .collect::<Vec<_>>()
            })
            .collect();
    }
    ways
}

/// Loads as fractions, the largest first; plain numbers where somebody present has no capacity.
fn loads(seats: &[Seat], way: &[usize]) -> Vec<(u64, u64)> {
    let plain = seats
        .iter()
        .any(|seat| !seat.absent && seat.capacity.is_none());
    let mut loads: Vec<(u64, u64)> = (0..seats.len())
        .filter(|at| seats[*at].capacity != Some(0) && !seats[*at].absent)
        .map(|at| {
            let given = way.iter().filter(|other| **other == at).count() as u64;
            let of = seats[at].capacity.filter(|_| !plain).unwrap_or(1);
            (u64::from(seats[at].open) + given, u64::from(of))
        })
        .collect();
    loads.sort_by(|a, b| (b.0 * a.1).cmp(&(a.0 * b.1)));
    loads
}

fn compare(a: &[(u64, u64)], b: &[(u64, u64)]) -> Ordering {
    a.iter()
        .zip(b)
        .map(|(a, b)| (a.0 * b.1).cmp(&(b.0 * a.1)))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

fn given(answer: &[Option<usize>]) -> Vec<usize> {
    answer.iter().flatten().copied().collect()
}

fn any_seats(all_have_capacity: bool) -> impl Strategy<Value = Vec<Seat>> {
    let capacity = (0_u32..5)
        .prop_map(Some)
        .boxed()
        .prop_union(if all_have_capacity {
            (0_u32..9).prop_map(Some).boxed()
        } else {
            Just(None).boxed()
        });
    proptest::collection::vec((capacity, 0_u32..4, proptest::bool::weighted(0.15)), 1..5).prop_map(
        |rows| {
            rows.into_iter()
                .enumerate()
                .map(|(at, (capacity, open, absent))| Seat {
                    rep: format!("rep{at}"),
                    capacity,
                    open,
                    absent,
                })
                .collect()
        },
    )
}

/// Per class and rep, how many were won and lost.
fn any_history() -> impl Strategy<Value = Vec<Closed>> {
    proptest::collection::vec((0_u32..12, 0_u32..12), 12).prop_map(|rows| {
        rows.into_iter()
            .enumerate()
            .map(|(at, (won, lost))| Closed {
                class: format!("class{}", at / 4),
                rep: format!("rep{}", at % 4),
                won,
                lost,
            })
            .collect()
    })
}

const CLASSES: [&str; 4] = ["class0", "class1", "class2", "unheard of"];

fn any_classes() -> impl Strategy<Value = Vec<&'static str>> {
    proptest::collection::vec(proptest::sample::select(&CLASSES), 0..6)
}

/// What is compared of a best fit: the sum of ratios in millionths, then the sum of loads on the way.
fn worth(seats: &[Seat], classes: &[&str], ratios: &Ratios, way: &[usize]) -> (i64, i64) {
    let plain = seats
        .iter()
        .any(|seat| !seat.absent && seat.capacity.is_none());
    let won = way
        .iter()
        .zip(classes)
        .map(|(at, class)| (ratios.of(class, &seats[*at].rep).share * 1e6).round() as i64)
        .sum();
    let mut load = 0;
    for (at, seat) in seats.iter().enumerate() {
        let given = way.iter().filter(|other| **other == at).count() as i64;
        let of = i64::from(seat.capacity.filter(|_| !plain).unwrap_or(1)).max(1);
        // 2520 is divided by every capacity here, so that the sum is exact.
        load += (1..=given)
            .map(|nth| (i64::from(seat.open) + nth) * (2520 / of))
            .sum::<i64>();
    }
    (won, -load)
}

fn shuffled(seats: &[Seat], seed: usize) -> Vec<Seat> {
    let mut seats = seats.to_vec();
    let len = seats.len();
    seats.rotate_left(seed % len);
    if seed.is_multiple_of(2) {
        seats.reverse();
    }
    seats
}

proptest! {
    #[test]
    fn nobody_gets_more_than_fits(
        seats in any_seats(false), classes in any_classes(), history in any_history(), last in 0..4_usize,
        which in 0..4_usize,
    ) {
        let ratios = Ratios::new(&history);
        let last = format!("rep{last}");
        let rule = match which {
            0 => Rule::LeastLoaded,
            1 => Rule::RoundRobin { after: Some(&last) },
            2 => Rule::BestFit { classes: &classes, ratios: &ratios },
            _ => Rule::One(&last),
        };
        let answer = assign(&rule, &seats, classes.len());
        prop_assert_eq!(answer.len(), classes.len());
        for (at, seat) in seats.iter().enumerate() {
            let got = given(&answer).iter().filter(|other| **other == at).count();
            prop_assert!(!seat.absent || got == 0);
            if let Some(capacity) = seat.capacity {
                prop_assert!(got == 0 || seat.open as usize + got <= capacity as usize);
            }
        }
        // As many as fit, and those are the first ones.
        let room: usize = seats
            .iter()
            .filter(|seat| which != 3 || seat.rep == last)
            .map(|seat| seat.room(classes.len()))
            .sum();
        let fit = room.min(classes.len());
        prop_assert!(answer[..fit].iter().all(Option::is_some));
        prop_assert!(answer[fit..].iter().all(Option::is_none));
    }

    #[test]
    fn the_order_of_the_reps_changes_nothing(
        seats in any_seats(false), classes in any_classes(), history in any_history(), seed in 0..9_usize,
        which in 0..3_usize,
    ) {
        let backwards: Vec<Closed> = history.iter().rev().cloned().collect();
        let (ratios, same) = (Ratios::new(&history), Ratios::new(&backwards));
        let rule = |ratios| match which {
            0 => Rule::LeastLoaded,
            1 => Rule::RoundRobin { after: Some("rep1") },
            _ => Rule::BestFit { classes: &classes, ratios },
        };
        let other = shuffled(&seats, seed);
        prop_assert_eq!(
            names(&seats, &assign(&rule(&ratios), &seats, classes.len())),
            names(&other, &assign(&rule(&same), &other, classes.len()))
        );
    }

    #[test]
    fn no_answer_is_more_even_than_least_loaded(
        seats in prop_oneof![any_seats(true), any_seats(false)], deals in 0..6_usize
    ) {
        let answer = given(&assign(&Rule::LeastLoaded, &seats, deals));
        let mine = loads(&seats, &answer);
        for way in every_way(&seats, deals) {
            prop_assert_ne!(compare(&loads(&seats, &way), &mine), Ordering::Less, "{:?}", way);
        }
        // Nor is any after the first deal, the first two, and so on.
        for first in 0..answer.len() {
            let less = given(&assign(&Rule::LeastLoaded, &seats, first));
            prop_assert_eq!(&less[..], &answer[..first]);
        }
    }

    #[test]
    fn no_answer_wins_more_than_best_fit_nor_as_much_more_evenly(
        seats in prop_oneof![any_seats(true), any_seats(false)], classes in any_classes(),
        history in any_history(),
    ) {
        let ratios = Ratios::new(&history);
        let rule = Rule::BestFit { classes: &classes, ratios: &ratios };
        let mine = worth(&seats, &classes, &ratios, &given(&assign(&rule, &seats, classes.len())));
        for way in every_way(&seats, classes.len()) {
            prop_assert!(worth(&seats, &classes, &ratios, &way) <= mine, "{:?}", way);
        }
    }

    #[test]
    fn round_robin_gives_each_one_a_turn(seats in any_seats(false), deals in 0..12_usize, last in 0..5_usize) {
        let last = format!("rep{last}");
        let answer = given(&assign(&Rule::RoundRobin { after: Some(&last) }, &seats, deals));
        // The next one in the circle who still has room: worked out one deal at a time.
        let mut before = last;
        for (nth, at) in answer.iter().enumerate() {
            let has_room = |seat: &&Seat| {
                let got = answer[..nth].iter().filter(|other| seats[**other].rep == seat.rep).count();
                got < seat.room(deals)
            };
            let next = seats.iter().filter(has_room).find(|seat| seat.rep > before);
            let expected = next.or_else(|| seats.iter().find(has_room));
            prop_assert_eq!(Some(&seats[*at].rep), expected.map(|seat| &seat.rep));
            before.clone_from(&seats[*at].rep);
        }
    }
}

#[rstest]
#[case::shares(&[seat("amy", 10, 8), seat("bob", 40, 20)], 3, &["bob", "bob", "bob"])]
#[case::numbers(&[seat("amy", 10, 8), seat("bob", None, 20)], 3, &["amy", "amy", "bob"])]
#[case::names_decide(&[seat("bob", 4, 0), seat("amy", 4, 0)], 3, &["amy", "bob", "amy"])]
// Both would be at one half; the larger team mate was at a quarter before, the other at none.
#[case::the_larger_first(&[seat("amy", 2, 0), seat("bob", 4, 1)], 1, &["bob"])]
#[case::who_has_too_many(&[seat("amy", 2, 5), seat("bob", 3, 2)], 3, &["bob", "-", "-"])]
fn least_loaded_by_hand(#[case] seats: &[Seat], #[case] deals: usize, #[case] expected: &[&str]) {
    assert_eq!(
        names(seats, &assign(&Rule::LeastLoaded, seats, deals)),
        expected
    );
}

#[rstest]
#[case::from_the_start(None, &["amy", "bob", "eve", "amy"])]
#[case::after_amy(Some("amy"), &["bob", "eve", "amy", "bob"])]
#[case::after_the_last(Some("eve"), &["amy", "bob", "eve", "amy"])]
#[case::after_one_who_left(Some("carl"), &["eve", "amy", "bob", "eve"])]
fn round_robin_by_hand(#[case] after: Option<&str>, #[case] expected: &[&str]) {
    let seats = [seat("eve", None, 0), seat("amy", 9, 0), seat("bob", 9, 7)];
    let answer = assign(&Rule::RoundRobin { after }, &seats, 4);
    assert_eq!(names(&seats, &answer), expected);
}

/// 40 % won by the team; amy 60 of 100, bob 20 of 100: the spread is 0.04, chance 0.24 / 100, so that
/// 0.0376 is between them and M = 0.24 / 0.0376 - 1 = 5.3829…
#[test]
fn ratios_by_hand() {
    let history = ["amy", "bob"].map(|rep| Closed {
        class: "small".into(),
        rep: rep.into(),
        won: if rep == "amy" { 60 } else { 20 },
        lost: if rep == "amy" { 40 } else { 80 },
    });
    let ratios = Ratios::new(&history);
    let m = 0.24 / 0.0376 - 1.0;
    let amy = ratios.of("small", "amy");
    assert!((amy.share - (60.0 + 0.4 * m) / (100.0 + m)).abs() < 1e-9);
    assert!((amy.share - 0.589_783).abs() < 1e-6);
    assert_eq!((amy.won, amy.closed), (60, 100));
    assert!((ratios.of("small", "bob").share - 0.210_217).abs() < 1e-6);
    assert!(ratios.differ("small"));
    assert_eq!((ratios.closed("small"), ratios.closed("large")), (200, 0));
    // Somebody new does as the team; so does everybody in a class nobody has closed anything in.
    assert!((ratios.of("small", "eve").share - 0.4).abs() < 1e-9);
    assert!((ratios.of("large", "amy").share - 0.4).abs() < 1e-9);
}

#[rstest]
#[case::luck_explains_it(&[(5, 5), (4, 6)], 0.45)]
#[case::one_deal_each(&[(1, 0), (0, 1)], 0.5)]
#[case::all_won(&[(3, 0), (9, 0)], 1.0)]
#[case::none_won(&[(0, 3), (0, 9)], 0.0)]
fn without_a_difference_everybody_does_as_the_team(#[case] ends: &[(u32, u32)], #[case] team: f64) {
    let history: Vec<Closed> = ends
        .iter()
        .enumerate()
        .map(|(at, (won, lost))| Closed {
            class: String::new(),
            rep: format!("rep{at}"),
            won: *won,
            lost: *lost,
        })
        .collect();
    let ratios = Ratios::new(&history);
    assert!(!ratios.differ(""));
    for rep in ["rep0", "rep1", "rep2"] {
        assert!((ratios.of("", rep).share - team).abs() < 1e-9);
    }
}

/// amy is best at both kinds, but better than bob by more at the large ones: bob gets the small one.
#[test]
fn the_room_of_the_best_goes_where_it_matters_most() {
    let record = |class: &str, rep: &str, won: u32| Closed {
        class: class.into(),
        rep: rep.into(),
        won,
        lost: 100 - won,
    };
    let ratios = Ratios::new(&[
        record("small", "amy", 60),
        record("small", "bob", 50),
        record("large", "amy", 50),
        record("large", "bob", 10),
    ]);
    let seats = [seat("amy", 1, 0), seat("bob", 5, 0)];
    let rule = Rule::BestFit {
        classes: &["small", "large"],
        ratios: &ratios,
    };
    assert_eq!(names(&seats, &assign(&rule, &seats, 2)), ["bob", "amy"]);
}

/// Nothing known of anybody: as even as `least-loaded`, and the first deals don't all go to the first name.
#[test]
fn without_history_best_fit_is_even() {
    let seats = [seat("amy", 9, 3), seat("bob", 9, 0), seat("eve", 9, 0)];
    let ratios = Ratios::default();
    let rule = Rule::BestFit {
        classes: &[""; 6],
        ratios: &ratios,
    };
    assert_eq!(
        names(&seats, &assign(&rule, &seats, 6)),
        ["bob", "eve", "bob", "eve", "bob", "eve"]
    );
}
