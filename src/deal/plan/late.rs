//! Which deals are late by the limits of one process and not by those of another.

use super::super::book::{Book, Day};
use super::super::rotting::late_before;
use super::{Fate, Held};
use crate::process::Process;

/// Deals by their places in the Book.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Late {
    /// Late by the new limits only, each with the stage it is in then.
    pub newly: Vec<(u32, String)>,
    /// By the old ones only.
    pub no_longer: Vec<(u32, String)>,
    /// Late where they were, and not where the change moves them: their days there begin anew, whatever its limit is.
    pub begun_anew: Vec<(u32, String)>,
}

pub fn late(book: &Book, before: &Process, after: &Process, held: &[Held]) -> Late {
    let today = Day::of(book.as_of);
    // The first day of entry that is not late.
    let bound = |process: &Process, stage: &str| {
        let limit = process.stage(stage)?.limit?;
        Some(late_before(limit, &process.calendar, today))
    };
    let mut late = Late::default();
    for held in held {
        let Some(now) = held.now() else { continue };
        let (was, is) = (bound(before, &held.stage), bound(after, now));
        for deal in &held.deals {
            let entered = book.deals.stage_entered[*deal as usize];
            let before_that = |entered: Option<Day>, bound: Option<Day>| {
                entered.zip(bound).is_some_and(|(day, bound)| day < bound)
            };
            // Where it goes to it comes today.
            let (then, late_no_longer) = match held.fate {
                Fate::Moved(_) => (Some(today), &mut late.begun_anew),
                _ => (entered, &mut late.no_longer),
            };
            match (before_that(entered, was), before_that(then, is)) {
                (false, true) => late.newly.push((*deal, now.to_string())),
                (true, false) => late_no_longer.push((*deal, now.to_string())),
                _ => {}
            }
        }
    }
    late
}
