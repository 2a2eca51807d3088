//! Whole rows cleaned.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn row(values: &[(Field, &str)]) -> Record {
    let mut record = Record::default();
    record.begin(2);
    for (field, value) in values {
        record.set(*field, value);
    }
    record
}

fn clean(record: &mut Record) -> Result<(), Rejection> {
    Cleaner::default().clean(record, &Rules::default())
}

fn codes(record: &Record) -> Vec<&'static str> {
    record.warnings().iter().map(Warning::code).collect()
}

#[test]
fn a_row_of_a_broker() {
    let mut record = row(&[
        (Field::First, "RONALD"),
        (Field::Last, "MCDONALD JR."),
        (Field::Company, "SUMMIT FURNITURE LLC"),
        (Field::Email, "Ronald@SummitFurniture.com"),
        (Field::Phone, "367-240-9420 x12"),
        (Field::Website, "https://www.summitfurniture.com/"),
        (Field::City, "BOSTON"),
        (Field::State, "Massachusetts"),
        (Field::Zip, "2139"),
        (Field::Country, "United States"),
        (Field::Employees, "1,200"),
        (Field::SourceDate, "03/04/2026"),
    ]);
    assert_eq!(clean(&mut record), Ok(()));
    for (field, expected) in [
        (Field::First, "Ronald"),
        (Field::Last, "McDonald"),
        (Field::Company, "SUMMIT FURNITURE LLC"),
        (Field::Email, "ronald@summitfurniture.com"),
        (Field::Phone, "+13672409420 x12"),
        (Field::Website, "https://www.summitfurniture.com/"),
        (Field::Domain, "summitfurniture.com"),
        (Field::City, "BOSTON"),
        (Field::State, "MA"),
        (Field::Zip, "02139"),
        (Field::Country, "US"),
        (Field::Employees, "1200"),
        (Field::SourceDate, "03/04/2026"),
    ] {
        assert_eq!(record.get(field), expected, "{}", field.name());
    }
    assert_eq!(codes(&record), ["W_ZIP_PADDED", "W_DATE_AMBIGUOUS"]);
    assert_eq!(record.original(Field::Zip), Some("2139"));
    assert_eq!(record.original(Field::Last), Some("MCDONALD JR."));
    assert_eq!(record.original(Field::Company), None);
    assert_eq!(record.attributes().collect::<Vec<_>>(), [("suffix", "JR.")]);
}

#[rstest]
#[case(&[(Field::Name, "Müller, Dr. Jürgen")], Field::First, "Jürgen")]
#[case(&[(Field::Name, "Müller, Dr. Jürgen")], Field::Salutation, "Dr.")]
#[case(&[(Field::Name, "J. Müller"), (Field::Last, "Mueller")], Field::Last, "Mueller")]
#[case(&[(Field::First, "Dr. Anna"), (Field::Last, "Ma")], Field::First, "Anna")]
#[case(&[(Field::Email, "info@acme.de")], Field::Domain, "acme.de")]
#[case(&[(Field::Email, "anna@gmail.com")], Field::Domain, "")]
#[case(&[(Field::Email, "a@acme.de"), (Field::Website, "linkedin.com/in/a")], Field::Domain, "acme.de")]
#[case(&[(Field::Company, "A"), (Field::State, "MA"), (Field::Zip, "2139")], Field::Zip, "02139")]
#[case(&[(Field::Phone, "617 555 0101"), (Field::State, "MA"), (Field::Zip, "02139")], Field::Phone, "+16175550101")]
#[case(&[(Field::Phone, "030 1234567"), (Field::Country, "Allemagne")], Field::Phone, "+49301234567")]
#[case(&[(Field::Company, "A"), (Field::Country, "Atlantis")], Field::Country, "Atlantis")]
#[case(&[(Field::Company, "A"), (Field::State, "Bayern"), (Field::Country, "DE")], Field::State, "Bayern")]
#[case(&[(Field::Company, "A"), (Field::State, "NSW"), (Field::Country, "Australia")], Field::State, "NSW")]
#[case(&[(Field::Company, "A"), (Field::Employees, "B")], Field::Employees, "B")]
#[case(&[(Field::Company, "A"), (Field::BirthDate, "25.03.64")], Field::BirthDate, "1964-03-25")]
fn values(#[case] given: &[(Field, &str)], #[case] field: Field, #[case] expected: &str) {
    let mut record = row(given);
    assert_eq!(clean(&mut record), Ok(()));
    assert_eq!(record.get(field), expected);
}

#[rstest]
#[case(&[], None, "no company, no name, no e-mail, no phone: nothing to know it by")]
#[case(&[(Field::First, "Anna"), (Field::City, "Ulm")], None, "no company, no name, no e-mail, no phone: nothing to know it by")]
#[case(
    &[(Field::Email, "anna@gmail,com")],
    Some(Field::Email),
    "`anna@gmail,com` is not an e-mail address, and there is nothing else to know it by"
)]
#[case(
    &[(Field::Phone, "4.915E+11")],
    Some(Field::Phone),
    "`4.915E+11` is not a phone number, and there is nothing else to know it by"
)]
fn rejected(#[case] given: &[(Field, &str)], #[case] field: Option<Field>, #[case] reason: &str) {
    let rejection = clean(&mut row(given)).expect_err("nobody");
    assert_eq!(
        (rejection.field, rejection.reason.as_str()),
        (field, reason)
    );
}

#[test]
fn the_file_says_what_rows_do_not() {
    let mut record = row(&[
        (Field::Phone, "030 1234567"),
        (Field::Zip, "1067"),
        (Field::Revenue, "1.200,50"),
        (Field::SourceDate, "03/04/2026"),
    ]);
    let settings = Settings {
        country: Country::find("DE"),
        decimal: Some(Decimal::Comma),
        date: date::Format::new("%d/%m/%Y"),
    };
    let mut cleaner = Cleaner::new(settings);
    assert_eq!(cleaner.clean(&mut record, &Rules::default()), Ok(()));
    assert_eq!(record.get(Field::Phone), "+49301234567");
    assert_eq!(record.get(Field::Zip), "01067");
    assert_eq!(record.get(Field::Revenue), "1200.5");
    assert_eq!(record.get(Field::SourceDate), "2026-04-03");
    assert_eq!(record.get(Field::Country), "");
}

proptest! {
    #[test]
    fn anything_can_be_cleaned_twice(values in proptest::collection::vec("\\PC{0,16}", Field::COUNT)) {
        let given: Vec<(Field, &str)> =
            Field::ALL.into_iter().zip(values.iter().map(String::as_str)).collect();
        let mut once = row(&given);
        let taken = clean(&mut once).is_ok();
        let kept: Vec<(Field, String)> =
            Field::ALL.into_iter().map(|field| (field, once.get(field).to_string())).collect();
        let again: Vec<(Field, &str)> = kept.iter().map(|(f, v)| (*f, v.as_str())).collect();
        let mut twice = row(&again);
        prop_assert_eq!(clean(&mut twice).is_ok(), taken);
        for (field, value) in &kept {
            prop_assert_eq!(twice.get(*field), value, "{}", field.name());
        }
        // Nothing the file had is gone: it is there, or kept as it was.
        for (field, value) in given.iter().filter(|(_, value)| !value.is_empty()) {
            prop_assert!(once.get(*field) == *value || once.original(*field) == Some(*value));
        }
    }
}
