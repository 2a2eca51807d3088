//! Stage-weighted: each open deal times the probability of its stage.
//!
//! What most CRMs print, and what people compare with. The probability of a stage is what the process states; where
//! it states none, the share won of the stays that closed deals had in it (A. Zoltners, P. Sinha and S. Lorimer, The
//! Complete Guide to Accelerating Sales Force Performance, 2001, call it the weighted pipeline). It knows neither
//! when a deal is won nor that old ones are dead, so it is shown and never chosen.

use super::panel::Panel;

/// The probability of each stage as of week `t`.
pub(super) fn probabilities(panel: &Panel<'_, '_>, t: usize) -> Vec<f64> {
    let stated = panel.past.stated.iter().enumerate();
    stated
        .map(|(stage, stated)| {
            stated.unwrap_or_else(|| {
                let closed = panel.closed.at(0, t + 1, stage);
                panel.closed_won.at(0, t + 1, stage) / closed.max(1.0)
            })
        })
        .collect()
}
