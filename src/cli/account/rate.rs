//! `account rate`: what somebody in the company knows of an account.

use anyhow::Result;

use super::super::contact::Subject;
use super::super::context::{Context, Status};
use super::super::rating::{self, RateArgs};
use super::AccountArg;
use crate::store::Access;

/// Rate an account by topics, 1 to 5 stars each; several people's ratings are put together
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl account rate acme forecasting=4\n  salesctl account rate 8TH1 --take-back forecasting"
)]
pub(crate) struct Args {
    #[command(flatten)]
    account: AccountArg,
    #[command(flatten)]
    rate: RateArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let subject = Subject::account(&session, &args.account.account)?;
    rating::rate(&session, &subject, &args.rate)
}
