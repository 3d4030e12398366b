// The languages of the interface, and what can be chosen or found (types, decoders, formats, figures): a row a name, with
// its text in every language side by side, so that a new choice has its texts in one place. Long, as a list is.

import en from "./en.js";
import ko from "./ko.js";

/**
 * The texts of one language. Every language has the same keys as English: an error otherwise.
 * @typedef {{ [Page in keyof typeof en]: { [Key in keyof (typeof en)[Page]]: string } }} Strings
 */

/**
 * By code: what speakers call the language, and its texts by page. The first is used where no other is wanted.
 * @satisfies {Record<string, { name: string, strings: Strings }>}
 */
export const LANGUAGES = {
  en: { name: "English", strings: en },
  ko: { name: "한국어", strings: ko },
};

/** @typedef {keyof typeof LANGUAGES} Language */

/**
 * By key, as shared/i18n.js is asked for it: the text in every language, and the colour of a type.
 * @type {Record<string, Record<Language, string> & { colour?: number }>}
 */
export const NAMES = {
  // Types: those of shipped models and of patterns. Of others, the name is the type itself, and the colour follows from it.
  // A colour is one of the palette in shared/style.css.
  "type-per": { colour: 0, en: "Person", ko: "사람" },
  "type-org": { colour: 1, en: "Organization", ko: "단체" },
  "type-geo": { colour: 2, en: "Place", ko: "장소" },
  "type-gpe": { colour: 3, en: "Geopolitical", ko: "국가·민족" },
  "type-tim": { colour: 4, en: "Time", ko: "시간" },
  "type-eve": { colour: 5, en: "Event", ko: "사건" },
  "type-art": { colour: 6, en: "Artefact", ko: "인공물" },
  "type-nat": { colour: 7, en: "Natural phenomenon", ko: "자연 현상" },
  "type-PER": { colour: 0, en: "Person", ko: "사람" },
  "type-ORG": { colour: 1, en: "Organization", ko: "단체" },
  "type-LOC": { colour: 2, en: "Place", ko: "장소" },
  "type-TIM": { colour: 4, en: "Time", ko: "시간" },
  "type-GIVEN_NAME": { colour: 0, en: "Given name", ko: "이름" },
  "type-SURNAME": { colour: 0, en: "Surname", ko: "성" },
  "type-EMAIL": { colour: 1, en: "E-mail address", ko: "이메일 주소" },
  "type-PHONE": { colour: 1, en: "Phone number", ko: "전화번호" },
  "type-URL": { colour: 1, en: "Web address", ko: "웹 주소" },
  "type-TAX_ID": { colour: 4, en: "Tax number", ko: "세금 번호" },
  "type-BANK_ACCOUNT": { colour: 5, en: "Bank account", ko: "은행 계좌" },
  "type-ROUTING_NUMBER": { colour: 5, en: "Bank routing number", ko: "은행 식별 번호" },
  "type-GOVERNMENT_ID": { colour: 6, en: "Government ID", ko: "신분 번호" },
  "type-PASSPORT": { colour: 7, en: "Passport number", ko: "여권 번호" },
  "type-DRIVERS_LICENSE": { colour: 8, en: "Driver's license", ko: "운전면허 번호" },
  "type-BUILDING_NUMBER": { colour: 9, en: "Building number", ko: "건물 번호" },
  "type-STREET_NAME": { colour: 2, en: "Street", ko: "도로명" },
  "type-SECONDARY_ADDRESS": { colour: 10, en: "Flat or floor", ko: "상세 주소" },
  "type-CITY": { colour: 2, en: "City", ko: "도시" },
  "type-STATE": { colour: 3, en: "State or region", ko: "주·지역" },
  "type-ZIP_CODE": { colour: 11, en: "Postal code", ko: "우편번호" },
  "type-PERSON": { colour: 0, en: "Person", ko: "사람" },
  "type-LOCATION": { colour: 2, en: "Place", ko: "장소" },
  "type-ADDRESS": { colour: 2, en: "Address", ko: "주소" },
  "type-ORGANIZATION": { colour: 1, en: "Organization", ko: "단체" },
  "type-TIME": { colour: 4, en: "Time", ko: "시간" },
  "type-BIRTH_DATE": { colour: 4, en: "Date of birth", ko: "생년월일" },
  "type-CARD": { colour: 5, en: "Payment card", ko: "결제 카드" },
  "type-IBAN": { colour: 5, en: "IBAN", ko: "IBAN" },
  "type-BIC": { colour: 5, en: "BIC", ko: "BIC" },
  "type-CRYPTO": { colour: 5, en: "Crypto address", ko: "암호화폐 주소" },
  "type-SSN": { colour: 6, en: "US social security number", ko: "미국 사회보장번호" },
  "type-EIN": { colour: 6, en: "US employer number", ko: "미국 고용주 번호" },
  "type-NINO": { colour: 6, en: "UK insurance number", ko: "영국 국민보험번호" },
  "type-RESIDENT_NUMBER": { colour: 6, en: "Korean resident number", ko: "주민등록번호" },
  "type-IP": { colour: 9, en: "IP address", ko: "IP 주소" },
  "type-MAC": { colour: 9, en: "MAC address", ko: "MAC 주소" },
  "type-COORDINATES": { colour: 3, en: "Coordinates", ko: "좌표" },
  "type-SECRET": { colour: 8, en: "Key or token", ko: "키 또는 토큰" },
  "type-PRIVATE": { colour: 10, en: "Your own value", ko: "직접 정한 값" },
  "type-LITERAL": { colour: 11, en: "Looks like a placeholder", ko: "자리표시자처럼 보이는 글" },

  // Decoders, `Decoder` in core/src/decode/mod.rs.
  "decoder-argmax": { en: "likeliest tag", ko: "최고 확률" },
  "decoder-rules": { en: "B/I rules", ko: "B/I 규칙" },
  "decoder-transitions": { en: "transitions", ko: "학습된 전이" },

  // What makes the scores of entities, `Aggregation` there.
  "aggregation-average": { en: "average", ko: "평균" },
  "aggregation-first": { en: "first word", ko: "첫 단어" },
  "aggregation-max": { en: "surest word", ko: "가장 확실한 단어" },

  // What makes entities of pieces, `Strategy` there.
  "strategy-simple": { en: "simple: piece by piece", ko: "simple: 조각마다" },
  "strategy-first": { en: "first: a word's first piece", ko: "first: 단어의 첫 조각" },
  "strategy-average": { en: "average: over a word's pieces", ko: "average: 단어 조각의 평균" },
  "strategy-max": { en: "max: a word's surest piece", ko: "max: 단어에서 가장 확실한 조각" },
  "strategy-proper": { en: "proper: by the tags' scheme", ko: "proper: 태그 체계에 따라" },

  // What stands in the place of what was taken out, `Style` in core/src/redact/policy.rs.
  "style-placeholder": { en: "a placeholder: [PERSON_1]", ko: "자리표시자: [PERSON_1]" },
  "style-mask": { en: "a mask: ███", ko: "가림표: ███" },
  "style-remove": { en: "nothing", ko: "없음" },

  // What one model alone finds, `Confirm` there.
  "confirm-doubtful": { en: "take it out unless it is doubtful", ko: "의심스럽지 않으면 가림" },
  "confirm-never": { en: "take it out", ko: "가림" },
  "confirm-always": { en: "leave it, if both know the kind", ko: "두 모델이 모두 아는 종류면 남겨 둠" },

  // What a result is written as, `formats` in demo/exports.js.
  "format-json": { en: "JSON, all confidences", ko: "JSON, 모든 신뢰도" },
  "format-csv": { en: "CSV, entities", ko: "CSV, 개체" },
  "format-conll": { en: "CoNLL, words and tags", ko: "CoNLL, 단어와 태그" },
  "format-html": { en: "HTML, a page of its own", ko: "HTML, 독립된 페이지" },

  // Figures, `Figure` in core/src/metrics/mod.rs, each with a line that says what it means.
  "accuracy": { en: "Accuracy", ko: "정확도" },
  "term_accuracy": { en: "the share of words with the right tag; most words are no entity, so it is high for any head.", ko: "맞는 태그를 받은 단어의 비율. 대부분의 단어는 개체가 아니므로 어떤 헤드든 높습니다." },
  "macro_f1": { en: "Macro F1", ko: "매크로 F1" },
  "term_macro_f1": { en: "F1 of the tags of words, each tag counting the same, however rare it is.", ko: "단어 태그의 F1을 드문 태그든 흔한 태그든 똑같이 평균한 값." },
  "weighted_f1": { en: "Weighted F1", ko: "가중 F1" },
  "term_weighted_f1": { en: "F1 of the tags of words, each counting by how often it occurs; mostly O, the words outside of entities.", ko: "단어 태그의 F1을 나온 횟수로 가중 평균한 값. 대부분 개체 밖의 단어 O가 차지합니다." },
  "entity_f1": { en: "Entity F1, strict", ko: "개체 F1, 엄격" },
  "term_entity_f1": { en: "an entity is right only if its first word, its last word and its type are; F1 joins precision and recall, over all entities together (micro).", ko: "첫 단어, 끝 단어, 유형이 모두 맞아야 맞은 개체. F1은 정밀도와 재현율을 모든 개체에 대해 합친 값(마이크로)입니다." },
  "entity_f1_lenient": { en: "Entity F1, lenient", ko: "개체 F1, 관대" },
  "term_entity_f1_lenient": { en: "as strict, but a run of words that does not begin with a B- tag is an entity too, as conlleval and seqeval mend it.", ko: "엄격과 같지만 B- 태그로 시작하지 않는 단어열도 conlleval과 seqeval처럼 개체로 칩니다." },
};
