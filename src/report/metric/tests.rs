//! The standard metrics against the reports that show the same numbers.

use super::{Figure, INSUFFICIENT, Measured, measure};
use crate::deal::book::Book;
use crate::deal::event::ActivityKind;
use crate::process::{ACTIVITY_KINDS, Metric, Process, standard_metrics};
use crate::report::sample::{any_deal, book, process, third_quarter, twelve};
use crate::report::{
    Ask, Dimension, DurationsRow, FunnelRow, Report, durations, funnel, velocity, win_rate,
};
use proptest::prelude::*;

pub(super) fn of(name: &str) -> &'static Metric {
    standard_metrics()
        .iter()
        .find(|metric| metric.name == name)
        .unwrap_or_else(|| panic!("{name}"))
}

pub(super) fn told(process: &Process, book: &Book, names: &[&str], ask: &Ask) -> Measured {
    let metrics: Vec<&Metric> = names.iter().map(|name| of(name)).collect();
    measure(process, book, &metrics, ask).expect("measured")
}

fn all_of(name: &str) -> Figure {
    told(&process(), &book(&twelve()), &[name], &Ask::default()).figures[0][0]
}

pub(super) fn by(dimensions: &[Dimension]) -> Ask {
    Ask {
        by: dimensions.to_vec(),
        ..Ask::default()
    }
}

#[test]
fn the_kinds_of_activities_are_those_of_the_log() {
    assert_eq!(ACTIVITY_KINDS, ActivityKind::ALL.map(ActivityKind::name));
}

#[test]
fn money_comes_in_minor_units() {
    // 10,000 + 20,000 + 10,000 USD at 0.80 + unknown + …: as the win rate has it.
    let report = win_rate(&process(), &book(&twelve()), &Ask::default()).expect("a report");
    let revenue = all_of("revenue");
    assert_eq!(
        revenue.value,
        report.answer.rows[0]
            .record
            .won_value_minor
            .map(|minor| minor as f64)
    );
    assert_eq!(revenue.n, report.answer.rows[0].record.won as f64);
}

/// Every number that a report shows too, by rep and product, in a period and without.
fn agrees(process: &Process, book: &Book) {
    for period in [None, Some(third_quarter())] {
        for by in [
            vec![],
            vec![Dimension::Rep],
            vec![Dimension::Rep, Dimension::Product],
        ] {
            let ask = Ask {
                period,
                by: by.clone(),
                ..Ask::default()
            };
            let names = ["win-rate", "win-rate-value", "revenue", "average-won-value"];
            let measured = told(process, book, &names, &ask);
            let report = win_rate(process, book, &ask).expect("a report");
            for row in &report.answer.rows {
                let names: Vec<Option<&str>> =
                    row.group.iter().map(|(_, name)| name.as_deref()).collect();
                let figures = measured.of(&names).expect("the group");
                let (record, share) = (&row.record, &figures[0]);
                assert_eq!(share.n, record.n as f64);
                if record.n >= 5 {
                    assert_eq!(share.value, record.win_share);
                    assert!(
                        (share.low.expect("there") - record.win_low.expect("there")).abs() < 1e-12
                    );
                    assert!(
                        (share.high.expect("there") - record.win_high.expect("there")).abs()
                            < 1e-12
                    );
                } else {
                    assert_eq!((share.value, share.why), (None, Some(INSUFFICIENT)));
                }
                let minor = |figure: &Figure| figure.value.map(|value| value as i64);
                assert_eq!(minor(&figures[2]), record.won_value_minor);
            }
        }
        let ask = Ask {
            period,
            ..Ask::default()
        };
        let names = ["velocity", "cycle-time", "average-won-value"];
        let measured = told(process, book, &names, &ask);
        let report = velocity(process, book, &ask);
        let row = &report.answer.rows[0];
        let figures = &measured.figures[0];
        // A product of quotients in another order: half a cent may be rounded either way.
        let speed = figures[0].value.map(|value| value as i64);
        assert_eq!(speed.is_some(), row.velocity_minor_per_day.is_some());
        if let (Some(speed), Some(minor)) = (speed, row.velocity_minor_per_day) {
            assert!((speed - minor).abs() <= 1, "{speed} and {minor}");
        }
        assert_eq!(figures[1].value, row.median_cycle_days);
        assert_eq!(
            figures[2].value.map(|value| value as i64),
            row.mean_won_minor
        );

        let ask = Ask {
            by: vec![Dimension::Stage],
            ..ask
        };
        let measured = told(process, book, &["stage-conversion"], &ask);
        let report: Report<FunnelRow> = funnel(process, book, &ask).expect("a report");
        for row in &report.answer.rows[..3] {
            let figure = measured.of(&[Some(&row.stage)]).expect("the stage")[0];
            let resolved = row.advanced.expect("there") + row.lost.expect("there");
            assert_eq!(figure.n, resolved as f64);
            if resolved >= 5 {
                assert_eq!(figure.value, row.resolved_share);
                assert!(
                    (figure.low.expect("there") - row.resolved_low.expect("there")).abs() < 1e-12
                );
            }
        }
        let measured = told(process, book, &["stage-duration"], &ask);
        let report: Report<DurationsRow> = durations(process, book, &ask);
        for row in &report.answer.rows {
            let figure = measured.of(&[Some(&row.stage)]).expect("the stage")[0];
            assert_eq!(figure.value, row.median_days.map(f64::from));
            assert_eq!(figure.n, (row.n - row.open) as f64);
        }
    }
}

#[test]
fn the_reports_show_the_same_numbers() {
    agrees(&process(), &book(&twelve()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn the_reports_show_the_same_numbers_of_any_deals(
        deals in prop::collection::vec(any_deal(), 0..60)
    ) {
        agrees(&process(), &book(&deals));
    }
}
