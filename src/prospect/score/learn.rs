//! From closed deals to a verdict: do the facts of a prospect tell who is won?
//!
//! Every prediction that is judged was made without the deal and without any deal of its company; the
//! ridge strength is chosen anew inside each training part, so that choosing it flatters nothing. Folds
//! are dealt by company, not by time: a prospect's facts are those of a company not met before, and a
//! history of a few dozen deals cannot spare its first half. What time does is told beside it: the
//! newest fifth, predicted from what was closed before.

use chrono::NaiveDate;

use super::folds::folds;
use super::level::{Level, answers, levels};
use super::measure::{Estimate, Predicted, auc, brier, calibration, gain};
use super::ridge::{Model, Pattern, fit, log_likelihood, patterns};
use crate::condition::{Column, Value};

/// Fewer wins or fewer losses can show nothing.
pub const ENOUGH: usize = 30;

/// Parts of the cross-validation that judges, and of the one inside that chooses the strength. Fewer
/// parts learn from less and so claim less.
const FOLDS: usize = 5;

/// Ridge strengths from hardly any to nothing left, in examples: a value seen in n of them keeps about
/// n·p(1−p) ÷ (n·p(1−p) + strength) of what it showed. From the strongest, each fit starting from the last.
const STRENGTHS: [f64; 6] = [300.0, 60.0, 12.0, 2.5, 0.5, 0.1];

/// A closed deal as it looked as a prospect.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// One value per column.
    pub facts: Vec<Value>,
    pub won: bool,
    /// Deals of one company have the same number; numbered from 0 without gaps.
    pub company: usize,
    pub closed: Option<NaiveDate>,
}

/// What the history says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Too few wins or losses.
    Insufficient,
    /// The facts do not tell.
    NoEvidence,
    Weak,
    Useful,
    Strong,
}

impl Verdict {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Insufficient => "insufficient history",
            Self::NoEvidence => "no evidence",
            Self::Weak => "weak evidence",
            Self::Useful => "useful evidence",
            Self::Strong => "strong evidence",
        }
    }

    pub const fn is_evidence(self) -> bool {
        !matches!(self, Self::Insufficient | Self::NoEvidence)
    }

    /// Both must hold: won deals rank above lost ones, and the probabilities are nearer the outcomes than
    /// the base rate is.
    fn of(accuracy: &Accuracy) -> Self {
        if accuracy.auc.low <= 0.5 || accuracy.gain.low <= 0.0 {
            Self::NoEvidence
        } else if accuracy.auc.value >= 0.7 {
            Self::Strong
        } else if accuracy.auc.value >= 0.6 {
            Self::Useful
        } else {
            Self::Weak
        }
    }
}

/// How good the cross-validated predictions are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Accuracy {
    pub auc: Estimate,
    pub brier: f64,
    /// Of predicting everybody with the share of wins of the training part.
    pub base_brier: f64,
    /// `base_brier − brier`, deal by deal.
    pub gain: Estimate,
    /// Expected calibration error.
    pub calibration: f64,
    /// What luck alone would make of perfect predictions of so many deals.
    pub calibration_by_luck: f64,
    /// The same ranking of the newest fifth of the deals, learnt from the older ones; none when too few.
    pub newest: Option<Newest>,
}

/// The newest deals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Newest {
    pub from: NaiveDate,
    pub n: usize,
    pub auc: Estimate,
}

/// What was learnt.
#[derive(Clone, Debug, PartialEq)]
pub struct Learnt {
    pub verdict: Verdict,
    pub won: usize,
    pub lost: usize,
    pub companies: usize,
    /// None without enough history, or where no fact has two values that are frequent enough.
    pub accuracy: Option<Accuracy>,
    /// Ridge strength, as chosen over all examples.
    pub strength: Option<f64>,
    pub(super) weights: Vec<Weight>,
    /// Of each example: the questions it answers with yes, and whether it was won.
    pub(super) answers: Vec<(Vec<usize>, bool)>,
}

/// What one question weighs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Weight {
    pub(super) level: Level,
    /// Log odds.
    pub(super) odds: f64,
    /// Examples that answer yes, and how many of them were won.
    pub(super) n: usize,
    pub(super) won: usize,
}

/// Learns from all examples, and judges what was learnt by cross-validation.
pub fn learn(columns: &[Column], examples: &[Example]) -> Learnt {
    let won = examples.iter().filter(|example| example.won).count();
    let companies = examples.iter().map(|example| example.company + 1).max();
    let mut learnt = Learnt {
        verdict: Verdict::Insufficient,
        won,
        lost: examples.len() - won,
        companies: companies.unwrap_or(0),
        accuracy: None,
        strength: None,
        weights: Vec::new(),
        answers: Vec::new(),
    };
    if learnt.won < ENOUGH || learnt.lost < ENOUGH {
        return learnt;
    }
    learnt.verdict = Verdict::NoEvidence;
    let levels = levels(columns, examples);
    if levels.is_empty() {
        return learnt;
    }
    let data = Data::new(&levels, examples);
    let everybody: Vec<usize> = (0..examples.len()).collect();
    if let Some(mut accuracy) = judge(&data) {
        accuracy.newest = newest(&data, examples);
        learnt.verdict = Verdict::of(&accuracy);
        learnt.accuracy = Some(accuracy);
    }
    let strength = data.best(&everybody);
    let model = data.model(&everybody, strength);
    learnt.strength = Some(strength);
    let weighed = levels.into_iter().zip(&model.0[1..]);
    learnt.weights = weighed
        .map(|(level, odds)| Weight {
            level,
            odds: *odds,
            n: 0,
            won: 0,
        })
        .collect();
    for (row, example) in data.rows.iter().zip(examples) {
        for at in row {
            learnt.weights[*at].n += 1;
            learnt.weights[*at].won += usize::from(example.won);
        }
    }
    let outcomes = examples.iter().map(|example| example.won);
    learnt.answers = data.rows.into_iter().zip(outcomes).collect();
    learnt
}

/// The examples as a fit sees them.
struct Data {
    width: usize,
    rows: Vec<Vec<usize>>,
    /// Company and outcome of each row.
    deals: Vec<(usize, bool)>,
}

impl Data {
    fn new(levels: &[Level], examples: &[Example]) -> Self {
        Self {
            width: levels.len(),
            rows: answers(levels, examples),
            deals: examples.iter().map(|e| (e.company, e.won)).collect(),
        }
    }

    fn patterns(&self, rows: &[usize]) -> Vec<Pattern> {
        patterns(
            rows.iter()
                .map(|at| (self.rows[*at].as_slice(), self.deals[*at].1)),
        )
    }

    fn model(&self, rows: &[usize], strength: f64) -> Model {
        fit(&self.patterns(rows), self.width, strength, None)
    }

    /// The strength under which these rows, each left out in turn, are explained best.
    fn best(&self, rows: &[usize]) -> f64 {
        let mut scores = [0.0; STRENGTHS.len()];
        for (inside, outside) in self.parts(rows, FOLDS) {
            let (inside, outside) = (self.patterns(&inside), self.patterns(&outside));
            let mut last: Option<Model> = None;
            for (score, strength) in scores.iter_mut().zip(STRENGTHS) {
                let model = fit(&inside, self.width, strength, last.as_ref());
                *score += log_likelihood(&outside, &model);
                last = Some(model);
            }
        }
        let mut best = 0;
        for (at, score) in scores.iter().enumerate() {
            // Of equals the stronger: it claims less.
            if *score > scores[best] {
                best = at;
            }
        }
        STRENGTHS[best]
    }

    /// For each fold the rows outside it, to learn from, and those inside, to predict.
    fn parts(&self, rows: &[usize], count: usize) -> Vec<(Vec<usize>, Vec<usize>)> {
        let deals: Vec<(usize, bool)> = rows.iter().map(|at| self.deals[*at]).collect();
        let fold = folds(&deals, count);
        let part = |number: usize| {
            let placed = rows.iter().zip(&fold);
            let (held, rest): (Vec<_>, Vec<_>) = placed.partition(|(_, f)| **f == number);
            let only =
                |pairs: Vec<(&usize, &usize)>| pairs.into_iter().map(|(at, _)| *at).collect();
            (only(rest), only(held))
        };
        (0..count).map(part).collect()
    }

    /// Predicts rows from others.
    fn predict(&self, from: &[usize], rows: &[usize]) -> Vec<Predicted> {
        let won = from.iter().filter(|at| self.deals[**at].1).count();
        let base = won as f64 / from.len().max(1) as f64;
        let model = self.model(from, self.best(from));
        let predict = |at: &usize| Predicted {
            probability: model.probability(&self.rows[*at]),
            base,
            won: self.deals[*at].1,
            company: self.deals[*at].0,
        };
        rows.iter().map(predict).collect()
    }
}

fn judge(data: &Data) -> Option<Accuracy> {
    let everybody: Vec<usize> = (0..data.rows.len()).collect();
    let parts = data.parts(&everybody, FOLDS);
    let predicted: Vec<Predicted> = (parts.iter())
        .filter(|(from, _)| !from.is_empty())
        .flat_map(|(from, rows)| data.predict(from, rows))
        .collect();
    let (calibration, calibration_by_luck) = calibration(&predicted);
    Some(Accuracy {
        auc: auc(&predicted)?,
        brier: brier(&predicted, |deal| deal.probability),
        base_brier: brier(&predicted, |deal| deal.base),
        gain: gain(&predicted),
        calibration,
        calibration_by_luck,
        newest: None,
    })
}

/// The newest fifth, from the day after the older four fifths; none unless both have enough of either.
fn newest(data: &Data, examples: &[Example]) -> Option<Newest> {
    let mut days: Vec<NaiveDate> = examples.iter().filter_map(|e| e.closed).collect();
    days.sort_unstable();
    let from = *days.get(days.len() * 4 / 5)?;
    let dated = (0..examples.len()).filter(|at| examples[*at].closed.is_some());
    let (old, new): (Vec<usize>, Vec<usize>) =
        dated.partition(|at| examples[*at].closed.is_some_and(|day| day < from));
    let enough = |rows: &[usize]| {
        let won = rows.iter().filter(|at| examples[**at].won).count();
        won >= ENOUGH && rows.len() - won >= ENOUGH
    };
    if !enough(&old) || !enough(&new) {
        return None;
    }
    Some(Newest {
        from,
        n: new.len(),
        auc: auc(&data.predict(&old, &new))?,
    })
}
