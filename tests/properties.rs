//! Random sequences of deal commands by two people, with undo and redo mixed in: whatever the order, the
//! log tells the same as the tables, reports don't change by a rebuild, and a past day reads later as it
//! read then.

use std::fmt::Write as _;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::sample::Index;
use salesctl::condition::Value;
use salesctl::deal::Deal;
use salesctl::deal::book::{Book, Day, Needs, State};
use salesctl::deal::contact::{PersonChange, SalesRole};
use salesctl::deal::decide::{Case, Decision};
use salesctl::deal::event::{
    Activity, ActivityKind, Amount, CatalogEntry, CatalogKind, Change, Event, FieldValue, Move,
    Private, StreamKind,
};
use salesctl::deal::fact::{Rows, Subject};
use salesctl::deal::start::{NewAccount, NewDeal, NewFollowUp, NewPerson, Origin, Party, Starting};
use salesctl::document::Row;
use salesctl::id::{Id, Ids};
use salesctl::process::{BuyingRole, Process};
use salesctl::report::moves::{Kind, moves};
use salesctl::report::{self, Ask, Dimension, Report};
use salesctl::store::{Acting, Moment, Store, Write};
use tempfile::TempDir;

const USERS: [&str; 2] = ["jr", "ab"];
const ACCOUNTS: [&str; 4] = ["Acme", "Globex", "Hooli", "Söhne"];

/// One command, as somebody might type it.
#[derive(Clone, Debug)]
enum Op {
    Add {
        account: usize,
        value: Option<u32>,
    },
    Deal {
        which: Index,
        what: What,
        days_back: u8,
    },
    Catalog {
        team: bool,
    },
    Contact(Contact),
    /// So many deals at once, with a company and people that come into being by it.
    Start(u8),
    Undo,
    Redo,
    NextDay(u8),
    /// Into parts of so many deals.
    Fold(usize),
}

/// Something about accounts and persons, each picked from those that are there.
#[derive(Clone, Debug)]
enum Contact {
    Rename(Index, usize),
    MergeAccounts(Index, Index),
    LogAtAccount(Index, u32),
    AddPerson(Index, u8),
    ChangePerson(Index, u8),
    SalesRole(Index, usize, bool),
    LogWithPerson(Index, u32),
    MergePersons(Index, Index),
}

fn contact() -> impl Strategy<Value = Contact> {
    let any = any::<Index>;
    prop_oneof![
        (any(), 0..6_usize).prop_map(|(which, name)| Contact::Rename(which, name)),
        (any(), any()).prop_map(|(stays, goes)| Contact::MergeAccounts(stays, goes)),
        (any(), 0..90_u32).prop_map(|(which, minutes)| Contact::LogAtAccount(which, minutes)),
        (any(), 0..3_u8).prop_map(|(account, name)| Contact::AddPerson(account, name)),
        (any(), 0..3_u8).prop_map(|(which, email)| Contact::ChangePerson(which, email)),
        (any(), 0..6_usize, proptest::bool::ANY)
            .prop_map(|(which, role, given)| Contact::SalesRole(which, role, given)),
        (any(), 0..90_u32).prop_map(|(which, minutes)| Contact::LogWithPerson(which, minutes)),
        (any(), any()).prop_map(|(stays, goes)| Contact::MergePersons(stays, goes)),
    ]
}

#[derive(Clone, Debug)]
enum What {
    Value(Option<u32>),
    Owner(usize),
    Product(Option<usize>),
    Source(Option<usize>),
    Title(Option<u8>),
    Problem(bool),
    Industry(usize),
    Close(u8),
    Role(usize, bool),
    Step(Index),
    Advance { overriding: bool },
    Back,
    Win,
    Lose(Index),
    Hold(u8),
    Resume,
    Reopen,
    Note,
    Log(u32),
    FollowUp(u8),
    FollowUpDone,
    Snooze(u8),
}

fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        2 => proptest::option::of(1_000..60_000_u32).prop_map(What::Value),
        1 => (0..2_usize).prop_map(What::Owner),
        1 => proptest::option::of(0..2_usize).prop_map(What::Product),
        1 => proptest::option::of(0..2_usize).prop_map(What::Source),
        1 => proptest::option::of(0..3_u8).prop_map(What::Title),
        1 => any::<bool>().prop_map(What::Problem),
        1 => (0..3_usize).prop_map(What::Industry),
        1 => (0..90_u8).prop_map(What::Close),
        2 => (0..3_usize, any::<bool>()).prop_map(|(role, given)| What::Role(role, given)),
        2 => any::<Index>().prop_map(What::Step),
        6 => any::<bool>().prop_map(|overriding| What::Advance { overriding }),
        2 => Just(What::Back),
        1 => Just(What::Win),
        1 => any::<Index>().prop_map(What::Lose),
        1 => (1..40_u8).prop_map(What::Hold),
        1 => Just(What::Resume),
        1 => Just(What::Reopen),
        1 => Just(What::Note),
        1 => (0..120_u32).prop_map(What::Log),
        1 => (0..30_u8).prop_map(What::FollowUp),
        1 => Just(What::FollowUpDone),
        1 => (0..30_u8).prop_map(What::Snooze),
    ]
}

/// `reversals` adds what changes the past: undo, redo, back-dated commands.
fn ops(reversals: bool) -> impl Strategy<Value = Vec<(usize, Op)>> {
    let back = if reversals { 6_u8 } else { 1 };
    let undo = if reversals { 6 } else { 0 };
    let op = prop_oneof![
        4 => (0..ACCOUNTS.len(), proptest::option::of(1_000..60_000_u32))
            .prop_map(|(account, value)| Op::Add { account, value }),
        24 => (any::<Index>(), what(), 0..back)
            .prop_map(|(which, what, days_back)| Op::Deal { which, what, days_back }),
        undo => prop_oneof![2 => Just(Op::Undo), 1 => Just(Op::Redo)],
        undo => contact().prop_map(Op::Contact),
        undo / 6 => any::<bool>().prop_map(|team| Op::Catalog { team }),
        2 => (1..4_u8).prop_map(Op::Start),
        1 => (1..4_usize).prop_map(Op::Fold),
        5 => (1..12_u8).prop_map(Op::NextDay),
    ];
    proptest::collection::vec((0..USERS.len(), op), 1..60)
}

/// A store, the process it enforces, and the day it is.
struct World {
    _folder: TempDir,
    store: Store,
    process: Process,
    today: NaiveDate,
    clock: DateTime<Utc>,
    /// Deals that were ever added.
    deals: Vec<Id>,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let text = salesctl::process::template::text("consultative").expect("the template");
        let process = salesctl::process::check("process.toml", text)
            .process
            .expect("sound");
        let store =
            Store::create(&folder.path().join("sales.db"), false, Ids::seeded(1)).expect("a store");
        let today = NaiveDate::from_ymd_opt(2026, 1, 5).expect("a date");
        let clock = process.calendar.noon_of(today);
        let world = Self {
            _folder: folder,
            store,
            process,
            today,
            clock,
            deals: Vec::new(),
        };
        world
            .store
            .write(&world.acting("setup"), "setup", |write| {
                write.apply_process(text, "process.toml", "first version")?;
                for (name, team) in [("jr", "north"), ("ab", "south")] {
                    write.set_catalog(entry(CatalogKind::Team, team, None))?;
                    write.set_catalog(entry(CatalogKind::Rep, name, Some(team)))?;
                }
                Ok(())
            })
            .expect("set up");
        world
    }

    fn acting(&self, actor: &str) -> Acting {
        Acting {
            actor: actor.to_string(),
            typed: "a command".to_string(),
            clock: self.clock,
            now: self.clock,
            today: self.today,
            dry_run: false,
        }
    }

    /// Runs one command; a refusal leaves everything as it was.
    fn run(&mut self, user: usize, op: &Op) {
        let actor = USERS[user];
        self.clock += TimeDelta::seconds(7);
        let before = self.deals.len();
        let result = match op {
            Op::NextDay(days) => {
                self.today = self.today + Days::new(u64::from(*days));
                self.clock = self.process.calendar.noon_of(self.today);
                Ok(())
            }
            Op::Undo => self.store.undo(&self.acting(actor)).map(|_| ()),
            Op::Redo => self.store.redo(&self.acting(actor)).map(|_| ()),
            Op::Fold(deals) => self.store.fold_in_parts_of(*deals),
            Op::Catalog { team } => {
                let team = if *team { "north" } else { "south" };
                self.write(actor, |write| {
                    write
                        .set_catalog(entry(CatalogKind::Rep, actor, Some(team)))
                        .map(|_| ())
                })
            }
            Op::Contact(contact) => self.contact(actor, contact),
            Op::Start(deals) => self.start(actor, *deals),
            Op::Add { account, value } => self.add(actor, ACCOUNTS[*account], *value),
            Op::Deal {
                which,
                what,
                days_back,
            } => {
                if self.deals.is_empty() {
                    return;
                }
                let id = self.deals[which.index(before)];
                self.change(actor, id, what, u64::from(*days_back))
            }
        };
        // Whatever was not foreseen is a bug, not a refusal.
        if let Err(error) = result {
            assert!(
                error.downcast_ref::<salesctl::fault::Fault>().is_some(),
                "{op:?}: {error:?}"
            );
        }
    }

    fn write(
        &self,
        actor: &str,
        change: impl FnOnce(&mut Write<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let ((), _) = self.store.write(&self.acting(actor), "command", change)?;
        Ok(())
    }

    fn start(&mut self, actor: &str, deals: u8) -> anyhow::Result<()> {
        let n = self.deals.len();
        let person = NewPerson {
            name: "Jana Roth".to_string(),
            ..NewPerson::default()
        };
        let deal = |at: u8| NewDeal {
            account: Party::New(0),
            person: (at != 1).then(|| Party::New(person.clone())),
            title: None,
            owner: Some(actor.to_string()),
            product: None,
            source: Some("fair".to_string()),
            stage: self.process.stages[0].name.clone(),
            customer_type: None,
            follow_ups: vec![NewFollowUp {
                due: self.today,
                text: "call".to_string(),
                by_rule: true,
            }],
            origin: Origin {
                why: Some("industry retail".to_string()),
                ..Origin::default()
            },
        };
        let starting = Starting {
            accounts: vec![NewAccount {
                name: format!("New {n}"),
                fields: vec![(
                    "industry".to_string(),
                    FieldValue::Word("retail".to_string()),
                )],
            }],
            deals: (0..deals).map(deal).collect(),
        };
        let acting = self.acting(actor);
        let (ids, _) = self.store.write(&acting, "command", |write| {
            let at = write.now();
            write.start_deals(at, &starting)
        })?;
        self.deals.extend(ids);
        Ok(())
    }

    fn add(&mut self, actor: &str, account: &str, value: Option<u32>) -> anyhow::Result<()> {
        let at = Moment {
            instant: self.clock,
            day: self.today,
        };
        let (id, _) = self.store.write(&self.acting(actor), "command", |write| {
            let known = self.store.account_named(account)?;
            let account = if let Some(account) = known {
                account
            } else {
                let name = account.to_string();
                let account = write.create(StreamKind::Account)?;
                write.append(account, at, [Event::AccountAdded { name }])?;
                write.flush()?;
                account
            };
            let id = write.create(StreamKind::Deal)?;
            let opened = Event::DealOpened {
                account: Some(account),
                opened: Some(at.day),
                external: None,
            };
            let owner = Event::Changed(Change::Owner(Some(actor.to_string())));
            write.append(id, at, [opened, owner])?;
            if value.is_some() {
                write.append(id, at, [self.value(value)])?;
            }
            let deal = write.deal(id)?.expect("just opened");
            let first = self.process.stages[0].name.clone();
            let events = self.decide(&deal, at.day, |case| {
                case.enter(&first, Move::Start, None, &mut || write.new_id())
            })?;
            write.append(id, at, events)?;
            Ok(id)
        })?;
        self.deals.push(id);
        Ok(())
    }

    fn change(&self, actor: &str, id: Id, what: &What, days_back: u64) -> anyhow::Result<()> {
        self.write(actor, |write| {
            let deal = write
                .deal(id)?
                .ok_or_else(|| salesctl::fault::Fault::not_found("undone"))?;
            let at = self.moment(&deal, self.today - Days::new(days_back))?;
            let events = self.events(write, &deal, what, at)?;
            write.append(id, at, events)
        })
    }

    /// As the command line decides about `--on`.
    fn moment(&self, deal: &Deal, day: NaiveDate) -> Result<Moment, salesctl::fault::Fault> {
        let calendar = &self.process.calendar;
        if day == self.today {
            return Ok(Moment {
                instant: self.clock.max(deal.latest),
                day: day.max(calendar.date_of(deal.latest)),
            });
        }
        if day < calendar.date_of(deal.floor) {
            return Err(salesctl::fault::Fault::no("too early"));
        }
        Ok(Moment {
            instant: calendar.end_of(day).max(deal.floor),
            day,
        })
    }

    fn events(
        &self,
        write: &mut Write<'_>,
        deal: &Deal,
        what: &What,
        at: Moment,
    ) -> anyhow::Result<Vec<Event>> {
        let refuse = |text: &str| Err(salesctl::fault::Fault::no(text).into());
        let new = |days: u8| self.today + Days::new(u64::from(days));
        Ok(match what {
            What::Value(value) => vec![self.value(*value)],
            What::Owner(owner) => vec![Event::Changed(Change::Owner(Some(
                USERS[*owner].to_string(),
            )))],
            What::Product(product) => vec![Event::Changed(Change::Product(
                product.map(|at| ["starter", "team"][at].to_string()),
            ))],
            What::Source(source) => vec![Event::Changed(Change::Source(
                source.map(|at| ["fair", "referral"][at].to_string()),
            ))],
            What::Title(title) => vec![Event::Changed(Change::Title(
                title.map(|n| Private::new(format!("order {n}"))),
            ))],
            What::Problem(known) => vec![Event::Changed(Change::Field {
                name: "problem".to_string(),
                value: if *known {
                    FieldValue::Text(Private::new("quotes take 3 days"))
                } else {
                    FieldValue::Empty
                },
            })],
            What::Industry(industry) => {
                let account = deal.account.expect("every deal has one");
                let value = ["retail", "health", "public"][*industry];
                write.append(
                    account,
                    at,
                    [Event::AccountField {
                        name: "industry".to_string(),
                        value: FieldValue::Word(value.to_string()),
                    }],
                )?;
                Vec::new()
            }
            What::Close(days) => vec![Event::Changed(Change::ExpectedClose(Some(new(*days))))],
            What::Role(role, given) => self.role(write, deal, *role, *given, at)?,
            What::Step(step) => {
                let Some(stage) = deal.stage().and_then(|name| self.process.stage(name)) else {
                    return refuse("no stage");
                };
                if stage.steps.is_empty() {
                    return refuse("no steps");
                }
                let step = &stage.steps[step.index(stage.steps.len())].name;
                self.decide(deal, at.day, |case| case.done(step, &mut || write.new_id()))?
            }
            What::Advance { overriding } => {
                let reason = overriding.then_some("because");
                let decision = self.decide(deal, at.day, |case| {
                    case.advance(None, reason, &mut || write.new_id())
                })?;
                return granted(decision);
            }
            What::Back => {
                let decision =
                    self.decide(deal, at.day, |case| case.back(None, &mut || write.new_id()))?;
                return granted(decision);
            }
            What::Win => {
                let decision = self.decide(deal, at.day, |case| case.win(Some("signed")))?;
                return granted(decision);
            }
            What::Lose(reason) => {
                let reasons = &self.process.lost_reasons;
                let reason = &reasons[reason.index(reasons.len())].name;
                self.decide(deal, at.day, |case| case.lose(reason, None))?
            }
            What::Hold(_) | What::Resume | What::Reopen => {
                let fits = match what {
                    What::Hold(_) => deal.state.is_open(),
                    What::Resume => deal.state == State::Hold,
                    _ => !deal.state.is_open(),
                };
                if !fits {
                    return refuse("not in that state");
                }
                vec![match what {
                    What::Hold(days) => Event::Held {
                        until: new(*days),
                        reason: Private::new("later"),
                    },
                    What::Resume => Event::Resumed,
                    _ => Event::Reopened {
                        reason: None,
                        stage: None,
                    },
                }]
            }
            What::Note => vec![Event::Noted {
                text: Private::new("a word"),
            }],
            What::Log(minutes) => vec![Event::Logged(Activity {
                what: ActivityKind::Call,
                minutes: Some(*minutes),
                cost_minor: None,
                person: None,
                tool: None,
                text: None,
            })],
            What::FollowUp(days) => vec![Event::FollowUpAdded {
                id: write.new_id()?,
                due: new(*days),
                text: Private::new("call"),
                by_rule: false,
            }],
            What::FollowUpDone | What::Snooze(_) => {
                let Some(item) = deal.next_follow_up().filter(|item| item.added <= at.day) else {
                    return refuse("nothing to do");
                };
                vec![match what {
                    What::Snooze(days) => Event::FollowUpSnoozed {
                        id: item.id,
                        due: new(*days),
                    },
                    _ => Event::FollowUpDone { id: item.id },
                }]
            }
        })
    }

    fn role(
        &self,
        write: &mut Write<'_>,
        deal: &Deal,
        role: usize,
        given: bool,
        at: Moment,
    ) -> anyhow::Result<Vec<Event>> {
        let role = [BuyingRole::Decider, BuyingRole::User, BuyingRole::Buyer][role];
        let known = self.store.persons_at(deal.account)?;
        let person = if let Some(person) = known.first() {
            person.id
        } else {
            let person = write.create(StreamKind::Person)?;
            let added = Event::PersonAdded {
                account: deal.account,
                name: Private::new("Jana Roth"),
                title: None,
                email: None,
                phone: None,
            };
            write.append(person, at, [added])?;
            person
        };
        Ok(match (deal.roles.contains(&(role, person)), given) {
            (false, true) => vec![Event::RoleGiven { person, role }],
            (true, false) => vec![Event::RoleTaken { person, role }],
            _ => Vec::new(),
        })
    }

    fn contact(&self, actor: &str, contact: &Contact) -> anyhow::Result<()> {
        let at = Moment {
            instant: self.clock,
            day: self.today,
        };
        let accounts: Vec<Id> = self.store.account_rows()?.iter().map(|a| a.id).collect();
        let persons: Vec<Id> = self.store.persons()?.iter().map(|p| p.id).collect();
        let pick = |from: &[Id], which: &Index| {
            let nobody = || salesctl::fault::Fault::not_found("nobody is there");
            (!from.is_empty())
                .then(|| from[which.index(from.len())])
                .ok_or_else(nobody)
        };
        let call = |minutes: u32| {
            Event::Logged(Activity {
                what: ActivityKind::Call,
                minutes: Some(minutes),
                cost_minor: None,
                person: None,
                tool: None,
                text: None,
            })
        };
        self.write(actor, |write| match contact {
            Contact::Rename(which, name) => {
                let name = ["Acme", "Globex", "Hooli", "Söhne", "Initech", "Stark"][*name];
                if self.store.account_named(name)?.is_some() {
                    return Err(salesctl::fault::Fault::no("the name is taken").into());
                }
                let name = name.to_string();
                write.append(
                    pick(&accounts, which)?,
                    at,
                    [Event::AccountRenamed { name }],
                )
            }
            Contact::MergeAccounts(stays, goes) => {
                write.merge_accounts(pick(&accounts, stays)?, pick(&accounts, goes)?)
            }
            Contact::LogAtAccount(which, minutes) => {
                write.append(pick(&accounts, which)?, at, [call(*minutes)])
            }
            Contact::AddPerson(account, name) => {
                let added = Event::PersonAdded {
                    account: Some(pick(&accounts, account)?),
                    name: Private::new(format!("Person {name}")),
                    title: None,
                    email: Some(Private::new(format!("p{name}@acme.example"))),
                    phone: None,
                };
                let person = write.create(StreamKind::Person)?;
                write.append(person, at, [added])
            }
            Contact::ChangePerson(which, n) => {
                let change = match n {
                    0 => PersonChange::Email(None),
                    1 => PersonChange::Title(Some(Private::new("COO"))),
                    _ => PersonChange::Mobile(Some(Private::new("+49 171 555010"))),
                };
                write.append(pick(&persons, which)?, at, [Event::PersonChanged(change)])
            }
            Contact::SalesRole(which, role, given) => {
                let role = SalesRole::ALL[*role];
                let event = if *given {
                    Event::SalesRoleGiven { role }
                } else {
                    Event::SalesRoleTaken { role }
                };
                write.append(pick(&persons, which)?, at, [event])
            }
            Contact::LogWithPerson(which, minutes) => {
                write.append(pick(&persons, which)?, at, [call(*minutes)])
            }
            Contact::MergePersons(stays, goes) => {
                write.merge_persons(pick(&persons, stays)?, pick(&persons, goes)?)
            }
        })
    }

    /// Who is shown for every id that somebody or something ever had: nobody is shown through a third.
    fn shown_contacts(&self) -> String {
        let mut out = String::new();
        let accounts = self.store.account_rows().expect("accounts");
        let persons = self.store.persons().expect("persons");
        for account in &accounts {
            let ids = self.store.account_ids(account.id).expect("ids");
            let deals = self.store.deals_of(Some(account.id)).expect("deals");
            assert!(deals.iter().all(|deal| deal.account == Some(account.id)));
            let _ = writeln!(out, "{account:?} {ids:?} {}", deals.len());
        }
        for person in &persons {
            let ids = self.store.person_ids(person.id).expect("ids");
            let is_known = |id| accounts.iter().any(|account| account.id == id);
            assert!(person.account.is_none_or(is_known), "{person:?}");
            let _ = writeln!(out, "{person:?} {ids:?}");
        }
        let _ = writeln!(out, "{:?}", self.store.last_contacts().expect("days").len());
        out
    }

    fn value(&self, value: Option<u32>) -> Event {
        Event::Changed(Change::Value(value.map(|value| Amount {
            minor: i64::from(value) * 100,
            currency: self.process.currency,
        })))
    }

    fn decide<T>(
        &self,
        deal: &Deal,
        day: NaiveDate,
        decision: impl FnOnce(&Case<'_>) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let rows = Rows::new(&self.process, day);
        let account = deal.account.expect("every deal has one");
        let facts = self.store.account_facts(account, day)?;
        let row = rows.row(
            &Subject {
                id: deal.id,
                account: self.store.account_name(account)?.as_deref(),
                team: None,
                account_facts: &facts,
            },
            deal.facts
                .iter()
                .map(|fact| (fact.name.as_str(), fact.value.clone())),
        );
        decision(&Case {
            process: &self.process,
            deal,
            rows: &rows,
            row,
            among: None,
            day,
        })
    }

    /// Columns, rows and the histories of facts give the same Book, and every condition has the truth that it
    /// has of each deal in hand.
    fn agree(&self, day: NaiveDate) {
        let needs = everything();
        let (store, process) = (&self.store, &self.process);
        let columns = shown(&store.book(process, day, &needs).expect("a Book"));
        let rows = shown(&store.book_of_rows(process, day, &needs).expect("a Book"));
        assert_eq!(columns, rows, "columns and rows, {day}");
        let facts = shown(&store.book_of_facts(process, day, &needs).expect("a Book"));
        assert_eq!(columns, facts, "columns and facts, {day}");
        let conditions: Vec<_> = CONDITIONS
            .iter()
            .map(|text| process.engine.check(text).expect(text))
            .collect();
        let found = store
            .judge(process, day, &conditions.iter().collect::<Vec<_>>())
            .expect("judged");
        let catalog = store.catalog().expect("read");
        let rows = Rows::new(process, day);
        let mut all = Vec::new();
        for id in store.book(process, day, &needs).expect("a Book").deals.id {
            let deal = store.deal(id).expect("read").expect("there");
            let told = |name: &str| {
                let facts = deal.facts.iter().filter(|fact| fact.day <= day);
                facts
                    .filter(|fact| fact.name == name)
                    .max_by_key(|fact| fact.day)
                    .map(|fact| fact.value.clone())
            };
            let account = match told(salesctl::deal::fact::ACCOUNT) {
                Some(Value::Integer(id)) => Some(Id(id)),
                _ => None,
            };
            let name = account.and_then(|id| store.account_name(id).expect("read"));
            let fields = account.map(|id| store.account_facts(id, day).expect("read"));
            let team = match told("owner") {
                Some(Value::Text(owner)) => catalog
                    .get(CatalogKind::Rep, &owner)
                    .and_then(|rep| rep.team.clone()),
                _ => None,
            };
            let subject = Subject {
                id,
                account: name.as_deref(),
                team: team.as_deref(),
                account_facts: fields.as_deref().unwrap_or_default(),
            };
            let mut dated: Vec<_> = deal.facts.iter().filter(|fact| fact.day <= day).collect();
            dated.sort_by_key(|fact| fact.day);
            let dated = dated
                .into_iter()
                .map(|fact| (fact.name.as_str(), fact.value.clone()));
            all.push(rows.row(&subject, dated));
        }
        process.engine.load(all).expect("loaded");
        for (condition, found) in conditions.iter().zip(found) {
            let one_by_one = process.engine.judge(condition).expect("judged");
            assert_eq!(found, one_by_one, "{} on {day}", condition.text);
        }
    }

    /// A Book that is cut back in hand is the Book of that day, as far as it can know it.
    fn cut_agrees(&self, day: NaiveDate) {
        let load = |day| {
            let told = ["source", "problem"].map(str::to_string).to_vec();
            let needs = Needs {
                told,
                ..Needs::everything()
            };
            self.store.book(&self.process, day, &needs).expect("a Book")
        };
        let then = load(day);
        let cut = load(self.today).cut(Day::of(day));
        assert_eq!(known_of(&cut), known_of(&then), "cut back to {day}");
    }

    /// Every report of a day as JSON, and the Book behind them.
    fn told(&self, day: NaiveDate) -> String {
        let book = self
            .store
            .book(&self.process, day, &everything())
            .expect("a Book");
        let ask = |by: &[Dimension]| Ask {
            by: by.to_vec(),
            ..Ask::default()
        };
        let (process, asked) = (&self.process, ask(&[]));
        let mut out = shown(&book);
        out += &json(&report::pipeline(process, &book, &asked));
        out += &json(&report::funnel(process, &book, &asked).expect("a report"));
        for dimension in [
            Dimension::Rep,
            Dimension::Product,
            Dimension::Attribute("industry".to_string()),
        ] {
            out += &json(&report::win_rate(process, &book, &ask(&[dimension])).expect("a report"));
        }
        out += &json(&report::durations(process, &book, &asked));
        out += &json(&report::velocity(process, &book, &asked));
        out
    }
}

/// Conditions over facts of every kind: dated, derived, of the account, of the catalog.
const CONDITIONS: &[&str] = &[
    "value > 20000",
    "stage = 'qualify' AND days_in_stage >= 3",
    "industry = 'retail' OR product = 'team'",
    "problem IS NOT NULL",
    "team = 'north' AND source = 'fair'",
    "account LIKE 'a%' OR late = 1",
    "has_decider = 1 AND age_days > 5",
    "idle_days > 2 AND next_date > today",
    "id LIKE '%A%'",
    "overrides > 0 OR reason IS NOT NULL",
    "expected_close < closed",
    "1",
];

fn everything() -> Needs {
    Needs {
        attributes: ["industry", "problem", "has_decider"]
            .map(str::to_string)
            .to_vec(),
        dated: ["employees", "has_decider"].map(str::to_string).to_vec(),
        told: ["product", "source", "industry", "problem"]
            .map(str::to_string)
            .to_vec(),
        conditions: vec!["value > 20000".to_string()],
        ..Needs::everything()
    }
}

impl World {
    /// What was open at the end of a day, and all that moved since, is what is open now.
    fn adds_up(&self, from: NaiveDate) {
        let book_of = |day| {
            let needs = Needs::everything();
            self.store.book(&self.process, day, &needs).expect("a Book")
        };
        let open = |day| -> (i64, i64) {
            let rows = report::pipeline(&self.process, &book_of(day), &Ask::default())
                .answer
                .rows;
            let n: usize = rows.iter().map(|row| row.n).sum();
            (
                n as i64,
                rows.iter().filter_map(|row| row.value_minor).sum(),
            )
        };
        let (mut n, mut value) = open(from);
        let book = book_of(self.today);
        let moves = moves(&self.process, &book, &Ask::default(), Day::of(from), None);
        let opening = moves.opening;
        assert_eq!(
            (opening.n as i64, opening.value_minor),
            (n, value),
            "{from}"
        );
        for kind in Kind::FLOWS {
            n += kind.deals() * moves.sum(kind).n as i64;
            value += moves.sum(kind).value_minor;
        }
        assert_eq!((n, value), open(self.today), "since {from}");
    }
}

fn json<R: Row>(report: &Report<R>) -> String {
    let mut line = serde_json::to_string(&report.answer).expect("JSON");
    line.push('\n');
    line
}

fn entry(kind: CatalogKind, name: &str, team: Option<&str>) -> CatalogEntry {
    CatalogEntry {
        kind,
        name: name.to_string(),
        title: name.to_string(),
        team: team.map(str::to_string),
        manager: None,
        login: None,
        price_minor: None,
        capacity: None,
        margin: None,
        since: None,
        active: true,
    }
}

fn granted(decision: Decision) -> anyhow::Result<Vec<Event>> {
    match decision {
        Decision::Go { events, .. } => Ok(events),
        Decision::Stay(_) => Err(salesctl::fault::Fault::no("refused").into()),
    }
}

/// A Book with names in place of places: accounts that were added later don't make it another one.
fn shown(book: &Book) -> String {
    let deals = &book.deals;
    let mut out = String::new();
    for i in 0..deals.len() {
        let named = |place: Option<u32>, names: &[salesctl::deal::book::Named]| {
            place.map(|at| names[at as usize].name.clone())
        };
        let _ = writeln!(
            out,
            "{} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {} {:?} {:?} {:?} {:?} {:?}",
            deals.id[i],
            deals.account[i].map(|at| &book.accounts[at as usize]),
            named(deals.owner[i], &book.owners),
            named(deals.team[i], &book.teams),
            named(deals.product[i], &book.products),
            named(deals.source[i], &book.sources),
            deals.state[i],
            deals.stage[i].map(|at| &book.stages[at as usize]),
            deals.stage_entered[i],
            deals.value_minor[i],
            book.currencies[deals.currency[i] as usize],
            deals.opened[i],
            deals.closed[i],
            deals.expected_close[i],
            deals.hold_until[i],
            deals.next_due[i],
        );
        let _ = writeln!(
            out,
            "  {:?} {:?} {:?}",
            deals.reason[i].map(|at| &book.reasons[at as usize]),
            deals.customer_type[i].map(|at| &book.types[at as usize]),
            deals.touched[i],
        );
        for (text, met) in &book.conditions {
            let _ = writeln!(out, "  {text}: {}", met[i]);
        }
        for (name, column) in &book.attributes {
            let value = column.index[i].map(|at| &column.labels[at as usize]);
            let _ = writeln!(out, "  {name} {value:?}");
        }
    }
    let visits = &book.visits;
    for i in 0..visits.len() {
        let _ = writeln!(
            out,
            "{} {} {:?} {:?} {:?} {}",
            deals.id[visits.deal[i] as usize],
            book.stages[visits.stage[i] as usize],
            visits.entered[i],
            visits.left[i],
            visits.how[i],
            visits.overridden[i],
        );
    }
    out + &tables_shown(book)
}

/// What a Book that was cut back knows of its day.
fn known_of(book: &Book) -> String {
    let deals = &book.deals;
    let mut known = book.clone();
    // As they are now, or not known.
    known.activities.by = vec![None; known.activities.len()];
    known.follow_ups = salesctl::deal::book::FollowUps::default();
    let mut out = tables_shown(&known);
    for i in 0..deals.len() {
        let _ = writeln!(
            out,
            "{} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            deals.id[i],
            deals.owner[i].map(|at| &book.owners[at as usize].name),
            deals.state[i],
            deals.stage[i].map(|at| &book.stages[at as usize]),
            deals.stage_entered[i],
            deals.value_minor[i],
            deals.opened[i],
            deals.closed[i],
            deals.expected_close[i],
        );
    }
    let visits = &book.visits;
    for i in 0..visits.len() {
        let _ = writeln!(
            out,
            "{} {} {:?} {:?} {:?} {}",
            deals.id[visits.deal[i] as usize],
            book.stages[visits.stage[i] as usize],
            visits.entered[i],
            visits.left[i],
            visits.how[i],
            visits.overridden[i],
        );
    }
    out
}

fn tables_shown(book: &Book) -> String {
    let mut out = String::new();
    let id = |deal: u32| book.deals.id[deal as usize];
    let owner = |at: Option<u32>| at.map(|at| book.owners[at as usize].name.clone());
    let done = &book.activities;
    let mut lines: Vec<String> = (0..done.len())
        .map(|i| {
            format!(
                "{:?} {:?} {:?} {:?} {:?} {:?} {:?}",
                done.deal[i].map(id),
                done.day[i],
                done.kind[i],
                done.minutes[i],
                done.cost_minor[i],
                owner(done.by[i]),
                done.tool[i].map(|at| &book.tools[at as usize]),
            )
        })
        .collect();
    lines.sort();
    for line in lines {
        out += &line;
        out.push('\n');
    }
    let due = &book.follow_ups;
    for i in 0..due.len() {
        let _ = writeln!(
            out,
            "{:?} {} {:?} {:?} {:?} {} {}",
            due.id[i],
            id(due.deal[i]),
            due.due[i],
            due.added[i],
            due.done[i],
            due.by_rule[i],
            due.text[i],
        );
    }
    let changes = &book.changes;
    let mut tell = |name: &str, whose: &[u32], on: &[Day], to: Vec<String>| {
        for ((deal, day), to) in whose.iter().zip(on).zip(to) {
            let _ = writeln!(out, "{name} {} {day:?} {to}", id(*deal));
        }
    };
    let (states, visited) = (&changes.state, &changes.stage);
    let to = states.to.iter().map(|to| format!("{to:?}")).collect();
    tell("state", &states.deal, &states.day, to);
    let to = visited.to.iter();
    let to = to.map(|to| format!("{:?}", to.map(|at| &book.stages[at as usize])));
    tell("stage", &visited.deal, &visited.day, to.collect());
    let of = &changes.owner;
    let to = of.to.iter().map(|to| format!("{:?}", owner(*to))).collect();
    tell("owner", &of.deal, &of.day, to);
    let of = &changes.value_minor;
    let to = of.to.iter().map(|to| format!("{to:?}")).collect();
    tell("value", &of.deal, &of.day, to);
    let of = &changes.currency;
    let to = of.to.iter();
    let to = to.map(|to| book.currencies[usize::from(*to)].to_string());
    tell("currency", &of.deal, &of.day, to.collect());
    for (name, of) in &book.dated {
        let to = of.to.iter().map(|to| format!("{to:?}")).collect();
        tell(name, &of.deal, &of.day, to);
    }
    let of = &changes.expected_close;
    let to = of.to.iter().map(|to| format!("{to:?}")).collect();
    tell("close", &of.deal, &of.day, to);
    for (name, told) in &book.told {
        for (deal, day, label) in told.all() {
            let label = label.map(|label| &told.labels[label as usize]);
            let _ = writeln!(out, "{name} {} {day:?} {label:?}", id(deal));
        }
    }
    out
}

proptest! {
    // PROPTEST_CASES=100000 looks harder.
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 4, max_shrink_iters: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_log_tells_what_the_tables_say(ops in ops(true)) {
        let mut world = World::new();
        for (user, op) in &ops {
            world.run(*user, op);
        }
        let found = world.store.examine().expect("it can be read");
        prop_assert!(found.is_sound(), "{found:?}");

        let day = |back: u64| world.today - Days::new(back);
        for back in [0, 3] {
            world.agree(day(back));
        }
        world.cut_agrees(day(3));
        world.cut_agrees(day(20));
        let rows = world.store.book_of_rows(&world.process, world.today, &Needs::everything()).expect("a Book");
        for back in [1, 5, 30] {
            world.adds_up(day(back));
        }
        let contacts = world.shown_contacts();
        let all = world.store.deals_of(None).expect("deals").len();
        prop_assert_eq!(all, rows.deals.len(), "every deal is shown at an account");
        let before: Vec<String> = [0, 3, 20].map(|back| world.told(day(back))).to_vec();
        world.store.rebuild().expect("it can be rebuilt");
        let after: Vec<String> = [0, 3, 20].map(|back| world.told(day(back))).to_vec();
        prop_assert_eq!(before, after);
        prop_assert_eq!(world.shown_contacts(), contacts);
        let again = world.store.examine().expect("it can be read");
        prop_assert_eq!(again, found);

        // Undone in the order it was done, nothing is left.
        let mut stuck = 0;
        while stuck < USERS.len() {
            stuck = 0;
            for user in USERS {
                if world.store.undo(&world.acting(user)).is_err() {
                    stuck += 1;
                }
            }
        }
        let book = world.store.book(&world.process, world.today, &Needs::everything()).expect("a Book");
        prop_assert_eq!(shown(&book), "");
        prop_assert!(world.store.accounts().expect("read").is_empty());
        prop_assert!(world.store.examine().expect("it can be read").is_sound());
    }

    #[test]
    fn a_past_day_reads_as_it_read_then(ops in ops(false)) {
        let mut world = World::new();
        let mut then = Vec::new();
        for (user, op) in &ops {
            if matches!(op, Op::NextDay(_)) {
                then.push((world.today, world.told(world.today)));
            }
            world.run(*user, op);
        }
        for (day, told) in then {
            prop_assert_eq!(world.told(day), told, "as of {}", day);
        }
    }
}
