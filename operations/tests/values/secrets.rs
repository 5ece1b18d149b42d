//! Nothing secret shows.

use tmuxwire_operations::{
    AnyOperation, Commands, Environment, Format, IfShell, Key, NewWindow, PaneId, RunShell,
    SendKeys, SetBuffer, SetEnvironment, Takes, Text, ValueKind, commands,
};

#[test]
fn values_of_secret_kinds_never_show() {
    let mut secrets = 0;
    for spec in commands() {
        let flags = spec.flags.iter().map(|flag| (flag.name, flag.takes));
        let arguments = spec.arguments.iter().map(|argument| (argument.name, argument.takes));
        for (name, takes) in flags.chain(arguments) {
            let Some(kind) = takes.kind() else { continue };
            let any = AnyOperation::named(spec.name).and_then(|any| any.with(name, "A=hunter2"));
            let shown = format!("{:?}", any.expect("a part"));
            assert!(shown.starts_with(spec.name), "{shown}");
            let is_secret = !kind.is_shown();
            let is_checked = matches!(kind, ValueKind::Number | ValueKind::Size);
            assert_eq!(shown.contains("hunter2"), !is_secret && !is_checked);
            secrets += usize::from(is_secret);
            let whole = !matches!(takes, Takes::Nothing);
            assert!(whole);
        }
    }
    assert!(secrets > 100, "{secrets}");
}

#[test]
fn neither_alone_nor_within_others() {
    let secret = "hunter2";
    let shown = [
        format!("{:?}", SendKeys::text(secret).target(PaneId(1))),
        format!("{:?}", SendKeys::bytes(secret)),
        format!("{:?}", SendKeys::keys(secret.chars().map(Key::character))),
        format!("{:?}", SetBuffer::new().data(secret)),
        format!("{:?}", SetEnvironment::new("TOKEN").value(secret)),
        format!("{:?}", NewWindow::new().environment(("TOKEN", secret)).command(secret)),
        format!("{:?}", IfShell::new(secret, SetBuffer::new().data(secret))),
        format!("{:?}", RunShell::tmux(Commands::raw(secret))),
        format!("{:?}", Commands::raw(secret)),
        format!("{:?}", (Text::from(secret), Format::from(secret), Environment::new("A", secret))),
    ];
    for shown in &shown {
        assert!(!shown.contains(secret) && !shown.contains("h, u"), "{shown}");
    }
    assert_eq!(shown[0], r#"send-keys(-l -t "%1" ..)"#);
    assert_eq!(shown[4], r#"set-environment("TOKEN" ..)"#);
    assert_eq!(shown[6], "if-shell(.. [set-buffer(..)])");
}
