//! What lists and sources paid back, every number worked out by hand on a small store: nine people on four
//! lists, one of them on three; and the same held against an independent computation on a bigger one.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use salesctl::deal::case::{CaseKind, Opening};
use salesctl::deal::event::{Event, StreamKind};
use salesctl::deal::start::{NewAccount, NewDeal, Origin, Party, Starting};
use salesctl::id::{Id, Ids};
use salesctl::prospect::Field;
use salesctl::store::{Access, Acting, Store};
use serde_json::{Value as Json, json};

use crate::sandbox::Sandbox;

pub(crate) const PROCESS: &str = r#"
[process]
name = "Test"
currency = "EUR"
margin = 0.5

[prospecting]
source = "lists"

[rates.USD]
"2026-01-01" = 0.8
"2026-07-01" = 0.9

[[stage]]
name = "qualify"

[[stage]]
name = "propose"

[[end]]
name = "won"

[[end]]
name = "lost"
reasons = ["price"]

[[rep]]
name = "ab"
cost_per_hour = 60

[[product]]
name = "starter"
margin = 0.4

[[source]]
name = "lists"

[[source]]
name = "fair"

[[source]]
name = "referral"
"#;

/// E-mail address, first name, last name, company: nobody is like anybody else.
const P1: &str = "p1@one.example,Paula,Ostrander,One GmbH";
const P1_AGAIN: &str = "p1@one.example,Paula,Ostrander,One GmbH Berlin";
const P2: &str = "p2@two.example,Bertram,Kowalczyk,Two AG";
const P3: &str = "p3@three.example,Cecily,Magnusson,Three Ltd";
const P4: &str = "p4@four.example,Duarte,Fitzgerald,Four SA";
const P5: &str = "p5@five.example,Eunice,Yamamoto,Five KK";
const P6: &str = "p6@six.example,Fabrizio,Zabriskie,Six SpA";
const H1: &str = "h1@house.example,Hanna,Vandenberg,House KG";
const H2: &str = "h2@home.example,Ivo,Petrovic,Home OOD";
const NINA: &str = "nina@nine.example,Nina,Hallgrimsson,Nine ehf";
const STOP: &str = "stop@sup.example,Stig,Lindqvist,Sup AB";
const DECOY: &str = "decoy@seed.example,Ada,King,";
const REJECTED: &str = "not-an-address,,,";

fn acting(day: &str) -> Acting {
    let clock: DateTime<Utc> = "2026-11-21T08:00:00Z".parse().expect("an instant");
    let now: DateTime<Utc> = format!("{day}T12:00:00Z").parse().expect("an instant");
    Acting {
        actor: "jr".into(),
        typed: "prospect start".into(),
        clock,
        now,
        today: now.date_naive(),
        dry_run: false,
    }
}

fn import(sandbox: &mut Sandbox, list: &str, day: &str, rows: &[&str]) {
    let text = format!("email,first_name,last_name,company\n{}\n", rows.join("\n"));
    sandbox.write(&format!("{list}.csv"), text);
    sandbox
        .sh(&format!(
            "salesctl import prospects {list}.csv --list {list} --today {day} --quiet"
        ))
        .ok();
}

/// The first row of each address on a list.
fn rows_of(store: &Store, list: &str) -> (Id, HashMap<String, Id>) {
    let list = store.list_named(list).expect("a list").id;
    let mut rows = HashMap::new();
    store
        .each_name_of_list(list, |member, _, record| {
            let email = record.get(Field::Email).to_string();
            rows.entry(email).or_insert(member.id);
            Ok(())
        })
        .expect("read");
    (list, rows)
}

/// A deal from a row of a list.
struct Start {
    list: &'static str,
    who: &'static str,
    day: &'static str,
    source: &'static str,
    product: Option<&'static str>,
}

fn start(sandbox: &Sandbox, seed: u64, start: &Start) -> String {
    let store = Store::open(&sandbox.store(), Access::Write, Ids::seeded(seed)).expect("a store");
    let (list, rows) = rows_of(&store, start.list);
    let email = start.who.split(',').next().expect("an address");
    let origin = Origin {
        prospect: Some(rows[email]),
        list: Some(list),
        ..Origin::default()
    };
    open(&store, start, origin)
}

fn open(store: &Store, start: &Start, origin: Origin) -> String {
    let starting = Starting {
        accounts: vec![NewAccount {
            name: format!("Account of {} {}", start.who, start.day),
            fields: Vec::new(),
        }],
        deals: vec![NewDeal {
            account: Party::New(0),
            person: None,
            title: None,
            owner: Some("ab".into()),
            product: start.product.map(str::to_string),
            source: Some(start.source.into()),
            stage: "qualify".into(),
            customer_type: None,
            follow_ups: Vec::new(),
            origin,
        }],
    };
    let (ids, _) = store
        .write(&acting(start.day), "command", |write| {
            let at = write.now();
            write.start_deals(at, &starting)
        })
        .expect("started");
    ids[0].handle()
}

/// A referral that became a deal when `deal` says what, and one that did not.
fn refer(sandbox: &Sandbox, seed: u64, by: &str, day: &str) -> Id {
    let store = Store::open(&sandbox.store(), Access::Write, Ids::seeded(seed)).expect("a store");
    let opening = Opening {
        what: CaseKind::Referral,
        about: Id(1),
        deal: None,
        product: None,
        by: by.into(),
        owner: None,
        stars: None,
        text: None,
        due: None,
    };
    let (id, _) = store
        .write(&acting(day), "command", |write| {
            let at = write.now();
            let case = write.create(StreamKind::Case)?;
            write.append(case, at, [Event::CaseOpened(Box::new(opening.clone()))])?;
            Ok(case)
        })
        .expect("referred");
    id
}

/// What the numbers below are worked out from.
///
/// alpha, 1 Feb, 1,000 EUR per thousand: P1, P1 again, P2, H1, one suppressed, a decoy, one rejected.
/// beta, 1 Mar, 2,000 USD per thousand: P1, P2, P3, P4, H1, Nina.
/// gamma, 1 Apr, a flat fee of 30 EUR: P1, P4, P5, P6.
/// house, 15 Jan, our own: H1, H2. Nina is a person of ours since January.
///
/// deals from rows: P1 (gamma's row) won 100.01 EUR; P3 (beta) lost; P4 (beta, before gamma came in) open;
/// P5 (gamma) won 200 USD, and a second one lost; one from the decoy. P2 answered to beta on 15 March, H1 to
/// alpha on 1 June.
fn small() -> Sandbox {
    let mut sandbox = Sandbox::empty();
    sandbox.write("process.toml", PROCESS);
    for line in [
        "init",
        "suppress add stop@sup.example --purpose marketing --reason 'asked us to stop'",
        "person add 'Nina Hallgrimsson' --email nina@nine.example --today 2026-01-10",
        "list add alpha --cpm 1000 --name 'Alpha Directory'",
        "list seed alpha --email decoy@seed.example --owner",
        "list add beta --currency USD --cpm 2000",
        "list add gamma --flat-fee 30",
        "list add house --kind house",
    ] {
        sandbox.sh(&format!("salesctl {line}")).ok();
    }
    import(&mut sandbox, "house", "2026-01-15", &[H1, H2]);
    let alpha = [P1, P1_AGAIN, P2, H1, STOP, DECOY, REJECTED];
    import(&mut sandbox, "alpha", "2026-02-01", &alpha);
    import(
        &mut sandbox,
        "beta",
        "2026-03-01",
        &[P1, P2, P3, P4, H1, NINA],
    );
    import(&mut sandbox, "gamma", "2026-04-01", &[P1, P4, P5, P6]);
    for line in [
        "list use alpha --channel mail --today 2026-02-10 --output used.csv",
        "list use beta --channel mail --today 2026-03-02 --output used-1.csv",
        "list use beta --channel phone --today 2026-03-09 --output used-2.csv",
        "source cost add alpha 20 --on 2026-02-11 --note postage",
        "source cost add beta '10 USD' --on 2026-08-01",
        "source cost add fair 500 --on 2026-10-12 --note stand",
    ] {
        sandbox.sh(&format!("salesctl {line}")).ok();
    }
    respond(&mut sandbox, "beta", P2, "2026-03-15");
    respond(&mut sandbox, "alpha", H1, "2026-06-01");
    let from = |list, who, day, source, product| Start {
        list,
        who,
        day,
        source,
        product,
    };
    let d3 = start(&sandbox, 903, &from("beta", P4, "2026-03-20", "fair", None));
    let d1 = start(
        &sandbox,
        901,
        &from("gamma", P1, "2026-05-01", "lists", Some("starter")),
    );
    let d2 = start(
        &sandbox,
        902,
        &from("beta", P3, "2026-05-02", "lists", None),
    );
    let d4 = start(
        &sandbox,
        904,
        &from("gamma", P5, "2026-05-03", "lists", None),
    );
    let d5 = start(
        &sandbox,
        905,
        &from("gamma", P5, "2026-06-03", "lists", None),
    );
    start(
        &sandbox,
        910,
        &from("alpha", DECOY, "2026-05-05", "lists", None),
    );
    let case = refer(&sandbox, 920, "mk", "2026-04-10");
    refer(&sandbox, 921, "mk", "2026-09-10");
    refer(&sandbox, 922, "zs", "2026-09-11");
    let store = Store::open(&sandbox.store(), Access::Write, Ids::seeded(906)).expect("a store");
    let origin = Origin {
        case: Some(case),
        ..Origin::default()
    };
    let d6 = open(
        &store,
        &from("", "x", "2026-04-12", "referral", Some("starter")),
        origin,
    );
    drop(store);
    for line in [
        &format!("deal win {d1} --override x --set value=100.01 --today 2026-07-20"),
        &format!("deal lose {d2} --reason price --today 2026-07-20"),
        &format!("deal win {d4} --override x --set 'value=200 USD' --today 2026-08-01"),
        &format!("deal lose {d5} --reason price --today 2026-08-02"),
        &format!("deal win {d6} --override x --set value=50 --today 2026-08-02"),
        &format!("deal log {d1} meeting --minutes 90 --cost 15 --on 2026-06-01"),
        &format!("deal log {d6} call --minutes 30 --on 2026-06-01"),
        &format!("deal set {d3} value=999"),
        // From a stand at the fair; from nowhere; and one with Nina in it that does not say it is from beta.
        "deal add Sigma --source fair --owner ab --value 70 --on 2026-10-13",
        "deal add Tau --owner ab --on 2026-10-14",
        "deal add Nine --source lists --owner ab --on 2026-10-15",
        "deal person add Nine nina@nine.example --role user",
    ] {
        sandbox.sh(&format!("salesctl {line}")).ok();
    }
    sandbox
}

fn respond(sandbox: &mut Sandbox, list: &str, who: &str, day: &str) {
    let store = Store::open(&sandbox.store(), Access::Read, Ids::seeded(1)).expect("a store");
    let (_, rows) = rows_of(&store, list);
    let id = rows[who.split(',').next().expect("an address")].handle();
    drop(store);
    sandbox
        .sh(&format!(
            "salesctl prospect respond {id} --channel mail --today {day}"
        ))
        .ok();
}

/// The row of an answer with this name in its first column.
fn row<'a>(answer: &'a Json, column: &str, name: &Json) -> &'a Json {
    let rows = answer["rows"].as_array().expect("rows");
    rows.iter()
        .find(|row| row[column] == *name)
        .unwrap_or_else(|| panic!("no {name} in {answer:#}"))
}

#[track_caller]
fn says(row: &Json, expected: &Json) {
    for (name, figure) in expected.as_object().expect("figures") {
        let same = match (row[name].as_f64(), figure.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * b.abs().max(1.0),
            _ => row[name] == *figure,
        };
        assert!(same, "{name}: {} is not {figure} in {row:#}", row[name]);
    }
}

fn notes(answer: &Json) -> String {
    let notes = answer["notes"].as_array().expect("notes");
    let notes = notes.iter().filter_map(Json::as_str);
    notes.collect::<Vec<_>>().join("\n")
}

fn lists(sandbox: &mut Sandbox, options: &str) -> Json {
    sandbox
        .sh(&format!("salesctl report lists --json {options}"))
        .ok()
        .json()
}

#[test]
fn rows_are_accounted_for_by_what_they_were() {
    let mut sandbox = small();
    let answer = lists(&mut sandbox, "");
    // 7 = 1 rejected + 1 from the house list (H1) + 1 twice (P1) + 1 suppressed + 1 decoy + 2 net (P1, P2).
    // Used: P1, P2, H1; the decoy goes along and is nobody.
    let alpha = json!({"gross": 7, "rejected": 1, "known_own": 0, "known_house": 1, "known_lists": 0,
        "twice": 1, "suppressed": 1, "seeds": 1, "net": 2, "people": 3, "used": 3, "uses": 1,
        "name": "Alpha Directory", "since": "2026-02-01", "kind": "compiled"});
    says(row(&answer, "list", &json!("alpha")), &alpha);
    // 6 = Nina ours + H1 from the house list, though alpha had her too + P1, P2 from alpha + P3, P4 net.
    let beta = json!({"gross": 6, "rejected": 0, "known_own": 1, "known_house": 1, "known_lists": 2,
        "twice": 0, "suppressed": 0, "seeds": 0, "net": 2, "people": 6, "used": 6, "uses": 2});
    says(row(&answer, "list", &json!("beta")), &beta);
    let gamma = json!({"gross": 4, "known_lists": 2, "net": 2, "people": 4, "used": 0, "uses": 0});
    says(row(&answer, "list", &json!("gamma")), &gamma);
    let house = json!({"gross": 2, "net": 2, "people": 2, "kind": "house"});
    says(row(&answer, "list", &json!("house")), &house);
}

/// The first list that had somebody has it all: P1, P2 alpha; P3, P4, Nina beta; P5, P6 gamma; H1, H2 house.
#[test]
fn first_credits_who_brought_them() {
    let mut sandbox = small();
    let answer = lists(&mut sandbox, "");
    // Cost: 7 rows at 1 EUR and 20 EUR of postage. Leads: P1, whose deal was won, and P2, who answered.
    // Margin: 0.4 of 100.01 = 40.004. (40.00 − 27.00) ÷ 27.00. One of one won: from 27.00, and at a win
    // share of 0.2065 (Wilson) 27.00 ÷ 0.2065… = 130.72.
    let alpha = json!({"names": 2, "responded": 1, "leads": 2, "deals": 1, "open": 0, "won": 1, "lost": 0,
        "open_share": 0.0, "n": 1, "win_share": 1.0, "win_high": 1.0, "revenue_minor": 10_001,
        "margin_minor": 4_000, "billed_minor": 700, "paid_beside_minor": 2_000, "cost_minor": 2_700,
        "cost_per_net_minor": 1_350, "cost_per_lead_minor": 1_350, "cost_per_won_minor": 2_700,
        "cost_per_won_low_minor": 2_700, "cost_per_won_high_minor": 13_072,
        "return_share": 1_300.0 / 2_700.0});
    says(row(&answer, "list", &json!("alpha")), &alpha);
    // Cost: 6 rows at 2 USD, 12 USD at 0.8 = 9.60 EUR on 1 March; 10 USD at 0.9 = 9.00 EUR in August.
    // Leads: P3, lost, and P4, open.
    let beta = json!({"names": 3, "responded": 0, "leads": 2, "deals": 2, "open": 1, "won": 0, "lost": 1,
        "open_share": 0.5, "n": 1, "win_share": 0.0, "win_low": 0.0, "revenue_minor": 0, "margin_minor": 0,
        "billed_minor": 960, "paid_beside_minor": 900, "cost_minor": 1_860, "cost_per_net_minor": 930,
        "cost_per_lead_minor": 930, "cost_per_won_minor": null, "cost_per_won_high_minor": null,
        "return_share": -1.0});
    says(row(&answer, "list", &json!("beta")), &beta);
    // P5 is one lead with two deals: 200 USD at 0.9 = 180 EUR on 1 August, half of it margin; one lost.
    let gamma = json!({"names": 2, "responded": 0, "leads": 1, "deals": 2, "open": 0, "won": 1, "lost": 1,
        "n": 2, "win_share": 0.5, "revenue_minor": 18_000, "margin_minor": 9_000, "billed_minor": 3_000,
        "paid_beside_minor": 0, "cost_minor": 3_000, "cost_per_net_minor": 1_500,
        "cost_per_lead_minor": 3_000, "cost_per_won_minor": 3_000, "return_share": 2.0});
    says(row(&answer, "list", &json!("gamma")), &gamma);
    // H1 answered. Our own list costs nothing, so nothing can be divided by its cost.
    let house = json!({"names": 2, "responded": 1, "leads": 1, "deals": 0, "n": 0, "open_share": null,
        "win_share": null, "win_low": null, "revenue_minor": 0, "cost_minor": 0, "cost_per_net_minor": 0,
        "cost_per_lead_minor": 0, "cost_per_won_minor": null, "return_share": null});
    says(row(&answer, "list", &json!("house")), &house);
    assert_eq!(answer["n"], 5);
    let notes = notes(&answer);
    assert!(
        notes.contains("1 deal is left out: they started from a decoy"),
        "{notes}"
    );
    assert!(notes.contains("1 deal is not credited"), "{notes}");
    assert!(
        notes
            .contains("insufficient history: fewer than 5 deals are decided of alpha, beta, gamma"),
        "{notes}"
    );
    assert!(
        notes.contains("deals still open, which may add to the return: beta 50 %"),
        "{notes}"
    );
}

/// Each list that had them by then has an equal part:
/// P1 is on alpha, beta, gamma: a third each, of 100.01 EUR 33.34, 33.34 and 33.33, of the margin of 40.00
/// EUR 13.34, 13.33 and 13.33. P2 answered when they were on alpha and beta: a half each. P4's deal began
/// on 20 March, when only beta had them. H1 answered on house, alpha and beta: a third each.
#[test]
fn split_shares_them_out() {
    let mut sandbox = small();
    let answer = lists(&mut sandbox, "--credit split");
    // Names: P1 ⅓, P2 ½, H1 ⅓ = 7/6. Leads: the same. 27.00 ÷ 7/6 = 23.14; 27.00 ÷ ⅓ = 81.00.
    let alpha = json!({"names": 7.0 / 6.0, "responded": 5.0 / 6.0, "leads": 7.0 / 6.0, "deals": 1.0 / 3.0,
        "open": 0, "won": 1.0 / 3.0, "lost": 0, "n": 1.0 / 3.0, "win_share": 1.0, "revenue_minor": 3_334,
        "margin_minor": 1_334, "cost_minor": 2_700, "cost_per_net_minor": 1_350,
        "cost_per_lead_minor": 2_314, "cost_per_won_minor": 8_100,
        "return_share": (1_334.0 - 2_700.0) / 2_700.0});
    says(row(&answer, "list", &json!("alpha")), &alpha);
    // Names: P1 ⅓, P2 ½, P3 1, P4 ½, H1 ⅓, Nina 1 = 11/3. Leads: P1 ⅓, P2 ½, P3 1, P4 1, H1 ⅓ = 19/6.
    // 18.60 ÷ 19/6 = 5.87; 18.60 ÷ ⅓ = 55.80. Deals: P1's ⅓, P3's, P4's.
    let beta = json!({"names": 11.0 / 3.0, "responded": 5.0 / 6.0, "leads": 19.0 / 6.0, "deals": 7.0 / 3.0,
        "open": 1, "won": 1.0 / 3.0, "lost": 1, "n": 4.0 / 3.0, "win_share": 0.25,
        "open_share": 3.0 / 7.0, "revenue_minor": 3_334, "margin_minor": 1_333, "cost_minor": 1_860,
        "cost_per_lead_minor": 587, "cost_per_won_minor": 5_580,
        "return_share": (1_333.0 - 1_860.0) / 1_860.0});
    says(row(&answer, "list", &json!("beta")), &beta);
    // Names: P1 ⅓, P4 ½, P5, P6 = 17/6. Leads: P1 ⅓ and P5. 30.00 ÷ 4/3 = 22.50, twice.
    let gamma = json!({"names": 17.0 / 6.0, "responded": 0, "leads": 4.0 / 3.0, "deals": 7.0 / 3.0,
        "won": 4.0 / 3.0, "lost": 1, "n": 7.0 / 3.0, "win_share": 4.0 / 7.0, "revenue_minor": 21_333,
        "margin_minor": 10_333, "cost_minor": 3_000, "cost_per_lead_minor": 2_250,
        "cost_per_won_minor": 2_250, "return_share": 7_333.0 / 3_000.0});
    says(row(&answer, "list", &json!("gamma")), &gamma);
    let house = json!({"names": 4.0 / 3.0, "responded": 1.0 / 3.0, "leads": 1.0 / 3.0, "deals": 0});
    says(row(&answer, "list", &json!("house")), &house);
    // Nothing is lost or made: 9 people, 6 leads of whom 2 answered, 5 deals, the money of two won ones.
    let sum = |column: &str| -> f64 {
        let rows = answer["rows"].as_array().expect("rows");
        rows.iter().filter_map(|row| row[column].as_f64()).sum()
    };
    for (column, whole) in [
        ("names", 9.0),
        ("leads", 6.0),
        ("responded", 2.0),
        ("deals", 5.0),
        ("open", 1.0),
        ("won", 2.0),
        ("lost", 2.0),
        ("revenue_minor", 28_001.0),
        ("margin_minor", 13_000.0),
    ] {
        assert!(
            (sum(column) - whole).abs() < 1e-9,
            "{column}: {}",
            sum(column)
        );
    }
}

#[test]
fn wilson_is_the_one_of_the_other_reports() {
    let mut sandbox = small();
    let answer = lists(&mut sandbox, "");
    // One of two: z² = 3.8415, so (0.5 + 0.9604 ± 1.96 √(0.125 + 0.2401)) ÷ 2.9207 = 0.0945 and 0.9055.
    let gamma = row(&answer, "list", &json!("gamma"));
    for (column, expected) in [("win_low", 0.0945), ("win_high", 0.9055)] {
        let found = gamma[column].as_f64().expect("a number");
        assert!((found - expected).abs() < 1e-4, "{column}: {found}");
    }
}

#[test]
fn periods_and_lists_are_asked_for() {
    let mut sandbox = small();
    let answer = lists(&mut sandbox, "--period 2026-03..2026-04");
    let codes = |answer: &Json| -> Vec<String> {
        let rows = answer["rows"].as_array().expect("rows");
        rows.iter()
            .map(|row| row["list"].as_str().expect("a code").to_string())
            .collect()
    };
    assert_eq!(codes(&answer), ["beta", "gamma"]);
    // What they are credited with does not depend on which are asked for.
    let gamma = json!({"names": 2, "deals": 2, "margin_minor": 9_000});
    says(row(&answer, "list", &json!("gamma")), &gamma);
    assert_eq!(answer["n"], 4);
    let answer = lists(&mut sandbox, "--list GAMMA --list alpha");
    assert_eq!(codes(&answer), ["alpha", "gamma"]);
    sandbox
        .sh("salesctl report lists --list gama")
        .exits(4)
        .warns("did you mean `gamma`?");
    sandbox.sh("salesctl report lists --credit last").exits(2);
}

/// On 15 April: gamma is in, P4's deal has begun and P2 has answered, nothing else has happened.
#[test]
fn a_past_day_sees_what_it_saw() {
    let mut sandbox = small();
    let answer = lists(&mut sandbox, "--as-of 2026-04-15 --credit split");
    let beta = json!({"gross": 6, "uses": 2, "leads": 1.5, "deals": 1, "open": 1, "responded": 0.5,
        "paid_beside_minor": 0, "cost_minor": 960});
    says(row(&answer, "list", &json!("beta")), &beta);
    let gamma = json!({"names": 17.0 / 6.0, "leads": 0, "deals": 0, "cost_minor": 3_000});
    says(row(&answer, "list", &json!("gamma")), &gamma);
    let answer = lists(&mut sandbox, "--as-of 2026-02-05");
    let gamma = json!({"since": null, "gross": 0, "net": 0, "names": 0, "cost_minor": 0});
    says(row(&answer, "list", &json!("gamma")), &gamma);
    let alpha = json!({"net": 2, "used": 0, "uses": 0, "paid_beside_minor": 0});
    says(row(&answer, "list", &json!("alpha")), &alpha);
}

/// What lists cost goes to the sources of the deals that started from their rows: gamma's 30.00 to `lists`
/// (P1, P5 twice); beta's 18.60 in halves to `lists` (P3) and `fair` (P4); alpha's 27.00 to `lists`, since the
/// process says so of lists without a deal. 27.00 + 30.00 + 9.30 = 66.30.
#[test]
fn sources_stand_on_the_same_footing() {
    let mut sandbox = small();
    let answer = sandbox.sh("salesctl report sources --json").ok().json();
    // Deals: P1 won, P3 lost, P5 won and lost, Nina's open; not the decoy's. Leads: P1, P2, P3, P5, H1, Nina.
    // Effort: 90 minutes at 60 EUR and 15 EUR of direct cost = 105. (66.30 + 105.00) ÷ 5 = 34.26.
    let of_lists = json!({"leads": 6, "deals": 5, "open": 1, "won": 2, "lost": 2, "open_share": 0.2, "n": 4,
        "win_share": 0.5, "revenue_minor": 28_001, "margin_minor": 13_000, "list_cost_minor": 6_630,
        "paid_minor": 0, "cost_minor": 6_630, "effort_minor": 10_500, "cost_per_lead_minor": 1_105,
        "cost_per_deal_minor": 1_326, "cost_per_won_minor": 3_315, "cost_per_process_minor": 3_426,
        "return_share": (13_000.0 - 6_630.0) / 6_630.0});
    says(row(&answer, "source", &json!("lists")), &of_lists);
    // Deals: P4's and Sigma, both open. Paid: the stand, 500.00, and half of beta.
    let fair = json!({"leads": 2, "deals": 2, "open": 2, "won": 0, "n": 0, "win_share": null,
        "list_cost_minor": 930, "paid_minor": 50_000, "cost_minor": 50_930, "effort_minor": 0,
        "cost_per_deal_minor": 25_465, "cost_per_won_minor": null, "cost_per_process_minor": 25_465,
        "return_share": -1.0});
    says(row(&answer, "source", &json!("fair")), &fair);
    // One referral became a deal, won at 50.00 with a margin of 0.4; two are referrals still. 30 minutes.
    let referral = json!({"leads": 3, "deals": 1, "won": 1, "revenue_minor": 5_000, "margin_minor": 2_000,
        "cost_minor": 0, "effort_minor": 3_000, "cost_per_lead_minor": 0, "cost_per_process_minor": 3_000,
        "return_share": null});
    says(row(&answer, "source", &json!("referral")), &referral);
    let none = json!({"leads": 1, "deals": 1, "open": 1, "cost_minor": 0, "margin_minor": 0});
    says(row(&answer, "source", &Json::Null), &none);
    assert_eq!(answer["n"], 9);
    assert_eq!(answer["by"], json!(["source"]));
}

#[test]
fn sources_of_a_period_are_what_began_in_it() {
    let mut sandbox = small();
    let answer = sandbox
        .sh("salesctl report sources --period 2026-10 --json")
        .ok()
        .json();
    // Sigma and the stand; beta came in before.
    let fair = json!({"leads": 1, "deals": 1, "list_cost_minor": 0, "paid_minor": 50_000});
    says(row(&answer, "source", &json!("fair")), &fair);
    let of_lists = json!({"leads": 1, "deals": 1, "list_cost_minor": 0});
    says(row(&answer, "source", &json!("lists")), &of_lists);
    let answer = sandbox
        .sh("salesctl report sources --source fair --source none --json")
        .ok()
        .json();
    assert_eq!(answer["rows"].as_array().map(Vec::len), Some(2));
    sandbox
        .sh("salesctl report sources --source fairs")
        .exits(4)
        .warns("did you mean `fair`?");
}

#[test]
fn referrers_have_their_credit() {
    let mut sandbox = small();
    let answer = sandbox
        .sh("salesctl report sources --by referrer --json")
        .ok()
        .json();
    // mk told us of two, one of whom bought for 50.00; zs of one.
    let mk = json!({"leads": 2, "deals": 1, "won": 1, "revenue_minor": 5_000, "margin_minor": 2_000,
        "effort_minor": 3_000});
    says(row(&answer, "referrer", &json!("mk")), &mk);
    says(
        row(&answer, "referrer", &json!("zs")),
        &json!({"leads": 1, "deals": 0}),
    );
    let csv = sandbox
        .sh("salesctl report sources --by referrer --format csv")
        .ok();
    assert!(csv.stdout.starts_with("referrer,leads,deals,"), "{csv}");
}

/// alpha P1, P2, H1; beta P1, P2, P3, P4, H1, Nina; gamma P1, P4, P5, P6; house H1, H2; persons Nina.
#[test]
fn overlaps_are_counted_in_people() {
    let mut sandbox = small();
    let answer = sandbox.sh("salesctl report overlap --json").ok().json();
    let pair = |a: &str, b: &str| {
        let rows = answer["rows"].as_array().expect("rows");
        rows.iter()
            .find(|row| row["a"] == a && row["b"] == b)
            .unwrap_or_else(|| panic!("no {a}, {b}"))
            .clone()
    };
    says(
        &pair("alpha", "beta"),
        &json!({"a_people": 3, "b_people": 6, "both": 3, "share_of_a": 1.0,
        "share_of_b": 0.5}),
    );
    says(
        &pair("alpha", "gamma"),
        &json!({"both": 1, "share_of_a": 1.0 / 3.0, "share_of_b": 0.25}),
    );
    says(
        &pair("alpha", "house"),
        &json!({"both": 1, "share_of_a": 1.0 / 3.0, "share_of_b": 0.5}),
    );
    says(
        &pair("beta", "gamma"),
        &json!({"both": 2, "share_of_a": 1.0 / 3.0, "share_of_b": 0.5}),
    );
    says(
        &pair("beta", "house"),
        &json!({"both": 1, "share_of_a": 1.0 / 6.0, "share_of_b": 0.5}),
    );
    says(
        &pair("gamma", "house"),
        &json!({"both": 0, "share_of_a": 0.0, "share_of_b": 0.0}),
    );
    says(
        &pair("beta", "(persons)"),
        &json!({"b_people": 1, "both": 1, "share_of_a": 1.0 / 6.0,
        "share_of_b": 1.0}),
    );
    says(&pair("alpha", "(persons)"), &json!({"both": 0}));
    // Seven accounts of deals from rows and the referral, three of others; on no list.
    says(
        &pair("beta", "(accounts)"),
        &json!({"b_people": 10, "both": 0}),
    );
    // Ours for good: Nina, ten accounts, H1, H2.
    says(
        &pair("beta", "(house file)"),
        &json!({"b_people": 13, "both": 2, "share_of_a": 1.0 / 3.0,
        "share_of_b": 2.0 / 13.0}),
    );
    says(
        &pair("house", "(house file)"),
        &json!({"both": 2, "share_of_a": 1.0}),
    );
    // Six pairs of lists, and each list with the three of ours.
    assert_eq!(answer["rows"].as_array().map(Vec::len), Some(18));
    assert_eq!(answer["n"], 9);
}

#[test]
fn what_has_no_rate_is_not_known() {
    let mut sandbox = small();
    // Rates are only of later: neither beta's invoice nor P5's deal can be converted.
    let late = PROCESS.replace(
        "\"2026-01-01\" = 0.8\n\"2026-07-01\" = 0.9",
        "\"2026-09-01\" = 0.9",
    );
    sandbox.write("process.toml", late);
    sandbox.sh("salesctl process apply --why rates").ok();
    let answer = lists(&mut sandbox, "");
    let beta = json!({"billed_minor": null, "paid_beside_minor": null, "cost_minor": null,
        "cost_per_net_minor": null, "cost_per_lead_minor": null, "return_share": null, "leads": 2});
    says(row(&answer, "list", &json!("beta")), &beta);
    let gamma = json!({"revenue_minor": null, "margin_minor": null, "return_share": null,
        "cost_minor": 3_000, "won": 1});
    says(row(&answer, "list", &json!("gamma")), &gamma);
    assert!(notes(&answer).contains("no rate for USD"), "{answer:#}");
    let answer = sandbox.sh("salesctl report sources --json").ok().json();
    let of_lists =
        json!({"revenue_minor": null, "list_cost_minor": null, "cost_per_process_minor": null});
    says(row(&answer, "source", &json!("lists")), &of_lists);
    sandbox
        .sh("salesctl source cost add fair '10 USD' --on 2026-08-01")
        .exits(1)
        .warns("[rates.USD]");
}

#[test]
fn what_nobody_told_is_said() {
    let mut sandbox = small();
    // Without a margin anywhere and with a list that has no price.
    sandbox.write("process.toml", PROCESS.replace("margin = 0.5", ""));
    sandbox.sh("salesctl process apply --why margins").ok();
    sandbox.sh("salesctl list add delta").ok();
    import(
        &mut sandbox,
        "delta",
        "2026-05-01",
        &["d@delta.example,Delia,Quartermain,Delta Inc"],
    );
    let answer = lists(&mut sandbox, "");
    says(
        row(&answer, "list", &json!("delta")),
        &json!({"cost_minor": null, "return_share": null}),
    );
    // P5's deal has no product; that of P1 is a starter, whose margin the catalog has.
    says(
        row(&answer, "list", &json!("gamma")),
        &json!({"revenue_minor": 18_000, "margin_minor": null,
        "return_share": null}),
    );
    says(
        row(&answer, "list", &json!("alpha")),
        &json!({"margin_minor": 4_000}),
    );
    let told = notes(&answer);
    assert!(
        told.contains("no margin is known of deals without a product"),
        "{told}"
    );
    assert!(told.contains("what delta cost is not known"), "{told}");
    // A cost that is noted is what it cost.
    sandbox.sh("salesctl source cost add delta 5").ok();
    let answer = lists(&mut sandbox, "");
    says(
        row(&answer, "list", &json!("delta")),
        &json!({"cost_minor": 500, "cost_per_net_minor": 500}),
    );
    // Somebody whose hour has no cost did something for a deal of a list's.
    sandbox.sh("salesctl catalog add rep cy").ok();
    let deals = sandbox
        .sh("salesctl deal list --all --where \"source = 'lists' and state = 'won'\" --json");
    let deal = deals.ok().json()["rows"][0]["id"].clone();
    let deal = deal.as_str().expect("an id");
    sandbox
        .sh(&format!(
            "salesctl --as cy deal log {deal} call --minutes 5"
        ))
        .ok();
    let answer = sandbox.sh("salesctl report sources --json").ok().json();
    let of_lists = json!({"effort_minor": null, "cost_per_process_minor": null});
    says(row(&answer, "source", &json!("lists")), &of_lists);
    assert!(
        notes(&answer).contains("the hour of cy has no cost"),
        "{answer:#}"
    );
}

/// `list invoice` and the report come to the same bill, whichever list.
#[test]
fn bills_are_those_of_the_invoice() {
    let mut sandbox = small();
    sandbox
        .sh("salesctl list set alpha --net-pct 50 --run-charge 100")
        .ok();
    sandbox
        .sh("salesctl list set beta --net-pct 10 --run-charge 100")
        .ok();
    let answer = lists(&mut sandbox, "");
    for (list, rate) in [("alpha", 1.0), ("beta", 0.8), ("gamma", 1.0)] {
        let bill = sandbox
            .sh(&format!("salesctl list invoice {list} --json"))
            .ok()
            .json();
        let rows = bill["rows"].as_array().expect("rows");
        let total = rows
            .iter()
            .find(|row| row["section"] == "total")
            .expect("a total");
        let total = total["amount_minor"].as_f64().expect("an amount") * rate;
        let billed = row(&answer, "list", &json!(list))["billed_minor"].as_f64();
        assert_eq!(billed, Some(total.round()), "{list}");
    }
}

#[test]
fn costs_are_taken_back_and_undone() {
    let mut sandbox = small();
    let cost = |sandbox: &mut Sandbox| {
        let answer = lists(sandbox, "--list gamma");
        answer["rows"][0]["cost_minor"].as_i64()
    };
    sandbox
        .sh("salesctl source cost add gamma 12.50 --dry-run")
        .ok()
        .says("dry run");
    assert_eq!(cost(&mut sandbox), Some(3_000));
    sandbox.sh("salesctl source cost add gamma 12.50").ok();
    assert_eq!(cost(&mut sandbox), Some(4_250));
    sandbox.sh("salesctl undo").ok();
    assert_eq!(cost(&mut sandbox), Some(3_000));
    sandbox.sh("salesctl redo").ok();
    let costs = sandbox
        .sh("salesctl source cost list gamma --json")
        .ok()
        .json();
    let id = costs["rows"][0]["id"].as_str().expect("an id").to_string();
    says(
        &costs["rows"][0],
        &json!({"kind": "list", "name": "gamma", "amount_minor": 1_250}),
    );
    sandbox
        .sh(&format!("salesctl source cost remove {}", &id[..6]))
        .ok();
    assert_eq!(cost(&mut sandbox), Some(3_000));
    sandbox
        .sh(&format!("salesctl source cost remove {id}"))
        .exits(4);
    sandbox.sh("salesctl undo").ok();
    assert_eq!(cost(&mut sandbox), Some(4_250));
    sandbox.sh("salesctl doctor --rebuild").ok();
    assert_eq!(cost(&mut sandbox), Some(4_250));
}

#[test]
fn every_format_says_the_same() {
    let mut sandbox = small();
    for report in ["lists", "sources", "overlap"] {
        for format in ["table", "json", "jsonl", "csv", "markdown"] {
            let ran = sandbox
                .sh(&format!("salesctl report {report} --format {format}"))
                .ok();
            assert!(ran.stdout.len() > 100, "{report} as {format}");
            if format == "table" {
                let wide = ran.stdout.lines().find(|line| line.chars().count() > 80);
                assert_eq!(wide, None, "{report}");
            }
        }
    }
    let csv = sandbox.sh("salesctl report lists --format csv").ok().stdout;
    let heading = csv.lines().next().expect("a heading");
    let json = lists(&mut sandbox, "");
    let columns = json["rows"][0].as_object().expect("an object").len();
    assert_eq!(heading.split(',').count(), columns);
    let day: NaiveDate = "2026-11-21".parse().expect("a date");
    assert_eq!(json["as_of"], json!(day));
}

/// Omar is on both lists, and became a person of ours through the first: it is no house file to that list, but
/// it is to the other.
#[test]
fn whom_a_list_brought_it_does_not_have_from_us() {
    let mut sandbox = crate::lists::with_lists();
    sandbox
        .sh("salesctl referral add --prospect omar@globex.example")
        .ok();
    let list = sandbox.sh("salesctl referral list --json").ok().json();
    let referral = list["rows"][0]["id"].as_str().expect("an id").to_string();
    sandbox
        .sh(&format!("salesctl referral start {referral}"))
        .ok();
    let answer = sandbox.sh("salesctl report overlap --json").ok().json();
    let rows = answer["rows"].as_array().expect("rows");
    let both = |a: &str, b: &str| {
        let found = rows.iter().find(|row| row["a"] == a && row["b"] == b);
        let row = found.unwrap_or_else(|| panic!("no {a}, {b}"));
        (row["both"].as_u64(), row["b_people"].as_u64())
    };
    assert_eq!(both("cognism-q1", "zoom-q4"), (Some(1), Some(4)));
    assert_eq!(both("zoom-q4", "(persons)"), (Some(0), Some(1)));
    assert_eq!(both("cognism-q1", "(persons)"), (Some(1), Some(1)));
    // The person, and the account of the deal.
    assert_eq!(both("zoom-q4", "(house file)"), (Some(0), Some(2)));
    assert_eq!(both("cognism-q1", "(house file)"), (Some(1), Some(2)));
}
