//! What a process that is not applied yet would do: to open deals, to the forecast, to the scenarios. `process plan`
//! shows it, and `process apply` refuses by it.

use std::path::Path;

use anyhow::Result;

use super::super::context::Context;
use super::super::forecast::edited::{Medians, medians};
use super::super::session::Session;
use super::super::show::counted;
use super::test::every;
use crate::deal::book::{Book, Columns, Day, Needs};
use crate::deal::plan::{Fate, Gates, Held, Late, gates, held, late};
use crate::deal::scenario::{self, Outcome};
use crate::fault::Fault;
use crate::process::{Change, Process, Scenario, What};
use crate::store::Store;
use crate::text::{nearest, visible};

/// So many deals are named in a message.
const NAMED: usize = 5;

/// A scenario whose outcome is another.
pub(super) struct Turned {
    pub(super) name: String,
    pub(super) file: String,
    pub(super) line: usize,
    /// Whether all that it expects holds by the process in force, and by the edited one; `None` where it is not known.
    pub(super) before: Option<bool>,
    pub(super) after: bool,
}

pub(super) struct Scenarios {
    pub(super) total: usize,
    /// How many are not as expected by the edited process.
    pub(super) failing: usize,
    pub(super) turned: Vec<Turned>,
}

/// What becomes of open deals, by their places in the Book.
pub(super) struct Deals {
    pub(super) book: Book,
    pub(super) held: Vec<Held>,
    pub(super) gates: Gates,
    pub(super) late: Late,
}

impl Deals {
    /// How many deals there are for which nothing can be told, since nobody said where they go.
    pub(super) fn nowhere_to_go(&self) -> Option<String> {
        let homeless = self.held.iter().filter(|held| held.fate == Fate::Homeless);
        let n: usize = homeless.map(|held| held.deals.len()).sum();
        (n > 0).then(|| nowhere_to_go(n))
    }
}

pub(super) fn nowhere_to_go(deals: usize) -> String {
    format!("{} nowhere to go", counted(deals, "deal has", "deals have"))
}

/// The open deals, where they go, and how they stand there.
pub(super) fn deals(
    store: &Store,
    before: &Process,
    after: &Process,
    today: chrono::NaiveDate,
) -> Result<Deals> {
    let columns = Columns::STAGE
        .and(Columns::OWNER)
        .and(Columns::ACCOUNT)
        .and(Columns::ACCOUNT_NAMES);
    let book = store.book(before, today, &Needs::of(columns))?;
    let held = held(&book, before, after);
    let gates = gates(
        before,
        after,
        &held,
        Day::of(today),
        &mut |process, asked| store.judge_some(process, today, asked),
    )?;
    let late = late(&book, before, after, &held);
    Ok(Deals {
        book,
        held,
        gates,
        late,
    })
}

/// How a deal is called: `D7K2 Acme GmbH`.
pub(super) fn called(store: &Store, book: &Book, deal: u32) -> Result<String> {
    let short = store.short(book.deals.id[deal as usize])?;
    let account = book.deals.account[deal as usize];
    let account = account.and_then(|account| book.accounts.get(account as usize));
    Ok(super::super::show::named(
        &short,
        account.map(String::as_str),
    ))
}

/// Deals whose stage is gone and that have nowhere to go, with the line that says where.
pub(super) fn homeless(
    store: &Store,
    book: &Book,
    held: &[Held],
    (before, after): (&Process, &Process),
) -> Result<Option<Fault>> {
    let gone: Vec<&Held> = held
        .iter()
        .filter(|held| held.fate == Fate::Homeless && !held.deals.is_empty())
        .collect();
    let new = after.stages.iter();
    // By the very name: one that a stage had before is new again.
    let is_known = |name: &str| before.stages.iter().any(|known| known.name == name);
    let mut new = new.filter(|stage| !is_known(&stage.name));
    // Of several only one can be called that now, and which of them nobody knows.
    let renamed = new.next().map(|new| {
        let names = gone
            .iter()
            .map(|held| format!("\"{}\"", visible(&held.stage)));
        let names: Vec<String> = names.collect();
        format!(
            "if `{}` is what {} is called now, write in its [[stage]]: moved_from = {}",
            new.name,
            if gone.len() == 1 { "it" } else { "one of them" },
            names.join(" or ")
        )
    });
    let mut fault: Option<Fault> = None;
    for held in &gone {
        let n = held.deals.len();
        let mut names = Vec::new();
        for deal in held.deals.iter().take(NAMED) {
            names.push(visible(&called(store, book, *deal)?));
        }
        if n > NAMED {
            names.push(format!("… {} more", n - NAMED));
        }
        let stage = visible(&held.stage);
        let are = if n == 1 {
            "1 open deal is".to_string()
        } else {
            format!("{n} open deals are")
        };
        let told = format!(
            "{are} in stage `{stage}`, which the file does not have, and nothing says where they go: {}",
            names.join(", ")
        );
        let to = next_place(before, after, &held.stage).unwrap_or("STAGE");
        let next = match fault.take() {
            None => Fault::no(told),
            Some(fault) => fault.hint(told),
        };
        fault = Some(next.hint(format!(
            "if it is gone, write in [process]: remove = [{{ stage = \"{stage}\", why = \"…\", deals_to = \"{to}\" }}]"
        )));
    }
    Ok(match renamed {
        Some(renamed) => fault.map(|fault| fault.hint(renamed)),
        None => fault,
    })
}

/// The stage that came next and is still there, or else the one before.
fn next_place<'a>(before: &'a Process, after: &'a Process, stage: &str) -> Option<&'a str> {
    let at = before.stage_index(stage)?;
    let (earlier, later) = before.stages.split_at(at);
    let mut places = later.iter().chain(earlier.iter().rev());
    places.find_map(|stage| after.stage(&stage.name).map(|stage| stage.name.as_str()))
}

/// Earlier names that no stage ever had: a slip of the pen takes no deal along.
pub(super) fn unknown_names(
    store: &Store,
    book: &Book,
    after: &Process,
    label: &str,
) -> Result<Option<Fault>> {
    let moved = after.stages.iter().flat_map(|stage| &stage.moved_from);
    let gone = after.gone.iter().filter(|gone| gone.deals_to.is_some());
    let named: Vec<&String> = moved.chain(gone.map(|gone| &gone.stage)).collect();
    let is_of_book = |name: &str| book.stages.iter().any(|stage| stage == name);
    let mut unknown: Vec<&String> = named.into_iter().filter(|name| !is_of_book(name)).collect();
    if unknown.is_empty() {
        return Ok(None);
    }
    let mut known: Vec<String> = book.stages.clone();
    for applied in store.versions()? {
        if let Some(process) = crate::process::check("applied", &applied.text).process {
            known.extend(process.stages.iter().map(|stage| stage.name.clone()));
            let before = process.stages.iter().flat_map(|stage| &stage.moved_from);
            known.extend(before.cloned());
        }
    }
    unknown.retain(|name| !known.contains(*name));
    let Some(name) = unknown.first() else {
        return Ok(None);
    };
    let fault = Fault::input(format!(
        "{label} says where the deals of stage `{name}` go, and no version of the process had one of that name"
    ));
    Ok(Some(
        match nearest(name, known.iter().map(String::as_str)) {
            Some(near) => fault.hint(format!("did you mean `{near}`?")),
            None => fault.hint("salesctl process show lists the stages that there are"),
        },
    ))
}

/// Whether what changes is read by forecasts.
pub(super) fn is_foreseen(changes: &[Change], held: &[Held]) -> bool {
    let moves = |held: &Held| matches!(held.fate, Fate::Moved(_)) && !held.deals.is_empty();
    held.iter().any(moves)
        || changes.iter().any(|change| {
            let path: Vec<&str> = change.path.iter().map(String::as_str).collect();
            match path.as_slice() {
                ["stage", _, "probability"]
                | ["product", _, "price"]
                | ["process", "fiscal_month" | "currency", ..] => true,
                ["product" | "stage", _] => change.what != What::Renamed,
                ["stage" | "rates", ..] => change.what == What::Reordered || path[0] == "rates",
                _ => false,
            }
        })
}

pub(super) fn forecast(session: &Session<'_>, after: &Process) -> Result<Option<Medians>> {
    medians(session, after)
}

/// Runs the scenarios of the edited file by both processes; `None` when one of the files beside it can't be used.
pub(super) fn scenarios(
    cx: &Context,
    path: &Path,
    label: &str,
    before: &Process,
    after: &Process,
) -> Result<Option<Scenarios>> {
    let (all, unusable) = every(cx, path, label, after);
    if unusable > 0 {
        return Ok(None);
    }
    let new: Vec<&Scenario> = all.iter().map(|(_, scenario)| scenario).collect();
    // As each was told then, where it was; else the same by the process in force.
    let told: Vec<Option<&Scenario>> = new
        .iter()
        .map(|new| before.scenarios.iter().find(|old| old.name == new.name))
        .collect();
    let old: Vec<&Scenario> = told
        .iter()
        .zip(&new)
        .map(|(told, new)| told.unwrap_or(new))
        .collect();
    let were = held_then(before, &old);
    let are = scenario::run(after, &new)?;
    let mut turned = Vec::new();
    for (((file, scenario), told), (was, is)) in all.iter().zip(told).zip(were.iter().zip(&are)) {
        let is = holds(is);
        if was.unwrap_or(true) != is || (told.is_none() && !is) {
            turned.push(Turned {
                name: scenario.name.clone(),
                file: file.clone(),
                line: scenario.line,
                before: told.and(*was),
                after: is,
            });
        }
    }
    Ok(Some(Scenarios {
        total: all.len(),
        failing: are.iter().filter(|is| !holds(is)).count(),
        turned,
    }))
}

fn holds(outcomes: &[Outcome]) -> bool {
    outcomes.iter().all(Outcome::holds)
}

/// Whether each holds by the process in force; `None` of one that names what it does not have.
fn held_then(before: &Process, scenarios: &[&Scenario]) -> Vec<Option<bool>> {
    let found: Vec<Option<bool>> = match scenario::run(before, scenarios) {
        Ok(found) => found.iter().map(|found| Some(holds(found))).collect(),
        // By themselves, so that one does not hide the others.
        Err(_) => scenarios
            .iter()
            .map(|one| scenario::run(before, &[*one]).ok())
            .map(|found| found.map(|found| found.iter().all(|found| holds(found))))
            .collect(),
    };
    let has_stage =
        |scenario: &Scenario| scenario.stage.is_empty() || before.stage(&scenario.stage).is_some();
    let found = found.into_iter().zip(scenarios);
    found
        .map(|(found, scenario)| found.filter(|_| has_stage(scenario)))
        .collect()
}
