//! Runs, names and their fates against a real store file.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::{Fated, Rejected, Run, RunState, Setup, Taken};
use crate::id::{Id, Ids};
use crate::prospect::{Counts, Fate, Field};
use crate::store::{Access, Acting, Store};

fn acting() -> Acting {
    let clock: DateTime<Utc> = "2026-11-21T09:00:00Z".parse().expect("an instant");
    Acting {
        actor: "jr".into(),
        typed: "import prospects list.csv".into(),
        clock,
        now: clock,
        today: clock.date_naive(),
        dry_run: false,
    }
}

fn store(folder: &Path) -> Store {
    Store::create(&folder.join("sales.db"), false, Ids::seeded(1)).expect("a store")
}

fn setup(file: &str) -> Setup {
    Setup {
        list: Id(7),
        file: file.into(),
        sha256: format!("hash of {file}"),
        settings: "{}".into(),
        retry_of: None,
    }
}

fn row(line: u64, email: &str) -> Taken {
    let mut staged = Taken {
        row_hash: line,
        ..Taken::default()
    };
    staged.record.begin(line);
    staged.record.set(Field::Email, email);
    staged.record.add_attribute("Lists", "x\u{1b}");
    staged
}

fn staged(store: &Store, file: &str, lines: std::ops::Range<u64>) -> Run {
    let mut run = store.begin_run(&acting(), &setup(file)).expect("a run");
    let rows: Vec<Taken> = lines
        .map(|line| row(line, &format!("p{line}@acme.example")))
        .collect();
    let n = rows.len() as u64;
    store.stage(&mut run, &rows, &[], n, 0).expect("staged");
    run
}

fn emails(store: &Store, run: &Run) -> Vec<String> {
    let mut found = Vec::new();
    store
        .names_of_run(run, |name| {
            found.push(name.get(Field::Email).to_string());
            Ok(())
        })
        .expect("read");
    found
}

#[test]
fn a_run_goes_on_where_it_was_broken_off() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(folder.path());
    staged(&store, "a.csv", 2..5);
    let again = store.begin_run(&acting(), &setup("a.csv")).expect("a run");
    assert!(again.is_resumed());
    assert_eq!((again.names, again.records), (3, 3));
    let other = store.begin_run(&acting(), &setup("b.csv")).expect("a run");
    assert!(!other.is_resumed());
    assert_ne!(other.id, again.id);
    assert_eq!(store.open_runs().expect("runs").len(), 2);
}

#[test]
fn names_count_when_their_batch_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(folder.path());
    let mut run = staged(&store, "a.csv", 2..5);
    let known = |store: &Store| {
        let mut n = 0;
        store.known_keys(|_, _| n += 1).expect("read");
        n
    };
    assert_eq!(known(&store), 0);
    let mut ids = Vec::new();
    store
        .names_of_run(&run, |name| {
            ids.push(name.id);
            Ok(())
        })
        .expect("read");
    store
        .keep_keys(ids.iter().map(|id| (*id, b"key".as_slice())))
        .expect("kept");
    store.end_staging(&mut run).expect("ended");
    let counts = Counts {
        read: 3,
        new: 3,
        ..Counts::default()
    };
    let done = store.complete(&acting(), &mut run, counts).expect("done");
    assert_eq!((run.state, done.batch), (RunState::Complete, run.id));
    assert_eq!(known(&store), 3);
    assert_eq!(store.row_hashes(Id(7)).expect("hashes").len(), 3);
    assert_eq!(
        store.batch_of_file(Id(7), "hash of a.csv").expect("read"),
        Some(run.id)
    );
    store.undo_batch(&acting(), run.id).expect("undone");
    assert_eq!(known(&store), 0);
    assert!(store.row_hashes(Id(7)).expect("hashes").is_empty());
    assert!(store.undo_batch(&acting(), run.id).is_err());
    store.redo(&acting()).expect("redone");
    assert_eq!(known(&store), 3);
    assert!(store.examine().expect("examined").is_sound());
}

#[test]
fn counts_that_do_not_add_up_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(folder.path());
    let mut run = staged(&store, "a.csv", 2..5);
    store.end_staging(&mut run).expect("ended");
    let counts = Counts {
        read: 4,
        new: 3,
        ..Counts::default()
    };
    assert!(store.complete(&acting(), &mut run, counts).is_err());
    assert_eq!(run.state, RunState::Staged);
}

#[test]
fn fates_and_rejects_are_written_down() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(folder.path());
    let mut run = staged(&store, "a.csv", 2..4);
    let rejected = Rejected {
        line: 9,
        column: Some("E-Mail".into()),
        reason: "no name".into(),
        fields: vec!["a".into(), String::new()],
    };
    store
        .stage(&mut run, &[], std::slice::from_ref(&rejected), 3, 0)
        .expect("staged");
    assert_eq!(store.rejected(run.id).expect("read"), [rejected]);
    let mut ids = Vec::new();
    store
        .names_of_run(&run, |name| {
            ids.push(name.id);
            Ok(())
        })
        .expect("read");
    let fated = Fated {
        name: ids[1],
        fate: Fate::Twice,
        entity: ids[0],
        probability: 0.99,
    };
    for _ in 0..2 {
        store
            .settle(&run, &[fated], &[], &[(ids[0], ids[1], 0.7)], |_| {})
            .expect("settled");
    }
    let mut read = Vec::new();
    store
        .names(&ids, |name| {
            read.push((name.fate, name.entity));
            Ok(())
        })
        .expect("read");
    assert_eq!(read, [(Fate::New, ids[0]), (Fate::Twice, ids[0])]);

    // Broken off after that, it is settled anew: by then others may be known.
    store.unsettle(&run).expect("unsettled");
    read.clear();
    store
        .names(&ids, |name| {
            read.push((name.fate, name.entity));
            Ok(())
        })
        .expect("read");
    assert_eq!(read, [(Fate::New, ids[0]), (Fate::New, ids[1])]);
}

#[test]
fn what_was_broken_off_can_be_given_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(folder.path());
    let run = staged(&store, "a.csv", 2..5);
    let mut other = staged(&store, "b.csv", 2..5);
    store.give_up(&run).expect("given up");
    assert!(emails(&store, &run).is_empty());
    assert_eq!(emails(&store, &other).len(), 3);
    assert_eq!(store.open_runs().expect("runs"), [other.clone()]);
    // The process that still works on it notices.
    let mut gone = run.clone();
    assert!(
        store
            .stage(&mut gone, &[row(9, "x@y.example")], &[], 4, 0)
            .is_err()
    );
    store.end_staging(&mut other).expect("ended");
    assert!(store.give_up(&run).is_err(), "it is gone already");
}

#[test]
fn one_import_at_a_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = store(folder.path()).path().to_path_buf();
    let mine = Store::open(&path, Access::Write, Ids::seeded(2)).expect("open");
    let theirs = Store::open(&path, Access::Write, Ids::seeded(2)).expect("open");
    let held = mine
        .importing(|| panic!("nobody else is here"))
        .expect("held");
    let waited = std::thread::scope(|scope| {
        let (send, heard) = std::sync::mpsc::channel();
        let other = scope.spawn(move || {
            theirs
                .importing(|| send.send(()).expect("heard"))
                .map(|_| ())
        });
        heard.recv().expect("it waits");
        drop(held);
        other.join().expect("ended")
    });
    waited.expect("its turn came");
}

#[test]
fn a_name_that_somebody_talked_to_outlives_its_batch() {
    use crate::deal::event::{Activity, ActivityKind, Event, Private, StreamKind};
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(folder.path());
    let mut run = staged(&store, "a.csv", 2..4);
    let mut ids = Vec::new();
    store
        .names_of_run(&run, |name| {
            ids.push(name.id);
            Ok(())
        })
        .expect("read");
    store.end_staging(&mut run).expect("ended");
    let counts = Counts {
        read: 2,
        new: 2,
        ..Counts::default()
    };
    store.complete(&acting(), &mut run, counts).expect("done");
    let (person, _) = store
        .write(&acting(), "command", |write| {
            let at = write.now();
            let person = write.create(StreamKind::Person)?;
            let added = Event::PersonAdded {
                account: None,
                name: Private::new("Jana Roth"),
                title: None,
                email: None,
                phone: None,
            };
            write.append(person, at, [added])?;
            Ok(person)
        })
        .expect("added");
    let call = Event::Logged(Activity {
        what: ActivityKind::Call,
        minutes: Some(8),
        cost_minor: None,
        tool: None,
        person: Some(person),
        text: None,
    });
    store
        .write(&acting(), "command", |write| {
            let at = write.now();
            write.append_to_prospect(ids[0], at, [call])
        })
        .expect("logged");
    assert_eq!(store.subjects_with(person).expect("read"), [ids[0]]);
    assert_eq!(
        store.last_contacts().expect("read").get(&person),
        Some(&acting().today)
    );
    store.undo_batch(&acting(), run.id).expect("undone");
    assert!(store.name(ids[0]).expect("read").is_some());
    assert!(store.name(ids[1]).expect("read").is_none());
    assert!(store.examine().expect("examined").is_sound());
    // Whom it tells of can't vanish under it; without it, they can.
    store.undo(&acting()).expect("the call is undone");
    assert!(store.subjects_with(person).expect("read").is_empty());
    store.undo(&acting()).expect("the person is undone");
    assert!(store.examine().expect("examined").is_sound());
}
