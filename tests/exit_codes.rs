//! What scripts rely on: exit codes, quiet, colours, closed pipes.

use std::io::Read;
use std::process::Stdio;

use super::sandbox::Sandbox;

fn workspace_with_a_deal() -> Sandbox {
    let mut sandbox = Sandbox::workspace();
    sandbox
        .run(&["deal", "add", "Acme GmbH", "--value", "4200"])
        .ok();
    sandbox
}

#[test]
fn every_code_has_its_meaning() {
    let mut sandbox = workspace_with_a_deal();
    // 0: done.
    sandbox.run(&["deal", "list"]).exits(0);
    sandbox.run(&["--help"]).exits(0);
    sandbox.run(&["--version"]).exits(0);
    // 1: the answer is no.
    sandbox.run(&["deal", "advance", "acme"]).exits(1);
    sandbox.run(&["init"]).exits(1);
    // 2: wrong usage, or a prompt was needed.
    sandbox.run(&["deal", "list", "--frob"]).exits(2);
    sandbox.run(&["deal", "lose", "acme"]).exits(2);
    sandbox
        .run(&["deal", "assign", "--rep", "jr", "--to", "ab"])
        .exits(2)
        .warns("--yes");
    // 3: an input file can't be used.
    sandbox.write("process.toml", "[process\n");
    sandbox.run(&["process", "check"]).exits(3);
    sandbox
        .run(&["process", "apply", "--why", "broken"])
        .exits(3);
    // 4: no such deal, or several.
    sandbox.run(&["deal", "show", "umbrella"]).exits(4);
    sandbox
        .run(&["deal", "add", "Acme GmbH", "--value", "1"])
        .ok();
    sandbox.run(&["deal", "show", "acme"]).exits(4);
    // 5: the store.
    sandbox.write("sales.db", b"not a database");
    sandbox.run(&["deal", "list"]).exits(5);
    // Options of today's work mean nothing to another command.
    sandbox.run(&["--json", "deal", "list"]).exits(2);
}

#[test]
fn a_found_difference_is_a_no_and_damage_the_stores() {
    let mut sandbox = workspace_with_a_deal();
    let store = rusqlite::Connection::open(sandbox.store()).expect("it opens");
    store
        .execute("UPDATE deal SET value_minor = 1", [])
        .expect("a projection can be changed");
    drop(store);
    sandbox
        .run(&["--quiet", "doctor"])
        .exits(1)
        .says("deal: 2 rows");
    sandbox.run(&["doctor", "--rebuild"]).ok();
    sandbox.run(&["doctor"]).ok();
    let shown = sandbox.run(&["deal", "show", "acme", "--json"]).ok().json();
    assert_eq!(shown["rows"][0]["value_minor"], 420_000);
}

#[test]
fn quiet_says_nothing_on_success_and_everything_on_trouble() {
    let mut sandbox = workspace_with_a_deal();
    for line in [
        "catalog add team west",
        "deal add Globex --value 9k",
        "deal set globex value=8k",
        "deal note globex hello",
        "deal log globex call --minutes 5",
        "deal person add globex Jana --role user",
        "deal person role globex jana buyer",
        "deal person remove globex jana",
        "deal done globex first_call",
        "deal hold globex --until 2026-12-24 --reason later",
        "deal resume globex",
        "deal assign globex --to ab",
        "deal advance globex --override because",
        "deal back globex",
        "deal win globex --override signed",
        "deal reopen globex",
        "deal lose globex --reason price",
        "followup done acme",
        "undo",
        "redo",
        "doctor",
        "backup copy.db",
        "process check",
        "man .",
    ] {
        let ran = sandbox.sh(&format!("salesctl --quiet {line}")).ok();
        assert_eq!(
            (ran.stdout.as_str(), ran.stderr.as_str()),
            ("", ""),
            "{line}"
        );
    }
    for line in [
        "deal advance acme",
        "deal show nobody",
        "deal set acme value=-1",
        "backup copy.db",
        "--store nowhere.db doctor",
    ] {
        let ran = sandbox.sh(&format!("salesctl --quiet {line}"));
        assert!(
            ran.code.is_some_and(|code| (1..=5).contains(&code)),
            "{ran}"
        );
        assert_eq!(ran.stdout, "", "{line}");
        assert_ne!(ran.stderr, "", "{line}");
    }
}

#[test]
fn colour_is_asked_for_or_not_there() {
    let mut sandbox = workspace_with_a_deal();
    for (line, stdout, stderr) in [
        ("salesctl report pipeline", false, false),
        ("salesctl --color always report pipeline", true, false),
        ("CLICOLOR_FORCE=1 salesctl report pipeline", true, false),
        (
            "CLICOLOR_FORCE=1 NO_COLOR=1 salesctl report pipeline",
            false,
            false,
        ),
        (
            "CLICOLOR_FORCE=1 salesctl --color never report pipeline",
            false,
            false,
        ),
        ("salesctl --color always deal advance acme", false, true),
        ("CLICOLOR_FORCE=1 salesctl deal advance acme", false, true),
        ("NO_COLOR=1 salesctl deal advance acme", false, false),
        ("CLICOLOR_FORCE=1 salesctl deal note acme x", true, false),
        (
            "NO_COLOR=1 CLICOLOR_FORCE=1 salesctl deal note acme x",
            false,
            false,
        ),
        ("CLICOLOR_FORCE=1 salesctl deal list --json", false, false),
        (
            "CLICOLOR_FORCE=1 salesctl deal list --output list.txt; cat list.txt",
            false,
            false,
        ),
    ] {
        let ran = sandbox.sh(line);
        assert_eq!(ran.stdout.contains('\u{1b}'), stdout, "{line}\n{ran}");
        assert_eq!(ran.stderr.contains('\u{1b}'), stderr, "{line}\n{ran}");
    }
}

#[test]
fn a_closed_pipe_is_quiet() {
    let mut sandbox = workspace_with_a_deal();
    for arguments in [
        &["deal", "list"][..],
        &["deal", "list", "--json"],
        &["report", "funnel"],
        &["deal", "note", "acme", "written all the same"],
        &["--help"],
    ] {
        let mut child = sandbox
            .command(env!("CARGO_BIN_EXE_salesctl"))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        drop(child.stdout.take());
        let mut stderr = String::new();
        child
            .stderr
            .take()
            .expect("a pipe")
            .read_to_string(&mut stderr)
            .expect("text");
        let status = child.wait().expect("it ends");
        assert_eq!(stderr, "", "{arguments:?}");
        assert_eq!(status.code(), Some(0), "{arguments:?}");
    }
    sandbox
        .run(&["deal", "history", "acme"])
        .ok()
        .says("written all the same");
}

/// Nothing is ever asked where nobody can answer, and stdin is left alone.
#[test]
fn stdin_is_never_read() {
    let mut sandbox = workspace_with_a_deal();
    sandbox
        .sh("echo y | salesctl deal assign --rep jr --to ab")
        .exits(2);
    sandbox
        .sh("printf 'one\\ntwo\\n' | while read -r line; do salesctl deal note acme \"$line\"; done")
        .ok();
    sandbox
        .run(&["deal", "history", "acme"])
        .ok()
        .says("\"one\"")
        .says("\"two\"");
}
