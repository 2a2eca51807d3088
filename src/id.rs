//! Identifiers made by the client: 63 bits, millisecond time above, random bits below.
//!
//! People see an id in Crockford base32 written from its random end, so that a short prefix is
//! already unique (`D7K2`). The written form is a *handle*; the number is what the store joins on.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Random bits at the low end; the remaining 42 hold milliseconds since 1970 (until the year 2109).
const RANDOM_BITS: u32 = 21;
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 63 bits in groups of five.
const HANDLE_LEN: usize = 13;

/// The identity of a stream or an operation. Never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id(pub i64);

impl Id {
    /// Puts milliseconds since 1970 and random bits together.
    pub fn from_parts(millis: i64, random: u64) -> Self {
        let time = (millis as u64) & ((1 << (63 - RANDOM_BITS)) - 1);
        Self(((time << RANDOM_BITS) | (random & ((1 << RANDOM_BITS) - 1))) as i64)
    }

    /// All thirteen characters, the random end first.
    pub fn handle(self) -> String {
        let mut rest = self.0 as u64;
        (0..HANDLE_LEN)
            .map(|_| {
                let digit = DIGITS[(rest & 31) as usize] as char;
                rest >>= 5;
                digit
            })
            .collect()
    }

    /// Reads a full handle back.
    pub fn from_handle(handle: &str) -> Option<Self> {
        let canonical = canonical_handle(handle)?;
        if canonical.len() != HANDLE_LEN {
            return None;
        }
        let mut number: u64 = 0;
        for byte in canonical.bytes().rev() {
            let digit = DIGITS.iter().position(|d| *d == byte)? as u64;
            number = number.checked_mul(32)? | digit;
        }
        i64::try_from(number).ok().map(Self)
    }
}

/// Upper case, with Crockford's look-alikes resolved (`o` is 0, `i` and `l` are 1); `None` when it
/// cannot be the start of a handle.
pub fn canonical_handle(typed: &str) -> Option<String> {
    if typed.is_empty() || typed.len() > HANDLE_LEN {
        return None;
    }
    typed
        .chars()
        .map(|c| match c.to_ascii_uppercase() {
            'O' => Some('0'),
            'I' | 'L' => Some('1'),
            c if c.is_ascii() && DIGITS.contains(&(c as u8)) => Some(c),
            _ => None,
        })
        .collect()
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.handle())
    }
}

/// Makes new ids. Seeded in tests and in the demo, so that their transcripts repeat.
#[derive(Debug)]
pub struct Ids {
    seeded: Option<fastrand::Rng>,
}

impl Ids {
    pub fn random() -> Self {
        Self { seeded: None }
    }

    pub fn seeded(seed: u64) -> Self {
        Self {
            seeded: Some(fastrand::Rng::with_seed(seed)),
        }
    }

    /// A new id carrying `millis` (since 1970). A clash is the store's to notice and to retry.
    pub fn next(&mut self, millis: i64) -> Id {
        let random = match &mut self.seeded {
            Some(rng) => rng.u64(..),
            None => getrandom::u64().unwrap_or_else(|_| fastrand::u64(..)),
        };
        Id::from_parts(millis, random)
    }

    /// Sixteen random bytes, the salt of a commitment.
    pub fn salt(&mut self) -> [u8; 16] {
        let (a, b) = match &mut self.seeded {
            Some(rng) => (rng.u64(..), rng.u64(..)),
            None => (
                getrandom::u64().unwrap_or_else(|_| fastrand::u64(..)),
                getrandom::u64().unwrap_or_else(|_| fastrand::u64(..)),
            ),
        };
        let mut salt = [0; 16];
        salt[..8].copy_from_slice(&a.to_le_bytes());
        salt[8..].copy_from_slice(&b.to_le_bytes());
        salt
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn handle_reads_back(n in 0..=i64::MAX) {
            prop_assert_eq!(Id::from_handle(&Id(n).handle()), Some(Id(n)));
        }
    }

    #[test]
    fn look_alikes_are_one_letter() {
        assert_eq!(canonical_handle("o1Li").as_deref(), Some("0111"));
        assert_eq!(canonical_handle("acme!"), None);
        assert_eq!(canonical_handle("u"), None);
    }
}
