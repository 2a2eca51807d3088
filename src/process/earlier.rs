//! Versions of the process that were in force before: what happened under one is judged by it.

use super::{Process, check};

/// A version that another one took the place of.
#[derive(Debug)]
pub struct Earlier {
    pub version: u32,
    pub process: Process,
    /// What each of its stages is called now, or was called last, in its own order.
    pub called: Vec<String>,
}

/// The versions before `now` by their texts, the newest first. One that this program can't read (any more) is left out.
pub fn earlier<'t>(texts: impl IntoIterator<Item = (u32, &'t str)>, now: &Process) -> Vec<Earlier> {
    let mut all: Vec<Earlier> = Vec::new();
    for (version, text) in texts {
        let Some(process) = check(&format!("process version {version}"), text).process else {
            continue;
        };
        let newer = all.last();
        let called = process.stages.iter().map(|stage| match newer {
            None => now.stage_now(&stage.name).to_string(),
            Some(newer) => match newer.process.stage_index(&stage.name) {
                Some(at) => newer.called[at].clone(),
                None => stage.name.clone(),
            },
        });
        let called = called.collect();
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

    #[test]
    fn stages_have_the_name_they_have_now() {
        let now = check("p", &text(&["contact<meet", "close"])).process;
        let now = now.expect("a process");
        // `qualify` became `meet` in version 2 and `contact` in version 3, which is in force; `demo` went with it.
        let second = text(&["meet<qualify", "demo", "close"]);
        let first = text(&["qualify", "demo"]);
        let all = earlier([(2, second.as_str()), (1, first.as_str())], &now);
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
        let all = earlier([(2, "no process"), (1, &text(&["meet"]))], &now);
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].version, &all[0].called[0][..]), (1, "contact"));
    }
}
