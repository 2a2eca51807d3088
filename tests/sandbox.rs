//! The built program in a folder of its own: a clean environment, a clock that stands at one minute
//! per command, seeded ids, a fixed width. What it prints is the same on every machine and every day.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

pub(crate) const TODAY: &str = "2026-11-21";
/// The account that acts when a test names nobody.
pub(crate) const USER: &str = "jr";

/// A workspace of one test. The folder goes when the value does.
pub(crate) struct Sandbox {
    root: TempDir,
    /// Where commands run: `work` in the root, or where a session went from there.
    folder: PathBuf,
    on_path: bool,
    commands: u32,
}

/// What a command came to.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// `None` when a signal ended it.
    pub(crate) code: Option<i32>,
}

impl Ran {
    /// What it printed, when it ended with this code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "\n{self}");
        self
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        self.exits(0)
    }

    #[track_caller]
    pub(crate) fn says(self, part: &str) -> Self {
        assert!(self.stdout.contains(part), "stdout lacks `{part}`\n{self}");
        self
    }

    #[track_caller]
    pub(crate) fn warns(self, part: &str) -> Self {
        assert!(self.stderr.contains(part), "stderr lacks `{part}`\n{self}");
        self
    }

    /// Nothing that would make a terminal do something reached it.
    #[track_caller]
    pub(crate) fn shows_safely(self) -> Self {
        let safe = |text: &str| text.chars().all(|c| c == '\n' || !c.is_control());
        assert!(safe(&self.stdout) && safe(&self.stderr), "\n{self:?}");
        self
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{self}"))
    }
}

/// One block: stdout as it is, stderr behind `! `, the exit code when it is not 0.
impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.stdout.lines() {
            writeln!(f, "{line}")?;
        }
        for line in self.stderr.lines() {
            writeln!(f, "{}", format!("! {line}").trim_end())?;
        }
        match self.code {
            Some(0) => Ok(()),
            Some(code) => writeln!(f, "[exit {code}]"),
            None => writeln!(f, "[ended by a signal]"),
        }
    }
}

impl fmt::Debug for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}\n{:?}\n{:?}", self.stdout, self.stderr, self.code)
    }
}

impl Sandbox {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        for folder in ["home", "work"] {
            fs::create_dir(root.path().join(folder)).expect("a folder");
        }
        Self {
            folder: root.path().join("work"),
            root,
            on_path: true,
            commands: 0,
        }
    }

    /// An empty folder, in which a shell does not find the program.
    pub(crate) fn off_path() -> Self {
        Self {
            on_path: false,
            ..Self::empty()
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs one line of a session: what it printed, stdout and stderr together, and its exit code.
    pub(crate) fn line(&mut self, line: &str) -> (String, i32) {
        if let Some(folder) = line.strip_prefix("cd ") {
            self.folder = self.folder.join(folder.trim());
            assert!(self.folder.is_dir(), "`{line}`: no such folder");
            return (String::new(), 0);
        }
        let mut command = self.command("/bin/sh");
        let output = command
            .arg("-c")
            .arg(format!("exec 2>&1; {line}"))
            .stdin(Stdio::null())
            .output()
            .expect("a shell");
        let printed = String::from_utf8(output.stdout).expect("text");
        (printed, output.status.code().unwrap_or(-1))
    }

    /// A workspace with the consultative process, two teams, three reps and a product.
    pub(crate) fn workspace() -> Self {
        let mut sandbox = Self::empty();
        sandbox.sh("salesctl init").ok();
        sandbox
            .sh("salesctl catalog add team north --title North && salesctl catalog add team south --title South")
            .ok();
        sandbox
            .sh("salesctl catalog add rep jr --title 'Jana Roth' --team north --login jr")
            .ok();
        sandbox
            .sh("salesctl catalog add rep ab --title 'Amir Baran' --team south --login ab")
            .ok();
        sandbox
            .sh("salesctl catalog add product starter --title Starter --price 6000")
            .ok();
        sandbox
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join("work").join(name)
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.path("sales.db")
    }

    #[track_caller]
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).expect("written");
    }

    /// Runs the program with these arguments.
    pub(crate) fn run(&mut self, arguments: &[&str]) -> Ran {
        let mut command = self.command(env!("CARGO_BIN_EXE_salesctl"));
        command.args(arguments);
        self.finished(command.stdin(Stdio::null()).output().expect("it runs"))
    }

    /// Runs one line as a shell would, with the program on the path.
    pub(crate) fn sh(&mut self, line: &str) -> Ran {
        let mut command = self.command("/bin/sh");
        command.arg("-c").arg(line);
        self.finished(command.stdin(Stdio::null()).output().expect("it runs"))
    }

    /// A command in the workspace's folder, in the hermetic environment, for a test that starts it itself.
    pub(crate) fn command(&mut self, program: &str) -> Command {
        self.commands += 1;
        let home = self.root.path().join("home");
        let binary = Path::new(env!("CARGO_BIN_EXE_salesctl"));
        let folder = binary.parent().expect("a folder").display();
        let path = if self.on_path {
            format!("{folder}:/usr/bin:/bin")
        } else {
            "/usr/bin:/bin".to_string()
        };
        let mut command = Command::new(program);
        command
            .current_dir(&self.folder)
            .env_clear()
            .env("PATH", path)
            .env("HOME", &home)
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_STATE_HOME", home.join("state"))
            .env("LANG", "C.UTF-8")
            .env("TZ", "UTC")
            .env("COLUMNS", "80")
            .env("SALESCTL_USER", USER)
            .env("SALESCTL_TODAY", TODAY)
            .env("SALESCTL_SEED", self.commands.to_string())
            .env(
                "SALESCTL_CLOCK",
                format!(
                    "{TODAY}T{:02}:{:02}:00Z",
                    9 + self.commands / 60,
                    self.commands % 60
                ),
            );
        command
    }

    /// Text in which only the folder differs from run to run.
    fn finished(&self, output: Output) -> Ran {
        let root = self.root.path().join("work").display().to_string();
        let text = |bytes: Vec<u8>| {
            String::from_utf8(bytes)
                .expect("UTF-8")
                .replace(&root, "[ROOT]")
        };
        Ran {
            stdout: text(output.stdout),
            stderr: text(output.stderr),
            code: output.status.code(),
        }
    }
}
