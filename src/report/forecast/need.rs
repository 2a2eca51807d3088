//! How many new deals a month a target needs.

use super::super::group::Groups;
use super::super::{Ask, Report, answer, money, percent, with_notes};
use super::figures::{Figures, won_lately};
use super::{AskForecast, Foreseen, minor, named};
use crate::date::{self, period_name};
use crate::deal::book::{Book, Day};
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::forecast::{Need, Newcomers};
use crate::process::Process;

/// Fewer won deals than this say nothing of what new ones bring.
const ENOUGH: usize = 10;

/// Days of a month, on average.
const MONTH: f64 = 365.25 / 12.0;

row! {
    /// What a target asks of new business.
    pub struct NeedRow {
        pub period: String,
        pub target_minor: i64,
        pub won_minor: i64,
        /// Expected from the deals that are open.
        pub open_minor: Option<i64>,
        /// Target less both, not below nothing.
        pub missing_minor: Option<i64>,
        pub left_days: i32,
        /// Of deals that are opened on any of the days left, the share that is won in time.
        pub in_time_share: Option<f64>,
        pub mean_won_minor: Option<i64>,
        /// New deals a month for an even chance to reach the target; `low` for one chance in five, `high` for four.
        pub monthly: Option<f64>,
        pub monthly_low: Option<f64>,
        pub monthly_high: Option<f64>,
        /// Opened a month, in the last three.
        pub monthly_now: Option<f64>,
        /// Opened in the last two years, and won of them.
        pub n: usize,
        pub won_n: usize,
    }
}

/// New deals a month that the target needs, at the rates at which deals were won lately.
pub fn need(
    process: &Process,
    book: &Book,
    foreseen: Foreseen,
    target_minor: i64,
    ask: &AskForecast<'_>,
) -> Result<Report<NeedRow>, String> {
    let groups = Groups::new(book, &[], &[])?;
    let until = foreseen.as_ref().err().map(|refusal| refusal.until);
    let figures = Figures::of(process, book, foreseen, &[], ask, &groups);
    let from = Day::of(book.as_of).max(Day::new(Day::of(ask.period.from).number() - 1));
    let left = Day::of(ask.period.to).since(from).max(0);
    let came = Newcomers::of(book, left, |deal| ask.ask.includes(deal));
    let mut notes = figures.notes.clone();
    let name = period_name(ask.period, process.fiscal_month);
    let mut row = NeedRow {
        period: name.clone(),
        target_minor,
        won_minor: figures.won_minor,
        open_minor: None,
        missing_minor: None,
        left_days: left,
        in_time_share: None,
        mean_won_minor: None,
        monthly: None,
        monthly_low: None,
        monthly_high: None,
        monthly_now: Some(came.monthly),
        n: came.n,
        won_n: came.won,
    };
    let mut told = None;
    let missing = target_minor - figures.won_minor;
    if let (false, Some(ahead)) = (figures.over, &figures.ahead) {
        row.open_minor = Some(minor(ahead.outlook.open_minor));
        row.missing_minor = Some((missing - minor(ahead.outlook.open_minor)).max(0));
    }
    let known = came.won >= ENOUGH && !figures.over;
    if known {
        let values = match &figures.ahead {
            Some(ahead) => ahead.outlook.won_values.clone(),
            None => won_lately(process, book, ask).1,
        };
        row.mean_won_minor = Some(minor(
            values.iter().sum::<f64>() / values.len().max(1) as f64,
        ));
        row.in_time_share = Some(came.in_time());
    }
    if missing <= 0 {
        (row.monthly, row.monthly_low, row.monthly_high) = (Some(0.0), Some(0.0), Some(0.0));
        told = Some("no new deal is needed: it is won already".to_string());
    } else if figures.over {
        notes.push("the period is over: no new deal is won in it any more".to_string());
    } else if !known {
        notes.push(format!(
            "insufficient history: {} of {} deals opened in the last two years were won, {ENOUGH} are needed to say what \
             new ones bring",
            came.won, came.n
        ));
    } else if let Some(ahead) = &figures.ahead {
        let months = f64::from(left) / MONTH;
        let values = &ahead.outlook.won_values;
        let need = Need::of(&ahead.draws, came.in_time(), values, missing as f64);
        let monthly = |deals: Option<f64>| deals.map(|deals| deals / months);
        row.monthly = monthly(need.deals);
        row.monthly_low = monthly(need.low);
        row.monthly_high = monthly(need.high);
        told = in_words(&row);
        if need.high.is_none() {
            notes.push(format!(
                "no number of new deals reaches {}: of those opened in the {left} days left, {} are won in time",
                match (need.deals, need.low) {
                    (Some(_), _) => "four chances in five",
                    (None, Some(_)) => "an even chance",
                    (None, None) => "it",
                },
                percent(came.in_time())
            ));
        }
    } else {
        told = Some(not_yet(until.flatten(), &row));
    }
    let scope = ask.ask.scope.as_ref();
    let scope = scope
        .map(|scope| format!(", only {scope}"))
        .unwrap_or_default();
    let heading = format!(
        "Need: new deals for {} in {}{scope}, as of {}",
        money(target_minor, process.currency),
        named(&name, ask.period),
        date::day(book.as_of)
    );
    let mut document = Document::default()
        .heading(heading)
        .table(table(process, &row));
    if let Some(told) = told {
        document = document.line(told);
    }
    let document = with_notes(document, &notes);
    let asked = Ask {
        period: Some(ask.period),
        ..ask.ask.clone()
    };
    let n = came.n;
    let answer = answer(
        "salesctl/forecast-need/1",
        process,
        book,
        &asked,
        (n, vec![row], notes),
    );
    Ok(Report { answer, document })
}

fn table(process: &Process, row: &NeedRow) -> Table {
    let amount = |minor: Option<i64>| {
        let minor = minor.map(|minor| super::super::whole(minor, process.currency));
        minor.unwrap_or(Cell::Nothing)
    };
    let number = |number: Option<f64>| {
        let number = number.map(|number| Cell::Text(tenths(number)));
        number.unwrap_or(Cell::Nothing)
    };
    let line = |title: &str, cell: Cell| vec![Cell::Text(title.to_string()), cell];
    let left = row.left_days;
    // What is not known has no line.
    let rows = [
        line("won so far", amount(Some(row.won_minor))),
        line("expected of open deals", amount(row.open_minor)),
        line("missing", amount(row.missing_minor)),
        line("mean won deal", amount(row.mean_won_minor)),
        line(
            &format!("won in time, of deals opened in the {left} days left"),
            row.in_time_share.map_or(Cell::Nothing, Cell::Share),
        ),
        line("new deals a month for an even chance", number(row.monthly)),
        line("for one chance in five", number(row.monthly_low)),
        line("for four chances in five", number(row.monthly_high)),
        line(
            "new deals a month in the last three",
            number(row.monthly_now),
        ),
    ];
    let known = rows.into_iter();
    Table {
        columns: vec![TableColumn::left(""), TableColumn::right("")],
        rows: known
            .filter(|cells| !matches!(cells.last(), Some(Cell::Nothing)))
            .collect(),
    }
}

/// With one decimal while that says something.
fn tenths(number: f64) -> String {
    if number >= 20.0 {
        format!("{number:.0}")
    } else {
        format!("{number:.1}")
    }
}

/// What an even chance asks for; nothing where no number of deals gives one.
fn in_words(row: &NeedRow) -> Option<String> {
    let (needed, now) = (row.monthly?, row.monthly_now?);
    if needed <= 0.0 {
        return Some(
            "no new deal is needed for an even chance: the open ones bring it".to_string(),
        );
    }
    if now <= 0.0 {
        return Some("no deal was opened in the last three months".to_string());
    }
    let times = needed / now;
    Some(if times <= 1.0 {
        format!(
            "as many as now are enough: {} of them for an even chance",
            percent(times)
        )
    } else {
        format!("that is {times:.1} times as many as now")
    })
}

/// When it will be known what the open deals bring, and what new ones would have to without them.
fn not_yet(until: Option<Day>, row: &NeedRow) -> String {
    let when = match until {
        Some(day) => format!(
            "too few past forecasts reach as far ahead: by {} there will be enough",
            date::day(day.date())
        ),
        None => "not known yet: the note says what history lacks".to_string(),
    };
    let wins = row.mean_won_minor.filter(|mean| *mean > 0).map(|mean| {
        let wins = (row.target_minor - row.won_minor) as f64 / mean as f64;
        format!(
            "; what is missing is {:.0} won deals of that mean, from open ones and new ones together",
            wins.ceil()
        )
    });
    format!("{when}{}", wins.unwrap_or_default())
}
