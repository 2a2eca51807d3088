//! Referrals: somebody in the company knows somebody who might buy, and gets the credit for it.

mod add;
mod credit;
mod whom;

use anyhow::Result;
use clap::Subcommand;

use super::case::{answer, assign, list, reopen, show, start};
use super::context::{Context, Status};
use crate::deal::case::CaseKind::Referral;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Add(add::Args),
    /// List the referrals that wait for somebody, the oldest first
    #[command(
        after_help = "Examples:\n  salesctl referral list\n  salesctl referral list --all --by ann"
    )]
    List(list::Args),
    Credit(credit::Args),
    /// Show a referral: who told us of whom, and what became of it
    #[command(
        after_help = "Examples:\n  salesctl referral show R4K2\n  salesctl referral show R4K2 --json"
    )]
    Show(show::Args),
    /// Give a referral to a rep
    #[command(
        after_help = "Examples:\n  salesctl referral assign R4K2 --to jr\n  salesctl referral assign R4K2 --due \"in 2 weeks\""
    )]
    Assign(assign::Args),
    /// Open a deal with whom was referred, in the first stage, and close the referral
    ///
    /// The deal says where it came from, so that whoever referred them gets the credit for what it brings.
    #[command(
        after_help = "Examples:\n  salesctl referral start R4K2 --next \"fri: call Jana\"\n  salesctl referral start R4K2 --owner jr --product starter --value 12k"
    )]
    Start(start::Args),
    /// Close a referral without a deal, and say why
    #[command(
        after_help = "Examples:\n  salesctl referral decline R4K2 --reason \"bought elsewhere in May\"\n  salesctl referral decline R4K2 --reason \"no budget before 2028\" --dry-run"
    )]
    Decline(answer::DeclineArgs),
    /// Open a referral again
    #[command(
        after_help = "Examples:\n  salesctl referral reopen R4K2\n  salesctl referral reopen R4K2 --reason \"they have a budget now\" --due mon"
    )]
    Reopen(reopen::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::Add(args) => add::run(args, cx),
        Command::List(args) => list::run(Referral, args, cx),
        Command::Credit(args) => credit::run(args, cx),
        Command::Show(args) => show::run(Referral, args, cx),
        Command::Assign(args) => assign::run(Referral, args, cx),
        Command::Start(args) => start::run(Referral, args, cx),
        Command::Decline(args) => answer::decline(args, cx),
        Command::Reopen(args) => reopen::run(Referral, args, cx),
    }
}
