//! `deal advance`: through the gate, into the next stage.

use std::fmt::Write as _;

use anyhow::Result;

use super::super::assignment;
use super::super::command_line::quoted;
use super::super::context::{Context, Status};
use super::super::session::Session;
use super::super::show::{amount, fact_words, field_words};
use super::{DealArg, Edited, WriteArgs, deal_of, decide, edit, finish, granted};
use crate::deal::event::Event;
use crate::store::{Access, Moment, Write};
use crate::text::visible;

/// Move a deal through its gate into the next stage
///
/// Everything the gate asks for must be there; what is missing is listed at once, and can be given
/// along with the command.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl deal advance acme\n  salesctl deal advance D7K2 --set value=6k --next \"fri: send quote\""
)]
pub(crate) struct Args {
    #[command(flatten)]
    deal: DealArg,
    /// The stage to move to, one of the stage's `next` [default: the first of them]
    #[arg(long, value_name = "STAGE", add = super::super::completion::stages())]
    to: Option<String>,
    #[command(flatten)]
    supply: SupplyArgs,
    /// Pass the gate although something is open, for this reason, which is recorded
    #[arg(long = "override", value_name = "REASON")]
    override_reason: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

/// What can be given along with a move.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct SupplyArgs {
    /// A fact, or somebody in a buying role: value=6k, decider="Jana Roth"
    #[arg(long = "set", value_name = "NAME=VALUE", add = super::super::completion::fields())]
    set: Vec<String>,
    /// The next step: "fri: send quote"
    #[arg(long, value_name = "DATE: WHAT")]
    next: Option<String>,
    /// A step that is done
    #[arg(long, value_name = "STEP")]
    done: Vec<String>,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    reason_given(args.override_reason.as_deref())?;
    let to = args
        .to
        .as_ref()
        .map(|to| format!(" --to {to}"))
        .unwrap_or_default();
    let command = format!("advance DEAL{to}{}", args.supply.words());
    let edited = edit(
        &session,
        &args.deal.deal,
        &args.write,
        |write, before, at| {
            args.supply.apply(&session, write, before.id, at)?;
            let deal = deal_of(write, before.id)?;
            let decision = decide(&session, &deal, at.day, |case| {
                case.advance(
                    args.to.as_deref(),
                    args.override_reason.as_deref(),
                    &mut || write.new_id(),
                )
            })?;
            let (_, events) = granted(&session, &deal, decision, &command)?;
            Ok(events)
        },
    )?;
    finish(&session, &edited, &moved(&session, &edited))
}

/// `Qualify → Demonstrate   value 4,200 → 6,000 EUR, next: send quote Fri 27 Nov 2026 (in 6 days)`
pub(super) fn moved(session: &Session<'_>, edited: &Edited) -> String {
    let title = |deal: &crate::deal::Deal| {
        deal.stage_or_end()
            .map_or("no stage", |stage| session.process.stage_title(stage))
            .to_string()
    };
    let mut line = format!("{} → {}", title(&edited.before), title(&edited.after));
    let details = differences(session, edited);
    if !details.is_empty() {
        let _ = write!(line, "   {}", details.join(", "));
    }
    line
}

/// What changed besides the stage, in words.
pub(super) fn differences(session: &Session<'_>, edited: &Edited) -> Vec<String> {
    let (before, after) = (&edited.before, &edited.after);
    let mut all = Vec::new();
    let mut text = |name: &str, old: Option<&str>, new: Option<&str>| {
        if old != new {
            all.push(match (old, new) {
                (Some(old), Some(new)) => format!("{name} {} → {}", visible(old), visible(new)),
                (None, Some(new)) => format!("{name} {}", visible(new)),
                _ => format!("{name} taken away"),
            });
        }
    };
    text("title", before.title.as_deref(), after.title.as_deref());
    text("owner", before.owner.as_deref(), after.owner.as_deref());
    text(
        "product",
        before.product.as_deref(),
        after.product.as_deref(),
    );
    text("source", before.source.as_deref(), after.source.as_deref());
    if before.value != after.value {
        all.push(match (before.value, after.value) {
            (Some(old), Some(new)) if old.currency == new.currency => format!(
                "value {} → {}",
                crate::money::plain_amount(old.minor, old.currency),
                amount(Some(new))
            ),
            (None, Some(new)) => format!("value {}", amount(Some(new))),
            (old, new) => format!("value {} → {}", amount(old), amount(new)),
        });
    }
    if before.expected_close != after.expected_close {
        all.push(after.expected_close.map_or_else(
            || "expected close taken away".to_string(),
            |day| {
                format!(
                    "expected close {}",
                    crate::date::day_and_distance(day, session.today)
                )
            },
        ));
    }
    if before.confidence != after.confidence {
        let percent = |one: Option<u8>| one.map_or("none".to_string(), |one| format!("{one} %"));
        all.push(match before.confidence {
            None => format!("confidence {}", percent(after.confidence)),
            was => format!(
                "confidence {} → {}",
                percent(was),
                percent(after.confidence)
            ),
        });
    }
    for (name, value) in &after.fields {
        if before.fields.get(name) != Some(value) {
            all.push(format!("{name} {}", field_words(session, name, value)));
        }
    }
    for name in before
        .fields
        .keys()
        .filter(|name| !after.fields.contains_key(*name))
    {
        all.push(format!("{name} taken away"));
    }
    for (name, value) in &edited.account {
        let words = fact_words(session, name, value);
        all.push(format!("{name} {}", words.trim_matches('"')));
    }
    for (role, _) in after.roles.difference(&before.roles) {
        all.push(format!("{} known", role.name()));
    }
    for (step, _) in after
        .steps
        .iter()
        .filter(|(step, _)| !before.steps.contains_key(*step))
    {
        all.push(format!("{step} done"));
    }
    if after.overrides > before.overrides {
        all.push("by override".to_string());
    }
    let known = |id| before.follow_ups.iter().any(|item| item.id == id);
    let added = after.follow_ups.iter().filter(|item| !known(item.id));
    let (by_rule, by_hand): (Vec<_>, Vec<_>) = added.partition(|item| item.by_rule);
    for item in by_hand {
        all.push(format!(
            "next: {} {}",
            visible(&item.text),
            crate::date::day_and_distance(item.due, session.today)
        ));
    }
    if let Some(first) = by_rule.iter().min_by_key(|item| item.due) {
        let more = match by_rule.len() - 1 {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        all.push(format!(
            "follow-up: {} {}{more}",
            visible(&first.text),
            crate::date::day_and_distance(first.due, session.today)
        ));
    }
    all
}

impl SupplyArgs {
    /// As they were typed.
    pub(super) fn words(&self) -> String {
        let flags = [("set", &self.set), ("done", &self.done)];
        let next = self.next.iter().map(|next| ("next", next));
        let given = flags
            .into_iter()
            .flat_map(|(flag, values)| values.iter().map(move |value| (flag, value)))
            .chain(next);
        let words: Vec<String> = given
            .map(|(flag, value)| format!(" --{flag} {}", quoted(value)))
            .collect();
        words.concat()
    }

    /// Writes what was given along, before the decision looks at the deal.
    pub(super) fn apply(
        &self,
        session: &Session<'_>,
        write: &mut Write<'_>,
        id: crate::id::Id,
        at: Moment,
    ) -> Result<()> {
        let catalog = session.store.catalog()?;
        let mut typed: Vec<String> = self.set.clone();
        typed.extend(self.next.iter().map(|next| format!("next_step={next}")));
        for one in &typed {
            let assignment = assignment::parse(session, &catalog, one)?;
            let deal = deal_of(write, id)?;
            let events: Vec<Event> = assignment::events(session, write, &deal, &assignment, at)?;
            write.append(id, at, events)?;
        }
        for step in &self.done {
            let deal = deal_of(write, id)?;
            let events = decide(session, &deal, at.day, |case| {
                case.done(step, &mut || write.new_id())
            })?;
            write.append(id, at, events)?;
        }
        Ok(())
    }
}

/// An override without words explains nothing.
pub(super) fn reason_given(reason: Option<&str>) -> Result<()> {
    if reason.is_some_and(|reason| reason.trim().is_empty()) {
        return Err(crate::fault::Fault::usage("--override needs a reason")
            .hint("for example --override \"pilot approved by the CFO\"")
            .into());
    }
    Ok(())
}
