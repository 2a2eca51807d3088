//! How it is asked: arguments in, one call, one status line. One file a leaf command.

mod absence;
mod account;
mod activity;
mod assign;
mod assignment;
mod backup;
mod case;
mod catalog;
mod check;
mod command_line;
mod completion;
mod config;
mod contact;
mod context;
mod deal;
mod demo;
mod doctor;
mod experience;
mod export;
mod filter;
mod followup;
mod forecast;
mod gdpr;
mod history;
mod import;
mod init;
mod list;
mod mailing;
mod man;
mod merge;
mod metric;
mod nightly;
mod output;
mod page;
mod person;
mod process;
mod prospect;
mod rating;
mod redo;
mod referral;
mod refusal;
mod report;
mod request;
mod score;
mod selection;
mod session;
mod show;
mod source;
mod staff;
mod suppress;
mod target;
mod today;
mod topic;
mod undo;
mod uses;
mod value;
mod worklist;
mod written;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::fault::Fault;
use context::{Context, Globals, Status};

/// Commands by job; a test holds the list to the command tree.
const HELP: &str = "\
{before-help}{about-with-newline}
{usage-heading} {usage}

Start:
  demo        Make a workspace with two years of deals to try things on
  init        Start a workspace of your own
  process     Check, show and apply the sales process

Sell:
  deal        Add deals, move them through the gates, see where they stand
  person      Keep who you know, what they are to you and in each deal
  account     Keep the companies, with their people, deals and history
  absence     Say when reps are away, so that no new deals are given to them
  assign      Suggest which deals somebody else would win more often
  followup    Mark follow-ups of today's work as done, or put them off
  referral    Say who might buy, open deals with them, see who gets the credit
  experience  Record what customers made of us after the sale, and answer them
  request     Record what we could not deliver, and open a deal when we can
  undo, redo  Take back your latest command, or bring it back
  history     Show what was done, by whom and when

Measure:
  target      Propose, accept and list what is to be reached
  report      Print the pipeline, the funnel, win rates, what lists paid back
  forecast    Say what will be won, with a range and its track record
  metric      List metrics, say what they count, print and test what they come to

Feed:
  list        Rent lists, use them within their terms, return and pay them
  import      Bring prospects, deals, their history and suppressions in from CSV
  export      Write the event log of deals for process mining
  prospect    Show who came in on lists, decide who is who, say who answered
  selection   List saved selections, show and run them again
  score       Learn from won and lost deals which prospects are worth most
  topic       Show what people and companies are rated by
  suppress    Say who must not be contacted, and check files for them
  catalog     List and change reps, teams, products and sources
  source      Note what sources and lists cost beside their terms

Keep:
  check       Check what must not be forgotten: lists past their end, notices due
  nightly     Keep a snapshot, check everything, write and mail the page of the day
  gdpr        Say where we have somebody from
  backup      Copy the store while it is in use, and check the copy
  doctor      Check the store, and rebuild its tables from the log
  config      Show what is in force here, and where it came from
  completion  Switch completion on in your shell
  man         Write the manual pages

Options:
{options}{after-help}";

/// A sales process as code: defined in TOML, enforced on deals in SQLite, measured from the shell
///
/// Without a command, prints today's work of the acting rep.
#[derive(Debug, Parser)]
#[command(
    name = "salesctl",
    version,
    propagate_version = false,
    disable_help_subcommand = true,
    help_template = HELP,
    after_help = "Examples:\n  salesctl demo     a workspace with two years of deals to try things on\n  salesctl init     a workspace of your own in this folder\n\nExit codes: 0 done or yes; 1 the answer is no; 2 wrong usage;\n3 an input file can't be used; 4 no such deal, or several; 5 the store;\n70 a bug; 130 interrupted",
    max_term_width = 100
)]
struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(flatten)]
    today: today::Args,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    // Start
    Demo(demo::Args),
    Init(init::Args),
    /// Check, show and apply the sales process
    #[command(subcommand)]
    Process(process::Command),
    // Sell
    /// Add deals, move them through the gates, and see where they stand
    #[command(subcommand)]
    Deal(deal::Command),
    /// Keep who you know: what they are to you and in each deal, and what you did with them
    #[command(subcommand)]
    Person(person::Command),
    /// Keep the companies: their people, their deals, what is known of them
    #[command(subcommand)]
    Account(account::Command),
    /// Mark follow-ups of today's work as done, or put them off
    #[command(subcommand, alias = "follow-up")]
    Followup(followup::Command),
    /// Say who might buy: anybody in the company may, and gets the credit
    #[command(subcommand)]
    Referral(referral::Command),
    /// Record what customers made of us after the sale, and answer them
    #[command(subcommand)]
    Experience(experience::Command),
    /// Record what customers asked for that we could not deliver, until we can
    #[command(subcommand)]
    Request(request::Command),
    /// When reps are away, so that no new deals are given to them
    #[command(subcommand)]
    Absence(absence::Command),
    /// Who should have which deals
    #[command(subcommand)]
    Assign(assign::Command),
    Undo(undo::Args),
    Redo(redo::Args),
    History(history::Args),
    // Measure
    /// Propose, accept and list what is to be reached
    #[command(subcommand)]
    Target(target::Command),
    Report(report::ReportCommand),
    Forecast(forecast::ForecastCommand),
    /// The numbers that are looked at: which there are, what they count, what they come to, whether they go with winning
    #[command(subcommand)]
    Metric(metric::Command),
    // Feed and keep
    /// Rented and own lists: their terms, their uses, what they cost
    #[command(subcommand)]
    List(list::Command),
    /// Names of lists, one by one: who they are, what is done with them, who answered
    #[command(subcommand)]
    Prospect(prospect::Command),
    /// Whom you chose by name, to be chosen again or to start deals with
    #[command(subcommand)]
    Selection(selection::Command),
    /// Learn from won and lost deals which prospects are worth most
    #[command(subcommand)]
    Score(score::Command),
    /// What people and companies are rated by
    #[command(subcommand)]
    Topic(topic::Command),
    Check(check::Args),
    Nightly(nightly::Args),
    /// What people have a right to be told
    #[command(subcommand)]
    Gdpr(gdpr::Command),
    /// Bring prospects, deals, their history and who must not be contacted in from CSV
    #[command(subcommand)]
    Import(import::Command),
    /// Say who must not be contacted, per purpose, and check files for them
    #[command(subcommand)]
    Suppress(suppress::Command),
    /// Reps, teams, products and sources
    #[command(subcommand)]
    Catalog(catalog::Command),
    /// What other programs read of the store
    #[command(subcommand)]
    Export(export::Command),
    /// What is kept of sources and lists beside what the catalog and the terms say
    #[command(subcommand)]
    Source(source::Command),
    /// What is in force here, and where it came from
    #[command(subcommand)]
    Config(config::Command),
    Backup(backup::Args),
    Doctor(doctor::Args),
    Completion(completion::Args),
    Man(man::Args),
}

/// The whole program.
pub fn main() -> ExitCode {
    clap_complete::CompleteEnv::with_factory(Cli::command).complete();
    // A panic has printed where it happened; what was not committed was rolled back.
    std::panic::catch_unwind(|| run_with(std::env::args_os())).unwrap_or_else(|_| {
        output::Console::new(output::Color::Auto, false).warn(
            "error: this is a bug in salesctl; nothing was half written\nhint: please report what you typed and the lines above",
        );
        ExitCode::from(70)
    })
}

/// `salesctl help deal add` is what some type for `salesctl deal add --help`.
fn with_help_last(args: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut args: Vec<OsString> = args.into_iter().collect();
    if args.get(1).is_some_and(|word| word == "help") {
        args.remove(1);
        args.push("--help".into());
    }
    args
}

fn run_with(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut tree = Cli::command();
    let parsed = tree.try_get_matches_from_mut(with_help_last(args));
    let parsed = parsed.and_then(|mut matches| Cli::from_arg_matches_mut(&mut matches));
    let parsed = parsed.map_err(|error| error.format(&mut tree));
    // Every command starts with this tree and ends with the process: taking it apart string by string
    // is a twentieth of a short command's time.
    std::mem::forget(tree);
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let color = cli.globals.color;
    let result = Context::new(&cli.globals).and_then(|cx| dispatch(&cli, &cx));
    match result {
        Ok(Status::Done) => ExitCode::SUCCESS,
        Ok(Status::No) => ExitCode::from(1),
        Ok(Status::Unusable) => ExitCode::from(3),
        Err(error) => ExitCode::from(output::show_error(&error, color)),
    }
}

fn dispatch(cli: &Cli, cx: &Context) -> Result<Status> {
    let Some(command) = &cli.command else {
        return today::run(&cli.today, cx);
    };
    if cli.today.are_given() {
        return Err(
            Fault::usage("options of today's work were given to another command")
                .hint(
                    "options of a command stand after its name, as in `salesctl deal list --json`",
                )
                .into(),
        );
    }
    match command {
        Command::Demo(args) => demo::run(args, cx),
        Command::Init(args) => init::run(args, cx),
        Command::Process(command) => process::run(command, cx),
        Command::Deal(command) => deal::run(command, cx),
        Command::Person(command) => person::run(command, cx),
        Command::Account(command) => account::run(command, cx),
        Command::Followup(command) => followup::run(command, cx),
        Command::Referral(command) => referral::run(command, cx),
        Command::Experience(command) => experience::run(command, cx),
        Command::Request(command) => request::run(command, cx),
        Command::Absence(command) => absence::run(command, cx),
        Command::Assign(command) => assign::run(command, cx),
        Command::Undo(args) => undo::run(args, cx),
        Command::Redo(args) => redo::run(args, cx),
        Command::History(args) => history::run(args, cx),
        Command::Target(command) => target::run(command, cx),
        Command::Report(args) => report::run(args, cx),
        Command::Forecast(args) => forecast::run(args, cx),
        Command::Metric(command) => metric::run(command, cx),
        Command::List(command) => list::run(command, cx),
        Command::Prospect(command) => prospect::run(command, cx),
        Command::Selection(command) => selection::run(command, cx),
        Command::Score(command) => score::run(command, cx),
        Command::Topic(command) => topic::run(command, cx),
        Command::Check(args) => check::run(args, cx),
        Command::Nightly(args) => nightly::run(args, cx),
        Command::Gdpr(command) => gdpr::run(command, cx),
        Command::Import(command) => import::run(command, cx),
        Command::Suppress(command) => suppress::run(command, cx),
        Command::Catalog(command) => catalog::run(command, cx),
        Command::Export(command) => export::run(command, cx),
        Command::Source(command) => source::run(command, cx),
        Command::Config(command) => config::run(command, cx),
        Command::Backup(args) => backup::run(args, cx),
        Command::Doctor(args) => doctor::run(args, cx),
        Command::Completion(args) => completion::run(args, cx),
        Command::Man(args) => man::run(args, cx),
    }
}

/// Runs a command as if it had been typed in the workspace `folder`.
fn run_typed(cx: &Context, folder: &Path, words: &[&str]) -> Result<Status> {
    let cli = Cli::try_parse_from(std::iter::once("salesctl").chain(words.iter().copied()))?;
    dispatch(&cli, &cx.within(folder, words))
}

/// The command tree, for the man pages, the completions and the tests that walk it.
pub fn command() -> clap::Command {
    Cli::command()
}
