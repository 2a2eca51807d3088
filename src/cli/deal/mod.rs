//! Deals: one file a command, and what they share: resolve → decide → one transaction → one status line.

mod add;
mod advance;
mod assign;
mod back;
mod bulk;
mod chance;
mod done;
mod history;
mod hold;
mod list;
mod log;
mod lose;
mod note;
mod person;
mod reopen;
mod resume;
mod set;
mod show;
mod win;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::context::{Context, Status};
use super::refusal;
use super::session::Session;
use super::show::deal_name;
use crate::condition::Value;
use crate::deal::Deal;
use crate::deal::decide::{Case, Decision, Refusal};
use crate::deal::event::{CatalogKind, Event};
use crate::deal::fact::{Rows, Subject};
use crate::fault::Fault;
use crate::id::Id;
use crate::process::{BuyingRole, FieldOf};
use crate::store::{Moment, Outcome, PersonRow, Write};

pub(crate) use bulk::{Affected, announce};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Add(add::Args),
    List(list::Args),
    Show(show::Args),
    Set(set::Args),
    Advance(advance::Args),
    Back(back::Args),
    Done(done::Args),
    Note(note::Args),
    Log(log::Args),
    /// Say who takes part in a deal, and in which role
    #[command(subcommand)]
    Person(person::Command),
    Win(win::Args),
    Lose(lose::Args),
    Reopen(reopen::Args),
    Hold(hold::Args),
    Resume(resume::Args),
    Assign(assign::Args),
    History(history::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::Add(args) => add::run(args, cx),
        Command::List(args) => list::run(args, cx),
        Command::Show(args) => show::run(args, cx),
        Command::Set(args) => set::run(args, cx),
        Command::Advance(args) => advance::run(args, cx),
        Command::Back(args) => back::run(args, cx),
        Command::Done(args) => done::run(args, cx),
        Command::Note(args) => note::run(args, cx),
        Command::Log(args) => log::run(args, cx),
        Command::Person(command) => person::run(command, cx),
        Command::Win(args) => win::run(args, cx),
        Command::Lose(args) => lose::run(args, cx),
        Command::Reopen(args) => reopen::run(args, cx),
        Command::Hold(args) => hold::run(args, cx),
        Command::Resume(args) => resume::run(args, cx),
        Command::Assign(args) => assign::run(args, cx),
        Command::History(args) => history::run(args, cx),
    }
}

/// Options of every command that changes a deal.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct WriteArgs {
    /// When it happened, if not now: a date in the past, not before the deal came to its stage
    #[arg(long, value_name = "DATE")]
    pub(crate) on: Option<String>,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,
}

/// A reference to one deal.
#[derive(Clone, Debug, Args)]
pub(crate) struct DealArg {
    /// The deal: its id or the beginning of it, or its account's name
    #[arg(value_name = "DEAL", add = super::completion::deals())]
    pub(crate) deal: String,
}

/// A deal before and after a change.
pub(crate) struct Edited {
    pub(crate) before: Deal,
    pub(crate) after: Deal,
    /// Fields of its account that changed along.
    pub(crate) account: Vec<(String, Value)>,
    pub(crate) at: Moment,
    pub(crate) outcome: Outcome,
}

/// Changes one deal: the events that `change` gives, at the moment that the arguments name.
pub(super) fn edit(
    session: &Session<'_>,
    reference: &str,
    args: &WriteArgs,
    change: impl FnOnce(&mut Write<'_>, &Deal, Moment) -> Result<Vec<Event>>,
) -> Result<Edited> {
    change_by_id(
        session,
        session.store.resolve_deal(reference)?,
        args,
        change,
    )
}

/// Adds words to a deal's history, which may be about any day since it began.
pub(super) fn jot(
    session: &Session<'_>,
    reference: &str,
    args: &WriteArgs,
    change: impl FnOnce(&mut Write<'_>, &Deal, Moment) -> Result<Vec<Event>>,
) -> Result<Edited> {
    let id = session.store.resolve_deal(reference)?;
    change_at(session, id, args, Session::moment_of_words, change)
}

/// The same for a deal that is resolved already.
pub(crate) fn change_by_id(
    session: &Session<'_>,
    id: Id,
    args: &WriteArgs,
    change: impl FnOnce(&mut Write<'_>, &Deal, Moment) -> Result<Vec<Event>>,
) -> Result<Edited> {
    change_at(session, id, args, Session::moment, change)
}

fn change_at<'c>(
    session: &Session<'c>,
    id: Id,
    args: &WriteArgs,
    moment: impl FnOnce(&Session<'c>, Option<&str>, &Deal) -> Result<Moment>,
    change: impl FnOnce(&mut Write<'_>, &Deal, Moment) -> Result<Vec<Event>>,
) -> Result<Edited> {
    let ((before, after, account, at), outcome) = session.write(args.dry_run, |write| {
        let before = deal_of(write, id)?;
        let known = account_facts(session, &before)?;
        let at = moment(session, args.on.as_deref(), &before)?;
        let seen = write.events(id)?.len();
        let events = change(write, &before, at)?;
        write.append(id, at, events)?;
        let after = deal_of(write, id)?;
        let told = &write.events(id)?[seen..];
        if at.day < session.today
            && !told.is_empty()
            && told.iter().all(|recorded| recorded.event.changes_deal())
            && before.standing() == after.standing()
        {
            return Err(Fault::no(format!(
                "on {} this changes nothing: a later change stands against it",
                crate::date::day(at.day)
            ))
            .hint("salesctl deal history DEAL shows it; without --on the change counts from now")
            .into());
        }
        let mut account = account_facts(session, &after)?;
        account.retain(|fact| !known.contains(fact));
        Ok((before, after, account, at))
    })?;
    Ok(Edited {
        before,
        after,
        account,
        at,
        outcome,
    })
}

pub(super) fn deal_of(write: &mut Write<'_>, id: Id) -> Result<Deal> {
    write.deal(id)?.ok_or_else(|| {
        Fault::not_found(format!("{} is not a deal any more", &id.handle()[..4]))
            .hint("somebody undid it meanwhile; salesctl history shows who")
            .into()
    })
}

/// The status line of a change, which always repeats id and account.
pub(crate) fn finish(session: &Session<'_>, edited: &Edited, what: &str) -> Result<Status> {
    let name = deal_name(session, &edited.after)?;
    let when = if edited.at.day == session.today {
        String::new()
    } else {
        format!(", on {}", crate::date::day(edited.at.day))
    };
    session
        .cx
        .console
        .say_wrapped(&format!("✓ {name}   {what}{when}"))?;
    dry_run_line(session, edited.outcome)?;
    Ok(Status::Done)
}

pub(crate) fn dry_run_line(session: &Session<'_>, outcome: Outcome) -> Result<()> {
    if outcome.dry_run {
        session.cx.console.say("dry run: nothing written")?;
    }
    Ok(())
}

/// Evaluates a decision about a deal with the facts as of `day`.
pub(crate) fn decide<T>(
    session: &Session<'_>,
    deal: &Deal,
    day: chrono::NaiveDate,
    decision: impl FnOnce(&Case<'_>) -> Result<T>,
) -> Result<T> {
    let mut rows = Rows::new(&session.process, day);
    let results;
    if session.process.reads_results() {
        results = session.store.results(day)?;
        rows = rows.with_results(&results);
    }
    let row = facts(session, &rows, deal)?;
    decision(&Case {
        process: &session.process,
        deal,
        rows: &rows,
        row,
        among: None,
        day,
    })
}

fn facts(session: &Session<'_>, rows: &Rows<'_>, deal: &Deal) -> Result<Vec<Value>> {
    let catalog = session.store.catalog()?;
    let account = match deal.account {
        Some(account) => session.store.account_name(account)?,
        None => None,
    };
    let account_facts = account_facts(session, deal)?;
    let team = deal
        .owner
        .as_deref()
        .and_then(|owner| catalog.get(CatalogKind::Rep, owner))
        .and_then(|rep| rep.team.as_deref());
    Ok(rows.row(
        &Subject {
            id: deal.id,
            account: account.as_deref(),
            team,
            account_facts: &account_facts,
        },
        deal.facts
            .iter()
            .map(|fact| (fact.name.as_str(), fact.value.clone())),
    ))
}

/// The fields of a deal's account, as they are today.
pub(super) fn account_facts(session: &Session<'_>, deal: &Deal) -> Result<Vec<(String, Value)>> {
    let has_fields = || {
        let fields = &session.process.fields;
        fields.iter().any(|field| field.of == FieldOf::Account)
    };
    match deal.account {
        Some(account) if has_fields() => session.store.account_facts(account, session.today),
        _ => Ok(Vec::new()),
    }
}

/// Whether somebody has a role in a deal, be it under the id of one who was merged into them.
pub(crate) fn holds(
    session: &Session<'_>,
    deal: &Deal,
    role: BuyingRole,
    person: Id,
) -> Result<bool> {
    let person = session.store.person_now(person)?;
    for (held, who) in &deal.roles {
        if *held == role && session.store.person_now(*who)? == person {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Who takes part in a deal, by role.
pub(crate) fn participants(
    session: &Session<'_>,
    deal: &Deal,
) -> Result<Vec<(BuyingRole, PersonRow)>> {
    let mut all: Vec<(BuyingRole, PersonRow)> = Vec::new();
    for (role, person) in &deal.roles {
        let Some(person) = session.store.person(*person)? else {
            continue;
        };
        // Two who turned out to be one may both have had it.
        if !all.contains(&(*role, person.clone())) {
            all.push((*role, person));
        }
    }
    Ok(all)
}

/// The events of a decision, or its refusal as an error that rolls the command back. `command` is what
/// was typed, with `DEAL` for the deal: the hints repeat it, since nothing of it was kept.
pub(super) fn granted(
    session: &Session<'_>,
    deal: &Deal,
    decision: Decision,
    command: &str,
) -> Result<(String, Vec<Event>)> {
    match decision {
        Decision::Go { to, events } => Ok((to, events)),
        Decision::Stay(refusal) => Err(refused(session, deal, &refusal, command)?.into()),
    }
}

fn refused(
    session: &Session<'_>,
    deal: &Deal,
    refusal: &Refusal,
    command: &str,
) -> Result<refusal::Refused> {
    let who = deal_name(session, deal)?;
    let short = session.store.short(deal.id)?;
    let command = format!("salesctl deal {}", command.replacen("DEAL", &short, 1));
    let persons = participants(session, deal)?;
    Ok(refusal::render(
        session, refusal, deal, &who, &command, &persons,
    ))
}
