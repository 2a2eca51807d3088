//! The maps that come with the program, and the head lines they are for.

use rstest::rstest;

use super::super::{built_in, built_in_names, heading_key, recognise};
use super::parsed;
use crate::prospect::Field;

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
