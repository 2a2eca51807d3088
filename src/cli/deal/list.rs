//! `deal list`: the deals of a filter, open ones by default.

use anyhow::Result;
use chrono::NaiveDate;
use clap::ValueEnum;

use super::super::context::{Context, Status};
use super::super::filter::FilterArgs;
use super::super::output::OutputArgs;
use super::super::show::counted;
use super::chance::{self, Worked, likeliest, tell};
use crate::deal::book::{Book, Columns, Day, Needs, State};
use crate::document::{Answer, Cell, Document, Table, TableColumn, row};
use crate::money::Money;
use crate::store::Access;

/// List deals: the open ones, or all of them
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl deal list --rep jr --sort p --columns p,when,why\n  salesctl deal list --where \"value >= 10000 and next_step is null\" --json"
)]
pub(crate) struct Args {
    #[command(flatten)]
    filter: FilterArgs,
    /// Won and lost deals too
    #[arg(long)]
    all: bool,
    /// Only deals in this stage
    #[arg(long, add = super::super::completion::stages())]
    stage: Option<String>,
    /// More columns: the chance to be won within 30 days (p) or by the end of the fiscal quarter (quarter), when
    /// it would be, and why
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    columns: Vec<More>,
    /// Only deals with at least this chance to be won within 30 days: 50%
    #[arg(long, value_name = "PERCENT", value_parser = chance::share)]
    min_p: Option<f64>,
    /// What comes first
    #[arg(long, value_name = "BY", default_value = "stage")]
    sort: Sort,
    /// At most so many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Sort {
    /// The stage nearest to the end, then the longest in it
    Stage,
    /// The largest
    Value,
    /// The longest in its stage
    Days,
    /// The nearest expected close
    Close,
    /// The account's name
    Account,
    /// The best chance to be won within 30 days
    P,
    /// The best chance to be won by the end of the fiscal quarter
    Quarter,
}

/// What is worked out from the past of all deals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum More {
    /// The chance to be won within 30 days
    P,
    /// The chance to be won by the end of the fiscal quarter
    Quarter,
    /// The median day of winning, if it is won
    When,
    /// How it stands against deals that were won
    Why,
}

row! {
    /// One deal.
    pub(crate) struct DealRow {
        pub(crate) id: String,
        pub(crate) account: Option<String>,
        pub(crate) owner: Option<String>,
        pub(crate) team: Option<String>,
        pub(crate) product: Option<String>,
        pub(crate) source: Option<String>,
        pub(crate) stage: Option<String>,
        pub(crate) state: &'static str,
        pub(crate) value_minor: Option<i64>,
        pub(crate) currency: &'static str,
        pub(crate) opened: Option<NaiveDate>,
        pub(crate) closed: Option<NaiveDate>,
        pub(crate) expected_close: Option<NaiveDate>,
        pub(crate) days_in_stage: Option<i32>,
        pub(crate) external: Option<String>,
        // Null unless `--columns` asks for them.
        pub(crate) chance_30_days_share: Option<f64>,
        pub(crate) chance_quarter_share: Option<f64>,
        /// The median day of winning, if it is won.
        pub(crate) likely_won: Option<NaiveDate>,
        pub(crate) chance_why: Option<String>,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let as_of = args.filter.as_of(&session)?;
    let mut needs = Needs::of(Columns::DEALS).and(args.filter.needs(&session)?);
    if args.asks_for_chances() {
        needs = needs.and(chance::needs(&session.process));
    }
    let book = session.store.book(&session.process, as_of, &needs)?;
    let mask = args.filter.mask(&session, &book)?;
    let stage = match &args.stage {
        None => None,
        Some(name) => Some(super::super::filter::stage_named(&session, &book, name)?),
    };
    let deals = &book.deals;
    let mut chosen: Vec<usize> = (0..deals.len())
        .filter(|i| mask.as_ref().is_none_or(|mask| mask[*i]))
        .filter(|i| args.all || deals.state[*i].is_open())
        .filter(|i| stage.is_none_or(|stage| deals.stage[*i] == Some(stage)))
        .collect();
    let mut chances = Worked::out(
        &session,
        &book,
        args.asks_for_chances(),
        args.shows(More::Quarter),
    )?;
    if let Some(least) = args.min_p {
        chosen.retain(|deal| chances.soon(*deal).is_some_and(|share| share >= least));
    }
    sort(&mut chosen, &book, args.sort);
    match args.sort {
        Sort::P => likeliest(&mut chosen, |deal| chances.soon(deal)),
        Sort::Quarter => likeliest(&mut chosen, |deal| chances.quarter(deal)),
        _ => {}
    }
    let n = chosen.len();
    let handles = session.store.handles()?;
    let mut external = session.store.external_ids()?;
    let sum = sum(&book, &chosen);
    let mut rows: Vec<DealRow> = chosen
        .iter()
        .take(args.limit.unwrap_or(usize::MAX))
        .map(|i| {
            let id = deals.id[*i];
            row(&book, *i, external.remove(&id))
        })
        .collect();
    // Programs get the whole id, which stays unique; people its beginning.
    let shorts: Vec<String> = chosen
        .iter()
        .take(rows.len())
        .map(|i| handles.short(deals.id[*i]))
        .collect();
    let mut notes = Vec::new();
    if rows.len() < n {
        notes.push(format!("{} more are not shown (--limit)", n - rows.len()));
    }
    let without_day = tell(
        &mut chances,
        &session.process,
        &book,
        args,
        &chosen,
        &mut rows,
    );
    if without_day {
        notes.push("no day where hardly any deal was won after so long".to_string());
    }
    notes.extend(chances.refused);
    let answer = Answer {
        schema: "salesctl/deal-list/1",
        as_of,
        process_version: Some(book.process_version).filter(|version| *version > 0),
        currency: book.currency,
        period: None,
        by: Vec::new(),
        n,
        rows,
        notes,
    };
    let document = document(&session.process, &answer, &shorts, sum, args);
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

fn row(book: &Book, i: usize, external: Option<String>) -> DealRow {
    let deals = &book.deals;
    let named = |labels: &[crate::deal::book::Named], at: Option<u32>| {
        at.map(|at| labels[at as usize].name.clone())
    };
    let end = deals.closed[i].unwrap_or(Day::of(book.as_of));
    DealRow {
        id: deals.id[i].handle(),
        account: deals.account[i].map(|at| book.accounts[at as usize].clone()),
        owner: named(&book.owners, deals.owner[i]),
        team: named(&book.teams, deals.team[i]),
        product: named(&book.products, deals.product[i]),
        source: named(&book.sources, deals.source[i]),
        stage: deals.stage[i].map(|at| book.stages[at as usize].clone()),
        state: deals.state[i].name(),
        value_minor: deals.value_minor[i],
        currency: book.currencies[deals.currency[i] as usize].code(),
        opened: deals.opened[i].map(Day::date),
        closed: deals.closed[i].map(Day::date),
        expected_close: deals.expected_close[i].map(Day::date),
        days_in_stage: deals.stage_entered[i].map(|entered| end.since(entered)),
        external,
        chance_30_days_share: None,
        chance_quarter_share: None,
        likely_won: None,
        chance_why: None,
    }
}

impl Args {
    fn asks_for_chances(&self) -> bool {
        !self.columns.is_empty()
            || self.min_p.is_some()
            || matches!(self.sort, Sort::P | Sort::Quarter)
    }

    /// A column that is asked for, or one that deals are sorted or chosen by.
    pub(super) fn shows(&self, more: More) -> bool {
        self.columns.contains(&more)
            || match more {
                More::P => self.min_p.is_some() || self.sort == Sort::P,
                More::Quarter => self.sort == Sort::Quarter,
                More::When | More::Why => false,
            }
    }
}

fn sort(chosen: &mut [usize], book: &Book, by: Sort) {
    let deals = &book.deals;
    let days = |i: usize| deals.stage_entered[i].map_or(i32::MAX, Day::number);
    match by {
        // Of equal chances, as without them.
        Sort::Stage | Sort::P | Sort::Quarter => chosen.sort_by_key(|i| {
            (
                !deals.state[*i].is_open(),
                std::cmp::Reverse(deals.stage[*i]),
                days(*i),
                deals.id[*i],
            )
        }),
        Sort::Value => {
            chosen.sort_by_key(|i| (std::cmp::Reverse(deals.value_minor[*i]), deals.id[*i]));
        }
        Sort::Days => chosen.sort_by_key(|i| (days(*i), deals.id[*i])),
        Sort::Close => chosen.sort_by_key(|i| {
            (
                deals.expected_close[*i].map_or(i32::MAX, Day::number),
                deals.id[*i],
            )
        }),
        Sort::Account => chosen.sort_by_key(|i| {
            (
                deals.account[*i].map(|at| book.accounts[at as usize].to_lowercase()),
                deals.id[*i],
            )
        }),
    }
}

/// What the deals are worth together, those beyond the limit included; of several currencies nothing.
fn sum(book: &Book, chosen: &[usize]) -> Option<Money> {
    let deals = &book.deals;
    let valued = || chosen.iter().filter(|i| deals.value_minor[**i].is_some());
    let same = |i: &usize| book.currencies[deals.currency[*i] as usize] == book.currency;
    (!chosen.is_empty() && valued().all(same)).then(|| Money {
        minor: valued()
            .filter_map(|i| deals.value_minor[*i])
            .fold(0, i64::saturating_add),
        currency: book.currency,
    })
}

fn document(
    process: &crate::process::Process,
    answer: &Answer<DealRow>,
    shorts: &[String],
    sum: Option<Money>,
    args: &Args,
) -> Document {
    let what = if args.all { "deals" } else { "open deals" };
    let sum = sum.map_or_else(String::new, |sum| format!(", {sum}"));
    let heading = format!(
        "{}{sum}, as of {}",
        counted(answer.n, what.trim_end_matches('s'), what),
        crate::date::day(answer.as_of)
    );
    let more: Vec<More> = [More::P, More::Quarter, More::When, More::Why]
        .into_iter()
        .filter(|more| args.shows(*more))
        .collect();
    let mut columns = vec![
        TableColumn::left("id"),
        TableColumn::left("account"),
        TableColumn::left("stage"),
        TableColumn::right("value"),
    ];
    columns.extend(more.iter().map(|more| match more {
        More::P => TableColumn::right(format!("p {} d", chance::DAYS)),
        More::Quarter => TableColumn::right("p quarter"),
        More::When => TableColumn::left("likely won"),
        More::Why => TableColumn::left("why").beneath(),
    }));
    let of_more = |row: &DealRow, more: &More| match more {
        More::P => row.chance_30_days_share.map_or(Cell::Nothing, Cell::Share),
        More::Quarter => row.chance_quarter_share.map_or(Cell::Nothing, Cell::Share),
        More::When => row.likely_won.map_or(Cell::Nothing, Cell::Date),
        More::Why => Cell::text(row.chance_why.as_deref()),
    };
    columns.extend([
        TableColumn::left("owner").rank(1),
        TableColumn::right("days in stage").rank(if args.sort == Sort::Days { 0 } else { 2 }),
        TableColumn::left("expected close").rank(if args.sort == Sort::Close { 0 } else { 3 }),
        TableColumn::left("product").rank(4),
        TableColumn::left("source").rank(5),
    ]);
    let table = Table {
        columns,
        rows: answer
            .rows
            .iter()
            .zip(shorts)
            .map(|(row, short)| {
                let text = |value: &Option<String>| value.clone().map_or(Cell::Nothing, Cell::Text);
                let stage = match row.state {
                    "won" | "lost" => process.stage_title(row.state).to_string(),
                    state => {
                        let title = row
                            .stage
                            .as_deref()
                            .map_or("(none)", |s| process.stage_title(s));
                        if state == State::Hold.name() {
                            format!("{title} (on hold)")
                        } else {
                            title.to_string()
                        }
                    }
                };
                let mut cells = vec![
                    Cell::Text(short.clone()),
                    text(&row.account),
                    Cell::Text(stage),
                    match (row.value_minor, row.currency.parse()) {
                        (Some(minor), Ok(currency)) => Cell::Money { minor, currency },
                        _ => Cell::Nothing,
                    },
                ];
                cells.extend(more.iter().map(|more| of_more(row, more)));
                cells.extend([
                    text(&row.owner),
                    row.days_in_stage
                        .map_or(Cell::Nothing, |days| Cell::Count(i64::from(days))),
                    row.expected_close.map_or(Cell::Nothing, Cell::Date),
                    text(&row.product),
                    text(&row.source),
                ]);
                cells
            })
            .collect(),
    };
    let mut document = Document::default().heading(heading);
    if !answer.rows.is_empty() {
        document = document.table(table);
    }
    for note in &answer.notes {
        document = document.line(note.clone());
    }
    document
}
