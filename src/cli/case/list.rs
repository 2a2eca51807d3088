//! `… list`: the cases of one kind.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::session::Session;
use super::super::show::counted;
use super::colleague;
use super::row::{self, CaseLine, Place};
use crate::deal::case::CaseKind;
use crate::deal::event::CatalogKind;
use crate::document::{Answer, Document};
use crate::store::{Access, CaseRow};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Those that are closed, too
    #[arg(long)]
    all: bool,
    /// Only what somebody told us
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Only what is one rep's work
    #[arg(long, value_name = "REP", add = super::super::completion::catalog(CatalogKind::Rep))]
    owner: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

pub(crate) fn run(kind: CaseKind, args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let lines = CaseLine::of_all(&session, &chosen(&session, kind, args)?);
    let answer = output::answer(&session, schema(kind), lines);
    let document = document(&session, kind, args, &answer)?;
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

fn chosen(session: &Session<'_>, kind: CaseKind, args: &Args) -> Result<Vec<CaseRow>> {
    let catalog = session.store.catalog()?;
    let by = args.by.as_deref().map(|by| colleague(&catalog, by));
    let by = by.transpose()?.map(|by| by.to_lowercase());
    let owner = args
        .owner
        .as_deref()
        .map(|owner| super::super::assignment::in_catalog(&catalog, CatalogKind::Rep, owner));
    let owner = owner.transpose()?.flatten();
    let mut rows = session.store.cases(Some(kind))?;
    rows.retain(|row| {
        let case = &row.case;
        (args.all || case.is_open())
            && by.as_ref().is_none_or(|by| case.by.to_lowercase() == *by)
            && (owner.is_none() || case.owner == owner)
    });
    Ok(rows)
}

fn schema(kind: CaseKind) -> &'static str {
    match kind {
        CaseKind::Referral => "salesctl/referral-list/1",
        CaseKind::Experience => "salesctl/experience-list/1",
        CaseKind::Request => "salesctl/request-list/1",
    }
}

fn document(
    session: &Session<'_>,
    kind: CaseKind,
    args: &Args,
    answer: &Answer<CaseLine>,
) -> Result<Document> {
    let open = if args.all { "" } else { "open " };
    let late = answer.rows.iter().filter(|row| row.late_days.is_some());
    let late = match late.count() {
        0 => String::new(),
        n => format!(", {n} late"),
    };
    let (one, many) = (
        format!("{open}{}", kind.name()),
        format!("{open}{}", kind.many()),
    );
    let heading = format!("{}{late}", counted(answer.n, &one, &many));
    let mut document = Document::default().heading(heading);
    if answer.n > 0 {
        document = document.table(row::table(session, &answer.rows, Place::List)?);
    } else if !args.all {
        let line = format!(
            "salesctl {} list --all shows those that are closed",
            kind.name()
        );
        document = document.line(line);
    }
    Ok(document)
}
