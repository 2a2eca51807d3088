//! Targets on books told by hand. Days are those of `sample`: 1 October 2026 is day 92, the as-of date,
//! 21 November, day 143; of the quarter's 66 working days 37 have passed then.

use rstest::rstest;

use super::super::sample::{Told, book, day, process, third_quarter, twelve};
use super::coverage::needed;
use super::judge::is_won_value;
use super::pace::{Elapsed, standing};
use super::*;
use crate::deal::book::{Left, State};
use crate::document::Block;
use crate::process::{TargetPeriod, Unit, in_force};
use crate::report::Dimension;
use crate::report::convert::Converter;

fn target(metric: &str, whose: Whose, period: TargetPeriod, bound: Bound) -> Target {
    Target {
        metric: metric.to_string(),
        whose,
        period,
        bound,
        warn: 0.1,
        why: None,
        given: Given::File(1..2),
    }
}

fn every_quarter(metric: &str, whose: Whose, bound: Bound) -> Target {
    target(metric, whose, TargetPeriod::Every(Unit::Quarter), bound)
}

fn rep(name: &str) -> Whose {
    Whose::Rep(name.to_string())
}

fn told(targets: &[Target], asked: Option<Period>, book: &Book) -> Report<TargetRow> {
    let running = in_force(targets, asked, book.as_of, 1, 60).expect("few");
    let ask = Ask {
        period: asked,
        ..Ask::default()
    };
    super::targets(&process(), book, &running, &ask).expect("a report")
}

fn near(found: Option<f64>, expected: f64) -> bool {
    found.is_some_and(|found| (found - expected).abs() < 1e-6)
}

fn lines(document: &crate::document::Document) -> Vec<String> {
    let texts = document.blocks.iter().filter_map(|block| match block {
        Block::Heading(text) | Block::Line(text) => Some(text.clone()),
        Block::Table(_) | Block::Verbatim(_) | Block::Chart(_) | Block::Flow(_) => None,
    });
    texts.collect()
}

#[test]
fn a_running_quarter_by_hand() {
    let targets = [every_quarter(
        "revenue",
        Whose::Company,
        Bound::AtLeast(40_000.0),
    )];
    let report = told(&targets, None, &book(&twelve()));
    let [row] = report.answer.rows.as_slice() else {
        panic!("one row");
    };
    // One deal of 10,000 USD was won on 4 October, when a dollar was 0.80.
    assert_eq!((row.value, row.n), (Some(800_000.0), 1));
    assert!(near(row.progress_share, 0.2));
    assert!((row.elapsed_share - 37.0 / 66.0).abs() < 1e-9);
    assert!((row.expected - 4_000_000.0 * 37.0 / 66.0).abs() < 1e-6);
    // 29 working days are left, 5.8 weeks.
    assert!(near(row.per_week, 3_200_000.0 / 5.8));
    assert_eq!(row.status, "behind");
    // Ann's 12,000 and Cy's deal, whose value nobody told; of six decided deals that were in
    // Demonstrate four were won.
    assert_eq!((row.open_deals, row.open_minor), (Some(2), Some(1_200_000)));
    assert_eq!(row.weighted_minor, Some(800_000));
    assert!(near(row.coverage, 1.2 / 3.2));
    assert!(near(row.coverage_weighted, 0.8 / 3.2));
    assert_eq!(row.coverage_needed, None);
    assert_eq!(
        lines(&report.document),
        [
            "Targets (n = 1), as of 21 Nov 2026",
            "revenue of company: behind by 14,424 EUR after 56 % of the working days; 5,517 EUR needed in each week that is left",
            "revenue of company: 32,000 EUR to go, covered 0.4× by 2 open deals of 12,000 EUR, 0.2× weighted: thin; the rule is 3.0×",
            "note: 1 open deal worth 4,800 EUR has no expected close date and covers nothing: salesctl report data",
            "note: insufficient history: what coverage is needed can't be told from earlier periods; the rule is 3 times",
        ]
    );
}

#[test]
fn what_is_over_is_reached_or_missed() {
    let targets = [
        every_quarter("revenue", rep("ann"), Bound::AtLeast(30_000.0)),
        every_quarter("revenue", rep("bob"), Bound::AtLeast(10_000.0)),
        every_quarter("revenue", rep("cy"), Bound::AtLeast(5_500.0)),
        every_quarter(
            "revenue",
            Whose::Team("north".to_string()),
            Bound::AtLeast(31_000.0),
        ),
        every_quarter(
            "revenue",
            Whose::Product("pro".to_string()),
            Bound::AtLeast(20_000.0),
        ),
        every_quarter("new-deals", Whose::Company, Bound::AtMost(9.0)),
    ];
    let report = told(&targets, Some(third_quarter()), &book(&twelve()));
    let found: Vec<_> = report
        .answer
        .rows
        .iter()
        .map(|row| (row.name.as_deref(), row.value, row.status, row.coverage))
        .collect();
    assert_eq!(
        found,
        [
            (Some("ann"), Some(3_000_000.0), "reached", None),
            (Some("bob"), None, "unknown", None),
            // 500 of 5,500 are missing, 9 %.
            (Some("cy"), Some(500_000.0), "slightly_missed", None),
            (Some("north"), Some(3_000_000.0), "slightly_missed", None),
            (Some("pro"), Some(2_000_000.0), "reached", None),
            // Ten were opened from 1 July to 30 September.
            (None, Some(10.0), "missed", None),
        ]
    );
}

#[test]
fn too_few_deals_are_neither_met_nor_missed() {
    let targets = [every_quarter("win-rate", rep("bob"), Bound::AtLeast(0.4))];
    let report = told(&targets, None, &book(&twelve()));
    let row = &report.answer.rows[0];
    assert_eq!((row.value, row.status), (None, "unknown"));
    assert_eq!(
        report.answer.notes,
        ["win-rate of Bob Birch: insufficient history (n = 1), neither met nor missed"]
    );
}

#[test]
fn of_nothing_nothing_is_reached() {
    let report = told(&[], None, &book(&twelve()));
    assert_eq!(report.answer.n, 0);
    assert!(lines(&report.document)[1].starts_with("no target is in force"));
}

/// `quarters` quarters before this one: in each four deals of 1,000 that are expected to close in it and are
/// open after 51 days; two of them are won in time. One more was won before that and does not count.
fn history(quarters: &[i32]) -> Book {
    let mut all = Vec::new();
    for first in quarters {
        for n in 0..5 {
            let (state, closed) = match n {
                0 | 1 => (State::Won, first + 60),
                2 => (State::Lost, first + 60),
                3 => (State::Won, first + 200),
                _ => (State::Won, first + 20),
            };
            all.push(Told {
                owner: None,
                product: None,
                state,
                value: Some((1_000, 0)),
                opened: Some(first + 1),
                closed: Some(closed),
                expected_close: Some(first + 80),
                hold_until: None,
                next_due: None,
                visits: vec![(0, Some(first + 1), Some(closed), Left::Won)],
            });
        }
    }
    let mut book = book(&all);
    for (at, deal) in all.iter().enumerate() {
        let opened = day(deal.opened.expect("told"));
        let at = at as u32;
        book.changes.state.push(at, opened, State::Open);
        let closed = day(deal.closed.expect("told"));
        book.changes.state.push(at, closed, deal.state);
        book.changes.value_minor.push(at, opened, Some(100_000));
        let expected = deal.expected_close.map(day);
        book.changes.expected_close.push(at, opened, expected);
    }
    book
}

#[test]
fn needed_coverage_is_what_earlier_periods_won_in_time() {
    let process = process();
    let quarter = Period {
        from: day(92).date(),
        to: day(183).date(),
    };
    // Third, second and first quarter of 2026.
    let book = history(&[0, -91, -181]);
    let converter = Converter::new(&process, &book);
    let found = needed(&converter, &book, quarter).expect("enough");
    assert_eq!((found.periods, found.won, found.deals), (3, 6, 12));
    assert!((found.rate - 0.5).abs() < 1e-9);
    assert!((found.coverage() - 2.0).abs() < 1e-9);
    // Two quarters are too few.
    let book = history(&[0, -91]);
    let converter = Converter::new(&process, &book);
    assert_eq!(needed(&converter, &book, quarter), None);
}

#[test]
fn coverage_by_rep_by_hand() {
    let process = process();
    let book = book(&twelve());
    let targets = [
        every_quarter("revenue", Whose::Company, Bound::AtLeast(40_000.0)),
        every_quarter("revenue", rep("ann"), Bound::AtLeast(16_000.0)),
    ];
    let by = |by: Vec<Dimension>| {
        let ask = Ask {
            by,
            ..Ask::default()
        };
        super::coverage(&process, &book, &targets, &Whose::Company, &ask).expect("a report")
    };
    let reps = by(vec![Dimension::Rep]);
    let found: Vec<_> = reps
        .answer
        .rows
        .iter()
        .map(|row| {
            let covered = &row.covered;
            (
                row.group[0].1.as_deref(),
                covered.won_minor,
                covered.missing_minor,
                covered.open_deals,
                covered.open_minor,
                covered.coverage,
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (Some("ann"), 0, Some(1_600_000), 1, 1_200_000, Some(0.75)),
            (Some("bob"), 800_000, None, 0, 0, None),
            (Some("cy"), 0, None, 1, 0, None),
        ]
    );
    let company = by(Vec::new());
    let all = &company.answer.rows[0].covered;
    assert_eq!(
        (all.won_minor, all.missing_minor),
        (800_000, Some(3_200_000))
    );
    assert_eq!(
        (all.open_minor, all.weighted_minor),
        (1_200_000, Some(800_000))
    );
    assert!(near(all.coverage, 0.375));
    assert_eq!(
        company.answer.period.map(|one| one.from),
        Some(day(92).date())
    );
}

#[test]
fn deals_of_one_are_held_against_the_target_of_that_one() {
    let process = process();
    let book = book(&twelve());
    let team = || Whose::Team("north".to_string());
    let targets = [
        every_quarter("revenue", Whose::Company, Bound::AtLeast(40_000.0)),
        every_quarter("revenue", rep("ann"), Bound::AtLeast(16_000.0)),
        every_quarter("revenue", team(), Bound::AtLeast(20_000.0)),
    ];
    let told = |of: Whose, by: Vec<Dimension>| {
        let ask = Ask {
            by,
            ..Ask::default()
        };
        super::coverage(&process, &book, &targets, &of, &ask).expect("a report")
    };
    let of = |of: Whose, by: Vec<Dimension>| {
        let rows = told(of, by).answer.rows;
        rows.iter()
            .filter_map(|row| row.covered.target_minor)
            .collect::<Vec<_>>()
    };
    assert_eq!(of(rep("ann"), Vec::new()), [1_600_000]);
    assert_eq!(of(team(), Vec::new()), [2_000_000]);
    assert_eq!(of(team(), vec![Dimension::Team]), [2_000_000]);
    assert_eq!(of(team(), vec![Dimension::Rep]), [1_600_000]);
    // A rep's deals are a part of the team's.
    assert!(of(rep("ann"), vec![Dimension::Team]).is_empty());
    let nobody = told(rep("bob"), Vec::new()).answer;
    assert_eq!(nobody.rows[0].covered.target_minor, None);
    let note = "no target of rep bob for what is won in this period: coverage is of nothing";
    assert!(
        nobody.notes.contains(&note.to_string()),
        "{:?}",
        nobody.notes
    );
}

#[test]
fn open_deals_without_a_close_date_are_told() {
    let process = process();
    let mut book = book(&twelve());
    let targets = [every_quarter(
        "revenue",
        Whose::Company,
        Bound::AtLeast(40_000.0),
    )];
    let notes = |book: &Book| {
        let report = super::coverage(&process, book, &targets, &Whose::Company, &Ask::default());
        let mut found = report.expect("a report").answer.notes;
        let of_targets = told(&targets, None, book).answer.notes;
        found.retain(|note| note.contains("expected close"));
        assert!(found.iter().all(|note| of_targets.contains(note)));
        found
    };
    // 6,000 USD.
    assert_eq!(
        notes(&book),
        [
            "1 open deal worth 4,800 EUR has no expected close date and covers nothing: salesctl report data"
        ]
    );
    // And Ann's 12,000 and Cy's deal, whose value nobody told.
    let open: Vec<usize> = (0..book.deals.len())
        .filter(|deal| book.deals.state[*deal].is_open())
        .collect();
    for deal in &open {
        book.deals.expected_close[*deal] = None;
    }
    assert_eq!(
        notes(&book),
        [
            "3 open deals worth 16,800 EUR have no expected close date and cover nothing: salesctl report data"
        ]
    );
}

/// So many of 100 working days.
fn passed(days: u32) -> Elapsed {
    Elapsed {
        days,
        of: 100,
        over: days == 100,
        weeks_left: f64::from(100 - days) / 5.0,
    }
}

const LEAST: Bound = Bound::AtLeast(100.0);
const MOST: Bound = Bound::AtMost(100.0);

#[rstest]
#[case(LEAST, 50, true, 50.0, Standing::OnPace)]
#[case(LEAST, 50, true, 46.0, Standing::SlightlyBehind)]
#[case(LEAST, 50, true, 44.0, Standing::Behind)]
#[case(LEAST, 24, true, 0.0, Standing::JustBegun)]
#[case(LEAST, 25, true, 0.0, Standing::Behind)]
#[case(LEAST, 50, true, 100.0, Standing::Reached)]
#[case(LEAST, 100, true, 99.0, Standing::SlightlyMissed)]
#[case(LEAST, 100, true, 89.0, Standing::Missed)]
#[case(LEAST, 0, true, 0.0, Standing::ToCome)]
// A rate does not grow over its period: half of it at half time is behind.
#[case(LEAST, 50, false, 50.0, Standing::Behind)]
#[case(LEAST, 50, false, 95.0, Standing::SlightlyBehind)]
#[case(LEAST, 50, false, 100.0, Standing::OnPace)]
#[case(LEAST, 10, false, 50.0, Standing::JustBegun)]
#[case(LEAST, 100, false, 100.0, Standing::Reached)]
#[case(MOST, 50, true, 50.0, Standing::OnPace)]
#[case(MOST, 50, true, 54.0, Standing::SlightlyBehind)]
#[case(MOST, 50, true, 70.0, Standing::Behind)]
#[case(MOST, 10, true, 101.0, Standing::SlightlyMissed)]
#[case(MOST, 10, true, 150.0, Standing::Missed)]
#[case(MOST, 100, true, 100.0, Standing::Reached)]
#[case(MOST, 50, false, 120.0, Standing::Behind)]
fn how_a_target_stands(
    #[case] bound: Bound,
    #[case] days: u32,
    #[case] grows: bool,
    #[case] value: f64,
    #[case] expected: Standing,
) {
    assert_eq!(
        standing(bound, Some(value), passed(days), grows, 0.1),
        expected
    );
}

#[test]
fn what_is_not_known_is_neither_met_nor_missed() {
    assert_eq!(
        standing(LEAST, None, passed(100), true, 0.1),
        Standing::Unknown
    );
    assert_eq!(Standing::Unknown.alarm(), None);
}

#[test]
fn sums_and_counts_of_what_happens_grow() {
    let process = process();
    let grows = |name: &str| pace::grows(process.metric(name).expect("a standard metric"));
    assert!(grows("revenue") && grows("new-deals") && grows("activities") && grows("margin"));
    assert!(!grows("win-rate") && !grows("coverage") && !grows("cycle-time"));
    assert!(is_won_value(process.metric("revenue").expect("one")));
    assert!(!is_won_value(process.metric("margin").expect("one")));
}
