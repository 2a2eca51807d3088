//! Maps read, found, bound and applied.

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

fn problems(text: &str) -> Vec<(String, String, String)> {
    let problems = ProspectMap::parse(text).expect_err("problems");
    let told = problems.into_iter();
    told.map(|p| (p.message, p.label, text[p.span].to_string()))
        .collect()
}

#[test]
fn built_in_maps_are_sound() {
    for name in built_in_names() {
        let map = parsed(built_in(name).expect("a text"));
        assert!(map.cells.len() >= 7, "{name} says what columns mean");
        assert!(!map.marks.title.is_empty(), "{name} has a title");
        assert!(name == "plain" || map.marks.headings.len() >= map.marks.needs);
    }
}

/// A heading that two fields claim would go to whichever comes first.
#[test]
fn no_heading_means_two_things() {
    for name in built_in_names() {
        let mut seen: Vec<(String, &str)> = Vec::new();
        for (field, cell) in parsed(built_in(name).expect("a text")).cells {
            for heading in cell.origin.headings() {
                let key = heading_key(&heading.value);
                let before = seen
                    .iter()
                    .find(|(known, of)| *known == key && *of != field.name());
                assert_eq!(
                    before,
                    None,
                    "{name}: `{}` is {} too",
                    heading.value,
                    field.name()
                );
                seen.push((key, field.name()));
            }
        }
    }
}

/// Head lines of the vendors' exports, and where each field comes from.
#[rstest]
#[case(
    "salesforce-leads",
    "Lead Owner,First Name,Last Name,Title,Company / Account,Email,Phone,Mobile,Street,City,State/Province,Zip/Postal Code,Country,Lead Source,Lead Status,Industry,Annual Revenue,No. of Employees,Website,Lead ID,Create Date,Rating",
    "first_name=First Name|last_name=Last Name|title=Title|company=Company / Account|email=Email|phone=Phone|mobile=Mobile|address=Street|city=City|state=State/Province|zip=Zip/Postal Code|country=Country|industry=Industry|employees=No. of Employees|revenue=Annual Revenue|website=Website|record=Lead ID|source_date=Create Date"
)]
#[case(
    "salesforce-leads",
    "Id,IsDeleted,LastName,FirstName,Salutation,Name,Title,Company,Street,City,State,PostalCode,Country,Phone,MobilePhone,Email,Website,LeadSource,Status,Industry,AnnualRevenue,NumberOfEmployees,OwnerId,IsConverted,CreatedDate",
    "name=Name|first_name=FirstName|last_name=LastName|salutation=Salutation|company=Company|zip=PostalCode|mobile=MobilePhone|revenue=AnnualRevenue|employees=NumberOfEmployees|record=Id|source_date=CreatedDate"
)]
#[case(
    "salesforce-contacts",
    "Salutation,First Name,Last Name,Title,Account Name,Mailing Street,Mailing City,Mailing State/Province,Mailing Zip/Postal Code,Mailing Country,Phone,Mobile,Email,Contact Owner,Contact ID",
    "salutation=Salutation|first_name=First Name|last_name=Last Name|title=Title|company=Account Name|address=Mailing Street|city=Mailing City|state=Mailing State/Province|zip=Mailing Zip/Postal Code|country=Mailing Country|phone=Phone|mobile=Mobile|email=Email|record=Contact ID"
)]
#[case(
    "salesforce-accounts",
    "Account Owner,Account Name,Parent Account,Phone,Website,Billing Street,Billing City,Billing State/Province,Billing Zip/Postal Code,Billing Country,Industry,Employees,Annual Revenue,Account ID,Type,Rating",
    "company=Account Name|phone=Phone|website=Website|address=Billing Street|city=Billing City|state=Billing State/Province|zip=Billing Zip/Postal Code|country=Billing Country|industry=Industry|employees=Employees|revenue=Annual Revenue|record=Account ID"
)]
#[case(
    "hubspot-contacts",
    "Record ID,First Name,Last Name,Email,Phone Number,Mobile Phone Number,Contact owner,Associated Company,Job Title,Lifecycle Stage,Lead Status,City,State/Region,Postal Code,Country/Region,Street Address,Industry,Website URL,Create Date,Last Activity Date",
    "record=Record ID|first_name=First Name|last_name=Last Name|email=Email|phone=Phone Number|mobile=Mobile Phone Number|company=Associated Company|title=Job Title|city=City|state=State/Region|zip=Postal Code|country=Country/Region|address=Street Address|website=Website URL|source_date=Create Date"
)]
#[case(
    "hubspot-companies",
    "Record ID,Company name,Company owner,Company Domain Name,Create Date,Phone Number,Last Activity Date,City,State/Region,Postal Code,Country/Region,Street Address,Industry,Number of Employees,Annual Revenue,LinkedIn Company Page,Lifecycle Stage",
    "record=Record ID|company=Company name|domain=Company Domain Name|phone=Phone Number|city=City|state=State/Region|zip=Postal Code|country=Country/Region|address=Street Address|industry=Industry|employees=Number of Employees|revenue=Annual Revenue|linkedin=LinkedIn Company Page"
)]
#[case(
    "pipedrive-people",
    "Person - ID,Person - Name,Person - First name,Person - Last name,Person - Organization,Person - Email - Work,Person - Email - Home,Person - Phone - Work,Person - Phone - Mobile,Person - Job title,Person - Owner,Organization - City/town/village/locality of Address,Organization - Country of Address",
    "record=Person - ID|name=Person - Name|first_name=Person - First name|last_name=Person - Last name|company=Person - Organization|email=Person - Email - Work+Person - Email - Home|phone=Person - Phone - Work|mobile=Person - Phone - Mobile|title=Person - Job title|country=Organization - Country of Address"
)]
#[case(
    "pipedrive-organizations",
    "Organization - ID,Organization - Name,Organization - Owner,Organization - People,Organization - Address,Organization - City/town/village/locality of Address,Organization - State/county of Address,Organization - ZIP/Postal code of Address,Organization - Country of Address,Organization - Industry,Organization - Annual revenue,Organization - Number of employees,Organization - Website,Organization - LinkedIn profile",
    "record=Organization - ID|company=Organization - Name|address=Organization - Address|city=Organization - City/town/village/locality of Address|zip=Organization - ZIP/Postal code of Address|country=Organization - Country of Address|industry=Organization - Industry|revenue=Organization - Annual revenue|employees=Organization - Number of employees|website=Organization - Website"
)]
#[case(
    "apollo",
    "First Name,Last Name,Title,Company,Company Name for Emails,Email,Email Status,Seniority,Departments,Contact Owner,Work Direct Phone,Home Phone,Mobile Phone,Corporate Phone,Stage,# Employees,Industry,Keywords,Person Linkedin Url,Website,Company Linkedin Url,City,State,Country,Company Address,Annual Revenue,Apollo Contact Id",
    "first_name=First Name|last_name=Last Name|title=Title|company=Company+Company Name for Emails|email=Email|phone=Work Direct Phone+Corporate Phone+Home Phone|mobile=Mobile Phone|employees=# Employees|industry=Industry|linkedin=Person Linkedin Url|website=Website|city=City|state=State|country=Country|address=Company Address|revenue=Annual Revenue"
)]
#[case(
    "zoominfo",
    "ZoomInfo Contact ID,First Name,Last Name,Middle Name,Job Title,Direct Phone Number,Mobile phone,Email Address,Company Name,Website,Company HQ Phone,Employees,Employee Range,Revenue (in 000s USD),SIC Code 1,NAICS Code(s),Primary Industry,Company Street Address,Company City,Company State,Company Zip Code,Company Country,ZoomInfo Company Profile URL,LinkedIn Contact Profile URL",
    "record=ZoomInfo Contact ID|first_name=First Name|last_name=Last Name|middle_name=Middle Name|title=Job Title|phone=Direct Phone Number+Company HQ Phone|mobile=Mobile phone|email=Email Address|company=Company Name|website=Website|employees=Employees+Employee Range|revenue=Revenue (in 000s USD)|industry=Primary Industry|address=Company Street Address|zip=Company Zip Code|linkedin=LinkedIn Contact Profile URL"
)]
#[case(
    "linkedin-connections",
    "First Name,Last Name,URL,Email Address,Company,Position,Connected On",
    "first_name=First Name|last_name=Last Name|linkedin=URL|email=Email Address|company=Company|title=Position|source_date=Connected On"
)]
#[case(
    "linkedin-sales-navigator",
    "profileUrl,fullName,firstName,lastName,companyName,title,companyId,companyUrl,regularCompanyUrl,summary,titleDescription,industry,companyLocation,location,durationInRole,durationInCompany,connectionDegree,isPremium,query,timestamp,defaultProfileUrl",
    "name=fullName|first_name=firstName|last_name=lastName|company=companyName|title=title|industry=industry|address=companyLocation|city=location|linkedin=defaultProfileUrl+profileUrl|source_date=timestamp"
)]
#[case(
    "dun-bradstreet",
    "D-U-N-S,Company Name,Tradestyle,Physical Street Address,Physical City,Physical State,Physical Zip,Country Name,Phone,URL,Employees - Total,Employees - Single Site,Sales (USD),Line of Business,Global Ultimate Indicator,No of family members",
    "number=D-U-N-S|company=Company Name|address=Physical Street Address|city=Physical City|state=Physical State|zip=Physical Zip|country=Country Name|phone=Phone|website=URL|employees=Employees - Total+Employees - Single Site|revenue=Sales (USD)|industry=Line of Business"
)]
#[case(
    "compiled",
    "Company Name,Address,City,State,ZIP,Phone,Contact name,Title Code,Gender,Employee Size (code),Sales Volume (code),SIC,Business status HQ/Branch",
    "company=Company Name|address=Address|city=City|state=State|zip=ZIP|phone=Phone|name=Contact name|employees=Employee Size (code)|revenue=Sales Volume (code)"
)]
#[case(
    "plain",
    "record_id,list_code,first_name,last_name,title,company,email,phone,website,address1,city,state,zip,country,employees,revenue,sic,linkedin_url,source_date",
    "record=record_id|list_code=list_code|first_name=first_name|last_name=last_name|title=title|company=company|email=email|phone=phone|website=website|address=address1|city=city|state=state|zip=zip|country=country|employees=employees|revenue=revenue|linkedin=linkedin_url|source_date=source_date"
)]
#[case(
    "plain",
    "account,sector,year_established,revenue,employees,office_location,subsidiary_of",
    "company=account|industry=sector|revenue=revenue|employees=employees|country=office_location"
)]
#[case(
    "plain",
    "First Name,Last Name,Company,Email,Phone,ZIP,Revenue",
    "first_name=First Name|last_name=Last Name|company=Company|email=Email|phone=Phone|zip=ZIP|revenue=Revenue"
)]
#[case(
    "plain",
    "Anrede;Vorname;Nachname;Firma;E-Mail;Telefon;Straße;PLZ;Ort;Land;Branche;Mitarbeiter;Umsatz",
    "salutation=Anrede|first_name=Vorname|last_name=Nachname|company=Firma|email=E-Mail|phone=Telefon|address=Straße|zip=PLZ|city=Ort|country=Land|industry=Branche|employees=Mitarbeiter|revenue=Umsatz"
)]
#[case(
    "plain",
    "Prénom;Nom;Société;Courriel;Téléphone;Adresse;Code postal;Ville;Pays;Effectif",
    "first_name=Prénom|last_name=Nom|company=Société|email=Courriel|phone=Téléphone|address=Adresse|zip=Code postal|city=Ville|country=Pays|employees=Effectif"
)]
#[case(
    "plain",
    "Nombre,Apellidos,Empresa,Correo electrónico,Teléfono,Móvil,Dirección,Código postal,Ciudad,País,Cargo",
    "first_name=Nombre|last_name=Apellidos|company=Empresa|email=Correo electrónico|phone=Teléfono|mobile=Móvil|address=Dirección|zip=Código postal|city=Ciudad|country=País|title=Cargo"
)]
#[case(
    "plain",
    "Nome,Cognome,Azienda,Indirizzo email,Telefono,Indirizzo,CAP,Città,Paese,Fatturato",
    "first_name=Nome|last_name=Cognome|company=Azienda|email=Indirizzo email|phone=Telefono|address=Indirizzo|zip=CAP|city=Città|country=Paese|revenue=Fatturato"
)]
#[case(
    "plain",
    "Voornaam,Achternaam,Bedrijf,E-mailadres,Telefoonnummer,Mobiel,Straat,Postcode,Plaats,Land,Functie",
    "first_name=Voornaam|last_name=Achternaam|company=Bedrijf|email=E-mailadres|phone=Telefoonnummer|mobile=Mobiel|address=Straat|zip=Postcode|city=Plaats|country=Land|title=Functie"
)]
fn vendors_are_known(#[case] name: &str, #[case] head: &str, #[case] expected: &str) {
    let between = if head.contains(';') { ';' } else { ',' };
    let headings: Vec<String> = head.split(between).map(String::from).collect();
    let found = recognise(&headings, &[], None).expect("a map");
    assert_eq!(found.name, name, "{}", found.why);
    let binding = found.map.bind("list.csv", &headings).expect("bound");
    let mut columns: Vec<String> = binding
        .columns()
        .map(|(field, columns)| format!("{}={}", field.name(), columns.join("+")))
        .collect();
    for line in expected.split('|') {
        assert!(
            columns.contains(&line.to_string()),
            "{line} is not in {columns:?}"
        );
    }
    // Nothing else is claimed, but for what the line of expectations leaves out on purpose.
    columns.retain(|line| !expected.split('|').any(|known| known == line));
    assert!(columns.len() <= 12, "{columns:?}");
}

#[test]
fn a_map_can_be_forced() {
    let headings = ["Name".to_string(), "Phone".to_string()];
    let found = recognise(&headings, &[], Some("salesforce-accounts")).expect("known");
    assert_eq!(
        (found.name, found.why.as_str()),
        ("salesforce-accounts", "asked for")
    );
    assert!(found.map.fields().any(|field| field == Field::Company));
    assert!(recognise(&headings, &[], Some("salesfarce")).is_none());
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
    "[map]\n",
    "[map] is empty",
    "add `company = \"the column's heading\"` and such",
    "[map]"
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
    let draft = guess("kontakte.csv", &file.headings, &file.sample());
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

/// Our own corpus of broken files, and the house file.
#[rstest]
#[case("import-defects/00_plain_utf8.csv", 4)]
#[case("import-defects/14_dup_headers.csv", 4)]
#[case("import-defects/15_empty_header.csv", 4)]
#[case("import-defects/16_no_header.csv", 4)]
#[case("import-defects/23_zip_lost_zero.csv", 4)]
#[case("import-defects/24_sci_phone.csv", 4)]
#[case("import-defects/25_formula.csv", 5)]
#[case("import-defects/26_padding.csv", 4)]
#[case("import-defects/27_mojibake.csv", 4)]
#[case("import-defects/28_dates.csv", 4)]
#[case("maven-crm/accounts.csv", 85)]
fn files_of_the_corpus(#[case] name: &str, #[case] rows: usize) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data")
        .join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {} is not there", path.display());
        return;
    };
    let records = file(&text).records();
    assert_eq!(records.len(), rows);
    let first = &records[0];
    let warned = |warning| {
        records
            .iter()
            .filter(|record| record.warnings().has(warning))
            .count()
    };
    match name.rsplit('/').next().and_then(|name| name.get(..2)) {
        Some("24") => {
            assert_eq!(warned(Warning::SciNumber), 4);
            assert_eq!(
                (first.get(Field::Phone), first.original(Field::Phone)),
                ("", Some("1.61756E+10"))
            );
        }
        Some("25") => {
            assert!(first.warnings().has(Warning::Formula));
            assert_eq!(first.get(Field::Company), "@corp");
        }
        Some("27") => assert_eq!(
            (first.get(Field::Last), warned(Warning::Mojibake)),
            ("Müller", 3)
        ),
        Some("28") => {
            let dates: Vec<&str> = records.iter().map(|r| r.get(Field::SourceDate)).collect();
            assert_eq!(
                dates,
                ["03/04/2026", "2026-04-03", "2026-04-03", "2025-04-03"]
            );
            assert_eq!(warned(Warning::DateAmbiguous), 1);
        }
        Some("ac") => {
            assert_eq!(first.get(Field::Company), "Acme Corporation");
            assert_eq!(first.get(Field::Country), "US");
            assert!(records.iter().all(|record| !record.is_person()));
        }
        _ => assert_eq!(
            (first.get(Field::First), first.get(Field::Last)),
            ("Anna", "Müller")
        ),
    }
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
                let in_fields = Field::ALL.into_iter().any(|f| record.get(f) == value);
                let kept = record.originals().any(|(_, original)| original == value);
                let attribute = record.attributes().any(|(_, text)| text == tidied);
                prop_assert!(tidied.is_empty() || in_fields || kept || attribute, "{value:?} is lost");
            }
        }
    }

    #[test]
    fn any_text_is_a_map_or_has_problems(text in "(\\[map\\]\n)?[a-z_]{1,8} = (\"[a-z]{0,4}\"|\\{ [a-z]{1,6} = \"x\" \\}|[0-9])\n\\PC{0,12}") {
        if let Err(problems) = ProspectMap::parse(&text) {
            prop_assert!(!problems.is_empty());
        }
    }
}
