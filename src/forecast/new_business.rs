//! New business: what is won within the horizon from deals that are not open yet.
//!
//! The mean of what the last [`WEEKS`] snapshots whose horizon is over had from it: all that was won in their horizon
//! without what came from deals that were open in them. With a season, times the mean multiplier of the days ahead
//! against that of those horizons. Every method that looks at open deals lacks it.

use super::panel::Panel;
use super::season::Season;

const WEEKS: usize = 8;

/// Money and number of deals.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct New {
    pub(super) value: f64,
    /// The same with the season.
    pub(super) seasonal: f64,
    pub(super) deals: f64,
}

pub(super) fn expected(panel: &Panel<'_, '_>, t: usize, season: &Season) -> Option<New> {
    let weeks = panel.over(t, WEEKS)?;
    let count = weeks.len() as f64;
    let (mut value, mut deals, mut usual) = (0.0, 0.0, 0.0);
    for week in weeks {
        value += panel.actual[week] - panel.actual_open[week];
        deals += panel.actual_wins[week] - panel.actual_open_wins[week];
        let day = panel.weeks[week];
        usual += season.mean(panel, day, day + panel.days);
    }
    let day = panel.weeks[t];
    let factor = season.mean(panel, day, day + panel.days) / (usual / count);
    let value = (value / count).max(0.0);
    Some(New {
        value,
        seasonal: value * factor,
        deals: deals / count * factor,
    })
}
