//! `prospect export`: a selection as a mailing, one use of each list that its names are on.

mod customers;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::mailing::{HandOut, Mailing, lacking, reachable};
use super::super::session::Session;
use super::super::show::counted;
use super::super::uses::{self, ListUse};
use super::select::contacted;
use super::start::choose::{self, Prospect, Who, fill};
use crate::deal::event::{Activity, ActivityKind, Event, Private};
use crate::fault::Fault;
use crate::id::Id;
use crate::list::{Channel, Kind, Seed};
use crate::money::grouped;
use crate::prospect::Record;
use crate::store::{Access, ListRow, SelectionRow, Write};
use crate::text::visible;
use customers::customers;

/// Write a selection for a mailing, as CSV, and count it as a use of each list
///
/// Who must not be contacted since, is in a deal by now, was contacted within `contact_gap` of the process, or
/// can't be reached by the channel is left out. The decoys of each list that is used are always among the
/// names: its owner's because that is the contract, and ours. Of customers everybody who is known there is
/// written, at the customer's address.
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
    /// Write also who was contacted within `contact_gap`
    #[arg(long)]
    again: bool,
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
    contacted: usize,
    unreachable: usize,
}

impl Chosen {
    /// Selections can overlap: nobody is to be contacted twice because of that.
    fn leave_out_contacted(&mut self, session: &Session<'_>, n: usize) {
        self.contacted = n;
        if n > 0 {
            let n = grouped(n as u64);
            self.left.push(format!("{n} {}", contacted(session)));
        }
    }

    /// Whom no letter, mail or call can reach gets none: nothing is noted with them, and no name is used up.
    fn leave_out_unreachable(&mut self, channel: Channel) {
        let all = self.lines.len();
        self.lines.retain(|line| reachable(&line.record, channel));
        self.unreachable = all - self.lines.len();
        if self.unreachable > 0 {
            let n = grouped(self.unreachable as u64);
            self.left.push(format!("{n} without {}", lacking(channel)));
        }
    }
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
    let chosen = choose(args, session, selection, channel, &lists)?;
    let mut names: BTreeMap<usize, Vec<Id>> = BTreeMap::new();
    for line in &chosen.lines {
        if let (Of::Use, Some(list)) = (&line.of, line.list) {
            names.entry(list).or_default().push(line.id);
        }
    }
    let over = args.over.as_deref();
    let uses = uses::check(write, &session.store, &lists, names, channel, at.day, over)?;
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
        tool: None,
        text: Some(Private::new(format!("{why} {}", selection.name))),
    }
}

fn choose(
    args: &Args,
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
        customers(args, session, &candidates, &mut chosen)?;
    } else {
        let mut contacted = 0;
        for one in &candidates {
            match &one.who {
                Who::Prospect(one) if one.contacted && !args.again => contacted += 1,
                Who::Prospect(one) => chosen.lines.push(prospect(one, lists)),
                Who::Customer { .. } => {}
            }
        }
        chosen.leave_out_contacted(session, contacted);
    }
    chosen.leave_out_unreachable(channel);
    if chosen.lines.is_empty() {
        let mut fault = again(Fault::no(format!(
            "nobody of {} is left to be {}: {}",
            visible(&selection.name),
            match channel {
                Channel::Phone => "called",
                Channel::Mail | Channel::Email => "written to",
            },
            chosen.left.join(", ")
        )));
        if chosen.contacted > 0 {
            fault = fault.hint("--again writes also who was contacted not long ago");
        }
        if chosen.unreachable > 0 {
            fault = fault.hint("--channel mail, phone or email says how they are reached");
        }
        return Err(fault.into());
    }
    Ok(chosen)
}

fn prospect(prospect: &Prospect, lists: &[ListRow]) -> Line {
    let mut record = Record::default();
    fill(&mut record, &prospect.name);
    // Our own file is used like any other list, so that it is told who was reached.
    let house = prospect.list.map(|at| lists[at].terms.kind) == Some(Kind::House);
    Line {
        id: prospect.name.id,
        list: prospect.list,
        record,
        of: if prospect.borrowed || house {
            Of::Use
        } else {
            Of::Ours
        },
    }
}

/// `✓ fair-2026 for mail: 38 names and 3 decoys → mailing.csv`
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
