//! When a deal rots: it has been in its stage longer than it should, and nobody says what comes next. The
//! one rule for facts, today's work and reports.

use chrono::NaiveDate;

use super::book::{Day, State};
use crate::process::{Calendar, Span};

/// Days past a stage's limit; none on its last day and before.
pub fn days_late(
    limit: Span,
    calendar: &Calendar,
    entered: NaiveDate,
    today: NaiveDate,
) -> Option<i64> {
    let end = calendar.add(entered, limit);
    let days = today.signed_duration_since(end).num_days();
    (days > 0).then_some(days)
}

/// The first day of entry that is not late today: what tells late deals from the others column by column. A
/// limit's end never moves back when the entry moves on, so the day can be halved in on, which spares
/// counting business days deal by deal.
pub fn late_before(limit: Span, calendar: &Calendar, today: Day) -> Day {
    let is_late = |entered: Day| days_late(limit, calendar, entered.date(), today.date()).is_some();
    // Longer than any limit that can be written (36,500 months).
    let (mut late, mut fine) = (
        Day::new(today.number() - 1_200_000),
        Day::new(today.number() + 1),
    );
    while fine.number() - late.number() > 1 {
        let middle = Day::new(late.number() + (fine.number() - late.number()) / 2);
        if is_late(middle) {
            late = middle;
        } else {
            fine = middle;
        }
    }
    fine
}

/// What keeps a deal from rotting however long it stays: a follow-up booked in time, or a hold to a date to
/// come. Today is in time.
pub fn is_cared_for(
    state: State,
    hold_until: Option<Day>,
    next_due: Option<Day>,
    today: Day,
) -> bool {
    let to_come = |day: Option<Day>| day.is_some_and(|day| day >= today);
    to_come(next_due) || (state == State::Hold && to_come(hold_until))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn today() -> Day {
        Day::of(NaiveDate::from_ymd_opt(2026, 11, 21).expect("a date"))
    }

    #[rstest]
    #[case("10d")]
    #[case("0d")]
    #[case("15bd")]
    #[case("3m")]
    #[case("36500m")]
    fn late_is_past_the_limit(#[case] limit: &str) {
        let limit: Span = limit.parse().expect("a span");
        let calendar = Calendar::default();
        let first_fine = late_before(limit, &calendar, today());
        let late = |entered: Day| days_late(limit, &calendar, entered.date(), today().date());
        assert_eq!(late(first_fine), None);
        assert!(late(Day::new(first_fine.number() - 1)).is_some_and(|days| days > 0));
    }

    #[rstest]
    #[case(State::Open, None, None, false)]
    #[case(State::Open, None, Some(-1), false)]
    #[case(State::Open, None, Some(0), true)]
    #[case(State::Open, Some(9), None, false)]
    #[case(State::Hold, Some(0), None, true)]
    #[case(State::Hold, Some(-1), None, false)]
    #[case(State::Hold, None, None, false)]
    #[case(State::Hold, Some(-1), Some(3), true)]
    fn what_excuses(
        #[case] state: State,
        #[case] hold: Option<i32>,
        #[case] due: Option<i32>,
        #[case] excused: bool,
    ) {
        let at = |days: Option<i32>| days.map(|days| Day::new(today().number() + days));
        assert_eq!(is_cared_for(state, at(hold), at(due), today()), excused);
    }
}
