//! What every reading promises, whatever the bytes: nothing panics, memory is bounded, and no text of the
//! file is outside of a row. Used by the tests and by the fuzz target, so it names only the crate itself.

use salesctl::import::read::{Dialect, Encoding, Header, Options, ReadError, Reader, Row};

/// Options from some bytes, so that chance finds every combination.
pub(crate) fn options(bytes: [u8; 4]) -> Options {
    use salesctl::import::read::Quote;
    let encodings = [
        "utf-8",
        "windows-1252",
        "utf-16le",
        "shift_jis",
        "windows-1251",
        "iso-2022-jp",
    ];
    let mut options = Options {
        encoding: encodings
            .get(usize::from(bytes[0] % 16))
            .and_then(|label| Encoding::from_label(label)),
        delimiter: b",;\t|:x".get(usize::from(bytes[1] % 16)).copied(),
        quote: match bytes[2] % 16 {
            0 => Some(Quote::None),
            1 => Some(Quote::Mark(b'\'')),
            2 => Some(Quote::Mark(b'"')),
            _ => None,
        },
        header: match bytes[3] % 16 {
            0 => Header::None,
            line @ 1..=3 => Header::Line(u64::from(line)),
            _ => Header::Sniff,
        },
        ..Options::default()
    };
    // Small limits are met by small files.
    if bytes[3] >= 128 {
        options.limits.field_bytes = 16 + usize::from(bytes[0]);
        options.limits.record_bytes = 64 + 4 * usize::from(bytes[1]);
        options.limits.columns = 4 + usize::from(bytes[2]);
    }
    options
}

/// Reads all of it, and checks what is promised. Returns rows and what is outside of them.
pub(crate) fn check(bytes: &[u8], options: &Options) -> Result<u64, ReadError> {
    let mut reader = Reader::open(bytes, options)?;
    let dialect = reader.dialect();
    let text = text_of(bytes, &dialect);
    let mut row = Row::default();
    let mut last = Row::default();
    let mut end = None;
    while reader.next(&mut row)? {
        assert_eq!(row.number, last.number + 1, "rows are counted");
        assert!(
            row.line > last.line,
            "lines go on: {} after {}",
            row.line,
            last.line
        );
        assert!(row.bytes.start < row.bytes.end, "a row holds something");
        let columns = options.limits.columns;
        assert!(row.len() <= columns + 1, "{} columns", row.len());
        for column in 0..row.len() {
            assert!(
                row.raw(column).len() <= 3 * options.limits.field_bytes + 4 * 1024,
                "a long field"
            );
            assert!(row.raw(column).contains(row.get(column)));
        }
        if row.defect.is_none() {
            assert_eq!(row.len(), reader.headers().len());
        }
        if let Some(text) = text {
            let from = end.unwrap_or(row.bytes.start) as usize;
            let gap = &text[from..row.bytes.start as usize];
            assert!(
                is_blank(gap, &dialect),
                "lost before line {}: {gap:?}",
                row.line
            );
        }
        end = Some(row.bytes.end);
        std::mem::swap(&mut row, &mut last);
    }
    if let (Some(text), Some(end)) = (text, end) {
        let gap = &text[end as usize..];
        assert!(is_blank(gap, &dialect), "lost after the last row: {gap:?}");
    }
    // A second reading that passes over half of the rows finds the same at its end.
    let mut again = Reader::open(bytes, options)?;
    let half = last.number / 2;
    assert_eq!(again.skip(half)?, half);
    let mut rows = half;
    while again.next(&mut row)? {
        rows += 1;
        assert_eq!(row.number, rows);
    }
    assert_eq!(rows, last.number);
    assert_eq!(again.blank_rows(), reader.blank_rows());
    Ok(rows)
}

/// The text that a row's bytes count in, where it is the bytes of the file.
fn text_of<'a>(bytes: &'a [u8], dialect: &Dialect) -> Option<&'a [u8]> {
    let plain = match dialect.encoding {
        Encoding::Utf8 | Encoding::Windows1252 | Encoding::Mixed(_) => true,
        Encoding::Other(other) => other.is_single_byte(),
        Encoding::Utf16Le | Encoding::Utf16Be => false,
    };
    let packed = bytes.starts_with(b"\x1F\x8B");
    (plain && !packed).then(|| bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes))
}

fn is_blank(gap: &[u8], dialect: &Dialect) -> bool {
    let of_syntax = |c: char| {
        c == char::from(dialect.delimiter)
            || c == '\\'
            || dialect.quote.is_some_and(|quote| c == char::from(quote))
    };
    String::from_utf8_lossy(gap).chars().all(|c| {
        let invisible =
            !salesctl::text::is_plain(c) || c.is_whitespace() || c == '\0' || c == '\u{1a}';
        invisible || of_syntax(c) || c == '\u{fffd}'
    })
}
