//! The process as somebody looks at it: all of it, where what is limited to customer types is marked so, or the way of
//! one customer type and nothing else. Matrix and guide are drawn from it.

use super::asked::limits_in_words;
use super::{Only, Process, Requirement, Stage, Step};
use crate::condition::Condition;

#[derive(Clone, Copy, Debug)]
pub struct View<'p> {
    pub process: &'p Process,
    /// The customer type whose way it is.
    kind: Option<&'p str>,
}

impl<'p> View<'p> {
    pub fn new(process: &'p Process, kind: Option<&'p str>) -> Self {
        Self { process, kind }
    }

    /// ` for large`; nothing of all of it.
    pub fn in_words(&self) -> String {
        self.kind
            .map_or_else(String::new, |kind| format!(" for {kind}"))
    }

    pub(super) fn kind(&self) -> Option<&'p str> {
        self.kind
    }

    pub fn shows(&self, only: &Only) -> bool {
        self.kind.is_none() || only.includes(self.kind)
    }

    pub fn stages(&self) -> impl Iterator<Item = &'p Stage> {
        let view = *self;
        let stages = self.process.stages.iter();
        stages.filter(move |stage| view.shows(&stage.only))
    }

    /// The types that something is limited to, where that is not plain already.
    pub(super) fn only(&self, only: &Only) -> Vec<String> {
        match self.kind {
            None => only.0.clone(),
            Some(_) => Vec::new(),
        }
    }

    /// A text, and whom it is limited to.
    pub fn marked(&self, text: &str, only: &Only) -> String {
        match self.kind {
            None => format!("{text}{}", only.in_words()),
            Some(_) => text.to_string(),
        }
    }

    /// A text, whom it is limited to, and of which deals it is asked.
    pub fn asked(&self, text: &str, only: &Only, ask_when: Option<&Condition>) -> String {
        let all = Only::default();
        let only = if self.kind.is_none() { only } else { &all };
        let when = ask_when.map(|when| when.text.as_str());
        format!("{text}{}", limits_in_words(only, when))
    }

    pub fn steps<'s>(&self, stage: &'s Stage, required: bool) -> impl Iterator<Item = &'s Step> {
        let view = *self;
        let steps = stage.steps.iter();
        steps.filter(move |step| step.required == required && view.shows(&step.only))
    }

    /// What must be known, fields or roles, each with whom it is limited to.
    pub fn requires(&self, stage: &Stage, roles: bool) -> Vec<String> {
        let wanted = |what: &Requirement| matches!(what, Requirement::Role(_)) == roles;
        let required = stage.requires.iter();
        required
            .filter(|required| wanted(&required.what) && self.shows(&required.only))
            .map(|required| {
                let name = required.what.name();
                self.asked(name, &required.only, required.ask_when.as_ref())
            })
            .collect()
    }

    /// `send the summary, 1 day after First call`
    pub fn follow_ups(&self, stage: &Stage) -> impl Iterator<Item = String> {
        let view = *self;
        let rules = stage.follow_ups.iter();
        rules
            .filter(move |rule| view.shows(&rule.only))
            .map(move |rule| {
                let told = format!("{}, {}", rule.say, stage.when(rule));
                view.marked(&told, &rule.only)
            })
    }

    /// Where a deal goes from a stage, the usual way first.
    pub(super) fn onward(&self, stage: &'p Stage) -> Vec<String> {
        let titled = |name: &&str| self.process.stage_title(name).to_string();
        if self.kind.is_some() {
            let onward = self.process.onward(stage, self.kind);
            return onward.iter().map(titled).collect();
        }
        let named: Vec<&str> = stage.next.iter().map(String::as_str).collect();
        let limited = |name: &str| self.process.stage(name).map(|next| &next.only);
        let mut told: Vec<String> = named
            .iter()
            .map(|name| match limited(name) {
                Some(only) => self.marked(&titled(name), only),
                None => titled(name),
            })
            .collect();
        // Those for whom a stage is not go past it.
        for past in self.process.onward(stage, None) {
            if !named.contains(&past) {
                told.push(format!("{} (others)", titled(&past)));
            }
        }
        told
    }

    /// The names of what follows a stage, the usual way first.
    pub fn next<'s>(&'s self, stage: &'s Stage) -> Vec<&'s str> {
        match self.kind {
            None => stage.next.iter().map(String::as_str).collect(),
            Some(_) => self.process.onward(stage, self.kind),
        }
    }

    pub fn back_to(&self, stage: &Stage) -> impl Iterator<Item = &'p Stage> {
        let view = *self;
        let back = stage.back.iter();
        back.filter_map(move |name| view.process.stage(name))
            .filter(move |stage| view.shows(&stage.only))
    }

    pub(super) fn back(&self, stage: &Stage) -> Vec<String> {
        self.back_to(stage)
            .map(|stage| self.marked(&stage.title, &stage.only))
            .collect()
    }
}
