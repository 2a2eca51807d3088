//! `import explain`: why a row of an import was taken for somebody, or for nobody.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use super::prospects::explain::of_name;
use crate::document::{Document, row};
use crate::fault::Fault;
use crate::prospect::Fate;
use crate::store::Access;
use crate::text::visible;

/// Say for one row of an import who it was taken for, and what speaks for and against
///
/// It is compared with everybody the store knows today. Before an import, `import prospects --dry-run
/// --explain LINE` says it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl import explain 7KQ2 402\n  salesctl import explain 7KQ2 402 --json"
)]
pub(crate) struct Args {
    /// The beginning of the import's id, as `import list` shows it
    batch: String,
    /// The line of the file the row begins on
    line: u64,
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// One line of the explanation.
    struct ExplainLine {
        line: u64,
        id: String,
        entity: String,
        fate: &'static str,
        text: String,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let batch = session.store.resolve_batch(&args.batch)?;
    let found = session.store.name_on_line(batch.id, args.line)?;
    let Some(name) = found else {
        let rejected = session.store.rejected(batch.id)?;
        let rejected = rejected.iter().find(|row| row.line == args.line);
        return Err(match rejected {
            Some(row) => Fault::no(format!(
                "line {} was rejected: {}",
                args.line,
                visible(&row.reason)
            )),
            None => Fault::not_found(format!(
                "no name came from line {} of {}",
                args.line,
                visible(&batch.file)
            ))
            .hint("salesctl prospect list --batch BATCH shows its names"),
        }
        .into());
    };
    let whom = match name.fate {
        Fate::Known | Fate::Twice => {
            let entity = session.store.name(name.entity)?;
            let called = entity.map_or_else(String::new, |entity| format!(" {}", entity.called()));
            format!(
                "taken for {}{called}",
                crate::cli::prospect::short(name.entity)
            )
        }
        fate => fate.name().to_string(),
    };
    let told = of_name(&session.store, &name)?;
    let rows = told
        .iter()
        .map(|text| ExplainLine {
            line: args.line,
            id: name.id.handle(),
            entity: name.entity.handle(),
            fate: name.fate.name(),
            text: text.clone(),
        })
        .collect();
    let answer = output::answer(&session, "salesctl/import-explain/1", rows);
    let mut document = Document::default().heading(format!(
        "line {}, {} {}: {whom}",
        args.line,
        crate::cli::prospect::short(name.id),
        name.called()
    ));
    for text in &told {
        document = document.line(format!("  {}", visible(text)));
    }
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}
