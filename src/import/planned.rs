//! What a row becomes: a deal or an account, and the events that tell its story in the order of time.
//!
//! What a file does not tell is never invented: an unknown date stays null in the event, and the event
//! takes effect on the earliest day on which the row can have been true.

use chrono::NaiveDate;

use crate::deal::event::{Amount, Change, Event, FieldValue, Move, Private};
use crate::id::Id;

/// An account that the plan refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccountRef {
    Known(Id),
    /// Position in [`super::Plan::accounts`].
    New(usize),
}

#[derive(Clone, Debug, PartialEq)]
pub struct PlannedAccount {
    pub name: String,
    pub fields: Vec<(String, FieldValue)>,
    /// Day of the earliest deal; the day of the import without one.
    pub since: NaiveDate,
}

impl PlannedAccount {
    /// Day of effect and event, in order.
    pub fn events(&self) -> Vec<(NaiveDate, Event)> {
        let added = Event::AccountAdded {
            name: self.name.clone(),
        };
        let fields = self.fields.iter().map(|(name, value)| Event::AccountField {
            name: name.clone(),
            value: value.clone(),
        });
        std::iter::once(added)
            .chain(fields)
            .map(|event| (self.since, event))
            .collect()
    }
}

/// How a deal ended, as far as the file tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Open,
    Won {
        closed: Option<NaiveDate>,
    },
    Lost {
        closed: Option<NaiveDate>,
        reason: Option<String>,
        note: Option<String>,
    },
}

impl Outcome {
    pub fn closed(&self) -> Option<NaiveDate> {
        match self {
            Self::Open => None,
            Self::Won { closed } | Self::Lost { closed, .. } => *closed,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct PlannedDeal {
    /// Where it stands in the file.
    pub line: u64,
    /// The key that makes a second run find it again.
    pub external: String,
    pub account: Option<AccountRef>,
    pub title: Option<String>,
    /// Names in the catalog.
    pub owner: Option<String>,
    pub product: Option<String>,
    pub source: Option<String>,
    pub fields: Vec<(String, FieldValue)>,
    pub opened: Option<NaiveDate>,
    pub expected_close: Option<NaiveDate>,
    pub value: Option<Amount>,
    /// Since when that is known; without, it came with the end.
    pub value_since: Option<NaiveDate>,
    /// Stages the file tells of, in order of time; the last one may have no date.
    pub stages: Vec<(String, Option<NaiveDate>)>,
    pub outcome: Outcome,
}

impl PlannedDeal {
    /// The earliest day the row tells of.
    pub fn since(&self, today: NaiveDate) -> NaiveDate {
        let entered = self.stages.iter().filter_map(|(_, entered)| *entered);
        entered
            .chain(self.opened)
            .chain(self.outcome.closed())
            .min()
            .unwrap_or(today)
    }

    /// Day of effect and event, in order. `accounts` are the ids that [`super::Plan::accounts`] were
    /// given, `today` is the day of the import.
    pub fn events(&self, accounts: &[Id], today: NaiveDate) -> Vec<(NaiveDate, Event)> {
        let account = self.account.and_then(|account| match account {
            AccountRef::Known(id) => Some(id),
            AccountRef::New(place) => accounts.get(place).copied(),
        });
        let since = self.since(today);
        let mut events = vec![(
            since,
            Event::DealOpened {
                account,
                opened: self.opened,
                external: Some(self.external.clone()),
            },
        )];
        let some = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let title = some(&self.title).map(|title| Change::Title(Some(Private::new(title))));
        let named = [
            title,
            some(&self.owner).map(|name| Change::Owner(Some(name))),
            some(&self.product).map(|name| Change::Product(Some(name))),
            some(&self.source).map(|name| Change::Source(Some(name))),
        ];
        let fields = self.fields.iter().map(|(name, value)| Change::Field {
            name: name.clone(),
            value: value.clone(),
        });
        events.extend(
            named
                .into_iter()
                .flatten()
                .chain(fields)
                .map(|change| (since, Event::Changed(change))),
        );
        let mut latest = since;
        for (stage, entered) in &self.stages {
            latest = entered.unwrap_or(latest);
            events.push((
                latest,
                Event::StageEntered {
                    stage: stage.clone(),
                    how: Move::Imported,
                    entered: *entered,
                    customer_type: None,
                    overridden: None,
                },
            ));
        }
        self.known_before(today, &mut events);
        self.ending(today, &mut events);
        events
    }

    /// A value that was known before the end, between the stages of its day.
    fn known_before(&self, today: NaiveDate, events: &mut Vec<(NaiveDate, Event)>) {
        let (Some(value), Some(known)) = (self.value, self.value_since) else {
            return;
        };
        let end = self.outcome.closed().unwrap_or(today);
        let day = known.max(self.since(today)).min(end);
        let place = events.partition_point(|(on, _)| *on <= day);
        events.insert(place, (day, Event::Changed(Change::Value(Some(value)))));
    }

    /// What is known of an open deal is known today; what is known of a closed one came with its end.
    fn ending(&self, today: NaiveDate, events: &mut Vec<(NaiveDate, Event)>) {
        let day = self.outcome.closed().unwrap_or(today);
        let expected = self
            .expected_close
            .map(|date| Change::ExpectedClose(Some(date)));
        let value = self
            .value
            .filter(|_| self.value_since.is_none())
            .map(|amount| Change::Value(Some(amount)));
        events.extend(
            expected
                .into_iter()
                .chain(value)
                .map(|change| (day, Event::Changed(change))),
        );
        let end = match &self.outcome {
            Outcome::Open => return,
            Outcome::Won { closed } => Event::Won {
                imported: true,
                closed: *closed,
                overridden: None,
            },
            Outcome::Lost {
                closed,
                reason,
                note,
            } => Event::Lost {
                reason: reason.clone(),
                note: note.clone().map(Private::new),
                imported: true,
                closed: *closed,
            },
        };
        events.push((day, end));
    }
}
