//! `export log`: the event log of deals, for the tools of process mining.
//!
//! One pass: the Book tells which deals and what they are, the store hands out their events deal by deal,
//! each is written before the next is read.

use std::collections::HashMap;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use anyhow::Result;
use chrono::NaiveDate;
use clap::ValueEnum;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::super::context::{Context, Status};
use super::super::filter::FilterArgs;
use super::super::output::write_streamed;
use super::super::report::{Periods, period};
use super::super::session::Session;
use super::super::show::counted;
use crate::deal::book::{Book, Columns, Day, Named, Needs};
use crate::deal::effective_order;
use crate::deal::event::CatalogKind;
use crate::deal::trace::{Happened, Trace, With, trace};
use crate::fault::Fault;
use crate::id::Id;
use crate::import::event_log::KIND;
use crate::import::xes::{ACTIVITY, LIFECYCLE, RESOURCE, TIMESTAMP};
use crate::render::{PlainCsv, XesLog, XesValue, instant};
use crate::store::{Access, Catalog};

/// Write the event log of deals for process mining: who came to which stage when, as XES or CSV
///
/// One case a deal. An event for each stage entered, won, lost, back and opened again, named after where it
/// leads, and `done_STEP` for each step. Reps are told, and as `external` the id in the system that a deal was imported
/// from; accounts, people and texts are not.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl export log --output log.xes.gz\n  salesctl export log --format csv --period 2026 --with activities > log.csv"
)]
pub(crate) struct Args {
    /// How it is written [default: by the name of the output file, xes otherwise]
    #[arg(long, value_name = "FORMAT")]
    format: Option<LogFormat>,
    /// Events beside moves and steps
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    with: Vec<Beside>,
    /// Only deals that were opened in this period: 2026-Q3, 2026, "last 12 months" [default: all time]
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    #[command(flatten)]
    filter: FilterArgs,
    /// Write to a file instead of stdout; packed when it ends in .gz
    #[arg(short, long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    output: Option<PathBuf>,
    /// Replace the output file when it exists
    #[arg(long, requires = "output")]
    force: bool,
    /// csv without the guard against formulas in spreadsheets
    #[arg(long)]
    raw: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    /// XES 1.0 (IEEE 1849)
    Xes,
    /// One event a line: case, activity, timestamp, resource and what is known of the deal
    Csv,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Beside {
    /// Calls, mails, meetings and letters that were logged
    Activities,
    /// Deals put on hold, and taken off it
    Holds,
}

const COLUMNS: [&str; 18] = [
    "case",
    "activity",
    "timestamp",
    "resource",
    "lifecycle",
    KIND,
    "overridden",
    "outcome",
    "value",
    "currency",
    "rep",
    "team",
    "product",
    "source",
    "customer_type",
    "reason",
    "external",
    "opened",
];

/// What was written, and what was not.
#[derive(Default)]
struct Written {
    deals: u64,
    events: u64,
    /// Deals of which no event has a date.
    empty: u64,
    undated: u64,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let as_of = args.filter.as_of(&session)?;
    let period = period(&session, args.period.as_deref(), as_of, Periods::default())?;
    let needs = Needs::of(
        [
            Columns::PRODUCT,
            Columns::SOURCE,
            Columns::VALUE,
            Columns::OPENED,
            Columns::REASON,
            Columns::TYPE,
        ]
        .into_iter()
        .fold(Columns::OWNER, Columns::and),
    );
    let needs = needs.and(args.filter.needs(&session)?);
    let book = session.store.book(&session.process, as_of, &needs)?;
    let mut mask = args
        .filter
        .mask(&session, &book)?
        .unwrap_or_else(|| vec![true; book.deals.len()]);
    if let Some(period) = period {
        for (keep, opened) in mask.iter_mut().zip(&book.deals.opened) {
            *keep &= opened.is_some_and(|opened| period.contains(opened.date()));
        }
    }
    let chosen = Chosen {
        catalog: session.store.catalog()?,
        session: &session,
        book: &book,
        mask,
        external: session.store.external_ids()?,
        as_of,
        with: With {
            activities: args.with.contains(&Beside::Activities),
            holds: args.with.contains(&Beside::Holds),
        },
    };
    let file = args
        .output
        .as_deref()
        .filter(|path| path.as_os_str() != "-");
    let called = file.map(|path| path.to_string_lossy().to_lowercase());
    let called = called.unwrap_or_default();
    let unpacked = called.strip_suffix(".gz");
    let is_packed = unpacked.is_some();
    let by_name = match unpacked.unwrap_or(&called).rsplit_once('.') {
        Some((_, "csv")) => Some(LogFormat::Csv),
        Some((_, "xes")) | None => Some(LogFormat::Xes),
        Some(_) => None,
    };
    let Some(format) = args.format.or(by_name) else {
        let name = file.map(|path| cx.shown(path)).unwrap_or_default();
        return Err(Fault::usage(format!(
            "`{name}` does not say how the log is written; expected a name that ends in .xes, .csv, .xes.gz or .csv.gz"
        ))
        .hint("--format xes or --format csv says it, whatever the file is called")
        .into());
    };
    if args.raw && format == LogFormat::Xes {
        return Err(Fault::usage("--raw is of csv; xes knows no formulas").into());
    }
    let write = |out: &mut dyn Write| match format {
        LogFormat::Xes => chosen.xes(out),
        LogFormat::Csv => chosen.csv(out, args.raw),
    };
    let Some(path) = file else {
        let written = write(&mut BufWriter::new(io::stdout().lock()))?;
        for line in told(&written, None) {
            cx.console.note(&line);
        }
        return Ok(Status::Done);
    };
    let mut written = Written::default();
    write_streamed(path, args.force, |out| {
        let mut out = BufWriter::new(out);
        if is_packed {
            let mut packed = GzEncoder::new(&mut out, Compression::default());
            written = write(&mut packed)?;
            packed.finish()?;
        } else {
            written = write(&mut out)?;
        }
        Ok(out.flush()?)
    })?;
    for line in told(&written, Some(&cx.shown(path))) {
        cx.console.say_wrapped(&line)?;
    }
    Ok(Status::Done)
}

fn told(written: &Written, path: Option<&str>) -> Vec<String> {
    let mut lines = vec![format!(
        "{}{} of {}",
        path.map_or_else(String::new, |path| format!("✓ {path}: ")),
        counted(written.events as usize, "event", "events"),
        counted(written.deals as usize, "deal", "deals"),
    )];
    if written.undated > 0 {
        lines.push(format!(
            "  left out: {} of which nobody told the date",
            counted(written.undated as usize, "event", "events")
        ));
    }
    if written.empty > 0 {
        lines.push(format!(
            "  left out: {} without an event that has a date",
            counted(written.empty as usize, "deal", "deals")
        ));
    }
    lines
}

fn name(labels: &[Named], at: Option<u32>) -> &str {
    at.map_or("", |at| &labels[at as usize].name)
}

fn word(labels: &[String], at: Option<u32>) -> &str {
    at.map_or("", |at| &labels[at as usize])
}

struct Chosen<'a> {
    session: &'a Session<'a>,
    catalog: Catalog,
    book: &'a Book,
    mask: Vec<bool>,
    /// What deals are called where they were imported from, by which a log is joined with what is there.
    external: HashMap<Id, String>,
    as_of: NaiveDate,
    with: With,
}

/// What is known of a deal, as both formats write it; empty where nothing is.
struct Known<'a> {
    id: String,
    outcome: &'static str,
    value: Option<f64>,
    currency: &'static str,
    /// Under its name, in the order of [`COLUMNS`].
    words: [(&'static str, &'a str); 7],
    opened: Option<NaiveDate>,
}

impl Chosen<'_> {
    /// The deals that are chosen, in the order of their ids, each with its events.
    fn each(
        &self,
        mut each: impl FnMut(&Known<'_>, &[Happened]) -> io::Result<()>,
    ) -> Result<Written> {
        let mut written = Written::default();
        let mut reps: HashMap<&str, &str> = HashMap::new();
        for rep in self.catalog.of(CatalogKind::Rep) {
            for actor in [Some(&rep.name), rep.login.as_ref()].into_iter().flatten() {
                reps.entry(actor).or_insert(&rep.name);
            }
        }
        let rep_of = |actor: &str| reps.get(actor).map(|rep| (*rep).to_string());
        let ids = &self.book.deals.id;
        let process = &self.session.process;
        let mut next = 0;
        let mut without = self.mask.iter().filter(|chosen| **chosen).count() as u64;
        self.session.store.each_deal_told(|id, events| {
            // Both are in the order of ids; a deal that was made meanwhile is not in the Book.
            while next < ids.len() && ids[next] < id {
                next += 1;
            }
            if ids.get(next) != Some(&id) || !self.mask[next] {
                return Ok(());
            }
            let Trace {
                mut events,
                undated,
            } = trace(effective_order(events), self.as_of, self.with, &rep_of);
            // By the name that a stage has now, or a rename would look like another way.
            for event in &mut events {
                if ["stage", "back", "moved", "reopened"].contains(&event.kind) {
                    event.activity = process.stage_now(&event.activity).to_string();
                }
            }
            written.undated += undated;
            if events.is_empty() {
                return Ok(());
            }
            without -= 1;
            written.deals += 1;
            written.events += events.len() as u64;
            Ok(each(&self.known(next), &events)?)
        })?;
        written.empty = without;
        Ok(written)
    }

    fn known(&self, at: usize) -> Known<'_> {
        let (book, deals) = (self.book, &self.book.deals);
        let currency = book.currencies[deals.currency[at] as usize];
        let external = self.external.get(&deals.id[at]);
        Known {
            id: deals.id[at].handle(),
            outcome: deals.state[at].name(),
            value: deals.value_minor[at].map(|minor| currency.major(minor)),
            currency: deals.value_minor[at].map_or("", |_| currency.code()),
            words: [
                ("rep", name(&book.owners, deals.owner[at])),
                ("team", name(&book.teams, deals.team[at])),
                ("product", name(&book.products, deals.product[at])),
                ("source", name(&book.sources, deals.source[at])),
                ("customer_type", word(&book.types, deals.customer_type[at])),
                ("reason", word(&book.reasons, deals.reason[at])),
                ("external", external.map_or("", String::as_str)),
            ],
            opened: deals.opened[at].map(Day::date),
        }
    }

    fn xes(&self, out: &mut dyn Write) -> Result<Written> {
        let mut log = XesLog::new(out, "deals")?;
        let written = self.each(|deal, events| {
            let opened = deal.opened.map(|day| day.to_string());
            let mut attributes = vec![
                (ACTIVITY, XesValue::Text(&deal.id)),
                ("outcome", XesValue::Text(deal.outcome)),
            ];
            if let Some(value) = deal.value {
                attributes.push(("value", XesValue::Float(value)));
                attributes.push(("currency", XesValue::Text(deal.currency)));
            }
            let words = deal.words.iter().filter(|(_, word)| !word.is_empty());
            attributes.extend(words.map(|(key, word)| (*key, XesValue::Text(word))));
            attributes.extend(opened.as_deref().map(|day| ("opened", XesValue::Text(day))));
            log.trace(attributes)?;
            for event in events {
                let rep = event
                    .rep
                    .as_deref()
                    .map(|rep| (RESOURCE, XesValue::Text(rep)));
                let overridden = event
                    .overridden
                    .then_some(("overridden", XesValue::Flag(true)));
                let begin = [
                    (ACTIVITY, XesValue::Text(&event.activity)),
                    (TIMESTAMP, XesValue::Date(event.at)),
                ];
                let rest = [
                    (LIFECYCLE, XesValue::Text("complete")),
                    (KIND, XesValue::Text(event.kind)),
                ];
                log.event(begin.into_iter().chain(rep).chain(rest).chain(overridden))?;
            }
            log.end_trace()
        })?;
        log.finish()?;
        Ok(written)
    }

    fn csv(&self, out: &mut dyn Write, raw: bool) -> Result<Written> {
        let mut csv = PlainCsv::to(out, &COLUMNS, raw)?;
        let written = self.each(|deal, events| {
            let value = deal
                .value
                .map_or_else(String::new, |value| value.to_string());
            let opened = deal.opened.map_or_else(String::new, |day| day.to_string());
            for event in events {
                let at = instant(event.at);
                let begin = [
                    deal.id.as_str(),
                    &event.activity,
                    &at,
                    event.rep.as_deref().unwrap_or_default(),
                    "complete",
                    event.kind,
                    if event.overridden { "true" } else { "" },
                    deal.outcome,
                    &value,
                    deal.currency,
                ];
                let words = deal.words.iter().map(|(_, word)| *word);
                csv.row(begin.into_iter().chain(words).chain([opened.as_str()]))?;
            }
            Ok(())
        })?;
        csv.finish()?.flush()?;
        Ok(written)
    }
}
