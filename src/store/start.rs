//! Opening many deals in one operation, with the accounts and people that come into being by it.

use anyhow::{Result, anyhow};

use super::{Moment, Write};
use crate::deal::contact::SalesRole;
use crate::deal::event::{Change, Event, Move, Private, StreamKind};
use crate::deal::start::{NewDeal, Party, Starting};
use crate::id::Id;

impl Write<'_> {
    /// Opens the deals; their ids, in the same order.
    pub fn start_deals(&mut self, at: Moment, starting: &Starting) -> Result<Vec<Id>> {
        let mut accounts = Vec::with_capacity(starting.accounts.len());
        for new in &starting.accounts {
            let account = self.create(StreamKind::Account)?;
            let added = Event::AccountAdded {
                name: new.name.clone(),
            };
            let fields = new.fields.iter().map(|(name, value)| Event::AccountField {
                name: name.clone(),
                value: value.clone(),
            });
            self.append(account, at, std::iter::once(added).chain(fields))?;
            accounts.push(account);
        }
        // They rise, so that it can be told who was given a deal last.
        let mut ids = std::collections::BTreeSet::new();
        while ids.len() < starting.deals.len() {
            ids.insert(self.new_id()?);
        }
        let mut deals = Vec::with_capacity(starting.deals.len());
        for (new, deal) in starting.deals.iter().zip(ids) {
            let account = match new.account {
                Party::Known(id) => id,
                Party::New(n) => *accounts
                    .get(n)
                    .ok_or_else(|| anyhow!("there is no account {n} to start a deal with"))?,
            };
            self.start_deal(deal, at, account, new)?;
            deals.push(deal);
        }
        Ok(deals)
    }

    fn start_deal(&mut self, deal: Id, at: Moment, account: Id, new: &NewDeal) -> Result<()> {
        let private = |text: &Option<String>| text.as_ref().map(Private::new);
        let person = match &new.person {
            None => None,
            Some(Party::Known(id)) => Some(*id),
            Some(Party::New(person)) => {
                let id = self.create(StreamKind::Person)?;
                let mut events = vec![
                    Event::PersonAdded {
                        account: Some(account),
                        name: Private::new(&person.name),
                        title: private(&person.title),
                        email: private(&person.email),
                        phone: private(&person.phone),
                    },
                    Event::SalesRoleGiven {
                        role: SalesRole::Prospect,
                    },
                ];
                if let Some(mobile) = private(&person.mobile) {
                    let mobile = crate::deal::contact::PersonChange::Mobile(Some(mobile));
                    events.push(Event::PersonChanged(mobile));
                }
                self.append(id, at, events)?;
                Some(id)
            }
        };
        self.create_as(StreamKind::Deal, deal)?;
        let mut events = vec![Event::DealOpened {
            account: Some(account),
            opened: Some(at.day),
            external: None,
        }];
        let changes = [
            new.title
                .as_ref()
                .map(|title| Change::Title(Some(Private::new(title)))),
            new.owner
                .is_some()
                .then(|| Change::Owner(new.owner.clone())),
            new.product
                .is_some()
                .then(|| Change::Product(new.product.clone())),
            new.source
                .is_some()
                .then(|| Change::Source(new.source.clone())),
        ];
        events.extend(changes.into_iter().flatten().map(Event::Changed));
        let mut origin = new.origin.clone();
        origin.person = origin.person.or(person);
        events.push(Event::DealOrigin(Box::new(origin)));
        events.push(Event::StageEntered {
            stage: new.stage.clone(),
            how: Move::Start,
            entered: Some(at.day),
            customer_type: new.customer_type.clone(),
            overridden: None,
        });
        for item in &new.follow_ups {
            events.push(Event::FollowUpAdded {
                id: self.new_id()?,
                due: item.due,
                text: Private::new(&item.text),
                by_rule: item.by_rule,
            });
        }
        self.append(deal, at, events)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};

    use super::*;
    use crate::deal::start::{NewAccount, NewPerson, Origin};
    use crate::id::Ids;
    use crate::store::{Acting, Store};

    struct World {
        store: Store,
        _folder: tempfile::TempDir,
        clock: DateTime<Utc>,
    }

    impl World {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("done");
            let store = Store::create(&folder.path().join("sales.db"), false, Ids::seeded(1))
                .expect("done");
            Self {
                store,
                _folder: folder,
                clock: "2026-11-21T09:00:00Z".parse().expect("done"),
            }
        }

        fn acting(&mut self, actor: &str) -> Acting {
            self.clock += TimeDelta::minutes(1);
            Acting {
                actor: actor.to_string(),
                typed: "prospect start".to_string(),
                clock: self.clock,
                now: self.clock,
                today: self.clock.date_naive(),
                dry_run: false,
            }
        }

        fn start(&mut self, actor: &str, starting: &Starting) -> Vec<Id> {
            let acting = self.acting(actor);
            let started = self.store.write(&acting, "command", |write| {
                let at = write.now();
                write.start_deals(at, starting)
            });
            started.expect("done").0
        }

        fn rows(&self, table: &str) -> i64 {
            let count = format!("SELECT COUNT(*) FROM {table}");
            let connection = &self.store.connection;
            connection
                .query_row(&count, [], |row| row.get(0))
                .expect("done")
        }
    }

    fn deal(account: Party<usize>, person: Option<Party<NewPerson>>) -> NewDeal {
        NewDeal {
            account,
            person,
            title: None,
            owner: Some("jr".to_string()),
            product: None,
            source: None,
            stage: "qualify".to_string(),
            customer_type: None,
            follow_ups: Vec::new(),
            origin: Origin::default(),
        }
    }

    #[test]
    fn what_a_start_made_goes_with_it_unless_somebody_uses_it_since() {
        let mut world = World::new();
        let jana = NewPerson {
            name: "Jana Roth".to_string(),
            ..NewPerson::default()
        };
        let starting = Starting {
            accounts: vec![NewAccount {
                name: "Acme".to_string(),
                fields: Vec::new(),
            }],
            deals: vec![
                deal(Party::New(0), Some(Party::New(jana))),
                deal(Party::New(0), None),
            ],
        };
        world.start("jr", &starting);
        let account: i64 = world
            .store
            .connection
            .query_row("SELECT id FROM account", [], |row| row.get(0))
            .expect("done");
        let person = world.store.persons().expect("done")[0].id;
        let elsewhere = NewAccount {
            name: "Globex".to_string(),
            fields: Vec::new(),
        };
        for (accounts, used) in [
            (Vec::new(), deal(Party::Known(Id(account)), None)),
            (
                vec![elsewhere],
                deal(Party::New(0), Some(Party::Known(person))),
            ),
        ] {
            let deals = vec![used];
            world.start("ab", &Starting { accounts, deals });
            let acting = world.acting("jr");
            let refused = world.store.undo(&acting).expect_err("in use").to_string();
            assert!(refused.contains("is in use by"), "{refused}");
            let acting = world.acting("ab");
            world.store.undo(&acting).expect("done");
        }
        let acting = world.acting("jr");
        world.store.undo(&acting).expect("done");
        for table in ["deal", "account", "person", "fact", "visit", "origin"] {
            assert_eq!(world.rows(table), 0, "{table}");
        }
        // Undone and redone twice, its streams hold marks beside the events of the start.
        for _ in 0..2 {
            let acting = world.acting("jr");
            world.store.redo(&acting).expect("done");
            assert_eq!((world.rows("deal"), world.rows("person")), (2, 1));
            let acting = world.acting("jr");
            world.store.undo(&acting).expect("done");
            assert_eq!((world.rows("deal"), world.rows("fact")), (0, 0));
        }
        assert!(world.store.examine().expect("done").is_sound());
    }

    /// Ids of one millisecond have 21 random bits: of so many some are the same by chance.
    #[test]
    fn ten_thousand_deals_have_ids_of_their_own() {
        let mut world = World::new();
        let with_follow_up = || NewDeal {
            follow_ups: vec![crate::deal::start::NewFollowUp {
                due: world.clock.date_naive(),
                text: "call".to_string(),
                by_rule: true,
            }],
            ..deal(Party::New(0), Some(Party::New(NewPerson::default())))
        };
        let starting = Starting {
            accounts: vec![NewAccount {
                name: "Acme".to_string(),
                fields: Vec::new(),
            }],
            deals: (0..10_000).map(|_| with_follow_up()).collect(),
        };
        world.start("jr", &starting);
        for table in ["deal", "person", "followup"] {
            assert_eq!(world.rows(table), 10_000, "{table}");
        }
    }
}
