//! What each list paid back: what came in, what of it could be used, what became of it, what it cost.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::lists_shown::tables;
use super::outcome::{Outcome, maturity};
use super::returns::{Gain, Gains, ListCost};
use super::{Report, answer, heading, with_notes};
use crate::deal::book::{Book, Day};
use crate::document::{Document, Period, row};
use crate::list::{Came, Credit, Parts, Payback};
use crate::process::Process;

/// What is asked about lists. The default asks about all of them.
#[derive(Clone, Debug, Default)]
pub struct AskLists {
    /// Only lists whose first names came in then.
    pub period: Option<Period>,
    /// Only these, by code.
    pub lists: Option<Vec<String>>,
    pub credit: Credit,
}

impl AskLists {
    pub(super) fn asks_for(&self, list: &Came) -> bool {
        let named = |codes: &Vec<String>| codes.iter().any(|code| code == list.code());
        let within = |period: Period| list.since.is_some_and(|day| period.contains(day));
        self.lists.as_ref().is_none_or(named) && self.period.is_none_or(within)
    }

    pub(super) fn scope(&self) -> Option<String> {
        self.lists
            .as_ref()
            .map(|codes| format!("list {}", codes.join(", ")))
    }
}

row! {
    /// A list. `gross` = `rejected` + the `known_…` + `twice` + `suppressed` + `seeds` + `net`, in rows;
    /// `names`, `leads` and what follows of deals and money are credited to one list or in parts.
    pub struct ListsRow {
        pub list: String,
        pub name: Option<String>,
        pub kind: &'static str,
        pub since: Option<NaiveDate>,
        pub gross: u64,
        pub rejected: u64,
        pub known_own: u64,
        pub known_house: u64,
        pub known_lists: u64,
        pub twice: u64,
        pub suppressed: u64,
        pub seeds: u64,
        pub net: u64,
        pub people: u64,
        pub used: u64,
        pub uses: u64,
        pub names: Parts,
        pub responded: Parts,
        pub leads: Parts,
        pub deals: Parts,
        pub open: Parts,
        pub won: Parts,
        pub lost: Parts,
        pub open_share: Option<f64>,
        pub n: Parts,
        pub win_share: Option<f64>,
        pub win_low: Option<f64>,
        pub win_high: Option<f64>,
        pub revenue_minor: Option<i64>,
        pub margin_minor: Option<i64>,
        pub billed_minor: Option<i64>,
        pub paid_beside_minor: Option<i64>,
        pub cost_minor: Option<i64>,
        pub cost_per_net_minor: Option<i64>,
        pub cost_per_lead_minor: Option<i64>,
        pub cost_per_won_minor: Option<i64>,
        pub cost_per_won_low_minor: Option<i64>,
        pub cost_per_won_high_minor: Option<i64>,
        pub return_share: Option<f64>,
    }
}

/// What is credited to a list.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Credited {
    pub(super) names: Parts,
    responded: Parts,
    pub(super) outcome: Outcome,
}

/// A list with everything that its row says.
pub(super) struct Line<'a> {
    pub(super) came: &'a Came,
    pub(super) credited: Credited,
    cost: ListCost,
}

/// What every list brought in, became and cost.
pub fn lists(
    process: &Process,
    book: &Book,
    payback: &Payback,
    ask: &AskLists,
) -> Report<ListsRow> {
    let mut gains = Gains::new(process, book, payback);
    let (credited, counted) = credit(&mut gains, book, payback, ask);
    let mut lines: Vec<Line<'_>> = Vec::new();
    for (at, came) in payback.lists.iter().enumerate() {
        if !ask.asks_for(came) {
            continue;
        }
        let cost = gains.cost_of_list(at);
        let mut credited = credited[at];
        credited.outcome.cost = cost.total();
        lines.push(Line {
            came,
            credited,
            cost,
        });
    }
    let mut notes = gains.notes();
    notes.extend(unpriced(&lines));
    let outcomes: Vec<(&str, Outcome)> = lines
        .iter()
        .map(|line| (line.came.code(), line.credited.outcome))
        .collect();
    notes.extend(maturity(&outcomes));
    notes.extend(unlinked(process, book, payback));
    notes.push(match ask.credit {
        Credit::First => "people on several lists are credited to the list that brought them first; --credit split shares them out".to_string(),
        Credit::Split => "people on several lists are credited to all they were on when they answered or their deal began, in equal parts".to_string(),
    });
    let base = super::Ask {
        period: ask.period,
        scope: ask.scope(),
        ..super::Ask::default()
    };
    let rows = lines.iter().map(Line::row).collect();
    let title = match ask.period {
        None => "Lists: what each paid back",
        Some(_) => "Lists: what each paid back that came in",
    };
    let answer = answer(
        "salesctl/report-lists/1",
        process,
        book,
        &base,
        (counted, rows, notes),
    );
    let document = Document::default().heading(heading(title, &base, counted, book));
    let document = if lines.is_empty() {
        document.line(no_list(payback, ask))
    } else {
        tables(document, process, &lines)
    };
    let document = with_notes(document, &answer.notes);
    Report { answer, document }
}

/// What would fill a report of lists that has none.
pub(super) fn no_list(payback: &Payback, ask: &AskLists) -> &'static str {
    match (payback.lists.is_empty(), ask.period) {
        (true, _) => {
            "no names came in on a list yet; salesctl import prospects FILE --list CODE brings them in"
        }
        (false, Some(_)) => {
            "on no list names came in first in this period; --period all shows every list"
        }
        (false, None) => "there is no such list; salesctl list list shows which there are",
    }
}

/// Credits names, leads and deals to lists; also how many deals are credited to those asked for.
fn credit(
    gains: &mut Gains<'_>,
    book: &Book,
    payback: &Payback,
    ask: &AskLists,
) -> (Vec<Credited>, usize) {
    let mut credited = vec![Credited::default(); payback.lists.len()];
    for alike in &payback.together {
        for (list, part) in ask.credit.parts(&alike.lists) {
            credited[list as usize].names += part.times(alike.people);
        }
    }
    let mut counted = 0;
    for lead in &payback.leads {
        let deals: Vec<(usize, u32)> = lead
            .deals
            .iter()
            .filter_map(|(deal, list)| Some((gains.place(*deal)?, *list)))
            .collect();
        let opened = |deal: usize| book.deals.opened[deal].map(Day::date);
        // A lead from the first thing that happened, with the lists they were on by then.
        let began = deals.iter().map(|(deal, list)| (opened(*deal), *list));
        let first = began
            .chain(lead.responded.map(|(day, list)| (Some(day), list)))
            .min_by_key(|(day, _)| day.unwrap_or(NaiveDate::MAX));
        let Some((day, through)) = first else {
            continue;
        };
        for (list, part) in ask.credit.parts(&lead.on(day, through)) {
            let to = &mut credited[list as usize];
            to.outcome.leads += part;
            if lead.responded.is_some() {
                to.responded += part;
            }
        }
        for (deal, through) in deals {
            let on = lead.on(opened(deal), through);
            let state = book.deals.state[deal];
            let gain = gains.of(deal);
            let mut is_asked_for = false;
            for (list, part, gain) in shared(ask.credit, &on, gain) {
                credited[list as usize].outcome.add(state, part, gain);
                is_asked_for |= ask.asks_for(&payback.lists[list as usize]);
            }
            counted += usize::from(is_asked_for);
        }
    }
    (credited, counted)
}

/// A deal and what it brought, by list.
fn shared(credit: Credit, on: &[u32], gain: Gain) -> Vec<(u32, Parts, Gain)> {
    let parts = credit.parts(on);
    match gain {
        Gain::Won { revenue, margin } => {
            let revenue = credit.amounts(on, revenue).map(|(_, minor)| minor);
            let mut margins = margin.map(|margin| credit.amounts(on, margin));
            parts
                .zip(revenue)
                .map(|((list, part), revenue)| {
                    let margin = margins.as_mut().and_then(Iterator::next);
                    let margin = margin.map(|(_, minor)| minor);
                    (list, part, Gain::Won { revenue, margin })
                })
                .collect()
        }
        other => parts.map(|(list, part)| (list, part, other)).collect(),
    }
}

fn unpriced(lines: &[Line<'_>]) -> Option<String> {
    let codes: Vec<&str> = lines
        .iter()
        .filter(|line| !line.cost.is_priced)
        .map(|line| line.came.code())
        .collect();
    let first = codes.first()?;
    Some(format!(
        "what {} cost is not known: `salesctl list set {} --cpm AMOUNT` or `salesctl source cost add` tells it",
        super::returns::listed(&codes),
        crate::text::visible(first)
    ))
}

/// Deals that a list may have brought although they don't say so.
fn unlinked(process: &Process, book: &Book, payback: &Payback) -> Vec<String> {
    let mut notes = Vec::new();
    let deals = payback.unlinked.iter().filter(|(deal, list)| {
        let Ok(at) = book.deals.id.binary_search(deal) else {
            return false;
        };
        let source = book.deals.source[at].map(|at| book.sources[at as usize].name.as_str());
        let list = &payback.lists[*list as usize];
        source.is_some() && source == source_of(process, book, list)
    });
    let n = deals.count();
    if n > 0 {
        notes.push(format!(
            "{} not credited: they have a list's source and somebody who is on it, but did not start from its row",
            super::deals_are(n)
        ));
    }
    let decoys: BTreeSet<_> = payback.decoy_deals.iter().collect();
    if !decoys.is_empty() {
        notes.push(format!(
            "{} left out: they started from a decoy",
            super::deals_are(decoys.len())
        ));
    }
    notes
}

/// The source that deals from a list have when nothing else says: the one of the same name, the one that
/// the process names for all lists, or one that is called so.
pub(super) fn source_of<'a>(process: &'a Process, book: &'a Book, list: &Came) -> Option<&'a str> {
    let named = |name: &str| {
        let mut sources = book.sources.iter();
        sources.find(|source| source.name == name)
    };
    let of_process = process.prospecting.source.as_deref();
    named(list.code())
        .or_else(|| named(of_process?))
        .or_else(|| named("list"))
        .map(|source| source.name.as_str())
}

impl Line<'_> {
    fn row(&self) -> ListsRow {
        let Credited {
            names,
            responded,
            outcome,
        } = self.credited;
        let (came, win) = (self.came, outcome.win());
        let (low, high) = outcome.cost_per_won_range();
        ListsRow {
            list: came.code().to_string(),
            name: came.terms.name.clone(),
            kind: came.terms.kind.name(),
            since: came.since,
            gross: came.gross,
            rejected: came.rejected,
            known_own: came.known_own,
            known_house: came.known_house,
            known_lists: came.known_lists,
            twice: came.twice,
            suppressed: came.suppressed,
            seeds: came.seeds,
            net: came.net,
            people: came.people,
            used: came.used,
            uses: came.uses,
            names,
            responded,
            leads: outcome.leads,
            deals: outcome.deals,
            open: outcome.open,
            won: outcome.won,
            lost: outcome.lost,
            open_share: outcome.open_share(),
            n: outcome.decided(),
            win_share: win.map(|win| win.share),
            win_low: win.map(|win| win.low),
            win_high: win.map(|win| win.high),
            revenue_minor: outcome.revenue.0,
            margin_minor: outcome.margin.0,
            billed_minor: self.cost.bill.0,
            paid_beside_minor: self.cost.beside.0,
            cost_minor: outcome.cost.0,
            cost_per_net_minor: outcome.cost_per(Parts::of(came.net)),
            cost_per_lead_minor: outcome.cost_per(outcome.leads),
            cost_per_won_minor: outcome.cost_per(outcome.won),
            cost_per_won_low_minor: low,
            cost_per_won_high_minor: high,
            return_share: outcome.return_share(),
        }
    }
}
