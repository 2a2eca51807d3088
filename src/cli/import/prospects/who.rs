//! Who the names of a run are: compared with each other and with everybody the store knows, people and
//! companies each on their own.

use anyhow::Result;
use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_64;

use crate::id::Id;
use crate::prospect::clean::is_free_mail;
use crate::prospect::clean::person::{self, NameOrder};
use crate::prospect::matching::{
    self, Features, Keyer, Keys, Kind, Known, Link, Lookup, Matches, Model, Names, Pairs,
    Thresholds,
};
use crate::prospect::{Fate, Field};
use crate::store::{Fated, NameRow, PersonName, Run, Store};

/// What matching came to.
#[derive(Default)]
pub(super) struct Who {
    pub(super) people: Option<Side>,
    pub(super) companies: Option<Side>,
    /// Accounts that names work at: name, account, probability.
    pub(super) employers: Vec<(Id, Id, f32)>,
    /// Companies that people of the file work at, and how many of them are accounts.
    pub(super) workplaces: usize,
    pub(super) known_workplaces: usize,
}

/// One kind of names, everybody who is known first.
pub(super) struct Side {
    pub(super) names: Names,
    pub(super) model: Model,
    /// For each known row, the first known row of the same entity.
    heads: Vec<u32>,
    population: u64,
    /// Who each row is: an entity among the known, a name of the run after them.
    pub(super) ids: Vec<Id>,
    /// Of each row of the run, the fate it had before matching, and its line.
    pub(super) before: Vec<(Fate, u64)>,
    pub(super) matches: Matches,
}

impl Side {
    pub(super) fn known(&self) -> Known<'_> {
        Known {
            entities: &self.heads,
            population: self.population,
        }
    }

    /// How many rows are known already; the rest is the run's.
    pub(super) fn known_rows(&self) -> usize {
        self.heads.len()
    }

    /// What each matched name turned out to be. A decoy or a name to be left alone stays what it is, but
    /// is still the row of its entity.
    pub(super) fn fates(&self) -> impl Iterator<Item = Fated> + '_ {
        self.matches.links.iter().map(|link| self.fated(link))
    }

    pub(super) fn fated(&self, link: &Link) -> Fated {
        let known = self.known_rows();
        let fate = match self.before[link.row as usize - known].0 {
            Fate::New if (link.to as usize) < known => Fate::Known,
            Fate::New => Fate::Twice,
            told => told,
        };
        Fated {
            name: self.ids[link.row as usize],
            fate,
            entity: self.ids[link.to as usize],
            probability: link.probability,
        }
    }

    /// The row of the run that stands on a line of the file.
    pub(super) fn row_of_line(&self, line: u64) -> Option<u32> {
        let at = self.before.iter().position(|(_, on)| *on == line)?;
        Some((self.known_rows() + at) as u32)
    }

    /// Pairs for a person to decide, by who they are.
    pub(super) fn unsure(&self) -> impl Iterator<Item = (Id, Id, f32)> + '_ {
        self.matches.unsure.iter().map(|pair| {
            let id = |row: u32| self.ids[row as usize];
            (id(pair.a), id(pair.b), pair.probability)
        })
    }
}

/// Names being gathered: the known first, then the run's.
struct Gathering {
    names: Names,
    ids: Vec<Id>,
    heads: Vec<u32>,
    head_of: FxHashMap<Id, u32>,
    population: u64,
    before: Vec<(Fate, u64)>,
}

impl Gathering {
    fn new(kind: Kind) -> Self {
        Self {
            names: Names::new(kind),
            ids: Vec::new(),
            heads: Vec::new(),
            head_of: FxHashMap::default(),
            population: 0,
            before: Vec::new(),
        }
    }

    fn add_known(&mut self, entity: Id, features: &Features<'_>) {
        let row = self.names.push(features);
        self.ids.push(entity);
        self.heads.push(*self.head_of.entry(entity).or_insert(row));
    }

    fn add(&mut self, name: &NameRow<'_>) {
        self.names.push(&Features::of(|field| name.get(field)));
        self.ids.push(name.id);
        self.before.push((name.fate, name.line));
    }

    /// Writes down what the names of the run are looked up by.
    fn keep_keys(&self, staged: &Store) -> Result<()> {
        let rows = self.heads.len()..self.ids.len();
        staged.keep_keys(rows.map(|row| (self.ids[row], self.names.keys(row as u32).to_bytes())))
    }

    /// Compares everybody. A file that is large enough teaches its own weights; a smaller one uses those
    /// that the store's largest taught, or the ones we ship.
    fn matched(
        self,
        kept: Option<Model>,
        thresholds: Thresholds,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Side {
        let known = Known {
            entities: &self.heads,
            population: self.population.max(self.heads.len() as u64),
        };
        let pairs = Pairs::new(&self.names, self.heads.len(), progress);
        let learnt = Model::learn(&self.names, &pairs);
        let model = match kept {
            Some(kept) if kept.learnt_from() > learnt.learnt_from() => kept,
            _ => learnt,
        };
        let matches = matching::find(&self.names, &pairs, known, &model, thresholds);
        let population = known.population;
        Side {
            names: self.names,
            model,
            heads: self.heads,
            population,
            ids: self.ids,
            before: self.before,
            matches,
        }
    }
}

/// Finds out who the names of a run are. `staged` has the run, `store` what was known before; they are
/// two only in a dry run.
pub(super) fn who(
    staged: &Store,
    store: &Store,
    run: &Run,
    thresholds: Thresholds,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Who> {
    let mut people = Gathering::new(Kind::Person);
    let mut companies = Gathering::new(Kind::Company);
    gather_names(staged, store, run, &mut people, &mut companies)?;
    gather_persons(store, &mut people)?;
    let mut accounts = Gathering::new(Kind::Company);
    for side in [&mut companies, &mut accounts] {
        gather_accounts(store, side)?;
    }
    let mut workplaces = Workplaces::default();
    staged.names_of_run(run, |name| {
        if name.fate == Fate::Seed {
            return Ok(());
        }
        if name.is_person() {
            people.add(name);
            workplaces.note(name);
        } else {
            companies.add(name);
        }
        Ok(())
    })?;
    people.keep_keys(staged)?;
    companies.keep_keys(staged)?;
    let mut who = Who {
        workplaces: workplaces.told.len(),
        ..Who::default()
    };
    if !people.before.is_empty() {
        let kept = kept_model(store, Kind::Person)?;
        who.people = Some(people.matched(kept, thresholds, progress));
    }
    let kept = kept_model(store, Kind::Company)?;
    (who.employers, who.known_workplaces) = workplaces.accounts(accounts, kept.clone(), thresholds);
    if !companies.before.is_empty() {
        who.companies = Some(companies.matched(kept, thresholds, progress));
    }
    Ok(who)
}

fn kept_model(store: &Store, kind: Kind) -> Result<Option<Model>> {
    let text = store.match_model(kind.name())?;
    // One of another version is as good as none.
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// More names than these are worth asking for one by one; beyond, all are loaded.
const FEW: u64 = 100_000;

/// Of the names of lists that count, those who could be one of the run: for a few new names those that
/// share a key, for many all.
fn gather_names(
    staged: &Store,
    store: &Store,
    run: &Run,
    people: &mut Gathering,
    companies: &mut Gathering,
) -> Result<()> {
    let mut add = |name: &NameRow<'_>| {
        let side = if name.is_person() {
            &mut *people
        } else {
            &mut *companies
        };
        side.add_known(name.entity, &Features::of(|field| name.get(field)));
        Ok(())
    };
    if run.names > FEW {
        store.known_names(&mut add)?;
        return Ok(());
    }
    let mut keys = Vec::new();
    let mut keyer = [Keyer::new(Kind::Person), Keyer::new(Kind::Company)];
    staged.names_of_run(run, |name| {
        if name.fate != Fate::Seed {
            let keyer = &mut keyer[usize::from(!name.is_person())];
            keys.push(keyer.of(&Features::of(|field| name.get(field))));
        }
        Ok(())
    })?;
    let mut lookup = Lookup::new(keys);
    let mut stored = 0;
    store.known_keys(|id, bytes| {
        stored += 1;
        if let Some(keys) = Keys::from_bytes(bytes) {
            lookup.offer(id.0, keys);
        }
    })?;
    let ids: Vec<Id> = lookup.finish().into_iter().map(Id).collect();
    store.names(&ids, add)?;
    people.population += stored;
    companies.population += stored;
    Ok(())
}

/// Everybody who was taken up by hand or through a deal.
fn gather_persons(store: &Store, people: &mut Gathering) -> Result<()> {
    for known in store.person_names()? {
        let parts = person::split(&known.name, NameOrder::default());
        people.population += 1;
        people.add_known(
            known.id,
            &Features {
                first: &parts.first,
                middle: &parts.middle,
                last: &parts.last,
                title: known.title.as_deref().unwrap_or_default(),
                company: known.company.as_deref().unwrap_or_default(),
                email: known.email.as_deref().unwrap_or_default(),
                domain: work_domain(&known),
                phone: known.phone.as_deref().unwrap_or_default(),
                ..Features::default()
            },
        );
    }
    Ok(())
}

/// Accounts, each with the domain that its people write from.
fn gather_accounts(store: &Store, companies: &mut Gathering) -> Result<()> {
    let persons = store.person_names()?;
    let mut domains: FxHashMap<Id, &str> = FxHashMap::default();
    for person in &persons {
        let domain = work_domain(person);
        if let Some(account) = person.account.filter(|_| !domain.is_empty()) {
            domains.entry(account).or_insert(domain);
        }
    }
    for (account, name) in store.accounts()? {
        companies.population += 1;
        companies.add_known(
            account,
            &Features {
                company: &name,
                domain: domains.get(&account).copied().unwrap_or_default(),
                ..Features::default()
            },
        );
    }
    Ok(())
}

/// The domain of somebody's address at work.
fn work_domain(person: &PersonName) -> &str {
    let address = person.email.as_deref().unwrap_or_default();
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    if is_free_mail(domain) { "" } else { domain }
}

/// The companies that people of the run work at, each once.
#[derive(Default)]
struct Workplaces {
    /// By what is told of it.
    told: FxHashMap<u64, u32>,
    /// Company, domain, state, city.
    texts: Vec<[String; 4]>,
    /// For each name, its place.
    names: Vec<(Id, u32)>,
    buffer: Vec<u8>,
}

impl Workplaces {
    fn note(&mut self, name: &NameRow<'_>) {
        const TOLD: [Field; 4] = [Field::Company, Field::Domain, Field::State, Field::City];
        if name.get(Field::Company).is_empty() && name.get(Field::Domain).is_empty() {
            return;
        }
        self.buffer.clear();
        for field in TOLD {
            self.buffer.extend_from_slice(name.get(field).as_bytes());
            self.buffer.push(0x1f);
        }
        let next = self.texts.len() as u32;
        let place = *self.told.entry(xxh3_64(&self.buffer)).or_insert(next);
        if place == next {
            self.texts
                .push(TOLD.map(|field| name.get(field).to_string()));
        }
        self.names.push((name.id, place));
    }

    /// Which of them are accounts of ours: for each name, and how many companies.
    fn accounts(
        self,
        mut known: Gathering,
        kept: Option<Model>,
        thresholds: Thresholds,
    ) -> (Vec<(Id, Id, f32)>, usize) {
        if known.heads.is_empty() {
            return (Vec::new(), 0);
        }
        for (n, [company, domain, state, city]) in self.texts.iter().enumerate() {
            known.names.push(&Features {
                company,
                domain,
                city,
                state,
                ..Features::default()
            });
            known.ids.push(Id(n as i64));
            known.before.push((Fate::New, 0));
        }
        let side = known.matched(kept, thresholds, &mut |_, _| {});
        let first = side.known_rows() as u32;
        let accounts: FxHashMap<u32, (Id, f32)> = side
            .matches
            .links
            .iter()
            .filter(|link| link.to < first)
            .map(|link| {
                let account = side.ids[link.to as usize];
                (link.row - first, (account, link.probability))
            })
            .collect();
        let employers = self
            .names
            .iter()
            .filter_map(|(name, place)| {
                let (account, probability) = accounts.get(place)?;
                Some((*name, *account, *probability))
            })
            .collect();
        (employers, accounts.len())
    }
}
