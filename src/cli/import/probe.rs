//! `import probe`: what a file is, before anything is made of it.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::{OutputArgs, write_source};
use super::super::show::counted;
use super::file::{FileArgs, Reads, open};
use crate::document::{Answer, Cell, Document, Table, TableColumn, row};
use crate::fault::Fault;
use crate::import::probe::{Column, Finding, Probe, probe};
use crate::import::read::Options;
use crate::money::grouped;
use crate::text::{shortened, visible};

/// Show how a file is written, what its columns seem to hold, and what is wrong with its rows
///
/// Encoding, delimiter, quotes and headings are found out; what is found is kept with --save, and
/// `import prospects --map` takes such a file. Cells of blanks, dashes, NULL or Excel's errors (#N/A,
/// #REF! and the like) count as empty.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl import probe list.csv\n  salesctl import probe list.csv.gz --json\n  salesctl import probe list.txt --delimiter tab --header-line 3 --save list.toml"
)]
pub(crate) struct Args {
    /// The file, packed with gzip or not; - is standard input
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,
    #[command(flatten)]
    how: FileArgs,
    /// Read so many rows only
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    rows: Option<u64>,
    /// Write what was found to a TOML file, as the [file] of a mapping
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    save: Option<PathBuf>,
    /// The answer as JSON
    #[arg(long)]
    json: bool,
}

row! {
    /// One file.
    struct ProbeRow {
        file: String,
        encoding: &'static str,
        delimiter: String,
        quote: Option<String>,
        /// Null when there are no headings.
        header_line: Option<u64>,
        /// Lines of text above the headings.
        preamble: u64,
        rows: u64,
        /// Whether that is the whole file.
        complete: bool,
        blank: u64,
        columns: Vec<ColumnRow>,
        findings: Vec<FindingRow>,
    }
}

row! {
    struct ColumnRow {
        column: String,
        holds: String,
        /// Of the rows that were looked at, those with a value.
        filled: u64,
        samples: Vec<String>,
    }
}

row! {
    struct FindingRow {
        code: &'static str,
        rejected: bool,
        rows: u64,
        first_lines: Vec<u64>,
        message: String,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let mut input = open(
        cx,
        &args.file,
        &args.how.over(&Options::default()),
        Reads::Once,
    )?;
    let found = probe(&mut input.reader, args.rows.unwrap_or(u64::MAX))
        .map_err(|error| Fault::input(format!("`{}` {error}", input.name)))?;
    if let Some(path) = &args.save {
        save(path, &input.name, &found)?;
    }
    let answer = Answer {
        schema: "salesctl/import-probe/1",
        as_of: cx.settled_today(&cx.calendar_of_file())?.value,
        process_version: None,
        currency: "EUR".parse().map_err(anyhow::Error::msg)?,
        period: None,
        by: Vec::new(),
        n: 1,
        rows: vec![row_of(&input.name, &found)],
        notes: notes(&found),
    };
    let output = OutputArgs {
        json: args.json,
        ..OutputArgs::default()
    };
    let mut document = document(&input.name, &found);
    if let Some(path) = &args.save {
        document = document.line(format!("✓ {}   what was found, for --map", cx.shown(path)));
    }
    output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

fn save(path: &Path, name: &str, found: &Probe) -> Result<()> {
    let text = format!(
        "# How {} is written, as found by `salesctl import probe`.\n\n{}",
        visible(name),
        found.profile().to_toml(&found.dialect)
    );
    if path.exists() {
        return Err(Fault::no(format!("`{}` exists already", path.display()))
            .hint("--save never overwrites: name another file")
            .into());
    }
    write_source(path, &text, false)
}

fn row_of(name: &str, found: &Probe) -> ProbeRow {
    let text = |byte: u8| char::from(byte).to_string();
    ProbeRow {
        file: name.to_string(),
        encoding: found.dialect.encoding.name(),
        delimiter: text(found.dialect.delimiter),
        quote: found.dialect.quote.map(text),
        header_line: found.dialect.header_line,
        preamble: found.dialect.preamble,
        rows: found.rows,
        complete: found.complete,
        blank: found.blank,
        columns: found.columns.iter().map(column_row).collect(),
        findings: found.findings.iter().map(finding_row).collect(),
    }
}

fn column_row(column: &Column) -> ColumnRow {
    ColumnRow {
        column: column.name.clone(),
        holds: column.holds(),
        filled: column.filled,
        samples: column.samples.clone(),
    }
}

fn finding_row(finding: &Finding) -> FindingRow {
    FindingRow {
        code: finding.code,
        rejected: finding.is_defect,
        rows: finding.rows,
        first_lines: finding.lines.clone(),
        message: finding.message.clone(),
    }
}

fn document(name: &str, found: &Probe) -> Document {
    let dialect = &found.dialect;
    let quote = match dialect.quote {
        Some(b'"') | None => "",
        Some(_) => ", fields in `'`",
    };
    let header = match (dialect.header_line, dialect.preamble) {
        (None, _) => "no headings".to_string(),
        (Some(line), 0) => format!("headings on line {line}"),
        (Some(line), above) => {
            format!(
                "headings on line {line} under {}",
                counted(above as usize, "line of text", "lines of text")
            )
        }
    };
    let mut document = Document::default().heading(format!(
        "{name}   {}, {}{quote}, {header}, {}",
        dialect.encoding.name(),
        dialect.delimiter_name(),
        counted(found.rows as usize, "row", "rows"),
    ));
    document = document.table(Table {
        columns: vec![
            TableColumn::left("column"),
            TableColumn::left("seems to hold"),
            TableColumn::right("filled"),
            TableColumn::left("such as").rank(1),
        ],
        rows: found
            .columns
            .iter()
            .map(|column| cells(column, found.looked_at))
            .collect(),
    });
    for finding in &found.findings {
        let lines: Vec<String> = finding.lines.iter().map(u64::to_string).collect();
        let more = if finding.rows > lines.len() as u64 {
            ", …"
        } else {
            ""
        };
        document = document.line(format!(
            "{} {:<18} {:>9}   line {}{more}: {}",
            if finding.is_defect { "✗" } else { "!" },
            finding.code,
            grouped(finding.rows),
            lines.join(", "),
            shortened(&finding.message, 200)
        ));
    }
    for note in notes(found) {
        document = document.line(format!("note: {note}"));
    }
    document
}

fn cells(column: &Column, of: u64) -> Vec<Cell> {
    let samples: Vec<String> = column
        .samples
        .iter()
        .map(|sample| shortened(sample, 24))
        .collect();
    vec![
        Cell::Text(shortened(&column.name, 30)),
        Cell::Text(shortened(&column.holds(), 60)),
        if of == 0 {
            Cell::Nothing
        } else {
            Cell::Share(column.filled as f64 / of as f64)
        },
        if samples.is_empty() {
            Cell::Nothing
        } else {
            Cell::Text(samples.join(" | "))
        },
    ]
}

fn notes(found: &Probe) -> Vec<String> {
    let mut notes = Vec::new();
    if !found.complete {
        notes.push(format!(
            "only the first {} were read",
            counted(found.rows as usize, "row", "rows")
        ));
    }
    if found.rows == 0 {
        notes.push("it has column headings and no rows".to_string());
    }
    let sound: u64 = found.rows
        - found
            .findings
            .iter()
            .filter(|f| f.is_defect)
            .map(|f| f.rows)
            .sum::<u64>();
    if found.looked_at < sound {
        notes.push(format!(
            "columns are judged by the first {} rows",
            grouped(found.looked_at)
        ));
    }
    if found.blank > 0 {
        notes.push(format!(
            "{} without any text",
            counted(found.blank as usize, "line", "lines")
        ));
    }
    notes
}
