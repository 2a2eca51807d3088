//! What one row of a file of deals tells: where the deal stands, when what happened, what it is worth.

use chrono::NaiveDate;

use super::map::{Bound, Section, name_key};
use super::plan::Context;
use super::read::Row;
use super::values;
use crate::deal::event::Amount;
use crate::process::{LOST, WON};

/// Reads rows of one file; changes nothing.
#[derive(Debug)]
pub(super) struct Telling<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) section: &'a Section,
    pub(super) bound: Bound,
}

/// What a row says about where the deal stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Told {
    Nothing,
    Open,
    Stage(String),
    Won,
    Lost,
}

impl Told {
    /// A lost deal with 0 in its value column brought nothing in; what it was about is not told.
    pub(super) fn is_worth(&self, value: Amount) -> bool {
        *self != Self::Lost || value.minor != 0
    }
}

pub(super) struct Dates {
    pub(super) opened: Option<NaiveDate>,
    pub(super) closed: Option<NaiveDate>,
    pub(super) expected: Option<NaiveDate>,
    /// Since when its value is known.
    pub(super) valued: Option<NaiveDate>,
    pub(super) entered: Vec<(String, NaiveDate)>,
}

impl Telling<'_> {
    /// Whether and how it ended, and the stage it is in or ended in.
    pub(super) fn standing(&self, row: &Row) -> Result<(Told, Option<String>), String> {
        let stage = match self.bound.text("stage", row) {
            Some(text) => self.stage(text)?,
            None => Told::Nothing,
        };
        let outcome = match self.bound.text("outcome", row) {
            Some(text) => self.outcome(text)?,
            None if self.bound.has("outcome") => Told::Open,
            None => Told::Nothing,
        };
        match (stage, outcome) {
            (Told::Stage(stage), Told::Nothing | Told::Open) => Ok((Told::Open, Some(stage))),
            (Told::Stage(stage), ended) => Ok((ended, Some(stage))),
            (ended @ (Told::Won | Told::Lost), Told::Nothing) => Ok((ended, None)),
            (told, outcome) if told == outcome => Ok((outcome, None)),
            (Told::Won | Told::Lost, outcome) => {
                let told = |told| if told == Told::Won { WON } else { LOST };
                let other = if outcome == Told::Open {
                    "open"
                } else {
                    told(outcome)
                };
                Err(format!("its stage is an end, its outcome is {other}"))
            }
            (_, outcome) => Ok((outcome, None)),
        }
    }

    fn stage(&self, text: &str) -> Result<Told, String> {
        Ok(
            match values::stage(self.context.process, self.context.mapping, text)?.as_deref() {
                None => Told::Nothing,
                Some(WON) => Told::Won,
                Some(LOST) => Told::Lost,
                Some(name) => Told::Stage(name.to_string()),
            },
        )
    }

    fn outcome(&self, text: &str) -> Result<Told, String> {
        let key = name_key(text);
        let process = self.context.process;
        let name = match self.context.mapping.value("outcome", text) {
            Some(name) => name,
            None if key == name_key(&process.won_title) => WON,
            None if key == name_key(&process.lost_title) => LOST,
            None => &key,
        };
        match name {
            WON => Ok(Told::Won),
            LOST => Ok(Told::Lost),
            "open" | "" => Ok(Told::Open),
            _ => Err(values::unknown(
                "outcome",
                text,
                [WON, LOST, "open"].into_iter(),
            )),
        }
    }

    pub(super) fn value(&self, row: &Row) -> Result<Option<Amount>, String> {
        let text = |key| self.bound.text(key, row);
        let (process, formats) = (self.context.process, &self.section.formats);
        values::value(process, formats, text("value"), text("currency"))
    }

    /// When it was opened, if that can be read.
    pub(super) fn opened(&self, row: &Row) -> Option<NaiveDate> {
        let text = self.bound.text("opened", row)?;
        values::date(text, &self.section.formats).ok()
    }

    pub(super) fn dates(&self, row: &Row, closed_deal: bool, reasons: &mut Vec<String>) -> Dates {
        let today = self.context.today;
        let read = |what: &str, text: Option<&str>, may_come: bool, reasons: &mut Vec<String>| {
            let date = note(
                reasons,
                values::date(text?, &self.section.formats).map_err(|p| format!("{what} {p}")),
            )?;
            if date > today && !may_come {
                reasons.push(format!("{what} {date} is after today, {today}"));
            }
            Some(date)
        };
        let opened = read("opened", self.bound.text("opened", row), false, reasons);
        let closed = read(
            "closed",
            self.bound.text("closed", row),
            !closed_deal,
            reasons,
        );
        let expected = read(
            "expected_close",
            self.bound.text("expected_close", row),
            true,
            reasons,
        );
        let valued = read(
            "value_since",
            self.bound.text("value_since", row),
            false,
            reasons,
        );
        let ended = closed.filter(|_| closed_deal);
        if let (Some(opened), Some(closed)) = (opened, ended)
            && closed < opened
        {
            reasons.push(format!("closed {closed} before it was opened {opened}"));
        }
        let mut entered = Vec::new();
        for (stage, slot) in &self.bound.entered {
            let text = Some(slot.of(row)).filter(|text| !text.is_empty());
            let Some(date) = read(&format!("entered.{stage}"), text, false, reasons) else {
                continue;
            };
            if opened.is_some_and(|opened| date < opened) {
                reasons.push(format!("entered {stage} {date} before it was opened"));
            }
            if ended.is_some_and(|closed| date > closed) {
                reasons.push(format!("entered {stage} {date} after it was closed"));
            }
            entered.push((stage.clone(), date));
        }
        Dates {
            opened,
            closed,
            expected,
            valued,
            entered,
        }
    }

    /// Stages in the order of their dates, of one day in selling order; where the deal is comes last.
    pub(super) fn stages(
        &self,
        dates: &Dates,
        current: Option<String>,
    ) -> Vec<(String, Option<NaiveDate>)> {
        let mut entered = dates.entered.clone();
        entered.sort_by_key(|(stage, date)| (*date, self.context.process.stage_index(stage)));
        let last = entered.last().map(|(stage, _)| stage.clone());
        let mut stages: Vec<_> = entered
            .into_iter()
            .map(|(stage, date)| (stage, Some(date)))
            .collect();
        if let Some(current) = current
            && last.as_ref() != Some(&current)
        {
            stages.push((current, None));
        }
        stages
    }
}

/// Keeps a value, or the reason why there is none.
pub(super) fn note<T>(reasons: &mut Vec<String>, result: Result<T, String>) -> Option<T> {
    result.map_err(|reason| reasons.push(reason)).ok()
}
