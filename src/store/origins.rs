//! By which selections somebody was chosen, and which deals began with them.

use anyhow::Result;
use chrono::NaiveDate;

use super::Store;
use super::query::date;
use crate::deal::book::Day;
use crate::id::Id;

/// Who is in a deal that goes on: everybody with a role in it, and the person it began with, who has none
/// until somebody gives it.
pub(super) const PEOPLE_OF_OPEN_DEALS: &str = "
    SELECT d.id AS deal, x.person AS person FROM deal d JOIN participant x ON x.deal = d.id
    WHERE d.state IN ('open', 'hold')
    UNION SELECT d.id, o.person FROM deal d JOIN origin o ON o.deal = d.id
    WHERE d.state IN ('open', 'hold') AND o.person IS NOT NULL";

/// One of the ways in which somebody came to be worked on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origins {
    /// The deal that began with them, if one did.
    pub deal: Option<Id>,
    pub selection: Option<String>,
    pub list: Option<String>,
    pub why: Option<String>,
    /// When they were chosen, or the deal was opened.
    pub day: Option<NaiveDate>,
}

impl Store {
    /// These persons or accounts, then whoever was only a name of a list before a deal began with them.
    pub fn with_their_names(&self, ids: &[Id]) -> Result<Vec<Id>> {
        let mut all = ids.to_vec();
        let ids: Vec<String> = ids.iter().map(|id| id.0.to_string()).collect();
        let ids = ids.join(", ");
        self.translated(|connection| {
            let mut statement = connection.prepare(&format!(
                "SELECT DISTINCT COALESCE(s.entity, p.entity) FROM origin o JOIN deal d ON d.id = o.deal
                 JOIN prospect p ON p.id = o.prospect LEFT JOIN prospect_state s ON s.prospect = p.id
                 WHERE o.person IN ({ids}) OR (o.person IS NULL AND d.account IN ({ids})) ORDER BY 1"
            ))?;
            let names = statement.query_map([], |row| Ok(Id(row.get(0)?)))?;
            for name in names {
                let name = name?;
                if !all.contains(&name) {
                    all.push(name);
                }
            }
            Ok(all)
        })
    }

    /// What began with these persons, accounts or rows of lists: the deals, then the selections that chose
    /// them and of which no deal came.
    pub fn origins_of(&self, ids: &[Id]) -> Result<Vec<Origins>> {
        let ids: Vec<String> = ids.iter().map(|id| id.0.to_string()).collect();
        let ids = ids.join(", ");
        self.translated(|connection| {
            let mut statement = connection.prepare(&format!(
                "SELECT o.deal, s.name, l.code, o.why, d.opened
                 FROM origin o JOIN deal d ON d.id = o.deal
                 LEFT JOIN selection s ON s.id = o.selection LEFT JOIN list l ON l.id = o.list
                 WHERE o.person IN ({ids}) OR o.prospect IN ({ids}) ORDER BY o.deal"
            ))?;
            let rows = statement.query_map([], |row| {
                Ok(Origins {
                    deal: Some(Id(row.get(0)?)),
                    selection: row.get(1)?,
                    list: row.get(2)?,
                    why: row.get(3)?,
                    day: date(row.get(4)?),
                })
            })?;
            let mut origins = rows.collect::<rusqlite::Result<Vec<_>>>()?;
            let mut statement = connection.prepare(&format!(
                "SELECT s.name, n.why, s.day FROM selection s JOIN selection_name n ON n.run = s.run
                 WHERE n.subject IN ({ids}) ORDER BY s.day, s.name"
            ))?;
            let rows = statement.query_map([], |row| {
                Ok(Origins {
                    deal: None,
                    selection: row.get(0)?,
                    list: None,
                    why: row.get(1)?,
                    day: Some(Day::new(row.get(2)?).date()),
                })
            })?;
            for chosen in rows {
                let chosen = chosen?;
                if !origins.iter().any(|one| one.selection == chosen.selection) {
                    origins.push(chosen);
                }
            }
            Ok(origins)
        })
    }
}
