//! Labels of the Book and their places.

use std::collections::HashMap;

use crate::deal::book::Named;
use crate::deal::event::CatalogKind;
use crate::store::query::Catalog;

/// Names with their places: those of the catalog, then others in order of first mention.
#[derive(Default)]
pub(super) struct Interned {
    pub(super) named: Vec<Named>,
    place: HashMap<String, u32>,
}

impl Interned {
    pub(super) fn of(catalog: &Catalog, kind: CatalogKind) -> Self {
        let mut all = Self::default();
        for entry in catalog.of(kind) {
            all.add(&entry.name, &entry.title);
        }
        all
    }

    pub(super) fn add(&mut self, name: &str, title: &str) -> u32 {
        let place = self.named.len() as u32;
        self.named.push(Named {
            name: name.to_string(),
            title: title.to_string(),
        });
        self.place.insert(name.to_string(), place);
        place
    }

    pub(super) fn index(&mut self, name: &str) -> u32 {
        match self.place.get(name) {
            Some(place) => *place,
            None => self.add(name, name),
        }
    }

    pub(super) fn names(self) -> Vec<String> {
        self.named.into_iter().map(|one| one.name).collect()
    }
}

/// Labels that a column uses, in order of first mention.
pub(super) fn in_order(labels: Vec<String>, index: &mut [Option<u32>]) -> Vec<String> {
    let mut place: Vec<Option<u32>> = vec![None; labels.len()];
    let mut order = Vec::new();
    for at in index.iter_mut().flatten() {
        let old = *at as usize;
        *at = *place[old].get_or_insert_with(|| {
            order.push(old);
            order.len() as u32 - 1
        });
    }
    let mut labels = labels;
    order
        .into_iter()
        .map(|old| std::mem::take(&mut labels[old]))
        .collect()
}

/// Keeps the values that are marked.
pub(super) fn retain<T>(values: &mut Vec<T>, kept: &[bool]) {
    let mut kept = kept.iter();
    values.retain(|_| kept.next().copied().unwrap_or(false));
}
