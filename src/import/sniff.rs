//! How a table is written and where it begins, judged by a sample: each syntax that is possible is tried
//! with the reader itself, and the one that makes the most regular table wins.

use super::cell::tidy;
use super::letters::Letters;
use super::look::{Look, has_heading_word};
use super::quotes::{Syntax, quotes};
use super::records::{Input, Records};
use super::row::{Limits, Quote, Row};

/// Where the table begins.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) syntax: Syntax,
    /// Where the headings are, or the first row when there are none.
    pub(super) at: u64,
    pub(super) line: u64,
    /// Records above it.
    pub(super) preamble: u64,
    pub(super) has_header: bool,
    /// Columns of the rows; 0 when there are none.
    pub(super) width: usize,
}

/// What is known already.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told {
    pub(super) delimiter: Option<u8>,
    /// The delimiter that a `sep=` line tells, which can be wrong.
    pub(super) sep: Option<u8>,
    pub(super) quote: Option<Quote>,
    /// Whether the first record is the headings.
    pub(super) header: Option<bool>,
    /// Nothing stands above the table.
    pub(super) begins_here: bool,
}

struct Record {
    at: u64,
    line: u64,
    cells: Vec<String>,
    /// A blank follows every delimiter.
    spaced: bool,
    sound: bool,
}

impl Record {
    fn width(&self) -> usize {
        self.cells.len()
    }

    fn filled(&self) -> usize {
        self.cells.iter().filter(|cell| !cell.is_empty()).count()
    }
}

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Tried when none of the usual ones makes a table.
const RARE: [u8; 5] = [b'^', b'~', 0x1F, 0x01, b':'];
/// Records that are looked at.
const ENOUGH: usize = 200;

/// Judges `sample`, which starts where the table may; `complete`: it is the whole file.
pub(super) fn layout(sample: &[u8], complete: bool, letters: &Letters, told: Told) -> Layout {
    let try_all = |delimiters: &[u8]| best(sample, complete, letters, told, delimiters);
    let attempt = match (told.delimiter, told.sep) {
        (Some(delimiter), _) => try_all(&[delimiter]),
        (None, Some(delimiter)) => {
            let attempt = try_all(&[delimiter]);
            if attempt.score > 0.0 {
                attempt
            } else {
                try_all(&DELIMITERS)
            }
        }
        (None, None) => {
            let attempt = try_all(&DELIMITERS);
            let rare = (attempt.score <= 0.0).then(|| try_all(&RARE));
            rare.filter(|rare| rare.score > 0.45).unwrap_or(attempt)
        }
    };
    begin(&attempt, told)
}

struct Attempt {
    syntax: Syntax,
    score: f64,
    /// The usual number of columns.
    mode: usize,
    records: Vec<Record>,
}

impl Attempt {
    fn several(&self) -> usize {
        self.records
            .iter()
            .filter(|record| record.width() > 1)
            .count()
    }
}

fn best(
    sample: &[u8],
    complete: bool,
    letters: &Letters,
    told: Told,
    delimiters: &[u8],
) -> Attempt {
    let mut best: Option<Attempt> = None;
    for delimiter in delimiters {
        let syntax = syntax(sample, *delimiter, told.quote);
        let records = records(sample, complete, letters, syntax);
        let mode = usual_width(&records);
        let score = score(&records, mode, *delimiter);
        let attempt = Attempt {
            syntax,
            score,
            mode,
            records,
        };
        // Where there is one column, its delimiter is one that it doesn't hold.
        let wins = |best: &Attempt| {
            score > best.score
                || (score == 0.0 && best.score == 0.0 && attempt.several() < best.several())
        };
        if best.as_ref().is_none_or(wins) {
            best = Some(attempt);
        }
    }
    best.unwrap_or_else(|| Attempt {
        syntax: Syntax::new(b','),
        score: 0.0,
        mode: 0,
        records: Vec::new(),
    })
}

fn records(sample: &[u8], complete: bool, letters: &Letters, syntax: Syntax) -> Vec<Record> {
    let mut reader: Records<&[u8]> = Records::new(
        Input::Sample,
        sample.to_vec(),
        syntax,
        letters.clone(),
        Limits::default(),
    );
    let mut row = Row::default();
    let mut records = Vec::new();
    while records.len() < ENOUGH && reader.next(&mut row).unwrap_or(false) {
        records.push(Record {
            at: row.bytes.start,
            line: row.line,
            cells: row.fields().map(|cell| tidy(cell).to_string()).collect(),
            spaced: row.fields().skip(1).all(|cell| cell.starts_with(' ')),
            sound: row.defect.is_none(),
        });
    }
    // The last one may be cut off.
    if !complete && records.len() > 1 && records.len() < ENOUGH {
        records.pop();
    }
    records
}

/// Many columns that agree beat two that agree by chance; so does a table whose first line has as many.
fn score(records: &[Record], mode: usize, delimiter: u8) -> f64 {
    if mode < 2 {
        return 0.0;
    }
    let times = records
        .iter()
        .filter(|record| record.sound && record.width() == mode)
        .count();
    let share = |n: usize| n as f64 / records.len() as f64;
    let first_fits = records
        .first()
        .is_some_and(|first| first.width() + 1 >= mode);
    // `Acme, Inc` in the only column: delimiters that are followed by a blank, under a heading without.
    let alone = records.first().is_some_and(|first| first.width() == 1);
    if alone && mode == 2 && records.iter().all(|record| record.spaced) {
        return 0.0;
    }
    // Cells that hold another delimiter, in nearly all rows, were cut at the wrong places.
    let cut = records.iter().filter(|record| {
        record.cells.iter().any(|cell| {
            DELIMITERS[1..]
                .iter()
                .any(|other| *other != delimiter && cell.as_bytes().contains(other))
        })
    });
    let cut = share(cut.count()) > 0.8;
    share(times)
        * (1.0 - 1.0 / mode as f64)
        * if first_fits { 1.0 } else { 0.7 }
        * if cut { 0.5 } else { 1.0 }
}

/// The most frequent number of columns; the greater of two that are as frequent.
fn usual_width(records: &[Record]) -> usize {
    let mut counts = std::collections::BTreeMap::new();
    for record in records.iter().filter(|record| record.sound) {
        *counts.entry(record.width()).or_insert(0_usize) += 1;
    }
    counts
        .into_iter()
        .max_by_key(|(width, times)| (*times, *width))
        .map_or(0, |(width, _)| width)
}

/// What encloses fields: double quotes unless most fields stand in single ones; a backslash before a quote
/// within one is an escape.
fn syntax(sample: &[u8], delimiter: u8, told: Option<Quote>) -> Syntax {
    let plain = Syntax::new(delimiter);
    let sniffed = || {
        let line_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let fields = || {
            sample
                .split(|byte| *byte == delimiter || line_end(byte))
                .filter(|field| !field.is_empty())
        };
        let begins = |quote: u8| fields().filter(|field| field[0] == quote).count();
        let most = |n: usize| n * 2 > fields().count();
        let ends = fields().filter(|field| field.ends_with(b"'")).count();
        Some(if most(begins(b'\'')) && most(ends) && begins(b'"') == 0 {
            b'\''
        } else {
            b'"'
        })
    };
    let quote = match told {
        None => sniffed(),
        Some(Quote::Mark(mark)) => Some(mark),
        Some(Quote::None) => None,
    };
    let syntax = Syntax { quote, ..plain };
    let escaped = quote.is_some_and(|quote| {
        sample.windows(3).any(|bytes| {
            bytes[0] == b'\\'
                && bytes[1] == quote
                && bytes[2] != delimiter
                && !bytes[2].is_ascii_whitespace()
                && bytes[2] != quote
        })
    });
    let backslash = Syntax {
        backslash: true,
        ..syntax
    };
    let better =
        escaped && quotes(sample, syntax).misplaced && !quotes(sample, backslash).misplaced;
    if better { backslash } else { syntax }
}

/// Where the table begins in the records of the best attempt.
fn begin(attempt: &Attempt, told: Told) -> Layout {
    let Attempt {
        syntax,
        mode,
        records,
        ..
    } = attempt;
    let rows = || records.iter().filter(|record| record.width() == *mode);
    let trailing =
        *mode > 1 && rows().all(|record| record.cells.last().is_some_and(String::is_empty));
    let width = if trailing { mode - 1 } else { *mode };
    let skip = if told.begins_here {
        0
    } else {
        first_of_table(records, width)
    };
    let Some(first) = records.get(skip) else {
        return Layout {
            syntax: *syntax,
            at: 0,
            line: 1,
            preamble: 0,
            has_header: told.header.unwrap_or(true),
            width: 0,
        };
    };
    let has_header = told.header.unwrap_or_else(|| {
        // Headings that come again don't speak for themselves.
        let is_row = |record: &&Record| {
            record.sound && record.width() == first.width() && record.cells != first.cells
        };
        let rows: Vec<&Record> = records[skip + 1..].iter().filter(is_row).collect();
        is_header(first, &rows)
    });
    let only_header = has_header && skip + 1 == records.len();
    Layout {
        syntax: *syntax,
        at: first.at,
        line: first.line,
        preamble: skip as u64,
        has_header,
        width: if only_header { 0 } else { width },
    }
}

/// Lines above the table are narrow, or a spreadsheet filled them up with empty cells; headings may be a
/// little narrower than rows with stray delimiters.
fn first_of_table(records: &[Record], width: usize) -> usize {
    let wide = |record: &Record| record.width() * 4 >= width * 3 || record.width() + 1 == width;
    let full = |record: &Record| record.filled() * 2 > width;
    let first = records.iter().position(wide).unwrap_or(0);
    let Some(one) = records.get(first) else {
        return 0;
    };
    // Only few cells of it are filled, and what follows soon is full.
    let is_sparse = |record: &Record| {
        record.filled() * 3 < width.max(4)
            && (record.filled() == 0 || !record.cells[0].is_empty())
            && (width > 2 || record.cells[1..].iter().all(String::is_empty))
    };
    if width < 2 || !is_sparse(one) {
        return first;
    }
    let table = records
        .iter()
        .enumerate()
        .skip(first)
        .take(20)
        .find(|(_, record)| wide(record) && !is_sparse(record));
    match table {
        Some((at, record)) if full(record) => {
            // Of two columns, a heading without a neighbour is likelier than a title.
            let heads = record
                .cells
                .iter()
                .all(|cell| matches!(Look::of(cell), Look::Text));
            if width > 3 || heads { at } else { first }
        }
        _ => first,
    }
}

/// Whether a record holds headings: words over columns of other things. Each column speaks for or against.
fn is_header(first: &Record, rows: &[&Record]) -> bool {
    if rows.is_empty() {
        return !looks_like_data(&first.cells);
    }
    let mut votes = 0;
    for (column, cell) in first.cells.iter().enumerate() {
        let values = rows
            .iter()
            .filter_map(|row| row.cells.get(column))
            .filter(|value| !value.is_empty());
        let looks: Vec<Look> = values.clone().map(|value| Look::of(value)).collect();
        let most = [
            Look::Email,
            Look::Web,
            Look::Date,
            Look::Phone,
            Look::Number,
        ]
        .into_iter()
        .find(|look| looks.iter().filter(|one| *one == look).count() * 10 > looks.len() * 7);
        let look = Look::of(cell);
        let figures = |look| matches!(look, Look::Number | Look::Phone | Look::Date);
        votes += match (look, most) {
            (Look::Empty, _) => 0,
            (Look::Email, _) | (Look::Web, Some(Look::Web)) | (Look::Date, Some(Look::Date)) => -4,
            _ if is_year(cell) && !values.clone().all(|value| is_year(value)) => 1,
            (look, Some(most)) if figures(look) && figures(most) => -2,
            (Look::Text, Some(_)) => 2,
            (Look::Text, None) if has_heading_word(cell) => 2,
            (Look::Text, None) if values.clone().any(|value| value == cell) => -1,
            (Look::Number, None) => -1,
            _ => 0,
        };
    }
    votes >= 0
}

fn is_year(cell: &str) -> bool {
    let digits = cell.strip_prefix("FY").unwrap_or(cell);
    digits.len() == 4
        && digits
            .parse::<u32>()
            .is_ok_and(|year| (1900..2100).contains(&year))
}

/// Headings are words; an e-mail address, a date or several numbers are not.
fn looks_like_data(cells: &[String]) -> bool {
    let figures = cells
        .iter()
        .filter(|cell| matches!(Look::of(cell), Look::Number | Look::Phone) && !is_year(cell));
    cells
        .iter()
        .any(|cell| matches!(Look::of(cell), Look::Email | Look::Date))
        || figures.count() >= 2
}

#[cfg(test)]
#[path = "sniff_tests.rs"]
mod tests;
