//! The reader against files as they come.

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::import::row::KEPT;

/// (line, fields or defect) of every row.
type Rows = Vec<(u64, Result<Vec<String>, Defect>)>;

fn read(bytes: &[u8]) -> (Vec<String>, Rows, Dialect) {
    read_with(bytes, &Options::default())
}

fn read_with(bytes: &[u8], options: &Options) -> (Vec<String>, Rows, Dialect) {
    let mut reader = Reader::open(bytes, options).expect("a table");
    let mut row = Row::default();
    let mut rows = Vec::new();
    while reader.next(&mut row).expect("a row") {
        let fields = (0..row.len()).map(|i| row.get(i).to_string()).collect();
        rows.push((row.line, row.defect.clone().map_or(Ok(fields), Err)));
    }
    (reader.headers().to_vec(), rows, reader.dialect())
}

fn ok(line: u64, fields: &[&str]) -> (u64, Result<Vec<String>, Defect>) {
    (
        line,
        Ok(fields.iter().map(|field| (*field).to_string()).collect()),
    )
}

#[rstest]
#[case::lf("a,b\n1,x\n2,y\n")]
#[case::crlf("a,b\r\n1,x\r\n2,y\r\n")]
#[case::cr("a,b\r1,x\r2,y\r")]
#[case::no_end("a,b\n1,x\n2,y")]
#[case::mark("\u{feff}a,b\n1,x\n2,y\n")]
#[case::semicolon("a;b\n1;x\n2;y\n")]
#[case::tab("a\tb\n1\tx\n2\ty\n")]
#[case::trailing("a,b,\n1,x,\n2,y,\n")]
#[case::padded("a , b\n 1,x \n2,\u{a0}y\n")]
fn plain_files(#[case] text: &str) {
    let (headers, rows, _) = read(text.as_bytes());
    assert_eq!(headers[..2], ["a", "b"]);
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(line, fields)| {
            (
                line,
                fields.map(|mut f| {
                    f.truncate(2);
                    f
                }),
            )
        })
        .collect();
    assert_eq!(rows, [ok(2, &["1", "x"]), ok(3, &["2", "y"])]);
}

#[rstest]
#[case(false)]
#[case(true)]
fn utf16(#[case] big: bool) {
    let text = "\u{feff}name;n\nMüller 🚀;1\n";
    let bytes: Vec<u8> = text
        .encode_utf16()
        .flat_map(|unit| {
            if big {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        })
        .collect();
    let (headers, rows, dialect) = read(&bytes);
    assert_eq!(headers, ["name", "n"]);
    assert_eq!(rows, [ok(2, &["Müller 🚀", "1"])]);
    assert_eq!(
        dialect.encoding,
        if big {
            Encoding::Utf16Be
        } else {
            Encoding::Utf16Le
        }
    );
}

#[test]
fn windows_1252_and_mixed() {
    let (_, rows, dialect) = read(b"name,n\nM\xfcller,1\n");
    assert_eq!(
        (rows, dialect.encoding),
        (vec![ok(2, &["Müller", "1"])], Encoding::Windows1252)
    );
    let (_, rows, dialect) = read(
        "name,n\nJosé,1\n"
            .bytes()
            .chain(*b"M\xfcller,2\n")
            .collect::<Vec<_>>()
            .as_slice(),
    );
    assert_eq!(rows, [ok(2, &["José", "1"]), ok(3, &["Müller", "2"])]);
    assert_eq!(dialect.encoding, Encoding::Mixed(encoding_rs::WINDOWS_1252));
}

#[test]
fn halves_of_a_letter_in_two_fields_make_none() {
    let (_, rows, _) = read(b"a,b\n\"x\xc3\",\"\xb1y\"\n");
    assert_eq!(rows, [ok(2, &["x\u{c3}", "\u{b1}y"])]);
}

#[test]
fn lines_are_physical() {
    let text = "export of today\n\na,b\n1,\"x\ny\"\n\n,\n2,z\n";
    let mut reader = Reader::open(text.as_bytes(), &Options::default()).expect("a table");
    assert_eq!(reader.dialect().header_line, Some(3));
    assert_eq!(reader.dialect().preamble, 1);
    let mut row = Row::default();
    assert!(reader.next(&mut row).expect("row"));
    assert_eq!((row.line, row.get(1)), (4, "x\ny"));
    assert!(reader.next(&mut row).expect("row"));
    assert_eq!((row.line, row.get(1)), (8, "z"));
    assert!(!reader.next(&mut row).expect("end"));
    assert_eq!(reader.blank_rows(), 2);
}

#[test]
fn a_sep_line_is_obeyed() {
    let (headers, rows, dialect) = read(b"sep=|\r\na,x|b\r\n1|2\r\n");
    assert_eq!(
        (headers, rows),
        (vec!["a,x".into(), "b".into()], vec![ok(3, &["1", "2"])])
    );
    assert_eq!(dialect.delimiter, b'|');
}

#[test]
fn ragged_rows_nul_and_repeated_headings_are_defects() {
    let (_, rows, _) = read(b"a,b,c\n1,2,3\n1,2\n1,2,3,4\n1,2,3,\nx\0y,2,3\na,b,c\n");
    assert_eq!(
        rows,
        [
            ok(2, &["1", "2", "3"]),
            (
                3,
                Err(Defect::FieldCount {
                    found: 2,
                    expected: 3
                })
            ),
            (
                4,
                Err(Defect::FieldCount {
                    found: 4,
                    expected: 3
                })
            ),
            ok(5, &["1", "2", "3"]),
            (6, Err(Defect::Nul)),
            (7, Err(Defect::RepeatedHeader)),
        ]
    );
}

#[rstest]
#[case::to_the_end("a,b\n1,x\n2,\"y\n3,z\n", 3)]
#[case::to_the_next_quote("a,b\n1,x\n2,\"y\n3,z\n4,\"q, r\"\n", 4)]
#[case::on_the_last_line("a,b\n1,x\n3,z\n2,\"y", 3)]
fn an_unclosed_quote_costs_its_own_line(#[case] text: &str, #[case] count: usize) {
    let (_, rows, _) = read(text.as_bytes());
    assert_eq!(rows.len(), count);
    assert_eq!(
        rows.iter()
            .filter(|(_, row)| *row == Err(Defect::UnclosedQuote))
            .count(),
        1
    );
    assert!(
        rows.iter()
            .any(|(_, row)| row.as_ref().is_ok_and(|fields| fields[1] == "z"))
    );
}

#[test]
fn bare_quotes_are_text() {
    let (_, rows, _) = read(b"a,b\nMax,5\" Pipe \"R\"\n");
    assert_eq!(rows, [ok(2, &["Max", "5\" Pipe \"R\""])]);
}

#[test]
fn headings_get_names_of_their_own() {
    let (headers, ..) = read(b"Name,,Name,Name (2)\n1,2,3,4\n");
    assert_eq!(headers, ["Name", "column 2", "Name (2)'", "Name (2)"]);
}

#[test]
fn a_file_without_headings() {
    let (headers, rows, dialect) = read(b"1,anna@acme.de\n2,b@x.org\n");
    assert_eq!(headers, ["column 1", "column 2"]);
    assert_eq!((rows.len(), dialect.header_line), (2, None));
    let told = Options {
        header: Header::Line(1),
        ..Options::default()
    };
    assert_eq!(read_with(b"1,anna@acme.de\n2,b@x.org\n", &told).1.len(), 1);
}

#[test]
fn ten_megabytes_in_one_line_are_refused_and_the_rest_is_read() {
    for filler in [b"x".as_slice(), b"x,", b"\"x", b"\"\"", b"x\0\0"] {
        let mut text = b"a,b\n1,2\n".to_vec();
        text.extend(filler.iter().cycle().take(10 * 1024 * 1024));
        text.extend(b"\n3,4\n");
        let mut reader = Reader::open(text.as_slice(), &Options::default()).expect("a table");
        let mut row = Row::default();
        let mut seen = Vec::new();
        while reader.next(&mut row).expect("row") {
            seen.push((row.line, row.defect.is_some()));
            assert!(row.text.len() < 2 * KEPT, "{}", row.text.len());
        }
        assert_eq!(seen, [(2, false), (3, true), (4, false)], "{filler:?}");
        assert!(
            reader.records.held() < 16 * 1024 * 1024,
            "{}",
            reader.records.held()
        );
    }
}

#[test]
fn a_long_field_is_cut_and_its_row_is_taken() {
    let limits = Limits::default();
    for (length, quote) in [
        (70 * 1024, ""),
        (70 * 1024, "\""),
        (10 * 1024 * 1024, ""),
        (10 * 1024 * 1024, "\""),
    ] {
        let long = "é".repeat(length / 2);
        let text = format!("a,b,c\n1,{quote}{long}{quote},3\n2,x,\n");
        let mut reader = Reader::open(text.as_bytes(), &Options::default()).expect("a table");
        let mut row = Row::default();
        assert!(reader.next(&mut row).expect("row"));
        assert_eq!(
            (row.defect.as_ref(), row.cut(), row.get(2)),
            (None, Some(1), "3")
        );
        assert_eq!(row.get(1).len(), limits.field_bytes);
        assert!(reader.next(&mut row).expect("row"));
        assert_eq!((row.line, row.cut(), row.get(1)), (3, None, "x"));
    }
}

#[test]
fn limits_on_columns() {
    let wide = ",".repeat(5_000);
    let (headers, rows, _) = read(format!("a{wide}b\n1{wide}2\n").as_bytes());
    assert_eq!((headers.len(), rows.len()), (5_001, 1));
    assert!(rows[0].1.is_ok());
    let wide = ",".repeat(20_000);
    let (_, rows, _) = read(format!("a,b\n1{wide}2\n2,x\n").as_bytes());
    assert_eq!(rows[0].1, Err(Defect::TooManyColumns { limit: 16_384 }));
    assert_eq!(rows[1], ok(3, &["2", "x"]));
}

#[test]
fn nothing_to_read() {
    for text in ["", "\n\n", "\u{feff}"] {
        assert!(matches!(
            Reader::open(text.as_bytes(), &Options::default()),
            Err(ReadError::Empty)
        ));
    }
    assert!(read(b"a,b\n").1.is_empty());
    let line = "x".repeat(10 * 1024 * 1024);
    assert!(matches!(
        Reader::open(line.as_bytes(), &Options::default()),
        Err(ReadError::Header { line: 1, .. })
    ));
}

proptest! {
    #[test]
    fn no_input_panics(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(mut reader) = Reader::open(bytes.as_slice(), &Options::default()) {
            let mut row = Row::default();
            let mut last = 0;
            while reader.next(&mut row).expect("memory can be read") {
                prop_assert!(row.line > last);
                last = row.line;
            }
        }
    }

    #[test]
    fn what_is_written_is_read(
        rows in prop::collection::vec(prop::collection::vec("[a-z\"\n,;é]{1,6}", 3), 1..12),
    ) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["one", "two", "three"]).expect("write");
        for row in &rows {
            writer.write_record(row).expect("write");
        }
        let bytes = writer.into_inner().expect("written");
        let options = Options { delimiter: Some(b','), header: Header::Line(1), ..Options::default() };
        let mut reader = Reader::open(bytes.as_slice(), &options).expect("a table");
        let mut read = Vec::new();
        let mut row = Row::default();
        while reader.next(&mut row).expect("row") {
            prop_assert_eq!(&row.defect, &None);
            read.push(row.to_fields());
        }
        let filled: Vec<_> = rows.into_iter().filter(|r| r.iter().any(|f| !f.trim().is_empty())).collect();
        prop_assert_eq!(read, filled);
    }
}
