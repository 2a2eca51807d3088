//! `deal add`: a new deal, in the first stage.

use std::fmt::Write as _;

use anyhow::Result;

use super::super::assignment::{self, Assignment};
use super::super::context::{Context, Status};
use super::super::session::Session;
use super::super::show::{amount, deal_name};
use super::{deal_of, decide, dry_run_line};
use crate::deal::event::{Change, Event, Move, Private, StreamKind};
use crate::fault::Fault;
use crate::store::Access;
use crate::text::visible;

/// Add a deal with an account, in the first stage of the process
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl deal add \"Acme GmbH\" --value 12k --source fair\n  salesctl deal add Globex --owner jr --next \"fri: call Jana\" --set problem=\"quotes take 3 days\""
)]
pub(crate) struct Args {
    /// The account's name; a new account is added when nobody is called so
    account: String,
    /// What the deal is about
    #[arg(long)]
    title: Option<String>,
    /// Expected value: 4200, 12k, 1.5m, 12k USD
    #[arg(long, value_name = "AMOUNT")]
    value: Option<String>,
    /// The rep who owns it [default: whoever acts]
    #[arg(long, value_name = "REP", add = super::super::completion::catalog(crate::deal::event::CatalogKind::Rep))]
    owner: Option<String>,
    #[arg(long, add = super::super::completion::catalog(crate::deal::event::CatalogKind::Product))]
    product: Option<String>,
    /// Where it came from
    #[arg(long, add = super::super::completion::catalog(crate::deal::event::CatalogKind::Source))]
    source: Option<String>,
    /// When it is expected to be won
    #[arg(long, value_name = "DATE")]
    close: Option<String>,
    /// The next step: "fri: send quote"
    #[arg(long, value_name = "DATE: WHAT")]
    next: Option<String>,
    /// Any other fact, buying roles included
    #[arg(long = "set", value_name = "NAME=VALUE", add = super::super::completion::fields())]
    set: Vec<String>,
    /// Begin in this stage instead of the first
    #[arg(long, value_name = "STAGE", add = super::super::completion::stages())]
    stage: Option<String>,
    /// When it was opened, if not today: a date in the past
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let name = args.account.trim();
    if name.is_empty() {
        return Err(Fault::usage("an account needs a name").into());
    }
    let assignments = assignments(&session, args)?;
    let stage = first_stage(&session, args.stage.as_deref())?;
    let at = session.moment_on(args.on.as_deref())?;
    let day = at.day;
    let ((deal, is_new), outcome) = session.write(args.dry_run, |write| {
        let known = session.store.account_named(name)?;
        let account = if let Some(account) = known {
            account
        } else {
            let account = write.create(StreamKind::Account)?;
            write.append(
                account,
                at,
                [Event::AccountAdded {
                    name: name.to_string(),
                }],
            )?;
            // Conditions may ask for its name as soon as the deal enters its stage.
            write.flush()?;
            account
        };
        let id = write.create(StreamKind::Deal)?;
        let opened = Event::DealOpened {
            account: Some(account),
            opened: Some(day),
            external: None,
        };
        write.append(id, at, [opened])?;
        for assignment in &assignments {
            let deal = deal_of(write, id)?;
            let events = assignment::events(&session, write, &deal, assignment, at)?;
            write.append(id, at, events)?;
        }
        let deal = deal_of(write, id)?;
        let entered = decide(&session, &deal, day, |case| {
            case.enter(&stage, Move::Start, None, &mut || write.new_id())
        })?;
        write.append(id, at, entered)?;
        let deal = deal_of(write, id)?;
        write.flush()?;
        Ok(((deal_name(&session, &deal)?, deal), known.is_none()))
    })?;
    let (name, deal) = deal;
    let mut what = format!(
        "added in {}: {}",
        session.process.stage_title(&stage),
        amount(deal.value)
    );
    if let Some(owner) = &deal.owner {
        let _ = write!(what, ", owner {}", visible(owner));
    }
    let by_rule = deal.follow_ups.iter().find(|item| item.by_rule);
    for (item, kind) in [(deal.next_step(), "next"), (by_rule, "follow-up")] {
        let Some(item) = item else { continue };
        let _ = write!(
            what,
            ", {kind}: {} {}",
            visible(&item.text),
            crate::date::day_and_distance(item.due, session.today)
        );
    }
    if is_new {
        what.push_str(" (new account)");
    }
    cx.console.say_wrapped(&format!("✓ {name}   {what}"))?;
    if deal.owner.is_none() {
        cx.console.note(&format!(
            "note: nobody owns it, since {} is no rep here; salesctl deal assign DEAL --to REP",
            visible(&session.actor)
        ));
    }
    dry_run_line(&session, outcome)?;
    Ok(Status::Done)
}

fn assignments(session: &Session<'_>, args: &Args) -> Result<Vec<Assignment>> {
    let catalog = session.store.catalog()?;
    let mut all = Vec::new();
    let named = [
        ("title", &args.title),
        ("value", &args.value),
        ("owner", &args.owner),
        ("product", &args.product),
        ("source", &args.source),
        ("expected_close", &args.close),
        ("next_step", &args.next),
    ];
    for (name, value) in named {
        if let Some(value) = value {
            all.push(assignment::parse(
                session,
                &catalog,
                &format!("{name}={value}"),
            )?);
        }
    }
    if args.owner.is_none()
        && let Some(rep) = session.acting_rep(&catalog)
    {
        all.push(Assignment::Change(Change::Owner(Some(rep))));
    }
    for typed in &args.set {
        let assignment = assignment::parse(session, &catalog, typed)?;
        if matches!(assignment, Assignment::Stage(_)) {
            return Err(Fault::usage("say --stage STAGE instead of --set stage=STAGE").into());
        }
        all.push(assignment);
    }
    // An empty title is none.
    all.retain(|one| !matches!(one, Assignment::Change(Change::Title(Some(Private { text }))) if text.is_empty()));
    Ok(all)
}

fn first_stage(session: &Session<'_>, asked: Option<&str>) -> Result<String> {
    let stages: Vec<&str> = session
        .process
        .stages
        .iter()
        .map(|s| s.name.as_str())
        .collect();
    let Some(asked) = asked else {
        return Ok(stages.first().map(ToString::to_string).unwrap_or_default());
    };
    if stages.contains(&asked) {
        return Ok(asked.to_string());
    }
    let fault = Fault::usage(format!("there is no stage `{}`", visible(asked)));
    let fault = match crate::text::nearest(asked, stages.iter().copied()) {
        Some(near) => fault.hint(format!("did you mean `{near}`?")),
        None => fault,
    };
    Err(fault
        .hint(format!("the stages are: {}", stages.join(", ")))
        .into())
}
