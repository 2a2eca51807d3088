//! What happens to each deal, drawn before it is told: when it comes, whose it is, how far it gets.
//!
//! The plan knows no gates. It is drawn beyond today; the story stops at yesterday, which leaves deals
//! open where they happen to be, as in life.

use chrono::{Datelike, NaiveDate};

use super::cast::{COMPANIES, HEIR, LEAVER, REPS, Rep};
use super::chance::{Chance, later, quarter_end, workday};
use super::{SEED, first_day, words};
use crate::process::Process;

/// One deal's fate.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DealPlan {
    /// Index into [`COMPANIES`].
    pub(super) company: usize,
    pub(super) opened: NaiveDate,
    pub(super) rep: &'static str,
    /// Who takes over from a rep that leaves, and when.
    pub(super) heir: Option<(NaiveDate, &'static str)>,
    pub(super) product: &'static str,
    pub(super) source: &'static str,
    pub(super) title: Option<&'static str>,
    /// Whole units, as first thought.
    pub(super) value: i64,
    pub(super) stays: Vec<Stay>,
    /// The deal is moved through a gate when the demo is shown, and is left just before it.
    pub(super) shown: bool,
}

/// One stay in one stage.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stay {
    /// Index into the process's stages.
    pub(super) stage: usize,
    pub(super) until: NaiveDate,
    pub(super) end: End,
    /// From this day on nobody works on it.
    pub(super) silent: Option<NaiveDate>,
    pub(super) hold: Option<Hold>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Hold {
    pub(super) from: NaiveDate,
    pub(super) until: NaiveDate,
    pub(super) reason: &'static str,
}

/// How a stay ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum End {
    /// On to the next stage; with a reason, although something is missing.
    Advance(Option<&'static str>),
    Back,
    Won,
    Lost(&'static str),
}

/// Deals on a working day, before season and growth.
const ARRIVALS: f64 = 1.0;
/// How the months differ: few deals come in summer and at Christmas.
const SEASON: [f64; 12] = [
    0.9, 1.0, 1.15, 1.0, 0.95, 1.05, 0.8, 0.6, 1.2, 1.2, 1.1, 0.65,
];

/// Reasons for a loss, with their weights.
type Reasons = &'static [(&'static str, f64)];

/// Of each stage: share that goes on, usual days, and the reasons for a loss.
/// The second is the bottleneck: there deals wait longest and most of them end.
const STAGES: [(f64, f64, Reasons); 4] = [
    (
        0.75,
        10.0,
        &[
            ("no_fit", 4.0),
            ("timing", 2.0),
            ("no_budget", 2.0),
            ("silent", 2.0),
        ],
    ),
    (
        0.48,
        26.0,
        &[
            ("no_decision", 4.0),
            ("competitor", 3.0),
            ("silent", 2.0),
            ("no_fit", 1.0),
        ],
    ),
    (
        0.78,
        15.0,
        &[
            ("price", 3.0),
            ("competitor", 2.0),
            ("no_budget", 2.0),
            ("no_decision", 2.0),
        ],
    ),
    (
        0.87,
        16.0,
        &[("price", 3.0), ("competitor", 2.0), ("timing", 2.0)],
    ),
];

pub(super) fn draw(process: &Process, today: NaiveDate) -> Vec<DealPlan> {
    let calendar = &process.calendar;
    let first = first_day(today);
    let last = later(today, -1);
    let mut chance = Chance::new(SEED);
    let mut plans = vec![shown(process, today)];
    // Until when each company has a deal open: one at a time is what most have.
    let mut busy: Vec<Option<NaiveDate>> = vec![None; COMPANIES.len()];
    busy[0] = Some(NaiveDate::MAX);
    // Since when each company is a customer.
    let mut customer: Vec<Option<NaiveDate>> = vec![None; COMPANIES.len()];
    let mut met = 1;
    let mut day = first;
    while day <= last {
        if workday(calendar, day) == day {
            let age = day.signed_duration_since(first).num_days() as f64;
            let growth = 0.85 + 0.3 * age / 730.0;
            let season = SEASON[day.month0() as usize];
            for _ in 0..chance.arrivals(ARRIVALS * season * growth) {
                let company = company(&mut chance, &busy, &mut met, day);
                let bought = customer[company].is_some_and(|since| since < day);
                let mut own = Chance::nth(SEED, plans.len());
                let plan = deal(process, today, &mut own, (company, bought), day);
                if let Some(stay) = plan.stays.last() {
                    busy[company] = busy[company].max(Some(stay.until));
                    if stay.end == End::Won {
                        customer[company].get_or_insert(stay.until);
                    }
                }
                plans.push(plan);
            }
        }
        day = later(day, 1);
    }
    plans
}

/// A company that is met for the first time, or one we know that has no deal open.
fn company(
    chance: &mut Chance,
    busy: &[Option<NaiveDate>],
    met: &mut usize,
    day: NaiveDate,
) -> usize {
    let free: Vec<usize> = (1..*met)
        .filter(|company| busy[*company].is_some_and(|until| until < day))
        .collect();
    let is_new = *met < COMPANIES.len() && (free.len() < 4 || chance.is(0.25));
    if is_new {
        *met += 1;
        return *met - 1;
    }
    if free.is_empty() {
        return 1 + chance.below(*met - 1);
    }
    chance.one(&free)
}

fn deal(
    process: &Process,
    today: NaiveDate,
    chance: &mut Chance,
    (company, is_customer): (usize, bool),
    opened: NaiveDate,
) -> DealPlan {
    let large = COMPANIES[company].employees >= 500;
    let rep = rep_of(chance, company, today, opened);
    let product = product(chance, COMPANIES[company].employees);
    let list = process
        .products
        .iter()
        .find(|known| known.name == product)
        .and_then(|known| known.price_minor)
        .map_or(10_000.0, |minor| process.currency.major(minor));
    let size = if large { 1.35 } else { 1.0 };
    let value = (chance.around(list * size, 0.42) / 100.0).round() as i64 * 100;
    let source = if is_customer && chance.is(0.8) {
        "existing"
    } else {
        chance.weighted(&[
            ("inbound", 4.0),
            ("list", 3.0),
            ("event", 2.0),
            ("referral", 2.0),
        ])
    };
    // A recommendation opens doors; a bought address does not.
    let warmth = match source {
        "referral" => 1.2,
        "existing" => 1.12,
        "list" => 0.72,
        _ => 1.0,
    };
    let stays = stays(process, chance, opened, rep.skill * warmth, large);
    let leaves = later(today, -rep.to);
    let open_then = stays.last().is_some_and(|stay| stay.until > leaves);
    DealPlan {
        company,
        opened,
        rep: rep.name,
        heir: (rep.name == LEAVER && open_then).then(|| (workday(&process.calendar, leaves), HEIR)),
        product,
        source,
        title: (is_customer && chance.is(0.7)).then(|| chance.one(words::TITLES)),
        value: value.max(1_500),
        stays,
        shown: false,
    }
}

/// A company stays with its team; the largest are with the key accounts.
fn rep_of(chance: &mut Chance, company: usize, today: NaiveDate, day: NaiveDate) -> &'static Rep {
    let team = match COMPANIES[company].employees {
        500.. => "key",
        _ if company.is_multiple_of(2) => "north",
        _ => "south",
    };
    let ago = today.signed_duration_since(day).num_days();
    let there: Vec<(&Rep, f64)> = REPS
        .iter()
        .filter(|rep| rep.team == team && ago <= rep.from && ago > rep.to)
        .map(|rep| (rep, rep.load))
        .collect();
    chance.weighted(&there)
}

fn product(chance: &mut Chance, employees: i64) -> &'static str {
    let shares: [(&str, f64); 4] = match employees {
        500.. => [
            ("starter", 0.5),
            ("team", 2.0),
            ("works", 5.0),
            ("service", 2.0),
        ],
        50..500 => [
            ("starter", 3.0),
            ("team", 4.0),
            ("works", 1.5),
            ("service", 1.5),
        ],
        _ => [
            ("starter", 6.0),
            ("team", 2.0),
            ("works", 0.2),
            ("service", 2.0),
        ],
    };
    chance.weighted(&shares)
}

fn stays(
    process: &Process,
    chance: &mut Chance,
    opened: NaiveDate,
    skill: f64,
    large: bool,
) -> Vec<Stay> {
    let calendar = &process.calendar;
    let mut stays = Vec::new();
    let mut entered = opened;
    let mut stage = 0;
    let mut went_back = false;
    while let Some((goes_on, usual, reasons)) = STAGES.get(stage) {
        let last = stage + 1 == STAGES.len();
        let slow = if large { 1.4 } else { 1.0 };
        let mut days = chance.around(usual * slow / skill.sqrt(), 0.5).max(1.0) as i64;
        let advances = chance.is((goes_on * skill.powf(0.6)).min(0.95));
        let silent = (!advances && chance.is(0.45)).then(|| {
            // Nobody says no, and it is closed late.
            let worked = days.max(2);
            days = worked + chance.between(30, 110);
            later(entered, worked)
        });
        let hold = (silent.is_none() && chance.is(0.09)).then(|| {
            let from = workday(calendar, later(entered, days / 2));
            let until = workday(calendar, later(from, chance.between(25, 80)));
            days += until.signed_duration_since(from).num_days();
            Hold {
                from,
                until,
                reason: chance.one(words::HOLD_REASONS),
            }
        });
        let mut until = workday(calendar, later(entered, days));
        if let Some(hold) = hold {
            until = until.max(workday(calendar, later(hold.until, 1)));
        }
        let end = if !advances {
            End::Lost(match silent {
                Some(_) if chance.is(0.6) => "silent",
                Some(_) => "no_decision",
                None => chance.weighted(reasons),
            })
        } else if stage > 0 && !went_back && chance.is(0.05) {
            went_back = true;
            End::Back
        } else if last {
            if hold.is_none() {
                until = towards_quarter_end(process, chance, entered, until);
            }
            End::Won
        } else {
            End::Advance(chance.is(0.07).then(|| chance.one(words::OVERRIDES)))
        };
        stays.push(Stay {
            stage,
            until,
            end,
            silent,
            hold,
        });
        entered = until;
        match end {
            End::Advance(_) => stage += 1,
            End::Back => stage -= 1,
            End::Won | End::Lost(_) => break,
        }
    }
    stays
}

/// Half of what would be signed around the end of a quarter is signed in its last days.
fn towards_quarter_end(
    process: &Process,
    chance: &mut Chance,
    entered: NaiveDate,
    day: NaiveDate,
) -> NaiveDate {
    let end = quarter_end(day);
    let ahead = end.signed_duration_since(day).num_days();
    let before = quarter_end(later(day, -20));
    let target = if ahead <= 25 { end } else { before };
    let near = ahead <= 25 || (before < day && before > entered);
    if !near || !chance.is(0.5) {
        return day;
    }
    let mut pulled = later(target, -chance.between(0, 7));
    while workday(&process.calendar, pulled) != pulled {
        pulled = later(pulled, -1);
    }
    if pulled > entered { pulled } else { day }
}

/// The deal of the README: too small, and nobody has said what comes next.
fn shown(process: &Process, today: NaiveDate) -> DealPlan {
    DealPlan {
        company: 0,
        opened: workday(&process.calendar, later(today, -32)),
        rep: super::REP,
        heir: None,
        product: "starter",
        source: "event",
        title: None,
        value: 4_200,
        stays: vec![Stay {
            stage: 0,
            until: later(today, 30),
            end: End::Advance(None),
            silent: Some(later(today, -8)),
            hold: None,
        }],
        shown: true,
    }
}
