//! Lists with names on them, from the first use to the return, through the program as it is run. The names
//! are put into the store as an import does it.

use std::collections::HashMap;
use std::fs;

use chrono::{DateTime, Utc};
use rstest::rstest;
use salesctl::id::{Id, Ids};
use salesctl::prospect::{Counts, Fate, Field};
use salesctl::store::{Access, Acting, Fated, Setup, Store, Taken};

use crate::sandbox::{Sandbox, TODAY};

/// A row of a list: e-mail address, first and last name, company, what it came to, and whose row it is.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Fate,
    &'static str,
);

const ZOOM: &[Row] = &[
    (
        "jana@acme.example",
        "Jana",
        "Roth",
        "Acme GmbH",
        Fate::New,
        "",
    ),
    (
        "omar@globex.example",
        "Omar",
        "Haddad",
        "Globex",
        Fate::New,
        "",
    ),
    (
        "li@hooli.example",
        "Li",
        "Wei",
        "=HYPERLINK(1)",
        Fate::New,
        "",
    ),
    (
        "j.roth@acme.example",
        "Jana",
        "Roth",
        "Acme",
        Fate::Twice,
        "jana@acme.example",
    ),
    (
        "stop@initech.example",
        "Bill",
        "Lum",
        "Initech",
        Fate::Suppressed,
        "",
    ),
    ("decoy@own.example", "Ada", "King", "", Fate::Seed, ""),
    (
        "eve@umbrella.example",
        "Eve",
        "Moss",
        "Umbrella",
        Fate::New,
        "",
    ),
];
const COGNISM: &[Row] = &[
    (
        "omar@globex.example",
        "Omar",
        "Haddad",
        "Globex AG",
        Fate::Known,
        "omar@globex.example",
    ),
    ("zoe@stark.example", "Zoë", "Stark", "Stark", Fate::New, ""),
];

/// Puts names on a list, and one row that was rejected; the ids of people by their first address.
fn put(sandbox: &Sandbox, list: &str, file: &str, rows: &[Row], people: &mut HashMap<&str, Id>) {
    let seed = people.len() as u64 + 77;
    let store = Store::open(&sandbox.store(), Access::Write, Ids::seeded(seed)).expect("a store");
    let clock: DateTime<Utc> = format!("{TODAY}T08:00:00Z").parse().expect("an instant");
    let acting = Acting {
        actor: "ab".into(),
        typed: format!("import prospects {file} --list {list}"),
        clock,
        now: clock,
        today: clock.date_naive(),
        dry_run: false,
    };
    let setup = Setup {
        list: store.list_named(list).expect("a list").id,
        file: file.into(),
        sha256: file.into(),
        settings: String::new(),
        retry_of: None,
    };
    let mut run = store.begin_run(&acting, &setup).expect("a run");
    let staged: Vec<Taken> = rows
        .iter()
        .enumerate()
        .map(|(n, (email, first, last, company, ..))| {
            let mut staged = Taken {
                row_hash: n as u64,
                ..Taken::default()
            };
            staged.record.begin(n as u64 + 2);
            let place = [(Field::Zip, "01067"), (Field::Record, "R1")];
            for (field, value) in [
                (Field::Email, *email),
                (Field::First, *first),
                (Field::Last, *last),
                (Field::Company, *company),
            ]
            .into_iter()
            .chain(place)
            {
                staged.record.set(field, value);
            }
            staged
        })
        .collect();
    let read = rows.len() as u64 + 1;
    store
        .stage(&mut run, &staged, &[], read, 0)
        .expect("staged");
    store.end_staging(&mut run).expect("ended");
    let mut names = Vec::new();
    store
        .names_of_run(&run, |name| {
            names.push(name.id);
            Ok(())
        })
        .expect("read");
    let mut counts = Counts {
        read,
        rejected: 1,
        ..Counts::default()
    };
    let mut fates = Vec::new();
    for ((email, .., fate, same_as), name) in rows.iter().zip(names) {
        *counts.of(*fate) += 1;
        let entity = people.get(same_as).copied().unwrap_or(name);
        people.entry(email).or_insert(entity);
        fates.push(Fated {
            name,
            fate: *fate,
            entity,
            probability: 1.0,
        });
    }
    store
        .settle(&run, &fates, &[], &[], |_| {})
        .expect("settled");
    store.complete(&acting, &mut run, counts).expect("complete");
}

/// Two rented lists that share one name, and a decoy of our own on the first.
pub(crate) fn with_lists() -> Sandbox {
    let mut sandbox = Sandbox::workspace();
    sandbox.write("decoys.csv", "email,last_name\ndecoy@own.example,King\n");
    for line in [
        "suppress add stop@initech.example --purpose marketing --reason 'asked us to stop'",
        "list add zoom-q4 --broker 'Acme Lists' --cpm 100 --qty 8 --uses 1 --until 2026-12-31 \
         --obtained-on 2026-11-02 --channels mail,email --net-pct 50 --run-charge 10 --jurisdiction DE \
         --source-name 'Zoom Directories' --lawful-basis 'legitimate interest' --seeds decoys.csv",
        "list add cognism-q1 --broker Cognism --cpm 80 --uses 2 --until 2027-06-30 --jurisdiction US",
        "list seed zoom-q4 --name 'Max Muster' --address 'Am Ring 7' --zip 01067 --city Dresden",
    ] {
        sandbox.sh(&format!("salesctl {line}")).ok();
    }
    let mut people = HashMap::new();
    put(&sandbox, "zoom-q4", "zoom.csv", ZOOM, &mut people);
    put(&sandbox, "cognism-q1", "cognism.csv", COGNISM, &mut people);
    sandbox
}

/// A column of a CSV file without quotes.
fn column(text: &str, name: &str) -> Vec<String> {
    let mut lines = text.lines();
    let heading = lines.next().expect("a header");
    let at = heading.split(',').position(|one| one == name).expect(name);
    let cell = |line: &str| line.split(',').nth(at).unwrap_or_default().to_string();
    lines.map(cell).collect()
}

#[test]
fn a_mailing_has_each_person_once_and_every_decoy() {
    let mut sandbox = with_lists();
    sandbox
        .sh("salesctl list use zoom-q4 --channel mail --output out.csv")
        .ok()
        .says("4 names (4 without a postal address) and 2");
    let text = fs::read_to_string(sandbox.path("out.csv")).expect("written");
    let mut last = column(&text, "last_name");
    last.sort();
    assert_eq!(last, ["Haddad", "King", "Moss", "Muster", "Roth", "Wei"]);
    // A cell that a spreadsheet would run is made harmless, and the id of a decoy looks like any.
    assert!(column(&text, "company").contains(&"'=HYPERLINK(1)".to_string()));
    assert!(column(&text, "id").iter().all(|id| id.len() == 13));
    // A letter to a decoy is not known by where it stands.
    assert_ne!(column(&text, "last_name").last().expect("one"), "Muster");
}

#[test]
fn nothing_is_handed_out_that_is_not_recorded() {
    let mut sandbox = with_lists();
    let use_it = "salesctl list use zoom-q4 --channel mail --output";
    sandbox.sh(&format!("{use_it} dry.csv --dry-run")).ok();
    assert!(!sandbox.path("dry.csv").exists());
    sandbox.sh(&format!("{use_it} no/such/folder.csv")).exits(2);
    sandbox.sh(&format!("{use_it} out.csv")).ok();
    sandbox
        .sh(&format!("{use_it} again.csv"))
        .exits(1)
        .warns("uses: it was rented for one use, which was made");
    assert!(!sandbox.path("again.csv").exists());
    sandbox.sh("salesctl undo").ok();
    sandbox.sh(&format!("{use_it} again.csv")).ok();
}

#[test]
fn net_names_leave_out_whom_we_knew() {
    let mut sandbox = with_lists();
    let ran = sandbox
        .sh("salesctl list use cognism-q1 --channel email --net")
        .ok();
    assert_eq!(column(&ran.stdout, "last_name"), ["Stark"]);
    assert!(
        ran.stderr.contains("left out: 1 known from elsewhere"),
        "{ran}"
    );
}

/// 8 rows: 4 net, 1 twice, 1 suppressed, 1 decoy, 1 rejected; half of them are paid for at least. So
/// 4 at 100 and 4 at 10 for a thousand: 40 + 4 cents.
#[test]
fn an_invoice_accounts_for_every_row() {
    let mut sandbox = with_lists();
    // Who answered to the list was used all the same.
    sandbox
        .sh("salesctl prospect respond li@hooli.example")
        .ok();
    let bill = sandbox
        .sh("salesctl list invoice zoom-q4 --allocate priority --proof proof.csv --json")
        .ok()
        .json();
    let row = |what: &str| {
        let rows = bill["rows"].as_array().expect("rows");
        rows.iter()
            .find(|row| row["what"] == what)
            .expect(what)
            .clone()
    };
    assert_eq!(row("delivered")["names"], 8);
    assert_eq!(row("used")["names"], 4);
    assert_eq!(row("twice on the list")["names"], 1);
    assert_eq!(row("total")["amount_minor"], 44);
    let proof = fs::read_to_string(sandbox.path("proof.csv")).expect("written");
    assert_eq!(
        column(&proof, "what"),
        [
            "used",
            "used",
            "used",
            "twice",
            "suppressed",
            "seed",
            "used"
        ]
    );
    // The name that both have is credited to the older; the other list says to whom.
    let other = sandbox
        .sh("salesctl list invoice cognism-q1 --allocate priority --proof other.csv --json")
        .ok()
        .json();
    let shared = other["rows"].as_array().expect("rows").iter();
    let shared = shared
        .filter(|row| row["what"] == "credited to zoom-q4")
        .count();
    assert_eq!(shared, 1);
    let proof = fs::read_to_string(sandbox.path("other.csv")).expect("written");
    assert_eq!(column(&proof, "credited_to"), ["zoom-q4", "cognism-q1"]);
}

/// The published examples, through the command.
#[rstest]
#[case("--cpm 100 --run-charge 3", 9_000, 912_700)]
#[case("--cpm 75 --run-charge 10", 8_000, 698_000)]
#[case("--cpm 100 --run-charge 10", 30_000, 865_000)]
#[case(
    "--cpm 100 --run-charge 10 --run-charge-basis all_unused",
    30_000,
    880_000
)]
fn published_invoices(#[case] terms: &str, #[case] duplicates: u64, #[case] minor: u64) {
    let mut sandbox = Sandbox::workspace();
    let add = format!("salesctl list add m --currency USD --net-pct 85 {terms}");
    sandbox.sh(&add).ok();
    let bill = sandbox
        .sh(&format!(
            "salesctl list invoice m --gross 100000 --duplicates {duplicates} --json"
        ))
        .ok()
        .json();
    assert_eq!(bill["currency"], "USD");
    let total = bill["rows"]
        .as_array()
        .expect("rows")
        .last()
        .expect("a total");
    assert_eq!(total["amount_minor"], minor);
}

#[test]
fn who_answered_stays_ours() {
    let mut sandbox = with_lists();
    sandbox
        .sh("salesctl list use zoom-q4 --channel mail --output out.csv")
        .ok();
    sandbox
        .sh("salesctl prospect respond 'li wei' --channel mail")
        .ok();
    sandbox
        .sh("salesctl prospect respond li@hooli.example")
        .ok()
        .says("responded before");
    sandbox.write(
        "bounced.csv",
        "e-mail\neve@umbrella.example\nnobody@x.example\n",
    );
    sandbox
        .sh("salesctl list undeliverable zoom-q4 bounced.csv")
        .ok()
        .says("1 name undeliverable; 1 row is not on the list");
    let late = "salesctl check --today 2027-01-01";
    sandbox
        .sh(late)
        .exits(1)
        .says("list zoom-q4 expired 31 Dec 2026; 3 of its names are still in use");
    let returned = sandbox
        .sh("salesctl list return zoom-q4 --output back.csv")
        .ok()
        .says("3 names may no longer be used");
    assert!(
        returned.stdout.contains("responded             1"),
        "{returned}"
    );
    let report = fs::read_to_string(sandbox.path("back.csv")).expect("written");
    assert_eq!(
        column(&report, "what"),
        [
            "used",
            "used",
            "responded",
            "twice",
            "unused",
            "undeliverable"
        ]
    );
    let ended = sandbox.sh(late).exits(1);
    assert!(!ended.stdout.contains("still in use"), "{ended}");
    sandbox.sh("salesctl doctor").ok();
    sandbox.sh("salesctl doctor --rebuild").ok();
    sandbox
        .sh("salesctl list show zoom-q4")
        .ok()
        .says("returned on");
}

#[test]
fn a_list_with_names_is_not_taken_back() {
    let mut sandbox = with_lists();
    // The decoy of ours goes; then comes the list that names came in for.
    sandbox.sh("salesctl undo").ok();
    sandbox
        .sh("salesctl undo")
        .exits(1)
        .warns("can't be undone: list");
}

#[rstest]
#[case("list show zom-q4", 4, "did you mean `zoom-q4`?")]
#[case("list add zoom-q4", 1, "there is a list `zoom-q4` already")]
#[case("list add 'a b'", 2, "is no code")]
#[case(
    "list add x --until 2026-01-01 --obtained-on 2026-02-01",
    2,
    "is after 1 Jan 2026"
)]
#[case("list set zoom-q4", 2, "say which term changes")]
#[case("list set zoom-q4 --currency USD", 2, "its amounts are in EUR")]
#[case("list seed zoom-q4 --name 'Ada King'", 2, "nothing tells this decoy")]
#[case("list use zoom-q4 --channel fax", 2, "no channel")]
#[case(
    "list use zoom-q4 --channel phone",
    1,
    "channels: it may be used by mail and email"
)]
#[case("list use zoom-q4 --channel mail --override ' '", 2, "needs a reason")]
#[case(
    "list use zoom-q4 --channel mail --on 2026-11-01",
    1,
    "obtained_on: 1 Nov 2026 is before"
)]
#[case("list use zoom-q4 --channel mail --on 2026-12-01", 2, "in the future")]
#[case("list invoice zoom-q4 --gross 5 --duplicates 6", 2, "more than")]
#[case("list invoice zoom-q4 --allocate fair", 2, "is no allocation")]
#[case("prospect respond roth@nowhere.example", 4, "no prospect matches")]
#[case("prospect respond Starck --list zoom-q4", 4, "on the list `zoom-q4`")]
#[case("gdpr source jana", 2, "no e-mail address")]
fn refused(#[case] line: &str, #[case] code: i32, #[case] because: &str) {
    with_lists()
        .sh(&format!("salesctl {line}"))
        .exits(code)
        .warns(because);
}
