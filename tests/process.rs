//! The process file as its writers meet it: one broken sample per kind of problem, each with its exact
//! message beside it (`SALESCTL_UPDATE=1` writes them anew), and hostile text.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use salesctl::deal::scenario;
use salesctl::demo::process_text;
use salesctl::process::{
    Checked, Level, check, decode, formatted, joined, render_problems, template,
};

fn sample_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/process/broken")
}

fn names(extension: &str) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(sample_dir())
        .expect("the samples")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .map(|path| {
            path.file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

fn shown(text: &str) -> String {
    let mut out = render_problems(
        "process.toml",
        text,
        &check("process.toml", text).problems,
        false,
    );
    out.push('\n');
    out
}

#[test]
fn broken_samples_give_their_messages() {
    let samples = names("toml");
    assert!(samples.len() > 100, "the samples are there");
    let mut different = Vec::new();
    for name in &samples {
        let text = fs::read_to_string(sample_dir().join(format!("{name}.toml"))).expect("a sample");
        let message = sample_dir().join(format!("{name}.txt"));
        let read = |file: &str| {
            let bytes = fs::read(sample_dir().join(file)).map_err(|_| "no such file".to_string());
            decode(bytes?)
        };
        let (text, checked) = match joined("process.toml", text, read) {
            Ok(text) => {
                let checked = check("process.toml", &text);
                (text, checked)
            }
            Err(unread) => {
                let problems = vec![unread.problem];
                let process = None;
                (unread.text, Checked { process, problems })
            }
        };
        let given = render_problems("process.toml", &text, &checked.problems, false) + "\n";
        assert!(!checked.problems.is_empty(), "{name} is broken");
        let errors = checked
            .problems
            .iter()
            .any(|problem| problem.level == Level::Error);
        assert_eq!(
            checked.process.is_none(),
            errors,
            "{name}: a process is given exactly without errors"
        );
        assert_eq!(
            name.starts_with("warning_"),
            !errors,
            "{name}: warnings are named so"
        );
        if std::env::var_os("SALESCTL_UPDATE").is_some() {
            fs::write(&message, given).expect("written");
        } else if fs::read_to_string(&message).ok().as_deref() != Some(&given) {
            different.push(format!("{name}:\n{given}"));
        }
    }
    assert!(
        different.is_empty(),
        "SALESCTL_UPDATE=1 accepts these:\n{}",
        different.join("\n")
    );
    assert_eq!(names("txt"), samples, "every message has its sample");
}

#[test]
fn templates_and_the_reference_are_clean() {
    let reference =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("process.example.toml"));
    let mut texts = vec![reference.expect("the reference")];
    texts.extend(
        template::names()
            .iter()
            .map(|name| template::text(name).expect("a template").to_string()),
    );
    assert_eq!(texts.len(), 4);
    for text in texts {
        assert_eq!(shown(&text), "process.toml: no problems\n");
        let process = check("process.toml", &text).process.expect("a process");
        for stage in &process.stages {
            let heading = text.lines().nth(stage.lines[0].start - 1);
            assert_eq!(
                heading.map(|line| line.starts_with("[[stage]]")),
                Some(true),
                "{}",
                stage.name
            );
            for criterion in &stage.exit {
                let line = text
                    .lines()
                    .nth(criterion.lines[0].start - 1)
                    .expect("a line");
                assert!(line.contains(&criterion.when.text), "{line}");
            }
        }
    }
    assert!(template::text("unheard-of").is_none());
}

/// What newcomers start from is formatted, and its scenarios show how rules are tested.
#[test]
fn what_is_given_is_formatted_and_its_scenarios_hold() {
    let reference =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("process.example.toml"));
    let templates = template::names().iter();
    let templates = templates.map(|name| (*name, template::text(name).expect("one").to_string()));
    let more = [
        ("process.example.toml", reference.expect("there")),
        ("the demo", process_text()),
    ];
    for (name, text) in templates.chain(more) {
        assert_eq!(formatted(&text).as_ref(), Ok(&text), "{name}");
        let process = check(name, &text).process.expect("sound");
        assert!(process.scenarios.len() > 2, "{name} shows some");
        let scenarios: Vec<_> = process.scenarios.iter().collect();
        let outcomes = scenario::run(&process, &scenarios).expect("they run");
        for (scenario, outcomes) in scenarios.iter().zip(outcomes) {
            assert!(!outcomes.is_empty(), "{name}: {}", scenario.name);
            for one in outcomes {
                assert!(one.holds(), "{name}: {}: {one:?}", scenario.name);
            }
        }
    }
}

/// Everything `process.example.toml` should show: each key of each table.
#[test]
fn the_reference_shows_every_key() {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("process.example.toml"))
            .expect("there");
    // The lists of keys are in the messages about unknown keys.
    for table in [
        "[process]",
        "[settings]",
        "[fields.problem]",
        "[roles.decider]",
        "[[customer_type]]",
        "[[stage]]",
        "[[end]]",
        "[[team]]",
        "[[rep]]",
        "[[product]]",
        "[[source]]",
        "[[topic]]",
        "[prospecting]",
        "[[score]]",
        "[[metric]]",
        "[[target]]",
        "[[check]]",
        "[[test]]",
    ] {
        let broken = text.replacen(table, &format!("{table}\nxqxqxqxq = 1"), 1);
        let problems = check("process.toml", &broken).problems;
        let label = &problems
            .iter()
            .find(|p| p.message.contains("xqxqxqxq"))
            .expect(table)
            .label;
        let (_, keys) = label.split_once("it takes ").expect(table);
        for key in keys.split(", ") {
            let shown = [format!("{key} = "), format!("\n{key}.")];
            assert!(
                shown.iter().any(|shown| text.contains(shown)),
                "{table} {key}"
            );
        }
    }
}

#[test]
fn files_that_are_no_text_are_refused() {
    assert_eq!(
        decode(b"[process]\nname = \"S\xf6hne\"\n".to_vec()),
        Err("line 2 is not UTF-8 (byte 19 of the file); save the file as UTF-8".into())
    );
    assert!(decode(vec![b'#'; (1 << 20) + 1]).is_err());
    assert_eq!(decode(b"# fine".to_vec()).as_deref(), Ok("# fine"));
    assert!(
        check("process.toml", &"#".repeat((1 << 20) + 1))
            .process
            .is_none()
    );
    assert!(check("process.toml", "").process.is_none());
    let many = "[[stage]]\nname = \"x\"\n".repeat(20_000);
    assert!(shown(&many).contains("more than 100 stages"));
    let long_line = format!("[process]\nname = {}", "x".repeat(1 << 19));
    assert!(
        shown(&long_line).len() < 10_000,
        "a long line is not shown in full"
    );
}

fn assert_safe(text: &str) {
    let drawn = shown(text);
    assert!(
        drawn.chars().all(|c| c == '\n' || !c.is_control()),
        "{drawn:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_panics(text in any::<String>()) {
        assert_safe(&text);
    }

    #[test]
    fn no_toml_panics(text in "(\\[\\[?(stage|fields\\.x|process|end|rates\\.USD)\\]?\\]?\n|(name|when|steps|exit|limit) = (\"[a-z(]{0,3}\"|[0-9\\[{'\u{1b}]{0,3}|\\[\\{ when = \"\\\\u001b\" \\}\\])\n){0,12}") {
        assert_safe(&text);
    }

    /// A template with a piece cut out, doubled, or replaced.
    #[test]
    fn no_mutation_panics(
        name in proptest::sample::select(template::names()),
        from in 0.0..1.0_f64,
        len in 0..40_usize,
        insert in prop_oneof![Just(String::new()), any::<String>(), "[\\[\\]{}\"'=,\n#]{0,4}"],
    ) {
        let text = template::text(name).expect("a template");
        let place = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let start = place((from * text.len() as f64) as usize);
        let end = place(start + len).max(start);
        assert_safe(&format!("{}{insert}{}", &text[..start], &text[end..]));
    }
}

/// All that there is to read: templates, the reference, the examples and the samples of mistakes that can be parsed.
#[test]
fn meaning_and_comments_are_kept_and_it_is_done_once() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts: Vec<String> = template::names()
        .iter()
        .filter_map(|name| template::text(name).map(str::to_string))
        .collect();
    for folder in ["tests/process/broken", "tests/process/broken/extended"] {
        for entry in fs::read_dir(root.join(folder)).expect("the samples") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|found| found == "toml") {
                texts.extend(fs::read_to_string(path));
            }
        }
    }
    texts.extend(fs::read_to_string(root.join("process.example.toml")));
    let mut laid_out = 0;
    for text in texts {
        let Ok(before) = text.parse::<toml::Table>() else {
            continue;
        };
        let once = formatted(&text).expect("it can be parsed");
        let after: toml::Table = once
            .parse()
            .unwrap_or_else(|error| panic!("{error}\n{once}"));
        assert_eq!(before, after, "{once}");
        let comments = |text: &str| {
            let mut found: Vec<String> = text
                .lines()
                .filter_map(|line| {
                    line.split_once("# ")
                        .map(|(_, said)| said.trim().to_string())
                })
                .collect();
            found.sort();
            found
        };
        assert_eq!(comments(&text), comments(&once), "{once}");
        assert_eq!(
            formatted(&once).as_deref(),
            Ok(once.as_str()),
            "a second time"
        );
        laid_out += 1;
    }
    assert!(laid_out > 80, "{laid_out}");
}
