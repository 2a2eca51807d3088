//! `deal win`: through all remaining gates to the end everybody works for.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::advance::{SupplyArgs, moved, reason_given};
use super::{DealArg, WriteArgs, deal_of, decide, edit, finish, granted};
use crate::store::Access;

/// Close a deal as won; all remaining gates must be passed
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl deal win acme --set value=12500\n  salesctl deal win D7K2 --on 2026-11-18"
)]
pub(crate) struct Args {
    #[command(flatten)]
    deal: DealArg,
    #[command(flatten)]
    supply: SupplyArgs,
    /// Win although something is open, for this reason, which is recorded
    #[arg(long = "override", value_name = "REASON")]
    override_reason: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    reason_given(args.override_reason.as_deref())?;
    let command = format!("win DEAL{}", args.supply.words());
    let edited = edit(
        &session,
        &args.deal.deal,
        &args.write,
        |write, before, at| {
            args.supply.apply(&session, write, before.id, at)?;
            let deal = deal_of(write, before.id)?;
            let decision = decide(&session, &deal, at.day, |case| {
                case.win(args.override_reason.as_deref())
            })?;
            let (_, events) = granted(&session, &deal, decision, &command)?;
            Ok(events)
        },
    )?;
    if edited.after.value.is_none() {
        cx.console.note("note: won without a value, so it counts in no sum; salesctl deal set DEAL value=AMOUNT");
    }
    let value = super::super::show::amount(edited.after.value);
    finish(
        &session,
        &edited,
        &format!("{}, {value}", moved(&session, &edited)),
    )
}
