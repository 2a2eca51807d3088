//! Imports that are killed, and shells beside one that goes on: nothing is half done, nobody waits long.

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::Value;

use super::sandbox::Sandbox;

/// A file of made up people; some are in it twice, spelled differently.
fn people(rows: usize, seed: u64) -> String {
    const FIRST: [&str; 12] = [
        "Jana", "Omar", "Li", "Ada", "Eve", "Paul", "Ines", "Bo", "Carla", "Jon", "Mia", "Tom",
    ];
    const SYLLABLES: [&str; 14] = [
        "ro", "ha", "dad", "kin", "mo", "ster", "win", "be", "lan", "gru", "sel", "ton", "ma",
        "vic",
    ];
    const PLACES: [(&str, &str); 5] = [
        ("Bonn", "53111"),
        ("Berlin", "10115"),
        ("Hamburg", "20095"),
        ("Köln", "50667"),
        ("Dresden", "01067"),
    ];
    let mut rng = fastrand::Rng::with_seed(seed);
    let word = |rng: &mut fastrand::Rng| -> String {
        (0..3)
            .map(|_| SYLLABLES[rng.usize(..SYLLABLES.len())])
            .collect()
    };
    let mut text = String::from("Email,First Name,Last Name,Company,City,Zip,Phone\n");
    for n in 0..rows {
        let (first, last) = (FIRST[rng.usize(..FIRST.len())], word(&mut rng));
        let company = word(&mut rng);
        let (city, zip) = PLACES[rng.usize(..PLACES.len())];
        let phone = 1_000_000 + n;
        let _ = writeln!(
            text,
            "{first}.{last}@{company}.example,{first},{last},{company} GmbH,{city},{zip},+49 30 {phone}"
        );
        if n % 12 == 0 {
            let _ = writeln!(
                text,
                ",{first},{last},{company},{city},{zip},0 30 / {phone}"
            );
        }
        if n % 50 == 0 {
            let _ = writeln!(text, "nobody@,,,,,,");
        }
    }
    text
}

/// The program with real ids and the real clock: two runs must not make the same ones.
fn command(sandbox: &mut Sandbox, arguments: &[&str]) -> Command {
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_salesctl"));
    command
        .args(arguments)
        .env_remove("SALESCTL_SEED")
        .env_remove("SALESCTL_CLOCK")
        .env_remove("SALESCTL_TODAY")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

const IMPORT: [&str; 6] = [
    "import",
    "prospects",
    "list.csv",
    "--list",
    "zoom",
    "--json",
];

/// A workspace with the lists, a few names of our own and the file.
fn begin(rows: usize) -> Sandbox {
    let mut sandbox = Sandbox::workspace();
    sandbox.write("house.csv", people(150, 5));
    // Some of those of our own are in the file as well.
    let file = people(rows, 11) + people(40, 5).split_once('\n').expect("headings").1;
    sandbox.write("list.csv", file);
    sandbox
        .sh("salesctl list add house && salesctl list add zoom")
        .ok();
    let house = ["import", "prospects", "house.csv", "--list", "house"];
    let status = command(&mut sandbox, &house)
        .output()
        .expect("it runs")
        .status;
    assert!(status.success());
    sandbox
}

fn brought_in(sandbox: &mut Sandbox) -> Value {
    let output = command(sandbox, &IMPORT).output().expect("it runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let mut said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    said["rows"][0].take()
}

/// Every name of the list: its line, what it came to, and the line of the first row of the same person.
fn fates(sandbox: &Sandbox) -> Vec<(i64, i64, Option<i64>)> {
    let store = Connection::open(sandbox.store()).expect("it opens");
    let mut statement = store
        .prepare(
            "SELECT p.line, p.fate, f.line FROM prospect p JOIN list l ON l.id = p.list AND l.code = 'zoom'
             LEFT JOIN prospect f ON f.id = p.entity ORDER BY p.line",
        )
        .expect("asked");
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .expect("asked");
    rows.collect::<Result<_, _>>().expect("read")
}

fn number(sandbox: &Sandbox, question: &str) -> i64 {
    let store = Connection::open(sandbox.store()).expect("it opens");
    store
        .query_row(question, [], |row| row.get(0))
        .expect("asked")
}

const UNFINISHED: &str = "SELECT COUNT(*) FROM import_run WHERE state <> 'complete'";

#[test]
fn a_killed_import_goes_on_where_it_was() {
    const KILLS: usize = 12;
    // Two transactions of rows, and something to match.
    const ROWS: usize = 2_200;
    let mut calm = begin(ROWS);
    let began = Instant::now();
    let expected = brought_in(&mut calm);
    let takes = began.elapsed();
    let expected_fates = fates(&calm);
    assert!(expected["known"].as_u64() > Some(0) && expected["duplicate"].as_u64() > Some(0));

    let mut rng = fastrand::Rng::with_seed(3);
    let mut killed = 0;
    while killed < KILLS {
        let mut sandbox = begin(ROWS);
        // Several times in a row, so that what went on after a kill is killed too.
        for _ in 0..4 {
            let mut victim = command(&mut sandbox, &IMPORT).spawn().expect("it starts");
            std::thread::sleep(takes.mul_f64(rng.f64() * 0.9));
            victim.kill().expect("it is ours");
            victim.wait_with_output().expect("it ended");
            killed += 1;
        }
        sandbox.run(&["doctor"]).ok();
        let was_complete = number(
            &sandbox,
            "SELECT COUNT(*) FROM batch b JOIN list l ON l.id = b.list AND l.code = 'zoom'",
        ) > 0;
        let said = brought_in(&mut sandbox);
        if was_complete {
            assert_eq!(said["new"], 0);
        } else {
            for part in ["read", "new", "known", "duplicate", "rejected"] {
                assert_eq!(said[part], expected[part], "{part}");
            }
        }
        assert_eq!(fates(&sandbox), expected_fates);
        assert_eq!(number(&sandbox, UNFINISHED), 0);
        assert!(sandbox.path("list.rejects.csv").exists());
        sandbox.run(&["doctor"]).ok();
    }
}

/// Broken off while it is given up, an import is never gone on with: some of its rows are gone.
#[test]
fn what_was_half_given_up_begins_anew() {
    let mut sandbox = begin(60);
    let all = brought_in(&mut sandbox);
    let batch = all["batch"].as_str().expect("a batch").to_string();
    sandbox.run(&["import", "undo", &batch]).ok();

    let mut victim = command(&mut sandbox, &IMPORT).spawn().expect("it starts");
    // As soon as rows are in.
    let staged = "SELECT COALESCE(MAX(names), 0) FROM import_run WHERE state <> 'complete'";
    let until = Instant::now() + Duration::from_secs(20);
    while number(&sandbox, staged) == 0 && Instant::now() < until {
        std::thread::yield_now();
    }
    victim.kill().expect("it is ours");
    victim.wait_with_output().expect("it ended");
    if number(&sandbox, UNFINISHED) == 0 {
        // It was quicker than we: there is nothing to give up.
        return;
    }
    let store = Connection::open(sandbox.store()).expect("it opens");
    // What a kill in the middle of giving it up leaves behind.
    store
        .execute_batch(
            "UPDATE import_run SET sha256 = '' WHERE state <> 'complete';
             DELETE FROM prospect WHERE id IN (SELECT p.id FROM prospect p
                JOIN import_run r ON r.id = p.batch AND r.state <> 'complete' LIMIT 9)",
        )
        .expect("done");
    drop(store);
    let said = brought_in(&mut sandbox);
    for part in ["read", "new", "known", "duplicate", "rejected"] {
        assert_eq!(said[part], all[part], "{part}");
    }
}

/// `SALESCTL_ROWS=50000` takes longer and says how long others waited.
#[test]
#[allow(clippy::print_stdout)] // a figure to look at, which no machine promises
fn others_work_while_an_import_runs() {
    let rows = std::env::var("SALESCTL_ROWS").ok();
    let rows = rows.and_then(|rows| rows.parse().ok()).unwrap_or(3_000);
    let mut sandbox = begin(rows);
    let mut import = command(&mut sandbox, &IMPORT).spawn().expect("it starts");
    let (mut deals, mut longest) = (0, Duration::ZERO);
    let mut alone = Duration::ZERO;
    while import.try_wait().expect("asked").is_none() || deals == 0 {
        let name = format!("Account {deals}");
        let mut deal = command(&mut sandbox, &["deal", "add", &name]);
        let began = Instant::now();
        let output = deal.output().expect("it runs");
        longest = longest.max(began.elapsed());
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stderr}");
        deals += 1;
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = import.wait_with_output().expect("it ended");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    for n in 0..3 {
        let began = Instant::now();
        let name = format!("Quiet {n}");
        command(&mut sandbox, &["deal", "add", &name])
            .output()
            .expect("it runs");
        alone = alone.max(began.elapsed());
    }
    println!(
        "{deals} deals added during the import of {rows} rows; the longest took {longest:?}, alone {alone:?}"
    );
    assert_eq!(number(&sandbox, "SELECT COUNT(*) FROM deal"), deals + 3);
    sandbox.run(&["doctor"]).ok();
}
