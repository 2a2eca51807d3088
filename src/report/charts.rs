//! Pictures of what the tables of reports say in numbers: what is drawn, not how.

use chrono::{Datelike, NaiveDate};

use super::funnel::FunnelRow;
use super::pipeline::PipelineRow;
use super::{DurationsRow, percent};
use crate::deal::book::Day;
use crate::document::{Bar, Chart, Shape, Unit};
use crate::money::Currency;
use crate::statistics::Share;

pub(super) fn bar(label: impl Into<String>, value: Option<f64>) -> Bar {
    Bar {
        label: label.into(),
        value: value.unwrap_or(f64::NAN),
        interval: None,
        mark: None,
    }
}

/// How many of a cohort have come how far.
pub(super) fn reached(titles: &[&str], rows: &[FunnelRow]) -> Chart {
    let bars = titles
        .iter()
        .zip(rows)
        .map(|(title, row)| bar(*title, Some(row.entered as f64)));
    Chart {
        title: "Deals of the cohort that reached each stage".to_string(),
        description: "A skipped stage was not reached; deals that are still open count as far as \
                      they have come."
            .to_string(),
        unit: Unit::Count,
        shape: Shape::Bars(bars.collect()),
    }
}

/// The win rate of each group with its interval.
pub(super) fn win_rates(by: &[&str], groups: Vec<(String, Share)>, all: Share) -> Chart {
    let bars = groups.into_iter().map(|(label, share)| Bar {
        interval: Some((share.low, share.high)),
        ..bar(label, Some(share.share))
    });
    Chart {
        title: format!("Win rate by {}", by.join(", ")),
        description: format!(
            "Won of decided deals; all together {}. Groups whose intervals overlap may well be equal.",
            percent(all.share)
        ),
        unit: Unit::Share,
        shape: Shape::Bars(bars.collect()),
    }
}

/// The value that is open in each stage.
pub(super) fn open_value(titles: &[&str], rows: &[PipelineRow], currency: Currency) -> Chart {
    let bars = titles
        .iter()
        .zip(rows)
        .map(|(title, row)| bar(*title, row.value_minor.map(|minor| minor as f64)));
    Chart {
        title: "Value of the open deals by stage".to_string(),
        description: "Deals without a value are in none of the bars.".to_string(),
        unit: Unit::Money(currency),
        shape: Shape::Bars(bars.collect()),
    }
}

/// How long half of the visits to a stage last.
pub(super) fn medians(titles: &[&str], rows: &[DurationsRow]) -> Chart {
    let bars = titles
        .iter()
        .zip(rows)
        .map(|(title, row)| bar(*title, row.median_days.map(f64::from)));
    Chart {
        title: "Median stay in each stage".to_string(),
        description: "Half of the visits last longer. Visits that go on are counted as lasting at \
                      least as long as they have."
            .to_string(),
        unit: Unit::Days,
        shape: Shape::Bars(bars.collect()),
    }
}

/// Months from that of the as-of date on that have a column of their own.
const MONTHS: usize = 12;

/// When open deals are expected to close: value by month and stage, with columns for what should have
/// closed already and for what lies further ahead.
pub(super) struct Closing {
    today: Day,
    /// Of the as-of date, counted from year 0.
    month: i32,
    /// By stage, then past close, the months, later.
    minor: Vec<[i64; MONTHS + 2]>,
    /// Deals without an expected close.
    open_ended: usize,
}

fn month(date: NaiveDate) -> i32 {
    date.year() * 12 + date.month0() as i32
}

impl Closing {
    pub(super) fn new(today: Day, stages: usize) -> Self {
        Self {
            today,
            month: month(today.date()),
            minor: vec![[0; MONTHS + 2]; stages],
            open_ended: 0,
        }
    }

    pub(super) fn add(&mut self, stage: usize, closes: Option<Day>, minor: i64) {
        let Some(closes) = closes else {
            self.open_ended += 1;
            return;
        };
        let column = if closes < self.today {
            0
        } else {
            let ahead = usize::try_from(month(closes.date()) - self.month).unwrap_or(0);
            1 + ahead.min(MONTHS)
        };
        let sum = &mut self.minor[stage][column];
        *sum = sum.saturating_add(minor);
    }

    /// None where no deal with a value is expected to close at any time.
    pub(super) fn chart(&self, titles: &[&str], currency: Currency) -> Option<Chart> {
        let has = |column: usize| self.minor.iter().any(|stage| stage[column] != 0);
        let last = (1..=MONTHS + 1).rev().find(|column| has(*column));
        let columns: Vec<usize> = (0..=last.unwrap_or(0))
            .filter(|column| *column > 0 || has(0))
            .collect();
        if columns.is_empty() || (last.is_none() && !has(0)) {
            return None;
        }
        let label = |column: usize| match column {
            0 => "past close".to_string(),
            column if column > MONTHS => "later".to_string(),
            column => {
                let month = self.month + column as i32 - 1;
                format!("{}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
            }
        };
        let series = titles.iter().zip(&self.minor);
        let series = series
            .filter(|(_, months)| months.iter().any(|minor| *minor != 0))
            .map(|(title, months)| {
                let values = columns.iter().map(|column| months[*column] as f64);
                ((*title).to_string(), values.collect())
            });
        let open_ended = match self.open_ended {
            0 => String::new(),
            1 => " One deal with a value has no such date.".to_string(),
            deals => format!(" {deals} deals with a value have no such date."),
        };
        Some(Chart {
            title: "Value of the open deals by month of expected close".to_string(),
            description: format!(
                "Not weighted; past close is what should have closed before the as-of date.{open_ended}"
            ),
            unit: Unit::Money(currency),
            shape: Shape::Columns {
                labels: columns.iter().map(|column| label(*column)).collect(),
                series: series.collect(),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::of(text.parse().expect("a date"))
    }

    #[test]
    fn months_of_expected_close() {
        let mut closing = Closing::new(day("2026-11-21"), 3);
        closing.add(0, Some(day("2026-11-20")), 100);
        closing.add(0, Some(day("2026-11-21")), 200);
        closing.add(2, Some(day("2026-11-30")), 50);
        closing.add(2, Some(day("2027-01-01")), 70);
        closing.add(2, None, 7);
        let chart = closing
            .chart(
                &["Qualify", "Propose", "Negotiate"],
                "EUR".parse().expect("a currency"),
            )
            .expect("a chart");
        assert_eq!(
            chart.shape,
            Shape::Columns {
                labels: ["past close", "2026-11", "2026-12", "2027-01"]
                    .map(String::from)
                    .to_vec(),
                series: vec![
                    ("Qualify".to_string(), vec![100.0, 200.0, 0.0, 0.0]),
                    ("Negotiate".to_string(), vec![0.0, 50.0, 0.0, 70.0]),
                ],
            }
        );
        assert!(
            chart
                .description
                .ends_with("One deal with a value has no such date.")
        );
    }

    #[test]
    fn what_lies_far_ahead_is_one_column() {
        let mut closing = Closing::new(day("2026-11-21"), 1);
        closing.add(0, Some(day("2027-10-31")), 1);
        closing.add(0, Some(day("2027-11-01")), 2);
        closing.add(0, Some(day("2031-05-05")), 4);
        let chart = closing
            .chart(&["Qualify"], "EUR".parse().expect("a currency"))
            .expect("a chart");
        let Shape::Columns { labels, series } = chart.shape else {
            panic!("no columns")
        };
        assert_eq!(
            (labels.len(), labels[11].as_str(), labels[12].as_str()),
            (13, "2027-10", "later")
        );
        assert_eq!(series[0].1[11..], [1.0, 6.0]);
        let empty = Closing::new(day("2026-11-21"), 1);
        assert_eq!(
            empty.chart(&["Qualify"], "EUR".parse().expect("a currency")),
            None
        );
    }
}
