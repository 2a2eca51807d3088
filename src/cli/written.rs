//! Files that are written as a whole or not at all: a temporary one in the same folder, renamed into place.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::fault::Fault;

/// Writes a file as a whole: a temporary one in the same folder, then renamed into place. What it says
/// of customers is for its owner's eyes.
pub(crate) fn write_file(path: &Path, bytes: &[u8], replace: bool) -> Result<()> {
    write_with_mode(path, bytes, replace, 0o600)
}

/// The same for text that a team keeps in git: whoever the umask lets may read it.
pub(crate) fn write_source(path: &Path, text: &str, replace: bool) -> Result<()> {
    write_with_mode(path, text.as_bytes(), replace, 0o666)
}

/// The same for what comes piece by piece, and is too much for memory.
pub(crate) fn write_streamed(
    path: &Path,
    replace: bool,
    write: impl FnOnce(&mut dyn Write) -> Result<()>,
) -> Result<()> {
    write_by(path, replace, 0o600, write)
}

fn write_with_mode(path: &Path, bytes: &[u8], replace: bool, mode: u32) -> Result<()> {
    let cannot = || Fault::usage(format!("cannot write `{}`", path.display()));
    write_by(path, replace, mode, |out| {
        out.write_all(bytes).with_context(cannot)
    })
}

fn write_by(
    path: &Path,
    replace: bool,
    mode: u32,
    write: impl FnOnce(&mut dyn Write) -> Result<()>,
) -> Result<()> {
    if !replace && path.exists() {
        return Err(Fault::no(format!("`{}` exists already", path.display()))
            .hint("--force replaces it")
            .into());
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let cannot = || Fault::usage(format!("cannot write `{}`", path.display()));
    // A device or a pipe is written to, never replaced by a file.
    if fs::metadata(path).is_ok_and(|known| !known.is_file()) {
        let mut there = fs::OpenOptions::new()
            .write(true)
            .open(path)
            .with_context(cannot)?;
        return write(&mut there);
    }
    let mut file = tempfile::Builder::new()
        .permissions(fs::Permissions::from_mode(mode))
        .tempfile_in(folder)
        .with_context(cannot)?;
    write(&mut file)?;
    file.as_file().sync_all().with_context(cannot)?;
    if replace {
        file.persist(path).with_context(cannot)?;
    } else {
        file.persist_noclobber(path).with_context(cannot)?;
    }
    fs::File::open(folder)?.sync_all()?;
    Ok(())
}
