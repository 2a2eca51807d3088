//! Reps, teams, products and sources: kept in the store, changed without applying a process.

mod add;
mod list;
mod set;

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};

use super::context::{Context, Status};
use super::session::Session;
use crate::date::{Direction, parse_day};
use crate::deal::event::{CatalogEntry, CatalogKind};
use crate::fault::{Class, Fault};
use crate::money::Money;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(list::Args),
    Add(add::Args),
    Set(set::Args),
}

pub(crate) fn run(command: &Command, cx: &Context) -> Result<Status> {
    match command {
        Command::List(args) => list::run(args, cx),
        Command::Add(args) => add::run(args, cx),
        Command::Set(args) => set::run(args, cx),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    Rep,
    Team,
    Product,
    Source,
}

impl Kind {
    fn meant(self) -> CatalogKind {
        match self {
            Self::Rep => CatalogKind::Rep,
            Self::Team => CatalogKind::Team,
            Self::Product => CatalogKind::Product,
            Self::Source => CatalogKind::Source,
        }
    }
}

/// What is known of an entry; only what fits its kind may be given.
#[derive(Clone, Debug, Default, Args)]
struct Known {
    /// How people read it
    #[arg(long)]
    title: Option<String>,
    /// A rep's team
    #[arg(long)]
    team: Option<String>,
    /// A rep's login name
    #[arg(long)]
    login: Option<String>,
    /// A team's manager
    #[arg(long)]
    manager: Option<String>,
    /// A product's list price, or a rep's cost per hour
    #[arg(long, value_name = "AMOUNT")]
    price: Option<String>,
    /// How many open deals a rep can carry
    #[arg(long, value_name = "N")]
    capacity: Option<u32>,
    /// The share of a product's value that is left after what it cost: 0.4 or 40%
    #[arg(long, value_name = "SHARE", value_parser = share)]
    margin: Option<f64>,
    /// A rep's first working day
    #[arg(long, value_name = "DATE")]
    since: Option<String>,
}

impl Known {
    /// Lays what was given over an entry.
    fn lay_over(&self, session: &Session<'_>, entry: &mut CatalogEntry) -> Result<()> {
        let kind = entry.kind;
        let only = |flag: &str, given: bool, fits: &[CatalogKind]| {
            if given && !fits.contains(&kind) {
                return Err(Fault::usage(format!("a {} has no {flag}", kind.name())));
            }
            Ok(())
        };
        only("--team", self.team.is_some(), &[CatalogKind::Rep])?;
        only("--login", self.login.is_some(), &[CatalogKind::Rep])?;
        only("--capacity", self.capacity.is_some(), &[CatalogKind::Rep])?;
        only("--manager", self.manager.is_some(), &[CatalogKind::Team])?;
        only(
            "--price",
            self.price.is_some(),
            &[CatalogKind::Product, CatalogKind::Rep],
        )?;
        only("--since", self.since.is_some(), &[CatalogKind::Rep])?;
        only("--margin", self.margin.is_some(), &[CatalogKind::Product])?;
        if let Some(title) = &self.title {
            entry.title.clone_from(title);
        }
        if let Some(team) = &self.team {
            let catalog = session.store.catalog()?;
            entry.team = super::assignment::in_catalog(&catalog, CatalogKind::Team, team)?;
        }
        if let Some(login) = &self.login {
            entry.login = Some(login.clone());
        }
        if let Some(manager) = &self.manager {
            entry.manager = Some(manager.clone());
        }
        if let Some(capacity) = self.capacity {
            entry.capacity = Some(capacity);
        }
        if let Some(margin) = self.margin {
            entry.margin = Some(margin);
        }
        if let Some(typed) = &self.since {
            let day = parse_day(typed, session.today, Direction::Back)
                .map_err(|problem| Fault::usage(format!("--since: {problem}")))?;
            entry.since = Some(day);
        }
        if let Some(typed) = &self.price {
            let currency = session.process.currency;
            let money =
                Money::parse(typed, currency).map_err(|p| Fault::usage(format!("--price: {p}")))?;
            if money.currency != currency {
                return Err(Fault::usage(format!("--price: prices are in {currency}")).into());
            }
            entry.price_minor = Some(money.minor);
        }
        Ok(())
    }
}

/// `0.4` and `40%` are the same.
fn share(typed: &str) -> Result<f64, String> {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let share = match typed.trim().strip_suffix('%') {
        Some(percent) => number(percent).map(|percent| percent / 100.0),
        None => number(typed),
    };
    share
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| "expected a share such as 0.4 or 40%".to_string())
}

/// The entry of this name, or a fault that names the nearest.
fn entry(session: &Session<'_>, kind: CatalogKind, typed: &str) -> Result<CatalogEntry> {
    let catalog = session.store.catalog()?;
    if let Some(entry) = catalog.find(kind, typed) {
        return Ok(entry.clone());
    }
    let names: Vec<&str> = catalog.of(kind).map(|entry| entry.name.as_str()).collect();
    Err(Fault::unknown(Class::NotFound, kind.name(), typed, &names).into())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::share;

    #[rstest]
    #[case("0.45", Some(0.45))]
    #[case("45%", Some(0.45))]
    #[case(" 12.5 %", Some(0.125))]
    #[case("100%", Some(1.0))]
    #[case("45", None)]
    #[case("101%", None)]
    #[case("-5%", None)]
    #[case("NaN", None)]
    #[case("half", None)]
    fn shares(#[case] typed: &str, #[case] expected: Option<f64>) {
        assert_eq!(share(typed).ok(), expected);
    }
}
