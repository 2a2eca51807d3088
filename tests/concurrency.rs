//! Several shells at one store, and shells that are killed: every acknowledged command is kept, every
//! other one leaves nothing, and nobody sees a lock.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::sandbox::Sandbox;

/// The program with real ids and the real clock, as shells at once have them.
fn command(sandbox: &mut Sandbox, arguments: &[&str]) -> Command {
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_salesctl"));
    command
        .args(arguments)
        .env_remove("SALESCTL_SEED")
        .env_remove("SALESCTL_CLOCK")
        .env_remove("SALESCTL_TODAY")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// What a command of today prints as JSON: the deals are of the real day, whatever the sandbox's is.
fn json(sandbox: &mut Sandbox, arguments: &[&str]) -> serde_json::Value {
    let output = command(sandbox, arguments).output().expect("it runs");
    assert!(output.status.success(), "{arguments:?}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn accounts(sandbox: &mut Sandbox) -> Vec<String> {
    let listed = json(sandbox, &["deal", "list", "--json"]);
    listed["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row["account"].as_str().expect("a name").to_string())
        .collect()
}

#[test]
fn shells_at_once_all_succeed() {
    const SHELLS: usize = 4;
    const COMMANDS: usize = 12;
    let mut sandbox = Sandbox::workspace();
    command(&mut sandbox, &["deal", "add", "Shared", "--value", "9k"])
        .status()
        .expect("it runs");
    let mut shells: Vec<Vec<Command>> = Vec::new();
    for shell in 0..SHELLS {
        let mut commands = Vec::new();
        for n in 0..COMMANDS {
            let name = format!("Account {shell}-{n}");
            commands.push(match n % 4 {
                // The same deal, so that they meet at one version of it.
                0 => command(&mut sandbox, &["deal", "note", "shared", &name]),
                1 => command(
                    &mut sandbox,
                    &["deal", "set", "shared", &format!("problem={name}")],
                ),
                2 => command(&mut sandbox, &["report", "pipeline"]),
                _ => command(&mut sandbox, &["deal", "add", &name, "--value", "1k"]),
            });
        }
        shells.push(commands);
    }
    std::thread::scope(|scope| {
        for commands in shells {
            scope.spawn(move || {
                for mut command in commands {
                    let output = command.output().expect("it runs");
                    let stderr = String::from_utf8_lossy(&output.stderr);
                    assert!(output.status.success(), "{command:?}\n{stderr}");
                }
            });
        }
    });
    sandbox.run(&["doctor"]).ok();
    assert_eq!(accounts(&mut sandbox).len(), 1 + SHELLS * COMMANDS / 4);
    let shown = json(&mut sandbox, &["deal", "history", "shared", "--json"]);
    let notes = shown["rows"].as_array().expect("rows").iter();
    let notes = notes.filter(|row| {
        row["what"]
            .as_str()
            .is_some_and(|what| what.starts_with("note"))
    });
    assert_eq!(notes.count(), SHELLS * COMMANDS / 4);
}

/// A backup while others write is whole.
#[test]
fn a_backup_is_made_while_others_write() {
    let mut sandbox = Sandbox::workspace();
    let mut writers: Vec<Child> = Vec::new();
    for n in 0..12 {
        let name = format!("Account {n}");
        writers.push(
            command(&mut sandbox, &["deal", "add", &name])
                .spawn()
                .expect("it starts"),
        );
        if n % 4 == 0 {
            sandbox
                .run(&["backup", &format!("copy{n}.db")])
                .ok()
                .says("opened and checked");
        }
    }
    for writer in writers {
        let output = writer.wait_with_output().expect("it ends");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    for n in [0, 4, 8] {
        sandbox
            .run(&["--store", &format!("copy{n}.db"), "doctor"])
            .ok();
    }
    assert_eq!(accounts(&mut sandbox).len(), 12);
}

#[test]
fn a_killed_command_is_all_or_nothing() {
    const KILLS: usize = 60;
    let mut sandbox = Sandbox::workspace();
    // How long one takes when it is left alone, so that the kills fall all over it.
    let started = Instant::now();
    for n in 0..3 {
        sandbox.run(&["deal", "add", &format!("Left {n}")]).ok();
    }
    let usual = started.elapsed() / 3;
    let mut rng = fastrand::Rng::with_seed(11);
    let (mut acknowledged, mut killed) = (Vec::new(), 0);
    for n in 0..KILLS {
        let name = format!("Account {n}");
        // Two at once: one is killed while the other waits for its lock or finds what it left.
        let mut victim = command(&mut sandbox, &["deal", "add", &name])
            .spawn()
            .expect("it starts");
        let other = format!("Other {n}");
        let bystander = (n % 3 == 0).then(|| {
            command(&mut sandbox, &["deal", "add", &other])
                .spawn()
                .expect("it starts")
        });
        std::thread::sleep(usual.mul_f64(rng.f64() * 1.2).min(Duration::from_secs(1)));
        victim.kill().expect("it is ours");
        let output = victim.wait_with_output().expect("it ended");
        if output.stdout.starts_with("✓".as_bytes()) {
            acknowledged.push(name);
        } else {
            killed += 1;
        }
        if let Some(bystander) = bystander {
            let output = bystander.wait_with_output().expect("it ends");
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{stderr}");
            acknowledged.push(other);
        }
    }
    sandbox.run(&["doctor"]).ok();
    let found = accounts(&mut sandbox);
    for name in &acknowledged {
        assert!(
            found.contains(name),
            "`{name}` was acknowledged and is lost"
        );
    }
    assert!(killed > 0, "no kill fell into a command");
    // What was killed is there as a whole or not at all: an account never without its deal.
    let store = rusqlite::Connection::open(sandbox.store()).expect("it opens");
    let orphans: i64 = store
        .query_row(
            "SELECT COUNT(*) FROM account a WHERE NOT EXISTS (SELECT 1 FROM deal d WHERE d.account = a.id)",
            [],
            |row| row.get(0),
        )
        .expect("asked");
    assert_eq!(orphans, 0);
    let unfinished: i64 = store
        .query_row(
            "SELECT COUNT(*) FROM operation o WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.operation = o.id)",
            [],
            |row| row.get(0),
        )
        .expect("asked");
    assert_eq!(unfinished, 0);
}
