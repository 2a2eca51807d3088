//! Names of lists one by one: what a typed reference means, and what happened to a name since it came in.

use anyhow::Result;
use rusqlite::{OptionalExtension, Row, params};

use super::{Moment, Store, Write};
use crate::deal::event::{Event, StreamKind};
use crate::fault::Fault;
use crate::id::{Id, canonical_handle};
use crate::text::visible;

/// A name that a reference may have meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProspectMatch {
    pub id: Id,
    pub entity: Id,
    pub list: Option<String>,
    pub name: String,
    pub company: Option<String>,
    pub email: Option<String>,
}

impl ProspectMatch {
    /// So much of the id is shown: names of one file differ in their first five characters.
    pub fn short(&self) -> String {
        Self::short_of(self.id)
    }

    /// The same of an id alone.
    pub fn short_of(id: Id) -> String {
        const SHOWN: usize = 6;
        id.handle()[..SHOWN].to_string()
    }

    /// `Jana Roth, Acme GmbH`
    pub fn shown(&self) -> String {
        let parts = [
            Some(self.name.as_str()).filter(|name| !name.is_empty()),
            self.company.as_deref(),
        ];
        let named: Vec<String> = parts.into_iter().flatten().map(visible).collect();
        if named.is_empty() {
            return visible(self.email.as_deref().unwrap_or("(no name)"));
        }
        named.join(", ")
    }
}

/// Whom the notice was given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notified {
    /// Everybody on the list.
    List(Id),
    Name(Id),
}

/// Most that are read for a list of candidates.
const MOST: usize = 11;

const MATCH: &str =
    "SELECT p.id, COALESCE((SELECT s.entity FROM prospect_state s WHERE s.prospect = p.id), p.entity), l.code, p.name, p.first_name, p.last_name, p.company, p.email
    FROM prospect p JOIN import_run r ON r.id = p.batch LEFT JOIN list l ON l.id = p.list
    WHERE r.state = 'complete' AND p.fate <> 4
    AND (EXISTS (SELECT 1 FROM batch b WHERE b.id = p.batch)
        OR EXISTS (SELECT 1 FROM worked_on w WHERE w.prospect = p.id))";

impl Store {
    /// The one name that `typed` means: a whole id, an e-mail address, the beginning of an id, or a name;
    /// `on` says of which list when somebody is on several. Otherwise the reason, with the candidates.
    pub fn resolve_prospect(&self, typed: &str, on: Option<&str>) -> Result<ProspectMatch> {
        let (how, found) = self.prospects_meant(typed.trim())?;
        self.one_of(typed.trim(), how, found, on)
    }

    /// Every name that `typed` may mean, and how it means them.
    pub fn prospects_meant(&self, typed: &str) -> Result<(&'static str, Vec<ProspectMatch>)> {
        if let Some(id) = Id::from_handle(typed) {
            let found = self.prospects("AND p.id = $1", params![id.0])?;
            if !found.is_empty() {
                return Ok(("is the id of", found));
            }
        }
        if typed.contains('@') {
            let found = self.prospects("AND p.email = $1", params![typed.to_lowercase()])?;
            return Ok(("is the address of", found));
        }
        if let Some((low, mask)) = low_bits(typed) {
            let found = self.prospects("AND (p.id & $1) = $2", params![mask, low])?;
            if !found.is_empty() {
                return Ok(("begins the id of", found));
            }
        }
        let (first, last) = typed.rsplit_once(' ').unwrap_or(("", typed));
        let found = self.prospects(
            "AND (p.name = $1 COLLATE NOCASE OR p.company = $1 COLLATE NOCASE
                OR (p.last_name = $2 COLLATE NOCASE
                    AND ($3 = '' OR p.first_name = $3 COLLATE NOCASE))
                OR ($3 = '' AND p.first_name = $2 COLLATE NOCASE))",
            params![typed, last, first],
        )?;
        Ok(("is the name of", found))
    }

    fn prospects(
        &self,
        filter: &str,
        values: &[&dyn rusqlite::ToSql],
    ) -> Result<Vec<ProspectMatch>> {
        self.translated(|connection| {
            let sql = format!("{MATCH} {filter} ORDER BY p.id LIMIT 1000");
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(values, prospect_match)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Several rows of one person are that person: the first of them is meant.
    fn one_of(
        &self,
        typed: &str,
        how: &str,
        mut found: Vec<ProspectMatch>,
        list: Option<&str>,
    ) -> Result<ProspectMatch> {
        if let Some(list) = list {
            let code = self.list_named(list)?.terms.code;
            found.retain(|name| name.list.as_ref() == Some(&code));
        }
        let people: std::collections::BTreeSet<Id> = found.iter().map(|name| name.entity).collect();
        if people.len() > 1 {
            let mut fault = Fault::not_found(format!(
                "`{}` {how} {} prospects: say which by its id",
                visible(typed),
                people.len()
            ));
            for name in found.iter().take(MOST - 1) {
                fault = fault.hint(format!(
                    "{}  {}  {}{}",
                    name.short(),
                    name.shown(),
                    visible(name.email.as_deref().unwrap_or_default()),
                    name.list
                        .as_deref()
                        .map(|list| format!("  on {}", visible(list)))
                        .unwrap_or_default()
                ));
            }
            if found.len() >= MOST {
                fault = fault.hint(format!("… and {} more", found.len() + 1 - MOST));
            }
            return Err(fault.into());
        }
        found.into_iter().next().ok_or_else(|| {
            let on = list.map(|list| format!(" on the list `{}`", visible(list)));
            Fault::not_found(format!(
                "no prospect matches `{}`{}",
                visible(typed),
                on.unwrap_or_default()
            ))
            .hint("give the e-mail address, the id, or the whole name; `salesctl list list` shows where names come from")
            .into()
        })
    }
}

impl Write<'_> {
    /// Adds to what happened to a name; its stream begins with the first thing that does.
    pub fn append_to_prospect(
        &mut self,
        name: Id,
        at: Moment,
        events: impl IntoIterator<Item = Event>,
    ) -> Result<()> {
        let known: Option<String> = self
            .transaction
            .prepare_cached("SELECT kind FROM stream WHERE id = $1")?
            .query_row([name.0], |row| row.get(0))
            .optional()?;
        match known.as_deref() {
            None => self.create_as(StreamKind::Prospect, name)?,
            Some(kind) if kind == StreamKind::Prospect.name() => {}
            Some(kind) => {
                return Err(Fault::damaged(format!("{name} is a {kind} and a prospect")).into());
            }
        }
        self.append(name, at, events)
    }

    /// Whether somebody, whichever of their rows it is, is known to have answered.
    pub fn has_responded(&mut self, entity: Id) -> Result<bool> {
        self.flush()?;
        Ok(self
            .transaction
            .prepare_cached(
                "SELECT 1 FROM prospect_state s JOIN prospect p ON p.id = s.prospect
                 WHERE s.responded IS NOT NULL AND COALESCE(s.entity, p.entity) = $1",
            )?
            .exists([entity.0])?)
    }

    pub fn give_notice(&mut self, to: Notified, at: Moment) -> Result<()> {
        match to {
            Notified::List(list) => self.append(list, at, [Event::ListNoticeGiven]),
            Notified::Name(name) => self.append_to_prospect(name, at, [Event::ProspectNoticeGiven]),
        }
    }
}

/// The beginning of a handle as the low bits of an id, and the mask that cuts them out.
fn low_bits(typed: &str) -> Option<(i64, i64)> {
    const FEWEST: usize = 4;
    let prefix = canonical_handle(typed).filter(|prefix| prefix.len() >= FEWEST)?;
    let whole = format!("{prefix:0<13}");
    let low = Id::from_handle(&whole)?.0;
    let bits = 5 * prefix.len().min(12);
    Some((low, (1_i64 << bits) - 1))
}

fn prospect_match(row: &Row<'_>) -> rusqlite::Result<ProspectMatch> {
    let text = |at| Ok::<_, rusqlite::Error>(row.get::<_, Option<String>>(at)?.unwrap_or_default());
    let parts = [text(4)?, text(5)?];
    let joined = parts.join(" ").trim().to_string();
    let whole = text(3)?;
    Ok(ProspectMatch {
        id: Id(row.get(0)?),
        entity: Id(row.get(1)?),
        list: row.get(2)?,
        name: if joined.is_empty() { whole } else { joined },
        company: row.get(6)?,
        email: row.get(7)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_beginning_of_a_handle_is_its_low_bits(n in 0..=i64::MAX, other in 0..=i64::MAX, k in 4_usize..=12) {
            let handle = Id(n).handle();
            let (low, mask) = low_bits(&handle[..k]).expect("a prefix");
            prop_assert_eq!(n & mask, low);
            prop_assert_eq!(other & mask == low, Id(other).handle()[..k] == handle[..k]);
        }
    }
}
