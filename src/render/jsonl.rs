//! For programs that read line by line: the rows alone.

use std::io;

use serde::Serialize;

use super::json::escaped;

pub(super) fn write<R: Serialize>(out: &mut dyn io::Write, rows: &[R]) -> io::Result<()> {
    for row in rows {
        writeln!(out, "{}", escaped(&serde_json::to_string(row)?))?;
    }
    Ok(())
}
