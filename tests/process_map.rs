//! The map of a process as a picture: of every template, the reference file, the demo, and eight stages with three
//! loops back, no words lie on other words, on a line, or off the picture; how they look is kept beside the samples in
//! `tests/process/maps/` (`SALESCTL_UPDATE=1` writes them anew). And it shows what is enforced: a changed process
//! changes it in every format.

use std::fs;
use std::path::{Path, PathBuf};

use unicode_width::UnicodeWidthStr;

use crate::sandbox::Sandbox;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn kept(name: &str) -> PathBuf {
    root().join("tests/process/maps").join(name)
}

/// A session and the name of each picture, with the command that draws it.
fn pictures() -> Vec<(&'static str, Sandbox)> {
    let templates = ["transactional", "consultative", "enterprise"];
    let mut all: Vec<(&str, Sandbox)> = Vec::new();
    for name in templates {
        let mut sandbox = Sandbox::empty();
        sandbox
            .sh(&format!("salesctl init --template {name} --quiet"))
            .ok();
        all.push((name, sandbox));
    }
    let mut demo = Sandbox::empty();
    demo.sh("salesctl demo").ok();
    demo.line("cd salesctl-demo");
    all.push(("demo", demo));
    for (name, file) in [
        ("reference", root().join("process.example.toml")),
        ("eight", kept("eight.toml")),
    ] {
        let sandbox = Sandbox::empty();
        sandbox.write("process.toml", fs::read_to_string(file).expect("there"));
        all.push((name, sandbox));
    }
    all
}

struct Words {
    text: String,
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

fn number(tag: &str, name: &str) -> f64 {
    let rest = tag.split_once(&format!("{name}=\"")).expect("there").1;
    let end = rest.find(|c: char| c != '.' && !c.is_ascii_digit());
    rest[..end.expect("it ends")].parse().expect("a number")
}

/// The words of a picture, by sizes that are common to fonts without serifs.
fn words(svg: &str) -> Vec<Words> {
    let texts = svg.split("<text ").skip(1);
    texts
        .map(|text| {
            let (tag, rest) = text.split_once('>').expect("a tag");
            let text = rest.split_once("</text>").expect("an end").0;
            let text = text
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&amp;", "&");
            let size = number(&tag.replace("font-size:", "size=\""), "size");
            let (x, y) = (number(tag, "x"), number(tag, "y"));
            Words {
                left: x,
                top: y - size * 0.8,
                right: x + text.width() as f64 * size * 0.52,
                bottom: y + size * 0.2,
                text,
            }
        })
        .collect()
}

/// The straight pieces of all lines.
fn pieces(svg: &str) -> Vec<[(f64, f64); 2]> {
    let mut all = Vec::new();
    for line in svg.split("<path class=\"").skip(1) {
        let (class, rest) = line.split_once('"').expect("a class");
        if !["l", "w", "x", "d"].contains(&class) {
            continue;
        }
        let d = rest.split_once("d=\"").expect("a path").1;
        let d = d.split_once('"').expect("an end").0;
        let numbers: Vec<f64> = d
            .split(['M', 'L', 'Q', ' '])
            .filter(|number| !number.is_empty())
            .map(|number| number.parse().expect("a number"))
            .collect();
        let points: Vec<(f64, f64)> = numbers.chunks(2).map(|at| (at[0], at[1])).collect();
        all.extend(points.windows(2).map(|two| [two[0], two[1]]));
    }
    all
}

fn faults(svg: &str) -> Vec<String> {
    let view = svg.split_once("viewBox=\"0 0 ").expect("a view").1;
    let view = view.split_once('"').expect("it ends").0;
    let (width, height) = view.split_once(' ').expect("two");
    let (width, height): (f64, f64) = (
        width.parse().expect("a number"),
        height.parse().expect("a number"),
    );
    let words = words(svg);
    assert!(words.len() > 8, "{svg}");
    let mut faults = Vec::new();
    for (i, a) in words.iter().enumerate() {
        if a.left < 0.0 || a.right > width || a.top < 0.0 || a.bottom > height {
            faults.push(format!("`{}` is off the picture", a.text));
        }
        for b in &words[..i] {
            if a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom {
                faults.push(format!("`{}` lies on `{}`", a.text, b.text));
            }
        }
        for [from, to] in pieces(svg) {
            let across = from.0.min(to.0) < a.right && a.left < from.0.max(to.0).max(from.0 + 0.1);
            let down = from.1.min(to.1) < a.bottom && a.top < from.1.max(to.1).max(from.1 + 0.1);
            if across && down {
                faults.push(format!(
                    "the line {from:?} {to:?} goes through `{}`",
                    a.text
                ));
            }
        }
    }
    faults
}

#[test]
fn words_lie_on_nothing_and_pictures_stay() {
    let mut different = Vec::new();
    for (name, mut sandbox) in pictures() {
        let svg = sandbox.sh("salesctl process map --format svg").ok().stdout;
        let page = sandbox.sh("salesctl process map --format html").ok().stdout;
        let on_page: Vec<&str> = page.split("<svg ").skip(1).collect();
        assert_eq!(on_page.len(), 2, "for a screen and for a telephone");
        for svg in on_page.into_iter().chain([svg.as_str()]) {
            assert_eq!(faults(svg), Vec::<String>::new(), "{name}");
        }
        let text = sandbox.sh("salesctl process map --color never").ok().stdout;
        let narrow = sandbox
            .sh("COLUMNS=40 salesctl process map --color never")
            .ok()
            .stdout;
        for (width, text) in [(80, &text), (40, &narrow)] {
            for line in text.lines() {
                assert!(line.width() <= width, "{name}: {line}");
            }
        }
        let pictures = [
            (format!("{name}.svg"), svg),
            (format!("{name}.txt"), text),
            (format!("{name}_40.txt"), narrow),
        ];
        for (file, picture) in pictures {
            let path = kept(&file);
            let before = fs::read_to_string(&path).unwrap_or_default();
            if std::env::var_os("SALESCTL_UPDATE").is_some() {
                fs::write(&path, &picture).expect("written");
            } else if before != picture {
                different.push(file);
            }
        }
    }
    assert_eq!(
        different,
        Vec::<String>::new(),
        "SALESCTL_UPDATE=1 writes them; look at them in a browser"
    );
}

/// What the test above looks for would be found.
#[test]
fn faults_are_seen() {
    let svg = |x: u32, path: &str| {
        let mut svg = "<svg viewBox=\"0 0 200 400\">".to_string();
        let text = |x: u32, y: u32, text: &str| {
            format!("<text x=\"{x}\" y=\"{y}\" class=\"\" style=\"font-size:14px\">{text}</text>")
        };
        let words = (20..=200).step_by(20).map(|y| text(5, y, "word"));
        svg.extend(words.chain([text(x, 22, "other")]));
        svg + &format!("<path class=\"l\" d=\"{path}\"/></svg>")
    };
    assert_eq!(
        faults(&svg(60, "M0 45L40 45")),
        Vec::<String>::new().as_slice()
    );
    assert!(faults(&svg(30, "M0 45L40 45"))[0].contains("lies on"));
    assert!(faults(&svg(180, "M0 45L40 45"))[0].contains("off the picture"));
    assert!(faults(&svg(60, "M0 35L40 35"))[0].contains("goes through"));
}

/// Graphviz takes what is written for it, where there is one.
#[test]
fn graphviz_reads_it() {
    let installed = std::process::Command::new("dot").arg("-V").output();
    if !installed.is_ok_and(|output| output.status.success()) {
        return crate::import::skipped("Graphviz is not there");
    }
    for (name, mut sandbox) in pictures() {
        let drawn = sandbox
            .sh("salesctl process map --format dot | dot -Tsvg")
            .ok();
        assert!(drawn.stdout.contains("<svg"), "{name}");
    }
}

/// The picture is drawn from what is enforced.
#[test]
fn a_changed_process_changes_every_format() {
    let mut sandbox = Sandbox::workspace();
    sandbox.sh("salesctl deal add Acme --value 12k").ok();
    let process = fs::read_to_string(sandbox.path("process.toml")).expect("the process");
    let changed = process
        .replace(
            "requires = [\"user\", ",
            "requires = [\"user\", \"budget\", ",
        )
        .replace(
            "name = \"propose\"\n",
            "name = \"propose\"\ntitle = \"Offer\"\nback = [\"qualify\"]\n",
        )
        .replace(
            "say = \"call for the first time\"",
            "say = \"ring the bell\"",
        )
        .replace("next = [\"won\"]", "next = [\"contract\"]")
        .replace(
            "[[end]]\nname = \"won\"",
            "[[stage]]\nname = \"contract\"\nonly = [\"large\"]\n\n[[end]]\nname = \"won\"",
        );
    assert_ne!(process, changed);
    let formats = [
        "table", "svg", "html", "mermaid", "dot", "markdown", "json", "csv",
    ];
    let mut drawn = |format: &str| {
        let ran = sandbox.sh(&format!(
            "COLUMNS=100 salesctl process map --format {format}"
        ));
        ran.ok().stdout
    };
    let before: Vec<String> = formats.iter().map(|format| drawn(format)).collect();
    for (format, text) in formats.iter().zip(&before) {
        for word in ["Offer", "ring the bell", "Contract", "all but large"] {
            assert!(!text.contains(word), "{format}: {text}");
        }
        let value = if ["json", "csv"].contains(format) {
            "1200000"
        } else {
            "12,000 EUR"
        };
        assert!(
            text.contains(value),
            "{format} shows where the deals are: {text}"
        );
    }
    sandbox.write("process.toml", changed);
    sandbox.sh("salesctl process apply --why 'as tested'").ok();
    for format in formats {
        let ran = sandbox.sh(&format!(
            "COLUMNS=100 salesctl process map --format {format}"
        ));
        let text = ran.ok().stdout;
        for word in [
            "Offer",
            "ring the bell",
            "Contract",
            "all but large",
            "budget",
        ] {
            assert!(text.contains(word), "{format} lacks {word}: {text}");
        }
    }
    let json = sandbox.sh("salesctl process map --json").ok().json();
    let rows = json["rows"].as_array().expect("rows").clone();
    let row = |name: &str| {
        let mut rows = rows.iter();
        rows.find(|row| row["name"] == name)
            .expect("it is there")
            .clone()
    };
    assert_eq!(row("propose")["back"], serde_json::json!(["qualify"]));
    assert_eq!(
        row("negotiate")["past"],
        serde_json::json!(["won (all but large)"])
    );
    assert_eq!(row("qualify")["open_n"], 1);
    assert_eq!(row("won")["open_n"], serde_json::Value::Null);
}
