//! How a refusal reads: everything that is missing at once, with value, why, and the flag that supplies it.

use std::fmt;
use std::fmt::Write as _;

use super::output::Console;
use super::session::Session;
use super::show::{fact_words, plural};
use crate::condition::Truth;
use crate::deal::Deal;
use crate::deal::decide::Refusal;
use crate::deal::gate::{GateLine, Supply};
use crate::store::PersonRow;
use crate::text::{shortened, visible, wrapped};

/// A refusal ready to be shown: not an error of the program, an answer (exit code 1).
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) text: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Refused {}

/// Draws the lines of a gate under a heading, then hints that are themselves valid commands.
pub(crate) fn render(
    session: &Session<'_>,
    refusal: &Refusal,
    deal: &Deal,
    who: &str,
    command: &str,
    persons: &[(crate::process::BuyingRole, PersonRow)],
) -> Refused {
    let process = &session.process;
    let open = refusal.open().count();
    let mut out = format!(
        "✗ {who} stays in {}{}: {open} of {} open\n\n",
        process.stage_title(&refusal.from),
        day_in_stage(session, deal),
        refusal.lines.len(),
    );
    let several = refusal.lines.iter().any(|line| line.stage != refusal.from);
    let name_width = refusal
        .lines
        .iter()
        .map(|line| label(line, several, process).chars().count())
        .max()
        .unwrap_or(0)
        .clamp(8, 30);
    let rule_width = refusal
        .lines
        .iter()
        .filter(|line| line.verdict != Truth::Met && line.supply_is_not_a_step())
        .filter_map(|line| line.rule.as_ref().map(|rule| rule.chars().count()))
        .max()
        .unwrap_or(0)
        .min(36);
    for line in &refusal.lines {
        let mark = match line.verdict {
            Truth::Met => "✓",
            Truth::NotMet => "✗",
            Truth::Missing => "?",
        };
        let name = label(line, several, process);
        let detail = detail(session, line, persons, rule_width);
        let indent = name_width + 6;
        let first = format!("  {mark} {name:<name_width$}  {detail}");
        out.push_str(&wrapped(&first, Console::width(), indent));
        out.push('\n');
        if line.verdict != Truth::Met {
            let mut say = |text: String, hanging: usize| {
                let line = format!("{}{text}", " ".repeat(indent));
                out.push_str(&wrapped(&line, Console::width(), indent + hanging));
                out.push('\n');
            };
            // A criterion that is said as it is written is said once.
            if let Some(words) = line
                .say
                .as_ref()
                .filter(|say| line.rule.as_ref() != Some(*say))
            {
                say(visible(words), 0);
            }
            if let Some(why) = &line.why {
                say(format!("why: {}", visible(why)), 5);
            }
        }
    }
    out.push('\n');
    out.push_str(&hints(refusal, command));
    let lines = refusal.open().flat_map(|line| &line.lines);
    let places = session.process.places(&session.applied_path, lines);
    if !places.is_empty() {
        let rules: Vec<String> = places
            .iter()
            .map(|(file, from, to)| format!("{}:{from}-{to}", visible(file)))
            .collect();
        let _ = write!(
            out,
            "rules: {}, process version {}",
            rules.join(", "),
            session.version
        );
    }
    Refused { text: out }
}

/// ` (day 32 of 21)`: how long it has been there, of the stage's limit.
pub(crate) fn day_in_stage(session: &Session<'_>, deal: &Deal) -> String {
    let Some(entered) = deal.stage_entered() else {
        return String::new();
    };
    let day = session.today.signed_duration_since(entered).num_days();
    let stage = deal.stage().and_then(|stage| session.process.stage(stage));
    match stage.and_then(|stage| stage.limit) {
        Some(limit) => {
            let end = session.process.calendar.add(entered, limit);
            format!(
                " (day {day} of {})",
                end.signed_duration_since(entered).num_days()
            )
        }
        None => format!(" (day {day})"),
    }
}

fn label(line: &GateLine, several: bool, process: &crate::process::Process) -> String {
    let name = visible(&line.name);
    if several {
        format!("{}: {name}", process.stage_title(&line.stage))
    } else {
        name
    }
}

fn detail(
    session: &Session<'_>,
    line: &GateLine,
    persons: &[(crate::process::BuyingRole, PersonRow)],
    rule_width: usize,
) -> String {
    let is_step = !line.supply_is_not_a_step();
    let values = |only_known: bool| {
        line.found
            .iter()
            .filter(|(_, value)| !only_known || *value != crate::condition::Value::Null)
            .map(|(name, value)| format!("{name} is {}", fact_words(session, name, value)))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match (line.verdict, &line.rule) {
        (Truth::Met, _) if is_step => "done".to_string(),
        (Truth::Met, None) => {
            let person = persons.iter().find(|(role, _)| role.name() == line.name);
            match (person, line.found.first()) {
                (Some((_, person)), _) => shortened(&person_words(person), 50),
                (None, Some((name, value))) => shortened(&fact_words(session, name, value), 50),
                (None, None) => String::new(),
            }
        }
        (Truth::Met, Some(rule)) => format!("{}   {}", visible(rule), values(true)),
        (Truth::NotMet, None) => values(false),
        (Truth::NotMet, Some(rule)) => {
            format!("{:<rule_width$}   {}", visible(rule), values(false))
        }
        (Truth::Missing, Some(rule)) if is_step => format!("not done: {}", visible(rule)),
        (Truth::Missing, Some(rule)) => {
            let missing: Vec<&str> = line
                .found
                .iter()
                .filter(|(_, value)| *value == crate::condition::Value::Null)
                .map(|(name, _)| name.as_str())
                .collect();
            format!(
                "{:<rule_width$}   {} missing",
                visible(rule),
                missing.join(", ")
            )
        }
        (Truth::Missing, None) => "missing".to_string(),
    }
}

fn person_words(person: &PersonRow) -> String {
    match &person.title {
        Some(title) => format!("{}, {title}", person.name),
        None => person.name.clone(),
    }
}

fn hints(refusal: &Refusal, command: &str) -> String {
    let mut supply = Vec::new();
    let mut by_hand = 0;
    let mut given = command.to_string();
    for line in refusal.open() {
        if let Some(Supply::Set(name, _)) = &line.supply {
            // What was given and did not do is asked for anew.
            given = without_set(&given, name);
        }
        let flag = match &line.supply {
            Some(Supply::Set(name, value)) if value.chars().all(char::is_alphanumeric) => {
                format!("--set {name}={value}")
            }
            Some(Supply::Set(name, value)) => format!("--set {name}=\"{value}\""),
            Some(Supply::Next) => "--next \"DATE: WHAT\"".to_string(),
            Some(Supply::Done(step)) => format!("--done {step}"),
            None => {
                by_hand += 1;
                continue;
            }
        };
        if !supply.contains(&flag) {
            supply.push(flag);
        }
    }
    let mut out = String::new();
    if !supply.is_empty() {
        let _ = writeln!(out, "hint: {given} {}", supply.join(" "));
    }
    if by_hand > 0 {
        let _ = writeln!(
            out,
            "hint: {by_hand} {} on what can't be set by hand",
            plural(by_hand, "criterion rests", "criteria rest")
        );
    }
    let _ = writeln!(
        out,
        "hint: {command} --override \"why it may go on\"   is recorded"
    );
    out
}

/// A command line without its `--set NAME=…`.
fn without_set(command: &str, name: &str) -> String {
    let mut parts = command.split(" --");
    let mut out = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let value = part
            .strip_prefix("set ")
            .map(|set| set.trim_start_matches('"'));
        if value.is_none_or(|set| set.split('=').next() != Some(name)) {
            out.push_str(" --");
            out.push_str(part);
        }
    }
    out
}

impl GateLine {
    fn supply_is_not_a_step(&self) -> bool {
        !(matches!(self.supply, Some(Supply::Done(_))) && self.found.is_empty())
    }
}
