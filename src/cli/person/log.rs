//! `person log`: something was done with a person, whether or not there is a deal.

use anyhow::Result;

use super::super::activity::ActivityArgs;
use super::super::contact::{Subject, WordArgs};
use super::super::context::{Context, Status};
use super::PersonArg;
use crate::store::Access;

/// Log a call, mail, meeting or letter with a person, before or beside any deal
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl person log \"Jana Roth\" call --minutes 12 --note \"back on Monday\"\n  salesctl person log P4K2 mail --on yesterday"
)]
pub(crate) struct Args {
    #[command(flatten)]
    person: PersonArg,
    #[command(flatten)]
    activity: ActivityArgs,
    #[command(flatten)]
    words: WordArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let subject = Subject::person(&session, &args.person.person)?;
    subject.log(&session, &args.activity, &args.words, |_, _| Ok(None))
}
