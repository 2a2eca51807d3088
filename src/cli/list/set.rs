//! `list set`: what was agreed changed.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::terms_args::TermsArgs;
use super::{ListArg, code, finish, reading};
use crate::fault::Fault;
use crate::list::Term;
use crate::store::Access;
use crate::text::visible;

/// Change the terms of a list; `none` takes one away
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl list set zoom-q4 --until 2027-06-30 --uses 2\n  salesctl list set zoom-q4 --qty-delivered 98400 --ncoa-date 2026-11-02"
)]
pub(crate) struct Args {
    #[command(flatten)]
    list: ListArg,
    #[command(flatten)]
    terms: TermsArgs,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let list = args.list.find(&session)?;
    if args.terms.given().is_empty() {
        return Err(Fault::usage("say which term changes")
            .hint("salesctl list set --help names them all")
            .into());
    }
    let reading = reading(&session);
    let mut terms = list.terms.clone();
    args.terms.lay_over(&mut terms, reading)?;
    if terms == list.terms {
        cx.console
            .say(&format!("✓ list {} is so already", code(&list)))?;
        return Ok(Status::Done);
    }
    let changes: Vec<String> = Term::ALL
        .iter()
        .filter_map(|term| {
            let (old, new) = (
                term.shown(&list.terms, reading),
                term.shown(&terms, reading),
            );
            let word =
                |text: Option<String>| text.map_or("none".to_string(), |text| visible(&text));
            (old != new).then(|| {
                let name = term.key.replace('_', " ");
                format!("{name} {} → {}", word(old), word(new))
            })
        })
        .collect();
    let line = format!("✓ list {}   {}", code(&list), changes.join(", "));
    let ((), outcome) = session.write(args.dry_run, |write| {
        // Whoever changed another term meanwhile keeps it.
        let mut terms = write.list_again(list.code())?.terms;
        args.terms.lay_over(&mut terms, reading)?;
        write.set_list(terms)?;
        Ok(())
    })?;
    finish(cx, &line, outcome)
}
