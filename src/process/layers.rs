//! A process file and the files it extends, as one text.
//!
//! A unit's file may lay over its company's. They are read into one text, the eldest first, each after a line that names
//! it: so the store keeps all of a version, and a place in the text always is a place in a file. A file that extends none
//! is its own text.

use std::ops::Range;

use toml::de::DeValue;

use super::problem::Problem;
use super::reader::type_of;
use super::syntax::Source;

/// Begins the line that names the file which follows.
const MARK: &str = "#:file ";
/// Files that extend each other; more, and nobody knows any longer what applies.
const MOST: usize = 8;

/// One file of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layer<'t> {
    /// As the last file calls it: `../company.toml`.
    pub(super) name: &'t str,
    pub(super) text: &'t str,
    /// Where its text begins in the whole one.
    pub(super) begin: usize,
}

/// The files of a text, the eldest first; `label` names the only one of a text without such lines.
pub(super) fn layers<'t>(label: &'t str, text: &'t str) -> Vec<Layer<'t>> {
    if !text.starts_with(MARK) {
        return vec![Layer {
            name: label,
            text,
            begin: 0,
        }];
    }
    let mut layers: Vec<Layer<'t>> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        if let Some(name) = line.strip_prefix(MARK) {
            layers.push(Layer {
                name: name.trim_end(),
                text: &text[end..end],
                begin: end,
            });
        } else if let Some(layer) = layers.last_mut() {
            layer.text = &text[layer.begin..end];
        }
        at = end;
    }
    layers
}

/// The files that the last one of a text extends.
pub fn extended(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = layers("", text).iter().map(|layer| layer.name).collect();
    names.pop();
    names
}

/// The files of a text, each with the line of the whole that is before it; none of a text that is one file.
pub(super) fn beginnings(text: &str) -> Vec<(String, usize)> {
    let layers = layers("", text);
    if layers.len() == 1 && layers[0].begin == 0 {
        return Vec::new();
    }
    let line = |layer: &Layer<'_>| text[..layer.begin].matches('\n').count();
    layers
        .iter()
        .map(|layer| (layer.name.to_string(), line(layer)))
        .collect()
}

/// Where a place of the whole text is: in which file, as seen from where `label` is, and its text.
pub(super) fn of_place<'t>(label: &'t str, text: &'t str, at: usize) -> (String, Layer<'t>) {
    let layers = layers(label, text);
    let place = layers.partition_point(|layer| layer.begin <= at).max(1) - 1;
    let layer = layers[place];
    let name = if layers.len() == 1 {
        label.to_string()
    } else {
        beside(label, layer.name)
    };
    (name, layer)
}

/// Where a byte of the whole text is; line and column are counted from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub file: String,
    pub line: usize,
    pub column: usize,
}

pub fn place(label: &str, text: &str, at: usize) -> Place {
    let (file, layer) = of_place(label, text, at);
    let before = text.get(layer.begin..at.max(layer.begin));
    let before = before.unwrap_or_default();
    Place {
        file,
        line: before.matches('\n').count() + 1,
        column: before.chars().rev().take_while(|c| *c != '\n').count() + 1,
    }
}

/// A name that is told from where another file is: `unit/process.toml` and `../company.toml` is `company.toml`.
pub(super) fn beside(file: &str, name: &str) -> String {
    if name.starts_with('/') {
        return name.to_string();
    }
    let folder = file.rfind('/').map_or("", |at| &file[..=at]);
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(name.split('/')) {
        match (part, parts.last()) {
            ("" | ".", _) => {}
            ("..", Some(last)) if *last != ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    let root = if file.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

/// Why files can't be joined.
#[derive(Clone, Debug)]
pub struct Unread {
    /// As seen from the first file's folder.
    pub file: String,
    pub text: String,
    pub problem: Problem,
}

/// A file and those it extends as one text.
///
/// `read` gives the text of a file by its name as seen from the first one's folder, or why it can't.
pub fn joined(
    name: &str,
    text: String,
    mut read: impl FnMut(&str) -> Result<String, String>,
) -> Result<String, Unread> {
    let mut files = vec![(name.to_string(), text)];
    loop {
        let (last, text) = &files[files.len() - 1];
        if let Some(at) = line_with_mark(text) {
            let problem = Problem::error(
                at,
                format!("a line begins with `{}`", MARK.trim_end()),
                "salesctl writes such lines between files; remove it",
            );
            return Err(Unread {
                file: last.clone(),
                text: text.clone(),
                problem,
            });
        }
        let Some((parent, span)) = extends(text) else {
            break;
        };
        let fails = |message: String, label: String| {
            let problem = Problem::error(span.clone(), message, label);
            Err(Unread {
                file: last.clone(),
                text: text.clone(),
                problem,
            })
        };
        let parent = match parent {
            Ok(parent) if parent.trim().is_empty() => {
                return fails(
                    "`extends` is empty".into(),
                    "expected a file such as ../company.toml".into(),
                );
            }
            Ok(parent) => parent,
            Err(found) => {
                return fails(
                    "wrong type for `extends`".into(),
                    format!("expected a text in quotes, found {found}"),
                );
            }
        };
        let named = beside(last, &parent);
        if let Some(at) = files.iter().position(|(name, _)| *name == named) {
            let way: Vec<&str> = files[at..].iter().map(|(name, _)| name.as_str()).collect();
            return fails(
                "files extend each other in a circle".into(),
                format!("{} → {named}", way.join(" → ")),
            );
        }
        if files.len() == MOST {
            return fails(
                format!("more than {MOST} files extend each other"),
                "expected a company's file and few below it".into(),
            );
        }
        match read(&named) {
            Ok(text) => files.push((named, text)),
            Err(why) => {
                return fails(
                    format!("`{parent}` cannot be read: {why}"),
                    "expected a process file, its path seen from this file's folder".into(),
                );
            }
        }
    }
    if files.len() == 1 {
        return Ok(files.remove(0).1);
    }
    let mut whole = String::new();
    for (name, text) in files.iter().rev() {
        whole.push_str(MARK);
        whole.push_str(name);
        whole.push('\n');
        whole.push_str(text);
        if !text.ends_with('\n') {
            whole.push('\n');
        }
    }
    Ok(whole)
}

fn line_with_mark(text: &str) -> Option<Range<usize>> {
    let at = if text.starts_with(MARK) {
        0
    } else {
        text.find(&format!("\n{MARK}"))? + 1
    };
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    Some(at..end)
}

/// What a file says it extends, and where: `[process] extends = "../company.toml"`; of what is no text, what it is.
fn extends(text: &str) -> Option<(Result<String, &'static str>, Range<usize>)> {
    if !text.contains("extends") {
        return None;
    }
    let source = Source::read(text);
    let table = source.table();
    let process = table.get_ref().get("process")?.get_ref().as_table()?;
    let value = process.get("extends")?;
    let span = source.original(&value.span());
    let named = match value.get_ref() {
        DeValue::String(text) => Ok(text.to_string()),
        other => Err(type_of(other)),
    };
    Some((named, span))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str) -> Result<String, String> {
        match name {
            "../company.toml" => Ok("[process]\nextends = \"group/base.toml\"\n".into()),
            "../group/base.toml" => Ok("[process]\nname = \"Group\"".into()),
            "loop.toml" => Ok("[process]\nextends = \"./unit.toml\"\n".into()),
            _ => Err("no such file".into()),
        }
    }

    #[test]
    fn three_files() {
        let unit = "[process]\nextends = \"../company.toml\"\n";
        let whole = joined("unit.toml", unit.into(), read).expect("three files");
        assert_eq!(
            whole,
            "#:file ../group/base.toml\n[process]\nname = \"Group\"\n\
             #:file ../company.toml\n[process]\nextends = \"group/base.toml\"\n\
             #:file unit.toml\n[process]\nextends = \"../company.toml\"\n"
        );
        let names: Vec<&str> = layers("x", &whole).iter().map(|layer| layer.name).collect();
        assert_eq!(
            names,
            ["../group/base.toml", "../company.toml", "unit.toml"]
        );
        for layer in layers("x", &whole) {
            assert_eq!(&whole[layer.begin..][..layer.text.len()], layer.text);
        }
        let at = whole.find("Group").expect("its name");
        let (name, layer) = of_place("north/unit.toml", &whole, at);
        assert_eq!(
            (name.as_str(), layer.name),
            ("group/base.toml", "../group/base.toml")
        );
    }

    #[test]
    fn one_file_is_its_text() {
        let text = "[process]\nname = \"A\"\n";
        assert_eq!(joined("a.toml", text.into(), read).expect("one"), text);
        assert_eq!(layers("a.toml", text)[0].name, "a.toml");
    }

    #[rstest::rstest]
    #[case(
        "[process]\nextends = \"loop.toml\"\n",
        "files extend each other in a circle",
        "unit.toml → loop.toml → unit.toml"
    )]
    #[case(
        "[process]\nextends = \"unit.toml\"\n",
        "files extend each other in a circle",
        "unit.toml → unit.toml"
    )]
    #[case(
        "[process]\nextends = \"gone.toml\"\n",
        "`gone.toml` cannot be read: no such file",
        "expected a process file, its path seen from this file's folder"
    )]
    #[case(
        "[process]\n#:file a.toml\n",
        "a line begins with `#:file`",
        "salesctl writes such lines between files; remove it"
    )]
    fn refused(#[case] text: &str, #[case] message: &str, #[case] label: &str) {
        let Unread { problem, .. } = joined("unit.toml", text.into(), read).expect_err("refused");
        assert_eq!(
            (problem.message.as_str(), problem.label.as_str()),
            (message, label)
        );
    }

    #[rstest::rstest]
    #[case("unit/process.toml", "../company.toml", "company.toml")]
    #[case("process.toml", "../company.toml", "../company.toml")]
    #[case("../a/b.toml", "../c.toml", "../c.toml")]
    #[case("/srv/unit/process.toml", "../company.toml", "/srv/company.toml")]
    #[case("process.toml", "/etc/company.toml", "/etc/company.toml")]
    #[case("process.toml", "./sub/./x.toml", "sub/x.toml")]
    fn names(#[case] file: &str, #[case] name: &str, #[case] expected: &str) {
        assert_eq!(beside(file, name), expected);
    }
}
