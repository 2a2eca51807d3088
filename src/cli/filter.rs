//! Which deals a reading command is about: one set of options, one column of yes and no.

use anyhow::Result;
use chrono::NaiveDate;
use clap::Args;

use super::session::Session;
use crate::condition::{Condition, Engine};
use crate::date::{Direction, parse_day};
use crate::deal::book::{Book, Columns, Needs};
use crate::deal::event::CatalogKind;
use crate::fault::{Class, Fault};
use crate::text::visible;

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Which deals")]
pub(crate) struct FilterArgs {
    /// Only deals of this rep
    #[arg(long, value_name = "REP", add = super::completion::catalog(CatalogKind::Rep))]
    pub(crate) rep: Option<String>,
    /// Only deals of this team
    #[arg(long, value_name = "TEAM", add = super::completion::catalog(CatalogKind::Team))]
    pub(crate) team: Option<String>,
    /// Only deals for which this condition is true: an SQL expression over a deal's facts
    #[arg(long = "where", value_name = "CONDITION")]
    pub(crate) condition: Option<String>,
    /// What would have been printed on this day
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
}

impl FilterArgs {
    pub(crate) fn as_of(&self, session: &Session<'_>) -> Result<NaiveDate> {
        let Some(typed) = &self.as_of else {
            return Ok(session.today);
        };
        let day = parse_day(typed, session.today, Direction::Back)
            .map_err(|problem| Fault::usage(format!("--as-of: {problem}")))?;
        if day > session.today {
            return Err(Fault::usage(format!(
                "--as-of: {} is in the future",
                crate::date::day(day)
            ))
            .into());
        }
        Ok(day)
    }

    /// Deals of a customer type; all of them where none is asked for.
    pub(crate) fn of_type(kind: Option<&str>) -> Self {
        Self {
            condition: kind.map(|kind| format!("type = '{kind}'")),
            ..Self::default()
        }
    }

    /// The filter in words, for the heading.
    pub(crate) fn words(&self) -> Option<String> {
        let parts: Vec<String> = [
            self.rep.as_ref().map(|rep| format!("rep {rep}")),
            self.team.as_ref().map(|team| format!("team {team}")),
            self.condition
                .as_ref()
                .map(|condition| format!("where {condition}")),
        ]
        .into_iter()
        .flatten()
        .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// What the Book must have for [`FilterArgs::mask`]; a mistake in the condition is shown here.
    pub(crate) fn needs(&self, session: &Session<'_>) -> Result<Needs> {
        let mut needs = Needs::default();
        if self.rep.is_some() || self.team.is_some() {
            needs.columns = Columns::OWNER;
        }
        if let Some(typed) = &self.condition {
            condition(session, typed)?;
            needs.conditions.push(typed.clone());
        }
        Ok(needs)
    }

    /// One yes or no per deal of the Book; `None` when every deal is meant.
    pub(crate) fn mask(&self, session: &Session<'_>, book: &Book) -> Result<Option<Vec<bool>>> {
        self.mask_of_owners(session, book, &book.deals.owner)
    }

    /// The same for the owners of another day; a condition is judged as of the Book's.
    pub(crate) fn mask_of_owners(
        &self,
        session: &Session<'_>,
        book: &Book,
        owners: &[Option<u32>],
    ) -> Result<Option<Vec<bool>>> {
        if self.rep.is_none() && self.team.is_none() && self.condition.is_none() {
            return Ok(None);
        }
        let mut mask = vec![true; book.deals.len()];
        let catalog = session.store.catalog()?;
        if let Some(typed) = &self.rep {
            let name = super::assignment::in_catalog(&catalog, CatalogKind::Rep, typed)?;
            let place = book
                .owners
                .iter()
                .position(|rep| Some(&rep.name) == name.as_ref());
            for (keep, owner) in mask.iter_mut().zip(owners) {
                *keep &= owner.map(|at| at as usize) == place && place.is_some();
            }
        }
        if let Some(typed) = &self.team {
            let name = super::assignment::in_catalog(&catalog, CatalogKind::Team, typed)?;
            let place = book
                .teams
                .iter()
                .position(|team| Some(&team.name) == name.as_ref());
            let team_of = |owner: u32| book.reps.get(owner as usize).and_then(|rep| rep.team);
            for (keep, owner) in mask.iter_mut().zip(owners) {
                let team = owner.and_then(team_of);
                *keep &= team.map(|at| at as usize) == place && place.is_some();
            }
        }
        if let Some(typed) = &self.condition {
            for (keep, met) in mask
                .iter_mut()
                .zip(book.conditions.get(typed).into_iter().flatten())
            {
                *keep &= *met;
            }
        }
        Ok(Some(mask))
    }
}

/// A condition as typed on the command line, checked; a mistake is shown with a caret under it.
pub(crate) fn condition(session: &Session<'_>, typed: &str) -> Result<Condition> {
    let known = checked(&session.process.engine, typed);
    let is_chance = |error: &anyhow::Error| {
        let said = error.to_string();
        ["p", "quarter", "chance"]
            .iter()
            .any(|name| said.contains(&format!("unknown column `{name}`")))
    };
    match known {
        Err(error) if is_chance(&error) => Err(match error.downcast::<Fault>() {
            Ok(fault) => fault
                .hint("chances are worked out anew: salesctl deal list --sort p --min-p 50%")
                .into(),
            Err(error) => error,
        }),
        known => known,
    }
}

/// The same over whatever an engine knows.
pub(crate) fn checked(engine: &Engine, typed: &str) -> Result<Condition> {
    engine.check(typed).map_err(|mistake| {
        let before = typed
            .get(..mistake.range.start)
            .unwrap_or_default()
            .chars()
            .count();
        let under = typed
            .get(mistake.range.clone())
            .map_or(1, |part| part.chars().count())
            .clamp(1, 40);
        // A long condition is shown around its mistake.
        let (shown, before) = if typed.chars().count() > 160 {
            let from = before.saturating_sub(60);
            let part: String = typed.chars().skip(from).take(120).collect();
            (format!("…{part}…"), before - from + 1)
        } else {
            (typed.to_string(), before)
        };
        Fault::usage(format!(
            "--where: {}\n  {}\n  {}{} {}",
            mistake.message,
            visible(&shown),
            " ".repeat(before),
            "^".repeat(under),
            mistake.label
        ))
        .into()
    })
}

/// The index of a stage in the Book.
pub(crate) fn stage_named(session: &Session<'_>, book: &Book, typed: &str) -> Result<u16> {
    let by_title = |name: &String| {
        session
            .process
            .stage_title(name)
            .eq_ignore_ascii_case(typed)
    };
    if let Some(at) = book
        .stages
        .iter()
        .position(|name| name == typed || by_title(name))
    {
        return Ok(at as u16);
    }
    let names: Vec<&str> = book.stages.iter().map(String::as_str).collect();
    Err(Fault::unknown(Class::Usage, "stage", typed, &names).into())
}
