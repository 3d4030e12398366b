//! What language models write in the place of a placeholder's type or number,
//! between brackets.

/// Words for types in other languages: a model that translates a text may
/// translate these, too.
const LABELS: [(&str, &[&str]); 6] = [
    (
        "PERSON",
        &[
            "NAME", "PERSONNE", "PERSONA", "PESSOA", "PERSOON", "NOM", "NOMBRE", "NOME", "NAAM",
            "사람", "인물", "이름", "人物", "人名", "名前", "姓名",
        ],
    ),
    (
        "LOCATION",
        &[
            "PLACE",
            "ORT",
            "LIEU",
            "LUGAR",
            "LUOGO",
            "LOCAL",
            "PLAATS",
            "UBICACIÓN",
            "UBICACION",
            "장소",
            "위치",
            "場所",
            "地点",
        ],
    ),
    (
        "ADDRESS",
        &[
            "ADRESSE",
            "DIRECCIÓN",
            "DIRECCION",
            "ENDEREÇO",
            "ENDERECO",
            "INDIRIZZO",
            "ADRES",
            "주소",
            "住所",
            "地址",
        ],
    ),
    (
        "ORGANIZATION",
        &[
            "ORGANISATION",
            "ORGANIZACIÓN",
            "ORGANIZACION",
            "ORGANIZAÇÃO",
            "ORGANIZZAZIONE",
            "ORGANISATIE",
            "기관",
            "조직",
            "組織",
        ],
    ),
    (
        "PHONE",
        &[
            "TELEPHONE",
            "TÉLÉPHONE",
            "TELEFON",
            "TELÉFONO",
            "TELEFONO",
            "TELEFONE",
            "TELEFOON",
            "전화",
            "전화번호",
            "電話",
            "電話番号",
            "电话",
        ],
    ),
    (
        "EMAIL",
        &[
            "E-MAIL",
            "MAIL",
            "COURRIEL",
            "CORREO",
            "이메일",
            "メール",
            "电子邮件",
            "邮箱",
        ],
    ),
];

/// The numbers that are written as words.
const NUMBERS: [&str; 10] = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
];

/// Other words for a type.
pub(super) fn labels(kind: &str) -> &'static [&'static str] {
    let own = LABELS.iter().find(|(own, _)| *own == kind);
    own.map_or(&[], |(_, labels)| labels)
}

/// Numbers from one on, each with its word.
pub(super) fn numbers() -> impl Iterator<Item = (u32, &'static str)> {
    (1..).zip(NUMBERS)
}
