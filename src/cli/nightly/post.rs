//! The mail of a night: to whom, from whom, and what takes it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Result;

use super::super::output::write_file;
use super::super::session::Session;
use crate::fault::Fault;
use crate::render::{self, Section};

#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Mail")]
pub(super) struct PostArgs {
    /// Mail the page to this address; may be given several times
    #[arg(long, value_name = "ADDRESS")]
    mail_to: Vec<String>,
    /// Who the mail is from [default: the first address it goes to]
    #[arg(long, value_name = "ADDRESS", requires = "mail_to")]
    mail_from: Option<String>,
    /// The program that takes the mail on its standard input, called as `PROGRAM -i ADDRESS…`
    #[arg(long, value_name = "PROGRAM", requires = "mail_to", value_hint = clap::ValueHint::ExecutablePath)]
    sendmail: Option<PathBuf>,
    /// Write the mail to this file instead
    #[arg(long, value_name = "FILE", requires = "mail_to", conflicts_with = "sendmail", value_hint = clap::ValueHint::FilePath)]
    pub(super) mail_file: Option<PathBuf>,
    /// Mail it although it went out today already
    #[arg(long, requires = "mail_to")]
    pub(super) again: bool,
}

/// A mail that can be sent.
pub(super) struct Letter {
    pub(super) to: Vec<render::Address>,
    from: render::Address,
    way: Way,
}

enum Way {
    Program(PathBuf),
    File(PathBuf),
}

impl PostArgs {
    /// What was asked for, checked before anything is done; nothing when no mail is.
    pub(super) fn letter(&self) -> Result<Option<Letter>> {
        if self.mail_to.is_empty() {
            return Ok(None);
        }
        let address = |flag: &str, typed: &String| {
            typed
                .parse::<render::Address>()
                .map_err(|problem| Fault::usage(format!("{flag}: {problem}")))
        };
        let to = self
            .mail_to
            .iter()
            .map(|typed| address("--mail-to", typed))
            .collect::<Result<Vec<_>, _>>()?;
        let from = match (&self.mail_from, to.first()) {
            (Some(typed), _) => address("--mail-from", typed)?,
            (None, Some(first)) => first.clone(),
            (None, None) => return Ok(None),
        };
        let way = match (&self.sendmail, &self.mail_file) {
            (Some(program), _) => Way::Program(program.clone()),
            (None, Some(file)) => Way::File(file.clone()),
            (None, None) => {
                return Err(Fault::usage("--mail-to: nothing takes the mail")
                    .hint("--sendmail /usr/sbin/sendmail hands it over, --mail-file FILE writes it")
                    .into());
            }
        };
        Ok(Some(Letter { to, from, way }))
    }
}

impl Letter {
    /// Hands the whole message over; the program's failure is ours, with what it said.
    pub(super) fn send(
        &self,
        session: &Session<'_>,
        title: &str,
        sections: &[Section],
    ) -> Result<()> {
        let id = format!(
            "salesctl.{}.{}",
            session.today,
            session.now.timestamp_millis()
        );
        let head = render::Letterhead {
            from: &self.from,
            to: &self.to,
            subject: title,
            date: session.now,
            id: &id,
        };
        let message = render::message(&head, sections)?;
        match &self.way {
            Way::File(path) => write_file(path, &message, true),
            Way::Program(program) => self.hand_over(program, &message),
        }
    }

    fn hand_over(&self, program: &Path, message: &[u8]) -> Result<()> {
        let failed = |what: String| {
            Fault::store(format!(
                "the mail was not sent: `{}` {what}",
                program.display()
            ))
            .hint("the snapshot and the pages of the night are kept; the next run mails it")
        };
        let mut child = Command::new(program)
            .arg("-i")
            .args(self.to.iter().map(render::Address::mailbox))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| failed(format!("could not be started: {error}")))?;
        // A program that ends before it has read all is told by how it ends.
        if let Some(mut input) = child.stdin.take() {
            let _ = input.write_all(message);
        }
        let output = child
            .wait_with_output()
            .map_err(|error| failed(format!("was lost: {error}")))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().next().unwrap_or_default();
        Err(failed(format!("ended with {}: {said}", output.status)).into())
    }
}
