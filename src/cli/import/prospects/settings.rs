//! What decides, besides the file, what its rows become: the map and the settings of the cleaning. Kept with
//! the run, so that it can be gone on with, and its rejected rows be taken the same way.

use std::path::Path;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::cli::context::Context;
use crate::fault::{Class, Fault};
use crate::import::profile::Profile;
use crate::process::render_problems;
use crate::prospect::clean::date::Format;
use crate::prospect::clean::number::Decimal;
use crate::prospect::clean::{Country, Settings as Cleaning};
use crate::prospect::map::{self, Binding, ProspectMap};
use crate::prospect::suppression::Purpose;
use crate::text::shortened;

/// Serialised, the identity of a run besides its file and list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Settings {
    /// A map as text; without one, `map` is the name of one of ours.
    pub(super) text: Option<String>,
    /// As people know it: a file, or `apollo`.
    pub(super) map: String,
    /// Why it was chosen.
    pub(super) why: String,
    pub(super) country: Option<String>,
    pub(super) decimal: Option<char>,
    pub(super) date_format: Option<String>,
    pub(super) purpose: String,
    /// How the file is written, as far as somebody said.
    pub(super) dialect: String,
}

impl Settings {
    pub(super) fn cleaning(&self) -> Result<Cleaning> {
        let country = self
            .country
            .as_deref()
            .map(|typed| {
                Country::find(typed).ok_or_else(|| {
                    Fault::usage(format!("`{typed}` is no country"))
                        .hint("expected two letters such as `DE`, or its name")
                })
            })
            .transpose()?;
        Ok(Cleaning {
            country,
            decimal: self.decimal.map(|sign| match sign {
                ',' => Decimal::Comma,
                _ => Decimal::Point,
            }),
            date: self.date_format.as_deref().and_then(Format::new),
        })
    }

    pub(super) fn purpose(&self) -> Purpose {
        Purpose::from_name(&self.purpose).unwrap_or(Purpose::Marketing)
    }
}

/// What `--map` names: a file, one of ours, or nothing.
pub(super) struct Chosen {
    pub(super) text: Option<String>,
    pub(super) map: Option<String>,
    pub(super) profile: Profile,
    /// The `[file]` table that the profile stands in, when there is nothing else: `import probe --save`.
    pub(super) file: Option<String>,
}

/// Whether `--map` names a file that is still to be written.
pub(super) fn is_new(typed: &str) -> bool {
    let path = Path::new(typed);
    path.extension().is_some_and(|end| end == "toml") && !path.exists()
}

/// Reads what `--map` names; `None` when it was unusable, which has been shown.
pub(super) fn choose(cx: &Context, typed: Option<&str>) -> Result<Option<Chosen>> {
    let Some(typed) = typed else {
        return Ok(Some(Chosen {
            text: None,
            map: None,
            profile: Profile::default(),
            file: None,
        }));
    };
    let path = Path::new(typed);
    if !path.exists() && map::built_in(typed).is_some() {
        return Ok(Some(Chosen {
            text: None,
            map: Some(typed.to_string()),
            profile: Profile::default(),
            file: None,
        }));
    }
    if !path.exists() {
        let names: Vec<&str> = map::built_in_names().collect();
        return Err(Fault::unknown(Class::Usage, "map", typed, &names)
            .hint("or name a TOML file; --guess-map writes a first draft of one")
            .into());
    }
    let bytes = std::fs::read(path)
        .map_err(|error| Fault::input(format!("cannot read the map `{typed}`: {error}")))?;
    let text = crate::process::decode(bytes)
        .map_err(|problem| Fault::input(format!("{}: {problem}", cx.shown(path))))?;
    if let Some(file) = only_file(&text) {
        return Ok(Some(Chosen {
            text: None,
            map: None,
            profile: profile(&cx.shown(path), &text)?,
            file: Some(file),
        }));
    }
    if let Err(problems) = ProspectMap::parse(&text) {
        let shown = render_problems(
            &cx.shown(path),
            &text,
            &problems,
            cx.console.colors_stderr(),
        );
        cx.console.warn(shown.trim_end());
        return Ok(None);
    }
    Ok(Some(Chosen {
        profile: profile(&cx.shown(path), &text)?,
        text: Some(text),
        map: Some(typed.to_string()),
        file: None,
    }))
}

/// How a file is written and nothing of its columns, as `import probe --save` puts it: they are recognised as
/// without a map.
fn only_file(text: &str) -> Option<String> {
    let table: toml::Table = toml::from_str(text).ok()?;
    let is_one = table.len() == 1 && table.get("file").is_some_and(toml::Value::is_table);
    is_one.then(|| table.to_string())
}

/// The `[file]` table of a map.
fn profile(name: &str, text: &str) -> Result<Profile> {
    let table: toml::Table = toml::from_str(text)
        .map_err(|error| Fault::input(format!("{name}: {}", error.message())))?;
    let Some(file) = table.get("file").and_then(toml::Value::as_table) else {
        return Ok(Profile::default());
    };
    Profile::from_table(file).map_err(|problems| {
        let mut fault = Fault::input(format!("{name}: [file] can't be used"));
        for problem in problems {
            fault = fault.hint(problem.message);
        }
        fault.into()
    })
}

/// Nothing of the file says who is meant.
pub(super) fn nothing_known(file: &str, headings: &[String]) -> Fault {
    let shown: Vec<String> = headings
        .iter()
        .take(12)
        .map(|heading| format!("\"{}\"", shortened(heading, 40)))
        .collect();
    Fault::input(format!(
        "no column of `{file}` is known; expected one such as Email, Last Name or Company, found {}",
        shown.join(", ")
    ))
    .hint("--guess-map writes a map to edit, --map MAP goes by it; `salesctl import probe FILE` shows how the file is read")
}

/// Holds the map against the headings of the file; `None` when it doesn't fit, which has been shown.
pub(super) fn bind(
    cx: &Context,
    settings: &Settings,
    file: &str,
    headings: &[String],
    sample: &[Vec<String>],
) -> Result<Option<Binding>> {
    let (map, text) = if let Some(text) = &settings.text {
        let map = ProspectMap::parse(text)
            .map_err(|_| Fault::damaged("the map of the import is unreadable"))?;
        (map, text.as_str())
    } else {
        let found = map::recognise(headings, sample, Some(&settings.map))
            .ok_or_else(|| Fault::damaged(format!("there is no map `{}`", settings.map)))?;
        (found.map, "")
    };
    if map.fields().next().is_none() {
        return Err(nothing_known(file, headings).into());
    }
    match map.bind(file, headings) {
        Ok(binding) => Ok(Some(binding)),
        Err(problems) => {
            let shown = render_problems(&settings.map, text, &problems, cx.console.colors_stderr());
            cx.console.warn(shown.trim_end());
            Ok(None)
        }
    }
}
