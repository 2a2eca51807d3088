//! What a gate asks, each line as one condition that all deals of a stage are judged by at once.

use anyhow::Result;

use crate::condition::{ColumnKind, Condition};
use crate::fault::Fault;
use crate::process::{Only, Process, Stage};

/// A line of a gate as one condition: true is met, false not met, NULL missing, as [`crate::deal::gate`] says.
pub(super) struct Rule {
    pub(super) part: &'static str,
    pub(super) item: String,
    pub(super) condition: Condition,
    /// The condition has it, too; by itself it tells who is spared.
    pub(super) ask_when: Option<Condition>,
    pub(super) only: Only,
}

impl Rule {
    pub(super) fn is(&self, other: &Self) -> bool {
        self.part == other.part
            && self.item == other.item
            && self.condition.text == other.condition.text
            && self.only == other.only
    }

    pub(super) fn asks(&self) -> String {
        let when = &self.condition.text;
        if self.part == "exit" && self.item != *when {
            format!("{} ({when})", self.item)
        } else {
            self.item.clone()
        }
    }
}

/// What the gate of a stage asks, line by line.
pub(super) fn rules(process: &Process, stage: &Stage) -> Result<Vec<Rule>> {
    let checked = |text: String| {
        let condition = process.engine.check(&text);
        condition.map_err(|mistake| Fault::usage(format!("`{text}`: {}", mistake.message)))
    };
    let mut rules = Vec::new();
    for required in &stage.requires {
        let name = required.what.name();
        rules.push(Rule {
            part: "requires",
            item: name.to_string(),
            condition: checked(asked(required.ask_when.as_ref(), is_known(process, name)))?,
            ask_when: required.ask_when.clone(),
            only: required.only.clone(),
        });
    }
    for step in stage.steps.iter().filter(|step| step.required) {
        rules.push(Rule {
            part: "steps",
            item: step.name.clone(),
            condition: checked(asked(
                step.ask_when.as_ref(),
                format!("CASE WHEN done_{} = 1 THEN 1 END", step.name),
            ))?,
            ask_when: step.ask_when.clone(),
            only: step.only.clone(),
        });
    }
    for criterion in &stage.exit {
        rules.push(Rule {
            part: "exit",
            item: criterion.say.clone(),
            condition: criterion.when.clone(),
            ask_when: None,
            only: criterion.only.clone(),
        });
    }
    Ok(rules)
}

/// What is not asked of a deal does not stop it; where it is not known whether it is asked, it is.
fn asked(ask_when: Option<&Condition>, condition: String) -> String {
    match ask_when {
        Some(when) => format!(
            "CASE WHEN coalesce(({}), 1) THEN ({condition}) ELSE 1 END",
            when.text
        ),
        None => condition,
    }
}

/// Whether a field or role is known; a next step that is overdue is no plan any more.
fn is_known(process: &Process, name: &str) -> String {
    if crate::process::BuyingRole::from_name(name).is_some() {
        return format!("CASE WHEN has_{name} = 1 THEN 1 END");
    }
    if name == "next_step" {
        return "CASE WHEN length(trim(next_step)) > 0 THEN next_date IS NULL OR next_date >= today END"
            .to_string();
    }
    let mut columns = process.engine.columns().iter();
    let is_text = columns.any(|column| column.name == name && column.kind == ColumnKind::Text);
    if is_text {
        format!("CASE WHEN length(trim({name})) > 0 THEN 1 END")
    } else {
        format!("CASE WHEN {name} IS NOT NULL THEN 1 END")
    }
}
