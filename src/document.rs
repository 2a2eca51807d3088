//! Between an answer and its formats: one typed-cell document that every format for people is drawn from.
//!
//! Machine formats (`json`, `jsonl`, `csv`) are the serialised [`Answer`] itself; raw numbers there,
//! formatted ones here.

use chrono::NaiveDate;
use serde::Serialize;

use crate::money::Currency;

/// What a reading command answers: one object, whose `rows` are flat and all alike.
#[derive(Clone, Debug, Serialize)]
pub struct Answer<R> {
    /// `salesctl/report-win-rate/1`
    pub schema: &'static str,
    pub as_of: NaiveDate,
    /// `None` of a draft, and before the first is in force.
    pub process_version: Option<u32>,
    pub currency: Currency,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// What the rows are grouped by: the names of their first columns, before those of [`Row::columns`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<String>,
    pub n: usize,
    pub rows: Vec<R>,
    /// What could not be known, and what was left out, in words.
    pub notes: Vec<String>,
}

/// From and to are both inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Period {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

impl Period {
    pub fn contains(&self, date: NaiveDate) -> bool {
        self.from <= date && date <= self.to
    }
}

/// A row of an answer: its fields in order, which are the columns of csv even when there is no row.
pub trait Row: Serialize {
    fn columns() -> Vec<&'static str>;
}

/// Defines a row, so that its columns are its fields and cannot be anything else.
macro_rules! row {
    ($(#[$about:meta])* $shown:vis struct $name:ident { $($(#[$doc:meta])* $of:vis $field:ident: $type:ty,)* }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        #[allow(clippy::struct_field_names)] // columns are called what readers know them by
        $shown struct $name { $($(#[$doc])* $of $field: $type,)* }

        impl $crate::document::Row for $name {
            fn columns() -> Vec<&'static str> {
                vec![$(stringify!($field)),*]
            }
        }
    };
}
pub(crate) use row;

/// What people see, before a format is chosen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    pub blocks: Vec<Block>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// What this is, over which period, of how many, as of when.
    Heading(String),
    Table(Table),
    /// A sentence that reads the table, or a note under it.
    Line(String),
    /// Lines to be pasted elsewhere, which no format may break.
    Verbatim(String),
    /// A picture of what a table beside it says in numbers: only formats that can draw show it.
    Chart(Chart),
    /// A way through stages: every format draws it in its own manner.
    Flow(Flow),
}

/// An ordered chain of stages with a gate behind each, ways past some of them and ways back. What a place on it is
/// called is its number: stages from 0 on, then the good end; whoever leaves for the bad end can do so anywhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    pub title: String,
    /// What there is to see, for whoever can't.
    pub description: String,
    pub stages: Vec<FlowStage>,
    pub won: FlowEnd,
    pub lost: FlowEnd,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlowStage {
    pub title: String,
    /// What is there now; nothing where nobody counted.
    pub now: Option<FlowNow>,
    pub about: Vec<Labelled>,
    /// What must be so to go on; nothing where it is open.
    pub gate: Vec<Labelled>,
    /// Ways on, to later places.
    pub next: Vec<FlowWay>,
    /// Earlier stages that one may go back to.
    pub back: Vec<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FlowNow {
    /// `12 open deals, 84,000 EUR`
    pub text: String,
    /// What needs a look: `3 past their limit`.
    pub alert: Option<String>,
}

/// A line of text with the word it begins with, which may be empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Labelled {
    pub label: &'static str,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FlowWay {
    pub to: usize,
    /// Which way it is; nothing for the one that follows from the order.
    pub why: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FlowEnd {
    pub title: String,
    pub about: Vec<Labelled>,
}

/// A picture of numbers. Whoever can't see it has its description, and the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    pub title: String,
    /// What there is to see, in a sentence or two.
    pub description: String,
    pub unit: Unit,
    pub shape: Shape,
}

/// What the numbers of a chart are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Count,
    /// A fraction, shown in per cent.
    Share,
    /// Minor units.
    Money(Currency),
    Days,
    Number,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Bars one under another, from the top in this order.
    Bars(Vec<Bar>),
    /// Columns along an axis, one stacked group a label: names and values of each series, one value a label.
    Columns {
        labels: Vec<String>,
        series: Vec<(String, Vec<f64>)>,
    },
    /// Points over a sample size or the like, and lines through the same plane.
    Points {
        across: String,
        points: Vec<Point>,
        lines: Vec<(String, Vec<(f64, f64)>)>,
    },
    /// Lines over days, each with its name; a band that opens between two of them, and what they are held against.
    Course {
        lines: Vec<(String, Vec<(NaiveDate, f64)>)>,
        band: Option<Band>,
        mark: Option<(f64, &'static str)>,
        /// Where what happened ends and what is expected begins; the ends of the lines are then told beside them.
        today: Option<NaiveDate>,
    },
}

/// Between what and what, day by day.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    pub name: String,
    pub course: Vec<(NaiveDate, f64, f64)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    pub label: String,
    pub value: f64,
    /// The 95 % interval.
    pub interval: Option<(f64, f64)>,
    /// What the value is held against, and what that is called: `target`, `all together`.
    pub mark: Option<(f64, &'static str)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    pub label: String,
    pub x: f64,
    pub y: f64,
    /// Outside of what chance explains.
    pub stands_out: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    pub columns: Vec<TableColumn>,
    pub rows: Vec<Vec<Cell>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TableColumn {
    pub heading: String,
    pub align: Align,
    /// Dropped from the terminal first when the width is short: the highest number goes first, 0 never.
    pub rank: u8,
    /// On a terminal that is too narrow it goes on a line of its own beneath each row, before any column is dropped.
    pub beneath: bool,
    /// On a terminal that is too narrow its texts are cut to so many characters, before any column is dropped.
    pub most: Option<usize>,
}

impl TableColumn {
    pub fn left(heading: impl Into<String>) -> Self {
        Self {
            heading: heading.into(),
            align: Align::Left,
            rank: 0,
            beneath: false,
            most: None,
        }
    }

    pub fn right(heading: impl Into<String>) -> Self {
        Self {
            align: Align::Right,
            ..Self::left(heading)
        }
    }

    /// Says how soon it is dropped when the width is short.
    #[must_use]
    pub fn rank(self, rank: u8) -> Self {
        Self { rank, ..self }
    }

    /// Goes beneath each row when the width is short.
    #[must_use]
    pub fn beneath(self) -> Self {
        Self {
            beneath: true,
            ..self
        }
    }

    /// Is cut to so many characters when the width is short.
    #[must_use]
    pub fn at_most(self, characters: usize) -> Self {
        Self {
            most: Some(characters),
            ..self
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

/// A share in whole per cent. `100 %` is all and `0 %` is none: what is hardly less, or hardly any, says so.
pub fn percent(share: f64) -> String {
    // What was added up may miss a whole by what a sum of fractions does.
    const NEAR: f64 = 1e-9;
    let whole = (share * 100.0).round();
    if whole >= 100.0 && share < 1.0 - NEAR {
        "> 99 %".to_string()
    } else if whole < 1.0 && share > NEAR {
        "< 1 %".to_string()
    } else {
        format!("{whole:.0} %")
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Text(String),
    Count(i64),
    /// A fraction from 0 to 1, shown in per cent.
    Share(f64),
    Money {
        minor: i64,
        currency: Currency,
    },
    Days(f64),
    Date(NaiveDate),
    /// Several things, one under another.
    Lines(Vec<String>),
    /// An address; a page leads there.
    Link(String),
    /// A bar of this fraction of the column's width.
    Bar(f64),
    /// What can't be known or doesn't apply; shown as a dash.
    Nothing,
}

impl Cell {
    /// A text, or nothing where there is none.
    pub fn text(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Nothing, |text| Self::Text(text.into()))
    }
}

impl Document {
    /// What can be said in letters: everything but the charts.
    pub fn written(&self) -> impl Iterator<Item = &Block> {
        self.blocks
            .iter()
            .filter(|block| !matches!(block, Block::Chart(_)))
    }

    #[must_use]
    pub fn heading(mut self, text: impl Into<String>) -> Self {
        self.blocks.push(Block::Heading(text.into()));
        self
    }

    #[must_use]
    pub fn line(mut self, text: impl Into<String>) -> Self {
        self.blocks.push(Block::Line(text.into()));
        self
    }

    #[must_use]
    pub fn verbatim(mut self, text: impl Into<String>) -> Self {
        self.blocks.push(Block::Verbatim(text.into()));
        self
    }

    #[must_use]
    pub fn chart(mut self, chart: Chart) -> Self {
        self.blocks.push(Block::Chart(chart));
        self
    }

    /// This document, then the other.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.blocks.extend(other.blocks);
        self
    }

    #[must_use]
    pub fn flow(mut self, flow: Flow) -> Self {
        self.blocks.push(Block::Flow(flow));
        self
    }

    #[must_use]
    pub fn table(mut self, table: Table) -> Self {
        self.blocks.push(Block::Table(table));
        self
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::percent;

    #[rstest]
    #[case::all(1.0, "100 %")]
    #[case::all_but_two(486.0 / 488.0, "> 99 %")]
    #[case::thirds(1.0 / 3.0 + 1.0 / 3.0 + 1.0 / 3.0, "100 %")]
    #[case::tenths((0..10).map(|_| 0.1).sum(), "100 %")]
    #[case::rounded(0.994, "99 %")]
    #[case::more_than_all(1.004, "100 %")]
    #[case::half(0.5, "50 %")]
    #[case::one_of_a_hundred_and_fifty(1.0 / 150.0, "1 %")]
    #[case::one_of_a_thousand(0.001, "< 1 %")]
    #[case::none(0.0, "0 %")]
    #[case::less(-0.12, "-12 %")]
    fn only_all_is_a_hundred_and_only_none_is_nothing(#[case] share: f64, #[case] shown: &str) {
        assert_eq!(percent(share), shown);
    }
}
