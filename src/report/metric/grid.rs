//! The groups of a question about metrics: deals by their dimensions, times the spans of time, times the stages.

use super::MetricLabel;
use crate::date;
use crate::deal::book::{Book, Day};
use crate::document::Period;
use crate::process::{Grain, Metric, Process, Rows, Whose};
use crate::report::group::Groups;
use crate::report::{Ask, Dimension, Stages};

/// More groups than this are no answer that anybody reads.
const MOST_CELLS: usize = 2_000_000;

pub(super) struct Grid<'a> {
    pub(super) groups: Groups<'a>,
    /// The group of every activity, when activities are counted.
    pub(super) of_activities: Vec<u32>,
    pub(super) stages: Stages<'a>,
    by_stage: bool,
    pub(super) spans: Spans,
    by: &'a [Dimension],
}

/// Months, quarters or years in a row; without them there is one span, the period.
pub(super) struct Spans {
    /// Empty when it is not told over time.
    pub(super) each: Vec<Period>,
    first: i32,
    /// By day from the first on.
    of_day: Vec<u32>,
    names: Vec<(String, String)>,
    period: Option<Period>,
}

impl<'a> Grid<'a> {
    pub(super) fn new(
        process: &'a Process,
        book: &'a Book,
        metrics: &[&Metric],
        ask: &'a Ask,
    ) -> Result<Self, String> {
        let grains = ask.by.iter().filter_map(|dimension| match dimension {
            Dimension::Time(grain) => Some(*grain),
            _ => None,
        });
        let grains: Vec<Grain> = grains.collect();
        if grains.len() > 1 {
            return Err("metrics are told by one of month, quarter and year at a time".to_string());
        }
        let first_deal_dimension = ask.by.iter().position(is_of_deals);
        let of_deals = ask
            .by
            .iter()
            .filter(|dimension| is_of_deals(dimension))
            .count();
        // Dimensions of deals stand together, so that they can be grouped by as one slice.
        let deals_by = match first_deal_dimension {
            None => &ask.by[..0],
            Some(first) => {
                let together = ask.by.get(first..first + of_deals).unwrap_or_default();
                if together.len() < of_deals || !together.iter().all(is_of_deals) {
                    return Err(
                        "name what deals are grouped by together: rep, product, month".to_string(),
                    );
                }
                together
            }
        };
        let mut groups = Groups::new(
            book,
            deals_by,
            &["metric", "unit", "value", "low", "high", "n", "why"],
        )?;
        let counts_activities = metrics
            .iter()
            .flat_map(|metric| &metric.aggregates)
            .any(|aggregate| aggregate.of == Rows::Activities);
        let of_activities = if counts_activities {
            groups.of_activities(book, deals_by)?
        } else {
            Vec::new()
        };
        let stages = Stages::new(process, book);
        let by_stage = ask.by.contains(&Dimension::Stage);
        let spans = Spans::new(process, book, ask.period, grains.first().copied());
        let grid = Self {
            groups,
            of_activities,
            stages,
            by_stage,
            spans,
            by: &ask.by,
        };
        if grid.len() > MOST_CELLS {
            return Err(format!(
                "that makes {} groups, at most {MOST_CELLS} are told; ask for fewer dimensions or a shorter period",
                grid.len()
            ));
        }
        Ok(grid)
    }

    fn stage_count(&self) -> usize {
        if self.by_stage {
            self.stages.lines.len()
        } else {
            1
        }
    }

    pub(super) fn len(&self) -> usize {
        self.groups
            .len()
            .saturating_mul(self.spans.len())
            .saturating_mul(self.stage_count())
    }

    /// The cell of a group, a span and a stage of the Book.
    pub(super) fn cell(&self, group: u32, span: usize, stage: Option<u16>) -> usize {
        let slot = match stage {
            Some(stage) if self.by_stage => self.stages.slot[usize::from(stage)],
            _ => 0,
        };
        (group as usize * self.spans.len() + span) * self.stage_count() + slot
    }

    fn parts(&self, cell: usize) -> (usize, usize, usize) {
        let stages = self.stage_count();
        let spans = self.spans.len();
        (cell / stages / spans, cell / stages % spans, cell % stages)
    }

    pub(super) fn labels(&self, cell: usize) -> Vec<MetricLabel> {
        let (group, span, slot) = self.parts(cell);
        let mut of_deals = self.groups.labels[group].iter();
        self.by
            .iter()
            .map(|dimension| match dimension {
                Dimension::Time(_) => self.spans.names.get(span).cloned(),
                Dimension::Stage => {
                    let (name, title) = self.stages.lines[slot];
                    Some((name.to_string(), title.to_string()))
                }
                _ => of_deals
                    .next()
                    .copied()
                    .flatten()
                    .map(|(name, title)| (name.to_string(), title.to_string())),
            })
            .collect()
    }

    /// The span of a cell; none when it is not told over time.
    pub(super) fn span(&self, cell: usize) -> Option<Period> {
        self.spans.each.get(self.parts(cell).1).copied()
    }

    /// How long the span or the period is; not known without one.
    pub(super) fn days(&self, cell: usize) -> Option<f64> {
        let period = self.period(cell)?;
        Some(f64::from(
            Day::of(period.to).since(Day::of(period.from)) + 1,
        ))
    }

    /// The span of a cell, or the period.
    pub(super) fn period(&self, cell: usize) -> Option<Period> {
        self.span(cell).or(self.spans.period)
    }

    /// Whose targets are those of a cell; nobody's for pairs of dimensions and what has no targets.
    pub(super) fn whose(&self, cell: usize) -> Option<Whose> {
        let group = self.parts(cell).0;
        let mut dimensions = self.by.iter().filter(|dimension| is_of_deals(dimension));
        let (first, second) = (dimensions.next(), dimensions.next());
        let name = || {
            let (name, _) = self.groups.labels[group].first().copied().flatten()?;
            Some(name.to_string())
        };
        match (first, second) {
            (None, _) => Some(Whose::Company),
            (Some(Dimension::Rep), None) => name().map(Whose::Rep),
            (Some(Dimension::Team), None) => name().map(Whose::Team),
            (Some(Dimension::Product), None) => name().map(Whose::Product),
            _ => None,
        }
    }

    /// The cells in the order of the labels of their dimensions: names by the alphabet, none last, spans by
    /// time, stages in selling order.
    pub(super) fn in_order(&self) -> Vec<usize> {
        let mut groups: Vec<usize> = (0..self.groups.len()).collect();
        groups.sort_by(|a, b| self.groups.order(*a).cmp(&self.groups.order(*b)));
        let mut rank = vec![0; groups.len()];
        for (at, group) in groups.iter().enumerate() {
            rank[*group] = at;
        }
        let mut cells: Vec<usize> = (0..self.len()).collect();
        cells.sort_by_key(|cell| {
            let (group, span, slot) = self.parts(*cell);
            let place = |wanted: fn(&Dimension) -> bool| {
                self.by.iter().position(wanted).unwrap_or(usize::MAX)
            };
            let mut keys = [
                (place(is_of_deals), rank[group]),
                (place(|by| matches!(by, Dimension::Time(_))), span),
                (place(|by| *by == Dimension::Stage), slot),
            ];
            keys.sort_unstable();
            keys.map(|(_, key)| key)
        });
        cells
    }

    /// By cell: whether it is told though nothing was counted in it. All together, each span, each stage of the
    /// process, and each group with a deal that is asked about.
    pub(super) fn asked_about(&self, ask: &Ask) -> Vec<bool> {
        let grouped = self.by.iter().any(is_of_deals);
        let mut groups = vec![!grouped; self.groups.len()];
        if grouped && self.spans.each.is_empty() && !self.by_stage {
            for (deal, group) in self.groups.of.iter().enumerate() {
                groups[*group as usize] |= ask.includes(deal);
            }
        }
        (0..self.len())
            .map(|cell| {
                let (group, _, slot) = self.parts(cell);
                groups[group] && (!self.by_stage || slot < self.stages.ranked)
            })
            .collect()
    }
}

fn is_of_deals(dimension: &Dimension) -> bool {
    !matches!(dimension, Dimension::Time(_) | Dimension::Stage)
}

impl Spans {
    fn new(process: &Process, book: &Book, period: Option<Period>, grain: Option<Grain>) -> Self {
        let none = Self {
            each: Vec::new(),
            first: 0,
            of_day: Vec::new(),
            names: Vec::new(),
            period,
        };
        let Some(grain) = grain else {
            return none;
        };
        let whole = period.unwrap_or_else(|| Period {
            from: earliest(book),
            to: book.as_of,
        });
        let each = date::spans(whole, grain.name(), process.fiscal_month);
        let Some(first) = each.first().map(|span| Day::of(span.from).number()) else {
            return none;
        };
        let mut of_day = Vec::new();
        for (at, span) in each.iter().enumerate() {
            let end = (Day::of(span.to).number() - first + 1).max(0) as usize;
            of_day.resize(end, at as u32);
        }
        let names = each.iter().map(|span| {
            let title = date::period_name(*span, process.fiscal_month);
            let name = match grain {
                Grain::Month => span.from.format("%Y-%m").to_string(),
                Grain::Quarter | Grain::Year => title.clone(),
            };
            (name, title)
        });
        Self {
            names: names.collect(),
            each,
            first,
            of_day,
            period,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.each.len().max(1)
    }

    /// The span a day lies in; none for what the question leaves out.
    pub(super) fn of(&self, ask: &Ask, day: Option<Day>) -> Option<usize> {
        if !ask.within(day) {
            return None;
        }
        if self.each.is_empty() {
            return Some(0);
        }
        let at = usize::try_from(day?.number().checked_sub(self.first)?).ok()?;
        self.of_day.get(at).map(|span| *span as usize)
    }
}

/// The first day of which the Book tells anything that was asked for.
fn earliest(book: &Book) -> chrono::NaiveDate {
    let told = |days: &[Option<Day>]| days.iter().flatten().min().copied();
    [
        told(&book.deals.opened),
        told(&book.deals.closed),
        told(&book.visits.entered),
        book.changes.state.day.iter().min().copied(),
        book.activities.day.iter().min().copied(),
        book.follow_ups.due.iter().min().copied(),
    ]
    .into_iter()
    .flatten()
    .min()
    .map_or(book.as_of, Day::date)
}
