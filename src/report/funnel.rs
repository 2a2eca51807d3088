//! How far one cohort of deals has come: the deals that first entered a stage in a period.
//!
//! What is counted of a deal is said in `cohort`: entered = advanced + lost + still in, for every stage.

use super::charts::reached;
use super::cohort::{End, Walked, walk};
use super::durations::{stay, why_unknown};
use super::{
    Ask, Report, Stages, answer, count, deals_are, heading, or_nothing, percent, percents,
    with_notes,
};
use crate::date;
use crate::deal::book::{Book, Columns, Day, Needs, State};
use crate::document::{Cell, Document, Period, Table, TableColumn, row};
use crate::process::{Process, WON};
use crate::statistics::{ENOUGH, Share, Survival};
use crate::text::nearest;

/// What it reads.
pub const FUNNEL: Needs = Needs::of(Columns::OPENED.and(Columns::VISITS));

row! {
    /// One stage, or the won deals of the cohort in the last row, where only `entered` and
    /// `from_top_share` apply.
    pub struct FunnelRow {
        pub stage: String,
        pub entered: usize,
        pub advanced: Option<usize>,
        pub lost: Option<usize>,
        pub still_in: Option<usize>,
        /// advanced ÷ entered.
        pub step_share: Option<f64>,
        /// advanced ÷ (advanced + lost).
        pub resolved_share: Option<f64>,
        pub resolved_low: Option<f64>,
        pub resolved_high: Option<f64>,
        /// entered ÷ the cohort.
        pub from_top_share: Option<f64>,
        /// Of the first visit, those that go on included (Kaplan-Meier).
        pub median_days: Option<i32>,
    }
}

#[derive(Clone, Default)]
struct Step {
    entered: usize,
    advanced: usize,
    lost: usize,
    still_in: usize,
    days: Survival,
}

impl Step {
    fn resolved(&self) -> Option<Share> {
        Share::of(self.advanced, self.advanced + self.lost)
    }
}

/// What became of one cohort.
#[derive(Default)]
struct Cohort {
    n: usize,
    won: usize,
    open: usize,
    /// From the cohort's stage on, in selling order.
    steps: Vec<Step>,
    /// Deals whose opening or entry was never told.
    untold: usize,
    /// Deals opened in the period that have never been in the cohort's stage.
    elsewhere: usize,
}

impl Cohort {
    fn follow(stages: &Stages, book: &Book, ask: &Ask, top: usize) -> Self {
        let deals = &book.deals;
        let today = Day::of(book.as_of);
        let mut cohort = Self {
            steps: vec![Step::default(); stages.ranked - top],
            ..Self::default()
        };
        walk(stages, book, ask, top, |walked| match walked {
            Walked::Elsewhere => cohort.elsewhere += 1,
            Walked::Untold => cohort.untold += 1,
            Walked::In { deal, steps, .. } => {
                let state = deals.state[deal];
                cohort.n += 1;
                cohort.won += usize::from(state == State::Won);
                cohort.open += usize::from(state.is_open());
                for (step, walked) in cohort.steps.iter_mut().zip(steps) {
                    let Some((end, first)) = walked.end(state) else {
                        continue;
                    };
                    step.entered += 1;
                    match end {
                        End::Advanced => step.advanced += 1,
                        End::Lost => step.lost += 1,
                        End::StillIn => step.still_in += 1,
                    }
                    if let Some((days, ended)) = stay(book, first, today) {
                        step.days.add(days, ended);
                    }
                }
            }
        });
        cohort
    }
}

/// The cohort of the deals that first entered `ask.from_stage` (or the first stage) in the period.
pub fn funnel(process: &Process, book: &Book, ask: &Ask) -> Result<Report<FunnelRow>, String> {
    let top = match &ask.from_stage {
        None => 0,
        Some(name) => process
            .stages
            .iter()
            .position(|stage| stage.name == *name)
            .ok_or_else(|| {
                let names: Vec<&str> = process
                    .stages
                    .iter()
                    .map(|stage| stage.name.as_str())
                    .collect();
                let near = nearest(name, names.iter().copied())
                    .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                format!(
                    "no stage `{name}`; the process has {}{near}",
                    names.join(", ")
                )
            })?,
    };
    let stages = Stages::new(process, book);
    let cohort = Cohort::follow(&stages, book, ask, top.min(stages.ranked));
    let names = &process.stages[top.min(process.stages.len())..];

    let of_top = |entered: usize| (cohort.n > 0).then(|| entered as f64 / cohort.n as f64);
    let mut notes = Vec::new();
    let mut rows = Vec::with_capacity(names.len() + 1);
    for (stage, step) in names.iter().zip(&cohort.steps) {
        let resolved = step.resolved();
        rows.push(FunnelRow {
            stage: stage.name.clone(),
            entered: step.entered,
            advanced: Some(step.advanced),
            lost: Some(step.lost),
            still_in: Some(step.still_in),
            step_share: (step.entered > 0).then(|| step.advanced as f64 / step.entered as f64),
            resolved_share: resolved.map(|share| share.share),
            resolved_low: resolved.map(|share| share.low),
            resolved_high: resolved.map(|share| share.high),
            from_top_share: of_top(step.entered),
            median_days: step.days.estimate(0.5),
        });
        if resolved.is_none() {
            notes.push(format!(
                "insufficient history: no deal has advanced or been lost from `{}`",
                stage.name
            ));
        } else {
            notes.extend(why_unknown(
                &stage.name,
                &step.days,
                step.days.estimate(0.5).is_none(),
            ));
        }
    }
    rows.push(FunnelRow {
        stage: WON.to_string(),
        entered: cohort.won,
        advanced: None,
        lost: None,
        still_in: None,
        step_share: None,
        resolved_share: None,
        resolved_low: None,
        resolved_high: None,
        from_top_share: of_top(cohort.won),
        median_days: None,
    });
    let top_title = names.first().map_or("", |stage| stage.title.as_str());
    if cohort.untold > 0 {
        notes.push(format!(
            "{} left out of the cohort: when they were opened or entered {top_title} was never told",
            deals_are(cohort.untold)
        ));
    }
    if cohort.elsewhere > 0 {
        let opened = if ask.period.is_some() {
            "opened in the period, "
        } else {
            ""
        };
        notes.push(format!(
            "{} left out of the cohort: {opened}they have never been in {top_title}",
            deals_are(cohort.elsewhere)
        ));
    }

    let what = format!("Funnel: deals that first entered {top_title}");
    let answer = answer(
        "salesctl/report-funnel/1",
        process,
        book,
        ask,
        (cohort.n, rows, notes),
    );
    let mut document = Document::default()
        .heading(heading(&what, ask, cohort.n, book))
        .chart(reached(&titles(process, top), &answer.rows))
        .table(table(process, top, &cohort, &answer.rows));
    if let Some(weakest) = weakest(process, top, &cohort) {
        let before = ask.period.and_then(date::previous).map(|period| {
            let ask = Ask {
                period: Some(period),
                ..ask.clone()
            };
            (period, Cohort::follow(&stages, book, &ask, top))
        });
        document = document
            .line(weakest_step(
                process,
                top,
                &cohort,
                weakest,
                before.as_ref(),
            ))
            .line(next(ask));
    } else if cohort.n > 0 {
        document = document.line(format!(
            "weakest step: insufficient history, no stage has {ENOUGH} deals that advanced or were lost"
        ));
    }
    if cohort.open > 0 {
        let (count, where_they_are) = if cohort.open == 1 {
            ("counts", "it is")
        } else {
            ("count", "they are")
        };
        document = document.line(format!(
            "{} still open and {count} as neither advanced nor lost from where {where_they_are}",
            deals_are(cohort.open)
        ));
    }
    let document = with_notes(document, &answer.notes);
    Ok(Report { answer, document })
}

/// The step with the smallest share of resolved deals that advanced, of those with enough of them.
fn weakest(process: &Process, top: usize, cohort: &Cohort) -> Option<usize> {
    let shares = cohort
        .steps
        .iter()
        .enumerate()
        .filter_map(|(step, counts)| Some((step, counts.resolved()?)));
    shares
        .filter(|(step, share)| share.n >= ENOUGH && top + step < process.stages.len())
        .min_by(|(_, a), (_, b)| a.share.total_cmp(&b.share))
        .map(|(step, _)| step)
}

/// What people call the cohort's stages, and won.
fn titles(process: &Process, top: usize) -> Vec<&str> {
    process.stages[top.min(process.stages.len())..]
        .iter()
        .map(|stage| stage.title.as_str())
        .chain([process.won_title.as_str()])
        .collect()
}

/// `weakest step: Propose → Won, 33 % of the 27 resolved (95 % interval 19–52 %); in 2026-Q2 it was 41 %
/// of 22: no clear change`.
fn weakest_step(
    process: &Process,
    top: usize,
    cohort: &Cohort,
    step: usize,
    before: Option<&(Period, Cohort)>,
) -> String {
    let titles = titles(process, top);
    let Some(now) = cohort.steps[step].resolved() else {
        return String::new();
    };
    let said = format!(
        "weakest step: {} → {}, {} of the {} resolved (95 % interval {})",
        titles[step],
        titles[step + 1],
        percent(now.share),
        now.n,
        percents(now.low, now.high)
    );
    let before = before.and_then(|(period, before)| Some((period, before.steps[step].resolved()?)));
    let Some((period, then)) = before else {
        return said;
    };
    let (low, high) = now.difference(then);
    let change = if low > 0.0 {
        "better"
    } else if high < 0.0 {
        "worse"
    } else {
        "no clear change"
    };
    let name = date::period_name(*period, process.fiscal_month);
    format!(
        "{said}; in {name} it was {} of {}: {change}",
        percent(then.share),
        then.n
    )
}

/// Whether everyone loses there, or a few, or nobody beyond chance. Of all time there is no breakdown: it then
/// takes its own period.
fn next(ask: &Ask) -> String {
    let narrowed = match ask.period {
        Some(_) => ask.again(&["period", "rep", "team", "where", "as-of"]),
        None => ask.again(&["rep", "team", "where", "as-of"]),
    };
    format!("next: salesctl report breakdown{narrowed}")
}

/// Shares are shown at the stage they lead to, as a funnel is read: beside the second stage stands
/// what part of the first has gone on.
fn table(process: &Process, top: usize, cohort: &Cohort, rows: &[FunnelRow]) -> Table {
    let columns = vec![
        TableColumn::left("stage"),
        TableColumn::right("reached"),
        TableColumn::left("").rank(6),
        TableColumn::right("step").rank(1),
        TableColumn::right("of resolved").rank(2),
        TableColumn::right("from top").rank(3),
        TableColumn::right("median days").rank(5),
        TableColumn::right("still in").rank(4),
    ];
    let lines = rows
        .iter()
        .zip(titles(process, top))
        .enumerate()
        .map(|(line, (row, title))| {
            let before = line.checked_sub(1).and_then(|before| rows.get(before));
            vec![
                Cell::Text(title.to_string()),
                count(row.entered),
                Cell::Bar(row.entered as f64 / cohort.n.max(1) as f64),
                or_nothing(before.and_then(|row| row.step_share), Cell::Share),
                or_nothing(before.and_then(|row| row.resolved_share), Cell::Share),
                or_nothing(row.from_top_share, Cell::Share),
                or_nothing(row.median_days, |days| Cell::Days(f64::from(days))),
                or_nothing(row.still_in, count),
            ]
        });
    Table {
        columns,
        rows: lines.collect(),
    }
}
