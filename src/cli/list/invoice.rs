//! `list invoice`: what is owed, from our own merge/purge.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs, write_file};
use super::super::session::Session;
use super::{ListArg, code};
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::fault::Fault;
use crate::id::Id;
use crate::list::{Allocation, Invoice, Merged, invoice};
use crate::money::{Money, grouped};
use crate::prospect::{Field, Part, purge};
use crate::render::PlainCsv;
use crate::store::{Access, ListRow};

/// Compute what is owed for a list from what merge/purge found, with the proof
///
/// A name that is on several lists is credited to one of them: by chance, each equally likely, the same
/// for the same seed; or by the lists' priority. Duplicates on the list, names we had anyway, those
/// credited elsewhere, suppressed, decoys and rejected rows are not used.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl list invoice zoom-q4 --proof zoom-q4-proof.csv\n  salesctl list invoice zoom-q4 --gross 100000 --duplicates 9000   the agreed numbers instead of ours"
)]
pub(crate) struct Args {
    #[command(flatten)]
    list: ListArg,
    /// How names on several lists are shared out: random:SEED or priority
    #[arg(long, value_name = "HOW", default_value = "random:1")]
    allocate: String,
    /// Names delivered, instead of the rows we read
    #[arg(long, value_name = "N", requires = "duplicates")]
    gross: Option<u64>,
    /// Names that could not be used, instead of those we found
    #[arg(long, value_name = "N", requires = "gross")]
    duplicates: Option<u64>,
    /// Where the proof goes, as CSV: every row that was taken, with what it came to; `import show` has the
    /// rejected ones
    #[arg(long, value_name = "FILE", conflicts_with = "gross", value_hint = clap::ValueHint::FilePath)]
    proof: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// A count of names, a line of the bill, or its total.
    struct BillRow {
        section: &'static str,
        what: String,
        names: Option<u64>,
        cpm_minor: Option<i64>,
        amount_minor: Option<i64>,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let list = args.list.find(&session)?;
    let allocation: Allocation = args
        .allocate
        .parse()
        .map_err(|problem| Fault::usage(format!("--allocate: {problem}")))?;
    let mut rows = Vec::new();
    let mut names = |what: String, n: u64| {
        rows.push(BillRow {
            section: "names",
            what,
            names: Some(n),
            cpm_minor: None,
            amount_minor: None,
        });
    };
    let merged = if let (Some(gross), Some(duplicates)) = (args.gross, args.duplicates) {
        let used = gross.checked_sub(duplicates).ok_or_else(|| {
            Fault::usage(format!(
                "--duplicates: {} are more than the {} delivered",
                grouped(duplicates),
                grouped(gross)
            ))
        })?;
        names("delivered".into(), gross);
        names("not used".into(), duplicates);
        names("used".into(), used);
        Merged { gross, used }
    } else {
        let found = merge_purge(&session, &list, allocation)?;
        names("delivered".into(), found.merged.gross);
        for (what, n) in &found.parts {
            names(what.clone(), *n);
        }
        names("used".into(), found.merged.used);
        if let Some(path) = &args.proof {
            let bytes = proof(args, &session, &list, &found)?;
            write_file(path, &bytes, args.output.force)?;
            cx.console.note(&format!("proof → {}", cx.shown(path)));
        }
        found.merged
    };
    let bill = invoice(&list.terms, merged).map_err(|problem| {
        Fault::no(problem).hint(format!(
            "salesctl list set {} --cpm AMOUNT says what a thousand names cost",
            code(&list)
        ))
    })?;
    rows.extend(bill.lines.iter().map(|line| BillRow {
        section: "bill",
        what: line.what.to_string(),
        names: line.names,
        cpm_minor: line.cpm_minor,
        amount_minor: Some(line.amount_minor),
    }));
    rows.push(BillRow {
        section: "total",
        what: "total".to_string(),
        names: None,
        cpm_minor: None,
        amount_minor: Some(bill.total_minor),
    });
    let mut answer = output::answer(&session, "salesctl/list-invoice/1", rows);
    answer.currency = list.terms.currency.unwrap_or(answer.currency);
    answer.notes = notes(&list, &bill, allocation, args, answer.currency);
    let document = document(&list, &answer.rows, &answer.notes, answer.currency);
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

/// What merge/purge found: the rows of the list with their parts, and their sums.
struct Found {
    merged: Merged,
    parts: Vec<(String, u64)>,
    /// By name; rejected rows have no name.
    by_name: BTreeMap<Id, Part>,
    codes: BTreeMap<Id, String>,
}

fn merge_purge(session: &Session<'_>, list: &ListRow, allocation: Allocation) -> Result<Found> {
    let store = &session.store;
    let members = store.list_members(list.id)?;
    let delivered = store.delivered(list.id)?;
    if delivered.batches == 0 {
        return Err(
            Fault::no(format!("no names of the list `{}` came in yet", code(list)))
                .hint("--gross N --duplicates N computes it from other numbers")
                .into(),
        );
    }
    let elsewhere = store.elsewhere(list, &members)?;
    let parts = purge(list.claim(), &members, &elsewhere, allocation);
    let codes: BTreeMap<Id, String> = store
        .lists()?
        .into_iter()
        .map(|list| (list.id, list.terms.code))
        .collect();
    let count = |wanted: Part| parts.iter().filter(|part| **part == wanted).count() as u64;
    let mut credited: BTreeMap<&str, u64> = BTreeMap::new();
    for part in &parts {
        if let Part::Credited(other) = part {
            let other = codes.get(other).map_or("another list", String::as_str);
            *credited.entry(other).or_default() += 1;
        }
    }
    let gross = delivered.counts.read;
    let rejected = delivered.counts.rejected;
    // Rows that the list had word for word are counted, but no names.
    let repeated = gross.saturating_sub(members.len() as u64 + rejected);
    let mut sums = vec![
        (
            "twice on the list".to_string(),
            count(Part::Twice) + repeated,
        ),
        ("ours already".to_string(), count(Part::Ours)),
    ];
    sums.extend(
        credited
            .into_iter()
            .map(|(other, n)| (format!("credited to {other}"), n)),
    );
    sums.extend([
        ("suppressed".to_string(), count(Part::Suppressed)),
        ("decoys".to_string(), count(Part::Seed)),
        ("rejected".to_string(), rejected),
    ]);
    sums.retain(|(_, n)| *n > 0);
    Ok(Found {
        merged: Merged {
            gross,
            used: count(Part::Net),
        },
        parts: sums,
        by_name: members.iter().map(|member| member.id).zip(parts).collect(),
        codes,
    })
}

const PROOF: [&str; 6] = ["list", "file", "line", "record", "what", "credited_to"];

fn proof(args: &Args, session: &Session<'_>, list: &ListRow, found: &Found) -> Result<Vec<u8>> {
    let mut csv = PlainCsv::new(&PROOF, args.output.raw)?;
    session
        .store
        .each_name_of_list(list.id, |member, file, record| {
            let (what, to) = match found.by_name.get(&member.id) {
                Some(Part::Net) => ("used", Some(list.code())),
                Some(Part::Twice) => ("twice", None),
                Some(Part::Ours) => ("ours", None),
                Some(Part::Credited(other)) => {
                    ("duplicate", found.codes.get(other).map(String::as_str))
                }
                Some(Part::Suppressed) => ("suppressed", None),
                // Decoys are the owner's to know.
                Some(Part::Seed) => ("seed", None),
                None => return Ok(()),
            };
            let line = record.line.to_string();
            Ok(csv.row([
                list.code(),
                file,
                &line,
                record.get(Field::Record),
                what,
                to.unwrap_or_default(),
            ])?)
        })?;
    Ok(csv.finish()?)
}

fn notes(
    list: &ListRow,
    bill: &Invoice,
    allocation: Allocation,
    args: &Args,
    currency: crate::money::Currency,
) -> Vec<String> {
    let mut notes = Vec::new();
    match list.terms.net_pct {
        Some(net) if bill.used < bill.floor => notes.push(format!(
            "below the floor: {net} of {} are paid for, {} were used",
            grouped(bill.gross),
            grouped(bill.used)
        )),
        Some(net) => notes.push(format!(
            "net names: at least {net} of {}, {}, are paid for",
            grouped(bill.gross),
            grouped(bill.floor)
        )),
        None => notes.push("no net-name clause: every name delivered is paid for".to_string()),
    }
    if args.gross.is_none() {
        notes.push(format!("names on several lists: {allocation}"));
        if let Some(told) = list.terms.qty_delivered
            && told != bill.gross
        {
            notes.push(format!(
                "{} were delivered by the terms, {} rows were read",
                grouped(told),
                grouped(bill.gross)
            ));
        }
    }
    if let Some(minor) = bill.commission_minor {
        notes.push(format!(
            "of it {} are the broker's commission",
            Money { minor, currency }
        ));
    }
    notes
}

fn document(
    list: &ListRow,
    rows: &[BillRow],
    notes: &[String],
    currency: crate::money::Currency,
) -> Document {
    let cells = |row: &BillRow| {
        let money = |minor: Option<i64>| {
            minor.map_or(Cell::Text(String::new()), |minor| Cell::Money {
                minor,
                currency,
            })
        };
        vec![
            Cell::Text(row.what.clone()),
            row.names
                .map_or(Cell::Text(String::new()), |n| Cell::Count(n as i64)),
            money(row.cpm_minor),
            money(row.amount_minor),
        ]
    };
    let section = |counts: bool| -> Vec<Vec<Cell>> {
        let wanted = |row: &&BillRow| (row.section == "names") == counts;
        rows.iter().filter(wanted).map(cells).collect()
    };
    let names = section(true)
        .into_iter()
        .map(|mut row| {
            row.truncate(2);
            row
        })
        .collect();
    let mut document = Document::default()
        .heading(format!("Invoice of the list {}", code(list)))
        .table(Table {
            columns: vec![TableColumn::left(""), TableColumn::right("names")],
            rows: names,
        })
        .table(Table {
            columns: vec![
                TableColumn::left(""),
                TableColumn::right("names"),
                TableColumn::right("per 1,000"),
                TableColumn::right("amount"),
            ],
            rows: section(false),
        });
    for note in notes {
        document = document.line(note);
    }
    document
}
