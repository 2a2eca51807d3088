//! Forecasts on two public histories, without hindsight, against what is demanded of them.

use std::fs;
use std::path::Path;
use std::process::Command;

use salesctl::forecast::{Backtest, How, Panel, Past, Score, backtest, forecast_needs};
use salesctl::id::Ids;
use salesctl::store::{Access, Store};

use super::{day, process, shared};

/// Imports a file of deals by an example's process and mapping, and replays all origins that are over by a day.
fn replayed(example: &str, file: &Path, as_of: &str) -> Backtest {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let example = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(example);
    for name in ["process.toml", "deals.map.toml"] {
        fs::copy(example.join(name), folder.join(name)).expect("a copy");
    }
    let file = file.to_str().expect("a path");
    let import = [
        "import",
        "deals",
        file,
        "--map",
        "deals.map.toml",
        "--create",
        "all",
    ];
    for args in [&["init"][..], &import[..]] {
        let output = Command::new(env!("CARGO_BIN_EXE_salesctl"))
            .args(args)
            .current_dir(folder)
            .env_clear()
            .env("HOME", folder)
            .env("SALESCTL_TODAY", as_of)
            .output()
            .expect("the program runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {said}");
    }
    let store = folder.join("sales.db");
    let store = Store::open(&store, Access::Read, Ids::seeded(1)).expect("a store");
    let text = fs::read_to_string(example.join("process.toml")).expect("a process");
    let process = process(&text);
    let book = store
        .book(&process, day(as_of), &forecast_needs(&process))
        .expect("a Book");
    let past = Past::new(&process, &book);
    let panel = Panel::new(&past, 30);
    backtest(
        &panel,
        How {
            origins: 104,
            every: 1,
        },
    )
}

fn shown(what: &str, score: Score) -> String {
    let figure = |figure: Option<f64>| figure.map_or("-".into(), |figure| format!("{figure:.4}"));
    format!(
        "{what:15} {:3} WAPE {} open {} bias {} Brier {} ECE {}",
        score.origins,
        figure(score.wape),
        figure(score.open_wape),
        figure(score.bias),
        figure(score.brier),
        figure(score.calibration_error)
    )
}

fn summary(backtest: &Backtest) -> String {
    let mut lines: Vec<String> = backtest
        .scores()
        .into_iter()
        .map(|(method, score)| shown(method, score))
        .collect();
    lines.push(shown("chosen", backtest.chosen()));
    lines.push(format!("{:?}", backtest.range()));
    lines.join("\n")
}

/// At most so much of an error.
fn within(what: &str, found: Option<f64>, most: f64, summary: &str) {
    assert!(
        found.is_some_and(|found| found <= most),
        "{what}: {found:?}, {most} is asked\n{summary}"
    );
}

#[test]
fn total_and_open_pipeline_of_the_hardware_seller() {
    let Some(data) = shared("maven-crm") else {
        return;
    };
    let backtest = replayed("maven-crm", &data.join("sales_pipeline.csv"), "2017-12-31");
    let (chosen, lines) = (backtest.chosen(), summary(&backtest));
    assert_eq!(chosen.origins, 20, "{lines}");
    within("WAPE", chosen.wape, 0.14, &lines);
    within("open", chosen.open_wape, 0.40, &lines);
    within("Brier", chosen.brier, 0.100, &lines);
    within("ECE", chosen.calibration_error, 0.03, &lines);
    no_worse_than_the_default(&backtest, &lines);
    let coverage = backtest.range().coverage;
    assert!(coverage.is_some_and(|share| share >= 0.75), "{lines}");
}

#[test]
fn total_and_open_pipeline_of_the_software_seller() {
    let Some(data) = shared("skygeni") else {
        return;
    };
    let file = data.join("skygeni_sales_data.csv");
    let backtest = replayed("skygeni", &file, "2024-07-28");
    let (chosen, lines) = (backtest.chosen(), summary(&backtest));
    assert_eq!(chosen.origins, 57, "{lines}");
    within("WAPE", chosen.wape, 0.14, &lines);
    within("open", chosen.open_wape, 0.08, &lines);
    within("ECE", chosen.calibration_error, 0.03, &lines);
    no_worse_than_the_default(&backtest, &lines);
    let coverage = backtest.range().coverage;
    assert!(
        coverage.is_some_and(|share| (0.75..=0.90).contains(&share)),
        "{lines}"
    );
}

fn no_worse_than_the_default(backtest: &Backtest, lines: &str) {
    let scores = backtest.scores();
    let cohort = scores.iter().find(|(method, _)| *method == "cohort");
    let cohort = cohort.and_then(|(_, score)| score.wape).expect("a score");
    within("default", backtest.chosen().wape, cohort + 0.05, lines);
}
