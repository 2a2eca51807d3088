//! `import list`: what was imported, from which file, by whom.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::session::Session;
use super::super::show::counted;
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::store::{Access, BatchRow};

/// List the imports, undone and unfinished ones too
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  salesctl import list\n  salesctl import list --json")]
pub(crate) struct Args {
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// One import of one file.
    pub(super) struct BatchLine {
        pub(super) batch: String,
        pub(super) what: String,
        pub(super) file: String,
        pub(super) state: &'static str,
        pub(super) read: u64,
        pub(super) new: u64,
        pub(super) known: u64,
        pub(super) duplicate: u64,
        pub(super) suppressed: u64,
        pub(super) seed: u64,
        pub(super) rejected: u64,
        pub(super) retry_of: Option<String>,
        pub(super) by: Option<String>,
        pub(super) recorded: String,
        pub(super) sha256: String,
    }
}

impl BatchLine {
    pub(super) fn of(batch: &BatchRow) -> Self {
        let counts = batch.counts;
        Self {
            batch: batch.id.handle(),
            what: batch.what.clone(),
            file: batch.file.clone(),
            state: batch.state.name(),
            read: counts.read,
            new: counts.new,
            known: counts.known,
            duplicate: counts.twice,
            suppressed: counts.suppressed,
            seed: counts.seed,
            rejected: counts.rejected,
            retry_of: batch.retry_of.map(crate::id::Id::handle),
            by: batch.actor.clone(),
            recorded: batch
                .recorded
                .to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            sha256: batch.sha256.clone(),
        }
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let batches = session.store.batches()?;
    let rows: Vec<BatchLine> = batches.iter().map(BatchLine::of).collect();
    let answer = output::answer(&session, "salesctl/imports/1", rows);
    let document = Document::default()
        .heading(counted(answer.n, "import", "imports"))
        .table(table(&session, &batches)?);
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

fn table(session: &Session<'_>, batches: &[BatchRow]) -> Result<Table> {
    let number = |n: u64| Cell::Text(crate::money::grouped(n));
    let mut rows = Vec::with_capacity(batches.len());
    for batch in batches {
        let day = session.process.calendar.date_of(batch.recorded);
        rows.push(vec![
            Cell::Text(session.store.short(batch.id)?),
            Cell::Date(day),
            Cell::Text(batch.file.clone()),
            Cell::Text(batch.what.clone()),
            Cell::Text(batch.state.name().to_string()),
            number(batch.counts.read),
            number(batch.counts.new),
            number(batch.counts.known),
            number(batch.counts.twice),
            number(batch.counts.suppressed),
            number(batch.counts.seed),
            number(batch.counts.rejected),
        ]);
    }
    Ok(Table {
        columns: vec![
            TableColumn::left("batch"),
            TableColumn::left("day").rank(2),
            TableColumn::left("file"),
            TableColumn::left("what").rank(3),
            TableColumn::left("state"),
            TableColumn::right("read"),
            TableColumn::right("new"),
            TableColumn::right("known").rank(1),
            TableColumn::right("twice").rank(4),
            TableColumn::right("suppressed").rank(4),
            TableColumn::right("seed").rank(4),
            TableColumn::right("rejected").rank(1),
        ],
        rows,
    })
}
