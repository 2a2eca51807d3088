//! Reading persons and accounts: who they are now, what they take part in, where they came from.
//!
//! Everywhere an id of one that was merged stands for the survivor.

use std::collections::{BTreeSet, HashMap};

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension, Row};

use super::origins::PEOPLE_OF_OPEN_DEALS;
use super::query::date;
use super::{Store, project};
use crate::deal::book::{Day, State};
use crate::deal::contact::SalesRole;
use crate::fault::Fault;
use crate::id::Id;
use crate::money::Currency;
use crate::process::BuyingRole;

/// A person as the store knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    pub id: Id,
    pub account: Option<Id>,
    pub account_name: Option<String>,
    pub name: String,
    pub title: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub mobile: Option<String>,
}

/// An account in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    pub id: Id,
    pub name: String,
    pub persons: usize,
}

/// A deal as the page of its account or of somebody who takes part in it shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealOf {
    pub id: Id,
    pub account: Option<Id>,
    pub account_name: Option<String>,
    pub title: Option<String>,
    pub owner: Option<String>,
    pub stage: Option<String>,
    pub state: State,
    pub value_minor: Option<i64>,
    pub currency: Option<Currency>,
    pub opened: Option<NaiveDate>,
    pub closed: Option<NaiveDate>,
}

const PERSON: &str = "SELECT p.id, a.now, a.name, p.name, p.title, p.email, p.phone, p.mobile
    FROM person p LEFT JOIN account_now a ON a.id = p.account";

const DEAL: &str =
    "SELECT d.id, a.now, a.name, d.title, d.owner, d.stage, d.state, d.value_minor, d.currency,
    d.opened, d.closed";

/// An account, and those that were merged into it, of any of them.
const SAME_ACCOUNT: &str = "SELECT x.id FROM account_now n
    JOIN account x ON x.id = n.now OR x.merged = n.now WHERE n.id = $1";

const SAME_PERSON: &str = "SELECT x.id FROM person_now n
    JOIN person x ON x.id = n.now OR x.merged = n.now WHERE n.id = $1";

impl Store {
    /// The account that this one is, after merges.
    pub fn account_now(&self, id: Id) -> Result<Id> {
        self.now_of("SELECT now FROM account_now WHERE id = $1", id)
    }

    /// The person that this one is, after merges.
    pub fn person_now(&self, id: Id) -> Result<Id> {
        self.now_of("SELECT now FROM person_now WHERE id = $1", id)
    }

    fn now_of(&self, sql: &str, id: Id) -> Result<Id> {
        self.translated(|connection| {
            let now = connection
                .prepare_cached(sql)?
                .query_row([id.0], |row| row.get(0))
                .optional()?;
            Ok(now.map_or(id, Id))
        })
    }

    /// Every id that an account has: its own, and of those that were merged into it.
    pub fn account_ids(&self, id: Id) -> Result<Vec<Id>> {
        self.translated(|connection| ids(connection, SAME_ACCOUNT, id))
    }

    /// Every id that a person has: their own, and of those that were merged into them.
    pub fn person_ids(&self, id: Id) -> Result<Vec<Id>> {
        self.translated(|connection| ids(connection, SAME_PERSON, id))
    }

    pub fn person(&self, id: Id) -> Result<Option<PersonRow>> {
        let found = self.person_rows(
            "p.id = (SELECT now FROM person_now WHERE id = $1)",
            &[&id.0],
        )?;
        Ok(found.into_iter().next())
    }

    /// Everybody, by name.
    pub fn persons(&self) -> Result<Vec<PersonRow>> {
        self.person_rows("p.merged IS NULL", &[])
    }

    /// Everybody known at an account; of no account when `None`.
    pub fn persons_at(&self, account: Option<Id>) -> Result<Vec<PersonRow>> {
        match account {
            None => self.person_rows("p.merged IS NULL AND p.account IS NULL", &[]),
            Some(account) => self.person_rows(
                &format!("p.merged IS NULL AND p.account IN ({SAME_ACCOUNT})"),
                &[&account.0],
            ),
        }
    }

    /// Everybody who is called so, in any case.
    pub fn persons_called(&self, name: &str) -> Result<Vec<PersonRow>> {
        let key = project::name_key(name);
        let mut persons = self.persons()?;
        persons.retain(|person| project::name_key(&person.name) == key);
        Ok(persons)
    }

    /// Whose address this is, in any case.
    pub fn persons_with_email(&self, email: &str) -> Result<Vec<PersonRow>> {
        self.person_rows(
            "p.merged IS NULL AND LOWER(p.email) = LOWER($1)",
            &[&email.trim()],
        )
    }

    fn person_rows(&self, filter: &str, values: &[&dyn ToSql]) -> Result<Vec<PersonRow>> {
        self.translated(|connection| {
            let sql = format!("{PERSON} WHERE {filter} ORDER BY p.name, p.id");
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(values, |row| {
                Ok(PersonRow {
                    id: Id(row.get(0)?),
                    account: row.get::<_, Option<i64>>(1)?.map(Id),
                    account_name: row.get(2)?,
                    name: row.get(3)?,
                    title: row.get(4)?,
                    email: row.get(5)?,
                    phone: row.get(6)?,
                    mobile: row.get(7)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// The accounts whose people have an address in this domain.
    pub fn accounts_with_domain(&self, domain: &str) -> Result<BTreeSet<Id>> {
        self.translated(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT DISTINCT a.now FROM person p JOIN account_now a ON a.id = p.account
                 WHERE p.merged IS NULL
                 AND LOWER(SUBSTR(p.email, LENGTH(p.email) - LENGTH($1))) = '@' || LOWER($1)",
            )?;
            let rows = statement.query_map([domain], |row| Ok(Id(row.get(0)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// What everybody is to us.
    pub fn sales_roles(&self) -> Result<HashMap<Id, BTreeSet<SalesRole>>> {
        self.translated(|connection| {
            let mut statement = connection.prepare("SELECT person, role FROM sales_role")?;
            let mut rows = statement.query([])?;
            let mut roles: HashMap<Id, BTreeSet<SalesRole>> = HashMap::new();
            while let Some(row) = rows.next()? {
                let name: String = row.get(1)?;
                let role = SalesRole::from_name(&name)
                    .ok_or_else(|| Fault::damaged(format!("unknown sales role `{name}`")))?;
                roles.entry(Id(row.get(0)?)).or_default().insert(role);
            }
            Ok(roles)
        })
    }

    /// When something was last done with each person, in a deal or outside of any.
    pub fn last_contacts(&self) -> Result<HashMap<Id, NaiveDate>> {
        self.days_by_id(
            "SELECT n.now, MAX(x.day) FROM (
                SELECT subject AS person, day FROM contact_activity
                UNION ALL SELECT person, day FROM contact_activity WHERE person IS NOT NULL
                UNION ALL SELECT person, day FROM activity WHERE person IS NOT NULL
             ) x JOIN person_now n ON n.id = x.person GROUP BY n.now",
        )
    }

    /// The same for accounts: with themselves, with their people, in their deals.
    pub fn last_contacts_of_accounts(&self) -> Result<HashMap<Id, NaiveDate>> {
        self.days_by_id(
            "SELECT n.now, MAX(x.day) FROM (
                SELECT subject AS account, day FROM contact_activity
                UNION ALL SELECT p.account, c.day FROM contact_activity c
                    JOIN person_now q ON q.id = c.subject JOIN person p ON p.id = q.now
                UNION ALL SELECT d.account, v.day FROM activity v JOIN deal d ON d.id = v.deal
             ) x JOIN account_now n ON n.id = x.account GROUP BY n.now",
        )
    }

    fn days_by_id(&self, sql: &str) -> Result<HashMap<Id, NaiveDate>> {
        self.translated(|connection| {
            let mut statement = connection.prepare(sql)?;
            let rows = statement.query_map([], |row| {
                Ok((Id(row.get(0)?), Day::new(row.get(1)?).date()))
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Every account that was not merged into another, by name.
    pub fn account_rows(&self) -> Result<Vec<AccountRow>> {
        self.translated(|connection| {
            let mut statement = connection.prepare(
                "SELECT a.id, a.name, COUNT(p.id) FROM account a
                 LEFT JOIN account x ON x.id = a.id OR x.merged = a.id
                 LEFT JOIN person p ON p.account = x.id AND p.merged IS NULL
                 WHERE a.merged IS NULL GROUP BY a.id, a.name ORDER BY a.name_key, a.id",
            )?;
            let rows = statement.query_map([], |row| {
                Ok(AccountRow {
                    id: Id(row.get(0)?),
                    name: row.get(1)?,
                    persons: row.get::<_, i64>(2)? as usize,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Every deal that has an account, the oldest first; only those of one account when it is named.
    pub fn deals_of(&self, account: Option<Id>) -> Result<Vec<DealOf>> {
        let (filter, values): (String, Vec<&dyn ToSql>) = match &account {
            None => ("d.account IS NOT NULL".to_string(), Vec::new()),
            Some(account) => (format!("d.account IN ({SAME_ACCOUNT})"), vec![&account.0]),
        };
        self.translated(|connection| {
            let sql = format!(
                "{DEAL} FROM deal d LEFT JOIN account_now a ON a.id = d.account WHERE {filter} ORDER BY d.id"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query(values.as_slice())?;
            let mut deals = Vec::new();
            while let Some(row) = rows.next()? {
                deals.push(deal_of(row)?);
            }
            Ok(deals)
        })
    }

    /// The deals that began with any of these rows of lists, the oldest first.
    pub fn deals_begun_with(&self, prospects: &[Id]) -> Result<Vec<DealOf>> {
        let ids: Vec<String> = prospects.iter().map(|id| id.0.to_string()).collect();
        self.translated(|connection| {
            let mut statement = connection.prepare(&format!(
                "{DEAL} FROM deal d LEFT JOIN account_now a ON a.id = d.account
                 WHERE d.id IN (SELECT deal FROM origin WHERE prospect IN ({})) ORDER BY d.id",
                ids.join(", ")
            ))?;
            let mut rows = statement.query([])?;
            let mut deals = Vec::new();
            while let Some(row) = rows.next()? {
                deals.push(deal_of(row)?);
            }
            Ok(deals)
        })
    }

    /// The deals that a person takes part in or that began with them, with what they are in each, the oldest
    /// first.
    pub fn buying_roles(&self, person: Id) -> Result<Vec<(DealOf, BTreeSet<BuyingRole>)>> {
        self.translated(|connection| {
            let sql = format!(
                "{DEAL}, t.role FROM (SELECT deal, role FROM participant WHERE person IN ({SAME_PERSON})
                    UNION ALL SELECT deal, NULL FROM origin WHERE person IN ({SAME_PERSON})) t
                 JOIN deal d ON d.id = t.deal
                 LEFT JOIN account_now a ON a.id = d.account
                 ORDER BY d.id, t.role IS NULL, t.role"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query([person.0])?;
            let mut deals: Vec<(DealOf, BTreeSet<BuyingRole>)> = Vec::new();
            while let Some(row) = rows.next()? {
                let deal = deal_of(row)?;
                let role = row.get::<_, Option<String>>(11)?.map(|name| {
                    BuyingRole::from_name(&name)
                        .ok_or_else(|| Fault::damaged(format!("unknown buying role `{name}`")))
                });
                let role = role.transpose()?;
                match deals.last_mut() {
                    Some((last, roles)) if last.id == deal.id => roles.extend(role),
                    _ => deals.push((deal, role.into_iter().collect())),
                }
            }
            Ok(deals)
        })
    }

    /// How many open deals each person takes part in, or began.
    pub fn open_deals_by_person(&self) -> Result<HashMap<Id, usize>> {
        self.translated(|connection| {
            let mut statement = connection.prepare(&format!(
                "SELECT n.now, COUNT(DISTINCT t.deal) FROM ({PEOPLE_OF_OPEN_DEALS}) t
                 JOIN person_now n ON n.id = t.person GROUP BY n.now"
            ))?;
            let rows = statement.query_map([], |row| {
                Ok((Id(row.get(0)?), row.get::<_, i64>(1)? as usize))
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// The deals that tell of something done with a person.
    pub fn deals_with(&self, person: Id) -> Result<Vec<Id>> {
        let sql = format!("SELECT DISTINCT deal FROM activity WHERE person IN ({SAME_PERSON})");
        self.translated(|connection| ids(connection, &sql, person))
    }

    /// Whose streams tell, outside of deals, of something done with a person.
    pub fn subjects_with(&self, person: Id) -> Result<Vec<Id>> {
        let sql = format!(
            "SELECT DISTINCT subject FROM contact_activity WHERE person IN ({SAME_PERSON})"
        );
        self.translated(|connection| ids(connection, &sql, person))
    }
}

fn ids(connection: &Connection, sql: &str, id: Id) -> Result<Vec<Id>> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([id.0], |row| Ok(Id(row.get(0)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn deal_of(row: &Row<'_>) -> Result<DealOf> {
    let id = Id(row.get(0)?);
    let state: String = row.get(6)?;
    let currency: Option<String> = row.get(8)?;
    let currency = currency
        .map(|code| code.parse())
        .transpose()
        .map_err(|error: String| Fault::damaged(format!("deal {id}: {error}")))?;
    Ok(DealOf {
        id,
        account: row.get::<_, Option<i64>>(1)?.map(Id),
        account_name: row.get(2)?,
        title: row.get(3)?,
        owner: row.get(4)?,
        stage: row.get(5)?,
        state: State::from_name(&state)
            .ok_or_else(|| Fault::damaged(format!("deal {id} has the state {state}")))?,
        value_minor: row.get(7)?,
        currency,
        opened: date(row.get(9)?),
        closed: date(row.get(10)?),
    })
}
