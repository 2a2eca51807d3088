//! `nightly`: what cron does before anybody comes in. A snapshot is kept, the page is written, the mail handed
//! over; what was found is content, not failure.

mod forecast;
mod page;
mod post;

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::check::{self, Finding};
use super::context::{Context, Status};
use super::output::write_file;
use super::session::Session;
use super::show::counted;
use crate::date::day;
use crate::deal::event::{Snapshot, StageSnapshot};
use crate::fault::Fault;
use crate::money::{Money, grouped};
use crate::render::{self, Section};
use crate::store::{Access, NIGHTLY, Night};

/// Keep a snapshot of the pipeline, check everything, write and mail the page of the day
///
/// The page says what changed since the last run, then what needs a decision, then how targets, forecast, pipeline, funnel
/// and win rates stand. Findings are its content: the exit code is 0 when the work was done, 5 when it could not
/// be. A second run on a day takes the place of the first and mails nothing again unless --again says so.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl nightly --html report.html\n  salesctl nightly --quiet --html report.html --mail-to team@example.com --sendmail /usr/sbin/sendmail"
)]
pub(crate) struct Args {
    /// Write the page for browsers and paper here
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    html: Option<PathBuf>,
    /// Write it as Markdown here
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    markdown: Option<PathBuf>,
    #[command(flatten)]
    post: post::PostArgs,
    /// Show what would be done, and do nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    // What is typed wrongly is wrong usage, also in cron; all else that keeps the work from being done is 5.
    let letter = args.post.letter()?;
    night(args, letter.as_ref(), cx).map_err(could_not)
}

/// Whoever reads cron's mail must be able to tell "could not" from what was found; the causes stay below.
fn could_not(error: anyhow::Error) -> anyhow::Error {
    error.context(Fault::store("the night's work could not be finished"))
}

fn night(args: &Args, letter: Option<&post::Letter>, cx: &Context) -> Result<Status> {
    let session = cx.session_without_note(Access::Write)?;
    let findings = check::findings(&session)?;
    let before = session.store.night_before(session.today)?;
    let page = page::page(&session, &findings, before.as_ref())?;
    let snapshot = snapshot(&session, &page, &findings)?;

    let ((), outcome) = session
        .store
        .write(&session.acting(args.dry_run), NIGHTLY, |write| {
            write.take_snapshot(snapshot.clone())
        })?;
    if !outcome.dry_run {
        write_pages(args, &page.title, &page.sections)?;
    }
    let mailed = match letter {
        None => None,
        Some(letter) => Some(mail(args, letter, &session, &page)?),
    };
    if !args.dry_run {
        // What changed by day is folded by night, so that reports read columns.
        session.store.fold()?;
    }
    tell(args, &session, &snapshot, before.as_ref(), mailed.as_ref())?;
    Ok(Status::Done)
}

/// What was open, and how the store stood before this night wrote to it.
fn snapshot(session: &Session<'_>, page: &page::Page, findings: &[Finding]) -> Result<Snapshot> {
    let errors = findings.iter().filter(|finding| finding.is_error()).count();
    Ok(Snapshot {
        day: session.today,
        head: session.store.head_of_all()?,
        stages: page
            .pipeline
            .iter()
            .map(|row| StageSnapshot {
                stage: row.stage.clone().unwrap_or_default(),
                n: row.n as u32,
                value_minor: row.value_minor.unwrap_or(0),
            })
            .collect(),
        errors: errors as u32,
        warnings: (findings.len() - errors) as u32,
        forecasts: page.forecasts.clone(),
    })
}

fn write_pages(args: &Args, title: &str, sections: &[Section]) -> Result<()> {
    let write = |path: &Path, bytes: &[u8]| write_file(path, bytes, true);
    if let Some(path) = &args.html {
        let mut bytes = Vec::new();
        render::page(&mut bytes, title, sections)?;
        write(path, &bytes)?;
    }
    if let Some(path) = &args.markdown {
        let mut bytes = Vec::new();
        render::markdown_page(&mut bytes, title, sections)?;
        write(path, &bytes)?;
    }
    Ok(())
}

/// What became of the mail.
enum Mailed {
    To(usize),
    /// It went out in an earlier run of the day.
    Before,
}

fn mail(
    args: &Args,
    letter: &post::Letter,
    session: &Session<'_>,
    page: &page::Page,
) -> Result<Mailed> {
    let sent = session
        .store
        .night(session.today)?
        .map_or(0, |night| night.mailed);
    if sent > 0 && !args.post.again {
        return Ok(Mailed::Before);
    }
    if !args.dry_run {
        letter.send(session, &page.title, &page.sections)?;
        let to = letter.to.len() as u32;
        session
            .store
            .write(&session.acting(false), NIGHTLY, |write| {
                write.page_mailed(session.today, to)
            })?;
    }
    Ok(Mailed::To(letter.to.len()))
}

fn tell(
    args: &Args,
    session: &Session<'_>,
    snapshot: &Snapshot,
    before: Option<&Night>,
    mailed: Option<&Mailed>,
) -> Result<()> {
    let console = &session.cx.console;
    let currency = session.process.currency;
    let worth = Money {
        minor: snapshot.value_minor(),
        currency,
    };
    let since = before.map_or_else(
        || "the first night".to_string(),
        |night| {
            format!(
                "{} on {}",
                grouped(night.snapshot.open().into()),
                day(night.snapshot.day)
            )
        },
    );
    console.say_wrapped(&format!(
        "✓ {}   {} open, {worth} ({since}); {}, {}",
        day(snapshot.day),
        grouped(snapshot.open().into()),
        counted(snapshot.errors as usize, "error", "errors"),
        counted(snapshot.warnings as usize, "warning", "warnings")
    ))?;
    for path in [&args.html, &args.markdown].into_iter().flatten() {
        console.say(&format!("  {}", path.display()))?;
    }
    match mailed {
        None => {}
        Some(Mailed::To(n)) => {
            let to = counted(*n, "address", "addresses");
            console.say(&match &args.post.mail_file {
                None => format!("  mailed to {to}"),
                Some(path) => format!("  {}, a mail to {to}", path.display()),
            })?;
        }
        Some(Mailed::Before) => {
            console
                .say("  not mailed again: it went out in an earlier run today; --again mails it")?;
        }
    }
    if args.dry_run {
        console.say("dry run: nothing written")?;
    }
    Ok(())
}
