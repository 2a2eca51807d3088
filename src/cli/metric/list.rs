//! `metric list`: the standard metrics and those of the process.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::show::counted;
use super::from;
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::process::Metric;
use crate::store::Access;

/// List the metrics: the standard ones and those of the process
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  salesctl metric list\n  salesctl metric list --format csv")]
pub(crate) struct Args {
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// One metric.
    pub(super) struct MetricListRow {
        pub(super) metric: String,
        pub(super) title: String,
        pub(super) about: Option<String>,
        pub(super) kind: &'static str,
        pub(super) stands_for: Option<String>,
        pub(super) unit: &'static str,
        pub(super) direction: &'static str,
        pub(super) formula: String,
        pub(super) sample: String,
        pub(super) at_least: u32,
        pub(super) interval: bool,
        pub(super) periods: Vec<&'static str>,
        pub(super) by: Vec<String>,
        pub(super) from: &'static str,
    }
}

pub(super) fn row(metric: &Metric) -> MetricListRow {
    MetricListRow {
        metric: metric.name.clone(),
        title: metric.title.clone(),
        about: metric.about.clone(),
        kind: metric.kind.name(),
        stands_for: metric.stands_for.clone(),
        unit: metric.unit.name(),
        direction: metric.direction.name(),
        formula: metric.formula.clone(),
        sample: metric.sample.clone(),
        at_least: metric.at_least,
        interval: metric.interval,
        periods: metric.periods.iter().map(|grain| grain.name()).collect(),
        by: metric.by.clone(),
        from: from(metric),
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let rows: Vec<MetricListRow> = session.process.metrics().map(row).collect();
    let answer = output::answer(&session, "salesctl/metrics/1", rows);
    let lines = answer.rows.iter().map(|row| {
        let kind = match &row.stands_for {
            Some(result) => format!("{} for {result}", row.kind),
            None => row.kind.to_string(),
        };
        vec![
            Cell::Text(row.metric.clone()),
            Cell::Text(kind),
            Cell::Text(row.unit.to_string()),
            Cell::Text(row.direction.to_string()),
            Cell::Count(row.at_least.into()),
            Cell::Text(row.from.to_string()),
            Cell::text(row.about.clone()),
        ]
    });
    let table = Table {
        rows: lines.collect(),
        columns: vec![
            TableColumn::left("metric"),
            TableColumn::left("kind"),
            TableColumn::left("unit"),
            TableColumn::left("better"),
            TableColumn::right("from n").rank(1),
            TableColumn::left("defined").rank(2),
            TableColumn::left("tells").rank(3),
        ],
    };
    let document = Document::default()
        .heading(counted(answer.n, "metric", "metrics"))
        .table(table)
        .line("salesctl metric show NAME --explain says what is counted");
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}
