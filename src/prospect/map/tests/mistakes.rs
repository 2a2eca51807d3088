//! What is told of a map that is wrong, and where.

use proptest::prelude::*;
use rstest::rstest;

use super::super::ProspectMap;
use super::parsed;

fn problems(text: &str) -> Vec<(String, String, String)> {
    let problems = ProspectMap::parse(text).expect_err("problems");
    let told = problems.into_iter();
    told.map(|p| (p.message, p.label, text[p.span].to_string()))
        .collect()
}

#[rstest]
#[case(
    "[map]\nemail = \"E\"\nphon = \"P\"\n",
    "unknown key `phon`",
    "not a key of [map]; did you mean `phone`?",
    "phon"
)]
#[case(
    "x = 1\n[map]\ncity = \"A\"\n",
    "unknown key `x`",
    "not a key of a map of prospects; it takes file, recognise, ignore, map, values, attributes",
    "x"
)]
#[case(
    "[map]\ncompany = [\"A\", \"B\"]\n",
    "`company` has a list, which can mean two things",
    "write `{ join = [...] }` for all of them, or `{ first = [...] }` for the first that is filled",
    "[\"A\", \"B\"]"
)]
#[case(
    "[map]\ncity = { column = \"A\", constant = \"B\" }\n",
    "`city` has both `column` and `constant`",
    "expected one of `column`, `first`, `join` and `constant`",
    "{ column = \"A\", constant = \"B\" }"
)]
#[case(
    "[map]\ncity = { case = \"upper\" }\n",
    "`city` has no column",
    "expected one of `column`, `first`, `join` and `constant`",
    "{ case = \"upper\" }"
)]
#[case(
    "[map]\ncity = { column = \"A\", case = \"uper\" }\n",
    "unknown case `uper`",
    "no such case; did you mean `upper`?",
    "uper"
)]
#[case(
    "[map]\ncity = { column = \"A\", multiply = 10 }\n",
    "`city` takes no `multiply`",
    "it is for `employees`, `revenue`",
    "10"
)]
#[case(
    "[map]\nphone = { column = \"A\", country = \"Atlantis\" }\n",
    "`Atlantis` is not a country",
    "expected a code such as `DE` or a name",
    "Atlantis"
)]
#[case(
    "[map]\nsource_date = { column = \"A\", date_format = \"dd.mm\" }\n",
    "`dd.mm` is not a date format",
    "expected strftime's letters, such as `%d.%m.%Y` or `%m/%d/%Y`",
    "dd.mm"
)]
#[case(
    "[map]\nrevenue = { column = \"A\", multiply = 0 }\n",
    "`multiply` is out of range",
    "expected 2 to 1000000000",
    "0"
)]
#[case(
    "[map]\ncity = 5\n",
    "wrong type for `city`",
    "expected a text in quotes, found a whole number",
    "5"
)]
#[case(
    "[map]\ncity = \"A\"\n[values.citty]\nA = \"B\"\n",
    "unknown field `citty`",
    "no such field; did you mean `city`?",
    "citty"
)]
#[case(
    "[map]\ncity = \"A\"\n[values.city]\nA = 1\n",
    "wrong type for `A`",
    "expected a text in quotes, found a whole number",
    "1"
)]
#[case(
    "ignore = \"x\"\n[map]\ncity = \"A\"\n",
    "wrong type for `ignore`",
    "expected a list in square brackets, found a text",
    "x"
)]
fn mistakes(#[case] text: &str, #[case] message: &str, #[case] label: &str, #[case] place: &str) {
    let found = problems(text);
    let expected = (message.to_string(), label.to_string(), place.to_string());
    assert_eq!(found, [expected]);
}

#[test]
fn all_mistakes_at_once_as_people_see_them() {
    let text = "[map]\ncompany = \"Firma\"\nfrist_name = \"Vorname\"\nphone = { column = \"Tel\", contry = \"DE\" }\n";
    let problems = ProspectMap::parse(text).expect_err("two");
    let shown = crate::process::render_problems("acme.toml", text, &problems, false);
    assert_eq!(
        shown,
        "error: unknown key `frist_name`\n \
         --> acme.toml:3:1\n  |\n\
         3 | frist_name = \"Vorname\"\n  | ^^^^^^^^^^ not a key of [map]; did you mean `first_name`?\n\
         error: unknown key `contry`\n \
         --> acme.toml:4:27\n  |\n\
         4 | phone = { column = \"Tel\", contry = \"DE\" }\n  |                           ^^^^^^ not a key of `phone`; did you mean `country`?\n\
         acme.toml: 2 errors"
    );
}

#[test]
fn columns_that_are_not_there() {
    let text = "ignore = [\"Fax\"]\n[map]\ncompany = \"Firma\"\nemail = { first = [\"E-Mail\", \"Mail\"] }\n";
    let headings = ["firma ".trim().to_string(), "EMail".into()];
    let problems = parsed(text).bind("list.csv", &headings).expect_err("two");
    let told: Vec<(&str, &str)> = problems
        .iter()
        .map(|p| (p.message.as_str(), &text[p.span.clone()]))
        .collect();
    assert_eq!(
        told,
        [
            ("`list.csv` has no column `Fax`", "Fax"),
            ("`list.csv` has no column `Mail`", "Mail"),
        ]
    );
    assert_eq!(problems[1].label, "did you mean `EMail`?");
}

proptest! {
    #[test]
    fn any_text_is_a_map_or_has_problems(text in "(\\[map\\]\n)?[a-z_]{1,8} = (\"[a-z]{0,4}\"|\\{ [a-z]{1,6} = \"x\" \\}|[0-9])\n\\PC{0,12}") {
        if let Err(problems) = ProspectMap::parse(&text) {
            prop_assert!(!problems.is_empty());
        }
    }
}
