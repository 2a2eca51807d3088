//! The file of an import: opened as it comes, and what a person knows better than its looks.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::Result;
use clap::Args;

use super::super::context::Context;
use crate::fault::Fault;
use crate::import::profile;
use crate::import::read::{Encoding, Header, Options, Quote, ReadError, Reader};
use crate::import::xes::{self, Xes};
use crate::import::{Input, Log};

/// How the file is written, where sniffing is not to be trusted.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct FileArgs {
    /// Its encoding, such as utf-8, windows-1252 or latin2 [default: found out]
    #[arg(long, value_name = "NAME", value_parser = profile::encoding)]
    encoding: Option<Encoding>,
    /// What parts its columns: a sign, or tab, comma, semicolon, pipe [default: found out]
    #[arg(long, value_name = "SIGN", value_parser = profile::delimiter)]
    delimiter: Option<u8>,
    /// What encloses its fields: double, single or none [default: found out]
    #[arg(long, value_name = "QUOTE", value_parser = profile::quote)]
    quote: Option<Quote>,
    /// The line its headings are on, or none [default: found out]
    #[arg(long, value_name = "N|none", value_parser = profile::header_line)]
    header_line: Option<Header>,
}

impl FileArgs {
    /// What was typed stands above what a profile says.
    pub(crate) fn over(&self, profile: &Options) -> Options {
        Options {
            encoding: self.encoding.or(profile.encoding),
            delimiter: self.delimiter.or(profile.delimiter),
            quote: self.quote.or(profile.quote),
            header: self.header_line.unwrap_or(profile.header),
            limits: profile.limits,
        }
    }
}

/// How often the command reads the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reads {
    Once,
    /// A pipe would be empty, or never end, the second time.
    Again,
}

/// Opens a table as it comes; `-` is standard input.
pub(crate) fn open(
    cx: &Context,
    path: &Path,
    options: &Options,
    reads: Reads,
) -> Result<Input<Box<dyn Read>>> {
    let is_stdin = path == Path::new("-");
    let name = if is_stdin {
        "standard input".to_string()
    } else {
        cx.shown(path)
    };
    let unreadable = |error: &dyn std::fmt::Display| Fault::input(format!("`{name}` {error}"));
    let closed = |error| Fault::input(format!("cannot open `{name}`: {error}"));
    let bytes: Box<dyn Read> = if is_stdin && reads == Reads::Once {
        Box::new(io::stdin().lock())
    } else {
        let kind = if is_stdin {
            None
        } else {
            Some(std::fs::metadata(path).map_err(closed)?)
        };
        if kind.as_ref().is_some_and(std::fs::Metadata::is_dir) {
            return Err(unreadable(&"is a folder, not a file").into());
        }
        if reads == Reads::Again && !kind.is_some_and(|kind| kind.is_file()) {
            return Err(unreadable(&"is no regular file; save what it gives to one").into());
        }
        Box::new(File::open(path).map_err(closed)?)
    };
    let reader = Reader::open(bytes, options).map_err(|error| {
        let fault = unreadable(&error);
        match error {
            ReadError::Header { .. } | ReadError::NoHeader { .. } => {
                fault.hint("--header-line N says where they are, `none` that there are none")
            }
            _ => fault,
        }
    })?;
    Ok(Input { name, reader })
}

/// Opens an event log: XES where it is XML or is called so, a table otherwise.
pub(crate) fn open_log<'r>(cx: &Context, path: &Path, options: &Options) -> Result<Log<'r>> {
    let called = path.file_name().unwrap_or_default().to_string_lossy();
    let called = called.to_lowercase();
    let unpacked = called.strip_suffix(".gz").unwrap_or(&called);
    let is_called = matches!(unpacked.rsplit_once('.'), Some((_, "xes")));
    let is_file = std::fs::metadata(path).is_ok_and(|known| known.is_file());
    if is_file {
        let name = cx.shown(path);
        let unreadable = |error: ReadError| Fault::input(format!("`{name}` {error}"));
        let opened = || {
            File::open(path)
                .and_then(xes::opened)
                .map_err(|error| unreadable(error.into()))
        };
        let (start, all) = opened()?;
        if is_called || xes::is_xml(&start) {
            let headings = Xes::headings_of(all).map_err(unreadable)?;
            let (_, again) = opened()?;
            return Ok(Log {
                name: name.clone(),
                rows: Box::new(Xes::open(again, &headings)),
            });
        }
    }
    Ok(open(cx, path, options, Reads::Again)?.into())
}
