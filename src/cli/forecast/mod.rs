//! Forecasts: what is expected, what people say themselves, and how either turned out.

mod accuracy;
mod adjust;
mod calls;
mod changes;
mod commit;
pub(super) mod expected;
mod rollup;

use anyhow::Result;
use clap::Subcommand;

use super::context::{Context, Status};
use super::deal::dry_run_line;
use super::session::Session;
use crate::date::{day, parse_period, period_name};
use crate::deal::commitment::{Commitment, Committed};
use crate::deal::event::{Event, StreamKind};
use crate::document::Period;
use crate::fault::Fault;
use crate::money::Money;
use crate::store::{Catalog, Moment};
use crate::text::visible;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Commit(commit::Args),
    Calls(calls::Args),
    Adjust(adjust::Args),
    Rollup(rollup::Args),
    Accuracy(accuracy::Args),
    Changes(changes::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::Commit(args) => commit::run(args, cx),
        Command::Calls(args) => calls::run(args, cx),
        Command::Adjust(args) => adjust::run(args, cx),
        Command::Rollup(args) => rollup::run(args, cx),
        Command::Accuracy(args) => accuracy::run(args, cx),
        Command::Changes(args) => changes::run(args, cx),
    }
}

/// The period that was asked for, or else the fiscal quarter that runs.
fn period(session: &Session<'_>, typed: Option<&str>) -> Result<Period, Fault> {
    parse_period(
        typed.unwrap_or("this quarter"),
        session.today,
        session.process.fiscal_month,
    )
    .map_err(|problem| Fault::usage(format!("--period: {problem}")))
}

/// A period that was not over on the day on which something is said of it.
fn period_ahead(session: &Session<'_>, typed: Option<&str>, on: Moment) -> Result<Period, Fault> {
    let period = period(session, typed)?;
    if period.to < on.day {
        return Err(Fault::usage(format!(
            "--period: it ended {}; what was won by then needs no forecast",
            day(period.to)
        )));
    }
    Ok(period)
}

/// Minor units of the currency of the process.
fn amount(session: &Session<'_>, option: &str, typed: &str) -> Result<i64, Fault> {
    let currency = session.process.currency;
    let money = Money::parse(typed.trim(), currency)
        .map_err(|problem| Fault::usage(format!("{option}: {problem}")))?;
    if money.currency != currency {
        return Err(Fault::usage(format!(
            "{option}: `{}` is not in {currency}, the currency of the process",
            visible(typed)
        )));
    }
    Ok(money.minor)
}

/// Keeps what was said, and says so with what was said before.
fn say(
    session: &Session<'_>,
    catalog: &Catalog,
    said: Commitment,
    at: Moment,
    dry_run: bool,
    more: &str,
) -> Result<Status> {
    let before = session.store.commitments()?;
    let before = before
        .iter()
        .rfind(|one| one.said.is_about_the_same(&said) && one.at <= at.instant);
    let money = |minor| Money {
        minor,
        currency: session.process.currency,
    };
    let was = before.map(|one| {
        let by = visible(&one.actor);
        let minor = money(one.said.amount_minor);
        format!("; was {minor} by {by} on {}", day(one.day))
    });
    let line = format!(
        "✓ {} {} {}: {}{more}{}",
        whose(catalog, &said),
        match said.by {
            crate::deal::target::Side::Rep => "calls",
            crate::deal::target::Side::Manager => "adjusted for",
        },
        period_name(period_of(&said), session.process.fiscal_month),
        money(said.amount_minor),
        was.unwrap_or_default()
    );
    let ((), outcome) = session.write(dry_run, |write| {
        let id = write.create(StreamKind::Commitment)?;
        write.append(id, at, [Event::Committed(Box::new(said))])
    })?;
    session.cx.console.say_wrapped(&line)?;
    dry_run_line(session, outcome)?;
    Ok(Status::Done)
}

/// `Jana Roth`, `team North`
fn whose(catalog: &Catalog, said: &Commitment) -> String {
    use crate::deal::commitment::Scope;
    use crate::deal::event::CatalogKind;
    match said.scope {
        Scope::Rep => visible(catalog.title(CatalogKind::Rep, &said.name)),
        Scope::Team => format!(
            "team {}",
            visible(catalog.title(CatalogKind::Team, &said.name))
        ),
    }
}

fn period_of(said: &Commitment) -> Period {
    Period {
        from: said.from,
        to: said.to,
    }
}

/// What was said of just this period, the last of each.
fn said_of(said: &[Committed], period: Period) -> Vec<&Committed> {
    let mut last = crate::deal::commitment::latest(said);
    last.retain(|one| period_of(&one.said) == period);
    last
}
