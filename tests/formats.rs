//! Every reading command in every format, on one small workspace; and the names of what JSON says, which
//! are kept: `json_fields.txt` has them, `SALESCTL_UPDATE=1` writes it anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};

use calamine::{Reader, Xlsx, open_workbook_from_rs};
use salesctl::render::Format;

use crate::command_tree::{EXPORTING, KEEPING, READING, has, leaves};
use crate::sandbox::{Ran, Sandbox};

/// A workspace in which every reading command has something to read, and what to ask it for.
struct Sample {
    sandbox: Sandbox,
    /// By command.
    arguments: BTreeMap<&'static str, String>,
}

impl Sample {
    fn new() -> Self {
        let mut sandbox = crate::lists::with_lists();
        for line in [
            "deal add 'Acme GmbH' --value 4200 --on 2026-10-20 --source inbound",
            "deal add 'Hooli AG' --value 45k --on 2026-08-03 --product starter",
            "deal win hooli --override 'signed at the fair' --on 2026-09-30",
            "deal person add acme 'Jana Roth' --role decider --email jana@acme.example",
            "experience add hooli 2 --note 'the second charger is dead'",
            "request add hooli 'export to SAP' --deal hooli --product starter",
            "referral add 'Ole Berg' --account acme --due fri",
            "prospect select --limit 2 --save some",
            "process suggest 'ask for the budget once' --stage qualify",
        ] {
            sandbox.sh(&format!("salesctl {line}")).ok();
        }
        sandbox.sh("salesctl export log -o log.csv").ok();
        let mut named = |list: &str, name: &str| {
            let json = sandbox.sh(&format!("salesctl {list} --json")).ok().json();
            let value = json["rows"][0][name].as_str().map(String::from);
            value.unwrap_or_else(|| panic!("`{list}` has no {name}: {json:#}"))
        };
        let batch = named("import list", "batch");
        let mut id = |list: &str| named(list, "id");
        let arguments = BTreeMap::from([
            ("account show", "acme".to_string()),
            ("deal history", "acme".to_string()),
            ("deal show", "acme".to_string()),
            ("experience show", id("experience list")),
            ("forecast changes", "--since 2026-11-01".to_string()),
            ("forecast need", "--target 240k".to_string()),
            ("gdpr source", "omar@globex.example".to_string()),
            ("import explain", format!("{batch} 2")),
            ("import show", batch),
            ("list invoice", "zoom-q4".to_string()),
            ("list show", "zoom-q4".to_string()),
            ("metric query", "win-rate".to_string()),
            ("metric show", "win-rate".to_string()),
            ("person show", "jana".to_string()),
            ("process discover", "log.csv --moves".to_string()),
            ("process tool", "'thank-you letter' --deal acme".to_string()),
            ("prospect select", "--limit 2".to_string()),
            ("prospect show", "omar@globex.example".to_string()),
            ("referral show", id("referral list")),
            ("report compare", "jr ab".to_string()),
            ("request show", id("request list")),
            ("selection run", "some --dry-run".to_string()),
            ("selection show", "some".to_string()),
            ("suppress check", "stop@initech.example".to_string()),
        ]);
        Self { sandbox, arguments }
    }

    fn asked(&mut self, command: &str, options: &str) -> Ran {
        let arguments = self.arguments.get(command).cloned().unwrap_or_default();
        let ran = self
            .sandbox
            .sh(&format!("salesctl {command} {arguments} {options}"));
        // `check` and the like say no with 1; the answer is there all the same.
        assert!(matches!(ran.code, Some(0 | 1)), "`{command}`\n{ran}");
        ran
    }
}

/// Today's work is the command without a name, a forecast and the suggestions are those without a second. An import sums up what it did and `import probe` what it saw, for
/// people or as JSON.
fn reading() -> impl Iterator<Item = &'static str> {
    let leaves = leaves();
    let takes_formats = move |name: &&str| {
        let mut all = leaves.iter();
        all.any(|(leaf, command)| leaf == name && has(command, "format"))
    };
    let named = READING.iter().chain(KEEPING).copied();
    ["", "forecast", "process suggestions"]
        .into_iter()
        .chain(named.filter(takes_formats))
}

#[test]
fn every_reading_command_takes_every_format() {
    for (name, command) in leaves() {
        if !has(&command, "format") || EXPORTING.contains(&name.as_str()) {
            continue;
        }
        let format = command
            .get_arguments()
            .find(|argument| argument.get_long() == Some("format"))
            .expect("it has");
        let takes: Vec<String> = format
            .get_possible_values()
            .iter()
            .map(|value| value.get_name().to_string())
            .collect();
        let drawn: &[Format] = if name == "process map" {
            &Format::DRAWN
        } else {
            &[]
        };
        let all: Vec<&str> = Format::ALL
            .iter()
            .chain(drawn)
            .map(|format| format.name())
            .collect();
        assert_eq!(takes, all, "`{name}`");
    }
}

/// The fields of a row, by schema. Names are only ever added: programs read them.
#[test]
fn fields_of_json_stay() {
    let mut sample = Sample::new();
    let mut schemas: BTreeMap<String, String> = BTreeMap::new();
    for command in reading() {
        let json = sample.asked(command, "--json").json();
        let schema = json["schema"].as_str().expect("a schema").to_string();
        let csv = sample.asked(command, "--format csv").stdout;
        let columns = csv.lines().next().expect("a header").replace(',', " ");
        let rows = json["rows"].as_array().expect("rows");
        for row in rows {
            let mut names: Vec<&str> = row
                .as_object()
                .expect("flat")
                .keys()
                .map(String::as_str)
                .collect();
            let mut header: Vec<&str> = columns.split(' ').collect();
            names.sort_unstable();
            header.sort_unstable();
            assert_eq!(names, header, "`{command}`");
        }
        let before = schemas.insert(schema.clone(), columns.clone());
        assert!(
            before.is_none_or(|before| before == columns),
            "{schema} has two shapes"
        );
    }
    let is = schemas
        .iter()
        .fold(String::new(), |mut out, (schema, columns)| {
            let _ = writeln!(out, "{schema}: {columns}");
            out
        });
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/json_fields.txt");
    if std::env::var_os("SALESCTL_UPDATE").is_some() {
        fs::write(&path, &is).expect("written");
        return;
    }
    let written = fs::read_to_string(&path).expect("the names");
    for line in written.lines() {
        let (schema, columns) = line.split_once(": ").expect("schema: columns");
        let now = schemas.get(schema).map_or("", String::as_str);
        let gone: Vec<&str> = columns
            .split(' ')
            .filter(|column| !now.split(' ').any(|name| name == *column))
            .collect();
        assert!(
            gone.is_empty(),
            "{schema} lost {gone:?}, which programs read: give it a new number at the end instead"
        );
    }
    assert_eq!(
        written, is,
        "there is more than was written down: SALESCTL_UPDATE=1 adds it"
    );
}

/// A page is a page and a workbook has the rows of the csv, whatever was asked.
#[test]
fn pages_and_workbooks() {
    let mut sample = Sample::new();
    for command in reading() {
        let page = sample.asked(command, "--format html").stdout;
        assert!(
            page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"),
            "`{command}`"
        );
        assert!(page.contains("<h1>"), "`{command}` has no heading");
        let file: PathBuf = sample.sandbox.path("out.xlsx");
        let csv = sample.asked(command, "--format csv --raw").stdout;
        sample.asked(command, "--format xlsx --output out.xlsx --force");
        let bytes = fs::read(&file).expect("the workbook");
        // When it says it was made is the day it speaks of: no clock is read for it.
        let properties = packed(&bytes, "docProps/core.xml");
        assert!(properties.contains("2026-11-21T00:00:00Z"), "{properties}");
        let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).expect("a workbook");
        let sheet = book.worksheet_range("answer").expect("a sheet");
        let lines = csv::Reader::from_reader(csv.as_bytes())
            .into_records()
            .count();
        assert_eq!(sheet.height().saturating_sub(1), lines, "`{command}`");
        assert!(book.worksheet_range("about").is_ok());
    }
}

/// A text of a zip file.
fn packed(zip: &[u8], name: &str) -> String {
    let at = zip
        .windows(name.len())
        .position(|part| part == name.as_bytes());
    let at = at.expect("it is there");
    let extra = usize::from(u16::from_le_bytes([zip[at - 2], zip[at - 1]]));
    let mut text = String::new();
    flate2::read::DeflateDecoder::new(&zip[at + name.len() + extra..])
        .read_to_string(&mut text)
        .expect("text");
    text
}
