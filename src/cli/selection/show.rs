//! `selection show`: what a selection asks for, whom it stands for, and why each.

use anyhow::Result;
use rustc_hash::FxHashMap;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::prospect::short;
use super::super::show::counted;
use super::SelectionArg;
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::id::Id;
use crate::prospect::Field;
use crate::store::Access;
use crate::text::visible;

/// Show a saved selection: what it asks for, whom it stands for, and why each of them
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl selection show fair-2026\n  salesctl selection show fair-2026 --format csv"
)]
pub(crate) struct Args {
    #[command(flatten)]
    selection: SelectionArg,
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// One of those it stands for.
    struct ChosenLine {
        rank: usize,
        id: String,
        name: Option<String>,
        company: Option<String>,
        email: Option<String>,
        phone: Option<String>,
        list: Option<String>,
        why: String,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let selection = args.selection.find(&session)?;
    let chosen = session.store.chosen(&selection)?;
    let ids: Vec<Id> = chosen.iter().map(|one| one.subject).collect();
    let mut names = FxHashMap::default();
    let mut accounts = FxHashMap::default();
    if selection.query.customers {
        let rows = session.store.chosen_customers(selection.run)?;
        accounts.extend(rows.into_iter().map(|row| (row.subject, row.name)));
    } else {
        let found = session.store.names_by_id(&ids)?;
        names.extend(found.into_iter().map(|name| (name.id, name)));
    }
    let lines = chosen.into_iter().zip(1..).map(|(one, rank)| {
        let name = names.get(&one.subject);
        let told = |field: Field| {
            let text = name.map(|name| name.get(field))?;
            (!text.is_empty()).then(|| text.to_string())
        };
        ChosenLine {
            rank,
            id: one.subject.handle(),
            name: name.map(crate::store::Name::called),
            company: told(Field::Company).or_else(|| accounts.get(&one.subject).cloned()),
            email: told(Field::Email),
            phone: told(Field::Phone),
            list: name.and_then(|name| name.list.clone()),
            why: one.why,
        }
    });
    let lines: Vec<ChosenLine> = lines.collect();
    let gone = lines
        .iter()
        .filter(|line| line.name.is_none() && line.company.is_none());
    let gone = gone.count();
    let mut shorts = Vec::new();
    for line in &lines {
        let id = Id::from_handle(&line.id);
        shorts.push(match id {
            Some(id) if selection.query.customers => session.store.short(id)?,
            Some(id) => short(id),
            None => line.id.clone(),
        });
    }
    let what = if selection.query.customers {
        ("customer", "customers")
    } else {
        ("prospect", "prospects")
    };
    let mut document = Document::default()
        .heading(format!(
            "{}: {}, saved {} by {}",
            visible(&selection.name),
            counted(lines.len(), what.0, what.1),
            crate::date::day(selection.day),
            visible(&selection.by)
        ))
        .line(format!(
            "asks for: salesctl prospect select {}",
            visible(&super::options(&selection.query))
        ))
        .table(if selection.query.customers {
            customers(&lines, shorts)
        } else {
            names_of_lists(&lines, shorts)
        });
    let mut answer = output::answer(&session, "salesctl/selection-names/1", lines);
    if gone > 0 {
        let note = format!(
            "{} not there any more; salesctl selection run {} selects again",
            if gone == 1 {
                "1 is".to_string()
            } else {
                format!("{gone} are")
            },
            selection.name
        );
        document = document.line(note.clone());
        answer.notes.push(note);
    }
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

fn customers(lines: &[ChosenLine], shorts: Vec<String>) -> Table {
    let rows = lines.iter().zip(shorts).map(|(line, short)| {
        vec![
            Cell::Count(line.rank as i64),
            Cell::Text(short),
            Cell::text(line.company.clone()),
            Cell::Text(line.why.clone()),
        ]
    });
    Table {
        columns: vec![
            TableColumn::right("#"),
            TableColumn::left("id"),
            TableColumn::left("customer"),
            TableColumn::left("why"),
        ],
        rows: rows.collect(),
    }
}

fn names_of_lists(lines: &[ChosenLine], shorts: Vec<String>) -> Table {
    let rows = lines.iter().zip(shorts).map(|(line, short)| {
        vec![
            Cell::Count(line.rank as i64),
            Cell::Text(short),
            Cell::text(line.name.clone()),
            Cell::text(line.company.clone()),
            Cell::text(line.email.clone()),
            Cell::text(line.list.clone()),
            Cell::Text(line.why.clone()),
        ]
    });
    Table {
        columns: vec![
            TableColumn::right("#"),
            TableColumn::left("id"),
            TableColumn::left("name"),
            TableColumn::left("company"),
            TableColumn::left("e-mail").rank(3),
            TableColumn::left("list").rank(2),
            TableColumn::left("why"),
        ],
        rows: rows.collect(),
    }
}
