//! Who is on several lists: lists against lists, and against what we have ourselves.

use super::lists::{AskLists, no_list};
use super::{Report, answer, count, heading_of_day, with_notes};
use crate::deal::book::Book;
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::list::{Own, Payback};
use crate::money::grouped;
use crate::process::Process;

row! {
    /// Two of them: how many people are in both, and which part of each that is.
    pub struct OverlapRow {
        pub a: String,
        pub b: String,
        pub a_people: u64,
        pub b_people: u64,
        pub both: u64,
        pub share_of_a: Option<f64>,
        pub share_of_b: Option<f64>,
    }
}

/// Persons of ours, accounts of ours, and everybody we have for good: these and our own lists.
const BEYOND: [&str; 3] = ["(persons)", "(accounts)", "(house file)"];

/// How many people any two lists have in common, and each of them with our own file.
pub fn overlap(
    process: &Process,
    book: &Book,
    payback: &Payback,
    ask: &AskLists,
) -> Report<OverlapRow> {
    let lists = payback.lists.len();
    let width = lists + BEYOND.len();
    let mut both = vec![vec![0_u64; width]; width];
    let mut house = payback.persons + payback.accounts;
    let mut on = Vec::new();
    for alike in &payback.together {
        on.clear();
        on.extend(alike.lists.iter().map(|list| *list as usize));
        let ours = on.iter().any(|list| payback.lists[*list].terms.is_ours());
        match alike.own {
            Own::Stranger => {}
            Own::Person => on.push(lists),
            Own::Account => on.push(lists + 1),
        }
        if ours && alike.own == Own::Stranger {
            house += alike.people;
        }
        if ours || alike.own != Own::Stranger {
            on.push(lists + 2);
        }
        // A list does not have from us whom we have from it; a list of our own is part of what we have.
        let from_it = |a: usize, b: usize| {
            let through = alike.through.iter().any(|list| *list as usize == a);
            through && b >= lists && !(ours && b == lists + 2)
        };
        for a in &on {
            for b in &on {
                if !from_it(*a, *b) {
                    both[*a][*b] += alike.people;
                }
            }
        }
    }
    let people = |at: usize| match at.checked_sub(lists) {
        None => payback.lists[at].people,
        Some(0) => payback.persons,
        Some(1) => payback.accounts,
        Some(_) => house,
    };
    let name = |at: usize| match at.checked_sub(lists) {
        None => payback.lists[at].code(),
        Some(beyond) => BEYOND[beyond],
    };
    let shown: Vec<usize> = (0..lists)
        .filter(|at| ask.asks_for(&payback.lists[*at]))
        .collect();
    let mut rows = Vec::new();
    for (at, a) in shown.iter().enumerate() {
        let others = shown[at + 1..].iter().copied();
        for b in others.chain(lists..width) {
            rows.push(OverlapRow {
                a: name(*a).to_string(),
                b: name(b).to_string(),
                a_people: people(*a),
                b_people: people(b),
                both: both[*a][b],
                share_of_a: share(both[*a][b], people(*a)),
                share_of_b: share(both[*a][b], people(b)),
            });
        }
    }
    let base = super::Ask {
        period: ask.period,
        scope: ask.scope(),
        ..super::Ask::default()
    };
    let on_them = payback.together.iter().filter(|alike| {
        let mut on = alike.lists.iter();
        on.any(|list| shown.contains(&(*list as usize)))
    });
    let n = on_them.map(|alike| alike.people).sum::<u64>() as usize;
    let notes = Vec::new();
    let answer = answer(
        "salesctl/report-overlap/1",
        process,
        book,
        &base,
        (n, rows, notes),
    );
    let several: u64 = payback
        .together
        .iter()
        .filter(|alike| alike.lists.len() > 1)
        .map(|alike| alike.people)
        .sum();
    let mut columns = vec![TableColumn::left("list"), TableColumn::right("people")];
    // The last list is dropped first when the width is short, what is ours last.
    for (place, at) in shown.iter().enumerate() {
        let rank = u8::try_from(place + 2).unwrap_or(u8::MAX);
        columns.push(TableColumn::right(name(*at)).rank(rank));
    }
    columns.push(TableColumn::right("persons").rank(1));
    columns.push(TableColumn::right("accounts").rank(1));
    columns.push(TableColumn::right("house file"));
    let lines = shown.iter().map(|a| {
        let mut cells = vec![Cell::Text(name(*a).to_string()), count(people(*a) as usize)];
        for b in shown.iter().copied().chain(lists..width) {
            cells.push(match share(both[*a][b], people(*a)) {
                Some(share) if *a != b && share > 0.0 => {
                    let n = grouped(both[*a][b]);
                    Cell::Text(format!("{n} {}", super::percent(share)))
                }
                Some(_) if *a != b => count(0),
                _ => Cell::Nothing,
            });
        }
        cells
    });
    let table = Table {
        columns,
        rows: lines.collect(),
    };
    let title = match ask.period {
        None => "Overlap: people on several lists",
        Some(_) => "Overlap: people on several lists that came in",
    };
    let document = Document::default().heading(heading_of_day(title, &base, n, book));
    if shown.is_empty() {
        let document = document.line(no_list(payback, ask));
        return Report { answer, document };
    }
    let document = document
        .table(table)
        .line("each cell: how many people of the row's list are in the column too, and which part of the list that is")
        .line(format!(
            "{} on more than one list; the house file has {}: persons, accounts and lists of our own",
            if several == 1 {
                "1 person is".to_string()
            } else {
                format!("{} people are", grouped(several))
            },
            grouped(house)
        ));
    let document = with_notes(document, &answer.notes);
    Report { answer, document }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
