//! What verdicts add up to, and what was left out of them.

use super::super::Ask;
use super::verdict::{CLASSES, Class, Unjudged, Verdict};
use crate::deal::book::Book;
use crate::statistics::{ENOUGH, Trials};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) n: usize,
    pub(super) open: usize,
    pub(super) conforming: usize,
    /// Deals, by class.
    pub(super) deals: [usize; CLASSES],
    /// How often, by class.
    pub(super) times: [usize; CLASSES],
    /// Deals with a move that the process does not have: nowhere, back, or again.
    pub(super) strayed: usize,
    pub(super) back_deals: usize,
    pub(super) back_times: usize,
    /// Won of those that moved back where it is allowed.
    pub(super) of_back: Trials,
    /// By class: deals of which something tells of it, and of which nothing does.
    told: [usize; CLASSES],
    untold: [usize; CLASSES],
    /// Won of those closed in the period: that conform, and that don't.
    pub(super) outcome: [Trials; 2],
    /// The same by class.
    pub(super) of_class: [Trials; CLASSES],
}

impl Tally {
    pub(super) fn add(&mut self, verdict: &Verdict, open: bool, won: Option<bool>) {
        let conforms = verdict.conforms();
        self.n += 1;
        self.open += usize::from(open);
        self.conforming += usize::from(conforms);
        for (class, times) in verdict.times.iter().enumerate() {
            self.deals[class] += usize::from(*times > 0);
            self.times[class] += *times as usize;
        }
        let moves = [Class::IllegalMove, Class::MovedBack, Class::RepeatedStage];
        let strayed = moves.iter().any(|class| verdict.times[*class as usize] > 0);
        self.strayed += usize::from(strayed);
        self.back_deals += usize::from(verdict.allowed_back > 0);
        self.back_times += verdict.allowed_back as usize;
        for class in 0..CLASSES {
            self.told[class] += usize::from(verdict.told[class]);
            self.untold[class] += usize::from(verdict.untold[class]);
        }
        if let Some(won) = won {
            self.outcome[usize::from(!conforms)].add(won);
            for (trials, times) in self.of_class.iter_mut().zip(verdict.times) {
                if times > 0 {
                    trials.add(won);
                }
            }
            if verdict.allowed_back > 0 {
                self.of_back.add(won);
            }
        }
    }

    pub(super) fn plus(&mut self, other: &Self) {
        self.n += other.n;
        self.open += other.open;
        self.conforming += other.conforming;
        self.strayed += other.strayed;
        for class in 0..CLASSES {
            self.deals[class] += other.deals[class];
            self.times[class] += other.times[class];
            self.of_class[class] = self.of_class[class].and(other.of_class[class]);
            self.told[class] += other.told[class];
            self.untold[class] += other.untold[class];
        }
        self.back_deals += other.back_deals;
        self.back_times += other.back_times;
        self.of_back = self.of_back.and(other.of_back);
        for (sum, part) in self.outcome.iter_mut().zip(other.outcome) {
            *sum = sum.and(part);
        }
    }
}

/// Deals of which something is so, how often, and what became of those that closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) deals: usize,
    pub(super) times: usize,
    pub(super) decided: Trials,
}

impl Tally {
    /// `None` where nobody told: files that only tell of moves say nothing of steps, overrides and follow-ups.
    pub(super) fn found(&self, class: Class) -> Option<Found> {
        let at = class as usize;
        let told = self.told[at] > 0 || self.untold[at] == 0;
        (told || self.deals[at] > 0).then_some(Found {
            deals: self.deals[at],
            times: self.times[at],
            decided: self.of_class[at],
        })
    }

    /// Moves back that the process allows.
    pub(super) fn back(&self) -> Found {
        Found {
            deals: self.back_deals,
            times: self.back_times,
            decided: self.of_back,
        }
    }
}

/// Deals that have no verdict, and what was not known of those that have one.
#[derive(Debug, Default)]
pub(super) struct Left {
    no_stage: usize,
    one_stage: usize,
    undated: usize,
    steps_untold: usize,
    start_untold: usize,
    elsewhere: usize,
}

impl Left {
    pub(super) fn new(book: &Book, ask: &Ask) -> Self {
        let undated = |deal: &usize| book.deals.opened[*deal].is_none() && ask.includes(*deal);
        Self {
            undated: ask
                .period
                .map_or(0, |_| (0..book.deals.len()).filter(undated).count()),
            ..Self::default()
        }
    }

    pub(super) fn unjudged(&mut self, why: Unjudged) {
        match why {
            Unjudged::NoStage => self.no_stage += 1,
            Unjudged::OneStage => self.one_stage += 1,
        }
    }

    pub(super) fn note(&mut self, verdict: &Verdict) {
        self.steps_untold += usize::from(verdict.untold[Class::MissingStep as usize]);
        self.start_untold += usize::from(verdict.start_untold);
        self.elsewhere += usize::from(verdict.elsewhere);
    }

    pub(super) fn notes(&self) -> Vec<String> {
        let are = super::super::deals_are;
        let told = |n: usize, note: &str| (n > 0).then(|| format!("{} {note}", are(n)));
        let notes = [
            told(self.no_stage, "not judged: no stage was ever told"),
            told(
                self.one_stage,
                "not judged: a file told only one stage, which does not say that others were skipped",
            ),
            told(
                self.undated,
                "left out: when they were opened was never told",
            ),
            told(
                self.steps_untold,
                "judged by moves alone where a file does not tell which steps were done",
            ),
            told(
                self.start_untold,
                "not judged by where they began: a file tells of them from later on",
            ),
            told(
                self.elsewhere,
                "not judged by moves to and from stages that the process does not have (any more)",
            ),
        ];
        notes.into_iter().flatten().collect()
    }
}

/// Why win rates are not compared.
pub(super) fn too_few(all: &Tally) -> Option<String> {
    let [conforming, other] = all.outcome;
    if conforming.n + other.n > 0 && conforming.failures() + other.failures() == 0 {
        return Some("no closed deal was lost: what wins more can't be said".to_string());
    }
    (conforming.n < ENOUGH || other.n < ENOUGH).then(|| {
        format!(
            "insufficient history: whether conforming deals win more is said from {ENOUGH} closed deals that conform and \
             {ENOUGH} that don't; here it is {} and {}",
            conforming.n, other.n
        )
    })
}
