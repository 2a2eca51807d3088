//! Lists from the file to the return: two brokers' files that overlap are imported, used, billed and
//! returned, with decoys in them, people of ours, and people who asked to be left alone.

use std::fs;

use crate::sandbox::Sandbox;

const ALPHA: &str = "\
First Name,Last Name,Title,Company,Email,Phone,City,Country
Jana,Roth,Head of Ops,Acme GmbH,jana.roth@acme-it.de,+49 30 1234567,Berlin,DE
Paul,Klein,CFO,Globex AG,paul.klein@globex.de,+49 40 7654321,Hamburg,DE
Karl,Muster,Buyer,Seed House,karl.muster@seedhouse.de,+49 221 999111,Köln,DE
Mara,Winter,CTO,Umbrella KG,mara.winter@umbrella.de,+49 69 4441234,Frankfurt,DE
Otto,Stein,COO,Hooli SE,otto.stein@hooli.de,+49 711 333444,Stuttgart,DE
Otto,Stein,COO,Hooli SE,otto.stein@hooli.de,+49 711 333444,Stuttgart,DE
Lea,Sommer,CMO,Vandelay Ltd,lea.sommer@vandelay.de,+49 341 222333,Leipzig,DE
";
const BETA: &str = "\
First Name,Last Name,Title,Company,Email,Phone,City,Country
Jana,Roth,Head of Operations,Acme,jana.roth@acme-it.de,,Berlin,DE
Otto,Stein,,Hooli,otto.stein@hooli.de,,Stuttgart,DE
Mara,Winter,CTO,Umbrella,,+49 69 4441234,Frankfurt,DE
Nils,Berg,CEO,Soylent GmbH,nils.berg@soylent.de,+49 511 1112223,Hannover,DE
Eva,Lang,CIO,Stark AG,eva.lang@stark.de,+49 211 8887776,Düsseldorf,DE
";

/// Two lists that were rented, three people on both, a decoy of the owner's on the first.
fn rented() -> Sandbox {
    let mut sandbox = Sandbox::workspace();
    sandbox.write("alpha.csv", ALPHA);
    sandbox.write("beta.csv", BETA);
    sandbox.write(
        "decoys.csv",
        "first_name,last_name,email\nKarl,Muster,karl.muster@seedhouse.de\n",
    );
    for line in [
        "list add alpha --cpm 100 --net-pct 50 --run-charge 10 --uses 2 --until 2026-12-31 --seeds decoys.csv \
         --source-name 'Trade fair register' --lawful-basis 'legitimate interest'",
        "list add beta --cpm 100 --net-pct 10 --run-charge 10 --uses 2 --until 2027-12-31",
    ] {
        sandbox.sh(&format!("salesctl {line}")).ok();
    }
    sandbox
}

/// What a command said, however its lines were broken.
fn said(sandbox: &mut Sandbox, line: &str) -> String {
    let ran = sandbox.sh(&format!("salesctl {line}")).ok();
    ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn import(sandbox: &mut Sandbox) {
    for list in ["alpha", "beta"] {
        sandbox
            .sh(&format!(
                "salesctl import prospects {list}.csv --list {list}"
            ))
            .ok();
    }
}

fn last_names(sandbox: &mut Sandbox, list: &str) -> String {
    let used = sandbox
        .sh(&format!("salesctl list use {list} --channel email"))
        .ok();
    let mut names: Vec<String> = used
        .stdout
        .lines()
        .skip(1)
        .map(|line| line.split(',').nth(5).unwrap_or_default().to_string())
        .collect();
    names.sort();
    names.join(" ")
}

/// The names of each invoice row, by what it says.
fn bill(sandbox: &mut Sandbox, list: &str, more: &str) -> Vec<(String, i64)> {
    let bill = sandbox
        .sh(&format!("salesctl list invoice {list} --json {more}"))
        .ok()
        .json();
    let rows = bill["rows"].as_array().expect("rows").iter();
    rows.filter_map(|row| Some((row["what"].as_str()?.to_string(), row["names"].as_i64()?)))
        .collect()
}

fn of(bill: &[(String, i64)], what: &str) -> i64 {
    let row = bill.iter().find(|(row, _)| row == what);
    row.map_or(0, |(_, names)| *names)
}

#[test]
fn a_decoy_in_the_file_is_mailed_and_is_nobody() {
    let mut sandbox = rented();
    sandbox
        .sh("salesctl import prospects alpha.csv --list alpha")
        .ok()
        .says("seed                     1");
    assert_eq!(
        last_names(&mut sandbox, "alpha"),
        "Klein Muster Roth Sommer Stein Winter"
    );
    sandbox
        .sh("salesctl prospect show karl.muster@seedhouse.de")
        .exits(4);
    sandbox
        .sh("salesctl list return alpha --output back.csv")
        .ok()
        .says("5 names may no longer be used");
    let back = fs::read_to_string(sandbox.path("back.csv")).expect("written");
    assert!(!back.contains("Muster"), "{back}");
}

/// However names on both lists are shared out, each is paid for once, and each row is accounted for.
#[test]
fn two_lists_share_out_the_names_on_both() {
    let mut sandbox = rented();
    import(&mut sandbox);
    for how in ["priority", "random:1", "random:2", "random:7"] {
        let allocate = format!("--allocate {how} --proof proof-");
        let mut used = 0;
        for (list, read) in [("alpha", 7), ("beta", 5)] {
            let file = how.replace(':', "-");
            let bill = bill(&mut sandbox, list, &format!("{allocate}{list}-{file}.csv"));
            used += of(&bill, "used");
            assert_eq!(of(&bill, "delivered"), read);
            let parts = [
                "used",
                "twice on the list",
                "decoys",
                "credited to alpha",
                "credited to beta",
            ];
            let sum: i64 = parts.iter().map(|part| of(&bill, part)).sum();
            assert_eq!(sum, read, "{list} {how} {bill:?}");
            let proof = fs::read_to_string(sandbox.path(&format!("proof-{list}-{file}.csv")));
            let proof = proof.expect("written");
            assert_eq!(proof.lines().count() as i64, read + 1);
            assert_eq!(proof.matches(",used,").count() as i64, of(&bill, "used"));
        }
        // Five people on alpha, two more on beta.
        assert_eq!(used, 7, "{how}");
    }
}

#[test]
fn who_asked_by_one_address_is_left_alone_under_all() {
    let mut sandbox = rented();
    import(&mut sandbox);
    // The row of beta has no e-mail address: that it is the same person tells the phone number.
    sandbox
        .sh("salesctl suppress add mara.winter@umbrella.de --purpose marketing --reason 'opted out'")
        .ok();
    assert_eq!(last_names(&mut sandbox, "beta"), "Berg Lang Roth Stein");
    // So it is for somebody of ours, whose other address the list does not have.
    sandbox
        .sh("salesctl person add 'Omar Haddad' --email omar@hooli-group.de --phone '+49 511 5550000'")
        .ok();
    sandbox.write(
        "gamma.csv",
        "First Name,Last Name,Phone,Company\nOmar,Haddad,+49 511 5550000,Hooli Group\nIda,Blum,+49 511 5550009,Kubus\n",
    );
    sandbox.sh("salesctl list add gamma").ok();
    sandbox
        .sh("salesctl import prospects gamma.csv --list gamma")
        .ok()
        .says("already known            1");
    sandbox
        .sh("salesctl suppress add omar@hooli-group.de --purpose all --reason 'wrote to us'")
        .ok();
    assert_eq!(last_names(&mut sandbox, "gamma"), "Blum");
}

/// What keeps somebody out is asked when a list is used, whatever held when it came in.
#[test]
fn suppression_holds_as_long_as_it_stands() {
    let mut sandbox = rented();
    sandbox.write("stop.csv", "Email,Reason\nnils.berg@soylent.de,opted out\n");
    sandbox
        .sh("salesctl import suppression stop.csv --purpose marketing")
        .ok();
    sandbox.sh("salesctl deal add 'Stark AG' --value 9k").ok();
    sandbox
        .sh("salesctl person add 'Eva Lang' --account 'Stark AG' --email eva.lang@stark.de")
        .ok();
    sandbox
        .sh("salesctl deal person add stark 'Eva Lang' --role decider")
        .ok();
    sandbox
        .sh("salesctl import prospects beta.csv --list beta")
        .ok()
        .says("suppressed               2");
    let before = bill(&mut sandbox, "beta", "");
    assert_eq!((of(&before, "used"), of(&before, "suppressed")), (3, 2));
    let dry = said(&mut sandbox, "list use beta --channel email --dry-run");
    assert!(dry.contains("3 names"), "{dry}");
    assert!(dry.contains("left out: 2 suppressed"), "{dry}");
    sandbox
        .sh("salesctl suppress remove nils.berg@soylent.de --reason 'asked for the brochure'")
        .ok();
    sandbox.sh("salesctl deal lose stark --reason price").ok();
    assert_eq!(
        last_names(&mut sandbox, "beta"),
        "Berg Lang Roth Stein Winter"
    );
    // Who was used is paid for, except her whom we had anyway.
    let after = bill(&mut sandbox, "beta", "");
    assert_eq!((of(&after, "used"), of(&after, "suppressed")), (4, 0));
}

/// What a person decides about who is who goes before what matching found.
#[test]
fn decisions_about_who_is_who_count_for_lists() {
    let mut sandbox = rented();
    import(&mut sandbox);
    sandbox
        .sh("salesctl prospect merge nils.berg@soylent.de eva.lang@stark.de")
        .ok();
    assert_eq!(last_names(&mut sandbox, "beta"), "Berg Roth Stein Winter");
    assert_eq!(of(&bill(&mut sandbox, "beta", ""), "twice on the list"), 1);
    sandbox
        .sh("salesctl prospect note eva.lang@stark.de 'married name'")
        .ok();
    sandbox
        .sh("salesctl prospect show eva.lang@stark.de")
        .ok()
        .says("married name");
    // Two persons of ours who turn out to be one are one on the list too.
    let mut sandbox = rented();
    for (name, email) in [
        ("Nils Berg", "nils.berg@soylent.de"),
        ("Eva Lang", "eva.lang@stark.de"),
    ] {
        sandbox
            .sh(&format!("salesctl person add '{name}' --email {email}"))
            .ok();
    }
    import(&mut sandbox);
    sandbox
        .sh("salesctl person merge 'Nils Berg' 'Eva Lang' --yes")
        .ok();
    assert_eq!(last_names(&mut sandbox, "beta"), "Berg Roth Stein Winter");
}

#[test]
fn where_a_name_came_from_is_told_for_every_row_of_theirs() {
    let mut sandbox = rented();
    import(&mut sandbox);
    sandbox
        .sh("salesctl suppress add mara.winter@umbrella.de --purpose marketing --reason 'opted out'")
        .ok();
    let told = said(&mut sandbox, "gdpr source mara.winter@umbrella.de");
    for part in [
        "2 sources",
        "list alpha, from Trade fair register",
        "alpha.csv line 5",
        "list beta",
        "beta.csv line 4",
        "without the address, taken for the same person",
        "suppressed: opted out",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
}

#[test]
fn who_answered_outlives_the_list() {
    let mut sandbox = rented();
    import(&mut sandbox);
    sandbox
        .sh("salesctl list use alpha --channel mail -o out.csv")
        .ok();
    sandbox
        .sh("salesctl prospect respond paul.klein@globex.de --channel mail")
        .ok();
    // So does who got a deal.
    sandbox
        .sh("salesctl person add 'Lea Sommer' --email lea.sommer@vandelay.de")
        .ok();
    sandbox
        .sh("salesctl check --today 2027-01-02")
        .exits(1)
        .says("list alpha expired 31 Dec 2026; 3 of its names are still in use");
    sandbox
        .sh("salesctl list use alpha --channel mail --today 2027-01-02 --dry-run")
        .exits(1)
        .warns("until: its last day was 31 Dec 2026");
    sandbox.sh("salesctl list return alpha").ok();
    let late = sandbox.sh("salesctl check --today 2027-01-02").exits(1);
    assert!(!late.stdout.contains("still in use"), "{late}");
    sandbox
        .sh("salesctl list retire beta --reason 'bad data'")
        .ok();
    sandbox
        .sh("salesctl list list")
        .ok()
        .says("no list in use, 2 lists retired or returned");
}

#[test]
fn undo_says_what_was_undone_in_the_users_words() {
    let mut sandbox = rented();
    import(&mut sandbox);
    let nils = "nils.berg@soylent.de";
    for (line, words) in [
        (
            format!("prospect note {nils} tea"),
            "Nils Berg is as it was",
        ),
        (
            format!("suppress add {nils} --purpose all --reason x"),
            "is gone",
        ),
        (
            "list notice beta --given 2026-11-21".to_string(),
            "list beta is as it was",
        ),
    ] {
        sandbox.sh(&format!("salesctl {line}")).ok();
        let undone = said(&mut sandbox, "undo");
        assert!(undone.contains(words), "{undone}");
    }
    for (line, words) in [
        ("undo --dry-run", "would be gone"),
        ("undo", "is gone"),
        ("redo", "counts again"),
    ] {
        let told = said(&mut sandbox, line);
        let words = format!("the import of 5 names from beta.csv {words}");
        assert!(told.contains(&words), "{told}");
    }
}

/// Who is named is known by every row that is them.
#[test]
fn somebody_of_a_list_is_suppressed_by_name() {
    let mut sandbox = rented();
    import(&mut sandbox);
    let told = said(
        &mut sandbox,
        "suppress add 'mara winter' --purpose all --reason 'rang up'",
    );
    for part in ["mara.winter@umbrella.de", "+49694441234"] {
        assert!(told.contains(part), "{told}");
    }
    assert_eq!(last_names(&mut sandbox, "beta"), "Berg Lang Roth Stein");
    // That a firm has people on lists makes nobody of them meant by its name.
    sandbox
        .sh("salesctl suppress add 'Stark AG' --purpose all --reason x")
        .exits(4)
        .warns("--company alone");
}

#[test]
fn an_account_tells_who_works_there() {
    let mut sandbox = rented();
    sandbox.sh("salesctl account add 'Stark AG'").ok();
    import(&mut sandbox);
    sandbox
        .sh("salesctl account show stark")
        .ok()
        .says("1 name: salesctl prospect list --account");
    let names = sandbox
        .sh("salesctl prospect list --account 'Stark AG' --json")
        .ok()
        .json();
    assert_eq!(names["rows"][0]["email"], "eva.lang@stark.de");
    sandbox
        .sh("salesctl list notice beta --given 2027-01-01")
        .exits(2)
        .warns("--given: 1 Jan 2027 is in the future");
}
