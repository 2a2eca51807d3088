//! The roll-up: what each rep says will be won in a period, what their managers make of it, and what the method says.
//!
//! Of every line `called + more won + adjusted = rolled up`, and the lines of reps add up to those of teams, these to the
//! company's; a team's adjustments are those of its reps and its own. What is won counts even where less was called: a rep
//! who said nothing counts with what they won and is named. What is expected of deals that are not open yet is
//! nobody's, and has a line of its own.

use chrono::NaiveDate;

use super::super::target::won_targets;
use super::super::{Ask, Report, answer, money, or_nothing, plain, with_notes};
use crate::date;
use crate::deal::book::{Book, Columns, Needs};
use crate::deal::commitment::{Committed, Scope};
use crate::deal::event::ForecastSnapshot;
use crate::deal::target::Side;
use crate::document::{Cell, Document, Period, Table, TableColumn, row};
use crate::forecast::won_deals;
use crate::process::{Process, Target, Whose};
use crate::text::quoted;

/// What it reads beside the forecast.
pub const ROLLUP: Needs = Needs::of(Columns::WORTH.and(Columns::OWNER));

row! {
    /// A rep, a team, what is not open yet, or the company.
    pub struct RollupRow {
        /// `rep`, `team`, `new_business` or `company`.
        pub level: &'static str,
        /// Null for the company, and for deals that nobody owns.
        pub name: Option<String>,
        pub team: Option<String>,
        /// Won in the period so far.
        pub won_minor: i64,
        /// The rep's own word, of the whole period.
        pub called_minor: Option<i64>,
        pub called: Option<NaiveDate>,
        pub called_by: Option<String>,
        /// When all goes well; of several lines, of those who said so, the others as they called.
        pub best_case_minor: Option<i64>,
        /// Won beyond what was called: all that was won where nothing was.
        pub beyond_minor: i64,
        /// What managers put on it or took off it.
        pub adjustment_minor: Option<i64>,
        /// What this line would come to if it had not been adjusted itself.
        pub adjusted_from_minor: Option<i64>,
        pub adjusted: Option<NaiveDate>,
        pub adjusted_by: Option<String>,
        pub adjusted_why: Option<String>,
        /// Called, more won, and adjusted; never less than what is won.
        pub rollup_minor: Option<i64>,
        /// Won so far and what the method expects.
        pub method_minor: Option<i64>,
        pub target_minor: Option<i64>,
    }
}

/// What is known of one line before lines are put together.
#[derive(Clone, Copy, Default)]
struct Sums {
    won: i64,
    method: i64,
    called: Option<i64>,
    beyond: i64,
    /// As if all went well for those who said what that is.
    best: i64,
    has_best: bool,
    rollup: i64,
}

impl Sums {
    fn plus(self, other: Self) -> Self {
        let sum = |a: Option<i64>, b: Option<i64>| match (a, b) {
            (None, None) => None,
            (a, b) => Some(a.unwrap_or(0).saturating_add(b.unwrap_or(0))),
        };
        Self {
            won: self.won.saturating_add(other.won),
            method: self.method.saturating_add(other.method),
            called: sum(self.called, other.called),
            beyond: self.beyond.saturating_add(other.beyond),
            best: self.best.saturating_add(other.best),
            has_best: self.has_best || other.has_best,
            rollup: self.rollup.saturating_add(other.rollup),
        }
    }
}

/// Everything that a roll-up is made of.
struct Made<'a> {
    book: &'a Book,
    said: &'a [&'a Committed],
    targets: Vec<(Whose, i64)>,
    /// Whether there is a forecast.
    forecast: bool,
    rows: Vec<RollupRow>,
}

/// What was said of a period: `said` are the last words of each. `forecast` keeps every open deal, or says why there is
/// none.
pub fn rollup(
    process: &Process,
    book: &Book,
    period: Period,
    said: &[&Committed],
    targets: &[Target],
    forecast: Result<&ForecastSnapshot, &str>,
) -> Report<RollupRow> {
    let mut made = Made {
        book,
        said,
        targets: won_targets(process, book, targets, period),
        forecast: forecast.is_ok(),
        rows: Vec::new(),
    };
    let (reps, nobody) = by_owner(process, book, period, forecast.ok());
    let teams = (0..book.teams.len() as u32).map(Some).chain([None]);
    let mut company = Sums::default();
    for team in teams {
        let mut sums = Sums::default();
        let mut any = false;
        for (at, rep) in reps.iter().enumerate() {
            let facts = book.reps.get(at);
            if facts.and_then(|facts| facts.team) != team {
                continue;
            }
            let silent = !facts.is_some_and(|facts| facts.active);
            if let Some(line) = made.rep(at, *rep, silent) {
                sums = sums.plus(line);
                any = true;
            }
        }
        let Some(team) = team else {
            company = company.plus(sums);
            continue;
        };
        let name = &book.teams[team as usize].name;
        if any || made.last(Side::Manager, Scope::Team, name).is_some() {
            company = company.plus(made.team(name, sums));
        }
    }
    if nobody.won != 0 || nobody.method != 0 {
        let nobody = Sums {
            beyond: nobody.won,
            best: nobody.won,
            rollup: nobody.won,
            ..nobody
        };
        company = company.plus(nobody);
        let row = made.row("rep", None, None, nobody);
        made.rows.push(row);
    }
    if let Ok(forecast) = forecast {
        let new = Sums {
            method: forecast.new_minor,
            ..Sums::default()
        };
        company = company.plus(new);
        let row = made.row("new_business", None, None, new);
        made.rows.push(RollupRow {
            rollup_minor: None,
            ..row
        });
    }
    let whole = RollupRow {
        target_minor: made.target(&Whose::Company),
        ..made.row("company", None, None, company)
    };
    made.rows.push(whole);
    shown(process, book, period, made.rows, forecast)
}

/// Won so far and what the method expects, by owner; of deals that nobody owns apart.
fn by_owner(
    process: &Process,
    book: &Book,
    period: Period,
    forecast: Option<&ForecastSnapshot>,
) -> (Vec<Sums>, Sums) {
    let mut reps = vec![Sums::default(); book.owners.len()];
    let mut nobody = Sums::default();
    let mut add = |deal: usize, won: i64, expected: i64| {
        let line = match book.deals.owner[deal] {
            Some(at) => &mut reps[at as usize],
            None => &mut nobody,
        };
        line.won = line.won.saturating_add(won);
        line.method = line.method.saturating_add(won.saturating_add(expected));
    };
    for (deal, minor) in won_deals(process, book, period) {
        add(deal, minor, 0);
    }
    for piece in forecast.map_or(&[][..], |forecast| &forecast.deals) {
        if let Ok(deal) = book.deals.id.binary_search(&piece.deal) {
            add(deal, 0, piece.expected_minor);
        }
    }
    (reps, nobody)
}

impl Made<'_> {
    fn last(&self, by: Side, scope: Scope, name: &str) -> Option<&Committed> {
        let mut all = self.said.iter();
        all.find(|one| (one.said.by, one.said.scope) == (by, scope) && one.said.name == name)
            .copied()
    }

    fn target(&self, whose: &Whose) -> Option<i64> {
        let mut all = self.targets.iter();
        all.find(|(of, _)| of == whose).map(|(_, minor)| *minor)
    }

    fn row(
        &self,
        level: &'static str,
        name: Option<&str>,
        team: Option<&str>,
        sums: Sums,
    ) -> RollupRow {
        RollupRow {
            level,
            name: name.map(str::to_string),
            team: team.map(str::to_string),
            won_minor: sums.won,
            called_minor: sums.called,
            called: None,
            called_by: None,
            best_case_minor: sums.has_best.then_some(sums.best),
            beyond_minor: sums.beyond,
            adjustment_minor: Some(sums.rollup - sums.called.unwrap_or(0) - sums.beyond)
                .filter(|adjustment| *adjustment != 0),
            adjusted_from_minor: None,
            adjusted: None,
            adjusted_by: None,
            adjusted_why: None,
            rollup_minor: Some(sums.rollup),
            method_minor: self.forecast.then_some(sums.method),
            target_minor: None,
        }
    }

    /// Adds the line of a rep; none of somebody who left and has nothing in it.
    fn rep(&mut self, at: usize, known: Sums, silent: bool) -> Option<Sums> {
        let name = &self.book.owners[at].name;
        let called = self.last(Side::Rep, Scope::Rep, name);
        let adjusted = self.last(Side::Manager, Scope::Rep, name);
        let nothing = called.is_none() && adjusted.is_none() && known.won == 0 && known.method == 0;
        if silent && nothing {
            return None;
        }
        let amount = |one: &Committed| one.said.amount_minor;
        let said = called.map(amount);
        let best = called.and_then(|one| one.said.best_case_minor);
        // What is won is won, whatever was called.
        let floor = |minor: i64| minor.max(known.won);
        let alone = floor(said.unwrap_or(known.won));
        let sums = Sums {
            called: said,
            beyond: alone - said.unwrap_or(0),
            best: floor(best.unwrap_or(alone)),
            has_best: best.is_some(),
            rollup: adjusted.map_or(alone, |one| floor(amount(one))),
            ..known
        };
        let team = self.book.reps.get(at).and_then(|facts| facts.team);
        let team = team.map(|team| self.book.teams[team as usize].name.as_str());
        let row = self.row("rep", Some(name), team, sums);
        let row = adjusted_by(row, adjusted, alone);
        self.rows.push(RollupRow {
            called: called.map(|one| one.day),
            called_by: called.map(|one| one.actor.clone()),
            target_minor: self.target(&Whose::Rep(name.clone())),
            ..row
        });
        Some(sums)
    }

    fn team(&mut self, name: &str, sums: Sums) -> Sums {
        let adjusted = self.last(Side::Manager, Scope::Team, name);
        let of_reps = sums.rollup;
        let sums = Sums {
            rollup: adjusted.map_or(of_reps, |one| one.said.amount_minor.max(sums.won)),
            ..sums
        };
        let row = self.row("team", Some(name), Some(name), sums);
        let row = adjusted_by(row, adjusted, of_reps);
        self.rows.push(RollupRow {
            target_minor: self.target(&Whose::Team(name.to_string())),
            ..row
        });
        sums
    }
}

/// `from` is what the line comes to without it.
fn adjusted_by(row: RollupRow, adjusted: Option<&Committed>, from: i64) -> RollupRow {
    RollupRow {
        adjusted_from_minor: adjusted.map(|_| from),
        adjusted: adjusted.map(|one| one.day),
        adjusted_by: adjusted.map(|one| one.actor.clone()),
        adjusted_why: adjusted.and_then(|one| Some(one.said.why.as_ref()?.text.clone())),
        ..row
    }
}

fn shown(
    process: &Process,
    book: &Book,
    period: Period,
    rows: Vec<RollupRow>,
    forecast: Result<&ForecastSnapshot, &str>,
) -> Report<RollupRow> {
    let ask = Ask {
        period: Some(period),
        ..Ask::default()
    };
    let mut notes = Vec::new();
    let silent: Vec<&str> = rows
        .iter()
        .filter(|row| row.level == "rep" && row.called_minor.is_none())
        .filter_map(|row| row.name.as_deref())
        .collect();
    if !silent.is_empty() {
        let next = if period.to < book.as_of {
            String::new()
        } else {
            let rep = quoted(silent[0]);
            let of = as_option(period, book.as_of, process.fiscal_month);
            format!("; salesctl forecast commit --rep {rep}{of} --amount AMOUNT")
        };
        notes.push(format!(
            "no word of {}: counted with what they won{next}",
            silent.join(", ")
        ));
    }
    let table = table(process, book, &rows);
    let mut document = Document::default()
        .heading(format!(
            "Roll-up of {} in {}, as of {}",
            date::period_name(period, process.fiscal_month),
            process.currency.code(),
            date::day(book.as_of)
        ))
        .line(
            "rolled up = called + more won than was called + adjusted by managers; a team is the sum of its reps and its own \
             adjustment",
        )
        .table(table);
    for row in &rows {
        if let (Some(by), Some(on), Some(from), Some(rollup)) = (
            &row.adjusted_by,
            row.adjusted,
            row.adjusted_from_minor,
            row.rollup_minor,
        ) {
            let why = row.adjusted_why.as_deref().unwrap_or_default();
            document = document.line(format!(
                "{}: {} instead of {} by {by} on {}: \"{why}\"",
                called(book, row),
                money(rollup, process.currency),
                money(from, process.currency),
                date::day(on)
            ));
        }
    }
    match forecast {
        Ok(forecast) => {
            document = document.line(format!(
                "method: {}, won so far included; salesctl forecast shows its range and its record",
                forecast.chosen
            ));
        }
        Err(why) => notes.push(format!("no method speaks: {why}")),
    }
    let document = with_notes(document, &notes);
    let n = rows.iter().filter(|row| row.level == "rep").count();
    Report {
        answer: answer(
            "salesctl/forecast-rollup/1",
            process,
            book,
            &ask,
            (n, rows, notes),
        ),
        document,
    }
}

/// ` --period 2026-12`, as it is typed; nothing for the quarter that runs.
fn as_option(period: Period, today: NaiveDate, fiscal_month: u32) -> String {
    let is = |typed: &str| date::parse_period(typed, today, fiscal_month) == Ok(period);
    if is("this quarter") {
        return String::new();
    }
    let name = date::period_name(period, fiscal_month);
    if is(&name) {
        format!(" --period {name}")
    } else {
        format!(" --period {}..{}", period.from, period.to)
    }
}

/// An amount of a line.
type Of = fn(&RollupRow) -> Option<i64>;

fn table(process: &Process, book: &Book, rows: &[RollupRow]) -> Table {
    // The heading says of which currency, so that the columns have room.
    let amount = |minor: Option<i64>| or_nothing(minor, |minor| plain(minor, process.currency));
    // Of nobody there is nothing to tell; the terms of the sum stand before what they come to.
    let any = |of: Of| rows.iter().any(|row| of(row).is_some());
    let all: [(&str, u8, Of); 8] = [
        ("won so far", 1, |row| Some(row.won_minor)),
        ("called", 0, |row| row.called_minor),
        ("more won", 0, |row| {
            Some(row.beyond_minor).filter(|minor| *minor != 0)
        }),
        ("adjusted", 0, |row| row.adjustment_minor),
        ("rolled up", 0, |row| row.rollup_minor),
        ("best case", 3, |row| row.best_case_minor),
        ("method", 0, |row| row.method_minor),
        ("target", 2, |row| row.target_minor),
    ];
    let all: Vec<_> = all.into_iter().filter(|(.., of)| any(*of)).collect();
    let mut columns = vec![TableColumn::left("who")];
    columns.extend(
        all.iter()
            .map(|(name, rank, _)| TableColumn::right(*name).rank(*rank)),
    );
    let cells = |row: &RollupRow| {
        let mut cells = vec![Cell::Text(called(book, row))];
        cells.extend(all.iter().map(|(.., of)| amount(of(row))));
        cells
    };
    Table {
        rows: rows.iter().map(cells).collect(),
        columns,
    }
}

fn called(book: &Book, row: &RollupRow) -> String {
    let named = match row.level {
        "rep" => &book.owners,
        "team" => &book.teams,
        "company" => return "company".to_string(),
        _ => return "not open yet".to_string(),
    };
    let Some(name) = &row.name else {
        return "(nobody)".to_string();
    };
    let title = named
        .iter()
        .find(|one| one.name == *name)
        .map_or(name, |one| &one.title);
    if row.level == "team" {
        format!("team {title}")
    } else {
        title.clone()
    }
}

#[cfg(test)]
#[path = "rollup_tests.rs"]
mod tests;
