//! Targets: what metrics should be, and what reps and managers agree on.

mod accept;
mod answer;
mod list;
mod propose;
mod withdraw;

use anyhow::Result;
use chrono::NaiveDate;
use clap::{Args, Subcommand};

use super::context::{Context, Status};
use super::deal::dry_run_line;
use super::session::Session;
use crate::date::period_name;
use crate::deal::event::{CatalogEntry, CatalogKind, Event};
use crate::deal::target::{Proposal, Side};
use crate::document::Period;
use crate::fault::{Class, Fault};
use crate::money::Money;
use crate::process::{
    Bound, Given, Metric, MetricUnit, Target, TargetPeriod, Whose, backward_target,
    impossible_bound,
};
use crate::report::in_unit;
use crate::store::{Catalog, Outcome};
use crate::text::visible;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(list::Args),
    Propose(propose::Args),
    Accept(accept::Args),
    Answer(answer::Args),
    Withdraw(withdraw::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::List(args) => list::run(args, cx),
        Command::Propose(args) => propose::run(args, cx),
        Command::Accept(args) => accept::run(args, cx),
        Command::Answer(args) => answer::run(args, cx),
        Command::Withdraw(args) => withdraw::run(args, cx),
    }
}

/// How much of a metric is offered.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
struct BoundArgs {
    /// What is to be reached, in the metric's unit: 60k, 12, 40%
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    at_least: Option<String>,
    /// What is not to be passed
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    at_most: Option<String>,
}

impl BoundArgs {
    fn bound(&self, session: &Session<'_>, metric: &Metric) -> Result<Bound, Fault> {
        let number = |option: &str, typed: &str| {
            number(session, metric, typed)
                .map_err(|problem| Fault::usage(format!("{option}: {problem}")))
        };
        let (option, bound) = match (&self.at_least, &self.at_most) {
            (Some(typed), _) => ("--at-least", Bound::AtLeast(number("--at-least", typed)?)),
            (None, Some(typed)) => ("--at-most", Bound::AtMost(number("--at-most", typed)?)),
            (None, None) => return Err(Fault::usage("say --at-least or --at-most")),
        };
        if bound.number() < 0.0 {
            let typed = self.at_least.as_ref().or(self.at_most.as_ref());
            let typed = typed.map_or_else(String::new, |typed| crate::text::visible(typed));
            return Err(Fault::usage(format!(
                "{option}: `{typed}` is below nothing; write a number from 0 on, such as {}",
                example(metric)
            )));
        }
        if let Some(problem) = impossible_bound(metric, bound) {
            return Err(Fault::usage(format!(
                "{option}: {problem}; write one from 0 to 1, such as 0.4 or 40%"
            )));
        }
        if let Some((problem, instead)) = backward_target(metric, bound) {
            let instead = instead.replace('_', "-");
            return Err(Fault::usage(format!("{option}: {problem}")).hint(format!(
                "--{instead} NUMBER sets the limit on the other side"
            )));
        }
        Ok(bound)
    }
}

fn example(metric: &Metric) -> &'static str {
    match metric.unit {
        MetricUnit::Share => "0.4 or 40%",
        MetricUnit::Money => "60k",
        _ => "12",
    }
}

/// A number of the metric's unit; money in major units, as in the process file.
fn number(session: &Session<'_>, metric: &Metric, typed: &str) -> Result<f64, String> {
    let typed = typed.trim();
    match metric.unit {
        MetricUnit::Money => {
            let money = Money::parse(typed, session.process.currency)?;
            if money.currency != session.process.currency {
                return Err(format!(
                    "`{typed}` is not in {}, the currency of the process",
                    session.process.currency
                ));
            }
            Ok(money.currency.major(money.minor))
        }
        unit => {
            let share = typed.strip_suffix('%').map(str::trim);
            let number = share.unwrap_or(typed).parse::<f64>();
            let number = number.map(|number| {
                if share.is_some() {
                    number / 100.0
                } else {
                    number
                }
            });
            match number {
                Ok(number)
                    if number.is_finite() && (share.is_none() || unit == MetricUnit::Share) =>
                {
                    Ok(number)
                }
                _ => Err(format!(
                    "`{}` is not a number of {}; write one like {}",
                    visible(typed),
                    unit.name(),
                    example(metric)
                )),
            }
        }
    }
}

fn metric<'s>(session: &'s Session<'_>, typed: &str) -> Result<&'s Metric, Fault> {
    session.process.metric(typed.trim()).ok_or_else(|| {
        let names: Vec<&str> = session
            .process
            .metrics()
            .map(|metric| metric.name.as_str())
            .collect();
        Fault::unknown(Class::Usage, "metric", typed, &names)
    })
}

/// The targets of the process file, and those that reps and managers had agreed on by a day.
pub(crate) fn all(session: &Session<'_>, day: NaiveDate) -> Result<Vec<Target>> {
    let mut targets = session.process.targets.clone();
    let mut agreed = session.store.proposals()?;
    agreed.retain(|proposal| proposal.counts_on(day));
    // What was agreed on later counts.
    agreed.sort_by_key(|proposal| (proposal.accepted, proposal.id));
    targets.extend(agreed.iter().map(target_of));
    Ok(targets)
}

fn target_of(proposal: &Proposal) -> Target {
    Target {
        metric: proposal.metric.clone(),
        whose: Whose::Rep(proposal.rep.clone()),
        period: TargetPeriod::Once(period_of(proposal)),
        bound: proposal.bound,
        warn: Target::WARN,
        why: proposal.why.clone(),
        given: Given::Agreed(proposal.id.handle()),
    }
}

fn period_of(proposal: &Proposal) -> Period {
    Period {
        from: proposal.from,
        to: proposal.to,
    }
}

/// `revenue of Jana Roth at least 60,000 EUR in 2026-Q4`
fn in_words(session: &Session<'_>, catalog: &Catalog, proposal: &Proposal) -> String {
    let rep = catalog.title(CatalogKind::Rep, &proposal.rep);
    format!(
        "{} of {} {} in {}",
        visible(&proposal.metric),
        visible(rep),
        bound_in_words(session, &proposal.metric, proposal.bound),
        period_name(period_of(proposal), session.process.fiscal_month)
    )
}

/// `at least 60,000 EUR`
fn bound_in_words(session: &Session<'_>, metric: &str, bound: Bound) -> String {
    let unit = session.process.metric(metric);
    let unit = unit.map_or(MetricUnit::Number, |metric| metric.unit);
    format!(
        "{} {}",
        bound.words(),
        in_unit(unit, bound.number(), session.process.currency)
    )
}

/// Whoever manages a rep; `None` when nobody is set, and so anybody may.
fn manager_of<'c>(catalog: &'c Catalog, rep: &CatalogEntry) -> Option<&'c str> {
    let team = catalog.get(CatalogKind::Team, rep.team.as_deref()?)?;
    team.manager.as_deref()
}

/// Whether whoever acts may speak for the manager of a rep.
fn manages(session: &Session<'_>, catalog: &Catalog, rep: &CatalogEntry) -> bool {
    manager_of(catalog, rep).is_none_or(|manager| is_manager(session, catalog, manager))
}

fn is_manager(session: &Session<'_>, catalog: &Catalog, manager: &str) -> bool {
    let as_rep = session.acting_rep(catalog);
    manager.to_lowercase() == session.actor.to_lowercase()
        || as_rep.is_some_and(|acting| {
            catalog
                .find(CatalogKind::Rep, manager)
                .or_else(|| catalog.rep_of_login(manager))
                .is_some_and(|manager| manager.name == acting)
        })
}

/// Refuses a rep who speaks for another rep or for a team without being its manager; `own` is the rep whose own word it
/// may be. Whoever is no rep at all (sales operations) may: the record names them.
pub(crate) fn may_speak_for(
    session: &Session<'_>,
    catalog: &Catalog,
    entry: &CatalogEntry,
    own: Side,
) -> Result<(), Fault> {
    let Some(acting) = session.acting_rep(catalog) else {
        return Ok(());
    };
    let manager = match entry.kind {
        CatalogKind::Team => entry.manager.as_deref(),
        _ => manager_of(catalog, entry),
    };
    let is_own = own == Side::Rep && entry.kind == CatalogKind::Rep && entry.name == acting;
    if is_own || manager.is_some_and(|manager| is_manager(session, catalog, manager)) {
        return Ok(());
    }
    let what = match own {
        Side::Rep => format!("what {} calls", visible(&entry.title)),
        Side::Manager => visible(&entry.title),
    };
    let mut who: Vec<&str> = Vec::new();
    if own == Side::Rep {
        who.push(&entry.title);
    }
    who.extend(manager.filter(|manager| !who.contains(manager)));
    let who_may = who.iter().map(|who| visible(who)).collect::<Vec<_>>();
    let to = match own {
        Side::Rep => "say",
        Side::Manager => "adjust",
    };
    let actor = visible(&session.actor);
    Err(match who.last() {
        Some(last) => Fault::no(format!(
            "{what} is for {} to {to}, not for {actor}",
            who_may.join(" or ")
        ))
        .hint(format!(
            "--as {} says that you are",
            super::command_line::quoted(last)
        )),
        None => Fault::no(format!(
            "{what} is for its manager to {to}, and nobody manages it; {actor} is a rep"
        ))
        .hint("salesctl catalog set team TEAM --manager NAME says who does"),
    })
}

/// For whom whoever acts speaks about a rep's targets.
fn side(session: &Session<'_>, catalog: &Catalog, rep: &CatalogEntry) -> Result<Side, Fault> {
    if session.acting_rep(catalog).as_deref() == Some(rep.name.as_str()) {
        return Ok(Side::Rep);
    }
    if manages(session, catalog, rep) {
        return Ok(Side::Manager);
    }
    let manager = manager_of(catalog, rep).unwrap_or_default();
    Err(Fault::no(format!(
        "targets of {} are for {} and {} to agree on, not for {}",
        visible(&rep.title),
        visible(&rep.title),
        visible(manager),
        visible(&session.actor)
    ))
    .hint(format!(
        "--as {} says that you are",
        super::command_line::quoted(manager)
    )))
}

pub(crate) fn rep_named<'c>(catalog: &'c Catalog, name: &str) -> Result<&'c CatalogEntry, Fault> {
    catalog.get(CatalogKind::Rep, name).ok_or_else(|| {
        Fault::not_found(format!("there is no rep `{}` any more", visible(name)))
            .hint("salesctl catalog list rep shows them")
    })
}

/// What must be true of a proposal that somebody says something about.
fn must_be_open(session: &Session<'_>, proposal: &Proposal) -> Result<()> {
    if proposal.is_open() {
        return Ok(());
    }
    let short = session.store.short(proposal.id)?;
    let since = proposal.withdrawn.or(proposal.accepted);
    let fault = Fault::no(format!(
        "{short} is {} since {}",
        proposal.status(),
        since.map(crate::date::day).unwrap_or_default()
    ));
    Err(fault
        .hint(if proposal.withdrawn.is_some() {
            format!(
                "salesctl target propose {} --at-least N --period PERIOD proposes another",
                proposal.metric
            )
        } else {
            format!("salesctl target withdraw {short} takes it back")
        })
        .into())
}

/// Changes one proposal and says how it stands then.
fn change(
    session: &Session<'_>,
    typed: &str,
    dry_run: bool,
    decide: impl FnOnce(&Catalog, &Proposal, &CatalogEntry) -> Result<Event>,
) -> Result<Status> {
    let found = session.store.resolve_proposal(typed)?;
    let catalog = session.store.catalog()?;
    let at = session.moment_on(None)?;
    let (proposal, outcome) = session.write(dry_run, |write| {
        let gone =
            || Fault::not_found("somebody undid it meanwhile").hint("salesctl history shows who");
        let proposal = Proposal::from_events(write.events(found.id)?).ok_or_else(gone)?;
        let rep = rep_named(&catalog, &proposal.rep)?;
        let event = decide(&catalog, &proposal, rep)?;
        write.append(proposal.id, at, [event])?;
        Ok(Proposal::from_events(write.events(found.id)?).ok_or_else(gone)?)
    })?;
    say(session, &catalog, &proposal, outcome)
}

/// `✓ T4K2 accepted: revenue of Jana Roth at least 60,000 EUR in 2026-Q4`
fn say(
    session: &Session<'_>,
    catalog: &Catalog,
    proposal: &Proposal,
    outcome: Outcome,
) -> Result<Status> {
    // A dry run leaves nothing whose short id could be looked up.
    let short = if outcome.dry_run {
        proposal.id.handle().chars().take(4).collect()
    } else {
        session.store.short(proposal.id)?
    };
    let waits = proposal.waits_for().map(|side| match side {
        Side::Rep => format!("; {} accepts or answers it", rep_title(catalog, proposal)),
        Side::Manager => {
            let rep = catalog.get(CatalogKind::Rep, &proposal.rep);
            let manager = rep.and_then(|rep| manager_of(catalog, rep));
            let manager = manager.map_or_else(|| "anybody".to_string(), visible);
            format!("; {manager} accepts or answers it")
        }
    });
    session.cx.console.say_wrapped(&format!(
        "✓ {short} {}: {}{}",
        proposal.status(),
        in_words(session, catalog, proposal),
        waits.unwrap_or_default()
    ))?;
    dry_run_line(session, outcome)?;
    Ok(Status::Done)
}

fn rep_title(catalog: &Catalog, proposal: &Proposal) -> String {
    visible(catalog.title(CatalogKind::Rep, &proposal.rep))
}

/// What somebody said with it; nothing when it is blank.
fn words(why: Option<&str>) -> Option<crate::deal::event::Private> {
    why.map(str::trim)
        .filter(|why| !why.is_empty())
        .map(crate::deal::event::Private::new)
}
