//! Kinds of characters, by what they mean for names.

use unicode_script::{Script, UnicodeScript};

/// What does not show and has no width: marks of direction, zero-width spaces,
/// byte order marks, control characters.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\0'..='\u{8}' | '\u{e}'..='\u{1f}' | '\u{7f}'
        | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffc}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e001f}' | '\u{e0080}'..='\u{e0fff}')
}

/// What does not show either, but stands within a word or a picture: soft
/// hyphens, joiners, selectors of a variant.
pub(super) fn is_joiner(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{200c}' | '\u{200d}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{e0020}'..='\u{e007f}')
}

/// What joins pictures into one.
pub(super) fn joins_pictures(c: char) -> bool {
    matches!(c, '\u{200d}' | '\u{fe0f}' | '\u{e0020}'..='\u{e007f}')
}

/// Emoji and other pictures.
pub(super) fn is_picture(c: char) -> bool {
    matches!(c, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}')
}

/// Marks that are set onto names and say nothing of them: trademarks, the
/// signs of footnotes, and symbols of private fonts.
pub(super) fn is_sign(c: char) -> bool {
    matches!(c,
        '™' | '®' | '©' | '℠' | '℗' | '†' | '‡' | '⁎' | '⁕' | '※'
        | '¹' | '²' | '³' | '⁰' | '⁴'..='⁹' | '⁽' | '⁾' | '\u{e000}'..='\u{f8ff}')
}

/// Letters and signs that are raised, as marks of footnotes are; of digits,
/// [`is_sign`] has them.
pub(super) fn is_superior(c: char) -> bool {
    matches!(c,
        'ⁱ' | 'ⁿ' | '\u{2b0}'..='\u{2b8}' | '\u{2e0}'..='\u{2e4}' | '\u{1d2c}'..='\u{1d61}'
        | '\u{1d78}' | '\u{1d9b}'..='\u{1dbf}' | '\u{2c7d}')
}

/// Letters and digits that are lowered.
pub(super) fn is_inferior(c: char) -> bool {
    matches!(c, '₀'..='₎' | '\u{2090}'..='\u{209c}' | '\u{1d62}'..='\u{1d6a}' | '\u{2c7c}')
}

/// Numbers in circles and brackets, or with a full stop.
pub(super) fn is_enclosed(c: char) -> bool {
    matches!(c, '\u{2460}'..='\u{249b}' | '\u{24ea}'..='\u{24ff}')
}

/// A syllable, or a part of one: what vowels and finals are put to.
pub(super) fn is_hangul(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7a3}')
}

/// The second and third letters of a Korean syllable that is written in parts.
pub(super) fn is_vowel_or_final(c: char) -> bool {
    matches!(c, '\u{1161}'..='\u{1175}' | '\u{11a8}'..='\u{11c2}')
}

/// Letters and digits that have a plain form: ligatures, full-width and
/// half-width ones, presentation forms, the alphabets of mathematics.
pub(super) fn has_plain_form(c: char) -> bool {
    matches!(c,
        'Ĳ' | 'ĳ' | 'ſ' | 'Ǆ'..='ǌ' | 'Ǳ'..='ǳ'
        | '\u{2100}'..='\u{214f}' | '\u{2160}'..='\u{217f}' | '\u{24b6}'..='\u{24e9}'
        | '\u{f900}'..='\u{faff}' | '\u{fb00}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
        | '\u{ff01}'..='\u{ff9f}' | '\u{1d400}'..='\u{1d7ff}' | '\u{2f800}'..='\u{2fa1f}')
}

/// Marks that no name begins or ends with, but a letter may be written with one:
/// `Mu¨ller`, as some PDFs have it.
pub(super) fn is_accent(c: char) -> bool {
    matches!(c, '^' | '¨' | '¸' | '°' | '˚' | '˜')
}

/// What text in Windows' encoding has in the place of a control character,
/// `“` for U+0093.
pub(super) fn windows(c: char) -> char {
    const WINDOWS: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";
    match c {
        '\u{80}'..='\u{9f}' => WINDOWS.chars().nth(c as usize - 0x80).unwrap_or(c),
        c => c,
    }
}

/// Apostrophes in all shapes in which they are typed.
pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(
        c,
        '\'' | '’' | '‘' | '‛' | '´' | '`' | 'ʼ' | 'ʻ' | 'ʹ' | '′' | '＇'
    )
}

/// Marks that part words wherever they stand.
pub(super) fn parts_always(c: char) -> bool {
    match c {
        '"' | '{' | '}' | '|' | '=' | '<' | '>' | ';' | '\\' => true,
        // Apostrophes, hyphens, degrees and per mille stay with their words.
        '‘' | '’' | '‚' | '‛' | '′' | '‐' | '‑' | '‰' | '‱' | '\u{2044}' | '\u{203f}' => {
            false
        }
        // Controls, which stand for marks of Windows if for anything, and currencies.
        '\u{80}'..='\u{9f}' | '\u{a2}'..='\u{a5}' | '\u{20a0}'..='\u{20cf}' | '±' => true,
        '\u{a1}' | '¦' | '§' | '«' | '¬' | '¯' | '¶' | '»' | '¿' | '×' | '÷' => true,
        '\u{2010}'..='\u{205e}' => true,
        // Arrows, mathematics, technical signs, boxes, shapes.
        '\u{2190}'..='\u{23ff}' | '\u{2440}'..='\u{245f}' | '\u{2500}'..='\u{25ff}' => c != '−',
        '\u{27c0}'..='\u{27ff}' | '\u{2900}'..='\u{2bff}' | '\u{2e00}'..='\u{2e7f}' => true,
        '々' | '〆' | '〇' | '\u{3021}'..='\u{3029}' | '\u{3031}'..='\u{3035}' => false,
        '\u{3001}'..='\u{303f}'
        | '\u{30fb}'
        | '\u{fe10}'..='\u{fe1f}'
        | '\u{fe30}'..='\u{fe6f}' => true,
        '！'
        | '（'
        | '）'
        | '，'
        | '：'
        | '；'
        | '？'
        | '｛'
        | '｜'
        | '｝'
        | '［'
        | '］'
        | '＂'
        | '＝'
        | '＜'
        | '＞'
        | '～'
        | '＋'
        | '＾'
        | '\u{ffe0}'..='\u{ffe6}'
        | '｡'
        | '｢'
        | '｣'
        | '､'
        | '･' => true,
        '،' | '؛' | '؟' | '۔' | '।' | '॥' | '׀' | '׃' => true,
        _ => false,
    }
}

/// The script of a character; those that Japanese writes words in are one.
pub(super) fn script(c: char) -> Script {
    match c.script() {
        Script::Hiragana | Script::Katakana | Script::Bopomofo => Script::Han,
        script => script,
    }
}
