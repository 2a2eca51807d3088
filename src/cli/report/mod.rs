//! Reports: one file a question; what they share is what they are asked about.

mod breakdown;
mod durations;
mod funnel;
mod lists;
mod overlap;
mod pipeline;
mod sources;
mod velocity;
mod win_rate;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::context::{Context, Status};
use super::filter::FilterArgs;
use super::output::OutputArgs;
use super::session::Session;
use crate::date::parse_period;
use crate::deal::book::{Book, Columns, Needs};
use crate::document::{Period, Row};
use crate::fault::{Class, Fault};
use crate::list::Payback;
use crate::process::FieldOf;
use crate::report::{Ask, Dimension, Report};
use crate::store::Access;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Pipeline(pipeline::Args),
    Funnel(funnel::Args),
    WinRate(win_rate::Args),
    Breakdown(breakdown::Args),
    Durations(durations::Args),
    Velocity(velocity::Args),
    Lists(lists::Args),
    Sources(sources::Args),
    Overlap(overlap::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::Pipeline(args) => pipeline::run(args, cx),
        Command::Funnel(args) => funnel::run(args, cx),
        Command::WinRate(args) => win_rate::run(args, cx),
        Command::Breakdown(args) => breakdown::run(args, cx),
        Command::Durations(args) => durations::run(args, cx),
        Command::Velocity(args) => velocity::run(args, cx),
        Command::Lists(args) => lists::run(args, cx),
        Command::Sources(args) => sources::run(args, cx),
        Command::Overlap(args) => overlap::run(args, cx),
    }
}

/// Options of every report.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ReportArgs {
    /// The period: 2026-Q3, 2026-11, 2026, "last 12 months", 2026-07-01..2026-09-30 [default: all].
    /// Quarters and years are fiscal; a fiscal year has the name of the year it ends in
    #[arg(long, value_name = "PERIOD")]
    pub(crate) period: Option<String>,
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// What a report needs, beside what every report takes.
#[derive(Default)]
struct Question<'a> {
    needs: Needs,
    by: &'a [String],
    from_stage: Option<&'a str>,
}

impl<'a> Question<'a> {
    fn of(needs: Needs) -> Self {
        Self {
            needs,
            ..Self::default()
        }
    }

    fn by(self, by: &'a [String]) -> Self {
        Self { by, ..self }
    }

    fn cohort_from(self, from_stage: Option<&'a str>) -> Self {
        Self { from_stage, ..self }
    }
}

/// Loads the Book, asks, shows.
fn report<R: Row>(
    cx: &Context,
    args: &ReportArgs,
    question: Question<'_>,
    make: impl FnOnce(&Session<'_>, &Book, &Ask) -> Result<Report<R>, String>,
) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let as_of = args.filter.as_of(&session)?;
    let dimensions = dimensions(&session, question.by)?;
    let period = period(&session, args.period.as_deref())?;
    let needs = dimensions
        .iter()
        .fold(question.needs, |needs, dimension| {
            needs.and(dimension.needs())
        })
        .and(args.filter.needs(&session)?);
    let book = session.store.book(&session.process, as_of, &needs)?;
    let ask = Ask {
        period,
        only: args.filter.mask(&session, &book)?,
        scope: args.filter.words(),
        by: dimensions,
        from_stage: question.from_stage.map(str::to_string),
    };
    let report = make(&session, &book, &ask).map_err(Fault::usage)?;
    args.output
        .show(&cx.console, &report.answer, &report.document)?;
    Ok(Status::Done)
}

fn period(session: &Session<'_>, typed: Option<&str>) -> Result<Option<Period>, Fault> {
    typed
        .map(|typed| parse_period(typed, session.today, session.process.fiscal_month))
        .transpose()
        .map_err(|problem| Fault::usage(format!("--period: {problem}")))
}

/// What the reports of returns are worked out from.
struct Reckoning<'c> {
    session: Session<'c>,
    book: Book,
    payback: Payback,
}

impl<'c> Reckoning<'c> {
    fn read(cx: &'c Context, as_of: Option<&str>) -> Result<Self> {
        let session = cx.session(Access::Read)?;
        let filter = FilterArgs {
            as_of: as_of.map(str::to_string),
            ..FilterArgs::default()
        };
        let as_of = filter.as_of(&session)?;
        let columns = Columns::OWNER
            .and(Columns::PRODUCT)
            .and(Columns::SOURCE)
            .and(Columns::OPENED)
            .and(Columns::WORTH);
        let book = session
            .store
            .book(&session.process, as_of, &Needs::of(columns))?;
        let payback = session.store.payback(as_of)?;
        Ok(Self {
            session,
            book,
            payback,
        })
    }
}

fn dimensions(session: &Session<'_>, by: &[String]) -> Result<Vec<Dimension>> {
    by.iter()
        .flat_map(|names| names.split(','))
        .map(|name| {
            let dimension = Dimension::from_name(name.trim());
            if let Dimension::Attribute(field) = &dimension {
                let fields: Vec<&str> = session
                    .process
                    .fields
                    .iter()
                    .filter(|field| field.of != FieldOf::BuiltIn)
                    .map(|field| field.name.as_str())
                    .collect();
                if !fields.contains(&field.as_str()) {
                    let known: Vec<&str> = ["rep", "team", "product", "source", "type"]
                        .into_iter()
                        .chain(fields)
                        .collect();
                    return Err(Fault::unknown(Class::Usage, "dimension", field, &known).into());
                }
            }
            Ok(dimension)
        })
        .collect()
}
