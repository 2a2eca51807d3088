//! The README says what is so: its sessions are run, its commands and files exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use salesctl::prospect::map::ProspectMap;

use crate::markdown;
use crate::sandbox::Sandbox;

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).expect("the README")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn sessions_print_what_is_written() {
    markdown::check(&root().join("README.md"));
}

/// Whoever clones the repository types these two. The first is run here with the binary that is built
/// already; the second is what runs this test.
#[test]
fn two_commands_are_enough() {
    let readme = readme();
    let block = readme
        .split("```sh\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .expect("a block with the two commands");
    let commands: Vec<&str> = block
        .lines()
        .map(|line| line.split("  #").next().unwrap_or_default().trim_end())
        .collect();
    let [demo, test] = commands.as_slice() else {
        panic!("not two commands: {commands:?}")
    };
    let words = demo
        .strip_prefix("cargo run --release -- ")
        .expect("a cargo command");
    let mut sandbox = Sandbox::empty();
    let (printed, code) = sandbox.line(&format!("salesctl {words}"));
    assert_eq!(code, 0, "{printed}");
    assert_eq!(*test, "cargo test --locked");
    if let Ok(script) = fs::read_to_string(root().join(".ci/run")) {
        assert!(script.contains(test), ".ci/run runs another test command");
    }
}

/// The map in the README is one, with all that a map can say.
#[test]
fn maps_of_prospects_are_sound() {
    let readme = readme();
    let maps: Vec<&str> = readme
        .split("```toml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .filter(|block| !block.contains("[[metric]]"))
        .collect();
    assert_eq!(maps.len(), 1);
    for map in maps {
        let map = ProspectMap::parse(map).expect("a sound map");
        assert_eq!(map.fields().count(), 10);
    }
}

/// What it says of metrics, targets and checks can be put into a process as it stands there.
#[test]
fn metrics_targets_and_checks_are_sound() {
    let readme = readme();
    let block = readme
        .split("```toml\n")
        .filter_map(|rest| rest.split("```").next())
        .find(|block| block.contains("[[metric]]"))
        .expect("a block on metrics");
    let mut sandbox = Sandbox::workspace();
    let process = fs::read_to_string(sandbox.path("process.toml")).expect("the process");
    sandbox.write("process.toml", format!("{process}\n{block}"));
    sandbox.sh("salesctl process check").ok();
    sandbox
        .sh("salesctl process apply --why 'as in the README'")
        .ok();
    sandbox.sh("salesctl metric query big-win-rate").ok();
    sandbox.sh("salesctl report targets").ok().says("revenue");
}

/// Every block is a session, which is run, the two commands, or a map, which is read.
#[test]
fn no_block_goes_untested() {
    let readme = readme();
    let mut inside = false;
    for line in readme.lines().filter(|line| line.starts_with("```")) {
        let known =
            line.starts_with("```console") || ["```sh", "```text", "```toml"].contains(&line);
        assert!(inside || known, "`{line}` is a block that nothing runs");
        inside = !inside;
    }
    assert_eq!(readme.matches("```sh\n").count(), 1);
}

/// The list of commands is the list of commands.
#[test]
fn every_command_is_listed() {
    let readme = readme();
    let section = readme
        .split("\n## ")
        .find(|section| section.starts_with("Commands by job"))
        .expect("a section on the commands");
    let listed: BTreeSet<String> = section
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|written| !written.starts_with("--"))
        .flat_map(expand)
        .collect();
    let mut real = BTreeSet::new();
    leaves(&salesctl::cli::command(), "", &mut real);
    let missing: Vec<_> = real.difference(&listed).collect();
    let invented: Vec<_> = listed.difference(&real).collect();
    assert!(
        missing.is_empty() && invented.is_empty(),
        "not in the README: {missing:?}; not in the program: {invented:?}"
    );
}

/// `deal add | set` names two commands.
fn expand(written: &str) -> Vec<String> {
    let mut group = "";
    written
        .split(" | ")
        .map(|one| {
            if let Some((first, last)) = one.rsplit_once(' ') {
                group = first;
                format!("{first} {last}")
            } else if group.is_empty() {
                one.to_string()
            } else {
                format!("{group} {one}")
            }
        })
        .collect()
}

fn leaves(command: &clap::Command, path: &str, all: &mut BTreeSet<String>) {
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        let path = format!("{path} {}", sub.get_name()).trim().to_string();
        if sub.get_subcommands().next().is_none() {
            all.insert(path);
        } else {
            leaves(sub, &path, all);
        }
    }
}

/// The walk through the code names the rooms that are there.
#[test]
fn every_room_is_on_the_walk() {
    let readme = readme();
    let section = readme
        .split("\n## ")
        .find(|section| section.starts_with("How the code is laid out"))
        .expect("a section on the code");
    for entry in fs::read_dir(root().join("src")).expect("src") {
        let name = entry.expect("an entry").file_name();
        let name = name.to_string_lossy();
        let room = name.strip_suffix(".rs").unwrap_or(&name);
        assert!(
            section.contains(&format!("src/{room}")),
            "src/{room} is not on it"
        );
    }
}
