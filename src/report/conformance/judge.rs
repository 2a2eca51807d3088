//! Judges each deal by its way. One pass over the visits of a Book, in which nothing is allocated for a deal.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::super::Ask;
use super::Judging;
use super::model::{Declared, GOOD_END, Places, told_of};
use super::verdict::{About, Class, Found, Unjudged, Verdict};
use super::versions::Versions;
use crate::deal::book::{Book, Day, Left, Told};
use crate::deal::fact::{HISTORY_TOLD, OVERRIDES_TOLD, STEPS_TOLD};

/// Stages between two places by version and customer type; none where no way leads there.
type Between = FxHashMap<(usize, usize, Option<usize>, usize), Option<Places>>;

pub(super) struct Judge<'b> {
    pub(super) versions: Versions<'b>,
    book: &'b Book,
    today: Day,
    /// Of imported deals: whether a file told their whole way, every step, every override.
    history_told: &'b Told,
    steps_told: &'b Told,
    overrides_told: &'b Told,
    /// What was asked before.
    between: Between,
}

/// Whether a visit ended because of a change of the process, which nobody who works with the deal can help.
fn by_process_change(how: Left) -> bool {
    how == Left::Moved
}

impl<'b> Judge<'b> {
    pub(super) fn new(judging: Judging<'b>, book: &'b Book) -> Result<Self, String> {
        Ok(Self {
            versions: Versions::new(judging, book)?,
            book,
            today: Day::of(book.as_of),
            history_told: told_of(book, HISTORY_TOLD)?,
            steps_told: told_of(book, STEPS_TOLD)?,
            overrides_told: told_of(book, OVERRIDES_TOLD)?,
            between: Between::default(),
        })
    }

    /// Judges the deals that were under way in the period, each with where its visits are.
    pub(super) fn all(
        &mut self,
        ask: &Ask,
        mut each: impl FnMut(usize, Range<usize>, Result<&Verdict, Unjudged>),
    ) {
        let of = &self.book.visits.deal;
        let (mut next, mut next_item) = (0, 0);
        for deal in 0..self.book.deals.len() {
            let begin = next;
            while of.get(next).is_some_and(|of| *of as usize == deal) {
                next += 1;
            }
            let items = &self.book.follow_ups.deal;
            let first_item = next_item;
            while items.get(next_item).is_some_and(|of| *of as usize == deal) {
                next_item += 1;
            }
            if !ask.includes(deal) || !under_way(self.book, ask, deal) {
                continue;
            }
            if begin == next {
                each(deal, begin..next, Err(Unjudged::NoStage));
                continue;
            }
            let verdict = self.verdict(deal, begin..next, first_item..next_item);
            if self.tells_one_stage(deal, begin..next, &verdict) {
                each(deal, begin..next, Err(Unjudged::OneStage));
            } else {
                each(deal, begin..next, Ok(&verdict));
            }
        }
    }

    fn imported(&self, deal: usize) -> bool {
        self.book.deals.imported[deal]
    }

    fn tells_one_stage(&self, deal: usize, visits: Range<usize>, verdict: &Verdict) -> bool {
        visits.len() == 1
            && self.imported(deal)
            && self.history_told.since(deal as u32).is_none()
            && verdict.times[Class::SkippedStage as usize] > 0
    }

    /// The version that judges what a deal did on a day.
    fn version(&self, deal: usize, day: Option<Day>) -> usize {
        self.versions.on(deal as u32, day)
    }

    fn declared(&self, version: usize) -> &Declared<'b> {
        &self.versions.all[version]
    }

    /// What happened at the end of a visit.
    fn found(&self, class: Class, (visit, version): (usize, usize), about: About) -> Found {
        Found {
            class,
            visit,
            version,
            on: self.book.visits.left[visit],
            about,
        }
    }

    fn verdict(&mut self, deal: usize, own: Range<usize>, items: Range<usize>) -> Verdict {
        let visits = &self.book.visits;
        let mut verdict = Verdict::default();
        let (mut been, mut left_onward) = (Places::default(), Places::default());
        let (mut again_told, mut left_under) = (false, 0);
        let here = !self.imported(deal) || self.versions.passed_a_gate(deal as u32);
        let overrides = here || self.overrides_told.since(deal as u32).is_some();
        verdict.tells(Class::Override, overrides);
        verdict.tells(Class::FollowUp, here || !items.is_empty());
        self.start(deal, own.start, &mut verdict);
        for at in own.clone() {
            let place = usize::from(visits.stage[at]);
            let how = visits.how[at];
            // Where a deal is still, what is in force counts.
            let version = match how {
                Left::Still => 0,
                _ => self.version(deal, visits.left[at]),
            };
            if !self.declared(version).has(place) {
                verdict.elsewhere |= !by_process_change(how);
                continue;
            }
            if been.has(place) && !again_told {
                self.again(deal, at, own.start, &mut verdict);
            }
            been.add(place);
            let again_before = verdict.times[Class::RepeatedStage as usize];
            self.stay(at, version, &mut verdict);
            if by_process_change(how) {
                continue;
            }
            // Another version may ask for more.
            if std::mem::replace(&mut left_under, version) != version {
                left_onward = Places::default();
            }
            if matches!(how, Left::Advanced | Left::Won) && !left_onward.has(place) {
                left_onward.add(place);
                self.steps(deal, (at, version), &mut verdict);
            }
            if visits.overridden[at] {
                verdict.add(self.found(Class::Override, (at, version), About::Gate));
            }
            match how {
                Left::Won => self.went(deal, (at, version), GOOD_END, been, &mut verdict),
                Left::Advanced | Left::Back if at + 1 < own.end => {
                    let to = usize::from(visits.stage[at + 1]);
                    if self.declared(version).has(to) {
                        self.went(deal, (at, version), to, been, &mut verdict);
                    }
                }
                _ => {}
            }
            again_told = verdict.times[Class::RepeatedStage as usize] > again_before;
        }
        self.follow_ups(deal, own.end - 1, items, &mut verdict);
        verdict
    }

    /// Where it began. An import may tell of a deal from later on than it was opened: then nobody knows.
    fn start(&mut self, deal: usize, at: usize, verdict: &mut Verdict) {
        let visits = &self.book.visits;
        let (place, entered) = (usize::from(visits.stage[at]), visits.entered[at]);
        let version = self.version(deal, entered);
        let declared = self.declared(version);
        let kind = declared.kind(deal as u32, entered);
        if !declared.has(place) || declared.may_begin(kind, place) {
            return;
        }
        let opened = self.book.deals.opened[deal];
        if self.imported(deal) && (opened.is_none() || entered != opened) {
            verdict.start_untold = true;
            return;
        }
        let class = self.passed_over((version, kind), None, place, Places::default());
        verdict.add(Found {
            class,
            visit: at,
            version,
            on: entered,
            about: About::Start,
        });
    }

    /// Once more than the process says a deal is meant to be in a stage.
    fn again(&self, deal: usize, at: usize, first: usize, verdict: &mut Verdict) {
        let visits = &self.book.visits;
        let stage = visits.stage[at];
        let version = self.version(deal, visits.entered[at]);
        let most = self.declared(version).most_visits(usize::from(stage));
        if most == u32::MAX {
            return;
        }
        let before = visits.stage[first..at].iter();
        let times = before.filter(|before| **before == stage).count() + 1;
        if times > most as usize {
            verdict.add(Found {
                class: Class::RepeatedStage,
                visit: at,
                version,
                on: visits.entered[at],
                about: About::Again(times as u32),
            });
        }
    }

    fn stay(&mut self, at: usize, version: usize, verdict: &mut Verdict) {
        let visits = &self.book.visits;
        let until = match visits.how[at] {
            Left::Still => Some(self.today),
            _ => visits.left[at],
        };
        let (Some(entered), Some(until)) = (visits.entered[at], until) else {
            return;
        };
        let declared = &mut self.versions.all[version];
        let last = declared.last_day(usize::from(visits.stage[at]), entered);
        if let Some(last) = last.filter(|last| *last < until) {
            verdict.add(Found {
                class: Class::TooLong,
                visit: at,
                version,
                on: Some(Day::new(last.number() + 1)),
                about: About::Days(until.since(last)),
            });
        }
    }

    /// Required steps of a stage that was left onward: done on the day at the latest.
    fn steps(&self, deal: usize, (at, version): (usize, usize), verdict: &mut Verdict) {
        let visits = &self.book.visits;
        let left = visits.left[at];
        let declared = self.declared(version);
        let kind = declared.kind(deal as u32, left);
        let required = declared.required(kind, usize::from(visits.stage[at]));
        if required.is_empty() {
            return;
        }
        let deal_n = deal as u32;
        if self.imported(deal) && self.steps_told.since(deal_n).is_none() {
            // What was done before the first step that anybody told of, an import did not say.
            let told = declared.steps.iter();
            let first = told.filter_map(|(_, told)| told.since(deal_n)).min();
            if left.is_none() || first.is_none() || first > left {
                verdict.tells(Class::MissingStep, false);
                return;
            }
        }
        verdict.tells(Class::MissingStep, true);
        for step in required {
            let (_, told) = declared.steps[usize::from(*step)];
            let done = match left {
                Some(left) => told.on(deal_n, left).is_some(),
                None => told.since(deal_n).is_some(),
            };
            if !done {
                let about = About::Step(*step, told.since(deal_n));
                verdict.add(self.found(Class::MissingStep, (at, version), about));
            }
        }
    }

    fn went(
        &mut self,
        deal: usize,
        (at, version): (usize, usize),
        to: usize,
        been: Places,
        verdict: &mut Verdict,
    ) {
        let visits = &self.book.visits;
        let (from, day) = (usize::from(visits.stage[at]), visits.left[at]);
        let declared = self.declared(version);
        let kind = declared.kind(deal as u32, day);
        if declared.may_go(kind, from, to) {
            return;
        }
        if declared.may_return(from, to) {
            verdict.allowed_back += 1;
            return;
        }
        let class = if declared.is_before(to, from) {
            Class::MovedBack
        } else if been.has(to) {
            Class::RepeatedStage
        } else {
            self.passed_over((version, kind), Some(from), to, been)
        };
        verdict.add(self.found(class, (at, version), About::To(to)));
    }

    /// A move onward that is not allowed: past stages in which the deal had not been, or where no way leads.
    fn passed_over(
        &mut self,
        (version, kind): (usize, usize),
        from: Option<usize>,
        to: usize,
        been: Places,
    ) -> Class {
        let declared = &self.versions.all[version];
        let between = self.between.entry((version, kind, from, to));
        let between = between.or_insert_with(|| {
            let between = declared.between(kind, from, to)?;
            let mut places = Places::default();
            for place in between {
                places.add(place);
            }
            Some(places)
        });
        match between {
            Some(between) if between.any_beside(been) => Class::SkippedStage,
            _ => Class::IllegalMove,
        }
    }

    /// Follow-ups that the process set: done after they were due, or not done though they are due and the deal was
    /// open that long.
    fn follow_ups(&self, deal: usize, last: usize, items: Range<usize>, verdict: &mut Verdict) {
        let follow_ups = &self.book.follow_ups;
        let end = self.book.deals.closed[deal].map_or(self.today, |closed| closed.min(self.today));
        for at in items.filter(|at| follow_ups.by_rule[*at]) {
            if follow_ups.done[at].unwrap_or(end) > follow_ups.due[at] {
                let due = Some(follow_ups.due[at]);
                verdict.add(Found {
                    class: Class::FollowUp,
                    visit: last,
                    version: self.version(deal, due),
                    on: due,
                    about: About::FollowUp(at),
                });
            }
        }
    }
}

/// Opened by the end of the period, and not closed before it began.
fn under_way(book: &Book, ask: &Ask, deal: usize) -> bool {
    let deals = &book.deals;
    ask.period.is_none_or(|period| {
        deals.opened[deal].is_some_and(|day| day <= Day::of(period.to))
            && deals.closed[deal].is_none_or(|day| day >= Day::of(period.from))
    })
}
