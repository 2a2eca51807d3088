//! Cuts a Book in hand back to an earlier day: what a backtest does a hundred times.

use super::book::{Activities, Book, Changes, Dated, Day, Deals, FollowUps, Left, State, Visits};

/// Of each deal of the whole Book: its place in the cut one.
type Places = Vec<Option<u32>>;

impl Book {
    /// The Book as it was on a day before its own; it must have been loaded with
    /// [`Columns::CHANGES`](super::book::Columns::CHANGES) and `VISITS`.
    ///
    /// As on that day are: which deals there are, their `state`, `stage`, `stage_entered`, `value_minor`, `currency`, `owner`,
    /// `team` (that of the rep on the last day), `opened`, `closed`, `expected_close` and `imported`, and visits, activities, changes, dated numbers and what was told. `account`, `product`,
    /// `source` and `customer_type` are as they are now; `reason` is, where the deal was lost then and
    /// still is. A follow-up is due when it is due now, and who did something is who counts as that now. `hold_until`, `next_due`, `touched`, attributes and
    /// conditions are not known and left out, as is whatever was not loaded.
    #[must_use]
    pub fn cut(&self, day: Day) -> Self {
        let deals = self.deals.len();
        let states = self.changes.state.on(deals, day);
        let mut next = 0;
        let places: Places = states
            .iter()
            .map(|state| {
                state.map(|_| {
                    next += 1;
                    next - 1
                })
            })
            .collect();
        let last = self.last_visits(day);
        let visits = self.visits_until(day, &places);
        Self {
            as_of: day.date(),
            process_version: self.process_version,
            currency: self.currency,
            deals: self.deals_on(day, &states, &last, &places),
            visits,
            activities: self.activities_until(day, &places),
            follow_ups: self.follow_ups_until(day, &places),
            changes: Changes {
                state: until(&self.changes.state, day, &places),
                stage: until(&self.changes.stage, day, &places),
                value_minor: until(&self.changes.value_minor, day, &places),
                currency: until(&self.changes.currency, day, &places),
                owner: until(&self.changes.owner, day, &places),
                expected_close: until(&self.changes.expected_close, day, &places),
            },
            accounts: self.accounts.clone(),
            owners: self.owners.clone(),
            reps: self.reps.clone(),
            teams: self.teams.clone(),
            products: self.products.clone(),
            margins: self.margins.clone(),
            prices: self.prices.clone(),
            sources: self.sources.clone(),
            stages: self.stages.clone(),
            currencies: self.currencies.clone(),
            reasons: self.reasons.clone(),
            types: self.types.clone(),
            versions: self.versions.clone(),
            tools: self.tools.clone(),
            attributes: std::collections::BTreeMap::new(),
            dated: self
                .dated
                .iter()
                .map(|(name, all)| (name.clone(), until(all, day, &places)))
                .collect(),
            told: self
                .told
                .iter()
                .map(|(name, told)| (name.clone(), told.until(day, &places)))
                .collect(),
            lists: None,
            forecasts: self
                .forecasts
                .iter()
                .filter(|(night, _)| Day::of(*night) <= day)
                .cloned()
                .collect(),
            conditions: std::collections::BTreeMap::new(),
        }
    }

    /// The last visit that each deal had begun by the day.
    fn last_visits(&self, day: Day) -> Vec<Option<u32>> {
        let mut last = vec![None; self.deals.len()];
        for (visit, deal) in (0_u32..).zip(&self.visits.deal) {
            if self.visits.entered[visit as usize].is_none_or(|entered| entered <= day) {
                last[*deal as usize] = Some(visit);
            }
        }
        last
    }

    fn deals_on(
        &self,
        day: Day,
        states: &[Option<State>],
        last: &[Option<u32>],
        places: &Places,
    ) -> Deals {
        let now = &self.deals;
        let changes = &self.changes;
        let visit = |deal: usize| last[deal].map(|visit| visit as usize);
        let mut closed_since = vec![None; now.len()];
        for ((deal, on), to) in changes
            .state
            .deal
            .iter()
            .zip(&changes.state.day)
            .zip(&changes.state.to)
        {
            if *on > day {
                closed_since[*deal as usize] = Some(*to);
            }
        }
        // What became of it since: nothing, unless its state changed.
        let as_now = |deal: usize| closed_since[deal].is_none();
        let is_closed = |deal: usize| states[deal].is_some_and(|state| !state.is_open());
        let by_deal = |of: &dyn Fn(usize) -> Option<Day>| -> Vec<Option<Day>> {
            kept((0..now.len()).map(of).collect(), places)
        };
        let owner: Vec<Option<u32>> = changes
            .owner
            .on(now.len(), day)
            .into_iter()
            .map(Option::flatten)
            .collect();
        let team = |owner: &Option<u32>| self.reps.get((*owner)? as usize)?.team;
        Deals {
            id: kept(now.id.clone(), places),
            account: kept(now.account.clone(), places),
            team: kept(owner.iter().map(team).collect(), places),
            owner: kept(owner, places),
            product: kept(now.product.clone(), places),
            source: kept(now.source.clone(), places),
            state: states.iter().flatten().copied().collect(),
            stage: kept(
                (0..now.len())
                    .map(|deal| visit(deal).map(|visit| self.visits.stage[visit]))
                    .collect(),
                places,
            ),
            stage_entered: by_deal(&|deal| self.visits.entered[visit(deal)?]),
            value_minor: kept(
                changes
                    .value_minor
                    .on(now.len(), day)
                    .into_iter()
                    .map(Option::flatten)
                    .collect(),
                places,
            ),
            currency: kept(
                changes
                    .currency
                    .on(now.currency.len(), day)
                    .into_iter()
                    .map(Option::unwrap_or_default)
                    .collect(),
                places,
            ),
            opened: kept(now.opened.clone(), places),
            closed: by_deal(&|deal| {
                if !is_closed(deal) {
                    return None;
                }
                if as_now(deal) && !now.closed.is_empty() {
                    return now.closed[deal];
                }
                let visit = visit(deal)?;
                let ended = matches!(self.visits.how[visit], Left::Won | Left::Lost);
                self.visits.left[visit].filter(|_| ended)
            }),
            expected_close: kept(
                changes
                    .expected_close
                    .on(now.len(), day)
                    .into_iter()
                    .map(Option::flatten)
                    .collect(),
                places,
            ),
            reason: kept(
                now.reason
                    .iter()
                    .enumerate()
                    .map(|(deal, reason)| {
                        reason.filter(|_| states[deal] == Some(State::Lost) && as_now(deal))
                    })
                    .collect(),
                places,
            ),
            customer_type: kept(now.customer_type.clone(), places),
            gate_version: kept(now.gate_version.clone(), places),
            hold_until: Vec::new(),
            next_due: Vec::new(),
            touched: Vec::new(),
            imported: kept(now.imported.clone(), places),
        }
    }

    fn visits_until(&self, day: Day, places: &Places) -> Visits {
        let all = &self.visits;
        let mut cut = Visits::default();
        for visit in 0..all.len() {
            let begun = all.entered[visit].is_none_or(|entered| entered <= day);
            let Some(deal) = places[all.deal[visit] as usize].filter(|_| begun) else {
                continue;
            };
            let over = all.left[visit].is_none_or(|left| left <= day);
            cut.deal.push(deal);
            cut.stage.push(all.stage[visit]);
            cut.entered.push(all.entered[visit]);
            cut.left.push(all.left[visit].filter(|_| over));
            cut.how
                .push(if over { all.how[visit] } else { Left::Still });
            cut.overridden.push(over && all.overridden[visit]);
        }
        cut
    }

    fn activities_until(&self, day: Day, places: &Places) -> Activities {
        let all = &self.activities;
        let mut cut = Activities::default();
        for at in 0..all.len() {
            let deal = all.deal[at].map(|deal| places[deal as usize]);
            if all.day[at] > day || deal == Some(None) {
                continue;
            }
            cut.deal.push(deal.flatten());
            cut.day.push(all.day[at]);
            // Loaded or not.
            cut.kind.extend(all.kind.get(at));
            cut.by.extend(all.by.get(at));
            cut.minutes.extend(all.minutes.get(at));
            cut.cost_minor.extend(all.cost_minor.get(at));
            cut.tool.extend(all.tool.get(at));
        }
        cut
    }

    fn follow_ups_until(&self, day: Day, places: &Places) -> FollowUps {
        let all = &self.follow_ups;
        let mut cut = FollowUps::default();
        for at in 0..all.len() {
            let Some(deal) = places[all.deal[at] as usize].filter(|_| all.added[at] <= day) else {
                continue;
            };
            // Loaded or not.
            cut.id.extend(all.id.get(at));
            cut.text.extend(all.text.get(at).cloned());
            cut.deal.push(deal);
            cut.due.push(all.due[at]);
            cut.added.push(all.added[at]);
            cut.done.push(all.done[at].filter(|done| *done <= day));
            cut.by_rule.push(all.by_rule[at]);
        }
        cut
    }
}

/// The values of the deals that are there; a column that was not loaded stays empty.
fn kept<T>(values: Vec<T>, places: &Places) -> Vec<T> {
    let there = values.into_iter().zip(places);
    there
        .filter_map(|(value, place)| place.map(|_| value))
        .collect()
}

fn until<T: Copy>(all: &Dated<T>, day: Day, places: &Places) -> Dated<T> {
    let mut cut = Dated::default();
    for ((deal, on), to) in all.deal.iter().zip(&all.day).zip(&all.to) {
        if let Some(deal) = places[*deal as usize].filter(|_| *on <= day) {
            cut.push(deal, *on, *to);
        }
    }
    cut
}
