//! Loads the Book, and evaluates conditions over all deals, as of a day.
//!
//! On the newest day deals are as their columns say; on an earlier one they are put together from the
//! histories of their facts. Both ways give the same Book for the same day, and so do the rows that the columns
//! were folded from (property tests hold them to it).

use anyhow::Result;
use chrono::NaiveDate;
use rusqlite::Connection;

use super::columns::{Source, View, Wanted};
use super::judge::judge;
use super::query::date;
use super::reads::Reads;
use super::{Store, loader};
use crate::condition::{Condition, Truth};
use crate::deal::book::{Book, Columns, Day, Needs};
use crate::deal::plan::Asked;
use crate::fault::Fault;
use crate::process::Process;

impl Store {
    /// The Book as of a day, with what is needed and nothing else.
    pub fn book(&self, process: &Process, as_of: NaiveDate, needs: &Needs) -> Result<Book> {
        self.book_of(process, as_of, needs, Source::Columns, false)
    }

    /// The same, from the rows alone.
    pub fn book_of_rows(&self, process: &Process, as_of: NaiveDate, needs: &Needs) -> Result<Book> {
        self.book_of(process, as_of, needs, Source::Rows, false)
    }

    /// The same, from the histories of facts, whatever the day.
    pub fn book_of_facts(
        &self,
        process: &Process,
        as_of: NaiveDate,
        needs: &Needs,
    ) -> Result<Book> {
        self.book_of(process, as_of, needs, Source::Columns, true)
    }

    fn book_of(
        &self,
        process: &Process,
        as_of: NaiveDate,
        needs: &Needs,
        source: Source,
        from_facts: bool,
    ) -> Result<Book> {
        let mut conditions = Vec::new();
        for text in &needs.conditions {
            let condition = process.engine.check(text);
            conditions.push(condition.map_err(|mistake| Fault::usage(mistake.message))?);
        }
        let conditions: Vec<&Condition> = conditions.iter().collect();
        let mut book = self.one_view(|connection| {
            let cut = cut(connection, as_of, from_facts)?;
            let reads = Reads::new(process, &conditions);
            let wanted = loader::wanted(process, needs, cut.is_some());
            let view = View::open(connection, source, &wanted.and(reads.facts()))?;
            let truths = match conditions.as_slice() {
                [] => Vec::new(),
                some => judge(&view, process, as_of, cut, some, None, &reads)?,
            };
            let mut book = loader::load(view, process, as_of, cut, needs)?;
            for (text, truths) in needs.conditions.iter().zip(truths) {
                let met = truths.iter().map(|truth| *truth == Truth::Met).collect();
                book.conditions.insert(text.clone(), met);
            }
            Ok(book)
        })?;
        if needs.columns.has(Columns::LISTS) {
            book.lists = Some(self.payback(as_of)?);
        }
        if needs.columns.has(Columns::FORECASTS) {
            book.forecasts = self.forecasts_said(as_of)?;
        }
        Ok(book)
    }

    /// Evaluates conditions over every deal of the Book of that day, in its order: one column each.
    pub fn judge(
        &self,
        process: &Process,
        as_of: NaiveDate,
        conditions: &[&Condition],
    ) -> Result<Vec<Vec<Truth>>> {
        self.one_view(|connection| {
            let cut = cut(connection, as_of, false)?;
            let reads = Reads::new(process, conditions);
            let wanted = Wanted::default().and(reads.facts());
            let view = View::open(connection, Source::Columns, &wanted)?;
            judge(&view, process, as_of, cut, conditions, None, &reads)
        })
    }

    /// The same, each over some deals of the Book, by their places in it.
    pub fn judge_some(
        &self,
        process: &Process,
        as_of: NaiveDate,
        asked: &[Asked<'_>],
    ) -> Result<Vec<Vec<Truth>>> {
        let conditions: Vec<&Condition> = asked.iter().map(|asked| asked.condition).collect();
        self.one_view(|connection| {
            let cut = cut(connection, as_of, false)?;
            let reads = Reads::new(process, &conditions);
            let wanted = Wanted::default().and(reads.facts());
            let view = View::open(connection, Source::Columns, &wanted)?;
            judge(&view, process, as_of, cut, &conditions, Some(asked), &reads)
        })
    }

    /// About how many deals there are, without counting them.
    pub fn size(&self) -> Result<usize> {
        self.translated(|connection| {
            let deals: i64 = connection.query_row(
                "SELECT COALESCE((SELECT SUM(deals) FROM deal_part), 0) + (SELECT COUNT(*) FROM changed_deal)",
                [],
                |row| row.get(0),
            )?;
            Ok(usize::try_from(deals).unwrap_or_default())
        })
    }

    /// One read transaction: all statements see the same moment.
    pub(super) fn one_view<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.translated(|connection| {
            let view = connection.unchecked_transaction()?;
            let value = read(&view)?;
            view.finish()?;
            Ok(value)
        })
    }
}

/// The day, when anything may have happened to a deal after it (one that is gone counts until its part is
/// folded) or when `always`.
fn cut(connection: &Connection, as_of: NaiveDate, always: bool) -> Result<Option<Day>> {
    let newest: Option<i32> = connection.query_row(
        "SELECT MAX(touched) FROM (SELECT MAX(touched) AS touched FROM deal_part
         UNION ALL SELECT MAX(d.touched) FROM changed_deal c CROSS JOIN deal d ON d.id = c.deal) AS both",
        [],
        |row| row.get(0),
    )?;
    let later = date(newest).is_some_and(|day| day > as_of);
    Ok((always || later).then(|| Day::of(as_of)))
}
