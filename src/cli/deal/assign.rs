//! `deal assign`: another owner, for one deal or for many.

use anyhow::Result;

use super::super::assignment::active_rep;
use super::super::context::{Context, Status};
use super::super::filter::FilterArgs;
use super::super::session::Session;
use super::super::show::counted;
use super::{Affected, WriteArgs, announce, deal_of, dry_run_line, edit, finish};
use crate::deal::book::{Book, Columns, Needs};
use crate::deal::event::{Change, Event};
use crate::fault::Fault;
use crate::store::Access;
use crate::text::visible;

/// Give a deal, or all open deals of a filter, to another rep
///
/// Several deals are only changed after a question, or with --yes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl deal assign acme --to jr\n  salesctl deal assign --where \"owner = 'ab' and stage = 'qualify'\" --to jr --yes"
)]
pub(crate) struct Args {
    /// The deal: its id or the beginning of it, or its account's name
    #[arg(value_name = "DEAL", add = super::super::completion::deals())]
    deal: Option<String>,
    /// The rep who gets it
    #[arg(long, value_name = "REP", add = super::super::completion::catalog(crate::deal::event::CatalogKind::Rep))]
    to: String,
    #[command(flatten)]
    filter: FilterArgs,
    /// Closed deals too
    #[arg(long)]
    all: bool,
    /// Don't ask
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    write: WriteArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let catalog = session.store.catalog()?;
    let to = active_rep(&catalog, &args.to)?.ok_or_else(|| Fault::usage("--to needs a rep"))?;
    let filtered =
        args.filter.rep.is_some() || args.filter.team.is_some() || args.filter.condition.is_some();
    match (&args.deal, filtered) {
        (Some(_), true) => Err(Fault::usage("name one deal, or a filter, not both").into()),
        (None, false) => Err(Fault::usage("which deals?")
            .hint("name one, or a filter: --where \"owner = 'ab'\", --rep ab, --team north")
            .into()),
        (Some(reference), false) => {
            let edited = edit(&session, reference, &args.write, |_, deal, _| {
                if deal.owner.as_deref() == Some(to.as_str()) {
                    return Ok(Vec::new());
                }
                Ok(vec![Event::Changed(Change::Owner(Some(to.clone())))])
            })?;
            if edited.before.owner == edited.after.owner {
                let what = format!("belongs to {} already", visible(&to));
                return finish(&session, &edited, &what);
            }
            let was = edited
                .before
                .owner
                .as_deref()
                .map_or("nobody".to_string(), visible);
            finish(
                &session,
                &edited,
                &format!("owner {was} → {}", visible(&to)),
            )
        }
        (None, true) => many(args, &session, &to),
    }
}

fn many(args: &Args, session: &Session<'_>, to: &str) -> Result<Status> {
    let needs = Needs::of(Columns::DEALS).and(args.filter.needs(session)?);
    let book = session
        .store
        .book(&session.process, session.today, &needs)?;
    let mask = args.filter.mask(session, &book)?.unwrap_or_default();
    let already = book.owners.iter().position(|rep| rep.name == to);
    let chosen: Vec<usize> = (0..book.deals.len())
        .filter(|i| mask.get(*i).copied().unwrap_or(false))
        .filter(|i| args.all || book.deals.state[*i].is_open())
        .filter(|i| already.is_none() || book.deals.owner[*i].map(|at| at as usize) != already)
        .collect();
    if chosen.is_empty() {
        session
            .cx
            .console
            .say(&format!("no deal to give to {}", visible(to)))?;
        return Ok(Status::Done);
    }
    if !args.yes && !args.write.dry_run {
        let would = format!("would go to {}", visible(to));
        announce(session, &affected(session, &book, &chosen), &would)?;
        let question = format!(
            "Give {} to {}?",
            counted(chosen.len(), "deal", "deals"),
            visible(to)
        );
        if !super::super::output::Console::confirm(&question, "--yes")? {
            session.cx.console.say("nothing changed")?;
            return Ok(Status::No);
        }
    }
    let (given, outcome) = session.write(args.write.dry_run, |write| {
        let mut given = 0;
        for i in &chosen {
            let id = book.deals.id[*i];
            let deal = deal_of(write, id)?;
            if !args.all && !deal.state.is_open() {
                // Closed by somebody since the list was shown.
                continue;
            }
            given += 1;
            let at = session.moment(args.write.on.as_deref(), &deal)?;
            write.append(
                id,
                at,
                [Event::Changed(Change::Owner(Some(to.to_string())))],
            )?;
        }
        Ok(given)
    })?;
    session.cx.console.say(&format!(
        "✓ {} now {} to {}",
        counted(given, "deal", "deals"),
        super::super::show::plural(given, "belongs", "belong"),
        visible(to)
    ))?;
    dry_run_line(session, outcome)?;
    Ok(Status::Done)
}

fn affected(session: &Session<'_>, book: &Book, chosen: &[usize]) -> Vec<Affected> {
    let deals = &book.deals;
    chosen
        .iter()
        .map(|i| {
            let currency = book.currencies[deals.currency[*i] as usize];
            let rate = session.process.rate(currency, session.today);
            Affected {
                id: deals.id[*i],
                account: deals.account[*i].map(|at| book.accounts[at as usize].clone()),
                owner: deals.owner[*i].map(|at| book.owners[at as usize].name.clone()),
                value: deals.value_minor[*i]
                    .zip(rate)
                    .map(|(minor, rate)| currency.major(minor) * rate),
            }
        })
        .collect()
}
