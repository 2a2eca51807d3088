//! `list use`: one use, and its names for whoever mails or calls them.

use std::fmt::Write as _;
use std::io::Write as _;

use anyhow::Result;
use rustc_hash::FxHashSet;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::super::context::{Context, Status};
use super::super::output::write_file;
use super::super::session::Session;
use super::super::show::counted;
use super::{HandOut, ListArg, code, moment};
use crate::deal::event::{Override, Private};
use crate::fault::Fault;
use crate::id::Id;
use crate::list::{Channel, Forbidden, Seed, forbidden};
use crate::money::grouped;
use crate::prospect::suppression::{Purpose, Scratch};
use crate::prospect::{Fate, Field, Member, Record};
use crate::store::{Access, ListRow, Used};

/// Use a list once: record it, and write its names for the mailing house
///
/// The names are those that came in and count, each person once, without those who must not be contacted.
/// Decoys are always among them: the owner's because that is the contract, and ours.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl list use zoom-q4 --channel mail --output mailing.csv\n  salesctl list use zoom-q4 --channel email --net --override \"the broker agreed by phone\" --output again.csv"
)]
pub(crate) struct Args {
    #[command(flatten)]
    list: ListArg,
    /// How they are reached: mail, phone or email
    #[arg(long, value_name = "CHANNEL")]
    channel: String,
    /// When, if not today
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// Without those that we knew from elsewhere when they came in
    #[arg(long)]
    net: bool,
    #[command(flatten)]
    to: HandOut,
    /// Use it although a term forbids it, with the reason, which is recorded
    #[arg(long = "override", value_name = "REASON")]
    over: Option<String>,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

/// What a mailing house gets of each name.
const COLUMNS: [(&str, Option<Field>); 16] = [
    ("id", None),
    ("list", None),
    ("salutation", Some(Field::Salutation)),
    ("first_name", Some(Field::First)),
    ("middle_name", Some(Field::Middle)),
    ("last_name", Some(Field::Last)),
    ("title", Some(Field::Title)),
    ("company", Some(Field::Company)),
    ("email", Some(Field::Email)),
    ("phone", Some(Field::Phone)),
    ("mobile", Some(Field::Mobile)),
    ("address", Some(Field::Address)),
    ("city", Some(Field::City)),
    ("state", Some(Field::State)),
    ("zip", Some(Field::Zip)),
    ("country", Some(Field::Country)),
];

/// The names of a use, and who was left out.
#[derive(Default)]
struct Chosen {
    names: Vec<Id>,
    suppressed: usize,
    known: usize,
    /// Names without what the channel needs; they are in the file all the same.
    unreachable: usize,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let list = args.list.find(&session)?;
    let channel: Channel = args
        .channel
        .parse()
        .map_err(|problem| Fault::usage(format!("--channel: {problem}")))?;
    if args.over.as_ref().is_some_and(|why| why.trim().is_empty()) {
        return Err(Fault::usage("--override needs a reason").into());
    }
    let at = moment(&session, args.on.as_deref())?;
    // Told before a million names are read; asked again when nobody else can use it.
    let uses = session.store.list_uses(list.id)?.len();
    let over = check(args, &list, channel, at.day, uses)?;
    args.to.refuse_an_existing_file(cx)?;
    let chosen = choose(args, &session, &list, channel)?;
    let seeds = session.store.seeds(list.id)?;
    let file = file(args, &session, &list, &chosen.names, &seeds)?;
    let ((), outcome) = session.write(args.dry_run, |write| {
        let now = write.list_again(list.code())?;
        let uses = write.list_uses(list.id)?.len();
        let overridden = check(args, &now, channel, at.day, uses)?;
        write.use_list(
            list.id,
            at,
            Used {
                channel,
                names: &chosen.names,
                overridden,
            },
        )?;
        // Names that are not written were not used, and none may be written that were not recorded.
        if args.dry_run {
            Ok(())
        } else {
            export(args, &file)
        }
    })?;
    let to_stdout = args.to.file().is_none() && !outcome.dry_run;
    let say = |line: &str| -> Result<()> {
        if to_stdout {
            cx.console.note(line);
            Ok(())
        } else {
            cx.console.say_wrapped(line)
        }
    };
    say(&told(args, cx, &list, channel, &chosen, seeds.len()))?;
    if let Some(over) = over {
        say(&format!("  overridden: {}", over.open.join(", ")))?;
    }
    if outcome.dry_run {
        say("dry run: nothing written")?;
    }
    Ok(Status::Done)
}

/// The override that is recorded, when one is needed; every term that forbids the use, when there is none.
fn check(
    args: &Args,
    list: &ListRow,
    channel: Channel,
    on: chrono::NaiveDate,
    uses: usize,
) -> Result<Option<Override>, Fault> {
    let found = forbidden(&list.terms, &list.standing(uses), channel, on);
    if found.is_empty() {
        return Ok(None);
    }
    if let Some(reason) = &args.over {
        return Ok(Some(Override {
            reason: Private::new(reason.trim()),
            open: found.iter().map(|one| one.term.to_string()).collect(),
        }));
    }
    let told = |one: &Forbidden| format!("{}: {}", one.term, one.why);
    let whys: Vec<String> = found.iter().map(told).collect();
    let list = code(list);
    Err(Fault::no(format!(
        "the list `{list}` may not be used: {}",
        whys.join("; ")
    ))
    .hint(format!("salesctl list show {list} shows what was agreed"))
    .hint("--override \"reason\" uses it all the same; the reason is recorded"))
}

fn choose(args: &Args, session: &Session<'_>, list: &ListRow, channel: Channel) -> Result<Chosen> {
    let free = free(session, list)?;
    let mut seen = FxHashSet::default();
    let mut chosen = Chosen::default();
    session
        .store
        .each_name_of_list(list.id, |member: &Member, _, record: &Record| {
            // Decoys come from what is known of them, since they must not be recognised by their rows.
            if member.fate == Fate::Seed || !seen.insert(member.entity) {
                return Ok(());
            }
            if !free.contains(&member.entity) {
                chosen.suppressed += 1;
                return Ok(());
            }
            if args.net && member.fate == Fate::Known {
                chosen.known += 1;
                return Ok(());
            }
            if !reachable(record, channel) {
                chosen.unreachable += 1;
            }
            chosen.names.push(member.id);
            Ok(())
        })?;
    Ok(chosen)
}

/// The people on a list who may be contacted today, by anything that is known of them: who asked to be left
/// alone by one address is left alone, though the list has another or none.
fn free(session: &Session<'_>, list: &ListRow) -> Result<FxHashSet<Id>> {
    let suppressed = session.store.suppression_set(session.today)?;
    let mut scratch = Scratch::default();
    let mut hit = |record: &Record| {
        suppressed
            .reason_for(record, Purpose::Marketing, &mut scratch)
            .is_some()
    };
    let (mut people, mut not_free) = (FxHashSet::default(), FxHashSet::default());
    session
        .store
        .each_name_of_list(list.id, |member, _, record| {
            people.insert(member.entity);
            if member.fate != Fate::Seed && hit(record) {
                not_free.insert(member.entity);
            }
            Ok(())
        })?;
    session
        .store
        .each_name_elsewhere(list.id, &people, |entity, record| {
            if hit(record) {
                not_free.insert(entity);
            }
            Ok(())
        })?;
    people.retain(|entity| !not_free.contains(entity));
    Ok(people)
}

fn reachable(record: &Record, channel: Channel) -> bool {
    let has = |fields: &[Field]| fields.iter().any(|field| record.has(*field));
    match channel {
        Channel::Email => has(&[Field::Email]),
        Channel::Phone => has(&[Field::Phone, Field::Mobile]),
        Channel::Mail => has(&[Field::Address]) && has(&[Field::Zip, Field::City]),
    }
}

/// The names in the order they came in, and the decoys evenly among them, each with an id as names have
/// one, so that nobody on the way can tell them.
fn file(
    args: &Args,
    session: &Session<'_>,
    list: &ListRow,
    names: &[Id],
    seeds: &[Seed],
) -> Result<Vec<u8>> {
    let mut csv = args.to.csv(&COLUMNS.map(|(name, _)| name))?;
    let mut write = |id: Id, record: &Record| {
        let id = id.handle();
        csv.row(COLUMNS.iter().map(|(name, field)| match field {
            Some(field) => record.get(*field),
            None if *name == "id" => id.as_str(),
            None => list.code(),
        }))
    };
    let place = |n: usize| (n + 1) * names.len() / (seeds.len() + 1);
    let mut decoys = seeds.iter().enumerate().peekable();
    let mut written = 0;
    session
        .store
        .each_name_of_list(list.id, |member, _, record| {
            if names.get(written) != Some(&member.id) {
                return Ok(());
            }
            while let Some((_, seed)) = decoys.next_if(|(n, _)| place(*n) <= written) {
                let (id, decoy) = as_name(seed, list);
                write(id, &decoy)?;
            }
            written += 1;
            Ok(write(member.id, record)?)
        })?;
    if written < names.len() {
        return Err(
            Fault::store("an import was undone while the names were being read")
                .hint("nothing was recorded; run the command again")
                .into(),
        );
    }
    for (_, seed) in decoys {
        let (id, decoy) = as_name(seed, list);
        write(id, &decoy)?;
    }
    Ok(csv.finish()?)
}

/// The same decoy has the same id in every use of the list.
fn as_name(seed: &Seed, list: &ListRow) -> (Id, Record) {
    let hash = xxh3_64_with_seed(seed.values().join("\u{1f}").as_bytes(), list.id.0 as u64);
    let mut record = Record::default();
    record.begin(0);
    for (column, value) in Seed::COLUMNS.into_iter().zip(seed.values()) {
        if let Some(field) = Field::from_name(column) {
            record.set(field, value);
        }
    }
    (Id((hash & (i64::MAX as u64)) as i64), record)
}

fn export(args: &Args, file: &[u8]) -> Result<()> {
    if let Some(path) = args.to.file() {
        return write_file(path, file, args.to.force);
    }
    let mut out = std::io::stdout().lock();
    out.write_all(file)?;
    out.flush()?;
    Ok(())
}

/// `✓ list zoom-q4 used by mail: 3,906 names and 2 decoys → mailing.csv; left out: 61 suppressed`
fn told(
    args: &Args,
    cx: &Context,
    list: &ListRow,
    channel: Channel,
    chosen: &Chosen,
    seeds: usize,
) -> String {
    let mut line = format!(
        "✓ list {} used by {}: {}",
        code(list),
        channel.name(),
        counted(chosen.names.len(), "name", "names")
    );
    if chosen.unreachable > 0 {
        let what = match channel {
            Channel::Email => "an e-mail address",
            Channel::Phone => "a phone number",
            Channel::Mail => "a postal address",
        };
        let _ = write!(
            line,
            " ({} without {what})",
            grouped(chosen.unreachable as u64)
        );
    }
    if seeds > 0 {
        let _ = write!(line, " and {}", counted(seeds, "decoy", "decoys"));
    }
    if let Some(path) = args.to.file() {
        let _ = write!(line, " → {}", cx.shown(path));
    }
    let mut left = Vec::new();
    if chosen.suppressed > 0 {
        left.push(format!("{} suppressed", chosen.suppressed));
    }
    if chosen.known > 0 {
        left.push(format!("{} known from elsewhere", chosen.known));
    }
    if !left.is_empty() {
        let _ = write!(line, "; left out: {}", left.join(", "));
    }
    line
}
