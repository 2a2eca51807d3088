//! The functions of conditions that SQLite doesn't have itself, for whatever connection evaluates one.

use chrono::NaiveDate;
use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};

/// Makes a connection know what a checked condition may call.
pub fn functions(db: &Connection) -> rusqlite::Result<()> {
    db.create_scalar_function(
        "days",
        2,
        FunctionFlags::SQLITE_UTF8
            | FunctionFlags::SQLITE_DETERMINISTIC
            | FunctionFlags::SQLITE_INNOCUOUS,
        |context| {
            Ok(date(context, 0)
                .zip(date(context, 1))
                .map(|(from, to)| (to - from).num_days()))
        },
    )
}

/// A date argument; what is none is not known.
fn date(context: &Context<'_>, argument: usize) -> Option<NaiveDate> {
    let text = context.get_raw(argument).as_str().ok()?;
    if text.len() == 10 {
        text.parse().ok()
    } else {
        None
    }
}
