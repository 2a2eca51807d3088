//! What the deals of an account come to: open, won, lost, in the currency of the process.

use chrono::NaiveDate;

use crate::deal::book::State;
use crate::money::{Currency, Money};
use crate::process::Process;
use crate::store::DealOf;

/// Number and value of the deals of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    pub(crate) n: usize,
    pub(crate) minor: i64,
}

impl Sum {
    fn add(&mut self, minor: Option<i64>) {
        self.n += 1;
        self.minor = self.minor.saturating_add(minor.unwrap_or(0));
    }

    /// `2 deals, 63,000 EUR`
    pub(crate) fn words(self, currency: Currency) -> String {
        let amount = Money {
            minor: self.minor,
            currency,
        };
        format!(
            "{}, {amount}",
            super::super::show::counted(self.n, "deal", "deals")
        )
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) open: Sum,
    pub(crate) won: Sum,
    pub(crate) lost: Sum,
    /// Deals whose currency has no rate: counted, but not in the sums.
    pub(crate) without_rate: usize,
}

/// Amounts count at the rate of the day they closed, those of open deals at today's.
pub(crate) fn totals<'d>(
    process: &Process,
    today: NaiveDate,
    deals: impl IntoIterator<Item = &'d DealOf>,
) -> Totals {
    let mut totals = Totals::default();
    for deal in deals {
        let amount = deal.value_minor.zip(deal.currency);
        let minor = amount.and_then(|(minor, currency)| {
            if currency == process.currency {
                return Some(minor);
            }
            let rate = process.rate(currency, deal.closed.unwrap_or(today))?;
            let scale = process.currency.scale() as f64;
            Some((currency.major(minor) * rate * scale).round() as i64)
        });
        if amount.is_some() && minor.is_none() {
            totals.without_rate += 1;
        }
        match deal.state {
            State::Open | State::Hold => totals.open.add(minor),
            State::Won => totals.won.add(minor),
            State::Lost => totals.lost.add(minor),
        }
    }
    totals
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Id;

    fn deal(state: State, value: Option<(i64, &str)>) -> DealOf {
        DealOf {
            id: Id(1),
            account: None,
            account_name: None,
            title: None,
            owner: None,
            stage: None,
            state,
            value_minor: value.map(|(minor, _)| minor),
            currency: value.map(|(_, code)| code.parse().expect("a currency")),
            opened: None,
            closed: None,
        }
    }

    #[test]
    fn deals_are_summed_by_how_they_stand() {
        let text = crate::process::template::text("consultative").expect("the template");
        let process = crate::process::check("process.toml", text)
            .process
            .expect("sound");
        let today = NaiveDate::from_ymd_opt(2026, 11, 21).expect("a date");
        let deals = [
            deal(State::Open, Some((420_000, "EUR"))),
            deal(State::Hold, Some((1_800_000, "EUR"))),
            deal(State::Won, Some((4_500_000, "EUR"))),
            deal(State::Won, None),
            deal(State::Lost, Some((900_000, "EUR"))),
            deal(State::Open, Some((100, "XPF"))),
        ];
        let totals = totals(&process, today, &deals);
        let sum = |n, minor| Sum { n, minor };
        assert_eq!(totals.open, sum(3, 2_220_000));
        assert_eq!(totals.won, sum(2, 4_500_000));
        assert_eq!(totals.lost, sum(1, 900_000));
        assert_eq!(totals.without_rate, 1);
    }
}
