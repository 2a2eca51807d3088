//! `suppress remove`: somebody may be contacted again.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::session::Session;
use crate::fault::Fault;
use crate::prospect::Record;
use crate::prospect::suppression::{Entry, Purpose, Scratch};
use crate::store::{Access, SuppressionRow};
use crate::text::visible;

/// Let somebody be contacted again, with the reason on record
///
/// What was suppressed stays in the log together with the reason, since an opt-out that is taken back has
/// to be accounted for (CAN-SPAM, GDPR). Entries of imported files can be removed one by one; `undo` takes
/// back a whole file.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl suppress remove j.roth@acme.example --reason \"subscribed again on 3 Nov, form 118\"\n  salesctl suppress remove S3K2 --reason \"added by mistake\""
)]
pub(crate) struct Args {
    /// The entry's id, its e-mail address, phone number or domain, or its name as `suppress list` shows it
    who: String,
    /// Why they may be contacted again
    #[arg(long)]
    reason: String,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let reason = super::reason(&args.reason)?;
    let session = cx.session(Access::Write)?;
    let who = args.who.trim();
    let found = found(&session, who)?;
    let ((), outcome) = session.write(args.dry_run, |write| {
        found
            .iter()
            .try_for_each(|entry| write.remove_suppression(entry.id, reason))
    })?;
    for entry in &found {
        let from = entry
            .file
            .as_ref()
            .map(|file| format!(", from {}", visible(file)));
        cx.console.say(&format!(
            "✓ {} {} no longer suppressed for {} ({}, {}{}): {}",
            entry.kind.words().0,
            visible(&entry.shown),
            entry.purpose.name(),
            visible(&entry.reason),
            crate::date::day(entry.day),
            from.unwrap_or_default(),
            visible(reason)
        ))?;
    }
    if outcome.dry_run {
        cx.console.say("dry run: nothing written")?;
    } else {
        note_what_remains(&session, who)?;
    }
    Ok(Status::Done)
}

/// The entries that are meant; all those of one address, for whatever purpose.
fn found(session: &Session<'_>, who: &str) -> Result<Vec<SuppressionRow>> {
    if let Some(entry) = Entry::recognised(who) {
        return of_address(session, &entry);
    }
    let key = who.to_lowercase();
    let mut found = session
        .store
        .suppressions(|entry| entry.shown.to_lowercase() == key)?;
    if found.is_empty()
        && let Some(prefix) = crate::id::canonical_handle(who)
    {
        found = session
            .store
            .suppressions(|entry| entry.id.handle().starts_with(&prefix))?;
    }
    if found.is_empty() {
        return Err(none(who).into());
    }
    of_one_thing(session, who, found)
}

/// The entries of an address or number; of a number that was told without its country the one that is hit.
fn of_address(session: &Session<'_>, entry: &Entry) -> Result<Vec<SuppressionRow>> {
    let found = match entry.keys() {
        Some(keys) => session.store.suppressions_of(keys)?,
        None => Vec::new(),
    };
    if !found.is_empty() {
        return Ok(found);
    }
    let mut record = Record::default();
    entry.fill(&mut record);
    let set = session.store.stated_suppressions()?;
    let Some(hit) = set.reason_for(&record, Purpose::Marketing, &mut Scratch::default()) else {
        return Err(none(&entry.text).into());
    };
    let found = session.store.suppressions(|known| known.id == hit.id)?;
    match found.first().filter(|_| hit.kind != entry.kind) {
        None => {
            let found = session.store.suppressions(|known| {
                known.kind == entry.kind
                    && (known.shown.ends_with(&entry.text) || entry.text.ends_with(&known.shown))
            })?;
            of_one_thing(session, &entry.text, found)
        }
        // Removing it would let more people be contacted than were named.
        Some(wider) => Err(Fault::no(format!(
            "`{}` has no entry of its own: the {} {} is suppressed",
            visible(&entry.text),
            wider.kind.words().0,
            visible(&wider.shown)
        ))
        .hint(format!(
            "salesctl suppress remove {} --reason … takes that out, with all that it covers",
            session.store.suppression_handles()?.short(wider.id)
        ))
        .into()),
    }
}

/// What is removed is one thing, for whatever purposes.
fn of_one_thing(
    session: &Session<'_>,
    who: &str,
    found: Vec<SuppressionRow>,
) -> Result<Vec<SuppressionRow>> {
    let first = found.first().map(|entry| entry.shown.clone());
    if found
        .iter()
        .any(|entry| Some(&entry.shown) != first.as_ref())
    {
        let handles = session.store.suppression_handles()?;
        let fault = Fault::not_found(format!(
            "`{}` may mean {} entries: say which by its id",
            visible(who),
            found.len()
        ));
        let shown = found
            .iter()
            .take(10)
            .map(|entry| format!("{}  {}", handles.short(entry.id), visible(&entry.shown)));
        return Err(shown.fold(fault, Fault::hint).into());
    }
    Ok(found)
}

fn none(who: &str) -> Fault {
    Fault::not_found(format!("no entry suppresses `{}`", visible(who)))
        .hint("salesctl suppress check FILE|EMAIL says what suppresses somebody")
        .hint("salesctl suppress list shows every entry")
}

/// Another entry, or a deal, may keep them from being contacted all the same.
fn note_what_remains(session: &Session<'_>, who: &str) -> Result<()> {
    let Some(entry) = Entry::recognised(who) else {
        return Ok(());
    };
    let mut record = Record::default();
    entry.fill(&mut record);
    let set = session.store.suppression_set(session.today)?;
    if let Some(hit) = set.reason_for(&record, Purpose::Marketing, &mut Scratch::default()) {
        session.cx.console.note(&format!(
            "note: {} is still suppressed for {} by {}: {}",
            visible(&entry.shown()),
            hit.purpose.name(),
            hit.kind.words().0,
            visible(hit.reason)
        ));
    }
    Ok(())
}
