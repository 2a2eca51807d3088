//! One verdict a step, from the verdicts by rep, product, customer type, source and pairs: who it is first, then
//! whether it is rather their deals or the calendar, and what it costs.

use super::super::Dimension;
use super::super::group::Groups;
use super::adjusted::{Calendar, EXPLAINED, Kinds, against_before, against_kinds, is_explained};
use super::counts::Events;
use super::pace::{Pace, paces};
use super::verdict::{Compared, Group, Judged, Pooled, SMALLEST, Verdict, judge};
use crate::statistics::{Prior, Survival, Trials, fewer};

/// What is said of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Everyone,
    /// Some groups of this dimension.
    Few(usize),
    /// A product with a customer type.
    Pair,
    Mix,
    Calendar,
    Routing,
    Unclear,
    Nothing,
    Insufficient,
}

impl Said {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::Few(_) => "few",
            Self::Pair => "pair",
            Self::Mix => "mix",
            Self::Calendar => "calendar",
            Self::Routing => "routing",
            Self::Unclear => "unclear",
            Self::Nothing => "nothing",
            Self::Insufficient => "insufficient_history",
        }
    }
}

/// What deals are told apart by: the dimensions that were asked for, then product with customer type.
pub(super) struct Dimensions<'a> {
    pub(super) by: &'a [Dimension],
    pub(super) groups: Vec<Groups<'a>>,
    /// Index of product with customer type, where both were asked for.
    pub(super) pair: Option<usize>,
}

impl Dimensions<'_> {
    pub(super) fn name(&self, at: usize) -> String {
        self.by
            .get(at)
            .map_or_else(|| "product,type".to_string(), |by| by.name().to_string())
    }

    /// Reps and teams: who is told apart from what they are given.
    fn is_people(&self, at: usize) -> bool {
        matches!(self.by.get(at), Some(Dimension::Rep | Dimension::Team))
    }

    /// The kinds of deals that may explain how groups of a dimension differ.
    fn kinds(&self, at: usize) -> Kinds<'_> {
        let is_kind = |at: usize| {
            self.pair == Some(at)
                || matches!(self.by.get(at), Some(Dimension::Product | Dimension::Type))
        };
        let widest = self
            .pair
            .or_else(|| (0..self.groups.len()).find(|at| is_kind(*at)));
        Kinds {
            deals: widest.filter(|_| !is_kind(at)).map(|at| &self.groups[at]),
        }
    }
}

/// One step by one dimension.
pub(super) struct Section {
    pub(super) judged: Judged,
    pub(super) paces: Vec<Pace>,
    /// By group: below everybody else, and its deals explain it.
    pub(super) explained: Vec<bool>,
}

impl Section {
    /// Whether a group loses here, after allowing for its deals.
    pub(super) fn stands(&self, group: usize) -> bool {
        let compared = &self.judged.groups[group];
        compared.fell || (compared.below && !self.explained[group])
    }

    pub(super) fn standing(&self) -> Vec<usize> {
        (0..self.judged.groups.len())
            .filter(|group| self.stands(*group))
            .collect()
    }
}

pub(super) struct Step {
    /// By dimension.
    pub(super) sections: Vec<Section>,
    pub(super) said: Said,
    pub(super) calendar: Option<Calendar>,
    /// Of the deals that advanced from here and are decided since, those that were won.
    pub(super) won_afterwards: Trials,
    /// What the verdict is about: points, and the conversions that are.
    pub(super) loss: Loss,
}

impl Step {
    pub(super) fn pooled(&self) -> Pooled {
        self.sections[0].judged.pooled
    }
}

/// What was lost against what could be expected.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Loss {
    /// Of the rate.
    pub(super) share: f64,
    /// Deals that did not advance.
    pub(super) conversions: f64,
}

impl Loss {
    /// Of a group that loses. Against everybody else its rate is taken after allowing for few deals, so that
    /// the unluckiest don't cost more than they do; against before as it was counted.
    pub(super) fn of(compared: &Compared, prior: &Prior) -> Self {
        let now = compared.group.now;
        let rate = now.rate().unwrap_or(0.0);
        let (reference, rate) = if compared.below {
            let shrunk = prior.weight.and(compared.shrunk).unwrap_or(rate);
            (compared.others.rate(), shrunk)
        } else {
            (compared.group.before.rate(), rate)
        };
        Self::between(reference, rate, now.n)
    }

    fn between(reference: Option<f64>, rate: f64, n: usize) -> Self {
        let share = (reference.unwrap_or(rate) - rate).max(0.0);
        Self {
            share,
            conversions: share * n as f64,
        }
    }

    /// Lost conversions × the share that is won afterwards × the mean value of a won deal.
    pub(super) fn at_stake(self, won_afterwards: Trials, mean_value: Option<f64>) -> Option<i64> {
        let (won, value) = won_afterwards.rate().zip(mean_value)?;
        Some((self.conversions * won * value).round() as i64)
    }
}

pub(super) struct Found {
    pub(super) steps: Vec<Step>,
    pub(super) comparisons: usize,
    pub(super) threshold: f64,
}

pub(super) fn find(
    events: &Events,
    dimensions: &Dimensions<'_>,
    stays: &[Vec<Vec<Survival>>],
    won_afterwards: &[Trials],
) -> Found {
    let (steps, width) = (won_afterwards.len(), dimensions.groups.len());
    let mut counts: Vec<_> = dimensions
        .groups
        .iter()
        .map(|groups| events.by(groups, steps))
        .collect();
    // A pair is of a product with a customer type: deals that lack either are in none.
    if let Some(pair) = dimensions.pair {
        let labels = &dimensions.groups[pair].labels;
        for groups in &mut counts[pair] {
            for (group, labels) in groups.iter_mut().zip(labels) {
                if labels.iter().any(Option::is_none) {
                    *group = Group::default();
                }
            }
        }
    }
    // A single group is everybody: it is only looked at where nothing else is.
    let single = |at: usize, step: usize| {
        let with_deals = counts[at][step].iter().filter(|group| group.now.n > 0);
        at > 0 && with_deals.count() < 2
    };
    let (mut sections, mut lengths) = (Vec::new(), Vec::new());
    for step in 0..steps {
        #[allow(clippy::needless_range_loop)] // `single` asks by number too
        for at in 0..width {
            if single(at, step) {
                sections.push(Vec::new());
                lengths.push(Vec::new());
            } else {
                sections.push(counts[at][step].clone());
                let lasting = stays
                    .get(at)
                    .map_or_else(Vec::new, |stays| stays[step].clone());
                lengths.push(lasting);
            }
        }
    }
    let judgement = judge(&sections);
    let mut judged = judgement.sections.into_iter();
    let mut paces = paces(&lengths).into_iter();
    let months = events.by_month(steps);
    let steps = (0..steps).map(|step| {
        let mut sections: Vec<Section> = (0..width)
            .zip(judged.by_ref().zip(paces.by_ref()))
            .map(|(at, (judged, paces))| {
                let kinds = dimensions.kinds(at);
                let explained = |(group, compared): (usize, &Compared)| {
                    compared.below
                        && is_explained(&against_kinds(
                            events,
                            step,
                            &dimensions.groups[at],
                            group,
                            &kinds,
                        ))
                };
                Section {
                    explained: judged.groups.iter().enumerate().map(explained).collect(),
                    judged,
                    paces,
                }
            })
            .collect();
        by_pairs(dimensions, &mut sections);
        let calendar = Calendar::of(months[step]);
        let said = conclude(events, step, dimensions, &sections, calendar);
        Step {
            loss: loss(said, &sections, dimensions),
            sections,
            said,
            calendar,
            won_afterwards: won_afterwards[step],
        }
    });
    Found {
        steps: steps.collect(),
        comparisons: judgement.comparisons,
        threshold: judgement.threshold,
    }
}

/// A product or a type that loses only with some of the others is explained by these pairs.
fn by_pairs(dimensions: &Dimensions<'_>, sections: &mut [Section]) {
    let Some(pair) = dimensions.pair else {
        return;
    };
    let pairs = &dimensions.groups[pair].labels;
    let losing: Vec<(usize, Trials)> = sections[pair]
        .standing()
        .into_iter()
        .map(|group| (group, sections[pair].judged.groups[group].group.now))
        .collect();
    for (at, by) in dimensions.by.iter().enumerate() {
        let side = match by {
            Dimension::Product => 0,
            Dimension::Type => 1,
            _ => continue,
        };
        let labels = &dimensions.groups[at].labels;
        for group in sections[at].standing() {
            let of_group = |pair: usize| pairs[pair][side] == labels[group][0];
            let part = |own: bool| -> Trials {
                let those = losing.iter().filter(|(pair, _)| of_group(*pair) == own);
                those.map(|(_, trials)| *trials).sum()
            };
            let compared = &sections[at].judged.groups[group];
            let rest = compared.group.now.without(part(true));
            let others = compared.others.without(part(false));
            if rest.n >= SMALLEST && others.n >= SMALLEST && fewer(rest, others) > EXPLAINED {
                sections[at].explained[group] = true;
            }
        }
    }
}

fn conclude(
    events: &Events,
    step: usize,
    dimensions: &Dimensions<'_>,
    sections: &[Section],
    calendar: Option<Calendar>,
) -> Said {
    match sections[0].judged.verdict {
        Verdict::Insufficient => return Said::Insufficient,
        Verdict::Everyone => {
            // No dimension is left out here: any kind of deals may have become more.
            let kinds = dimensions.kinds(usize::MAX);
            let explained = is_explained(&against_before(events, step, &kinds));
            return if explained { Said::Mix } else { Said::Everyone };
        }
        _ => {}
    }
    for (at, section) in sections.iter().enumerate() {
        if section.judged.verdict == Verdict::Routing && dimensions.is_people(at) {
            return Said::Routing;
        }
        let says = matches!(section.judged.verdict, Verdict::Few | Verdict::Routing);
        if says && !section.standing().is_empty() {
            return if dimensions.pair == Some(at) {
                Said::Pair
            } else {
                Said::Few(at)
            };
        }
    }
    let calendar = calendar.is_some_and(|calendar| calendar.is_found());
    let explained = sections
        .iter()
        .any(|section| section.explained.contains(&true));
    let unclear = sections
        .iter()
        .any(|section| matches!(section.judged.verdict, Verdict::Unclear | Verdict::Everyone));
    if explained {
        Said::Mix
    } else if calendar {
        Said::Calendar
    } else if unclear {
        Said::Unclear
    } else {
        Said::Nothing
    }
}

fn loss(said: Said, sections: &[Section], dimensions: &Dimensions<'_>) -> Loss {
    let at = match said {
        Said::Few(at) => at,
        Said::Pair => dimensions.pair.unwrap_or(0),
        Said::Everyone => {
            let pooled = sections[0].judged.pooled;
            let now = pooled.now.rate().unwrap_or(0.0);
            return Loss::between(pooled.before.rate(), now, pooled.now.n);
        }
        _ => return Loss::default(),
    };
    let section = &sections[at];
    let losses = section
        .standing()
        .into_iter()
        .map(|group| Loss::of(&section.judged.groups[group], &section.judged.prior));
    let conversions = losses.map(|loss| loss.conversions).sum::<f64>();
    Loss {
        // Of everybody's rate: what these cost all together.
        share: conversions / section.judged.pooled.now.n.max(1) as f64,
        conversions,
    }
}
