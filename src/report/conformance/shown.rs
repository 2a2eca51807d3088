//! What people read of conformance: how many followed the process, how the others did not, on which paths, and what
//! came of it.

use super::super::charts::bar;
use super::super::group::Groups;
use super::super::{Ask, heading, or_nothing, percent, percents};
use super::tally::{Found, Tally};
use super::variants::{self, Step, Variant};
use super::verdict::Class;
use super::{ConformanceRow, Followed};
use crate::deal::book::Book;
use crate::document::{Bar, Cell, Chart, Document, Shape, Table, TableColumn, Unit};
use crate::process::Process;
use crate::statistics::Share;

/// What both pages are of.
pub(super) struct Shown<'a> {
    pub(super) process: &'a Process,
    pub(super) book: &'a Book,
    pub(super) ask: &'a Ask,
    pub(super) all: &'a Tally,
    pub(super) explain: bool,
}

fn title(class: Class) -> &'static str {
    match class {
        Class::SkippedStage => "skipped a stage",
        Class::IllegalMove => "went a way that is not there",
        Class::MovedBack => "moved back where `back` does not allow it",
        Class::RepeatedStage => "entered a stage again",
        Class::MissingStep => "left without a required step",
        Class::Override => "passed a gate by override",
        Class::TooLong => "stayed past a limit",
        Class::FollowUp => "follow-up late or missed",
    }
}

pub(super) fn conformance(
    shown: &Shown<'_>,
    (groups, lines, rows): (&Groups<'_>, &[usize], &[ConformanceRow]),
    paths: &[Variant],
    of_paths: usize,
) -> Document {
    let all = shown.all;
    let by = if groups.names.is_empty() {
        String::new()
    } else {
        format!(" by {}", groups.titles.join(", "))
    };
    let what = format!("Conformance{by}: deals under way");
    let mut document = Document::default().heading(heading(&what, shown.ask, all.n, shown.book));
    if let Some(share) = Share::of(all.conforming, all.n) {
        let open = match all.open {
            0 => String::new(),
            open => format!("; {} open, judged so far", super::super::deals_are(open)),
        };
        document = document.line(format!(
            "{} of {} follow the process, {} (95 % interval {}){open}",
            all.conforming,
            all.n,
            percent(share.share),
            percents(share.low, share.high)
        ));
    }
    if !groups.names.is_empty() {
        document = document
            .chart(shares(groups, lines, rows, all))
            .table(by_group(groups, lines, rows));
    }
    document = document.chart(bars(all)).table(classes(all));
    if all.outcome.iter().any(|trials| trials.n > 0) {
        document = document.table(outcome(all));
        document = match Followed::of(all) {
            Followed {
                difference_share: Some(share),
                difference_low: Some(low),
                difference_high: Some(high),
                ..
            } => document.line(difference(share, low, high)),
            _ => document,
        };
    }
    if !paths.is_empty() {
        document = document.heading(format!(
            "Most frequent paths ({} of {of_paths})",
            paths.len()
        ));
        document = document.table(table_of_paths(shown, paths));
    }
    let again = shown
        .ask
        .again(&["period", "rep", "team", "where", "as-of"]);
    if all.deals.iter().any(|deals| *deals > 0) {
        document = document.line(format!(
            "which deals, and what came first: salesctl report conformance{again} --deals"
        ));
    }
    explained(document, shown)
}

pub(super) fn paths(shown: &Shown<'_>, variants: &[Variant], most: usize) -> Document {
    let what = "Paths: deals under way";
    let few = &variants[..variants.len().min(most)];
    let covered: usize = few.iter().map(|variant| variant.n).sum();
    let mut document = Document::default()
        .heading(heading(what, shown.ask, shown.all.n, shown.book))
        .table(table_of_paths(shown, few));
    if let Some(share) = Share::of(covered, shown.all.n).filter(|_| few.len() < variants.len()) {
        document = document.line(format!(
            "{} of {} paths, which {} of the deals took (--limit)",
            few.len(),
            variants.len(),
            percent(share.share)
        ));
    }
    explained(document, shown)
}

/// `conforming deals win more often: 12 points (95 % interval 3 to 20)`.
fn difference(share: f64, low: f64, high: f64) -> String {
    let points = |share: f64| format!("{:+.0}", (share * 100.0).round() + 0.0);
    let interval = format!(
        "{} points, 95 % interval {} to {}",
        points(share),
        points(low),
        points(high)
    );
    if low > 0.0 {
        format!(
            "deals that conform win more often: {interval} (it goes with winning; that is no proof that it causes it)"
        )
    } else if high < 0.0 {
        format!(
            "deals that conform win less often: {interval}; either the hard deals are led by the book, or the process \
             stands in the way"
        )
    } else {
        format!("whether deals that conform win more often is open: {interval}")
    }
}

/// Where files tell of moves and nothing else.
const NOT_TOLD: &str = "not told";

fn classes(all: &Tally) -> Table {
    let columns = vec![
        TableColumn::left("deviation"),
        TableColumn::right("deals"),
        TableColumn::right("times").rank(3),
        TableColumn::right("of all"),
        TableColumn::right("95 % interval").rank(2),
        TableColumn::right("won").rank(1),
        TableColumn::left("counts").rank(4),
    ];
    let count = super::super::count;
    let line = |title: &str, found: Option<Found>, counts: &str| {
        let share = found.and_then(|found| Share::of(found.deals, all.n));
        vec![
            Cell::Text(title.to_string()),
            found.map_or(Cell::Text(NOT_TOLD.to_string()), |found| count(found.deals)),
            or_nothing(found, |found| count(found.times)),
            or_nothing(share, |share| Cell::Share(share.share)),
            or_nothing(share, |share| Cell::Text(percents(share.low, share.high))),
            or_nothing(found.and_then(|found| found.decided.rate()), Cell::Share),
            Cell::Text(counts.to_string()),
        ]
    };
    let mut rows = Vec::new();
    for class in Class::ALL {
        let counts = if class.decides() {
            "deviates"
        } else {
            "beside"
        };
        rows.push(line(title(class), all.found(class), counts));
    }
    let name = "moved back where it is allowed";
    rows.push(line(name, Some(all.back()), "no deviation"));
    Table { columns, rows }
}

fn outcome(all: &Tally) -> Table {
    let columns = vec![
        TableColumn::left("closed deals that"),
        TableColumn::right("won"),
        TableColumn::right("lost").rank(2),
        TableColumn::right("n"),
        TableColumn::right("win rate"),
        TableColumn::right("95 % interval").rank(1),
    ];
    let rows = ["conform", "do not"]
        .into_iter()
        .zip(all.outcome)
        .map(|(name, trials)| {
            let share = Share::of(trials.successes, trials.n);
            vec![
                Cell::Text(name.to_string()),
                super::super::count(trials.successes),
                super::super::count(trials.failures()),
                super::super::count(trials.n),
                or_nothing(share, |share| Cell::Share(share.share)),
                or_nothing(share, |share| Cell::Text(percents(share.low, share.high))),
            ]
        });
    Table {
        columns,
        rows: rows.collect(),
    }
}

fn by_group(groups: &Groups<'_>, lines: &[usize], rows: &[ConformanceRow]) -> Table {
    let names = groups.titles.iter();
    let mut columns: Vec<TableColumn> = names.map(|name| TableColumn::left(*name)).collect();
    columns.extend([
        TableColumn::right("deals"),
        TableColumn::right("conform"),
        TableColumn::right("95 % interval").rank(1),
        TableColumn::right("skipped").rank(3),
        TableColumn::right("moves").rank(5),
        TableColumn::right("steps").rank(4),
        TableColumn::right("overrides").rank(6),
        TableColumn::right("past limit").rank(8),
        TableColumn::right("follow-ups").rank(9),
        TableColumn::right("won").rank(2),
        TableColumn::right("others won").rank(7),
    ]);
    let count = super::super::count;
    let or_not_told = |deals: Option<usize>| or_nothing(deals, count);
    let rows = lines.iter().zip(rows).map(|(group, row)| {
        let row = &row.followed;
        let mut cells = groups.cells(*group);
        cells.extend([
            count(row.n),
            or_nothing(row.conforming_share, Cell::Share),
            or_nothing(
                row.conforming_low.zip(row.conforming_high),
                |(low, high)| Cell::Text(percents(low, high)),
            ),
            count(row.skipped_stage_deals),
            count(row.strayed_deals),
            or_not_told(row.missing_step_deals),
            or_not_told(row.override_deals),
            count(row.too_long_deals),
            or_not_told(row.follow_up_deals),
            or_nothing(row.conforming_win_share, Cell::Share),
            or_nothing(row.other_win_share, Cell::Share),
        ]);
        cells
    });
    Table {
        columns,
        rows: rows.collect(),
    }
}

fn table_of_paths(shown: &Shown<'_>, variants: &[Variant]) -> Table {
    let columns = vec![
        TableColumn::right("deals"),
        TableColumn::right("of all"),
        TableColumn::right("conform").rank(2),
        TableColumn::right("won").rank(3),
        TableColumn::right("lost").rank(4),
        TableColumn::right("win rate"),
        TableColumn::right("95 % interval").rank(1),
        TableColumn::left("path").beneath(),
    ];
    let count = super::super::count;
    let rows = variants.iter().map(|variant| {
        let way = variants::way(&shown.book.visits, variant.visits.clone());
        let titles = way.map(|step| match step {
            Step::Stage(at) => {
                let name = &shown.book.stages[usize::from(at)];
                shown.process.stage_title(name).to_string()
            }
            Step::Closed(end) => format!("({})", shown.process.stage_title(end)),
        });
        let titles: Vec<String> = titles.collect();
        let won = variant.won();
        vec![
            count(variant.n),
            or_nothing(Share::of(variant.n, shown.all.n), |share| {
                Cell::Share(share.share)
            }),
            count(variant.conforming),
            count(variant.decided.successes),
            count(variant.decided.failures()),
            or_nothing(won, |won| Cell::Share(won.share)),
            or_nothing(won, |won| Cell::Text(percents(won.low, won.high))),
            Cell::Text(titles.join(" → ")),
        ]
    });
    Table {
        columns,
        rows: rows.collect(),
    }
}

fn bars(all: &Tally) -> Chart {
    let bars = Class::ALL.iter().map(|class| {
        let found = all.found(*class);
        bar(title(*class), found.map(|found| found.deals as f64))
    });
    Chart {
        title: "Deals by what deviates".to_string(),
        description: "A deal is in every bar of which it has at least one; overrides, limits and follow-ups are told \
                      beside and don't make a deal one that does not conform."
            .to_string(),
        unit: Unit::Count,
        shape: Shape::Bars(bars.collect()),
    }
}

fn shares(groups: &Groups<'_>, lines: &[usize], rows: &[ConformanceRow], all: &Tally) -> Chart {
    let together = Share::of(all.conforming, all.n).map(|share| (share.share, "all together"));
    let bars = lines.iter().zip(rows).map(|(group, row)| Bar {
        interval: row
            .followed
            .conforming_low
            .zip(row.followed.conforming_high),
        mark: together,
        ..bar(groups.title(*group), row.followed.conforming_share)
    });
    Chart {
        title: format!("Deals that conform by {}", groups.titles.join(", ")),
        description: "Of the judged deals of each group, with the 95 % interval; groups whose intervals overlap may \
                      well be equal."
            .to_string(),
        unit: Unit::Share,
        shape: Shape::Bars(bars.collect()),
    }
}

const RULE: &[&str] = &[
    "a deal conforms when it began where the process begins, made only moves that `next` and `back` allow to its \
     customer type, was won from a stage that leads to it, and left no stage onward before its required steps were done",
    "skipped: past stages in which it had not been, a win from an early stage included; entered again: by no allowed way, \
     or more often than `most_visits` of the stage; a step done on the day of leaving is in time",
    "steps that are asked for on a condition (`ask_when`) are the gate's to judge",
    "each move by the version of the process under which it was made (of several on one day the last); stays that last, and what a file told of, by the one \
     in force",
    "beside, without a say in whether it conforms: overrides, stays longer than `limit` (days on hold count), and \
     follow-ups of the process done after their day or not done though the deal was open that long",
    "not judged: moves by a change of the process, what came between a close and its reopening, what a file does not \
     tell; a period keeps the deals that were under way in it, win rates are of those closed in it",
    "intervals: Wilson (1927); of the difference of win rates: method 10 of Newcombe, Statistics in Medicine 17 (1998), \
     873–890; the rule agrees with optimal alignments (Adriansyah and others, EDOC 2011)",
];

pub(super) fn rule(document: Document) -> Document {
    let rule = RULE.iter().copied();
    rule.fold(document.heading("How it is judged"), Document::line)
}

fn explained(document: Document, shown: &Shown<'_>) -> Document {
    if shown.explain {
        rule(document)
    } else {
        document
    }
}
