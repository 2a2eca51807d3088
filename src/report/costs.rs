//! What a sales process costs: the work done for it, what was paid, and its share of the lists and sources it
//! came from; the processes that were lost included.

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::cost::{Spent, unpriced, untimed};
use super::group::{GroupColumns, Groups, as_columns};
use super::outcome::Amount;
use super::returns::Gains;
use super::{Ask, Report, answer, count, heading, or_nothing, whole, with_notes};
use crate::deal::book::{Book, Columns, Day, Needs, State};
use crate::document::{Cell, Document, Row, Table, TableColumn, row};
use crate::list::{Payback, Payer, by_weight};
use crate::money::Money;
use crate::process::Process;

/// What it reads.
pub const COSTS: Needs = Needs::of(
    Columns::ACTIVITIES
        .and(Columns::OPENED)
        .and(Columns::SOURCE)
        .and(Columns::WORTH),
);

/// The processes of one group and what they cost.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CostsRow {
    #[serde(flatten, serialize_with = "as_columns")]
    pub group: GroupColumns,
    #[serde(flatten)]
    pub costs: Costs,
}

row! {
    pub struct Costs {
        /// Deals that were under way: in the period, or ever.
        pub processes: usize,
        /// Of these, decided within the period.
        pub won: usize,
        pub lost: usize,
        pub activities: usize,
        pub minutes: u64,
        /// Activities that say no minutes, of all: their time is in no cost.
        pub without_minutes: usize,
        pub without_minutes_share: Option<f64>,
        /// Null when some minutes are of people whose hour has no cost.
        pub time_minor: Option<i64>,
        pub direct_minor: i64,
        /// Share of what lists and sources cost; null when one's cost is not known.
        pub lists_minor: Option<i64>,
        pub cost_minor: Option<i64>,
        pub cost_per_process_minor: Option<i64>,
        /// All of the cost, that of lost and open processes included, for each that was won.
        pub cost_per_won_minor: Option<i64>,
    }
}

impl Row for CostsRow {
    fn columns() -> Vec<&'static str> {
        Costs::columns()
    }
}

#[derive(Clone, Copy, Default)]
struct Tally {
    processes: usize,
    won: usize,
    lost: usize,
    spent: Spent,
    lists: Amount,
}

impl Tally {
    fn plus(&mut self, other: &Self) {
        self.processes += other.processes;
        self.won += other.won;
        self.lost += other.lost;
        self.spent.plus(&other.spent);
        self.lists = self.lists.plus(other.lists.0);
    }

    fn costs(&self) -> Costs {
        let cost_minor = self
            .spent
            .cost_minor()
            .zip(self.lists.0)
            .map(|(work, lists)| work.saturating_add(lists));
        let per = |n: usize| {
            let cost = cost_minor.filter(|_| n > 0)?;
            Some((cost as f64 / n as f64).round() as i64)
        };
        let Spent {
            activities,
            minutes,
            without_minutes,
            direct_minor,
            ..
        } = self.spent;
        Costs {
            processes: self.processes,
            won: self.won,
            lost: self.lost,
            activities,
            minutes,
            without_minutes,
            without_minutes_share: (activities > 0)
                .then(|| without_minutes as f64 / activities as f64),
            time_minor: self.spent.time_minor(),
            direct_minor,
            lists_minor: self.lists.0,
            cost_minor,
            cost_per_process_minor: per(self.processes),
            cost_per_won_minor: per(self.won),
        }
    }
}

/// Which deals were under way in the period, and are asked about.
struct Handled<'a> {
    book: &'a Book,
    ask: &'a Ask,
    decoy: Vec<bool>,
}

impl Handled<'_> {
    /// Opened by the period's end, and not closed before it began.
    fn is_under_way(&self, deal: usize) -> bool {
        let deals = &self.book.deals;
        let in_time = self.ask.period.is_none_or(|period| {
            deals.opened[deal].is_some_and(|day| day <= Day::of(period.to))
                && deals.closed[deal].is_none_or(|day| day >= Day::of(period.from))
        });
        in_time && !self.decoy[deal]
    }
}

/// The cost of the processes that were under way in the period, by `ask.by`.
pub fn costs(
    process: &Process,
    book: &Book,
    payback: &Payback,
    ask: &Ask,
) -> Result<Report<CostsRow>, String> {
    let groups = Groups::new(book, &ask.by, &Costs::columns())?;
    let mut gains = Gains::new(process, book, payback);
    let mut decoy = vec![false; book.deals.len()];
    for at in payback
        .decoy_deals
        .iter()
        .filter_map(|deal| gains.place(*deal))
    {
        decoy[at] = true;
    }
    let handled = Handled { book, ask, decoy };
    let deals = &book.deals;
    let mut tallies = vec![Tally::default(); groups.len()];
    for deal in 0..deals.len() {
        if !handled.is_under_way(deal) || !ask.includes(deal) {
            continue;
        }
        let tally = &mut tallies[groups.of[deal] as usize];
        tally.processes += 1;
        if ask.within(deals.closed[deal]) {
            tally.won += usize::from(deals.state[deal] == State::Won);
            tally.lost += usize::from(deals.state[deal] == State::Lost);
        }
    }
    let done = &book.activities;
    let mut before_a_deal = Spent::default();
    let counts = |at: usize| {
        ask.within(Some(done.day[at]))
            && done.deal[at].is_none_or(|deal| {
                ask.includes(deal as usize) && handled.is_under_way(deal as usize)
            })
    };
    for at in (0..done.len()).filter(|at| counts(*at)) {
        match done.deal[at] {
            Some(deal) => tallies[groups.of[deal as usize] as usize]
                .spent
                .add(book, at),
            None => before_a_deal.add(book, at),
        }
    }
    let unshared = share_lists(&mut gains, payback, &handled, &groups, &mut tallies);

    let mut notes = gains.notes();
    notes.extend(unpriced(book, |at| done.deal[at].is_some() && counts(at)));
    let mut all = Tally::default();
    for tally in &tallies {
        all.plus(tally);
    }
    notes.extend(untimed(&all.spent));
    if all.lists.0.is_none() {
        notes.push("what a list costs is not known: its terms say no price and nothing was noted (`salesctl report lists` names it)".to_string());
    }
    let money = |minor: i64| {
        let currency = process.currency;
        Money { minor, currency }
    };
    if before_a_deal.activities > 0 && ask.only.is_none() {
        let cost = before_a_deal.cost_minor().map_or_else(
            || "at a cost that is not known".to_string(),
            |minor| format!("at {}", money(minor)),
        );
        notes.push(format!(
            "{} activities before there was a deal, {cost}, are in no process",
            before_a_deal.activities
        ));
    }
    if unshared > 0 {
        notes.push(format!(
            "{} of lists and sources without a process under way are in no process",
            money(unshared)
        ));
    }
    Ok(report(process, book, ask, &groups, &tallies, &all, notes))
}

/// What each list and source cost is shared out over the processes under way that came from it, whoever is
/// asked about; what is left has none.
fn share_lists(
    gains: &mut Gains<'_>,
    payback: &Payback,
    handled: &Handled<'_>,
    groups: &Groups<'_>,
    tallies: &mut [Tally],
) -> i64 {
    let (book, ask) = (handled.book, handled.ask);
    let mut of_list: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
    for (deal, list) in payback.leads.iter().flat_map(|lead| &lead.deals) {
        if let Some(at) = gains.place(*deal) {
            of_list.entry(*list).or_default().push(at);
        }
    }
    let mut of_source: Vec<Vec<usize>> = vec![Vec::new(); book.sources.len()];
    for (deal, source) in book.deals.source.iter().enumerate() {
        if let Some(source) = source {
            of_source[*source as usize].push(deal);
        }
    }
    let mut unshared = 0_i64;
    let mut share = |cost: Amount, deals: &[usize]| {
        // The last place is of deals that are not asked about.
        let mut weights = vec![0_u64; tallies.len() + 1];
        for deal in deals.iter().filter(|deal| handled.is_under_way(**deal)) {
            let at = if ask.includes(*deal) {
                groups.of[*deal] as usize
            } else {
                tallies.len()
            };
            weights[at] += 1;
        }
        if weights.iter().all(|weight| *weight == 0) {
            let left = cost.0.filter(|_| ask.only.is_none()).unwrap_or(0);
            unshared = unshared.saturating_add(left);
            return;
        }
        let shares = cost.0.map(|minor| by_weight(minor, &weights));
        for (at, tally) in tallies
            .iter_mut()
            .enumerate()
            .filter(|(at, _)| weights[*at] > 0)
        {
            tally.lists = tally.lists.plus(shares.as_ref().map(|shares| shares[at]));
        }
    };
    for (at, list) in payback.lists.iter().enumerate() {
        if ask.period.is_none() || ask.within(list.since.map(Day::of)) {
            let deals = of_list.get(&(at as u32)).map_or(&[][..], Vec::as_slice);
            share(gains.cost_of_list(at).total(), deals);
        }
    }
    for (source, deals) in book.sources.iter().zip(&of_source) {
        let paid = payback
            .paid
            .iter()
            .filter(|paid| ask.within(Some(Day::of(paid.day))));
        share(gains.paid(paid, &Payer::Source(source.name.clone())), deals);
    }
    unshared
}

fn report(
    process: &Process,
    book: &Book,
    ask: &Ask,
    groups: &Groups<'_>,
    tallies: &[Tally],
    all: &Tally,
    notes: Vec<String>,
) -> Report<CostsRow> {
    let mut order: Vec<usize> = (0..tallies.len())
        .filter(|at| tallies[*at].processes > 0 || groups.names.is_empty())
        .collect();
    order.sort_by_key(|at| (std::cmp::Reverse(tallies[*at].processes), groups.order(*at)));
    let rows = order.iter().map(|at| CostsRow {
        group: groups.columns(*at),
        costs: tallies[*at].costs(),
    });
    let mut answer = answer(
        "salesctl/report-costs/1",
        process,
        book,
        ask,
        (all.processes, rows.collect(), notes),
    );
    answer.by = groups
        .names
        .iter()
        .map(|name| (*name).to_string())
        .collect();
    let by = match groups.names.as_slice() {
        [] => String::new(),
        names => format!(" by {}", names.join(", ")),
    };
    let what = format!("Costs{by}: processes under way");
    let mut document = Document::default()
        .heading(heading(&what, ask, all.processes, book))
        .table(table(process, groups, tallies, &order));
    let together = all.costs();
    if let (Some(cost), Some(per)) = (together.cost_minor, together.cost_per_process_minor) {
        let money = |minor: i64| {
            let currency = process.currency;
            Money { minor, currency }
        };
        let won = together.cost_per_won_minor.map_or_else(
            || "none was won".to_string(),
            |per| format!("{} for each of the {} won", money(per), together.won),
        );
        document = document.line(format!(
            "together: {} for {} processes, {} each; {won}",
            money(cost),
            together.processes,
            money(per)
        ));
    }
    document = document.line(
        "cost = minutes at the hourly cost of who did it + what was paid + the process's share of what its list and source cost",
    );
    let document = with_notes(document, &answer.notes);
    Report { answer, document }
}

fn table(process: &Process, groups: &Groups<'_>, tallies: &[Tally], order: &[usize]) -> Table {
    let code = process.currency.code();
    let names = groups.names.iter();
    let mut columns: Vec<TableColumn> = names.map(|name| TableColumn::left(*name)).collect();
    columns.extend([
        TableColumn::right("processes"),
        TableColumn::right("won"),
        TableColumn::right("minutes").rank(4),
        TableColumn::right("untimed").rank(3),
        TableColumn::right(format!("time {code}")).rank(5),
        TableColumn::right(format!("direct {code}")).rank(6),
        TableColumn::right(format!("lists {code}")).rank(7),
        TableColumn::right(format!("cost {code}")),
        TableColumn::right("each").rank(1),
        TableColumn::right("per won").rank(2),
    ]);
    let money = |minor: i64| whole(minor, process.currency);
    let rows = order.iter().map(|at| {
        let costs = tallies[*at].costs();
        let mut cells = groups.cells(*at);
        cells.extend([
            count(costs.processes),
            count(costs.won),
            count(usize::try_from(costs.minutes).unwrap_or(usize::MAX)),
            or_nothing(costs.without_minutes_share, Cell::Share),
            or_nothing(costs.time_minor, money),
            money(costs.direct_minor),
            or_nothing(costs.lists_minor, money),
            or_nothing(costs.cost_minor, money),
            or_nothing(costs.cost_per_process_minor, money),
            or_nothing(costs.cost_per_won_minor, money),
        ]);
        cells
    });
    Table {
        columns,
        rows: rows.collect(),
    }
}

#[cfg(test)]
#[path = "costs_tests.rs"]
mod tests;
