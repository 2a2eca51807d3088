//! What holds of every Book: columns are fields, counts add up, order means nothing, a mask is a
//! smaller Book.

use proptest::prelude::*;
use serde::Serialize;

use super::sample::{any_deal, book, day, process, twelve};
use super::{Ask, Dimension, FunnelRow, durations, funnel, pipeline, velocity, win_rate};
use crate::deal::book::{Book, State};
use crate::document::{Period, Row};

/// The keys of an object in the order they are written.
fn keys(row: &impl Serialize) -> Vec<String> {
    struct Keys(Vec<String>);
    impl<'de> serde::Deserialize<'de> for Keys {
        fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            struct InOrder;
            impl<'de> serde::de::Visitor<'de> for InOrder {
                type Value = Vec<String>;
                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("an object")
                }
                fn visit_map<A: serde::de::MapAccess<'de>>(
                    self,
                    mut map: A,
                ) -> Result<Vec<String>, A::Error> {
                    let mut keys = Vec::new();
                    while let Some((key, serde::de::IgnoredAny)) = map.next_entry()? {
                        keys.push(key);
                    }
                    Ok(keys)
                }
            }
            from.deserialize_map(InOrder).map(Keys)
        }
    }
    let json = serde_json::to_string(row).expect("a row is an object");
    serde_json::from_str::<Keys>(&json).expect("an object").0
}

fn assert_columns<R: Row>(by: &[String], row: &R) {
    let columns: Vec<String> = by
        .iter()
        .cloned()
        .chain(R::columns().into_iter().map(str::to_string))
        .collect();
    assert_eq!(keys(row), columns);
}

#[test]
fn columns_are_the_fields() {
    let (process, book) = (process(), book(&twelve()));
    let ask = Ask {
        by: vec![Dimension::Product, Dimension::Rep],
        ..Ask::default()
    };
    assert_columns(&[], &pipeline(&process, &book, &ask).answer.rows[0]);
    assert_columns(
        &[],
        &funnel(&process, &book, &ask).expect("a funnel").answer.rows[0],
    );
    assert_columns(&[], &durations(&process, &book, &ask).answer.rows[0]);
    assert_columns(&[], &velocity(&process, &book, &ask).answer.rows[0]);
    let report = win_rate(&process, &book, &ask).expect("a win rate");
    assert_columns(&report.answer.by, &report.answer.rows[0]);
    assert_eq!(
        FunnelRow::columns().join(", "),
        "stage, entered, advanced, lost, still_in, step_share, resolved_share, resolved_low, resolved_high, from_top_share, median_days"
    );
}

/// The rows of all five reports, as text.
fn everything(book: &Book, ask: &Ask) -> Vec<String> {
    let process = process();
    let json = |rows: serde_json::Result<String>| rows.expect("rows are json");
    vec![
        json(serde_json::to_string(&pipeline(&process, book, ask).answer)),
        json(serde_json::to_string(
            &funnel(&process, book, ask).expect("a funnel").answer,
        )),
        json(serde_json::to_string(
            &win_rate(&process, book, ask).expect("a win rate").answer,
        )),
        json(serde_json::to_string(
            &durations(&process, book, ask).answer,
        )),
        json(serde_json::to_string(&velocity(&process, book, ask).answer)),
    ]
}

fn any_ask() -> impl Strategy<Value = Ask> {
    let period = prop::option::of((-40_i32..100, 0_i32..150));
    let from_stage = prop::option::of(prop::sample::select(vec![
        "qualify",
        "demonstrate",
        "propose",
    ]));
    (period, from_stage).prop_map(|(period, from_stage)| Ask {
        period: period.map(|(from, days)| Period {
            from: day(from).date(),
            to: day(from + days).date(),
        }),
        from_stage: from_stage.map(str::to_string),
        by: vec![Dimension::Rep, Dimension::Product],
        ..Ask::default()
    })
}

proptest! {
    #[test]
    fn entered_is_advanced_lost_or_still_in(told in prop::collection::vec(any_deal(), 0..40), ask in any_ask()) {
        let report = funnel(&process(), &book(&told), &ask).expect("a funnel");
        let (won, steps) = report.answer.rows.split_last().expect("won is a row");
        for row in steps {
            let parts = row.advanced.zip(row.lost).zip(row.still_in).map(|((a, b), c)| a + b + c);
            prop_assert_eq!(Some(row.entered), parts);
        }
        // Everybody in the cohort entered its stage, and who was won advanced from it.
        prop_assert_eq!(steps[0].entered, report.answer.n);
        prop_assert!(steps[0].advanced >= Some(won.entered));
    }

    #[test]
    fn the_order_of_deals_means_nothing(
        (told, shuffled) in prop::collection::vec(any_deal(), 0..30)
            .prop_flat_map(|told| (Just(told.clone()), Just(told).prop_shuffle())),
        ask in any_ask(),
    ) {
        prop_assert_eq!(everything(&book(&told), &ask), everything(&book(&shuffled), &ask));
    }

    #[test]
    fn a_mask_is_a_smaller_book(told in prop::collection::vec((any_deal(), any::<bool>()), 0..30), ask in any_ask()) {
        let all: Vec<_> = told.iter().map(|(deal, _)| deal.clone()).collect();
        let chosen: Vec<_> = told.iter().filter(|(_, only)| *only).map(|(deal, _)| deal.clone()).collect();
        let masked = Ask { only: Some(told.iter().map(|(_, only)| *only).collect()), ..ask.clone() };
        prop_assert_eq!(everything(&book(&all), &masked), everything(&book(&chosen), &ask));
    }

    #[test]
    fn groups_add_up(told in prop::collection::vec(any_deal(), 0..40), ask in any_ask()) {
        let (process, book) = (process(), book(&told));
        let grouped = win_rate(&process, &book, &ask).expect("by two");
        let whole = win_rate(&process, &book, &Ask { by: Vec::new(), ..ask.clone() }).expect("in all");
        let sum: usize = grouped.answer.rows.iter().map(|row| row.record.won).sum();
        prop_assert_eq!(sum, whole.answer.rows[0].record.won);
        prop_assert_eq!(grouped.answer.n, whole.answer.n);
        let open = book.deals.state.iter().filter(|state| matches!(state, State::Open | State::Hold)).count();
        prop_assert_eq!(velocity(&process, &book, &ask).answer.rows[0].open_n, open);
    }
}
