//! `prospect merge`, `split` and `distinct`: what a person knows better about who is who.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::session::Session;
use crate::deal::event::Event;
use crate::fault::Fault;
use crate::id::Id;
use crate::store::{Access, Name};
use crate::text::visible;

/// Say that two prospects are one: the rows of the second become the first's
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl prospect merge 7KQ2M4 3HB81C\n  salesctl prospect merge jana.roth@acme.example j.roth@acme.example --dry-run"
)]
pub(crate) struct MergeArgs {
    /// Who stays
    prospect: String,
    /// Who is the same
    same: String,
    /// Say what would be done
    #[arg(short = 'n', long)]
    dry_run: bool,
}

/// Take a row out of the prospect it was matched to: it is somebody else
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl prospect split 3HB81C\n  salesctl prospect split 3HB81C --dry-run"
)]
pub(crate) struct SplitArgs {
    /// The row, by the beginning of its id
    prospect: String,
    /// Say what would be done
    #[arg(short = 'n', long)]
    dry_run: bool,
}

/// Say that two prospects who look alike are two, so that nobody is asked again
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl prospect distinct 7KQ2M4 3HB81C\n  salesctl prospect distinct 7KQ2M4 3HB81C --dry-run"
)]
pub(crate) struct DistinctArgs {
    /// One of the two
    prospect: String,
    /// The other
    other: String,
    /// Say what would be done
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn merge(args: &MergeArgs, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let stays = named(&session, &args.prospect)?;
    let goes = named(&session, &args.same)?;
    if stays.entity == goes.entity {
        return Err(Fault::no(format!(
            "{} and {} are one already",
            said(&stays),
            said(&goes)
        ))
        .into());
    }
    let rows = session.store.names_of_entity(goes.entity)?;
    identify(&session, args.dry_run, &rows, |_| stays.entity)?;
    done(
        cx,
        args.dry_run,
        &format!("✓ {} is {}", said(&goes), said(&stays)),
    )
}

pub(crate) fn split(args: &SplitArgs, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let row = named(&session, &args.prospect)?;
    let together = session.store.names_of_entity(row.entity)?;
    if together.len() < 2 && row.entity == row.id {
        return Err(Fault::no(format!("{} is nobody else's row", said(&row))).into());
    }
    // The entity has the id of its first row: when that one goes, the rest need another.
    if row.id == row.entity {
        let rest: Vec<Name> = together
            .into_iter()
            .filter(|name| name.id != row.id)
            .collect();
        let heir = rest.first().map_or(row.id, |name| name.id);
        identify(&session, args.dry_run, &rest, |_| heir)?;
    } else {
        let id = row.id;
        identify(&session, args.dry_run, std::slice::from_ref(&row), |_| id)?;
    }
    done(cx, args.dry_run, &format!("✓ {} stands alone", said(&row)))
}

pub(crate) fn distinct(args: &DistinctArgs, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let one = named(&session, &args.prospect)?;
    let other = named(&session, &args.other)?;
    if one.entity == other.entity {
        return Err(Fault::no(format!(
            "{} and {} are taken for one",
            said(&one),
            said(&other)
        ))
        .hint(format!(
            "salesctl prospect split {} takes the row out",
            super::short(other.id)
        ))
        .into());
    }
    session.write(args.dry_run, |write| {
        let at = write.now();
        write.append_to_prospect(one.id, at, [Event::ProspectDistinct { other: other.id }])
    })?;
    done(
        cx,
        args.dry_run,
        &format!("✓ {} is not {}", said(&one), said(&other)),
    )
}

fn identify(
    session: &Session<'_>,
    dry_run: bool,
    rows: &[Name],
    entity: impl Fn(&Name) -> Id,
) -> Result<()> {
    session.write(dry_run, |write| {
        let at = write.now();
        for row in rows {
            let entity = entity(row);
            write.append_to_prospect(row.id, at, [Event::ProspectIdentified { entity }])?;
        }
        Ok(())
    })?;
    Ok(())
}

fn done(cx: &Context, dry_run: bool, line: &str) -> Result<Status> {
    cx.console.say(line)?;
    if dry_run {
        cx.console.say("dry run: nothing written")?;
    }
    Ok(Status::Done)
}

fn named(session: &Session<'_>, typed: &str) -> Result<Name> {
    let found = session.store.resolve_prospect(typed, None)?;
    session
        .store
        .name(found.id)?
        .ok_or_else(|| Fault::not_found(format!("no prospect matches `{}`", visible(typed))).into())
}

fn said(name: &Name) -> String {
    format!("{} {}", super::short(name.id), visible(&name.called()))
}
