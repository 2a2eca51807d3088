//! Likeness worked out by hand, its promises on anything, and the search against comparing with everybody.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use rstest::rstest;

use super::*;

/// A company as a list or an account has it.
#[derive(Clone, Debug, Default)]
struct Company {
    industry: &'static str,
    employees: Option<f64>,
    revenue: Option<f64>,
    /// Country, state, city, postcode.
    place: [&'static str; 4],
    topics: Vec<(&'static str, f32)>,
}

fn profile(names: &mut Names, company: &Company) -> Profile {
    let [country, state, city, zip] = company.place;
    let country = names.country(country);
    let (zip, area) = names.zip(zip);
    let stars: Vec<(Sym, f32)> = company
        .topics
        .iter()
        .filter_map(|(topic, stars)| Some((names.topic(topic)?, *stars)))
        .collect();
    Profile {
        industry: names.industry(company.industry),
        employees: company.employees.and_then(Size::of),
        revenue: company.revenue.and_then(Size::of),
        country,
        state: names.state(state, country),
        city: names.city(city),
        zip,
        area,
        topics: names.topics(&stars),
    }
}

fn like(a: &Company, b: &Company) -> Option<f64> {
    let mut names = Names::default();
    let (a, b) = (profile(&mut names, a), profile(&mut names, b));
    likeness(&names, &a, &b)
}

fn company(industry: &'static str, employees: f64, place: [&'static str; 4]) -> Company {
    Company {
        industry,
        employees: Some(employees),
        place,
        ..Company::default()
    }
}

const MUNICH: [&str; 4] = ["DE", "Bayern", "München", "80331"];
const NUREMBERG: [&str; 4] = ["Germany", "Bayern", "Nürnberg", "90402"];

/// The likeness of what is known, times 8/6, over what is known and 2 more.
#[rstest]
// All but topics: (2 + 1 + 1) × 8 / ((4 + 2) × 6).
#[case(company("Software", 50.0, MUNICH), company("software", 50.0, MUNICH), 32.0 / 36.0)]
// Ten times as large, half a place: (2 + 0.5 + 0.5) × 8 / 36.
#[case(company("Software", 50.0, MUNICH), company("Software", 500.0, NUREMBERG), 24.0 / 36.0)]
// One word of two, a hundred times as large, another country: 2 × 0.5 × 8 / 36.
#[case(company("Software", 5.0, MUNICH), company("Computer Software", 500.0, ["FR", "", "", ""]), 8.0 / 36.0)]
// The place alone: 1 × 8 / (3 × 6).
#[case(Company { place: MUNICH, ..Company::default() }, company("Software", 5.0, MUNICH), 8.0 / 18.0)]
// The industry alone: 2 × 8 / (4 × 6).
#[case(Company { industry: "Software", ..Company::default() }, company("Software", 5.0, MUNICH), 16.0 / 24.0)]
// Topics 4 and 5 stars of 5 and 5 with 2 more: (4 + 0) / (5 + 2), alone: 2 × 4/7 × 8 / 24.
#[case(
    Company { topics: vec![("forecasting", 4.0)], ..Company::default() },
    Company { topics: vec![("Forecasting", 5.0), ("reporting", 2.0)], ..Company::default() },
    4.0 / 7.0 * 16.0 / 24.0
)]
// Revenue, where employees are known of one only.
#[case(
    Company { revenue: Some(1e6), ..Company::default() },
    Company { revenue: Some(1e7), employees: Some(9.0), ..Company::default() },
    0.5 * 8.0 / 18.0
)]
fn likeness_by_hand(#[case] a: Company, #[case] b: Company, #[case] expected: f64) {
    let found = like(&a, &b).expect("something is known of both");
    assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
}

#[test]
fn who_is_the_same_in_everything_is_one_and_nothing_known_is_none() {
    let all = Company {
        topics: vec![("forecasting", 4.0)],
        revenue: Some(1e6),
        ..company("Software", 50.0, MUNICH)
    };
    assert_eq!(like(&all, &all), Some(1.0));
    let industry = Company {
        industry: "Software",
        ..Company::default()
    };
    let size = Company {
        employees: Some(5.0),
        ..Company::default()
    };
    assert_eq!(like(&industry, &size), None);
}

#[rstest]
#[case::same_city(["US", "IL", "Springfield", ""], ["US", "Illinois", "springfield", ""], Some(1.0))]
#[case::another_state(["US", "IL", "Springfield", ""], ["US", "MA", "Springfield", ""], Some(0.25))]
#[case::another_country(["US", "", "Paris", "75001"], ["FR", "", "Paris", "75001"], Some(0.0))]
#[case::country_unknown(["", "", "Paris", ""], ["FR", "", "PARIS", ""], Some(1.0))]
#[case::saint(["US", "MN", "St. Paul", ""], ["US", "MN", "Saint Paul", ""], Some(1.0))]
#[case::postcode(["US", "", "", "55130-1234"], ["US", "", "", "55130"], Some(1.0))]
#[case::area(["US", "", "", "55130"], ["US", "", "", "55101"], Some(0.75))]
#[case::zero_lost(["US", "", "", "07101"], ["US", "", "", "71012"], Some(0.25))]
#[case::state(["US", "CA", "Fresno", ""], ["US", "California", "Oakland", ""], Some(0.5))]
#[case::nothing_in_common(["", "", "Fresno", ""], ["", "", "Oakland", ""], Some(0.0))]
#[case::nothing_to_compare(["", "", "Fresno", ""], ["US", "", "", ""], None)]
fn places(
    #[case] a: [&'static str; 4],
    #[case] b: [&'static str; 4],
    #[case] expected: Option<f64>,
) {
    let mut names = Names::default();
    let mut at = |place| {
        let company = Company {
            place,
            ..Company::default()
        };
        profile(&mut names, &company)
    };
    let (a, b) = (at(a), at(b));
    assert_eq!(place(&a, &b), expected);
}

#[rstest]
#[case("250", Some(250.0))]
#[case("10-1000", Some(100.0))]
#[case("0-100", Some(10.0))]
#[case("1000+", Some(1000.0))]
#[case("<500", Some(500.0))]
#[case("1250.5", Some(1250.5))]
#[case("0", None)]
#[case("", None)]
#[case("many", None)]
#[case("-5", None)]
fn sizes(#[case] text: &str, #[case] expected: Option<f64>) {
    let found = Size::read(text).map(Size::amount);
    match (found, expected) {
        (Some(found), Some(expected)) => assert!((found / expected - 1.0).abs() < 1e-5),
        (found, expected) => assert_eq!(found, expected),
    }
}

#[test]
fn reasons_say_what_is_in_common_the_weightiest_first() {
    let mut names = Names::default();
    let a = Company {
        topics: vec![("Forecasting", 4.5), ("Budget", 1.0)],
        ..company("Computer Software", 1234.0, MUNICH)
    };
    let b = Company {
        topics: vec![("budget", 3.0), ("forecasting", 5.0), ("tax", 5.0)],
        ..company("Software", 900.0, NUREMBERG)
    };
    let customer = profile(&mut names, &b);
    let mut likeness = Likeness::new(names, &[customer]);
    let candidate = profile(&mut likeness.names, &a);
    let words: Vec<String> = likeness
        .reasons(&candidate, 0)
        .into_iter()
        .map(|reason| reason.words)
        .collect();
    assert_eq!(
        words,
        [
            "industry Computer Software, like Software",
            "1,230 and 900 employees",
            "forecasting 4.5 and 5 stars, budget 1 and 3",
            "same state: Bayern"
        ]
    );
}

#[test]
fn the_nearest_customers_are_the_most_alike_first_then_in_their_order() {
    let mut names = Names::default();
    let customers: Vec<Profile> = [50.0, 5.0, 500.0, 40.0, 5000.0, 50.0]
        .iter()
        .map(|size| profile(&mut names, &company("Software", *size, MUNICH)))
        .collect();
    let likeness = Likeness::new(names, &customers);
    let near = |k, among: &dyn Fn(usize) -> bool| -> Vec<usize> {
        let near = likeness.nearest_of(0, k, among);
        near.into_iter().map(|near| near.customer).collect()
    };
    assert_eq!(near(4, &|_| true), [5, 3, 1, 2]);
    assert_eq!(near(4, &|other| other < 4), [3, 1, 2]);
    assert_eq!(near(0, &|_| true), [0; 0]);
    assert_eq!(near(99, &|_| true).len(), 5);
}

const INDUSTRIES: [&str; 6] = [
    "",
    "Software",
    "Computer Software",
    "Health Care",
    "Health and Fitness",
    "Oil & Energy",
];

prop_compose! {
    fn a_place()(
        country in prop::sample::select(vec!["", "US", "FR"]),
        state in prop::sample::select(vec!["", "IL", "MA", "CA"]),
        city in prop::sample::select(vec!["", "Springfield", "Paris", "Fresno"]),
        zip in prop::sample::select(vec!["", "55130", "55101", "55130-1234", "7510", "12"]),
    ) -> [&'static str; 4] {
        [country, state, city, zip]
    }
}

prop_compose! {
    fn a_company()(
        industry in prop::sample::select(INDUSTRIES.to_vec()),
        employees in of(1_u32..2000),
        revenue in of(1_u32..2000),
        place in a_place(),
        topics in vec(
            (prop::sample::select(vec!["a", "b", "c"]), 1_u8..=5).prop_map(|(t, s)| (t, f32::from(s))),
            0..3,
        ),
    ) -> Company {
        Company {
            industry,
            employees: employees.map(f64::from),
            revenue: revenue.map(f64::from),
            place,
            topics,
        }
    }
}

proptest! {
    #[test]
    fn likeness_is_a_share_and_the_same_both_ways(a in a_company(), b in a_company()) {
        let mut names = Names::default();
        let (a, b) = (profile(&mut names, &a), profile(&mut names, &b));
        let one = likeness(&names, &a, &b);
        prop_assert_eq!(one, likeness(&names, &b, &a));
        if let Some(one) = one {
            prop_assert!((0.0..=1.0).contains(&one), "{}", one);
            // Nobody is more alike than oneself; but a country or state alone is a weak match with everybody
            // there, oneself too.
            let to_the_town = a.city.is_some() || a.zip.is_some();
            if to_the_town || (a.country.is_none() && a.state.is_none() && a.area.is_none()) {
                prop_assert!(likeness(&names, &a, &a).is_some_and(|own| own >= one - 1e-12));
            }
        }
    }

    /// Each attribute alone: the more alike, the more alike the whole; and a match never takes away.
    #[test]
    fn likeness_rises_with_each_attribute(
        known in prop::array::uniform4(of(0.0_f64..=1.0)),
        at in 0_usize..4,
        other in 0.0_f64..=1.0,
    ) {
        let parts = |of: [Option<f64>; 4]| Parts {
            topics: of[0],
            industry: of[1],
            size: of[2],
            place: of[3],
        };
        let with = |value: Option<f64>| {
            let mut changed = known;
            changed[at] = value;
            parts(changed).likeness()
        };
        if let Some(now) = known[at] {
            let (low, high) = (now.min(other), now.max(other));
            prop_assert!(with(Some(low)) <= with(Some(high)));
            if low < high {
                prop_assert!(with(Some(low)) < with(Some(high)) || high - low < 1e-12);
            }
        }
        prop_assert!(with(Some(1.0)) > with(None) || with(None) == Some(1.0));
    }

    /// The search finds what comparing with every customer finds, whatever is asked for at least.
    #[test]
    fn the_search_is_exact(
        customers in vec(a_company(), 0..60),
        candidates in vec(a_company(), 1..20),
        floor in -0.2_f64..1.0,
    ) {
        let mut names = Names::default();
        let customers: Vec<Profile> = customers.iter().map(|c| profile(&mut names, c)).collect();
        let mut index = Likeness::new(names, &customers);
        for candidate in &candidates {
            let candidate = profile(&mut index.names, candidate);
            let brute = customers
                .iter()
                .filter_map(|customer| likeness(&index.names, &candidate, customer))
                .max_by(f64::total_cmp);
            let near = index.nearest(&candidate);
            prop_assert_eq!(near.map(|near| near.likeness), brute);
            if let Some(near) = near {
                let named = likeness(&index.names, &candidate, &customers[near.customer]);
                prop_assert_eq!(named, brute);
            }
            let above = index.nearest_above(&candidate, floor).map(|near| near.likeness);
            prop_assert_eq!(above, brute.filter(|brute| *brute > floor));
        }
    }
}
