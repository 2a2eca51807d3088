//! `experience add`: a customer says how it went.

use anyhow::Result;

use super::super::case::open::{Subject, TellArgs, Told, open};
use super::super::context::{Context, Status};
use crate::deal::case::CaseKind;
use crate::store::Access;
use crate::text::visible;

/// Record what a customer made of us, 1 to 5
///
/// 4 and 5 are noted and closed at once, unless --due says when to come back to them; 1 to 3 stay in the
/// owner's work until somebody answers.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl experience add acme 2 --note \"the second charger is dead\"\n  salesctl experience add \"Jana Roth\" 5 --deal D7K2 --by ann"
)]
pub(crate) struct Args {
    /// The account or person, by name or the beginning of the id
    #[arg(value_name = "ACCOUNT|PERSON", add = super::super::completion::accounts())]
    about: String,
    /// 1 (bad) to 5 (good)
    #[arg(value_parser = stars)]
    stars: u8,
    /// What they said
    #[arg(long)]
    note: Option<String>,
    /// The deal it came of
    #[arg(long, add = super::super::completion::deals())]
    deal: Option<String>,
    #[command(flatten)]
    tell: TellArgs,
}

fn stars(typed: &str) -> Result<u8, String> {
    let stars = typed.trim().parse().ok();
    stars
        .filter(|stars| (1..=5).contains(stars))
        .ok_or_else(|| format!("expected 1 to 5 stars, found {}", visible(typed)))
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let subject = Subject::meant(&session, &args.about, args.deal.as_deref())?;
    let told = Told {
        what: CaseKind::Experience,
        account: subject.account,
        deal: subject.deal,
        theirs: Vec::new(),
        stars: Some(args.stars),
        text: args.note.as_deref(),
    };
    open(&session, &args.tell, &told, |_, _| Ok(subject.about))
}
