//! Which fields of a deal tell whether it is won; most often none does, and the base rate is the answer.

use crate::deal::book::Book;
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::forecast::{Evidence, FieldEvidence, Level, Test};
use crate::money::grouped;
use crate::process::Process;
use crate::report::{
    Ask, Report, answer, count, heading, or_nothing, percent, percents, with_notes,
};
use crate::statistics::{Share, Trials};

row! {
    /// One field against the outcome.
    pub struct EvidenceRow {
        pub field: String,
        /// Decided deals of which it is known.
        pub n: usize,
        /// Its values that are not rare.
        pub values: usize,
        /// Chance of so large a difference, or a larger one, when the field says nothing; null where there are no
        /// two values to compare.
        pub p: Option<f64>,
        /// The same with allowance for there being many fields.
        pub adjusted_p: Option<f64>,
        /// Standard deviation of the shares won between its values, beyond luck.
        pub spread_share: Option<f64>,
        /// `tells`, `no evidence` or `insufficient history`.
        pub verdict: &'static str,
        pub highest: Option<String>,
        pub highest_share: Option<f64>,
        pub highest_n: Option<usize>,
        pub lowest: Option<String>,
        pub lowest_share: Option<f64>,
        pub lowest_n: Option<usize>,
    }
}

/// The fields with their verdicts; without enough decided deals no rows, and a note that says so.
pub fn evidence(process: &Process, book: &Book, ask: &Ask) -> Report<EvidenceRow> {
    let asked = |deal: usize| {
        ask.includes(deal) && ask.within(book.deals.closed.get(deal).copied().flatten())
    };
    let found = crate::forecast::evidence(process, book, asked);
    let (n, rows, notes) = match &found {
        Ok(found) => {
            let rows: Vec<EvidenceRow> = found.fields.iter().map(row_of).collect();
            (found.base.n, rows, notes(found))
        }
        Err(refusal) => (0, Vec::new(), vec![refusal.why.clone()]),
    };
    let answer = answer(
        "salesctl/forecast-evidence/1",
        process,
        book,
        ask,
        (n, rows, notes),
    );
    let what = "Evidence: decided deals, and what told of them who would buy";
    let mut document = Document::default().heading(heading(what, ask, n, book));
    if let Ok(found) = &found {
        document = document.line(verdict(found)).table(table(found));
    }
    let document = with_notes(document, &answer.notes);
    Report { answer, document }
}

fn row_of(field: &FieldEvidence) -> EvidenceRow {
    let (highest, lowest) = ends(field);
    let name = |level: Option<&Level>| level.map(|level| level.name.clone());
    let share = |level: Option<&Level>| level.and_then(|level| level.won.rate());
    let n = |level: Option<&Level>| level.map(|level| level.won.n);
    EvidenceRow {
        field: field.field.clone(),
        n: field.known.n,
        values: field.levels.len(),
        p: field.test.map(|test| test.p),
        adjusted_p: field.test.map(|test| test.adjusted),
        spread_share: field.test.map(|test| test.spread),
        verdict: word(field.test),
        highest: name(highest),
        highest_share: share(highest),
        highest_n: n(highest),
        lowest: name(lowest),
        lowest_share: share(lowest),
        lowest_n: n(lowest),
    }
}

/// The values that won most and least often, where there are two.
fn ends(field: &FieldEvidence) -> (Option<&Level>, Option<&Level>) {
    match field.levels.as_slice() {
        [first, .., last] => (Some(first), Some(last)),
        _ => (None, None),
    }
}

fn word(test: Option<Test>) -> &'static str {
    match test {
        None => "insufficient history",
        Some(test) if test.tells => "tells",
        Some(_) => "no evidence",
    }
}

/// `no evidence: …; the base rate is 63 % (4,238 of 6,711 decided deals were won)`.
fn verdict(found: &Evidence) -> String {
    let base = base(found.base);
    let telling: Vec<String> = found.telling().map(told).collect();
    if telling.is_empty() {
        let tested = found.fields.iter().filter(|field| field.test.is_some());
        let what = match tested.count() {
            0 => "there are no two values of a field to compare".to_string(),
            1 => "the one field that could be tested does not tell won from lost".to_string(),
            n => format!("none of the {n} fields that could be tested tells won from lost"),
        };
        return format!("no evidence: {what}; {base}");
    }
    format!("these tell won from lost: {}; {base}", telling.join(", "))
}

fn base(base: Trials) -> String {
    let of = format!(
        "{} of {} decided deals were won",
        grouped(base.successes as u64),
        grouped(base.n as u64)
    );
    Share::of(base.successes, base.n).map_or_else(String::new, |share| {
        format!(
            "the base rate is {} ({}; {of})",
            percent(share.share),
            percents(share.low, share.high)
        )
    })
}

/// `product (Pro 61 % of 120, Basic 40 % of 300)`.
fn told(field: &FieldEvidence) -> String {
    let level = |level: &Level| {
        let share = level.won.rate().map_or_else(String::new, percent);
        format!("{} {share} of {}", level.name, grouped(level.won.n as u64))
    };
    match ends(field) {
        (Some(highest), Some(lowest)) => {
            format!("{} ({}, {})", field.field, level(highest), level(lowest))
        }
        // One common value against the rare ones.
        _ => field.field.clone(),
    }
}

fn notes(found: &Evidence) -> Vec<String> {
    let mut notes = Vec::new();
    let unequal = found
        .fields
        .iter()
        .filter(|field| field.known.n < found.base.n)
        .map(|field| field.field.as_str())
        .collect::<Vec<_>>();
    if !unequal.is_empty() {
        notes.push(format!(
            "of {} only deals that have it are compared: what was never told is no value",
            unequal.join(", ")
        ));
    }
    notes.push(
        "a field tells when its values differ more than luck allows among so many fields, and by 3 points or more"
            .to_string(),
    );
    notes
}

fn table(found: &Evidence) -> Table {
    let columns = vec![
        TableColumn::left("field"),
        TableColumn::left("verdict"),
        TableColumn::right("values").rank(4),
        TableColumn::right("by luck"),
        TableColumn::right("spread"),
        TableColumn::left("won most").rank(1),
        TableColumn::left("won least").rank(2),
        TableColumn::right("n").rank(3),
    ];
    let level = |level: Option<&Level>| {
        Cell::text(level.map(|level| {
            let share = level.won.rate().map_or_else(String::new, percent);
            format!("{} {share}", level.name)
        }))
    };
    let rows = found.fields.iter().map(|field| {
        let (highest, lowest) = ends(field);
        vec![
            Cell::Text(field.field.clone()),
            Cell::Text(word(field.test).to_string()),
            count(field.levels.len()),
            or_nothing(field.test, |test| Cell::Text(chance(test.adjusted))),
            or_nothing(field.test, |test| {
                Cell::Text(format!("{:.1} points", test.spread * 100.0))
            }),
            level(highest),
            level(lowest),
            count(field.known.n),
        ]
    });
    Table {
        columns,
        rows: rows.collect(),
    }
}

/// A chance with as many digits as it has to say.
fn chance(p: f64) -> String {
    if p < 0.001 {
        "< 0.1 %".to_string()
    } else if p < 0.1 {
        format!("{:.1} %", p * 100.0)
    } else {
        percent(p)
    }
}
