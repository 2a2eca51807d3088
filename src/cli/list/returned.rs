//! `list return`: the end of a contract, and the report that brokers ask for.

use anyhow::Result;
use rustc_hash::FxHashSet;

use super::super::context::{Context, Status};
use super::super::mailing::HandOut;
use super::super::output::{Console, write_file};
use super::super::session::Session;
use super::super::show::counted;
use super::figures::{self, Story};
use super::{ListArg, code, finish, moment};
use crate::deal::event::Event;
use crate::fault::Fault;
use crate::list::State;
use crate::money::grouped;
use crate::prospect::{Fate, Field};
use crate::store::{Access, ListRow};

/// Return a list: report its names to the broker, after which those that are not ours may not be used
///
/// Ours is who responded, and whom we know from our own file or a deal.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl list return zoom-q4 --output zoom-q4-returned.csv\n  salesctl list return zoom-q4 --dry-run"
)]
pub(crate) struct Args {
    #[command(flatten)]
    list: ListArg,
    #[command(flatten)]
    to: HandOut,
    /// When, if not today
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

const COLUMNS: [&str; 9] = [
    "list",
    "file",
    "line",
    "record",
    "first_name",
    "last_name",
    "company",
    "email",
    "what",
];

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let list = args.list.find(&session)?;
    let at = moment(&session, args.on.as_deref())?;
    refuse_twice(&list)?;
    let stories = figures::stories(&session, &list)?;
    let people = figures::people(&stories);
    let counts = session.store.delivered(list.id)?.counts;
    let borrowed = session.store.borrowed(&list)?;
    args.to.refuse_an_existing_file(cx)?;
    let report = match args.to.file() {
        Some(_) => report(args, &session, &list, &stories)?,
        None => Vec::new(),
    };
    let ((), outcome) = session.write(args.dry_run, |write| {
        refuse_twice(&write.list_again(list.code())?)?;
        write.append(list.id, at, [Event::ListReturned])?;
        match args.to.file() {
            Some(path) if !args.dry_run => write_file(path, &report, args.to.force),
            _ => Ok(()),
        }
    })?;
    let line = format!(
        "✓ list {} returned: {} may no longer be used",
        code(&list),
        counted(borrowed as usize, "name", "names")
    );
    let status = finish(cx, &line, outcome)?;
    for (what, n, about) in [
        ("delivered", counts.read, "rows"),
        ("names", people.all, ""),
        ("used", people.used, ""),
        ("unused", people.all - people.used, ""),
        ("undeliverable", people.undeliverable, ""),
        ("responded", people.responded, "ours from now on"),
        ("ours already", people.all - borrowed - people.responded, ""),
    ] {
        say_number(&cx.console, what, n, about)?;
    }
    if let Some(path) = args.to.file().filter(|_| !outcome.dry_run) {
        cx.console.say(&format!("→ {}", cx.shown(path)))?;
    }
    Ok(status)
}

fn say_number(console: &Console, what: &str, n: u64, about: &str) -> Result<()> {
    let line = format!("  {what:<14}{:>9}   {about}", grouped(n));
    console.say(line.trim_end())
}

fn refuse_twice(list: &ListRow) -> Result<(), Fault> {
    if list.state != State::Returned {
        return Ok(());
    }
    let when = list.ended.map(crate::date::day).unwrap_or_default();
    Err(Fault::no(format!(
        "the list `{}` was returned on {when} already",
        code(list)
    )))
}

/// Each person once, in the file's order. Those who became ours are told as responded only: what is more
/// is not the owner's to know.
fn report(
    args: &Args,
    session: &Session<'_>,
    list: &ListRow,
    stories: &rustc_hash::FxHashMap<crate::id::Id, Story>,
) -> Result<Vec<u8>> {
    let mut seen = FxHashSet::default();
    let mut csv = args.to.csv(&COLUMNS)?;
    session
        .store
        .each_name_of_list(list.id, |member, file, record| {
            let what = match (member.fate, stories.get(&member.entity)) {
                (Fate::Seed, _) => return Ok(()),
                (Fate::Suppressed, _) | (_, None) => "unused",
                _ if !seen.insert(member.entity) => "twice",
                (_, Some(story)) => what(*story),
            };
            let line = record.line.to_string();
            Ok(csv.row([
                list.code(),
                file,
                &line,
                record.get(Field::Record),
                record.get(Field::First),
                record.get(Field::Last),
                record.get(Field::Company),
                record.get(Field::Email),
                what,
            ])?)
        })?;
    Ok(csv.finish()?)
}

fn what(story: Story) -> &'static str {
    if story.responded {
        "responded"
    } else if story.undeliverable {
        "undeliverable"
    } else if story.used {
        "used"
    } else {
        "unused"
    }
}
