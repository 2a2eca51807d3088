//! `person note`: words about a person, whether or not there is a deal.

use anyhow::Result;

use super::super::contact::{Subject, WordArgs};
use super::super::context::{Context, Status};
use super::PersonArg;
use crate::store::Access;

/// Write a note about a person
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl person note \"Jana Roth\" \"prefers mails\"\n  salesctl person note P4K2 \"met at the fair\" --on 2026-10-02"
)]
pub(crate) struct Args {
    #[command(flatten)]
    person: PersonArg,
    /// What there is to remember
    text: String,
    #[command(flatten)]
    words: WordArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let subject = Subject::person(&session, &args.person.person)?;
    subject.note(&session, &args.text, &args.words)
}
