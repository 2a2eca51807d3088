//! Files, and what a look at them shows.

use super::*;
use crate::import::row::Options;
use rstest::rstest;

fn probed(text: &str) -> Probe {
    let mut reader = Reader::open(text.as_bytes(), &Options::default()).expect("a table");
    probe(&mut reader, u64::MAX).expect("read")
}

#[rstest]
#[case("a@b.de\nc@d.de", "e-mail")]
#[case("25/03/2026\n03/04/2026", "date, day first (line 2: 25/03/2026)")]
#[case("03/25/2026\n03/04/2026", "date, month first (line 2: 03/25/2026)")]
#[case("03/04/2026\n05/06/2026", "date, day or month first can't be told")]
#[case("2026-11-21\n2026-11-22", "date")]
#[case("\"1.200,50\"\n7", "number, decimal comma (line 2: 1.200,50)")]
#[case("1200\n7", "number")]
#[case(
    "1.61756E+10\n+49 30 1234567\n+49 30 1234568",
    "phone, 1 in scientific notation, digits lost, and 1 others"
)]
#[case("A\nB\nA", "codes: A, B")]
#[case("Anna\nBob", "text")]
#[case("-\nNULL", "nothing")]
fn columns_hold(#[case] values: &str, #[case] holds: &str) {
    let rows: Vec<String> = values
        .lines()
        .map(|value| format!("{value},x{}", value.len()))
        .collect();
    let probe = probed(&format!("Title,Other\n{}\n", rows.join("\n")));
    assert_eq!(probe.columns[0].holds(), holds);
}

#[test]
fn defects_are_counted_by_kind() {
    let probe = probed("a,b\n1,2\n1\n1,2,3\n\n1,2,3,4\na,b\n");
    let found: Vec<_> = probe
        .findings
        .iter()
        .map(|f| (f.code, f.rows, f.lines.clone()))
        .collect();
    assert_eq!(
        found,
        [
            ("E_FIELD_COUNT", 2, vec![4, 6]),
            ("E_FOOTER", 1, vec![3]),
            ("E_REPEATED_HEADER", 1, vec![7])
        ]
    );
    assert_eq!((probe.rows, probe.blank, probe.complete), (5, 1, true));
}

#[rstest]
#[case("1.200,50", Some(','))]
#[case("1,200.50", Some('.'))]
#[case("5,5", Some(','))]
#[case("1,200", None)]
#[case("1,200,300", None)]
#[case("12", None)]
fn decimals(#[case] number: &str, #[case] sign: Option<char>) {
    assert_eq!(decimal_of(number), sign);
}

#[test]
fn what_is_proven_is_in_the_profile() {
    let profile = probed("n;d\n1,5;25.03.2026\n2,5;03.04.2026\n").profile();
    assert_eq!(
        (profile.decimal, profile.date_format.as_deref()),
        (Some(','), Some("%d.%m.%Y"))
    );
}
