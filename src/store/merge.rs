//! Merging: two entries turned out to be one person or one company.
//!
//! The one that goes gets an event that says into whom; nothing that refers to it is touched. So undo is
//! one command back, also after the deals were worked on; idle days, follow-ups and reports stay as they
//! were; and no deal's story tells of a change that was none. What is read is read through the views
//! `account_now` and `person_now`, which go one step: whoever is merged into is never merged, since those
//! that went into it before come along when it goes itself.

use anyhow::Result;

use super::{Moment, Write};
use crate::deal::contact::{Account, Person};
use crate::deal::event::Event;
use crate::fault::Fault;
use crate::id::Id;

impl Write<'_> {
    /// Merges the account `goes` into `stays`, which takes over the fields that it does not have.
    pub fn merge_accounts(&mut self, stays: Id, goes: Id) -> Result<()> {
        refuse_itself(stays, goes)?;
        let kept = Account::from_events(self.events(stays)?);
        let other = Account::from_events(self.events(goes)?);
        let (Some(kept), Some(other)) = (kept, other) else {
            return Err(gone().into());
        };
        refuse_the_merged(kept.merged.or(other.merged))?;
        for field in kept.filled_from(&other) {
            let since = Moment {
                instant: field.effective,
                day: field.day,
            };
            self.append(stays, since, [told(&field.name, &field.value)])?;
        }
        let at = self.now();
        let refilled = kept.refilled_from(&other);
        let refilled = refilled.into_iter().map(|(name, value)| told(name, value));
        self.append(stays, at, refilled)?;
        for id in self.went_into("SELECT id FROM account WHERE id = $1 OR merged = $1", goes)? {
            self.append(id, at, [Event::AccountMerged { into: stays }])?;
        }
        Ok(())
    }

    /// Merges the person `goes` into `stays`, who takes over what is not known of them, and the roles.
    pub fn merge_persons(&mut self, stays: Id, goes: Id) -> Result<()> {
        refuse_itself(stays, goes)?;
        let kept = Person::from_events(self.events(stays)?);
        let other = Person::from_events(self.events(goes)?);
        let (Some(kept), Some(other)) = (kept, other) else {
            return Err(gone().into());
        };
        refuse_the_merged(kept.merged.or(other.merged))?;
        let at = self.now();
        self.append(stays, at, kept.filled_from(&other))?;
        for id in self.went_into("SELECT id FROM person WHERE id = $1 OR merged = $1", goes)? {
            self.append(id, at, [Event::PersonMerged { into: stays }])?;
        }
        Ok(())
    }

    fn went_into(&mut self, sql: &str, id: Id) -> Result<Vec<Id>> {
        self.flush()?;
        let mut statement = self.transaction.prepare_cached(sql)?;
        let rows = statement.query_map([id.0], |row| Ok(Id(row.get(0)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

fn told(name: &str, value: &crate::deal::event::FieldValue) -> Event {
    Event::AccountField {
        name: name.to_string(),
        value: value.clone(),
    }
}

fn gone() -> Fault {
    Fault::not_found("one of the two is gone").hint("salesctl history shows who undid it")
}

fn refuse_itself(stays: Id, goes: Id) -> Result<()> {
    if stays == goes {
        return Err(Fault::no("nothing is merged with itself").into());
    }
    Ok(())
}

fn refuse_the_merged(merged: Option<Id>) -> Result<()> {
    if merged.is_some() {
        return Err(Fault::no("one of the two was merged into another meanwhile").into());
    }
    Ok(())
}
