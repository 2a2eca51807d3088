//! Event logs as process mining has them: a case, an activity and a time in each row. Their columns are
//! known by the names that tools give them, so that such a log needs no mapping.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::guess::DATE_FORMATS;
use super::map::{Cell, Formats, Section, name_key};
use super::plan::{Fate, FileReport, Log, PlanError, each_of};
use super::read::Row;
use super::values;
use super::xes::{ACTIVITY, CASE, LIFECYCLE, RESOURCE, TIMESTAMP};
use crate::process::discover::EventLog;
use crate::process::reader::At;
use crate::process::{LOST, Zone};

/// What kind of event a row of our own logs is.
pub const KIND: &str = "salesctl_kind";
/// The kind of a move by a change of the process.
const MOVED: &str = "moved";
/// Kinds of events by which a deal comes to a stage or an end.
const MOVES: [&str; 6] = ["stage", "back", MOVED, "reopened", "won", "lost"];

/// The commonest headings of each column, the surest first.
const CASES: &[&str] = &[CASE, "case", "case id", "caseid", "case_id"];
const ACTIVITIES: &[&str] = &[
    ACTIVITY,
    "activity",
    "activity id",
    "activityid",
    "activity_id",
    "activity name",
];
const TIMESTAMPS: &[&str] = &[
    TIMESTAMP,
    "timestamp",
    "complete timestamp",
    "completetimestamp",
    "complete_timestamp",
    "time",
];
const RESOURCES: &[&str] = &[RESOURCE, "resource"];
const LIFECYCLES: &[&str] = &[LIFECYCLE, "lifecycle"];
const CURRENCIES: &[&str] = &["case:currency", "currency"];
const REASONS: &[&str] = &["case:reason", "reason"];
/// What our own logs tell beside, by the cell of a mapping.
const OWN: [(&str, &[&str]); 10] = [
    ("overridden", &["overridden"]),
    ("rep", &["case:rep", "rep"]),
    ("team", &["case:team", "team"]),
    ("product", &["case:product", "product"]),
    ("source", &["case:source", "source"]),
    ("customer_type", &["case:customer_type", "customer_type"]),
    ("opened", &["case:opened", "opened"]),
    ("value", &["case:value", "value"]),
    ("currency", CURRENCIES),
    ("reason", REASONS),
];

fn found(headings: &[String], names: &[&str]) -> Option<usize> {
    names.iter().find_map(|name| {
        headings
            .iter()
            .position(|heading| name_key(heading) == *name)
    })
}

/// Whether a row follows another life than `complete`.
pub(super) fn is_incomplete(lifecycle: Option<&str>) -> bool {
    lifecycle.is_some_and(|transition| !transition.eq_ignore_ascii_case("complete"))
}

/// Whether events of this kind lead somewhere.
pub(super) fn is_move(kind: &str) -> bool {
    MOVES.contains(&kind)
}

impl Section {
    /// What the columns of an event log mean, when its headings say so by themselves.
    pub fn of_event_log(headings: &[String]) -> Option<Self> {
        let mut cells = Vec::new();
        let needed = [("deal", CASES), ("stage", ACTIVITIES), ("at", TIMESTAMPS)];
        let mut take = |key, names: &[&str]| {
            let at = found(headings, names)?;
            let value = headings[at].clone();
            cells.push((key, Cell::Column(At { value, span: 0..0 })));
            Some(())
        };
        for (key, names) in needed {
            take(key, names)?;
        }
        for (key, names) in [("by", RESOURCES), ("lifecycle", LIFECYCLES)] {
            let _ = take(key, names);
        }
        // What else our own logs tell; elsewhere a column of such a name may mean anything.
        if take("kind", &[KIND]).is_some() {
            for (key, names) in OWN {
                let _ = take(key, names);
            }
        }
        Some(Self {
            name: "history",
            file: None,
            namespace: "id".into(),
            formats: Formats {
                date: None,
                decimal: '.',
                timezone: None,
            },
            cells,
            entered: Vec::new(),
            fields: Vec::new(),
        })
    }
}

/// Which columns of a log are what, where somebody knows it better than its headings.
#[derive(Clone, Debug, Default)]
pub struct Named {
    pub case: Option<String>,
    pub activity: Option<String>,
    pub timestamp: Option<String>,
    /// How its times are written, in strftime's letters.
    pub date_format: Option<String>,
}

/// A log that was read to be looked at.
pub struct Taken {
    pub log: EventLog,
    pub file: FileReport,
    /// Rows that follow another life than `complete`.
    pub incomplete: u64,
    /// Rows of our own logs that tell of no move.
    pub no_moves: u64,
    /// Of our own logs: currencies of the deals' values, by their moves, and reasons of losses, each with how often,
    /// the commonest first.
    pub currencies: Vec<(String, u64)>,
    pub reasons: Vec<(String, u64)>,
    pub notes: Vec<String>,
    /// The format in which most of the times can be read that could not be read as they are.
    pub date_format: Option<String>,
}

/// Times that can't be read of which so many are looked at.
const UNREAD: usize = 1000;

/// The format in which most times can be read.
fn guessed(times: &[String], zone: &Zone) -> Option<String> {
    let of_day = DATE_FORMATS.iter().flatten();
    let all = of_day.flat_map(|day| ["", " %H:%M", " %H:%M:%S"].map(|time| format!("{day}{time}")));
    let read = all.map(|format| {
        let formats = Formats {
            date: Some(format.clone()),
            decimal: '.',
            timezone: None,
        };
        let read = times
            .iter()
            .filter(|time| values::instant(time, &formats, zone).is_ok());
        (format, read.count())
    });
    // Of two that read as many the one that is tried first.
    let best = read.reduce(|best, one| if one.1 > best.1 { one } else { best });
    best.filter(|(_, n)| *n > 0).map(|(format, _)| format)
}

type Tally = BTreeMap<String, u64>;

fn count(tally: &mut Tally, word: Option<&str>) {
    let Some(word) = word else { return };
    match tally.get_mut(word) {
        Some(n) => *n += 1,
        None => _ = tally.insert(word.to_string(), 1),
    }
}

fn commonest_first(tally: Tally) -> Vec<(String, u64)> {
    let mut words: Vec<_> = tally.into_iter().collect();
    words.sort_by_key(|(_, n)| Reverse(*n));
    words
}

/// Why a log can't be looked at.
#[derive(Debug)]
pub enum LogError {
    /// No heading says which column this is.
    NoColumn {
        what: &'static str,
        named: Option<String>,
        headings: Vec<String>,
    },
    File(PlanError),
}

/// Reads a log whole: two numbers an event are kept.
pub fn read_log(mut log: Log<'_>, named: &Named) -> Result<Taken, LogError> {
    let headings = log.rows.headings().to_vec();
    let column = |what, told: &Option<String>, names: &[&str]| {
        let at = match told {
            Some(told) => found(&headings, &[name_key(told).as_str()]),
            None => found(&headings, names),
        };
        at.ok_or_else(|| LogError::NoColumn {
            what,
            named: told.clone(),
            headings: headings.clone(),
        })
    };
    let case = column("case", &named.case, CASES)?;
    let activity = column("activity", &named.activity, ACTIVITIES)?;
    let timestamp = column("timestamp", &named.timestamp, TIMESTAMPS)?;
    let lifecycle = found(&headings, LIFECYCLES);
    let kind = found(&headings, &[KIND]);
    let own = |names| kind.and_then(|_| found(&headings, names));
    let (currency, reason) = (own(CURRENCIES), own(REASONS));
    let (mut currencies, mut reasons) = (Tally::new(), Tally::new());
    let formats = Formats {
        date: named.date_format.clone(),
        decimal: '.',
        timezone: None,
    };
    let zone = Zone::utc();
    let mut unread: Vec<String> = Vec::new();
    let mut events = EventLog::default();
    let (mut incomplete, mut no_moves) = (0, 0);
    let columns = [
        Some(case),
        Some(activity),
        Some(timestamp),
        lifecycle,
        kind,
        currency,
        reason,
    ];
    let used: Vec<&String> = columns.iter().flatten().map(|at| &headings[*at]).collect();
    let file = each_of(
        &log.name,
        &mut *log.rows,
        |heading| used.iter().any(|used| *used == heading),
        |row: &Row| {
            let filled =
                |at: Option<usize>| at.map(|at| row.get(at)).filter(|text| !text.is_empty());
            if is_incomplete(filled(lifecycle)) {
                incomplete += 1;
                return Fate::PassedOver;
            }
            if filled(kind).is_some_and(|kind| !is_move(kind)) {
                no_moves += 1;
                return Fate::PassedOver;
            }
            let mut problems: Vec<String> = Vec::new();
            let mut needed = |at: usize, what: &str| {
                let text = row.get(at);
                if text.is_empty() {
                    problems.push(format!("no {what}"));
                }
                text
            };
            let (case, activity) = (needed(case, "case"), needed(activity, "activity"));
            let time = needed(timestamp, "timestamp");
            let at = if time.is_empty() {
                None
            } else {
                values::instant(time, &formats, &zone)
                    .map_err(|reason| {
                        problems.push(reason);
                        if unread.len() < UNREAD {
                            unread.push(time.to_string());
                        }
                    })
                    .ok()
            };
            match at {
                Some(at) if problems.is_empty() => {
                    let moved = filled(kind) == Some(MOVED);
                    events.add(case, activity, at.timestamp_millis(), moved);
                    count(&mut currencies, filled(currency));
                    let lost = filled(kind) == Some(LOST);
                    count(&mut reasons, filled(reason).filter(|_| lost));
                    Fate::New
                }
                _ => Fate::Rejected(problems.join("; ")),
            }
        },
    )
    .map_err(LogError::File)?;
    events.settle();
    Ok(Taken {
        log: events,
        file,
        incomplete,
        no_moves,
        currencies: commonest_first(currencies),
        reasons: commonest_first(reasons),
        notes: log.rows.notes(),
        date_format: guessed(&unread, &zone),
    })
}
