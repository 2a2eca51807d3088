//! `process suggest`: whoever works in the process proposes a change.

use anyhow::Result;

use super::super::contact::DryRunArgs;
use super::super::context::{Context, Status};
use super::super::deal::dry_run_line;
use super::shown;
use crate::deal::event::{Event, Private, StreamKind};
use crate::fault::Fault;
use crate::store::Access;
use crate::text::visible;

/// Suggest a change of the process, in your own words
///
/// It is kept with your name and the version in force, and stays open until somebody answers it; `process review` has
/// it on its agenda.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl process suggest \"a call is enough of a demonstration below 5,000\" --stage demonstrate\n  salesctl process suggest \"we ask for the budget twice\" --dry-run"
)]
pub(crate) struct Args {
    /// What should change, and why
    #[arg(value_name = "TEXT")]
    text: String,
    /// The stage it is about
    #[arg(long, value_name = "STAGE", add = super::super::completion::stages())]
    stage: Option<String>,
    #[command(flatten)]
    write: DryRunArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let text = args.text.trim();
    if text.is_empty() {
        return Err(Fault::usage("a suggestion needs words")
            .hint("salesctl process suggest \"what should change, and why\"")
            .into());
    }
    let stage = match &args.stage {
        Some(typed) => Some(shown::stage(&session.process, typed.trim())?),
        None => None,
    };
    let at = session.moment_on(None)?;
    let (id, outcome) = session.write(args.write.dry_run, |write| {
        let id = write.create(StreamKind::Suggestion)?;
        let suggested = Event::ProcessSuggested {
            text: Private::new(text),
            stage: stage.map(|stage| stage.name.clone()),
        };
        write.append(id, at, [suggested])?;
        Ok(id)
    })?;
    // A dry run leaves nothing whose short id could be looked up.
    let short = if outcome.dry_run {
        id.handle().chars().take(4).collect()
    } else {
        session.store.short(id)?
    };
    let about = stage.map(|stage| format!(" of {}", stage.title));
    session.cx.console.say_wrapped(&format!(
        "✓ {short} a change{} suggested to version {}: {}",
        about.unwrap_or_default(),
        session.version,
        visible(text)
    ))?;
    dry_run_line(&session, outcome)?;
    Ok(Status::Done)
}
