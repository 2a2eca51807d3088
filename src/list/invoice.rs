//! What is owed for a list, from what the merge/purge found: a pure function of its terms and two counts.

use serde::Serialize;

use super::terms::{RunBasis, Terms};

/// What merge/purge made of the names that were delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merged {
    /// Delivered.
    pub gross: u64,
    /// Left after duplicates and what can't be used.
    pub used: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InvoiceLine {
    pub what: &'static str,
    pub names: Option<u64>,
    /// For a thousand names.
    pub cpm_minor: Option<i64>,
    pub amount_minor: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    pub gross: u64,
    pub used: u64,
    /// So many are paid for at least.
    pub floor: u64,
    /// Paid for in full: used, or the floor.
    pub billed: u64,
    /// Paid for at the run charge.
    pub run: u64,
    pub lines: Vec<InvoiceLine>,
    pub total_minor: i64,
    /// The broker's part of the price of the names.
    pub commission_minor: Option<i64>,
}

/// What is owed; or what the terms lack for it.
pub fn invoice(terms: &Terms, merged: Merged) -> Result<Invoice, String> {
    let Merged { gross, used } = merged;
    if used > gross {
        return Err(format!(
            "{used} names can't be used of {gross} that were delivered"
        ));
    }
    if terms.cpm_minor.is_none() && terms.flat_fee_minor.is_none() {
        return Err(format!(
            "the list `{}` has no price: neither cpm nor flat-fee is in its terms",
            terms.code
        ));
    }
    // Without a net-name clause every name is paid for.
    let floor = terms.net_pct.map_or(gross, |net| net.at_least_of(gross));
    let billed = used.max(floor);
    let run = match (terms.run_charge_minor, terms.run_charge_basis) {
        (None, _) => 0,
        (Some(_), RunBasis::AboveFloor) => gross - billed,
        (Some(_), RunBasis::AllUnused) => gross - used,
    };
    let mut lines = Vec::new();
    let mut per_thousand = |what, names, cpm: Option<i64>| -> Result<(), String> {
        if let Some(cpm_minor) = cpm.filter(|_| names > 0 || what == NAMES) {
            lines.push(InvoiceLine {
                what,
                names: Some(names),
                cpm_minor: Some(cpm_minor),
                amount_minor: of_thousand(names, cpm_minor)?,
            });
        }
        Ok(())
    };
    per_thousand(NAMES, billed, terms.cpm_minor)?;
    per_thousand("selections", billed, terms.selects_cpm_minor)?;
    per_thousand("run charge", run, terms.run_charge_minor)?;
    let mut fixed = |what, amount_minor: i64| {
        lines.push(InvoiceLine {
            what,
            names: None,
            cpm_minor: None,
            amount_minor,
        });
    };
    if let Some(fee) = terms.flat_fee_minor {
        fixed("flat fee", fee);
    }
    let sum = total(&lines)?;
    if let Some(least) = terms.min_charge_minor.filter(|least| *least > sum) {
        lines.push(InvoiceLine {
            what: "up to the minimum charge",
            names: None,
            cpm_minor: None,
            amount_minor: least - sum,
        });
    }
    let commission = terms
        .commission_pct
        .zip(lines.iter().find(|line| line.what == NAMES))
        .map(|(percent, names)| percent.of_minor(names.amount_minor));
    Ok(Invoice {
        gross,
        used,
        floor,
        billed,
        run,
        total_minor: total(&lines)?,
        lines,
        commission_minor: commission,
    })
}

const NAMES: &str = "names";

/// To the nearest minor unit.
fn of_thousand(names: u64, cpm_minor: i64) -> Result<i64, String> {
    let exact = i128::from(names) * i128::from(cpm_minor);
    i64::try_from((exact + 500) / 1_000).map_err(|_| too_large())
}

fn total(lines: &[InvoiceLine]) -> Result<i64, String> {
    lines
        .iter()
        .try_fold(0_i64, |sum, line| sum.checked_add(line.amount_minor))
        .ok_or_else(too_large)
}

fn too_large() -> String {
    "the amount is too large".to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::Percent;
    use proptest::prelude::*;
    use rstest::rstest;

    fn terms(cpm: i64, net_pct: Option<u32>, run: Option<i64>) -> Terms {
        Terms {
            cpm_minor: Some(cpm * 100),
            net_pct: net_pct.map(|percent| Percent(percent * 100)),
            run_charge_minor: run.map(|charge| charge * 100),
            ..Terms::new("a")
        }
    }

    fn owed(terms: &Terms, gross: u64, duplicates: u64) -> i64 {
        let merged = Merged {
            gross,
            used: gross - duplicates,
        };
        invoice(terms, merged).expect("an invoice").total_minor
    }

    /// The published examples, in dollars.
    #[rstest]
    #[case(terms(100, Some(85), Some(3)), 9_000, 9_127)]
    #[case(terms(75, Some(85), Some(10)), 8_000, 6_980)]
    #[case(terms(100, Some(85), Some(10)), 30_000, 8_650)]
    fn published(#[case] terms: Terms, #[case] duplicates: u64, #[case] dollars: i64) {
        assert_eq!(owed(&terms, 100_000, duplicates), dollars * 100);
    }

    /// Below the floor, a contract may ask the run charge for all 30,000: 8,500 + 300.
    #[test]
    fn the_run_charge_may_be_for_all_unused() {
        let all = Terms {
            run_charge_basis: RunBasis::AllUnused,
            ..terms(100, Some(85), Some(10))
        };
        assert_eq!(owed(&all, 100_000, 30_000), 880_000);
        assert_eq!(owed(&all, 100_000, 8_000), 928_000);
    }

    /// 10,000 at 145 are 1,450; duplicates are of no account.
    #[test]
    fn without_a_net_name_clause_all_are_paid_for() {
        assert_eq!(owed(&terms(145, None, None), 10_000, 4_000), 145_000);
    }

    /// 2,000 names at 100 + 15 for selections = 230, a fee of 50, up to a minimum of 500.
    #[test]
    fn fees_and_the_minimum_are_lines_of_their_own() {
        let terms = Terms {
            selects_cpm_minor: Some(1_500),
            flat_fee_minor: Some(5_000),
            min_charge_minor: Some(50_000),
            commission_pct: Some(Percent(2_000)),
            ..terms(100, None, None)
        };
        let merged = Merged {
            gross: 2_000,
            used: 2_000,
        };
        let invoice = invoice(&terms, merged).expect("an invoice");
        let lines: Vec<_> = invoice
            .lines
            .iter()
            .map(|line| (line.what, line.amount_minor))
            .collect();
        assert_eq!(
            lines,
            [
                ("names", 20_000),
                ("selections", 3_000),
                ("flat fee", 5_000),
                ("up to the minimum charge", 22_000)
            ]
        );
        assert_eq!(invoice.total_minor, 50_000);
        assert_eq!(invoice.commission_minor, Some(4_000));
    }

    #[test]
    fn what_can_not_be_billed_is_said() {
        let more = Merged { gross: 5, used: 6 };
        assert!(invoice(&terms(1, None, None), more).is_err());
        let free = invoice(&Terms::new("a"), Merged { gross: 1, used: 1 });
        assert!(free.expect_err("no price").contains("no price"));
    }

    proptest! {
        /// More duplicates never cost more, and no name is paid for twice in full.
        #[test]
        fn duplicates_never_cost(
            gross in 0_u64..200_000,
            a in 0_u64..200_000,
            b in 0_u64..200_000,
            net in 0_u32..=100,
        ) {
            let terms = terms(100, Some(net), Some(10));
            let (few, many) = (a.min(b).min(gross), a.max(b).min(gross));
            prop_assert!(owed(&terms, gross, many) <= owed(&terms, gross, few));
            let all = invoice(&terms, Merged { gross, used: gross - many }).expect("an invoice");
            prop_assert_eq!(all.billed + all.run, gross);
        }
    }
}
