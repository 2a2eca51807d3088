//! What an import says of itself, and the ids that it leaves with deals.

use std::fmt::Write as _;

use serde_json::json;

use super::cli::{HEADINGS, MAP, deals, head, import, listed, workspace};
use crate::sandbox::Sandbox;

fn row(id: &str, account: &str) -> String {
    format!("{id},{account},Jana Roth,qualify,2026-01-05,,1,\n")
}

#[test]
fn reasons_come_with_their_count_in_front() {
    let mut sandbox = workspace();
    let mut text = HEADINGS.to_string();
    for n in 0..1_200 {
        text.push_str(&row(&format!("A{n}"), "Acme"));
    }
    text.push_str("B1,,Jana Roth,heaven,2026-01-05,,1,\n,,Jana Roth,qualify,2026-01-05,,1,\n");
    sandbox.write("deals.csv", text);
    import(&mut sandbox, "deals", &["deals.csv"])
        .exits(1)
        .says("1,202   1,200 × no account is called …, 1 × no stage is")
        .says("called …, 1 × no id");
}

#[test]
fn a_created_name_is_told_with_all_its_rows() {
    let mut sandbox = workspace();
    let mut text = HEADINGS.to_string();
    for n in 0..59 {
        text.push_str(&row(&format!("A{n}"), "Bubba Gump"));
    }
    text.push_str(&row("B1", "Bubba Gumb"));
    text.push_str("C1,Idle,Jana Roth,heaven,2026-01-05,,1,\n");
    sandbox.write("deals.csv", text);
    let answer = deals(&mut sandbox, "deals.csv", &["--json"]).ok().json();
    assert_eq!(
        answer["notes"],
        json!([
            "account `Bubba Gump` is new, in 59 rows: created",
            "account `Bubba Gumb` is new, in 1 row: created; like `Bubba Gump` of this import",
            "account `Idle` is new, in 1 row: not created, none of its rows was taken",
        ])
    );
    sandbox.write("more.csv", format!("{HEADINGS}{}", row("D1", "Bubba Gum")));
    import(&mut sandbox, "deals", &["more.csv"])
        .exits(1)
        .says("rejected (--create accounts takes")
        .says("the store has `Bubba Gump`");
}

#[test]
fn the_most_frequent_missing_names_are_shown() {
    let mut sandbox = workspace();
    let mut text = HEADINGS.to_string();
    let names = [
        "Ash", "Birch", "Cedar", "Elm", "Fir", "Hazel", "Juniper", "Willow",
    ];
    for (n, name) in names.iter().enumerate() {
        for again in 0..=n {
            let rep = if n == 0 { "Amir Baran" } else { "Jana Roth" };
            let _ = writeln!(text, "A{n}-{again},{name},{rep},qualify,2026-01-05,,1,");
        }
    }
    sandbox.write("deals.csv", text);
    let short = deals(&mut sandbox, "deals.csv", &["--dry-run"])
        .ok()
        .says("account `Willow` is new, in 8 rows: created")
        .says("account `Elm` is new, in 4 rows: created\nnote: … and 3 more accounts (--details)")
        .says("rep `Amir Baran` is new, in 1 row: created");
    assert!(!short.stdout.contains("`Cedar`"), "{}", short.stdout);
    let all = deals(&mut sandbox, "deals.csv", &["--dry-run", "--details"])
        .ok()
        .says("account `Ash` is new, in 1 row");
    assert!(!all.stdout.contains("more account"), "{}", all.stdout);
    let answer = deals(&mut sandbox, "deals.csv", &["--dry-run", "--json"])
        .ok()
        .json();
    assert_eq!(answer["notes"].as_array().map(Vec::len), Some(9));
}

#[test]
fn rows_that_changed_since_are_listed_and_not_taken() {
    let mut sandbox = workspace();
    let before = "A1,Acme,Jana Roth,won,2026-01-05,2026-02-28,1200.50,\n\
                  A2,Acme,Jana Roth,qualify,2026-03-05,,300,\n\
                  A3,Acme,Jana Roth,lost,2026-03-05,2026-04-05,,\n\
                  A4,Acme,Jana Roth,qualify,2026-03-05,,300,\n\
                  A5,Acme,Jana Roth,lost,2026-03-05,2026-04-05,50,\n\
                  A6,Acme,Jana Roth,won,2026-03-05,2026-04-05,50,\n";
    sandbox.write("deals.csv", format!("{HEADINGS}{before}"));
    deals(&mut sandbox, "deals.csv", &[]).ok();
    let kept = head(&mut sandbox);
    let same = deals(&mut sandbox, "deals.csv", &["--json"]).ok().json();
    assert_eq!(
        (&same["rows"][0]["changed"], &same["notes"]),
        (&json!([]), &json!([]))
    );

    let since = "A1,Acme,Jana Roth,won,2026-01-05,2026-02-28,1300,\n\
                 A2,Acme,Jana Roth,won,2026-03-05,2026-06-01,400,\n\
                 A3,Acme,Jana Roth,lost,2026-03-05,2026-04-05,70,\n\
                 A4,Acme,Jana Roth,qualify,2026-03-05,,999,\n\
                 A5,Acme,Jana Roth,lost,2026-03-05,2026-04-05,0,\n\
                 A6,Acme,Jana Roth,qualify,2026-03-05,,50,\n";
    sandbox.write("deals.csv", format!("{HEADINGS}{since}"));
    let lines = [
        "line 2       known     `A1`: value 1,200.50 EUR → 1,300 EUR",
        "line 3       known     `A2`: outcome open → won, value 300 EUR → 400 EUR",
        "line 4       known     `A3`: value none → 70 EUR",
        "line 7       known     `A6`: outcome won → open",
    ];
    let short = deals(&mut sandbox, "deals.csv", &[])
        .ok()
        .says(lines[0])
        .says(lines[1])
        .says(lines[2])
        .says("… 1 more with --details")
        .says("2 rows known with another outcome than the store has: an import never");
    assert!(!short.stdout.contains(lines[3]), "{}", short.stdout);
    deals(&mut sandbox, "deals.csv", &["--details"])
        .ok()
        .says(lines[3]);
    let answer = deals(&mut sandbox, "deals.csv", &["--json"]).ok().json();
    assert_eq!(answer["rows"][0]["changed"], json!(lines));
    assert_eq!(head(&mut sandbox), kept);
}

fn shown(sandbox: &mut Sandbox, id: &str) -> serde_json::Value {
    sandbox
        .run(&["deal", "show", id, "--json"])
        .ok()
        .json()
        .pointer("/rows/0")
        .expect("a row")
        .clone()
}

#[test]
fn a_deal_is_found_by_the_id_it_came_with() {
    let mut sandbox = workspace();
    let text = format!(
        "{HEADINGS}{}{}",
        row("1C1U7A6R", "Acme"),
        row("x:2", "Globex")
    );
    sandbox.write("deals.csv", text);
    deals(&mut sandbox, "deals.csv", &[]).ok();
    sandbox.run(&["deal", "add", "Hooli"]).ok();
    for (id, account) in [("1C1U7A6R", "Acme"), ("x:2", "Globex")] {
        let deal = shown(&mut sandbox, id);
        assert_eq!(
            (&deal["account"], &deal["external"]),
            (&json!(account), &json!(id))
        );
    }
    let mut kept: Vec<_> = listed(&mut sandbox)
        .iter()
        .map(|row| (row["account"].clone(), row["external"].clone()))
        .collect();
    kept.sort_by_key(|(account, _)| account.to_string());
    assert_eq!(
        kept,
        [
            (json!("Acme"), json!("1C1U7A6R")),
            (json!("Globex"), json!("x:2")),
            (json!("Hooli"), json!(null)),
        ]
    );
    assert_eq!(shown(&mut sandbox, "hooli")["external"], json!(null));

    // Another system gave the same id to a deal that is closed by now.
    let map = MAP.replace("[deals]", "[deals]\nnamespace = \"old\"");
    sandbox.write("old.toml", map);
    let text = "1C1U7A6R,Initech,Jana Roth,won,2026-01-05,2026-02-05,1,\n";
    sandbox.write("old.csv", format!("{HEADINGS}{text}"));
    sandbox
        .sh("salesctl import deals old.csv --map old.toml --create all")
        .ok();
    sandbox
        .run(&["deal", "show", "1C1U7A6R"])
        .exits(4)
        .warns("`1C1U7A6R` is the imported id of 2 deals: say which by its id")
        .warns("id:1C1U7A6R")
        .warns("old:1C1U7A6R");
    // An account's name comes first.
    sandbox.run(&["deal", "add", "1C1U7A6R"]).ok();
    let named = shown(&mut sandbox, "1C1U7A6R");
    assert_eq!(named["external"], json!(null));
}
