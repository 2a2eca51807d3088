//! The bytes of an event log: unpacked when it is gzip, with its lines counted and its elements bounded.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use flate2::read::MultiGzDecoder;

/// One tag, comment or stretch of text; no log has one so long.
pub(super) const ELEMENT: usize = 1024 * 1024;

/// The first bytes of a file, unpacked when it is gzip, and all of it. Whether it is XML can be told by
/// [`is_xml`].
pub fn opened<'r>(mut input: impl Read + 'r) -> io::Result<(Vec<u8>, Box<dyn BufRead + 'r>)> {
    let mut mark = Vec::with_capacity(2);
    input.by_ref().take(2).read_to_end(&mut mark)?;
    let is_gzip = mark == [0x1F, 0x8B];
    let whole = Cursor::new(mark).chain(input);
    let mut text: Box<dyn Read + 'r> = if is_gzip {
        Box::new(MultiGzDecoder::new(BufReader::new(whole)))
    } else {
        Box::new(whole)
    };
    let mut start = Vec::with_capacity(64);
    text.by_ref().take(64).read_to_end(&mut start)?;
    let all = Cursor::new(start.clone()).chain(text);
    Ok((start, Box::new(BufReader::with_capacity(64 * 1024, all))))
}

/// Whether a file that begins like this is meant to be XML.
pub fn is_xml(start: &[u8]) -> bool {
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
    let start = start.trim_ascii_start();
    [&b"<?xml"[..], b"<log", b"<!--"]
        .iter()
        .any(|word| start.starts_with(word))
}

/// Counts lines, and refuses to read on without an end.
pub(super) struct Lines<'r> {
    input: Box<dyn BufRead + 'r>,
    line: u64,
    since: usize,
}

impl<'r> Lines<'r> {
    pub(super) fn new(input: Box<dyn BufRead + 'r>) -> Self {
        Self {
            input,
            line: 1,
            since: 0,
        }
    }

    /// The line that what is read next begins on.
    pub(super) fn begin(&mut self) -> u64 {
        self.since = 0;
        self.line
    }
}

/// Why it reads no further.
#[derive(Debug)]
pub(super) struct Endless;

impl std::fmt::Display for Endless {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("too long")
    }
}

impl std::error::Error for Endless {}

impl Read for Lines<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let from = self.fill_buf()?;
        let n = from.len().min(to.len());
        to[..n].copy_from_slice(&from[..n]);
        self.consume(n);
        Ok(n)
    }
}

impl BufRead for Lines<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.since > ELEMENT {
            return Err(io::Error::other(Endless));
        }
        self.input.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        // What is consumed was filled before: this reads nothing.
        if let Ok(buffer) = self.input.fill_buf() {
            let taken = &buffer[..n.min(buffer.len())];
            self.line += memchr::memchr_iter(b'\n', taken).count() as u64;
        }
        self.since += n;
        self.input.consume(n);
    }
}
