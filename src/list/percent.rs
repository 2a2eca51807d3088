//! Per cent with up to two decimals, exact.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Hundredths of a per cent, from 0 to 100 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Percent(pub u32);

const WHOLE: u32 = 10_000;

impl Percent {
    /// This share of `n`, rounded up: at least so much.
    pub fn at_least_of(self, n: u64) -> u64 {
        (u128::from(n) * u128::from(self.0)).div_ceil(u128::from(WHOLE)) as u64
    }

    /// This share of an amount, rounded to the nearest minor unit.
    pub fn of_minor(self, minor: i64) -> i64 {
        let half = i128::from(WHOLE / 2);
        ((i128::from(minor) * i128::from(self.0) + half) / i128::from(WHOLE)) as i64
    }

    pub fn number(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

impl FromStr for Percent {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        let wrong = || format!("`{typed}` is not a percentage from 0 to 100, such as 85 or 87.5");
        let number = typed.trim().trim_end_matches('%').trim_end();
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || fraction.len() > 2 {
            return Err(wrong());
        }
        let whole: u32 = whole.parse().map_err(|_| wrong())?;
        let hundredths: u32 = format!("{fraction:0<2}").parse().map_err(|_| wrong())?;
        Some(whole)
            .filter(|whole| *whole <= 100)
            .map(|whole| Self(whole * 100 + hundredths))
            .filter(|percent| percent.0 <= WHOLE)
            .ok_or_else(wrong)
    }
}

/// `85 %`, `87.5 %`.
impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", self.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("85", 8_500)]
    #[case("85%", 8_500)]
    #[case("87.5 %", 8_750)]
    #[case("0.25", 25)]
    #[case("100", 10_000)]
    fn read(#[case] typed: &str, #[case] hundredths: u32) {
        assert_eq!(typed.parse(), Ok(Percent(hundredths)));
    }

    #[rstest]
    #[case("")]
    #[case("-5")]
    #[case("100.01")]
    #[case("1e1")]
    #[case("85,5")]
    #[case("1.234")]
    fn refused(#[case] typed: &str) {
        assert!(typed.parse::<Percent>().is_err(), "{typed}");
    }

    #[test]
    fn at_least_so_much() {
        let floor = Percent(8_500);
        assert_eq!(floor.at_least_of(100_000), 85_000);
        assert_eq!(floor.at_least_of(100_001), 85_001);
        assert_eq!(floor.of_minor(101), 86);
    }
}
