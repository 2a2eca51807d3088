//! `target answer`: another number for a proposed target.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::{BoundArgs, change, metric, must_be_open, side, words};
use crate::deal::event::Event;
use crate::fault::Fault;
use crate::store::Access;

/// Answer a proposed target with another number, which the other side accepts or answers
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl target answer T4K2 --at-least 70k --why \"the fair brings leads\"\n  salesctl target answer T4K2 --at-least 65k"
)]
pub(crate) struct Args {
    /// Its id, or the beginning of it
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    bound: BoundArgs,
    /// Why, in a sentence
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    change(
        &session,
        &args.id,
        args.dry_run,
        |catalog, proposal, rep| {
            must_be_open(&session, proposal)?;
            let metric = metric(&session, &proposal.metric)?;
            let bound = args.bound.bound(&session, metric)?;
            if bound == proposal.bound {
                let short = session.store.short(proposal.id)?;
                return Err(Fault::no("that is what is offered already")
                    .hint(format!("salesctl target accept {short}"))
                    .into());
            }
            Ok(Event::TargetAnswered {
                bound: Some(bound),
                by: side(&session, catalog, rep)?,
                why: words(args.why.as_deref()),
            })
        },
    )
}
