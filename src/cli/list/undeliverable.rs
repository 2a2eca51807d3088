//! `list undeliverable`: names that a mailing did not reach.

use std::path::PathBuf;

use anyhow::Result;
use rustc_hash::{FxHashMap, FxHashSet};

use super::super::context::{Context, Status};
use super::super::show::counted;
use super::{ListArg, Rows, code, finish, moment};
use crate::deal::event::Event;
use crate::fault::Fault;
use crate::id::Id;
use crate::prospect::Field;
use crate::store::Access;
use crate::text::visible;

/// Record which names of a list could not be reached: returned letters, bounced e-mails
///
/// The file is a CSV with a column `id`, as `list use` wrote it, or `email`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl list undeliverable zoom-q4 returned-letters.csv\n  salesctl list undeliverable zoom-q4 bounces.csv --on fri --dry-run"
)]
pub(crate) struct Args {
    #[command(flatten)]
    list: ListArg,
    /// A CSV file with the ids or e-mail addresses of the names
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,
    /// When it became known, if not today
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

/// Names in one event, which is read as a whole.
const AT_ONCE: usize = 10_000;

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let list = args.list.find(&session)?;
    let at = moment(&session, args.on.as_deref())?;
    let mut ids = FxHashSet::default();
    let mut by_email: FxHashMap<String, Id> = FxHashMap::default();
    session
        .store
        .each_name_of_list(list.id, |member, _, record| {
            ids.insert(member.id);
            if record.has(Field::Email) {
                let email = record.get(Field::Email).to_lowercase();
                by_email.entry(email).or_insert(member.id);
            }
            Ok(())
        })?;
    let mut rows = Rows::open(cx, &args.file)?;
    let column = |name: &str| {
        let plain = |heading: &String| heading.to_lowercase().replace(['-', ' '], "");
        rows.headings
            .iter()
            .position(|heading| plain(heading) == name)
    };
    let (id, email) = (column("id"), column("email"));
    if id.is_none() && email.is_none() {
        return Err(Fault::input(format!(
            "`{}` has neither a column `id` nor `email`",
            cx.shown(&args.file)
        ))
        .into());
    }
    let known = session.store.undeliverable_names(list.id)?;
    let (mut found, mut again, mut strangers) = (Vec::new(), 0, Vec::new());
    let mut taken = FxHashSet::default();
    while let Some((line, fields)) = rows.next()? {
        let cell = |at: Option<usize>| at.and_then(|at| fields.get(at)).map(|text| text.trim());
        let name = cell(id)
            .and_then(Id::from_handle)
            .filter(|id| ids.contains(id))
            .or_else(|| by_email.get(&cell(email)?.to_lowercase()).copied());
        match name {
            None => strangers.push(line),
            Some(name) if known.contains(&name) || !taken.insert(name) => again += 1,
            Some(name) => found.push(name),
        }
    }
    let mut line = format!(
        "✓ list {}: {} undeliverable",
        code(&list),
        counted(found.len(), "name", "names")
    );
    if again > 0 {
        line.push_str(&format!("; {again} known to be already"));
    }
    if let Some(first) = strangers.first() {
        // Decoys have ids of their own, which nobody should be able to tell.
        line.push_str(&format!(
            "; {} not on the list or decoys, the first in line {first} of {}",
            counted(strangers.len(), "row is", "rows are"),
            visible(&rows.name)
        ));
    }
    let ((), outcome) = session.write(args.dry_run, |write| {
        for names in found.chunks(AT_ONCE) {
            let names = names.to_vec();
            write.append(list.id, at, [Event::ListUndeliverable { names }])?;
        }
        Ok(())
    })?;
    finish(cx, &line, outcome)
}
