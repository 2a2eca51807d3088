//! Maps read, found, bound and applied.

mod mistakes;
mod vendors;

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::import::read::{Options, Reader, Row};
use crate::prospect::clean::{Cleaner, Country, Rejection, Settings};
use crate::prospect::{Record, Warning};

struct File {
    headings: Vec<String>,
    rows: Vec<Row>,
}

fn file(csv: &str) -> File {
    let mut reader = Reader::open(csv.as_bytes(), &Options::default()).expect("readable");
    let headings = reader.headers().to_vec();
    let mut rows = Vec::new();
    let mut row = Row::default();
    while reader.next(&mut row).expect("readable") {
        rows.push(row.clone());
    }
    File { headings, rows }
}

impl File {
    fn sample(&self) -> Vec<Vec<String>> {
        self.rows.iter().map(Row::to_fields).collect()
    }

    fn recognised(&self) -> Recognised {
        recognise(&self.headings, &self.sample(), None).expect("a map")
    }

    fn apply(&self, map: &ProspectMap, cleaner: &mut Cleaner) -> Vec<Result<Record, Rejection>> {
        let binding = map.bind("list.csv", &self.headings).expect("bound");
        let all = self.rows.iter().map(|row| {
            let mut record = Record::default();
            binding.apply(row, &mut record, cleaner).map(|()| record)
        });
        all.collect()
    }

    fn records(&self) -> Vec<Record> {
        let map = self.recognised().map;
        let all = self.apply(&map, &mut Cleaner::default());
        all.into_iter()
            .map(|record| record.expect("taken"))
            .collect()
    }
}

fn parsed(text: &str) -> ProspectMap {
    ProspectMap::parse(text).expect("a sound map")
}

#[test]
fn everything_a_map_can_say() {
    let text = r#"
ignore = ["Noise"]
[file]
delimiter = ";"
[map]
name = { column = "Contact", split = "last first" }
company = { join = ["Company", "Branch"], with = ", " }
email = { first = ["Work", "Home"] }
phone = { column = "Phone", country = "DE" }
city = { column = "Town", case = "title" }
country = { constant = "Germany" }
industry = { column = "Sector", default = "unknown" }
employees = "Size"
revenue = { column = "Sales", multiply = 1000, decimal = "," }
source_date = { column = "Seen", date_format = "%m/%d/%Y" }
[values.employees]
A = "1-4"
b = "5-9"
[attributes]
twitter = "X handle"
"#;
    let csv = "Contact;Company;Branch;Work;Home;Phone;Town;Sector;Size;Sales;Seen;X handle;Noise;Shoe size\n\
        Müller Anna;Acme;Berlin;#N/A;anna@home.de;030 1234567;BERLIN;;a;1.200,5;03/04/2026;@anna;zzz;38\n\
        Roth Jana;Bolt;;j@bolt.de;jana@home.de;;Bonn;IT;Q;7;13/04/2026;;;\n";
    let file = file(csv);
    let map = parsed(text);
    let mut cleaner = Cleaner::default();
    let records = file.apply(&map, &mut cleaner);
    let [Ok(first), Ok(second)] = records.as_slice() else {
        panic!("two rows are taken: {records:?}");
    };
    for (field, expected) in [
        (Field::First, "Anna"),
        (Field::Last, "Müller"),
        (Field::Company, "Acme, Berlin"),
        (Field::Email, "anna@home.de"),
        (Field::Phone, "+49301234567"),
        (Field::City, "Berlin"),
        (Field::Country, "DE"),
        (Field::Industry, "unknown"),
        (Field::Employees, "1-4"),
        (Field::Revenue, "1200500"),
        (Field::SourceDate, "2026-03-04"),
    ] {
        assert_eq!(first.get(field), expected, "{}", field.name());
    }
    assert_eq!(first.original(Field::Employees), Some("a"));
    assert_eq!(first.original(Field::City), Some("BERLIN"));
    let attributes: Vec<_> = first.attributes().collect();
    assert_eq!(attributes, [("twitter", "@anna"), ("Shoe size", "38")]);
    // The second address is not lost, the unknown code is kept and counted, and 13/04 is no month.
    assert_eq!(
        second.attributes().collect::<Vec<_>>(),
        [("Home", "jana@home.de")]
    );
    assert_eq!(
        (second.get(Field::Company), second.get(Field::Employees)),
        ("Bolt", "Q")
    );
    let warnings: Vec<Warning> = second.warnings().iter().collect();
    assert_eq!(warnings, [Warning::DateSyntax, Warning::CodeUnknown]);
    assert_eq!(cleaner.unknown_codes(), [(Field::Employees, "Q", 1)]);
}

#[test]
fn a_rejected_row_names_its_column() {
    let file = file("Vorname;Mailadresse\nAnna;anna@gmail,com\nBob;\n");
    let map = file.recognised().map;
    let all = file.apply(&map, &mut Cleaner::default());
    let [Err(first), Err(second)] = all.as_slice() else {
        panic!("both are rejected: {all:?}");
    };
    assert_eq!(first.column.as_deref(), Some("Mailadresse"));
    assert_eq!(
        (first.code, second.column.as_deref()),
        ("E_NO_IDENTITY", None)
    );
}

const NO_HEADINGS: &str = "Anna,Müller,Acme GmbH,anna@acme.de,+49 30 1234567,01067,1200000\n\
    José,Núñez,\"Peña y Cía, S.A.\",jose@pena.es,+34 91 123 45 67,28001,3400000\n\
    Zoë,O'Brien,\"Smith & Sons \"\"Best\"\"\",zoe@smith.com,(617) 555-0101,02139,56000\n\
    Bob,Stone,Delta Tool Co,bob@delta.com,212-555-0199,10001,780000\n";

#[rstest]
// No head line at all; one heading missing; two that are the same.
#[case(String::new())]
#[case("First Name,,Company,Email,Phone,ZIP,\n".into())]
#[case("Name,Name,Company,Email,Phone,Phone,Revenue\n".into())]
#[case("Contact first,Contact last,Firm,Reach at,Call,Post code,Money\n".into())]
fn values_say_what_headings_do_not(#[case] head: String) {
    let records = file(&format!("{head}{NO_HEADINGS}")).records();
    assert_eq!(records.len(), 4);
    let anna = &records[0];
    assert_eq!(anna.get(Field::Email), "anna@acme.de");
    assert_eq!(anna.get(Field::Phone), "+49301234567");
    assert_eq!(anna.get(Field::Company), "Acme GmbH");
    if !head.starts_with("Contact") {
        assert_eq!(
            (anna.get(Field::First), anna.get(Field::Last)),
            ("Anna", "Müller")
        );
    }
}

#[test]
fn a_name_among_companies_is_the_companys() {
    let records = file("Name,Website,Industry\nAcme,acme.de,Tools\nBolt,bolt.de,IT\n").records();
    assert_eq!(records[0].get(Field::Company), "Acme");
    assert!(!records[0].is_person());
}

#[test]
fn a_draft_can_be_used_as_it_is() {
    let csv = "Vorname;Nachname;Firma;E-Mail;Umsatz;Angelegt am;Twitter Handle;Geburtsdatum\n\
        Anna;Müller;Acme GmbH;anna@acme.de;1.200,50;25/03/2026;@anna;01/02/1980\n\
        Bob;Stone;Delta Co;bob@delta.com;7,5;03/04/2026;;03/04/1990\n";
    let file = file(csv);
    let draft = guess("kontakte.csv", &file.headings, &file.sample(), None);
    assert_eq!(
        draft,
        r#"# A first draft of what the columns of kontakte.csv mean: check each line, then import with --dry-run.
# Taken for: plain list (7 of 8 headings say what they are).
# A field is a column's heading, or a table: { first = ["Phone", "Tel"] } takes the first that is filled,
# { join = ["Street", "No"] } all of them, { constant = "US" } is the same for every row.

[map]
first_name = "Vorname"                       # Anna | Bob
last_name = "Nachname"                       # Müller | Stone
company = "Firma"                            # Acme GmbH | Delta Co
email = "E-Mail"                             # anna@acme.de | bob@delta.com
revenue = { column = "Umsatz", decimal = "," } # 1.200,50 | 7,5
birth_date = "Geburtsdatum"                  # 01/02/1980 | 03/04/1990
#   01/02/1980 can be read in two ways and stays text: say { column = "Geburtsdatum", date_format = "%d/%m/%Y" } or "%m/%d/%Y"
source_date = { column = "Angelegt am", date_format = "%d/%m/%Y" } # 25/03/2026 | 03/04/2026
# There are also: name, middle_name, salutation, title, phone, mobile, website, domain, address, city, state, zip, country, industry, employees, linkedin, number, record, list_code

# Every other column is kept as an attribute under its heading; here under a better name. Columns that are
# not wanted: write ignore = ["Heading"] above [map].
[attributes]
# twitter_handle = "Twitter Handle"          # @anna
"#
    );
    let records = file.apply(&parsed(&draft), &mut Cleaner::default());
    let second = records[1].as_ref().expect("taken");
    assert_eq!(second.get(Field::SourceDate), "2026-04-03");
    assert_eq!(second.get(Field::Revenue), "7.5");
    assert_eq!(second.get(Field::BirthDate), "03/04/1990");
}

#[test]
fn the_file_settles_what_rows_leave_open() {
    let file = file("Company,Phone,ZIP\nAcme,030 1234567,1067\n");
    let settings = Settings {
        country: Country::find("DE"),
        ..Settings::default()
    };
    let all = file.apply(&file.recognised().map, &mut Cleaner::new(settings));
    let record = all[0].as_ref().expect("taken");
    assert_eq!(record.get(Field::Phone), "+49301234567");
    assert_eq!(record.get(Field::Zip), "01067");
}

proptest! {
    /// Whatever a file holds, each value that says something is in a field, kept as it was, or an attribute.
    #[test]
    fn no_value_is_lost(
        head in proptest::collection::vec("Name|Phone|E-Mail|Firma|ZIP|Tel|Vorname|[a-zA-Z ]{1,8}", 1..6),
        cells in proptest::collection::vec("[ -~äöüßÃ¼€\u{a0}]{0,12}", 12),
    ) {
        let width = head.len();
        let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
        let line = |cells: &[String]| cells.iter().map(|c| quoted(c)).collect::<Vec<_>>().join(",");
        let mut csv = line(&head);
        for row in cells.chunks_exact(width) {
            csv.push('\n');
            csv.push_str(&line(row));
        }
        let Ok(mut reader) = Reader::open(csv.as_bytes(), &Options::default()) else {
            return Ok(());
        };
        let headings = reader.headers().to_vec();
        let map = recognise(&headings, &[], None).expect("a map").map;
        let binding = map.bind("list.csv", &headings).expect("bound");
        let (mut row, mut record, mut cleaner) = (Row::default(), Record::default(), Cleaner::default());
        while reader.next(&mut row).expect("readable") {
            if row.defect.is_some() || binding.apply(&row, &mut record, &mut cleaner).is_err() {
                continue;
            }
            for column in 0..row.len() {
                let value = row.get(column);
                if value.is_empty() || crate::prospect::clean::is_nothing(value) {
                    continue;
                }
                let mut tidied = String::new();
                if crate::prospect::clean::tidy(value, &mut tidied) == crate::prospect::clean::Tidy::Fine {
                    tidied = value.to_string();
                }
                let in_fields = Field::ALL.into_iter().any(|f| record.get(f).contains(value));
                // Reading may have repaired it, and the file's own is what is kept.
                let repaired = row.repaired().iter().find(|(of, _)| *of == column);
                let written = repaired.map_or(value, |(_, written)| written.as_str());
                let kept = record
                    .originals()
                    .any(|(_, original)| original.contains(value) || original == written);
                let attribute = record
                    .attributes()
                    .any(|(_, text)| text == tidied || text == written);
                prop_assert!(tidied.is_empty() || in_fields || kept || attribute, "{value:?} is lost: {record:?}");
            }
        }
    }
}
