//! The points of prospects by the rules of the process, each with its reason.

use anyhow::Result;

use crate::condition::{Engine, Truth, Value};
use crate::process::{Priority, Process, ScoreRule, prospect_columns};

/// What the rules make of one prospect.
#[derive(Clone, Debug, PartialEq)]
pub struct Score<'p> {
    pub points: i64,
    /// None where the process has no limits between priorities.
    pub priority: Option<Priority>,
    /// One per rule, in the order of the file.
    pub lines: Vec<Line<'p>>,
}

/// What one rule says of one prospect.
#[derive(Clone, Debug, PartialEq)]
pub struct Line<'p> {
    pub truth: Truth,
    pub points: i64,
    /// The rule in the team's words, else its condition.
    pub words: &'p str,
    pub when: &'p str,
    /// Facts it reads that are not known; only when it could not be judged for want of them.
    pub missing: Vec<&'p str>,
}

/// Judges rows of facts, one value per column of `prospect_columns(.., false)`: all rows at once, rule by rule.
pub fn scores<'p>(process: &'p Process, rows: &[Vec<Value>]) -> Result<Vec<Score<'p>>> {
    let engine = Engine::new(prospect_columns(&process.fields, false))?;
    engine.load(rows.iter().cloned())?;
    let mut scores: Vec<Score<'p>> = rows
        .iter()
        .map(|_| Score {
            points: 0,
            priority: None,
            lines: Vec::with_capacity(process.scores.len()),
        })
        .collect();
    for rule in &process.scores {
        let truths = engine.judge(&rule.when)?;
        for ((score, truth), facts) in scores.iter_mut().zip(truths).zip(rows) {
            if truth == Truth::Met {
                score.points += rule.points;
            }
            score.lines.push(line(rule, truth, &engine, facts));
        }
    }
    for score in &mut scores {
        score.priority = process.prospecting.priority(score.points);
    }
    Ok(scores)
}

fn line<'p>(rule: &'p ScoreRule, truth: Truth, engine: &Engine, facts: &[Value]) -> Line<'p> {
    let unknown = |name: &&String| {
        let columns = engine.columns().iter().zip(facts);
        let mut of = columns.filter(|(column, _)| column.name == **name);
        of.any(|(_, value)| *value == Value::Null)
    };
    let missing = if truth == Truth::Missing {
        let reads = rule.when.reads.iter();
        reads.filter(unknown).map(String::as_str).collect()
    } else {
        Vec::new()
    };
    Line {
        truth,
        points: rule.points,
        words: rule.say.as_deref().unwrap_or(&rule.when.text),
        when: &rule.when.text,
        missing,
    }
}
