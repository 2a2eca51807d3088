//! What names in the file mean to one another: requirements, ways between stages, teams of reps.

use std::collections::{BTreeMap, BTreeSet};

use super::definition::Definition;
use super::limit::calendar_days;
use super::reader::{At, Reader};
use super::removed::GoneWritten;
use super::stages::StageWritten;
use super::{BuyingRole, Field, LOST, Problem, REQUIRABLE, Requirement, WON};
use crate::text::nearest;

pub(super) fn people(reader: &Reader<'_>, definition: &Definition) {
    let teams = definition.teams.iter().map(|team| team.value.name.as_str());
    for team in definition
        .reps
        .iter()
        .filter_map(|person| person.team.as_ref())
    {
        if !teams.clone().any(|known| known == team.value) {
            reader.unknown("team", team, teams.clone());
        }
    }
}

/// What may be written in `requires`.
fn requirement(fields: &[At<Field>], name: &str) -> Option<Requirement> {
    if let Some(role) = BuyingRole::from_name(name) {
        return Some(Requirement::Role(role));
    }
    let known = fields.iter().any(|field| field.value.name == name)
        || REQUIRABLE.iter().any(|(known, _)| *known == name);
    known.then(|| Requirement::Field(name.to_string()))
}

pub(super) fn requirements(reader: &Reader<'_>, definition: &Definition) {
    let fields = &definition.fields;
    let known = fields
        .iter()
        .map(|field| field.value.name.as_str())
        .chain(REQUIRABLE.iter().map(|(name, _)| *name))
        .chain(BuyingRole::ALL.iter().map(|role| role.name()));
    let mut told = BTreeSet::new();
    for stage in &definition.stages {
        for name in stage.requires.iter().map(|required| &required.name) {
            let Some(requirement) = requirement(fields, &name.value) else {
                reader.unknown("field", name, known.clone());
                continue;
            };
            let described = match requirement {
                Requirement::Field(_) => fields
                    .iter()
                    .find(|field| field.value.name == name.value)
                    .map(|field| (field.span.clone(), field.value.why.is_some())),
                Requirement::Role(role) => definition
                    .roles
                    .iter()
                    .find(|rule| rule.value.role == role)
                    .map(|rule| (rule.span.clone(), rule.value.why.is_some())),
            };
            let (span, label) = match described {
                Some((_, true)) => continue,
                Some((span, false)) => (
                    span,
                    "add `why = \"…\"`: what it is used for, in words a rep respects".into(),
                ),
                None => {
                    let table = if matches!(requirement, Requirement::Role(_)) {
                        "roles"
                    } else {
                        "fields"
                    };
                    (
                        name.span.clone(),
                        format!("add `[{table}.{}]` with a `why`", name.value),
                    )
                }
            };
            if told.insert(&name.value) {
                let message = format!(
                    "`{}` is required by stage `{}` but has no `why`",
                    name.value, stage.name.value
                );
                reader.absent(span, message, label);
            }
        }
    }
}

/// Checks `next` and `back`, and that every stage can be reached.
pub(super) fn ways(reader: &Reader<'_>, stages: &[StageWritten]) {
    let names = || stages.iter().map(|stage| stage.name.value.as_str());
    let index = |name: &str| names().position(|known| known == name);
    let mut reached = BTreeSet::from([0]);
    for (at, stage) in stages.iter().enumerate() {
        let here = &stage.name.value;
        for target in stage.back.iter().flatten() {
            let name = &target.value;
            match index(name) {
                _ if [WON, LOST].contains(&name.as_str()) => {
                    let message = format!("`back` of stage `{here}` names the end `{name}`");
                    reader.error(target.span.clone(), message, "expected an earlier stage");
                }
                None => reader.unknown("stage", target, names()),
                Some(to) if to >= at => {
                    let message = format!("`back` of stage `{here}` leads forward to `{name}`");
                    reader.error(
                        target.span.clone(),
                        message,
                        "expected an earlier stage; list it under `next`",
                    );
                }
                Some(_) => {}
            }
        }
        let Some(next) = &stage.next else {
            if reached.contains(&at) {
                reached.insert(at + 1);
            }
            continue;
        };
        for target in next {
            let name = &target.value;
            let to = match index(name) {
                _ if name == WON => continue,
                _ if name == LOST => {
                    let message = format!("`next` of stage `{here}` names the end `lost`");
                    reader.error(
                        target.span.clone(),
                        message,
                        "a deal can be lost from every stage; leave it out",
                    );
                    continue;
                }
                None => {
                    reader.unknown("stage", target, names().chain([WON]));
                    // What was probably meant is reached, so that one slip is not reported twice.
                    nearest(name, names()).and_then(index)
                }
                Some(to) if to <= at => {
                    let message = format!("`next` of stage `{here}` leads back to `{name}`");
                    reader.error(
                        target.span.clone(),
                        message,
                        "expected a later stage or `won`; list it under `back`",
                    );
                    continue;
                }
                to => to,
            };
            if reached.contains(&at) {
                reached.extend(to);
            }
        }
    }
    for (at, stage) in stages.iter().enumerate() {
        let name = &stage.name;
        let doubled = index(&name.value) != Some(at);
        if !reached.contains(&at) && !doubled {
            let message = format!("stage `{}` cannot be reached", name.value);
            reader.absent(
                name.span.clone(),
                message,
                "no stage that can be reached names it in `next`",
            );
        }
    }
}

/// Checks `moved_from` and `remove`: a name is of one stage, now or before, or of none.
pub(super) fn moved(reader: &Reader<'_>, stages: &[StageWritten], gone: &[GoneWritten]) {
    let names = || stages.iter().map(|stage| stage.name.value.as_str());
    let mut known: BTreeMap<&str, &str> = BTreeMap::new();
    for stage in stages {
        let here = &stage.name.value;
        for before in &stage.moved_from {
            let name = before.value.as_str();
            let label = if [WON, LOST].contains(&name) {
                "it is an end; expected what the stage was called before".to_string()
            } else if name == here {
                "this is its name now; expected the earlier one".to_string()
            } else if names().any(|known| known == name) {
                "that stage is still there; expected a name that no stage has any more".to_string()
            } else if let Some(other) = known.insert(name, here) {
                format!("`{other}` says so too; its deals can't go along with both")
            } else {
                continue;
            };
            let message = format!("stage `{here}` can't be moved from `{name}`");
            reader.error(before.span.clone(), message, label);
        }
    }
    for written in gone {
        let (name, span) = (written.gone.stage.as_str(), written.span.clone());
        let said = if names().any(|known| known == name) {
            "the file still has it; delete its `[[stage]]` too".to_string()
        } else if let Some((now, _)) = known.get(name).zip(written.deals_to.as_ref()) {
            format!("`{now}` is moved from it, so its deals go along; delete one of the two")
        } else {
            let to = written.gone.deals_to.as_ref().zip(written.deals_to.clone());
            if let Some((to, span)) = to.filter(|(to, _)| !names().any(|known| known == *to)) {
                let value = to.clone();
                reader.unknown("stage", &At { value, span }, names());
            }
            continue;
        };
        reader.error(span, format!("`remove` names the stage `{name}`"), said);
    }
}

pub(super) fn probabilities(reader: &Reader<'_>, stages: &[StageWritten]) {
    let known = stages
        .iter()
        .filter_map(|stage| Some((stage, stage.probability.as_ref()?)));
    let known = known.filter(|(_, share)| (0.0..=1.0).contains(&share.value));
    for ((before, first), (stage, then)) in known.clone().zip(known.skip(1)) {
        if then.value < first.value {
            let message = format!(
                "probability falls from `{}` to `{}`",
                before.name.value, stage.name.value
            );
            let label = format!(
                "{} after {}: a deal that has come further should be likelier to be won",
                then.value, first.value
            );
            reader.report(Problem::warning(then.span.clone(), message, label));
        }
    }
    let mut without = stages.iter().filter(|stage| stage.objective.is_none());
    if let Some(first) = without.next() {
        // One warning however many there are: a draft has none of them, and nobody reads the same thing ten times.
        let others: Vec<String> = without
            .map(|stage| format!("`{}`", stage.name.value))
            .collect();
        let more = if others.is_empty() {
            String::new()
        } else {
            format!("; nor have {}", others.join(", "))
        };
        let message = format!("stage `{}` has no objective{more}", first.name.value);
        let label = "say what it is for: `objective = \"…\"`";
        reader.report(Problem::warning(first.span.clone(), message, label));
    }
}

/// A deal that is late before it takes as long as it usually does.
pub(super) fn timing(reader: &Reader<'_>, stages: &[StageWritten]) {
    for stage in stages {
        let (Some(typical), Some(limit)) = (stage.typical, &stage.limit) else {
            continue;
        };
        if calendar_days(limit.value) < calendar_days(typical) {
            let message = format!(
                "deals in stage `{}` are late before they usually leave it",
                stage.name.value
            );
            let label = format!("expected at least the typical {typical}");
            reader.report(Problem::warning(limit.span.clone(), message, label));
        }
    }
}
