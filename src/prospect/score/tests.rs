//! Numbers against an independent computation, and the promise: nothing is found where nothing is, and
//! what is there is found.
//!
//! Expected numbers were computed with scikit-learn 1.x (`LogisticRegression(C=1/λ, penalty="l2",
//! solver="newton-cholesky", tol=1e-13)`, `roc_auc_score`, `brier_score_loss`) and with the published
//! formulas written out in `NumPy` over all pairs, on the same 40 deals from the same generator.

use chrono::NaiveDate;
use rstest::rstest;

use super::folds::folds;
use super::level::{Test, answers, levels};
use super::measure::{Predicted, auc, brier, calibration, gain};
use super::ridge::{fit, patterns};
use super::*;
use crate::condition::{Column, ColumnKind, Engine, Truth, Value};

/// The generator of the C standard's example, which every language can repeat.
struct Lcg(u64);

impl Lcg {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = (self.0 * 1_103_515_245 + 12_345) % (1 << 31);
        (self.0 >> 16) % n
    }
}

/// Forty deals: columns that are 1, what was predicted, outcome, company.
fn forty() -> Vec<(Vec<usize>, Predicted)> {
    let mut random = Lcg(7);
    let mut deals = Vec::new();
    for _ in 0..40 {
        let (a, b) = (random.below(3), random.below(4));
        let won =
            random.below(100) < 30 + if a == 0 { 20 } else { 0 } + if b == 1 { 15 } else { 0 };
        let company = random.below(15) as usize;
        let probability = random.below(20) as f64 / 20.0 * 0.8 + 0.1;
        let mut columns = vec![a as usize];
        if b < 3 {
            columns.push(3 + b as usize);
        }
        if a == 0 && b == 1 {
            columns.push(6);
        }
        let deal = Predicted {
            probability,
            base: 15.0 / 40.0,
            won,
            company,
        };
        deals.push((columns, deal));
    }
    deals
}

fn close(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() < 1e-9,
        "found {found}, expected {expected}"
    );
}

#[rstest]
#[case(0.1, &[-1.566_594_835_76, 1.067_169_021_67, -1.121_719_949_43, 0.054_550_927_762,
    0.270_206_125_345, 1.597_900_540_04, 1.737_689_347_05, -2.880_662_923_89])]
#[case(1.5, &[-0.850_915_672_219, 0.475_568_266_564, -0.513_295_124_467, 0.037_726_857_902_9,
    -0.097_332_992_469_2, 0.163_853_678_21, 0.776_784_180_126, -0.452_980_377_62])]
#[case(25.0, &[-0.544_408_245_153, 0.074_873_856_695_5, -0.079_084_642_851_4, 0.004_210_786_155_92,
    -0.018_127_793_259_2, -0.021_457_130_035_2, 0.107_962_817_054, -0.029_813_127_975_1])]
fn the_fit_is_that_of_scikit_learn(#[case] strength: f64, #[case] expected: &[f64]) {
    let deals = forty();
    let rows = deals
        .iter()
        .map(|(columns, deal)| (columns.as_slice(), deal.won));
    let model = fit(&patterns(rows), 7, strength, None);
    assert_eq!(model.0.len(), expected.len());
    for (found, expected) in model.0.iter().zip(expected) {
        close(*found, *expected);
    }
}

#[test]
fn a_history_of_only_wins_has_a_finite_fit() {
    let rows = [(&[0][..], true), (&[1][..], true)];
    let model = fit(&patterns(rows.into_iter()), 2, 0.1, None);
    assert!(model.0.iter().all(|odds| odds.is_finite()));
    assert!(model.probability(&[0]) > 0.9);
}

#[test]
fn the_area_and_its_intervals_are_those_of_the_formulas() {
    let z = 1.959_963_984_540_054;
    let mut deals: Vec<Predicted> = forty().into_iter().map(|(_, deal)| deal).collect();
    // 13 companies: by company the error is smaller here, so that of Hanley and McNeil stays.
    let area = auc(&deals).expect("sound");
    close(area.value, 0.521_333_333_333_333);
    close((area.high - area.value) / z, 0.095_677_697_491_197);
    for (company, deal) in deals.iter_mut().enumerate() {
        deal.company = company;
    }
    // All from different companies: the same, though DeLong's error would be 0.09796.
    close(
        (auc(&deals).expect("sound").high - area.value) / z,
        0.095_677_697_491_197,
    );
}

#[test]
fn deals_of_few_companies_are_less_sure() {
    // Each company's deals are copies of one another: twelve deals that know no more than four.
    let copies = |times: usize| -> Vec<Predicted> {
        let four = [(0.9, true), (0.4, true), (0.6, false), (0.1, false)];
        let deals = four.iter().enumerate();
        deals
            .flat_map(|(company, (probability, won))| {
                let deal = Predicted {
                    probability: *probability,
                    base: 0.5,
                    won: *won,
                    company,
                };
                std::iter::repeat_n(deal, times)
            })
            .collect()
    };
    let (single, tripled) = (copies(1), copies(3));
    let width = |deals: &[Predicted]| {
        let gain = gain(deals);
        gain.high - gain.low
    };
    close(width(&tripled), width(&single));
    let (one, three) = (auc(&single).expect("sound"), auc(&tripled).expect("sound"));
    close(one.value, 0.75);
    close(three.value, 0.75);
    // Obuchowski by hand: each of the two won beats 1 and .5 of the lost, and so the other way round:
    // 2/(2-1)/2² · 2·.25² for each side, without covariance.
    close(
        (three.value - three.low) / 1.959_963_984_540_054,
        0.125_f64.sqrt(),
    );
}

#[test]
fn brier_gain_and_calibration_are_those_of_the_formulas() {
    let deals: Vec<Predicted> = forty().into_iter().map(|(_, deal)| deal).collect();
    close(brier(&deals, |deal| deal.probability), 0.285_68);
    close(brier(&deals, |deal| deal.base), 0.375 * 0.625);
    let gain = gain(&deals);
    close(gain.value, -0.051_305);
    close(
        (gain.high - gain.value) / 1.959_963_984_540_054,
        0.032_689_301_856_009,
    );
    let (error, luck) = calibration(&deals);
    close(error, 0.226);
    close(luck, 0.178_134_361_136_172);
    let mut reversed = deals;
    reversed.reverse();
    close(calibration(&reversed).0, 0.226);
}

#[test]
fn a_company_is_never_on_both_sides_and_each_fold_has_its_part() {
    let mut random = Lcg(3);
    let deals: Vec<(usize, bool)> = (0..300)
        .map(|_| (random.below(90) as usize, random.below(3) == 0))
        .collect();
    let folds = folds(&deals, 5);
    for (a, fold) in deals.iter().zip(&folds) {
        for (b, other) in deals.iter().zip(&folds) {
            assert!(a.0 != b.0 || fold == other);
        }
    }
    let won = deals.iter().filter(|deal| deal.1).count();
    for fold in 0..5 {
        let inside = || deals.iter().zip(&folds).filter(|(_, f)| **f == fold);
        let part = inside().filter(|(deal, _)| deal.1).count();
        assert!(
            part.abs_diff(won / 5) <= 2,
            "{part} of {won} won in fold {fold}"
        );
        assert!(inside().count().abs_diff(60) <= 3);
    }
}

fn column(name: &str, kind: ColumnKind) -> Column {
    Column {
        name: name.into(),
        kind,
        doc: String::new(),
        values: Vec::new(),
    }
}

fn columns() -> Vec<Column> {
    vec![
        column("industry", ColumnKind::Text),
        column("employees", ColumnKind::Integer),
        column("listed", ColumnKind::Bool),
        column("opened", ColumnKind::Date),
    ]
}

/// Companies of three industries with some employees; some facts are not known.
fn examples(n: usize, seed: u64, wins: fn(&mut Lcg, u64, u64) -> bool) -> Vec<Example> {
    let mut random = Lcg(seed);
    let first = NaiveDate::from_ymd_opt(2025, 1, 1).expect("sound");
    (0..n)
        .map(|company| {
            let (industry, size) = (random.below(3), random.below(400));
            let name = ["Banking", "Baker's trade", "Chemicals"][industry as usize];
            let known = random.below(10) > 0;
            Example {
                facts: vec![
                    Value::Text(name.into()),
                    if known {
                        Value::Integer(size as i64)
                    } else {
                        Value::Null
                    },
                    Value::Integer(random.below(2) as i64),
                    Value::Text("2026-01-01".into()),
                ],
                won: wins(&mut random, industry, size),
                company,
                closed: Some(first + chrono::Days::new(company as u64)),
            }
        })
        .collect()
}

#[test]
fn questions_are_the_sql_they_say_and_unknown_answers_none() {
    let examples = examples(200, 5, |random, _, _| random.below(2) == 0);
    let levels = levels(&columns(), &examples);
    let engine = Engine::new(columns()).expect("sound");
    engine
        .load(examples.iter().map(|example| example.facts.clone()))
        .expect("sound");
    let answers = answers(&levels, &examples);
    // Three industries, four quarters, listed or not; nothing of the day.
    assert_eq!(levels.len(), 9);
    for (at, level) in levels.iter().enumerate() {
        let sql = level.test.sql(&columns()[level.fact].name);
        let truths = engine
            .judge(&engine.check(&sql).expect("sound"))
            .expect("sound");
        for ((truth, answers), example) in truths.iter().zip(&answers).zip(&examples) {
            assert_eq!(answers.contains(&at), *truth == Truth::Met, "{sql}");
            assert_eq!(
                example.facts[level.fact] == Value::Null,
                *truth == Truth::Missing
            );
        }
    }
    let quarter = |at: usize| answers.iter().filter(|row| row.contains(&at)).count();
    assert!((3..7).all(|at| (35..=55).contains(&quarter(at))));
}

#[test]
fn rare_values_ask_nothing() {
    let mut examples = examples(100, 5, |random, _, _| random.below(2) == 0);
    for example in &mut examples {
        example.facts[0] = Value::Text(format!("only {}", example.company));
        example.facts[2] = Value::Integer(1);
    }
    // Ten deals of one company are one company's.
    for example in &mut examples[..10] {
        example.facts[0] = Value::Text("the same".into());
        example.company = 0;
    }
    let levels = levels(&columns(), &examples);
    assert!(
        levels
            .iter()
            .all(|level| matches!(level.test, Test::Range(..)))
    );
}

#[test]
fn few_wins_or_losses_are_refused() {
    let mut deals = examples(200, 1, |_, industry, _| industry == 0);
    let mut won = 0;
    deals.retain(|deal| {
        won += usize::from(deal.won);
        !deal.won || won < 30
    });
    let learnt = learn(&columns(), &deals);
    assert_eq!(learnt.verdict, Verdict::Insufficient);
    assert_eq!(learnt.accuracy, None);
    assert!(learnt.propose(&columns()).is_none());
}

/// The promise of the issue: at most one in twenty shuffles finds something.
#[test]
fn shuffled_outcomes_show_no_evidence() {
    let mut deals = examples(150, 11, |random, industry, size| {
        random.below(100) < 15 + 25 * industry + size / 20
    });
    assert!(learn(&columns(), &deals).verdict.is_evidence());
    let mut random = fastrand::Rng::with_seed(2026);
    let mut outcomes: Vec<bool> = deals.iter().map(|deal| deal.won).collect();
    let mut found = 0;
    for _ in 0..200 {
        random.shuffle(&mut outcomes);
        for (deal, won) in deals.iter_mut().zip(&outcomes) {
            deal.won = *won;
        }
        found += usize::from(learn(&columns(), &deals).verdict.is_evidence());
    }
    assert!(found <= 10, "{found} of 200 shuffles found something");
}

#[test]
fn what_separates_is_found_and_calibrated() {
    let deals = examples(200, 4, |_, industry, _| industry == 1);
    let learnt = learn(&columns(), &deals);
    assert_eq!(learnt.verdict, Verdict::Strong);
    let accuracy = learnt.accuracy.expect("sound");
    assert!(accuracy.auc.value > 0.99, "{accuracy:?}");
    assert!(accuracy.calibration <= 0.03, "{accuracy:?}");
    assert!(accuracy.newest.is_none(), "forty deals have no thirty wins");
}

#[test]
fn what_tells_a_little_is_calibrated_too() {
    let deals = examples(4_000, 8, |random, industry, size| {
        random.below(100) < 20 + 15 * industry + size / 16
    });
    let learnt = learn(&columns(), &deals);
    assert!(learnt.verdict.is_evidence());
    let accuracy = learnt.accuracy.expect("sound");
    assert!(accuracy.calibration <= 0.03, "{accuracy:?}");
    let newest = accuracy.newest.expect("sound");
    assert_eq!(newest.n, 800);
    assert!(newest.auc.low > 0.5);
}

#[test]
fn the_proposal_gives_the_points_and_says_what_they_rest_on() {
    let deals = examples(3_000, 8, |random, industry, _| {
        random.below(100) < [20, 33, 50][industry as usize]
    });
    let learnt = learn(&columns(), &deals);
    let proposal = learnt.propose(&columns()).expect("sound");
    let points = |when: &str| {
        let rule = proposal.rules.iter().find(|rule| rule.when == when);
        rule.map_or(0, |rule| rule.points)
    };
    // Odds of 1:4, 1:2 and 1:1: ten points apart, less what the ridge keeps back.
    let (low, middle, high) = (
        points("industry = 'Banking'"),
        points("industry = 'Baker''s trade'"),
        points("industry = 'Chemicals'"),
    );
    assert!((6..=13).contains(&(middle - low)), "{low} {middle} {high}");
    assert!((6..=13).contains(&(high - middle)), "{low} {middle} {high}");
    let classes = proposal.classes;
    assert_eq!(classes.iter().map(|class| class.n).sum::<usize>(), 3_000);
    assert!(proposal.medium < proposal.high);
    assert!(classes[0].n >= 600 && classes[2].n > 0, "{classes:?}");
    let text = proposal.toml("learnt from 3,000 deals", false);
    let table: toml::Table = text.parse().expect("sound");
    assert_eq!(
        table["prospecting"]["high"].as_integer(),
        Some(proposal.high)
    );
    let rules = table["score"].as_array().expect("sound");
    assert_eq!(rules.len(), proposal.rules.len());
    let engine = Engine::new(columns()).expect("sound");
    for (rule, proposed) in rules.iter().zip(&proposal.rules) {
        assert_eq!(rule["when"].as_str(), Some(proposed.when.as_str()));
        assert_eq!(rule["points"].as_integer(), Some(proposed.points));
        engine.check(&proposed.when).expect("sound");
    }
}
