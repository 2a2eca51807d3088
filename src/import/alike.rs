//! Names that are there already, to find one that a missing name may be meant for.

use std::collections::HashMap;

use crate::text::nearest;

/// So many comparisons by spelling are made for a kind of names: each of a hundred thousand new ones compared with all
/// others would take minutes.
const MOST_COMPARED: usize = 5_000_000;

/// The names of one kind, those that the import makes included.
pub(super) struct Names {
    all: Vec<String>,
    /// The first of those that differ only in blanks, signs and capitals.
    by_letters: HashMap<String, usize>,
    /// Comparisons by spelling that may still be made.
    left: usize,
    /// Missing names for which there were none left.
    pub(super) not_compared: u64,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            by_letters: HashMap::new(),
            left: MOST_COMPARED,
            not_compared: 0,
        }
    }
}

impl Names {
    pub(super) fn add(&mut self, name: &str) {
        let place = self.all.len();
        self.by_letters.entry(letters(name)).or_insert(place);
        self.all.push(name.to_string());
    }

    /// The nearest name; one that differs only in blanks and signs comes first.
    pub(super) fn like(&mut self, name: &str) -> Option<String> {
        if let Some(same) = self.by_letters.get(&letters(name)) {
            return Some(self.all[*same].clone());
        }
        let Some(left) = self.left.checked_sub(self.all.len()) else {
            self.not_compared += 1;
            return None;
        };
        self.left = left;
        nearest(name, self.all.iter().map(String::as_str)).map(str::to_string)
    }
}

fn letters(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_very_many_names_only_letters_are_compared() {
        let mut names = Names {
            left: 5,
            ..Names::default()
        };
        names.add("Acme Group");
        names.add("Globex");
        let near = Some("Acme Group".to_string());
        // Two names: with all of them, two may be compared.
        assert_eq!(names.like("Acme Grupp"), near);
        assert_eq!(names.like("Acme Grop"), near);
        assert_eq!(names.like("Acme Grou"), None);
        assert_eq!(names.like("acme-group"), near);
        assert_eq!(names.not_compared, 1);
    }
}
