//! `referral add`: anybody in the company says who might buy.

use anyhow::Result;

use super::super::case::open::{TellArgs, Told, open};
use super::super::contact::sound_email;
use super::super::context::{Context, Status};
use super::whom::{Referred, refer};
use crate::deal::case::CaseKind;
use crate::deal::start::NewPerson;
use crate::fault::Fault;
use crate::store::Access;

/// Refer somebody who might buy: anybody in the company may, and gets the credit
///
/// The person and the account are found, or added where nobody is called so; an e-mail address that is
/// known is whose it is, and tells the account of others with the same domain. A name alone means whoever
/// is called so. Whoever asked to be left
/// alone for all purposes can't be referred.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl referral add \"Jana Roth\" --account \"Acme GmbH\" --note \"met at the fair, wants a demo\"\n  salesctl referral add --prospect jana@acme.example --by ann --owner jr --due fri"
)]
pub(crate) struct Args {
    /// Who might buy: a name, or the e-mail address or id of somebody we know
    #[arg(value_name = "NAME", required_unless_present_any = ["account", "prospect"])]
    name: Option<String>,
    /// Where they work; without NAME, the company that might buy
    #[arg(long, value_name = "NAME", add = super::super::completion::accounts())]
    account: Option<String>,
    /// A name of a list, by id, e-mail address or name
    #[arg(long, value_name = "PROSPECT", conflicts_with_all = ["name", "account", "email", "phone"])]
    prospect: Option<String>,
    /// Their e-mail address, by which they are found if we know them
    #[arg(long, requires = "name")]
    email: Option<String>,
    /// Their telephone number
    #[arg(long, requires = "name")]
    phone: Option<String>,
    /// What they need, and how you know
    #[arg(long)]
    note: Option<String>,
    #[command(flatten)]
    tell: TellArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let given = |text: &Option<String>| {
        let text = text.as_deref().map(str::trim);
        text.filter(|text| !text.is_empty()).map(str::to_string)
    };
    let referred = if let Some(typed) = &args.prospect {
        Referred::prospect(&session, typed)?
    } else {
        let mut email = given(&args.email);
        let name = given(&args.name);
        // Who is referred by their address is told by it.
        let is_address = |name: &&String| name.contains('@');
        email = email.or_else(|| name.as_ref().filter(is_address).cloned());
        if let Some(email) = &email {
            sound_email(email)?;
        }
        let person = name.map(|name| NewPerson {
            name,
            email,
            phone: given(&args.phone),
            ..NewPerson::default()
        });
        let account = given(&args.account);
        if person.is_none() && account.is_none() {
            return Err(Fault::usage("a referral names a person or an account").into());
        }
        Referred::named(&session, person, account)?
    };
    let told = Told {
        what: CaseKind::Referral,
        account: referred.account(),
        deal: None,
        theirs: referred.deals(&session)?,
        stars: None,
        text: args.note.as_deref(),
    };
    open(&session, &args.tell, &told, |write, at| {
        refer(write, &referred, at)
    })
}
