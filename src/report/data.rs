//! How good the data is: what the process asks for and is not there, what is stale, past, nobody's. Each line
//! is counted by the very condition that shows its deals.

use serde::Serialize;

use super::group::{GroupColumns, Groups, as_columns};
use super::{
    Ask, Dimension, Report, answer, count, heading_of_day, or_nothing, percent, with_notes,
};
use crate::deal::book::{Book, Columns, Needs, State};
use crate::document::{Cell, Document, Row, Table, TableColumn, row};
use crate::process::{NO_NEXT_STEP, Only, Process, Requirement, silent};
use crate::text::quoted;

/// So many commands are printed for people; machines get all.
const COMMANDS: usize = 20;

/// What one line looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// `missing`, `stale`, `past_close`, `no_next_step`, `no_owner`, `no_value`, `no_reason`.
    kind: &'static str,
    /// The field or role that is missing, and the stages from the one that requires it on.
    field: Option<String>,
    /// The stage that requires it.
    stage: Option<usize>,
    /// True for the deals it finds.
    condition: String,
}

/// One line: how many deals of one group it is about, and in how many of them something is wrong.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DataRow {
    #[serde(flatten, serialize_with = "as_columns")]
    pub group: GroupColumns,
    #[serde(flatten)]
    pub quality: Quality,
}

row! {
    pub struct Quality {
        pub check: &'static str,
        /// What is missing.
        pub field: Option<String>,
        /// The stage that requires it; it counts for deals in this stage and in later ones.
        pub stage: Option<String>,
        pub n: usize,
        pub found: usize,
        pub found_share: Option<f64>,
        /// Of what the process requires: how often it is there.
        pub filled_share: Option<f64>,
        /// Shows the deals; null where there is none.
        pub command: Option<String>,
    }
}

impl Row for DataRow {
    fn columns() -> Vec<&'static str> {
        Quality::columns()
    }
}

/// What a command must repeat so that it shows the deals that were asked about.
#[derive(Clone, Debug, Default)]
pub struct Narrowed {
    /// ` --rep jr`, as a shell takes it.
    pub options: String,
    /// What `--where` says already.
    pub condition: Option<String>,
}

/// Everything that is looked for in deals of this process.
pub fn checks(process: &Process) -> Vec<Check> {
    let mut checks: Vec<Check> = Vec::new();
    for (at, stage) in process.stages.iter().enumerate() {
        let later: Vec<String> = process.stages[at..]
            .iter()
            .map(|stage| format!("'{}'", stage.name))
            .collect();
        for required in &stage.requires {
            let name = required.what.name();
            // A next step is looked for in every open deal, whoever requires it, by the rule of `check`.
            if name == "next_step" {
                continue;
            }
            // The first stage that asks counts.
            if checks
                .iter()
                .any(|check| check.field.as_deref() == Some(name))
            {
                continue;
            }
            let missing = match &required.what {
                Requirement::Field(field) => format!("{field} is null"),
                Requirement::Role(role) => format!("coalesce(has_{}, 0) = 0", role.name()),
            };
            checks.push(Check {
                kind: "missing",
                field: Some(name.to_string()),
                stage: Some(at),
                condition: format!(
                    "{missing} and stage in ({}){}{}{}",
                    later.join(", "),
                    limit(&stage.only),
                    limit(&required.only),
                    asked(required.ask_when.as_ref().map(|when| when.text.as_str()))
                ),
            });
        }
    }
    let other = [
        ("stale", silent(process.silent_days)),
        ("past_close", "expected_close < today".to_string()),
        ("no_next_step", NO_NEXT_STEP.to_string()),
        ("no_owner", "owner is null".to_string()),
        ("no_value", "coalesce(value, 0) = 0".to_string()),
        ("no_reason", "state = 'lost' and reason is null".to_string()),
    ];
    checks.extend(other.map(|(kind, condition)| Check {
        kind,
        field: None,
        stage: None,
        condition,
    }));
    checks
}

/// ` and type in ('enterprise')` of what is limited to customer types.
fn limit(only: &Only) -> String {
    let names: Vec<String> = only.0.iter().map(|name| format!("'{name}'")).collect();
    if names.is_empty() {
        String::new()
    } else {
        format!(" and type in ({})", names.join(", "))
    }
}

/// ` and coalesce((rep_win_rate < 0.2), 1)` of what is asked of some: where that is not known, it is asked.
fn asked(ask_when: Option<&str>) -> String {
    ask_when.map_or_else(String::new, |when| format!(" and coalesce(({when}), 1)"))
}

/// What it reads.
pub fn data_needs(checks: &[Check]) -> Needs {
    Needs {
        conditions: checks.iter().map(|check| check.condition.clone()).collect(),
        ..Needs::of(
            Columns::STAGE
                .and(Columns::CLOSED)
                .and(Columns::EXPECTED_CLOSE),
        )
    }
}

/// Which deals a check is about: open ones, in the stage that requires something or later; lost ones for a
/// reason.
fn is_about(check: &Check, process: &Process, book: &Book, deal: usize) -> bool {
    let deals = &book.deals;
    match (check.kind, check.stage) {
        ("no_reason", _) => deals.state[deal] == State::Lost,
        ("stale" | "no_next_step", _) => deals.state[deal] == State::Open,
        ("missing", Some(from)) => {
            let name = deals.stage[deal].and_then(|at| book.stages.get(usize::from(at)));
            let rank = name.and_then(|name| {
                let mut stages = process.stages.iter();
                stages.position(|stage| stage.name == *name)
            });
            deals.state[deal].is_open() && rank.is_some_and(|rank| rank >= from)
        }
        _ => deals.state[deal].is_open(),
    }
}

/// What is missing, stale or past among the open deals, and losses without a reason, by `ask.by`. A period
/// keeps the deals that are expected to close in it, and those lost in it.
pub fn data(
    process: &Process,
    book: &Book,
    ask: &Ask,
    checks: &[Check],
    narrowed: &Narrowed,
) -> Result<Report<DataRow>, String> {
    let groups = Groups::new(book, &ask.by, &Quality::columns())?;
    let deals = &book.deals;
    let within = |deal: usize| {
        let day = match deals.state[deal] {
            State::Won | State::Lost => deals.closed[deal],
            State::Open | State::Hold => deals.expected_close[deal],
        };
        ask.includes(deal) && ask.within(day)
    };
    let asked: Vec<usize> = (0..deals.len()).filter(|deal| within(*deal)).collect();
    let n = asked
        .iter()
        .filter(|deal| deals.state[**deal].is_open())
        .count();
    let mut lines: Vec<(usize, usize, usize, usize)> = Vec::new();
    for (at, check) in checks.iter().enumerate() {
        let met = book.conditions.get(&check.condition).ok_or_else(|| {
            format!(
                "the Book was loaded without the condition `{}`",
                check.condition
            )
        })?;
        let mut tallies = vec![(0, 0); groups.len()];
        for deal in asked
            .iter()
            .filter(|deal| is_about(check, process, book, **deal))
        {
            let tally = &mut tallies[groups.of[*deal] as usize];
            tally.0 += 1;
            tally.1 += usize::from(met[*deal]);
        }
        let some = tallies.iter().enumerate();
        let some = some.filter(|(_, (of, _))| *of > 0 || groups.names.is_empty());
        lines.extend(some.map(|(group, (of, found))| (at, group, *of, *found)));
    }
    // One group after another; within one, what the process asks for first, the worst on top.
    lines.sort_by_key(|(at, group, _, found)| {
        let is_field = checks[*at].kind == "missing";
        (
            groups.order(*group),
            !is_field,
            std::cmp::Reverse(*found),
            *at,
        )
    });
    let rows: Vec<DataRow> = lines
        .iter()
        .map(|(at, group, of, found)| {
            let check = &checks[*at];
            let share = (*of > 0).then(|| *found as f64 / *of as f64);
            DataRow {
                group: groups.columns(*group),
                quality: Quality {
                    check: check.kind,
                    field: check.field.clone(),
                    stage: check.stage.map(|stage| process.stages[stage].name.clone()),
                    n: *of,
                    found: *found,
                    found_share: share,
                    filled_share: share.filter(|_| check.kind == "missing").map(|it| 1.0 - it),
                    command: (*found > 0).then(|| command(check, ask, &groups, *group, narrowed)),
                },
            }
        })
        .collect();

    let mut notes = Vec::new();
    if n == 0 {
        notes.push("insufficient history: no deal is open".to_string());
    }
    let mut answer = answer(
        "salesctl/report-data/1",
        process,
        book,
        ask,
        (n, rows, notes),
    );
    answer.by = groups
        .names
        .iter()
        .map(|name| (*name).to_string())
        .collect();
    let by = match groups.titles.as_slice() {
        [] => String::new(),
        names => format!(" by {}", names.join(", ")),
    };
    let what = if ask.period.is_some() {
        format!("Data quality{by}: open deals expected to close, and losses,")
    } else {
        format!("Data quality{by}: open deals")
    };
    let cells = lines
        .iter()
        .zip(&answer.rows)
        .map(|((at, group, ..), row)| {
            shown(process, &checks[*at], groups.cells(*group), &row.quality)
        });
    let mut document = Document::default()
        .heading(heading_of_day(&what, ask, n, book))
        .table(table(&groups, cells.collect()));
    let mut commands = lines
        .iter()
        .zip(&answer.rows)
        .filter_map(|((at, group, ..), row)| {
            let quality = &row.quality;
            let of = if groups.names.is_empty() {
                String::new()
            } else {
                format!("{}: ", groups.title(*group))
            };
            let words = words(process, &checks[*at]);
            let command = quality.command.as_ref()?;
            Some(format!("{of}{} {words}: {command}", quality.found))
        });
    for line in commands.by_ref().take(COMMANDS) {
        document = document.line(line);
    }
    let left = commands.count();
    if left > 0 {
        document = document.line(format!("… and {left} more commands with --json"));
    }
    let document = with_notes(document, &answer.notes);
    Ok(Report { answer, document })
}

/// `salesctl deal list --where "…"`.
fn command(
    check: &Check,
    ask: &Ask,
    groups: &Groups<'_>,
    group: usize,
    narrowed: &Narrowed,
) -> String {
    let mut parts = vec![check.condition.clone()];
    for (dimension, (_, value)) in ask.by.iter().zip(groups.columns(group)) {
        let fact = match dimension {
            Dimension::Rep => "owner",
            other => other.name(),
        };
        parts.push(match value {
            Some(value) => format!("{fact} = '{}'", value.replace('\'', "''")),
            None => format!("{fact} is null"),
        });
    }
    let all = check.kind == "no_reason";
    if let Some(period) = ask.period {
        let day = if all { "closed" } else { "expected_close" };
        parts.push(format!(
            "{day} >= '{}' and {day} <= '{}'",
            period.from, period.to
        ));
    }
    if let Some(condition) = &narrowed.condition {
        parts.push(format!("({condition})"));
    }
    let all = if all { " --all" } else { "" };
    let condition = parts.join(" and ");
    format!(
        "salesctl deal list{all}{} --where {}",
        narrowed.options,
        quoted(&condition)
    )
}

fn words(process: &Process, check: &Check) -> String {
    match (check.kind, &check.field) {
        ("missing", Some(field)) => {
            let known = process.fields.iter().find(|known| known.name == *field);
            let title = known.map_or(field.as_str(), |known| known.name.as_str());
            format!("without {title}")
        }
        ("stale", _) => format!("silent for more than {} days", process.silent_days),
        ("past_close", _) => "past their expected close".to_string(),
        ("no_next_step", _) => "without a next step".to_string(),
        ("no_owner", _) => "without an owner".to_string(),
        ("no_value", _) => "without a value".to_string(),
        _ => "lost without a reason".to_string(),
    }
}

fn table(groups: &Groups<'_>, rows: Vec<Vec<Cell>>) -> Table {
    let names = groups.titles.iter();
    let mut columns: Vec<TableColumn> = names.map(|name| TableColumn::left(*name)).collect();
    columns.extend([
        TableColumn::left("what"),
        TableColumn::left("required by").rank(1),
        TableColumn::right("of"),
        TableColumn::right("found"),
        TableColumn::right("share").rank(2),
        TableColumn::right("filled").rank(3),
    ]);
    Table { columns, rows }
}

fn shown(process: &Process, check: &Check, mut cells: Vec<Cell>, quality: &Quality) -> Vec<Cell> {
    cells.extend([
        Cell::Text(words(process, check)),
        Cell::text(
            check
                .stage
                .map(|stage| process.stages[stage].title.as_str()),
        ),
        count(quality.n),
        count(quality.found),
        or_nothing(quality.found_share, |share| Cell::Text(percent(share))),
        or_nothing(quality.filled_share, |share| Cell::Text(percent(share))),
    ]);
    cells
}

#[cfg(test)]
#[path = "data_tests.rs"]
mod tests;
