//! What to do about a sentence of the breakdown: the command that looks closer, or that moves the deals.
//!
//! It asks about the period of the sentence, and names the groups as commands take them.

use super::super::Dimension;
use super::super::group::Label;
use super::Breakdown;
use super::found::{Said, Section, Step};
use crate::document::Period;
use crate::text::quoted;

/// Reps set side by side in one command; more would not fit a line.
const BESIDE: usize = 5;

/// The command that follows from the verdict of a step; none where nothing was found.
pub(super) fn of_step(
    breakdown: &Breakdown<'_>,
    at: usize,
    losing: impl Fn(&Section) -> Vec<usize>,
) -> Option<String> {
    let step = &breakdown.found.steps[at];
    let period = period(breakdown.now);
    match step.said {
        Said::Everyone => Some(format!(
            "salesctl process show {}",
            quoted(breakdown.stages.lines[at].0)
        )),
        Said::Few(dimension) => few(
            breakdown,
            step,
            dimension,
            &losing(&step.sections[dimension]),
        ),
        Said::Pair => {
            let pair = breakdown.dimensions.pair?;
            let worst = *losing(&step.sections[pair]).first()?;
            let groups = &breakdown.dimensions.groups[pair];
            Some(format!(
                "salesctl assign suggest --where {}",
                quoted(&condition(&groups.names, &groups.labels[worst]))
            ))
        }
        Said::Mix => Some(format!(
            "salesctl report win-rate --by product,type {period}"
        )),
        Said::Routing => Some(format!(
            "salesctl report win-rate --by rep,product {period}"
        )),
        Said::Calendar => Some("salesctl report cohorts".to_string()),
        // What stands behind it is offered below all sentences.
        Said::Unclear | Said::Nothing | Said::Insufficient => None,
    }
}

/// For groups that take longer: where it stands still now.
pub(super) fn of_slower(breakdown: &Breakdown<'_>, dimension: usize, slowest: usize) -> String {
    let groups = &breakdown.dimensions.groups[dimension];
    let labels = &groups.labels[slowest];
    match (breakdown.dimensions.by.get(dimension), labels.first()) {
        (Some(Dimension::Rep), Some(Some((name, _)))) => {
            format!("salesctl report aging --rep {}", quoted(name))
        }
        (Some(Dimension::Team), Some(Some((name, _)))) => {
            format!("salesctl report aging --team {}", quoted(name))
        }
        (Some(Dimension::Rep | Dimension::Team), _) => "salesctl report aging".to_string(),
        _ => format!(
            "salesctl report aging --where {}",
            quoted(&condition(&groups.names, labels))
        ),
    }
}

fn few(
    breakdown: &Breakdown<'_>,
    step: &Step,
    dimension: usize,
    losing: &[usize],
) -> Option<String> {
    let period = period(breakdown.now);
    let groups = &breakdown.dimensions.groups[dimension];
    if breakdown.dimensions.by.get(dimension) != Some(&Dimension::Rep) {
        let name = breakdown.dimensions.name(dimension);
        return Some(format!(
            "salesctl report losses --by {} {period}",
            quoted(&name)
        ));
    }
    let name = |group: &usize| Some(quoted(groups.labels[*group].first()?.as_ref()?.0));
    let losing: Vec<String> = losing.iter().filter_map(name).take(BESIDE).collect();
    // Training is taking over what those do who do best here.
    let best = best(&step.sections[dimension], |group| name(&group).is_some());
    match best.and_then(|best| name(&best)) {
        _ if losing.is_empty() => None,
        Some(best) => Some(format!(
            "salesctl report compare {} {best} {period}",
            losing.join(" ")
        )),
        None => Some(format!("salesctl report scorecard {}", losing[0])),
    }
}

/// Who advances the largest share, allowing for few deals, and loses nowhere here.
fn best(section: &Section, has_name: impl Fn(usize) -> bool) -> Option<usize> {
    let groups = section.judged.groups.iter().enumerate();
    groups
        .filter(|(group, _)| !section.stands(*group) && has_name(*group))
        .filter_map(|(group, compared)| Some((group, compared.shrunk?)))
        .max_by(|(first, a), (second, b)| a.total_cmp(b).then(second.cmp(first)))
        .map(|(group, _)| group)
}

/// `product = 'pro' and type = 'large'`.
fn condition(names: &[&str], labels: &[Label<'_>]) -> String {
    let parts: Vec<String> = names
        .iter()
        .zip(labels)
        .map(|(name, label)| match label {
            Some((value, _)) => format!("{name} = '{}'", value.replace('\'', "''")),
            None => format!("{name} is null"),
        })
        .collect();
    parts.join(" and ")
}

fn period(now: Period) -> String {
    format!("--period {}..{}", now.from, now.to)
}
