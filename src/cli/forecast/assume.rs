//! What `--assume` means: which open deals, and what is other about them.

use anyhow::Result;

use super::super::assignment::in_catalog;
use super::super::filter::stage_named;
use super::super::session::Session;
use crate::deal::book::Book;
use crate::deal::event::CatalogKind;
use crate::fault::{Class, Fault};
use crate::forecast::{Assumption, Effect, Subject};
use crate::process::Process;
use crate::text::visible;

/// An assumption, and the same in words.
pub(super) struct Assumed {
    pub(super) assumption: Assumption,
    pub(super) words: String,
}

const SUBJECTS: [&str; 5] = ["stage", "product", "rep", "team", "deal"];

/// Reads `stage=propose:p=0.5`.
pub(super) fn read(session: &Session<'_>, book: &Book, typed: &str) -> Result<Assumed> {
    let wrong = || {
        Fault::usage(format!("--assume: `{}` is not of the form WHOSE=NAME:WHAT", visible(typed))).hint(
            "for example stage=propose:p=0.5, rep=jr:p*=0.9, product=pro:value*=1.1 or deal=D7K2:p=1",
        )
    };
    let (whose, what) = typed.rsplit_once(':').ok_or_else(wrong)?;
    let (kind, name) = whose.split_once('=').ok_or_else(wrong)?;
    let (kind, name) = (kind.trim(), name.trim());
    let effect = effect(what.trim())?;
    let (subject, title) = subject(session, book, kind, name)?;
    Ok(Assumed {
        assumption: Assumption { subject, effect },
        words: format!("{kind} {title}: {}", in_words(effect)),
    })
}

fn subject(
    session: &Session<'_>,
    book: &Book,
    kind: &str,
    name: &str,
) -> Result<(Subject, String)> {
    let catalog = |kind: CatalogKind| -> Result<Option<String>> {
        in_catalog(&session.store.catalog()?, kind, name)
    };
    let found = match kind {
        "stage" => {
            let stage = stage_named(session, book, name)?;
            let title = session
                .process
                .stage_title(&book.stages[usize::from(stage)]);
            return Ok((Subject::Stage(stage), title.to_string()));
        }
        "deal" => {
            let (at, title) = open_deal(session, book, "--assume", name)?;
            return Ok((Subject::Deal(at), title));
        }
        "team" => {
            let wanted = catalog(CatalogKind::Team)?;
            let at = book
                .teams
                .iter()
                .position(|team| Some(&team.name) == wanted.as_ref());
            at.map(|at| (Subject::Team(at as u32), book.teams[at].title.clone()))
        }
        "rep" => {
            let wanted = catalog(CatalogKind::Rep)?;
            let at = book
                .owners
                .iter()
                .position(|rep| Some(&rep.name) == wanted.as_ref());
            at.map(|at| (Subject::Rep(at as u32), book.owners[at].title.clone()))
        }
        "product" => {
            let wanted = catalog(CatalogKind::Product)?;
            let at = book
                .products
                .iter()
                .position(|one| Some(&one.name) == wanted.as_ref());
            at.map(|at| (Subject::Product(at as u32), book.products[at].title.clone()))
        }
        _ => {
            return Err(Fault::unknown(Class::Usage, "kind of assumption", kind, &SUBJECTS).into());
        }
    };
    found.ok_or_else(|| {
        Fault::usage(format!(
            "--assume: no deal has the {kind} `{}`",
            visible(name)
        ))
        .into()
    })
}

/// Index of an open deal in the Book, and how it is called: one that is decided is no part of what is to come.
pub(super) fn open_deal(
    session: &Session<'_>,
    book: &Book,
    option: &str,
    typed: &str,
) -> Result<(u32, String)> {
    let id = session.store.resolve_deal(typed)?;
    let short = session.store.short(id)?;
    // The Book's deals are in the order of their ids.
    let at = book.deals.id.binary_search(&id).ok();
    let at = at.filter(|at| book.deals.state[*at].is_open());
    match at.and_then(|at| u32::try_from(at).ok()) {
        Some(at) => Ok((at, short)),
        None => Err(Fault::usage(format!(
            "{option}: {short} is not open, and so brings nothing"
        ))
        .hint("salesctl deal list shows the open ones")
        .into()),
    }
}

fn effect(typed: &str) -> Result<Effect> {
    let wrong = |problem: &str| {
        Fault::usage(format!("--assume: `{}` {problem}", visible(typed)))
            .hint("p=0.5 sets the chance, p*=0.9 changes it, value*=1.1 changes what it brings")
    };
    let number = |text: &str| -> Result<f64, Fault> {
        let text = text.trim();
        let (text, scale) = match text.strip_suffix('%') {
            Some(text) => (text.trim(), 0.01),
            None => (text, 1.0),
        };
        let number: f64 = text.parse().map_err(|_| wrong("has no number"))?;
        if number.is_finite() && number >= 0.0 {
            Ok(number * scale)
        } else {
            Err(wrong("is not a number from 0 on"))
        }
    };
    if let Some(times) = typed.strip_prefix("p*=") {
        return Ok(Effect::ChanceTimes(number(times)?));
    }
    if let Some(times) = typed.strip_prefix("value*=") {
        return Ok(Effect::WorthTimes(number(times)?));
    }
    let Some(chance) = typed.strip_prefix("p=") else {
        return Err(wrong("says nothing of chance or value").into());
    };
    let chance = number(chance)?;
    if chance > 1.0 {
        return Err(wrong("is no chance; 50 % is p=0.5 or p=50%").into());
    }
    Ok(Effect::Chance(chance))
}

fn in_words(effect: Effect) -> String {
    match effect {
        Effect::Chance(chance) => format!("chance {:.0} %", chance * 100.0),
        Effect::ChanceTimes(times) | Effect::StatedTimes(times) => format!("chance times {times}"),
        Effect::WorthTimes(times) => format!("value times {times}"),
    }
}

/// A stage whose stated probability is other in an edited process: the chances of its deals change by the same factor.
pub(super) fn changed_probabilities(
    applied: &Process,
    edited: &Process,
    book: &Book,
) -> Vec<Assumed> {
    let stages = edited.stages.iter().filter_map(|stage| {
        let before = applied
            .stage(&stage.name)
            .or_else(|| {
                let mut names = stage.moved_from.iter();
                names.find_map(|name| applied.stage(name))
            })?
            .probability
            .filter(|p| *p > 0.0)?;
        let after = stage.probability?;
        let at = book.stages.iter().position(|name| *name == stage.name)?;
        ((after - before).abs() > 1e-9).then(|| Assumed {
            assumption: Assumption {
                subject: Subject::Stage(u16::try_from(at).unwrap_or(u16::MAX)),
                effect: Effect::StatedTimes(after / before),
            },
            words: format!(
                "stage {}: stated probability {:.0} → {:.0} %, and chances by the same factor",
                stage.title,
                before * 100.0,
                after * 100.0
            ),
        })
    });
    stages.collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("p=0.5", Effect::Chance(0.5))]
    #[case("p=50 %", Effect::Chance(0.5))]
    #[case("p*=1.5", Effect::ChanceTimes(1.5))]
    #[case("value*=0.8", Effect::WorthTimes(0.8))]
    fn effects(#[case] typed: &str, #[case] expected: Effect) {
        assert_eq!(effect(typed).expect("an effect"), expected);
    }

    #[rstest]
    #[case("p=1.5")]
    #[case("p=-0.1")]
    #[case("p=half")]
    #[case("value=3")]
    #[case("p*=inf")]
    fn no_effects(#[case] typed: &str) {
        assert!(effect(typed).is_err());
    }
}
