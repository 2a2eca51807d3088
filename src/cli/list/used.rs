//! `list use`: one use, and its names for whoever mails or calls them.

use std::fmt::Write as _;

use anyhow::Result;
use rustc_hash::FxHashSet;

use super::super::context::{Context, Status};
use super::super::mailing::{HandOut, Mailing, lacking, reachable};
use super::super::session::Session;
use super::super::show::counted;
use super::super::uses::{allowed, refusal};
use super::{ListArg, code, moment};
use crate::deal::event::Override;
use crate::fault::Fault;
use crate::id::Id;
use crate::list::{Channel, Seed};
use crate::money::grouped;
use crate::prospect::suppression::{Purpose, Scratch};
use crate::prospect::{Fate, Member, Record};
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
    let seeds: Vec<(&ListRow, Seed)> = seeds.into_iter().map(|seed| (&list, seed)).collect();
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
            args.to.write(&file)
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
    allowed(list, uses, channel, on, args.over.as_deref()).map_err(|found| refusal(&[found]))
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

/// The names in the order they came in, and the decoys among them.
fn file(
    args: &Args,
    session: &Session<'_>,
    list: &ListRow,
    names: &[Id],
    seeds: &[(&ListRow, Seed)],
) -> Result<Vec<u8>> {
    let mut mailing = Mailing::new(&args.to, names.len(), seeds)?;
    let mut written = 0;
    session
        .store
        .each_name_of_list(list.id, |member, _, record| {
            if names.get(written) != Some(&member.id) {
                return Ok(());
            }
            written += 1;
            mailing.name(member.id, list.code(), record)
        })?;
    if written < names.len() {
        return Err(
            Fault::store("an import was undone while the names were being read")
                .hint("nothing was recorded; run the command again")
                .into(),
        );
    }
    mailing.finish()
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
        let _ = write!(
            line,
            " ({} without {})",
            grouped(chosen.unreachable as u64),
            lacking(channel)
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
