//! A process file drafted from an event log, with the figures beside each line, so that whoever edits it
//! sees what it rests on.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::discover::{EventLog, Measures, Order};
use super::format::formatted;
use super::names::{slugified, titled};
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
/// Moves that are not allowed, and pairs against the order, that are named.
const NAMED: usize = 5;
const DAY: f64 = 86_400_000.0;

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
    let mut taken: BTreeSet<String> = [WON, LOST].map(str::to_string).into();
    let mut slugs = vec![String::new(); names.len()];
    for (n, stage) in stages.iter().enumerate() {
        let name = slugified(&names[*stage]);
        let base = match name.as_str() {
            "" => format!("stage_{}", n + 1),
            WON | LOST => format!("stage_{name}"),
            _ => name,
        };
        let mut slug = base.clone();
        let mut nth = 1;
        while !taken.insert(slug.clone()) {
            nth += 1;
            slug = format!("{base}_{nth}");
        }
        slugs[*stage] = slug;
    }
    slugs
}

struct Drafted<'a> {
    log: &'a EventLog,
    ask: &'a Ask<'a>,
    raw: Measures,
    measured: Measures,
    order: Order,
    /// By activity; empty where it is no stage.
    slugs: Vec<String>,
    left_out: Vec<usize>,
    won: Vec<usize>,
    lost: Vec<usize>,
}

/// Where one stage leads.
struct Ways {
    /// Moves to another stage or an end, and how many of them each is.
    out: u64,
    next: Vec<(Option<usize>, u64)>,
    back: Vec<(usize, u64)>,
    lost: u64,
    /// Why `next` has something the log does not.
    because: Option<&'static str>,
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

    fn title(&self, at: usize) -> String {
        visible(&self.log.activities[at]).replace('\n', " ")
    }

    fn target(&self, to: Option<usize>) -> String {
        to.map_or_else(|| WON.to_string(), |to| self.slugs[to].clone())
    }

    fn head(&self, moves: u64, allowed: u64, rest: &[(u64, usize, Option<usize>)]) -> String {
        let mut text = String::new();
        let mut say = |line: &str| {
            for line in crate::text::wrapped(line, Some(98), 0).lines() {
                let _ = writeln!(text, "# {}", line.trim_end());
            }
        };
        say(&format!(
            "Drafted from {}: {} events of {} cases. What stands below is what was done, not what should be: read it, change it, and say with each stage what it is for.",
            visible(self.ask.log),
            grouped(self.log.events() as u64),
            grouped(self.log.cases() as u64),
        ));
        say(&format!(
            "Moves are allowed that are at least {} of those from their stage (--min-share): {} of {} moves between stages, {}.",
            percent(self.ask.min_share),
            grouped(allowed),
            grouped(moves),
            percent(share(allowed, moves))
        ));
        if !rest.is_empty() {
            let n: u64 = rest.iter().map(|(n, ..)| n).sum();
            let named: Vec<String> = rest
                .iter()
                .take(NAMED)
                .map(|(n, from, to)| {
                    format!(
                        "{} → {} {}",
                        self.slugs[*from],
                        self.target(*to),
                        grouped(*n)
                    )
                })
                .collect();
            let more = if rest.len() > NAMED { ", …" } else { "" };
            say(&format!(
                "Not allowed: {} moves, {}: {}{more}",
                grouped(n),
                percent(share(n, moves)),
                named.join(", ")
            ));
        }
        if !self.left_out.is_empty() {
            let named: Vec<String> = self
                .left_out
                .iter()
                .take(20)
                .map(|at| format!("`{}` {}", self.title(*at), grouped(self.raw.cases[*at])))
                .collect();
            let more = if self.left_out.len() > 20 {
                ", …"
            } else {
                ""
            };
            say(&format!(
                "No stages, since in less than {} of the cases: {}{more}",
                percent(self.ask.min_share),
                named.join(", ")
            ));
        }
        for (a, b) in self.order.against.iter().take(NAMED) {
            say(&format!(
                "The order is not sure: `{}` stands before `{}`, but was so in {} cases and the other way round in {} (dependency {:.2}); other pairs weigh more.",
                self.slugs[*a],
                self.slugs[*b],
                grouped(self.measured.before(*a, *b)),
                grouped(self.measured.before(*b, *a)),
                self.measured.dependency(*a, *b)
            ));
        }
        let again: u64 = self
            .won
            .iter()
            .chain(&self.lost)
            .flat_map(|end| {
                self.order
                    .stages
                    .iter()
                    .map(|to| self.measured.follows(*end, *to))
            })
            .sum();
        if again > 0 {
            say(&format!(
                "Opened again after an end: {} times.",
                grouped(again)
            ));
        }
        for line in self.ask.passed_over {
            say(line);
        }
        let _ = write!(
            text,
            "[process]\nname = {} # say your own\ncurrency = \"{}\" # logs tell none; say your own\ntimezone = \"UTC\" # decides on which day something happened; say your own\n",
            quoted(&format!("Drafted from {}", visible(self.ask.log))),
            self.ask.currency.code()
        );
        text
    }

    fn stage(&self, text: &mut String, place: usize, way: &Ways) {
        let at = self.order.stages[place];
        let slug = &self.slugs[at];
        let (cases, all) = (self.measured.cases[at], self.log.cases() as u64);
        let told = |n: u64, one: &str, more: &str| match n {
            0 => String::new(),
            1 => format!("; 1 {one} here"),
            n => format!("; {} {more} here", grouped(n)),
        };
        let begins = told(self.measured.begins[at], "begins", "begin")
            + &told(self.measured.ends[at], "ends", "end");
        let _ = writeln!(
            text,
            "\n# In {} of {} cases ({}){begins}.\n[[stage]]\nname = {}",
            grouped(cases),
            grouped(all),
            percent(share(cases, all)),
            quoted(slug)
        );
        let title = &self.log.activities[at];
        if !is_told_by(slug, title) {
            let _ = writeln!(text, "title = {}", quoted(title));
        }
        let _ = writeln!(text, "# objective = \"…\"   say what this stage is for");
        if let (Some(median), Some(most)) =
            (self.measured.stay(at, 0.5), self.measured.stay(at, 0.9))
        {
            let n = grouped(self.measured.stays[at].len() as u64);
            let typical = (median / DAY).round().clamp(1.0, 36_500.0);
            let limit = (most / DAY).ceil().clamp(typical, 36_500.0);
            let _ = writeln!(
                text,
                "typical = \"{typical}d\" # median {} of {n} stays\nlimit = \"{limit}d\" # nine of ten were over after {}",
                long(median),
                long(most)
            );
        }
        let told = |to: Option<usize>, n: u64| {
            format!(
                "{} {} ({})",
                self.target(to),
                grouped(n),
                percent(share(n, way.out))
            )
        };
        let is_there = |(_, n): &&(Option<usize>, u64)| *n > 0;
        let mut line: Vec<String> = way
            .next
            .iter()
            .filter(is_there)
            .map(|(to, n)| told(*to, *n))
            .collect();
        if way.lost > 0 {
            line.push(format!(
                "lost {} ({})",
                grouped(way.lost),
                percent(share(way.lost, way.out))
            ));
        }
        let told_of: Vec<String> = [line.join(", "), way.because.unwrap_or_default().into()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect();
        let moves = if way.out == 1 { "move" } else { "moves" };
        comment(
            text,
            &format!("of {} {moves}: {}", grouped(way.out), told_of.join("; ")),
        );
        let next: Vec<String> = way
            .next
            .iter()
            .map(|(to, _)| quoted(&self.target(*to)))
            .collect();
        let _ = writeln!(text, "next = [{}]", next.join(", "));
        if place == 0 {
            return;
        }
        if way.back.is_empty() {
            let _ = writeln!(text, "back = [] # no move back is as frequent");
        } else {
            let line: Vec<String> = way.back.iter().map(|(to, n)| told(Some(*to), *n)).collect();
            comment(text, &line.join(", "));
            let back: Vec<String> = way
                .back
                .iter()
                .map(|(to, _)| quoted(&self.slugs[*to]))
                .collect();
            let _ = writeln!(text, "back = [{}]", back.join(", "));
        }
    }

    fn ends(&self, text: &mut String) {
        for (name, option, activities) in [(WON, "--won", &self.won), (LOST, "--lost", &self.lost)]
        {
            text.push('\n');
            if activities.is_empty() {
                let line = format!(
                    "No activity of the log is called {name}: if one means it, draft again with {option} NAME."
                );
                comment(text, &line);
            }
            for at in activities {
                let (cases, all) = (self.measured.cases[*at], self.log.cases() as u64);
                let line = format!(
                    "`{}`: in {} of {} cases ({}).",
                    self.title(*at),
                    grouped(cases),
                    grouped(all),
                    percent(share(cases, all))
                );
                comment(text, &line);
            }
            let _ = writeln!(text, "[[end]]\nname = \"{name}\"");
            if let Some(title) = activities.first().map(|at| &self.log.activities[*at])
                && !is_told_by(name, title)
            {
                let _ = writeln!(text, "title = {}", quoted(title));
            }
            if name == LOST {
                text.push_str("# The log tells no reasons; say yours.\nreasons = [{ name = \"not_told\", title = \"Not told\" }]\n");
            }
        }
    }
}

fn comment(text: &mut String, line: &str) {
    for line in crate::text::wrapped(line, Some(98), 0).lines() {
        let _ = writeln!(text, "# {}", line.trim_end());
    }
}

/// Whether a name gives a title by itself, but for its case.
fn is_told_by(name: &str, title: &str) -> bool {
    name == title || titled(name).eq_ignore_ascii_case(title)
}

/// A text as the file writes it.
fn quoted(text: &str) -> String {
    toml_edit::Value::from(text.replace(['\n', '\r'], " ")).to_string()
}

fn share(n: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { n as f64 / of as f64 }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// Milliseconds in the unit that a person would take.
fn long(millis: f64) -> String {
    let (n, unit) = match millis {
        m if m >= DAY => (m / DAY, "days"),
        m if m >= 3_600_000.0 => (m / 3_600_000.0, "hours"),
        m if m >= 60_000.0 => (m / 60_000.0, "minutes"),
        m => (m / 1000.0, "seconds"),
    };
    format!("{n:.1} {unit}")
}
