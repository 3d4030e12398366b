//! Altered copies of sentences.

use rand_chacha::ChaCha8Rng;

use super::names::{Names, below, chance};
use super::values::value;
use super::{Augmentation, Role, Tagged};

/// At most `count` copies, each with the index of its sentence.
pub(super) fn copies(
    kind: Augmentation,
    sentences: &[Tagged],
    names: &Names,
    outside: u16,
    count: usize,
    random: &mut ChaCha8Rng,
) -> Vec<(usize, Tagged)> {
    let mut made = Vec::new();
    if sentences.is_empty() {
        return made;
    }
    // A sentence that cannot be altered in this way gives nothing.
    for _ in 0..count * 8 {
        if made.len() >= count {
            break;
        }
        let index = below(sentences.len(), random);
        let sentence = &sentences[index];
        match kind {
            Augmentation::Capitals if chance(70, random) => {
                made.push((index, with_words(sentence, |word| word.to_uppercase())));
            }
            Augmentation::Capitals => made.push((index, with_words(sentence, capitalized))),
            Augmentation::Small => {
                made.push((index, with_words(sentence, |word| word.to_lowercase())));
            }
            Augmentation::Names => {
                let copy = exchanged(sentence, names, random);
                made.extend(copy.map(|copy| (index, copy)));
            }
            Augmentation::Contacts => {
                let copy = with_contacts(sentence, names, outside, random);
                made.extend(copy.map(|copy| (index, copy)));
            }
            Augmentation::Joined => {
                let end = sentences.len().min(index + 2 + below(2, random));
                let mut joined = sentence.clone();
                for next in &sentences[index + 1..end] {
                    joined.words.extend_from_slice(&next.words);
                    joined.tags.extend_from_slice(&next.tags);
                }
                made.push((index, joined));
            }
            _ => {
                let recut = recut(sentence, names);
                made.extend(recut.into_iter().map(|own| (index, own)));
            }
        }
    }
    made
}

fn with_words(sentence: &Tagged, change: impl Fn(&str) -> String) -> Tagged {
    Tagged {
        words: sentence.words.iter().map(|word| change(word)).collect(),
        tags: sentence.tags.clone(),
    }
}

/// The word with a capital first letter, as in headlines.
pub(super) fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// The end of the entity of this role that begins at `start`.
fn end_of(sentence: &Tagged, start: usize, role: Role) -> usize {
    let inside = sentence.tags[start + 1..]
        .iter()
        .take_while(|&&tag| tag == role.inside);
    start + 1 + inside.count()
}

/// Every name another; `None` if there is none.
fn exchanged(sentence: &Tagged, names: &Names, random: &mut ChaCha8Rng) -> Option<Tagged> {
    let mut copy = Tagged::default();
    let mut changed = false;
    let mut at = 0;
    while at < sentence.words.len() {
        let tag = sentence.tags[at];
        let is = |role: Option<Role>| role.filter(|role| role.begin == tag);
        let roles = &names.roles;
        let (role, name) = if let Some(role) = is(roles.person) {
            (role, names.person(random))
        } else if let Some(role) = is(roles.place) {
            (role, names.place(random))
        } else if let Some(role) = is(roles.organization) {
            (role, names.organization(random))
        } else {
            copy.words.push(sentence.words[at].clone());
            copy.tags.push(tag);
            at += 1;
            continue;
        };
        let end = end_of(sentence, at, role);
        // One word for one word, or "Mr." would be followed by a full name.
        let single = end - at == 1 && roles.person == Some(role);
        let cut = nerite::cut(&name).concat();
        let words: Vec<&str> = cut.into_iter().map(|word| &name[word]).collect();
        let words = if single {
            &words[words.len() - 1..]
        } else {
            &words[..]
        };
        for (number, word) in words.iter().enumerate() {
            copy.words.push((*word).to_owned());
            copy.tags
                .push(if number == 0 { role.begin } else { role.inside });
        }
        changed = true;
        at = end;
    }
    changed.then_some(copy)
}

/// The sentence with an address or a number after a name, or at its end.
fn with_contacts(
    sentence: &Tagged,
    names: &Names,
    outside: u16,
    random: &mut ChaCha8Rng,
) -> Option<Tagged> {
    let roles = &names.roles;
    let ends: Vec<usize> = [roles.person, roles.organization, roles.place]
        .into_iter()
        .flatten()
        .flat_map(|role| {
            let tags = sentence.tags.iter().enumerate();
            let begins = tags.filter(move |(_, tag)| **tag == role.begin);
            begins.map(move |(at, _)| end_of(sentence, at, role))
        })
        .collect();
    let at = match ends.len() {
        0 => sentence.words.len(),
        count => ends[below(count, random)],
    };
    let hole = ["mail", "url", "phone", "account", "number", "code"][below(6, random)];
    let value = value(hole, random);
    let text = match below(4, random) {
        0 => format!("( {value} )"),
        1 => format!("< {value} >"),
        2 => format!(", {value} ,"),
        _ => value,
    };
    let mut copy = sentence.clone();
    let cut = nerite::cut(&text).concat();
    let words: Vec<String> = cut.into_iter().map(|word| text[word].to_owned()).collect();
    let count = words.len();
    copy.words.splice(at..at, words);
    copy.tags
        .splice(at..at, std::iter::repeat_n(outside, count));
    Some(copy)
}

/// The sentence as running text, cut as a visitor's is: nothing if that cuts
/// through a word of the corpus or between the words of a name.
fn recut(sentence: &Tagged, names: &Names) -> Vec<Tagged> {
    let (text, ranges) = nerite_corpora::detokenize(&sentence.words);
    let mut made = Vec::new();
    let mut at = 0;
    for own in nerite::cut(&text) {
        let mut tagged = Tagged::default();
        for word in own {
            let apart = tagged.words.is_empty() && names.goes_on(sentence.tags[at]);
            if apart || ranges.get(at) != Some(&word) {
                return Vec::new();
            }
            tagged.words.push(sentence.words[at].clone());
            tagged.tags.push(sentence.tags[at]);
            at += 1;
        }
        made.push(tagged);
    }
    made
}
