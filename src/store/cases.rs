//! Cases: referrals, experiences and requests, as their streams tell them.

use anyhow::Result;
use rusqlite::{Connection, Row, params};

use super::Store;
use super::project::day;
use super::query::date;
use crate::deal::book::Day;
use crate::deal::case::{Case, CaseKind};
use crate::deal::event::Recorded;
use crate::fault::Fault;
use crate::id::Id;

impl Store {
    /// Every case of a kind, the oldest first; of any kind when none is named.
    pub fn cases(&self, what: Option<CaseKind>) -> Result<Vec<Case>> {
        self.translated(|connection| {
            let mut statement = connection.prepare(
                "SELECT id, kind, about, deal, product, told_by, owner, stars, text, due, opened, answer,
                    closed
                 FROM customer_case WHERE kind = $1 OR $1 IS NULL ORDER BY opened, id",
            )?;
            let mut rows = statement.query([what.map(CaseKind::name)])?;
            let mut cases = Vec::new();
            while let Some(row) = rows.next()? {
                cases.push(case(row)?);
            }
            Ok(cases)
        })
    }
}

fn case(row: &Row<'_>) -> Result<Case> {
    let kind: String = row.get(1)?;
    Ok(Case {
        id: Id(row.get(0)?),
        what: CaseKind::from_name(&kind)
            .ok_or_else(|| Fault::damaged(format!("unknown kind of case `{kind}`")))?,
        about: Id(row.get(2)?),
        deal: row.get::<_, Option<i64>>(3)?.map(Id),
        product: row.get(4)?,
        by: row.get(5)?,
        owner: row.get(6)?,
        stars: row.get(7)?,
        text: row.get(8)?,
        due: date(row.get(9)?),
        opened: Day(row.get(10)?).date(),
        answer: row.get(11)?,
        closed: date(row.get(12)?),
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
                opened, answer, closed)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
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
            Day::of(case.opened).0,
            case.answer,
            day(case.closed),
        ])?;
    Ok(())
}
