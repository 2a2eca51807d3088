//! `deal set`: facts about a deal.

use anyhow::Result;

use super::super::assignment;
use super::super::context::{Context, Status};
use super::advance::{differences, moved};
use super::{DealArg, WriteArgs, deal_of, edit, finish};
use crate::store::Access;

/// Set facts about a deal: value, owner, custom fields, buying roles, the next step
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl deal set acme value=6k problem=\"quotes take 3 days\"\n  salesctl deal set D7K2 decider=\"Jana Roth\" expected_close=eoq"
)]
pub(crate) struct Args {
    #[command(flatten)]
    deal: DealArg,
    /// A fact; an empty value takes it away
    #[arg(value_name = "NAME=VALUE", add = super::super::completion::fields())]
    facts: Vec<String>,
    /// The same, as other commands take it
    #[arg(long = "set", value_name = "NAME=VALUE", add = super::super::completion::fields())]
    set: Vec<String>,
    #[command(flatten)]
    write: WriteArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let typed: Vec<&String> = args.facts.iter().chain(&args.set).collect();
    if typed.is_empty() {
        return Err(crate::fault::Fault::usage("nothing to set")
            .hint("for example salesctl deal set DEAL value=6k")
            .into());
    }
    let catalog = session.store.catalog()?;
    let edited = edit(
        &session,
        &args.deal.deal,
        &args.write,
        |write, before, at| {
            for one in typed {
                let assignment = assignment::parse(&session, &catalog, one)?;
                let deal = deal_of(write, before.id)?;
                let events = assignment::events(&session, write, &deal, &assignment, at)?;
                write.append(before.id, at, events)?;
            }
            Ok(Vec::new())
        },
    )?;
    let mut details = differences(&session, &edited);
    if edited.before.stage() != edited.after.stage() {
        details.insert(0, moved(&session, &edited));
    }
    let what = if details.is_empty() {
        "nothing new".to_string()
    } else {
        details.join(", ")
    };
    finish(&session, &edited, &what)
}
