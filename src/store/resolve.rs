//! What a typed reference means: exact id → exact account name → unique id prefix → the id that the deal
//! has in the system it was imported from → unique fuzzy match. Two different hits are listed, never guessed between.

use std::collections::HashMap;

use anyhow::Result;
use rapidfuzz::distance::jaro_winkler;

use super::{Store, project};
use crate::fault::Fault;
use crate::id::{Id, canonical_handle};
use crate::text::{nearest, visible};

/// A deal that a reference may have meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealMatch {
    pub id: Id,
    pub account: Option<String>,
    pub title: Option<String>,
    pub owner: Option<String>,
    pub stage: Option<String>,
    pub state: String,
    /// Namespace and id of the system it was imported from.
    pub external: Option<String>,
}

impl Store {
    /// The one deal that `typed` names; otherwise the reason, with the candidates (exit code 4).
    pub fn resolve_deal(&self, typed: &str) -> Result<Id> {
        let typed = typed.trim();
        match self.deal_meant(typed)? {
            Some(deal) => Ok(deal),
            None => Err(self.no_deal(typed)?.into()),
        }
    }

    /// The one deal that `typed` names, if any does; several are an error with the candidates.
    pub fn deal_meant(&self, typed: &str) -> Result<Option<Id>> {
        let typed = typed.trim();
        if let Some(id) = Id::from_handle(typed)
            && self.deal_matches("d.id = $1", &id.0)?.len() == 1
        {
            return Ok(Some(id));
        }
        let key = project::name_key(typed);
        let named = self.deal_matches(OF_ACCOUNT, &key)?;
        if !named.is_empty() {
            return self.the_one(typed, "is the account of", &named).map(Some);
        }
        if let Some(prefix) = canonical_handle(typed) {
            let upper = format!("{prefix}~");
            let found = self.deal_matches_between(&prefix, &upper)?;
            if !found.is_empty() {
                return self.the_one(typed, "begins the id of", &found).map(Some);
            }
        }
        let imported = self.deal_matches(EXTERNAL, &typed)?;
        match imported.as_slice() {
            [] => self.fuzzy(typed, &key),
            [one] => Ok(Some(one.id)),
            // Two systems: which of them is meant does not follow from what is open.
            _ => {
                let imported: Vec<&DealMatch> = imported.iter().collect();
                Err(self.several(typed, "is the imported id of", &imported)?)
            }
        }
    }

    /// The id in the system it was imported from, of a key that has its namespace in front.
    pub fn external_id(key: &str) -> &str {
        key.split_once(':').map_or(key, |(_, id)| id)
    }

    /// The ids that deals have in the systems they were imported from.
    pub fn external_ids(&self) -> Result<HashMap<Id, String>> {
        self.translated(|connection| {
            let mut statement = connection.prepare("SELECT deal, external FROM imported")?;
            let mut rows = statement.query([])?;
            let mut ids = HashMap::new();
            while let Some(row) = rows.next()? {
                let key: String = row.get(1)?;
                ids.insert(Id(row.get(0)?), Self::external_id(&key).to_string());
            }
            Ok(ids)
        })
    }

    fn fuzzy(&self, typed: &str, key: &str) -> Result<Option<Id>> {
        let accounts = self.accounts_of_deals()?;
        let part_of = |name: &&String| {
            !key.is_empty()
                && (name.starts_with(key) || name.split(' ').any(|word| word.starts_with(key)))
        };
        let mut hits: Vec<&String> = accounts.iter().filter(part_of).collect();
        if hits.is_empty() {
            hits = accounts
                .iter()
                .filter(|name| jaro_winkler::similarity(name.chars(), key.chars()) >= 0.9)
                .collect();
        }
        let mut found = Vec::new();
        for name in &hits {
            found.extend(self.deal_matches(OF_ACCOUNT, &name)?);
        }
        // An account answers to several names.
        found.sort_by_key(|deal| deal.id);
        found.dedup();
        if found.is_empty() {
            return Ok(None);
        }
        self.the_one(typed, "matches", &found).map(Some)
    }

    /// The names that accounts with deals answer to, as they are compared.
    fn accounts_of_deals(&self) -> Result<Vec<String>> {
        self.translated(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT a.name_key FROM account a JOIN deal d ON d.account = a.id
                 UNION SELECT n.name_key FROM account a JOIN deal d ON d.account = a.id
                 JOIN account n ON n.id = a.merged",
            )?;
            let names = statement
                .query_map([], |row| row.get(0))?
                .collect::<rusqlite::Result<Vec<String>>>()?;
            Ok(names)
        })
    }

    fn no_deal(&self, typed: &str) -> Result<Fault> {
        let accounts = self.accounts_of_deals()?;
        let key = project::name_key(typed);
        let fault = Fault::not_found(format!("no deal matches `{}`", visible(typed)));
        let fault = match nearest(&key, accounts.iter().map(String::as_str)) {
            Some(name) => fault.hint(format!("did you mean `{}`?", visible(name))),
            None => fault,
        };
        Ok(fault.hint("salesctl deal list --all shows every deal"))
    }

    /// Open deals before closed ones: a closed deal is meant only when no open one fits.
    fn the_one(&self, typed: &str, how: &str, found: &[DealMatch]) -> Result<Id> {
        let open: Vec<&DealMatch> = found
            .iter()
            .filter(|deal| deal.state == "open" || deal.state == "hold")
            .collect();
        let candidates: Vec<&DealMatch> = if open.is_empty() {
            found.iter().collect()
        } else {
            open
        };
        if let [one] = candidates.as_slice() {
            return Ok(one.id);
        }
        Err(self.several(typed, how, &candidates)?)
    }

    fn several(&self, typed: &str, how: &str, candidates: &[&DealMatch]) -> Result<anyhow::Error> {
        let mut fault = Fault::not_found(format!(
            "`{}` {how} {} deals: say which by its id",
            visible(typed),
            candidates.len()
        ));
        for deal in candidates.iter().take(10) {
            fault = fault.hint(format!(
                "{}  {}{}  {}{}{}",
                self.short(deal.id)?,
                visible(deal.account.as_deref().unwrap_or("(no account)")),
                deal.title
                    .as_deref()
                    .map(|title| format!(", {}", visible(title)))
                    .unwrap_or_default(),
                if deal.state == "open" {
                    deal.stage.as_deref().unwrap_or("open")
                } else {
                    deal.state.as_str()
                },
                deal.owner
                    .as_deref()
                    .map(|owner| format!("  {}", visible(owner)))
                    .unwrap_or_default(),
                deal.external
                    .as_deref()
                    .filter(|key| Self::external_id(key) == typed)
                    .map(|key| format!("  {}", visible(key)))
                    .unwrap_or_default(),
            ));
        }
        if candidates.len() > 10 {
            fault = fault.hint(format!("… and {} more", candidates.len() - 10));
        }
        Ok(fault.into())
    }

    fn deal_matches(&self, filter: &str, value: &dyn rusqlite::ToSql) -> Result<Vec<DealMatch>> {
        self.translated(|connection| {
            let sql = format!("{MATCH} WHERE {filter} ORDER BY d.id");
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map([value], deal_match)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn deal_matches_between(&self, from: &str, to: &str) -> Result<Vec<DealMatch>> {
        self.translated(|connection| {
            let sql = format!(
                "{MATCH} JOIN stream s ON s.id = d.id WHERE s.handle >= $1 AND s.handle < $2 ORDER BY d.id"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map([from, to], deal_match)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

const MATCH: &str = "SELECT d.id, a.name, d.title, d.owner, d.stage, d.state, i.external
    FROM deal d LEFT JOIN account_now a ON a.id = d.account LEFT JOIN imported i ON i.deal = d.id";

/// The deals of the accounts that have or had a name, with what was merged into them.
const OF_ACCOUNT: &str = "d.account IN (
    SELECT x.id FROM account n
    JOIN account x ON x.id = COALESCE(n.merged, n.id) OR x.merged = COALESCE(n.merged, n.id)
    WHERE n.name_key = $1 OR n.id IN (SELECT account FROM former_name WHERE name_key = $1))";

/// The filter for what [`Store::external_id`] gives.
const EXTERNAL: &str = "SUBSTR(i.external, LENGTH(i.external) - LENGTH($1)) = ':' || $1";

fn deal_match(row: &rusqlite::Row<'_>) -> rusqlite::Result<DealMatch> {
    Ok(DealMatch {
        id: Id(row.get(0)?),
        account: row.get(1)?,
        title: row.get(2)?,
        owner: row.get(3)?,
        stage: row.get(4)?,
        state: row.get(5)?,
        external: row.get(6)?,
    })
}
