//! From the file as written to a sound [`Process`], or to every [`Problem`] at once.

use std::collections::BTreeSet;

use toml::de::DeTable;

use super::definition::{Definition, TypeWritten};
use super::expression::condition;
use super::fields::can_name_field;
use super::names::{titled, unique};
use super::reader::{At, Reader};
use super::stages::StageWritten;
use super::whole::{MAX_BYTES, Whole};
use super::{
    Criterion, CustomerType, Field, FieldOf, LOST, Level, Names, Problem, Process, Prospecting,
    Reason, ScoreRule, Stage, Topic, WON, asked, deal_columns, layers, limit, metric_check,
    prospect_columns, prospecting, relations, removed, scenario, standard_metrics, target,
};
use crate::condition::Engine;

/// What checking a process file gives.
#[derive(Debug)]
pub struct Checked {
    /// `None` as soon as one problem is an error.
    pub process: Option<Process>,
    /// In the order of their places.
    pub problems: Vec<Problem>,
}

/// Checks the text of a process file. `path_label` is what problems call the file.
pub fn check(path_label: &str, text: &str) -> Checked {
    if text.len() > MAX_BYTES {
        let message = format!("`{path_label}` has {} bytes", text.len());
        let label = format!("expected a process file of at most {MAX_BYTES} bytes");
        let problem = Problem::error(0..0, message, label);
        return Checked {
            process: None,
            problems: vec![problem],
        };
    }
    let (whole, clean) = Whole::read(path_label, text);
    let reader = Reader::new(&whole.text, whole.is_damaged());
    let (mut table, removed) = whole.table(&reader, clean);
    reader.note_removed(path_label, &removed);
    let gone = removed::stages_gone(removed);
    let tests = table.remove_entry("test");
    let definition = Definition::read(&reader, path_label, table);
    relations::moved(&reader, &definition.stages, &gone);
    let mut process = process(&reader, definition, layers::beginnings(text));
    if let Some(process) = &mut process {
        process.gone = gone.into_iter().map(|gone| gone.gone).collect();
    }
    if let (Some(process), Some(tests)) = (&mut process, tests) {
        process.scenarios = scenario::of_file(&reader, DeTable::from_iter([tests]), process);
    }
    let problems = whole.settle(reader.into_problems());
    let sound = problems.iter().all(|problem| problem.level != Level::Error);
    Checked {
        process: process.filter(|_| sound),
        problems,
    }
}

/// Relates what was read. The process is only to be used when nothing was reported.
fn process(
    reader: &Reader<'_>,
    definition: Definition,
    files: Vec<(String, usize)>,
) -> Option<Process> {
    relations::people(reader, &definition);
    let (won_title, lost_title, lost_reasons) = ends(reader, &definition);
    relations::requirements(reader, &definition);
    relations::ways(reader, &definition.stages);
    relations::probabilities(reader, &definition.stages);
    relations::timing(reader, &definition.stages);
    let engine = engine(reader, &definition)?;
    unique(
        reader,
        "customer type",
        definition.customer_types.iter().map(|kind| &kind.name),
    );
    let types = definition.customer_types.iter();
    let types: Vec<&str> = types.map(|kind| kind.name.value.as_str()).collect();
    reader.unknown_types(&types);
    let customer_types = customer_types(reader, &engine, definition.customer_types);
    let order: Vec<String> = definition
        .stages
        .iter()
        .map(|stage| stage.name.value.clone())
        .collect();
    let sources: Vec<String> = definition
        .sources
        .iter()
        .map(|source| source.value.name.clone())
        .collect();
    let (prospecting, scores, topics) = prospecting(
        reader,
        definition.prospecting,
        &definition.fields,
        &order,
        &sources,
    )?;
    let fields: Vec<String> = definition
        .fields
        .iter()
        .filter(|field| field.value.of != FieldOf::BuiltIn)
        .map(|field| field.value.name.clone())
        .collect();
    let known = metric_check::Known {
        stages: &order,
        fields: &fields,
        condition: &|when| condition(reader, &engine, when),
        others: standard_metrics(),
    };
    let own_metrics = metric_check::check(reader, definition.metrics, &known);
    let names = target::Known {
        metrics: own_metrics.iter().chain(standard_metrics()).collect(),
        teams: &definition.teams,
        reps: &definition.reps,
        products: &definition.products,
    };
    let targets = target::check(reader, &definition.targets.targets, &names);
    let silent_days = limit::silent_days(&definition.stages);
    let limits = limit::check(
        reader,
        definition.targets.limits,
        silent_days,
        &names,
        |when| condition(reader, &engine, when),
    );
    let stages = definition
        .stages
        .into_iter()
        .enumerate()
        .map(|(at, written)| stage(reader, &engine, &order, at, written))
        .collect();
    Some(Process {
        name: definition.name,
        selling_model: definition.selling_model,
        currency: definition.currency?,
        fiscal_month: definition.fiscal_month,
        calendar: definition.calendar,
        owner: definition.owner,
        review_every: definition.review_every,
        fields: definition
            .fields
            .into_iter()
            .map(|field| field.value)
            .collect(),
        roles: definition
            .roles
            .into_iter()
            .map(|rule| rule.value)
            .collect(),
        customer_types,
        stages,
        gone: Vec::new(),
        lost_reasons,
        won_title,
        lost_title,
        teams: definition
            .teams
            .into_iter()
            .map(|team| team.value)
            .collect(),
        reps: definition
            .reps
            .into_iter()
            .map(|person| person.rep)
            .collect(),
        products: definition
            .products
            .into_iter()
            .map(|product| product.value)
            .collect(),
        sources: definition
            .sources
            .into_iter()
            .map(|source| source.value)
            .collect(),
        prospecting,
        scores,
        topics,
        targets,
        silent_days,
        limits,
        own_metrics,
        margin: definition.margin,
        rates: definition.rates,
        settings: definition.settings,
        calls_by_name: definition.calls_by_name,
        scenarios: Vec::new(),
        files,
        engine,
    })
}

/// Conditions of points read what is known of a name; most processes score nobody and need no engine for it.
fn prospecting(
    reader: &Reader<'_>,
    written: prospecting::Written,
    fields: &[At<Field>],
    stages: &[String],
    sources: &[String],
) -> Option<(Prospecting, Vec<ScoreRule>, Vec<Topic>)> {
    let engine = if written.scores.is_empty() {
        None
    } else {
        let fields: Vec<Field> = fields.iter().map(|field| field.value.clone()).collect();
        match Engine::new(prospect_columns(&fields, false)) {
            Ok(engine) => Some(engine),
            Err(error) => {
                let message = "what is known of prospects cannot be laid out as columns";
                reader.error(0..0, message, error.root_cause().to_string());
                return None;
            }
        }
    };
    Some(prospecting::check(
        reader,
        written,
        stages,
        sources,
        |when| condition(reader, engine.as_ref()?, when),
    ))
}

fn ends(reader: &Reader<'_>, definition: &Definition) -> (String, String, Vec<Reason>) {
    unique(reader, "end", definition.ends.iter().map(|end| &end.name));
    let end = |name: &str| definition.ends.iter().find(|end| end.name.value == name);
    let title = |name: &str| {
        end(name)
            .and_then(|end| end.title.clone())
            .unwrap_or_else(|| titled(name))
    };
    let lost = end(LOST);
    let reasons = lost.map(|lost| lost.reasons.clone()).unwrap_or_default();
    if reasons.is_empty() {
        let span = lost.map_or(0..0, |lost| lost.span.clone());
        let label = if lost.is_some() {
            "add `reasons = [\"price\", …]`"
        } else {
            "add `[[end]]` with `name = \"lost\"` and `reasons = [\"price\", …]`"
        };
        reader.absent(span, "no reason for a loss is defined", label);
    }
    (title(WON), title(LOST), reasons)
}

/// Lays out the columns; `None` when names or numbers of fields make that impossible.
fn engine(reader: &Reader<'_>, definition: &Definition) -> Option<Engine> {
    let mut seen = BTreeSet::new();
    let steps: Vec<String> = definition
        .stages
        .iter()
        .flat_map(|stage| &stage.steps)
        .filter(|step| seen.insert(&step.name))
        .map(|step| step.name.clone())
        .collect();
    // A field whose name shadows a column was reported; a second column of that name cannot be made.
    let fields: Vec<Field> = definition
        .fields
        .iter()
        .map(|field| field.value.clone())
        .filter(|field| field.of == FieldOf::BuiltIn || can_name_field(&field.name))
        .collect();
    let stages = definition.stages.iter().map(|stage| &stage.name.value);
    let types = definition
        .customer_types
        .iter()
        .map(|kind| &kind.name.value);
    let names = Names {
        steps: &steps,
        stages: &stages.cloned().collect::<Vec<_>>(),
        customer_types: &types.cloned().collect::<Vec<_>>(),
    };
    let engine = match Engine::new(deal_columns(&fields, &names)) {
        Ok(engine) => engine,
        Err(error) => {
            let message = "the fields cannot be laid out as columns";
            reader.error(0..0, message, error.root_cause().to_string());
            return None;
        }
    };
    for field in &definition.fields {
        let name = &field.value.name;
        let usable = engine
            .check(name)
            .is_ok_and(|condition| condition.reads == [name.as_str()]);
        if field.value.of != FieldOf::BuiltIn && !usable && can_name_field(name) {
            let message = format!("`{name}` cannot name a field");
            reader.error(
                field.span.clone(),
                message,
                "conditions are SQL, where this is a word of its own",
            );
        }
    }
    Some(engine)
}

fn customer_types(
    reader: &Reader<'_>,
    engine: &Engine,
    written: Vec<TypeWritten>,
) -> Vec<CustomerType> {
    let mut types: Vec<CustomerType> = written
        .into_iter()
        .map(|kind| CustomerType {
            name: kind.name.value,
            description: kind.description,
            when: kind.when.and_then(|when| condition(reader, engine, &when)),
            priority: kind.priority,
        })
        .collect();
    types.sort_by_key(|kind| std::cmp::Reverse(kind.priority));
    types
}

fn stage(
    reader: &Reader<'_>,
    engine: &Engine,
    order: &[String],
    at: usize,
    written: StageWritten,
) -> Stage {
    for step in written
        .follow_ups
        .iter()
        .filter_map(|rule| rule.step.as_ref())
    {
        let steps = written.steps.iter().map(|step| step.name.as_str());
        if !steps.clone().any(|known| known == step.value) {
            reader.unknown("step", step, steps);
        }
    }
    let exit = written.exit.into_iter().filter_map(|criterion| {
        let when = condition(reader, engine, &criterion.when)?;
        Some(Criterion {
            when,
            say: criterion.say,
            why: criterion.why,
            only: criterion.only,
            lines: criterion.lines,
        })
    });
    let tools = written.tools.into_iter();
    let tools = tools.map(|tool| tool.checked(reader, engine));
    let values = |names: Vec<At<String>>| -> Vec<String> {
        names.into_iter().map(|name| name.value).collect()
    };
    let default_next = || {
        vec![
            order
                .get(at + 1)
                .cloned()
                .unwrap_or_else(|| WON.to_string()),
        ]
    };
    Stage {
        name: written.name.value,
        moved_from: values(written.moved_from),
        title: written.title,
        objective: written.objective,
        buyer: written.buyer,
        probability: written.probability.map(|share| share.value),
        typical: written.typical,
        limit: written.limit.map(|limit| limit.value),
        most_visits: written.most_visits,
        only: written.only,
        requires: asked::required(reader, engine, written.requires),
        steps: asked::steps(reader, engine, written.steps, written.steps_asked),
        exit: exit.collect(),
        tools: tools.collect(),
        follow_ups: written
            .follow_ups
            .into_iter()
            .map(|rule| rule.rule)
            .collect(),
        next: written.next.map_or_else(default_next, values),
        back: written.back.map_or_else(|| order[..at].to_vec(), values),
        lines: written.lines,
    }
}
