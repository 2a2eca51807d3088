//! `source cost remove`: a cost that was none.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::list::finish;
use super::{All, list::short};
use crate::fault::Fault;
use crate::id::canonical_handle;
use crate::money::Money;
use crate::store::{Access, Cost};
use crate::text::visible;

/// Take a cost of a source or a list back
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl source cost remove K7F2M0\n  salesctl source cost remove K7F2M0 --dry-run"
)]
pub(crate) struct Args {
    /// The cost's id, or what no other begins with: `salesctl source cost list` shows them
    #[arg(value_name = "ID")]
    id: String,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let cost = find(session.store.costs()?, &args.id)?;
    let of = All::read(&session)?
        .of(cost.subject)
        .map_or_else(String::new, |of| format!("{}: ", of.said()));
    let ((), outcome) = session.write(args.dry_run, |write| write.remove_cost(&cost))?;
    let money = Money {
        minor: cost.amount.minor,
        currency: cost.amount.currency,
    };
    let line = format!(
        "✓ {of}cost {money} of {} taken back",
        crate::date::day(cost.day)
    );
    finish(cx, &line, outcome)
}

fn find(costs: Vec<Cost>, typed: &str) -> Result<Cost, Fault> {
    let prefix = canonical_handle(typed.trim());
    let mut found: Vec<Cost> = prefix.map_or_else(Vec::new, |prefix| {
        let matches = |cost: &Cost| cost.id.handle().starts_with(&prefix);
        costs.into_iter().filter(matches).collect()
    });
    match (found.pop(), found.is_empty()) {
        (Some(cost), true) => Ok(cost),
        (None, _) => Err(
            Fault::not_found(format!("there is no cost `{}`", visible(typed)))
                .hint("salesctl source cost list shows them with their ids"),
        ),
        (Some(last), false) => {
            found.push(last);
            let ids: Vec<String> = found.iter().map(|cost| short(cost.id)).collect();
            Err(Fault::not_found(format!(
                "{} costs begin with `{}`",
                found.len(),
                visible(typed)
            ))
            .hint(format!("there are: {}", ids.join(", "))))
        }
    }
}
