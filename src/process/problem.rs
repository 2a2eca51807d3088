//! What is wrong with a process file, where, and how it is shown to the person who wrote it.

use std::collections::BTreeMap;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level as Shown, Origin, Renderer, Snippet};
use serde::Serialize;
use toml::Spanned;
use toml::de::DeValue;

use super::layers::{self, Unread};
use crate::text::visible;

/// Lines longer than this are named but not shown.
const LONGEST_EXCERPT: usize = 2_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Error,
    Warning,
}

/// One thing wrong with a process file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub level: Level,
    pub message: String,
    /// The short text under the caret.
    pub label: String,
    /// Where, in bytes of the file.
    pub span: Range<usize>,
}

impl Problem {
    pub(crate) fn error(
        span: Range<usize>,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        Self {
            level: Level::Error,
            message: message.into(),
            label: label.into(),
            span,
        }
    }

    /// A file of which nothing can be said but why.
    pub(crate) fn unreadable(path_label: &str, why: impl Into<String>) -> Self {
        Self::error(0..0, format!("cannot read `{path_label}`"), why)
    }

    pub(crate) fn warning(
        span: Range<usize>,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        Self {
            level: Level::Warning,
            ..Self::error(span, message, label)
        }
    }
}

/// Where the lines of a text begin.
pub(super) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
    /// Where the files of the text begin.
    files: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let after_newline = text
            .bytes()
            .enumerate()
            .filter(|(_, byte)| *byte == b'\n')
            .map(|(at, _)| at + 1);
        Self {
            text,
            starts: std::iter::once(0).chain(after_newline).collect(),
            files: layers::layers("", text)
                .iter()
                .map(|layer| layer.begin)
                .collect(),
        }
    }

    /// The line of a byte, counted from 1.
    pub(super) fn number(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at)
    }

    /// The lines of a table with everything in it, in each file that says something of it: counted from 1 in the whole
    /// text, the end exclusive.
    pub(super) fn of_value(&self, value: &Spanned<DeValue<'_>>) -> Vec<Range<usize>> {
        let spans = self.spans_of(value);
        spans.iter().map(|span| self.lines_of(span)).collect()
    }

    /// The same in bytes.
    pub(super) fn spans_of(&self, value: &Spanned<DeValue<'_>>) -> Vec<Range<usize>> {
        let mut spans = Vec::new();
        leaves(value, &mut spans);
        let mut of_files: BTreeMap<usize, Range<usize>> = BTreeMap::new();
        for span in spans {
            let file = self.files.partition_point(|begin| *begin <= span.start);
            let known = of_files.entry(file).or_insert_with(|| span.clone());
            *known = known.start.min(span.start)..known.end.max(span.end);
        }
        of_files.into_values().collect()
    }

    /// Lines counted from 1, the end exclusive.
    pub(super) fn lines_of(&self, span: &Range<usize>) -> Range<usize> {
        self.number(span.start)..self.number(span.end.saturating_sub(1).max(span.start)) + 1
    }

    /// Bytes of a line without its end.
    fn range(&self, number: usize) -> Range<usize> {
        let start = self.starts[number - 1];
        let end = self
            .starts
            .get(number)
            .map_or(self.text.len(), |next| next - 1);
        let end = if self.text[start..end].ends_with('\r') {
            end - 1
        } else {
            end
        };
        start..end
    }
}

/// Places of a value and of all that is in it.
fn leaves(value: &Spanned<DeValue<'_>>, spans: &mut Vec<Range<usize>>) {
    spans.push(value.span());
    match value.get_ref() {
        DeValue::Table(table) => table.values().for_each(|value| leaves(value, spans)),
        DeValue::Array(items) => items.iter().for_each(|value| leaves(value, spans)),
        _ => {}
    }
}

/// Draws problems as a compiler does, in the order of their places, and closes with their number.
pub fn render(path_label: &str, text: &str, problems: &[Problem], color: bool) -> String {
    drawn(path_label, text, problems, color) + &closing(path_label, problems)
}

/// The same of a file that can't be read with those it extends; `path_label` is what it was meant to be read for.
pub fn render_unread(path_label: &str, unread: &Unread) -> String {
    let file = layers::beside(path_label, &unread.file);
    let problems = std::slice::from_ref(&unread.problem);
    drawn(&file, &unread.text, problems, false) + &closing(path_label, problems)
}

fn drawn(path_label: &str, text: &str, problems: &[Problem], color: bool) -> String {
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut ordered: Vec<&Problem> = problems.iter().collect();
    ordered.sort_by_key(|problem| problem.span.start);
    let mut out = String::new();
    for problem in ordered {
        let (file, layer) = layers::of_place(path_label, text, problem.span.start);
        let placed = Problem {
            span: problem.span.start.saturating_sub(layer.begin)
                ..problem.span.end.saturating_sub(layer.begin),
            ..problem.clone()
        };
        let lines = Lines::of(layer.text);
        out.push_str(&excerpt(&renderer, &visible(&file), &lines, &placed));
        out.push('\n');
    }
    out
}

fn closing(path_label: &str, problems: &[Problem]) -> String {
    let count = |level| {
        let of_level = problems.iter().filter(|problem| problem.level == level);
        of_level.count()
    };
    format!(
        "{}: {}",
        visible(path_label),
        summary(count(Level::Error), count(Level::Warning))
    )
}

fn summary(errors: usize, warnings: usize) -> String {
    let counted = |n: usize, noun: &str| format!("{n} {noun}{}", if n == 1 { "" } else { "s" });
    match (errors, warnings) {
        (0, 0) => "no problems".into(),
        (0, w) => counted(w, "warning"),
        (e, 0) => counted(e, "error"),
        (e, w) => format!("{}, {}", counted(e, "error"), counted(w, "warning")),
    }
}

fn excerpt(renderer: &Renderer, path: &str, lines: &Lines, problem: &Problem) -> String {
    let level = match problem.level {
        Level::Error => Shown::ERROR,
        Level::Warning => Shown::WARNING,
    };
    let start = lines.text.floor_char_boundary(problem.span.start);
    let number = lines.number(start);
    let line = lines.range(number);
    // Only the first line of a longer place is shown.
    let start = start.clamp(line.start, line.end);
    let end = lines
        .text
        .floor_char_boundary(problem.span.end)
        .clamp(start, line.end);
    let label = visible(&problem.label);
    let title = level.primary_title(visible(&problem.message));
    let group = if line.len() > LONGEST_EXCERPT {
        let column = lines.text[line.start..start].chars().count() + 1;
        title
            .element(
                Origin::path(path.to_string())
                    .line(number)
                    .char_column(column),
            )
            .element(Shown::NOTE.message(label))
    } else {
        let before = shown(&lines.text[line.start..start]);
        let marked = shown(&lines.text[start..end]);
        let after = shown(&lines.text[end..line.end]);
        let span = before.len()..before.len() + marked.len();
        let source = format!("{before}{marked}{after}");
        title.element(
            Snippet::source(source)
                .line_start(number)
                .path(path.to_string())
                .annotation(AnnotationKind::Primary.span(span).label(label)),
        )
    };
    renderer.render(&[group])
}

/// A tab stays one column wide, so that columns count characters.
fn shown(text: &str) -> String {
    visible(&text.replace('\t', " "))
}
