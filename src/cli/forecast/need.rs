//! `forecast need`: how many new deals a target needs.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::report::ReportArgs;
use super::{Asked, SEED};
use crate::date::period_name;
use crate::deal::book::{Columns, Needs};
use crate::fault::Fault;
use crate::forecast::ahead;
use crate::money::Money;
use crate::report::{AskForecast, forecast_needs, need, target_of};
use crate::store::Access;

/// Say how many new deals a month a target needs, at the rates at which deals were won lately
///
/// Without --target that of the period, without --period the quarter that runs. New deals are opened evenly over the days left,
/// so the later ones have less time to be won in.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl forecast need --target 240k\n  salesctl forecast need --target 60k --period 2027-Q1 --rep jr --json"
)]
pub(super) struct Args {
    /// What is to be won in the period [default: the target that is set for it]
    #[arg(long, value_name = "AMOUNT")]
    target: Option<String>,
    /// Draw by chance from another seed
    #[arg(long, value_name = "N", default_value_t = SEED)]
    seed: u64,
    #[command(flatten)]
    report: ReportArgs,
}

pub(super) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let needs = forecast_needs(&session.process).and(Needs::of(Columns::OPENED));
    let asked = Asked::load(&session, &args.report, None, Vec::new(), needs)?;
    let (process, book) = (&session.process, &asked.book);
    let target = match &args.target {
        Some(typed) => {
            let wrong = |problem: String| Fault::usage(format!("--target: {problem}"));
            let money = Money::parse(typed, process.currency).map_err(wrong)?;
            if money.currency != process.currency {
                let currency = process.currency;
                return Err(wrong(format!(
                    "it is not in {currency}, the currency of the process"
                ))
                .into());
            }
            money.minor
        }
        None => {
            target_of(process, book, &asked.targets, &asked.of, asked.period).ok_or_else(|| {
                let name = period_name(asked.period, process.fiscal_month);
                Fault::usage(format!("no target is set for what is won in {name}"))
                    .hint("--target AMOUNT says what is to be reached")
            })?
        }
    };
    let foreseen = ahead(process, book, asked.period);
    let ask = AskForecast {
        ask: &asked.ask,
        period: asked.period,
        targets: &asked.targets,
        of: &asked.of,
        seed: args.seed,
        explain: false,
        called: None,
        short: &|id| id.handle(),
    };
    let report = need(process, book, foreseen, target, &ask).map_err(Fault::usage)?;
    args.report
        .output
        .show(&cx.console, &report.answer, &report.document)?;
    Ok(Status::Done)
}
