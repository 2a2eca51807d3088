//! The corpus of broken files and the house file, recognised, mapped and cleaned.

use rstest::rstest;
use salesctl::import::read::{Options, Reader, Row};
use salesctl::prospect::clean::Cleaner;
use salesctl::prospect::map::recognise;
use salesctl::prospect::{Field, Record, Warning};

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
