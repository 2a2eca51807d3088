//! `process suggestions accept | decline`: whoever suggested something hears what becomes of it, and why.

use anyhow::Result;

use super::super::super::contact::DryRunArgs;
use super::super::super::context::{Context, Status};
use super::super::super::deal::dry_run_line;
use super::super::super::session::Session;
use crate::date::day;
use crate::deal::event::{Event, Private};
use crate::deal::suggestion::{Suggestion, Verdict};
use crate::fault::Fault;
use crate::store::Access;
use crate::text::{quoted, visible};

#[derive(Debug, clap::Args)]
struct AnswerArgs {
    /// Its id, or the beginning of it
    #[arg(value_name = "ID")]
    id: String,
    /// What whoever suggested it hears: what becomes of it, and why
    #[arg(value_name = "ANSWER")]
    answer: String,
    #[command(flatten)]
    write: DryRunArgs,
}

/// Accept what somebody suggested, with an answer
///
/// The process is still changed by editing its file and applying it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl process suggestions accept Q4K2 \"in force from version 5 on\"\n  salesctl process suggestions accept Q4K2 \"from January on\" --dry-run"
)]
pub(super) struct AcceptArgs {
    #[command(flatten)]
    answer: AnswerArgs,
}

/// Decline what somebody suggested, with an answer
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl process suggestions decline Q4K2 \"the demo is what sells: 38 % against 12 %\"\n  salesctl process suggestions decline Q4K2 \"not while we measure it\" --dry-run"
)]
pub(super) struct DeclineArgs {
    #[command(flatten)]
    answer: AnswerArgs,
}

pub(super) fn accept(args: &AcceptArgs, cx: &Context) -> Result<Status> {
    answer(&args.answer, Verdict::Accepted, cx)
}

pub(super) fn decline(args: &DeclineArgs, cx: &Context) -> Result<Status> {
    answer(&args.answer, Verdict::Declined, cx)
}

fn answer(args: &AnswerArgs, verdict: Verdict, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let text = args.answer.trim();
    if text.is_empty() {
        let verb = match verdict {
            Verdict::Accepted => "accept",
            Verdict::Declined => "decline",
        };
        let again = format!(
            "salesctl process suggestions {verb} {} \"why\"",
            quoted(&args.id)
        );
        return Err(
            Fault::usage("an answer needs words: whoever suggested it will read them")
                .hint(again)
                .into(),
        );
    }
    let found = session.store.resolve_suggestion(&args.id)?;
    let short = session.store.short(found.id)?;
    let at = session.moment_on(None)?;
    let (suggestion, outcome) = session.write(args.write.dry_run, |write| {
        let gone =
            || Fault::not_found("somebody undid it meanwhile").hint("salesctl history shows who");
        let suggestion = Suggestion::from_events(write.events(found.id)?).ok_or_else(gone)?;
        must_be_open(&session, &short, &suggestion)?;
        let answered = Event::SuggestionAnswered {
            verdict,
            text: Private::new(text),
        };
        write.append(found.id, at, [answered])?;
        Ok(suggestion)
    })?;
    let whose = if suggestion.actor == session.actor {
        "your own suggestion".to_string()
    } else {
        format!("{} who suggested", visible(&suggestion.actor))
    };
    session.cx.console.say_wrapped(&format!(
        "✓ {short} {}: \"{}\", to {whose} \"{}\"",
        verdict.name(),
        visible(text),
        visible(&suggestion.text)
    ))?;
    dry_run_line(&session, outcome)?;
    Ok(Status::Done)
}

fn must_be_open(session: &Session<'_>, short: &str, suggestion: &Suggestion) -> Result<(), Fault> {
    let Some(answer) = &suggestion.answer else {
        return Ok(());
    };
    let fault = Fault::no(format!(
        "{short} was {} by {} on {}: \"{}\"",
        answer.verdict.name(),
        visible(&answer.actor),
        day(answer.day),
        visible(&answer.text)
    ));
    Err(fault.hint(if answer.actor == session.actor {
        "`salesctl undo` takes your answer back while it is the last thing you did".to_string()
    } else {
        format!(
            "`salesctl undo` by {} takes that back; or suggest it anew",
            visible(&answer.actor)
        )
    }))
}
