using System.Diagnostics;
using Headgate.Primitives;

namespace Headgate.Domain;

//                 ConfirmRegistered
//  Registering ─────────────────────▶ Ready
//     │ ReportRegisterFailed            │ Delete (also from Error)
//     ▼                                 ▼
//   Error (with cause) ◀─ReportDeleteFailed─ Deleting ──ConfirmDeleted──▶ Deleted

/// <summary>Where a template stands.</summary>
public enum TemplateState
{
    /// <summary>Its image is being fetched, checked and unpacked.</summary>
    Registering,

    /// <summary>Volumes can be made from it.</summary>
    Ready,

    /// <summary>Registering or deleting it failed; the cause says why. Delete ends it.</summary>
    Error,

    /// <summary>Its copies and its image are being ended.</summary>
    Deleting,

    /// <summary>Gone; kept for the record.</summary>
    Deleted,
}

/// <summary>What can be asked of, or reported about, a template.</summary>
public abstract record TemplateCommand
{
    private TemplateCommand() { }

    public sealed record ConfirmRegistered : TemplateCommand;

    public sealed record ReportRegisterFailed(Cause Cause) : TemplateCommand;

    /// <param name="VolumesUnderWay">Volumes that are being made from it.</param>
    public sealed record Delete(int VolumesUnderWay) : TemplateCommand;

    public sealed record ConfirmDeleted : TemplateCommand;

    public sealed record ReportDeleteFailed(Cause Cause) : TemplateCommand;
}

/// <summary>What happened to a template.</summary>
public abstract record TemplateEvent
{
    private TemplateEvent() { }

    public sealed record Registered : TemplateEvent;

    public sealed record DeleteBegun : TemplateEvent;

    public sealed record Deleted : TemplateEvent;

    public sealed record Broke(Cause Cause) : TemplateEvent;
}

/// <summary>Whether a command is lawful for a template now, and what follows. Pure.</summary>
public static class TemplateMachine
{
    /// <summary>The template after <paramref name="command"/>: as it was for a harmless repeat, or the refusal.</summary>
    public static Outcome<Template> Apply(Template template, TemplateCommand command)
    {
        var decision = Decide(template, command);
        if (decision.Refusal is { } refusal) return refusal;
        return decision.Event is { } accepted ? Evolve(template, accepted) : template;
    }

    public static Decision<TemplateEvent> Decide(Template template, TemplateCommand command) => (template.State, command) switch
    {
        (TemplateState.Registering, TemplateCommand.ConfirmRegistered) => Accept(new TemplateEvent.Registered()),
        (TemplateState.Registering, TemplateCommand.ReportRegisterFailed c) => Accept(new TemplateEvent.Broke(c.Cause)),
        (TemplateState.Ready or TemplateState.Error, TemplateCommand.Delete c) => c.VolumesUnderWay == 0
            ? Accept(new TemplateEvent.DeleteBegun())
            : Refuse("template-in-use", $"{c.VolumesUnderWay} volume(s) are being made from template {template.Name}; delete it when they are ready."),
        (TemplateState.Deleting, TemplateCommand.ConfirmDeleted) => Accept(new TemplateEvent.Deleted()),
        (TemplateState.Deleting, TemplateCommand.ReportDeleteFailed c) => Accept(new TemplateEvent.Broke(c.Cause)),

        // Repeats are answered, not refused: the caller may have lost our first reply.
        (TemplateState.Ready, TemplateCommand.ConfirmRegistered) => Decision<TemplateEvent>.NothingToDo,
        (TemplateState.Error, TemplateCommand.ReportRegisterFailed or TemplateCommand.ReportDeleteFailed) => Decision<TemplateEvent>.NothingToDo,
        (TemplateState.Deleting, TemplateCommand.Delete) => Decision<TemplateEvent>.NothingToDo,
        (TemplateState.Deleted, TemplateCommand.Delete or TemplateCommand.ConfirmDeleted) => Decision<TemplateEvent>.NothingToDo,

        var (state, other) => Refuse("template-state",
            $"{other.GetType().Name} was asked of template {template.Name}, which is {state.ToString().ToLowerInvariant()}; it is not possible in that state."),
    };

    public static Template Evolve(Template template, TemplateEvent e) => e switch
    {
        TemplateEvent.Registered => template with { State = TemplateState.Ready },
        TemplateEvent.DeleteBegun => template with { State = TemplateState.Deleting, Cause = null },
        TemplateEvent.Deleted => template with { State = TemplateState.Deleted },
        TemplateEvent.Broke b => template with { State = TemplateState.Error, Cause = b.Cause },
        _ => throw new UnreachableException(e.GetType().Name),
    };

    private static Decision<TemplateEvent> Accept(TemplateEvent e) => Decision<TemplateEvent>.Accept(e);

    private static Decision<TemplateEvent> Refuse(string code, string message) =>
        Decision<TemplateEvent>.Refuse(new Fault(code, message, Recovery.FixRequest));
}
