//! The same for mail programs, which know tables and inline styles and little else: no style sheet, no
//! drawing. A bar is a row of blocks; what a picture shows is said by the table beside it.

use std::fmt::Write as _;

use super::{Section, escaped};
use crate::document::{Align, Block, Cell, Table};
use crate::render::cell::shown;
use crate::render::flow::lines;

const INK: &str = "color:#1b1f24";
/// In each cell, since some mail programs don't hand it down to tables. It is short because others cut a
/// mail off at about 100 kB.
const CELL: &str = "font:13px Arial,sans-serif;color:#1b1f24;padding:4px 14px 4px 0";
/// The width of a full bar, in characters.
const BAR: usize = 12;

/// The HTML part of a mail.
pub(in crate::render) fn body(title: &str, sections: &[Section]) -> String {
    let mut out = String::new();
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{0}</title></head>\n\
         <body style=\"margin:0;padding:16px;{INK};font:14px/1.45 Arial,sans-serif\">\n\
         <h1 style=\"font-size:20px;line-height:1.25;margin:0 0 12px\">{0}</h1>\n",
        escaped(title)
    );
    for section in sections {
        for block in section.document.written() {
            match block {
                Block::Heading(text) => {
                    let _ = writeln!(
                        out,
                        "<h2 style=\"font-size:16px;line-height:1.3;margin:24px 0 8px\">{}</h2>",
                        escaped(text)
                    );
                }
                Block::Line(text) => {
                    let color = if text.starts_with("note: ") {
                        ";color:#5b6470"
                    } else {
                        ""
                    };
                    let _ = writeln!(
                        out,
                        "<p style=\"margin:6px 0{color}\">{}</p>",
                        escaped(text)
                    );
                }
                Block::Verbatim(text) => super::verbatim(&mut out, text),
                Block::Table(table) => write_table(&mut out, table),
                Block::Chart(_) => {}
                Block::Flow(flow) => {
                    super::verbatim(&mut out, &lines(flow, None, false).join("\n"));
                }
            }
        }
    }
    out.push_str("</body>\n</html>\n");
    out
}

fn write_table(out: &mut String, table: &Table) {
    out.push_str(
        "<table cellpadding=\"0\" cellspacing=\"0\" style=\"border-collapse:collapse;margin:8px 0\">\n",
    );
    let style = |align: Align, line: &str| {
        let side = match align {
            Align::Left => "left",
            Align::Right => "right",
        };
        format!("{CELL};text-align:{side};border-bottom:1px solid {line}")
    };
    if table
        .columns
        .iter()
        .any(|column| !column.heading.is_empty())
    {
        out.push_str("<tr valign=\"top\">");
        for column in &table.columns {
            let _ = write!(
                out,
                "<th style=\"{}\">{}</th>",
                style(column.align, "#5b6470"),
                escaped(&column.heading)
            );
        }
        out.push_str("</tr>\n");
    }
    for row in &table.rows {
        out.push_str("<tr valign=\"top\">");
        for (cell, column) in row.iter().zip(&table.columns) {
            let mut style = style(column.align, "#dfe3e8");
            if matches!(cell, Cell::Bar(_)) {
                style.push_str(";color:#2f6db3;white-space:nowrap");
            } else if column.align == Align::Right {
                style.push_str(";white-space:nowrap");
            }
            let text = escaped(&shown(cell, column, BAR));
            let _ = write!(out, "<td style=\"{style}\">{text}</td>");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</table>\n");
}
