//! The JSON Schema of the process file takes what is given to newcomers and refuses what the readers refuse, judged by
//! the `jsonschema` package of Python as by an editor.

use std::fs;
use std::path::Path;
use std::process::Command;

use salesctl::demo::process_text;
use salesctl::process::{schema, template};

use crate::import::skipped;

const BROKEN: [(&str, &str); 5] = [
    ("wrong_key", "[process]\nname = \"x\"\ncurency = \"EUR\"\n"),
    ("wrong_type", "[process]\nname = 3\n"),
    (
        "wrong_word",
        "[process]\nname = \"x\"\nselling_model = \"loud\"\n",
    ),
    (
        "wrong_test",
        "[[test]]\nname = \"x\"\nexpect = { advanced = true }\n",
    ),
    ("wrong_span", "[[stage]]\nname = \"x\"\nlimit = \"soon\"\n"),
];

#[test]
fn an_editor_takes_what_is_sound_and_refuses_what_is_not() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().expect("a folder");
    let place = |name: &str| folder.path().join(name);
    fs::write(place("schema.json"), schema().to_string()).expect("written");
    let mut files = Vec::new();
    let mut write = |name: &str, text: &str| {
        let file = place(&format!("{name}.toml"));
        fs::write(&file, text).expect("written");
        files.push(file);
    };
    for name in template::names() {
        write(name, template::text(name).expect("a template"));
    }
    write("demo", &process_text());
    let reference = fs::read_to_string(root.join("process.example.toml"));
    write("reference", &reference.expect("there"));
    for (name, text) in BROKEN {
        write(name, text);
    }
    let python = std::env::var_os("SALESCTL_PYTHON").unwrap_or_else(|| "python3".into());
    let ran = Command::new(python)
        .arg(root.join("tests/scripts/process_schema.py"))
        .arg(place("schema.json"))
        .args(&files)
        .output();
    let Ok(ran) = ran else {
        skipped("python3 is not there; SALESCTL_PYTHON may name it");
        return;
    };
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    if let Some(missing) = said.strip_prefix("missing: ") {
        skipped(&format!("process_schema.py: missing {missing}"));
        return;
    }
    for line in said.lines() {
        let (name, found) = line.split_once(": ").expect("a line");
        assert_eq!(name.starts_with("wrong_"), found != "sound", "{line}");
    }
    assert_eq!(said.lines().count(), files.len(), "{said}");
}
