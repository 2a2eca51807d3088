//! Hostile and broken input: shown escaped, refused with its own exit code, and whatever is not ours is
//! left byte for byte as it was.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::sandbox::Sandbox;

/// Names that would do something to a terminal, a table, a spreadsheet or a database.
const NASTY: &[&str] = &[
    "O'Brien \"& Sons\"; DROP TABLE deal; --",
    "two\nlines\tand a tab",
    "\u{1b}[31mred\u{1b}]0;title\u{7}",
    "\u{1b}]52;c;ZXZpbA==\u{7}",
    "rtl \u{202e}txt.exe",
    "zero\u{200b}width",
    "a | b | c `code` <b>html</b> [link](http://x)",
    "🚀 Söhne 株式会社",
    "=cmd|'/c calc'!A1",
    "back\\slash % _ ?1 $1 {}",
    "-dash",
];

#[test]
fn nasty_names_are_shown_never_obeyed() {
    for name in NASTY {
        let mut sandbox = Sandbox::workspace();
        let add = ["deal", "add", "--value", "9k", "--set", "problem=x"];
        let set = format!("problem={name}");
        let title = format!("--title={name}");
        sandbox
            .run(&[&add[..], &[&title, "--", name]].concat())
            .ok()
            .shows_safely();
        sandbox
            .run(&["deal", "set", "--", name, &set])
            .ok()
            .shows_safely();
        sandbox
            .run(&[
                "deal", "person", "add", "--role", "user", &title, "--", name, name,
            ])
            .ok()
            .shows_safely();
        sandbox
            .run(&["deal", "note", "--", name, name])
            .ok()
            .shows_safely();
        for command in [
            &["deal", "list"][..],
            &["deal", "list", "--format", "markdown"],
            &["deal", "list", "--format", "jsonl"],
            &["deal", "show", "--", name],
            &["deal", "advance", "--", name],
            &["deal", "history", "--format", "markdown", "--", name],
            &["deal", "history", "--", name],
            &["history"],
            &["report", "pipeline"],
            &["report", "win-rate", "--by", "problem"],
            &[],
            &["deal", "show", "--", &format!("{name}x")],
            &["deal", "list", &format!("--where={name}")],
            &["deal", "list", &format!("--rep={name}")],
            &["deal", "list", "--output", "nowhere/\u{1b}[31m"],
            &["deal", "add", "X", "--stage", name],
            &["deal", "add", "X", "--set", name],
            &["deal", "add", "X", "--value", name],
            &["deal", "add", "X", "--next", name],
            &["deal", "note", "x", "--on", name, "--", name],
            &["report", "win-rate", "--by", name],
            &["report", "funnel", "--period", name],
            &["report", "funnel", "--from-stage", name],
            &["process", "show", "--", name],
            &["catalog", "add", "rep", "--", name],
            &["catalog", "list"],
            &["--store", name, "deal", "list"],
            &["--process", name, "process", "check"],
            &["--as", name, "deal", "note", "--", name, "signed"],
            &["--today", name, "deal", "list"],
            &["history"],
            &["undo"],
        ] {
            let ran = sandbox.run(command).shows_safely();
            assert!(ran.code.is_some_and(|code| code <= 5), "{command:?}\n{ran}");
        }
        let listed = sandbox.run(&["deal", "list", "--json"]).ok().json();
        assert_eq!(listed["rows"][0]["account"], **name, "kept as it was given");
        sandbox.run(&["doctor"]).ok();
    }
}

#[test]
fn formulas_do_nothing_in_a_spreadsheet() {
    let mut sandbox = Sandbox::workspace();
    sandbox
        .run(&["deal", "add", "--", "=cmd|'/c calc'!A1"])
        .ok();
    let guarded = sandbox.run(&["deal", "list", "--format", "csv"]).ok();
    assert!(!guarded.stdout.contains(",=cmd"), "{guarded}");
    sandbox
        .run(&["deal", "list", "--format", "csv", "--raw"])
        .ok()
        .says(",=cmd|'/c calc'!A1,");
}

#[test]
fn values_that_mean_nothing_change_nothing() {
    let mut sandbox = Sandbox::workspace();
    sandbox.run(&["deal", "add", "Acme", "--value", "9k"]).ok();
    let before = head(&mut sandbox);
    for (arguments, part) in [
        (
            &["deal", "set", "acme", "expected_close=31 february"][..],
            "31 february",
        ),
        (
            &["deal", "set", "acme", "expected_close=2026-02-31"],
            "28 days",
        ),
        (
            &["deal", "set", "acme", "decision_date=2026-13-01"],
            "2026-13-01",
        ),
        (&["deal", "set", "acme", "value=-4200"], "negative"),
        (&["deal", "set", "acme", "value=1e400"], "not an amount"),
        (
            &["deal", "set", "acme", "value=99999999999999999999"],
            "not an amount",
        ),
        (&["deal", "set", "acme", "value=NaN"], "not an amount"),
        (
            &["deal", "set", "acme", "employees=1.5"],
            "not a whole number",
        ),
        (&["deal", "set", "acme", "impact=lots"], "not an amount"),
        (&["deal", "set", "acme", "budget="], ""),
        (&["deal", "advance", "acme", "--to", "heaven"], "heaven"),
        (&["deal", "advance", "acme", "--to", "won"], "won"),
        (&["deal", "back", "acme", "--to", "lost"], "lost"),
        (&["deal", "log", "acme", "call", "--minutes", "-3"], "-3"),
        (&["deal", "log", "acme", "call", "--cost", "-3"], "-3"),
        (
            &[
                "deal",
                "hold",
                "acme",
                "--until",
                "yesterday",
                "--reason",
                "x",
            ],
            "not in the future",
        ),
        (&["followup", "snooze", "acme", "yesterday"], ""),
        (&["deal", "set", "acme", "next_step=no colon"], "DATE"),
    ] {
        let ran = sandbox.run(arguments).warns(part);
        if ran.code != Some(0) {
            assert!(matches!(ran.code, Some(1 | 2)), "{arguments:?}\n{ran}");
            assert_eq!(ran.stdout, "", "{arguments:?}");
        }
        assert_eq!(head(&mut sandbox), before, "{arguments:?}\n{ran}");
    }
}

#[test]
fn a_dry_run_changes_nothing() {
    let mut sandbox = Sandbox::workspace();
    for line in [
        "deal add Acme --value 9k",
        "deal add Globex --value 9k",
        "deal note acme x",
        "deal win globex --override x",
        "deal add Hooli --value 9k",
        "deal hold hooli --until 2026-12-24 --reason x",
        "deal note acme y",
        "undo",
    ] {
        sandbox.sh(&format!("salesctl {line}")).ok();
    }
    let before = (head(&mut sandbox), contents(&sandbox));
    for line in [
        "catalog add team west",
        "catalog set rep jr --title X",
        "deal add Initech --value 1k --set decider=J",
        "deal set acme value=1k industry=retail",
        "deal note acme z",
        "deal log acme call --minutes 5 --with J",
        "deal person add acme J --role user",
        "deal done acme first_call",
        "deal advance acme --override x",
        "deal win acme --override x",
        "deal lose acme --reason price",
        "deal hold acme --until 2026-12-24 --reason x",
        "deal resume hooli",
        "deal reopen globex",
        "deal assign acme --to ab",
        "deal assign --rep jr --to ab",
        "followup done acme",
        "followup snooze acme mon",
        "undo",
        "redo",
    ] {
        let ran = sandbox.sh(&format!("salesctl {line} --dry-run")).ok();
        assert!(
            ran.stdout.contains("dry run: nothing written"),
            "{line}\n{ran}"
        );
        assert_eq!(head(&mut sandbox), before.0, "{line}");
    }
    sandbox.write(
        "process.toml",
        fs::read_to_string(sandbox.path("process.toml"))
            .expect("there")
            .replace("5000", "8000"),
    );
    sandbox
        .sh("salesctl process apply --why x --dry-run")
        .ok()
        .says("dry run: nothing written");
    assert_eq!((head(&mut sandbox), contents(&sandbox)), before);
}

#[test]
fn a_file_that_is_no_store_is_left_as_it_was() {
    let mut sandbox = Sandbox::workspace();
    let sound = fs::read(sandbox.store()).expect("the store");
    let foreign = {
        let path = sandbox.path("foreign.db");
        let other = rusqlite::Connection::open(&path).expect("a database");
        other
            .execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (1)")
            .expect("filled");
        drop(other);
        fs::read(path).expect("there")
    };
    let newer = with_bytes(&sound, 60, &70_u32.to_be_bytes());
    let much_newer = with_bytes(&sound, 60, &7_000_u32.to_be_bytes());
    let cases: &[(&str, &[u8], &str)] = &[
        ("empty", b"", "is an empty file"),
        ("text", b"id,account\n1,Acme\n", "is not a database"),
        ("long text", &[b'x'; 10_000], "is not a database"),
        ("foreign", &foreign, "of another program"),
        ("newer", &newer, "has schema 70; this salesctl"),
        ("much newer", &much_newer, "has schema 7000"),
        ("header only", &sound[..100], "damaged"),
        ("cut off", &sound[..8192], "damaged"),
    ];
    for (name, bytes, part) in cases {
        let folder = sandbox.path(name);
        fs::create_dir(&folder).expect("a folder");
        let path = folder.join("sales.db");
        fs::write(&path, bytes).expect("written");
        let store = path.to_str().expect("UTF-8");
        for command in [
            &["deal", "list"][..],
            &["deal", "add", "Acme"],
            &["doctor"],
            &["doctor", "--rebuild"],
            &["undo"],
            &["backup", "copy.db"],
        ] {
            sandbox
                .run(&[&["--store", store], command].concat())
                .exits(5)
                .warns(part);
            assert_eq!(
                &fs::read(&path).expect("there"),
                bytes,
                "{name}: {command:?}"
            );
        }
        let beside = fs::read_dir(&folder).expect("there").count();
        assert_eq!(beside, 1, "{name}: nothing was put beside it");
    }
    let folder = sandbox.path("folder");
    fs::create_dir(&folder).expect("a folder");
    sandbox
        .run(&["--store", "folder", "deal", "list"])
        .exits(5)
        .warns("is a folder");
    sandbox
        .run(&["--store", "nowhere/sales.db", "deal", "list"])
        .exits(5);
    std::os::unix::fs::symlink(sandbox.store(), sandbox.path("link.db")).expect("a link");
    sandbox
        .run(&["--store", "link.db", "deal", "list"])
        .exits(5);
}

#[test]
fn damage_is_found_and_never_panics() {
    let mut sandbox = Sandbox::workspace();
    for n in 0..20 {
        sandbox
            .sh(&format!("salesctl deal add 'Account {n}' --value {n}k"))
            .ok();
    }
    let sound = fs::read(sandbox.store()).expect("the store");
    let mut rng = fastrand::Rng::with_seed(7);
    for round in 0..30 {
        let mut bytes = sound.clone();
        let at = rng.usize(100..bytes.len());
        let len = rng.usize(1..400).min(bytes.len() - at);
        rng.fill(&mut bytes[at..at + len]);
        sandbox.write("damaged.db", &bytes);
        for command in [
            &["doctor"][..],
            &["deal", "list"],
            &["deal", "note", "account 3", "x"],
        ] {
            let ran = sandbox.run(&[&["--store", "damaged.db"], command].concat());
            assert!(
                ran.code.is_some_and(|code| code <= 5),
                "round {round}, {len} bytes at {at}: {command:?}\n{ran}"
            );
            ran.shows_safely();
        }
        for side in ["damaged.db-wal", "damaged.db-shm"] {
            let _ = fs::remove_file(sandbox.path(side));
        }
    }
}

#[test]
fn history_can_not_be_rewritten_by_accident_nor_unnoticed() {
    let mut sandbox = Sandbox::workspace();
    sandbox.run(&["deal", "add", "Acme", "--value", "9k"]).ok();
    let store = rusqlite::Connection::open(sandbox.store()).expect("it opens");
    for statement in ["UPDATE event SET actor = 'x'", "DELETE FROM event"] {
        assert!(store.execute(statement, []).is_err(), "{statement}");
    }
    store
        .execute_batch(
            "PRAGMA writable_schema = 1; DELETE FROM sqlite_schema WHERE type = 'trigger'; PRAGMA writable_schema = 0",
        )
        .expect("an attacker may do as he likes");
    drop(store);
    let store = rusqlite::Connection::open(sandbox.store()).expect("it opens");
    let changed = store
        .execute("UPDATE event SET actor = 'ab' WHERE kind = 'changed'", [])
        .expect("no trigger any more");
    assert!(changed > 0);
    drop(store);
    sandbox.run(&["doctor"]).exits(1).says("is broken");
}

#[test]
fn a_process_file_that_can_not_be_read_is_refused() {
    let mut sandbox = Sandbox::workspace();
    for (bytes, part) in [
        (b"[process]\nname = \"S\xf6hne\"\n".to_vec(), "not UTF-8"),
        (vec![b'#'; 2 << 20], "at most 1 MiB"),
        (Vec::new(), ""),
        (vec![0; 4096], ""),
        ([b"\xff\xfe".to_vec(), b"[\0p\0".to_vec()].concat(), ""),
    ] {
        sandbox.write("process.toml", &bytes);
        sandbox
            .run(&["process", "check"])
            .exits(3)
            .warns(part)
            .shows_safely();
        sandbox
            .run(&["process", "apply", "--why", "x"])
            .exits(3)
            .shows_safely();
        // The applied version is in force all the same.
        sandbox.run(&["deal", "list"]).ok();
    }
    let path = sandbox.path("process.toml");
    fs::remove_file(&path).expect("removed");
    fs::create_dir(&path).expect("a folder");
    sandbox.run(&["process", "check"]).exits(3);
    fs::remove_dir(&path).expect("removed");
    sandbox.run(&["process", "check"]).exits(3);
    // Deals don't need the file.
    sandbox.run(&["deal", "add", "Acme", "--value", "9k"]).ok();
}

#[test]
fn what_is_made_is_private() {
    let mut sandbox = Sandbox::empty();
    sandbox
        .sh("umask 000 && salesctl init && salesctl backup copy.db && salesctl backup --keep 2")
        .ok();
    let mode = |name: &str| {
        fs::metadata(sandbox.path(name))
            .expect(name)
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(mode("sales.db"), 0o600);
    assert_eq!(mode("copy.db"), 0o600);
    // Text that a team reads and keeps in git is not.
    assert_eq!(mode("process.toml") & 0o444, 0o444);
}

/// Head over all chains: equal exactly when nothing was recorded.
fn head(sandbox: &mut Sandbox) -> String {
    let found = sandbox.run(&["doctor", "--json"]).ok().json();
    found["notes"][0].as_str().expect("a head").to_string()
}

/// Every row of every table.
fn contents(sandbox: &Sandbox) -> Vec<String> {
    let store = rusqlite::Connection::open(sandbox.store()).expect("it opens");
    let tables: Vec<String> = store
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        .expect("prepared")
        .query_map([], |row| row.get(0))
        .expect("asked")
        .collect::<Result<_, _>>()
        .expect("read");
    let mut all = Vec::new();
    for table in tables {
        let mut statement = store
            .prepare(&format!("SELECT * FROM {table}"))
            .expect("prepared");
        let width = statement.column_count();
        let mut rows = statement.query([]).expect("asked");
        while let Some(row) = rows.next().expect("read") {
            let cells: Vec<String> = (0..width)
                .map(|at| format!("{:?}", row.get_ref(at).expect("a cell")))
                .collect();
            all.push(format!("{table}: {}", cells.join(", ")));
        }
    }
    all
}

fn with_bytes(file: &[u8], at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    file[at..at + bytes.len()].copy_from_slice(bytes);
    file
}

#[test]
fn a_list_whose_columns_nobody_knows_is_refused_as_what_it_is() {
    let mut sandbox = Sandbox::workspace();
    sandbox.run(&["list", "add", "odd"]).ok();
    sandbox.write("odd.csv", "foo,bar\nx,y\nv,w\n");
    sandbox
        .run(&["import", "prospects", "odd.csv", "--guess-map"])
        .ok();
    let import = ["import", "prospects", "odd.csv", "--list", "odd"];
    for map in [&[][..], &["--map", "apollo"], &["--map", "odd.map.toml"]] {
        sandbox
            .run(&[&import[..], map].concat())
            .exits(3)
            .warns("no column of `odd.csv` is known")
            .warns("--guess-map");
    }
}
