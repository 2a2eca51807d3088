//! What holds of every picture, whatever stands on it.

use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

use super::*;
use crate::document::{FlowEnd, FlowNow, FlowStage};

fn stage(title: &str, next: &[usize], back: &[usize]) -> FlowStage {
    let line = Labelled {
        label: "exit",
        text: title.to_string(),
    };
    let mut ways: Vec<FlowWay> = Vec::new();
    for to in next {
        ways.push(FlowWay {
            to: *to,
            why: if ways.is_empty() { "" } else { "or to" }.to_string(),
        });
    }
    FlowStage {
        title: title.to_string(),
        now: Some(FlowNow {
            text: "3 open deals".to_string(),
            alert: Some(title.to_string()),
        }),
        about: vec![line.clone()],
        gate: vec![line],
        next: ways,
        back: back.to_vec(),
    }
}

fn flow(title: &str, stages: Vec<FlowStage>) -> Flow {
    let end = |name: &str| FlowEnd {
        title: name.to_string(),
        about: vec![Labelled {
            label: "",
            text: title.to_string(),
        }],
    };
    Flow {
        title: title.to_string(),
        description: title.to_string(),
        stages,
        won: end("Won"),
        lost: end("Lost"),
    }
}

/// Three stages, one of which can be gone past, with one way back.
fn three(title: &str) -> Flow {
    let stages = vec![
        stage(title, &[1, 2], &[]),
        stage("B", &[2], &[0]),
        stage("C", &[3], &[]),
    ];
    flow(title, stages)
}

#[test]
fn lines_meet_where_ways_do() {
    let mut flow = three("A");
    for stage in &mut flow.stages {
        stage.about.clear();
        stage.now = None;
    }
    flow.lost.about.clear();
    flow.won.about.clear();
    let picture = lines(&flow, Some(40), false).join("\n");
    assert_eq!(
        picture,
        "   ╭──────────────────────────────╮
╭─▶│ A                            │
│  │                              │┈┈┈┈╮
│  ╰───┬──────────────────────────╯    ┊
│      ◇ exit: A                       ┊
│      ├─ or to C ───────────────────╮ ┊
│      ▼                             │ ┊
│  ╭──────────────────────────────╮  │ ┊
│  │ B                            │  │ ┊
╰──┤                              │┈┈┼┈┤
   ╰───┬──────────────────────────╯  │ ┊
       ◇ exit: B                     │ ┊
       ▼                             │ ┊
   ╭──────────────────────────────╮  │ ┊
   │ C                            │◀─╯ ┊
   │                              │┈┈┈┈┤
   ╰───┬──────────────────────────╯    ┊
       ◇ exit: C                       ┊
       ▼                               ┊
   ╭──────────────────────────────╮    ┊
   │ ✓ Won                        │    ┊
   ╰──────────────────────────────╯    ┊
                                       ┊
   ╭──────────────────────────────╮    ┊
   │ ✗ Lost                       │◀┈┈┈╯
   ╰──────────────────────────────╯"
    );
}

/// What is bold or red says so in words and marks too.
#[test]
fn colour_is_never_the_only_signal() {
    let flow = three("late");
    let plain = lines(&flow, Some(80), false);
    let colored = lines(&flow, Some(80), true);
    assert!(plain.iter().any(|line| line.contains("! late")));
    let mut stripped = colored.join("\n");
    assert!(stripped.contains('\u{1b}'));
    while let Some(from) = stripped.find('\u{1b}') {
        let to = stripped[from..].find('m').expect("it ends");
        stripped.replace_range(from..=from + to, "");
    }
    assert_eq!(stripped, plain.join("\n"));
}

#[test]
fn text_formats_hold_no_text_that_they_would_obey() {
    let mermaid = mermaid(&three("1. \"]; end --> <b> `x` #x; %%"));
    assert!(
        mermaid.contains("s0[\"1#46; #34;#93;#59; end --#62; "),
        "{mermaid}"
    );
    assert!(!mermaid.contains("<b>") && !mermaid.contains('`'));
    let dot = dot(&three("a\" -> b \\N &amp;"));
    assert!(
        dot.contains("s0 [label=\"a\\\" -> b \\\\N &amp;amp;\\l"),
        "{dot}"
    );
}

#[test]
fn long_words_are_broken_and_nothing_is_lost() {
    let wide = |text: &str| text.width();
    assert_eq!(broken("one two", 4, wide), ["one", "two"]);
    assert_eq!(broken("abcdefgh ij", 3, wide), ["abc", "def", "gh", "ij"]);
    assert_eq!(broken("お客様", 1, wide), ["お", "客", "様"]);
    assert_eq!(broken("", 3, wide), Vec::<String>::new());
}

/// A chain of any length with any ways.
fn any_flow() -> impl Strategy<Value = Flow> {
    let one = ("\\PC{0,60}", any::<u64>(), any::<u64>());
    ("\\PC{0,30}", prop::collection::vec(one, 1..14)).prop_map(|(title, stages)| {
        let n = stages.len();
        let stages = stages.iter().enumerate().map(|(at, (title, next, back))| {
            let next: Vec<usize> = (at + 1..=n).filter(|to| (next >> to) % 4 == 0).collect();
            let next = if next.is_empty() { vec![at + 1] } else { next };
            let back: Vec<usize> = (0..at).filter(|to| (back >> to) % 2 == 0).collect();
            stage(title, &next, &back)
        });
        flow(&title, stages.collect())
    })
}

/// One letter of Khmer is three cells wide.
#[test]
fn letters_of_any_width_fit() {
    let drawn = lines(
        &flow("x", vec![stage("\u{17D8}\u{17D8} x", &[1], &[])]),
        Some(40),
        false,
    );
    assert!(drawn.iter().all(|line| line.width() <= 40), "{drawn:?}");
}

proptest! {
    #[test]
    fn it_fits_every_terminal(flow in any_flow(), width in 40_u16..120) {
        for line in lines(&flow, Some(width), false) {
            prop_assert!(line.width() <= usize::from(width), "{}", line);
        }
    }

    /// Every quote is closed on its line, and no name is but ours.
    #[test]
    fn texts_are_sound(flow in any_flow()) {
        let mermaid = mermaid(&flow);
        let mut lines = mermaid.lines();
        prop_assert_eq!(lines.next(), Some("flowchart TD"));
        for line in lines.skip(2) {
            prop_assert!(line.matches('"').count() % 2 == 0, "{}", line);
            let name: String = line.trim().chars().take_while(|c| c.is_alphanumeric()).collect();
            let number = name.trim_start_matches(['s', 'g']);
            let is_ours = ["won", "lost"].contains(&name.as_str()) || number.parse::<usize>().is_ok();
            prop_assert!(is_ours, "{}", line);
        }
        let dot = dot(&flow);
        let mut quoted = false;
        let mut escaped = false;
        let mut depth = 0;
        for c in dot.chars() {
            match c {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                '{' | '[' if !quoted => depth += 1,
                '}' | ']' if !quoted => depth -= 1,
                _ => {}
            }
        }
        prop_assert!(!quoted && depth == 0, "{}", dot);
    }

    /// As XML has it: tags are ours, and what is open is closed.
    #[test]
    fn svg_is_sound(flow in any_flow()) {
        let svg = svg(&flow);
        let mut open: Vec<&str> = Vec::new();
        for tag in svg.split('<').skip(2) {
            let (tag, _) = tag.split_once('>').expect("it ends");
            let name = tag.split([' ', '/']).next().unwrap_or_default();
            if let Some(name) = tag.strip_prefix('/') {
                prop_assert_eq!(open.pop(), Some(name));
            } else if !tag.ends_with('/') {
                open.push(name);
            }
            let known = ["", "svg", "title", "desc", "style", "rect", "text", "path", "circle"];
            prop_assert!(known.contains(&name), "{}", tag);
        }
        prop_assert!(open.is_empty());
    }
}
