//! `… add`: how a case begins, whose work it is, and by when.

use anyhow::Result;
use clap::Args;

use super::super::assignment::{active_rep, in_catalog};
use super::super::contact::DryRunArgs;
use super::super::context::Status;
use super::super::session::Session;
use super::super::show::plural;
use super::{colleague, due, due_by_rule, say, whose, whose_and_when};
use crate::deal::book::State;
use crate::deal::case::{CaseKind, GOOD, Opening};
use crate::deal::event::{CatalogKind, Event, Private, StreamKind};
use crate::fault::Fault;
use crate::id::Id;
use crate::store::{Catalog, DealOf, Moment, Write};
use crate::text::visible;

/// What can be said of any case.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct TellArgs {
    /// The product that it is about
    #[arg(long, add = super::super::completion::catalog(CatalogKind::Product))]
    product: Option<String>,
    /// Who told us [default: whoever acts]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// The rep whose work it is [default: who had the latest deal with them, else whoever acts]
    #[arg(long, value_name = "REP", add = super::super::completion::catalog(CatalogKind::Rep))]
    owner: Option<String>,
    /// By when somebody should see to it [default: a week from now]
    #[arg(long, value_name = "DATE")]
    due: Option<String>,
    /// When we heard it, if not today: a date in the past
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    #[command(flatten)]
    pub(crate) write: DryRunArgs,
}

/// What is to be written down.
pub(crate) struct Told<'a> {
    pub(crate) what: CaseKind,
    /// The account that it is about or that the person works at, when it is known already.
    pub(crate) account: Option<Id>,
    pub(crate) deal: Option<Id>,
    /// Deals with them that are not known by the account: of the person, or that began with them.
    pub(crate) theirs: Vec<DealOf>,
    pub(crate) stars: Option<u8>,
    pub(crate) text: Option<&'a str>,
}

/// Opens a case about whom `about` finds or adds.
pub(crate) fn open(
    session: &Session<'_>,
    args: &TellArgs,
    told: &Told<'_>,
    about: impl FnOnce(&mut Write<'_>, Moment) -> Result<Id>,
) -> Result<Status> {
    let catalog = session.store.catalog()?;
    let by = match &args.by {
        Some(by) => colleague(&catalog, by)?,
        None => colleague(&catalog, &session.actor)?,
    };
    let product = args.product.as_deref();
    let product = product.map(|product| in_catalog(&catalog, CatalogKind::Product, product));
    let theirs = deals_with_them(session, told)?;
    let owner = match &args.owner {
        Some(owner) => active_rep(&catalog, owner)?,
        None => owner(session, &catalog, told, &theirs),
    };
    let asked = due(session, args.due.as_deref())?;
    // Praise needs no answer, unless somebody wants to come back to it.
    let is_done = told.stars.is_some_and(|stars| stars >= GOOD) && asked.is_none();
    let due = (!is_done).then(|| asked.unwrap_or_else(|| due_by_rule(session)));
    let text = told.text.map(str::trim).filter(|text| !text.is_empty());
    let opening = Opening {
        what: told.what,
        about: Id(0),
        deal: told.deal,
        product: product.transpose()?.flatten(),
        by,
        owner: owner.clone(),
        stars: told.stars,
        text: text.map(Private::new),
        due,
    };
    let at = session.moment_on(args.on.as_deref())?;
    let ((row, short), outcome) = session.write(args.write.dry_run, |write| {
        let about = about(write, at)?;
        let id = write.create(StreamKind::Case)?;
        let mut events = vec![Event::CaseOpened(Box::new(Opening { about, ..opening }))];
        if is_done {
            events.push(Event::CaseAnswered {
                text: None,
                closes: true,
                deal: None,
            });
        }
        write.append(id, at, events)?;
        write.flush()?;
        let row = session.store.case(id)?;
        let row = row.ok_or_else(|| Fault::damaged("a case that was just opened is missing"))?;
        Ok((row, session.store.short(id)?))
    })?;
    let whose = if is_done {
        "noted, nothing to answer".to_string()
    } else {
        whose_and_when(session, owner.as_deref(), due)
    };
    let what = format!("{}; {whose}", visible(&row.case.words()));
    let status = say(session, &row, &what, outcome)?;
    if told.what == CaseKind::Referral {
        say_open_deals(session, &theirs)?;
    }
    if owner.is_none() && !is_done && !outcome.dry_run {
        session.cx.console.note(&format!(
            "note: nobody's work yet, so everybody sees it; salesctl {} assign {short} --to REP",
            told.what.name()
        ));
    }
    Ok(status)
}

/// Every deal with whom it is about, each once.
fn deals_with_them(session: &Session<'_>, told: &Told<'_>) -> Result<Vec<DealOf>> {
    let mut deals = match told.account {
        Some(account) => session.store.deals_of(Some(account))?,
        None => Vec::new(),
    };
    deals.extend(told.theirs.iter().cloned());
    deals.sort_by_key(|deal| deal.id);
    deals.dedup_by_key(|deal| deal.id);
    Ok(deals)
}

/// Who had the deal it came of, else the latest with them, else whoever acts, as far as they are reps who
/// are with us.
fn owner(
    session: &Session<'_>,
    catalog: &Catalog,
    told: &Told<'_>,
    theirs: &[DealOf],
) -> Option<String> {
    let mut deals: Vec<&DealOf> = theirs.iter().collect();
    deals.sort_by_key(|deal| (Some(deal.id) == told.deal, deal.opened, deal.id));
    let works_here = |name: &String| {
        let rep = catalog.get(CatalogKind::Rep, name);
        rep.is_some_and(|rep| rep.active)
    };
    let mut owners = deals
        .into_iter()
        .rev()
        .filter_map(|deal| deal.owner.clone());
    let latest = owners.find(works_here);
    latest.or_else(|| session.acting_rep(catalog).filter(works_here))
}

/// Whoever refers somebody who is talked to already should know it.
fn say_open_deals(session: &Session<'_>, theirs: &[DealOf]) -> Result<()> {
    const NAMED: usize = 3;
    let goes_on = |deal: &&DealOf| matches!(deal.state, State::Open | State::Hold);
    let open: Vec<&DealOf> = theirs.iter().filter(goes_on).collect();
    if open.is_empty() {
        return Ok(());
    }
    let mut named = Vec::new();
    for deal in open.iter().rev().take(NAMED) {
        let account = deal.account_name.as_deref().unwrap_or_default();
        named.push(format!(
            "{} {} ({})",
            session.store.short(deal.id)?,
            visible(account),
            whose(deal.owner.as_deref())
        ));
    }
    if open.len() > NAMED {
        named.push(format!("and {} more", open.len() - NAMED));
    }
    session.cx.console.note(&format!(
        "note: {} with them: {}",
        plural(open.len(), "there is an open deal", "there are open deals"),
        named.join(", ")
    ));
    Ok(())
}

/// Whom an experience or a request is about: an account or somebody there, with the deal it came of.
pub(crate) struct Subject {
    pub(crate) about: Id,
    pub(crate) account: Option<Id>,
    pub(crate) deal: Option<Id>,
}

impl Subject {
    pub(crate) fn meant(session: &Session<'_>, typed: &str, deal: Option<&str>) -> Result<Self> {
        let store = &session.store;
        let (kind, about) = store.resolve_account_or_person(typed)?;
        let account = match kind {
            StreamKind::Person => store.person(about)?.and_then(|person| person.account),
            _ => Some(about),
        };
        let deal = match deal {
            Some(deal) => Some(store.resolve_deal(deal)?),
            None => None,
        };
        if let (Some(deal), Some(account)) = (deal, account) {
            let theirs = store.deals_of(Some(account))?;
            if !theirs.iter().any(|known: &DealOf| known.id == deal) {
                let name = store.account_name(account)?.unwrap_or_default();
                return Err(Fault::no(format!(
                    "{} is no deal with {}",
                    store.short(deal)?,
                    visible(&name)
                ))
                .hint(format!(
                    "salesctl account show {} lists theirs",
                    store.short(account)?
                ))
                .into());
            }
        }
        Ok(Self {
            about,
            account,
            deal,
        })
    }
}
