//! What can be known of a name on a list.

/// One thing known of a person or company. The order is that of the store's columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Field {
    /// The whole name in one column; taken apart into the three below.
    Name,
    First,
    Middle,
    Last,
    /// `Dr.`, `Prof.`
    Salutation,
    /// Position: `Head of Operations`.
    Title,
    Company,
    Email,
    Phone,
    Mobile,
    Website,
    /// Registrable domain of the website, or of an e-mail address at work.
    Domain,
    Address,
    City,
    State,
    Zip,
    Country,
    Industry,
    /// A number, or a band such as `10-49`.
    Employees,
    Revenue,
    Linkedin,
    BirthDate,
    /// A number that identifies the person or company anywhere: social security, D-U-N-S.
    Number,
    /// The row's own id in the file.
    Record,
    /// The list that the file itself names for the row.
    ListCode,
    /// When the source saw it.
    SourceDate,
}

impl Field {
    pub const COUNT: usize = 26;

    pub const ALL: [Self; Self::COUNT] = [
        Self::Name,
        Self::First,
        Self::Middle,
        Self::Last,
        Self::Salutation,
        Self::Title,
        Self::Company,
        Self::Email,
        Self::Phone,
        Self::Mobile,
        Self::Website,
        Self::Domain,
        Self::Address,
        Self::City,
        Self::State,
        Self::Zip,
        Self::Country,
        Self::Industry,
        Self::Employees,
        Self::Revenue,
        Self::Linkedin,
        Self::BirthDate,
        Self::Number,
        Self::Record,
        Self::ListCode,
        Self::SourceDate,
    ];

    /// As mappings, columns of the store and machine output call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::First => "first_name",
            Self::Middle => "middle_name",
            Self::Last => "last_name",
            Self::Salutation => "salutation",
            Self::Title => "title",
            Self::Company => "company",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Mobile => "mobile",
            Self::Website => "website",
            Self::Domain => "domain",
            Self::Address => "address",
            Self::City => "city",
            Self::State => "state",
            Self::Zip => "zip",
            Self::Country => "country",
            Self::Industry => "industry",
            Self::Employees => "employees",
            Self::Revenue => "revenue",
            Self::Linkedin => "linkedin",
            Self::BirthDate => "birth_date",
            Self::Number => "number",
            Self::Record => "record",
            Self::ListCode => "list_code",
            Self::SourceDate => "source_date",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_counted_and_named_once() {
        for (n, field) in Field::ALL.into_iter().enumerate() {
            assert_eq!(field as usize, n);
            assert_eq!(Field::from_name(field.name()), Some(field));
        }
    }
}
