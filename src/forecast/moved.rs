//! Why a forecast is another one than it was: the difference between two days, deal by deal, to the minor unit.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::deal::event::{DealPiece, ForecastSnapshot};
use crate::id::Id;

/// What a part of the difference comes of, in the order in which it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It was won, for more or less than the share of it that was in the forecast.
    Won,
    /// It was lost, and its share with it.
    Lost,
    /// Its expected close was put off, and its chance fell.
    Slipped,
    /// Time passed in the same stage, and its chance fell.
    Older,
    /// It was not there yet.
    New,
    Value,
    /// It moved on or back, or what is learnt from the others changed its chance.
    Probability,
    /// What is expected from deals that are not open yet.
    NewBusiness,
    /// Deals too small to be kept one by one, reopened, or told of later.
    Other,
    /// What had been won by then is told otherwise now.
    Corrected,
}

impl Why {
    pub const ALL: [Self; 10] = [
        Self::Won,
        Self::Lost,
        Self::Slipped,
        Self::Older,
        Self::New,
        Self::Value,
        Self::Probability,
        Self::NewBusiness,
        Self::Other,
        Self::Corrected,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Won => "won",
            Self::Lost => "lost",
            Self::Slipped => "slipped",
            Self::Older => "older",
            Self::New => "new",
            Self::Value => "value",
            Self::Probability => "probability",
            Self::NewBusiness => "new_business",
            Self::Other => "other",
            Self::Corrected => "corrected",
        }
    }
}

/// What is known now of the time since.
#[derive(Clone, Debug, Default)]
pub struct Since {
    /// Won in the period since, with what each brought.
    pub won: Vec<(Id, i64)>,
    pub lost: BTreeSet<Id>,
    /// Their value was told anew since.
    pub revalued: BTreeSet<Id>,
    /// Opened since.
    pub opened: BTreeSet<Id>,
    /// Came into the stage they are in since.
    pub moved: BTreeSet<Id>,
}

/// One part of the difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub why: Why,
    pub deal: Option<Id>,
    pub minor: i64,
}

/// The forecast of a period then and now, won so far included: `opening + Σ parts = closing`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    pub opening_minor: i64,
    pub parts: Vec<Part>,
    pub closing_minor: i64,
}

/// What made `now` of `then`: two forecasts of the same period.
pub fn moved(then: &ForecastSnapshot, now: &ForecastSnapshot, since: &Since) -> Moved {
    let mut parts = Vec::new();
    let mut add = |why, deal, minor| {
        if minor != 0 {
            parts.push(Part { why, deal, minor });
        }
    };
    let mut open: FxHashMap<Id, &DealPiece> =
        now.deals.iter().map(|piece| (piece.deal, piece)).collect();
    let mut won: FxHashMap<Id, i64> = since.won.iter().copied().collect();
    for piece in &then.deals {
        let deal = Some(piece.deal);
        if let Some(today) = open.remove(&piece.deal) {
            let (value, chance) = split(piece, today, since.revalued.contains(&piece.deal));
            add(Why::Value, deal, value);
            let later = today.close > piece.close && piece.close.is_some();
            let waits = !since.moved.contains(&piece.deal);
            let why = match today.chance < piece.chance {
                true if later => Why::Slipped,
                true if waits => Why::Older,
                _ => Why::Probability,
            };
            add(why, deal, chance);
        } else if let Some(minor) = won.remove(&piece.deal) {
            add(Why::Won, deal, minor - piece.expected_minor);
        } else if since.lost.contains(&piece.deal) {
            add(Why::Lost, deal, -piece.expected_minor);
        } else {
            // Undone, or won outside of the period.
            add(Why::Other, deal, -piece.expected_minor);
        }
    }
    let unknown = |deal: Id| {
        if since.opened.contains(&deal) {
            Why::New
        } else {
            Why::Other
        }
    };
    // In the order of the lists, not of the maps.
    for piece in &now.deals {
        if open.contains_key(&piece.deal) {
            add(unknown(piece.deal), Some(piece.deal), piece.expected_minor);
        }
    }
    for (deal, minor) in &since.won {
        if won.contains_key(deal) {
            add(unknown(*deal), Some(*deal), *minor);
        }
    }
    add(Why::Other, None, now.others_minor - then.others_minor);
    add(Why::NewBusiness, None, now.new_minor - then.new_minor);
    let won_since: i64 = since.won.iter().map(|(_, minor)| minor).sum();
    add(
        Why::Corrected,
        None,
        now.won_minor - won_since - then.won_minor,
    );
    let whole = |one: &ForecastSnapshot| {
        let deals: i64 = one.deals.iter().map(|piece| piece.expected_minor).sum();
        one.won_minor + deals + one.others_minor + one.new_minor
    };
    Moved {
        opening_minor: whole(then),
        parts,
        closing_minor: whole(now),
    }
}

/// What an open deal's part of the forecast changed by its value at the chance it had, and by its chance at the value it
/// has. What is learnt from others of how much of a value is realised in the end is no change of its value.
fn split(then: &DealPiece, now: &DealPiece, revalued: bool) -> (i64, i64) {
    let by_value = if revalued {
        let more = (now.worth_minor - then.worth_minor) as f64;
        (more * f64::from(then.chance) / 1e6).round() as i64
    } else {
        0
    };
    (
        by_value,
        now.expected_minor - then.expected_minor - by_value,
    )
}

#[cfg(test)]
#[path = "moved_tests.rs"]
mod tests;
