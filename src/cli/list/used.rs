//! `list use`: one use, and its names for whoever mails or calls them.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use rustc_hash::FxHashSet;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::super::context::{Context, Status};
use super::super::output::write_file;
use super::super::session::Session;
use super::super::show::counted;
use super::{ListArg, code, moment};
use crate::deal::event::{Override, Private};
use crate::fault::Fault;
use crate::id::Id;
use crate::list::{Channel, Forbidden, Seed, forbidden};
use crate::prospect::suppression::{Purpose, Scratch};
use crate::prospect::{Fate, Field, Member, Record};
use crate::render::plain_csv;
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
    /// Where the names go, as CSV; `-` or nothing is stdout
    #[arg(short, long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    output: Option<PathBuf>,
    /// Replace the output file when it exists
    #[arg(long, requires = "output")]
    force: bool,
    /// Without the guard against formulas in spreadsheets
    #[arg(long)]
    raw: bool,
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
    rows: Vec<Vec<String>>,
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
    if let Some(path) = args.file()
        && !args.force
        && path.exists()
    {
        return Err(Fault::no(format!("`{}` exists already", cx.shown(path)))
            .hint("--force replaces it")
            .into());
    }
    let mut chosen = choose(args, &session, &list, channel)?;
    let seeds = session.store.seeds(list.id)?;
    strew(&mut chosen.rows, &list, &seeds);
    let (_, outcome) = session.write(args.dry_run, |write| {
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
            export(args, &chosen.rows)
        }
    })?;
    let to_stdout = args.file().is_none() && !outcome.dry_run;
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

impl Args {
    fn file(&self) -> Option<&PathBuf> {
        self.output.as_ref().filter(|path| path.as_os_str() != "-")
    }
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
    let suppressed = session.store.suppression_set(session.today)?;
    let (mut scratch, mut seen) = (Scratch::default(), FxHashSet::default());
    let mut chosen = Chosen::default();
    session
        .store
        .each_name_of_list(list.id, |member: &Member, _, record: &Record| {
            match member.fate {
                // Decoys come from what is known of them, since they must not be recognised by their rows.
                Fate::Seed => return Ok(()),
                Fate::Suppressed => {
                    chosen.suppressed += 1;
                    return Ok(());
                }
                _ if !seen.insert(member.entity) => return Ok(()),
                Fate::Known if args.net => {
                    chosen.known += 1;
                    return Ok(());
                }
                _ => {}
            }
            if suppressed
                .reason_for(record, Purpose::Marketing, &mut scratch)
                .is_some()
            {
                chosen.suppressed += 1;
                return Ok(());
            }
            if !reachable(record, channel) {
                chosen.unreachable += 1;
            }
            chosen.names.push(member.id);
            let cells = COLUMNS.iter().map(|(name, field)| match field {
                Some(field) => record.get(*field).to_string(),
                None if *name == "id" => member.id.handle(),
                None => list.terms.code.clone(),
            });
            chosen.rows.push(cells.collect());
            Ok(())
        })?;
    Ok(chosen)
}

fn reachable(record: &Record, channel: Channel) -> bool {
    let has = |fields: &[Field]| fields.iter().any(|field| record.has(*field));
    match channel {
        Channel::Email => has(&[Field::Email]),
        Channel::Phone => has(&[Field::Phone, Field::Mobile]),
        Channel::Mail => has(&[Field::Address, Field::Zip, Field::City]),
    }
}

/// Puts the decoys evenly among the names, each with an id as names have one, so that nobody on the way
/// can tell them.
fn strew(rows: &mut Vec<Vec<String>>, list: &ListRow, seeds: &[Seed]) {
    let names = rows.len();
    for (n, seed) in seeds.iter().enumerate().rev() {
        let id = xxh3_64_with_seed(seed.values().join("\u{1f}").as_bytes(), list.id.0 as u64);
        let id = Id((id & (i64::MAX as u64)) as i64);
        let mut record = Record::default();
        record.begin(0);
        for (column, value) in Seed::COLUMNS.into_iter().zip(seed.values()) {
            if let Some(field) = Field::from_name(column) {
                record.set(field, value);
            }
        }
        let cells = COLUMNS.iter().map(|(name, field)| match field {
            Some(field) => record.get(*field).to_string(),
            None if *name == "id" => id.handle(),
            None => list.terms.code.clone(),
        });
        rows.insert((n + 1) * names / (seeds.len() + 1), cells.collect());
    }
}

fn export(args: &Args, rows: &[Vec<String>]) -> Result<()> {
    let columns = COLUMNS.map(|(name, _)| name);
    let mut bytes = Vec::new();
    plain_csv(
        &mut bytes,
        &columns,
        rows.iter().map(Vec::as_slice),
        args.raw,
    )?;
    match args.file() {
        Some(path) => write_file(path, &bytes, args.force),
        None => {
            let mut out = std::io::stdout().lock();
            out.write_all(&bytes)?;
            out.flush()?;
            Ok(())
        }
    }
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
    if seeds > 0 {
        line.push_str(&format!(" and {}", counted(seeds, "decoy", "decoys")));
    }
    if let Some(path) = args.file() {
        line.push_str(&format!(" → {}", cx.shown(path)));
    }
    let mut left = Vec::new();
    if chosen.suppressed > 0 {
        left.push(format!("{} suppressed", chosen.suppressed));
    }
    if chosen.known > 0 {
        left.push(format!("{} known from elsewhere", chosen.known));
    }
    if !left.is_empty() {
        line.push_str(&format!("; left out: {}", left.join(", ")));
    }
    if chosen.unreachable > 0 {
        line.push_str(&format!(
            "; {} of them can't be reached by {}",
            chosen.unreachable,
            channel.name()
        ));
    }
    line
}
