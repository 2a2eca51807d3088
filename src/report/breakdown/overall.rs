//! All steps together: who wins less of what was decided than the others do, where each step by itself has too few
//! deals to show it.

use super::super::group::Groups;
use super::super::win_rate::decided;
use super::super::{Ask, Dimension, percent};
use super::shown::NAMED;
use super::verdict::{Group, judge};
use crate::deal::book::Book;
use crate::text::quoted;

/// What is said of all steps together; `None` where no two reps have deals enough to be held against each other.
pub(super) fn overall(book: &Book, ask: &Ask) -> Result<Option<String>, String> {
    let by = [Dimension::Rep];
    let groups = Groups::new(book, &by, &[])?;
    let mut counts = vec![Group::default(); groups.len()];
    for deal in 0..book.deals.len() {
        if let Some(won) = decided(book, ask, deal) {
            counts[groups.of[deal] as usize].now.add(won);
        }
    }
    // By the same tests and the same margin as every step, as a family of its own.
    let judgement = judge(&[counts]);
    let compared = &judgement.sections[0].groups;
    if judgement.comparisons == 0 {
        return Ok(None);
    }
    let mut below: Vec<usize> = (0..compared.len())
        .filter(|group| compared[*group].below)
        .collect();
    if below.is_empty() {
        let nobody = "over all steps together nobody wins less than the others by more than chance";
        return Ok(Some(nobody.to_string()));
    }
    below.sort_by(|a, b| {
        let p = |group: usize| compared[group].p_below.unwrap_or(1.0);
        p(*a).total_cmp(&p(*b))
    });
    let more = match below.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let rate = |rate: Option<f64>| rate.map_or_else(|| "–".to_string(), percent);
    let named: Vec<String> = below
        .iter()
        .take(NAMED)
        .map(|group| {
            let (own, others) = (compared[*group].group.now, compared[*group].others);
            format!(
                "{} wins {} of {} where the others win {}{}",
                groups.title(*group),
                rate(own.rate()),
                own.n,
                rate(others.rate()),
                scorecard(&groups, *group, ask)
            )
        })
        .collect();
    Ok(Some(format!(
        "over all steps together: {}{more}",
        named.join("; ")
    )))
}

/// `: salesctl report scorecard lh --period …`, of the same deals; nothing of deals that nobody owns.
fn scorecard(groups: &Groups<'_>, group: usize, ask: &Ask) -> String {
    let name = groups.columns(group).into_iter().find_map(|(_, name)| name);
    let (Some(name), Some(period)) = (name, ask.period) else {
        return String::new();
    };
    format!(
        ": salesctl report scorecard {} --period {}..{}{}",
        quoted(&name),
        period.from,
        period.to,
        ask.again(&["team", "where", "as-of"])
    )
}
