//! The rows of `process plan`: changes, and every deal and scenario that something happens to.

use std::collections::BTreeMap;

use anyhow::Result;

use super::super::session::Session;
use super::compared::Line;
use super::planned::{Deals, Turned, called};
use crate::deal::plan::Fate;
use crate::document::{Cell, Table, TableColumn, row};
use crate::process::What;
use crate::text::visible;

row! {
    /// One change, or what the changes do to one deal, to the forecast, to a scenario.
    pub(super) struct PlanRow {
        /// `change`, `deal`, `forecast` or `scenario`.
        pub(super) about: &'static str,
        /// Of a change what became of it; of a deal `blocked`, `freed`, `late`, `not_late`, `renamed`, `moved` or
        /// `homeless`; of a scenario `holds` or `fails`.
        pub(super) what: &'static str,
        pub(super) effect: Option<&'static str>,
        pub(super) place: Option<String>,
        pub(super) name: Option<String>,
        pub(super) words: Option<String>,
        pub(super) before: Option<String>,
        pub(super) after: Option<String>,
        /// How many open deals a line of a gate is for, or go along; and what it is to them.
        pub(super) deals: Option<usize>,
        pub(super) pass: Option<usize>,
        pub(super) fail: Option<usize>,
        pub(super) unknown: Option<usize>,
        /// Of those, whom `ask_when` spares.
        pub(super) spared: Option<usize>,
        pub(super) deal: Option<String>,
        pub(super) account: Option<String>,
        pub(super) owner: Option<String>,
        pub(super) stage: Option<String>,
        /// Where a deal goes; of one that is late no longer: where it goes, since it is that which begins its days anew.
        pub(super) to: Option<String>,
        pub(super) before_minor: Option<i64>,
        pub(super) after_minor: Option<i64>,
    }
}

/// A row with nothing in it yet.
pub(super) fn row(about: &'static str, what: &'static str) -> PlanRow {
    PlanRow {
        about,
        what,
        effect: None,
        place: None,
        name: None,
        words: None,
        before: None,
        after: None,
        deals: None,
        pass: None,
        fail: None,
        unknown: None,
        spared: None,
        deal: None,
        account: None,
        owner: None,
        stage: None,
        to: None,
        before_minor: None,
        after_minor: None,
    }
}

pub(super) fn test_row(turned: &Turned) -> PlanRow {
    let word = |holds: bool| if holds { "holds" } else { "fails" };
    PlanRow {
        name: Some(turned.name.clone()),
        place: Some(format!("{}:{}", turned.file, turned.line)),
        before: turned.before.map(|holds| word(holds).to_string()),
        after: Some(word(turned.after).to_string()),
        ..row("scenario", word(turned.after))
    }
}

pub(super) fn change_rows(lines: &[Line], found: &Deals) -> Vec<PlanRow> {
    let rows = lines.iter().map(|line| {
        let path: Vec<&str> = line.change.path.iter().map(String::as_str).collect();
        let gate = match path.as_slice() {
            ["stage", stage, part, item, ..] if !line.does.is_empty() => {
                let mut gates = found.gates.lines.iter();
                gates.find(|one| one.stage == *stage && one.part == *part && one.item == *item)
            }
            _ => None,
        };
        let moved = match path.as_slice() {
            ["stage", stage] => {
                let goes = |fate: &Fate| matches!(fate, Fate::Renamed(to) if to == stage);
                let all = found.held.iter();
                let all = all.filter(|held| match line.change.what {
                    What::Renamed => goes(&held.fate),
                    What::Removed => held.stage == *stage,
                    _ => false,
                });
                let held = matches!(line.change.what, What::Renamed | What::Removed);
                held.then(|| all.map(|held| held.deals.len()).sum())
            }
            _ => None,
        };
        PlanRow {
            effect: line.told.effect.name(),
            place: Some(line.place()),
            name: Some(line.name()),
            words: Some(line.told.words.clone()),
            before: line.change.before.as_ref().map(ToString::to_string),
            after: line.change.after.as_ref().map(ToString::to_string),
            deals: moved.or(gate.map(crate::deal::plan::Line::deals)),
            pass: gate.map(|gate| gate.pass.len()),
            fail: gate.map(|gate| gate.fail.len()),
            unknown: gate.map(|gate| gate.unknown.len()),
            spared: gate.map(|gate| gate.spared.len()),
            ..row("change", line.change.what.name())
        }
    });
    rows.collect()
}

/// Every deal that something happens to, with its row: by what happens, then as the Book has them.
pub(super) fn affected(found: &Deals) -> Vec<(u32, PlanRow)> {
    let book = &found.book;
    let mut said: Vec<(u32, &'static str, Option<String>, Option<String>)> = Vec::new();
    let mut because: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for line in &found.gates.lines {
        for deal in line.fail.iter().chain(&line.unknown) {
            because.entry(*deal).or_default().push(line.asks.clone());
        }
    }
    for (deal, items) in found
        .gates
        .arrivals
        .iter()
        .flat_map(|arrival| &arrival.blocked)
    {
        because.insert(*deal, items.clone());
    }
    for held in &found.held {
        let (what, to) = match &held.fate {
            Fate::Stays => continue,
            Fate::Renamed(to) => ("renamed", Some(to.clone())),
            Fate::Moved(to) => ("moved", Some(to.clone())),
            Fate::Homeless => ("homeless", None),
        };
        let deals = held.deals.iter();
        said.extend(deals.map(|deal| {
            let why = because.get(deal).filter(|_| what == "moved");
            (*deal, what, to.clone(), why.map(|items| items.join(", ")))
        }));
    }
    for deal in &found.gates.blocked {
        let why = because.get(deal).map(|items| items.join(", "));
        said.push((*deal, "blocked", None, why));
    }
    said.extend(
        found
            .gates
            .freed
            .iter()
            .map(|deal| (*deal, "freed", None, None)),
    );
    for (deals, what) in [
        (&found.late.newly, "late"),
        (&found.late.no_longer, "not_late"),
    ] {
        said.extend(deals.iter().map(|(deal, _)| (*deal, what, None, None)));
    }
    let anew = found.late.begun_anew.iter();
    said.extend(anew.map(|(deal, to)| (*deal, "not_late", Some(to.clone()), None)));
    let rows = said.into_iter().map(|(deal, what, to, why)| {
        let at = deal as usize;
        let owner = book.deals.owner[at].and_then(|owner| book.owners.get(owner as usize));
        let account = book.deals.account[at].and_then(|at| book.accounts.get(at as usize));
        let stage = book.deals.stage[at].map(|stage| book.stages[usize::from(stage)].clone());
        let row = PlanRow {
            words: why,
            deal: Some(book.deals.id[at].handle()),
            account: account.cloned(),
            owner: owner.map(|owner| owner.name.clone()),
            stage,
            to,
            ..row("deal", what)
        };
        (deal, row)
    });
    rows.collect()
}

pub(super) fn deal_table(
    affected: &[(u32, PlanRow)],
    session: &Session<'_>,
    found: &Deals,
) -> Result<Table> {
    let mut rows = Vec::with_capacity(affected.len());
    for (deal, row) in affected {
        let words = match (row.what, &row.to, &row.words) {
            ("moved", Some(to), Some(why)) => {
                format!("goes to {to}, where it would be blocked: {why}")
            }
            ("renamed" | "moved", Some(to), _) => format!("goes to {to}"),
            ("homeless", ..) => "has nowhere to go".to_string(),
            ("blocked", _, Some(why)) => format!("would be blocked: {why}"),
            ("blocked", ..) => "would be blocked".to_string(),
            ("freed", ..) => "would be blocked no longer".to_string(),
            ("late", ..) => "would be late".to_string(),
            ("not_late", Some(to), _) => {
                format!("late no longer: its days begin anew in {to}")
            }
            _ => "would be late no longer".to_string(),
        };
        rows.push(vec![
            Cell::Text(visible(&called(&session.store, &found.book, *deal)?)),
            Cell::Text(visible(row.stage.as_deref().unwrap_or_default())),
            Cell::text(row.owner.as_deref()),
            Cell::Text(visible(&words)),
        ]);
    }
    Ok(Table {
        columns: vec![
            TableColumn::left("deal"),
            TableColumn::left("stage"),
            TableColumn::left("owner"),
            TableColumn::left("what becomes of it"),
        ],
        rows,
    })
}
