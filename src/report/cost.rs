//! What work cost: the minutes of activities at the hourly cost of who did them, and what was paid directly.
//! The one rule for activities, costs and returns.

use super::returns::listed;
use crate::deal::book::Book;

/// What a set of activities came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spent {
    pub(super) activities: usize,
    pub(super) minutes: u64,
    /// Activities whose minutes nobody told: their time is in no cost.
    pub(super) without_minutes: usize,
    /// Paid beside the time.
    pub(super) direct_minor: i64,
    /// Minutes × cost per hour: sixtieths of a minor unit, so that sums are rounded once.
    sixtieths: i64,
    /// Minutes of people whose hour has no cost.
    pub(super) unpriced_minutes: u64,
}

impl Spent {
    /// Counts an activity of the Book.
    pub(super) fn add(&mut self, book: &Book, activity: usize) {
        let done = &book.activities;
        self.activities += 1;
        let paid = done.cost_minor[activity];
        self.direct_minor = self.direct_minor.saturating_add(paid);
        let Some(minutes) = done.minutes[activity] else {
            self.without_minutes += 1;
            return;
        };
        self.minutes += u64::from(minutes);
        match hour(book, activity) {
            Some(hour) => {
                let time = i64::from(minutes).saturating_mul(hour);
                self.sixtieths = self.sixtieths.saturating_add(time);
            }
            None => self.unpriced_minutes += u64::from(minutes),
        }
    }

    pub(super) fn plus(&mut self, other: &Self) {
        self.activities += other.activities;
        self.minutes += other.minutes;
        self.without_minutes += other.without_minutes;
        self.direct_minor = self.direct_minor.saturating_add(other.direct_minor);
        self.sixtieths = self.sixtieths.saturating_add(other.sixtieths);
        self.unpriced_minutes += other.unpriced_minutes;
    }

    /// What the time cost; not known when some of it has no price.
    pub(super) fn time_minor(&self) -> Option<i64> {
        (self.unpriced_minutes == 0).then(|| self.sixtieths.saturating_add(30).div_euclid(60))
    }

    /// Time and what was paid.
    pub(super) fn cost_minor(&self) -> Option<i64> {
        self.time_minor()
            .map(|time| time.saturating_add(self.direct_minor))
    }
}

/// What an hour of who did it costs.
pub(super) fn hour(book: &Book, activity: usize) -> Option<i64> {
    let rep = book.activities.by[activity]?;
    book.reps.get(rep as usize)?.cost_per_hour_minor
}

/// What was done for each deal.
pub(super) fn by_deal(book: &Book) -> Vec<Spent> {
    let mut all = vec![Spent::default(); book.deals.len()];
    for activity in 0..book.activities.len() {
        if let Some(deal) = book.activities.deal[activity] {
            all[deal as usize].add(book, activity);
        }
    }
    all
}

/// Whose hours have no cost, among the activities that count.
pub(super) fn unpriced(book: &Book, counts: impl Fn(usize) -> bool) -> Option<String> {
    let done = &book.activities;
    // The last is whoever is no rep.
    let mut without = vec![false; book.owners.len() + 1];
    for at in 0..done.len() {
        if done.minutes[at].is_some_and(|minutes| minutes > 0)
            && hour(book, at).is_none()
            && counts(at)
        {
            without[done.by[at].map_or(book.owners.len(), |by| by as usize)] = true;
        }
    }
    let nobody = without.pop().unwrap_or_default();
    let reps = book.owners.iter().zip(without);
    let names: Vec<&str> = nobody
        .then_some("who is no rep")
        .into_iter()
        .chain(reps.filter_map(|(rep, without)| without.then_some(rep.name.as_str())))
        .collect();
    (!names.is_empty()).then(|| {
        format!(
            "the hour of {} has no cost: `salesctl catalog set rep NAME --price 60` makes the cost of their time known",
            listed(&names)
        )
    })
}

/// How many activities say nothing of their time.
pub(super) fn untimed(spent: &Spent) -> Option<String> {
    (spent.without_minutes > 0).then(|| {
        format!(
            "{} of {} activities say no minutes ({}): their time is in no cost",
            spent.without_minutes,
            spent.activities,
            super::percent(spent.without_minutes as f64 / spent.activities as f64)
        )
    })
}

/// What was done for each deal, and for which deals that was asked.
pub(super) struct Work {
    spent: Vec<Spent>,
    asked: Vec<bool>,
}

impl Work {
    pub(super) fn new(book: &Book) -> Self {
        Self {
            spent: by_deal(book),
            asked: vec![false; book.deals.len()],
        }
    }

    pub(super) fn of(&mut self, deal: usize) -> Option<i64> {
        self.asked[deal] = true;
        self.spent[deal].cost_minor()
    }

    pub(super) fn notes(&self, book: &Book) -> Option<String> {
        unpriced(book, |activity| {
            book.activities.deal[activity].is_some_and(|deal| self.asked[deal as usize])
        })
    }
}
