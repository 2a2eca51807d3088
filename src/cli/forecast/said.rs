//! What the commands about people's own words share.

use anyhow::Result;
use chrono::NaiveDate;

use super::super::context::Status;
use super::super::deal::dry_run_line;
use super::super::session::Session;
use crate::date::{day, parse_period, period_name};
use crate::deal::book::{Columns, Needs};
use crate::deal::commitment::{Commitment, Committed, Scope, latest};
use crate::deal::event::{CatalogKind, Event, StreamKind};
use crate::deal::target::Side;
use crate::document::Period;
use crate::fault::Fault;
use crate::forecast::won_deals;
use crate::money::{Money, plain_amount};
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
    refuse_less_than_won(session, catalog, &said, at)?;
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
    let over = said.to < session.process.calendar.date_of(session.cx.clock);
    let ((), outcome) = session.write(dry_run, |write| {
        let id = write.create(StreamKind::Commitment)?;
        write.append(id, at, [Event::Committed(Box::new(said))])
    })?;
    session.cx.console.say_wrapped(&line)?;
    if over {
        session.cx.console.note(
            "note: its period is over: forecast accuracy leaves out what is recorded afterwards",
        );
    }
    dry_run_line(session, outcome)?;
    Ok(Status::Done)
}

/// Refuses less than is won: whoever types it means what is still to come.
fn refuse_less_than_won(
    session: &Session<'_>,
    catalog: &Catalog,
    said: &Commitment,
    at: Moment,
) -> Result<()> {
    let process = &session.process;
    let needs = Needs::of(Columns::WORTH.and(Columns::OWNER));
    let book = session.store.book(process, at.day, &needs)?;
    let deals = &book.deals;
    let theirs = |deal: usize| match said.scope {
        Scope::Rep => deals.owner[deal].map(|at| &book.owners[at as usize].name),
        Scope::Team => deals.team[deal].map(|at| &book.teams[at as usize].name),
    };
    let won = won_deals(process, &book, period_of(said))
        .into_iter()
        .filter(|(deal, _)| theirs(*deal) == Some(&said.name))
        .fold(0, |sum: i64, (_, minor)| sum.saturating_add(minor));
    if said.amount_minor >= won {
        return Ok(());
    }
    let money = |minor| Money {
        minor,
        currency: process.currency,
    };
    let all = plain_amount(won.saturating_add(said.amount_minor), process.currency);
    Err(Fault::no(format!(
        "--amount: {} is less than the {} that {} won in {} already",
        money(said.amount_minor),
        money(won),
        whose(catalog, said),
        period_name(period_of(said), process.fiscal_month)
    ))
    .hint(format!(
        "it is of the whole period: --amount {} when {} are still to come",
        all.replace(',', ""),
        money(said.amount_minor)
    ))
    .into())
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

/// What reps had called for a period by a day, and how many of them: all reps, or one; nobody calls the deals of a team or
/// a product alone.
pub(super) fn called(
    session: &Session<'_>,
    as_of: NaiveDate,
    period: Period,
    of: &Whose,
) -> Result<Option<(i64, String)>> {
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
    if called.is_empty() {
        return Ok(None);
    }
    let sum = called.iter().map(|one| one.said.amount_minor).sum();
    let by = if *of == Whose::Company {
        let catalog = session.store.catalog()?;
        let spoke = |name: &str| called.iter().any(|one| one.said.name == name);
        let reps = catalog.of(CatalogKind::Rep);
        let all = reps.filter(|rep| rep.active || spoke(&rep.name)).count();
        format!("by {} of {all} reps", called.len())
    } else {
        "by the rep".to_string()
    };
    Ok(Some((sum, by)))
}
