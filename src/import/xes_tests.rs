//! Event logs as they should be, as they should not, and as nobody would write them.

use proptest::prelude::*;
use rstest::rstest;
use std::io::{BufReader, Read};

use super::*;

fn rows(text: &str) -> Result<(Vec<String>, Vec<(u64, Vec<String>)>, Vec<String>), String> {
    let headings =
        Xes::headings_of(Box::new(text.as_bytes())).map_err(|error| error.to_string())?;
    let mut xes = Xes::open(Box::new(text.as_bytes()), &headings);
    let mut row = Row::default();
    let mut rows = Vec::new();
    while xes.next(&mut row).map_err(|error| error.to_string())? {
        rows.push((row.line, row.to_fields()));
    }
    Ok((headings, rows, xes.notes()))
}

#[test]
fn events_are_rows_with_what_is_known_of_their_trace() {
    let (headings, rows, notes) = rows(
        "<?xml version='1.0'?>\n<log xes.version='1.0'>\n<string key='concept:name' value='of the log'/>\n\
         <trace>\n<string key='concept:name' value='c &amp; 1'><int key='concept:name' value='7'/></string>\n\
         <list key='l'><string key='x' value='y'/></list>\n<float key='value' value='12.5'/>\n\
         <event>\n<string key='concept:name' value='a&#10;b'/>\n<string key='value' value='own'/></event>\n\
         <event><string key='concept:name' value='c'/><string key='concept:name' value='second'/></event>\n\
         </trace>\n<trace><string key='concept:name' value='2'/></trace>\n\
         <event><date key='time:timestamp' value='t'/></event></log>\n",
    )
    .expect("rows");
    assert_eq!(
        headings,
        [CASE, ACTIVITY, TIMESTAMP, "case:value", "value"].map(str::to_string)
    );
    let fields = |fields: [&str; 5]| fields.map(str::to_string).to_vec();
    assert_eq!(
        rows,
        [
            (8, fields(["c & 1", "a\nb", "", "12.5", "own"])),
            (11, fields(["c & 1", "c", "", "12.5", ""])),
            // Outside of a trace there is no case.
            (14, fields(["", "", "t", "", ""])),
        ]
    );
    assert_eq!(notes, ["1 trace without events: nothing to take"]);
}

#[rstest]
#[case(b"<?xml version", true)]
#[case(b"\xEF\xBB\xBF <log>", true)]
#[case(b"<!-- made by", true)]
#[case(b"case,activity\n", false)]
fn xml_is_known_by_its_beginning(#[case] start: &[u8], #[case] xml: bool) {
    assert_eq!(is_xml(start), xml);
}

#[test]
fn long_values_are_cut_and_said_to_be() {
    let long = "ä".repeat(40_000);
    let text = format!(
        "<log><trace><string key='concept:name' value='1'/><event><string key='concept:name' value='{long}'/></event></trace></log>"
    );
    let headings = ALWAYS.map(str::to_string);
    let mut xes = Xes::open(Box::new(text.as_bytes()), &headings);
    let mut row = Row::default();
    assert!(xes.next(&mut row).expect("a row"));
    assert_eq!(row.cut(), Some(1));
    assert_eq!(row.raw(1).len(), Limits::default().field_bytes);
}

#[test]
fn what_never_ends_is_refused_before_it_is_in_memory() {
    for begin in ["<log><string key='a' value='", "<log><!--", "<log>"] {
        let endless = begin.as_bytes().chain(io::repeat(b'x'));
        let error = Xes::headings_of(Box::new(BufReader::new(endless))).expect_err("no end");
        assert_eq!(
            error.to_string(),
            "can't be read: line 1 has something longer than 1024 KiB without an end"
        );
    }
    let many: Vec<String> = (0..=KEYS)
        .map(|n| format!("<int key='k{n}' value='1'/>"))
        .collect();
    let text = format!("<log><trace>{}</trace></log>", many.concat());
    assert_eq!(
        rows(&text).expect_err("too many"),
        "can't be read: line 1 has more than 1000 different attributes; no log has so many"
    );
}

#[test]
fn packed_logs_are_known_by_their_bytes() {
    use std::io::Write;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(b"<log/>").expect("packed");
    let packed = packed.finish().expect("packed");
    let (start, mut all) = opened(packed.as_slice()).expect("opened");
    assert!(is_xml(&start));
    let mut text = String::new();
    all.read_to_string(&mut text).expect("text");
    assert_eq!(text, "<log/>");
    let (_, cut) =
        opened(&packed[..packed.len() - 9]).map_or((Vec::new(), None), |(s, all)| (s, Some(all)));
    if let Some(cut) = cut {
        Xes::headings_of(cut).expect_err("cut off");
    }
}

proptest! {
    /// Whatever it is: rows or words, never a panic.
    #[test]
    fn anything_ends_in_words(parts in proptest::collection::vec(
        proptest::sample::select(vec![
            "<log>", "</log>", "<trace>", "</trace>", "<event>", "</event>", "<event/>", "\n", "<!--", "-->",
            "<string key='concept:name' value='a'/>", "<date key='time:timestamp' value='&lt;'/>", "&x;", "<",
            ">", "<![CDATA[", "]]>", "<?x ?>", "é", "\u{0}", "<string key=", "'",
        ]), 0..30)) {
        let text = parts.concat();
        if let Ok((headings, rows, _)) = rows(&text) {
            prop_assert!(rows.iter().all(|(_, fields)| fields.len() == headings.len()));
        }
    }
}
