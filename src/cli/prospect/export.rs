//! `prospect export`: a selection as a mailing, one use of each list that its names are on.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use rustc_hash::FxHashMap;

use super::super::context::{Context, Status};
use super::super::mailing::{HandOut, Mailing, lacking, reachable};
use super::super::session::Session;
use super::super::show::counted;
use super::super::uses::{self, ListUse};
use super::start::choose::{self, Candidate, Who, fill};
use crate::condition::Value;
use crate::deal::event::{Activity, ActivityKind, Event, Private};
use crate::fault::Fault;
use crate::id::Id;
use crate::list::{Channel, Kind, Seed};
use crate::money::grouped;
use crate::prospect::suppression::{Purpose, Scratch, Source};
use crate::prospect::{Field, Record};
use crate::store::{Access, ListRow, PersonRow, SelectionRow, Write};
use crate::text::visible;

/// Write a selection for a mailing, as CSV, and count it as a use of each list
///
/// Who must not be contacted since, or is in a deal by now, is left out. The decoys of each list that is used
/// are always among the names: its owner's because that is the contract, and ours. Of customers everybody is
/// written whom the channel reaches.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl prospect export --from fair-2026 --channel mail --output mailing.csv\n  salesctl prospect export --from fair-2026 --channel email --override \"the broker agreed by phone\" --dry-run"
)]
pub(crate) struct Args {
    /// The selection that `prospect select --save` made
    #[arg(long, value_name = "SELECTION")]
    from: String,
    /// How they are reached: mail, phone or email
    #[arg(long, value_name = "CHANNEL")]
    channel: String,
    #[command(flatten)]
    to: HandOut,
    /// Use lists although a term forbids it, with the reason, which is recorded
    #[arg(long = "override", value_name = "REASON")]
    over: Option<String>,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

/// A line of the mailing.
struct Line {
    id: Id,
    /// Place of its list.
    list: Option<usize>,
    record: Record,
    /// What the use is recorded of.
    of: Of,
}

enum Of {
    /// A name, as part of the use of its list.
    Use,
    /// A name that is ours, which no list's terms bind.
    Ours,
    Account(Id),
    Person(Id),
}

/// Who is written, and what is to be said of the others.
#[derive(Default)]
struct Chosen {
    lines: Vec<Line>,
    left: Vec<String>,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let channel: Channel = args
        .channel
        .parse()
        .map_err(|problem| Fault::usage(format!("--channel: {problem}")))?;
    if args.over.as_ref().is_some_and(|why| why.trim().is_empty()) {
        return Err(Fault::usage("--override needs a reason").into());
    }
    args.to.refuse_an_existing_file(cx)?;
    let (lines, outcome) = session.write(args.dry_run, |write| {
        let selection = session.store.selection_named(args.from.trim())?;
        export(args, &session, channel, &selection, write)
    })?;
    let to_stdout = args.to.file().is_none() && !outcome.dry_run;
    let undo = "  salesctl undo takes the use back";
    let end = if outcome.dry_run {
        "dry run: nothing written"
    } else {
        undo
    };
    for line in lines.iter().map(String::as_str).chain([end]) {
        if to_stdout {
            cx.console.note(line);
        } else {
            cx.console.say_wrapped(line)?;
        }
    }
    Ok(Status::Done)
}

/// The whole of it, in the transaction that records the uses; what is told of it.
fn export(
    args: &Args,
    session: &Session<'_>,
    channel: Channel,
    selection: &SelectionRow,
    write: &mut Write<'_>,
) -> Result<Vec<String>> {
    let at = write.now();
    let lists = session.store.lists()?;
    let chosen = choose(session, selection, channel, &lists)?;
    let mut names: BTreeMap<usize, Vec<Id>> = BTreeMap::new();
    for line in &chosen.lines {
        if let (Of::Use, Some(list)) = (&line.of, line.list) {
            names.entry(list).or_default().push(line.id);
        }
    }
    let over = args.over.as_deref();
    let uses = uses::check(write, &lists, names, channel, at.day, over)?;
    let mut decoys: Vec<(&ListRow, Seed)> = Vec::new();
    for one in &uses {
        let seeds = session.store.seeds(one.list.id)?;
        decoys.extend(seeds.into_iter().map(|seed| (&one.list, seed)));
    }
    let mut mailing = Mailing::new(&args.to, chosen.lines.len(), &decoys)?;
    for line in &chosen.lines {
        let list = line.list.map_or("", |at| lists[at].code());
        mailing.name(line.id, list, &line.record)?;
    }
    let file = mailing.finish()?;
    uses::record(write, at, channel, &uses)?;
    for line in &chosen.lines {
        let reached = || Event::Logged(activity(channel, selection));
        match line.of {
            Of::Use => {}
            Of::Ours => write.append_to_prospect(line.id, at, [reached()])?,
            Of::Account(id) | Of::Person(id) => write.append(id, at, [reached()])?,
        }
    }
    let told = told(
        args,
        session,
        selection,
        channel,
        &chosen,
        &uses,
        decoys.len(),
    );
    // Names that are not written were not used, and none may be written that were not recorded.
    write.flush()?;
    if !args.dry_run {
        args.to.write(&file)?;
    }
    Ok(told)
}

/// What is noted with those whom no use of a list tells of.
fn activity(channel: Channel, selection: &SelectionRow) -> Activity {
    let (what, why) = match channel {
        Channel::Mail => (ActivityKind::Letter, "mailing"),
        Channel::Email => (ActivityKind::Mail, "mailing"),
        // The calls themselves are yet to come.
        Channel::Phone => (ActivityKind::Other, "call list"),
    };
    Activity {
        what,
        minutes: None,
        cost_minor: None,
        person: None,
        text: Some(Private::new(format!("{why} {}", selection.name))),
    }
}

fn choose(
    session: &Session<'_>,
    selection: &SelectionRow,
    channel: Channel,
    lists: &[ListRow],
) -> Result<Chosen> {
    let again = |fault: Fault| {
        fault.hint(format!(
            "salesctl prospect select … --save {} chooses others",
            visible(&selection.name)
        ))
    };
    let everybody = session.store.chosen(selection)?;
    if everybody.is_empty() {
        let name = visible(&selection.name);
        return Err(again(Fault::no(format!("the selection `{name}` is empty"))).into());
    }
    let (candidates, left) = if selection.query.customers {
        choose::customers(session, selection, &everybody, None)?
    } else {
        choose::prospects(session, selection, &everybody, lists)?
    };
    let mut chosen = Chosen {
        left: left.words().into_iter().collect(),
        ..Chosen::default()
    };
    if selection.query.customers {
        customers(session, &candidates, channel, &mut chosen)?;
    } else {
        chosen.lines = candidates
            .iter()
            .filter_map(|one| prospect(one, lists))
            .collect();
    }
    if chosen.lines.is_empty() {
        return Err(again(Fault::no(format!(
            "nobody of {} is left to be written to: {}",
            visible(&selection.name),
            chosen.left.join(", ")
        )))
        .into());
    }
    Ok(chosen)
}

fn prospect(candidate: &Candidate, lists: &[ListRow]) -> Option<Line> {
    let Who::Prospect(prospect) = &candidate.who else {
        return None;
    };
    let mut record = Record::default();
    fill(&mut record, &prospect.name);
    // Our own file is used like any other list, so that it is told who was reached.
    let house = prospect.list.map(|at| lists[at].terms.kind) == Some(Kind::House);
    Some(Line {
        id: prospect.name.id,
        list: prospect.list,
        record,
        of: if prospect.borrowed || house {
            Of::Use
        } else {
            Of::Ours
        },
    })
}

/// Everybody of the customers who can be reached; by mail the company itself where nobody is known.
fn customers(
    session: &Session<'_>,
    candidates: &[Candidate],
    channel: Channel,
    chosen: &mut Chosen,
) -> Result<()> {
    let accounts: Vec<Id> = candidates
        .iter()
        .filter_map(|one| match one.who {
            Who::Customer { account, .. } => Some(account),
            Who::Prospect(_) => None,
        })
        .collect();
    let facts = session.store.facts_of_accounts(&accounts, session.today)?;
    let mut people: FxHashMap<Id, Vec<PersonRow>> = FxHashMap::default();
    for person in session.store.persons()? {
        if let Some(account) = person.account {
            people.entry(account).or_default().push(person);
        }
    }
    let stated = session.store.suppression_set(session.today)?;
    let mut scratch = Scratch::default();
    let (mut unreachable, mut suppressed) = (0, 0);
    for account in accounts {
        let mut company = Record::default();
        company.begin(0);
        if let Some(facts) = facts.get(&account) {
            for (name, value) in &facts.fields {
                if let (Some(field), Value::Text(text)) = (Field::from_name(name), value) {
                    company.set(field, text);
                }
            }
            company.set(Field::Company, &facts.name);
        }
        let mut lines: Vec<Line> = people
            .remove(&account)
            .unwrap_or_default()
            .into_iter()
            .map(|person| of_person(&person, &company))
            .collect();
        if lines.is_empty() {
            lines.push(Line {
                id: account,
                list: None,
                record: company,
                of: Of::Account(account),
            });
        }
        for line in lines {
            // That they are customers keeps them out of cold mailings only, what they said themselves of all.
            let hit = stated.reason_for(&line.record, Purpose::Marketing, &mut scratch);
            if hit.is_some_and(|hit| hit.source == Source::Stated) {
                suppressed += 1;
            } else if reachable(&line.record, channel) || channel == Channel::Mail {
                chosen.lines.push(line);
            } else {
                unreachable += 1;
            }
        }
    }
    if suppressed > 0 {
        let people = counted(suppressed, "person", "people");
        chosen.left.push(format!("{people} suppressed"));
    }
    if unreachable > 0 {
        let people = counted(unreachable, "person", "people");
        chosen
            .left
            .push(format!("{people} without {}", lacking(channel)));
    }
    Ok(())
}

/// Somebody at a customer, at the customer's address.
fn of_person(person: &PersonRow, company: &Record) -> Line {
    let mut record = company.clone();
    let (first, last) = person.name.rsplit_once(' ').unwrap_or(("", &person.name));
    record.set(Field::First, first);
    record.set(Field::Last, last);
    for (field, value) in [
        (Field::Title, &person.title),
        (Field::Email, &person.email),
        (Field::Phone, &person.phone),
        (Field::Mobile, &person.mobile),
    ] {
        record.set(field, value.as_deref().unwrap_or_default());
    }
    Line {
        id: person.id,
        list: None,
        record,
        of: Of::Person(person.id),
    }
}

/// `✓ fair-2026 for mail: 38 names (2 without a postal address) and 3 decoys → mailing.csv`
fn told(
    args: &Args,
    session: &Session<'_>,
    selection: &SelectionRow,
    channel: Channel,
    chosen: &Chosen,
    uses: &[ListUse],
    decoys: usize,
) -> Vec<String> {
    let mut line = format!(
        "✓ {} for {}: {}",
        visible(&selection.name),
        channel.name(),
        counted(chosen.lines.len(), "name", "names")
    );
    let lines = chosen.lines.iter();
    let unreachable = lines
        .filter(|line| !reachable(&line.record, channel))
        .count();
    if unreachable > 0 {
        let n = grouped(unreachable as u64);
        let _ = write!(line, " ({n} without {})", lacking(channel));
    }
    if decoys > 0 {
        let _ = write!(line, " and {}", counted(decoys, "decoy", "decoys"));
    }
    if let Some(path) = args.to.file() {
        let _ = write!(line, " → {}", session.cx.shown(path));
    }
    let mut lines = vec![line];
    if !chosen.left.is_empty() {
        lines.push(format!("  left out: {}", chosen.left.join(", ")));
    }
    lines.extend(uses::lines(channel, uses));
    lines
}
