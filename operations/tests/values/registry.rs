//! The table of commands is complete in itself; a server's commands are held against it elsewhere.

use std::collections::BTreeSet;

use tmuxwire_operations::{
    AnyOperation, Commands, ConfirmBefore, Effect, KillPane, ListPanes, NewWindow, Object,
    Operation, Release, RespawnPane, Returns, Takes, TargetKind, ValueKind, commands, find,
};

#[test]
fn commands_are_sorted_and_found_by_name_and_alias() {
    let names: Vec<&str> = commands().iter().map(|spec| spec.name).collect();
    assert!(names.len() >= 92, "{}", names.len());
    assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "{names:?}");
    let mut aliases = BTreeSet::new();
    for spec in commands() {
        assert_eq!(find(spec.name), Some(*spec));
        if let Some(alias) = spec.alias {
            assert_eq!(find(alias), Some(*spec));
            assert!(aliases.insert(alias) && !names.contains(&alias), "{alias}");
        }
    }
    assert_eq!(find("new-"), None);
    assert_eq!(find(""), None);
}

#[test]
fn parts_have_names_of_their_own() {
    for spec in commands() {
        let mut names = BTreeSet::new();
        let flags = spec.flags.iter().map(|flag| flag.name);
        for name in flags.chain(spec.arguments.iter().map(|argument| argument.name)) {
            assert!(names.insert(name), "{}: {name} twice", spec.name);
        }
        for flag in spec.flags {
            let same = spec.flags(flag.letter).filter(|other| other.name != flag.name);
            for other in same {
                // Given twice, or in other releases.
                let apart = Some(other.since) == flag.gone || Some(flag.since) == other.gone;
                assert!(apart || flag.twice != other.twice, "{}: -{}", spec.name, flag.letter);
            }
            assert!(flag.since >= spec.since || flag.since == Release::new(3, 1), "{}", spec.name);
            assert!(!flag.twice || flag.takes == Takes::Nothing, "{}", spec.name);
            let dots = flag.summary.len() - flag.summary.trim_end_matches('.').len();
            assert!(!flag.summary.is_empty() && dots != 1, "{} -{}", spec.name, flag.letter);
        }
        let first_optional = spec.arguments.iter().position(|argument| !argument.is_required());
        let optional = &spec.arguments[first_optional.unwrap_or(spec.arguments.len())..];
        assert!(optional.iter().all(|argument| !argument.is_required()), "{}", spec.name);
    }
}

#[test]
fn what_is_known_of_a_command() {
    let window = NewWindow::SPEC;
    assert_eq!(window.creates, Some(Object::Window));
    assert_eq!(window.returns, Returns::Created);
    assert_eq!(window.target(), Some(TargetKind::Window));
    assert_eq!(window.takes("environment"), Some(Takes::Many(ValueKind::Environment)));
    assert_eq!(window.takes("nonsense"), None);
    let panes = find("display-panes").expect("a command");
    assert_eq!(panes.target(), Some(TargetKind::Pane));
    assert_eq!(ListPanes::SPEC.effect, Effect::Reads);
}

#[test]
fn effects_come_from_flags_and_from_commands_inside() {
    let effect = |any: AnyOperation| any.effect();
    assert_eq!(effect(RespawnPane::new().into()), Effect::Changes);
    assert_eq!(effect(RespawnPane::new().kill().into()), Effect::Destroys);
    assert_eq!(effect(ConfirmBefore::new(ListPanes::new()).into()), Effect::Changes);
    assert_eq!(effect(ConfirmBefore::new(KillPane::new()).into()), Effect::Destroys);
    assert_eq!(effect(ConfirmBefore::new(Commands::raw("?")).into()), Effect::Destroys);
}

#[test]
fn an_operation_loses_its_type_and_gets_it_back() {
    let typed = NewWindow::new().detached().name("a#b").command("vi");
    let any = AnyOperation::named("new-window")
        .and_then(|any| any.switch_on("detached"))
        .and_then(|any| any.with("name", "a#b"))
        .and_then(|any| any.with("command", "vi"))
        .expect("parts");
    let wrong = AnyOperation::named("new-window").and_then(|any| any.switch_on("name"));
    assert_eq!(wrong, None);
    let wrong = AnyOperation::named("new-window").and_then(|any| any.with("detached", "x"));
    assert_eq!(wrong, None);
    for (size, is_one) in [("80", true), ("5%", true), ("-", true), ("#(x)", false), ("%", false)] {
        let any = AnyOperation::named("new-session").and_then(|any| any.with("width", size));
        let rendered = any.expect("a part").render(None, tmuxwire_operations::Unknown::Refuse);
        assert_eq!(rendered.is_ok(), is_one, "{size}");
    }
    let plain = NewWindow::try_from(any).expect("the same");
    let render = |window: &NewWindow| window.render(None, tmuxwire_operations::Unknown::Refuse);
    assert_eq!(render(&typed), render(&plain));
    assert!(KillPane::try_from(AnyOperation::from(typed)).is_err());
}
