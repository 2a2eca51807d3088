//! `prospect list`: names of lists, the first of those that pass.

use anyhow::Result;
use clap::ValueEnum;

use super::super::contact::Subject;
use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::show::counted;
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::money::grouped;
use crate::prospect::{Fate, Field};
use crate::store::{Access, Name, NameFilter};

/// List names that came in on lists
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl prospect list --list zoom-q4 --fate known\n  salesctl prospect list globex --limit 20 --json"
)]
pub(crate) struct Args {
    /// Only names with this in the name, company, address or domain
    text: Option<String>,
    /// Only names on this list
    #[arg(long, value_name = "CODE")]
    list: Option<String>,
    /// Only names of this import
    #[arg(long, value_name = "BATCH")]
    batch: Option<String>,
    /// Only names that came to this when they were imported
    #[arg(long, value_name = "FATE")]
    fate: Option<FateArg>,
    /// Only names who answered, and so are ours
    #[arg(long)]
    responded: bool,
    /// Only names who work at this account of ours, as their import found
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
    /// So many at most; 0 for all
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FateArg {
    New,
    Known,
    Twice,
    Suppressed,
    Seed,
}

impl FateArg {
    fn meant(self) -> Fate {
        match self {
            Self::New => Fate::New,
            Self::Known => Fate::Known,
            Self::Twice => Fate::Twice,
            Self::Suppressed => Fate::Suppressed,
            Self::Seed => Fate::Seed,
        }
    }
}

row! {
    /// A name of a list.
    struct NameLine {
        id: String,
        entity: String,
        name: String,
        title: String,
        company: String,
        email: String,
        phone: String,
        city: String,
        country: String,
        list: Option<String>,
        batch: String,
        line: u64,
        fate: &'static str,
        responded: Option<chrono::NaiveDate>,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let list = args
        .list
        .as_deref()
        .map(|code| session.store.list_named(code))
        .transpose()?;
    let batch = args
        .batch
        .as_deref()
        .map(|typed| session.store.resolve_batch(typed))
        .transpose()?;
    let filter = NameFilter {
        list: list.map(|list| list.id),
        batch: batch.map(|batch| batch.id),
        fate: args.fate.map(FateArg::meant),
        responded: args.responded,
        works_at: match &args.account {
            Some(typed) => {
                let account = Subject::account(&session, typed)?;
                session.store.account_ids(account.id)?
            }
            None => Vec::new(),
        },
        text: args.text.as_ref().map(|text| text.trim().to_lowercase()),
    };
    let limit = if args.limit == 0 {
        usize::MAX >> 1
    } else {
        args.limit
    };
    let (names, n) = session.store.list_names(&filter, limit)?;
    let rows: Vec<NameLine> = names.iter().map(line).collect();
    let shown = rows.len();
    let mut answer = output::answer(&session, "salesctl/prospects/1", rows);
    let heading = if shown as u64 == n {
        counted(shown, "name", "names")
    } else {
        let note = format!(
            "the first {} of {} names; --limit 0 shows all",
            grouped(shown as u64),
            grouped(n)
        );
        answer.notes.push(note.clone());
        note
    };
    let document = Document::default().heading(heading).table(table(&names));
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

fn line(name: &Name) -> NameLine {
    let text = |field: Field| name.get(field).to_string();
    NameLine {
        id: name.id.handle(),
        entity: name.entity.handle(),
        name: name.called(),
        title: text(Field::Title),
        company: text(Field::Company),
        email: text(Field::Email),
        phone: text(Field::Phone),
        city: text(Field::City),
        country: text(Field::Country),
        list: name.list.clone(),
        batch: name.batch.handle(),
        line: name.line,
        fate: name.fate.name(),
        responded: name.responded,
    }
}

fn table(names: &[Name]) -> Table {
    let text = |text: &str| match text {
        "" => Cell::Nothing,
        text => Cell::Text(text.to_string()),
    };
    Table {
        columns: vec![
            TableColumn::left("id"),
            TableColumn::left("name"),
            TableColumn::left("company"),
            TableColumn::left("e-mail").rank(2),
            TableColumn::left("city").rank(3),
            TableColumn::left("list").rank(1),
            TableColumn::left("came to"),
        ],
        rows: names
            .iter()
            .map(|name| {
                vec![
                    Cell::Text(super::short(name.id)),
                    Cell::Text(name.called()),
                    text(name.get(Field::Company)),
                    text(name.get(Field::Email)),
                    text(name.get(Field::City)),
                    text(name.list.as_deref().unwrap_or_default()),
                    Cell::Text(match name.responded {
                        Some(_) => "responded".to_string(),
                        None => name.fate.name().to_string(),
                    }),
                ]
            })
            .collect(),
    }
}
