//! Rows of past snapshots, drawn once: what the effects of fields are estimated from.
//!
//! A row is a deal on the day of a snapshot. Each has a rarity by a hash of both: half of the rows have 1 and more, a
//! quarter 2 and more. An origin takes rows of a rarity that leaves at most [`ROWS`] of those that it can see, so that
//! what it takes does not depend on how many came later. Rows are in the order of their weeks: an origin reads a range.

use super::panel::Panel;

/// Snapshots that an origin sees.
pub(super) const WEEKS: usize = 52;
/// At most so many rows are taken at an origin.
const ROWS: usize = 100_000;

#[derive(Clone, Copy, Debug)]
pub(super) struct Drawn {
    pub(super) cell: u32,
    pub(super) class: u16,
    rarity: u8,
    /// Within the horizon.
    pub(super) won: bool,
}

#[derive(Debug, Default)]
pub(super) struct PastRows {
    rows: Vec<Drawn>,
    /// Where the rows of each week begin.
    begins: Vec<usize>,
    /// By field and row.
    levels: Vec<Vec<u16>>,
}

impl PastRows {
    /// For origins in these weeks.
    pub(super) fn new(panel: &Panel<'_, '_>, origins: &[usize]) -> Self {
        let weeks = panel.weeks.len();
        let mut counted = vec![0; weeks + 1];
        for week in 0..weeks {
            counted[week + 1] = counted[week] + panel.count(week);
        }
        // The least that any origin asks of a week; no row is so rare that a week has it which none sees.
        let mut least = vec![u8::MAX; weeks];
        for t in origins {
            if let Some(seen) = panel.over(*t, WEEKS) {
                let rarity = rarity_of(counted[seen.end] - counted[seen.start]);
                for least in &mut least[seen] {
                    *least = rarity.min(*least);
                }
            }
        }
        let is_seen = |least: &u8| *least < u8::MAX;
        let begin = least.iter().position(is_seen).unwrap_or(weeks);
        let end = least.iter().rposition(is_seen).unwrap_or(0);
        let mut found: Vec<(u32, u32, u8)> = Vec::new();
        let mut begins = vec![0; weeks + 1];
        for (at, visit) in (0_u32..).zip(&panel.past.visits) {
            let Some((from, to)) = panel.seen(visit) else {
                continue;
            };
            let id = panel.past.book.deals.id[visit.deal as usize].0 as u64;
            for week in from.max(begin)..=to.min(end) {
                let rarity = mixed(id, panel.weeks[week]).trailing_zeros() as u8;
                if rarity >= least[week] {
                    found.push((at, week as u32, rarity));
                    begins[week + 1] += 1;
                }
            }
        }
        for week in 0..weeks {
            begins[week + 1] += begins[week];
        }
        let empty = Drawn {
            cell: 0,
            class: 0,
            rarity: 0,
            won: false,
        };
        let fields = &panel.past.fields;
        let mut rows = vec![empty; found.len()];
        let mut levels = vec![vec![0; found.len()]; fields.len()];
        let mut next = begins.clone();
        for (at, week, rarity) in found {
            let (visit, week) = (&panel.past.visits[at as usize], week as usize);
            let day = panel.weeks[week];
            let place = next[week];
            next[week] += 1;
            rows[place] = Drawn {
                cell: panel.cell(visit.stage, day - visit.entered) as u32,
                class: panel.class(at as usize, day),
                rarity,
                won: panel.is_won(visit, day),
            };
            for (levels, field) in levels.iter_mut().zip(fields) {
                levels[place] = panel.past.level(*field, visit.deal, day);
            }
        }
        Self {
            rows,
            begins,
            levels,
        }
    }

    /// Places of the rows of a week that are taken where an origin sees so many.
    pub(super) fn of_week(&self, week: usize, count: usize) -> impl Iterator<Item = usize> {
        let rarity = rarity_of(count);
        let range = self.begins[week]..self.begins[week + 1];
        range.filter(move |at| self.rows[*at].rarity >= rarity)
    }

    pub(super) fn row(&self, at: usize) -> Drawn {
        self.rows[at]
    }

    /// Of a field, by row.
    pub(super) fn levels(&self, field: usize) -> &[u16] {
        &self.levels[field]
    }
}

/// How many rows one stands for where so many are seen.
pub(super) fn stands_for(count: usize) -> f64 {
    f64::from(1_u32 << rarity_of(count).min(31))
}

fn rarity_of(count: usize) -> u8 {
    let mut rarity = 0;
    while count >> rarity > ROWS {
        rarity += 1;
    }
    rarity
}

/// Every bit of a hash of both is as likely 0 as 1 (the end of `SplitMix64`: G. L. Steele, D. Lea and C. H. Flood, Fast
/// splittable pseudorandom number generators, OOPSLA 2014, 453–472).
fn mixed(deal: u64, day: i32) -> u64 {
    let mut x = deal ^ (day as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_an_origin_may_take() {
        assert_eq!(
            [0, ROWS, ROWS + 1, 2 * ROWS + 2].map(rarity_of),
            [0, 0, 1, 2]
        );
        assert_eq!(stands_for(3 * ROWS), 4.0);
        let rare = |rarity: u32| {
            let days =
                (0..1_000).flat_map(|deal| (0..20).map(move |week| (deal, 18_000 + 7 * week)));
            let rare = days.filter(|(deal, day)| mixed(*deal, *day).trailing_zeros() >= rarity);
            rare.count()
        };
        assert!((9_800..10_200).contains(&rare(1)), "{}", rare(1));
        assert!((2_300..2_700).contains(&rare(3)), "{}", rare(3));
    }
}
