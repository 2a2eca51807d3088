//! Each format over one small answer that holds what hostile files hold, and the funnel of the
//! documentation.

use chrono::NaiveDate;
use proptest::prelude::*;

use super::{Format, Style, answer, document};
use crate::document::{Align, Answer, Cell, Document, Period, Table, TableColumn, row};
use crate::money::Currency;

row! {
    struct Line {
        account: String,
        n: usize,
        win_share: Option<f64>,
        change_minor: i64,
    }
}

fn eur() -> Currency {
    "EUR".parse().expect("a currency")
}

fn column(heading: &str, align: Align, rank: u8) -> TableColumn {
    TableColumn {
        heading: heading.to_string(),
        align,
        rank,
        ..TableColumn::left("")
    }
}

fn sample(accounts: &[&str]) -> (Answer<Line>, Document) {
    let date = |text: &str| text.parse::<NaiveDate>().expect("a date");
    let rows: Vec<Line> = accounts
        .iter()
        .map(|account| Line {
            account: (*account).to_string(),
            n: 1_200,
            win_share: Some(0.25),
            change_minor: -50,
        })
        .collect();
    let table = Table {
        columns: vec![
            column("account", Align::Left, 0),
            column("n", Align::Right, 0),
            column("win rate", Align::Right, 1),
            column("change EUR", Align::Right, 2),
            column("value", Align::Right, 3),
        ],
        rows: rows
            .iter()
            .map(|row| {
                vec![
                    Cell::Text(row.account.clone()),
                    Cell::Count(1_200),
                    Cell::Share(0.25),
                    Cell::Money {
                        minor: -50,
                        currency: eur(),
                    },
                    Cell::Money {
                        minor: 420_000,
                        currency: eur(),
                    },
                ]
            })
            .collect(),
    };
    let answer = Answer {
        schema: "salesctl/test/1",
        as_of: date("2026-11-21"),
        process_version: Some(7),
        currency: eur(),
        period: Some(Period {
            from: date("2026-07-01"),
            to: date("2026-09-30"),
        }),
        by: Vec::new(),
        n: rows.len(),
        rows,
        notes: vec!["a note".to_string()],
    };
    (
        answer,
        Document::default()
            .heading("A heading")
            .table(table)
            .line("a line")
            .line("another"),
    )
}

fn shown(accounts: &[&str], format: Format, style: Style) -> String {
    let (rows, page) = sample(accounts);
    let mut out = Vec::new();
    answer(&mut out, &rows, &page, format, style).expect("written");
    String::from_utf8(out).expect("text")
}

#[test]
fn table() {
    assert_eq!(
        shown(&["Acme", "Söhne 東京"], Format::Table, Style::default()),
        "A heading

  account          n   win rate   change EUR       value
  Acme         1,200       25 %        -0.50   4,200 EUR
  Söhne 東京   1,200       25 %        -0.50   4,200 EUR

a line
another
"
    );
}

#[test]
fn what_is_to_be_pasted_is_not_broken() {
    let long = format!("about = \"{}<end>\"", "word ".repeat(40));
    let document = Document::default().verbatim(format!("[[metric]]\n{long}"));
    let mut out = Vec::new();
    let style = Style {
        width: Some(40),
        ..Style::default()
    };
    super::table::write(&mut out, &document, style).expect("written");
    assert_eq!(
        String::from_utf8(out).expect("text"),
        format!("[[metric]]\n{long}\n")
    );
}

#[test]
fn narrow_tables_leave_out_columns_and_say_so() {
    let narrow = |width| {
        shown(
            &["Acme"],
            Format::Table,
            Style {
                width: Some(width),
                ..Style::default()
            },
        )
    };
    assert_eq!(
        narrow(30),
        "A heading

  account       n   win rate
  Acme      1,200       25 %
  left out for want of width:
    change EUR, value

a line
another
"
    );
    assert!(!narrow(54).contains("left out"), "{}", narrow(54));
    // What can't be left out is wrapped.
    let (_, long) = sample(&["one two three four five six seven"]);
    let mut out = Vec::new();
    document(
        &mut out,
        &long,
        Style {
            width: Some(24),
            ..Style::default()
        },
    )
    .expect("written");
    let out = String::from_utf8(out).expect("text");
    assert!(
        out.contains("seven") && out.lines().all(|line| line.chars().count() <= 24),
        "{out}"
    );
}

#[test]
fn colour_is_all_that_colour_changes() {
    let plain = shown(&["Acme"], Format::Table, Style::default());
    let colored = shown(
        &["Acme"],
        Format::Table,
        Style {
            color: true,
            ..Style::default()
        },
    );
    assert!(
        colored.starts_with("\u{1b}[1mA heading\u{1b}[0m\n"),
        "{colored:?}"
    );
    let mut stripped = colored;
    for code in ["\u{1b}[1m", "\u{1b}[2m", "\u{1b}[0m"] {
        stripped = stripped.replace(code, "");
    }
    assert_eq!(stripped, plain);
}

/// The session of the documentation: bars in eighths of a block, numbers to the right.
#[test]
fn funnel_session() {
    let stage = |title: &str, n: i64, bar: f64, step: Option<f64>, days: Option<f64>| {
        vec![
            Cell::Text(title.to_string()),
            Cell::Count(n),
            Cell::Bar(bar),
            step.map_or(Cell::Nothing, Cell::Share),
            days.map_or(Cell::Nothing, Cell::Days),
        ]
    };
    let page = Document::default().table(Table {
        columns: vec![
            column("stage", Align::Left, 0),
            column("reached", Align::Right, 0),
            column("", Align::Left, 1),
            column("step", Align::Right, 0),
            column("median days", Align::Right, 0),
        ],
        rows: vec![
            stage("Qualify", 120, 1.0, None, Some(9.0)),
            stage("Demonstrate", 64, 64.0 / 120.0, Some(0.53), Some(13.5)),
            stage("Won", 9, 9.0 / 120.0, Some(0.29), None),
        ],
    });
    let mut out = Vec::new();
    document(
        &mut out,
        &page,
        Style {
            width: Some(100),
            ..Style::default()
        },
    )
    .expect("written");
    assert_eq!(
        String::from_utf8(out).expect("text"),
        "  stage         reached                                    step   median days
  Qualify           120   ██████████████████████████████      –             9
  Demonstrate        64   ████████████████                 53 %          13.5
  Won                 9   ██▎                              29 %             –
"
    );
}

/// Where there is less room bars are shorter, and where there is none they go.
#[test]
fn bars_shrink_before_columns_go() {
    let page = Document::default().table(Table {
        columns: vec![
            column("stage", Align::Left, 0),
            column("", Align::Left, 2),
            column("n", Align::Right, 1),
        ],
        rows: vec![vec![
            Cell::Text("Won".to_string()),
            Cell::Bar(0.5),
            Cell::Count(9),
        ]],
    });
    let drawn = |width| {
        let mut out = Vec::new();
        document(
            &mut out,
            &page,
            Style {
                width: Some(width),
                ..Style::default()
            },
        )
        .expect("written");
        String::from_utf8(out).expect("text")
    };
    assert_eq!(
        drawn(80),
        format!(
            "  stage                     n\n  Won     {}   9\n",
            "█".repeat(15)
        )
    );
    assert_eq!(
        drawn(26),
        format!("  stage            n\n  Won     {}   9\n", "█".repeat(6))
    );
    assert_eq!(drawn(20), "  stage   n\n  Won     9\n");
}

#[test]
fn a_table_without_headings_has_no_heading_line() {
    let table = Table {
        columns: vec![column("", Align::Left, 0), column("", Align::Left, 0)],
        rows: vec![vec![
            Cell::Text("stage".to_string()),
            Cell::Text("Qualify".to_string()),
        ]],
    };
    let mut out = Vec::new();
    let shown = Document::default().table(table);
    document(&mut out, &shown, Style::default()).expect("drawn");
    assert_eq!(String::from_utf8_lossy(&out), "  stage   Qualify\n");
}

#[test]
fn json_is_the_answer() {
    let json: serde_json::Value = serde_json::from_str(&shown(
        &["A \"quoted\"\n\u{9b}31m"],
        Format::Json,
        Style::default(),
    ))
    .expect("json");
    assert_eq!(json["schema"], "salesctl/test/1");
    assert_eq!(json["period"]["to"], "2026-09-30");
    assert_eq!(json["rows"][0]["account"], "A \"quoted\"\n\u{9b}31m");
    assert_eq!(json["rows"][0]["change_minor"], -50);
}

#[test]
fn jsonl_is_a_row_a_line() {
    assert_eq!(
        shown(
            &["a\nb", "x\u{7f}\u{202e}y\u{e0041}"],
            Format::Jsonl,
            Style::default()
        ),
        r#"{"account":"a\nb","n":1200,"win_share":0.25,"change_minor":-50}
{"account":"x\u007f\u202ey\udb40\udc41","n":1200,"win_share":0.25,"change_minor":-50}
"#
    );
}

#[test]
fn csv_for_spreadsheets_and_for_programs() {
    let accounts = [
        "=1+1",
        "a\r\n\u{a0}@sum",
        "＋1",
        "-",
        "Acme, \"Inc\"",
        "\tx",
        "fine - really",
    ];
    assert_eq!(
        shown(&accounts, Format::Csv, Style::default()),
        "account,n,win_share,change_minor\n'=1+1,1200,0.25,-50\n\"a\n'\u{a0}@sum\",1200,0.25,-50\n\
         '＋1,1200,0.25,-50\n'-,1200,0.25,-50\n\"Acme, \"\"Inc\"\"\",1200,0.25,-50\n'␉x,1200,0.25,-50\n\
         fine - really,1200,0.25,-50\n"
    );
    let raw = Style {
        raw: true,
        ..Style::default()
    };
    assert_eq!(
        shown(&["=1+1"], Format::Csv, raw),
        "account,n,win_share,change_minor\n=1+1,1200,0.25,-50\n"
    );
    assert_eq!(
        shown(&[], Format::Csv, raw),
        "account,n,win_share,change_minor\n"
    );
}

#[test]
fn markdown() {
    assert_eq!(
        shown(
            &["a|b <script> [x](y) `z`"],
            Format::Markdown,
            Style::default()
        ),
        r"## A heading

| account | n | win rate | change EUR | value |
| --- | ---: | ---: | ---: | ---: |
| a\|b \<script\> \[x\](y) \`z\` | 1,200 | 25 % | -0.50 | 4,200 EUR |

a line

another
"
    );
}

/// Things one under another, and where a page may lead.
#[test]
fn lines_and_links() {
    let told = |text: &str| {
        let table = Table {
            columns: vec![TableColumn::left("tools"), TableColumn::left("where")],
            rows: vec![vec![
                Cell::Lines(vec!["a|b".to_string(), "c\u{1b}<d>".to_string()]),
                Cell::Link(text.to_string()),
            ]],
        };
        let document = Document::default().table(table);
        let (answer_of, _) = sample(&[]);
        [Format::Table, Format::Markdown, Format::Html].map(|format| {
            let mut out = Vec::new();
            answer(&mut out, &answer_of, &document, format, Style::default()).expect("written");
            String::from_utf8(out).expect("text")
        })
    };
    let [table, markdown, html] = told("https://example.com/a_b?c&d");
    assert_eq!(
        table,
        "  tools     where\n  · a|b     https://example.com/a_b?c&d\n  · c␛<d>\n"
    );
    assert!(
        markdown.ends_with("| a\\|b<br>c␛\\<d\\> | <https://example.com/a_b?c&d> |\n"),
        "{markdown}"
    );
    assert!(
        html.contains("<ul><li>a|b</li><li>c␛&lt;d&gt;</li></ul>"),
        "{html}"
    );
    let link = "<a href=\"https://example.com/a_b?c&amp;d\">https://example.com/a_b?c&amp;d</a>";
    assert!(html.contains(link), "{html}");
    for text in [
        "javascript:alert(1)",
        "shelf 3",
        "https://a\u{202e}b",
        "data:text/html,x",
    ] {
        let [_, markdown, html] = told(text);
        assert!(!html.contains("<a ") && !markdown.contains(&format!("<{text}>")));
    }
    let [_, markdown, html] = told("https://x/\"><b> |");
    assert!(!html.contains("<b>") && markdown.ends_with("https://x/\"\\>\\<b\\> \\| |\n"));
}

#[test]
fn formats_by_name() {
    for format in Format::ALL {
        assert_eq!(format.to_string().parse(), Ok(format));
    }
    assert_eq!(
        "jsn".parse::<Format>(),
        Err("`jsn` is not a format; there are table, json, jsonl, csv, markdown, html, xlsx; did you mean `json`?".to_string())
    );
}

proptest! {
    /// Whatever a file holds, no format but raw csv lets a terminal obey it.
    #[test]
    fn nothing_is_obeyed(account in any::<String>(), width in prop::option::of(10_u16..120)) {
        for format in Format::ALL.into_iter().filter(|format| *format != Format::Xlsx) {
            let text = shown(&[&account], format, Style { width, ..Style::default() });
            let safe = text.chars().all(|c| c == '\n' || crate::text::is_plain(c));
            prop_assert!(safe, "{:?}: {:?}", format, text);
        }
    }

    /// Machines read back what there was.
    #[test]
    fn json_reads_back(account in any::<String>()) {
        let json: serde_json::Value =
            serde_json::from_str(&shown(&[&account], Format::Json, Style::default())).expect("json");
        prop_assert_eq!(&json["rows"][0]["account"], &account);
    }
}

/// A deal with a long reason in 40 columns: words stay whole, the reason goes beneath, a long name is cut.
#[test]
fn narrow_tables_break_no_words() {
    let cell = |text: &str| Cell::Text(text.to_string());
    let document = Document::default().table(Table {
        columns: vec![
            TableColumn::left("stage"),
            TableColumn::left("source").at_most(8),
            TableColumn::right("worth EUR"),
            TableColumn::left("why").beneath(),
        ],
        rows: vec![vec![
            cell("Negotiate (on hold)"),
            cell("Recommended by a customer"),
            cell("45,000"),
            cell("longer than nine of ten won deals, no next step"),
        ]],
    });
    let style = Style {
        width: Some(40),
        ..Style::default()
    };
    let mut out = Vec::new();
    super::document(&mut out, &document, style).expect("written");
    let shown = String::from_utf8(out).expect("text");
    assert!(
        shown.lines().all(|line| line.chars().count() <= 40),
        "{shown}"
    );
    for part in [
        "Negotiate",
        "hold)",
        "Recomme…",
        "45,000",
        "    why longer than nine of ten",
    ] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
}
