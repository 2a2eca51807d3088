//! What `--set NAME=VALUE` means: a typed value for a fact that the process knows.

use anyhow::Result;

use super::session::Session;
use super::value::{field_value, parse_amount};
use crate::condition::Value;
use crate::date::{Direction, parse_day};
use crate::deal::Deal;
use crate::deal::event::{CatalogKind, Change, Event, FieldValue, Move, Private, StreamKind};
use crate::fault::{Class, Fault};
use crate::id::Id;
use crate::process::{BuyingRole, FieldOf, REQUIRABLE};
use crate::store::{Catalog, Write};
use crate::text::{nearest, quoted, visible};

/// Characters of a fact: what conditions read must be short enough to be compared.
const LONGEST: usize = 10_000;

/// One `NAME=VALUE`, understood.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Assignment {
    Change(Change),
    /// A follow-up: due, and in words.
    NextStep(chrono::NaiveDate, String),
    /// Somebody, by name, in a buying role.
    Role(BuyingRole, String),
    /// A field of the deal's account.
    AccountField(String, FieldValue),
    /// For a deal that came without a stage.
    Stage(String),
}

/// Reads `NAME=VALUE`; an empty value takes the fact away.
pub(crate) fn parse(session: &Session<'_>, catalog: &Catalog, typed: &str) -> Result<Assignment> {
    let Some((name, value)) = typed.split_once('=') else {
        return Err(Fault::usage(format!(
            "`{}` is not of the form NAME=VALUE",
            visible(typed)
        ))
        .hint("for example --set value=6k")
        .into());
    };
    let (name, value) = (name.trim(), value.trim());
    let wrong = |problem: String| anyhow::Error::from(Fault::usage(format!("{name}: {problem}")));
    let length = value.chars().count();
    if length > LONGEST {
        return Err(wrong(format!(
            "{length} characters are too many, {LONGEST} fit; a note takes more"
        )));
    }
    if ["TEXT", "NAME", "…"].contains(&value) {
        return Err(wrong(format!(
            "`{value}` stands for what you know, it is no answer"
        )));
    }
    let text = (!value.is_empty()).then(|| value.to_string());
    let day = || -> Result<Option<chrono::NaiveDate>> {
        if value.is_empty() {
            return Ok(None);
        }
        parse_day(value, session.today, Direction::Forward)
            .map(Some)
            .map_err(wrong)
    };
    let change = match name {
        "title" => Change::Title(text.map(Private::new)),
        "owner" => Change::Owner(active_rep(catalog, value)?),
        "product" => Change::Product(in_catalog(catalog, CatalogKind::Product, value)?),
        "source" => Change::Source(in_catalog(catalog, CatalogKind::Source, value)?),
        "value" => Change::Value(parse_amount(session, value).map_err(wrong)?),
        "expected_close" => Change::ExpectedClose(day()?),
        "next_step" | "next" => {
            let (due, words) = parse_next(session, value)?;
            return Ok(Assignment::NextStep(due, words));
        }
        "stage" => return Ok(Assignment::Stage(value.to_string())),
        "account" => {
            let account = session.store.account_named(value)?.ok_or_else(|| {
                let accounts = session.store.accounts().unwrap_or_default();
                let names: Vec<&str> = accounts.iter().map(|(_, name)| name.as_str()).collect();
                Fault::unknown(Class::NotFound, "account", value, &names)
            })?;
            Change::Account(account)
        }
        _ => {
            if let Some(role) = BuyingRole::from_name(name) {
                if value.is_empty() {
                    return Err(wrong(
                        "name somebody, or use `salesctl deal person remove`".into(),
                    ));
                }
                return Ok(Assignment::Role(role, value.to_string()));
            }
            match session.process.field(name) {
                Some(field) if field.of == FieldOf::Deal => Change::Field {
                    name: name.to_string(),
                    value: field_value(session, field, value).map_err(wrong)?,
                },
                Some(field) if field.of == FieldOf::Account => {
                    let value = field_value(session, field, value).map_err(wrong)?;
                    return Ok(Assignment::AccountField(name.to_string(), value));
                }
                _ => return Err(unknown_name(session, name).into()),
            }
        }
    };
    Ok(Assignment::Change(change))
}

/// `fri: send quote`: a date phrase, a colon, and what is to be done.
pub(crate) fn parse_next(
    session: &Session<'_>,
    typed: &str,
) -> Result<(chrono::NaiveDate, String)> {
    let usage = || {
        Fault::usage(format!(
            "`{}` is not of the form \"DATE: what is to be done\"",
            visible(typed)
        ))
        .hint("for example \"fri: send quote\"")
    };
    if typed.is_empty() {
        return Err(
            Fault::usage("a next step is not taken away, it is done or put off")
                .hint("salesctl followup done DEAL, or salesctl followup snooze DEAL DATE")
                .into(),
        );
    }
    let (when, what) = typed.split_once(':').ok_or_else(usage)?;
    let what = what.trim();
    if what.is_empty() {
        return Err(usage().into());
    }
    let due = parse_day(when.trim(), session.today, Direction::Forward)
        .map_err(|problem| Fault::usage(format!("next step: {problem}")))?;
    if due < session.today {
        return Err(Fault::usage(format!("next step: {} is past", crate::date::day(due))).into());
    }
    Ok((due, what.to_string()))
}

/// A rep who can be given deals.
pub(crate) fn active_rep(catalog: &Catalog, typed: &str) -> Result<Option<String>> {
    let name = in_catalog(catalog, CatalogKind::Rep, typed)?;
    let entry = name
        .as_deref()
        .and_then(|name| catalog.get(CatalogKind::Rep, name));
    if let Some(rep) = entry.filter(|rep| !rep.active) {
        return Err(Fault::no(format!(
            "rep {} is not with us any more",
            visible(&rep.name)
        ))
        .hint(format!(
            "salesctl catalog set rep {} --active brings them back",
            quoted(&visible(&rep.name))
        ))
        .into());
    }
    Ok(name)
}

/// The name of a rep, product or source, given by name or title.
pub(crate) fn in_catalog(
    catalog: &Catalog,
    kind: CatalogKind,
    typed: &str,
) -> Result<Option<String>> {
    if typed.is_empty() {
        return Ok(None);
    }
    if let Some(entry) = catalog.find(kind, typed) {
        return Ok(Some(entry.name.clone()));
    }
    let names = catalog
        .of(kind)
        .flat_map(|entry| [entry.name.as_str(), entry.title.as_str()]);
    let fault = Fault::not_found(format!("there is no {} `{}`", kind.name(), visible(typed)));
    let fault = match nearest(typed, names) {
        Some(near) => fault.hint(format!("did you mean `{}`?", visible(near))),
        None => fault,
    };
    Err(fault
        .hint(format!("salesctl catalog list {} shows them", kind.name()))
        .into())
}

/// The events of an assignment to a deal; persons that are not known yet are added.
pub(crate) fn events(
    session: &Session<'_>,
    write: &mut Write<'_>,
    deal: &Deal,
    assignment: &Assignment,
    at: crate::store::Moment,
) -> Result<Vec<Event>> {
    Ok(match assignment {
        Assignment::Change(change) if deal.has(change) => Vec::new(),
        Assignment::Change(change) => vec![Event::Changed(change.clone())],
        Assignment::NextStep(due, words) => vec![Event::FollowUpAdded {
            id: write.new_id()?,
            due: *due,
            text: Private::new(words.clone()),
            by_rule: false,
        }],
        Assignment::Role(role, name) => {
            let person = person_at(session, write, deal.account, name, at)?;
            if super::deal::holds(session, deal, *role, person)? {
                return Ok(Vec::new());
            }
            vec![Event::RoleGiven {
                person,
                role: *role,
            }]
        }
        Assignment::AccountField(name, value) => {
            let Some(account) = deal.account else {
                return Err(Fault::no(format!(
                    "{name} is a field of accounts, and this deal has none"
                ))
                .into());
            };
            let account = session.store.account_now(account)?;
            let known = session.store.account_facts(account, at.day)?;
            let was = known.iter().find(|(known, _)| known == name);
            let now = value.fact();
            if was.map_or(now == Value::Null, |(_, was)| *was == now) {
                return Ok(Vec::new());
            }
            let field = Event::AccountField {
                name: name.clone(),
                value: value.clone(),
            };
            write.append(account, at, [field])?;
            // The gate that is asked next reads the account's facts from its rows.
            write.flush()?;
            Vec::new()
        }
        Assignment::Stage(stage) => enter(session, write, deal, stage, at)?,
    })
}

/// Puts an open deal that is in no stage of the process into one.
fn enter(
    session: &Session<'_>,
    write: &mut Write<'_>,
    deal: &Deal,
    stage: &str,
    at: crate::store::Moment,
) -> Result<Vec<Event>> {
    let names: Vec<&str> = session
        .process
        .stages
        .iter()
        .map(|stage| stage.name.as_str())
        .collect();
    if !deal.state.is_open() {
        return Err(Fault::no(format!("the deal is {}", deal.state.name()))
            .hint("salesctl deal reopen DEAL --stage STAGE opens it again")
            .into());
    }
    if deal
        .stage()
        .is_some_and(|known| session.process.stage(known).is_some())
    {
        return Err(Fault::usage("a deal changes its stage through the gate")
            .hint("salesctl deal advance DEAL [--to STAGE], or salesctl deal back DEAL")
            .into());
    }
    if !names.contains(&stage) {
        return Err(Fault::unknown(Class::Usage, "stage", stage, &names).into());
    }
    super::deal::decide(session, deal, at.day, |case| {
        case.enter(stage, Move::Start, None, &mut || write.new_id())
    })
}

/// The person of this name at the account, who is added when nobody there is called so. An id or e-mail
/// address is that of whoever has it, at whatever account.
pub(crate) fn person_at(
    session: &Session<'_>,
    write: &mut Write<'_>,
    account: Option<Id>,
    name: &str,
    at: crate::store::Moment,
) -> Result<Id> {
    if let Some(person) = session.store.person_by_id_or_email(name)? {
        return Ok(person);
    }
    let known = session.store.persons_at(account)?;
    let same: Vec<_> = known
        .iter()
        .filter(|person| person.name.eq_ignore_ascii_case(name))
        .collect();
    if let [one] = same.as_slice() {
        return Ok(one.id);
    }
    if same.len() > 1 {
        return Err(Fault::not_found(format!(
            "{} persons at the account are called {}",
            same.len(),
            visible(name)
        ))
        .into());
    }
    let person = write.create(StreamKind::Person)?;
    write.append(
        person,
        at,
        [Event::PersonAdded {
            account,
            name: Private::new(name),
            title: None,
            email: None,
            phone: None,
        }],
    )?;
    // Named twice in one command, they are one person; a refusal shows them by name.
    write.flush()?;
    Ok(person)
}

fn unknown_name(session: &Session<'_>, name: &str) -> Fault {
    let known: Vec<&str> = REQUIRABLE
        .iter()
        .map(|(known, _)| *known)
        .chain(
            session
                .process
                .fields
                .iter()
                .filter(|field| field.of != FieldOf::BuiltIn)
                .map(|field| field.name.as_str()),
        )
        .chain(BuyingRole::ALL.iter().map(|role| role.name()))
        .collect();
    let fault = Fault::usage(format!("a deal has no field `{}`", visible(name)));
    match nearest(name, known.iter().copied()) {
        Some(near) => fault.hint(format!("did you mean `{near}`?")),
        None => fault.hint(format!("it has: {}", known.join(", "))),
    }
}
