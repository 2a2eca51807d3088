//! Promises that every command keeps, checked by walking the command tree: help with two examples that
//! parse, machine formats on what reads, a dry run on what writes.

use clap::Command;

/// Leaf commands that only read, and so print in every format.
pub(crate) const READING: &[&str] = &[
    "absence list",
    "account list",
    "assign suggest",
    "account show",
    "catalog list",
    "check",
    "config list",
    "deal history",
    "deal list",
    "deal show",
    "doctor",
    "experience list",
    "experience show",
    "forecast evidence",
    "forecast accuracy",
    "forecast backtest",
    "forecast calls",
    "forecast changes",
    "forecast need",
    "forecast rollup",
    "gdpr source",
    "history",
    "import explain",
    "import list",
    "import probe",
    "import show",
    "list invoice",
    "list list",
    "list show",
    "metric audit",
    "metric list",
    "metric query",
    "metric show",
    "person list",
    "person show",
    "process burden",
    "process check",
    "process diff",
    "process discover",
    "process guide",
    "process matrix",
    "process plan",
    "process tool",
    "prospect duplicates",
    "prospect list",
    "prospect show",
    "process log",
    "process map",
    "process show",
    "process test",
    "selection list",
    "selection show",
    "referral credit",
    "referral list",
    "referral show",
    "report compare",
    "report conformance",
    "report aging",
    "report changes",
    "report breakdown",
    "report coverage",
    "report activity",
    "report cohorts",
    "report costs",
    "report data",
    "report experience",
    "report requests",
    "report durations",
    "report funnel",
    "report lists",
    "report losses",
    "report meeting",
    "report overlap",
    "report pipeline",
    "report scorecard",
    "report sources",
    "report targets",
    "report velocity",
    "report win-rate",
    "request list",
    "request show",
    "score fit",
    "source cost list",
    "suppress check",
    "suppress list",
    "target list",
    "topic list",
];

/// Commands that answer in every format and can keep the answer.
pub(crate) const KEEPING: &[&str] = &["process review", "prospect select", "selection run"];

/// Commands that write a file for other programs, in formats of their own.
pub(crate) const EXPORTING: &[&str] = &["export log"];

/// Writing commands that hand names out, and so have an `--output` for them.
const HAND_OUT: &[&str] = &["list return", "list use", "prospect export"];

/// Leaf commands without `--dry-run`: they make new files only, and refuse to overwrite one.
const MAKE_FILES: &[&str] = &[
    "backup",
    "completion",
    "demo",
    "init",
    "man",
    "process schema",
];

fn tree() -> Command {
    let mut tree = salesctl::cli::command();
    tree.build();
    tree
}

/// Every leaf with its name as it is typed, without the program's.
pub(crate) fn leaves() -> Vec<(String, Command)> {
    fn walk(path: &str, command: &Command, out: &mut Vec<(String, Command)>) {
        let mut has_children = false;
        for child in command.get_subcommands() {
            has_children = true;
            walk(format!("{path} {}", child.get_name()).trim(), child, out);
        }
        if !has_children {
            out.push((path.to_string(), command.clone()));
        }
    }
    let mut out = Vec::new();
    walk("", &tree(), &mut out);
    assert!(out.len() > 30, "the tree is there");
    out
}

pub(crate) fn has(command: &Command, option: &str) -> bool {
    command
        .get_arguments()
        .any(|argument| argument.get_long() == Some(option))
}

/// The command lines under `Examples:`.
fn examples(command: &Command) -> Vec<String> {
    let help = command
        .get_after_help()
        .map(ToString::to_string)
        .unwrap_or_default();
    help.lines()
        .skip_while(|line| *line != "Examples:")
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .map(|line| line.trim().to_string())
        .collect()
}

/// Splits a line as a shell does, as far as the examples go: words, quotes, `>>`, `&&`, two spaces before
/// an explanation.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    let mut spaces = 0;
    for c in line.chars() {
        if quote == Some(c) {
            quote = None;
        } else if quote.is_some() {
            words.last_mut().expect("one").push(c);
        } else if c == '"' || c == '\'' {
            quote = Some(c);
        } else if c == ' ' {
            spaces += 1;
            if spaces == 1 {
                words.push(String::new());
            } else {
                break;
            }
            continue;
        } else {
            words.last_mut().expect("one").push(c);
        }
        spaces = 0;
    }
    words.retain(|word| !word.is_empty());
    let end = words
        .iter()
        .position(|word| matches!(word.as_str(), ">" | ">>" | "&&" | "|"));
    words.truncate(end.unwrap_or(words.len()));
    words
}

#[test]
fn every_command_says_what_it_does() {
    for (name, command) in leaves() {
        let about = command.get_about().map(ToString::to_string);
        let about = about.unwrap_or_default();
        assert!(!about.is_empty(), "`{name}` has no help");
        assert!(
            !about.ends_with('.'),
            "`{name}` ends with a full stop: {about}"
        );
        assert!(
            about.chars().next().is_some_and(char::is_uppercase),
            "`{name}`: {about}"
        );
        // Imperative: not `Adds`, not `Adding`, not `The …`.
        let first = about.split(' ').next().unwrap_or_default().to_lowercase();
        let is_noun = ["the", "a", "an", "this", "reps"].contains(&first.as_str());
        let is_verb = !is_noun
            && (first == "bring" || !first.ends_with("ing"))
            && (!first.ends_with('s') || first.ends_with("ss"));
        assert!(is_verb, "`{name}` does not begin with a verb: {about}");
    }
}

#[test]
fn every_option_is_explained() {
    let mut silent = Vec::new();
    for (name, command) in leaves() {
        for argument in command.get_arguments() {
            if argument.get_help().is_none() && argument.get_id() != "help" {
                silent.push(format!("{name} {}", argument.get_id()));
            }
        }
    }
    // What the name says already.
    silent.retain(|one| {
        ![
            "title", "product", "source", "email", "phone", "kind", "name", "role", "shell",
            "team", "login",
        ]
        .iter()
        .any(|plain| one.ends_with(&format!(" {plain}")))
    });
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn every_command_has_two_examples_that_parse() {
    for (name, command) in leaves() {
        let examples = examples(&command);
        assert!(
            examples.len() >= 2,
            "`{name}` has {} examples",
            examples.len()
        );
        for example in examples {
            assert!(
                example.starts_with(format!("salesctl {name}").trim()),
                "`{name}`: {example}"
            );
            if let Err(error) = tree().try_get_matches_from(words(&example)) {
                panic!("`{example}` in the help of `{name}`: {error}");
            }
        }
    }
    for example in examples(&tree()) {
        tree()
            .try_get_matches_from(words(&example))
            .unwrap_or_else(|error| panic!("`{example}`: {error}"));
    }
}

#[test]
fn every_reading_command_has_machine_formats() {
    let root = tree();
    for option in ["format", "json", "output"] {
        assert!(has(&root, option), "today's work has no --{option}");
    }
    for (name, command) in leaves() {
        let reads = READING.contains(&name.as_str()) || KEEPING.contains(&name.as_str());
        // An import sums up what it did, for people or as JSON.
        let is_told = [
            "import explain",
            "import list",
            "import show",
            "import undo",
        ]
        .contains(&name.as_str());
        if name.starts_with("import ") && !is_told {
            assert!(has(&command, "json"), "`{name}`");
            continue;
        }
        for option in ["format", "json", "output"] {
            let exports = EXPORTING.contains(&name.as_str()) && option != "json";
            let fits =
                reads || exports || (option == "output" && HAND_OUT.contains(&name.as_str()));
            assert_eq!(has(&command, option), fits, "`{name}` and --{option}");
        }
    }
}

#[test]
fn every_writing_command_has_a_dry_run() {
    for (name, command) in leaves() {
        let plain = [READING, MAKE_FILES, EXPORTING]
            .iter()
            .any(|list| list.contains(&name.as_str()));
        assert_eq!(has(&command, "dry-run"), !plain, "`{name}`");
    }
    for listed in READING
        .iter()
        .chain(KEEPING)
        .chain(MAKE_FILES)
        .chain(EXPORTING)
    {
        assert!(
            leaves().iter().any(|(name, _)| name == listed),
            "`{listed}` is no command any more"
        );
    }
}

#[test]
fn clap_finds_no_fault_with_the_tree() {
    salesctl::cli::command().debug_assert();
}

#[test]
fn the_help_lists_every_command() {
    let help = salesctl::cli::command().render_help().to_string();
    for command in tree().get_subcommands() {
        let name = command.get_name();
        let listed = help.lines().any(|line| {
            line.strip_prefix("  ").is_some_and(|line| {
                line.split("  ")
                    .next()
                    .is_some_and(|names| names.split(", ").any(|listed| listed == name))
            })
        });
        assert!(listed, "`{name}` is not in the help");
    }
}
