//! `target withdraw`: what was proposed or agreed on counts no more.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::{change, must_be_open, side, words};
use crate::deal::event::Event;
use crate::store::Access;

/// Take a target back that was proposed or accepted
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl target withdraw T4K2\n  salesctl target withdraw T4K2 --why \"the territory was split\""
)]
pub(crate) struct Args {
    /// Its id, or the beginning of it
    #[arg(value_name = "ID")]
    id: String,
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
            if proposal.withdrawn.is_some() {
                must_be_open(&session, proposal)?;
            }
            side(&session, catalog, rep)?;
            Ok(Event::TargetWithdrawn {
                why: words(args.why.as_deref()),
            })
        },
    )
}
