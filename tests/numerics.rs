//! Formulas against packages that many rely on: `scripts/numerics.py` asks whichever of them are there. What they say
//! of fixed examples stands in the unit tests beside the formulas. Whole backtests against a second computation from the
//! CSV files: `scripts/forecast_reference.py`.

use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;

use salesctl::forecast::aalen_johansen;
use salesctl::statistics::{Survival, binomial_tail, chi_square_tail, wilson};

use crate::import::maven_forecast::{imported, said};
use crate::import::{shared, skipped};

/// What a script prints; `SALESCTL_PYTHON` may name the Python that runs it.
pub(crate) fn answers(script: &str, arguments: &[&Path]) -> Option<Json> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/scripts")
        .join(script);
    let python = std::env::var_os("SALESCTL_PYTHON").unwrap_or_else(|| "python3".into());
    let Ok(output) = Command::new(&python).arg(script).args(arguments).output() else {
        skipped("python3 is not there; SALESCTL_PYTHON may name it");
        return None;
    };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(serde_json::from_slice(&output.stdout).expect("JSON"))
}

fn number(json: &Json) -> f64 {
    json.as_f64().expect("a number")
}

fn count(json: &Json) -> usize {
    usize::try_from(json.as_u64().expect("a count")).expect("a small one")
}

/// The examples of one formula; none, and a message, where the package is not there.
fn examples<'a>(answers: &'a Json, name: &str) -> &'a [Json] {
    let found = answers[name].as_array();
    if found.is_none() {
        skipped(&format!("{name}: missing {}", answers["missing"]));
    }
    found.map_or(&[], Vec::as_slice)
}

fn near(what: &str, found: f64, expected: f64, within: f64) {
    assert!(
        (found - expected).abs() <= within,
        "{what}: {found} is not {expected}"
    );
}

#[test]
fn formulas_equal_those_of_packages() {
    let Some(answers) = answers("numerics.py", &[]) else {
        return;
    };
    for case in examples(&answers, "wilson") {
        let (low, high) = wilson(count(&case[0]), count(&case[1])).expect("an interval");
        near("wilson", low, number(&case[2]), 1e-9);
        near("wilson", high, number(&case[3]), 1e-9);
    }
    for case in examples(&answers, "chi_square") {
        let found = chi_square_tail(number(&case[0]), count(&case[1]));
        near("chi-square", found, number(&case[2]), 1e-9);
    }
    for case in examples(&answers, "binomial") {
        let found = binomial_tail(count(&case[0]), count(&case[1]), number(&case[2]));
        near("binomial", found, number(&case[3]), 1e-9);
    }
    // At the ends of an interval the tails beyond are what it leaves out.
    for case in examples(&answers, "beta") {
        let (won, n, tail) = (count(&case[0]), count(&case[1]), number(&case[2]));
        if won > 0 {
            let found = binomial_tail(won, n, number(&case[3]));
            near("beta, below", found, tail, 1e-9);
        }
        if won < n {
            let found = 1.0 - binomial_tail(won + 1, n, number(&case[4]));
            near("beta, above", found, tail, 1e-9);
        }
    }
    for case in examples(&answers, "kaplan_meier") {
        let mut survival = Survival::default();
        let days = case["days"].as_array().expect("days");
        for (days, ended) in days.iter().zip(case["ended"].as_array().expect("ends")) {
            let days = i32::try_from(count(days)).expect("a small one");
            survival.add(days, ended.as_bool().expect("yes or no"));
        }
        let curve = case["curve"].as_array().expect("a curve");
        let steps: Vec<(i32, f64)> = survival.steps().collect();
        assert_eq!(steps.len(), curve.len());
        for ((day, share), expected) in steps.into_iter().zip(curve) {
            assert_eq!(i64::from(day), expected[0].as_i64().expect("a day"));
            near("Kaplan-Meier", share, number(&expected[1]), 1e-9);
        }
    }
    for case in examples(&answers, "aalen_johansen") {
        let times = case["times"].as_array().expect("times");
        let causes = case["causes"].as_array().expect("causes");
        let observed: Vec<(f64, Option<u8>)> = times
            .iter()
            .zip(causes)
            .map(|(time, cause)| {
                (
                    number(time),
                    u8::try_from(count(cause)).ok().filter(|of| *of > 0),
                )
            })
            .collect();
        let steps = aalen_johansen(&observed, 1);
        let expected = case["steps"].as_array().expect("steps");
        assert_eq!(steps.len(), expected.len());
        for ((time, incidence), expected) in steps.into_iter().zip(expected) {
            near("a time", time, number(&expected[0]), 0.0);
            near("Aalen-Johansen", incidence, number(&expected[1]), 1e-9);
        }
    }
}

/// One history by both: every figure of every method that the script gives. Both are exact but for rounding; the
/// coefficients of the logistic, which others build on, are found by steps until none is above 1e-9.
fn holds(answer: &Json, workspace: &Path, as_of: &str) {
    let flags = ["--days", "30", "--origins", "104", "--json"];
    let backtest = [&["forecast", "backtest"], &flags[..]].concat();
    let printed = said(workspace, as_of, &backtest);
    let printed: Json = serde_json::from_slice(&printed).expect("JSON");
    assert_eq!(printed["n"], answer["origins"]);
    let methods = answer["methods"].as_object().expect("methods");
    assert_eq!(methods.len(), 7);
    for (method, scores) in methods {
        let mut rows = printed["rows"].as_array().expect("rows").iter();
        let row = rows
            .find(|row| row["method"] == *method)
            .expect("a row of each");
        let within = match method.as_str() {
            "logistic" | "ensemble" | "chosen" => 1e-6,
            _ => 1e-9,
        };
        for (score, expected) in scores.as_object().expect("scores") {
            let name = match score.as_str() {
                "brier" => "brier".to_string(),
                share => format!("{share}_share"),
            };
            let what = format!("{score} of {method}");
            near(&what, number(&row[name]), number(expected), within);
        }
    }
}

#[test]
fn backtests_equal_a_second_computation() {
    let (Some(maven), Some(skygeni)) = (shared("maven-crm"), shared("skygeni")) else {
        return;
    };
    let data = maven.parent().expect("a folder");
    let Some(answers) = answers("forecast_reference.py", &[data]) else {
        return;
    };
    if let Some(missing) = answers["missing"].as_str() {
        skipped(&format!("forecast_reference.py: missing {missing}"));
        return;
    }
    let file = maven.join("sales_pipeline.csv");
    let workspace = imported("maven-crm", &file, "2017-12-31");
    holds(&answers["maven-crm"], workspace.path(), "2017-12-31");
    let file = skygeni.join("skygeni_sales_data.csv");
    let workspace = imported("skygeni", &file, "2024-07-28");
    holds(&answers["skygeni"], workspace.path(), "2024-07-28");
}
