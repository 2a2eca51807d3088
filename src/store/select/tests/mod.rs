//! The statement against the engine that conditions were checked with: both must think the same of every
//! row, whatever is in it.

mod facts;

use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use rstest::rstest;

use super::{Candidates, Wanted};
use crate::condition::{Condition, Truth};
use crate::id::{Id, Ids};
use crate::list::{Kind, Terms};
use crate::process::{Process, check};
use crate::prospect::{Counts, Fate, Field};
use crate::store::names::{Fated, Setup, Taken};
use crate::store::{Acting, Store};

const PROCESS: &str = r#"
[process]
name = "test"
currency = "EUR"

[fields.fleet_size]
of = "account"
type = "integer"
why = "what we sell by"

[fields.insured]
of = "account"
type = "bool"
why = "what we sell by"

[fields.renewal]
of = "account"
type = "date"
why = "when we call"

[fields.website]
of = "account"
type = "text"
why = "where they are"

[prospecting]
high = 60
medium = 30

[[score]]
when = "employees >= 100"
points = 40

[[score]]
when = "title LIKE '%head%' OR fleet_size > 10"
points = 30

[[score]]
when = "country <> 'DE'"
points = -5

[[stage]]
name = "qualify"

[[end]]
name = "won"

[[end]]
name = "lost"
reasons = ["price"]
"#;

fn process() -> Process {
    let checked = check("process.toml", PROCESS);
    checked
        .process
        .unwrap_or_else(|| panic!("{:?}", checked.problems))
}

fn today() -> NaiveDate {
    "2026-11-21".parse().expect("a date")
}

fn acting() -> Acting {
    let clock: DateTime<Utc> = "2026-11-21T09:00:00Z".parse().expect("an instant");
    Acting {
        actor: "jr".into(),
        typed: "import prospects list.csv".into(),
        clock,
        now: clock,
        today: today(),
        dry_run: false,
    }
}

type Row<'a> = (&'a [(Field, &'a str)], &'a [(&'a str, &'a str)], Fate);

/// Everything a row can have, in what is not always as it should be.
const ROWS: &[Row<'_>] = &[
    (
        &[
            (Field::First, "Jana"),
            (Field::Last, "Roth"),
            (Field::Title, "Head of Operations"),
            (Field::Company, "Acme GmbH"),
            (Field::Email, "jana@acme.example"),
            (Field::City, "Bonn"),
            (Field::Country, "DE"),
            (Field::Employees, "250"),
            (Field::Revenue, "1200000.5"),
            (Field::SourceDate, "2026-03-01"),
            (Field::Website, "acme.example"),
        ],
        &[
            ("Fleet size", "12"),
            ("insured", "Yes"),
            ("Renewal", "2027-01-31"),
        ],
        Fate::New,
    ),
    (
        &[
            (Field::Company, "Globex"),
            (Field::Country, "CH"),
            (Field::Employees, "10-49"),
            (Field::Revenue, "<500000"),
            (Field::SourceDate, "03/04/26"),
        ],
        &[
            ("fleet_size", "dozens"),
            ("INSURED", "no"),
            ("Renewal", "soon"),
        ],
        Fate::Known,
    ),
    (
        &[
            (Field::Company, "Hooli 'n' Co"),
            (Field::Employees, "1000+"),
            (Field::Title, "HEAD of IT"),
        ],
        &[("Fleet Size", "3")],
        Fate::New,
    ),
    (
        &[(Field::Email, "x@y.example"), (Field::Employees, "unknown")],
        &[],
        Fate::New,
    ),
];

fn store(folder: &Path) -> (Store, Vec<Id>) {
    let store = Store::create(&folder.join("sales.db"), false, Ids::seeded(1)).expect("a store");
    let (list, _) = store
        .write(&acting(), "command", |write| {
            write.set_list(Terms {
                kind: Kind::Response,
                ..Terms::new("it's one")
            })
        })
        .expect("a list");
    let setup = Setup {
        list,
        file: "list.csv".into(),
        sha256: "hash".into(),
        settings: "{}".into(),
        retry_of: None,
    };
    let mut run = store.begin_run(&acting(), &setup).expect("a run");
    let mut rows = Vec::new();
    for (line, (fields, attributes, _)) in ROWS.iter().enumerate() {
        let mut taken = Taken {
            row_hash: line as u64,
            ..Taken::default()
        };
        taken.record.begin(line as u64 + 2);
        for (field, value) in *fields {
            taken.record.set(*field, value);
        }
        for (heading, value) in *attributes {
            taken.record.add_attribute(heading, value);
        }
        rows.push(taken);
    }
    let n = rows.len() as u64;
    store.stage(&mut run, &rows, &[], n, 0).expect("staged");
    store.end_staging(&mut run).expect("all of it");
    let mut counts = Counts {
        read: n,
        ..Counts::default()
    };
    for (_, _, fate) in ROWS {
        *counts.of(*fate) += 1;
    }
    store.complete(&acting(), &mut run, counts).expect("done");
    let members = store.list_members(list).expect("members");
    let ids: Vec<Id> = members.into_iter().map(|member| member.id).collect();
    let fates: Vec<Fated> = ids
        .iter()
        .zip(ROWS)
        .map(|(id, row)| Fated {
            name: *id,
            fate: row.2,
            entity: *id,
            probability: 1.0,
        })
        .collect();
    store
        .settle(&run, &fates, &[], &[], |_| {})
        .expect("settled");
    (store, ids)
}

fn found(store: &Store, process: &Process, condition: &Condition) -> Candidates {
    let wanted = Wanted {
        process,
        today: today(),
        condition: Some(condition),
        topics: &[],
        lists: &[],
    };
    store.candidates(&wanted, None).expect("candidates")
}

#[rstest]
#[case("employees >= 100")]
#[case("employees < 100")]
#[case("employees = 10 OR revenue IS NULL")]
#[case("revenue BETWEEN 1 AND 2000000")]
#[case("employees LIKE '1%'")]
#[case("country = 'DE' AND city = 'Bonn'")]
#[case("country <> 'DE'")]
#[case("NOT country = 'DE'")]
#[case("coalesce(city, 'none') = 'none'")]
#[case("title LIKE '%head%'")]
#[case("title || company = 'x' OR first_name IN ('Jana', 'Omar')")]
#[case("known")]
#[case("NOT known")]
#[case("source_date >= '2026-01-01'")]
#[case("days(source_date, today) < 400")]
#[case("source_date IS NULL")]
#[case("today = '2026-11-21'")]
#[case("imported = '2026-11-21'")]
#[case("imported < today")]
#[case("responded IS NULL")]
#[case("list = 'it''s one' AND list_kind = 'response'")]
#[case("length(id) = 13")]
#[case("company = 'Hooli ''n'' Co'")]
#[case("fleet_size > 10")]
#[case("fleet_size IS NULL")]
#[case("insured")]
#[case("insured = 0")]
#[case("renewal > '2026-12-31' AND days(today, renewal) > 30")]
#[case("renewal IS NULL")]
#[case("website = 'acme.example'")]
#[case("facts.city = 'Bonn'")]
#[case("CASE WHEN employees > 500 THEN 1 ELSE 0 END")]
#[case("min(employees, 100) = 100")]
#[case("score >= 40")]
#[case("score = 70 AND priority = 'high'")]
#[case("priority IN ('low', 'medium')")]
#[case("score < 0")]
#[case("priority = 'low' AND score * 2 < 10 AND NOT score > 3")]
fn the_statement_and_the_engine_agree(#[case] text: &str) {
    let process = process();
    let engine = process.prospect_engine().expect("an engine");
    let condition = engine
        .check(text)
        .unwrap_or_else(|mistake| panic!("{mistake:?}"));
    let folder = tempfile::tempdir().expect("a folder");
    let (store, ids) = store(folder.path());

    let (columns, mut rows) = store
        .prospect_facts(&process, today(), &ids)
        .expect("facts");
    let plain = crate::condition::Engine::new(columns).expect("an engine");
    plain.load(rows.clone()).expect("loaded");
    let mut points = vec![0; rows.len()];
    for rule in &process.scores {
        let truths = plain.judge(&rule.when).expect("judged");
        for (points, truth) in points.iter_mut().zip(truths) {
            *points += if truth == Truth::Met { rule.points } else { 0 };
        }
    }
    for (row, points) in rows.iter_mut().zip(&points) {
        let priority = process.prospecting.priority(*points).expect("limits");
        let place = engine
            .columns()
            .iter()
            .position(|column| column.name == "score");
        let place = place.expect("a column");
        row.insert(place, crate::condition::Value::Integer(*points));
        row.insert(
            place + 1,
            crate::condition::Value::Text(priority.name().into()),
        );
    }
    engine.load(rows).expect("loaded");
    let truths = engine.judge(&condition).expect("judged");
    let by_engine: Vec<(Id, i64)> = ids
        .iter()
        .zip(&points)
        .zip(truths)
        .filter(|(_, truth)| *truth == Truth::Met)
        .map(|((id, points), _)| (*id, *points))
        .collect();

    let candidates = found(&store, &process, &condition);
    let mut by_statement: Vec<(Id, i64)> = candidates
        .found
        .iter()
        .map(|one| (one.id, one.score))
        .collect();
    by_statement.sort();
    assert_eq!(by_statement, by_engine);
    assert_eq!(candidates.passing, by_engine.len());
}
