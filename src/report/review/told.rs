//! What people wrote: suggestions with their answers, and why versions were made.

use super::{Agenda, Look, ReviewRow, SHOWN, Section, footer};
use crate::date::day;
use crate::deal::suggestion::Suggestion;
use crate::document::Document;

/// How a suggestion is answered.
pub const ANSWERING: &str = "salesctl process suggestions accept ID \"why\", or decline ID \"why\"";

/// The open ones, and those that were answered in the period.
pub(super) fn suggestions(look: &Look<'_>, agenda: &Agenda<'_>) -> Section {
    const NAME: &str = "suggestions";
    let told = |one: &&Suggestion| one.day <= look.book.as_of;
    let all: Vec<&Suggestion> = agenda.suggestions.iter().filter(told).collect();
    let open: Vec<&Suggestion> = all
        .iter()
        .copied()
        .filter(|one| one.answer.is_none())
        .collect();
    let answered: Vec<&Suggestion> = all
        .iter()
        .copied()
        .filter(|one| {
            one.answer
                .as_ref()
                .is_some_and(|answer| look.within(answer.day))
        })
        .collect();
    let mut rows = Vec::new();
    let mut lines = Vec::new();
    for one in &open {
        let short = (agenda.short)(one.id);
        let about = one
            .stage
            .as_ref()
            .map(|stage| format!(", {}", look.process.stage_title(stage)));
        let about = about.unwrap_or_default();
        let text = format!("{} on {}{about}: \"{}\"", one.actor, day(one.day), one.text);
        lines.push(format!("{short}  {text}"));
        let command = format!("salesctl process suggestions accept {short} \"why\"");
        rows.push(ReviewRow::new(NAME, one.id.handle(), text, &command));
    }
    for one in &answered {
        if let Some(answer) = &one.answer {
            let text = format!(
                "{} by {} on {}: \"{}\" to \"{}\"",
                answer.verdict.name(),
                answer.actor,
                day(answer.day),
                answer.text,
                one.text
            );
            lines.push(format!("{}  {text}", (agenda.short)(one.id)));
            rows.push(ReviewRow::new(
                NAME,
                one.id.handle(),
                text,
                "salesctl process suggestions --all",
            ));
        }
    }
    let document = Document::default().heading(format!(
        "Suggestions: {} open, {} answered",
        open.len(),
        answered.len()
    ));
    let (document, command) = if lines.is_empty() {
        let ask = "nobody suggested anything: salesctl process suggest \"what should change\"";
        return Section {
            name: NAME,
            document: document.line(ask),
            rows,
        };
    } else {
        let command = if open.is_empty() {
            "salesctl process suggestions --all"
        } else {
            ANSWERING
        };
        (some(document, &lines), command)
    };
    Section {
        name: NAME,
        document: footer(document, lines.len().saturating_sub(SHOWN), command),
        rows,
    }
}

/// Those that were applied in the period.
pub(super) fn versions(look: &Look<'_>, agenda: &Agenda<'_>) -> Section {
    const NAME: &str = "versions";
    const COMMAND: &str = "salesctl process log";
    let mut rows = Vec::new();
    let mut lines = Vec::new();
    for (at, one) in agenda.versions.iter().enumerate() {
        if !look.within(one.day) {
            continue;
        }
        let before = agenda.versions.get(at + 1);
        let command = before.map_or_else(
            || COMMAND.to_string(),
            |before| format!("salesctl process diff {} {}", before.version, one.version),
        );
        let text = format!("{} by {}: \"{}\"", day(one.day), one.actor, one.why);
        lines.push(format!("version {}  {text}", one.version));
        rows.push(ReviewRow::new(
            NAME,
            one.version.to_string(),
            text,
            &command,
        ));
    }
    let document = Document::default().heading(format!("Versions: {} applied", lines.len()));
    let hidden = lines.len().saturating_sub(SHOWN);
    Section {
        name: NAME,
        document: footer(some(document, &lines), hidden, COMMAND),
        rows,
    }
}

fn some(document: Document, lines: &[String]) -> Document {
    let shown = lines.iter().take(SHOWN);
    shown.fold(document, Document::line)
}
