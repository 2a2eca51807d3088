//! The facts that conditions read: what they mean, and how the statement comes by them.

use super::{found, process, store, today};
use crate::condition::Value;

#[test]
fn facts_are_what_the_file_means() {
    let process = process();
    let folder = tempfile::tempdir().expect("a folder");
    let (store, ids) = store(folder.path());
    let (columns, rows) = store
        .prospect_facts(&process, today(), &ids)
        .expect("facts");
    let column = |name: &str| {
        let at = columns.iter().position(|column| column.name == name);
        let at = at.expect("a column");
        rows.iter().map(|row| row[at].clone()).collect::<Vec<_>>()
    };
    let text = |text: &str| Value::Text(text.into());
    assert_eq!(
        column("employees"),
        [
            Value::Number(250.0),
            Value::Number(10.0),
            Value::Number(1000.0),
            Value::Null
        ]
    );
    assert_eq!(
        column("revenue"),
        [
            Value::Number(1_200_000.5),
            Value::Null,
            Value::Null,
            Value::Null
        ]
    );
    assert_eq!(
        column("source_date")[..2],
        [text("2026-03-01"), Value::Null]
    );
    assert_eq!(column("renewal")[..2], [text("2027-01-31"), Value::Null]);
    assert_eq!(
        column("fleet_size"),
        [
            Value::Integer(12),
            Value::Null,
            Value::Integer(3),
            Value::Null
        ]
    );
    assert_eq!(
        column("insured")[..2],
        [Value::Integer(1), Value::Integer(0)]
    );
    assert_eq!(column("known")[..2], [Value::Integer(0), Value::Integer(1)]);
    assert_eq!(column("list")[0], text("it's one"));
    assert_eq!(column("website")[..2], [text("acme.example"), Value::Null]);
}

#[test]
fn points_are_counted_once_where_a_condition_reads_them() {
    let process = process();
    let engine = process.prospect_engine().expect("an engine");
    let folder = tempfile::tempdir().expect("a folder");
    let (store, _) = store(folder.path());
    let facts = super::super::facts::Facts {
        process: &process,
        today: today(),
        beside: &[],
        only: "p.fate <> 2 AND p.fate <> 4",
    };
    let plan = |text: &str| {
        let condition = engine.check(text).expect("a condition");
        // Makes the connection know the functions of the facts.
        found(&store, &process, &condition);
        let sql = facts.sql(super::super::OF_BATCHES, Some(&condition));
        store
            .translated(|connection| {
                let _bounds = super::super::scan::Bounds::new(connection)?;
                let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                let lines = statement.query_map([], |row| row.get::<_, String>(3))?;
                Ok(lines.collect::<rusqlite::Result<Vec<_>>>()?.join("\n"))
            })
            .expect("a plan")
    };
    let with = plan("score > 0");
    let without = plan("city = 'Bonn'");
    assert!(with.contains("CO-ROUTINE"), "{with}");
    assert!(!without.contains("CO-ROUTINE"), "{without}");
    for plan in [with, without] {
        assert!(!plan.contains("MATERIALIZE"), "{plan}");
        assert!(
            plan.contains("SEARCH p USING INTEGER PRIMARY KEY"),
            "{plan}"
        );
    }
}
