//! Names in a file against names in the store: what each refers to, what is missing, what to create.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;

use super::alike::Names;
use super::known_deal::KnownDeal;
use super::map::name_key;
use super::missing::{Missing, MissingFate, Near};
use super::plan::counted;
use super::planned::{AccountRef, PlannedAccount};
use crate::deal::event::{CatalogEntry, CatalogKind, FieldValue};
use crate::id::Id;

/// What the store has, as far as an import needs it.
#[derive(Debug, Default)]
pub struct Known {
    pub accounts: Vec<(Id, String)>,
    pub catalog: Vec<CatalogEntry>,
    /// By the key of the row each was imported from.
    pub deals: HashMap<String, KnownDeal>,
    /// Every deal, wherever it is from: our own logs call it by its handle.
    pub ids: HashSet<Id>,
}

/// Which missing names an import may create; rows with any other are rejected.
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four questions, each answered on its own"
)]
pub struct Create {
    pub accounts: bool,
    pub reps: bool,
    pub products: bool,
    pub sources: bool,
}

impl Create {
    pub const ALL: Self = Self {
        accounts: true,
        reps: true,
        products: true,
        sources: true,
    };

    fn allows(self, what: What) -> bool {
        match what {
            What::Account => self.accounts,
            What::Catalog(CatalogKind::Rep) => self.reps,
            What::Catalog(CatalogKind::Product) => self.products,
            What::Catalog(CatalogKind::Source) => self.sources,
            What::Catalog(CatalogKind::Team) => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum What {
    Account,
    Catalog(CatalogKind),
}

impl What {
    fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Catalog(kind) => kind.name(),
        }
    }
}

/// What a name in a file came to.
#[derive(Clone, Debug)]
pub(super) enum Found<T> {
    Known(T),
    /// Not there; to be created when the row is taken.
    New(String),
}

struct Absent {
    name: String,
    rows: u64,
    nearest: Option<String>,
}

/// Every name that can be referred to, those this import adds included.
pub(super) struct Directory {
    create: Create,
    today: NaiveDate,
    accounts: HashMap<String, AccountRef>,
    entries: HashMap<(CatalogKind, String), String>,
    names: BTreeMap<What, Names>,
    absent: BTreeMap<(What, String), Absent>,
    pub(super) new_accounts: Vec<PlannedAccount>,
    pub(super) new_entries: Vec<CatalogEntry>,
}

impl Directory {
    pub(super) fn new(known: &Known, create: Create, today: NaiveDate) -> Self {
        let mut directory = Self {
            create,
            today,
            accounts: HashMap::new(),
            entries: HashMap::new(),
            names: BTreeMap::new(),
            absent: BTreeMap::new(),
            new_accounts: Vec::new(),
            new_entries: Vec::new(),
        };
        for (id, name) in &known.accounts {
            // Of two accounts of one name the older is meant, as everywhere.
            directory
                .accounts
                .entry(name_key(name))
                .or_insert(AccountRef::Known(*id));
            directory.named(What::Account).add(name);
        }
        for entry in &known.catalog {
            directory.learn(entry);
        }
        directory
    }

    fn learn(&mut self, entry: &CatalogEntry) {
        let names = [Some(&entry.name), Some(&entry.title), entry.login.as_ref()];
        for name in names.into_iter().flatten() {
            self.entries
                .entry((entry.kind, name_key(name)))
                .or_insert_with(|| entry.name.clone());
        }
        self.named(What::Catalog(entry.kind)).add(&entry.title);
    }

    fn named(&mut self, what: What) -> &mut Names {
        self.names.entry(what).or_default()
    }

    pub(super) fn account(&mut self, name: &str) -> Result<Found<AccountRef>, String> {
        let key = (What::Account, name_key(name));
        match self.accounts.get(&key.1) {
            Some(account) => {
                let account = *account;
                self.referred(&key);
                Ok(Found::Known(account))
            }
            None => self.missing(&key, name),
        }
    }

    /// The catalog's own name for what the file calls `name`.
    pub(super) fn entry(&mut self, kind: CatalogKind, name: &str) -> Result<Found<String>, String> {
        let key = (kind, name_key(name));
        match self.entries.get(&key) {
            Some(entry) => {
                let entry = entry.clone();
                self.referred(&(What::Catalog(kind), key.1));
                Ok(Found::Known(entry))
            }
            None => self.missing(&(What::Catalog(kind), key.1), name),
        }
    }

    /// A name that a row above had created is one of this import all the same.
    fn referred(&mut self, key: &(What, String)) {
        if let Some(absent) = self.absent.get_mut(key) {
            absent.rows += 1;
        }
    }

    fn missing<T>(&mut self, key: &(What, String), name: &str) -> Result<Found<T>, String> {
        let what = key.0;
        if !self.absent.contains_key(key) {
            let nearest = self.named(what).like(name);
            self.absent.insert(
                key.clone(),
                Absent {
                    name: name.to_string(),
                    rows: 0,
                    nearest,
                },
            );
        }
        let near = self.absent.get_mut(key).and_then(|absent| {
            absent.rows += 1;
            absent.nearest.clone()
        });
        if self.create.allows(what) {
            return Ok(Found::New(name.to_string()));
        }
        let what = what.name();
        Err(match near {
            Some(near) => format!("no {what} is called `{name}`; the nearest is `{near}`"),
            None => format!("no {what} is called `{name}`"),
        })
    }

    pub(super) fn take_account(&mut self, found: Found<AccountRef>) -> AccountRef {
        match found {
            Found::Known(account) => account,
            Found::New(name) => self.add_account(&name, Vec::new()),
        }
    }

    /// Adds an account, or finds the one that a row above added.
    pub(super) fn add_account(
        &mut self,
        name: &str,
        fields: Vec<(String, FieldValue)>,
    ) -> AccountRef {
        if let Some(account) = self.accounts.get(&name_key(name)) {
            return *account;
        }
        let account = AccountRef::New(self.new_accounts.len());
        self.new_accounts.push(PlannedAccount {
            name: name.to_string(),
            fields,
            since: self.today,
        });
        self.accounts.insert(name_key(name), account);
        self.named(What::Account).add(name);
        account
    }

    pub(super) fn take_entry(&mut self, kind: CatalogKind, found: Found<String>) -> String {
        match found {
            Found::Known(name) => name,
            Found::New(title) => self.add_entry(kind, &title, |_| {}),
        }
    }

    /// Adds a rep, team, product or source, or finds it.
    pub(super) fn add_entry(
        &mut self,
        kind: CatalogKind,
        title: &str,
        fill: impl FnOnce(&mut CatalogEntry),
    ) -> String {
        if let Some(name) = self.entries.get(&(kind, name_key(title))) {
            return name.clone();
        }
        // The file's own spelling: what it says, conditions and reports say too.
        let name = title.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut entry = CatalogEntry {
            kind,
            name: name.clone(),
            title: name.clone(),
            team: None,
            manager: None,
            login: None,
            price_minor: None,
            capacity: None,
            margin: None,
            since: None,
            active: true,
        };
        fill(&mut entry);
        self.learn(&entry);
        self.new_entries.push(entry);
        name
    }

    /// Every missing name, the most frequent first.
    pub(super) fn missing_names(&self) -> Vec<Missing> {
        let new_titles: HashSet<(CatalogKind, &str)> = self
            .new_entries
            .iter()
            .map(|entry| (entry.kind, entry.title.as_str()))
            .collect();
        let is_new = |what: What, name: &str| match what {
            What::Account => matches!(self.accounts.get(&name_key(name)), Some(AccountRef::New(_))),
            What::Catalog(kind) => new_titles.contains(&(kind, name)),
        };
        let is_made = |what: What, key: &str| match what {
            What::Account => self.accounts.contains_key(key),
            What::Catalog(kind) => self.entries.contains_key(&(kind, key.to_string())),
        };
        let mut missing: Vec<Missing> = self
            .absent
            .iter()
            .map(|((what, key), absent)| Missing {
                what: what.name(),
                name: absent.name.clone(),
                rows: absent.rows,
                nearest: absent.nearest.as_ref().map(|name| Near {
                    name: name.clone(),
                    is_new: is_new(*what, name),
                }),
                fate: match (self.create.allows(*what), is_made(*what, key)) {
                    (false, _) => MissingFate::Rejected,
                    (true, true) => MissingFate::Created,
                    (true, false) => MissingFate::NotTaken,
                },
            })
            .collect();
        missing.sort_by_key(|missing| std::cmp::Reverse(missing.rows));
        missing
    }

    /// What was not done for want of time.
    pub(super) fn notes(&self) -> impl Iterator<Item = String> + '_ {
        let names = self
            .names
            .iter()
            .filter(|(_, names)| names.not_compared > 0);
        names.map(|(what, names)| {
            let what = what.name();
            format!(
                "{} not compared with others by spelling: there are too many",
                counted(
                    names.not_compared,
                    &format!("new {what}"),
                    &format!("new {what}s")
                )
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_once_and_never_twice() {
        let mut directory = Directory::new(&Known::default(), Create::ALL, NaiveDate::default());
        let rep = CatalogKind::Rep;
        let name = "Zoë Müller-Søn";
        assert_eq!(directory.add_entry(rep, name, |_| {}), name);
        assert_eq!(directory.add_entry(rep, "zoë  müller-søn", |_| {}), name);
        assert_eq!(directory.add_entry(rep, " Zoe  Soen ", |_| {}), "Zoe Soen");
        assert_eq!(directory.new_entries.len(), 2);
    }

    #[test]
    fn a_product_spelled_two_ways_is_missing_but_like_the_other() {
        let mut directory =
            Directory::new(&Known::default(), Create::default(), NaiveDate::default());
        directory.add_entry(CatalogKind::Product, "GTX Pro", |_| {});
        directory.add_entry(CatalogKind::Product, "MG Pro", |_| {});
        assert!(matches!(
            directory.entry(CatalogKind::Product, "gtx pro"),
            Ok(Found::Known(_))
        ));
        let refused = directory.entry(CatalogKind::Product, "GTXPro").map(|_| ());
        assert_eq!(
            refused,
            Err("no product is called `GTXPro`; the nearest is `GTX Pro`".to_string())
        );
        assert_eq!(directory.missing_names()[0].rows, 1);
    }

    #[test]
    fn a_created_name_counts_all_its_rows_and_is_not_of_the_store() {
        let known = Known {
            accounts: vec![(Id(1), "Acme Group".into())],
            ..Known::default()
        };
        let mut directory = Directory::new(&known, Create::ALL, NaiveDate::default());
        for name in ["Sonron", "sonron", "Sonrom", "Sonron", "Acme Grupp"] {
            let found = directory.account(name).expect("found");
            directory.take_account(found);
        }
        directory.account("Idle").expect("found");
        let near = |name: &str, is_new| {
            let name = name.to_string();
            Some(Near { name, is_new })
        };
        let told: Vec<_> = directory
            .missing_names()
            .into_iter()
            .map(|missing| (missing.name, missing.rows, missing.nearest, missing.fate))
            .collect();
        let (created, idle) = (MissingFate::Created, MissingFate::NotTaken);
        assert_eq!(
            told,
            [
                ("Sonron".into(), 3, None, created),
                ("Acme Grupp".into(), 1, near("Acme Group", false), created),
                ("Idle".into(), 1, None, idle),
                ("Sonrom".into(), 1, near("Sonron", true), created),
            ]
        );
    }
}
