//! `deal reopen`: closed too early.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::advance::moved;
use super::{DealArg, WriteArgs, edit, finish};
use crate::deal::event::{Event, Private};
use crate::fault::{Class, Fault};
use crate::store::Access;
use crate::text::visible;

/// Open a won or lost deal again, in the stage it closed from
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl deal reopen acme --note \"they called back\"\n  salesctl deal reopen D7K2"
)]
pub(crate) struct Args {
    #[command(flatten)]
    deal: DealArg,
    /// Open it in this stage instead
    #[arg(long, value_name = "STAGE", add = super::super::completion::stages())]
    stage: Option<String>,
    /// Why
    #[arg(long)]
    note: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let edited = edit(&session, &args.deal.deal, &args.write, |_, deal, _| {
        if deal.state.is_open() {
            return Err(Fault::no("the deal is open already").into());
        }
        let names: Vec<&str> = session
            .process
            .stages
            .iter()
            .map(|stage| stage.name.as_str())
            .collect();
        // What the process calls it now, or where it sent the others that were there.
        let process = &session.process;
        let last = deal.stage().map(|last| {
            let now = process.stage_now(last);
            (last, process.deals_to(now).unwrap_or(now))
        });
        match (args.stage.as_deref(), last.map(|(_, now)| now)) {
            (Some(stage), _) if !names.contains(&stage) => {
                return Err(Fault::unknown(Class::Usage, "stage", stage, &names).into());
            }
            (None, Some(stage)) if !names.contains(&stage) => {
                return Err(Fault::no(format!(
                    "its stage `{}` is not in the process any more",
                    visible(stage)
                ))
                .hint(format!("--stage is one of: {}", names.join(", ")))
                .into());
            }
            _ => {}
        }
        Ok(vec![Event::Reopened {
            reason: args.note.clone().map(Private::new),
            stage: args.stage.clone().or_else(|| {
                let (last, now) = last?;
                (last != now).then(|| now.to_string())
            }),
        }])
    })?;
    finish(&session, &edited, &moved(&session, &edited))
}
