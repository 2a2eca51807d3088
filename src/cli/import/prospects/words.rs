//! The sentences of an import's summary.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::super::show::counted;
use super::Done;
use super::tell::ImportLine;
use crate::document::Document;
use crate::list::Uses;
use crate::money::grouped;
use crate::prospect::Fate;
use crate::store::{ListRow, Rejected, Tally};
use crate::text::{shortened, visible};

pub(super) fn kept(attributes: &[String]) -> String {
    if attributes.is_empty() {
        return String::new();
    }
    let mut names: Vec<String> = attributes
        .iter()
        .take(4)
        .map(|name| format!("\"{}\"", shortened(name, 30)))
        .collect();
    if attributes.len() > 4 {
        names.push(format!("{} more", attributes.len() - 4));
    }
    format!("; kept as they are: {}", names.join(", "))
}

pub(super) fn accounts(
    mut document: Document,
    line: &ImportLine,
    tallies: &[Tally],
    rejected: &[Rejected],
) -> Document {
    let suppressed = by_count(
        tallies
            .iter()
            .filter(|tally| tally.fate == Fate::Suppressed)
            .map(|tally| (tally.reason.as_deref().unwrap_or(""), tally.n)),
    );
    let why = by_count(rejected.iter().map(|row| (kind_of(&row.reason), 1)));
    let place = line
        .rejects_file
        .as_ref()
        .map(|file| format!(" → {}", visible(file)))
        .unwrap_or_default();
    for (what, n, more) in [
        ("new", line.new, String::new()),
        ("already known", line.known, String::new()),
        ("twice in file", line.duplicate, String::new()),
        ("suppressed", line.suppressed, suppressed),
        ("seed", line.seed, String::new()),
        ("rejected", line.rejected, format!("{why}{place}")),
        ("total", line.read, String::new()),
    ] {
        let gap = if more.is_empty() { "" } else { "   " };
        document = document.line(format!("  {what:<14} {:>11}{gap}{more}", grouped(n)));
    }
    document
}

/// The commonest, each with its count.
pub(super) fn by_count<'a>(counted: impl Iterator<Item = (&'a str, u64)>) -> String {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for (what, n) in counted {
        *counts.entry(what).or_default() += n;
    }
    let mut counts: Vec<(&str, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|(what, n)| (std::cmp::Reverse(*n), *what));
    let shown: Vec<String> = counts
        .iter()
        .take(3)
        .map(|(what, n)| format!("{} × {}", grouped(*n), shortened(what, 44)))
        .collect();
    shown.join("; ")
}

/// A reason without what differs from row to row.
pub(super) fn kind_of(reason: &str) -> &str {
    if reason.contains(", the headings have ") {
        return "too few or too many fields";
    }
    // `b@x` is not an e-mail address, and so on.
    if let Some((_, of)) = reason
        .strip_prefix('`')
        .and_then(|rest| rest.split_once("` "))
    {
        let kind = of.strip_prefix("is ").unwrap_or(of);
        return kind
            .split([',', '`', ';', ':'])
            .next()
            .unwrap_or(kind)
            .trim_end();
    }
    let kind = reason
        .split(['`', '"', ';', ':'])
        .next()
        .unwrap_or_default();
    kind.trim_end()
}

/// `until 31 Mar 2027, one use, 4,000 names rented; 3,906 net (97.7 % of 4,000)`
pub(super) fn terms(list: &ListRow, taken: u64, net: u64) -> String {
    let terms = &list.terms;
    let mut parts = Vec::new();
    if let Some(until) = terms.until {
        parts.push(format!("until {}", crate::date::day(until)));
    }
    match terms.uses {
        Uses::Unlimited => {}
        Uses::Times(1) => parts.push("one use".to_string()),
        Uses::Times(n) => parts.push(format!("{n} uses")),
    }
    if let Some(rented) = terms.qty_ordered {
        parts.push(format!("{} names rented", grouped(rented)));
    }
    let mut text = parts.join(", ");
    if !text.is_empty() {
        text.push_str("; ");
    }
    let _ = write!(text, "{} net", grouped(net));
    if taken > 0 {
        let share = net as f64 / taken as f64 * 100.0;
        let _ = write!(text, " ({share:.1} % of {} taken)", grouped(taken));
    }
    text
}

pub(super) fn notes(tallies: &[Tally], done: &Done, blank: u64) -> Vec<String> {
    let mut codes: BTreeMap<&str, u64> = BTreeMap::new();
    for tally in tallies {
        for code in tally.warnings.as_deref().unwrap_or("").split_whitespace() {
            *codes.entry(code).or_default() += tally.n;
        }
    }
    let mut notes: Vec<String> = codes
        .into_iter()
        .map(|(code, n)| {
            let sentence = crate::prospect::Warning::ALL
                .into_iter()
                .find(|warning| warning.code() == code)
                .map_or("", crate::prospect::Warning::sentence);
            format!(
                "{code} in {}: {sentence}",
                counted(n as usize, "row", "rows")
            )
        })
        .collect();
    if !done.unknown_codes.is_empty() {
        notes.push(format!(
            "codes that the map does not explain: {}",
            done.unknown_codes.join(", ")
        ));
    }
    if blank > 0 {
        notes.push(format!(
            "{} passed over",
            counted(blank as usize, "blank line", "blank lines")
        ));
    }
    if done.run.repeated > 0 {
        notes.push(format!(
            "{} the list has had word for word before",
            counted(done.run.repeated as usize, "row", "rows")
        ));
    }
    if done.counts.read == 0 {
        notes.push("the file has column headings and no rows".to_string());
    }
    if done.resumed > 0 {
        notes.push(format!(
            "{} had been read before the import was broken off",
            counted(done.resumed as usize, "row", "rows")
        ));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::kind_of;

    #[test]
    fn a_kind_is_the_same_for_rows_that_differ() {
        for (reason, kind) in [
            (
                "3 fields, the headings have 7",
                "too few or too many fields",
            ),
            ("1 field, the headings have 7", "too few or too many fields"),
            (
                "`b@x` is not an e-mail address, and there is nothing else to know it by",
                "not an e-mail address",
            ),
            (
                "no company, no name: nothing to know it by",
                "no company, no name",
            ),
            (
                "a quote in line 3 is never closed",
                "a quote in line 3 is never closed",
            ),
            ("", ""),
        ] {
            assert_eq!(kind_of(reason), kind);
        }
    }
}
