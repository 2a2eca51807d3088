//! `deal person`: who takes part in a deal, and as what.

use anyhow::Result;
use clap::{Subcommand, ValueEnum};

use super::super::contact::{email_is_known, sound_email};
use super::super::context::{Context, Status};
use super::super::session::Session;
use super::super::show::named;
use super::{DealArg, WriteArgs, deal_of, edit, finish, holds, participants};
use crate::deal::Deal;
use crate::deal::event::{Event, Private, StreamKind};
use crate::fault::Fault;
use crate::process::BuyingRole;
use crate::store::{Access, PersonRow};
use crate::text::visible;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Add(AddArgs),
    Role(RoleArgs),
    Remove(RemoveArgs),
}

/// Add somebody to a deal, with a buying role
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl deal person add acme \"Jana Roth\" --role decider --title \"Head of Operations\"\n  salesctl deal person add D7K2 \"Ole Berg\" --role user --email ole@acme.example"
)]
pub(crate) struct AddArgs {
    #[command(flatten)]
    deal: DealArg,
    /// Their name; the id or e-mail of somebody we know will do
    name: String,
    /// What they are in their own purchase
    #[arg(long)]
    role: Vec<Role>,
    /// Their position
    #[arg(long)]
    title: Option<String>,
    #[arg(long)]
    email: Option<String>,
    #[arg(long)]
    phone: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

/// Give somebody who takes part one more role
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl deal person role acme \"Jana Roth\" decider\n  salesctl deal person role D7K2 jana buyer"
)]
pub(crate) struct RoleArgs {
    #[command(flatten)]
    deal: DealArg,
    /// Their name, or a part of it
    name: String,
    role: Role,
    #[command(flatten)]
    write: WriteArgs,
}

/// Take somebody out of a deal, or one of their roles
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl deal person remove acme \"Jana Roth\"\n  salesctl deal person remove D7K2 jana --role buyer"
)]
pub(crate) struct RemoveArgs {
    #[command(flatten)]
    deal: DealArg,
    /// Their name, or a part of it
    name: String,
    /// Only this role
    #[arg(long)]
    role: Option<Role>,
    #[command(flatten)]
    write: WriteArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Role {
    Initiator,
    Influencer,
    Decider,
    Buyer,
    User,
    Gatekeeper,
}

impl Role {
    fn meant(self) -> BuyingRole {
        match self {
            Self::Initiator => BuyingRole::Initiator,
            Self::Influencer => BuyingRole::Influencer,
            Self::Decider => BuyingRole::Decider,
            Self::Buyer => BuyingRole::Buyer,
            Self::User => BuyingRole::User,
            Self::Gatekeeper => BuyingRole::Gatekeeper,
        }
    }
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::Add(args) => add(args, cx),
        Command::Role(args) => role(args, cx),
        Command::Remove(args) => remove(args, cx),
    }
}

fn add(args: &AddArgs, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let name = args.name.trim();
    if name.is_empty() {
        return Err(Fault::usage("a person needs a name").into());
    }
    if args.role.is_empty() {
        return Err(
            Fault::usage(format!("say which role {} has in the deal", visible(name)))
                .hint("--role is one of: initiator, influencer, decider, buyer, user, gatekeeper")
                .into(),
        );
    }
    if let Some(email) = &args.email {
        sound_email(email)?;
    }
    let roles: Vec<BuyingRole> = args.role.iter().map(|role| role.meant()).collect();
    let mut who = name.to_string();
    let edited = edit(&session, &args.deal.deal, &args.write, |write, deal, at| {
        let person = if let Some(person) = known(&session, deal, name, args.email.as_deref())? {
            who = person.name;
            person.id
        } else {
            let person = write.create(StreamKind::Person)?;
            write.append(
                person,
                at,
                [Event::PersonAdded {
                    account: deal.account,
                    name: Private::new(name),
                    title: args.title.clone().map(Private::new),
                    email: args.email.clone().map(Private::new),
                    phone: args.phone.clone().map(Private::new),
                }],
            )?;
            person
        };
        let mut given = Vec::new();
        for role in &roles {
            if !holds(&session, deal, *role, person)? {
                given.push(Event::RoleGiven {
                    person,
                    role: *role,
                });
            }
        }
        Ok(given)
    })?;
    let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
    finish(
        &session,
        &edited,
        &format!("{} is {}", visible(&who), names.join(", ")),
    )
}

/// Who is meant, when we know them: by id or e-mail wherever they are, by name at the deal's account.
fn known(
    session: &Session<'_>,
    deal: &Deal,
    name: &str,
    email: Option<&str>,
) -> Result<Option<PersonRow>> {
    if let Some(id) = session.store.person_by_id_or_email(name)? {
        return session.store.person(id);
    }
    if name.contains('@') {
        return Err(
            Fault::not_found(format!("nobody we know has the e-mail `{}`", visible(name)))
                .hint("a new person is added by name: salesctl deal person add DEAL NAME --email ADDRESS --role ROLE")
                .into(),
        );
    }
    let called_so = |person: &PersonRow| person.name.eq_ignore_ascii_case(name);
    if let Some(email) = email {
        let theirs = session.store.persons_with_email(email)?;
        match theirs.iter().find(|person| called_so(person)) {
            Some(one) => return Ok(Some(one.clone())),
            None if theirs.is_empty() => {}
            None => return Err(email_is_known(session, email, &theirs)?.into()),
        }
    }
    let at_account = session.store.persons_at(deal.account)?;
    Ok(at_account.into_iter().find(called_so))
}

fn role(args: &RoleArgs, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let person = taking_part(&session, &args.deal.deal, &args.name)?;
    let role = args.role.meant();
    let edited = edit(&session, &args.deal.deal, &args.write, |_, deal, _| {
        if holds(&session, deal, role, person.id)? {
            return Err(Fault::no(format!(
                "{} is {} already",
                visible(&person.name),
                role.name()
            ))
            .into());
        }
        Ok(vec![Event::RoleGiven {
            person: person.id,
            role,
        }])
    })?;
    finish(
        &session,
        &edited,
        &format!("{} is {}", visible(&person.name), role.name()),
    )
}

fn remove(args: &RemoveArgs, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let person = taking_part(&session, &args.deal.deal, &args.name)?;
    let only = args.role.map(Role::meant);
    let edited = edit(&session, &args.deal.deal, &args.write, |write, deal, _| {
        let deal = deal_of(write, deal.id)?;
        let theirs = session.store.person_ids(person.id)?;
        let taken: Vec<Event> = deal
            .roles
            .iter()
            .filter(|(role, who)| theirs.contains(who) && only.is_none_or(|only| only == *role))
            .map(|(role, who)| Event::RoleTaken {
                person: *who,
                role: *role,
            })
            .collect();
        if taken.is_empty() {
            return Err(Fault::no(format!(
                "{} has no such role in the deal",
                visible(&person.name)
            ))
            .into());
        }
        Ok(taken)
    })?;
    let what = match only {
        Some(role) => format!("{} is not {} any more", visible(&person.name), role.name()),
        None => format!("{} takes no part any more", visible(&person.name)),
    };
    finish(&session, &edited, &what)
}

/// The one participant whose name is, or contains, what was typed.
fn taking_part(session: &Session<'_>, reference: &str, typed: &str) -> Result<PersonRow> {
    let id = session.store.resolve_deal(reference)?;
    let deal = session
        .store
        .deal(id)?
        .ok_or_else(|| Fault::not_found("the deal is gone"))?;
    let mut all: Vec<PersonRow> = participants(session, &deal)?
        .into_iter()
        .map(|(_, person)| person)
        .collect();
    all.sort_by_key(|person| person.id);
    all.dedup_by_key(|person| person.id);
    let key = typed.to_lowercase();
    let by_id = session.store.person_by_id_or_email(typed)?;
    let exact: Vec<_> = all
        .iter()
        .filter(|person| by_id == Some(person.id) || person.name.to_lowercase() == key)
        .collect();
    let hits: Vec<_> = if exact.is_empty() {
        all.iter()
            .filter(|person| person.name.to_lowercase().contains(&key))
            .collect()
    } else {
        exact
    };
    let mut ids: Vec<_> = hits.iter().map(|person| person.id).collect();
    ids.sort_unstable();
    ids.dedup();
    match (ids.len(), hits.first()) {
        (1, Some(one)) => Ok((*one).clone()),
        (0, _) => {
            let names: Vec<String> = all.iter().map(|person| visible(&person.name)).collect();
            Err(Fault::not_found(format!(
                "nobody called `{}` takes part in {}",
                visible(typed),
                named(&session.store.short(id)?, None).replace(" (no account)", "")
            ))
            .hint(if names.is_empty() {
                "nobody does yet; salesctl deal person add DEAL NAME --role ROLE".to_string()
            } else {
                format!("these do: {}", names.join(", "))
            })
            .into())
        }
        (n, _) => Err(Fault::not_found(format!("{n} persons match `{}`", visible(typed))).into()),
    }
}
