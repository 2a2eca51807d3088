//! `demo`: a workspace with two years of deals, and what salesctl does with it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::command_line::{command_line, program_from};
use super::context::{Context, PROCESS_FILE, STORE_FILE, Status, sound_process};
use super::init::ignore_store;
use super::output::write_file;
use super::process::first_version;
use super::refusal::Refused;
use super::run_typed;
use super::show::counted;
use crate::deal::event::StreamKind;
use crate::demo::{self, World};
use crate::fault::Fault;
use crate::id::Ids;
use crate::process::Process;
use crate::store::{Access, Acting, Moment, Store};

/// What the store of a demo notes: the day it was made for. Nothing without it is ever replaced.
const MARK: &str = "demo";
/// Streams between two flushes, which keep the memory flat.
const FLUSH_EVERY: usize = 100;

/// What the program is called.
const PROGRAM: &str = "salesctl";

const REFUSED: &[&str] = &["deal", "advance", "acme"];
const ACCEPTED: &[&str] = &[
    "deal",
    "advance",
    "acme",
    "--set",
    "value=6k",
    "--next",
    "fri: send quote",
];
const REPORTS: &[&[&str]] = &[
    &["report", "pipeline"],
    &["report", "funnel", "--period", "last 12 months"],
];
/// What to try next: the words, and what they show.
const NEXT: &[(&[&str], &str)] = &[
    (&[], "today's work of Jana Roth"),
    (
        &["deal", "show", "acme"],
        "a deal, and what its gate asks for",
    ),
    (&["undo"], "takes Acme's move back"),
    (
        &["report", "win-rate", "--by", "rep"],
        "who wins, and how sure that is",
    ),
    (
        &["process", "show", "demonstrate"],
        "where most deals get stuck",
    ),
];

/// Make a workspace with two years of deals to try things on, and show what can be done with it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  salesctl demo\n  salesctl demo /tmp/sales --fresh")]
pub(crate) struct Args {
    /// Where
    #[arg(value_name = "DIR", default_value = "salesctl-demo", value_hint = clap::ValueHint::DirPath)]
    folder: PathBuf,
    /// Build it anew; what was done in the demo since is lost
    #[arg(long)]
    fresh: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let folder = &args.folder;
    let made = made_for(cx, folder)?;
    if let (Some(day), false) = (&made, args.fresh) {
        cx.console.say(&format!(
            "{} is a demo already, made for {day}; --fresh builds it anew",
            cx.shown(folder)
        ))?;
    } else {
        build(cx, folder)?;
        let said = "A deal moves through a gate. First it is refused, with everything that is\nmissing at once; then what was missing is given along with the command.";
        cx.console.say(&format!("\n{said}"))?;
        show(cx, folder, REFUSED)?;
        show(cx, folder, ACCEPTED)?;
        cx.console
            .say("\nWhere the open deals are, and how far those of the last year came.")?;
    }
    if !cx.console.quiet {
        for words in REPORTS {
            show(cx, folder, words)?;
        }
    }
    suggest(cx, folder)?;
    Ok(Status::Done)
}

/// The day that the demo in a folder was made for; `None` where there is nothing yet. Whatever else is
/// there is left alone.
fn made_for(cx: &Context, folder: &Path) -> Result<Option<String>> {
    let taken = || {
        Fault::no(format!(
            "`{}` is not empty and is no demo of ours",
            cx.shown(folder)
        ))
        .hint("nothing was changed; name another folder, as in `salesctl demo sales-demo`")
    };
    let store = folder.join(STORE_FILE);
    if !store.exists() {
        let used = match fs::read_dir(folder) {
            Ok(mut entries) => entries.next().is_some(),
            // A file of this name, or a folder that can't be looked into.
            Err(_) => folder.exists(),
        };
        return if used { Err(taken().into()) } else { Ok(None) };
    }
    let day = Store::open(&store, Access::Read, Ids::random())
        .and_then(|store| store.info(MARK))
        .with_context(taken)?;
    day.map(Some).ok_or_else(|| taken().into())
}

/// Makes the workspace, or makes it anew. The store is built aside and put in its place when it is
/// whole, so that there is never half a demo.
fn build(cx: &Context, folder: &Path) -> Result<()> {
    let cannot = || Fault::usage(format!("cannot make the demo in `{}`", cx.shown(folder)));
    let text = demo::process_text();
    let process = sound_process(PROCESS_FILE, &text)?;
    fs::create_dir_all(folder).with_context(cannot)?;
    let aside = tempfile::Builder::new()
        .prefix(".demo-")
        .tempdir_in(folder)
        .with_context(cannot)?;
    let built = aside.path().join(STORE_FILE);
    let world = fill(cx, &built, &process, &text)?;
    write_file(&folder.join(PROCESS_FILE), text.as_bytes(), true)?;
    for leftover in ["sales.db-wal", "sales.db-shm"] {
        let path = folder.join(leftover);
        if path.exists() {
            fs::remove_file(path).with_context(cannot)?;
        }
    }
    fs::rename(&built, folder.join(STORE_FILE)).with_context(cannot)?;
    fs::File::open(folder)?.sync_all()?;
    ignore_store(folder, &folder.join(STORE_FILE))?;
    let shown = cx.shown(folder);
    cx.console.say(&format!(
        "✓ {shown}: a workspace with {} of {}, sold by {}",
        counted(world.deals.len(), "deal", "deals"),
        counted(world.accounts.len(), "account", "accounts"),
        counted(process.reps.len(), "rep", "reps"),
    ))?;
    cx.console.say(&format!(
        "  {PROCESS_FILE}   the sales process: stages, what each asks for and why"
    ))?;
    cx.console.say(&format!(
        "  {STORE_FILE}       two years of what happened, up to yesterday"
    ))
}

/// Writes the store of a demo: the process, then the world that happened under it.
fn fill(cx: &Context, path: &Path, process: &Process, text: &str) -> Result<World> {
    let today = cx.today_in(&process.calendar)?;
    let first = demo::first_day(today);
    let world = demo::world(process, today)?;
    let store = Store::create(path, false, Ids::seeded(demo::SEED + 1))?;
    let acting = Acting {
        actor: "demo".to_string(),
        typed: cx.typed.clone(),
        clock: cx.clock,
        now: process.calendar.noon_of(first),
        today: first,
        dry_run: false,
    };
    store.write(&acting, "setup", |write| {
        write.set_info(MARK, &crate::date::day(today))?;
        first_version(write, process, text, PROCESS_FILE, "first version")?;
        let streams = [
            (StreamKind::Account, &world.accounts),
            (StreamKind::Person, &world.persons),
            (StreamKind::Deal, &world.deals),
        ];
        for (kind, streams) in streams {
            for (n, stream) in streams.iter().enumerate() {
                write.create_as(kind, stream.id)?;
                for dated in &stream.events {
                    let at = Moment {
                        instant: dated.instant,
                        day: dated.day,
                    };
                    write.append(stream.id, at, [dated.event.clone()])?;
                }
                if n % FLUSH_EVERY == 0 {
                    write.flush()?;
                }
            }
        }
        Ok(())
    })?;
    Ok(world)
}

/// Shows a command as it is typed, and what it answers.
fn show(cx: &Context, folder: &Path, words: &[&str]) -> Result<()> {
    cx.console
        .say(&format!("\n$ salesctl {}", command_line(words)))?;
    match run_typed(cx, folder, words) {
        Ok(_) => Ok(()),
        // A refusal is what is to be seen here, so it belongs to the rest.
        Err(error) => match error.downcast::<Refused>() {
            Ok(refused) => cx.console.say(&refused.text),
            Err(error) => Err(error),
        },
    }
}

/// Commands to go on with, which work as they are printed.
fn suggest(cx: &Context, folder: &Path) -> Result<()> {
    let program = program_from(folder);
    let called = if program == PROGRAM {
        String::new()
    } else {
        format!(" ({PROGRAM} is not on your PATH, hence its path)")
    };
    cx.console
        .say(&format!("\nGo on in the demo's folder{called}:\n"))?;
    let lines: Vec<(String, &str)> = NEXT
        .iter()
        .map(|(words, shows)| {
            let typed = format!("{program} {}", command_line(words));
            (typed.trim_end().to_string(), *shows)
        })
        .collect();
    let width = |text: &str| text.chars().count();
    let typed = lines.iter().map(|(typed, _)| width(typed)).max();
    let shows = NEXT.iter().map(|(_, shows)| width(shows)).max();
    let typed = typed.unwrap_or(0);
    let beside = typed + shows.unwrap_or(0) + 7 <= 80;
    cx.console
        .say(&format!("  cd {}", command_line(&[&cx.shown(folder)])))?;
    for (line, shows) in lines {
        cx.console.say(&if beside {
            format!("  {line:<typed$}   # {shows}")
        } else {
            format!("  # {shows}\n  {line}")
        })?;
    }
    Ok(())
}
