//! `deal set`: facts about a deal.

use anyhow::Result;

use super::super::assignment;
use super::super::context::{Context, Status};
use super::advance::{differences, moved};
use super::{DealArg, WriteArgs, deal_of, edit, finish};
use crate::deal::event::{Change, Event};
use crate::fault::Fault;
use crate::store::Access;
use crate::text::visible;

/// Set facts about a deal: value, owner, custom fields, buying roles, the next step
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl deal set acme value=6k problem=\"quotes take 3 days\"\n  salesctl deal set D7K2 decider=\"Jana Roth\" expected_close=eoq\n  salesctl deal set D7K2 --confidence 70"
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
    /// How sure you are to win it, in per cent; empty takes it away
    #[arg(long, value_name = "PERCENT")]
    confidence: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let typed: Vec<&String> = args.facts.iter().chain(&args.set).collect();
    let confidence = args.confidence.as_deref().map(percent).transpose()?;
    if typed.is_empty() && confidence.is_none() {
        return Err(Fault::usage("nothing to set")
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
            let Some(confidence) = confidence else {
                return Ok(Vec::new());
            };
            if !before.state.is_open() {
                return Err(Fault::no(format!(
                    "--confidence: the deal is {}, which nobody needs to be sure of",
                    before.state.name()
                ))
                .hint("salesctl deal reopen DEAL opens it again")
                .into());
            }
            let change = Change::Confidence(confidence);
            Ok(if before.has(&change) {
                Vec::new()
            } else {
                vec![Event::Changed(change)]
            })
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

/// `70` or `70%`; nothing of an empty text.
fn percent(typed: &str) -> Result<Option<u8>, Fault> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let digits = typed.strip_suffix('%').map_or(typed, str::trim_end);
    match digits.parse::<u8>() {
        Ok(percent @ 0..=100) => Ok(Some(percent)),
        _ => Err(Fault::usage(format!(
            "--confidence: `{}` is not a whole per cent from 0 to 100",
            visible(typed)
        ))
        .hint("for example --confidence 70; --confidence \"\" takes it away")),
    }
}
