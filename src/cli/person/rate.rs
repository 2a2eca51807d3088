//! `person rate`: what somebody in the company knows of a person.

use anyhow::Result;

use super::super::contact::Subject;
use super::super::context::{Context, Status};
use super::super::rating::{self, RateArgs};
use super::PersonArg;
use crate::store::Access;

/// Rate a person by topics, 1 to 5 stars each; several people's ratings are put together
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl person rate \"Jana Roth\" forecasting=5 --note \"gave a talk on it\"\n  salesctl person rate P4K2 cloud=2 --by \"Ann Berg\" --on 2026-11-03"
)]
pub(crate) struct Args {
    #[command(flatten)]
    person: PersonArg,
    #[command(flatten)]
    rate: RateArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let subject = Subject::person(&session, &args.person.person)?;
    rating::rate(&session, &subject, &args.rate)
}
