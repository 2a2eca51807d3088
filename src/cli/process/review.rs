//! `process review`: what to talk about when the process is looked at, and that it was.

use anyhow::Result;
use chrono::NaiveDate;

use super::super::context::{Context, Status};
use super::super::deal::dry_run_line;
use super::super::output::OutputArgs;
use super::super::session::Session;
use super::burden::burden_of;
use crate::date::day;
use crate::deal::book::Book;
use crate::deal::effective_order;
use crate::deal::event::{Event, Private, StreamKind};
use crate::deal::suggestion::{Review, Suggestion, next_review};
use crate::document::Period;
use crate::fault::Fault;
use crate::report::review::{
    Agenda, Section, Version, burden_section, conformance_section, next_words, review, review_needs,
};
use crate::report::{Ask, BURDEN, Judging, conformance};
use crate::store::{Access, Applied};
use crate::text::visible;

/// Write the agenda for a review of the process: what is suggested, overridden, skipped, too slow, worth nothing
///
/// It looks at what happened since the last review, or at everything before the first. `review_every` in [process] says
/// when the next is due, and `check` says when it is overdue.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl process review --format html --output review.html\n  salesctl process review --done --note \"the demo stays; budget is asked for once\""
)]
pub(crate) struct Args {
    /// Look at all time, whenever the last review was
    #[arg(long)]
    all: bool,
    /// It is over: keep that it took place, today
    #[arg(long, conflicts_with = "all")]
    done: bool,
    /// What was agreed
    #[arg(long, value_name = "TEXT", requires = "done")]
    note: Option<String>,
    /// With --done: do everything but keep nothing
    #[arg(short = 'n', long, requires = "done")]
    dry_run: bool,
    #[command(flatten)]
    output: OutputArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    if args.done {
        return done(args, cx);
    }
    let session = cx.session(Access::Read)?;
    let (versions, reviews) = (session.store.versions()?, session.store.reviews()?);
    let next = next(&session, &versions, &reviews);
    let earlier = session.earlier()?;
    let judging = Judging {
        process: &session.process,
        earlier: &earlier,
    };
    let needs = review_needs(judging).and(BURDEN);
    let book = session
        .store
        .book(&session.process, session.today, &needs)?;
    let (mut suggestions, overridden) = (session.store.suggestions()?, session.store.overridden()?);
    if let Some(last) = reviews.last().filter(|_| !args.all) {
        without_settled(&session, &mut suggestions, last)?;
    }
    let versions: Vec<Version> = versions.into_iter().map(version).collect();
    let since = reviews.last().filter(|_| !args.all).map(|last| last.day);
    let agenda = Agenda {
        suggestions: &suggestions,
        overridden: &overridden,
        versions: &versions,
        last_review: reviews.last(),
        all: args.all,
        next_review: next.map(|next| next.due),
        more: elsewhere(&session, judging, &book, since)?,
        short: &|id| session.store.short(id).unwrap_or_else(|_| id.handle()),
    };
    let report = review(judging, &book, agenda).map_err(Fault::usage)?;
    args.output
        .show(&cx.console, &report.answer, &report.document)?;
    Ok(Status::Done)
}

/// Leaves out what was answered on the day of the last review before that was over: it was on its page.
fn without_settled(
    session: &Session<'_>,
    suggestions: &mut Vec<Suggestion>,
    last: &Review,
) -> Result<()> {
    let mut settled = Vec::new();
    for one in suggestions.iter() {
        let answer = one.answer.as_ref();
        if answer.is_none_or(|answer| answer.day != last.day) {
            continue;
        }
        // Of several answers the last counts.
        let events = session.store.events(one.id)?;
        let answers = effective_order(&events).into_iter().rev();
        let mut answers =
            answers.filter(|told| matches!(told.event, Event::SuggestionAnswered { .. }));
        if answers
            .next()
            .is_some_and(|answer| answer.effective <= last.at)
        {
            settled.push(one.id);
        }
    }
    suggestions.retain(|one| !settled.contains(&one.id));
    Ok(())
}

/// The parts of the page that other reports work out, of what happened since the last review.
fn elsewhere(
    session: &Session<'_>,
    judging: Judging<'_>,
    book: &Book,
    since: Option<NaiveDate>,
) -> Result<Vec<Section>> {
    let period = since.map(|since| Period {
        from: since.min(book.as_of),
        to: book.as_of,
    });
    let again = period.map_or_else(String::new, |Period { from, to }| {
        format!(" --period {from}..{to}")
    });
    let ask = Ask {
        period,
        ..Ask::default()
    };
    let asked = burden_of(session, book, &ask, false)?;
    let followed = conformance(judging, book, &ask, false).map_err(Fault::usage)?;
    let followed = followed.answer.rows.first();
    let mut sections = vec![burden_section(&asked, &again)];
    sections.extend(followed.map(|row| conformance_section(&row.followed, &again)));
    Ok(sections)
}

fn version(applied: Applied) -> Version {
    Version {
        version: applied.version,
        day: applied.day,
        actor: applied.actor,
        why: applied.why,
    }
}

/// Keeps that the process was reviewed.
fn done(args: &Args, cx: &Context) -> Result<Status> {
    if args.output.is_given() {
        return Err(
            Fault::usage("--done prints no agenda, and so takes no format and no file")
                .hint("salesctl process review --format html --output review.html keeps it, then --done")
                .into(),
        );
    }
    let session = cx.session(Access::Write)?;
    let note = args.note.as_deref().map(str::trim);
    if note.is_some_and(str::is_empty) {
        return Err(Fault::usage("--note is empty: say what was agreed, or leave it out").into());
    }
    let at = session.moment_on(None)?;
    let versions = session.store.versions()?;
    let in_force = versions.iter().find(|applied| applied.day <= at.day);
    let first = versions.last().map_or(at.day, |first| first.day);
    let what = in_force.map_or_else(
        || "process".to_string(),
        |applied| format!("process version {}", applied.version),
    );
    // A process may be older than what is kept of it here.
    let before = match in_force {
        Some(_) => String::new(),
        None => format!(", before its first version here, of {}", day(first)),
    };
    let reviews = session.store.reviews()?;
    let last = reviews.last().map(|review| review.day);
    let ((), outcome) = session.write(args.dry_run, |write| {
        let id = write.create(StreamKind::Review)?;
        let note = note.map(Private::new);
        write.append(id, at, [Event::ProcessReviewed { note }])
    })?;
    let next = next_review(&session.process, at.day, last.max(Some(at.day)));
    session.cx.console.say_wrapped(&format!(
        "✓ {what} reviewed on {}{before}; {}",
        day(at.day),
        next_words(next, session.today)
    ))?;
    // Two teams may review on one day; a command that was typed twice is noticed.
    if let Some(before) = reviews.iter().rfind(|review| review.day == at.day) {
        let note = before.note.as_ref().map(|note| format!(": \"{note}\""));
        let hint = if args.dry_run {
            ""
        } else {
            "; `salesctl undo` takes this one back"
        };
        session.cx.console.say_wrapped(&format!(
            "  it was reviewed on that day before, by {}{}{hint}",
            visible(&before.actor),
            visible(&note.unwrap_or_default())
        ))?;
    }
    dry_run_line(&session, outcome)?;
    Ok(Status::Done)
}

/// When the next review is due, and what that counts from.
pub(crate) struct Next {
    pub(crate) due: NaiveDate,
    pub(crate) last_review: Option<NaiveDate>,
    pub(crate) first_version: NaiveDate,
}

/// `None` when the process says nothing of reviews. Versions are the newest first.
pub(crate) fn next(
    session: &Session<'_>,
    versions: &[Applied],
    reviews: &[Review],
) -> Option<Next> {
    let first_version = versions.last()?.day;
    let last_review = reviews.last().map(|review| review.day);
    Some(Next {
        due: next_review(&session.process, first_version, last_review)?,
        last_review,
        first_version,
    })
}
