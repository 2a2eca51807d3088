//! Where a deal is and where it may go from there, with what is said when it may not.

use anyhow::Result;

use super::decide::Case;
use crate::fault::Fault;
use crate::process::{LOST, Stage, WON};

impl Case<'_> {
    pub(super) fn forward_target(
        &self,
        stage: &Stage,
        to: &str,
        (onward, kind): (&[&str], Option<&str>),
    ) -> Result<String> {
        if onward.contains(&to) {
            return Ok(to.to_string());
        }
        let allowed: Vec<String> = onward.iter().map(|to| (*to).to_string()).collect();
        let fault = self.not_allowed(stage, to, "on to", &allowed);
        let target = self.process.stage(to);
        Err(match target.filter(|target| !target.only.includes(kind)) {
            Some(target) => fault.hint(format!(
                "`{to}` is only for {}; this deal is {}",
                target.only.0.join(", "),
                kind.map_or_else(
                    || "of no customer type".to_string(),
                    |kind| format!("`{kind}`")
                )
            )),
            None => fault,
        }
        .into())
    }

    pub(super) fn not_allowed(
        &self,
        stage: &Stage,
        to: &str,
        way: &str,
        allowed: &[String],
    ) -> Fault {
        let known = to == WON || to == LOST || self.process.stage(to).is_some();
        let mut fault = if known {
            Fault::no(format!("a deal in `{}` can't go {way} `{to}`", stage.name))
        } else {
            let all = self
                .process
                .stages
                .iter()
                .map(|s| s.name.as_str())
                .chain([WON, LOST]);
            let fault = Fault::usage(format!("there is no stage `{to}`"));
            match crate::text::nearest(to, all) {
                Some(near) => fault.hint(format!("did you mean `{near}`?")),
                None => fault,
            }
        };
        fault = fault.hint(if allowed.is_empty() {
            format!("from `{}` it can't go {way} any stage", stage.name)
        } else {
            format!(
                "from `{}` it can go {way}: {}",
                stage.name,
                allowed.join(", ")
            )
        });
        if to == LOST {
            fault = fault.hint("salesctl deal lose DEAL --reason REASON closes it as lost");
        }
        fault
    }

    pub(super) fn current_stage(&self) -> Result<&Stage> {
        self.must_be_open()?;
        let Some(name) = self.deal.stage() else {
            return Err(Fault::no(
                "the deal is in no stage: the file it came from did not tell one",
            )
            .hint(format!(
                "salesctl deal set DEAL stage={} puts it into one",
                self.process
                    .stages
                    .first()
                    .map_or("", |stage| stage.name.as_str())
            ))
            .into());
        };
        self.process.stage(name).ok_or_else(|| {
            let stages: Vec<&str> = self
                .process
                .stages
                .iter()
                .map(|s| s.name.as_str())
                .collect();
            Fault::no(format!("its stage `{name}` is not in the process any more"))
                .hint("salesctl deal set DEAL stage=STAGE puts it into another")
                .hint(format!("the stages now are: {}", stages.join(", ")))
                .into()
        })
    }

    pub(super) fn must_be_open(&self) -> Result<()> {
        if self.deal.state.is_open() {
            return Ok(());
        }
        Err(Fault::no(format!(
            "the deal is {} since {}",
            self.deal.state.name(),
            self.deal.closed.map_or_else(
                || "an unknown date".to_string(),
                |closed| closed.to_string()
            )
        ))
        .hint(format!(
            "salesctl deal reopen {} opens it again",
            self.deal.id
        ))
        .into())
    }
}
