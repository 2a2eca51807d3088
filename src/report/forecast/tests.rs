//! Forecasts of a small Book, worked out by hand.

use rstest::rstest;

use super::super::sample::{book, day, process, twelve};
use super::super::{Ask, Dimension, lines_of};
use super::deciding::{Way, deals, way};
use super::*;
use crate::deal::book::{Day, State};
use crate::document::Block;
use crate::forecast::sample::outlook as of_deals;
use crate::forecast::{Backtest, Expected, Origin, Said};
use crate::process::{Bound, Given, TargetPeriod};

/// 1 Oct – 31 Dec 2026; the Book is of 21 November.
pub(super) fn quarter() -> Period {
    Period {
        from: day(92).date(),
        to: day(183).date(),
    }
}

fn target(major: f64) -> Target {
    Target {
        metric: "revenue".to_string(),
        whose: Whose::Company,
        period: TargetPeriod::Once(quarter()),
        bound: Bound::AtLeast(major),
        warn: Target::WARN,
        why: None,
        given: Given::Agreed("T1".to_string()),
    }
}

/// One that said `total` of which `open` from open deals, while `won` was won of which `won_open`.
fn origin(at: i32, (total, open): (f64, f64), (won, won_open): (f64, f64)) -> Origin {
    Origin {
        day: day(at),
        said: vec![Said {
            method: "cohort",
            expected: Expected {
                open_minor: Some(open),
                new_minor: Some(total - open),
                total_minor: total,
                chances: vec![0.8, 0.2],
            },
        }],
        chosen: "cohort",
        total_minor: total,
        open_minor: open,
        new_minor: total - open,
        chances: vec![0.8, 0.2],
        won: vec![true, false],
        actual_open_minor: won_open,
        actual_minor: won,
        low_minor: total * 0.8,
        high_minor: total * 1.2,
        counts: true,
    }
}

/// Off by 10, 40 and 50 of 300; two of three in the range.
fn backtest() -> Backtest {
    Backtest {
        days: 40,
        every: 1,
        origins: vec![
            origin(0, (110.0, 60.0), (100.0, 50.0)),
            origin(7, (140.0, 60.0), (100.0, 50.0)),
            origin(14, (50.0, 30.0), (100.0, 40.0)),
        ],
    }
}

/// The open deals of the Book, each with a chance of one half and its value; 3,000 of new business.
#[allow(clippy::unnecessary_wraps)] // it stands for what the forecast gives
pub(super) fn foreseen(book: &Book) -> Foreseen {
    let open: Vec<u32> = (0..book.deals.len() as u32)
        .filter(|deal| book.deals.state[*deal as usize].is_open())
        .collect();
    let worth = |deal: &u32| {
        let minor = book.deals.value_minor[*deal as usize];
        (0.5, minor.unwrap_or(0) as f64)
    };
    let worths: Vec<(f64, f64)> = open.iter().map(worth).collect();
    let mut outlook = of_deals(&worths, 300_000.0, 0.2);
    for (deal, at) in outlook.deals.iter_mut().zip(open) {
        deal.deal = at;
    }
    outlook.won_values = vec![100_000.0];
    outlook.new_deals = 3.0;
    outlook.said = vec![Said {
        method: "stage-weighted",
        expected: Expected {
            total_minor: 777_700.0,
            ..Expected::default()
        },
    }];
    Ok((outlook, backtest()))
}

fn told(
    foreseen: Foreseen,
    supposed: Option<Supposed<'_>>,
    by: Vec<Dimension>,
    targets: &[Target],
) -> Report<ForecastRow> {
    let (process, book) = (process(), book(&twelve()));
    let ask = Ask {
        by,
        ..Ask::default()
    };
    forecast(
        &process,
        &book,
        foreseen,
        supposed,
        &AskForecast {
            ask: &ask,
            period: quarter(),
            targets,
            of: &Whose::Company,
            seed: 1,
            explain: true,
            called: None,
            short: &|id| id.handle(),
        },
    )
    .expect("a forecast")
}

/// Won in the quarter: 10,000 USD at 0.80, so 8,000 EUR.
const WON: i64 = 800_000;

#[test]
fn the_total_is_what_is_won_and_what_is_expected() {
    let book = book(&twelve());
    let seen = foreseen(&book);
    let (expected, weighted) = seen
        .as_ref()
        .map(|(outlook, _)| (outlook.total_minor, outlook.open_minor / 2.0))
        .expect("some");
    // Half of every chance is that of its stage.
    let weighted = weighted.round() as i64;
    let report = told(seen, None, Vec::new(), &[target(9_000.0)]);
    let line = &report.answer.rows[0].line;
    assert_eq!((line.level, line.period.as_str()), ("total", "2026-Q4"));
    assert_eq!(line.won_minor, Some(WON));
    assert_eq!(line.expected_minor, Some(WON + expected.round() as i64));
    assert_eq!(line.target_minor, Some(900_000));
    assert_eq!(line.stage_weighted_minor, Some(WON + weighted));
    assert_eq!((line.origins, line.method), (Some(3), Some("cohort")));
    // (10 + 40 + 50) ÷ 300; the range of the third is 40 to 60, of the second 112 to 168.
    assert!(
        line.wape_share
            .is_some_and(|wape| (wape - 1.0 / 3.0).abs() < 1e-12)
    );
    assert!(
        line.coverage_share
            .is_some_and(|held| (held - 1.0 / 3.0).abs() < 1e-12)
    );
    let (low, median, high) = (line.low_minor, line.median_minor, line.high_minor);
    assert!(Some(WON) <= low && low < median && median < high);
    assert!(
        line.target_share
            .is_some_and(|chance| chance > 0.5 && chance <= 1.0)
    );
}

/// What a target asks that is won, or that open deals bring, is no new deal; and a refusal is no row of dashes.
#[test]
fn nothing_is_needed_for_what_is_reached() {
    let mut many = Vec::new();
    for _ in 0..3 {
        many.extend(twelve());
    }
    let (process, book) = (process(), super::super::sample::book(&many));
    let ask = Ask::default();
    let asked = AskForecast {
        ask: &ask,
        period: quarter(),
        targets: &[],
        of: &Whose::Company,
        seed: 1,
        explain: false,
        called: None,
        short: &|id| id.handle(),
    };
    let needed = |seen: Foreseen, target| {
        let report = need(&process, &book, seen, target, &asked).expect("an answer");
        let row = report.answer.rows[0].clone();
        (row, lines_of(&report.document))
    };
    for target in [0, 100, 3 * WON, 3 * WON + 1] {
        let (row, lines) = needed(foreseen(&book), target);
        assert_eq!((row.monthly, row.missing_minor), (Some(0.0), Some(0)));
        assert!(
            lines
                .iter()
                .any(|line| line.starts_with("no new deal is needed")),
            "{lines:?}"
        );
    }
    let refused = Err(Refusal {
        why: "insufficient history: past forecasts span 2.8 times 40 days, 3 are needed"
            .to_string(),
        until: Some(day(150)),
    });
    let (row, lines) = needed(refused, 9_000_000);
    assert_eq!((row.monthly, row.open_minor), (None, None));
    assert!(row.mean_won_minor.is_some() && row.in_time_share.is_some());
    assert!(
        lines
            .iter()
            .any(|line| line.contains("by 28 Nov 2026 there will be enough")),
        "{lines:?}"
    );
}

/// Largest remainder: groups and new business are the total, to the minor unit.
#[rstest]
#[case(vec![Dimension::Rep])]
#[case(vec![Dimension::Team, Dimension::Product])]
fn parts_add_up(#[case] by: Vec<Dimension>) {
    let book = book(&twelve());
    let report = told(foreseen(&book), None, by.clone(), &[]);
    let of = |level: &str| -> (i64, i64) {
        let rows = report.answer.rows.iter().map(|row| &row.line);
        rows.filter(|line| line.level == level)
            .map(|line| {
                (
                    line.expected_minor.unwrap_or(0),
                    line.won_minor.unwrap_or(0),
                )
            })
            .fold((0, 0), |sum, line| (sum.0 + line.0, sum.1 + line.1))
    };
    let (groups, new, total) = (of("group"), of("new"), of("total"));
    assert_eq!((groups.0 + new.0, groups.1 + new.1), total);
    assert_eq!(new.0, 300_000);
    assert_eq!(report.answer.by.len(), by.len());
}

#[test]
fn the_most_uncertain_deals_decide_it() {
    let outlook = of_deals(
        &[(0.5, 400.0), (0.99, 5_000.0), (0.5, 900.0), (1.0, 9_000.0)],
        0.0,
        0.0,
    );
    let named: Vec<u32> = deals(&outlook).iter().map(|deal| deal.deal).collect();
    // Swings of 200, 497, 450 and 0.
    assert_eq!(named, [1, 2, 0]);
}

#[rstest]
// All else brings 100; 50 are expected of the first, of 100, and 90 of the second, of 300: a win adds 50 or 210 to 240.
#[case(90.0, Way::Without)]
#[case(200.0, Way::AsExpected)]
#[case(290.0, Way::Any(1))]
#[case(300.0, Way::These(vec![1]))]
#[case(450.0, Way::These(vec![1]))]
#[case(500.0, Way::Any(2))]
#[case(560.0, Way::More(60.0))]
fn what_would_have_to_be_true(#[case] missing: f64, #[case] expected: Way) {
    let outlook = of_deals(&[(0.5, 100.0), (0.3, 300.0)], 100.0, 0.0);
    let named: Vec<_> = outlook.deals.iter().collect();
    assert_eq!(way(&outlook, &named, missing), expected);
}

#[test]
fn assumptions_stand_beside_the_plain_forecast() {
    let (process, book) = (process(), book(&twelve()));
    let plain = foreseen(&book);
    let with = plain.clone().map(|(outlook, backtest)| {
        let all: Vec<u32> = outlook.deals.iter().map(|deal| deal.deal).collect();
        (outlook.without(&all), backtest)
    });
    let supposed = Supposed {
        words: vec!["without any".to_string()],
        notes: vec!["the rest has no effect".to_string()],
        process: &process,
        targets: &[],
        foreseen: with,
    };
    let report = told(plain, Some(supposed), Vec::new(), &[]);
    let levels: Vec<&str> = report
        .answer
        .rows
        .iter()
        .map(|row| row.line.level)
        .collect();
    assert_eq!(&levels[..2], ["total", "plain"]);
    let expected: Vec<_> = report
        .answer
        .rows
        .iter()
        .map(|row| row.line.expected_minor)
        .collect();
    assert_eq!(expected[0], Some(WON + 300_000));
    assert!(expected[1] > expected[0]);
    let lines = lines_of(&report.document);
    assert!(
        lines.contains(&"assumed: without any".to_string()),
        "{lines:?}"
    );
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("so the median falls by")),
        "{lines:?}"
    );
}

#[test]
fn too_little_history_says_what_it_fell_back_to() {
    let refused = || {
        Err(Refusal {
            why: "insufficient history: 5 deals won, 30 are needed".to_string(),
            until: None,
        })
    };
    // 40 days are left, and the first was won 103 days ago: of three times 40 days two are known, with 20,000 and 8,000.
    let report = told(refused(), None, vec![Dimension::Rep], &[]);
    let line = &report.answer.rows[0].line;
    assert_eq!(
        (line.won_minor, line.expected_minor, line.method),
        (Some(WON), Some(WON + 1_400_000), Some("run-rate"))
    );
    let won: i64 = report.answer.rows[1..]
        .iter()
        .map(|row| row.line.won_minor.expect("won by a group"))
        .sum();
    assert_eq!(won, WON);
    assert_eq!(
        report.answer.notes[0],
        "insufficient history: 5 deals won, 30 are needed"
    );
    let notes = &report.answer.notes;
    assert!(
        notes[1].starts_with("run-rate instead: the mean of what the last 2 times 40 days brought"),
        "{notes:?}"
    );
    assert!(notes[2].ends_with("are not counted"), "{notes:?}");
    // With a win 123 days ago they are: 35,000 of the last 120 days and 8,000, a third of it.
    let mut early = twelve();
    early[0].closed = Some(20);
    let book = book(&early);
    let ask = Ask::default();
    let process = process();
    let report = forecast(
        &process,
        &book,
        refused(),
        None,
        &AskForecast {
            ask: &ask,
            period: quarter(),
            targets: &[],
            of: &Whose::Company,
            seed: 1,
            explain: false,
            called: None,
            short: &|id| id.handle(),
        },
    )
    .expect("a forecast");
    let line = &report.answer.rows[0].line;
    let as_of = Day::of(book.as_of);
    let recent = (0..book.deals.len()).filter(|deal| {
        book.deals.state[*deal] == State::Won
            && book.deals.closed[*deal].is_some_and(|day| as_of.since(day) < 120)
    });
    // 20,000 and 5,000 EUR, and the dollars; one was won without a value.
    assert_eq!(recent.count(), 4);
    assert_eq!(line.method, Some("run-rate"));
    assert_eq!(line.expected_minor, Some(WON + 1_100_000));
    assert_eq!((line.low_minor, line.median_minor), (None, None));
}

#[test]
fn a_period_that_is_over_is_no_forecast() {
    let (process, mut book) = (process(), book(&twelve()));
    book.as_of = day(190).date();
    let ask = Ask::default();
    let report = forecast(
        &process,
        &book,
        Err(Refusal {
            why: "the period is over".to_string(),
            until: None,
        }),
        None,
        &AskForecast {
            ask: &ask,
            period: quarter(),
            targets: &[target(8_000.0)],
            of: &Whose::Company,
            seed: 1,
            explain: false,
            called: None,
            short: &|id| id.handle(),
        },
    )
    .expect("a report");
    let line = &report.answer.rows[0].line;
    assert_eq!((line.won_minor, line.expected_minor), (Some(WON), None));
    assert_eq!(line.target_share, Some(1.0));
    assert!(lines_of(&report.document)[1].starts_with("the period is over"));
}

#[test]
fn how_past_forecasts_did() {
    let (process, book) = (process(), book(&twelve()));
    let past = backtest();
    let chosen = of_deals(&[], 0.0, 0.0).chosen;
    let report = super::backtest(&process, &book, Ok((&past, &chosen)), 40);
    let rows = &report.answer.rows;
    let methods: Vec<(&str, bool)> = rows.iter().map(|row| (row.method, row.speaks)).collect();
    assert_eq!(methods, [("cohort", true), ("chosen", false)]);
    let near = |found: Option<f64>, expected: f64| {
        assert!(
            found.is_some_and(|found| (found - expected).abs() < 1e-12),
            "{found:?} {expected}"
        );
    };
    let chosen = &rows[1];
    near(chosen.wape_share, 100.0 / 300.0);
    // 300 said, 300 won.
    near(chosen.bias_share, 0.0);
    // Off by 10, 10 and 10 of 140.
    near(chosen.open_wape_share, 30.0 / 140.0);
    near(chosen.coverage_share, 1.0 / 3.0);
    near(chosen.brier, 0.04);
    near(chosen.calibration_error_share, 0.2);
    // Ends 88 and 132, 112 and 168, 40 and 60 against 100 each:
    // 1.2 + 3.2, 10.8 + 6.8, 6 + 36, half of each.
    near(chosen.pinball_share, (4.4 + 17.6 + 42.0) / 2.0 / 300.0);
    let charts = report.document.blocks.iter();
    assert_eq!(
        charts
            .filter(|block| matches!(block, Block::Chart(_)))
            .count(),
        1
    );
    let refused = Refusal {
        why: "insufficient history: 5 deals won, 30 are needed".to_string(),
        until: None,
    };
    let report = super::backtest(&process, &book, Err(&refused), 40);
    assert_eq!(report.answer.rows, []);
    assert_eq!(report.answer.notes, std::slice::from_ref(&refused.why));
    let by_origin = super::by_origin(&process, &book, Ok(&past), 40);
    assert_eq!(by_origin.answer.rows.len(), 6);
    let said = &by_origin.answer.rows[1];
    assert_eq!(
        (said.method, said.expected_minor, said.won_minor),
        ("chosen", 110, 100)
    );
    assert_eq!((said.low_minor, said.high_minor), (Some(88), Some(132)));
    assert_eq!(
        super::by_origin(&process, &book, Err(&refused), 40)
            .answer
            .notes
            .len(),
        1
    );
}

/// So many origins whose ranges are from 80 to 120.
#[rstest]
#[case(0, 0.0, "0 past forecasts of this length to judge it by")]
#[case(
    3,
    100.0,
    "3 past forecasts were off by 0 % of what was won (WAPE); 3 of their 80 % ranges held"
)]
#[case(
    16,
    100.0,
    "16 past forecasts were off by 0 % of what was won (WAPE); 16 of their 80 % ranges held: too wide so far"
)]
#[case(
    16,
    200.0,
    "16 past forecasts were off by 50 % of what was won (WAPE); 0 of their 80 % ranges held: too narrow so far"
)]
#[case(
    16,
    0.0,
    "nothing was won after 16 past forecasts, so that no error can be told; 0 of their 80 % ranges held"
)]
fn one_record_in_words(#[case] count: i32, #[case] won: f64, #[case] words: &str) {
    let past = Backtest {
        origins: (0..count)
            .map(|at| origin(7 * at, (100.0, 50.0), (won, won / 2.0)))
            .collect(),
        ..backtest()
    };
    let record = figures::Record::of(&past);
    assert_eq!(record.in_words(false), words);
    assert_eq!(record.wape.is_some(), count > 0 && won > 0.0);
    let of_part = record.in_words(true);
    assert!(of_part.contains("of all deals"), "{of_part}");
}

#[test]
fn a_line_of_text_shows_the_spread() {
    let outlook = of_deals(&[(0.5, 1_000.0)], 0.0, 0.0);
    let draws = crate::forecast::draw(&outlook, &[0], 1, 1);
    let spark = super::charts::spark(&draws.total(0.0));
    let bars: Vec<char> = spark.chars().collect();
    assert_eq!(bars.len(), 12);
    assert!(bars[0] > '▅' && bars[11] > '▅', "{spark}");
    assert!(bars[1..11].iter().all(|bar| *bar == '▁'), "{spark}");
}

#[test]
fn a_target_needs_new_deals() {
    let (process, book) = (process(), book(&twelve()));
    let ask = Ask::default();
    let asked = AskForecast {
        ask: &ask,
        period: quarter(),
        targets: &[],
        of: &Whose::Company,
        seed: 1,
        explain: false,
        called: None,
        short: &|id| id.handle(),
    };
    let report = need(&process, &book, foreseen(&book), 5_000_000, &asked).expect("an answer");
    let row = &report.answer.rows[0];
    // Five were won: too few to say what new ones bring.
    assert_eq!((row.won_n, row.monthly), (5, None));
    assert!(
        report
            .answer
            .notes
            .iter()
            .any(|note| note.starts_with("insufficient history: 5 of"))
    );
    // The same Book three times over has fifteen.
    let mut many = Vec::new();
    for _ in 0..3 {
        many.extend(twelve());
    }
    let book = super::super::sample::book(&many);
    let report = need(&process, &book, foreseen(&book), 9_000_000, &asked).expect("an answer");
    let row = &report.answer.rows[0];
    assert_eq!((row.won_minor, row.won_n, row.left_days), (3 * WON, 15, 40));
    let (low, even, high) = (row.monthly_low, row.monthly, row.monthly_high);
    assert!(low < even && even < high, "{row:?}");
    let open = row.open_minor.expect("open deals");
    assert_eq!(row.missing_minor, Some(9_000_000 - 3 * WON - open));
    // In the mean, what is missing ÷ (share in time × mean value), over 40 days.
    let (in_time, mean) = (
        row.in_time_share.expect("a share"),
        row.mean_won_minor.expect("one"),
    );
    let expected = row.missing_minor.unwrap_or(0) as f64 / in_time / mean as f64 / (40.0 / 30.4375);
    assert!(
        even.is_some_and(|even| (even / expected - 1.0).abs() < 0.1),
        "{even:?} {expected}"
    );
}
