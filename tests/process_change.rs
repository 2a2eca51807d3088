//! Changes of the process on live deals: for random pairs of processes and deals, what was planned is what apply does,
//! undo gives everything back, and every line of a gate judged for all deals at once is what the gate says of each.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use proptest::prelude::*;
use salesctl::condition::Truth;
use salesctl::deal::book::{Book, Day, Needs};
use salesctl::deal::decide::Case;
use salesctl::deal::event::{Amount, Change, Event, Move, StreamKind};
use salesctl::deal::fact::{Rows, Subject};
use salesctl::deal::plan::{Arrival, Fate, gates, held, late};
use salesctl::id::{Id, Ids};
use salesctl::process::{Process, check};
use salesctl::report::{self, Ask};
use salesctl::store::{Acting, Moment, Store};
use tempfile::TempDir;

const STAGES: [&str; 4] = ["meet", "qualify", "demo", "propose"];

/// One stage of a process: what it is called in it, and what its gate asks.
#[derive(Clone, Debug)]
enum Now {
    Kept,
    Renamed,
    /// Its deals go to the stage of this number.
    Gone(usize),
}

#[derive(Clone, Debug)]
struct Gate {
    at_least: Option<u32>,
    asks_close: bool,
    steps: bool,
    limit_days: Option<u8>,
    /// What is required is asked of deals worth less only.
    asks_below: Option<u32>,
    /// Deals go on that have been there for long, or are late.
    stayed: Option<u8>,
}

fn gate() -> impl Strategy<Value = Gate> {
    (
        proptest::option::of(1..5_u32),
        any::<bool>(),
        any::<bool>(),
        proptest::option::of(1..40_u8),
        proptest::option::of(1..6_u32),
        proptest::option::of(1..40_u8),
    )
        .prop_map(
            |(at_least, asks_close, steps, limit_days, asks_below, stayed)| Gate {
                at_least,
                asks_close,
                steps,
                limit_days,
                asks_below,
                stayed,
            },
        )
}

fn now() -> impl Strategy<Value = Now> {
    prop_oneof![
        3 => Just(Now::Kept),
        2 => Just(Now::Renamed),
        2 => (0..STAGES.len()).prop_map(Now::Gone),
    ]
}

/// The first stage stays, so that deals have a place to go.
fn text(stages: &[Now], gates: &[Gate]) -> String {
    let name = |at: usize| match stages[at] {
        Now::Kept => Some(STAGES[at].to_string()),
        Now::Renamed => Some(format!("{}_now", STAGES[at])),
        Now::Gone(_) => None,
    };
    let mut gone = Vec::new();
    let mut text = String::new();
    for (at, (now, gate)) in stages.iter().zip(gates).enumerate() {
        let Some(called) = name(at) else {
            let Now::Gone(to) = now else { continue };
            let to = name(*to).unwrap_or_else(|| STAGES[0].to_string());
            gone.push(format!(
                "{{ stage = \"{}\", why = \"w\", deals_to = \"{to}\" }}",
                STAGES[at]
            ));
            continue;
        };
        let _ = writeln!(text, "[[stage]]\nname = \"{called}\"\nobjective = \"o\"");
        if matches!(now, Now::Renamed) {
            let _ = writeln!(text, "moved_from = \"{}\"", STAGES[at]);
        }
        if let Some(days) = gate.limit_days {
            let _ = writeln!(text, "limit = \"{days}d\"");
        }
        let below = gate.asks_below;
        let asked = below.map_or_else(String::new, |below| {
            format!(", ask_when = \"value < {below}000\"")
        });
        if gate.asks_close {
            let _ = writeln!(text, "requires = [{{ name = \"expected_close\"{asked} }}]");
        }
        if gate.steps {
            let _ = writeln!(text, "steps = [{{ name = \"call\"{asked} }}]");
        }
        let mut exit = Vec::new();
        if let Some(least) = gate.at_least {
            exit.push(format!(
                "{{ when = \"value >= {least}000\", say = \"big\" }}"
            ));
        }
        if let Some(days) = gate.stayed {
            let when = format!("(days_in_stage >= {days} OR late = 1) AND stage = '{called}'");
            exit.push(format!("{{ when = \"{when}\", say = \"long\" }}"));
        }
        if !exit.is_empty() {
            let _ = writeln!(text, "exit = [{}]", exit.join(", "));
        }
    }
    format!(
        "[process]\nname = \"N\"\ncurrency = \"EUR\"\nremove = [{}]\n[fields.expected_close]\nwhy = \"w\"\n{text}\
         [[end]]\nname = \"lost\"\nreasons = [\"price\"]\n",
        gone.join(", ")
    )
}

fn sound(text: &str) -> Process {
    let checked = check("process.toml", text);
    let problems = checked.problems;
    checked
        .process
        .unwrap_or_else(|| panic!("{text}\n{problems:?}"))
}

/// A deal: how far it came, on which days, what is known of it, whether it is open.
#[derive(Clone, Debug)]
struct Made {
    stages: Vec<(usize, u8)>,
    value: Option<u32>,
    close: bool,
    call: bool,
    end: u8,
}

fn made() -> impl Strategy<Value = Made> {
    (
        proptest::collection::vec((0..STAGES.len(), 0..20_u8), 1..4),
        proptest::option::of(500..6_000_u32),
        any::<bool>(),
        any::<bool>(),
        0..6_u8,
    )
        .prop_map(|(stages, value, close, call, end)| Made {
            stages,
            value,
            close,
            call,
            end,
        })
}

struct World {
    _folder: TempDir,
    store: Store,
    today: NaiveDate,
}

impl World {
    fn acting(&self, seconds: i64) -> Acting {
        let now = instant(self.today) + TimeDelta::seconds(seconds);
        Acting {
            actor: "jr".to_string(),
            typed: "a command".to_string(),
            clock: now,
            now,
            today: self.today,
            dry_run: false,
        }
    }

    fn new(text: &str, deals: &[Made]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sales.db");
        let world = Self {
            store: Store::create(&path, false, Ids::seeded(1)).expect("a store"),
            _folder: folder,
            today: NaiveDate::from_ymd_opt(2026, 6, 30).expect("a date"),
        };
        let written = world.store.write(&world.acting(0), "setup", |write| {
            write.apply_process(text, "process.toml", "first")?;
            for made in deals {
                let id = write.create(StreamKind::Deal)?;
                let mut day = world.today - TimeDelta::days(70);
                let at = |day: NaiveDate| Moment {
                    instant: instant(day),
                    day,
                };
                let opened = Event::DealOpened {
                    account: None,
                    opened: Some(day),
                    external: None,
                };
                write.append(id, at(day), [opened])?;
                let mut before = None;
                for (stage, days) in &made.stages {
                    day += TimeDelta::days(i64::from(*days));
                    let how = match before {
                        None => Move::Start,
                        Some(before) if before > *stage => Move::Back,
                        Some(_) => Move::Advance,
                    };
                    before = Some(*stage);
                    let entered = Event::StageEntered {
                        stage: STAGES[*stage].to_string(),
                        how,
                        entered: Some(day),
                        customer_type: None,
                        overridden: None,
                    };
                    write.append(id, at(day), [entered])?;
                }
                if let Some(value) = made.value {
                    let amount = Amount {
                        minor: i64::from(value) * 100,
                        currency: "EUR".parse().expect("a currency"),
                    };
                    let change = Change::Value(Some(amount));
                    write.append(id, at(day), [Event::Changed(change)])?;
                }
                if made.close {
                    let change = Change::ExpectedClose(Some(world.today));
                    write.append(id, at(day), [Event::Changed(change)])?;
                }
                if made.call {
                    let step = "call".to_string();
                    write.append(id, at(day), [Event::StepDone { step }])?;
                }
                match made.end {
                    0 => {
                        let won = Event::Won {
                            imported: false,
                            closed: Some(day),
                            overridden: None,
                        };
                        write.append(id, at(day), [won])?;
                    }
                    1 => {
                        let lost = Event::Lost {
                            reason: Some("price".to_string()),
                            note: None,
                            imported: false,
                            closed: Some(day),
                        };
                        write.append(id, at(day), [lost])?;
                    }
                    _ => {}
                }
            }
            Ok(())
        });
        written.expect("set up");
        world
    }

    fn book(&self, process: &Process) -> Book {
        let needs = Needs::everything();
        self.store
            .book(process, self.today, &needs)
            .expect("a Book")
    }

    /// All that readers see: tables, columns and reports.
    fn shown(&self, process: &Process) -> String {
        let needs = Needs::everything();
        let rows = self.store.book_of_rows(process, self.today, &needs);
        let rows = rows.expect("a Book");
        let facts = self.store.book_of_facts(process, self.today, &needs);
        let facts = facts.expect("a Book");
        let book = self.book(process);
        // Stages that the process does not have are in the order in which they were read.
        let of = |book: &Book| {
            let mut book = book.clone();
            let names = book.stages.clone();
            book.stages.sort();
            let stages = book.stages.clone();
            let place = |at: u16| -> u16 {
                let name = &names[usize::from(at)];
                stages
                    .iter()
                    .position(|known| known == name)
                    .expect("there") as u16
            };
            for stage in book.deals.stage.iter_mut().flatten() {
                *stage = place(*stage);
            }
            for stage in &mut book.visits.stage {
                *stage = place(*stage);
            }
            format!(
                "{:?}\n{:?}\n{:?}\n{:?}",
                book.stages, book.deals, book.visits, book.follow_ups
            )
        };
        assert_eq!(of(&book), of(&rows), "columns and rows");
        assert_eq!(of(&book), of(&facts), "columns and facts");
        let ask = Ask::default();
        let rows = [
            serde_json::to_string(
                &report::funnel(process, &book, &ask)
                    .expect("a report")
                    .answer
                    .rows,
            ),
            serde_json::to_string(&report::durations(process, &book, &ask).answer.rows),
            serde_json::to_string(
                &report::win_rate(process, &book, &ask)
                    .expect("a report")
                    .answer
                    .rows,
            ),
            serde_json::to_string(&report::pipeline(process, &book, &ask).answer.rows),
        ];
        let rows = rows.map(|rows| rows.expect("JSON"));
        format!("{}\n{}", of(&book), rows.join("\n"))
    }
}

fn instant(day: NaiveDate) -> DateTime<Utc> {
    day.and_hms_opt(12, 0, 0).expect("noon").and_utc()
}

/// A deal that came to so many stages, a day each.
fn came(stages: &[usize]) -> Made {
    Made {
        stages: stages.iter().map(|stage| (*stage, 1)).collect(),
        value: None,
        close: false,
        call: false,
        end: 5,
    }
}

/// What the Book knows of all deals at once is what each deal says of itself: the first two went on and back under the
/// second version, a file told a move of the third, where no gate had a say, and the fourth was lost under the first.
#[test]
fn versions_of_last_gates_are_those_of_the_deals() {
    let old = text(&[const { Now::Kept }; STAGES.len()], &[PLAIN; STAGES.len()]);
    let lost = Made {
        end: 1,
        ..came(&[0])
    };
    let world = World::new(&old, &[came(&[0, 1]), came(&[0, 1]), came(&[0]), lost]);
    let ids = world.book(&sound(&old)).deals.id;
    let new = old.replace("name = \"N\"", "name = \"M\"");
    let done = world.store.write(&world.acting(60), "command", |write| {
        write.apply_process(&new, "process.toml", "second")
    });
    done.expect("applied");
    let at = Moment {
        instant: instant(world.today),
        day: world.today,
    };
    let moved = [
        (0, 2, Move::Advance),
        (1, 0, Move::Back),
        (2, 1, Move::Imported),
    ];
    let done = world.store.write(&world.acting(120), "command", |write| {
        for (deal, stage, how) in &moved {
            let entered = Event::StageEntered {
                stage: STAGES[*stage].to_string(),
                how: *how,
                entered: Some(world.today),
                customer_type: None,
                overridden: None,
            };
            write.append(ids[*deal], at, [entered])?;
        }
        Ok(())
    });
    done.expect("moved");
    let book = world.book(&sound(&new));
    let versions = book.deals.gate_version.iter();
    let versions = versions.map(|version| Some(book.versions[(*version)? as usize].as_str()));
    let versions: Vec<Option<&str>> = versions.collect();
    assert_eq!(versions, [Some("2"), Some("2"), Some("1"), Some("1")]);
    for (id, version) in book.deals.id.iter().zip(versions) {
        let deal = world.store.deal(*id).expect("read").expect("there");
        assert_eq!(
            deal.gate_version
                .map(|version| version.to_string())
                .as_deref(),
            version
        );
    }
}

const PLAIN: Gate = Gate {
    at_least: None,
    asks_close: false,
    steps: false,
    limit_days: None,
    asks_below: None,
    stayed: None,
};

/// `jr` won 2 of 5, a third win is older than 365 days; `mk` won 4 of 5, of which one was of `jr` when it closed; `sp`
/// closed four, too few for a rate. Judged for all deals at once it is what is read for the gate of one.
#[test]
fn results_are_the_same_for_one_deal_and_for_all() {
    let text = text(&[const { Now::Kept }; STAGES.len()], &[PLAIN; STAGES.len()]);
    let process = sound(&text);
    let world = World::new(&text, &[]);
    let ended = [("jr", 2, 3), ("mk", 4, 1), ("sp", 4, 0)];
    let days_ago = |days: i64| {
        let day = world.today - TimeDelta::days(days);
        Moment {
            instant: instant(day),
            day,
        }
    };
    let done = world.store.write(&world.acting(60), "command", |write| {
        let mut close = |owner: &str, won: Option<bool>, at: Moment, then: Option<&str>| {
            let id = write.create(StreamKind::Deal)?;
            let owned = |owner: &str| Event::Changed(Change::Owner(Some(owner.to_string())));
            let opened = Event::DealOpened {
                account: None,
                opened: Some(at.day),
                external: None,
            };
            write.append(id, at, [opened, owned(owner)])?;
            let end = won.map(|won| {
                if won {
                    Event::Won {
                        imported: false,
                        closed: Some(at.day),
                        overridden: None,
                    }
                } else {
                    Event::Lost {
                        reason: Some("price".to_string()),
                        note: None,
                        imported: false,
                        closed: Some(at.day),
                    }
                }
            });
            write.append(id, at, end)?;
            write.append(id, days_ago(0), then.map(owned))
        };
        for (owner, won, lost) in ended {
            for n in 0..won {
                let given = owner == "mk" && n == 0;
                let (before, after) = if given {
                    ("jr", Some("mk"))
                } else {
                    (owner, None)
                };
                close(before, Some(true), days_ago(10), after)?;
            }
            for _ in 0..lost {
                close(owner, Some(false), days_ago(364), None)?;
            }
            close(owner, None, days_ago(5), None)?;
        }
        close("jr", Some(true), days_ago(365), None)
    });
    done.expect("written");

    let results = world.store.results(world.today).expect("read");
    let told = ended.map(|(owner, ..)| {
        let record = results.of_rep(owner, world.today);
        (record.won, record.closed, record.win_rate())
    });
    assert_eq!(told, [(2, 5, Some(0.4)), (4, 5, Some(0.8)), (4, 4, None)]);

    let book = world.book(&process);
    let owner = |at: usize| {
        let owner = book.deals.owner[at].expect("an owner");
        book.owners[owner as usize].name.as_str()
    };
    for text in [
        "rep_win_rate >= 0.4",
        "rep_win_rate >= 0.41",
        "rep_win_rate >= 0.8",
        "rep_deals_closed = 4",
        "rep_deals_closed = 5",
    ] {
        let condition = process.engine.check(text).expect("checked");
        let truths = world.store.judge(&process, world.today, &[&condition]);
        let truths = truths.expect("judged").remove(0);
        assert_eq!(truths.len(), 18);
        for (at, truth) in truths.into_iter().enumerate() {
            let record = results.of_rep(owner(at), world.today);
            let (what, rest) = text.split_once(' ').expect("words");
            let (_, bound) = rest.split_once(' ').expect("a bound");
            let expected = match what {
                "rep_deals_closed" => {
                    Some(record.closed == bound.parse::<usize>().expect("a number"))
                }
                _ => record
                    .win_rate()
                    .map(|rate| rate >= bound.parse::<f64>().expect("a number")),
            };
            let expected = match expected {
                Some(true) => Truth::Met,
                Some(false) => Truth::NotMet,
                None => Truth::Missing,
            };
            assert_eq!(truth, expected, "{text} of a deal of {}", owner(at));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_planned_is_done_and_undone(
        nows in proptest::collection::vec(now(), STAGES.len()),
        before in proptest::collection::vec(gate(), STAGES.len()),
        after in proptest::collection::vec(gate(), STAGES.len()),
        deals in proptest::collection::vec(made(), 1..12),
    ) {
        let mut nows = nows;
        nows[0] = Now::Kept;
        let old_text = text(&vec![Now::Kept; STAGES.len()], &before);
        let new_text = text(&nows, &after);
        let (old, new) = (sound(&old_text), sound(&new_text));
        let world = World::new(&old_text, &deals);
        let (today, as_it_was) = (Day::of(world.today), world.shown(&old));

        let book = world.book(&old);
        let held = held(&book, &old, &new);
        let found = gates(&old, &new, &held, today, &mut |process, asked| {
            world.store.judge_some(process, world.today, asked)
        })
        .expect("judged");
        let late = late(&book, &old, &new, &held);
        let mut planned: Vec<(Id, Fate)> = Vec::new();
        for held in &held {
            let moves = matches!(held.fate, Fate::Renamed(_) | Fate::Moved(_));
            let deals = held.deals.iter().filter(|_| moves);
            planned.extend(deals.map(|deal| (book.deals.id[*deal as usize], held.fate.clone())));
        }
        planned.sort_by_key(|(deal, _)| deal.0);
        // Deal by deal, as its own gate says.
        let is_open = |process: &Process, id: Id| {
            let deal = world.store.deal(id).expect("read").expect("there");
            let rows = Rows::new(process, world.today);
            let subject = Subject { id, account: None, team: None, account_facts: &[] };
            let row = rows.of_deal(&deal, &subject);
            let case = Case { process, deal: &deal, rows: &rows, row, day: world.today, among: None };
            let stage = process.stage(deal.stage().expect("a stage")).expect("there");
            let lines = case.gate(stage).expect("judged");
            lines.iter().any(|line| line.verdict != salesctl::condition::Truth::Met)
        };
        for held in &held {
            for deal in &held.deals {
                let id = book.deals.id[*deal as usize];
                let stays = !matches!(held.fate, Fate::Moved(_));
                let (was, is) = (is_open(&old, id), stays && is_open(&new, id));
                prop_assert_eq!(found.blocked.contains(deal), stays && !was && is);
                prop_assert_eq!(found.freed.contains(deal), stays && was && !is);
            }
        }

        let done = world.store.write(&world.acting(60), "command", |write| {
            write.apply_process(&new_text, "process.toml", "second")?;
            write.move_deals(Some(&old), &new)
        });
        let (done, _) = done.expect("applied");
        let done: Vec<(Id, Fate)> = done.into_iter().map(|(deal, _, fate)| (deal, fate)).collect();
        prop_assert_eq!(&done, &planned);
        let now = world.book(&new);
        // Those that the change moved stand before the gate where they are now.
        let arrived: Vec<&Arrival> = found.arrivals.iter().collect();
        let blocked: Vec<Id> = arrived
            .iter()
            .flat_map(|arrival| &arrival.blocked)
            .map(|(deal, _)| book.deals.id[*deal as usize])
            .collect();
        let moved: Vec<Id> = planned
            .iter()
            .filter(|(_, fate)| matches!(fate, Fate::Moved(_)))
            .map(|(deal, _)| *deal)
            .collect();
        prop_assert_eq!(arrived.iter().map(|arrival| arrival.deals).sum::<usize>(), moved.len());
        for id in moved {
            prop_assert_eq!(blocked.contains(&id), is_open(&new, id));
        }
        for (at, id) in now.deals.id.iter().enumerate() {
            let was = book.deals.id.iter().position(|known| known == id).expect("there");
            let stage = now.deals.stage[at].map(|stage| now.stages[usize::from(stage)].as_str());
            let (entered, before) = (now.deals.stage_entered[at], book.deals.stage_entered[was]);
            match planned.iter().find(|(deal, _)| deal == id) {
                Some((_, Fate::Renamed(to))) => {
                    prop_assert_eq!((stage, entered), (Some(to.as_str()), before));
                }
                Some((_, Fate::Moved(to))) => {
                    prop_assert_eq!((stage, entered), (Some(to.as_str()), Some(today)));
                }
                _ => prop_assert_eq!(entered, before),
            }
            // A gate was passed by nobody meanwhile.
            let version = |book: &Book, at: usize| {
                book.deals.gate_version[at].map(|version| book.versions[version as usize].clone())
            };
            prop_assert_eq!(version(&now, at), version(&book, was));
        }
        // Late by the new process is who was late before, less who is no longer, and who is newly.
        let lates = |process: &Process| {
            let condition = process.engine.check("late = 1 AND state = 'open'").expect("checked");
            let truths = world.store.judge(process, world.today, &[&condition]).expect("judged");
            truths[0].iter().filter(|truth| **truth == Truth::Met).count()
        };
        let after_it = lates(&new) + late.no_longer.len() + late.begun_anew.len();
        // Nothing counts as forward or back that the process did.
        let moved = |book: &Book| {
            let how = |wanted| book.visits.how.iter().filter(|how| **how == wanted).count();
            (how(salesctl::deal::book::Left::Advanced), how(salesctl::deal::book::Left::Back))
        };
        prop_assert_eq!(moved(&now), moved(&book));
        world.shown(&new);

        world.store.undo(&world.acting(120)).expect("undone");
        prop_assert_eq!(world.shown(&old), as_it_was.as_str());
        prop_assert_eq!(lates(&old) + late.newly.len(), after_it);
        prop_assert_eq!(world.store.applied().expect("read").expect("one").version, 1);
        world.store.redo(&world.acting(180)).expect("redone");
        prop_assert_eq!(world.book(&new).deals.stage, now.deals.stage);
    }
}
