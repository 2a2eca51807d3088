//! `deal lose`: the other end; it passes no gate but needs a reason.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::advance::moved;
use super::{DealArg, WriteArgs, decide, edit, finish};
use crate::fault::Fault;
use crate::store::Access;

/// Close a deal as lost, for a reason from the process's list
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl deal lose acme --reason price\n  salesctl deal lose D7K2 --reason competitor --note \"Globex was 20 % cheaper\""
)]
pub(crate) struct Args {
    #[command(flatten)]
    deal: DealArg,
    /// Why it was lost; the process lists the reasons
    #[arg(long, add = super::super::completion::reasons())]
    reason: Option<String>,
    /// In your own words
    #[arg(long)]
    note: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let Some(reason) = &args.reason else {
        let reasons: Vec<&str> = session
            .process
            .lost_reasons
            .iter()
            .map(|r| r.name.as_str())
            .collect();
        return Err(
            Fault::usage("a loss needs a reason, so that the next one can be prevented")
                .hint(format!("--reason is one of: {}", reasons.join(", ")))
                .into(),
        );
    };
    let edited = edit(&session, &args.deal.deal, &args.write, |_, deal, at| {
        decide(&session, deal, at.day, |case| {
            case.lose(reason, args.note.as_deref())
        })
    })?;
    let why = edited.after.reason.clone().unwrap_or_default();
    finish(
        &session,
        &edited,
        &format!("{}, {why}", moved(&session, &edited)),
    )
}
