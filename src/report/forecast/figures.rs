//! The numbers of a forecast: what is won, what the outlook adds, its range, its record.

use super::super::convert::Converter;
use super::super::group::Groups;
use super::super::target::won_targets;
use super::{AskForecast, Foreseen, minor};
use crate::deal::book::{Book, Day, State};
use crate::document::Period;
use crate::forecast::{Backtest, Draws, Outlook, Spread, draw};
use crate::process::{Process, Target, Whose};

/// New business is told apart by the deals that were won in so many days before.
const YEAR: i32 = 365;

pub(super) struct Figures {
    /// In the period, up to the as-of day.
    pub(super) won_minor: i64,
    pub(super) won_deals: usize,
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
    pub(super) instead: Option<String>,
    pub(super) notes: Vec<String>,
}

/// What the days ahead bring.
pub(super) struct Ahead {
    pub(super) outlook: Outlook,
    pub(super) backtest: Backtest,
    pub(super) record: Record,
    pub(super) draws: Draws,
    /// With what is won already.
    pub(super) total: Spread,
    pub(super) stage_weighted: Option<f64>,
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

/// How forecasts of this length did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Record {
    pub(super) origins: usize,
    pub(super) wape: Option<f64>,
    /// Ranges that held what happened.
    pub(super) held: usize,
}

impl Record {
    fn of(backtest: &Backtest) -> Self {
        let score = backtest.chosen();
        let held = backtest.counted().filter(|origin| {
            origin.low_minor <= origin.actual_minor && origin.actual_minor <= origin.high_minor
        });
        Self {
            origins: score.origins,
            wape: score.wape,
            held: held.count(),
        }
    }

    pub(super) fn coverage(self) -> Option<f64> {
        (self.origins > 0).then(|| self.held as f64 / self.origins as f64)
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
            target_minor,
            called: ask.called.clone(),
            over: Day::of(ask.period.to) <= as_of,
            ahead: None,
            run_rate: None,
            instead: None,
            notes: converter.notes(),
        };
        if figures.over {
            return figures;
        }
        match foreseen {
            Ok((outlook, backtest)) => {
                let (outlook, share) = asked_about(process, book, outlook, ask);
                figures.notes.extend(share);
                let mut ahead = Ahead::of(outlook, backtest, ask, groups, &won.of_group, won.minor);
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
                figures.run_rate = run_rate(&mut converter, book, ask, days);
                figures.notes.push(refusal.in_words());
                figures.instead = Some(match figures.run_rate {
                    Some(_) => format!(
                        "run-rate instead: the mean of what the last three times {days} days brought; \
                         no range, since nothing says how far it is off"
                    ),
                    None => format!(
                        "nothing instead: not even the last three times {days} days are known to have won anything"
                    ),
                });
            }
        }
        figures
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
        let weighted = outlook
            .said
            .iter()
            .find(|said| said.method == "stage-weighted");
        Self {
            record: Record::of(&backtest),
            backtest,
            // Of a part of the deals only their own sum could be said, which is not kept.
            stage_weighted: weighted
                .filter(|_| ask.ask.only.is_none())
                .map(|said| said.expected.total_minor),
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

fn won_in(book: &Book, period: Period) -> impl Iterator<Item = usize> {
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
    let share = if all > 0.0 {
        values.iter().sum::<f64>() / all
    } else {
        0.0
    };
    let note = format!(
        "the models are fitted on all deals; of what is not open yet these have {}, their share of what was won in \
         the last year",
        super::super::percent(share)
    );
    let keep = |deal: u32| ask.ask.includes(deal as usize);
    (outlook.only(keep, share, values), Some(note))
}

/// The mean of what the last three windows of so many days brought; none when history does not reach back so far.
fn run_rate(
    converter: &mut Converter<'_>,
    book: &Book,
    ask: &AskForecast<'_>,
    days: i32,
) -> Option<f64> {
    let as_of = Day::of(book.as_of).number();
    let deals = &book.deals;
    let won = |deal: &usize| deals.state[*deal] == State::Won;
    let closed = (0..deals.len())
        .filter(won)
        .filter_map(|deal| deals.closed[deal]);
    if closed.min()?.number() > as_of - 3 * days {
        return None;
    }
    let window = Period {
        from: Day::new(as_of - 3 * days + 1).date(),
        to: book.as_of,
    };
    let sum: i64 = won_in(book, window)
        .filter(|deal| ask.ask.includes(*deal))
        .filter_map(|deal| converter.worth(deal).known())
        .sum();
    (sum > 0).then(|| sum as f64 / 3.0)
}
