//! `prospect select`: whom to talk with next.

mod customers;

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::OutputArgs;
use crate::prospect::Query;
use crate::store::Access;

/// Choose whom to talk with next, and why each
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl prospect select --customers --owner jr --limit 20\n  salesctl prospect select --customers --like acme --save acme-like"
)]
pub(crate) struct Args {
    #[arg(long)]
    customers: bool,
    #[arg(long = "where", value_name = "CONDITION")]
    condition: Option<String>,
    #[arg(long, value_name = "TOPIC")]
    topic: Vec<String>,
    #[arg(long, value_name = "ACCOUNT")]
    like: Vec<String>,
    #[arg(long, value_name = "REP")]
    owner: Option<String>,
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    #[arg(long, value_name = "NAME")]
    save: Option<String>,
    #[arg(short = 'n', long)]
    dry_run: bool,
    #[command(flatten)]
    output: OutputArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(if args.save.is_some() {
        Access::Write
    } else {
        Access::Read
    })?;
    let query = Query {
        customers: args.customers,
        condition: args.condition.clone(),
        topics: args.topic.clone(),
        like: args.like.clone(),
        owner: args.owner.clone(),
        limit: args.limit,
        ..Query::default()
    };
    customers::run_customers(
        &session,
        &query,
        args.save.as_deref(),
        args.dry_run,
        &args.output,
    )
}
