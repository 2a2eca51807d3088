//! Sessions as a user sees them: every file under `tests/transcripts/` is run line by line in a fresh
//! sandbox and must read as it stands there. `SALESCTL_UPDATE=1 cargo test` writes them anew,
//! `SALESCTL_UPDATE=forecast` those that have the word in their name.
//!
//! A line `$ …` is run by a shell; what follows is its answer. `# …` before the first command and
//! between blocks is for the reader. The first line says what the session starts from.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::sandbox::Sandbox;

fn transcripts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let mut all: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the transcripts")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    all.sort();
    all
}

/// Runs the commands of a transcript; the whole of it as it reads now.
fn replay(text: &str) -> String {
    let mut sandbox = match text.lines().next() {
        Some("# in an empty folder") => Sandbox::empty(),
        Some("# in a workspace") => Sandbox::workspace(),
        Some("# in a workspace with deals") => with_deals(),
        Some("# in a workspace with lists") => crate::lists::with_lists(),
        other => panic!("a transcript starts with where it is, not {other:?}"),
    };
    let (mut out, mut notes) = (String::new(), String::new());
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            let _ = writeln!(out, "{notes}{line}\n{}", sandbox.sh(command));
            notes.clear();
        } else if line.starts_with("# ") {
            let _ = writeln!(notes, "{line}");
        } else {
            // What is not right above a command was printed by one.
            notes.clear();
        }
    }
    out
}

/// Five deals of two reps: two open, one on hold, one won, one lost.
fn with_deals() -> Sandbox {
    let mut sandbox = Sandbox::workspace();
    for line in [
        "deal add 'Acme GmbH' --value 4200 --on 2026-10-20 --source inbound --set industry=manufacturing",
        "deal add Globex --value 38k --owner ab --on 2026-09-01 --product starter --source referral",
        "deal add 'Hooli AG' --value 45k --on 2026-08-03 --product starter --set industry=services",
        "deal add Initech --value 9k --owner ab --on 2026-07-06",
        "deal add 'Söhne & Co' --value 18k --on 2026-10-01 --set industry=retail",
        "deal advance globex --override 'known from the last project' --on 2026-10-02",
        "deal win hooli --override 'signed at the fair' --on 2026-09-30",
        "deal lose initech --reason price --on 2026-08-14",
        "deal hold söhne --until 2026-12-15 --reason 'budget freeze'",
    ] {
        sandbox.sh(&format!("salesctl {line}")).ok();
    }
    sandbox
}

#[test]
fn transcripts_read_as_they_stand() {
    let all = transcripts();
    assert!(all.len() >= 20, "the transcripts are there");
    let update = std::env::var("SALESCTL_UPDATE").ok();
    let is_asked = |path: &&PathBuf| match update.as_deref() {
        None | Some("1") => true,
        Some(part) => path.to_string_lossy().contains(part),
    };
    let all: Vec<&PathBuf> = all.iter().filter(is_asked).collect();
    let update = update.is_some();
    let queue = Mutex::new(all.iter());
    let different = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let Some(path) = queue.lock().expect("no panic").next() else {
                        break;
                    };
                    let expected = fs::read_to_string(path).expect("a transcript");
                    let given = replay(&expected);
                    if given == expected {
                        continue;
                    }
                    if update {
                        fs::write(path, given).expect("written");
                    } else {
                        let name = path.file_name().expect("a name").display();
                        let first = first_difference(&expected, &given);
                        different
                            .lock()
                            .expect("no panic")
                            .push(format!("{name}: {first}"));
                    }
                }
            });
        }
    });
    let different = different.into_inner().expect("no panic");
    assert!(
        different.is_empty(),
        "SALESCTL_UPDATE=1 accepts these:\n{}",
        different.join("\n")
    );
}

fn first_difference(expected: &str, given: &str) -> String {
    let mut command = "";
    let (mut old, mut new) = (expected.lines(), given.lines());
    loop {
        match (old.next(), new.next()) {
            (Some(a), Some(b)) if a == b => {
                if a.starts_with("$ ") {
                    command = a;
                }
            }
            (a, b) => {
                return format!(
                    "after `{command}`\n  - {}\n  + {}",
                    a.unwrap_or("(end)"),
                    b.unwrap_or("(end)")
                );
            }
        }
    }
}
