//! What is said before more than one deal changes: how many, their sum, and the first five.

use anyhow::Result;

use super::super::session::Session;
use super::super::show::{counted, major_amount, named};
use crate::id::Id;
use crate::text::visible;

/// A deal that a command would change along with others.
pub(crate) struct Affected {
    pub(crate) id: Id,
    pub(crate) account: Option<String>,
    pub(crate) owner: Option<String>,
    /// In major units of the process currency; other currencies count at today's rate.
    pub(crate) value: Option<f64>,
}

/// Says on stderr what `would` happen to these deals.
pub(crate) fn announce(session: &Session<'_>, deals: &[Affected], would: &str) -> Result<()> {
    const SHOWN: usize = 5;
    let console = &session.cx.console;
    let sum: f64 = deals.iter().filter_map(|deal| deal.value).sum();
    console.warn(&format!(
        "{}, {}, {would}:",
        counted(deals.len(), "deal", "deals"),
        major_amount(sum, session.process.currency),
    ));
    for deal in deals.iter().take(SHOWN) {
        console.warn(&format!(
            "  {}  of {}",
            named(&session.store.short(deal.id)?, deal.account.as_deref()),
            visible(deal.owner.as_deref().unwrap_or("nobody"))
        ));
    }
    if deals.len() > SHOWN {
        console.warn(&format!("  … and {} more", deals.len() - SHOWN));
    }
    Ok(())
}
