//! Drafts of mappings for files as CRMs write them, and for any others.

use super::*;
use proptest::prelude::*;

fn process() -> Process {
    let text = include_str!("../../tests/import/process.toml");
    crate::process::check("process.toml", text)
        .process
        .expect("a sound process")
}

#[test]
fn the_day_of_a_quotation_is_the_day_of_the_value() {
    let draft = |headings: &[&str], row: &[&str]| {
        let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_string()).collect();
        let headings: Vec<String> = own(headings);
        guess_map("deals.csv", &headings, &[own(row)], &process())
    };
    let headings = ["Id", "Amount", "Quoted On"];
    let text = draft(&headings, &["1", "12000", "14.12.2025"]);
    assert!(text.contains("\nvalue_since = \"Quoted On\""), "{text}");
    assert!(text.contains("date_format = \"%d.%m.%Y\""), "{text}");
    // No date, or of no value: only the comment stands.
    for (headings, row) in [
        (headings, ["1", "12000", "by phone"]),
        (["Id", "Region", "Quoted On"], ["1", "north", "14.12.2025"]),
    ] {
        let text = draft(&headings, &row);
        assert!(text.contains("\n# value_since = \"…\""), "{text}");
        assert!(!text.contains("\nvalue_since"), "{text}");
    }
}

#[test]
fn an_export_as_crms_write_it() {
    let headings = [
        "Record ID",
        "Deal Name",
        "Deal Stage",
        "Amount",
        "Create Date",
        "Close Date",
        "Company name",
        "Region",
    ];
    let rows = [
        [
            "1",
            "A",
            "Closed Won",
            "1.200,50",
            "31.12.2025",
            "02.01.2026",
            "Acme",
            "north",
        ],
        [
            "2",
            "B",
            "Qualify",
            "3,5",
            "13.12.2025",
            "",
            "Globex",
            "south",
        ],
        ["3", "C", "Demo", "", "14.12.2025", "", "Globex", "south"],
    ];
    let own = |row: &[&str]| {
        row.iter()
            .map(|text| (*text).to_string())
            .collect::<Vec<_>>()
    };
    let rows: Vec<Vec<String>> = rows.iter().map(|row| own(row)).collect();
    let text = guess_map("deals.csv", &own(&headings), &rows, &process());
    for part in [
        "id = \"Record ID\"",
        "account = \"Company name\"",
        "closed = \"Close Date\"",
        "date_format = \"%d.%m.%Y\"",
        "decimal = \",\"",
        "\"Closed Won\" = \"won\"",
        "# \"Demo\" = \"…\"",
        "region = \"Region\"",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(Mapping::parse(&text, &process()).is_ok(), "{text}");
}

proptest! {
    #[test]
    fn a_draft_is_always_a_sound_mapping(
        headings in prop::collection::vec("(id|stage|value|outcome|[\"\\\\\n'#=a-z\u{1b}é]{0,8})", 1..8),
        cell in "\\PC{0,12}",
    ) {
        let rows = vec![headings.iter().map(|_| cell.clone()).collect(); 2];
        let text = guess_map("x.csv", &headings, &rows, &process());
        prop_assert!(headings.iter().any(|h| h.trim().is_empty()) || Mapping::parse(&text, &process()).is_ok(), "{}", text);
    }
}

#[test]
fn points_that_part_thousands_are_no_decimals() {
    let headings = ["Id", "Account", "Amount"].map(str::to_string);
    let guess = |amounts: [&str; 2]| {
        let rows: Vec<Vec<String>> = amounts
            .iter()
            .enumerate()
            .map(|(n, amount)| vec![n.to_string(), "A".to_string(), (*amount).to_string()])
            .collect();
        guess_map("deals.csv", &headings, &rows, &process())
    };
    assert!(guess(["12.500", "8.900"]).contains("decimal = \",\""));
    assert!(guess(["1.250.000", "900"]).contains("decimal = \",\""));
    assert!(!guess(["12.500", "8.90"]).contains("decimal"));
    assert!(!guess(["12,500.00", "8.90"]).contains("decimal"));
}
