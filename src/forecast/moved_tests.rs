//! What moved, by hand, and that it adds up whatever happens.

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;
use crate::deal::book::Day;

fn piece(deal: i64, chance: u32, worth_minor: i64, close: Option<i32>) -> DealPiece {
    DealPiece {
        deal: Id(deal),
        chance,
        worth_minor,
        expected_minor: (f64::from(chance) * worth_minor as f64 / 1e6).round() as i64,
        close: close.map(Day::new),
    }
}

fn forecast(
    won_minor: i64,
    deals: Vec<DealPiece>,
    others_minor: i64,
    new: i64,
) -> ForecastSnapshot {
    let open_minor = others_minor + deals.iter().map(|one| one.expected_minor).sum::<i64>();
    ForecastSnapshot {
        from: NaiveDate::default(),
        to: NaiveDate::default(),
        won_minor,
        chosen: "cohort".to_string(),
        total_minor: open_minor + new,
        open_minor,
        new_minor: new,
        low_minor: None,
        high_minor: None,
        said: Vec::new(),
        deals,
        others_minor,
    }
}

fn ids(ids: &[i64]) -> BTreeSet<Id> {
    ids.iter().copied().map(Id).collect()
}

#[test]
fn each_part_is_what_happened_to_the_deal() {
    let then = forecast(
        1_000,
        vec![
            piece(1, 500_000, 800, None),
            piece(2, 250_000, 400, None),
            piece(3, 500_000, 600, Some(10)),
            piece(4, 200_000, 1_000, None),
            piece(5, 400_000, 500, None),
            piece(6, 100_000, 700, None),
        ],
        30,
        900,
    );
    let now = forecast(
        1_950,
        vec![
            piece(3, 300_000, 600, Some(40)),
            piece(4, 200_000, 1_500, None),
            piece(5, 700_000, 500, None),
            piece(6, 50_000, 700, None),
            piece(7, 500_000, 100, None),
            piece(8, 500_000, 60, None),
        ],
        0,
        620,
    );
    let since = Since {
        won: vec![(Id(1), 750), (Id(9), 150)],
        lost: ids(&[2]),
        revalued: ids(&[4]),
        opened: ids(&[7, 9]),
        moved: ids(&[3, 5, 6, 7]),
    };
    let told = moved(&then, &now, &since);
    assert_eq!((told.opening_minor, told.closing_minor), (3_200, 3_515));
    let part = |why, deal: Option<i64>, minor| Part {
        why,
        deal: deal.map(Id),
        minor,
    };
    assert_eq!(
        told.parts,
        [
            part(Why::Won, Some(1), 350),
            part(Why::Lost, Some(2), -100),
            part(Why::Slipped, Some(3), -120),
            part(Why::Value, Some(4), 100),
            part(Why::Probability, Some(5), 150),
            // It fell by a move back, not by time.
            part(Why::Probability, Some(6), -35),
            part(Why::New, Some(7), 50),
            // Not kept one by one then.
            part(Why::Other, Some(8), 30),
            part(Why::New, Some(9), 150),
            part(Why::Other, None, -30),
            part(Why::NewBusiness, None, -280),
            part(Why::Corrected, None, 50),
        ]
    );
}

/// A deal that fell only by time, in its stage.
#[test]
fn time_alone_is_no_slipping() {
    let then = forecast(0, vec![piece(1, 500_000, 1_000, None)], 0, 0);
    let now = forecast(0, vec![piece(1, 400_000, 1_000, None)], 0, 0);
    let why = |since: &Since| moved(&then, &now, since).parts[0].why;
    assert_eq!(why(&Since::default()), Why::Older);
    let advanced = Since {
        moved: ids(&[1]),
        ..Since::default()
    };
    assert_eq!(why(&advanced), Why::Probability);
}

prop_compose! {
    fn any_piece(deal: i64)(
        chance in 0..=1_000_000_u32,
        worth in 0..2_000_000_i64,
        // Apportioned: not always what rounding would say.
        off in -1..=1_i64,
        close in prop::option::of(0..300),
    ) -> DealPiece {
        let mut piece = piece(deal, chance, worth, close);
        piece.expected_minor = (piece.expected_minor + off).max(0);
        piece
    }
}

prop_compose! {
    fn any_forecast()(
        pieces in prop::collection::vec(prop::option::of(any_piece(0)), 12),
        won in 0..5_000_000_i64,
        others in 0..50_000_i64,
        new in 0..3_000_000_i64,
    ) -> ForecastSnapshot {
        let deals = pieces.into_iter().enumerate().filter_map(|(deal, piece)| {
            Some(DealPiece { deal: Id(deal as i64), ..piece? })
        });
        forecast(won, deals.collect(), others, new)
    }
}

prop_compose! {
    fn any_set()(of in prop::collection::btree_set(0..14_i64, 0..8)) -> BTreeSet<Id> {
        of.into_iter().map(Id).collect()
    }
}

proptest! {
    /// To the minor unit, even when what is told of the days since contradicts itself.
    #[test]
    fn it_always_adds_up(
        then in any_forecast(),
        now in any_forecast(),
        won in prop::collection::btree_map(0..14_i64, 0..900_000_i64, 0..8),
        lost in any_set(),
        revalued in any_set(),
        opened in any_set(),
        advanced in any_set(),
    ) {
        let open: BTreeSet<Id> = now.deals.iter().map(|one| one.deal).collect();
        let won = won.into_iter().map(|(deal, minor)| (Id(deal), minor));
        let since = Since {
            won: won.filter(|(deal, _)| !open.contains(deal)).collect(),
            lost,
            revalued,
            opened,
            moved: advanced,
        };
        let told = moved(&then, &now, &since);
        let sum: i64 = told.parts.iter().map(|part| part.minor).sum();
        prop_assert_eq!(told.opening_minor + sum, told.closing_minor);
        prop_assert_eq!(told.opening_minor, then.won_minor + then.total_minor);
        prop_assert_eq!(told.closing_minor, now.won_minor + now.total_minor);
    }
}
