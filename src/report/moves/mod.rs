//! What moved in the pipeline between two days: opening + changes = closing, to the deal and to the
//! minor unit. `changes`, `meeting` and the nightly report read it.
//!
//! How a deal counts, by what it was at the end of the opening day and is on the as-of day:
//! - open on both: its value changed hands with nobody. What only the rates did is [`Kind::Rates`], the
//!   rest of the difference [`Kind::Grown`] or [`Kind::Shrunk`].
//! - not yet there, and there now: [`Kind::New`], with the value it has now; [`Kind::Imported`] when
//!   its opening was never told, or was told later.
//! - closed, and opened again since: [`Kind::Reopened`].
//! - whatever was open or came in, and is closed now: [`Kind::Won`] or [`Kind::Lost`], with the value and
//!   the rate of its closing, as the win rate counts it.
//! - where only some owners' deals are asked about, what came from others is [`Kind::TakenOver`], what
//!   went to others [`Kind::HandedOver`].
//!
//! A value that nobody told, or that has no rate, counts as nothing on both days.

#[cfg(test)]
mod tests;

use super::convert::Converter;
use super::{Ask, Stages};
use crate::deal::book::{Book, Columns, Day, Needs, State};
use crate::process::Process;

/// What it reads.
pub const MOVES: Needs = Needs::of(
    Columns::WORTH
        .and(Columns::OWNER)
        .and(Columns::STAGE)
        .and(Columns::OPENED)
        .and(Columns::EXPECTED_CLOSE)
        .and(Columns::CHANGES),
);

/// How something moved. The order is that in which people read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Won,
    Lost,
    New,
    Imported,
    Reopened,
    TakenOver,
    HandedOver,
    Slipped,
    Back,
    Shrunk,
    Advanced,
    Grown,
    PulledIn,
    Owner,
    Rates,
}

impl Kind {
    /// What makes the difference between opening and closing, in the order of the sum.
    pub const FLOWS: [Self; 10] = [
        Self::New,
        Self::Imported,
        Self::Reopened,
        Self::TakenOver,
        Self::Grown,
        Self::Rates,
        Self::Shrunk,
        Self::HandedOver,
        Self::Won,
        Self::Lost,
    ];

    /// What moved without making a difference.
    pub const WITHIN: [Self; 5] = [
        Self::Advanced,
        Self::Back,
        Self::Slipped,
        Self::PulledIn,
        Self::Owner,
    ];

    /// For machines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Won => "won",
            Self::Lost => "lost",
            Self::New => "new",
            Self::Imported => "imported",
            Self::Reopened => "reopened",
            Self::TakenOver => "taken_over",
            Self::HandedOver => "handed_over",
            Self::Slipped => "slipped",
            Self::Back => "moved_back",
            Self::Shrunk => "shrunk",
            Self::Advanced => "advanced",
            Self::Grown => "grown",
            Self::PulledIn => "pulled_in",
            Self::Owner => "owner_changed",
            Self::Rates => "rates",
        }
    }

    /// For people.
    pub fn title(self) -> &'static str {
        match self {
            Self::TakenOver => "taken over",
            Self::HandedOver => "handed over",
            Self::Back => "moved back",
            Self::PulledIn => "pulled in",
            Self::Owner => "owner changed",
            other => other.name(),
        }
    }

    /// By how many open deals one of these changes the pipeline.
    pub fn deals(self) -> i64 {
        match self {
            Self::New | Self::Imported | Self::Reopened | Self::TakenOver => 1,
            Self::HandedOver | Self::Won | Self::Lost => -1,
            _ => 0,
        }
    }
}

/// So many deals, and what they are worth in the process's currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    pub n: usize,
    pub value_minor: i64,
}

impl Sum {
    fn add(&mut self, minor: i64) {
        self.n += 1;
        self.value_minor = self.value_minor.saturating_add(minor);
    }
}

/// One deal that moved in one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Index into the Book's deals.
    pub deal: u32,
    pub kind: Kind,
    /// By how much it changed the pipeline's value; what it is worth where it changed nothing.
    pub value_minor: i64,
    pub from: Was,
    pub to: Was,
}

/// What a deal was or had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Was {
    /// Not there, or not told.
    Nothing,
    /// Index into [`Book::stages`].
    Stage(u16),
    End(State),
    Day(Day),
    /// Index into [`Book::owners`].
    Owner(u32),
    /// Minor units of the process's currency.
    Minor(i64),
}

/// What moved between two days.
#[derive(Clone, Debug)]
pub struct Moves {
    /// The day at whose end the opening was.
    pub opening_day: Day,
    pub opening: Sum,
    pub closing: Sum,
    flows: [Sum; Kind::FLOWS.len()],
    within: [Sum; Kind::WITHIN.len()],
    /// What matters most first.
    pub moved: Vec<Moved>,
    /// Open deals of either day whose value nobody told.
    pub untold: usize,
    /// Deals whose value has no rate on one of the days.
    pub without_rate: usize,
}

impl Moves {
    pub fn sum(&self, kind: Kind) -> Sum {
        let flows = Kind::FLOWS.iter().zip(&self.flows);
        let within = Kind::WITHIN.iter().zip(&self.within);
        let found = flows.chain(within).find(|(of, _)| **of == kind);
        found.map_or_else(Sum::default, |(_, sum)| *sum)
    }

    fn count(&mut self, kind: Kind, value_minor: i64) {
        let flows = Kind::FLOWS.iter().zip(&mut self.flows);
        let within = Kind::WITHIN.iter().zip(&mut self.within);
        if let Some((_, sum)) = flows.chain(within).find(|(of, _)| **of == kind) {
            sum.add(value_minor);
        }
    }

    fn add(&mut self, deal: usize, kind: Kind, value_minor: i64, (from, to): (Was, Was)) {
        self.count(kind, value_minor);
        self.moved.push(Moved {
            deal: deal as u32,
            kind,
            value_minor,
            from,
            to,
        });
    }
}

/// What deals were at the end of the opening day; `None` before it was first told, or before there was one.
#[allow(clippy::option_option)] // not told yet, and told that there is none
struct Before {
    state: Vec<Option<State>>,
    stage: Vec<Option<Option<u16>>>,
    minor: Vec<Option<Option<i64>>>,
    currency: Vec<Option<u8>>,
    owner: Vec<Option<Option<u32>>>,
    expected_close: Vec<Option<Option<Day>>>,
    /// Open on some day since.
    opened_since: Vec<bool>,
}

impl Before {
    fn of(book: &Book, day: Day) -> Self {
        let n = book.deals.len();
        let changes = &book.changes;
        let mut opened_since = vec![false; n];
        let states = changes.state.deal.iter().zip(&changes.state.day);
        for ((deal, on), to) in states.zip(&changes.state.to) {
            opened_since[*deal as usize] |= *on > day && to.is_open();
        }
        Self {
            state: changes.state.on(n, day),
            stage: changes.stage.on(n, day),
            minor: changes.value_minor.on(n, day),
            currency: changes.currency.on(n, day),
            owner: changes.owner.on(n, day),
            expected_close: changes.expected_close.on(n, day),
            opened_since,
        }
    }
}

/// Who owned each deal of the Book at the end of a day: what a question about some owners asks of it.
pub fn owners_on(book: &Book, day: Day) -> Vec<Option<u32>> {
    let owners = book.changes.owner.on(book.deals.len(), day);
    owners.into_iter().map(Option::flatten).collect()
}

/// What moved from the end of `opening_day` to the Book's day. `before` says which deals were asked
/// about on the opening day, as `ask.only` says it for now; without it they are the same.
pub fn moves(
    process: &Process,
    book: &Book,
    ask: &Ask,
    opening_day: Day,
    before: Option<&[bool]>,
) -> Moves {
    let stages = Stages::new(process, book);
    let mut walk = Walk {
        book,
        converter: Converter::new(process, book),
        was: Before::of(book, opening_day),
        opening_day,
        without_rate: false,
        moves: Moves {
            opening_day,
            opening: Sum::default(),
            closing: Sum::default(),
            flows: Default::default(),
            within: Default::default(),
            moved: Vec::new(),
            untold: 0,
            without_rate: 0,
        },
    };
    for deal in 0..book.deals.len() {
        let now = ask.includes(deal);
        let then = before.map_or(now, |before| before.get(deal).copied().unwrap_or(false));
        walk.without_rate = false;
        walk.deal(&stages, deal, then, now);
        walk.moves.without_rate += usize::from(walk.without_rate);
    }
    let mut moves = walk.moves;
    moves.moved.sort_by_key(|moved| {
        let size = moved.value_minor.unsigned_abs();
        (moved.kind, std::cmp::Reverse(size), moved.deal)
    });
    moves
}

struct Walk<'a> {
    book: &'a Book,
    converter: Converter<'a>,
    was: Before,
    opening_day: Day,
    /// Of the deal in hand.
    without_rate: bool,
    moves: Moves,
}

impl Walk<'_> {
    /// A value at the rate of a day, and nothing where that can't be known.
    fn worth(&mut self, minor: Option<i64>, currency: u8, day: Day) -> i64 {
        let Some(minor) = minor else { return 0 };
        let worth = self.converter.converted(minor, usize::from(currency), day);
        self.without_rate |= worth.is_none();
        worth.unwrap_or(0)
    }

    /// `then` and `now`: whether it is asked about on either day.
    fn deal(&mut self, stages: &Stages<'_>, deal: usize, then: bool, now: bool) {
        let deals = &self.book.deals;
        let state = deals.state[deal];
        let was = self.was.state[deal];
        let was_open = was.is_some_and(State::is_open);
        let reopened = was.is_some_and(|was| !was.is_open())
            && (state.is_open()
                || self.was.opened_since[deal]
                || was != Some(state)
                || deals.closed[deal].is_some_and(|day| day > self.opening_day));
        let came = match was {
            None if deals.opened[deal].is_none_or(|day| day <= self.opening_day) => Kind::Imported,
            None => Kind::New,
            Some(_) if was_open => Kind::TakenOver,
            Some(_) => Kind::Reopened,
        };
        let held = was_open && then;
        let enters = now && !held && (was.is_none() || was_open || reopened);
        if !held && !enters {
            return;
        }
        let as_of = Day::of(self.book.as_of);
        let end_day = if state.is_open() {
            as_of
        } else {
            deals.closed[deal].unwrap_or(as_of)
        };
        let minor = deals.value_minor[deal];
        let old_minor = self.was.minor[deal].flatten();
        self.moves.untold += usize::from(minor.is_none() || (held && old_minor.is_none()));
        let old_currency = self.was.currency[deal].unwrap_or(deals.currency[deal]);
        let stage_was = self.was.stage[deal]
            .flatten()
            .map_or(Was::Nothing, Was::Stage);

        if held && !now {
            let value = self.worth(old_minor, old_currency, self.opening_day);
            self.moves.opening.add(value);
            let owners = self.owners(deal);
            self.moves.add(deal, Kind::HandedOver, -value, owners);
            return;
        }
        let value = self.worth(minor, deals.currency[deal], end_day);
        let stage_is = deals.stage[deal].map_or(Was::Nothing, Was::Stage);
        if held {
            let opening = self.worth(old_minor, old_currency, self.opening_day);
            let at_new_rate = self.worth(old_minor, old_currency, end_day);
            self.moves.opening.add(opening);
            if at_new_rate != opening {
                self.moves.count(Kind::Rates, at_new_rate - opening);
            }
            let kind = if value > at_new_rate {
                Kind::Grown
            } else {
                Kind::Shrunk
            };
            if value != at_new_rate {
                let from = old_minor.map_or(Was::Nothing, |_| Was::Minor(at_new_rate));
                let to = minor.map_or(Was::Nothing, |_| Was::Minor(value));
                self.moves.add(deal, kind, value - at_new_rate, (from, to));
            }
        } else {
            let change = match came {
                Kind::TakenOver => self.owners(deal),
                Kind::Reopened => (was.map_or(Was::Nothing, Was::End), stage_is),
                _ => (Was::Nothing, stage_is),
            };
            self.moves.add(deal, came, value, change);
        }
        match state {
            State::Won => {
                let change = (stage_was, Was::End(state));
                self.moves.add(deal, Kind::Won, -value, change);
            }
            State::Lost => {
                let change = (stage_was, Was::End(state));
                self.moves.add(deal, Kind::Lost, -value, change);
            }
            State::Open | State::Hold => {
                self.moves.closing.add(value);
                if held {
                    self.within(stages, deal, value);
                }
            }
        }
    }

    fn owners(&self, deal: usize) -> (Was, Was) {
        let owner = |owner: Option<u32>| owner.map_or(Was::Nothing, Was::Owner);
        (
            owner(self.was.owner[deal].flatten()),
            owner(self.book.deals.owner[deal]),
        )
    }

    /// What moved of a deal that is open on both days.
    fn within(&mut self, stages: &Stages<'_>, deal: usize, value: i64) {
        let deals = &self.book.deals;
        let stage = self.was.stage[deal].flatten().zip(deals.stage[deal]);
        if let Some((from, to)) = stage
            && let Some((old, new)) = stages.rank(from).zip(stages.rank(to))
            && old != new
        {
            let kind = if new > old {
                Kind::Advanced
            } else {
                Kind::Back
            };
            let change = (Was::Stage(from), Was::Stage(to));
            self.moves.add(deal, kind, value, change);
        }
        let expected = self.was.expected_close[deal].flatten();
        if let Some((from, to)) = expected.zip(deals.expected_close[deal])
            && from != to
        {
            let kind = if to > from {
                Kind::Slipped
            } else {
                Kind::PulledIn
            };
            self.moves
                .add(deal, kind, value, (Was::Day(from), Was::Day(to)));
        }
        let (from, to) = self.owners(deal);
        if from != to {
            self.moves.add(deal, Kind::Owner, value, (from, to));
        }
    }
}
