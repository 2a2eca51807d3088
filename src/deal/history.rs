//! What happened to a deal, in words.

use std::fmt::Write as _;

use super::event::{Activity, Change, Event, Move};
use crate::date;
use crate::money::Money;
use crate::process::Process;

/// One event as a line of a history. `name_of` gives the name of a person by id.
pub fn words(
    event: &Event,
    process: &Process,
    name_of: &dyn Fn(crate::id::Id) -> String,
) -> String {
    let or_none = |text: Option<&str>| text.unwrap_or("(none)").to_string();
    match event {
        Event::DealOpened {
            opened, external, ..
        } => {
            let when = opened.map_or_else(|| " at an unknown date".to_string(), |_| String::new());
            match external {
                Some(key) => format!("opened{when}, imported as {key}"),
                None => format!("opened{when}"),
            }
        }
        Event::Changed(change) => match change {
            Change::Account(_) => "account changed".to_string(),
            Change::Title(title) => {
                format!("title {}", or_none(title.as_ref().map(|t| t.text.as_str())))
            }
            Change::Owner(owner) => format!("owner {}", or_none(owner.as_deref())),
            Change::Product(product) => format!("product {}", or_none(product.as_deref())),
            Change::Source(source) => format!("source {}", or_none(source.as_deref())),
            Change::Value(None) => "value taken away".to_string(),
            Change::Value(Some(amount)) => format!(
                "value {}",
                Money {
                    minor: amount.minor,
                    currency: amount.currency
                }
            ),
            Change::ExpectedClose(day) => {
                format!(
                    "expected close {}",
                    day.map_or_else(|| "(none)".to_string(), date::day)
                )
            }
            Change::Confidence(percent) => match percent {
                Some(percent) => format!("confidence {percent} %"),
                None => "confidence taken away".to_string(),
            },
            Change::Field { name, value } => match value.fact() {
                crate::condition::Value::Null => format!("{name} taken away"),
                crate::condition::Value::Integer(n) => format!("{name} {n}"),
                crate::condition::Value::Number(n) => format!("{name} {n}"),
                crate::condition::Value::Text(text) => format!("{name} \"{text}\""),
            },
        },
        Event::StageEntered {
            stage,
            how,
            overridden,
            entered,
            ..
        } => {
            let title = process.stage_title(stage);
            let mut line = match how {
                Move::Start => format!("entered {title}"),
                Move::Advance => format!("advanced to {title}"),
                Move::Back => format!("moved back to {title}"),
                Move::Imported => format!("entered {title} (imported)"),
                Move::ImportedBack => format!("moved back to {title} (imported)"),
                Move::Process => format!("moved to {title} by a change of the process"),
            };
            if entered.is_none() {
                line.push_str(", date unknown");
            }
            if let Some(passed) = overridden {
                let _ = write!(
                    line,
                    " by override: \"{}\"; open: {}",
                    passed.reason.text,
                    passed.open.join(", ")
                );
            }
            line
        }
        Event::StageRenamed { from, to } => {
            format!("`{from}` is called {} now", process.stage_title(to))
        }
        Event::Won {
            overridden,
            imported,
            ..
        } => match overridden {
            Some(passed) => format!(
                "won by override: \"{}\"; open: {}",
                passed.reason.text,
                passed.open.join(", ")
            ),
            None if *imported => "won (imported)".to_string(),
            None => "won".to_string(),
        },
        Event::Lost {
            reason,
            note,
            imported,
            ..
        } => {
            let mut line = format!("lost: {}", reason.as_deref().unwrap_or("reason unrecorded"));
            if *imported {
                line.push_str(" (imported)");
            }
            if let Some(note) = note {
                let _ = write!(line, ", \"{}\"", note.text);
            }
            line
        }
        Event::Reopened { reason, .. } => match reason {
            Some(reason) => format!("reopened: \"{}\"", reason.text),
            None => "reopened".to_string(),
        },
        Event::Held { until, reason } => {
            format!("on hold until {}: \"{}\"", date::day(*until), reason.text)
        }
        Event::Resumed => "off hold".to_string(),
        Event::StepDone { step } => format!("step {step} done"),
        Event::Noted { text } => format!("note: \"{}\"", text.text),
        Event::Logged(activity) => activity_words(activity, name_of),
        Event::RoleGiven { person, role } => format!("{} is {}", name_of(*person), role.name()),
        Event::RoleTaken { person, role } => {
            format!("{} is not {} any more", name_of(*person), role.name())
        }
        Event::FollowUpAdded {
            due, text, by_rule, ..
        } => format!(
            "follow-up {}: \"{}\"{}",
            date::day(*due),
            text.text,
            if *by_rule { " (by rule)" } else { "" }
        ),
        Event::FollowUpDone { .. } => "follow-up done".to_string(),
        Event::FollowUpSnoozed { due, .. } => format!("follow-up put off to {}", date::day(*due)),
        Event::AccountAdded { name } => format!("account {name} added"),
        Event::AccountField { name, .. } => format!("account field {name}"),
        Event::PersonAdded { name, .. } => format!("person {} added", name.text),
        Event::AccountRenamed { name } => format!("account renamed {name}"),
        Event::AccountMerged { .. } => "merged into another account".to_string(),
        Event::PersonChanged(change) => change.words(),
        Event::PersonMerged { into } => format!("merged into {}", name_of(*into)),
        Event::SalesRoleGiven { role } => format!("is {}", role.name()),
        Event::SalesRoleTaken { role } => format!("is not {} any more", role.name()),
        Event::CatalogSet(entry) => format!("{} {} set", entry.kind.name(), entry.name),
        Event::ProcessApplied { version, why, .. } => {
            format!("process version {version} applied: \"{}\"", why.text)
        }
        Event::SuppressionAdded {
            text,
            purpose,
            reason,
            ..
        } => format!("{} suppressed for {purpose}: {}", text.text, reason.text),
        Event::SuppressionRemoved { reason } => {
            format!("suppression removed: {}", reason.text)
        }
        Event::Rated {
            topic,
            stars,
            by,
            note,
        } => {
            let note = note.as_ref().map(|note| format!(": \"{}\"", note.text));
            format!("{topic} {stars} of 5 by {by}{}", note.unwrap_or_default())
        }
        Event::RatingTaken { topic, by } => format!("rating of {topic} by {by} taken back"),
        Event::SelectionSaved { name, names, .. } => format!("selection {name} of {names} saved"),
        Event::SelectionRemoved => "selection removed".to_string(),
        Event::CaseOpened(opening) => {
            let text = opening.text.as_ref();
            let text = text.map(|text| format!(": \"{}\"", text.text));
            format!(
                "{} by {}{}",
                opening.what.name(),
                opening.by,
                text.unwrap_or_default()
            )
        }
        Event::CaseAssigned { owner, .. } => match owner {
            Some(owner) => format!("is the work of {owner}"),
            None => "is nobody's work".to_string(),
        },
        Event::CaseAnswered { text, closes, .. } => {
            let text = text.as_ref().map(|text| format!(": \"{}\"", text.text));
            let what = if *closes { "closed" } else { "answered" };
            format!("{what}{}", text.unwrap_or_default())
        }
        Event::CaseReopened { .. } => "open again".to_string(),
        Event::TargetProposed(offer) => format!(
            "target of {} proposed: {} {} {}, {} to {}",
            offer.rep,
            offer.metric,
            offer.bound.words(),
            offer.bound.number(),
            date::day(offer.from),
            date::day(offer.to)
        ),
        Event::TargetAnswered { bound, by, .. } => match bound {
            Some(bound) => format!(
                "{} {} offered by the {}",
                bound.words(),
                bound.number(),
                by.name()
            ),
            None => format!("accepted by the {}", by.name()),
        },
        Event::TargetWithdrawn { .. } => "target withdrawn".to_string(),
        Event::Committed(said) => format!(
            "{} of {} {}: {}, {} to {}",
            said.word(),
            said.scope.name(),
            said.name,
            Money {
                minor: said.amount_minor,
                currency: process.currency
            },
            date::day(said.from),
            date::day(said.to)
        ),
        Event::ProcessSuggested { text, stage } => {
            let about = stage.as_ref().map(|stage| format!(" of {stage}"));
            format!(
                "a change{} suggested: \"{}\"",
                about.unwrap_or_default(),
                text.text
            )
        }
        Event::SuggestionAnswered { verdict, text } => {
            format!("{}: \"{}\"", verdict.name(), text.text)
        }
        Event::ProcessReviewed { note } => {
            let note = note.as_ref().map(|note| format!(": \"{}\"", note.text));
            format!("process reviewed{}", note.unwrap_or_default())
        }
        Event::CostAdded { amount, text, .. } => format!(
            "cost {}: \"{}\"",
            Money {
                minor: amount.minor,
                currency: amount.currency
            },
            text.text
        ),
        Event::CostRemoved { .. } => "cost taken back".to_string(),
        Event::AbsenceAdded { from, until, .. } => {
            format!("away {} to {}", date::day(*from), date::day(*until))
        }
        Event::AbsenceRemoved { .. } => "absence taken back".to_string(),
        Event::DealOrigin(origin) => match &origin.why {
            Some(why) => format!("chosen: {why}"),
            None => "where it came from noted".to_string(),
        },
        Event::BatchImported {
            file,
            what,
            read,
            new,
            ..
        } => format!("{what} imported from {file}: {new} new of {read} rows"),
        Event::ProspectsImported { file, counts, .. } => {
            format!(
                "names imported from {file}: {} new of {} rows",
                counts.new, counts.read
            )
        }
        Event::ListSet(terms) => format!("terms of the list {} set", terms.code),
        Event::ListSeeded { ours: true, .. } => "a decoy of ours added".to_string(),
        Event::ListSeeded { ours: false, .. } => "a decoy of its owner's added".to_string(),
        Event::ListUsed {
            channel,
            names,
            overridden,
            ..
        } => {
            let over = overridden
                .as_ref()
                .map(|over| format!(", overridden: \"{}\"", over.reason.text));
            format!(
                "used by {}, {names} names{}",
                channel.name(),
                over.unwrap_or_default()
            )
        }
        Event::ListUndeliverable { names } => format!("{} names undeliverable", names.len()),
        Event::ListRetired { reason } => format!("retired: \"{}\"", reason.text),
        Event::ListReturned => "returned to the broker".to_string(),
        Event::ListNoticeGiven => "its names were told where we have them from".to_string(),
        Event::ProspectResponded { channel, note } => {
            let through = channel.map(|channel| format!(" by {}", channel.name()));
            let note = note.as_ref().map(|note| format!(": \"{}\"", note.text));
            format!(
                "responded{}{}",
                through.unwrap_or_default(),
                note.unwrap_or_default()
            )
        }
        Event::ProspectNoticeGiven => "told where we have them from".to_string(),
        Event::ProspectIdentified { entity } => {
            format!("found to be {}", &entity.handle()[..6])
        }
        Event::ProspectDistinct { other } => {
            format!("found not to be {}", &other.handle()[..6])
        }
        Event::SnapshotTaken(snapshot) => format!(
            "{} open deals on {}",
            snapshot.open(),
            date::day(snapshot.day)
        ),
        Event::PageMailed { day, to } => format!("page of {} mailed to {to}", date::day(*day)),
        Event::HistoryTold(_) => "its history was imported".to_string(),
        Event::Undone { .. } => "undone".to_string(),
        Event::Redone { .. } => "redone".to_string(),
    }
}

/// `call with Jana Roth, 12 min: "wants the quote on Friday"`
pub fn activity_words(activity: &Activity, name_of: &dyn Fn(crate::id::Id) -> String) -> String {
    let mut line = activity.what.name().to_string();
    if let Some(person) = activity.person {
        let _ = write!(line, " with {}", name_of(person));
    }
    if let Some(minutes) = activity.minutes {
        let _ = write!(line, ", {minutes} min");
    }
    if let Some(text) = &activity.text {
        let _ = write!(line, ": \"{}\"", text.text);
    }
    line
}
