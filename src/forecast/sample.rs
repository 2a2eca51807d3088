//! Outlooks for the tests, told by hand.

use super::{Chosen, DealOutlook, Horizon, Outlook, WorthBy};
use crate::deal::book::Day;

/// Of deals with these chances and worths, and new business.
pub(crate) fn outlook(deals: &[(f64, f64)], new_minor: f64, spread: f64) -> Outlook {
    let open_minor: f64 = deals.iter().map(|(chance, worth)| chance * worth).sum();
    let deals = deals.iter().enumerate();
    Outlook {
        horizon: Horizon {
            from: Day::new(0),
            to: Day::new(30),
        },
        said: Vec::new(),
        chosen: Chosen {
            method: "cohort",
            why: "cohort: fewer than 6 finished origins".to_string(),
            origins: 3,
        },
        total_minor: open_minor + new_minor,
        deals: deals
            .map(|(deal, (chance, worth_minor))| DealOutlook {
                deal: deal as u32,
                chance: *chance,
                worth_minor: *worth_minor,
                by: WorthBy::Told,
                by_stage: *chance / 2.0,
                dated: true,
            })
            .collect(),
        realised: 1.0,
        open_minor,
        new_minor,
        new_deals: new_minor / 100.0,
        won_values: vec![100.0],
        spread,
        open_spread: spread,
        season: None,
    }
}
