//! What mapping and cleaning promise, whatever the file and the map: nothing panics, every row is either
//! somebody or is rejected with a reason, nothing of a row is lost, and a clean value stays as it is. Used by
//! the tests and by the fuzz target, so it names only the crate itself.

use salesctl::import::read::{Options, Reader, Row};
use salesctl::process::{Problem, render_problems};
use salesctl::prospect::clean::{Cleaner, Country, Rejection, Rules, Settings};
use salesctl::prospect::map::{self, Binding, ProspectMap};
use salesctl::prospect::{Field, Record};
use salesctl::text::is_plain;

/// Where the map of a file comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum By<'m> {
    /// The draft for the file, read again.
    Guess,
    /// One of ours.
    BuiltIn(&'m str),
    /// What somebody wrote.
    Own(&'m str),
}

/// What became of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fates {
    pub(crate) read: u64,
    pub(crate) taken: u64,
    pub(crate) rejected: u64,
}

/// Rows that a map is judged by; fewer than an import takes, since nothing depends on how many.
const SAMPLE: usize = 50;
/// Of wider rows it is not looked whether each cell is kept, which takes the square of their width.
const NARROW: usize = 64;

/// Without any of these, or a first name with a birth date or an address, there is nobody.
const KNOWN_BY: [Field; 7] = [
    Field::Email,
    Field::Phone,
    Field::Mobile,
    Field::Last,
    Field::Name,
    Field::Company,
    Field::Number,
];

/// What a map may say how to read.
const RULED: [Field; 4] = [
    Field::BirthDate,
    Field::SourceDate,
    Field::Employees,
    Field::Revenue,
];

/// Maps and cleans all of it, and checks what is promised; `None` when the file can't be read or somebody's
/// own map can't be used.
pub(crate) fn check(
    bytes: &[u8],
    options: &Options,
    by: By<'_>,
    country: Option<Country>,
) -> Option<Fates> {
    let mut reader = Reader::open(bytes, options).ok()?;
    let headings = reader.headers().to_vec();
    let (mut ahead, mut row) = (Vec::new(), Row::default());
    while ahead.len() < SAMPLE && reader.next(&mut row).ok()? {
        ahead.push(row.clone());
    }
    let sound = ahead.iter().filter(|row| row.defect.is_none());
    let sample: Vec<Vec<String>> = sound.map(Row::to_fields).collect();
    let binding = bound(by, &headings, &sample)?;
    let settings = Settings {
        country,
        ..Settings::default()
    };
    let mut mapped = Mapped {
        headings: &headings,
        binding,
        cleaner: Cleaner::new(settings.clone()),
        again: Cleaner::new(settings),
        own: matches!(by, By::Own(_)),
    };
    let mut fates = Fates::default();
    let mut record = Record::default();
    for row in &ahead {
        mapped.row(row, &mut record, &mut fates);
    }
    while reader.next(&mut row).ok()? {
        mapped.row(&row, &mut record, &mut fates);
    }
    assert_eq!(
        fates.read,
        fates.taken + fates.rejected,
        "every row has one fate"
    );
    Some(fates)
}

fn bound(by: By<'_>, headings: &[String], sample: &[Vec<String>]) -> Option<Binding> {
    // As hostile as a file name can be.
    let file = "li\u{1b}st\n.csv";
    let (map, text) = match by {
        By::Guess => {
            let text = map::guess(file, headings, sample, None);
            let map = ProspectMap::parse(&text)
                .unwrap_or_else(|problems| panic!("{}\n{text}", shown(&text, &problems)));
            (map, text)
        }
        By::BuiltIn(name) => {
            let found = map::recognise(headings, sample, Some(name)).expect("one of ours");
            (found.map, String::new())
        }
        By::Own(text) => {
            let parsed = ProspectMap::parse(text);
            (
                parsed.map_err(|problems| shown(text, &problems)).ok()?,
                text.into(),
            )
        }
    };
    match map.bind(file, headings) {
        Ok(binding) => Some(binding),
        Err(problems) => {
            let shown = shown(&text, &problems);
            assert!(matches!(by, By::Own(_)), "{shown}\n{text}");
            None
        }
    }
}

/// Mistakes as a terminal gets them.
fn shown(text: &str, problems: &[Problem]) -> String {
    assert!(!problems.is_empty(), "a refusal has a reason");
    let shown = render_problems("map.toml", text, problems, false);
    let safe = shown.chars().all(|c| c == '\n' || is_plain(c));
    assert!(safe, "a terminal would do what this says: {shown:?}");
    shown
}

/// A file in the middle of being read.
struct Mapped<'f> {
    headings: &'f [String],
    binding: Binding,
    cleaner: Cleaner,
    /// A second one, to clean what is clean.
    again: Cleaner,
    /// The map is somebody's own: it can say what it likes.
    own: bool,
}

impl Mapped<'_> {
    fn row(&mut self, row: &Row, record: &mut Record, fates: &mut Fates) {
        fates.read += 1;
        if row.defect.is_some() {
            fates.rejected += 1;
            return;
        }
        let taken = self.binding.apply(row, record, &mut self.cleaner);
        assert_eq!(record.line, row.line);
        let beside = record.has(Field::BirthDate) || record.has(Field::Address);
        let known = KNOWN_BY.into_iter().any(|field| record.has(field))
            || (record.has(Field::First) && beside);
        // Cells that stand one column off are refused whoever they may be of.
        let nobody = taken
            .as_ref()
            .is_err_and(|rejection| rejection.code == "E_NO_IDENTITY");
        assert!(!(nobody && known), "this is somebody: {record:?}");
        assert!(known || taken.is_err(), "a record is somebody: {record:?}");
        match &taken {
            Ok(()) => fates.taken += 1,
            Err(rejection) => {
                fates.rejected += 1;
                self.says_why(rejection);
            }
        }
        if !self.own {
            is_clean(record);
            nothing_is_lost(row, record);
            self.stays_clean(record);
        }
    }

    fn says_why(&self, rejection: &Rejection) {
        let reason = rejection.to_string();
        assert!(
            !reason.is_empty() && reason.chars().all(is_plain),
            "{reason:?}"
        );
        let column = rejection.column.as_ref();
        assert!(column.is_none_or(|column| self.headings.contains(column)));
    }

    /// Cleaning a clean value changes nothing.
    fn stays_clean(&mut self, record: &Record) {
        let rules = Rules::default();
        let mut once = copied(record);
        let taken = self.again.clean(&mut once, &rules).is_ok();
        let mut twice = copied(&once);
        assert_eq!(self.again.clean(&mut twice, &rules).is_ok(), taken);
        for field in Field::ALL {
            let name = field.name();
            if !RULED.contains(&field) {
                assert_eq!(once.get(field), record.get(field), "{name} of {record:?}");
            }
            assert_eq!(twice.get(field), once.get(field), "{name} of {once:?}");
        }
    }
}

/// What the row says is in a field, kept as it was written, or an attribute.
fn nothing_is_lost(row: &Row, record: &Record) {
    if row.len() > NARROW {
        return;
    }
    let fields = Field::ALL.into_iter().map(|field| record.get(field));
    let originals = record.originals().map(|(_, value)| value);
    let attributes = record.attributes().map(|(_, value)| value);
    let kept: Vec<String> = fields.chain(originals).chain(attributes).map(ink).collect();
    for column in 0..row.len() {
        let value = row.get(column);
        // Text that was decoded wrongly is repaired, and the words for nothing are nothing.
        if !value.is_ascii()
            || value.starts_with(['#', 'n', 'N', '(', '<', '\\', '[', '-', '.', '?'])
        {
            continue;
        }
        let value = ink(value);
        assert!(
            kept.iter().any(|kept| kept.contains(&value)),
            "{value:?} of column {column} is lost: {record:?}"
        );
    }
}

/// Nothing invisible, and no blanks but single ones inside.
fn is_clean(record: &Record) {
    for field in Field::ALL {
        let value = record.get(field);
        let plain = value
            .chars()
            .all(|c| is_plain(c) && (c == ' ' || !c.is_whitespace()));
        let blank = value.starts_with(' ') || value.ends_with(' ') || value.contains("  ");
        assert!(plain && !blank, "{} is {value:?}", field.name());
    }
}

/// The values without what they were before.
fn copied(record: &Record) -> Record {
    let mut copy = Record::default();
    copy.begin(record.line);
    for field in Field::ALL.into_iter().filter(|field| record.has(*field)) {
        copy.set(field, record.get(field));
    }
    copy
}

/// What of a text is ink.
fn ink(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .collect()
}
