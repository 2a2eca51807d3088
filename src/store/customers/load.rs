//! The queries behind [`super::Store::customers`]: one for each kind of thing that is known.

use std::collections::{BTreeMap, HashMap};

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::{Connection, Row};

use super::super::query::{date, fact_value};
use super::{Customer, Traits};
use crate::condition::Value;
use crate::deal::book::{Day, State};
use crate::fault::Fault;
use crate::id::Id;
use crate::money::Currency;
use crate::process::Process;

/// The accounts that are asked for: with a won deal, or named.
const WANTED: &str =
    "SELECT n.now FROM deal d JOIN account_now n ON n.id = d.account WHERE d.state = 'won'";

pub(super) fn customers(
    connection: &Connection,
    process: &Process,
    today: NaiveDate,
    named: &[Id],
) -> Result<Vec<Customer>> {
    let named: Vec<String> = named.iter().map(|id| id.0.to_string()).collect();
    let wanted = format!(
        "{WANTED} UNION SELECT now FROM account_now WHERE id IN ({})",
        named.join(", ")
    );
    let mut customers = accounts(connection, &wanted)?;
    deals(connection, &wanted, process, today, &mut customers)?;
    fields(connection, &wanted, today, &mut customers)?;
    let subjects = subjects(connection, &wanted, &mut customers)?;
    cases(connection, &subjects, &mut customers)?;
    topics(connection, &subjects, &mut customers)?;
    Ok(customers.into_values().collect())
}

type Customers = BTreeMap<i64, Customer>;

/// Whose account each id is.
type Subjects = HashMap<i64, i64>;

fn accounts(connection: &Connection, wanted: &str) -> Result<Customers> {
    let mut statement = connection.prepare(&format!(
        "SELECT id, name FROM account WHERE id IN ({wanted})"
    ))?;
    let mut rows = statement.query([])?;
    let mut customers = Customers::new();
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        customers.insert(id, Customer::new(Id(id), row.get(1)?));
    }
    Ok(customers)
}

/// The oldest first, so that the latest owner and sale stay.
fn deals(
    connection: &Connection,
    wanted: &str,
    process: &Process,
    today: NaiveDate,
    customers: &mut Customers,
) -> Result<()> {
    let mut statement = connection.prepare(&format!(
        "SELECT n.now, d.state, d.owner, d.product, d.value_minor, d.currency, d.closed
         FROM deal d JOIN account_now n ON n.id = d.account WHERE n.now IN ({wanted})
         ORDER BY COALESCE(d.opened, 0), d.id"
    ))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let Some(customer) = customers.get_mut(&row.get(0)?) else {
            continue;
        };
        if let Some(owner) = row.get(2)? {
            customer.owner = Some(owner);
        }
        let state: String = row.get(1)?;
        match State::from_name(&state) {
            Some(State::Open | State::Hold) => customer.open_deals += 1,
            Some(State::Won) => won(customer, row, process, today)?,
            Some(State::Lost) => {}
            None => return Err(Fault::damaged(format!("unknown state `{state}`")).into()),
        }
    }
    Ok(())
}

fn won(customer: &mut Customer, row: &Row<'_>, process: &Process, today: NaiveDate) -> Result<()> {
    let closed = date(row.get(6)?);
    customer.won_deals += 1;
    customer.last_won = customer.last_won.max(closed);
    customer.products.extend(row.get::<_, Option<String>>(3)?);
    let currency: Option<String> = row.get(5)?;
    let Some((minor, currency)) = row.get::<_, Option<i64>>(4)?.zip(currency) else {
        return Ok(());
    };
    let currency: Currency = currency.parse().map_err(Fault::damaged)?;
    match process.rate(currency, closed.unwrap_or(today)) {
        // A rate is for major units; of the same currency nothing is rounded.
        _ if currency == process.currency => {
            customer.won_minor = customer.won_minor.saturating_add(minor);
        }
        Some(rate) => {
            let amount = currency.major(minor) * rate * process.currency.scale() as f64;
            customer.won_minor = customer.won_minor.saturating_add(amount.round() as i64);
        }
        None => customer.without_rate += 1,
    }
    Ok(())
}

/// The value of each field as of today; what the account itself says comes first.
fn fields(
    connection: &Connection,
    wanted: &str,
    today: NaiveDate,
    customers: &mut Customers,
) -> Result<()> {
    let mut statement = connection.prepare(&format!(
        "SELECT subject, name, whole, number, text FROM fact WHERE subject IN ({wanted}) AND day <= $1
         ORDER BY subject, name, day"
    ))?;
    let mut rows = statement.query([Day::of(today).number()])?;
    while let Some(row) = rows.next()? {
        if let Some(customer) = customers.get_mut(&row.get(0)?) {
            let value = fact_value(row, 2)?;
            customer.fields.insert(row.get(1)?, value);
        }
    }
    for customer in customers.values_mut() {
        customer.fields.retain(|_, value| *value != Value::Null);
        let told = Traits::NAMES.map(|name| match customer.fields.get(name)? {
            Value::Null => None,
            Value::Integer(n) => Some(n.to_string()),
            Value::Number(n) => Some(n.to_string()),
            Value::Text(text) => Some(text.clone()),
        });
        customer.traits.fill(told);
    }
    Ok(())
}

/// Ids that stand for an account: its own with those that were merged into it, and its people's.
fn who(wanted: &str) -> String {
    format!(
        "SELECT id AS id, now AS account, 0 AS far FROM account_now WHERE now IN ({wanted})
         UNION ALL SELECT q.id, a.now, 3 FROM person_now q JOIN person p ON p.id = q.now
            JOIN account_now a ON a.id = p.account WHERE a.now IN ({wanted})"
    )
}

/// What the rows of lists say: those that are the account, then those its deals came from, then of who works
/// there; of each the newest first. Gives the account of every id that stands for one, rows of lists among them.
fn subjects(connection: &Connection, wanted: &str, customers: &mut Customers) -> Result<Subjects> {
    let who = who(wanted);
    let mut statement = connection.prepare(&format!(
        "SELECT x.account, p.id, p.industry, p.employees, p.revenue, p.city, p.state, p.zip, p.country
         FROM (
            SELECT w.account, p.id AS prospect, w.far FROM ({who}) w
                JOIN prospect p ON p.entity = w.id AND p.entity <> p.id
                LEFT JOIN prospect_state s ON s.prospect = p.id
                WHERE s.entity IS NULL OR s.entity = p.entity
            UNION ALL SELECT w.account, s.prospect, w.far FROM ({who}) w
                JOIN prospect_state s ON s.entity = w.id AND s.entity IS NOT NULL
            UNION ALL SELECT n.now, o.prospect, 1 FROM origin o JOIN deal d ON d.id = o.deal
                JOIN account_now n ON n.id = d.account
                WHERE o.prospect IS NOT NULL AND n.now IN ({wanted})
            UNION ALL SELECT n.now, e.prospect, 2 FROM prospect_employer e
                JOIN account_now n ON n.id = e.account WHERE n.now IN ({wanted})
         ) x JOIN prospect p ON p.id = x.prospect
         LEFT JOIN batch b ON b.id = p.batch LEFT JOIN prospect_state s ON s.prospect = p.id
         WHERE b.id IS NOT NULL OR s.prospect IS NOT NULL
         ORDER BY x.account, x.far, p.id DESC"
    ))?;
    let mut rows = statement.query([])?;
    let mut subjects = Subjects::new();
    while let Some(row) = rows.next()? {
        let account: i64 = row.get(0)?;
        subjects.entry(row.get(1)?).or_insert(account);
        if let Some(customer) = customers.get_mut(&account) {
            customer.traits.fill([
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
                row.get(5)?,
                row.get(6)?,
                row.get(7)?,
                row.get(8)?,
            ]);
        }
    }
    let mut statement = connection.prepare(&who)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        subjects.insert(row.get(0)?, row.get(1)?);
    }
    Ok(subjects)
}

/// What they asked for and nobody answered yet, and what they made of us.
fn cases(connection: &Connection, subjects: &Subjects, customers: &mut Customers) -> Result<()> {
    let mut statement = connection.prepare(
        "SELECT c.about, n.now, c.kind, c.stars, c.closed FROM customer_case c
         LEFT JOIN deal d ON d.id = c.deal LEFT JOIN account_now n ON n.id = d.account
         WHERE c.kind IN ('request', 'experience') ORDER BY c.opened, c.id",
    )?;
    let mut rows = statement.query([])?;
    let mut stars: HashMap<i64, (f64, u32)> = HashMap::new();
    while let Some(row) = rows.next()? {
        let about: i64 = row.get(0)?;
        let account = subjects.get(&about).copied().or(row.get(1)?);
        let Some(customer) = account.and_then(|account| customers.get_mut(&account)) else {
            continue;
        };
        let kind: String = row.get(2)?;
        if kind == "request" {
            customer.open_requests += usize::from(row.get::<_, Option<i32>>(4)?.is_none());
        } else if let Some(given) = row.get::<_, Option<u8>>(3)? {
            customer.last_experience = Some(given);
            let (sum, n) = stars.entry(customer.id.0).or_default();
            *sum += f64::from(given);
            *n += 1;
            customer.experience = Some(*sum / f64::from(*n));
        }
    }
    Ok(())
}

fn topics(connection: &Connection, subjects: &Subjects, customers: &mut Customers) -> Result<()> {
    let mut statement = connection
        .prepare("SELECT subject, topic, stars FROM rating ORDER BY subject, topic, rater")?;
    let mut rows = statement.query([])?;
    let mut stars: HashMap<(i64, String), (f64, u32)> = HashMap::new();
    while let Some(row) = rows.next()? {
        let subject: i64 = row.get(0)?;
        if let Some(account) = subjects.get(&subject) {
            let (sum, n) = stars.entry((*account, row.get(1)?)).or_default();
            *sum += row.get::<_, f64>(2)?;
            *n += 1;
        }
    }
    for ((account, topic), (sum, n)) in stars {
        if let Some(customer) = customers.get_mut(&account) {
            customer.topics.insert(topic, sum / f64::from(n));
        }
    }
    Ok(())
}
