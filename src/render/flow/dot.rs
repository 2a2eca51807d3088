//! As DOT, for Graphviz and what else reads it.

use std::fmt::Write;

use super::{box_of, said, way};
use crate::document::{Flow, Labelled};
use crate::text::visible;

pub(in super::super) fn text(flow: &Flow) -> String {
    let mut out = String::from("digraph process {\n");
    let _ = writeln!(
        out,
        "  label={}; labelloc=t; rankdir=TB;",
        quoted(std::slice::from_ref(&flow.title))
    );
    out.push_str("  node [shape=box fontname=\"sans-serif\"]; edge [fontname=\"sans-serif\"];\n");
    for (at, stage) in flow.stages.iter().enumerate() {
        let lines = box_of(stage);
        let _ = writeln!(out, "  s{at} [label={}];", quoted(&lines));
        if !stage.gate.is_empty() {
            let lines: Vec<String> = stage.gate.iter().map(said).collect();
            let _ = writeln!(out, "  g{at} [shape=hexagon label={}];", quoted(&lines));
            let _ = writeln!(out, "  s{at} -> g{at} [weight=9];");
        }
    }
    let end = |mark: &str, title: &str, about: &[Labelled]| {
        let lines = [format!("{mark} {title}")].into_iter();
        quoted(&lines.chain(about.iter().map(said)).collect::<Vec<_>>())
    };
    let good = end("✓", &flow.won.title, &flow.won.about);
    let bad = end("✗", &flow.lost.title, &flow.lost.about);
    let _ = writeln!(out, "  won [style=rounded label={good}];");
    let _ = writeln!(out, "  lost [style=rounded label={bad}];");
    for (at, stage) in flow.stages.iter().enumerate() {
        let from = if stage.gate.is_empty() { 's' } else { 'g' };
        for one in &stage.next {
            let told = if one.why.is_empty() {
                "weight=9".to_string()
            } else {
                format!("label={}", quoted(&[way(flow, one)]))
            };
            let _ = writeln!(out, "  {from}{at} -> {} [{told}];", flow.mark_of(one.to));
        }
        for to in &stage.back {
            let _ = writeln!(out, "  s{at} -> s{to} [label=\"back\" constraint=false];");
        }
        let _ = writeln!(out, "  s{at} -> lost [style=dashed];");
    }
    out.push_str("}\n");
    out
}

/// A quoted string whose lines are set to the left.
fn quoted(lines: &[String]) -> String {
    let mut out = String::from("\"");
    for line in lines {
        for c in visible(line).chars() {
            // A backslash begins an escape, `&` an entity.
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '&' => out.push_str("&amp;"),
                c => out.push(c),
            }
        }
        if lines.len() > 1 {
            out.push_str("\\l");
        }
    }
    out.push('"');
    out
}
