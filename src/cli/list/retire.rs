//! `list retire`: no longer used, by our own choice.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::{ListArg, code, finish, moment};
use crate::deal::event::{Event, Private};
use crate::fault::Fault;
use crate::list::State;
use crate::store::Access;

/// Take a list out of use, with the reason
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl list retire zoom-q4 --reason \"one in five bounced\"\n  salesctl list retire zoom-q4 --reason \"the contract ended\" --on fri"
)]
pub(crate) struct Args {
    #[command(flatten)]
    list: ListArg,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// When, if not today
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let list = args.list.find(&session)?;
    if args.reason.trim().is_empty() {
        return Err(Fault::usage("--reason needs words").into());
    }
    let at = moment(&session, args.on.as_deref())?;
    let ((), outcome) = session.write(args.dry_run, |write| {
        let now = write.list_again(list.code())?;
        if now.state != State::Active {
            return Err(Fault::no(format!(
                "the list `{}` was {} already",
                code(&now),
                now.state.name()
            ))
            .into());
        }
        let reason = Private::new(args.reason.trim());
        write.append(list.id, at, [Event::ListRetired { reason }])
    })?;
    finish(cx, &format!("✓ list {} retired", code(&list)), outcome)
}
