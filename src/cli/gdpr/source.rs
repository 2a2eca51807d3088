//! `gdpr source`: where did you get my data?

use std::fmt::Write as _;

use anyhow::Result;
use chrono::NaiveDate;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::session::Session;
use super::super::show::counted;
use crate::date::day;
use crate::document::{Document, row};
use crate::fault::Fault;
use crate::prospect::suppression::{Purpose, Scratch};
use crate::prospect::{Field, Record};
use crate::store::{Access, ListRow, Membership};
use crate::text::visible;

/// Say where we have somebody from: every list, file and line that has them
///
/// That is every row with their e-mail address, and every row that was taken for the same person.
///
/// Rows of imports that were undone are told too, since they are kept.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl gdpr source jana@acme.example\n  salesctl gdpr source jana@acme.example --json"
)]
pub(crate) struct Args {
    /// The e-mail address
    email: String,
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// One place that has the address.
    struct SourceRow {
        kind: &'static str,
        id: Option<String>,
        list: Option<String>,
        source: Option<String>,
        lawful_basis: Option<String>,
        obtained_on: Option<NaiveDate>,
        file: Option<String>,
        line: Option<u64>,
        batch: Option<String>,
        fate: Option<&'static str>,
        added_on: Option<NaiveDate>,
        added_by: Option<String>,
        notice_due: Option<NaiveDate>,
        notice_given: Option<NaiveDate>,
        responded: Option<NaiveDate>,
        about: Option<String>,
    }
}

impl SourceRow {
    fn of(kind: &'static str) -> Self {
        Self {
            kind,
            id: None,
            list: None,
            source: None,
            lawful_basis: None,
            obtained_on: None,
            file: None,
            line: None,
            batch: None,
            fate: None,
            added_on: None,
            added_by: None,
            notice_due: None,
            notice_given: None,
            responded: None,
            about: None,
        }
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let email = args.email.trim().to_lowercase();
    if !email.contains('@') || email.contains(char::is_whitespace) {
        return Err(
            Fault::usage(format!("`{}` is no e-mail address", visible(&args.email))).into(),
        );
    }
    let rows = rows(&session, &email)?;
    let document = document(&session, &email, &rows);
    let mut answer = output::answer(&session, "salesctl/gdpr-source/1", rows);
    if answer.n == 0 {
        answer.notes.push(nothing(&email));
    }
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

fn nothing(email: &str) -> String {
    format!(
        "nothing is known of {}: no list, no person and no suppression has this address",
        visible(email)
    )
}

fn rows(session: &Session<'_>, email: &str) -> Result<Vec<SourceRow>> {
    let store = &session.store;
    let lists = store.lists()?;
    let mut rows = Vec::new();
    for found in store.memberships(email)? {
        let list = lists.iter().find(|list| list.id == found.list);
        rows.push(membership(session, &found, list)?);
    }
    for (id, name, added_on, added_by) in store.persons_of_email(email)? {
        rows.push(SourceRow {
            id: Some(id.handle()),
            added_on: Some(added_on),
            added_by: Some(added_by),
            about: Some(name),
            ..SourceRow::of("person")
        });
    }
    for (list, ours) in store.decoys_of_email(email)? {
        let code = lists
            .iter()
            .find(|known| known.id == list)
            .map(|list| list.terms.code.clone());
        rows.push(SourceRow {
            list: code,
            about: Some(if ours { "ours" } else { "its owner's" }.to_string()),
            ..SourceRow::of("decoy")
        });
    }
    let mut record = Record::default();
    record.begin(0);
    record.set(Field::Email, email);
    let suppressed = store.suppression_set(session.today)?;
    if let Some(hit) = suppressed.reason_for(&record, Purpose::Marketing, &mut Scratch::default()) {
        rows.push(SourceRow {
            about: Some(format!("{} ({})", hit.reason, hit.purpose.name())),
            ..SourceRow::of("suppression")
        });
    }
    Ok(rows)
}

fn membership(
    session: &Session<'_>,
    found: &Membership,
    list: Option<&ListRow>,
) -> Result<SourceRow> {
    let terms = list.map(|list| &list.terms);
    let since = found.imported.as_ref().map(|(on, _)| *on);
    let given = found
        .notice_given
        .or_else(|| list.and_then(|list| list.notice_given));
    let about = match (&found.imported, found.counts) {
        (None, _) => Some("its import was never completed".to_string()),
        (Some(_), false) => Some("its import was undone; the row is kept".to_string()),
        (Some(_), true) if !found.has_address => {
            Some("without the address, taken for the same person".to_string())
        }
        (Some(_), true) => None,
    };
    Ok(SourceRow {
        kind: "list",
        id: Some(found.name.handle()),
        list: terms.map(|terms| terms.code.clone()),
        source: terms.and_then(|terms| {
            let named = [&terms.source_name, &terms.owner, &terms.broker];
            named.into_iter().flatten().next().cloned()
        }),
        lawful_basis: terms.and_then(|terms| terms.lawful_basis.clone()),
        obtained_on: terms.and_then(|terms| terms.obtained_on).or(since),
        file: Some(found.file.clone()),
        line: Some(found.line),
        batch: match found.imported {
            Some(_) => Some(session.store.short(found.batch)?),
            None => None,
        },
        fate: Some(found.fate.name()),
        added_on: since,
        added_by: found.imported.as_ref().map(|(_, by)| by.clone()),
        notice_due: terms.and_then(|terms| terms.notice_due(since)),
        notice_given: given,
        responded: found.responded,
        about,
    })
}

fn document(session: &Session<'_>, email: &str, rows: &[SourceRow]) -> Document {
    if rows.is_empty() {
        return Document::default().line(nothing(email));
    }
    let sources = rows.iter().filter(|row| row.kind != "suppression").count();
    let heading = format!(
        "{}: {}",
        visible(email),
        counted(sources, "source", "sources")
    );
    let mut document = Document::default().heading(heading);
    for row in rows {
        document = match row.kind {
            "list" => lines_of_list(session, document, row),
            "person" => document.line(format!(
                "person {}, taken up {}",
                visible(row.about.as_deref().unwrap_or_default()),
                by(row)
            )),
            "decoy" => document.line(format!(
                "decoy on the list {}, {}",
                visible(row.list.as_deref().unwrap_or("(gone)")),
                row.about.as_deref().unwrap_or_default()
            )),
            _ => document.line(format!(
                "suppressed: {}",
                visible(row.about.as_deref().unwrap_or_default())
            )),
        };
    }
    document
}

/// `on 3 Feb 2026 by jr`
fn by(row: &SourceRow) -> String {
    let on = row.added_on.map(|on| format!("on {}", day(on)));
    let by = row
        .added_by
        .as_deref()
        .map(|by| format!(" by {}", visible(by)));
    format!("{}{}", on.unwrap_or_default(), by.unwrap_or_default())
}

fn lines_of_list(session: &Session<'_>, document: Document, row: &SourceRow) -> Document {
    let text = |text: &Option<String>| text.as_deref().map(visible);
    let mut first = format!("list {}", text(&row.list).unwrap_or("(taken back)".into()));
    if let Some(source) = text(&row.source) {
        let _ = write!(first, ", from {source}");
    }
    if let Some(obtained) = row.obtained_on {
        let _ = write!(first, ", obtained {}", day(obtained));
    }
    let basis = text(&row.lawful_basis).unwrap_or_else(|| "not stated".to_string());
    let mut where_from = format!(
        "  {} line {}",
        text(&row.file).unwrap_or_default(),
        row.line.unwrap_or_default()
    );
    if let Some(batch) = &row.batch {
        let _ = write!(where_from, ", batch {batch} imported {}", by(row));
    }
    if let Some(about) = &row.about {
        let _ = write!(where_from, "; {about}");
    }
    let notice = match (row.notice_given, row.notice_due) {
        (Some(given), _) => format!("given {}", day(given)),
        (None, Some(due)) if due < session.today => format!("overdue since {}", day(due)),
        (None, Some(due)) => format!("due {}", day(due)),
        (None, None) => "no duty".to_string(),
    };
    let mut last = format!("  lawful basis: {basis}; notice: {notice}");
    if let Some(on) = row.responded {
        let _ = write!(last, "; responded {}", day(on));
    }
    document.line(first).line(where_from).line(last)
}
