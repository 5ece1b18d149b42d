//! What `-T` and `-2` say of the terminal, as the server's version numbers it (PROTOCOL
//! section 7): the numbers are places in a list that releases insert into.

use crate::version::Version;

/// Every list begins with it.
const STABLE: &str = "256";
const V3_2: &str = "\
    256 bpaste ccolour clipboard cstyle extkeys focus margins overline rectfill RGB \
    strikethrough sync title usstyle";
const V3_2A: &str = "\
    256 bpaste ccolour clipboard cstyle extkeys focus margins mouse overline rectfill RGB \
    strikethrough sync title usstyle";
const V3_3: &str = "\
    256 bpaste ccolour clipboard cstyle extkeys focus margins mouse osc7 overline rectfill RGB \
    strikethrough sync title usstyle";
const V3_4: &str = "\
    256 bpaste ccolour clipboard hyperlinks cstyle extkeys focus ignorefkeys margins mouse \
    osc7 overline rectfill RGB sixel strikethrough sync title usstyle";
const V3_7: &str = "\
    256 bpaste ccolour clipboard hyperlinks cstyle extkeys focus ignorefkeys margins mouse \
    osc7 overline progressbar rectfill RGB sixel strikethrough sync title usstyle";
const V3_8: &str = "\
    256 appesc bpaste ccolour clipboard hyperlinks cstyle extkeys focus ignorefkeys margins \
    mouse osc7 overline progressbar rectfill RGB sixel strikethrough sync title usstyle";

/// What a server is told of the terminal's features. Both at once would be wrong on any server, so
/// nothing but [`Features::new`] makes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Features {
    bits: i32,
    colours_256_flag: bool,
}

impl Features {
    /// What to tell a server of this version (`None`: it doesn't say) for these values of `-T`,
    /// and for `-2`. A version whose list isn't known is told only what every list has.
    pub(crate) fn new<'a>(
        version: Option<&Version>,
        lists: impl IntoIterator<Item = &'a str>,
        colours_256: bool,
    ) -> Self {
        if version.is_some_and(|version| !version.is_at_least(3, 2)) {
            return Self { bits: 0, colours_256_flag: colours_256 };
        }
        let colours = if colours_256 { bits(version, "256") } else { 0 };
        let named = lists.into_iter().map(|names| bits(version, names));
        Self { bits: named.fold(colours, |all, bits| all | bits), colours_256_flag: false }
    }

    /// What IDENTIFY_FEATURES carries.
    pub(crate) fn bits(self) -> i32 {
        self.bits
    }

    /// Whether client flag 0x20000 says that the terminal has 256 colours: only on 3.0 and 3.1.
    /// Later servers take it for `ignore-size`.
    pub(crate) fn colours_256_flag(self) -> bool {
        self.colours_256_flag
    }
}

/// The bits of the names in one value of `-T`, between `,` or `:`, in any case. As in tmux, a name
/// that the list doesn't have, or an empty one, ends the value: what stands before it counts.
pub(crate) fn bits(version: Option<&Version>, names: &str) -> i32 {
    let known = known(version);
    names
        .split([',', ':'])
        .take_while(|name| !name.is_empty())
        .map_while(|name| known.split(' ').position(|known| known.eq_ignore_ascii_case(name)))
        .fold(0, |bits, place| bits | 1 << place)
}

fn known(version: Option<&Version>) -> &'static str {
    let Some(version) = version.filter(|version| version.is_release()) else {
        return STABLE;
    };
    match version {
        later if later.is_at_least(3, 9) => STABLE,
        version if version.is_at_least(3, 8) => V3_8,
        version if version.is_at_least(3, 7) => V3_7,
        version if version.is_at_least(3, 4) => V3_4,
        version if version.is_at_least(3, 3) => V3_3,
        version if *version > Version::release(3, 2) => V3_2A,
        version if version.is_at_least(3, 2) => V3_2,
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use tmuxwire_testkit::{Tmux, introduce, releases};

    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn a_name_has_another_bit_on_each_list() {
        let places = [
            ("3.2", 10),
            ("3.2a", 11),
            ("3.3", 12),
            ("3.3a", 12),
            ("3.4", 14),
            ("3.6b", 14),
            ("3.7", 15),
            ("3.7c", 15),
            ("3.8", 16),
        ];
        for (text, place) in places {
            assert_eq!(bits(Some(&version(text)), "RGB"), 1 << place, "{text}");
            assert_eq!(bits(Some(&version(text)), "256"), 1, "{text}");
        }
    }

    #[test]
    fn an_unknown_list_has_only_what_is_stable() {
        for text in ["next-3.8", "3.4-rc2", "3.9", "4.0"] {
            assert_eq!(bits(Some(&version(text)), "256,RGB"), 1, "{text}");
        }
        assert_eq!(bits(None, "256:title"), 1);
        assert_eq!(bits(None, "title"), 0);
        for names in ["", "256", "RGB"] {
            assert_eq!(bits(Some(&version("3.1c")), names), 0, "{names:?}");
        }
    }

    #[test]
    fn what_is_unknown_ends_the_value() {
        let version = version("3.3a");
        for (names, expected) in [
            ("", 0),
            ("nosuch", 0),
            ("256,nosuch,RGB", 1),
            (",256", 0),
            ("256,,RGB", 1),
            ("256:rgb", 1 | 1 << 12),
            (" 256", 0),
            ("256,", 1),
            ("RG", 0),
        ] {
            assert_eq!(bits(Some(&version), names), expected, "{names:?}");
        }
    }

    #[test]
    fn old_servers_get_a_flag_and_others_never() {
        let of = |text| Features::new(Some(&version(text)), ["RGB"], true);
        for text in ["3.0a", "3.1c"] {
            assert_eq!(of(text), Features { bits: 0, colours_256_flag: true }, "{text}");
            assert!(!Features::new(Some(&version(text)), ["256"], false).colours_256_flag());
        }
        for text in ["3.2", "next-3.3", "3.8"] {
            assert!(!of(text).colours_256_flag(), "{text}");
            assert_eq!(of(text).bits() & 1, 1, "{text}");
        }
        let unknown = Features::new(None, ["RGB", "256"], true);
        assert_eq!(unknown, Features { bits: 1, colours_256_flag: false });
    }

    /// The releases whose clients have `-T`.
    fn releases_with_features() -> impl Iterator<Item = Tmux> {
        releases().into_iter().filter(|tmux| tmux.is_at_least(3, 2))
    }

    #[test]
    fn every_name_has_the_bit_that_real_clients_give_it() {
        let lists = [V3_2, V3_2A, V3_3, V3_4, V3_7, V3_8];
        let names: BTreeSet<&str> = lists.iter().flat_map(|list| list.split(' ')).collect();
        for tmux in releases_with_features() {
            let version = version(&tmux.version);
            for name in names.iter().chain(&["nosuch"]) {
                let said = introduce(&tmux, "vt100", &[], &["-T", name]).unwrap().features;
                assert_eq!(bits(Some(&version), name), said, "{name} {}", tmux.version);
            }
        }
    }

    #[test]
    fn values_are_read_as_real_clients_read_them() {
        let values: [(&[&str], bool); 9] = [
            (&["256:RGB,title"], false),
            (&["RGB,nosuch,256"], false),
            (&[",256"], false),
            (&["256,,RGB"], false),
            (&["rgb"], false),
            (&[" RGB"], false),
            (&["title", "nosuch", "RGB"], false),
            (&["RGB"], true),
            (&[], true),
        ];
        for tmux in releases_with_features() {
            for (lists, colours_256) in values {
                let mut options = if colours_256 { vec!["-2"] } else { Vec::new() };
                options.extend(lists.iter().flat_map(|list| ["-T", *list]));
                let said = introduce(&tmux, "vt100", &[], &options).unwrap();
                let version = version(&tmux.version);
                let ours = Features::new(Some(&version), lists.iter().copied(), colours_256);
                assert_eq!(ours.bits(), said.features, "{options:?} {version}");
                assert_eq!(said.flags & 0x20000, 0, "{options:?} {version}");
            }
        }
    }

    #[test]
    fn old_clients_have_the_flag() {
        for tmux in releases().iter().filter(|tmux| !tmux.is_at_least(3, 2)) {
            let said = introduce(tmux, "vt100", &[], &["-2"]).unwrap();
            let ours = Features::new(Some(&version(&tmux.version)), [], true);
            assert_eq!((ours.bits(), ours.colours_256_flag()), (said.features, true));
            assert_eq!(said.flags & 0x20000, 0x20000, "{}", tmux.version);
        }
    }
}
