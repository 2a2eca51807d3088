//! `demo`
use super::context::{Context, Status};
use anyhow::Result;
/// Make a workspace to try things on
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}
pub(crate) fn run(_args: &Args, _cx: &Context) -> Result<Status> {
    Ok(Status::Done)
}
