//! `--explain LINE`: who a row was compared with, and what spoke for and against.

use super::who::{Side, Who};
use crate::prospect::matching::{Pairs, Thresholds, explain, find};

/// Candidates that are shown.
const SHOWN: usize = 5;
/// From which probability on a candidate is worth a line.
const LEAST: f64 = 1e-6;

/// In lines; none when no name was made of that line.
pub(super) fn lines(who: &Who, line: u64) -> Option<Vec<String>> {
    let mut sides = [&who.people, &who.companies].into_iter().flatten();
    sides.find_map(|side| side.row_of_line(line).map(|row| of_row(side, row)))
}

fn of_row(side: &Side, row: u32) -> Vec<String> {
    let pairs = Pairs::new(&side.names, side.known_rows(), &mut |_, _| {});
    let thresholds = Thresholds {
        // So that every pair is told as a pair, and none is hidden in an entity.
        sure: 1.1,
        unsure: LEAST,
    };
    let all = find(&side.names, &pairs, side.known(), &side.model, thresholds);
    let mut others: Vec<(u32, f32)> = all
        .unsure
        .iter()
        .filter(|pair| pair.a == row || pair.b == row)
        .map(|pair| {
            let other = if pair.a == row { pair.b } else { pair.a };
            (other, pair.probability)
        })
        .collect();
    others.truncate(SHOWN);
    let weights = if side.model.is_learnt() {
        format!("weights learnt from {} names", side.model.learnt_from())
    } else {
        "the weights we ship".to_string()
    };
    if others.is_empty() {
        return vec![format!(
            "nobody shares enough with it to be compared ({weights})"
        )];
    }
    let mut lines = vec![format!("compared by {weights}:")];
    for (other, probability) in others {
        let evidence = explain(&side.names, side.known(), &side.model, row, other);
        let known = side.known_rows();
        let whom = match (other as usize).checked_sub(known) {
            Some(at) => format!("line {}", side.before[at].1),
            None => format!(
                "{}, known",
                crate::cli::prospect::short(side.ids[other as usize])
            ),
        };
        lines.push(format!(
            "{whom}: probability {probability:.4}   {}",
            evidence.sentence
        ));
        for reason in &evidence.reasons {
            lines.push(format!("  {:<32} {:>+7.1} bits", reason.level, reason.bits));
        }
        // How many matches the file turned out to have shifts what one expects: the evidence alone is that
        // of before.
        let odds = probability / (1.0 - probability);
        let before = if odds.is_finite() {
            odds.log2() - (evidence.total - evidence.prior)
        } else {
            evidence.prior
        };
        lines.push(format!("  {:<32} {before:>+7.1} bits", "before looking"));
    }
    lines
}
