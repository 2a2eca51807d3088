//! Where a dry run stages: a store of its own, gone at the end.

use anyhow::Result;

use crate::id::Ids;
use crate::store::Store;

pub(super) struct Scratch {
    /// None when it is no dry run.
    pub(super) store: Option<Store>,
    _folder: Option<tempfile::TempDir>,
}

impl Scratch {
    pub(super) fn new(dry_run: bool) -> Result<Self> {
        if !dry_run {
            return Ok(Self {
                store: None,
                _folder: None,
            });
        }
        let folder = tempfile::tempdir()?;
        let store = Store::create(&folder.path().join("dry-run.db"), false, Ids::random())?;
        Ok(Self {
            store: Some(store),
            _folder: Some(folder),
        })
    }
}
