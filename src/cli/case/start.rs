//! `referral start`, `request start`: a deal opens where there was only talk, and the case is closed by it.

use std::fmt::Write as _;

use anyhow::Result;

use super::super::assignment::{self, Assignment};
use super::super::contact::DryRunArgs;
use super::super::context::{Context, Status};
use super::super::deal::{deal_of, decide, dry_run_line};
use super::super::session::Session;
use super::super::show::deal_name;
use super::whom::{
    account_meant, add_account, add_person, fill, known_person, person_of_name, record_of,
    record_of_name, record_of_person, refuse_an_ended_list, refuse_the_suppressed,
};
use super::{CaseArg, case_of, must_be_open};
use crate::date::day_and_distance;
use crate::deal::case::{Case, CaseKind};
use crate::deal::contact::SalesRole;
use crate::deal::event::{CatalogKind, Change, Event, Move, Private, StreamKind};
use crate::deal::start::Origin;
use crate::fault::Fault;
use crate::id::Id;
use crate::prospect::Field;
use crate::store::{Access, CaseRow, Catalog, Moment, Name, Write};
use crate::text::visible;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    case: CaseArg,
    /// The rep who gets the deal [default: whose work this is, else whoever acts]
    #[arg(long, value_name = "REP", add = super::super::completion::catalog(CatalogKind::Rep))]
    owner: Option<String>,
    /// What the deal is about [default: of a request, what was asked for]
    #[arg(long)]
    title: Option<String>,
    /// Expected value: 4200, 12k, 1.5m, 12k USD
    #[arg(long, value_name = "AMOUNT")]
    value: Option<String>,
    /// What is to be sold [default: the product that was named, if any]
    #[arg(long, add = super::super::completion::catalog(CatalogKind::Product))]
    product: Option<String>,
    /// Where it came from [default: `referral` of a referral, `existing` of a request, if there are such
    /// sources]
    #[arg(long, add = super::super::completion::catalog(CatalogKind::Source))]
    source: Option<String>,
    /// The next step: "fri: call"
    #[arg(long, value_name = "DATE: WHAT")]
    next: Option<String>,
    #[command(flatten)]
    write: DryRunArgs,
}

/// Whom the deal is with.
struct Parties {
    account: Id,
    person: Option<Id>,
    prospect: Option<Id>,
    list: Option<Id>,
}

pub(crate) fn run(kind: CaseKind, args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let row = session.store.resolve_case(kind, &args.case.id)?;
    let catalog = session.store.catalog()?;
    must_be_open(&session, &row.case)?;
    let assignments = assignments(&session, &catalog, &row.case, args)?;
    let stages = &session.process.stages;
    let stage = stages.first().map(|stage| stage.name.clone());
    let stage = stage.unwrap_or_default();
    let at = session.moment_on(None)?;
    let ((name, deal), outcome) = session.write(args.write.dry_run, |write| {
        let case = case_of(write, row.case.id)?;
        must_be_open(&session, &case)?;
        let parties = parties(&session, write, &row, at)?;
        let id = write.create(StreamKind::Deal)?;
        let opened = Event::DealOpened {
            account: Some(parties.account),
            opened: Some(at.day),
            external: None,
        };
        let origin = Event::DealOrigin(Box::new(Origin {
            prospect: parties.prospect,
            person: parties.person,
            list: parties.list,
            case: Some(case.id),
            why: Some(case.words()),
            ..Origin::default()
        }));
        write.append(id, at, [opened, origin])?;
        for assignment in &assignments {
            let deal = deal_of(write, id)?;
            let events = assignment::events(&session, write, &deal, assignment, at)?;
            write.append(id, at, events)?;
        }
        let deal = deal_of(write, id)?;
        let entered = decide(&session, &deal, at.day, |case| {
            case.enter(&stage, Move::Start, None, &mut || write.new_id())
        })?;
        write.append(id, at, entered)?;
        let closed = Event::CaseAnswered {
            text: None,
            closes: true,
            deal: Some(id),
        };
        write.append(case.id, at, [closed])?;
        let deal = deal_of(write, id)?;
        write.flush()?;
        Ok((deal_name(&session, &deal)?, deal))
    })?;
    let mut what = format!("added in {}", session.process.stage_title(&stage));
    if let Some(owner) = &deal.owner {
        let _ = write!(what, ", owner {}", visible(owner));
    }
    if let Some(source) = &deal.source {
        let _ = write!(what, ", source {}", visible(source));
    }
    if let Some(item) = deal.next_step().or_else(|| deal.next_follow_up()) {
        let when = day_and_distance(item.due, session.today);
        let _ = write!(what, ", next: {} {when}", visible(&item.text));
    }
    let short = session.store.short(row.case.id)?;
    let _ = write!(what, "; {} {short} is closed", kind.name());
    if kind == CaseKind::Referral {
        let _ = write!(what, ", credit to {}", visible(&row.case.by));
    }
    cx.console.say_wrapped(&format!("✓ {name}   {what}"))?;
    if deal.owner.is_none() {
        cx.console.note(&format!(
            "note: nobody owns it, since {} is no rep here; salesctl deal assign DEAL --to REP",
            visible(&session.actor)
        ));
    }
    dry_run_line(&session, outcome)?;
    Ok(Status::Done)
}

/// What the deal is to begin with: as asked, else as the case has it.
fn assignments(
    session: &Session<'_>,
    catalog: &Catalog,
    case: &Case,
    args: &Args,
) -> Result<Vec<Assignment>> {
    let mut all = Vec::new();
    for (name, value) in [
        ("owner", &args.owner),
        ("title", &args.title),
        ("value", &args.value),
        ("product", &args.product),
        ("source", &args.source),
        ("next_step", &args.next),
    ] {
        if let Some(value) = value {
            let typed = format!("{name}={value}");
            all.push(assignment::parse(session, catalog, &typed)?);
        }
    }
    let mut otherwise = |given: &Option<String>, change: Option<Change>| {
        if given.is_none() {
            all.extend(change.map(Assignment::Change));
        }
    };
    let is_active = |rep: &String| {
        let entry = catalog.get(CatalogKind::Rep, rep);
        entry.is_some_and(|entry| entry.active)
    };
    let owner = case.owner.clone().filter(is_active);
    let owner = owner.or_else(|| session.acting_rep(catalog));
    otherwise(&args.owner, owner.map(|rep| Change::Owner(Some(rep))));
    let product = case.product.clone();
    otherwise(
        &args.product,
        product.map(|name| Change::Product(Some(name))),
    );
    let source = match case.what {
        CaseKind::Referral => "referral",
        _ => "existing",
    };
    let source = catalog.get(CatalogKind::Source, source);
    let source = source.map(|source| Change::Source(Some(source.name.clone())));
    otherwise(&args.source, source);
    let title = case
        .text
        .as_ref()
        .filter(|_| case.what == CaseKind::Request);
    otherwise(
        &args.title,
        title.map(|text| Change::Title(Some(Private::new(text)))),
    );
    Ok(all)
}

/// Who they are, added where they are only a name of a list.
fn parties(
    session: &Session<'_>,
    write: &mut Write<'_>,
    row: &CaseRow,
    at: Moment,
) -> Result<Parties> {
    let about = row.case.about;
    if let Some(name) = session.store.name(about)? {
        return from_list(session, write, &name, row.account, at);
    }
    let person = session.store.person(about)?;
    let record = match &person {
        Some(person) => record_of_person(person),
        None => record_of(None, row.account_name.as_deref()),
    };
    refuse_the_suppressed(session, &[record])?;
    let Some(account) = row.account else {
        return Err(Fault::no(format!(
            "it is not known where {} works, and a deal is with an account",
            visible(&row.whom())
        ))
        .hint(format!(
            "salesctl person set {} --account ACCOUNT says it",
            session.store.short(about)?
        ))
        .into());
    };
    if let Some(person) = &person {
        becomes_prospect(session, write, person.id, at)?;
    }
    Ok(Parties {
        account,
        person: person.map(|person| person.id),
        prospect: None,
        list: None,
    })
}

fn from_list(
    session: &Session<'_>,
    write: &mut Write<'_>,
    name: &Name,
    works_at: Option<Id>,
    at: Moment,
) -> Result<Parties> {
    refuse_an_ended_list(session, name)?;
    refuse_the_suppressed(session, &[record_of_name(name)])?;
    let store = &session.store;
    let new = person_of_name(name);
    let company = name.get(Field::Company).trim();
    let called = account_meant(session, company)?;
    // What matching found, before what is called alike.
    let itself = store.account_name(name.entity)?.map(|_| name.entity);
    let at_account = works_at.or(itself).or(called);
    let known = match (store.person(name.entity)?, &new) {
        (Some(person), _) => Some(person),
        (None, Some(new)) => known_person(session, at_account, new)?,
        (None, None) => None,
    };
    let theirs = known.as_ref().and_then(|person| person.account);
    let account = match theirs.or(at_account) {
        Some(account) => account,
        None if company.is_empty() => {
            return Err(Fault::no(format!(
                "the list does not tell where {} works, and a deal is with an account",
                visible(&name.called())
            ))
            .hint("salesctl referral add NAME --account ACCOUNT refers them with an account")
            .into());
        }
        None => add_account(write, company, at)?,
    };
    let person = match (&known, &new) {
        (Some(person), new) => {
            let told = new.as_ref().map(|new| fill(person, new));
            write.append(person.id, at, told.unwrap_or_default())?;
            becomes_prospect(session, write, person.id, at)?;
            Some(person.id)
        }
        (None, Some(new)) => Some(add_person(
            write,
            Some(account),
            new,
            SalesRole::Prospect,
            at,
        )?),
        (None, None) => None,
    };
    let list = match &name.list {
        Some(code) => store.list(code)?.map(|list| list.id),
        None => None,
    };
    Ok(Parties {
        account,
        person,
        prospect: Some(name.id),
        list,
    })
}

/// Who was a suspect at most is a prospect now.
fn becomes_prospect(
    session: &Session<'_>,
    write: &mut Write<'_>,
    person: Id,
    at: Moment,
) -> Result<()> {
    let roles = session.store.sales_roles()?.remove(&person);
    let is_more = roles.is_some_and(|roles| roles.iter().any(|role| *role > SalesRole::Suspect));
    if is_more {
        return Ok(());
    }
    let role = SalesRole::Prospect;
    write.append(person, at, [Event::SalesRoleGiven { role }])
}
