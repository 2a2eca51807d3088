//! `person merge`: two entries are one human.

use anyhow::Result;

use super::super::contact::{DryRunArgs, Subject};
use super::super::context::{Context, Status};
use super::super::merge::{Line, is_agreed, side_by_side};
use super::super::session::Session;
use super::super::show::counted;
use crate::deal::contact::SalesRole;
use crate::fault::Fault;
use crate::store::{Access, DealOf};
use crate::text::visible;

/// Merge a person into another who is the same; deals, roles and activities of both are then shown together
///
/// What the first does not tell is filled from the second, nothing is replaced. `salesctl undo` takes it back.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl person merge \"Jana Roth\" \"J. Roth\"\n  salesctl person merge P4K2 8XQ1 --dry-run"
)]
pub(crate) struct Args {
    /// Who stays
    #[arg(value_name = "PERSON", add = super::super::completion::persons())]
    person: String,
    /// Who goes into them
    #[arg(value_name = "OTHER", add = super::super::completion::persons())]
    other: String,
    /// Don't ask
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    write: DryRunArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let stays = Subject::person(&session, &args.person)?;
    let goes = Subject::person(&session, &args.other)?;
    if stays.id == goes.id {
        return Err(Fault::no(format!(
            "`{}` and `{}` are one person already: {}",
            visible(&args.person),
            visible(&args.other),
            stays.named(&session)?
        ))
        .into());
    }
    let other_name = goes.named(&session)?;
    let deals = session.store.buying_roles(goes.id)?;
    let affected: Vec<&DealOf> = deals.iter().map(|(deal, _)| deal).collect();
    let lines = side_by_side(&lines(&session, &stays, &goes)?);
    if !args.yes && !args.write.dry_run {
        let would = format!(
            "would have {} in place of {other_name}",
            stays.named(&session)?
        );
        if !is_agreed(&session, &affected, &would, &lines)? {
            return Ok(Status::No);
        }
    }
    let ((), outcome) = session.write(args.write.dry_run, |write| {
        write.merge_persons(stays.id, goes.id)
    })?;
    let mut what = format!("{other_name} merged in");
    if !deals.is_empty() {
        what = format!("{what}, with {}", counted(deals.len(), "deal", "deals"));
    }
    stays.say(&session, &what, outcome)?;
    for line in lines {
        cx.console.say(&line)?;
    }
    Ok(Status::Done)
}

fn lines(session: &Session<'_>, stays: &Subject, goes: &Subject) -> Result<Vec<Line>> {
    let gone = || Fault::not_found("one of the two is gone");
    let kept = session.store.person(stays.id)?.ok_or_else(gone)?;
    let other = session.store.person(goes.id)?.ok_or_else(gone)?;
    let roles = session.store.sales_roles()?;
    let roles_of = |subject: &Subject| {
        let roles = roles.get(&subject.id)?;
        let names: Vec<&str> = roles.iter().copied().map(SalesRole::name).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let both = [roles_of(stays), roles_of(goes)];
    let told = [
        ("name", Some(kept.name), Some(other.name)),
        ("title", kept.title, other.title),
        ("account", kept.account_name, other.account_name),
        ("e-mail", kept.email, other.email),
        ("phone", kept.phone, other.phone),
        ("mobile", kept.mobile, other.mobile),
    ];
    let mut lines: Vec<Line> = told
        .into_iter()
        .map(|(what, kept, other)| Line {
            what: what.to_string(),
            kept,
            other,
        })
        .collect();
    // Roles add up, none is passed over.
    let [kept, other] = both;
    let together = roles
        .get(&stays.id)
        .into_iter()
        .chain(roles.get(&goes.id))
        .flatten()
        .copied()
        .collect::<std::collections::BTreeSet<SalesRole>>();
    if other.is_some() && kept != other {
        let names: Vec<&str> = together.into_iter().map(SalesRole::name).collect();
        lines.push(Line {
            what: "is to us".to_string(),
            kept: Some(names.join(", ")),
            other: None,
        });
    }
    Ok(lines)
}
