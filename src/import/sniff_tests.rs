//! Samples, and the table that is in each.

use rstest::rstest;

use super::*;
use crate::import::encoding::Encoding;

fn judged(text: &str) -> Layout {
    let letters = Letters::new(Encoding::Utf8, false);
    layout(text.as_bytes(), true, &letters, Told::default())
}

#[rstest]
#[case("a,b,c\n1,2,3\n", b',', 1, true)]
#[case("a;b;c\n1,5;2;3\n2,5;3;4\n", b';', 1, true)]
#[case("x;y\n1,5;2,5\n2,5;3,5\n4,5;6,5\n1,1;2,2\n", b';', 1, true)]
#[case("a\tb\n1, 2\t2\n", b'\t', 1, true)]
#[case("a|b\n1|2\n", b'|', 1, true)]
#[case("a^b^c\n1^2^3\n", b'^', 1, true)]
#[case("Export of today\n\nid,name,value\n1,x,2\n3,y,4\n", b',', 3, true)]
#[case("Export of today,,\n\nid,name,value\n1,x,2\n3,y,4\n", b',', 3, true)]
#[case(
    "List;of;leads\nby;us\nid;name;value;date;sum\n1;x;2;3;4\n3;y;4;5;6\n",
    b';',
    3,
    true
)]
#[case("1,x,2017-01-01\n3,y,2017-01-02\n", b',', 1, false)]
#[case("name\nAnna\nBob\n", b',', 1, true)]
#[case("company\nAcme, Inc\nGlobex\nFoo, Ltd\n", b';', 1, true)]
#[case("a@b.de\nc@d.de\n", b',', 1, false)]
#[case("id,name\n1,x,\n2,y,\n", b',', 1, true)]
#[case("a,b,c,d\n1,2,3,4,5\n1,2,3,4,5\n", b',', 1, true)]
#[case(
    "company,2024,2025,2026\nAcme,100,200,300\nGlobex,10,20,30\n",
    b',',
    1,
    true
)]
#[case("2024,2025,2026\n100,200,300\n10,20,30\n", b',', 1, true)]
#[case(
    "Anna,(617) 555-0101,02139\nBob,(617) 555-0102,02140\n",
    b',',
    1,
    false
)]
#[case("Name,E-Mail\nAnna,a@b.de\n", b',', 1, true)]
#[case("Name,Notes\nAnna,\"one\nMax, two\nthree\"\nBob,x\n", b',', 1, true)]
#[case("a,b\n1,\"x\n2,y\n3,z\n", b',', 1, true)]
fn layouts(#[case] text: &str, #[case] delimiter: u8, #[case] line: u64, #[case] has_header: bool) {
    let layout = judged(text);
    assert_eq!(
        (layout.syntax.delimiter, layout.line, layout.has_header),
        (delimiter, line, has_header)
    );
}

#[rstest]
#[case("'a','b'\n'1,5','x'\n", Some(b'\''), false)]
#[case("name,place\nO'Brien,x\n'Tis,y\n", Some(b'"'), false)]
#[case("\"a\",\"b\"\n\"Smith \\\"Best\\\" & Co\",\"x\"\n", Some(b'"'), true)]
#[case("\"a\",\"b\"\n\"C:\\\",\"x \"\"y\"\"\"\n", Some(b'"'), false)]
fn quoting(#[case] text: &str, #[case] quote: Option<u8>, #[case] backslash: bool) {
    let syntax = judged(text).syntax;
    assert_eq!((syntax.quote, syntax.backslash), (quote, backslash));
}
