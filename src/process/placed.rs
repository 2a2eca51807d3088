//! Where stages stand that say it themselves: `after` another, or `before` it.

use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::inherit::emptied;
use super::reader::{At, Reader};
use super::same::{Same, identity};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    After,
    Before,
}

impl Side {
    fn name(self) -> &'static str {
        match self {
            Self::After => "after",
            Self::Before => "before",
        }
    }
}

struct Place {
    side: Side,
    /// The stage beside it.
    of: At<String>,
}

/// Puts stages where they say they stand; several at one side of the same in the order of the file. Stages that place each
/// other in a circle are a mistake, and all stay where they are written.
pub(super) fn placed(reader: &Reader<'_>, table: &mut DeTable<'_>) {
    let Some(DeValue::Array(stages)) = table.get_mut("stage").map(Spanned::get_mut) else {
        return;
    };
    let names: Vec<Option<String>> = stages
        .iter()
        .map(|stage| identity(stage, Same::Name).map(|id| id.concat()))
        .collect();
    let places: Vec<Option<Place>> = stages.iter().map(|stage| place(reader, stage)).collect();
    let index = |name: &str| {
        names
            .iter()
            .position(|known| known.as_deref() == Some(name))
    };
    let (mut waiting, mut order): (Vec<usize>, Vec<usize>) =
        (0..names.len()).partition(|at| places[*at].is_some());
    if waiting.is_empty() {
        return;
    }
    loop {
        let before = waiting.len();
        for stage in std::mem::take(&mut waiting) {
            let Some(place) = &places[stage] else {
                continue;
            };
            let beside = index(&place.of.value);
            let Some(at) = order.iter().position(|known| Some(*known) == beside) else {
                waiting.push(stage);
                continue;
            };
            let at = match place.side {
                Side::Before => at,
                Side::After => {
                    let same = |other: &&usize| {
                        places[**other].as_ref().is_some_and(|other| {
                            other.side == place.side && other.of.value == place.of.value
                        })
                    };
                    at + 1 + order[at + 1..].iter().take_while(same).count()
                }
            };
            order.insert(at, stage);
        }
        if waiting.len() == before {
            break;
        }
    }
    if in_circles(reader, &names, &places, &waiting) {
        return;
    }
    // What stands beside nothing that there is comes last; who reads it says so.
    order.extend(waiting);
    let mut all: Vec<_> = emptied(stages).into_iter().map(Some).collect();
    *stages = order.into_iter().filter_map(|at| all[at].take()).collect();
}

fn place(reader: &Reader<'_>, stage: &Spanned<DeValue<'_>>) -> Option<Place> {
    let table = stage.get_ref().as_table()?;
    let said = |side: Side| {
        let value = table.get(side.name())?;
        let of = At {
            value: value.get_ref().as_str()?.to_string(),
            span: reader.place(value),
        };
        Some(Place { side, of })
    };
    let (after, before) = (said(Side::After), said(Side::Before));
    if let (Some(_), Some(before)) = (&after, &before) {
        reader.error(
            before.of.span.clone(),
            "a stage has both `after` and `before`",
            "expected one of them",
        );
    }
    after.or(before)
}

/// Reports each circle of stages that wait for each other, where the last file closes it; whether there is any.
fn in_circles(
    reader: &Reader<'_>,
    names: &[Option<String>],
    places: &[Option<Place>],
    waiting: &[usize],
) -> bool {
    let beside = |stage: usize| {
        let of = &places[stage].as_ref()?.of.value;
        names.iter().position(|known| known.as_ref() == Some(of))
    };
    let mut told: BTreeSet<usize> = BTreeSet::new();
    let mut any = false;
    for start in waiting {
        let mut way = Vec::new();
        let mut next = Some(*start);
        while let Some(at) = next.filter(|at| !way.contains(at) && !told.contains(at)) {
            way.push(at);
            next = beside(at);
        }
        let circle = next.and_then(|next| way.iter().position(|at| *at == next));
        told.extend(&way);
        let Some(circle) = circle.map(|from| &way[from..]) else {
            continue;
        };
        any = true;
        let begin = |at: &usize| places[*at].as_ref().map(|place| place.of.span.start);
        let last = circle.iter().enumerate().max_by_key(|(_, at)| begin(at));
        let first = last.map_or(0, |(first, _)| first);
        let mut words = Vec::new();
        let mut span = 0..0;
        for at in circle[first..].iter().chain(&circle[..first]) {
            if let (Some(name), Some(place)) = (&names[*at], &places[*at]) {
                if words.is_empty() {
                    span = place.of.span.clone();
                }
                words.push(format!(
                    "`{name}` {} `{}`",
                    place.side.name(),
                    place.of.value
                ));
            }
        }
        let (message, label) = match circle {
            [_] => (words.concat(), "expected another stage".to_string()),
            _ => (
                "stages place each other in a circle".to_string(),
                words.join(", "),
            ),
        };
        reader.error(span, message, label);
    }
    any
}
