//! `metric query`: what metrics come to, by whom or by what and over time.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::report::{Question, ReportArgs, dimensions, report_by};
use super::named;
use crate::process::{Grain, Metric, Rows};
use crate::report::{Ask, Dimension, metric_needs, metric_query};
use crate::store::Access;

/// Print what metrics come to, together or by rep, product, month and the like
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl metric query win-rate --by rep,quarter --period \"last 12 months\"\n  salesctl metric query revenue margin new-deals --period 2026-Q3 --json"
)]
pub(crate) struct Args {
    /// The metrics
    #[arg(value_name = "NAME", required = true, value_delimiter = ',', add = super::super::completion::metrics())]
    names: Vec<String>,
    /// Group by rep, team, product, source, type, process-version, a field; month, quarter or year; stage
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    by: Vec<String>,
    #[command(flatten)]
    report: ReportArgs,
}

/// What metrics are told by beside what deals have.
const BESIDE: [&str; 4] = ["month", "quarter", "year", "stage"];

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let process = &session.process;
    let mut metrics: Vec<&Metric> = Vec::with_capacity(args.names.len());
    for name in &args.names {
        let metric = named(process, name)?;
        if !metrics.iter().any(|other| other.name == metric.name) {
            metrics.push(metric);
        }
    }
    let mut by = Vec::with_capacity(args.by.len());
    for name in &args.by {
        let name = name.trim();
        // A field of that name is meant before the time is.
        let grain = Grain::from_name(name).filter(|_| process.field(name).is_none());
        match (name, grain) {
            (_, Some(grain)) => by.push(Dimension::Time(grain)),
            ("stage", _) => by.push(Dimension::Stage),
            _ => by.extend(dimensions(&session, &[name.to_string()], &BESIDE)?),
        }
    }
    let needs = metric_needs(&metrics, &by);
    let aims = metrics.iter().flat_map(|metric| &metric.aggregates);
    let targets = if aims
        .into_iter()
        .any(|aggregate| aggregate.of == Rows::Target)
    {
        let as_of = args.report.filter.as_of(&session)?;
        Some(super::super::target::all(&session, as_of)?)
    } else {
        None
    };
    let looks_ahead = |metric: &&Metric| {
        let mut of = metric.aggregates.iter().map(|aggregate| aggregate.of);
        of.any(|rows| [Rows::Open, Rows::Expected, Rows::Target].contains(&rows))
    };
    let question = if metrics.iter().all(looks_ahead) {
        Question::of(needs).ahead()
    } else {
        Question::of(needs)
    };
    report_by(
        cx,
        &session,
        &args.report,
        question,
        by,
        |session, book, ask| {
            let ask = Ask {
                targets,
                ..ask.clone()
            };
            metric_query(&session.process, book, &metrics, &ask)
        },
    )
}
