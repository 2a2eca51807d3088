//! Groups of deals: by whom, by what, by pairs of these. Every report and metric groups here.

use std::collections::HashMap;

use serde::Serializer;

use super::Dimension;
use crate::deal::book::{Book, Named};
use crate::document::Cell;

/// A label for machines and for people; `None` is of deals that have none.
pub(super) type Label<'a> = Option<(&'a str, &'a str)>;

/// The values of the dimensions as columns of a row: name, and value or null.
pub(super) type GroupColumns = Vec<(String, Option<String>)>;

/// Writes [`GroupColumns`] as columns of their own, before those of the row.
pub(super) fn as_columns<S: Serializer>(
    group: &[(String, Option<String>)],
    to: S,
) -> Result<S::Ok, S::Error> {
    to.collect_map(group.iter().map(|(name, value)| (name, value)))
}

/// The group of every deal. Without a dimension there is one group, of all.
#[derive(Debug)]
pub(super) struct Groups<'a> {
    /// Names of the dimensions.
    pub(super) names: Vec<&'a str>,
    /// What people read for them.
    pub(super) titles: Vec<&'a str>,
    /// By deal of the Book: index into `labels`.
    pub(super) of: Vec<u32>,
    /// A label for each dimension, by group. Groups are in the order of their first deal.
    pub(super) labels: Vec<Vec<Label<'a>>>,
}

/// One dimension's column over all deals, and its labels.
struct Grouping<'a> {
    index: &'a [Option<u32>],
    labels: Labels<'a>,
}

enum Labels<'a> {
    Named(&'a [Named]),
    Plain(&'a [String]),
}

/// Groups are keyed by up to this many label numbers of 32 bits.
const MOST_DIMENSIONS: usize = 4;

impl<'a> Groups<'a> {
    /// `taken` are the columns that the report has itself.
    pub(super) fn new(book: &'a Book, by: &'a [Dimension], taken: &[&str]) -> Result<Self, String> {
        let names: Vec<&str> = by.iter().map(Dimension::name).collect();
        if names.len() > MOST_DIMENSIONS {
            return Err(format!(
                "deals can be grouped by {MOST_DIMENSIONS} dimensions at once, not by {}",
                names.len()
            ));
        }
        if let Some(twice) = names
            .iter()
            .enumerate()
            .find(|(i, name)| names[..*i].contains(name))
        {
            return Err(format!("`{}` is given twice to group by", twice.1));
        }
        let groupings = by
            .iter()
            .map(|dimension| Grouping::new(book, dimension, taken))
            .collect::<Result<Vec<_>, _>>()?;
        let mut groups = Self {
            names,
            titles: by.iter().map(Dimension::title).collect(),
            of: Vec::with_capacity(book.deals.len()),
            labels: Vec::new(),
        };
        match groupings.as_slice() {
            [] => {
                groups.of.resize(book.deals.len(), 0);
                groups.labels.push(Vec::new());
            }
            [only] => groups.by_one(only),
            _ => groups.by_many(&groupings),
        }
        Ok(groups)
    }

    /// The group of every activity: that of its deal, with who did it in the place of the deal's owner.
    pub(super) fn of_activities(
        &mut self,
        book: &'a Book,
        by: &'a [Dimension],
    ) -> Result<Vec<u32>, String> {
        let groupings = by
            .iter()
            .map(|dimension| Ok((dimension, Grouping::new(book, dimension, &[])?)))
            .collect::<Result<Vec<_>, String>>()?;
        let key = |labels: &[Option<u32>]| {
            labels.iter().fold(0_u128, |key, label| {
                (key << 32) | label.map_or(0, |label| u128::from(label) + 1)
            })
        };
        let mut labels = vec![None; groupings.len()];
        let mut place: HashMap<u128, u32> = HashMap::with_capacity(self.len());
        let mut seen = vec![false; self.len()];
        for (deal, group) in self.of.iter().enumerate() {
            if std::mem::replace(&mut seen[*group as usize], true) {
                continue;
            }
            for (label, (_, grouping)) in labels.iter_mut().zip(&groupings) {
                *label = grouping.index[deal];
            }
            place.insert(key(&labels), *group);
        }
        if groupings.is_empty() {
            place.insert(0, 0);
        }
        let activities = &book.activities;
        let mut of = Vec::with_capacity(activities.len());
        for (by, deal) in activities.by.iter().zip(&activities.deal) {
            for (label, (dimension, grouping)) in labels.iter_mut().zip(&groupings) {
                *label = match dimension {
                    Dimension::Rep => *by,
                    Dimension::Team => by.and_then(|rep| book.reps.get(rep as usize)?.team),
                    _ => deal.and_then(|deal| grouping.index[deal as usize]),
                };
            }
            let group = *place.entry(key(&labels)).or_insert_with(|| {
                let labels = labels.iter().zip(&groupings);
                self.labels.push(
                    labels
                        .map(|(label, (_, grouping))| {
                            label.and_then(|label| grouping.labels.of(label))
                        })
                        .collect(),
                );
                self.labels.len() as u32 - 1
            });
            of.push(group);
        }
        Ok(of)
    }

    pub(super) fn len(&self) -> usize {
        self.labels.len()
    }

    /// The columns of a group's row.
    pub(super) fn columns(&self, group: usize) -> GroupColumns {
        let values = self.labels[group].iter();
        self.names
            .iter()
            .zip(values)
            .map(|(name, label)| ((*name).to_string(), label.map(|(name, _)| name.to_string())))
            .collect()
    }

    /// The first cells of a group's line.
    pub(super) fn cells(&self, group: usize) -> Vec<Cell> {
        self.labels[group]
            .iter()
            .map(|label| Cell::Text(label.map_or("(none)", |(_, title)| title).to_string()))
            .collect()
    }

    /// Groups by their names, those without a name last.
    pub(super) fn order(&self, group: usize) -> Vec<(bool, &'a str)> {
        self.labels[group]
            .iter()
            .map(|label| (label.is_none(), label.map_or("", |(name, _)| name)))
            .collect()
    }

    /// What people read for a group: `Ann Ash / Pro`, `(none)`.
    pub(super) fn title(&self, group: usize) -> String {
        let titles: Vec<&str> = self.labels[group]
            .iter()
            .map(|label| label.map_or("(none)", |(_, title)| title))
            .collect();
        titles.join(" / ")
    }

    fn by_one(&mut self, only: &Grouping<'a>) {
        // Place of each label among the groups, 0 for not seen yet; the first is of deals without one.
        let mut place: Vec<u32> = Vec::new();
        for label in only.index {
            let at = label.map_or(0, |label| label as usize + 1);
            if at >= place.len() {
                place.resize(at + 1, 0);
            }
            if place[at] == 0 {
                self.labels
                    .push(vec![label.and_then(|label| only.labels.of(label))]);
                place[at] = self.labels.len() as u32;
            }
            self.of.push(place[at] - 1);
        }
    }

    fn by_many(&mut self, groupings: &[Grouping<'a>]) {
        let mut place: HashMap<u128, u32> = HashMap::new();
        for deal in 0..groupings[0].index.len() {
            let key = groupings.iter().fold(0_u128, |key, grouping| {
                // Zero is a deal without a label, which is a group like any other.
                (key << 32) | grouping.index[deal].map_or(0, |label| u128::from(label) + 1)
            });
            let group = *place.entry(key).or_insert_with(|| {
                let labels = groupings.iter().map(|grouping| {
                    grouping.index[deal].and_then(|label| grouping.labels.of(label))
                });
                self.labels.push(labels.collect());
                self.labels.len() as u32 - 1
            });
            self.of.push(group);
        }
    }
}

impl<'a> Grouping<'a> {
    fn new(book: &'a Book, dimension: &Dimension, taken: &[&str]) -> Result<Self, String> {
        let deals = &book.deals;
        let (index, labels) = match dimension {
            Dimension::Rep => (&deals.owner, Labels::Named(&book.owners)),
            Dimension::Team => (&deals.team, Labels::Named(&book.teams)),
            Dimension::Product => (&deals.product, Labels::Named(&book.products)),
            Dimension::Source => (&deals.source, Labels::Named(&book.sources)),
            Dimension::Type => (&deals.customer_type, Labels::Plain(&book.types)),
            Dimension::ProcessVersion => (&deals.gate_version, Labels::Plain(&book.versions)),
            Dimension::Attribute(field) => {
                if taken.contains(&field.as_str()) {
                    return Err(format!(
                        "deals can't be grouped by `{field}`: this report has a column of that name"
                    ));
                }
                let labelled = book.attributes.get(field).ok_or_else(|| {
                    let known = ["rep", "team", "product", "source", "type", "process-version"]
                        .into_iter()
                        .chain(book.attributes.keys().map(String::as_str));
                    let near = crate::text::nearest(field, known)
                        .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                    format!(
                        "deals can't be grouped by `{field}`: it is none of rep, team, product, source, type, process-version and \
                         the process's fields{near}"
                    )
                })?;
                (&labelled.index, Labels::Plain(&labelled.labels))
            }
            Dimension::Time(_) | Dimension::Stage => {
                return Err(format!(
                    "deals can't be grouped by {}: only metrics are, with `salesctl metric query`",
                    dimension.name()
                ));
            }
        };
        Ok(Self { index, labels })
    }
}

impl<'a> Labels<'a> {
    /// For machines, and for people.
    fn of(&self, index: u32) -> Label<'a> {
        match self {
            Self::Named(named) => named
                .get(index as usize)
                .map(|named| (named.name.as_str(), named.title.as_str())),
            Self::Plain(plain) => plain
                .get(index as usize)
                .map(|label| (label.as_str(), label.as_str())),
        }
    }
}
