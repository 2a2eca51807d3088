//! `process show`: what the process, or one stage, is for, what it needs and why.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::OutputArgs;
use super::shown::{Shown, stage};
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::process::{Metric, Process, RESULTS, Stage, Whose};

/// Tell what a stage is for, what it needs and why; without a stage, the whole way
///
/// With --process FILE it shows a draft.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl process show\n  salesctl process show qualify\n  salesctl process show --origin"
)]
pub(crate) struct Args {
    /// One stage in full [default: all of them in short]
    #[arg(add = super::super::completion::stages())]
    stage: Option<String>,
    /// Which file each thing comes from, where one extends another
    #[arg(long)]
    origin: bool,
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// One line of the answer.
    struct StageRow {
        stage: String,
        title: String,
        objective: Option<String>,
        buyer: Option<String>,
        probability_share: Option<f64>,
        typical: Option<String>,
        limit: Option<String>,
        requires: Vec<String>,
        steps: Vec<String>,
        exit: Vec<String>,
        tools: Vec<String>,
        follow_up: Vec<String>,
        next: Vec<String>,
        back: Vec<String>,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let shown = Shown::of(cx)?;
    let process = shown.process();
    let chosen: Vec<&Stage> = match &args.stage {
        None => process.stages.iter().collect(),
        Some(typed) => vec![stage(process, typed)?],
    };
    let rows: Vec<StageRow> = chosen.iter().map(|stage| row(stage)).collect();
    if args.origin {
        let named = args.stage.as_ref().map(|_| chosen[0].name.as_str());
        return super::origin::show(cx, &shown, named, &args.output);
    }
    let document = match (&args.stage, chosen.as_slice()) {
        (Some(_), [stage]) => one(&shown, stage),
        _ => whole(&shown),
    };
    let answer = shown.answer("salesctl/process/1", rows);
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

fn row(stage: &Stage) -> StageRow {
    StageRow {
        stage: stage.name.clone(),
        title: stage.title.clone(),
        objective: stage.objective.clone(),
        buyer: stage.buyer.clone(),
        probability_share: stage.probability,
        typical: stage.typical.map(|span| span.to_string()),
        limit: stage.limit.map(|span| span.to_string()),
        requires: stage
            .requires
            .iter()
            .map(|one| one.what.name().to_string())
            .collect(),
        steps: stage.steps.iter().map(|step| step.name.clone()).collect(),
        exit: stage
            .exit
            .iter()
            .map(|criterion| criterion.when.text.clone())
            .collect(),
        tools: stage.tools.iter().map(|tool| tool.name.clone()).collect(),
        follow_up: stage
            .follow_ups
            .iter()
            .map(|rule| format!("{}, {}", rule.say, stage.when(rule)))
            .collect(),
        next: stage.next.clone(),
        back: stage.back.clone(),
    }
}

fn whole(shown: &Shown<'_>) -> Document {
    let process = shown.process();
    let rows = process
        .stages
        .iter()
        .map(|stage| {
            let text =
                |text: Option<&String>| text.map_or(Cell::Nothing, |text| Cell::Text(text.clone()));
            vec![
                Cell::Text(stage.name.clone()),
                text(stage.objective.as_ref()),
                stage
                    .limit
                    .map_or(Cell::Nothing, |limit| Cell::Text(limit.to_string())),
                Cell::Text(
                    stage
                        .requires
                        .iter()
                        .map(|required| required.what.name())
                        .collect::<Vec<_>>()
                        .join(", "),
                ),
                stage.probability.map_or(Cell::Nothing, Cell::Share),
            ]
        })
        .collect();
    let reasons: Vec<&str> = process
        .lost_reasons
        .iter()
        .map(|reason| reason.name.as_str())
        .collect();
    let document = Document::default()
        .heading(shown.title())
        .table(Table {
            columns: vec![
                TableColumn::left("stage"),
                TableColumn::left("objective"),
                TableColumn::right("limit"),
                TableColumn::left("requires"),
                TableColumn::right("prior").rank(3),
            ],
            rows,
        })
        .line(format!("lost for: {}", reasons.join(", ")));
    watched(prospecting(document, process), process)
        .line("salesctl process show STAGE says what a stage needs, and why")
}

/// What is measured, aimed at and looked for, with the command that shows more of each.
fn watched(mut document: Document, process: &Process) -> Document {
    let (standard, own): (Vec<&Metric>, Vec<&Metric>) =
        process.metrics().partition(|metric| metric.standard);
    let standard = standard.len();
    let own: Vec<&str> = own.iter().map(|metric| metric.name.as_str()).collect();
    document = document.line(if own.is_empty() {
        format!("measured by: {standard} standard metrics (salesctl metric list)")
    } else {
        format!(
            "measured by: {}, and {standard} standard metrics (salesctl metric list)",
            own.join(", ")
        )
    });
    let mut targets: Vec<String> = Vec::new();
    for target in &process.targets {
        let one = match &target.whose {
            Whose::Company => target.metric.clone(),
            whose => format!("{} of {}", target.metric, whose.name()),
        };
        if !targets.contains(&one) {
            targets.push(one);
        }
    }
    if !targets.is_empty() {
        document = document.line(format!(
            "aims at: {} (salesctl report targets)",
            targets.join(", ")
        ));
    }
    let limits: Vec<&str> = process
        .limits
        .iter()
        .map(|limit| limit.name.as_str())
        .collect();
    document.line(format!(
        "looked for: {} (salesctl check)",
        limits.join(", ")
    ))
}

/// What makes a name worth a seller's time, and where its deal starts.
fn prospecting(document: Document, process: &Process) -> Document {
    let rules = &process.prospecting;
    let mut document = document.line(format!(
        "nobody is selected again within {} of the last contact",
        rules.contact_gap
    ));
    if !process.topics.is_empty() {
        let topics: Vec<&str> = process
            .topics
            .iter()
            .map(|topic| topic.name.as_str())
            .collect();
        document = document.line(format!("rated by: {}", topics.join(", ")));
    }
    let starts: Vec<String> = rules
        .start_stage
        .iter()
        .map(|(priority, stage)| format!("{} priority starts in {stage}", priority.name()))
        .collect();
    if !starts.is_empty() {
        document = document.line(starts.join(", "));
    }
    let (Some(high), Some(medium)) = (rules.high, rules.medium) else {
        return document;
    };
    let rows = process
        .scores
        .iter()
        .map(|rule| {
            vec![
                Cell::Text(format!("{:+}", rule.points)),
                Cell::text(rule.say.clone()),
                Cell::Text(rule.when.text.clone()),
            ]
        })
        .collect();
    document
        .line(format!(
            "points: high priority from {high}, medium from {medium}"
        ))
        .table(Table {
            columns: vec![
                TableColumn::right("points"),
                TableColumn::left("because"),
                TableColumn::left("when"),
            ],
            rows,
        })
}

fn one(shown: &Shown<'_>, stage: &Stage) -> Document {
    let process = shown.process();
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut line = |name: &str, value: String, why: Option<&str>| {
        rows.push(vec![
            Cell::Text(name.to_string()),
            Cell::Text(value),
            Cell::Text(why.map(|why| format!("why: {why}")).unwrap_or_default()),
        ]);
    };
    if !stage.only.0.is_empty() {
        line("for", stage.only.0.join(", "), None);
    }
    if let Some(buyer) = &stage.buyer {
        line("buyer", buyer.clone(), None);
    }
    if let Some(timing) = stage.timing() {
        line("timing", timing, None);
    }
    for required in &stage.requires {
        let requirement = &required.what;
        let (ask, why) = process.asked(requirement);
        let asked = ask.map(|ask| format!(": {ask}")).unwrap_or_default();
        let only = required.in_words();
        line("needs", format!("{}{asked}{only}", requirement.name()), why);
    }
    for step in &stage.steps {
        let kind = if step.required { "step" } else { "advised" };
        let who = step
            .who
            .as_ref()
            .map(|who| format!(" ({who})"))
            .unwrap_or_default();
        line(
            kind,
            format!("{}: {}{who}{}", step.name, step.title, step.in_words()),
            step.why.as_deref(),
        );
    }
    for criterion in &stage.exit {
        line(
            "leaves when",
            format!(
                "{} ({}){}",
                criterion.say,
                criterion.when.text,
                criterion.only.in_words()
            ),
            criterion.why.as_deref(),
        );
    }
    for tool in &stage.tools {
        let place = tool
            .link
            .as_ref()
            .map(|link| format!(": {link}"))
            .unwrap_or_default();
        line(
            "tool",
            format!("{}{place}{}", tool.name, tool.only.in_words()),
            None,
        );
    }
    for rule in &stage.follow_ups {
        line(
            "follow-up",
            format!("{}, {}{}", rule.say, stage.when(rule), rule.only.in_words()),
            rule.why.as_deref(),
        );
    }
    // From what a share of its owner's deals is worked out, nobody can see in the condition.
    for column in process.engine.columns() {
        let name = column.name.as_str();
        if RESULTS.contains(&name) && stage.reads().any(|read| read == name) {
            line("counts", format!("{name}: {}", column.doc), None);
        }
    }
    line("goes on to", stage.next.join(", "), None);
    if !stage.back.is_empty() {
        line("may go back to", stage.back.join(", "), None);
    }
    let heading = match shown {
        Shown::InForce(session) => format!("{}, process version {}", stage.title, session.version),
        Shown::Draft { label, .. } => format!("{}, {label}", stage.title),
    };
    let document = Document::default().heading(heading);
    let document = match &stage.objective {
        Some(objective) => document.line(objective.clone()),
        None => document,
    };
    document.table(Table {
        columns: vec![
            TableColumn::left(""),
            TableColumn::left(""),
            TableColumn::left(""),
        ],
        rows,
    })
}
