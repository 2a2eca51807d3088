//! Which gates let deals pass no longer, or again: every line of a gate is one condition, judged for all deals of its
//! stage at once.

use std::collections::BTreeSet;

use anyhow::Result;

use super::super::rotting::late_before;
use super::rules::{Rule, rules};
use super::{Fate, Held};
use crate::condition::{Condition, Truth};
use crate::deal::book::Day;
use crate::process::{Process, Stage};

/// A condition over some deals, by their places in the Book.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub condition: &'a Condition,
    pub deals: &'a [u32],
    /// The stage that they are taken to have entered today.
    pub entered: Option<&'a str>,
}

/// Judges conditions of a process: one truth a deal.
pub type Judge<'a> = dyn FnMut(&Process, &[Asked<'_>]) -> Result<Vec<Vec<Truth>>> + 'a;

/// A line of a gate that is new, or says other than before, and what it is to the deals of its stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub stage: String,
    /// `requires`, `steps` or `exit`, and what it is called there.
    pub part: &'static str,
    pub item: String,
    /// The item and, since the words of a criterion may be those of an earlier one, its condition.
    pub asks: String,
    /// Deals that it is for, by their places in the Book.
    pub pass: Vec<u32>,
    pub fail: Vec<u32>,
    /// What it asks for is not known.
    pub unknown: Vec<u32>,
    /// `ask_when` does not hold, whatever is known.
    pub spared: Vec<u32>,
}

impl Line {
    /// How many deals it is for.
    pub fn deals(&self) -> usize {
        [&self.pass, &self.fail, &self.unknown, &self.spared]
            .iter()
            .map(|deals| deals.len())
            .sum()
    }
}

/// What the gates of a new process do to open deals, by their places in the Book.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gates {
    pub lines: Vec<Line>,
    /// Their gate lets them pass before, and not after.
    pub blocked: Vec<u32>,
    /// The other way round.
    pub freed: Vec<u32>,
    pub arrivals: Vec<Arrival>,
}

/// Deals that a change takes to a stage which they were not in, by their places in the Book.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrival {
    pub stage: String,
    pub deals: usize,
    /// Those that its gate would not let pass yet, with the lines that are open.
    pub blocked: Vec<(u32, Vec<String>)>,
}

/// A gate that is other than before, and the deals that stay behind it.
struct Gate<'a> {
    before: Side<'a>,
    after: Side<'a>,
}

/// A stage of a process with its rules, and deals in it.
struct Side<'a> {
    stage: &'a Stage,
    rules: Vec<Rule>,
    deals: &'a [u32],
    /// Whether it is the change that takes them there.
    arrive: bool,
}

impl<'a> Side<'a> {
    fn new(process: &Process, stage: &'a Stage, deals: &'a [u32], arrive: bool) -> Result<Self> {
        Ok(Self {
            stage,
            rules: rules(process, stage)?,
            deals,
            arrive,
        })
    }

    fn asked<'s>(&'s self, condition: &'s Condition) -> Asked<'s> {
        Asked {
            condition,
            deals: self.deals,
            entered: self.arrive.then_some(self.stage.name.as_str()),
        }
    }
}

/// What the gates that differ do to the deals that stay behind them, and how those that a change takes to another stage
/// stand before the gate of that one.
pub fn gates(
    before: &Process,
    after: &Process,
    held: &[Held],
    today: Day,
    judge: &mut Judge<'_>,
) -> Result<Gates> {
    let all = reads_differ(before, after, today);
    let mut changed: Vec<Gate<'_>> = Vec::new();
    let mut arrivals: Vec<Side<'_>> = Vec::new();
    for held in held.iter().filter(|held| !held.deals.is_empty()) {
        let Some(now) = held.now().and_then(|now| after.stage(now)) else {
            continue;
        };
        let arrive = matches!(held.fate, Fate::Moved(_));
        let is = Side::new(after, now, &held.deals, arrive)?;
        if arrive {
            arrivals.push(is);
            continue;
        }
        let Some(stage) = before.stage(&held.stage) else {
            continue;
        };
        let was = Side::new(before, stage, &held.deals, false)?;
        let same = stage.only == now.only
            && was.rules.len() == is.rules.len()
            && was
                .rules
                .iter()
                .zip(&is.rules)
                .all(|(old, new)| old.is(new));
        if all || !same {
            changed.push(Gate {
                before: was,
                after: is,
            });
        }
    }
    let was: Vec<&Side<'_>> = changed.iter().map(|gate| &gate.before).collect();
    let was = judged(before, &was, judge)?;
    let is = changed.iter().map(|gate| &gate.after).chain(&arrivals);
    let is = judged(after, &is.collect::<Vec<_>>(), judge)?;
    let mut found = Gates::default();
    for ((gate, was), is) in changed.iter().zip(&was).zip(&is) {
        for (at, deal) in gate.after.deals.iter().enumerate() {
            match (was.is_open(&gate.before, at), is.is_open(&gate.after, at)) {
                (false, true) => found.blocked.push(*deal),
                (true, false) => found.freed.push(*deal),
                _ => {}
            }
        }
        let truths = is.truths.iter().zip(&is.asked);
        for (rule, (truths, asked)) in gate.after.rules.iter().zip(truths) {
            if gate.before.rules.iter().any(|old| old.is(rule)) {
                continue;
            }
            let mut line = Line {
                stage: gate.after.stage.name.clone(),
                part: rule.part,
                item: rule.item.clone(),
                asks: rule.asks(),
                pass: Vec::new(),
                fail: Vec::new(),
                unknown: Vec::new(),
                spared: Vec::new(),
            };
            for (at, deal) in gate.after.deals.iter().enumerate() {
                if is.is_for(&gate.after, rule, at) {
                    let is_spared = asked
                        .as_ref()
                        .is_some_and(|asked| asked[at] == Truth::NotMet);
                    match truths[at] {
                        _ if is_spared => line.spared.push(*deal),
                        Truth::Met => line.pass.push(*deal),
                        Truth::NotMet => line.fail.push(*deal),
                        Truth::Missing => line.unknown.push(*deal),
                    }
                }
            }
            found.lines.push(line);
        }
    }
    for (side, is) in arrivals.iter().zip(&is[changed.len()..]) {
        let open = |at: usize| -> Vec<String> {
            let rules = is.open(side, at);
            rules.map(Rule::asks).collect()
        };
        let deals = side.deals.iter().enumerate();
        found.arrivals.push(Arrival {
            stage: side.stage.name.clone(),
            deals: side.deals.len(),
            blocked: deals
                .map(|(at, deal)| (*deal, open(at)))
                .filter(|(_, open)| !open.is_empty())
                .collect(),
        });
    }
    Ok(found)
}

/// Whether what conditions read may be other though they say the same: fields, types, rates, the calendar, limits.
fn reads_differ(before: &Process, after: &Process, today: Day) -> bool {
    let types = |process: &Process| -> Vec<(String, Option<String>)> {
        let types = process.customer_types.iter();
        let text = |when: &Option<Condition>| when.as_ref().map(|when| when.text.clone());
        types
            .map(|kind| (kind.name.clone(), text(&kind.when)))
            .collect()
    };
    let kinds = |process: &Process| -> BTreeSet<(String, String)> {
        let columns = process.engine.columns().iter();
        columns
            .map(|column| (column.name.clone(), format!("{:?}", column.kind)))
            .collect()
    };
    let of_both = |one: &Process, other: &Process| -> bool {
        // A column that one of them does not have is read by none of its conditions.
        let (one, other) = (kinds(one), kinds(other));
        one.iter().any(|(name, kind)| {
            other
                .iter()
                .any(|(known, now)| known == name && now != kind)
        })
    };
    let limits = |process: &Process| -> Vec<(String, Option<Day>)> {
        let stages = process.stages.iter();
        let bound = |stage: &Stage| Some(late_before(stage.limit?, &process.calendar, today));
        stages
            .map(|stage| (stage.name.clone(), bound(stage)))
            .collect()
    };
    let reads = |process: &Process, fact: &str| {
        let mut criteria = process.stages.iter().flat_map(|stage| &stage.exit);
        criteria.any(|criterion| criterion.when.reads.iter().any(|read| read == fact))
    };
    types(before) != types(after)
        || of_both(before, after)
        || before.rates != after.rates
        || before.currency != after.currency
        || (reads(after, "late") && limits(before) != limits(after))
}

/// What the rules of a gate are to each of its deals, and the deals' customer types where it matters.
struct Judged {
    truths: Vec<Vec<Truth>>,
    /// What `ask_when` is to them, of rules that have one.
    asked: Vec<Option<Vec<Truth>>>,
    /// By deal; `None` where nothing is only for some.
    kinds: Option<Vec<Option<String>>>,
}

impl Judged {
    fn is_for(&self, side: &Side<'_>, rule: &Rule, at: usize) -> bool {
        match &self.kinds {
            None => true,
            Some(kinds) => {
                let kind = kinds[at].as_deref();
                side.stage.only.includes(kind) && rule.only.includes(kind)
            }
        }
    }

    fn open<'s>(&'s self, side: &'s Side<'_>, at: usize) -> impl Iterator<Item = &'s Rule> {
        let rules = side.rules.iter().zip(&self.truths);
        let open = rules.filter(move |(_, truths)| truths[at] != Truth::Met);
        open.map(|(rule, _)| rule)
            .filter(move |rule| self.is_for(side, rule, at))
    }

    fn is_open(&self, side: &Side<'_>, at: usize) -> bool {
        self.open(side, at).next().is_some()
    }
}

fn judged(process: &Process, sides: &[&Side<'_>], judge: &mut Judge<'_>) -> Result<Vec<Judged>> {
    let is_for_some = |side: &Side<'_>| {
        !side.stage.only.0.is_empty() || side.rules.iter().any(|rule| !rule.only.0.is_empty())
    };
    let mut asked: Vec<Asked<'_>> = Vec::new();
    for side in sides {
        asked.extend(side.rules.iter().map(|rule| side.asked(&rule.condition)));
        let when = side.rules.iter().filter_map(|rule| rule.ask_when.as_ref());
        asked.extend(when.map(|when| side.asked(when)));
        if is_for_some(side) {
            let types = process.customer_types.iter();
            asked.extend(types.filter_map(|kind| Some(side.asked(kind.when.as_ref()?))));
        }
    }
    let mut truths = if asked.is_empty() {
        Vec::new()
    } else {
        judge(process, &asked)?
    }
    .into_iter();
    let mut all = Vec::new();
    for side in sides {
        let of_rules: Vec<Vec<Truth>> = truths.by_ref().take(side.rules.len()).collect();
        let when = side.rules.iter();
        let when = when.map(|rule| rule.ask_when.as_ref().and_then(|_| truths.next()));
        let when: Vec<Option<Vec<Truth>>> = when.collect();
        let kinds = is_for_some(side).then(|| {
            let mut kinds: Vec<Option<String>> = vec![None; side.deals.len()];
            let mut settled = vec![false; side.deals.len()];
            for kind in &process.customer_types {
                let fits = kind.when.as_ref().and_then(|_| truths.next());
                for at in 0..side.deals.len() {
                    let fits = fits.as_ref().is_none_or(|fits| fits[at] == Truth::Met);
                    if fits && !settled[at] {
                        settled[at] = true;
                        kinds[at] = Some(kind.name.clone());
                    }
                }
            }
            kinds
        });
        all.push(Judged {
            truths: of_rules,
            asked: when,
            kinds,
        });
    }
    Ok(all)
}
