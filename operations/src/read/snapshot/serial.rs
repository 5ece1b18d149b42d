//! Snapshots as maps: `server`, `sessions`, `windows` with their `links`, `panes`, `clients`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Objects, Snapshot};

impl Serialize for Snapshot {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.objects.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Snapshot {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Objects::deserialize(from).map(Self::linked_up)
    }
}

pub(super) mod extra {
    use std::collections::BTreeMap;

    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::read::field;
    use crate::read::json::Plain;
    use crate::read::snapshot::Extra;

    pub(in crate::read::snapshot) fn serialize<S: Serializer>(
        extra: &Extra,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_map(extra.iter().map(|(name, value)| (name, Plain::from(value))))
    }

    pub(in crate::read::snapshot) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Extra, D::Error> {
        let plain = BTreeMap::<String, Plain>::deserialize(from)?;
        let value = |(name, plain): (String, Plain)| {
            let field = field(&name).ok_or_else(|| D::Error::custom("there is no such field"))?;
            let value = plain.into_any(field.kind);
            let wrong = || D::Error::custom("a value of another form");
            Ok((field.name, value.ok_or_else(wrong)?))
        };
        plain.into_iter().map(value).collect()
    }
}
