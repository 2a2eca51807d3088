//! What everybody knows of somebody, through the program as it is run: ratings from files of any shape, and
//! the page that has all of a person.

use chrono::{DateTime, NaiveDate, Utc};
use rstest::rstest;
use salesctl::deal::case::{CaseKind, Opening};
use salesctl::deal::event::{Event, Private, StreamKind};
use salesctl::deal::start::Origin;
use salesctl::id::Ids;
use salesctl::prospect::Query;
use salesctl::store::{Access, Acting, Chosen, Store};

use crate::lists::with_lists;
use crate::sandbox::{Sandbox, TODAY};

fn acting() -> Acting {
    let clock: DateTime<Utc> = format!("{TODAY}T08:00:00Z").parse().expect("an instant");
    Acting {
        actor: "ab".into(),
        typed: "by hand".into(),
        clock,
        now: clock,
        today: clock.date_naive(),
        dry_run: false,
    }
}

fn with_people() -> Sandbox {
    let mut sandbox = with_lists();
    for line in [
        "deal add 'Acme GmbH' --value 12k",
        "person add 'Jana Roth' --account 'Acme GmbH' --email jr@acme.example",
        "deal person add Acme 'Jana Roth' --role decider",
    ] {
        sandbox.sh(&format!("salesctl {line}")).ok();
    }
    sandbox
}

/// A request of hers, the deal that began with her and why she was chosen: everything stands on her page,
/// which fits a terminal of 80 columns.
#[test]
fn a_persons_page_has_what_others_wrote_of_them() {
    let mut sandbox = with_people();
    let store = Store::open(&sandbox.store(), Access::Write, Ids::seeded(5)).expect("a store");
    let jana = store.resolve_person("jr@acme.example").expect("a person");
    let deal = store.resolve_deal("acme").expect("a deal");
    let acting = acting();
    let wrote = store.write(&acting, "command", |write| {
        let at = write.now();
        let chosen = [Chosen {
            subject: jana,
            why: "forecasting 4.5".into(),
        }];
        let selection = write.save_selection("fair-2026", &Query::default(), &chosen)?;
        let origin = Origin {
            person: Some(jana),
            selection: Some(selection),
            why: Some("forecasting 4.5, like Hooli".into()),
            ..Origin::default()
        };
        write.append(deal, at, [Event::DealOrigin(Box::new(origin))])?;
        let case = write.create(StreamKind::Case)?;
        let opening = Opening {
            what: CaseKind::Request,
            about: jana,
            deal: None,
            product: None,
            by: "Ann Berg".into(),
            owner: Some("jr".into()),
            stars: None,
            text: Some(Private::new("wants it in Polish")),
            due: NaiveDate::from_ymd_opt(2026, 12, 1),
        };
        write.append(case, at, [Event::CaseOpened(Box::new(opening))])
    });
    wrote.expect("written");
    drop(store);
    let shown = sandbox
        .sh("COLUMNS=80 salesctl person show jr@acme.example")
        .ok();
    let shown = shown
        .says("kind      what                 told by    owner   due")
        .says("request   wants it in Polish   Ann Berg   jr      2026-12-01")
        .says("fair-2026")
        .says("forecasting 4.5, like Hooli");
    assert!(shown.stdout.lines().all(|line| line.chars().count() <= 80));
    let json = sandbox
        .sh("salesctl person show jr@acme.example --json")
        .ok();
    let page = &json.json()["rows"][0];
    assert_eq!(page["cases"][0]["kind"], "request");
    assert_eq!(page["cases"][0]["owner"], "jr");
    // The deal tells of the selection, which is not told again.
    assert_eq!(page["chosen"].as_array().expect("a list").len(), 1);
    assert_eq!(page["chosen"][0]["selection"], "fair-2026");
    assert_eq!(page["chosen"][0]["deal"], deal.handle());
}

/// The same ratings, however the file is written.
#[rstest]
#[case(b"who,topic,stars\njr@acme.example,cloud,4\nli@hooli.example,cloud,2\n".as_slice())]
#[case(b"\xef\xbb\xbfSTARS;Topic;E-Mail\r\n4;Cloud;JR@acme.example\r\n2;cloud;li@hooli.example\r\n".as_slice())]
#[case(b"name\ttag\trating\tFu\xdfnote\nJana Roth\tcloud\t4\t\xfc\nLi Wei\tcloud\t2\t\n".as_slice())]
fn files_of_any_shape(#[case] file: &[u8]) {
    let mut sandbox = with_people();
    sandbox.write("fair.csv", file);
    let run = sandbox.sh("salesctl import ratings fair.csv --json").ok();
    let row = &run.json()["rows"][0];
    assert_eq!((&row["new"], &row["rejected"]), (&2.into(), &0.into()));
    let topics = sandbox.sh("salesctl topic list --json").ok().json();
    assert_eq!(topics["rows"][0]["rated"], 2);
    assert_eq!(topics["rows"][0]["mean_stars"], 3.0);
    let again = sandbox.sh("salesctl import ratings fair.csv --json").ok();
    let row = &again.json()["rows"][0];
    assert_eq!((&row["new"], &row["known"]), (&0.into(), &2.into()));
    sandbox.sh("salesctl undo").ok();
    let topics = sandbox.sh("salesctl topic list --json").ok().json();
    assert_eq!(topics["n"], 0);
    sandbox.sh("salesctl doctor").ok();
}

/// Whoever a row of a list turns out to be has its stars, and a file is known again under the new name.
#[test]
fn a_name_that_becomes_a_person_keeps_its_stars() {
    let mut sandbox = with_people();
    sandbox.write(
        "fair.csv",
        "email,topic,stars\nomar@globex.example,cloud,4\n",
    );
    sandbox.sh("salesctl import ratings fair.csv --by ab").ok();
    sandbox
        .sh("salesctl prospect respond omar@globex.example")
        .ok();
    sandbox
        .sh("salesctl person add 'Omar Haddad' --email o.haddad@globex.example")
        .ok();
    sandbox
        .sh("salesctl prospect merge omar@globex.example o.haddad@globex.example")
        .ok();
    let page = sandbox.sh("salesctl person show 'Omar Haddad' --json").ok();
    let rated = &page.json()["rows"][0]["ratings"];
    assert_eq!(rated[0]["mean_stars"], 4.0, "{rated}");
    sandbox
        .sh("salesctl person rate 'Omar Haddad' cloud=2 --by ab")
        .ok()
        .says("cloud 4 → 2 of 5 by ab");
    let page = sandbox.sh("salesctl person show 'Omar Haddad' --json").ok();
    let rated = &page.json()["rows"][0]["ratings"];
    assert_eq!(
        (&rated[0]["n"], &rated[0]["mean_stars"]),
        (&1.into(), &2.0.into())
    );
    let again = sandbox
        .sh("salesctl import ratings fair.csv --by ab --json")
        .ok();
    assert_eq!(again.json()["rows"][0]["known"], 1);
}

/// What was known of a name of a list stays known once a deal began with it.
#[test]
fn a_name_that_gets_a_deal_takes_what_is_known_along() {
    let mut sandbox = with_lists();
    for line in [
        "--as olga prospect rate omar@globex.example cloud=4 --note 'asked us'",
        "--as olga deal log omar@globex.example call --note 'talked of SAP'",
        "--as olga referral add --prospect omar@globex.example --note 'wants a demo'",
    ] {
        sandbox.sh(&format!("salesctl {line}")).ok();
    }
    let list = sandbox.sh("salesctl referral list --json").ok().json();
    let referral = list["rows"][0]["id"].as_str().expect("an id").to_string();
    sandbox
        .sh(&format!("salesctl --as jr referral start {referral}"))
        .ok();
    let shown = sandbox
        .sh("COLUMNS=80 salesctl person show omar@globex.example")
        .ok();
    assert!(shown.stdout.lines().all(|line| line.chars().count() <= 80));
    let page = sandbox
        .sh("salesctl person show omar@globex.example --json")
        .ok()
        .json();
    let page = &page["rows"][0];
    assert_eq!(page["ratings"][0]["mean_stars"], 4.0, "{page}");
    assert_eq!(page["activities"][0]["what"], "call: \"talked of SAP\"");
    assert_eq!(page["activities"][0]["by"], "olga");
    assert_eq!(page["cases"][0]["kind"], "referral");
    assert_eq!(page["cases"][0]["status"], "started");
    assert_eq!(page["lists"][0]["list"], "zoom-q4");
    // The deal that began with them, though they have no buying role in it yet.
    let deals = page["deals"].as_array().expect("deals");
    assert_eq!((deals.len(), &deals[0]["state"]), (1, &"open".into()));
    assert_eq!(deals[0]["roles"], serde_json::json!([]));
    // The seller finds it where the deal is.
    let deal = deals[0]["deal"].as_str().expect("an id").to_string();
    sandbox
        .sh(&format!("salesctl deal show {deal}"))
        .ok()
        .says("Omar Haddad")
        .says("referral from olga: wants a demo")
        .says("talked of SAP")
        .says("cloud 4");
    // One page, whichever name it is rated by later: the same colleague's word replaces the former.
    sandbox
        .sh("salesctl person rate omar@globex.example cloud=2 --by olga")
        .ok()
        .says("cloud 4 → 2 of 5 by olga");
}
