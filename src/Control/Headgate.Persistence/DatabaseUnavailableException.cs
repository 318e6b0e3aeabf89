namespace Headgate.Persistence;

/// <summary>The database did not answer for as long as a call waits for it.</summary>
public sealed class DatabaseUnavailableException(string message, Exception inner) : Exception(message, inner)
{
    /// <summary><c>database-unreachable</c>: nothing was changed, try again. <c>database-no-reply</c>: it is not known whether it was.</summary>
    public string Code => IsOutcomeUnknown ? "database-no-reply" : "database-unreachable";

    /// <summary>
    /// True when the connection was lost in the very moment of a commit and the database did not come back to say what became
    /// of it. Whoever asked must repeat with the same idempotency key, or look; never ask anew.
    /// </summary>
    public bool IsOutcomeUnknown { get; init; }
}

/// <summary>A text was given that the database cannot hold or compare: one with a NUL character.</summary>
public sealed class TextNotStorableException(Exception inner) : Exception("A text with a NUL character was given.", inner);

/// <summary>The database cannot be used: a stable code, and what was asked, what there is, what to do.</summary>
public sealed class DatabaseRefusedException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Stable, kebab-case.</summary>
    public string Code { get; } = code;
}
