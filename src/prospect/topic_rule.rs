//! `forecasting>=4`: how well somebody must be rated on a topic to be selected.

/// A topic, and how the mean of its stars must compare.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicRule {
    pub topic: String,
    /// None: any rating will do.
    pub stars: Option<(Comparison, f64)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    AtLeast,
    MoreThan,
    Exactly,
    AtMost,
    LessThan,
}

impl Comparison {
    /// The longer ones first, as they are looked for.
    const ALL: [(&str, Self); 5] = [
        (">=", Self::AtLeast),
        ("<=", Self::AtMost),
        (">", Self::MoreThan),
        ("<", Self::LessThan),
        ("=", Self::Exactly),
    ];

    fn sign(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, one)| *one == self)
            .map_or("", |(sign, _)| sign)
    }
}

impl TopicRule {
    /// Whether a mean of stars is what is asked for; nobody's rating never is.
    pub fn is_met(&self, mean: Option<f64>) -> bool {
        let Some(mean) = mean else { return false };
        match self.stars {
            None => true,
            Some((Comparison::AtLeast, stars)) => mean >= stars,
            Some((Comparison::MoreThan, stars)) => mean > stars,
            // Means of whole stars: thirds and the like are never exact.
            Some((Comparison::Exactly, stars)) => (mean - stars).abs() < 1e-9,
            Some((Comparison::AtMost, stars)) => mean <= stars,
            Some((Comparison::LessThan, stars)) => mean < stars,
        }
    }
}

impl std::fmt::Display for TopicRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.topic)?;
        match self.stars {
            Some((how, stars)) => write!(f, "{}{stars}", how.sign()),
            None => Ok(()),
        }
    }
}

impl std::str::FromStr for TopicRule {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        let expected = "expected a topic and how it is rated, such as `forecasting>=4`";
        let at = typed.find(['<', '>', '=']).unwrap_or(typed.len());
        let (topic, rest) = typed.split_at(at);
        let topic = topic.trim().to_string();
        if topic.is_empty() {
            return Err(format!("`{typed}` names no topic; {expected}"));
        }
        if rest.is_empty() {
            return Ok(Self { topic, stars: None });
        }
        let found = Comparison::ALL
            .iter()
            .find(|(sign, _)| rest.starts_with(sign));
        let Some((sign, how)) = found else {
            return Err(format!("`{typed}` is no rule for a topic; {expected}"));
        };
        let number = rest[sign.len()..].trim();
        let stars = number
            .parse::<f64>()
            .ok()
            .filter(|stars| (1.0..=5.0).contains(stars))
            .ok_or_else(|| format!("`{typed}` asks for `{number}` stars; there are 1 to 5"))?;
        Ok(Self {
            topic,
            stars: Some((*how, stars)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("forecasting>=4", 4.0, true)]
    #[case("forecasting >= 4", 3.9, false)]
    #[case("forecasting>4", 4.0, false)]
    #[case("forecasting>4", 4.5, true)]
    #[case("forecasting=4", 4.0, true)]
    #[case("forecasting=4", 4.5, false)]
    #[case("forecasting<=2.5", 2.5, true)]
    #[case("forecasting<2", 2.0, false)]
    #[case("forecasting", 1.0, true)]
    fn means_are_held_against_it(#[case] typed: &str, #[case] mean: f64, #[case] met: bool) {
        let rule: TopicRule = typed.parse().expect("a rule");
        assert_eq!(rule.topic, "forecasting");
        assert_eq!(rule.is_met(Some(mean)), met);
        assert!(!rule.is_met(None), "nobody's rating is none");
        assert_eq!(rule.to_string().parse(), Ok(rule));
    }

    #[rstest]
    #[case("", "names no topic")]
    #[case(">=4", "names no topic")]
    #[case("forecasting>=6", "there are 1 to 5")]
    #[case("forecasting>=", "there are 1 to 5")]
    #[case("forecasting==4", "there are 1 to 5")]
    #[case("forecasting>=NaN", "there are 1 to 5")]
    fn what_is_no_rule_is_refused(#[case] typed: &str, #[case] why: &str) {
        let problem = typed.parse::<TopicRule>().expect_err("no rule");
        assert!(problem.contains(why), "{problem}");
    }
}
