//! Who must be left alone: what follows from deals, and an import that is killed.

use std::fmt::Write as _;
use std::fs;
use std::process::Stdio;
use std::time::Duration;

use super::sandbox::Sandbox;

/// What `suppress check` says of a file: line, what it was recognised by, marketing, anything at all.
fn checked(sandbox: &mut Sandbox, file: &str) -> Vec<String> {
    let answer = sandbox.run(&["suppress", "check", file, "--json"]).json();
    let rows = answer["rows"].as_array().expect("rows");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_string();
    rows.iter()
        .map(|row| {
            format!(
                "{} {} {} {}",
                row["line"],
                text(&row["by"]),
                text(&row["marketing_reason"]),
                text(&row["all_reason"])
            )
        })
        .collect()
}

#[test]
fn deals_keep_their_people_and_customers_out_of_marketing() {
    let mut sandbox = Sandbox::workspace();
    let process = fs::read_to_string(sandbox.path("process.toml")).expect("there");
    let field = "[fields.website]\nof = \"account\"\ntype = \"text\"\n";
    sandbox.write("process.toml", format!("{process}\n{field}"));
    for line in [
        "process apply --why 'websites of accounts'",
        "deal add 'Hooli AG' --value 5k --set website=https://www.hooli-group.com/de",
        "deal person add hooli 'Kim Lee' --role user --email kim@hooli.com",
        "deal person add hooli 'Pat Fox' --role user --email pat.fox@gmail.com",
        "deal win hooli --override signed",
        "deal add Globex --value 5k",
        "deal person add globex 'Ada May' --role user --email ada@globex.com --phone '+49 30 5556667'",
        "deal add Initech --value 5k",
        "deal person add initech 'Bob Orr' --role user --email bob@initech.com",
        "deal lose initech --reason price",
    ] {
        sandbox.sh(&format!("salesctl {line}")).ok();
    }
    sandbox.write(
        "names.csv",
        "email,first,last,company,phone\n\
         x@hooli.com,,,,\n\
         y@shop.hooli-group.com,,,,\n\
         pat.fox@GMAIL.com,,,,\n\
         other@gmail.com,,,,\n\
         ,Max,Any,HOOLI,\n\
         Ada <ada@globex.com>,,,,\n\
         other@globex.com,,,,\n\
         ,Ada,May,Globex Ltd,\n\
         new@x.com,,,,030 5556667\n\
         bob@initech.com,,,,\n",
    );
    let deals = sandbox
        .run(&["deal", "list", "--json", "--where", "account = 'Globex'"])
        .json();
    let handle = deals["rows"][0]["id"].as_str().expect("an id").to_string();
    let deal = format!("in open deal {}", &handle[..4]);
    let customers = [
        "2 domain customer -",
        "3 domain customer -",
        "4 email customer -",
        "6 company customer -",
    ];
    let people = [
        format!("7 email {deal} -"),
        format!("9 person {deal} -"),
        format!("10 phone {deal} -"),
    ];
    let all: Vec<String> = customers
        .iter()
        .map(ToString::to_string)
        .chain(people)
        .collect();
    assert_eq!(checked(&mut sandbox, "names.csv"), all);
    sandbox.sh("salesctl deal lose globex --reason price").ok();
    assert_eq!(checked(&mut sandbox, "names.csv"), customers);
    sandbox.sh("salesctl undo").ok();
    assert_eq!(checked(&mut sandbox, "names.csv"), all);
}

#[test]
fn a_killed_import_suppresses_nobody_or_everybody() {
    const ROWS: u64 = 60_000;
    let mut sandbox = Sandbox::workspace();
    let mut file = String::from("email\n");
    for n in 0..ROWS {
        let _ = writeln!(file, "n{n}@acme{}.com", n % 100);
    }
    sandbox.write("optouts.csv", file);
    let import = "import suppression optouts.csv --purpose all --reason unsubscribed";
    for millis in [300, 900] {
        let mut command = sandbox.command(env!("CARGO_BIN_EXE_salesctl"));
        let mut child = command
            .args(import.split(' '))
            .stdout(Stdio::null())
            .spawn()
            .expect("it runs");
        std::thread::sleep(Duration::from_millis(millis));
        let _ = child.kill();
        child.wait().expect("it ends");
        let left = sandbox
            .run(&["suppress", "check", "n1@acme1.com", "--json"])
            .json();
        let all = sandbox.run(&["suppress", "list", "--limit", "1"]).ok();
        let n = if left["n"] == 0 { 0 } else { ROWS };
        assert!(
            all.stdout.starts_with(&salesctl::money::grouped(n)),
            "{all}"
        );
    }
    sandbox.sh(&format!("salesctl {import}")).ok();
    sandbox
        .run(&["suppress", "list", "--limit", "1"])
        .ok()
        .says("60,000 entries");
    sandbox
        .sh(&format!("salesctl {import}"))
        .ok()
        .says("nothing new: nothing written");
    sandbox.run(&["doctor"]).ok();
}
