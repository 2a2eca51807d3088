//! One rep in full. Whoever runs it sees what everybody sees.

use super::parts::{Kind, Mix, Ramp, kinds, mix, ramp};
use super::{AVERAGE, FIGURES, REVENUE, Rep, Reps, WIN_RATE, median, zone_words};
use crate::deal::book::Book;
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::process::Process;
use crate::report::convert::Converter;
use crate::report::{
    Ask, Report, Stages, answer, count, counted, heading, money, or_nothing, percent, percents,
    whole, with_notes,
};
use crate::statistics::{ENOUGH, Share};
use crate::text::quoted;

row! {
    /// One figure of the page.
    pub struct ScorecardPageRow {
        /// `figure`, `product`, `type`, `stage`, `activity` or `ramp`.
        pub section: &'static str,
        pub name: String,
        /// `minor`, `share`, `days` or `count`.
        pub unit: &'static str,
        pub value: Option<f64>,
        pub low: Option<f64>,
        pub high: Option<f64>,
        pub n: usize,
        /// Of the reps of the team; of a product or type, the rate of all others.
        pub median: Option<f64>,
        /// Of the closing ratio: what a rep with this record can be expected to close.
        pub expected: Option<f64>,
        pub remark: Option<String>,
    }
}

const NO_ROW: ScorecardPageRow = ScorecardPageRow {
    section: "figure",
    name: String::new(),
    unit: "count",
    value: None,
    low: None,
    high: None,
    n: 0,
    median: None,
    expected: None,
    remark: None,
};

/// Reps of a team with fewer than this are compared with everybody.
const TEAM: usize = 3;

/// The page of one rep, by index into the Book's owners, against all that are asked about.
pub fn scorecard_of(
    process: &Process,
    book: &Book,
    ask: &Ask,
    rep: usize,
) -> Result<Report<ScorecardPageRow>, String> {
    let reps = Reps::of(process, book, ask)?;
    let name = &book.owners[rep].name;
    let Some(own) = reps.all.iter().find(|one| one.at == rep) else {
        return Err(format!(
            "`{name}` has handled no deal of those that are asked about"
        ));
    };
    let (peers, whose) = peers(book, &reps, own);
    let kinds = kinds(book, ask, rep);
    let mix = mix(book, ask, rep);
    let mut converter = Converter::new(process, book);
    let ramp = ramp(book, ask, &mut converter, rep);
    let stages = open_by_stage(process, book, ask, &mut converter, rep);

    let figures = figure_rows(process, own, &peers);
    let mut rows = figures.clone();
    rows.extend(kinds.iter().map(kind_row));
    rows.extend(stages.iter().map(|(_, row)| row.clone()));
    rows.extend(mix.iter().map(mix_row));
    rows.extend(ramp.iter().flat_map(ramp_rows));
    let mut notes = converter.notes();
    notes.extend(reps.notes.iter().cloned());
    let answer = answer(
        "salesctl/report-scorecard-rep/1",
        process,
        book,
        ask,
        (own.handled, rows, notes),
    );

    let title = &book.owners[rep].title;
    let mut document = Document::default()
        .heading(heading(
            &format!("Scorecard of {title}: deals handled"),
            ask,
            own.handled,
            book,
        ))
        .table(figure_table(process, &figures))
        .line(format!("median: of {whose}"))
        .line(sentence(process, own, &peers, &kinds));
    if !kinds.is_empty() {
        document = document
            .heading("Closing ratio by product and customer type")
            .table(kind_table(&kinds));
    }
    if !stages.is_empty() {
        document = document.heading("Open deals").table(Table {
            columns: vec![
                TableColumn::left("stage"),
                TableColumn::right("deals"),
                TableColumn::right(format!("value {}", process.currency.code())),
            ],
            rows: stages
                .iter()
                .map(|(title, row)| {
                    vec![
                        Cell::Text(title.clone()),
                        count(row.n),
                        or_nothing(row.value, |value| {
                            whole(value.round() as i64, process.currency)
                        }),
                    ]
                })
                .collect(),
        });
    }
    if !mix.is_empty() {
        document = document.heading("Activities").table(mix_table(&mix));
    }
    if let Some(ramp) = &ramp {
        document = document.heading(format!(
            "The first months since {}, whole ones so far: {}",
            crate::date::day(ramp.start),
            ramp.service
        ));
        document = document.table(ramp_table(process, ramp));
    }
    let again = ask.again(&["period", "team", "where", "as-of"]);
    let shell = quoted(name);
    document = document
        .line(format!(
            "made of the deals that {title} owns on {}, as everybody sees it: salesctl report scorecard {shell}{again}",
            crate::date::day(book.as_of)
        ))
        .line(format!(
            "the deals behind it: salesctl deal list --rep {shell} --all; ratios: salesctl report win-rate \
             --rep {shell} --by product,type{again}; costs and metrics: salesctl metric query NAME --by rep"
        ));
    let document = with_notes(document, &answer.notes);
    Ok(Report { answer, document })
}

/// Whom a rep is compared with: the team where it is large enough, else all.
fn peers<'r>(book: &Book, reps: &'r Reps, own: &Rep) -> (Vec<&'r Rep>, String) {
    let team_of = |rep: &Rep| book.reps.get(rep.at).and_then(|facts| facts.team);
    let team = team_of(own);
    let same: Vec<&Rep> = reps
        .all
        .iter()
        .filter(|rep| team.is_some() && team_of(rep) == team)
        .collect();
    if let Some(team) = team.filter(|_| same.len() >= TEAM) {
        let words = format!("{} reps of {}", same.len(), book.teams[team as usize].title);
        return (same, words);
    }
    let words = match reps.all.len() {
        1 => "this rep alone".to_string(),
        reps => format!("all {reps} reps"),
    };
    (reps.all.iter().collect(), words)
}

fn middle(peers: &[&Rep], of: impl Fn(&Rep) -> Option<f64>) -> Option<f64> {
    median(peers.iter().filter_map(|rep| of(rep)).collect())
}

fn figure_rows(process: &Process, own: &Rep, peers: &[&Rep]) -> Vec<ScorecardPageRow> {
    let number_of = |name: &str, of: fn(&Rep) -> usize| ScorecardPageRow {
        name: name.to_string(),
        value: Some(of(own) as f64),
        n: of(own),
        median: middle(peers, |rep| Some(of(rep) as f64)),
        ..NO_ROW
    };
    let mut rows = vec![
        number_of("handled", |rep| rep.handled),
        number_of("open", |rep| rep.open),
        number_of("won", |rep| rep.won),
        number_of("lost", |rep| rep.lost),
    ];
    for (at, name) in FIGURES.iter().enumerate() {
        let figure = own.figures[at];
        let Some(metric) = process.metric(name) else {
            continue;
        };
        let remark = if at == WIN_RATE {
            own.zone.map(zone_words).map(str::to_string)
        } else {
            None
        };
        rows.push(ScorecardPageRow {
            name: metric.name.clone(),
            unit: match metric.unit.name() {
                "money" => "minor",
                "share" => "share",
                "days" => "days",
                "count" => "count",
                other => other,
            },
            value: figure.value,
            low: figure.low,
            high: figure.high,
            n: figure.n.round() as usize,
            median: middle(peers, |rep| rep.figures[at].value),
            expected: own.expected.filter(|_| at == WIN_RATE),
            remark: remark.or_else(|| figure.why.map(str::to_string)),
            ..NO_ROW
        });
    }
    rows.push(ScorecardPageRow {
        name: "capacity-used".to_string(),
        unit: "share",
        value: own.capacity_used(),
        n: own.open,
        median: middle(peers, Rep::capacity_used),
        remark: match own.capacity {
            Some(capacity) => Some(format!("of {capacity} deals")),
            None => Some("no capacity is set".to_string()),
        },
        ..NO_ROW
    });
    rows
}

fn kind_row(kind: &Kind) -> ScorecardPageRow {
    let share = Share::of(kind.own.successes, kind.own.n);
    ScorecardPageRow {
        section: kind.what,
        name: kind.name.clone(),
        unit: "share",
        value: share.map(|share| share.share),
        low: share.map(|share| share.low),
        high: share.map(|share| share.high),
        n: kind.own.n,
        median: kind.others.rate(),
        remark: remark(kind).map(str::to_string),
        ..NO_ROW
    }
}

fn remark(kind: &Kind) -> Option<&'static str> {
    let lower = kind.own.rate() < kind.others.rate();
    kind.differs.then_some(if lower {
        "lower than the others, beyond chance"
    } else {
        "higher than the others, beyond chance"
    })
}

fn mix_row(mix: &Mix) -> ScorecardPageRow {
    ScorecardPageRow {
        section: "activity",
        name: mix.kind.name().to_string(),
        unit: "share",
        value: Some(mix.n as f64 / mix.of.max(1) as f64),
        n: mix.n,
        median: mix.median,
        remark: Some(format!("{} minutes", mix.minutes)),
        ..NO_ROW
    }
}

/// Two rows a month: deals opened, and what was won.
fn ramp_rows(ramp: &Ramp) -> Vec<ScorecardPageRow> {
    let months = ramp.months.iter().zip(1..).flat_map(|(month, number)| {
        let others = Some(format!("{} others have been through it", month.others));
        [
            ScorecardPageRow {
                section: "ramp",
                name: format!("month-{number}-opened"),
                value: Some(month.opened as f64),
                n: month.opened,
                median: month.opened_median,
                remark: others.clone(),
                ..NO_ROW
            },
            ScorecardPageRow {
                section: "ramp",
                name: format!("month-{number}-won"),
                unit: "minor",
                value: Some(month.won_minor as f64),
                n: month.others,
                median: month.won_median,
                remark: others,
                ..NO_ROW
            },
        ]
    });
    months.collect()
}

/// Open deals by stage, in selling order, with the stage's title.
fn open_by_stage(
    process: &Process,
    book: &Book,
    ask: &Ask,
    converter: &mut Converter<'_>,
    rep: usize,
) -> Vec<(String, ScorecardPageRow)> {
    let stages = Stages::new(process, book);
    let deals = &book.deals;
    let mut found = vec![(0_usize, 0_i64); stages.lines.len() + 1];
    for deal in (0..deals.len()).filter(|deal| ask.includes(*deal)) {
        if deals.owner[deal] != Some(rep as u32) || !deals.state[deal].is_open() {
            continue;
        }
        let slot = deals.stage[deal].map_or(stages.lines.len(), |at| stages.slot[usize::from(at)]);
        found[slot].0 += 1;
        found[slot].1 = found[slot]
            .1
            .saturating_add(converter.worth(deal).known().unwrap_or(0));
    }
    let rows = found.into_iter().enumerate().filter(|(_, (n, _))| *n > 0);
    rows.map(|(slot, (n, minor))| {
        let (name, title) = stages
            .lines
            .get(slot)
            .copied()
            .unwrap_or(("(none)", "(none)"));
        let row = ScorecardPageRow {
            section: "stage",
            name: name.to_string(),
            unit: "minor",
            value: Some(minor as f64),
            n,
            ..NO_ROW
        };
        (title.to_string(), row)
    })
    .collect()
}

/// What the seed asks: is the ratio low, and in what; or is it high and the total low, and by what.
fn sentence(process: &Process, own: &Rep, peers: &[&Rep], kinds: &[Kind]) -> String {
    let low: Vec<String> = kinds
        .iter()
        .filter(|kind| kind.differs && kind.own.rate() < kind.others.rate())
        .map(|kind| {
            let share = |rate: Option<f64>| rate.map_or_else(String::new, percent);
            format!(
                "{} {} ({}, the others {})",
                kind.what,
                kind.title,
                share(kind.own.rate()),
                share(kind.others.rate())
            )
        })
        .collect();
    if own.zone.is_some_and(|zone| zone.ends_with("low")) {
        return if low.is_empty() {
            "the closing ratio is low, and in no single product or customer type beyond chance: \
             it is not one kind of deal"
                .to_string()
        } else {
            format!("the closing ratio is low, above all in {}", low.join(", "))
        };
    }
    if !low.is_empty() {
        return format!(
            "the closing ratio is within chance in all, and low in {}",
            low.join(", ")
        );
    }
    let figure = |at: usize| {
        own.figures[at]
            .value
            .zip(middle(peers, |rep| rep.figures[at].value))
    };
    let closes_well = figure(WIN_RATE).is_some_and(|(own, median)| own >= median);
    let sells_less = figure(REVENUE).filter(|(own, median)| own < median);
    if let (true, Some((sales, usual))) = (closes_well, sells_less) {
        let decided = own.closing.n as f64;
        let usual_n = middle(peers, |rep| Some(rep.closing.n as f64)).unwrap_or(decided);
        let volume = if usual_n > 0.0 {
            decided / usual_n
        } else {
            1.0
        };
        let size = figure(AVERAGE).map(|(own, median)| (own / median, own, median));
        let cents = |value: f64| money(value.round() as i64, process.currency);
        let by_volume = size.is_none_or(|(size, ..)| volume <= size);
        let why = match size {
            Some((_, average, median)) if !by_volume => format!(
                "smaller deals ({} on average, the median {})",
                cents(average),
                cents(median)
            ),
            _ => format!(
                "fewer deals ({} decided, the median {usual_n:.0})",
                own.closing.n
            ),
        };
        return format!(
            "closes no worse than the median, and sells less ({}, the median {}): {why}",
            cents(sales),
            cents(usual)
        );
    }
    if own.closing.n < ENOUGH {
        return format!(
            "insufficient history: {} decided, the closing ratio is judged from {ENOUGH} on",
            counted(own.closing.n)
        );
    }
    "nothing here that chance does not explain".to_string()
}

fn figure_table(process: &Process, rows: &[ScorecardPageRow]) -> Table {
    let shown = |row: &ScorecardPageRow, value: Option<f64>| {
        or_nothing(value, |value| match row.unit {
            "minor" => whole(value.round() as i64, process.currency),
            "share" => Cell::Share(value),
            "days" if (value - 1.0).abs() < f64::EPSILON => Cell::Text("1 day".to_string()),
            "days" => Cell::Text(format!("{:.0} days", value.round())),
            // Medians of counts, which may end in a half.
            _ => Cell::Days(value),
        })
    };
    let title = |name: &str| match (process.metric(name), name) {
        (Some(metric), _) => metric.title.clone(),
        (None, "handled") => "Deals handled".to_string(),
        (None, "open") => "Open".to_string(),
        (None, "won") => "Won".to_string(),
        (None, "lost") => "Lost".to_string(),
        _ => "Capacity used".to_string(),
    };
    let lines = rows.iter().map(|row| {
        vec![
            Cell::Text(title(&row.name)),
            shown(row, row.value),
            or_nothing(row.low.zip(row.high), |(low, high)| {
                Cell::Text(percents(low, high))
            }),
            count(row.n),
            shown(row, row.median),
            or_nothing(row.expected, Cell::Share),
            Cell::text(row.remark.as_deref()),
        ]
    });
    Table {
        columns: vec![
            TableColumn::left("figure"),
            TableColumn::right(""),
            TableColumn::right("95 % interval").rank(2),
            TableColumn::right("n"),
            TableColumn::right("median"),
            TableColumn::right("expected").rank(3),
            TableColumn::left("").rank(1),
        ],
        rows: lines.collect(),
    }
}

fn kind_table(kinds: &[Kind]) -> Table {
    let rows = kinds.iter().map(|kind| {
        let share = Share::of(kind.own.successes, kind.own.n);
        vec![
            Cell::Text(kind.what.to_string()),
            Cell::Text(kind.title.clone()),
            count(kind.own.n),
            or_nothing(share, |share| Cell::Share(share.share)),
            or_nothing(share, |share| Cell::Text(percents(share.low, share.high))),
            or_nothing(kind.others.rate(), Cell::Share),
            Cell::text(remark(kind)),
        ]
    });
    Table {
        columns: vec![
            TableColumn::left(""),
            TableColumn::left(""),
            TableColumn::right("n"),
            TableColumn::right("closing"),
            TableColumn::right("95 % interval").rank(1),
            TableColumn::right("others"),
            TableColumn::left(""),
        ],
        rows: rows.collect(),
    }
}

fn mix_table(mix: &[Mix]) -> Table {
    let rows = mix.iter().map(|mix| {
        vec![
            Cell::Text(mix.kind.name().to_string()),
            count(mix.n),
            Cell::Share(mix.n as f64 / mix.of.max(1) as f64),
            or_nothing(mix.median, Cell::Share),
            Cell::Count(i64::try_from(mix.minutes).unwrap_or(i64::MAX)),
        ]
    });
    Table {
        columns: vec![
            TableColumn::left("activity"),
            TableColumn::right("n"),
            TableColumn::right("share"),
            TableColumn::right("median share"),
            TableColumn::right("minutes"),
        ],
        rows: rows.collect(),
    }
}

fn ramp_table(process: &Process, ramp: &Ramp) -> Table {
    let code = process.currency.code();
    let rows = ramp.months.iter().zip(1..).map(|(month, number)| {
        vec![
            Cell::Count(number),
            count(month.opened),
            or_nothing(month.opened_median, Cell::Days),
            whole(month.won_minor, process.currency),
            or_nothing(month.won_median, |value| {
                whole(value.round() as i64, process.currency)
            }),
        ]
    });
    Table {
        columns: vec![
            TableColumn::right("month"),
            TableColumn::right("opened"),
            TableColumn::right("others' median"),
            TableColumn::right(format!("won {code}")),
            TableColumn::right(format!("others' median {code}")),
        ],
        rows: rows.collect(),
    }
}
