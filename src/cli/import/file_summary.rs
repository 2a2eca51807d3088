//! What the summaries of files without a mapping share: the line about the file, its rejected rows.

use std::path::Path;

use anyhow::Result;

use super::super::context::Context;
use super::super::show::counted;
use crate::document::Document;
use crate::fault::Fault;
use crate::import::{FileReport, Reject, rejects};
use crate::money::grouped;
use crate::text::shortened;

/// Lines of a kind that are shown without `--details`.
pub(super) const SHOWN: usize = 3;

/// Name, rows, encoding, delimiter and columns of a file.
pub(super) fn heading(report: &FileReport) -> String {
    let names: Vec<String> = report
        .columns_ignored
        .iter()
        .map(|name| format!("\"{}\"", shortened(name, 30)))
        .collect();
    let ignored = if names.is_empty() {
        String::new()
    } else {
        format!("; ignored: {}", names.join(", "))
    };
    format!(
        "{}   {}, {}, {}, {} of {} columns{ignored}",
        report.name,
        counted(report.counts.read as usize, "row", "rows"),
        report.dialect.encoding.name(),
        report.dialect.delimiter_name(),
        report.columns_used,
        report.headings.len(),
    )
}

/// Adds some of `n` lines, all of them with `--details`.
pub(super) fn first_lines(
    mut document: Document,
    lines: impl Iterator<Item = String>,
    n: usize,
    all: bool,
) -> Document {
    let limit = if all { usize::MAX } else { SHOWN };
    for line in lines.take(limit) {
        document = document.line(format!("  {line}"));
    }
    if n > limit {
        let more = grouped((n - limit) as u64);
        document = document.line(format!("  … {more} more with --details"));
    }
    document
}

/// Writes the rejected rows beside the file, unless another place is named; where they are, if any. A dry run
/// leaves no file behind; a run without rejects takes an earlier reject file away.
pub(super) fn write_rejects(
    cx: &Context,
    dry_run: bool,
    file: &Path,
    named: Option<&Path>,
    report: &FileReport,
) -> Result<Option<String>> {
    if dry_run {
        return Ok(None);
    }
    let target = named.map_or_else(|| rejects::path_of(file), Path::to_path_buf);
    let done = if report.rejects.is_empty() {
        rejects::clear(&target).map(|()| false)
    } else {
        rejects::write(&target, &report.reject_file()).map(|()| true)
    };
    let written = done.map_err(|error| no_place(cx, &target, &error))?;
    Ok(written.then(|| cx.shown(&target)))
}

/// The commonest reasons, each with its count, and how many rows have another.
pub(crate) fn reasons(rejects: &[Reject]) -> String {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for reject in rejects {
        let kind = kind(&reject.reason);
        match counts.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, n)) => *n += 1,
            None => counts.push((kind, 1)),
        }
    }
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let others = counts.split_off(counts.len().min(3));
    let others: usize = others.iter().map(|(_, n)| n).sum();
    let others = (others > 0).then(|| ("other reasons".to_string(), others));
    let shown: Vec<String> = counts
        .iter()
        .chain(&others)
        .map(|(kind, n)| format!("{} × {kind}", grouped(*n as u64)))
        .collect();
    shown.join(", ")
}

/// What a reason is without what differs from row to row.
fn kind(reason: &str) -> String {
    let quotes = ['`', '"'];
    // Where the value comes first, what is wrong with it stands behind.
    let behind = reason
        .strip_prefix(quotes)
        .and_then(|value| value.split_once(quotes))
        .map(|(_, behind)| behind);
    let text = behind.unwrap_or(reason);
    let kind = text.split(['`', '"', ';', ':', '(']).next();
    let kind = kind.unwrap_or_default();
    let is_cut = text[kind.len()..].starts_with(quotes);
    let kind = shortened(kind.trim(), 40);
    let before = if behind.is_some() { "… " } else { "" };
    let after = if is_cut && !kind.ends_with('…') {
        " …"
    } else {
        ""
    };
    format!("{before}{kind}{after}")
}

/// Refuses before anything is imported when the rejected rows could not be written.
pub(super) fn rejects_have_a_place(
    cx: &Context,
    file: &Path,
    named: Option<&Path>,
    report: &FileReport,
) -> Result<()> {
    if report.rejects.is_empty() {
        return Ok(());
    }
    let target = named.map_or_else(|| rejects::path_of(file), Path::to_path_buf);
    rejects::place(&target).map_err(|error| no_place(cx, &target, &error))?;
    Ok(())
}

fn no_place(cx: &Context, target: &Path, error: &std::io::Error) -> Fault {
    let target = cx.shown(target);
    Fault::usage(format!(
        "the rejected rows can't be written to `{target}`: {error}"
    ))
    .hint("--rejects FILE names another place")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("no deal; no time", "no deal")]
    #[case(
        "no rep is called `Bob` (told of its deal on line 7)",
        "no rep is called …"
    )]
    #[case(
        "`06.01.2025 09:00` is not a date and time (expected %Y)",
        "… is not a date and time"
    )]
    #[case("value `-5` is negative; a value is 0 or more", "value …")]
    #[case("`a` is in line 3 already", "… is in line 3 already")]
    fn reasons_have_a_kind(#[case] reason: &str, #[case] of: &str) {
        assert_eq!(kind(reason), of);
    }
}
