//! What one line of the report says: how many deals followed the process, how the others did not, what came of it.

use super::tally::Tally;
use super::verdict::Class;
use crate::document::row;
use crate::statistics::{ENOUGH, Share, Trials};

row! {
    /// How far deals followed the process. `_deals` counts deals with a deviation of that class, `_times` how often
    /// it happened, `_closed` and `_won` what became of those closed in the period; null where nobody told, as files do
    /// that only tell of moves.
    pub struct Followed {
        /// Deals that could be judged.
        pub n: usize,
        /// Of these: open so far.
        pub open: usize,
        pub conforming: usize,
        pub conforming_share: Option<f64>,
        pub conforming_low: Option<f64>,
        pub conforming_high: Option<f64>,
        pub skipped_stage_deals: usize,
        pub skipped_stage_times: usize,
        pub skipped_stage_closed: usize,
        pub skipped_stage_won: usize,
        pub illegal_move_deals: usize,
        pub illegal_move_times: usize,
        pub illegal_move_closed: usize,
        pub illegal_move_won: usize,
        pub moved_back_deals: usize,
        pub moved_back_times: usize,
        pub moved_back_closed: usize,
        pub moved_back_won: usize,
        pub repeated_stage_deals: usize,
        pub repeated_stage_times: usize,
        pub repeated_stage_closed: usize,
        pub repeated_stage_won: usize,
        /// Deals with any of the three: a way that is not there, back where that is not allowed, again.
        pub strayed_deals: usize,
        pub missing_step_deals: Option<usize>,
        pub missing_step_times: Option<usize>,
        pub missing_step_closed: Option<usize>,
        pub missing_step_won: Option<usize>,
        pub override_deals: Option<usize>,
        pub override_times: Option<usize>,
        pub override_closed: Option<usize>,
        pub override_won: Option<usize>,
        pub too_long_deals: usize,
        pub too_long_times: usize,
        pub too_long_closed: usize,
        pub too_long_won: usize,
        pub follow_up_deals: Option<usize>,
        pub follow_up_times: Option<usize>,
        pub follow_up_closed: Option<usize>,
        pub follow_up_won: Option<usize>,
        /// Moves back that the process allows: no deviation.
        pub allowed_back_deals: usize,
        pub allowed_back_times: usize,
        pub allowed_back_closed: usize,
        pub allowed_back_won: usize,
        pub conforming_closed: usize,
        pub conforming_won: usize,
        pub conforming_win_share: Option<f64>,
        pub conforming_win_low: Option<f64>,
        pub conforming_win_high: Option<f64>,
        pub other_closed: usize,
        pub other_won: usize,
        pub other_win_share: Option<f64>,
        pub other_win_low: Option<f64>,
        pub other_win_high: Option<f64>,
        /// Win rate of conforming deals less that of the others; null with too few of either.
        pub difference_share: Option<f64>,
        pub difference_low: Option<f64>,
        pub difference_high: Option<f64>,
    }
}

impl Followed {
    pub(super) fn of(tally: &Tally) -> Self {
        let share = Share::of(tally.conforming, tally.n);
        // Null of all four where nobody told.
        let found = |class: Class| tally.found(class);
        let deals = |class: Class| Some(found(class)?.deals);
        let times = |class: Class| Some(found(class)?.times);
        let closed = |class: Class| Some(found(class)?.decided.n);
        let of_won = |class: Class| Some(found(class)?.decided.successes);
        let back = tally.back();
        let [conforming, other] = tally.outcome;
        let won = |of: Trials| Share::of(of.successes, of.n);
        let (a, b) = (won(conforming), won(other));
        let lost = conforming.failures() + other.failures();
        let enough = conforming.n >= ENOUGH && other.n >= ENOUGH && lost > 0;
        let both = a.zip(b).filter(|_| enough);
        let interval = both.map(|(a, b)| a.difference(b));
        Self {
            n: tally.n,
            open: tally.open,
            conforming: tally.conforming,
            conforming_share: share.map(|share| share.share),
            conforming_low: share.map(|share| share.low),
            conforming_high: share.map(|share| share.high),
            skipped_stage_deals: deals(Class::SkippedStage).unwrap_or_default(),
            skipped_stage_times: times(Class::SkippedStage).unwrap_or_default(),
            skipped_stage_closed: closed(Class::SkippedStage).unwrap_or_default(),
            skipped_stage_won: of_won(Class::SkippedStage).unwrap_or_default(),
            illegal_move_deals: deals(Class::IllegalMove).unwrap_or_default(),
            illegal_move_times: times(Class::IllegalMove).unwrap_or_default(),
            illegal_move_closed: closed(Class::IllegalMove).unwrap_or_default(),
            illegal_move_won: of_won(Class::IllegalMove).unwrap_or_default(),
            moved_back_deals: deals(Class::MovedBack).unwrap_or_default(),
            moved_back_times: times(Class::MovedBack).unwrap_or_default(),
            moved_back_closed: closed(Class::MovedBack).unwrap_or_default(),
            moved_back_won: of_won(Class::MovedBack).unwrap_or_default(),
            repeated_stage_deals: deals(Class::RepeatedStage).unwrap_or_default(),
            repeated_stage_times: times(Class::RepeatedStage).unwrap_or_default(),
            repeated_stage_closed: closed(Class::RepeatedStage).unwrap_or_default(),
            repeated_stage_won: of_won(Class::RepeatedStage).unwrap_or_default(),
            strayed_deals: tally.strayed,
            missing_step_deals: deals(Class::MissingStep),
            missing_step_times: times(Class::MissingStep),
            missing_step_closed: closed(Class::MissingStep),
            missing_step_won: of_won(Class::MissingStep),
            override_deals: deals(Class::Override),
            override_times: times(Class::Override),
            override_closed: closed(Class::Override),
            override_won: of_won(Class::Override),
            too_long_deals: deals(Class::TooLong).unwrap_or_default(),
            too_long_times: times(Class::TooLong).unwrap_or_default(),
            too_long_closed: closed(Class::TooLong).unwrap_or_default(),
            too_long_won: of_won(Class::TooLong).unwrap_or_default(),
            follow_up_deals: deals(Class::FollowUp),
            follow_up_times: times(Class::FollowUp),
            follow_up_closed: closed(Class::FollowUp),
            follow_up_won: of_won(Class::FollowUp),
            allowed_back_deals: back.deals,
            allowed_back_times: back.times,
            allowed_back_closed: back.decided.n,
            allowed_back_won: back.decided.successes,
            conforming_closed: conforming.n,
            conforming_won: conforming.successes,
            conforming_win_share: a.map(|share| share.share),
            conforming_win_low: a.map(|share| share.low),
            conforming_win_high: a.map(|share| share.high),
            other_closed: other.n,
            other_won: other.successes,
            other_win_share: b.map(|share| share.share),
            other_win_low: b.map(|share| share.low),
            other_win_high: b.map(|share| share.high),
            difference_share: both.map(|(a, b)| a.share - b.share),
            difference_low: interval.map(|(low, _)| low),
            difference_high: interval.map(|(_, high)| high),
        }
    }
}
