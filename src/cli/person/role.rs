//! `person role`: what a person is to us.

use anyhow::Result;

use super::super::contact::{DryRunArgs, Subject};
use super::super::context::{Context, Status};
use super::{PersonArg, sales_roles};
use crate::deal::contact::{Person, SalesRole};
use crate::deal::event::Event;
use crate::fault::Fault;
use crate::store::Access;
use crate::text::visible;

/// Give a person a sales role, or take it; one person may have several
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl person role \"Jana Roth\" customer\n  salesctl person role P4K2 lead --remove"
)]
pub(crate) struct Args {
    #[command(flatten)]
    person: PersonArg,
    /// What they are to us; what they are in a deal is said by `deal person role`
    #[arg(value_parser = sales_roles())]
    role: SalesRole,
    /// They are so no more
    #[arg(long)]
    remove: bool,
    #[command(flatten)]
    write: DryRunArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let subject = Subject::person(&session, &args.person.person)?;
    let role = args.role;
    let at = session.moment_on(None)?;
    let (roles, outcome) = session.write(args.write.dry_run, |write| {
        let person = Person::from_events(write.events(subject.id)?)
            .ok_or_else(|| Fault::not_found("the person is gone"))?;
        if person.roles.contains(&role) != args.remove {
            let is = if args.remove { "is no" } else { "is" };
            return Err(Fault::no(format!(
                "{} {is} {} already",
                visible(&person.name),
                role.name()
            ))
            .into());
        }
        let event = if args.remove {
            Event::SalesRoleTaken { role }
        } else {
            Event::SalesRoleGiven { role }
        };
        write.append(subject.id, at, [event])?;
        let after = Person::from_events(write.events(subject.id)?);
        Ok(after.map(|person| person.roles).unwrap_or_default())
    })?;
    let names: Vec<&str> = roles.into_iter().map(SalesRole::name).collect();
    let now = if names.is_empty() {
        "nothing in particular".to_string()
    } else {
        names.join(", ")
    };
    let what = if args.remove {
        format!("is not {} any more; now {now}", role.name())
    } else {
        format!("is {now}")
    };
    subject.say(&session, &what, outcome)
}
