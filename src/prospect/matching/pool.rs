//! Texts kept once: a column of names holds small numbers, and equal numbers are equal texts.

use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_64;

/// The number of the missing text.
pub(super) const NONE: u32 = 0;

/// Distinct texts and their numbers. Told apart by their 64-bit hash alone: among ten million texts two
/// have the same one with a probability of 3e-6.
#[derive(Debug)]
pub(super) struct Pool {
    bytes: Vec<u8>,
    ends: Vec<u32>,
    hashes: Vec<u64>,
    ids: FxHashMap<u64, u32>,
}

impl Default for Pool {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            ends: vec![0],
            hashes: vec![0],
            ids: FxHashMap::default(),
        }
    }
}

impl Pool {
    /// The number of a text, which is new or known; the empty text is [`NONE`].
    pub(super) fn id(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return NONE;
        }
        let hash = xxh3_64(text.as_bytes());
        *self.ids.entry(hash).or_insert_with(|| {
            self.bytes.extend_from_slice(text.as_bytes());
            self.ends.push(self.bytes.len() as u32);
            self.hashes.push(hash);
            (self.ends.len() - 1) as u32
        })
    }

    /// Texts are folded to ASCII before they come here, so bytes are characters.
    pub(super) fn get(&self, id: u32) -> &[u8] {
        let id = id as usize;
        let from = if id == 0 {
            0
        } else {
            self.ends[id - 1] as usize
        };
        &self.bytes[from..self.ends[id] as usize]
    }

    pub(super) fn text(&self, id: u32) -> &str {
        std::str::from_utf8(self.get(id)).unwrap_or_default()
    }

    /// Stable from run to run: what keys and models are made of.
    pub(super) fn hash(&self, id: u32) -> u64 {
        self.hashes[id as usize]
    }

    /// How many numbers there are, [`NONE`] included.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }
}

/// What a text that comes again and again was made into before.
#[derive(Debug, Default)]
pub(super) struct Memo(FxHashMap<u64, (u32, u32)>);

impl Memo {
    pub(super) fn get_or(&mut self, text: &str, make: impl FnOnce() -> (u32, u32)) -> (u32, u32) {
        if text.is_empty() {
            return (NONE, NONE);
        }
        *self.0.entry(xxh3_64(text.as_bytes())).or_insert_with(make)
    }
}
