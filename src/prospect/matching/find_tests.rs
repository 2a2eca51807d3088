//! The whole way from names to entities, on a small list made up with a seed: how well it does, and what
//! must hold whatever the list.

use super::*;
use crate::prospect::matching::explain::explain;
use crate::prospect::matching::keys::{Keyer, Lookup};
use crate::prospect::matching::names::{Features, Kind};

/// A name of the made-up list, and who it is.
#[derive(Clone, Default)]
struct Made {
    who: u32,
    first: String,
    last: String,
    title: &'static str,
    company: String,
    email: String,
    domain: String,
    phone: String,
    address: String,
    city: String,
    zip: String,
}

impl Made {
    fn features(&self) -> Features<'_> {
        Features {
            first: &self.first,
            last: &self.last,
            title: self.title,
            company: &self.company,
            email: &self.email,
            domain: &self.domain,
            phone: &self.phone,
            address: &self.address,
            city: &self.city,
            zip: &self.zip,
            ..Features::default()
        }
    }
}

fn pick<'a>(random: &mut fastrand::Rng, list: &[&'a str]) -> &'a str {
    // the first ones more often, as with names
    let (a, b) = (random.usize(..list.len()), random.usize(..list.len()));
    list[a.min(b)]
}

fn word(random: &mut fastrand::Rng) -> String {
    const STARTS: &[&str] = &[
        "ba", "ko", "ste", "mil", "ro", "va", "lan", "gre", "ho", "pe", "tri", "su",
    ];
    const ENDS: &[&str] = &[
        "ner", "mann", "vik", "son", "ley", "ssen", "tti", "berg", "den", "lo", "rra", "x",
    ];
    [
        pick(random, STARTS),
        pick(random, STARTS),
        pick(random, ENDS),
    ]
    .concat()
}

fn slip(random: &mut fastrand::Rng, text: &mut String) {
    if text.len() > 3 {
        let at = random.usize(1..text.len() - 1);
        let c = text.remove(at);
        if random.bool() {
            text.insert(at - 1, c);
        }
    }
}

/// People at companies, one row in six a spoilt copy of another; shuffled.
fn list(seed: u64, companies: u32) -> Vec<Made> {
    const FIRST: &[&str] = &[
        "Jana",
        "Peter",
        "Maria",
        "Robert",
        "Elizabeth",
        "Carlos",
        "Anna",
        "William",
        "Ingrid",
        "Tom",
        "Heidi",
        "Luis",
        "Grace",
        "Oscar",
        "Nina",
        "Victor",
        "Paula",
        "Ralf",
        "Yara",
        "Zoe",
    ];
    const CITIES: &[&str] = &[
        "Berlin", "Hamburg", "Bremen", "Wien", "Linz", "Basel", "Bern", "Graz",
    ];
    const TITLES: &[&str] = &[
        "CEO",
        "Sales Manager",
        "Controller",
        "Head of IT",
        "Buyer",
        "Owner",
    ];
    let mut random = fastrand::Rng::with_seed(seed);
    let mut made = Vec::new();
    for n in 0..companies {
        let name = word(&mut random);
        let base = Made {
            company: format!("{name} Systems GmbH"),
            domain: format!("{name}{}.de", if n % 3 == 0 { "-systems" } else { "" }),
            phone: format!("+49 30 {}", random.u32(1_000_000..9_999_999)),
            address: format!("{}str. {}", word(&mut random), random.u32(1..200)),
            city: pick(&mut random, CITIES).to_string(),
            zip: random.u32(10_000..10_400).to_string(),
            ..Made::default()
        };
        for _ in 0..random.u32(1..6) {
            let (first, last) = (pick(&mut random, FIRST).to_string(), word(&mut random));
            let email = format!("{}.{last}@{}", first.to_lowercase(), base.domain);
            let has_mail = random.u32(..4) > 0;
            made.push(Made {
                who: made.len() as u32,
                email: if has_mail { email } else { String::new() },
                first,
                last,
                title: pick(&mut random, TITLES),
                ..base.clone()
            });
        }
    }
    for at in 0..made.len() {
        if random.u32(..6) == 0 {
            let mut copy = made[at].clone();
            match random.u32(..8) {
                0 => slip(&mut random, &mut copy.last),
                1 => slip(&mut random, &mut copy.first),
                2 => copy.first.truncate(1),
                3 => slip(&mut random, &mut copy.company),
                4 => copy.email.clear(),
                5 => copy.phone.clear(),
                6 => copy.domain.clear(),
                _ => copy.address.clear(),
            }
            if random.bool() {
                copy.phone = format!("+49 30 {}", random.u32(1_000_000..9_999_999));
                copy.email.clear();
            }
            made.push(copy);
        }
    }
    random.shuffle(&mut made);
    made
}

fn names(list: &[Made]) -> Names {
    let mut names = Names::new(Kind::Person);
    for made in list {
        names.push(&made.features());
    }
    names
}

/// The entity of each row.
fn entities(matches: &Matches, rows: usize) -> Vec<u32> {
    let mut of: Vec<u32> = (0..rows as u32).collect();
    for link in &matches.links {
        of[link.row as usize] = link.to;
    }
    of
}

/// Precision and recall over pairs.
fn judged(list: &[Made], of: &[u32]) -> (f64, f64) {
    let (mut both, mut found, mut there) = (0, 0, 0);
    for a in 0..list.len() {
        for b in a + 1..list.len() {
            let (same, one) = (list[a].who == list[b].who, of[a] == of[b]);
            both += u32::from(same && one);
            found += u32::from(one);
            there += u32::from(same);
        }
    }
    (
        f64::from(both) / f64::from(found),
        f64::from(both) / f64::from(there),
    )
}

fn pairs(names: &Names, known: usize) -> Pairs {
    Pairs::new(names, known, &mut |_, _| {})
}

#[test]
fn people_are_found_again_with_learnt_and_with_shipped_weights() {
    let list = list(11, 800);
    let names = names(&list);
    let pairs = pairs(&names, 0);
    let learnt = Model::learn(&names, &pairs);
    assert!(learnt.is_learnt());
    for model in [learnt, Model::fixed(Kind::Person)] {
        let found = find(
            &names,
            &pairs,
            Known::default(),
            &model,
            Thresholds::default(),
        );
        let (precision, recall) = judged(&list, &entities(&found, list.len()));
        assert!(precision > 0.985 && recall > 0.97, "{precision} {recall}");
    }
}

#[test]
fn the_order_of_rows_changes_nothing() {
    let list = list(5, 150);
    let mut order: Vec<usize> = (0..list.len()).collect();
    fastrand::Rng::with_seed(1).shuffle(&mut order);
    let turned: Vec<Made> = order.iter().map(|at| list[*at].clone()).collect();
    let model = Model::fixed(Kind::Person);
    let partition = |list: &[Made]| {
        let names = names(list);
        let found = find(
            &names,
            &pairs(&names, 0),
            Known::default(),
            &model,
            Thresholds::default(),
        );
        entities(&found, list.len())
    };
    let (straight, turned) = (partition(&list), partition(&turned));
    for a in 0..order.len() {
        for b in a + 1..order.len() {
            let before = straight[order[a]] == straight[order[b]];
            assert_eq!(turned[a] == turned[b], before, "{a} {b}");
        }
    }
}

#[test]
fn known_names_are_never_made_one_and_a_file_again_is_all_known() {
    let list = list(7, 200);
    let mut twice = list.clone();
    twice.extend(list.iter().cloned());
    let names = names(&twice);
    let known: Vec<u32> = (0..list.len() as u32).collect();
    let pairs = pairs(&names, list.len());
    let model = Model::fixed(Kind::Person);
    let found = find(
        &names,
        &pairs,
        Known::all(&known),
        &model,
        Thresholds::default(),
    );
    assert_eq!(found.links.len(), list.len(), "every row again");
    for link in &found.links {
        assert!(link.row >= list.len() as u32 && link.to < list.len() as u32);
        assert_eq!(twice[link.row as usize].who, twice[link.to as usize].who);
    }
}

#[test]
fn a_small_file_finds_its_people_by_keys_with_the_model_of_a_large_one() {
    let list = list(13, 1200);
    let (stored, new) = list.split_at(list.len() - 300);
    let large = names(stored);
    let model = Model::learn(&large, &pairs(&large, 0));
    let mut lookup = Lookup::new(
        new.iter()
            .map(|made| Keyer::new(Kind::Person).of(&made.features())),
    );
    for (row, _) in stored.iter().enumerate() {
        lookup.offer(row as i64, large.keys(row as u32));
    }
    let ids = lookup.finish();
    assert!(ids.len() < stored.len(), "not everybody");
    let mut rows: Vec<Made> = ids.iter().map(|id| stored[*id as usize].clone()).collect();
    let entities: Vec<u32> = (0..ids.len() as u32).collect();
    rows.extend(new.iter().cloned());
    let small = names(&rows);
    let known = Known {
        entities: &entities,
        population: stored.len() as u64,
    };
    let found = find(
        &small,
        &pairs(&small, ids.len()),
        known,
        &model,
        Thresholds::default(),
    );
    let right = found
        .links
        .iter()
        .filter(|link| rows[link.row as usize].who == rows[link.to as usize].who);
    let right = right.count();
    let there = new
        .iter()
        .filter(|made| stored.iter().any(|old| old.who == made.who))
        .count();
    assert!(
        there > 60 && right * 100 >= there * 95,
        "{right} of {there}"
    );
    assert!(
        right * 100 >= found.links.len() * 97,
        "{right} of {}",
        found.links.len()
    );
}

#[test]
fn nothing_to_match_is_no_match() {
    let names = Names::new(Kind::Company);
    let pairs = pairs(&names, 0);
    let model = Model::learn(&names, &pairs);
    assert!(!model.is_learnt());
    let found = find(
        &names,
        &pairs,
        Known::default(),
        &model,
        Thresholds::default(),
    );
    assert!(found.links.is_empty() && found.unsure.is_empty());
}

#[test]
fn rows_of_one_company_are_no_evidence_of_others_of_its_name() {
    // Fifty accounts, each known from two lists too: nothing is told of them but what they are called.
    let mut random = fastrand::Rng::with_seed(7);
    let called: Vec<String> = (0..50)
        .map(|n| format!("{} {n}", word(&mut random)))
        .collect();
    let mut names = Names::new(Kind::Company);
    let mut heads = Vec::new();
    for n in 0..200_u32 {
        let company = &called[n as usize % 50];
        names.push(&Features {
            company,
            ..Features::default()
        });
        if n < 150 {
            heads.push(n % 50);
        }
    }
    let model = Model::fixed(Kind::Company);
    let known = Known::all(&heads);
    let pairs = Pairs::new(&names, heads.len(), &mut |_, _| {});
    let found = find(&names, &pairs, known, &model, Thresholds::default());
    assert_eq!(found.links.len(), 50);
    for link in &found.links {
        assert_eq!(link.to, (link.row - 150) % 50);
        // What is said of a pair is what was decided on.
        let told = explain(&names, known, &model, &found, link.to, link.row);
        assert!(
            (told.probability - link.probability).abs() < 1e-4,
            "{told:?} {link:?}"
        );
    }
}
