//! Event logs out and in: what `export log` writes is what other programs read, `process discover` finds in it
//! what was put there, and `import history` makes of it the same visits. Every broken log has its sample, with
//! its exact message beside it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use crate::import::{shared, skipped};
use crate::numerics::answers;
use crate::sandbox::Sandbox;

/// The demo with its log in both formats, as `log.xes.gz`, `log.xes` and `log.csv`.
fn demo() -> Sandbox {
    let mut sandbox = Sandbox::empty();
    assert_eq!(sandbox.line("salesctl demo .").1, 0);
    for name in ["log.xes.gz", "log.xes", "log.csv"] {
        sandbox.run(&["export", "log", "-o", name]).ok();
    }
    sandbox
}

/// From, to, how often.
fn moves(sandbox: &mut Sandbox, log: &str) -> Vec<(String, String, u64)> {
    let answer = sandbox
        .run(&["process", "discover", log, "--moves", "--json"])
        .ok()
        .json();
    let rows = answer["rows"].as_array().expect("rows");
    let mut moves: Vec<_> = rows
        .iter()
        .map(|row| {
            let text = |key: &str| row[key].as_str().expect("a text").to_string();
            (
                text("from"),
                text("to"),
                row["n"].as_u64().expect("a count"),
            )
        })
        .collect();
    moves.sort();
    moves
}

fn triples(json: &Json) -> Vec<(String, String, u64)> {
    let rows = json.as_array().expect("rows");
    rows.iter()
        .map(|row| {
            let text = |at: usize| row[at].as_str().expect("a text").to_string();
            (text(0), text(1), row[2].as_u64().expect("a count"))
        })
        .collect()
}

/// Deal, place, stage, days, how it ended.
type Visit = (String, i64, String, Option<i32>, Option<i32>, String);

/// The visits of all deals.
fn visits(folder: &Path, key: &str) -> Vec<Visit> {
    let store = rusqlite::Connection::open(folder.join("sales.db")).expect("a store");
    let mut statement = store.prepare(key).expect("SQL");
    let rows = statement.query_map([], |row| {
        Ok((
            row.get(0)?,
            row.get(1)?,
            row.get(2)?,
            row.get(3)?,
            row.get(4)?,
            row.get(5)?,
        ))
    });
    rows.expect("rows").map(|row| row.expect("a row")).collect()
}

#[test]
fn a_log_comes_back_as_the_same_process_and_the_same_visits() {
    let mut sandbox = demo();
    // The stages of the demo in their order, and no move but its own.
    let written = fs::read_to_string(sandbox.folder().join("process.toml")).expect("a process");
    let parsed: toml::Table = written.parse().expect("TOML");
    let stages: Vec<String> = parsed["stage"]
        .as_array()
        .expect("stages")
        .iter()
        .map(|stage| stage["name"].as_str().expect("a name").to_string())
        .collect();
    sandbox
        .run(&[
            "process",
            "discover",
            "log.xes.gz",
            "--min-share",
            "0",
            "-o",
            "other/process.toml",
        ])
        .exits(2);
    fs::create_dir(sandbox.folder().join("other")).expect("a folder");
    sandbox
        .run(&[
            "process",
            "discover",
            "log.xes.gz",
            "--min-share",
            "0",
            "-o",
            "other/process.toml",
        ])
        .ok()
        .says(&stages.join(" → "))
        .says("100.0 % of the moves");
    let found = moves(&mut sandbox, "log.xes");
    assert_eq!(found, moves(&mut sandbox, "log.csv"));
    let folder = sandbox.folder().to_path_buf();
    let mut by_store: BTreeMap<(String, String), u64> = BTreeMap::new();
    let of_deals = "SELECT s.handle, v.n, v.stage, v.entered, v.left_day, v.how
                    FROM visit v JOIN stream s ON s.id = v.deal ORDER BY s.handle, v.n";
    let own = visits(&folder, of_deals);
    assert!(own.len() > 1000, "{}", own.len());
    for pair in own.windows(2) {
        let [(deal, _, from, _, _, how), (next, _, to, ..)] = pair else {
            continue;
        };
        if deal == next && !["won", "lost"].contains(&how.as_str()) {
            *by_store.entry((from.clone(), to.clone())).or_default() += 1;
        }
    }
    for (_, _, stage, _, _, how) in &own {
        if how == "won" || how == "lost" {
            *by_store.entry((stage.clone(), how.clone())).or_default() += 1;
        }
    }
    let by_store: Vec<_> = by_store.into_iter().map(|((a, b), n)| (a, b, n)).collect();
    let is_reopening = |from: &str| from == "won" || from == "lost";
    let found: Vec<_> = found
        .into_iter()
        .filter(|(from, ..)| !is_reopening(from))
        .collect();
    assert_eq!(found, by_store);

    sandbox.line("cd other");
    sandbox.run(&["process", "fmt", "--check"]).ok();
    sandbox.run(&["init"]).ok();
    sandbox
        .run(&[
            "import",
            "history",
            "../log.xes.gz",
            "--create-deals",
            "--create",
            "all",
        ])
        .ok();
    let of_import = "SELECT substr(i.external, 4), v.n, v.stage, v.entered, v.left_day, v.how
                     FROM visit v JOIN imported i ON i.deal = v.deal ORDER BY i.external, v.n";
    assert_eq!(own, visits(&folder.join("other"), of_import));
    // The same again, and as a table: known.
    for log in ["../log.xes", "../log.csv"] {
        sandbox
            .run(&["import", "history", log, "--create-deals"])
            .ok()
            .says("nothing new: nothing written");
    }
    // And out again: the same moves.
    sandbox.run(&["export", "log", "-o", "again.xes"]).ok();
    let again: Vec<_> = moves(&mut sandbox, "again.xes")
        .into_iter()
        .filter(|(from, ..)| !is_reopening(from))
        .collect();
    assert_eq!(again, by_store);
}

/// What a log tells, deal by deal; ids are of the store it is from, so deals are in the order of what they tell.
fn told(log: &Path) -> Vec<Vec<BTreeMap<String, String>>> {
    let mut rows = csv::Reader::from_path(log).expect("a log");
    let mut deals: BTreeMap<String, Vec<BTreeMap<String, String>>> = BTreeMap::new();
    for row in rows.deserialize() {
        let mut row: BTreeMap<String, String> = row.expect("a row");
        let case = row.remove("case").expect("a case");
        // Of a deal that came by a log this is the id in the other store.
        row.remove("external");
        deals.entry(case).or_default().push(row);
    }
    let mut deals: Vec<_> = deals.into_values().collect();
    deals.sort();
    deals
}

#[test]
fn our_own_log_comes_back_whole() {
    let mut sandbox = demo();
    let folder = sandbox.folder().to_path_buf();
    let judged = |sandbox: &mut Sandbox| {
        let report = sandbox
            .run(&["report", "conformance", "--json"])
            .ok()
            .json();
        let mut row = report["rows"][0].as_object().expect("one row").clone();
        // A log of moves and steps has no follow-ups.
        row.retain(|name, _| !name.starts_with("follow_up_"));
        row
    };
    let own = judged(&mut sandbox);
    assert!(own["override_times"].as_u64() > Some(40), "{own:?}");
    let mut expected = told(&folder.join("log.csv"));
    let rows = || {
        ["step", "back"].map(|kind| {
            expected
                .iter()
                .flatten()
                .filter(move |row| row["salesctl_kind"] == kind)
        })
    };
    assert!(rows().into_iter().all(|rows| rows.count() > 10));
    let mut by_others = 0;
    for row in expected.iter_mut().flatten() {
        // Until when a deal is on hold no log tells: it comes back open.
        if row["outcome"] == "hold" {
            row.insert("outcome".into(), "open".into());
        }
        // What a file told was done by nobody here: whose the deal is stands for it.
        by_others += usize::from(row["resource"] != row["rep"]);
        let rep = row["rep"].clone();
        row.insert("resource".into(), rep);
    }
    expected.sort();
    for (other, log) in [("x", "log.xes.gz"), ("c", "log.csv")] {
        fs::create_dir(folder.join(other)).expect("a folder");
        fs::copy(
            folder.join("process.toml"),
            folder.join(other).join("process.toml"),
        )
        .expect("copied");
        sandbox.line(&format!("cd {}", folder.join(other).display()));
        sandbox.run(&["init"]).ok();
        sandbox
            .run(&[
                "import",
                "history",
                &format!("../{log}"),
                "--create-deals",
                "--create",
                "all",
            ])
            .ok()
            .says(&format!(
                "{by_others} events by somebody else than the deal's owner: who is not kept"
            ));
        sandbox.run(&["export", "log", "-o", "again.csv"]).ok();
        assert_eq!(
            told(&folder.join(other).join("again.csv")),
            expected,
            "{log}"
        );
        assert_eq!(judged(&mut sandbox), own, "{log}");
        sandbox
            .run(&[
                "import",
                "history",
                "again.csv",
                "--create-deals",
                "--dry-run",
            ])
            .ok()
            .says("it would make the history of 0 deals");
        sandbox
            .run(&["import", "history", &format!("../{log}")])
            .ok()
            .says("nothing new: nothing written");
    }
}

/// A log calls deals by their handles: in the workspace it is from, they are these deals.
#[test]
fn our_own_log_changes_nothing_at_home() {
    let mut sandbox = demo();
    let deals = |sandbox: &mut Sandbox| {
        sandbox
            .run(&["deal", "list", "--all", "--json"])
            .ok()
            .json()
    };
    let before = deals(&mut sandbox);
    for log in ["log.csv", "log.xes.gz"] {
        sandbox
            .run(&[
                "import",
                "history",
                log,
                "--create-deals",
                "--create",
                "all",
            ])
            .exits(1)
            .says("× the deal was moved here, by demo on ")
            .says("nothing new: nothing written")
            .warns("no row could be taken");
        assert_eq!(deals(&mut sandbox), before, "{log}");
    }
}

/// Deals that a file told of, some of it without a date: their own log knows no more, and loses nothing.
#[test]
fn the_own_log_of_imported_deals_is_known() {
    let mut sandbox = Sandbox::workspace();
    let folder = sandbox.folder().to_path_buf();
    let map = "[deals]\nid = \"id\"\nstage = \"stage\"\noutcome = \"outcome\"\nopened = \"opened\"\n\
               closed = \"closed\"\n[deals.entered]\nqualify = \"q\"\n";
    let file = "id,stage,outcome,opened,closed,q\n\
                1,demonstrate,open,2026-01-01,,2026-01-05\n\
                2,demonstrate,won,2026-01-01,2026-02-01,\n\
                3,demonstrate,lost,2026-01-01,,2026-01-05\n\
                4,qualify,open,2026-01-01,,2026-01-05\n";
    fs::write(folder.join("d.map.toml"), map).expect("written");
    fs::write(folder.join("d.csv"), file).expect("written");
    sandbox
        .run(&["import", "deals", "d.csv", "--map", "d.map.toml"])
        .ok();
    sandbox
        .run(&["export", "log", "-o", "own.csv"])
        .ok()
        .says("4 events of 4 deals");
    sandbox
        .run(&["import", "history", "own.csv", "--create-deals"])
        .ok()
        .says("already known          4")
        .says("nothing new: nothing written");
    // Repaired by hand it tells more, of the same deal.
    let own = fs::read_to_string(folder.join("own.csv")).expect("a log");
    let first = own
        .lines()
        .find(|line| line.contains(",qualify,"))
        .expect("a row");
    let more = first.replace(",qualify,2026-01-05", ",demonstrate,2026-01-09");
    fs::write(folder.join("own.csv"), format!("{own}{more}\n")).expect("written");
    sandbox
        .run(&["import", "history", "own.csv", "--create-deals"])
        .ok()
        .says("made the history of 1 deal ");
    let n = &sandbox
        .run(&["deal", "list", "--all", "--json"])
        .ok()
        .json()["n"];
    assert_eq!(*n, 4);
}

/// What a log tells of a case without one of its rows is another story: nothing of the case is taken, and
/// all of it is there to be repaired.
#[test]
fn a_case_with_a_rejected_row_is_rejected_whole() {
    let mut sandbox = Sandbox::workspace();
    let folder = sandbox.folder().to_path_buf();
    let log = "case,activity,timestamp\n\
               1,qualify,2026-01-01\n\
               1,demonstrat,2026-01-02\n\
               1,propose,2026-01-03\n\
               2,qualify,2026-01-01\n\
               3,qualify,2026-01-01\n\
               3,propose\n\
               1,won,2026-01-04\n";
    fs::write(folder.join("l.csv"), log).expect("written");
    sandbox
        .run(&["import", "history", "l.csv", "--create-deals", "--details"])
        .ok()
        .says("new                    1")
        .says("rejected               6   4 × another row of its case is rejected")
        .says("line 2       rejected  another row of its case is rejected: line 3")
        .says("line 3       rejected  no stage is called `demonstrat`")
        .says("line 6       rejected  another row of its case is rejected: line 7")
        .says("made the history of 1 deal ");
    sandbox
        .run(&["import", "retry", "l.rejects.csv"])
        .exits(3)
        .warns("salesctl import history l.rejects.csv takes the rows of a log");
    let rejects = folder.join("l.rejects.csv");
    let repaired = fs::read_to_string(&rejects)
        .expect("rejects")
        .replace(",1,demonstrat,", ",1,demonstrate,")
        .replace(",3,propose", ",3,propose,2026-01-02");
    fs::write(&rejects, repaired).expect("written");
    sandbox
        .run(&["import", "history", "l.rejects.csv", "--create-deals"])
        .ok()
        .says("made the history of 2 deals ");
    let of_deals = "SELECT i.external, v.n, v.stage, v.entered, v.left_day, v.how
                    FROM visit v JOIN imported i ON i.deal = v.deal ORDER BY i.external, v.n";
    let stages: Vec<String> = visits(&folder, of_deals)
        .into_iter()
        .map(|(deal, _, stage, ..)| format!("{deal} {stage}"))
        .collect();
    let whole = [
        "id:1 qualify",
        "id:1 demonstrate",
        "id:1 propose",
        "id:2 qualify",
        "id:3 qualify",
        "id:3 propose",
    ];
    assert_eq!(stages, whole);
    // A later log with a row that can't be taken leaves a deal that is known as it is.
    fs::write(folder.join("l.csv"), log.replace("1,won,", "1,lost,")).expect("written");
    sandbox
        .run(&["import", "history", "l.csv", "--create-deals"])
        .ok()
        .says("nothing new: nothing written");
    assert_eq!(visits(&folder, of_deals).len(), whole.len());
}

#[test]
fn rejected_rows_without_a_place_stop_an_import_before_it_begins() {
    let mut sandbox = demo();
    let folder = sandbox.folder().to_path_buf();
    fs::write(
        folder.join("l.csv"),
        "case,activity,timestamp\n1,qualify,2024-01-01\n2,x,2024-01-02\n",
    )
    .expect("written");
    // What is in the way of a file, whoever runs the test: a folder of that name.
    fs::create_dir(folder.join("l.rejects.csv")).expect("a folder");
    let imports =
        |sandbox: &mut Sandbox| sandbox.run(&["import", "list", "--json"]).ok().json()["n"].clone();
    let before = imports(&mut sandbox);
    sandbox
        .run(&["import", "history", "l.csv", "--create-deals"])
        .exits(2)
        .warns("the rejected rows can't be written to `l.rejects.csv`")
        .warns("--rejects FILE names another place");
    assert_eq!(imports(&mut sandbox), before);
    sandbox
        .run(&[
            "import",
            "history",
            "l.csv",
            "--create-deals",
            "--rejects",
            "r.csv",
        ])
        .ok();
    assert!(folder.join("r.csv").exists());
}

#[test]
fn pm4py_reads_what_is_written() {
    let mut sandbox = demo();
    let folder = sandbox.folder().to_path_buf();
    for file in ["log.xes", "log.xes.gz"] {
        let (xes, csv) = (folder.join(file), folder.join("log.csv"));
        let Some(found) = answers("event_log.py", &[Path::new("compare"), &xes, &csv]) else {
            return;
        };
        if !found["missing"].is_null() {
            return skipped("pm4py is not there; SALESCTL_PYTHON may name a Python that has it");
        }
        for same in ["same_events", "same_order", "same_outcomes", "same_graph"] {
            assert_eq!(found[same], true, "{file} {same}: {found}");
        }
        assert_eq!(found["events"][0], found["events"][1]);
        assert_eq!(triples(&found["moves"]), moves(&mut sandbox, "log.xes"));
    }
}

/// Milliseconds as a draft says them.
fn long(millis: f64) -> String {
    let (n, unit) = match millis / 3_600_000.0 {
        hours if hours >= 24.0 => (hours / 24.0, "days"),
        hours => (hours, "hours"),
    };
    format!("{n:.1} {unit}")
}

fn grouped(n: u64) -> String {
    let digits = n.to_string();
    match digits.len().checked_sub(3).filter(|at| *at > 0) {
        Some(at) => format!("{},{}", &digits[..at], &digits[at..]),
        None => digits,
    }
}

#[test]
fn the_figures_of_helpdesk_are_those_of_a_second_computation() {
    let Some(folder) = shared("helpdesk") else {
        return;
    };
    let log = folder.join("helpdesk.csv");
    let mut sandbox = Sandbox::empty();
    let name = log.to_str().expect("a path");
    let draft = sandbox.run(&["process", "discover", name]).ok().stdout;
    assert!(draft.starts_with("# Drafted from helpdesk.csv: 13,710 events of 3,804 cases."));
    sandbox
        .run(&["process", "discover", name, "-o", "draft.toml"])
        .ok();
    sandbox.run(&["process", "check", "draft.toml"]).ok();
    sandbox
        .run(&["process", "fmt", "--check", "draft.toml"])
        .ok();
    let Some(found) = answers("event_log.py", &[Path::new("discover"), &log]) else {
        return;
    };
    assert_eq!(found["events"], 13_710);
    assert_eq!(found["cases"], 3_804);
    assert_eq!(triples(&found["follows"]), moves(&mut sandbox, name));
    let stays = found["stays"].as_object().expect("stays");
    assert_eq!(stays.len(), 4);
    for figures in stays.values() {
        let (n, median, most) = (
            figures[0].as_u64().expect("a count"),
            figures[1].as_f64().expect("a time"),
            figures[2].as_f64().expect("a time"),
        );
        for line in [
            format!("# median {} of {} stays", long(median), grouped(n)),
            format!("# nine of ten were over after {}", long(most)),
        ] {
            assert!(draft.contains(&line), "{line} is not in\n{draft}");
        }
    }
}

#[test]
fn every_broken_log_is_refused_in_words() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/event_log/broken");
    let mut logs: Vec<_> = fs::read_dir(&folder)
        .expect("samples")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "xes"))
        .collect();
    logs.sort();
    assert!(logs.len() >= 12, "{logs:?}");
    let update = std::env::var_os("SALESCTL_UPDATE").is_some();
    for log in logs {
        let mut sandbox = Sandbox::workspace();
        let name = log
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        fs::copy(&log, sandbox.folder().join(&name)).expect("copied");
        let said = sandbox.sh(&format!(
            "salesctl import history {name} --create-deals --dry-run --details"
        ));
        let said = said.shows_safely().to_string();
        let beside = log.with_extension("txt");
        if update {
            fs::write(&beside, &said).expect("written");
        }
        let expected = fs::read_to_string(&beside).expect("the message beside it");
        assert_eq!(said, expected, "{name}");
    }
}
