//! What a report asks of the Book: so that the store loads nothing else.

use super::book::Book;

/// Columns of `Deals` beside `id` and `state`, and the tables beside them: a set of either.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Columns(u32);

impl Columns {
    pub const NONE: Self = Self(0);
    /// `account`; the names only with [`Columns::ACCOUNT_NAMES`].
    pub const ACCOUNT: Self = Self(1);
    /// `owner` and `team`.
    pub const OWNER: Self = Self(1 << 1);
    pub const PRODUCT: Self = Self(1 << 2);
    pub const SOURCE: Self = Self(1 << 3);
    /// `stage` and `stage_entered`.
    pub const STAGE: Self = Self(1 << 4);
    /// `value_minor` and `currency`.
    pub const VALUE: Self = Self(1 << 5);
    pub const OPENED: Self = Self(1 << 6);
    pub const CLOSED: Self = Self(1 << 7);
    pub const EXPECTED_CLOSE: Self = Self(1 << 8);
    pub const HOLD: Self = Self(1 << 9);
    pub const NEXT_DUE: Self = Self(1 << 10);
    pub const REASON: Self = Self(1 << 11);
    /// `customer_type`.
    pub const TYPE: Self = Self(1 << 12);
    pub const TOUCHED: Self = Self(1 << 13);
    /// `imported`.
    pub const IMPORTED: Self = Self(1 << 30);
    pub const VISITS: Self = Self(1 << 20);
    /// `deal` and `day` of activities for deals.
    pub const ACTIVITY_DAYS: Self = Self(1 << 31);
    /// `deal`, `day`, `kind` and `by` of activities.
    pub const ACTIVITIES: Self = Self(1 << 21).and(Self::ACTIVITY_DAYS);
    /// Activities with their `minutes` and `cost_minor`.
    pub const EFFORT: Self = Self(1 << 26).and(Self::ACTIVITIES);
    /// Activities with their `tool`.
    pub const TOOLS: Self = Self(1 << 27).and(Self::ACTIVITIES);
    /// `deal`, `due`, `added`, `done` and `by_rule` of follow-ups.
    pub const FOLLOW_UP_DAYS: Self = Self(1 << 29);
    /// Follow-ups with their `id` and `text`.
    pub const FOLLOW_UPS: Self = Self(1 << 22).and(Self::FOLLOW_UP_DAYS);
    /// Dated values with their currencies, and dated owners: the part of [`Columns::CHANGES`] that forecasts read.
    pub const WORTH_CHANGES: Self = Self(1 << 28);
    pub const CHANGES: Self = Self(1 << 23).and(Self::WORTH_CHANGES);
    /// `gate_version`.
    pub const GATE_VERSION: Self = Self(1 << 15);
    pub const ACCOUNT_NAMES: Self = Self(1 << 24);
    pub const LISTS: Self = Self(1 << 25);
    /// What nights expected.
    pub const FORECASTS: Self = Self(1 << 14);
    /// What an amount in the currency of the process is worked out from.
    pub const WORTH: Self = Self::VALUE.and(Self::CLOSED);
    /// All columns of deals, and the names of their accounts.
    pub const DEALS: Self = Self((1 << 14) - 1).and(Self::ACCOUNT_NAMES);
    pub const EVERYTHING: Self = Self(u32::MAX);

    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// What is asked of the store: nothing else is loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    pub columns: Columns,
    /// Dated facts of the deal or, where it has none of that name, of its account: custom fields,
    /// `done_STEP`, `has_ROLE`.
    pub attributes: Vec<String>,
    /// Numbers and yes or no (1 or 0) among them of which earlier values count too.
    pub dated: Vec<String>,
    /// Facts of few values of which earlier ones count too.
    pub told: Vec<String>,
    /// Conditions over the facts of deals, each checked before.
    pub conditions: Vec<String>,
}

impl Needs {
    pub const fn of(columns: Columns) -> Self {
        Self {
            columns,
            attributes: Vec::new(),
            dated: Vec::new(),
            told: Vec::new(),
            conditions: Vec::new(),
        }
    }

    pub const fn everything() -> Self {
        Self::of(Columns::EVERYTHING)
    }

    /// What both need.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.columns = self.columns.and(other.columns);
        for name in other.attributes {
            if !self.attributes.contains(&name) {
                self.attributes.push(name);
            }
        }
        for name in other.dated {
            if !self.dated.contains(&name) {
                self.dated.push(name);
            }
        }
        for name in other.told {
            if !self.told.contains(&name) {
                self.told.push(name);
            }
        }
        for condition in other.conditions {
            if !self.conditions.contains(&condition) {
                self.conditions.push(condition);
            }
        }
        self
    }
}

impl Book {
    /// Empties what was not asked for, so that nobody comes to read it by chance.
    pub fn keep_only(&mut self, wanted: Columns) {
        let deals = &mut self.deals;
        if !wanted.has(Columns::ACCOUNT) {
            deals.account.clear();
        }
        if !wanted.has(Columns::ACCOUNT_NAMES) {
            self.accounts.clear();
        }
        if !wanted.has(Columns::OWNER) {
            deals.owner.clear();
            deals.team.clear();
        }
        if !wanted.has(Columns::PRODUCT) {
            deals.product.clear();
        }
        if !wanted.has(Columns::SOURCE) {
            deals.source.clear();
        }
        if !wanted.has(Columns::STAGE) {
            deals.stage.clear();
            deals.stage_entered.clear();
        }
        if !wanted.has(Columns::VALUE) {
            deals.value_minor.clear();
            deals.currency.clear();
        }
        for (column, days) in [
            (Columns::OPENED, &mut deals.opened),
            (Columns::CLOSED, &mut deals.closed),
            (Columns::EXPECTED_CLOSE, &mut deals.expected_close),
            (Columns::HOLD, &mut deals.hold_until),
            (Columns::NEXT_DUE, &mut deals.next_due),
            (Columns::TOUCHED, &mut deals.touched),
        ] {
            if !wanted.has(column) {
                days.clear();
            }
        }
        if !wanted.has(Columns::REASON) {
            deals.reason.clear();
        }
        if !wanted.has(Columns::TYPE) {
            deals.customer_type.clear();
        }
        if !wanted.has(Columns::GATE_VERSION) {
            deals.gate_version.clear();
        }
        if !wanted.has(Columns::IMPORTED) {
            deals.imported.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two that share a bit would load, or leave out, each other.
    #[test]
    fn each_has_a_bit_of_its_own() {
        let own = [
            Columns::ACCOUNT,
            Columns::OWNER,
            Columns::PRODUCT,
            Columns::SOURCE,
            Columns::STAGE,
            Columns::VALUE,
            Columns::OPENED,
            Columns::CLOSED,
            Columns::EXPECTED_CLOSE,
            Columns::HOLD,
            Columns::NEXT_DUE,
            Columns::REASON,
            Columns::TYPE,
            Columns::TOUCHED,
            Columns::IMPORTED,
            Columns::VISITS,
            Columns::ACTIVITY_DAYS,
            Columns::FOLLOW_UP_DAYS,
            Columns::WORTH_CHANGES,
            Columns::GATE_VERSION,
            Columns::ACCOUNT_NAMES,
            Columns::LISTS,
            Columns::FORECASTS,
        ];
        for (at, one) in own.iter().enumerate() {
            for other in &own[at + 1..] {
                assert!(!one.has(*other) && !other.has(*one), "{one:?} {other:?}");
            }
        }
    }
}
