//! A record worked out by hand, over weeks that begin on day 0, 7, 14, … of the sample.

use chrono::DateTime;

use super::*;
use crate::deal::book::Dated;
use crate::deal::commitment::Commitment;
use crate::deal::event::{ForecastSnapshot, SaidSnapshot};
use crate::id::Id;
use crate::report::sample::{Told, book, day, process};

const ANN: Option<u32> = Some(0);
const BOB: Option<u32> = Some(1);

fn deal(owner: Option<u32>, state: State, major: i64, closed: i32) -> Told {
    Told {
        owner,
        product: None,
        state,
        value: Some((major, 0)),
        opened: Some(0),
        closed: Some(closed),
        expected_close: None,
        hold_until: None,
        next_due: None,
        visits: Vec::new(),
    }
}

/// Ann wins 1,000 in each of the first five weeks, Bob 1,000 in the first and 2,000 in the second; then Ann loses one.
fn sample() -> Book {
    let mut told: Vec<Told> = (0..5)
        .map(|week| deal(ANN, State::Won, 1_000, 7 * week + 5))
        .collect();
    told.push(deal(BOB, State::Won, 1_000, 5));
    told.push(deal(BOB, State::Won, 2_000, 12));
    told.push(deal(ANN, State::Lost, 5_000, 60));
    book(&told)
}

fn said(name: &str, week: i32, on: i32, major: i64) -> Committed {
    Committed {
        id: Id(1),
        said: Commitment {
            by: Side::Rep,
            scope: Scope::Rep,
            name: name.to_string(),
            from: day(7 * week).date(),
            to: day(7 * week + 6).date(),
            amount_minor: major * 100,
            best_case_minor: None,
            deals: Vec::new(),
            why: None,
        },
        day: day(on).date(),
        at: DateTime::UNIX_EPOCH,
        recorded: DateTime::UNIX_EPOCH,
        actor: "ann".to_string(),
    }
}

fn night(
    on: i32,
    (from, to): (i32, i32),
    won_major: i64,
    said: &[(&str, i64)],
) -> (NaiveDate, ForecastSnapshot) {
    let said: Vec<SaidSnapshot> = said
        .iter()
        .map(|(method, major)| SaidSnapshot {
            method: (*method).to_string(),
            total_minor: major * 100,
            open_minor: None,
            new_minor: None,
        })
        .collect();
    let kept = ForecastSnapshot {
        from: day(from).date(),
        to: day(to).date(),
        won_minor: won_major * 100,
        chosen: said[0].method.clone(),
        total_minor: said[0].total_minor,
        open_minor: 0,
        new_minor: said[0].total_minor,
        low_minor: None,
        high_minor: None,
        said,
        deals: Vec::new(),
        others_minor: 0,
    };
    (day(on).date(), kept)
}

fn found(
    said: &[Committed],
    nights: &[(NaiveDate, ForecastSnapshot)],
    ask: AskAccuracy,
) -> Vec<AccuracyRow> {
    let mut book = sample();
    book.forecasts = nights.to_vec();
    accuracy(&process(), &book, said, ask).answer.rows
}

fn near(found: Option<f64>, expected: f64) -> bool {
    found.is_some_and(|found| (found - expected).abs() < 1e-9)
}

#[test]
fn reps_by_hand() {
    let mut all: Vec<Committed> = (0..5)
        .map(|week| said("ann", week, 7 * week + 2, 700))
        .collect();
    // An earlier word, and one after the middle of the week: neither counts.
    all.insert(0, said("ann", 0, 0, 100));
    all.push(said("ann", 0, 6, 1_000));
    all.push(said("bob", 0, 1, 1_500));
    // Nothing up to the middle: the first word after it counts.
    all.push(said("bob", 1, 11, 1_500));
    all.push(said("bob", 1, 13, 2_000));
    // Not over yet.
    all.push(said("bob", 20, 141, 9_000));
    let rows = found(&all, &[], AskAccuracy::default());
    let [ann, bob] = rows.as_slice() else {
        panic!("{rows:#?}")
    };
    assert_eq!((ann.calls, ann.finished), (7, 5));
    assert!(near(ann.bias_share, -0.3) && near(ann.wape_share, 0.3));
    assert_eq!(ann.finding, "sandbagging");
    assert_eq!((bob.calls, bob.finished), (3, 2));
    // 500 too much, 500 too little, of 3,000.
    assert!(near(bob.bias_share, 0.0) && near(bob.wape_share, 1.0 / 3.0));
    assert_eq!(bob.finding, "insufficient_history");

    let last = AskAccuracy {
        last: Some(2),
        ..AskAccuracy::default()
    };
    let rows = found(&all, &[], last);
    assert_eq!((rows[0].finished, rows[0].won_minor), (2, 200_000));
    assert_eq!(rows[0].finding, "insufficient_history");
    let within = AskAccuracy {
        within: Some(Period {
            from: day(7).date(),
            to: day(20).date(),
        }),
        ..AskAccuracy::default()
    };
    assert_eq!(found(&all, &[], within)[0].finished, 2);
}

#[test]
fn a_word_counts_from_the_day_it_was_recorded() {
    let noon = |on: i32| {
        day(on)
            .date()
            .and_hms_opt(12, 0, 0)
            .expect("noon")
            .and_utc()
    };
    let recorded = |on: i32, one: Committed| Committed {
        recorded: noon(on),
        ..one
    };
    let all = [
        // Dated back to the first day, after what was said in time: only the one in time counts.
        recorded(2, said("ann", 0, 2, 700)),
        recorded(5, said("ann", 0, 0, 1_000)),
        // Dated back from after the week: no foresight.
        recorded(20, said("bob", 0, 1, 1_000)),
    ];
    let report = accuracy(&process(), &sample(), &all, AskAccuracy::default());
    let [ann] = report.answer.rows.as_slice() else {
        panic!("{:#?}", report.answer.rows)
    };
    assert_eq!((ann.name.as_str(), ann.said_minor), ("ann", 70_000));
    assert!(
        report
            .answer
            .notes
            .iter()
            .any(|note| note.starts_with("1 call was recorded after"))
    );
}

/// October alone, and inside of its quarter: what was won is not counted twice.
#[test]
fn months_and_quarters_are_records_of_their_own() {
    let of = |from: i32, to: i32, major: i64| {
        let mut one = said("ann", 0, from, major);
        (one.said.from, one.said.to) = (day(from).date(), day(to).date());
        one
    };
    // July, and the quarter from July on: 5,000 are won in both.
    let all = [of(0, 30, 4_000), of(0, 91, 6_000)];
    let rows = found(&all, &[], AskAccuracy::default());
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.horizon, row.finished, row.said_minor, row.won_minor))
        .collect();
    assert_eq!(
        told,
        [
            ("month", 1, 400_000, 400_000),
            ("quarter", 1, 600_000, 500_000)
        ]
    );
}

#[test]
fn a_bias_has_a_name_when_it_is_large_and_one_sided() {
    let pairs = |said: [i64; 5]| said.map(|said| (said, 100)).to_vec();
    let name = |said: [i64; 5]| {
        let pairs = pairs(said);
        let sum: i64 = said.iter().sum();
        finding(&pairs, Some((sum - 500) as f64 / 500.0))
    };
    assert_eq!(name([120, 130, 115, 125, 90]), "happy_ears");
    assert_eq!(name([70, 80, 60, 75, 130]), "sandbagging");
    assert_eq!(name([105, 104, 103, 108, 101]), "even", "small");
    assert_eq!(name([300, 90, 95, 130, 90]), "even", "one quarter alone");
    assert_eq!(
        finding(&pairs([200; 5])[..4], Some(1.0)),
        "insufficient_history"
    );
}

#[test]
fn methods_by_what_nights_kept() {
    let nights = [
        night(
            10,
            (0, 91),
            1_000,
            &[("cohort", 7_000), ("run-rate", 9_000)],
        ),
        night(10, (11, 40), 0, &[("cohort", 6_600)]),
        // Less than 30 days after the one before.
        night(11, (12, 41), 0, &[("cohort", 99_000)]),
        night(40, (41, 70), 0, &[("cohort", 600)]),
        // After the middle of the quarter.
        night(80, (0, 91), 8_000, &[("cohort", 50_000)]),
        // Not over.
        night(100, (92, 183), 0, &[("cohort", 50_000)]),
    ];
    let rows = found(&[], &nights, AskAccuracy::default());
    let of = |name: &str, horizon: &str| {
        let mut all = rows.iter();
        all.find(|row| row.name == name && row.horizon == horizon)
            .expect("a line")
    };
    // 8,000 were won in the quarter.
    let cohort = of("cohort", "quarter");
    assert_eq!((cohort.calls, cohort.finished), (2, 1));
    assert!(near(cohort.bias_share, 0.0));
    assert!(near(of("run-rate", "quarter").bias_share, 0.25));
    assert_eq!(of("chosen", "quarter").said_minor, 800_000);
    // Of day 11 to 40 6,000, of day 41 to 70 nothing.
    let ahead = of("cohort", "30_days");
    assert_eq!((ahead.finished, ahead.won_minor), (2, 600_000));
    assert!(near(ahead.bias_share, 0.2) && near(ahead.wape_share, 0.2));
}

#[test]
fn confidences_by_hand() {
    let mut book = sample();
    let mut told = Dated::default();
    // Won on day 5: the first word counts, what was said on the day before does not.
    told.push(0, day(0), Some(80.0));
    told.push(0, day(4), Some(100.0));
    // Won on day 12, and only said on the day itself.
    told.push(1, day(12), Some(100.0));
    // Lost on day 60: what stood 30 days before counts.
    told.push(7, day(10), Some(60.0));
    told.push(7, day(25), Some(50.0));
    told.push(7, day(50), Some(5.0));
    book.dated.insert(CONFIDENCE.to_string(), told);
    let report = accuracy(&process(), &book, &[], AskAccuracy::default());
    let [ann] = report.answer.rows.as_slice() else {
        panic!("{:#?}", report.answer.rows)
    };
    // ((0.8 - 1)² + (0.5 - 0)²) ÷ 2
    assert_eq!((ann.name.as_str(), ann.confidence_n), ("ann", 2));
    assert!(near(ann.brier, 0.145));
    assert_eq!((ann.finished, ann.wape_share), (0, None));
}
