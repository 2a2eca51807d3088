//! Files that are no text at all, known by how they begin, each with what to do about it.

use super::row::ReadError;

const AS_CSV: &str = "open it in a spreadsheet and save it as CSV UTF-8";
const UNPACK: &str = "unpack it first (only gzip is read as it is)";
const NO_TABLE: &str = "expected a table in text: CSV, tabs or the like";

/// How files of other kinds begin.
const KNOWN: &[(&[u8], &str, &str)] = &[
    (
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        "an Excel workbook or another old Office file",
        AS_CSV,
    ),
    (b"%PDF-", "a PDF", "ask its sender for the table as CSV"),
    (
        b"{\\rtf",
        "a document in rich text",
        "save its table as CSV UTF-8",
    ),
    (b"BZh", "packed with bzip2", UNPACK),
    (b"\xFD7zXZ\0", "packed with xz", UNPACK),
    (b"\x28\xB5\x2F\xFD", "packed with zstd", UNPACK),
    (b"7z\xBC\xAF\x27\x1C", "a 7-Zip archive", UNPACK),
    (b"Rar!\x1A\x07", "a RAR archive", UNPACK),
    (
        b"SQLite format 3\0",
        "an SQLite database",
        "export its table as CSV (sqlite3 -csv -header)",
    ),
    (b"PAR1", "a Parquet file", "export it as CSV"),
    (b"\x89PNG", "a picture", NO_TABLE),
    (b"\xFF\xD8\xFF", "a picture", NO_TABLE),
    (b"GIF8", "a picture", NO_TABLE),
    (b"\x7FELF", "a program", NO_TABLE),
    (b"\xFF\xFE\0\0", "text in UTF-32", "save it as UTF-8"),
    (b"\0\0\xFE\xFF", "text in UTF-32", "save it as UTF-8"),
    (
        b"BEGIN:VCARD",
        "an address book (vCard)",
        "export the contacts as CSV",
    ),
];

/// How texts begin that are no tables, after blanks and in any case.
const MARKUP: &[(&str, &str, &str)] = &[
    ("<!doctype html", "a web page", AS_CSV),
    ("<html", "a web page", AS_CSV),
    ("<table", "a web page", AS_CSV),
    ("<?xml", "XML", AS_CSV),
    ("[{", "JSON", NO_TABLE),
    ("{\"", "JSON", NO_TABLE),
];

pub(super) fn refuse(start: &[u8]) -> Result<(), ReadError> {
    let not = |what: &str, advice: &'static str| {
        Err(ReadError::NotText {
            what: what.to_string(),
            advice,
        })
    };
    if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
        let names = |name: &[u8]| start.windows(name.len()).any(|bytes| bytes == name);
        return if names(b"xl/") || names(b"[Content_Types].xml") {
            not("an Excel workbook (.xlsx)", AS_CSV)
        } else if names(b"mimetypeapplication/vnd.oasis") {
            not("an OpenDocument file", AS_CSV)
        } else {
            not("a zip archive", UNPACK)
        };
    }
    for (bytes, what, advice) in KNOWN {
        if start.starts_with(bytes) {
            return not(what, advice);
        }
    }
    let text = start
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(start)
        .trim_ascii_start();
    for (word, what, advice) in MARKUP {
        let begins = text.get(..word.len());
        if begins.is_some_and(|begins| begins.eq_ignore_ascii_case(word.as_bytes())) {
            return not(what, advice);
        }
    }
    Ok(())
}

/// Text has hardly any control characters; padding by NUL is looked over, a stream of numbers isn't.
pub(super) fn refuse_binary(start: &[u8]) -> Result<(), ReadError> {
    let control = |byte: &u8| matches!(byte, 2..=8 | 14..=26 | 28..=30 | 0x7F);
    let controls = start.iter().filter(|byte| control(byte)).count();
    let zeros = memchr::memchr_iter(0, start).count();
    let texts = start.len() - zeros;
    if controls * 20 > texts && controls > 2 || (texts * 20 < zeros && zeros > 64) {
        return Err(ReadError::NotText {
            what: format!(
                "no text: {} of its first {} bytes are control characters",
                controls + zeros,
                start.len()
            ),
            advice: NO_TABLE,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(
        b"PK\x03\x04\x14\0[Content_Types].xml",
        Some("an Excel workbook (.xlsx)")
    )]
    #[case(b"PK\x03\x04\x14\0list.csv", Some("a zip archive"))]
    #[case(b"%PDF-1.7", Some("a PDF"))]
    #[case(b"  <HTML><table>", Some("a web page"))]
    #[case(b"[{\"a\": 1}]", Some("JSON"))]
    #[case(b"a,b\n", None)]
    #[case(b"", None)]
    fn kinds(#[case] start: &[u8], #[case] kind: Option<&str>) {
        let what = match refuse(start) {
            Err(ReadError::NotText { what, .. }) => Some(what),
            _ => None,
        };
        assert_eq!(what.as_deref(), kind);
    }

    #[test]
    fn control_characters_are_no_text() {
        let noise: Vec<u8> = (0..=255).cycle().take(4096).collect();
        assert!(refuse_binary(&noise).is_err());
        assert!(refuse_binary(&[0; 4096]).is_err());
        assert!(refuse_binary(b"a,b\nx\0\0,\x1b[31mred\n").is_ok());
    }
}
