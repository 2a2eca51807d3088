//! What the people of the demo are called and what they write.

pub(super) const FIRST_NAMES: &[&str] = &[
    "Anna", "Ben", "Carla", "David", "Elif", "Felix", "Greta", "Hanna", "Igor", "Jonas", "Katja",
    "Leon", "Mira", "Nils", "Olga", "Paul", "Rosa", "Sven", "Tom", "Ute", "Vera", "Willem",
    "Yusuf", "Zoë", "Björn", "Jürgen", "Sören", "Käthe", "Anneke", "Marek",
];

pub(super) const LAST_NAMES: &[&str] = &[
    "Albers",
    "Berger",
    "Conrad",
    "Dietz",
    "Ebert",
    "Fröhlich",
    "Günther",
    "Hartmann",
    "Iversen",
    "Jansen",
    "Köster",
    "Lorenz",
    "Möller",
    "Nowak",
    "Ott",
    "Petersen",
    "Richter",
    "Schröder",
    "Thiel",
    "Ulrich",
    "Vogt",
    "Weiß",
    "Yıldız",
    "Ziegler",
    "Şahin",
    "van Dijk",
];

pub(super) const DECIDERS: &[&str] = &[
    "Managing director",
    "Head of Operations",
    "Head of Sales",
    "Owner",
    "Plant manager",
];

pub(super) const USERS: &[&str] = &[
    "Inside sales",
    "Order processing",
    "Calculation",
    "Planner",
    "Service desk",
];

pub(super) const OTHERS: &[&str] = &["Purchasing", "IT manager", "Controller", "Assistant"];

pub(super) const PROBLEMS: &[&str] = &[
    "quotes take 3 days",
    "every fifth quote has a wrong price",
    "nobody knows which offers are still open",
    "orders are typed in three times",
    "spare parts can't be priced on the telephone",
    "the price list is a spreadsheet that two people understand",
    "delivery dates are promised that planning never sees",
    "discounts are given without anybody asking",
    "the one who calculates is ill and everything waits",
    "customers call to ask where their quote is",
    "service contracts run out unnoticed",
    "margins are known only after delivery",
];

pub(super) const COMPETITORS: &[&str] = &[
    "none",
    "in-house",
    "in-house",
    "Quotastic",
    "OfferWerk",
    "their ERP vendor",
];

pub(super) const TITLES: &[&str] = &[
    "second site",
    "spare parts desk",
    "export department",
    "field service",
    "renewal",
    "new price list",
];

/// What is to be done next, by stage.
pub(super) const NEXT_STEPS: [&[&str]; 4] = [
    &[
        "call back",
        "ask who signs",
        "send the reference list",
        "talk to the workshop",
    ],
    &[
        "prepare the demo with their data",
        "show it to the users",
        "ask what is missing",
        "send the cost sheet",
    ],
    &[
        "finish the offer",
        "walk through the offer",
        "call about the offer",
        "ask where the money comes from",
    ],
    &[
        "send the contract",
        "ask for the signature",
        "talk to purchasing",
        "settle the start date",
    ],
];

pub(super) const NOTES: &[&str] = &[
    "wants to see it with their own numbers",
    "talks to the workshop on Monday",
    "asks for a reference nearby",
    "was friendly, gave no date",
    "the old system is paid until year end",
    "decider was not in the meeting",
    "asks what happens when the server is down",
    "likes that the field service can use it",
];

pub(super) const HOLD_REASONS: &[&str] = &[
    "budget round only in the new quarter",
    "their ERP change comes first",
    "decider on parental leave",
];

pub(super) const OVERRIDES: &[&str] = &[
    "pilot approved by the head of sales",
    "competitor decides this week, the rest follows",
    "old customer, we know the answer",
    "framework contract is signed already",
];

pub(super) const LOSS_NOTES: &[&str] = &[
    "told by telephone",
    "no answer to three mails",
    "may come back next year",
];
