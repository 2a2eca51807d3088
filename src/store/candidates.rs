//! Those of a selection as they stand when deals are to begin with them, and the reps who may be given
//! deals. Every question is asked once for all of them.

use std::collections::BTreeMap;

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension};
use rustc_hash::{FxHashMap, FxHashSet};

use super::project::name_key;
use super::query::fact_value;
use super::select::contacts::{contacted, in_a_deal};
use super::select::{People, joined, known_of};
use super::{Store, Write};
use crate::condition::Value;
use crate::deal::book::Day;
use crate::deal::event::Event;
use crate::id::Id;
use crate::prospect::Record;

/// Who a row of a list is to us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bond {
    pub prospect: Id,
    /// Whose row it is, as things stand.
    pub entity: Id,
    /// When that is somebody of ours.
    pub person: Option<Id>,
    /// Where they are: the person's account, the account that it is itself, or where matching found them to work.
    pub account: Option<Id>,
}

/// Those of a selection, and who of everybody is in a deal already or was contacted not long ago.
#[derive(Debug)]
pub struct Standing {
    pub bonds: Vec<Bond>,
    pub in_deals: FxHashSet<Id>,
    pub contacted: FxHashSet<Id>,
    people: People,
}

/// A customer who was selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerRow {
    /// As it was selected; it may have been merged into another since.
    pub subject: Id,
    pub account: Id,
    pub name: String,
    /// Whose its latest deal is.
    pub owner: Option<String>,
    /// The products of its open deals; nothing for a deal without one.
    pub open: Vec<Option<String>>,
}

/// Closed deals of a rep, by what they were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedRow {
    pub owner: String,
    pub customer_type: Option<String>,
    pub product: Option<String>,
    pub won: u32,
    pub lost: u32,
}

/// The accounts by their names, those they had before included.
#[derive(Debug)]
pub struct AccountNames(FxHashMap<String, Id>);

impl AccountNames {
    pub fn get(&self, name: &str) -> Option<Id> {
        self.0.get(&name_key(name)).copied()
    }
}

/// An account with its fields as of a day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccountFacts {
    pub name: String,
    pub fields: Vec<(String, Value)>,
}

/// Ids in one question: far below what a statement may be long.
const CHUNK: usize = 500;

impl Store {
    /// Who the chosen rows are, in the order they were chosen, and what keeps them from a deal; contacts count
    /// from the day `since`.
    pub fn standing(&self, run: Id, since: NaiveDate) -> Result<Standing> {
        self.translated(|connection| {
            let people = People::read(connection)?;
            let mut statement = connection.prepare(
                "SELECT p.id, works.now FROM selection_name n JOIN prospect p ON p.id = n.subject
                 LEFT JOIN prospect_employer e ON e.prospect = p.id
                 LEFT JOIN account_now works ON works.id = e.account
                 WHERE n.run = $1 ORDER BY n.n",
            )?;
            let rows = statement.query_map([run.0], |row| {
                let prospect = Id(row.get(0)?);
                Ok(Bond {
                    prospect,
                    entity: Id(people.of(prospect.0)),
                    person: None,
                    account: row.get::<_, Option<i64>>(1)?.map(Id),
                })
            })?;
            let mut bonds = rows.collect::<rusqlite::Result<Vec<Bond>>>()?;
            let entities: Vec<i64> = bonds.iter().map(|bond| bond.entity.0).collect();
            let persons = accounts_of(
                connection,
                &entities,
                "SELECT p.id, a.now FROM person p LEFT JOIN account_now a ON a.id = p.account
                 WHERE p.id IN",
            )?;
            let accounts = accounts_of(
                connection,
                &entities,
                "SELECT id, now FROM account_now WHERE id IN",
            )?;
            for bond in &mut bonds {
                if let Some(account) = persons.get(&bond.entity) {
                    bond.person = Some(bond.entity);
                    bond.account = account.or(bond.account);
                }
                let own = accounts.get(&bond.entity).copied().flatten();
                bond.account = own.or(bond.account);
            }
            let in_deals = in_a_deal(connection, &people)?;
            let contacted = contacted(connection, &people, Day::of(since))?;
            Ok(Standing {
                bonds,
                in_deals: in_deals.into_iter().map(Id).collect(),
                contacted: contacted.into_iter().map(Id).collect(),
                people,
            })
        })
    }

    /// All that is known of them, row by row: whose it is, the list it came from, and what it says.
    pub fn each_known_of_standing(
        &self,
        standing: &Standing,
        each: impl FnMut(Id, Option<Id>, &Record),
    ) -> Result<()> {
        let entities = standing.bonds.iter().map(|bond| bond.entity.0).collect();
        self.translated(|connection| known_of(connection, &standing.people, &entities, each))
    }

    /// The chosen customers, in the order they were chosen.
    pub fn chosen_customers(&self, run: Id) -> Result<Vec<CustomerRow>> {
        self.translated(|connection| {
            let mut statement = connection.prepare(
                "WITH chosen AS (
                    SELECT n.n, n.subject, a.now, a.name FROM selection_name n
                    JOIN account_now a ON a.id = n.subject WHERE n.run = $1)
                 SELECT c.n, c.subject, c.now, c.name, d.owner, d.state, d.product
                 FROM chosen c LEFT JOIN account_now x ON x.now = c.now
                 LEFT JOIN deal d ON d.account = x.id
                 ORDER BY c.n, COALESCE(d.opened, 0), d.id",
            )?;
            let mut rows = statement.query([run.0])?;
            let mut found: Vec<CustomerRow> = Vec::new();
            let mut last = None;
            while let Some(row) = rows.next()? {
                let n: i64 = row.get(0)?;
                if last != Some(n) {
                    last = Some(n);
                    found.push(CustomerRow {
                        subject: Id(row.get(1)?),
                        account: Id(row.get(2)?),
                        name: row.get(3)?,
                        owner: None,
                        open: Vec::new(),
                    });
                }
                let Some(customer) = found.last_mut() else {
                    continue;
                };
                // The latest deal comes last.
                customer.owner = row.get::<_, Option<String>>(4)?.or(customer.owner.take());
                let state: Option<String> = row.get(5)?;
                if matches!(state.as_deref(), Some("open" | "hold")) {
                    customer.open.push(row.get(6)?);
                }
            }
            Ok(found)
        })
    }

    pub fn account_names(&self) -> Result<AccountNames> {
        // The first of a name counts, those in use before former ones.
        let mut names = FxHashMap::default();
        for (id, name) in self.accounts()? {
            names.entry(name_key(&name)).or_insert(id);
        }
        Ok(AccountNames(names))
    }

    /// These accounts with their names and fields as of a day.
    pub fn facts_of_accounts(
        &self,
        accounts: &[Id],
        as_of: NaiveDate,
    ) -> Result<FxHashMap<Id, AccountFacts>> {
        self.translated(|connection| {
            let mut found: FxHashMap<Id, AccountFacts> = FxHashMap::default();
            for some in accounts.chunks(CHUNK) {
                let ids = joined(&some.iter().map(|id| id.0).collect::<Vec<_>>());
                let mut statement = connection
                    .prepare(&format!("SELECT id, name FROM account WHERE id IN ({ids})"))?;
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    found.entry(Id(row.get(0)?)).or_default().name = row.get(1)?;
                }
                let mut statement = connection.prepare(&format!(
                    "SELECT subject, name, whole, number, text FROM fact
                     WHERE subject IN ({ids}) AND day <= $1 ORDER BY subject, name, day"
                ))?;
                let mut rows = statement.query([Day::of(as_of).number()])?;
                while let Some(row) = rows.next()? {
                    let fields = &mut found.entry(Id(row.get(0)?)).or_default().fields;
                    let name: String = row.get(1)?;
                    // Of a field's days the last one counts.
                    if fields.last().is_some_and(|(known, _)| *known == name) {
                        fields.pop();
                    }
                    fields.push((name, fact_value(row, 2)?));
                }
            }
            Ok(found)
        })
    }

    /// How many open deals each rep has.
    pub fn open_deals_by_owner(&self) -> Result<BTreeMap<String, u32>> {
        self.translated(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT owner, COUNT(*) FROM deal
                 WHERE state IN ('open', 'hold') AND owner IS NOT NULL GROUP BY owner",
            )?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// How the deals of each rep ended.
    pub fn closed_deals_by_owner(&self) -> Result<Vec<ClosedRow>> {
        self.translated(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT owner, customer_type, product,
                    CAST(SUM(CASE WHEN state = 'won' THEN 1 ELSE 0 END) AS INTEGER),
                    CAST(SUM(CASE WHEN state = 'lost' THEN 1 ELSE 0 END) AS INTEGER)
                 FROM deal WHERE state IN ('won', 'lost') AND owner IS NOT NULL
                 GROUP BY owner, customer_type, product",
            )?;
            let rows = statement.query_map([], |row| {
                Ok(ClosedRow {
                    owner: row.get(0)?,
                    customer_type: row.get(1)?,
                    product: row.get(2)?,
                    won: row.get(3)?,
                    lost: row.get(4)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// The rep who was given a new deal last. The ids of deals that began together rise in the order in
    /// which they were handed out.
    pub fn given_last(&self) -> Result<Option<String>> {
        self.translated(|connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT d.owner FROM event e JOIN deal d ON d.id = e.stream
                     WHERE e.seq = 1 AND d.owner IS NOT NULL AND e.operation = (
                        SELECT o.id FROM operation o
                        WHERE EXISTS (SELECT 1 FROM event f JOIN deal g ON g.id = f.stream
                            WHERE f.operation = o.id AND f.seq = 1 AND g.owner IS NOT NULL)
                        ORDER BY o.ts DESC LIMIT 1)
                     ORDER BY d.id DESC LIMIT 1",
                )?
                .query_row([], |row| row.get(0))
                .optional()?)
        })
    }
}

/// The account of each of these that there is.
fn accounts_of(
    connection: &Connection,
    ids: &[i64],
    sql: &str,
) -> Result<FxHashMap<Id, Option<Id>>> {
    let mut found = FxHashMap::default();
    for some in ids.chunks(CHUNK) {
        let mut statement = connection.prepare(&format!("{sql} ({})", joined(some)))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let account: Option<i64> = row.get(1)?;
            found.insert(Id(row.get(0)?), account.map(Id));
        }
    }
    Ok(found)
}

impl Write<'_> {
    /// Records that a rep is away from one day to another.
    pub fn add_absence(
        &mut self,
        rep: Id,
        from: NaiveDate,
        until: NaiveDate,
        note: Option<&str>,
    ) -> Result<Id> {
        let id = self.new_id()?;
        let at = self.now();
        let note = note.map(crate::text::Private::new);
        let added = Event::AbsenceAdded {
            id,
            from,
            until,
            note,
        };
        self.append(rep, at, [added])?;
        Ok(id)
    }

    pub fn remove_absence(&mut self, rep: Id, absence: Id) -> Result<()> {
        let at = self.now();
        self.append(rep, at, [Event::AbsenceRemoved { id: absence }])
    }
}
