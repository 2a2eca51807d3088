//! The names to match, normalised and packed: 64 bytes a row, every distinct text once.

use super::keys::Keys;
use super::pool::{Memo, NONE, Pool};
use crate::prospect::normal::{self, Form, Groups};

/// What is matched: people at companies, or companies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Person,
    Company,
}

/// Comparable texts of one name, as cleaned; empty is missing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Features<'a> {
    pub first: &'a str,
    pub middle: &'a str,
    pub last: &'a str,
    pub title: &'a str,
    pub company: &'a str,
    pub email: &'a str,
    /// Registrable domain of the firm; empty for free-mail.
    pub domain: &'a str,
    pub phone: &'a str,
    pub address: &'a str,
    pub city: &'a str,
    pub state: &'a str,
    pub zip: &'a str,
    pub country: &'a str,
    pub birth_date: &'a str,
    /// Identifies the person or company anywhere: social security, D-U-N-S.
    pub number: &'a str,
}

/// One row: numbers of texts in the pools; 64 bytes, so that comparing two rows reads two cache lines.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Row {
    pub(super) first: u32,
    pub(super) middle: u32,
    pub(super) last: u32,
    pub(super) title: u32,
    pub(super) company: u32,
    pub(super) local: u32,
    pub(super) host: u32,
    pub(super) domain: u32,
    pub(super) phone: u32,
    pub(super) street: u32,
    pub(super) city: u32,
    pub(super) state: u32,
    pub(super) zip: u32,
    pub(super) birth: u32,
    pub(super) number: u32,
    /// Country in the upper half; in the lower one whether the address is made of the name.
    pub(super) marks: u32,
}

impl Row {
    pub(super) fn country(&self) -> u32 {
        self.marks >> 16
    }

    pub(super) fn address_of_name(&self) -> bool {
        self.marks & 1 == 1
    }
}

/// Normalised texts of all rows. Names share a pool (so do hosts), for they are compared across columns.
#[derive(Debug, Default)]
pub(super) struct Pools {
    pub(super) names: Pool,
    pub(super) titles: Pool,
    pub(super) companies: Pool,
    pub(super) locals: Pool,
    pub(super) hosts: Pool,
    pub(super) phones: Pool,
    pub(super) streets: Pool,
    pub(super) places: Pool,
    pub(super) zips: Pool,
    pub(super) numbers: Pool,
}

#[derive(Debug, Default)]
struct Memos {
    first: Memo,
    last: Memo,
    title: Memo,
    company: Memo,
    place: Memo,
}

/// Buffers that are used again from row to row.
#[derive(Debug, Default)]
struct Scratch {
    words: String,
    a: String,
    b: String,
}

#[derive(Debug)]
pub struct Names {
    pub(super) kind: Kind,
    pub(super) rows: Vec<Row>,
    pub(super) keys: Vec<Keys>,
    pub(super) pools: Pools,
    /// For each name in the pool, the nickname lists it is in.
    pub(super) groups: Vec<Groups>,
    memos: Memos,
    scratch: Scratch,
}

impl Names {
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            rows: Vec::new(),
            keys: Vec::new(),
            pools: Pools::default(),
            groups: Vec::new(),
            memos: Memos::default(),
            scratch: Scratch::default(),
        }
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What the row is looked up by; stored beside it for later imports.
    pub fn keys(&self, row: u32) -> Keys {
        self.keys[row as usize]
    }

    /// Takes a name in and says its row.
    pub fn push(&mut self, features: &Features<'_>) -> u32 {
        let mut row = self.place(features);
        self.employer(features, &mut row);
        if self.kind == Kind::Person {
            self.person(features, &mut row);
        }
        let at = self.rows.len() as u32;
        self.keys.push(Keys::of_row(self.kind, &row, &self.pools));
        self.rows.push(row);
        at
    }

    fn place(&mut self, features: &Features<'_>) -> Row {
        let Self {
            pools,
            memos,
            scratch: Scratch { words, a, .. },
            ..
        } = self;
        let mut named = |text: &str| {
            memos.place.get_or(text, || {
                normal::place(text, words, a);
                (pools.places.id(a), NONE)
            })
        };
        let (city, _) = named(features.city);
        let (state, _) = named(features.state);
        let (country, _) = named(features.country);
        normal::street(features.address, words, a);
        let street = pools.streets.id(a);
        normal::zip(features.zip, a);
        Row {
            city,
            state,
            street,
            zip: pools.zips.id(a),
            marks: country.min(u32::from(u16::MAX)) << 16,
            ..Row::default()
        }
    }

    fn employer(&mut self, features: &Features<'_>, row: &mut Row) {
        let Self {
            pools,
            memos,
            scratch: Scratch { words, a, .. },
            ..
        } = self;
        (row.company, _) = memos.company.get_or(features.company, || {
            normal::company(features.company, words, a);
            (pools.companies.id(a), NONE)
        });
        lower(features.domain, a);
        row.domain = pools.hosts.id(a.strip_prefix("www.").unwrap_or(a));
        normal::phone(features.phone, a);
        row.phone = pools.phones.id(a);
        normal::number(features.number, a);
        row.number = pools.numbers.id(a);
    }

    fn person(&mut self, features: &Features<'_>, row: &mut Row) {
        let Self {
            pools,
            memos,
            groups,
            scratch: Scratch { words, a, b },
            ..
        } = self;
        (row.first, row.middle) = memos.first.get_or(features.first, || {
            normal::first_and_middle(features.first, words, a, b);
            (pools.names.id(a), pools.names.id(b))
        });
        if !features.middle.is_empty() {
            normal::last(features.middle, words, a);
            row.middle = pools.names.id(a);
        }
        (row.last, _) = memos.last.get_or(features.last, || {
            normal::last(features.last, words, a);
            (pools.names.id(a), NONE)
        });
        (row.title, _) = memos.title.get_or(features.title, || {
            normal::title(features.title, words, a);
            (pools.titles.id(a), NONE)
        });
        normal::digits(features.birth_date, a);
        row.birth = pools.numbers.id(a);
        if let Some((local, host)) = normal::local_and_host(features.email) {
            lower(local, a);
            lower(host, b);
            row.host = pools.hosts.id(b);
            if !normal::is_role(a) {
                row.local = pools.locals.id(a);
                // an address that spells the first name out says more than a missing or shortened one
                let known = pools.names.text(row.first);
                let last = pools.names.text(row.last);
                if let Some(first) = normal::spelt_out(a, last).filter(|first| {
                    known.len() < 2 && first.len() > known.len() && first.starts_with(known)
                }) {
                    let first = first.to_owned();
                    row.first = pools.names.id(&first);
                }
                let of_name =
                    normal::form(a, pools.names.text(row.first), pools.names.text(row.last));
                row.marks |= u32::from(of_name == Form::OfName);
            }
        }
        for id in groups.len()..pools.names.len() {
            groups.push(normal::nicknames().of(pools.names.text(id as u32)));
        }
    }
}

fn lower(text: &str, out: &mut String) {
    out.clear();
    if text.is_ascii() {
        out.push_str(text.trim());
        out.make_ascii_lowercase();
    } else {
        normal::fold(text, out);
    }
}
