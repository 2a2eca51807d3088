//! From counts to verdicts: who loses at a step, everybody, a few, or nobody beyond chance.
//!
//! A group is held against everybody else now, and against itself before; both by Fisher's exact test,
//! one-sided, all comparisons of the whole report corrected together (Benjamini-Hochberg). What passes must
//! matter too: a tenth of the rate it is held against. Whether everybody fell is asked of all together, then
//! of all without the worst tenth, and of all without those who fell by themselves.

use crate::statistics::{
    Corrected, Prior, Trials, benjamini_hochberg, equal_rates, fewer, over_dispersion,
    smallest_drop,
};

/// The share of findings that may be false alarms.
pub(super) const Q: f64 = 0.1;

/// A lower rate matters from this part of the other rate on.
const MATERIAL: f64 = 0.1;

/// The level of a test of all groups together.
const LEVEL: f64 = 0.05;

/// Groups of fewer trials are not compared by themselves: they only count among everybody.
pub(super) const SMALLEST: usize = 10;

/// Fewer trials of all groups together are no history.
pub(super) const LEAST: usize = 30;

/// The spread of all groups from which on single ones are not accused before it is explained.
pub(super) const SPREAD: f64 = 2.0;

/// What one group did at one step: how many advanced of the resolved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) now: Trials,
    pub(super) before: Trials,
}

/// What the counts say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// All fell, and still do without the worst of them.
    Everyone,
    /// Some groups lose, the others are as they were.
    Few,
    /// More than half of the groups differ: it is who gets which deals.
    Routing,
    /// Something fell, and it can't be said whether few or all did.
    Unclear,
    Nothing,
    /// Too few trials to say anything.
    Insufficient,
}

/// One group held against others.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Compared {
    pub(super) group: Group,
    pub(super) others: Trials,
    /// The rate now after allowing for few trials.
    pub(super) shrunk: Option<f64>,
    /// How likely as few are by chance, if it were as everybody else, or as before.
    pub(super) p_below: Option<f64>,
    pub(super) p_fell: Option<f64>,
    /// The same, corrected for all comparisons.
    pub(super) q_below: Option<f64>,
    pub(super) q_fell: Option<f64>,
    /// Below everybody else, by more than chance explains and enough to matter.
    pub(super) below: bool,
    /// Below itself before, likewise.
    pub(super) fell: bool,
    /// How likely it lies as far from everybody else, on either side.
    p_apart: Option<f64>,
}

impl Compared {
    pub(super) fn flagged(&self) -> bool {
        self.below || self.fell
    }
}

/// All groups together, now and before.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Pooled {
    pub(super) now: Trials,
    pub(super) before: Trials,
    /// How likely the fall is by chance: of all, without the worst tenth, without those who fell.
    pub(super) p: Option<f64>,
    pub(super) p_without_worst: Option<f64>,
    pub(super) p_without_fallen: Option<f64>,
}

/// One step by one dimension, judged.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    pub(super) groups: Vec<Compared>,
    pub(super) pooled: Pooled,
    pub(super) prior: Prior,
    /// Over-dispersion between the groups now; 1 is chance alone.
    pub(super) phi: Option<f64>,
    /// Whether the groups succeed equally often now.
    pub(super) p_equal: Option<f64>,
    /// The smallest drop of a middle-sized group below everybody else that is found four times of five.
    pub(super) findable: Option<f64>,
}

/// Sections are judged together, because a reader sees all of them: `comparisons` says how many there were and
/// up to which p value they stand.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Judgement {
    pub(super) sections: Vec<Judged>,
    pub(super) comparisons: usize,
    pub(super) threshold: f64,
}

/// The verdict on every section: one step by one dimension, as counts of its groups.
pub(super) fn judge(sections: &[Vec<Group>]) -> Judgement {
    let mut judged: Vec<Judged> = sections.iter().map(|groups| compared(groups)).collect();
    let tests: Vec<f64> = judged
        .iter()
        .flat_map(|section| &section.groups)
        .flat_map(|group| [group.p_below, group.p_fell])
        .flatten()
        .collect();
    let corrected = benjamini_hochberg(&tests, Q);
    let mut next = 0;
    for group in judged.iter_mut().flat_map(|section| &mut section.groups) {
        let others = group.others;
        (group.q_below, group.below) = standing(
            &corrected,
            &mut next,
            group.p_below,
            group.group.now,
            others,
        );
        let before = group.group.before;
        (group.q_fell, group.fell) =
            standing(&corrected, &mut next, group.p_fell, group.group.now, before);
    }
    // What the middle-sized group could be found with, were it the only one that lost.
    let level = Q / tests.len().max(1) as f64;
    for section in &mut judged {
        section.conclude(level);
    }
    Judgement {
        sections: judged,
        comparisons: tests.len(),
        threshold: corrected.threshold,
    }
}

fn standing(
    corrected: &Corrected,
    next: &mut usize,
    p: Option<f64>,
    now: Trials,
    reference: Trials,
) -> (Option<f64>, bool) {
    if p.is_none() {
        return (None, false);
    }
    let at = *next;
    *next += 1;
    let stands = corrected.rejected[at] && matters(now, reference);
    (Some(corrected.adjusted[at]), stands)
}

/// Whether a rate lies so far below the other that it is worth a talk.
fn matters(now: Trials, reference: Trials) -> bool {
    let rates = now.rate().zip(reference.rate());
    rates.is_some_and(|(now, reference)| now <= reference * (1.0 - MATERIAL))
}

/// How likely the fall is by chance, where both have enough trials.
fn falling(now: Trials, before: Trials) -> Option<f64> {
    (now.n >= LEAST && before.n >= LEAST).then(|| fewer(now, before))
}

fn compared(groups: &[Group]) -> Judged {
    let now: Trials = groups.iter().map(|group| group.now).sum();
    let before: Trials = groups.iter().map(|group| group.before).sum();
    let trials: Vec<Trials> = groups.iter().map(|group| group.now).collect();
    let records = trials.iter();
    let prior = Prior::of(records.map(|now| (now.successes as u32, now.n as u32)));
    let compared = groups.iter().map(|group| {
        let others = now.without(group.now);
        let enough = |trials: Trials| trials.n >= SMALLEST && now.n >= LEAST;
        let against = |reference| {
            (enough(group.now) && enough(reference)).then(|| fewer(group.now, reference))
        };
        let p_below = against(others);
        Compared {
            group: *group,
            others,
            shrunk: (group.now.n > 0)
                .then(|| prior.expect(group.now.successes as u32, group.now.n as u32)),
            p_below,
            p_fell: against(group.before),
            p_apart: p_below.map(|below| (2.0 * below.min(fewer(others, group.now))).min(1.0)),
            ..Compared::default()
        }
    });
    Judged {
        verdict: Verdict::Nothing,
        groups: compared.collect(),
        pooled: Pooled {
            now,
            before,
            p: falling(now, before),
            ..Pooled::default()
        },
        prior,
        phi: over_dispersion(&trials),
        p_equal: equal_rates(&trials).map(|test| test.p),
        findable: None,
    }
}

impl Judged {
    fn conclude(&mut self, level: f64) {
        self.findable = self.smallest_drop(level);
        let fallen: Vec<usize> = self.those(|group| group.fell);
        let (without_worst, without_fallen) = (self.without(&self.worst()), self.without(&fallen));
        self.pooled.p_without_worst = falling(without_worst.now, without_worst.before);
        self.pooled.p_without_fallen = falling(without_fallen.now, without_fallen.before);
        let drops = |p: Option<f64>, group: Group| {
            p.is_some_and(|p| p < LEVEL) && matters(group.now, group.before)
        };
        let all = drops(
            self.pooled.p,
            Group {
                now: self.pooled.now,
                before: self.pooled.before,
            },
        );
        let most = drops(self.pooled.p_without_worst, without_worst);
        let rest = drops(self.pooled.p_without_fallen, without_fallen);
        let tested = self.those(|group| group.p_fell.is_some()).len();
        let flagged = !self.those(Compared::flagged).is_empty();

        self.verdict = if self.pooled.now.n < LEAST {
            Verdict::Insufficient
        } else if all && most && (fallen.len() * 2 > tested || rest) {
            Verdict::Everyone
        } else if self.is_routing() {
            Verdict::Routing
        } else if flagged && !rest {
            Verdict::Few
        } else if flagged || all {
            Verdict::Unclear
        } else {
            Verdict::Nothing
        };
    }

    fn those(&self, which: impl Fn(&Compared) -> bool) -> Vec<usize> {
        let groups = self.groups.iter().enumerate();
        groups
            .filter(|(_, group)| which(group))
            .map(|(at, _)| at)
            .collect()
    }

    /// The tenth of the groups that fell furthest by themselves, one at least.
    fn worst(&self) -> Vec<usize> {
        let fall = |at: usize| {
            let group = &self.groups[at].group;
            group
                .now
                .rate()
                .zip(group.before.rate())
                .map_or(0.0, |(now, before)| now - before)
        };
        let mut tested = self.those(|group| group.p_fell.is_some());
        tested.sort_by(|a, b| fall(*a).total_cmp(&fall(*b)));
        tested.truncate(tested.len().div_ceil(10));
        tested
    }

    fn without(&self, groups: &[usize]) -> Group {
        let mut rest = Group {
            now: self.pooled.now,
            before: self.pooled.before,
        };
        for at in groups {
            rest.now = rest.now.without(self.groups[*at].group.now);
            rest.before = rest.before.without(self.groups[*at].group.before);
        }
        rest
    }

    /// More than half of at least four groups lie apart from everybody else, on either side.
    fn is_routing(&self) -> bool {
        let apart: Vec<f64> = self
            .groups
            .iter()
            .filter_map(|group| group.p_apart)
            .collect();
        let rejected = benjamini_hochberg(&apart, Q).rejected;
        let differ = rejected.iter().filter(|rejected| **rejected).count();
        apart.len() >= 4 && differ * 2 > apart.len() && self.phi.is_some_and(|phi| phi > SPREAD)
    }

    fn smallest_drop(&self, level: f64) -> Option<f64> {
        let mut sizes: Vec<usize> = self
            .groups
            .iter()
            .filter(|group| group.p_below.is_some())
            .map(|group| group.group.now.n)
            .collect();
        sizes.sort_unstable();
        let middle = *sizes.get(sizes.len() / 2)?;
        let now = self.pooled.now;
        smallest_drop(now.rate()?, (middle, now.n - middle), level, 0.8)
    }
}
