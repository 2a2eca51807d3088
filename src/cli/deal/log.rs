//! `deal log`: something was done for a deal, or with somebody before there is one.

use anyhow::Result;

use super::super::activity::{ActivityArgs, logged, with};
use super::super::assignment::person_at;
use super::super::contact::{Subject, WordArgs};
use super::super::context::{Context, Status};
use super::super::session::Session;
use super::{WriteArgs, finish, jot};
use crate::deal::event::{Event, StreamKind};
use crate::fault::Fault;
use crate::store::Access;

/// Log a call, mail, meeting or letter: for a deal, or with whoever it is before there is one
///
/// What names no deal is looked for among prospects, accounts and persons.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl deal log acme call --minutes 20 --note \"wants the quote on Friday\"\n  salesctl deal log D7K2 meeting --minutes 90 --cost 120 --with \"Jana Roth\"\n  salesctl deal log jana@acme.example call --minutes 10"
)]
pub(crate) struct Args {
    /// The deal, by its id or its account's name; or a prospect, account or person
    #[arg(value_name = "DEAL", add = super::super::completion::deals())]
    deal: String,
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
    let Some(deal) = session.store.deal_meant(&args.deal)? else {
        return before_a_deal(&session, args);
    };
    let activity = args.activity.activity(&session)?;
    let edited = jot(&session, &deal.handle(), &args.write, |write, deal, at| {
        let person = match &args.with {
            Some(name) => Some(person_at(&session, write, deal.account, name, at)?),
            None => None,
        };
        Ok(vec![Event::Logged(with(&activity, person))])
    })?;
    finish(&session, &edited, &logged(&session, &activity))
}

/// Logs it with the prospect, account or person that is meant.
fn before_a_deal(session: &Session<'_>, args: &Args) -> Result<Status> {
    let subject = Subject::anybody(session, &args.deal)?;
    let kind = subject.kind;
    if args.with.is_some() && kind != StreamKind::Account {
        let name = subject.named(session)?;
        return Err(Fault::usage(format!(
            "--with says who of a deal or account it was; {name} is a {}",
            kind.name()
        ))
        .into());
    }
    let words = WordArgs::new(args.write.on.clone(), args.write.dry_run);
    subject.log_saying(
        session,
        &args.activity,
        &words,
        |write, at| {
            let named = args.with.as_deref();
            named
                .map(|name| person_at(session, write, Some(subject.id), name, at))
                .transpose()
        },
        &format!(", with the {}, for no deal", kind.name()),
    )
}
