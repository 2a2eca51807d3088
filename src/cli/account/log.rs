//! `account log`: something was done with an account, whether or not there is a deal.

use anyhow::Result;

use super::super::activity::ActivityArgs;
use super::super::assignment::person_at;
use super::super::contact::{Subject, WordArgs};
use super::super::context::{Context, Status};
use super::AccountArg;
use crate::store::Access;

/// Log a call, mail, meeting or letter with an account, before or beside any deal
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl account log acme meeting --minutes 45 --with \"Jana Roth\"\n  salesctl account log 8TH1 letter --cost 3 --on yesterday"
)]
pub(crate) struct Args {
    #[command(flatten)]
    account: AccountArg,
    #[command(flatten)]
    activity: ActivityArgs,
    /// With whom
    #[arg(long, value_name = "NAME")]
    with: Option<String>,
    #[command(flatten)]
    words: WordArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let subject = Subject::account(&session, &args.account.account)?;
    subject.log(&session, &args.activity, &args.words, |write, at| {
        let named = args.with.as_deref();
        named
            .map(|name| person_at(&session, write, Some(subject.id), name, at))
            .transpose()
    })
}
