//! The terms of a list, as its owner and we agreed on them.

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};

use super::percent::Percent;
use crate::money::Currency;
use crate::text::{Private, nearest};

/// Words that stand for the variants of an enum, in files, options and the store.
macro_rules! words {
    ($of:ident, $noun:literal: $($variant:ident => $word:literal),+ $(,)?) => {
        impl $of {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }

        impl std::str::FromStr for $of {
            type Err = String;

            fn from_str(typed: &str) -> Result<Self, String> {
                one_of(typed, $noun, Self::ALL, Self::name)
            }
        }
    };
}

fn one_of<T: Copy>(
    typed: &str,
    noun: &str,
    all: &[T],
    name: fn(T) -> &'static str,
) -> Result<T, String> {
    let plain = typed.trim().to_lowercase().replace('-', "_");
    let names = || all.iter().map(|one| name(*one));
    all.iter()
        .copied()
        .find(|one| name(*one) == plain)
        .ok_or_else(|| match nearest(&plain, names()) {
            Some(near) => format!("`{typed}` is no {noun}; did you mean `{near}`?"),
            None => format!(
                "`{typed}` is no {noun}; expected one of {}",
                names().collect::<Vec<_>>().join(", ")
            ),
        })
}

/// How a list was made, which says what its names are worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// People who answered or bought somewhere.
    Response,
    /// Put together from public sources.
    #[default]
    Compiled,
    Exchange,
    Purchased,
    /// Our own file: no term binds it.
    House,
    Event,
}

words!(Kind, "kind of list":
    Response => "response", Compiled => "compiled", Exchange => "exchange",
    Purchased => "purchased", House => "house", Event => "event");

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acquisition {
    /// The right to use the names, so many times.
    #[default]
    Rent,
    Buy,
    Exchange,
}

words!(Acquisition, "way to get a list": Rent => "rent", Buy => "buy", Exchange => "exchange");

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Mail,
    Phone,
    Email,
}

words!(Channel, "channel": Mail => "mail", Phone => "phone", Email => "email");

/// Which names that were not used cost the run charge, when fewer were used than must be paid for.
/// The two only differ below the floor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunBasis {
    /// Only those that are not paid for in full already.
    #[default]
    AboveFloor,
    /// All of them, those below the floor a second time.
    AllUnused,
}

words!(RunBasis, "basis of the run charge":
    AboveFloor => "above_floor", AllUnused => "all_unused");

/// How often the names may be used. One use is one export or one start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Uses {
    #[default]
    Unlimited,
    Times(u32),
}

/// Where a contract stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    #[default]
    Active,
    /// No longer used, by our own choice.
    Retired,
    /// Reported to the broker; what is not ours may not be used any more.
    Returned,
}

words!(State, "state of a list": Active => "active", Retired => "retired", Returned => "returned");

/// Only the code is mandatory. Amounts are minor units of `currency`; `cpm` is the price of a thousand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// What people call the list by: `zoom-q4`. Never changes.
    pub code: String,
    pub name: Option<String>,
    pub owner: Option<String>,
    pub broker: Option<String>,
    pub manager: Option<String>,
    pub order_no: Option<String>,
    /// Of its data card, the spec sheet.
    pub data_card_ref: Option<String>,
    pub kind: Kind,
    pub acquisition: Acquisition,
    pub uses: Uses,
    pub obtained_on: Option<NaiveDate>,
    /// Last day for the first use.
    pub first_use_by: Option<NaiveDate>,
    /// The day that was agreed for the mailing.
    pub mail_date: Option<NaiveDate>,
    /// Last day on which names that are not ours may be used.
    pub until: Option<NaiveDate>,
    /// None means any.
    pub channels: Option<Vec<Channel>>,
    pub qty_ordered: Option<u64>,
    pub qty_delivered: Option<u64>,
    pub cpm_minor: Option<i64>,
    /// Of the selections that were ordered, for every name that is paid for.
    pub selects_cpm_minor: Option<i64>,
    pub flat_fee_minor: Option<i64>,
    pub min_charge_minor: Option<i64>,
    pub currency: Option<Currency>,
    /// Of the names delivered so many are paid for at least; without it all of them are.
    pub net_pct: Option<Percent>,
    /// Of a thousand names that were not used.
    pub run_charge_minor: Option<i64>,
    pub run_charge_basis: RunBasis,
    /// The broker's, inside the price.
    pub commission_pct: Option<Percent>,
    /// Which list keeps a name that is on several, lowest first, when told to go by priority.
    pub priority: Option<u32>,
    /// When its addresses were last held against the register of moves.
    pub ncoa_date: Option<NaiveDate>,
    pub cass_date: Option<NaiveDate>,
    /// Where its names come from, as they have a right to be told.
    pub source_name: Option<String>,
    pub lawful_basis: Option<String>,
    /// `DE`, `EU`, `US`: whose law binds it.
    pub jurisdiction: Option<String>,
    pub notice_due: Option<NaiveDate>,
    /// Of the data processing agreement.
    pub dpa_ref: Option<String>,
    pub contract_path: Option<String>,
    pub notes: Option<Private>,
}

/// Where whoever obtains data elsewhere must tell the person: the European Union, the countries that
/// joined its rule, and those that kept it.
const NOTICE_DUTY: &[&str] = &[
    "EU", "EEA", "UK", "GB", "CH", "IS", "LI", "NO", "AT", "BE", "BG", "CY", "CZ", "DE", "DK",
    "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT",
    "RO", "SE", "SI", "SK",
];

impl Terms {
    pub fn new(code: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            ..Self::default()
        }
    }

    /// Ours to use for good: our own file, or bought.
    pub fn is_ours(&self) -> bool {
        matches!(self.kind, Kind::House | Kind::Purchased) || self.acquisition == Acquisition::Buy
    }

    /// Whether its names may be used by their age alone. Ours never expire.
    pub fn expired(&self, on: NaiveDate) -> bool {
        !self.is_ours() && self.until.is_some_and(|until| until < on)
    }

    /// By when its names must be told that we have them: as agreed, or a month after they were obtained
    /// (article 14 of the GDPR). `since` is when the first of them came in, for a list that does not say
    /// when it was obtained. None where there is no such duty.
    pub fn notice_due(&self, since: Option<NaiveDate>) -> Option<NaiveDate> {
        if self.notice_due.is_some() {
            return self.notice_due;
        }
        let elsewhere = self.jurisdiction.as_deref().is_some_and(|place| {
            !place
                .split(|c: char| !c.is_alphanumeric())
                .any(|part| NOTICE_DUTY.contains(&part.to_uppercase().as_str()))
        });
        if elsewhere || self.kind == Kind::House {
            return None;
        }
        self.obtained_on
            .or(since)?
            .checked_add_months(Months::new(1))
    }

    /// What can't be so, whatever the parts are.
    pub fn contradictions(&self) -> Vec<String> {
        let day = crate::date::day;
        let mut found = Vec::new();
        let mut after = |name: &str, date: Option<NaiveDate>, last: Option<NaiveDate>| {
            if let (Some(date), Some(last)) = (date, last)
                && date > last
            {
                found.push(format!(
                    "{name} {} is after {}, the list's last day",
                    day(date),
                    day(last)
                ));
            }
        };
        after("obtained-on", self.obtained_on, self.until);
        after("first-use-by", self.first_use_by, self.until);
        after("mail-date", self.mail_date, self.until);
        if self.run_charge_minor.is_some() && self.net_pct.is_none() {
            found.push(
                "a run charge is for names that need not be paid for: it needs --net-pct too"
                    .to_string(),
            );
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[rstest]
    #[case(Some("2026-10-31"), None, Some("2026-11-30"))]
    #[case(None, None, Some("2026-12-05"))]
    #[case(Some("2026-10-31"), Some("DE"), Some("2026-11-30"))]
    #[case(Some("2026-10-31"), Some("EU/US"), Some("2026-11-30"))]
    #[case(Some("2026-10-31"), Some("US"), None)]
    fn names_are_told_within_a_month(
        #[case] obtained: Option<&str>,
        #[case] jurisdiction: Option<&str>,
        #[case] due: Option<&str>,
    ) {
        let terms = Terms {
            obtained_on: obtained.map(date),
            jurisdiction: jurisdiction.map(str::to_string),
            ..Terms::new("a")
        };
        assert_eq!(terms.notice_due(Some(date("2026-11-05"))), due.map(date));
    }

    #[test]
    fn our_own_names_need_no_notice_and_never_expire() {
        let house = Terms {
            kind: Kind::House,
            until: Some(date("2026-01-01")),
            ..Terms::new("house")
        };
        assert_eq!(house.notice_due(Some(date("2026-01-01"))), None);
        assert!(!house.expired(date("2026-06-01")));
        let rented = Terms {
            kind: Kind::Compiled,
            ..house
        };
        assert!(rented.expired(date("2026-01-02")));
        assert!(!rented.expired(date("2026-01-01")));
    }

    #[test]
    fn old_terms_are_read_with_what_came_later_missing() {
        let read: Terms = serde_json::from_str(r#"{"code":"a"}"#).expect("terms");
        assert_eq!(read, Terms::new("a"));
    }

    #[test]
    fn words_are_those_of_the_store() {
        for kind in Kind::ALL {
            let stored = serde_json::to_string(kind).expect("json");
            assert_eq!(stored, format!("\"{}\"", kind.name()));
            assert_eq!(kind.name().parse(), Ok(*kind));
        }
        let problem = "compield".parse::<Kind>().expect_err("no kind");
        assert!(problem.contains("did you mean `compiled`?"), "{problem}");
    }
}
