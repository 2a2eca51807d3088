//! `score fit`: do the facts of a prospect tell who is won, and if so, by which points?

use std::collections::HashMap;

use anyhow::Result;
use chrono::NaiveDate;

use super::super::context::{Context, Status};
use super::super::filter::FilterArgs;
use super::super::output::{self, OutputArgs};
use super::super::session::Session;
use super::super::show::counted;
use super::tell::{document, reason};
use crate::condition::Column;
use crate::date::{day, parse_period};
use crate::deal::book::{Book, Columns, Needs, State};
use crate::document::{Period, row};
use crate::fault::Fault;
use crate::process::{Process, Prospecting, prospect_columns};
use crate::prospect::score::{ENOUGH, Example, Learnt, Proposal, learn};
use crate::store::Access;

/// Learn points for prospects from our own won and lost deals, and say whether they tell anything
///
/// The examples are the deals won and lost; the facts are those that a prospect has too (its columns and the
/// account fields), as they were known when the deal was opened. How good the points are is found by
/// predicting deals of companies that were left out. Nothing is changed: the rules are printed to be pasted
/// into process.toml.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl score fit\n  salesctl score fit --period \"last 12 months\" --toml >> process.toml"
)]
pub(crate) struct Args {
    /// Only deals won or lost in this period: 2026-Q3, 2026, "last 12 months" [default: all]
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    #[command(flatten)]
    filter: FilterArgs,
    /// Print the rules alone, to append to process.toml
    #[arg(long, conflicts_with_all = ["format", "json", "output"])]
    toml: bool,
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// What was learnt, and how far it can be trusted.
    struct FitLine {
        verdict: &'static str,
        won: usize,
        lost: usize,
        companies: usize,
        /// How likely a won deal ranks above a lost one.
        auc: Option<f64>,
        auc_low: Option<f64>,
        auc_high: Option<f64>,
        brier: Option<f64>,
        base_brier: Option<f64>,
        brier_gain: Option<f64>,
        brier_gain_low: Option<f64>,
        brier_gain_high: Option<f64>,
        calibration_error: Option<f64>,
        calibration_error_by_luck: Option<f64>,
        /// The newest fifth, learnt from the older deals.
        newest_from: Option<NaiveDate>,
        newest_n: Option<usize>,
        newest_auc: Option<f64>,
        newest_auc_low: Option<f64>,
        newest_auc_high: Option<f64>,
        ridge: Option<f64>,
        high: Option<i64>,
        medium: Option<i64>,
        rules: usize,
        /// To paste into process.toml.
        toml: Option<String>,
    }
}

/// Columns that say who it is, not what they are like; and those that only we gave them.
const IDENTITY: &[&str] = &[
    "id",
    "first_name",
    "last_name",
    "company",
    "email",
    "phone",
    "mobile",
    "domain",
    "known",
];

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let as_of = args.filter.as_of(&session)?;
    let period = args
        .period
        .as_deref()
        .map(|typed| parse_period(typed, session.today, session.process.fiscal_month))
        .transpose()
        .map_err(|problem| Fault::usage(format!("--period: {problem}")))?;
    let columns: Vec<Column> = prospect_columns(&session.process.fields, false)
        .into_iter()
        .filter(|column| !IDENTITY.contains(&column.name.as_str()))
        .collect();
    let needs = Needs::of(Columns::OPENED.and(Columns::CLOSED).and(Columns::ACCOUNT))
        .and(args.filter.needs(&session)?);
    let book = session.store.book(&session.process, as_of, &needs)?;
    let examples = examples(&session, &args.filter, &book, period, &columns)?;
    let learnt = learn(&columns, &examples);
    let proposal = learnt.propose(&columns);
    let text = proposal
        .as_ref()
        .map(|proposal| toml(&session.process, &learnt, proposal, as_of));
    if args.toml {
        let Some(text) = text else {
            return Err(
                Fault::no(format!("{}: no rules are proposed", reason(&learnt)))
                    .hint("salesctl score fit says how sure that is")
                    .into(),
            );
        };
        cx.console.print(&text)?;
        return Ok(Status::Done);
    }
    let mut answer = output::answer(&session, "salesctl/score-fit/1", Vec::new());
    answer.as_of = as_of;
    answer.period = period;
    answer.n = learnt.won + learnt.lost;
    answer.notes = notes(&session.process, &learnt, proposal.as_ref());
    answer
        .rows
        .push(line(&learnt, proposal.as_ref(), text.clone()));
    let document = document(
        &learnt,
        proposal.as_ref(),
        text.as_deref(),
        title(args, period),
        &answer.notes,
    );
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

fn title(args: &Args, period: Option<Period>) -> String {
    let mut title = "Do the facts of a prospect tell who is won?".to_string();
    if let Some(words) = args.filter.words() {
        title = format!("{title} ({words})");
    }
    if let Some(period) = period {
        title = format!("{title} Closed {} to {}", day(period.from), day(period.to));
    }
    title
}

/// The closed deals, oldest id first, with what was known of each before.
fn examples(
    session: &Session<'_>,
    filter: &FilterArgs,
    book: &Book,
    period: Option<Period>,
    columns: &[Column],
) -> Result<Vec<Example>> {
    let only = filter.mask(session, book)?;
    let store = &session.store;
    let mut facts = store.facts_before(&session.process, columns, session.today)?;
    let mut companies: HashMap<u32, usize> = HashMap::new();
    let mut examples: Vec<Example> = Vec::new();
    let mut next = 0;
    for deal in 0..book.deals.len() {
        let state = book.deals.state[deal];
        let closed = book.deals.closed[deal].map(crate::deal::book::Day::date);
        let inside = period.is_none_or(|period| closed.is_some_and(|day| period.contains(day)));
        if !matches!(state, State::Won | State::Lost)
            || !inside
            || only.as_ref().is_some_and(|only| !only[deal])
        {
            continue;
        }
        let Some(facts) = facts.remove(&book.deals.id[deal]) else {
            continue;
        };
        let mut new = || {
            next += 1;
            next - 1
        };
        // A deal without an account is a company of its own.
        let company = match book.deals.account[deal] {
            Some(account) => *companies.entry(account).or_insert_with(new),
            None => new(),
        };
        examples.push(Example {
            facts,
            won: state == State::Won,
            company,
            closed,
        });
    }
    Ok(examples)
}

fn toml(process: &Process, learnt: &Learnt, proposal: &Proposal, as_of: NaiveDate) -> String {
    let auc = learnt
        .accuracy
        .map_or(f64::NAN, |accuracy| accuracy.auc.value);
    let first = format!(
        "score fit, {as_of}: {} won, {} lost; {}, AUC {auc:.2}",
        learnt.won,
        learnt.lost,
        learnt.verdict.name()
    );
    proposal.toml(&first, has_prospecting(process))
}

/// A file has one such heading; what has rules has limits, and they are under it.
fn has_prospecting(process: &Process) -> bool {
    process.prospecting != Prospecting::default() || !process.scores.is_empty()
}

fn line(learnt: &Learnt, proposal: Option<&Proposal>, toml: Option<String>) -> FitLine {
    let accuracy = learnt.accuracy;
    let newest = accuracy.and_then(|accuracy| accuracy.newest);
    FitLine {
        verdict: learnt.verdict.name(),
        won: learnt.won,
        lost: learnt.lost,
        companies: learnt.companies,
        auc: accuracy.map(|a| a.auc.value),
        auc_low: accuracy.map(|a| a.auc.low),
        auc_high: accuracy.map(|a| a.auc.high),
        brier: accuracy.map(|a| a.brier),
        base_brier: accuracy.map(|a| a.base_brier),
        brier_gain: accuracy.map(|a| a.gain.value),
        brier_gain_low: accuracy.map(|a| a.gain.low),
        brier_gain_high: accuracy.map(|a| a.gain.high),
        calibration_error: accuracy.map(|a| a.calibration),
        calibration_error_by_luck: accuracy.map(|a| a.calibration_by_luck),
        newest_from: newest.map(|n| n.from),
        newest_n: newest.map(|n| n.n),
        newest_auc: newest.map(|n| n.auc.value),
        newest_auc_low: newest.map(|n| n.auc.low),
        newest_auc_high: newest.map(|n| n.auc.high),
        ridge: learnt.strength,
        high: proposal.map(|p| p.high),
        medium: proposal.map(|p| p.medium),
        rules: proposal.map_or(0, |p| p.rules.len()),
        toml,
    }
}

fn notes(process: &Process, learnt: &Learnt, proposal: Option<&Proposal>) -> Vec<String> {
    let mut notes = vec![reason(learnt)];
    if learnt
        .accuracy
        .is_some_and(|accuracy| accuracy.newest.is_none())
    {
        notes.push(format!(
            "the newest fifth has too few deals to be judged alone (fewer than {ENOUGH} won or lost)"
        ));
    }
    if let Some(proposal) = proposal
        && has_prospecting(process)
    {
        notes.push(format!(
            "[prospecting] is to say `high = {}` and `medium = {}`",
            proposal.high, proposal.medium
        ));
    }
    if proposal.is_some() && !process.scores.is_empty() {
        notes.push(format!(
            "the process has {} already: these are to replace them",
            counted(process.scores.len(), "rule", "rules")
        ));
    }
    notes
}
