//! The bytes of a record made letters. A file can hold rows in two encodings, since lists are put
//! together from several: what is not UTF-8 is read in the encoding that the rest of the file speaks for,
//! field by field.

use encoding_rs::{CoderResult, Encoding as Table};

use super::cell::{may_be_mangled, unmangled};
use super::encoding::Encoding;
use super::row::{Row, Warning};

#[derive(Clone, Debug)]
pub(super) struct Letters {
    told: Encoding,
    /// What fields are in that are not UTF-8.
    beside: Option<&'static Table>,
    /// Everything is in that encoding, said somebody.
    only_beside: bool,
    seen_utf8: bool,
    seen_beside: bool,
}

impl Letters {
    /// `given`: the encoding is not a guess.
    pub(super) fn new(encoding: Encoding, given: bool) -> Self {
        let single = encoding != Encoding::Utf8 && encoding.beside_utf8().is_some();
        Self {
            told: encoding,
            beside: encoding.beside_utf8().filter(|_| !given || single),
            only_beside: given && single,
            seen_utf8: false,
            seen_beside: false,
        }
    }

    /// What was made out so far; sure when all rows are read.
    pub(super) fn encoding(&self) -> Encoding {
        match (self.told, self.beside, self.seen_utf8, self.seen_beside) {
            (
                Encoding::Utf8 | Encoding::Windows1252 | Encoding::Other(_),
                Some(other),
                true,
                true,
            ) => Encoding::Mixed(other),
            (Encoding::Utf8, Some(_), false, true) => Encoding::Windows1252,
            (told, ..) => told,
        }
    }

    /// Makes `row` of the fields that end at `ends` in `bytes`, `gap` bytes apart.
    pub(super) fn decode(&mut self, row: &mut Row, bytes: &[u8], ends: &[usize], gap: usize) {
        row.clear();
        row.gap = gap;
        if let Some(table) = self
            .beside
            .filter(|_| self.only_beside && !bytes.is_ascii())
        {
            self.decode_fields(row, bytes, ends, gap, table);
        } else if let Some(text) = whole(bytes, ends) {
            row.text.push_str(text);
            row.ends.extend_from_slice(ends);
            if text.is_ascii() {
                return;
            }
            self.seen_utf8 = true;
        } else if let Some(table) = self.beside {
            let was_utf8 = matches!(self.told, Encoding::Utf8 | Encoding::Mixed(_));
            if was_utf8 && (self.seen_utf8 || self.told != Encoding::Utf8) {
                row.warn(Warning::OtherEncoding);
            }
            self.decode_fields(row, bytes, ends, gap, table);
        } else {
            self.decode_fields(row, bytes, ends, gap, encoding_rs::UTF_8);
        }
        find_damage(row);
    }

    fn decode_fields(
        &mut self,
        row: &mut Row,
        bytes: &[u8],
        ends: &[usize],
        gap: usize,
        table: &'static Table,
    ) {
        row.gap = 0;
        let mut from = 0;
        for end in ends {
            let field = &bytes[from..*end];
            match std::str::from_utf8(field) {
                Ok(text) if !self.only_beside || text.is_ascii() => {
                    self.seen_utf8 |= !text.is_ascii();
                    row.text.push_str(text);
                }
                _ => {
                    self.seen_beside = true;
                    append(&mut row.text, field, table);
                }
            }
            row.ends.push(row.text.len());
            from = end + gap;
        }
    }
}

/// A record that is UTF-8, and each of its fields too: two halves of a letter can meet where two fields do.
fn whole<'a>(bytes: &'a [u8], ends: &[usize]) -> Option<&'a str> {
    let text = std::str::from_utf8(bytes).ok()?;
    (text.is_ascii() || ends.iter().all(|end| text.is_char_boundary(*end))).then_some(text)
}

fn append(to: &mut String, bytes: &[u8], table: &'static Table) {
    let mut decoder = table.new_decoder_without_bom_handling();
    let mut rest = bytes;
    loop {
        // A byte becomes three at most, in every encoding that is decoded field by field.
        to.reserve(rest.len() * 3 + 16);
        let (result, read, _) = decoder.decode_to_string(rest, to, true);
        rest = &rest[read..];
        if result == CoderResult::InputEmpty {
            return;
        }
    }
}

/// Repairs what was encoded twice, flags what was lost.
fn find_damage(row: &mut Row) {
    if may_be_mangled(&row.text) {
        let mut repaired = Vec::new();
        row.rewrite(0, |column, field| {
            let meant = unmangled(field)?;
            repaired.push((column, field.to_string()));
            Some(meant)
        });
        for (column, _) in &repaired {
            row.warn(Warning::Mojibake { column: *column });
        }
        row.repaired = repaired;
    }
    let lost = |c: char| matches!(c, '\u{fffd}' | '\u{80}'..='\u{9f}');
    if row.text.contains(lost) {
        let column = row.fields().position(|field| field.contains(lost));
        row.warn(Warning::Undecodable {
            column: column.unwrap_or(0),
        });
    }
}
