//! Placeholders in answers of language models, however they are written.

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

#[test]
fn answers_are_restored_however_they_write_placeholders() {
    let (text, found) = marked("{PER:Ann Lee}, 4111 1111 1111 1111");
    let mut table = Table::default();
    redact(
        &text,
        &with_patterns(&text, found),
        &Policy::default(),
        &mut table,
    );
    for (answer, expected) in [
        ("Dear [PERSON_1],", "Dear Ann Lee,"),
        ("Dear [person_1],", "Dear Ann Lee,"),
        ("Dear [Person 1],", "Dear Ann Lee,"),
        ("Dear PERSON_1,", "Dear Ann Lee,"),
        ("Dear person_1.", "Dear Ann Lee."),
        ("Dear Person 1:", "Dear Ann Lee:"),
        ("Dear person 1!", "Dear Ann Lee!"),
        ("Dear PERSON-1", "Dear Ann Lee"),
        ("Dear PERSON1", "Dear Ann Lee"),
        ("Dear [PERSON1]", "Dear Ann Lee"),
        ("Dear [PERSON-1]", "Dear Ann Lee"),
        ("Dear [ PERSON_1 ]", "Dear Ann Lee"),
        ("Dear [PERSON _ 1]", "Dear Ann Lee"),
        ("Dear **[PERSON_1]**", "Dear **Ann Lee**"),
        ("Dear *PERSON_1*", "Dear *Ann Lee*"),
        ("Dear __PERSON_1__", "Dear __Ann Lee__"),
        ("Dear [**PERSON_1**]", "Dear Ann Lee"),
        ("Dear `[PERSON_1]`", "Dear `Ann Lee`"),
        ("Dear \\[PERSON\\_1\\]", "Dear Ann Lee"),
        ("Dear \\[PERSON_1\\]", "Dear Ann Lee"),
        ("Dear [PERSON\\_1]", "Dear Ann Lee"),
        ("Dear PERSON\\_1", "Dear Ann Lee"),
        ("Dear <PERSON_1>", "Dear Ann Lee"),
        ("Dear <PERSON_1/>", "Dear Ann Lee"),
        ("Dear {PERSON_1}", "Dear Ann Lee"),
        ("Dear {{PERSON_1}}", "Dear Ann Lee"),
        ("Dear ${PERSON_1}", "Dear Ann Lee"),
        ("Dear <<PERSON_1>>", "Dear Ann Lee"),
        ("Dear &lt;PERSON_1&gt;", "Dear Ann Lee"),
        ("Dear %5BPERSON_1%5D", "Dear Ann Lee"),
        ("Dear \\u005bPERSON_1\\u005d", "Dear Ann Lee"),
        ("Dear (PERSON_1)", "Dear (Ann Lee)"),
        ("Dear \"PERSON_1\"", "Dear \"Ann Lee\""),
        ("\u{ab}[PERSON_1]\u{bb}", "\u{ab}Ann Lee\u{bb}"),
        ("\u{ab} PERSON_1 \u{bb}", "\u{ab} Ann Lee \u{bb}"),
        ("\u{201e}PERSON_1\u{201c}", "\u{201e}Ann Lee\u{201c}"),
        ("\u{300c}PERSON_1\u{300d}", "\u{300c}Ann Lee\u{300d}"),
        ("\u{3010}PERSON_1\u{3011}", "Ann Lee"),
        ("\u{ff3b}ＰＥＲＳＯＮ＿１\u{ff3d}", "Ann Lee"),
        ("[PERSON_１]", "Ann Lee"),
        ("[PERSON_٠١]", "Ann Lee"),
        ("[PERSON_01]", "Ann Lee"),
        ("[PERSON #1]", "Ann Lee"),
        ("[PERSON: 1]", "Ann Lee"),
        ("[Person No. 1]", "Ann Lee"),
        ("[PERSON_\n1]", "Ann Lee"),
        ("[PER\u{200b}SON_1]", "Ann Lee"),
        ("[PERSON\u{a0}1]", "Ann Lee"),
        ("[PERSON\u{2011}1]", "Ann Lee"),
        (
            "[PERSON_1]'s, PERSON_1's, Person_1\u{2019}s",
            "Ann Lee's, Ann Lee's, Ann Lee\u{2019}s",
        ),
        ("[PERSON_1]은 PERSON_1은", "Ann Lee은 Ann Lee은"),
        ("[PERSON_1](mailto:x)", "Ann Lee(mailto:x)"),
        ("[[PERSON_1]]", "[Ann Lee]"),
        ("{\"name\":\"[PERSON_1]\"}", "{\"name\":\"Ann Lee\"}"),
        ("<b>PERSON_1</b>", "<b>Ann Lee</b>"),
        ("[PERSON_1][PERSON_1]", "Ann LeeAnn Lee"),
        (
            "&lsqb;PERSON_1&rsqb; &lbrack;PERSON_1&rbrack;",
            "Ann Lee Ann Lee",
        ),
        ("&#x5B;PERSON_1&#x5D; \\x5bPERSON_1\\x5d", "Ann Lee Ann Lee"),
        (
            "[PERSON (1)], [PERSON, 1], [PERSON=1]",
            "Ann Lee, Ann Lee, Ann Lee",
        ),
        (
            "[PERSON/1] [PERSON|1] [PERSON: 1]",
            "Ann Lee Ann Lee Ann Lee",
        ),
        (
            "[PERSONS_1] {Person One} [PERSON_ONE]",
            "Ann Lee Ann Lee Ann Lee",
        ),
        ("Dear Person One, PERSON ONE", "Dear Ann Lee, Ann Lee"),
        (
            "<PERSON id=1>, <person id=\"1\"/>, <Person number='1' />",
            "Ann Lee, Ann Lee, Ann Lee",
        ),
        (
            "<PERSON>1</PERSON>, <person id=\"1\"></person> <|PERSON_1|>",
            "Ann Lee, Ann Lee Ann Lee",
        ),
        (
            "<NAME>1</NAME>, <nom id=\"1\"></nom>, <PERSONNE>1</personne>",
            "Ann Lee, Ann Lee, Ann Lee",
        ),
        ("PERSON\u{2081}, [PERSON\u{2081}]", "Ann Lee, Ann Lee"),
        (
            "[PERSONNE_1], [Persona 1], [NAME_1]",
            "Ann Lee, Ann Lee, Ann Lee",
        ),
        ("[사람_1]은 \u{3010}人物 1\u{3011}", "Ann Lee은 Ann Lee"),
        (
            "<PERSON_1>, $PERSON_1, #PERSON_1, @PERSON_1",
            "Ann Lee, $Ann Lee, #Ann Lee, @Ann Lee",
        ),
        (
            "| PERSON_1 |, ~~PERSON_1~~, ***[PERSON_1]***",
            "| Ann Lee |, ~~Ann Lee~~, ***Ann Lee***",
        ),
        (
            "\u{2039}PERSON_1\u{203a}, \u{300e}PERSON_1\u{300f}",
            "\u{2039}Ann Lee\u{203a}, \u{300e}Ann Lee\u{300f}",
        ),
        (
            "\u{2018}PERSON_1\u{2019}, \u{201d}PERSON_1\u{201d}",
            "\u{2018}Ann Lee\u{2019}, \u{201d}Ann Lee\u{201d}",
        ),
        (
            "[PERSON_1]s, [PERSON_1]-san, Mr.[PERSON_1]",
            "Ann Lees, Ann Lee-san, Mr.Ann Lee",
        ),
        ("[CARD_1] card 1", "4111 1111 1111 1111 4111 1111 1111 1111"),
        // What is none stays.
        (
            "[PERSON_2], PERSON_11, Person 12",
            "[PERSON_2], PERSON_11, Person 12",
        ),
        ("A person. 1 apple", "A person. 1 apple"),
        (
            "SUPERPERSON_1, MY_PERSON_1, PERSON_1_2, PERSON_1st",
            "SUPERPERSON_1, MY_PERSON_1, PERSON_1_2, PERSON_1st",
        ),
        ("person 1-800 and card 1.5", "person 1-800 and card 1.5"),
        ("[PERSON", "[PERSON"),
        (
            "Name 1, person one, Person one, [PERSON_TWO], Person Onerous",
            "Name 1, person one, Person one, [PERSON_TWO], Person Onerous",
        ),
        (
            "<PERSON>, <PERSON>2</PERSON>, <PERSON>1</CARD>, <b>1</b>",
            "<PERSON>, <PERSON>2</PERSON>, <PERSON>1</CARD>, <b>1</b>",
        ),
        (
            "[PERSON ONELY], [NAMES], [PERSON (]",
            "[PERSON ONELY], [NAMES], [PERSON (]",
        ),
        ("[PERSON_1", "[Ann Lee"),
    ] {
        assert_eq!(table.restore(answer), expected, "{answer:?}");
        // The same in two pieces, wherever it is cut, and sign by sign.
        for cut in (0..=answer.len()).filter(|&cut| answer.is_char_boundary(cut)) {
            let mut restorer = Restorer::new(&table);
            let mut restored = restorer.push(&answer[..cut]);
            // A pause between them changes nothing.
            let mut restorer = Restorer::resume(&table, restorer.pause());
            restored += &restorer.push(&answer[cut..]);
            restored += &restorer.finish();
            assert_eq!(restored, expected, "{answer:?} cut at {cut}");
        }
        let mut restorer = Restorer::new(&table);
        let mut restored: String = answer
            .chars()
            .map(|c| restorer.push(c.encode_utf8(&mut [0; 4])))
            .collect();
        restored += &restorer.finish();
        assert_eq!(restored, expected, "{answer:?} sign by sign");
    }
}
