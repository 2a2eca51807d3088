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
    /// It is reached when they, too, come as expected.
    AsExpected,
    /// Any so many of them reach it.
    Any(usize),
    /// These of them reach it, places in the order given, and fewer do not.
    These(Vec<usize>),
    /// All of them do not: so much more is missing.
    More(f64),
}

/// Of deals that decide it: which of them have to be won for `missing` (the target less what is won) to be reached, the
/// others of them being worth what is expected of them.
pub(super) fn way(outlook: &Outlook, named: &[&DealOutlook], missing: f64) -> Way {
    let theirs: f64 = named
        .iter()
        .map(|deal| deal.chance * deal.worth_minor)
        .sum();
    if missing <= outlook.total_minor - theirs {
        return Way::Without;
    }
    let needed = missing - outlook.total_minor;
    if needed <= 0.0 {
        return Way::AsExpected;
    }
    // What a win adds to what is expected of it.
    let gain = |at: usize| (1.0 - named[at].chance) * named[at].worth_minor;
    let mut most: Vec<usize> = (0..named.len()).collect();
    most.sort_by(|a, b| gain(*b).total_cmp(&gain(*a)));
    let fewest = |order: &[usize]| {
        let mut sum = 0.0;
        order
            .iter()
            .position(|at| {
                sum += gain(*at);
                sum >= needed
            })
            .map(|at| at + 1)
    };
    let Some(largest) = fewest(&most) else {
        return Way::More(needed - most.iter().map(|at| gain(*at)).sum::<f64>());
    };
    let least: Vec<usize> = most.iter().rev().copied().collect();
    if fewest(&least) == Some(largest) {
        return Way::Any(largest);
    }
    most.truncate(largest);
    Way::These(most)
}
