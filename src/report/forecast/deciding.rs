//! Which open deals decide a forecast, and what would have to be true for a target to be reached.

use crate::deal::book::Book;
use crate::forecast::{DealOutlook, Outlook};

/// So many deals are named.
const NAMED: usize = 5;

/// How far a deal moves the sum: the standard deviation of what it brings.
pub(super) fn swing(deal: &DealOutlook) -> f64 {
    deal.worth_minor * (deal.chance * (1.0 - deal.chance)).max(0.0).sqrt()
}

/// The open deals that move the sum most, the largest swing first.
pub(super) fn deals(outlook: &Outlook) -> Vec<&DealOutlook> {
    let mut found: Vec<&DealOutlook> = outlook
        .deals
        .iter()
        .filter(|deal| swing(deal) >= 1.0)
        .collect();
    let largest = |a: &&DealOutlook, b: &&DealOutlook| {
        swing(b).total_cmp(&swing(a)).then(a.deal.cmp(&b.deal))
    };
    if found.len() > NAMED {
        found.select_nth_unstable_by(NAMED - 1, largest);
        found.truncate(NAMED);
    }
    found.sort_by(largest);
    found
}

pub(super) fn account(book: &Book, deal: usize) -> Option<&str> {
    let at = book.deals.account.get(deal).copied().flatten()?;
    book.accounts.get(at as usize).map(String::as_str)
}

/// What would have to be true, when all else comes as expected.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Way {
    /// The target is reached without any of the deciding deals.
    Without,
    /// Any so many of them reach it.
    Any(usize),
    /// The so many most valuable of them reach it, and fewer do not.
    Largest(usize),
    /// All of them do not: so much more is missing.
    More(f64),
}

/// Of deals that decide it: how many of them have to be won for `missing` (the target less what is won) to be reached.
pub(super) fn way(outlook: &Outlook, named: &[&DealOutlook], missing: f64) -> Way {
    let theirs: f64 = named
        .iter()
        .map(|deal| deal.chance * deal.worth_minor)
        .sum();
    let needed = missing - (outlook.total_minor - theirs);
    if needed <= 0.0 {
        return Way::Without;
    }
    let mut worth: Vec<f64> = named.iter().map(|deal| deal.worth_minor).collect();
    worth.sort_by(f64::total_cmp);
    let fewest = |mut worth: Box<dyn Iterator<Item = &f64> + '_>| {
        let mut sum = 0.0;
        worth
            .position(|one| {
                sum += one;
                sum >= needed
            })
            .map(|at| at + 1)
    };
    let Some(largest) = fewest(Box::new(worth.iter().rev())) else {
        return Way::More(needed - worth.iter().sum::<f64>());
    };
    match fewest(Box::new(worth.iter())) {
        Some(any) if any == largest => Way::Any(any),
        _ => Way::Largest(largest),
    }
}
