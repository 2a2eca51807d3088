//! `suppress list`: who must not be contacted, and why.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::show::counted;
use super::{KindArg, PurposeArg};
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::prospect::suppression::{Kind, Purpose, Source};
use crate::store::Access;

/// List who must not be contacted: what was said and what files told, newest last
///
/// Customers and the people of open deals, who are kept out of cold mailings as long as they are that, are
/// counted below the list.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl suppress list acme\n  salesctl suppress list --kind domain --format csv"
)]
pub(crate) struct Args {
    /// Only entries, reasons or files with this in them
    text: Option<String>,
    /// Only entries of this kind
    #[arg(long)]
    kind: Option<KindArg>,
    /// Only entries for this purpose
    #[arg(long)]
    purpose: Option<PurposeArg>,
    /// At most so many, the newest; 0 for all
    #[arg(long, value_name = "N", default_value_t = 1000)]
    limit: usize,
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// Who must not be contacted.
    struct EntryRow {
        id: String,
        kind: &'static str,
        shown: String,
        purpose: &'static str,
        reason: String,
        since: chrono::NaiveDate,
        file: Option<String>,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let (kind, purpose) = (args.kind.map(Kind::from), args.purpose.map(Purpose::from));
    let text = args.text.as_ref().map(|text| text.to_lowercase());
    let mut entries = session.store.suppressions(|entry| {
        let has = |part: &str| {
            text.as_ref()
                .is_none_or(|text| part.to_lowercase().contains(text))
        };
        kind.is_none_or(|kind| entry.kind == kind)
            && purpose.is_none_or(|purpose| entry.purpose == purpose)
            && (has(&entry.shown) || has(&entry.reason) || entry.file.as_deref().is_some_and(has))
    })?;
    let total = entries.len();
    let mut notes = Vec::new();
    if args.limit > 0 && total > args.limit {
        entries.drain(..total - args.limit);
        let older = counted(total - args.limit, "older entry", "older entries");
        notes.push(format!("{older} left out; --limit 0 lists all"));
    }
    let set = session.store.suppression_set(session.today)?;
    let customers = set.count(Source::Customer);
    let deals = set.count(Source::OpenDeal);
    if customers + deals > 0 {
        notes.push(format!(
            "kept out of marketing beside these: {}, and the people of {}",
            counted(customers, "customer", "customers"),
            counted(deals, "open deal", "open deals")
        ));
    }
    let handles = session.store.suppression_handles()?;
    let short: Vec<String> = entries
        .iter()
        .map(|entry| handles.short(entry.id))
        .collect();
    let rows: Vec<EntryRow> = entries
        .into_iter()
        .map(|entry| EntryRow {
            id: entry.id.handle(),
            kind: entry.kind.name(),
            shown: entry.shown,
            purpose: entry.purpose.name(),
            reason: entry.reason,
            since: entry.day,
            file: entry.file,
        })
        .collect();
    let mut answer = output::answer(&session, "salesctl/suppress-list/1", rows);
    let table = Table {
        columns: vec![
            TableColumn::left("id"),
            TableColumn::left("who"),
            TableColumn::left("kind").rank(2),
            TableColumn::left("purpose"),
            TableColumn::left("reason"),
            TableColumn::left("since").rank(1),
            TableColumn::left("file").rank(3),
        ],
        rows: answer
            .rows
            .iter()
            .zip(short)
            .map(|(row, short)| {
                vec![
                    Cell::Text(short),
                    Cell::Text(row.shown.clone()),
                    Cell::Text(row.kind.to_string()),
                    Cell::Text(row.purpose.to_string()),
                    Cell::Text(row.reason.clone()),
                    Cell::Date(row.since),
                    Cell::text(row.file.as_deref()),
                ]
            })
            .collect(),
    };
    let mut document = Document::default().heading(counted(total, "entry", "entries"));
    if answer.n > 0 {
        document = document.table(table);
    }
    for note in &notes {
        document = document.line(format!("note: {note}"));
    }
    answer.notes = notes;
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}
