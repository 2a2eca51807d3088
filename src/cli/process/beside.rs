//! The scenarios beside a process file: those of `tests/*.toml`, with what is wrong with each file.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::context::Context;
use crate::process::{self, Problem, Process, Scenario};

/// A file of scenarios. Those that can be read are there even when others can't.
pub(super) struct TestsFile {
    pub(super) label: String,
    pub(super) text: String,
    pub(super) scenarios: Vec<Scenario>,
    pub(super) problems: Vec<Problem>,
}

impl TestsFile {
    pub(super) fn problems_shown(&self, cx: &Context) -> String {
        let colors = cx.console.colors_stderr();
        process::render_problems(&self.label, &self.text, &self.problems, colors)
    }
}

/// Those in the folder `tests` beside the process file, by name.
pub(super) fn tests_beside(cx: &Context, path: &Path, process: &Process) -> Vec<TestsFile> {
    let folder = path.parent().unwrap_or(Path::new("")).join("tests");
    // No such folder: none are written.
    let Ok(entries) = fs::read_dir(&folder) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|found| found == "toml"))
        .collect();
    files.sort();
    let read = files.into_iter().map(|file| {
        let label = cx.shown(&file);
        let text = fs::read(&file)
            .map_err(|error| error.to_string())
            .and_then(process::decode);
        match text {
            Ok(text) => {
                let (scenarios, problems) = process::scenarios(&label, &text, process);
                TestsFile {
                    label,
                    text,
                    scenarios,
                    problems,
                }
            }
            Err(error) => TestsFile {
                problems: vec![Problem::unreadable(&label, error)],
                label,
                text: String::new(),
                scenarios: Vec::new(),
            },
        }
    });
    read.collect()
}
