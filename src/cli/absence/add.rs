//! `absence add`: somebody is away.

use anyhow::Result;
use chrono::NaiveDate;

use super::super::context::{Context, Status};
use super::super::list::finish;
use super::super::session::Session;
use crate::date::{self, Direction, parse_day};
use crate::fault::Fault;
use crate::store::Access;
use crate::text::visible;

/// Say when a rep is away, so that no new deals are given to them
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl absence add jr --from mon --until \"in 2 weeks\"\n  salesctl absence add jr --from 2026-12-24 --until 2027-01-02 --note \"parental leave\""
)]
pub(crate) struct Args {
    /// Who
    #[arg(value_name = "REP", add = super::super::completion::catalog(crate::deal::event::CatalogKind::Rep))]
    rep: String,
    /// The first day
    #[arg(long, value_name = "DATE")]
    from: String,
    /// The last day, if not the same
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// Why, or what should be known
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let (rep, name) = super::rep(&session, args.rep.trim())?;
    let from = day(&session, "--from", &args.from)?;
    let until = match &args.until {
        Some(typed) => day(&session, "--until", typed)?,
        None => from,
    };
    if until < from {
        return Err(Fault::usage(format!(
            "--until: {} is before {}",
            date::day(until),
            date::day(from)
        ))
        .into());
    }
    let note = args.note.as_deref().map(str::trim);
    let note = note.filter(|note| !note.is_empty());
    let ((), outcome) = session.write(args.dry_run, |write| {
        let known = session.store.absences()?;
        let covers = known
            .iter()
            .find(|one| one.rep == rep && one.from <= from && one.until >= until);
        if let Some(one) = covers {
            return Err(Fault::no(format!(
                "{} is away {} already",
                visible(&name),
                super::span(one)
            ))
            .hint(format!(
                "salesctl absence remove {} takes that back",
                super::short(one.id)
            ))
            .into());
        }
        write.add_absence(rep, from, until, note).map(|_| ())
    })?;
    let days = (until - from).num_days() + 1;
    let line = format!(
        "✓ {} is away {}{}",
        visible(&name),
        if days == 1 {
            date::day(from)
        } else {
            format!("{} – {} ({days} days)", date::day(from), date::day(until))
        },
        note.map(|note| format!(": {}", visible(note)))
            .unwrap_or_default()
    );
    finish(cx, &line, outcome)
}

fn day(session: &Session<'_>, option: &str, typed: &str) -> Result<NaiveDate, Fault> {
    parse_day(typed, session.today, Direction::Forward)
        .map_err(|problem| Fault::usage(format!("{option}: {problem}")))
}
