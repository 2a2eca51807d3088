//! `prospect rate`: what somebody in the company knows of a name of a list.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::rating::{self, RateArgs};
use super::ProspectArg;
use crate::store::Access;

/// Rate a prospect by topics, 1 to 5 stars each; several people's ratings are put together
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl prospect rate jana@acme.example forecasting=5 cloud=3 --note \"talked at the fair\"\n  salesctl prospect rate 7KQ2M4 cloud=2 --by \"Ann Berg\" --on friday"
)]
pub(crate) struct Args {
    #[command(flatten)]
    prospect: ProspectArg,
    #[command(flatten)]
    rate: RateArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let subject = args.prospect.subject(&session)?;
    rating::rate(&session, &subject, &args.rate)
}
