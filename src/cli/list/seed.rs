//! `list seed`: decoys, ours or the owner's.

use std::path::PathBuf;

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::show::counted;
use super::{ListArg, code, finish, read_seeds};
use crate::fault::Fault;
use crate::list::Seed;
use crate::store::Access;

/// Add decoys to a list: ours, which go into every mailing, or its owner's with --owner
///
/// Rows of a list that are decoys never become prospects.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl list seed zoom-q4 --name \"Ada King\" --address \"Am Ring 7\" --zip 01067 --city Dresden\n  salesctl list seed zoom-q4 --file decoys.csv --owner"
)]
pub(crate) struct Args {
    #[command(flatten)]
    list: ListArg,
    /// A CSV file with decoys; may be given again
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: Vec<PathBuf>,
    /// They are the owner's, not ours
    #[arg(long)]
    owner: bool,
    /// First and last name of one decoy
    #[arg(long)]
    name: Option<String>,
    /// Where it works
    #[arg(long)]
    company: Option<String>,
    /// Its e-mail address
    #[arg(long)]
    email: Option<String>,
    /// Its phone number
    #[arg(long)]
    phone: Option<String>,
    /// Street and number
    #[arg(long)]
    address: Option<String>,
    /// Its town
    #[arg(long)]
    city: Option<String>,
    /// Its postcode
    #[arg(long)]
    zip: Option<String>,
    /// Its country
    #[arg(long)]
    country: Option<String>,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let list = args.list.find(&session)?;
    let mut seeds = read_seeds(cx, &args.file, !args.owner)?;
    seeds.extend(args.typed()?);
    if seeds.is_empty() {
        return Err(Fault::usage("say who the decoy is")
            .hint("--file FILE, or --email, --phone, or --name with --address or --zip")
            .into());
    }
    let known = session.store.seeds(list.id)?;
    seeds.retain(|seed| !known.contains(seed));
    if seeds.is_empty() {
        cx.console
            .say(&format!("✓ list {} has these decoys already", code(&list)))?;
        return Ok(Status::Done);
    }
    let line = format!(
        "✓ list {}: {} of {} added",
        code(&list),
        counted(seeds.len(), "decoy", "decoys"),
        if args.owner { "its owner" } else { "ours" }
    );
    let ((), outcome) = session.write(args.dry_run, |write| write.add_seeds(list.id, &seeds))?;
    finish(cx, &line, outcome)
}

impl Args {
    /// The one decoy that the options tell of.
    fn typed(&self) -> Result<Option<Seed>, Fault> {
        let mut seed = Seed {
            ours: !self.owner,
            ..Seed::default()
        };
        if let Some(name) = &self.name {
            let (first, last) = name.trim().rsplit_once(' ').unwrap_or(("", name));
            seed.set("first_name", first);
            seed.set("last_name", last);
        }
        for (column, value) in [
            ("company", &self.company),
            ("email", &self.email),
            ("phone", &self.phone),
            ("address", &self.address),
            ("city", &self.city),
            ("zip", &self.zip),
            ("country", &self.country),
        ] {
            if let Some(value) = value {
                seed.set(column, value);
            }
        }
        if seed.values().iter().all(|value| value.is_empty()) {
            return Ok(None);
        }
        if !seed.can_be_known() {
            return Err(Fault::usage("nothing tells this decoy from other names")
                .hint("give its e-mail address, phone, or last name with address or postcode"));
        }
        Ok(Some(seed))
    }
}
