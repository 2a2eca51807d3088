//! Persons and accounts from events, and what one takes from another that is the same.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::contact::{Account, Person, PersonChange, SalesRole};
use super::event::{Event, FieldValue, Private, Recorded};
use crate::id::Id;

/// Events of one stream, a day apart, of one operation each.
fn told(stream: i64, events: Vec<Event>) -> Vec<Recorded> {
    let first = "2026-03-01T12:00:00Z"
        .parse::<DateTime<Utc>>()
        .expect("an instant");
    (1..)
        .zip(events)
        .map(|(seq, event)| {
            let at = first + TimeDelta::days(seq);
            Recorded {
                stream: Id(stream),
                seq,
                operation: Id(seq),
                recorded: at,
                effective: at,
                day: at.date_naive(),
                actor: "jr".to_string(),
                version: 1,
                event,
            }
        })
        .collect()
}

fn added(email: Option<&str>) -> Event {
    Event::PersonAdded {
        account: None,
        name: Private::new("Jana Roth"),
        title: Some(Private::new("COO")),
        email: email.map(Private::new),
        phone: None,
    }
}

fn role(role: SalesRole) -> Event {
    Event::SalesRoleGiven { role }
}

#[test]
fn a_person_is_what_was_told_last_and_not_undone() {
    let mobile = |text: &str| Event::PersonChanged(PersonChange::Mobile(Some(Private::new(text))));
    let events = told(
        1,
        vec![
            added(None),
            mobile("1"),
            mobile("2"),
            role(SalesRole::Lead),
            Event::Undone { operation: Id(3) },
            Event::PersonMerged { into: Id(9) },
        ],
    );
    let person = Person::from_events(&events).expect("somebody");
    assert_eq!(person.mobile.as_deref(), Some("1"));
    assert_eq!(person.roles, BTreeSet::from([SalesRole::Lead]));
    assert_eq!(person.merged, Some(Id(9)));
    assert_eq!(Person::from_events(&events[1..]), None);
}

#[test]
fn blanks_are_filled_and_nothing_is_replaced() {
    let mine = told(1, vec![added(None), role(SalesRole::Lead)]);
    let theirs = told(
        2,
        vec![
            added(Some("jana@acme.example")),
            role(SalesRole::Lead),
            role(SalesRole::Customer),
            Event::PersonChanged(PersonChange::Title(Some(Private::new("CEO")))),
        ],
    );
    let mine = Person::from_events(&mine).expect("somebody");
    let theirs = Person::from_events(&theirs).expect("somebody");
    let email = PersonChange::Email(Some(Private::new("jana@acme.example")));
    assert_eq!(
        mine.filled_from(&theirs),
        [Event::PersonChanged(email), role(SalesRole::Customer)]
    );
    assert_eq!(theirs.filled_from(&mine), []);
}

#[test]
fn fields_come_along_with_the_days_since_when_they_held() {
    let field = |name: &str, value: FieldValue| Event::AccountField {
        name: name.to_string(),
        value,
    };
    let name = || Event::AccountAdded {
        name: "Acme".to_string(),
    };
    let mine = told(
        1,
        vec![
            name(),
            field("employees", FieldValue::Integer(10)),
            field("employees", FieldValue::Empty),
        ],
    );
    let theirs = told(
        2,
        vec![
            name(),
            field("industry", FieldValue::Word("retail".into())),
            field("industry", FieldValue::Word("health".into())),
            field("employees", FieldValue::Integer(12)),
        ],
    );
    let mine = Account::from_events(&mine).expect("an account");
    let theirs = Account::from_events(&theirs).expect("an account");
    let days: Vec<String> = mine
        .filled_from(&theirs)
        .iter()
        .map(|field| format!("{} {}", field.name, field.day))
        .collect();
    assert_eq!(days, ["industry 2026-03-03", "industry 2026-03-04"]);
    assert_eq!(
        mine.refilled_from(&theirs),
        [("employees", &FieldValue::Integer(12))]
    );
}
