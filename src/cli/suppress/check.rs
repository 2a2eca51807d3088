//! `suppress check`: who of a file, or of some addresses, must not be contacted.

use std::path::Path;

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::import::suppression::{open_listed, unreadable};
use super::super::output::{self, OutputArgs};
use super::super::session::Session;
use super::super::show::counted;
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::fault::Fault;
use crate::id::Id;
use crate::import::read::Row;
use crate::prospect::suppression::{Entry, Purpose, Scratch, Source, SuppressionSet};
use crate::prospect::{Field, Record};
use crate::store::Access;
use crate::text::visible;

/// Say who of a file, or of some addresses, must not be contacted, and why; exit code 1 if anybody
///
/// Each row is held against what was said, what files told, customers and people in open deals, for both
/// purposes. Columns of a file are recognised as by `import suppression`; nothing is written.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl suppress check j.roth@acme.example\n  salesctl suppress check mailing.csv --format csv"
)]
pub(crate) struct Args {
    /// A CSV file, or an e-mail address, a phone number or a domain
    #[arg(value_name = "FILE|WHO", value_hint = clap::ValueHint::FilePath)]
    what: String,
    /// What a column of the file holds, where its heading doesn't tell
    #[arg(long, value_name = "HEADING=WHAT", value_delimiter = ',')]
    map: Vec<String>,
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// Somebody who must not be contacted.
    struct SuppressedRow {
        line: Option<u64>,
        who: String,
        /// What they were recognised by.
        by: &'static str,
        marketing_reason: String,
        /// Nothing, if they may be contacted for what is no marketing.
        all_reason: Option<String>,
        source: &'static str,
        /// The entry, the deal or the account.
        id: String,
    }
}

/// Rows held against the set.
struct Checked<'a> {
    set: &'a SuppressionSet,
    scratch: Scratch,
    rows: Vec<SuppressedRow>,
    ids: Vec<Id>,
    read: usize,
    defective: usize,
}

impl Checked<'_> {
    fn hold(&mut self, line: Option<u64>, record: &Record) {
        self.read += 1;
        let set = self.set;
        let Some(hit) = set.reason_for(record, Purpose::Marketing, &mut self.scratch) else {
            return;
        };
        let all = set.reason_for(record, Purpose::All, &mut self.scratch);
        self.rows.push(SuppressedRow {
            line,
            who: who(record),
            by: hit.kind.name(),
            marketing_reason: hit.reason.to_string(),
            all_reason: all.map(|hit| hit.reason.to_string()),
            source: match hit.source {
                Source::Stated => "stated",
                Source::OpenDeal => "open_deal",
                Source::Customer => "customer",
            },
            id: hit.id.handle(),
        });
        self.ids.push(hit.id);
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let set = session.store.suppression_set(session.today)?;
    let mut checked = Checked {
        set: &set,
        scratch: Scratch::default(),
        rows: Vec::new(),
        ids: Vec::new(),
        read: 0,
        defective: 0,
    };
    let path = Path::new(&args.what);
    if path.exists() {
        check_file(cx, path, &args.map, &mut checked)?;
    } else if let Some(entry) = Entry::recognised(&args.what) {
        let mut record = Record::default();
        entry.fill(&mut record);
        checked.hold(None, &record);
    } else {
        return Err(Fault::input(format!(
            "`{}` is no file, and no e-mail address, phone number or domain either",
            visible(&args.what)
        ))
        .hint("salesctl suppress list NAME looks for a name among the entries")
        .into());
    }
    show(args, &session, checked)
}

fn check_file(cx: &Context, path: &Path, map: &[String], checked: &mut Checked<'_>) -> Result<()> {
    let (mut input, columns) = open_listed(cx, path, map)?;
    let (mut row, mut record) = (Row::default(), Record::default());
    while match input.reader.next(&mut row) {
        Ok(more) => more,
        Err(error) => return Err(unreadable(&input, &error).into()),
    } {
        if row.defect.is_some() {
            checked.read += 1;
            checked.defective += 1;
            continue;
        }
        columns.fill(&row, &mut record);
        checked.hold(Some(row.line), &record);
    }
    Ok(())
}

/// What tells a row from others.
fn who(record: &Record) -> String {
    let name = match record.get(Field::Name) {
        "" => format!("{} {}", record.get(Field::First), record.get(Field::Last)),
        name => name.to_string(),
    };
    let others = [
        Field::Email,
        Field::Company,
        Field::Phone,
        Field::Mobile,
        Field::Domain,
        Field::Website,
    ];
    let email = record.get(Field::Email);
    [email, name.trim()]
        .into_iter()
        .chain(others.map(|field| record.get(field)))
        .find(|text| !text.is_empty())
        .unwrap_or_default()
        .to_string()
}

fn show(args: &Args, session: &Session<'_>, checked: Checked<'_>) -> Result<Status> {
    let suppressed = checked.rows.len();
    let handles = session.store.suppression_handles()?;
    let mut answer = output::answer(session, "salesctl/suppress-check/1", checked.rows);
    if checked.defective > 0 {
        answer.notes.push(format!(
            "{} could not be read as such and {} not checked",
            counted(checked.defective, "row", "rows"),
            if checked.defective == 1 {
                "was"
            } else {
                "were"
            }
        ));
    }
    let heading = if checked.read == 1 && answer.rows.iter().all(|row| row.line.is_none()) {
        let not = if suppressed == 0 { "not " } else { "" };
        format!("{} is {not}suppressed", visible(&args.what))
    } else {
        format!(
            "{}: {} of {} suppressed",
            visible(&args.what),
            crate::money::grouped(suppressed as u64),
            counted(checked.read, "row", "rows")
        )
    };
    let table = Table {
        columns: vec![
            TableColumn::right("line"),
            TableColumn::left("who"),
            TableColumn::left("by"),
            TableColumn::left("marketing"),
            TableColumn::left("all"),
            TableColumn::left("id").rank(1),
        ],
        rows: answer
            .rows
            .iter()
            .zip(&checked.ids)
            .map(|(row, id)| {
                vec![
                    row.line
                        .map_or(Cell::Nothing, |line| Cell::Count(line as i64)),
                    Cell::Text(row.who.clone()),
                    Cell::Text(row.by.to_string()),
                    Cell::Text(row.marketing_reason.clone()),
                    Cell::text(row.all_reason.as_deref()),
                    Cell::Text(handles.short(*id)),
                ]
            })
            .collect(),
    };
    let mut document = Document::default().heading(heading);
    if suppressed > 0 {
        document = document.table(table);
    }
    for note in &answer.notes {
        document = document.line(format!("note: {note}"));
    }
    args.output.show(&session.cx.console, &answer, &document)?;
    Ok(if suppressed > 0 {
        Status::No
    } else {
        Status::Done
    })
}
