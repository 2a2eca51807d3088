//! The dependency rule of the design, the homes of outside crates, and the shape of the tree, held by
//! reading the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Who may use whom inside the crate. `text`, `fault`, `id`, `money` and `date` are words that
/// everybody speaks.
const MAY_USE: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("fault", &["text"]),
    ("id", &[]),
    ("money", &["text"]),
    ("document", &["money"]),
    ("date", &["document", "text", "money"]),
    ("condition", &["text", "fault"]),
    (
        "process",
        &["condition", "date", "fault", "money", "text", "document"],
    ),
    ("statistics", &[]),
    (
        "forecast",
        &[
            "date",
            "deal",
            "document",
            "id",
            "money",
            "process",
            "statistics",
        ],
    ),
    (
        "deal",
        &[
            "condition",
            "date",
            "fault",
            "id",
            "list",
            "money",
            "process",
            "prospect",
            "statistics",
            "text",
        ],
    ),
    (
        "store",
        &[
            "condition",
            "date",
            "deal",
            "fault",
            "id",
            "import",
            "list",
            "money",
            "process",
            "prospect",
            "text",
        ],
    ),
    (
        "report",
        &[
            "date",
            "deal",
            "document",
            "fault",
            "forecast",
            "id",
            "list",
            "money",
            "process",
            "statistics",
            "text",
        ],
    ),
    ("render", &["date", "document", "money", "text"]),
    (
        "import",
        &[
            "condition",
            "date",
            "deal",
            "document",
            "fault",
            "id",
            "money",
            "process",
            "text",
        ],
    ),
    (
        "list",
        &[
            "date", "document", "fault", "id", "money", "process", "text",
        ],
    ),
    (
        "prospect",
        &[
            "condition",
            "date",
            "document",
            "fault",
            "id",
            "import",
            "list",
            "money",
            "process",
            "text",
        ],
    ),
    (
        "demo",
        &[
            "condition",
            "date",
            "deal",
            "document",
            "fault",
            "id",
            "money",
            "process",
            "text",
        ],
    ),
];

/// The homes of outside crates.
const HOMES: &[(&str, &[&str])] = &[
    ("annotate_snippets", &["process"]),
    ("any_ascii", &["prospect"]),
    ("chardetng", &["import"]),
    ("flate2", &["import", "cli"]),
    ("phonenumber", &["prospect"]),
    ("psl", &["prospect"]),
    ("rapidfuzz", &["prospect", "store", "text"]),
    ("unicode_normalization", &["prospect", "text"]),
    ("anstream", &["cli"]),
    ("anstyle", &["cli", "render"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("comfy_table", &["render"]),
    ("csv", &["import", "prospect", "render", "cli"]),
    ("encoding_rs", &["import", "prospect"]),
    ("indicatif", &["cli"]),
    ("mail_builder", &["render"]),
    ("memchr", &["import"]),
    ("microlp", &["deal"]),
    ("nalgebra", &["forecast"]),
    ("plotters", &["render"]),
    ("jiff", &["process"]),
    ("quick_xml", &["import"]),
    ("rusqlite", &["store", "condition"]),
    ("rust_xlsxwriter", &["render"]),
    ("rustix", &["store", "cli"]),
    ("statrs", &["statistics"]),
    ("sha2", &["store", "cli", "import"]),
    ("tempfile", &["cli", "store", "import"]),
    ("terminal_size", &["cli"]),
    ("toml", &["process", "import", "list", "prospect", "cli"]),
    ("toml_edit", &["process"]),
];

/// What domain code never does: print, or read clock, environment or files.
const IMPURE: &[&str] = &[
    "std::env",
    "std::fs",
    "std::io::stdin",
    "std::process",
    "Utc::now",
    "Local::now",
    "SystemTime",
];
const PURE: &[&str] = &[
    "condition",
    "date",
    "deal",
    "document",
    "fault",
    "forecast",
    "money",
    "process",
    "report",
    "text",
];

/// Files that are longer than they should be, each with its reason.
const LONG: &[(&str, &str)] = &[
    ("src/process/mod.rs", "one list of what a process is"),
    ("src/process/shape.rs", "one list of tables and keys"),
    (
        "src/process/scenario.rs",
        "one reader: what is given, and what is expected",
    ),
    ("src/report/forecast/figures.rs", "one set of figures"),
    ("src/cli/deal/show.rs", "one page, fact by fact"),
    ("src/process/target_tests.rs", "cases of one reader"),
    ("src/report/target/tests.rs", "cases of one report"),
    ("src/report/audit/tests.rs", "cases of one report"),
    ("src/report/conformance/tests.rs", "cases of one report"),
    ("src/report/moves/mod.rs", "one fold over two days"),
    ("src/report/review/tests.rs", "cases of one report"),
    ("src/report/breakdown/shown.rs", "one report in words"),
    ("src/report/meeting/mod.rs", "one page, section by section"),
    ("src/report/scorecard/page.rs", "one page, figure by figure"),
    (
        "src/report/scorecard/mod.rs",
        "one line a rep, figure by figure",
    ),
    ("src/render/tests.rs", "cases of all formats"),
    ("src/render/chart/tests.rs", "cases of all shapes"),
    ("src/report/forecast/tests.rs", "cases of one report"),
    (
        "src/condition/engine.rs",
        "one engine, its guard and its budget",
    ),
    ("src/deal/deal.rs", "one fold over all events"),
    (
        "src/deal/event.rs",
        "one list of everything that is written",
    ),
    (
        "src/import/guess.rs",
        "one guess from many looks at a column",
    ),
    ("src/import/history.rs", "one plan from a log of moves"),
    ("src/import/records.rs", "one reader, state by state"),
    (
        "src/report/metric/tests_by_hand.rs",
        "cases of all metrics over one book",
    ),
    (
        "src/report/tests.rs",
        "cases of all reports over one sample",
    ),
    ("src/report/sample.rs", "one book, told by hand"),
    ("src/store/query.rs", "one list of what commands ask"),
    ("src/store/schema.rs", "one list of migrations"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Each source file: its path from the top, its module at the top of the crate, its code without
/// comments, strings and test modules.
fn sources() -> Vec<(String, String, String)> {
    let folder = root().join("src");
    let files = rust_files(&folder);
    assert!(files.len() > 100, "the sources are there");
    files
        .into_iter()
        .map(|path| {
            let inside = path.strip_prefix(&folder).expect("inside");
            let first = inside.components().next().expect("a name");
            let module = Path::new(first.as_os_str())
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            let name = format!("src/{}", inside.display());
            (
                name,
                module,
                code(&fs::read_to_string(&path).expect("text")),
            )
        })
        .collect()
}

/// Comments, texts and the test module at the end are no code.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or(text);
    let mut out = String::new();
    for line in text.lines() {
        let mut quoted = false;
        let mut escaped = false;
        let mut previous = ' ';
        for c in line.chars() {
            if !quoted && c == '/' && previous == '/' {
                out.pop();
                break;
            }
            if c == '"' && !escaped && previous != '\'' {
                quoted = !quoted;
            }
            escaped = quoted && c == '\\' && !escaped;
            if !quoted {
                out.push(c);
            }
            previous = c;
        }
        out.push('\n');
    }
    out
}

/// Modules at the top of the crate that a file names after `crate::`, grouped imports included.
fn used(code: &str) -> BTreeSet<String> {
    let name = |text: &str| -> String {
        text.chars()
            .take_while(|c| c.is_ascii_lowercase() || *c == '_')
            .collect()
    };
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let end = group.find(';').unwrap_or(group.len());
            found.extend(group[..end].split(',').map(|part| name(part.trim())));
        } else {
            found.insert(name(rest));
        }
    }
    found.remove("");
    found
}

fn names_crate(code: &str, outside: &str) -> bool {
    [format!("{outside}::"), format!("use {outside};")]
        .iter()
        .any(|form| {
            code.match_indices(form.as_str()).any(|(at, _)| {
                let before = code[..at].chars().next_back();
                !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
            })
        })
}

#[test]
fn modules_use_only_what_they_may() {
    let rules: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let mut broken = Vec::new();
    for (path, module, code) in sources() {
        let free = ["main", "lib", "cli"].contains(&module.as_str());
        for other in used(&code) {
            if other == module || (free && other != "cli") {
                continue;
            }
            let allowed = rules
                .get(module.as_str())
                .is_some_and(|may| may.contains(&other.as_str()));
            if !allowed {
                broken.push(format!("{path} uses crate::{other}"));
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn every_module_has_its_rule() {
    let modules: BTreeSet<String> = sources().into_iter().map(|(_, module, _)| module).collect();
    for module in modules {
        let known = MAY_USE.iter().any(|(name, _)| *name == module)
            || ["main", "lib", "cli"].contains(&module.as_str());
        assert!(
            known,
            "say in tests/architecture.rs what `{module}` may use"
        );
    }
}

#[test]
fn outside_crates_stay_at_home() {
    let mut broken = Vec::new();
    for (path, module, code) in sources() {
        for (outside, homes) in HOMES {
            if names_crate(&code, outside) && !homes.contains(&module.as_str()) {
                broken.push(format!("{path} uses {outside}, whose home is {homes:?}"));
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn domain_code_touches_nothing_outside() {
    let mut broken = Vec::new();
    for (path, module, code) in sources() {
        for word in IMPURE {
            if PURE.contains(&module.as_str()) && code.contains(word) {
                broken.push(format!("{path} names {word}"));
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn nothing_prints_past_the_console() {
    for (path, _, code) in sources() {
        for word in [
            "println!",
            "print!(",
            "eprintln!",
            "eprint!(",
            "dbg!",
            "todo!",
            "unimplemented!",
            ".unwrap()",
        ] {
            let found = code
                .match_indices(word)
                .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
            assert!(!found, "{path} has `{word}`");
        }
    }
}

#[test]
fn every_file_says_its_place_and_stays_short() {
    for path in rust_files(&root().join("src"))
        .into_iter()
        .chain(rust_files(&root().join("tests")))
    {
        let text = fs::read_to_string(&path).expect("text");
        let name = path
            .strip_prefix(root())
            .expect("inside")
            .display()
            .to_string();
        assert!(text.starts_with("//! "), "{name} has no head line");
        let lines = text.lines().count();
        let reason = LONG.iter().find(|(long, _)| *long == name);
        if name.starts_with("src/") && lines > 400 {
            assert!(reason.is_some(), "{name} has {lines} lines");
        } else {
            assert!(
                reason.is_none(),
                "{name} is short now: take it off the list"
            );
        }
    }
}

#[test]
fn no_test_file_is_forgotten() {
    let all = fs::read_to_string(root().join("tests/all.rs")).expect("there");
    for entry in fs::read_dir(root().join("tests")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let is_test = path.extension().is_some_and(|extension| extension == "rs");
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        if is_test && name != "all" {
            assert!(
                all.lines().any(|line| line == format!("mod {name};")),
                "tests/{name}.rs is not in tests/all.rs"
            );
        }
    }
}

/// The reading of the sources has teeth.
#[test]
fn uses_are_found_where_they_are() {
    let found = |text: &str| used(&code(text)).into_iter().collect::<Vec<_>>();
    assert_eq!(found("use crate::store::{self, Store};"), ["store"]);
    assert_eq!(found("use crate::{deal::Deal, text};"), ["deal", "text"]);
    assert_eq!(
        found("let x = crate::cli::main(); // crate::report\n\"crate::render\""),
        ["cli"]
    );
    assert!(names_crate(&code("use rusqlite::Connection;"), "rusqlite"));
    assert!(names_crate(&code("fn f() -> csv::Result<()> {}"), "csv"));
    assert!(!names_crate(
        &code("super::csv::write(); // csv::Reader"),
        "csv"
    ));
    let by_module = |wanted: &str| {
        let of_it = sources()
            .into_iter()
            .filter(|(_, module, _)| module == wanted);
        of_it
            .flat_map(|(_, _, code)| used(&code))
            .collect::<BTreeSet<_>>()
    };
    assert!(by_module("store").contains("deal"));
    assert!(by_module("report").contains("document"));
}
