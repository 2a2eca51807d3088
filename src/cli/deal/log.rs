//! `deal log`: something was done for a deal.

use std::fmt::Write as _;

use anyhow::Result;
use clap::ValueEnum;

use super::super::assignment::person_at;
use super::super::context::{Context, Status};
use super::{DealArg, WriteArgs, finish, jot};
use crate::deal::event::{Activity, ActivityKind, Event, Private};
use crate::fault::Fault;
use crate::money::Money;
use crate::store::Access;

/// Log a call, mail, meeting or letter
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl deal log acme call --minutes 20 --note \"wants the quote on Friday\"\n  salesctl deal log D7K2 meeting --minutes 90 --cost 120 --with \"Jana Roth\""
)]
pub(crate) struct Args {
    #[command(flatten)]
    deal: DealArg,
    kind: Kind,
    /// How long it took
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=100_000))]
    minutes: Option<u32>,
    /// Direct cost, besides the rep's time
    #[arg(long, value_name = "AMOUNT")]
    cost: Option<String>,
    /// With whom
    #[arg(long, value_name = "NAME")]
    with: Option<String>,
    /// What came of it
    #[arg(long)]
    note: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    Call,
    Mail,
    Meeting,
    Letter,
    Other,
}

impl Kind {
    fn meant(self) -> ActivityKind {
        match self {
            Self::Call => ActivityKind::Call,
            Self::Mail => ActivityKind::Mail,
            Self::Meeting => ActivityKind::Meeting,
            Self::Letter => ActivityKind::Letter,
            Self::Other => ActivityKind::Other,
        }
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let currency = session.process.currency;
    let cost_minor = match &args.cost {
        None => None,
        Some(typed) => {
            let money =
                Money::parse(typed, currency).map_err(|p| Fault::usage(format!("--cost: {p}")))?;
            if money.currency != currency {
                return Err(Fault::usage(format!("--cost: costs are in {currency}")).into());
            }
            Some(money.minor)
        }
    };
    let edited = jot(&session, &args.deal.deal, &args.write, |write, deal, at| {
        let person = match &args.with {
            Some(name) => Some(person_at(&session, write, deal.account, name, at)?),
            None => None,
        };
        Ok(vec![Event::Logged(Activity {
            what: args.kind.meant(),
            minutes: args.minutes,
            cost_minor,
            person,
            text: args.note.clone().map(Private::new),
        })])
    })?;
    let mut what = format!("{} logged", args.kind.meant().name());
    if let Some(minutes) = args.minutes {
        let _ = write!(what, ", {minutes} min");
    }
    if let Some(minor) = cost_minor {
        let _ = write!(what, ", {}", Money { minor, currency });
    }
    finish(&session, &edited, &what)
}
