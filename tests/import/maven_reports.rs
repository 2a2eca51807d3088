//! Six reports on the real export, as of days in its middle and after its end, against a script
//! that reads nothing but the CSV.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;

use super::{shared, skipped};

fn salesctl(folder: &Path, args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_salesctl"))
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .env("SALESCTL_TODAY", "2018-01-15")
        .output()
        .expect("the program runs");
    assert!(
        output.status.success(),
        "{args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn rows(folder: &Path, args: &[&str], as_of: &str) -> Vec<Json> {
    let mut all = vec!["report"];
    all.extend(args);
    all.extend(["--as-of", as_of, "--json"]);
    let answer: Json = serde_json::from_str(&salesctl(folder, &all)).expect("JSON");
    answer["rows"].as_array().expect("rows").clone()
}

/// Every figure of `expected` is in `found`, numbers to nine digits.
fn agrees(what: &str, found: &Json, expected: &Json) {
    for (name, figure) in expected.as_object().expect("figures") {
        let same = match (found[name].as_f64(), figure.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * b.abs().max(1.0),
            _ => found[name] == *figure,
        };
        assert!(same, "{what}.{name}: {} is not {figure}", found[name]);
    }
}

/// Every line of win rates by one and by two dimensions.
fn grouped(folder: &Path, truth: &Json, as_of: &str) {
    for (by, expected) in truth["win_rate_by"].as_object().expect("dimensions") {
        let found = rows(folder, &["win-rate", "--by", by], as_of);
        let expected = expected.as_object().expect("groups");
        assert_eq!(found.len(), expected.len(), "{by}");
        for row in &found {
            let names = by.split(',').map(|by| row[by].as_str().expect("a name"));
            let name = names.collect::<Vec<_>>().join("/");
            let figures = &expected[&name];
            agrees(&name, row, figures);
            // All of them: beside the names of its group, a row has nothing else.
            let columns = row.as_object().expect("a row").len();
            let dimensions = by.split(',').count();
            assert_eq!(
                columns,
                figures.as_object().map_or(0, serde_json::Map::len) + dimensions
            );
        }
        // Titles of what was imported are its names.
        assert!(found.len() >= 7, "{by}");
    }
}

/// Losses, each of them unrecorded and from the one stage that is told.
fn losses(folder: &Path, truth: &Json, as_of: &str) {
    let all = rows(folder, &["losses"], as_of);
    assert_eq!(all.len(), 2);
    agrees("losses", &all[0], &truth["losses"]);
    agrees("losses from a stage", &all[1], &truth["losses"]);
    assert_eq!(
        (&all[0]["level"], &all[1]["level"]),
        (&Json::from("reason"), &Json::from("stage"))
    );
    assert_eq!(all[0]["reason"], "unrecorded");
    assert_eq!(all[1]["stage"], "engaging");
    let by_product = rows(folder, &["losses", "--by", "product"], as_of);
    let expected = truth["losses_by_product"].as_object().expect("products");
    assert_eq!(by_product.len(), 2 * expected.len());
    for row in &by_product {
        let product = row["product"].as_str().expect("a product");
        agrees(product, row, &expected[product]);
    }
    let quarter = rows(folder, &["losses", "--period", "2017-Q2"], as_of);
    agrees("losses of a quarter", &quarter[0], &truth["losses_q2"]);
}

#[test]
fn reports_equal_an_independent_computation() {
    let Some(data) = shared("maven-crm") else {
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts/maven_reports.py");
    if Command::new("python3").arg("--version").output().is_err() {
        skipped("python3 is not there");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/maven-crm");
    for name in ["process.toml", "deals.map.toml"] {
        fs::copy(example.join(name), folder.join(name)).expect("a copy");
    }
    salesctl(folder, &["init"]);
    let file = data.join("sales_pipeline.csv");
    let file = file.to_str().expect("a path");
    let rejects = folder.join("rejects.csv");
    let rejects = rejects.to_str().expect("a path");
    let import = [
        "import",
        "deals",
        file,
        "--map",
        "deals.map.toml",
        "--rejects",
        rejects,
        "--json",
    ];
    let first: Json = serde_json::from_str(&salesctl(folder, &import)).expect("JSON");
    assert_eq!(first["rows"][3]["new"], 8_800);
    let again: Json = serde_json::from_str(&salesctl(folder, &import)).expect("JSON");
    assert_eq!(again["rows"][3]["known"], 8_800);
    assert_eq!(again["rows"][3]["batch"], Json::Null);

    let all: Json = serde_json::from_str(&salesctl(folder, &["deal", "list", "--all", "--json"]))
        .expect("JSON");
    let deals = all["rows"].as_array().expect("rows");
    let of = |state: &'static str| deals.iter().filter(move |deal| deal["state"] == state);
    assert_eq!(
        (of("won").count(), of("lost").count(), of("open").count()),
        (4_238, 2_473, 2_089)
    );
    assert_eq!(deals.len(), 8_800);
    let won: i64 = of("won")
        .filter_map(|deal| deal["value_minor"].as_i64())
        .sum();
    assert_eq!(won, 1_000_553_400);

    for as_of in ["2017-06-30", "2017-12-31"] {
        let output = Command::new("python3")
            .arg(&script)
            .arg(&data)
            .arg(as_of)
            .output()
            .expect("python3 runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let truth: Json = serde_json::from_slice(&output.stdout).expect("JSON");
        let one = |args: &[&str], at: usize| rows(folder, args, as_of).swap_remove(at);
        agrees("win-rate", &one(&["win-rate"], 0), &truth["win_rate"]);
        let funnel = ["funnel", "--from-stage", "engaging"];
        agrees("funnel", &one(&funnel, 0), &truth["funnel"]);
        agrees("durations", &one(&["durations"], 1), &truth["durations"]);
        agrees("velocity", &one(&["velocity"], 0), &truth["velocity"]);
        agrees("pipeline", &one(&["pipeline"], 1), &truth["pipeline"]);
        grouped(folder, &truth, as_of);
        losses(folder, &truth, as_of);
        let scorecard = rows(folder, &["scorecard"], as_of);
        let reps = truth["scorecard"].as_object().expect("reps");
        for (title, expected) in reps {
            let row = scorecard.iter().find(|row| row["rep"] == title.as_str());
            agrees(title, row.expect("a line of the rep"), expected);
        }
        assert!(reps.len() >= 25, "{}", reps.len());
    }

    breaks_by_the_calendar_only(folder);
    no_field_tells(folder);

    // Taken back as a unit, nothing of it is left.
    salesctl(folder, &["undo"]);
    let left: Json = serde_json::from_str(&salesctl(folder, &["deal", "list", "--all", "--json"]))
        .expect("JSON");
    assert_eq!(left["n"], 0);
    salesctl(folder, &["doctor"]);
}

/// Nothing that is known of a deal tells whether it is won. `scipy.stats.chi2_contingency`: p = 0.2639 over 30 reps.
fn no_field_tells(folder: &Path) {
    let asked = ["forecast", "evidence", "--as-of", "2017-12-31"];
    let json = salesctl(folder, &[&asked[..], &["--json"]].concat());
    let answer: Json = serde_json::from_str(&json).expect("JSON");
    let rows = answer["rows"].as_array().expect("rows");
    let fields: Vec<&str> = rows
        .iter()
        .filter_map(|row| row["field"].as_str())
        .collect();
    for field in ["owner", "product", "sector"] {
        assert!(fields.contains(&field), "{fields:?}");
    }
    for row in rows {
        let verdict = row["verdict"].as_str().expect("a verdict");
        assert_ne!(verdict, "tells", "{row}");
        assert_eq!(verdict == "no evidence", row["p"].is_number(), "{row}");
    }
    let owner = rows.iter().find(|row| row["field"] == "owner");
    let p = owner.and_then(|row| row["p"].as_f64()).expect("a p value");
    assert!((p - 0.2639).abs() < 5e-5, "{p}");
    let shown = salesctl(folder, &asked);
    let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    for expected in [
        "no evidence: none of the 3 fields that could be tested tells won from lost",
        "the base rate is 63 % (62–64 %; 4,238 of 6,711 decided deals were won)",
    ] {
        assert!(words.contains(expected), "{expected} is not in\n{shown}");
    }
}

/// The reps' win rates span 15 points and are alike for all that can be known; the month of the quarter
/// is what tells wins from losses. `scipy.stats.chi2_contingency`: p = 0.2639 over 30 reps, 563.8 over the months.
fn breaks_by_the_calendar_only(folder: &Path) {
    let rows = rows(folder, &["breakdown", "--period", "2017"], "2017-12-31");
    let verdict = |stage: &str| {
        let mut whole = rows.iter().filter(|row| row["dimension"].is_null());
        let row = whole.find(|row| row["stage"] == stage);
        row.expect("the step")["verdict"].clone()
    };
    assert_eq!(verdict("prospecting"), "insufficient_history");
    assert_eq!(verdict("engaging"), "calendar");
    let reps: Vec<&Json> = rows
        .iter()
        .filter(|row| row["dimension"] == "rep")
        .collect();
    assert_eq!(reps.len(), 30);
    assert!(rows.iter().all(|row| row["finding"].is_null()));
    let shrunk = |row: &&Json| row["shrunk_share"].as_f64().expect("a share");
    assert!(reps.iter().all(|row| (0.62..0.641).contains(&shrunk(row))));

    let args = [
        "report",
        "breakdown",
        "--period",
        "2017",
        "--as-of",
        "2017-12-31",
        "--explain",
    ];
    let explained = salesctl(folder, &args);
    let explained = explained.split_whitespace().collect::<Vec<_>>().join(" ");
    for expected in [
        "engaging by rep 0.2639 0.73",
        "engaging month, chi-square 563.8 0.0000",
        "49 % in month 1 of the quarter, 81 % in month 3",
    ] {
        assert!(
            explained.contains(expected),
            "{expected} is not in\n{explained}"
        );
    }
}
