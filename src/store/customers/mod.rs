//! Accounts that bought something: what is known of each, and what they are compared by.
//!
//! A few queries over all of them together (`load`). What an account is (industry, size, place) is what its own fields
//! say, else the rows of lists that are this account, that its deals came from, or whose people work there;
//! its stars are those of itself, its people and these rows.

mod load;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use chrono::NaiveDate;

use super::Store;
use crate::condition::{Column, Value};
use crate::id::Id;
use crate::process::Process;
use crate::prospect::likeness::{Likeness, Names, Profile, Size};

/// An account and what came of it. One that was named may have bought nothing yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Customer {
    pub id: Id,
    pub name: String,
    /// Who owns the latest of its deals that anybody owns.
    pub owner: Option<String>,
    pub won_deals: usize,
    /// Minor units of the process currency, at the rate of the day each was won.
    pub won_minor: i64,
    /// Won deals whose currency has no rate: counted, but not in the sum.
    pub without_rate: usize,
    pub last_won: Option<NaiveDate>,
    /// Names of what it bought.
    pub products: BTreeSet<String>,
    /// Open ones, and those on hold.
    pub open_deals: usize,
    pub last_contact: Option<NaiveDate>,
    pub open_requests: usize,
    /// Mean stars of what it told us after a sale.
    pub experience: Option<f64>,
    pub last_experience: Option<u8>,
    pub traits: Traits,
    /// Mean stars by topic.
    pub topics: BTreeMap<String, f64>,
    /// All of its fields that have a value.
    pub fields: BTreeMap<String, Value>,
}

/// What an account is, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Traits {
    pub industry: Option<String>,
    /// A number, or a band such as `10-49`.
    pub employees: Option<String>,
    pub revenue: Option<String>,
    pub city: Option<String>,
    pub state: Option<String>,
    pub zip: Option<String>,
    pub country: Option<String>,
}

impl Traits {
    const NAMES: [&str; 7] = [
        "industry",
        "employees",
        "revenue",
        "city",
        "state",
        "zip",
        "country",
    ];

    fn values(&mut self) -> [&mut Option<String>; 7] {
        [
            &mut self.industry,
            &mut self.employees,
            &mut self.revenue,
            &mut self.city,
            &mut self.state,
            &mut self.zip,
            &mut self.country,
        ]
    }

    /// Fills in what is not known yet.
    fn fill(&mut self, told: [Option<String>; 7]) {
        for (known, told) in self.values().into_iter().zip(told) {
            let told = told.filter(|text| !text.trim().is_empty());
            if known.is_none() {
                *known = told;
            }
        }
    }
}

impl Customer {
    fn new(id: Id, name: String) -> Self {
        Self {
            id,
            name,
            owner: None,
            won_deals: 0,
            won_minor: 0,
            without_rate: 0,
            last_won: None,
            products: BTreeSet::new(),
            open_deals: 0,
            last_contact: None,
            open_requests: 0,
            experience: None,
            last_experience: None,
            traits: Traits::default(),
            topics: BTreeMap::new(),
            fields: BTreeMap::new(),
        }
    }

    /// The facts that conditions read, one for each column.
    pub fn facts(&self, columns: &[Column], process: &Process, today: NaiveDate) -> Vec<Value> {
        let columns = columns.iter();
        columns
            .map(|column| self.fact(&column.name, process, today))
            .collect()
    }

    fn fact(&self, column: &str, process: &Process, today: NaiveDate) -> Value {
        let text = |text: &Option<String>| text.clone().map_or(Value::Null, Value::Text);
        let count = |n: usize| Value::Integer(n as i64);
        let day =
            |day: Option<NaiveDate>| day.map_or(Value::Null, |day| Value::Text(day.to_string()));
        // A band such as `10-49` counts with its lower end, as it does of names of lists.
        let size = |text: &Option<String>| {
            let text = text.as_deref().unwrap_or_default();
            let end = text.find(|c: char| !c.is_ascii_digit() && c != '.');
            let number = text[..end.unwrap_or(text.len())].parse();
            number.map_or(Value::Null, Value::Number)
        };
        let traits = &self.traits;
        match column {
            "id" => Value::Text(self.id.handle()),
            "account" => Value::Text(self.name.clone()),
            "owner" => text(&self.owner),
            "won_deals" => count(self.won_deals),
            "won_value" => Value::Number(process.currency.major(self.won_minor)),
            "last_won" => day(self.last_won),
            "products" => Value::Text(
                self.products
                    .iter()
                    .map(String::as_str)
                    .collect::<Vec<_>>()
                    .join(","),
            ),
            "open_deals" => count(self.open_deals),
            "last_contact" => day(self.last_contact),
            "open_requests" => count(self.open_requests),
            "experience" => self.experience.map_or(Value::Null, Value::Number),
            "last_experience" => self
                .last_experience
                .map_or(Value::Null, |stars| Value::Integer(stars.into())),
            "industry" => text(&traits.industry),
            "employees" => size(&traits.employees),
            "revenue" => size(&traits.revenue),
            "city" => text(&traits.city),
            "state" => text(&traits.state),
            "zip" => text(&traits.zip),
            "country" => text(&traits.country),
            "today" => Value::Text(today.to_string()),
            field => self.fields.get(field).cloned().unwrap_or(Value::Null),
        }
    }

    /// What it is compared by.
    pub fn profile(&self, names: &mut Names) -> Profile {
        let traits = &self.traits;
        let size = |text: &Option<String>| text.as_deref().and_then(Size::read);
        let told = |text: &Option<String>| text.clone().unwrap_or_default();
        let country = names.country(&told(&traits.country));
        let (zip, area) = names.zip(&told(&traits.zip));
        let mut stars = Vec::with_capacity(self.topics.len());
        for (topic, mean) in &self.topics {
            stars.extend(names.topic(topic).map(|topic| (topic, *mean as f32)));
        }
        Profile {
            industry: names.industry(&told(&traits.industry)),
            employees: size(&traits.employees),
            revenue: size(&traits.revenue),
            country,
            state: names.state(&told(&traits.state), country),
            city: names.city(&told(&traits.city)),
            zip,
            area,
            topics: names.topics(&stars),
        }
    }
}

/// Customers made comparable: a place in `likeness` is one in `customers`.
#[derive(Debug)]
pub struct Resembled {
    pub customers: Vec<Customer>,
    pub likeness: Likeness,
}

impl Resembled {
    pub fn of(customers: Vec<Customer>) -> Self {
        let mut names = Names::default();
        let profiles: Vec<Profile> = customers
            .iter()
            .map(|customer| customer.profile(&mut names))
            .collect();
        Self {
            customers,
            likeness: Likeness::new(names, &profiles),
        }
    }
}

impl Store {
    /// Accounts with a won deal, and those that are named besides, by id.
    pub fn customers(
        &self,
        process: &Process,
        today: NaiveDate,
        named: &[Id],
    ) -> Result<Vec<Customer>> {
        let contacts = self.last_contacts_of_accounts()?;
        let mut customers =
            self.translated(|connection| load::customers(connection, process, today, named))?;
        for customer in &mut customers {
            customer.last_contact = contacts.get(&customer.id).copied();
        }
        Ok(customers)
    }

    /// What names are compared with: some accounts, or everybody who bought something.
    pub fn resembled(
        &self,
        process: &Process,
        today: NaiveDate,
        named: &[Id],
        won: bool,
    ) -> Result<Resembled> {
        let named = named
            .iter()
            .map(|id| self.account_now(*id))
            .collect::<Result<Vec<Id>>>()?;
        let mut customers = self.customers(process, today, &named)?;
        customers
            .retain(|customer| (won && customer.won_deals > 0) || named.contains(&customer.id));
        Ok(Resembled::of(customers))
    }
}
