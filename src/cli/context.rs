//! What every command starts from: the workspace, the clock, who acts. The only place that reads the
//! environment (but for `command_line`) and the clock.

use std::cell::OnceCell;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;

use super::command_line::{command_line, typed};
use super::output::{Color, Console};
use crate::date::{Direction, parse_day};
use crate::fault::Fault;
use crate::id::Ids;
use crate::process::{self, Process};
use crate::store::{Access, Store};

pub(crate) const PROCESS_FILE: &str = "process.toml";
pub(crate) const STORE_FILE: &str = "sales.db";

/// Options that every command takes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Globals {
    /// The process file [default: process.toml of the workspace]
    #[arg(long, global = true, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) process: Option<PathBuf>,
    /// The store [default: sales.db of the workspace]
    #[arg(long, global = true, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) store: Option<PathBuf>,
    /// Who acts [default: the login name]
    #[arg(long = "as", global = true, value_name = "NAME")]
    pub(crate) actor: Option<String>,
    /// Act as if today were this date
    #[arg(long, global = true, value_name = "DATE")]
    pub(crate) today: Option<String>,
    /// Say nothing on success
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// When to colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
}

/// How a command ended, when it could do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Done, or yes: exit code 0.
    Done,
    /// The answer is no: exit code 1.
    No,
    /// An input file can't be used, as was shown: exit code 3.
    Unusable,
}

/// A value, and where it came from.
#[derive(Clone, Debug)]
pub(crate) struct Settled<T> {
    pub(crate) value: T,
    pub(crate) from: &'static str,
}

impl<T> Settled<T> {
    fn new(value: T, from: &'static str) -> Self {
        Self { value, from }
    }
}

/// What is known before a store is opened.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) globals: Globals,
    pub(crate) console: Console,
    /// The real clock.
    pub(crate) clock: DateTime<Utc>,
    folder: PathBuf,
    /// What was typed, without the options that every command takes.
    pub(crate) typed: String,
    /// The workspace of the user's config, read when it is first asked for.
    named: OnceCell<Option<String>>,
}

impl Context {
    pub(crate) fn new(globals: &Globals) -> Result<Self> {
        Ok(Self {
            console: Console::new(globals.color, globals.quiet),
            globals: globals.clone(),
            clock: now(),
            folder: env::current_dir().context("the current folder can't be read")?,
            typed: typed(),
            named: OnceCell::new(),
        })
    }

    /// The same, as if `words` had been typed in the workspace `folder`, whatever the environment
    /// names as the workspace.
    pub(crate) fn within(&self, folder: &Path, words: &[&str]) -> Self {
        let mut globals = self.globals.clone();
        globals.process = Some(folder.join(PROCESS_FILE));
        globals.store = Some(folder.join(STORE_FILE));
        Self {
            console: Console::new(globals.color, globals.quiet),
            globals,
            clock: self.clock,
            folder: folder.to_path_buf(),
            typed: command_line(words),
            named: OnceCell::new(),
        }
    }

    /// The workspace: the nearest folder upwards that holds a process file or a store, else the one
    /// that the user's config names.
    pub(crate) fn workspace(&self) -> Option<PathBuf> {
        self.settled_workspace().map(|settled| settled.value)
    }

    fn settled_workspace(&self) -> Option<Settled<PathBuf>> {
        let holds = |folder: &&Path| {
            folder.join(PROCESS_FILE).is_file() || folder.join(STORE_FILE).is_file()
        };
        let here = self.folder.ancestors().find(holds);
        here.map(|folder| Settled::new(folder.to_path_buf(), "workspace"))
            .or_else(|| {
                self.default_workspace()
                    .map(|folder| Settled::new(folder, "user config"))
            })
    }

    /// Where the process file is expected; `None` outside of a workspace.
    pub(crate) fn process_path(&self) -> Option<PathBuf> {
        self.settled_process().map(|settled| settled.value)
    }

    /// Where the store is expected; `None` outside of a workspace.
    pub(crate) fn store_path(&self) -> Option<PathBuf> {
        self.settled_store().map(|settled| settled.value)
    }

    /// Flags before environment before the workspace before the user's config.
    pub(crate) fn settled_process(&self) -> Option<Settled<PathBuf>> {
        if let Some(named) = &self.globals.process {
            return Some(Settled::new(named.clone(), "flag"));
        }
        self.usual_process()
    }

    /// The process file of commands that name none.
    pub(crate) fn usual_process(&self) -> Option<Settled<PathBuf>> {
        if let Some(named) = variable("SALESCTL_PROCESS") {
            return Some(Settled::new(PathBuf::from(named), "environment"));
        }
        let workspace = self.settled_workspace()?;
        Some(Settled::new(
            workspace.value.join(PROCESS_FILE),
            workspace.from,
        ))
    }

    pub(crate) fn settled_store(&self) -> Option<Settled<PathBuf>> {
        if let Some(named) = &self.globals.store {
            return Some(Settled::new(named.clone(), "flag"));
        }
        if let Some(named) = variable("SALESCTL_STORE") {
            return Some(Settled::new(PathBuf::from(named), "environment"));
        }
        let workspace = self.settled_workspace()?;
        let named = self.settings_of_file().and_then(|settings| settings.store);
        let file = named.unwrap_or_else(|| STORE_FILE.to_string());
        Some(Settled::new(workspace.value.join(file), workspace.from))
    }

    /// The workspace that the user's config names; a config that can't be used is said once.
    fn default_workspace(&self) -> Option<PathBuf> {
        let named = self.named.get_or_init(|| {
            let path = variable("XDG_CONFIG_HOME")
                .map(PathBuf::from)
                .or_else(|| variable("HOME").map(|home| PathBuf::from(home).join(".config")))?
                .join("salesctl/config.toml");
            let text = fs::read_to_string(&path).ok()?;
            process::workspace_of_config(&text).unwrap_or_else(|problem| {
                let path = self.shown(&path);
                self.console
                    .warn(&format!("warning: {path} is ignored: {problem}"));
                None
            })
        });
        named.as_ref().map(PathBuf::from)
    }

    /// A path as a person would type it from here.
    pub(crate) fn shown(&self, path: &Path) -> String {
        let relative = path.strip_prefix(&self.folder).unwrap_or(path);
        let relative = match relative.strip_prefix(".") {
            Ok(plain) if plain != Path::new("") => plain,
            _ => relative,
        };
        crate::text::visible(&relative.display().to_string())
    }

    pub(crate) fn ids() -> Ids {
        match variable("SALESCTL_SEED").and_then(|seed| seed.parse().ok()) {
            Some(seed) => Ids::seeded(seed),
            None => Ids::random(),
        }
    }

    /// The business date.
    pub(crate) fn today_in(&self, calendar: &process::Calendar) -> Result<NaiveDate> {
        Ok(self.settled_today(calendar)?.value)
    }

    pub(crate) fn settled_today(&self, calendar: &process::Calendar) -> Result<Settled<NaiveDate>> {
        let real = calendar.date_of(self.clock);
        let (typed, from) = match (&self.globals.today, variable("SALESCTL_TODAY")) {
            (Some(typed), _) => (typed.clone(), "flag"),
            (None, Some(typed)) => (typed, "environment"),
            (None, None) => return Ok(Settled::new(real, "clock")),
        };
        let day = parse_day(&typed, real, Direction::Back)
            .map_err(|problem| Fault::usage(format!("--today: {problem}")))?;
        Ok(Settled::new(day, from))
    }

    pub(crate) fn actor(&self, settings_user: Option<&str>) -> String {
        self.settled_actor(settings_user).value
    }

    pub(crate) fn settled_actor(&self, settings_user: Option<&str>) -> Settled<String> {
        if let Some(named) = &self.globals.actor {
            return Settled::new(named.clone(), "flag");
        }
        if let Some(named) = variable("SALESCTL_USER") {
            return Settled::new(named, "environment");
        }
        if let Some(named) = settings_user {
            return Settled::new(named.to_string(), "workspace");
        }
        let login = variable("LOGNAME").or_else(|| variable("USER"));
        Settled::new(
            login.unwrap_or_else(|| format!("uid-{}", rustix::process::getuid().as_raw())),
            "login",
        )
    }

    pub(crate) fn open_store(&self, access: Access) -> Result<Store> {
        let path = self.store_path().ok_or_else(no_workspace)?;
        Store::open(&path, access, Self::ids())
    }

    /// The working time of the process file, for what is shown without a store.
    pub(crate) fn calendar_of_file(&self) -> process::Calendar {
        self.process_path()
            .and_then(|path| super::process::read_whole(self, &path).ok())
            .and_then(|text| process::check(PROCESS_FILE, &text).process)
            .map(|process| process.calendar)
            .unwrap_or_default()
    }

    pub(crate) fn settings_of_file(&self) -> Option<process::Settings> {
        let path = self.process_path()?;
        let text = super::process::read_whole(self, &path).ok()?;
        // Cheap for the many workspaces that have no such table.
        if !text.contains("[settings]") {
            return None;
        }
        process::check(PROCESS_FILE, &text)
            .process
            .map(|process| process.settings)
    }
}

/// A process from a text that must be sound.
pub(crate) fn sound_process(label: &str, text: &str) -> Result<Process> {
    let checked = process::check(label, text);
    checked.process.ok_or_else(|| {
        let errors = checked
            .problems
            .iter()
            .filter(|problem| problem.level == process::Level::Error)
            .count();
        Fault::input(format!(
            "{label} has {}",
            super::show::counted(errors, "error", "errors")
        ))
        .hint("salesctl process check shows them all; salesctl process apply puts a mended file in force")
        .into()
    })
}

pub(crate) fn no_workspace() -> anyhow::Error {
    Fault::usage(
        "there is no workspace here: no process.toml and no sales.db in this folder or above it",
    )
    .hint("salesctl init starts one here")
    .hint("salesctl demo makes one with two years of deals to try things on")
    .into()
}

/// An environment variable that is set to something.
pub(crate) fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Where small things are remembered between commands that are not worth an event.
pub(crate) fn state_folder() -> Option<PathBuf> {
    variable("XDG_STATE_HOME")
        .map(PathBuf::from)
        .or_else(|| variable("HOME").map(|home| PathBuf::from(home).join(".local/state")))
        .map(|folder| folder.join("salesctl"))
}

/// `SALESCTL_CLOCK` stops the clock at an RFC 3339 instant, so that a transcript reads the same tomorrow.
#[allow(clippy::disallowed_methods)] // the one clock of the program
fn now() -> DateTime<Utc> {
    variable("SALESCTL_CLOCK")
        .and_then(|instant| instant.parse().ok())
        .unwrap_or_else(Utc::now)
}
