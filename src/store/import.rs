//! Applies an import: a plan of deals or of their history, as one batch that can be undone as a unit.

use std::collections::{HashMap, HashSet};

use anyhow::Result;
use chrono::{DateTime, NaiveDate, Utc};

use super::query::date;
use super::{Moment, Store, Write};
use crate::deal::book::State;
use crate::deal::event::{CatalogEntry, Event, StreamKind};
use crate::id::Id;
use crate::import::{HistoryPlan, Known, KnownDeal, Plan, PlannedAccount};
use crate::process::Calendar;

/// So many deals are held in memory before their rows are written.
const CHUNK: usize = 1_000;

const NEWEST: &str = "SELECT COALESCE(MAX(ts), 0) FROM operation";

/// The file that a batch came from.
#[derive(Clone, Debug)]
pub struct BatchFile {
    pub name: String,
    /// Of its content, in hexadecimal.
    pub sha256: String,
    /// `deals`, `history` or `suppression`.
    pub what: &'static str,
    pub read: u64,
    pub new: u64,
    pub known: u64,
    pub rejected: u64,
}

impl Store {
    /// When the newest operation was recorded, which tells whether anything changed since; see
    /// [`Write::is_next_after`].
    pub fn newest_operation(&self) -> Result<i64> {
        self.translated(|connection| Ok(connection.query_row(NEWEST, [], |row| row.get(0))?))
    }

    /// What an import has to know of the store.
    pub fn known(&self) -> Result<Known> {
        let accounts = self.accounts()?;
        let catalog = self
            .catalog()?
            .entries
            .into_iter()
            .map(|(_, entry)| entry)
            .collect();
        let mut names: HashMap<Id, Vec<String>> = HashMap::new();
        for (id, name) in &accounts {
            names.entry(*id).or_default().push(name.clone());
        }
        let mut ids = HashSet::new();
        let deals = self.translated(|connection| {
            let mut statement = connection.prepare(
                "SELECT i.external, d.id, d.state, a.name, d.opened, a.now FROM deal d
                 LEFT JOIN imported i ON i.deal = d.id LEFT JOIN account_now a ON a.id = d.account",
            )?;
            let mut rows = statement.query([])?;
            let mut deals = HashMap::new();
            while let Some(row) = rows.next()? {
                let id = Id(row.get(1)?);
                ids.insert(id);
                let Some(external) = row.get(0)? else {
                    continue;
                };
                let state: String = row.get(2)?;
                let deal = KnownDeal {
                    id,
                    state: State::from_name(&state).unwrap_or(State::Open),
                    account: row.get(3)?,
                    other_names: row
                        .get::<_, Option<i64>>(5)?
                        .and_then(|account| names.get(&Id(account)))
                        .and_then(|names| names.get(1..))
                        .map(<[String]>::to_vec)
                        .unwrap_or_default(),
                    opened: date(row.get(4)?),
                };
                deals.insert(external, deal);
            }
            Ok(deals)
        })?;
        Ok(Known {
            accounts,
            catalog,
            deals,
            ids,
        })
    }
}

impl Write<'_> {
    /// Whether no other operation came after the one that [`Store::newest_operation`] saw. An import plans
    /// without a lock and asks this before it writes.
    pub fn is_next_after(&self, seen: i64) -> Result<bool> {
        let newer = self
            .transaction
            .prepare_cached("SELECT 1 FROM operation WHERE ts > $1 AND id <> $2")?
            .exists([seen, self.operation().0])?;
        Ok(!newer)
    }

    /// Writes a plan of deals; the batch's id. `progress` hears how many deals are written.
    pub fn import_deals(
        &mut self,
        plan: &Plan,
        file: &BatchFile,
        calendar: &Calendar,
        mut progress: impl FnMut(usize),
    ) -> Result<Id> {
        self.add_entries(&plan.catalog)?;
        let accounts = self.add_accounts(&plan.accounts, calendar)?;
        let today = self.now().day;
        for (n, planned) in plan.deals.iter().enumerate() {
            let deal = self.create(StreamKind::Deal)?;
            for (day, event) in planned.events(&accounts, today) {
                let at = self.on(day, calendar);
                self.append(deal, at, [event])?;
            }
            if (n + 1) % CHUNK == 0 {
                self.flush()?;
                progress(n + 1);
            }
        }
        self.add_batch(file)
    }

    /// Writes a plan of histories; the batch's id.
    pub fn import_history(
        &mut self,
        plan: &HistoryPlan,
        file: &BatchFile,
        calendar: &Calendar,
        mut progress: impl FnMut(usize),
    ) -> Result<Id> {
        self.add_entries(&plan.catalog)?;
        let accounts = self.add_accounts(&plan.accounts, calendar)?;
        for (n, planned) in plan.deals.iter().enumerate() {
            let deal = match planned.deal {
                Some(deal) => deal,
                None => self.create(StreamKind::Deal)?,
            };
            for (instant, day, event) in planned.events(&accounts) {
                self.append(deal, Moment { instant, day }, [event])?;
            }
            if (n + 1) % CHUNK == 0 {
                self.flush()?;
                progress(n + 1);
            }
        }
        self.add_batch(file)
    }

    fn add_entries(&mut self, entries: &[CatalogEntry]) -> Result<()> {
        for entry in entries {
            self.set_catalog(entry.clone())?;
        }
        Ok(())
    }

    fn add_accounts(&mut self, planned: &[PlannedAccount], calendar: &Calendar) -> Result<Vec<Id>> {
        let mut accounts = Vec::with_capacity(planned.len());
        for planned in planned {
            let account = self.create(StreamKind::Account)?;
            for (day, event) in planned.events() {
                let at = self.on(day, calendar);
                self.append(account, at, [event])?;
            }
            accounts.push(account);
        }
        Ok(accounts)
    }

    /// The batch is written last: without it, nothing was imported.
    fn add_batch(&mut self, file: &BatchFile) -> Result<Id> {
        let batch = self.new_id()?;
        self.add_batch_as(batch, file)?;
        Ok(batch)
    }

    /// The same under an id that rows were staged for.
    pub(super) fn add_batch_as(&mut self, batch: Id, file: &BatchFile) -> Result<()> {
        self.create_as(StreamKind::Batch, batch)?;
        let at = self.now();
        self.append(
            batch,
            at,
            [Event::BatchImported {
                file: file.name.clone(),
                sha256: file.sha256.clone(),
                what: file.what.to_string(),
                read: file.read,
                new: file.new,
                known: file.known,
                rejected: file.rejected,
            }],
        )
    }

    /// Noon of a past day; now, if it is today.
    fn on(&self, day: NaiveDate, calendar: &Calendar) -> Moment {
        let now = self.now();
        let instant: DateTime<Utc> = if day >= now.day {
            now.instant
        } else {
            calendar.noon_of(day)
        };
        Moment { instant, day }
    }
}
