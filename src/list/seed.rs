//! A decoy: a name that is on a list to see what is done with it. The owner's are never taken out of a
//! mailing, ours are added to it; neither becomes a prospect.

use std::collections::BTreeMap;

use crate::text::Private;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seed {
    /// Put there by us, not by the list's owner.
    pub ours: bool,
    pub first: String,
    pub last: String,
    pub company: String,
    pub email: String,
    pub phone: String,
    pub address: String,
    pub city: String,
    pub state: String,
    pub zip: String,
    pub country: String,
}

impl Seed {
    /// The columns of the store, in its order.
    pub const COLUMNS: [&'static str; 10] = [
        "first_name",
        "last_name",
        "company",
        "email",
        "phone",
        "address",
        "city",
        "state",
        "zip",
        "country",
    ];

    /// The values of [`Seed::COLUMNS`]; empty where nothing is known.
    pub fn values(&self) -> [&str; 10] {
        [
            &self.first,
            &self.last,
            &self.company,
            &self.email,
            &self.phone,
            &self.address,
            &self.city,
            &self.state,
            &self.zip,
            &self.country,
        ]
    }

    /// Says what a column holds; a column that a seed does not have is left alone.
    pub fn set(&mut self, column: &str, value: &str) {
        let place = match column {
            "first_name" => &mut self.first,
            "last_name" => &mut self.last,
            "company" => &mut self.company,
            "email" => &mut self.email,
            "phone" => &mut self.phone,
            "address" => &mut self.address,
            "city" => &mut self.city,
            "state" => &mut self.state,
            "zip" => &mut self.zip,
            "country" => &mut self.country,
            _ => return,
        };
        *place = value.trim().to_string();
    }

    /// Whether anything tells it from other names.
    pub fn can_be_known(&self) -> bool {
        let place = [&self.address, &self.zip];
        let has_place = place.iter().any(|part| !part.is_empty());
        let has_number = [&self.email, &self.phone]
            .iter()
            .any(|part| !part.is_empty());
        has_number || (has_place && !self.last.is_empty())
    }

    /// What is known, by column, as an event keeps it.
    pub fn private(&self) -> BTreeMap<String, Private> {
        Self::COLUMNS
            .into_iter()
            .zip(self.values())
            .filter(|(_, value)| !value.is_empty())
            .map(|(column, value)| (column.to_string(), Private::new(value)))
            .collect()
    }

    pub fn from_private(ours: bool, values: &BTreeMap<String, Private>) -> Self {
        let mut seed = Self {
            ours,
            ..Self::default()
        };
        for (column, value) in values {
            seed.set(column, &value.text);
        }
        seed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_kept() {
        let mut seed = Seed {
            ours: true,
            ..Seed::default()
        };
        for column in Seed::COLUMNS {
            seed.set(column, column);
        }
        assert_eq!(seed.values(), Seed::COLUMNS);
        assert_eq!(Seed::from_private(true, &seed.private()), seed);
    }

    #[test]
    fn a_name_alone_is_no_decoy() {
        let mut seed = Seed::default();
        seed.set("first_name", "Ada");
        seed.set("last_name", "Lovelace");
        assert!(!seed.can_be_known());
        seed.set("zip", "01067");
        assert!(seed.can_be_known());
    }
}
