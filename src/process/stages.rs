//! The stages as written: steps, exit criteria, tools, follow-ups and where a deal may go next.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::keys::Keys;
use super::names::{is_word, slug, slugified, titled, unique};
use super::problem::Lines;
use super::reader::{At, Reader};
use super::shape;
use super::tools::{ToolWritten, tools};
use super::{FollowUpRule, LOST, Only, Span, Step, WON};

pub(super) struct StageWritten {
    pub(super) name: At<String>,
    /// The stage that it stands beside, if not where it is written: `after` or `before` it.
    beside: Option<At<String>>,
    /// What it was called before.
    pub(super) moved_from: Vec<At<String>>,
    pub(super) title: String,
    pub(super) objective: Option<String>,
    pub(super) buyer: Option<String>,
    pub(super) probability: Option<At<f64>>,
    pub(super) typical: Option<Span>,
    pub(super) limit: Option<At<Span>>,
    pub(super) most_visits: Option<u32>,
    pub(super) only: Only,
    pub(super) requires: Vec<RequiredWritten>,
    pub(super) steps: Vec<Step>,
    /// Of each of `steps`, of which deals it is asked.
    pub(super) steps_asked: Vec<Option<At<String>>>,
    pub(super) exit: Vec<CriterionWritten>,
    pub(super) tools: Vec<ToolWritten>,
    pub(super) follow_ups: Vec<FollowUpWritten>,
    pub(super) next: Option<Vec<At<String>>>,
    pub(super) back: Option<Vec<At<String>>>,
    /// Its heading.
    pub(super) span: Range<usize>,
    pub(super) lines: Vec<Range<usize>>,
}

/// A field or a role by its name.
pub(super) struct RequiredWritten {
    pub(super) name: At<String>,
    pub(super) only: Only,
    pub(super) ask_when: Option<At<String>>,
}

pub(super) struct CriterionWritten {
    pub(super) when: At<String>,
    pub(super) say: String,
    pub(super) why: Option<String>,
    pub(super) only: Only,
    pub(super) lines: Vec<Range<usize>>,
}

pub(super) struct FollowUpWritten {
    pub(super) rule: FollowUpRule,
    pub(super) step: Option<At<String>>,
}

/// Every stage may lead back to every earlier one; beyond this the file is not a process.
const MOST_STAGES: usize = 100;

pub(super) fn read(reader: &Reader<'_>, lines: &Lines<'_>, file: &Keys<'_>) -> Vec<StageWritten> {
    let mut stages: Vec<StageWritten> = Vec::new();
    let none = |value: &Spanned<DeValue<'_>>| {
        value
            .get_ref()
            .as_array()
            .is_some_and(|items| items.is_empty())
    };
    if file.get("stage").is_none_or(none) {
        reader.absent(
            0..0,
            "the process has no stage",
            "add `[[stage]]` with a `name`",
        );
    }
    for value in file.tables("stage") {
        if stages.len() == MOST_STAGES {
            let message = format!("more than {MOST_STAGES} stages");
            reader.error(value.span(), message, "nobody could follow such a process");
            break;
        }
        let Some(keys) = reader.table(&shape::STAGE, value) else {
            continue;
        };
        let name = slug(reader, keys.needed("a stage", "name"));
        if let Some(name) = name
            .as_ref()
            .filter(|name| [WON, LOST].contains(&name.value.as_str()))
        {
            let message = format!("`{}` cannot name a stage", name.value);
            reader.error(
                name.span.clone(),
                message,
                "it is an end; describe it under `[[end]]`",
            );
        }
        let stage = stage(reader, lines, &keys, value, name.clone());
        stages.extend(name.is_some().then_some(stage));
    }
    unique(reader, "stage", stages.iter().map(|stage| &stage.name));
    for beside in stages.iter().filter_map(|stage| stage.beside.as_ref()) {
        if !stages.iter().any(|stage| stage.name.value == beside.value) {
            let names = stages.iter().map(|stage| stage.name.value.as_str());
            reader.unknown("stage", beside, names);
        }
    }
    stages
}

fn stage(
    reader: &Reader<'_>,
    lines: &Lines<'_>,
    keys: &Keys<'_>,
    value: &Spanned<DeValue<'_>>,
    name: Option<At<String>>,
) -> StageWritten {
    // Without a usable name the stage is read for its other problems only.
    let name = name.unwrap_or(At {
        value: String::new(),
        span: keys.span.clone(),
    });
    let title = keys.words("title").unwrap_or_else(|| titled(&name.value));
    let probability = keys.number("probability");
    if let Some(share) = probability
        .as_ref()
        .filter(|share| !(0.0..=1.0).contains(&share.value))
    {
        reader.error(
            share.span.clone(),
            "`probability` is out of range",
            "expected a share from 0 to 1, such as 0.4",
        );
    }
    let requires = requires(reader, keys);
    unique(
        reader,
        "required field",
        requires.iter().map(|required| &required.name),
    );
    let (steps, steps_asked) = steps(reader, keys);
    StageWritten {
        title,
        beside: {
            let before = keys.text("before");
            keys.text("after").or(before)
        },
        moved_from: keys.one_or_more("moved_from"),
        name,
        objective: keys.words("objective"),
        buyer: keys.words("buyer"),
        probability,
        typical: keys.parsed("typical"),
        limit: keys.parsed_at("limit"),
        most_visits: keys
            .integer("most_visits", 1..=1_000)
            .and_then(|visits| u32::try_from(visits).ok()),
        only: only(reader, keys),
        requires,
        steps,
        steps_asked,
        exit: exit(reader, lines, keys),
        tools: tools(reader, keys),
        follow_ups: follow_ups(reader, keys),
        next: targets(reader, keys, "next"),
        back: targets(reader, keys, "back"),
        span: keys.span.clone(),
        lines: lines.of_value(value),
    }
}

/// The customer types that `only` names.
pub(super) fn only(reader: &Reader<'_>, keys: &Keys<'_>) -> Only {
    let Some(names) = keys.texts("only") else {
        return Only::default();
    };
    if let Some(value) = keys.get("only").filter(|_| names.is_empty()) {
        reader.error(
            value.span(),
            "`only` is empty",
            "expected customer types; leave it out of what is for all",
        );
    }
    unique(reader, "customer type", &names);
    reader.note_types(&names);
    Only(names.into_iter().map(|name| name.value).collect())
}

fn requires(reader: &Reader<'_>, keys: &Keys<'_>) -> Vec<RequiredWritten> {
    let mut required = Vec::new();
    for item in keys.items("requires").unwrap_or_default() {
        if !item.get_ref().is_table() {
            let name = reader.text_of("requires", item);
            required.extend(name.map(|name| RequiredWritten {
                name,
                only: Only::default(),
                ask_when: None,
            }));
        } else if let Some(keys) = reader.table(&shape::REQUIRED, item) {
            let name = keys.needed("what is required", "name");
            let only = only(reader, &keys);
            let ask_when = keys.text("ask_when");
            required.extend(name.map(|name| RequiredWritten {
                name,
                only,
                ask_when,
            }));
        }
    }
    required
}

/// Steps, and of each of which deals it is asked.
fn steps(reader: &Reader<'_>, keys: &Keys<'_>) -> (Vec<Step>, Vec<Option<At<String>>>) {
    let mut names = Vec::new();
    let mut steps = Vec::new();
    let mut asked = Vec::new();
    for item in keys.items("steps").unwrap_or_default() {
        let (name, step, ask_when) = if item.get_ref().is_str() {
            let Some(text) = reader.text_of("steps", item) else {
                continue;
            };
            let name = slugified(&text.value);
            let title = if name == text.value {
                titled(&name)
            } else {
                text.value
            };
            let step = Step {
                name: name.clone(),
                title,
                required: true,
                why: None,
                who: None,
                only: Only::default(),
                ask_when: None,
            };
            (
                At {
                    value: name,
                    span: text.span,
                },
                step,
                None,
            )
        } else {
            let Some(keys) = reader.table(&shape::STEP, item) else {
                continue;
            };
            let Some(name) = keys.needed("a step", "name") else {
                continue;
            };
            let step = Step {
                name: name.value.clone(),
                title: keys.words("title").unwrap_or_else(|| titled(&name.value)),
                required: keys.flag("required", true),
                why: keys.words("why"),
                who: keys.words("who"),
                only: only(reader, &keys),
                ask_when: None,
            };
            let ask_when = keys.text("ask_when");
            if let Some(at) = ask_when.as_ref().filter(|_| !step.required) {
                reader.error(
                    at.span.clone(),
                    format!("the advised step `{}` has `ask_when`", step.name),
                    "only what is required is asked for: leave out `required = false`, or this",
                );
            }
            (name, step, ask_when)
        };
        if is_word(&name.value) {
            steps.push(step);
            asked.push(ask_when);
            names.push(name);
        } else {
            reader.error(
                name.span,
                format!("`{}` cannot name a step", name.value),
                "conditions read it as `done_…`: expected lower-case letters, digits and `_`, beginning with a letter",
            );
        }
    }
    unique(reader, "step", &names);
    (steps, asked)
}

fn exit(reader: &Reader<'_>, lines: &Lines<'_>, keys: &Keys<'_>) -> Vec<CriterionWritten> {
    let mut criteria = Vec::new();
    for item in keys.items("exit").unwrap_or_default() {
        let Some(keys) = reader.table(&shape::CRITERION, item) else {
            continue;
        };
        let when = keys.needed("an exit criterion", "when");
        let say = keys.needed("an exit criterion", "say");
        let why = keys.words("why");
        if let Some(when) = when {
            let say = say.map_or_else(|| when.value.clone(), |say| say.value);
            criteria.push(CriterionWritten {
                when,
                say,
                why,
                only: only(reader, &keys),
                lines: lines.of_value(item),
            });
        }
    }
    criteria
}

fn follow_ups(reader: &Reader<'_>, keys: &Keys<'_>) -> Vec<FollowUpWritten> {
    let mut rules = Vec::new();
    for item in keys.items("follow_up").unwrap_or_default() {
        let Some(keys) = reader.table(&shape::FOLLOW_UP, item) else {
            continue;
        };
        if keys.get("after").is_none() {
            reader.absent(
                keys.span.clone(),
                "a follow-up has no `after`",
                "add `after = \"3d\"`",
            );
        }
        let after = keys.parsed("after");
        let say = keys.needed("a follow-up", "say");
        let step = keys.text("step");
        if let (Some(after), Some(say)) = (after, say) {
            let named = step.as_ref().map(|step| step.value.clone());
            let rule = FollowUpRule {
                after,
                step: named,
                say: say.value,
                why: keys.words("why"),
                only: only(reader, &keys),
            };
            rules.push(FollowUpWritten { rule, step });
        }
    }
    rules
}

fn targets(reader: &Reader<'_>, keys: &Keys<'_>, key: &str) -> Option<Vec<At<String>>> {
    let targets = keys.texts(key)?;
    unique(reader, "stage", &targets);
    if let Some(value) = keys
        .get(key)
        .filter(|_| key == "next" && targets.is_empty())
    {
        reader.error(
            value.span(),
            "`next` is empty",
            "a deal could not leave this stage; name a stage or `won`",
        );
    }
    Some(targets)
}
