//! `report conformance` against optimal alignments on a real log, and against a second computation from the tables of the
//! store; both by scripts, where Python, its packages and the data are there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;

use crate::import::{shared, skipped};
use crate::sandbox::Sandbox;

/// What a script prints; `SALESCTL_PYTHON` may name the Python that runs it.
fn answer(script: &str, arguments: &[&Path]) -> Option<Json> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/scripts")
        .join(script);
    let python = std::env::var_os("SALESCTL_PYTHON").unwrap_or_else(|| "python3".into());
    let Ok(output) = Command::new(python).arg(script).args(arguments).output() else {
        skipped("python3 is not there; SALESCTL_PYTHON may name it");
        return None;
    };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let answer: Json = serde_json::from_slice(&output.stdout).expect("JSON");
    if let Some(missing) = answer["missing"].as_str() {
        skipped(&format!(
            "{missing} is not there; SALESCTL_PYTHON may name a Python that has it"
        ));
        return None;
    }
    Some(answer)
}

/// What the tables of the store say must be what the report says.
fn same_as_tables(sandbox: &mut Sandbox, as_of: &str) {
    let store = sandbox.store();
    let Some(tables) = answer("conformance_sql.py", &[&store, Path::new(as_of)]) else {
        return;
    };
    let report = sandbox.sh("salesctl report conformance --json").ok().json();
    let row = report["rows"][0].as_object().expect("one row");
    for (name, value) in tables["row"].as_object().expect("an object") {
        assert_eq!(row.get(name), Some(value), "{name}: {report:#}");
    }
    for (name, value) in row.iter().filter(|(name, _)| name.ends_with("_times")) {
        let none = Json::from(0);
        let theirs = tables["row"].get(name).unwrap_or(&none);
        assert_eq!(value, theirs, "{name}");
    }
    let paths = sandbox
        .sh("salesctl report conformance --paths --limit 100000 --json")
        .ok()
        .json();
    let ours: BTreeMap<String, Json> = paths["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| {
            (
                row["path"].as_str().expect("a path").to_string(),
                row["n"].clone(),
            )
        })
        .collect();
    let theirs: BTreeMap<String, Json> =
        serde_json::from_value(tables["paths"].clone()).expect("paths");
    assert_eq!(ours, theirs);
}

/// Cases, how many of them fit by an optimal alignment, and of how many the report says the same. The process declares what
/// was seen in the ten most frequent variants of half of the cases; the other half is judged.
fn agreement(log: &Path) -> Option<(Sandbox, [usize; 3])> {
    let mut sandbox = Sandbox::empty();
    let truth = answer("conformance.py", &[log, &sandbox.path("")])?;
    sandbox.sh("salesctl init").ok();
    let import = "salesctl import history log.csv --map log.map.toml --create-deals --create all";
    sandbox.sh(import).ok();
    let report = sandbox
        .sh("salesctl report conformance --deals --json")
        .ok()
        .json();
    let deviating: Vec<&str> = report["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .filter(|row| row["conforming"] == false)
        .filter_map(|row| row["account"].as_str())
        .collect();
    let cases = truth["cases"].as_object().expect("cases");
    let (mut same, mut fitting) = (0, 0);
    for (case, fits) in cases {
        fitting += usize::from(*fits == true);
        same += usize::from(*fits != deviating.contains(&case.as_str()));
    }
    assert_eq!(report["n"], cases.len());
    Some((sandbox, [cases.len(), fitting, same]))
}

#[test]
fn allowed_moves_say_the_same_as_alignments() {
    let Some(data) = shared("helpdesk") else {
        return;
    };
    let Some((mut sandbox, [cases, fitting, same])) = agreement(&data.join("helpdesk.csv")) else {
        return;
    };
    // 1,872 cases, of which 1,755 fit: enough of either to tell a rule that says the same of all.
    assert_eq!((cases, fitting), (1_872, 1_755));
    assert!(
        same >= 1_798,
        "{same} of 1872 verdicts are the same, 96 % are promised"
    );
    same_as_tables(&mut sandbox, "2026-11-21");
}

/// The same on logs of made processes with loops, skips, choices, work side by side, and cases that go wrong.
#[test]
fn allowed_moves_say_the_same_as_alignments_on_made_logs() {
    let folder = Sandbox::empty();
    let Some(logs) = answer("made_logs.py", &[&folder.path("")]) else {
        return;
    };
    for (name, file) in logs.as_object().expect("logs") {
        let log = folder.path(file.as_str().expect("a file"));
        let Some((_, [cases, fitting, same])) = agreement(&log) else {
            return;
        };
        assert!(
            fitting > cases / 2 && fitting < cases * 99 / 100,
            "{name}: {fitting} of {cases} fit"
        );
        assert!(same * 100 >= cases * 96, "{name}: {same} of {cases}");
    }
}

#[test]
fn a_demo_counts_the_same_from_its_tables() {
    let mut sandbox = Sandbox::empty();
    sandbox.sh("salesctl demo .").ok();
    same_as_tables(&mut sandbox, "2026-11-21");
    // A process that asks more judges what comes: days for a demonstration instead of weeks, a step more there, and
    // from the proposal only one way back.
    let file = sandbox.path("process.toml");
    let mut text = fs::read_to_string(&file).expect("a process");
    for (was, is) in [
        ("limit = \"5w\"", "limit = \"15d\""),
        (
            "  { name = \"demo\",",
            "  { name = \"dry_run\", why = \"w\" },\n  { name = \"demo\",",
        ),
        (
            "name = \"propose\"",
            "name = \"propose\"\nback = [\"qualify\"]",
        ),
    ] {
        assert_eq!(text.matches(was).count(), 1, "{was}");
        text = text.replace(was, is);
    }
    fs::write(&file, text).expect("written");
    sandbox
        .sh("salesctl process apply --why 'less waiting'")
        .ok();
    let open = sandbox
        .sh("salesctl deal list --where \"stage = 'demonstrate' or stage = 'propose'\" --json")
        .ok()
        .json();
    let open: Vec<String> = open["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row["id"].as_str().expect("an id").to_string())
        .collect();
    assert!(open.len() > 20, "{}", open.len());
    for (at, deal) in open.iter().enumerate() {
        let line = match at % 4 {
            0 => "advance DEAL --override tried",
            1 => "back DEAL",
            2 => "lose DEAL --reason price",
            _ => continue,
        };
        let line = line.replace("DEAL", deal);
        sandbox.sh(&format!("salesctl deal {line}")).ok();
    }
    let row = &sandbox.sh("salesctl report conformance --json").ok().json()["rows"][0];
    assert!(row["missing_step_deals"].as_u64() > Some(3), "{row:#}");
    same_as_tables(&mut sandbox, "2026-11-21");
}
