//! Which person or account is meant: exact id → exact name or e-mail → unique id prefix within the kind →
//! unique fuzzy match. Who was merged is found as who they are now; several hits are listed.

use std::collections::BTreeSet;

use anyhow::Result;
use rapidfuzz::distance::jaro_winkler;

use super::{Store, project};
use crate::deal::event::StreamKind;
use crate::fault::Fault;
use crate::id::{Id, canonical_handle};
use crate::text::{nearest, visible};

/// So many candidates are listed.
const LISTED: usize = 10;

/// Somebody or something that a reference may mean, under one of its names.
struct Known {
    id: Id,
    name: String,
    email: Option<String>,
}

/// Whether a reference is what it means, or only like it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sure {
    /// An id or its beginning, an address, a whole name.
    Exact,
    /// A part of a name, or nearly one.
    Alike,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Person,
    Account,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Account => "account",
        }
    }

    fn many(self) -> &'static str {
        match self {
            Self::Person => "persons",
            Self::Account => "accounts",
        }
    }
}

/// How a reference means somebody, the surest way first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    WholeId,
    Called,
    Begun,
    Part,
    Alike,
}

impl How {
    fn sure(self) -> Sure {
        match self {
            Self::WholeId | Self::Called | Self::Begun => Sure::Exact,
            Self::Part | Self::Alike => Sure::Alike,
        }
    }

    const ALL: [Self; 5] = [
        Self::WholeId,
        Self::Called,
        Self::Begun,
        Self::Part,
        Self::Alike,
    ];

    fn words(self) -> &'static str {
        match self {
            Self::WholeId => "is the id of",
            Self::Called => "names",
            Self::Begun => "begins the id of",
            Self::Part | Self::Alike => "matches",
        }
    }
}

impl Store {
    /// The one person that `typed` names; otherwise the reason, with the candidates (exit code 4).
    pub fn resolve_person(&self, typed: &str) -> Result<Id> {
        self.resolve(Kind::Person, typed, "no person matches")
    }

    /// The one account that `typed` names; otherwise the reason, with the candidates (exit code 4).
    pub fn resolve_account(&self, typed: &str) -> Result<Id> {
        self.resolve(Kind::Account, typed, "no account matches")
    }

    /// The person whose id begins so, or whose address it is: what no name looks like.
    pub fn person_by_id_or_email(&self, typed: &str) -> Result<Option<Id>> {
        let typed = typed.trim();
        if typed.contains('@') {
            let found = self.persons_with_email(typed)?;
            return match found.as_slice() {
                [] => Ok(None),
                [one] => Ok(Some(one.id)),
                many => {
                    let ids = many.iter().map(|person| person.id).collect();
                    Err(self.several_contacts(Kind::Person, typed, "is the e-mail of", &ids)?)
                }
            };
        }
        if typed.len() < 4 || !typed.contains(|c: char| c.is_ascii_digit()) {
            return Ok(None);
        }
        let found = self.beginning_with(Kind::Person, typed)?;
        self.at_most_one(Kind::Person, typed, "begins the id of", &found)
    }

    /// The account or the person that `typed` names: whichever it names more exactly, the account before
    /// the person where it names both alike.
    pub fn resolve_account_or_person(&self, typed: &str) -> Result<(StreamKind, Id)> {
        let typed = typed.trim();
        let kinds = [
            (Kind::Account, StreamKind::Account),
            (Kind::Person, StreamKind::Person),
        ];
        let known = [
            self.contact_names(Kind::Account)?,
            self.contact_names(Kind::Person)?,
        ];
        for how in How::ALL {
            for ((kind, stream), names) in kinds.iter().zip(&known) {
                let found = self.meant(*kind, typed, names, how)?;
                if let Some(one) = self.at_most_one(*kind, typed, how.words(), &found)? {
                    return Ok((*stream, one));
                }
            }
        }
        let fault = Fault::not_found(format!(
            "no account and no person matches `{}`",
            visible(typed)
        ));
        let names = known.iter().flatten().map(|known| known.name.as_str());
        let fault = match nearest(typed, names) {
            Some(near) => fault.hint(format!("did you mean `{}`?", visible(near))),
            None => fault,
        };
        Err(fault
            .hint("salesctl account list and salesctl person list show them")
            .into())
    }

    /// Every person that `typed` may mean, merged ones as who they are now, and how sure that is.
    pub fn persons_meant(&self, typed: &str) -> Result<(Sure, BTreeSet<Id>)> {
        self.all_meant(Kind::Person, typed.trim())
    }

    /// The same of accounts.
    pub fn accounts_meant(&self, typed: &str) -> Result<(Sure, BTreeSet<Id>)> {
        self.all_meant(Kind::Account, typed.trim())
    }

    /// Whom `typed` means in the first way that means anybody.
    fn all_meant(&self, kind: Kind, typed: &str) -> Result<(Sure, BTreeSet<Id>)> {
        let names = self.contact_names(kind)?;
        for how in How::ALL {
            let found = self.meant(kind, typed, &names, how)?;
            if !found.is_empty() {
                return Ok((how.sure(), found));
            }
        }
        Ok((Sure::Alike, BTreeSet::new()))
    }

    fn resolve(&self, kind: Kind, typed: &str, nothing: &str) -> Result<Id> {
        let typed = typed.trim();
        // A whole id is what programs have, and needs no names.
        if Id::from_handle(typed).is_some()
            && let Some(one) = self.meant(kind, typed, &[], How::WholeId)?.first()
        {
            return Ok(*one);
        }
        let names = self.contact_names(kind)?;
        for how in How::ALL {
            let found = self.meant(kind, typed, &names, how)?;
            if let Some(one) = self.at_most_one(kind, typed, how.words(), &found)? {
                return Ok(one);
            }
        }
        let fault = Fault::not_found(format!("{nothing} `{}`", visible(typed)));
        let fault = match nearest(typed, names.iter().map(|name| name.name.as_str())) {
            Some(near) => fault.hint(format!("did you mean `{}`?", visible(near))),
            None => fault,
        };
        Err(fault
            .hint(format!(
                "salesctl {0} list shows them; salesctl {0} add NAME adds one",
                kind.name()
            ))
            .into())
    }

    /// Who they are now, of all that `typed` means in one way.
    fn meant(&self, kind: Kind, typed: &str, names: &[Known], how: How) -> Result<BTreeSet<Id>> {
        let key = project::name_key(typed);
        let of_names = |test: &dyn Fn(&Known, &str) -> bool| -> BTreeSet<Id> {
            let passing = names
                .iter()
                .filter(|name| test(name, &project::name_key(&name.name)));
            passing.map(|name| name.id).collect()
        };
        Ok(match how {
            How::WholeId if Id::from_handle(typed).is_none() => BTreeSet::new(),
            How::WholeId | How::Begun => self.beginning_with(kind, typed)?,
            How::Called => of_names(&|name, known| {
                known == key
                    || name
                        .email
                        .as_deref()
                        .is_some_and(|email| email.to_lowercase() == key)
            }),
            How::Part => of_names(&|_, known| {
                !key.is_empty()
                    && (known.starts_with(&key)
                        || known.split(' ').any(|word| word.starts_with(&key)))
            }),
            How::Alike => {
                of_names(&|_, known| jaro_winkler::similarity(known.chars(), key.chars()) >= 0.9)
            }
        })
    }

    fn contact_names(&self, kind: Kind) -> Result<Vec<Known>> {
        if kind == Kind::Account {
            let accounts = self.accounts()?.into_iter();
            return Ok(accounts
                .map(|(id, name)| Known {
                    id,
                    name,
                    email: None,
                })
                .collect());
        }
        self.translated(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT COALESCE(merged, id), name, email FROM person ORDER BY id",
            )?;
            let rows = statement.query_map([], |row| {
                Ok(Known {
                    id: Id(row.get(0)?),
                    name: row.get(1)?,
                    email: row.get(2)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Who they are now, of all whose id begins so.
    fn beginning_with(&self, kind: Kind, typed: &str) -> Result<BTreeSet<Id>> {
        let Some(prefix) = canonical_handle(typed) else {
            return Ok(BTreeSet::new());
        };
        let upper = format!("{prefix}~");
        self.translated(|connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT n.now FROM stream s JOIN {}_now n ON n.id = s.id
                 WHERE s.handle >= $1 AND s.handle < $2",
                kind.name()
            ))?;
            let rows = statement.query_map([&prefix, &upper], |row| Ok(Id(row.get(0)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn at_most_one(
        &self,
        kind: Kind,
        typed: &str,
        how: &str,
        found: &BTreeSet<Id>,
    ) -> Result<Option<Id>> {
        match found.len() {
            0 | 1 => Ok(found.first().copied()),
            _ => Err(self.several_contacts(kind, typed, how, found)?),
        }
    }

    fn several_contacts(
        &self,
        kind: Kind,
        typed: &str,
        how: &str,
        found: &BTreeSet<Id>,
    ) -> Result<anyhow::Error> {
        let mut fault = Fault::not_found(format!(
            "`{}` {how} {} {}: say which by its id",
            visible(typed),
            found.len(),
            kind.many()
        ));
        let mut shown: BTreeSet<(String, Id)> = BTreeSet::new();
        for id in found {
            let line = match kind {
                Kind::Account => self.account_name(*id)?.unwrap_or_default(),
                Kind::Person => self.person(*id)?.map_or_else(String::new, |person| {
                    let parts = [
                        Some(person.name),
                        person.title,
                        person.account_name,
                        person.email,
                    ];
                    let parts: Vec<String> = parts.into_iter().flatten().collect();
                    parts.join(", ")
                }),
            };
            shown.insert((line, *id));
        }
        for (line, id) in shown.iter().take(LISTED) {
            fault = fault.hint(format!("{}  {}", self.short(*id)?, visible(line)));
        }
        if shown.len() > LISTED {
            fault = fault.hint(format!("… and {} more", shown.len() - LISTED));
        }
        Ok(fault.into())
    }
}
