//! `source cost add`: something was paid for a source or a list.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::list::finish;
use super::All;
use crate::deal::event::Amount;
use crate::fault::Fault;
use crate::money::Money;
use crate::store::Access;

/// Note what a source or a list cost beside its terms
///
/// What a rented list costs by its terms is computed; this is for the rest: the printing, the postage, the
/// stand at a fair, the agency. `report lists` and `report sources` set it against what came back. A campaign or an
/// event is a source of its own: `catalog add source NAME` adds it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl source cost add fair-2026 4200 --on 2026-10-12 --note \"stand and travel\"\n  salesctl source cost add zoom-q4 \"850 USD\" --note postage"
)]
pub(crate) struct Args {
    /// A source of the catalog, or a list by its code; source:NAME or list:CODE where both have the name
    #[arg(value_name = "SOURCE", add = super::super::completion::sources_and_lists())]
    source: String,
    /// What was paid: 4200, 1.2k, 850 USD
    amount: String,
    /// When it was paid, if not today
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// What for
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let subject = All::read(&session)?.find(&args.source)?;
    let at = session.moment_on(args.on.as_deref())?;
    let money = Money::parse(&args.amount, session.process.currency)
        .map_err(|problem| Fault::usage(format!("AMOUNT: {problem}")))?;
    if money.minor == 0 {
        return Err(Fault::usage("AMOUNT: nothing was paid").into());
    }
    if session.process.rate(money.currency, at.day).is_none() {
        return Err(Fault::no(format!(
            "there is no rate for {} on {}, so the cost could not be set against what came back",
            money.currency,
            crate::date::day(at.day)
        ))
        .hint(format!(
            "add one under [rates.{}] in process.toml, then salesctl process apply",
            money.currency
        ))
        .into());
    }
    let amount = Amount {
        minor: money.minor,
        currency: money.currency,
    };
    let note = args.note.as_deref().unwrap_or_default().trim();
    let (id, outcome) = session.write(args.dry_run, |write| {
        write.add_cost(subject.id, at, amount, note)
    })?;
    let line = format!(
        "✓ {}: cost {money} on {} ({})",
        subject.said(),
        crate::date::day(at.day),
        super::list::short(id)
    );
    finish(cx, &line, outcome)
}
