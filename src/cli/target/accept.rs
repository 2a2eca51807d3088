//! `target accept`: a proposed target counts from now on.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::{change, manages, must_be_open, side};
use crate::deal::event::Event;
use crate::deal::target::Side;
use crate::fault::Fault;
use crate::store::Access;
use crate::text::visible;

/// Accept a target that the other side proposed, which makes it count
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl target accept T4K2\n  salesctl target accept T4K2 --dry-run"
)]
pub(crate) struct Args {
    /// Its id, or the beginning of it
    #[arg(value_name = "ID")]
    id: String,
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
            let acting = side(&session, catalog, rep)?;
            // Where nobody is set as the manager, a rep may agree with themselves; the log says who did.
            let both = acting == Side::Rep && manages(&session, catalog, rep);
            let by = match proposal.by {
                Side::Rep if both => Side::Manager,
                _ => acting,
            };
            if by == proposal.by {
                let other = match by {
                    Side::Rep => super::manager_of(catalog, rep).unwrap_or_default(),
                    Side::Manager => &rep.name,
                };
                return Err(Fault::no(format!(
                    "the {} made this offer; the other side accepts it",
                    by.name()
                ))
                .hint(format!(
                    "salesctl target accept {} --as {}",
                    session.store.short(proposal.id)?,
                    super::super::command_line::quoted(&visible(other))
                ))
                .into());
            }
            Ok(Event::TargetAnswered {
                bound: None,
                by,
                why: None,
            })
        },
    )
}
