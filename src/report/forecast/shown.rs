//! A forecast as people see it.

use super::super::group::Groups;
use super::super::{count, counted, money, percent, whole, with_notes};
use super::deciding::{self, Way, way};
use super::figures::{Ahead, Figures};
use super::{AskForecast, charts, minor, named};
use crate::date;
use crate::deal::book::Book;
use crate::document::{Cell, Document, Table, TableColumn};
use crate::forecast::{SAMPLES, apportioned};
use crate::money::plain_amount;
use crate::process::Process;

pub(super) struct Shown<'a> {
    pub(super) process: &'a Process,
    pub(super) book: &'a Book,
    pub(super) figures: &'a Figures,
    /// Without the assumptions, when there are some.
    pub(super) plain: Option<&'a Figures>,
    pub(super) words: &'a [String],
    pub(super) groups: &'a Groups<'a>,
    pub(super) ask: &'a AskForecast<'a>,
    pub(super) name: &'a str,
}

impl Shown<'_> {
    pub(super) fn document(&self, notes: &[String]) -> Document {
        let mut document = Document::default().heading(self.heading());
        for words in self.words {
            document = document.line(format!("assumed: {words}"));
        }
        document = document.table(self.numbers());
        if self.figures.over {
            document = document.line("the period is over: this is what was won, and no forecast");
            return with_notes(document, notes);
        }
        if let Some(changed) = self.changed() {
            document = document.line(changed);
        }
        let Some(ahead) = &self.figures.ahead else {
            return with_notes(document, notes);
        };
        document = document.line(method(ahead));
        if !self.ask.ask.by.is_empty() {
            document = document.table(self.parts(ahead)).line(
                "expected amounts add up to the total; medians and ranges do not, since not everybody is lucky at once",
            );
        }
        document = self.deciding(document, ahead);
        if self.ask.explain {
            document = self.explained(document, ahead);
        }
        if let Some(fan) = charts::fan(self.process, self.book, self.figures, self.ask.period) {
            document = document.chart(fan);
        }
        with_notes(document, notes)
    }

    /// `Forecast 2026-Q4 (1 Oct – 31 Dec 2026), as of 21 Nov 2026, target 240,000 EUR`
    fn heading(&self) -> String {
        let named = named(self.name, self.ask.period);
        let scope = self.ask.ask.scope.as_ref();
        let scope = scope
            .map(|scope| format!(", only {scope}"))
            .unwrap_or_default();
        let target = self.figures.target_minor.map_or_else(
            || ", no target".to_string(),
            |target| format!(", target {}", money(target, self.process.currency)),
        );
        format!(
            "Forecast {named}{scope}, as of {}{target}",
            date::day(self.book.as_of)
        )
    }

    fn amount(&self, minor: i64) -> String {
        let scale = self.process.currency.scale();
        let rounded = (minor as f64 / scale as f64).round() as i64 * scale;
        plain_amount(rounded, self.process.currency)
    }

    fn range(&self, ahead: &Ahead) -> String {
        let (low, high) = ahead.total.ends();
        format!("{} – {}", self.amount(minor(low)), self.amount(minor(high)))
    }

    fn numbers(&self) -> Table {
        let code = self.process.currency.code();
        let mut columns = vec![TableColumn::left(""), TableColumn::right(code)];
        if self.plain.is_some() {
            columns.push(TableColumn::right("as it is"));
        }
        columns.push(TableColumn::left("").rank(1));
        let text = |figures: &Figures, of: &dyn Fn(&Figures, &Ahead) -> Option<String>| {
            let ahead = figures.ahead.as_ref();
            Cell::text(ahead.and_then(|ahead| of(figures, ahead)))
        };
        let mut rows = Vec::new();
        let mut add = |title: &str, note: String, of: &dyn Fn(&Figures) -> Cell| {
            let mut cells = vec![Cell::Text(title.to_string()), of(self.figures)];
            cells.extend(self.plain.map(of));
            cells.push(Cell::Text(note));
            rows.push(cells);
        };
        let figures = self.figures;
        add("won so far", counted(figures.won_deals), &|figures| {
            Cell::Text(self.amount(figures.won_minor))
        });
        if let Some(ahead) = &figures.ahead {
            let outlook = &ahead.outlook;
            let of = format!("expected of {}", counted(outlook.deals.len()));
            add("open deals", of, &|figures| {
                text(figures, &|_, ahead| {
                    Some(self.amount(minor(ahead.outlook.open_minor)))
                })
            });
            let of = match outlook.new_deals.round() as usize {
                0 => "expected, less than one deal".to_string(),
                n => format!("expected, about {}", counted(n)),
            };
            add("not open yet", of, &|figures| {
                text(figures, &|_, ahead| {
                    Some(self.amount(minor(ahead.outlook.new_minor)))
                })
            });
            add("expected", String::new(), &|figures| {
                text(figures, &|figures, _| {
                    Some(self.amount(figures.expected_minor()))
                })
            });
            add("median", charts::spark(&ahead.total), &|figures| {
                text(figures, &|_, ahead| {
                    Some(self.amount(minor(ahead.total.median())))
                })
            });
            add("80 % range", String::new(), &|figures| {
                text(figures, &|_, ahead| Some(self.range(ahead)))
            });
        }
        if let Some(rate) = figures.run_rate {
            let note = format!(
                "{} to come at the run-rate",
                money(minor(rate), self.process.currency)
            );
            add("expected", note, &|figures| {
                Cell::Text(self.amount(figures.expected_minor()))
            });
        }
        if figures.target_minor.is_some() {
            let note = match figures.chance() {
                Some(chance) if figures.ahead.is_some() => {
                    format!("chance to reach it {}", chance_in_words(chance))
                }
                _ => String::new(),
            };
            add("target", note, &|figures| {
                figures
                    .target_minor
                    .map_or(Cell::Nothing, |target| Cell::Text(self.amount(target)))
            });
        }
        if let Some(called) = figures.called_minor {
            let note = "for comparison: what the reps called".to_string();
            add("called", note, &|_| Cell::Text(self.amount(called)));
        }
        if figures
            .ahead
            .as_ref()
            .is_some_and(|ahead| ahead.stage_weighted.is_some())
        {
            let note = "for comparison: open deals by their stage alone".to_string();
            add("stage-weighted", note, &|figures| {
                text(figures, &|figures, ahead| {
                    let weighted = ahead.stage_weighted?;
                    Some(self.amount(figures.won_minor + minor(weighted)))
                })
            });
        }
        Table { columns, rows }
    }

    /// What the assumptions change, in a line.
    fn changed(&self) -> Option<String> {
        let (plain, with) = (self.plain?, self.figures);
        let (before, after) = (plain.ahead.as_ref()?, with.ahead.as_ref()?);
        let by = minor(after.total.median()) - minor(before.total.median());
        let currency = self.process.currency;
        let word = match by {
            0 => "does not change".to_string(),
            by if by > 0 => format!("rises by {}", money(by, currency)),
            by => format!("falls by {}", money(-by, currency)),
        };
        let chance = match (plain.chance(), with.chance()) {
            (Some(a), Some(b)) => format!(
                ", the chance to reach the target goes from {} to {}",
                chance_in_words(a),
                chance_in_words(b)
            ),
            _ => String::new(),
        };
        Some(format!("so the median {word}{chance}"))
    }

    fn parts(&self, ahead: &Ahead) -> Table {
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
        let named = |name: &str| {
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
        let mut new = named("not open yet");
        let shown = shown.last().copied().unwrap_or(0);
        new.extend([
            Cell::Nothing,
            Cell::Nothing,
            whole(shown * scale, currency),
            range(ahead.draws.new_business().ends()),
        ]);
        rows.push(new);
        let mut all = named("together");
        all.extend([
            count(ahead.outlook.deals.len()),
            whole(self.figures.won_minor, currency),
            whole(total * scale, currency),
            range(ahead.draws.total(0.0).ends()),
        ]);
        rows.push(all);
        Table { columns, rows }
    }

    /// The deals that decide it, and what would have to be true.
    fn deciding(&self, document: Document, ahead: &Ahead) -> Document {
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
        if let Some(target) = self.figures.target_minor {
            let missing = target - self.figures.won_minor;
            document = document.line(if missing <= 0 {
                "the target is reached".to_string()
            } else {
                let way = way(&ahead.outlook, &named, missing as f64);
                format!(
                    "to reach the target: {}",
                    self.way_in_words(ahead, &way, named.len())
                )
            });
        }
        document.line(format!("next: salesctl deal show {}", ids[0]))
    }

    fn way_in_words(&self, ahead: &Ahead, way: &Way, of: usize) -> String {
        let these = if of == 1 {
            "this one".to_string()
        } else {
            format!("these {of}")
        };
        match way {
            Way::Without => format!("even without {these}, if all else comes as expected"),
            Way::Any(n) | Way::Largest(n) if *n == of => {
                format!(
                    "win {}{these}, and all else as expected",
                    if of == 1 { "" } else { "all of " }
                )
            }
            Way::Any(n) => format!("win any {n} of {these}, and all else as expected"),
            Way::Largest(1) => {
                format!("win the most valuable of {these}, and all else as expected")
            }
            Way::Largest(n) => {
                format!("win the {n} most valuable of {these}, and all else as expected")
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

    fn explained(&self, document: Document, ahead: &Ahead) -> Document {
        let currency = self.process.currency;
        let outlook = &ahead.outlook;
        let mut document = document.line(format!(
            "days ahead: {} ({} – {}), {} past origins a week apart",
            outlook.horizon.days(),
            date::day(outlook.horizon.from.date()),
            date::day(outlook.horizon.to.date()),
            ahead.backtest.origins.len()
        ));
        for said in &outlook.said {
            let part = |name: &str, amount: Option<f64>| {
                amount.map_or_else(String::new, |amount| {
                    format!(", {name} {}", money(minor(amount), currency))
                })
            };
            document = document.line(format!(
                "{}: {} to come{}{}",
                said.method,
                money(minor(said.expected.total_minor), currency),
                part("open deals", said.expected.open_minor),
                part("not open yet", said.expected.new_minor),
            ));
        }
        if let Some(season) = outlook.season {
            let months: Vec<String> = season.iter().map(|times| format!("{times:.2}")).collect();
            document = document.line(format!(
                "season: wins by month of the quarter are {} times the average",
                months.join(", ")
            ));
        }
        document.line(format!(
            "range: {SAMPLES} draws with seed {}; each open deal is won or not by its chance, new deals come by chance with \
             values of the last year ({} of them), and every draw is widened by e^({:.2} Z), the scatter of past errors \
             beyond chance",
            self.ask.seed,
            outlook.won_values.len(),
            outlook.spread
        ))
    }
}

/// `method: ensemble: WAPE 0.10 over 20 origins; its 80 % range held 17 times of 20`
fn method(ahead: &Ahead) -> String {
    let record = ahead.record;
    let held = if record.origins == 0 {
        String::new()
    } else {
        format!(
            "; 80 % ranges held {} times of {}",
            record.held, record.origins
        )
    };
    format!("method: {}{held}", ahead.outlook.chosen.why)
}

/// A chance from draws is never quite nothing, nor quite sure.
fn chance_in_words(chance: f64) -> String {
    if chance < 0.01 {
        "below 1 %".to_string()
    } else if chance > 0.99 && chance < 1.0 {
        "above 99 %".to_string()
    } else {
        percent(chance)
    }
}
