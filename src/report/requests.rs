//! What customers asked for that we could not deliver, ranked by the value of the deals it hangs on.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::convert::Converter;
use super::said::{AskSaid, Heard, Said, heard, nothing_told, title};
use super::{Ask, Report, answer, count, heading, or_nothing, whole, with_notes};
use crate::deal::book::{Book, Columns, Needs, State};
use crate::deal::case::CaseKind;
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::id::Id;
use crate::process::Process;
use crate::text::shortened;

/// What it reads.
pub const REQUESTS: Needs = Needs::of(Columns::OWNER.and(Columns::PRODUCT).and(Columns::WORTH));

row! {
    /// What several asked for in the same words, for one product.
    pub struct RequestsRow {
        /// In the words in which it was asked for first; null of a group of a product.
        pub request: Option<String>,
        pub product: Option<String>,
        pub n: usize,
        /// Different customers who asked.
        pub customers: usize,
        /// Still without an answer.
        pub open: usize,
        /// Different deals it hangs on.
        pub deals: usize,
        /// What these are worth; null when none has a value that can be converted.
        pub value_minor: Option<i64>,
        pub open_value_minor: Option<i64>,
        pub lost_value_minor: Option<i64>,
        pub first_asked: NaiveDate,
    }
}

/// Same words, whatever their case and spaces; or the same product.
type Key<'a> = (String, Option<&'a str>);

#[derive(Default)]
struct Group {
    words: Option<String>,
    first: Option<NaiveDate>,
    n: usize,
    open: usize,
    customers: BTreeSet<Id>,
    deals: BTreeSet<usize>,
}

/// The requests that were told in the period; those for one product together when `by_product`.
pub fn requests(
    process: &Process,
    book: &Book,
    ask: &Ask,
    (more, by_product): (&AskSaid, bool),
    said: &[Said],
) -> Report<RequestsRow> {
    let all = heard(book, ask, more, CaseKind::Request, said);
    let mut groups: BTreeMap<Key<'_>, Group> = BTreeMap::new();
    for heard in &all {
        let group = groups.entry(key(heard, by_product)).or_default();
        group.add(heard, by_product);
    }
    let mut converter = Converter::new(process, book);
    let mut rows: Vec<RequestsRow> = groups
        .into_iter()
        .map(|((_, product), group)| group.row(book, product, &mut converter))
        .collect();
    rows.sort_by_key(|row| {
        (
            std::cmp::Reverse(row.value_minor),
            std::cmp::Reverse(row.n),
            row.first_asked,
        )
    });
    let mut notes = converter.notes();
    notes.extend(converter.untold());
    let without = all.iter().filter(|heard| heard.deal.is_none()).count();
    if without > 0 {
        notes.push(format!(
            "{without} of {} requests hang on no deal: `salesctl request add … --deal` says which",
            all.len()
        ));
    }
    let n = all.len();
    let answer = answer(
        "salesctl/report-requests/1",
        process,
        book,
        ask,
        (n, rows, notes),
    );
    let document = Document::default().heading(heading(
        "Requests: what customers asked for that we could not deliver, told",
        ask,
        n,
        book,
    ));
    let document = if n > 0 {
        document.table(table(process, book, &answer.rows, by_product))
    } else {
        document.line(nothing_told(
            "request",
            "salesctl request add ACCOUNT \"WHAT\" --deal DEAL",
            ask,
            said,
        ))
    };
    let document = with_notes(document, &answer.notes);
    Report { answer, document }
}

fn key<'a>(heard: &Heard<'a>, by_product: bool) -> Key<'a> {
    let text = heard.said.case.text.as_deref().unwrap_or_default();
    let words = if by_product {
        String::new()
    } else {
        let words: Vec<&str> = text.split_whitespace().collect();
        words.join(" ").to_lowercase()
    };
    (words, heard.product)
}

impl Group {
    fn add(&mut self, heard: &Heard<'_>, by_product: bool) {
        let case = &heard.said.case;
        if self.first.is_none_or(|first| case.opened < first) {
            self.first = Some(case.opened);
            if !by_product {
                self.words.clone_from(&case.text);
            }
        }
        self.n += 1;
        self.open += usize::from(heard.is_open);
        self.customers.insert(case.about);
        self.deals.extend(heard.deal);
    }

    fn row(self, book: &Book, product: Option<&str>, converter: &mut Converter<'_>) -> RequestsRow {
        // In all, of open deals, of lost ones.
        let mut values: [Option<i64>; 3] = [None; 3];
        for deal in &self.deals {
            let Some(minor) = converter.worth(*deal).known() else {
                continue;
            };
            let state = book.deals.state[*deal];
            for (sum, counts) in
                values
                    .iter_mut()
                    .zip([true, state.is_open(), state == State::Lost])
            {
                if counts {
                    *sum = Some(sum.unwrap_or(0).saturating_add(minor));
                }
            }
        }
        let [value_minor, open_value_minor, lost_value_minor] = values;
        RequestsRow {
            request: self.words,
            product: product.map(str::to_string),
            n: self.n,
            customers: self.customers.len(),
            open: self.open,
            deals: self.deals.len(),
            value_minor,
            open_value_minor,
            lost_value_minor,
            first_asked: self.first.unwrap_or(book.as_of),
        }
    }
}

fn table(process: &Process, book: &Book, rows: &[RequestsRow], by_product: bool) -> Table {
    let code = process.currency.code();
    let mut columns = Vec::new();
    if !by_product {
        columns.push(TableColumn::left("request"));
    }
    columns.extend([
        TableColumn::left("product").rank(u8::from(!by_product)),
        TableColumn::right("n"),
        TableColumn::right("customers").rank(4),
        TableColumn::right("open").rank(2),
        TableColumn::right("deals"),
        TableColumn::right(format!("value {code}")),
        TableColumn::right("open deals").rank(3),
        TableColumn::right("lost deals").rank(5),
        TableColumn::left("first asked").rank(6),
    ]);
    let money = |minor| or_nothing(minor, |minor| whole(minor, process.currency));
    let rows = rows.iter().map(|row| {
        let mut cells = Vec::new();
        if !by_product {
            cells.push(Cell::text(
                row.request.as_deref().map(|text| shortened(text, 40)),
            ));
        }
        cells.extend([
            Cell::Text(title(&book.products, row.product.as_deref())),
            count(row.n),
            count(row.customers),
            count(row.open),
            count(row.deals),
            money(row.value_minor),
            money(row.open_value_minor),
            money(row.lost_value_minor),
            Cell::Date(row.first_asked),
        ]);
        cells
    });
    Table {
        rows: rows.collect(),
        columns,
    }
}
