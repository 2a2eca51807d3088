//! Targets that reps and managers offered one another, as their streams tell them.

use anyhow::Result;
use rusqlite::types::ToSql;
use rusqlite::{Connection, Row, params};

use super::Store;
use super::project::day;
use super::query::date;
use crate::deal::book::Day;
use crate::deal::event::Recorded;
use crate::deal::target::{Proposal, Side};
use crate::fault::Fault;
use crate::id::{Id, canonical_handle};
use crate::process::Bound;
use crate::text::visible;

/// So many candidates are listed.
const LISTED: usize = 10;

const PROPOSAL: &str =
    "SELECT id, metric, rep, from_day, to_day, at_least, amount, offered_by, why, proposed,
        accepted, withdrawn FROM target";

impl Store {
    /// Every target that was proposed, the oldest first.
    pub fn proposals(&self) -> Result<Vec<Proposal>> {
        self.proposal_rows("1 = 1", &[])
    }

    pub fn proposal(&self, id: Id) -> Result<Option<Proposal>> {
        Ok(self.proposal_rows("id = $1", &[&id.0])?.pop())
    }

    /// The one proposed target that `typed` begins the id of; otherwise the reason, with the candidates
    /// (exit code 4).
    pub fn resolve_proposal(&self, typed: &str) -> Result<Proposal> {
        let typed = typed.trim();
        let mut found = match canonical_handle(typed) {
            Some(prefix) => {
                let upper = format!("{prefix}~");
                self.proposal_rows(
                    "id IN (SELECT id FROM stream WHERE handle >= $1 AND handle < $2)",
                    &[&prefix, &upper],
                )?
            }
            None => Vec::new(),
        };
        if found.len() > 1 {
            let mut fault = Fault::not_found(format!(
                "`{}` begins the id of {} targets: say which by more of it",
                visible(typed),
                found.len()
            ));
            for one in found.iter().take(LISTED) {
                let (short, rep) = (self.short(one.id)?, visible(&one.rep));
                fault = fault.hint(format!("{short}  {rep}  {}", visible(&one.metric)));
            }
            return Err(fault.into());
        }
        found.pop().ok_or_else(|| {
            Fault::not_found(format!("no proposed target matches `{}`", visible(typed)))
                .hint("salesctl target list --all shows them")
                .into()
        })
    }

    fn proposal_rows(&self, filter: &str, values: &[&dyn ToSql]) -> Result<Vec<Proposal>> {
        self.translated(|connection| {
            let sql = format!("{PROPOSAL} WHERE {filter} ORDER BY proposed, id");
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query(values)?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(proposal_row(row)?);
            }
            Ok(found)
        })
    }
}

fn proposal_row(row: &Row<'_>) -> Result<Proposal> {
    let amount: f64 = row.get(6)?;
    let by: String = row.get(7)?;
    Ok(Proposal {
        id: Id(row.get(0)?),
        metric: row.get(1)?,
        rep: row.get(2)?,
        from: Day::new(row.get(3)?).date(),
        to: Day::new(row.get(4)?).date(),
        bound: if row.get(5)? {
            Bound::AtLeast(amount)
        } else {
            Bound::AtMost(amount)
        },
        by: Side::from_name(&by)
            .ok_or_else(|| Fault::damaged(format!("unknown side of a target `{by}`")))?,
        why: row.get(8)?,
        proposed: Day::new(row.get(9)?).date(),
        accepted: date(row.get(10)?),
        withdrawn: date(row.get(11)?),
    })
}

pub(super) fn project(connection: &Connection, id: Id, events: &[Recorded]) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM target WHERE id = $1")?
        .execute([id.0])?;
    let Some(proposal) = Proposal::from_events(events) else {
        return Ok(());
    };
    connection
        .prepare_cached(
            "INSERT INTO target (id, metric, rep, from_day, to_day, at_least, amount, offered_by, why,
                proposed, accepted, withdrawn)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )?
        .execute(params![
            id.0,
            proposal.metric,
            proposal.rep,
            Day::of(proposal.from).number(),
            Day::of(proposal.to).number(),
            i64::from(matches!(proposal.bound, Bound::AtLeast(_))),
            proposal.bound.number(),
            proposal.by.name(),
            proposal.why,
            Day::of(proposal.proposed).number(),
            day(proposal.accepted),
            day(proposal.withdrawn),
        ])?;
    Ok(())
}
