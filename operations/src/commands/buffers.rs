//! Paste buffers.

use crate::declare::operations;
use crate::nested::Commands;
use crate::release::{V3_2, V3_3, V3_7};
use crate::spec::{Object, Opens, Returns};
use crate::target::{ClientTarget, PaneTarget};
use crate::value::{Format, Location, Name, Text, Word};

operations! { BUFFERS:
    DeleteBuffer "delete-buffer" "deleteb" Destroys "removes a buffer"
    () {
        'b' name: Name "the buffer; the newest if it isn't said";
    } []

    ListBuffers "list-buffers" "lsb" Reads "lists the buffers"
    .returns(Returns::Rows)
    () {
        'F' format: Format "what to say of each";
        'f' filter: Format "only those for which it is true" .since(V3_2).essential();
        'O' order: Word "sorted by `name`, `size`, `creation`, .." .since(V3_7);
        'r' reversed "in reverse order" .since(V3_7);
    } []

    LoadBuffer "load-buffer" "loadb" Changes "makes a buffer of a file; the client reads it"
    .creates(Object::Buffer) .opens(Opens::Read)
    (path: Location "the file, or `-` for stdin") {
        'b' name: Name "the buffer's name";
        'w' to_clipboard "and gives it to the client's clipboard" .since(V3_2);
        't' client: ClientTarget "the client of -w" .since(V3_3) .essential();
    } []

    PasteBuffer "paste-buffer" "pasteb" Changes "types a buffer into a pane; up to 3.3a into a dead one it ends the server"
    () {
        'd' delete "and removes the buffer" .destroys();
        'p' bracketed "says where it begins and ends, if the program has asked for that";
        'r' keep_newlines "LF stays LF";
        'S' unchanged "control characters stay" .since(V3_7);
        'b' name: Name "the buffer; the newest if it isn't said";
        's' separator: Text "what becomes of LF";
        't' target: PaneTarget "the pane";
    } []

    SaveBuffer "save-buffer" "saveb" Changes "writes a buffer to a file; the client writes it"
    .returns(Returns::Text) .opens(Opens::Write)
    (path: Location "the file, or `-` for stdout") {
        'a' append "after what is in the file";
        'b' name: Name "the buffer; the newest if it isn't said";
    } []

    SetBuffer "set-buffer" "setb" Changes "makes or changes a buffer"
    .creates(Object::Buffer)
    () {
        'a' append "after what is in the buffer";
        'w' to_clipboard "and gives it to the client's clipboard" .since(V3_2);
        'b' name: Name "the buffer's name";
        'n' new_name: Name "its name from now on";
        't' client: ClientTarget "the client of -w" .since(V3_3) .essential();
    } [
        data: maybe Text = "What is in it";
    ]

    ShowBuffer "show-buffer" "showb" Reads "prints a buffer"
    .returns(Returns::Text)
    () {
        'b' name: Name "the buffer; the newest if it isn't said";
    } []
}

impl DeleteBuffer {
    /// Commands after which there is no buffer of this name, and all others are as they were, on
    /// every release. Servers up to 3.2a remove the newest buffer where there is none of the name
    /// that `delete-buffer` has; so there is one then.
    pub fn only(name: impl Into<Name>) -> Commands {
        let name = name.into();
        let made = SetBuffer::new().name(name.clone()).data("x");
        Commands::from(made).then(Self::new().name(name))
    }
}
