//! Weights worked by hand.

use super::*;
use crate::prospect::matching::compare::MIDDLE;
use crate::prospect::matching::names::{Features, Names};

fn levels(list: &[(usize, u8)]) -> Levels {
    let mut levels = Levels::default();
    for (comparison, level) in list {
        levels.set(*comparison, *level);
    }
    levels
}

fn near(a: f32, b: f64) {
    assert!((f64::from(a) - b).abs() < 1e-3, "{a} is not {b}");
}

#[test]
fn what_is_missing_weighs_nothing() {
    let model = Model::fixed(Kind::Person);
    near(
        Weights::new(&model).total(Levels::default(), Rarity::default()),
        0.0,
    );
}

#[test]
fn a_level_weighs_how_much_likelier_it_is_among_matches() {
    let model = Model::fixed(Kind::Person);
    let weights = Weights::new(&model);
    let m = model.matches[MIDDLE][3];
    let u = model.strangers[MIDDLE][3];
    near(
        weights.total(levels(&[(MIDDLE, 3)]), Rarity::default()),
        (m / u).log2(),
    );
    assert!(m < u, "a middle name that differs speaks against");
}

#[test]
fn a_rare_name_weighs_more_by_the_logarithm_of_its_frequency() {
    // 1,000 rows: 100 are called Smith, 4 Woodstone
    let mut names = Names::new(Kind::Person);
    for n in 0..1000 {
        let other = format!("Name{n}");
        let last = match n {
            0..100 => "Smith",
            100..104 => "Woodstone",
            _ => &other,
        };
        names.push(&Features {
            last,
            ..Features::default()
        });
    }
    let model = Model::fixed(Kind::Person);
    let frequencies = Frequencies::new(&names, &[], &model);
    let same = levels(&[(LAST, SAME)]);
    let bits = |row: usize| {
        let rarity = Rarity::of(same, &names.rows[row], &frequencies);
        Weights::new(&model).total(same, rarity)
    };
    // (100 - 2 + 300 × 0.001) / (1,000 + 300), and (4 - 2 + 0.3) / 1,300
    near(bits(0), (0.88_f64 / (98.3 / 1300.0)).log2());
    near(bits(100), (0.88_f64 / (2.3 / 1300.0)).log2());
}

#[test]
fn what_colleagues_share_counts_once() {
    let model = Model::fixed(Kind::Person);
    let weights = Weights::new(&model);
    let rarity = Rarity {
        company: 1e-4,
        employer: 1e-5,
        ..Rarity::default()
    };
    let domain = weights.shared(levels(&[(DOMAIN, SAME)]), rarity);
    let all = [
        (DOMAIN, SAME),
        (COMPANY, SAME),
        (crate::prospect::matching::compare::PLACE, SAME),
    ];
    let all = weights.shared(levels(&all), rarity);
    let most = (1.0_f64 / 1e-5).log2();
    assert!(
        f64::from(domain) > most - 0.2 && f64::from(domain) < most,
        "{domain} of {most}"
    );
    assert!(
        (all - domain).abs() < 0.6,
        "company and address add next to nothing: {all} {domain}"
    );
}

#[test]
fn another_employer_is_held_against_a_pair_only_so_far() {
    let model = Model::fixed(Kind::Person);
    let weights = Weights::new(&model);
    let apart = levels(&[(DOMAIN, 3), (COMPANY, 4), (PHONE, 3)]);
    let bits = weights.shared(apart, Rarity::default());
    assert!(
        (-8.0..-6.0).contains(&bits),
        "about log2 of {}: {bits}",
        model.moved
    );
}

#[test]
fn a_model_survives_as_text() {
    let model = Model::fixed(Kind::Company);
    let text = serde_json::to_string(&model).expect("text");
    let back: Model = serde_json::from_str(&text).expect("a model");
    assert_eq!(serde_json::to_string(&back).expect("text"), text);
    assert!(!back.is_learnt());
}

#[test]
fn shares_of_levels_sum_to_one() {
    for kind in [Kind::Person, Kind::Company] {
        let model = Model::fixed(kind);
        for table in [model.matches, model.colleagues, model.strangers] {
            for (comparison, row) in table.iter().enumerate() {
                let count = crate::prospect::matching::compare::LEVELS[comparison].len();
                let sum: f64 = row[1..=count].iter().sum();
                assert!((sum - 1.0).abs() < 1e-9, "{kind:?} {comparison}: {sum}");
                assert!(row.iter().all(|share| *share > 0.0));
            }
        }
    }
}
