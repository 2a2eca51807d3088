//! The groups that a forecast adds up from, and the deals that decide it, as people see them.

use super::super::{chance_in_words, count, money, or_nothing, whole};
use super::deciding::{self, Way, way};
use super::figures::Ahead;
use super::minor;
use super::shown::Shown;
use crate::date;
use crate::deal::book::Day;
use crate::document::{Cell, Document, Table, TableColumn};
use crate::forecast::{DealOutlook, Spread, apportioned};

/// Of a group: longer names are cut where numbers would have no room.
const LONGEST_NAME: usize = 20;

impl Shown<'_> {
    /// Amounts with what is won, as everywhere; in whole units they add up as shown.
    pub(super) fn parts(&self, ahead: &Ahead) -> Table {
        let currency = self.process.currency;
        let code = currency.code();
        let scale = currency.scale();
        let units = |minor: i64| (minor as f64 / scale as f64).round() as i64;
        let won_total = units(self.figures.won_minor);
        let coming_total = units(self.figures.expected_minor()) - won_total;
        let apart = |parts: Vec<f64>, total: i64| {
            let parts: Vec<f64> = parts.iter().map(|minor| minor / scale as f64).collect();
            apportioned(&parts, total)
        };
        let won = ahead.groups.iter().map(|part| part.won_minor as f64);
        let won = apart(won.collect(), won_total);
        let mut coming: Vec<f64> = ahead.groups.iter().map(|part| part.expected).collect();
        coming.push(ahead.outlook.new_minor);
        let coming = apart(coming, coming_total);
        let names = self.groups.titles.iter();
        let mut columns: Vec<TableColumn> = names
            .map(|name| TableColumn::left(*name).at_most(LONGEST_NAME))
            .collect();
        columns.extend([
            TableColumn::right("open deals").rank(3),
            TableColumn::right(format!("won {code}")).rank(1),
            TableColumn::right(format!("to come {code}")).rank(2),
            TableColumn::right(format!("expected {code}")),
            TableColumn::right("80 % range"),
        ]);
        let targets = ahead.groups.iter().any(|part| part.target_minor.is_some());
        if targets {
            columns.push(TableColumn::right(format!("target {code}")));
            columns.push(TableColumn::right("chance"));
        }
        let line = |names: Vec<Cell>, open: Cell, (won, coming): (i64, i64), spread: &Spread| {
            let (low, high) = spread.ends();
            let range = format!("{} – {}", self.amount(minor(low)), self.amount(minor(high)));
            let mut cells = names;
            cells.extend([
                open,
                whole(won * scale, currency),
                whole(coming * scale, currency),
                whole((won + coming) * scale, currency),
                Cell::Text(range),
            ]);
            cells
        };
        let target = |cells: &mut Vec<Cell>, target: Option<i64>, chance: Option<f64>| {
            if targets {
                cells.push(or_nothing(target, |target| whole(target, currency)));
                cells.push(Cell::text(chance.map(chance_in_words)));
            }
        };
        let one_cell = |name: &str| {
            let mut cells = vec![Cell::Text(name.to_string())];
            cells.resize(self.groups.names.len(), Cell::Nothing);
            cells
        };
        let mut rows: Vec<Vec<Cell>> = Vec::with_capacity(ahead.groups.len() + 2);
        for ((part, won), coming) in ahead.groups.iter().zip(won).zip(&coming) {
            let spread = ahead.draws.group(part.draw, part.won_minor as f64);
            let names = self.groups.cells(part.place);
            let mut cells = line(names, count(part.open), (won, *coming), &spread);
            target(&mut cells, part.target_minor, part.chance(&spread));
            rows.push(cells);
        }
        let new = coming.last().copied().unwrap_or(0);
        let spread = ahead.draws.new_business();
        let mut cells = line(one_cell("not open yet"), Cell::Nothing, (0, new), &spread);
        target(&mut cells, None, None);
        rows.push(cells);
        let open = count(ahead.outlook.deals.len());
        let all = (won_total, coming_total);
        let mut cells = line(one_cell("together"), open, all, &ahead.total);
        target(&mut cells, self.figures.target_minor, self.figures.chance());
        rows.push(cells);
        Table { columns, rows }
    }

    /// What was won by group, where nothing more can be said of groups.
    pub(super) fn won_parts(&self) -> Table {
        let currency = self.process.currency;
        let names = self.groups.titles.iter();
        let mut columns: Vec<TableColumn> = names.map(|name| TableColumn::left(*name)).collect();
        columns.push(TableColumn::right(format!("won {}", currency.code())));
        let won = &self.figures.won_of_group;
        let places = self.figures.won_groups(self.groups).into_iter();
        let rows = places.map(|place| {
            let mut cells = self.groups.cells(place);
            cells.push(whole(won[place], currency));
            cells
        });
        Table {
            columns,
            rows: rows.collect(),
        }
    }

    /// The deals that decide it, and what would have to be true.
    pub(super) fn deciding(&self, document: Document, ahead: &Ahead) -> Document {
        let currency = self.process.currency;
        let named = deciding::deals(&ahead.outlook);
        if named.is_empty() {
            return document.line("no open deal decides it");
        }
        let columns = vec![
            TableColumn::left("deal"),
            TableColumn::left("account"),
            TableColumn::left("stage").rank(2),
            TableColumn::right(format!("worth {}", currency.code())),
            TableColumn::right("chance"),
            TableColumn::right(format!("swing {}", currency.code())).rank(1),
        ];
        let ids: Vec<String> = named
            .iter()
            .map(|deal| (self.ask.short)(self.book.deals.id[deal.deal as usize]))
            .collect();
        let rows = named.iter().zip(&ids).map(|(deal, id)| {
            let at = deal.deal as usize;
            let stage = self.book.deals.stage[at];
            let stage = stage.map(|stage| &self.book.stages[usize::from(stage)]);
            vec![
                Cell::Text(id.clone()),
                Cell::text(deciding::account(self.book, at)),
                Cell::text(stage.map(|stage| self.process.stage_title(stage))),
                whole(minor(deal.worth_minor), currency),
                Cell::Share(deal.chance),
                whole(minor(deciding::swing(deal)), currency),
            ]
        });
        let rows = rows.collect();
        let mut document = document
            .line(if named.len() == 1 {
                "one open deal decides it most:".to_string()
            } else {
                format!("{} open deals decide it most:", named.len())
            })
            .table(Table { columns, rows });
        for line in self.late(&named, &ids) {
            document = document.line(line);
        }
        if let Some(target) = self.figures.target_minor {
            let missing = target - self.figures.won_minor;
            document = document.line(if missing <= 0 {
                "the target is reached".to_string()
            } else {
                let way = way(&ahead.outlook, &named, missing as f64);
                format!(
                    "to reach the target: {}",
                    self.way_in_words(ahead, &way, &ids)
                )
            });
        }
        document.line(format!("next: salesctl deal show {}", ids[0]))
    }

    /// Of deals that decide it, those that nobody expects to close in the period.
    fn late(&self, named: &[&DealOutlook], ids: &[String]) -> Vec<String> {
        let (deals, end) = (&self.book.deals, Day::of(self.ask.period.to));
        let mut lines = Vec::new();
        for (deal, id) in named.iter().zip(ids) {
            let at = deal.deal as usize;
            let held = deals.hold_until.get(at).copied().flatten();
            let close = deals.expected_close.get(at).copied().flatten();
            let after = |day: Option<Day>| {
                day.filter(|day| *day > end)
                    .map(|day| date::day(day.date()))
            };
            if let Some(until) = after(held) {
                lines.push(format!("{id} is on hold until {until}, after the period"));
            } else if let Some(close) = after(close) {
                lines.push(format!(
                    "{id} is expected to close {close}, after the period"
                ));
            }
        }
        lines
    }

    fn way_in_words(&self, ahead: &Ahead, way: &Way, ids: &[String]) -> String {
        let of = ids.len();
        let these = if of == 1 {
            "this one".to_string()
        } else {
            format!("these {of}")
        };
        match way {
            Way::Without => format!("even without {these}, if all else comes as expected"),
            Way::AsExpected => "nothing more, if all comes as expected".to_string(),
            Way::Any(n) if *n == of => {
                format!(
                    "win {}{these}, and all else as expected",
                    if of == 1 { "" } else { "all of " }
                )
            }
            Way::Any(n) => format!("win any {n} of {these}, and all else as expected"),
            Way::These(places) => {
                let named: Vec<&str> = places.iter().map(|at| ids[*at].as_str()).collect();
                format!("win {}, and all else as expected", named.join(" and "))
            }
            Way::More(missing) => {
                let values = &ahead.outlook.won_values;
                let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
                let wins = if mean > 0.0 {
                    let wins = (missing / mean).ceil().max(1.0) as usize;
                    format!(
                        ", {wins} more won of {} each",
                        money(minor(mean), self.process.currency)
                    )
                } else {
                    String::new()
                };
                format!(
                    "win {}{these} and {} more of new business{wins}, and all else as expected",
                    if of == 1 { "" } else { "all of " },
                    money(minor(*missing), self.process.currency)
                )
            }
        }
    }
}
