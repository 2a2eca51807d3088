//! `request add`: a customer wants what we can't deliver.

use anyhow::Result;

use super::super::case::open::{Subject, TellArgs, Told, open};
use super::super::context::{Context, Status};
use crate::deal::case::CaseKind;
use crate::fault::Fault;
use crate::store::Access;

/// Record what a customer asked for that we could not deliver
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl request add acme \"export to SAP\"\n  salesctl request add \"Jana Roth\" \"a second shift\" --deal D7K2 --product starter --due eoq"
)]
pub(crate) struct Args {
    /// The account or person, by name or the beginning of the id
    #[arg(value_name = "ACCOUNT|PERSON", add = super::super::completion::accounts())]
    about: String,
    /// What they want
    text: String,
    /// The deal it came up in
    #[arg(long, add = super::super::completion::deals())]
    deal: Option<String>,
    #[command(flatten)]
    tell: TellArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    if args.text.trim().is_empty() {
        return Err(Fault::usage("a request needs words: what do they want").into());
    }
    let session = cx.session(Access::Write)?;
    let subject = Subject::meant(&session, &args.about, args.deal.as_deref())?;
    let told = Told {
        what: CaseKind::Request,
        account: subject.account,
        deal: subject.deal,
        theirs: Vec::new(),
        stars: None,
        text: Some(&args.text),
    };
    open(&session, &args.tell, &told, |_, _| Ok(subject.about))
}
