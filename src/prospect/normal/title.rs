//! Positions: `VP, Marketing`, `Vice President of Marketing` and `Marketing VP` are the same.

use super::fold;

#[rustfmt::skip]
const WORDS: &[(&str, &str)] = &[
    ("acct", "account"), ("adm", "administrator"), ("admin", "administrator"), ("assoc", "associate"),
    ("asst", "assistant"), ("avp", "assistant vice president"), ("bus", "business"),
    ("cao", "chief administrative officer"), ("cco", "chief commercial officer"),
    ("ceo", "chief executive officer"), ("cfo", "chief financial officer"),
    ("chro", "chief human resources officer"), ("cio", "chief information officer"),
    ("ciso", "chief information security officer"), ("cmo", "chief marketing officer"),
    ("comptroller", "controller"), ("coo", "chief operating officer"), ("coord", "coordinator"),
    ("cro", "chief revenue officer"), ("cso", "chief sales officer"), ("cto", "chief technology officer"),
    ("dev", "development"), ("dir", "director"), ("eng", "engineer"), ("engr", "engineer"),
    ("evp", "executive vice president"), ("exec", "executive"), ("fin", "finance"), ("gen", "general"),
    ("gf", "geschaftsfuhrer"), ("gm", "general manager"), ("hr", "human resources"),
    ("it", "information technology"), ("jr", "junior"), ("manager", "manager"), ("md", "managing director"),
    ("mgmt", "management"), ("mgr", "manager"), ("mktg", "marketing"), ("mkt", "marketing"),
    ("mngr", "manager"), ("off", "officer"), ("op", "operations"), ("ops", "operations"),
    ("pm", "project manager"), ("pres", "president"), ("prod", "product"), ("purch", "purchasing"),
    ("rep", "representative"), ("sr", "senior"), ("supt", "superintendent"), ("supv", "supervisor"),
    ("svp", "senior vice president"), ("tech", "technology"), ("vp", "vice president"),
];

/// Words of a position, spelt out and sorted, those without a meaning left out.
pub fn title(text: &str, words: &mut String, out: &mut String) {
    fold(text, words);
    let mut list: Vec<&str> = words
        .split(' ')
        .flat_map(|word| {
            WORDS
                .iter()
                .find(|(short, _)| *short == word)
                .map_or(word, |(_, long)| long)
                .split(' ')
        })
        .filter(|word| {
            !matches!(
                *word,
                "" | "of" | "the" | "and" | "for" | "und" | "fur" | "de"
            )
        })
        .collect();
    list.sort_unstable();
    list.dedup();
    out.clear();
    for word in list {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("VP, Marketing", "Vice President of Marketing")]
    #[case("Mgr Sales", "Sales Manager")]
    #[case("CEO", "Chief Executive Officer")]
    #[case("IT Director", "Director of IT")]
    fn one_position(#[case] a: &str, #[case] b: &str) {
        let (mut words, mut x, mut y) = (String::new(), String::new(), String::new());
        title(a, &mut words, &mut x);
        title(b, &mut words, &mut y);
        assert_eq!(x, y);
        assert!(!x.is_empty());
    }
}
