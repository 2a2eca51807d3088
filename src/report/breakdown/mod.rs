//! Where the process breaks, and for whom: one sentence a step.
//!
//! Between one walk over the visits and the sentences: `counts` counts who advanced, `verdict` (a function of
//! counts) says who loses beyond chance, `adjusted` whether their deals explain it, `pace` who takes longer,
//! `found` makes one verdict a step of these, `overall` asks the same of all steps together, `shown` says it and
//! `next` what to do about it.

mod adjusted;
mod counts;
mod explained;
mod found;
mod next;
mod overall;
mod pace;
mod shown;
mod verdict;

#[cfg(test)]
mod simulated;
#[cfg(test)]
mod tests;

use chrono::{Days, Months, NaiveDate};

use self::counts::{Events, stays};
use self::found::{Dimensions, Found, Loss, Section, find};
use super::convert::Converter;
use super::group::Groups;
use super::{Ask, Dimension, Report, Stages, answer, deals_are};
use crate::date;
use crate::deal::book::{Book, Columns, Needs, State};
use crate::document::{Period, row};
use crate::process::{Process, WON};
use crate::statistics::{ALARM, control_limits};

/// What it reads, beside its dimensions.
pub const BREAKDOWN: Needs = Needs::of(Columns::VISITS.and(Columns::WORTH).and(Columns::OWNER));

/// What is compared when nothing is said.
pub const BREAKDOWN_BY: [&str; 4] = ["rep", "product", "type", "source"];

/// What is asked beside what every report is.
#[derive(Clone, Copy, Debug, Default)]
pub struct AskBreakdown {
    /// What now is held against [default: the period of the same length before].
    pub against: Option<Period>,
    /// Whether the numbers behind the sentences are shown as well.
    pub explain: bool,
}

row! {
    /// One group at one step, or a whole step where `dimension` is null: only there is a verdict. A deal counts
    /// where it left the stage in the period, forward or lost.
    pub struct BreakdownRow {
        pub stage: String,
        pub next: String,
        /// everyone, few, pair, mix, calendar, routing, unclear, nothing or `insufficient_history`.
        pub verdict: Option<&'static str>,
        pub dimension: Option<String>,
        /// The group's name; null for deals that have none, and for whole steps.
        pub group: Option<String>,
        pub advanced: usize,
        pub n: usize,
        pub advanced_share: Option<f64>,
        /// After allowing for few deals.
        pub shrunk_share: Option<f64>,
        pub others_share: Option<f64>,
        pub others_n: Option<usize>,
        pub before_share: Option<f64>,
        pub before_n: usize,
        /// Between these lie 99.8 % of groups of this size that are like everybody.
        pub line_low_share: Option<f64>,
        pub line_high_share: Option<f64>,
        /// How likely as few are by chance: against everybody else, and against before.
        pub p_below: Option<f64>,
        pub p_below_adjusted: Option<f64>,
        pub p_fell: Option<f64>,
        pub p_fell_adjusted: Option<f64>,
        /// below, fell, below and fell, or explained by its deals; null when chance explains it.
        pub finding: Option<&'static str>,
        pub lost_share: Option<f64>,
        pub lost_conversions: Option<f64>,
        pub at_stake_minor: Option<i64>,
        /// The drop of a middle-sized group of the first dimension that would be found four times of five.
        pub findable_share: Option<f64>,
        pub median_days: Option<i32>,
        pub others_median_days: Option<i32>,
        pub p_slower: Option<f64>,
        pub slower: bool,
    }
}

/// Everything that is said, before it is.
struct Breakdown<'a> {
    process: &'a Process,
    stages: Stages<'a>,
    dimensions: Dimensions<'a>,
    found: Found,
    now: Period,
    before: Option<Period>,
    /// Minor units of the process currency.
    mean_won_value: Option<f64>,
}

impl Breakdown<'_> {
    /// The stages between which a step lies, as people call them.
    fn title(&self, step: usize) -> String {
        format!("{} → {}", self.stages.lines[step].1, self.next(step).1)
    }

    fn next(&self, step: usize) -> (&str, &str) {
        if step + 1 < self.stages.ranked {
            self.stages.lines[step + 1]
        } else {
            (WON, self.process.won_title.as_str())
        }
    }

    fn at_stake(&self, step: usize, loss: Loss) -> Option<i64> {
        loss.at_stake(self.found.steps[step].won_afterwards, self.mean_won_value)
    }

    /// Whether anything is known of the time before.
    fn has_before(&self) -> bool {
        self.found
            .steps
            .iter()
            .any(|step| step.pooled().before.n > 0)
    }
}

/// Where the process breaks, by `ask.by`; each dimension is one of its own.
pub fn breakdown(
    process: &Process,
    book: &Book,
    ask: &Ask,
    more: AskBreakdown,
) -> Result<Report<BreakdownRow>, String> {
    let now = ask.period.unwrap_or_else(|| year_until(book.as_of));
    let before = more.against.or_else(|| date::previous(now));
    if let Some(before) = before.filter(|before| before.from <= now.to && now.from <= before.to) {
        return Err(format!(
            "the two periods overlap: {} and {}",
            date::range(now),
            date::range(before)
        ));
    }
    let ask = &Ask {
        period: Some(now),
        ..ask.clone()
    };
    if ask.by.is_empty() {
        return Err("nothing to compare by: give `--by rep`".to_string());
    }
    let stages = Stages::new(process, book);
    let both = [Dimension::Product, Dimension::Type];
    let mut groups = ask
        .by
        .iter()
        .map(|by| Groups::new(book, std::slice::from_ref(by), &[]))
        .collect::<Result<Vec<_>, _>>()?;
    let pair = both
        .iter()
        .all(|one| ask.by.contains(one))
        .then_some(groups.len());
    if pair.is_some() {
        groups.push(Groups::new(book, &both, &[])?);
    }
    let events = Events::read(process, book, ask, &stages, (now, before));
    // A pair takes as long as its product and its type do: it is not told apart by time.
    let lengths: Vec<_> = groups
        .iter()
        .take(ask.by.len())
        .map(|groups| stays(book, ask, &stages, now, groups))
        .collect();
    let won_afterwards = events.won_afterwards(book, stages.ranked);
    let dimensions = Dimensions {
        by: &ask.by,
        groups,
        pair,
    };
    let found = find(&events, &dimensions, &lengths, &won_afterwards);
    let mut converter = Converter::new(process, book);
    let mean_won_value = mean_won_value(&mut converter, book, ask);

    let breakdown = Breakdown {
        process,
        stages,
        dimensions,
        found,
        now,
        before,
        mean_won_value,
    };
    let mut notes = converter.notes();
    notes.extend(converter.untold());
    if events.untold > 0 {
        notes.push(format!(
            "{} left out where they left a stage on a day that was never told",
            deals_are(events.untold)
        ));
    }
    if !breakdown.has_before() {
        notes.push(
            "no earlier history: groups are held against everybody else only, so it can't be said whether \
             everyone fell"
                .to_string(),
        );
    }
    let n = events.list.iter().filter(|event| !event.before).count();
    let rows = rows(&breakdown);
    let mut answer = answer(
        "salesctl/report-breakdown/1",
        process,
        book,
        ask,
        (n, rows, notes),
    );
    answer.period = Some(now);
    let overall = overall::overall(book, ask)?;
    let document = shown::document(&breakdown, ask, book, &answer, (more, overall));
    Ok(Report { answer, document })
}

fn year_until(to: NaiveDate) -> Period {
    let from = to
        .checked_sub_months(Months::new(12))
        .and_then(|from| from.checked_add_days(Days::new(1)));
    Period {
        from: from.unwrap_or(to),
        to,
    }
}

/// Of the deals won in the period that have a value.
fn mean_won_value(converter: &mut Converter<'_>, book: &Book, ask: &Ask) -> Option<f64> {
    let (mut sum, mut valued) = (0.0, 0_usize);
    for deal in 0..book.deals.len() {
        let won = book.deals.state[deal] == State::Won;
        if won
            && ask.includes(deal)
            && ask.within(book.deals.closed[deal])
            && let Some(minor) = converter.worth(deal).known()
        {
            sum += minor as f64;
            valued += 1;
        }
    }
    (valued > 0).then(|| sum / valued as f64)
}

fn rows(breakdown: &Breakdown<'_>) -> Vec<BreakdownRow> {
    let mut rows = Vec::new();
    for (at, step) in breakdown.found.steps.iter().enumerate() {
        rows.push(whole_step(breakdown, at));
        for (dimension, section) in step.sections.iter().enumerate() {
            for group in 0..section.judged.groups.len() {
                let counted = section.judged.groups[group].group;
                if counted.now.n + counted.before.n > 0 {
                    rows.push(one_group(breakdown, at, (dimension, section), group));
                }
            }
        }
    }
    rows
}

fn whole_step(breakdown: &Breakdown<'_>, at: usize) -> BreakdownRow {
    let step = &breakdown.found.steps[at];
    let pooled = step.pooled();
    let lost = step.loss.conversions > 0.0;
    BreakdownRow {
        stage: breakdown.stages.lines[at].0.to_string(),
        next: breakdown.next(at).0.to_string(),
        verdict: Some(step.said.name()),
        dimension: None,
        group: None,
        advanced: pooled.now.successes,
        n: pooled.now.n,
        advanced_share: pooled.now.rate(),
        shrunk_share: None,
        others_share: None,
        others_n: None,
        before_share: pooled.before.rate(),
        before_n: pooled.before.n,
        line_low_share: None,
        line_high_share: None,
        p_below: None,
        p_below_adjusted: None,
        p_fell: pooled.p,
        p_fell_adjusted: None,
        finding: None,
        lost_share: lost.then_some(step.loss.share),
        lost_conversions: lost.then_some(step.loss.conversions),
        at_stake_minor: breakdown.at_stake(at, step.loss).filter(|_| lost),
        findable_share: step.sections[0].judged.findable,
        median_days: None,
        others_median_days: None,
        p_slower: None,
        slower: false,
    }
}

fn one_group(
    breakdown: &Breakdown<'_>,
    at: usize,
    (dimension, section): (usize, &Section),
    group: usize,
) -> BreakdownRow {
    let judged = &section.judged;
    let compared = &judged.groups[group];
    let now = compared.group.now;
    let pace = section.paces.get(group).copied().unwrap_or_default();
    let stands = section.stands(group);
    let loss = Loss::of(compared, &judged.prior);
    let lines = judged
        .pooled
        .now
        .rate()
        .filter(|_| now.n > 0)
        .map(|rate| control_limits(rate, now.n, ALARM));
    let columns = breakdown.dimensions.groups[dimension].columns(group);
    let names: Vec<String> = columns
        .into_iter()
        .map(|(_, name)| name.unwrap_or_default())
        .collect();
    BreakdownRow {
        stage: breakdown.stages.lines[at].0.to_string(),
        next: breakdown.next(at).0.to_string(),
        verdict: None,
        dimension: Some(breakdown.dimensions.name(dimension)),
        group: Some(names.join(",")).filter(|name| !name.is_empty()),
        advanced: now.successes,
        n: now.n,
        advanced_share: now.rate(),
        shrunk_share: compared.shrunk,
        others_share: compared.others.rate(),
        others_n: Some(compared.others.n),
        before_share: compared.group.before.rate(),
        before_n: compared.group.before.n,
        line_low_share: lines.map(|(low, _)| low),
        line_high_share: lines.map(|(_, high)| high),
        p_below: compared.p_below,
        p_below_adjusted: compared.q_below,
        p_fell: compared.p_fell,
        p_fell_adjusted: compared.q_fell,
        finding: match (compared.below, compared.fell, section.explained[group]) {
            (true, true, false) => Some("below and fell"),
            (true, false, false) => Some("below"),
            (_, true, _) => Some("fell"),
            (true, false, true) => Some("explained by its deals"),
            (false, false, _) => None,
        },
        lost_share: stands.then_some(loss.share),
        lost_conversions: stands.then_some(loss.conversions),
        at_stake_minor: breakdown.at_stake(at, loss).filter(|_| stands),
        findable_share: None,
        median_days: pace.median_days,
        others_median_days: pace.others_median_days,
        p_slower: pace.adjusted,
        slower: pace.slower,
    }
}
