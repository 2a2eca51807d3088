//! Which open deals should change hands: to reps who close their kind more often, within everybody's room.
//!
//! A transportation problem over piles (the deals of one class with one owner), so that a thousand deals are
//! no more than a few dozen unknowns: how many of each pile stay, and how many go to whom. Its solutions at
//! the corners are whole numbers (A. J. Hoffman and J. B. Kruskal, Integral boundary points of convex
//! polyhedra, 1956), and a simplex method ends at a corner.

use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};

use super::{Ratios, Seat};

/// The deals of one class with one owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pile {
    pub class: String,
    /// Place in the seats; `None` when they are nobody's.
    pub owner: Option<usize>,
    pub deals: u32,
}

/// So many deals of a pile go to a rep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer {
    /// Place in the piles.
    pub pile: usize,
    /// Place in the seats.
    pub to: usize,
    pub deals: u32,
}

/// A deal stays where it is unless somebody else closes its kind more often: of equal answers the one with
/// the fewest moves is taken.
const TROUBLE_OF_A_MOVE: f64 = 1e-6;

/// The transfers by which the most deals can be expected to be won. A rep is only given deals of a class that
/// they close more often than the owner by `least_gain` (a share); whoever is away is given none; nobody ends
/// with more than their capacity, or than they have when that is more. Deals that are nobody's go to anybody
/// with room. `Err` says in words that the solver gave up.
pub fn transfers(
    seats: &[Seat],
    piles: &[Pile],
    ratios: &Ratios,
    least_gain: f64,
) -> Result<Vec<Transfer>, String> {
    let mut problem = Problem::new(OptimizationDirection::Maximize);
    // What each rep would end with, and who may go where.
    let mut carries: Vec<Vec<(Variable, f64)>> = vec![Vec::new(); seats.len()];
    let mut moves: Vec<(usize, usize, Variable)> = Vec::new();
    for (at, pile) in piles.iter().enumerate() {
        let most = f64::from(pile.deals);
        let share = |rep: usize| ratios.of(&pile.class, &seats[rep].rep).share;
        let now = pile.owner.map_or(0.0, share);
        let stay = problem.add_var(now, (0.0, most));
        let mut all = vec![(stay, 1.0)];
        if let Some(owner) = pile.owner {
            carries[owner].push((stay, 1.0));
        }
        for (rep, seat) in seats.iter().enumerate() {
            let better =
                pile.owner.is_none() || share(rep) - now >= least_gain.max(f64::MIN_POSITIVE);
            if seat.absent || pile.owner == Some(rep) || !better {
                continue;
            }
            // Nobody's deal is better off with anybody than with nobody.
            let worth = share(rep)
                + if pile.owner.is_none() {
                    1.0
                } else {
                    -TROUBLE_OF_A_MOVE
                };
            let given = problem.add_var(worth, (0.0, most));
            all.push((given, 1.0));
            carries[rep].push((given, 1.0));
            moves.push((at, rep, given));
        }
        problem.add_constraint(all.as_slice(), ComparisonOp::Eq, most);
    }
    if moves.is_empty() {
        return Ok(Vec::new());
    }
    for (seat, carried) in seats.iter().zip(&carries) {
        if let Some(capacity) = seat.capacity.filter(|_| !carried.is_empty()) {
            let most = f64::from(capacity.max(seat.open));
            problem.add_constraint(carried.as_slice(), ComparisonOp::Le, most);
        }
    }
    let gave_up = |what: &str| format!("no assignment was found: {what}");
    let solution = problem
        .solve()
        .map_err(|error| gave_up(&error.to_string()))?
        .into_solution()
        .map_err(|_| gave_up("it took too long"))?;
    let mut found = Vec::new();
    for (pile, to, given) in moves {
        let deals = solution.var_value(given);
        if (deals - deals.round()).abs() > 1e-6 {
            return Err(gave_up("half a deal was given away"));
        }
        if deals >= 0.5 {
            found.push(Transfer {
                pile,
                to,
                deals: deals.round() as u32,
            });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::deal::staffing::Closed;

    fn seat(rep: &str, capacity: Option<u32>, open: u32) -> Seat {
        Seat {
            rep: rep.to_string(),
            capacity,
            open,
            absent: false,
        }
    }

    fn closed(class: &str, rep: &str, won: u32, lost: u32) -> Closed {
        Closed {
            class: class.to_string(),
            rep: rep.to_string(),
            won,
            lost,
        }
    }

    fn pile(class: &str, owner: Option<usize>, deals: u32) -> Pile {
        Pile {
            class: class.to_string(),
            owner,
            deals,
        }
    }

    /// Ann closes large ones, Bob small ones.
    fn ratios() -> Ratios {
        Ratios::new(&[
            closed("large", "ann", 80, 20),
            closed("large", "bob", 20, 80),
            closed("small", "ann", 30, 70),
            closed("small", "bob", 70, 30),
        ])
    }

    #[test]
    fn each_kind_goes_to_whoever_closes_it() {
        let seats = [seat("ann", Some(5), 5), seat("bob", Some(5), 5)];
        let piles = [
            pile("small", Some(0), 3),
            pile("large", Some(0), 2),
            pile("large", Some(1), 5),
        ];
        // Three of each change places: nobody carries more than before.
        let found = transfers(&seats, &piles, &ratios(), 0.05).expect("solved");
        assert_eq!(
            found,
            [
                Transfer {
                    pile: 0,
                    to: 1,
                    deals: 3
                },
                Transfer {
                    pile: 2,
                    to: 0,
                    deals: 3
                }
            ]
        );
    }

    #[test]
    fn nothing_moves_for_less_than_asked_nor_to_who_is_away() {
        let seats = [seat("ann", None, 5), seat("bob", None, 5)];
        let piles = [pile("small", Some(0), 3)];
        let found = transfers(&seats, &piles, &ratios(), 0.5).expect("solved");
        assert_eq!(found, []);
        let away = [
            seats[0].clone(),
            Seat {
                absent: true,
                ..seats[1].clone()
            },
        ];
        assert_eq!(transfers(&away, &piles, &ratios(), 0.05), Ok(Vec::new()));
    }

    #[test]
    fn whoever_has_too_many_keeps_them_and_is_given_none() {
        let seats = [seat("ann", Some(2), 4), seat("bob", Some(9), 0)];
        let piles = [pile("large", Some(0), 4), pile("large", None, 2)];
        let found = transfers(&seats, &piles, &ratios(), 0.05).expect("solved");
        assert_eq!(
            found,
            [Transfer {
                pile: 1,
                to: 1,
                deals: 2
            }]
        );
    }

    /// The best way from here on; each deal in turn stays, or goes to whoever it may go to.
    fn go(
        deals: &[&Pile],
        carried: &mut Vec<u32>,
        seats: &[Seat],
        ratios: &Ratios,
        least: f64,
    ) -> f64 {
        let Some((deal, rest)) = deals.split_first() else {
            let fits = seats.iter().zip(&*carried).all(|(seat, carried)| {
                seat.capacity
                    .is_none_or(|capacity| *carried <= capacity.max(seat.open))
            });
            return if fits { 0.0 } else { f64::NEG_INFINITY };
        };
        let share = |rep: usize| ratios.of(&deal.class, &seats[rep].rep).share;
        let now = deal.owner.map_or(0.0, share);
        let mut most = f64::NEG_INFINITY;
        if deal.owner.is_none() {
            most = go(rest, carried, seats, ratios, least);
        }
        for rep in 0..seats.len() {
            let stays = deal.owner == Some(rep);
            let may = deal.owner.is_none() || share(rep) - now >= least;
            if !stays && (seats[rep].absent || !may) {
                continue;
            }
            carried[rep] += 1;
            let extra = if deal.owner.is_none() { 1.0 } else { 0.0 };
            most = most.max(share(rep) + extra + go(rest, carried, seats, ratios, least));
            carried[rep] -= 1;
        }
        most
    }

    /// What every way of handing the deals out comes to, the best of them; deal by deal.
    fn best(seats: &[Seat], piles: &[Pile], ratios: &Ratios, least: f64) -> f64 {
        let deals: Vec<&Pile> = piles
            .iter()
            .flat_map(|pile| std::iter::repeat_n(pile, pile.deals as usize))
            .collect();
        go(&deals, &mut vec![0; seats.len()], seats, ratios, least)
    }

    fn worth(seats: &[Seat], piles: &[Pile], ratios: &Ratios, found: &[Transfer]) -> f64 {
        let mut sum = 0.0;
        for (at, pile) in piles.iter().enumerate() {
            let share = |rep: usize| ratios.of(&pile.class, &seats[rep].rep).share;
            let mut left = pile.deals;
            for transfer in found.iter().filter(|transfer| transfer.pile == at) {
                let extra = if pile.owner.is_none() { 1.0 } else { 0.0 };
                sum += f64::from(transfer.deals) * (share(transfer.to) + extra);
                left -= transfer.deals;
            }
            sum += f64::from(left) * pile.owner.map_or(0.0, share);
        }
        sum
    }

    proptest! {
        /// Against every possible answer, where there are few enough.
        #[test]
        fn nothing_better_exists(
            rooms in prop::collection::vec((prop::option::of(0_u32..4), any::<bool>()), 1..4),
            given in prop::collection::vec((0_usize..2, prop::option::of(0_usize..3), 1_u32..3), 1..4),
            won in prop::collection::vec(0_u32..20, 6),
        ) {
            let names = ["ann", "bob", "cy"];
            let piles: Vec<Pile> = given
                .iter()
                .map(|(class, owner, deals)| {
                    pile(["large", "small"][*class], owner.filter(|at| *at < rooms.len()), *deals)
                })
                .collect();
            let seats: Vec<Seat> = rooms
                .iter()
                .enumerate()
                .map(|(at, (capacity, absent))| {
                    let open = piles.iter().filter(|pile| pile.owner == Some(at)).map(|pile| pile.deals).sum();
                    Seat { absent: *absent, ..seat(names[at], *capacity, open) }
                })
                .collect();
            let history: Vec<Closed> = won
                .iter()
                .enumerate()
                .map(|(i, won)| closed(["large", "small"][i % 2], names[i / 2], *won, 20 - won))
                .collect();
            let ratios = Ratios::new(&history);
            let found = transfers(&seats, &piles, &ratios, 0.05).expect("solved");
            let (got, most) = (worth(&seats, &piles, &ratios, &found), best(&seats, &piles, &ratios, 0.05));
            prop_assert!((got - most).abs() < 1e-4, "{got} of {most}: {found:?}");
        }
    }
}
