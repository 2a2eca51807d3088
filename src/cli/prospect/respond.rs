//! `prospect respond`: who answered is ours.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::list::{finish, moment};
use crate::date::day;
use crate::deal::event::{Event, Private};
use crate::fault::Fault;
use crate::list::Channel;
use crate::store::Access;
use crate::text::visible;

/// Record that somebody on a list answered, and so is ours whatever becomes of the list
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl prospect respond jana@acme.example --channel mail\n  salesctl prospect respond \"Jana Roth\" --list zoom-q4 --on fri --note \"wants a demo\""
)]
pub(crate) struct Args {
    /// Who: the id or the beginning of it, the e-mail address, or the whole name
    #[arg(value_name = "PROSPECT")]
    prospect: String,
    /// The list it answered to, for somebody on several
    #[arg(long, value_name = "LIST", add = super::super::completion::lists())]
    list: Option<String>,
    /// How: mail, phone or email
    #[arg(long, value_name = "CHANNEL")]
    channel: Option<String>,
    /// What was answered
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// When, if not today
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let name = session
        .store
        .resolve_prospect(&args.prospect, args.list.as_deref())?;
    let channel = args
        .channel
        .as_deref()
        .map(str::parse::<Channel>)
        .transpose()
        .map_err(|problem| Fault::usage(format!("--channel: {problem}")))?;
    let at = moment(&session, args.on.as_deref())?;
    let note = args.note.as_deref().map(str::trim);
    let (news, outcome) = session.write(args.dry_run, |write| {
        if write.has_responded(name.entity)? {
            return Ok(false);
        }
        let note = note.filter(|note| !note.is_empty()).map(Private::new);
        let event = Event::ProspectResponded { channel, note };
        write.append_to_prospect(name.id, at, [event])?;
        Ok(true)
    })?;
    let who = format!("{} {}", name.short(), name.shown());
    if !news {
        cx.console.say(&format!("✓ {who} responded before"))?;
        return Ok(Status::Done);
    }
    let through = channel.map(|channel| format!(" by {}", channel.name()));
    let list = name
        .list
        .as_deref()
        .map(|list| format!(", whatever becomes of the list {}", visible(list)));
    let line = format!(
        "✓ {who} responded{} on {}: ours from now on{}",
        through.unwrap_or_default(),
        day(at.day),
        list.unwrap_or_default()
    );
    finish(cx, &line, outcome)
}
