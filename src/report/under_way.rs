//! The processes that were under way in a period and what they cost in it: `costs` and the metrics count here.

use rustc_hash::FxHashMap;

use super::Ask;
use super::cost::{Spent, unpriced};
use super::costs::Costs;
use super::group::Groups;
use super::outcome::Amount;
use super::returns::Gains;
use crate::deal::book::{Book, Day, State};
use crate::list::{Payback, Payer, by_weight};
use crate::process::Process;

#[derive(Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) processes: usize,
    pub(super) won: usize,
    lost: usize,
    pub(super) spent: Spent,
    pub(super) lists: Amount,
}

impl Tally {
    pub(super) fn plus(&mut self, other: &Self) {
        self.processes += other.processes;
        self.won += other.won;
        self.lost += other.lost;
        self.spent.plus(&other.spent);
        self.lists = self.lists.plus(other.lists.0);
    }

    pub(super) fn costs(&self) -> Costs {
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

/// What the processes that were under way came to, by group, and what is in none of them.
pub(super) struct UnderWay {
    pub(super) tallies: Vec<Tally>,
    pub(super) before_a_deal: Spent,
    pub(super) unshared: i64,
    pub(super) notes: Vec<String>,
}

impl UnderWay {
    pub(super) fn processes(&self, group: usize) -> usize {
        self.tallies.get(group).map_or(0, |tally| tally.processes)
    }

    /// Work and lists; not known when some of it has no price.
    pub(super) fn cost_minor(&self, group: usize) -> Option<i64> {
        self.tallies
            .get(group)
            .map_or(Some(0), |tally| tally.costs().cost_minor)
    }
}

/// Counts the processes that were under way in the period.
pub(super) fn under_way(
    process: &Process,
    book: &Book,
    payback: &Payback,
    ask: &Ask,
    groups: &Groups<'_>,
) -> UnderWay {
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
    let unshared = share_lists(&mut gains, payback, &handled, groups, &mut tallies);
    let mut notes = gains.notes();
    notes.extend(unpriced(book, |at| done.deal[at].is_some() && counts(at)));
    UnderWay {
        tallies,
        before_a_deal,
        unshared,
        notes,
    }
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
