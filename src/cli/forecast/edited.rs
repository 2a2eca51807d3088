//! A process that is not the one in force: what of it a forecast reads, and what it does not.

use anyhow::Result;
use toml::{Table, Value};

use super::super::context::sound_process;
use super::super::session::Session;
use super::super::show::counted;
use crate::date::{parse_period, period_name};
use crate::deal::book::{Book, Columns, Needs};
use crate::fault::Fault;
use crate::forecast::{SEED, ahead};
use crate::money::Money;
use crate::process::{Given, Process, Target, Whose};
use crate::report::{Ask, Look, forecast_needs, glance};

/// A process that is not the one in force, and what it changes.
pub(super) struct Edited {
    pub(super) process: Process,
    /// Its targets, and what reps and managers agreed on.
    pub(super) targets: Vec<Target>,
    pub(super) words: String,
    /// Places of the file where it says other than what was applied.
    changed: Vec<Place>,
}

/// `stage`, `propose`, `exit`: the last is empty where all of it is new or gone.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    table: String,
    name: String,
    key: String,
}

impl Edited {
    /// The process file that was named on the command line, when it says other than what was applied.
    pub(super) fn read(session: &Session<'_>) -> Result<Option<Self>> {
        let Some(path) = &session.cx.globals.process else {
            return Ok(None);
        };
        let shown = session.cx.shown(path);
        let text = crate::cli::process::read_whole(session.cx, path)?;
        if text == session.applied_text {
            return Ok(None);
        }
        let process = sound_process(&shown, &text)?;
        let mut targets = process.targets.clone();
        let agreed = super::super::target::all(session, session.today)?;
        targets.extend(
            agreed
                .into_iter()
                .filter(|target| matches!(target.given, Given::Agreed(_))),
        );
        Ok(Some(Self {
            process,
            targets,
            words: format!("the process of {shown}"),
            changed: changed(&session.applied_text, &text),
        }))
    }

    /// The Book with its list prices; everything else of the Book is what happened.
    pub(super) fn priced(&self, book: &Book) -> Book {
        let mut book = book.clone();
        put_prices(&self.process, &mut book);
        book
    }

    fn price(&self, product: &str) -> Option<i64> {
        price(&self.process, product)
    }

    /// List prices that are other ones, and of how many open deals nobody told the amount.
    pub(super) fn prices_in_words(&self, book: &Book) -> Vec<String> {
        let money = |minor| Money {
            minor,
            currency: self.process.currency,
        };
        let deals = &book.deals;
        let mut words = Vec::new();
        for (at, product) in book.products.iter().enumerate() {
            let Some(price) = self.price(&product.name) else {
                continue;
            };
            let before = book.prices[at];
            if before == Some(price) {
                continue;
            }
            let by_it = (0..deals.len()).filter(|deal| {
                deals.state[*deal].is_open()
                    && deals.value_minor[*deal].is_none()
                    && deals.product[*deal] == Some(at as u32)
            });
            words.push(format!(
                "list price of {}: {}{} ({} without an amount)",
                product.title,
                before.map_or_else(String::new, |minor| format!("{} → ", money(minor))),
                money(price),
                counted(by_it.count(), "open deal", "open deals")
            ));
        }
        words
    }

    /// What of the edit says nothing to a forecast.
    pub(super) fn without_effect(&self, book: &Book) -> Option<String> {
        let idle: Vec<String> = self
            .changed
            .iter()
            .filter(|place| !place.is_read())
            .map(|place| place.in_words(book))
            .collect();
        if idle.is_empty() {
            return None;
        }
        Some(format!(
            "of the edited process a forecast reads list prices, stated probabilities, targets and rates; without \
             effect: {}",
            idle.join(", ")
        ))
    }
}

/// The list prices of a process, where it has one.
fn put_prices(process: &Process, book: &mut Book) {
    let names = book.products.iter().map(|product| &product.name);
    let prices = names.zip(&book.prices);
    book.prices = prices
        .map(|(name, before)| price(process, name).or(*before))
        .collect();
}

fn price(process: &Process, product: &str) -> Option<i64> {
    let mut products = process.products.iter();
    products.find(|one| one.name == *product)?.price_minor
}

/// What is expected of the quarter that runs by the process in force and by an edited one: both medians in minor units,
/// or why there is none; with the name of the quarter.
pub(in crate::cli) struct Medians {
    pub(in crate::cli) period: String,
    pub(in crate::cli) before: Result<i64, String>,
    pub(in crate::cli) after: Result<i64, String>,
}

/// `None` where there are so many deals that nobody should wait for it.
pub(in crate::cli) fn medians(session: &Session<'_>, edited: &Process) -> Result<Option<Medians>> {
    if !super::is_live(session)? {
        return Ok(None);
    }
    let today = session.today;
    let running = |process: &Process| {
        parse_period("this quarter", today, process.fiscal_month).map_err(Fault::usage)
    };
    let period = running(&session.process)?;
    let targets = super::super::target::all(session, today)?;
    let median = |process: &Process, book: &Book, foreseen| -> Result<Result<i64, String>> {
        let look = Look {
            period,
            targets: &targets,
            of: &Whose::Company,
            seed: SEED,
        };
        let found = glance(process, book, foreseen, &Ask::default(), &look);
        let found = found.map_err(Fault::usage)?;
        let why = || found.lines.first().cloned().unwrap_or_default();
        Ok(found.median_minor.ok_or_else(why))
    };
    let needs = |process: &Process| forecast_needs(process).and(Needs::of(Columns::HOLD));
    let applied = &session.process;
    let book = session.store.book(applied, today, &needs(applied))?;
    let before = median(applied, &book, ahead(applied, &book, period))?;
    // Called by its new names, with the deals where they go.
    let mut book = session.store.book(edited, today, &needs(edited))?;
    put_prices(edited, &mut book);
    crate::deal::plan::take_along(&mut book, applied, edited);
    let assumed: Vec<_> = super::assume::changed_probabilities(applied, edited, &book)
        .iter()
        .map(|one| one.assumption)
        .collect();
    let foreseen = ahead(edited, &book, period)
        .map(|(outlook, backtest)| (outlook.assuming(&book, &assumed).0, backtest));
    let after = median(edited, &book, foreseen)?;
    Ok(Some(Medians {
        period: period_name(period, applied.fiscal_month),
        before,
        after,
    }))
}

impl Place {
    fn is_read(&self) -> bool {
        match self.table.as_str() {
            "target" | "rates" => true,
            "stage" => self.key == "probability",
            "product" => self.key == "price",
            "process" => self.name == "fiscal_month",
            _ => false,
        }
    }

    /// `stage propose exit`, `stage offer (8 open deals)`.
    fn in_words(&self, book: &Book) -> String {
        let mut words = [&self.table, &self.name, &self.key]
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(|part| crate::text::visible(part))
            .collect::<Vec<_>>()
            .join(" ");
        if self.table == "stage" {
            let at = book.stages.iter().position(|name| *name == self.name);
            let open = at.map_or(0, |at| {
                let deals = &book.deals;
                (0..deals.len())
                    .filter(|deal| deals.state[*deal].is_open())
                    .filter(|deal| deals.stage[*deal].map(usize::from) == Some(at))
                    .count()
            });
            if open > 0 {
                words = format!("{words} ({})", counted(open, "open deal", "open deals"));
            }
        }
        words
    }
}

/// Where two texts say different things; of texts that are put together of several files nothing.
fn changed(before: &str, after: &str) -> Vec<Place> {
    let (Ok(before), Ok(after)) = (before.parse::<Table>(), after.parse::<Table>()) else {
        return Vec::new();
    };
    let mut places = Vec::new();
    for (table, before, after) in pairs(&named(&before), &named(&after)) {
        let entries = |value: Option<&Value>| match value {
            Some(Value::Table(entries)) => entries.clone(),
            _ => Table::new(),
        };
        for (name, before, after) in pairs(&entries(before), &entries(after)) {
            let mut add = |key: &str| {
                places.push(Place {
                    table: table.clone(),
                    name: name.clone(),
                    key: key.to_string(),
                });
            };
            match (before, after) {
                (Some(Value::Table(before)), Some(Value::Table(after))) => {
                    for (key, _, _) in pairs(before, after) {
                        add(&key);
                    }
                }
                _ => add(""),
            }
        }
    }
    places
}

/// The same with lists of tables as tables by name.
fn named(table: &Table) -> Table {
    let by_name = |value: &Value| match value {
        Value::Array(entries) => {
            let entries = entries.iter().enumerate().map(|(at, entry)| {
                let name = ["name", "metric", "when"]
                    .iter()
                    .find_map(|key| entry.get(key)?.as_str());
                (
                    name.map_or_else(|| (at + 1).to_string(), str::to_string),
                    entry.clone(),
                )
            });
            Value::Table(entries.collect())
        }
        other => other.clone(),
    };
    let tables = table.iter();
    tables
        .map(|(key, value)| (key.clone(), by_name(value)))
        .collect()
}

/// Entries that are not the same in both.
fn pairs<'t>(
    before: &'t Table,
    after: &'t Table,
) -> Vec<(String, Option<&'t Value>, Option<&'t Value>)> {
    let added = after.keys().filter(|key| !before.contains_key(*key));
    before
        .keys()
        .chain(added)
        .map(|key| (key.clone(), before.get(key), after.get(key)))
        .filter(|(_, before, after)| before != after)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_that_say_other_things() {
        let before = "[[stage]]\nname = \"a\"\nprobability = 0.1\n[[stage]]\nname = \"b\"\n[[product]]\nname = \"pro\"\nprice = 1\n";
        let after = "[[stage]]\nname = \"a\"\nprobability = 0.2\n[[stage]]\nname = \"c\"\n[[product]]\nname = \"pro\"\nprice = 1\ntitle = \"Pro\"\n";
        let found: Vec<String> = changed(before, after)
            .iter()
            .map(|place| {
                let read = if place.is_read() { "+" } else { "-" };
                format!("{read}{}.{}.{}", place.table, place.name, place.key)
            })
            .collect();
        assert_eq!(
            found,
            [
                "-product.pro.title",
                "+stage.a.probability",
                "-stage.b.",
                "-stage.c."
            ]
        );
        assert_eq!(changed(before, before), Vec::new());
    }
}
