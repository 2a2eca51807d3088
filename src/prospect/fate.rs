//! What became of each row of a file, and that every row is accounted for.

use serde::{Deserialize, Serialize};

/// What a row that was taken is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    New,
    /// Somebody we know from elsewhere.
    Known,
    /// An earlier row of the same file has them.
    Twice,
    /// Must be left alone.
    Suppressed,
    /// A decoy, planted by the list's owner or by us.
    Seed,
}

impl Fate {
    pub const ALL: [Self; 5] = [
        Self::New,
        Self::Known,
        Self::Twice,
        Self::Suppressed,
        Self::Seed,
    ];

    /// As the store writes it.
    pub fn number(self) -> i64 {
        self as i64
    }

    pub fn from_number(number: i64) -> Option<Self> {
        usize::try_from(number)
            .ok()
            .and_then(|n| Self::ALL.get(n).copied())
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Known => "known",
            Self::Twice => "twice",
            Self::Suppressed => "suppressed",
            Self::Seed => "seed",
        }
    }
}

/// Rows of a file by what became of them: `read` is the sum of all the others, always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub read: u64,
    pub new: u64,
    pub known: u64,
    pub twice: u64,
    pub suppressed: u64,
    pub seed: u64,
    pub rejected: u64,
}

impl Counts {
    pub fn of(&mut self, fate: Fate) -> &mut u64 {
        match fate {
            Fate::New => &mut self.new,
            Fate::Known => &mut self.known,
            Fate::Twice => &mut self.twice,
            Fate::Suppressed => &mut self.suppressed,
            Fate::Seed => &mut self.seed,
        }
    }

    /// Whether every row that was read is in exactly one of the other counts.
    pub fn add_up(&self) -> bool {
        let parts = [
            self.new,
            self.known,
            self.twice,
            self.suppressed,
            self.seed,
            self.rejected,
        ];
        self.read == parts.iter().sum::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fates_read_back() {
        for fate in Fate::ALL {
            assert_eq!(Fate::from_number(fate.number()), Some(fate));
        }
        assert_eq!(Fate::from_number(5), None);
        assert_eq!(Fate::from_number(-1), None);
    }

    #[test]
    fn a_lost_row_shows() {
        let mut counts = Counts {
            read: 2,
            rejected: 1,
            ..Counts::default()
        };
        assert!(!counts.add_up());
        *counts.of(Fate::Twice) += 1;
        assert!(counts.add_up());
    }
}
