//! `prospect start`: a selection becomes deals, each with everything filled in, in one operation.
//!
//! `choose` says who may get a deal now, `accounts` with whom it is, `judge` where it begins and of what type
//! the customer is, `staff` whose it is; `draft` holds the deals until then, and `tell` says what was done. What that means for the
//! lists is told where all uses are. This puts them together.

mod accounts;
pub(super) mod choose;
mod draft;
mod judge;
mod tell;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use chrono::NaiveDate;

use super::super::assignment::{in_catalog, parse_next};
use super::super::context::{Context, Status};
use super::super::session::Session;
use super::super::show::counted;
use super::super::staff::{self, Staff, To};
use super::super::uses;
use crate::deal::event::{CatalogKind, Event, FieldValue};
use crate::deal::start::NewDeal;
use crate::fault::Fault;
use crate::id::Id;
use crate::list::Channel;
use crate::store::{Access, Catalog, SelectionRow, Write};
use crate::text::visible;
use accounts::Accounts;
use draft::{
    borrowed, draft, facts, keep, known_accounts, owners, set_types, with, with_accounts_used,
};
use tell::{advice, again, contacted_before, nobody_left, told};

/// Open a deal with each of a selection: account, person, source, stage and first follow-up filled in
///
/// Who asked to be left alone since, or is in a deal already, is left out. A deal begins in the stage that
/// the priority of the prospect calls for. One start is one use of each list that names come from.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl prospect start --from fair-2026 --to-rep least-loaded --dry-run\n  salesctl prospect start --from fair-2026 --to-rep best-fit --product crm --next \"fri: call\"\n\nRules of --to-rep:\n  least-loaded  so that open deals per capacity are as even as can be\n  round-robin   in turn by name, beginning after whoever was given a deal last\n  best-fit      so that the most can be expected to be won, by each rep's closing ratio\n  NAME          all to one rep, up to their capacity"
)]
pub(crate) struct Args {
    /// The selection that `prospect select --save` made
    #[arg(long, value_name = "SELECTION")]
    from: String,
    /// Who gets the deals: least-loaded, round-robin, best-fit, or a rep [default: a customer's own]
    #[arg(long, value_name = "RULE|REP", add = super::super::completion::catalog(CatalogKind::Rep))]
    to_rep: Option<String>,
    /// What they might buy
    #[arg(long, add = super::super::completion::catalog(CatalogKind::Product))]
    product: Option<String>,
    /// Where the deals came from [default: as the process says]
    #[arg(long, add = super::super::completion::catalog(CatalogKind::Source))]
    source: Option<String>,
    /// How they are reached first: phone, mail or email
    #[arg(long, value_name = "CHANNEL", default_value = "phone")]
    channel: String,
    /// The first step with each: "fri: call"
    #[arg(long, value_name = "DATE: WHAT")]
    next: Option<String>,
    /// When not everybody fits, open as many as do
    #[arg(long)]
    up_to_capacity: bool,
    /// Use lists although a term forbids it, with the reason, which is recorded
    #[arg(long = "override", value_name = "REASON")]
    over: Option<String>,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

/// The options, understood.
struct Asked {
    to: Option<To>,
    product: Option<String>,
    source: Option<String>,
    channel: Channel,
    next: Option<(NaiveDate, String)>,
    over: Option<String>,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let catalog = session.store.catalog()?;
    let asked = asked(args, &session, &catalog)?;
    let (lines, outcome) = session.write(args.dry_run, |write| {
        let selection = session.store.selection_named(args.from.trim())?;
        start(args, &session, &catalog, &asked, &selection, write)
    })?;
    for line in lines {
        cx.console.say_wrapped(&line)?;
    }
    cx.console.say(if outcome.dry_run {
        "dry run: nothing written"
    } else {
        "  salesctl undo takes all of it back"
    })?;
    Ok(Status::Done)
}

fn asked(args: &Args, session: &Session<'_>, catalog: &Catalog) -> Result<Asked> {
    let named = |kind, typed: &Option<String>| match typed {
        Some(typed) => in_catalog(catalog, kind, typed.trim()),
        None => Ok(None),
    };
    let over = args.over.as_deref().map(str::trim);
    if over.is_some_and(str::is_empty) {
        return Err(Fault::usage("--override needs a reason").into());
    }
    let rule = args.to_rep.as_deref();
    let to = rule.map(|typed| To::parse(catalog, typed)).transpose()?;
    let channel = args.channel.parse();
    Ok(Asked {
        to,
        product: named(CatalogKind::Product, &args.product)?,
        source: named(CatalogKind::Source, &args.source)?
            .or_else(|| session.process.prospecting.source.clone()),
        channel: channel.map_err(|problem| Fault::usage(format!("--channel: {problem}")))?,
        next: match &args.next {
            Some(typed) => Some(parse_next(session, typed.trim())?),
            None => None,
        },
        over: over.map(str::to_string),
    })
}

/// The whole of it, in the transaction that opens the deals; what is told of it.
fn start(
    args: &Args,
    session: &Session<'_>,
    catalog: &Catalog,
    asked: &Asked,
    selection: &SelectionRow,
    write: &mut Write<'_>,
) -> Result<Vec<String>> {
    let at = write.now();
    let to = rule(asked, selection)?;
    let chosen = session.store.chosen(selection)?;
    if chosen.is_empty() {
        return Err(again(
            Fault::no(format!(
                "the selection `{}` is empty",
                visible(&selection.name)
            )),
            selection,
        )
        .into());
    }
    let lists = session.store.lists()?;
    let (mut candidates, left) = if selection.query.customers {
        choose::customers(session, selection, &chosen, asked.product.as_deref())?
    } else {
        choose::prospects(session, selection, &chosen, &lists)?
    };
    if candidates.is_empty() {
        return Err(nobody_left(selection, chosen.len(), &left).into());
    }
    let staff = Staff::read(session, catalog)?;
    staff.must_be_here(&to)?;

    let mut accounts = Accounts::new(session, session.store.account_names()?);
    let mut deals = draft(
        session,
        asked,
        selection,
        &candidates,
        &lists,
        &mut accounts,
        at,
    )?;
    let facts = facts(session, &deals, at)?;
    let news = accounts.news(&facts);
    let types = |deals: &[NewDeal], accounts: &Accounts<'_>| {
        let known = judge::Known {
            catalog,
            new: &accounts.new,
            facts: &with(&facts, &news),
            at,
        };
        judge::customer_types(session, deals, &known)
    };
    let kinds = types(&deals, &accounts)?;
    set_types(&mut deals, kinds);
    let owners = owners(&candidates);
    let (given, fit) = staff.hand_out(session, &to, &deals, &owners)?;
    let no_room = given.iter().filter(|rep| rep.is_none()).count();
    if no_room == deals.len() || (no_room > 0 && !args.up_to_capacity) {
        return Err(staff.no_room(&to, &given, &owners).into());
    }
    for (deal, rep) in deals.iter_mut().zip(&given) {
        deal.owner.clone_from(rep);
    }
    if judge::owners_matter(session) {
        let kinds = types(&deals, &accounts)?;
        set_types(&mut deals, kinds);
    }
    let news_of = |accounts: &BTreeSet<Id>| -> BTreeMap<Id, Vec<(String, FieldValue)>> {
        let told = news.iter().filter(|(id, _)| accounts.contains(id));
        told.map(|(id, fields)| (*id, fields.clone())).collect()
    };
    keep(&mut candidates, &given);
    keep(&mut deals, &given);
    let unreadable = std::mem::take(&mut accounts.unreadable);
    let starting = with_accounts_used(accounts, deals);

    let names = borrowed(&candidates);
    let uses = uses::check(
        write,
        &session.store,
        &lists,
        names,
        asked.channel,
        at.day,
        asked.over.as_deref(),
    )?;
    let known = known_accounts(&starting.deals).into_iter().collect();
    for (account, fields) in news_of(&known) {
        let events = fields
            .into_iter()
            .map(|(name, value)| Event::AccountField { name, value });
        write.append(account, at, events)?;
    }
    write.flush()?;
    write.start_deals(at, &starting)?;
    uses::record(write, at, asked.channel, &uses)?;

    let mut lines = told(session, selection, &starting);
    if no_room > 0 {
        lines.push(format!(
            "  {} left in the selection, since nobody has room for {}",
            counted(no_room, "name", "names"),
            if no_room == 1 { "it" } else { "them" }
        ));
    }
    lines.extend(contacted_before(session, &candidates));
    lines.extend(left.words().map(|words| format!("  left out: {words}")));
    for (field, (n, first)) in unreadable {
        lines.push(format!(
            "  {} of {field} could not be read, such as \"{}\"",
            counted(n, "value", "values"),
            visible(&first)
        ));
    }
    lines.extend(
        fit.as_ref()
            .map(|fit| fit.lines(&given))
            .unwrap_or_default(),
    );
    lines.extend(advice(&staff, fit.as_ref(), &starting));
    lines.extend(uses::lines(asked.channel, &uses));
    Ok(lines)
}

/// The rule that was asked for; of customers each has somebody already.
fn rule(asked: &Asked, selection: &SelectionRow) -> Result<To, Fault> {
    if let Some(to) = &asked.to {
        return Ok(to.clone());
    }
    if selection.query.customers {
        return Ok(To::Owners);
    }
    let rules = staff::RULES.map(|(name, _)| name).join(", ");
    Err(
        Fault::usage("say who gets the deals: --to-rep RULE or --to-rep REP")
            .hint(format!("the rules are: {rules}"))
            .hint("salesctl catalog list rep shows the reps"),
    )
}
