//! Reports: one file a question; what they share is what they are asked about.

mod activity;
mod aging;
mod breakdown;
mod catalogue;
mod changes;
mod cohorts;
mod compare;
mod conformance;
mod costs;
pub(crate) mod coverage;
mod data;
mod durations;
mod experience;
mod funnel;
mod lists;
mod losses;
mod meant;
mod meeting;
mod overlap;
mod pipeline;
mod requests;
mod said;
mod scorecard;
mod sources;
pub(crate) mod targets;
mod velocity;
mod win_rate;

use anyhow::Result;
use clap::{Args, Subcommand};

pub(crate) use self::meant::dimensions;
pub(crate) use self::meant::{Periods, period};
use super::context::{Context, Status};
use super::filter::FilterArgs;
use super::output::OutputArgs;
use super::session::Session;
use crate::deal::book::{Book, Columns, Needs};
use crate::document::Row;
use crate::fault::Fault;
use crate::list::Payback;
use crate::process::Process;
use crate::report::{Ask, Dimension, Report};
use crate::store::Access;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Pipeline(pipeline::Args),
    Aging(aging::Args),
    Activity(activity::Args),
    Costs(costs::Args),
    Changes(changes::Args),
    Scorecard(scorecard::Args),
    Meeting(meeting::Args),
    Cohorts(cohorts::Args),
    Data(data::Args),
    Experience(experience::Args),
    Requests(requests::Args),
    Funnel(funnel::Args),
    WinRate(win_rate::Args),
    Losses(losses::Args),
    Breakdown(breakdown::Args),
    Durations(durations::Args),
    Velocity(velocity::Args),
    Compare(compare::Args),
    Conformance(conformance::Args),
    Targets(targets::Args),
    Coverage(coverage::Args),
    Lists(lists::Args),
    Sources(sources::Args),
    Overlap(overlap::Args),
}

/// Print the pipeline, the funnel, win rates and what else managers ask for
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    arg_required_else_help = true,
    after_help = "Examples:\n  salesctl report --list\n  salesctl report funnel --help"
)]
pub(crate) struct ReportCommand {
    /// Say in one line what each report tells
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

pub(crate) fn run(args: &ReportCommand, cx: &Context) -> Result<Status> {
    let Some(command) = &args.command else {
        if args.list {
            return catalogue::run(&args.output, cx);
        }
        let hint = "salesctl report --list says which there are";
        return Err(Fault::usage("which report is not said").hint(hint).into());
    };
    match command {
        Command::Pipeline(args) => pipeline::run(args, cx),
        Command::Aging(args) => aging::run(args, cx),
        Command::Activity(args) => activity::run(args, cx),
        Command::Costs(args) => costs::run(args, cx),
        Command::Changes(args) => changes::run(args, cx),
        Command::Scorecard(args) => scorecard::run(args, cx),
        Command::Meeting(args) => meeting::run(args, cx),
        Command::Cohorts(args) => cohorts::run(args, cx),
        Command::Data(args) => data::run(args, cx),
        Command::Experience(args) => experience::run(args, cx),
        Command::Requests(args) => requests::run(args, cx),
        Command::Funnel(args) => funnel::run(args, cx),
        Command::WinRate(args) => win_rate::run(args, cx),
        Command::Losses(args) => losses::run(args, cx),
        Command::Breakdown(args) => breakdown::run(args, cx),
        Command::Durations(args) => durations::run(args, cx),
        Command::Velocity(args) => velocity::run(args, cx),
        Command::Compare(args) => compare::run(args, cx),
        Command::Conformance(args) => conformance::run(args, cx),
        Command::Targets(args) => targets::run(args, cx),
        Command::Coverage(args) => coverage::run(args, cx),
        Command::Lists(args) => lists::run(args, cx),
        Command::Sources(args) => sources::run(args, cx),
        Command::Overlap(args) => overlap::run(args, cx),
    }
}

/// Options of every report.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ReportArgs {
    /// The period: 2026-Q3, 2026-11, 2026, "last 12 months", 2026-07-01..2026-09-30, all [default: all time,
    /// or what the report says above]. Quarters and years are fiscal; a fiscal year has the name of the year it ends in
    #[arg(long, value_name = "PERIOD")]
    pub(crate) period: Option<String>,
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

impl ReportArgs {
    /// The options that were given, as they were.
    pub(crate) fn typed(&self) -> Vec<(&'static str, String)> {
        let filter = &self.filter;
        [
            ("period", &self.period),
            ("rep", &filter.rep),
            ("team", &filter.team),
            ("where", &filter.condition),
            ("as-of", &filter.as_of),
        ]
        .into_iter()
        .filter_map(|(option, value)| Some((option, value.clone()?)))
        .collect()
    }
}

/// What a report needs, beside what every report takes.
#[derive(Default)]
pub(crate) struct Question<'a> {
    needs: Needs,
    /// The same where it depends on the process.
    reading: Option<fn(&Process) -> Needs>,
    by: &'a [String],
    /// What it takes to group by beside what deals have; the report reads these itself.
    also_by: &'static [&'static str],
    periods: Periods,
    from_stage: Option<&'a str>,
    /// Says the forecast, too.
    forecast: bool,
}

impl<'a> Question<'a> {
    pub(crate) fn of(needs: Needs) -> Self {
        Self {
            needs,
            ..Self::default()
        }
    }

    pub(crate) fn reading(reading: fn(&Process) -> Needs) -> Self {
        Self {
            reading: Some(reading),
            ..Self::default()
        }
    }

    fn by(self, by: &'a [String]) -> Self {
        Self { by, ..self }
    }

    /// Says what else the report groups by, for whoever names something else.
    fn or_by(self, also_by: &'static [&'static str]) -> Self {
        Self { also_by, ..self }
    }

    /// It tells what is open or aimed at, so that a period may lie ahead.
    pub(crate) fn ahead(mut self) -> Self {
        self.periods.to_come = true;
        self
    }

    /// It is of one period, its own where none is asked for.
    fn one_period(mut self) -> Self {
        self.periods.one = true;
        self
    }

    /// The page says the forecast under what it tells.
    fn with_forecast(self) -> Self {
        Self {
            forecast: true,
            ..self
        }
    }

    fn cohort_from(self, from_stage: Option<&'a str>) -> Self {
        Self { from_stage, ..self }
    }
}

/// What a report is a function of.
struct Asked<'c> {
    session: Session<'c>,
    book: Book,
    ask: Ask,
}

/// Loads the Book, asks, shows.
pub(crate) fn report<R: Row>(
    cx: &Context,
    args: &ReportArgs,
    question: Question<'_>,
    make: impl FnOnce(&Session<'_>, &Book, &Ask) -> Result<Report<R>, String>,
) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let by = dimensions(&session, question.by, question.also_by)?;
    report_by(cx, &session, args, question, by, make)
}

/// The same by dimensions that were read before.
pub(crate) fn report_by<R: Row>(
    cx: &Context,
    session: &Session<'_>,
    args: &ReportArgs,
    question: Question<'_>,
    by: Vec<Dimension>,
    make: impl FnOnce(&Session<'_>, &Book, &Ask) -> Result<Report<R>, String>,
) -> Result<Status> {
    let (book, ask) = loaded(session, args, question, by)?;
    let report = make(session, &book, &ask).map_err(Fault::usage)?;
    show(cx, args, &report)
}

fn show<R: Row>(cx: &Context, args: &ReportArgs, report: &Report<R>) -> Result<Status> {
    args.output
        .show(&cx.console, &report.answer, &report.document)?;
    Ok(Status::Done)
}

/// For a report that reads more of the store than the Book.
fn asked<'c>(cx: &'c Context, args: &ReportArgs, question: Question<'_>) -> Result<Asked<'c>> {
    let session = cx.session(Access::Read)?;
    let dimensions = dimensions(&session, question.by, question.also_by)?;
    let (book, ask) = loaded(&session, args, question, dimensions)?;
    Ok(Asked { session, book, ask })
}

/// The Book with what is asked of it.
pub(crate) fn loaded(
    session: &Session<'_>,
    args: &ReportArgs,
    question: Question<'_>,
    by: Vec<Dimension>,
) -> Result<(Book, Ask)> {
    let as_of = args.filter.as_of(session)?;
    let period = period(session, args.period.as_deref(), as_of, question.periods)?;
    let needs = question
        .reading
        .map_or(question.needs, |reading| reading(&session.process));
    let needs = if question.forecast {
        needs.and(super::forecast::page_needs(session)?)
    } else {
        needs
    };
    let needs = by
        .iter()
        .fold(needs, |needs, dimension| needs.and(dimension.needs()))
        .and(args.filter.needs(session)?);
    let book = session.store.book(&session.process, as_of, &needs)?;
    let ask = Ask {
        period,
        only: args.filter.mask(session, &book)?,
        scope: args.filter.words(),
        typed: args.typed(),
        by,
        from_stage: question.from_stage.map(str::to_string),
        ..Ask::default()
    };
    Ok((book, ask))
}

/// What the reports of returns are worked out from.
struct Reckoning<'c> {
    session: Session<'c>,
    book: Book,
    payback: Payback,
}

impl<'c> Reckoning<'c> {
    fn read(cx: &'c Context, as_of: Option<&str>, more: Columns) -> Result<Self> {
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
            .and(Columns::WORTH)
            .and(more);
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
