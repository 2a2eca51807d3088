//! Who is kept out of cold mailings because of deals: people of open ones, and customers. Read from the
//! deals whenever it is asked, so that a deal that is lost or won counts at once.

use std::collections::BTreeMap;

use anyhow::Result;
use chrono::NaiveDate;

use super::super::Store;
use super::super::origins::PEOPLE_OF_OPEN_DEALS;
use crate::deal::book::Day;
use crate::id::Id;
use crate::prospect::clean::is_free_mail;
use crate::prospect::suppression::{Entry, Purpose, Source, SuppressionSet};

/// Fields of an account that tell where its web pages are, if the process has them.
const SITES: &str = "('website', 'domain')";

/// Accounts with a won deal, as they are after merges. What was merged into one is a customer by every name,
/// address and site it ever had.
const CUSTOMERS: &str =
    "SELECT n.now FROM deal d JOIN account_now n ON n.id = d.account WHERE d.state = 'won'";

/// A person as far as they can be recognised.
struct Known {
    name: String,
    email: Option<String>,
    phone: Option<String>,
    mobile: Option<String>,
    account: Option<String>,
}

impl Known {
    fn entries(&self) -> impl Iterator<Item = Entry> {
        [
            self.email.as_deref().and_then(Entry::email),
            self.phone.as_deref().and_then(Entry::phone),
            self.mobile.as_deref().and_then(Entry::phone),
            Entry::person(&self.name, self.account.as_deref(), None),
        ]
        .into_iter()
        .flatten()
    }
}

fn add(set: &mut SuppressionSet, entry: &Entry, source: Source, id: Id, reason: &str) {
    if let Some(keys) = entry.keys() {
        set.insert(keys, entry.kind, Purpose::Marketing, source, id, reason);
    }
}

impl Store {
    /// Everybody who has a role in a deal that goes on, or with whom it began.
    pub(super) fn add_open_deals(&self, set: &mut SuppressionSet) -> Result<()> {
        let mut people: BTreeMap<Id, Vec<Known>> = BTreeMap::new();
        self.translated(|connection| {
            let mut statement = connection.prepare(&format!(
                "SELECT DISTINCT d.id, p.id, p.name, p.email, p.phone, a.name, p.mobile
                 FROM ({PEOPLE_OF_OPEN_DEALS}) x JOIN deal d ON d.id = x.deal
                 JOIN person_now n ON n.id = x.person
                 JOIN person p ON p.id = n.now OR p.merged = n.now
                 LEFT JOIN account a ON a.id = COALESCE(p.account, d.account)
                 ORDER BY d.id, p.id"
            ))?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                people.entry(Id(row.get(0)?)).or_default().push(Known {
                    name: row.get(2)?,
                    email: row.get(3)?,
                    phone: row.get(4)?,
                    account: row.get(5)?,
                    mobile: row.get(6)?,
                });
            }
            Ok(())
        })?;
        for (deal, people) in people {
            let reason = format!("in open deal {}", self.short(deal)?);
            for entry in people.iter().flat_map(Known::entries) {
                add(set, &entry, Source::OpenDeal, deal, &reason);
            }
        }
        Ok(())
    }

    /// Every account with a won deal: its name, its domains, and its people.
    pub(super) fn add_customers(&self, set: &mut SuppressionSet, today: NaiveDate) -> Result<()> {
        const REASON: &str = "customer";
        self.translated(|connection| {
            let mut statement = connection.prepare(&format!(
                "SELECT id, name FROM account WHERE COALESCE(merged, id) IN ({CUSTOMERS})
                 UNION SELECT f.account, f.name FROM former_name f JOIN account a ON a.id = f.account
                 WHERE COALESCE(a.merged, a.id) IN ({CUSTOMERS}) ORDER BY 1, 2"
            ))?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                if let Some(entry) = Entry::company(&row.get::<_, String>(1)?, None) {
                    add(set, &entry, Source::Customer, Id(row.get(0)?), REASON);
                }
            }
            let mut statement = connection.prepare(&format!(
                "SELECT a.id, p.name, p.email, p.phone, a.name, p.mobile FROM person p
                 JOIN person s ON s.id = COALESCE(p.merged, p.id)
                 JOIN account a ON a.id = p.account OR a.id = s.account
                 WHERE COALESCE(a.merged, a.id) IN ({CUSTOMERS}) ORDER BY p.id"
            ))?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let account = Id(row.get(0)?);
                let person = Known {
                    name: row.get(1)?,
                    email: row.get(2)?,
                    phone: row.get(3)?,
                    account: row.get(4)?,
                    mobile: row.get(5)?,
                };
                let domain = person.email.as_deref().and_then(Entry::domain);
                let own = domain.filter(|domain| !is_free_mail(&domain.text));
                for entry in person.entries().chain(own) {
                    add(set, &entry, Source::Customer, account, REASON);
                }
            }
            let mut statement = connection.prepare(&format!(
                "SELECT subject, name, text FROM fact WHERE name IN {SITES} AND day <= $1
                 AND subject IN (SELECT id FROM account WHERE COALESCE(merged, id) IN ({CUSTOMERS})) ORDER BY subject, name, day"
            ))?;
            let mut rows = statement.query([Day::of(today).number()])?;
            let mut sites: BTreeMap<(i64, String), Option<String>> = BTreeMap::new();
            while let Some(row) = rows.next()? {
                sites.insert((row.get(0)?, row.get(1)?), row.get(2)?);
            }
            for ((account, _), site) in sites {
                let domain = site.as_deref().and_then(Entry::domain);
                if let Some(entry) = domain.filter(|domain| !is_free_mail(&domain.text)) {
                    add(set, &entry, Source::Customer, Id(account), REASON);
                }
            }
            Ok(())
        })
    }
}
