use nerite_fit::names_sha256;

use super::*;

fn names(count: usize) -> Vec<String> {
    (1..=count)
        .map(|number| format!("Sentence: {number}"))
        .collect()
}

fn parts(names: &[String], test_size: f64, seed: u32) -> Result<Parts, SplitError> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Split::Sklearn(Cut { test_size, seed }).parts(&names, &[])
}

// The expected values here are scikit-learn 1.9.1's on NumPy 2.4.6:
//
//     names = sorted(f"Sentence: {i + 1}" for i in range(n))
//     train, test = train_test_split(names, test_size=size, random_state=seed)

#[test]
fn small_parts_are_those_of_scikit_learn() {
    check(2, 0.5, 0, &[1], &[0]);
    check(3, 0.01, 7, &[2], &[1, 0]);
    check(10, 0.2, 123, &[3, 0], &[6, 4, 7, 2, 9, 5, 8, 1]);
    check(
        12,
        0.25,
        u32::MAX,
        &[8, 5, 2],
        &[6, 9, 7, 3, 0, 1, 4, 10, 11],
    );
    check(13, 0.9, 1, &[10, 11, 12, 6, 9, 2, 0, 3, 8, 5, 4, 7], &[1]);
}

fn check(count: usize, test_size: f64, seed: u32, test: &[usize], train: &[usize]) {
    let parts = parts(&names(count), test_size, seed).unwrap();
    assert_eq!(
        (&parts.test[..], &parts.train[..]),
        (test, train),
        "{count}"
    );
}

#[test]
fn large_parts_are_those_of_scikit_learn() {
    for (count, test_size, seed, size, test_sha256, train_sha256) in [
        // 0.07 * 100 is a little more than 7 in doubles.
        (
            100,
            0.07,
            42,
            8,
            "d5bf4512735f59eb529a1754594554fa6cdb146b628617a1c640173a205fe637",
            "ff1749e4b3fd0563832126aac7ca17b2e65e8c5df104be6ba7e447702f24cb99",
        ),
        (
            1000,
            1.0 / 3.0,
            2024,
            334,
            "57434468399773384d800ebf8bfb36d8ed78c6f1834c5c4b40caefa7d8c194d5",
            "fc4080c2dd6216b6eeffe6e786e154e2af50ddea84e17c6a9b90757c763bd866",
        ),
        (
            65_537,
            0.2,
            123,
            13_108,
            "f09997263b2271518bd0cb0b0f73e3c5a6ccd7d248206c8c62db6d58fadc460e",
            "191c14d74545a36498e5c7b3003579f0a7be21df380d37c22c8de290a59495c5",
        ),
    ] {
        let names = names(count);
        let parts = parts(&names, test_size, seed).unwrap();
        let sha256 = |part: &[usize]| names_sha256(part.iter().map(|&index| names[index].as_str()));
        assert_eq!(parts.test.len(), size);
        assert_eq!(sha256(&parts.test), test_sha256);
        assert_eq!(sha256(&parts.train), train_sha256);
    }
}

/// The public study's split of the GMB corpus. Its sentences have the names
/// that are made here.
#[test]
fn the_study_is_reproduced() {
    let names = names(47_959);
    let parts = parts(&names, 0.2, 123).unwrap();
    let sha256 = |part: &[usize]| names_sha256(part.iter().map(|&index| names[index].as_str()));
    assert_eq!((parts.test.len(), parts.train.len()), (9_592, 38_367));
    assert_eq!(names[parts.test[0]], "Sentence: 24930");
    assert_eq!(names[parts.train[0]], "Sentence: 22491");
    assert_eq!(
        sha256(&parts.test),
        "2ddb9d1712ce131aba3ad810c6adc6529baa6e8d2c3401ac459a780b175348c9"
    );
    assert_eq!(
        sha256(&parts.train),
        "bbc8c3877c4ee2f793f4450f8dfd0f0f36dd00fb5cdfc3b46c911e57f3ce1318"
    );
}

#[test]
fn names_are_in_the_order_of_their_code_points() {
    let names = [
        "b",
        "a",
        "é",
        "Z",
        "\u{1f600}",
        "\u{fffd}",
        "zz",
        "10",
        "9",
        "B",
    ];
    let split = Split::Sklearn(Cut {
        test_size: 0.3,
        seed: 5,
    });
    let parts = split.parts(&names, &[]).unwrap();
    assert_eq!(parts.test, [4, 0, 9]);
    assert_eq!(parts.train, [1, 2, 8, 7, 5, 6, 3]);
}

#[test]
fn documents_and_blocks_stay_together() {
    let names = names(400);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    // Documents of 1 to 20 sentences, numbered with gaps.
    let documents: Vec<u32> = (0..400u32)
        .map(|index| (index * index) / 2000 * 3)
        .collect();
    for (text, group) in [
        ("documents:0.2:5", documents.clone()),
        (
            "blocks:0.2:5",
            (0..400).map(|index| index / BLOCK as u32).collect(),
        ),
    ] {
        let split: Split = text.parse().unwrap();
        let Parts { train, test } = split.parts(&names, &documents).unwrap();
        assert_eq!(train.len() + test.len(), 400);
        assert!((80..130).contains(&test.len()), "{text}: {}", test.len());
        let of = |part: &[usize]| -> HashSet<u32> { part.iter().map(|&i| group[i]).collect() };
        assert!(of(&train).is_disjoint(&of(&test)), "{text}");
    }
    let split: Split = "documents:0.2:5".parse().unwrap();
    assert_eq!(split.parts(&names, &[]), Err(SplitError::NoDocuments));
    let one = vec![7; 400];
    assert!(matches!(
        split.parts(&names, &one),
        Err(SplitError::EmptyPart { .. })
    ));
}

#[test]
fn permutations_are_those_of_numpy() {
    // numpy.random.RandomState(9).permutation(n)
    let cases: [&[usize]; 4] = [&[0], &[1, 0], &[1, 0, 2], &[5, 1, 2, 3, 0, 4, 6]];
    for expected in cases {
        assert_eq!(permutation(expected.len(), 9), expected);
    }
    assert!(permutation(0, 9).is_empty());
}

#[test]
fn empty_parts_are_refused() {
    for (count, test_size, test) in [(0, 0.2, 0), (1, 0.2, 1), (2, 0.6, 2)] {
        let error = parts(&names(count), test_size, 1).unwrap_err();
        assert_eq!(error, SplitError::EmptyPart { train: 0, test });
    }
    let error = parts(&names(1), 0.2, 1).unwrap_err().to_string();
    let expected = "found 0 sentences to train on and 1 to test on, expected at least one of each";
    assert_eq!(error, expected);
}

#[test]
fn unchecked_sizes_are_refused() {
    for size in [
        0.0,
        -0.0,
        1.0,
        -0.2,
        1.2,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ] {
        assert!(
            matches!(parts(&names(10), size, 1), Err(SplitError::Size(_))),
            "{size}"
        );
    }
}

#[test]
fn splits_are_written_as_they_are_read() {
    for text in [
        "sklearn:0.2:123",
        "sklearn:0.30000000000000004:0",
        "sklearn:0.5:4294967295",
        "documents:0.2:1",
        "blocks:0.1:0",
    ] {
        assert_eq!(text.parse::<Split>().unwrap().to_string(), text);
    }
    let (test_size, seed) = (0.25, 7);
    assert_eq!(
        "sklearn:.250:007".parse(),
        Ok(Split::Sklearn(Cut { test_size, seed }))
    );
}

#[test]
fn broken_splits_are_refused() {
    let number = "expected a number between 0 and 1, such as 0.2";
    let whole = "expected a whole number from 0 to 4294967295";
    let split = "expected `<what>:<test size>:<seed>`, such as `documents:0.2:123`, or \
                     `<what>` or `<what>:<test size>` alone; what is split is `sklearn` (sentences, as scikit-learn does), `documents` or `blocks`";
    for (text, message) in [
        ("", format!("found the split \"\", {split}")),
        (
            "sklearn:0.2:1:",
            format!("found the split \"sklearn:0.2:1:\", {split}"),
        ),
        (
            "random:0.2:1",
            format!("found the split \"random:0.2:1\", {split}"),
        ),
        ("sklearn:1:1", format!("found the test size 1, {number}")),
        (
            "sklearn:nan:1",
            format!("found the test size NaN, {number}"),
        ),
        (
            "sklearn:20%:1",
            format!("found the test size \"20%\", {number}"),
        ),
        ("sklearn:0.2:-1", format!("found the seed \"-1\", {whole}")),
        (
            "sklearn:0.2:4294967296",
            format!("found the seed \"4294967296\", {whole}"),
        ),
    ] {
        assert_eq!(text.parse::<Split>().unwrap_err().to_string(), message);
    }
}

#[test]
fn a_kind_alone_has_the_studys_size_and_seed() {
    assert_eq!("sklearn".parse(), Ok(Split::default()));
    let written = |text: &str| text.parse::<Split>().unwrap().to_string();
    assert_eq!(written("documents"), "documents:0.2:123");
    assert_eq!(written("blocks"), written("blocks:0.2:123"));
    assert_eq!(written("documents:0.1"), "documents:0.1:123");
}

#[test]
fn several_documents_are_kept_together_unless_told() {
    assert_eq!(Split::usual(&[]), Split::default());
    assert_eq!(Split::usual(&[1, 1, 2, 3, 4]), Split::default());
    let documents = Split::Documents(Cut::default());
    assert_eq!(Split::usual(&[1, 1, 2, 3, 4, 5]), documents);
}
