//! `deal show`: one deal on one screen.

use anyhow::Result;
use chrono::NaiveDate;
use serde::Serialize;

use super::super::context::{Context, Status};
use super::super::forecast::is_live;
use super::super::output::{self, OutputArgs};
use super::super::rating::{Known, KnownRating, known_of};
use super::super::refusal::day_in_stage;
use super::super::session::Session;
use super::super::show::{amount, counted, deal_name, fact_words, field_words};
use super::chance::{self, OfDeal};
use super::{DealArg, account_facts, decide, participants};
use crate::condition::Truth;
use crate::deal::book::Day;
use crate::deal::gate::GateLine;
use crate::deal::{Deal, FollowUp};
use crate::document::{Align, Cell, Document, Row, Table, TableColumn};
use crate::fault::Fault;
use crate::process::BuyingRole;
use crate::store::{Access, PersonRow, Store};
use crate::text::visible;

/// Show a deal: where it stands, what its gate asks for, who takes part, what comes next
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  salesctl deal show acme\n  salesctl deal show D7K2 --json")]
pub(crate) struct Args {
    #[command(flatten)]
    deal: DealArg,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Clone, Debug, Serialize)]
struct Shown {
    id: String,
    account: Option<String>,
    title: Option<String>,
    owner: Option<String>,
    product: Option<String>,
    source: Option<String>,
    #[serde(rename = "type")]
    customer_type: Option<String>,
    stage: Option<String>,
    state: &'static str,
    value_minor: Option<i64>,
    currency: Option<&'static str>,
    opened: Option<NaiveDate>,
    closed: Option<NaiveDate>,
    expected_close: Option<NaiveDate>,
    stage_entered: Option<NaiveDate>,
    days_in_stage: Option<i64>,
    hold_until: Option<NaiveDate>,
    reason: Option<String>,
    next_step: Option<String>,
    next_date: Option<NaiveDate>,
    overrides: u32,
    gate_open: Vec<String>,
    external: Option<String>,
    /// Of its account and of those who take part.
    ratings: Vec<KnownRating>,
    /// What there was with them outside of this deal.
    talks: usize,
    last_talk: Option<NaiveDate>,
    /// Of an open deal.
    chance_30_days_share: Option<f64>,
    /// Until the fiscal quarter ends, where any of it is left.
    chance_quarter_share: Option<f64>,
    /// The median day of winning, if it is won.
    likely_won: Option<NaiveDate>,
    chance_why: Option<String>,
    /// As whoever works on it says.
    confidence_share: Option<f64>,
    /// Version of the process under which it passed its last gate.
    gate_version: Option<u32>,
}

impl Row for Shown {
    fn columns() -> Vec<&'static str> {
        vec![
            "id",
            "account",
            "title",
            "owner",
            "product",
            "source",
            "type",
            "stage",
            "state",
            "value_minor",
            "currency",
            "opened",
            "closed",
            "expected_close",
            "stage_entered",
            "days_in_stage",
            "hold_until",
            "reason",
            "next_step",
            "next_date",
            "overrides",
            "gate_open",
            "external",
            "ratings",
            "talks",
            "last_talk",
            "chance_30_days_share",
            "chance_quarter_share",
            "likely_won",
            "chance_why",
            "confidence_share",
            "gate_version",
        ]
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let id = session.store.resolve_deal(&args.deal.deal)?;
    let deal = session
        .store
        .deal(id)?
        .ok_or_else(|| Fault::not_found("the deal was undone"))?;
    let stage = deal
        .stage()
        .filter(|_| deal.state.is_open())
        .and_then(|name| session.process.stage(name));
    let gate = match stage {
        Some(stage) => decide(&session, &deal, session.today, |case| case.gate(stage))?,
        None => Vec::new(),
    };
    let next = deal.next_step().filter(|_| deal.state.is_open());
    let people = participants(&session, &deal)?;
    let began_with = began_with(&session, &deal)?;
    let mut taking_part: Vec<PersonRow> = people.iter().map(|(_, person)| person.clone()).collect();
    taking_part.extend(began_with.clone());
    let known = known_of(&session, &deal, &taking_part)?;
    let chance = chance_of(&session, &deal)?;
    let shown = Shown {
        id: deal.id.handle(),
        account: match deal.account {
            Some(account) => session.store.account_name(account)?,
            None => None,
        },
        title: deal.title.clone(),
        owner: deal.owner.clone(),
        product: deal.product.clone(),
        source: deal.source.clone(),
        customer_type: deal.customer_type.clone(),
        stage: deal
            .stage()
            .map(|stage| session.process.stage_now(stage).to_string()),
        state: deal.state.name(),
        value_minor: deal.value.map(|value| value.minor),
        currency: deal.value.map(|value| value.currency.code()),
        opened: deal.opened,
        closed: deal.closed,
        expected_close: deal.expected_close,
        stage_entered: deal.stage_entered(),
        days_in_stage: deal.stage_entered().map(|entered| {
            deal.closed
                .unwrap_or(session.today)
                .signed_duration_since(entered)
                .num_days()
        }),
        hold_until: deal.hold_until,
        reason: deal.reason.clone(),
        next_step: next.map(|item| item.text.clone()),
        next_date: next.map(|item| item.due),
        overrides: deal.overrides,
        gate_open: gate
            .iter()
            .filter(|line| line.verdict != Truth::Met)
            .map(|line| line.rule.clone().unwrap_or_else(|| line.name.clone()))
            .collect(),
        external: deal
            .external
            .as_deref()
            .map(|key| Store::external_id(key).to_string()),
        ratings: known.ratings.clone(),
        talks: known.talks,
        last_talk: known.last_talk,
        chance_30_days_share: chance.as_ref().ok().map(|told| told.soon.share),
        chance_quarter_share: chance.as_ref().ok().and_then(|told| told.quarter),
        likely_won: chance
            .as_ref()
            .ok()
            .and_then(|told| told.soon.likely)
            .map(Day::date),
        chance_why: match &chance {
            Ok(told) => Some(told.soon.in_words()),
            Err(refused) => refused.clone(),
        },
        confidence_share: deal.confidence.map(|percent| f64::from(percent) / 100.0),
        gate_version: deal.gate_version,
    };
    let mut document = document(&session, &deal, &gate, &people, &known, began_with.as_ref())?;
    for line in in_words(&session, &chance) {
        document = document.line(line);
    }
    let answer = output::answer(&session, "salesctl/deal/1", vec![shown]);
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

/// What chance an open deal has, or why that can't be told: nothing of a deal that is decided.
fn chance_of(session: &Session<'_>, deal: &Deal) -> Result<Result<OfDeal, Option<String>>> {
    if !deal.state.is_open() {
        return Ok(Err(None));
    }
    if !is_live(session)? {
        let why =
            "not worked out for one deal of so many: salesctl deal list --columns p,why has all";
        return Ok(Err(Some(why.to_string())));
    }
    let process = &session.process;
    let book = session
        .store
        .book(process, session.today, &chance::needs(process))?;
    chance::of_deal(session, &book, deal.id)
}

/// The chance in a line, and why in another.
fn in_words(session: &Session<'_>, chance: &Result<OfDeal, Option<String>>) -> Vec<String> {
    match chance {
        Ok(OfDeal { soon, quarter, end }) => {
            let percent = |share: f64| (share * 100.0).round();
            let quarter = quarter.zip(*end).map_or_else(String::new, |(share, end)| {
                format!(
                    ", by {} {:.0} %",
                    crate::date::day(end.date()),
                    percent(share)
                )
            });
            let likely = soon.likely.map_or_else(
                || "; hardly any deal was won after so long".to_string(),
                |day| {
                    let about = crate::date::day_and_distance(day.date(), session.today);
                    format!("; if it is won, about {about}")
                },
            );
            let mut lines = vec![
                format!(
                    "chance to be won within {} days: {:.0} %{quarter}{likely}",
                    chance::DAYS,
                    percent(soon.share),
                ),
                format!("chance from: {}", soon.why),
            ];
            if !soon.to_look_at.is_empty() {
                lines.push(format!("to look at: {}", soon.to_look_at.join(", ")));
            }
            lines
        }
        Err(Some(refused)) => vec![format!("no chance can be told: {refused}")],
        Err(None) => Vec::new(),
    }
}

/// The person of the list, the selection or the referral that the deal came of.
fn began_with(session: &Session<'_>, deal: &Deal) -> Result<Option<PersonRow>> {
    match deal.origin.as_ref().and_then(|origin| origin.person) {
        Some(person) => session.store.person(person),
        None => Ok(None),
    }
}

/// Who somebody is and how to reach them.
fn reached(person: &PersonRow) -> String {
    let known = [
        Some(&person.name),
        person.email.as_ref(),
        person.phone.as_ref(),
    ];
    let known: Vec<&str> = known.into_iter().flatten().map(String::as_str).collect();
    known.join(", ")
}

fn document(
    session: &Session<'_>,
    deal: &Deal,
    gate: &[GateLine],
    people: &[(BuyingRole, PersonRow)],
    known: &Known,
    began_with: Option<&PersonRow>,
) -> Result<Document> {
    let process = &session.process;
    let mut facts: Vec<(String, String)> = Vec::new();
    let mut fact = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            facts.push((name.to_string(), value));
        }
    };
    let stage = match deal.stage_or_end() {
        Some(stage) if deal.state.is_open() => {
            format!(
                "{}{}",
                process.stage_title(stage),
                day_in_stage(session, deal)
            )
        }
        Some(end) => format!(
            "{}{}",
            process.stage_title(end),
            deal.closed
                .map(|day| format!(", {}", crate::date::day(day)))
                .unwrap_or_default()
        ),
        None => "none told".to_string(),
    };
    fact("stage", Some(stage));
    fact(
        "on hold",
        deal.hold_until.map(|until| {
            format!(
                "until {}: {}",
                crate::date::day_and_distance(until, session.today),
                deal.hold_reason.clone().unwrap_or_default()
            )
        }),
    );
    fact("reason", deal.reason.clone());
    fact("about", deal.title.clone());
    fact("value", Some(amount(deal.value)));
    fact("owner", deal.owner.clone());
    fact("product", deal.product.clone());
    fact("source", deal.source.clone());
    fact("began with", began_with.map(reached));
    let why = deal.origin.as_ref().and_then(|origin| origin.why.clone());
    fact("because", why);
    fact("customer type", deal.customer_type.clone());
    fact("opened", deal.opened.map(crate::date::day));
    fact(
        "expected close",
        deal.expected_close
            .map(|day| crate::date::day_and_distance(day, session.today)),
    );
    fact(
        "confidence",
        deal.confidence.map(|percent| format!("{percent} %")),
    );
    for (name, value) in &deal.fields {
        fact(name, Some(field_words(session, name, value)));
    }
    for (name, value) in account_facts(session, deal)? {
        let words = fact_words(session, &name, &value);
        fact(&name, Some(words.trim_matches('"').to_string()));
    }
    for (role, person) in people {
        let title = person
            .title
            .as_ref()
            .map(|title| format!(", {title}"))
            .unwrap_or_default();
        fact(role.name(), Some(format!("{}{title}", person.name)));
    }
    for (name, value) in &known.facts {
        fact(name, Some(value.clone()));
    }
    let undone = |item: &&FollowUp| deal.state.is_open() && item.done.is_none();
    for item in deal.follow_ups.iter().filter(undone) {
        fact(
            "next",
            Some(format!(
                "{} {}",
                item.text,
                crate::date::day_and_distance(item.due, session.today)
            )),
        );
    }
    fact(
        "overrides",
        (deal.overrides > 0).then(|| {
            let gates = counted(deal.overrides as usize, "gate", "gates");
            format!("{gates} passed by override")
        }),
    );
    // What everybody works by need not be said.
    let older = deal.gate_version.filter(|gate| *gate != session.version);
    fact(
        "last gate",
        older.map(|gate| format!("by process version {gate}; {} is in force", session.version)),
    );
    let column = |heading: &str| TableColumn {
        heading: heading.to_string(),
        align: Align::Left,
        rank: 0,
        ..TableColumn::left("")
    };
    let mut document = Document::default()
        .heading(deal_name(session, deal)?)
        .table(Table {
            columns: vec![column(""), column("")],
            rows: facts
                .into_iter()
                .map(|(name, value)| vec![Cell::Text(name), Cell::Text(value)])
                .collect(),
        });
    if !gate.is_empty() {
        let open = gate
            .iter()
            .filter(|line| line.verdict != Truth::Met)
            .count();
        document = document.line(format!("its gate: {open} of {} open", gate.len()));
        document = document.table(Table {
            columns: vec![column(""), column(""), column("")],
            rows: gate
                .iter()
                .map(|line| {
                    let mark = match line.verdict {
                        Truth::Met => "✓",
                        Truth::NotMet => "✗",
                        Truth::Missing => "?",
                    };
                    let rule = line.rule.clone().unwrap_or_default();
                    let why = match line.verdict {
                        Truth::Met => String::new(),
                        _ => line
                            .why
                            .as_deref()
                            .map(|why| format!("why: {why}"))
                            .unwrap_or_default(),
                    };
                    vec![
                        Cell::Text(format!("{mark} {}", visible(&line.name))),
                        Cell::Text(rule),
                        Cell::Text(why),
                    ]
                })
                .collect(),
        });
    }
    Ok(document)
}
