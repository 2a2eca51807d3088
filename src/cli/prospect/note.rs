//! `prospect note`: words about a name of a list.

use anyhow::Result;

use super::super::contact::WordArgs;
use super::super::context::{Context, Status};
use super::ProspectArg;
use crate::store::Access;

/// Write a note about a prospect
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl prospect note jana@acme.example \"is on leave until May\"\n  salesctl prospect note 7KQ2M4 \"met at the fair\" --on 2026-10-02"
)]
pub(crate) struct Args {
    #[command(flatten)]
    prospect: ProspectArg,
    /// What there is to remember
    text: String,
    #[command(flatten)]
    words: WordArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let subject = args.prospect.subject(&session)?;
    subject.note(&session, &args.text, &args.words)
}
