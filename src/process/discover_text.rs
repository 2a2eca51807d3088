//! The lines of a drafted process file: comments with the figures, then what they say.

use std::fmt::Write as _;

use super::discover_draft::{Drafted, Ways, percent, share};
use super::names::{each_its_own, titled};
use super::{LOST, WON};
use crate::money::grouped;
use crate::text::visible;

/// Moves that are not allowed, and pairs against the order, that are named.
const NAMED: usize = 5;
/// Milliseconds.
const DAY: f64 = 86_400_000.0;

impl Drafted<'_> {
    fn title(&self, at: usize) -> String {
        visible(&self.log.activities[at]).replace('\n', " ")
    }

    fn target(&self, to: Option<usize>) -> String {
        to.map_or_else(|| WON.to_string(), |to| self.slugs[to].clone())
    }

    pub(super) fn head(
        &self,
        moves: u64,
        allowed: u64,
        rest: &[(u64, usize, Option<usize>)],
    ) -> String {
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
            "[process]\nname = {} # say your own\ncurrency = \"{}\" # {}\ntimezone = \"UTC\" # decides on which day something happened; say your own\n",
            quoted(&format!("Drafted from {}", visible(self.ask.log))),
            self.ask.currency.code(),
            self.ask.currency_from
        );
        text
    }

    pub(super) fn stage(&self, text: &mut String, place: usize, way: &Ways) {
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

    pub(super) fn ends(&self, text: &mut String) {
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
                self.reasons(text);
            }
        }
    }

    fn reasons(&self, text: &mut String) {
        if self.ask.reasons.is_empty() {
            text.push_str("# The log tells no reasons; say yours.\nreasons = [{ name = \"not_told\", title = \"Not told\" }]\n");
            return;
        }
        let words = self.ask.reasons.iter().map(|(reason, _)| reason.as_str());
        let words: Vec<&str> = words.collect();
        text.push_str("reasons = [\n");
        for (slug, (reason, n)) in each_its_own(&words, "reason", &[])
            .iter()
            .zip(self.ask.reasons)
        {
            let title = if is_told_by(slug, reason) {
                String::new()
            } else {
                format!(", title = {}", quoted(reason))
            };
            let times = grouped(*n);
            let _ = writeln!(text, "  {{ name = {}{title} }}, # {times}", quoted(slug));
        }
        text.push_str("]\n");
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
