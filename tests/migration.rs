//! A store that an older salesctl wrote is brought up to date by the first command that opens it, whether
//! that one reads or writes; a copy of it is kept.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use rstest::rstest;
use rusqlite::Connection;

use super::sandbox::Sandbox;

const SCHEMA: &str = include_str!("../src/store/schema.rs");

/// A schema as it was released: all migrations up to it.
fn schema(version: i32) -> String {
    let each = (1..=version).map(|version| {
        let begin = format!("const V{version}: &str = \"");
        let (_, after) = SCHEMA.split_once(&begin).expect("a migration");
        let (text, _) = after.split_once("\";\n").expect("its end");
        text.replace("\\\"", "\"")
    });
    each.collect()
}

/// Two deals, one of them at its second stage, in a store of the first schema.
fn with_an_old_store() -> Sandbox {
    with_a_store_of(1)
}

/// The same in a store of any schema.
fn with_a_store_of(schema_version: i32) -> Sandbox {
    let mut sandbox = Sandbox::workspace();
    for line in [
        "deal add 'Acme GmbH' --value 4200 --on 2026-10-20",
        "deal add Globex --value 38k --owner ab --on 2026-09-01",
        "deal advance globex --override 'known from the last project' --on 2026-10-02",
        "deal note acme 'a word'",
        // Under a second version: a way back, and a loss that is taken back.
        "process apply --why 'the same by another name'",
        "deal back globex --on 2026-10-05",
        "deal lose acme --reason price",
        "undo",
    ] {
        if line.starts_with("process") {
            sandbox
                .sh("sed -i 's/^title = .*/title = \"Another\"/' process.toml")
                .ok();
        }
        sandbox.sh(&format!("salesctl {line}")).ok();
    }
    // What the schema has tables for.
    if schema_version >= 5 {
        sandbox
            .sh("salesctl forecast commit --rep jr --period 2026-Q4 --amount 80k")
            .ok();
    }
    let new = sandbox.path("new.db");
    fs::rename(sandbox.store(), &new).expect("moved");
    let old = Connection::open(sandbox.store()).expect("it opens");
    old.pragma_update(None, "journal_mode", "wal").expect("set");
    old.execute_batch(&schema(schema_version))
        .expect("the schema");
    old.execute("ATTACH $1 AS new", [new.to_str().expect("text")])
        .expect("attached");
    for table in texts(
        &old,
        "SELECT name FROM main.sqlite_schema WHERE type = 'table'",
    ) {
        let columns = texts(
            &old,
            &format!("SELECT name FROM pragma_table_info('{table}', 'main')"),
        );
        let columns = columns.join(", ");
        old.execute_batch(&format!(
            "INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table}"
        ))
        .expect("copied");
    }
    if schema_version < 7 {
        old.execute_batch("DELETE FROM fact WHERE name IN ('process_version', '.history_told')")
            .expect("taken away");
    }
    let id: i32 = old
        .pragma_query_value(Some("new"), "application_id", |row| row.get(0))
        .expect("asked");
    old.execute_batch("DETACH new").expect("detached");
    old.pragma_update(None, "application_id", id).expect("set");
    old.pragma_update(None, "user_version", schema_version)
        .expect("set");
    drop(old);
    fs::remove_file(new).expect("removed");
    assert_eq!(version(&sandbox.store()), schema_version);
    sandbox
}

fn texts(connection: &Connection, question: &str) -> Vec<String> {
    let mut statement = connection.prepare(question).expect("asked");
    let rows = statement.query_map([], |row| row.get(0)).expect("asked");
    rows.collect::<Result<_, _>>().expect("read")
}

fn version(store: &Path) -> i32 {
    let store = Connection::open(store).expect("it opens");
    store
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .expect("asked")
}

fn kept(sandbox: &Sandbox) -> Vec<String> {
    let Ok(folder) = fs::read_dir(sandbox.path("backups")) else {
        return Vec::new();
    };
    let mut names: Vec<String> = folder
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("text")
        })
        .collect();
    names.sort();
    names
}

#[rstest]
#[case::reading("salesctl deal list")]
#[case::writing("salesctl deal note acme 'another word'")]
#[case::rehearsing("salesctl deal note acme 'another word' --dry-run")]
#[case::examining("salesctl doctor")]
fn the_first_command_brings_it_up_to_date(#[case] line: &str) {
    let mut sandbox = with_an_old_store();
    sandbox.sh(line).ok();
    assert!(version(&sandbox.store()) > 1);
    assert_eq!(kept(&sandbox), ["sales-before-schema-2.db"]);
    let copy = sandbox.path("backups/sales-before-schema-2.db");
    assert_eq!(version(&copy), 1, "the copy is as the store was");
    sandbox.sh("salesctl doctor").ok();
    sandbox
        .sh("salesctl deal list")
        .ok()
        .says("Acme GmbH")
        .says("Globex");
    sandbox
        .sh("salesctl deal win globex --override 'signed'")
        .ok();
    sandbox
        .sh("salesctl list add zoom && printf 'Email\\nx@y.example\\n' > zoom.csv && salesctl import prospects zoom.csv --list zoom")
        .ok();
    sandbox.sh("salesctl doctor").ok();

    // Somebody goes back to the copy: that store gets one of its own.
    fs::copy(&copy, sandbox.store()).expect("copied");
    sandbox.sh("salesctl deal list").ok();
    assert_eq!(
        kept(&sandbox),
        ["sales-before-schema-2-2.db", "sales-before-schema-2.db"]
    );
}

/// What was known before suggestions and reviews were is known after, and takes them.
#[test]
fn a_store_before_suggestions_takes_them() {
    let mut sandbox = with_a_store_of(5);
    sandbox.sh("salesctl process suggestions").ok();
    assert_eq!(version(&sandbox.store()), 7);
    assert_eq!(kept(&sandbox), ["sales-before-schema-6.db"]);
    sandbox.sh("salesctl forecast calls").ok().says("80,000");
    sandbox.sh("salesctl doctor").ok();
    sandbox
        .sh("salesctl process suggest 'ask for the budget once' --stage qualify")
        .ok();
    sandbox
        .sh("salesctl process review")
        .ok()
        .says("ask for the budget once");
    sandbox.sh("salesctl process review --done").ok();
    sandbox.sh("salesctl doctor --rebuild").ok();
    sandbox.sh("salesctl doctor").ok();
    sandbox
        .sh("salesctl process suggestions")
        .ok()
        .says("ask for the budget once");
}

/// Under which version a deal passed its gates was looked up in the events once: it is known as well after.
#[test]
fn a_store_before_versions_of_gates_knows_them() {
    let mut sandbox = with_a_store_of(6);
    let versions = "salesctl report pipeline --by process-version --json";
    sandbox.sh("salesctl doctor").ok();
    assert_eq!(version(&sandbox.store()), 7);
    let rows = sandbox.sh(versions).ok().json();
    let told: Vec<_> = rows["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row["process_version"].as_str())
        .collect();
    // Of Globex, which went back under the second, and of Acme, which began under the first.
    assert_eq!(told, [Some("2"), Some("1")], "{rows:#}");
    sandbox.sh("salesctl doctor --rebuild").ok();
    assert_eq!(sandbox.sh(versions).ok().json(), rows);
}

#[test]
fn several_shells_meet_at_an_old_store() {
    let mut sandbox = with_an_old_store();
    let shells: Vec<_> = (0..4)
        .map(|_| {
            sandbox
                .command(env!("CARGO_BIN_EXE_salesctl"))
                .args(["deal", "list"])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("it starts")
        })
        .collect();
    for shell in shells {
        let output = shell.wait_with_output().expect("it ends");
        assert!(output.status.success());
    }
    assert_eq!(kept(&sandbox), ["sales-before-schema-2.db"]);
    sandbox.sh("salesctl doctor").ok();
}

#[test]
fn what_can_not_be_brought_up_to_date_says_what_to_do() {
    let mut sandbox = with_an_old_store();
    // No copy, no change.
    sandbox.write("backups", "in the way");
    sandbox
        .sh("salesctl deal list")
        .exits(5)
        .warns("has schema 1 and could not be brought to schema 7")
        .warns("nothing was changed");
    assert_eq!(version(&sandbox.store()), 1);
}
