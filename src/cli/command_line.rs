//! Command lines as people type them: the one that runs, those that are shown, and how the program is
//! called.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) use crate::text::quoted;

/// Words as they are typed, quoted where they must be.
pub(crate) fn command_line(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    words.join(" ")
}

/// What was typed, without the options that every command takes.
pub(crate) fn typed() -> String {
    let mut words = Vec::new();
    let mut skip = false;
    for argument in env::args_os().skip(1) {
        let word = argument.to_string_lossy().into_owned();
        if std::mem::take(&mut skip) {
            continue;
        }
        match word.as_str() {
            "--as" | "--today" | "--store" | "--process" | "--color" => skip = true,
            "-q" | "--quiet" => {}
            _ if ["--as=", "--today=", "--store=", "--process=", "--color="]
                .iter()
                .any(|flag| word.starts_with(flag)) => {}
            _ => words.push(quoted(&word)),
        }
    }
    words.join(" ")
}

/// How the program that runs is called from `folder`: by its name where a shell finds it, else by its
/// path, the shorter of the two ways to write it.
pub(crate) fn program_from(folder: &Path) -> String {
    const NAME: &str = "salesctl";
    let Ok(program) = env::current_exe().and_then(fs::canonicalize) else {
        return NAME.to_string();
    };
    let found = env::split_paths(&env::var_os("PATH").unwrap_or_default())
        .find_map(|folder| fs::canonicalize(folder.join(NAME)).ok());
    if found.as_ref() == Some(&program) {
        return NAME.to_string();
    }
    let absolute = program.display().to_string();
    let relative = fs::canonicalize(folder)
        .map(|folder| relative(&folder, &program).display().to_string())
        .ok();
    let shorter = relative.filter(|relative| relative.len() < absolute.len());
    quoted(&shorter.unwrap_or(absolute))
}

/// The way from a folder to a file, both absolute.
fn relative(folder: &Path, file: &Path) -> PathBuf {
    let shared = folder
        .components()
        .zip(file.components())
        .take_while(|(a, b)| a == b)
        .count();
    let up = folder.components().skip(shared).map(|_| Path::new(".."));
    up.chain(
        file.components()
            .skip(shared)
            .map(|part| Path::new(part.as_os_str())),
    )
    .collect()
}
