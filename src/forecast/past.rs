//! What the methods read of the Book: stays in stages, wins, and what was known of a deal on a day.
//!
//! Everything is asked of a day: the value that was told by then, the owner it had by then. What came later is in
//! the same columns, and [`super::panel`] sees to it that nobody looks.

use crate::deal::book::{Book, Day, Left, State, Told};
use crate::deal::rates::Rates;
use crate::process::Process;

use super::field::{Field, fields};
use super::places::Places;
use super::{PRODUCT, WorthBy};

/// Later than every day.
pub(super) const NEVER: i32 = i32::MAX;
/// In [`Visit::next`]: it was won, it was lost, or nobody told (it is still there, or a change of the process ended it).
pub(super) const WON: u16 = u16::MAX;
pub(super) const LOST: u16 = u16::MAX - 1;
pub(super) const UNTOLD: u16 = u16::MAX - 2;
/// In [`Visit::win`]: it does not end in a win.
pub(super) const NO_WIN: u32 = u32::MAX;

/// A stay in a stage from a day that is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visit {
    pub(super) deal: u32,
    pub(super) stage: u16,
    /// The stage it went to, or [`WON`], [`LOST`], [`UNTOLD`].
    pub(super) next: u16,
    pub(super) entered: i32,
    /// [`NEVER`] while in it.
    pub(super) left: i32,
    /// Day of the first end of the deal after it entered; a deal that is opened again may have several.
    pub(super) end: i32,
    /// Which win that end is: index into [`Past::wins`].
    pub(super) win: u32,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Win {
    pub(super) deal: u32,
    pub(super) day: i32,
    /// What it was won for.
    pub(super) value: f64,
    /// What was thought of its value on the day before.
    pub(super) before: f64,
}

/// The past of a Book, in the currency of the process.
#[derive(Debug)]
pub struct Past<'b> {
    pub(super) book: &'b Book,
    rates: Rates,
    /// Minor units of one unit of the currency.
    pub(super) scale: f64,
    pub(super) as_of: i32,
    pub(super) fiscal_month: u32,
    pub(super) stages: usize,
    /// What the process says of each stage.
    pub(super) stated: Vec<Option<f64>>,
    /// In the order of their deals and, within a deal, of time.
    pub(super) visits: Vec<Visit>,
    /// By day.
    pub(super) wins: Vec<Win>,
    /// Days of losses, sorted.
    pub(super) losses: Vec<i32>,
    values: Places,
    currencies: Places,
    pub(super) owners: Places,
    pub(super) fields: Vec<Field<'b>>,
    product: Option<&'b Told>,
    /// By label of the product: which of the Book's it is.
    products: Vec<Option<usize>>,
    pub(super) activities: Places,
    /// Days of the activities of each deal, sorted.
    pub(super) active: Vec<i32>,
    /// Sum of the values of the first wins, and how many of them have one.
    sums: Vec<(f64, u32)>,
    /// The same by product: days and sums so far.
    by_product: Vec<Vec<(i32, f64, u32)>>,
}

impl<'b> Past<'b> {
    pub fn new(process: &Process, book: &'b Book) -> Self {
        let stages = book.stages.len();
        let stated = book.stages.iter().map(|name| {
            let stage = process.stages.iter().find(|stage| stage.name == *name);
            stage.and_then(|stage| stage.probability)
        });
        let deals = book.deals.len();
        let mut past = Self {
            book,
            rates: Rates::new(process, book),
            scale: process.currency.scale() as f64,
            as_of: Day::of(book.as_of).number(),
            fiscal_month: process.fiscal_month,
            stages,
            stated: stated.collect(),
            visits: Vec::with_capacity(book.visits.len()),
            wins: Vec::new(),
            losses: Vec::new(),
            values: Places::new(&book.changes.value_minor.deal, deals),
            currencies: if book.currencies.len() > 1 {
                Places::new(&book.changes.currency.deal, deals)
            } else {
                Places::default()
            },
            owners: Places::new(&book.changes.owner.deal, deals),
            fields: fields(process, book),
            product: book.told.get(PRODUCT),
            products: products(book),
            activities: Places::default(),
            active: Vec::new(),
            sums: Vec::new(),
            by_product: Vec::new(),
        };
        past.read_activities();
        past.read_visits();
        past.read_wins();
        past
    }

    /// What the wins after a day up to and with another brought, each.
    pub(super) fn won_values(&self, after: i32, to: i32) -> Vec<f64> {
        let place = |day: i32| self.wins.partition_point(|win| win.day <= day);
        let wins = &self.wins[place(after)..place(to)];
        wins.iter().map(|win| win.value).collect()
    }

    fn read_activities(&mut self) {
        let activities = &self.book.activities;
        // What was done for nobody's deal comes last.
        let of_deals: Vec<u32> = activities.deal.iter().map_while(|deal| *deal).collect();
        if of_deals.is_empty() {
            return;
        }
        let deals = self.book.deals.len();
        self.activities = Places::new(&of_deals, deals);
        let days = activities.day[..of_deals.len()].iter();
        self.active = days.map(|day| day.number()).collect();
        // They are in the order in which they were told, which may be another one.
        for deal in 0..deals as u32 {
            let days = &mut self.active[self.activities.of_deal(deal)];
            if !days.is_sorted() {
                days.sort_unstable();
            }
        }
    }

    /// Stays with their ends, from the last to the first: what a deal came to is known before what led there.
    fn read_visits(&mut self) {
        let (deals, visits) = (&self.book.deals, &self.book.visits);
        let number = |day: Option<Day>| day.map(Day::number);
        let mut at = visits.len();
        for deal in (0..deals.len() as u32).rev() {
            let (mut end, mut win) = (NEVER, NO_WIN);
            let mut next: Option<(u16, Option<i32>)> = None;
            let mut ended = false;
            // A deal whose end no stay tells.
            let closed = number(deals.closed[deal as usize]);
            let now = deals.state[deal as usize];
            let first = {
                let mut first = at;
                while first > 0 && visits.deal[first - 1] == deal {
                    first -= 1;
                }
                first
            };
            for place in (first..at).rev() {
                let how = visits.how[place];
                let stage = visits.stage[place];
                let entered = number(visits.entered[place]);
                let mut left = number(visits.left[place]);
                if left.is_none() && matches!(how, Left::Won | Left::Lost) && next.is_none() {
                    left = closed;
                }
                match (how, left) {
                    (Left::Won, Some(day)) => {
                        end = day;
                        win = self.push_win(deal, day);
                        ended = true;
                    }
                    (Left::Lost, Some(day)) => {
                        (end, win) = (day, NO_WIN);
                        self.losses.push(day);
                        ended = true;
                    }
                    _ => {}
                }
                let left = match (how, left, next) {
                    (_, Some(left), _) => Some(left),
                    (Left::Advanced | Left::Back | Left::Moved, None, Some((_, entered))) => {
                        entered
                    }
                    (Left::Still, None, None) if now.is_open() => Some(NEVER),
                    _ => None,
                };
                let after = match how {
                    Left::Won => WON,
                    Left::Lost => LOST,
                    // The process took the stage away: where the deal would have gone nobody knows.
                    Left::Moved => UNTOLD,
                    _ => next.map_or(UNTOLD, |(stage, _)| stage),
                };
                if let (Some(entered), Some(left)) = (entered, left) {
                    self.visits.push(Visit {
                        deal,
                        stage,
                        next: if left == NEVER { UNTOLD } else { after },
                        entered,
                        left: left.max(entered),
                        end,
                        win,
                    });
                }
                next = Some((stage, entered));
            }
            at = first;
            if !ended && let Some(day) = closed {
                match now {
                    State::Won => {
                        self.push_win(deal, day);
                    }
                    State::Lost => self.losses.push(day),
                    State::Open | State::Hold => {}
                }
            }
        }
        self.visits.reverse();
        self.losses.sort_unstable();
    }

    fn push_win(&mut self, deal: u32, day: i32) -> u32 {
        self.wins.push(Win {
            deal,
            day,
            value: 0.0,
            before: 0.0,
        });
        self.wins.len() as u32 - 1
    }

    /// Puts wins in the order of their days, with what they brought and what was thought before.
    fn read_wins(&mut self) {
        let mut order: Vec<u32> = (0..self.wins.len() as u32).collect();
        order.sort_by_key(|win| (self.wins[*win as usize].day, self.wins[*win as usize].deal));
        let mut place = vec![0_u32; order.len()];
        for (new, old) in (0_u32..).zip(&order) {
            place[*old as usize] = new;
        }
        for visit in &mut self.visits {
            if visit.win != NO_WIN {
                visit.win = place[visit.win as usize];
            }
        }
        self.wins = order.iter().map(|old| self.wins[*old as usize]).collect();
        self.by_product.resize(self.book.products.len(), Vec::new());
        self.sums.push((0.0, 0));
        for at in 0..self.wins.len() {
            let Win { deal, day, .. } = self.wins[at];
            let worth = self.told(deal, day);
            let worth = worth.or_else(|| self.list_price(deal, day));
            let (mut sum, mut count) = self.sums[at];
            if let Some(worth) = worth {
                sum += worth;
                count += 1;
                self.wins[at].value = worth;
                if let Some(product) = self.product(deal, day) {
                    let sums = &mut self.by_product[product];
                    let (_, sum, count) = sums.last().copied().unwrap_or_default();
                    sums.push((day, sum + worth, count + 1));
                }
            }
            self.sums.push((sum, count));
        }
        for at in 0..self.wins.len() {
            let Win { deal, day, .. } = self.wins[at];
            self.wins[at].before = self.worth(deal, day - 1).0;
        }
    }

    fn product(&self, deal: u32, day: i32) -> Option<usize> {
        self.products[self.product?.on(deal, Day::new(day))? as usize]
    }

    fn list_price(&self, deal: u32, day: i32) -> Option<f64> {
        let price = self.book.prices.get(self.product(deal, day)?)?;
        price.map(|price| price as f64)
    }

    /// The value as it was told by a day.
    fn told(&self, deal: u32, day: i32) -> Option<f64> {
        let values = &self.book.changes.value_minor;
        let minor = values.to[self.values.last(&values.day, deal, day)?]?;
        let told = &self.book.changes.currency;
        let currency = self
            .currencies
            .last(&told.day, deal, day)
            .map_or(0, |at| usize::from(told.to[at]));
        let worth = self.rates.converted(minor, currency, Day::new(day))?;
        Some(worth as f64)
    }

    /// What was known of a deal's value on a day: what was told, else the list price of its product, else what
    /// deals of its product (or all) had been won for on average by then.
    pub(super) fn worth(&self, deal: u32, day: i32) -> (f64, WorthBy) {
        if let Some(told) = self.told(deal, day) {
            return (told, WorthBy::Told);
        }
        if let Some(price) = self.list_price(deal, day) {
            return (price, WorthBy::ListPrice);
        }
        let of_product = self.product(deal, day).and_then(|product| {
            let sums = &self.by_product[product];
            let before = sums.partition_point(|(on, ..)| *on <= day);
            let (_, sum, count) = sums[before.checked_sub(1)?];
            Some(sum / f64::from(count))
        });
        let of_all = || {
            let before = self.wins.partition_point(|win| win.day <= day);
            let (sum, count) = self.sums.get(before).copied().unwrap_or_default();
            (count > 0).then(|| sum / f64::from(count))
        };
        match of_product.or_else(of_all) {
            Some(mean) => (mean, WorthBy::Average),
            None => (0.0, WorthBy::Unknown),
        }
    }

    /// Whether what is known of its value stays the same while it is in a stay.
    pub(super) fn has_one_worth(&self, visit: &Visit) -> bool {
        let days = &self.book.changes.value_minor.day;
        let told = self.values.of(days, visit.deal);
        let changes = told
            .iter()
            .any(|day| (visit.entered + 1..visit.left).contains(&day.number()));
        let has_price = || {
            let (entered, left) = (
                Day::new(visit.entered),
                Day::new(visit.left.min(self.as_of)),
            );
            let is_one = |product: &Told| product.is_one(visit.deal, entered, left);
            self.product.is_some_and(is_one) && self.list_price(visit.deal, visit.entered).is_some()
        };
        let is_told = told
            .first()
            .is_some_and(|day| day.number() <= visit.entered);
        self.currencies.is_empty() && !changes && (is_told || has_price())
    }
}

fn products(book: &Book) -> Vec<Option<usize>> {
    let Some(told) = book.told.get(PRODUCT) else {
        return Vec::new();
    };
    let place = |label: &String| {
        book.products
            .iter()
            .position(|product| product.name == *label)
    };
    told.labels.iter().map(place).collect()
}
