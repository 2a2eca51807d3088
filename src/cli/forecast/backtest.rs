//! `forecast backtest`: how forecasts of past days did.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::filter::FilterArgs;
use super::super::output::OutputArgs;
use crate::fault::Fault;
use crate::forecast::{How, record};
use crate::report::{backtest, by_origin, forecast_needs};
use crate::store::Access;
use crate::text::visible;

/// Replay the past: what every method would have said on past days, against what was won then
///
/// Each origin knows only what was known on its day. `chosen` is what `forecast` would have said there.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl forecast backtest\n  salesctl forecast backtest --days 90 --every 2w --by-origin --format csv"
)]
pub(super) struct Args {
    /// Days that were forecast at each origin
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=730))]
    days: u16,
    /// The last so many origins
    #[arg(long, value_name = "N", default_value_t = 26, value_parser = clap::value_parser!(u16).range(1..=520))]
    origins: u16,
    /// How far origins are apart, in weeks: 1w, 4w
    #[arg(long, value_name = "WEEKS", default_value = "1w")]
    every: String,
    /// One line an origin
    #[arg(long)]
    by_origin: bool,
    /// What would have been printed on this day
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let how = How {
        origins: usize::from(args.origins),
        every: weeks(&args.every)?,
    };
    let session = cx.session(Access::Read)?;
    let filter = FilterArgs {
        as_of: args.as_of.clone(),
        ..FilterArgs::default()
    };
    let as_of = filter.as_of(&session)?;
    let process = &session.process;
    let book = session
        .store
        .book(process, as_of, &forecast_needs(process))?;
    let days = i32::from(args.days);
    let seen = record(process, &book, days, how);
    let (console, output) = (&cx.console, &args.output);
    if args.by_origin {
        let seen = seen.as_ref().map(|(outlook, _)| outlook);
        let report = by_origin(process, &book, seen, days);
        output.show(console, &report.answer, &report.document)?;
    } else {
        let seen = seen.as_ref().map(|(backtest, chosen)| (backtest, chosen));
        let report = backtest(process, &book, seen, days);
        output.show(console, &report.answer, &report.document)?;
    }
    Ok(Status::Done)
}

fn weeks(typed: &str) -> Result<usize, Fault> {
    let weeks = typed
        .trim()
        .strip_suffix('w')
        .and_then(|weeks| weeks.parse().ok());
    weeks
        .filter(|weeks| (1..=52).contains(weeks))
        .ok_or_else(|| {
            Fault::usage(format!(
                "--every: `{}` is not a number of weeks; write 1w to 52w",
                visible(typed)
            ))
        })
}

#[cfg(test)]
mod tests {
    use super::weeks;

    #[test]
    fn weeks_apart() {
        assert_eq!(weeks("4w").expect("weeks"), 4);
        for typed in ["0w", "3", "w", "1m", "53w"] {
            assert!(weeks(typed).is_err(), "{typed}");
        }
    }
}
