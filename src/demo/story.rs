//! The plan told as events: accounts and their people when they are first met, then deal by deal.

use std::collections::BTreeSet;

use anyhow::Result;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::cast::{COMPANIES, Company};
use super::chance::Chance;
use super::plan::DealPlan;
use super::teller::Teller;
use super::{Dated, SEED, Stream, World, words};
use crate::condition::Value;
use crate::deal::event::{Event, FieldValue, Private};
use crate::id::{Id, Ids};
use crate::process::Process;

/// An account once it is met.
pub(super) struct Account {
    pub(super) id: Id,
    pub(super) name: &'static str,
    /// As conditions read its fields.
    pub(super) facts: Vec<(String, Value)>,
    pub(super) decider: Id,
    pub(super) user: Id,
    pub(super) other: Id,
}

/// The random bits of an id that is written `D7K2…`: what the documentation calls its deal is called
/// so in the demo, and nothing else is.
const D7K2: u64 = 13 + (7 << 5) + (19 << 10) + (2 << 15);
/// Those that the first four characters show.
const SHORT_BITS: i64 = 0xf_ffff;

/// Ids that carry the time of what they name, none given twice.
pub(super) struct Names {
    ids: Ids,
    given: BTreeSet<Id>,
}

impl Names {
    pub(super) fn next(&mut self, at: DateTime<Utc>) -> Id {
        loop {
            let id = self.ids.next(at.timestamp_millis());
            if id.0 & SHORT_BITS != D7K2 as i64 && self.given.insert(id) {
                return id;
            }
        }
    }

    fn shown(&mut self, at: DateTime<Utc>) -> Id {
        let id = Id::from_parts(at.timestamp_millis(), D7K2);
        self.given.insert(id);
        id
    }
}

pub(super) fn tell(process: &Process, today: NaiveDate, plans: &[DealPlan]) -> Result<World> {
    let mut names = Names {
        ids: Ids::seeded(SEED),
        given: BTreeSet::new(),
    };
    let mut world = World {
        accounts: Vec::new(),
        persons: Vec::new(),
        deals: Vec::new(),
    };
    let mut met: Vec<Option<Account>> = COMPANIES.iter().map(|_| None).collect();
    for (n, plan) in plans.iter().enumerate() {
        let mut chance = Chance::nth(SEED ^ 0x5707, n);
        let minutes = chance.between(-230, 200);
        let opened = process.calendar.noon_of(plan.opened) + TimeDelta::minutes(minutes);
        let id = if plan.shown {
            names.shown(opened)
        } else {
            names.next(opened)
        };
        let slot = &mut met[plan.company];
        let account = match slot {
            Some(account) => account,
            None => slot.insert(meet(
                &mut world,
                &mut names,
                &COMPANIES[plan.company],
                (plan.opened, opened),
            )),
        };
        let teller = Teller::new(process, today, plan, account, &mut names, chance);
        world.deals.push(Stream {
            id,
            events: teller.tell(id, opened)?,
        });
    }
    Ok(world)
}

/// The account and its people, as they get to be known.
fn meet(
    world: &mut World,
    names: &mut Names,
    company: &Company,
    (day, instant): (NaiveDate, DateTime<Utc>),
) -> Account {
    let mut chance = Chance::nth(SEED ^ 0xacc0, world.accounts.len());
    let id = names.next(instant);
    let dated = |event| Dated {
        instant,
        day,
        event,
    };
    let fields = [
        ("industry", FieldValue::Word(company.industry.to_string())),
        ("employees", FieldValue::Integer(company.employees)),
    ];
    let facts = fields
        .iter()
        .map(|(name, value)| ((*name).to_string(), value.fact()))
        .collect();
    let mut events = vec![dated(Event::AccountAdded {
        name: company.name.to_string(),
    })];
    events.extend(fields.map(|(name, value)| {
        dated(Event::AccountField {
            name: name.to_string(),
            value,
        })
    }));
    world.accounts.push(Stream { id, events });
    let mut person = |titles: &[&str]| {
        let person = names.next(instant);
        let first = chance.one(words::FIRST_NAMES);
        let last = chance.one(words::LAST_NAMES);
        let phone = format!("+49 30 5550{:03}", chance.between(100, 999));
        world.persons.push(Stream {
            id: person,
            events: vec![dated(Event::PersonAdded {
                account: Some(id),
                name: Private::new(format!("{first} {last}")),
                title: Some(Private::new(chance.one(titles))),
                email: Some(Private::new(format!(
                    "{}.{}@{}.example",
                    plain(first),
                    plain(last),
                    plain(company.name.split(' ').next().unwrap_or_default())
                ))),
                phone: Some(Private::new(phone)),
            })],
        });
        person
    };
    Account {
        id,
        name: company.name,
        facts,
        decider: person(words::DECIDERS),
        user: person(words::USERS),
        other: person(words::OTHERS),
    }
}

/// As it stands in an address: `Müller` is `mueller`.
fn plain(name: &str) -> String {
    name.to_lowercase()
        .chars()
        .map(|c| match c {
            'ä' => "ae".to_string(),
            'ö' => "oe".to_string(),
            'ü' => "ue".to_string(),
            'ß' => "ss".to_string(),
            'ı' => "i".to_string(),
            'ş' => "s".to_string(),
            'ë' => "e".to_string(),
            ' ' => "-".to_string(),
            c => c.to_string(),
        })
        .collect()
}
