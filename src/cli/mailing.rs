//! Names for whoever mails or calls them: what is told of each, the decoys among them, and where they go.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::context::Context;
use super::output::write_file;
use crate::fault::Fault;
use crate::id::Id;
use crate::list::{Channel, Seed};
use crate::prospect::{Field, Record};
use crate::render::PlainCsv;
use crate::store::ListRow;

/// Where names go that are handed out.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct HandOut {
    /// The names, as CSV
    #[arg(short, long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    output: Option<PathBuf>,
    /// Replace the output file when it exists
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
    /// Without the guard against formulas in spreadsheets
    #[arg(long)]
    raw: bool,
}

impl HandOut {
    /// `-` is no file.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.output
            .as_deref()
            .filter(|path| path.as_os_str() != "-")
    }

    /// Told before anything is worked out for nothing.
    pub(crate) fn refuse_an_existing_file(&self, cx: &Context) -> Result<(), Fault> {
        match self.file().filter(|path| !self.force && path.exists()) {
            None => Ok(()),
            Some(path) => Err(Fault::no(format!("`{}` exists already", cx.shown(path)))
                .hint("--force replaces it")),
        }
    }

    /// To the file, or to stdout.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<()> {
        if let Some(path) = self.file() {
            return write_file(path, bytes, self.force);
        }
        let mut out = std::io::stdout().lock();
        out.write_all(bytes)?;
        out.flush()?;
        Ok(())
    }

    pub(crate) fn csv(&self, columns: &[&str]) -> Result<PlainCsv> {
        Ok(PlainCsv::new(columns, self.raw)?)
    }
}

/// What a mailing house gets of each name.
const COLUMNS: [(&str, Option<Field>); 16] = [
    ("id", None),
    ("list", None),
    ("salutation", Some(Field::Salutation)),
    ("first_name", Some(Field::First)),
    ("middle_name", Some(Field::Middle)),
    ("last_name", Some(Field::Last)),
    ("title", Some(Field::Title)),
    ("company", Some(Field::Company)),
    ("email", Some(Field::Email)),
    ("phone", Some(Field::Phone)),
    ("mobile", Some(Field::Mobile)),
    ("address", Some(Field::Address)),
    ("city", Some(Field::City)),
    ("state", Some(Field::State)),
    ("zip", Some(Field::Zip)),
    ("country", Some(Field::Country)),
];

/// Names with decoys evenly among them, each with an id as names have one, so that nobody on the way can tell
/// them.
pub(crate) struct Mailing<'a> {
    csv: PlainCsv,
    names: usize,
    written: usize,
    decoys: &'a [(&'a ListRow, Seed)],
    placed: usize,
}

impl<'a> Mailing<'a> {
    /// For so many names.
    pub(crate) fn new(
        to: &HandOut,
        names: usize,
        decoys: &'a [(&'a ListRow, Seed)],
    ) -> Result<Self> {
        Ok(Self {
            csv: to.csv(&COLUMNS.map(|(name, _)| name))?,
            names,
            written: 0,
            decoys,
            placed: 0,
        })
    }

    /// The next name, with the code of its list, and the decoys whose place is before it.
    pub(crate) fn name(&mut self, id: Id, list: &str, record: &Record) -> Result<()> {
        let place = |n: usize| (n + 1) * self.names / (self.decoys.len() + 1);
        let due = (self.placed..self.decoys.len())
            .take_while(|n| place(*n) <= self.written)
            .count();
        self.decoys(due)?;
        self.written += 1;
        self.row(id, list, record)
    }

    pub(crate) fn finish(mut self) -> Result<Vec<u8>> {
        self.decoys(self.decoys.len() - self.placed)?;
        Ok(self.csv.finish()?)
    }

    fn decoys(&mut self, n: usize) -> Result<()> {
        for (list, seed) in &self.decoys[self.placed..self.placed + n] {
            let (id, decoy) = as_name(seed, list);
            self.row(id, list.code(), &decoy)?;
        }
        self.placed += n;
        Ok(())
    }

    fn row(&mut self, id: Id, list: &str, record: &Record) -> Result<()> {
        let id = id.handle();
        Ok(self
            .csv
            .row(COLUMNS.iter().map(|(name, field)| match field {
                Some(field) => record.get(*field),
                None if *name == "id" => id.as_str(),
                None => list,
            }))?)
    }
}

/// The same decoy has the same id in every use of the list.
fn as_name(seed: &Seed, list: &ListRow) -> (Id, Record) {
    let hash = xxh3_64_with_seed(seed.values().join("\u{1f}").as_bytes(), list.id.0 as u64);
    let mut record = Record::default();
    record.begin(0);
    for (column, value) in Seed::COLUMNS.into_iter().zip(seed.values()) {
        if let Some(field) = Field::from_name(column) {
            record.set(field, value);
        }
    }
    (Id((hash & (i64::MAX as u64)) as i64), record)
}

/// Whether a name has what the channel needs.
pub(crate) fn reachable(record: &Record, channel: Channel) -> bool {
    let has = |fields: &[Field]| fields.iter().any(|field| record.has(*field));
    match channel {
        Channel::Email => has(&[Field::Email]),
        Channel::Phone => has(&[Field::Phone, Field::Mobile]),
        Channel::Mail => has(&[Field::Address]) && has(&[Field::Zip, Field::City]),
    }
}

/// What somebody lacks who can't be reached so.
pub(crate) fn lacking(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "an e-mail address",
        Channel::Phone => "a phone number",
        Channel::Mail => "a postal address",
    }
}
