//! `list add`: a contract.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::session::Session;
use super::super::show::counted;
use super::terms_args::TermsArgs;
use super::{finish, read_seeds, reading};
use crate::date::day_and_distance;
use crate::fault::Fault;
use crate::list::{Terms, Uses, Written, parse_file};
use crate::money::{Money, grouped};
use crate::process::render_problems;
use crate::store::Access;
use crate::text::visible;

/// Add a list: who it is from, how often and until when it may be used, what it costs
///
/// Only its code is needed. With --from the terms are read from a small TOML file, whose keys are the
/// options with `_` for `-`; options go before it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl list add zoom-q4 --broker \"Acme Lists\" --cpm 145 --qty 100000 --uses 1 --until 2027-03-31 --net-pct 85 --run-charge 10\n  salesctl list add --from zoom-q4.toml --dry-run"
)]
pub(crate) struct Args {
    /// What it is called by, for good: letters, digits, `-`, `_` and `.`
    #[arg(required_unless_present = "from")]
    code: Option<String>,
    /// A TOML file with its terms
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    from: Option<PathBuf>,
    /// A CSV file with its owner's decoys; may be given again
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    seeds: Vec<PathBuf>,
    #[command(flatten)]
    terms: TermsArgs,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Write)?;
    let written = match &args.from {
        Some(path) => match read_file(cx, &session, path)? {
            Some(written) => written,
            None => return Ok(Status::Unusable),
        },
        None => Written::default(),
    };
    let mut terms = written.terms;
    terms.code = chosen_code(args, &written.code)?;
    args.terms.lay_over(&mut terms, reading(&session))?;
    terms.currency = terms.currency.or(Some(session.process.currency));
    if let Some(known) = session.store.list(&terms.code)? {
        return Err(Fault::no(format!(
            "there is a list `{}` already",
            visible(known.code())
        ))
        .hint(format!(
            "salesctl list set {} … changes its terms",
            visible(known.code())
        ))
        .into());
    }
    let folder = args
        .from
        .as_deref()
        .and_then(Path::parent)
        .unwrap_or(Path::new(""));
    let mut files: Vec<PathBuf> = written.seeds.iter().map(|file| folder.join(file)).collect();
    files.extend(args.seeds.iter().cloned());
    let seeds = read_seeds(cx, &files, false)?;
    let line = format!("✓ list {}", summary(&terms, seeds.len(), &session));
    let (_, outcome) = session.write(args.dry_run, |write| {
        let list = write.set_list(terms)?;
        write.add_seeds(list, &seeds)
    })?;
    finish(cx, &line, outcome)
}

fn chosen_code(args: &Args, written: &str) -> Result<String, Fault> {
    let code = args.code.as_deref().unwrap_or(written).trim().to_string();
    if code.is_empty() {
        return Err(Fault::usage("the list has no code").hint(
            "add `code = \"…\"` to the file, or name it: salesctl list add CODE --from FILE",
        ));
    }
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !code.chars().all(plain) || code.starts_with('-') {
        return Err(Fault::usage(format!(
            "`{}` is no code; expected letters, digits, `-`, `_` and `.`",
            visible(&code)
        )));
    }
    Ok(code)
}

/// The terms of a file; every problem in it is shown at its place.
fn read_file(cx: &Context, session: &Session<'_>, path: &Path) -> Result<Option<Written>> {
    let shown = cx.shown(path);
    let bytes = std::fs::read(path)
        .map_err(|error| Fault::input(format!("cannot read `{shown}`: {error}")))?;
    let text = crate::process::decode(bytes)
        .map_err(|problem| Fault::input(format!("{shown}: {problem}")))?;
    match parse_file(&text, reading(session)) {
        Ok(written) => Ok(Some(written)),
        Err(problems) => {
            let told = render_problems(&shown, &text, &problems, cx.console.colors_stderr());
            cx.console.warn(told.trim_end());
            Ok(None)
        }
    }
}

/// `zoom-q4 added: from Acme Lists, 100,000 names at 145 EUR per 1,000, one use, until …`
fn summary(terms: &Terms, seeds: usize, session: &Session<'_>) -> String {
    let currency = terms.currency.unwrap_or(session.process.currency);
    let mut parts = Vec::new();
    if let Some(from) = terms.broker.as_ref().or(terms.owner.as_ref()) {
        parts.push(format!("from {}", visible(from)));
    }
    let price = terms
        .cpm_minor
        .map(|minor| format!("{} per 1,000", Money { minor, currency }));
    match (terms.qty_ordered, price) {
        (Some(n), Some(price)) => parts.push(format!("{} names at {price}", grouped(n))),
        (Some(n), None) => parts.push(format!("{} names", grouped(n))),
        (None, Some(price)) => parts.push(price),
        (None, None) => {}
    }
    match terms.uses {
        Uses::Unlimited => {}
        Uses::Times(n) => parts.push(counted(n as usize, "use", "uses")),
    }
    if let Some(until) = terms.until {
        parts.push(format!("until {}", day_and_distance(until, session.today)));
    }
    if seeds > 0 {
        parts.push(counted(seeds, "decoy", "decoys"));
    }
    let about = if parts.is_empty() {
        String::new()
    } else {
        format!(": {}", parts.join(", "))
    };
    format!("{} added{about}", visible(&terms.code))
}
