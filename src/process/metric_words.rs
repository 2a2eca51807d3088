//! A metric in words: which rows are counted, which date places them, what is left out, and how sure it is.

use std::fmt::Write as _;

use super::metric::{Aggregate, Better, DAYS, Measure, Metric, MetricKind, MetricUnit, Number};
use super::metric_rows::Rows;

impl Metric {
    /// One sentence a line.
    pub fn explained(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.about.iter().cloned().collect();
        for aggregate in &self.aggregates {
            lines.push(format!("`{}` is {}", aggregate.name, aggregate.explained()));
        }
        let mut left_out: Vec<&str> = Vec::new();
        for aggregate in &self.aggregates {
            let said = [Some(aggregate.of.about().left_out), aggregate.unknown()];
            for said in said.into_iter().flatten().filter(|said| !said.is_empty()) {
                if !left_out.contains(&said) {
                    left_out.push(said);
                }
            }
        }
        if !left_out.is_empty() {
            lines.push(format!("left out: {}", left_out.join("; ")));
        }
        lines.push(format!(
            "the number is `{}`, {}{}",
            self.formula,
            match self.unit {
                MetricUnit::Count => "a count",
                MetricUnit::Share => "a share",
                MetricUnit::Money => "an amount in the currency of the process",
                MetricUnit::Days => "calendar days",
                MetricUnit::Minutes => "minutes",
                MetricUnit::Number => "a number",
            },
            match self.direction {
                Better::Up => "; more is better",
                Better::Down => "; less is better",
            }
        ));
        if [&self.formula, &self.sample]
            .into_iter()
            .any(|text| names(text, DAYS))
        {
            lines.push("`days` is how many calendar days the period has".to_string());
        }
        lines.push(
            "where something is divided by zero the number can't be known, and none is given"
                .into(),
        );
        lines.push(match self.at_least {
            0 => format!(
                "sample: `{}`; it is given however small that is",
                self.sample
            ),
            least => format!(
                "sample: `{}`; below {least} it is `insufficient history`",
                self.sample
            ),
        });
        if self.interval {
            lines.push(
                "interval: 95 %, Wilson's score interval of a share of the sample".to_string(),
            );
        }
        lines.push(match (self.kind, &self.stands_for) {
            (MetricKind::Result, _) => "a result: what the company lives on".to_string(),
            (MetricKind::Activity, _) => {
                "an activity: what is done, whether it sells or not; no target for anybody".to_string()
            }
            (MetricKind::Proxy, result) => format!(
                "a proxy: it stands for `{}`; whether it goes with that is for `metric audit` to say",
                result.as_deref().unwrap_or("a result")
            ),
        });
        lines
    }
}

impl Aggregate {
    fn explained(&self) -> String {
        let about = self.of.about();
        if let Measure::TargetOf(metric) = &self.measure {
            return format!(
                "the target of `{metric}` for the same people and period; none where there is none"
            );
        }
        let mut words = match &self.measure {
            Measure::Count | Measure::TargetOf(_) => format!("the number of {}", about.what),
            Measure::Known(number) => {
                format!(
                    "the number of {}, if {} known",
                    about.what,
                    number.words(true)
                )
            }
            Measure::Sum(number) => format!("the sum of {} of {}", number.words(false), about.what),
            Measure::Median(number) => {
                format!("the median of {} of {}", number.words(false), about.what)
            }
        };
        if let Some(stage) = &self.stage {
            let _ = write!(words, ", only of the stage `{stage}`");
        }
        if let Some(kind) = &self.kind {
            let _ = write!(words, ", only of the kind `{kind}`");
        }
        if let Some(filter) = &self.filter {
            let _ = write!(words, ", only of deals for which `{}` is true", filter.text);
        }
        if !about.placed.is_empty() {
            let _ = write!(words, "; placed in the period by {}", about.placed);
        }
        words
    }

    /// What becomes of rows whose number is not known.
    fn unknown(&self) -> Option<&'static str> {
        Some(match self.measure {
            Measure::Sum(Number::Value) => {
                "values that nobody told, or in a currency without a rate"
            }
            Measure::Sum(Number::Margin) => {
                "nothing for want of a margin: without one of the product or the process the sum is not known"
            }
            Measure::Sum(Number::Cost) if self.of == Rows::Lists => {
                "nothing for want of a price: a list that nothing says it of makes the sum unknown"
            }
            Measure::Sum(Number::Cost) => {
                "nothing for want of a price: minutes of somebody whose hour has no cost make the sum unknown"
            }
            Measure::Median(Number::CycleDays) => {
                "deals without one of both dates; the median is known from five deals on"
            }
            Measure::Median(Number::StageDays) => {
                "no visit that goes on: it counts as lasting at least so long (Kaplan-Meier); the median is known from five ended visits on"
            }
            _ => return None,
        })
    }
}

impl Number {
    /// With its verb, or without.
    fn words(self, verb: bool) -> String {
        let (words, is) = match self {
            Self::Value => ("the value", "is"),
            Self::Margin => ("the margin (value × the product's margin)", "is"),
            Self::Cost => (
                "the cost (minutes × the hourly cost of who did it, and direct costs)",
                "is",
            ),
            Self::Minutes => ("the minutes", "are"),
            Self::CycleDays => ("the days from opening to closing", "are"),
            Self::StageDays => ("the days in the stage", "are"),
            Self::NetNames => ("the net names", "are"),
            Self::Said => ("what was said", "is"),
            Self::Won => ("what was won in those days", "is"),
            Self::Error => ("the error (how much more or less was said than won)", "is"),
        };
        if verb {
            format!("{words} {is}")
        } else {
            words.to_string()
        }
    }
}

fn names(expression: &str, name: &str) -> bool {
    expression
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .any(|word| word == name)
}
