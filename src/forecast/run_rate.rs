//! Run-rate: what came in before comes in again, whatever the pipeline says.
//!
//! Five windows of the past, each as long as the horizon: the last, the mean of the last three, that mean with the
//! season's multipliers, the same window a quarter (91 days) and a year (364 days) ago. Their mean is weighed by
//! `1 / error²`, each error being that of its own finished forecasts ([`super::ensemble::score`]): J. M. Bates and
//! C. W. J. Granger, The combination of forecasts, Operational Research Quarterly 20 (1969), 451–468.

use super::panel::Panel;
use super::season::Season;

/// Errors that are believed of each window before its own are known, as a share of what is won.
pub(super) const PRIORS: [f64; 5] = [0.35, 0.30, 0.30, 0.45, 0.60];

/// As of how many finished forecasts they are believed.
pub(super) const PRIOR_ORIGINS: f64 = 4.0;

/// What each window says as of week `t`; `None` when it begins before the first win.
pub(super) fn windows(panel: &Panel<'_, '_>, t: usize, season: &Season) -> [Option<f64>; 5] {
    let (day, days) = (panel.weeks[t], panel.days);
    let first = panel.past.wins.first().map(|win| win.day);
    let won = |after: i32, to: i32| {
        first
            .is_some_and(|first| after >= first - 1)
            .then(|| panel.won(after, to)[1])
    };
    let mean = won(day - 3 * days, day).map(|won| won / 3.0);
    let seasonal = mean.map(|mean| {
        mean * season.mean(panel, day, day + days) / season.mean(panel, day - 3 * days, day)
    });
    let ago = |before: i32| {
        (days <= before)
            .then(|| won(day - before, day - before + days))
            .flatten()
    };
    [won(day - days, day), mean, seasonal, ago(91), ago(364)]
}

/// Their mean; `error` says how far a window was off.
pub(super) fn mean_of(windows: &[Option<f64>; 5], error: impl Fn(usize) -> f64) -> Option<f64> {
    let (mut sum, mut weights) = (0.0, 0.0);
    for (window, said) in windows.iter().enumerate() {
        if let Some(said) = said {
            let weight = error(window).max(0.02).powi(-2);
            sum += weight * said;
            weights += weight;
        }
    }
    (weights > 0.0).then(|| sum / weights)
}
