//! `person add`: somebody new, before or beside any deal.

use anyhow::Result;

use super::super::contact::{DryRunArgs, Subject, email_is_known, sound_email};
use super::super::context::{Context, Status};
use super::super::session::Session;
use super::super::show::named;
use super::{domain, sales_roles};
use crate::deal::contact::{PersonChange, SalesRole};
use crate::deal::event::{Event, Private, StreamKind};
use crate::fault::Fault;
use crate::id::Id;
use crate::store::Access;
use crate::text::visible;

/// Add a person, at the account that their e-mail tells unless another is named
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl person add \"Jana Roth\" --email jana@acme.example --title \"Head of Operations\"\n  salesctl person add \"Ole Berg\" --account globex --role customer --role consumer"
)]
pub(crate) struct Args {
    name: String,
    /// Where they work [default: the one account whose people have an e-mail in the same domain]
    #[arg(long, add = super::super::completion::accounts())]
    account: Option<String>,
    #[arg(long)]
    email: Option<String>,
    #[arg(long)]
    phone: Option<String>,
    /// Their mobile phone
    #[arg(long)]
    mobile: Option<String>,
    /// Their position
    #[arg(long)]
    title: Option<String>,
    /// What they are to us; can be given again
    #[arg(long, value_parser = sales_roles())]
    role: Vec<SalesRole>,
    /// Add them although somebody has the e-mail, or is called so there
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    write: DryRunArgs,
}

/// Where somebody works, and the domain that told.
struct Employer {
    account: Option<Id>,
    told_by: Option<String>,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let name = args.name.trim();
    if name.is_empty() {
        return Err(Fault::usage("a person needs a name").into());
    }
    let given = |text: &Option<String>| {
        let text = text.as_deref().map(str::trim);
        text.filter(|text| !text.is_empty()).map(Private::new)
    };
    let email = given(&args.email);
    if let Some(email) = &email {
        sound_email(&email.text)?;
    }
    let employer = employer(&session, args, email.as_ref())?;
    if !args.force {
        refuse_who_is_known(&session, name, email.as_ref(), employer.account)?;
    }
    let at = session.moment_on(None)?;
    let (id, outcome) = session.write(args.write.dry_run, |write| {
        let id = write.create(StreamKind::Person)?;
        let added = Event::PersonAdded {
            account: employer.account,
            name: Private::new(name),
            title: given(&args.title),
            email: email.clone(),
            phone: given(&args.phone),
        };
        write.append(id, at, [added])?;
        if let Some(mobile) = given(&args.mobile) {
            let mobile = PersonChange::Mobile(Some(mobile));
            write.append(id, at, [Event::PersonChanged(mobile)])?;
        }
        let mut roles = args.role.clone();
        roles.sort_unstable();
        roles.dedup();
        let roles = roles.into_iter().map(|role| Event::SalesRoleGiven { role });
        write.append(id, at, roles)?;
        Ok(id)
    })?;
    let what = said(&session, args, &employer)?;
    let subject = Subject::new(StreamKind::Person, id, name.to_string());
    subject.say(&session, &what, outcome)
}

fn said(session: &Session<'_>, args: &Args, employer: &Employer) -> Result<String> {
    let mut what = "added".to_string();
    if let Some(account) = employer.account {
        let name = session.store.account_name(account)?.unwrap_or_default();
        what = format!("{what} at {}", visible(&name));
    }
    if let Some(domain) = &employer.told_by {
        what = format!("{what} (as others with {})", visible(domain));
    }
    if !args.role.is_empty() {
        let roles: Vec<&str> = args.role.iter().map(|role| role.name()).collect();
        what = format!("{what}: {}", roles.join(", "));
    }
    Ok(what)
}

fn employer(session: &Session<'_>, args: &Args, email: Option<&Private>) -> Result<Employer> {
    if let Some(typed) = &args.account {
        return Ok(Employer {
            account: Some(session.store.resolve_account(typed)?),
            told_by: None,
        });
    }
    let domain = email.and_then(|email| domain::at_work(&email.text));
    let nobody = Employer {
        account: None,
        told_by: None,
    };
    let Some(domain) = domain else {
        return Ok(nobody);
    };
    let accounts = session.store.accounts_with_domain(&domain)?;
    match (accounts.first(), accounts.len()) {
        (Some(account), 1) => Ok(Employer {
            account: Some(*account),
            told_by: Some(domain),
        }),
        _ => Ok(nobody),
    }
}

/// An address is one person's, and of two who are called alike at one account one is most likely a slip.
fn refuse_who_is_known(
    session: &Session<'_>,
    name: &str,
    email: Option<&Private>,
    account: Option<Id>,
) -> Result<()> {
    const HINT: &str = "--force adds them all the same";
    if let Some(email) = email {
        let theirs = session.store.persons_with_email(&email.text)?;
        if !theirs.is_empty() {
            return Err(email_is_known(session, &email.text, &theirs)?
                .hint(HINT)
                .into());
        }
    }
    if account.is_none() {
        return Ok(());
    }
    let colleagues = session.store.persons_at(account)?;
    let alike = colleagues
        .iter()
        .find(|person| person.name.to_lowercase() == name.to_lowercase());
    let Some(alike) = alike else {
        return Ok(());
    };
    let known = named(&session.store.short(alike.id)?, Some(&alike.name));
    let short = session.store.short(alike.id)?;
    Err(Fault::no(format!(
        "there is {known} at {} already",
        visible(alike.account_name.as_deref().unwrap_or_default())
    ))
    .hint(format!(
        "salesctl person set {short} --email ADDRESS … says more of them"
    ))
    .hint(HINT)
    .into())
}
