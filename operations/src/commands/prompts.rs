//! What a client shows above its panes: prompts, menus, popups, numbers of panes.

use crate::declare::operations;
use crate::key::Key;
use crate::nested::Commands;
use crate::release::{V3_2, V3_3, V3_4, V3_5, V3_6, V3_7, V3_8};
use crate::spec::{Opens, Returns};
use crate::target::{ClientTarget, PaneTarget, WindowTarget};
use crate::value::{
    Environment, Format, Label, Location, Phrase, Shell, Size, Value, ValueType, Word,
};

operations! { PROMPTS:
    ClearPromptHistory "clear-prompt-history" "clearphist" Destroys "forgets what was typed at prompts"
    .since(V3_3)
    () {
        'T' kind: Word "only for `command`, `search`, `target` or `window-target`";
    } []

    CommandPrompt "command-prompt" "" Changes "asks the user, and runs commands with the answers"
    .opens(Opens::Anything)
    () {
        '1' one_key "one key is the answer";
        'b' background "the command doesn't wait for the answer" .since(V3_3);
        'C' keep_updating "panes go on meanwhile" .since(V3_7);
        'e' cancel_when_empty "BSpace ends an empty prompt" .since(V3_7);
        'F' expand "the commands are a format" .since(V3_3).essential();
        'i' incremental "runs them at each change";
        'k' key_name "one key is the answer, by its name";
        'l' no_lists "commas in prompts and inputs are text" .since(V3_6).essential();
        'N' number "digits only";
        'P' pane "the prompt is in a pane" .since(V3_8);
        'I' inputs: Phrase "what is there at first, with commas for several prompts" .dated();
        'p' prompts: Format "what to ask, with commas for several prompts" .dated();
        'T' kind: Word "whose history: `command`, `search`, `target` or `window-target`" .since(V3_3);
        't' target: ClientTarget "the client";
    } [
        template: maybe Commands = "What to run, with `%1`, `%2`, .. for the answers";
    ]

    ConfirmBefore "confirm-before" "confirm" Changes "asks the user, and runs commands if the answer is yes"
    .opens(Opens::Anything)
    (command: Commands "what to run") {
        'b' background "the command doesn't wait for the answer" .since(V3_3);
        'y' enter_is_yes "Enter is a yes" .since(V3_4);
        'c' key: Word "what to press instead of `y`" .since(V3_4);
        'p' prompt: Format "what to ask" .dated();
        't' target: ClientTarget "the client";
    } []

    DisplayMenu "display-menu" "menu" Changes "shows a menu"
    .opens(Opens::Anything)
    () {
        'M' mouse "the mouse can be used, whatever it was opened with" .since(V3_5);
        'O' stay_open "stays when the mouse button is released" .since(V3_2);
        'b' border_lines: Word "its border: `single`, `double`, .." .since(V3_4);
        'c' client: ClientTarget "the client";
        'C' choice: Word "the item that is chosen at first, by number; `-` for none" .since(V3_4);
        'H' selected_style: Word "the chosen item's style" .since(V3_4);
        's' style: Word "its style" .since(V3_4);
        'S' border_style: Word "its border's style" .since(V3_4);
        't' target: PaneTarget "what formats and commands are about";
        'T' title: Label "its title";
        'x' x: Label "its column, or `C`, `P`, `M`, `W`, ..";
        'y' y: Label "its line, or `C`, `P`, `M`, `W`, ..";
    } [
        entry: many Label = "A piece of an item as it is; see `item` and `separator`";
    ]

    DisplayPanes "display-panes" "displayp" Changes "shows numbers on panes, for the user to choose"
    .opens(Opens::Anything)
    () {
        'b' background "the command doesn't wait for the choice" .gone(V3_8);
        'k' kill_pane "the mode's end is the pane's end" .since(V3_8).destroys();
        'N' ignore_keys "no key ends it" .since(V3_2);
        'Z' unzoomed "doesn't zoom the pane of the mode" .since(V3_8);
        'd' duration: u32 "for how many milliseconds";
        's' source: WindowTarget "the window whose panes are shown" .since(V3_8).essential();
        't' client: ClientTarget "the client" .gone(V3_8);
        't' target: PaneTarget "the pane that shows them" .since(V3_8);
    } [
        template: maybe Commands = "What to run, with `%%` for the pane";
    ]

    DisplayPopup "display-popup" "popup" Changes "shows a program above the panes"
    .since(V3_2)
    () {
        'B' no_border "without a border" .since(V3_3);
        'C' close "shows none, but closes the client's";
        'E' close_on_exit "closes when the program has ended";
        'E' close_on_success "closes when the program has ended well" .twice();
        'k' close_on_key "any key closes it after its program's end" .since(V3_6);
        'N' keep_open "undoes what the popup was told of closing" .since(V3_7);
        'b' border_lines: Word "its border: `single`, `double`, .." .since(V3_3);
        'c' client: ClientTarget "the client";
        'd' directory: Location "where the program starts";
        'e' environment: many Environment "a variable for the program" .since(V3_3);
        'h' height: Size "lines";
        's' style: Word "its style" .since(V3_3);
        'S' border_style: Word "its border's style" .since(V3_3);
        't' target: PaneTarget "what formats are about";
        'T' title: Label "its title" .since(V3_3);
        'w' width: Size "columns";
        'x' x: Label "its column, or `C`, `P`, `M`, `W`, ..";
        'y' y: Label "its line, or `C`, `P`, `M`, `W`, ..";
    } [
        command: many Shell = "The program: one word for the shell, or a program and its arguments (several from 3.3)";
    ]

    ShowPromptHistory "show-prompt-history" "showphist" Reads "prints what was typed at prompts"
    .since(V3_3) .returns(Returns::Text)
    () {
        'T' kind: Word "only for `command`, `search`, `target` or `window-target`";
    } []
}

impl DisplayMenu {
    /// Adds an item: its name, the key that chooses it, and what it runs. A name that begins with
    /// `-` can't be chosen.
    pub fn item(
        self,
        name: impl Into<Label>,
        key: Option<Key>,
        command: impl Into<Commands>,
    ) -> Self {
        let key = key.map_or(Value::Bytes(Vec::new()), Key::into_value);
        let with_name = self.0.add("entry", name.into().into_value());
        Self(with_name.add("entry", key).add("entry", Value::Commands(command.into())))
    }

    /// Adds a line between items.
    pub fn separator(self) -> Self {
        Self(self.0.add("entry", Value::Bytes(Vec::new())))
    }
}
