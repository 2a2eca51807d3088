//! What is told of a start, or of why there is none.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::super::session::Session;
use super::super::super::show::counted;
use super::super::super::staff::{Fit, Staff};
use super::choose::{Candidate, Left, Who};
use crate::date;
use crate::deal::start::{NewFollowUp, Party, Starting};
use crate::fault::Fault;
use crate::money::grouped;
use crate::store::SelectionRow;
use crate::text::visible;

pub(super) fn again(fault: Fault, selection: &SelectionRow) -> Fault {
    fault.hint(format!(
        "salesctl prospect select … --save {} chooses others",
        visible(&selection.name)
    ))
}

pub(super) fn nobody_left(selection: &SelectionRow, chosen: usize, left: &Left) -> Fault {
    let fault = Fault::no(format!(
        "nobody of {} is left to start with: {}",
        visible(&selection.name),
        left.words()
            .unwrap_or_else(|| counted(chosen, "name", "names"))
    ));
    again(fault, selection)
}

/// `✓ 40 deals from fair-2026: 14 to amy, 13 to bob, 13 to eve`
pub(super) fn told(
    session: &Session<'_>,
    selection: &SelectionRow,
    starting: &Starting,
) -> Vec<String> {
    const SHOWN: usize = 12;
    let deals = &starting.deals;
    let mut reps: BTreeMap<&str, usize> = BTreeMap::new();
    let mut stages: BTreeMap<usize, (&str, usize)> = BTreeMap::new();
    let mut due: Option<&NewFollowUp> = None;
    let mut persons = 0;
    for deal in deals {
        *reps
            .entry(deal.owner.as_deref().unwrap_or("nobody"))
            .or_default() += 1;
        let place = session.process.stage_index(&deal.stage).unwrap_or(0);
        stages.entry(place).or_insert((&deal.stage, 0)).1 += 1;
        persons += usize::from(matches!(deal.person, Some(Party::New(_))));
        let first = deal.follow_ups.iter().min_by_key(|item| item.due);
        due = [due, first]
            .into_iter()
            .flatten()
            .min_by_key(|item| item.due);
    }
    let mut to: Vec<String> = reps
        .iter()
        .take(SHOWN)
        .map(|(rep, n)| format!("{} to {}", grouped(*n as u64), visible(rep)))
        .collect();
    if reps.len() > SHOWN {
        let others: usize = reps.values().skip(SHOWN).sum();
        to.push(format!(
            "{} to {} others",
            grouped(others as u64),
            reps.len() - SHOWN
        ));
    }
    let stages: Vec<String> = stages
        .values()
        .map(|(stage, n)| {
            let title = visible(session.process.stage_title(stage));
            format!("{} in {title}", grouped(*n as u64))
        })
        .collect();
    let mut second = format!("  {}", stages.join(", "));
    for (n, one, many) in [
        (starting.accounts.len(), "new account", "new accounts"),
        (persons, "new person", "new persons"),
    ] {
        if n > 0 {
            let _ = write!(second, ", {}", counted(n, one, many));
        }
    }
    if let Some(item) = due {
        let _ = write!(
            second,
            "; first: {} {}",
            visible(&item.text),
            date::day_and_distance(item.due, session.today)
        );
    }
    vec![
        format!(
            "✓ {} from {}: {}",
            counted(deals.len(), "deal", "deals"),
            visible(&selection.name),
            to.join(", ")
        ),
        second,
    ]
}

/// A mailing may well be followed by calls, but whoever calls should know of it.
pub(super) fn contacted_before(session: &Session<'_>, candidates: &[Candidate]) -> Option<String> {
    let contacted = candidates
        .iter()
        .filter(|one| matches!(&one.who, Who::Prospect(one) if one.contacted))
        .count();
    (contacted > 0).then(|| {
        let of_them = if contacted == 1 { "was" } else { "were" };
        format!(
            "  {} of them {of_them} {}",
            grouped(contacted as u64),
            super::super::select::contacted(session)
        )
    })
}

/// What is worth knowing before the next time.
pub(super) fn advice(staff: &Staff, fit: Option<&Fit>, starting: &Starting) -> Vec<String> {
    let mut lines = Vec::new();
    if fit.is_some() && staff.without_capacity() > 0 {
        lines.push(
            "  reps without a capacity may be given everything: salesctl catalog set rep NAME --capacity N"
                .to_string(),
        );
    }
    if starting.deals.iter().any(|deal| deal.source.is_none()) {
        lines.push(
            "  no source was recorded: give --source, or `source` under [prospecting]".to_string(),
        );
    }
    lines
}
