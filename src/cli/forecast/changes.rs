//! `forecast changes`: why the forecast moved since a night.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::OutputArgs;
use super::expected::expected;
use super::said::period;
use crate::date::{day, period_name};
use crate::fault::Fault;
use crate::forecast::forecast_needs;
use crate::report::{Before, FORECAST_MOVED, ForecastMovedRow, Report, forecast_unmoved};
use crate::store::Access;

/// Explain why the forecast of a period moved since a night: then + changes = now, to the minor unit
///
/// Held against what `nightly` kept, the last night up to that day; where there is none, against what is worked out today
/// of what was known then. A night that is run afterwards says nothing that this does not.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl forecast changes\n  salesctl forecast changes --since mon\n  salesctl forecast changes --since 2026-11-01 --period 2026-Q4 --json"
)]
pub(crate) struct Args {
    /// The day it is held against [default: the last night of an earlier day]
    #[arg(long, value_name = "DATE")]
    since: Option<String>,
    /// The quarter [default: the fiscal quarter that runs]
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let period = period(&session, args.period.as_deref())?;
    let today = session.today;
    let since = match &args.since {
        Some(typed) => Some(session.day_of("--since", typed)?),
        None => None,
    };
    if let Some(since) = since.filter(|since| *since > today) {
        return Err(Fault::usage(format!("--since: {} is still to come", day(since))).into());
    }
    let up_to = since.unwrap_or(today - chrono::Days::new(1));
    let kept = session.store.forecast_of((period.from, period.to), up_to)?;
    let needs = FORECAST_MOVED.and(forecast_needs(&session.process));
    let book = session.store.book(&session.process, today, &needs)?;
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
    let name = period_name(period, session.process.fiscal_month);
    let before = match (kept, since.filter(|since| *since < today)) {
        (Some((day, expected)), _) => Before {
            day,
            expected,
            said: true,
        },
        (None, Some(since)) => {
            let book = session.store.book(&session.process, since, &needs)?;
            match expected(&session.process, &book, period, usize::MAX) {
                Ok(expected) => Before {
                    day: since,
                    expected,
                    said: false,
                },
                Err(refusal) => {
                    return not_known(
                        &format!(
                            "no night up to {} kept a forecast of {name}, and none can be worked out for that day: {}",
                            day(since),
                            refusal.why
                        ),
                        "salesctl forecast changes --since DATE with a later day may",
                    );
                }
            }
        }
        (None, None) => {
            return not_known(
                &format!("no night of an earlier day kept a forecast of {name}"),
                "salesctl forecast changes --since DATE works out what would have been said on an earlier day",
            );
        }
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
    let handles = session.store.handles()?;
    let report = crate::report::forecast_moved(&session.process, &book, &before, &now, &|id| {
        handles.short(id)
    });
    show(&report)?;
    Ok(Status::Done)
}
