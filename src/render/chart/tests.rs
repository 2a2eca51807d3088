//! Pictures stay on their paper, their words don't lie on one another, and no number breaks them.

use chrono::NaiveDate;
use proptest::prelude::*;
use rstest::rstest;

use super::canvas::{TEXT, fitted, wide};
use super::{Paper, drawn, figure, unit};
use crate::document::{Band, Bar, Chart, Point, Shape, Unit};

fn chart(unit: Unit, shape: Shape) -> Chart {
    Chart {
        title: "Win rate by rep".to_string(),
        description: "Two of twelve win more than chance explains.".to_string(),
        unit,
        shape,
    }
}

fn eur() -> Unit {
    Unit::Money("EUR".parse().expect("a currency"))
}

fn bars(values: &[f64]) -> Shape {
    let bar = |(i, value): (usize, &f64)| Bar {
        label: format!("Representative number {i} of the northern team"),
        value: *value,
        interval: (i % 2 == 0).then_some((value - 0.1, value + 0.1)),
        mark: (i % 3 == 0).then_some((0.4, "target")),
    };
    Shape::Bars(values.iter().enumerate().map(bar).collect())
}

fn months(count: usize, series: usize) -> Shape {
    let month = |i: usize| format!("{}-{:02}", 2024 + i / 12, i % 12 + 1);
    Shape::Columns {
        labels: (0..count).map(month).collect(),
        series: (0..series)
            .map(|s| {
                let value = |i: usize| (i * 7919 % 97 + s * 31) as f64 * 250_000.0;
                (format!("series {s}"), (0..count).map(value).collect())
            })
            .collect(),
    }
}

fn funnel_plot(count: usize) -> Shape {
    Shape::Points {
        across: "decided deals".to_string(),
        points: (0..count)
            .map(|i| Point {
                label: format!("Rep {i}"),
                x: (i * 7919 % 211) as f64,
                y: (i * 104_729 % 100) as f64 / 100.0,
                stands_out: i % 9 == 0,
            })
            .collect(),
        lines: vec![
            ("all together".to_string(), vec![(0.0, 0.4), (210.0, 0.4)]),
            (
                "95 % limits".to_string(),
                (1..22)
                    .map(|i| (f64::from(i) * 10.0, 0.4 + 1.0 / f64::from(i * 10).sqrt()))
                    .collect(),
            ),
        ],
    }
}

fn date(number: i32) -> NaiveDate {
    let day = NaiveDate::from_ymd_opt(2026, 10, 1).expect("a date");
    day + chrono::TimeDelta::days(i64::from(number))
}

/// Won for 50 days, then a fan for 41.
fn fan() -> Shape {
    let won = (0..=50)
        .step_by(10)
        .map(|day| (date(day), f64::from(day) * 2e5));
    let ahead = [50, 60, 70, 80, 91];
    let median = |day: i32| 1e7 + f64::from(day - 50) * 2.5e5;
    let wide = |day: i32| f64::from(day - 50).sqrt() * 1e6;
    Shape::Course {
        lines: vec![
            ("won so far".to_string(), won.collect()),
            (
                "median".to_string(),
                ahead.map(|day| (date(day), median(day))).to_vec(),
            ),
        ],
        band: Some(Band {
            name: "80 % range".to_string(),
            course: ahead
                .map(|day| (date(day), median(day) - wide(day), median(day) + wide(day)))
                .to_vec(),
        }),
        mark: Some((2.4e7, "target")),
        today: Some(date(50)),
    }
}

/// What is held against the lines, where they end and today are told in the picture, and the axis goes beyond them all.
#[test]
fn a_fan_names_its_target_its_median_and_today() {
    for paper in [Paper::Wide, Paper::Narrow] {
        let body = drawn(&chart(eur(), fan()), paper).expect("drawn").body;
        let told: Vec<&str> = body
            .split("</text>")
            .filter_map(|part| part.rsplit_once('>').map(|(_, text)| text.trim()))
            .collect();
        for text in ["target 240k", "today", "median 202k", "300k"] {
            assert!(told.contains(&text), "{text} of {told:?}");
        }
    }
}

#[test]
fn a_fan_is_a_band_around_its_middle() {
    let picture = drawn(&chart(eur(), fan()), Paper::Wide).expect("drawn");
    let body = &picture.body;
    let corners = |tag: &str, ink: &str| -> Vec<Vec<(i32, i32)>> {
        let opening = format!("<{tag} ");
        let all = body.split(&opening).skip(1);
        let inked = all.map(|rest| rest.split("/>").next().expect("an end"));
        inked
            .filter(|rest| rest.contains(ink))
            .map(|rest| {
                let (_, points) = rest.split_once("points=\"").expect("points");
                let points = points.split('"').next().expect("some").split_whitespace();
                points
                    .map(|point| {
                        let (x, y) = point.split_once(',').expect("two");
                        (x.parse().expect("x"), y.parse().expect("y"))
                    })
                    .collect()
            })
            .collect()
    };
    let band = &corners("polygon", "var(--grid)")[0];
    let median = &corners("polyline", "var(--series-2)")[0];
    assert_eq!(band.len(), 2 * median.len());
    // It opens at the last point of what is won, and its middle stays between its edges.
    assert_eq!(band[0], median[0]);
    for (at, (x, y)) in median.iter().enumerate().skip(1) {
        let (low, high) = (band[at], band[band.len() - 1 - at]);
        assert_eq!((low.0, high.0), (*x, *x));
        assert!(high.1 < *y && *y < low.1, "{high:?} {y} {low:?}");
    }
    let shown = figure(&chart(eur(), fan()), "c1");
    for said in [
        "</i>won so far</li>",
        "</i>80 % range</li>",
        "</i>target</li>",
    ] {
        assert!(shown.contains(said), "{said} is not in\n{shown}");
    }
    assert!(
        body.contains("\n1 Oct\n") && body.contains("\n31 Dec\n"),
        "{body}"
    );
}

/// Of each text: left, top, right, bottom.
fn texts(svg: &str) -> Vec<(String, [i32; 4])> {
    let attribute = |tag: &str, name: &str| -> String {
        let (_, rest) = tag.split_once(&format!(" {name}=\"")).expect("there");
        rest.split('"').next().expect("a value").to_string()
    };
    svg.split("<text")
        .skip(1)
        .map(|rest| {
            let (tag, rest) = rest.split_once(">\n").expect("a tag");
            let text = rest.split("\n</text>").next().expect("an end").to_string();
            let (x, y): (i32, i32) = (
                attribute(tag, "x").parse().expect("a number"),
                attribute(tag, "y").parse().expect("a number"),
            );
            let width = wide(&text);
            let left = match attribute(tag, "text-anchor").as_str() {
                "start" => x,
                "middle" => x - width / 2,
                _ => x - width,
            };
            (text, [left, y - TEXT / 2, left + width, y + TEXT / 2])
        })
        .collect()
}

#[rstest]
#[case(Unit::Share, bars(&[0.25, 0.3, 0.5, 0.1, 0.9, 0.0, 0.7, 0.65, 0.2, 0.33, 0.41, 0.5]))]
#[case(eur(), months(24, 3))]
#[case(eur(), months(5, 1))]
#[case(Unit::Share, funnel_plot(60))]
#[case(eur(), fan())]
fn words_have_room(#[case] unit: Unit, #[case] shape: Shape) {
    for paper in [Paper::Wide, Paper::Narrow] {
        let picture = drawn(&chart(unit, shape.clone()), paper).expect("drawn");
        let texts = texts(&picture.body);
        assert!(texts.len() >= 8, "{}", picture.body);
        for (i, (text, a)) in texts.iter().enumerate() {
            let inside =
                a[0] >= -2 && a[1] >= -2 && a[2] <= picture.width + 2 && a[3] <= picture.height;
            assert!(inside, "{paper:?}: {text} leaves the paper: {a:?}");
            for (other, b) in &texts[..i] {
                let overlap = a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
                assert!(
                    !overlap,
                    "{paper:?}: `{text}` {a:?} lies on `{other}` {b:?}"
                );
            }
        }
    }
}

#[test]
fn what_is_drawn_is_what_there_is() {
    let two = Shape::Bars(vec![
        Bar {
            label: "Qualify".to_string(),
            value: 120.0,
            interval: None,
            mark: None,
        },
        Bar {
            label: "Won".to_string(),
            value: 30.0,
            interval: None,
            mark: Some((60.0, "target")),
        },
    ]);
    let picture = drawn(&chart(Unit::Count, two), Paper::Wide).expect("drawn");
    let widths: Vec<i32> = picture
        .body
        .split("<rect")
        .skip(1)
        .map(|rest| {
            let (_, width) = rest.split_once("width=\"").expect("a width");
            width
                .split('"')
                .next()
                .expect("one")
                .parse()
                .expect("a number")
        })
        .collect();
    let [long, short] = widths.as_slice() else {
        panic!("not two bars: {}", picture.body)
    };
    assert!((long - 4 * short).abs() <= 4, "{widths:?}");
    for said in ["Qualify", "120", "Won", "30"] {
        assert!(picture.body.contains(&format!("\n{said}\n")), "{said}");
    }
    assert!(
        !picture.body.contains('#'),
        "a colour of its own: {}",
        picture.body
    );
    assert!(picture.body.contains("fill=\"var(--series-1)\""));
    assert!(picture.body.contains("stroke=\"var(--target)\""));
}

#[test]
fn a_figure_says_what_it_shows() {
    let shown = figure(&chart(eur(), months(3, 2)), "c1");
    for part in [
        "<figcaption>Win rate by rep <span>EUR</span></figcaption>",
        "role=\"img\" aria-labelledby=\"c1-wide-title c1-wide-desc\"",
        "<title id=\"c1-narrow-title\">Win rate by rep</title>",
        "<desc id=\"c1-narrow-desc\">Two of twelve",
        "</i>series 1</li>",
        "viewBox=\"0 0 344 ",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
}

#[test]
fn a_mark_has_the_name_it_was_given() {
    let marked = bars(&[0.3]).map_bars(|bar| Bar {
        mark: Some((0.4, "all together")),
        ..bar
    });
    let shown = figure(&chart(Unit::Share, marked), "c1");
    assert!(shown.contains("</i>all together</li>"), "{shown}");
    assert!(!shown.contains("</i>target</li>"), "{shown}");
}

#[test]
fn nothing_known_is_nothing_drawn() {
    for shape in [
        Shape::Bars(Vec::new()),
        bars(&[f64::NAN]).map_bars(|bar| Bar {
            interval: None,
            mark: None,
            ..bar
        }),
        Shape::Columns {
            labels: vec!["2026-01".to_string()],
            series: vec![("won".to_string(), vec![f64::NAN])],
        },
        Shape::Points {
            across: String::new(),
            points: Vec::new(),
            lines: Vec::new(),
        },
        Shape::Course {
            lines: vec![("won".to_string(), vec![(date(0), f64::NAN)])],
            band: None,
            mark: Some((1.0, "target")),
            today: None,
        },
    ] {
        let shown = figure(&chart(Unit::Count, shape), "c1");
        assert!(
            !shown.contains("<svg") && shown.contains("nothing to draw"),
            "{shown}"
        );
    }
}

impl Shape {
    fn map_bars(self, change: impl Fn(Bar) -> Bar) -> Self {
        match self {
            Self::Bars(bars) => Self::Bars(bars.into_iter().map(change).collect()),
            other => other,
        }
    }
}

#[test]
fn many_are_cut_and_it_says_so() {
    let shown = figure(&chart(Unit::Count, bars(&[1.0; 50])), "c1");
    assert!(shown.contains("the first 40 of 50 are drawn"), "{shown}");
    let shown = figure(&chart(Unit::Count, months(70, 1)), "c1");
    assert!(shown.contains("the last 60 of 70 are drawn"), "{shown}");
}

#[rstest]
#[case(Unit::Share, 0.256, "26 %", "25.6 %")]
#[case(eur(), 123_456_700.0, "1,234,567", "1.2m")]
#[case(eur(), -420_000.0, "-4,200", "-4.2k")]
#[case(Unit::Days, 13.54, "13.5", "13.5")]
#[case(Unit::Count, 1200.0, "1,200", "1,200")]
#[case(Unit::Number, -0.001, "0", "0")]
#[case(Unit::Number, f64::NAN, "–", "–")]
fn numbers(#[case] unit: Unit, #[case] value: f64, #[case] exact: &str, #[case] rough: &str) {
    assert_eq!(unit::exactly(unit, value), exact);
    assert_eq!(unit::roughly(unit, value), rough);
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        3 => -1000.0..1000.0,
        1 => Just(0.0),
        1 => any::<f64>(),
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::MIN, 1e-300, 1e18, -1e18]),
    ]
}

fn shape() -> impl Strategy<Value = Shape> {
    let bar = (
        any::<String>(),
        number(),
        prop::option::of((number(), number())),
        prop::option::of(number()),
    )
        .prop_map(|(label, value, interval, mark)| Bar {
            label,
            value,
            interval,
            mark: mark.map(|at| (at, "target")),
        });
    let point = (any::<String>(), number(), number(), any::<bool>()).prop_map(
        |(label, x, y, stands_out)| Point {
            label,
            x,
            y,
            stands_out,
        },
    );
    let series = (any::<String>(), prop::collection::vec(number(), 0..14));
    let line = (
        any::<String>(),
        prop::collection::vec((number(), number()), 0..6),
    );
    let dated = (
        any::<String>(),
        prop::collection::vec((0..900, number()), 0..6),
    )
        .prop_map(|(name, line)| {
            let line = line.into_iter().map(|(day, value)| (date(day), value));
            (name, line.collect())
        });
    prop_oneof![
        prop::collection::vec(bar, 0..14).prop_map(Shape::Bars),
        (
            prop::collection::vec(any::<String>(), 0..14),
            prop::collection::vec(series, 0..8)
        )
            .prop_map(|(labels, series)| Shape::Columns { labels, series }),
        (
            any::<String>(),
            prop::collection::vec(point, 0..14),
            prop::collection::vec(line, 0..4)
        )
            .prop_map(|(across, points, lines)| Shape::Points {
                across,
                points,
                lines
            }),
        (
            prop::collection::vec(dated, 0..4),
            prop::option::of((
                any::<String>(),
                prop::collection::vec((0..900, number(), number()), 0..6)
            )),
            prop::option::of(number())
        )
            .prop_map(|(lines, band, mark)| Shape::Course {
                lines,
                band: band.map(|(name, course)| Band {
                    name,
                    course: course
                        .into_iter()
                        .map(|(day, low, high)| (date(day), low, high))
                        .collect(),
                }),
                today: mark.map(|_| date(0)),
                mark: mark.map(|mark| (mark, "target")),
            }),
    ]
}

fn unit() -> impl Strategy<Value = Unit> {
    prop::sample::select(vec![
        Unit::Count,
        Unit::Share,
        eur(),
        Unit::Days,
        Unit::Number,
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Whatever the numbers and names: a picture, of sane size, in which text opens no element.
    #[test]
    fn nothing_breaks_a_picture(unit in unit(), shape in shape()) {
        let chart = chart(unit, shape);
        for paper in [Paper::Wide, Paper::Narrow] {
            let picture = drawn(&chart, paper).expect("drawn");
            prop_assert!(picture.width == paper.width() && (0..2_000).contains(&picture.height));
            let tags = ["rect ", "line ", "polyline ", "polygon ", "circle ", "text ", "/text>"];
            for rest in picture.body.split('<').skip(1) {
                prop_assert!(tags.iter().any(|tag| rest.starts_with(tag)), "<{}", rest);
            }
            prop_assert!(!picture.body.contains("NaN") && !picture.body.contains("#FE00"));
        }
        let _ = figure(&chart, "c");
    }

    #[test]
    fn cut_texts_fit(text in any::<String>(), width in 20_i32..200) {
        prop_assert!(wide(&fitted(&text, width)) <= width);
    }
}
