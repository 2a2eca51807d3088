//! `absence list`: who is away, and until when.

use anyhow::Result;
use chrono::NaiveDate;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::show::counted;
use crate::date;
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::store::Access;

/// List who is away and who will be
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl absence list\n  salesctl absence list --all --json    absences that are over too"
)]
pub(crate) struct Args {
    /// Those that are over too
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// An absence of a rep.
    struct AbsenceRow {
        id: String,
        rep: String,
        from: NaiveDate,
        until: NaiveDate,
        now: bool,
        note: Option<String>,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let catalog = session.store.catalog()?;
    let mut absences = session.store.absences()?;
    let all = absences.len();
    absences.retain(|one| args.all || one.until >= session.today);
    let over = all - absences.len();
    let mut shown = Vec::new();
    let mut rows = Vec::new();
    for one in &absences {
        let rep = super::rep_name(&catalog, one.rep);
        let now = one.from <= session.today && session.today <= one.until;
        shown.push(vec![
            Cell::Text(super::short(one.id)),
            Cell::Text(rep.clone()),
            Cell::Text(date::day(one.from)),
            Cell::Text(date::day(one.until)),
            Cell::Text(if now { "away" } else { "" }.to_string()),
            Cell::text(one.note.clone()),
        ]);
        rows.push(AbsenceRow {
            id: one.id.handle(),
            rep,
            from: one.from,
            until: one.until,
            now,
            note: one.note.clone(),
        });
    }
    let answer = output::answer(&session, "salesctl/absences/1", rows);
    let mut document = Document::default()
        .heading(counted(answer.n, "absence", "absences"))
        .table(Table {
            columns: vec![
                TableColumn::left("id"),
                TableColumn::left("rep"),
                TableColumn::left("from"),
                TableColumn::left("until"),
                TableColumn::left("today"),
                TableColumn::left("note").rank(1),
            ],
            rows: shown,
        });
    if answer.n == 0 {
        document = Document::default().line(match over {
            0 => "nobody is away; salesctl absence add REP --from DATE --until DATE".to_string(),
            n => format!(
                "nobody is away, {} over: salesctl absence list --all",
                counted(n, "absence is", "absences are")
            ),
        });
    }
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}
