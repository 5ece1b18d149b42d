//! Keys and what they run.

use crate::declare::operations;
use crate::key::Key;
use crate::nested::Commands;
use crate::release::{V3_2, V3_7};
use crate::spec::Returns;
use crate::value::{Format, Name, Text, Word};

operations! { KEYS:
    BindKey "bind-key" "bind" Changes "lets a key run commands; from 3.2 without any, changes its note"
    (key: Key "the key") {
        'n' without_prefix "in the table `root`";
        'r' repeatable "again without the prefix, for a moment";
        'N' note: Text "what it does, for list-keys -N";
        'T' table: Name "the table";
    } [
        command: maybe Commands = "What it runs";
    ]

    ListKeys "list-keys" "lsk" Reads "lists what keys run"
    .returns(Returns::Rows)
    () {
        '1' only_first "only the first";
        'a' all "with -N, also keys without a note";
        'N' notes "only keys and notes";
        'r' reversed "in reverse order" .since(V3_7);
        'F' format: Format "what to say of each" .since(V3_7).essential();
        'O' order: Word "sorted by `key`, `modifier`, .." .since(V3_7);
        'P' prefix: Text "with -N, what to say before each";
        'T' table: Name "the table";
    } [
        key: maybe Key = "Only this one";
    ]

    UnbindKey "unbind-key" "unbind" Changes "lets a key run nothing"
    () {
        'a' all "every key of the table" .destroys();
        'n' without_prefix "in the table `root`";
        'q' quiet "no error if there is nothing" .since(V3_2);
        'T' table: Name "the table";
    } [
        key: maybe Key = "The key";
    ]
}
