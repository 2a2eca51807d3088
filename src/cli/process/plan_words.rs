//! What `process plan` says of deals and scenarios, in sentences.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::super::show::counted;
use super::planned::{Deals, Scenarios, Turned};
use crate::deal::plan::{Arrival, Fate, Line};
use crate::text::visible;

/// So many owners are named; the rest is counted.
const OWNERS: usize = 10;

/// `17 deals: 11 pass, 2 fail, 3 have no value, 1 need not be asked`
pub(super) fn gate_words(line: &Line) -> String {
    let total = line.deals();
    if total == 0 {
        return "no open deal is there".to_string();
    }
    let mut parts = Vec::new();
    let mut part = |n: usize, one: &str, many: &str| {
        if n > 0 {
            parts.push(counted(n, one, many));
        }
    };
    part(line.pass.len(), "passes", "pass");
    part(line.fail.len(), "fails", "fail");
    part(line.unknown.len(), "has no value", "have no value");
    part(line.spared.len(), "need not be asked", "need not be asked");
    format!("{}: {}", counted(total, "deal", "deals"), parts.join(", "))
}

/// What the changes come to, over all deals.
pub(super) fn sums(found: &Deals) -> Vec<String> {
    let mut lines = Vec::new();
    let (blocked, freed) = (found.gates.blocked.len(), found.gates.freed.len());
    if blocked + freed > 0 {
        let mut parts = Vec::new();
        if blocked > 0 {
            let deals = counted(blocked, "open deal", "open deals");
            parts.push(format!("{deals} could go on and would be blocked"));
        }
        if freed > 0 {
            let deals = counted(freed, "open deal", "open deals");
            parts.push(format!("{deals} would be blocked no longer"));
        }
        lines.push(parts.join("; "));
    }
    lines.extend(arrivals_in_words(&found.gates.arrivals));
    let late = [
        (found.late.newly.len(), "late now"),
        (found.late.no_longer.len(), "late no longer"),
    ];
    let late = late.into_iter().filter(|(n, _)| *n > 0);
    let late: Vec<String> = late
        .map(|(n, how)| format!("{} {how}", counted(n, "open deal is", "open deals are")))
        .collect();
    if !late.is_empty() {
        lines.push(late.join("; "));
    }
    let moved = found.held.iter();
    let moved = moved.filter(|held| matches!(held.fate, Fate::Moved(_)));
    let moved = moved.map(|held| held.deals.len()).sum();
    lines.extend(anew(moved, found.late.begun_anew.len()));
    lines
}

/// That the days in the stage of deals that are moved count from the change on, and what that does to late ones.
fn anew(moved: usize, late: usize) -> Option<String> {
    let what = match moved {
        0 => return None,
        1 => "the deal that is moved begins its days in the new stage anew".to_string(),
        n => format!("the {n} deals that are moved begin their days in the new stage anew"),
    };
    Some(match (moved, late) {
        (_, 0) => what,
        (1, _) => format!("{what}: it is late no longer"),
        (_, late) => format!("{what}: {} late no longer", counted(late, "is", "are")),
    })
}

/// How deals that come to a stage stand before its gate, wherever they come from.
fn arrivals_in_words(arrivals: &[Arrival]) -> Vec<String> {
    let mut stages: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for arrival in arrivals {
        let (deals, blocked) = stages.entry(&arrival.stage).or_default();
        *deals += arrival.deals;
        *blocked += arrival.blocked.len();
    }
    let words = stages.into_iter().map(|(stage, (deals, blocked))| {
        let who = match (deals, blocked) {
            (1, _) => "the deal that goes".to_string(),
            (n, blocked) if blocked == 0 || blocked == n => format!("all {n} deals that go"),
            (n, blocked) => format!("{blocked} of {n} deals that go"),
        };
        let verb = if blocked == 0 {
            "pass"
        } else {
            "be blocked at"
        };
        format!("{who} to {} would {verb} the gate there", visible(stage))
    });
    words.collect()
}

/// Who is to be told: the owners of deals that would be blocked or late, the most of them first.
pub(super) fn owners(found: &Deals) -> Vec<String> {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let owner = |deal: u32| {
        let owner = found.book.deals.owner[deal as usize];
        let owner = owner.and_then(|owner| found.book.owners.get(owner as usize));
        owner.map_or("nobody's", |owner| owner.name.as_str())
    };
    let arrivals = found.gates.arrivals.iter();
    let arrived = arrivals.flat_map(|arrival| arrival.blocked.iter().map(|(deal, _)| deal));
    for deal in found.gates.blocked.iter().chain(arrived) {
        counts.entry(owner(*deal)).or_default().0 += 1;
    }
    for (deal, _) in &found.late.newly {
        counts.entry(owner(*deal)).or_default().1 += 1;
    }
    let mut counts: Vec<(&str, (usize, usize))> = counts.into_iter().collect();
    counts.sort_by_key(|(_, (blocked, late))| Reverse(blocked + late));
    let rest = counts.split_off(counts.len().min(OWNERS));
    let mut lines: Vec<String> = counts
        .into_iter()
        .map(|(name, (blocked, late))| format!("{}: {}", visible(name), of_owner(blocked, late)))
        .collect();
    if !rest.is_empty() {
        let sum = |part: fn(&(usize, usize)) -> usize| rest.iter().map(|(_, n)| part(n)).sum();
        lines.push(format!(
            "{}: {}",
            counted(rest.len(), "more owner", "more owners"),
            of_owner(sum(|n| n.0), sum(|n| n.1))
        ));
    }
    lines
}

/// `7 deals blocked, 2 late`
fn of_owner(blocked: usize, late: usize) -> String {
    let deals = |n: usize| counted(n, "deal", "deals");
    match (blocked, late) {
        (blocked, 0) => format!("{} blocked", deals(blocked)),
        (0, late) => format!("{} late", deals(late)),
        (blocked, late) => format!("{} blocked, {late} late", deals(blocked)),
    }
}

/// What the change makes of the scenarios; `None` where there are none.
pub(super) fn test_line(tests: &Scenarios) -> Option<String> {
    if tests.total == 0 {
        return None;
    }
    let place = |turned: &Turned| {
        format!(
            "\"{}\" ({}:{})",
            visible(&turned.name),
            turned.file,
            turned.line
        )
    };
    let list = |after: bool| -> Vec<String> {
        let turned = tests.turned.iter().filter(|turned| turned.after == after);
        turned.map(place).collect()
    };
    let (fails, holds) = (list(false), list(true));
    let mut parts = vec![counted(tests.total, "scenario", "scenarios")];
    match fails.len() {
        0 => {}
        1 => parts.push(format!("1 fails now: {}", fails[0])),
        n => parts.push(format!("{n} fail now: {}", fails.join(", "))),
    }
    match tests.failing - fails.len() {
        0 => {}
        1 => parts.push("1 fails as before".to_string()),
        n => parts.push(format!("{n} fail as before")),
    }
    match holds.len() {
        0 => {}
        1 => parts.push(format!("1 holds now: {}", holds[0])),
        n => parts.push(format!("{n} hold now: {}", holds.join(", "))),
    }
    if parts.len() == 1 {
        parts.push("none of another outcome".to_string());
    }
    Some(format!("tests: {}", parts.join(", ")))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(7, 2, "7 deals blocked, 2 late")]
    #[case(1, 0, "1 deal blocked")]
    #[case(0, 3, "3 deals late")]
    fn what_an_owner_is_told(#[case] blocked: usize, #[case] late: usize, #[case] words: &str) {
        assert_eq!(of_owner(blocked, late), words);
    }

    /// Of 4 scenarios 3 fail: one turned now, so that two did before.
    #[rstest]
    #[case(
        4,
        3,
        true,
        Some("tests: 4 scenarios, 1 fails now: \"a\" (p.toml:3), 2 fail as before")
    )]
    #[case(4, 1, false, Some("tests: 4 scenarios, 1 fails as before"))]
    #[case(4, 0, false, Some("tests: 4 scenarios, none of another outcome"))]
    #[case(0, 0, false, None)]
    fn what_fails_is_told_again(
        #[case] total: usize,
        #[case] failing: usize,
        #[case] turned: bool,
        #[case] line: Option<&str>,
    ) {
        let one = Turned {
            name: "a".to_string(),
            file: "p.toml".to_string(),
            line: 3,
            before: Some(true),
            after: false,
        };
        let tests = Scenarios {
            total,
            failing,
            turned: Some(one).filter(|_| turned).into_iter().collect(),
        };
        assert_eq!(test_line(&tests).as_deref(), line);
    }

    fn arrival(stage: &str, deals: usize, blocked: u32) -> Arrival {
        Arrival {
            stage: stage.to_string(),
            deals,
            blocked: (0..blocked).map(|deal| (deal, Vec::new())).collect(),
        }
    }

    #[rstest]
    #[case::one(&[("offer", 1, 1)], &["the deal that goes to offer would be blocked at the gate there"])]
    #[case::one_passes(&[("offer", 1, 0)], &["the deal that goes to offer would pass the gate there"])]
    #[case::all_pass(&[("offer", 3, 0)], &["all 3 deals that go to offer would pass the gate there"])]
    // Of two stages that are gone: 2 of 4 and 1 of 1 come to 3 of 5.
    #[case::of_two_stages(
        &[("offer", 4, 2), ("offer", 1, 1), ("demo", 2, 2)],
        &[
            "all 2 deals that go to demo would be blocked at the gate there",
            "3 of 5 deals that go to offer would be blocked at the gate there",
        ]
    )]
    fn deals_that_come_to_a_stage(#[case] came: &[(&str, usize, u32)], #[case] words: &[&str]) {
        let came: Vec<Arrival> = came
            .iter()
            .map(|(stage, deals, blocked)| arrival(stage, *deals, *blocked))
            .collect();
        assert_eq!(arrivals_in_words(&came), words);
    }

    #[rstest]
    #[case::none(0, 0, None)]
    #[case::one(
        1,
        0,
        Some("the deal that is moved begins its days in the new stage anew")
    )]
    #[case::one_late(
        1,
        1,
        Some("the deal that is moved begins its days in the new stage anew: it is late no longer")
    )]
    #[case::some_late(
        9,
        4,
        Some(
            "the 9 deals that are moved begin their days in the new stage anew: 4 are late no longer"
        )
    )]
    fn days_of_deals_that_are_moved(
        #[case] moved: usize,
        #[case] late: usize,
        #[case] words: Option<&str>,
    ) {
        assert_eq!(anew(moved, late).as_deref(), words);
    }
}
