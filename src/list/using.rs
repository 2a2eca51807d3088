//! Whether a list may be used, and which of its terms forbid it.

use chrono::NaiveDate;

use super::terms::{Channel, State, Terms, Uses};
use crate::date::day;

/// What was done with a list so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub state: State,
    pub ended: Option<NaiveDate>,
    pub reason: Option<String>,
    pub uses: u32,
}

/// A term that forbids a use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forbidden {
    /// As the terms call it.
    pub term: &'static str,
    pub why: String,
}

/// Every term that forbids a use through a channel on a day; none when it is allowed.
pub fn forbidden(
    terms: &Terms,
    standing: &Standing,
    channel: Channel,
    on: NaiveDate,
) -> Vec<Forbidden> {
    let mut found = Vec::new();
    let mut forbid = |term, why| found.push(Forbidden { term, why });
    if standing.state != State::Active {
        let when = standing.ended.map(|ended| format!(" on {}", day(ended)));
        let why = standing.reason.as_deref().map(|why| format!(": {why}"));
        forbid(
            "state",
            format!(
                "the list was {}{}{}",
                standing.state.name(),
                when.unwrap_or_default(),
                why.unwrap_or_default()
            ),
        );
    }
    if let Some(obtained) = terms.obtained_on.filter(|obtained| on < *obtained) {
        forbid(
            "obtained_on",
            format!(
                "{} is before {}, when it was obtained",
                day(on),
                day(obtained)
            ),
        );
    }
    if let Some(channels) = &terms.channels
        && !channels.contains(&channel)
    {
        let names: Vec<_> = channels.iter().map(|channel| channel.name()).collect();
        forbid(
            "channels",
            format!(
                "it may be used by {}, not by {}",
                names.join(" and "),
                channel.name()
            ),
        );
    }
    if terms.is_ours() {
        return found;
    }
    if let Some(until) = terms.until.filter(|until| on > *until) {
        forbid(
            "until",
            format!("its last day was {}; {} is after it", day(until), day(on)),
        );
    }
    if let Some(by) = terms.first_use_by.filter(|by| on > *by)
        && standing.uses == 0
    {
        forbid(
            "first_use_by",
            format!(
                "its first use had to be by {}; {} is after it",
                day(by),
                day(on)
            ),
        );
    }
    if let Uses::Times(times) = terms.uses
        && standing.uses >= times
    {
        let why = match times {
            0 => "no use of it was rented".to_string(),
            1 => "it was rented for one use, which was made".to_string(),
            n => format!("it was rented for {n} uses, and all were made"),
        };
        forbid("uses", why);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::Kind;
    use rstest::rstest;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn terms() -> Terms {
        Terms {
            uses: Uses::Times(2),
            obtained_on: Some(date("2026-10-01")),
            first_use_by: Some(date("2026-11-30")),
            until: Some(date("2027-03-31")),
            channels: Some(vec![Channel::Mail, Channel::Phone]),
            ..Terms::new("zoom-q4")
        }
    }

    fn used(uses: u32) -> Standing {
        Standing {
            uses,
            ..Standing::default()
        }
    }

    #[rstest]
    #[case(used(0), Channel::Mail, "2026-11-21", &[])]
    #[case(used(1), Channel::Phone, "2027-03-31", &[])]
    #[case(used(2), Channel::Mail, "2026-11-21", &["uses"])]
    #[case(used(1), Channel::Mail, "2027-04-01", &["until"])]
    #[case(used(0), Channel::Email, "2026-11-21", &["channels"])]
    #[case(used(0), Channel::Mail, "2026-09-30", &["obtained_on"])]
    #[case(used(0), Channel::Mail, "2026-12-01", &["first_use_by"])]
    #[case(used(1), Channel::Mail, "2026-12-01", &[])]
    #[case(used(3), Channel::Email, "2027-04-01", &["channels", "until", "uses"])]
    fn each_term_forbids(
        #[case] standing: Standing,
        #[case] channel: Channel,
        #[case] on: &str,
        #[case] expected: &[&str],
    ) {
        let found = forbidden(&terms(), &standing, channel, date(on));
        let found: Vec<_> = found.into_iter().map(|one| one.term).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_ended_says_when_and_why() {
        let standing = Standing {
            state: State::Retired,
            ended: Some(date("2026-11-02")),
            reason: Some("too many bounces".into()),
            uses: 0,
        };
        let found = forbidden(&terms(), &standing, Channel::Mail, date("2026-11-21"));
        assert_eq!(
            found,
            [Forbidden {
                term: "state",
                why: "the list was retired on 2 Nov 2026: too many bounces".into()
            }]
        );
    }

    #[test]
    fn no_rental_term_binds_our_own_file() {
        let house = Terms {
            kind: Kind::House,
            channels: None,
            ..terms()
        };
        let found = forbidden(&house, &used(9), Channel::Email, date("2030-01-01"));
        assert_eq!(found, []);
    }
}
