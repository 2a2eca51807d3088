//! The page as a browser reads it: what it holds, and that text from outside stays text.

use proptest::prelude::*;

use super::{Section, escaped};
use crate::document::{Align, Cell, Document, Table, TableColumn};
use crate::render::page;

fn document(text: &str) -> Document {
    let column = |heading: &str, align| TableColumn {
        heading: heading.to_string(),
        align,
        rank: 0,
        ..TableColumn::left("")
    };
    Document::default()
        .heading(format!("Funnel {text}"))
        .table(Table {
            columns: vec![
                column("stage", Align::Left),
                column("reached", Align::Right),
                column("", Align::Left),
                column("closes", Align::Left),
            ],
            rows: vec![vec![
                Cell::Text(text.to_string()),
                Cell::Count(1_200),
                Cell::Bar(0.25),
                Cell::Date("2026-11-21".parse().expect("a date")),
            ]],
        })
        .line("note: one is left out")
        .heading("More")
}

fn shown(document: &Document) -> String {
    let mut out = Vec::new();
    super::write(&mut out, document, "Absences").expect("written");
    String::from_utf8(out).expect("text")
}

#[test]
fn one_document() {
    let page = shown(&document("Söhne & \"Co\" <script>"));
    for part in [
        "<!DOCTYPE html>\n<html lang=\"en\">",
        "content=\"default-src 'none'; style-src 'unsafe-inline'\"",
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
        "<title>Funnel Söhne &amp; &quot;Co&quot; &lt;script&gt;</title>",
        "<h1>Funnel Söhne &amp;",
        "<h2>More</h2>",
        "<th scope=\"col\">stage</th><th scope=\"col\" class=\"n\">reached</th><td></td>",
        "<th scope=\"row\">Söhne &amp; &quot;Co&quot; &lt;script&gt;</th><td class=\"n\">1,200</td>",
        "<i style=\"width:25.0%\"></i>",
        "<td class=\"d\">2026-11-21</td>",
        "<p class=\"note\">note: one is left out</p>",
    ] {
        assert!(page.contains(part), "{part} is not in\n{page}");
    }
}

#[test]
fn a_page_has_a_title() {
    let page = shown(&Document::default().line("nobody is away"));
    assert!(
        page.contains("<title>Absences</title>") && page.contains("<h1>Absences</h1>"),
        "{page}"
    );
}

#[test]
fn several_documents() {
    let sections: Vec<Section> = ["What changed", "What is <late>"]
        .into_iter()
        .map(|name| Section {
            name: name.to_string(),
            document: document(name),
        })
        .collect();
    let mut out = Vec::new();
    page(&mut out, "Night of 21 Nov", &sections).expect("written");
    let page = String::from_utf8(out).expect("text");
    for part in [
        "<h1>Night of 21 Nov</h1>",
        "<li><a href=\"#s1\">What is &lt;late&gt;</a></li>",
        "<section id=\"s1\" aria-label=\"What is &lt;late&gt;\">",
        "<h2>Funnel What changed</h2>",
        "<h3>More</h3>",
    ] {
        assert!(page.contains(part), "{part} is not in\n{page}");
    }
    assert_eq!(page.matches("<h1>").count(), 1);
}

proptest! {
    /// However an account is called, the elements and attributes of the page stay the same.
    #[test]
    fn text_is_text(text in any::<String>()) {
        let skeleton = |page: &str| -> Vec<String> {
            let tags = page.split('<').skip(1);
            tags.map(|rest| rest.split('>').next().unwrap_or_default().to_string())
                // Where the table is named after the heading, and sentences get a class.
                .map(|tag| tag.split(" aria-label=").next().unwrap_or_default().replace(" class=\"l\"", ""))
                .collect()
        };
        prop_assert_eq!(skeleton(&shown(&document(&text))), skeleton(&shown(&document("x"))));
        prop_assert!(!escaped(&text).contains(['<', '>', '"', '\'']));
    }
}
