//! `deal log`: something was done for a deal.

use anyhow::Result;

use super::super::activity::{ActivityArgs, logged, with};
use super::super::assignment::person_at;
use super::super::context::{Context, Status};
use super::{DealArg, WriteArgs, finish, jot};
use crate::deal::event::Event;
use crate::store::Access;

/// Log a call, mail, meeting or letter
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl deal log acme call --minutes 20 --note \"wants the quote on Friday\"\n  salesctl deal log D7K2 meeting --minutes 90 --cost 120 --with \"Jana Roth\""
)]
pub(crate) struct Args {
    #[command(flatten)]
    deal: DealArg,
    #[command(flatten)]
    activity: ActivityArgs,
    /// With whom
    #[arg(long, value_name = "NAME")]
    with: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let activity = args.activity.activity(&session)?;
    let edited = jot(&session, &args.deal.deal, &args.write, |write, deal, at| {
        let person = match &args.with {
            Some(name) => Some(person_at(&session, write, deal.account, name, at)?),
            None => None,
        };
        Ok(vec![Event::Logged(with(&activity, person))])
    })?;
    finish(&session, &edited, &logged(&session, &activity))
}
