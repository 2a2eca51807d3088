//! Runs the sessions of a Markdown file as they are printed, with the built binary, in a sandbox.
//!
//! A ```` ```console ```` block holds commands after `$ ` and what they print, stdout and stderr
//! together; `exit=1,0` behind `console` says how they end, where one does not with 0. Blocks of a
//! file share one sandbox and its current folder. A comment `<!-- fresh -->` starts a new one, `<!-- $ command -->`
//! runs something that is not shown. `[..]` in an expected line stands for anything.
//! `SALESCTL_UPDATE=1` writes what was printed into the file.

use std::fs;
use std::path::Path;

use crate::sandbox::Sandbox;

/// Checks every session of a file; with `SALESCTL_UPDATE=1` writes the file anew.
pub(crate) fn check(path: &Path) {
    let text = fs::read_to_string(path).expect("the file");
    let is = replay(&text);
    if std::env::var_os("SALESCTL_UPDATE").is_some() {
        fs::write(path, &is).expect("the file can be written");
    } else {
        similar(path, &text, &is);
    }
}

/// Names the first lines that differ, not only that some do.
fn similar(path: &Path, text: &str, is: &str) {
    if text == is {
        return;
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (text.lines().collect(), is.lines().collect());
    let at = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let show = |lines: &[&str]| {
        lines[at.min(lines.len())..]
            .iter()
            .take(12)
            .fold(String::new(), |out, line| out + "  " + line + "\n")
    };
    panic!(
        "{}:{} differs from what is printed now; SALESCTL_UPDATE=1 writes it anew\nwritten:\n{}printed:\n{}",
        path.display(),
        at + 1,
        show(&old),
        show(&new)
    );
}

/// The file with what its commands print now in the place of what is written.
fn replay(text: &str) -> String {
    let mut sandbox = Sandbox::empty();
    let mut out = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        if line == "<!-- fresh -->" {
            sandbox = Sandbox::empty();
        } else if let Some(hidden) = line.strip_prefix("<!-- $ ") {
            let hidden = hidden.strip_suffix(" -->").expect("the comment's end");
            let (printed, code) = sandbox.line(hidden);
            assert_eq!(code, 0, "`{hidden}` failed:\n{printed}");
        } else if let Some(info) = line.strip_prefix("```console") {
            let ends = info.trim().strip_prefix("exit=").unwrap_or_default();
            let ends: Vec<&str> = ends.split(',').collect();
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            out.push_str(&replay_block(&mut sandbox, &block, &ends));
            out.push_str("```\n");
        }
    }
    out
}

fn replay_block(sandbox: &mut Sandbox, block: &[&str], ends: &[&str]) -> String {
    let mut out = String::new();
    let starts: Vec<usize> = (0..block.len())
        .filter(|at| block[*at].starts_with("$ "))
        .collect();
    assert_eq!(
        starts.first(),
        Some(&0),
        "a session begins with a command: {block:?}"
    );
    for (n, at) in starts.iter().enumerate() {
        let typed = block[*at].trim_start_matches("$ ");
        let until = starts.get(n + 1).copied().unwrap_or(block.len());
        let written = &block[at + 1..until];
        let (printed, code) = sandbox.line(typed);
        let last = n + 1 == starts.len();
        let wanted = ends.get(n).filter(|code| !code.is_empty()).unwrap_or(&"0");
        assert_eq!(
            code.to_string(),
            *wanted,
            "exit code of `{typed}`:\n{printed}"
        );
        out.push_str(block[*at]);
        out.push('\n');
        let printed: Vec<&str> = printed.trim_end().lines().collect();
        for (at, line) in printed.iter().enumerate() {
            let line = line.trim_end();
            let old = written.get(at).filter(|old| fits(old, line));
            out.push_str(old.copied().unwrap_or(line));
            out.push('\n');
        }
        // Blank lines between two commands are the author's.
        if !last {
            let blank = written
                .iter()
                .rev()
                .take_while(|line| line.is_empty())
                .count();
            out.push_str(&"\n".repeat(blank));
        }
    }
    out
}

/// Whether a written line, `[..]` standing for anything, is the printed one.
fn fits(written: &str, printed: &str) -> bool {
    let mut parts = written.split("[..]");
    let Some(mut rest) = printed.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[test]
fn anything_may_stand_in_the_gaps() {
    for (written, printed, fit) in [
        ("a b", "a b", true),
        ("a b", "a b c", false),
        ("a [..] c", "a b c", true),
        ("a [..]", "a b c", true),
        ("[..] s ago: [..]", "undid it, 8 s ago: x", true),
        ("a [..] d", "a b c", false),
    ] {
        assert_eq!(fits(written, printed), fit, "`{written}` `{printed}`");
    }
}
