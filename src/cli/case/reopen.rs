//! `… reopen`: it was not the end after all.

use anyhow::Result;

use super::super::contact::DryRunArgs;
use super::super::context::{Context, Status};
use super::{CaseArg, change, due, due_by_rule, whose_and_when};
use crate::deal::case::CaseKind;
use crate::deal::event::{Event, Private};
use crate::fault::Fault;
use crate::store::Access;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    case: CaseArg,
    /// Why
    #[arg(long)]
    reason: Option<String>,
    /// By when it wants an answer [default: a week from now]
    #[arg(long, value_name = "DATE")]
    due: Option<String>,
    #[command(flatten)]
    write: DryRunArgs,
}

pub(crate) fn run(kind: CaseKind, args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let reason = args.reason.as_deref().map(str::trim);
    let reason = reason.filter(|reason| !reason.is_empty()).map(Private::new);
    let due = due(&session, args.due.as_deref())?;
    change(
        &session,
        kind,
        &args.case.id,
        args.write.dry_run,
        |_, case, _| {
            if case.is_open() {
                return Err(Fault::no(format!("the {} is open", kind.name())).into());
            }
            let due = Some(due.unwrap_or_else(|| due_by_rule(&session)));
            let owner = case.owner.clone();
            let whose = whose_and_when(&session, owner.as_deref(), due);
            let events = vec![
                Event::CaseReopened { reason },
                Event::CaseAssigned { owner, due },
            ];
            Ok((events, format!("open again, {whose}")))
        },
    )
}
