//! TOML as written, with every syntax error at once.
//!
//! The parser recovers on its own from most mistakes. A bracket that is never closed would make it
//! swallow what follows and report nonsense there, so the bracket is added where it is missing and the
//! text is read again; places are given in the original text.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, Error};

use super::Problem;

/// Unclosed brackets that are repaired before giving up.
const MOST_REPAIRS: usize = 20;

/// The text of a process file, brackets repaired.
pub(crate) struct Source<'t> {
    pub(crate) text: Cow<'t, str>,
    /// What a text without a mistake was read as. Every command reads one, so it is read once.
    pub(crate) clean: Option<Spanned<DeTable<'t>>>,
    /// Where in `text` a bracket was added, and how many bytes.
    added: Vec<(usize, usize)>,
    /// Mistakes that hide nothing: brackets that were added, keys that are there twice.
    pub(crate) passed: Vec<Problem>,
    /// What could not be read; what is missing elsewhere may stand there. Places in the original.
    pub(crate) broken: Vec<Problem>,
}

impl<'t> Source<'t> {
    pub(crate) fn read(original: &'t str) -> Self {
        let (table, errors) = DeTable::parse_recoverable(original);
        let mut source = Self {
            text: Cow::Borrowed(original),
            clean: errors.is_empty().then_some(table),
            added: Vec::new(),
            passed: Vec::new(),
            broken: Vec::new(),
        };
        if source.clean.is_some() {
            return source;
        }
        let errors = loop {
            let (_, errors) = DeTable::parse_recoverable(&source.text);
            let unclosed = errors
                .iter()
                .filter_map(|error| repair(&source.text, error));
            let first = unclosed.min_by_key(|repair| repair.at);
            match first.filter(|_| source.added.len() < MOST_REPAIRS) {
                Some(repair) => source.apply(repair),
                None => break errors,
            }
        };
        let (twice, broken): (Vec<_>, Vec<_>) = errors
            .iter()
            .partition(|error| error.message() == DUPLICATE);
        let twice = duplicates(&source.text, &twice);
        let broken: Vec<Problem> = broken
            .into_iter()
            .map(|error| problem(&source.text, error))
            .collect();
        let placed = |problem: Problem| Problem {
            span: source.original(&problem.span),
            ..problem
        };
        let (twice, broken): (Vec<_>, Vec<_>) = (
            twice.into_iter().map(placed).collect(),
            broken.into_iter().map(placed).collect(),
        );
        source.passed.extend(twice);
        source.broken = broken;
        source.broken.sort_by_key(|problem| problem.span.start);
        // What follows the first mistake on a line mostly follows from it.
        let line = |problem: &Problem| original[..problem.span.start].rfind('\n');
        source
            .broken
            .dedup_by(|second, first| line(second) == line(first));
        source
    }

    /// What is wrong with the syntax and what was found in the table, in the order of their places in
    /// the original.
    pub(crate) fn settle(&self, original: &str, found: Vec<Problem>) -> Vec<Problem> {
        let line = |problem: &Problem| original[..problem.span.start].rfind('\n');
        let broken: BTreeSet<_> = self.broken.iter().map(line).collect();
        let mut problems: Vec<Problem> = found
            .into_iter()
            .map(|problem| Problem {
                span: self.original(&problem.span),
                ..problem
            })
            // On a line that cannot be read, what was made of it means nothing.
            .filter(|problem| !broken.contains(&line(problem)))
            .chain(self.broken.iter().chain(&self.passed).cloned())
            .collect();
        problems.sort_by_key(|problem| problem.span.start);
        problems
    }

    /// What could be read of a text with mistakes.
    pub(crate) fn table(&self) -> Spanned<DeTable<'_>> {
        DeTable::parse_recoverable(&self.text).0
    }

    /// A place of `text` in the original.
    pub(crate) fn original(&self, span: &Range<usize>) -> Range<usize> {
        let back = |at: usize| {
            let added: usize = self
                .added
                .iter()
                .filter(|(place, _)| *place < at)
                .map(|(place, len)| (*len).min(at - place))
                .sum();
            at - added
        };
        back(span.start)..back(span.end)
    }

    fn apply(&mut self, repair: Repair) {
        let Repair {
            at,
            insert,
            message,
            label,
        } = repair;
        let span = self.original(&(at..at));
        self.passed.push(Problem::error(span, message, label));
        self.text.to_mut().insert_str(at, insert);
        for (place, _) in &mut self.added {
            if *place >= at {
                *place += insert.len();
            }
        }
        self.added.push((at, insert.len()));
    }
}

/// A bracket to add.
struct Repair {
    at: usize,
    insert: &'static str,
    message: String,
    label: String,
}

fn repair(text: &str, error: &Error) -> Option<Repair> {
    let at = error.span()?.start;
    let (message, _) = error
        .message()
        .split_once(", expected")
        .unwrap_or((error.message(), ""));
    let found = text.get(at..)?.chars().next();
    let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = &text[line_start..at];
    // What follows an unclosed bracket: the rest of the list around it, a heading, the table's next key.
    let (noun, insert, after) = match message {
        "unclosed array table" if !line.ends_with(']') => ("a table's heading", "]]", at),
        "unclosed array table" | "unclosed table" => ("a table's heading", "]", at),
        "invalid inline table element" if found == Some(']') => {
            ("an inline table", "}", code_end(text, at)?)
        }
        "missing key for inline table element" if found == Some('{') => {
            ("an inline table", "},", code_end(text, at)?)
        }
        "missing key for inline table element" if found == Some('[') => {
            ("an inline table", "}", code_end(text, at)?)
        }
        "missing comma between key-value pairs" if line.is_empty() => {
            ("an inline table", "}", code_end(text, at)?)
        }
        _ if message.starts_with("unexpected `=` in array") && !line.contains('[') => (
            "a list",
            "]",
            code_end(text, headings_above(text, line_start))?,
        ),
        _ => return None,
    };
    Some(Repair {
        at: after,
        insert,
        message: format!("{noun} is not closed"),
        label: format!("expected `{}`", insert.trim_end_matches(',')),
    })
}

/// The start of the first of the headings right above a line.
fn headings_above(text: &str, mut line_start: usize) -> usize {
    while let Some(end) = code_end(text, line_start) {
        let start = text[..end].rfind('\n').map_or(0, |newline| newline + 1);
        if !text[start..].starts_with('[') {
            break;
        }
        line_start = start;
    }
    line_start
}

/// The end of what is neither blank nor a comment before a place.
fn code_end(text: &str, before: usize) -> Option<usize> {
    let mut end = before;
    loop {
        let start = text[..end].rfind('\n').map_or(0, |newline| newline + 1);
        let mut quote = None;
        let comment = text[start..end].find(|c| {
            match (quote, c) {
                (None, '"' | '\'') => quote = Some(c),
                (Some(open), c) if open == c => quote = None,
                _ => {}
            }
            quote.is_none() && c == '#'
        });
        let code = text[start..comment.map_or(end, |at| start + at)].trim_end();
        if !code.is_empty() {
            return Some(start + code.len());
        }
        end = start.checked_sub(1)?;
    }
}

fn problem(text: &str, error: &Error) -> Problem {
    let span = error.span().unwrap_or(0..0);
    let found = text.get(span.clone()).unwrap_or_default();
    let before = text.get(..span.start).unwrap_or_default();
    let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
    if let Some(key) = line
        .trim_end()
        .strip_suffix('=')
        .filter(|_| found.trim().is_empty())
    {
        return Problem::error(
            span,
            format!("`{}` has no value", key.trim()),
            "expected a value",
        );
    }
    let (message, expected) = error
        .message()
        .split_once(", expected ")
        .unwrap_or((error.message(), ""));
    let (message, label) = match message {
        "invalid basic string" | "invalid literal string"
            if ["`\"`", "`'`"].contains(&expected) =>
        {
            ("a text does not end", format!("expected {expected}"))
        }
        "invalid basic string" => ("a control character in a text", "not allowed".into()),
        "missing escaped value" => (
            "an unknown escape in a text",
            r"write `\\` for `\`, or the text in single quotes".into(),
        ),
        "string values must be quoted" => (
            "a value that cannot be read",
            "a text is written in quotes".into(),
        ),
        message if expected.is_empty() => (message, "cannot be read".into()),
        message => (message, format!("expected {expected}")),
    };
    Problem::error(span, message, label)
}

const DUPLICATE: &str = "duplicate key";

/// Names that are there twice. The keys of a table that is there twice are not told one by one.
fn duplicates(text: &str, errors: &[&Error]) -> Vec<Problem> {
    let mut spans: Vec<Range<usize>> = errors.iter().filter_map(|error| error.span()).collect();
    spans.sort_by_key(|span| span.start);
    let mut told_until = 0;
    let mut problems = Vec::new();
    for span in spans {
        if span.start < told_until {
            continue;
        }
        let line_start = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
        if text[line_start..].starts_with('[') {
            told_until = text[span.end..]
                .find("\n[")
                .map_or(text.len(), |at| span.end + at);
        }
        let name = text.get(span.clone()).unwrap_or_default();
        problems.push(Problem::error(
            span,
            format!("`{name}` is defined twice"),
            "already defined above",
        ));
    }
    problems
}
