//! A process file drafted from an event log, with the figures beside each line, so that whoever edits it
//! sees what it rests on.

use super::discover::{EventLog, Measures, Order};
use super::format::formatted;
use super::names::{each_its_own, slugified};
use super::{LOST, WON};
use crate::money::{Currency, grouped};
use crate::text::visible;

/// Words that mean the two ends in most systems, as names are written.
const WON_WORDS: &[&str] = &[
    "won",
    "closed_won",
    "close_won",
    "deal_won",
    "win",
    "gewonnen",
    "auftrag",
    "signed",
    "ordered",
];
const LOST_WORDS: &[&str] = &[
    "lost",
    "closed_lost",
    "close_lost",
    "deal_lost",
    "loss",
    "verloren",
    "cancelled",
    "canceled",
    "rejected",
    "declined",
];
/// A log with more kinds of activities has something else in that column.
const MOST_ACTIVITIES: usize = 1000;
/// The most stages that a process may have.
const MOST_STAGES: usize = 100;

/// What somebody knows better than the log.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// What the log is called.
    pub log: &'a str,
    /// Moves, and activities, that are rarer are left out.
    pub min_share: f64,
    /// Activities that mean the deal was won, or lost; guessed by name when there are none.
    pub won: &'a [String],
    pub lost: &'a [String],
    pub currency: Currency,
    /// Where the currency is from, in words.
    pub currency_from: &'a str,
    /// Reasons of losses and how often each was given, the commonest first.
    pub reasons: &'a [(String, u64)],
    /// Events that were passed over, in words.
    pub passed_over: &'a [String],
}

/// A draft, and the moves it rests on.
#[derive(Clone, Debug)]
pub struct Draft {
    pub text: String,
    pub stages: Vec<String>,
    pub moves: Vec<DraftedMove>,
    /// Share of the moves between stages that are allowed.
    pub covered: f64,
    pub won: Vec<String>,
    pub lost: Vec<String>,
}

/// How often one activity directly followed another, in the log as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftedMove {
    pub from: String,
    pub to: String,
    pub n: u64,
    /// Of all that directly followed `from`.
    pub share: f64,
}

/// Drafts a process; `Err` tells a person why not.
pub fn draft(log: &EventLog, ask: &Ask<'_>) -> Result<Draft, String> {
    let names = &log.activities;
    if names.is_empty() {
        return Err("the log has no event that could be read".into());
    }
    if names.len() > MOST_ACTIVITIES {
        return Err(format!(
            "the log has {} different activities, such as `{}`; expected at most {}: is this the column of activities?",
            grouped(names.len() as u64),
            visible(&names[0]),
            grouped(MOST_ACTIVITIES as u64)
        ));
    }
    let raw = Measures::of(log, &vec![true; names.len()]);
    let won = meaning(names, ask.won, WON_WORDS)?;
    let lost = meaning(names, ask.lost, LOST_WORDS)?;
    if let Some(both) = won.iter().find(|at| lost.contains(at)) {
        return Err(format!(
            "`{}` can't be won and lost at once",
            visible(&names[*both])
        ));
    }
    let is_end = |at: usize| won.contains(&at) || lost.contains(&at);
    let cases = log.cases() as u64;
    let is_rare = |at: usize| (raw.cases[at] as f64) < ask.min_share * cases as f64;
    let keep: Vec<bool> = (0..names.len())
        .map(|at| is_end(at) || !is_rare(at))
        .collect();
    let among: Vec<usize> = (0..names.len())
        .filter(|at| keep[*at] && !is_end(*at))
        .collect();
    if among.is_empty() {
        return Err(format!(
            "no activity is in {} of the cases, so there is no stage; --min-share says how many it takes",
            percent(ask.min_share)
        ));
    }
    if among.len() > MOST_STAGES {
        return Err(format!(
            "{} activities would be stages, a process has at most {MOST_STAGES}; a larger --min-share leaves more of them out",
            among.len()
        ));
    }
    let measured = Measures::of(log, &keep);
    let order = Order::of(&measured, names, &among);
    let drafted = Drafted {
        log,
        ask,
        slugs: slugs(names, &order.stages),
        left_out: (0..names.len()).filter(|at| !keep[*at]).collect(),
        raw,
        measured,
        order,
        won,
        lost,
    };
    drafted.draft()
}

/// The activities that mean an end: the named ones, or those with one of the words.
fn meaning(names: &[String], told: &[String], words: &[&str]) -> Result<Vec<usize>, String> {
    if told.is_empty() {
        let guessed = names
            .iter()
            .enumerate()
            .filter_map(|(at, name)| words.contains(&slugified(name).as_str()).then_some(at));
        return Ok(guessed.collect());
    }
    told.iter()
        .map(|name| {
            names.iter().position(|known| known == name).ok_or_else(|| {
                let near = crate::text::nearest(name, names.iter().map(String::as_str));
                let near = near.map_or_else(String::new, |near| {
                    format!("; did you mean `{}`?", visible(near))
                });
                format!("no activity of the log is called `{}`{near}", visible(name))
            })
        })
        .collect()
}

/// A name of its own for each stage, by activity.
fn slugs(names: &[String], stages: &[usize]) -> Vec<String> {
    let titles: Vec<&str> = stages.iter().map(|at| names[*at].as_str()).collect();
    let mut slugs = vec![String::new(); names.len()];
    for (stage, slug) in stages
        .iter()
        .zip(each_its_own(&titles, "stage", &[WON, LOST]))
    {
        slugs[*stage] = slug;
    }
    slugs
}

pub(super) struct Drafted<'a> {
    pub(super) log: &'a EventLog,
    pub(super) ask: &'a Ask<'a>,
    pub(super) raw: Measures,
    pub(super) measured: Measures,
    pub(super) order: Order,
    /// By activity; empty where it is no stage.
    pub(super) slugs: Vec<String>,
    pub(super) left_out: Vec<usize>,
    pub(super) won: Vec<usize>,
    pub(super) lost: Vec<usize>,
}

/// Where one stage leads.
pub(super) struct Ways {
    /// Moves to another stage or an end, and how many of them each is.
    pub(super) out: u64,
    pub(super) next: Vec<(Option<usize>, u64)>,
    pub(super) back: Vec<(usize, u64)>,
    pub(super) lost: u64,
    /// Why `next` has something the log does not.
    pub(super) because: Option<&'static str>,
}

impl Drafted<'_> {
    fn draft(&self) -> Result<Draft, String> {
        let mut ways: Vec<Ways> = self.order.stages.iter().map(|at| self.ways(*at)).collect();
        self.reach(&mut ways);
        let (mut moves, mut allowed) = (0, 0);
        let mut rest: Vec<(u64, usize, Option<usize>)> = Vec::new();
        for (from, way) in self.order.stages.iter().zip(&ways) {
            let targets = self.order.stages.iter().map(|to| Some(*to)).chain([None]);
            for to in targets.filter(|to| *to != Some(*from)) {
                let n = self.moves(*from, to);
                moves += n;
                let is_allowed = way.next.iter().any(|(known, _)| *known == to)
                    || way.back.iter().any(|(known, _)| Some(*known) == to);
                if is_allowed {
                    allowed += n;
                } else if n > 0 {
                    rest.push((n, *from, to));
                }
            }
        }
        rest.sort_by_key(|(n, from, to)| (std::cmp::Reverse(*n), *from, *to));
        let mut text = self.head(moves, allowed, &rest);
        for (place, way) in ways.iter().enumerate() {
            self.stage(&mut text, place, way);
        }
        self.ends(&mut text);
        let text = formatted(&text)?;
        let named = |places: &[usize]| {
            places
                .iter()
                .map(|at| self.log.activities[*at].clone())
                .collect()
        };
        Ok(Draft {
            text,
            stages: self
                .order
                .stages
                .iter()
                .map(|at| self.slugs[*at].clone())
                .collect(),
            moves: self.raw_moves(),
            covered: share(allowed, moves),
            won: named(&self.won),
            lost: named(&self.lost),
        })
    }

    /// How often a stage led to another one, or to `won`.
    fn moves(&self, from: usize, to: Option<usize>) -> u64 {
        match to {
            Some(to) => self.measured.follows(from, to),
            None => self
                .won
                .iter()
                .map(|end| self.measured.follows(from, *end))
                .sum(),
        }
    }

    fn ways(&self, at: usize) -> Ways {
        let stages = &self.order.stages;
        let here = stages.iter().position(|stage| *stage == at).unwrap_or(0);
        let (earlier, later) = (&stages[..here], &stages[here + 1..]);
        let lost = self
            .lost
            .iter()
            .map(|end| self.measured.follows(at, *end))
            .sum();
        let forward: Vec<(Option<usize>, u64)> = later
            .iter()
            .map(|to| Some(*to))
            .chain([None])
            .map(|to| (to, self.moves(at, to)))
            .filter(|(_, n)| *n > 0)
            .collect();
        let backward: Vec<(usize, u64)> = earlier
            .iter()
            .map(|to| (*to, self.moves(at, Some(*to))))
            .filter(|(_, n)| *n > 0)
            .collect();
        let out = forward.iter().map(|(_, n)| n).sum::<u64>()
            + backward.iter().map(|(_, n)| n).sum::<u64>()
            + lost;
        let is_enough = |n: u64| n as f64 >= self.ask.min_share * out as f64;
        let mut next: Vec<_> = forward
            .iter()
            .copied()
            .filter(|(_, n)| is_enough(*n))
            .collect();
        next.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        let mut because = None;
        if next.is_empty() {
            let best = forward.iter().copied().max_by_key(|(_, n)| *n);
            because = Some(match best {
                Some(_) => "rarer than the share, but the only way on",
                None => "nothing in the log leads on from here",
            });
            next.push(best.unwrap_or((None, 0)));
        }
        let back = backward
            .into_iter()
            .filter(|(_, n)| is_enough(*n))
            .collect();
        Ways {
            out,
            next,
            back,
            lost,
            because,
        }
    }

    /// Every stage can be come to: a process with one that can't is none.
    fn reach(&self, ways: &mut [Ways]) {
        let stages = &self.order.stages;
        for place in 1..stages.len() {
            let at = Some(stages[place]);
            if ways[..place]
                .iter()
                .any(|way| way.next.iter().any(|(to, _)| *to == at))
            {
                continue;
            }
            let from = (0..place)
                .max_by_key(|from| (self.moves(stages[*from], at), *from))
                .unwrap_or(0);
            let n = self.moves(stages[from], at);
            ways[from].next.push((at, n));
            ways[from]
                .because
                .get_or_insert("the last one is rarer, and there so that it can be come to");
        }
    }

    fn raw_moves(&self) -> Vec<DraftedMove> {
        let names = &self.log.activities;
        let mut moves = Vec::new();
        for from in 0..names.len() {
            let out: u64 = (0..names.len()).map(|to| self.raw.follows(from, to)).sum();
            for to in 0..names.len() {
                let n = self.raw.follows(from, to);
                if n > 0 {
                    moves.push(DraftedMove {
                        from: names[from].clone(),
                        to: names[to].clone(),
                        n,
                        share: share(n, out),
                    });
                }
            }
        }
        moves.sort_by(|a, b| {
            b.n.cmp(&a.n)
                .then_with(|| (&a.from, &a.to).cmp(&(&b.from, &b.to)))
        });
        moves
    }
}

pub(super) fn share(n: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { n as f64 / of as f64 }
}

pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
