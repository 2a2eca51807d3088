//! What the commands on persons, accounts and prospects share: how one is named in an answer, words and
//! activities outside of deals, e-mail addresses.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use clap::Args;

use super::activity::{ActivityArgs, logged, with};
use super::context::Status;
use super::deal::dry_run_line;
use super::session::Session;
use super::show::named;
use crate::deal::event::{Event, Private, StreamKind};
use crate::fault::Fault;
use crate::id::Id;
use crate::store::{Moment, Outcome, PersonRow, ProspectMatch, Sure, Write};
use crate::text::{nearest, visible};

/// The option of every command that changes something.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct DryRunArgs {
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,
}

/// Options of what is told about a day.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct WordArgs {
    /// When it happened, if not today: a date in the past
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    #[command(flatten)]
    write: DryRunArgs,
}

impl WordArgs {
    pub(crate) fn new(on: Option<String>, dry_run: bool) -> Self {
        Self {
            on,
            write: DryRunArgs { dry_run },
        }
    }
}

/// Somebody or something that activities and notes are about.
pub(crate) struct Subject {
    pub(crate) kind: StreamKind,
    pub(crate) id: Id,
    pub(crate) name: String,
}

impl Subject {
    pub(crate) fn new(kind: StreamKind, id: Id, name: impl Into<String>) -> Self {
        Self {
            kind,
            id,
            name: name.into(),
        }
    }

    pub(crate) fn person(session: &Session<'_>, typed: &str) -> Result<Self> {
        let id = session.store.resolve_person(typed)?;
        let person = session.store.person(id)?;
        let name = person.map(|person| person.name).unwrap_or_default();
        Ok(Self::new(StreamKind::Person, id, name))
    }

    pub(crate) fn account(session: &Session<'_>, typed: &str) -> Result<Self> {
        let id = session.store.resolve_account(typed)?;
        let name = session.store.account_name(id)?.unwrap_or_default();
        Ok(Self::new(StreamKind::Account, id, name))
    }

    /// A name of a list; `list` says which row when they are on several.
    pub(crate) fn prospect(session: &Session<'_>, typed: &str, list: Option<&str>) -> Result<Self> {
        let found = session.store.resolve_prospect(typed, list)?;
        Ok(Self::new(StreamKind::Prospect, found.id, found.shown()))
    }

    /// Whoever is meant by a reference that may be of any kind: a prospect, an account or a person. Who is
    /// several of these is the account or person that the row of a list turned out to be.
    pub(crate) fn anybody(session: &Session<'_>, typed: &str) -> Result<Self> {
        let store = &session.store;
        let (how, mut names) = store.prospects_meant(typed.trim())?;
        let lower = typed.trim().to_lowercase();
        let (how_accounts, mut accounts) = store.accounts_meant(typed)?;
        let (how_persons, mut persons) = store.persons_meant(typed)?;
        // Whoever works at a company is not meant by its name, when something else is.
        let called = |name: &ProspectMatch| {
            how != BY_NAME || name.name.is_empty() || name.name.to_lowercase() == lower
        };
        if !accounts.is_empty() || !persons.is_empty() || names.iter().any(called) {
            names.retain(called);
        }
        // What is only like it gives way to what is it.
        let is = |sure, found: &BTreeSet<Id>| sure == Sure::Exact && !found.is_empty();
        if !names.is_empty() || is(how_accounts, &accounts) || is(how_persons, &persons) {
            accounts.retain(|_| how_accounts == Sure::Exact);
            persons.retain(|_| how_persons == Sure::Exact);
        }
        let mut found: BTreeMap<Id, Self> = BTreeMap::new();
        for name in names {
            let entity = store.account_now(store.person_now(name.entity)?)?;
            let subject = || Self::new(StreamKind::Prospect, name.id, name.shown());
            found.entry(entity).or_insert_with(subject);
        }
        for account in accounts {
            let name = store.account_name(account)?.unwrap_or_default();
            found.insert(account, Self::new(StreamKind::Account, account, name));
        }
        for id in persons {
            let name = store.person(id)?.map(|person| person.name);
            let name = name.unwrap_or_default();
            found.insert(id, Self::new(StreamKind::Person, id, name));
        }
        let mut found: Vec<Self> = found.into_values().collect();
        match (found.len(), found.pop()) {
            (1, Some(one)) => Ok(one),
            (0, _) | (_, None) => Err(nobody(session, typed)?.into()),
            (_, Some(last)) => {
                found.push(last);
                Err(several(session, typed, &found)?.into())
            }
        }
    }

    /// `P4K2 Jana Roth`: how every answer names them.
    pub(crate) fn named(&self, session: &Session<'_>) -> Result<String> {
        // Most names of lists have no stream, whose ids are what short forms are unique among.
        let short = match self.kind {
            StreamKind::Prospect => ProspectMatch::short_of(self.id),
            _ => session.store.short(self.id)?,
        };
        Ok(named(&short, Some(&self.name)))
    }

    pub(crate) fn append(&self, write: &mut Write<'_>, at: Moment, event: Event) -> Result<()> {
        match self.kind {
            StreamKind::Prospect => write.append_to_prospect(self.id, at, [event]),
            _ => write.append(self.id, at, [event]),
        }
    }

    /// Writes what was done, with `whom` besides them, into their stream.
    pub(crate) fn log(
        &self,
        session: &Session<'_>,
        activity: &ActivityArgs,
        words: &WordArgs,
        whom: impl FnOnce(&mut Write<'_>, Moment) -> Result<Option<Id>>,
    ) -> Result<Status> {
        self.log_saying(session, activity, words, whom, "")
    }

    /// The same, with something more in the answer.
    pub(crate) fn log_saying(
        &self,
        session: &Session<'_>,
        activity: &ActivityArgs,
        words: &WordArgs,
        whom: impl FnOnce(&mut Write<'_>, Moment) -> Result<Option<Id>>,
        more: &str,
    ) -> Result<Status> {
        let activity = activity.activity(session)?;
        let at = session.moment_on(words.on.as_deref())?;
        let ((), outcome) = session.write(words.write.dry_run, |write| {
            let person = whom(write, at)?;
            self.append(write, at, Event::Logged(with(&activity, person)))
        })?;
        let what = format!("{}{more}", logged(session, &activity));
        self.done(session, at, &what, outcome)
    }

    /// Writes a note into their stream.
    pub(crate) fn note(
        &self,
        session: &Session<'_>,
        text: &str,
        words: &WordArgs,
    ) -> Result<Status> {
        if text.trim().is_empty() {
            return Err(Fault::usage("a note needs words").into());
        }
        let at = session.moment_on(words.on.as_deref())?;
        let noted = Event::Noted {
            text: Private::new(text),
        };
        let ((), outcome) =
            session.write(words.write.dry_run, |write| self.append(write, at, noted))?;
        self.done(session, at, "noted", outcome)
    }

    fn done(
        &self,
        session: &Session<'_>,
        at: Moment,
        what: &str,
        outcome: Outcome,
    ) -> Result<Status> {
        let when = if at.day == session.today {
            String::new()
        } else {
            format!(", on {}", crate::date::day(at.day))
        };
        self.say(session, &format!("{what}{when}"), outcome)
    }

    /// The status line of a change.
    pub(crate) fn say(
        &self,
        session: &Session<'_>,
        what: &str,
        outcome: Outcome,
    ) -> Result<Status> {
        let name = self.named(session)?;
        session
            .cx
            .console
            .say_wrapped(&format!("✓ {name}   {what}"))?;
        dry_run_line(session, outcome)?;
        Ok(Status::Done)
    }
}

/// How [`crate::store::Store::prospects_meant`] says that it found them by name or company.
const BY_NAME: &str = "is the name of";

fn several(session: &Session<'_>, typed: &str, found: &[Subject]) -> Result<Fault> {
    const LISTED: usize = 10;
    let mut fault = Fault::not_found(format!(
        "`{}` is no deal and names {} others: say which by its id",
        visible(typed),
        found.len()
    ));
    for subject in found.iter().take(LISTED) {
        let kind = subject.kind.name();
        fault = fault.hint(format!("{}, {kind}", subject.named(session)?));
    }
    if found.len() > LISTED {
        fault = fault.hint(format!("… and {} more", found.len() - LISTED));
    }
    Ok(fault)
}

fn nobody(session: &Session<'_>, typed: &str) -> Result<Fault> {
    let accounts = session.store.accounts()?.into_iter().map(|(_, name)| name);
    let persons = session.store.persons()?.into_iter();
    let names: Vec<String> = accounts.chain(persons.map(|person| person.name)).collect();
    let fault = Fault::not_found(format!(
        "no deal, prospect, account or person matches `{}`",
        visible(typed)
    ));
    let near = nearest(typed, names.iter().map(String::as_str));
    let fault = match near {
        Some(near) => fault.hint(format!("did you mean `{}`?", visible(near))),
        None => fault,
    };
    Ok(fault
        .hint("salesctl deal list --all, account list, person list and prospect list show them"))
}

/// Refuses what can't be an address.
pub(crate) fn sound_email(email: &str) -> Result<()> {
    let sound = email.split_once('@').is_some_and(|(user, domain)| {
        !user.is_empty()
            && !email.contains(char::is_whitespace)
            && !domain.contains('@')
            && domain.contains('.')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
    });
    if sound {
        return Ok(());
    }
    Err(Fault::usage(format!("`{}` is not an e-mail address", visible(email))).into())
}

/// Says who has an address already.
pub(crate) fn email_is_known(
    session: &Session<'_>,
    email: &str,
    theirs: &[PersonRow],
) -> Result<Fault> {
    let mut names = Vec::new();
    for person in theirs {
        let name = named(&session.store.short(person.id)?, Some(&person.name));
        names.push(match &person.account_name {
            Some(account) => format!("{name} at {}", visible(account)),
            None => name,
        });
    }
    let first = theirs.first().map_or(Id(0), |person| person.id);
    let short = session.store.short(first)?;
    Ok(Fault::no(format!(
        "`{}` is the e-mail of {} already",
        visible(email),
        names.join(" and ")
    ))
    .hint(format!("salesctl person show {short} says what we know")))
}

#[cfg(test)]
mod tests {
    use super::sound_email;
    use rstest::rstest;

    #[rstest]
    #[case("jana@acme.example", true)]
    #[case("j.roth+x@mail.acme.example", true)]
    #[case("jana", false)]
    #[case("@acme.example", false)]
    #[case("jana@acme", false)]
    #[case("jana@.example", false)]
    #[case("jana@acme.", false)]
    #[case("ja na@acme.example", false)]
    #[case("jana@b@acme.example", false)]
    fn addresses(#[case] typed: &str, #[case] sound: bool) {
        assert_eq!(sound_email(typed).is_ok(), sound);
    }
}
