//! Matches a file with its house file and writes the links, for scoring against the truth:
//! `cargo bench --bench matching -- FILE [--house FILE] [--links OUT] [--fixed]`.

use std::collections::HashMap;
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::time::Instant;

use salesctl::prospect::matching::{Features, Kind, Known, Model, Names, Pairs, Thresholds, find};

/// Headings, as business lists and the Febrl sets have them.
const HEADINGS: &[(&str, &str)] = &[
    ("record_id", "id"),
    ("rec_id", "id"),
    ("first_name", "first"),
    ("given_name", "first"),
    ("last_name", "last"),
    ("surname", "last"),
    ("title", "title"),
    ("company", "company"),
    ("email", "email"),
    ("phone", "phone"),
    ("website", "website"),
    ("address1", "address"),
    ("street_number", "number_of_house"),
    ("address_1", "address"),
    ("city", "city"),
    ("suburb", "city"),
    ("state", "state"),
    ("zip", "zip"),
    ("postcode", "zip"),
    ("country", "country"),
    ("date_of_birth", "birth_date"),
    ("soc_sec_id", "number"),
];

const FREE_MAIL: &[&str] = &[
    "gmail.com",
    "yahoo.com",
    "hotmail.com",
    "aol.com",
    "outlook.com",
    "comcast.net",
];

fn domain<'a>(website: &'a str, email: &'a str) -> &'a str {
    let host = website.split_once("://").map_or(website, |(_, host)| host);
    let host = host.split('/').next().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host);
    if !host.is_empty() {
        return host;
    }
    let host = email.rsplit_once('@').map_or("", |(_, host)| host);
    if FREE_MAIL.contains(&host) { "" } else { host }
}

fn read(
    path: &str,
    names: &mut Names,
    ids: &mut Vec<String>,
    kind: Kind,
) -> Result<(), Box<dyn Error>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(path)?;
    let columns: HashMap<&str, usize> = reader
        .headers()?
        .iter()
        .enumerate()
        .filter_map(|(n, heading)| {
            let known = HEADINGS.iter().find(|(name, _)| *name == heading.trim());
            known.map(|(_, field)| (*field, n))
        })
        .collect();
    let columns: Vec<usize> = [
        "id",
        "first",
        "last",
        "title",
        "company",
        "email",
        "phone",
        "website",
        "address",
        "city",
        "state",
        "zip",
        "country",
        "birth_date",
        "number",
        "number_of_house",
    ]
    .iter()
    .map(|field| columns.get(field).copied().unwrap_or(usize::MAX))
    .collect();
    let mut record = csv::StringRecord::new();
    let mut address = String::new();
    while reader.read_record(&mut record)? {
        let get = |n: usize| record.get(columns[n]).unwrap_or_default().trim();
        address.clear();
        address.push_str(get(15));
        address.push(' ');
        address.push_str(get(8));
        let all = Features {
            first: get(1),
            middle: "",
            last: get(2),
            title: get(3),
            company: get(4),
            email: get(5),
            domain: domain(get(7), get(5)),
            phone: get(6),
            address: &address,
            city: get(9),
            state: get(10),
            zip: get(11),
            country: get(12),
            birth_date: get(13),
            number: get(14),
        };
        let _ = kind;
        names.push(&all);
        ids.push(get(0).to_string());
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut file = String::new();
    let (mut house, mut links, mut fixed, mut kind) = (None, None, false, Kind::Person);
    let mut args = std::env::args().skip(1);
    let mut model_file = None;
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--house" => house = args.next(),
            "--links" => links = args.next(),
            "--model" => model_file = args.next(),
            "--fixed" => fixed = true,
            "--company" => kind = Kind::Company,
            "--bench" => {}
            _ => file = arg,
        }
    }
    let begin = Instant::now();
    let mut names = Names::new(kind);
    let mut ids = Vec::new();
    if let Some(house) = &house {
        read(house, &mut names, &mut ids, kind)?;
    }
    let known: Vec<u32> = (0..names.len() as u32).collect();
    read(&file, &mut names, &mut ids, kind)?;
    let read_in = begin.elapsed();
    let pairs = Pairs::new(&names, known.len(), &mut |_, _| {});
    let paired = begin.elapsed();
    let model = if fixed {
        Model::fixed(kind)
    } else {
        Model::learn(&names, &pairs)
    };
    let learnt = begin.elapsed();
    let matches = find(
        &names,
        &pairs,
        Known::all(&known),
        &model,
        Thresholds::default(),
    );
    let found = begin.elapsed();
    eprintln!(
        "rows {} pairs {} links {} unsure {} | read {:.2?} pairs {:.2?} learn {:.2?} find {:.2?} all {:.2?}",
        names.len(),
        pairs.len(),
        matches.links.len(),
        matches.unsure.len(),
        read_in,
        paired - read_in,
        learnt - paired,
        found - learnt,
        found
    );
    if let Some(path) = model_file {
        std::fs::write(path, serde_json::to_string(&model)?)?;
    }
    if let Some(path) = links {
        let mut out = BufWriter::new(File::create(path)?);
        writeln!(out, "row,matched,probability")?;
        for link in &matches.links {
            writeln!(
                out,
                "{},{},{:.6}",
                ids[link.row as usize], ids[link.to as usize], link.probability
            )?;
        }
    }
    Ok(())
}
