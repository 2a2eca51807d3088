//! Topics and stars: `forecasting=5` as it is typed, which topic is meant, and what the stars of several
//! people come to.

use std::collections::BTreeMap;
use std::str::FromStr;

use chrono::NaiveDate;

use crate::id::Id;
use crate::process::{Topic, slugified};
use crate::text::{nearest, shortened};

/// Stars for a topic, as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stars {
    pub topic: String,
    /// 1 to 5.
    pub stars: u8,
}

impl FromStr for Stars {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        let Some((named, given)) = typed.rsplit_once('=') else {
            return Err("expected a topic and its stars, as in `forecasting=5`".to_string());
        };
        Ok(Self {
            topic: topic(named)?,
            stars: stars(given)?,
        })
    }
}

/// The name of a topic: lower-case letters, digits, `_` and `-`; what is written otherwise is made so.
pub fn topic(written: &str) -> Result<String, String> {
    let lower = written.trim().to_lowercase();
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    if lower.chars().all(allowed) && lower.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Ok(lower);
    }
    match slugified(&lower) {
        name if name.is_empty() => Err(format!(
            "`{}` is no topic: expected letters and digits, such as `forecasting`",
            shortened(written, 40)
        )),
        name => Ok(name),
    }
}

/// 1 to 5, nothing between.
pub fn stars(written: &str) -> Result<u8, String> {
    match written.trim().parse() {
        Ok(stars @ 1..=5) => Ok(stars),
        _ => Err(format!(
            "`{}` is no number of stars: expected 1, 2, 3, 4 or 5",
            shortened(written.trim(), 40)
        )),
    }
}

/// Which topic somebody meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// Declared, or in use.
    Known(String),
    /// Nobody used it before; the nearest in use is perhaps what was meant.
    New { topic: String, near: Option<String> },
    /// The process says which topics there are, and this is none of them.
    Refused { near: Option<String> },
}

/// Holds a topic against those that the process declares, else against those in use.
pub fn meant(topic: &str, declared: &[Topic], used: &BTreeMap<String, usize>) -> Meant {
    // `Sales forecasting`, `sales-forecasting` and `sales_forecasting` are one topic.
    let same = |name: &str| name == topic || slugified(name) == slugified(topic);
    if !declared.is_empty() {
        let found = declared
            .iter()
            .find(|one| one.name == topic)
            .or_else(|| declared.iter().find(|one| same(&one.name)))
            .or_else(|| declared.iter().find(|one| same(&one.title)));
        return match found {
            Some(found) => Meant::Known(found.name.clone()),
            None => Meant::Refused {
                near: near(topic, declared.iter().map(|one| one.name.as_str())),
            },
        };
    }
    if used.contains_key(topic) {
        return Meant::Known(topic.to_string());
    }
    match used.keys().find(|name| same(name)) {
        Some(found) => Meant::Known(found.clone()),
        None => Meant::New {
            topic: topic.to_string(),
            near: near(topic, used.keys().map(String::as_str)),
        },
    }
}

fn near<'a>(topic: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    nearest(topic, names).map(str::to_string)
}

/// The stars that one person gave for one topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rating {
    pub subject: Id,
    pub topic: String,
    /// Who says so.
    pub by: String,
    /// 1 to 5.
    pub stars: u8,
    pub day: NaiveDate,
    pub note: Option<String>,
}

/// What all who rated somebody by a topic say together.
#[derive(Clone, Debug, PartialEq)]
pub struct Opinion {
    pub topic: String,
    /// Of the latest stars of each of them.
    pub mean: f64,
    /// The latest of each, the newest first.
    pub ratings: Vec<Rating>,
}

/// Puts together what was said of one who has several ids: of each person the latest counts, of two on one
/// day that under `now`, the id of the survivor.
pub fn combined(ratings: impl IntoIterator<Item = Rating>, now: Option<Id>) -> Vec<Opinion> {
    let rank = |rating: &Rating| (rating.day, Some(rating.subject) == now, rating.subject);
    let mut latest: BTreeMap<(String, String), Rating> = BTreeMap::new();
    for rating in ratings {
        let key = (rating.topic.clone(), rating.by.clone());
        match latest.get(&key) {
            Some(known) if rank(known) >= rank(&rating) => {}
            _ => {
                latest.insert(key, rating);
            }
        }
    }
    let mut opinions: Vec<Opinion> = Vec::new();
    for ((topic, _), rating) in latest {
        match opinions.last_mut() {
            Some(last) if last.topic == topic => last.ratings.push(rating),
            _ => opinions.push(Opinion {
                topic,
                mean: 0.0,
                ratings: vec![rating],
            }),
        }
    }
    for opinion in &mut opinions {
        opinion.mean = mean(&opinion.ratings);
        opinion
            .ratings
            .sort_by(|a, b| (b.day, &a.by).cmp(&(a.day, &b.by)));
    }
    opinions
}

fn mean(ratings: &[Rating]) -> f64 {
    let sum: u32 = ratings.iter().map(|rating| u32::from(rating.stars)).sum();
    f64::from(sum) / ratings.len().max(1) as f64
}

/// `4.5`, and `5` rather than `5.0`.
pub fn mean_words(mean: f64) -> String {
    let words = format!("{mean:.1}");
    words.strip_suffix(".0").unwrap_or(&words).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("forecasting=5", Some(("forecasting", 5)))]
    #[case(" Sales Forecasting = 3 ", Some(("sales_forecasting", 3)))]
    #[case("b2b-cloud=1", Some(("b2b-cloud", 1)))]
    #[case("Größe=2", Some(("groesse", 2)))]
    #[case("forecasting=0", None)]
    #[case("forecasting=6", None)]
    #[case("forecasting=4.5", None)]
    #[case("forecasting=-1", None)]
    #[case("forecasting=", None)]
    #[case("forecasting", None)]
    #[case("=5", None)]
    #[case("!!=5", None)]
    fn stars_as_typed(#[case] typed: &str, #[case] expected: Option<(&str, u8)>) {
        let found = typed.parse::<Stars>().ok();
        let found = found.as_ref().map(|one| (one.topic.as_str(), one.stars));
        assert_eq!(found, expected);
    }

    fn declared(names: &[(&str, &str)]) -> Vec<Topic> {
        let topic = |(name, title): &(&str, &str)| Topic {
            name: (*name).to_string(),
            title: (*title).to_string(),
        };
        names.iter().map(topic).collect()
    }

    #[test]
    fn a_declared_topic_is_known_by_name_and_title() {
        let declared = declared(&[("sales-fc", "Sales forecasting"), ("cloud", "Cloud")]);
        let used = BTreeMap::from([("other".to_string(), 3)]);
        let known = |name: &str| Meant::Known(name.to_string());
        assert_eq!(meant("cloud", &declared, &used), known("cloud"));
        assert_eq!(meant("sales_fc", &declared, &used), known("sales-fc"));
        assert_eq!(
            meant("sales_forecasting", &declared, &used),
            known("sales-fc")
        );
        let near = Some("cloud".to_string());
        assert_eq!(meant("clowd", &declared, &used), Meant::Refused { near });
        assert_eq!(
            meant("other", &declared, &used),
            Meant::Refused { near: None }
        );
    }

    #[test]
    fn without_declared_topics_a_new_one_names_the_nearest_in_use() {
        let used = BTreeMap::from([("forecasting".to_string(), 12), ("a-b".to_string(), 1)]);
        let new = |topic: &str, near: Option<&str>| Meant::New {
            topic: topic.to_string(),
            near: near.map(str::to_string),
        };
        assert_eq!(
            meant("forcasting", &[], &used),
            new("forcasting", Some("forecasting"))
        );
        assert_eq!(meant("cloud", &[], &used), new("cloud", None));
        assert_eq!(meant("a_b", &[], &used), Meant::Known("a-b".to_string()));
    }

    fn rating(subject: i64, topic: &str, by: &str, stars: u8, day: u32) -> Rating {
        Rating {
            subject: Id(subject),
            topic: topic.to_string(),
            by: by.to_string(),
            stars,
            day: NaiveDate::from_ymd_opt(2026, 11, day).expect("a day"),
            note: None,
        }
    }

    /// By hand: of `fc` jr says 4 (his 2 was earlier), ab 5, kl 3: a mean of 12 / 3 = 4; of `cloud` only
    /// jr says 1.
    #[test]
    fn of_each_person_the_latest_counts() {
        let all = [
            rating(1, "fc", "jr", 2, 3),
            rating(2, "fc", "jr", 4, 9),
            rating(1, "fc", "ab", 5, 1),
            rating(2, "fc", "kl", 3, 20),
            rating(1, "cloud", "jr", 1, 5),
        ];
        let opinions = combined(all, None);
        let said: Vec<String> = opinions
            .iter()
            .map(|one| {
                let ratings = one.ratings.iter();
                let ratings: Vec<String> = ratings
                    .map(|rating| format!("{} {}", rating.by, rating.stars))
                    .collect();
                format!("{} {}: {}", one.topic, one.mean, ratings.join(", "))
            })
            .collect();
        assert_eq!(said, ["cloud 1: jr 1", "fc 4: kl 3, jr 4, ab 5"]);
    }

    #[test]
    fn on_one_day_what_the_survivor_was_given_counts() {
        let all = [rating(7, "fc", "jr", 2, 3), rating(9, "fc", "jr", 4, 3)];
        let stars = |now| combined(all.clone(), now)[0].ratings[0].stars;
        assert_eq!(stars(Some(Id(7))), 2);
        assert_eq!(stars(Some(Id(9))), 4);
    }

    #[test]
    fn whole_means_are_written_whole() {
        assert_eq!(mean_words(5.0), "5");
        assert_eq!(mean_words(4.5), "4.5");
        assert_eq!(mean_words(10.0 / 3.0), "3.3");
    }

    proptest! {
        #[test]
        fn the_order_of_ratings_does_not_matter(
            all in prop::collection::vec((1_i64..4, 0_u8..3, 0_u8..3, 1_u8..=5, 1_u32..5), 0..20),
            turn in 0_usize..20,
        ) {
            // One person has one rating of a subject by a topic, as the store keeps it.
            let mut kept = BTreeMap::new();
            for (subject, topic, by, stars, day) in all {
                kept.insert(
                    (subject, topic, by),
                    rating(subject, &format!("t{topic}"), &format!("p{by}"), stars, day),
                );
            }
            let all: Vec<Rating> = kept.into_values().collect();
            let mut other = all.clone();
            other.rotate_left(turn.min(all.len()));
            let opinions = combined(all, Some(Id(2)));
            for opinion in &opinions {
                prop_assert!((1.0..=5.0).contains(&opinion.mean));
            }
            prop_assert_eq!(opinions, combined(other, Some(Id(2))));
        }
    }
}
