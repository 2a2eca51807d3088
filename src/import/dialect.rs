//! How a CSV file is written: encoding, delimiter, where its headings are. Judged by its first bytes.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Read};

use csv_core::ReadRecordResult;
use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE};

/// What was made out about a file, for the summary line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialect {
    pub encoding: Encoding,
    pub delimiter: u8,
    /// Physical line of the headings; `None` when the file has none.
    pub header_line: Option<u64>,
    /// Lines of text above the headings (`sep=` and blank lines not counted).
    pub preamble: u64,
}

impl Dialect {
    /// The delimiter as people write it.
    pub fn delimiter_name(&self) -> &'static str {
        match self.delimiter {
            b'\t' => "tab",
            b';' => "`;`",
            b'|' => "`|`",
            b',' => "`,`",
            _ => "another delimiter",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    Windows1252,
    /// UTF-8 and windows-1252 rows in one file.
    Mixed,
}

impl Encoding {
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16 LE",
            Self::Utf16Be => "UTF-16 BE",
            Self::Windows1252 => "windows-1252",
            Self::Mixed => "UTF-8 and windows-1252 mixed",
        }
    }
}

/// The bytes of a file with its byte order mark gone and UTF-16 made UTF-8.
pub(super) struct Source<R> {
    inner: R,
    utf16: Option<Decoder>,
    /// Read but not yet handed out.
    raw: Vec<u8>,
    taken: usize,
    ended: bool,
}

/// Bytes read at a time.
const CHUNK: usize = 64 * 1024;

impl<R: Read> Source<R> {
    pub(super) fn open(mut inner: R) -> io::Result<(Self, Encoding)> {
        let mut raw = Vec::with_capacity(CHUNK);
        inner.by_ref().take(4096).read_to_end(&mut raw)?;
        let (encoding, mark) = encoding_of(&raw);
        let utf16 = match encoding {
            Encoding::Utf16Le => Some(UTF_16LE.new_decoder_without_bom_handling()),
            Encoding::Utf16Be => Some(UTF_16BE.new_decoder_without_bom_handling()),
            _ => None,
        };
        let source = Self {
            inner,
            utf16,
            raw,
            taken: mark,
            ended: false,
        };
        Ok((source, encoding))
    }

    /// Appends some bytes to `to`; false at the end of the file.
    pub(super) fn fill(&mut self, to: &mut Vec<u8>) -> io::Result<bool> {
        let before = to.len();
        while to.len() == before && !self.ended {
            if self.taken == self.raw.len() {
                self.raw.clear();
                self.taken = 0;
                (&mut self.inner)
                    .take(CHUNK as u64)
                    .read_to_end(&mut self.raw)?;
            }
            let last = self.raw.is_empty();
            match &mut self.utf16 {
                None => to.extend_from_slice(&self.raw[self.taken..]),
                Some(decoder) => decode(decoder, &self.raw[self.taken..], to, last),
            }
            self.taken = self.raw.len();
            self.ended = last;
        }
        Ok(to.len() > before)
    }
}

fn decode(decoder: &mut Decoder, mut from: &[u8], to: &mut Vec<u8>, last: bool) {
    let mut out = vec![0; CHUNK];
    loop {
        let (result, read, written, _) = decoder.decode_to_utf8(from, &mut out, last);
        to.extend_from_slice(&out[..written]);
        from = &from[read..];
        if result == CoderResult::InputEmpty {
            return;
        }
    }
}

/// The encoding and the length of the byte order mark. UTF-16 without a mark shows by its zeros.
fn encoding_of(start: &[u8]) -> (Encoding, usize) {
    match start {
        [0xEF, 0xBB, 0xBF, ..] => (Encoding::Utf8, 3),
        [0xFF, 0xFE, ..] => (Encoding::Utf16Le, 2),
        [0xFE, 0xFF, ..] => (Encoding::Utf16Be, 2),
        _ => {
            let zeros = |offset: usize| {
                start
                    .iter()
                    .skip(offset)
                    .step_by(2)
                    .filter(|byte| **byte == 0)
                    .count()
            };
            let (even, odd, pairs) = (zeros(0), zeros(1), start.len() / 2);
            let many = |count: usize| pairs > 1 && count * 10 > pairs * 6;
            if many(odd) && !many(even) {
                (Encoding::Utf16Le, 0)
            } else if many(even) && !many(odd) {
                (Encoding::Utf16Be, 0)
            } else {
                (Encoding::Utf8, 0)
            }
        }
    }
}

/// Where the table begins, as judged by a sample.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) delimiter: u8,
    /// Records to pass over before the headings.
    pub(super) skip: u64,
    pub(super) has_header: bool,
}

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Judges a sample that begins at the first byte after a `sep=` line. `complete`: it is the whole file.
pub(super) fn layout(sample: &[u8], complete: bool, delimiter: Option<u8>) -> Layout {
    let candidates = delimiter.map_or(DELIMITERS.to_vec(), |given| vec![given]);
    let mut best: Option<(f64, u8, usize, Vec<Vec<String>>)> = None;
    for delimiter in candidates {
        let mut records = split(sample, delimiter);
        // The last one may be cut off.
        if !complete && records.len() > 1 {
            records.pop();
        }
        let (mode, times) = usual_width(&records);
        // Many columns that agree beat two that agree by chance.
        let score = if mode < 2 || records.is_empty() {
            0.0
        } else {
            times as f64 / records.len() as f64 * (1.0 - 1.0 / mode as f64)
        };
        if best.as_ref().is_none_or(|(highest, ..)| score > *highest) {
            best = Some((score, delimiter, mode, records));
        }
    }
    let Some((_, delimiter, mode, records)) = best else {
        return Layout {
            delimiter: b',',
            skip: 0,
            has_header: true,
        };
    };
    let widest = |record: &&Vec<String>| record.len() == mode;
    let trailing = mode > 1
        && records
            .iter()
            .filter(widest)
            .all(|record| record.last().is_some_and(String::is_empty));
    // Lines above the table are narrow; headings may be a little narrower than rows with stray delimiters.
    let fits = |record: &Vec<String>| {
        let width = record.len();
        width * 4 >= mode * 3 || (trailing && width + 1 == mode)
    };
    let skip = records.iter().position(fits).unwrap_or(0);
    let has_header = records
        .get(skip)
        .is_none_or(|first| !looks_like_data(first));
    Layout {
        delimiter,
        skip: skip as u64,
        has_header,
    }
}

/// The most frequent number of fields, and how often it occurs.
fn usual_width(records: &[Vec<String>]) -> (usize, usize) {
    let mut counts = BTreeMap::new();
    for record in records {
        *counts.entry(record.len()).or_insert(0_usize) += 1;
    }
    counts
        .into_iter()
        .max_by_key(|(width, times)| (*times, *width))
        .unwrap_or((0, 0))
}

/// Headings are words; an e-mail address, a date or several numbers are not.
fn looks_like_data(record: &[String]) -> bool {
    let number = |cell: &str| {
        cell.chars().any(|c| c.is_ascii_digit())
            && cell
                .chars()
                .all(|c| c.is_ascii_digit() || " .,+-()/:".contains(c))
    };
    let email = |cell: &str| {
        cell.split_once('@')
            .is_some_and(|(_, domain)| domain.contains('.'))
    };
    let date =
        |cell: &str| cell.len() >= 8 && number(cell) && cell.matches(['-', '/', '.']).count() == 2;
    record.iter().any(|cell| email(cell) || date(cell))
        || record.iter().filter(|cell| number(cell)).count() >= 2
}

/// The records of a sample, blank ones left out, trimmed.
fn split(sample: &[u8], delimiter: u8) -> Vec<Vec<String>> {
    let mut core = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
    let mut records = Vec::new();
    let (mut out, mut ends) = (vec![0; sample.len() + 1], vec![0; sample.len() + 1]);
    let (mut rest, mut written, mut fields) = (sample, 0, 0);
    loop {
        let (result, read, wrote, ended) =
            core.read_record(rest, &mut out[written..], &mut ends[fields..]);
        rest = &rest[read..];
        written += wrote;
        fields += ended;
        match result {
            ReadRecordResult::Record => {
                let mut start = 0;
                let record: Vec<String> = ends[..fields]
                    .iter()
                    .map(|end| {
                        let cell = String::from_utf8_lossy(&out[start..*end])
                            .trim()
                            .to_string();
                        start = *end;
                        cell
                    })
                    .collect();
                if record.iter().any(|cell| !cell.is_empty()) {
                    records.push(record);
                }
                (written, fields) = (0, 0);
            }
            ReadRecordResult::InputEmpty => {}
            // The buffers hold the whole sample, so these can't run full.
            ReadRecordResult::OutputFull
            | ReadRecordResult::OutputEndsFull
            | ReadRecordResult::End => {
                return records;
            }
        }
    }
}

#[derive(Default)]
pub(super) struct Quotes {
    pub(super) open: bool,
    /// Something other than a delimiter or a line end follows a closing quote.
    pub(super) misplaced: bool,
}

/// Follows the quotes of some text from the start of a field.
pub(super) fn quotes(text: &[u8], delimiter: u8) -> Quotes {
    let mut quotes = Quotes::default();
    let mut field_start = true;
    let mut i = 0;
    while i < text.len() {
        let byte = text[i];
        if quotes.open {
            if byte == b'"' {
                let next = text.get(i + 1).copied();
                if next == Some(b'"') {
                    i += 1;
                } else {
                    quotes.open = false;
                    let proper = next.is_none_or(|n| n == delimiter || n == b'\n' || n == b'\r');
                    quotes.misplaced |= !proper;
                }
            }
        } else if byte == b'"' && field_start {
            quotes.open = true;
        }
        field_start = !quotes.open && (byte == delimiter || byte == b'\n' || byte == b'\r');
        i += 1;
    }
    quotes
}

/// Excel's `sep=;` line: the delimiter it tells and its length.
pub(super) fn sep_line(start: &[u8]) -> (Option<u8>, usize) {
    let unquoted = start.strip_prefix(b"\"").unwrap_or(start);
    if !unquoted
        .get(..4)
        .is_some_and(|word| word.eq_ignore_ascii_case(b"sep="))
    {
        return (None, 0);
    }
    let Some(end) = start.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
        return (None, 0);
    };
    let crlf = start[end] == b'\r' && start.get(end + 1) == Some(&b'\n');
    (unquoted.get(4).copied(), end + 1 + usize::from(crlf))
}

pub(super) fn unique_names<'a>(headings: impl Iterator<Item = &'a str>) -> Vec<String> {
    let written: Vec<&str> = headings.map(str::trim).collect();
    let mut taken: HashSet<String> = written.iter().map(|name| (*name).to_string()).collect();
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    let mut names = Vec::with_capacity(written.len());
    for (i, name) in written.iter().enumerate() {
        let seen = times.entry(name).or_insert(0);
        *seen += 1;
        let mut unique = match (*name, *seen) {
            ("", _) => format!("column {}", i + 1),
            (name, 1) => name.to_string(),
            (name, nth) => format!("{name} ({nth})"),
        };
        while unique != *name && taken.contains(&unique) {
            unique.push('\'');
        }
        taken.insert(unique.clone());
        names.push(unique);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("a,b,c\n1,2,3\n", b',', 0, true)]
    #[case("a;b;c\n1,5;2;3\n2,5;3;4\n", b';', 0, true)]
    #[case("a\tb\n1, 2\t2\n", b'\t', 0, true)]
    #[case("a|b\n1|2\n", b'|', 0, true)]
    #[case("Export of today\n\nid,name,value\n1,x,2\n3,y,4\n", b',', 1, true)]
    #[case("1,x,2017-01-01\n3,y,2017-01-02\n", b',', 0, false)]
    #[case("name\nAnna\nBob\n", b',', 0, true)]
    #[case("id,name\n1,x,\n2,y,\n", b',', 0, true)]
    #[case("a,b,c,d\n1,2,3,4,5\n1,2,3,4,5\n", b',', 0, true)]
    fn layouts(
        #[case] text: &str,
        #[case] delimiter: u8,
        #[case] skip: u64,
        #[case] has_header: bool,
    ) {
        assert_eq!(
            layout(text.as_bytes(), true, None),
            Layout {
                delimiter,
                skip,
                has_header
            }
        );
    }

    #[test]
    fn utf16_is_seen_without_a_mark() {
        let text: Vec<u8> = "id,name\n1,x\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(encoding_of(&text), (Encoding::Utf16Le, 0));
        assert_eq!(encoding_of(b"id,name\n"), (Encoding::Utf8, 0));
        assert_eq!(encoding_of(b""), (Encoding::Utf8, 0));
    }
}
