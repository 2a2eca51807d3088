//! `metric show`: what a metric is and what it counts, in words or as written.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::list::{MetricListRow, row};
use super::{from, named};
use crate::document::{Cell, Document, Table, TableColumn};
use crate::process::Metric;
use crate::store::Access;

/// Show what a metric is: its kind, unit, formula and sample rule
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl metric show win-rate --explain\n  salesctl metric show velocity --sql >> process.toml"
)]
pub(crate) struct Args {
    #[arg(value_name = "NAME", add = super::super::completion::metrics())]
    name: String,
    /// Formula and aggregates as they are written in a process file
    #[arg(long, conflicts_with = "explain")]
    sql: bool,
    /// What is counted, in words: which rows, which date places them, what is left out
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    output: OutputArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let metric = named(&session.process, &args.name)?;
    let document = if args.sql {
        Document::default().verbatim(metric.written.as_str())
    } else if args.explain {
        let heading = format!("{}: {}", metric.name, metric.title);
        metric
            .explained()
            .into_iter()
            .fold(Document::default().heading(heading), Document::line)
    } else {
        short(metric)
    };
    let answer = output::answer::<MetricListRow>(&session, "salesctl/metric/1", vec![row(metric)]);
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

fn short(metric: &Metric) -> Document {
    let periods: Vec<&str> = metric.periods.iter().map(|grain| grain.name()).collect();
    let kind = match &metric.stands_for {
        Some(result) => format!("{}, stands for {result}", metric.kind.name()),
        None => metric.kind.name().to_string(),
    };
    let mut lines = vec![
        ("kind", kind),
        ("unit", metric.unit.name().to_string()),
        ("better", metric.direction.name().to_string()),
        ("formula", metric.formula.clone()),
        (
            "sample",
            match metric.at_least {
                0 => metric.sample.clone(),
                least => format!("{}, at least {least}", metric.sample),
            },
        ),
        (
            "interval",
            if metric.interval { "95 %" } else { "none" }.to_string(),
        ),
        ("periods", periods.join(", ")),
        ("by", metric.by.join(", ")),
        ("defined", from(metric).to_string()),
    ];
    lines.retain(|(_, value)| !value.is_empty());
    let rows = lines
        .into_iter()
        .map(|(name, value)| vec![Cell::Text(name.to_string()), Cell::Text(value)]);
    let mut document = Document::default().heading(format!("{}: {}", metric.name, metric.title));
    if let Some(about) = &metric.about {
        document = document.line(about.clone());
    }
    document.table(Table {
        rows: rows.collect(),
        columns: vec![TableColumn::left(""), TableColumn::left("")],
    })
}
