//! `prospect select`: the right suspects for what is planned, the best first, and why each.
//!
//! `choose` finds them, `tell` shows them and says who was left out and why; `customers` does all of it for
//! those who bought something already.

mod choose;
mod customers;
mod tell;
mod words;

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::OutputArgs;
use super::super::session::Session;
use crate::deal::event::CatalogKind;
use crate::fault::Fault;
use crate::prospect::Query;
use crate::store::{Access, Chosen};
use crate::text::visible;

use choose::Selected;
pub(super) use words::contacted;

/// Select the prospects that fit best: by conditions, topics and likeness
///
/// One person is one prospect, on however many lists. Left out are those who must not be contacted, were
/// contacted within `contact_gap` of the process, are in a deal already, or are on lists that can't be used
/// any more. Unless it is for a mailing, no more are selected than the reps who are here have room for.
/// The best come first: by likeness where it is asked for, then by points, then the newest.
///
/// What customers "could buy" is what at least 2 of the 10 customers most like them bought and they did not.
#[derive(Debug, clap::Args)]
#[allow(clippy::struct_excessive_bools)] // as many flags
#[command(
    after_help = "Examples:\n  salesctl prospect select --where \"employees >= 100 AND country = 'DE'\" --topic \"forecasting>=4\" --save fair-2026\n  salesctl prospect select --list zoom-q4 --mailing --limit 0 --json\n\nConditions read: id, list, list_kind, first_name, last_name, title, company, email, phone,\nmobile, domain, city, state, zip, country, industry, employees, revenue, source_date,\nimported, responded, known, score, priority, today, and the account fields of the process,\nwhich are the columns of the lists that are called so."
)]
pub(crate) struct Args {
    /// Only prospects for whom this is true: an SQL expression over what is known of them
    #[arg(long = "where", value_name = "CONDITION")]
    condition: Option<String>,
    /// Only those rated so by the people who know them: "forecasting>=4", also >, =, <, <=; given alone, by anybody
    #[arg(long, value_name = "TOPIC")]
    topic: Vec<String>,
    /// The most like this account come first; repeated, like any of them
    #[arg(long, value_name = "ACCOUNT")]
    like: Vec<String>,
    /// The most like any customer come first
    #[arg(long)]
    like_won: bool,
    /// Customers rather than names of lists: whom to talk with again, and about what
    #[arg(long)]
    customers: bool,
    /// With --customers: only those of this rep
    #[arg(long, value_name = "REP", requires = "customers", add = super::super::completion::catalog(CatalogKind::Rep))]
    owner: Option<String>,
    /// Only names on this list; repeated, on one of them
    #[arg(long, value_name = "CODE", add = super::super::completion::lists())]
    list: Vec<String>,
    /// So many at most; 0 for all
    #[arg(long, value_name = "N", default_value_t = LIMIT)]
    limit: usize,
    /// For a mailing: reps need no room for them
    #[arg(long)]
    mailing: bool,
    /// Keep the selection under this name, in the place of whom it stood for
    #[arg(long, value_name = "NAME")]
    save: Option<String>,
    /// With --save: do everything but keep nothing
    #[arg(short = 'n', long, requires = "save")]
    dry_run: bool,
    #[command(flatten)]
    output: OutputArgs,
}

/// So many are selected unless another number is asked for.
const LIMIT: usize = 200;

impl Args {
    fn query(&self) -> Query {
        Query {
            condition: self.condition.clone(),
            topics: self.topic.clone(),
            customers: self.customers,
            like: self.like.clone(),
            like_won: self.like_won,
            lists: self.list.clone(),
            owner: self.owner.clone(),
            limit: (self.limit > 0).then_some(self.limit),
            mailing: self.mailing,
        }
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let access = if args.save.is_some() {
        Access::Write
    } else {
        Access::Read
    };
    let session = cx.session(access)?;
    if let Some(name) = &args.save {
        sound_name(name)?;
    }
    let save = args.save.as_deref();
    answer(&session, &args.query(), save, args.dry_run, &args.output)
}

/// Selects, shows, and keeps the outcome where a name is given.
pub(crate) fn answer(
    session: &Session<'_>,
    query: &Query,
    save: Option<&str>,
    dry_run: bool,
    output: &OutputArgs,
) -> Result<Status> {
    if query.customers {
        return customers::run_customers(session, query, save, dry_run, output);
    }
    let selected = choose::choose(session, query)?;
    let (answer, document) = tell::told(session, &selected);
    output.show(&session.cx.console, &answer, &document)?;
    if let Some(name) = save {
        keep(session, name, query, &selected, dry_run)?;
    }
    Ok(Status::Done)
}

/// Keeps who was chosen; the line that says so goes beside the data.
fn keep(
    session: &Session<'_>,
    name: &str,
    query: &Query,
    selected: &Selected,
    dry_run: bool,
) -> Result<()> {
    let chosen: Vec<Chosen> = selected
        .lines
        .iter()
        .map(|line| Chosen {
            subject: line.candidate.id,
            why: line.why.clone(),
        })
        .collect();
    let (_, outcome) =
        session.write(dry_run, |write| write.save_selection(name, query, &chosen))?;
    let console = &session.cx.console;
    console.note(&format!(
        "✓ selection {} saved: {}; `salesctl prospect start --from {0}` opens deals with them",
        visible(name),
        tell::people(chosen.len())
    ));
    if outcome.dry_run {
        console.note("dry run: nothing written");
    }
    Ok(())
}

/// A name that can be typed without quotes.
fn sound_name(name: &str) -> Result<(), Fault> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let sound = name.starts_with(plain) && name.chars().all(|c| plain(c) || "-_.".contains(c));
    if sound && name.len() <= 60 {
        return Ok(());
    }
    let near = crate::process::slugified(name).replace('_', "-");
    let fault = Fault::usage(format!(
        "--save: `{}` is no name of a selection; expected small letters, digits and `-`",
        visible(name)
    ));
    Err(if near.is_empty() || near.len() > 60 {
        fault
    } else {
        fault.hint(format!("--save {near}"))
    })
}
