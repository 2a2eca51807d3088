//! Logs of other systems, and our own from before the process was changed: what is taken, and what is said of the rest.

use std::fs;

use crate::sandbox::Sandbox;

const ENDS: &str = "[[end]]\nname = \"won\"\n[[end]]\nname = \"lost\"\nreasons = [\"price\"]\n";

/// A process of stages, each allowed to go to the next.
fn process(head: &str, stages: &[&str]) -> String {
    let stages: Vec<String> = stages
        .iter()
        .map(|stage| format!("[[stage]]\nname = \"{stage}\"\n"))
        .collect();
    format!(
        "[process]\nname = \"p\"\ncurrency = \"EUR\"\n{head}{}{ENDS}",
        stages.concat()
    )
}

/// `demo` was taken out: a deal that was in it, one that still is, one that never was.
const REMOVED: &str =
    "remove = [{ stage = \"demo\", why = \"by phone now\", deals_to = \"offer\" }]\n";
const LOG: &str = "case,activity,timestamp,salesctl_kind,rep\n\
    1,contact,2026-01-05 10:00,stage,Anna\n\
    1,demo,2026-01-07 10:00,stage,Anna\n\
    1,offer,2026-01-09 10:00,stage,Bob\n\
    1,won,2026-01-12 10:00,won,Bob\n\
    2,contact,2026-01-05 10:00,stage,Anna\n\
    2,demo,2026-01-08 10:00,stage,Anna\n\
    3,contact,2026-01-06 10:00,stage,Anna\n\
    3,offer,2026-01-07 10:00,stage,Anna\n";

fn workspace(process: &str, log: &str) -> Sandbox {
    let mut sandbox = Sandbox::empty();
    fs::write(sandbox.folder().join("process.toml"), process).expect("written");
    fs::write(sandbox.folder().join("log.csv"), log).expect("written");
    sandbox.run(&["init"]).ok();
    sandbox
}

/// The moves of the log that comes out again.
fn moves(sandbox: &mut Sandbox) -> Vec<String> {
    let log = sandbox
        .run(&["export", "log", "--format", "csv"])
        .ok()
        .stdout;
    let mut rows = csv::Reader::from_reader(log.as_bytes());
    let headings = rows.headers().expect("headings").clone();
    let at = |name: &str| {
        headings
            .iter()
            .position(|known| known == name)
            .expect("a column")
    };
    let columns = ["external", "activity", "timestamp", "salesctl_kind"].map(at);
    let mut moves: Vec<String> = rows
        .records()
        .map(|row| {
            let row = row.expect("a row");
            let [id, activity, time, kind] = columns.map(|at| &row[at]);
            format!("{id} {activity} {} {kind}", &time[..10])
        })
        .collect();
    moves.sort_by_key(|line| line.split(' ').next().map(str::to_string));
    moves
}

const IMPORT: [&str; 6] = [
    "import",
    "history",
    "log.csv",
    "--create-deals",
    "--create",
    "all",
];

#[test]
fn what_happened_in_a_stage_that_was_removed_stays_as_it_was() {
    let mut sandbox = workspace(&process(REMOVED, &["contact", "offer"]), LOG);
    sandbox
        .run(&IMPORT)
        .ok()
        .says("1 deal in a stage that is no more: moved on as the process says");
    let expected = [
        "1 contact 2026-01-05 stage",
        "1 demo 2026-01-07 stage",
        "1 offer 2026-01-09 stage",
        "1 won 2026-01-12 won",
        "2 contact 2026-01-05 stage",
        "2 demo 2026-01-08 stage",
        "2 offer 2026-01-08 moved",
        "3 contact 2026-01-06 stage",
        "3 offer 2026-01-07 stage",
    ];
    assert_eq!(moves(&mut sandbox), expected);
    sandbox
        .run(&IMPORT)
        .ok()
        .says("nothing new: nothing written");
    // Contact to demo and demo to offer are not judged: nobody can go there any more.
    let report = sandbox
        .run(&["report", "conformance", "--json"])
        .ok()
        .json();
    assert_eq!(report["rows"][0]["illegal_move_deals"], 0);
    assert_eq!(report["rows"][0]["n"], 3);
}

#[test]
fn a_stage_is_known_by_the_versions_before_and_no_other_is() {
    let mut sandbox = workspace(&process("", &["contact", "demo", "offer"]), LOG);
    let folder = sandbox.folder().to_path_buf();
    fs::write(
        folder.join("process.toml"),
        process("", &["contact", "offer"]),
    )
    .expect("written");
    sandbox.run(&["process", "apply", "--why", "no demo"]).ok();
    // Nothing says where the deal goes that stands there; the two others are taken.
    sandbox
        .run(&IMPORT)
        .ok()
        .says("rejected               2   2 × the deal is in …")
        .says("line 6       rejected  the deal is in `demo`, a stage that the process does\n  not have any more; say where its deals go");
    assert_eq!(moves(&mut sandbox).len(), 6);
    fs::write(
        folder.join("log.csv"),
        "case,activity,timestamp\n4,contact,2026-01-05\n4,dmo,2026-01-06\n",
    )
    .expect("written");
    sandbox
        .run(&IMPORT)
        .exits(1)
        .says("1 × no\n  stage is called …")
        .says("line 2       rejected  another row of its case is rejected: line 3");
    let rejects = fs::read_to_string(folder.join("log.rejects.csv")).expect("rejects");
    assert!(
        rejects.contains("\n3,activity,no stage is called `dmo`"),
        "{rejects}"
    );
    // The hint of it, words alone, is enough.
    fs::write(
        folder.join("words.toml"),
        "[values.stage]\ndmo = \"offer\"\n",
    )
    .expect("written");
    let mapped = [&IMPORT[..], &["--map", "words.toml"]].concat();
    sandbox.run(&mapped).ok().says("rejected               0");
    assert!(moves(&mut sandbox).contains(&"4 offer 2026-01-06 stage".to_string()));
}

#[test]
fn a_row_refused_for_another_line_names_it_and_every_cause_is_counted() {
    let log = format!(
        "{LOG}4,contact,06.01.2025 09:00,stage,Anna\n,contact,2026-01-05,stage,Anna\n5,contact,,stage,Anna\n5,x,2026-01-05,stage,Anna\n"
    );
    let mut sandbox = workspace(&process(REMOVED, &["contact", "offer"]), &log);
    sandbox.run(&["catalog", "add", "rep", "Anna"]).ok();
    let import = [
        "import",
        "history",
        "log.csv",
        "--create-deals",
        "--details",
    ];
    sandbox
        .run(&import)
        .ok()
        .says("rejected               8   4 × no rep is called …, 1 × … is not a date and\n  time, 1 × no deal, 2 × other reasons → log.rejects.csv")
        .says("line 2       rejected  no rep is called `Bob` (told of its deal on line 4)");
    let rejects = fs::read_to_string(sandbox.folder().join("log.rejects.csv")).expect("rejects");
    let columns: Vec<&str> = rejects
        .lines()
        .skip(1)
        .map(|line| line.split(',').nth(1).expect("a column"))
        .collect();
    assert_eq!(
        columns,
        [
            "rep",
            "rep",
            "rep",
            "rep",
            "timestamp",
            "case",
            "timestamp",
            "activity"
        ]
    );
}

#[test]
fn a_log_of_other_dates_says_how_it_would_be_read() {
    let mut sandbox = Sandbox::empty();
    let rows: Vec<String> = (1..=9)
        .map(|day| format!("{day},contact,{:02}.01.2025 09:00\n", day + 10))
        .collect();
    let log = format!(
        "case,activity,timestamp\n{},contact,11.01.2025 09:00\n",
        rows.concat()
    );
    fs::write(sandbox.folder().join("crm.csv"), log).expect("written");
    sandbox
        .run(&["process", "discover", "crm.csv"])
        .exits(3)
        .warns("`crm.csv`: none of its 10 rows could be read: 9 × … is not a date and time, 1 × no case; the first: line 2, `11.01.2025 09:00` is not")
        .warns("--date-format \"%d.%m.%Y %H:%M\" reads such times");
    sandbox
        .run(&[
            "process",
            "discover",
            "crm.csv",
            "--date-format",
            "%d.%m.%Y %H:%M",
        ])
        .ok()
        .says("1 event that can't be read (1 × no case); the first: line 11, no case.");
}

#[test]
fn a_deviating_deal_is_known_by_its_id_in_the_other_system() {
    let log = "case,activity,timestamp\nOPP-7,offer,2026-01-05\nOPP-7,contact,2026-01-06\n";
    let mut sandbox = workspace(&process("", &["contact", "offer"]), log);
    sandbox.run(&IMPORT).ok();
    let list = ["report", "conformance", "--deals"];
    sandbox.run(&list).ok().says("imported as").says("OPP-7");
    let json = sandbox.run(&[&list[..], &["--json"]].concat()).ok().json();
    assert_eq!(json["rows"][0]["external"], "OPP-7");
    sandbox
        .run(&["export", "log"])
        .ok()
        .says("<string key=\"external\" value=\"OPP-7\"/>");
}

#[test]
fn a_log_is_written_as_its_name_says() {
    let mut sandbox = workspace(&process(REMOVED, &["contact", "offer"]), LOG);
    sandbox.run(&IMPORT).ok();
    sandbox
        .run(&["export", "log", "-o", "log.foo"])
        .exits(2)
        .warns("`log.foo` does not say how the log is written");
    assert!(!sandbox.folder().join("log.foo").exists());
    sandbox
        .run(&["export", "log", "-o", "log.foo", "--format", "xes"])
        .ok();
}

#[test]
fn a_workspace_starts_with_the_process_file_that_is_named() {
    let mut sandbox = Sandbox::empty();
    let text = process("", &["contact", "offer"]);
    fs::write(sandbox.folder().join("drafted.toml"), &text).expect("written");
    sandbox
        .run(&["init", "crm", "--process", "drafted.toml"])
        .ok()
        .says("the sales process in crm/process.toml, applied as version 1")
        .says("a copy of drafted.toml: from now on the one that counts");
    let copy = fs::read_to_string(sandbox.folder().join("crm/process.toml")).expect("a process");
    assert_eq!(copy, text);
    sandbox
        .run(&[
            "init",
            "crm2",
            "--process",
            "drafted.toml",
            "--template",
            "enterprise",
        ])
        .exits(2)
        .warns("--template and --process both name what to begin with");
    fs::create_dir(sandbox.folder().join("crm3")).expect("a folder");
    fs::write(sandbox.folder().join("crm3/process.toml"), &text).expect("written");
    sandbox
        .run(&["init", "crm3", "--process", "drafted.toml"])
        .exits(1)
        .warns("`crm3/process.toml` exists already");
}
