//! How commands are declared: once, for the type, its methods, its documentation and its table.

/// Declares commands. One looks like this:
///
/// ```text
/// RenameWindow "rename-window" "renamew" Changes "Gives a window a name." .since(V3_1)
/// (name: Name "the name") {
///     't' target: WindowTarget "the window" .since(V3_1);
/// } []
/// ```
///
/// In parentheses: the arguments that it can't do without. In braces: its flags; `: many Type` can
/// be given again and again, `: maybe Type` with or without a value, and without a type it takes
/// none. In brackets: arguments that follow, each `maybe` or `many`.
macro_rules! operations {
    ($table:ident: $(
        $type:ident $name:literal $alias:literal $effect:ident $doc:literal
        $(.$mark:ident($marked:expr))*
        ($($need:ident: $need_type:ident $need_doc:literal),*)
        { $($letter:literal $flag:ident $(: $($takes:ident)+)? $flag_doc:literal
            $(.$flag_mark:ident($($flag_marked:expr)?))*;)* }
        [ $($plain:ident: $($plain_takes:ident)+ = $plain_doc:literal
            $(.$plain_mark:ident())*;)* ]
    )*) => {
        pub(crate) static $table: &[&$crate::spec::CommandSpec] = &[$($type::TABLE),*];

        $(
            #[doc = concat!("`", $name, "`: ", $doc)]
            #[derive(Clone, PartialEq, Eq, Hash)]
            #[must_use]
            pub struct $type($crate::operation::AnyOperation);

            impl $type {
                const TABLE: &'static $crate::spec::CommandSpec =
                    &$crate::spec::CommandSpec::new(
                        $name, $alias, $doc, $crate::spec::Effect::$effect,
                    )
                    .parts(
                        &[$($crate::spec::FlagSpec::new(
                            $letter,
                            stringify!($flag),
                            operations!(@takes $($($takes)+)?),
                            $flag_doc,
                        )$(.$flag_mark($($flag_marked)?))*),*],
                        &[
                            $($crate::spec::ArgumentSpec::new(
                                stringify!($need),
                                operations!(@takes $need_type),
                                $need_doc,
                            ),)*
                            $($crate::spec::ArgumentSpec::new(
                                stringify!($plain),
                                operations!(@takes $($plain_takes)+),
                                $plain_doc,
                            )$(.$plain_mark())*,)*
                        ],
                    )
                    $(.$mark($marked))*;

                #[doc = concat!("`", $name, "` with nothing but what it needs", $(": ", $need_doc,)* ".")]
                #[allow(clippy::new_without_default, reason = "one way to make an operation")]
                pub fn new($($need: impl Into<$need_type>),*) -> Self {
                    let new = $crate::operation::AnyOperation::of(Self::TABLE);
                    $(let new = new.set(
                        stringify!($need),
                        vec![$crate::value::ValueType::into_value($need.into())],
                    );)*
                    Self(new)
                }

                $(operations!(@method $flag concat!("`-", $letter, "`: ", $flag_doc, "."), $($($takes)+)?);)*
                $(operations!(@method $plain concat!($plain_doc, "."), $($plain_takes)+);)*
            }

            impl $crate::operation::Operation for $type {
                const SPEC: &'static $crate::spec::CommandSpec = Self::TABLE;
            }

            impl AsRef<$crate::operation::AnyOperation> for $type {
                fn as_ref(&self) -> &$crate::operation::AnyOperation {
                    &self.0
                }
            }

            impl From<$type> for $crate::operation::AnyOperation {
                fn from(operation: $type) -> Self {
                    operation.0
                }
            }

            /// Gives the operation back if it is another one.
            impl TryFrom<$crate::operation::AnyOperation> for $type {
                type Error = $crate::operation::AnyOperation;

                fn try_from(any: $crate::operation::AnyOperation) -> Result<Self, Self::Error> {
                    match any.spec().name == $name {
                        true => Ok(Self(any)),
                        false => Err(any),
                    }
                }
            }

            #[cfg(feature = "serde")]
            impl serde::Serialize for $type {
                fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                    self.0.serialize(to)
                }
            }

            #[cfg(feature = "serde")]
            impl<'de> serde::Deserialize<'de> for $type {
                fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                    let any = $crate::operation::AnyOperation::deserialize(from)?;
                    let wrong = || serde::de::Error::custom(concat!("it is no ", $name));
                    Self::try_from(any).map_err(|_| wrong())
                }
            }

            impl std::fmt::Debug for $type {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    std::fmt::Debug::fmt(&self.0, f)
                }
            }
        )*
    };

    (@takes) => { $crate::spec::Takes::Nothing };
    (@takes many $type:ident) => { $crate::spec::Takes::Many(operations!(@kind $type)) };
    (@takes maybe $type:ident) => { $crate::spec::Takes::Maybe(operations!(@kind $type)) };
    (@takes $type:ident) => { $crate::spec::Takes::One(operations!(@kind $type)) };
    (@kind $type:ident) => { <$type as $crate::value::ValueType>::KIND };

    (@method $method:ident $doc:expr,) => {
        #[doc = $doc]
        pub fn $method(self) -> Self {
            Self(self.0.set(stringify!($method), Vec::new()))
        }
    };
    (@method $method:ident $doc:expr, many $type:ident) => {
        #[doc = $doc]
        #[doc = "\n\nMay be given several times."]
        pub fn $method(self, value: impl Into<$type>) -> Self {
            let value = $crate::value::ValueType::into_value(value.into());
            Self(self.0.add(stringify!($method), value))
        }
    };
    (@method $method:ident $doc:expr, maybe $type:ident) => {
        operations!(@method $method $doc, $type);
    };
    (@method $method:ident $doc:expr, $type:ident) => {
        #[doc = $doc]
        pub fn $method(self, value: impl Into<$type>) -> Self {
            let value = $crate::value::ValueType::into_value(value.into());
            Self(self.0.set(stringify!($method), vec![value]))
        }
    };
}
pub(crate) use operations;
