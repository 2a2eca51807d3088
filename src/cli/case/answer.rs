//! `… answer`, `… close`, `referral decline`: what we said to it, and its end.

use anyhow::Result;

use super::super::contact::DryRunArgs;
use super::super::context::{Context, Status};
use super::{CaseArg, change, due, must_be_open, whose_and_when};
use crate::deal::case::CaseKind;
use crate::deal::event::{Event, Private};
use crate::fault::Fault;
use crate::store::Access;
use crate::text::visible;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    case: CaseArg,
    /// What we answered
    text: String,
    /// Come back to it on this day: it stays open
    #[arg(long, value_name = "DATE")]
    due: Option<String>,
    #[command(flatten)]
    write: DryRunArgs,
}

/// Answers it, which closes it unless there is a day to come back to it.
pub(crate) fn run(kind: CaseKind, args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let text = args.text.trim();
    if text.is_empty() {
        return Err(Fault::usage("an answer needs words").into());
    }
    let due = due(&session, args.due.as_deref())?;
    change(
        &session,
        kind,
        &args.case.id,
        args.write.dry_run,
        |_, case, _| {
            must_be_open(&session, case)?;
            let mut events = vec![Event::CaseAnswered {
                text: Some(Private::new(text)),
                closes: due.is_none(),
                deal: None,
            }];
            let owner = case.owner.clone();
            if due.is_none() {
                return Ok((events, format!("answered and closed: {}", visible(text))));
            }
            let whose = whose_and_when(&session, owner.as_deref(), due);
            events.push(Event::CaseAssigned { owner, due });
            Ok((
                events,
                format!("answered: {}; still open, {whose}", visible(text)),
            ))
        },
    )
}

#[derive(Debug, clap::Args)]
pub(crate) struct CloseArgs {
    #[command(flatten)]
    case: CaseArg,
    /// Why nothing more is done
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    write: DryRunArgs,
}

pub(crate) fn close(kind: CaseKind, args: &CloseArgs, cx: &Context) -> Result<Status> {
    end(kind, &args.case, args.reason.as_deref(), args.write, cx)
}

#[derive(Debug, clap::Args)]
pub(crate) struct DeclineArgs {
    #[command(flatten)]
    case: CaseArg,
    /// Why there will be no deal, for whoever referred them
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    write: DryRunArgs,
}

pub(crate) fn decline(args: &DeclineArgs, cx: &Context) -> Result<Status> {
    if args.reason.trim().is_empty() {
        return Err(Fault::usage("whoever referred them is owed a reason").into());
    }
    let reason = Some(args.reason.as_str());
    end(CaseKind::Referral, &args.case, reason, args.write, cx)
}

fn end(
    kind: CaseKind,
    case: &CaseArg,
    reason: Option<&str>,
    write: DryRunArgs,
    cx: &Context,
) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
    change(&session, kind, &case.id, write.dry_run, |_, case, _| {
        must_be_open(&session, case)?;
        let ended = Event::CaseAnswered {
            text: reason.map(Private::new),
            closes: true,
            deal: None,
        };
        let how = match kind {
            CaseKind::Referral => "declined",
            _ => "closed",
        };
        let why = reason.map(|reason| format!(": {}", visible(reason)));
        Ok((vec![ended], format!("{how}{}", why.unwrap_or_default())))
    })
}
