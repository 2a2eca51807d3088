//! `process apply`: the edited file becomes the version that commands enforce.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use sha2::{Digest, Sha256};

use super::super::context::{Context, Status};
use super::super::show::counted;
use super::check::with_catalog;
use super::plan_words::{owners, test_line};
use super::planned::{Deals, deals, homeless, scenarios, unknown_names};
use super::read_file;
use super::stage_names::unclear_names;
use crate::deal::event::{CatalogEntry, CatalogKind};
use crate::deal::plan::{Fate, fate};
use crate::fault::Fault;
use crate::id::Id;
use crate::process::{self, Level, Process};
use crate::store::{Access, Acting, Catalog, Store, Write};

/// Make the process file the version that commands enforce
///
/// Reps, teams, products and sources of the file are taken over; those that only the store knows stay.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl process apply --why \"value gate raised: small deals lose money\"\n  salesctl process apply --why \"first version\" --dry-run"
)]
pub(crate) struct Args {
    /// Why it changes; kept with the version
    #[arg(long, value_name = "REASON")]
    why: Option<String>,
    /// Do everything but keep nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let (path, text) = read_file(cx, None)?;
    let label = cx.shown(&path);
    let mut checked = process::check(&label, &text);
    if let Some(process) = &checked.process
        && !checked.problems.is_empty()
        && let Ok(store) = cx.open_store(Access::Read)
    {
        with_catalog(&mut checked.problems, process, &store)?;
    }
    let has_errors = checked
        .problems
        .iter()
        .any(|problem| problem.level == Level::Error);
    if !checked.problems.is_empty() {
        let shown =
            process::render_problems(&label, &text, &checked.problems, cx.console.colors_stderr());
        cx.console.warn(shown.trim_end());
    }
    let Some(process) = checked.process.filter(|_| !has_errors) else {
        cx.console
            .warn("hint: nothing was applied; mend the errors above and run the command again");
        return Ok(Status::Unusable);
    };
    let store = cx.open_store(Access::Write)?;
    let before = store.applied()?;
    if before.as_ref().is_some_and(|applied| applied.text == text) {
        cx.console.say(&format!("✓ {label} is in force already"))?;
        return Ok(Status::Done);
    }
    let Some(why) = args.why.as_deref().filter(|why| !why.trim().is_empty()) else {
        return Err(Fault::usage(
            "say why the process changes, for those who will wonder in a year",
        )
        .hint(format!(
            "salesctl process apply --why \"{}\"",
            "value gate raised: small deals lose money"
        ))
        .into());
    };
    let previous = match &before {
        Some(applied) => process::check("applied", &applied.text).process,
        None => None,
    };
    let today = cx.today_in(&process.calendar)?;
    let acting = Acting {
        actor: cx.actor(process.settings.user.as_deref()),
        typed: cx.typed.clone(),
        clock: cx.clock,
        now: if process.calendar.date_of(cx.clock) == today {
            cx.clock
        } else {
            process.calendar.noon_of(today)
        },
        today,
        dry_run: args.dry_run,
    };
    let mut told = Vec::new();
    if let Some(before) = &previous {
        let found = deals(&store, before, &process, today)?;
        let unknown = unknown_names(&store, &found.book, &process, &label)?;
        let nowhere = homeless(&store, &found.book, &found.held, (before, &process))?;
        let unclear = unclear_names(before, &process, &label);
        if let Some(fault) = unclear.or(unknown).or(nowhere) {
            return Err(fault.hint("nothing was applied").into());
        }
        told = consequences(cx, (&path, &label), (before, &process), &found)?;
    }
    let catalog = store.catalog()?;
    let ((version, moved, bygone), outcome) = store.write(&acting, "command", |write| {
        refuse_homeless_deals(write, previous.as_ref(), &process)?;
        let version = write.apply_process(&text, &label, why)?;
        let moved = write.move_deals(previous.as_ref(), &process)?;
        take_over(write, &process, previous.as_ref(), &catalog)?;
        Ok((version, moved, write.bygone(&process)?))
    })?;
    let is = if outcome.dry_run {
        "would be"
    } else {
        "is now"
    };
    cx.console
        .say(&format!("✓ {label} {is} version {version}: {why}"))?;
    for line in moves_in_words(&moved).into_iter().chain(told) {
        cx.console.say_wrapped(&line)?;
    }
    for (stage, n) in bygone {
        cx.console.note(&format!(
            "note: {} in `{}`, which the process does not have any more: reports keep that name apart",
            if n == 1 { "1 deal was".to_string() } else { format!("{n} deals were") },
            crate::text::visible(&stage)
        ));
    }
    if let Some(previous) = &previous {
        still_in_catalog(cx, previous, &process, &catalog);
    }
    if cx.globals.process.is_some()
        && let Some(usual) = cx.usual_process().map(|usual| usual.value)
        && read_file(cx, Some(&usual)).is_ok_and(|(_, other)| other != text)
    {
        cx.console.note(&format!(
            "note: {} says otherwise; copy {label} over it, or the next `salesctl process apply` takes this back",
            cx.shown(&usual)
        ));
    }
    if outcome.dry_run {
        cx.console.say("dry run: nothing written")?;
    }
    Ok(Status::Done)
}

/// What somebody must be told or must mend once the change is in force: owners of deals, and scenarios that fail.
fn consequences(
    cx: &Context,
    (path, label): (&Path, &str),
    (before, after): (&Process, &Process),
    found: &Deals,
) -> Result<Vec<String>> {
    let mut lines: Vec<String> = owners(found);
    if !lines.is_empty() {
        lines.push("`salesctl deal show DEAL` says what is open, `salesctl deal list --where late` which are late".to_string());
    }
    let tests = scenarios(cx, path, label, before, after)?;
    if let Some(tests) = tests.filter(|tests| tests.failing > 0) {
        lines.extend(test_line(&tests));
        lines.push("`salesctl process test` says what was expected".to_string());
    }
    Ok(lines.into_iter().map(|line| format!("  {line}")).collect())
}

/// What the file has no more is kept, with its deals and its history; only a command says that it is over.
fn still_in_catalog(cx: &Context, previous: &Process, process: &Process, catalog: &Catalog) {
    let entries_now = entries(process);
    for gone in entries(previous) {
        let is_it = |now: &CatalogEntry| now.kind == gone.kind && now.name == gone.name;
        let is_active = |known: &CatalogEntry| known.active;
        if entries_now.iter().any(is_it)
            || !catalog.get(gone.kind, &gone.name).is_some_and(is_active)
        {
            continue;
        }
        let kind = gone.kind.name();
        let name = crate::text::visible(&gone.name);
        cx.console.note(&format!(
            "note: {kind} `{name}` is not in the file any more but stays in the catalog: \
             `salesctl catalog set {kind} {name} --inactive` if that is over"
        ));
    }
}

/// How many deals went where: `3 deals of demo are in discovery, which it is called now`.
fn moves_in_words(moved: &[(Id, String, Fate)]) -> Vec<String> {
    let mut counts: BTreeMap<(&str, &str, bool), usize> = BTreeMap::new();
    for (_, from, fate) in moved {
        let (to, renamed) = match fate {
            Fate::Renamed(to) => (to, true),
            Fate::Moved(to) => (to, false),
            Fate::Stays | Fate::Homeless => continue,
        };
        *counts.entry((from, to, renamed)).or_default() += 1;
    }
    let lines = counts.into_iter().map(|((from, to, renamed), n)| {
        let deals = counted(n, "open deal", "open deals");
        let from = crate::text::visible(from);
        if renamed {
            format!("  {deals} of {from} moved with it to {to}")
        } else {
            format!("  {deals} of {from} moved to {to}")
        }
    });
    lines.collect()
}

/// Applies the first version of a new store.
pub(crate) fn apply_first(
    store: &Store,
    acting: &Acting,
    process: &Process,
    text: &str,
    path: &Path,
    why: &str,
) -> Result<()> {
    let label = path.file_name().map_or_else(
        || "process.toml".into(),
        |name| name.to_string_lossy().into_owned(),
    );
    store.write(acting, "setup", |write| {
        first_version(write, process, text, &label, why)
    })?;
    Ok(())
}

/// The same as part of a larger operation.
pub(crate) fn first_version(
    write: &mut Write<'_>,
    process: &Process,
    text: &str,
    label: &str,
    why: &str,
) -> Result<()> {
    write.apply_process(text, label, why)?;
    take_over(write, process, None, &Catalog::default())
}

/// SHA-256 of a text, in hexadecimal.
pub(crate) fn digest(text: &[u8]) -> String {
    crate::text::hex(&Sha256::digest(text))
}

/// Sets what the file says of reps, teams, products and sources, where it says something new: what
/// was changed in the store since is left alone.
fn take_over(
    write: &mut Write<'_>,
    process: &Process,
    previous: Option<&Process>,
    catalog: &Catalog,
) -> Result<()> {
    let before = previous.map(entries).unwrap_or_default();
    for entry in entries(process) {
        let known = catalog.get(entry.kind, &entry.name);
        if known.is_some() && before.contains(&entry) {
            continue;
        }
        if known != Some(&entry) {
            write.set_catalog(entry)?;
        }
    }
    Ok(())
}

fn entries(process: &Process) -> Vec<CatalogEntry> {
    let blank = |kind, name: &str, title: &str| CatalogEntry {
        kind,
        name: name.to_string(),
        title: title.to_string(),
        team: None,
        manager: None,
        login: None,
        price_minor: None,
        capacity: None,
        margin: None,
        since: None,
        active: true,
    };
    let teams = process.teams.iter().map(|team| CatalogEntry {
        manager: team.manager.clone(),
        ..blank(CatalogKind::Team, &team.name, &team.title)
    });
    let reps = process.reps.iter().map(|rep| CatalogEntry {
        team: rep.team.clone(),
        login: rep.login.clone(),
        price_minor: rep.cost_per_hour_minor,
        capacity: rep.capacity,
        since: rep.since,
        active: rep.active,
        ..blank(CatalogKind::Rep, &rep.name, &rep.title)
    });
    let products = process.products.iter().map(|product| CatalogEntry {
        price_minor: product.price_minor,
        margin: product.margin,
        active: product.active,
        ..blank(CatalogKind::Product, &product.name, &product.title)
    });
    let sources = process
        .sources
        .iter()
        .map(|source| blank(CatalogKind::Source, &source.name, &source.title));
    teams.chain(reps).chain(products).chain(sources).collect()
}

/// A stage that open deals are in can't be taken away under them.
fn refuse_homeless_deals(
    write: &mut Write<'_>,
    before: Option<&Process>,
    process: &Process,
) -> Result<()> {
    let mut homeless = write.homeless(process)?;
    homeless.retain(|(stage, _)| fate(before, process, stage) == Fate::Homeless);
    if homeless.is_empty() {
        return Ok(());
    }
    let mut fault = Fault::no("open deals are in stages that the file does not have");
    for (stage, n) in homeless {
        fault = fault.hint(format!(
            "`{}` holds {}",
            crate::text::visible(&stage),
            counted(n, "open deal", "open deals")
        ));
    }
    Err(fault
        .hint("move them first, or keep the stage; nothing was applied")
        .into())
}
