//! `undo`: takes the latest command back.

use anyhow::Result;

use super::context::{Context, Status};
use super::session::Session;
use super::show::counted;
use crate::deal::case::Case;
use crate::deal::commitment::Committed;
use crate::deal::contact::{Account, Person};
use crate::deal::effective_order;
use crate::deal::event::{Event, Recorded, StreamKind};
use crate::deal::suggestion::{Review, Suggestion};
use crate::deal::target::Proposal;
use crate::id::Id;
use crate::store::{Access, BatchState, ProspectMatch, Reversed};
use crate::text::visible;

/// Undo your latest command; again to go further back
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  salesctl undo\n  salesctl undo --dry-run")]
pub(crate) struct Args {
    /// Say what would be undone
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session_without_note(Access::Write)?;
    let reversed = session.store.undo(&session.acting(args.dry_run))?;
    let dry_run = reversed.outcome.dry_run;
    let line = format!(
        "{} `{}` by {}, {}: {}{}",
        if dry_run { "would undo" } else { "undid" },
        visible(&reversed.operation.typed),
        visible(&reversed.operation.actor),
        ago(&session, &reversed),
        what_now(&session, &reversed)?,
        if dry_run {
            ""
        } else {
            " (`salesctl redo` brings it back)"
        }
    );
    cx.console.say_wrapped(&line)?;
    if let Some(kept) = kept_words(&session, &reversed)? {
        cx.console
            .say(&format!("kept, since changed or in use: {kept}"))?;
    }
    if dry_run {
        cx.console.say("dry run: nothing written")?;
    }
    Ok(Status::Done)
}

/// `8 s ago`
fn ago(session: &Session<'_>, reversed: &Reversed) -> String {
    let seconds = session
        .cx
        .clock
        .signed_duration_since(reversed.operation.recorded)
        .num_seconds()
        .max(0);
    match seconds {
        0..120 => format!("{seconds} s ago"),
        120..7_200 => format!("{} min ago", seconds / 60),
        7_200..172_800 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}

/// Where the touched deals are now: `D7K2 Acme GmbH is in Qualify again`.
pub(crate) fn what_now(session: &Session<'_>, reversed: &Reversed) -> Result<String> {
    let deals: Vec<_> = reversed
        .streams
        .iter()
        .filter(|(_, kind)| *kind == StreamKind::Deal)
        .map(|(id, _)| *id)
        .collect();
    if deals.is_empty() {
        // What an import was of may be older than the import.
        let batch = reversed.streams.iter();
        let mut batch = batch.filter(|(_, kind)| *kind == StreamKind::Batch);
        if let Some((batch, _)) = batch.next() {
            return import_now(session, reversed, *batch);
        }
        return Ok(match reversed.streams.as_slice() {
            [(_, StreamKind::Process), ..] => match session.store.applied()? {
                Some(applied) => format!("process version {} is in force", applied.version),
                None => "no process is in force".to_string(),
            },
            [(id, StreamKind::List)] => {
                let lists = session.store.lists()?;
                match lists.iter().find(|list| list.id == *id) {
                    Some(list) => format!("list {} is as it was", visible(list.code())),
                    None => "the list is gone".to_string(),
                }
            }
            _ => streams_now(session, &reversed.streams)?,
        });
    }
    // A process that took deals along gives them back, or takes them again.
    let is_process = |(_, kind): &(Id, StreamKind)| *kind == StreamKind::Process;
    if reversed.streams.iter().any(is_process) {
        let version = session
            .store
            .applied()?
            .map_or(0, |applied| applied.version);
        let along = super::show::counted(deals.len(), "deal went along", "deals went along");
        return Ok(format!("process version {version} is in force; {along}"));
    }
    let deals_now = deals_now(session, reversed, &deals)?;
    // A deal that a referral or a request became takes that along.
    let cases = reversed.streams.iter();
    let cases: Vec<_> = cases
        .filter(|(_, kind)| *kind == StreamKind::Case)
        .collect();
    match cases.as_slice() {
        [] => Ok(deals_now),
        cases => Ok(format!(
            "{deals_now}; {}",
            streams_now(session, cases.iter().copied())?
        )),
    }
}

fn deals_now(session: &Session<'_>, reversed: &Reversed, deals: &[Id]) -> Result<String> {
    if let [one] = deals {
        let short = session.store.short(*one)?;
        return Ok(match session.store.deal(*one)? {
            None => format!("{short} is gone"),
            Some(deal) => {
                let name = super::show::deal_name(session, &deal)?;
                let place = deal
                    .stage_or_end()
                    .map_or("no stage", |stage| session.process.stage_title(stage))
                    .to_string();
                let again = if reversed.outcome.dry_run {
                    "would be"
                } else {
                    "is"
                };
                let events = session.store.events(*one)?;
                let moved = events.iter().any(|recorded| {
                    recorded.operation == reversed.operation.id && recorded.event.moves_deal()
                });
                if moved {
                    format!("{name} {again} in {place} again")
                } else {
                    format!("{name} {again} as it was")
                }
            }
        });
    }
    // What the command opened is there or not; a dry run leaves it as it was before.
    let opened = session.store.opened_by(reversed.operation.id)?;
    let there = (opened.there == 0) == reversed.outcome.dry_run;
    let dry_run = reversed.outcome.dry_run;
    let all_open = opened.open == opened.deals;
    let opened = match (opened.deals, there, dry_run) {
        (0, ..) => None,
        (n, true, false) if all_open => Some((n, "are open again")),
        (n, true, false) => Some((n, "are there again")),
        (n, true, true) => Some((n, "would be there again")),
        (n, false, false) => Some((n, "are gone")),
        (n, false, true) => Some((n, "would be gone")),
    };
    let older = deals.len() - opened.map_or(0, |(n, _)| n).min(deals.len());
    let older = (older > 0).then_some((
        older,
        if dry_run {
            "would be as they were"
        } else {
            "are as they were"
        },
    ));
    let parts = [opened, older].into_iter().flatten().map(|(n, what)| {
        let what = if n == 1 {
            what.replacen("are ", "is ", 1)
                .replace("they were", "it was")
        } else {
            what.to_string()
        };
        format!("{} {what}", counted(n, "deal", "deals"))
    });
    Ok(parts.collect::<Vec<_>>().join(", "))
}

/// `the import of 4,812 names from apollo.csv is gone`
fn import_now(session: &Session<'_>, reversed: &Reversed, batch: Id) -> Result<String> {
    let batches = session.store.batches()?;
    let Some(batch) = batches.into_iter().find(|one| one.id == batch) else {
        return Ok("the import is gone".to_string());
    };
    let taken = (batch.counts.read - batch.counts.rejected) as usize;
    let what = match batch.what.as_str() {
        "prospects" => counted(taken, "name", "names"),
        "suppression" => counted(batch.counts.new as usize, "entry", "entries"),
        "ratings" => counted(batch.counts.new as usize, "rating", "ratings"),
        _ => counted(taken, "row", "rows"),
    };
    let dry_run = reversed.outcome.dry_run;
    let now = match ((batch.state == BatchState::Undone) != dry_run, dry_run) {
        (true, false) => "is gone",
        (true, true) => "would be gone",
        (false, false) => "counts again",
        (false, true) => "would count again",
    };
    Ok(format!(
        "the import of {what} from {} {now}",
        visible(&batch.file)
    ))
}

/// Where the touched persons, accounts, cases and the like are now: `account CHBM Acme Corporation is as it
/// was`.
fn streams_now<'s>(
    session: &Session<'_>,
    streams: impl IntoIterator<Item = &'s (Id, StreamKind)>,
) -> Result<String> {
    const NAMED: usize = 3;
    let mut streams = streams.into_iter();
    let (mut there, mut gone) = (Vec::new(), Vec::new());
    for (id, kind) in streams.by_ref().take(NAMED) {
        let standing = standing(session, *id, *kind)?;
        match standing.name {
            Some(name) => there.push(format!("{} {}", standing.what, visible(&name))),
            None => gone.push(standing.what),
        }
    }
    let more = streams.count();
    if more > 0 {
        there.push(format!("{more} more"));
    }
    let said = |names: Vec<String>, one: &str, many: &str| {
        let how = super::show::plural(names.len(), one, many);
        (!names.is_empty()).then(|| format!("{} {how}", names.join(", ")))
    };
    let parts = [
        said(there, "is as it was", "are as they were"),
        said(gone, "is gone", "are gone"),
    ];
    Ok(parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
}

/// What a stream is about, and what it is called unless it is gone.
struct Standing {
    /// `account CHBM`, `request Q4K2`, `selection`
    what: String,
    name: Option<String>,
}

fn standing(session: &Session<'_>, id: Id, kind: StreamKind) -> Result<Standing> {
    let events = session.store.events(id)?;
    let mut short = match kind {
        StreamKind::Prospect => Some(ProspectMatch::short_of(id)),
        // They go by their names.
        StreamKind::Catalog | StreamKind::List | StreamKind::Selection | StreamKind::Nightly => {
            None
        }
        _ => Some(session.store.short(id)?),
    };
    let mut what = kind.name();
    let name = match kind {
        StreamKind::Account => Account::from_events(&events).map(|account| account.name),
        StreamKind::Person => Person::from_events(&events).map(|person| person.name),
        StreamKind::Prospect => session.store.name(id)?.map(|name| name.called()),
        StreamKind::Suppression => {
            let entries = session.store.suppressions(|entry| entry.id == id)?;
            entries.into_iter().next().map(|entry| entry.shown)
        }
        StreamKind::Catalog => {
            let entry = last(&events, |event| match event {
                Event::CatalogSet(entry) => Some(entry.clone()),
                _ => None,
            });
            what = entry.as_ref().map_or(what, |entry| entry.kind.name());
            entry.map(|entry| entry.name)
        }
        StreamKind::List => last(&events, |event| match event {
            Event::ListSet(terms) => Some(terms.code.clone()),
            _ => None,
        }),
        StreamKind::Selection => last(&events, |event| match event {
            Event::SelectionSaved { name, .. } => Some(Some(name.clone())),
            Event::SelectionRemoved => Some(None),
            _ => None,
        })
        .flatten(),
        StreamKind::Case => {
            // What is undone altogether still is of its kind.
            let opened = events.iter().find_map(|recorded| match &recorded.event {
                Event::CaseOpened(opening) => Some(opening.what),
                _ => None,
            });
            what = opened.map_or(what, |kind| kind.name());
            let case = Case::from_events(&events);
            case.and(session.store.case(id)?).map(|row| row.whom())
        }
        StreamKind::Target => Proposal::from_events(&events)
            .map(|proposal| format!("{} of {}", proposal.metric, proposal.rep)),
        StreamKind::Commitment => {
            let said = last(&events, |event| match event {
                Event::Committed(said) => Some(said.word()),
                _ => None,
            });
            what = said.unwrap_or(what);
            Committed::from_events(&events).map(|one| format!("of {}", one.said.name))
        }
        StreamKind::Suggestion => {
            Suggestion::from_events(&events).map(|suggestion| format!("of {}", suggestion.actor))
        }
        StreamKind::Review => {
            what = "process review";
            Review::from_events(&events)
                .map(|review| format!("of {}", crate::date::day(review.day)))
        }
        StreamKind::Deal => match session.store.deal(id)? {
            Some(deal) => {
                // It says its id itself.
                short = None;
                Some(super::show::deal_name(session, &deal)?)
            }
            None => None,
        },
        StreamKind::Process | StreamKind::Batch | StreamKind::Nightly => short.take(),
    };
    Ok(Standing {
        what: match short {
            Some(short) => format!("{what} {short}"),
            None => what.to_string(),
        },
        name,
    })
}

/// What the last event that counts and tells of it says.
fn last<T>(events: &[Recorded], told: impl Fn(&Event) -> Option<T>) -> Option<T> {
    let order = effective_order(events);
    order
        .iter()
        .rev()
        .find_map(|recorded| told(&recorded.event))
}

/// What an undone import left, because somebody has worked on it or with it since.
pub(crate) fn kept_words(session: &Session<'_>, reversed: &Reversed) -> Result<Option<String>> {
    if reversed.kept.is_empty() {
        return Ok(None);
    }
    let mut names = Vec::new();
    for (id, kind) in reversed.kept.iter().take(10) {
        names.push(match kind {
            StreamKind::Deal => match session.store.deal(*id)? {
                Some(deal) => super::show::deal_name(session, &deal)?,
                None => session.store.short(*id)?,
            },
            StreamKind::Account => {
                let name = session.store.account_name(*id)?.unwrap_or_default();
                format!("account {}", visible(&name))
            }
            StreamKind::Prospect => match session.store.name(*id)? {
                Some(name) => {
                    let short = super::prospect::short(name.id);
                    format!("{short} {}", visible(&name.called()))
                }
                None => session.store.short(*id)?,
            },
            kind => {
                let standing = standing(session, *id, *kind)?;
                let name = standing.name.map(|name| format!(" {}", visible(&name)));
                format!("{}{}", standing.what, name.unwrap_or_default())
            }
        });
    }
    if reversed.kept.len() > 10 {
        names.push(format!("and {} more", reversed.kept.len() - 10));
    }
    Ok(Some(names.join(", ")))
}
