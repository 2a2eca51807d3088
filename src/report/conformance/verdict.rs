//! What is said of a deal: how it deviates from what the process declares, and what came first.

use crate::deal::book::Day;

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
    /// Place among the versions: by which it was judged.
    pub(super) version: usize,
    /// `None` when a file did not tell.
    pub(super) on: Option<Day>,
    pub(super) about: About,
}

impl Found {
    /// Whether it is told rather than another: it decides and that does not or, where neither does, it was before.
    fn comes_before(&self, other: &Self) -> bool {
        match (self.class.decides(), other.class.decides()) {
            (false, false) => self
                .on
                .is_some_and(|on| other.on.is_none_or(|other| on < other)),
            (decides, others) => decides && !others,
        }
    }
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
    /// By class: whether something tells of it, or of it nothing does, as of what only a file told. Neither where there
    /// is nothing to tell; both of a deal that is known in part.
    pub(super) told: [bool; CLASSES],
    pub(super) untold: [bool; CLASSES],
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

    pub(super) fn tells(&mut self, class: Class, told: bool) {
        let known = if told {
            &mut self.told
        } else {
            &mut self.untold
        };
        known[class as usize] = true;
    }

    /// What decides comes in the order of time, what does not in any.
    pub(super) fn add(&mut self, found: Found) {
        self.times[found.class as usize] += 1;
        if self.first.is_none_or(|first| found.comes_before(&first)) {
            self.first = Some(found);
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
