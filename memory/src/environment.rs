//! Variables for programs to come.

use std::collections::BTreeMap;

use bstr::{BString, ByteSlice};

/// Variables by name, in the order in which tmux prints them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment(pub(crate) BTreeMap<BString, Variable>);

/// A variable; without a value it is removed from what programs get.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variable {
    pub(crate) value: Option<BString>,
    pub(crate) hidden: bool,
}

impl Environment {
    pub(crate) fn set(&mut self, name: &[u8], value: Option<&[u8]>, hidden: bool) {
        let value = value.map(BString::from);
        self.0.insert(name.into(), Variable { value, hidden });
    }

    /// Takes `NAME=value`; anything else is ignored.
    pub(crate) fn put(&mut self, entry: &[u8]) {
        if let Some((name, value)) = entry.split_once_str("=")
            && !name.is_empty()
        {
            self.set(name, Some(value), false);
        }
    }

    /// Takes the variables that `update-environment` names from a client's.
    pub(crate) fn update(&mut self, patterns: impl Iterator<Item = BString>, client: &Self) {
        for pattern in patterns {
            let mut found = false;
            for (name, variable) in &client.0 {
                if crate::glob::matches(&pattern, name) {
                    self.set(name, variable.value.as_deref().map(AsRef::as_ref), false);
                    found = true;
                }
            }
            if !found {
                self.set(&pattern, None, false);
            }
        }
    }
}
