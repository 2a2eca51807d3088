//! The terms of a list as options, one for each.

use crate::fault::Fault;
use crate::list::{Reading, Terms, term};

macro_rules! terms_args {
    ($($(#[$about:meta])* $key:ident $value:literal;)*) => {
        /// What was agreed; `none` takes a term away again.
        #[derive(Clone, Debug, Default, clap::Args)]
        #[command(next_help_heading = "Terms")]
        pub(super) struct TermsArgs {
            $($(#[$about])* #[arg(long, value_name = $value)] $key: Option<String>,)*
        }

        impl TermsArgs {
            /// The terms that were given, by their names in files.
            pub(super) fn given(&self) -> Vec<(&'static str, &str)> {
                let all = [$((stringify!($key), self.$key.as_deref())),*];
                all.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
            }
        }
    };
}

terms_args! {
    /// What people call the list
    name "NAME";
    /// Who owns its names
    owner "NAME";
    /// Who it was rented through
    broker "NAME";
    /// Who manages it for its owner
    manager "NAME";
    /// Number of the order
    order_no "NUMBER";
    /// Where its data card is
    data_card_ref "TEXT";
    /// response, compiled, exchange, purchased, house or event
    kind "KIND";
    /// rent, buy or exchange
    acquisition "HOW";
    /// How often it may be used: 1, another number, or unlimited
    uses "N";
    /// When we got it
    obtained_on "DATE";
    /// Last day for its first use
    first_use_by "DATE";
    /// The day that was agreed for the mailing
    mail_date "DATE";
    /// Its last day
    until "DATE";
    /// mail, phone, email, parted by commas; or any
    channels "LIST";
    /// Names that were ordered
    qty "N";
    /// Names that were delivered
    qty_delivered "N";
    /// Currency of its amounts [default: the process's]
    currency "CODE";
    /// Price of a thousand names
    cpm "AMOUNT";
    /// Price of the selections, for a thousand names
    selects_cpm "AMOUNT";
    /// Fee for the whole of it
    flat_fee "AMOUNT";
    /// Least that is paid
    min_charge "AMOUNT";
    /// Net-name clause: at least so many per cent of the names are paid for
    net_pct "PERCENT";
    /// Price of a thousand names that were not used
    run_charge "AMOUNT";
    /// What the run charge is for: above_floor or all_unused
    run_charge_basis "BASIS";
    /// The broker's commission, inside the price
    commission_pct "PERCENT";
    /// Rank among lists that share names, the lowest first
    priority "N";
    /// When its addresses were last held against the register of moves
    ncoa_date "DATE";
    /// When its addresses were last certified
    cass_date "DATE";
    /// Where its names come from, as they have a right to be told
    source_name "TEXT";
    /// Why we may use them: consent, legitimate interest
    lawful_basis "TEXT";
    /// Whose law binds it: DE, EU, US
    jurisdiction "PLACE";
    /// When its names must be told by [default: a month after it was obtained]
    notice_due "DATE";
    /// Where the data processing agreement is
    dpa_ref "TEXT";
    /// Where the contract is
    contract_path "PATH";
    /// Whatever else there is to know
    notes "TEXT";
}

impl TermsArgs {
    /// Lays what was given over terms; every problem at once.
    pub(super) fn lay_over(&self, terms: &mut Terms, reading: Reading) -> Result<(), Fault> {
        let mut given = self.given();
        // Amounts are read in the currency that is given along with them.
        given.sort_by_key(|(key, _)| *key != "currency");
        let mut problems = Vec::new();
        for (key, value) in given {
            let Some(term) = term(key) else { continue };
            if let Err(problem) = term.lay(terms, value, reading) {
                problems.push(format!("{}: {problem}", term.option()));
            }
        }
        problems.extend(terms.contradictions());
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Fault::usage(problems.join("\nerror: ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::Term;

    #[derive(Debug, clap::Parser)]
    struct Only {
        #[command(flatten)]
        terms: TermsArgs,
    }

    #[test]
    fn every_term_has_its_option() {
        use clap::{CommandFactory, Parser};
        let command = Only::command();
        for term in Term::ALL {
            let option = term.option();
            assert!(
                command
                    .get_arguments()
                    .any(|argument| argument.get_long() == option.strip_prefix("--")),
                "{option}"
            );
        }
        let given = Only::parse_from(["x", "--net-pct", "85", "--qty", "5"]);
        assert_eq!(given.terms.given(), [("qty", "5"), ("net_pct", "85")]);
    }
}
