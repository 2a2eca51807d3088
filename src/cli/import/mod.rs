//! Imports
use super::context::{Context, Status};
use anyhow::Result;
/// Bring deals in
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// deals
    Deals,
}
pub(crate) fn run(_args: &Command, _cx: &Context) -> Result<Status> {
    Ok(Status::Done)
}
