//! `report experience`: what customers made of us.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::said::Heard;
use super::{ReportArgs, show};
use crate::deal::case::CaseKind;
use crate::report::{EXPERIENCE, ExperienceBy};

/// What customers made of us after the sale: bad ones still open first, then stars by rep or product
///
/// An experience counts for the owner of its deal; where it has none, for the rep whose work it is.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl report experience\n  salesctl report experience --by product --period 2026 --json"
)]
pub(crate) struct Args {
    /// Group by rep, product or quarter
    #[arg(long, value_name = "WHAT", default_value = "rep", value_parser = by)]
    by: ExperienceBy,
    #[command(flatten)]
    report: ReportArgs,
}

fn by(typed: &str) -> Result<ExperienceBy, String> {
    ExperienceBy::ALL
        .into_iter()
        .find(|by| by.name() == typed)
        .ok_or_else(|| format!("`{typed}` is none of rep, product and quarter"))
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let Heard {
        session,
        book,
        ask,
        more,
        said,
    } = Heard::read(cx, &args.report, EXPERIENCE, CaseKind::Experience)?;
    let handles = session.store.handles()?;
    let report = crate::report::experience(
        &session.process,
        &book,
        &ask,
        (&more, args.by),
        &said,
        |id| handles.short(id),
    );
    show(cx, &args.report, &report)
}
