//! What referrals, experiences and requests share: how one is named and changed, whose work it is, by when,
//! and its place on the pages of accounts and persons.

pub(crate) mod answer;
pub(crate) mod assign;
pub(crate) mod list;
pub(crate) mod open;
pub(crate) mod reopen;
mod row;
pub(crate) mod show;
pub(crate) mod start;
pub(crate) mod whom;

use anyhow::Result;
use chrono::NaiveDate;
use clap::Args;

use super::context::Status;
use super::deal::dry_run_line;
use super::session::Session;
use crate::date::{Direction, day, day_and_distance, parse_day};
use crate::deal::case::{ANSWER_WITHIN, Case, CaseKind};
use crate::deal::event::Event;
use crate::document::Document;
use crate::fault::Fault;
use crate::id::Id;
use crate::store::{CaseRow, Catalog, Moment, Outcome, Write};
use crate::text::visible;

pub(crate) use row::{CaseLine, Place};

/// A reference to one case of the command's kind.
#[derive(Clone, Debug, Args)]
pub(crate) struct CaseArg {
    /// Its id, or the beginning of it
    #[arg(value_name = "ID")]
    pub(crate) id: String,
}

/// Adds what somebody told us to their page.
pub(crate) fn on_page(
    session: &Session<'_>,
    document: Document,
    cases: &[CaseLine],
    place: Place,
) -> Result<Document> {
    if cases.is_empty() {
        return Ok(document);
    }
    Ok(document
        .line("referrals, experiences and requests")
        .table(row::table(session, cases, place)?))
}

/// What is open about any of these: accounts, persons, names of lists.
pub(crate) fn open_about(session: &Session<'_>, about: &[Id]) -> Result<Vec<CaseLine>> {
    let mut open = session.store.open_cases()?;
    open.retain(|row| about.contains(&row.case.about));
    Ok(CaseLine::of_all(session, &open))
}

/// The same with those that came to their end.
pub(crate) fn all_about(session: &Session<'_>, about: &[Id]) -> Result<Vec<CaseLine>> {
    let mut all = session.store.cases(None)?;
    all.retain(|row| about.contains(&row.case.about));
    Ok(CaseLine::of_all(session, &all))
}

/// The commands that bring a case on, the usual one first.
pub(crate) fn ways_on(what: CaseKind, short: &str) -> Vec<String> {
    let kind = what.name();
    let answer = format!("salesctl {kind} answer {short} \"what you answered\"");
    let start = format!("salesctl {kind} start {short}");
    let later = format!("salesctl {kind} assign {short} --due DATE puts it off");
    match what {
        CaseKind::Referral => vec![
            format!("{start} opens a deal with them"),
            format!("salesctl {kind} decline {short} --reason \"why not\""),
            later,
        ],
        CaseKind::Experience => vec![
            answer,
            format!("salesctl {kind} close {short} ends it without one"),
            later,
        ],
        CaseKind::Request => vec![
            answer,
            format!("{start} opens a deal when it can be met"),
            format!("salesctl {kind} close {short} ends it without either"),
            later,
        ],
    }
}

/// Changes one case by the events that `change` gives, and says what was done.
fn change(
    session: &Session<'_>,
    kind: CaseKind,
    typed: &str,
    dry_run: bool,
    change: impl FnOnce(&mut Write<'_>, &Case, Moment) -> Result<(Vec<Event>, String)>,
) -> Result<Status> {
    let row = session.store.resolve_case(kind, typed)?;
    let at = session.moment_on(None)?;
    let (what, outcome) = session.write(dry_run, |write| {
        let case = case_of(write, row.case.id)?;
        let (events, what) = change(write, &case, at)?;
        write.append(case.id, at, events)?;
        Ok(what)
    })?;
    say(session, &row, &what, outcome)
}

/// The case with what this operation has written so far.
fn case_of(write: &mut Write<'_>, id: Id) -> Result<Case> {
    Case::from_events(write.events(id)?).ok_or_else(|| {
        Fault::not_found("somebody undid it meanwhile")
            .hint("salesctl history shows who")
            .into()
    })
}

fn must_be_open(session: &Session<'_>, case: &Case) -> Result<()> {
    let Some(closed) = case.closed else {
        return Ok(());
    };
    let (kind, short) = (case.what.name(), session.store.short(case.id)?);
    Err(Fault::no(format!(
        "{short} is {} since {}",
        case.status(),
        day(closed)
    ))
    .hint(format!("salesctl {kind} reopen {short} opens it again"))
    .into())
}

/// `✓ R4K2 Jana Roth, Acme GmbH   what was done`
fn say(session: &Session<'_>, row: &CaseRow, what: &str, outcome: Outcome) -> Result<Status> {
    let short = session.store.short(row.case.id)?;
    let whom = visible(&row.whom());
    session
        .cx
        .console
        .say_wrapped(&format!("✓ {short} {whom}   {what}"))?;
    dry_run_line(session, outcome)?;
    Ok(Status::Done)
}

/// The day that `--due` names, which has not passed.
fn due(session: &Session<'_>, typed: Option<&str>) -> Result<Option<NaiveDate>> {
    let Some(typed) = typed else {
        return Ok(None);
    };
    let due = parse_day(typed, session.today, Direction::Forward)
        .map_err(|problem| Fault::usage(format!("--due: {problem}")))?;
    if due < session.today {
        return Err(Fault::usage(format!("--due: {} is past", day(due))).into());
    }
    Ok(Some(due))
}

/// When something is due that nobody said a day for.
pub(crate) fn due_by_rule(session: &Session<'_>) -> NaiveDate {
    let calendar = &session.process.calendar;
    calendar.working_day_from(calendar.add(session.today, ANSWER_WITHIN))
}

/// `jr's`
pub(crate) fn whose(owner: Option<&str>) -> String {
    owner.map_or_else(
        || "nobody's".to_string(),
        |rep| format!("{}'s", visible(rep)),
    )
}

/// `jr's, due Fri 27 Nov 2026 (in 6 days)`
fn whose_and_when(session: &Session<'_>, owner: Option<&str>, due: Option<NaiveDate>) -> String {
    let whose = whose(owner);
    match due {
        Some(due) => format!("{whose}, due {}", day_and_distance(due, session.today)),
        None => whose,
    }
}

/// Somebody in the company, as everything else calls them: a rep by the rep's name, others as typed.
fn colleague(catalog: &Catalog, typed: &str) -> Result<String> {
    use crate::deal::event::CatalogKind::Rep;
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(Fault::usage("--by: name somebody").into());
    }
    let rep = catalog
        .rep_of_login(typed)
        .or_else(|| catalog.find(Rep, typed));
    Ok(rep.map_or_else(|| typed.to_string(), |rep| rep.name.clone()))
}
