//! `topic list`: what people and companies are rated by, how many, how well, and who does it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::super::show::counted;
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::id::Id;
use crate::prospect::topic::{Opinion, Rating, combined, mean_words};
use crate::store::Access;

/// List the topics that are declared or in use: how many are rated by each, how well, and who rates most
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  salesctl topic list\n  salesctl topic list --json")]
pub(crate) struct Args {
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// A topic. The mean is over the latest stars of each person on each whom they rated.
    struct TopicRow {
        topic: String,
        title: Option<String>,
        declared: bool,
        rated: usize,
        ratings: usize,
        mean_stars: Option<f64>,
        rates_most: Option<String>,
        rates_most_n: Option<usize>,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let declared = &session.process.topics;
    let mut used = by_topic(session.store.ratings_of_all()?);
    let mut rows: Vec<TopicRow> = Vec::new();
    for topic in declared {
        let theirs = used.remove(&topic.name).unwrap_or_default();
        let title = Some(topic.title.clone());
        rows.push(topic_row(topic.name.clone(), title, true, &theirs));
    }
    // What is used most comes first.
    let mut others: Vec<TopicRow> = used
        .into_iter()
        .map(|(topic, theirs)| topic_row(topic, None, false, &theirs))
        .collect();
    others.sort_by(|a, b| (b.rated, &a.topic).cmp(&(a.rated, &b.topic)));
    let undeclared = others.len();
    rows.extend(others);
    let mut answer = output::answer(&session, "salesctl/topics/1", rows);
    let mut document = Document::default().heading(counted(answer.n, "topic", "topics"));
    if answer.rows.is_empty() {
        document = document
            .line("nobody has rated anybody yet: salesctl person rate PERSON forecasting=4");
    } else {
        document = document.table(table(&answer.rows, !declared.is_empty()));
    }
    if !declared.is_empty() && undeclared > 0 {
        let note = format!(
            "{} not declared in the process: nobody can be rated by {} any more",
            counted(undeclared, "topic is", "topics are"),
            if undeclared == 1 { "it" } else { "them" }
        );
        document = document.line(note.clone());
        answer.notes.push(note);
    }
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

/// What was said by each topic of each who was rated.
fn by_topic(ratings: Vec<Rating>) -> BTreeMap<String, Vec<Opinion>> {
    let mut by_subject: BTreeMap<Id, Vec<Rating>> = BTreeMap::new();
    for rating in ratings {
        by_subject.entry(rating.subject).or_default().push(rating);
    }
    let mut topics: BTreeMap<String, Vec<Opinion>> = BTreeMap::new();
    for (subject, ratings) in by_subject {
        for opinion in combined(ratings, Some(subject)) {
            topics
                .entry(opinion.topic.clone())
                .or_default()
                .push(opinion);
        }
    }
    topics
}

fn topic_row(
    topic: String,
    title: Option<String>,
    declared: bool,
    opinions: &[Opinion],
) -> TopicRow {
    let ratings: Vec<&Rating> = opinions.iter().flat_map(|one| &one.ratings).collect();
    let sum: u64 = ratings.iter().map(|rating| u64::from(rating.stars)).sum();
    let mut of_each: BTreeMap<&str, usize> = BTreeMap::new();
    for rating in &ratings {
        *of_each.entry(&rating.by).or_default() += 1;
    }
    let most = of_each.values().copied().max();
    let raters: BTreeSet<&str> = of_each
        .iter()
        .filter(|(_, n)| Some(**n) == most)
        .map(|(by, _)| *by)
        .collect();
    TopicRow {
        topic,
        title,
        declared,
        rated: opinions.len(),
        ratings: ratings.len(),
        mean_stars: (!ratings.is_empty()).then(|| sum as f64 / ratings.len() as f64),
        rates_most: most.map(|_| raters.into_iter().collect::<Vec<_>>().join(", ")),
        rates_most_n: most,
    }
}

fn table(rows: &[TopicRow], any_declared: bool) -> Table {
    let mut columns = vec![
        TableColumn::left("topic"),
        TableColumn::left("title").rank(1),
        TableColumn::right("rated"),
        TableColumn::right("ratings").rank(2),
        TableColumn::right("mean"),
        TableColumn::left("rates most"),
    ];
    if !any_declared {
        columns.remove(1);
    }
    let cells = |row: &TopicRow| {
        let most = row.rates_most.as_ref().zip(row.rates_most_n);
        let mut cells = vec![
            Cell::Text(row.topic.clone()),
            Cell::text(row.title.clone()),
            Cell::Count(row.rated as i64),
            Cell::Count(row.ratings as i64),
            Cell::text(row.mean_stars.map(mean_words)),
            Cell::text(most.map(|(who, n)| format!("{who} ({n})"))),
        ];
        if !any_declared {
            cells.remove(1);
        }
        cells
    };
    Table {
        columns,
        rows: rows.iter().map(cells).collect(),
    }
}
