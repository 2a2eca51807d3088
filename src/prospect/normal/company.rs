//! A firm's name without what changes from source to source: legal form, article, abbreviated words.

use super::fold;

/// Legal forms of the main languages, as folded words. They are taken off at the end only, again and
/// again, and never the last word: `Co-Operative Bank Ltd` keeps its first word, `Plan A` its last.
#[rustfmt::skip]
const LEGAL: &[&str] = &[
    "ab", "ag", "aktiengesellschaft", "aps", "as", "asa", "bhd", "bv", "bvba", "co", "company", "corp",
    "corporation", "cv", "cvba", "de", "doo", "ead", "eg", "ek", "eood", "eurl", "ev", "gbr", "gesmbh",
    "gmbh", "gmbhcokg", "haftungsbeschrankt", "hf", "inc", "incorporated", "incorporation", "kft", "kg",
    "kgaa", "kk", "lda", "limitada", "limited", "llc", "llp", "lp", "ltd", "ltda", "mbh", "nv", "nyrt",
    "oe", "ohg", "ood", "oy", "oyj", "pc", "plc", "pllc", "pte", "pty", "pvt", "rt", "sa", "sab",
    "sapi", "sarl", "sas", "sasu", "scarl", "scs", "sdn", "se", "sia", "sicav", "sl", "slu", "snc",
    "spa", "spk", "spol", "spzoo", "srl", "srls", "sro", "stiftung", "uab", "ug", "unlimited", "vof",
    "zoo", "zrt",
];

/// Words that sources write in several ways, each with the one used for comparing. General business
/// English, and what German, French and Spanish firms abbreviate.
#[rustfmt::skip]
const WORDS: &[(&str, &str)] = &[
    ("accountants", "acct"), ("accounting", "acct"), ("acctg", "acct"), ("administration", "admin"),
    ("advertising", "adv"), ("advtg", "adv"), ("agency", "agcy"), ("america", "amer"),
    ("american", "amer"), ("apartments", "apts"), ("appliance", "appl"), ("appliances", "appl"),
    ("architects", "arch"), ("architecture", "arch"), ("assc", "assn"), ("assoc", "assn"),
    ("associate", "assn"), ("associates", "assn"), ("association", "assn"), ("assocs", "assn"),
    ("assurance", "assur"), ("attorney", "atty"), ("attorneys", "atty"), ("attys", "atty"),
    ("automobile", "auto"), ("automotive", "auto"), ("bancorporation", "bancorp"), ("brother", "bros"),
    ("brothers", "bros"), ("builders", "bldrs"), ("building", "bldg"), ("business", "bus"),
    ("cafeteria", "cafe"), ("center", "ctr"), ("central", "cent"), ("centre", "ctr"),
    ("chemical", "chem"), ("chemicals", "chem"), ("church", "ch"), ("clinic", "cl"), ("cntr", "ctr"),
    ("comm", "coml"), ("commercial", "coml"), ("committee", "comte"), ("communication", "comms"),
    ("communications", "comms"), ("compagnie", "cie"), ("computer", "comp"), ("computers", "comp"),
    ("constn", "const"), ("constr", "const"), ("construction", "const"), ("constructions", "const"),
    ("consultant", "cons"), ("consultants", "cons"), ("consulting", "cons"), ("contracting", "contr"),
    ("contractor", "contr"), ("contractors", "contr"), ("council", "cncl"), ("county", "cnty"),
    ("department", "dept"), ("design", "dsgn"), ("designs", "dsgn"), ("devel", "dev"),
    ("development", "dev"), ("distr", "dist"), ("distributing", "dist"), ("distribution", "dist"),
    ("distributor", "dist"), ("distributors", "dist"), ("division", "div"), ("eastern", "east"),
    ("education", "educ"), ("educational", "educ"), ("electric", "elec"), ("electrical", "elec"),
    ("electronic", "electr"), ("electronics", "electr"), ("engg", "eng"), ("engineering", "eng"),
    ("engineers", "eng"), ("engr", "eng"), ("engrg", "eng"), ("engrs", "eng"), ("enterprise", "ent"),
    ("enterprises", "ent"), ("entrprs", "ent"), ("envir", "env"), ("environment", "env"),
    ("environmental", "env"), ("envtl", "env"), ("eqp", "equip"), ("eqpt", "equip"),
    ("equipment", "equip"), ("establishment", "estab"), ("federal", "fed"), ("finance", "fin"),
    ("financial", "fin"), ("fncl", "fin"), ("found", "fdn"), ("foundation", "fdn"), ("freight", "frt"),
    ("furniture", "furn"), ("gebruder", "gebr"), ("general", "gen"), ("gesellschaft", "ges"),
    ("government", "govt"), ("group", "grp"), ("groupe", "grp"), ("grupo", "grp"), ("gruppe", "grp"),
    ("hardware", "hdwe"), ("health", "hlth"), ("healthcare", "hlthcare"), ("hldgs", "hldg"),
    ("holding", "hldg"), ("holdings", "hldg"), ("hospital", "hosp"), ("hospitality", "hosplty"),
    ("hotels", "hotel"), ("house", "hse"), ("import", "imp"), ("imports", "imp"),
    ("improvement", "impr"), ("independent", "indep"), ("indl", "ind"), ("inds", "ind"),
    ("indus", "ind"), ("industrial", "ind"), ("industries", "ind"), ("industry", "ind"),
    ("information", "info"), ("institute", "inst"), ("institution", "inst"), ("insur", "ins"),
    ("insurance", "ins"), ("integrated", "integ"), ("interiors", "int"), ("internat", "intl"),
    ("international", "intl"), ("internatl", "intl"), ("invest", "inv"), ("investment", "inv"),
    ("investments", "inv"), ("invts", "inv"), ("laboratories", "lab"), ("laboratory", "lab"),
    ("labs", "lab"), ("landscape", "lndscp"), ("landscaping", "lndscp"), ("library", "lib"),
    ("logistics", "log"), ("logistik", "log"), ("lumber", "lbr"), ("machine", "mach"),
    ("machinery", "mach"), ("machines", "mach"), ("maintenance", "maint"), ("management", "mgmt"),
    ("manuf", "mfg"), ("manufacturer", "mfg"), ("manufacturers", "mfg"), ("manufacturing", "mfg"),
    ("market", "mkt"), ("marketing", "mktg"), ("markets", "mkt"), ("materials", "matls"),
    ("mechanical", "mech"), ("medical", "med"), ("merchandise", "mdse"), ("metropolitan", "metro"),
    ("mfr", "mfg"), ("mfrs", "mfg"), ("mgmnt", "mgmt"), ("mgt", "mgmt"), ("mktng", "mktg"),
    ("mnfg", "mfg"), ("mortgage", "mtg"), ("motor", "mtr"), ("motors", "mtr"), ("mount", "mt"),
    ("mountain", "mtn"), ("mtrs", "mtr"), ("municipal", "mun"), ("nat", "natl"), ("national", "natl"),
    ("netwk", "ntwk"), ("network", "ntwk"), ("networks", "ntwk"), ("northern", "north"),
    ("office", "ofc"), ("organisation", "org"), ("organization", "org"), ("pacific", "pac"),
    ("packaging", "pkg"), ("partner", "ptnr"), ("partners", "ptnr"), ("partnership", "ptnr"),
    ("pharma", "pharm"), ("pharmaceutical", "pharm"), ("pharmaceuticals", "pharm"),
    ("pharmacy", "pharm"), ("photography", "photo"), ("pkging", "pkg"), ("plastic", "plast"),
    ("plastics", "plast"), ("plmbg", "plbg"), ("plumbing", "plbg"), ("printing", "prtg"),
    ("prods", "prod"), ("product", "prod"), ("production", "prodn"), ("productions", "prodn"),
    ("products", "prod"), ("professional", "prof"), ("professionals", "prof"), ("properties", "prop"),
    ("property", "prop"), ("props", "prop"), ("prprts", "prop"), ("ptg", "prtg"), ("ptnrs", "ptnr"),
    ("ptrs", "ptnr"), ("publications", "publ"), ("publishers", "publ"), ("publishg", "publ"),
    ("publishing", "publ"), ("real", "rl"), ("realty", "rlty"), ("refrigeration", "refrig"),
    ("rental", "rntl"), ("rentals", "rntl"), ("research", "rsch"), ("resources", "res"),
    ("restaurant", "rest"), ("restaurants", "rest"), ("retail", "rtl"), ("saint", "st"),
    ("sales", "sls"), ("savings", "svgs"), ("school", "sch"), ("schools", "sch"), ("science", "sci"),
    ("sciences", "sci"), ("scientific", "sci"), ("securities", "secs"), ("security", "sec"),
    ("serv", "svc"), ("service", "svc"), ("services", "svc"), ("servs", "svc"), ("societe", "ste"),
    ("society", "soc"), ("software", "sw"), ("sol", "soln"), ("solns", "soln"), ("solution", "soln"),
    ("solutions", "soln"), ("southern", "south"), ("specialists", "spec"), ("specialties", "spec"),
    ("specialty", "spec"), ("sply", "supp"), ("srvc", "svc"), ("srvcs", "svc"), ("staffing", "stfg"),
    ("station", "sta"), ("storage", "stge"), ("store", "str"), ("stores", "str"), ("studio", "stud"),
    ("studios", "stud"), ("suppliers", "supp"), ("supplies", "supp"), ("supply", "supp"),
    ("surgical", "surg"), ("svcs", "svc"), ("svs", "svc"), ("syst", "sys"), ("system", "sys"),
    ("systeme", "sys"), ("systems", "sys"), ("technical", "tech"), ("technik", "tech"),
    ("technol", "tech"), ("technologie", "tech"), ("technologies", "tech"), ("technology", "tech"),
    ("techs", "tech"), ("tek", "tech"), ("telecommunications", "telecom"), ("telephone", "tel"),
    ("television", "tv"), ("territory", "terr"), ("textile", "text"), ("textiles", "text"),
    ("trading", "trdg"), ("training", "trng"), ("transp", "trans"), ("transport", "trans"),
    ("transportation", "trans"), ("transportes", "trans"), ("transports", "trans"),
    ("trucking", "trkg"), ("united", "utd"), ("universitat", "univ"), ("universite", "univ"),
    ("university", "univ"), ("utilities", "util"), ("valley", "vly"), ("vehicle", "veh"),
    ("ventures", "vent"), ("veterinary", "vet"), ("warehouse", "whse"), ("western", "west"),
    ("whls", "whsl"), ("wholesale", "whsl"), ("works", "wks"), ("world", "wld"),
    ("worldwide", "wldwide"),
];

/// The folded words of a firm's name that identify it, one space between; `words` is for the work.
pub fn company(name: &str, words: &mut String, out: &mut String) {
    fold(name, words);
    out.clear();
    let mut kept = words.as_str();
    if let Some(rest) = kept.strip_prefix("the ") {
        kept = rest;
    }
    kept = without_legal_form(kept);
    for word in kept.split(' ') {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(short(word));
    }
}

fn without_legal_form(name: &str) -> &str {
    let mut kept = name;
    while let Some((before, word)) = kept.rsplit_once(' ') {
        let dangling = word == "and" && kept.len() < name.len();
        if !dangling && !LEGAL.contains(&word) {
            break;
        }
        kept = before;
    }
    kept
}

fn short(word: &str) -> &str {
    if word.len() < 3 {
        return word;
    }
    WORDS
        .binary_search_by_key(&word, |(long, _)| long)
        .map_or(word, |at| WORDS[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn key(name: &str) -> String {
        let (mut words, mut out) = (String::new(), String::new());
        company(name, &mut words, &mut out);
        out
    }

    #[rstest]
    #[case("The Delta Tool Co", "Delta Tool Company")]
    #[case("Bay Area Co. LLC", "BAY AREA")]
    #[case("Smith & Jones, Inc.", "Smith and Jones Incorporated")]
    #[case("Apex Intl Mfg", "Apex International Manufacturing, L.L.C.")]
    #[case("Müller GmbH & Co. KG", "Muller")]
    #[case("Pioneer Systems", "Pioneer Sys LP")]
    #[case("Transportes Sol S.A. de C.V.", "Transportes Sol")]
    fn one_firm_is_one_key(#[case] a: &str, #[case] b: &str) {
        assert_eq!(key(a), key(b));
    }

    #[rstest]
    #[case("Co-Operative Bank Ltd", "co operative bank")]
    #[case("Plan A", "plan a")]
    #[case("AG", "ag")]
    #[case("Sales and", "sls and")]
    fn what_names_a_firm_stays(#[case] name: &str, #[case] left: &str) {
        assert_eq!(key(name), left);
    }

    #[test]
    fn tables_are_sorted_and_lead_nowhere_else() {
        assert!(WORDS.is_sorted_by(|a, b| a.0 < b.0), "sorted, each once");
        assert!(LEGAL.is_sorted());
    }
}
