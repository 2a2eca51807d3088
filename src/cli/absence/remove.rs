//! `absence remove`: somebody is here after all.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::list::finish;
use crate::fault::Fault;
use crate::id::canonical_handle;
use crate::store::{Absence, Access};
use crate::text::visible;

/// Take an absence back: they are here after all
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl absence remove 7KQ2M4\n  salesctl absence remove jr    when jr has only one"
)]
pub(crate) struct Args {
    /// The beginning of its id, or the rep who has only this one
    #[arg(value_name = "ABSENCE")]
    absence: String,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let catalog = session.store.catalog()?;
    let typed = args.absence.trim();
    let (line, outcome) = session.write(args.dry_run, |write| {
        let all = session.store.absences()?;
        let prefix = canonical_handle(typed);
        let by_id = |one: &&Absence| {
            let prefix = prefix.as_deref().filter(|prefix| prefix.len() >= 3);
            prefix.is_some_and(|prefix| one.id.handle().starts_with(prefix))
        };
        let mut found: Vec<&Absence> = all.iter().filter(by_id).collect();
        if found.is_empty() {
            let of_rep = |one: &&Absence| super::rep_name(&catalog, one.rep) == typed;
            let coming = |one: &&Absence| one.until >= session.today;
            found = all.iter().filter(of_rep).filter(coming).collect();
        }
        let one = match found.as_slice() {
            [one] => *one,
            [] => {
                return Err(
                    Fault::not_found(format!("no absence matches `{}`", visible(typed)))
                        .hint("salesctl absence list --all shows them with their ids")
                        .into(),
                );
            }
            several => {
                let fault = Fault::not_found(format!(
                    "`{}` matches {} absences: say which by its id",
                    visible(typed),
                    several.len()
                ));
                let told = several.iter().map(|one| {
                    let rep = super::rep_name(&catalog, one.rep);
                    format!(
                        "{}  {}  {}",
                        super::short(one.id),
                        visible(&rep),
                        super::span(one)
                    )
                });
                return Err(told.fold(fault, Fault::hint).into());
            }
        };
        write.remove_absence(one.rep, one.id)?;
        let rep = super::rep_name(&catalog, one.rep);
        Ok(format!(
            "✓ {} is not away {}",
            visible(&rep),
            super::span(one)
        ))
    })?;
    finish(cx, &line, outcome)
}
