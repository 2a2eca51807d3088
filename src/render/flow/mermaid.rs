//! As Mermaid, which Markdown pages of many sites draw by themselves.

use std::fmt::Write;

use super::{box_of, said, way};
use crate::document::{Flow, Labelled};
use crate::text::visible;

pub(in super::super) fn text(flow: &Flow) -> String {
    let mut out = String::from("flowchart TD\n");
    let _ = writeln!(out, "  accTitle: {}", plain(&flow.title));
    let _ = writeln!(out, "  accDescr: {}", plain(&flow.description));
    for (at, stage) in flow.stages.iter().enumerate() {
        let lines = box_of(stage);
        let _ = writeln!(out, "  s{at}[\"{}\"]", joined(&lines));
        if !stage.gate.is_empty() {
            let lines: Vec<String> = stage.gate.iter().map(said).collect();
            let _ = writeln!(out, "  g{at}{{{{\"{}\"}}}}", joined(&lines));
            let _ = writeln!(out, "  s{at} --> g{at}");
        }
    }
    let end = |title: &str, about: &[Labelled]| {
        let lines = [title.to_string()]
            .into_iter()
            .chain(about.iter().map(said));
        joined(&lines.collect::<Vec<_>>())
    };
    let _ = writeln!(
        out,
        "  won([\"✓ {}\"])",
        end(&flow.won.title, &flow.won.about)
    );
    let _ = writeln!(
        out,
        "  lost([\"✗ {}\"])",
        end(&flow.lost.title, &flow.lost.about)
    );
    for (at, stage) in flow.stages.iter().enumerate() {
        let from = if stage.gate.is_empty() { 's' } else { 'g' };
        for one in &stage.next {
            let label = if one.why.is_empty() {
                String::new()
            } else {
                format!("|\"{}\"|", escaped(&way(flow, one)))
            };
            let _ = writeln!(out, "  {from}{at} -->{label} {}", flow.mark_of(one.to));
        }
        for to in &stage.back {
            let _ = writeln!(out, "  s{at} -->|back| s{to}");
        }
        let _ = writeln!(out, "  s{at} -.-> lost");
    }
    out
}

fn joined(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| escaped(line)).collect();
    lines.join("<br>")
}

/// Within quotes nothing but letters, digits, blanks and harmless marks stands for itself: everything else is written
/// by its number, as Mermaid takes it.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    // `1. ` or `- ` would begin a list, which Mermaid says it can't draw.
    let mut begins = true;
    for c in visible(text).chars() {
        let is_own = c.is_ascii_alphanumeric() || !c.is_ascii() || " ,:!?()/%=".contains(c);
        if is_own || (".-+".contains(c) && !begins) {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", c as u32);
        }
        begins &= c.is_ascii_digit();
    }
    out
}

/// A line of a title or a description ends where the line does; `#` and `;` begin and end what stands for something.
fn plain(text: &str) -> String {
    let text = visible(text);
    text.chars()
        .map(|c| if "#;{}%\"`<>".contains(c) { ' ' } else { c })
        .collect()
}
