//! Pages as a browser shows them: on a screen and on a telephone, nothing is wider than the window, nothing is
//! asked of any other machine, nothing is complained about, and words in pictures don't lie on one another.
//!
//! Headless Chromium shows one page of frames, each of them a page of ours at one width. Copies of the pages
//! get a script that measures them, which the pages' own policy would refuse.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::import::skipped;
use crate::sandbox::Sandbox;

/// A screen, a telephone, and A4 without its margins.
const WIDTHS: [u32; 3] = [1280, 390, PAPER];
const PAPER: u32 = 703;
const PAGES: &[(&str, &str)] = &[
    ("pipeline", "report pipeline"),
    ("funnel", "report funnel"),
    ("win-rate", "report win-rate --by rep"),
    ("losses", "report win-rate --by source,product"),
    ("durations", "report durations"),
    ("deals", "deal list --limit 40"),
    ("deal", "deal show D7K2"),
    ("today", ""),
    ("matrix", "process matrix"),
    ("guide", "process guide"),
    ("map", "process map"),
    ("map-eight", EIGHT),
    NIGHT,
];
const EIGHT: &str = concat!(
    "process map ",
    env!("CARGO_MANIFEST_DIR"),
    "/tests/process/maps/eight.toml"
);
/// It writes its page to a file.
const NIGHT: (&str, &str) = ("night", "nightly --quiet --html night.html");
const POLICY: &str = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">";

/// Tells the page around it how wide it is, and which words lie on others or off their picture.
const MEASURE: &str = r#"<script>
addEventListener("load", () => {
  const faults = [];
  let pictures = 0, words = 0;
  for (const svg of document.querySelectorAll("svg")) {
    const paper = svg.getBoundingClientRect();
    if (paper.width === 0) continue;
    pictures++;
    const texts = [...svg.querySelectorAll("text")].map(t => [t.textContent.trim(), t.getBoundingClientRect()]);
    words += texts.length;
    texts.forEach(([text, a], i) => {
      if (a.left < paper.left - 3 || a.right > paper.right + 3) faults.push(text + " is off the picture");
      for (const [other, b] of texts.slice(0, i))
        if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 4 && b.top < a.bottom - 4)
          faults.push(text + " lies on " + other);
    });
  }
  parent.postMessage({name: NAME, width: innerWidth, scroll: document.documentElement.scrollWidth,
    requests: performance.getEntriesByType("resource").length, pictures, words, faults}, "*");
});
</script>"#;

fn chromium() -> Option<PathBuf> {
    ["/usr/bin/chromium", "/usr/bin/chromium-browser"]
        .into_iter()
        .map(PathBuf::from)
        .find(|path| path.exists())
}

fn browse(chromium: &Path, folder: &Path, options: &[&str], page: &str) -> Output {
    Command::new("timeout")
        .arg("60")
        .arg(chromium)
        .current_dir(folder)
        .env("HOME", folder)
        .args([
            "--headless=new",
            // It shows nothing but our own pages, and may have to run as root.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-extensions",
            "--disable-default-apps",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--proxy-server=127.0.0.1:9",
            "--window-size=1400,1000",
        ])
        .arg(format!(
            "--user-data-dir={}",
            folder.join("profile").display()
        ))
        .args(options)
        .arg(format!("file://{}", folder.join(page).display()))
        .output()
        .expect("it runs")
}

fn frame(page: &str, width: u32) -> String {
    format!(
        "<iframe src=\"{page}\" width=\"{width}\" height=\"900\" style=\"border:0\"></iframe>\n"
    )
}

/// Pages of the demo workspace: as they are, and with the script that measures them.
fn write_pages(folder: &Path) -> usize {
    let mut sandbox = Sandbox::empty();
    sandbox.line("salesctl demo");
    sandbox.line("cd salesctl-demo");
    let mut frames = String::new();
    for (name, command) in PAGES {
        let line = if *name == NIGHT.0 {
            format!("salesctl {command} && cat night.html")
        } else {
            format!("salesctl {command} --format html")
        };
        let (page, code) = sandbox.line(&line);
        assert_eq!(code, 0, "`{command}`: {page}");
        assert!(page.contains(POLICY), "`{command}` has no policy");
        let plain = format!("{name}.html");
        fs::write(folder.join(&plain), &page).expect("written");
        frames.push_str(&frame(&plain, 1280));
        for width in WIDTHS {
            let script = MEASURE.replace("NAME", &format!("\"{name} {width}\""));
            let mut copy = page
                .replace(POLICY, "")
                .replace("</body>", &format!("{script}</body>"));
            if width == PAPER {
                // As it is printed.
                copy = copy
                    .replace("@media screen", "@media speech")
                    .replace("@media print", "@media all");
            }
            let measured = format!("{name}-{width}.html");
            fs::write(folder.join(&measured), copy).expect("written");
            frames.push_str(&frame(&measured, width));
        }
    }
    // What a page must not do, to see that it would be seen.
    let script = MEASURE.replace("NAME", "\"bad 390\"");
    let bad = format!(
        "<!DOCTYPE html><div style=\"width:2000px\">wide</div><img src=\"http://asked.invalid/a.png\">\
         <svg width=\"100\" height=\"20\"><text x=\"0\" y=\"15\">one</text><text x=\"4\" y=\"15\">two</text></svg>\
         <script>console.error(\"complained\")</script>{script}"
    );
    fs::write(folder.join("bad.html"), bad).expect("written");
    frames.push_str(&frame("bad.html", 390));
    let harness = format!(
        "<!DOCTYPE html><script>const told = [];\n\
         addEventListener(\"message\", e => {{ told.push(e.data);\n\
         document.getElementById(\"told\").textContent = encodeURIComponent(JSON.stringify(told)); }});</script>\n\
         <pre id=\"told\"></pre>\n{frames}"
    );
    fs::write(folder.join("harness.html"), harness).expect("written");
    PAGES.len() * WIDTHS.len() + 1
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().expect("a digit"), rest.next().expect("a digit")];
            let digits = std::str::from_utf8(&digits).expect("ASCII");
            bytes.push(u8::from_str_radix(digits, 16).expect("hexadecimal"));
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}

/// Addresses that a page asked for, but for files and what it holds itself. What the browser wants for
/// itself (its updates, its clock) has no origin.
fn asked(log: &str) -> Vec<String> {
    let requests = log
        .lines()
        .filter_map(|line| line.split_once("\"initiator\":\""))
        .filter(|(_, rest)| !rest.starts_with("not an origin\""));
    requests
        .filter_map(|(_, rest)| rest.split("\"url\":\"").nth(1)?.split('"').next())
        .filter(|url| !url.starts_with("file:"))
        .map(String::from)
        .collect()
}

#[test]
fn pages_fit_and_ask_nothing_of_anybody() {
    let Some(chromium) = chromium() else {
        return skipped("chromium is not there");
    };
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let expected = write_pages(folder);
    let log = folder.join("net.json");
    let shown = browse(
        &chromium,
        folder,
        &[
            "--dump-dom",
            "--virtual-time-budget=4000",
            "--enable-logging=stderr",
            &format!("--log-net-log={}", log.display()),
        ],
        "harness.html",
    );
    let dom = String::from_utf8_lossy(&shown.stdout);
    let told = dom
        .split("<pre id=\"told\">")
        .nth(1)
        .and_then(|rest| rest.split("</pre>").next())
        .unwrap_or_default();
    let stderr = String::from_utf8_lossy(&shown.stderr);
    if told.is_empty() {
        // A browser that can't start here, as in a container without what it needs, says nothing of pages.
        return skipped(&format!(
            "chromium shows nothing here: {}",
            stderr.lines().last().unwrap_or_default()
        ));
    }
    let told: Vec<Value> = serde_json::from_str(&decoded(told)).expect("JSON");
    assert_eq!(told.len(), expected, "{told:#?}");
    for page in &told {
        let is_bad = page["name"] == "bad 390";
        let fits = page["scroll"].as_u64() <= page["width"].as_u64();
        let faults = page["faults"].as_array().expect("a list");
        assert_eq!(fits, !is_bad, "{page:#}");
        assert_eq!(faults.is_empty(), !is_bad, "{page:#}");
        assert_eq!(page["requests"] == 0, !is_bad, "{page:#}");
    }
    let pictures = |name: &str| {
        let page = told
            .iter()
            .find(|page| page["name"] == name)
            .expect("measured");
        (page["width"].as_u64(), page["pictures"].as_u64())
    };
    assert_eq!(pictures("pipeline 1280"), (Some(1280), Some(2)));
    assert_eq!(pictures("pipeline 390"), (Some(390), Some(2)));
    assert_eq!(pictures("funnel 390").1, Some(1));
    assert!(
        pictures("night 390").1 >= Some(4),
        "{:?}",
        pictures("night 390")
    );

    let complaints: Vec<&str> = stderr
        .lines()
        .filter(|line| line.contains("CONSOLE"))
        .collect();
    let ours = |line: &&&str| !line.contains("bad.html") && !line.contains("asked.invalid");
    assert!(
        complaints.iter().any(|line| line.contains("complained")),
        "{stderr}"
    );
    assert_eq!(complaints.iter().find(ours), None, "{stderr}");
    let log = fs::read_to_string(&log).expect("the log");
    let urls = asked(&log);
    assert!(
        urls.iter().any(|url| url.contains("asked.invalid")),
        "the log is read"
    );
    let others: Vec<&String> = urls
        .iter()
        .filter(|url| !url.contains("asked.invalid"))
        .collect();
    assert!(others.is_empty(), "{others:?}");

    let paper = folder.join("paper.pdf");
    browse(
        &chromium,
        folder,
        &[
            "--no-pdf-header-footer",
            &format!("--print-to-pdf={}", paper.display()),
        ],
        "pipeline.html",
    );
    let pdf = fs::read(&paper).expect("printed");
    assert!(
        pdf.starts_with(b"%PDF") && pdf.len() > 5_000,
        "{} bytes",
        pdf.len()
    );
    // A4 in points.
    let a4 = b"/MediaBox [0 0 594.95996 841.91998]";
    assert!(pdf.windows(a4.len()).any(|part| part == a4));
}
