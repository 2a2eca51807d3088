//! Files as they really are: the corpus of broken files with the values that must come out, and samples of
//! our own, one per defect, each with what is read of it beside it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use salesctl::import::read::{Options, Reader, Row};
use salesctl::text::visible;

use super::{accounted, as_kept, shared};

/// Everything that is read of a file, as people can check it.
fn told(bytes: &[u8]) -> String {
    let mut out = String::new();
    let mut reader = match Reader::open(bytes, &Options::default()) {
        Ok(reader) => reader,
        Err(error) => return format!("it {error}\n"),
    };
    let mut rows = String::new();
    let mut row = Row::default();
    let failed = loop {
        match reader.next(&mut row) {
            Ok(true) => {}
            Ok(false) => break None,
            Err(error) => break Some(error),
        }
        let cells: Vec<String> = (0..row.len())
            .map(|column| visible(row.get(column)))
            .collect();
        let _ = write!(
            rows,
            "{:>2}  line {:<3} {}",
            row.number,
            row.line,
            cells.join(" | ")
        );
        if let Some(defect) = &row.defect {
            let _ = write!(rows, "   ✗ {}: {defect}", defect.code());
        }
        for warning in row.warnings() {
            let _ = write!(rows, "   ! {}: {warning}", warning.code());
        }
        rows.push('\n');
    };
    let dialect = reader.dialect();
    let header = dialect.header_line.map_or_else(
        || "no headings".to_string(),
        |line| format!("headings on line {line}"),
    );
    let _ = writeln!(
        out,
        "{}, {}, {header}, {} above, {} blank",
        dialect.encoding.name(),
        dialect.delimiter_name(),
        dialect.preamble,
        reader.blank_rows()
    );
    let headings: Vec<String> = reader.headers().iter().map(|name| visible(name)).collect();
    let _ = writeln!(out, "    {}", headings.join(" | "));
    out.push_str(&rows);
    if let Some(error) = failed {
        let _ = writeln!(out, "it {error}");
    }
    out
}

#[test]
fn each_defect_is_read_as_is_kept_beside_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import/broken");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "csv"))
        .map(|path| {
            path.file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    assert!(names.len() >= 80, "the samples are there");
    for name in names {
        let bytes = fs::read(folder.join(format!("{name}.csv"))).expect("a sample");
        as_kept(&format!("broken/{name}.txt"), &told(&bytes));
        if let Err(error) = accounted::check(&bytes, &Options::default()) {
            assert!(told(&bytes).contains(&error.to_string()), "{name}");
        }
    }
}

const HEADINGS: &str = "First Name|Last Name|Company|Email|Phone|ZIP|Revenue";
const ROWS: [&str; 4] = [
    "Anna|Müller|Acme GmbH|anna@acme.de|+49 30 1234567|01067|1200000",
    "José|Núñez|Peña y Cía, S.A.|jose@pena.es|+34 91 123 45 67|28001|3400000",
    "Zoë|O'Brien|Smith & Sons \"Best\"|zoe@smith.com|(617) 555-0101|02139|56000",
    "Bob|Stone|Delta Tool Co|bob@delta.com|212-555-0199|10001|780000",
];

/// What is in a file of the corpus: headings and good rows.
fn expected(name: &str) -> (String, Vec<String>) {
    let mut headings = HEADINGS.to_string();
    let mut rows: Vec<String> = ROWS.map(str::to_string).to_vec();
    let change = |rows: &mut Vec<String>, column: usize, values: [&str; 4]| {
        for (row, value) in rows.iter_mut().zip(values) {
            let mut cells: Vec<&str> = row.split('|').collect();
            cells[column] = value;
            *row = cells.join("|");
        }
    };
    match &name[..2] {
        "05" => rows.push("René|Blanc|Café Noir|rene@noir.fr||75001|1".into()),
        "11" => rows[1] = rows[1].replace("Cía, S.A.", "Cía\nBuilding 2, S.A."),
        "14" => headings = "Name|Name (2)|Company|Email|Phone|Phone (2)|Revenue".into(),
        "15" => headings = "First Name|column 2|Company|Email|Phone|ZIP|column 7".into(),
        "16" => {
            headings = (1..=7)
                .map(|n| format!("column {n}"))
                .collect::<Vec<_>>()
                .join("|");
        }
        "20" => rows.truncate(3),
        "21" => rows.push("Al|Last|Zed|al@zed.com|||".into()),
        "22" => rows.push("Max|5\" Pipe|Pipes \"R\" Us|max@pipes.com|||".into()),
        "23" => change(&mut rows, 5, ["1067", "28001", "2139", "10001"]),
        "24" => change(&mut rows, 4, ["1.61756E+10"; 4]),
        "25" => rows.insert(
            0,
            "=HYPERLINK(\"http://x\",\"y\")|+Smith|@corp|-2+3|=1+1||".into(),
        ),
        "28" => {
            headings.push_str("|Added");
            let dates = ["03/04/2026", "2026-04-03", "3-Apr-26", "45750"];
            rows.iter_mut()
                .zip(dates)
                .for_each(|(row, date)| row.extend(["|", date]));
        }
        "31" => {
            change(
                &mut rows,
                6,
                ["1200000,50", "3400000,50", "56000,50", "780000,50"],
            );
        }
        "34" => rows.push(format!("Big|Field|{}|big@x.com|||", "X".repeat(64 * 1024))),
        "36" => rows.push(rows[0].clone()),
        "29" | "30" => rows.clear(),
        _ => {}
    }
    (headings, rows)
}

#[test]
fn the_corpus_of_broken_files() {
    let Some(folder) = shared("import-defects") else {
        return;
    };
    let text = fs::read_to_string(folder.join("expected.json")).expect("expectations");
    let counts: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text).expect("json");
    assert_eq!(counts.len(), 37);
    for (name, count) in &counts {
        let bytes = fs::read(folder.join(format!("{name}.csv"))).expect("a file");
        let Ok(mut reader) = Reader::open(bytes.as_slice(), &Options::default()) else {
            assert_eq!(
                (name.as_str(), count["good"].as_u64()),
                ("29_empty", Some(0))
            );
            continue;
        };
        let (mut good, mut bad) = (Vec::new(), 0);
        let mut warnings = Vec::new();
        let mut row = Row::default();
        while reader.next(&mut row).expect("a row") {
            if row.defect.is_some() {
                bad += 1;
                continue;
            }
            good.push(
                (0..row.len())
                    .map(|column| row.get(column))
                    .collect::<Vec<_>>()
                    .join("|"),
            );
            warnings.extend(
                row.warnings()
                    .iter()
                    .map(salesctl::import::read::Warning::code),
            );
        }
        assert_eq!(
            (Some(good.len() as u64), Some(bad)),
            (count["good"].as_u64(), count["bad"].as_u64()),
            "{name}"
        );
        let (headings, rows) = expected(name);
        assert_eq!(reader.headers().join("|"), headings, "{name}");
        assert_eq!(good, rows, "{name}");
        let warned: &[&str] = match &name[..2] {
            "05" => &["W_CP1252_ROW"],
            "27" => &["W_MOJIBAKE"],
            "34" => &["W_FIELD_CUT"],
            _ => &[],
        };
        assert!(
            warnings.iter().all(|code| warned.contains(code))
                && warnings.is_empty() == warned.is_empty(),
            "{name}: {warnings:?}"
        );
        accounted::check(&bytes, &Options::default()).expect("all of it");
    }
}

/// What tables are made of, the commonest more than once.
const PARTS: &[&[u8]] = &[
    b",",
    b",",
    b",",
    b",",
    b"\n",
    b"\n",
    b"\n",
    b"\"",
    b"\"",
    b";",
    b"\t",
    b"\r",
    b"\r\n",
    b"\0",
    b"\\",
    b"'",
    b"\xEF\xBB\xBF",
    b"\xFC",
    b"\xC3\xA9",
    b"Total: 4",
    b"name",
    b"a@b.de",
    b"17",
    b"x",
    b" ",
    b"--",
    b"sep=",
    b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    b"\xC3\x83\xC2\xBC",
    b"\x81",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    /// Bytes of which tables are made, in any order.
    #[test]
    fn every_record_is_accounted_for(
        parts in prop::collection::vec(
            prop::sample::select(PARTS),
            0..80,
        ),
        chosen in any::<[u8; 4]>(),
    ) {
        let bytes = parts.concat();
        let _ = accounted::check(&bytes, &accounted::options(chosen));
        let _ = accounted::check(&bytes, &Options::default());
    }

    #[test]
    fn noise_is_accounted_for(bytes in prop::collection::vec(any::<u8>(), 0..300), chosen in any::<[u8; 4]>()) {
        let _ = accounted::check(&bytes, &accounted::options(chosen));
    }
}
