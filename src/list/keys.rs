//! The terms by name: how each is read from a file or an option, and shown.

use chrono::NaiveDate;

use super::percent::Percent;
use super::terms::{Channel, Terms, Uses};
use crate::date::{Direction, parse_day};
use crate::money::{Currency, Money, grouped};
use crate::text::Private;

/// What reading a term needs to know.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    pub today: NaiveDate,
    /// Of amounts where neither they nor the terms name one.
    pub currency: Currency,
}

/// One term: its name in files (`net_pct`; the option is `--net-pct`), and another that is understood.
#[derive(Debug)]
pub struct Term {
    pub key: &'static str,
    pub alias: Option<&'static str>,
    slot: Slot,
}

type Of<T> = (fn(&Terms) -> &T, fn(&mut Terms) -> &mut T);

#[derive(Debug)]
enum Slot {
    Text(Of<Option<String>>),
    /// Which way a weekday points.
    Date(Direction, Of<Option<NaiveDate>>),
    Count(Of<Option<u64>>),
    Amount(Of<Option<i64>>),
    Percent(Of<Option<Percent>>),
    Kind,
    Acquisition,
    Uses,
    Channels,
    Currency,
    RunBasis,
    Priority,
    Notes,
}

/// Takes a value away again.
const NONE: &str = "none";

macro_rules! of {
    ($field:ident) => {
        (|terms| &terms.$field, |terms| &mut terms.$field)
    };
}

const fn entry(key: &'static str, slot: Slot) -> Term {
    Term {
        key,
        alias: None,
        slot,
    }
}

const fn known_as(key: &'static str, alias: &'static str, slot: Slot) -> Term {
    Term {
        key,
        alias: Some(alias),
        slot,
    }
}

use Direction::{Back, Forward};

impl Term {
    /// Every term but the code; the currency before the amounts that are read in it.
    pub const ALL: &[Self] = &[
        entry("name", Slot::Text(of!(name))),
        entry("owner", Slot::Text(of!(owner))),
        entry("broker", Slot::Text(of!(broker))),
        entry("manager", Slot::Text(of!(manager))),
        entry("order_no", Slot::Text(of!(order_no))),
        entry("data_card_ref", Slot::Text(of!(data_card_ref))),
        entry("kind", Slot::Kind),
        entry("acquisition", Slot::Acquisition),
        known_as("uses", "uses_allowed", Slot::Uses),
        entry("obtained_on", Slot::Date(Back, of!(obtained_on))),
        entry("first_use_by", Slot::Date(Forward, of!(first_use_by))),
        entry("mail_date", Slot::Date(Forward, of!(mail_date))),
        known_as("until", "expires_on", Slot::Date(Forward, of!(until))),
        known_as("channels", "channels_allowed", Slot::Channels),
        known_as("qty", "qty_ordered", Slot::Count(of!(qty_ordered))),
        entry("qty_delivered", Slot::Count(of!(qty_delivered))),
        entry("currency", Slot::Currency),
        entry("cpm", Slot::Amount(of!(cpm_minor))),
        entry("selects_cpm", Slot::Amount(of!(selects_cpm_minor))),
        entry("flat_fee", Slot::Amount(of!(flat_fee_minor))),
        entry("min_charge", Slot::Amount(of!(min_charge_minor))),
        entry("net_pct", Slot::Percent(of!(net_pct))),
        entry("run_charge", Slot::Amount(of!(run_charge_minor))),
        entry("run_charge_basis", Slot::RunBasis),
        entry("commission_pct", Slot::Percent(of!(commission_pct))),
        entry("priority", Slot::Priority),
        entry("ncoa_date", Slot::Date(Back, of!(ncoa_date))),
        entry("cass_date", Slot::Date(Back, of!(cass_date))),
        entry("source_name", Slot::Text(of!(source_name))),
        entry("lawful_basis", Slot::Text(of!(lawful_basis))),
        entry("jurisdiction", Slot::Text(of!(jurisdiction))),
        entry("notice_due", Slot::Date(Forward, of!(notice_due))),
        entry("dpa_ref", Slot::Text(of!(dpa_ref))),
        entry("contract_path", Slot::Text(of!(contract_path))),
        entry("notes", Slot::Notes),
    ];

    /// The option that sets it: `--net-pct`.
    pub fn option(&self) -> String {
        format!("--{}", self.key.replace('_', "-"))
    }

    /// Lays what was written over the terms; `none` takes away what was there.
    pub fn lay(&self, terms: &mut Terms, written: &str, reading: Reading) -> Result<(), String> {
        let written = written.trim();
        let given = (written != NONE).then_some(written);
        if given == Some("") {
            return Err("it is empty; write none to take away what was there".to_string());
        }
        let currency = terms.currency.unwrap_or(reading.currency);
        match &self.slot {
            Slot::Text((_, of)) => *of(terms) = given.map(str::to_string),
            Slot::Notes => terms.notes = given.map(Private::new),
            Slot::Date(direction, (_, of)) => {
                let read = |text| parse_day(text, reading.today, *direction);
                *of(terms) = given.map(read).transpose()?;
            }
            Slot::Count((_, of)) => *of(terms) = given.map(count).transpose()?,
            Slot::Amount((_, of)) => {
                let read = |text| amount(text, currency);
                *of(terms) = given.map(read).transpose()?;
            }
            Slot::Percent((_, of)) => *of(terms) = given.map(str::parse).transpose()?,
            Slot::Kind => terms.kind = given.map(str::parse).transpose()?.unwrap_or_default(),
            Slot::Acquisition => {
                terms.acquisition = given.map(str::parse).transpose()?.unwrap_or_default();
            }
            Slot::RunBasis => {
                terms.run_charge_basis = given.map(str::parse).transpose()?.unwrap_or_default();
            }
            Slot::Uses => terms.uses = given.map(uses).transpose()?.unwrap_or_default(),
            Slot::Channels => {
                terms.channels = given
                    .filter(|text| *text != "any")
                    .map(channels)
                    .transpose()?;
            }
            Slot::Currency => set_currency(terms, given)?,
            Slot::Priority => {
                let read = |text| count(text)?.try_into().map_err(|_| no_number(text));
                terms.priority = given.map(read).transpose()?;
            }
        }
        Ok(())
    }

    /// As people read it; none where nothing was agreed.
    pub fn shown(&self, terms: &Terms, reading: Reading) -> Option<String> {
        let currency = terms.currency.unwrap_or(reading.currency);
        match &self.slot {
            Slot::Text((of, _)) => of(terms).clone(),
            Slot::Notes => terms.notes.as_ref().map(|notes| notes.text.clone()),
            Slot::Date(_, (of, _)) => of(terms).map(crate::date::day),
            Slot::Count((of, _)) => of(terms).map(grouped),
            Slot::Amount((of, _)) => of(terms).map(|minor| Money { minor, currency }.to_string()),
            Slot::Percent((of, _)) => of(terms).map(|percent| percent.to_string()),
            Slot::Kind => Some(terms.kind.name().to_string()),
            Slot::Acquisition => Some(terms.acquisition.name().to_string()),
            Slot::RunBasis => terms
                .run_charge_minor
                .map(|_| terms.run_charge_basis.name().to_string()),
            Slot::Uses => Some(match terms.uses {
                Uses::Unlimited => "unlimited".to_string(),
                Uses::Times(n) => n.to_string(),
            }),
            Slot::Channels => terms.channels.as_ref().map(|channels| {
                let names: Vec<_> = channels.iter().map(|channel| channel.name()).collect();
                names.join(", ")
            }),
            Slot::Currency => terms.currency.map(|currency| currency.to_string()),
            Slot::Priority => terms.priority.map(|rank| rank.to_string()),
        }
    }
}

/// The term of this name in files.
pub fn term(key: &str) -> Option<&'static Term> {
    Term::ALL
        .iter()
        .find(|term| term.key == key || term.alias == Some(key))
}

fn no_number(text: &str) -> String {
    format!("`{text}` is not a whole number such as 100,000")
}

fn count(text: &str) -> Result<u64, String> {
    let plain: String = text
        .chars()
        .filter(|c| !matches!(c, ',' | '_' | ' ' | '\''))
        .collect();
    // SQLite's whole numbers are signed.
    plain
        .parse::<u64>()
        .ok()
        .filter(|n| i64::try_from(*n).is_ok())
        .ok_or_else(|| no_number(text))
}

fn uses(text: &str) -> Result<Uses, String> {
    if text == "unlimited" {
        return Ok(Uses::Unlimited);
    }
    match text.parse() {
        Ok(times) if times > 0 => Ok(Uses::Times(times)),
        _ => Err(format!(
            "`{text}` is no number of uses; expected 1, another number, or unlimited"
        )),
    }
}

fn channels(text: &str) -> Result<Vec<Channel>, String> {
    let mut channels = text
        .split([',', '|'])
        .map(str::parse)
        .collect::<Result<Vec<Channel>, _>>()?;
    channels.sort_unstable();
    channels.dedup();
    Ok(channels)
}

fn amount(text: &str, currency: Currency) -> Result<i64, String> {
    let money = Money::parse(text, currency)?;
    if money.currency != currency {
        return Err(format!(
            "amounts of this list are in {currency}; say currency {} for all of them",
            money.currency
        ));
    }
    Ok(money.minor)
}

/// Amounts that are there would mean something else in another currency.
fn set_currency(terms: &mut Terms, given: Option<&str>) -> Result<(), String> {
    let currency = given
        .map(|code| code.to_uppercase().parse::<Currency>())
        .transpose()?;
    let amounts = [
        terms.cpm_minor,
        terms.selects_cpm_minor,
        terms.flat_fee_minor,
        terms.min_charge_minor,
        terms.run_charge_minor,
    ];
    if let Some(old) = terms.currency
        && currency != Some(old)
        && amounts.iter().any(Option::is_some)
    {
        return Err(format!(
            "its amounts are in {old}; take them away with none first"
        ));
    }
    terms.currency = currency;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn reading() -> Reading {
        Reading {
            today: "2026-11-21".parse().expect("a date"),
            currency: "EUR".parse().expect("a code"),
        }
    }

    fn laid(key: &str, written: &str) -> Result<Option<String>, String> {
        let mut terms = Terms::new("a");
        let term = term(key).expect("a term");
        term.lay(&mut terms, written, reading())?;
        if key == "run_charge_basis" {
            terms.run_charge_minor = Some(1);
        }
        Ok(term.shown(&terms, reading()))
    }

    #[rstest]
    #[case("broker", "Acme Lists", Some("Acme Lists"))]
    #[case("uses", "1", Some("1"))]
    #[case("uses", "unlimited", Some("unlimited"))]
    #[case("uses_allowed", "3", Some("3"))]
    #[case("until", "2027-03-31", Some("31 Mar 2027"))]
    #[case("until", "fri", Some("27 Nov 2026"))]
    #[case("obtained_on", "fri", Some("20 Nov 2026"))]
    #[case("channels", "email,mail", Some("mail, email"))]
    #[case("channels", "any", None)]
    #[case("qty", "100,000", Some("100,000"))]
    #[case("cpm", "145", Some("145 EUR"))]
    #[case("net_pct", "85", Some("85 %"))]
    #[case("run_charge_basis", "all-unused", Some("all_unused"))]
    #[case("priority", "2", Some("2"))]
    #[case("broker", "none", None)]
    fn read(#[case] key: &str, #[case] written: &str, #[case] shown: Option<&str>) {
        assert_eq!(laid(key, written), Ok(shown.map(str::to_string)));
    }

    #[rstest]
    #[case("uses", "twice", "expected 1, another number, or unlimited")]
    #[case("uses", "0", "expected 1, another number, or unlimited")]
    #[case("until", "soon", "is not a date")]
    #[case("channels", "fax", "is no channel")]
    #[case("qty", "-5", "not a whole number")]
    #[case("cpm", "145 USD", "say currency USD")]
    #[case("net_pct", "850", "not a percentage")]
    #[case("kind", "compield", "did you mean `compiled`?")]
    #[case("name", " ", "is empty")]
    fn refused(#[case] key: &str, #[case] written: &str, #[case] because: &str) {
        let problem = laid(key, written).expect_err("refused");
        assert!(problem.contains(because), "{problem}");
    }

    #[test]
    fn amounts_are_read_in_the_currency_of_the_terms() {
        let mut terms = Terms::new("a");
        for (key, written) in [("currency", "jpy"), ("cpm", "14500")] {
            let term = term(key).expect("a term");
            term.lay(&mut terms, written, reading()).expect("laid");
        }
        assert_eq!(terms.cpm_minor, Some(14_500));
        let currency = term("currency").expect("a term");
        assert!(currency.lay(&mut terms, "USD", reading()).is_err());
    }

    #[test]
    fn every_term_has_one_name() {
        let mut names: Vec<_> = Term::ALL
            .iter()
            .flat_map(|term| std::iter::once(term.key).chain(term.alias))
            .collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
