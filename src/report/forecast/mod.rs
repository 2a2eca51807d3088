//! Forecasts as people see them: what was said by whom, how that turned out, and why it moved.

mod accuracy;
mod moved;
mod rollup;

pub use accuracy::{ACCURACY, AHEAD, AccuracyRow, AskAccuracy, accuracy, accuracy_needs};
pub use moved::{FORECAST_MOVED, ForecastMovedRow, forecast_moved, forecast_unmoved};
pub use rollup::{ROLLUP, RollupRow, rollup};
