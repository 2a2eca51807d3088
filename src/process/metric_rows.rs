//! The sets of rows that metrics count: one table, which the reader checks against and `--explain` reads out.

use super::metric::{ACTIVITY_KINDS, HORIZONS, Number};

/// A set of rows, each with the date that says into which period it falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    Opened,
    Won,
    Lost,
    Closed,
    Open,
    Expected,
    UnderWay,
    Entered,
    Advanced,
    LostAt,
    Visits,
    Gates,
    Overrides,
    MovedBack,
    Activities,
    FollowUps,
    FollowUpsOnTime,
    Lists,
    Forecasts,
    Target,
}

/// What is said of a set of rows: its name, which rows they are, which date places them, what is left out.
pub struct About {
    pub rows: Rows,
    pub name: &'static str,
    pub what: &'static str,
    pub placed: &'static str,
    pub left_out: &'static str,
    numbers: &'static [Number],
}

const OF_DEALS: &[Number] = &[Number::Value, Number::Margin, Number::Cost];
const OF_CLOSED: &[Number] = &[
    Number::Value,
    Number::Margin,
    Number::Cost,
    Number::CycleDays,
];

/// Every set of rows.
#[rustfmt::skip]
pub const ROWS: &[About] = &[
    About { rows: Rows::Opened, name: "opened", what: "deals, whatever became of them", placed: "the day they were opened",
        left_out: "deals whose opening was never told, when there is a period", numbers: OF_DEALS },
    About { rows: Rows::Won, name: "won", what: "deals that are won", placed: "the day they were won",
        left_out: "deals whose closing was never told, when there is a period", numbers: OF_CLOSED },
    About { rows: Rows::Lost, name: "lost", what: "deals that are lost", placed: "the day they were lost",
        left_out: "deals whose closing was never told, when there is a period", numbers: OF_CLOSED },
    About { rows: Rows::Closed, name: "closed", what: "deals that are won or lost", placed: "the day they closed",
        left_out: "deals whose closing was never told, when there is a period", numbers: OF_CLOSED },
    About { rows: Rows::Open, name: "open", what: "deals that are open or on hold on the as-of date, whatever the period; told by month, quarter or year, at the end of each",
        placed: "",
        left_out: "", numbers: OF_DEALS },
    About { rows: Rows::Expected, name: "expected", what: "deals that are open or on hold on the as-of date",
        placed: "the day they are expected to close", left_out: "open deals without such a day, when there is a period", numbers: OF_DEALS },
    About { rows: Rows::UnderWay, name: "under_way", what: "deals that were under way in the period (as `report costs` counts), decoys not among them",
        placed: "the days from opening to closing; what they cost is what was done in it, and their share of lists and sources",
        left_out: "deals whose opening was never told, when there is a period", numbers: &[Number::Cost] },
    About { rows: Rows::Entered, name: "entered", what: "stages that deals of the cohort entered, each once a deal (as `report funnel` counts)",
        placed: "the day the deal first entered the first stage",
        left_out: "deals whose opening or first entry was never told, and deals that skipped the first stage", numbers: &[] },
    About { rows: Rows::Advanced, name: "advanced", what: "those of `entered` from which the deal later reached a later stage or was won",
        placed: "the day the deal first entered the first stage", left_out: "", numbers: &[] },
    About { rows: Rows::LostAt, name: "lost_at", what: "those of `entered` from which the deal did not advance, and it is lost",
        placed: "the day the deal first entered the first stage", left_out: "deals that are still open where they are", numbers: &[] },
    About { rows: Rows::Visits, name: "visits", what: "visits to stages, each return one of its own (as `report durations` counts)",
        placed: "the day the stage was entered", left_out: "visits whose beginning or end was never told", numbers: &[Number::StageDays] },
    About { rows: Rows::Gates, name: "gates", what: "stages left forward: to a later one, or won",
        placed: "the day the stage was left", left_out: "visits whose end was never told, when there is a period", numbers: &[] },
    About { rows: Rows::Overrides, name: "overrides", what: "those of `gates` that were passed by override",
        placed: "the day the stage was left", left_out: "", numbers: &[] },
    About { rows: Rows::MovedBack, name: "moved_back", what: "stages left to an earlier one",
        placed: "the day the stage was left", left_out: "visits whose end was never told, when there is a period", numbers: &[] },
    About { rows: Rows::Activities, name: "activities", what: "calls, mails, meetings and what else was logged; they count for who did them",
        placed: "the day it was done", left_out: "what was done for no deal, when only some deals are asked about", numbers: &[Number::Minutes, Number::Cost] },
    About { rows: Rows::FollowUps, name: "follow_ups", what: "follow-ups that were due before the as-of date",
        placed: "the day they were due, as last put off", left_out: "follow-ups due later, done or not", numbers: &[] },
    About { rows: Rows::FollowUpsOnTime, name: "follow_ups_on_time", what: "those of `follow_ups` that were done by the day they were due",
        placed: "the day they were due, as last put off", left_out: "", numbers: &[] },
    About { rows: Rows::Lists, name: "lists", what: "lists of names; they belong to no rep, team or product",
        placed: "the day their first names came in", left_out: "lists of which nothing came in", numbers: &[Number::NetNames, Number::Cost] },
    About { rows: Rows::Forecasts, name: "forecasts", what: "forecasts that nights made of days that are over (as `forecast accuracy` counts; of the whole company)",
        placed: "the last day that was forecast",
        left_out: "all but one forecast of each quarter (the last up to its middle) and of any 30 days; all of them, when only some deals are asked about", numbers: &[Number::Said, Number::Won, Number::Error] },
    About { rows: Rows::Target, name: "target", what: "the target of a metric, for the same people and period",
        placed: "the period it is for", left_out: "", numbers: &[] },
];

impl Rows {
    pub fn about(self) -> &'static About {
        ROWS.iter()
            .find(|about| about.rows == self)
            .unwrap_or(&ROWS[0])
    }

    pub fn from_name(name: &str) -> Option<Self> {
        ROWS.iter()
            .find(|about| about.name == name)
            .map(|about| about.rows)
    }

    /// The numbers its rows have.
    pub fn numbers(self) -> &'static [Number] {
        self.about().numbers
    }

    /// Whether each row is in a stage.
    pub fn has_stage(self) -> bool {
        matches!(
            self,
            Self::Entered
                | Self::Advanced
                | Self::LostAt
                | Self::Visits
                | Self::Gates
                | Self::Overrides
                | Self::MovedBack
        )
    }

    /// Whether rows are of deals, for which conditions can be asked.
    pub fn has_deals(self) -> bool {
        !matches!(self, Self::Lists | Self::Forecasts | Self::Target)
    }

    /// Whether rows are of the whole company, and can't be told by what deals are grouped by.
    pub fn is_of_all(self) -> bool {
        matches!(self, Self::Lists | Self::Forecasts)
    }

    /// What `kind` can ask for.
    pub fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::Activities => ACTIVITY_KINDS,
            Self::Forecasts => HORIZONS,
            _ => &[],
        }
    }
}
