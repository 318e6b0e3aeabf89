using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>
/// What a state machine answers a command: an event to evolve by, a refusal, or neither for a harmless repeat whose
/// first answer may have been lost.
/// </summary>
public readonly record struct Decision<TEvent> where TEvent : class
{
    private Decision(TEvent? accepted, Fault? refusal) => (Event, Refusal) = (accepted, refusal);

    /// <summary>What follows; null when refused or when there is nothing to do.</summary>
    public TEvent? Event { get; }

    /// <summary>Why not; null unless refused.</summary>
    public Fault? Refusal { get; }

    /// <summary>Lawful; <paramref name="accepted"/> follows.</summary>
    public static Decision<TEvent> Accept(TEvent accepted) => new(accepted, null);

    /// <summary>Not lawful now.</summary>
    public static Decision<TEvent> Refuse(Fault why) => new(null, why);

    /// <summary>Already so.</summary>
    public static Decision<TEvent> NothingToDo => default;
}
