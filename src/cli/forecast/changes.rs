//! `forecast changes`: why the forecast moved since a night.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::OutputArgs;
use super::expected::expected;
use super::said::period;
use crate::date::{day, period_name};
use crate::forecast::forecast_needs;
use crate::report::{FORECAST_MOVED, ForecastMovedRow, Report, forecast_unmoved};
use crate::store::Access;

/// Explain why the forecast of a period moved since a night: then + changes = now, to the minor unit
///
/// Held against what `nightly` kept, the last one up to that day, or else the first one after it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl forecast changes --since mon\n  salesctl forecast changes --since 2026-11-01 --period 2026-Q4 --json"
)]
pub(crate) struct Args {
    /// The night it is held against
    #[arg(long, value_name = "DATE")]
    since: String,
    /// The quarter [default: the fiscal quarter that runs]
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let period = period(&session, args.period.as_deref())?;
    let since = session.day_of("--since", &args.since)?;
    let kept = session.store.forecast_of((period.from, period.to), since)?;
    let needs = FORECAST_MOVED.and(forecast_needs(&session.process));
    let book = session
        .store
        .book(&session.process, session.today, &needs)?;
    let show = |report: &Report<ForecastMovedRow>| {
        args.output
            .show(&cx.console, &report.answer, &report.document)
    };
    let not_known = |why: &str, next: &str| -> Result<Status> {
        show(&forecast_unmoved(
            &session.process,
            &book,
            period,
            why,
            next,
        ))?;
        Ok(Status::No)
    };
    let Some(kept) = kept else {
        let name = period_name(period, session.process.fiscal_month);
        return not_known(
            &format!("no night kept a forecast of {name}"),
            "salesctl nightly keeps one of the fiscal quarter that runs and of the next",
        );
    };
    let now = match expected(&session.process, &book, period, usize::MAX) {
        Ok(now) => now,
        Err(refusal) => {
            return not_known(
                &refusal.why,
                "salesctl forecast rollup shows what was called",
            );
        }
    };
    if kept.0 > since {
        cx.console.note(&format!(
            "note: no night up to {} kept a forecast; the first is {}",
            day(since),
            day(kept.0)
        ));
    }
    let handles = session.store.handles()?;
    let report =
        crate::report::forecast_moved(&session.process, &book, (kept.0, &kept.1), &now, &|id| {
            handles.short(id)
        });
    show(&report)?;
    Ok(Status::Done)
}
