//! IOB1, IOB2, BIOES and the others, told apart and made IOB2.

use nerite_corpora::{Options, Scheme};

use crate::{read_as, shown};

fn found(tags: &str, scheme: Option<Scheme>) -> (String, Scheme, String) {
    let lines: String = tags
        .split(' ')
        .map(|tag| match tag {
            "|" => "\n".to_owned(),
            _ => format!("x {tag}\n"),
        })
        .collect();
    let options = Options {
        scheme,
        ..Options::default()
    };
    let corpus = read_as(lines, options).unwrap();
    let tags = shown(&corpus).join(" | ").replace("x/", "");
    (tags, corpus.scheme, corpus.found())
}

#[test]
fn every_scheme_becomes_iob2() {
    for (tags, iob2, scheme) in [
        ("I-a O", "B-a O", Scheme::Iob1),
        ("O I-a I-a B-a I-a", "O B-a I-a B-a I-a", Scheme::Iob1),
        ("I-a I-b I-b", "B-a B-b I-b", Scheme::Iob1),
        ("I-a | I-a", "B-a | B-a", Scheme::Iob1),
        (
            "O I-b O | I-a B-a B-a",
            "O B-b O | B-a B-a B-a",
            Scheme::Iob1,
        ),
        ("B-a L-a O U-b", "B-a I-a O B-b", Scheme::Bioes),
        ("B-a I-a E-a S-a S-a", "B-a I-a I-a B-a B-a", Scheme::Bioes),
        ("B-a M-a E-a O", "B-a I-a I-a O", Scheme::Bioes),
        // What cannot go on begins an entity.
        (
            "O E-a I-a | I-b S-b I-b",
            "O B-a B-a | B-b B-b B-b",
            Scheme::Bioes,
        ),
        ("x x O y x", "B-x I-x O B-y B-x", Scheme::Io),
        ("B I O B", "B-_ I-_ O B-_", Scheme::Iob2),
        ("I I O I", "B-_ I-_ O B-_", Scheme::Iob1),
        ("b-a i-a o", "B-a I-a O", Scheme::Iob2),
        ("B_a_b I_a_b O", "B-a_b I-a_b O", Scheme::Iob2),
        ("a-B a-I O", "B-a I-a O", Scheme::Iob2),
        ("B-a-b.c I-a-b.c O", "B-a-b.c I-a-b.c O", Scheme::Iob2),
        ("0 0 B-a 0", "O O B-a O", Scheme::Iob2),
        ("_ B-a _ _", "O B-a O O", Scheme::Iob2),
    ] {
        let (found, own, said) = found(tags, None);
        assert_eq!((found.as_str(), own), (iob2, scheme), "{tags}: {said}");
    }
}

#[test]
fn other_tags_stay_as_they_are() {
    for kept in [
        "O O",
        "B-a I-a O",
        "B-a | B-a I-a",
        // Neither scheme: I-a begins an entity, and B-b stands after another type.
        "O I-a B-b",
        "B-a O I-a",
        "I-a | B-a",
    ] {
        let (found, scheme, _) = found(kept, None);
        assert_eq!((found.as_str(), scheme), (kept, Scheme::Iob2));
    }
}

#[test]
fn the_scheme_is_that_of_most_and_the_rest_is_named() {
    let tags = format!("{}B-b O", "I-a O ".repeat(30));
    let (iob2, scheme, said) = found(&tags, None);
    assert_eq!((iob2, scheme), (tags.replace("I-a", "B-a"), Scheme::Iob1));
    assert!(
        said.contains("IOB1") && said.contains("1 line (61) disagree"),
        "{said}"
    );
    let tags = format!("{}I-b O I-b O", "B-a O ".repeat(30));
    let (iob2, scheme, said) = found(&tags, None);
    assert_eq!((iob2, scheme), (tags.clone(), Scheme::Iob2));
    assert!(said.contains("2 lines (61, 63) disagree"), "{said}");
}

#[test]
fn a_given_scheme_is_taken() {
    let (tags, scheme, _) = found("O I-a I-a", Some(Scheme::Iob2));
    assert_eq!((tags.as_str(), scheme), ("O I-a I-a", Scheme::Iob2));
    let (tags, scheme, _) = found("B-a O I-a", Some(Scheme::Iob1));
    assert_eq!((tags.as_str(), scheme), ("B-a O B-a", Scheme::Iob1));
    let (tags, _, _) = found("NN VB", Some(Scheme::Io));
    assert_eq!(tags, "B-NN B-VB");
}
