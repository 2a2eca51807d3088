//! A process text read as TOML, every file of it, and its problems back at their places.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::DeTable;

use super::Problem;
use super::inherit::{laid_over, shifted};
use super::layers::{Layer, layers};
use super::placed::placed;
use super::reader::Reader;
use super::removed::Removed;
use super::syntax::Source;

/// Largest process file; a larger one is something else.
pub(super) const MAX_BYTES: usize = 1 << 20;

/// The text of a process file, or what is wrong with its bytes.
pub fn decode(bytes: Vec<u8>) -> Result<String, String> {
    if bytes.len() > MAX_BYTES {
        return Err(format!(
            "the file has {} bytes, expected at most 1 MiB ({MAX_BYTES})",
            bytes.len()
        ));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at].split(|byte| *byte == b'\n').count();
        format!("line {line} is not UTF-8 (byte {at} of the file); save the file as UTF-8")
    })
}

pub(super) struct Whole<'t> {
    files: Vec<File<'t>>,
    /// All of it, brackets repaired: what the places of its tables are in.
    pub(super) text: Cow<'t, str>,
}

/// What the files without a mistake were read as; every command reads a process, so it is read once.
pub(super) type Clean<'t> = Vec<Option<Spanned<DeTable<'t>>>>;

struct File<'t> {
    layer: Layer<'t>,
    source: Source<'t>,
    /// Where it begins in the repaired text.
    begin: usize,
}

impl<'t> Whole<'t> {
    pub(super) fn read(label: &'t str, text: &'t str) -> (Self, Clean<'t>) {
        let mut whole = String::new();
        let mut clean = Vec::new();
        let mut at = 0;
        let mut files: Vec<File<'t>> = Vec::new();
        for layer in layers(label, text) {
            let mut source = Source::read(layer.text);
            clean.push(source.clean.take());
            // The line before it, which names it.
            whole.push_str(&text[at..layer.begin]);
            at = layer.begin + layer.text.len();
            files.push(File {
                layer,
                begin: whole.len(),
                source,
            });
            if let Some(file) = files.last() {
                whole.push_str(&file.source.text);
            }
        }
        let is_repaired = whole != text;
        let text = if is_repaired {
            Cow::Owned(whole)
        } else {
            Cow::Borrowed(text)
        };
        (Self { files, text }, clean)
    }

    /// Whether something could not be read: what seems to be absent may stand there.
    pub(super) fn is_damaged(&self) -> bool {
        self.files.iter().any(|file| !file.source.broken.is_empty())
    }

    /// One table of all files, and what the later ones do without.
    pub(super) fn table<'a>(
        &'a self,
        reader: &Reader<'_>,
        clean: Clean<'a>,
    ) -> (DeTable<'a>, Vec<Removed>) {
        let mut whole: Option<DeTable<'_>> = None;
        let mut removed = Vec::new();
        for (file, clean) in self.files.iter().zip(clean) {
            let table = clean.unwrap_or_else(|| file.source.table()).into_inner();
            let table = if file.begin == 0 {
                table
            } else {
                shifted(table, file.begin)
            };
            let is_eldest = whole.is_none();
            let (mut table, without) = laid_over(reader, whole.take(), table);
            removed.extend(without.into_iter().map(|gone| {
                // What a file names as gone and has itself is a mistake of it.
                let is_there = is_eldest && gone.is_in(&mut table);
                (gone, is_there)
            }));
            whole = Some(table);
        }
        let mut whole = whole.unwrap_or_default();
        placed(reader, &mut whole);
        let removed = removed.into_iter().map(|(mut gone, is_there)| {
            gone.again = !is_there && gone.is_in(&mut whole);
            gone
        });
        let removed = removed.collect();
        (whole, removed)
    }

    /// What is wrong with the syntax and what was found in the table, in the order of their places in the original.
    pub(super) fn settle(&self, found: Vec<Problem>) -> Vec<Problem> {
        let mut of_files: Vec<Vec<Problem>> = vec![Vec::new(); self.files.len()];
        for problem in found {
            let at = problem.span.start;
            let file = self.files.partition_point(|file| file.begin <= at).max(1) - 1;
            let begin = self.files[file].begin;
            let back = |at: usize| at.saturating_sub(begin);
            of_files[file].push(Problem {
                span: back(problem.span.start)..back(problem.span.end),
                ..problem
            });
        }
        let mut problems = Vec::new();
        for (file, found) in self.files.iter().zip(of_files) {
            let begin = file.layer.begin;
            let settled = file.source.settle(file.layer.text, found);
            problems.extend(settled.into_iter().map(|problem| Problem {
                span: problem.span.start + begin..problem.span.end + begin,
                ..problem
            }));
        }
        problems
    }
}
