//! Metrics worked out by hand on the sample book.

use chrono::NaiveDate;

use super::{Figure, INSUFFICIENT, Measured, measure, needs};
use crate::deal::book::{Book, Columns, Day, Left};
use crate::deal::event::{ActivityKind, ForecastSnapshot};
use crate::document::Period;
use crate::id::Id;
use crate::list::{Came, Merged, Payback, Terms};
use crate::process::{Grain, Metric, Process, standard_metrics};
use crate::report::sample::{book, day, process, third_quarter, twelve};
use crate::report::{Ask, Dimension, costs};

use super::tests::{by, of, told};

/// Ann (90 an hour) and Bob (whose hour has no cost) did these.
fn worked() -> Book {
    let mut book = book(&twelve());
    book.reps[0].cost_per_hour_minor = Some(9_000);
    let activities = &mut book.activities;
    for (deal, on, kind, minutes, cost, by) in [
        (Some(0), 1, ActivityKind::Call, Some(20), None, Some(0)),
        (
            Some(1),
            60,
            ActivityKind::Meeting,
            Some(70),
            Some(5_000),
            Some(0),
        ),
        (Some(2), 61, ActivityKind::Mail, None, None, Some(1)),
        (Some(2), 100, ActivityKind::Call, Some(10), None, Some(1)),
        (None, 100, ActivityKind::Call, Some(5), None, Some(2)),
    ] {
        activities.deal.push(deal);
        activities.day.push(day(on));
        activities.kind.push(kind);
        activities.minutes.push(minutes);
        activities.cost_minor.push(cost.unwrap_or(0));
        activities.by.push(by);
        activities.tool.push(None);
    }
    let follow_ups = &mut book.follow_ups;
    for (deal, due, done) in [
        (0, 10, Some(10)),
        (0, 20, Some(21)),
        (1, 30, None),
        (9, 140, Some(139)),
        // Today, and to come: neither counts yet.
        (9, 143, None),
        (9, 150, Some(140)),
        (2, 12, Some(11)),
        (2, 13, Some(13)),
    ] {
        follow_ups.id.push(Id(follow_ups.due.len() as i64 + 1));
        follow_ups.deal.push(deal);
        follow_ups.due.push(day(due));
        follow_ups.added.push(day(0));
        follow_ups.done.push(done.map(day));
        follow_ups.by_rule.push(false);
        follow_ups.text.push(String::new());
    }
    book
}

#[test]
fn activities_count_for_who_did_them() {
    let (process, book) = (process(), worked());
    let measured = told(&process, &book, &["activities"], &by(&[Dimension::Rep]));
    let of = |rep| measured.of(&[rep]).map(|figures| figures[0].value);
    assert_eq!(of(Some("ann")), Some(Some(2.0)));
    assert_eq!(of(Some("bob")), Some(Some(2.0)));
    assert_eq!(of(Some("cy")), Some(Some(1.0)));
    assert_eq!(of(None), Some(Some(0.0)));
    let teams = told(&process, &book, &["activities"], &by(&[Dimension::Team]));
    assert_eq!(
        teams.of(&[Some("south")]).expect("there")[0].value,
        Some(1.0)
    );
    let ask = Ask {
        period: Some(third_quarter()),
        ..Ask::default()
    };
    assert_eq!(
        told(&process, &book, &["activities"], &ask).figures[0][0].value,
        Some(3.0)
    );
    // What was done for no deal is in no filter of deals.
    let ask = Ask {
        only: Some(vec![true; 12]),
        ..Ask::default()
    };
    assert_eq!(
        told(&process, &book, &["activities"], &ask).figures[0][0].value,
        Some(4.0)
    );
}

/// Of its six deals due or late: on time are 10 by 10, 139 by 140, 11 by 12 and 13 by 13.
#[test]
fn follow_ups_on_time() {
    let (process, book) = (process(), worked());
    let figure = told(&process, &book, &["follow-ups-on-time"], &Ask::default()).figures[0][0];
    assert_eq!((figure.value, figure.n), (Some(4.0 / 6.0), 6.0));
    let (low, high) = crate::statistics::wilson(4, 6).expect("there");
    assert!(
        (figure.low.expect("there") - low).abs() < 1e-12
            && (figure.high.expect("there") - high).abs() < 1e-12
    );
}

/// Ann's hour costs 90.00: 20 minutes are 30.00, 70 minutes are 105.00, and 50.00 were paid.
#[test]
fn costs_are_those_of_the_report() {
    let (process, mut book) = (process(), worked());
    book.lists = Some(Payback::default());
    let names = ["cost-per-process", "cost-per-won-deal"];
    let agree = |book: &Book| {
        for period in [None, Some(third_quarter())] {
            for by in [vec![], vec![Dimension::Rep], vec![Dimension::Product]] {
                let ask = Ask {
                    period,
                    by,
                    ..Ask::default()
                };
                let measured = told(&process, book, &names, &ask);
                let report = costs(&process, book, &Payback::default(), &ask).expect("a report");
                for row in &report.answer.rows {
                    let names: Vec<Option<&str>> =
                        row.group.iter().map(|(_, name)| name.as_deref()).collect();
                    let figures = measured.of(&names).expect("the group");
                    assert_eq!(figures[0].n, row.costs.processes as f64);
                    let minor = |figure: &Figure| figure.value.map(|minor| minor as i64);
                    if row.costs.processes >= 5 {
                        assert_eq!(minor(&figures[0]), row.costs.cost_per_process_minor);
                    }
                    if row.costs.won >= 5 {
                        assert_eq!(minor(&figures[1]), row.costs.cost_per_won_minor);
                    }
                }
            }
        }
    };
    agree(&book);
    let all = told(&process, &book, &names, &Ask::default());
    assert_eq!(all.figures[0][0].why, Some(super::NO_COST));
    book.reps[1].cost_per_hour_minor = Some(6_000);
    agree(&book);
    let all = told(&process, &book, &names, &Ask::default());
    // 30 + 155 + 10 for twelve deals.
    assert_eq!(all.figures[0][0].value, Some(1_625.0));
}

/// The same of what was done, by month: 30.00 in July, 155.00 in August.
#[test]
fn costs_over_time() {
    let (process, mut book) = (own(COSTLY), worked());
    book.lists = Some(Payback::default());
    let ask = Ask {
        period: Some(third_quarter()),
        ..by(&[Dimension::Time(Grain::Month)])
    };
    let metrics: Vec<&Metric> = process.own_metrics.iter().collect();
    let measured = measure(&process, &book, &metrics, &ask).expect("measured");
    let values: Vec<Option<f64>> = measured
        .figures
        .iter()
        .map(|figures| figures[0].value)
        .collect();
    assert_eq!(values, [Some(3_000.0), Some(15_500.0), Some(0.0)]);
    // Of the closed deals, whenever it was done: Bob's is not known.
    let all = measure(&process, &book, &metrics, &by(&[Dimension::Rep])).expect("measured");
    assert_eq!(
        all.of(&[Some("ann")]).expect("ann")[1].value,
        Some(18_500.0)
    );
    assert_eq!(
        all.of(&[Some("bob")]).expect("bob")[1].why,
        Some(super::NO_COST)
    );
}

const COSTLY: &str = r#"
[[metric]]
name = "spent"
kind = "activity"
unit = "money"
direction = "down"
aggregates.cost = { of = "activities", sum = "cost" }
formula = "cost"
sample = "cost"
at_least = 0
[[metric]]
name = "spent-on-closed"
kind = "activity"
unit = "money"
direction = "down"
aggregates.cost = { of = "closed", sum = "cost" }
aggregates.closed = { of = "closed", count = true }
formula = "cost"
sample = "closed"
at_least = 0
"#;

fn own(metrics: &str) -> Process {
    let text = format!(
        "[process]\nname = \"x\"\ncurrency = \"EUR\"\n[[stage]]\nname = \"qualify\"\n[[end]]\nname = \"lost\"\nreasons = [\"price\"]\n{metrics}"
    );
    let checked = crate::process::check("process.toml", &text);
    checked
        .process
        .unwrap_or_else(|| panic!("{:?}", checked.problems))
}

/// 120,000 a year, 10,000 a month: three of these make a quarter, and Ann has one of her own.
#[test]
fn coverage_needs_a_target() {
    let (mut process, mut book) = (process(), book(&twelve()));
    let ask = Ask {
        period: Some(third_quarter()),
        ..Ask::default()
    };
    let coverage = |process: &Process, book: &Book, ask: &Ask| {
        told(process, book, &["coverage", "revenue"], ask)
    };
    let figures = coverage(&process, &book, &ask).figures;
    assert_eq!(
        (figures[0][0].value, figures[0][0].why),
        (None, Some(super::NO_TARGET))
    );
    process.targets = own(
        "[[team]]\nname = \"north\"\n[[rep]]\nname = \"ann\"\nteam = \"north\"\n[[target]]\nmetric = \"revenue\"\nat_least = 100000\nperiod = \"month\"\n[[target]]\nmetric = \"revenue\"\nrep = \"ann\"\nat_least = 50000\nperiod = \"quarter\"\n",
    )
    .targets;
    // One open deal of 12,000 EUR of Ann is expected within the quarter.
    book.deals.expected_close[9] = Some(day(80));
    let figures = &coverage(&process, &book, &ask).figures[0];
    let revenue = figures[1].value.expect("known");
    let expected = 1_200_000.0 / (30_000_000.0 - revenue);
    assert!(
        (figures[0].value.expect("covered") - expected).abs() < 1e-9,
        "{figures:?}"
    );
    let by_rep = Ask {
        by: vec![Dimension::Rep],
        ..ask
    };
    let measured = coverage(&process, &book, &by_rep);
    // Ann won 30,000 of 50,000.
    assert_eq!(
        measured.of(&[Some("ann")]).expect("ann")[0].value,
        Some(0.6)
    );
    assert_eq!(
        measured.of(&[Some("bob")]).expect("bob")[0].why,
        Some(super::NO_TARGET)
    );
}

#[test]
fn margins_are_known_or_not() {
    let (process, mut book) = (process(), book(&twelve()));
    let figure = told(&process, &book, &["margin"], &Ask::default()).figures[0][0];
    assert_eq!((figure.value, figure.why), (None, Some(super::NO_MARGIN)));
    book.margins = vec![Some(0.5), Some(0.25)];
    let ask = by(&[Dimension::Product]);
    let measured = told(&process, &book, &["margin"], &ask);
    let of = |product| measured.of(&[Some(product)]).expect("the product")[0].value;
    // Basic: 10,000 × 0.5, and a lost one.
    assert_eq!((of("basic"), of("pro")), (Some(500_000.0), Some(500_000.0)));
}

#[test]
fn overrides_and_gates() {
    let (process, mut book) = (process(), book(&twelve()));
    let gates = book
        .visits
        .how
        .iter()
        .filter(|how| matches!(how, Left::Advanced | Left::Won))
        .count();
    let mut marked = 0;
    for (how, overridden) in book.visits.how.iter().zip(&mut book.visits.overridden) {
        if matches!(how, Left::Advanced | Left::Won) && marked < 2 {
            *overridden = true;
            marked += 1;
        }
    }
    let figure = told(&process, &book, &["override-rate"], &Ask::default()).figures[0][0];
    assert_eq!(
        (figure.value, figure.n),
        (Some(2.0 / gates as f64), gates as f64)
    );
}

/// Deal 0 was opened on day 0 and won on day 40 and so on: by month of closing and of opening.
#[test]
fn over_time() {
    let (process, book) = (process(), book(&twelve()));
    let ask = Ask {
        period: Some(third_quarter()),
        ..by(&[Dimension::Time(Grain::Month)])
    };
    let measured = told(&process, &book, &["new-deals", "revenue"], &ask);
    let names: Vec<&str> = measured
        .groups
        .iter()
        .map(|labels| labels[0].as_ref().expect("there").0.as_str())
        .collect();
    assert_eq!(names, ["2026-07", "2026-08", "2026-09"]);
    let opened: f64 = measured
        .figures
        .iter()
        .filter_map(|figures| figures[0].value)
        .sum();
    let whole = Ask {
        period: Some(third_quarter()),
        ..Ask::default()
    };
    let together = told(&process, &book, &["new-deals", "revenue"], &whole);
    assert_eq!(Some(opened), together.figures[0][0].value);
    let revenue: f64 = measured
        .figures
        .iter()
        .filter_map(|figures| figures[1].value)
        .sum();
    assert_eq!(Some(revenue), together.figures[0][1].value);
    // Without a period from the first day told to the as-of date.
    let ask = by(&[Dimension::Time(Grain::Quarter)]);
    let measured = told(&process, &book, &["new-deals"], &ask);
    assert_eq!(
        measured.groups.first().expect("there")[0]
            .as_ref()
            .expect("there")
            .0,
        "2026-Q3"
    );
    assert_eq!(
        measured.groups.last().expect("there")[0]
            .as_ref()
            .expect("there")
            .0,
        "2026-Q4"
    );
}

#[test]
fn what_makes_no_sense_is_refused() {
    let (process, book) = (process(), book(&twelve()));
    let refused = |name: &str, dimensions: &[Dimension]| {
        measure(&process, &book, &[of(name)], &by(dimensions)).expect_err("refused")
    };
    assert!(refused("win-rate", &[Dimension::Stage]).contains("can't be told by stage"));
    assert!(refused("net-name-cost", &[Dimension::Rep]).contains("belong to no rep"));
    let twice = [Dimension::Time(Grain::Month), Dimension::Time(Grain::Year)];
    assert!(refused("revenue", &twice).contains("one of month, quarter and year"));
}

#[test]
fn an_empty_book_has_no_figures() {
    let (process, book) = (process(), book(&[]));
    for metric in standard_metrics() {
        let figure = told(&process, &book, &[&metric.name], &Ask::default()).figures[0][0];
        assert_eq!(figure.n, 0.0, "{}", metric.name);
        assert_eq!(
            figure.value.is_none(),
            metric.at_least > 0 || metric.name == "coverage"
        );
    }
}

fn came(since: i32, net: u64, flat_fee_minor: Option<i64>) -> Came {
    Came {
        id: Id(since.into()),
        terms: Terms {
            code: format!("list-{since}"),
            flat_fee_minor,
            ..Terms::default()
        },
        since: Some(day(since).date()),
        gross: net,
        rejected: 0,
        known_own: 0,
        known_house: 0,
        known_lists: 0,
        twice: 0,
        suppressed: 0,
        seeds: 0,
        net,
        merged: Merged {
            gross: net,
            used: net,
        },
        people: net,
        used: 0,
        uses: 0,
    }
}

/// Two lists: 100 names for 50.00 came in on 1 August, 300 for 130.00 on 1 October.
#[test]
fn net_names() {
    let (process, mut book) = (process(), book(&twelve()));
    book.lists = Some(Payback {
        lists: vec![came(31, 100, Some(5_000)), came(92, 300, Some(13_000))],
        ..Payback::default()
    });
    let told = |book: &Book, ask: &Ask| told(&process, book, &["net-name-cost"], ask).figures[0][0];
    let figure = told(&book, &Ask::default());
    assert_eq!((figure.value, figure.n), (Some(45.0), 400.0));
    let ask = Ask {
        period: Some(third_quarter()),
        ..Ask::default()
    };
    assert_eq!(told(&book, &ask).value, Some(50.0));
    if let Some(payback) = &mut book.lists {
        payback.lists[0].terms.flat_fee_minor = None;
    }
    let figure = told(&book, &ask);
    assert_eq!((figure.value, figure.why), (None, Some(super::NO_COST)));
}

#[test]
fn only_what_is_read_is_asked_of_the_store() {
    let asked = needs(&[of("new-deals")], &[]);
    assert_eq!(asked.columns, Columns::OPENED);
    let asked = needs(&[of("velocity")], &[Dimension::Time(Grain::Month)]);
    assert!(asked.columns.has(Columns::CHANGES));
    assert!(!needs(&[of("velocity")], &[]).columns.has(Columns::CHANGES));
}

/// Each metric on a Book that has what it asks for and nothing else.
#[test]
fn nothing_is_read_that_was_not_asked_for() {
    let process = process();
    for metric in standard_metrics() {
        for dimensions in [vec![], vec![Dimension::Rep, Dimension::Time(Grain::Month)]] {
            let mut book = worked();
            let asked = needs(&[metric], &dimensions).columns;
            book.keep_only(asked);
            for (table, wanted) in [
                (Columns::VISITS, asked.has(Columns::VISITS)),
                (Columns::ACTIVITIES, asked.has(Columns::ACTIVITIES)),
                (Columns::FOLLOW_UPS, asked.has(Columns::FOLLOW_UPS)),
            ] {
                if wanted {
                    continue;
                }
                if table == Columns::VISITS {
                    book.visits = crate::deal::book::Visits::default();
                } else if table == Columns::ACTIVITIES {
                    book.activities = crate::deal::book::Activities::default();
                } else {
                    book.follow_ups = crate::deal::book::FollowUps::default();
                }
            }
            let ask = by(&dimensions);
            let bare = measure(&process, &book, &[metric], &ask);
            let full = measure(&process, &worked(), &[metric], &ask);
            if let (Ok(bare), Ok(full)) = (&bare, &full) {
                let known = |measured: &Measured| -> Vec<Figure> {
                    measured
                        .figures
                        .concat()
                        .into_iter()
                        .filter(|f| f.n > 0.0)
                        .collect()
                };
                assert_eq!(known(bare), known(full), "{}", metric.name);
            }
            assert_eq!(bare.is_ok(), full.is_ok(), "{}", metric.name);
        }
    }
}

/// What was open at the end of a month was opened by then and not closed yet.
#[test]
fn open_at_the_end_of_each_month() {
    use crate::deal::book::State;
    let (process, mut book) = (process(), book(&twelve()));
    // Deal 0: open from day 0, won on day 40; deal 9: open from day 60.
    for (deal, on, to) in [
        (0, 0, State::Open),
        (0, 40, State::Won),
        (9, 60, State::Open),
    ] {
        book.changes.state.push(deal, day(on), to);
    }
    let text = r#"
[process]
name = "x"
currency = "EUR"
[[stage]]
name = "qualify"
[[end]]
name = "lost"
reasons = ["price"]
[[metric]]
name = "open-deals"
kind = "activity"
unit = "count"
direction = "up"
aggregates.open = { of = "open", count = true }
formula = "open"
sample = "open"
at_least = 0
"#;
    let own = crate::process::check("process.toml", text);
    let own = own.process.unwrap_or_else(|| panic!("{:?}", own.problems));
    let ask = Ask {
        period: Some(Period {
            from: NaiveDate::from_ymd_opt(2026, 7, 1).expect("a date"),
            to: Day::of(third_quarter().to).date(),
        }),
        ..by(&[Dimension::Time(Grain::Month)])
    };
    let measured = measure(&process, &book, &[&own.own_metrics[0]], &ask).expect("measured");
    let values: Vec<f64> = measured.figures.iter().filter_map(|f| f[0].value).collect();
    assert_eq!(values, [1.0, 1.0, 1.0]);
}

/// What the night of a day said of the 30 days after it, of which nothing was won yet.
fn night(on: i32, major: i64) -> (NaiveDate, ForecastSnapshot) {
    let kept = ForecastSnapshot {
        from: day(on + 1).date(),
        to: day(on + 30).date(),
        won_minor: 0,
        chosen: "cohort".to_string(),
        total_minor: major * 100,
        open_minor: 0,
        new_minor: major * 100,
        low_minor: None,
        high_minor: None,
        said: Vec::new(),
        deals: Vec::new(),
        others_minor: 0,
    };
    (day(on).date(), kept)
}

/// Won: 5,000 on day 60, 20,000 on day 65, nothing known on day 70, 10,000 on day 40, 8,000 on day 95. The nights of
/// days -40, -10, 20, 50 and 80 said 1,000, 0, 13,000, 20,000 and 9,000 of the 30 days after, in which 0, 0, 10,000,
/// 25,000 and 8,000 were won: off by 1,000 + 0 + 3,000 + 5,000 + 1,000 of 43,000.
#[test]
fn forecast_error_is_of_what_was_said() {
    let (process, mut book) = (process(), book(&twelve()));
    book.forecasts = vec![
        night(-40, 1_000),
        night(-10, 0),
        night(20, 13_000),
        // Less than 30 days after the one before: it does not count.
        night(21, 99_000),
        night(50, 20_000),
        night(80, 9_000),
        // Not over.
        night(120, 99_000),
    ];
    let mut quarter = night(5, 70_000);
    (quarter.1.from, quarter.1.to) = (day(0).date(), day(91).date());
    book.forecasts.insert(2, quarter);
    let figure = |book: &Book, ask: &Ask| {
        let measured = told(&process, book, &["forecast-error"], ask);
        let [figures] = measured.figures.as_slice() else {
            panic!("{measured:#?}")
        };
        (figures[0].value, figures[0].n, figures[0].why)
    };
    let all = Ask::default();
    assert_eq!(figure(&book, &all), (Some(10_000.0 / 43_000.0), 5.0, None));
    // By the day on which the 30 days end: those of days 20, 50 and 80.
    let ask = Ask {
        period: Some(Period {
            from: day(40).date(),
            to: day(110).date(),
        }),
        ..Ask::default()
    };
    assert_eq!(figure(&book, &ask), (None, 3.0, Some(INSUFFICIENT)));
    // Nothing is said of some of the deals.
    let ask = Ask {
        only: Some(vec![true; 12]),
        ..Ask::default()
    };
    assert_eq!(figure(&book, &ask), (None, 0.0, Some(INSUFFICIENT)));
    let measured = told(&process, &book, &["forecast-error"], &ask);
    assert!(measured.notes[0].starts_with("nights forecast the whole company"));
    let by_rep = by(&[Dimension::Rep]);
    let refused = measure(&process, &book, &[of("forecast-error")], &by_rep);
    assert!(
        refused
            .expect_err("a refusal")
            .contains("can't be told by rep")
    );
    // As of an earlier day the last ones were not over, or not said.
    let early = book.cut(day(80));
    assert_eq!(figure(&early, &all), (None, 3.0, Some(INSUFFICIENT)));
}
