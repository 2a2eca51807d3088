//! `referral credit`: what came of whom each of us referred.

use std::collections::{BTreeMap, HashMap};

use anyhow::Result;

use super::super::account::totals::totals;
use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::session::Session;
use super::super::show::counted;
use crate::deal::case::{Case, CaseKind};
use crate::document::{Answer, Cell, Document, Table, TableColumn, row};
use crate::id::Id;
use crate::store::{Access, CaseRow, DealOf};

/// Say what came of the referrals of each colleague: deals, and what they won
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl referral credit\n  salesctl referral credit --format csv"
)]
pub(crate) struct Args {
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// What one colleague's referrals came to; values in the currency of the answer.
    struct CreditRow {
        by: String,
        referrals: usize,
        open: usize,
        declined: usize,
        /// Deals that were opened for them, however they stand.
        deals: usize,
        won: usize,
        lost: usize,
        won_minor: i64,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let referrals = session.store.cases(Some(CaseKind::Referral))?;
    let deals = session.store.deals_of(None)?;
    let (rows, without_rate) = credit(&session, &referrals, &deals);
    let mut answer = output::answer(&session, "salesctl/referral-credit/1", rows);
    if without_rate > 0 {
        answer.notes.push(format!(
            "{} in a currency without a rate: not in the sums",
            counted(without_rate, "deal is", "deals are")
        ));
    }
    let document = document(&session, &answer);
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

/// Who brought most first; of each referral the deal that was opened for it counts, once.
fn credit(
    session: &Session<'_>,
    referrals: &[CaseRow],
    deals: &[DealOf],
) -> (Vec<CreditRow>, usize) {
    let deals: HashMap<Id, &DealOf> = deals.iter().map(|deal| (deal.id, deal)).collect();
    let mut by_colleague: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    for row in referrals {
        by_colleague
            .entry(&row.case.by)
            .or_default()
            .push(&row.case);
    }
    let mut without_rate = 0;
    let mut rows: Vec<CreditRow> = Vec::new();
    for (by, theirs) in by_colleague {
        let started = theirs.iter().filter_map(|case| case.started);
        let started: Vec<&DealOf> = started.filter_map(|id| deals.get(&id).copied()).collect();
        let sums = totals(&session.process, session.today, started.iter().copied());
        without_rate += sums.without_rate;
        let declined = |case: &&&Case| !case.is_open() && case.started.is_none();
        rows.push(CreditRow {
            by: by.to_string(),
            referrals: theirs.len(),
            open: theirs.iter().filter(|case| case.is_open()).count(),
            declined: theirs.iter().filter(declined).count(),
            deals: started.len(),
            won: sums.won.n,
            lost: sums.lost.n,
            won_minor: sums.won.minor,
        });
    }
    rows.sort_by_key(|row| std::cmp::Reverse((row.won_minor, row.won, row.deals, row.referrals)));
    (rows, without_rate)
}

fn document(session: &Session<'_>, answer: &Answer<CreditRow>) -> Document {
    let referrals: usize = answer.rows.iter().map(|row| row.referrals).sum();
    let heading = format!(
        "{} by {}",
        counted(referrals, "referral", "referrals"),
        counted(answer.n, "colleague", "colleagues")
    );
    let mut document = Document::default().heading(heading);
    if answer.n == 0 {
        return document.line("salesctl referral add NAME --account ACCOUNT is how one begins");
    }
    let count = |n: usize| Cell::Count(n as i64);
    let currency = session.process.currency;
    let rows = answer.rows.iter().map(|row| {
        vec![
            Cell::Text(row.by.clone()),
            count(row.referrals),
            count(row.open),
            count(row.declined),
            count(row.deals),
            count(row.won),
            count(row.lost),
            Cell::Money {
                minor: row.won_minor,
                currency,
            },
        ]
    });
    document = document.table(Table {
        columns: vec![
            TableColumn::left("by"),
            TableColumn::right("referrals"),
            TableColumn::right("open").rank(2),
            TableColumn::right("declined").rank(3),
            TableColumn::right("deals"),
            TableColumn::right("won"),
            TableColumn::right("lost").rank(1),
            TableColumn::right("value won"),
        ],
        rows: rows.collect(),
    });
    for note in &answer.notes {
        document = document.line(format!("note: {note}"));
    }
    document
}
