//! `prospect log`: something was done with a name of a list, before there is a deal.

use anyhow::Result;

use super::super::activity::ActivityArgs;
use super::super::contact::WordArgs;
use super::super::context::{Context, Status};
use super::ProspectArg;
use crate::store::Access;

/// Log a call, mail, meeting or letter with a prospect
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl prospect log jana@acme.example call --minutes 8 --note \"call again in May\"\n  salesctl prospect log \"Jana Roth\" letter --cost 3 --list zoom-q4"
)]
pub(crate) struct Args {
    #[command(flatten)]
    prospect: ProspectArg,
    #[command(flatten)]
    activity: ActivityArgs,
    #[command(flatten)]
    words: WordArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let subject = args.prospect.subject(&session)?;
    subject.log(&session, &args.activity, &args.words, |_, _| Ok(None))
}
