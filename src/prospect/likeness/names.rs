//! Texts as symbols: what is written differently and means the same is the same number.
//!
//! A million names have few different industries, cities and topics; each is folded and taken apart once.

use std::cmp::Ordering;
use std::num::NonZeroU32;

use rustc_hash::FxHashMap;

use super::super::clean::{Country, state};
use super::super::normal;

/// A text of one kind, made comparable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sym(NonZeroU32);

impl Sym {
    pub(super) fn at(self) -> usize {
        self.0.get() as usize - 1
    }

    pub(super) fn number(self) -> u32 {
        self.0.get()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Industry,
    Country,
    State,
    City,
    Zip,
    Area,
    Topic,
}

/// What a symbol stands for.
#[derive(Debug)]
struct Meaning {
    /// As it was first written.
    shown: String,
    /// Of an industry: its words, sorted.
    words: Vec<Box<str>>,
    /// Of a set of topics: each with its mean stars, in the order of the symbols.
    stars: Vec<(Sym, f32)>,
}

/// Every text that profiles refer to.
#[derive(Debug, Default)]
pub struct Names {
    meanings: Vec<Meaning>,
    /// By folded text.
    folded: FxHashMap<(Kind, Box<str>), Sym>,
    /// As written, so that nothing is folded twice; a kind each.
    written: [FxHashMap<Box<str>, Option<Sym>>; 7],
    sets: FxHashMap<Box<[(Sym, u32)]>, Sym>,
}

impl Names {
    pub fn industry(&mut self, text: &str) -> Option<Sym> {
        self.interned(Kind::Industry, text)
    }

    /// A country by any of its names.
    pub fn country(&mut self, text: &str) -> Option<Sym> {
        self.interned(Kind::Country, text)
    }

    /// A state; its code and its name are the same where the country tells which are meant.
    pub fn state(&mut self, text: &str, country: Option<Sym>) -> Option<Sym> {
        let known = country.and_then(|country| Country::find(self.shown(country)));
        match known.and_then(|country| state(text, Some(country))) {
            Some((_, code)) => self.interned(Kind::State, code),
            None => self.interned(Kind::State, text),
        }
    }

    pub fn city(&mut self, text: &str) -> Option<Sym> {
        self.interned(Kind::City, text)
    }

    /// A postcode, and its area: all but the last two places of a code of at least four. Codes of
    /// different length are of different areas.
    pub fn zip(&mut self, text: &str) -> (Option<Sym>, Option<Sym>) {
        (
            self.interned(Kind::Zip, text),
            self.interned(Kind::Area, text),
        )
    }

    pub fn topic(&mut self, text: &str) -> Option<Sym> {
        self.interned(Kind::Topic, text)
    }

    /// Topics with their mean stars; of several that are the same topic, the last counts.
    pub fn topics(&mut self, stars: &[(Sym, f32)]) -> Option<Sym> {
        let mut sorted: Vec<(Sym, f32)> = Vec::with_capacity(stars.len());
        for (topic, stars) in stars {
            if *stars > 0.0 {
                sorted.retain(|(known, _)| known != topic);
                sorted.push((*topic, *stars));
            }
        }
        if sorted.is_empty() {
            return None;
        }
        sorted.sort_by_key(|(topic, _)| *topic);
        let key: Box<[(Sym, u32)]> = sorted
            .iter()
            .map(|(topic, stars)| (*topic, stars.to_bits()))
            .collect();
        if let Some(known) = self.sets.get(&key) {
            return Some(*known);
        }
        let set = self.add(Meaning {
            shown: String::new(),
            words: Vec::new(),
            stars: sorted,
        })?;
        self.sets.insert(key, set);
        Some(set)
    }

    /// As it was first written.
    pub fn shown(&self, of: Sym) -> &str {
        &self.meanings[of.at()].shown
    }

    pub(super) fn stars(&self, of: Sym) -> &[(Sym, f32)] {
        &self.meanings[of.at()].stars
    }

    /// The share of the words of both that are words of each.
    pub(super) fn industries_alike(&self, a: Sym, b: Sym) -> f64 {
        if a == b {
            return 1.0;
        }
        let (a, b) = (&self.meanings[a.at()].words, &self.meanings[b.at()].words);
        let common = a
            .iter()
            .filter(|word| b.binary_search(word).is_ok())
            .count();
        let either = a.len() + b.len() - common;
        if either == 0 {
            return 0.0;
        }
        common as f64 / either as f64
    }

    /// The sum of the smaller stars over that of the larger.
    pub(super) fn topics_alike(&self, a: Sym, b: Sym) -> f64 {
        if a == b {
            return 1.0;
        }
        let (mut a, mut b) = (self.stars(a), self.stars(b));
        let (mut smaller, mut larger) = (0.0, 0.0);
        while let (Some((first, stars)), Some((second, others))) = (a.first(), b.first()) {
            match first.cmp(second) {
                Ordering::Equal => {
                    smaller += f64::from(stars.min(*others));
                    larger += f64::from(stars.max(*others));
                    (a, b) = (&a[1..], &b[1..]);
                }
                Ordering::Less => {
                    larger += f64::from(*stars);
                    a = &a[1..];
                }
                Ordering::Greater => {
                    larger += f64::from(*others);
                    b = &b[1..];
                }
            }
        }
        larger += a
            .iter()
            .chain(b)
            .map(|(_, stars)| f64::from(*stars))
            .sum::<f64>();
        smaller / larger
    }

    fn interned(&mut self, kind: Kind, text: &str) -> Option<Sym> {
        if let Some(known) = self.written[kind as usize].get(text) {
            return *known;
        }
        let folded = folded(kind, text);
        let sym = folded.and_then(|folded| self.of_folded(kind, folded, text.trim()));
        self.written[kind as usize].insert(text.into(), sym);
        sym
    }

    fn of_folded(&mut self, kind: Kind, folded: String, shown: &str) -> Option<Sym> {
        let key = (kind, folded.into_boxed_str());
        if let Some(known) = self.folded.get(&key) {
            return Some(*known);
        }
        let words = match kind {
            Kind::Industry => words(&key.1),
            _ => Vec::new(),
        };
        let sym = self.add(Meaning {
            shown: match kind {
                Kind::Country | Kind::Area => key.1.to_string(),
                _ => shown.to_string(),
            },
            words,
            stars: Vec::new(),
        })?;
        self.folded.insert(key, sym);
        Some(sym)
    }

    /// None after four billion texts.
    fn add(&mut self, meaning: Meaning) -> Option<Sym> {
        let number = u32::try_from(self.meanings.len() + 1).ok()?;
        self.meanings.push(meaning);
        NonZeroU32::new(number).map(Sym)
    }
}

/// None for what says nothing.
fn folded(kind: Kind, text: &str) -> Option<String> {
    let (mut words, mut out) = (String::new(), String::new());
    match kind {
        Kind::Industry | Kind::Topic => normal::fold(text, &mut out),
        Kind::Country => match Country::find(text) {
            Some(country) => out.push_str(country.as_str()),
            None => normal::fold(text, &mut out),
        },
        Kind::State | Kind::City => normal::place(text, &mut words, &mut out),
        Kind::Zip => normal::zip(text, &mut out),
        Kind::Area => {
            normal::zip(text, &mut out);
            let kept = out.len().checked_sub(2).filter(|kept| *kept >= 2)?;
            out.replace_range(kept.., "..");
        }
    }
    (!out.is_empty()).then_some(out)
}

/// The words that tell something, sorted.
fn words(folded: &str) -> Vec<Box<str>> {
    const JOINING: [&str; 9] = ["and", "of", "the", "for", "und", "et", "y", "e", "en"];
    let mut words: Vec<Box<str>> = folded
        .split(' ')
        .filter(|word| !JOINING.contains(word))
        .map(Into::into)
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}
