//! Why two are alike, in words: made only for those that are shown.

use serde::Serialize;

use super::{INDUSTRY, Names, PLACE, Profile, SIZE, Size, Sym, TOPICS, both, parts, same};

/// What two can have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Attribute {
    Topics,
    Industry,
    Size,
    Place,
}

/// Something two have in common.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reason {
    pub attribute: Attribute,
    /// How alike in it, from 0 to 1.
    pub alike_share: f64,
    /// `same industry: Software`
    pub words: String,
}

/// Sizes further apart than this are no reason.
const LIKE_SIZE: f64 = 0.5;
/// So many topics are named.
const NAMED: usize = 3;

pub(super) fn reasons(names: &Names, a: &Profile, b: &Profile) -> Vec<Reason> {
    let parts = parts(names, a, b);
    let all = [
        (
            Attribute::Topics,
            parts.topics,
            TOPICS,
            0.0,
            topics(names, a, b),
        ),
        (
            Attribute::Industry,
            parts.industry,
            INDUSTRY,
            0.0,
            industry(names, a, b),
        ),
        (Attribute::Size, parts.size, SIZE, LIKE_SIZE, size(a, b)),
        (
            Attribute::Place,
            parts.place,
            PLACE,
            0.0,
            place(names, a, b),
        ),
    ];
    let mut reasons: Vec<(f64, Reason)> = all
        .into_iter()
        .filter_map(|(attribute, alike, weight, above, words)| {
            let alike_share = alike.filter(|alike| *alike > above)?;
            let words = words?;
            let reason = Reason {
                attribute,
                alike_share,
                words,
            };
            Some((weight * alike_share, reason))
        })
        .collect();
    reasons.sort_by(|a, b| b.0.total_cmp(&a.0));
    reasons.into_iter().map(|(_, reason)| reason).collect()
}

/// `forecasting 4.5 and 5 stars, analytics 3 and 3`
fn topics(names: &Names, a: &Profile, b: &Profile) -> Option<String> {
    let (a, b) = both(a.topics, b.topics)?;
    let mut common: Vec<(Sym, f32, f32)> = names
        .stars(a)
        .iter()
        .filter_map(|(topic, stars)| {
            let of_b = names.stars(b).iter().find(|(other, _)| other == topic)?;
            Some((*topic, *stars, of_b.1))
        })
        .collect();
    common.sort_by(|a, b| b.1.min(b.2).total_cmp(&a.1.min(a.2)).then(a.0.cmp(&b.0)));
    let words: Vec<String> = common
        .into_iter()
        .take(NAMED)
        .enumerate()
        .map(|(n, (topic, a, b))| {
            let unit = if n == 0 { " stars" } else { "" };
            let round = |stars: f32| (stars * 10.0).round() / 10.0;
            let topic = names.shown(topic);
            format!("{topic} {} and {}{unit}", round(a), round(b))
        })
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

fn industry(names: &Names, a: &Profile, b: &Profile) -> Option<String> {
    let (a, b) = both(a.industry, b.industry)?;
    let (of_a, of_b) = (names.shown(a), names.shown(b));
    Some(if a == b {
        format!("same industry: {of_b}")
    } else {
        format!("industry {of_a}, like {of_b}")
    })
}

fn size(a: &Profile, b: &Profile) -> Option<String> {
    let words = |(a, b): (Size, Size), what: &str| {
        let (a, b) = (rounded(a.amount()), rounded(b.amount()));
        if a == b {
            return format!("{a} {what} each");
        }
        format!("{a} and {b} {what}")
    };
    let employees = both(a.employees, b.employees);
    let employees = employees.map(|sizes| words(sizes, "employees"));
    employees.or_else(|| both(a.revenue, b.revenue).map(|sizes| words(sizes, "revenue")))
}

/// Three places that count: sizes are kept by their power of ten.
fn rounded(amount: f64) -> String {
    let unit = 10_f64.powf((amount.log10().floor() - 2.0).max(0.0));
    crate::money::grouped(((amount / unit).round() * unit) as u64)
}

fn place(names: &Names, a: &Profile, b: &Profile) -> Option<String> {
    let common = |a: Option<Sym>, b: Option<Sym>| b.filter(|_| same(a, b) == Some(true));
    let city = common(a.city, b.city).filter(|_| same(a.state, b.state) != Some(false));
    [
        ("city", city),
        ("postcode", common(a.zip, b.zip)),
        ("postcode area", common(a.area, b.area)),
        ("state", common(a.state, b.state)),
        ("country", common(a.country, b.country)),
    ]
    .into_iter()
    .find_map(|(what, place)| Some(format!("same {what}: {}", names.shown(place?))))
}
