//! The text of a file: unpacked when it is gzip, refused when it is no text, its byte order mark gone,
//! UTF-16 and other encodings that can't be split as they are made UTF-8.

use std::io::{self, BufReader, Chain, Cursor, Read};

use encoding_rs::{CoderResult, Decoder};
use flate2::read::MultiGzDecoder;

use super::encoding::Encoding;
use super::magic;
use super::row::ReadError;

pub(super) struct Source<R> {
    inner: Inner<R>,
    decoder: Option<Decoder>,
    /// Read but not yet handed out.
    raw: Vec<u8>,
    taken: usize,
    ended: bool,
}

/// A file with its first bytes, which were looked at, put back.
type Whole<R> = Chain<Cursor<Vec<u8>>, R>;

enum Inner<R> {
    Plain(Whole<R>),
    Gzip(Box<MultiGzDecoder<BufReader<Whole<R>>>>),
}

/// Bytes read at a time.
const CHUNK: usize = 64 * 1024;
/// Bytes that tell what a file is.
pub(super) const SAMPLE: usize = 256 * 1024;

impl<R: Read> Source<R> {
    pub(super) fn open(
        mut input: R,
        told: Option<Encoding>,
    ) -> Result<(Self, Encoding), ReadError> {
        let mut start = Vec::with_capacity(2);
        input.by_ref().take(2).read_to_end(&mut start)?;
        let is_gzip = start == [0x1F, 0x8B];
        let whole = Cursor::new(start).chain(input);
        let inner = if is_gzip {
            Inner::Gzip(Box::new(MultiGzDecoder::new(BufReader::with_capacity(
                CHUNK, whole,
            ))))
        } else {
            Inner::Plain(whole)
        };
        let mut source = Self {
            inner,
            decoder: None,
            raw: Vec::with_capacity(SAMPLE),
            taken: 0,
            ended: false,
        };
        source.read(SAMPLE)?;
        magic::refuse(&source.raw)?;
        let complete = source.raw.len() < SAMPLE;
        let (found, mark) = Encoding::of_start(&source.raw, complete);
        let encoding = told.unwrap_or(found);
        // The mark of UTF-16 is text in any other encoding.
        source.taken = if mark == 2 && encoding != found {
            0
        } else {
            mark
        };
        source.decoder = encoding
            .decoded_whole()
            .map(encoding_rs::Encoding::new_decoder_without_bom_handling);
        if source.decoder.is_none() {
            magic::refuse_binary(&source.raw)?;
        }
        Ok((source, encoding))
    }

    /// Appends some text to `to`; false at the end of the file.
    pub(super) fn fill(&mut self, to: &mut Vec<u8>) -> io::Result<bool> {
        let before = to.len();
        while to.len() == before && !self.ended {
            if self.taken == self.raw.len() {
                self.raw.clear();
                self.taken = 0;
                self.read(CHUNK)?;
            }
            let last = self.raw.is_empty();
            match &mut self.decoder {
                None => to.extend_from_slice(&self.raw[self.taken..]),
                Some(decoder) => decode(decoder, &self.raw[self.taken..], to, last),
            }
            self.taken = self.raw.len();
            self.ended = last;
        }
        Ok(to.len() > before)
    }

    fn read(&mut self, bytes: usize) -> io::Result<()> {
        let limit = bytes as u64;
        match &mut self.inner {
            Inner::Plain(plain) => plain.take(limit).read_to_end(&mut self.raw),
            Inner::Gzip(packed) => packed
                .take(limit)
                .read_to_end(&mut self.raw)
                .map_err(gzip_fault),
        }
        .map(|_| ())
    }
}

fn gzip_fault(error: io::Error) -> io::Error {
    let what = match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            "its gzip data ends in the middle, the rest is missing".to_string()
        }
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            format!("its gzip data is damaged ({error})")
        }
        _ => return error,
    };
    io::Error::new(error.kind(), what)
}

fn decode(decoder: &mut Decoder, mut from: &[u8], to: &mut Vec<u8>, last: bool) {
    let mut out = vec![0; CHUNK];
    loop {
        let (result, read, written, _) = decoder.decode_to_utf8(from, &mut out, last);
        to.extend_from_slice(&out[..written]);
        from = &from[read..];
        if result == CoderResult::InputEmpty {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn packed(text: &str) -> Vec<u8> {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(text.as_bytes()).expect("packed");
        gzip.finish().expect("packed")
    }

    fn text_of(bytes: &[u8]) -> io::Result<String> {
        let (mut source, _) = Source::open(bytes, None).map_err(|error| match error {
            ReadError::Io(error) => error,
            other => io::Error::other(other),
        })?;
        let mut text = Vec::new();
        while source.fill(&mut text)? {}
        Ok(String::from_utf8(text).expect("UTF-8"))
    }

    #[test]
    fn gzip_is_known_by_its_bytes_whatever_the_name() {
        let two = [packed("a,b\n1,2\n"), packed("3,4\n")].concat();
        assert_eq!(text_of(&two).expect("read"), "a,b\n1,2\n3,4\n");
    }

    #[test]
    fn gzip_that_is_cut_off_is_an_error() {
        let text = "a,b\n1,2\n".repeat(1000);
        let whole = packed(&text);
        let cut = text_of(&whole[..whole.len() - 9]).expect_err("an error");
        assert!(cut.to_string().contains("ends in the middle"), "{cut}");
        let mut damaged = whole.clone();
        let middle = damaged.len() - 6;
        damaged[middle] ^= 0xFF;
        let damaged = text_of(&damaged).expect_err("an error");
        assert!(damaged.to_string().contains("damaged"), "{damaged}");
    }
}
