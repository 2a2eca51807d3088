//! `account note`: words about an account, whether or not there is a deal.

use anyhow::Result;

use super::super::contact::{Subject, WordArgs};
use super::super::context::{Context, Status};
use super::AccountArg;
use crate::store::Access;

/// Write a note about an account
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl account note acme \"moves to Hamburg in spring\"\n  salesctl account note 8TH1 \"was at the fair\" --on 2026-10-02"
)]
pub(crate) struct Args {
    #[command(flatten)]
    account: AccountArg,
    /// What there is to remember
    text: String,
    #[command(flatten)]
    words: WordArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let subject = Subject::account(&session, &args.account.account)?;
    subject.note(&session, &args.text, &args.words)
}
