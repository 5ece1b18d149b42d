//! Operations become maps and come back, whatever is in them.

use proptest::prelude::*;
use tmuxwire_operations::{
    AnyOperation, BindKey, Commands, DisplayMenu, DisplayMessage, DisplayPopup, Format, Key,
    KillServer, Label, NewWindow, Operation, RenameWindow, ResizePane, RunShell, SelectWindow,
    SendKeys, SetBuffer, Takes, WindowTarget, commands,
};

fn there_and_back(any: &AnyOperation) {
    let text = serde_json::to_string(any).expect("a map");
    let back: AnyOperation = serde_json::from_str(&text).expect(&text);
    assert_eq!(back, *any, "{text}");
}

#[test]
fn every_part_of_every_command() {
    for spec in commands() {
        let named = || AnyOperation::named(spec.name).expect("an operation");
        let flags = spec.flags.iter().map(|flag| (flag.name, flag.takes));
        let arguments = spec.arguments.iter().map(|argument| (argument.name, argument.takes));
        for (name, takes) in flags.chain(arguments) {
            assert_ne!(name, "operation", "{}", spec.name);
            let any = match takes {
                Takes::Nothing => named().switch_on(name),
                Takes::Many(_) => named().with(name, "A=1").and_then(|any| any.with(name, "B=2")),
                _ => named().with(name, "12"),
            };
            there_and_back(&any.expect("a part"));
        }
    }
}

#[test]
fn what_only_some_have() {
    let nested = Commands::from(KillServer::new()).then(Commands::raw(b"\xff;"));
    let menu = DisplayMenu::new().item("#1", Some(Key::enter()), nested.clone()).separator();
    let any: [AnyOperation; 8] = [
        menu.into(),
        BindKey::new(Key::character('x')).command(nested).into(),
        RunShell::tmux(KillServer::new()).into(),
        DisplayMessage::new().message(Format::literal("#{x}")).into(),
        RenameWindow::new(Label::format("#{pid}")).into(),
        DisplayPopup::new().close_on_success().into(),
        SendKeys::bytes([0xff]).into(),
        ResizePane::new().down(3u32).into(),
    ];
    for any in &any {
        there_and_back(any);
    }
}

proptest! {
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..20)) {
        there_and_back(SetBuffer::new().data(bytes.as_slice()).as_ref());
        there_and_back(RenameWindow::new(bytes.as_slice()).as_ref());
    }
}

#[test]
fn what_is_wrong_is_said_without_values() {
    let wrong = |text: &str| {
        let error = serde_json::from_str::<AnyOperation>(text).expect_err("wrong");
        assert!(!error.to_string().contains("hunter2"), "{error}");
        error.to_string()
    };
    assert_eq!(wrong("{}"), "it has no `operation`");
    assert_eq!(
        wrong(r#"{"operation": "new"}"#.replace("new", "no-such").as_str()),
        "there is no operation `no-such`"
    );
    assert_eq!(
        wrong(r#"{"operation": "neww", "detached": "hunter2"}"#),
        "detached of new-window is a switch"
    );
    assert_eq!(wrong(r#"{"operation": "neww", "name": true}"#), "name of new-window is no switch");
    let form = "name of new-window has a value of another form";
    assert_eq!(wrong(r#"{"operation": "neww", "name": {"x": "hunter2"}}"#), form);
    wrong(r#"{"operation": "neww", "name": 1.5}"#);
    let error = serde_json::from_str::<NewWindow>(r#"{"operation": "kill-server"}"#);
    assert_eq!(error.expect_err("wrong").to_string(), "it is no new-window");
    let unsaid = SelectWindow::new().target(WindowTarget::raw("x"));
    assert!(serde_json::to_string(&unsaid).is_ok());
    let refused =
        SelectWindow::new().target(WindowTarget::exact(tmuxwire_operations::SessionId(0), ""));
    assert!(serde_json::to_string(&refused).is_err());
    assert_eq!(NewWindow::SPEC.name, "new-window");
}
