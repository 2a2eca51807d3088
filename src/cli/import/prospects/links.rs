//! `--links`: which row was taken for whom and how sure that is, for a machine to check.

use std::path::Path;

use anyhow::{Context as _, Result};

use super::who::{Side, Who};
use crate::cli::output;
use crate::fault::Fault;
use crate::store::Store;

const HEADINGS: [&str; 7] = [
    "line",
    "record",
    "matched_line",
    "matched_record",
    "matched_id",
    "kind",
    "probability",
];

/// Writes one line for each row that is somebody's: `twice` when an earlier row of the file has them,
/// `known` when the store had.
pub(super) fn write(path: &Path, staged: &Store, store: &Store, who: &Who) -> Result<()> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADINGS)?;
    for side in [&who.people, &who.companies].into_iter().flatten() {
        write_side(&mut writer, staged, store, side)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(csv::IntoInnerError::into_error)
        .with_context(|| Fault::usage("the links can't be written"))?;
    output::write_file(path, &bytes, true)
}

fn write_side(
    writer: &mut csv::Writer<Vec<u8>>,
    staged: &Store,
    store: &Store,
    side: &Side,
) -> Result<()> {
    for link in &side.matches.links {
        let (row, to) = (link.row as usize, link.to as usize);
        let is_known = to < side.known_rows();
        let (line, record) = staged.place_of_name(side.ids[row])?.unwrap_or_default();
        let found = if is_known { store } else { staged };
        let place = found.place_of_name(side.ids[to])?;
        let (matched_line, matched_record) = place.map_or_else(
            || (String::new(), String::new()),
            |(line, record)| (line.to_string(), record),
        );
        writer.write_record([
            line.to_string(),
            record,
            matched_line,
            matched_record,
            side.ids[to].handle(),
            if is_known { "known" } else { "twice" }.to_string(),
            format!("{:.6}", link.probability),
        ])?;
    }
    Ok(())
}
