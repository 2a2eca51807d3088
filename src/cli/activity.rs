//! A call, mail, meeting or letter as it is typed: for a deal, or for somebody before there is one.

use std::fmt::Write as _;

use anyhow::Result;
use clap::{Args, ValueEnum};

use super::session::Session;
use crate::deal::event::{Activity, ActivityKind, Private};
use crate::fault::{Class, Fault};
use crate::id::Id;
use crate::money::Money;

#[derive(Clone, Debug, Args)]
pub(crate) struct ActivityArgs {
    kind: Kind,
    /// How long it took
    #[arg(long, value_name = "N", value_parser = minutes, allow_hyphen_values = true)]
    minutes: Option<u32>,
    /// Direct cost, besides the rep's time
    #[arg(long, value_name = "AMOUNT")]
    cost: Option<String>,
    /// What was used, by its name in the process: a script, a presentation, a calculator
    #[arg(long, value_name = "TOOL")]
    tool: Option<String>,
    /// What came of it
    #[arg(long)]
    note: Option<String>,
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

/// More than so many is a slip of the hand: 70 days.
const MOST_MINUTES: u32 = 100_000;

fn minutes(typed: &str) -> Result<u32, String> {
    let minutes = typed.trim().parse().ok();
    minutes
        .filter(|minutes| *minutes <= MOST_MINUTES)
        .ok_or_else(|| {
            format!("expected whole minutes from 0 to {MOST_MINUTES}, for example `--minutes 20`")
        })
}

impl ActivityArgs {
    /// What was typed, with nobody in it yet.
    pub(crate) fn activity(&self, session: &Session<'_>) -> Result<Activity> {
        Ok(Activity {
            what: self.kind.meant(),
            minutes: self.minutes,
            cost_minor: self.cost_minor(session)?,
            person: None,
            tool: self.tool(session)?,
            text: self.note.clone().map(Private::new),
        })
    }

    fn tool(&self, session: &Session<'_>) -> Result<Option<String>> {
        let Some(typed) = &self.tool else {
            return Ok(None);
        };
        let mut known: Vec<&str> = session
            .process
            .stages
            .iter()
            .flat_map(|stage| &stage.tools)
            .map(|tool| tool.name.as_str())
            .collect();
        known.sort_unstable();
        known.dedup();
        match known.iter().find(|name| name.eq_ignore_ascii_case(typed)) {
            Some(name) => Ok(Some((*name).to_string())),
            None => Err(Fault::unknown(Class::Usage, "tool", typed, &known).into()),
        }
    }

    fn cost_minor(&self, session: &Session<'_>) -> Result<Option<i64>> {
        let currency = session.process.currency;
        let Some(typed) = &self.cost else {
            return Ok(None);
        };
        let money =
            Money::parse(typed, currency).map_err(|p| Fault::usage(format!("--cost: {p}")))?;
        if money.currency != currency {
            return Err(Fault::usage(format!("--cost: costs are in {currency}")).into());
        }
        Ok(Some(money.minor))
    }
}

/// The same with somebody.
pub(crate) fn with(activity: &Activity, person: Option<Id>) -> Activity {
    Activity {
        person,
        ..activity.clone()
    }
}

/// `call logged, 12 min`
pub(crate) fn logged(session: &Session<'_>, activity: &Activity) -> String {
    let mut what = format!("{} logged", activity.what.name());
    if let Some(minutes) = activity.minutes {
        let _ = write!(what, ", {minutes} min");
    }
    if let Some(minor) = activity.cost_minor {
        let currency = session.process.currency;
        let _ = write!(what, ", {}", Money { minor, currency });
    }
    what
}
