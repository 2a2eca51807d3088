//! Versions of the process that were in force before: what happened under one is judged by it.

use super::{Process, check};

/// A version that is not in force (any more).
#[derive(Debug)]
pub struct Earlier {
    pub version: u32,
    pub process: Process,
    /// What each of its stages is called now, or was called last, in its own order.
    pub called: Vec<String>,
}

/// What a version said.
#[derive(Clone, Copy, Debug)]
pub struct Text<'t> {
    pub version: u32,
    pub text: &'t str,
    /// It was taken back, and with it the names that it gave to stages.
    pub undone: bool,
}

/// The versions beside `now` by their texts, the newest first. One that this program can't read (any more) is left out.
pub fn earlier<'t>(texts: impl IntoIterator<Item = Text<'t>>, now: &Process) -> Vec<Earlier> {
    let mut all: Vec<Earlier> = Vec::new();
    // The version after, of those that count; none for `now`.
    let mut after: Option<usize> = None;
    for Text {
        version,
        text,
        undone,
    } in texts
    {
        let Some(process) = check(&format!("process version {version}"), text).process else {
            continue;
        };
        let newer = after.map(|at| &all[at]);
        let of = |name: &str| match newer {
            None => now.stage_index(name).map(|at| now.stages[at].name.clone()),
            Some(newer) => {
                let at = newer.process.stage_index(name)?;
                Some(newer.called[at].clone())
            }
        };
        let called = process.stages.iter().map(|stage| {
            let before = stage.moved_from.iter().filter(|_| undone);
            let mut names = std::iter::once(&stage.name).chain(before);
            let called = names.find_map(|name| of(name));
            called.unwrap_or_else(|| stage.name.clone())
        });
        let called = called.collect();
        if !undone {
            after = Some(all.len());
        }
        all.push(Earlier {
            version,
            process,
            called,
        });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(stages: &[&str]) -> String {
        let stages = stages.iter().map(|stage| match stage.split_once('<') {
            Some((name, before)) => {
                format!("[[stage]]\nname = \"{name}\"\nmoved_from = \"{before}\"\n")
            }
            None => format!("[[stage]]\nname = \"{stage}\"\n"),
        });
        let ends = "[[end]]\nname = \"won\"\n[[end]]\nname = \"lost\"\nreasons = [\"price\"]\n";
        let head = "[process]\nname = \"p\"\ncurrency = \"EUR\"\n";
        [head.to_string()]
            .into_iter()
            .chain(stages)
            .chain([ends.to_string()])
            .collect()
    }

    fn counts(version: u32, text: &str) -> Text<'_> {
        Text {
            version,
            text,
            undone: false,
        }
    }

    #[test]
    fn what_was_undone_gave_no_names() {
        let now = check("p", &text(&["meet", "close"])).process;
        let now = now.expect("a process");
        let second = text(&["contact<meet", "demo"]);
        let undone = Text {
            undone: true,
            ..counts(2, &second)
        };
        let first = text(&["meet", "close"]);
        let all = earlier([undone, counts(1, &first)], &now);
        assert_eq!(all[0].called, ["meet", "demo"]);
        assert_eq!(all[1].called, ["meet", "close"]);
    }

    #[test]
    fn stages_have_the_name_they_have_now() {
        let now = check("p", &text(&["contact<meet", "close"])).process;
        let now = now.expect("a process");
        // `qualify` became `meet` in version 2 and `contact` in version 3, which is in force; `demo` went with it.
        let second = text(&["meet<qualify", "demo", "close"]);
        let first = text(&["qualify", "demo"]);
        let all = earlier([counts(2, &second), counts(1, &first)], &now);
        let told: Vec<(u32, &[String])> = all
            .iter()
            .map(|earlier| (earlier.version, earlier.called.as_slice()))
            .collect();
        let of = |names: &[&str]| {
            names
                .iter()
                .map(|name| (*name).to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            told,
            [
                (2, of(&["contact", "demo", "close"]).as_slice()),
                (1, of(&["contact", "demo"]).as_slice())
            ]
        );
    }

    #[test]
    fn what_can_not_be_read_is_left_out() {
        let now = check("p", &text(&["contact<meet"])).process;
        let now = now.expect("a process");
        let first = text(&["meet"]);
        let all = earlier([counts(2, "no process"), counts(1, &first)], &now);
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].version, &all[0].called[0][..]), (1, "contact"));
    }
}
