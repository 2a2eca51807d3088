//! Who plays: the companies that are sold to, and the reps who sell.

pub(super) struct Company {
    pub(super) name: &'static str,
    /// A choice of the process's field `industry`.
    pub(super) industry: &'static str,
    pub(super) employees: i64,
}

const fn company(name: &'static str, industry: &'static str, employees: i64) -> Company {
    Company {
        name,
        industry,
        employees,
    }
}

/// The first is the one whose deal is moved through a gate.
pub(super) const COMPANIES: &[Company] = &[
    company(super::ACCOUNT, "manufacturing", 140),
    company("Globex AG", "manufacturing", 820),
    company("Müller & Söhne", "manufacturing", 64),
    company("Initech Services", "services", 210),
    company("Brandt Fördertechnik", "manufacturing", 180),
    company("Alster Logistik", "logistics", 320),
    company("Bäckerei Lindner", "retail", 85),
    company("Castor Medizintechnik", "health", 240),
    company("Dörfler Apparatebau", "manufacturing", 95),
    company("Eiger Präzision AG", "manufacturing", 410),
    company("Fjord Seafood", "logistics", 150),
    company("Gärtner Bewässerung", "manufacturing", 38),
    company("Hanse Kontor", "services", 56),
    company("Isar Verpackungen", "manufacturing", 275),
    company("Jäger Metallbau", "manufacturing", 120),
    company("Kessler Klinikbedarf", "health", 190),
    company("Lübecker Hafenbetriebe", "logistics", 640),
    company("Maas Techniek", "manufacturing", 330),
    company("Neckar Druckguss", "manufacturing", 510),
    company("Oberland Molkerei", "manufacturing", 260),
    company("Pfalz Weinhandel", "retail", 42),
    company("Quadrat Möbel", "retail", 175),
    company("Rhein Stahlhandel", "logistics", 480),
    company("Schäfer Elektro", "services", 72),
    company("Taunus Labore", "health", 130),
    company("Ulmer Pumpen", "manufacturing", 360),
    company("Vierlande Gemüse", "retail", 58),
    company("Weser Windkraft", "manufacturing", 720),
    company("Xaver Huber Bau", "other", 145),
    company("Yilmaz Textil", "manufacturing", 88),
    company("Zürcher Messgeräte", "manufacturing", 205),
    company("Aurora Kliniken", "health", 1_450),
    company("Bergmann Kältetechnik", "services", 67),
    company("Contour Architekten", "services", 34),
    company("Donau Spedition", "logistics", 290),
    company("Emsland Futtermittel", "manufacturing", 165),
    company("Falk Sicherheitstechnik", "services", 98),
    company("Grünwald Forst", "other", 46),
    company("Havel Werften", "manufacturing", 560),
    company("Inn Kunststoffwerke", "manufacturing", 385),
    company("Jansen Fensterbau", "manufacturing", 76),
    company("Köhler Armaturen", "manufacturing", 225),
    company("Lech Werkzeuge", "manufacturing", 110),
    company("Mosel Anlagenbau", "manufacturing", 440),
    company("Nordsee Fähren", "logistics", 350),
    company("Oder Papier", "manufacturing", 295),
    company("Pahl Orthopädie", "health", 52),
    company("Quint Werbetechnik", "services", 29),
    company("Rügen Hotels", "services", 310),
    company("Sauer Getriebe", "manufacturing", 680),
    company("Thüringer Glas", "manufacturing", 420),
    company("Uckermark Agrar", "other", 94),
    company("Vogt Laborbedarf", "health", 61),
    company("Wagner Aufzüge", "services", 255),
    company("Xenia Kosmetik", "retail", 79),
    company("Ypsilon Optik", "retail", 125),
    company("Zeller Hydraulik", "manufacturing", 155),
    company("Allgäuer Käserei", "manufacturing", 83),
    company("Breisgau Solar", "services", 118),
    company("Chiemgau Möbelwerk", "manufacturing", 235),
    company("Drau Holzhandel", "retail", 68),
    company("Elbe Reederei", "logistics", 530),
    company("Fulda Reifendienst", "services", 49),
    company("Göttinger Waagen", "manufacturing", 270),
    company("Harz Mineralwasser", "manufacturing", 105),
    company("Ilmenau Sensorik", "manufacturing", 190),
    company("Jura Uhrenteile", "manufacturing", 140),
    company("Kieler Bootsbau", "manufacturing", 57),
    company("Lausitz Energie", "public", 900),
    company("Main Stadtwerke", "public", 1_200),
    company("Nahe Landkreis", "public", 620),
    company("Ostsee Klinikum", "health", 1_050),
    company("Prignitz Fleischwaren", "manufacturing", 215),
    company("Rems Schreinerei", "manufacturing", 26),
    company("Saale Bibliotheken", "public", 90),
    company("Tölzer Lederwaren", "retail", 44),
    company("Unstrut Weingüter", "retail", 31),
    company("Vechta Geflügel", "manufacturing", 380),
    company("Wetterau Gartenbau", "retail", 63),
    company("Zwickauer Antriebe", "manufacturing", 475),
];

pub(super) struct Rep {
    pub(super) name: &'static str,
    pub(super) team: &'static str,
    /// 1 is usual: more wins, and sooner.
    pub(super) skill: f64,
    /// Share of the work.
    pub(super) load: f64,
    /// First and last day, in days before today.
    pub(super) from: i64,
    pub(super) to: i64,
}

/// As the process names them, with what it does not tell.
pub(super) const REPS: &[Rep] = &[
    rep("jr", "north", 1.18, 1.1, 800, -1),
    rep("mk", "north", 1.05, 0.8, 800, -1),
    rep("ao", "north", 0.95, 1.0, 520, -1),
    rep("fb", "south", 1.12, 0.9, 800, -1),
    rep("lh", "south", 0.74, 1.1, 800, -1),
    rep("pk", "south", 0.98, 1.0, 800, 280),
    rep("ss", "south", 0.86, 1.0, 280, -1),
    rep("hv", "key", 1.08, 1.0, 800, -1),
];
/// Who leaves, and who takes over.
pub(super) const LEAVER: &str = "pk";
pub(super) const HEIR: &str = "ss";

const fn rep(
    name: &'static str,
    team: &'static str,
    skill: f64,
    load: f64,
    from: i64,
    to: i64,
) -> Rep {
    Rep {
        name,
        team,
        skill,
        load,
        from,
        to,
    }
}
