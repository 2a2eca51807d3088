//! What was learnt, as `[[score]]` rules to paste: ten points double the odds of winning.

use std::fmt::Write as _;

use super::learn::Learnt;
use crate::condition::Column;

/// Points that double the odds: large enough that rounding to whole points loses nothing that a few
/// hundred deals can tell, small enough to add up in the head.
pub const DOUBLING: f64 = 10.0;

/// One proposed `[[score]]` rule and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub fact: String,
    pub when: String,
    pub points: i64,
    pub say: String,
    /// Examples it holds for, and how many of them were won.
    pub n: usize,
    pub won: usize,
}

/// How the examples fall under the proposed thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class {
    pub n: usize,
    pub won: usize,
}

/// The rules and thresholds to paste.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub rules: Vec<Rule>,
    /// High from so many points: what about the best fifth of the examples reach.
    pub high: i64,
    /// Medium from so many: the better half.
    pub medium: i64,
    /// High, medium and low.
    pub classes: [Class; 3],
}

impl Learnt {
    /// The rules, where there is evidence for any; values whose points round to 0 need none.
    pub fn propose(&self, columns: &[Column]) -> Option<Proposal> {
        if !self.verdict.is_evidence() {
            return None;
        }
        let points = |odds: f64| (odds / std::f64::consts::LN_2 * DOUBLING).round() as i64;
        let weights: Vec<i64> = self
            .weights
            .iter()
            .map(|weight| points(weight.odds))
            .collect();
        let rules = (self.weights.iter().zip(&weights)).filter(|(_, points)| **points != 0);
        let rules: Vec<Rule> = rules
            .map(|(weight, points)| {
                let name = &columns[weight.level.fact].name;
                let test = &weight.level.test;
                Rule {
                    fact: name.clone(),
                    when: test.sql(name),
                    points: *points,
                    say: format!("{}: {} of {} won", test.words(name), weight.won, weight.n),
                    n: weight.n,
                    won: weight.won,
                }
            })
            .collect();
        if rules.is_empty() {
            return None;
        }
        let total = |answers: &Vec<usize>| answers.iter().map(|at| weights[*at]).sum();
        let scored = self
            .answers
            .iter()
            .map(|(answers, won)| (total(answers), *won));
        let mut scored: Vec<(i64, bool)> = scored.collect();
        scored.sort_by_key(|(points, _)| std::cmp::Reverse(*points));
        let (high, medium) = thresholds(&scored);
        let mut classes = [Class { n: 0, won: 0 }; 3];
        for (points, won) in &scored {
            let class = &mut classes[usize::from(*points < high) + usize::from(*points < medium)];
            class.n += 1;
            class.won += usize::from(*won);
        }
        Some(Proposal {
            rules,
            high,
            medium,
            classes,
        })
    }
}

/// The points that the last of the best fifth has, and the last of the better half; medium stays below
/// high where many have the same.
fn thresholds(scored: &[(i64, bool)]) -> (i64, i64) {
    let at = |share: usize| {
        let last = (scored.len() / share).max(1) - 1;
        scored.get(last).map_or(0, |(points, _)| *points)
    };
    let (high, medium) = (at(5), at(2));
    if medium < high {
        return (high, medium);
    }
    let below = scored.iter().find(|(points, _)| *points < high);
    (high, below.map_or(high - 1, |(points, _)| *points))
}

impl Proposal {
    /// The lines for process.toml; `first` is said in a comment above them. A file has one `[prospecting]`:
    /// where it is there already, its two limits are only named.
    pub fn toml(&self, first: &str, has_prospecting: bool) -> String {
        let (high, medium) = (self.high, self.medium);
        let mut text = format!(
            "# {first}\n# {DOUBLING} points double the odds of winning; a fact that is not known gives none.\n\n"
        );
        let _ = if has_prospecting {
            writeln!(text, "# in [prospecting]: high = {high}, medium = {medium}")
        } else {
            writeln!(
                text,
                "[prospecting]\nhigh = {high}      # what the best fifth of those deals reach\nmedium = {medium}    # the better half"
            )
        };
        for rule in &self.rules {
            let quoted = |value: &str| toml::Value::from(value).to_string();
            let _ = write!(
                text,
                "\n[[score]]\nwhen = {}\npoints = {}\nsay = {}\n",
                quoted(&rule.when),
                rule.points,
                quoted(&rule.say)
            );
        }
        text
    }
}
