mod glued;
mod surroundings;

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

fn cut_to_text(text: &str) -> Vec<Vec<&str>> {
    let words = |sentence: Sentence| sentence.into_iter().map(|word| &text[word]).collect();
    cut(text).into_iter().map(words).collect()
}

fn sentences_of(text: &str) -> Vec<&str> {
    cut(text)
        .iter()
        .map(|words| &text[words[0].start..words[words.len() - 1].end])
        .collect()
}

#[test]
fn news_is_cut_like_the_corpus() {
    for (text, expected) in [
        (
            "London, U.S. officials said.",
            "London , U.S. officials said .",
        ),
        (
            "Mr. Bush's visit cost $1,000.50, or 5%.",
            "Mr. Bush 's visit cost $ 1,000.50 , or 5 % .",
        ),
        (
            "\"I don't know,\" she said...",
            "\" I do n't know , \" she said ...",
        ),
        (
            "Shi'ite leaders (in Iraq) met Yar'Adua.",
            "Shi'ite leaders ( in Iraq ) met Yar'Adua .",
        ),
        ("the twenty-year-old--or so", "the twenty-year-old -- or so"),
        (
            "It\u{2019}s George W. Bush at 5 p.m. today",
            "It \u{2019}s George W. Bush at 5 p.m. today",
        ),
        ("the workers' rights", "the workers ' rights"),
        ("LIKE '%Zubeldía%'", "LIKE ' % Zubeldía % '"),
        ("Huy~Can Tho~~8 D.~Knuth", "Huy ~ Can Tho ~~ 8 D. ~ Knuth"),
        ("a --format=%B of %Y-%m", "a -- format = %B of %Y-%m"),
        ("", ""),
        (" \t\r\n ", ""),
    ] {
        let words: Vec<_> = cut_to_text(text).concat();
        assert_eq!(words.join(" "), expected, "{text:?}");
    }
}

#[test]
fn long_texts_are_cut_in_time_and_in_pieces() {
    // Each was quadratic somewhere, in a version of this or in a library, or may be.
    assert_cut_in_time(&[
        "A.-",
        "a~",
        "~",
        "%A",
        ".",
        "'",
        "\"",
        ".)",
        ")",
        "#",
        "--",
        "a-",
        "A.",
        ". ",
        "a. ",
        "1. , ",
        ". (",
        "?!",
        "。",
        "a/bb",
        "a,",
        ".\u{300}",
        "Mr. ",
        "\n",
        "\r",
        "a-\ra",
        "- a\n",
        "n't",
        "\t",
        "a\t",
        "a\n",
        "-\t",
        "aa)",
        "aa(A",
        "a](",
        "a(http://",
        "@",
        "a@",
        "a:",
        "&",
        "&a",
        "&amp;",
        "&amp;amp;",
        "<",
        "<a ",
        "</a",
        "<a b=\"",
        "<a b='c'>",
        "<A>",
        "[1]",
        "a[1",
        "\\u00e9",
        "a-\n",
        "a-\n>",
        "A-\nB",
        "\u{200b}",
        "A\u{ad}",
        "a\u{300}",
        "\u{1100}\u{1161}",
        "ﬁ",
        "a는",
        "A.B",
        "Mr.A",
        ":D",
        "→",
    ]);
}

/// Cuts long texts of each of the pieces alone.
fn assert_cut_in_time(pieces: &[&str]) {
    for piece in pieces {
        for start in ["", "a.) "] {
            let text = start.to_owned() + &piece.repeat(300_000 / piece.len());
            let sentences = cut(&text);
            assert!(
                sentences.iter().all(|sentence| sentence.len() <= MAX_WORDS),
                "{piece:?}"
            );
            let words = sentences.iter().map(Vec::len).sum::<usize>();
            assert!(words <= text.len(), "{piece:?}");
        }
    }
}

#[test]
fn sentences_end_where_they_end() {
    for marked in [
        "Mr. Bush met Gen. Smith.| He left.",
        "The U.N. said so.| The U.S. did not.",
        "The U.N. said Mr. Bush met Lt.-Gen. Smith in the U.S. on Monday.",
        "He lives in the U.S.| She does not.| The U.S. President left.",
        "On Jan. 5 he left for St. Petersburg.| It was cold.",
        "It closed on Nov. 20.| Xinhua said so.",
        "George W. Bush and J. K. Rowling met.| They spoke.",
        "He fought in World War I.| The end.",
        "Gen. John J. \"Jack\" Smith left.",
        "\"Go.\"| He went.| (It was late.)| She stayed.| (The U.N.) Council met.",
        "He said \"Stop!\" and left.| Why?| No!| Yahoo! said nothing.",
        "He waited...| Then he left.| He waited... then he left.",
        "He waited…| Then he left.| He waited… then he left.",
        "At 5 p.m. Monday it rained.| Apple Inc. said so.",
        "He works for Apple Inc.| The firm grew.",
        "It cost 3.5 dollars.| 20 people paid.| 40 percent did not.| $40 million was spent.",
        "Is it No. 5?| He said no.| She lives in Boston, Mass., e.g. today.",
        "他走了。|她留下了！|为什么？|好",
        "هل ذهبت؟| نعم، ذهبت.",
        "Он ушёл.| Она осталась.",
        "He was born in Hawaii.| He worked in Chicago.| She[5] married him.",
        "{\"by\":\"O. Adeyemi\"} 10332;2023-09-02;J. P. Lima;Rua 5 (by A. Lima/B. Silva) name=Dr. Lima",
    ] {
        let text = marked.replace('|', "");
        let expected: Vec<&str> = marked.split('|').map(str::trim).collect();
        assert_eq!(sentences_of(&text), expected);
    }
}

#[test]
fn abbreviations_in_names_are_words_and_end_no_sentence() {
    for name in [
        "M. A. Pereda",
        "J. I. Okoro",
        "J.-P. Ndiaye",
        "ul. Kolejowa 17A",
        "Marktstr. 4",
        "Karl-Marx-Str. 12",
        "Av. Colón 2215",
        "Str. Mihail Eminescu nr. 23",
        "Brgy. Poblacion",
        "Sto. Tomas",
        "Wm. Bradford",
        "Góra Św. Anny",
        "Gebr. Obermoser",
        "Olivicola Soc. Coop. Agr.",
        "Ismail Motors Sdn. Bhd.",
        "BAYU SHIPPING PTE. LTD.",
    ] {
        let text = format!("we wrote to {name} Wednesday");
        let words = text.split(' ').collect::<Vec<_>>();
        assert_eq!(cut_to_text(&text), [words]);
    }
    for two in [
        "It was Vitamin A. The rest came.",
        "Founded by Jack Ma. Alibaba said so.",
        "Metformin 500 mg BD. Review in May.",
        "It returns a str. Pass another.",
        "He works for Apple Inc. I... forgot.",
        "The bus goes to Ask-A. Wednesday is fine.",
    ] {
        assert_eq!(sentences_of(two).len(), 2, "{two}");
    }
}

#[test]
fn footnotes_and_markup_do_not_hide_the_end_of_a_sentence() {
    for text in [
        "He was born in Hawaii.[3][4] He worked in Chicago.[a]She married him.",
        "He was born in Hawaii.¹ He worked in Chicago.² ³ She married him.",
        "<p>He was born in Hawaii.</p><p>He worked in <i>Chicago.</i> She married him.</p>",
        "<li>He was born in Hawaii</li><li>He worked in Chicago</li><li>She married him</li>",
        "He was born in Hawaii.&nbsp;He worked in Chi-\ncago. She married him.",
    ] {
        assert_eq!(cut(text).len(), 3, "{text}");
    }
}

#[test]
fn a_vowel_of_hangul_is_no_part_of_a_latin_letter() {
    let text = "a\u{302}\u{301}\u{1161}-\n\u{b294}";
    let words: Vec<&str> = cut(text)
        .concat()
        .into_iter()
        .map(|word| &text[word])
        .collect();
    assert_eq!(words, ["a\u{302}\u{301}", "\u{1161}-\n\u{b294}"]);
    let shown: Vec<_> = words.iter().map(|word| plain(word)).collect();
    assert_eq!(shown, ["\u{1ea5}", "\u{1161}\u{b294}"]);
}

#[test]
fn words_are_whole_that_were_broken_at_the_end_of_a_line() {
    for (text, expected) in [
        (
            "in Wash-\nington on Mon\u{ad}\r\n  day",
            "in Washington on Monday",
        ),
        ("> in Wash-\n> ington now", "> in Washington now"),
        (
            "He met the British Anglo-\nSaxon there",
            "He met the British Anglo- Saxon there",
        ),
        (
            "The English prime minister and the Anglo-\nSaxon",
            "The English prime minister and the Anglo-Saxon",
        ),
        (
            "THE PRIME MINISTER IS BACK IN WASH-\nINGTON",
            "THE PRIME MINISTER IS BACK IN WASHINGTON",
        ),
        ("Thanks-\nMaria", "Thanks- Maria"),
        ("a dash -\nand more", "a dash - and more"),
        (
            "in Wash-\rington, on Mon-\r> day",
            "in Washington , on Monday",
        ),
        ("Thanks-\rMaria", "Thanks- Maria"),
        ("555-\n0199", "555- 0199"),
    ] {
        let words: Vec<_> = cut(text).concat();
        let words: Vec<_> = words
            .into_iter()
            .map(|word| plain(&text[word]).into_owned())
            .collect();
        assert_eq!(words.join(" "), expected, "{text:?}");
    }
}

#[test]
fn lines_end_sentences_unless_they_wrap() {
    for marked in [
        "A heading|\n\nA paragraph that goes\nover two lines.",
        "A heading|\nA paragraph.",
        "This line is so long that it may well be wrapped, said\nMr. Smith.",
        // Headings of any length do not end.
        "The president meets Secretary of State Condoleezza Rice|\nToyota builds cars",
        "Brussels prepares for the ministers of the European Union|\nToyota builds cars|\n\
             General Motors closes a joint factory in California|\nIt rains",
        // They are not as long as the lines below them.
        "The president meets Secretary of State Rice|\nThey spoke in the capital about \
             Iran and the meeting of the United\nNations next month, the president said.",
        // The last line need not end where another one goes on.
        "They spoke in the capital about the meeting of the\nUnited Nations next month, \
             the president said to a\nreporter of Reuters. |Then he left with his wife, Mrs\nSmith",
        // Lines of subtitles are short.
        "They flew from Los Angeles to New\nYork and met the president.",
        "> They spoke about the meeting that the World\n> wants to see, but the|\n>|\n> \
             Minister left early for the meeting with the|\n>> President. |\nThat is so.",
        "Berlin\u{b}|London\u{c}|Paris\u{85}|Rome\u{2028}|Madrid\u{2029}|oslo",
        "Shopping:|\n1. Bread|\n2. Butter and|\n(a) jam|\n- tea|\n* milk",
        "1. Bread is here. |It is good.",
        "\t1.\tBread and\nbutter|\n\t•\tTea",
        "Name\t|City\t|\t Score|\nAnn Lee\t|Paris\t|5|\nbob\t|london",
        "\tAn indented line that goes on for a while, and then\n\tgoes on, they say.",
    ] {
        for end in ["\n", "\r\n", "\r"] {
            let marked = marked.replace('\n', end);
            let text = marked.replace('|', "");
            let expected: Vec<&str> = marked.split('|').map(str::trim).collect();
            assert_eq!(sentences_of(&text), expected);
        }
    }
}

#[test]
fn missing_spaces_are_made_up_for() {
    for (text, expected) in [
        (
            "No space.After it, but v1.2.3 and MoveOn.org",
            "No space . After it , but v1.2.3 and MoveOn.org",
        ),
        ("Paris,France;1,000-meter", "Paris , France ; 1,000-meter"),
        (
            "HIV/AIDS in 1999/2000 at 20/20 km/h",
            "HIV / AIDS in 1999 / 2000 at 20/20 km/h",
        ),
        (
            "see https://a.org/b,c?x=1 or a.b@c.org.",
            "see https://a.org/b,c?x=1 or a.b@c.org .",
        ),
        (
            "[Macron](https://a.org/b_(c)) met <http://a.org> (\"https://a.org/x\").",
            "[ Macron ] ( https://a.org/b_(c ) ) met < http://a.org > ( \" https://a.org/x \" ) .",
        ),
        (
            "Rabin(Labour)said (in Paris)yesterday, [Reuters][1] f(X) minister(s) (s)he",
            "Rabin ( Labour ) said ( in Paris ) yesterday , [ Reuters ] f(X ) minister(s ) ( s)he",
        ),
        (
            "\"Obama, Barack\",Washington \"Berlin, Germany\",\"U.S.,\" x",
            "\" Obama , Barack \" , Washington \" Berlin , Germany \" , \" U.S. , \" x",
        ),
        (
            "**Barack Obama** met *Angela* at `Paris` (_Rome_), snake_case, 5*3",
            "* * Barack Obama * * met * Angela * at ` Paris ` ( _ Rome _ ) , snake_case , 5*3",
        ),
        (
            "<b>Berlin</b> and <i>Rome</i>, [Lopez](mailto:m@x.org)",
            "Berlin and Rome , [ Lopez ] ( mailto:m@x.org )",
        ),
        (
            "Robinson[6] of London[a][b] said.[3][4] a[i] [5] Ann[citation needed]",
            "Robinson of London said . a[i ] [ 5 ] Ann",
        ),
        (
            "Obama🎉 in Paris🗼, Tokyo🇯🇵; 👩‍🚀 「東京」は「大阪」",
            "Obama 🎉 in Paris 🗼 , Tokyo 🇯🇵 ; 👩‍🚀 「 東京 」 は 「 大阪 」",
        ),
        (
            "a \"Black September\"--a group",
            "a \" Black September \" -- a group",
        ),
        (
            "the '80s, rock 'n roll, 'Yes'",
            "the '80s , rock 'n roll , ' Yes '",
        ),
        (
            r#"{"name":"Barack Obama","mail":"a.b@c.org","at":"10:30"} From:Ann [00:12]Ann:Hi"#,
            r#"{ " name " : " Barack Obama " , " mail " : " a.b@c.org " , " at " : " 10:30 " } From : Ann [ 00:12 ] Ann : Hi"#,
        ),
        (
            "Gen.Lee of the U.S.He met A.Merkel, M.Sc, U.S.A.",
            "Gen. Lee of the U.S. He met A. Merkel , M.Sc , U.S.A.",
        ),
        (
            "Obama는 访问Paris, TNFα Reuters)-Barack :D -Oslo -5 AT&T x&Y t.co/ab",
            "Obama 는 访问 Paris , TNFα Reuters ) - Barack :D - Oslo -5 AT&T x&Y t.co/ab",
        ),
        (
            "if a <b and c> d, <Obama> hello, x<y, 5 < 6",
            "if a < b and c > d , < Obama > hello , x < y , 5 < 6",
        ),
    ] {
        assert_eq!(cut_to_text(text).concat().join(" "), expected, "{text:?}");
    }
}
