//! What goes into a pane and comes out of it.

use crate::declare::operations;
use crate::key::Key;
use crate::release::{V3_2, V3_4, V3_5, V3_6, V3_7, V3_8};
use crate::spec::{Object, Returns};
use crate::target::{ClientTarget, PaneTarget};
use crate::value::{Format, Label, Name, Script, Text, Value};

operations! { CONTENT:
    CapturePane "capture-pane" "capturep" Changes "keeps what a pane shows in a buffer, or prints it"
    .creates(Object::Buffer) .returns(Returns::Text)
    () {
        'a' alternate "the screen behind the alternate one";
        'C' escape_octal "what can't be printed becomes octal digits";
        'e' escape_sequences "with colours and attributes";
        'F' line_flags "what each line is, before it" .since(V3_7).essential();
        'H' hyperlinks "only the hyperlinks" .since(V3_7).essential();
        'I' line_times "when each line went to the history, before it" .since(V3_8).essential();
        'J' join "wrapped lines as one, with the spaces at their ends";
        'L' line_numbers "its number, before each line" .since(V3_7).essential();
        'M' mode "the screen of the mode that the pane is in" .since(V3_6).essential();
        'N' keep_spaces "with the spaces at the ends of lines";
        'p' print "prints it";
        'P' pending "only what could be the start of an escape sequence";
        'q' quiet "no error if there is no alternate screen";
        'R' raw_grid "how the server keeps it, to find mistakes" .since(V3_8).essential();
        'T' used_only "without places that were never used" .since(V3_4);
        'b' buffer: Name "the buffer's name";
        'S' start: Label "the first line: 0 is the first visible, `-5` in the history, `-` the oldest";
        'E' end: Label "the last line; `-` is the last visible";
        't' target: PaneTarget "the pane";
    } []

    ClearHistory "clear-history" "clearhist" Destroys "forgets a pane's history"
    () {
        'H' hyperlinks "and the hyperlinks" .since(V3_5);
        't' target: PaneTarget "the pane";
    } []

    DisplayMessage "display-message" "display" Reads "shows a message, or prints it"
    .returns(Returns::Text)
    () {
        'a' all_formats "prints every variable of formats";
        'C' keep_updating "panes go on meanwhile" .since(V3_6);
        'I' input "an empty pane shows what comes from stdin" .changes();
        'j' json "reads the message as JSON, and prints it" .since(V3_8).essential();
        'l' literal "the message is no format" .since(V3_4).essential();
        'N' ignore_keys "no key ends it" .since(V3_2);
        'p' print "prints it";
        'v' verbose "prints how the format is read";
        'c' client: ClientTarget "the client that shows it";
        'd' delay: u32 "for how many milliseconds; 0 is until a key is pressed" .since(V3_2);
        'F' format: Format "the message, as another way to say it" .dated();
        't' target: PaneTarget "what the format is about";
    } [
        message: maybe Format = "The message, which is a format".dated();
    ]

    PipePane "pipe-pane" "pipep" Changes "gives what a pane prints to a program, or the other way; nothing to none any more"
    () {
        'I' input "what the program prints is typed";
        'o' only_if_none "only if there is no program yet, otherwise ends it";
        'O' output "what the pane prints goes to the program";
        't' target: PaneTarget "the pane";
    } [
        command: maybe Script = "The program".dated();
    ]

    SendKeys "send-keys" "send" Changes "types into a pane, and into those that are synchronized with it"
    () {
        'F' expand "formats in arguments are expanded, where it makes sense";
        'H' hex "each argument is a byte in hexadecimal";
        'K' to_client "keys go to the client, so that key tables count" .since(V3_4).essential();
        'l' literal "nothing is a key's name";
        'M' mouse "passes a mouse event on, where a mouse key is bound to this";
        'R' reset "resets the terminal's state";
        'X' mode_command "words are a command of copy mode";
        'c' client: ClientTarget "the client of -K" .since(V3_4).essential();
        'N' repeat: u32 "how often";
        't' target: PaneTarget "the pane";
    } [
        key: many Key = "A key; tmux presses each in turn";
        word: many Text = "What -l, -H or -X take; never together with keys";
    ]

    SendPrefix "send-prefix" "" Changes "types the prefix key into a pane"
    () {
        '2' second "the second prefix key";
        't' target: PaneTarget "the pane";
    } []
}

impl SendKeys {
    /// Presses keys, one after another.
    pub fn keys(keys: impl IntoIterator<Item = Key>) -> Self {
        keys.into_iter().fold(Self::new(), Self::key)
    }

    /// Types text as it is, whatever it looks like.
    pub fn text(text: impl Into<Text>) -> Self {
        Self::new().literal().word(text)
    }

    /// Types bytes as they are, also those that are no text.
    pub fn bytes(bytes: impl AsRef<[u8]>) -> Self {
        let word = |byte: &u8| Value::Bytes(format!("{byte:02x}").into_bytes());
        let new = Self::new().hex().0;
        Self(bytes.as_ref().iter().map(word).fold(new, |any, word| any.add("word", word)))
    }

    /// Runs a command of copy mode, such as `search-forward`, with its arguments.
    pub fn mode<T: Into<Text>>(command: T, arguments: impl IntoIterator<Item = T>) -> Self {
        arguments.into_iter().fold(Self::new().mode_command().word(command), Self::word)
    }
}
