//! Opening a store, in the order that is safe: look at the header as plain bytes, open without
//! creating, set the busy time-out first, then the defensive settings. Whatever is not ours is left
//! byte for byte as it was.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::schema::{APPLICATION_ID, MIGRATIONS, NEWEST};
use crate::fault::Fault;

const BUSY_TIMEOUT: Duration = Duration::from_secs(30);
/// Between two tries to get the lock.
pub(super) const PAUSE: Duration = Duration::from_millis(4);
/// Extended result codes of a store that can be read but whose `-shm` file can't be made.
const SHM_TROUBLE: [i32; 4] = [4874, 1544, 14, 5386];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
}

/// Opens an existing store; one that an older salesctl wrote is brought up to date first, whoever asks.
pub(super) fn open(path: &Path, access: Access) -> Result<Connection> {
    let path = canonical(path)?;
    let version = header_version(&path)?;
    if version > NEWEST {
        return Err(newer(&path, version).into());
    }
    if version < NEWEST {
        bring_up_to_date(&path, version)?;
    }
    match connect(&path, access) {
        Ok(connection) => Ok(connection),
        Err(error) if access == Access::Read && is_shm_trouble(&error) => {
            connect_without_shm(&path)
        }
        Err(error) => Err(translate(error, &path)),
    }
}

/// Opens a copy for a look, whatever its schema: a backup of an older store stays one.
pub(super) fn open_as_it_is(path: &Path) -> Result<Connection> {
    let path = canonical(path)?;
    connect(&path, Access::Read).map_err(|error| translate(error, &path))
}

/// Makes a new, empty store with mode 0600 (0660 when shared by a group); refuses an existing file.
pub(super) fn create(path: &Path, shared: bool) -> Result<Connection> {
    let mode = if shared { 0o660 } else { 0o600 };
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => {
                Fault::no(format!("`{}` exists already", path.display())).into()
            }
            _ => anyhow::Error::from(error).context(Fault::store(format!(
                "cannot create the store `{}`",
                path.display()
            ))),
        })?;
    if shared {
        // The umask may have taken the group's right to write.
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    }
    let connection = initialise(path);
    if connection.is_err() {
        let _ = fs::remove_file(path);
    }
    connection
}

fn initialise(path: &Path) -> Result<Connection> {
    let path = canonical(path)?;
    let connection = raw_open(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    let journal = if is_local(&path) { "wal" } else { "delete" };
    connection
        .pragma_update_and_check(None, "journal_mode", journal, |row| row.get::<_, String>(0))?;
    settings(&connection, true)?;
    migrate(&connection, &path)?;
    if let Some(folder) = path.parent() {
        // The new name must survive a power cut too.
        File::open(folder)?.sync_all()?;
    }
    Ok(connection)
}

fn canonical(path: &Path) -> Result<PathBuf> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let folder = fs::canonicalize(folder)
        .with_context(|| Fault::store(format!("cannot reach the folder `{}`", folder.display())))?;
    Ok(folder.join(path.file_name().unwrap_or_default()))
}

/// Reads `user_version` from the file's header without SQLite; refuses what is not a store of ours.
fn header_version(path: &Path) -> Result<i32> {
    let mut header = [0_u8; 100];
    let mut file = File::open(path).map_err(|error| {
        let fault = match error.kind() {
            ErrorKind::NotFound => Fault::store(format!("no store at `{}`", path.display()))
                .hint("salesctl init starts a workspace"),
            ErrorKind::PermissionDenied => Fault::store(format!(
                "no permission to read the store `{}`",
                path.display()
            )),
            _ => Fault::store(format!(
                "cannot open the store `{}`: {error}",
                path.display()
            )),
        };
        anyhow::Error::from(fault)
    })?;
    if file.metadata().is_ok_and(|meta| meta.is_dir()) {
        return Err(Fault::store(format!("`{}` is a folder, not a store", path.display())).into());
    }
    let mut got = 0;
    while got < header.len() {
        match file.read(&mut header[got..]) {
            Ok(0) => break,
            Ok(n) => got += n,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    let name = path.display();
    if got == 0 {
        return Err(
            Fault::store(format!("`{name}` is an empty file, not a salesctl store"))
                .hint("it was left as it is; remove it, or name another with --store FILE")
                .into(),
        );
    }
    if got < header.len() || &header[..16] != b"SQLite format 3\0" {
        return Err(Fault::store(format!("`{name}` is not a database"))
            .hint("it was left as it is; name the store with --store FILE")
            .into());
    }
    let number = |at: usize| {
        i32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
    };
    if number(68) != APPLICATION_ID {
        return Err(Fault::store(format!(
            "`{name}` is an SQLite database of another program (application id {:#010x}), not a salesctl store",
            number(68)
        ))
        .hint("it was left as it is; name the store with --store FILE")
        .into());
    }
    let version = number(60);
    if version < 1 {
        return Err(Fault::store(format!(
            "the store `{name}` is damaged: its header says schema {version}"
        ))
        .hint("nothing was changed; restore the newest backup")
        .into());
    }
    Ok(version)
}

fn newer(path: &Path, version: i32) -> Fault {
    Fault::store(format!(
        "the store `{}` has schema {version}; this salesctl {} knows schemas up to {NEWEST}",
        path.display(),
        env!("CARGO_PKG_VERSION")
    ))
    .hint("a newer salesctl wrote it; use that one. Nothing was changed")
}

fn connect(path: &Path, access: Access) -> rusqlite::Result<Connection> {
    let flags = match access {
        Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
        Access::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
    };
    let connection = raw_open(path, flags)?;
    settings(&connection, access == Access::Write)?;
    // The first read makes the `-shm` file: trouble with it shows here.
    connection.query_row("SELECT COUNT(*) FROM store_info", [], |_| Ok(()))?;
    Ok(connection)
}

/// For a full disk or a folder that can't be written: reads without shared memory.
fn connect_without_shm(path: &Path) -> Result<Connection> {
    let connection = raw_open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection
        .query_row("SELECT COUNT(*) FROM store_info", [], |_| Ok(()))
        .map_err(|error| translate(error, path))?;
    Ok(connection)
}

fn raw_open(path: &Path, access: OpenFlags) -> rusqlite::Result<Connection> {
    let mut connection = Connection::open_with_flags(
        path,
        access
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_NOFOLLOW
            | OpenFlags::SQLITE_OPEN_EXRESCODE,
    )?;
    connection.busy_handler(Some(wait_a_little))?;
    for (flag, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true),
        // Without it a cached statement is prepared anew each time it is used, since its plan may depend on
        // what is bound to it: a quarter of the time of a bulk change.
        (DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true),
    ] {
        connection.set_db_config(flag, on)?;
    }
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

/// Asks for the lock every few milliseconds. SQLite's own handler sleeps ten times as long, and misses the
/// pauses that an import makes for others.
fn wait_a_little(tries: i32) -> bool {
    std::thread::sleep(PAUSE);
    PAUSE * tries.unsigned_abs() < BUSY_TIMEOUT
}

/// Negative: in KiB rather than in pages.
const CACHE_KIB: i32 = -65_536;

fn settings(connection: &Connection, write: bool) -> rusqlite::Result<()> {
    if write {
        let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        // Without WAL the journal's unlink must reach the disk as well (EXTRA), else the last
        // acknowledged command can be lost at power loss.
        let synchronous = if mode == "wal" { "FULL" } else { "EXTRA" };
        connection.pragma_update(None, "synchronous", synchronous)?;
        connection.pragma_update(None, "secure_delete", true)?;
        connection.pragma_update_and_check(None, "journal_size_limit", 67_108_864, |_| Ok(()))?;
        // A bound, not a demand: what a bulk change touches is written once, when it is done.
        connection.pragma_update(None, "cache_size", CACHE_KIB)?;
    }
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")
}

/// Migrates an existing store. Needs the right to write, even when the command only reads.
fn bring_up_to_date(path: &Path, seen: i32) -> Result<()> {
    let migrated = connect(path, Access::Write)
        .map_err(anyhow::Error::from)
        .and_then(|connection| migrate(&connection, path));
    migrated.map_err(|error| {
        let error = in_words(error, path);
        error.context(
            Fault::store(format!(
                "the store `{}` has schema {seen} and could not be brought to schema {NEWEST}, which this salesctl reads",
                path.display()
            ))
            .hint("nothing was changed; run any command, such as `salesctl doctor`, once as somebody who may write to its folder"),
        )
    })
}

/// Brings an older store to the newest schema inside one immediate transaction.
fn migrate(connection: &Connection, path: &Path) -> Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, false)?;
    let transaction =
        rusqlite::Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    // Under the lock: another command may have done it meanwhile.
    let version: i32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version > NEWEST {
        return Err(newer(path, version).into());
    }
    if (1..NEWEST).contains(&version) {
        // By a connection of its own: SQLite copies nothing from one that is about to write.
        super::backup::before_migration(&connect(path, Access::Read)?, path, version)?;
    }
    for migration in &MIGRATIONS[version as usize..] {
        transaction.execute_batch(migration)?;
    }
    let broken: i64 =
        transaction.query_row("SELECT COUNT(*) FROM pragma_foreign_key_check", [], |row| {
            row.get(0)
        })?;
    if broken > 0 {
        return Err(Fault::store(format!(
            "bringing `{}` to schema {NEWEST} would break {broken} references; nothing was changed",
            path.display()
        ))
        .into());
    }
    // Reports read columns: those of an older store come with its migration.
    super::columns::fold_all(&transaction)?;
    transaction.pragma_update(None, "user_version", NEWEST)?;
    transaction.commit()?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
    Ok(())
}

fn is_shm_trouble(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::SqliteFailure(failure, _) if SHM_TROUBLE.contains(&failure.extended_code))
}

/// What went wrong inside the store, in people's words. A [`Fault`] speaks for itself already.
pub(super) fn in_words(error: anyhow::Error, path: &Path) -> anyhow::Error {
    if error.downcast_ref::<Fault>().is_some() {
        return error;
    }
    match error.downcast::<rusqlite::Error>() {
        Ok(sqlite) => translate(sqlite, path),
        Err(other) => other,
    }
}

fn damaged(path: &Path, found: &dyn std::fmt::Display) -> Fault {
    Fault::store(format!(
        "the store `{}` is damaged ({found})",
        path.display()
    ))
    .hint("nothing was changed; restore the newest backup")
}

/// A value that no version of ours can have written: text that is not UTF-8, a number out of range.
fn is_no_value_of_ours(error: &rusqlite::Error) -> bool {
    use rusqlite::Error as E;
    matches!(
        error,
        E::Utf8Error(..)
            | E::FromSqlConversionFailure(..)
            | E::InvalidColumnType(..)
            | E::IntegralValueOutOfRange(..)
    )
}

/// SQLite's failures in the words of somebody who has a store.
pub(super) fn translate(error: rusqlite::Error, path: &Path) -> anyhow::Error {
    use rusqlite::ErrorCode;
    let name = path.display();
    if is_no_value_of_ours(&error) {
        return damaged(path, &error).into();
    }
    let Some(code) = error.sqlite_error_code() else {
        return anyhow::Error::from(error);
    };
    let fault = match code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Fault::store(format!(
            "the store `{name}` is busy: another command has been writing to it for {} s",
            BUSY_TIMEOUT.as_secs()
        ))
        .hint("nothing was changed; run the command again when the other one is done"),
        ErrorCode::DiskFull => Fault::store(format!("the disk of `{name}` is full"))
            .hint("nothing was changed; free some space and run the command again"),
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => damaged(path, &error),
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => {
            Fault::store(format!("the store `{name}` can't be written: {error}"))
        }
        ErrorCode::ConstraintViolation => Fault::no(format!(
            "what this rests on is gone, or was made by another command meanwhile ({error})"
        ))
        .hint("nothing was changed; `salesctl history` shows what was done since"),
        ErrorCode::CannotOpen => Fault::store(format!("cannot open the store `{name}`: {error}")),
        ErrorCode::SystemIoFailure => {
            Fault::store(format!("reading or writing `{name}` failed: {error}"))
        }
        _ => return anyhow::Error::from(error),
    };
    fault.into()
}

/// Whether a file lies on a disk where SQLite's shared memory works; unknown counts as not.
fn is_local(path: &Path) -> bool {
    // ext, xfs, btrfs, tmpfs, overlayfs, zfs, f2fs
    const LOCAL: [i64; 7] = [
        0xEF53,
        0x5846_5342,
        0x9123_683E,
        0x0102_1994,
        0x794c_7630,
        0x2fc1_2fc1,
        0xF2F5_2010,
    ];
    #[allow(clippy::useless_conversion)] // the type of `f_type` differs by platform
    rustix::fs::statfs(path).is_ok_and(|fs| LOCAL.contains(&i64::try_from(fs.f_type).unwrap_or(0)))
}
