//! `report compare`: reps side by side, and what goes with winning for all of them.

use anyhow::Result;

use super::super::assignment::in_catalog;
use super::super::context::{Context, Status};
use super::{Asked, Question, ReportArgs, asked, show};
use crate::deal::event::CatalogKind;
use crate::fault::Fault;
use crate::report::{Whom, compare_needs};

/// Set reps side by side, stage by stage, and test which steps and tools go with winning
///
/// The stages are those of deals that first entered the first one in the period. Steps and tools are tested
/// over the deals of all reps that were won or lost in it, rep by rep: what goes with winning for everybody is
/// a practice that others can take over, what does so for one rep only is a style.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report compare jr mk --period 2026\n  salesctl report compare --winners --team north --json"
)]
pub(crate) struct Args {
    /// Reps to compare, two or more
    #[arg(value_name = "REP", num_args = 2.., required_unless_present = "winners", conflicts_with = "winners", add = super::super::completion::catalog(CatalogKind::Rep))]
    reps: Vec<String>,
    /// Compare the reps who win most, allowing for few deals, with all others
    #[arg(long)]
    winners: bool,
    #[command(flatten)]
    report: ReportArgs,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let Asked { session, book, ask } = asked(cx, &args.report, Question::reading(compare_needs))?;
    let whom = if args.winners {
        Whom::Winners
    } else {
        let catalog = session.store.catalog()?;
        let mut names = Vec::new();
        for typed in &args.reps {
            names.extend(in_catalog(&catalog, CatalogKind::Rep, typed)?);
        }
        Whom::Reps(names)
    };
    let report =
        crate::report::compare(&session.process, &book, &ask, &whom).map_err(Fault::usage)?;
    show(cx, &args.report, &report)
}
