//! Colours and styles, as options have them.

use bstr::{BString, ByteSlice};

/// A colour.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Colour {
    /// What is around it has.
    Default,
    /// What the terminal has.
    Terminal,
    /// None at all.
    None,
    /// One of the 256 of a palette; 0 to 7 are black, red, green, yellow, blue, magenta, cyan and
    /// white, 8 to 15 the same but bright.
    Palette(u8),
    /// Red, green and blue.
    Rgb(u8, u8, u8),
    /// Another name, such as one of X11 or of a theme.
    Named(BString),
}

const NAMES: [&str; 8] = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

impl Colour {
    /// Reads one. `None` if it can't be one.
    pub fn parse(text: impl AsRef<[u8]>) -> Option<Self> {
        let text = text.as_ref().to_str().ok()?;
        let at = |name: &str| NAMES.iter().position(|it| *it == name)?.try_into().ok();
        if let Some(hex) = text.strip_prefix('#') {
            let part = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
            return (hex.len() == 6).then_some(Self::Rgb(part(0)?, part(2)?, part(4)?));
        }
        if let Some(number) = text.strip_prefix("colour").or_else(|| text.strip_prefix("color")) {
            return number.parse().ok().map(Self::Palette);
        }
        if let Some(bright) = text.strip_prefix("bright").and_then(at) {
            return Some(Self::Palette(bright + 8));
        }
        Some(match text {
            "default" => Self::Default,
            "terminal" => Self::Terminal,
            "none" => Self::None,
            text => match (at(text), text.parse()) {
                (Some(palette), _) | (_, Ok(palette)) => Self::Palette(palette),
                _ if text.is_empty() || !text.bytes().all(|it| it.is_ascii_alphanumeric()) => {
                    return None;
                }
                _ => Self::Named(text.into()),
            },
        })
    }
}

/// A style.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Style {
    /// The colour of text.
    pub foreground: Option<Colour>,
    /// The colour behind it.
    pub background: Option<Colour>,
    /// Everything else that it says, such as `bold`, `noreverse` and `fill=red`.
    pub attributes: Vec<BString>,
}

impl Style {
    /// Reads one. `None` if there is a format in it, or no colour where one belongs.
    pub fn parse(text: impl AsRef<[u8]>) -> Option<Self> {
        let text = text.as_ref();
        if text.contains_str("#{") {
            return None;
        }
        let mut style = Self::default();
        for part in text.split(|byte| matches!(byte, b',' | b' ' | b'\n')) {
            if let Some(colour) = part.strip_prefix(b"fg=") {
                style.foreground = Some(Colour::parse(colour)?);
            } else if let Some(colour) = part.strip_prefix(b"bg=") {
                style.background = Some(Colour::parse(colour)?);
            } else if !part.is_empty() && part != b"default" {
                style.attributes.push(part.into());
            }
        }
        Some(style)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_and_styles_are_read() {
        for (text, colour) in [
            ("red", Colour::Palette(1)),
            ("brightwhite", Colour::Palette(15)),
            ("colour250", Colour::Palette(250)),
            ("#ff8000", Colour::Rgb(255, 128, 0)),
            ("default", Colour::Default),
            ("themeblack", Colour::Named("themeblack".into())),
        ] {
            assert_eq!(Colour::parse(text), Some(colour), "{text}");
        }
        for wrong in ["", "#ff80", "colour256", "#gg0000", "a b"] {
            assert_eq!(Colour::parse(wrong), None, "{wrong}");
        }
        let style = Style::parse("fg=black,bg=#000001 bold,fill=red").expect("a style");
        assert_eq!(style.foreground, Some(Colour::Palette(0)));
        assert_eq!(style.background, Some(Colour::Rgb(0, 0, 1)));
        assert_eq!(style.attributes, ["bold", "fill=red"]);
        assert_eq!(Style::parse("default"), Some(Style::default()));
        assert_eq!(Style::parse("fg=#{x}"), None);
    }
}
