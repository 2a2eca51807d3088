//! Rows that could not be taken, as a file to repair and import again.
//!
//! [`MARK`] first, then the original columns. A cell that a spreadsheet would run as a formula gets an
//! apostrophe in front; control characters other than line ends are made visible. `read` knows such a
//! file by its mark, passes over these columns and takes the apostrophes off again.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::plan::FileReport;
use crate::text::guarded;

/// The first headings of every reject file, by which it is known again: names that nobody else gives.
pub(super) const MARK: [&str; 4] = [
    "rejected_line",
    "rejected_column",
    "rejected_because",
    "rejected_batch",
];
/// Where [`MARK`] has the batch.
pub(super) const BATCH: usize = 3;

/// What a reject file holds.
#[derive(Clone, Debug)]
pub struct RejectFile<'a> {
    pub headings: &'a [String],
    /// The batch they were rejected from, by which a retry finds its settings.
    pub batch: Option<&'a str>,
    pub rows: Vec<Rejected<'a>>,
}

/// A row that could not be taken, and why.
#[derive(Clone, Debug)]
pub struct Rejected<'a> {
    pub line: u64,
    /// Heading of the column it failed on, where it is one.
    pub column: Option<&'a str>,
    pub reason: &'a str,
    pub fields: &'a [String],
}

impl FileReport {
    pub fn reject_file(&self) -> RejectFile<'_> {
        RejectFile {
            headings: &self.headings,
            batch: None,
            rows: self
                .rejects
                .iter()
                .map(|reject| Rejected {
                    line: reject.line,
                    column: reject
                        .column
                        .and_then(|at| Some(self.headings.get(at)?.as_str())),
                    reason: &reject.reason,
                    fields: &reject.fields,
                })
                .collect(),
        }
    }
}

/// `deals.csv` → `deals.rejects.csv`, beside it.
pub fn path_of(file: &Path) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!("{stem}.rejects.csv"))
}

/// Writes the rejects of a file, whole or not at all. An earlier reject file is replaced (its rows are
/// in the new one, or were taken since); any other file of that name is left alone.
pub fn write(path: &Path, rejected: &RejectFile<'_>) -> io::Result<()> {
    let mut file = place(path)?;
    write_to(&mut file, rejected)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// An empty file that can take the place of what is there; dropped, it leaves nothing.
pub fn place(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    if path.exists() && !is_ours(path)? {
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "it is there and is no reject file",
        ));
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    // Without the name it would have had: nobody gave it that.
    tempfile::NamedTempFile::new_in(folder).map_err(|error| io::Error::from(error.kind()))
}

/// Removes the reject file of an earlier run, when this one has none.
pub fn clear(path: &Path) -> io::Result<()> {
    let done = match is_ours(path) {
        Ok(true) => std::fs::remove_file(path),
        Ok(false) => Ok(()),
        Err(error) => Err(error),
    };
    match done {
        // None was there, or another run was quicker.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

fn is_ours(path: &Path) -> io::Result<bool> {
    use io::Read;
    let mark = MARK.join(",");
    let mut start = Vec::new();
    std::fs::File::open(path)?
        .take(mark.len() as u64)
        .read_to_end(&mut start)?;
    Ok(start.is_empty() || start == mark.as_bytes())
}

fn write_to(to: impl Write, rejected: &RejectFile<'_>) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(to);
    let headings = rejected.headings.iter().map(|heading| harmless(heading));
    writer.write_record(MARK.into_iter().map(str::to_string).chain(headings))?;
    for row in &rejected.rows {
        let mark = [
            row.line.to_string(),
            harmless(row.column.unwrap_or_default()),
            harmless(row.reason),
            rejected.batch.unwrap_or_default().to_string(),
        ];
        let fields = row.fields.iter().map(|field| harmless(field));
        writer.write_record(mark.into_iter().chain(fields))?;
    }
    writer.flush()
}

fn harmless(cell: &str) -> String {
    let shown: String = cell
        .chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' => c,
            '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
            c => c,
        })
        .collect();
    guarded(&shown).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::plan::{Counts, Reject};
    use crate::import::read::{Dialect, Encoding};

    fn report(fields: &[&str]) -> FileReport {
        let reject = Reject {
            line: 7,
            column: None,
            reason: "no id".into(),
            fields: fields.iter().map(|f| (*f).to_string()).collect(),
        };
        FileReport {
            name: "deals.csv".into(),
            headings: vec!["id".into(), "name".into()],
            dialect: Dialect {
                encoding: Encoding::Utf8,
                delimiter: b',',
                header_line: Some(1),
                quote: Some(b'"'),
                preamble: 0,
            },
            counts: Counts {
                read: 1,
                rejected: 1,
                ..Counts::default()
            },
            blank_rows: 0,
            columns_used: 2,
            columns_ignored: Vec::new(),
            rejects: vec![reject],
        }
    }

    #[test]
    fn rows_come_back_harmless() {
        let mut out = Vec::new();
        let report = report(&["=1+1", "-5,00", "a\u{1b}[31m\"b\"\nc"]);
        write_to(&mut out, &report.reject_file()).expect("written");
        let text = String::from_utf8(out).expect("utf-8");
        assert_eq!(
            text,
            "rejected_line,rejected_column,rejected_because,rejected_batch,id,name\n7,,no id,,'=1+1,\"-5,00\",\"a␛[31m\"\"b\"\"\nc\"\n"
        );
    }

    #[test]
    fn only_a_reject_file_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = path_of(&folder.path().join("deals.csv"));
        assert!(path.ends_with("deals.rejects.csv"));
        write(&path, &report(&["1"]).reject_file()).expect("written");
        write(&path, &report(&["2"]).reject_file()).expect("replaced");
        assert!(
            std::fs::read_to_string(&path)
                .expect("read")
                .contains("no id,,2")
        );
        clear(&path).expect("cleared");
        assert!(!path.exists());
        std::fs::write(&path, "my notes").expect("written");
        assert_eq!(
            write(&path, &report(&["1"]).reject_file()).map_err(|e| e.kind()),
            Err(io::ErrorKind::AlreadyExists)
        );
        clear(&path).expect("left alone");
        assert!(path.exists());
    }
}
