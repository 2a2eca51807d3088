//! `NAME=VALUE` for an account: the fields that the process has for accounts.

use anyhow::Result;

use super::super::session::Session;
use super::super::value::field_value;
use crate::deal::event::{Event, FieldValue};
use crate::fault::Fault;
use crate::process::FieldOf;
use crate::store::{Moment, Write};
use crate::text::{nearest, visible};

/// A field and its value; an empty one takes it away.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FieldSet {
    pub(super) name: String,
    pub(super) value: FieldValue,
}

/// Reads all of them; says everything that is wrong at once.
pub(super) fn parse(session: &Session<'_>, typed: &[&String]) -> Result<Vec<FieldSet>> {
    let mut fields = Vec::new();
    let mut wrong = Vec::new();
    for one in typed {
        match parse_one(session, one) {
            Ok(field) => fields.push(field),
            Err(fault) => wrong.push(fault),
        }
    }
    let mut wrong = wrong.into_iter();
    let Some(first) = wrong.next() else {
        return Ok(fields);
    };
    Err(wrong
        .fold(first, |all, more| Fault {
            class: all.class,
            message: format!("{}; {}", all.message, more.message),
            hints: [all.hints, more.hints].concat(),
        })
        .into())
}

fn parse_one(session: &Session<'_>, typed: &str) -> Result<FieldSet, Fault> {
    let Some((name, value)) = typed.split_once('=') else {
        return Err(Fault::usage(format!(
            "`{}` is not of the form NAME=VALUE",
            visible(typed)
        )));
    };
    let (name, value) = (name.trim(), value.trim());
    let known = session.process.field(name);
    let Some(field) = known.filter(|field| field.of == FieldOf::Account) else {
        return Err(unknown(session, name));
    };
    let value = field_value(session, field, value)
        .map_err(|problem| Fault::usage(format!("{name}: {problem}")))?;
    Ok(FieldSet {
        name: name.to_string(),
        value,
    })
}

fn unknown(session: &Session<'_>, name: &str) -> Fault {
    let names: Vec<&str> = session
        .process
        .fields
        .iter()
        .filter(|field| field.of == FieldOf::Account)
        .map(|field| field.name.as_str())
        .collect();
    let fault = Fault::usage(format!("an account has no field `{}`", visible(name)));
    if let Some(near) = nearest(name, names.iter().copied()) {
        return fault.hint(format!("did you mean `{near}`?"));
    }
    if names.is_empty() {
        return fault.hint(
            "the process has no fields of accounts; `of = \"account\"` in [fields.NAME] makes one",
        );
    }
    fault.hint(format!("it has: {}", names.join(", ")))
}

/// Writes the fields that are not so already; what was written.
pub(super) fn write(
    session: &Session<'_>,
    write: &mut Write<'_>,
    account: crate::id::Id,
    fields: &[FieldSet],
    at: Moment,
) -> Result<Vec<FieldSet>> {
    use crate::condition::Value;
    let known = session.store.account_facts(account, at.day)?;
    let mut set: Vec<FieldSet> = Vec::new();
    for field in fields {
        let was = known.iter().find(|(name, _)| *name == field.name);
        let was = was.map_or(Value::Null, |(_, value)| value.clone());
        if was != field.value.fact() {
            set.push(field.clone());
        }
    }
    let events = set.iter().map(|field| Event::AccountField {
        name: field.name.clone(),
        value: field.value.clone(),
    });
    write.append(account, at, events)?;
    Ok(set)
}
