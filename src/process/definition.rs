//! The process file as written: every key with its place, each value read on its own.
//! What values mean together (names, order, conditions) is for `check`.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::{NaiveDate, Weekday};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::Keys;
use super::metric_read::{self, MetricWritten};
use super::names::{slug, slugified, titled, twice, unique};
use super::people::{self, Person};
use super::problem::Lines;
use super::prospecting;
use super::reader::{At, Reader};
use super::stages::{self, StageWritten};
use super::target;
use super::zone::Zone;
use super::{
    Calendar, Field, LOST, Product, Reason, RoleRule, SellingModel, Settings, Source, Span, Team,
    WON, fields, rates, shape,
};
use crate::money::Currency;
use crate::text::nearest;

pub(super) struct Definition {
    pub(super) name: String,
    pub(super) selling_model: SellingModel,
    /// `None` when it is not usable.
    pub(super) currency: Option<Currency>,
    pub(super) fiscal_month: u32,
    pub(super) calendar: Calendar,
    pub(super) owner: Option<String>,
    pub(super) review_every: Option<Span>,
    pub(super) settings: Settings,
    pub(super) calls_by_name: bool,
    pub(super) rates: BTreeMap<String, Vec<(NaiveDate, f64)>>,
    /// Places: the headings.
    pub(super) fields: Vec<At<Field>>,
    pub(super) roles: Vec<At<RoleRule>>,
    pub(super) customer_types: Vec<TypeWritten>,
    pub(super) stages: Vec<StageWritten>,
    pub(super) ends: Vec<EndWritten>,
    /// Places: the names.
    pub(super) teams: Vec<At<Team>>,
    pub(super) reps: Vec<Person>,
    pub(super) products: Vec<At<Product>>,
    pub(super) sources: Vec<At<Source>>,
    pub(super) prospecting: prospecting::Written,
    pub(super) targets: target::Written,
    pub(super) metrics: Vec<MetricWritten>,
    pub(super) margin: Option<f64>,
}

pub(super) struct TypeWritten {
    pub(super) name: At<String>,
    pub(super) description: Option<String>,
    pub(super) when: Option<At<String>>,
    pub(super) priority: i64,
}

pub(super) struct EndWritten {
    pub(super) name: At<String>,
    pub(super) title: Option<String>,
    pub(super) reasons: Vec<Reason>,
    pub(super) span: Range<usize>,
}

impl Definition {
    pub(super) fn read(reader: &Reader<'_>, path_label: &str, table: DeTable<'_>) -> Self {
        let root = Spanned::new(0..0, DeValue::Table(table));
        let lines = Lines::of(reader.text);
        let mut definition = Self::empty();
        if let Some(file) = reader.table(&shape::FILE, &root) {
            definition.header(reader, path_label, &file);
            definition.settings(reader, &file);
            definition.nightly(reader, &file);
            definition.rates(reader, &file);
            definition.fields = fields::read_fields(reader, &file);
            definition.roles = fields::read_roles(reader, &file);
            definition.types(reader, &file);
            definition.stages = stages::read(reader, &lines, &file);
            definition.ends(reader, &file);
            people::read(&mut definition, reader, &file);
            definition.prospecting = prospecting::read(reader, &lines, &file);
            definition.targets = target::read(reader, &lines, &file, definition.fiscal_month);
            definition.metrics = metric_read::read(reader, &lines, &file);
        }
        definition
    }

    fn empty() -> Self {
        Self {
            name: String::new(),
            selling_model: SellingModel::Consultative,
            currency: None,
            fiscal_month: 1,
            calendar: Calendar::default(),
            owner: None,
            review_every: None,
            settings: Settings::default(),
            calls_by_name: false,
            rates: BTreeMap::new(),
            fields: Vec::new(),
            roles: Vec::new(),
            customer_types: Vec::new(),
            stages: Vec::new(),
            ends: Vec::new(),
            teams: Vec::new(),
            reps: Vec::new(),
            products: Vec::new(),
            sources: Vec::new(),
            prospecting: prospecting::Written::default(),
            targets: target::Written::default(),
            metrics: Vec::new(),
            margin: None,
        }
    }

    fn header(&mut self, reader: &Reader<'_>, path_label: &str, file: &Keys<'_>) {
        let Some(value) = file.get("process") else {
            let message = format!("`{path_label}` has no `[process]`");
            return reader.absent(
                0..0,
                message,
                "add `[process]` with a `name` and a `currency`",
            );
        };
        let Some(keys) = reader.table(&shape::PROCESS, value) else {
            return;
        };
        self.name = keys
            .needed("[process]", "name")
            .map(|name| name.value)
            .unwrap_or_default();
        // What it names is read with the file; here it is only held to be a text.
        let _ = keys.text("extends");
        let models = [
            ("transactional", SellingModel::Transactional),
            ("consultative", SellingModel::Consultative),
            ("enterprise", SellingModel::Enterprise),
        ];
        if let Some(model) = keys.one_of("selling_model", "selling model", &models) {
            self.selling_model = model.value;
        }
        if keys.get("currency").is_none() {
            reader.absent(
                keys.span.clone(),
                "[process] has no `currency`",
                "add `currency = \"EUR\"`",
            );
        } else if let Some(currency) = keys.text("currency") {
            match currency.value.parse() {
                Ok(known) => self.currency = Some(known),
                Err(_) => reader.error(
                    currency.span,
                    format!("unknown currency `{}`", currency.value),
                    "expected an ISO 4217 code such as EUR or USD",
                ),
            }
        }
        if let Some(month) = keys.integer("fiscal_month", 1..=12) {
            self.fiscal_month = month as u32;
        }
        if let Some(zone) = keys.text("timezone") {
            if let Ok(known) = zone.value.parse::<Zone>() {
                self.calendar.timezone = known;
            } else {
                let names = Zone::names();
                let label = match nearest(&zone.value, names.iter().map(String::as_str)) {
                    Some(near) => format!("no such time zone; did you mean `{near}`?"),
                    None => "no such time zone; expected one such as Europe/Berlin".into(),
                };
                reader.error(
                    zone.span,
                    format!("unknown time zone `{}`", zone.value),
                    label,
                );
            }
        }
        if let Some(days) = keys.texts("working_days") {
            self.calendar.working_days = working_days(reader, &days);
            if let Some(value) = keys.get("working_days").filter(|_| days.is_empty()) {
                reader.error(
                    value.span(),
                    "`working_days` is empty",
                    "expected at least one, such as \"mon\"",
                );
            }
        }
        for holiday in keys.items("holidays").unwrap_or_default() {
            if let Some(date) = reader.date_of("holidays", holiday) {
                self.calendar.holidays.insert(date);
            }
        }
        self.owner = keys.words("owner");
        self.review_every = keys.parsed("review_every");
        self.margin = keys.share("margin");
    }

    fn settings(&mut self, reader: &Reader<'_>, file: &Keys<'_>) {
        let Some(value) = file.get("settings") else {
            return;
        };
        if let Some(keys) = reader.table(&shape::SETTINGS, value) {
            self.settings = Settings {
                store: keys.words("store"),
                user: keys.words("user"),
            };
        }
    }

    fn nightly(&mut self, reader: &Reader<'_>, file: &Keys<'_>) {
        if let Some(value) = file.get("nightly")
            && let Some(keys) = reader.table(&shape::NIGHTLY, value)
        {
            self.calls_by_name = keys.flag("calls_by_name", false);
        }
    }

    fn rates(&mut self, reader: &Reader<'_>, file: &Keys<'_>) {
        for (code, value) in file.named("rates") {
            match code.value.parse::<Currency>() {
                Err(_) => reader.error(
                    code.span,
                    format!("unknown currency `{}`", code.value),
                    "expected an ISO 4217 code such as EUR or USD",
                ),
                Ok(currency) if Some(currency) == self.currency => reader.error(
                    code.span,
                    format!("a rate for `{currency}`"),
                    "this is the currency of the process itself",
                ),
                Ok(currency) => {
                    let rates = rates::read(reader, &code, value);
                    self.rates.insert(currency.code().to_string(), rates);
                }
            }
        }
    }

    fn types(&mut self, reader: &Reader<'_>, file: &Keys<'_>) {
        for value in file.tables("customer_type") {
            let Some(keys) = reader.table(&shape::CUSTOMER_TYPE, value) else {
                continue;
            };
            let Some(name) = slug(reader, keys.needed("a customer type", "name")) else {
                continue;
            };
            self.customer_types.push(TypeWritten {
                name,
                description: keys.words("description"),
                when: keys.text("when"),
                priority: keys
                    .integer("priority", -1_000_000..=1_000_000)
                    .unwrap_or(0),
            });
        }
    }

    fn ends(&mut self, reader: &Reader<'_>, file: &Keys<'_>) {
        for value in file.tables("end") {
            let Some(keys) = reader.table(&shape::END, value) else {
                continue;
            };
            let Some(name) = keys.needed("an end", "name") else {
                continue;
            };
            if ![WON, LOST].contains(&name.value.as_str()) {
                reader.unknown("end", &name, [WON, LOST].into_iter());
                continue;
            }
            if let Some(reasons) = keys.get("reasons").filter(|_| name.value == WON) {
                reader.error(
                    reasons.span(),
                    "`won` has reasons",
                    "only `lost` takes reasons",
                );
            }
            self.ends.push(EndWritten {
                name,
                title: keys.words("title"),
                reasons: reasons(reader, &keys),
                span: keys.span,
            });
        }
    }
}

fn working_days(reader: &Reader<'_>, written: &[At<String>]) -> Vec<Weekday> {
    use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let days = [Mon, Tue, Wed, Thu, Fri, Sat, Sun];
    let mut found = Vec::new();
    for day in written {
        match names.iter().position(|name| *name == day.value) {
            Some(at) if found.contains(&days[at]) => twice(reader, "working day", day),
            Some(at) => found.push(days[at]),
            None => reader.unknown("working day", day, names.into_iter()),
        }
    }
    found
}

fn reasons(reader: &Reader<'_>, keys: &Keys<'_>) -> Vec<Reason> {
    let mut names = Vec::new();
    let mut reasons = Vec::new();
    for item in keys.items("reasons").unwrap_or_default() {
        let (name, title) = if item.get_ref().is_str() {
            let Some(text) = reader.text_of("reasons", item) else {
                continue;
            };
            let name = At {
                value: slugified(&text.value),
                span: text.span,
            };
            let title = if name.value == text.value {
                titled(&text.value)
            } else {
                text.value
            };
            (name, title)
        } else {
            let Some(reason) = reader.table(&shape::REASON, item) else {
                continue;
            };
            let Some(name) = slug(reader, reason.needed("a reason", "name")) else {
                continue;
            };
            let title = reason.words("title").unwrap_or_else(|| titled(&name.value));
            (name, title)
        };
        reasons.push(Reason {
            name: name.value.clone(),
            title,
        });
        names.push(name);
    }
    unique(reader, "reason", &names);
    reasons
}
