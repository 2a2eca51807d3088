//! Imports through the built program: whatever the file, it ends in words, whole or not at all.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Stdio;

use rstest::rstest;
use serde_json::Value as Json;

use super::shared;
use crate::sandbox::{Ran, Sandbox};

pub(super) const MAP: &str = r#"
[deals]
id = "id"
account = "account"
rep = "rep"
stage = "stage"
opened = "opened"
closed = "closed"
value = "value"
reason = "reason"
[history]
deal = "deal"
stage = "to"
at = "at"
by = "by"
"#;
const PROCESS: &str = include_str!("process.toml");
pub(super) const HEADINGS: &str = "id,account,rep,stage,opened,closed,value,reason\n";
const GOOD: &str = "A1,Acme,Jana Roth,won,2026-01-05,2026-02-28,1200.50,\n\
                    A2,Globex,Jana Roth,qualify,2026-03-05,,300,\n";

pub(super) fn workspace() -> Sandbox {
    let mut sandbox = Sandbox::empty();
    sandbox.write("process.toml", PROCESS);
    sandbox.write("map.toml", MAP);
    sandbox.run(&["init"]).ok();
    sandbox
        .sh("salesctl catalog add rep jr --title 'Jana Roth' --login jr")
        .ok();
    sandbox
}

pub(super) fn import(sandbox: &mut Sandbox, what: &str, more: &[&str]) -> Ran {
    let mut arguments = vec!["import", what, "--map", "map.toml"];
    arguments.extend(more);
    sandbox.run(&arguments).shows_safely()
}

/// Imports deals and creates whatever is missing.
pub(super) fn deals(sandbox: &mut Sandbox, file: &str, more: &[&str]) -> Ran {
    let mut arguments = vec![file, "--create", "all"];
    arguments.extend(more);
    import(sandbox, "deals", &arguments)
}

pub(super) fn listed(sandbox: &mut Sandbox) -> Vec<Json> {
    let answer = sandbox
        .run(&["deal", "list", "--all", "--json"])
        .ok()
        .json();
    answer["rows"].as_array().expect("rows").clone()
}

fn accounts(sandbox: &mut Sandbox) -> Vec<String> {
    let name = |row: &Json| row["account"].as_str().map(str::to_string);
    listed(sandbox).iter().filter_map(name).collect()
}

/// The number of events and the head over all of them: the same when nothing was written.
pub(super) fn head(sandbox: &mut Sandbox) -> String {
    sandbox.run(&["doctor"]).ok().stdout
}

fn utf16(text: &str) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

#[test]
fn a_file_that_is_no_table_is_refused_and_nothing_is_written() {
    let mut sandbox = workspace();
    fs::create_dir(sandbox.path("folder.csv")).expect("a folder");
    sandbox.write("empty.csv", "");
    sandbox.write("blank.csv", "\n \n\n");
    sandbox.write("other.csv", "a,b\n1,2\n");
    sandbox.write("long.csv", "x".repeat(10_000_000));
    let noise = |i: u32| (i.wrapping_mul(2_654_435_761) >> 24) as u8;
    sandbox.write("binary.csv", (0..200_000).map(noise).collect::<Vec<_>>());
    sandbox.write("good.csv", format!("{HEADINGS}{GOOD}"));
    sandbox.sh("mkfifo pipe.csv").ok();
    let before = head(&mut sandbox);
    for what in ["deals", "history"] {
        for (file, part) in [
            ("absent.csv", "cannot open `absent.csv`"),
            ("folder.csv", "`folder.csv` is a folder"),
            ("pipe.csv", "`pipe.csv` is no regular file"),
            ("empty.csv", "`empty.csv` is empty"),
            ("blank.csv", "`blank.csv` is empty"),
            ("other.csv", "has no column"),
            ("long.csv", "longer than"),
            ("binary.csv", ""),
        ] {
            import(&mut sandbox, what, &[file]).exits(3).warns(part);
        }
        sandbox
            .run(&["import", what, "other.csv"])
            .exits(2)
            .warns("--map");
    }
    for (map, part) in [
        ("absent.toml", "cannot read the mapping `absent.toml`"),
        ("binary.csv", ""),
        ("folder.csv", "cannot read the mapping"),
    ] {
        sandbox
            .run(&["import", "deals", "good.csv", "--map", map])
            .exits(3)
            .warns(part)
            .shows_safely();
    }
    assert_eq!(head(&mut sandbox), before);
    let names = fs::read_dir(sandbox.path(".")).expect("a folder");
    let rejects = names
        .map(|entry| entry.expect("an entry").file_name())
        .find(|name| name.to_string_lossy().contains("rejects"));
    assert_eq!(rejects, None);
}

#[test]
fn headings_without_rows_are_nothing_to_import() {
    let mut sandbox = workspace();
    sandbox.write("deals.csv", HEADINGS);
    sandbox.write("log.csv", "deal,to,at,by\n");
    let before = head(&mut sandbox);
    for (what, file) in [("deals", "deals.csv"), ("history", "log.csv")] {
        import(&mut sandbox, what, &[file])
            .ok()
            .says("has column headings and no rows")
            .says("nothing new: nothing written");
    }
    assert_eq!(head(&mut sandbox), before);
}

#[rstest]
#[case::utf8(false, "UTF-8")]
#[case::utf16(true, "UTF-16")]
fn text_is_read_in_the_encoding_it_has(#[case] wide: bool, #[case] encoding: &str) {
    let mut sandbox = workspace();
    let text = format!("{HEADINGS}{GOOD}");
    sandbox.write(
        "deals.csv",
        if wide {
            utf16(&text)
        } else {
            text.into_bytes()
        },
    );
    let answer = deals(&mut sandbox, "deals.csv", &["--json"]).ok().json();
    let row = &answer["rows"][0];
    let named = row["encoding"].as_str().expect("a name");
    assert!(named.starts_with(encoding), "{row}");
    assert_eq!((&row["read"], &row["new"]), (&2.into(), &2.into()));
    assert_eq!(accounts(&mut sandbox).len(), 2);
}

/// Every row that can't be taken stands in the reject file with its reason; the others are imported.
#[test]
fn bad_rows_are_rejected_one_by_one() {
    let mut sandbox = workspace();
    let bad = [
        (
            "B1,Acme,Jana Roth,won,2026-01-05,2026-02-31,1,",
            "closed `2026-02-31` is not a date",
        ),
        (
            "B2,Acme,Jana Roth,won,31 February,,1,",
            "opened `31 February` is not a date",
        ),
        (
            "B3,Acme,Jana Roth,qualify,2026-01-05,,-100,",
            "`-100` is negative",
        ),
        (
            "B4,Acme,Jana Roth,heaven,2026-01-05,,1,",
            "no stage is called `heaven`",
        ),
        ("B5,Acme,Jana Roth,won,2027-01-05,,1,", "is after today"),
        ("B6,Acme,Jana Roth", "3 fields, the headings have 8"),
        (",Acme,Jana Roth,qualify,2026-01-05,,1,", "no id"),
    ];
    let mut text = format!("{HEADINGS}{GOOD}");
    for (row, _) in bad {
        let _ = writeln!(text, "{row}");
    }
    let long = "y".repeat(10_000_000);
    let _ = writeln!(text, "B9,{long},Jana Roth,qualify,2026-01-05,,1,");
    let _ = writeln!(text, "A3,Acme,Jana Roth,qualify,2026-01-05,,1,");
    sandbox.write("deals.csv", &text);
    let before = head(&mut sandbox);

    deals(&mut sandbox, "deals.csv", &["--dry-run"])
        .ok()
        .says("dry run: nothing written; it would make 3 deals");
    let dry = deals(&mut sandbox, "deals.csv", &["--dry-run", "--json"])
        .ok()
        .json();
    assert_eq!(
        (&dry["rows"][0]["batch"], &dry["rows"][0]["new"]),
        (&Json::Null, &3.into())
    );
    assert_eq!(head(&mut sandbox), before);
    assert!(!sandbox.path("deals.rejects.csv").exists());

    let more = ["--rejects", "bad.csv", "--details", "--json"];
    let answer = deals(&mut sandbox, "deals.csv", &more).ok().json();
    let row = &answer["rows"][0];
    assert_eq!((&row["new"], &row["rejected"]), (&3.into(), &8.into()));
    assert_eq!(row["rejects_file"], "bad.csv");
    let rejects = fs::read_to_string(sandbox.path("bad.csv")).expect("rejects");
    for (row, reason) in bad {
        assert!(rejects.contains(reason), "{row}: {rejects}");
    }
    assert!(rejects.len() < 10_000, "a long field is cut");
    assert_eq!(accounts(&mut sandbox).len(), 3);
    head(&mut sandbox);

    sandbox.write("all-bad.csv", format!("{HEADINGS}{}\n", bad[0].0));
    deals(&mut sandbox, "all-bad.csv", &[])
        .exits(1)
        .warns("no row could be taken");
}

#[test]
fn what_is_missing_is_created_as_asked() {
    let mut sandbox = workspace();
    let row = "A1,Acme,Amir Baran,qualify,2026-01-05,,1,\n";
    sandbox.write("deals.csv", format!("{HEADINGS}{row}"));
    import(&mut sandbox, "deals", &["deals.csv"])
        .exits(1)
        .says("account `Acme` is new, in 1 row: rejected (--create accounts takes")
        .says("rep `Amir Baran` is new");
    import(
        &mut sandbox,
        "deals",
        &["deals.csv", "--create", "accounts"],
    )
    .exits(1)
    .says("no rep is called");
    assert!(sandbox.path("deals.rejects.csv").exists());
    import(
        &mut sandbox,
        "deals",
        &["deals.csv", "--create", "accounts,reps"],
    )
    .ok()
    .says("made 1 deal, 1 account, 1 catalog entry");
    assert!(!sandbox.path("deals.rejects.csv").exists());
    import(&mut sandbox, "deals", &["deals.csv", "--create", "heaven"]).exits(2);
}

#[test]
fn names_do_nothing_to_terminal_or_spreadsheet() {
    let mut sandbox = workspace();
    let names = [
        "\"O'Brien \"\"Sons\"\"\n& \u{1f680}\"",
        "\u{1b}]0;owned\u{7}\u{1b}[31mred",
        "\u{202e}evil",
        "=cmd|'/c calc'!A0",
        "'=1+1",
    ];
    let mut text = HEADINGS.to_string();
    for (n, name) in names.iter().enumerate() {
        let _ = writeln!(text, "A{n},{name},Jana Roth,qualify,2026-01-05,,1,");
        let _ = writeln!(text, "B{n},{name},{name},{name},2026-01-05,,1,{name}");
        let _ = writeln!(text, "C{n},{name},Jana Roth,lost,2026-01-05,,1,{name}");
    }
    let file = "de\u{1b}[31mals.csv";
    sandbox.write(file, &text);
    // Without `--create` every name is in a note and in a reason.
    import(&mut sandbox, "deals", &[file, "--details"]).exits(1);
    deals(&mut sandbox, file, &["--details"]).ok();
    let path = sandbox.path("de\u{1b}[31mals.rejects.csv");
    let rejects = fs::read_to_string(path).expect("rejects");
    for dangerous in ["\u{1b}", ",=", ",'=1"] {
        assert!(!rejects.contains(dangerous), "{dangerous:?} in {rejects}");
    }
    let kept = accounts(&mut sandbox);
    for name in [
        "O'Brien \"Sons\"\n& \u{1f680}",
        names[1],
        names[2],
        names[3],
        names[4],
    ] {
        assert_eq!(kept.iter().filter(|kept| *kept == name).count(), 2);
    }
    for show in [&["deal", "list", "--all"][..], &["history"], &["undo"]] {
        sandbox.run(show).shows_safely().ok();
    }
    head(&mut sandbox);
}

#[test]
fn a_reject_file_is_mended_and_imported_with_the_same_map() {
    let mut sandbox = workspace();
    let bad = "B1,=Acme,Jana Roth,Qualfy,2026-01-05,,1,\n\
               B2,'=Acme,Jana Roth,lost,2026-01-05,2026-02-31,0,-none\n";
    let mend = |text: &str| {
        text.replace("Qualfy", "qualify")
            .replace("2026-02-31", "2026-02-28")
    };
    sandbox.write("deals.csv", format!("{HEADINGS}{GOOD}{bad}"));
    deals(&mut sandbox, "deals.csv", &[]).ok();
    let path = sandbox.path("deals.rejects.csv");
    let rejects = fs::read_to_string(&path).expect("rejects");
    for guarded in [",'=Acme,", ",''=Acme,", ",'-none"] {
        assert!(rejects.contains(guarded), "{guarded} not in {rejects}");
    }
    // As it is it gives the same rejects, from other lines.
    let more = ["--rejects", "again.csv"];
    deals(&mut sandbox, "deals.rejects.csv", &more).exits(1);
    let again = fs::read_to_string(sandbox.path("again.csv")).expect("rejects");
    let cells = |text: &str| -> Vec<String> {
        let after_line = |line: &str| line.split_once(',').map(|(_, rest)| rest.to_string());
        text.lines().filter_map(after_line).collect()
    };
    assert_eq!(cells(&again), cells(&rejects));

    sandbox.write("deals.rejects.csv", mend(&rejects));
    let answer = deals(&mut sandbox, "deals.rejects.csv", &["--json"])
        .ok()
        .json();
    let row = &answer["rows"][0];
    assert_eq!((&row["new"], &row["rejected"]), (&2.into(), &0.into()));
    assert_eq!(row["columns_ignored"], serde_json::json!([]));
    let kept = accounts(&mut sandbox);
    for name in ["=Acme", "'=Acme"] {
        assert!(kept.iter().any(|kept| kept == name), "{kept:?}");
    }
    // The reason of the loss is the file's own, not why the row was rejected.
    let notes = answer["notes"].to_string();
    assert!(notes.contains("kept as a note: \\\"-none\\\" 1"), "{notes}");

    sandbox.write("deals.csv", format!("{HEADINGS}{GOOD}{}", mend(bad)));
    let again = deals(&mut sandbox, "deals.csv", &["--json"]).ok().json();
    assert_eq!(again["rows"][0]["known"], 4);
}

#[test]
fn undo_keeps_what_was_worked_on_and_redo_brings_the_rest_back() {
    let mut sandbox = workspace();
    let more = "A3,Hooli,Jana Roth,qualify,2026-03-05,,300,\n";
    sandbox.write("deals.csv", format!("{HEADINGS}{GOOD}{more}"));
    deals(&mut sandbox, "deals.csv", &[]).ok();
    sandbox
        .run(&["--as", "ab", "deal", "note", "Globex", "called"])
        .ok();
    sandbox
        .run(&["undo"])
        .ok()
        .says("kept, since changed or in use:")
        .says("Globex");
    assert_eq!(accounts(&mut sandbox), ["Globex"]);
    head(&mut sandbox);
    sandbox.run(&["redo"]).ok();
    assert_eq!(accounts(&mut sandbox).len(), 3);
    head(&mut sandbox);
    let again = deals(&mut sandbox, "deals.csv", &["--json"]).ok().json();
    assert_eq!(again["rows"][0]["known"], 3);

    // Worked on between: the mark that keeps one deal says nothing of the others.
    sandbox
        .run(&["--as", "ab", "deal", "note", "Hooli", "called"])
        .ok();

    // Imported again by somebody else, what was undone can't come back beside it.
    sandbox.run(&["undo"]).ok();
    sandbox
        .sh("salesctl --as ab import deals deals.csv --map map.toml --create all")
        .ok();
    assert_eq!(accounts(&mut sandbox).len(), 3);
    sandbox.run(&["redo"]).exits(1).warns("made again");
    assert_eq!(accounts(&mut sandbox).len(), 3);
    head(&mut sandbox);
}

#[test]
fn imports_at_once_import_once() {
    let mut sandbox = workspace();
    let mut text = HEADINGS.to_string();
    for n in 0..2_000 {
        let (account, rep) = (n % 100, n % 7);
        let _ = writeln!(
            text,
            "D{n},Account {account},Rep {rep},qualify,2026-01-05,,1,"
        );
    }
    text.push_str("D2000,Acme,Jana Roth,heaven,2026-01-05,,1,\n");
    sandbox.write("deals.csv", text);
    let line = "import deals deals.csv --map map.toml --create all --json";
    let mut start = || {
        let mut command = sandbox.command(env!("CARGO_BIN_EXE_salesctl"));
        let command = command.args(line.split(' '));
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("it runs")
    };
    let running = [start(), start(), start(), start()];
    let mut new = running.map(|child| {
        let output = child.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        let answer: Json = serde_json::from_slice(&output.stdout).expect("JSON");
        let row = &answer["rows"][0];
        let figure = |name: &str| row[name].as_u64().expect("a number");
        assert_eq!(figure("new") + figure("known"), 2_000);
        assert_eq!(row["batch"].is_null(), figure("new") == 0);
        figure("new")
    });
    new.sort_unstable();
    assert_eq!(new, [0, 0, 0, 2_000]);
    let mut deals_of: BTreeMap<String, u32> = BTreeMap::new();
    for account in accounts(&mut sandbox) {
        *deals_of.entry(account).or_default() += 1;
    }
    assert_eq!(deals_of.len(), 100);
    assert!(deals_of.values().all(|n| *n == 20), "{deals_of:?}");
    head(&mut sandbox);
    sandbox.run(&["undo"]).ok();
    assert_eq!(accounts(&mut sandbox), [""; 0], "one operation made them");
    head(&mut sandbox);
}

#[test]
fn a_log_after_the_deals() {
    let mut sandbox = workspace();
    sandbox.write("deals.csv", format!("{HEADINGS}{GOOD}"));
    deals(&mut sandbox, "deals.csv", &[]).ok();
    sandbox.write(
        "log.csv",
        "deal,to,at,by\nA1,qualify,2026-01-05,Jana Roth\nA1,propose,2026-02-01,Jana Roth\n\
         A9,qualify,2026-02-01,Jana Roth\n",
    );
    let before = head(&mut sandbox);
    import(&mut sandbox, "history", &["log.csv", "--dry-run"])
        .ok()
        .says("it would make the history of 1 deal");
    assert_eq!(head(&mut sandbox), before);
    import(&mut sandbox, "history", &["log.csv"])
        .ok()
        .says("no deal was imported as `id:A9`; import the deals");
    let deals = listed(&mut sandbox);
    let deal = deals.iter().find(|row| row["account"] == "Acme");
    let deal = deal.expect("the deal");
    assert_eq!(
        (&deal["stage"], &deal["state"], &deal["closed"]),
        (&"propose".into(), &"won".into(), &"2026-02-28".into())
    );
    import(&mut sandbox, "history", &["log.csv", "--create-deals"])
        .ok()
        .says("made the history of 1 deal");
    let again = import(&mut sandbox, "history", &["log.csv", "--json"])
        .ok()
        .json();
    let row = &again["rows"][0];
    assert_eq!((&row["known"], &row["rejected"]), (&3.into(), &0.into()));
    head(&mut sandbox);
}

/// The real export with nothing but a guessed mapping.
#[test]
fn a_guessed_map_imports_the_real_export() {
    let Some(data) = shared("maven-crm") else {
        return;
    };
    let mut sandbox = Sandbox::empty();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/maven-crm/process.toml");
    sandbox.write("process.toml", fs::read(example).expect("the process"));
    sandbox.run(&["init"]).ok();
    let file = data.join("sales_pipeline.csv");
    let file = file.to_str().expect("a path");
    let guess = ["import", "deals", file, "--guess-map", "--map", "map.toml"];
    sandbox.run(&guess).ok();
    sandbox.run(&guess).exits(1).warns("exists already");
    let more = ["--json", "--rejects", "rejects.csv"];
    let answer = deals(&mut sandbox, file, &more).ok().json();
    let row = &answer["rows"][0];
    let figures = ["read", "new", "rejected"].map(|name| row[name].as_u64());
    assert_eq!(figures, [Some(8_800), Some(8_800), Some(0)]);
    let won = listed(&mut sandbox)
        .iter()
        .filter(|row| row["state"] == "won")
        .count();
    assert_eq!(won, 4_238);
    head(&mut sandbox);
}
