//! `salesctl demo` as somebody meets it: from nothing, again, anew, and beside other people's files.

use std::fs;

use crate::sandbox::Sandbox;

/// The lines of the last paragraph that are commands.
fn suggested(printed: &str) -> Vec<String> {
    let (_, next) = printed.split_once("\nGo on in").expect("suggestions");
    next.lines()
        .filter_map(|line| line.strip_prefix("  "))
        .map(|line| {
            line.split("  # ")
                .next()
                .unwrap_or_default()
                .trim_end()
                .to_string()
        })
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

#[test]
fn what_it_suggests_works_as_printed() {
    for on_path in [true, false] {
        let mut sandbox = if on_path {
            Sandbox::empty()
        } else {
            Sandbox::off_path()
        };
        let binary = if on_path {
            "salesctl"
        } else {
            env!("CARGO_BIN_EXE_salesctl")
        };
        let (printed, code) = sandbox.line(&format!("{binary} demo"));
        assert_eq!(code, 0, "{printed}");
        let commands = suggested(&printed);
        assert!(commands.len() >= 5, "{commands:?}");
        for command in commands {
            let (printed, code) = sandbox.line(&command);
            assert_eq!(code, 0, "`{command}`:\n{printed}");
        }
    }
}

#[test]
fn what_it_shows_can_be_typed() {
    let mut sandbox = Sandbox::empty();
    let (printed, _) = sandbox.line("salesctl demo");
    for heading in [
        "✗ D7K2 Acme GmbH stays in",
        "✓ D7K2 Acme GmbH   Qualify → Demonstrate",
    ] {
        assert!(printed.contains(heading), "{heading} is not in\n{printed}");
    }
    let long: Vec<&str> = printed
        .lines()
        .filter(|line| line.chars().count() > 80)
        .collect();
    assert!(long.is_empty(), "wider than 80 columns: {long:#?}");
    sandbox.line("cd salesctl-demo");
    let reports = printed
        .lines()
        .filter_map(|line| line.strip_prefix("$ "))
        .filter(|line| line.contains("report"));
    for line in reports {
        let (report, code) = sandbox.line(line);
        assert_eq!(code, 0, "`{line}`:\n{report}");
        assert!(
            printed.contains(&report),
            "`{line}` prints something else:\n{report}"
        );
    }
}

#[test]
fn the_store_is_sound_and_private() {
    use std::os::unix::fs::PermissionsExt;
    let mut sandbox = Sandbox::empty();
    sandbox.line("salesctl demo");
    let store = sandbox.folder().join("salesctl-demo/sales.db");
    let mode = fs::metadata(store).expect("the store").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    sandbox.line("cd salesctl-demo");
    let (printed, code) = sandbox.line("salesctl doctor");
    assert_eq!(code, 0, "{printed}");
    let (printed, code) = sandbox.line("salesctl process check");
    assert_eq!(code, 0, "{printed}");
}

#[test]
fn the_same_day_makes_the_same_deals() {
    let list = "salesctl deal list --all --json --where \"account <> 'Acme GmbH'\"";
    let mut made = Vec::new();
    for _ in 0..2 {
        let mut sandbox = Sandbox::empty();
        sandbox.line("salesctl demo --quiet");
        sandbox.line("cd salesctl-demo");
        let (printed, code) = sandbox.line(list);
        assert_eq!(code, 0, "{printed}");
        made.push(printed);
    }
    assert_eq!(made[0], made[1]);
}

#[test]
fn again_shows_and_fresh_rebuilds() {
    let mut sandbox = Sandbox::empty();
    sandbox.line("salesctl demo");
    let (printed, code) = sandbox.line("salesctl demo");
    assert_eq!(code, 0);
    assert!(
        printed.starts_with("salesctl-demo is a demo already"),
        "{printed}"
    );
    assert!(printed.contains("Pipeline: open deals"), "{printed}");
    let kept = sandbox.folder().join("salesctl-demo/notes.txt");
    fs::write(&kept, "mine").expect("a file of the user's");
    sandbox.line("(cd salesctl-demo && salesctl deal lose acme --reason price)");
    let (printed, code) = sandbox.line("salesctl demo --fresh");
    assert_eq!(code, 0, "{printed}");
    assert!(printed.contains("D7K2 Acme GmbH stays in"), "{printed}");
    assert_eq!(fs::read_to_string(&kept).expect("still there"), "mine");
    let left = fs::read_dir(sandbox.folder().join("salesctl-demo")).expect("the demo");
    let hidden = left
        .filter_map(Result::ok)
        .any(|entry| entry.file_name().to_string_lossy().starts_with(".demo-"));
    assert!(!hidden, "something was left behind");
}

#[test]
fn what_is_no_demo_is_left_alone() {
    let mut sandbox = Sandbox::empty();
    sandbox.line("salesctl init real");
    sandbox
        .line("mkdir half text other; echo mine > other/notes; echo '[process]' > half/process.toml; echo hello > text/sales.db");
    for folder in ["real", "half", "text", "other"] {
        let files = |sandbox: &Sandbox| -> Vec<(std::ffi::OsString, Vec<u8>)> {
            let mut all: Vec<_> = fs::read_dir(sandbox.folder().join(folder))
                .expect("the folder")
                .filter_map(Result::ok)
                // SQLite's own, made by looking.
                .filter(|entry| !entry.file_name().to_string_lossy().contains("-shm"))
                .filter(|entry| !entry.file_name().to_string_lossy().contains("-wal"))
                .map(|entry| (entry.file_name(), fs::read(entry.path()).expect("a file")))
                .collect();
            all.sort();
            all
        };
        let before = files(&sandbox);
        let (printed, code) = sandbox.line(&format!("salesctl demo {folder} --fresh"));
        assert_ne!(code, 0, "{printed}");
        assert!(printed.contains("no demo of ours"), "{printed}");
        assert!(before == files(&sandbox), "{folder} was changed");
    }
}

/// A hint is the command to type once its placeholders are filled in, and is refused until they are.
#[test]
fn a_hint_wins_the_deal_when_it_is_filled_in() {
    let mut sandbox = Sandbox::empty();
    sandbox.line("salesctl demo --quiet");
    sandbox.line("cd salesctl-demo");
    let (printed, code) = sandbox.line("salesctl deal win acme");
    assert_eq!(code, 1, "{printed}");
    let hint = printed
        .lines()
        .find_map(|line| line.strip_prefix("hint: salesctl deal win"))
        .expect("a hint");
    let (refused, code) = sandbox.line(&format!("salesctl deal win {hint}"));
    assert_eq!(code, 2, "{refused}");
    let filled = hint
        .replace("DATE: WHAT", "fri: sign")
        .replace("=DATE", "=eom")
        .replace("NAME", "'Ute Lorenz'")
        .replace("TEXT", "none")
        .replace("AMOUNT", "30k")
        .replace("approved|planned|none", "approved");
    let (printed, code) = sandbox.line(&format!("salesctl deal win {filled}"));
    assert_eq!(code, 0, "{filled}\n{printed}");
    assert!(printed.contains("→ Won"), "{printed}");
}

#[test]
fn quiet_says_nothing() {
    let mut sandbox = Sandbox::empty();
    assert_eq!(sandbox.line("salesctl demo --quiet"), (String::new(), 0));
}
