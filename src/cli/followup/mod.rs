//! Follow-ups: what today's work and a meeting's page list by number.

mod add;
mod done;
mod snooze;

use anyhow::Result;
use clap::Subcommand;

use super::case::{ways_on, whose};
use super::context::{Context, Status};
use super::deal::Edited;
use super::session::Session;
use super::worklist::numbered;
use crate::deal::{Deal, FollowUp};
use crate::fault::Fault;
use crate::id::Id;
use crate::text::visible;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Add(add::Args),
    Done(done::Args),
    Snooze(snooze::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::Add(args) => add::run(args, cx),
        Command::Done(args) => done::run(args, cx),
        Command::Snooze(args) => snooze::run(args, cx),
    }
}

/// The follow-up that a row number of today's work, or a deal's reference, means.
fn meant(session: &Session<'_>, typed: &str) -> Result<(Id, Id)> {
    if let Ok(row) = typed.parse::<usize>() {
        return match numbered(session, row)? {
            Some((deal, Some(follow_up))) => Ok((deal, follow_up)),
            Some((case, None)) if session.store.case(case)?.is_some() => {
                Err(not_a_follow_up(session, row, case)?)
            }
            Some((deal, None)) => only_follow_up(session, row, deal),
            None => Err(Fault::not_found(format!("the last list has no line {row}"))
                .hint("`salesctl` and `salesctl report meeting` show lines")
                .into()),
        };
    }
    let id = session.store.resolve_deal(typed)?;
    let deal = session
        .store
        .deal(id)?
        .ok_or_else(|| Fault::not_found("the deal was undone"))?;
    match deal.next_follow_up() {
        Some(item) => Ok((id, item.id)),
        None => Err(Fault::not_found(format!("`{}` has no open follow-up", visible(typed))).into()),
    }
}

/// The follow-up of a line that is a whole deal: its only open one, since of several none was pointed at.
fn only_follow_up(session: &Session<'_>, row: usize, id: Id) -> Result<(Id, Id)> {
    let short = session.store.short(id)?;
    let deal = session
        .store
        .deal(id)?
        .ok_or_else(|| Fault::not_found("the deal was undone"))?;
    let mut open: Vec<&FollowUp> = deal
        .follow_ups
        .iter()
        .filter(|item| item.done.is_none())
        .collect();
    open.sort_by_key(|item| (item.due, item.id));
    let fault = match open.as_slice() {
        [only] => return Ok((id, only.id)),
        [] => Fault::no(format!("line {row} is {short}: it has no open follow-up")).hint(format!(
            "salesctl followup add {row} \"fri: send quote\" gives it one"
        )),
        several => {
            let listed: Vec<String> = several
                .iter()
                .map(|item| format!("{} ({})", visible(&item.text), crate::date::day(item.due)))
                .collect();
            Fault::no(format!(
                "line {row} is {short}, which has {} open follow-ups: {}",
                several.len(),
                listed.join(", ")
            ))
            .hint(format!(
                "salesctl followup done {short} marks the earliest; `salesctl` gives each that is due a line"
            ))
        }
    };
    Err(fault.into())
}

/// The deal that a row number of the last list, or a reference, means.
fn deal_meant(session: &Session<'_>, typed: &str) -> Result<Id> {
    let Ok(row) = typed.parse::<usize>() else {
        return session.store.resolve_deal(typed);
    };
    match numbered(session, row)? {
        Some((case, None)) if session.store.case(case)?.is_some() => {
            Err(not_a_follow_up(session, row, case)?)
        }
        Some((deal, _)) => Ok(deal),
        None => Err(Fault::not_found(format!("the last list has no line {row}"))
            .hint("`salesctl` and `salesctl report meeting` show lines")
            .into()),
    }
}

/// A line that is somebody's word to us is ended by its own commands.
fn not_a_follow_up(session: &Session<'_>, row: usize, id: Id) -> Result<anyhow::Error> {
    let short = session.store.short(id)?;
    let Some(case) = session.store.case(id)?.map(|row| row.case) else {
        return Err(Fault::not_found(format!("line {row} is gone")).into());
    };
    let mut fault = Fault::no(format!(
        "line {row} is the {} {short}, which is no follow-up",
        case.what.name()
    ));
    for way in ways_on(case.what, &short) {
        fault = fault.hint(way);
    }
    Ok(fault.into())
}

/// ` (amy's)`, when it was not the work of whoever acts.
fn not_mine(session: &Session<'_>, edited: &Edited) -> Result<String> {
    let owner = edited.after.owner.as_deref();
    let me = session.acting_rep(&session.store.catalog()?);
    Ok(match owner {
        Some(_) if owner != me.as_deref() => format!(" ({})", whose(owner)),
        _ => String::new(),
    })
}

fn open_item(deal: &Deal, follow_up: Id) -> Result<&FollowUp> {
    deal.follow_ups
        .iter()
        .find(|item| item.id == follow_up && item.done.is_none())
        .ok_or_else(|| {
            Fault::no("that follow-up is done already")
                .hint("salesctl shows what is still open")
                .into()
        })
}
