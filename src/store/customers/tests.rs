//! What is known of a few customers, worked out by hand.

use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};

use super::Customer;
use crate::condition::Value;
use crate::deal::case::{CaseKind, Opening};
use crate::deal::event::{Amount, Change, Event, FieldValue, Private, StreamKind};
use crate::deal::start::Origin;
use crate::id::{Id, Ids};
use crate::process::Process;
use crate::prospect::{Counts, Field};
use crate::store::{Acting, Moment, Setup, Store, Taken, Write};

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn on(text: &str) -> Moment {
    let instant: DateTime<Utc> = format!("{text}T12:00:00Z").parse().expect("an instant");
    Moment {
        instant,
        day: day(text),
    }
}

fn acting() -> Acting {
    let clock = on("2026-11-21").instant;
    Acting {
        actor: "jr".into(),
        typed: "a test".into(),
        clock,
        now: clock,
        today: day("2026-11-21"),
        dry_run: false,
    }
}

fn process() -> Process {
    let text = crate::process::template::text("consultative").expect("the template");
    let checked = crate::process::check("process.toml", text);
    checked.process.expect("sound")
}

fn store(folder: &Path) -> Store {
    Store::create(&folder.join("sales.db"), false, Ids::seeded(1)).expect("a store")
}

struct Sale {
    opened: &'static str,
    owner: Option<&'static str>,
    product: Option<&'static str>,
    /// The day it was won and for what.
    won: Option<(&'static str, i64, &'static str)>,
}

fn account(write: &mut Write<'_>, name: &str, fields: &[(&str, FieldValue)]) -> Id {
    let id = write.create(StreamKind::Account).expect("a stream");
    let added = Event::AccountAdded { name: name.into() };
    let fields = fields.iter().map(|(name, value)| Event::AccountField {
        name: (*name).to_string(),
        value: value.clone(),
    });
    let events = std::iter::once(added).chain(fields);
    write.append(id, on("2026-01-05"), events).expect("told");
    id
}

fn person(write: &mut Write<'_>, account: Id) -> Id {
    let id = write.create(StreamKind::Person).expect("a stream");
    let added = Event::PersonAdded {
        account: Some(account),
        name: Private::new("Jana Roth"),
        title: None,
        email: None,
        phone: None,
    };
    write.append(id, on("2026-01-05"), [added]).expect("told");
    id
}

fn deal(write: &mut Write<'_>, account: Id, sale: &Sale) -> Id {
    let id = write.create(StreamKind::Deal).expect("a stream");
    let mut events = vec![Event::DealOpened {
        account: Some(account),
        opened: Some(day(sale.opened)),
        external: None,
    }];
    let owner = sale.owner.map(str::to_string);
    events.push(Event::Changed(Change::Owner(owner)));
    let product = sale.product.map(str::to_string);
    events.push(Event::Changed(Change::Product(product)));
    write.append(id, on(sale.opened), events).expect("told");
    if let Some((closed, minor, currency)) = sale.won {
        let currency = currency.parse().expect("a currency");
        let events = [
            Event::Changed(Change::Value(Some(Amount { minor, currency }))),
            Event::Won {
                imported: false,
                closed: Some(day(closed)),
                overridden: None,
            },
        ];
        write.append(id, on(closed), events).expect("told");
    }
    id
}

fn case(write: &mut Write<'_>, what: CaseKind, about: Id, opened: &str, stars: Option<u8>) -> Id {
    let id = write.create(StreamKind::Case).expect("a stream");
    let opening = Opening {
        what,
        about,
        deal: None,
        product: None,
        by: "jr".into(),
        owner: None,
        stars,
        text: None,
        due: None,
    };
    let opened_event = Event::CaseOpened(Box::new(opening));
    write.append(id, on(opened), [opened_event]).expect("told");
    id
}

fn rated(write: &mut Write<'_>, subject: Id, topic: &str, by: &str, stars: u8) {
    let rated = Event::Rated {
        topic: topic.into(),
        stars,
        by: by.into(),
        note: None,
    };
    write
        .append(subject, on("2026-06-01"), [rated])
        .expect("told");
}

/// A list with two names: who works in Munich, and who works in Nuremberg.
fn names(store: &Store) -> Vec<Id> {
    let setup = Setup {
        list: Id(7),
        file: "a.csv".into(),
        sha256: "hash".into(),
        settings: "{}".into(),
        retry_of: None,
    };
    let mut run = store.begin_run(&acting(), &setup).expect("a run");
    let rows: Vec<Taken> = [("München", "200"), ("Nürnberg", "10-49")]
        .into_iter()
        .zip(2..)
        .map(|((city, employees), line)| {
            let mut taken = Taken {
                row_hash: line,
                ..Taken::default()
            };
            taken.record.begin(line);
            taken.record.set(Field::Last, "Roth");
            taken.record.set(Field::City, city);
            taken.record.set(Field::Country, "DE");
            taken.record.set(Field::Employees, employees);
            taken
        })
        .collect();
    store.stage(&mut run, &rows, &[], 2, 0).expect("staged");
    store.end_staging(&mut run).expect("ended");
    let counts = Counts {
        read: 2,
        new: 2,
        ..Counts::default()
    };
    store.complete(&acting(), &mut run, counts).expect("done");
    let mut ids = Vec::new();
    store
        .names_of_run(&run, |name| {
            ids.push(name.id);
            Ok(())
        })
        .expect("read");
    ids
}

/// Acme bought three times, once as the firm that it took over; Bolt once, in a currency without a rate;
/// Cold not yet.
fn filled(store: &Store) -> [Id; 3] {
    let names = names(store);
    let sale = |opened, owner, product, won| Sale {
        opened,
        owner,
        product,
        won,
    };
    let word = |text: &str| FieldValue::Word(text.into());
    let (ids, _) = store
        .write(&acting(), "command", |write| {
            let fields = [
                ("employees", FieldValue::Integer(40)),
                ("industry", word("services")),
                ("employees", FieldValue::Integer(50)),
            ];
            let acme = account(write, "Acme", &fields);
            let old = account(write, "Old Acme", &[]);
            let bolt = account(write, "Bolt", &[]);
            let cold = account(write, "Cold", &[("industry", word("retail"))]);
            let jana = person(write, acme);
            let starter = Some(("2026-05-10", 250_000, "EUR"));
            deal(
                write,
                acme,
                &sale("2026-02-01", Some("jr"), Some("starter"), starter),
            );
            let analytics = Some(("2026-04-01", 100_000, "EUR"));
            deal(
                write,
                acme,
                &sale("2026-03-01", Some("ab"), Some("analytics"), analytics),
            );
            deal(write, acme, &sale("2026-06-01", None, None, None));
            let legacy = Some(("2026-01-31", 50_000, "EUR"));
            deal(
                write,
                old,
                &sale("2026-01-10", Some("jr"), Some("legacy"), legacy),
            );
            let merged = Event::AccountMerged { into: acme };
            write.append(old, on("2026-07-01"), [merged])?;
            let island = Some(("2026-02-28", 100, "XPF"));
            let first = deal(write, bolt, &sale("2026-02-01", Some("jr"), None, island));
            let origin = Origin {
                prospect: Some(names[1]),
                ..Origin::default()
            };
            let origin = Event::DealOrigin(Box::new(origin));
            write.append(first, on("2026-02-28"), [origin])?;
            deal(write, cold, &sale("2026-02-01", Some("jr"), None, None));
            case(write, CaseKind::Request, acme, "2026-07-01", None);
            let answered = case(write, CaseKind::Request, jana, "2026-07-02", None);
            let answer = Event::CaseAnswered {
                text: None,
                closes: true,
                deal: None,
            };
            write.append(answered, on("2026-07-03"), [answer])?;
            case(write, CaseKind::Experience, jana, "2026-08-02", Some(2));
            case(write, CaseKind::Experience, acme, "2026-08-01", Some(5));
            case(write, CaseKind::Referral, acme, "2026-08-03", None);
            rated(write, acme, "forecasting", "jr", 4);
            rated(write, jana, "forecasting", "ab", 5);
            write.append_to_prospect(
                names[1],
                on("2026-06-02"),
                [Event::Rated {
                    topic: "tax".into(),
                    stars: 3,
                    by: "jr".into(),
                    note: None,
                }],
            )?;
            Ok([acme, bolt, cold])
        })
        .expect("written");
    let works_at =
        "INSERT INTO prospect_employer (prospect, account, probability) VALUES ($1, $2, 0.9)";
    let linked = store.connection.execute(works_at, [names[0].0, ids[0].0]);
    assert_eq!(linked.ok(), Some(1));
    ids
}

fn customers(store: &Store, named: &[Id]) -> Vec<Customer> {
    let today = day("2026-11-21");
    store.customers(&process(), today, named).expect("read")
}

fn of(all: &[Customer], id: Id) -> &Customer {
    let found = all.iter().find(|customer| customer.id == id);
    found.expect("a customer")
}

fn sorted(mut ids: Vec<Id>) -> Vec<Id> {
    ids.sort();
    ids
}

#[test]
fn a_customer_is_what_its_deals_people_cases_and_names_say() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(folder.path());
    let [acme, bolt, cold] = filled(&store);
    let all = customers(&store, &[]);
    assert_eq!(all.len(), 2);
    let found = of(&all, acme);
    // 2,500 and 1,000 of its own, 500 of Old Acme.
    assert_eq!((found.won_deals, found.won_minor), (3, 400_000));
    assert_eq!(found.last_won, Some(day("2026-05-10")));
    assert_eq!(found.open_deals, 1);
    let products: Vec<&str> = found.products.iter().map(String::as_str).collect();
    assert_eq!(products, ["analytics", "legacy", "starter"]);
    // The latest deal is nobody's, the one before it is ab's.
    assert_eq!(found.owner.as_deref(), Some("ab"));
    assert_eq!(found.open_requests, 1);
    assert_eq!(
        (found.experience, found.last_experience),
        (Some(3.5), Some(2))
    );
    let topics: Vec<(&str, f64)> = found.topics.iter().map(|(t, s)| (t.as_str(), *s)).collect();
    assert_eq!(topics, [("forecasting", 4.5)]);
    let traits = &found.traits;
    assert_eq!(traits.industry.as_deref(), Some("services"));
    // Its own field stands above what a list says of who works there.
    assert_eq!(traits.employees.as_deref(), Some("50"));
    assert_eq!(traits.city.as_deref(), Some("München"));
    let found = of(&all, bolt);
    assert_eq!(
        (found.won_deals, found.won_minor, found.without_rate),
        (1, 0, 1)
    );
    assert_eq!(found.traits.city.as_deref(), Some("Nürnberg"));
    assert_eq!(found.traits.employees.as_deref(), Some("10-49"));
    assert_eq!(found.topics.get("tax"), Some(&3.0));
    let named = customers(&store, &[cold]);
    assert_eq!(named.len(), 3);
    let found = of(&named, cold);
    assert_eq!((found.name.as_str(), found.won_deals), ("Cold", 0));
}

#[test]
fn conditions_read_one_fact_for_each_column() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(folder.path());
    let [acme, bolt, _] = filled(&store);
    let process = process();
    let today = day("2026-11-21");
    let engine = process.customer_engine().expect("an engine");
    let all = customers(&store, &[]);
    let facts = |id: Id| of(&all, id).facts(engine.columns(), &process, today);
    let fact = |id: Id, name: &str| {
        let column = engine
            .columns()
            .iter()
            .position(|column| column.name == name);
        facts(id)[column.expect("a column")].clone()
    };
    assert_eq!(fact(acme, "won_value"), Value::Number(4000.0));
    assert_eq!(
        fact(acme, "products"),
        Value::Text("analytics,legacy,starter".into())
    );
    assert_eq!(fact(acme, "last_contact"), Value::Null);
    assert_eq!(fact(bolt, "employees"), Value::Number(10.0));
    engine.load([facts(acme), facts(bolt)]).expect("loaded");
    for (condition, expected) in [
        ("open_requests > 0 and experience < 4", [true, false]),
        ("employees = 50 and industry = 'services'", [true, false]),
        ("products like '%legacy%'", [true, false]),
        ("country = 'DE' and owner in ('ab', 'jr')", [true, true]),
        ("days(last_won, today) > 200", [false, true]),
    ] {
        let checked = engine.check(condition).expect("a condition");
        let truths = engine.judge(&checked).expect("judged");
        let met: Vec<bool> = truths
            .into_iter()
            .map(|truth| truth == crate::condition::Truth::Met)
            .collect();
        assert_eq!(met, expected, "{condition}");
    }
}

#[test]
fn names_are_compared_with_whom_was_named_or_who_bought() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(folder.path());
    let [acme, bolt, cold] = filled(&store);
    let process = process();
    let whom = |named: &[Id], won: bool| -> Vec<Id> {
        let resembled = store.resembled(&process, day("2026-11-21"), named, won);
        let customers = resembled.expect("read").customers;
        customers.into_iter().map(|customer| customer.id).collect()
    };
    assert_eq!(whom(&[cold], false), [cold]);
    assert_eq!(whom(&[], true), sorted(vec![acme, bolt]));
    assert_eq!(whom(&[cold], true), sorted(vec![acme, bolt, cold]));
    let resembled = store.resembled(&process, day("2026-11-21"), &[acme], false);
    let mut resembled = resembled.expect("read");
    let likeness = &mut resembled.likeness;
    let profile = resembled.customers[0].profile(&mut likeness.names);
    let near = likeness.nearest(&profile).expect("itself");
    // All is known of it: topics, industry, size and place.
    assert_eq!((near.likeness, near.customer), (1.0, 0));
}

#[test]
fn what_is_taken_back_does_not_count() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(folder.path());
    filled(&store);
    store.undo(&acting()).expect("undone");
    assert_eq!(customers(&store, &[]), []);
}
