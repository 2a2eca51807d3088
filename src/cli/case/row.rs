//! A case as lists and pages show it.

use anyhow::Result;
use chrono::NaiveDate;

use super::super::session::Session;
use crate::document::{Cell, Table, TableColumn, row};
use crate::id::Id;
use crate::store::CaseRow;
use crate::text::shortened;

row! {
    /// A referral, an experience or a request.
    pub(crate) struct CaseLine {
        id: String,
        kind: &'static str,
        status: &'static str,
        account: Option<String>,
        account_id: Option<String>,
        person: Option<String>,
        /// The deal it came of.
        deal: Option<String>,
        product: Option<String>,
        by: String,
        owner: Option<String>,
        /// Of an experience, 1 to 5.
        stars: Option<u8>,
        text: Option<String>,
        opened: NaiveDate,
        due: Option<NaiveDate>,
        pub(super) late_days: Option<i64>,
        answer: Option<String>,
        closed: Option<NaiveDate>,
        /// The deal that was opened for it.
        started: Option<String>,
    }
}

impl CaseLine {
    pub(crate) fn of(session: &Session<'_>, row: &CaseRow) -> Self {
        let case = &row.case;
        Self {
            id: case.id.handle(),
            kind: case.what.name(),
            status: case.status(),
            account: row.account_name.clone(),
            account_id: row.account.map(Id::handle),
            person: row.person.clone(),
            deal: case.deal.map(Id::handle),
            product: case.product.clone(),
            by: case.by.clone(),
            owner: case.owner.clone(),
            stars: case.stars,
            text: case.text.clone(),
            opened: case.opened,
            due: case.due,
            late_days: case.late_days(session.today),
            answer: case.answer.clone(),
            closed: case.closed,
            started: case.started.map(Id::handle),
        }
    }

    pub(crate) fn of_all(session: &Session<'_>, rows: &[CaseRow]) -> Vec<Self> {
        rows.iter().map(|row| Self::of(session, row)).collect()
    }
}

/// Where a table of cases stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Among others of one kind.
    List,
    /// On an account's page: who of them.
    Account,
    /// On a person's page, which is about nobody else.
    Person,
}

/// Columns that would say the same in every row are left out.
pub(super) fn table(session: &Session<'_>, lines: &[CaseLine], place: Place) -> Result<Table> {
    let handles = session.store.handles()?;
    let several = place != Place::List;
    let who = |line: &CaseLine| {
        let account = line.account.as_deref().filter(|_| place == Place::List);
        let person = line.person.as_deref().filter(|_| place != Place::Person);
        let whom: Vec<&str> = [person, account].into_iter().flatten().collect();
        whom.join(", ")
    };
    let named = lines.iter().any(|line| !who(line).is_empty());
    let stars = lines.iter().any(|line| line.stars.is_some());
    let closed = lines.iter().any(|line| line.closed.is_some());
    let mut columns = vec![TableColumn::left("id")];
    if several {
        columns.push(TableColumn::left("kind"));
    }
    if named {
        columns.push(TableColumn::left("who"));
    }
    if stars {
        columns.push(TableColumn::right("stars"));
    }
    columns.push(TableColumn::left("what"));
    columns.push(TableColumn::left("told by").rank(2));
    columns.push(TableColumn::left("owner").rank(1));
    if closed {
        columns.push(TableColumn::left("status"));
    }
    columns.push(TableColumn::left("due"));
    let rows = lines.iter().map(|line| {
        let id = Id::from_handle(&line.id).map(|id| handles.short(id));
        let mut cells = vec![Cell::text(id)];
        if several {
            cells.push(Cell::Text(line.kind.to_string()));
        }
        if named {
            let whom = Some(shortened(&who(line), 22));
            cells.push(Cell::text(whom.filter(|whom| !whom.is_empty())));
        }
        if stars {
            cells.push(line.stars.map_or(Cell::Nothing, |n| Cell::Count(n.into())));
        }
        let text = line.text.as_deref().map(|text| shortened(text, 22));
        cells.push(Cell::text(text));
        cells.push(Cell::Text(line.by.clone()));
        cells.push(Cell::text(line.owner.clone()));
        if closed {
            cells.push(Cell::Text(line.status.to_string()));
        }
        cells.push(match (line.late_days, line.due) {
            (Some(days), _) => Cell::Text(format!("late {days} d")),
            (None, Some(due)) if line.closed.is_none() => Cell::Date(due),
            _ => Cell::Nothing,
        });
        cells
    });
    Ok(Table {
        rows: rows.collect(),
        columns,
    })
}
