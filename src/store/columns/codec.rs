//! How one column is written as bytes: the labels it uses, then one small number per value.
//!
//! `labels u32, (length u32, bytes)…, layout u8, base i64, count u32, codes`, all little-endian. A code of
//! 0 is NULL, any other is `base + code - 1`; a layout says how many bytes a code has. The same values always
//! give the same bytes, so that two columns are equal when their bytes are.

use std::ops::Range;

use anyhow::Result;
use rustc_hash::FxHashMap;

use crate::fault::Fault;

const ALL_NULL: u8 = 0;
/// Every value is `base`.
const CONSTANT: u8 = 16;
/// Eight bytes as they are, then a byte each that says whether there is a value: of numbers too far apart.
const PLAIN: u8 = 24;

/// A column in hand: numbers, or places of labels.
#[derive(Clone, Debug, Default)]
pub(super) struct Column {
    labels: Vec<String>,
    place: FxHashMap<String, i64>,
    pub(super) values: Vec<Option<i64>>,
}

impl Column {
    pub(super) fn push(&mut self, value: Option<i64>) {
        self.values.push(value);
    }

    pub(super) fn push_label(&mut self, label: &str) {
        let place = self.place_of(label);
        self.values.push(Some(place));
    }

    pub(super) fn place_of(&mut self, label: &str) -> i64 {
        if let Some(place) = self.place.get(label) {
            return *place;
        }
        let place = self.labels.len() as i64;
        self.labels.push(label.to_string());
        self.place.insert(label.to_string(), place);
        place
    }

    pub(super) fn is_empty(&self) -> bool {
        self.values.iter().all(Option::is_none)
    }

    /// Takes over some values of another column.
    pub(super) fn extend(&mut self, other: &Self, range: Range<usize>) {
        if other.labels.is_empty() {
            self.values.extend_from_slice(&other.values[range]);
            return;
        }
        let places: Vec<i64> = other
            .labels
            .iter()
            .map(|label| self.place_of(label))
            .collect();
        self.values.extend(
            other.values[range]
                .iter()
                .map(|value| value.map(|place| places[place as usize])),
        );
    }

    /// Reads a column of so many values.
    pub(super) fn read(bytes: &[u8], count: usize) -> Result<Self> {
        let blob = Blob::read(bytes)?;
        if blob.count != count {
            return Err(damaged());
        }
        let mut column = Self::default();
        for label in &blob.labels {
            column.place_of(label);
        }
        blob.append(0..blob.count, &mut column.values, |value| value)?;
        let labels = column.labels.len() as i64;
        let out_of_place = |value: &Option<i64>| value.is_some_and(|at| !(0..labels).contains(&at));
        if labels > 0 && column.values.iter().any(out_of_place) {
            return Err(damaged());
        }
        Ok(column)
    }

    /// Labels in the order of the alphabet, those that nothing uses left out.
    pub(super) fn bytes(&self) -> Vec<u8> {
        if self.labels.is_empty() {
            let mut out = 0_u32.to_le_bytes().to_vec();
            write(&mut out, &self.values);
            return out;
        }
        let mut used = vec![false; self.labels.len()];
        for place in self.values.iter().flatten() {
            used[*place as usize] = true;
        }
        let mut sorted: Vec<usize> = (0..used.len()).filter(|at| used[*at]).collect();
        sorted.sort_unstable_by_key(|at| &self.labels[*at]);
        let mut places = vec![0; used.len()];
        let mut out = (sorted.len() as u32).to_le_bytes().to_vec();
        for (place, at) in (0_i64..).zip(&sorted) {
            places[*at] = place;
            let label = self.labels[*at].as_bytes();
            out.extend((label.len() as u32).to_le_bytes());
            out.extend(label);
        }
        let moved: Vec<Option<i64>> = self
            .values
            .iter()
            .map(|value| value.map(|place| places[place as usize]))
            .collect();
        write(&mut out, &moved);
        out
    }
}

fn write(out: &mut Vec<u8>, values: &[Option<i64>]) {
    let known = || values.iter().flatten().copied();
    let (least, most) = (known().min(), known().max());
    let (layout, base) = match (least, most) {
        (Some(least), Some(most)) => {
            let has_null = values.iter().any(Option::is_none);
            let codes = most.checked_sub(least).map(i64::unsigned_abs);
            let layout = match codes {
                Some(0) if !has_null => CONSTANT,
                Some(..0xFF) => 1,
                Some(..0xFFFF) => 2,
                Some(..0xFFFF_FFFF) => 4,
                Some(_) => 8,
                None => PLAIN,
            };
            (layout, if layout == PLAIN { 0 } else { least })
        }
        _ => (ALL_NULL, 0),
    };
    out.push(layout);
    out.extend(base.to_le_bytes());
    out.extend((values.len() as u32).to_le_bytes());
    let code = |value: &Option<i64>| value.map_or(0, |value| value.wrapping_sub(base) as u64 + 1);
    match layout {
        1 => out.extend(values.iter().map(|value| code(value) as u8)),
        2 => out.extend(
            values
                .iter()
                .flat_map(|value| (code(value) as u16).to_le_bytes()),
        ),
        4 => out.extend(
            values
                .iter()
                .flat_map(|value| (code(value) as u32).to_le_bytes()),
        ),
        8 => out.extend(values.iter().flat_map(|value| code(value).to_le_bytes())),
        PLAIN => {
            out.extend(
                values
                    .iter()
                    .flat_map(|value| value.unwrap_or_default().to_le_bytes()),
            );
            out.extend(values.iter().map(|value| u8::from(value.is_some())));
        }
        _ => {}
    }
}

/// A column as it is stored: labels taken apart, values not yet.
pub(super) struct Blob<'b> {
    pub(super) labels: Vec<&'b str>,
    pub(super) count: usize,
    layout: u8,
    base: i64,
    codes: &'b [u8],
}

impl<'b> Blob<'b> {
    pub(super) fn read(bytes: &'b [u8]) -> Result<Self> {
        Self::parse(bytes).ok_or_else(damaged)
    }

    fn parse(bytes: &'b [u8]) -> Option<Self> {
        let (labels, mut rest) = number(bytes)?;
        // What a damaged count asks for is never reserved at once.
        let mut all = Vec::with_capacity(labels.min(1 << 12));
        for _ in 0..labels {
            let (length, after) = number(rest)?;
            let (label, after) = after.split_at_checked(length)?;
            all.push(std::str::from_utf8(label).ok()?);
            rest = after;
        }
        let (layout, rest) = rest.split_first()?;
        let (base, rest) = rest.split_first_chunk::<8>()?;
        let (count, codes) = number(rest)?;
        let width = match *layout {
            ALL_NULL | CONSTANT => 0,
            PLAIN => 9,
            width @ (1 | 2 | 4 | 8) => usize::from(width),
            _ => return None,
        };
        (codes.len() == count.checked_mul(width)?).then_some(Self {
            labels: all,
            count,
            layout: *layout,
            base: i64::from_le_bytes(*base),
            codes,
        })
    }

    /// Appends what `of` makes of some of the values.
    pub(super) fn append<T: Clone>(
        &self,
        range: Range<usize>,
        out: &mut Vec<T>,
        of: impl Fn(Option<i64>) -> T,
    ) -> Result<()> {
        if range.start > range.end || range.end > self.count {
            return Err(damaged());
        }
        let base = self.base.wrapping_sub(1);
        let value = |code: u64| (code != 0).then(|| base.wrapping_add(code as i64));
        match self.layout {
            1 => out.extend(
                self.codes[range]
                    .iter()
                    .map(|code| of(value(u64::from(*code)))),
            ),
            2 => out.extend(
                chunks::<2>(self.codes, range)
                    .map(|code| of(value(u64::from(u16::from_le_bytes(code))))),
            ),
            4 => out.extend(
                chunks::<4>(self.codes, range)
                    .map(|code| of(value(u64::from(u32::from_le_bytes(code))))),
            ),
            8 => out.extend(
                chunks::<8>(self.codes, range).map(|code| of(value(u64::from_le_bytes(code)))),
            ),
            PLAIN => {
                let (values, there) = self.codes.split_at(8 * self.count);
                let there = &there[range.clone()];
                out.extend(
                    chunks::<8>(values, range)
                        .zip(there)
                        .map(|(value, there)| of((*there != 0).then(|| i64::from_le_bytes(value)))),
                );
            }
            CONSTANT => out.resize(out.len() + range.len(), of(Some(self.base))),
            _ => out.resize(out.len() + range.len(), of(None)),
        }
        Ok(())
    }
}

fn chunks<const N: usize>(
    codes: &[u8],
    range: Range<usize>,
) -> impl ExactSizeIterator<Item = [u8; N]> + '_ {
    let (whole, _) = codes[range.start * N..range.end * N].as_chunks::<N>();
    whole.iter().copied()
}

fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (number, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*number) as usize, rest))
}

pub(in crate::store) fn damaged() -> anyhow::Error {
    Fault::damaged("a column of the deals is not what was written")
        .hint("salesctl doctor --rebuild writes it anew")
        .into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn column(values: &[Option<i64>]) -> Column {
        Column {
            values: values.to_vec(),
            ..Column::default()
        }
    }

    #[rstest]
    #[case::nothing(&[], 0)]
    #[case::unknown(&[None, None], 0)]
    #[case::always_the_same(&[Some(-7), Some(-7)], 0)]
    #[case::bytes(&[Some(10), None, Some(264)], 3)]
    #[case::pairs(&[Some(10), Some(265)], 4)]
    #[case::far_apart(&[Some(i64::MIN), None, Some(i64::MAX)], 27)]
    #[case::ids(&[Some(1), Some(i64::MAX)], 16)]
    fn a_value_takes_as_few_bytes_as_it_needs(
        #[case] values: &[Option<i64>],
        #[case] codes: usize,
    ) {
        let bytes = column(values).bytes();
        assert_eq!(bytes.len(), 4 + 13 + codes);
        assert_eq!(
            Column::read(&bytes, values.len()).expect("read").values,
            values
        );
    }

    #[test]
    fn labels_are_written_in_one_order_and_unused_ones_are_not() {
        let mut one = Column::default();
        one.push_label("south");
        one.push(None);
        one.push_label("north");
        let mut other = Column::default();
        other.place_of("east");
        other.extend(&one, 0..2);
        other.push_label("north");
        assert_eq!(one.bytes(), other.bytes());
        let bytes = one.bytes();
        let read = Blob::read(&bytes).expect("read");
        assert_eq!(read.labels, ["north", "south"]);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            near in proptest::collection::vec(proptest::option::of(-70_000..70_000_i64), 0..40),
            far in proptest::collection::vec(proptest::option::of(any::<i64>()), 0..9),
        ) {
            for values in [near, far] {
                let bytes = column(&values).bytes();
                prop_assert_eq!(&Column::read(&bytes, values.len()).expect("read").values, &values);
                let half = values.len() / 2;
                let mut out = Vec::new();
                Blob::read(&bytes).expect("read").append(half..values.len(), &mut out, |v| v).expect("read");
                prop_assert_eq!(&out, &values[half..]);
            }
        }

        #[test]
        fn damaged_bytes_are_refused_or_read_but_nothing_worse(
            values in proptest::collection::vec(proptest::option::of(0..300_i64), 0..9),
            at in 0..60_usize,
            byte in any::<u8>(),
        ) {
            let mut column = column(&values);
            column.place_of("a label");
            column.values.iter_mut().flatten().for_each(|v| *v = 0);
            let mut bytes = column.bytes();
            if let Some(there) = bytes.get_mut(at) {
                *there = byte;
            }
            let _ = Column::read(&bytes, column.values.len());
        }
    }
}
