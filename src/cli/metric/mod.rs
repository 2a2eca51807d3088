//! Metrics: which there are, what they count, what they come to, whether they go with winning.

mod audit;
mod filled;
mod list;
mod query;
mod show;

use anyhow::Result;
use clap::Subcommand;
pub(crate) use filled::unfilled;

use super::context::{Context, Status};
use crate::fault::{Class, Fault};
use crate::process::{Metric, Process};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(list::Args),
    Show(show::Args),
    Query(query::Args),
    Audit(audit::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::List(args) => list::run(args, cx),
        Command::Show(args) => show::run(args, cx),
        Command::Query(args) => query::run(args, cx),
        Command::Audit(args) => audit::run(args, cx),
    }
}

fn named<'p>(process: &'p Process, typed: &str) -> Result<&'p Metric, Fault> {
    process.metric(typed).ok_or_else(|| {
        let names: Vec<&str> = process
            .metrics()
            .map(|metric| metric.name.as_str())
            .collect();
        Fault::unknown(Class::Usage, "metric", typed, &names)
            .hint("salesctl metric list shows which there are")
    })
}

/// Where a metric is from.
fn from(metric: &Metric) -> &'static str {
    let replaces = crate::process::standard_metrics()
        .iter()
        .any(|standard| standard.name == metric.name);
    match (metric.standard, replaces) {
        (true, _) => "standard",
        (false, true) => "process, in the place of the standard one",
        (false, false) => "process",
    }
}
