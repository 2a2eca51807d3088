//! `process burden`: what the process asks of reps, and what for.

use std::collections::BTreeMap;

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::report::{Question, ReportArgs, loaded};
use super::super::session::Session;
use crate::deal::asked::{Asked, Item, Known, Work, asked, columns_read, items};
use crate::deal::book::Book;
use crate::deal::fact::Rows;
use crate::process::{self, Process};
use crate::report::{Ask, BURDEN, Burden, Seen, burden};
use crate::store::Access;

/// How often each required field, role and step was asked, filled and overridden, who reads it, and whether it pays
///
/// What nobody reads is named: drop it or use it. Wins are compared among closed deals that were asked; a difference is
/// no cause.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl process burden\n  salesctl process burden --period \"last 12 months\" --team north --json"
)]
pub(crate) struct Args {
    /// Say what is counted
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    report: ReportArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let question = Question::of(BURDEN);
    let (book, ask) = loaded(&session, &args.report, question, Vec::new())?;
    let report = burden_of(&session, &book, &ask, args.explain)?.report;
    let output = &args.report.output;
    output.show(&cx.console, &report.answer, &report.document)?;
    Ok(Status::Done)
}

/// The report, of a Book with [`BURDEN`].
pub(super) fn burden_of(
    session: &Session<'_>,
    book: &Book,
    ask: &Ask,
    explain: bool,
) -> Result<Burden> {
    let work = session.store.work_told(book.as_of)?;
    let items = items(&session.process);
    let (asked, unread) = seen(session, &work, &items)?;
    let seen = Seen {
        work: &work,
        items: &items,
        asked: &asked,
        unread,
    };
    Ok(burden(&session.process, book, ask, &seen, explain))
}

/// What was asked at each gate, by the version that was in force then; and of how many it can't be told.
fn seen(session: &Session<'_>, work: &Work, items: &[Item]) -> Result<(Vec<Asked>, usize)> {
    let mut places: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (at, passed) in (0_u32..).zip(&work.passed) {
        places.entry(passed.version).or_default().push(at);
    }
    let mut asking: Vec<(Process, Vec<u32>)> = Vec::new();
    for applied in session.store.versions()? {
        let Some(places) = places.remove(&applied.version) else {
            continue;
        };
        let process = process::check("applied", &applied.text).process;
        asking.extend(process.map(|process| (process, places)));
    }
    let known = known(session, work, &asking)?;
    let mut all = Vec::new();
    for (process, places) in &asking {
        all.extend(asked(process, &work.passed, places, &known, items)?);
    }
    let told: usize = asking.iter().map(|(_, places)| places.len()).sum();
    Ok((all, work.passed.len() - told))
}

/// The facts that these versions look at, on all days on which a gate was passed.
fn known(session: &Session<'_>, work: &Work, asking: &[(Process, Vec<u32>)]) -> Result<Known> {
    let mut names = vec!["owner".to_string()];
    for (process, _) in asking {
        for column in columns_read(process) {
            names.extend(
                Rows::made_of(process, &column)
                    .into_iter()
                    .map(str::to_string),
            );
        }
    }
    names.sort();
    names.dedup();
    let days = || work.passed.iter().map(|passed| passed.day);
    let (Some(first), Some(last)) = (days().min(), days().max()) else {
        return Ok(Known::default());
    };
    let mut known = session.store.known_of(&names, last.date())?;
    if asking.iter().any(|(process, _)| process.reads_results()) {
        known.results = session.store.results_of(first.date(), last.date())?;
    }
    Ok(known)
}
