//! For people at a terminal: airy tables without lines, which fit the width they are given.

use std::io;

use anstyle::Style as Ansi;
use comfy_table::{CellAlignment, ContentArrangement, TableStyle};
use unicode_width::UnicodeWidthStr;

use super::cell::{BAR, shown};
use super::{Style, flow};
use crate::document::{Align, Block, Cell, Document, Table};
use crate::text::{visible, wrapped};

/// Before the first column, and between two.
const INDENT: u16 = 2;
const GAP: u16 = 3;
/// A bar that would have to be shorter says nothing, and is left out.
const SHORTEST_BAR: usize = 10;

pub(super) fn write(out: &mut dyn io::Write, document: &Document, style: Style) -> io::Result<()> {
    let ansi = |ansi: Ansi| if style.color { ansi } else { Ansi::new() };
    let (bold, dim) = (ansi(Ansi::new().bold()), ansi(Ansi::new().dimmed()));
    let mut before: Option<&Block> = None;
    for block in document.written() {
        let together = matches!(
            (before, block),
            (None, _) | (Some(Block::Line(_)), Block::Line(_))
        );
        if !together {
            writeln!(out)?;
        }
        before = Some(block);
        match block {
            Block::Heading(text) => {
                let text = wrapped(&visible(text), style.width, 2);
                writeln!(out, "{bold}{text}{bold:#}")?;
            }
            Block::Line(text) => {
                writeln!(out, "{}", wrapped(&visible(text), style.width, 2))?;
            }
            Block::Verbatim(text) => {
                for line in text.lines() {
                    writeln!(out, "{}", visible(line))?;
                }
            }
            Block::Table(table) => {
                let fit = Fit::of(table, style.width);
                let headed = fit.has_headings(table);
                for (line, text) in fit.lines(table, style.width).into_iter().enumerate() {
                    let text = text.trim_end();
                    if line == 0 && headed {
                        writeln!(out, "{dim}{text}{dim:#}")?;
                    } else {
                        writeln!(out, "{text}")?;
                    }
                }
                if !fit.left_out.is_empty() {
                    let names = visible(&fit.left_out.join(", "));
                    let line = format!("  left out for want of width: {names}");
                    writeln!(out, "{dim}{}{dim:#}", wrapped(&line, style.width, 4))?;
                }
            }
            Block::Chart(_) => {}
            Block::Flow(flow) => {
                for line in flow::lines(flow, style.width, style.color) {
                    writeln!(out, "{line}")?;
                }
            }
        }
    }
    Ok(())
}

/// How a table is made to fit.
struct Fit<'a> {
    kept: Vec<usize>,
    /// Headings of the columns that did not fit.
    left_out: Vec<&'a str>,
    /// Width of a full bar.
    bar: usize,
}

impl<'a> Fit<'a> {
    /// Bars shrink first. Then columns go: the highest rank first, of equal ones the last. Rank 0
    /// stays, and is wrapped if it must.
    fn of(table: &'a Table, width: Option<u16>) -> Self {
        let mut fit = Self {
            kept: (0..table.columns.len()).collect(),
            left_out: Vec::new(),
            bar: BAR,
        };
        let Some(width) = width else {
            return fit;
        };
        let is_bar = |i: usize| {
            table
                .rows
                .iter()
                .any(|row| matches!(row.get(i), Some(Cell::Bar(_))))
        };
        let bars: Vec<bool> = (0..table.columns.len()).map(is_bar).collect();
        let widths: Vec<usize> = table
            .columns
            .iter()
            .enumerate()
            .map(|(i, column)| {
                let cells = table.rows.iter().filter_map(|row| row.get(i));
                let widths = cells.map(|cell| match cell {
                    Cell::Bar(_) => 0,
                    cell => shown(cell, column, 0).width(),
                });
                widths
                    .chain([visible(&column.heading).width()])
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let mut left_out = Vec::new();
        loop {
            let gaps = usize::from(INDENT) + usize::from(GAP) * fit.kept.len().saturating_sub(1);
            let taken = fit.kept.iter().map(|i| widths[*i]).sum::<usize>() + gaps;
            let drawn = fit.kept.iter().filter(|i| bars[**i]).count();
            let room = usize::from(width).saturating_sub(taken);
            let needed = if drawn == 0 { 0 } else { SHORTEST_BAR };
            if taken <= usize::from(width) && room / drawn.max(1) >= needed {
                fit.bar = room.checked_div(drawn).map_or(BAR, |bar| bar.min(BAR));
                break;
            }
            let first_to_go = fit
                .kept
                .iter()
                .copied()
                .filter(|i| table.columns[*i].rank > 0);
            let Some(drop) = first_to_go.max_by_key(|i| (table.columns[*i].rank, *i)) else {
                fit.bar = SHORTEST_BAR;
                break;
            };
            fit.kept.retain(|i| *i != drop);
            left_out.push(drop);
        }
        left_out.sort_unstable();
        let headings = left_out
            .into_iter()
            .map(|i| table.columns[i].heading.as_str());
        fit.left_out = headings.filter(|heading| !heading.is_empty()).collect();
        fit
    }

    /// Whether any column says what it is; a list of names and values does not.
    fn has_headings(&self, table: &Table) -> bool {
        self.kept
            .iter()
            .any(|i| !table.columns[*i].heading.is_empty())
    }

    fn lines(&self, table: &Table, width: Option<u16>) -> Vec<String> {
        let mut drawn = comfy_table::Table::new();
        drawn.load_style(TableStyle::new());
        if let Some(width) = width {
            drawn
                .set_width(width)
                .set_content_arrangement(ContentArrangement::Dynamic);
        }
        if self.has_headings(table) {
            let headings = self
                .kept
                .iter()
                .map(|i| visible(&table.columns[*i].heading));
            drawn.set_header(headings.collect::<Vec<_>>());
        }
        for row in &table.rows {
            let cells = self.kept.iter().map(|i| {
                row.get(*i).map_or_else(String::new, |cell| {
                    shown(cell, &table.columns[*i], self.bar)
                })
            });
            drawn.add_row(cells.collect::<Vec<_>>());
        }
        for (column, i) in drawn.column_iter_mut().zip(&self.kept) {
            column.set_padding((if column.index == 0 { INDENT } else { GAP }, 0));
            if table.columns[*i].align == Align::Right {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        drawn.lines().collect()
    }
}
