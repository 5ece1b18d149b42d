//! Options, hooks and the environment.

use crate::declare::operations;
use crate::nested::Commands;
use crate::release::{V3_2, V3_8};
use crate::spec::{Opens, Returns};
use crate::target::{PaneTarget, SessionTarget, WindowTarget};
use crate::value::{Format, Label, Name, Text};

operations! { OPTIONS:
    SetEnvironment "set-environment" "setenv" Changes "sets, unsets or removes a variable for programs to come"
    (variable: Name "the variable") {
        'F' expand "the value is a format" .since(V3_2).essential();
        'g' global "for every session";
        'h' hidden "only formats see it, no program" .since(V3_2).essential();
        'r' remove "programs don't get it, even if they would otherwise";
        'u' unset "as if it never was set";
        't' target: SessionTarget "the session";
    } [
        value: maybe Text = "Its value";
    ]

    SetHook "set-hook" "" Changes "runs commands when something happens"
    () {
        'a' append "after those that are there";
        'E' fire "makes the event `@..` happen" .since(V3_8).essential().opens(Opens::Anything);
        'g' global "for all that have none of their own";
        'p' pane "for a pane" .since(V3_2).essential();
        'R' run "runs it now" .opens(Opens::Anything);
        'T' while_true "with -B, only when the format is true" .since(V3_8).essential();
        'u' unset "removes it";
        'w' window "for a window" .since(V3_2).essential();
        'B' watch: Format "looks once a second, `@name:what:format`" .since(V3_8).essential();
        't' target: PaneTarget "the session, the window or the pane";
    } [
        hook: maybe Label = "The hook: `after-new-window`, `pane-died[2]`, ..";
        command: maybe Commands = "What it runs";
    ]

    SetOption "set-option" "set" Changes "sets or unsets an option"
    (option: Label "the option") {
        'a' append "after the value that it has";
        'F' expand "the value is a format";
        'g' global "for all that have none of their own";
        'o' only_if_unset "only if it isn't set";
        'p' pane "for a pane";
        'q' quiet "no error if there is no such option";
        's' server "for the server";
        'u' unset "as if it never was set";
        'U' unset_panes "and the same for the panes of the window" .since(V3_2).essential();
        'w' window "for a window";
        't' target: PaneTarget "the session, the window or the pane";
    } [
        value: maybe Text = "Its value; a switch without one is turned around";
    ]

    SetWindowOption "set-window-option" "setw" Changes "is set-option -w"
    (option: Label "the option") {
        'a' append "after the value that it has";
        'F' expand "the value is a format";
        'g' global "for all that have none of their own";
        'o' only_if_unset "only if it isn't set";
        'q' quiet "no error if there is no such option";
        'u' unset "as if it never was set";
        't' target: WindowTarget "the window";
    } [
        value: maybe Text = "Its value; a switch without one is turned around";
    ]

    ShowEnvironment "show-environment" "showenv" Reads "prints variables for programs to come"
    .returns(Returns::Text)
    () {
        'g' global "those for every session";
        'h' hidden "those that only formats see" .since(V3_2).essential();
        's' shell "as commands for a shell";
        't' target: SessionTarget "the session";
    } [
        variable: maybe Name = "Only this one";
    ]

    ShowHooks "show-hooks" "" Reads "prints hooks and what they run"
    .returns(Returns::Text)
    () {
        'B' watches "those that look at formats" .since(V3_8).essential();
        'g' global "those for all that have none of their own";
        'p' pane "those of a pane" .since(V3_2).essential();
        'w' window "those of a window" .since(V3_2).essential();
        'F' format: Format "what to say of each" .since(V3_8).essential();
        't' target: PaneTarget "the session, the window or the pane";
    } [
        hook: maybe Label = "Only this one";
    ]

    ShowOptions "show-options" "show" Reads "prints options and their values"
    .returns(Returns::Text)
    () {
        'A' inherited "also those that come from elsewhere, with a star";
        'g' global "those for all that have none of their own";
        'H' hooks "also hooks";
        'p' pane "those of a pane";
        'q' quiet "no error if there is no such option";
        's' server "those of the server";
        'v' value_only "only the value";
        'w' window "those of a window";
        'F' format: Format "what to say of each" .since(V3_8).essential();
        't' target: PaneTarget "the session, the window or the pane";
    } [
        option: maybe Label = "Only this one";
    ]

    ShowWindowOptions "show-window-options" "showw" Reads "is show-options -w"
    .returns(Returns::Text)
    () {
        'g' global "those for all that have none of their own";
        'v' value_only "only the value";
        'F' format: Format "what to say of each" .since(V3_8).essential();
        't' target: WindowTarget "the window";
    } [
        option: maybe Label = "Only this one";
    ]
}
