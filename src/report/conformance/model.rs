//! What a version of the process declares, as small tables of bits: what is looked up for each of millions of moves.

use crate::deal::book::{Book, Day, Needs, Told};
use crate::deal::fact::{GATE_VERSION, HISTORY_TOLD, OVERRIDES_TOLD, STEPS_TOLD};
use crate::process::{Calendar, Process, Span, Stage, Step, WON};

/// Places where a deal may be, one bit each: the stages of the Book, then the good end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Places(u128);

/// The place of the good end. A process has at most a hundred stages; of those that only older versions had, the Book
/// may name more than there are places, which no version has then.
pub(super) const GOOD_END: usize = 127;

impl Places {
    pub(super) fn has(self, place: usize) -> bool {
        place <= GOOD_END && self.0 & (1 << place) != 0
    }

    pub(super) fn add(&mut self, place: usize) {
        if place <= GOOD_END {
            self.0 |= 1 << place;
        }
    }

    /// Whether it has one that the other has not.
    pub(super) fn any_beside(self, other: Self) -> bool {
        self.0 & !other.0 != 0
    }
}

/// A way from one place by default steps to another, without its ends.
pub(super) type Between = Vec<usize>;

/// Days of the table of limits before the day of the Book: what began earlier is worked out each time.
const DAYS: i32 = 20_000;
const UNKNOWN: i32 = i32::MIN;

/// The limit of a stage, and by day of entry the last day within it, worked out when first asked for.
struct Limit<'p> {
    span: Span,
    calendar: &'p Calendar,
    base: i32,
    last: Vec<i32>,
}

impl Limit<'_> {
    fn last_day(&mut self, entered: Day) -> i32 {
        if self.last.is_empty() {
            self.last.resize(DAYS as usize + 1, UNKNOWN);
        }
        let work_out = |limit: &Self| {
            let last = limit.calendar.add(entered.date(), limit.span);
            Day::of(last).number()
        };
        let Some(at) = usize::try_from(entered.number() - self.base)
            .ok()
            .filter(|at| *at < self.last.len())
        else {
            return work_out(self);
        };
        if self.last[at] == UNKNOWN {
            self.last[at] = work_out(self);
        }
        self.last[at]
    }
}

pub(super) fn told_of<'p>(book: &'p Book, name: &str) -> Result<&'p Told, String> {
    let told = book.told.get(name);
    told.ok_or_else(|| format!("the Book was loaded without the fact `{name}`"))
}

/// What a version of the process declares of ways through it, by customer type where that makes a difference. Places
/// are those of the Book's stages.
pub(super) struct Declared<'p> {
    process: &'p Process,
    /// By stage of the process: its place.
    places: Vec<usize>,
    /// By place: which stage of the process it is.
    own: Vec<Option<usize>>,
    /// By place of the Book's label of a type: its kind. Empty where types make no difference.
    kinds: Vec<usize>,
    types: Option<&'p Told>,
    /// By kind: where a deal begins.
    start: Vec<Places>,
    /// By kind and stage: where it may go on to.
    onward: Vec<Vec<Places>>,
    /// By stage.
    back: Vec<Places>,
    /// Required steps, each with when it was done.
    pub(super) steps: Vec<(&'p str, &'p Told)>,
    /// By kind and stage: where they are in `steps`.
    required: Vec<Vec<Vec<u16>>>,
    limits: Vec<Option<Limit<'p>>>,
    /// By stage: so many visits of a deal at most.
    most: Vec<u32>,
}

/// Whether every deal of its type is asked for a step. One that is asked for on a condition is for the gate to judge,
/// which has the facts of that day; who passed it by override is told beside.
fn is_demanded(step: &Step) -> bool {
    step.required && step.ask_when.is_none()
}

/// Whether a stage, or a step of one, is for some customer types only.
fn differs_by_type(process: &Process) -> bool {
    let limited = |stage: &Stage| {
        let mut steps = stage.steps.iter().filter(|step| is_demanded(step));
        !stage.only.0.is_empty() || steps.any(|step| !step.only.0.is_empty())
    };
    process.stages.iter().any(limited)
}

/// The facts that tell which required steps were done, and the customer type where it matters.
pub(super) fn told<'p>(processes: impl Iterator<Item = &'p Process>) -> Needs {
    let mut needs = Needs::default();
    let known = [GATE_VERSION, HISTORY_TOLD, STEPS_TOLD, OVERRIDES_TOLD];
    needs.told.extend(known.map(str::to_string));
    for process in processes {
        for step in process.stages.iter().flat_map(|stage| &stage.steps) {
            let fact = format!("done_{}", step.name);
            if is_demanded(step) && !needs.told.contains(&fact) {
                needs.told.push(fact);
            }
        }
        if differs_by_type(process) && !needs.told.iter().any(|name| name == "type") {
            needs.told.push("type".to_string());
        }
    }
    needs
}

impl<'p> Declared<'p> {
    /// `called` are the names that its stages have now, `known` those of all places.
    pub(super) fn new(
        process: &'p Process,
        called: &[&str],
        known: &[&str],
        book: &'p Book,
    ) -> Result<Self, String> {
        let mut kinds: Vec<Option<&str>> = vec![None];
        let (mut of_labels, mut types) = (Vec::new(), None);
        if differs_by_type(process) {
            let told = told_of(book, "type")?;
            kinds.extend(process.customer_types.iter().map(|kind| Some(&*kind.name)));
            let place = |label: &String| kinds.iter().position(|kind| *kind == Some(label));
            // A type that is not there any more is none.
            of_labels = told
                .labels
                .iter()
                .map(|label| place(label).unwrap_or(0))
                .collect();
            types = Some(told);
        }
        let mut own = vec![None; known.len()];
        let mut places = Vec::with_capacity(called.len());
        for (at, name) in called.iter().enumerate() {
            let place = known.iter().position(|known| known == name);
            if let Some(place) = place {
                own[place] = Some(at);
            }
            places.push(place.unwrap_or(usize::MAX));
        }
        let mut declared = Self {
            process,
            places,
            own,
            kinds: of_labels,
            types,
            start: Vec::new(),
            onward: Vec::new(),
            back: Vec::new(),
            steps: Vec::new(),
            required: Vec::new(),
            limits: Vec::new(),
            most: Vec::new(),
        };
        for kind in kinds {
            let onward = |stage: &Stage| declared.all_of(&process.onward(stage, kind));
            let onward: Vec<Places> = process.stages.iter().map(onward).collect();
            let mut start = Places::default();
            if let Some(first) = process.stages.first() {
                if first.only.includes(kind) {
                    start.add(declared.places[0]);
                } else {
                    start = onward[0];
                }
            }
            let mut required = Vec::with_capacity(process.stages.len());
            for stage in &process.stages {
                let of_kind = |step: &&Step| is_demanded(step) && step.only.includes(kind);
                let mut places = Vec::new();
                for step in stage.steps.iter().filter(of_kind) {
                    let mut known = declared.steps.iter();
                    let place = known.position(|(name, _)| *name == step.name);
                    if place.is_none() {
                        let told = told_of(book, &format!("done_{}", step.name))?;
                        declared.steps.push((&step.name, told));
                    }
                    let place = place.unwrap_or(declared.steps.len() - 1);
                    places.push(place as u16);
                }
                required.push(places);
            }
            declared.start.push(start);
            declared.onward.push(onward);
            declared.required.push(required);
        }
        for stage in &process.stages {
            let back: Vec<&str> = stage.back.iter().map(String::as_str).collect();
            declared.back.push(declared.all_of(&back));
            declared.most.push(stage.most_visits.unwrap_or(u32::MAX));
            declared.limits.push(stage.limit.map(|span| Limit {
                span,
                calendar: &process.calendar,
                base: Day::of(book.as_of).number() - DAYS,
                last: Vec::new(),
            }));
        }
        Ok(declared)
    }

    /// The place of a stage or of the good end by the name that this version has for it.
    fn place(&self, name: &str) -> Option<usize> {
        match self.process.stage_index(name) {
            Some(stage) => Some(self.places[stage]),
            None => (name == WON).then_some(GOOD_END),
        }
    }

    fn all_of(&self, names: &[&str]) -> Places {
        let mut places = Places::default();
        for place in names.iter().filter_map(|name| self.place(name)) {
            places.add(place);
        }
        places
    }

    /// Which stage of this version a place is.
    fn own(&self, place: usize) -> Option<usize> {
        *self.own.get(place)?
    }

    /// The stage of this version at a place.
    pub(super) fn stage(&self, place: usize) -> Option<&'p Stage> {
        Some(&self.process.stages[self.own(place)?])
    }

    /// What this version calls a place, in words for people.
    pub(super) fn title(&self, place: usize) -> &'p str {
        match self.stage(place) {
            Some(stage) => &stage.title,
            None => &self.process.won_title,
        }
    }

    /// Whether this version has the stage.
    pub(super) fn has(&self, place: usize) -> bool {
        self.own(place).is_some()
    }

    /// Whether a place comes before another on the way to the good end.
    pub(super) fn is_before(&self, place: usize, other: usize) -> bool {
        self.own(place)
            .zip(self.own(other))
            .is_some_and(|(a, b)| a < b)
    }

    /// The kind of a deal by the end of a day: its customer type, where that makes a difference.
    pub(super) fn kind(&self, deal: u32, day: Option<Day>) -> usize {
        let Some(types) = self.types else { return 0 };
        let label = types.on(deal, day.unwrap_or(Day::new(i32::MAX)));
        label.map_or(0, |label| self.kinds[label as usize])
    }

    pub(super) fn may_begin(&self, kind: usize, place: usize) -> bool {
        self.start[kind].has(place)
    }

    pub(super) fn may_go(&self, kind: usize, from: usize, to: usize) -> bool {
        self.own(from)
            .is_some_and(|from| self.onward[kind][from].has(to))
    }

    pub(super) fn may_return(&self, from: usize, to: usize) -> bool {
        self.own(from).is_some_and(|from| self.back[from].has(to))
    }

    pub(super) fn required(&self, kind: usize, place: usize) -> &[u16] {
        self.own(place)
            .map_or(&[], |stage| &self.required[kind][stage])
    }

    /// So many times at most a deal is meant to be in a stage.
    pub(super) fn most_visits(&self, place: usize) -> u32 {
        self.own(place).map_or(u32::MAX, |stage| self.most[stage])
    }

    /// The last day within the limit of a stage.
    pub(super) fn last_day(&mut self, place: usize, entered: Day) -> Option<Day> {
        let stage = self.own(place)?;
        let limit = self.limits[stage].as_mut()?;
        Some(Day::new(limit.last_day(entered)))
    }

    /// The places on the default way from one, or from the beginning, to another, without both; none where the way
    /// does not lead there.
    pub(super) fn between(&self, kind: usize, from: Option<usize>, to: usize) -> Option<Between> {
        // The default comes first in `next`, which bits don't tell: it is asked for by name.
        let name = match kind {
            0 => None,
            kind => Some(&*self.process.customer_types[kind - 1].name),
        };
        let next = |place: usize| {
            let onward = self.process.onward(self.stage(place)?, name);
            self.place(onward.first()?)
        };
        let first = |places: Places| {
            let stages = self.places.iter().copied().chain([GOOD_END]);
            stages.into_iter().find(|place| places.has(*place))
        };
        let mut at = match from {
            None => first(self.start[kind])?,
            Some(from) => next(from)?,
        };
        let mut passed = Vec::new();
        while at != to {
            if at == GOOD_END || passed.contains(&at) {
                // Another way may lead there all the same.
                let begin = match from {
                    None => self.own(first(self.start[kind])?)?,
                    Some(from) => self.own(from)? + 1,
                };
                let end = self.own(to).unwrap_or(self.places.len());
                return self.reaches(kind, from, to).then(|| {
                    let own = |stage: &usize| self.process.stages[*stage].only.includes(name);
                    let way = (begin..end).filter(own);
                    way.map(|stage| self.places[stage]).collect()
                });
            }
            passed.push(at);
            at = next(at)?;
        }
        Some(passed)
    }

    /// Whether moves onward lead from one place, or from the beginning, to another.
    fn reaches(&self, kind: usize, from: Option<usize>, to: usize) -> bool {
        let onward = |place| {
            self.own(place)
                .map_or(Places::default(), |at| self.onward[kind][at])
        };
        let mut seen = from.map_or(self.start[kind], onward);
        let begin = self.places.iter().copied().filter(|place| seen.has(*place));
        let mut waiting: Vec<usize> = begin.collect();
        while let Some(at) = waiting.pop() {
            let further = onward(at);
            for place in self.places.iter().copied().chain([GOOD_END]) {
                if further.has(place) && !seen.has(place) {
                    seen.add(place);
                    waiting.push(place);
                }
            }
        }
        seen.has(to)
    }
}
