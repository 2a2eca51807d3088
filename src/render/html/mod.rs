//! For browsers and paper: one page that holds everything it needs. No script, no request to anywhere,
//! which its own policy forbids too; whatever came from outside is text and nothing else.

mod mail;

use std::fmt::Write as _;
use std::io;

use super::cell::{is_address, shown};
use super::chart::figure;
use super::flow::{Paper, svg_on};
use crate::document::{Align, Block, Cell, Document, Table};
use crate::text::visible;

pub(super) use mail::body as mail_body;

const STYLE: &str = include_str!("style.css");

/// The map of so many stages can be read when it is printed on one page; a longer one goes on to the next.
const ON_A_PAGE: usize = 9;

/// A document among several on one page.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// What the contents call it.
    pub name: String,
    pub document: Document,
}

/// The page of one document: its first heading is the page's, `name` where it has none.
pub(super) fn write(out: &mut dyn io::Write, document: &Document, name: &str) -> io::Result<()> {
    let title = document.blocks.iter().find_map(|block| match block {
        Block::Heading(text) => Some(text.as_str()),
        _ => None,
    });
    let mut body = String::new();
    if title.is_none() {
        let _ = writeln!(body, "<h1>{}</h1>", escaped(name));
    }
    blocks(&mut body, document, 1, "c");
    whole(out, title.unwrap_or(name), &body)
}

/// The page of several documents, with a table of contents when there is more than one.
pub(super) fn write_page(
    out: &mut dyn io::Write,
    title: &str,
    sections: &[Section],
) -> io::Result<()> {
    let mut body = String::new();
    let _ = writeln!(body, "<h1>{}</h1>", escaped(title));
    if sections.len() > 1 {
        body.push_str("<nav aria-label=\"Contents\"><ul>\n");
        for (i, section) in sections.iter().enumerate() {
            let name = escaped(&section.name);
            let _ = writeln!(body, "<li><a href=\"#s{i}\">{name}</a></li>");
        }
        body.push_str("</ul></nav>\n");
    }
    for (i, section) in sections.iter().enumerate() {
        let _ = writeln!(
            body,
            "<section id=\"s{i}\" aria-label=\"{}\">",
            escaped(&section.name)
        );
        blocks(&mut body, &section.document, 2, &format!("s{i}-c"));
        body.push_str("</section>\n");
    }
    whole(out, title, &body)
}

fn whole(out: &mut dyn io::Write, title: &str, body: &str) -> io::Result<()> {
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n",
        escaped(title)
    )
}

/// The first heading is of this level, those after it one below.
fn blocks(out: &mut String, document: &Document, level: usize, charts: &str) {
    let mut headings = 0;
    let mut about = String::new();
    for (i, block) in document.blocks.iter().enumerate() {
        match block {
            Block::Heading(text) => {
                let level = level + usize::from(headings > 0);
                headings += 1;
                about.clone_from(text);
                let _ = writeln!(out, "<h{level}>{}</h{level}>", escaped(text));
            }
            Block::Line(text) => {
                let class = if text.starts_with("note: ") {
                    " class=\"note\""
                } else {
                    ""
                };
                let _ = writeln!(out, "<p{class}>{}</p>", escaped(text));
            }
            Block::Verbatim(text) => verbatim(out, text),
            Block::Table(table) => write_table(out, table, &about),
            Block::Chart(chart) => out.push_str(&figure(chart, &format!("{charts}{i}"))),
            Block::Flow(flow) => {
                let papers = [Paper::Wide, Paper::Narrow];
                let pictures = papers.map(|paper| svg_on(flow, paper, &format!("{charts}{i}")));
                let class = if flow.stages.len() > ON_A_PAGE {
                    "map long"
                } else {
                    "map"
                };
                let pictures = pictures.concat();
                let _ = writeln!(out, "<figure class=\"{class}\">\n{pictures}</figure>");
            }
        }
    }
}

/// Line by line as it is.
fn verbatim(out: &mut String, text: &str) {
    let lines: Vec<String> = text.lines().map(escaped).collect();
    let _ = writeln!(out, "<pre>{}</pre>", lines.join("\n"));
}

/// Wide tables scroll in a box of their own, which the keyboard reaches.
fn write_table(out: &mut String, table: &Table, about: &str) {
    let about = if about.is_empty() { "Table" } else { about };
    let _ = writeln!(
        out,
        "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"{}\">\n<table>",
        escaped(about)
    );
    let has_headings = table
        .columns
        .iter()
        .any(|column| !column.heading.is_empty());
    if has_headings {
        out.push_str("<thead><tr>");
        for column in &table.columns {
            let class = match column.align {
                Align::Left => "",
                Align::Right => " class=\"n\"",
            };
            if column.heading.is_empty() {
                let _ = write!(out, "<td{class}></td>");
            } else {
                let heading = escaped(&column.heading);
                let _ = write!(out, "<th scope=\"col\"{class}>{heading}</th>");
            }
        }
        out.push_str("</tr></thead>\n");
    }
    out.push_str("<tbody>\n");
    for row in &table.rows {
        out.push_str("<tr>");
        for (i, (cell, column)) in row.iter().zip(&table.columns).enumerate() {
            // What a line is about heads it.
            let tag = if i == 0 && matches!(cell, Cell::Text(_)) {
                "th scope=\"row\""
            } else {
                "td"
            };
            let end = &tag[..2];
            if let Cell::Bar(share) = cell {
                let percent = percent(*share);
                let _ = write!(
                    out,
                    "<td><span class=\"bar\"><i style=\"width:{percent:.1}%\"></i></span></td>"
                );
                continue;
            }
            let text = shown(cell, column, 0);
            let class = match (column.align, cell) {
                (Align::Right, _) => " class=\"n\"",
                (Align::Left, Cell::Date(_)) => " class=\"d\"",
                // Sentences get room, so that they don't make a column of single words.
                (Align::Left, Cell::Text(_) | Cell::Lines(_) | Cell::Link(_))
                    if text.chars().count() > 24 =>
                {
                    " class=\"l\""
                }
                (Align::Left, _) => "",
            };
            let inside = match cell {
                Cell::Lines(lines) if lines.len() > 1 => {
                    let lines = lines
                        .iter()
                        .map(|line| format!("<li>{}</li>", escaped(line)));
                    format!("<ul>{}</ul>", lines.collect::<String>())
                }
                Cell::Link(to) if is_address(to) => format!("<a href=\"{0}\">{0}</a>", escaped(to)),
                _ => escaped(&text),
            };
            let _ = write!(out, "<{tag}{class}>{inside}</{end}>");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
}

fn percent(share: f64) -> f64 {
    if share.is_nan() {
        0.0
    } else {
        share.clamp(0.0, 1.0) * 100.0
    }
}

/// Text that is only text, between tags and in quoted attributes alike.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests;
