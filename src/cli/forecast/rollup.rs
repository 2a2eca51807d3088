//! `forecast rollup`: from reps' words to the company's.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::OutputArgs;
use super::expected::expected;
use super::said::{period, said_of};
use crate::forecast::forecast_needs;
use crate::report::ROLLUP;
use crate::store::Access;

/// Add up what reps called, what managers made of it, and what the method says
///
/// Called and adjusted make what is rolled up, of reps, teams and the company. Amounts are of the whole period, what is
/// won in it included.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl forecast rollup\n  salesctl forecast rollup --period 2026-Q4 --format html --output rollup.html"
)]
pub(crate) struct Args {
    /// Which period: 2026-Q4, 2026-12, "next quarter" [default: the fiscal quarter that runs]
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let period = period(&session, args.period.as_deref())?;
    let said = session.store.commitments()?;
    let said = said_of(&said, period);
    let targets = super::super::target::all(&session, session.today)?;
    let needs = ROLLUP.and(forecast_needs(&session.process));
    let book = session
        .store
        .book(&session.process, session.today, &needs)?;
    let expected = expected(&session.process, &book, period, usize::MAX);
    let forecast = expected.as_ref().map_err(|refusal| refusal.why.as_str());
    let report = crate::report::rollup(&session.process, &book, period, &said, &targets, forecast);
    args.output
        .show(&cx.console, &report.answer, &report.document)?;
    Ok(Status::Done)
}
