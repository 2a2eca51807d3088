//! Copies of the store, made while it is in use, and called made only after they were opened and checked.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rusqlite::Connection;

use super::{Store, doctor, log, open};
use crate::fault::Fault;

/// The shape of the stamp in a kept backup's name: digits where it has zeros.
const STAMP: &str = "0000-00-00T000000Z";

/// A backup that was made and checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub path: PathBuf,
    pub bytes: u64,
    pub events: i64,
    /// Head over all chains: keep it elsewhere, since a deleted tail is invisible from inside.
    pub head: String,
    /// Older backups that were removed because newer ones took their place.
    pub removed: Vec<PathBuf>,
}

/// Copies the store to `target`, which must not exist.
pub fn backup(store: &Store, target: &Path) -> Result<Kept> {
    if target.exists() {
        return Err(Fault::no(format!("`{}` exists already", target.display()))
            .hint("a backup never overwrites: name another file, or use --keep N")
            .into());
    }
    store.translated(|connection| copy(connection, target))
}

/// Copies the store into `backups/` beside it under a name made of `stamp`, and keeps the newest `n`.
pub fn keep(store: &Store, stamp: &str, n: usize) -> Result<Kept> {
    let folder = folder_of(store.path());
    fs::create_dir_all(&folder)
        .with_context(|| Fault::store(format!("cannot make the folder `{}`", folder.display())))?;
    let stem = store.path().file_stem().map_or_else(
        || "sales".into(),
        |stem| stem.to_string_lossy().into_owned(),
    );
    let target = free_name(&folder, &format!("{stem}-{stamp}"));
    let mut kept = backup(store, &target)?;
    let mut all: Vec<((String, u32), PathBuf)> = fs::read_dir(&folder)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter_map(|path| Some((age(&path, &stem)?, path)))
        .collect();
    all.sort();
    let surplus = all.len().saturating_sub(n.max(1));
    for (_, old) in all.into_iter().take(surplus) {
        fs::remove_file(&old).with_context(|| {
            Fault::store(format!("cannot remove the old backup `{}`", old.display()))
        })?;
        kept.removed.push(old);
    }
    Ok(kept)
}

/// Stamp and number of a backup that [`keep`] made of this store; `None` for any other file, which is
/// somebody's own and never removed.
fn age(path: &Path, stem: &str) -> Option<(String, u32)> {
    let name = path.file_name()?.to_str()?;
    let rest = name
        .strip_prefix(stem)?
        .strip_prefix('-')?
        .strip_suffix(".db")?;
    let (stamp, number) = rest.split_at_checked(STAMP.len())?;
    let alike = |(a, b): (char, char)| if b == '0' { a.is_ascii_digit() } else { a == b };
    if !stamp.chars().zip(STAMP.chars()).all(alike) {
        return None;
    }
    let number = match number {
        "" => 1,
        number => number.strip_prefix('-')?.parse().ok()?,
    };
    Some((stamp.to_string(), number))
}

/// A released store is copied before its schema changes.
pub(super) fn before_migration(connection: &Connection, path: &Path, version: i32) -> Result<()> {
    let folder = folder_of(path);
    fs::create_dir_all(&folder)
        .with_context(|| Fault::store(format!("cannot make the folder `{}`", folder.display())))?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let stem = format!("{stem}-before-schema-{}", version + 1);
    // An earlier copy is of an earlier store: somebody went back to it since.
    let target = free_name(&folder, &stem);
    copy(connection, &target)?;
    Ok(())
}

/// `STEM.db` in the folder, or the first of `STEM-2.db`, `STEM-3.db` … that is not there.
fn free_name(folder: &Path, stem: &str) -> PathBuf {
    let mut target = folder.join(format!("{stem}.db"));
    let mut again = 1;
    while target.exists() {
        again += 1;
        target = folder.join(format!("{stem}-{again}.db"));
    }
    target
}

fn folder_of(store: &Path) -> PathBuf {
    store
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
        .join("backups")
}

fn copy(connection: &Connection, target: &Path) -> Result<Kept> {
    let folder = target
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut name = target.file_name().unwrap_or_default().to_os_string();
    name.push(".partial");
    let partial = folder.join(name);
    let _ = fs::remove_file(&partial);
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&partial)
        .with_context(|| {
            Fault::store(format!("cannot write the backup `{}`", partial.display()))
        })?;
    let made = copy_and_check(connection, &partial);
    let (events, head) = match made {
        Ok(made) => made,
        Err(error) => {
            let _ = fs::remove_file(&partial);
            return Err(error);
        }
    };
    // A hard link refuses to overwrite what appeared in the meantime; rename would not.
    fs::hard_link(&partial, target)
        .and_then(|()| fs::remove_file(&partial))
        .or_else(|_| fs::rename(&partial, target))
        .with_context(|| Fault::store(format!("cannot write the backup `{}`", target.display())))?;
    File::open(folder)?.sync_all()?;
    Ok(Kept {
        path: target.to_path_buf(),
        bytes: fs::metadata(target)?.len(),
        events,
        head,
        removed: Vec::new(),
    })
}

fn copy_and_check(connection: &Connection, partial: &Path) -> Result<(i64, String)> {
    connection
        .backup("main", partial, None::<fn(rusqlite::backup::Progress)>)
        .with_context(|| Fault::store(format!("copying to `{}` failed", partial.display())))?;
    // A copy of a WAL store is one too; alone in its file it needs no log beside it.
    {
        let plain = Connection::open(partial)?;
        plain.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(()))?;
    }
    let copy = open::open_as_it_is(partial)?;
    let trouble = doctor::integrity(&copy)?;
    if let Some(first) = trouble.first() {
        return Err(Fault::store(format!("the copy is damaged: {first}"))
            .hint("run `salesctl doctor`: the store itself may be damaged")
            .into());
    }
    let (broken, head) = log::verify(&copy)?;
    if !broken.is_empty() {
        return Err(Fault::store(format!(
            "the copy's history does not verify in {} streams",
            broken.len()
        ))
        .hint("run `salesctl doctor`: the store itself may be damaged")
        .into());
    }
    let events: i64 = copy.query_row("SELECT COUNT(*) FROM event", [], |row| row.get(0))?;
    drop(copy);
    File::open(partial)?.sync_all()?;
    Ok((events, head))
}
