//! How an import of names is run and told of: the options that `import prospects` and `import retry` share.

use std::path::PathBuf;

use super::load::RejectLimit;

/// How the import is run and told of.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct How {
    /// From this probability on two rows are taken for one
    #[arg(long, value_name = "P", default_value_t = 0.95, value_parser = probability)]
    pub(super) sure: f64,
    /// From this probability on a person should look at a pair
    #[arg(long, value_name = "P", default_value_t = 0.5, value_parser = probability)]
    pub(super) unsure: f64,
    /// Say for one line of the file who it was compared with, and what spoke for and against
    #[arg(long, value_name = "LINE")]
    pub(super) explain: Option<u64>,
    /// Write who was taken for whom, and how sure that is, as CSV
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(super) links: Option<PathBuf>,
    /// Where rejected rows go [default: FILE.rejects.csv beside it]
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(super) rejects: Option<PathBuf>,
    /// Import nothing when more rows than this are rejected: a number, or a share such as 2%
    #[arg(long, value_name = "N|P%", value_parser = reject_limit)]
    pub(super) reject_limit: Option<RejectLimit>,
    /// All rejected rows in the summary, not only the first
    #[arg(long)]
    pub(super) details: bool,
    /// The summary as JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    pub(super) dry_run: bool,
}

fn probability(typed: &str) -> Result<f64, String> {
    match typed.parse::<f64>() {
        Ok(p) if p > 0.0 && p <= 1.0 => Ok(p),
        _ => Err("expected a probability such as 0.95".into()),
    }
}

fn reject_limit(typed: &str) -> Result<RejectLimit, String> {
    let wrong = || "expected a number of rows such as 500, or a share such as 2%".to_string();
    if let Some(share) = typed.strip_suffix('%') {
        let share: f64 = share.trim().parse().map_err(|_| wrong())?;
        return if (0.0..=100.0).contains(&share) {
            Ok(RejectLimit::Share(share / 100.0))
        } else {
            Err(wrong())
        };
    }
    typed.parse().map(RejectLimit::Rows).map_err(|_| wrong())
}
