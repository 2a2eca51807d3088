//! What the pages of persons and accounts share: what happened, what they told us, which lists they came
//! from, and how a deal stands.

use anyhow::Result;
use chrono::NaiveDate;
use serde::Serialize;

use super::activity::with;
use super::session::Session;
use crate::deal::contact::{Contact, Happened, contacts};
use crate::deal::history::activity_words;
use crate::document::{Cell, Document, Table, TableColumn};
use crate::id::Id;
use crate::store::{DealOf, Name};

/// So much of what happened is shown to people; programs get it all.
const SHOWN: usize = 15;

/// Something that was done or noted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Entry {
    pub(crate) day: NaiveDate,
    pub(crate) by: Option<String>,
    pub(crate) what: String,
    /// Whom it was about, when that is not the subject of the page.
    pub(crate) person: Option<String>,
    /// The deal it was done for.
    pub(crate) deal: Option<String>,
}

/// A row of a list that turned out to be the subject of the page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct ListRow {
    pub(crate) prospect: String,
    pub(crate) list: Option<String>,
    pub(crate) file: Option<String>,
    pub(crate) line: u64,
    pub(crate) imported: Option<NaiveDate>,
}

impl ListRow {
    pub(crate) fn of(name: &Name) -> Self {
        Self {
            prospect: name.id.handle(),
            list: name.list.clone(),
            file: name.file.clone(),
            line: name.line,
            imported: name.imported,
        }
    }
}

/// A selection that chose the subject of the page, or a deal that began with it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct ChosenRow {
    pub(crate) day: Option<NaiveDate>,
    pub(crate) selection: Option<String>,
    pub(crate) list: Option<String>,
    pub(crate) why: Option<String>,
    pub(crate) deal: Option<String>,
}

/// The rows of lists that are this person or account, by whichever of its ids, or that became it when a deal
/// began, the oldest first.
pub(crate) fn origins(session: &Session<'_>, ids: &[Id]) -> Result<Vec<Name>> {
    let mut origins = Vec::new();
    for id in session.store.with_their_names(ids)? {
        origins.extend(session.store.names_of_entity(id)?);
    }
    origins.sort_by_key(|name| name.id);
    Ok(origins)
}

/// What was logged and noted in the streams of these ids, as far as it is to be kept; `about` names whom.
pub(crate) fn entries(
    session: &Session<'_>,
    streams: &[Id],
    about: Option<&str>,
    keep: impl Fn(&Contact) -> bool,
) -> Result<Vec<Entry>> {
    let name_of = |person: Id| match session.store.person(person) {
        Ok(Some(person)) => person.name,
        _ => "somebody".to_string(),
    };
    let mut entries = Vec::new();
    for stream in streams {
        for contact in contacts(&session.store.events(*stream)?) {
            if !keep(&contact) {
                continue;
            }
            let Contact { day, by, what, .. } = contact;
            entries.push(Entry {
                day,
                by: Some(by),
                what: match what {
                    Happened::Activity(activity) => activity_words(&activity, &name_of),
                    Happened::Note(text) => format!("note: \"{text}\""),
                },
                person: about.map(str::to_string),
                deal: None,
            });
        }
    }
    Ok(entries)
}

/// What was done with somebody according to streams that are not theirs: of an account, or of a deal.
pub(crate) fn entries_with(
    session: &Session<'_>,
    streams: &[Id],
    person: &[Id],
    of_deals: bool,
) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for stream in streams {
        for contact in contacts(&session.store.events(*stream)?) {
            let Happened::Activity(activity) = contact.what else {
                continue;
            };
            if !activity.person.is_some_and(|who| person.contains(&who)) {
                continue;
            }
            entries.push(Entry {
                day: contact.day,
                by: Some(contact.by),
                what: activity_words(&with(&activity, None), &|_| String::new()),
                person: None,
                deal: of_deals.then(|| stream.handle()),
            });
        }
    }
    Ok(entries)
}

/// Why any of these was chosen, and what came of it.
pub(crate) fn chosen(session: &Session<'_>, ids: &[Id]) -> Result<Vec<ChosenRow>> {
    let origins = session.store.origins_of(ids)?.into_iter();
    Ok(origins
        .map(|origin| ChosenRow {
            day: origin.day,
            selection: origin.selection,
            list: origin.list,
            why: origin.why,
            deal: origin.deal.map(Id::handle),
        })
        .collect())
}

/// Stage, or how it ended.
pub(crate) fn stands(session: &Session<'_>, deal: &DealOf) -> String {
    use crate::deal::book::State;
    match deal.state {
        State::Won | State::Lost => session.process.stage_title(deal.state.name()).to_string(),
        state => {
            let name = deal.stage.as_deref();
            let title = name.map_or("no stage", |name| session.process.stage_title(name));
            if state == State::Hold {
                format!("{title} (on hold)")
            } else {
                title.to_string()
            }
        }
    }
}

pub(crate) fn value(deal: &DealOf) -> Cell {
    match (deal.value_minor, deal.currency) {
        (Some(minor), Some(currency)) => Cell::Money { minor, currency },
        _ => Cell::Nothing,
    }
}

/// Name and value, side by side.
pub(crate) fn facts(facts: Vec<(String, String)>) -> Table {
    Table {
        columns: vec![TableColumn::left(""), TableColumn::left("")],
        rows: facts
            .into_iter()
            .map(|(name, value)| vec![Cell::Text(name), Cell::Text(value)])
            .collect(),
    }
}

/// Adds what happened, the latest first.
pub(crate) fn happened(
    session: &Session<'_>,
    mut document: Document,
    entries: &[Entry],
) -> Result<Document> {
    if entries.is_empty() {
        return Ok(document);
    }
    let mut rows = Vec::new();
    for entry in entries.iter().rev().take(SHOWN) {
        let mut what = entry.what.clone();
        if let Some(person) = &entry.person {
            what = format!("{person}: {what}");
        }
        if let Some(deal) = entry.deal.as_deref().and_then(Id::from_handle) {
            what = format!("{what}, for {}", session.store.short(deal)?);
        }
        rows.push(vec![
            Cell::Date(entry.day),
            Cell::text(entry.by.clone()),
            Cell::Text(what),
        ]);
    }
    document = document.line("what happened").table(Table {
        columns: vec![
            TableColumn::left("day"),
            TableColumn::left("by").rank(1),
            TableColumn::left("what"),
        ],
        rows,
    });
    if entries.len() > SHOWN {
        let more = entries.len() - SHOWN;
        document = document.line(format!("… and {more} earlier; --json has them all"));
    }
    Ok(document)
}

/// Adds the lists it came from.
pub(crate) fn lists(mut document: Document, lists: &[ListRow]) -> Document {
    if lists.is_empty() {
        return document;
    }
    document = document.line("came from").table(Table {
        columns: vec![
            TableColumn::left("list"),
            TableColumn::left("file").rank(1),
            TableColumn::right("line").rank(2),
            TableColumn::left("imported"),
        ],
        rows: lists
            .iter()
            .map(|row| {
                vec![
                    Cell::text(row.list.clone()),
                    Cell::text(row.file.clone()),
                    Cell::Count(row.line as i64),
                    row.imported.map_or(Cell::Nothing, Cell::Date),
                ]
            })
            .collect(),
    });
    document
}

/// Adds why they were chosen, and which deals began with them.
pub(crate) fn why(
    session: &Session<'_>,
    document: Document,
    chosen: &[ChosenRow],
) -> Result<Document> {
    if chosen.is_empty() {
        return Ok(document);
    }
    let mut rows = Vec::new();
    for one in chosen {
        let deal = match one.deal.as_deref().and_then(Id::from_handle) {
            Some(deal) => Some(session.store.short(deal)?),
            None => None,
        };
        rows.push(vec![
            one.day.map_or(Cell::Nothing, Cell::Date),
            Cell::text(one.selection.clone()),
            Cell::text(one.list.clone()),
            Cell::text(deal),
            Cell::text(one.why.clone()),
        ]);
    }
    Ok(document.line("chosen").table(Table {
        columns: vec![
            TableColumn::left("day"),
            TableColumn::left("selection"),
            TableColumn::left("list").rank(1),
            TableColumn::left("deal"),
            TableColumn::left("why"),
        ],
        rows,
    }))
}
