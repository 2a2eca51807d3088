//! What the commands about people's own words share.

use anyhow::Result;
use chrono::NaiveDate;

use super::super::context::Status;
use super::super::deal::dry_run_line;
use super::super::session::Session;
use crate::date::{day, parse_period, period_name};
use crate::deal::commitment::{Commitment, Committed, Scope, latest};
use crate::deal::event::{CatalogKind, Event, StreamKind};
use crate::deal::target::Side;
use crate::document::Period;
use crate::fault::Fault;
use crate::money::Money;
use crate::process::Whose;
use crate::store::{Catalog, Moment};
use crate::text::visible;

/// The period that was asked for, or else the fiscal quarter that runs.
pub(super) fn period(session: &Session<'_>, typed: Option<&str>) -> Result<Period, Fault> {
    parse_period(
        typed.unwrap_or("this quarter"),
        session.today,
        session.process.fiscal_month,
    )
    .map_err(|problem| Fault::usage(format!("--period: {problem}")))
}

/// A period that was not over on the day on which something is said of it.
pub(super) fn period_ahead(
    session: &Session<'_>,
    typed: Option<&str>,
    on: Moment,
) -> Result<Period, Fault> {
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
pub(super) fn amount(session: &Session<'_>, option: &str, typed: &str) -> Result<i64, Fault> {
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
pub(super) fn say(
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
            Side::Rep => "calls",
            Side::Manager => "adjusted for",
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
pub(super) fn whose(catalog: &Catalog, said: &Commitment) -> String {
    match said.scope {
        Scope::Rep => visible(catalog.title(CatalogKind::Rep, &said.name)),
        Scope::Team => format!(
            "team {}",
            visible(catalog.title(CatalogKind::Team, &said.name))
        ),
    }
}

pub(super) fn period_of(said: &Commitment) -> Period {
    Period {
        from: said.from,
        to: said.to,
    }
}

/// What was said of just this period, the last of each.
pub(super) fn said_of(said: &[Committed], period: Period) -> Vec<&Committed> {
    let mut last = latest(said);
    last.retain(|one| period_of(&one.said) == period);
    last
}

/// What reps had called for a period by a day: all of them, or one; nobody calls the deals of a team or a product alone.
pub(super) fn called(
    session: &Session<'_>,
    as_of: NaiveDate,
    period: Period,
    of: &Whose,
) -> Result<Option<i64>> {
    let mut said = session.store.commitments()?;
    said.retain(|one| one.day <= as_of);
    let mut called = said_of(&said, period);
    called.retain(|one| {
        let theirs = match of {
            Whose::Company => true,
            Whose::Rep(name) => one.said.name == *name,
            Whose::Team(_) | Whose::Product(_) => false,
        };
        theirs && one.said.by == Side::Rep
    });
    Ok((!called.is_empty()).then(|| called.iter().map(|one| one.said.amount_minor).sum()))
}
