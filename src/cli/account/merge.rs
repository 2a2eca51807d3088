//! `account merge`: two entries are one company.

use std::collections::BTreeSet;

use anyhow::Result;

use super::super::contact::{DryRunArgs, Subject};
use super::super::context::{Context, Status};
use super::super::merge::{Line, is_agreed, side_by_side};
use super::super::session::Session;
use super::super::show::{counted, fact_words};
use crate::condition::Value;
use crate::fault::Fault;
use crate::store::{Access, DealOf, PersonRow};
use crate::text::visible;

/// Merge an account into another that is the same; deals and people of both are then shown together
///
/// What the first does not tell is filled from the second, nothing is replaced. Both names lead to it from
/// then on. `salesctl undo` takes it back.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl account merge \"Acme GmbH\" \"Acme Corp\"\n  salesctl account merge 8TH1 P2K1 --yes"
)]
pub(crate) struct Args {
    /// What stays
    #[arg(value_name = "ACCOUNT", add = super::super::completion::accounts())]
    account: String,
    /// What goes into it
    #[arg(value_name = "OTHER", add = super::super::completion::accounts())]
    other: String,
    /// Don't ask
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    write: DryRunArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let stays = Subject::account(&session, &args.account)?;
    let goes = Subject::account(&session, &args.other)?;
    if stays.id == goes.id {
        return Err(Fault::no(format!(
            "`{}` and `{}` are one account already: {}",
            visible(&args.account),
            visible(&args.other),
            stays.named(&session)?
        ))
        .into());
    }
    let other_name = goes.named(&session)?;
    let deals = session.store.deals_of(Some(goes.id))?;
    let affected: Vec<&DealOf> = deals.iter().collect();
    let lines = side_by_side(&lines(&session, &stays, &goes)?);
    if !args.yes && !args.write.dry_run {
        let would = format!("would be shown at {}", stays.named(&session)?);
        if !is_agreed(&session, &affected, &would, &lines)? {
            return Ok(Status::No);
        }
    }
    let persons = session.store.persons_at(Some(goes.id))?;
    let colleagues = session.store.persons_at(Some(stays.id))?;
    let ((), outcome) = session.write(args.write.dry_run, |write| {
        write.merge_accounts(stays.id, goes.id)
    })?;
    let mut along = Vec::new();
    if !deals.is_empty() {
        along.push(counted(deals.len(), "deal", "deals"));
    }
    if !persons.is_empty() {
        along.push(counted(persons.len(), "person", "persons"));
    }
    let mut what = format!("{other_name} merged in");
    if !along.is_empty() {
        what = format!("{what}, with {}", along.join(" and "));
    }
    stays.say(&session, &what, outcome)?;
    for line in lines {
        cx.console.say(&line)?;
    }
    hint_at_twins(&session, &colleagues, &persons)
}

/// Says who is now there twice, as it seems.
fn hint_at_twins(
    session: &Session<'_>,
    ours: &[PersonRow],
    theirs: &[PersonRow],
) -> Result<Status> {
    const SHOWN: usize = 3;
    let alike = |a: &PersonRow, b: &PersonRow| {
        let email = |person: &PersonRow| person.email.as_deref().map(str::to_lowercase);
        a.name.to_lowercase() == b.name.to_lowercase()
            || (a.email.is_some() && email(a) == email(b))
    };
    let twins: Vec<(&PersonRow, &PersonRow)> = ours
        .iter()
        .flat_map(|a| theirs.iter().map(move |b| (a, b)))
        .filter(|(a, b)| alike(a, b))
        .collect();
    for (a, b) in twins.iter().take(SHOWN) {
        session.cx.console.note(&format!(
            "hint: salesctl person merge {} {}   both are called {}",
            session.store.short(a.id)?,
            session.store.short(b.id)?,
            visible(&a.name)
        ));
    }
    if twins.len() > SHOWN {
        let more = twins.len() - SHOWN;
        session.cx.console.note(&format!("hint: … and {more} more"));
    }
    Ok(Status::Done)
}

fn lines(session: &Session<'_>, stays: &Subject, goes: &Subject) -> Result<Vec<Line>> {
    let known = |subject: &Subject| -> Result<Vec<(String, Value)>> {
        let mut facts = session.store.account_facts(subject.id, session.today)?;
        facts.retain(|(_, value)| *value != Value::Null);
        Ok(facts)
    };
    let (kept, other) = (known(stays)?, known(goes)?);
    let names: BTreeSet<&str> = kept
        .iter()
        .chain(&other)
        .map(|(name, _)| name.as_str())
        .collect();
    let of = |facts: &[(String, Value)], name: &str| {
        let (_, value) = facts.iter().find(|(known, _)| known == name)?;
        let words = fact_words(session, name, value);
        Some(words.trim_matches('"').to_string())
    };
    let mut lines = vec![Line {
        what: "name".to_string(),
        kept: Some(stays.name.clone()),
        other: Some(goes.name.clone()),
    }];
    lines.extend(names.into_iter().map(|name| Line {
        what: name.to_string(),
        kept: of(&kept, name),
        other: of(&other, name),
    }));
    Ok(lines)
}
