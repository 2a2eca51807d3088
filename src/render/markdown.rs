//! For issues, wikis and mails: GitHub's tables.

use std::io;

use super::cell::{BAR, is_address, shown};
use super::{Section, flow};
use crate::document::{Align, Block, Cell, Document, Table};
use crate::text::visible;

pub(super) fn write(out: &mut dyn io::Write, document: &Document) -> io::Result<()> {
    for (i, block) in document.written().enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        match block {
            Block::Heading(text) => writeln!(out, "## {}", escaped(text))?,
            Block::Line(text) => writeln!(out, "{}", escaped(text))?,
            // Indented: no line of the text can end it.
            Block::Verbatim(text) => {
                for line in text.lines() {
                    writeln!(out, "    {}", visible(line))?;
                }
            }
            Block::Table(table) => write_table(out, table)?,
            Block::Chart(_) => {}
            // GitHub and others draw it.
            Block::Flow(flow) => write!(out, "```mermaid\n{}```\n", flow::mermaid(flow))?,
        }
    }
    Ok(())
}

/// Several documents under one title.
pub(super) fn write_page(
    out: &mut dyn io::Write,
    title: &str,
    sections: &[Section],
) -> io::Result<()> {
    writeln!(out, "# {}", escaped(title))?;
    for section in sections {
        writeln!(out)?;
        write(out, &section.document)?;
    }
    Ok(())
}

fn write_table(out: &mut dyn io::Write, table: &Table) -> io::Result<()> {
    let headings: Vec<String> = table
        .columns
        .iter()
        .map(|column| escaped(&column.heading))
        .collect();
    writeln!(out, "| {} |", headings.join(" | "))?;
    let rules: Vec<&str> = table
        .columns
        .iter()
        .map(|column| match column.align {
            Align::Left => "---",
            Align::Right => "---:",
        })
        .collect();
    writeln!(out, "| {} |", rules.join(" | "))?;
    for row in &table.rows {
        let cells: Vec<String> = row
            .iter()
            .zip(&table.columns)
            .map(|(cell, column)| match cell {
                Cell::Lines(lines) => {
                    let lines: Vec<String> = lines.iter().map(|line| escaped(line)).collect();
                    lines.join("<br>")
                }
                // Between these no character means anything, but one that would end them or the cell.
                Cell::Link(to) if is_address(to) && !to.contains([' ', '<', '>', '|', '\\']) => {
                    format!("<{to}>")
                }
                cell => escaped(&shown(cell, column, BAR)),
            })
            .collect();
        writeln!(out, "| {} |", cells.join(" | "))?;
    }
    Ok(())
}

/// Text that is only text: it opens no cell, link, picture, emphasis or tag.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        if matches!(
            c,
            '\\' | '|' | '`' | '*' | '_' | '~' | '<' | '>' | '[' | ']' | '&'
        ) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
