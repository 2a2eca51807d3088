//! For people at a terminal: airy tables without lines, which fit the width they are given.

use std::io;

use anstyle::Style as Ansi;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, TableStyle, Width};
use unicode_width::UnicodeWidthStr;

use super::cell::{BAR, shown};
use super::{Style, flow};
use crate::document::{Align, Block, Cell, Document, Table};
use crate::text::{shortened, visible, wrapped};

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
    /// Columns that stand beneath each row.
    beneath: Vec<usize>,
    /// Headings of the columns that did not fit.
    left_out: Vec<&'a str>,
    /// Of the columns kept, when they must be narrower than what is in them.
    widths: Option<Vec<usize>>,
    /// Whether texts are cut that may be.
    cut: bool,
    /// Width of a full bar.
    bar: usize,
}

impl<'a> Fit<'a> {
    /// Bars shrink first, texts are cut and columns go beneath their rows where they may. Then columns go: the highest
    /// rank first, of equal ones the last. Rank 0 stays, and is wrapped if it must.
    fn of(table: &'a Table, width: Option<u16>) -> Self {
        let mut fit = Self {
            kept: (0..table.columns.len()).collect(),
            beneath: Vec::new(),
            left_out: Vec::new(),
            widths: None,
            cut: false,
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
        let mut widths: Vec<usize> = table
            .columns
            .iter()
            .enumerate()
            .map(|(i, column)| {
                let cells = table.rows.iter().filter_map(|row| row.get(i));
                let widths = cells.map(|cell| match cell {
                    Cell::Bar(_) => 0,
                    Cell::Lines(lines) => listed(lines).lines().map(str::width).max().unwrap_or(0),
                    cell => shown(cell, column, 0).width(),
                });
                widths
                    .chain([visible(&column.heading).width()])
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let gaps =
            |kept: &[usize]| usize::from(INDENT) + usize::from(GAP) * kept.len().saturating_sub(1);
        let whole = fit.kept.iter().map(|i| widths[*i]).sum::<usize>() + gaps(&fit.kept);
        if whole > usize::from(width) {
            fit.cut = true;
            for (i, column) in table.columns.iter().enumerate() {
                widths[i] = widths[i].min(column.most.unwrap_or(usize::MAX));
            }
            let (beneath, kept) = fit.kept.iter().partition(|i| table.columns[**i].beneath);
            (fit.beneath, fit.kept) = (beneath, kept);
        }
        let mut left_out = Vec::new();
        loop {
            let gaps = gaps(&fit.kept);
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
                let room = usize::from(width).saturating_sub(gaps);
                fit.widths = Some(fit.narrowed(table, &widths, room));
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

    /// What a cell shows.
    fn told(&self, table: &Table, row: &[Cell], i: usize) -> String {
        let Some(cell) = row.get(i) else {
            return String::new();
        };
        if let Cell::Lines(lines) = cell {
            return listed(lines);
        }
        let column = &table.columns[i];
        match (shown(cell, column, self.bar), column.most) {
            (text, Some(most)) if self.cut => shortened(&text, most),
            (text, _) => text,
        }
    }

    /// Widths with which the columns fit: the widest are narrowed first, none below its longest word unless the words alone
    /// are too wide. Numbers are one word.
    fn narrowed(&self, table: &Table, widths: &[usize], room: usize) -> Vec<usize> {
        let longest = |text: &str| text.split_whitespace().map(UnicodeWidthStr::width).max();
        let least = |i: &usize| {
            let column = &table.columns[*i];
            let of_row = |row: &Vec<Cell>| match row.get(*i) {
                Some(Cell::Bar(_)) => self.bar,
                _ if column.align == Align::Right => self.told(table, row, *i).width(),
                _ => longest(&self.told(table, row, *i)).unwrap_or(0),
            };
            let heading = longest(&visible(&column.heading)).unwrap_or(0);
            table
                .rows
                .iter()
                .map(of_row)
                .chain([heading, 1])
                .max()
                .unwrap_or(1)
        };
        let most = |i: &usize| match table.rows.first().and_then(|row| row.get(*i)) {
            Some(Cell::Bar(_)) => self.bar,
            _ => widths[*i],
        };
        let limits: Vec<(usize, usize)> = self
            .kept
            .iter()
            .map(|i| (least(i), most(i).max(least(i))))
            .collect();
        let words_fit = limits.iter().map(|(least, _)| least).sum::<usize>() <= room;
        let at = |level: usize| -> Vec<usize> {
            let of = |(least, most): &(usize, usize)| {
                if words_fit {
                    level.clamp(*least, *most)
                } else {
                    level.min(*least)
                }
            };
            limits.iter().map(of).collect()
        };
        let fits = |level: &usize| at(*level).iter().sum::<usize>() <= room;
        let mut narrowed = at((1..=room).rev().find(fits).unwrap_or(1));
        // Lines that break at words need less than they were given; the last column that lacks room gets it.
        let mut left = room.saturating_sub(narrowed.iter().sum());
        for (at, i) in self.kept.iter().enumerate() {
            if words_fit && narrowed[at] < limits[at].1 {
                let given = u16::try_from(narrowed[at]).ok();
                let needed = |text: &str| {
                    let text = wrapped(text, given, 0);
                    text.lines().map(UnicodeWidthStr::width).max()
                };
                let cells = table.rows.iter();
                let cells = cells.filter_map(|row| needed(&self.told(table, row, *i)));
                let heading = needed(&visible(&table.columns[*i].heading)).unwrap_or(1);
                let needed = cells.chain([heading, 1]).max().unwrap_or(1);
                left += narrowed[at].saturating_sub(needed);
                narrowed[at] = narrowed[at].min(needed);
            }
        }
        for (width, (_, most)) in narrowed.iter_mut().zip(&limits).rev() {
            if words_fit && *width < *most {
                let more = left.min(most - *width);
                *width += more;
                left -= more;
            }
        }
        narrowed
    }

    fn lines(&self, table: &Table, width: Option<u16>) -> Vec<String> {
        let row = |row: &Vec<Cell>| -> Vec<String> {
            self.kept
                .iter()
                .map(|i| self.told(table, row, *i))
                .collect()
        };
        let rows: Vec<Vec<String>> = table.rows.iter().map(row).collect();
        if self.beneath.is_empty() {
            return self.drawn(table, &rows, self.widths.as_deref(), width);
        }
        // Each row by itself, so that something may stand beneath it; all with the same widths.
        let widths = self.widths.clone().unwrap_or_else(|| {
            let of = |at: usize| {
                let heading = visible(&table.columns[self.kept[at]].heading).width();
                let cells = rows.iter().map(|row| row[at].width());
                cells.chain([heading, 1]).max().unwrap_or(1)
            };
            (0..self.kept.len()).map(of).collect()
        });
        let mut lines = Vec::new();
        let headings = if self.has_headings(table) {
            self.drawn(table, &[], Some(&widths), width).len()
        } else {
            0
        };
        for (cells, row) in rows.into_iter().zip(&table.rows) {
            let mut drawn = self.drawn(table, &[cells], Some(&widths), width);
            if !lines.is_empty() {
                drawn.drain(..headings.min(drawn.len()));
            }
            lines.append(&mut drawn);
            let parts: Vec<String> = self
                .beneath
                .iter()
                .filter(|i| !matches!(row.get(**i), None | Some(Cell::Nothing)))
                .map(|i| {
                    let heading = visible(&table.columns[*i].heading);
                    format!("{heading} {}", self.told(table, row, *i))
                })
                .collect();
            if !parts.is_empty() {
                let indent = usize::from(INDENT) + 2;
                let text = format!("{}{}", " ".repeat(indent), parts.join("; "));
                let text = wrapped(&text, width, indent);
                lines.extend(text.lines().map(str::to_string));
            }
        }
        lines
    }

    fn drawn(
        &self,
        table: &Table,
        rows: &[Vec<String>],
        widths: Option<&[usize]>,
        width: Option<u16>,
    ) -> Vec<String> {
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
        for row in rows {
            drawn.add_row(row);
        }
        for (column, i) in drawn.column_iter_mut().zip(&self.kept) {
            let gap = if column.index == 0 { INDENT } else { GAP };
            column.set_padding((gap, 0));
            if let Some(width) = widths.and_then(|widths| widths.get(column.index)) {
                let width = u16::try_from(*width)
                    .unwrap_or(u16::MAX)
                    .saturating_add(gap);
                column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
            }
            if table.columns[*i].align == Align::Right {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        drawn.lines().collect()
    }
}

/// Things one under another; where there are several each has a mark, since it may take more than one line.
fn listed(lines: &[String]) -> String {
    match lines {
        [one] => visible(one),
        several => {
            let marked: Vec<String> = several
                .iter()
                .map(|line| format!("· {}", visible(line)))
                .collect();
            marked.join("\n")
        }
    }
}
