using System.Diagnostics;

namespace Headgate.Primitives;

/// <summary>What a caller may do after a fault. Every fault names one, so that no caller guesses from a message.</summary>
public enum Recovery
{
    /// <summary>The request is wrong for this system as it is: change it; a repeat gets the same answer.</summary>
    FixRequest,

    /// <summary>The same request may succeed later: repeat it with the same key, with growing pauses.</summary>
    RetryWithBackoff,

    /// <summary>Somebody has to look at the system: credentials, a broken device, a full pool.</summary>
    AskOperator,
}

/// <summary>
/// Why something was refused: a stable kebab-case <paramref name="Code"/> that programs may test, and a message for
/// people that says what was asked, what there is, and what to do next. Never contains a secret.
/// </summary>
/// <param name="Code">Stable, kebab-case, for example <c>volume-not-found</c>.</param>
/// <param name="Message">One or two sentences for people.</param>
/// <param name="Recovery">What the caller may do.</param>
public sealed record Fault(string Code, string Message, Recovery Recovery)
{
    /// <summary>More lines of the same refusal, for example one per pool that was not a candidate.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => $"{Code}: {Message}";
}

/// <summary>
/// What became of a call that another system carries out. <see cref="Unknown"/> is not a failure: the other side may
/// have done the work, so the caller must ask again with the same key before it does anything else.
/// </summary>
public abstract record Outcome<T>
{
    private Outcome() { } // closed: the three below are all there are

    /// <summary>It is done, with this result.</summary>
    public sealed record Done(T Value) : Outcome<T>;

    /// <summary>It was not done and nothing changed.</summary>
    public sealed record Refused(Fault Fault) : Outcome<T>;

    /// <summary>It may or may not have been done: the reply was lost or late.</summary>
    public sealed record Unknown(Fault Fault) : Outcome<T>;

    /// <summary>True for <see cref="Done"/>.</summary>
    public bool IsDone => this is Done;

    /// <summary>The fault of a refused or unknown outcome; null when done.</summary>
    public Fault? Problem => this switch
    {
        Refused refused => refused.Fault,
        Unknown unknown => unknown.Fault,
        _ => null,
    };

    /// <summary>The value of a done outcome.</summary>
    /// <exception cref="InvalidOperationException">The outcome is not <see cref="Done"/>.</exception>
    public T ValueOrThrow() => this is Done done ? done.Value : throw new InvalidOperationException($"Not done: {Problem}");

    /// <summary>One answer for each of the three.</summary>
    public TResult Match<TResult>(Func<T, TResult> done, Func<Fault, TResult> refused, Func<Fault, TResult> unknown)
    {
        ArgumentNullException.ThrowIfNull(done);
        ArgumentNullException.ThrowIfNull(refused);
        ArgumentNullException.ThrowIfNull(unknown);
        return this switch
        {
            Done d => done(d.Value),
            Refused r => refused(r.Fault),
            Unknown u => unknown(u.Fault),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>The same outcome with another value when done.</summary>
    public Outcome<TOther> Map<TOther>(Func<T, TOther> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return Match<Outcome<TOther>>(
            value => new Outcome<TOther>.Done(map(value)),
            fault => new Outcome<TOther>.Refused(fault),
            fault => new Outcome<TOther>.Unknown(fault));
    }

    /// <summary>A plain value is a done outcome.</summary>
    public static implicit operator Outcome<T>(T value) => new Done(value);

    /// <summary>A bare fault is a refusal; say <see cref="Unknown"/> explicitly.</summary>
    public static implicit operator Outcome<T>(Fault fault) => new Refused(fault);
}

/// <summary>The value of an outcome that has none.</summary>
public readonly record struct Nothing;
