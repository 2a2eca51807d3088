//! Cases: referrals, experiences and requests, as their streams tell them.

use anyhow::Result;
use rusqlite::types::ToSql;
use rusqlite::{Connection, Row, params};

use super::Store;
use super::project::day;
use super::query::date;
use crate::deal::book::Day;
use crate::deal::case::{Case, CaseKind};
use crate::deal::event::Recorded;
use crate::fault::Fault;
use crate::id::{Id, canonical_handle};
use crate::text::visible;

/// A case with whom it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseRow {
    pub case: Case,
    /// The account, or where the person or the name of a list works.
    pub account: Option<Id>,
    pub account_name: Option<String>,
    /// The person, or who the name of a list is.
    pub person: Option<String>,
}

impl CaseRow {
    /// `Jana Roth, Acme GmbH`
    pub fn whom(&self) -> String {
        let parts = [self.person.as_deref(), self.account_name.as_deref()];
        let parts: Vec<&str> = parts.into_iter().flatten().collect();
        if parts.is_empty() {
            "(nobody known)".to_string()
        } else {
            parts.join(", ")
        }
    }
}

/// So many candidates are listed.
const LISTED: usize = 10;

const CASE: &str =
    "SELECT c.id, c.kind, c.about, c.deal, c.product, c.told_by, c.owner, c.stars, c.text,
        c.due, c.opened, c.answer, c.closed, c.started, a.now, COALESCE(a.name, x.company), p.name,
        x.name, x.first_name, x.last_name
     FROM customer_case c
     LEFT JOIN person_now n ON n.id = c.about LEFT JOIN person p ON p.id = n.now
     LEFT JOIN prospect_employer e ON e.prospect = c.about
     LEFT JOIN account_now a ON a.id = COALESCE(p.account, e.account, c.about)
     LEFT JOIN prospect x ON x.id = c.about";

impl Store {
    /// Every case of a kind, the oldest first; of any kind when none is named.
    pub fn cases(&self, what: Option<CaseKind>) -> Result<Vec<CaseRow>> {
        let kind = what.map(CaseKind::name);
        self.case_rows("c.kind = $1 OR $1 IS NULL", &[&kind])
    }

    /// What somebody must still do something about, the oldest first.
    pub fn open_cases(&self) -> Result<Vec<CaseRow>> {
        self.case_rows("c.closed IS NULL", &[])
    }

    pub fn case(&self, id: Id) -> Result<Option<CaseRow>> {
        Ok(self.case_rows("c.id = $1", &[&id.0])?.pop())
    }

    /// The one case of a kind that `typed` begins the id of; otherwise the reason, with the candidates
    /// (exit code 4).
    pub fn resolve_case(&self, what: CaseKind, typed: &str) -> Result<CaseRow> {
        let typed = typed.trim();
        let mut found = self.cases_beginning(typed)?;
        let others = found.iter().find(|row| row.case.what != what).cloned();
        found.retain(|row| row.case.what == what);
        if found.len() > 1 {
            let mut fault = Fault::not_found(format!(
                "`{}` begins the id of {} {}: say which by more of it",
                visible(typed),
                found.len(),
                what.many()
            ));
            for row in found.iter().take(LISTED) {
                let (short, whom) = (self.short(row.case.id)?, visible(&row.whom()));
                fault = fault.hint(format!("{short}  {whom}  {}", visible(&row.case.words())));
            }
            if found.len() > LISTED {
                fault = fault.hint(format!("… and {} more", found.len() - LISTED));
            }
            return Err(fault.into());
        }
        if let Some(one) = found.pop() {
            return Ok(one);
        }
        let kind = what.name();
        let fault = Fault::not_found(format!("no {kind} matches `{}`", visible(typed)));
        let fault = match others {
            Some(other) => {
                let kind = other.case.what.name();
                let short = self.short(other.case.id)?;
                fault.hint(format!(
                    "{short} is of another kind: salesctl {kind} show {short}"
                ))
            }
            None => fault,
        };
        Err(fault
            .hint(format!("salesctl {kind} list --all shows them"))
            .into())
    }

    fn cases_beginning(&self, typed: &str) -> Result<Vec<CaseRow>> {
        let Some(prefix) = canonical_handle(typed) else {
            return Ok(Vec::new());
        };
        let upper = format!("{prefix}~");
        self.case_rows(
            "c.id IN (SELECT id FROM stream WHERE handle >= $1 AND handle < $2)",
            &[&prefix, &upper],
        )
    }

    fn case_rows(&self, filter: &str, values: &[&dyn ToSql]) -> Result<Vec<CaseRow>> {
        self.translated(|connection| {
            let sql = format!("{CASE} WHERE {filter} ORDER BY c.opened, c.id");
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query(values)?;
            let mut cases = Vec::new();
            while let Some(row) = rows.next()? {
                cases.push(case_row(row)?);
            }
            Ok(cases)
        })
    }
}

fn case_row(row: &Row<'_>) -> Result<CaseRow> {
    let kind: String = row.get(1)?;
    let id = |at| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(at)?.map(Id));
    let text = |at| row.get::<_, Option<String>>(at);
    let parts = [text(18)?, text(19)?];
    let joined = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let on_list = Some(joined).filter(|name| !name.is_empty()).or(text(17)?);
    Ok(CaseRow {
        case: Case {
            id: Id(row.get(0)?),
            what: CaseKind::from_name(&kind)
                .ok_or_else(|| Fault::damaged(format!("unknown kind of case `{kind}`")))?,
            about: Id(row.get(2)?),
            deal: id(3)?,
            product: row.get(4)?,
            by: row.get(5)?,
            owner: row.get(6)?,
            stars: row.get(7)?,
            text: row.get(8)?,
            due: date(row.get(9)?),
            opened: Day::new(row.get(10)?).date(),
            answer: row.get(11)?,
            closed: date(row.get(12)?),
            started: id(13)?,
        },
        account: id(14)?,
        account_name: row.get(15)?,
        person: text(16)?.or(on_list),
    })
}

pub(super) fn project(connection: &Connection, id: Id, events: &[Recorded]) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM customer_case WHERE id = $1")?
        .execute([id.0])?;
    let Some(case) = Case::from_events(events) else {
        return Ok(());
    };
    connection
        .prepare_cached(
            "INSERT INTO customer_case (id, kind, about, deal, product, told_by, owner, stars, text, due,
                opened, answer, closed, started)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        )?
        .execute(params![
            id.0,
            case.what.name(),
            case.about.0,
            case.deal.map(|deal| deal.0),
            case.product,
            case.by,
            case.owner,
            case.stars,
            case.text,
            day(case.due),
            Day::of(case.opened).number(),
            case.answer,
            day(case.closed),
            case.started.map(|deal| deal.0),
        ])?;
    Ok(())
}
