//! Where words go: data and status lines to stdout, notes and errors to stderr. A closed pipe is quiet.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use anstyle::{AnsiColor, Style as Ansi};
use anyhow::Result;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use super::context::variable;
use super::refusal::Refused;
use super::session::Session;
pub(crate) use super::written::{write_file, write_source, write_streamed};
use crate::document::{Answer, Document, Row};
use crate::fault::{Class, Fault};
use crate::render::{self, Format, Style};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    fn choice(self) -> anstream::ColorChoice {
        match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        }
    }
}

/// The terminal, or what stands in its place.
#[derive(Debug)]
pub(crate) struct Console {
    color: Color,
    pub(crate) quiet: bool,
}

impl Console {
    pub(crate) fn new(color: Color, quiet: bool) -> Self {
        Self { color, quiet }
    }

    /// A status line on stdout; nothing with `--quiet`. Starts with ✓ or the like, which is coloured.
    pub(crate) fn say(&self, line: &str) -> Result<()> {
        if self.quiet {
            return Ok(());
        }
        self.print(&format!("{}\n", colored(line)))
    }

    /// The same, broken where the terminal ends; what follows the first line is indented.
    pub(crate) fn say_wrapped(&self, line: &str) -> Result<()> {
        self.say(&crate::text::wrapped(line, Self::width(), 4))
    }

    /// Text on stdout, whether quiet or not.
    pub(crate) fn print(&self, text: &str) -> Result<()> {
        let mut out = anstream::AutoStream::new(io::stdout(), self.color.choice());
        out.write_all(text.as_bytes())?;
        out.flush()?;
        Ok(())
    }

    /// A line on stderr that nobody must read.
    pub(crate) fn note(&self, line: &str) {
        if !self.quiet {
            let mut err = anstream::AutoStream::new(io::stderr(), self.color.choice());
            let _ = writeln!(err, "{}", colored(line));
        }
    }

    /// A line on stderr that somebody must read, quiet or not.
    pub(crate) fn warn(&self, line: &str) {
        let mut err = anstream::AutoStream::new(io::stderr(), self.color.choice());
        let _ = writeln!(err, "{}", colored(line));
    }

    /// Whether stdout shows colours.
    pub(crate) fn colors_stdout(&self) -> bool {
        colors(self.color, &io::stdout())
    }

    pub(crate) fn colors_stderr(&self) -> bool {
        colors(self.color, &io::stderr())
    }

    /// Columns of the terminal, `COLUMNS` before what it says itself; none through a pipe.
    pub(crate) fn width() -> Option<u16> {
        variable("COLUMNS")
            .and_then(|columns| columns.parse::<u16>().ok())
            .or_else(|| {
                let (width, _) = terminal_size::terminal_size_of(io::stdout())?;
                Some(width.0)
            })
            .map(|width| width.clamp(40, 400))
    }

    /// A progress bar on stderr, when it is a terminal.
    pub(crate) fn progress(&self, total: usize, what: &'static str) -> ProgressBar {
        if self.quiet || !io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let style =
            ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}  {per_sec}, {eta} left");
        ProgressBar::new(total as u64)
            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
            .with_message(what)
    }

    /// Asks a yes-or-no question; without a terminal that is refused with the flag that answers it.
    pub(crate) fn confirm(question: &str, flag: &str) -> Result<bool> {
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Err(
                Fault::usage(format!("{question} There is no terminal to ask on"))
                    .hint(format!("{flag} answers yes"))
                    .into(),
            );
        }
        let mut err = io::stderr();
        write!(err, "{question} [y/N] ")?;
        err.flush()?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    }
}

/// Options of every reading command.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// How to print it: html is a page of its own with charts, xlsx a workbook for --output
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = formats())]
    pub(crate) format: Format,
    /// Short for --format json
    #[arg(long, conflicts_with = "format")]
    pub(crate) json: bool,
    /// Write to a file instead of stdout
    #[arg(short, long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
    /// Replace the output file when it exists
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
    /// csv as it is: without the `'` before text that a spreadsheet would run as a formula
    #[arg(long)]
    pub(crate) raw: bool,
}

impl OutputArgs {
    pub(crate) fn is_given(&self) -> bool {
        self.json
            || self.output.is_some()
            || self.force
            || self.raw
            || self.format != Format::default()
    }

    pub(crate) fn format(&self) -> Format {
        if self.json { Format::Json } else { self.format }
    }

    /// Prints an answer in the format that was asked for, to stdout or to the file.
    pub(crate) fn show<R: Row>(
        &self,
        console: &Console,
        answer: &Answer<R>,
        document: &Document,
    ) -> Result<()> {
        if self.format() == Format::Xlsx {
            self.check_xlsx(answer.rows.len())?;
        }
        let style = Style {
            width: if self.output.is_none() {
                Console::width()
            } else {
                None
            },
            color: self.output.is_none() && console.colors_stdout(),
            raw: self.raw,
        };
        let mut bytes = Vec::new();
        render::answer(&mut bytes, answer, document, self.format(), style)?;
        match &self.output {
            None => {
                let mut out = io::stdout().lock();
                out.write_all(&bytes)?;
                out.flush()?;
                Ok(())
            }
            Some(path) => write_file(path, &bytes, self.force),
        }
    }

    /// A workbook is no text for a terminal, and a sheet has an end.
    fn check_xlsx(&self, rows: usize) -> Result<()> {
        if self.output.is_none() && io::stdout().is_terminal() {
            return Err(Fault::usage("xlsx is a file, not text for a terminal")
                .hint("--output FILE.xlsx says where it goes")
                .into());
        }
        if rows > render::MOST_ROWS {
            return Err(Fault::usage(format!(
                "a sheet of xlsx holds {} rows, and these are {rows}",
                render::MOST_ROWS
            ))
            .hint("--format csv has no limit")
            .into());
        }
        Ok(())
    }
}

fn formats() -> impl TypedValueParser<Value = Format> {
    named(&Format::ALL)
}

/// The same for a command whose answer can be drawn.
pub(crate) fn drawing_formats() -> impl TypedValueParser<Value = Format> {
    named(&[&Format::ALL[..], &Format::DRAWN].concat())
}

fn named(formats: &[Format]) -> impl TypedValueParser<Value = Format> + use<> {
    PossibleValuesParser::new(formats.iter().map(|format| format.name()))
        .map(|name| name.parse::<Format>().unwrap_or_default())
}

/// An answer about the workspace as of today.
pub(crate) fn answer<R>(session: &Session<'_>, schema: &'static str, rows: Vec<R>) -> Answer<R> {
    Answer {
        schema,
        as_of: session.today,
        process_version: Some(session.version),
        currency: session.process.currency,
        period: None,
        by: Vec::new(),
        n: rows.len(),
        rows,
        notes: Vec::new(),
    }
}

/// Shows an error with its causes and hints; the exit code it stands for.
pub(crate) fn show_error(error: &anyhow::Error, color: Color) -> u8 {
    if is_closed_pipe(error) {
        return 0;
    }
    let console = Console::new(color, false);
    if let Some(refused) = error.downcast_ref::<Refused>() {
        console.warn(&refused.text);
        return Class::No.exit_code();
    }
    let mut class = None;
    let mut hints: Vec<String> = Vec::new();
    let mut note = |fault: &Fault| {
        class.get_or_insert(fault.class);
        for hint in &fault.hints {
            if !hints.contains(hint) {
                hints.push(hint.clone());
            }
        }
    };
    if let Some(fault) = error.downcast_ref::<Fault>() {
        note(fault);
    }
    let mut lines = vec![format!("error: {}", shown(&error.to_string()))];
    for cause in error.chain().skip(1) {
        if let Some(fault) = cause.downcast_ref::<Fault>() {
            note(fault);
        }
        let text = shown(&cause.to_string());
        if !lines.iter().any(|line| line.ends_with(&text)) {
            lines.push(format!("caused by: {text}"));
        }
    }
    lines.extend(hints.iter().map(|hint| format!("hint: {}", shown(hint))));
    for line in lines {
        console.warn(&line);
    }
    // What nobody foresaw is a bug, unless the operating system said no.
    class.map_or_else(
        || {
            if error.chain().any(<dyn std::error::Error>::is::<io::Error>) {
                5
            } else {
                70
            }
        },
        Class::exit_code,
    )
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe)
    })
}

/// Messages carry names from files and arguments: shown, never executed. Line breaks of our own stay.
fn shown(text: &str) -> String {
    text.lines()
        .map(crate::text::visible)
        .collect::<Vec<_>>()
        .join("\n")
}

fn colors(color: Color, stream: &impl IsTerminal) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            variable("NO_COLOR").is_none()
                && (variable("CLICOLOR_FORCE").is_some_and(|v| v != "0")
                    || (stream.is_terminal() && variable("TERM").is_none_or(|term| term != "dumb")))
        }
    }
}

/// Colours the mark a line begins with, so that colour is never the only signal.
fn colored(text: &str) -> String {
    text.split('\n')
        .map(|line| {
            let body = line.trim_start();
            let indent = &line[..line.len() - body.len()];
            for (mark, color) in [
                ("✓", AnsiColor::Green),
                ("✗", AnsiColor::Red),
                ("?", AnsiColor::Yellow),
                ("error:", AnsiColor::Red),
                ("warning:", AnsiColor::Yellow),
                ("caused by:", AnsiColor::Red),
                ("hint:", AnsiColor::Cyan),
                ("note:", AnsiColor::Cyan),
            ] {
                if let Some(rest) = body.strip_prefix(mark) {
                    let style = Ansi::new().fg_color(Some(color.into())).bold();
                    return format!("{indent}{style}{mark}{style:#}{rest}");
                }
            }
            line.to_string()
        })
        .collect::<Vec<_>>()
        .join("\n")
}
