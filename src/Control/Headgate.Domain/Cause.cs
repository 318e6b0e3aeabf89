using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>Why something is in an error state or ended early: a fault's code and its message, kept with the object.</summary>
public sealed record Cause(string Code, string Message)
{
    /// <summary>The cause that a fault is.</summary>
    public static Cause Of(Fault fault) => new(fault.Code, fault.Message);

    /// <inheritdoc/>
    public override string ToString() => $"{Code}: {Message}";
}
