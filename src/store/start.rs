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
