//! What a candidate's history says: how well it ranks won deals above lost ones, in plain words.

use serde::Serialize;

use super::candidates::{Candidate, Claim, Known};
use crate::statistics::{Auc, Share, benjamini_hochberg};

/// Fewer wins or losses than this say nothing: the interval would be wider than any finding.
pub(super) const ENOUGH: usize = 30;

/// Of what is said to go with winning, no more than this share is a false alarm, on average.
pub(super) const FALSE_SHARE: f64 = 0.10;

const STRONG: f64 = 0.7;
const USEFUL: f64 = 0.6;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Verdict {
    #[serde(rename = "strong")]
    Strong,
    #[serde(rename = "useful")]
    Useful,
    #[serde(rename = "weak")]
    Weak,
    #[serde(rename = "no evidence")]
    NoEvidence,
    #[serde(rename = "rules out a useful link")]
    RulesOut,
    #[serde(rename = "points the wrong way")]
    WrongWay,
    #[serde(rename = "insufficient history")]
    Insufficient,
}

impl Verdict {
    pub fn name(self) -> &'static str {
        match self {
            Self::Strong => "strong",
            Self::Useful => "useful",
            Self::Weak => "weak",
            Self::NoEvidence => "no evidence",
            Self::RulesOut => "rules out a useful link",
            Self::WrongWay => "points the wrong way",
            Self::Insufficient => "insufficient history",
        }
    }

    /// Whether it says that the candidate goes with winning, or with losing.
    pub fn claims(self) -> bool {
        matches!(
            self,
            Self::Strong | Self::Useful | Self::Weak | Self::WrongWay
        )
    }
}

/// Deals with values from the lowest to the highest of the bin.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bin {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) won: usize,
    pub(super) n: usize,
}

impl Bin {
    pub(super) fn share(&self) -> Option<Share> {
        Share::of(self.won, self.n)
    }
}

/// A candidate against the results.
#[derive(Clone, Debug)]
pub(super) struct Tested {
    pub(super) name: String,
    pub(super) known: Known,
    pub(super) claim: Claim,
    /// More of it is held to be better, or was found to be where nothing was claimed.
    pub(super) more: bool,
    pub(super) won: usize,
    pub(super) lost: usize,
    /// Of that way; `None` under too few wins or losses.
    pub(super) auc: Option<Auc>,
    pub(super) bins: Vec<Bin>,
}

impl Tested {
    pub(super) fn of(candidate: Candidate, won: &[bool]) -> Self {
        let Candidate {
            name,
            known,
            claim,
            values,
        } = candidate;
        let mut pairs: Vec<(f64, bool)> = values
            .into_iter()
            .zip(won.iter().copied())
            .filter(|(value, _)| !value.is_nan())
            .collect();
        let successes = pairs.iter().filter(|(_, won)| *won).count();
        let failures = pairs.len() - successes;
        let mut auc = Auc::of(&mut pairs);
        let bins = bins(&pairs);
        let more = match claim {
            Claim::More => true,
            Claim::Less => false,
            Claim::Either => auc.is_none_or(|auc| auc.area >= 0.5),
        };
        if !more {
            for (value, _) in &mut pairs {
                *value = -*value;
            }
            auc = Auc::of(&mut pairs);
        }
        Self {
            name,
            known,
            claim,
            more,
            won: successes,
            lost: failures,
            auc: auc.filter(|auc| auc.successes.min(auc.failures) >= ENOUGH),
            bins,
        }
    }

    pub(super) fn n(&self) -> usize {
        self.won + self.lost
    }

    /// Nothing recorded, or the same for every deal: there is nothing to test.
    pub(super) fn says_nothing(&self) -> bool {
        self.bins.len() < 2
    }

    fn verdict(&self, stands: bool) -> Verdict {
        let Some(auc) = self.auc else {
            return Verdict::Insufficient;
        };
        let above = auc.low > 0.5;
        let below = auc.high < 0.5;
        if !above && !below {
            return if auc.high < USEFUL && auc.low > 1.0 - USEFUL && !self.says_nothing() {
                Verdict::RulesOut
            } else {
                Verdict::NoEvidence
            };
        }
        match (stands, above, auc.area) {
            (false, ..) => Verdict::NoEvidence,
            (true, false, _) => Verdict::WrongWay,
            (true, true, area) if area >= STRONG => Verdict::Strong,
            (true, true, area) if area >= USEFUL => Verdict::Useful,
            (true, true, _) => Verdict::Weak,
        }
    }
}

/// By candidate: the p value once it is allowed for that so many were tested, and the verdict.
///
/// What is only known afterwards often goes with winning for a trivial reason, and many sure findings make
/// room for doubtful ones. So each of the two kinds is ranked among its own, against the number of all that
/// were tested: at most the stated share of false alarms within each, and over both together.
pub(super) fn verdicts(tested: &[Tested]) -> Vec<(Option<f64>, Verdict)> {
    let adjusted = |known: Known| {
        let p: Vec<f64> = tested
            .iter()
            .filter_map(|one| Some((one.known, one.auc?.p)))
            .map(|(of, p)| if of == known { p } else { 1.0 })
            .collect();
        benjamini_hochberg(&p, FALSE_SHARE).adjusted
    };
    let (before, after) = (adjusted(Known::Before), adjusted(Known::Afterwards));
    let mut corrected = before.into_iter().zip(after);
    tested
        .iter()
        .map(|one| {
            let p = one.auc.and_then(|_| corrected.next());
            let p = p.map(|(before, after)| match one.known {
                Known::Before => before,
                Known::Afterwards => after,
            });
            let stands = p.is_some_and(|p| p <= FALSE_SHARE);
            (p, one.verdict(stands))
        })
        .collect()
}

/// Most bins.
const BINS: usize = 5;
const QUARTERS: usize = 4;

/// One bin per value where there are few; else quarters of the deals, equal values together.
fn bins(sorted: &[(f64, bool)]) -> Vec<Bin> {
    let ties = || sorted.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq());
    let each = ties().count() <= BINS;
    let mut bins: Vec<Bin> = Vec::new();
    let mut seen = 0;
    let mut full = true;
    for tie in ties() {
        let (value, won) = (tie[0].0, tie.iter().filter(|(_, won)| *won).count());
        match bins.last_mut().filter(|_| !full) {
            None => bins.push(Bin {
                low: value,
                high: value,
                won,
                n: tie.len(),
            }),
            Some(bin) => {
                bin.high = value;
                bin.won += won;
                bin.n += tie.len();
            }
        }
        // The bin is full where this value completes a quarter that was not complete before it.
        let quarter = |n: usize| n * QUARTERS / sorted.len();
        full = each || quarter(seen + tie.len()) > quarter(seen);
        seen += tie.len();
    }
    bins
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::statistics::Auc;

    fn auc(area: f64, low: f64, high: f64) -> Tested {
        Tested {
            name: "x".to_string(),
            known: Known::Before,
            claim: Claim::More,
            more: true,
            won: 40,
            lost: 40,
            auc: Some(Auc {
                area,
                low,
                high,
                p: 0.01,
                successes: 40,
                failures: 40,
            }),
            bins: bins(&[(0.0, true), (1.0, false)]),
        }
    }

    #[rstest]
    #[case(0.75, 0.60, 0.90, true, Verdict::Strong)]
    #[case(0.65, 0.55, 0.75, true, Verdict::Useful)]
    #[case(0.56, 0.51, 0.61, true, Verdict::Weak)]
    #[case(0.75, 0.60, 0.90, false, Verdict::NoEvidence)]
    #[case(0.35, 0.25, 0.45, true, Verdict::WrongWay)]
    #[case(0.35, 0.25, 0.45, false, Verdict::NoEvidence)]
    #[case(0.52, 0.45, 0.59, true, Verdict::RulesOut)]
    #[case(0.52, 0.45, 0.59, false, Verdict::RulesOut)]
    #[case(0.55, 0.45, 0.65, true, Verdict::NoEvidence)]
    #[case(0.45, 0.35, 0.55, false, Verdict::NoEvidence)]
    #[case(0.52, 0.505, 0.535, false, Verdict::NoEvidence)]
    fn verdicts_by_interval(
        #[case] area: f64,
        #[case] low: f64,
        #[case] high: f64,
        #[case] stands: bool,
        #[case] verdict: Verdict,
    ) {
        assert_eq!(auc(area, low, high).verdict(stands), verdict);
    }

    fn shape(values: &[i32]) -> Vec<(f64, f64, usize)> {
        let pairs: Vec<(f64, bool)> = values.iter().map(|v| (f64::from(*v), true)).collect();
        let shape = |bin: &Bin| (bin.low, bin.high, bin.n);
        bins(&pairs).iter().map(shape).collect()
    }

    #[test]
    fn bins_keep_equal_values_together() {
        assert_eq!(
            shape(&[0, 0, 0, 1, 2]),
            [(0.0, 0.0, 3), (1.0, 1.0, 1), (2.0, 2.0, 1)]
        );
        assert_eq!(
            shape(&[1, 2, 3, 4, 5, 6, 7, 8]),
            [(1.0, 2.0, 2), (3.0, 4.0, 2), (5.0, 6.0, 2), (7.0, 8.0, 2)]
        );
        // Two thirds are nothing at all.
        assert_eq!(
            shape(&[0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6]),
            [(0.0, 0.0, 8), (1.0, 3.0, 3), (4.0, 6.0, 3)]
        );
        assert_eq!(shape(&[]), []);
    }

    /// Random numbers from a seed (G. Marsaglia's xorshift), from 0 to 1.
    struct Noise(u64);

    impl Noise {
        fn next(&mut self) -> f64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 >> 11) as f64 / (1_u64 << 53) as f64
        }
    }

    /// One audit of ten candidates over 150 deals, two fifths of them won; `lift` is added to the first
    /// candidate of won deals.
    fn audit(noise: &mut Noise, lift: f64) -> Vec<Verdict> {
        let won: Vec<bool> = (0..150).map(|_| noise.next() < 0.4).collect();
        let tested: Vec<Tested> = (0..10)
            .map(|i| {
                // Counts with many ties, as activities are.
                let mut values: Vec<f64> = (0..won.len())
                    .map(|_| (noise.next() * 6.0).floor())
                    .collect();
                if i == 0 {
                    for (value, won) in values.iter_mut().zip(&won) {
                        *value += if *won { lift } else { 0.0 };
                    }
                }
                let candidate = Candidate {
                    name: i.to_string(),
                    known: if i < 7 {
                        Known::Before
                    } else {
                        Known::Afterwards
                    },
                    claim: [Claim::More, Claim::Less, Claim::Either][i % 3],
                    values,
                };
                Tested::of(candidate, &won)
            })
            .collect();
        verdicts(&tested)
            .into_iter()
            .map(|(_, verdict)| verdict)
            .collect()
    }

    /// Where nothing goes with anything, one audit in ten may claim something, and no more; without the
    /// correction it would be about four in ten.
    #[test]
    fn noise_claims_something_in_the_stated_share_of_audits_at_most() {
        let mut noise = Noise(88_172_645_463_325_252);
        let audits = 400;
        let claiming = (0..audits)
            .filter(|_| {
                audit(&mut noise, 0.0)
                    .iter()
                    .any(|verdict| verdict.claims())
            })
            .count();
        assert!(
            claiming as f64 <= FALSE_SHARE * f64::from(audits),
            "{claiming} of {audits}"
        );
    }

    #[test]
    fn what_goes_with_winning_is_found() {
        let mut noise = Noise(88_172_645_463_325_252);
        let found = (0..100)
            .filter(|_| matches!(audit(&mut noise, 1.5)[0], Verdict::Strong | Verdict::Useful))
            .count();
        assert!(found >= 95, "{found} of 100");
    }

    /// Sure findings of one kind make no room for doubtful ones of the other.
    #[test]
    fn each_kind_is_ranked_among_its_own() {
        let with = |known, p| {
            let mut one = auc(0.6, 0.52, 0.68);
            one.known = known;
            if let Some(auc) = &mut one.auc {
                auc.p = p;
            }
            one
        };
        let mut tested = vec![with(Known::Before, 0.04)];
        tested.extend((0..3).map(|_| with(Known::Afterwards, 0.001)));
        let mut unknown = with(Known::Before, 0.001);
        unknown.auc = None;
        tested.insert(0, unknown);
        let found = verdicts(&tested);
        assert_eq!(found[0], (None, Verdict::Insufficient));
        // 0.04 × 4: in a list of its own of four.
        assert!(found[1].0.is_some_and(|p| (p - 0.16).abs() < 1e-12));
        assert_eq!(found[1].1, Verdict::NoEvidence);
        assert_eq!(found[4].1, Verdict::Useful);
    }
}
