//! The standard metrics are sound, and what a metric is judged by.

use super::metric::{Metric, STANDARD, standard_metrics};
use super::metric_rows::{ROWS, Rows};

const PROCESS: &str = "
[process]
name = \"x\"
currency = \"EUR\"
[[stage]]
name = \"qualify\"
objective = \"o\"
[[end]]
name = \"lost\"
reasons = [\"price\"]
";

/// Checked as if a process had written them: the formulas are sound, and no two are the same.
#[test]
fn the_standard_metrics_are_sound() {
    let checked = crate::process::check("standard.toml", &format!("{PROCESS}{STANDARD}"));
    assert_eq!(checked.problems, []);
    let process = checked.process.expect("a process");
    assert_eq!(process.own_metrics.len(), standard_metrics().len());
    assert_eq!(process.metrics().count(), standard_metrics().len());
    for (own, standard) in process.own_metrics.iter().zip(standard_metrics()) {
        assert_eq!(own.aggregates, standard.aggregates);
        assert_eq!(own.written, standard.written);
        assert!(own.written.starts_with("[[metric]]"), "{}", own.written);
        assert!(standard.about.is_some() && standard.standard && !own.standard);
    }
}

#[test]
fn a_metric_of_the_same_name_takes_the_place_of_the_standard_one() {
    let own = STANDARD.split("\n\n").nth(1).expect("the first");
    let text = format!("{PROCESS}{}", own.replace("at_least = 5", "at_least = 7"));
    let process = crate::process::check("x.toml", &text)
        .process
        .expect("a process");
    assert_eq!(process.metrics().count(), standard_metrics().len());
    assert_eq!(
        process.metric("win-rate").map(|metric| metric.at_least),
        Some(7)
    );
}

#[test]
fn division_by_zero_gives_nothing() {
    let metric = &standard_metrics()[0];
    let rows = [
        vec![Some(3.0), Some(1.0), None],
        vec![Some(0.0), Some(0.0), None],
        vec![None, Some(1.0), None],
    ];
    let judged = metric.judge(&rows).expect("judged");
    let values: Vec<_> = judged
        .iter()
        .map(|judged| (judged.value, judged.sample))
        .collect();
    assert_eq!(
        values,
        [(Some(0.75), Some(4.0)), (None, Some(0.0)), (None, None)]
    );
}

#[test]
fn what_a_metric_reads() {
    let reads = |name: &str| {
        let metric = standard_metrics().iter().find(|metric| metric.name == name);
        metric.map(Metric::reads).unwrap_or_default()
    };
    assert!(reads("win-rate").is_empty());
    assert_eq!(reads("margin"), ["value", "product"]);
    assert_eq!(reads("coverage"), ["value", "expected_close"]);
}

#[test]
fn every_set_of_rows_is_said_once() {
    for about in ROWS {
        assert_eq!(Rows::from_name(about.name), Some(about.rows));
        assert_eq!(about.rows.about().name, about.name);
    }
}
