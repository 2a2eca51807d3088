//! Pictures of forecasts: the fan over a period, chances against what happened, errors over time; and the small one that
//! fits into a line of text.

use super::super::money;
use super::figures::Figures;
use super::minor;
use crate::deal::book::{Book, Day};
use crate::document::{Band, Chart, Period, Point, Shape, Unit};
use crate::forecast::{Backtest, METHODS, Spread};
use crate::process::Process;

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// So many columns of text.
const WIDE: usize = 12;

/// How samples spread from the lowest 2 in a hundred to the highest: `▁▂▄▆██▇▅▃▂▁▁`.
pub(super) fn spark(spread: &Spread) -> String {
    let bins = spread.bins(WIDE, (0.02, 0.98));
    let most = bins.iter().copied().max().unwrap_or(0).max(1);
    let bar = |count: &usize| {
        BARS[(count * (BARS.len() - 1))
            .div_ceil(most)
            .min(BARS.len() - 1)]
    };
    bins.iter().map(bar).collect()
}

/// So many places between today and the end of the period.
const STEPS: i32 = 12;

/// What is won so far, and what is expected until the period ends.
pub(super) fn fan(
    process: &Process,
    book: &Book,
    figures: &Figures,
    period: Period,
) -> Option<Chart> {
    let ahead = figures.ahead.as_ref()?;
    let (first, last) = (Day::of(period.from), Day::of(period.to));
    let now = Day::of(book.as_of).max(first);
    let mut won = vec![(first.date(), 0.0)];
    let mut sum = 0.0;
    for (day, amount) in &figures.won_on {
        sum += *amount as f64;
        won.push((day.date(), sum));
    }
    won.push((now.date(), sum));
    let (low, high) = ahead.total.ends();
    let (median, so_far) = (ahead.total.median(), figures.won_minor as f64);
    let length = f64::from(last.since(now));
    let steps = STEPS.min(last.since(now)).max(1);
    let (mut middle, mut band) = (Vec::new(), Vec::new());
    for step in 0..=steps {
        let day = Day::new(now.number() + last.since(now) * step / steps);
        let share = f64::from(day.since(now)) / length.max(1.0);
        // As if wins came evenly: what is expected grows with time, its scatter with the root of it.
        let centre = so_far + (median - so_far) * share;
        let wide = share.sqrt();
        middle.push((day.date(), centre));
        band.push((
            day.date(),
            (centre - (median - low) * wide).max(so_far),
            centre + (high - median) * wide,
        ));
    }
    let currency = process.currency;
    Some(Chart {
        title: "Won in the period, and what is expected".to_string(),
        description: format!(
            "By {} the median is {}, the 80 % range {} to {}. Between today and then the lines are drawn as if wins came evenly.",
            crate::date::day(period.to),
            money(minor(median), currency),
            money(minor(low), currency),
            money(minor(high), currency)
        ),
        unit: Unit::Money(currency),
        shape: Shape::Course {
            lines: vec![
                ("won so far".to_string(), won),
                ("median".to_string(), middle),
            ],
            band: Some(Band {
                name: "80 % range".to_string(),
                course: band,
            }),
            mark: figures.target_minor.map(|target| (target as f64, "target")),
            today: Some(now.date()).filter(|_| Day::of(book.as_of) >= first),
        },
    })
}

/// Chances that were said against the share that was won.
pub(super) fn calibration(backtest: &Backtest) -> Option<Chart> {
    let error = backtest.chosen().calibration_error?;
    let bins = backtest.calibration();
    let filled = bins.iter().filter(|bin| bin.deals > 0);
    let deals: usize = bins.iter().map(|bin| bin.deals).sum();
    let points = filled.map(|bin| Point {
        label: format!("{} deals", bin.deals),
        x: bin.chances / bin.deals as f64,
        y: bin.won / bin.deals as f64,
        stands_out: false,
    });
    Some(Chart {
        title: "Chances that were said, and what was won".to_string(),
        description: format!(
            "{deals} chances of past origins in ten bins; on the line as many were won as was said. They are off by {:.1} \
             points on average.",
            error * 100.0
        ),
        unit: Unit::Share,
        shape: Shape::Points {
            across: "chance that was said, 0 to 1".to_string(),
            points: points.collect(),
            lines: vec![("as said".to_string(), vec![(0.0, 0.0), (1.0, 1.0)])],
        },
    })
}

/// Errors are averaged over so many origins: one alone says little.
const TOGETHER: usize = 4;

/// So far off that nothing else could be told apart beside it.
const OFF: &str = "stage-weighted";

/// The error of every method over the origins.
pub(super) fn errors(backtest: &Backtest) -> Option<Chart> {
    let origins: Vec<_> = backtest.counted().collect();
    if origins.len() <= TOGETHER {
        return None;
    }
    let of = |method: &'static str| {
        let windows = origins.windows(TOGETHER).filter_map(|window| {
            let pairs = window.iter().filter_map(|origin| {
                let said = origin.said.iter().find(|said| said.method == method)?;
                Some((said.expected.total_minor, origin.actual_minor))
            });
            let pairs: Vec<(f64, f64)> = pairs.collect();
            let complete = pairs.len() == TOGETHER;
            let missed: f64 = pairs.iter().map(|(said, won)| (said - won).abs()).sum();
            let won: f64 = pairs.iter().map(|(_, won)| won).sum();
            let day = window[TOGETHER - 1].day.date();
            (complete && won > 0.0).then(|| (day, missed / won))
        });
        (method.to_string(), windows.collect::<Vec<_>>())
    };
    let methods = METHODS.into_iter().filter(|method| *method != OFF);
    let lines: Vec<_> = methods.map(of).collect();
    let lines: Vec<_> = lines
        .into_iter()
        .filter(|(_, line)| line.len() > 1)
        .collect();
    (!lines.is_empty()).then(|| Chart {
        title: "Error by method".to_string(),
        description: format!(
            "WAPE over {TOGETHER} origins up to each day, for the {} days after each. {OFF} is in the table alone.",
            backtest.days
        ),
        unit: Unit::Share,
        shape: Shape::Course {
            lines,
            band: None,
            mark: None,
            today: None,
        },
    })
}
