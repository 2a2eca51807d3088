//! `prospect select --customers`: whom of those who bought something to talk with again, and about what.
//!
//! The universe is small and known, so everything is worked out for each: who resembles it, and what they
//! bought that it has not. Customers are spared cold mailings, not the talk with whoever looks after them:
//! only suppression for every purpose keeps one out.

mod tell;

use std::collections::BTreeMap;

use anyhow::Result;

use super::super::super::assignment::in_catalog;
use super::super::super::context::Status;
use super::super::super::filter;
use super::super::super::output::{self, OutputArgs};
use super::super::super::session::Session;
use super::super::super::show::counted;
use super::super::start::choose::of_company;
use super::choose;
use crate::condition::Truth;
use crate::deal::event::CatalogKind;
use crate::deal::staffing::Seat;
use crate::document::Document;
use crate::fault::Fault;
use crate::id::Id;
use crate::money::grouped;
use crate::prospect::likeness::LIKE_ENOUGH;
use crate::prospect::suppression::{Purpose, Scratch};
use crate::prospect::{Query, TopicRule};
use crate::store::{Catalog, Chosen, Customer, Resembled};
use crate::text::visible;
use tell::{CustomerRow, own_lacks, row, table, why};

/// Who is chosen: places among the customers, the best first.
struct Picked {
    chosen: Vec<usize>,
    /// How alike each is to which of the named ones, by place.
    like: BTreeMap<usize, (f64, usize)>,
    /// How many customers there are of those owners.
    universe: usize,
    /// The topics that were asked for.
    topics: Vec<TopicRule>,
    notes: Vec<String>,
}

/// Chooses, saves when a name is given, and shows.
pub(crate) fn run_customers(
    session: &Session<'_>,
    query: &Query,
    save: Option<&str>,
    dry_run: bool,
    output: &OutputArgs,
) -> Result<Status> {
    refuse_options_of_names(query)?;
    let catalog = session.store.catalog()?;
    let named = query
        .like
        .iter()
        .map(|typed| session.store.resolve_account(typed))
        .collect::<Result<Vec<Id>>>()?;
    let customers = session
        .store
        .customers(&session.process, session.today, &named)?;
    let resembled = Resembled::of(customers);
    let picked = pick(session, &catalog, query, &named, &resembled)?;
    let rows: Vec<CustomerRow> = picked
        .chosen
        .iter()
        .map(|at| row(&resembled, &picked, &catalog, *at))
        .collect();
    let mut notes = picked.notes;
    for at in places(&resembled, &named) {
        notes.push(own_lacks(&resembled, &catalog, at));
    }
    let mut saving = None;
    if let Some(name) = save {
        let chosen: Vec<Chosen> = rows
            .iter()
            .zip(&picked.chosen)
            .map(|(row, at)| Chosen {
                subject: resembled.customers[*at].id,
                why: why(
                    session,
                    &catalog,
                    row,
                    &picked.topics,
                    &resembled.customers[*at],
                ),
            })
            .collect();
        saving = Some((name, chosen));
    }
    let mut answer = output::answer(session, "salesctl/prospect-select-customers/1", rows);
    answer.notes = notes;
    let shorts = picked
        .chosen
        .iter()
        .map(|at| session.store.short(resembled.customers[*at].id))
        .collect::<Result<Vec<String>>>()?;
    let of = query.owner.as_ref().map(|owner| format!(" of {owner}"));
    let heading = format!(
        "{} of {}{}, {} first",
        grouped(answer.n as u64),
        counted(picked.universe, "customer", "customers"),
        of.unwrap_or_default(),
        if named.is_empty() {
            "the largest"
        } else {
            "the most alike"
        }
    );
    let mut document = Document::default().heading(heading).table(table(
        &answer.rows,
        shorts,
        !named.is_empty(),
        answer.currency,
        &catalog,
    ));
    for note in &answer.notes {
        document = document.line(note.clone());
    }
    output.show(&session.cx.console, &answer, &document)?;
    if let Some((name, chosen)) = saving {
        keep(session, name, query, &chosen, dry_run)?;
    }
    Ok(Status::Done)
}

/// The line that says so goes beside the data.
fn keep(
    session: &Session<'_>,
    name: &str,
    query: &Query,
    chosen: &[Chosen],
    dry_run: bool,
) -> Result<()> {
    let (_, outcome) = session.write(dry_run, |write| write.save_selection(name, query, chosen))?;
    let console = &session.cx.console;
    console.note(&format!(
        "✓ selection {} saved: {}; `salesctl prospect start --from {0}` opens deals with them",
        visible(name),
        counted(chosen.len(), "customer", "customers")
    ));
    if outcome.dry_run {
        console.note("dry run: nothing written");
    }
    Ok(())
}

fn refuse_options_of_names(query: &Query) -> Result<()> {
    if query.like_won {
        return Err(Fault::usage(
            "--like-won compares names of lists with customers; these are customers",
        )
        .hint("salesctl prospect select --customers --like ACCOUNT compares them with one")
        .into());
    }
    if !query.lists.is_empty() {
        return Err(
            Fault::usage("--list is for names of lists, not for customers")
                .hint("without --customers it chooses among the names of lists")
                .into(),
        );
    }
    Ok(())
}

/// Where accounts are among the customers.
fn places(resembled: &Resembled, accounts: &[Id]) -> Vec<usize> {
    let customers = resembled.customers.iter().enumerate();
    customers
        .filter(|(_, customer)| accounts.contains(&customer.id))
        .map(|(at, _)| at)
        .collect()
}

fn pick(
    session: &Session<'_>,
    catalog: &Catalog,
    query: &Query,
    named: &[Id],
    resembled: &Resembled,
) -> Result<Picked> {
    let customers = &resembled.customers;
    let owner = match &query.owner {
        Some(typed) => in_catalog(catalog, CatalogKind::Rep, typed)?,
        None => None,
    };
    let mine = |customer: &Customer| owner.is_none() || customer.owner == owner;
    let mut left: Vec<usize> = (0..customers.len())
        .filter(|at| customers[*at].won_deals > 0 && mine(&customers[*at]))
        .collect();
    let named = places(resembled, named);
    left.retain(|at| !named.contains(at));
    let universe = left.len();
    if let Some(typed) = &query.condition {
        let met = judged(session, typed, customers, &left)?;
        left.retain(|at| met[*at]);
    }
    let topics = choose::topics(session, &query.topics)?;
    for rule in &topics {
        left.retain(|at| rule.is_met(customers[*at].topics.get(&rule.topic).copied()));
    }
    let passing = left.len();
    let mut notes = Vec::new();
    let mut drop = |left: &mut Vec<usize>, keep: &mut dyn FnMut(&Customer) -> bool, why: String| {
        let before = left.len();
        left.retain(|at| keep(&customers[*at]));
        let out = before - left.len();
        if out > 0 {
            notes.push(format!("{} left out: {why}", grouped(out as u64)));
        }
    };
    let suppressed = session.store.suppression_set(session.today)?;
    let mut scratch = Scratch::default();
    let mut free = |customer: &Customer| {
        let record = of_company(&customer.name, |field| customer.fields.get(field));
        let hit = suppressed.reason_for(&record, Purpose::All, &mut scratch);
        hit.is_none()
    };
    drop(&mut left, &mut free, "suppressed for every purpose".into());
    let gap = session.process.prospecting.contact_gap;
    let mut rested = |customer: &Customer| {
        let calendar = &session.process.calendar;
        let contact = customer.last_contact;
        contact.is_none_or(|day| calendar.add(day, gap) <= session.today)
    };
    drop(&mut left, &mut rested, format!("contacted within {gap}"));
    let mut like = BTreeMap::new();
    if !named.is_empty() {
        for at in &left {
            let alike = named.iter().filter_map(|to| {
                let likeness = resembled.likeness.between(*at, *to)?;
                Some((likeness, *to))
            });
            if let Some(most) = alike.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1))) {
                like.insert(*at, most);
            }
        }
        let known: Vec<Id> = like
            .iter()
            .filter(|(_, (likeness, _))| *likeness >= LIKE_ENOUGH)
            .map(|(at, _)| customers[*at].id)
            .collect();
        let mut alike = |customer: &Customer| known.binary_search(&customer.id).is_ok();
        let why = format!("less than {:.0} % alike", LIKE_ENOUGH * 100.0);
        drop(&mut left, &mut alike, why);
    }
    left.sort_by(|a, b| {
        let likeness = |at: &usize| like.get(at).map_or(0.0, |(likeness, _)| *likeness);
        let larger = customers[*b].won_minor.cmp(&customers[*a].won_minor);
        likeness(b)
            .total_cmp(&likeness(a))
            .then(larger)
            .then(a.cmp(b))
    });
    let unserved = if query.mailing {
        Vec::new()
    } else {
        leave_out_unserved(session, catalog, customers, &mut left)?
    };
    if left.is_empty() {
        let served = unserved.is_empty();
        notes.extend(unserved);
        return Err(nobody(universe, passing, &notes, served).into());
    }
    let all_the_same = |why| format!("{why}; --mailing chooses them too");
    notes.extend(unserved.into_iter().map(all_the_same));
    if let Some(limit) = query.limit.filter(|limit| *limit > 0)
        && left.len() > limit
    {
        notes.push(format!(
            "{} more: --limit N takes more, --limit 0 all",
            grouped((left.len() - limit) as u64)
        ));
        left.truncate(limit);
    }
    Ok(Picked {
        chosen: left,
        like,
        universe,
        topics,
        notes,
    })
}

/// Leaves out those whose owner is away or can't take another deal, and says of whom.
fn leave_out_unserved(
    session: &Session<'_>,
    catalog: &Catalog,
    customers: &[Customer],
    left: &mut Vec<usize>,
) -> Result<Vec<String>> {
    let mut seats = seats(session, catalog)?;
    let wanted = left.len();
    let mut away: BTreeMap<String, usize> = BTreeMap::new();
    let mut full: BTreeMap<String, usize> = BTreeMap::new();
    left.retain(|at| {
        let owner = customers[*at].owner.as_deref().unwrap_or_default();
        let Some(seat) = seats.get_mut(owner) else {
            return true;
        };
        if seat.room(wanted) > 0 {
            seat.open = seat.open.saturating_add(1);
            return true;
        }
        let of = if seat.absent { &mut away } else { &mut full };
        *of.entry(owner.to_string()).or_default() += 1;
        false
    });
    let told = [(away, "is away"), (full, "has no room for more")];
    let told = told.into_iter().filter(|(owners, _)| !owners.is_empty());
    let told = told.map(|(owners, what)| {
        let names: Vec<&str> = owners.keys().map(String::as_str).collect();
        let out: usize = owners.values().sum();
        format!(
            "{} left out: {} {what} ({})",
            grouped(out as u64),
            if out == 1 { "its owner" } else { "their owner" },
            names.join(", ")
        )
    });
    Ok(told.collect())
}

/// The reps by name; of one who left no room is known, but somebody must look after their customers.
fn seats(session: &Session<'_>, catalog: &Catalog) -> Result<BTreeMap<String, Seat>> {
    let open = session.store.open_deals_by_owner()?;
    let absences = session.store.absences()?;
    let today = session.today;
    let reps = catalog.entries.iter();
    let here = reps.filter(|(_, entry)| entry.kind == CatalogKind::Rep && entry.active);
    let seats = here.map(|(id, rep)| {
        let mut away = absences.iter().filter(|absence| absence.rep == *id);
        let seat = Seat {
            rep: rep.name.clone(),
            capacity: rep.capacity,
            open: open.get(&rep.name).copied().unwrap_or(0),
            absent: away.any(|absence| absence.from <= today && today <= absence.until),
        };
        (rep.name.clone(), seat)
    });
    Ok(seats.collect())
}

fn nobody(universe: usize, passing: usize, left_out: &[String], served: bool) -> Fault {
    let mut told = format!(
        "no customer is chosen: {passing} of {} {} the conditions",
        counted(universe, "customer", "customers"),
        if universe == 1 { "passes" } else { "pass" }
    );
    if !left_out.is_empty() {
        told = format!("{told}; {}", left_out.join("; "));
    }
    let fault = Fault::no(told);
    if !served {
        fault.hint("--mailing chooses for a mailing, which gives no rep work")
    } else if universe == 0 {
        fault.hint("an account is a customer when a deal with it is won: salesctl deal list --all")
    } else if passing == 0 {
        fault.hint("salesctl account list shows them all")
    } else {
        fault
    }
}

/// What is true of each customer; those that are not asked about are not judged.
fn judged(
    session: &Session<'_>,
    typed: &str,
    customers: &[Customer],
    asked: &[usize],
) -> Result<Vec<bool>> {
    let engine = session.process.customer_engine()?;
    let condition = filter::checked(&engine, typed)?;
    let facts = asked.iter().map(|at| {
        let customer = &customers[*at];
        customer.facts(engine.columns(), &session.process, session.today)
    });
    engine.load(facts)?;
    let mut met = vec![false; customers.len()];
    for (at, truth) in asked.iter().zip(engine.judge(&condition)?) {
        met[*at] = truth == Truth::Met;
    }
    Ok(met)
}
