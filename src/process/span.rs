//! A stretch of time as the process writes it: `10d`, `2w`, `15bd` (business days), `3m` (months).

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    Days(u32),
    BusinessDays(u32),
    Months(u32),
}

impl FromStr for Span {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, String> {
        let refuse = || {
            format!(
                "`{written}` is not a duration; write 10d, 2w, 15bd (business days) or 3m (months)"
            )
        };
        let split = written
            .find(|c: char| !c.is_ascii_digit())
            .ok_or_else(refuse)?;
        let (number, unit) = written.split_at(split);
        let number: u32 = number.parse().map_err(|_| refuse())?;
        if number > 36_500 {
            return Err(refuse());
        }
        match unit {
            "d" => Ok(Self::Days(number)),
            "w" => Ok(Self::Days(number * 7)),
            "bd" => Ok(Self::BusinessDays(number)),
            "m" => Ok(Self::Months(number)),
            _ => Err(refuse()),
        }
    }
}

impl Span {
    /// `15 business days`
    pub fn in_words(self) -> String {
        let (n, unit) = match self {
            Self::Days(n) if n % 7 == 0 && n > 0 => (n / 7, "week"),
            Self::Days(n) => (n, "day"),
            Self::BusinessDays(n) => (n, "business day"),
            Self::Months(n) => (n, "month"),
        };
        format!("{n} {unit}{}", if n == 1 { "" } else { "s" })
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(n) if n % 7 == 0 && *n > 0 => write!(f, "{}w", n / 7),
            Self::Days(n) => write!(f, "{n}d"),
            Self::BusinessDays(n) => write!(f, "{n}bd"),
            Self::Months(n) => write!(f, "{n}m"),
        }
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}
