//! Judges each deal by its way: what deviates from what the process declares, and what came first.
//!
//! One pass over the visits of a Book, in which nothing is allocated for a deal.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::super::Ask;
use super::model::{Declared, Places};
use crate::deal::book::{Book, Day, Left};

/// How a deal deviates. The first five make it one that does not conform, the rest is told beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    SkippedStage,
    IllegalMove,
    MovedBack,
    RepeatedStage,
    MissingStep,
    Override,
    TooLong,
    FollowUp,
}

pub(super) const CLASSES: usize = 8;

impl Class {
    pub(super) const ALL: [Self; CLASSES] = [
        Self::SkippedStage,
        Self::IllegalMove,
        Self::MovedBack,
        Self::RepeatedStage,
        Self::MissingStep,
        Self::Override,
        Self::TooLong,
        Self::FollowUp,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::SkippedStage => "skipped_stage",
            Self::IllegalMove => "illegal_move",
            Self::MovedBack => "moved_back",
            Self::RepeatedStage => "repeated_stage",
            Self::MissingStep => "missing_step",
            Self::Override => "override",
            Self::TooLong => "too_long",
            Self::FollowUp => "follow_up",
        }
    }

    /// Whether a deal with it does not conform.
    pub(super) fn decides(self) -> bool {
        !matches!(self, Self::Override | Self::TooLong | Self::FollowUp)
    }
}

/// What a deviation is about, for the sentence that tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// It began there.
    Start,
    /// It went to a place: a stage, or the good end.
    To(usize),
    /// It entered the stage for so many times, more than the process says.
    Again(u32),
    /// A required step, and when it was done after all.
    Step(u16, Option<Day>),
    /// Days beyond the limit.
    Days(i32),
    Gate,
    /// Place among the follow-ups of the Book.
    FollowUp(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) class: Class,
    /// Place among the visits of the Book: where it was then.
    pub(super) visit: usize,
    pub(super) about: About,
}

/// What is said of one deal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    /// How often, by class.
    pub(super) times: [u32; CLASSES],
    /// Moves back that the process allows.
    pub(super) allowed_back: u32,
    /// The first deviation that decides or, where there is none, the first one beside.
    pub(super) first: Option<Found>,
    /// It left a stage that has required steps, and an import did not tell what was done there.
    pub(super) steps_untold: bool,
    /// It was in a stage that the process does not have.
    pub(super) elsewhere: bool,
    /// An import did not tell how it began.
    pub(super) start_untold: bool,
}

impl Verdict {
    pub(super) fn conforms(&self) -> bool {
        let decides = |class: &&Class| class.decides();
        let mut deciding = Class::ALL.iter().filter(decides);
        deciding.all(|class| self.times[*class as usize] == 0)
    }

    fn add(&mut self, class: Class, visit: usize, about: About) {
        self.times[class as usize] += 1;
        let found = Found {
            class,
            visit,
            about,
        };
        match self.first {
            Some(first) if first.class.decides() || !class.decides() => {}
            _ => self.first = Some(found),
        }
    }
}

/// Why a deal has no verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unjudged {
    /// No stage was ever told.
    NoStage,
    /// An import told of one stage only, which does not say that others were skipped.
    OneStage,
}

pub(super) struct Judge<'p, 'b> {
    pub(super) declared: Declared<'p>,
    book: &'b Book,
    today: Day,
    /// Stages between two places, where that was asked before; none where no way leads there.
    between: FxHashMap<(usize, Option<u16>, usize), Option<Places>>,
}

/// Whether a visit ended because of a change of the process, which nobody who works with the deal can help.
fn by_process_change(how: Left) -> bool {
    how == Left::Moved
}

impl<'p, 'b> Judge<'p, 'b> {
    pub(super) fn new(declared: Declared<'p>, book: &'b Book) -> Self {
        Self {
            declared,
            book,
            today: Day::of(book.as_of),
            between: FxHashMap::default(),
        }
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
        visits.len() == 1 && self.imported(deal) && verdict.times[Class::SkippedStage as usize] > 0
    }

    fn verdict(&mut self, deal: usize, own: Range<usize>, items: Range<usize>) -> Verdict {
        let visits = &self.book.visits;
        let mut verdict = Verdict::default();
        let (mut been, mut left_onward) = (Places::default(), Places::default());
        let mut again_told = false;
        self.start(deal, own.start, &mut verdict);
        for at in own.clone() {
            let stage = visits.stage[at];
            if !self.declared.has(stage) {
                verdict.elsewhere = true;
                continue;
            }
            if been.has(usize::from(stage)) && !again_told {
                self.again(at, own.start, &mut verdict);
            }
            been.add(usize::from(stage));
            let again_before = verdict.times[Class::RepeatedStage as usize];
            self.stay(at, &mut verdict);
            let how = visits.how[at];
            if by_process_change(how) {
                continue;
            }
            if matches!(how, Left::Advanced | Left::Won) && !left_onward.has(usize::from(stage)) {
                left_onward.add(usize::from(stage));
                self.steps(deal, at, &mut verdict);
            }
            if visits.overridden[at] {
                verdict.add(Class::Override, at, About::Gate);
            }
            match how {
                Left::Won => self.went(deal, at, self.declared.won(), been, &mut verdict),
                Left::Advanced | Left::Back if at + 1 < own.end => {
                    let to = visits.stage[at + 1];
                    if self.declared.has(to) {
                        self.went(deal, at, usize::from(to), been, &mut verdict);
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
        let (stage, entered) = (visits.stage[at], visits.entered[at]);
        let kind = self.declared.kind(deal as u32, entered);
        if !self.declared.has(stage) || self.declared.may_begin(kind, stage) {
            return;
        }
        let opened = self.book.deals.opened[deal];
        if self.imported(deal) && (opened.is_none() || entered != opened) {
            verdict.start_untold = true;
            return;
        }
        let class = self.passed_over(kind, None, usize::from(stage), Places::default());
        verdict.add(class, at, About::Start);
    }

    /// Once more than the process says a deal is meant to be in a stage.
    fn again(&self, at: usize, first: usize, verdict: &mut Verdict) {
        let stage = self.book.visits.stage[at];
        let most = self.declared.most_visits(stage);
        if most == u32::MAX {
            return;
        }
        let before = self.book.visits.stage[first..at].iter();
        let times = before.filter(|before| **before == stage).count() + 1;
        if times > most as usize {
            verdict.add(Class::RepeatedStage, at, About::Again(times as u32));
        }
    }

    fn stay(&mut self, at: usize, verdict: &mut Verdict) {
        let visits = &self.book.visits;
        let until = match visits.how[at] {
            Left::Still => Some(self.today),
            _ => visits.left[at],
        };
        if let (Some(entered), Some(until)) = (visits.entered[at], until)
            && let Some(days) = self.declared.beyond(visits.stage[at], entered, until)
        {
            verdict.add(Class::TooLong, at, About::Days(days));
        }
    }

    /// Required steps of a stage that was left onward: done on the day at the latest.
    fn steps(&self, deal: usize, at: usize, verdict: &mut Verdict) {
        let visits = &self.book.visits;
        let left = visits.left[at];
        let kind = self.declared.kind(deal as u32, left);
        let required = self.declared.required(kind, visits.stage[at]);
        if required.is_empty() {
            return;
        }
        let deal_n = deal as u32;
        if self.imported(deal) {
            // What was done before the first step that anybody told of, an import did not say.
            let told = self.declared.steps.iter();
            let first = told.filter_map(|(_, told)| told.since(deal_n)).min();
            if left.is_none() || first.is_none() || first > left {
                verdict.steps_untold = true;
                return;
            }
        }
        for step in required {
            let (_, told) = self.declared.steps[usize::from(*step)];
            let done = match left {
                Some(left) => told.on(deal_n, left).is_some(),
                None => told.since(deal_n).is_some(),
            };
            if !done {
                let about = About::Step(*step, told.since(deal_n));
                verdict.add(Class::MissingStep, at, about);
            }
        }
    }

    fn went(&mut self, deal: usize, at: usize, to: usize, been: Places, verdict: &mut Verdict) {
        let visits = &self.book.visits;
        let from = visits.stage[at];
        let day = visits.left[at];
        let kind = self.declared.kind(deal as u32, day);
        if self.declared.may_go(kind, from, to) {
            return;
        }
        if to < self.declared.won() && self.declared.may_return(from, to as u16) {
            verdict.allowed_back += 1;
            return;
        }
        let class = if to < usize::from(from) {
            Class::MovedBack
        } else if been.has(to) {
            Class::RepeatedStage
        } else {
            self.passed_over(kind, Some(from), to, been)
        };
        verdict.add(class, at, About::To(to));
    }

    /// A move onward that is not allowed: past stages in which the deal had not been, or where no way leads.
    fn passed_over(&mut self, kind: usize, from: Option<u16>, to: usize, been: Places) -> Class {
        let declared = &self.declared;
        let between = self.between.entry((kind, from, to)).or_insert_with(|| {
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
                verdict.add(Class::FollowUp, last, About::FollowUp(at));
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
