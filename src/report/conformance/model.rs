//! The declared process as small tables of bits: what is looked up for each of millions of moves.

use crate::deal::book::{Book, Day, Needs, Told};
use crate::process::{Calendar, Process, Span, Stage, WON};

/// Places that a deal may go to, one bit each: the stages, which are at most a hundred, then the good end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Places(u128);

impl Places {
    pub(super) fn has(self, place: usize) -> bool {
        place < 128 && self.0 & (1 << place) != 0
    }

    pub(super) fn add(&mut self, place: usize) {
        if place < 128 {
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

/// What the process declares of ways through it, by customer type where that makes a difference.
pub(super) struct Declared<'p> {
    pub(super) process: &'p Process,
    /// Its stages; further ones of a Book it does not have.
    pub(super) stages: usize,
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
    /// By kind and stage: places in `steps`.
    required: Vec<Vec<Vec<u16>>>,
    limits: Vec<Option<Limit<'p>>>,
    /// By stage: so many visits of a deal at most.
    most: Vec<u32>,
}

/// Whether a stage, or a step of one, is for some customer types only.
fn differs_by_type(process: &Process) -> bool {
    let limited = |stage: &Stage| {
        let mut steps = stage.steps.iter().filter(|step| step.required);
        !stage.only.0.is_empty() || steps.any(|step| !step.only.0.is_empty())
    };
    process.stages.iter().any(limited)
}

/// The facts that tell which required steps were done, and the customer type where it matters.
pub(super) fn told(process: &Process) -> Needs {
    let mut needs = Needs::default();
    for step in process.stages.iter().flat_map(|stage| &stage.steps) {
        let fact = format!("done_{}", step.name);
        if step.required && !needs.told.contains(&fact) {
            needs.told.push(fact);
        }
    }
    if differs_by_type(process) {
        needs.told.push("type".to_string());
    }
    needs
}

impl<'p> Declared<'p> {
    pub(super) fn new(process: &'p Process, book: &'p Book) -> Result<Self, String> {
        let fact = |name: &str| {
            let told = book.told.get(name);
            told.ok_or_else(|| format!("the Book was loaded without the fact `{name}`"))
        };
        let mut kinds: Vec<Option<&str>> = vec![None];
        let (mut of_labels, mut types) = (Vec::new(), None);
        if differs_by_type(process) {
            let told = fact("type")?;
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
        let stages = process.stages.len();
        let mut declared = Self {
            process,
            stages,
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
            let onward = |stage: &Stage| declared.places(&process.onward(stage, kind));
            let onward: Vec<Places> = process.stages.iter().map(onward).collect();
            let mut start = Places::default();
            if let Some(first) = process.stages.first() {
                if first.only.includes(kind) {
                    start.add(0);
                } else {
                    start = onward[0];
                }
            }
            let mut required = Vec::with_capacity(stages);
            for stage in &process.stages {
                let of_kind =
                    |step: &&crate::process::Step| step.required && step.only.includes(kind);
                let mut places = Vec::new();
                for step in stage.steps.iter().filter(of_kind) {
                    let mut known = declared.steps.iter();
                    let place = known.position(|(name, _)| *name == step.name);
                    if place.is_none() {
                        let told = fact(&format!("done_{}", step.name))?;
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
            declared.back.push(declared.places(&back));
            declared.most.push(stage.most_visits.unwrap_or(u32::MAX));
            declared.limits.push(stage.limit.map(|span| Limit {
                span,
                calendar: &process.calendar,
                base: Day::of(book.as_of).number() - DAYS,
                last: vec![UNKNOWN; DAYS as usize + 1],
            }));
        }
        Ok(declared)
    }

    fn places(&self, names: &[&str]) -> Places {
        let mut places = Places::default();
        for name in names {
            match self.process.stage_index(name) {
                Some(stage) => places.add(stage),
                None if *name == WON => places.add(self.won()),
                None => {}
            }
        }
        places
    }

    /// The place of the good end.
    pub(super) fn won(&self) -> usize {
        self.stages
    }

    /// What the process calls a place, in words for people.
    pub(super) fn title(&self, place: usize) -> &'p str {
        match self.process.stages.get(place) {
            Some(stage) => &stage.title,
            None => &self.process.won_title,
        }
    }

    /// Whether a stage of the Book is one of the process.
    pub(super) fn has(&self, stage: u16) -> bool {
        usize::from(stage) < self.stages
    }

    /// The kind of a deal by the end of a day: its customer type, where that makes a difference.
    pub(super) fn kind(&self, deal: u32, day: Option<Day>) -> usize {
        let Some(types) = self.types else { return 0 };
        let label = types.on(deal, day.unwrap_or(Day::new(i32::MAX)));
        label.map_or(0, |label| self.kinds[label as usize])
    }

    pub(super) fn may_begin(&self, kind: usize, stage: u16) -> bool {
        self.start[kind].has(usize::from(stage))
    }

    pub(super) fn may_go(&self, kind: usize, from: u16, to: usize) -> bool {
        self.onward[kind][usize::from(from)].has(to)
    }

    pub(super) fn may_return(&self, from: u16, to: u16) -> bool {
        self.back[usize::from(from)].has(usize::from(to))
    }

    pub(super) fn required(&self, kind: usize, stage: u16) -> &[u16] {
        &self.required[kind][usize::from(stage)]
    }

    /// So many times at most a deal is meant to be in a stage.
    pub(super) fn most_visits(&self, stage: u16) -> u32 {
        self.most[usize::from(stage)]
    }

    /// Days beyond the limit of a stage of a stay from one day to another; none within it.
    pub(super) fn beyond(&mut self, stage: u16, entered: Day, until: Day) -> Option<i32> {
        let limit = self.limits[usize::from(stage)].as_mut()?;
        let days = until.number() - limit.last_day(entered);
        (days > 0).then_some(days)
    }

    /// The stages on the default way from one place, or from the beginning, to another, without both; none where
    /// the way does not lead there.
    pub(super) fn between(&self, kind: usize, from: Option<u16>, to: usize) -> Option<Between> {
        let first = |places: Places| (0..=self.stages).find(|place| places.has(*place));
        // The default comes first in `next`, which bits don't tell: it is asked for by name.
        let name = match kind {
            0 => None,
            kind => Some(&*self.process.customer_types[kind - 1].name),
        };
        let next = |stage: usize| {
            let onward = self.process.onward(&self.process.stages[stage], name);
            let next = onward.first()?;
            Some(self.process.stage_index(next).unwrap_or(self.won()))
        };
        let mut at = match from {
            None => first(self.start[kind])?,
            Some(from) => next(usize::from(from))?,
        };
        let mut passed = Vec::new();
        while at != to {
            if at >= self.stages || passed.contains(&at) {
                // Another way may lead there all the same.
                let begin = from.map_or(first(self.start[kind])?, |from| usize::from(from) + 1);
                return self.reaches(kind, from, to).then(|| {
                    let own = |stage: &usize| self.process.stages[*stage].only.includes(name);
                    (begin..to).filter(own).collect()
                });
            }
            passed.push(at);
            at = next(at)?;
        }
        Some(passed)
    }

    /// Whether moves onward lead from one place, or from the beginning, to another.
    fn reaches(&self, kind: usize, from: Option<u16>, to: usize) -> bool {
        let begin = match from {
            None => self.start[kind],
            Some(from) => self.onward[kind][usize::from(from)],
        };
        let mut seen = begin;
        let mut waiting: Vec<usize> = (0..self.stages).filter(|at| begin.has(*at)).collect();
        while let Some(at) = waiting.pop() {
            for place in 0..=self.stages {
                if self.onward[kind][at].has(place) && !seen.has(place) {
                    seen.add(place);
                    if place < self.stages {
                        waiting.push(place);
                    }
                }
            }
        }
        seen.has(to)
    }
}
