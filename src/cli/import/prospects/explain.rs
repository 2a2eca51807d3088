//! `--explain LINE`: who a row was compared with, and what spoke for and against.

use anyhow::Result;
use rustc_hash::FxHashSet;

use super::who::{Side, Who};
use crate::cli::prospect::short;
use crate::id::Id;
use crate::prospect::Field;
use crate::prospect::matching::{
    Evidence, Features, Keyer, Keys, Kind, Known, Lookup, Matches, Model, Names, Pairs, Thresholds,
    explain, find,
};
use crate::store::{Name, Store};

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
    let mut others: Vec<u32> = all
        .unsure
        .iter()
        .filter(|pair| pair.a == row || pair.b == row)
        .map(|pair| if pair.a == row { pair.b } else { pair.a })
        .collect();
    // Rows of one entity are told once, by the likeliest of them.
    let mut seen = FxHashSet::default();
    others.retain(|other| seen.insert(side.ids[*other as usize]));
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
    for other in others {
        let evidence = explain(&side.names, side.known(), &side.model, &all, row, other);
        let known = side.known_rows();
        let whom = match (other as usize).checked_sub(known) {
            Some(at) => format!("line {}", side.before[at].1),
            None => format!("{}, known", short(side.ids[other as usize])),
        };
        lines.extend(told(&whom, &evidence));
    }
    lines
}

fn told(whom: &str, evidence: &Evidence) -> Vec<String> {
    let mut lines = vec![format!(
        "{whom}: probability {:.4}   {}",
        evidence.probability, evidence.sentence
    )];
    for reason in &evidence.reasons {
        lines.push(format!("  {:<32} {:>+7.1} bits", reason.level, reason.bits));
    }
    lines.push(format!(
        "  {:<32} {:>+7.1} bits",
        "before looking", evidence.prior
    ));
    lines
}

/// The same for a name that was imported, held against everybody the store knows today.
pub(in crate::cli) fn of_name(store: &Store, name: &Name) -> Result<Vec<String>> {
    let kind = if [Field::First, Field::Last, Field::Email]
        .into_iter()
        .any(|field| !name.get(field).is_empty())
    {
        Kind::Person
    } else {
        Kind::Company
    };
    let own = Features::of(|field| name.get(field));
    let keys = Keyer::new(kind).of(&own);
    let mut lookup = Lookup::new([keys]);
    let mut population = 0;
    store.known_keys(|id, bytes| {
        population += 1;
        if let Some(keys) = Keys::from_bytes(bytes)
            && id != name.id
        {
            lookup.offer(id.0, keys);
        }
    })?;
    let ids: Vec<Id> = lookup.finish().into_iter().map(Id).collect();
    let mut names = Names::new(kind);
    let mut others = Vec::new();
    store.names(&ids, |other| {
        if other.is_person() == (kind == Kind::Person) {
            names.push(&Features::of(|field| other.get(field)));
            others.push((other.id, other.line));
        }
        Ok(())
    })?;
    let row = names.push(&own);
    let kept = store.match_model(kind.name())?;
    let model = kept
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_else(|| Model::fixed(kind));
    let heads: Vec<u32> = (0..row).collect();
    let known = Known {
        entities: &heads,
        population,
    };
    let alone = Matches::default();
    let mut all: Vec<(usize, Evidence)> = (0..others.len())
        .map(|at| (at, explain(&names, known, &model, &alone, row, at as u32)))
        .collect();
    all.sort_by(|(_, x), (_, y)| y.probability.total_cmp(&x.probability));
    let mut lines = Vec::new();
    for (at, evidence) in all.iter().take(SHOWN) {
        let (id, line) = others[*at];
        let whom = match store.name(id)? {
            Some(other) => format!(
                "{} {}, line {line} of {}",
                short(id),
                other.called(),
                other.file.as_deref().unwrap_or("a file")
            ),
            None => short(id),
        };
        lines.extend(told(&whom, evidence));
    }
    if lines.is_empty() {
        lines.push("nobody shares enough with it to be compared".to_string());
    }
    Ok(lines)
}
