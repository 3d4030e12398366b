//! Enums of choices whose names, words of help and spelling in files come from
//! one place.

/// Defines an enum of choices that are read, shown and stored by name. Each has
/// a line that says what it is, for its documentation and for help texts. What
/// further traits it derives stands before it.
#[macro_export]
#[doc(hidden)]
macro_rules! choices {
    ($(#[$attribute:meta])* $name:ident, $what:literal, {
        $($(#[$of_variant:meta])* $variant:ident = $text:literal, $about:literal;)+
    }) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, ::serde::Serialize, ::serde::Deserialize)]
        pub enum $name {
            $(#[doc = $about] $(#[$of_variant])* #[serde(rename = $text)] $variant),+
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// What it is called in options and files.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// A line that says what it is.
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => $about),+ }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> ::std::result::Result<Self, String> {
                Self::ALL.iter().copied().find(|choice| choice.name() == text).ok_or_else(|| {
                    let names: Vec<&str> = Self::ALL.iter().map(|choice| choice.name()).collect();
                    format!("found the {} {text:?}, expected one of {}", $what, names.join(", "))
                })
            }
        }
    };
}

#[cfg(test)]
mod tests {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use crate::{
        Aggregation, Architecture, Confirm, Decoder, Figure, HeadKind, Strategy, Style, TagScheme,
    };

    /// Files, options and messages have one spelling.
    #[test]
    fn choices_are_read_as_they_are_shown_and_stored() {
        macro_rules! check {
            ($($choice:ident),+) => {$(
                for &choice in $choice::ALL {
                    let name = choice.name();
                    assert_eq!(choice.to_string(), name);
                    assert_eq!(name.parse(), Ok(choice));
                    assert_eq!(serde_json::to_value(choice).unwrap(), name);
                    assert_eq!(serde_json::from_value::<$choice>(name.into()).unwrap(), choice);
                    assert!(choice.about().ends_with('.'), "{name}: {}", choice.about());
                }
            )+};
        }
        check!(
            Aggregation,
            Architecture,
            Confirm,
            Decoder,
            Figure,
            HeadKind,
            Strategy,
            Style,
            TagScheme
        );
    }

    /// What files of earlier versions hold is known; others may come.
    #[test]
    fn names_stay_as_they_are() {
        fn known<T: std::str::FromStr>(names: &[&str]) -> bool {
            names.iter().all(|name| name.parse::<T>().is_ok())
        }
        assert!(known::<Architecture>(&[
            "bert",
            "distilbert",
            "roberta",
            "electra"
        ]));
        assert!(known::<Decoder>(&["argmax", "rules", "transitions"]));
        assert!(known::<HeadKind>(&["linear", "mlp", "context"]));
        assert!(known::<Figure>(&["accuracy", "macro_f1", "weighted_f1"]));
        assert!(known::<Figure>(&["entity_f1", "entity_f1_lenient"]));
    }

    #[test]
    fn an_unknown_name_is_told_with_those_that_there_are() {
        assert_eq!(
            "best".parse::<Aggregation>(),
            Err("found the aggregation \"best\", expected one of first, average, max".into())
        );
    }
}
