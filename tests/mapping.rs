//! The corpus of broken files and the house file, recognised, mapped and cleaned.

use std::path::Path;

use proptest::prelude::*;
use rstest::rstest;
use salesctl::import::read::{Options, Reader, Row};
use salesctl::prospect::clean::{Cleaner, Country};
use salesctl::prospect::map::{built_in_names, recognise};
use salesctl::prospect::{Field, Record, Warning};

use crate::import::mapped::{self, By, Fates};
use crate::import::{shared, skipped};

fn records(csv: &[u8]) -> Vec<Record> {
    let mut reader = Reader::open(csv, &Options::default()).expect("readable");
    let headings = reader.headers().to_vec();
    let (mut rows, mut row) = (Vec::new(), Row::default());
    while reader.next(&mut row).expect("readable") {
        rows.push(row.clone());
    }
    let sample: Vec<Vec<String>> = rows.iter().map(Row::to_fields).collect();
    let map = recognise(&headings, &sample, None).expect("a map").map;
    let binding = map.bind("list.csv", &headings).expect("bound");
    let mut cleaner = Cleaner::default();
    let all = rows.iter().map(|row| {
        let mut record = Record::default();
        let taken = binding.apply(row, &mut record, &mut cleaner);
        taken.map(|()| record).expect("taken")
    });
    all.collect()
}

/// Our own corpus of broken files, and the house file.
#[rstest]
#[case("import-defects/00_plain_utf8.csv", 4)]
#[case("import-defects/14_dup_headers.csv", 4)]
#[case("import-defects/15_empty_header.csv", 4)]
#[case("import-defects/16_no_header.csv", 4)]
#[case("import-defects/23_zip_lost_zero.csv", 4)]
#[case("import-defects/24_sci_phone.csv", 4)]
#[case("import-defects/25_formula.csv", 5)]
#[case("import-defects/26_padding.csv", 4)]
#[case("import-defects/27_mojibake.csv", 4)]
#[case("import-defects/28_dates.csv", 4)]
#[case("maven-crm/accounts.csv", 85)]
fn files_of_the_corpus(#[case] name: &str, #[case] rows: usize) {
    let (folder, file) = name.split_once('/').expect("folder and file");
    let Some(folder) = shared(folder) else {
        return skipped(&format!("../shared/data/{folder} is not there"));
    };
    let bytes = std::fs::read(folder.join(file)).expect("readable");
    let records = records(&bytes);
    assert_eq!(records.len(), rows);
    let first = &records[0];
    let warned = |warning| {
        records
            .iter()
            .filter(|record| record.warnings().has(warning))
            .count()
    };
    match name.rsplit('/').next().and_then(|name| name.get(..2)) {
        Some("24") => {
            assert_eq!(warned(Warning::SciNumber), 4);
            assert_eq!(
                (first.get(Field::Phone), first.original(Field::Phone)),
                ("", Some("1.61756E+10"))
            );
        }
        Some("25") => {
            assert!(first.warnings().has(Warning::Formula));
            assert_eq!(first.get(Field::Company), "@corp");
        }
        Some("27") => assert_eq!(
            (first.get(Field::Last), warned(Warning::Mojibake)),
            ("Müller", 3)
        ),
        Some("28") => {
            let dates: Vec<&str> = records.iter().map(|r| r.get(Field::SourceDate)).collect();
            assert_eq!(
                dates,
                ["03/04/2026", "2026-04-03", "2026-04-03", "2025-04-03"]
            );
            assert_eq!(warned(Warning::DateAmbiguous), 1);
        }
        Some("ac") => {
            assert_eq!(first.get(Field::Company), "Acme Corporation");
            assert_eq!(first.get(Field::Country), "US");
            assert!(records.iter().all(|record| !record.is_person()));
        }
        _ => assert_eq!(
            (first.get(Field::First), first.get(Field::Last)),
            ("Anna", "Müller")
        ),
    }
}

/// Each broken file, with the map that is made out for it and with one of ours after the other.
fn any_map_takes_the_files_of(folder: &Path) {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let files: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    assert!(files.len() > 10, "there are files");
    let countries = ["DE", "US", ""].map(Country::find);
    let names: Vec<&str> = built_in_names().collect();
    let ways = names.iter().cycle().zip(countries.into_iter().cycle());
    for (path, (name, country)) in files.iter().filter(|path| path.is_file()).zip(ways) {
        let mut bytes = std::fs::read(path).expect("readable");
        // What is meant to be large is about reading.
        bytes.truncate(16 * 1024);
        for by in [By::Guess, By::BuiltIn(name)] {
            mapped::check(&bytes, &Options::default(), by, country);
        }
    }
}

#[test]
fn our_broken_files_keep_what_mapping_promises() {
    any_map_takes_the_files_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import/broken"));
}

#[test]
fn the_corpus_keeps_what_mapping_promises() {
    match shared("import-defects") {
        Some(folder) => any_map_takes_the_files_of(&folder),
        None => skipped("../shared/data/import-defects is not there"),
    }
}

#[test]
fn columns_that_nobody_knows_make_no_record() {
    let fates = mapped::check(b"foo,bar\nx,y\nv,w\n", &Options::default(), By::Guess, None);
    let rejected = Fates {
        read: 2,
        taken: 0,
        rejected: 2,
    };
    assert_eq!(fates, Some(rejected));
}

#[test]
fn a_map_of_ones_own_keeps_what_mapping_promises() {
    let map = r#"
        ignore = ["note"]
        [map]
        name = { join = ["last", "first"], with = ", ", case = "title" }
        company = { first = ["firm", "mail"] }
        phone = { column = "tel", country = "AT" }
        revenue = { column = "sales", multiply = 1000, decimal = "," }
        employees = { column = "size", default = "?" }
        birth_date = { column = "born", date_format = "%d.%m.%Y" }
        [values.employees]
        A = "1-4"
        [attributes]
        remark = "x"
    "#;
    let file = "first;last;firm;mail;tel;sales;size;born;x;note\n\
                Anna;MÜLLER;;a@acme.at;01 5123456;1,5;A;3.4.64;\u{1b}[31m;n\n\
                ;;;;12;;Z9;soon;;\n";
    let fates = mapped::check(file.as_bytes(), &Options::default(), By::Own(map), None);
    let expected = Fates {
        read: 2,
        taken: 1,
        rejected: 1,
    };
    assert_eq!(fates, Some(expected));
    // What can't be used is told safely.
    for wrong in [
        "[map]\nphone = \"\u{7}\u{202e}\"\n",
        "[map]\n\u{0} = 1",
        "é = [",
    ] {
        assert_eq!(
            mapped::check(file.as_bytes(), &Options::default(), By::Own(wrong), None),
            None
        );
    }
}

const HEADINGS: &[&str] = &[
    "Name",
    "First Name",
    "Last Name",
    "Company",
    "E-Mail",
    "Email",
    "Phone",
    "Mobile",
    "Website",
    "Domain",
    "ZIP",
    "PLZ",
    "State",
    "City",
    "Country",
    "Employees",
    "Revenue",
    "Birth Date",
    "Updated",
    "Owner",
    "",
    "name",
    "x",
    "\u{1b}[31m",
    "Ann\u{fc}al \\ \"Revenue\"",
    "Email Status",
    "# Employees",
];
const VALUES: &[&str] = &[
    "Anna",
    "M\u{fc}ller",
    "DR. ANNA VON DER HEIDE, PhD",
    "Smith Jr.",
    "Acme GmbH & Co. KG",
    "a@acme.de",
    "INFO@ACME.CO.UK",
    "a@b@c",
    "anna@gmail,com",
    "+49 (0)30 1234567",
    "617-555-0101 x12",
    "4.9E+11",
    "0",
    "https://www.acme.co.uk/x",
    "linkedin.com/in/a",
    "2139",
    "02139-1234",
    "k1a0b1",
    "D02X285",
    "A....65",
    "MA",
    "Massachusetts",
    "Bayern",
    "Germany",
    "US",
    "1,200",
    "1.2340",
    "1.200,50",
    "$1-5M",
    "10-49",
    "03/04/2026",
    "25.03.64",
    "2026-04-03",
    "#N/A",
    "-",
    "null",
    "=1+1",
    "@corp",
    "  a \u{a0} b ",
    "",
    "M\u{c3}\u{bc}ller",
    "M\u{c3}\u{200b}\u{bc}ller",
    "\u{1b}]0;x\u{7}",
    "Zoe\u{308}",
    "\u{130}I",
    "\"",
    "'",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 100, ..ProptestConfig::default() })]
    #[test]
    fn any_table_keeps_what_mapping_promises(
        headings in prop::collection::vec(prop::sample::select(HEADINGS), 1..9),
        rows in prop::collection::vec(
            prop::collection::vec(prop_oneof![prop::sample::select(VALUES).prop_map(str::to_string), "\\PC{0,12}"], 1..9),
            0..6,
        ),
        country in "DE|US|GB|",
        which in any::<prop::sample::Index>(),
    ) {
        let line = |cells: Vec<&str>| {
            let quoted: Vec<String> =
                cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            quoted.join(",") + "\n"
        };
        let mut text = line(headings.clone());
        for row in &rows {
            let cells = row.iter().map(String::as_str).chain(std::iter::repeat(""));
            text += &line(cells.take(headings.len()).collect());
        }
        let names: Vec<&str> = built_in_names().collect();
        for by in [By::Guess, By::BuiltIn(which.get::<&str>(&names))] {
            mapped::check(text.as_bytes(), &Options::default(), by, Country::find(&country));
        }
    }
}
