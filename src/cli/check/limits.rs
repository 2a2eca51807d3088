//! The limits of `[[check]]`, and those that every process has: deals that are counted, metrics that are
//! measured.

use std::fmt::Write as _;

use anyhow::Result;

use super::{Finding, level_name};
use crate::cli::command_line::quoted;
use crate::cli::session::Session;
use crate::date::parse_period;
use crate::deal::book::{Book, Columns, Named, Needs};
use crate::fault::Fault;
use crate::money::grouped;
use crate::process::{Bound, Limit, LimitOf, Metric, MetricUnit, ROTTING};
use crate::report::{Ask, Dimension, in_unit};
use crate::report::{measure, metric_needs as needs};
use crate::text::visible;

pub(super) fn passed(session: &Session<'_>) -> Result<Vec<Finding>> {
    let process = &session.process;
    let mut wanted = Needs::default();
    for limit in &process.limits {
        wanted = wanted.and(needs_of(session, limit));
    }
    let book = session.store.book(process, session.today, &wanted)?;
    let mut found = Vec::new();
    for limit in &process.limits {
        match &limit.of {
            LimitOf::Deals(when) => counted(&book, limit, when, &mut found),
            LimitOf::Metric { name, only, period } => {
                if let Some(metric) = process.metric(name) {
                    measured(
                        session,
                        &book,
                        limit,
                        metric,
                        only.as_deref(),
                        period,
                        &mut found,
                    )?;
                }
            }
        }
    }
    Ok(found)
}

fn needs_of(session: &Session<'_>, limit: &Limit) -> Needs {
    let by = limit.by.as_deref().map(Dimension::from_name);
    let mut wanted = by.as_ref().map(Dimension::needs).unwrap_or_default();
    match &limit.of {
        LimitOf::Deals(when) => wanted.conditions.push(when.clone()),
        LimitOf::Metric { name, only, .. } => {
            wanted.conditions.extend(only.clone());
            if let Some(metric) = session.process.metric(name) {
                wanted = wanted.and(needs(&[metric], by.as_slice()));
            }
        }
    }
    wanted.and(Needs::of(Columns::NONE))
}

/// The groups of deals that a limit looks at one by one, with their names.
fn groups<'b>(book: &'b Book, by: &str) -> (&'b [Option<u32>], &'b [Named]) {
    match by {
        "rep" => (&book.deals.owner, &book.owners),
        "team" => (&book.deals.team, &book.teams),
        _ => (&book.deals.product, &book.products),
    }
}

fn counted(book: &Book, limit: &Limit, when: &str, found: &mut Vec<Finding>) {
    let Some(met) = book.conditions.get(when) else {
        return;
    };
    let deals =
        (0..book.deals.len()).filter(|deal| book.deals.state[*deal].is_open() && met[*deal]);
    let Some(by) = &limit.by else {
        let n = deals.count();
        if !limit.bound.holds(n as f64) {
            found.push(of_deals(limit, when, n, None));
        }
        return;
    };
    let (index, names) = groups(book, by);
    let mut counts = vec![0_usize; names.len()];
    for deal in deals {
        if let Some(group) = index[deal] {
            counts[group as usize] += 1;
        }
    }
    for (named, n) in names.iter().zip(counts) {
        if !limit.bound.holds(n as f64) {
            found.push(of_deals(limit, when, n, Some((by, named))));
        }
    }
}

fn of_deals(limit: &Limit, when: &str, n: usize, group: Option<(&str, &Named)>) -> Finding {
    let said = match &limit.say {
        Some(say) => visible(say),
        None => format!("meet `{}`", visible(when)),
    };
    let (deals, said) = match n {
        1 => ("open deal", for_one(&said)),
        _ => ("open deals", said),
    };
    let of = group.map(|(_, named)| format!(" of {}", visible(&named.title)));
    let limited = match limit.bound {
        Bound::AtMost(most) if most <= 0.0 => String::new(),
        Bound::AtMost(most) => format!(" (limit {most:.0})"),
        Bound::AtLeast(least) => format!(" (at least {least:.0})"),
    };
    // What rots has a report of its own, which says how long and why.
    let mut conditions: Vec<String> = Vec::new();
    let mut command = if when == ROTTING {
        "salesctl report aging".to_string()
    } else {
        conditions.push(when.to_string());
        "salesctl deal list".to_string()
    };
    match group {
        Some(("product", named)) => {
            let name = named.name.replace('\'', "''");
            if let Some(condition) = conditions.first_mut() {
                *condition = format!("({condition})");
            }
            conditions.insert(0, format!("product = '{name}'"));
        }
        Some((by, named)) => {
            let _ = write!(command, " --{by} {}", quoted(&named.name));
        }
        None => {}
    }
    if !conditions.is_empty() {
        let _ = write!(command, " --where {}", quoted(&conditions.join(" AND ")));
    }
    Finding {
        level: level_name(limit.level),
        check: limit.name.clone(),
        subject: group.map_or_else(|| "deals".to_string(), |(_, named)| visible(&named.name)),
        n: n as u64,
        message: format!(
            "{} {deals}{} {said}{limited}",
            grouped(n as u64),
            of.unwrap_or_default()
        ),
        command,
    }
}

/// `have no owner` of several is `has no owner` of one.
fn for_one(said: &str) -> String {
    let (first, rest) = said.split_once(' ').unwrap_or((said, ""));
    let first = match first {
        "have" => "has".to_string(),
        "are" => "is".to_string(),
        "were" => "was".to_string(),
        "meet" => "meets".to_string(),
        other => other.to_string(),
    };
    let rest = rest
        .replace(" and have ", " and has ")
        .replace("their stage's", "its stage's");
    format!("{first} {rest}")
}

/// `over the last 12 months`, `in 2026-Q4`
fn over(period: &str) -> String {
    let period = visible(period);
    let relative = ["last ", "this ", "next "];
    if relative.iter().any(|word| period.starts_with(word)) {
        format!("over the {period}")
    } else {
        format!("in {period}")
    }
}

fn measured(
    session: &Session<'_>,
    book: &Book,
    limit: &Limit,
    metric: &Metric,
    only: Option<&str>,
    period: &str,
    found: &mut Vec<Finding>,
) -> Result<()> {
    let process = &session.process;
    let dates = parse_period(period, session.today, process.fiscal_month).map_err(Fault::input)?;
    let ask = Ask {
        period: Some(dates),
        only: only.and_then(|only| book.conditions.get(only).cloned()),
        by: limit.by.iter().map(|by| Dimension::from_name(by)).collect(),
        ..Ask::default()
    };
    let told = measure(process, book, &[metric], &ask).map_err(Fault::usage)?;
    let number = |number: f64| in_unit(metric.unit, number, process.currency);
    for (labels, figures) in told.groups.iter().zip(&told.figures) {
        let scale = match metric.unit {
            MetricUnit::Money => process.currency.scale() as f64,
            _ => 1.0,
        };
        // What can't be known is neither too much nor too little.
        let Some(value) = figures.first().and_then(|figure| figure.value) else {
            continue;
        };
        let value = value / scale;
        if limit.bound.holds(value) {
            continue;
        }
        let group = labels.first().and_then(Option::as_ref);
        let of = group.map(|(_, title)| format!(" of {}", visible(title)));
        let what = limit.say.as_deref().unwrap_or(&metric.name);
        let by = limit.by.iter().map(|by| format!(" --by {by}"));
        let only = only.map(|only| format!(" --where {}", quoted(only)));
        found.push(Finding {
            level: level_name(limit.level),
            check: limit.name.clone(),
            subject: group.map_or_else(|| metric.name.clone(), |(name, _)| visible(name)),
            n: figures.first().map_or(0, |figure| figure.n.max(0.0) as u64),
            message: format!(
                "{}{} is {} {} ({} {})",
                visible(what),
                of.unwrap_or_default(),
                number(value),
                over(period),
                limit.bound.words(),
                number(limit.bound.number())
            ),
            command: format!(
                "salesctl metric query {} --period {}{}{}",
                quoted(&metric.name),
                quoted(period),
                by.collect::<String>(),
                only.unwrap_or_default()
            ),
        });
    }
    Ok(())
}
