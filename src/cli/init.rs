//! `init`: a workspace of one's own.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::context::{Context, PROCESS_FILE, STORE_FILE, Status, sound_process};
use super::output::write_source;
use super::process::apply_first;
use crate::fault::{Class, Fault};
use crate::process::{Process, extended, template};
use crate::store::{Acting, Store};

/// What git should not keep: the store is data, not source.
const IGNORED: [&str; 2] = ["/backups/", "*.rejects.csv"];

/// Start a workspace: a process file to make your own, and an empty store that enforces it
///
/// The process is one of the templates, or a copy of the file that --process names; one that is in the folder already
/// stays as it is.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl init\n  salesctl init sales --template enterprise\n  salesctl init sales --process drafted.toml"
)]
pub(crate) struct Args {
    /// Where [default: this folder]
    #[arg(value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    folder: Option<PathBuf>,
    /// The process to begin with: consultative, transactional or enterprise [default: consultative]
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
    /// Share the store with the folder's group on this host (mode 0660; the folder wants the setgid bit)
    #[arg(long)]
    shared_group: bool,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let folder = args.folder.clone().unwrap_or_else(|| PathBuf::from("."));
    let path = folder.join(PROCESS_FILE);
    let is_new = !path.exists();
    let (text, which) = if is_new {
        first_text(args, cx)?
    } else {
        (super::process::read_whole(cx, &path)?, "the".to_string())
    };
    let process = sound_process(&cx.shown(&path), &text)?;
    let store_path = match (&cx.globals.store, &process.settings.store) {
        (Some(named), _) => named.clone(),
        (None, Some(named)) => folder.join(named),
        (None, None) => folder.join(STORE_FILE),
    };
    refuse_to_overwrite(args, cx, &path, &store_path)?;
    fs::create_dir_all(&folder)
        .with_context(|| Fault::usage(format!("cannot make the folder `{}`", folder.display())))?;
    if is_new {
        write_source(&path, &text, false)?;
    }
    let made = new_store(cx, &store_path, &process, &text, args.shared_group);
    if let Err(error) = made {
        if is_new {
            // Half a workspace would refuse the next try.
            let _ = fs::remove_file(&path);
        }
        return Err(error);
    }
    let ignored = ignore_store(&folder, &store_path)?;
    cx.console.say_wrapped(&format!(
        "✓ {which} sales process in {}, applied as version 1 to {}",
        cx.shown(&path),
        cx.shown(&store_path)
    ))?;
    if let Some(named) = cx.globals.process.as_ref().filter(|_| is_new) {
        cx.console.say(&format!(
            "  a copy of {}: from now on the one that counts",
            cx.shown(named)
        ))?;
    }
    if ignored {
        cx.console.say(&format!(
            "  {} keeps the store out of git",
            cx.shown(&folder.join(".gitignore"))
        ))?;
    }
    if args.shared_group {
        share_note(cx, &folder)?;
    }
    say_next(cx, &folder)?;
    Ok(Status::Done)
}

/// What the process of a new workspace begins as, and what it is called: a copy of the file that `--process` names, or
/// a template.
fn first_text(args: &Args, cx: &Context) -> Result<(String, String)> {
    let Some(named) = &cx.globals.process else {
        let template = args.template.as_deref().unwrap_or("consultative");
        return Ok((
            template_text(template)?.to_string(),
            format!("the {template}"),
        ));
    };
    if args.template.is_some() {
        return Err(
            Fault::usage("--template and --process both name what to begin with")
                .hint("give one of them")
                .into(),
        );
    }
    let text = super::process::read_whole(cx, named)?;
    let under = extended(&text);
    if !under.is_empty() {
        // A copy elsewhere would not find the files it rests on.
        return Err(Fault::usage(format!(
            "`{}` extends {}, which a copy of it alone would not have beside it",
            cx.shown(named),
            under.join(", ")
        ))
        .hint(format!("copy all of them to the new folder, the first as {PROCESS_FILE}; then salesctl init makes its store"))
        .into());
    }
    Ok((text, "the".to_string()))
}

/// A store is never overwritten, nor is a process file; one that is there already, as in a fresh clone
/// of its repository, gets a store.
fn refuse_to_overwrite(args: &Args, cx: &Context, process: &Path, store: &Path) -> Result<()> {
    let exists = |path: &Path| Fault::no(format!("`{}` exists already", cx.shown(path)));
    if store.exists() {
        return Err(exists(store)
            .hint("init never overwrites: name another folder, as in `salesctl init sales`")
            .into());
    }
    let other = cx.globals.process.as_ref().filter(|named| {
        let same = named.canonicalize().ok().zip(process.canonicalize().ok());
        same.is_none_or(|(named, process)| named != process)
    });
    if process.exists() && (args.template.is_some() || other.is_some()) {
        return Err(exists(process)
            .hint("without --template and --process, init makes a store for the process that is there")
            .hint("or name another folder, as in `salesctl init sales`")
            .into());
    }
    Ok(())
}

fn say_next(cx: &Context, folder: &Path) -> Result<()> {
    let shown = cx.shown(folder);
    cx.console.say("next:")?;
    if shown != "." && !shown.is_empty() {
        cx.console.say(&format!("  cd {shown}"))?;
    }
    for next in [
        "salesctl process show                        the way a deal goes, and why",
        "salesctl catalog add rep YOU --title \"Your Name\" --login LOGIN",
        "salesctl deal add \"Acme GmbH\" --value 12k     the first deal",
    ] {
        cx.console.say(&format!("  {next}"))?;
    }
    Ok(())
}

/// Makes the store of a new workspace and applies its first process version.
fn new_store(cx: &Context, path: &Path, process: &Process, text: &str, shared: bool) -> Result<()> {
    let store = Store::create(path, shared, Context::ids())?;
    let today = cx.today_in(&process.calendar)?;
    let acting = Acting {
        actor: cx.actor(process.settings.user.as_deref()),
        typed: cx.typed.clone(),
        clock: cx.clock,
        now: process.calendar.noon_of(today).min(cx.clock),
        today,
        dry_run: false,
    };
    let applied = apply_first(
        &store,
        &acting,
        process,
        text,
        Path::new(PROCESS_FILE),
        "first version",
    );
    if applied.is_err() {
        drop(store);
        let _ = fs::remove_file(path);
    }
    applied
}

/// Adds the store to `.gitignore`; `false` when it stood there already.
pub(crate) fn ignore_store(folder: &Path, store: &Path) -> Result<bool> {
    let path = folder.join(".gitignore");
    let before = fs::read_to_string(&path).unwrap_or_default();
    let name = store.file_name().unwrap_or_default().to_string_lossy();
    let missing: Vec<String> = std::iter::once(format!("/{name}*"))
        .chain(IGNORED.map(str::to_string))
        .filter(|line| !before.lines().any(|known| known.trim() == *line))
        .collect();
    if missing.is_empty() {
        return Ok(false);
    }
    let newline = if before.is_empty() || before.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    write_source(
        &path,
        &format!("{before}{newline}{}\n", missing.join("\n")),
        true,
    )?;
    Ok(true)
}

fn template_text(name: &str) -> Result<&'static str> {
    template::text(name)
        .ok_or_else(|| Fault::unknown(Class::Usage, "template", name, template::names()).into())
}

fn share_note(cx: &Context, folder: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(folder)?.permissions().mode();
    if mode & 0o2000 == 0 {
        cx.console.note(&format!(
            "note: the folder has no setgid bit, so new files get your own group: chmod g+s {}",
            cx.shown(folder)
        ));
    }
    Ok(())
}
