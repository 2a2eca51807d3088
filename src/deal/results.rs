//! How the deals of each rep and team ended lately: what `ask_when` goes by, so that those whose results need no
//! explaining are left alone.

use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use super::book::Day;
use crate::statistics::ENOUGH;

/// Deals count that closed in so many days up to a day, the day itself among them.
pub const LATELY: i32 = 365;

/// The closed deals of reps and teams, by day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Results {
    reps: FxHashMap<String, Closings>,
    teams: FxHashMap<String, Closings>,
}

/// Days in rising order, with how many were won up to and with each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Closings {
    days: Vec<Day>,
    won: Vec<u32>,
}

/// Deals that were decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
    pub won: usize,
    pub closed: usize,
}

impl Record {
    /// won ÷ (won + lost); `None` of too few.
    pub fn win_rate(self) -> Option<f64> {
        (self.closed >= ENOUGH).then(|| self.won as f64 / self.closed as f64)
    }
}

/// One deal that was won or lost.
#[derive(Clone, Copy, Debug)]
pub struct Closed<'a> {
    pub owner: &'a str,
    /// The owner's team.
    pub team: Option<&'a str>,
    pub day: Day,
    pub won: bool,
}

impl Results {
    pub fn of<'a>(closed: impl IntoIterator<Item = Closed<'a>>) -> Self {
        let mut closed: Vec<Closed<'_>> = closed.into_iter().collect();
        closed.sort_by_key(|deal| deal.day);
        let mut results = Self::default();
        for deal in closed {
            add(&mut results.reps, deal.owner, &deal);
            if let Some(team) = deal.team {
                add(&mut results.teams, team, &deal);
            }
        }
        results
    }

    pub fn of_rep(&self, rep: &str, on: NaiveDate) -> Record {
        record(self.reps.get(rep), on)
    }

    pub fn of_team(&self, team: &str, on: NaiveDate) -> Record {
        record(self.teams.get(team), on)
    }
}

fn add(all: &mut FxHashMap<String, Closings>, name: &str, deal: &Closed<'_>) {
    if !all.contains_key(name) {
        all.insert(name.to_string(), Closings::default());
    }
    if let Some(closings) = all.get_mut(name) {
        let before = closings.won.last().copied().unwrap_or_default();
        closings.days.push(deal.day);
        closings.won.push(before + u32::from(deal.won));
    }
}

fn record(closings: Option<&Closings>, on: NaiveDate) -> Record {
    let Some(closings) = closings else {
        return Record::default();
    };
    let last = Day::of(on);
    let until = |day: Day| closings.days.partition_point(|known| *known <= day);
    let (from, to) = (until(Day::new(last.number() - LATELY)), until(last));
    let won = |places: usize| match places.checked_sub(1) {
        Some(at) => closings.won[at] as usize,
        None => 0,
    };
    Record {
        won: won(to) - won(from),
        closed: to - from,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn day(date: &str) -> NaiveDate {
        date.parse().expect("a date")
    }

    fn closed<'a>(owner: &'a str, team: Option<&'a str>, date: &str, won: bool) -> Closed<'a> {
        Closed {
            owner,
            team,
            day: Day::of(day(date)),
            won,
        }
    }

    /// `jr` closed six deals: on 1 Jan, 1 Feb, 1 Mar, 1 Apr 2025 (won, lost, won, lost), on 1 and 2 Jan 2026 (won, lost).
    /// On 1 Jan 2026, 365 days after it, the first no longer counts: 1 Feb to 1 Jan are four, too few for a share.
    #[rstest]
    #[case("2024-12-31", 0, 0, None)]
    #[case("2025-04-01", 2, 4, None)]
    #[case("2025-12-31", 2, 4, None)]
    #[case("2026-01-01", 2, 4, None)]
    #[case("2026-01-02", 2, 5, Some(0.4))]
    #[case("2026-02-01", 2, 4, None)]
    fn the_last_365_days_count(
        #[case] on: &str,
        #[case] won: usize,
        #[case] n: usize,
        #[case] share: Option<f64>,
    ) {
        let results = Results::of([
            closed("jr", Some("north"), "2026-01-02", false),
            closed("jr", Some("north"), "2026-01-01", true),
            closed("jr", Some("north"), "2025-01-01", true),
            closed("jr", Some("north"), "2025-02-01", false),
            closed("jr", Some("north"), "2025-03-01", true),
            closed("jr", Some("north"), "2025-04-01", false),
            closed("mk", None, "2025-04-01", true),
        ]);
        let record = results.of_rep("jr", day(on));
        assert_eq!((record.won, record.closed), (won, n));
        assert_eq!(record.win_rate(), share);
        assert_eq!(results.of_team("north", day(on)), record);
        assert_eq!(results.of_rep("nobody", day(on)), Record::default());
    }

    #[test]
    fn a_team_counts_the_deals_of_its_reps() {
        let results = Results::of([
            closed("jr", Some("north"), "2026-01-01", true),
            closed("mk", Some("north"), "2026-01-01", false),
            closed("sp", Some("south"), "2026-01-01", false),
        ]);
        let north = results.of_team("north", day("2026-01-01"));
        assert_eq!(north, Record { won: 1, closed: 2 });
    }
}
