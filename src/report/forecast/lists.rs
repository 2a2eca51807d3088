//! The groups that a forecast adds up from, and the deals that decide it, as people see them.

use super::super::{count, money, whole};
use super::deciding::{self, Way, way};
use super::figures::Ahead;
use super::minor;
use super::shown::Shown;
use crate::date;
use crate::deal::book::Day;
use crate::document::{Cell, Document, Table, TableColumn};
use crate::forecast::{DealOutlook, apportioned};

impl Shown<'_> {
    pub(super) fn parts(&self, ahead: &Ahead) -> Table {
        let scale = self.process.currency.scale() as f64;
        let currency = self.process.currency;
        let mut expected: Vec<f64> = ahead
            .groups
            .iter()
            .map(|part| part.expected / scale)
            .collect();
        expected.push(ahead.outlook.new_minor / scale);
        // Added up as shown, in whole units.
        let total = (ahead.outlook.total_minor / scale).round() as i64;
        let shown = apportioned(&expected, total);
        let names = self.groups.names.iter();
        let mut columns: Vec<TableColumn> = names.map(|name| TableColumn::left(*name)).collect();
        columns.extend([
            TableColumn::right("open deals").rank(2),
            TableColumn::right(format!("won {}", currency.code())).rank(1),
            TableColumn::right(format!("to come {}", currency.code())),
            TableColumn::right("with 80 % range"),
        ]);
        let range = |(low, high): (f64, f64)| {
            let range = format!("{} – {}", self.amount(minor(low)), self.amount(minor(high)));
            Cell::Text(range)
        };
        let one_cell = |name: &str| {
            let mut cells = vec![Cell::Text(name.to_string())];
            cells.resize(self.groups.names.len(), Cell::Nothing);
            cells
        };
        let scale = currency.scale();
        let mut rows: Vec<Vec<Cell>> = ahead
            .groups
            .iter()
            .zip(&shown)
            .map(|(part, shown)| {
                let mut cells = self.groups.cells(part.place);
                cells.extend([
                    count(part.open),
                    whole(part.won_minor, currency),
                    whole(shown * scale, currency),
                    range(ahead.draws.group(part.draw, 0.0).ends()),
                ]);
                cells
            })
            .collect();
        let mut new = one_cell("not open yet");
        let shown = shown.last().copied().unwrap_or(0);
        new.extend([
            Cell::Nothing,
            Cell::Nothing,
            whole(shown * scale, currency),
            range(ahead.draws.new_business().ends()),
        ]);
        rows.push(new);
        let mut all = one_cell("together");
        all.extend([
            count(ahead.outlook.deals.len()),
            whole(self.figures.won_minor, currency),
            whole(total * scale, currency),
            range(ahead.draws.total(0.0).ends()),
        ]);
        rows.push(all);
        Table { columns, rows }
    }

    /// What was won by group, where nothing more can be said of groups.
    pub(super) fn won_parts(&self) -> Table {
        let currency = self.process.currency;
        let names = self.groups.names.iter();
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
