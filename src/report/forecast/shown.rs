//! A forecast as people see it.

use super::super::group::Groups;
use super::super::{chance_in_words, counted, money, percent, with_notes};
use super::figures::{Ahead, Figures};
use super::{AskForecast, charts, minor, named};
use crate::date;
use crate::deal::book::Book;
use crate::document::{Cell, Document, Table, TableColumn};
use crate::forecast::{METHODS, SAMPLES};
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
        let by = !self.ask.ask.by.is_empty() && self.figures.won_minor != 0;
        if self.figures.ahead.is_none() && by {
            document = document.table(self.won_parts());
        }
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
        document = document.line(ahead.record_in_words());
        if !self.ask.ask.by.is_empty() {
            document = document.table(self.parts(ahead)).line(
                "expected amounts add up to the total; ranges do not, since not everybody is lucky at once. A line is of its deals \
                 alone: what is not open yet is nobody's, and asked about by itself (as --rep does) it has its share of that",
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

    pub(super) fn amount(&self, minor: i64) -> String {
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
        let noted = self.plain.is_none();
        if noted {
            columns.push(TableColumn::left("").rank(1));
        }
        let text = |figures: &Figures, of: &dyn Fn(&Figures, &Ahead) -> Option<String>| {
            let ahead = figures.ahead.as_ref();
            Cell::text(ahead.and_then(|ahead| of(figures, ahead)))
        };
        let mut rows = Vec::new();
        let mut add = |title: &str, note: String, of: &dyn Fn(&Figures) -> Cell| {
            let mut cells = vec![Cell::Text(title.to_string()), of(self.figures)];
            cells.extend(self.plain.map(of));
            if noted {
                cells.push(Cell::Text(note));
            }
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
                0 => "expected, hardly any deal".to_string(),
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
            add("target", String::new(), &|figures| {
                figures
                    .target_minor
                    .map_or(Cell::Nothing, |target| Cell::Text(self.amount(target)))
            });
        }
        if figures.target_minor.is_some() && figures.ahead.is_some() {
            add("chance to reach it", String::new(), &|figures| {
                Cell::text(figures.chance().map(chance_in_words))
            });
        }
        if let Some((called, by)) = &figures.called {
            let note = format!("{by}, to compare");
            add("called", note, &|_| Cell::Text(self.amount(*called)));
        }
        if let Some(ahead) = &figures.ahead {
            add("stage-weighted", stage_weighted(ahead), &|figures| {
                text(figures, &|figures, ahead| {
                    let weighted = minor(ahead.outlook.stage_weighted());
                    Some(self.amount(figures.won_minor + weighted))
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
        document = document.line(outlook.chosen.why.clone());
        for said in &outlook.said {
            let part = |name: &str, amount: Option<f64>| {
                amount.map_or_else(String::new, |amount| {
                    format!(", {name} {}", money(minor(amount), currency))
                })
            };
            let score = ahead.backtest.of_method(said.method);
            let record = score.wape.map_or_else(String::new, |wape| {
                format!("; off by {}{}", percent(wape), often_far_off(wape))
            });
            document = document.line(format!(
                "{} ({}): {} to come{}{}{record}",
                said.method,
                what_it_is(said.method),
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
        document = document.line(format!(
            "worth: what a deal's amount comes to when it is won, {} of it in the last year",
            percent(outlook.realised)
        ));
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

/// `by stage alone; past +183 %`
fn stage_weighted(ahead: &Ahead) -> String {
    let score = ahead.backtest.of_method(METHODS[0]);
    match score.bias.filter(|_| score.origins > 0) {
        Some(bias) => format!("by stage alone; past {:+.0} %", bias * 100.0),
        None => "by stage alone, to compare".to_string(),
    }
}

/// A record in which more than half of what was won was missed, or said too much.
fn often_far_off(wape: f64) -> &'static str {
    if wape > 0.5 { ", often far off" } else { "" }
}

/// One of [`METHODS`] in a few words.
fn what_it_is(method: &str) -> &'static str {
    match method {
        "stage-weighted" => "each open deal times the probability of its stage",
        "run-rate" => "what came in before comes in again",
        "cohort" => "the share won of deals as long in the same stage",
        "survival" => "when deals leave their stages, and where to",
        "logistic" => "stage, age, value, season and fields, fitted on past weeks",
        "ensemble" => "the mean of these, the better record counting more",
        _ => "",
    }
}
