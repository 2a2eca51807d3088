//! `process matrix`: everything that each stage asks for, side by side.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::{Console, OutputArgs};
use super::shown::Shown;
use crate::process;
use crate::render::Format;

/// Show the sales process matrix: everything that each stage asks for, side by side
///
/// Stages stand beside each other where they fit, else one under another. With --process FILE it shows a draft.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl process matrix\n  salesctl process matrix --format html --output matrix.html\n  salesctl process matrix --process drafts/process.toml --type large"
)]
pub(crate) struct Args {
    /// Only what applies to this customer type
    #[arg(long = "type", value_name = "TYPE", add = super::super::completion::customer_types())]
    kind: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let shown = Shown::of(cx)?;
    let view = shown.view(args.kind.as_deref())?;
    // What goes to a file or through a pipe is read at some width all the same.
    let width = match args.output.format() {
        Format::Table if args.output.output.is_some() => Some(PAGE),
        Format::Table => Some(Console::width().unwrap_or(PAGE)),
        _ => None,
    };
    let (rows, document) = process::matrix(&view, &shown.title(), width);
    let answer = shown.answer("salesctl/process-matrix/1", rows);
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

/// Columns of text without a terminal.
const PAGE: u16 = 80;
