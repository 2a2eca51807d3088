//! The process as a way through stages: what its map is drawn from, in every format.
//!
//! Nothing is said here that gates do not enforce: ways are those of `next`, `back` and [`Process::onward`].

use super::{LOST, Process, Stage, View, WON};
use crate::document::{Flow, FlowEnd, FlowNow, FlowStage, FlowWay, Labelled};
use crate::money::Money;

/// The open deals of a stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub open: usize,
    /// `None` when no value is known.
    pub value_minor: Option<i64>,
    /// In the stage longer than its limit.
    pub late: usize,
}

impl View<'_> {
    /// Its map. `standing`: one for each stage of the process, where somebody counted.
    pub fn map(&self, title: String, standing: Option<&[Standing]>) -> Flow {
        let process = self.process;
        let stages: Vec<FlowStage> = self
            .stages()
            .enumerate()
            .map(|(at, stage)| FlowStage {
                title: stage.title.clone(),
                now: process
                    .stage_index(&stage.name)
                    .and_then(|index| standing?.get(index))
                    .map(|standing| process.now(*standing)),
                about: self.about(stage),
                gate: self.gate(stage),
                next: self.ways_on(at, stage),
                back: self
                    .back_to(stage)
                    .filter_map(|stage| self.place(&stage.name))
                    .collect(),
            })
            .collect();
        let reasons: Vec<&str> = process
            .lost_reasons
            .iter()
            .map(|reason| reason.title.as_str())
            .collect();
        Flow {
            title,
            description: self.map_in_words(&stages),
            stages,
            won: FlowEnd {
                title: process.won_title.clone(),
                about: Vec::new(),
            },
            lost: FlowEnd {
                title: process.lost_title.clone(),
                about: vec![line("from any stage, for", reasons.join(", "))],
            },
        }
    }

    /// The places that follow a stage are numbered as in [`Flow`]: the good end comes after the last stage.
    fn place(&self, name: &str) -> Option<usize> {
        if name == WON {
            Some(self.stages().count())
        } else {
            self.stages().position(|stage| stage.name == name)
        }
    }

    fn ways_on(&self, at: usize, stage: &Stage) -> Vec<FlowWay> {
        let usual = self.next(stage);
        let mut ways: Vec<FlowWay> = Vec::new();
        for (i, name) in usual.iter().enumerate() {
            let Some(to) = self.place(name) else { continue };
            let why = match (i, to == at + 1, usual.len()) {
                (0, true, _) => "",
                (0, false, 1) => "on to",
                (0, false, _) => "as a rule to",
                _ => "or to",
            };
            ways.push(FlowWay {
                to,
                why: why.to_string(),
            });
        }
        for (name, kinds) in self.past(stage) {
            if let Some(to) = self.place(name) {
                let why = format!("{kinds} go on to");
                ways.push(FlowWay { to, why });
            }
        }
        ways
    }

    /// Where deals of some customer types come out that go past stages which are not for them, and which types; of one
    /// type all go the same way.
    pub fn past<'a>(&'a self, stage: &'a Stage) -> Vec<(&'a str, String)> {
        match self.kind() {
            None => self.process.past(stage),
            Some(_) => Vec::new(),
        }
    }

    /// For whoever can't see the picture.
    fn map_in_words(&self, stages: &[FlowStage]) -> String {
        let title = |at: usize| {
            let stage = self.stages().nth(at);
            let name = stage.map_or(WON, |stage| stage.name.as_str());
            self.process.stage_title(name)
        };
        let one = |stage: &FlowStage| {
            let next: Vec<&str> = stage.next.iter().map(|way| title(way.to)).collect();
            let back: Vec<&str> = stage.back.iter().map(|at| title(*at)).collect();
            let back = if back.is_empty() {
                String::new()
            } else {
                format!(" and back to {}", back.join(", "))
            };
            format!("{} leads on to {}{back}", stage.title, next.join(" or "))
        };
        let ways: Vec<String> = stages.iter().map(one).collect();
        let lost = self.process.stage_title(LOST);
        format!("{}. Every stage may end in {lost}", ways.join(". "))
    }

    fn about(&self, stage: &Stage) -> Vec<Labelled> {
        let mut about = Vec::new();
        let only = self.only(&stage.only);
        if !only.is_empty() {
            about.push(line("only for", only.join(", ")));
        }
        about.extend(stage.objective.clone().map(|text| line("", text)));
        about.extend(stage.timing().map(|text| line("", text)));
        about.extend(self.follow_ups(stage).map(|text| line("follow up", text)));
        about
    }

    /// What must be so for a deal to go on: what is advised only stands in no gate.
    fn gate(&self, stage: &Stage) -> Vec<Labelled> {
        let mut gate = Vec::new();
        let mut told = |label: &'static str, names: Vec<String>| {
            if !names.is_empty() {
                gate.push(line(label, names.join(", ")));
            }
        };
        told("fields", self.requires(stage, false));
        told("roles", self.requires(stage, true));
        for step in self.steps(stage, true) {
            told(
                "step",
                vec![self.asked(&step.title, &step.only, step.ask_when.as_ref())],
            );
        }
        for criterion in stage.exit.iter().filter(|exit| self.shows(&exit.only)) {
            told("exit", vec![self.marked(&criterion.say, &criterion.only)]);
        }
        gate
    }
}

impl Process {
    fn now(&self, standing: Standing) -> FlowNow {
        let Standing {
            open,
            value_minor,
            late,
        } = standing;
        let deals = match open {
            0 => "no open deal".to_string(),
            1 => "1 open deal".to_string(),
            _ => format!("{open} open deals"),
        };
        let value = match value_minor {
            Some(minor) if open > 0 => {
                let currency = self.currency;
                format!(", {}", Money { minor, currency }.whole())
            }
            None if open > 0 => ", no value told".to_string(),
            _ => String::new(),
        };
        let alert = match late {
            0 => None,
            1 => Some("1 past its limit".to_string()),
            _ => Some(format!("{late} past their limit")),
        };
        FlowNow {
            text: format!("{deals}{value}"),
            alert,
        }
    }

    /// Where deals of some customer types come out that go past stages which are not for them, and which types.
    pub fn past<'a>(&'a self, stage: &'a Stage) -> Vec<(&'a str, String)> {
        let named = self.customer_types.iter().map(|kind| kind.name.as_str());
        // A deal of no type is one of them.
        let kinds: Vec<Option<&str>> = named.map(Some).chain([None]).collect();
        let here: Vec<Option<&str>> = kinds
            .into_iter()
            .filter(|kind| stage.only.includes(*kind))
            .collect();
        let mut past: Vec<(&str, Vec<Option<&str>>)> = Vec::new();
        for kind in &here {
            for name in self.onward(stage, *kind) {
                if stage.next.iter().any(|next| next == name) {
                    continue;
                }
                match past.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, kinds)) => kinds.push(*kind),
                    None => past.push((name, vec![*kind])),
                }
            }
        }
        let told = past.into_iter().map(|(name, kinds)| {
            let others = here.iter().filter(|kind| !kinds.contains(kind));
            let words = if kinds.contains(&None) {
                let others: Vec<&str> = others.copied().flatten().collect();
                if others.is_empty() {
                    "all".to_string()
                } else {
                    format!("all but {}", others.join(", "))
                }
            } else {
                let kinds: Vec<&str> = kinds.into_iter().flatten().collect();
                kinds.join(", ")
            };
            (name, words)
        });
        told.collect()
    }
}

fn line(label: &'static str, text: String) -> Labelled {
    Labelled { label, text }
}
