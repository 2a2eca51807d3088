//! Where the open deals are on the map of the process: what `report pipeline` counts, by the same judge.

use super::pipeline::{Judge, Tally, asked};
use super::{Ask, deals_are};
use crate::deal::book::Book;
use crate::process::{Process, Standing};

/// One for each stage of the process, and what could not be counted there, in words.
pub fn standing(process: &Process, book: &Book, ask: &Ask) -> (Vec<Standing>, Vec<String>) {
    let mut judge = Judge::new(process, book);
    let mut tallies: Vec<Tally> = (0..=judge.stages.lines.len())
        .map(|_| Tally::default())
        .collect();
    for deal in asked(book, ask).0 {
        let slot = judge.slot(deal);
        judge.add(&mut tallies[slot], deal);
    }
    let standing = tallies.iter().take(process.stages.len());
    let standing = standing.map(|tally| Standing {
        open: tally.n,
        value_minor: (tally.valued > 0 || tally.n == 0).then_some(tally.value),
        late: tally.late,
    });
    let mut notes = judge.converter.notes();
    // Stages of older versions, then deals that never told theirs.
    let names = judge.stages.lines.iter().map(|(name, _)| Some(*name));
    let places = names.chain([None]).zip(&tallies);
    for (name, tally) in places.skip(process.stages.len()) {
        let why = name.map_or("no stage was told".to_string(), |name| {
            format!("in stage `{name}`, which the process does not have")
        });
        if tally.n > 0 {
            notes.push(format!("{} not on the map: {why}", deals_are(tally.n)));
        }
    }
    (standing.collect(), notes)
}

#[cfg(test)]
mod tests {
    use super::super::sample::{book, process, twelve};
    use super::*;
    use crate::deal::book::Left;

    #[test]
    fn by_hand() {
        let at = |open, value, late| Standing {
            open,
            value_minor: value,
            late,
        };
        let (all, notes) = standing(&process(), &book(&twelve()), &Ask::default());
        // 6,000 USD at 0.80 and a deal without a value; 63, 23 and 68 days of 21.
        let counted = [
            at(2, Some(480_000), 2),
            at(1, Some(1_200_000), 1),
            at(0, Some(0), 0),
        ];
        assert_eq!((all.as_slice(), notes), (counted.as_slice(), Vec::new()));
        // What nobody told the value of has none, and a stage of an older version is not on the map.
        let mut deals: Vec<_> = twelve();
        deals.retain(|deal| deal.state.is_open() && deal.value.is_none());
        let (all, _) = standing(&process(), &book(&deals), &Ask::default());
        assert_eq!(all[0], at(1, None, 1));
        deals[0].visits = vec![(3, Some(100), None, Left::Still)];
        let (all, notes) = standing(&process(), &book(&deals), &Ask::default());
        assert_eq!(all.iter().map(|one| one.open).sum::<usize>(), 0);
        assert_eq!(
            notes,
            ["1 deal is not on the map: in stage `quote`, which the process does not have"]
        );
    }
}
