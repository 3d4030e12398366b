use proptest::prelude::*;
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::super::testing;
use super::*;

#[test]
fn numbers_are_found() {
    testing::finds_anywhere(
        find,
        &[
            "+1 212 555 0199",
            "+1-212-555-0199",
            "+12125550199",
            "+49 (0)30 1234567",
            "+49 170 1234567",
            "+44 20 7946 0958",
            "+33 1 23 45 67 89",
            "+34 612 345 678",
            "+39 347 123 4567",
            "+31 6 12345678",
            "+351 912 345 678",
            "+55 11 91234-5678",
            "+82-10-1234-5678",
            "0049 30 1234567",
            "91 293 68 62",
            "21 790 7859",
            "(212) 555-0199",
            "212-555-0199",
            "212.555.0199",
            "1-800-555-0199",
            "030 1234567",
            "0171/1234567",
            "(030) 123456",
            "01 23 45 67 89",
            "06.12.34.56.78",
            "07700 900123",
            "020 7946 0958",
            "612 34 56 78",
            "347 1234567",
            "(11) 91234-5678",
            "06-12345678",
            "010-1234-5678",
            "0612345678",
            "01701234567",
            "212-555-0199 ext. 12",
            "212-555-0199x12",
            "+41 44 668 18 00",
            "030 / 123 45 67",
            "+1 (212) 555-0199",
        ],
    );
    testing::finds(
        find,
        &[
            "Tel. {555-0199} or {2125550199}.",
            "Handy: {01512 3456789}, Fax {30 123456}",
            "call me at {5550199}",
            "phone={+1-212-555-0199}&x",
            "({+49 30 123456})",
        ],
    );
}

#[test]
fn near_misses_are_left() {
    testing::finds_nothing(
        find,
        &[
            "2024-01-15 10",
            "15.01.2024",
            "01/02/2024 12",
            "978-3-16-148410-0",
            "order 0123456789",
            "order 212-555-0199",
            "1.000.000",
            "1,000,000.00",
            "12:30-13:45",
            "v1.2.3",
            "$212 555 0199",
            "123-45-6789",
            "1234567890",
            "12-3456789",
            "650 000 000",
            "4111 1111 1111 1111",
            "0000000000",
            "192.168.0.1",
            "+5",
            "+100 %",
            "9783161484100",
            "2010-2015",
            "10-20-30",
            "#0612345678",
            "ISBN 0-306-40615-2",
            "a+12125550199",
            "1990 - 2024",
            "3.14159265358979",
        ],
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_international_number_is_found(
        country in "[1-9][0-9]{0,2}", groups in proptest::collection::vec("[0-9]{2,4}", 2..5), separator in "[ .-]",
        left in "[ (\"\n:;]", right in "[ )\",;\n]",
    ) {
        prop_assume!(groups.concat().bytes().any(|digit| digit != groups[0].as_bytes()[0]));
        prop_assume!((7..=15).contains(&(country.len() + groups.concat().len())));
        // `+1.000.000` is a sum.
        prop_assume!(separator != "." || groups.iter().any(|group| group.len() != 3));
        let number = format!("+{country}{separator}{}", groups.join(&separator));
        let text = format!("{left}{number}{right}");
        prop_assert_eq!(testing::found(find, &text), [number]);
    }
}
