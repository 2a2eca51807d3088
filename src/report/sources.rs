//! What each source paid back: lists, events, referrals, customers, whatever deals came from, all by the same
//! sums.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Serialize, Serializer};

use super::cost::Work;
use super::lists::source_of;
use super::outcome::{Amount, Outcome, maturity, together};
use super::returns::Gains;
use super::sources_shown::tables;
use super::{Ask, Report, answer, heading, with_notes};
use crate::deal::book::{Book, Day};
use crate::document::{Document, Period, Row, row};
use crate::list::{Parts, Payback, Payer, by_weight};
use crate::process::Process;

/// What deals and leads are grouped by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    #[default]
    Source,
    /// Who told us of them.
    Referrer,
}

impl By {
    pub fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Referrer => "referrer",
        }
    }
}

/// What is asked about sources. The default asks about all of them.
#[derive(Clone, Debug, Default)]
pub struct AskSources {
    /// Only leads and deals that began then, and what was paid then.
    pub period: Option<Period>,
    /// Only these sources, by name; none is of deals that have no source.
    pub sources: Option<Vec<Option<String>>>,
    pub by: By,
}

impl AskSources {
    fn within(&self, day: Option<NaiveDate>) -> bool {
        match (self.period, day) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(period), Some(day)) => period.contains(day),
        }
    }
}

/// A source, or who referred.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SourcesRow {
    /// Column and value; null is of deals without a source.
    #[serde(flatten, serialize_with = "as_column")]
    pub group: (&'static str, Option<String>),
    #[serde(flatten)]
    pub record: SourceRecord,
}

row! {
    pub struct SourceRecord {
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
        pub list_cost_minor: Option<i64>,
        pub paid_minor: Option<i64>,
        pub cost_minor: Option<i64>,
        pub effort_minor: Option<i64>,
        pub cost_per_lead_minor: Option<i64>,
        pub cost_per_deal_minor: Option<i64>,
        pub cost_per_won_minor: Option<i64>,
        pub cost_per_won_low_minor: Option<i64>,
        pub cost_per_won_high_minor: Option<i64>,
        pub cost_per_process_minor: Option<i64>,
        pub return_share: Option<f64>,
    }
}

impl Row for SourcesRow {
    fn columns() -> Vec<&'static str> {
        SourceRecord::columns()
    }
}

fn as_column<S: Serializer>(
    group: &(&'static str, Option<String>),
    to: S,
) -> Result<S::Ok, S::Error> {
    to.collect_map([(group.0, &group.1)])
}

/// One line: its name for machines, its title for people, its sums.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    name: Option<String>,
    pub(super) title: String,
    pub(super) outcome: Outcome,
    /// Its part of what lists cost.
    lists: Amount,
    paid: Amount,
    /// What was done for its deals.
    effort: Amount,
}

/// What every source brought and cost.
pub fn sources(
    process: &Process,
    book: &Book,
    payback: &Payback,
    ask: &AskSources,
) -> Report<SourcesRow> {
    let mut gains = Gains::new(process, book, payback);
    let mut work = Work::new(book);
    let mut lines = match ask.by {
        By::Source => by_source(process, book, payback, ask, &mut gains, &mut work),
        By::Referrer => by_referrer(book, payback, ask, &mut gains, &mut work),
    };
    for line in &mut lines {
        line.outcome.cost = line.lists.plus(line.paid.0);
    }
    if let Some(only) = ask.sources.as_ref().filter(|_| ask.by == By::Source) {
        lines.retain(|line| only.contains(&line.name));
    }
    let outcomes: Vec<Outcome> = lines.iter().map(|line| line.outcome).collect();
    let n: Parts = outcomes.iter().map(|outcome| outcome.deals).sum();
    let n = n.whole().unwrap_or(0) as usize;
    let mut notes = gains.notes();
    notes.extend(work.notes(book));
    let named: Vec<(&str, Outcome)> = lines
        .iter()
        .map(|line| (line.title.as_str(), line.outcome))
        .collect();
    notes.extend(maturity(&named));
    if ask.by == By::Source && !payback.lists.is_empty() {
        notes.push("what a list cost is shared out over the sources of the deals that started from it; without such a deal, it is the source's that has the list's name, that `[prospecting]` names, or that is called `list`".to_string());
    }
    let base = Ask {
        period: ask.period,
        ..Ask::default()
    };
    let rows = lines.iter().map(|line| line.row(ask.by)).collect();
    let mut answer = answer(
        "salesctl/report-sources/1",
        process,
        book,
        &base,
        (n, rows, notes),
    );
    answer.by = vec![ask.by.name().to_string()];
    let title = match (ask.by, ask.period) {
        (By::Source, None) => "Sources: what each paid back",
        (By::Source, Some(_)) => "Sources: what each paid back of deals that began",
        (By::Referrer, _) => "Referrers: what became of whom they told us of",
    };
    let document = Document::default().heading(heading(title, &base, n, book));
    let document = tables(document, process, ask.by, &lines, &outcomes);
    let document = together(document, process, &outcomes)
        .line("per process = (cost + what was done for its deals: minutes at the rep's hour, direct costs) ÷ deals");
    let document = with_notes(document, &answer.notes);
    Report { answer, document }
}

fn by_source(
    process: &Process,
    book: &Book,
    payback: &Payback,
    ask: &AskSources,
    gains: &mut Gains<'_>,
    work: &mut Work,
) -> Vec<Line> {
    let mut lines: Vec<Line> = book
        .sources
        .iter()
        .map(|source| Line {
            name: Some(source.name.clone()),
            title: source.title.clone(),
            ..Line::default()
        })
        .collect();
    let none = lines.len();
    lines.push(Line {
        title: "(none)".to_string(),
        ..Line::default()
    });
    let place = |name: Option<&str>| {
        let at = name.and_then(|name| book.sources.iter().position(|known| known.name == name));
        at.unwrap_or(none)
    };
    let source = |deal: usize| book.deals.source[deal].map_or(none, |at| at as usize);
    let opened = |deal: usize| book.deals.opened[deal].map(Day::date);
    let is_decoy = |deal: usize| payback.decoy_deals.contains(&book.deals.id[deal]);

    for deal in 0..book.deals.len() {
        if ask.within(opened(deal)) && !is_decoy(deal) {
            lines[source(deal)].add(gains, work, book, deal);
        }
    }
    // Leads: people of lists and referrals once, however many deals they became; any other deal is one.
    let mut taken = vec![false; book.deals.len()];
    let mut lead = |deals: &[usize], day: Option<NaiveDate>, without: usize| {
        let mut of: BTreeSet<usize> = deals.iter().map(|deal| source(*deal)).collect();
        if deals.is_empty() {
            of.insert(without);
        }
        for deal in deals {
            taken[*deal] = true;
        }
        if ask.within(day) {
            for at in of {
                lines[at].outcome.leads += Parts::WHOLE;
            }
        }
    };
    let mut from_list = vec![vec![0_u64; none + 1]; payback.lists.len()];
    for person in &payback.leads {
        let mut deals = Vec::new();
        for (deal, list) in &person.deals {
            if let Some(at) = gains.place(*deal) {
                from_list[*list as usize][source(at)] += 1;
                deals.push(at);
            }
        }
        let answered = person.responded.map(|(day, _)| Some(day));
        let first = deals.iter().map(|deal| opened(*deal)).chain(answered);
        let Some(day) = first.min_by_key(|day| day.unwrap_or(NaiveDate::MAX)) else {
            continue;
        };
        let through = person.responded.map(|(_, list)| list);
        let list = through.and_then(|list| payback.lists.get(list as usize));
        let without = list.map_or(none, |list| place(source_of(process, book, list)));
        lead(&deals, day, without);
    }
    let told = book
        .sources
        .iter()
        .position(|source| source.name.starts_with("referral"));
    for referral in &payback.referrals {
        let deals: Vec<usize> = referral
            .deals
            .iter()
            .filter_map(|deal| gains.place(*deal))
            .collect();
        lead(&deals, Some(referral.opened), told.unwrap_or(none));
    }
    for deal in 0..book.deals.len() {
        if !taken[deal] && !is_decoy(deal) && ask.within(opened(deal)) {
            lines[source(deal)].outcome.leads += Parts::WHOLE;
        }
    }
    for (at, list) in payback.lists.iter().enumerate() {
        if ask.period.is_some() && !ask.within(list.since) {
            continue;
        }
        let cost = gains.cost_of_list(at).total();
        let mut weights = from_list[at].clone();
        if weights.iter().all(|deals| *deals == 0) {
            weights[place(source_of(process, book, list))] = 1;
        }
        let shares = cost.0.map(|minor| by_weight(minor, &weights));
        for (to, line) in lines
            .iter_mut()
            .enumerate()
            .filter(|(to, _)| weights[*to] > 0)
        {
            line.lists = line.lists.plus(shares.as_ref().map(|shares| shares[to]));
        }
    }
    let paid = || {
        payback
            .paid
            .iter()
            .filter(|paid| ask.within(Some(paid.day)))
    };
    for line in &mut lines {
        if let Some(name) = &line.name {
            line.paid = gains.paid(paid(), &Payer::Source(name.clone()));
        }
    }
    // Deals without a source are a line only where there is something to say of them.
    if lines.last().is_some_and(Line::is_empty) {
        lines.pop();
    }
    lines
}

fn by_referrer(
    book: &Book,
    payback: &Payback,
    ask: &AskSources,
    gains: &mut Gains<'_>,
    work: &mut Work,
) -> Vec<Line> {
    let who: BTreeSet<&str> = payback
        .referrals
        .iter()
        .filter(|referral| ask.within(Some(referral.opened)))
        .map(|referral| referral.by.as_str())
        .collect();
    let line = |by: &str, gains: &mut Gains<'_>, work: &mut Work| {
        let mut line = Line {
            name: Some(by.to_string()),
            title: by.to_string(),
            ..Line::default()
        };
        let mut seen = BTreeSet::new();
        for referral in &payback.referrals {
            if referral.by != by || !ask.within(Some(referral.opened)) {
                continue;
            }
            line.outcome.leads += Parts::WHOLE;
            for deal in &referral.deals {
                if let Some(at) = gains.place(*deal).filter(|at| seen.insert(*at)) {
                    line.add(gains, work, book, at);
                }
            }
        }
        line
    };
    who.into_iter().map(|by| line(by, gains, work)).collect()
}

impl Line {
    fn add(&mut self, gains: &mut Gains<'_>, work: &mut Work, book: &Book, deal: usize) {
        let gain = gains.of(deal);
        self.outcome.add(book.deals.state[deal], Parts::WHOLE, gain);
        self.effort = self.effort.plus(work.of(deal));
    }

    fn is_empty(&self) -> bool {
        self.outcome.deals.is_none()
            && self.outcome.leads.is_none()
            && self.lists == Amount::default()
            && self.paid == Amount::default()
    }

    /// What one sales process costs, all in.
    pub(super) fn cost_per_process(&self) -> Option<i64> {
        let all = Outcome {
            cost: self.outcome.cost.plus(self.effort.0),
            ..self.outcome
        };
        all.cost_per(self.outcome.deals)
    }

    fn row(&self, by: By) -> SourcesRow {
        let outcome = &self.outcome;
        let win = outcome.win();
        let (low, high) = outcome.cost_per_won_range();
        SourcesRow {
            group: (by.name(), self.name.clone()),
            record: SourceRecord {
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
                list_cost_minor: self.lists.0,
                paid_minor: self.paid.0,
                cost_minor: outcome.cost.0,
                effort_minor: self.effort.0,
                cost_per_lead_minor: outcome.cost_per(outcome.leads),
                cost_per_deal_minor: outcome.cost_per(outcome.deals),
                cost_per_won_minor: outcome.cost_per(outcome.won),
                cost_per_won_low_minor: low,
                cost_per_won_high_minor: high,
                cost_per_process_minor: self.cost_per_process(),
                return_share: outcome.return_share(),
            },
        }
    }
}
