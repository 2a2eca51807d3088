//! `process discover`: a first process file, drafted from an event log.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::import::file::{FileArgs, open_log};
use super::super::import::file_summary::reasons;
use super::super::output::{OutputArgs, write_source};
use super::super::show::counted;
use crate::document::{Answer, Cell, Document, Table, TableColumn, row};
use crate::fault::Fault;
use crate::import::event_log::{LogError, Named, Taken, read_log};
use crate::import::read::Options;
use crate::money::Currency;
use crate::process::{self, Draft, DraftedMove, Level};
use crate::render::Format;
use crate::text::visible;

/// Draft a process file from an event log: stages in their usual order, moves, how long each takes
///
/// The log is XES (also .xes.gz) or CSV with the columns case, activity and timestamp, such as `export log`
/// writes. The draft says with each line what it rests on; what it is for only you can say.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl process discover log.xes -o drafts/process.toml\n  salesctl process discover moves.csv --case deal --activity to --timestamp at --won \"Closed Won\" --moves"
)]
pub(crate) struct Args {
    /// The log
    #[arg(value_name = "LOG", value_hint = clap::ValueHint::FilePath)]
    log: PathBuf,
    /// Moves that are a smaller share of those from their stage are not allowed, and activities in a smaller share
    /// of the cases are no stages
    #[arg(long, value_name = "SHARE", default_value = "0.05", value_parser = share)]
    min_share: f64,
    /// The activity that means a deal was won; may be given again [default: found by name]
    #[arg(long, value_name = "NAME")]
    won: Vec<String>,
    /// The activity that means a deal was lost; may be given again [default: found by name]
    #[arg(long, value_name = "NAME")]
    lost: Vec<String>,
    /// The currency that the draft names [default: the log's, where it tells one, or EUR]
    #[arg(long, value_name = "CODE")]
    currency: Option<Currency>,
    /// The column that tells the case [default: found by name]
    #[arg(long, value_name = "COLUMN")]
    case: Option<String>,
    /// The column that tells the activity [default: found by name]
    #[arg(long, value_name = "COLUMN")]
    activity: Option<String>,
    /// The column that tells the time [default: found by name]
    #[arg(long, value_name = "COLUMN")]
    timestamp: Option<String>,
    /// How its times are written, in strftime's letters [default: ISO 8601]
    #[arg(long, value_name = "FORMAT")]
    date_format: Option<String>,
    #[command(flatten)]
    file: FileArgs,
    /// No draft, but which activity followed which, and how often
    #[arg(long)]
    moves: bool,
    #[command(flatten)]
    shown: OutputArgs,
}

row! {
    /// One activity directly followed by another.
    struct MoveRow {
        from: String,
        to: String,
        n: u64,
        /// Of all that followed `from`.
        share: f64,
    }
}

fn share(typed: &str) -> Result<f64, String> {
    typed
        .parse()
        .ok()
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| format!("`{typed}` is not a share; expected 0 to 1, such as 0.05"))
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let is_draft = args.shown.format() == Format::Table && !args.shown.raw;
    if !is_draft && !args.moves {
        let problem = "a draft is a process file, in TOML only";
        let hint = "--moves shows what it rests on, in any format";
        return Err(Fault::usage(problem).hint(hint).into());
    }
    let output = args.shown.output.as_deref();
    if let Some(path) = output
        && !args.shown.force
        && path.exists()
    {
        return Err(Fault::no(format!("`{}` exists already", cx.shown(path)))
            .hint("--force replaces it")
            .into());
    }
    let log = open_log(cx, &args.log, &args.file.over(&Options::default()))?;
    let named = Named {
        case: args.case.clone(),
        activity: args.activity.clone(),
        timestamp: args.timestamp.clone(),
        date_format: args.date_format.clone(),
    };
    let taken = read_log(log, &named).map_err(|error| refused(cx, &args.log, &error))?;
    let passed_over = passed_over(&taken);
    let file = args.log.file_name().unwrap_or_default().to_string_lossy();
    let (currency, currency_from) = currency(args.currency, &taken);
    let ask = process::DiscoverAsk {
        log: &file,
        min_share: args.min_share,
        won: &args.won,
        lost: &args.lost,
        currency,
        currency_from: &currency_from,
        reasons: &taken.reasons,
        passed_over: &passed_over,
    };
    let draft = process::draft(&taken.log, &ask).map_err(|problem| {
        let log = cx.shown(&args.log);
        let counts = taken.file.counts;
        let rejects = &taken.file.rejects;
        if let (0, Some(first)) = (taken.log.events(), rejects.first()) {
            let fault = Fault::input(format!(
                "`{log}`: none of its {} could be read: {}; the first: line {}, {}",
                counted(counts.read as usize, "row", "rows"),
                reasons(rejects),
                first.line,
                visible(&first.reason)
            ));
            return fault.hint(match &taken.date_format {
                Some(format) => format!("--date-format \"{format}\" reads such times"),
                None => "--date-format FORMAT says how its times are written, as in \"%d.%m.%Y %H:%M\"; --case, --activity and --timestamp name the columns".to_string(),
            });
        }
        let hint = if taken.log.events() == 0 {
            "`salesctl export log --output log.xes` writes one of your own deals; --case, --activity and --timestamp name the columns of another".to_string()
        } else {
            format!("`salesctl process discover {log} --moves` shows its activities")
        };
        Fault::input(format!("`{log}`: {problem}")).hint(hint)
    })?;
    if args.moves {
        return moves(args, cx, &taken, &draft, currency, passed_over);
    }
    let checked = process::check("the draft", &draft.text);
    let wrong = checked
        .problems
        .iter()
        .find(|one| one.level == Level::Error);
    anyhow::ensure!(
        wrong.is_none(),
        "the draft is no process: {}",
        wrong.map_or("", |problem| &problem.message)
    );
    let Some(path) = output else {
        cx.console.print(&draft.text)?;
        for line in &passed_over {
            cx.console.note(line);
        }
        return Ok(Status::Done);
    };
    write_source(path, &draft.text, args.shown.force)?;
    told(args, cx, &taken, &draft, path, &passed_over)?;
    Ok(Status::Done)
}

/// The currency of the draft, and what says so.
fn currency(typed: Option<Currency>, taken: &Taken) -> (Currency, String) {
    if let Some(typed) = typed {
        return (typed, "as you said".to_string());
    }
    let all: u64 = taken.currencies.iter().map(|(_, n)| n).sum();
    let told = taken.currencies.first();
    match told.and_then(|(code, n)| Some((code.parse().ok()?, n))) {
        Some((currency, n)) if *n == all => (currency, "the log's".to_string()),
        Some((currency, n)) => {
            let share = *n as f64 / all as f64 * 100.0;
            (
                currency,
                format!("of {share:.1} % of the moves; the others need [rates]"),
            )
        }
        None => (Currency::EUR, "logs tell none; say your own".to_string()),
    }
}

/// What was written, and what comes next.
fn told(
    args: &Args,
    cx: &Context,
    taken: &Taken,
    draft: &Draft,
    path: &Path,
    passed_over: &[String],
) -> Result<()> {
    let path = cx.shown(path);
    cx.console.say_wrapped(&format!(
        "✓ {path}: {} from {} of {}",
        counted(draft.stages.len(), "stage", "stages"),
        counted(taken.log.events(), "event", "events"),
        counted(taken.log.cases(), "case", "cases"),
    ))?;
    cx.console
        .say_wrapped(&format!("  {}", draft.stages.join(" → ")))?;
    cx.console.say_wrapped(&format!(
        "  {:.1} % of the moves between stages are allowed (--min-share {})",
        draft.covered * 100.0,
        args.min_share
    ))?;
    for (end, option, activities) in [
        ("won", "--won", &draft.won),
        ("lost", "--lost", &draft.lost),
    ] {
        let line = if activities.is_empty() {
            format!("  no activity is called {end}; {option} NAME says which means it")
        } else {
            let names: Vec<String> = activities.iter().map(|name| visible(name)).collect();
            format!("  {end}: {}", names.join(", "))
        };
        cx.console.say_wrapped(&line)?;
    }
    for line in passed_over {
        cx.console.say_wrapped(&format!("  {line}"))?;
    }
    cx.console
        .say_wrapped(&format!("  next: salesctl process check {path}"))?;
    Ok(())
}

/// Rows that the draft does not rest on, so that none is dropped without a word.
fn passed_over(taken: &Taken) -> Vec<String> {
    let mut lines = taken.notes.clone();
    let mut line = |n: u64, what: &str| {
        if n > 0 {
            lines.push(format!(
                "Passed over: {} {what}.",
                counted(n as usize, "event", "events")
            ));
        }
    };
    line(taken.incomplete, "of another lifecycle than `complete`");
    line(taken.no_moves, "that move no deal (steps, activities)");
    let rejects = &taken.file.rejects;
    line(taken.file.counts.rejected, "that can't be read");
    if let (Some(first), Some(last)) = (rejects.first(), lines.last_mut()) {
        last.pop();
        *last = format!(
            "{last} ({}); the first: line {}, {}",
            reasons(rejects),
            first.line,
            visible(&first.reason)
        );
        if let Some(format) = &taken.date_format {
            *last = format!("{last}; --date-format \"{format}\" reads such times");
        }
        last.push('.');
    }
    let moved = taken.log.moved();
    if moved > 0 {
        lines.push(format!(
            "Not counted: {} from stage to stage by a change of the process.",
            counted(moved, "move", "moves")
        ));
    }
    lines
}

fn moves(
    args: &Args,
    cx: &Context,
    taken: &Taken,
    draft: &Draft,
    currency: Currency,
    notes: Vec<String>,
) -> Result<Status> {
    let rows: Vec<MoveRow> = draft
        .moves
        .iter()
        .map(|DraftedMove { from, to, n, share }| MoveRow {
            from: from.clone(),
            to: to.clone(),
            n: *n,
            share: *share,
        })
        .collect();
    let cells = rows.iter().map(|row| {
        vec![
            Cell::Text(row.from.clone()),
            Cell::Text(row.to.clone()),
            Cell::Count(row.n as i64),
            Cell::Share(row.share),
        ]
    });
    let table = Table {
        columns: vec![
            TableColumn::left("From"),
            TableColumn::left("To"),
            TableColumn::right("n"),
            TableColumn::right("Share"),
        ],
        rows: cells.collect(),
    };
    let document = Document::default().heading(format!(
        "{}   {}, {}: what directly followed what",
        taken.file.name,
        counted(taken.log.events(), "event", "events"),
        counted(taken.log.cases(), "case", "cases"),
    ));
    let document = notes.iter().fold(document.table(table), |document, note| {
        document.line(format!("note: {note}"))
    });
    let answer = Answer {
        schema: "salesctl/process-discover/1",
        as_of: cx.today_in(&process::Calendar::default())?,
        process_version: None,
        currency,
        period: None,
        by: Vec::new(),
        n: rows.len(),
        rows,
        notes,
    };
    args.shown.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

fn refused(cx: &Context, path: &Path, error: &LogError) -> anyhow::Error {
    match error {
        LogError::File(error) => Fault::input(error.to_string()).into(),
        LogError::NoColumn {
            what,
            named,
            headings,
        } => {
            let columns: Vec<String> = headings
                .iter()
                .map(|name| format!("`{}`", visible(name)))
                .collect();
            let path = cx.shown(path);
            let found = match named {
                Some(named) => format!("`{path}` has no column `{}`", visible(named)),
                None => format!("which column of `{path}` tells the {what} is not clear"),
            };
            Fault::input(format!("{found}; it has {}", columns.join(", ")))
                .hint(format!("--{what} COLUMN names it"))
                .into()
        }
    }
}
