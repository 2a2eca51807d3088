//! `salesctl` alone: today's work of the acting rep, in order, each with its reason.

use anyhow::Result;
use chrono::NaiveDate;
use serde::Serialize;

use super::case::due_by_rule;
use super::context::{Context, Status, no_workspace};
use super::output::{self, OutputArgs};
use super::session::Session;
use super::show::counted;
use super::worklist;
use crate::date::{day, day_and_distance};
use crate::deal::rotting::days_late;
use crate::document::{Answer, Cell, Document, Row, Table, TableColumn};
use crate::id::Id;
use crate::money::short_amount;
use crate::store::{Access, CaseRow, Handles, WorkRow};
use crate::text::shortened;

/// A deal that nothing happened to for so long wants attention, even with nothing due.
const SILENT_DAYS: i64 = 14;
/// What is due so soon is on the list.
const AHEAD_DAYS: i64 = 7;
/// Rows of a list that fits a morning; the rest is counted.
const SHOWN: usize = 20;

#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Today's work")]
pub(crate) struct Args {
    /// Today's work of everybody
    #[arg(long)]
    everybody: bool,
    #[command(flatten)]
    output: OutputArgs,
}

impl Args {
    /// Whether any of these was given: they say nothing to another command.
    pub(crate) fn are_given(&self) -> bool {
        self.everybody || self.output.is_given()
    }
}

/// One thing to do.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub(crate) struct TaskRow {
    pub(crate) row: usize,
    pub(crate) id: String,
    pub(crate) account: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) what: String,
    pub(crate) due: Option<NaiveDate>,
    pub(crate) late_days: Option<i64>,
    pub(crate) stage: Option<String>,
    pub(crate) value_minor: Option<i64>,
    pub(crate) currency: Option<String>,
    pub(crate) why: String,
    /// What it is: `follow_up`, `deal`, `referral`, `experience` or `request`.
    pub(crate) kind: &'static str,
    /// Its id as people see it.
    #[serde(skip)]
    pub(crate) short: String,
    /// The deal or the case.
    #[serde(skip)]
    pub(crate) subject: Id,
    /// The follow-up that `followup done` marks; none where the matter is not a follow-up.
    #[serde(skip)]
    pub(crate) follow_up: Option<Id>,
}

impl Row for TaskRow {
    fn columns() -> Vec<&'static str> {
        vec![
            "row",
            "id",
            "account",
            "owner",
            "what",
            "due",
            "late_days",
            "stage",
            "value_minor",
            "currency",
            "why",
            "kind",
        ]
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    if cx.store_path().is_none_or(|path| !path.exists()) {
        if cx.workspace().is_some() {
            // A process without a store: say what is missing.
            cx.open_store(Access::Read)?;
        }
        return Err(no_workspace());
    }
    let session = cx.session(Access::Read)?;
    let catalog = session.store.catalog()?;
    let rep = if args.everybody {
        None
    } else {
        session.acting_rep(&catalog)
    };
    let whose = match &rep {
        Some(rep) => rep.clone(),
        None => "everybody".to_string(),
    };
    let tasks = tasks(&session, rep.as_deref())?;
    let rows = tasks.iter().map(|task| (task.subject, task.follow_up));
    worklist::remember(&session, rows.collect());
    let late = tasks.iter().filter(|task| task.late_days.is_some()).count();
    let mut notes = super::process::answers(&session)?;
    if rep.is_none() && !args.everybody {
        notes.push(format!(
            "{} is no rep here, so this is everybody's; --as REP shows one rep's work",
            session.actor
        ));
    }
    let heading = format!(
        "{} {}, {whose}: {}{}",
        session.today.format("%a"),
        day(session.today),
        counted(tasks.len(), "thing", "things"),
        if late > 0 {
            format!(", {late} late")
        } else {
            String::new()
        }
    );
    let answer = Answer {
        notes,
        ..output::answer(&session, "salesctl/today/1", tasks)
    };
    let document = document(&session, heading, &answer);
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

/// Everything that wants doing: follow-ups, referrals, experiences and requests late, due or due soon; then
/// open deals without a next step, past their stage's limit, or silent. Late before due, large before small.
pub(crate) fn tasks(session: &Session<'_>, rep: Option<&str>) -> Result<Vec<TaskRow>> {
    let handles = session.store.handles()?;
    let today = session.today;
    let mut all = Vec::new();
    for work in session.store.work(rep)? {
        let held = work.state == "hold" && work.hold_until.is_some_and(|until| until > today);
        let mut listed = false;
        for (follow_up, due, text) in &work.follow_ups {
            let ahead = due.signed_duration_since(today).num_days();
            if ahead > AHEAD_DAYS || (held && ahead > 0) {
                continue;
            }
            listed = true;
            all.push(TaskRow {
                what: text.clone(),
                due: Some(*due),
                late_days: (ahead < 0).then_some(-ahead),
                why: place(session, &work),
                kind: "follow_up",
                follow_up: Some(*follow_up),
                ..task(&work, &handles)
            });
        }
        if listed || held {
            continue;
        }
        if let Some((what, why)) = neglected(session, &work) {
            all.push(TaskRow {
                what,
                why,
                ..task(&work, &handles)
            });
        }
    }
    let cases = session.store.open_cases()?.into_iter();
    let mine = |row: &CaseRow| match (rep, &row.case.owner) {
        (Some(rep), Some(owner)) => rep == owner,
        // What is nobody's is everybody's.
        _ => true,
    };
    all.extend(
        cases
            .filter(mine)
            .filter_map(|row| case(session, &row, &handles)),
    );
    all.sort_by_key(|task| {
        (
            task.due.is_none(),
            task.due,
            std::cmp::Reverse(task.value_minor),
            task.subject,
            task.follow_up,
        )
    });
    for (n, task) in all.iter_mut().enumerate() {
        task.row = n + 1;
    }
    Ok(all)
}

fn task(work: &WorkRow, handles: &Handles) -> TaskRow {
    TaskRow {
        row: 0,
        id: work.deal.handle(),
        short: handles.short(work.deal),
        account: work.account.clone(),
        owner: work.owner.clone(),
        what: String::new(),
        due: None,
        late_days: None,
        stage: work.stage.clone(),
        value_minor: work.value_minor,
        currency: work.currency.clone(),
        why: String::new(),
        kind: "deal",
        subject: work.deal,
        follow_up: None,
    }
}

/// What somebody told us that waits for an answer, unless that is due only later.
fn case(session: &Session<'_>, row: &CaseRow, handles: &Handles) -> Option<TaskRow> {
    let case = &row.case;
    // What was told today stands here at once; what was put off comes back in time.
    if case.due.is_some_and(|due| due > due_by_rule(session)) {
        return None;
    }
    let age = session.today.signed_duration_since(case.opened).num_days();
    Some(TaskRow {
        row: 0,
        id: case.id.handle(),
        short: handles.short(case.id),
        account: row.account_name.clone().or_else(|| row.person.clone()),
        owner: case.owner.clone(),
        what: case.words(),
        due: case.due,
        late_days: case.late_days(session.today),
        stage: None,
        value_minor: None,
        currency: None,
        why: match age {
            0 => "told today".to_string(),
            days => format!("told {days} d ago"),
        },
        kind: case.what.name(),
        subject: case.id,
        follow_up: None,
    })
}

/// Why an open deal without anything due is on the list, if it is.
fn neglected(session: &Session<'_>, work: &WorkRow) -> Option<(String, String)> {
    let today = session.today;
    if work.state == "hold" {
        return Some(("end of hold".to_string(), "the hold is over".to_string()));
    }
    let silent = today.signed_duration_since(work.touched).num_days();
    let late = late_by(session, work);
    match (!work.has_next_step, late) {
        (true, Some(days)) => Some(("no next step".to_string(), format!("{days} d past limit"))),
        (true, None) => Some((
            "no next step".to_string(),
            if silent > 0 {
                format!("silent for {silent} d")
            } else {
                place(session, work)
            },
        )),
        // A follow-up that is booked in time keeps a deal from rotting.
        (false, _) if silent >= SILENT_DAYS => {
            let next = work.follow_ups.first().map_or(today, |(_, due, _)| *due);
            (next.signed_duration_since(today).num_days() > AHEAD_DAYS * 4).then(|| {
                (
                    format!("next step only {}", day(next)),
                    format!("silent for {silent} d"),
                )
            })
        }
        _ => None,
    }
}

fn late_by(session: &Session<'_>, work: &WorkRow) -> Option<i64> {
    let limit = session.process.stage(work.stage.as_deref()?)?.limit?;
    let calendar = &session.process.calendar;
    days_late(limit, calendar, work.stage_entered?, session.today)
}

/// `closes 30 Nov`, `day 32 of 21`: what about the deal makes it matter.
fn place(session: &Session<'_>, work: &WorkRow) -> String {
    let today = session.today;
    if let Some(days) = late_by(session, work) {
        return format!("{days} d past limit");
    }
    if let Some(close) = work.expected_close {
        if close < today {
            return format!("was to close {}", close.format("%-d %b"));
        }
        if close.signed_duration_since(today).num_days() <= 31 {
            return format!("closes {}", close.format("%-d %b"));
        }
    }
    let Some(entered) = work.stage_entered else {
        return String::new();
    };
    format!("day {}", today.signed_duration_since(entered).num_days())
}

fn document(session: &Session<'_>, heading: String, answer: &Answer<TaskRow>) -> Document {
    let everybody = answer
        .rows
        .windows(2)
        .any(|pair| pair[0].owner != pair[1].owner);
    let mut columns = vec![
        TableColumn::right(""),
        TableColumn::left(""),
        TableColumn::left(""),
        TableColumn::left(""),
        TableColumn::left(""),
        TableColumn::right("").rank(2),
        TableColumn::left("").rank(3),
        TableColumn::left("").rank(1),
    ];
    if everybody {
        columns.push(TableColumn::left("").rank(4));
    }
    let rows = answer
        .rows
        .iter()
        .take(SHOWN)
        .map(|task| {
            // Why it is on the list: the date of a follow-up, or what was neglected.
            let (when, more) = match (task.due, task.late_days) {
                (_, Some(days)) => (format!("late {days} d"), task.why.clone()),
                (Some(due), None) if due == session.today => {
                    ("today".to_string(), task.why.clone())
                }
                (Some(due), None) => (due.format("%a %-d %b").to_string(), task.why.clone()),
                (None, None) => (task.why.clone(), String::new()),
            };
            let value = match (task.value_minor, task.currency.as_deref().map(str::parse)) {
                (Some(minor), Some(Ok(currency))) => Cell::Text(short_amount(minor, currency)),
                _ => Cell::Nothing,
            };
            let stage = task.stage.as_deref().map_or(Cell::Nothing, |stage| {
                Cell::Text(session.process.stage_title(stage).to_string())
            });
            let mut row = vec![
                Cell::Count(task.row as i64),
                Cell::Text(task.short.clone()),
                Cell::text(task.account.as_deref().map(|name| shortened(name, 20))),
                Cell::Text(shortened(&task.what, 23)),
                Cell::Text(when),
                value,
                stage,
                Cell::Text(more),
            ];
            if everybody {
                row.push(task.owner.clone().map_or(Cell::Nothing, Cell::Text));
            }
            row
        })
        .collect();
    let mut document = Document::default().heading(heading);
    if !answer.rows.is_empty() {
        document = document.table(Table { columns, rows });
    }
    if answer.rows.len() > SHOWN {
        document = document.line(format!(
            "… and {} more: --json shows all",
            answer.rows.len() - SHOWN
        ));
    }
    if answer.rows.is_empty() {
        let next = day_and_distance(session.today, session.today);
        document = document.line(format!(
            "nothing is due {next}; salesctl deal list shows what is open"
        ));
    }
    for note in &answer.notes {
        document = document.line(format!("note: {note}"));
    }
    document
}
