//! Files in, plan out: the real export, the corpus of broken files, our own broken samples.

mod accounted;
mod cli;
mod history;
pub(crate) mod mapped;
mod maven;
pub(crate) mod maven_forecast;
mod maven_reports;
mod reading;
mod story;
mod summary;

use std::fs::File;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use proptest::prelude::*;
use rstest::rstest;

use salesctl::deal::Deal;
use salesctl::deal::book::State;
use salesctl::deal::event::{Event, Recorded};
use salesctl::id::Id;
use salesctl::import::read::{Options, Reader};
use salesctl::import::{
    Context, Create, Input, Known, KnownDeal, Mapping, Plan, PlanError, plan_deals,
};
use salesctl::process::{self, Process, check};

/// The data that stays out of the repository; `None` (with a message) where it is not.
pub(crate) fn shared(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("SALESCTL_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let path = root.join("data").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    skipped(&format!(
        "{} is not there; SALESCTL_SHARED may name the folder that has data/",
        path.display()
    ));
    None
}

pub(crate) fn skipped(why: &str) {
    // Past the test runner's capture, which hides what a passing test prints.
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn process(text: &str) -> Process {
    let checked = check("process.toml", text);
    let shown = process::render_problems("process.toml", text, &checked.problems, false);
    checked.process.unwrap_or_else(|| panic!("{shown}"))
}

fn mapping(text: &str, process: &Process) -> Mapping {
    Mapping::parse(text, process).unwrap_or_else(|problems| {
        panic!(
            "{}",
            process::render_problems("map.toml", text, &problems, false)
        )
    })
}

fn input(path: &Path) -> Input<File> {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let file = File::open(path).expect("the file opens");
    Input {
        name,
        reader: Reader::open(file, &Options::default()).expect("a table"),
    }
}

fn text_input(text: &str) -> Input<&[u8]> {
    Input {
        name: "deals.csv".into(),
        reader: Reader::open(text.as_bytes(), &Options::default()).expect("a table"),
    }
}

const PROCESS: &str = include_str!("process.toml");
const MAP: &str = include_str!("deals.map.toml");

fn plan(csv: &str, known: &Known, create: Create) -> Plan {
    let process = process(PROCESS);
    let mapping = mapping(MAP, &process);
    let context = Context {
        process: &process,
        earlier: &[],
        mapping: &mapping,
        known,
        create,
        today: day("2026-11-21"),
    };
    let plan = plan_deals(&context, Vec::new(), text_input(csv), |_| None).expect("a plan");
    for file in &plan.files {
        let counts = file.counts;
        assert_eq!(counts.read, counts.new + counts.known + counts.rejected);
        assert_eq!(counts.rejected, file.rejects.len() as u64);
    }
    plan
}

/// The deals as the store will have them.
fn folded(plan: &Plan, today: NaiveDate) -> Vec<Deal> {
    let accounts: Vec<Id> = (0..plan.accounts.len())
        .map(|i| Id(1_000_000 + i as i64))
        .collect();
    plan.deals
        .iter()
        .enumerate()
        .map(|(i, planned)| {
            let mut last = NaiveDate::MIN;
            let events: Vec<Recorded> = planned
                .events(&accounts, today)
                .into_iter()
                .enumerate()
                .map(|(seq, (day, event))| {
                    assert!(day >= last && day <= today, "{planned:?}");
                    last = day;
                    let at = day.and_hms_opt(12, 0, 0).expect("noon").and_utc();
                    Recorded {
                        stream: Id(i as i64 + 1),
                        seq: seq as i64 + 1,
                        operation: Id(1),
                        recorded: at,
                        effective: at,
                        day,
                        actor: "test".into(),
                        version: 1,
                        event,
                    }
                })
                .collect();
            Deal::from_events(&events).expect("a deal")
        })
        .collect()
}

fn known() -> Known {
    use salesctl::deal::event::{CatalogEntry, CatalogKind};
    let entry = |kind, name: &str, title: &str| CatalogEntry {
        kind,
        name: name.into(),
        title: title.into(),
        team: None,
        manager: None,
        login: None,
        price_minor: None,
        capacity: None,
        margin: None,
        since: None,
        active: true,
    };
    Known {
        accounts: vec![(Id(7), "ACME".into())],
        catalog: vec![
            entry(CatalogKind::Rep, "jr", "Jana Roth"),
            entry(CatalogKind::Product, "kiosk", "Kiosk"),
        ],
        ..Known::default()
    }
}

fn known_deal(state: State, account: Option<&str>, opened: Option<&str>) -> KnownDeal {
    KnownDeal {
        id: Id(1),
        state,
        account: account.map(str::to_string),
        opened: opened.map(day),
        other_names: Vec::new(),
    }
}

/// Compares with a file under `tests/import`, which `SALESCTL_UPDATE=1` rewrites.
fn as_kept(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/import")
        .join(name);
    if std::env::var_os("SALESCTL_UPDATE").is_some() {
        std::fs::write(&path, found).expect("written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, kept, "{name} differs; SALESCTL_UPDATE=1 rewrites it");
}

#[test]
fn every_reject_says_why() {
    let create = Create {
        accounts: true,
        ..Create::default()
    };
    let plan = plan(include_str!("broken.csv"), &known(), create);
    let report = plan.main_file().expect("the deals");
    let folder = tempfile::tempdir().expect("a folder");
    let path = salesctl::import::rejects::path_of(&folder.path().join("broken.csv"));
    salesctl::import::rejects::write(&path, &report.reject_file()).expect("written");
    as_kept(
        "broken.rejects.csv",
        &std::fs::read_to_string(path).expect("read"),
    );
    assert_eq!((report.counts.new, report.counts.known), (3, 1));
    let names: Vec<_> = plan
        .accounts
        .iter()
        .map(|account| account.name.as_str())
        .collect();
    assert_eq!(names, ["O'Brien \"Sons\"\n& 🚀"]);
    assert_eq!(
        plan.notes,
        [
            "1 deal without a rep",
            "1 deal without an opening date: left out of cohorts",
            "1 deal closed without a date: counted in no period",
            "1 deal lost with a value of 0 or none: taken as not told",
            "1 deal open with a closing date: taken as the expected one",
            "1 row repeated word for word: counted as known",
            "1 deal lost for a reason the process does not list, kept as a note: \"too dear\" 1",
        ]
    );
}

#[test]
fn events_tell_only_what_the_file_tells() {
    let plan = plan(include_str!("broken.csv"), &known(), Create::ALL);
    let today = day("2026-11-21");
    let events = plan.deals[0].events(&[], today);
    let told: Vec<String> = events
        .iter()
        .map(|(day, event)| format!("{day} {}", serde_json::to_string(event).expect("json")))
        .collect();
    as_kept("won.events.txt", &(told.join("\n") + "\n"));
    let deals = folded(&plan, today);
    assert_eq!(deals[0].state, State::Won);
    assert_eq!(
        deals[0].visits.len(),
        1,
        "the visit to `qualify` is not told"
    );
    let unknown = deals
        .iter()
        .find(|deal| deal.external.as_deref() == Some("id:B3"))
        .expect("B3");
    assert_eq!(
        (unknown.state, unknown.opened, unknown.closed, unknown.value),
        (State::Lost, None, None, None)
    );
}

#[test]
fn without_an_id_the_row_is_its_key() {
    let process = process(PROCESS);
    let mapping = mapping(
        "[deals]\nstage = \"stage\"\nvalue = \"value\"\nnamespace = \"crm\"\n",
        &process,
    );
    let known = Known::default();
    let mut context = Context {
        process: &process,
        earlier: &[],
        mapping: &mapping,
        known: &known,
        create: Create::ALL,
        today: day("2026-11-21"),
    };
    let csv = "stage,value\nqualify,1\nqualify,2\nqualify,1\n";
    let first = plan_deals(&context, Vec::new(), text_input(csv), |_| None).expect("a plan");
    let counts = first.files[0].counts;
    assert_eq!((counts.new, counts.rejected), (2, 1));
    assert!(
        first.files[0].rejects[0]
            .reason
            .starts_with("the same as line 2;")
    );
    let known = Known {
        deals: first
            .deals
            .iter()
            .map(|deal| (deal.external.clone(), known_deal(State::Won, None, None)))
            .collect(),
        ..Known::default()
    };
    context.known = &known;
    let again = plan_deals(&context, Vec::new(), text_input(csv), |_| None).expect("a plan");
    assert!(again.is_empty());
    assert!(
        again.notes[0].starts_with("2 rows known with another outcome"),
        "{:?}",
        again.notes
    );
}

/// Rows are `id, account, opened`; the store has `A1` of ACME.
#[rstest]
#[case::the_same("acme", "2026-01-05", Some("2026-01-05"), true)]
#[case::renamed("Globex", "2026-01-05", Some("2026-01-05"), true)]
#[case::no_account_in_the_file("", "2026-02-05", Some("2026-01-05"), true)]
#[case::opened_later("ACME", "2026-02-05", Some("2026-01-05"), true)]
#[case::another("Globex", "2026-02-05", Some("2026-01-05"), false)]
#[case::not_dated_in_the_file("Globex", "", Some("2026-01-05"), false)]
#[case::not_dated_in_the_store("Globex", "2026-01-05", None, false)]
#[case::dated_nowhere("Globex", "", None, false)]
fn one_id_for_two_deals(
    #[case] account: &str,
    #[case] opened: &str,
    #[case] store: Option<&str>,
    #[case] is_known: bool,
) {
    let csv = format!(
        "id,account,rep,product,stage,opened,proposed,closed,value,reason,seats\nA1,{account},,,qualify,{opened},,,,,\n"
    );
    let deal = known_deal(State::Won, Some("ACME"), store);
    let known = Known {
        deals: [("id:A1".to_string(), deal)].into(),
        ..known()
    };
    let plan = plan(&csv, &known, Create::ALL);
    let report = plan.main_file().expect("the deals");
    assert_eq!(
        (report.counts.known, report.counts.rejected),
        (u64::from(is_known), u64::from(!is_known))
    );
    assert!(
        plan.is_empty(),
        "no account is made for a row that is not taken"
    );
    let told = store.map_or("opening date unknown".to_string(), |day| {
        format!("opened {day}")
    });
    let reason = format!(
        "its id is that of another deal (ACME, {told}); give this file its own `namespace` in the mapping"
    );
    assert!(
        report.rejects.iter().all(|reject| reject.reason == reason),
        "{:?}",
        report.rejects
    );
    let noted = plan
        .notes
        .iter()
        .any(|note| note.contains("known with another outcome"));
    assert_eq!(noted, is_known);
}

#[test]
fn a_broken_mapping_shows_every_problem() {
    let text = include_str!("broken.map.toml");
    let problems = Mapping::parse(text, &process(PROCESS)).expect_err("problems");
    as_kept(
        "broken.map.txt",
        &process::render_problems("deals.map.toml", text, &problems, false),
    );
}

#[test]
fn a_mapping_that_does_not_fit_names_the_nearest_heading() {
    let process = process(PROCESS);
    let mapping = mapping(MAP, &process);
    let known = Known::default();
    let context = Context {
        process: &process,
        earlier: &[],
        mapping: &mapping,
        known: &known,
        create: Create::ALL,
        today: day("2026-11-21"),
    };
    let csv =
        "ID,Account,rep,product,Stage,opened,proposed,closing,worth,seats\n1,a,b,c,d,e,f,g,h,i\n";
    let Err(PlanError::Mapping(problems)) =
        plan_deals(&context, Vec::new(), text_input(csv), |_| None)
    else {
        panic!("the columns are not there");
    };
    as_kept(
        "unfit.map.txt",
        &process::render_problems("deals.map.toml", MAP, &problems, false),
    );
}

#[rstest]
#[case::value_lost("lost,0", State::Lost, None)]
#[case::value_lost_told("lost,5", State::Lost, Some(500))]
#[case::value_won("won,0", State::Won, Some(0))]
#[case::value_open("qualify,7", State::Open, Some(700))]
fn the_value_belongs_to_the_end(
    #[case] cells: &str,
    #[case] state: State,
    #[case] minor: Option<i64>,
) {
    let csv = format!(
        "id,account,rep,product,stage,value,opened,proposed,closed,reason,seats\n1,,,,{cells},2026-01-01,,2026-02-01,,\n"
    );
    let plan = plan(&csv, &known(), Create::default());
    let deals = folded(&plan, day("2026-11-21"));
    assert_eq!(
        (deals[0].state, deals[0].value.map(|value| value.minor)),
        (state, minor)
    );
    let events = plan.deals[0].events(&[], day("2026-11-21"));
    let valued = events.iter().find(|(_, event)| {
        matches!(
            event,
            Event::Changed(salesctl::deal::event::Change::Value(_))
        )
    });
    let expected = if state == State::Open {
        day("2026-11-21")
    } else {
        day("2026-02-01")
    };
    assert!(valued.is_none_or(|(day, _)| *day == expected));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn rows_are_new_known_or_rejected(
        rows in prop::collection::vec(
            (
                prop_oneof![Just(""), Just("1"), Just("2"), Just("\"x")],
                prop_oneof![Just("won"), Just("Closed Lost"), Just("qualify"), Just("propose"), Just("?"), Just("")],
                prop_oneof![Just(""), Just("2026-01-02"), Just("2026-02-31"), Just("2026-12-24")],
                prop_oneof![Just(""), Just("2026-01-01"), Just("2026-03-04"), Just("2030-01-01")],
                prop_oneof![Just(""), Just("12"), Just("-1"), Just("1.5k"), Just("abc")],
                prop_oneof![Just(""), Just(",extra"), Just("\n")],
            ),
            0..30,
        ),
    ) {
        let mut csv = String::from("id,account,rep,product,stage,opened,proposed,closed,value,reason,seats\n");
        for (id, stage, opened, closed, value, tail) in &rows {
            let cells = [*id, "Acme,Jana Roth,Kiosk", stage, opened, "", closed, value, "", tail];
            csv.extend([cells.join(",").as_str(), "\n"]);
        }
        // `plan` asserts the sum, `folded` the order of events.
        let plan = plan(&csv, &known(), Create::ALL);
        prop_assert_eq!(plan.deals.len() as u64, plan.files[0].counts.new);
        prop_assert_eq!(folded(&plan, day("2026-11-21")).len(), plan.deals.len());
    }
}
