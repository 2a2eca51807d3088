//! The numbers of a forecast: what is won, what the outlook adds, its range, its record.

use super::super::convert::Converter;
use super::super::group::Groups;
use super::super::percent;
use super::super::target::won_targets;
use super::instead::{instead, run_rate, uncounted};
use super::{AskForecast, Foreseen, minor};
use crate::deal::book::{Book, Day, State};
use crate::document::Period;
use crate::forecast::{Backtest, Draws, Outlook, Range, Spread, draw};
use crate::process::{Process, Target, Whose};

/// New business is told apart by the deals that were won in so many days before.
const YEAR: i32 = 365;

pub(super) struct Figures {
    /// In the period, up to the as-of day.
    pub(super) won_minor: i64,
    pub(super) won_deals: usize,
    /// By group of the Book.
    pub(super) won_of_group: Vec<i64>,
    /// By day of the period: what was won on it.
    pub(super) won_on: Vec<(Day, i64)>,
    pub(super) target_minor: Option<i64>,
    /// What reps called, and how many did.
    pub(super) called: Option<(i64, String)>,
    /// Nothing of the period is left.
    pub(super) over: bool,
    pub(super) ahead: Option<Ahead>,
    /// What recent periods of that length brought, where nothing better can be said.
    pub(super) run_rate: Option<f64>,
    /// What stands in for a forecast that is refused, in words.
    pub(super) instead: Vec<String>,
    pub(super) notes: Vec<String>,
}

/// What the days ahead bring.
pub(super) struct Ahead {
    pub(super) outlook: Outlook,
    pub(super) backtest: Backtest,
    /// Of forecasts of all deals.
    pub(super) record: Record,
    /// Whether this one is of all deals, too.
    pub(super) is_of_all: bool,
    pub(super) draws: Draws,
    /// With what is won already.
    pub(super) total: Spread,
    pub(super) groups: Vec<Part>,
}

/// Open deals of one group.
pub(super) struct Part {
    /// Index into the groups of the Book.
    pub(super) place: usize,
    /// Index into those that were drawn.
    pub(super) draw: usize,
    pub(super) open: usize,
    pub(super) expected: f64,
    pub(super) won_minor: i64,
    /// Of the rep, team or product that the group is.
    pub(super) target_minor: Option<i64>,
}

impl Part {
    /// To reach its target with its open deals; `spread` is with what is won.
    pub(super) fn chance(&self, spread: &Spread) -> Option<f64> {
        let target = self.target_minor?;
        Some(spread.chance_of(target as f64))
    }
}

/// How forecasts of this length did so far, by the method that was chosen on each day.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Record {
    pub(super) origins: usize,
    pub(super) wape: Option<f64>,
    pub(super) range: Range,
}

impl Record {
    pub(super) fn of(backtest: &Backtest) -> Self {
        let score = backtest.chosen();
        Self {
            origins: score.origins,
            wape: score.wape,
            range: backtest.range(),
        }
    }

    /// `26 past forecasts were off by 30 % of what was won (WAPE); 22 of their 80 % ranges held`. Of a part of the deals
    /// there is none, but that of all.
    pub(super) fn in_words(self, of_part: bool) -> String {
        let n = self.origins;
        let forecasts = format!(
            "{n} past forecast{}{}",
            if n == 1 { "" } else { "s" },
            if of_part { " of all deals" } else { "" }
        );
        if n == 0 {
            return format!("{forecasts} of this length to judge it by");
        }
        let off = self.wape.map_or_else(
            || format!("nothing was won after {forecasts}, so that no error can be told"),
            |wape| {
                let were = if n == 1 { "was" } else { "were" };
                format!(
                    "{forecasts} {were} off by {} of what was won (WAPE)",
                    percent(wape)
                )
            },
        );
        let held = match self.range.off() {
            Some(verdict) => format!("{} of their 80 % ranges held: {verdict}", self.range.held),
            None => format!("{} of their 80 % ranges held", self.range.held),
        };
        let part = if of_part {
            "; what is said of a part of them is further off"
        } else {
            ""
        };
        format!("{off}; {held}{part}")
    }
}

impl Figures {
    pub(super) fn of(
        process: &Process,
        book: &Book,
        foreseen: Foreseen,
        targets: &[Target],
        ask: &AskForecast<'_>,
        groups: &Groups<'_>,
    ) -> Self {
        let mut converter = Converter::new(process, book);
        let mut won = Won::of(&mut converter, book, ask, groups);
        won.on.sort_by_key(|(day, _)| *day);
        let target_minor = target_of(process, book, targets, ask.of, ask.period);
        let as_of = Day::of(book.as_of);
        let mut figures = Self {
            won_minor: won.minor,
            won_deals: won.on.len(),
            won_on: won.on,
            won_of_group: won.of_group,
            target_minor,
            called: ask.called.clone(),
            over: Day::of(ask.period.to) <= as_of,
            ahead: None,
            run_rate: None,
            instead: Vec::new(),
            notes: converter.notes(),
        };
        if figures.over {
            return figures;
        }
        match foreseen {
            Ok((outlook, backtest)) => {
                let (outlook, share) = asked_about(process, book, outlook, ask);
                figures.notes.extend(share);
                let mut ahead = Ahead::of(
                    outlook,
                    backtest,
                    ask,
                    groups,
                    &figures.won_of_group,
                    won.minor,
                );
                if ask.ask.only.is_none() {
                    let targets = won_targets(process, book, targets, ask.period);
                    for part in &mut ahead.groups {
                        part.target_minor = whose(&groups.columns(part.place))
                            .and_then(|of| targets.iter().find(|(whose, _)| *whose == of))
                            .map(|(_, minor)| *minor);
                    }
                }
                figures.ahead = Some(ahead);
            }
            Err(refusal) => {
                let from = as_of.number().max(Day::of(ask.period.from).number() - 1);
                let days = Day::of(ask.period.to).number() - from;
                figures.notes.push(refusal.in_words());
                figures.run_rate = match run_rate(&mut converter, book, ask, days) {
                    Ok((rate, windows)) => {
                        figures.instead.push(instead(windows, days));
                        Some(rate)
                    }
                    Err(why) => {
                        figures.instead.push(format!("nothing instead: {why}"));
                        None
                    }
                };
                figures
                    .instead
                    .extend(uncounted(process, &mut converter, book, ask));
            }
        }
        figures
    }

    /// Places of the groups in which something was won, the most first.
    pub(super) fn won_groups(&self, groups: &Groups<'_>) -> Vec<usize> {
        let won = &self.won_of_group;
        let mut places: Vec<usize> = (0..won.len()).filter(|place| won[*place] != 0).collect();
        places.sort_by(|a, b| {
            won[*b]
                .cmp(&won[*a])
                .then_with(|| groups.order(*a).cmp(&groups.order(*b)))
        });
        places
    }

    /// With what is won.
    pub(super) fn expected_minor(&self) -> i64 {
        let ahead = self.ahead.as_ref().map(|ahead| ahead.outlook.total_minor);
        self.won_minor + minor(ahead.or(self.run_rate).unwrap_or(0.0))
    }

    /// To reach the target.
    pub(super) fn chance(&self) -> Option<f64> {
        let target = self.target_minor?;
        if self.won_minor >= target {
            return Some(1.0);
        }
        if self.over {
            return Some(0.0);
        }
        self.ahead
            .as_ref()
            .map(|ahead| ahead.total.chance_of(target as f64))
    }
}

impl Ahead {
    /// Whose word counts, and how far what was said so far held.
    pub(super) fn record_in_words(&self) -> String {
        let record = self.record.in_words(!self.is_of_all);
        format!("method: {}; {record}", self.outlook.chosen.method)
    }

    fn of(
        outlook: Outlook,
        backtest: Backtest,
        ask: &AskForecast<'_>,
        groups: &Groups<'_>,
        won_of_group: &[i64],
        won_minor: i64,
    ) -> Self {
        // Groups that have something open or won; a deal's place among them.
        let mut place = vec![None; groups.len()];
        let mut parts: Vec<Part> = Vec::new();
        let mut of_deal = Vec::with_capacity(outlook.deals.len());
        let mut part_of = |group: usize, parts: &mut Vec<Part>| {
            *place[group].get_or_insert_with(|| {
                parts.push(Part {
                    place: group,
                    draw: parts.len(),
                    open: 0,
                    expected: 0.0,
                    won_minor: won_of_group[group],
                    target_minor: None,
                });
                parts.len() - 1
            })
        };
        for deal in &outlook.deals {
            let at = part_of(groups.of[deal.deal as usize] as usize, &mut parts);
            parts[at].open += 1;
            parts[at].expected += deal.chance * deal.worth_minor;
            of_deal.push(at);
        }
        for (group, won) in won_of_group.iter().enumerate() {
            if *won != 0 {
                part_of(group, &mut parts);
            }
        }
        let draws = draw(&outlook, &of_deal, parts.len(), ask.seed);
        let total = draws.total(won_minor as f64);
        parts.sort_by(|a, b| {
            let of = |part: &Part| part.expected + part.won_minor as f64;
            of(b)
                .total_cmp(&of(a))
                .then_with(|| groups.order(a.place).cmp(&groups.order(b.place)))
        });
        Self {
            record: Record::of(&backtest),
            is_of_all: ask.ask.only.is_none(),
            backtest,
            draws,
            total,
            groups: parts,
            outlook,
        }
    }
}

/// Whose target a group works towards.
fn whose(columns: &[(String, Option<String>)]) -> Option<Whose> {
    match columns {
        [(by, Some(name))] if by == "rep" => Some(Whose::Rep(name.clone())),
        [(by, Some(name))] if by == "team" => Some(Whose::Team(name.clone())),
        [(by, Some(name))] if by == "product" => Some(Whose::Product(name.clone())),
        _ => None,
    }
}

/// What was won in the period.
struct Won {
    minor: i64,
    on: Vec<(Day, i64)>,
    of_group: Vec<i64>,
}

impl Won {
    fn of(
        converter: &mut Converter<'_>,
        book: &Book,
        ask: &AskForecast<'_>,
        groups: &Groups<'_>,
    ) -> Self {
        let mut won = Self {
            minor: 0,
            on: Vec::new(),
            of_group: vec![0; groups.len()],
        };
        for deal in won_in(book, ask.period) {
            if !ask.ask.includes(deal) {
                continue;
            }
            let minor = converter.worth(deal).known().unwrap_or(0);
            won.minor = won.minor.saturating_add(minor);
            won.of_group[groups.of[deal] as usize] += minor;
            won.on
                .extend(book.deals.closed[deal].map(|day| (day, minor)));
        }
        won
    }
}

pub(super) fn won_in(book: &Book, period: Period) -> impl Iterator<Item = usize> {
    let (from, to) = (Day::of(period.from), Day::of(period.to));
    let inside = move |day: Day| from <= day && day <= to;
    let deals = &book.deals;
    (0..deals.len()).filter(move |deal| {
        deals.state[*deal] == State::Won && deals.closed[*deal].is_some_and(inside)
    })
}

/// What somebody's target of a period asks for of what is won.
pub fn target_of(
    process: &Process,
    book: &Book,
    targets: &[Target],
    of: &Whose,
    period: Period,
) -> Option<i64> {
    let given = won_targets(process, book, targets, period);
    given
        .into_iter()
        .find_map(|(whose, minor)| (whose == *of).then_some(minor))
}

/// Won in the last year: all of it, and the values of the deals that are asked about.
pub(super) fn won_lately(process: &Process, book: &Book, ask: &AskForecast<'_>) -> (f64, Vec<f64>) {
    let mut converter = Converter::new(process, book);
    let year = Period {
        from: Day::new(Day::of(book.as_of).number() - YEAR + 1).date(),
        to: book.as_of,
    };
    let (mut all, mut values) = (0.0, Vec::new());
    for deal in won_in(book, year) {
        let Some(value) = converter.worth(deal).known() else {
            continue;
        };
        all += value as f64;
        if ask.ask.includes(deal) && value > 0 {
            values.push(value as f64);
        }
    }
    (all, values)
}

/// The outlook of the deals that are asked about; what is said of new business then.
fn asked_about(
    process: &Process,
    book: &Book,
    outlook: Outlook,
    ask: &AskForecast<'_>,
) -> (Outlook, Option<String>) {
    if ask.ask.only.is_none() {
        return (outlook, None);
    }
    let (all, values) = won_lately(process, book, ask);
    let share = if all > 0.0 {
        values.iter().sum::<f64>() / all
    } else {
        0.0
    };
    let note = format!(
        "the models are fitted on all deals; of what is not open yet these have {}, their share of what was won in \
         the last year",
        percent(share)
    );
    let keep = |deal: u32| ask.ask.includes(deal as usize);
    (outlook.only(keep, share, values), Some(note))
}
