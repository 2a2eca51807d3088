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
    let mut stays = who(&session, &args.prospect)?;
    let mut goes = who(&session, &args.same)?;
    // Our own person or account stays, whichever was named first.
    if stays.name.is_some() && goes.name.is_none() {
        std::mem::swap(&mut stays, &mut goes);
    }
    if goes.name.is_none() {
        return Err(Fault::usage(format!(
            "{} and {} are no names of lists",
            stays.said, goes.said
        ))
        .hint("salesctl person merge, or salesctl account merge, makes one of two of our own")
        .into());
    }
    if stays.entity == goes.entity {
        return Err(Fault::no(format!("{} and {} are one already", stays.said, goes.said)).into());
    }
    let rows = session.store.names_of_entity(goes.entity)?;
    identify(&session, args.dry_run, &rows, |_| stays.entity)?;
    done(
        cx,
        args.dry_run,
        &format!("✓ {} is {}", goes.said, stays.said),
    )
}

pub(crate) fn split(args: &SplitArgs, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let row = named(&session, &args.prospect)?;
    let typed = args.prospect.trim().to_uppercase();
    let is_id = row.id.handle().starts_with(&typed);
    let together = session.store.names_of_entity(row.entity)?;
    if together.len() < 2 && row.entity == row.id {
        return Err(Fault::no(format!("{} is nobody else's row", said(&row))).into());
    }
    if together.len() > 1 && !is_id {
        let mut fault = Fault::usage(format!(
            "{} is {} rows of lists: say which one stands alone by its id",
            said(&row),
            together.len()
        ));
        for name in &together {
            fault = fault.hint(format!(
                "{}  {}, line {} of {}",
                super::short(name.id),
                visible(&name.called()),
                name.line,
                visible(name.file.as_deref().unwrap_or("a file"))
            ));
        }
        return Err(fault.into());
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
    let mut one = who(&session, &args.prospect)?;
    let mut other = who(&session, &args.other)?;
    if one.name.is_none() {
        std::mem::swap(&mut one, &mut other);
    }
    let Some(name) = &one.name else {
        return Err(Fault::usage(format!(
            "{} and {} are no names of lists",
            one.said, other.said
        ))
        .into());
    };
    if one.entity == other.entity {
        return Err(
            Fault::no(format!("{} and {} are taken for one", one.said, other.said))
                .hint(format!(
                    "salesctl prospect split {} takes the row out",
                    super::short(name.id)
                ))
                .into(),
        );
    }
    let other_id = other.name.as_ref().map_or(other.entity, |name| name.id);
    session.write(args.dry_run, |write| {
        let at = write.now();
        write.append_to_prospect(name.id, at, [Event::ProspectDistinct { other: other_id }])
    })?;
    done(
        cx,
        args.dry_run,
        &format!("✓ {} is not {}", one.said, other.said),
    )
}

/// One of two: a name of a list, or a person or account of our own.
struct Who {
    entity: Id,
    name: Option<Name>,
    said: String,
}

fn who(session: &Session<'_>, typed: &str) -> Result<Who> {
    let store = &session.store;
    let no_name = match named(session, typed) {
        Ok(name) => {
            return Ok(Who {
                entity: name.entity,
                said: said(&name),
                name: Some(name),
            });
        }
        Err(error) => error,
    };
    let own = store
        .resolve_person(typed)
        .or_else(|_| store.resolve_account(typed));
    let Ok(entity) = own else {
        return Err(no_name);
    };
    let called = match store.person(entity)? {
        Some(person) => person.name,
        None => store.account_name(entity)?.unwrap_or_default(),
    };
    Ok(Who {
        entity,
        name: None,
        said: format!("{} {}", super::short(entity), visible(&called)),
    })
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
