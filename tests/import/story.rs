//! Files of deals and logs of their moves together, in a store.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, Utc};
use rstest::rstest;
use tempfile::TempDir;

use salesctl::deal::book::{Left, Needs, State};
use salesctl::deal::event::{Event, Move, Private};
use salesctl::deal::{Deal, Visit};
use salesctl::id::{Id, Ids};
use salesctl::import::{Context, Create, HistoryPlan, plan_deals, plan_history};
use salesctl::process::Process;
use salesctl::store::{Acting, BatchFile, Store};

use super::{day, mapping, process, text_input};

const PROCESS: &str = r#"
[process]
name = "Test"
selling_model = "transactional"
currency = "EUR"
[[stage]]
name = "qualify"
objective = "x"
[[stage]]
name = "propose"
objective = "x"
[[stage]]
name = "negotiate"
objective = "x"
[[end]]
name = "won"
[[end]]
name = "lost"
reasons = ["price"]
"#;
const MAP: &str = r#"
[deals]
id = "id"
account = "account"
rep = "rep"
stage = "stage"
opened = "opened"
closed = "closed"
value = "value"
reason = "reason"
[deals.entered]
propose = "proposed"
[history]
deal = "deal"
stage = "to"
at = "at"
account = { constant = "ACME" }
"#;

struct Workspace {
    _folder: TempDir,
    store: Store,
    process: Process,
}

impl Workspace {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sales.db");
        Self {
            store: Store::create(&path, false, Ids::seeded(7)).expect("a store"),
            _folder: folder,
            process: process(PROCESS),
        }
    }

    fn acting(today: &str) -> Acting {
        let now: DateTime<Utc> = format!("{today}T12:00:00Z").parse().expect("an instant");
        Acting {
            actor: "ops".into(),
            typed: "import".into(),
            clock: now,
            now,
            today: day(today),
            dry_run: false,
        }
    }

    fn file(what: &'static str) -> BatchFile {
        BatchFile {
            name: "file.csv".into(),
            sha256: String::new(),
            what,
            read: 0,
            new: 0,
            known: 0,
            rejected: 0,
        }
    }

    /// Rows of `id,account,rep,stage,opened,proposed,closed,value,reason`.
    fn deals(&self, today: &str, rows: &str) {
        let mapping = mapping(MAP, &self.process);
        let known = self.store.known().expect("known");
        let context = Context {
            process: &self.process,
            earlier: &[],
            mapping: &mapping,
            known: &known,
            create: Create::ALL,
            today: day(today),
        };
        let csv = format!("id,account,rep,stage,opened,proposed,closed,value,reason\n{rows}");
        let plan = plan_deals(&context, Vec::new(), text_input(&csv), |_| None).expect("a plan");
        assert_eq!(
            plan.files[0].counts.rejected, 0,
            "{:?}",
            plan.files[0].rejects
        );
        let calendar = &self.process.calendar;
        self.store
            .write(&Self::acting(today), "import", |write| {
                write.import_deals(&plan, &Self::file("deals"), calendar, |_| {})
            })
            .expect("written");
    }

    /// Plans the log and writes it, unless there is nothing to write.
    fn log(&self, today: &str, rows: &str) -> HistoryPlan {
        let mapping = mapping(MAP, &self.process);
        let known = self.store.known().expect("known");
        let context = Context {
            process: &self.process,
            earlier: &[],
            mapping: &mapping,
            known: &known,
            create: Create::ALL,
            today: day(today),
        };
        let csv = format!("deal,to,at\n{rows}");
        let now = Self::acting(today).now;
        let plan = plan_history(&context, text_input(&csv), true, now, |id| {
            self.store.events(id)
        });
        let plan = plan.expect("the store reads").expect("a plan");
        if !plan.is_empty() {
            let calendar = &self.process.calendar;
            self.store
                .write(&Self::acting(today), "import", |write| {
                    write.import_history(&plan, &Self::file("history"), calendar, |_| {})
                })
                .expect("written");
        }
        self.is_sound(today);
        plan
    }

    fn is_sound(&self, today: &str) {
        let findings = self.store.examine().expect("examined");
        assert!(findings.is_sound(), "{findings:?}");
        let books = |as_of: NaiveDate| {
            let rows = self
                .store
                .book_of_rows(&self.process, as_of, &Needs::everything());
            let facts = self
                .store
                .book_of_facts(&self.process, as_of, &Needs::everything());
            (rows.expect("a book"), facts.expect("a book"))
        };
        let (rows, facts) = books(day(today));
        assert_eq!(format!("{rows:?}"), format!("{facts:?}"));
    }

    fn id(&self, key: &str) -> Id {
        self.store.known().expect("known").deals[&format!("id:{key}")].id
    }

    fn deal(&self, key: &str) -> Deal {
        let events = self.store.events(self.id(key)).expect("events");
        Deal::from_events(&events).expect("a deal")
    }

    /// `qualify 2026-01-05..2026-02-01 Advanced, …; won 2026-03-01`
    fn way(&self, key: &str) -> String {
        let deal = self.deal(key);
        let date = |day: Option<NaiveDate>| day.map_or("?".to_string(), |day| day.to_string());
        let mut out = String::new();
        for Visit {
            stage,
            entered,
            left,
            how,
            ..
        } in &deal.visits
        {
            let left = if *how == Left::Still {
                String::new()
            } else {
                date(*left)
            };
            let _ = write!(out, "{stage} {}..{left} {how:?}, ", date(*entered));
        }
        let _ = write!(out, "{} {}", deal.state.name(), date(deal.closed));
        out
    }

    /// Where the only deal stood on that day, and whose it was: `open propose Jana Roth`.
    fn as_of(&self, as_of: &str) -> String {
        let book = self
            .store
            .book(&self.process, day(as_of), &Needs::everything())
            .expect("a book");
        if book.deals.is_empty() {
            return "not there".into();
        }
        let stage = book.deals.stage[0].map_or("?", |at| &book.stages[usize::from(at)]);
        let owner = book.deals.owner[0].map_or("?", |at| &book.owners[at as usize].title);
        format!("{} {stage} {owner}", book.deals.state[0].name())
    }

    fn undo(&self, today: &str) {
        let mut acting = Self::acting(today);
        acting.typed = "undo".into();
        self.store.undo(&acting).expect("undone");
        self.is_sound(today);
    }
}

const NOW: &str = "2026-11-21";
const LOG: &str = "D1,qualify,2026-01-05\nD1,propose,2026-02-01\nD1,negotiate,2026-02-10\nD1,propose,2026-02-20\n";

#[test]
fn the_end_comes_from_the_file_of_deals() {
    let workspace = Workspace::new();
    workspace.deals(
        NOW,
        "D1,Acme,Jana Roth,won,2026-01-05,2026-02-03,2026-03-01,500,\n",
    );
    assert_eq!(
        workspace.way("D1"),
        "propose 2026-02-03..2026-03-01 Won, won 2026-03-01"
    );
    let first = workspace.log(NOW, LOG);
    assert_eq!((first.file.counts.new, first.file.counts.known), (4, 0));
    let told = "qualify 2026-01-05..2026-02-01 Advanced, propose 2026-02-01..2026-02-10 Advanced, \
                negotiate 2026-02-10..2026-02-20 Back, propose 2026-02-20..2026-03-01 Won, won 2026-03-01";
    assert_eq!(workspace.way("D1"), told);
    let deal = workspace.deal("D1");
    assert_eq!(deal.value.map(|value| value.minor), Some(50_000));
    assert_eq!(deal.visits[3].came, Move::ImportedBack);
    assert_eq!(workspace.as_of("2026-02-15"), "open negotiate Jana Roth");

    let events = workspace.store.events(deal.id).expect("events").len();
    let again = workspace.log(NOW, LOG);
    assert_eq!((again.file.counts.new, again.file.counts.known), (0, 4));
    assert!(again.is_empty());
    assert_eq!(
        workspace.store.events(deal.id).expect("events").len(),
        events
    );
    workspace.undo(NOW);
    assert_eq!(
        workspace.way("D1"),
        "propose 2026-02-03..2026-03-01 Won, won 2026-03-01"
    );
}

#[test]
fn a_deal_that_was_never_dated_gets_its_history() {
    let workspace = Workspace::new();
    workspace.deals(NOW, "D1,Acme,Jana Roth,won,,,,500,\n");
    assert_eq!(workspace.as_of("2026-03-01"), "not there");
    let log = format!("{LOG}D1,won,2026-03-01 16:30\n");
    workspace.log(NOW, &log);
    assert_eq!(
        workspace.way("D1"),
        "qualify 2026-01-05..2026-02-01 Advanced, propose 2026-02-01..2026-02-10 Advanced, \
         negotiate 2026-02-10..2026-02-20 Back, propose 2026-02-20..2026-03-01 Won, won 2026-03-01"
    );
    assert_eq!(workspace.deal("D1").opened, None, "nobody told it");
    for (as_of, stood) in [
        ("2026-01-04", "not there"),
        ("2026-01-05", "open qualify Jana Roth"),
        ("2026-02-10", "open negotiate Jana Roth"),
        ("2026-02-28", "open propose Jana Roth"),
        ("2026-03-01", "won propose Jana Roth"),
        (NOW, "won propose Jana Roth"),
    ] {
        assert_eq!(workspace.as_of(as_of), stood, "{as_of}");
    }
    assert!(workspace.log(NOW, &log).is_empty());
}

#[test]
fn an_end_without_a_date_stays_without_one() {
    let workspace = Workspace::new();
    workspace.deals("2026-06-01", "D1,Acme,Jana Roth,won,,,,500,\n");
    let log = "D1,qualify,2026-01-05\nD1,propose,2026-07-01\n";
    workspace.log(NOW, log);
    assert_eq!(
        workspace.way("D1"),
        "qualify 2026-01-05..2026-07-01 Advanced, propose 2026-07-01..? Won, won ?"
    );
    assert!(workspace.log(NOW, log).is_empty());
}

#[rstest]
#[case::listed("price", Some("price"), None)]
#[case::in_the_files_words("too dear", None, Some("too dear"))]
fn the_reason_of_a_loss_is_kept(
    #[case] told: &str,
    #[case] reason: Option<&str>,
    #[case] note: Option<&str>,
    #[values("", "D1,lost,2026-03-01\n", "D1,lost,2026-03-09\n")] end: &str,
) {
    let workspace = Workspace::new();
    workspace.deals(
        NOW,
        &format!("D1,Acme,Jana Roth,lost,2026-01-05,,2026-03-01,0,{told}\n"),
    );
    let log = format!("{LOG}{end}");
    workspace.log(NOW, &log);
    let deal = workspace.deal("D1");
    assert_eq!((deal.state, deal.reason.as_deref()), (State::Lost, reason));
    let closed = if end.contains("09") {
        "2026-03-09"
    } else {
        "2026-03-01"
    };
    assert_eq!(deal.closed, Some(day(closed)), "a log's own end counts");
    let kept = |workspace: &Workspace| {
        let events = workspace.store.events(deal.id).expect("events");
        let last = events
            .into_iter()
            .rev()
            .find_map(|recorded| match recorded.event {
                Event::Lost { note, .. } => Some(note),
                _ => None,
            });
        last.expect("a loss")
    };
    assert_eq!(kept(&workspace), note.map(Private::new));
    assert!(workspace.log(NOW, &log).is_empty());

    // The log of a month later: the deal was opened again, and won.
    let grown = format!(
        "{log}{}D1,negotiate,2026-04-01\nD1,won,2026-05-01\n",
        if end.is_empty() {
            "D1,lost,2026-03-01\n"
        } else {
            ""
        }
    );
    let plan = workspace.log(NOW, &grown);
    assert!(
        plan.notes
            .iter()
            .any(|note| note
                == "1 deal left elsewhere by the log than the store had: the log counts"),
        "{:?}",
        plan.notes
    );
    assert!(workspace.way("D1").ends_with(&format!(
        "propose 2026-02-20..{closed} Lost, negotiate 2026-04-01..2026-05-01 Won, won 2026-05-01"
    )));
    assert!(workspace.log(NOW, &grown).is_empty());
    // Grown once more: the reopening that was told before is not told twice.
    let more = format!("{grown}D1,propose,2026-06-01\n");
    workspace.log(NOW, &more);
    assert!(
        workspace
            .way("D1")
            .ends_with("negotiate 2026-04-01..2026-05-01 Won, propose 2026-06-01.. Still, open ?"),
        "{}",
        workspace.way("D1")
    );
    assert_eq!(workspace.deal("D1").visits.len(), 6);
    workspace.undo(NOW);
    workspace.undo(NOW);
    assert_eq!(workspace.deal("D1").state, State::Lost);
}

#[test]
fn no_visit_is_invented() {
    let workspace = Workspace::new();
    workspace.log(
        NOW,
        "D1,propose,2026-01-05\nD1,won,2026-02-01\nD1,lost,2026-02-03\nD1,lost,2026-02-04\n\
         D1,qualify,2026-03-01\nD1,qualify,2026-03-02\nD1,negotiate,2026-04-01\n",
    );
    assert_eq!(
        workspace.way("D1"),
        "propose 2026-01-05..2026-02-03 Lost, qualify 2026-03-01..2026-04-01 Advanced, \
         negotiate 2026-04-01.. Still, open ?"
    );
}

#[test]
fn a_log_with_the_newest_rows_first_is_read_backwards() {
    let workspace = Workspace::new();
    workspace.log(
        NOW,
        "D1,won,2026-02-01\nD1,propose,2026-01-05\nD1,qualify,2026-01-05\n",
    );
    assert_eq!(
        workspace.way("D1"),
        "qualify 2026-01-05..2026-01-05 Advanced, propose 2026-01-05..2026-02-01 Won, won 2026-02-01"
    );
}

#[test]
fn the_file_of_deals_and_the_log_must_agree_on_the_end() {
    let workspace = Workspace::new();
    workspace.deals(NOW, "D1,Acme,Jana Roth,won,2026-01-05,,2026-02-15,500,\n");
    let plan = workspace.log(NOW, LOG);
    assert!(plan.is_empty());
    assert_eq!(
        plan.file.rejects[0].reason,
        "the deal was won on 2026-02-15, and the log moves it on 2026-02-20 without an end after that"
    );
}

#[test]
fn what_people_did_here_stands() {
    let workspace = Workspace::new();
    workspace.deals(
        "2026-06-01",
        "D1,Acme,Jana Roth,propose,2026-01-05,2026-02-03,,500,\nD2,Acme,Jana Roth,propose,2026-01-05,2026-02-03,,500,\n",
    );
    let act = |key: &str, event: Event| {
        let id = workspace.id(key);
        let mut acting = Workspace::acting("2026-06-02");
        acting.actor = "jr".into();
        workspace
            .store
            .write(&acting, "command", |write| {
                let now = write.now();
                write.append(id, now, [event])
            })
            .expect("written");
    };
    // A note is no move.
    act(
        "D2",
        Event::Noted {
            text: Private::new("called"),
        },
    );
    act(
        "D1",
        Event::StageEntered {
            stage: "negotiate".into(),
            how: Move::Advance,
            entered: Some(day("2026-06-02")),
            customer_type: None,
            overridden: None,
        },
    );
    let log = format!("{LOG}{}", LOG.replace("D1", "D2"));
    let plan = workspace.log(NOW, &log);
    assert_eq!((plan.file.counts.new, plan.file.counts.rejected), (4, 4));
    assert_eq!(
        plan.file.rejects[0].reason,
        "the deal was moved here, by jr on 2026-06-02; its own history stands"
    );
    assert_eq!(workspace.deal("D2").visits.len(), 4);
    // Taken back, the move doesn't count.
    let mut acting = Workspace::acting("2026-06-03");
    acting.actor = "jr".into();
    workspace.store.undo(&acting).expect("the move is undone");
    assert_eq!(workspace.log(NOW, &log).file.counts.new, 4);
}

#[test]
fn an_import_knows_that_somebody_wrote_since_it_planned() {
    let workspace = Workspace::new();
    let seen = workspace.store.newest_operation().expect("a time");
    let is_next = |seen: i64| {
        let acting = Workspace::acting(NOW);
        let (is_next, _) = workspace
            .store
            .write(&acting, "import", |write| write.is_next_after(seen))
            .expect("asked");
        is_next
    };
    assert!(is_next(seen));
    assert!(is_next(seen), "asking is no operation");
    workspace.log(NOW, LOG);
    assert!(!is_next(seen));
    let seen = workspace.store.newest_operation().expect("a time");
    assert!(is_next(seen));
    workspace.undo(NOW);
    assert!(!is_next(seen), "what was undone is to be planned again");
}

#[test]
fn a_log_of_another_system_is_not_taken_for_the_deals_that_have_its_ids() {
    let workspace = Workspace::new();
    workspace.deals(NOW, "D1,Globex,Jana Roth,won,2026-01-05,,2026-03-01,500,\n");
    let plan = workspace.log(NOW, LOG);
    assert!(plan.is_empty());
    assert_eq!(
        plan.file.rejects[0].reason,
        "its id is that of a deal with Globex, the log says `ACME`; give the log the `namespace` of its deals"
    );
}
