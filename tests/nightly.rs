//! The night's work as cron does it: what is kept, what is on the page, who gets which mail, and what is left
//! when something can't be done.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use mail_parser::{MessageParser, MimeHeaders};

use crate::sandbox::{Ran, Sandbox};

/// Two deals, and a program that keeps what it is given to send.
fn workspace() -> Sandbox {
    let mut sandbox = Sandbox::workspace();
    for (day, command) in [
        ("2026-11-02", "deal add Acme --value 12k --owner jr"),
        ("2026-11-09", "deal add Globex --value 30k --owner ab"),
    ] {
        on(&mut sandbox, day, command).ok();
    }
    script(
        &sandbox,
        "sendmail",
        "n=$(ls sent.* 2>/dev/null | wc -l)\nprintf '%s\\n' \"$@\" > \"arguments.$n\"\ncat > \"sent.$n\"\n",
    );
    sandbox
}

fn script(sandbox: &Sandbox, name: &str, body: &str) {
    sandbox.write(name, format!("#!/bin/sh\n{body}"));
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(sandbox.path(name), mode).expect("a mode");
}

fn on(sandbox: &mut Sandbox, day: &str, command: &str) -> Ran {
    sandbox.sh(&format!("salesctl --today {day} {command}"))
}

fn read(sandbox: &Sandbox, name: &str) -> String {
    fs::read_to_string(sandbox.path(name)).expect("it was written")
}

/// How many mails the program took.
fn sent(sandbox: &Sandbox) -> usize {
    (0..)
        .take_while(|n| sandbox.path(&format!("sent.{n}")).exists())
        .count()
}

/// Every row that the nights left: day, open deals, worth, how many were mailed to.
fn nights(sandbox: &Sandbox) -> Vec<(i64, i64, i64, i64)> {
    let store = rusqlite::Connection::open(sandbox.store()).expect("it opens");
    let mut statement = store
        .prepare(
            "SELECT s.day, SUM(t.deals), SUM(t.value_minor), s.mailed
             FROM snapshot s JOIN snapshot_stage t ON t.day = s.day GROUP BY s.day ORDER BY s.day",
        )
        .expect("a statement");
    let rows = statement.query_map([], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    });
    rows.expect("rows").map(|row| row.expect("a row")).collect()
}

const MAILED: &str = "nightly --html page.html --mail-to team@example.com --mail-to 'Ann <ann@example.org>' --sendmail ./sendmail";

#[test]
fn a_second_run_of_a_day_replaces_the_first_and_mails_nothing_again() {
    let mut sandbox = workspace();
    on(&mut sandbox, "2026-11-20", MAILED)
        .ok()
        .says("2 open, 42,000 EUR (the first night)")
        .says("mailed to 2 addresses");
    let first = nights(&sandbox);
    assert_eq!(first.len(), 1);
    assert_eq!((first[0].1, first[0].2, first[0].3), (2, 4_200_000, 2));
    assert!(read(&sandbox, "page.html").contains("this is the first night"));

    on(&mut sandbox, "2026-11-20", "deal add Initech --value 8k").ok();
    on(&mut sandbox, "2026-11-20", MAILED)
        .ok()
        .says("3 open, 50,000 EUR (the first night)")
        .says("not mailed again");
    let second = nights(&sandbox);
    assert_eq!(second, [(first[0].0, 3, 5_000_000, 2)]);
    assert!(read(&sandbox, "page.html").contains("Initech"));
    assert_eq!(sent(&sandbox), 1);
    on(&mut sandbox, "2026-11-20", &format!("{MAILED} --again"))
        .ok()
        .says("mailed to 2 addresses");
    assert_eq!((sent(&sandbox), nights(&sandbox).len()), (2, 1));

    // Another day is another night, and another mail.
    on(&mut sandbox, "2026-11-21", MAILED)
        .ok()
        .says("3 open, 50,000 EUR (3 on 20 Nov 2026)");
    assert_eq!((sent(&sandbox), nights(&sandbox).len()), (3, 2));
}

#[test]
fn the_page_begins_with_what_changed_since_the_last_night() {
    let mut sandbox = workspace();
    let page = "nightly --quiet --markdown page.md --html page.html";
    on(&mut sandbox, "2026-11-18", page).ok();
    on(&mut sandbox, "2026-11-19", "deal lose acme --reason price").ok();
    on(&mut sandbox, "2026-11-20", "deal add Hooli --value 45k").ok();
    on(&mut sandbox, "2026-11-20", page).ok();
    let text = read(&sandbox, "page.md");
    let place = |part: &str| {
        text.find(part)
            .unwrap_or_else(|| panic!("no `{part}` in\n{text}"))
    };
    let order = [
        "# Consultative sales, 20 Nov 2026",
        "## Changes: moves of open deals 19 Nov 2026 – 20 Nov 2026",
        "| new | ",
        "| lost | ",
        "## What needs a decision: ",
        "## Aging: ",
        "## Pipeline: ",
        "## Funnel: ",
        "## Durations: ",
        "## Win rate by rep: ",
    ];
    let places = order.map(place);
    assert!(places.is_sorted(), "{places:?}\n{text}");
    assert!(
        !text.contains("first night") && !text.contains("the night of"),
        "{text}"
    );
    let html = read(&sandbox, "page.html");
    assert!(html.find("What changed") < html.find("What needs a decision"));

    // What is told later of the days before a night is said, and what the night saw stays.
    let kept = nights(&sandbox);
    on(
        &mut sandbox,
        "2026-11-21",
        "deal add Umbrella --value 5k --on 2026-11-20",
    )
    .ok();
    on(&mut sandbox, "2026-11-21", page).ok();
    let text = read(&sandbox, "page.md");
    assert!(
        text.contains(
            "note: the night of 20 Nov 2026 saw 2 open deals, 75,000 EUR; by what was told since, it was 3, 80,000 EUR"
        ),
        "{text}"
    );
    assert_eq!(nights(&sandbox)[..2], kept[..]);
}

#[test]
fn the_mail_is_whole() {
    let mut sandbox = workspace();
    on(
        &mut sandbox,
        "2026-11-20",
        &format!("{MAILED} --mail-from 'Sales <sales@example.com>'"),
    )
    .ok();
    assert_eq!(
        read(&sandbox, "arguments.0"),
        "-i\nteam@example.com\nann@example.org\n"
    );
    let bytes = fs::read(sandbox.path("sent.0")).expect("it was sent");
    let mail = MessageParser::default().parse(&bytes).expect("a message");
    let addresses = |list: Option<&mail_parser::Address<'_>>| -> Vec<String> {
        let list = list.and_then(|to| to.as_list()).expect("a list");
        list.iter()
            .map(|one| one.address().unwrap_or_default().to_string())
            .collect()
    };
    assert_eq!(addresses(mail.from()), ["sales@example.com"]);
    assert_eq!(
        addresses(mail.to()),
        ["team@example.com", "ann@example.org"]
    );
    assert_eq!(mail.subject(), Some("Consultative sales, 20 Nov 2026"));
    assert!(mail.root_part().is_content_type("multipart", "alternative"));
    let (texts, htmls) = (mail.text_body_count(), mail.html_body_count());
    assert_eq!((texts, htmls, mail.attachment_count()), (1, 1, 0));
    let text = mail.body_text(0).expect("text");
    let html = mail.body_html(0).expect("html");
    for part in [text.as_ref(), html.as_ref()] {
        for what in [
            "What needs a decision: ",
            "Globex",
            "Pipeline: ",
            "42,000 EUR",
        ] {
            assert!(part.contains(what), "no `{what}` in\n{part}");
        }
    }
    assert!(text.contains("salesctl deal list --where"), "{text}");
    for what in ["<svg", "<style", "<script", "http://", "https://"] {
        assert!(!html.contains(what), "`{what}` in\n{html}");
    }
}

#[test]
fn a_mail_that_failed_is_sent_by_the_next_run() {
    let mut sandbox = workspace();
    script(&sandbox, "broken", "echo 'no route to host' >&2\nexit 75\n");
    let broken = MAILED.replace("./sendmail", "./broken");
    on(&mut sandbox, "2026-11-20", &broken)
        .exits(5)
        .warns("the mail was not sent: `./broken` ended with exit status: 75: no route to host")
        .warns("hint: ");
    assert!(read(&sandbox, "page.html").contains("Globex"));
    assert_eq!(nights(&sandbox)[0].3, 0);
    on(
        &mut sandbox,
        "2026-11-20",
        &MAILED.replace("./sendmail", "./nowhere"),
    )
    .exits(5)
    .warns("could not be started");
    assert_eq!(sent(&sandbox), 0);
    on(&mut sandbox, "2026-11-20", MAILED)
        .ok()
        .says("mailed to 2 addresses");
    assert_eq!((sent(&sandbox), nights(&sandbox)[0].3), (1, 2));

    // A file instead of a program.
    let file = "nightly --mail-to team@example.com --mail-file mail.eml";
    on(&mut sandbox, "2026-11-21", file)
        .ok()
        .says("mail.eml, a mail to 1 address");
    let bytes = fs::read(sandbox.path("mail.eml")).expect("it was written");
    let mail = MessageParser::default().parse(&bytes).expect("a message");
    assert_eq!(mail.subject(), Some("Consultative sales, 21 Nov 2026"));
}

#[test]
fn what_is_typed_wrongly_changes_nothing() {
    let mut sandbox = workspace();
    let before = fs::read(sandbox.store()).expect("a store");
    for (flags, says) in [
        ("--mail-to nobody --sendmail ./sendmail", "it has no `@`"),
        (
            "--mail-to a@example.com --mail-from 'x <a b@c>' --sendmail ./sendmail",
            "--mail-from",
        ),
        ("--mail-to a@example.com", "nothing takes the mail"),
        ("--sendmail ./sendmail", "--mail-to"),
        (
            "--mail-to a@example.com --sendmail ./sendmail --mail-file m.eml",
            "cannot be used with",
        ),
    ] {
        on(
            &mut sandbox,
            "2026-11-20",
            &format!("nightly --html page.html {flags}"),
        )
        .exits(2)
        .warns(says);
    }
    // Nor does what is only tried.
    on(
        &mut sandbox,
        "2026-11-20",
        &format!("{MAILED} --markdown page.md --dry-run"),
    )
    .ok()
    .says("dry run: nothing written");
    assert_eq!(nights(&sandbox), []);
    assert_eq!(sent(&sandbox), 0);
    assert!(!sandbox.path("page.html").exists() && !sandbox.path("page.md").exists());
    assert!(fs::read(sandbox.store()).expect("a store") == before);
}

#[test]
fn a_page_that_cannot_be_written_is_not_mailed() {
    let mut sandbox = workspace();
    fs::create_dir(sandbox.path("there")).expect("a folder");
    for html in ["missing/page.html", "there"] {
        on(
            &mut sandbox,
            "2026-11-20",
            &MAILED.replace("page.html", html),
        )
        .exits(5)
        .warns(&format!("cannot write `{html}`"));
    }
    assert_eq!(sent(&sandbox), 0);
    let left: Vec<_> = fs::read_dir(sandbox.path("there"))
        .expect("a folder")
        .collect();
    assert!(left.is_empty() && !sandbox.path("missing").exists());
    // What the night saw is kept, and the next run does the rest.
    assert_eq!(nights(&sandbox).len(), 1);
    on(&mut sandbox, "2026-11-20", MAILED)
        .ok()
        .says("mailed to 2 addresses");
    assert_eq!((sent(&sandbox), nights(&sandbox).len()), (1, 1));
}

#[test]
fn a_broken_process_file_is_told_and_a_missing_store_is_no_night() {
    let mut sandbox = workspace();
    sandbox.write("process.toml", "[process\n");
    let ran = on(
        &mut sandbox,
        "2026-11-20",
        "nightly --quiet --markdown page.md",
    )
    .ok();
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
    let text = read(&sandbox, "page.md");
    assert!(text.contains("process.toml has 1 error"), "{text}");
    assert!(text.contains("salesctl process check"), "{text}");
    assert_eq!(nights(&sandbox).len(), 1);

    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(sandbox.path(&format!("sales.db{suffix}")));
    }
    on(&mut sandbox, "2026-11-21", "nightly --html page.html")
        .exits(5)
        .warns("error: ");
    assert!(!sandbox.path("page.html").exists() && !sandbox.store().exists());
    // Cron in a folder that is no workspace.
    on(&mut sandbox, "2026-11-21", "init --help").ok();
    fs::remove_file(sandbox.path("process.toml")).expect("removed");
    on(&mut sandbox, "2026-11-21", "nightly --html page.html").exits(5);
}

#[test]
fn nobody_takes_a_night_back_and_it_comes_through_a_rebuild() {
    let mut sandbox = workspace();
    on(&mut sandbox, "2026-11-19", MAILED).ok();
    on(&mut sandbox, "2026-11-20", "deal set acme value=15k").ok();
    on(&mut sandbox, "2026-11-20", MAILED).ok();
    on(&mut sandbox, "2026-11-20", MAILED).ok();
    let kept = nights(&sandbox);
    assert_eq!(kept.len(), 2);
    // The same person's deal is what is undone, although the night came after it.
    on(&mut sandbox, "2026-11-20", "undo")
        .ok()
        .says("undid `deal set acme");
    assert_eq!(nights(&sandbox), kept);
    sandbox.sh("salesctl doctor").ok();
    sandbox.sh("salesctl doctor --rebuild").ok();
    assert_eq!(nights(&sandbox), kept);
    sandbox.sh("salesctl doctor").ok();
}
