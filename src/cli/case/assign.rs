//! `… assign`: whose work a case is.

use anyhow::Result;

use super::super::assignment::active_rep;
use super::super::contact::DryRunArgs;
use super::super::context::{Context, Status};
use super::{CaseArg, change, due, due_by_rule, must_be_open, whose_and_when};
use crate::deal::case::CaseKind;
use crate::deal::event::{CatalogKind, Event};
use crate::fault::Fault;
use crate::store::Access;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    case: CaseArg,
    /// The rep whose work it is from now on
    #[arg(long, value_name = "REP", required_unless_present = "due", add = super::super::completion::catalog(CatalogKind::Rep))]
    to: Option<String>,
    /// By when [default: as it was, or a week from now if that is past]
    #[arg(long, value_name = "DATE")]
    due: Option<String>,
    #[command(flatten)]
    write: DryRunArgs,
}

pub(crate) fn run(kind: CaseKind, args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let catalog = session.store.catalog()?;
    let to = args.to.as_deref().map(|typed| {
        let rep = active_rep(&catalog, typed)?;
        rep.ok_or_else(|| anyhow::Error::from(Fault::usage("--to: name a rep, as in --to jr")))
    });
    let to = to.transpose()?;
    let asked = due(&session, args.due.as_deref())?;
    change(
        &session,
        kind,
        &args.case.id,
        args.write.dry_run,
        |_, case, _| {
            must_be_open(&session, case)?;
            let kept = case.due.filter(|due| *due >= session.today);
            let due = Some(asked.or(kept).unwrap_or_else(|| due_by_rule(&session)));
            let owner = to.or_else(|| case.owner.clone());
            let what = whose_and_when(&session, owner.as_deref(), due);
            if case.owner == owner && case.due == due {
                return Ok((Vec::new(), format!("{what}, as before")));
            }
            Ok((vec![Event::CaseAssigned { owner, due }], what))
        },
    )
}
