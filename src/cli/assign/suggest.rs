//! `assign suggest`: open deals that somebody else closes more often, within everybody's room.

use std::collections::BTreeMap;

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::filter::FilterArgs;
use super::super::output::{self, OutputArgs};
use super::super::session::Session;
use super::super::show::counted;
use super::super::staff::Staff;
use crate::date::day;
use crate::deal::book::{Book, Columns, Needs, State};
use crate::deal::staffing::{Closed, Pile, Ratios, Seat, Transfer, transfers};
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::fault::Fault;
use crate::store::Access;
use crate::text::visible;

/// Suggest which open deals somebody else would win more often, within everybody's capacity
///
/// Each rep's closing ratio for that kind of deal (customer type, or product where no deal has a type) is
/// mixed with the team's as their few deals allow; deals are then handed out so that the most can be expected to
/// be won. Nothing is changed: each line has the command that does it. Names of a selection are handed out in the
/// same way by `prospect start --to-rep best-fit`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl assign suggest\n  salesctl assign suggest --team north --gain 0.1 --format csv"
)]
pub(crate) struct Args {
    #[command(flatten)]
    filter: FilterArgs,
    /// Only where the expected closing ratio rises by this share
    #[arg(long, value_name = "SHARE", default_value = "0.05", value_parser = share)]
    gain: f64,
    #[command(flatten)]
    output: OutputArgs,
}

fn share(typed: &str) -> Result<f64, String> {
    let expected = || format!("`{typed}` is not a share above 0 and below 1, such as 0.05");
    let share: f64 = typed.parse().map_err(|_| expected())?;
    if share > 0.0 && share < 1.0 {
        Ok(share)
    } else {
        Err(expected())
    }
}

row! {
    /// One deal that should change hands.
    struct SuggestRow {
        id: String,
        account: Option<String>,
        class: Option<String>,
        owner: Option<String>,
        to: String,
        /// Expected closing ratio of the owner; null when the deal is nobody's.
        owner_share: Option<f64>,
        /// So many of the class the owner closed.
        owner_n: Option<u32>,
        to_share: f64,
        to_n: u32,
        value_minor: Option<i64>,
        currency: &'static str,
        command: String,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let as_of = args.filter.as_of(&session)?;
    let needs = Needs::of(Columns::DEALS).and(args.filter.needs(&session)?);
    let book = session.store.book(&session.process, as_of, &needs)?;
    let mask = args.filter.mask(&session, &book)?;
    let classes = Classes::of(&session, &book);
    let staff = Staff::read(&session, &session.store.catalog()?)?;
    let ratios = Ratios::new(&classes.closed(&book));
    let (piles, members) = classes.piles(&book, mask.as_deref(), &staff.seats);
    let seats = with_room_left(&staff.seats, &book, &members);
    let found = transfers(&seats, &piles, &ratios, args.gain).map_err(Fault::no)?;

    let mut rows = Vec::new();
    let handles = session.store.handles()?;
    let mut shorts = Vec::new();
    let mut taken = vec![0; piles.len()];
    let (mut now, mut then) = (0.0, 0.0);
    for Transfer { pile, to, deals } in &found {
        let class = &piles[*pile].class;
        let rep = &staff.seats[*to].rep;
        let better = ratios.of(class, rep);
        let owner = piles[*pile].owner.map(|at| staff.seats[at].rep.clone());
        let before = owner.as_ref().map(|owner| ratios.of(class, owner));
        for deal in members[*pile]
            .iter()
            .skip(taken[*pile])
            .take(*deals as usize)
        {
            now += before.map_or(0.0, |ratio| ratio.share);
            then += better.share;
            let (id, deals) = (book.deals.id[*deal], &book.deals);
            rows.push(SuggestRow {
                id: id.handle(),
                account: deals.account[*deal].map(|at| book.accounts[at as usize].clone()),
                class: (!class.is_empty()).then(|| class.clone()),
                owner: owner.clone(),
                to: rep.clone(),
                owner_share: before.map(|ratio| ratio.share),
                owner_n: before.map(|ratio| ratio.closed),
                to_share: better.share,
                to_n: better.closed,
                value_minor: deals.value_minor[*deal],
                currency: book.currencies[deals.currency[*deal] as usize].code(),
                command: format!("salesctl deal assign {} --to {rep}", handles.short(id)),
            });
            shorts.push(handles.short(id));
        }
        taken[*pile] += *deals as usize;
    }
    let open = members.iter().map(Vec::len).sum();
    let mut answer = output::answer(&session, "salesctl/assign-suggest/1", rows);
    answer.as_of = as_of;
    answer.n = open;
    answer.notes = classes.notes(&piles, &ratios, &staff.seats);
    let scope = args
        .filter
        .words()
        .map_or(String::new(), |words| format!(", only {words}"));
    let mut document = Document::default().heading(format!(
        "Open deals that somebody else closes more often{scope} (n = {open}), as of {}",
        day(as_of)
    ));
    document = if answer.rows.is_empty() {
        document.line(format!(
            "nothing to move: nobody with room closes a kind of deal more often than its owner by {:.0} points \
             and by more than chance explains",
            args.gain * 100.0
        ))
    } else {
        document
            .table(table(&book, &answer.rows, &shorts))
            .line(format!(
                "of {} moved, {then:.1} can be expected to be won instead of {now:.1}; ratios are by {}, each rep's \
                 mixed with the team's as their few deals allow",
                counted(answer.rows.len(), "deal", "deals"),
                classes.by
            ))
            .line("ask its owner before you move one; salesctl deal assign DEAL --to REP moves it")
    };
    for note in &answer.notes {
        document = document.line(format!("note: {note}"));
    }
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

/// Deals that are not asked about stay where they are, and take their room.
fn with_room_left(seats: &[Seat], book: &Book, asked: &[Vec<usize>]) -> Vec<Seat> {
    let mut others: BTreeMap<&str, u32> = BTreeMap::new();
    let mut asked_of: BTreeMap<&str, u32> = BTreeMap::new();
    let mut is_asked = vec![false; book.deals.len()];
    for deal in asked.iter().flatten() {
        is_asked[*deal] = true;
    }
    for (deal, state) in book.deals.state.iter().enumerate() {
        if let Some(owner) = book.deals.owner[deal].filter(|_| state.is_open()) {
            let owner = book.owners[owner as usize].name.as_str();
            let count = if is_asked[deal] {
                &mut asked_of
            } else {
                &mut others
            };
            *count.entry(owner).or_default() += 1;
        }
    }
    let count = |of: &BTreeMap<&str, u32>, rep: &str| of.get(rep).copied().unwrap_or(0);
    let seat = |seat: &Seat| Seat {
        capacity: seat
            .capacity
            .map(|capacity| capacity.saturating_sub(count(&others, &seat.rep))),
        open: count(&asked_of, &seat.rep),
        ..seat.clone()
    };
    seats.iter().map(seat).collect()
}

/// The kind of every deal.
struct Classes<'b> {
    by: &'static str,
    of: Vec<&'b str>,
}

impl<'b> Classes<'b> {
    fn of(session: &Session<'_>, book: &'b Book) -> Self {
        let deals = &book.deals;
        let no_types = session.process.customer_types.is_empty()
            || deals.customer_type.iter().all(Option::is_none);
        if no_types {
            let product = |at: &Option<u32>| at.map_or("", |at| &*book.products[at as usize].name);
            Self {
                by: "product",
                of: deals.product.iter().map(product).collect(),
            }
        } else {
            let kind = |at: &Option<u32>| at.map_or("", |at| &*book.types[at as usize]);
            Self {
                by: "customer type",
                of: deals.customer_type.iter().map(kind).collect(),
            }
        }
    }

    /// How the deals of each class and rep ended.
    fn closed(&self, book: &Book) -> Vec<Closed> {
        let mut counts: BTreeMap<(&str, u32), (u32, u32)> = BTreeMap::new();
        for (deal, state) in book.deals.state.iter().enumerate() {
            let (Some(owner), false) = (book.deals.owner[deal], state.is_open()) else {
                continue;
            };
            let (won, lost) = counts.entry((self.of[deal], owner)).or_default();
            *(if *state == State::Won { won } else { lost }) += 1;
        }
        let each = counts
            .into_iter()
            .map(|((class, owner), (won, lost))| Closed {
                class: class.to_string(),
                rep: book.owners[owner as usize].name.clone(),
                won,
                lost,
            });
        each.collect()
    }

    /// The open deals that are asked about, by class and owner; those of reps who left are nobody's. The largest
    /// of a pile come first.
    fn piles(
        &self,
        book: &Book,
        mask: Option<&[bool]>,
        seats: &[Seat],
    ) -> (Vec<Pile>, Vec<Vec<usize>>) {
        let seat_of: BTreeMap<&str, usize> = seats
            .iter()
            .enumerate()
            .map(|(at, seat)| (seat.rep.as_str(), at))
            .collect();
        let mut members: BTreeMap<(&str, Option<usize>), Vec<usize>> = BTreeMap::new();
        for (deal, state) in book.deals.state.iter().enumerate() {
            if !state.is_open() || mask.is_some_and(|mask| !mask[deal]) {
                continue;
            }
            let owner = book.deals.owner[deal]
                .and_then(|at| seat_of.get(book.owners[at as usize].name.as_str()).copied());
            members
                .entry((self.of[deal], owner))
                .or_default()
                .push(deal);
        }
        members
            .into_iter()
            .map(|((class, owner), mut deals)| {
                deals.sort_by_key(|deal| (std::cmp::Reverse(book.deals.value_minor[*deal]), *deal));
                let pile = Pile {
                    class: class.to_string(),
                    owner,
                    deals: deals.len() as u32,
                };
                (pile, deals)
            })
            .unzip()
    }

    fn notes(&self, piles: &[Pile], ratios: &Ratios, seats: &[Seat]) -> Vec<String> {
        let mut notes = Vec::new();
        let mut classes: Vec<&str> = piles.iter().map(|pile| pile.class.as_str()).collect();
        classes.dedup();
        for class in classes {
            let shown = if class.is_empty() {
                format!("no {}", self.by)
            } else {
                visible(class)
            };
            if ratios.closed(class) == 0 {
                notes.push(format!(
                    "{shown}: insufficient history, nobody closed one yet"
                ));
            } else if !ratios.differ(class) {
                notes.push(format!("{shown}: no rep differs from the team beyond luck"));
            }
        }
        let unlimited = seats
            .iter()
            .filter(|seat| seat.capacity.is_none() && !seat.absent);
        match unlimited.count() {
            0 => {}
            n => notes.push(format!(
                "{} no capacity and could be given everything: salesctl catalog set rep NAME --capacity N",
                if n == 1 { "1 rep has".to_string() } else { format!("{n} reps have") }
            )),
        }
        notes
    }
}

/// `shorts` are the short ids of the rows.
fn table(book: &Book, rows: &[SuggestRow], shorts: &[String]) -> Table {
    let money = |row: &SuggestRow| {
        let currency = row.currency.parse().unwrap_or(book.currency);
        row.value_minor
            .map_or(Cell::Nothing, |minor| Cell::Money { minor, currency })
    };
    Table {
        columns: vec![
            TableColumn::left("deal"),
            TableColumn::left("account"),
            TableColumn::left("kind").rank(3),
            TableColumn::right("value").rank(2),
            TableColumn::left("owner"),
            TableColumn::right("closes"),
            TableColumn::right("n").rank(4),
            TableColumn::left("better"),
            TableColumn::right("closes"),
            TableColumn::right("n").rank(5),
        ],
        rows: rows
            .iter()
            .enumerate()
            .map(|(at, row)| {
                vec![
                    Cell::Text(shorts[at].clone()),
                    Cell::text(row.account.as_deref()),
                    Cell::text(row.class.as_deref()),
                    money(row),
                    Cell::text(row.owner.as_deref()),
                    row.owner_share.map_or(Cell::Nothing, Cell::Share),
                    row.owner_n.map_or(Cell::Nothing, |n| Cell::Count(n.into())),
                    Cell::Text(row.to.clone()),
                    Cell::Share(row.to_share),
                    Cell::Count(row.to_n.into()),
                ]
            })
            .collect(),
    }
}
