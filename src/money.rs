//! Money in minor units of an ISO 4217 currency; sums never mix currencies.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An ISO 4217 currency code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// What a draft names where nobody said.
    pub const EUR: Self = Self(iso_currency::Currency::EUR);

    /// Digits after the decimal point: 2 for EUR, 0 for JPY, 3 for KWD.
    pub fn digits(self) -> u32 {
        u32::from(self.0.exponent().unwrap_or(0))
    }

    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Minor units in one major unit: 100 for EUR.
    pub fn scale(self) -> i64 {
        10_i64.pow(self.digits())
    }

    pub fn major(self, minor: i64) -> f64 {
        minor as f64 / self.scale() as f64
    }
}

impl FromStr for Currency {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, String> {
        iso_currency::Currency::from_code(code)
            .map(Self)
            .ok_or_else(|| format!("`{code}` is not an ISO 4217 currency code such as EUR or USD"))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// An amount of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

impl Money {
    /// To the nearest whole unit, halves away from zero: an estimate is not known to the cent.
    #[must_use]
    pub fn whole(self) -> Self {
        let scale = self.currency.scale();
        let half = self.minor.signum() * scale / 2;
        Self {
            minor: self.minor.saturating_add(half) / scale * scale,
            ..self
        }
    }

    /// Reads `6000`, `6k`, `1.5m`, `4,200`, `4 200.50`, `EUR 12k`, `12k EUR`; `currency` is meant
    /// where none is written. Negative amounts and more decimals than the currency has are refused.
    pub fn parse(typed: &str, currency: Currency) -> Result<Self, String> {
        let (code, number) = split_code(typed.trim());
        let currency = match code {
            Some(code) => code.parse()?,
            None => currency,
        };
        let minor = parse_minor(number, currency).map_err(|problem| {
            format!(
                "`{typed}` is not an amount: {problem}; write 4200, 4,200.50, 12k, 1.5m or 12k EUR"
            )
        })?;
        Ok(Self { minor, currency })
    }
}

fn split_code(typed: &str) -> (Option<&str>, &str) {
    let is_code = |s: &str| s.len() == 3 && s.bytes().all(|b| b.is_ascii_uppercase());
    if let (Some(head), Some(rest)) = (typed.get(..3), typed.get(3..))
        && is_code(head)
    {
        return (Some(head), rest.trim());
    }
    if typed.len() > 3 && typed.is_char_boundary(typed.len() - 3) {
        let (rest, tail) = typed.split_at(typed.len() - 3);
        if is_code(tail) {
            return (Some(tail), rest.trim());
        }
    }
    (None, typed)
}

fn parse_minor(number: &str, currency: Currency) -> Result<i64, String> {
    let lower = number.to_ascii_lowercase();
    let (digits, zeros) = if let Some(rest) = lower.strip_suffix('k') {
        (rest, 3)
    } else if let Some(rest) = lower.strip_suffix('m') {
        (rest, 6)
    } else {
        (lower.as_str(), 0)
    };
    let digits = digits.trim();
    if digits.starts_with('-') || digits.starts_with('\u{2212}') {
        return Err("it is negative".into());
    }
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, fraction),
        None => (digits, ""),
    };
    let whole = ungroup(whole)?;
    if !fraction.bytes().all(|b| b.is_ascii_digit())
        || (fraction.is_empty() && digits.ends_with('.'))
    {
        return Err("the digits after the point are unreadable".into());
    }
    // Half of Europe parts thousands with a point: never guess by a factor of a thousand.
    if fraction.len() == 3 && zeros == 0 && currency.digits() != 3 {
        return Err(format!(
            "it can be read as {whole},{fraction} or as {whole}.{}; write {whole}{fraction} or {whole}.{}",
            &fraction[..2],
            &fraction[..2]
        ));
    }
    let fraction = if zeros > 0 {
        fraction
    } else {
        fraction.trim_end_matches('0')
    };
    let shift = zeros + currency.digits() as usize;
    if fraction.len() > shift {
        return Err(format!("{currency} has {} decimals", currency.digits()));
    }
    let padding = shift - fraction.len();
    let all = format!("{whole}{fraction}{}", "0".repeat(padding));
    all.parse::<i64>()
        .map_err(|_| "it is too large".to_string())
        .and_then(|minor| {
            // The sum of nine hundred thousand of the largest is still exact.
            if minor > 10_000_000_000_000 {
                Err("it is too large".into())
            } else {
                Ok(minor)
            }
        })
}

/// Removes thousands separators, which must stand where they belong.
fn ungroup(whole: &str) -> Result<String, String> {
    let separators: &[char] = &[',', ' ', '\u{a0}', '\u{202f}', '_', '\''];
    let groups: Vec<&str> = whole.split(separators).collect();
    let well_formed = groups.len() == 1
        || (!groups[0].is_empty()
            && groups[0].len() <= 3
            && groups[1..].iter().all(|g| g.len() == 3));
    let plain = groups.concat();
    if plain.is_empty() || !plain.bytes().all(|b| b.is_ascii_digit()) {
        return Err("it is not a number".into());
    }
    if !well_formed {
        return Err("thousands separators must part three digits".into());
    }
    Ok(plain)
}

/// `4,200 EUR`, `4,200.50 EUR`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}",
            plain_amount(self.minor, self.currency),
            self.currency
        )
    }
}

/// `4,200` or `4,200.50`, for columns whose heading names the currency.
pub fn plain_amount(minor: i64, currency: Currency) -> String {
    let scale = currency.scale().unsigned_abs();
    let (whole, fraction) = (minor.unsigned_abs() / scale, minor.unsigned_abs() % scale);
    let sign = if minor < 0 { "-" } else { "" };
    let digits = currency.digits() as usize;
    if fraction == 0 {
        format!("{sign}{}", grouped(whole))
    } else {
        format!("{sign}{}.{fraction:0digits$}", grouped(whole))
    }
}

/// `4.2k`, `38k`, `1.2m`: for narrow columns of a worklist.
pub fn short_amount(minor: i64, currency: Currency) -> String {
    let major = currency.major(minor);
    if major.abs() >= 999_500.0 {
        format!("{:.1}m", major / 1e6)
    } else if major.abs() >= 9_950.0 {
        format!("{:.0}k", major / 1e3)
    } else if major.abs() >= 1_000.0 {
        format!("{:.1}k", major / 1e3).replace(".0k", "k")
    } else {
        format!("{major:.0}")
    }
}

/// A whole number with thousands separators.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn eur() -> Currency {
        "EUR".parse().expect("a code")
    }

    #[rstest]
    #[case("6k", 600_000)]
    #[case("1.5m", 150_000_000)]
    #[case("4,200", 420_000)]
    #[case("4,200.50", 420_050)]
    #[case("4 200", 420_000)]
    #[case("0", 0)]
    #[case("12.00", 1_200)]
    #[case("0.5k", 50_000)]
    #[case("1.250k", 125_000)]
    #[case("12,500", 1_250_000)]
    fn amounts(#[case] typed: &str, #[case] minor: i64) {
        assert_eq!(Money::parse(typed, eur()).map(|m| m.minor), Ok(minor));
    }

    #[rstest]
    #[case("-5")]
    #[case("")]
    #[case("12.345")]
    #[case("4,20")]
    #[case("1e9")]
    #[case("12kk")]
    #[case("12.")]
    #[case("12.500")]
    #[case("1.234 EUR")]
    #[case("99999999999999999999")]
    fn refused(#[case] typed: &str) {
        assert!(Money::parse(typed, eur()).is_err(), "{typed}");
    }

    #[test]
    fn codes_and_digits() {
        let yen = Money::parse("1.5k JPY", eur()).expect("yen");
        assert_eq!((yen.minor, yen.to_string().as_str()), (1_500, "1,500 JPY"));
        assert_eq!(
            Money::parse("USD 12k", eur()).expect("usd").to_string(),
            "12,000 USD"
        );
        assert!(Money::parse("1.5 JPY", eur()).is_err());
    }
}
