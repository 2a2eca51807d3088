//! What is told of each customer that is chosen: how alike, why, and what it could buy.

use chrono::NaiveDate;

use super::super::super::super::session::Session;
use super::super::super::super::show::counted;
use super::Picked;
use crate::deal::event::CatalogKind;
use crate::document::{Cell, Table, TableColumn, row};
use crate::money::{Currency, Money};
use crate::prospect::TopicRule;
use crate::prospect::likeness::{ALIKE, LIKE_ENOUGH, Lack, lacks};
use crate::store::{Catalog, Customer, Resembled};
use crate::text::visible;

row! {
    /// A customer, the best first. Sums are in the currency of the answer.
    pub(super) struct CustomerRow {
        id: String,
        account: String,
        owner: Option<String>,
        won_deals: usize,
        won_minor: i64,
        last_won: Option<NaiveDate>,
        products: Vec<String>,
        open_deals: usize,
        last_contact: Option<NaiveDate>,
        open_requests: usize,
        experience: Option<f64>,
        likeness_share: Option<f64>,
        /// The named account that it is most like, and why.
        like: Option<String>,
        reasons: Vec<String>,
        /// What those who resemble it bought and it has not.
        lacks: Vec<Lack>,
    }
}

/// What those who resemble a customer bought that it has not, and that is still sold.
fn lacks_of(resembled: &Resembled, catalog: &Catalog, at: usize) -> Vec<Lack> {
    let customers = &resembled.customers;
    let bought = |other: usize| customers[other].won_deals > 0;
    let near = resembled.likeness.nearest_of(at, ALIKE, bought);
    let alike = near.iter().filter(|near| near.likeness >= LIKE_ENOUGH);
    let products = alike.map(|near| &customers[near.customer].products);
    let mut lacks = lacks(&customers[at].products, products);
    lacks.retain(|lack| {
        let product = catalog.get(CatalogKind::Product, &lack.product);
        product.is_none_or(|product| product.active)
    });
    lacks
}

fn lacks_words(catalog: &Catalog, lacks: &[Lack]) -> Option<String> {
    let words: Vec<String> = lacks
        .iter()
        .map(|lack| {
            let title = catalog.title(CatalogKind::Product, &lack.product);
            format!("{title} ({} of {} alike)", lack.n, lack.of)
        })
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// What a named account itself has not bought.
pub(super) fn own_lacks(resembled: &Resembled, catalog: &Catalog, at: usize) -> String {
    let name = &resembled.customers[at].name;
    match lacks_words(catalog, &lacks_of(resembled, catalog, at)) {
        Some(words) => format!("{name} itself could buy {words}"),
        None => format!("{name} itself lacks nothing that several who resemble it bought"),
    }
}

pub(super) fn row(
    resembled: &Resembled,
    picked: &Picked,
    catalog: &Catalog,
    at: usize,
) -> CustomerRow {
    let customer = &resembled.customers[at];
    let like = picked.like.get(&at);
    let reasons = like.map_or_else(Vec::new, |(_, to)| {
        let reasons = resembled.likeness.reasons_between(at, *to);
        reasons.into_iter().map(|reason| reason.words).collect()
    });
    CustomerRow {
        id: customer.id.handle(),
        account: customer.name.clone(),
        owner: customer.owner.clone(),
        won_deals: customer.won_deals,
        won_minor: customer.won_minor,
        last_won: customer.last_won,
        products: customer.products.iter().cloned().collect(),
        open_deals: customer.open_deals,
        last_contact: customer.last_contact,
        open_requests: customer.open_requests,
        experience: customer.experience,
        likeness_share: like.map(|(likeness, _)| *likeness),
        like: like.map(|(_, to)| resembled.customers[*to].name.clone()),
        reasons,
        lacks: lacks_of(resembled, catalog, at),
    }
}

/// Why one was chosen, as whoever gets the deal reads it.
pub(super) fn why(
    session: &Session<'_>,
    catalog: &Catalog,
    row: &CustomerRow,
    topics: &[TopicRule],
    customer: &Customer,
) -> String {
    let bought = Money {
        minor: row.won_minor,
        currency: session.process.currency,
    };
    let mut parts = vec![format!(
        "customer, {} for {bought}",
        counted(row.won_deals, "deal", "deals")
    )];
    if let (Some(share), Some(like)) = (row.likeness_share, &row.like) {
        let because = if row.reasons.is_empty() {
            String::new()
        } else {
            format!(" ({})", row.reasons.join(", "))
        };
        parts.push(format!("{:.0} % like {like}{because}", share * 100.0));
    }
    for rule in topics {
        if let Some(mean) = customer.topics.get(&rule.topic) {
            parts.push(format!("{} {mean:.1} of 5", rule.topic));
        }
    }
    if let Some(words) = lacks_words(catalog, &row.lacks) {
        parts.push(format!("could buy {words}"));
    }
    visible(&parts.join("; "))
}

pub(super) fn table(
    rows: &[CustomerRow],
    shorts: Vec<String>,
    like: bool,
    currency: Currency,
    catalog: &Catalog,
) -> Table {
    let mut columns = vec![
        TableColumn::left("id"),
        TableColumn::left("customer"),
        TableColumn::left("owner").rank(4),
        TableColumn::right("bought").rank(3),
        TableColumn::left("last contact").rank(5),
        TableColumn::right("requests").rank(6),
        TableColumn::right("experience").rank(7),
    ];
    if like {
        columns.push(TableColumn::right("alike"));
        columns.push(TableColumn::left("because"));
    }
    columns.push(TableColumn::left("could buy"));
    let rows = rows.iter().zip(shorts).map(|(row, short)| {
        let minor = row.won_minor;
        let mut cells = vec![
            Cell::Text(short),
            Cell::Text(row.account.clone()),
            Cell::text(row.owner.clone()),
            Cell::Money { minor, currency },
            row.last_contact.map_or(Cell::Nothing, Cell::Date),
            Cell::Count(row.open_requests as i64),
            Cell::text(row.experience.map(|stars| format!("{stars:.1}"))),
        ];
        if like {
            cells.push(row.likeness_share.map_or(Cell::Nothing, Cell::Share));
            cells.push(Cell::text(
                (!row.reasons.is_empty()).then(|| row.reasons.join(", ")),
            ));
        }
        cells.push(Cell::text(lacks_words(catalog, &row.lacks)));
        cells
    });
    Table {
        columns,
        rows: rows.collect(),
    }
}
