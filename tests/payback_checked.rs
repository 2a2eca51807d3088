//! The reports of lists, sources and overlap on a store with thousands of made-up rows, held column by column
//! against a script that knows nothing but the tables.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use chrono::{DateTime, Days, NaiveDate, Utc};
use salesctl::deal::event::{Activity, ActivityKind, Amount, Change, Event};
use salesctl::deal::start::{NewAccount, NewDeal, Origin, Party, Starting};
use salesctl::id::{Id, Ids};
use salesctl::list::Channel;
use salesctl::prospect::{Counts, Fate, Field};
use salesctl::store::{Access, Acting, Fated, Moment, Setup, Store, Taken, Used};
use serde_json::Value as Json;

use crate::payback::PROCESS;
use crate::sandbox::Sandbox;

/// Numbers without rhyme: the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % n
    }

    fn in_hundred(&mut self, n: u64) -> bool {
        self.below(100) < n
    }
}

fn day(n: u64) -> NaiveDate {
    let first: NaiveDate = "2026-01-02".parse().expect("a date");
    first.checked_add_days(Days::new(n)).expect("a date")
}

fn acting(on: NaiveDate) -> Acting {
    let clock: DateTime<Utc> = "2026-11-20T08:00:00Z".parse().expect("an instant");
    Acting {
        actor: "jr".into(),
        typed: "made up".into(),
        clock,
        now: on.and_hms_opt(12, 0, 0).expect("noon").and_utc(),
        today: on,
        dry_run: false,
    }
}

fn store(sandbox: &Sandbox, seed: u64) -> Store {
    Store::open(&sandbox.store(), Access::Write, Ids::seeded(seed)).expect("a store")
}

/// A row that came in.
#[derive(Clone, Copy)]
struct Row {
    id: Id,
    list: Id,
    entity: Id,
    fate: Fate,
    day: u64,
}

/// What has come in so far, and who has which entity.
struct World {
    dice: Dice,
    rows: Vec<Row>,
    /// By person of the made-up world: their entity, once they came in.
    entities: BTreeMap<u64, Id>,
}

impl World {
    /// One file: whoever of 900 people it has, some twice, some decoys, some suppressed, some rejected.
    fn import(&mut self, store: &Store, list: &str, on: u64, size: u64) -> Id {
        let acting = acting(day(on));
        let list = store.list_named(list).expect("a list").id;
        let setup = Setup {
            list,
            file: format!("{}-{on}.csv", list.handle()),
            sha256: format!("{} {on}", list.handle()),
            settings: String::new(),
            retry_of: None,
        };
        let mut run = store.begin_run(&acting, &setup).expect("a run");
        let who: Vec<u64> = (0..size).map(|_| self.dice.below(900)).collect();
        let staged: Vec<Taken> = (2..)
            .zip(&who)
            .map(|(line, person)| {
                let mut taken = Taken {
                    row_hash: line ^ (on << 32) ^ list.0 as u64,
                    ..Taken::default()
                };
                taken.record.begin(line);
                let email = format!("p{person}@made.example");
                taken.record.set(Field::Email, &email);
                taken
            })
            .collect();
        let (rejected, repeated) = (self.dice.below(9), self.dice.below(5));
        let read = size + rejected + repeated;
        store
            .stage(&mut run, &staged, &[], read, repeated)
            .expect("staged");
        store.end_staging(&mut run).expect("ended");
        let mut names = Vec::new();
        store
            .names_of_run(&run, |name| {
                names.push(name.id);
                Ok(())
            })
            .expect("read");
        let mut counts = Counts {
            read,
            rejected,
            known: repeated,
            ..Counts::default()
        };
        let first = self.rows.len();
        let mut fates = Vec::new();
        for (person, id) in who.iter().zip(names) {
            let seen = self.entities.get(person).copied();
            let again = self.rows[first..]
                .iter()
                .any(|row| Some(row.entity) == seen);
            let (fate, entity) = match self.dice.below(50) {
                0 => (Fate::Seed, id),
                1 | 2 => (Fate::Suppressed, seen.unwrap_or(id)),
                _ if again => (Fate::Twice, seen.unwrap_or(id)),
                _ if seen.is_some() => (Fate::Known, seen.unwrap_or(id)),
                _ => (Fate::New, id),
            };
            if fate != Fate::Seed {
                self.entities.entry(*person).or_insert(entity);
            }
            *counts.of(fate) += 1;
            fates.push(Fated {
                name: id,
                fate,
                entity,
                probability: 1.0,
            });
            self.rows.push(Row {
                id,
                list,
                entity,
                fate,
                day: on,
            });
        }
        store
            .settle(&run, &fates, &[], &[], |_| {})
            .expect("settled");
        store
            .complete(&acting, &mut run, counts)
            .expect("complete")
            .batch
    }

    /// Names of a list that were used: some of them suppressed at first.
    fn use_list(&mut self, store: &Store, list: &str, on: u64) {
        let list = store.list_named(list).expect("a list").id;
        let dice = &mut self.dice;
        let names: Vec<Id> = self
            .rows
            .iter()
            .filter(|row| row.list == list && row.day <= on && row.fate != Fate::Seed)
            .filter(|_| dice.in_hundred(60))
            .map(|row| row.id)
            .collect();
        let at = moment(on);
        let made = Used {
            channel: Channel::Mail,
            names: &names,
            overridden: None,
        };
        store
            .write(&acting(day(on)), "command", |write| {
                write.use_list(list, at, made.clone())
            })
            .expect("used");
    }

    /// Answers, and people that turn out to be somebody else: all their rows with them.
    fn happen(&mut self, store: &Store, own: &[Id]) {
        let mut events = Vec::new();
        for row in &self.rows {
            if row.fate != Fate::Seed && self.dice.in_hundred(4) {
                let answered = Event::ProspectResponded {
                    channel: None,
                    note: None,
                };
                events.push((row.id, row.day + 1 + self.dice.below(60), answered));
            }
        }
        for at in 0..25 {
            let goes = self.rows[self.dice.below(self.rows.len() as u64) as usize].entity;
            let stays = match own.get(at) {
                Some(own) => *own,
                None => self.rows[self.dice.below(self.rows.len() as u64) as usize].entity,
            };
            for row in self.rows.iter_mut().filter(|row| row.entity == goes) {
                row.entity = stays;
                events.push((row.id, 200, Event::ProspectIdentified { entity: stays }));
            }
        }
        store
            .write(&acting(day(210)), "command", |write| {
                for (name, on, event) in events {
                    write.append_to_prospect(name, moment(on), [event])?;
                }
                Ok(())
            })
            .expect("happened");
    }

    /// Deals from rows and from elsewhere, of several sources, products, ends and currencies.
    fn deals(&mut self, store: &Store) -> (Vec<Id>, Vec<Id>) {
        let mut all = [Vec::new(), Vec::new()];
        for n in 0..160 {
            let row = self.rows[self.dice.below(self.rows.len() as u64) as usize];
            let from_list = n < 130;
            let list = self.dice.in_hundred(70).then_some(row.list);
            let origin = Origin {
                prospect: Some(row.id),
                list,
                ..Origin::default()
            };
            let source = ["lists", "fair", "gold", "referral"][self.dice.below(4) as usize];
            let new = NewDeal {
                account: Party::New(0),
                person: None,
                title: None,
                owner: Some("ab".into()),
                product: self.dice.in_hundred(50).then(|| "starter".to_string()),
                source: self.dice.in_hundred(90).then(|| source.to_string()),
                stage: "qualify".into(),
                customer_type: None,
                follow_ups: Vec::new(),
                origin: if from_list { origin } else { Origin::default() },
            };
            let starting = Starting {
                accounts: vec![NewAccount {
                    name: format!("Account {n}"),
                    fields: Vec::new(),
                }],
                deals: vec![new],
            };
            let on = if from_list { row.day } else { 0 } + self.dice.below(80);
            let (ids, _) = store
                .write(&acting(day(on)), "command", |write| {
                    write.start_deals(moment(on), &starting)
                })
                .expect("started");
            all[usize::from(!from_list)].push(ids[0]);
        }
        let [from_lists, others] = all;
        (from_lists, others)
    }
}

fn moment(on: u64) -> Moment {
    Moment {
        instant: day(on).and_hms_opt(13, 0, 0).expect("a time").and_utc(),
        day: day(on),
    }
}

/// Six lists, one of them ours, twelve files, one of which is undone.
fn made_up() -> Sandbox {
    let mut sandbox = Sandbox::empty();
    let process = format!("{PROCESS}\n[[source]]\nname = \"gold\"\n");
    sandbox.write("process.toml", process);
    for line in [
        "init",
        "list add alpha --cpm 900",
        "list add beta --cpm 123.45 --flat-fee 10",
        "list add gold --currency USD --cpm 777 --flat-fee 3.33",
        "list add house --kind house",
        "list add net --cpm 2000 --net-pct 40 --run-charge 300",
        "list add none --cpm 5",
        "source cost add alpha 17.23 --on 2026-05-05",
        "source cost add gold '19.99 USD' --on 2026-06-30",
        "source cost add gold '19.99 USD' --on 2026-07-01",
        "source cost add source:gold 41.07 --on 2026-07-01",
        "source cost add fair 900 --on 2026-07-02",
    ] {
        let line = line.replace("source cost add gold", "source cost add list:gold");
        sandbox.sh(&format!("salesctl {line}")).ok();
    }
    let mut own = Vec::new();
    for n in 0..12 {
        let said = sandbox
            .sh(&format!(
                "salesctl person add 'Own {n}' --today 2026-01-0{}",
                1 + n % 9
            ))
            .ok();
        assert!(said.stdout.contains("Own"), "{said}");
    }
    let at_hand = store(&sandbox, 7_000);
    own.extend(
        at_hand
            .persons()
            .expect("persons")
            .iter()
            .map(|person| person.id),
    );
    let mut world = World {
        dice: Dice(0x9E37_79B9_7F4A_7C15),
        rows: Vec::new(),
        // Twelve of the people are persons of ours from the start.
        entities: (0..).zip(own.iter().copied()).collect(),
    };
    let mut undone = None;
    for (n, (list, on, size)) in [
        ("house", 12, 150),
        ("alpha", 20, 300),
        ("beta", 33, 260),
        ("alpha", 50, 180),
        ("gold", 61, 240),
        ("net", 70, 320),
        ("house", 75, 40),
        ("beta", 90, 120),
        ("net", 101, 90),
        ("gold", 130, 200),
        ("alpha", 140, 50),
    ]
    .into_iter()
    .enumerate()
    {
        let at_hand = store(&sandbox, 7_100 + n as u64);
        let batch = world.import(&at_hand, list, on, size);
        if n == 7 {
            undone = Some(batch);
        }
    }
    for (n, (list, on)) in [("alpha", 60), ("alpha", 160), ("beta", 95), ("net", 120)]
        .into_iter()
        .enumerate()
    {
        world.use_list(&store(&sandbox, 7_200 + n as u64), list, on);
    }
    world.happen(&store(&sandbox, 7_300), &own[..4]);
    let (from_lists, others) = world.deals(&store(&sandbox, 7_400));
    finish(
        &mut sandbox,
        &mut world.dice,
        &[from_lists, others].concat(),
    );
    let acting = acting(day(310));
    let batch = undone.expect("a batch");
    store(&sandbox, 7_500)
        .undo_batch(&acting, batch)
        .expect("undone");
    sandbox
}

/// Wins, losses and work on the deals, in one go.
fn finish(sandbox: &mut Sandbox, dice: &mut Dice, deals: &[Id]) {
    let at_hand = store(sandbox, 7_450);
    at_hand
        .write(&acting(day(310)), "command", |write| {
            for deal in deals {
                if dice.in_hundred(60) {
                    let activity = Activity {
                        what: ActivityKind::Call,
                        minutes: Some(5 + dice.below(90) as u32),
                        cost_minor: dice.in_hundred(30).then(|| dice.below(5_000) as i64),
                        person: None,
                        tool: None,
                        text: None,
                    };
                    write.append(*deal, moment(240), [Event::Logged(activity)])?;
                }
                let state = dice.below(3);
                let on = 245 + dice.below(60);
                let currency = if dice.in_hundred(30) { "USD" } else { "EUR" };
                let amount = Amount {
                    minor: 1 + dice.below(900_000) as i64,
                    currency: currency.parse().expect("a code"),
                };
                write.append(
                    *deal,
                    moment(on),
                    [Event::Changed(Change::Value(Some(amount)))],
                )?;
                let end = match state {
                    0 => continue,
                    1 => Event::Won {
                        overridden: None,
                        imported: false,
                        closed: Some(day(on)),
                    },
                    _ => Event::Lost {
                        reason: Some("price".into()),
                        note: None,
                        imported: false,
                        closed: Some(day(on)),
                    },
                };
                write.append(*deal, moment(on), [end])?;
            }
            Ok(())
        })
        .expect("finished");
}

#[track_caller]
fn agrees(what: &str, found: &Json, expected: &Json) -> usize {
    let expected = expected.as_object().expect("figures");
    for (name, figure) in expected {
        let same = match (found[name].as_f64(), figure.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * b.abs().max(1.0),
            _ => found[name] == *figure,
        };
        assert!(same, "{what} {name}: {} is not {figure}", found[name]);
    }
    expected.len()
}

#[test]
fn every_column_equals_an_independent_computation() {
    if Command::new("python3").arg("--version").output().is_err() {
        crate::import::skipped("python3 is not there");
        return;
    }
    let mut sandbox = made_up();
    let path = sandbox.store();
    let mut answer = |line: &str| sandbox.sh(&format!("salesctl {line} --json")).ok().json();
    let mut invoices = BTreeMap::new();
    for list in ["alpha", "beta", "gold", "net"] {
        let bill = answer(&format!("list invoice {list}"));
        let rows = bill["rows"].as_array().expect("rows");
        let total = rows
            .iter()
            .find(|row| row["section"] == "total")
            .expect("a total");
        invoices.insert(list, total["amount_minor"].as_i64().expect("an amount"));
    }
    let invoices = serde_json::to_string(&invoices).expect("JSON");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts/payback.py");
    for credit in ["first", "split"] {
        let lists = answer(&format!("report lists --credit {credit}"));
        let sources = answer("report sources");
        let overlap = answer("report overlap");
        let output = Command::new("python3")
            .arg(&script)
            .arg(&path)
            .args([credit, invoices.as_str()])
            .output()
            .expect("python3 runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let truth: Json = serde_json::from_slice(&output.stdout).expect("JSON");
        for row in lists["rows"].as_array().expect("rows") {
            let code = row["list"].as_str().expect("a code");
            let columns = agrees(code, row, &truth["lists"][code]);
            // All but the list's own words: code, name, kind and day.
            assert_eq!(columns, row.as_object().expect("an object").len() - 4);
        }
        assert_eq!(lists["rows"].as_array().map(Vec::len), Some(6));
        for row in sources["rows"].as_array().expect("rows") {
            let name = row["source"].as_str().unwrap_or_default();
            let columns = agrees(name, row, &truth["sources"][name]);
            assert_eq!(columns, row.as_object().expect("an object").len() - 1);
        }
        assert_eq!(sources["rows"].as_array().map(Vec::len), Some(5));
        for row in overlap["rows"].as_array().expect("rows") {
            let pair = format!(
                "{} {}",
                row["a"].as_str().expect("a"),
                row["b"].as_str().expect("b")
            );
            let columns = agrees(&pair, row, &truth["overlap"][&pair]);
            assert_eq!(columns, 5);
        }
        // Something is there to compare: every kind of thing happened.
        let sum = |column: &str| -> f64 {
            let rows = lists["rows"].as_array().expect("rows");
            rows.iter().filter_map(|row| row[column].as_f64()).sum()
        };
        for column in [
            "known_own",
            "known_house",
            "known_lists",
            "twice",
            "suppressed",
            "seeds",
            "used",
            "responded",
            "open",
            "won",
            "lost",
            "margin_minor",
        ] {
            assert!(sum(column) >= 3.0, "{column}: {}", sum(column));
        }
    }
}
