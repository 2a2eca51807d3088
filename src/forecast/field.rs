//! Fields of deals whose levels may have an effect of their own, as they were known on a day.

use super::past::Past;
use super::told;
use crate::deal::book::{Book, Day, Told};
use crate::process::Process;

/// Fields of a deal whose levels may have an effect of their own.
#[derive(Clone, Copy, Debug)]
pub(super) enum Field<'b> {
    Owner,
    /// Product, source, type of customer, or a choice of the process.
    Told(&'b Told),
    /// Days since the last activity.
    Idle,
}

/// Days without activity from which another class begins: half a week, then twice as long each, as what another day of
/// silence tells is less the longer it lasts; two months and more are one. Classes don't ask how activity and silence
/// relate, and the one of deals with no activity yet need not be like any other.
const IDLE: [i32; 5] = [3, 7, 14, 28, 56];

/// Fields that may tell something: those with two levels.
pub(super) fn fields<'b>(process: &Process, book: &'b Book) -> Vec<Field<'b>> {
    let told = told(process).filter_map(|name| book.told.get(name));
    let told = told.filter(|told| told.labels.len() > 1).map(Field::Told);
    let idle = (!book.activities.is_empty()).then_some(Field::Idle);
    std::iter::once(Field::Owner)
        .chain(told)
        .chain(idle)
        .collect()
}

impl Past<'_> {
    /// Level of a field on a day; 0 when it has none.
    pub(super) fn level(&self, field: Field<'_>, deal: u32, day: i32) -> u16 {
        let level = match field {
            Field::Owner => {
                let owners = &self.book.changes.owner;
                let at = self.owners.last(&owners.day, deal, day);
                at.and_then(|at| owners.to[at])
            }
            Field::Told(told) => told.on(deal, Day::new(day)),
            Field::Idle => Some(self.idle(deal, day)),
        };
        // No field of few values has that many.
        level.map_or(0, |level| u16::try_from(level + 1).unwrap_or(u16::MAX))
    }

    /// One more than the highest level.
    pub(super) fn levels(&self, field: Field<'_>) -> usize {
        let levels = match field {
            Field::Owner => self.book.owners.len(),
            Field::Told(told) => told.labels.len(),
            Field::Idle => IDLE.len() + 2,
        };
        (levels + 1).min(usize::from(u16::MAX) + 1)
    }

    /// Which class of days without activity: the first of deals with none yet.
    fn idle(&self, deal: u32, day: i32) -> u32 {
        let days = &self.active[self.activities.of_deal(deal)];
        let done = days.partition_point(|on| *on <= day);
        done.checked_sub(1).map_or(0, |last| {
            let silent = day - days[last];
            1 + IDLE.partition_point(|from| *from <= silent) as u32
        })
    }
}
