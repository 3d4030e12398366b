//! What was found in a text, and what its type is called in a placeholder.

use std::ops::Range;

use crate::patterns::Pattern;

/// What found a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A head.
    Head,
    /// A pattern.
    Pattern,
    /// The same value elsewhere in the text.
    Repeated,
    /// The user: a list, or a mark by hand.
    User,
}

impl Origin {
    /// As files and pages name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Pattern => "pattern",
            Self::Repeated => "repeated",
            Self::User => "user",
        }
    }
}

/// A span of a text that someone may not want to hand on.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// Its type, as placeholders name it ([`placeholder_type`]).
    pub kind: String,
    /// How sure it is, from 0 to 1.
    pub score: f32,
    /// What found it.
    pub origin: Origin,
}

impl From<Pattern> for Found {
    fn from(pattern: Pattern) -> Self {
        Self {
            range: pattern.range,
            kind: pattern.kind.name().to_owned(),
            score: 1.0,
            origin: Origin::Pattern,
        }
    }
}

/// The longest type in a placeholder.
pub(super) const MAX_TYPE_BYTES: usize = 40;

/// A head's own type by the name that placeholders have for it: corpora and
/// models call a person `PER`, `per`, `GIVEN_NAME`. Letters and digits are kept
/// in capitals, everything else is an underscore.
pub fn placeholder_type(label: &str) -> String {
    let mut name = String::new();
    for c in label.chars() {
        if c.is_alphanumeric() {
            // Some capitals are a letter and a mark, which types do not have.
            name.extend(c.to_uppercase().filter(|c| c.is_alphanumeric()));
        } else if !name.ends_with('_') {
            name.push('_');
        }
        if name.len() > MAX_TYPE_BYTES {
            break;
        }
    }
    let name = name.trim_matches('_');
    match name {
        "" => "ENTITY",
        "PER" | "PERS" | "NAME" | "PERSON_NAME" | "GIVEN_NAME" | "GIVENNAME" | "SURNAME"
        | "FIRSTNAME" | "FIRST_NAME" | "LASTNAME" | "LAST_NAME" | "MIDDLENAME"
        | "PRIVATE_PERSON" => "PERSON",
        "LOC" | "GEO" | "GPE" | "FAC" | "CITY" | "STATE" | "COUNTRY" | "COUNTY" => "LOCATION",
        "ORG" | "COMPANY" | "COMPANYNAME" => "ORGANIZATION",
        "TIM" | "DATE" => "TIME",
        "BUILDING_NUMBER" | "BUILDINGNUMBER" | "BUILDINGNUM" | "STREET" | "STREET_NAME"
        | "STREETNAME" | "SECONDARY_ADDRESS" | "SECONDARYADDRESS" | "STREET_ADDRESS"
        | "PRIVATE_ADDRESS" => "ADDRESS",
        "ZIP" | "ZIPCODE" | "POSTAL_CODE" | "POSTCODE" => "ZIP_CODE",
        "EMAIL_ADDRESS" | "PRIVATE_EMAIL" => "EMAIL",
        "PHONE_NUMBER" | "PHONENUMBER" | "TELEPHONENUM" | "PRIVATE_PHONE" => "PHONE",
        "IP_ADDRESS" | "IPV4" | "IPV6" => "IP",
        "CREDIT_CARD" | "CREDIT_CARD_NUMBER" | "CREDITCARDNUMBER" => "CARD",
        "DATEOFBIRTH" | "DATE_OF_BIRTH" | "DOB" => "BIRTH_DATE",
        "ART" => "WORK",
        "EVE" => "EVENT",
        "NAT" => "NATURE",
        _ => name,
    }
    .to_owned()
}

/// Types that say nothing of a person by themselves: hidden only when asked for.
const IMPERSONAL: [&str; 20] = [
    "ORGANIZATION",
    "TIME",
    "MISC",
    "WORK",
    "EVENT",
    "NATURE",
    "OBJ",
    "CARDINAL",
    "ORDINAL",
    "PERCENT",
    "MONEY",
    "QUANTITY",
    "WORK_OF_ART",
    "LAW",
    "LANGUAGE",
    "PRODUCT",
    "NORP",
    "ENTITY",
    "CORPORATION",
    "GROUP",
];

/// Whether a type is hidden unless other ones are asked for.
pub(super) fn is_personal(kind: &str) -> bool {
    !IMPERSONAL.contains(&kind)
}
