//! Targets that are missed, or behind their pace.

use anyhow::Result;

use super::{ERROR, Finding, WARNING};
use crate::cli::command_line::quoted;
use crate::cli::report::targets::MOST;
use crate::cli::session::Session;
use crate::fault::Fault;
use crate::process::{Whose, in_force};
use crate::report::{Ask, judge, target_needs};
use crate::text::visible;

pub(super) fn missed(session: &Session<'_>) -> Result<Vec<Finding>> {
    let process = &session.process;
    let targets = crate::cli::target::all(session, session.today)?;
    let running = in_force(&targets, None, session.today, process.fiscal_month, MOST);
    let running = running.unwrap_or_default();
    if running.is_empty() {
        return Ok(Vec::new());
    }
    let needs = target_needs(process, &running);
    let book = session.store.book(process, session.today, &needs)?;
    let judged = judge(process, &book, &running, &Ask::default()).map_err(Fault::usage)?;
    let found = judged.lines.iter().filter_map(|line| {
        let level = if line.standing.alarm()? {
            ERROR
        } else {
            WARNING
        };
        Some(Finding {
            level,
            check: "target".to_string(),
            subject: visible(line.target.whose.name()),
            n: line.figure.n.max(0.0) as u64,
            message: line.in_words(process),
            command: match &line.target.whose {
                Whose::Rep(name) => format!("salesctl report targets --rep {}", quoted(name)),
                Whose::Team(name) => format!("salesctl report targets --team {}", quoted(name)),
                Whose::Company | Whose::Product(_) => "salesctl report targets".to_string(),
            },
        })
    });
    Ok(found.collect())
}
