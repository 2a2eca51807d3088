//! Losses as people see them: the lines of reasons, the stages they were lost from, and what grew.

use super::group::Groups;
use super::losses::{Compared, Loss, Places, Tally, name, sum};
use super::{count, or_nothing, percent, percents, whole};
use crate::date;
use crate::deal::book::Book;
use crate::document::{Cell, Period, Table, TableColumn};
use crate::process::Process;
use crate::statistics::{ENOUGH, Share};

pub(super) fn title(process: &Process, reason: &str) -> String {
    process
        .lost_reasons
        .iter()
        .find(|known| known.name == reason)
        .map_or_else(|| reason.to_string(), |known| known.title.clone())
}

pub(super) fn columns(
    process: &Process,
    groups: &Groups<'_>,
    earlier: Option<Period>,
) -> Vec<TableColumn> {
    let names = groups.titles.iter();
    let mut columns: Vec<TableColumn> = names.map(|name| TableColumn::left(*name)).collect();
    columns.extend([
        TableColumn::left("reason"),
        TableColumn::right("lost"),
        TableColumn::right("share"),
        TableColumn::right("95 % interval").rank(2),
        TableColumn::left("").rank(4),
        TableColumn::right(format!("lost {}", process.currency.code())),
        TableColumn::right("no value").rank(3),
    ]);
    if earlier.is_some() {
        columns.push(TableColumn::right("before").rank(1));
    }
    columns
}

pub(super) fn shown(
    process: &Process,
    mut cells: Vec<Cell>,
    title: &str,
    line: &Loss,
) -> Vec<Cell> {
    cells.extend([
        Cell::Text(title.to_string()),
        count(line.lost),
        Cell::Share(line.lost_share),
        Cell::Text(percents(line.lost_low, line.lost_high)),
        Cell::Bar(line.lost_share),
        or_nothing(line.lost_value_minor, |minor| {
            whole(minor, process.currency)
        }),
        count(line.without_value),
    ]);
    if let Some((lost, n)) = line.before_lost.zip(line.before_n) {
        cells.push(Cell::Text(format!("{lost} of {n}")));
    }
    cells
}

/// Where they were lost from, with what was said most often there.
pub(super) fn from_stages(
    process: &Process,
    book: &Book,
    places: &Places<'_>,
    now: &[Vec<Tally>],
    all: &Tally,
) -> Table {
    let mut grid = vec![Tally::default(); places.reasons * places.stages()];
    for group in now {
        for (sum, tally) in grid.iter_mut().zip(group) {
            sum.plus(tally);
        }
    }
    let of = |slot: usize| grid[slot..].iter().step_by(places.stages());
    let rows = (0..places.stages()).filter_map(|slot| {
        let stage = of(slot).fold(Tally::default(), |mut sum, tally| {
            sum.plus(tally);
            sum
        });
        if stage.lost == 0 {
            return None;
        }
        let most = of(slot)
            .enumerate()
            .max_by_key(|(reason, tally)| (tally.lost, std::cmp::Reverse(*reason)));
        let most = most.map(|(reason, tally)| {
            let title = title(process, name(book, reason));
            format!("{title} ({} of {})", tally.lost, stage.lost)
        });
        let share = Share::of(stage.lost, all.lost);
        let line = places.stages.lines.get(slot);
        Some(vec![
            Cell::Text(line.map_or("(never told)", |(_, title)| *title).to_string()),
            count(stage.lost),
            or_nothing(share, |share| Cell::Share(share.share)),
            or_nothing(share, |share| Cell::Text(percents(share.low, share.high))),
            or_nothing(stage.value(), |minor| whole(minor, process.currency)),
            Cell::text(most),
        ])
    });
    Table {
        columns: vec![
            TableColumn::left("lost from"),
            TableColumn::right("lost"),
            TableColumn::right("share"),
            TableColumn::right("95 % interval").rank(2),
            TableColumn::right(format!("lost {}", process.currency.code())),
            TableColumn::left("most often").rank(1),
        ],
        rows: rows.collect(),
    }
}

/// How far the reasons can be trusted: what is not told is not told at random.
pub(super) fn recorded(places: &Places<'_>, now: &[Vec<Tally>], all: &Tally) -> String {
    let last = (places.reasons - 1) * places.stages();
    let without: usize = now
        .iter()
        .map(|group| group.get(last..).map_or(0, |group| sum(group).lost))
        .sum();
    match (without, Share::of(without, all.lost)) {
        (0, _) | (_, None) if all.lost == 1 => "the one loss has a reason".to_string(),
        (0, _) | (_, None) => format!("every one of the {} losses has a reason", all.lost),
        (_, Some(share)) => format!(
            "losses without a reason: {without} of {} ({}): salesctl deal list --all --where \"state = 'lost' and reason is null\"",
            all.lost,
            percent(share.share)
        ),
    }
}

/// Which reasons took a larger share of the losses than in the period before.
pub(super) fn grown(changes: &[(String, String, Compared)], earlier: Period) -> String {
    let compared = changes
        .iter()
        .filter(|(.., it)| it.change().is_some())
        .count();
    let then = date::range(earlier);
    if compared == 0 {
        return format!(
            "against {then}: insufficient history, shares are compared from {ENOUGH} losses in both periods on"
        );
    }
    let said: Vec<String> = changes
        .iter()
        .filter_map(|(group, reason, it)| {
            let ((low, high), before) = it.change().zip(it.before)?;
            let of = if group.is_empty() {
                String::new()
            } else {
                format!(" ({group})")
            };
            (low > 0.0).then(|| {
                format!(
                    "{reason}{of} from {} to {}, by {:.0} to {:.0} points",
                    percent(before.share),
                    percent(it.now.share),
                    low * 100.0,
                    high * 100.0
                )
            })
        })
        .collect();
    let chance = match compared {
        1 => String::new(),
        _ => format!("; of {compared} compared, one in forty would seem to by chance alone"),
    };
    if said.is_empty() {
        format!("against {then}: no reason's share grew by more than chance explains")
    } else {
        format!("against {then} grew: {}{chance}", said.join("; "))
    }
}
