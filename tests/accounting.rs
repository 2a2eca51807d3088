//! No row of a file of names is ever unaccounted for, whatever is in the file: what `import prospects` says
//! adds up to what reading counts, a rehearsal says the same, the same rows twice change nothing, and undo
//! leaves nothing.

use std::cell::{Cell, RefCell};
use std::fs;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use salesctl::import::read::{Options, Reader, Row};
use serde_json::Value;

use crate::sandbox::Sandbox;

const PARTS: [&str; 6] = [
    "new",
    "known",
    "duplicate",
    "suppressed",
    "seed",
    "rejected",
];

/// Headings of files that are seen, each with cells that could stand below it.
const COLUMNS: [(&str, &[&str]); 12] = [
    (
        "Email",
        &[
            "jana@acme.example",
            "new@hooli.example",
            "mole@spy.example",
            "stop@initech.example",
            "a@competitor.com",
            "broken@",
            "NEW@HOOLI.EXAMPLE",
        ],
    ),
    ("First Name", &["Jana", "Omar", "Li", "=1+1", "ada"]),
    ("Last Name", &["Roth", "Haddad", "Mole", "O'Neil", "KING"]),
    ("Company", &["Acme GmbH", "Acme", "Globex, Inc.", "Hooli"]),
    ("Phone", &["+49 30 901820", "4.9308E+11", "030 / 901820"]),
    ("City", &["Bonn", "Berlin", "München"]),
    ("Zip", &["01067", "=\"01067\"", "1067"]),
    ("Country", &["DE", "Germany", "Atlantis"]),
    ("Website", &["www.acme.example", "http://", "hooli.example"]),
    ("Revenue", &["1.234,5", "12 k", "#N/A"]),
    (
        "Notes",
        &["said \"no\"", "two\nlines", "semi;colon", "tab\there"],
    ),
    ("", &["x", "1"]),
];

/// Cells that stand anywhere.
const ANYWHERE: [&str; 10] = [
    "",
    "",
    "\"",
    "a \"b\" c",
    "nul\0nul",
    "\r\n",
    "\u{1b}[31m",
    " ",
    "é",
    "total",
];

/// A row before it is written: for each column one of its cells, or one that stands anywhere.
#[derive(Clone, Debug)]
enum Line {
    Cells(Vec<prop::sample::Index>),
    /// With fewer or more columns than the headings have.
    Ragged(Vec<prop::sample::Index>, usize),
    /// As an earlier one.
    Again(prop::sample::Index),
    Headings,
    /// Not escaped as CSV wants it.
    Raw(String),
}

#[derive(Clone, Debug)]
struct Sheet {
    columns: Vec<usize>,
    lines: Vec<Line>,
    delimiter: char,
    newline: &'static str,
}

fn sheets() -> impl Strategy<Value = Sheet> {
    let cells = || prop::collection::vec(any::<prop::sample::Index>(), 8);
    let line = prop_oneof![
        12 => cells().prop_map(Line::Cells),
        2 => (cells(), 0..10_usize).prop_map(|(cells, n)| Line::Ragged(cells, n)),
        3 => any::<prop::sample::Index>().prop_map(Line::Again),
        1 => Just(Line::Headings),
        1 => "[a-c\",;\\x00 \n@.]{0,20}".prop_map(Line::Raw),
    ];
    (
        prop::collection::vec(0..COLUMNS.len(), 1..6),
        prop::collection::vec(line, 0..24),
        prop::sample::select(vec![',', ';', '\t']),
        prop::sample::select(vec!["\n", "\r\n"]),
    )
        .prop_map(|(mut columns, lines, delimiter, newline)| {
            // Nearly always somebody is told by it.
            columns.insert(columns.len() / 2, 0);
            Sheet {
                columns,
                lines,
                delimiter,
                newline,
            }
        })
}

impl Sheet {
    fn written(&self) -> String {
        let headings = self.line(self.columns.iter().map(|column| COLUMNS[*column].0));
        let mut lines: Vec<String> = Vec::new();
        for line in &self.lines {
            let next = match line {
                Line::Cells(chosen) => self.line(self.cells(chosen)),
                Line::Ragged(chosen, n) => self.line(self.cells(chosen).cycle().take(*n)),
                Line::Again(which) if lines.is_empty() => which.index(9).to_string(),
                Line::Again(which) => lines[which.index(lines.len())].clone(),
                Line::Headings => headings.clone(),
                Line::Raw(text) => text.clone(),
            };
            lines.push(next);
        }
        lines.insert(0, headings);
        let mut text = lines.join(self.newline);
        text.push_str(self.newline);
        text
    }

    fn cells<'a>(
        &'a self,
        chosen: &'a [prop::sample::Index],
    ) -> impl Iterator<Item = &'static str> + Clone + 'a {
        self.columns.iter().zip(chosen).map(|(column, index)| {
            let own = COLUMNS[*column].1;
            // Most cells are such as belong there.
            let n = index.index(own.len() * 3 + ANYWHERE.len());
            match n.checked_sub(own.len() * 3) {
                Some(anywhere) => ANYWHERE[anywhere],
                None => own[n % own.len()],
            }
        })
    }

    fn line<'a>(&self, cells: impl Iterator<Item = &'a str>) -> String {
        let special = |c| c == self.delimiter || matches!(c, '"' | '\n' | '\r');
        let quoted = |cell: &str| {
            if cell.contains(special) {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                cell.to_string()
            }
        };
        let cells: Vec<String> = cells.map(quoted).collect();
        cells.join(&self.delimiter.to_string())
    }
}

/// Names of our own, a decoy, and whom to leave alone.
fn begin() -> Sandbox {
    let mut sandbox = Sandbox::workspace();
    sandbox.write(
        "house.csv",
        "Email,First Name,Last Name,Company,City\n\
         jana@acme.example,Jana,Roth,Acme GmbH,Bonn\n\
         omar@globex.example,Omar,Haddad,\"Globex, Inc.\",Berlin\n",
    );
    sandbox.write(
        "decoys.csv",
        "Email,Last Name,Zip\nmole@spy.example,Mole,01067\n",
    );
    sandbox.write("stop.csv", "Email\nstop@initech.example\n");
    sandbox.write("competitors.csv", "Domain\ncompetitor.com\n");
    for line in [
        "list add house --uses unlimited",
        "list add zoom --seeds decoys.csv",
        "import suppression stop.csv --purpose marketing --reason unsubscribed",
        "import suppression competitors.csv --purpose all --reason competitor",
        "import prospects house.csv --list house",
    ] {
        sandbox.sh(&format!("salesctl {line}")).ok();
    }
    sandbox
}

/// Rows of a table of the store.
fn rows_of(sandbox: &Sandbox, table: &str) -> i64 {
    let store = rusqlite::Connection::open(sandbox.store()).expect("it opens");
    store
        .query_row(&format!("SELECT COUNT(*) FROM {table}"), [], |row| {
            row.get(0)
        })
        .expect("counted")
}

fn names(sandbox: &mut Sandbox) -> Value {
    let listed = sandbox.run(&["prospect", "list", "--limit", "0", "--json"]);
    listed.ok().json()["rows"].take()
}

/// Rows, as reading alone counts them; `None` when the file can't be read.
fn rows_read(text: &str) -> Option<u64> {
    let mut reader = Reader::open(text.as_bytes(), &Options::default()).ok()?;
    let (mut row, mut rows) = (Row::default(), 0);
    while reader.next(&mut row).ok()? {
        rows += 1;
    }
    Some(rows)
}

/// What an import said; `None` when the file was refused.
fn imported(sandbox: &mut Sandbox, file: &str, more: &[&str]) -> Option<Value> {
    let mut arguments = vec!["import", "prospects", file, "--list", "zoom", "--json"];
    arguments.extend(more);
    let ran = sandbox.run(&arguments);
    match ran.code {
        // 1 when no row could be taken, which is said as well.
        Some(0 | 1) => Some(ran.json()["rows"][0].take()),
        Some(3) => None,
        _ => panic!("{ran}"),
    }
}

fn count(said: &Value, part: &str) -> u64 {
    said[part].as_u64().unwrap_or_else(|| panic!("{said}"))
}

/// Whether the file could be used.
fn check(sandbox: &mut Sandbox, sheet: &Sheet) -> Result<bool, TestCaseError> {
    let text = sheet.written();
    sandbox.write("list.csv", &text);
    let before = names(sandbox);
    let begun = ["prospect", "batch", "import_run"].map(|table| rows_of(sandbox, table));

    let rehearsed = imported(sandbox, "list.csv", &["--dry-run"]);
    let untouched = ["prospect", "batch", "import_run"].map(|table| rows_of(sandbox, table));
    prop_assert_eq!(untouched, begun, "a rehearsal writes nothing");
    let Some(said) = imported(sandbox, "list.csv", &[]) else {
        prop_assert_eq!(rehearsed, None);
        prop_assert_eq!(names(sandbox), before);
        return Ok(false);
    };
    let sum: u64 = PARTS.iter().map(|part| count(&said, part)).sum();
    prop_assert_eq!(sum, count(&said, "read"), "{}", said);
    prop_assert_eq!(Some(count(&said, "read")), rows_read(&text), "{}", said);
    let rehearsed = rehearsed.expect("what can be imported can be rehearsed");
    for part in PARTS.into_iter().chain(["read", "unsure"]) {
        prop_assert_eq!(&rehearsed[part], &said[part], "{}", part);
    }
    let after = names(sandbox);

    // The very file: nothing is even read. The same rows in another file: none is somebody new.
    let filled = ["prospect", "batch", "import_run"].map(|table| rows_of(sandbox, table));
    let again = imported(sandbox, "list.csv", &[]).expect("as before");
    prop_assert_eq!(count(&again, "new"), 0);
    let unchanged = ["prospect", "batch", "import_run"].map(|table| rows_of(sandbox, table));
    prop_assert_eq!(unchanged, filled);
    let other = "--rejects=other.rejects.csv";
    sandbox.write("other.csv", text.clone() + sheet.newline);
    if rows_read(&(text + sheet.newline)) == Some(count(&said, "read"))
        && let Some(other) = imported(sandbox, "other.csv", &[other])
    {
        prop_assert_eq!(count(&other, "rejected"), count(&said, "rejected"));
        prop_assert_eq!(
            count(&other, "known") + count(&other, "rejected"),
            count(&said, "read")
        );
        prop_assert_eq!(rows_of(sandbox, "prospect"), filled[0]);
        let batch = other["batch"].as_str().expect("a batch").to_string();
        sandbox.run(&["import", "undo", &batch]).ok();
    }
    prop_assert_eq!(names(sandbox), after);

    let batch = said["batch"].as_str().expect("a batch");
    sandbox.run(&["import", "undo", batch]).ok();
    prop_assert_eq!(names(sandbox), before, "undo leaves nothing");
    Ok(true)
}

#[test]
fn every_row_is_accounted_for() {
    // PROPTEST_CASES looks harder.
    let config = Config::default();
    let config = Config {
        cases: (config.cases / 10).max(1),
        max_shrink_iters: 200,
        failure_persistence: None,
        ..config
    };
    let (cases, usable) = (Cell::new(0_u32), Cell::new(0_u32));
    let sandbox = begin();
    // A store that nobody has open is one file.
    let store = fs::read(sandbox.store()).expect("read");
    let sandbox = RefCell::new(sandbox);
    TestRunner::new(config)
        .run(&sheets(), |sheet| {
            let mut sandbox = sandbox.borrow_mut();
            sandbox.write("sales.db", &store);
            cases.set(cases.get() + 1);
            usable.set(usable.get() + u32::from(check(&mut sandbox, &sheet)?));
            if cases.get() % 4 == 0 {
                sandbox.run(&["doctor"]).ok();
            }
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    assert!(
        usable.get() * 2 > cases.get(),
        "{} of {} files could be used",
        usable.get(),
        cases.get()
    );
}
