//! `prospect show`: everything known of one person or company that came in on lists, and from where.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use chrono::NaiveDate;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::page;
use super::super::rating;
use super::super::show::counted;
use super::why;
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::prospect::Field;
use crate::prospect::score::Score;
use crate::store::{Access, Name};
use crate::text::visible;

/// Show a prospect: what is known, which row of which file said so, who must leave them alone
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl prospect show jana.roth@acme.example\n  salesctl prospect show 7KQ2M4 --why"
)]
pub(crate) struct Args {
    /// An e-mail address, the beginning of an id, or a name
    prospect: String,
    /// Of somebody who is on several lists
    #[arg(long, value_name = "CODE")]
    list: Option<String>,
    /// Say for every scoring rule what it gave, and which facts it lacked
    #[arg(long)]
    why: bool,
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// One value of one row of a list.
    struct ValueLine {
        field: String,
        value: String,
        /// As the file had it, when cleaning changed it.
        original: Option<String>,
        id: String,
        entity: String,
        list: Option<String>,
        file: Option<String>,
        line: u64,
        fate: &'static str,
        /// Of what was done or noted (`field` is `happened`), and of stars (`rating`): when and by whom.
        day: Option<NaiveDate>,
        by: Option<String>,
        /// Of a scoring rule (`field` is `rule`), and of all of them (`score`): the points.
        points: Option<i64>,
        /// Of a scoring rule: `met`, `not met` or `missing`.
        verdict: Option<&'static str>,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let found = session
        .store
        .resolve_prospect(&args.prospect, args.list.as_deref())?;
    let entity = session
        .store
        .name(found.id)?
        .map_or(found.entity, |name| name.entity);
    let names = session.store.names_of_entity(entity)?;
    let mut rows: Vec<ValueLine> = names.iter().flat_map(values).collect();
    let score = why::score(&session, &names, found.id)?;
    rows.extend(
        score
            .iter()
            .flat_map(|(name, score)| scored(name, score, args.why)),
    );
    let mut happened = Vec::new();
    for name in &names {
        let entries = page::entries(&session, &[name.id], None, |_| true)?;
        rows.extend(entries.iter().map(|entry| ValueLine {
            day: Some(entry.day),
            by: entry.by.clone(),
            ..value_line(name, "happened", &entry.what, None)
        }));
        happened.extend(entries);
    }
    happened.sort_by_key(|entry| entry.day);
    let rated = rating::of_name(&session, found.id)?;
    if let Some(name) = names.first() {
        rows.extend(rating::said(&rated).map(|(words, said)| ValueLine {
            day: Some(said.day),
            by: Some(said.by.clone()),
            ..value_line(name, "rating", &words, None)
        }));
    }
    let mut answer = output::answer(&session, "salesctl/prospect/1", rows);
    let mut document = Document::default();
    if let Some(first) = names.first() {
        document = document.heading(format!(
            "{} {}, {}",
            super::short(first.id),
            visible(&first.called()),
            counted(names.len(), "row of a list", "rows of lists")
        ));
    }
    document = document.table(merged(&names));
    for name in &names {
        document = document.line(format!("  {}", membership(name)));
    }
    match &score {
        Some((_, score)) => {
            document = why::shown(document, &session.process.prospecting, score, args.why);
        }
        None if args.why => {
            let note = "no points: the process has no [[score]] rules, and `salesctl score fit` proposes some";
            answer.notes.push(note.into());
            document = document.line(note);
        }
        None => {}
    }
    document = rating::rated(document, &rated);
    document = page::happened(&session, document, &happened)?;
    for name in &names {
        if let Some(reason) = super::suppressed(&session, name)? {
            let note = format!("must not be contacted: {reason}");
            document = document.line(visible(&note));
            answer.notes.push(note);
            break;
        }
    }
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

fn value_line(name: &Name, field: &str, value: &str, original: Option<&String>) -> ValueLine {
    ValueLine {
        field: field.to_string(),
        value: value.to_string(),
        original: original.cloned(),
        id: name.id.handle(),
        entity: name.entity.handle(),
        list: name.list.clone(),
        file: name.file.clone(),
        line: name.line,
        fate: name.fate.name(),
        day: None,
        by: None,
        points: None,
        verdict: None,
    }
}

/// The points of a row of a list, the priority they make and, when asked for, each rule.
fn scored(name: &Name, score: &Score<'_>, rules: bool) -> Vec<ValueLine> {
    let mut lines = vec![ValueLine {
        points: Some(score.points),
        ..value_line(name, "score", &score.points.to_string(), None)
    }];
    if let Some(priority) = score.priority {
        lines.push(value_line(name, "priority", priority.name(), None));
    }
    let of_rules = score.lines.iter().filter(|_| rules).map(|line| ValueLine {
        points: Some(line.points),
        verdict: Some(why::verdict(line.truth)),
        ..value_line(name, "rule", line.words, None)
    });
    lines.extend(of_rules);
    lines
}

fn values(name: &Name) -> Vec<ValueLine> {
    let line = |field: &str, value: &str, original: Option<&String>| {
        value_line(name, field, value, original)
    };
    let fields = Field::ALL.into_iter().filter_map(|field| {
        let original = name.original.get(field.name());
        let value = name.get(field);
        (!value.is_empty() || original.is_some()).then(|| line(field.name(), value, original))
    });
    let attributes = name
        .attributes
        .iter()
        .map(|(heading, value)| line(heading, value, None));
    fields.chain(attributes).collect()
}

/// One value per field: that of the first row that has one; others are said beside it.
fn merged(names: &[Name]) -> Table {
    let mut rows = Vec::new();
    for field in Field::ALL {
        let told = || {
            let told = names.iter();
            told.map(|name| (name.get(field), name.original.get(field.name())))
        };
        // A row that has nothing of use is filled from another.
        let of_use = told().find(|(value, _)| !value.is_empty());
        let Some((value, original)) =
            of_use.or_else(|| told().find(|(_, original)| original.is_some()))
        else {
            continue;
        };
        let mut others: Vec<&str> = Vec::new();
        for (other, _) in told() {
            if !other.is_empty() && other != value && !others.contains(&other) {
                others.push(other);
            }
        }
        let mut beside: Vec<String> = original
            .filter(|original| original.as_str() != value)
            .map(|original| format!("the file has \"{original}\""))
            .into_iter()
            .collect();
        if !others.is_empty() {
            beside.push(format!("also {}", others.join(", ")));
        }
        rows.push(vec![
            Cell::Text(field.name().replace('_', " ")),
            Cell::Text(value.to_string()),
            Cell::Text(beside.join("; ")),
        ]);
    }
    let mut kept: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (heading, value) in names.iter().flat_map(|name| &name.attributes) {
        let values = kept.entry(heading).or_default();
        if !values.contains(&value.as_str()) {
            values.push(value);
        }
    }
    for (heading, values) in kept {
        let [first, others @ ..] = values.as_slice() else {
            continue;
        };
        let mut beside = "kept as it came".to_string();
        if !others.is_empty() {
            beside = format!("{beside}; also {}", others.join(", "));
        }
        rows.push(vec![
            Cell::Text(heading.to_string()),
            Cell::Text((*first).to_string()),
            Cell::Text(beside),
        ]);
    }
    Table {
        columns: vec![
            TableColumn::left("what"),
            TableColumn::left("value"),
            TableColumn::left("beside it").rank(1),
        ],
        rows,
    }
}

/// `zoom-q4, line 402 of apollo.csv, known (0.98), 3 Feb 2026`
fn membership(name: &Name) -> String {
    let sure = name
        .probability
        .map(|probability| format!(" ({probability:.2})"))
        .unwrap_or_default();
    let mut text = format!(
        "{}, line {} of {}, {}{sure}",
        visible(name.list.as_deref().unwrap_or("a list that is gone")),
        name.line,
        visible(name.file.as_deref().unwrap_or("an import that was undone")),
        name.fate.name(),
    );
    if let Some(day) = name.imported {
        let _ = write!(text, ", {}", crate::date::day(day));
    }
    if let Some(day) = name.responded {
        let _ = write!(text, ", responded {}", crate::date::day(day));
    }
    if !name.warnings.is_empty() {
        let _ = write!(text, "; {}", name.warnings.join(" "));
    }
    text
}
